/* SPDX-License-Identifier: BSD-3-Clause */
/* A sweep from its document to sweep.h5: check, go on from the journal, deal, write. */
#include <math.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sweep/sweep_design.h"

#define SYNC_S 1.0   /* rows are flushed to disk at most this often */
#define WRITE_S 30.0 /* sweep.h5 is made anew at most this often while rows come in, */
#define WRITE_PART 50 /* and writing takes at most this part of the time */
#define SAY_S 5.0    /* a line about the progress, where there is no terminal */

typedef struct sweep
{
  MPI_Comm comm;
  const char *dir;
  const ictus_sweep_options *opt;
  ictus__study study;
  int rank;
  size_t part, nparts;
  ictus__deal *deal;
  /* rank 0 */
  ictus__table *table;
  ictus__source *source;
  ictus__journal journal;
  ictus__facts facts;
  ictus_text hosts;
  char start[32];
  size_t nkept, nnew, nfailed; /* outcomes from before, of now; failed of both */
  double written_s, writing_s, said_s;
  double busy_s; /* times ranks */
  size_t *old, nold, cap; /* runs with a row in the journal of which the checkpoints are to go */
  bool tty;
  ictus_err failed; /* what ended the dealing, and its message */
  char *message;
} sweep;

/* ---- progress ---- */

/* What is counted: runs, which of a plain grid are its points. */
static const char *
counted (const sweep *s)
{
  return s->study.exp->nrepeat > 1 || s->study.exp->threshold.is_searched ? "runs" : "points";
}

static void
say (sweep *s, bool last)
{
  double now = ictus_wall_s (), spent = now - s->facts.start_s;
  size_t left = ictus__source_left (s->source), done = s->nkept + s->nnew;
  double wait = s->nnew > 0 ? spent / (double) s->nnew * (double) left : 0;

  if (!s->opt->progress || (!last && now - s->said_s < (s->tty ? 0.2 : SAY_S)))
    return;
  s->said_s = now;
  if (s->tty)
    fprintf (stderr, "\r%zu of %zu %s, %zu failed, %.0f s, %.0f s left\033[K%s", done, done + left, counted (s), s->nfailed, spent,
             wait, last ? "\n" : "");
  else
    ictus_log ("%zu of %zu %s, %zu failed, %.0f s, %.0f s left", done, done + left, counted (s), s->nfailed, spent, wait);
  fflush (stderr);
  if (last)
    ictus_log ("efficiency %.2f: ranks worked for %.3g of %.3g s", s->facts.efficiency, s->busy_s,
               s->facts.efficiency > 0 ? s->busy_s / s->facts.efficiency : 0.0);
}

static void
say_start (const sweep *s)
{
  int size = ictus_comm_size (s->comm), each = s->study.exp->ranks_per_point, rest = size % each;
  size_t left = ictus__source_left (s->source);

  if (!s->opt->progress)
    return;
  if (s->nparts > 1)
    ictus_log ("part %zu of %zu", s->part + 1, s->nparts);
  if (s->study.exp->threshold.is_searched)
    ictus_log ("a search of %zu lines, %zu runs of the full grid", ictus__threshold_nline (s->study.exp), s->study.nrun);
  ictus_log ("%s%zu %s, %zu of them to do%s", s->study.exp->threshold.is_searched && left > 0 ? "about " : "", s->nkept + left,
             counted (s), left,
             s->nkept > s->nfailed ? "; the others are kept from before" : "");
  if (s->nfailed > 0)
    ictus_log ("%zu %s failed before; --retry-failed runs them again", s->nfailed, counted (s));
  if (size < each)
    ictus_log ("sweep.ranks_per_point is %d, but there %s only %d rank%s: one team", each,
               size == 1 ? "is" : "are", size, size == 1 ? "" : "s");
  else if (rest > 0)
    ictus_log ("%d ranks are %d team%s of %d and one of %d", size, size / each, size / each == 1 ? "" : "s", each, rest);
}

