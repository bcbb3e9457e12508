/* SPDX-License-Identifier: BSD-3-Clause */
/* What a net will take before it is built: expected numbers of synapses, and memory by the choices that
 * building makes. */
#include "net_impl.h"

#include <float.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

/* ---- synapses ----------------------------------------------------------------------------------- */

typedef struct drawn /* what a rule is expected to draw for some of the targets */
{
  double n, variance;   /* synapses */
  double full;          /* sources with at least one */
  bool weights, delays; /* the rule itself gives some */
  double dmin, dmax;    /* ms, where the rule gives them */
  double text;          /* bytes of the file */
} drawn;

static double
pairs (const ictus__wires *w, double sources, double targets)
{
  bool skip = w->source == w->target && !w->conf->allow_autapses;

  return targets * (sources - (skip ? 1 : 0));
}

/* Sources that are chosen by at least one of nt targets, each of which chooses a source with probability p.
 */
static double
hit (double sources, double p, double nt)
{
  return p < 1 ? -sources * expm1 (nt * log1p (-p)) : nt > 0 ? sources : 0;
}

typedef struct scan
{
  drawn *d;
  uint8_t *seen; /* [sources] */
  size_t nseen;
} scan;

static ictus_err
scan_one (void *ctx, const ictus__synapse *s)
{
  scan *c = ctx;

  c->d->n += 1;
  c->d->weights = c->d->weights || !isnan (s->weight);
  c->d->delays = c->d->delays || !isnan (s->delay);
  if (!isnan (s->delay))
    {
      c->d->dmin = fmin (c->d->dmin, s->delay);
      c->d->dmax = fmax (c->d->dmax, s->delay);
    }
  c->nseen += c->seen[s->source] == 0;
  c->seen[s->source] = 1;
  return ICTUS_OK;
}

/* The lines of a list; a rank gets the part that its share of the targets is. */
static ictus_err
scan_list (const ictus_net *net, const ictus__wires *w, double share, drawn *d)
{
  ictus__wires copy = *w;
  scan c = { .d = d, .seen = ictus_alloc (net->pop[w->source].size, 1) };
  size_t len = 0;
  ictus_err e;

  if (c.seen == NULL)
    return ICTUS_E_NOMEM;
  copy.list = NULL;
  e = ictus_file_read (w->list_path, &copy.list, &len);
  if (e != ICTUS_OK && w->conf->node != NULL)
    ictus_node_fail (w->conf->node, e, "%s", ictus_err_last ());
  if (e == ICTUS_OK)
    e = ictus__net_scan_list (net, &copy, scan_one, &c);
  if (share < 1)
    d->variance = d->n * share * (1 - share);
  d->full = share < 1 && c.nseen > 0 ? (double)c.nseen * -expm1 (d->n / (double)c.nseen * log1p (-share))
                                     : (double)c.nseen;
  d->n *= share;
  d->text = (double)len;
  ictus_free (copy.list);
  ictus_free (c.seen);
  return e;
}

/* For nt of the targets. */
static ictus_err
expect (const ictus_net *net, const ictus__wires *w, double nt, drawn *d)
{
  const ictus_exp_projection *c = w->conf;
  double ns = (double)net->pop[w->source].size, all = (double)net->pop[w->target].size, m = (double)c->number;

  *d = (drawn){ .dmin = INFINITY };
  if (!(nt > 0))
    return ICTUS_OK;
  switch (c->rule)
    {
    case ICTUS_RULE_ONE_TO_ONE:
      d->n = d->full = w->source == w->target && !c->allow_autapses ? 0 : nt;
      return ICTUS_OK;
    case ICTUS_RULE_ALL_TO_ALL:
      d->n = pairs (w, ns, nt);
      d->full = d->n > 0 ? ns : 0;
      return ICTUS_OK;
    case ICTUS_RULE_FIXED_INDEGREE:
      d->n = nt * m;
      d->full = c->allow_multapses ? hit (ns, 1 / ns, d->n) : hit (ns, fmin (m / ns, 1), nt);
      return ICTUS_OK;
    case ICTUS_RULE_FIXED_OUTDEGREE:
      d->n = ns * m * nt / all;
      d->variance = nt < all ? d->n * (1 - nt / all) : 0;
      d->full = hit (ns, 1 / ns, d->n);
      return ICTUS_OK;
    case ICTUS_RULE_FIXED_TOTAL_NUMBER:
      d->n = m * nt / all;
      d->variance = nt < all ? d->n * (1 - nt / all) : 0;
      d->full = hit (ns, 1 / ns, d->n);
      return ICTUS_OK;
    case ICTUS_RULE_PAIRWISE_BERNOULLI:
      d->n = pairs (w, ns, nt) * c->p;
      d->variance = d->n * (1 - c->p);
      d->full = hit (ns, c->p, nt);
      return ICTUS_OK;
    case ICTUS_RULE_LIST:
      return scan_list (net, w, nt / all, d);
    }
  return ICTUS_FAIL (ICTUS_E_INTERNAL, "projection %s has no rule", c->name);
}

