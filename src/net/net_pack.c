/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of a bundle, made in two passes of the same draw: the first counts the synapses of each row, the second puts them
   as records (delay, target, weight) where the row will be; then each row is sorted and packed, front to back, so that
   nothing but the rows is ever held. */
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
  ictus_tick base; /* delays of the records count from it */
  size_t slack;    /* bytes before the records */
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
  double top = p->l.delay == 1 ? UINT8_MAX : p->l.delay == 2 ? UINT16_MAX : UINT32_MAX, base = (double) p->base,
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

  p->slack = needed_slack (p, n, range);
  for (size_t s = 0; s < p->nsource; ++s)
    records += n[s] * p->l.record;
  ictus_pages_put (&p->b->data);
  ICTUS_TRY (ictus_pages_get (&p->b->data, p->slack + records));
  p->at[0] = p->slack;
  for (size_t s = 0; s < p->nsource; ++s)
    p->at[s + 1] = p->at[s] + n[s] * p->l.record;
  return ICTUS_OK;
}

/* ---- order -------------------------------------------------------------------------------------- */

typedef struct row /* one row while it is packed */
{
  size_t n;
  const uint8_t *record;
  uint8_t *copy;          /* [longest * record] */
  uint32_t *place, *next; /* [longest] numbers of records in the new order */
} row;

/* Stable order by one byte of the records. */
static void
sort_by_byte (const uint8_t *records, size_t record, size_t byte, const uint32_t *from, uint32_t *to, size_t n)
{
  uint32_t first[257] = { 0 };

  for (size_t i = 0; i < n; ++i)
    ++first[1 + records[i * record + byte]];
  for (size_t v = 0; v < 255; ++v)
    first[v + 1] += first[v];
  for (size_t i = 0; i < n; ++i)
    {
      uint32_t r = from == NULL ? (uint32_t) i : from[i];

      to[first[records[r * record + byte]]++] = r;
    }
}

static uint16_t
target_of (const packing *p, const row *r, uint32_t i)
{
  uint16_t at;

  memcpy (&at, r->copy + i * p->l.record + p->l.delay, sizeof at);
  return at;
}

static uint32_t
delay_of (const packing *p, const row *r, uint32_t i)
{
  const uint8_t *d = r->copy + i * p->l.record;
  uint32_t k = 0;

  for (int byte = p->l.delay - 1; byte >= 0; --byte)
    k = k << 8 | d[byte];
  return k;
}

static void
swap (row *r)
{
  uint32_t *other = r->place;

  r->place = r->next;
  r->next = other;
}

/* By delay, then target, then as they were drawn. Targets were mostly drawn in their order. */
static void
sort_row (const packing *p, row *r)
{
  bool sorted = true;

  for (size_t i = 0; i < r->n; ++i)
    r->place[i] = (uint32_t) i;
  for (size_t i = 1; i < r->n && sorted; ++i)
    sorted = target_of (p, r, (uint32_t) i - 1) <= target_of (p, r, (uint32_t) i);
  for (int byte = sorted ? 2 : 0; byte < 2; ++byte)
    {
      sort_by_byte (r->copy, p->l.record, (size_t) (p->l.delay + byte), r->place, r->next, r->n);
      swap (r);
    }
  for (int byte = 0; byte < p->l.delay; ++byte)
    {
      sort_by_byte (r->copy, p->l.record, (size_t) byte, r->place, r->next, r->n);
      swap (r);
    }
}

/* ---- packing ------------------------------------------------------------------------------------ */

/* n synapses of one delay, targets and then weights. */
static uint8_t *
put_synapses (const packing *p, const row *r, const uint32_t *place, size_t n, uint8_t *out)
{
  size_t width = (size_t) p->b->kind.width, behind = (size_t) p->l.delay + 2;
  const uint8_t *records = r->copy;

  for (size_t i = 0; i < n; ++i, out += 2)
    memcpy (out, records + place[i] * p->l.record + p->l.delay, 2);
  if (width == sizeof (float))
    for (size_t i = 0; i < n; ++i, out += sizeof (float))
      memcpy (out, records + place[i] * p->l.record + behind, sizeof (float));
  else if (width == sizeof (double))
    for (size_t i = 0; i < n; ++i, out += sizeof (double))
      memcpy (out, records + place[i] * p->l.record + behind, sizeof (double));
  return out;
}

static uint8_t *
put_segment (const packing *p, const row *r, const uint32_t *place, size_t n, uint32_t gap, uint8_t *out)
{
  if (gap > UINT8_MAX)
    {
      memset (out, 0, 2);
      memcpy (out + 2, &gap, sizeof gap);
      out += 2 + sizeof gap;
      gap = 0;
    }
  for (size_t i = 0; i < n; i += UINT8_MAX)
    {
      size_t m = n - i < UINT8_MAX ? n - i : UINT8_MAX;

      *out++ = i == 0 ? (uint8_t) gap : 0;
      *out++ = (uint8_t) m;
      out = put_synapses (p, r, place + i, m, out);
    }
  return out;
}

