/* SPDX-License-Identifier: BSD-3-Clause */
/* An engine: network, partition, solvers and hooks of one experiment. */
#include "engine/engine_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Tolerances, and what the solver refuses. The names of states were looked up when the net was created. */
ictus_err
engine_configure_solver (const ictus_experiment *exp, const ictus_population *p, double *atol,
                         ictus_solver_config *out)
{
  const ictus_exp_population *c = p->conf;
  const ictus_node *map = c->atol_of, *where = ictus_node_find (c->node, "solver");
  const ictus_lang *lang = p->model->lang;
  const char *why;
  char buf[256];

  *out = (ictus_solver_config){ .name = c->solver,
                                .rtol = c->rtol,
                                .atol = c->atol,
                                .atol_of = map != NULL ? atol : NULL,
                                .dt_ms = c->dt_ms,
                                .max_step_ms = c->max_step_ms,
                                .grid = exp->grid,
                                .h_ms = exp->resolution_ms };
  for (size_t k = 0; map != NULL && k < ictus_node_count (map); ++k)
    {
      int s = ictus_lang_find (lang, ICTUS_LANG_STATE, ictus_node_key (map, k));

      ICTUS_TRY (ictus_node_double (ictus_node_at (map, k), ictus_lang_get (lang, ICTUS_LANG_STATE, s)->unit,
                                    1e-300, INFINITY, &atol[s]));
    }
  why = ictus_solver_refuse (out, p->model, buf);
  if (why == NULL)
    return ICTUS_OK;
  return ictus_node_fail (where != NULL ? where : c->node, ICTUS_E_INPUT, "population %s: %s", p->name, why);
}

/* The solver of a population, at *out; with out NULL it is only found out whether it can be. */
static ictus_err
make_solver (const ictus_net *net, int pop, ictus_solver **out)
{
  const ictus_population *p = ictus_net_population (net, pop);
  ictus_solver_config config;
  double *atol;
  ictus_err e;

  if (p->model == NULL)
    return ICTUS_OK;
  atol = ictus_alloc ((size_t) p->model->kernel->nstate, sizeof *atol);
  if (atol == NULL)
    return ICTUS_E_NOMEM;
  e = engine_configure_solver (ictus_net_experiment (net), p, atol, &config);
  if (e == ICTUS_OK && out != NULL)
    {
      e = ictus_solver_create (&config, &p->cells, 0.0, out);
      if (e == ICTUS_E_SOLVER)
        ictus_err_prefix (e, "population %s", p->name);
    }
  ictus_free (atol);
  return e;
}

ictus_err
ictus_engine_check_solvers (const ictus_net *net)
{
  for (int p = 0; p < ictus_net_npopulation (net); ++p)
    ICTUS_TRY (make_solver (net, p, NULL));
  return ICTUS_OK;
}

/* Windows end at restart marks, are no longer than the smallest delay, and no longer than 10 ms, so that a
   run without synapses still reports and listens. */
double
ictus_engine_window (const ictus_experiment *exp, double min_delay_ms)
{
  double w = min_delay_ms < 10 ? min_delay_ms : 10;

  return w > exp->restart_mark_ms ? exp->restart_mark_ms : w;
}

static ictus_err
make_solvers (ictus_engine *e)
{
  e->solver = ictus_alloc ((size_t) e->npop, sizeof *e->solver);
  e->samples = ictus_alloc ((size_t) e->npop, sizeof *e->samples);
  e->work = ictus_alloc ((size_t) e->npop, sizeof *e->work);
  if (e->solver == NULL || e->samples == NULL || e->work == NULL)
    return ICTUS_E_NOMEM;
  for (int p = 0; p < e->npop; ++p)
    ICTUS_TRY (make_solver (e->net, p, &e->solver[p]));
  return ICTUS_OK;
}

/* Lengths of windows. A spike on its way while a window is solved is needed in the one behind it, so two of these
   windows have to fit into the smallest delay. */
static void
set_windows (ictus_engine *e)
{
  double delay = ictus_net_min_delay (e->net), h = e->exp->resolution_ms;

  e->window_ms = ictus_engine_window (e->exp, delay);
  e->half_ms = 0.5 * delay < e->window_ms ? 0.5 * delay : e->window_ms;
  if (!e->exp->grid)
    return;
  e->window_ticks = (ictus_tick) floor (e->window_ms / h * (1 + 1e-9));
  if (e->window_ticks < 1) /* a coarse grid without synapses */
    e->window_ticks = 1;
  e->half_ticks = isfinite (delay) ? ictus_tick_of (delay, h) / 2 : e->window_ticks;
  if (e->half_ticks > e->window_ticks)
    e->half_ticks = e->window_ticks;
}