/* ---- rank 0: what comes in ---- */

static void
stop_with (sweep *s, ictus_err e)
{
  if (s->failed != ICTUS_OK)
    return;
  s->failed = e;
  s->message = ictus_strdup (ictus_err_last ());
  ictus__deal_stop (s->deal);
}

static ictus_err
write_file (sweep *s)
{
  double begin = ictus_wall_s (), ranks = (double) s->facts.nrank * (begin - s->facts.start_s);
  ictus_err e;

  s->facts.complete = ictus__source_left (s->source) == 0;
  s->facts.busy_s = s->busy_s;
  s->facts.efficiency = ranks > 0 ? s->busy_s / ranks : 0;
  e = ictus__file_write (s->dir, s->study.exp, s->study.net, s->table, &s->facts);
  s->written_s = ictus_wall_s ();
  s->writing_s = s->written_s - begin;
  return e;
}

static void
take_row (void *ctx, const ictus__row *row)
{
  sweep *s = ctx;
  ictus_err e;

  s->busy_s += row->busy_s * (double) row->nrank;
  if (s->failed != ICTUS_OK || row->status == ICTUS__TODO)
    return;
  s->nnew += 1;
  s->nfailed += row->status == ICTUS__FAILED;
  ICTUS_GO (ictus__table_set (s->table, row->run, row->status, row->value, row->reason));
  ICTUS_GO (ictus__journal_add (&s->journal, s->table, row->run, row->busy_s));
  ICTUS_GO (ictus__source_take (s->source, row->run, row->status, row->value));
  if (row->has_dir)
    {
      ICTUS_GO (ictus_grow (&s->old, &s->cap, s->nold + 1, sizeof *s->old));
      s->old[s->nold++] = row->run;
    }
  say (s, false);
done:
  if (e != ICTUS_OK)
    stop_with (s, e);
}

static void
under_way (void *ctx, size_t run, double since, int nrank)
{
  sweep *s = ctx;

  if (s->failed == ICTUS_OK && ictus__journal_add_start (&s->journal, run, since, nrank) != ICTUS_OK)
    stop_with (s, ICTUS_E_IO);
}

/* Checkpoints go when the row is on disk. */
static void
forget_old (sweep *s)
{
  for (size_t k = 0; k < s->nold; ++k)
    ictus__point_forget (s->dir, s->old[k]);
  s->nold = 0;
}

/* Rank 0, about once a second. */
static void
tick (void *ctx)
{
  sweep *s = ctx;
  double since = ictus_wall_s () - s->written_s;
  bool synced;
  ictus_err e;

  if (s->failed != ICTUS_OK)
    return;
  ICTUS_GO (ictus__journal_sync (&s->journal, SYNC_S, &synced));
  if (synced)
    forget_old (s);
  if (since >= WRITE_S && since >= WRITE_PART * s->writing_s)
    ICTUS_GO (write_file (s));
done:
  if (e != ICTUS_OK)
    stop_with (s, e);
}

static bool
told (void *ctx)
{
  const sweep *s = ctx;

  return s->opt->told != NULL && s->opt->told (s->opt->told_ctx);
}

/* ---- every team ---- */

/* Which rank of a team a neuron lived on does not belong into the result. */
static const char *
without_rank (const char *message)
{
  int n = 0;

  (void) sscanf (message, "rank %*d: %n", &n);
  return message + n;
}

/* A run that was told to stop and could not write its checkpoint has not failed: it begins again some day. */
static bool
was_stopped (sweep *s, size_t run, ictus_err outcome)
{
  bool lost = outcome == ICTUS_E_IO && ictus__deal_poll (s->deal);

  if (lost && ictus_comm_rank (ictus__deal_team (s->deal)) == 0)
    ictus_log ("point %zu stopped without a checkpoint: %s", run, ictus_err_last ());
  return outcome == ICTUS_E_STOPPED || lost;
}

