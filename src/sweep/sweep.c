/* SPDX-License-Identifier: BSD-3-Clause */
/* A sweep from its document to sweep.h5: check, go on from the journal, deal, write. */
#include <math.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sweep/sweep_impl.h"

#define WRITE_S 30.0 /* sweep.h5 is made anew at most this often while points come in */
#define SAY_S 5.0    /* a line about the progress, where there is no terminal */

typedef struct sweep
{
  MPI_Comm comm;
  ictus_conf *conf;  /* borrowed */
  ictus_conf *plain; /* without the defaults filled in, since a default may depend on what is swept */
  const char *dir;
  const ictus_sweep_options *opt;
  ictus_experiment *exp;
  ictus_conf *first_conf; /* of point 0: models and names are checked with it */
  ictus_experiment *first;
  ictus_net *net;
  int rank, nvalue;
  size_t npoint;
  ictus__deal *deal;
  /* rank 0 */
  ictus__table *table;
  ictus__journal journal;
  ictus__facts facts;
  ictus_text hosts;
  char start[32];
  size_t *todo, ntodo, nnew, nfailed;
  double written_s, said_s;
  bool tty;
  ictus_err failed; /* what ended the dealing, and its message */
  char *message;
} sweep;

/* ---- progress ---- */

static void
say (sweep *s, bool last)
{
  double now = ictus_wall_s (), spent = now - s->facts.start_s;

  if (!s->opt->progress || (!last && now - s->said_s < (s->tty ? 0.2 : SAY_S)))
    return;
  s->said_s = now;
  if (s->tty)
    fprintf (stderr, "\r%zu of %zu points, %zu failed, %.0f s, %.0f s left\033[K%s",
             s->npoint - s->ntodo + s->nnew, s->npoint, s->nfailed, spent,
             s->nnew > 0 ? spent / (double) s->nnew * (double) (s->ntodo - s->nnew) : 0.0, last ? "\n" : "");
  else
    ictus_log ("%zu of %zu points, %zu failed, %.0f s, %.0f s left", s->npoint - s->ntodo + s->nnew,
               s->npoint, s->nfailed, spent,
               s->nnew > 0 ? spent / (double) s->nnew * (double) (s->ntodo - s->nnew) : 0.0);
  fflush (stderr);
}

static void
say_start (const sweep *s)
{
  int size = ictus_comm_size (s->comm), each = s->exp->ranks_per_point, rest = size % each;
  size_t done = ictus__table_count (s->table, ICTUS__DONE);

  if (!s->opt->progress)
    return;
  ictus_log ("%zu points, %zu of them to do%s", s->npoint, s->ntodo,
             done > 0 ? "; the others are kept from before" : "");
  if (s->nfailed > 0)
    ictus_log ("%zu points failed before; --retry-failed runs them again", s->nfailed);
  if (size < each)
    ictus_log ("sweep.ranks_per_point is %d, but there %s only %d rank%s: one team", each,
               size == 1 ? "is" : "are", size, size == 1 ? "" : "s");
  else if (rest > 0)
    ictus_log ("%d ranks are %d teams of %d and one of %d", size, size / each, each, rest);
}

/* ---- rank 0: what comes in ---- */

static void
stop_with (sweep *s, ictus_err e)
{
  s->failed = e;
  s->message = ictus_strdup (ictus_err_last ());
  ictus__deal_stop (s->deal);
}

static ictus_err
write_file (sweep *s)
{
  s->written_s = ictus_wall_s ();
  return ictus__file_write (s->dir, s->exp, s->net, s->table, &s->facts);
}

static void
take_row (void *ctx, const ictus__row *row, const double *value)
{
  sweep *s = ctx;
  size_t point = (size_t) row->point;
  ictus_err e;

  if (s->failed != ICTUS_OK)
    return;
  s->nnew += 1;
  s->nfailed += row->status == ICTUS__FAILED;
  ICTUS_GO (ictus__table_set (s->table, point, (ictus__status) row->status, value, row->reason));
  ICTUS_GO (ictus__journal_add (&s->journal, s->table, point));
  if (ictus_wall_s () - s->written_s >= WRITE_S)
    ICTUS_GO (write_file (s));
  say (s, false);
done:
  if (e != ICTUS_OK)
    stop_with (s, e);
}

/* ---- one point, by a team ---- */

