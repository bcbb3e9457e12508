/* SPDX-License-Identifier: BSD-3-Clause */
/* Synapse rows with exact timing: made in two passes of the same draw (count, then fill), so that nothing but the rows is
   ever held. */
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
  double weight[ICTUS__BATCH], delay[ICTUS__BATCH];
} filling;

ictus_err
ictus__wires_bad_delay (const ictus_net *net, const ictus__wires *w)
{
  return ictus__net_fail (w->conf->node, "delay",
                          "projection %s has a synapse with a delay that is not positive, or longer than %g ms",
                          w->conf->name, net->exp->grid ? UINT32_MAX * net->exp->resolution_ms : DBL_MAX);
}

ictus_err
ictus__wires_bad_weight (const ictus__wires *w)
{
  return ictus__net_fail (w->conf->node, "weight",
                          "projection %s has a drawn weight that is larger than %g: drawn weights are kept in single precision",
                          w->conf->name, (double) FLT_MAX);
}

/* ---- first pass --------------------------------------------------------------------------------- */

static ictus_err
count (void *ctx, const ictus__batch *b)
{
  filling *f = ctx;

  for (size_t k = 0; k < b->n; ++k)
    {
      ++f->w->first[b->source[k] + 1];
      f->any_weight = f->any_weight || (b->weight != NULL && !isnan (b->weight[k]));
      f->any_delay = f->any_delay || (b->delay != NULL && !isnan (b->delay[k]));
    }
  return ICTUS_OK;
}

/* ---- second pass -------------------------------------------------------------------------------- */

static ictus_err
fill (void *ctx, const ictus__batch *b)
{
  filling *f = ctx;
  ictus__wires *w = f->w;

  ictus__net_draw_values (f->net, w, b, f->weight, f->delay);
  for (size_t k = 0; k < b->n; ++k)
    {
      size_t at = w->first[b->source[k]]++;
      double d = f->delay[k];

      if (!(d > 0) || isinf (d))
        return ictus__wires_bad_delay (f->net, w);
      if (w->w_of != NULL && fabs (f->weight[k]) > (double) FLT_MAX)
        return ictus__wires_bad_weight (w);
      w->to[at] = b->to[k];
      if (w->w_of != NULL)
        w->w_of[at] = (float) f->weight[k];
      if (w->w8_of != NULL)
        w->w8_of[at] = f->weight[k];
      if (w->d_of != NULL)
        w->d_of[at] = d;
      w->dmin = fmin (w->dmin, d);
      w->dmax = fmax (w->dmax, d);
    }
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
      row[k].weight = ictus__wires_weight (w, first + k);
      row[k].to = w->to[first + k];
      row[k].number
          = (uint32_t) k; /* synapses of one source and target stand in the order of their numbers */
    }
  qsort (row, n, sizeof *row, compare_items);
  for (size_t k = 0; k < n; ++k)
    {
      w->to[first + k] = row[k].to;
      if (w->w_of != NULL)
        w->w_of[first + k] = (float) row[k].weight;
      if (w->w8_of != NULL)
        w->w8_of[first + k] = row[k].weight;
      if (w->d_of != NULL)
        w->d_of[first + k] = row[k].d;
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
ictus__wires_drop (size_t each, size_t nsource, size_t full)
{
  return full * (each + sizeof (uint32_t)) < nsource * each;
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
  if (!ictus__wires_drop (sizeof *w->first, nsource, full))
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
make_columns (ictus__wires *w, bool vary_weight, bool vary_delay)
{
  bool list = w->conf->rule == ICTUS_RULE_LIST;

  w->w = w->weight.a * w->conf->scale;
  w->to = ictus_alloc (w->nsyn, sizeof *w->to);
  if (w->to == NULL)
    return ICTUS_E_NOMEM;
  if (vary_weight && list && (w->w8_of = ictus_alloc (w->nsyn, sizeof *w->w8_of)) == NULL)
    return ICTUS_E_NOMEM;
  if (vary_weight && !list && (w->w_of = ictus_alloc (w->nsyn, sizeof *w->w_of)) == NULL)
    return ICTUS_E_NOMEM;
  if (vary_delay && (w->d_of = ictus_alloc (w->nsyn, sizeof *w->d_of)) == NULL)
    return ICTUS_E_NOMEM;
  return ICTUS_OK;
}

static ictus_err
build (filling *f)
{
  ictus__wires *w = f->w;
  size_t nsource = f->net->pop[w->source].size;

  w->first = ictus_alloc (nsource + 1, sizeof *w->first);
  if (w->first == NULL)
    return ICTUS_E_NOMEM;
  ICTUS_TRY (ictus__net_draw_batches (f->net, w, count, f));
  for (size_t r = 0; r < nsource; ++r)
    w->first[r + 1] += w->first[r];
  w->nsyn = w->first[nsource];
  ICTUS_TRY (make_columns (w, f->any_weight || w->weight.kind != ICTUS_DIST_CONSTANT,
                           f->any_delay || w->delay.kind != ICTUS_DIST_CONSTANT));
  ICTUS_TRY (ictus__net_draw_batches (f->net, w, fill, f));
  shift_back (w, nsource);
  w->d_ms = w->delay.a;
  ICTUS_TRY (sort_rows (w, nsource));
  return drop_empty (w, nsource);
}

ictus_err
ictus__wires_build (const ictus_net *net, ictus__wires *w)
{
  filling *f = ictus_alloc (1, sizeof *f);
  ictus_err e;

  if (f == NULL)
    return ICTUS_E_NOMEM;
  f->net = net;
  f->w = w;
  e = build (f);
  ictus_free (f);
  return e;
}

/* ---- use ---------------------------------------------------------------------------------------- */

bool
ictus__wires_row (const ictus__wires *w, uint64_t source, size_t *first, size_t *last)
{
  size_t r;

  if (!ictus__find_row (w->row_source, w->nrow, source, &r))
    return false;
  *first = w->first[r];
  *last = w->first[r + 1];
  return *last > *first;
}

double
ictus__wires_delay (const ictus__wires *w, size_t s)
{
  return w->d_of != NULL ? w->d_of[s] : w->d_ms;
}

double
ictus__wires_weight (const ictus__wires *w, size_t s)
{
  if (w->w_of != NULL)
    return (double) w->w_of[s];
  return w->w8_of != NULL ? w->w8_of[s] : w->w;
}

size_t
ictus__wires_each (bool weights, bool list, bool delays)
{
  return sizeof (uint32_t) + (weights ? list ? sizeof (double) : sizeof (float) : 0) + (delays ? sizeof (double) : 0);
}

size_t
ictus__wires_bytes (const ictus__wires *w)
{
  if (w->first == NULL)
    return 0;
  return w->nsyn * ictus__wires_each (w->w_of != NULL || w->w8_of != NULL, w->w8_of != NULL, w->d_of != NULL)
         + (w->nrow + 1) * sizeof *w->first + (w->row_source == NULL ? 0 : w->nrow * sizeof *w->row_source);
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
