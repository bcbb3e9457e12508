/* SPDX-License-Identifier: BSD-3-Clause */
/* What this machine has left: memory, disk, processors; and what this process holds of it. */
#include "ictus/base.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#define CGROUP "/sys/fs/cgroup"

/* "KEY: 123 kB" of a file of /proc, in bytes; NaN if it is not there. */
static double
kilobytes (const char *path, const char *key)
{
  FILE *f = fopen (path, "r");
  size_t n = strlen (key);
  char line[256];
  double x = NAN;

  if (f == NULL)
    return NAN;
  while (isnan (x) && fgets (line, sizeof line, f) != NULL)
    if (strncmp (line, key, n) == 0 && line[n] == ':')
      x = 1024 * strtod (line + n + 1, NULL);
  fclose (f);
  return x;
}

/* The number that begins a small file, or that stands behind a word in it; NaN for none, or "max". */
static double
number (const char *path, const char *word)
{
  FILE *f = fopen (path, "r");
  size_t n = word == NULL ? 0 : strlen (word);
  char line[256], *end;
  double x = NAN;

  if (f == NULL)
    return NAN;
  while (isnan (x) && fgets (line, sizeof line, f) != NULL)
    if (strncmp (line, word == NULL ? "" : word, n) == 0 && (n == 0 || line[n] == ' '))
      {
        x = strtod (line + n, &end);
        if (end == line + n)
          x = NAN;
      }
  fclose (f);
  return x;
}

/* ---- limits of a control group ------------------------------------------------------------------ */

/* Room left below the limit in one folder; INFINITY without a limit. File pages that can be dropped do not
 * count. */
static double
room_in (const char *dir, const char *limit_name, const char *usage_name, const char *idle_name)
{
  char path[1024];
  double limit, used, idle;

  snprintf (path, sizeof path, "%s/%s", dir, limit_name);
  limit = number (path, NULL);
  snprintf (path, sizeof path, "%s/%s", dir, usage_name);
  used = number (path, NULL);
  snprintf (path, sizeof path, "%s/memory.stat", dir);
  idle = number (path, idle_name);
  if (isnan (limit) || isnan (used) || limit > 1e18)
    return INFINITY;
  used -= isnan (idle) ? 0 : idle;
  return limit > used ? limit - used : 0;
}

/* The same of a group and of all groups that it is in. */
static double
room_along (const char *root, const char *group, bool old)
{
  char dir[900];
  double least = INFINITY;

  snprintf (dir, sizeof dir, "%s%s", root, strcmp (group, "/") == 0 ? "" : group);
  for (;;)
    {
      double room
          = old ? room_in (dir, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
                : room_in (dir, "memory.max", "memory.current", "inactive_file");
      char *slash = strrchr (dir, '/');

      least = fmin (least, room);
      if (slash == NULL || strlen (dir) <= strlen (root))
        return least;
      *slash = '\0';
    }
}

static double
group_room (void)
{
  FILE *f = fopen ("/proc/self/cgroup", "r");
  char line[700];
  double least = INFINITY;

  if (f == NULL)
    return INFINITY;
  while (fgets (line, sizeof line, f) != NULL)
    {
      char *first = strchr (line, ':'), *path = first == NULL ? NULL : strchr (first + 1, ':');

      line[strcspn (line, "\n")] = '\0';
      if (path == NULL)
        continue;
      *path++ = '\0';
      if (first[1] == '\0')
        least = fmin (least, room_along (CGROUP, path, false));
      else if (strstr (first + 1, "memory") != NULL)
        least = fmin (least, room_along (CGROUP "/memory", path, true));
    }
  fclose (f);
  return least;
}

/* ---- asked by others ---------------------------------------------------------------------------- */

double
ictus_host_memory (void)
{
  double room = kilobytes ("/proc/meminfo", "MemAvailable");

  if (isnan (room)) /* not Linux: what is there at all */
    room = (double)sysconf (_SC_PHYS_PAGES) * (double)sysconf (_SC_PAGESIZE);
  return fmin (room, group_room ());
}

double
ictus_process_memory (double *shared)
{
  double anon = kilobytes ("/proc/self/status", "RssAnon"), file = kilobytes ("/proc/self/status", "RssFile");
  double shm = kilobytes ("/proc/self/status", "RssShmem");
  struct rusage use;

  if (isnan (anon) && getrusage (RUSAGE_SELF, &use) == 0)
    anon = 1024.0 * (double)use.ru_maxrss;
  if (shared != NULL)
    *shared = isnan (file) ? 0 : file;
  return (isnan (anon) ? 0 : anon) + (isnan (shm) ? 0 : shm);
}

double
ictus_mem_heap (void)
{
#if defined __GLIBC__ && __GLIBC_PREREQ(2, 33)
  struct mallinfo2 m = mallinfo2 ();

  if (m.uordblks > 0) /* other allocators, such as those that look for errors, count nothing here */
    return (double)m.uordblks + (double)m.hblkhd + (double)ictus_pages_bytes ();
#endif
  return ictus_process_memory (NULL);
}

int
ictus_host_cores (void)
{
  long n = sysconf (_SC_NPROCESSORS_ONLN);

  return n < 1 ? 1 : (int)n;
}

ictus_err
ictus_disk_room (const char *path, double *bytes)
{
  char *dir = ictus_strdup (*path == '\0' ? "." : path);
  struct statvfs s;
  ictus_err e = ICTUS_OK;

  if (dir == NULL)
    return ICTUS_E_NOMEM;
  while (statvfs (dir, &s) != 0) /* what does not exist yet will lie where its parent lies */
    {
      char *slash = strrchr (dir, '/');

      if (errno != ENOENT || strcmp (dir, ".") == 0 || strcmp (dir, "/") == 0)
        {
          e = ICTUS_FAIL (ICTUS_E_IO, "cannot ask for the free space of %s: %s", path, strerror (errno));
          break;
        }
      if (slash == NULL)
        strcpy (dir, ".");
      else
        slash[slash == dir ? 1 : 0] = '\0';
    }
  if (e == ICTUS_OK)
    *bytes = (double)s.f_bavail * (double)s.f_frsize;
  ictus_free (dir);
  return e;
}
