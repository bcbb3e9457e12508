/* SPDX-License-Identifier: BSD-3-Clause */
/* Synapse rows: made in two passes of the same draw (count, then fill), so that nothing but the rows is ever
   held. */
#include "net_impl.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct filling
{
  const ictus_net *net;
  ictus__wires *w;
  bool any_weight, any_delay; /* the rule itself gives some */
  bool wide;                  /* 16 bits were too few for a delay */
} filling;

/* ---- first pass --------------------------------------------------------------------------------- */

static ictus_err
count_one (void *ctx, const ictus__synapse *s)
{
  filling *f = ctx;

  ++f->w->first[s->source + 1];
  f->any_weight = f->any_weight || !isnan (s->weight);
  f->any_delay = f->any_delay || !isnan (s->delay);
  return ICTUS_OK;
}

/* ---- second pass -------------------------------------------------------------------------------- */

static double
draw_weight (const filling *f, const ictus__synapse *s)
{
  const ictus__wires *w = f->w;
  ictus_rng r;

  if (!isnan (s->weight))
    return s->weight * w->conf->scale;
  if (w->weight.kind == ICTUS_DIST_CONSTANT)
    return w->weight.a * w->conf->scale;
  r = ictus_rng_open (f->net->exp->seed, ICTUS_RNG_WEIGHT, ictus__net_pack (w), s->gid, s->number);
  return ictus_dist_draw (&w->weight, 0, 0, &r) * w->conf->scale;
}

/* ms, or whole ticks on the grid: the nearest, at least 1. */
static double
draw_delay (const filling *f, const ictus__synapse *s)
{
  const ictus__wires *w = f->w;
  double d = w->delay.a;
  ictus_tick k;

  if (!isnan (s->delay))
    d = s->delay;
  else if (w->delay.kind != ICTUS_DIST_CONSTANT)
    {
      ictus_rng r
          = ictus_rng_open (f->net->exp->seed, ICTUS_RNG_DELAY, ictus__net_pack (w), s->gid, s->number);

      d = ictus_dist_draw (&w->delay, 0, 0, &r);
    }
  if (!f->net->exp->grid)
    return d;
  if (d / f->net->exp->resolution_ms > (double) UINT32_MAX) /* refused by fill_one */
    return INFINITY;
  k = ictus_tick_of (d, f->net->exp->resolution_ms);
  return k < 1 ? 1 : (double) k;
}

static ictus_err
fill_one (void *ctx, const ictus__synapse *s)
{
  filling *f = ctx;
  ictus__wires *w = f->w;
  size_t at = w->first[s->source]++;
  double d = draw_delay (f, s),
         longest = f->net->exp->grid ? UINT32_MAX * f->net->exp->resolution_ms : DBL_MAX;

  if (!(d > 0) || isinf (d))
    return ictus__net_fail (w->conf->node, "delay",
                            "projection %s has a synapse with a delay that is not positive, or "
                            "longer than %g ms",
                            w->conf->name, longest);
  w->to[at] = s->to;
  if (w->w_of != NULL)
    w->w_of[at] = draw_weight (f, s);
  if (w->d_of != NULL)
    w->d_of[at] = d;
  if (w->k32 != NULL)
    w->k32[at] = (uint32_t) d;
  if (w->k16 != NULL)
    w->k16[at] = (uint16_t) (uint32_t) d; /* cut off where it is too long: then all are drawn again */
  f->wide = f->wide || d > UINT16_MAX;
  w->dmin = fmin (w->dmin, d);
  w->dmax = fmax (w->dmax, d);
  return ICTUS_OK;
}

/* Filling moved every beginning to the end of its row: move them back. */
static void
shift_back (ictus__wires *w, size_t nsource)
{
  memmove (w->first + 1, w->first, nsource * sizeof *w->first);
  w->first[0] = 0;
}

/* ---- order -------------------------------------------------------------------------------------- */

typedef struct item
{
  double d, weight;
  uint32_t to, number;
} item;

static int
compare_items (const void *pa, const void *pb)
{
  const item *a = pa, *b = pb;

  if (a->d != b->d)
    return a->d < b->d ? -1 : 1;
  if (a->to != b->to)
    return a->to < b->to ? -1 : 1;
  return (a->number > b->number) - (a->number < b->number);
}