static ictus_err
work (sweep *s)
{
  ictus_measures *m = ictus_alloc ((size_t) s->study.nvalue / ICTUS__NMEASURE, sizeof *m);
  bool has_row = false;
  ictus__row row;
  int64_t run;
  ictus_err e;

  ICTUS_GO (ictus_comm_agree (s->comm, m != NULL ? ICTUS_OK : ICTUS_E_NOMEM));
  while ((run = ictus__deal_next (s->deal, has_row ? &row : NULL)) >= 0)
    {
      double begin = ictus_wall_s ();
      bool has_dir = false;
      ictus_err outcome = ictus__point_run (&s->study, s->deal, s->dir, (size_t) run, m, &has_dir);

      row = (ictus__row){ .run = (size_t) run, .value = (const double *) m, .has_dir = has_dir };
      row.status = outcome == ICTUS_OK ? ICTUS__DONE : was_stopped (s, (size_t) run, outcome) ? ICTUS__TODO : ICTUS__FAILED;
      if (row.status == ICTUS__FAILED)
        row.reason = without_rank (ictus_err_last ());
      row.busy_s = ictus_wall_s () - begin;
      has_row = true;
    }
  ictus__deal_finish (s->deal);
done:
  ictus_free (m);
  return e;
}

/* ---- before and after ---- */

static void
set_facts (sweep *s)
{
  time_t now = time (NULL);
  struct tm utc;
  int size = ictus_comm_size (s->comm), want = s->study.exp->ranks_per_point, each = want < size ? want : size;

  s->facts.argc = s->opt->argc;
  s->facts.argv = s->opt->argv;
  s->facts.nrank = size;
  s->facts.ranks_per_point = each;
  s->facts.nteam = (size + each - 1) / each;
  s->facts.hosts = s->hosts.s != NULL ? s->hosts.s : "";
  if (gmtime_r (&now, &utc) != NULL)
    strftime (s->start, sizeof s->start, "%Y-%m-%dT%H:%M:%SZ", &utc);
  s->facts.start = s->start;
  s->facts.start_s = s->said_s = ictus_wall_s ();
  s->facts.part = s->part;
  s->facts.nparts = s->nparts;
}

/* A sweep would replace the used.yaml by which a run is known. Rank 0. */
static ictus_err
check_no_run (const char *dir)
{
  ictus_text path = { 0 };
  bool run;

  ictus_text_add (&path, "%s/results.h5", dir);
  run = !path.failed && ictus_file_exists (path.s);
  ictus_text_clear (&path);
  return run || ictus_ckpt_exists (dir)
             ? ICTUS_FAIL (ICTUS_E_INPUT, "%s holds a run; -o names another folder for a sweep", dir)
             : ICTUS_OK;
}

/* Rank 0: the folder, what is kept from before, what is to do. */
static ictus_err
prepare (sweep *s)
{
  ictus__journal_head head = { .nrun = s->study.nrun, .nvalue = s->study.nvalue, .part = s->part, .nparts = s->nparts, .level = ictus_isa_level () };
  ictus__source_options source = { .exp = s->study.exp, .retry_failed = s->opt->retry_failed, .part = s->part,
                                   .nparts = s->nparts };
  ictus_err e;

  set_facts (s);
  s->tty = s->opt->progress && isatty (STDERR_FILENO);
  ICTUS_GO (ictus__table_create (head.nrun, head.nvalue, &s->table));
  ICTUS_GO (ictus_net_digest (s->study.net, s->study.conf, &head.digest));
  s->facts.digest = head.digest;
  ICTUS_GO (ictus_mkdirs (s->dir));
  ICTUS_GO (check_no_run (s->dir));
  if (!s->opt->overwrite && s->nparts > 1)
    ICTUS_GO (ictus__study_check (s->dir, head.digest));
  ICTUS_GO (ictus__journal_open (s->dir, &head, s->opt->overwrite, s->table, &s->journal));
  s->nfailed = s->opt->retry_failed ? 0 : ictus__table_count (s->table, ICTUS__FAILED);
  s->nkept = ictus__table_count (s->table, ICTUS__DONE) + s->nfailed;
  source.table = s->table;
  ICTUS_GO (ictus__source_create (&source, &s->source));
  ictus__points_forget (s->dir, s->table, s->opt->overwrite && s->nparts == 1);
  ICTUS_GO (ictus__study_write (&s->study, s->dir, head.digest, s->part, s->nparts));
  ICTUS_GO (write_file (s));
  say_start (s);
done:
  return e;
}

