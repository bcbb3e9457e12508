/* SPDX-License-Identifier: BSD-3-Clause */
/* DIR/sweep.journal: what a killed sweep goes on from. Fields are separated by tabs; the last field of every
   line is the hash of what stands before it, so that a torn or spoilt line is recognised.
     ictus-sweep <version> <digest of the experiment> <points> <values a point> <hash>
     <point> done <value> ... <hash>
     <point> failed <reason> <hash>
   A later line for a point replaces an earlier one. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "sweep/sweep_impl.h"

#define JOURNAL_VERSION 1
#define SYNC_S 1.0 /* rows are flushed to disk at most this often */

/* ---- lines ---- */

static void
add_hash (ictus_text *line)
{
  if (!line->failed)
    ictus_text_add (line, "\t%016" PRIx64 "\n", ictus_hash (line->s, line->len, 0));
}

/* Ends the line (without its newline) before its hash; false when the hash is wrong. */
static bool
check_hash (char *line)
{
  char *tab = strrchr (line, '\t'), text[32];

  if (tab == NULL)
    return false;
  snprintf (text, sizeof text, "%016" PRIx64, ictus_hash (line, (size_t) (tab - line), 0));
  if (strcmp (tab + 1, text) != 0)
    return false;
  *tab = '\0';
  return true;
}

/* A reason is a message of one or more lines: it must stay one field. */
static void
add_escaped (ictus_text *line, const char *s)
{
  for (; *s != '\0'; ++s)
    if (*s == '\n')
      ictus_text_add (line, "\\n");
    else if (*s == '\t')
      ictus_text_add (line, "\\t");
    else if (*s == '\\')
      ictus_text_add (line, "\\\\");
    else
      ictus_text_addn (line, s, 1);
}

static void
unescape (char *s)
{
  char *to = s;

  for (; *s != '\0'; ++s)
    if (*s == '\\' && s[1] != '\0')
      {
        ++s;
        *to++ = *s == 'n' ? '\n' : *s == 't' ? '\t' : *s;
      }
    else
      *to++ = *s;
  *to = '\0';
}

static ictus_err
read_row (char *line, ictus__table *t, double *value)
{
  char *end;
  unsigned long long point = strtoull (line, &end, 10);

  if (end == line || *end != '\t' || point >= t->npoint)
    return ICTUS_E_FORMAT;
  if (strncmp (end, "\tfailed\t", 8) == 0)
    {
      unescape (end + 8);
      return ictus__table_set (t, (size_t) point, ICTUS__FAILED, NULL, end + 8);
    }
  if (strncmp (end, "\tdone", 5) != 0)
    return ICTUS_E_FORMAT;
  end += 5;
  for (int k = 0; k < t->nvalue; ++k)
    {
      char *from = end;

      value[k] = strtod (from, &end);
      if (end == from)
        return ICTUS_E_FORMAT;
    }
  return *end == '\0' ? ictus__table_set (t, (size_t) point, ICTUS__DONE, value, NULL) : ICTUS_E_FORMAT;
}

/* ---- the whole file ---- */

static void
make_head (ictus_text *out, uint64_t digest, const ictus__table *t)
{
  ictus_text_add (out, "ictus-sweep\t%d\t%016" PRIx64 "\t%zu\t%d", JOURNAL_VERSION, digest, t->npoint,
                  t->nvalue);
  add_hash (out);
}

/* Rows of text go into the table; *good becomes the length up to the last whole line. */
static ictus_err
read_rows (const ictus__journal *j, char *text, size_t len, ictus__table *t, size_t *good)
{
  double *value = ictus_alloc ((size_t) t->nvalue, sizeof *value);
  char *line = text, *end;
  size_t spoilt = 0;
  ictus_err e = value != NULL ? ICTUS_OK : ICTUS_E_NOMEM;

  while (e == ICTUS_OK && (end = memchr (line, '\n', len - (size_t) (line - text))) != NULL)
    {
      *end = '\0';
      if (line != text) /* the head was looked at before */
        e = check_hash (line) ? read_row (line, t, value) : ICTUS_E_FORMAT;
      if (e == ICTUS_E_FORMAT)
        {
          spoilt += 1;
          e = ICTUS_OK;
        }
      line = end + 1;
    }
  *good = (size_t) (line - text);
  if (spoilt > 0)
    ictus_log ("%s: %zu spoilt line%s left out; those points run again", j->path, spoilt,
               spoilt == 1 ? "" : "s");
  ictus_free (value);
  return e;
}