static bool
is_sorted (const ictus__wires *w, size_t first, size_t last)
{
  for (size_t s = first + 1; s < last; ++s)
    {
      double a = ictus__wires_delay (w, s - 1), b = ictus__wires_delay (w, s);

      if (a > b || (a == b && w->to[s - 1] > w->to[s]))
        return false;
    }
  return true;
}

static void
sort_row (ictus__wires *w, size_t first, size_t last, item *row)
{
  size_t n = last - first;

  for (size_t k = 0; k < n; ++k)
    {
      row[k].d = ictus__wires_delay (w, first + k);
      row[k].weight = w->w_of == NULL ? 0 : w->w_of[first + k];
      row[k].to = w->to[first + k];
      row[k].number
          = (uint32_t) k; /* synapses of one source and target stand in the order of their numbers */
    }
  qsort (row, n, sizeof *row, compare_items);
  for (size_t k = 0; k < n; ++k)
    {
      w->to[first + k] = row[k].to;
      if (w->w_of != NULL)
        w->w_of[first + k] = row[k].weight;
      if (w->d_of != NULL)
        w->d_of[first + k] = row[k].d;
      if (w->k16 != NULL)
        w->k16[first + k] = (uint16_t) row[k].d;
      if (w->k32 != NULL)
        w->k32[first + k] = (uint32_t) row[k].d;
    }
}

static ictus_err
sort_rows (ictus__wires *w, size_t nsource)
{
  size_t longest = 0;
  item *row;

  for (size_t r = 0; r < nsource; ++r)
    if (w->first[r + 1] - w->first[r] > longest)
      longest = w->first[r + 1] - w->first[r];
  row = ictus_alloc (longest, sizeof *row);
  if (row == NULL)
    return ICTUS_E_NOMEM;
  for (size_t r = 0; r < nsource; ++r)
    if (!is_sorted (w, w->first[r], w->first[r + 1]))
      sort_row (w, w->first[r], w->first[r + 1], row);
  ictus_free (row);
  return ICTUS_OK;
}

bool
ictus__wires_drop (const ictus__wires *w, size_t nsource, size_t full)
{
  return full * (sizeof *w->first + sizeof *w->row_source) < nsource * sizeof *w->first;
}

/* Keep only rows that have synapses, when the numbers of their sources cost less than the empty rows. */
static ictus_err
drop_empty (ictus__wires *w, size_t nsource)
{
  size_t full = 0, *first = NULL;
  ictus_err e = ICTUS_E_NOMEM;

  w->nrow = nsource;
  for (size_t r = 0; r < nsource; ++r)
    full += w->first[r + 1] > w->first[r];
  if (!ictus__wires_drop (w, nsource, full))
    return ICTUS_OK;
  first = ictus_alloc (full + 1, sizeof *first);
  w->row_source = ictus_alloc (full, sizeof *w->row_source);
  if (first == NULL || w->row_source == NULL)
    goto done;
  full = 0;
  for (size_t r = 0; r < nsource; ++r)
    if (w->first[r + 1] > w->first[r])
      {
        w->row_source[full] = (uint32_t) r;
        first[full++] = w->first[r];
      }
  first[full] = w->nsyn;
  ictus_free (w->first);
  w->first = first;
  w->nrow = full;
  first = NULL;
  e = ICTUS_OK;
done:
  ictus_free (first);
  return e;
}

/* ---- build -------------------------------------------------------------------------------------- */

static ictus_err
make_columns (filling *f, bool vary_weight, bool vary_delay)
{
  ictus__wires *w = f->w;
  bool grid = f->net->exp->grid;

  w->w = w->weight.a * w->conf->scale;
  w->to = ictus_alloc (w->nsyn, sizeof *w->to);
  if (w->to == NULL)
    return ICTUS_E_NOMEM;
  if (vary_weight && (w->w_of = ictus_alloc (w->nsyn, sizeof *w->w_of)) == NULL)
    return ICTUS_E_NOMEM;
  if (vary_delay && !grid && (w->d_of = ictus_alloc (w->nsyn, sizeof *w->d_of)) == NULL)
    return ICTUS_E_NOMEM;
  if (vary_delay && grid && (w->k16 = ictus_alloc (w->nsyn, sizeof *w->k16)) == NULL)
    return ICTUS_E_NOMEM;
  return ICTUS_OK;
}

