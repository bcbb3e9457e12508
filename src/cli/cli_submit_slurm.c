/* SPDX-License-Identifier: BSD-3-Clause */
/* What ictus submit has to do with others: the site's settings, and sbatch. No shell sees what the user wrote, but for
   the settings, which are a script of the shell. */
#include "cli/cli_submit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* ---- processes ------------------------------------------------------------------------------------ */

static bool
begins (const char *s, const char *with)
{
  return strncmp (s, with, strlen (with)) == 0;
}

/* MPI_Init adds variables that would lead an MPI program of the job astray, and sbatch hands the environment on: so the
   one that this program was started with is taken, or, where that cannot be had, without all that may be of MPI. Not
   passed: SBATCH_*, which would override what stands in the script. *text holds the strings, *list points to them. */
static ictus_err
environment (ictus_text *text, char ***list)
{
  ictus_err e = ICTUS_OK;
  size_t n = 0, size = 0;
  char *all = NULL, **found = NULL;
  bool original = getenv ("OMPI_COMM_WORLD_NODE_RANK") == NULL /* not by mpirun */
                  && ictus_file_read ("/proc/self/environ", &all, &size) == ICTUS_OK && size > 0;

  for (char **v = environ; !original && *v != NULL; ++v)
    if (!begins (*v, "OMPI_") && !begins (*v, "PMIX_") && !begins (*v, "ORTE_") && !begins (*v, "SBATCH_"))
      ictus_text_addn (text, *v, strlen (*v) + 1);
  for (size_t at = 0; original && at < size; at += strlen (all + at) + 1)
    if (!begins (all + at, "SBATCH_"))
      ictus_text_addn (text, all + at, strlen (all + at) + 1);
  for (size_t at = 0; at < text->len; ++at)
    n += text->s[at] == '\0';
  found = ictus_alloc (n + 1, sizeof *found);
  if (text->failed || found == NULL)
    e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  n = 0;
  for (size_t at = 0; e == ICTUS_OK && at < text->len; at += strlen (text->s + at) + 1)
    found[n++] = text->s + at;
  ictus_free (all);
  if (e != ICTUS_OK)
    {
      ictus_free (found);
      found = NULL;
    }
  *list = found;
  return e;
}

static ictus_err
start (char *const argv[], char *const envp[], int out, pid_t *pid)
{
  posix_spawn_file_actions_t act;
  posix_spawnattr_t attr;
  sigset_t set;
  int rc;

  if (posix_spawn_file_actions_init (&act) != 0)
    return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  if (posix_spawnattr_init (&attr) != 0)
    {
      posix_spawn_file_actions_destroy (&act);
      return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
    }
  sigemptyset (&set);
  sigaddset (&set, SIGPIPE); /* ignored here, not there */
  rc = posix_spawnattr_setsigdefault (&attr, &set);
  if (rc == 0)
    rc = posix_spawnattr_setflags (&attr, POSIX_SPAWN_SETSIGDEF);
  if (rc == 0)
    rc = posix_spawn_file_actions_addopen (&act, 0, "/dev/null", O_RDONLY, 0);
  if (rc == 0)
    rc = posix_spawn_file_actions_adddup2 (&act, out, 1);
  if (rc == 0)
    rc = posix_spawnp (pid, argv[0], &act, &attr, argv, envp);
  posix_spawnattr_destroy (&attr);
  posix_spawn_file_actions_destroy (&act);
  return rc == 0 ? ICTUS_OK : ICTUS_FAIL (ICTUS_E_RESOURCE, "cannot run %s: %s", argv[0], strerror (rc));
}

/* Run a program, found in PATH, and take what it prints; its messages go where ours go. *status: its exit status, or
   128 + the signal that ended it. */
static ictus_err
take_output (char *const argv[], ictus_text *out, int *status)
{
  ictus_text text = { 0 };
  ictus_err e = ICTUS_OK;
  char **envp = NULL, buf[4096];
  int pipe_[2] = { -1, -1 }, how = 0;
  pid_t pid = -1;
  ssize_t n;

  ICTUS_GO (environment (&text, &envp));
  if (pipe (pipe_) != 0 || fcntl (pipe_[0], F_SETFD, FD_CLOEXEC) != 0 || fcntl (pipe_[1], F_SETFD, FD_CLOEXEC) != 0)
    {
      e = ICTUS_FAIL (ICTUS_E_RESOURCE, "cannot make a pipe: %s", strerror (errno));
      goto done;
    }
  ICTUS_GO (start (argv, envp, pipe_[1], &pid));
  close (pipe_[1]);
  pipe_[1] = -1;
  while ((n = read (pipe_[0], buf, sizeof buf)) > 0 || (n < 0 && errno == EINTR))
    if (n > 0)
      ictus_text_addn (out, buf, (size_t)n);
  while (waitpid (pid, &how, 0) < 0)
    if (errno != EINTR)
      {
        e = ICTUS_FAIL (ICTUS_E_RESOURCE, "cannot wait for %s: %s", argv[0], strerror (errno));
        goto done;
      }
  *status = WIFEXITED (how) ? WEXITSTATUS (how) : 128 + WTERMSIG (how);
  if (out->failed)
    e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
done:
  for (int k = 0; k < 2; ++k)
    if (pipe_[k] >= 0)
      close (pipe_[k]);
  ictus_free (envp);
  ictus_text_clear (&text);
  return e;
}

