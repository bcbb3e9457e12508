/* SPDX-License-Identifier: BSD-3-Clause */
/* What a net will take before it is built: expected numbers of synapses, and memory by the choices that
 * building makes. */
#include "net_impl.h"

#include <float.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

/* ---- input -------------------------------------------------------------------------------------- */

/* Capacity that doubling from 16 reaches. */
static size_t
doubled (double need)
{
  double cap = 16;

  while (cap < need && cap < 1e15)
    cap *= 2;
  return need > 0 ? (size_t)cap : 0;
}

typedef struct traffic /* to some neurons of a population */
{
  double pending, taken; /* events on their way at the end of a window; events of a window */
} traffic;

static traffic
expect_traffic (const ictus_net *net, int pop, double targets, const double *rate_Hz, double window_ms)
{
  traffic t = { 0 };

  for (int k = 0; k < net->nwires; ++k)
    {
      const ictus__wires *w = &net->wires[k];
      double lo, hi, per_ms;
      ictus__drawn d;

      if (w->target != pop || ictus__net_expect (net, w, targets, &d) != ICTUS_OK)
        continue;
      ictus__delay_range (&w->delay, fmax (d.n, 1), &lo, &hi);
      per_ms = 1e-3 * rate_Hz[w->source] * d.n; /* each synapse carries its source's spikes */
      t.pending += per_ms * (lo + hi) / 2;
      t.taken += per_ms * window_ms;
    }
  return t;
}

/* Exact timing: events that an inbox holds at most. */
static void
need_events (const ictus_net *net, int pop, double targets, const ictus_net_rates *rates, ictus_net_need *out)
{
  traffic t = expect_traffic (net, pop, targets, rates->peak_Hz, rates->window_ms);
  double taken = t.taken;
  ictus__inbox b = { .n = (size_t) targets };
  size_t first = 0; /* stands for the array of beginnings */

  for (int s = 0; s < net->npoisson; ++s)
    if (net->poisson[s].target == pop)
      taken += 1e-3 * net->poisson[s].conf->rate_Hz * targets * rates->window_ms;
  b.cap_pending = doubled (t.pending);
  b.cap_taken = doubled (taken);
  b.cap_event = doubled (taken);
  b.first = &first;
  out->inbox += (double) ictus__inbox_bytes (&b);
  t = expect_traffic (net, pop, (double) net->pop[pop].size, rates->mean_Hz, rates->window_ms);
  out->saved += t.pending * 3 * sizeof (double) + (double) net->pop[pop].size * sizeof (uint32_t);
}

static void
need_inbox (const ictus_net *net, int pop, const size_t *local, const ictus_net_rates *rates, ictus_net_need *out)
{
  bool used = false;

  if (net->pop[pop].model == NULL || local[pop] == 0 || net->pop[pop].model->kernel->nport == 0)
    return;
  for (int k = 0; k < net->nwires; ++k)
    used = used || net->wires[k].target == pop;
  for (int s = 0; s < net->npoisson; ++s)
    used = used || net->poisson[s].target == pop;
  if (used)
    need_events (net, pop, (double) local[pop], rates, out);
}

/* Spikes a ms of a population. */
static double
spikes_per_ms (const ictus_net *net, int pop, const double *rate_Hz)
{
  return 1e-3 * rate_Hz[pop] * (double) net->pop[pop].size;
}

/* Longest delay of each source population, ms; of all. */
static ictus_err
longest_delays (const ictus_net *net, double *of, double *all)
{
  *all = 0;
  for (int j = 0; j < net->exp->nprojection; ++j)
    {
      ictus_net_rows rows;
      int source = net->exp->projection[j].source;

      ICTUS_TRY (ictus_net_plan_rows (net, j, NULL, &rows));
      of[source] = fmax (of[source], rows.max_delay_ms);
      *all = fmax (*all, rows.max_delay_ms);
    }
  return ICTUS_OK;
}

/* Grid: slots of a window, rows and spikes that are on their way. */
static ictus_err
need_slots (const ictus_net *net, const size_t *local, const ictus_net_rates *rates, ictus_net_need *out)
{
  double *longest = ictus_alloc ((size_t) net->npop, sizeof *longest), all = 0, spikes = 0, saved = 0, flights = 0;
  ictus__rows rows = { 0 };
  ictus_err e;

  ICTUS_GO (longest == NULL ? ICTUS_E_NOMEM : ICTUS_OK);
  ICTUS_GO (ictus__rows_expect (net, -1, local, &rows));
  ICTUS_GO (longest_delays (net, longest, &all));
  for (int p = 0; p < net->npop; ++p)
    {
      spikes += spikes_per_ms (net, p, rates->peak_Hz) * (all + rates->window_ms);
      saved += spikes_per_ms (net, p, rates->mean_Hz) * all * sizeof (uint64_t)
               + (double) net->pop[p].size * sizeof (uint32_t);
      for (int k = rows.first[p]; k < rows.first[p + 1]; ++k)
        flights += (double) doubled (spikes_per_ms (net, p, rates->peak_Hz) * (longest[p] + rates->window_ms));
    }
  out->inbox += (double) ictus__slots_bytes ((size_t) ictus_tick_of (rates->window_ms, net->exp->resolution_ms),
                                             rows.naddress, net->npop)
                + (double) doubled (spikes) * sizeof (ictus__sent)
                + flights * (sizeof (ictus__flight) + sizeof (ictus__due));
  out->saved += saved;
done:
  ictus__rows_clear (&rows);
  ictus_free (longest);
  return e;
}