static ictus_err
answer (void *ctx, double t0_ms, double t1_ms, const ictus_spike *spike, size_t n)
{
  (void) t0_ms;
  (void) t1_ms;
  (void) spike;
  (void) n;
  ictus__deal_poll (ctx);
  return ICTUS_OK;
}

static ictus_err
run_point (sweep *s, size_t point, ictus_measures *m)
{
  MPI_Comm team = ictus__deal_team (s->deal);
  ictus_hook hook = { .ctx = s->deal, .window = answer };
  ictus_conf *conf = NULL;
  ictus_experiment *exp = NULL;
  ictus_engine *engine = NULL;
  ictus_summary *summary = NULL;
  ictus_err e;

  ICTUS_GO (ictus_comm_agree (team, ictus__grid_point (s->plain, s->exp, point, &conf, &exp)));
  ICTUS_GO (ictus_engine_create (team, exp, &engine));
  e = ictus_summary_create (engine, exp->discard_ms, &summary);
  if (e == ICTUS_OK && s->rank == 0) /* the others have nobody to answer */
    e = ictus_engine_hook (engine, &hook);
  ICTUS_GO (ictus_comm_agree (team, e));
  ICTUS_GO (ictus_engine_run (engine));
  ICTUS_GO (ictus_summary_get (summary, m));
done:
  ictus_summary_destroy (&summary);
  ictus_engine_destroy (&engine);
  ictus_experiment_destroy (&exp);
  ictus_conf_destroy (&conf);
  return e;
}

/* Which rank of a team a neuron lived on does not belong into the result. */
static const char *
without_rank (const char *message)
{
  int n = 0;

  (void) sscanf (message, "rank %*d: %n", &n);
  return message + n;
}

static ictus_err
work (sweep *s)
{
  ictus_measures *m = ictus_alloc ((size_t) s->nvalue / ICTUS__NMEASURE, sizeof *m);
  ictus__row *row = ictus_alloc (1, sizeof *row);
  bool has_row = false;
  int64_t point;
  ictus_err e;

  ICTUS_GO (ictus_comm_agree (s->comm, m != NULL && row != NULL ? ICTUS_OK : ICTUS_E_NOMEM));
  while ((point = ictus__deal_next (s->deal, has_row ? row : NULL, (const double *) m)) >= 0)
    {
      memset (row, 0, sizeof *row);
      row->point = point;
      row->status = ICTUS__DONE;
      if (run_point (s, (size_t) point, m) != ICTUS_OK)
        {
          row->status = ICTUS__FAILED;
          snprintf (row->reason, sizeof row->reason, "%s", without_rank (ictus_err_last ()));
        }
      has_row = true;
    }
  ictus__deal_finish (s->deal);
done:
  ictus_free (row);
  ictus_free (m);
  return e;
}

/* ---- before and after ---- */

static ictus_err
read_all (sweep *s)
{
  ictus_err e = ictus_conf_copy (s->conf, &s->plain);

  if (e == ICTUS_OK)
    e = ictus_experiment_read (s->conf, &s->exp);
  if (e == ICTUS_OK)
    e = ictus__grid_check (s->exp, &s->npoint);
  if (e == ICTUS_OK)
    e = ictus__grid_point (s->plain, s->exp, 0, &s->first_conf, &s->first);
  ICTUS_TRY_ALL (s->comm, e);
  /* also compiles the user's models, once for all teams */
  ICTUS_TRY (ictus_net_create (s->comm, s->first, &s->net));
  s->nvalue = ICTUS__NMEASURE * (ictus_net_npopulation (s->net) + 1);
  return ICTUS_OK;
}

/* Names of the hosts, each once, on rank 0. */
static ictus_err
gather_hosts (sweep *s)
{
  int size = ictus_comm_size (s->comm), len;
  char name[MPI_MAX_PROCESSOR_NAME] = { 0 }, *all = NULL;
  ictus_err e = ICTUS_OK;

  if (s->rank == 0 && (all = ictus_alloc ((size_t) size, sizeof name)) == NULL)
    e = ICTUS_E_NOMEM;
  ICTUS_GO (ictus_comm_agree (s->comm, e));
  ICTUS_MPI (MPI_Get_processor_name (name, &len));
  ICTUS_MPI (MPI_Gather (name, sizeof name, MPI_CHAR, all, sizeof name, MPI_CHAR, 0, s->comm));
  for (int r = 0; s->rank == 0 && r < size; ++r)
    {
      const char *host = all + (size_t) r * sizeof name;

      if (r == 0 || strcmp (host, host - sizeof name) != 0) /* ranks of a host are neighbours */
        ictus_text_add (&s->hosts, "%s%s", r > 0 ? " " : "", host);
    }
done:
  ictus_free (all);
  return e;
}

