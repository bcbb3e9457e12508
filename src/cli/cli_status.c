/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus status: how far a run or a sweep is, from what lies in its folder. */
#include "cli/cli_status.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static void
help (void)
{
  ictus_cli_print ("Usage: ictus status DIR [OPTIONS]\n\n"
                   "Say how far the run or the sweep in folder DIR is: running, stopped, complete or failed; "
                   "model time reached and\n"
                   "time left; checkpoints and whether they are good; runs of a sweep that are done, failed "
                   "(and why), under way,\n"
                   "still to do. Changes nothing, and may be asked while the job runs. Status 65: there is "
                   "nothing of Ictus in DIR.\n\n"
                   "Options:\n"
                   "      --verify           read the checkpoints whole and compare their checksums\n"
                   "      --json             as JSON\n"
                   "  -h, --help             this text\n\n"
                   "Example: ictus status out/cuba\n");
}

/* ---- locks -------------------------------------------------------------------------------------- */

/* A line of /proc/locks: "12: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF". */
static bool
in_list (const struct stat *s)
{
  FILE *f = fopen ("/proc/locks", "r");
  char line[256];
  bool found = false;

  if (f == NULL)
    return false;
  while (!found && fgets (line, sizeof line, f) != NULL)
    {
      unsigned major, minor;
      unsigned long long inode;

      if (strstr (line, "FLOCK") != NULL && strstr (line, "->") == NULL
          && sscanf (line, "%*s %*s %*s %*s %*s %x:%x:%llu", &major, &minor, &inode) == 3)
        found = inode == (unsigned long long)s->st_ino && major == major (s->st_dev)
                && minor == minor (s->st_dev);
    }
  fclose (f);
  return found;
}

status_lock
status_look_at_lock (const char *path)
{
  status_lock lock = STATUS_UNKNOWN;
  struct stat s;
  int fd;

  if (stat (path, &s) != 0)
    return errno == ENOENT ? STATUS_FREE : STATUS_UNKNOWN;
  if (in_list (&s))
    return STATUS_HELD;
  fd = open (path, O_RDONLY | O_CLOEXEC); /* the list does not tell of all machines and containers */
  if (fd < 0)
    return STATUS_UNKNOWN;
  if (flock (fd, LOCK_EX | LOCK_NB) == 0)
    lock = STATUS_FREE;
  else if (errno == EWOULDBLOCK)
    lock = STATUS_HELD;
  close (fd);
  return lock;
}

void
status_holder (const char *dir, char *out, size_t room)
{
  ictus_text path = { 0 };
  FILE *f = NULL;

  *out = '\0';
  ictus_text_add (&path, "%s/ictus.lock", dir);
  if (!path.failed)
    f = fopen (path.s, "r");
  if (f != NULL)
    {
      if (fgets (out, (int)room, f) == NULL)
        *out = '\0';
      out[strcspn (out, "\n")] = '\0';
      fclose (f);
    }
  ictus_text_clear (&path);
}

/* ---- what both kinds need ----------------------------------------------------------------------- */

bool
status_read_experiment (const char *dir, ictus_conf **conf, ictus_experiment **exp)
{
  ictus_text path = { 0 };
  char *text = NULL;
  bool good;

  *conf = NULL;
  *exp = NULL;
  ictus_text_add (&path, "%s/used.yaml", dir);
  good = !path.failed && ictus_file_exists (path.s) && ictus_file_read (path.s, &text, NULL) == ICTUS_OK
         && ictus_conf_parse (path.s, text, conf) == ICTUS_OK
         && ictus_experiment_read (*conf, exp) == ICTUS_OK;
  ictus_text_clear (&path);
  ictus_free (text);
  return good;
}

void
status_read_used (const char *dir, status_used *out)
{
  ictus_conf *conf;
  ictus_experiment *exp;

  memset (out, 0, sizeof *out);
  if (status_read_experiment (dir, &conf, &exp))
    {
      out->found = true;
      snprintf (out->name, sizeof out->name, "%s", exp->name);
      out->t_stop_ms = exp->t_stop_ms;
      out->searches = exp->threshold.is_searched;
      out->ranks_per_point = exp->ranks_per_point;
    }
  ictus_experiment_destroy (&exp);
  ictus_conf_destroy (&conf);
}

void
status_seconds (char out[32], double t)
{
  if (t < 120)
    snprintf (out, 32, "%.0f s", t);
  else if (t < 7200)
    snprintf (out, 32, "%.0f min", t / 60);
  else if (t < 172800)
    snprintf (out, 32, "%.1f h", t / 3600);
  else
    snprintf (out, 32, "%.1f days", t / 86400);
}

/* ---- the command -------------------------------------------------------------------------------- */

/* On rank 0. */
static ictus_err
look (const char *dir, const status_options *o)
{
  bool found = false;
  struct stat s;

  if (stat (dir, &s) != 0)
    return ICTUS_FAIL (errno == ENOENT ? ICTUS_E_INPUT : ICTUS_E_IO, "cannot look into %s: %s", dir,
                       strerror (errno));
  if (!S_ISDIR (s.st_mode))
    return ICTUS_FAIL (ICTUS_E_INPUT, "%s is not a folder; 'ictus status' wants that of a run or a sweep",
                       dir);
  ICTUS_TRY (status_sweep (stdout, dir, o, &found));
  if (!found)
    ICTUS_TRY (status_run (stdout, dir, o, &found));
  if (!found)
    return ICTUS_FAIL (ICTUS_E_INPUT, "%s holds neither a run nor a sweep of Ictus", dir);
  return ICTUS_OK;
}

int
ictus_cli_status (int argc, char **argv)
{
  enum
  {
    VERIFY = 1,
    JSON
  };
  static const struct option options[] = { { "verify", no_argument, NULL, VERIFY },
                                           { "json", no_argument, NULL, JSON },
                                           { "help", no_argument, NULL, 'h' },
                                           { NULL, 0, NULL, 0 } };
  status_options o = { 0 };
  ictus_err e;
  int opt;

  while ((opt = getopt_long (argc, argv, "h", options, NULL)) != -1)
    switch (opt)
      {
      case 'h':
        help ();
        return 0;
      case VERIFY:
        o.verify = true;
        break;
      case JSON:
        o.json = true;
        break;
      default:
        return ictus_cli_usage ("status", "wrong option");
      }
  if (optind + 1 != argc)
    return ictus_cli_usage ("status", "expected one folder");
  /* reading must not lock files that a job writes; HDF5 looks at this when it is first used, which is later
   */
  setenv ("HDF5_USE_FILE_LOCKING", "FALSE", 1);
  e = ictus_comm_verdict (MPI_COMM_WORLD, ictus_cli_is_main () ? look (argv[optind], &o) : ICTUS_OK);
  return e == ICTUS_OK ? 0 : ictus_cli_fail (e);
}
