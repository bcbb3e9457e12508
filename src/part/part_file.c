/* SPDX-License-Identifier: BSD-3-Clause */
/* Partition files, read and written. The format is described in partitions/README.md. */
#include "part_impl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef struct cursor
{
  const char *path, *text, *begin, *at;
  int line;
} cursor;

static void
skip_space (cursor *c)
{
  c->at += strspn (c->at, " \t\r");
}

static bool
at_end (const cursor *c)
{
  return *c->at == '\0' || *c->at == '\n' || *c->at == '#';
}

static ictus_err
fail_here (const cursor *c, const char *expected)
{
  int n = (int) strcspn (c->at, " \t\r\n#"), col = (int) (c->at - c->begin) + 1;

  if (n == 0)
    return ictus_err_at (ICTUS_E_INPUT, c->path, c->text, c->line, col, 1, "expected %s", expected);
  return ictus_err_at (ICTUS_E_INPUT, c->path, c->text, c->line, col, n, "\"%.*s\": expected %s",
                       n > 60 ? 60 : n, c->at, expected);
}

/* Begin of the next line that says something; false at the end. */
static bool
next_line (cursor *c)
{
  for (;;)
    {
      if (c->begin == NULL)
        c->begin = c->text;
      else
        {
          c->begin += strcspn (c->begin, "\n");
          c->begin += *c->begin == '\n';
        }
      c->line += 1;
      c->at = c->begin;
      if (*c->begin == '\0')
        return false;
      skip_space (c);
      if (!at_end (c))
        return true;
    }
}

static ictus_err
read_number (cursor *c, uint64_t max, const char *expected, uint64_t *out)
{
  char *end;

  skip_space (c);
  errno = 0;
  if (*c->at < '0' || *c->at > '9')
    return fail_here (c, expected);
  *out = strtoull (c->at, &end, 10);
  if (errno != 0 || *out > max || strchr (" \t\r\n#-", *end) == NULL)
    return fail_here (c, expected);
  c->at = end;
  return ICTUS_OK;
}

/* "word number" */
static ictus_err
read_header (cursor *c, const char *word, uint64_t *out)
{
  char expected[64];
  size_t n = strlen (word);

  snprintf (expected, sizeof expected, "\"%s NUMBER\"", word);
  if (!next_line (c) || strncmp (c->at, word, n) != 0 || strchr (" \t", c->at[n]) == NULL || c->at[n] == '\0')
    return fail_here (c, expected);
  c->at += n;
  ICTUS_TRY (read_number (c, INT64_MAX, expected, out));
  skip_space (c);
  return at_end (c) ? ICTUS_OK : fail_here (c, "the end of the line");
}

/* "first[-last] rank" */
static ictus_err
read_range (cursor *c, const ictus_part *p, ictus__range *out)
{
  char neuron[80], rank[80];
  uint64_t r;

  snprintf (neuron, sizeof neuron, "a neuron, 0 to %" PRIu64, p->n - 1);
  snprintf (rank, sizeof rank, "a rank, 0 to %d", p->nrank - 1);
  out->line = c->line;
  ICTUS_TRY (read_number (c, p->n - 1, neuron, &out->first));
  out->last = out->first;
  if (*c->at == '-')
    {
      const char *minus = c->at++;

      ICTUS_TRY (read_number (c, p->n - 1, neuron, &out->last));
      if (out->last < out->first)
        {
          c->at = minus + 1;
          return fail_here (c, "a range that ascends");
        }
    }
  ICTUS_TRY (read_number (c, (uint64_t) p->nrank - 1, rank, &r));
  out->rank = (int) r;
  skip_space (c);
  return at_end (c) ? ICTUS_OK : fail_here (c, "the end of the line: \"first-last rank\"");
}

static int
compare_ranges (const void *pa, const void *pb)
{
  const ictus__range *a = pa, *b = pb;

  if (a->first != b->first)
    return a->first < b->first ? -1 : 1;
  return (a->line > b->line) - (a->line < b->line);
}

/* Every neuron once. */
static ictus_err
check_ranges (ictus_part *p, const cursor *c)
{
  uint64_t next = 0;

  if (p->nrange > 1)
    qsort (p->range, p->nrange, sizeof *p->range, compare_ranges);
  for (size_t k = 0; k <= p->nrange; ++k)
    {
      uint64_t first = k < p->nrange ? p->range[k].first : p->n;

      if (first < next)
        {
          int a = p->range[k - 1].line, b = p->range[k].line;

          return ictus_err_at (ICTUS_E_INPUT, c->path, c->text, a > b ? a : b, 0, 1,
                               "neuron %" PRIu64 " was given a rank before, in line %d", first,
                               a > b ? b : a);
        }
      if (first > next)
        return ICTUS_FAIL (ICTUS_E_INPUT, "%s: neurons %" PRIu64 "-%" PRIu64 " have no rank", c->path, next,
                           first - 1);
      next = k < p->nrange ? p->range[k].last + 1 : next;
    }
  return ICTUS_OK;
}

ictus_err
ictus__part_parse (ictus_part *p, const char *path, const char *text)
{
  cursor c = { .path = path, .text = text };
  uint64_t version, n, nrank;

  ICTUS_TRY (read_header (&c, "ictus-partition", &version));
  if (version != 1)
    return ICTUS_FAIL (ICTUS_E_INPUT,
                       "%s:%d: partition file of version %" PRIu64 "; this program reads version 1", path,
                       c.line, version);
  ICTUS_TRY (read_header (&c, "neurons", &n));
  if (n != p->n)
    return ictus_err_at (ICTUS_E_INPUT, path, text, c.line, 0, 1,
                         "a partition of %" PRIu64 " neurons, but this network has %" PRIu64, n, p->n);
  ICTUS_TRY (read_header (&c, "ranks", &nrank));
  if (nrank != (uint64_t) p->nrank)
    return ictus_err_at (ICTUS_E_INPUT, path, text, c.line, 0, 1,
                         "a partition for %" PRIu64
                         " ranks, but this run has %d: start it with mpirun -n %" PRIu64
                         " or make another with \"ictus partition\"",
                         nrank, p->nrank, nrank);
  while (next_line (&c))
    {
      ICTUS_TRY (ictus_grow (&p->range, &p->cap, p->nrange + 1, sizeof *p->range));
      ICTUS_TRY (read_range (&c, p, &p->range[p->nrange]));
      ++p->nrange;
    }
  return check_ranges (p, &c);
}

ictus_err
ictus_part_write (const ictus_part *p, const char *path)
{
  ictus_text t = { 0 };
  ictus_err e;

  ictus_text_add (&t,
                  "ictus-partition 1\n# %s; lines: first-last rank, neurons counted over all populations in "
                  "their order\n",
                  p->name);
  ictus_text_add (&t, "neurons %" PRIu64 "\nranks %d\n", p->n, p->nrank);
  for (uint64_t g = 0; g < p->n;)
    {
      uint64_t last = g;
      int rank = ictus_part_owner (p, g);

      while (last + 1 < p->n && ictus_part_owner (p, last + 1) == rank)
        ++last;
      if (last > g)
        ictus_text_add (&t, "%" PRIu64 "-%" PRIu64 " %d\n", g, last, rank);
      else
        ictus_text_add (&t, "%" PRIu64 " %d\n", g, rank);
      g = last + 1;
    }
  e = t.failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory") : ictus_file_write (path, t.s, t.len);
  ictus_text_clear (&t);
  return e;
}