static ictus_err
write_used (const sweep *s)
{
  ictus_text path = { 0 }, text = { 0 };
  ictus_err e;

  ictus_text_add (&path, "%s/used.yaml", s->dir);
  ICTUS_GO (ictus_conf_emit (s->conf, &text));
  ICTUS_GO (path.failed || text.failed ? ICTUS_E_NOMEM : ICTUS_OK);
  ICTUS_GO (ictus_file_write (path.s, text.s, text.len));
done:
  ictus_text_clear (&path);
  ictus_text_clear (&text);
  return e;
}

static void
set_facts (sweep *s)
{
  time_t now = time (NULL);
  struct tm utc;
  int size = ictus_comm_size (s->comm),
      each = s->exp->ranks_per_point < size ? s->exp->ranks_per_point : size;

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
}

/* Rank 0: the folder, what is kept from before, what is to do. */
static ictus_err
prepare (sweep *s)
{
  ictus_err e;

  set_facts (s);
  s->tty = s->opt->progress && isatty (STDERR_FILENO);
  ICTUS_GO (ictus__table_create (s->npoint, s->nvalue, &s->table));
  ICTUS_GO (ictus_net_digest (s->net, s->conf, &s->facts.digest));
  ICTUS_GO (ictus_mkdirs (s->dir));
  ICTUS_GO (ictus__journal_open (s->dir, s->facts.digest, s->opt->overwrite, s->table, &s->journal));
  s->todo = ictus_alloc (s->npoint, sizeof *s->todo);
  ICTUS_GO (s->todo != NULL ? ICTUS_OK : ICTUS_E_NOMEM);
  for (size_t k = 0; k < s->npoint; ++k)
    if (s->table->status[k] == ICTUS__TODO || (s->table->status[k] == ICTUS__FAILED && s->opt->retry_failed))
      s->todo[s->ntodo++] = k;
    else
      s->nfailed += s->table->status[k] == ICTUS__FAILED;
  ICTUS_GO (write_used (s));
  ICTUS_GO (write_file (s));
  say_start (s);
done:
  return e;
}

/* Rank 0: the last file; the table for the user. */
static ictus_err
conclude (sweep *s)
{
  ictus_err e = s->failed;

  if (e != ICTUS_OK)
    e = ictus_err_note (e, __FILE__, __LINE__, "%s", s->message != NULL ? s->message : "");
  if (e == ICTUS_OK)
    e = write_file (s);
  if (e == ICTUS_OK)
    e = ictus__journal_close (&s->journal);
  if (e == ICTUS_OK && s->ntodo > 0)
    say (s, true);
  if (e == ICTUS_OK && s->opt->table != NULL)
    ictus__table_print (s->opt->table, s->exp, s->table, s->opt->json);
  return e;
}

static void
clear (sweep *s)
{
  ictus__deal_destroy (&s->deal);
  if (s->rank == 0)
    ictus__journal_close (&s->journal);
  ictus__table_destroy (&s->table);
  ictus_text_clear (&s->hosts);
  ictus_free (s->todo);
  ictus_free (s->message);
  ictus_net_destroy (&s->net);
  ictus_experiment_destroy (&s->first);
  ictus_conf_destroy (&s->first_conf);
  ictus_experiment_destroy (&s->exp);
  ictus_conf_destroy (&s->plain);
}

ictus_err
ictus_sweep_run (MPI_Comm comm, ictus_conf *conf, const char *dir, const ictus_sweep_options *opt)
{
  sweep s = { .comm = comm,
              .conf = conf,
              .dir = dir,
              .opt = opt,
              .rank = ictus_comm_rank (comm),
              .journal = { .fd = -1 } };
  ictus_err e;

  ICTUS_GO (read_all (&s));
  ICTUS_GO (gather_hosts (&s));
  ICTUS_GO (ictus_comm_agree (comm, s.rank == 0 ? prepare (&s) : ICTUS_OK));
  ICTUS_GO (
      ictus__deal_create (comm, s.exp->ranks_per_point, s.nvalue, s.todo, s.ntodo, take_row, &s, &s.deal));
  ICTUS_GO (work (&s));
  ICTUS_GO (ictus_comm_agree (comm, s.rank == 0 ? conclude (&s) : ICTUS_OK));
done:
  clear (&s);
  return e;
}
