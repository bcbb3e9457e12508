/* SPDX-License-Identifier: BSD-3-Clause */
/* DIR/sweep.journal, or DIR/part-KKKK-of-NNNN.journal: what a killed sweep goes on from. Fields are separated by
   tabs; the last field of every line is the hash of what stands before it, so that a torn or spoilt line is
   recognised.
     ictus-sweep <version> <digest of the experiment> <runs> <values a run> <part> <parts> <hash>
     <run> start <unix time> <ranks> <hash>
     <run> done <busy seconds> <value> ... <hash>
     <run> failed <reason> <hash>
   A run that takes less than a second or so has no start line. A start line says nothing about the outcome; a later done
   or failed line replaces an earlier one. Version 1 (without start lines and seconds) is refused. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "sweep/sweep_impl.h"

#define JOURNAL_VERSION 3

/* ---- names ---- */

void
ictus__journal_name (const char *dir, size_t part, size_t nparts, const char *ending, ictus_text *out)
{
  if (nparts > 1)
    ictus_text_add (out, "%s/part-%04zu-of-%04zu.%s", dir, part + 1, nparts, ending);
  else
    ictus_text_add (out, "%s/sweep.%s", dir, ending);
}

bool
ictus__journal_is_part (const char *name, size_t *part, size_t *nparts)
{
  int n = 0;

  if (sscanf (name, "part-%zu-of-%zu.journal%n", part, nparts, &n) != 2 || n == 0 || name[n] != '\0' || *part < 1
      || *part > *nparts)
    return false;
  *part -= 1;
  return true;
}

/* ---- lines ---- */

static void
add_hash (ictus_text *line)
{
  if (!line->failed)
    ictus_text_add (line, "\t%016" PRIx64 "\n", ictus_hash (line->s, line->len, 0));
}

/* Ends the line (without its newline) before its hash; false when the hash is wrong. */
static bool
check_hash (char *line, size_t len)
{
  char text[32];

  if (len < 17 || line[len - 17] != '\t')
    return false;
  snprintf (text, sizeof text, "%016" PRIx64, ictus_hash (line, len - 17, 0));
  if (memcmp (line + len - 16, text, 16) != 0)
    return false;
  line[len - 17] = '\0';
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

/* True when a number was there; *at goes behind it. */
static bool
take_number (char **at, double *x)
{
  char *end;

  *x = strtod (*at, &end);
  if (end == *at)
    return false;
  *at = end;
  return true;
}

/* A line without its hash; value [nvalue] is room for what it holds. False: not a line of this journal. */
static bool
parse_line (char *s, const ictus__journal_head *head, double *value, ictus__journal_line *out)
{
  char *end;
  unsigned long long run = strtoull (s, &end, 10);
  double nrank;

  if (end == s || run >= head->nrun)
    return false;
  out->run = (size_t) run;
  if (strncmp (end, "\tfailed\t", 8) == 0)
    {
      unescape (end + 8);
      out->kind = ICTUS__LINE_FAILED;
      out->reason = end + 8;
      return true;
    }
  if (strncmp (end, "\tstart\t", 7) == 0)
    {
      end += 7;
      out->kind = ICTUS__LINE_START;
      if (!take_number (&end, &out->seconds) || !take_number (&end, &nrank))
        return false;
      out->nrank = (int) nrank;
      return *end == '\0';
    }
  if (strncmp (end, "\tdone\t", 6) != 0)
    return false;
  end += 6;
  out->kind = ICTUS__LINE_DONE;
  out->value = value;
  if (!take_number (&end, &out->seconds))
    return false;
  for (int k = 0; k < head->nvalue; ++k)
    if (!take_number (&end, &value[k]))
      return false;
  return *end == '\0';
}

static void
make_head (ictus_text *out, const ictus__journal_head *h)
{
  ictus_text_add (out, "ictus-sweep\t%d\t%016" PRIx64 "\t%zu\t%d\t%zu\t%zu\t%d", JOURNAL_VERSION, h->digest, h->nrun,
                  h->nvalue, h->part + 1, h->nparts, h->level);
  add_hash (out);
}

static ictus_err
read_head (const char *path, char *line, size_t len, ictus__journal_head *h)
{
  int version, n = 0;

  if (sscanf (line, "ictus-sweep\t%d", &version) == 1 && version != JOURNAL_VERSION)
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s was written by another version of Ictus (format %d; this one has %d): --overwrite starts anew", path,
                       version, JOURNAL_VERSION);
  if (!check_hash (line, len)
      || sscanf (line, "ictus-sweep\t%d\t%" SCNx64 "\t%zu\t%d\t%zu\t%zu\t%d%n", &version, &h->digest, &h->nrun, &h->nvalue,
                 &h->part, &h->nparts, &h->level, &n) != 7
      || line[n] != '\0' || ictus_isa_name (h->level) == NULL || h->part < 1 || h->part > h->nparts || h->nvalue < 1)
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s is not the journal of a sweep, or its first line is spoilt", path);
  h->part -= 1;
  return ICTUS_OK;
}

