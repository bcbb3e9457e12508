/* SPDX-License-Identifier: BSD-3-Clause */
/* One program a result folder. Every rank holds a shared lock on DIR/ictus.lock, given only while rank 0 has
   it alone for a moment: so a new program waits also for a rank that outlives the others by a second when its
   run was killed. */
#include "cli/cli.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_S 5.0 /* what is left of a killed run ends within a second or two */

/* Whether the open file still is the one of that name: its last user removes it. */
static bool
is_current (int fd, const char *path)
{
  struct stat a, b;

  return fstat (fd, &a) == 0 && stat (path, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Locks are missing on some file systems: then nobody is kept out. */
static bool
is_unknown (int why)
{
  return why == ENOLCK || why == EOPNOTSUPP || why == ENOSYS || why == EINVAL;
}

/* Open and lock; 0, or why not (errno). */
static int
try_lock (const char *path, int how, int *fd)
{
  int why;

  *fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (*fd < 0)
    return errno;
  if (flock (*fd, how | LOCK_NB) != 0 && !is_unknown (errno))
    why = errno;
  else
    why = is_current (*fd, path) ? 0 : EWOULDBLOCK;
  if (why != 0)
    {
      close (*fd);
      *fd = -1;
    }
  return why;
}

/* Who has it, as it wrote into the file. */
static void
read_holder (const char *path, char *out, size_t room)
{
  FILE *f = fopen (path, "r");

  snprintf (out, room, "another program");
  if (f == NULL)
    return;
  if (fgets (out, (int) room, f) == NULL)
    snprintf (out, room, "another program");
  out[strcspn (out, "\n")] = '\0';
  fclose (f);
}

static void
write_holder (int fd)
{
  char host[256] = "", text[512];
  int n;

  if (gethostname (host, sizeof host - 1) != 0)
    host[0] = '\0';
  n = snprintf (text, sizeof text, "process %ld on %s\n", (long) getpid (), host);
  if (ftruncate (fd, 0) != 0 || pwrite (fd, text, (size_t) n, 0) != n)
    return; /* only a help for the reader of a message */
}

static ictus_err
lock_here (const char *dir, const char *path, int how, int *fd)
{
  const struct timespec pause = { .tv_nsec = 50000000 };
  double begin = ictus_wall_s ();
  char holder[512];
  int why;

  while ((why = try_lock (path, how, fd)) == EWOULDBLOCK && ictus_wall_s () - begin < PATIENCE_S)
    nanosleep (&pause, NULL);
  if (why == EWOULDBLOCK)
    {
      read_holder (path, holder, sizeof holder);
      return ICTUS_FAIL (ICTUS_E_RESOURCE, "%s is being written by %s (%s is locked)", dir, holder, path);
    }
  if (why != 0)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: %s", path, strerror (why));
  return ICTUS_OK;
}

/* What Open MPI makes beside a file that ranks open together, and removes unless it is killed:
   FILE.locktest.RANK, FILE-JOB-PROCESS.lock, where FILE ends in .h5 or .h5.tmp. */
static bool
is_litter (const char *name)
{
  const char *s = strstr (name, ".h5");
  int n = 0;

  if (s == NULL)
    return false;
  s += strncmp (s, ".h5.tmp", 7) == 0 ? 7 : 3;
  if (sscanf (s, ".locktest.%*u%n", &n) == 0 && n > 0 && s[n] == '\0')
    return true;
  n = 0;
  return sscanf (s, "-%*u-%*u.lock%n", &n) == 0 && n > 0 && s[n] == '\0';
}

/* Nobody else writes here now. */
static void
remove_litter (const char *dir)
{
  DIR *d = opendir (dir);

  if (d == NULL)
    return;
  for (struct dirent *entry; (entry = readdir (d)) != NULL;)
    if (is_litter (entry->d_name))
      unlinkat (dirfd (d), entry->d_name, 0);
  closedir (d);
}

ictus_err
ictus_cli_lock_take (const char *dir, ictus_cli_lock *l)
{
  ictus_text path = { 0 };
  ictus_err e = ICTUS_OK;

  *l = (ictus_cli_lock){ .fd = -1 };
  ictus_text_add (&path, "%s/ictus.lock", dir);
  ICTUS_GO (ictus_comm_agree (MPI_COMM_WORLD,
                              path.failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory") : ICTUS_OK));
  if (ictus_cli_is_main ())
    {
      e = lock_here (dir, path.s, LOCK_EX, &l->fd);
      if (e == ICTUS_OK)
        {
          write_holder (l->fd);
          remove_litter (dir);
        }
      if (e == ICTUS_OK && flock (l->fd, LOCK_SH | LOCK_NB) != 0 && !is_unknown (errno))
        e = ICTUS_FAIL (ICTUS_E_RESOURCE, "%s is being written by another program (%s is locked)", dir,
                        path.s);
    }
  ICTUS_GO (ictus_comm_verdict (MPI_COMM_WORLD, e));
  if (!ictus_cli_is_main ())
    e = lock_here (dir, path.s, LOCK_SH, &l->fd);
  ICTUS_GO (ictus_comm_agree (MPI_COMM_WORLD, e));
  l->path = path.s;
  return ICTUS_OK;
done:
  if (l->fd >= 0)
    close (l->fd);
  l->fd = -1;
  ictus_text_clear (&path);
  return e;
}

void
ictus_cli_lock_drop (ictus_cli_lock *l)
{
  if (l->path == NULL)
    return;
  ICTUS_MPI (MPI_Barrier (MPI_COMM_WORLD)); /* nobody writes any more */
  if (ictus_cli_is_main ())
    unlink (l->path);
  if (l->fd >= 0)
    close (l->fd);
  ictus_free (l->path);
  *l = (ictus_cli_lock){ .fd = -1 };
}