/* Rank 0: the last file; the table for the user. */
static ictus_err
conclude (sweep *s)
{
  size_t left = ictus__source_left (s->source);
  ictus_err e = s->failed;

  if (e != ICTUS_OK)
    return ictus_err_note (e, __FILE__, __LINE__, "%s", s->message != NULL ? s->message : "");
  ICTUS_TRY (write_file (s));
  ICTUS_TRY (ictus__journal_close (&s->journal));
  forget_old (s);
  if (s->nparts == 1) /* other parts may just be making it */
    ictus__points_close (s->dir);
  if (s->nnew + left > 0)
    say (s, true);
  if (left > 0)
    return ICTUS_FAIL (ICTUS_E_STOPPED, "stopped on request, %zu %s left to do: the same command goes on", left, counted (s));
  if (s->opt->table != NULL)
    ictus__table_print (s->opt->table, s->study.exp, s->table, s->opt->json);
  return ICTUS_OK;
}

/* All ranks end alike. */
static ictus_err
end (sweep *s)
{
  ictus_err e = s->rank == 0 ? conclude (s) : ICTUS_OK;
  int stopped = e == ICTUS_E_STOPPED;

  ICTUS_MPI (MPI_Bcast (&stopped, 1, MPI_INT, 0, s->comm));
  if (stopped && s->rank > 0)
    e = ICTUS_FAIL (ICTUS_E_STOPPED, "stopped on request");
  return ictus_comm_agree (s->comm, e);
}

static void
clear (sweep *s)
{
  ictus__deal_destroy (&s->deal);
  if (s->rank == 0)
    ictus__journal_close (&s->journal);
  ictus__source_destroy (&s->source);
  ictus__table_destroy (&s->table);
  ictus_text_clear (&s->hosts);
  ictus_free (s->message);
  ictus_free (s->old);
  ictus__study_close (&s->study);
}

static ictus_err
make_deal (sweep *s)
{
  const ictus__deal_options o = { .ranks_per_point = s->study.exp->ranks_per_point,
                                  .nvalue = s->study.nvalue,
                                  .source = s->source,
                                  .take = take_row,
                                  .under_way = under_way,
                                  .tick = tick,
                                  .told = told,
                                  .ctx = s };

  return ictus__deal_create (s->comm, &o, &s->deal);
}

ictus_err
ictus_sweep_run (MPI_Comm comm, ictus_conf *conf, const char *dir, const ictus_sweep_options *opt)
{
  sweep s = { .comm = comm,
              .dir = dir,
              .opt = opt,
              .part = opt->part,
              .nparts = opt->nparts > 0 ? opt->nparts : 1,
              .rank = ictus_comm_rank (comm),
              .journal = { .fd = -1 } };
  ictus_err e;

  ICTUS_GO (ictus__study_open (comm, conf, true, &s.study));
  ICTUS_GO (ictus_comm_hosts (comm, &s.hosts));
  ICTUS_GO (ictus_comm_agree (comm, s.rank == 0 ? prepare (&s) : ICTUS_OK));
  ICTUS_GO (make_deal (&s));
  ICTUS_GO (work (&s));
  ICTUS_GO (end (&s));
done:
  clear (&s);
  return e;
}
