/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of a rank by part, and the sizes of files. */
#include "plan/plan_impl.h"

#include <math.h>
#include <string.h>

#define SAMPLE 160       /* neurons that solvers are measured with */
#define IMAGE_BYTES 4e4  /* of a checkpoint beside states, input and texts */
#define SUMMARY_BYTES 56 /* that a sweep keeps of a neuron: intervals and variance of its first state */

void
plan_largest (const ictus_experiment *exp, int nrank, size_t *local)
{
  for (int p = 0; p < exp->npopulation; ++p)
    local[p] = (exp->population[p].size + (size_t)nrank - 1) / (size_t)nrank;
}

/* ---- parts -------------------------------------------------------------------------------------- */

static ictus_err
add (plan_need *n, plan_kind kind, const char *name, double bytes, double number, double all, double each)
{
  ICTUS_TRY (ictus_grow (&n->part, &n->cap, n->npart + 1, sizeof *n->part));
  n->part[n->npart++]
      = (plan_part){ .kind = kind, .name = name, .bytes = bytes, .number = number, .all = all, .each = each };
  return ICTUS_OK;
}

ictus_err
plan_solver_bytes (const ictus_experiment *exp, double *base, double *each)
{
  ictus_net *few = NULL;
  ictus_err e;

  ICTUS_GO (ictus_net_create (MPI_COMM_SELF, exp, &few));
  ICTUS_GO (ictus_net_sample (few, SAMPLE));
  for (int p = 0; p < exp->npopulation; ++p)
    ICTUS_GO (ictus_engine_solver_bytes (few, p, &base[p], &each[p]));
done:
  ictus_net_destroy (&few);
  return e;
}

/* Neurons and their solvers. */
static ictus_err
add_neurons (const ictus_experiment *exp, const size_t *local, double cells, plan_need *n)
{
  size_t npop = (size_t)exp->npopulation;
  double *base = ictus_alloc (2 * npop, sizeof *base), *each = base + npop, here = 0;
  ictus_err e = base == NULL ? ICTUS_E_NOMEM : plan_solver_bytes (exp, base, each);

  if (e != ICTUS_OK)
    goto done;
  for (int p = 0; p < exp->npopulation; ++p)
    {
      n->neurons += (double)exp->population[p].size;
      here += (double)local[p];
    }
  ICTUS_GO (add (n, PLAN_NEURONS, NULL, cells, here, n->neurons, here > 0 ? cells / here : 0));
  for (int p = 0; p < exp->npopulation; ++p)
    if (exp->population[p].model != NULL)
      ICTUS_GO (add (n, PLAN_SOLVERS, exp->population[p].name, base[p] + each[p] * (double)local[p], (double)local[p],
                     (double)exp->population[p].size, each[p]));
done:
  ictus_free (base);
  return e;
}

static ictus_err
add_synapses (const ictus_net *net, const size_t *local, const plan_rates *rates, plan_need *n)
{
  const ictus_experiment *exp = ictus_net_experiment (net);
  double variance = 0;

  for (int j = 0; j < exp->nprojection; ++j)
    {
      ictus_net_rows here, all;

      ICTUS_TRY (ictus_net_plan_rows (net, j, local, &here));
      ICTUS_TRY (ictus_net_plan_rows (net, j, NULL, &all));
      ICTUS_TRY (add (n, PLAN_SYNAPSES, exp->projection[j].name, here.bytes, here.synapses, all.synapses,
                      here.each));
      n->synapses += all.synapses;
      variance += all.sd * all.sd;
      n->events += 1e-3 * rates->Hz[exp->projection[j].source] * all.synapses;
    }
  n->synapses_sd = sqrt (variance);
  return ICTUS_OK;
}

/* ---- files -------------------------------------------------------------------------------------- */

static bool
counts_work (const char *solver)
{
  for (size_t k = 0; ictus_solver_at (k) != NULL; ++k)
    if (strcmp (ictus_solver_at (k)->name, solver) == 0)
      return ictus_solver_at (k)->work != NULL;
  return false;
}

static double
checkpoint_bytes (const ictus_experiment *exp, double saved, const ictus_out_need *out)
{
  double bytes = IMAGE_BYTES + saved + 2 * out->rest; /* the texts stand in it twice */

  for (int p = 0; p < exp->npopulation; ++p)
    if (exp->population[p].model != NULL && counts_work (exp->population[p].solver))
      bytes += (double)exp->population[p].size * sizeof (uint64_t);
  return bytes;
}

/* They are taken at restart marks, not at the end. */
static bool
has_checkpoints (const ictus_experiment *exp)
{
  return (exp->checkpoint_ms > 0 || exp->checkpoint_wall_s > 0) && exp->restart_mark_ms < exp->t_stop_ms;
}

/* ---- all ---------------------------------------------------------------------------------------- */

static double
spikes_per_window (const ictus_experiment *exp, const plan_rates *rates, double window_ms)
{
  double n = 0;

  for (int p = 0; p < exp->npopulation; ++p)
    n += 1e-3 * rates->Hz[p] * (double)exp->population[p].size * window_ms;
  return n;
}