ictus_err
ictus_engine_create (MPI_Comm comm, const ictus_experiment *exp, ictus_engine **out)
{
  ictus_engine *en = ictus_alloc (1, sizeof *en);
  uint64_t n = 0;
  ictus_err e;

  *out = NULL;
  e = ictus_comm_agree (comm, en == NULL ? ICTUS_E_NOMEM : ICTUS_OK);
  if (e != ICTUS_OK)
    {
      ictus_free (en);
      return e;
    }
  ICTUS_MPI (MPI_Comm_dup (comm, &en->comm));
  ICTUS_MPI (MPI_Comm_set_errhandler (en->comm, MPI_ERRORS_RETURN));
  en->rank = ictus_comm_rank (en->comm);
  en->size = ictus_comm_size (en->comm);
  en->exp = exp;
  en->faults = getenv ("ICTUS_FAULT") != NULL;
  ICTUS_GO (ictus_comm_same (en->comm, exp->t_stop_ms, "t_stop"));
  ICTUS_GO (ictus_comm_same (en->comm, (double) exp->seed, "seed"));
  ICTUS_GO (ictus_net_create (en->comm, exp, &en->net));
  en->npop = ictus_net_npopulation (en->net);
  ICTUS_GO (ictus_part_create (en->comm, en->net, exp->partition, &en->part));
  ICTUS_GO (ictus_comm_agree (en->comm, ictus_net_place (en->net, ictus_part_owner, en->part)));
  ICTUS_GO (ictus_net_build (en->net));
  ICTUS_GO (ictus_comm_agree (en->comm, make_solvers (en)));
  set_windows (en);
  ICTUS_GO (ictus_comm_agree (en->comm, engine_exchange_init (en)));
  if (exp->t_stop_ms / en->window_ms > ICTUS_MAX_STEPS)
    {
      e = ICTUS_FAIL (ICTUS_E_INPUT, "t_stop (%g ms) is more than 2^53 times the smallest delay (%g ms)",
                      exp->t_stop_ms, en->window_ms);
      goto done;
    }
  for (int p = 0; p < exp->nprojection; ++p)
    n += ictus_net_synapses (en->net, p);
  ICTUS_MPI (MPI_Allreduce (&n, &en->stats.synapses, 1, MPI_UINT64_T, MPI_SUM, en->comm));
  *out = en;
  en = NULL;
done:
  ictus_engine_destroy (&en);
  return e;
}

void
ictus_engine_destroy (ictus_engine **engine)
{
  ictus_engine *e = *engine;

  if (e == NULL)
    return;
  for (int p = 0; p < e->npop; ++p)
    {
      if (e->solver != NULL)
        ictus_solver_destroy (&e->solver[p]);
      if (e->samples != NULL)
        {
          ictus_free (e->samples[p].due);
          ictus_free (e->samples[p].t_ms);
          ictus_free (e->samples[p].first);
        }
      if (e->work != NULL)
        ictus_free (e->work[p]);
    }
  ictus_free (e->work);
  ictus_free (e->solver);
  ictus_free (e->samples);
  ictus_free (e->pending_text);
  engine_exchange_clear (e);
  ictus_part_destroy (&e->part);
  ictus_net_destroy (&e->net);
  MPI_Comm_free (&e->comm);
  ictus_free (e);
  *engine = NULL;
}

ictus_err
ictus_engine_hook (ictus_engine *e, const ictus_hook *hook)
{
  if (e->nhook == ENGINE_MAX_HOOK)
    return ICTUS_FAIL (ICTUS_E_ARG, "more than %d hooks", ENGINE_MAX_HOOK);
  e->hook[e->nhook++] = *hook;
  return ICTUS_OK;
}

ictus_err
ictus_engine_sample (ictus_engine *e, const ictus_sampling *what)
{
  if (e->nsampling == ENGINE_MAX_SAMPLING)
    return ICTUS_FAIL (ICTUS_E_INPUT, "more than %d recorders", ENGINE_MAX_SAMPLING);
  if (what->population < 0 || what->population >= e->npop || !(what->interval_ms > 0))
    return ICTUS_FAIL (ICTUS_E_ARG, "sampling of population %d every %g ms", what->population,
                       what->interval_ms);
  if (ictus_net_population (e->net, what->population)->model == NULL)
    return ICTUS_FAIL (ICTUS_E_INPUT, "population %s replays spikes and has no states to record",
                       ictus_net_population (e->net, what->population)->name);
  e->sampling[e->nsampling++] = *what;
  return ICTUS_OK;
}

void
ictus_engine_progress (ictus_engine *e, bool on)
{
  e->show_progress = on;
}

void
ictus_engine_get_stats (const ictus_engine *e, ictus_engine_stats *out)
{
  *out = e->stats;
  out->solver = e->solver_before;
  for (int p = 0; p < e->npop; ++p)
    if (e->solver[p] != NULL)
      {
        ictus_solver_stats s;

        ictus_solver_get_stats (e->solver[p], &s);
        out->solver.steps += s.steps;
        out->solver.rhs += s.rhs;
        out->solver.jac += s.jac;
        out->solver.restarts += s.restarts;
        out->solver.roots += s.roots;
        out->solver.fails += s.fails;
        out->solver.lanes_offered += s.lanes_offered;
        out->solver.lanes_used += s.lanes_used;
      }
}

const char *
ictus_engine_exchange_text (const ictus_engine *e)
{
  return e->exchange_text;
}

void
ictus_engine_get_totals (const ictus_engine *e, ictus_engine_totals *out)
{
  const ictus_engine_stats *s = &e->stats;
  double busy = s->solve_s + s->deliver_s + s->input_s, extreme[2] = { busy, -s->exchange_s };
  uint64_t sent[2] = { s->bytes_sent, s->messages };

  ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, &busy, 1, MPI_DOUBLE, MPI_SUM, e->comm));
  ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, extreme, 2, MPI_DOUBLE, MPI_MAX, e->comm));
  ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, sent, 2, MPI_UINT64_T, MPI_SUM, e->comm));
  *out = (ictus_engine_totals){ .ranks = e->size,
                                .mean = busy / e->size,
                                .most = extreme[0],
                                .exchange_s = -extreme[1],
                                .bytes_sent = sent[0],
                                .messages = sent[1] };
}

ictus_net *
ictus_engine_net (const ictus_engine *e)
{
  return e->net;
}

const ictus_part *
ictus_engine_part (const ictus_engine *e)
{
  return e->part;
}

const ictus_experiment *
ictus_engine_experiment (const ictus_engine *e)
{
  return e->exp;
}

MPI_Comm
ictus_engine_comm (const ictus_engine *e)
{
  return e->comm;
}
