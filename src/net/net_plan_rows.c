/* SPDX-License-Identifier: BSD-3-Clause */
/* The synapses that rules are expected to draw, and the bytes of their rows, by the choices that building makes. */
#include "net_impl.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define MANY_TICKS (1 << 20) /* delays over more ticks than these hardly ever meet */

/* ---- synapses ----------------------------------------------------------------------------------- */

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
  const ictus__wires *w;
  ictus__drawn *d;
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
  c->d->exact = c->d->exact && (isnan (s->weight) || ictus__is_float (s->weight * c->w->conf->scale));
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
scan_list (const ictus_net *net, const ictus__wires *w, double share, ictus__drawn *d)
{
  ictus__wires copy = *w;
  scan c = { .w = w, .d = d, .seen = ictus_alloc (net->pop[w->source].size, 1) };
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
  d->full = share < 1 && c.nseen > 0 ? (double) c.nseen * -expm1 (d->n / (double) c.nseen * log1p (-share))
                                     : (double) c.nseen;
  d->n *= share;
  d->text = (double) len;
  ictus_free (copy.list);
  ictus_free (c.seen);
  return e;
}

ictus_err
ictus__net_expect (const ictus_net *net, const ictus__wires *w, double nt, ictus__drawn *d)
{
  const ictus_exp_projection *c = w->conf;
  double ns = (double) net->pop[w->source].size, all = (double) net->pop[w->target].size, m = (double) c->number;

  *d = (ictus__drawn){ .dmin = INFINITY, .exact = ictus__is_float (w->weight.a * c->scale) };
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

void
ictus__delay_range (const ictus_dist *d, double n, double *lo, double *hi)
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
  return k < 1 ? 1 : (double) k;
}

static double
in_ms (const ictus_net *net, double d)
{
  return net->exp->grid && isfinite (d) ? ictus_tick_ms ((ictus_tick) d, net->exp->resolution_ms) : d;
}

/* ---- rows of the grid ---------------------------------------------------------------------------- */

/* Share of the delays of a distribution at or below t ms. */
static double
below (const ictus_dist *d, double t)
{
  double at = fmin (fmax (t, d->min), d->max);

  switch (d->kind)
    {
    case ICTUS_DIST_NORMAL:
      return d->b > 0 ? 0.5 * erfc (-(at - d->a) / (d->b * sqrt (2))) : t >= d->a;
    case ICTUS_DIST_LOGNORMAL:
      return d->b > 0 && at > 0 ? 0.5 * erfc (-(log (at) - d->a) / (d->b * sqrt (2))) : at >= exp (d->a);
    case ICTUS_DIST_UNIFORM:
      return d->max > d->min ? (at - d->min) / (d->max - d->min) : t >= d->min;
    case ICTUS_DIST_CONSTANT:
    case ICTUS_DIST_LINEAR:
    case ICTUS_DIST_LIST:
      break;
    }
  return t >= d->a;
}

typedef struct expected /* one bundle */
{
  double n, rows;       /* synapses; sources with at least one */
  double over;          /* sources that they are drawn from evenly */
  double data, offsets; /* bytes */
  double building;      /* in addition while it is made */
  double text;
} expected;

typedef struct part /* synapses of one piece */
{
  ictus_dist delay;
  double n, lo, hi; /* ticks */
} part;

/* Share of the delays that are rounded to tick k. */
static double
at_tick (const part *x, double k, double h)
{
  double all = below (&x->delay, INFINITY) - below (&x->delay, -INFINITY), from = k < 1.5 ? -INFINITY : (k - 0.5) * h;

  return all > 0 ? (below (&x->delay, (k + 0.5) * h) - below (&x->delay, from)) / all : 0;
}

/* Bytes of the heads of segments. */
static double
expect_segments (const part *x, int npart, const expected *e, double h)
{
  double lo = INFINITY, hi = 0, segments = 0, gap;

  for (int k = 0; k < npart; ++k)
    {
      lo = fmin (lo, x[k].lo);
      hi = fmax (hi, x[k].hi);
    }
  if (!(e->n > 0))
    return 0;
  if (hi - lo > MANY_TICKS)
    segments = e->n;
  else
    for (double t = lo; t <= hi; t += 1)
      {
        double here = 0;

        for (int k = 0; k < npart; ++k)
          here += x[k].n / e->over * at_tick (&x[k], t, h);
        segments += e->over * (-expm1 (-here) + (here > UINT8_MAX ? here / UINT8_MAX : 0));
      }
  gap = (hi - lo + 1) * e->rows / segments;
  return segments * (2 + 6 * exp (-UINT8_MAX / gap));
}