/* ---- delays ------------------------------------------------------------------------------------- */

/* How many standard deviations the largest of n normal numbers lies above their mean, as expected. */
static double
farthest (double n)
{
  double a = n > 2 ? sqrt (2 * log (n)) : 0.5;

  return n > 2 ? fmax (a - (log (log (n)) + log (4 * 3.14159265358979)) / (2 * a) + 0.5772 / a, 0.5) : a;
}

/* The shortest and the longest of n delays, ms. */
static void
delay_range (const ictus_dist *d, double n, double *lo, double *hi)
{
  double z = farthest (n), width = d->max - d->min;

  *lo = *hi = d->a;
  switch (d->kind)
    {
    case ICTUS_DIST_NORMAL:
      *lo = d->a - z * d->b;
      *hi = d->a + z * d->b;
      break;
    case ICTUS_DIST_LOGNORMAL:
      *lo = exp (d->a - z * d->b);
      *hi = exp (d->a + z * d->b);
      break;
    case ICTUS_DIST_UNIFORM:
      *lo = d->min + width / (n + 1);
      *hi = d->max - width / (n + 1);
      return;
    case ICTUS_DIST_CONSTANT:
    case ICTUS_DIST_LINEAR:
    case ICTUS_DIST_LIST:
      return;
    }
  *lo = fmin (fmax (*lo, d->min), d->max);
  *hi = fmin (fmax (*hi, d->min), d->max);
}

/* Nearest tick, at least 1, on the grid; as it is otherwise. */
static double
in_steps (const ictus_net *net, double d_ms)
{
  ictus_tick k;

  if (!net->exp->grid)
    return d_ms;
  k = ictus_tick_of (d_ms, net->exp->resolution_ms);
  return k < 1 ? 1 : (double)k;
}

static double
in_ms (const ictus_net *net, double d)
{
  return net->exp->grid && isfinite (d) ? ictus_tick_ms ((ictus_tick)d, net->exp->resolution_ms) : d;
}

/* Numbers, bytes and delays (ticks or ms) of one target population's wires; w is a copy without rows. */
static ictus_err
need_wires (const ictus_net *net, ictus__wires *w, const size_t *local, ictus_net_rows *out)
{
  size_t nsource = net->pop[w->source].size;
  bool weights, delays;
  double lo, hi;
  drawn d;

  ICTUS_TRY (
      expect (net, w, local == NULL ? (double)net->pop[w->target].size : (double)local[w->target], &d));
  weights = d.weights || w->weight.kind != ICTUS_DIST_CONSTANT;
  delays = d.delays || w->delay.kind != ICTUS_DIST_CONSTANT;
  delay_range (&w->delay, fmax (d.n, 1), &lo, &hi);
  if (d.delays)
    {
      lo = fmin (lo, d.dmin);
      hi = fmax (hi, d.dmax);
    }
  w->dmin = d.n > 0.5 ? in_steps (net, lo) : INFINITY;
  w->dmax = d.n > 0.5 ? in_steps (net, hi) : 0;
  w->nrow = ictus__wires_drop (w, nsource, (size_t)llround (d.full)) ? (size_t)llround (d.full) : nsource;
  out->synapses += d.n;
  out->sd = sqrt (out->sd * out->sd + d.variance);
  out->bytes += d.n * (double)ictus__wires_each (w, weights, delays, net->exp->grid)
                + (double)(w->nrow + 1) * sizeof *w->first
                + (w->nrow < nsource ? (double)w->nrow * sizeof *w->row_source : 0);
  out->each = fmax (out->each, (double)ictus__wires_each (w, weights, delays, net->exp->grid));
  /* while it is built: beginnings of the empty rows as well, marks of choices, the text of a list; narrow
   * delays beside */
  out->building = fmax (out->building, (double)(nsource + 1) * sizeof *w->first + d.text
                                           + 4.0 * (double)(nsource + net->pop[w->target].size)
                                           + (double)w->nrow * sizeof *w->first);
  out->min_delay_ms = fmin (out->min_delay_ms, in_ms (net, w->dmin));
  out->max_delay_ms = fmax (out->max_delay_ms, in_ms (net, w->dmax));
  return ICTUS_OK;
}