static uint8_t *
pack_row (const packing *p, row *r, uint8_t *out)
{
  uint32_t before = (uint32_t) (p->b->kmin - p->base);

  memcpy (r->copy, r->record, r->n * p->l.record);
  sort_row (p, r);
  if (p->b->kind.k > 0)
    return put_synapses (p, r, r->place, r->n, out);
  for (size_t i = 0; i < r->n;)
    {
      uint32_t k = delay_of (p, r, r->place[i]);
      size_t end = i + 1;

      while (end < r->n && delay_of (p, r, r->place[end]) == k)
        ++end;
      out = put_segment (p, r, r->place + i, end - i, k - before, out);
      before = k;
      i = end;
    }
  return out;
}

static void
set_row (ictus__bundle *b, size_t r, size_t bytes)
{
  if (b->far_at != NULL)
    b->far_at[r] = bytes / 2;
  else
    b->at[r] = (uint32_t) (bytes / 2);
}

static ictus_err
pack (packing *p, const uint32_t *n)
{
  ictus__bundle *b = p->b;
  size_t most = 0, at = p->slack;
  uint8_t *data = b->data.p, *out = data;
  row r = { 0 };
  ictus_err e = ICTUS_E_NOMEM;

  for (size_t s = 0; s < p->nsource; ++s)
    most = n[s] > most ? n[s] : most;
  r.copy = ictus_alloc (most, p->l.record);
  r.place = ictus_alloc (most, sizeof *r.place);
  r.next = ictus_alloc (most, sizeof *r.next);
  if (b->data.bytes / 2 > UINT32_MAX)
    b->far_at = ictus_alloc (p->nsource + 1, sizeof *b->far_at);
  else
    b->at = ictus_alloc (p->nsource + 1, sizeof *b->at);
  if (r.copy == NULL || r.place == NULL || r.next == NULL || (b->at == NULL && b->far_at == NULL))
    goto done;
  for (size_t s = 0; s < p->nsource; ++s)
    {
      set_row (b, s, (size_t) (out - data));
      r.n = n[s];
      r.record = data + at;
      at += n[s] * p->l.record;
      if (r.n > 0)
        out = pack_row (p, &r, out);
    }
  set_row (b, p->nsource, (size_t) (out - data));
  b->nrow = p->nsource;
  e = ictus_pages_cut (&b->data, (size_t) (out - data));
done:
  ictus_free (r.copy);
  ictus_free (r.place);
  ictus_free (r.next);
  return e;
}

/* Keep only rows that have synapses, when the numbers of their sources cost less than the empty rows. */
static ictus_err
drop_empty (ictus__bundle *b, const uint32_t *n)
{
  size_t full = 0, each = b->at != NULL ? sizeof *b->at : sizeof *b->far_at, r = 0;
  uint8_t *at = (uint8_t *) b->at, *kept;

  if (b->far_at != NULL)
    at = (uint8_t *) b->far_at;
  for (size_t s = 0; s < b->nrow; ++s)
    full += n[s] > 0;
  if (!ictus__wires_drop (each, b->nrow, full))
    return ICTUS_OK;
  kept = ictus_alloc (full + 1, each);
  b->row_source = ictus_alloc (full, sizeof *b->row_source);
  if (kept == NULL || b->row_source == NULL)
    {
      ictus_free (kept);
      return ICTUS_E_NOMEM;
    }
  for (size_t s = 0; s < b->nrow; ++s)
    if (n[s] > 0)
      {
        b->row_source[r] = (uint32_t) s;
        memcpy (kept + r++ * each, at + s * each, each);
      }
  memcpy (kept + full * each, at + b->nrow * each, each);
  b->nrow = full;
  if (b->far_at != NULL)
    b->far_at = (uint64_t *) (void *) kept;
  else
    b->at = (uint32_t *) (void *) kept;
  ictus_free (at);
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
  expected_range (p->net, p->b, &p->base, &expected);
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
          p->base = 1;
          if (range + (size_t) p->b->kmin > UINT8_MAX)
            p->l.delay = range + (size_t) p->b->kmin > UINT16_MAX ? 4 : 2;
          p->l.record = (size_t) p->l.delay + 2 + (size_t) p->b->kind.width;
        }
      else if (needed_slack (p, n, range) <= p->slack)
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
  ICTUS_GO (pack (p, n));
  e = drop_empty (b, n);
done:
  ictus_free (p->part.pop);
  ictus_free (p->at);
  ictus_free (n);
  ictus_free (p);
  return e;
}
