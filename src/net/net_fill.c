/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of a bundle, made in two passes of the same draw: the first counts the synapses of each row, the second puts them
   as records (delay, target, weight) where the row will be; then each row is sorted and packed (net_pack.c), front to back, so
   that nothing but the rows is ever held. */
#include "net_impl.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { CHUNK = 128 }; /* records whose places are fetched before they are written */

typedef struct packing
{
  ictus_net *net;
  ictus_net part; /* the same with some of the targets only */
  ictus__bundle *b;
  const ictus__piece *piece;
  ictus__wires *w;
  size_t nsource;
  size_t *at;      /* [nsource + 1] numbers of synapses, then where records go, bytes */
  ictus__layers l;
  bool wide;       /* a delay did not fit */
  double weight[ICTUS__BATCH], delay[ICTUS__BATCH];
} packing;

/* ---- drawing ------------------------------------------------------------------------------------ */

/* The synapses of all pieces, in the order of the projections. */
static ictus_err
draw (packing *p, ictus__batch_sink f)
{
  for (int k = 0; k < p->b->npiece; ++k)
    {
      const ictus_population *all;
      ictus_population *some;

      p->piece = &p->b->piece[k];
      p->w = &p->net->wires[p->piece->wires];
      all = &p->net->pop[p->w->target];
      some = &p->part.pop[p->w->target];
      some->cells.gid = all->cells.gid + p->piece->lo;
      some->cells.n = p->piece->hi - p->piece->lo;
      ICTUS_TRY (ictus__net_draw_batches (&p->part, p->w, f, p));
      some->cells = all->cells;
    }
  return ICTUS_OK;
}

static ictus_err
count (void *ctx, const ictus__batch *batch)
{
  packing *p = ctx;
  size_t *at = p->at + 1;

  for (size_t k = 0; k < batch->n; ++k)
    ++at[batch->source[k]];
  p->w->nsyn += batch->n;
  return ICTUS_OK;
}

/* Delays of the batch as ticks after the base. */
static ictus_err
check_delays (packing *p, size_t n, uint32_t *k)
{
  double top = p->l.delay == 1 ? UINT8_MAX : p->l.delay == 2 ? UINT16_MAX : UINT32_MAX, base = (double) p->l.base,
         lo = INFINITY, hi = 0;

  for (size_t i = 0; i < n; ++i)
    {
      double d = p->delay[i];

      lo = d < lo ? d : lo;
      hi = d > hi ? d : hi;
      if (!(d >= 1 && d <= (double) UINT32_MAX))
        return ictus__wires_bad_delay (p->net, p->w);
      d -= base;
      p->wide = p->wide || d > top || d < 0;
      k[i] = d >= 0 ? (uint32_t) d : 0;
    }
  p->b->kmin = (double) p->b->kmin > lo ? (ictus_tick) lo : p->b->kmin;
  p->b->kmax = (double) p->b->kmax < hi ? (ictus_tick) hi : p->b->kmax;
  return ICTUS_OK;
}

/* One record: the low bytes of the delay, the target, the weight. */
static inline void
write_record (const packing *p, uint8_t *to, uint32_t k, uint16_t at, double weight)
{
  float f = (float) weight;

  switch (p->l.delay)
    {
    case 0:
      break;
    case 1:
      to[0] = (uint8_t) k;
      break;
    case 2:
      {
        uint16_t half = (uint16_t) k;

        memcpy (to, &half, sizeof half);
        break;
      }
    default:
      memcpy (to, &k, sizeof k);
    }
  to += p->l.delay;
  memcpy (to, &at, sizeof at);
  if (p->b->kind.width == sizeof f)
    memcpy (to + sizeof at, &f, sizeof f);
  else if (p->b->kind.width == sizeof weight)
    memcpy (to + sizeof at, &weight, sizeof weight);
}

static ictus_err
check_weights (const packing *p, size_t n)
{
  double most = 0;

  for (size_t i = 0; i < n; ++i)
    most = fabs (p->weight[i]) > most ? fabs (p->weight[i]) : most;
  return p->b->kind.width == sizeof (float) && most > (double) FLT_MAX ? ictus__wires_bad_weight (p->w) : ICTUS_OK;
}

