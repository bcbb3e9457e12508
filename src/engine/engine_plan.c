/* SPDX-License-Identifier: BSD-3-Clause */
/* What an engine will take before it is made. */
#include "engine/engine_impl.h"

#include <math.h>
#include <string.h>

enum
{
  MEASURE_FEW = 32,
  MEASURE_MANY = 160
}; /* neurons: what all share cancels out */

static const double *
no_slot (const void *ctx, ictus_tick k)
{
  (void)ctx;
  (void)k;
  return NULL;
}

/* A first window, so that what is made when it is first needed is there; whether it ends well is of no
 * interest here. */
static void
try_window (ictus_solver *solver, const ictus_experiment *exp)
{
  ictus_window w = { .grid = exp->grid, .h_ms = exp->resolution_ms, .slot = no_slot };
  ictus_spikes spikes = { 0 };

  w.k1 = ictus_tick_of (ictus_engine_window (exp, 1), exp->resolution_ms);
  if (w.k1 < 1)
    w.k1 = 1;
  w.t1_ms = ictus_tick_ms (w.k1, exp->resolution_ms);
  (void)ictus_solver_window (solver, &w, &spikes);
  ictus_free (spikes.s);
}

/* Heap memory of a solver for the first n neurons of a population, whose states are copied. */
static ictus_err
measure (const ictus_experiment *exp, const ictus_population *p, const ictus_solver_config *config, size_t n,
         double *bytes)
{
  size_t nstate = (size_t)p->model->kernel->nstate;
  ictus_cells cells = p->cells;
  ictus_solver *solver = NULL;
  ictus_err e = ICTUS_OK;
  double before;

  cells.n = n;
  cells.y = ictus_alloc (n, nstate * sizeof *cells.y);
  cells.refr_until = ictus_alloc (n, sizeof *cells.refr_until);
  cells.armed = ictus_alloc (n, 1);
  cells.history = ictus_alloc (n, cells.nhistory * sizeof *cells.history);
  ICTUS_GO (cells.y == NULL || cells.refr_until == NULL || cells.armed == NULL || cells.history == NULL ? ICTUS_E_NOMEM
                                                                                                         : ICTUS_OK);
  for (size_t i = 0; i < n; ++i)
    {
      for (size_t k = 0; k < nstate; ++k)
        cells.y[k * n + i] = p->cells.y[k * p->cells.n + i];
      cells.refr_until[i] = -INFINITY;
      cells.armed[i] = 1;
    }
  before = ictus_mem_heap ();
  e = ictus_solver_create (config, &cells, 0.0, &solver);
  if (e == ICTUS_E_SOLVER)
    ictus_err_prefix (e, "population %s", p->name);
  if (e != ICTUS_OK)
    goto done;
  try_window (solver, exp);
  *bytes = ictus_mem_heap () - before;
done:
  ictus_solver_destroy (&solver);
  ictus_free (cells.y);
  ictus_free (cells.refr_until);
  ictus_free (cells.armed);
  ictus_free (cells.history);
  return e;
}

ictus_err
ictus_engine_solver_bytes (const ictus_net *net, int pop, double *base, double *each)
{
  const ictus_experiment *exp = ictus_net_experiment (net);
  const ictus_population *p = ictus_net_population (net, pop);
  size_t many = p->cells.n < MEASURE_MANY ? p->cells.n : MEASURE_MANY,
         few = many < 2 * MEASURE_FEW ? many / 2 : MEASURE_FEW;
  double small = 0, large = 0, *atol = NULL;
  ictus_solver_config config;
  ictus_err e;

  *base = *each = 0;
  if (p->model == NULL || many == 0)
    return ICTUS_OK;
  atol = ictus_alloc ((size_t)p->model->kernel->nstate, sizeof *atol);
  ICTUS_GO (atol == NULL ? ICTUS_E_NOMEM : ICTUS_OK);
  ICTUS_GO (engine_configure_solver (exp, p, atol, &config));
  if (few > 0)
    ICTUS_GO (measure (exp, p, &config, few, &small));
  ICTUS_GO (measure (exp, p, &config, many, &large));
  *each = fmax (large - small, 0) / (double)(many - few);
  *base = fmax (large - *each * (double)many, 0);
done:
  ictus_free (atol);
  return e;
}

void
ictus_engine_plan_exchange (const ictus_net *net, int nrank, double mean, double most, double *packet, double *bytes)
{
  const ictus_experiment *exp = ictus_net_experiment (net);
  double ticks = ictus_engine_window (exp, INFINITY) / exp->resolution_ms, fit = ENGINE_FIT, each = mean / nrank, lists, room;
  size_t word = !exp->grid ? sizeof (ictus_spike) : (double) ictus_net_size (net) * ticks <= (double) UINT32_MAX ? 4 : 8;

  *packet = room = 0;
  if (nrank > 1)
    {
      /* what one rank has in a window scatters around its share; the packet once grew for more */
      if (most / nrank > fit)
        fit = fmax (fit, (double)engine_exchange_fit (nrank, word, (uint64_t)(most / nrank)));
      *packet = room = (double)sizeof (engine_head) + fit * (double)word;
      if (each > fit)
        *packet += each * (double)word;
    }
  lists = 16;
  while (lists < most)
    lists *= 2;
  /* packets; what arrived and its scratch; what this rank has in two windows */
  *bytes = room * (1.0 + nrank) + (nrank > 1 ? 2 : 1) * lists * (double)sizeof (ictus_spike)
           + 2 * lists / nrank * (double)sizeof (ictus_spike);
}
