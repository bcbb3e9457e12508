/* SPDX-License-Identifier: BSD-3-Clause */
/* How far a sweep is, from its journals, without changing anything. */
#include "sweep/sweep_design.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct look
{
  ictus_sweep_state *s;
  uint64_t digest;
  uint8_t *status; /* [nrun] ictus__status */
  double *since;   /* [nrun] Unix time; 0: not begun */
  int *nrank;      /* [nrun] */
  double *busy;    /* [nrun] */
  char **reason;   /* [nrun] */
} look;

/* ---- one journal -------------------------------------------------------------------------------- */

static ictus_err
take_line (void *ctx, const ictus__journal_line *line)
{
  look *l = ctx;
  size_t k = line->run;

  switch (line->kind)
    {
    case ICTUS__LINE_START:
      l->since[k] = line->seconds;
      l->nrank[k] = line->nrank;
      break;
    case ICTUS__LINE_DONE:
      l->status[k] = ICTUS__DONE;
      l->busy[k] = line->seconds;
      break;
    case ICTUS__LINE_FAILED:
      if (l->status[k] == ICTUS__DONE)
        break;
      l->status[k] = ICTUS__FAILED;
      ictus_free (l->reason[k]);
      l->reason[k] = ictus_strdup (line->reason);
      if (l->reason[k] == NULL)
        return ICTUS_E_NOMEM;
      break;
    }
  return ICTUS_OK;
}

static ictus_err
make_room (look *l, const ictus__journal_head *head)
{
  size_t n = head->nrun;

  l->digest = head->digest;
  l->s->nrun = n;
  l->status = ictus_alloc (n, sizeof *l->status);
  l->since = ictus_alloc (n, sizeof *l->since);
  l->nrank = ictus_alloc (n, sizeof *l->nrank);
  l->busy = ictus_alloc (n, sizeof *l->busy);
  l->reason = ictus_alloc (n, sizeof *l->reason);
  return l->status == NULL || l->since == NULL || l->nrank == NULL || l->busy == NULL || l->reason == NULL
             ? ICTUS_E_NOMEM
             : ICTUS_OK;
}

static ictus_err
read_journal (look *l, const char *path)
{
  ictus__journal_head head;
  size_t good = 0, spoilt = 0;

  ICTUS_TRY (ictus__journal_each (path, &head, NULL, NULL, &good, NULL));
  if (good == 0) /* begun this moment: not even the first line is there */
    return ICTUS_OK;
  if (l->s->njournal == 0)
    ICTUS_TRY (make_room (l, &head));
  else if (head.digest != l->digest || head.nrun != l->s->nrun)
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s is of another sweep than %s", path, l->s->journal[0]);
  ICTUS_TRY (ictus__journal_each (path, &head, take_line, l, NULL, &spoilt));
  l->s->nspoilt += spoilt;
  l->s->journal[l->s->njournal] = ictus_strdup (path);
  if (l->s->journal[l->s->njournal] == NULL)
    return ICTUS_E_NOMEM;
  l->s->njournal += 1;
  if (head.nparts > 1)
    {
      l->s->npart += 1;
      l->s->nparts = head.nparts;
    }
  return ICTUS_OK;
}

/* ---- all of them -------------------------------------------------------------------------------- */

static int
compare_names (const void *a, const void *b)
{
  char *const *x = a, *const *y = b;

  return strcmp (*x, *y);
}

/* Paths of the journals, ascending; *path [*n] each freed with ictus_free. */
static ictus_err
list_journals (const char *dir, char ***path, size_t *n)
{
  DIR *d = opendir (dir);
  size_t cap = 0, part, nparts;
  struct dirent *entry;
  ictus_text text = { 0 };
  ictus_err e = ICTUS_OK;

  if (d == NULL)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot read the folder %s: %s", dir, strerror (errno));
  while (e == ICTUS_OK && (entry = readdir (d)) != NULL)
    {
      if (strcmp (entry->d_name, "sweep.journal") != 0
          && !ictus__journal_is_part (entry->d_name, &part, &nparts))
        continue;
      ictus_text_clear (&text);
      ictus_text_add (&text, "%s/%s", dir, entry->d_name);
      e = text.failed ? ICTUS_E_NOMEM : ictus_grow (path, &cap, *n + 1, sizeof **path);
      if (e == ICTUS_OK && ((*path)[*n] = ictus_strdup (text.s)) == NULL)
        e = ICTUS_E_NOMEM;
      *n += e == ICTUS_OK;
    }
  ictus_text_clear (&text);
  closedir (d);
  if (*n > 1)
    qsort (*path, *n, sizeof **path, compare_names);
  return e;
}

ictus_err
ictus__study_check (const char *dir, uint64_t digest)
{
  ictus_text used = { 0 };
  ictus__journal_head head;
  uint64_t found = digest;
  char *text = NULL, **path = NULL;
  size_t n = 0, good;
  ictus_err e;

  ictus_text_add (&used, "%s/used.yaml", dir);
  ICTUS_GO (used.failed ? ICTUS_E_NOMEM : ICTUS_OK);
  if (!ictus_file_exists (used.s))
    goto done;
  ICTUS_GO (ictus_file_read (used.s, &text, NULL));
  if (!ictus__study_digest (text, &found) || found == digest) /* of many parts only the first ones look at all others */
    goto done;
  ICTUS_GO (list_journals (dir, &path, &n));
  for (size_t k = 0; k < n; ++k)
    {
      ICTUS_GO (ictus__journal_each (path[k], &head, NULL, NULL, &good, NULL));
      if (good > 0 && head.digest != digest)
        ICTUS_GO (ICTUS_FAIL (ICTUS_E_INPUT,
                              "%s is of another experiment (or of this one before it was changed): choose another folder "
                              "with -o, or --overwrite to start anew", path[k]));
    }
done:
  for (size_t k = 0; k < n; ++k)
    ictus_free (path[k]);
  ictus_free (path);
  ictus_free (text);
  ictus_text_clear (&used);
  return e;
}