ictus_err
ictus_net_plan_rows (const ictus_net *net, int projection, const size_t *local, ictus_net_rows *out)
{
  *out = (ictus_net_rows){ .min_delay_ms = INFINITY };
  for (int k = 0; k < net->nwires; ++k)
    {
      ictus__wires w = net->wires[k];

      if (w.projection == projection)
        ICTUS_TRY (need_wires (net, &w, local, out));
    }
  return ICTUS_OK;
}

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
  double spikes;         /* a ms, of all that project to it */
} traffic;

static traffic
expect_traffic (const ictus_net *net, int pop, double targets, const double *rate_Hz, double window_ms)
{
  traffic t = { 0 };

  for (int k = 0; k < net->nwires; ++k)
    {
      ictus__wires w = net->wires[k];
      double lo, hi, per_ms;
      drawn d;

      if (w.target != pop || expect (net, &w, targets, &d) != ICTUS_OK)
        continue;
      delay_range (&w.delay, fmax (d.n, 1), &lo, &hi);
      per_ms = 1e-3 * rate_Hz[w.source] * d.n; /* each synapse carries its source's spikes */
      t.pending += per_ms * (lo + hi) / 2;
      t.taken += per_ms * window_ms;
      t.spikes += 1e-3 * rate_Hz[w.source] * (double)net->pop[w.source].size;
    }
  return t;
}

/* Events that an inbox holds at most. */
static void
expect_events (const ictus_net *net, int pop, double targets, const double *peak_Hz, double window_ms,
               ictus__inbox *b)
{
  traffic t = expect_traffic (net, pop, targets, peak_Hz, window_ms);
  double taken = t.taken;

  for (int s = 0; s < net->npoisson; ++s)
    if (net->poisson[s].target == pop)
      taken += 1e-3 * net->poisson[s].conf->rate_Hz * targets * window_ms;
  b->cap_pending = doubled (t.pending);
  b->cap_taken = doubled (taken);
  b->cap_event = doubled (taken);
}

/* What a checkpoint holds of all input that is on its way to a population. */
static double
saved_input (const ictus_net *net, int pop, const ictus__inbox *b, const double *rate_Hz, double window_ms)
{
  double n = (double)net->pop[pop].size, ticks;
  traffic t = expect_traffic (net, pop, n, rate_Hz, window_ms);

  if (!net->exp->grid)
    return t.pending * 3 * sizeof (double) + n * sizeof (uint32_t);
  ticks
      = (double)b->kmax * -expm1 (-t.spikes * net->exp->resolution_ms); /* those in which something arrives */
  return ticks * n * b->nport * sizeof (double);
}

static ictus_err
need_inbox (const ictus_net *net, int pop, const size_t *local, const ictus_net_rates *rates,
            double min_delay_ms, double window_ms, ictus_net_need *out)
{
  double h = net->exp->resolution_ms;
  ictus__inbox b = { .n = local[pop] };
  size_t first = 0; /* stands for the array of beginnings */
  bool used = false;

  if (net->pop[pop].model == NULL || local[pop] == 0)
    return ICTUS_OK;
  b.nport = net->pop[pop].model->kernel->nport;
  for (int k = 0; k < net->nwires; ++k)
    {
      ictus__wires w = net->wires[k];
      ictus_net_rows rows = { .min_delay_ms = INFINITY };

      if (w.target != pop)
        continue;
      ICTUS_TRY (need_wires (net, &w, local, &rows));
      used = used || rows.synapses > 0.5;
      if (net->exp->grid)
        b.kmax = (ictus_tick)fmax ((double)b.kmax, w.dmax);
    }
  for (int s = 0; s < net->npoisson; ++s)
    used = used || net->poisson[s].target == pop;
  if (!used || b.nport == 0)
    return ICTUS_OK;
  if (net->exp->grid) /* as make_inboxes and the first window ask for */
    b.nslot = ictus__inbox_ring (
        ictus_tick_of (isfinite (min_delay_ms) ? fmax (min_delay_ms, window_ms) : window_ms, h), b.kmax);
  else
    {
      expect_events (net, pop, (double)local[pop], rates->peak_Hz, window_ms, &b);
      b.first = &first;
    }
  out->inbox += (double)ictus__inbox_bytes (&b);
  out->saved += saved_input (net, pop, &b, rates->mean_Hz, window_ms);
  return ICTUS_OK;
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
      += n * (k->nstate * (double)sizeof *p->cells.y + sizeof *p->cells.refr_until + sizeof *p->cells.armed);
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
  return (double)p->size * (p->model->kernel->nstate * (double)sizeof (double) + sizeof (double) + 1);
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
      ICTUS_TRY (need_inbox (net, p, local, rates, least, rates->window_ms, out));
    }
  return ICTUS_OK;
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