/* ---- neurons ------------------------------------------------------------------------------------ */

static double
need_cells (const ictus_net *net, int pop, double n)
{
  const ictus_population *p = &net->pop[pop];
  const ictus__group *g = &net->group[pop];
  const ictus_kernel *k;
  double bytes = n * sizeof (uint64_t);
  struct stat s;
  bool differ = false;

  if (p->model == NULL) /* spikes to replay; a text line and a record of SONATA are about as long as ours */
    {
      ictus_text path = { 0 };

      if (net->exp->conf != NULL && p->conf->spike_file != NULL)
        ictus_conf_resolve (net->exp->conf, p->conf->spike_file, &path);
      if (path.s != NULL && stat (path.s, &s) == 0)
        bytes += (double)s.st_size * n / (double)p->size;
      ictus_text_clear (&path);
      return bytes;
    }
  k = p->model->kernel;
  for (size_t j = 0; j < g->nparam; ++j)
    differ = differ || g->param[j].dist.kind != ICTUS_DIST_CONSTANT;
  bytes += (differ ? n : 1) * k->nslot * (double)sizeof (double);
  bytes
      += n * ((k->nstate + (double)p->cells.nhistory) * (double)sizeof *p->cells.y + sizeof *p->cells.refr_until + sizeof *p->cells.armed);
  for (int c = 0; c < net->ncurrent; ++c)
    if (net->current[c].target == pop)
      bytes += n * (net->current[c].conf->nneurons > 0 ? sizeof *net->current[c].at : 0)
               + n * (net->current[c].amplitude.kind != ICTUS_DIST_CONSTANT ? sizeof (double) : 0);
  for (int c = 0; c < net->npoisson; ++c)
    if (net->poisson[c].target == pop && net->poisson[c].weight.kind != ICTUS_DIST_CONSTANT)
      bytes += n * sizeof (double);
  return bytes;
}

/* ---- checkpoints -------------------------------------------------------------------------------- */

/* Rows of all neurons as ictus_net_save puts them. */
static double
state_bytes (const ictus_net *net, int pop)
{
  const ictus_population *p = &net->pop[pop];

  if (p->model == NULL)
    return 0;
  return (double)p->size
         * ((p->model->kernel->nstate + (double)p->cells.nhistory) * (double)sizeof (double) + sizeof (double) + 1);
}

ictus_err
ictus_net_plan (const ictus_net *net, const size_t *local, const ictus_net_rates *rates, ictus_net_need *out)
{
  double least = INFINITY;

  *out = (ictus_net_need){ 0 };
  for (int j = 0; j < net->exp->nprojection; ++j)
    {
      ictus_net_rows rows;

      ICTUS_TRY (ictus_net_plan_rows (net, j, NULL, &rows));
      least = fmin (least, rows.min_delay_ms);
      ICTUS_TRY (ictus_net_plan_rows (net, j, local, &rows));
      out->synapses += rows.bytes;
      out->building = fmax (out->building, rows.building);
    }
  out->min_delay_ms = least;
  for (int p = 0; p < net->npop; ++p)
    {
      out->cells += need_cells (net, p, (double)local[p]);
      out->saved += state_bytes (net, p);
      if (!net->exp->grid)
        need_inbox (net, p, local, rates, out);
    }
  return net->exp->grid ? need_slots (net, local, rates, out) : ICTUS_OK;
}

/* ---- a few neurons to measure with -------------------------------------------------------------- */

ictus_err
ictus_net_sample (ictus_net *net, size_t n)
{
  if (net->phase != ICTUS__NET_CREATED)
    return ICTUS_FAIL (ICTUS_E_INTERNAL, "the neurons of this net have their places already");
  for (int p = 0; p < net->npop; ++p)
    {
      ictus_population *pop = &net->pop[p];

      pop->cells.n = pop->size < n ? pop->size : n;
      pop->cells.first = pop->first;
      pop->cells.gid = net->group[p].gid = ictus_alloc (pop->cells.n, sizeof (uint64_t));
      if (pop->cells.gid == NULL)
        return ICTUS_E_NOMEM;
      for (size_t i = 0; i < pop->cells.n; ++i)
        net->group[p].gid[i] = pop->first + i;
    }
  net->phase = ICTUS__NET_PLACED;
  for (int p = 0; p < net->npop; ++p)
    ICTUS_TRY (ictus__net_make_cells (net, p));
  return ictus__net_make_stimuli (net);
}
