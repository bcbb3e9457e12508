/* SPDX-License-Identifier: BSD-3-Clause */
/* Drives gnuplot: the script goes to its standard input through a pipe, the picture comes from its standard
 * output straight into a temporary file beside the target (so no file name is ever quoted in a script), and
 * only a whole picture is renamed to its place. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyse/analyse_impl.h"

extern char **environ;

/* Start program with standard input, output and error at the given descriptors; an errno. */
static int
start (const char *program, int in, int out, int err, pid_t *pid)
{
  posix_spawn_file_actions_t act;
  posix_spawnattr_t attr;
  sigset_t pipe_only;
  char name[4096], quick[] = "-d"; /* -d: no start-up files of the user's */
  char *argv[] = { name, quick, NULL };
  int rc;

  if (snprintf (name, sizeof name, "%s", program) >= (int) sizeof name)
    return ENAMETOOLONG;
  sigemptyset (&pipe_only);
  sigaddset (&pipe_only, SIGPIPE);
  if ((rc = posix_spawn_file_actions_init (&act)) != 0)
    return rc;
  if ((rc = posix_spawnattr_init (&attr)) != 0)
    goto done;
  if ((rc = posix_spawn_file_actions_adddup2 (&act, in, 0)) == 0
      && (rc = posix_spawn_file_actions_adddup2 (&act, out, 1)) == 0
      && (rc = posix_spawn_file_actions_adddup2 (&act, err, 2)) == 0
      && (rc = posix_spawnattr_setsigdefault (&attr, &pipe_only)) == 0
      && (rc = posix_spawnattr_setflags (&attr, POSIX_SPAWN_SETSIGDEF)) == 0)
    rc = posix_spawnp (pid, program, &act, &attr, argv, environ);
  posix_spawnattr_destroy (&attr);
done:
  posix_spawn_file_actions_destroy (&act);
  return rc;
}

/* All of the script; a reader that went away is not an error here, its exit status tells more. */
static int
feed (int fd, const char *s, size_t len)
{
  while (len > 0)
    {
      ssize_t n = write (fd, s, len);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return errno == EPIPE ? 0 : errno;
      s += n;
      len -= (size_t) n;
    }
  return 0;
}

static ictus_err
missing (const char *program, int why)
{
  return ICTUS_FAIL (ICTUS_E_RESOURCE,
                     "gnuplot is needed to draw and \"%s\" cannot be started: %s.\n"
                     "  On Debian: apt-get install gnuplot-nox\n"
                     "  Elsewhere: name the program in the environment variable GNUPLOT.",
                     program, strerror (why));
}

/* What gnuplot said, its first telling lines, as our message. */
static ictus_err
complaint (const char *program, FILE *log, int status)
{
  char text[600];
  size_t n;

  rewind (log);
  n = fread (text, 1, sizeof text - 1, log);
  while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == ' '))
    --n;
  text[n] = '\0';
  if (strstr (text, "ictus: no terminal") != NULL)
    return ICTUS_FAIL (
        ICTUS_E_RESOURCE,
        "%s cannot write this format; the Debian package gnuplot-nox can write png, svg and pdf", program);
  if (WIFSIGNALED (status))
    return ICTUS_FAIL (ICTUS_E_RESOURCE, "%s was ended by signal %d", program, WTERMSIG (status));
  return ICTUS_FAIL (ICTUS_E_RESOURCE, "%s failed (exit status %d)%s%s", program, WEXITSTATUS (status),
                     n > 0 ? ": " : "", text);
}

/* Run gnuplot on the script with its picture into fd. */
static ictus_err
draw (const char *script, size_t len, int fd)
{
  const char *program = getenv ("GNUPLOT");
  ictus_err e = ICTUS_OK;
  struct sigaction ignore, before;
  int to[2] = { -1, -1 }, rc, status = 0, wrote = 0;
  FILE *log = NULL;
  pid_t pid = -1;

  if (program == NULL || *program == '\0')
    program = ICTUS_GNUPLOT;
  memset (&ignore, 0, sizeof ignore);
  ignore.sa_handler = SIG_IGN;
  if ((log = tmpfile ()) == NULL)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot make a temporary file: %s", strerror (errno));
  if (pipe (to) != 0)
    {
      e = ICTUS_FAIL (ICTUS_E_IO, "cannot make a pipe to gnuplot: %s", strerror (errno));
      goto done;
    }
  /* the child must not hold the writing end, else it never sees the end of the script */
  fcntl (to[1], F_SETFD, FD_CLOEXEC);
  if ((rc = start (program, to[0], fd, fileno (log), &pid)) != 0)
    {
      e = missing (program, rc);
      goto done;
    }
  close (to[0]);
  to[0] = -1;
  sigaction (SIGPIPE, &ignore, &before);
  wrote = feed (to[1], script, len);
  sigaction (SIGPIPE, &before, NULL);
  close (to[1]);
  to[1] = -1;
  while (waitpid (pid, &status, 0) < 0 && errno == EINTR)
    ;
  if (WIFEXITED (status) && WEXITSTATUS (status) == 127)
    e = missing (program, ENOENT);
  else if (!WIFEXITED (status) || WEXITSTATUS (status) != 0)
    e = complaint (program, log, status);
  else if (wrote != 0)
    e = ICTUS_FAIL (ICTUS_E_IO, "cannot write to %s: %s", program, strerror (wrote));
done:
  if (to[0] >= 0)
    close (to[0]);
  if (to[1] >= 0)
    close (to[1]);
  fclose (log);
  return e;
}

ictus_err
ictus__gnuplot (const char *script, size_t len, const char *out)
{
  ictus_text temp = { 0 };
  ictus_err e = ICTUS_OK;
  struct stat st;
  mode_t mask;
  int fd = -1;

  ictus_text_add (&temp, "%s.XXXXXX", out);
  if (temp.failed)
    return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  if ((fd = mkstemp (temp.s)) < 0)
    {
      e = ICTUS_FAIL (ICTUS_E_IO, "cannot create %s: %s", out, strerror (errno));
      ictus_text_clear (&temp);
      return e;
    }
  mask = umask (0);
  umask (mask);
  if (fchmod (fd, 0666 & ~mask) != 0)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_IO, "cannot set the mode of %s: %s", temp.s, strerror (errno)));
  ICTUS_GO (draw (script, len, fd));
  if (fstat (fd, &st) != 0 || st.st_size == 0)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_RESOURCE, "gnuplot ended well but drew nothing; is it really gnuplot?"));
  if (fsync (fd) != 0)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: %s", out, strerror (errno)));
  if (rename (temp.s, out) != 0)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_IO, "cannot rename to %s: %s", out, strerror (errno)));
done:
  if (e != ICTUS_OK)
    unlink (temp.s);
  close (fd);
  ictus_text_clear (&temp);
  return e;
}