/* Window, traffic and buffers, whose sizes depend on the rates. */
static ictus_err
need_net (const ictus_net *net, const size_t *local, const plan_rates *rates, ictus_net_need *out,
          plan_need *n)
{
  const ictus_experiment *exp = ictus_net_experiment (net);
  double *peak = ictus_alloc ((size_t)exp->npopulation, sizeof *peak), least = INFINITY;
  ictus_net_rates r = { .mean_Hz = rates->Hz, .peak_Hz = peak };
  ictus_err e = peak == NULL ? ICTUS_E_NOMEM : ICTUS_OK;

  if (e != ICTUS_OK)
    goto done;
  for (int p = 0; p < exp->npopulation; ++p)
    peak[p] = rates->peak * rates->Hz[p];
  for (int j = 0; j < exp->nprojection; ++j)
    {
      ictus_net_rows rows;

      ICTUS_GO (ictus_net_plan_rows (net, j, NULL, &rows));
      least = fmin (least, rows.min_delay_ms);
    }
  n->window_ms = r.window_ms = ictus_engine_window (exp, least);
  n->windows = ceil (exp->t_stop_ms / n->window_ms * (1 - 1e-9));
  e = ictus_net_plan (net, local, &r, out);
done:
  ictus_free (peak);
  return e;
}

/* Program, MPI and HDF5 as they are now, and what MPI adds for others. */
static ictus_err
add_fixed (int nrank, plan_need *n)
{
  double own;

  H5open ();
  own = ictus_process_memory (&n->shared_bytes);
  if (nrank > 1)
    own += PLAN_MPI_BYTES + PLAN_PEER_BYTES * (nrank - 1);
  return add (n, PLAN_FIXED, NULL, own, 0, 0, 0);
}

static void
add_up (plan_need *n)
{
  double peak = 0;

  for (size_t k = 0; k < n->npart; ++k)
    if (n->part[k].kind == PLAN_PEAK_OF_BUILDING || n->part[k].kind == PLAN_CHECKPOINT)
      peak = fmax (peak, n->part[k].bytes);
    else
      n->rank_bytes += n->part[k].bytes;
  n->rank_bytes += peak;
}

ictus_err
plan_need_make (const ictus_net *net, int nrank, bool recorders, const plan_rates *rates, plan_need *out)
{
  const ictus_experiment *exp = ictus_net_experiment (net);
  size_t *local = ictus_alloc ((size_t)exp->npopulation, sizeof *local);
  double mean, exchange, kept;
  ictus_net_need need;
  ictus_err e = local == NULL ? ICTUS_E_NOMEM : ICTUS_OK;

  memset (out, 0, sizeof *out);
  if (e != ICTUS_OK)
    goto done;
  ICTUS_GO (add_fixed (nrank, out)); /* first: nothing was measured yet */
  plan_largest (exp, nrank, local);
  ICTUS_GO (need_net (net, local, rates, &need, out));
  ICTUS_GO (add_neurons (exp, local, need.cells, out));
  ICTUS_GO (add_synapses (net, local, rates, out));
  ICTUS_GO (add (out, PLAN_INPUT, NULL, need.inbox, 0, 0, 0));
  mean = spikes_per_window (exp, rates, out->window_ms);
  ictus_engine_plan_exchange (net, nrank, mean, mean * rates->peak, &out->packet, &exchange);
  ICTUS_GO (add (out, PLAN_EXCHANGE, NULL, exchange, 0, 0, 0));
  ictus_out_plan (net, local, nrank, rates->Hz, &out->out);
  kept = SUMMARY_BYTES * ceil (out->neurons / nrank);
  ICTUS_GO (add (out, PLAN_RECORDERS, NULL, recorders ? out->out.memory : kept, 0, 0, 0));
  out->checkpoint_bytes = checkpoint_bytes (exp, need.saved, &out->out) + (recorders ? 0 : kept * nrank);
  ICTUS_GO (add (out, PLAN_PEAK_OF_BUILDING, NULL, need.building, 0, 0, 0));
  if (has_checkpoints (exp))
    ICTUS_GO (add (out, PLAN_CHECKPOINT, NULL, out->checkpoint_bytes / nrank, 0, 0, 0));
  add_up (out);
done:
  ictus_free (local);
  return e;
}

void
plan_need_keep_fixed (plan_need *n, const plan_need *before)
{
  double was = 0;

  for (size_t k = 0; k < before->npart; ++k)
    was += before->part[k].kind == PLAN_FIXED ? before->part[k].bytes : 0;
  for (size_t k = 0; k < n->npart; ++k)
    if (n->part[k].kind == PLAN_FIXED)
      {
        n->rank_bytes += was - n->part[k].bytes;
        n->part[k].bytes = was;
      }
  n->shared_bytes = before->shared_bytes;
}

void
plan_need_clear (plan_need *n)
{
  ictus_free (n->part);
  memset (n, 0, sizeof *n);
}