static ictus_err
fill (void *ctx, const ictus__batch *batch)
{
  packing *p = ctx;
  uint8_t *data = p->b->data.p, *to[CHUNK];
  uint32_t k[ICTUS__BATCH];
  bool weights = p->b->kind.width > 0, delays = p->b->kind.k == 0;

  for (size_t i = 0; i < batch->n; ++i) /* while values are drawn, the counters come */
    __builtin_prefetch (&p->at[batch->source[i]], 1);
  ictus__net_draw_values (&p->part, p->w, batch, weights ? p->weight : NULL, delays ? p->delay : NULL);
  if (delays)
    ICTUS_TRY (check_delays (p, batch->n, k));
  if (weights)
    ICTUS_TRY (check_weights (p, batch->n));
  for (size_t i = 0; i < batch->n; i += CHUNK)
    {
      size_t m = batch->n - i < CHUNK ? batch->n - i : CHUNK;

      for (size_t j = 0; j < m; ++j)
        {
          size_t *at = &p->at[batch->source[i + j]];

          to[j] = data + *at;
          *at += p->l.record;
          __builtin_prefetch (to[j], 1);
        }
      for (size_t j = 0; j < m; ++j)
        write_record (p, to[j], delays ? k[i + j] : 0, (uint16_t) (p->piece->at + batch->to[i + j]),
                      weights ? p->weight[i + j] : 0);
    }
  return ICTUS_OK;
}

/* ---- room --------------------------------------------------------------------------------------- */

size_t
ictus__pack_bound (const ictus__kind *kind, size_t n, size_t range)
{
  size_t segments = range + n / UINT8_MAX, gaps = range / UINT8_MAX;

  if (kind->k > 0)
    return n * (2 + (size_t) kind->width);
  return n * (2 + (size_t) kind->width) + 2 * (segments < n ? segments : n) + 6 * (gaps < n ? gaps : n);
}

/* Six standard deviations are not left by a billion normal numbers; where they are, records become wider. */
static double
longest (const ictus_dist *d)
{
  switch (d->kind)
    {
    case ICTUS_DIST_NORMAL:
      return fmin (d->max, fmax (d->a + 6 * d->b, d->min));
    case ICTUS_DIST_LOGNORMAL:
      return fmin (d->max, fmax (exp (d->a + 6 * d->b), d->min));
    case ICTUS_DIST_UNIFORM:
      return d->max;
    case ICTUS_DIST_CONSTANT:
    case ICTUS_DIST_LINEAR:
    case ICTUS_DIST_LIST:
      break;
    }
  return d->a;
}

/* The first tick that a delay can have, and how many more there are. */
static void
expected_range (const ictus_net *net, const ictus__bundle *b, ictus_tick *base, double *range)
{
  double lo = INFINITY, hi = 0, h = net->exp->resolution_ms;

  for (int k = 0; k < b->npiece; ++k)
    {
      const ictus_dist *d = &net->wires[b->piece[k].wires].delay;

      lo = fmin (lo, d->kind == ICTUS_DIST_CONSTANT ? d->a : d->min);
      hi = fmax (hi, longest (d));
    }
  *base = b->kind.list == 0 && lo / h > 2 && lo / h < (double) UINT32_MAX ? (ictus_tick) floor (lo / h) - 1 : 1;
  *range = hi / h - (double) *base + 1;
}

ictus__layers
ictus__pack_layers (const ictus_net *net, const ictus__bundle *b)
{
  ictus__layers l = { 0 };
  ictus_tick base;
  double range;

  expected_range (net, b, &base, &range);
  if (b->kind.k == 0)
    l.delay = range <= UINT8_MAX ? 1 : range <= UINT16_MAX ? 2 : 4;
  l.record = (size_t) l.delay + 2 + (size_t) b->kind.width;
  return l;
}