/* ---- reading ---- */

typedef struct reader
{
  char *text, *line; /* the file; what comes next */
  size_t len;
} reader;

/* The next whole line without its newline; false at the end. */
static bool
next_line (reader *r, char **line, size_t *len)
{
  char *end = memchr (r->line, '\n', r->len - (size_t) (r->line - r->text));

  if (end == NULL)
    return false;
  *end = '\0';
  *line = r->line;
  *len = (size_t) (end - r->line);
  r->line = end + 1;
  return true;
}

static ictus_err
each_row (reader *r, const ictus__journal_head *head, ictus_err (*each) (void *ctx, const ictus__journal_line *line),
          void *ctx, size_t *spoilt)
{
  double *value = ictus_alloc ((size_t) head->nvalue, sizeof *value);
  char *line, *copy = NULL;
  size_t len, cap = 0;
  ictus_err e = value != NULL ? ICTUS_OK : ICTUS_E_NOMEM;

  ICTUS_GO (e);
  while (next_line (r, &line, &len))
    {
      ictus__journal_line out = { .len = len + 1 };

      ICTUS_GO (ictus_grow (&copy, &cap, len + 2, 1));
      memcpy (copy, line, len);
      memcpy (copy + len, "\n", 2);
      out.text = copy;
      if (check_hash (line, len) && parse_line (line, head, value, &out))
        ICTUS_GO (each (ctx, &out));
      else
        *spoilt += 1;
    }
done:
  ictus_free (copy);
  ictus_free (value);
  return e;
}

ictus_err
ictus__journal_each (const char *path, ictus__journal_head *head,
                     ictus_err (*each) (void *ctx, const ictus__journal_line *line), void *ctx, size_t *good,
                     size_t *spoilt)
{
  reader r = { 0 };
  char *line;
  size_t len, bad = 0;
  ictus_err e;

  memset (head, 0, sizeof *head);
  ICTUS_GO (ictus_file_read (path, &r.text, &r.len));
  r.line = r.text;
  if (next_line (&r, &line, &len))
    {
      ICTUS_GO (read_head (path, line, len, head));
      if (each != NULL)
        ICTUS_GO (each_row (&r, head, each, ctx, &bad));
    }
  if (good != NULL)
    *good = (size_t) (r.line - r.text);
  if (spoilt != NULL)
    *spoilt = bad;
done:
  ictus_free (r.text);
  return e;
}

/* ---- opening ---- */

static ictus_err
begin (ictus__journal *j, const ictus__journal_head *head)
{
  ictus_text line = { 0 };
  ictus_err e = ICTUS_OK;

  make_head (&line, head);
  if (line.failed)
    e = ICTUS_E_NOMEM;
  else if (ftruncate (j->fd, 0) != 0 || write (j->fd, line.s, line.len) != (ssize_t) line.len || fsync (j->fd) != 0)
    e = ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: %s", j->path, strerror (errno));
  ictus_text_clear (&line);
  return e;
}

static ictus_err
into_table (void *ctx, const ictus__journal_line *line)
{
  ictus__table *t = ctx;

  if (line->kind == ICTUS__LINE_DONE)
    return ictus__table_set (t, line->run, ICTUS__DONE, line->value, NULL);
  if (line->kind == ICTUS__LINE_FAILED)
    return ictus__table_set (t, line->run, ICTUS__FAILED, NULL, line->reason);
  return ICTUS_OK;
}

static bool
is_same (const ictus__journal_head *a, const ictus__journal_head *b)
{
  return a->digest == b->digest && a->nrun == b->nrun && a->nvalue == b->nvalue && a->part == b->part
         && a->nparts == b->nparts;
}

static ictus_err
go_on (ictus__journal *j, const ictus__journal_head *head, const char *dir, bool has_result, ictus__table *t)
{
  ictus__journal_head found;
  size_t good = 0, spoilt = 0;
  off_t size = lseek (j->fd, 0, SEEK_END);

  ICTUS_TRY (ictus__journal_each (j->path, &found, NULL, NULL, &good, NULL));
  if (good == 0 && !has_result) /* new, or torn in its head: there are no rows behind it */
    return begin (j, head);
  if (!is_same (&found, head))
    return ICTUS_FAIL (ICTUS_E_INPUT,
                       "%s holds the sweep of another experiment (or of this one before it was changed): "
                       "choose another folder with -o, or --overwrite to start anew", dir);
  if (found.level != head->level)
    return ICTUS_FAIL (ICTUS_E_INPUT,
                       "%s was computed with %s, this would go on with %s and differ in last digits: go on with --isa %s, "
                       "or --overwrite to start anew", dir, ictus_isa_name (found.level), ictus_isa_name (head->level),
                       ictus_isa_name (found.level));
  ICTUS_TRY (ictus__journal_each (j->path, &found, into_table, t, &good, &spoilt));
  if (spoilt > 0)
    ictus_log ("%s: %zu spoilt line%s left out; what was in them runs again", j->path, spoilt, spoilt == 1 ? "" : "s");
  if ((off_t) good < size && ftruncate (j->fd, (off_t) good) != 0)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot shorten %s: %s", j->path, strerror (errno));
  return ICTUS_OK;
}

