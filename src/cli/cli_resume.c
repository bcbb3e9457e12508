/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus resume: go on with a run or a sweep from nothing but its folder. */
#include "cli/cli.h"

#include <getopt.h>
#include <math.h>
#include <string.h>

static void
help (void)
{
  ictus_cli_print (
      "Usage: ictus resume DIR [OPTIONS]\n\n"
      "Go on with the run in DIR from its last good checkpoint, as if it had never stopped: the results are\n"
      "the same, bit by bit. Nothing but DIR is needed (files with spikes or synapses that the experiment\n"
      "reads must still be where they were, unchanged). The number of ranks and the partition are free. A "
      "run\n"
      "that is complete is left as it is. A sweep in DIR goes on with the points that are not done.\n\n"
      "Options:\n"
      "      --rebalance        deal the neurons to the ranks by the cost of each that was measured before\n"
      "                         the checkpoint; writes DIR/rebalanced-N.part for N ranks\n"
      "      --set KEY=VALUE    what cannot change the results: run.partition, run.exchange,\n"
      "                         output.flush, checkpoint.interval, checkpoint.wall,\n"
      "                         checkpoint.keep, and sweep.ranks_per_point\n"
      "      --isa LEVEL        level of instructions (default: the one that the run was begun with)\n"
      "      --summary          insist on the summary that the run was begun with; printed in any case\n"
      "      --json             tables as JSON\n"
      "      --quiet            no progress, no remarks\n"
      "  -h, --help             this text\n\n"
      "Exit status: 0 complete, 75 stopped at a checkpoint again, 65 there is nothing to go on from.\n"
      "Example: mpirun -n 3 ictus resume out/cuba\n");
}

typedef struct request
{
  ictus_cli_common common;
  bool rebalance, summary;
  const char *dir;
  int argc;
  char **argv;
} request;

/* ---- what may be set ---------------------------------------------------------------------------- */

/* An assignment of which no result depends, of a run or of a sweep. */
static bool
may_set (const char *assignment, bool sweep)
{
  static const char *const key[] = { "checkpoint.interval", "checkpoint.wall", "checkpoint.keep",      "output.flush",
                                     "run.partition",       "run.exchange",    "sweep.ranks_per_point" };
  size_t n = strcspn (assignment, "=");

  for (size_t k = 0; k < sizeof key / sizeof *key; ++k)
    if (strlen (key[k]) == n && strncmp (key[k], assignment, n) == 0)
      return sweep || strncmp (key[k], "sweep.", 6) != 0;
  return false;
}

static ictus_err
apply_sets (const request *q, ictus_conf *conf)
{
  ictus_err e = ICTUS_OK;

  for (size_t k = 0; k < q->common.nset && e == ICTUS_OK; ++k)
    e = ictus_conf_set (conf, q->common.set[k]);
  return ictus_comm_agree (MPI_COMM_WORLD, e);
}

static bool
sets (const request *q, const char *key)
{
  for (size_t k = 0; k < q->common.nset; ++k)
    if (strncmp (q->common.set[k], key, strlen (key)) == 0)
      return true;
  return false;
}

/* ---- rebalancing -------------------------------------------------------------------------------- */

typedef struct balance
{
  int npop, nrank;
  size_t *size;  /* [npop] */
  double **cost; /* [npop]: [size[p]]; NULL: replays spikes */
} balance;

static void
balance_clear (balance *b)
{
  for (int p = 0; p < b->npop && b->cost != NULL; ++p)
    ictus_free (b->cost[p]);
  ictus_free (b->cost);
  ictus_free (b->size);
}

/* Cost of the rank with the most over the mean of all; 0 when nothing was counted. */
static ictus_err
imbalance (const balance *b, const ictus_part *part, double *out)
{
  double *load = ictus_alloc ((size_t) b->nrank, sizeof *load), sum = 0, most = 0;
  uint64_t gid = 0;

  if (load == NULL)
    return ICTUS_E_NOMEM;
  for (int p = 0; p < b->npop; ++p)
    for (size_t i = 0; i < b->size[p]; ++i, ++gid)
      if (b->cost[p] != NULL)
        load[ictus_part_owner (part, gid)] += b->cost[p][i];
  for (int r = 0; r < b->nrank; ++r)
    {
      sum += load[r];
      if (load[r] > most)
        most = load[r];
    }
  *out = sum > 0 ? most / (sum / b->nrank) : 0;
  ictus_free (load);
  return ICTUS_OK;
}