/* The synapses of a piece; a list tells the range of its delays only. */
static ictus_err
expect_piece (const ictus_net *net, const ictus__piece *piece, expected *e, part *x)
{
  const ictus__wires *w = &net->wires[piece->wires];
  double ns = (double) net->pop[w->source].size, lo, hi;
  ictus__drawn d;

  ICTUS_TRY (ictus__net_expect (net, w, piece->hi - piece->lo, &d));
  ictus__delay_range (&w->delay, fmax (d.n, 1), &lo, &hi);
  *x = (part){ .delay = w->delay, .n = d.n };
  if (d.delays)
    {
      lo = fmin (lo, d.dmin);
      hi = fmax (hi, d.dmax);
      x->delay = (ictus_dist){ .kind = ICTUS_DIST_UNIFORM, .min = lo, .max = hi };
    }
  x->lo = in_steps (net, lo);
  x->hi = in_steps (net, hi);
  e->n += d.n;
  e->rows = ns - (ns - e->rows) * (1 - fmin (d.full / ns, 1));
  e->over = w->conf->rule == ICTUS_RULE_LIST && d.full > 0 ? d.full : ns;
  e->text = fmax (e->text, d.text);
  return ICTUS_OK;
}

static ictus_err
expect_bundle (const ictus_net *net, const ictus__bundle *b, expected *e, part *x)
{
  size_t ns = net->pop[b->source].size, full, range = 1;
  ictus__layers l = ictus__pack_layers (net, b);
  double m, record;

  *e = (expected){ .over = (double) ns };
  for (int k = 0; k < b->npiece; ++k)
    ICTUS_TRY (expect_piece (net, &b->piece[k], e, &x[k]));
  e->data = e->n * (2 + b->kind.width);
  if (b->kind.k == 0)
    e->data += expect_segments (x, b->npiece, e, net->exp->resolution_ms);
  full = (size_t) llround (e->rows);
  record = e->data / 2 > (double) UINT32_MAX ? sizeof *b->far_at : sizeof *b->at;
  e->offsets = record * (double) (ns + 1);
  if (ictus__wires_drop ((size_t) record, ns, full))
    e->offsets = record * (double) (full + 1) + (double) full * sizeof *b->row_source;
  for (int k = 0; k < b->npiece; ++k)
    range = x[k].hi - x[k].lo + 1 > (double) range ? (size_t) (x[k].hi - x[k].lo + 1) : range;
  /* records and what they may grow by, counters and beginnings of all rows, marks of choices, the text of a list */
  m = e->n / (double) ns;
  e->building = fmax (e->n * (double) l.record, (double) (ns * ictus__pack_bound (&b->kind, (size_t) m, range))) - e->data
                + (double) ns * (sizeof (size_t) + sizeof (uint32_t) + record) + 4.0 * (double) ns + e->text
                + 4.0 * (double) net->pop[net->wires[b->piece->wires].target].size;
  return ICTUS_OK;
}

/* Kinds of all wires; a list is read only when it has this source. */
static ictus_err
expect_kinds (const ictus_net *net, int source, ictus__kind *kind)
{
  for (int k = 0; k < net->nwires; ++k)
    {
      const ictus__wires *w = &net->wires[k];
      ictus__drawn d = { .exact = true };

      if (w->source == source)
        ICTUS_TRY (ictus__net_expect (net, w, (double) net->pop[w->target].size, &d));
      kind[k] = ictus__kind_of (net, k, d.weights, d.delays, w->conf->rule != ICTUS_RULE_LIST || d.exact);
    }
  return ICTUS_OK;
}

/* Populations that get input have slots. */
static void
find_ports (const ictus_net *net, size_t *n, int *nport, const size_t *local)
{
  for (int p = 0; p < net->npop; ++p)
    {
      bool used = false;

      for (int k = 0; k < net->nwires; ++k)
        used = used || net->wires[k].target == p;
      for (int k = 0; k < net->npoisson; ++k)
        used = used || net->poisson[k].target == p;
      n[p] = local == NULL ? net->pop[p].size : local[p];
      nport[p] = used && net->pop[p].model != NULL ? net->pop[p].model->kernel->nport : 0;
    }
}