/* Records stand behind so many free bytes that packed rows never reach a record that is still to be read. */
static size_t
needed_slack (const packing *p, const uint32_t *n, size_t range)
{
  size_t packed = 0, records = 0, slack = 0;

  for (size_t s = 0; s < p->nsource; ++s)
    {
      packed += ictus__pack_bound (&p->b->kind, n[s], range);
      records += n[s] * p->l.record;
      if (packed > records && packed - records > slack)
        slack = packed - records;
    }
  return slack;
}

static ictus_err
make_room (packing *p, const uint32_t *n, size_t range)
{
  size_t records = 0;

  p->l.slack = needed_slack (p, n, range);
  for (size_t s = 0; s < p->nsource; ++s)
    records += n[s] * p->l.record;
  ictus_pages_put (&p->b->data);
  ICTUS_TRY (ictus_pages_get (&p->b->data, p->l.slack + records));
  p->at[0] = p->l.slack;
  for (size_t s = 0; s < p->nsource; ++s)
    p->at[s + 1] = p->at[s] + n[s] * p->l.record;
  return ICTUS_OK;
}

/* ---- build -------------------------------------------------------------------------------------- */

/* Again while a delay does not fit, or while rows could outgrow their room since delays differ more than expected: the same
   draw each time. */
static ictus_err
fill_records (packing *p, const uint32_t *n)
{
  double expected;
  size_t range;

  p->l = ictus__pack_layers (p->net, p->b);
  expected_range (p->net, p->b, &p->l.base, &expected);
  range = expected < UINT32_MAX ? (size_t) fmax (expected, 1) : UINT32_MAX;
  for (;;)
    {
      p->wide = false;
      p->b->kmin = p->b->kind.k > 0 ? p->b->kind.k : UINT32_MAX;
      p->b->kmax = p->b->kind.k;
      ICTUS_TRY (make_room (p, n, range));
      ICTUS_TRY (draw (p, fill));
      range = p->b->kmax > p->b->kmin ? (size_t) (p->b->kmax - p->b->kmin) + 1 : 1;
      if (p->wide)
        {
          p->l.base = 1;
          if (range + (size_t) p->b->kmin > UINT8_MAX)
            p->l.delay = range + (size_t) p->b->kmin > UINT16_MAX ? 4 : 2;
          p->l.record = (size_t) p->l.delay + 2 + (size_t) p->b->kind.width;
        }
      else if (needed_slack (p, n, range) <= p->l.slack)
        return ICTUS_OK;
    }
}

/* Numbers of synapses of each row. */
static ictus_err
count_rows (packing *p, uint32_t *n)
{
  ICTUS_TRY (draw (p, count));
  for (size_t s = 0; s < p->nsource; ++s)
    {
      if (p->at[s + 1] > UINT32_MAX / 16)
        return ICTUS_FAIL (ICTUS_E_RESOURCE, "neuron %zu of population %s has %zu synapses on one rank: too many", s,
                           p->net->pop[p->b->source].name, p->at[s + 1]);
      n[s] = (uint32_t) p->at[s + 1];
      p->b->nsyn += n[s];
    }
  return ICTUS_OK;
}

ictus_err
ictus__bundle_build (ictus_net *net, ictus__bundle *b)
{
  packing *p = ictus_alloc (1, sizeof *p);
  uint32_t *n = NULL;
  ictus_err e = ICTUS_E_NOMEM;

  if (p == NULL)
    return ICTUS_E_NOMEM;
  p->net = net;
  p->b = b;
  p->nsource = net->pop[b->source].size;
  p->part = *net;
  p->part.pop = ictus_alloc ((size_t) net->npop, sizeof *net->pop);
  p->at = ictus_alloc (p->nsource + 1, sizeof *p->at);
  n = ictus_alloc (p->nsource, sizeof *n);
  if (p->part.pop == NULL || p->at == NULL || n == NULL)
    goto done;
  memcpy (p->part.pop, net->pop, (size_t) net->npop * sizeof *net->pop);
  ICTUS_GO (count_rows (p, n));
  ICTUS_GO (fill_records (p, n));
  e = ictus__bundle_pack (b, p->nsource, n, &p->l);
done:
  ictus_free (p->part.pop);
  ictus_free (p->at);
  ictus_free (n);
  ictus_free (p);
  return e;
}