/* Write the partition; rank 0. */
static ictus_err
deal_anew (const balance *b, const char *how, const char *path)
{
  bool file = strcmp (how, "block") != 0 && strcmp (how, "round-robin") != 0;
  ictus_part *was = NULL, *is = NULL;
  double before, after;
  ictus_err e;

  ICTUS_GO (ictus_part_make (b->size, b->npop, b->nrank, file ? "block" : how, &was));
  ICTUS_GO (ictus_part_make_balanced (b->size, (const double *const *) b->cost, b->npop, b->nrank, &is));
  ICTUS_GO (imbalance (b, was, &before));
  ICTUS_GO (imbalance (b, is, &after));
  ICTUS_GO (ictus_part_write (is, path));
  if (before > 0)
    ictus_log ("rebalanced: of %d rank%s the busiest has %.3f times the mean cost, and would have %.3f times "
               "dealt %s; %s",
               b->nrank, b->nrank == 1 ? "" : "s", after, before, file ? "in blocks" : how, path);
  else
    ictus_log ("rebalanced: no cost was measured, all neurons of a population count alike; %s", path);
done:
  ictus_part_destroy (&was);
  ictus_part_destroy (&is);
  return e;
}

/* A partition by measured cost becomes that of the experiment. Collective. */
static ictus_err
rebalance (const request *q, ictus_image *im, ictus_conf *conf)
{
  balance b = { .nrank = ictus_comm_size (MPI_COMM_WORLD) };
  ictus_experiment *exp = NULL;
  ictus_text path = { 0 };
  char set[80];
  ictus_err e;

  ICTUS_GO (ictus_comm_agree (MPI_COMM_WORLD, ictus_experiment_read (conf, &exp)));
  b.npop = exp->npopulation;
  b.size = ictus_alloc ((size_t) b.npop, sizeof *b.size);
  b.cost = ictus_alloc ((size_t) b.npop, sizeof *b.cost);
  ictus_text_add (&path, "%s/rebalanced-%d.part", q->dir, b.nrank);
  e = b.size == NULL || b.cost == NULL || path.failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory")
                                                      : ICTUS_OK;
  ICTUS_GO (ictus_comm_agree (MPI_COMM_WORLD, e));
  for (int p = 0; p < b.npop; ++p)
    {
      b.size[p] = exp->population[p].size;
      if (exp->population[p].model != NULL)
        ICTUS_GO (ictus_ckpt_cost (im, exp->population[p].name, b.size[p], &b.cost[p]));
    }
  if (ictus_cli_is_main ())
    e = deal_anew (&b, exp->partition, path.s);
  ICTUS_GO (ictus_comm_verdict (MPI_COMM_WORLD, e));
  snprintf (set, sizeof set, "run.partition=rebalanced-%d.part", b.nrank); /* beside the checkpoint */
  e = ictus_comm_agree (MPI_COMM_WORLD, ictus_conf_set (conf, set));
done:
  balance_clear (&b);
  ictus_experiment_destroy (&exp);
  ictus_text_clear (&path);
  return e;
}

/* ---- a run -------------------------------------------------------------------------------------- */