/* ---- the site ------------------------------------------------------------------------------------- */

ictus_err
ictus_cli_job_site (ictus_cli_job *job)
{
  const char *named = getenv ("ICTUS_SITE"), *config = getenv ("XDG_CONFIG_HOME"), *home = getenv ("HOME"), *shipped;
  ictus_text path = { 0 }, installed = { 0 };
  ictus_err e = ICTUS_OK;

  if (named != NULL && *named != '\0')
    return ictus_file_read (named, &job->site, NULL); /* one that is named has to be there */
  if (config != NULL && *config == '/')
    ictus_text_add (&path, "%s/ictus/site.sh", config);
  else if (home != NULL)
    ictus_text_add (&path, "%s/.config/ictus/site.sh", home);
  ictus_text_add (&installed, "%s/site.sh", ictus_cli_job_folder);
  if (path.failed || installed.failed)
    e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  else if (path.s != NULL && ictus_file_exists (path.s))
    e = ictus_file_read (path.s, &job->site, NULL);
  else if (ictus_file_exists (installed.s))
    e = ictus_file_read (installed.s, &job->site, NULL);
  else
    {
      shipped = ictus_cli_job_text ("site.sh");
      job->site = ictus_strdup (shipped != NULL ? shipped : "");
      e = job->site != NULL ? ICTUS_OK : ICTUS_E_NOMEM;
    }
  ictus_text_clear (&path);
  ictus_text_clear (&installed);
  return e;
}

/* A line of *text, without its end; *text moves behind it. */
static void
take_line (const char **text, ictus_text *out)
{
  size_t n = strcspn (*text, "\n");

  ictus_text_addn (out, *text, n);
  *text += n + ((*text)[n] == '\n');
}

ictus_err
ictus_cli_job_ask_site (ictus_cli_job *job)
{
  static char bash[] = "bash", c[] = "-c", name[] = "site.sh",
              ask[] = "eval \"$1\" >&2 && printf '%s\\n' \"${site_partition-}\" \"${site_account-}\"";
  char *argv[] = { bash, c, ask, name, job->site, NULL };
  ictus_text said = { 0 };
  const char *at;
  ictus_err e;
  int status = 0;

  ICTUS_GO (take_output (argv, &said, &status));
  at = said.s != NULL ? said.s : "";
  if (status != 0)
    {
      e = ICTUS_FAIL (ICTUS_E_INPUT, "the settings of the site (ICTUS_SITE, ~/.config/ictus/site.sh) end with status %d", status);
      goto done;
    }
  take_line (&at, &job->site_partition);
  take_line (&at, &job->site_account);
  if (job->site_partition.failed || job->site_account.failed)
    e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
done:
  ictus_text_clear (&said);
  return e;
}

/* ---- sbatch --------------------------------------------------------------------------------------- */

ictus_err
ictus_cli_job_find_sbatch (void)
{
  static char sbatch[] = "sbatch", version[] = "--version";
  char *argv[] = { sbatch, version, NULL };
  ictus_text said = { 0 };
  int status = 0;
  ictus_err e = take_output (argv, &said, &status);

  ictus_text_clear (&said);
  if (e == ICTUS_E_RESOURCE)
    return ictus_err_prefix (e, "there is no SLURM to submit to (--dry-run shows the script without)");
  if (e == ICTUS_OK && status != 0)
    e = ICTUS_FAIL (ICTUS_E_RESOURCE, "sbatch does not work here (status %d; what it said stands above)", status);
  return e;
}

ictus_err
ictus_cli_job_submit (const ictus_cli_job *job, const char *script, const char *after, char **id)
{
  static char sbatch[] = "sbatch", parsable[] = "--parsable";
  char *argv[5] = { sbatch, parsable };
  ictus_text said = { 0 }, dependency = { 0 };
  char *path = ictus_strdup (script);
  ictus_err e = ICTUS_OK;
  int n = 2, status = 0;

  *id = NULL;
  if (after != NULL)
    {
      ictus_text_add (&dependency, "--dependency=afterany:%s", after);
      argv[n++] = dependency.s;
    }
  argv[n++] = path;
  if (path == NULL || dependency.failed)
    {
      e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
      goto done;
    }
  fflush (stdout);
  ICTUS_GO (take_output (argv, &said, &status));
  if (status != 0 || said.s == NULL || strspn (said.s, "0123456789") == 0)
    {
      e = ICTUS_FAIL (ICTUS_E_RESOURCE, "sbatch did not take %s (status %d)%s", script, status,
                      job->array > 0 && after != NULL ? "; the array is submitted, its shares can be merged by ictus merge" : "");
      goto done;
    }
  said.s[strspn (said.s, "0123456789")] = '\0'; /* behind it: the name of the cluster */
  *id = ictus_strdup (said.s);
  e = *id != NULL ? ICTUS_OK : ICTUS_E_NOMEM;
done:
  ictus_free (path);
  ictus_text_clear (&said);
  ictus_text_clear (&dependency);
  return e;
}