/* What is told run by run. */
static ictus_err
gather (look *l)
{
  ictus_sweep_state *s = l->s;
  size_t failed = 0, begun = 0;
  double busy = 0;

  for (size_t k = 0; k < s->nrun; ++k)
    {
      s->ndone += l->status[k] == ICTUS__DONE;
      s->nfailed += l->status[k] == ICTUS__FAILED;
      s->nbegun += l->status[k] == ICTUS__TODO && l->since[k] > 0;
      busy += l->busy[k];
      s->longest_s = l->busy[k] > s->longest_s ? l->busy[k] : s->longest_s;
    }
  s->busy_s = s->ndone > 0 ? busy / (double)s->ndone : 0;
  s->failed = ictus_alloc (s->nfailed, sizeof *s->failed);
  s->begun = ictus_alloc (s->nbegun, sizeof *s->begun);
  if (s->failed == NULL || s->begun == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < s->nrun; ++k)
    if (l->status[k] == ICTUS__FAILED)
      {
        s->failed[failed++] = (ictus_sweep_run_state){ .run = k, .reason = l->reason[k] };
        l->reason[k] = NULL;
      }
    else if (l->status[k] == ICTUS__TODO && l->since[k] > 0)
      s->begun[begun++] = (ictus_sweep_run_state){ .run = k, .since = l->since[k], .nrank = l->nrank[k] };
  return ICTUS_OK;
}

ictus_err
ictus_sweep_look (const char *dir, ictus_sweep_state *out)
{
  look l = { .s = out };
  char **path = NULL;
  size_t n = 0;
  ictus_err e;

  memset (out, 0, sizeof *out);
  ICTUS_GO (list_journals (dir, &path, &n));
  out->journal = ictus_alloc (n, sizeof *out->journal);
  ICTUS_GO (out->journal == NULL ? ICTUS_E_NOMEM : ICTUS_OK);
  for (size_t k = 0; k < n; ++k)
    ICTUS_GO (read_journal (&l, path[k]));
  e = gather (&l);
done:
  for (size_t k = 0; k < n; ++k)
    ictus_free (path[k]);
  for (size_t k = 0; l.reason != NULL && k < out->nrun; ++k)
    ictus_free (l.reason[k]);
  ictus_free (path);
  ictus_free (l.status);
  ictus_free (l.since);
  ictus_free (l.nrank);
  ictus_free (l.busy);
  ictus_free (l.reason);
  if (e != ICTUS_OK)
    ictus_sweep_state_clear (out);
  return e;
}

/* ---- a search ----------------------------------------------------------------------------------- */

/* What is done in one journal stays done when another has a failure. */
static ictus_err
into_table (void *ctx, const ictus__journal_line *line)
{
  ictus__table *t = ctx;

  if (line->kind == ICTUS__LINE_DONE)
    return ictus__table_set (t, line->run, ICTUS__DONE, line->value, NULL);
  if (line->kind == ICTUS__LINE_FAILED && t->status[line->run] != ICTUS__DONE)
    return ictus__table_set (t, line->run, ICTUS__FAILED, NULL, line->reason);
  return ICTUS_OK;
}

ictus_err
ictus_sweep_look_lines (const ictus_sweep_state *s, const ictus_experiment *exp, size_t *nline, size_t *nopen)
{
  size_t nrun = ictus__grid_npoint (exp) * (size_t) exp->nrepeat;
  int nvalue = ICTUS__NMEASURE * (exp->npopulation + 1);
  ictus__journal_head head;
  ictus__table *t = NULL;
  ictus__line *line = NULL;
  ictus_err e;

  *nline = *nopen = 0;
  ICTUS_GO (ictus__table_create (nrun, nvalue, &t));
  for (size_t k = 0; k < s->njournal; ++k)
    {
      ICTUS_GO (ictus__journal_each (s->journal[k], &head, NULL, NULL, NULL, NULL));
      if (head.nrun != nrun || head.nvalue != nvalue)
        ICTUS_GO (ICTUS_FAIL (ICTUS_E_FORMAT, "%s is of another sweep than used.yaml beside it", s->journal[k]));
      ICTUS_GO (ictus__journal_each (s->journal[k], &head, into_table, t, NULL, NULL));
    }
  ICTUS_GO (ictus__threshold_lines (exp, t, &line, nline));
  for (size_t k = 0; k < *nline; ++k)
    *nopen += line[k].crossing == ICTUS__CROSSING_TODO;
done:
  ictus_free (line);
  ictus__table_destroy (&t);
  return e;
}

void
ictus_sweep_state_clear (ictus_sweep_state *s)
{
  for (size_t k = 0; s->failed != NULL && k < s->nfailed; ++k)
    ictus_free (s->failed[k].reason);
  for (size_t k = 0; s->journal != NULL && k < s->njournal; ++k)
    ictus_free (s->journal[k]);
  ictus_free (s->failed);
  ictus_free (s->begun);
  ictus_free (s->journal);
  memset (s, 0, sizeof *s);
}
