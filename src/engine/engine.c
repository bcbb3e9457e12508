/* SPDX-License-Identifier: BSD-3-Clause */
/* An engine: network, partition, solvers and hooks of one experiment. */
#include "engine/engine_impl.h"

#include <math.h>
#include <string.h>

/* Tolerances by state, from the experiment. */
static ictus_err
read_atol (const ictus_population *pop, double *atol)
{
  const ictus_lang *lang = pop->model->lang;
  const ictus_node *map = pop->conf->atol_of;

  for (size_t k = 0; map != NULL && k < ictus_node_count (map); ++k)
    {
      const char *name = ictus_node_key (map, k);
      int s = ictus_lang_find (lang, ICTUS_LANG_STATE, name);
      const char *near = ictus_lang_nearest (lang, ICTUS_LANG_STATE, name);

      if (s < 0)
        return ictus_node_fail_key (map, name, ICTUS_E_INPUT, "model %s has no state \"%s\"%s%s", ictus_lang_name (lang), name,
                                    near != NULL ? "; did you mean " : "", near != NULL ? near : "");
      ICTUS_TRY (ictus_node_double (ictus_node_at (map, k), ictus_lang_get (lang, ICTUS_LANG_STATE, s)->unit, 1e-300, INFINITY,
                                    &atol[s]));
    }
  return ICTUS_OK;
}

static ictus_err
make_solver (ictus_engine *e, int pop)
{
  const ictus_population *p = ictus_net_population (e->net, pop);
  const ictus_exp_population *c = p->conf;
  ictus_solver_config config = { .name = c->solver,
                                 .rtol = c->rtol,
                                 .atol = c->atol,
                                 .dt_ms = c->dt_ms,
                                 .max_step_ms = c->max_step_ms,
                                 .grid = e->exp->grid,
                                 .h_ms = e->exp->resolution_ms };
  const ictus_node *where;
  const char *why;
  double *atol;
  char buf[256];
  ictus_err err;

  if (p->model == NULL)
    return ICTUS_OK;
  atol = ictus_alloc ((size_t) p->model->kernel->nstate, sizeof *atol);
  if (atol == NULL)
    return ICTUS_E_NOMEM;
  err = read_atol (p, atol);
  config.atol_of = c->atol_of != NULL ? atol : NULL;
  why = err == ICTUS_OK ? ictus_solver_refuse (&config, p->model, buf) : NULL;
  if (why != NULL)
    {
      where = ictus_node_find (c->node, "solver");
      err = ictus_node_fail (where != NULL ? where : c->node, ICTUS_E_INPUT, "population %s: %s", p->name, why);
    }
  if (err == ICTUS_OK)
    err = ictus_solver_create (&config, &p->cells, 0.0, &e->solver[pop]);
  ictus_free (atol);
  return err;
}

/* Windows end at restart marks, are no longer than the smallest delay, and no longer than 10 ms, so that a run without
   synapses still reports and listens. */
static double
choose_window (const ictus_engine *e)
{
  double w = ictus_net_min_delay (e->net);

  if (!(w < 10))
    w = 10;
  if (w > e->exp->restart_mark_ms)
    w = e->exp->restart_mark_ms;
  return w;
}

static ictus_err
make_solvers (ictus_engine *e)
{
  e->solver = ictus_alloc ((size_t) e->npop, sizeof *e->solver);
  e->samples = ictus_alloc ((size_t) e->npop, sizeof *e->samples);
  if (e->solver == NULL || e->samples == NULL)
    return ICTUS_E_NOMEM;
  for (int p = 0; p < e->npop; ++p)
    ICTUS_TRY (make_solver (e, p));
  return engine_exchange_init (e);
}

ictus_err
ictus_engine_create (MPI_Comm comm, const ictus_experiment *exp, ictus_engine **out)
{
  ictus_engine *en = ictus_alloc (1, sizeof *en);
  uint64_t n = 0;
  ictus_err e;

  *out = NULL;
  ICTUS_TRY (ictus_comm_agree (comm, en == NULL ? ICTUS_E_NOMEM : ICTUS_OK));
  ICTUS_MPI (MPI_Comm_dup (comm, &en->comm));
  MPI_Comm_set_errhandler (en->comm, MPI_ERRORS_RETURN);
  en->rank = ictus_comm_rank (en->comm);
  en->size = ictus_comm_size (en->comm);
  en->exp = exp;
  ICTUS_GO (ictus_comm_same (en->comm, exp->t_stop_ms, "t_stop"));
  ICTUS_GO (ictus_comm_same (en->comm, (double) exp->seed, "seed"));
  ICTUS_GO (ictus_net_create (en->comm, exp, &en->net));
  en->npop = ictus_net_npopulation (en->net);
  ICTUS_GO (ictus_part_create (en->comm, en->net, exp->partition, &en->part));
  ICTUS_GO (ictus_comm_agree (en->comm, ictus_net_place (en->net, ictus_part_owner, en->part)));
  ICTUS_GO (ictus_net_build (en->net));
  ICTUS_GO (ictus_comm_agree (en->comm, make_solvers (en)));
  en->window_ms = choose_window (en);
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
    }
  ictus_free (e->solver);
  ictus_free (e->samples);
  ictus_free (e->mine.s);
  ictus_free (e->pending_text);
  engine_exchange_clear (&e->ex);
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
    return ICTUS_FAIL (ICTUS_E_ARG, "sampling of population %d every %g ms", what->population, what->interval_ms);
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
  memset (&out->solver, 0, sizeof out->solver);
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
      }
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