/* Again with wider delays: the same draw once more. */
static ictus_err
refill (filling *f)
{
  ictus__wires *w = f->w;

  ictus_free (w->k16);
  w->k16 = NULL;
  w->k32 = ictus_alloc (w->nsyn, sizeof *w->k32);
  if (w->k32 == NULL)
    return ICTUS_E_NOMEM;
  return ictus__net_draw (f->net, w, fill_one, f);
}

ictus_err
ictus__wires_build (const ictus_net *net, ictus__wires *w)
{
  size_t nsource = net->pop[w->source].size;
  filling f = { .net = net, .w = w };

  w->first = ictus_alloc (nsource + 1, sizeof *w->first);
  if (w->first == NULL)
    return ICTUS_E_NOMEM;
  ICTUS_TRY (ictus__net_draw (net, w, count_one, &f));
  for (size_t r = 0; r < nsource; ++r)
    w->first[r + 1] += w->first[r];
  w->nsyn = w->first[nsource];
  ICTUS_TRY (make_columns (&f, f.any_weight || w->weight.kind != ICTUS_DIST_CONSTANT,
                           f.any_delay || w->delay.kind != ICTUS_DIST_CONSTANT));
  ICTUS_TRY (ictus__net_draw (net, w, fill_one, &f));
  shift_back (w, nsource);
  if (w->k16 != NULL && f.wide)
    {
      ICTUS_TRY (refill (&f));
      shift_back (w, nsource);
    }
  if (w->nsyn > 0 && net->exp->grid)
    w->k = (ictus_tick) w->dmin;
  else
    w->d_ms = w->delay.a;
  ICTUS_TRY (sort_rows (w, nsource));
  return drop_empty (w, nsource);
}

/* ---- use ---------------------------------------------------------------------------------------- */

bool
ictus__wires_row (const ictus__wires *w, uint64_t source, size_t *first, size_t *last)
{
  size_t r = (size_t) source;

  if (w->row_source != NULL)
    {
      size_t lo = 0, hi = w->nrow;

      while (lo < hi)
        {
          size_t mid = lo + (hi - lo) / 2;

          if (w->row_source[mid] < source)
            lo = mid + 1;
          else
            hi = mid;
        }
      if (lo == w->nrow || w->row_source[lo] != source)
        return false;
      r = lo;
    }
  *first = w->first[r];
  *last = w->first[r + 1];
  return *last > *first;
}

double
ictus__wires_delay (const ictus__wires *w, size_t s)
{
  if (w->k16 != NULL)
    return w->k16[s];
  if (w->k32 != NULL)
    return w->k32[s];
  if (w->d_of != NULL)
    return w->d_of[s];
  return w->k > 0 ? (double) w->k : w->d_ms;
}

double
ictus__wires_weight (const ictus__wires *w, size_t s)
{
  return w->w_of == NULL ? w->w : w->w_of[s];
}

size_t
ictus__wires_each (const ictus__wires *w, bool weights, bool delays, bool grid)
{
  size_t each = sizeof *w->to + (weights ? sizeof *w->w_of : 0);

  if (delays)
    each += !grid ? sizeof *w->d_of : w->dmax > UINT16_MAX ? sizeof *w->k32 : sizeof *w->k16;
  return each;
}

size_t
ictus__wires_bytes (const ictus__wires *w)
{
  bool grid = w->d_of == NULL;

  return w->nsyn * ictus__wires_each (w, w->w_of != NULL, !grid || w->k16 != NULL || w->k32 != NULL, grid) + (w->nrow + 1) * sizeof *w->first
         + (w->row_source == NULL ? 0 : w->nrow * sizeof *w->row_source);
}

void
ictus__wires_check (const ictus_net *net, const ictus__wires *w)
{
  ICTUS_ASSERT (w->first[0] == 0 && w->first[w->nrow] == w->nsyn);
  for (size_t r = 0; r < w->nrow; ++r)
    {
      ICTUS_ASSERT (w->first[r] <= w->first[r + 1]);
      ICTUS_ASSERT (w->row_source == NULL || r == 0 || w->row_source[r - 1] < w->row_source[r]);
      ICTUS_ASSERT (is_sorted (w, w->first[r], w->first[r + 1]));
    }
  for (size_t s = 0; s < w->nsyn; ++s)
    {
      ICTUS_ASSERT (w->to[s] < net->pop[w->target].cells.n);
      ICTUS_ASSERT (ictus__wires_delay (w, s) >= w->dmin && ictus__wires_delay (w, s) <= w->dmax);
      ICTUS_ASSERT (!isnan (ictus__wires_weight (w, s)));
    }
}