/* What there is: a complete run, one with a checkpoint (*im), or an error. Collective. */
static ictus_err
look (const request *q, const char *used, bool *complete, ictus_image **im)
{
  ictus_text results = { 0 };
  uint64_t digest = 0;
  int state = 0;
  ictus_err e;

  ictus_text_add (&results, "%s/results.h5", q->dir);
  ICTUS_GO (ictus_comm_agree (MPI_COMM_WORLD,
                              results.failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory") : ICTUS_OK));
  if (ictus_cli_is_main () && (state = ictus_out_is_complete (results.s)) != 0)
    ictus_log ("%s is complete: nothing to do", results.s);
  ICTUS_MPI (MPI_Bcast (&state, 1, MPI_INT, 0, MPI_COMM_WORLD));
  *complete = state != 0;
  if (*complete)
    {
      e = ictus_cli_clear_complete (q->dir, results.s);
      goto done;
    }
  if (ictus_cli_is_main ())
    digest = ictus_cli_used_digest (used);
  ICTUS_MPI (MPI_Bcast (&digest, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD));
  ICTUS_GO (ictus_cli_isa_of_checkpoint (q->dir, q->common.isa));
  ICTUS_GO (ictus_cli_find_checkpoint (q->dir, results.s, digest, im));
  if (*im == NULL)
    e = ICTUS_FAIL (
        ICTUS_E_INPUT,
        "%s holds no checkpoint to go on from; 'ictus run EXPERIMENT.yaml -o %s --resume' begins again",
        q->dir, q->dir);
done:
  ictus_text_clear (&results);
  return e;
}

static int
resume_run (const request *q, const char *used)
{
  ictus_image *im = NULL;
  ictus_cli_run_options o = { .progress = !q->common.quiet,
                              .summary = q->summary,
                              .json = q->common.json,
                              .discard_ms = NAN,
                              .isa = q->common.isa,
                              .image = &im,
                              .argc = q->argc,
                              .argv = q->argv };
  ictus_cli_lock lock = { .fd = -1 };
  ictus_conf *conf = NULL;
  bool complete = false;
  int status = 0;
  ictus_err e;

  ICTUS_GO (ictus_cli_lock_take (q->dir, &lock));
  ICTUS_GO (look (q, used, &complete, &im));
  if (complete)
    goto done;
  ICTUS_GO (ictus_ckpt_experiment (MPI_COMM_WORLD, im, q->dir, &conf));
  ICTUS_GO (apply_sets (q, conf));
  if (q->rebalance)
    ICTUS_GO (rebalance (q, im, conf));
done:
  if (e != ICTUS_OK)
    status = ictus_cli_fail (e);
  else if (!complete)
    status = ictus_cli_run_experiment (conf, q->dir, &o);
  ictus_image_close (&im);
  ictus_conf_destroy (&conf);
  ictus_cli_lock_drop (&lock);
  return status;
}

/* ---- a sweep ------------------------------------------------------------------------------------ */

static int
resume_sweep (const request *q, const char *used)
{
  ictus_sweep_options o = { .progress = !q->common.quiet,
                            .table = stdout,
                            .json = q->common.json,
                            .told = ictus_cli_told_to_end,
                            .argc = q->argc,
                            .argv = q->argv };
  ictus_conf *conf = NULL;
  ictus_err e;

  ictus_cli_heed_signals ();
  ICTUS_GO (ictus_cli_load (used, &q->common, &conf));
  ICTUS_GO (ictus_cli_isa_of_sweep (q->dir, 0, 1, q->common.isa));
  e = ictus_sweep_run (MPI_COMM_WORLD, conf, q->dir, &o);
done:
  ictus_conf_destroy (&conf);
  return e == ICTUS_OK ? 0 : ictus_cli_fail (e);
}

/* ---- the command -------------------------------------------------------------------------------- */

/* Parts of a sweep go on one by one. */
static ictus_err
refuse_parts (const request *q)
{
  ictus_sweep_state s;
  ictus_err e = ictus_sweep_look (q->dir, &s);
  size_t nparts = s.nparts;

  ictus_sweep_state_clear (&s);
  if (e == ICTUS_OK && nparts > 1)
    e = ICTUS_FAIL (ICTUS_E_INPUT,
                    "%s holds parts of a sweep: 'ictus sweep EXPERIMENT.yaml -o %s --part K/%zu' goes on with one, and "
                    "'ictus merge %s' puts them together", q->dir, q->dir, nparts, q->dir);
  return e;
}

/* 0 a run, 1 a sweep, as rank 0 sees it; there must be something. Collective. */
static ictus_err
find_kind (const request *q, ictus_text *used, int *sweep)
{
  static const char *const file[] = { "results.h5", "used.yaml", "sweep.journal" };
  ictus_text t = { 0 };
  bool there[3] = { false }, any = false;
  ictus_err e = ICTUS_OK;

  for (int k = 0; k < 3; ++k)
    {
      ictus_text_clear (&t);
      ictus_text_add (&t, "%s/%s", q->dir, file[k]);
      there[k] = !t.failed && ictus_file_exists (t.s);
      any = any || there[k];
    }
  ictus_text_clear (&t);
  *sweep = there[2] && !ictus_ckpt_exists (q->dir);
  if (!ictus_file_exists (q->dir))
    e = ICTUS_FAIL (ICTUS_E_INPUT, "there is no folder %s", q->dir);
  else if (!any && !ictus_ckpt_exists (q->dir))
    e = ICTUS_FAIL (ICTUS_E_INPUT, "%s holds neither a run nor a sweep", q->dir);
  else if (!there[0] && !there[2] && !ictus_ckpt_exists (q->dir) && ictus_cli_is_main ())
    e = refuse_parts (q);
  ICTUS_TRY (ictus_comm_verdict (MPI_COMM_WORLD, e));
  ICTUS_MPI (MPI_Bcast (sweep, 1, MPI_INT, 0, MPI_COMM_WORLD));
  ictus_text_add (used, "%s/used.yaml", q->dir);
  return ictus_comm_agree (MPI_COMM_WORLD,
                           used->failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory") : ICTUS_OK);
}

static int
resume (const request *q)
{
  ictus_text used = { 0 };
  int sweep = 0, status = -1;
  ictus_err e = find_kind (q, &used, &sweep);

  if (e != ICTUS_OK)
    status = ictus_cli_fail (e);
  for (size_t k = 0; k < q->common.nset && status < 0; ++k)
    if (!may_set (q->common.set[k], sweep != 0))
      status = ictus_cli_usage ("resume", "%.*s cannot be set: the results could depend on it",
                                (int) strcspn (q->common.set[k], "="), q->common.set[k]);
  if (status < 0 && sweep != 0 && (q->rebalance || q->summary))
    status = ictus_cli_usage ("resume", "%s is for runs, and %s holds a sweep",
                              q->rebalance ? "--rebalance" : "--summary", q->dir);
  if (status < 0 && q->rebalance && sets (q, "run.partition="))
    status = ictus_cli_usage ("resume",
                              "--rebalance makes the partition; --set run.partition does not go with it");
  if (status < 0 && (e = ictus_cli_isa (q->common.isa)) != ICTUS_OK)
    status = ictus_cli_fail (e);
  if (status < 0)
    status = sweep != 0 ? resume_sweep (q, used.s) : resume_run (q, used.s);
  ictus_text_clear (&used);
  return status;
}

int
ictus_cli_resume (int argc, char **argv)
{
  enum
  {
    REBALANCE = 1,
    SUMMARY
  };
  static const struct option options[] = { { "rebalance", no_argument, NULL, REBALANCE },
                                           { "summary", no_argument, NULL, SUMMARY },
                                           { "set", required_argument, NULL, ICTUS_OPT_SET },
                                           { "isa", required_argument, NULL, ICTUS_OPT_ISA },
                                           { "quiet", no_argument, NULL, ICTUS_OPT_QUIET },
                                           { "json", no_argument, NULL, ICTUS_OPT_JSON },
                                           { "help", no_argument, NULL, 'h' },
                                           { NULL, 0, NULL, 0 } };
  request q = { .argc = argc, .argv = argv };
  int opt, status = -1;

  while (status < 0 && (opt = getopt_long (argc, argv, "h", options, NULL)) != -1)
    if (opt == 'h')
      {
        help ();
        status = 0;
      }
    else if (opt == REBALANCE)
      q.rebalance = true;
    else if (opt == SUMMARY)
      q.summary = true;
    else if (!ictus_cli_common_take (&q.common, opt, optarg))
      status = ictus_cli_usage ("resume", "wrong option");
  if (status < 0 && optind + 1 != argc)
    status = ictus_cli_usage ("resume", "expected one folder with a run");
  if (status < 0)
    {
      q.dir = argv[optind];
      status = resume (&q);
    }
  ictus_cli_common_clear (&q.common);
  return status;
}
