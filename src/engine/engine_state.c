/* SPDX-License-Identifier: BSD-3-Clause */
/* The state of a run at a restart mark, as fields of an image:
     engine/populations  their names, one a line
     engine/t_ms         float64: model time
     engine/count        uint64 [2]: restart marks, spikes of all ranks
     engine/flush_ms     float64 [2]: interval, and when the next flush is due
     engine/solver       uint64 [6]: steps, right-hand sides, Jacobians, restarts, roots, failed steps of all
                         ranks
     work/POP            uint64 [size]: right-hand sides of each neuron, where the solver counts them
     net/...             see the net
   Solvers have no state at a mark. */
#include "engine/engine_impl.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

enum
{
  NSOLVER = offsetof (ictus_solver_stats, lanes_offered) / sizeof (uint64_t), /* the rest depends on the partition */
  FIELD = 160
};
_Static_assert(offsetof (ictus_solver_stats, lanes_offered) == NSOLVER * sizeof (uint64_t), "statistics travel as uint64");

/* ---- what was counted --------------------------------------------------------------------------- */

/* The neurons of this rank as rows of their population; *row [n] freed with ictus_free. Collective. */
static ictus_err
rows_of (const ictus_engine *e, const ictus_population *p, uint64_t **row)
{
  *row = ictus_alloc (p->cells.n, sizeof **row);
  for (size_t i = 0; *row != NULL && i < p->cells.n; ++i)
    (*row)[i] = p->cells.gid[i] - p->first;
  return ictus_comm_agree (e->comm, *row == NULL ? ICTUS_E_NOMEM : ICTUS_OK);
}

static ictus_err
save_work (const ictus_engine *e, int pop, ictus_image *im)
{
  const ictus_population *p = ictus_net_population (e->net, pop);
  const uint64_t *now = p->model == NULL ? NULL : ictus_solver_work (e->solver[pop]);
  uint64_t *row = NULL, *sum = NULL;
  char name[FIELD];
  ictus_err err;

  if (p->model == NULL || now == NULL) /* the same on all ranks */
    return ICTUS_OK;
  err = rows_of (e, p, &row);
  if (err != ICTUS_OK)
    goto done;
  sum = ictus_alloc (p->cells.n, sizeof *sum);
  err = ictus_comm_agree (e->comm, sum == NULL ? ICTUS_E_NOMEM : ICTUS_OK);
  if (err != ICTUS_OK)
    goto done;
  for (size_t i = 0; i < p->cells.n; ++i)
    sum[i] = now[i] + (e->work[pop] == NULL ? 0 : e->work[pop][i]);
  snprintf (name, sizeof name, "work/%s", p->name);
  err = ictus_image_put_rows (im, name, ICTUS_IMAGE_U64, p->size, 1, row, p->cells.n, sum);
done:
  ictus_free (row);
  ictus_free (sum);
  return err;
}

/* A new solver has done no work but to begin; that is left out of what goes on from the image. */
static ictus_err
load_work (ictus_engine *e, int pop, ictus_image *im)
{
  const ictus_population *p = ictus_net_population (e->net, pop);
  const uint64_t *now = p->model == NULL ? NULL : ictus_solver_work (e->solver[pop]);
  uint64_t *row = NULL;
  char name[FIELD];
  ictus_err err;

  if (p->model == NULL || now == NULL)
    return ICTUS_OK;
  err = rows_of (e, p, &row);
  if (err != ICTUS_OK)
    goto done;
  e->work[pop] = ictus_alloc (p->cells.n, sizeof **e->work);
  err = ictus_comm_agree (e->comm, e->work[pop] == NULL ? ICTUS_E_NOMEM : ICTUS_OK);
  if (err != ICTUS_OK)
    goto done;
  snprintf (name, sizeof name, "work/%s", p->name);
  err = ictus_image_get_rows (im, name, ICTUS_IMAGE_U64, p->size, 1, row, p->cells.n, e->work[pop]);
  for (size_t i = 0; err == ICTUS_OK && i < p->cells.n; ++i)
    e->work[pop][i] -= now[i];
done:
  ictus_free (row);
  return err;
}

static void
get_solver_stats (const ictus_engine *e, uint64_t *count)
{
  ictus_engine_stats s;

  ictus_engine_get_stats (e, &s);
  memcpy (count, &s.solver, NSOLVER * sizeof *count);
}

/* From here on the statistics of all ranks together are those of the image and what comes. */
static void
set_solver_stats (ictus_engine *e, const uint64_t *loaded)
{
  uint64_t begin[NSOLVER];

  memset (&e->solver_before, 0, sizeof e->solver_before);
  get_solver_stats (e, begin);
  for (int k = 0; k < NSOLVER; ++k)
    begin[k] = (e->rank == 0 ? loaded[k] : 0) - begin[k];
  memcpy (&e->solver_before, begin, sizeof begin);
}

/* ---- save --------------------------------------------------------------------------------------- */

static void
join_names (const ictus_engine *e, ictus_text *t)
{
  for (int p = 0; p < e->npop; ++p)
    ictus_text_add (t, "%s\n", ictus_net_population (e->net, p)->name);
}