static ictus_err
begin (ictus__journal *j, const char *head, size_t len)
{
  if (ftruncate (j->fd, 0) != 0 || write (j->fd, head, len) != (ssize_t) len || fsync (j->fd) != 0)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: %s", j->path, strerror (errno));
  return ICTUS_OK;
}

static ictus_err
go_on (ictus__journal *j, const char *head, const char *dir, bool overwrite, ictus__table *t)
{
  char *text = NULL;
  size_t len = 0, good = 0;
  ictus_text result = { 0 };
  bool has_result;
  ictus_err e;

  ICTUS_GO (ictus_file_read (j->path, &text, &len));
  ictus_text_add (&result, "%s/sweep.h5", dir);
  has_result = !result.failed && ictus_file_exists (result.s);
  if (overwrite || (memchr (text, '\n', len) == NULL && !has_result)) /* a torn head has no rows behind it */
    ICTUS_GO (begin (j, head, strlen (head)));
  else if (len < strlen (head) || memcmp (text, head, strlen (head)) != 0)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_INPUT,
                          "%s holds the sweep of another experiment (or of this one before it was changed): "
                          "choose another folder with -o, or --overwrite to start anew", dir));
  else
    {
      ICTUS_GO (read_rows (j, text, len, t, &good));
      if (good < len && ftruncate (j->fd, (off_t) good) != 0)
        ICTUS_GO (ICTUS_FAIL (ICTUS_E_IO, "cannot shorten %s: %s", j->path, strerror (errno)));
    }
done:
  ictus_text_clear (&result);
  ictus_free (text);
  return e;
}

ictus_err
ictus__journal_open (const char *dir, uint64_t digest, bool overwrite, ictus__table *t, ictus__journal *j)
{
  ictus_text path = { 0 }, head = { 0 };
  ictus_err e;

  memset (j, 0, sizeof *j);
  j->fd = -1;
  ictus_text_add (&path, "%s/sweep.journal", dir);
  make_head (&head, digest, t);
  if (path.failed || head.failed || (j->path = ictus_strdup (path.s)) == NULL)
    ICTUS_GO (ICTUS_E_NOMEM);
  j->fd = open (j->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (j->fd < 0)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_IO, "cannot open %s: %s", j->path, strerror (errno)));
  /* file systems without locks are left to the user's care */
  if (flock (j->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_RESOURCE, "another program is running a sweep in %s", dir));
  ICTUS_GO (go_on (j, head.s, dir, overwrite, t));
  j->synced_s = ictus_wall_s ();
done:
  ictus_text_clear (&path);
  ictus_text_clear (&head);
  if (e != ICTUS_OK)
    ictus__journal_close (j);
  return e;
}

static ictus_err
sync_now (ictus__journal *j)
{
  j->dirty = false;
  j->synced_s = ictus_wall_s ();
  if (fsync (j->fd) != 0)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: %s", j->path, strerror (errno));
  return ICTUS_OK;
}

ictus_err
ictus__journal_add (ictus__journal *j, const ictus__table *t, size_t point)
{
  ictus_text line = { 0 };
  ictus_err e = ICTUS_OK;

  if (t->status[point] == ICTUS__DONE)
    {
      ictus_text_add (&line, "%zu\tdone", point);
      for (int k = 0; k < t->nvalue; ++k)
        ictus_text_add (&line, "\t%.17g", t->value[point * (size_t) t->nvalue + (size_t) k]);
    }
  else
    {
      ictus_text_add (&line, "%zu\tfailed\t", point);
      add_escaped (&line, t->reason[point]);
    }
  add_hash (&line);
  if (line.failed)
    ICTUS_GO (ICTUS_E_NOMEM);
  if (ictus_fault ("sweep_row", 0))
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: failure injected", j->path));
  if (write (j->fd, line.s, line.len) != (ssize_t) line.len)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: %s", j->path, strerror (errno)));
  j->dirty = true;
  if (ictus_wall_s () - j->synced_s >= SYNC_S)
    ICTUS_GO (sync_now (j));
done:
  ictus_text_clear (&line);
  return e;
}

ictus_err
ictus__journal_close (ictus__journal *j)
{
  ictus_err e = ICTUS_OK;

  if (j->fd >= 0 && j->dirty)
    e = sync_now (j);
  if (j->fd >= 0 && close (j->fd) != 0 && e == ICTUS_OK)
    e = ICTUS_FAIL (ICTUS_E_IO, "cannot close %s: %s", j->path, strerror (errno));
  j->fd = -1;
  ictus_free (j->path);
  j->path = NULL;
  return e;
}