ictus_err
ictus__rows_expect (const ictus_net *net, int source, const size_t *local, ictus__rows *rows)
{
  ictus__kind *kind = ictus_alloc ((size_t) net->nwires, sizeof *kind);
  size_t *n = ictus_alloc ((size_t) net->npop, sizeof *n);
  int *nport = ictus_alloc ((size_t) net->npop, sizeof *nport);
  ictus_err e = kind == NULL || n == NULL || nport == NULL ? ICTUS_E_NOMEM : ICTUS_OK;

  if (e != ICTUS_OK)
    goto done;
  find_ports (net, n, nport, local);
  ICTUS_GO (expect_kinds (net, source, kind));
  e = ictus__rows_layout (net, n, nport, kind, rows);
done:
  ictus_free (kind);
  ictus_free (n);
  ictus_free (nport);
  return e;
}

/* Its part of every bundle that a projection has synapses in. */
static ictus_err
add_bundles (const ictus_net *net, int projection, const size_t *local, ictus_net_rows *out)
{
  ictus__rows rows = { 0 };
  int source = net->exp->projection[projection].source;
  part *x = ictus_alloc ((size_t) net->nwires, sizeof *x);
  ictus_err e;

  ICTUS_GO (x == NULL ? ICTUS_E_NOMEM : ICTUS_OK);
  ICTUS_GO (ictus__rows_expect (net, source, local, &rows));
  for (int k = rows.first[source]; k < rows.first[source + 1]; ++k)
    {
      const ictus__bundle *b = &rows.bundle[k];
      double mine = 0;
      expected all;

      ICTUS_GO (expect_bundle (net, b, &all, x));
      for (int j = 0; j < b->npiece; ++j)
        mine += net->wires[b->piece[j].wires].projection == projection ? (all.n > 0 ? x[j].n / all.n : 1.0 / b->npiece) : 0;
      out->bytes += mine * (all.data + all.offsets);
      if (mine > 0)
        out->building = fmax (out->building, all.building);
      if (mine > 0 && all.n > 0)
        out->each = fmax (out->each, all.data / all.n);
    }
done:
  ictus__rows_clear (&rows);
  ictus_free (x);
  return e;
}

/* ---- rows with exact timing ---------------------------------------------------------------------- */

static void
add_rows (const ictus_net *net, const ictus__wires *w, const ictus__drawn *d, ictus_net_rows *out)
{
  size_t nsource = net->pop[w->source].size, full = (size_t) llround (d->full), nrow = nsource, each;
  bool drop = ictus__wires_drop (sizeof *w->first, nsource, full);

  if (drop)
    nrow = full;
  each = ictus__wires_each (d->weights || w->weight.kind != ICTUS_DIST_CONSTANT, w->conf->rule == ICTUS_RULE_LIST,
                            d->delays || w->delay.kind != ICTUS_DIST_CONSTANT);
  out->bytes += d->n * (double) each + (double) (nrow + 1) * sizeof *w->first
                + (drop ? (double) nrow * sizeof *w->row_source : 0);
  out->each = fmax (out->each, (double) each);
  /* beginnings of the empty rows as well, marks of choices, the text of a list */
  out->building = fmax (out->building, (double) (nsource + 1) * sizeof *w->first + d->text
                                           + 4.0 * (double) (nsource + net->pop[w->target].size)
                                           + (double) nrow * sizeof *w->first);
}

/* ---- both ---------------------------------------------------------------------------------------- */

static ictus_err
add_wires (const ictus_net *net, const ictus__wires *w, const size_t *local, ictus_net_rows *out)
{
  double lo, hi;
  ictus__drawn d;

  ICTUS_TRY (ictus__net_expect (net, w, local == NULL ? (double) net->pop[w->target].size : (double) local[w->target], &d));
  ictus__delay_range (&w->delay, fmax (d.n, 1), &lo, &hi);
  if (d.delays)
    {
      lo = fmin (lo, d.dmin);
      hi = fmax (hi, d.dmax);
    }
  out->synapses += d.n;
  out->sd = sqrt (out->sd * out->sd + d.variance);
  if (d.n > 0.5)
    {
      out->min_delay_ms = fmin (out->min_delay_ms, in_ms (net, in_steps (net, lo)));
      out->max_delay_ms = fmax (out->max_delay_ms, in_ms (net, in_steps (net, hi)));
    }
  if (!net->exp->grid)
    add_rows (net, w, &d, out);
  return ICTUS_OK;
}

ictus_err
ictus_net_plan_rows (const ictus_net *net, int projection, const size_t *local, ictus_net_rows *out)
{
  *out = (ictus_net_rows){ .min_delay_ms = INFINITY };
  for (int k = 0; k < net->nwires; ++k)
    if (net->wires[k].projection == projection)
      ICTUS_TRY (add_wires (net, &net->wires[k], local, out));
  return net->exp->grid ? add_bundles (net, projection, local, out) : ICTUS_OK;
}