static ictus_err
save_run (const ictus_engine *e, ictus_image *im)
{
  const engine_clock *c = &e->clock;
  uint64_t count[2] = { (uint64_t) c->mark, e->stats.spikes }, solver[NSOLVER];
  double flush[2] = { e->exp->flush_ms, c->next_flush_ms };
  ictus_text names = { 0 };
  ictus_err err;

  join_names (e, &names);
  err = ictus_comm_agree (e->comm, names.failed ? ICTUS_E_NOMEM : ICTUS_OK);
  if (err == ICTUS_OK)
    err = ictus_image_put_text (im, "engine/populations", names.s);
  ictus_text_clear (&names);
  ICTUS_TRY (err);
  ICTUS_TRY (ictus_image_put (im, "engine/t_ms", ICTUS_IMAGE_F64, 1, &e->stats.t_ms));
  ICTUS_TRY (ictus_image_put (im, "engine/count", ICTUS_IMAGE_U64, 2, count));
  ICTUS_TRY (ictus_image_put (im, "engine/flush_ms", ICTUS_IMAGE_F64, 2, flush));
  get_solver_stats (e, solver);
  ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, solver, NSOLVER, MPI_UINT64_T, MPI_SUM, e->comm));
  return ictus_image_put (im, "engine/solver", ICTUS_IMAGE_U64, NSOLVER, solver);
}

ictus_err
ictus_engine_save (ictus_engine *e, ictus_image *im)
{
  if (e->clock.open || e->ended != ICTUS_OK)
    return ICTUS_FAIL (ICTUS_E_ARG, "the state of a run can be kept at a restart mark only, not at %g ms",
                       e->stats.t_ms);
  ICTUS_TRY (save_run (e, im));
  ICTUS_TRY (ictus_net_save (e->net, im));
  for (int p = 0; p < e->npop; ++p)
    ICTUS_TRY (save_work (e, p, im));
  return ICTUS_OK;
}

/* ---- load --------------------------------------------------------------------------------------- */

static ictus_err
check_names (const ictus_engine *e, ictus_image *im)
{
  ictus_text mine = { 0 };
  char *its = NULL;
  ictus_err err;

  ICTUS_TRY (ictus_image_get_text (im, "engine/populations", &its));
  join_names (e, &mine);
  err = mine.failed ? ICTUS_E_NOMEM : ICTUS_OK;
  if (err == ICTUS_OK && strcmp (mine.s, its) != 0)
    err = ICTUS_FAIL (ICTUS_E_FORMAT, "%s: the state of other populations than those of this experiment",
                      ictus_image_path (im));
  err = ictus_comm_agree (e->comm, err);
  ictus_text_clear (&mine);
  ictus_free (its);
  return err;
}

/* Model time after a number of restart marks; NaN when there are not that many. */
static double
mark_ms (const ictus_experiment *x, uint64_t mark)
{
  double end = engine_end_ms (x), t;

  if ((double) mark > x->t_stop_ms / x->restart_mark_ms + 2)
    return (double) NAN;
  if (x->grid)
    t = ictus_tick_ms ((ictus_tick) mark * ictus_tick_of (x->restart_mark_ms, x->resolution_ms),
                       x->resolution_ms);
  else
    t = ictus_tick_ms ((ictus_tick) mark, x->restart_mark_ms);
  return t < end ? t : end;
}

static ictus_err
load_clock (ictus_engine *e, ictus_image *im)
{
  engine_clock *c = &e->clock;
  double t_ms, mark, flush[2], every = e->exp->flush_ms;
  uint64_t count[2];

  ICTUS_TRY (ictus_image_get_n (im, "engine/t_ms", ICTUS_IMAGE_F64, 1, &t_ms));
  ICTUS_TRY (ictus_image_get_n (im, "engine/count", ICTUS_IMAGE_U64, 2, count));
  ICTUS_TRY (ictus_image_get_n (im, "engine/flush_ms", ICTUS_IMAGE_F64, 2, flush));
  mark = mark_ms (e->exp, count[0]);
  if (!(fabs (t_ms - mark) <= 1e-9 * fmax (1, mark)))
    return ICTUS_FAIL (ICTUS_E_FORMAT,
                       "%s: its time of %g ms is not that of restart mark %llu of this experiment",
                       ictus_image_path (im), t_ms, (unsigned long long) count[0]);
  c->mark = (ictus_tick) count[0];
  e->stats.t_ms = t_ms;
  e->stats.spikes = count[1];
  c->next_flush_ms = flush[1];
  if (flush[0] < every || flush[0] > every || !(flush[1] > t_ms)) /* flushed at other times from now on */
    c->next_flush_ms = every * (floor (t_ms / every) + 1);
  return ICTUS_OK;
}

static ictus_err
load_all (ictus_engine *e, ictus_image *im)
{
  uint64_t solver[NSOLVER];
  ictus_err mine = ICTUS_OK;

  ICTUS_TRY (check_names (e, im));
  ICTUS_TRY (load_clock (e, im));
  ICTUS_TRY (ictus_image_get_n (im, "engine/solver", ICTUS_IMAGE_U64, NSOLVER, solver));
  ICTUS_TRY (ictus_net_load (e->net, im, e->stats.t_ms));
  for (int p = 0; p < e->npop && mine == ICTUS_OK; ++p)
    if (e->solver[p] != NULL)
      mine = ictus_solver_restart (e->solver[p], e->stats.t_ms);
  ICTUS_TRY (ictus_comm_agree (e->comm, mine));
  set_solver_stats (e, solver);
  for (int p = 0; p < e->npop; ++p)
    ICTUS_TRY (load_work (e, p, im));
  return ICTUS_OK;
}

ictus_err
ictus_engine_load (ictus_engine *e, ictus_image *im)
{
  if (e->clock.open || e->clock.mark > 0 || e->stats.windows > 0 || e->ended != ICTUS_OK)
    return ICTUS_FAIL (ICTUS_E_ARG, "a run takes a state before it begins only");
  e->ended = load_all (e, im);
  return e->ended;
}

ictus_tick
ictus_engine_marks (const ictus_engine *e)
{
  return e->clock.mark;
}