ictus_err
ictus__journal_open (const char *dir, const ictus__journal_head *head, bool overwrite, ictus__table *t,
                     ictus__journal *j)
{
  ictus_text path = { 0 }, result = { 0 };
  ictus_err e;

  memset (j, 0, sizeof *j);
  j->fd = -1;
  ictus__journal_name (dir, head->part, head->nparts, "journal", &path);
  ictus__journal_name (dir, head->part, head->nparts, "h5", &result);
  if (path.failed || result.failed || (j->path = ictus_strdup (path.s)) == NULL)
    ICTUS_GO (ICTUS_E_NOMEM);
  j->fd = open (j->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (j->fd < 0)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_IO, "cannot open %s: %s", j->path, strerror (errno)));
  /* file systems without locks are left to the user's care */
  if (flock (j->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_RESOURCE, "another program is writing %s", j->path));
  ICTUS_GO (overwrite ? begin (j, head) : go_on (j, head, dir, ictus_file_exists (result.s), t));
  j->synced_s = ictus_wall_s ();
done:
  ictus_text_clear (&path);
  ictus_text_clear (&result);
  if (e != ICTUS_OK)
    ictus__journal_close (j);
  return e;
}

/* ---- writing ---- */

/* A whole line in one call, so that a kill leaves it whole, torn or away, and never two mixed. */
static ictus_err
append (ictus__journal *j, const char *line, size_t len)
{
  if (ictus_fault ("sweep_row", 0))
    return ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: failure injected", j->path);
  if (write (j->fd, line, len) != (ssize_t) len)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: %s", j->path, strerror (errno));
  j->dirty = true;
  return ICTUS_OK;
}

static ictus_err
append_text (ictus__journal *j, ictus_text *line)
{
  ictus_err e;

  add_hash (line);
  e = line->failed ? ICTUS_E_NOMEM : append (j, line->s, line->len);
  ictus_text_clear (line);
  return e;
}

ictus_err
ictus__journal_add (ictus__journal *j, const ictus__table *t, size_t run, double busy_s)
{
  ictus_text line = { 0 };

  if (t->status[run] == ICTUS__DONE)
    {
      ictus_text_add (&line, "%zu\tdone\t%.6g", run, busy_s);
      for (int k = 0; k < t->nvalue; ++k)
        ictus_text_add (&line, "\t%.17g", t->value[run * (size_t) t->nvalue + (size_t) k]);
    }
  else
    {
      ictus_text_add (&line, "%zu\tfailed\t", run);
      add_escaped (&line, t->reason[run]);
    }
  return append_text (j, &line);
}

ictus_err
ictus__journal_add_start (ictus__journal *j, size_t run, double since, int nrank)
{
  ictus_text line = { 0 };

  ictus_text_add (&line, "%zu\tstart\t%.0f\t%d", run, since, nrank);
  return append_text (j, &line);
}

ictus_err
ictus__journal_add_line (ictus__journal *j, const ictus__journal_line *line)
{
  return append (j, line->text, line->len);
}

ictus_err
ictus__journal_sync (ictus__journal *j, double max_age_s, bool *synced)
{
  *synced = !j->dirty;
  if (!j->dirty || ictus_wall_s () - j->synced_s < max_age_s)
    return ICTUS_OK;
  j->dirty = false;
  j->synced_s = ictus_wall_s ();
  *synced = true;
  if (fsync (j->fd) != 0)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: %s", j->path, strerror (errno));
  return ICTUS_OK;
}

ictus_err
ictus__journal_close (ictus__journal *j)
{
  ictus_err e = ICTUS_OK;
  bool synced;

  if (j->fd >= 0)
    e = ictus__journal_sync (j, 0, &synced);
  if (j->fd >= 0 && close (j->fd) != 0 && e == ICTUS_OK)
    e = ICTUS_FAIL (ICTUS_E_IO, "cannot close %s: %s", j->path, strerror (errno));
  j->fd = -1;
  ictus_free (j->path);
  j->path = NULL;
  return e;
}

int
ictus_sweep_isa (const char *dir, size_t part, size_t nparts)
{
  ictus_text path = { 0 };
  ictus__journal_head head;
  size_t good = 0;
  int level = 0;

  ictus__journal_name (dir, part, nparts, "journal", &path);
  if (!path.failed && ictus_file_exists (path.s)
      && ictus__journal_each (path.s, &head, NULL, NULL, &good, NULL) == ICTUS_OK && good > 0)
    level = head.level;
  ictus_text_clear (&path);
  return level;
}
