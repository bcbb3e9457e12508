/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of the grid: all bundles made, and what they hold. */
#include "net_impl.h"

#include <math.h>
#include <string.h>

/* ---- build -------------------------------------------------------------------------------------- */

typedef struct facts /* of a list file */
{
  const ictus__wires *w;
  bool weights, delays;
  bool exact; /* floats hold all weights */
} facts;

bool
ictus__is_float (double x)
{
  double back = (double) (float) x;

  return memcmp (&x, &back, sizeof x) == 0;
}

static ictus_err
look_at (void *ctx, const ictus__synapse *s)
{
  facts *f = ctx;

  f->weights = f->weights || !isnan (s->weight);
  f->delays = f->delays || !isnan (s->delay);
  f->exact = f->exact && (isnan (s->weight) || ictus__is_float (s->weight * f->w->conf->scale));
  return ICTUS_OK;
}

/* The same on all ranks: a list is read to its end, whatever lives here. */
static ictus_err
find_kind (const ictus_net *net, int wires, ictus__kind *out)
{
  const ictus__wires *w = &net->wires[wires];
  facts f = { .w = w, .exact = true };

  if (w->conf->rule == ICTUS_RULE_LIST)
    {
      ICTUS_TRY (ictus__net_scan_list (net, w, look_at, &f));
      f.exact = f.exact && ictus__is_float (w->weight.a * w->conf->scale);
    }
  *out = ictus__kind_of (net, wires, f.weights, f.delays, f.exact);
  if (out->k > 0 && (!(w->delay.a > 0) || out->k >= UINT32_MAX))
    return ictus__wires_bad_delay (net, w);
  return ICTUS_OK;
}

ictus_err
ictus__rows_build (ictus_net *net)
{
  ictus__kind *kind = ictus_alloc ((size_t) net->nwires, sizeof *kind);
  size_t *n = ictus_alloc ((size_t) net->npop, sizeof *n);
  int *nport = ictus_alloc ((size_t) net->npop, sizeof *nport);
  ictus_err e = kind == NULL || n == NULL || nport == NULL ? ICTUS_E_NOMEM : ICTUS_OK;

  if (e != ICTUS_OK)
    goto done;
  for (int p = 0; p < net->npop; ++p)
    {
      const ictus__inbox *b = &net->group[p].inbox;

      n[p] = b->n;
      nport[p] = b->used ? b->nport : 0;
    }
  for (int k = 0; k < net->nwires; ++k)
    ICTUS_GO (find_kind (net, k, &kind[k]));
  ICTUS_GO (ictus__rows_layout (net, n, nport, kind, &net->rows));
  for (int k = 0; k < net->rows.nbundle; ++k)
    ICTUS_GO (ictus__bundle_build (net, &net->rows.bundle[k]));
done:
  ictus_free (kind);
  ictus_free (n);
  ictus_free (nport);
  return e;
}

/* ---- use ---------------------------------------------------------------------------------------- */

static size_t
begin_of (const ictus__bundle *b, size_t r)
{
  return 2 * (b->at != NULL ? (size_t) b->at[r] : (size_t) b->far_at[r]);
}

bool
ictus__bundle_row (const ictus__bundle *b, uint64_t source, size_t *begin, size_t *end)
{
  size_t r;

  if (!ictus__find_row (b->row_source, b->nrow, source, &r))
    return false;
  *begin = begin_of (b, r);
  *end = begin_of (b, r + 1);
  return *end > *begin;
}

size_t
ictus__bundle_bytes (const ictus__bundle *b)
{
  return b->data.bytes + (b->nrow + 1) * (b->far_at != NULL ? sizeof *b->far_at : sizeof *b->at)
         + (b->row_source == NULL ? 0 : b->nrow * sizeof *b->row_source);
}

/* ---- read back ---------------------------------------------------------------------------------- */

static double
weight_at (const ictus__bundle *b, const uint8_t *weights, size_t i)
{
  float f;
  double w;

  if (b->kind.width == sizeof f)
    {
      memcpy (&f, weights + i * sizeof f, sizeof f);
      return (double) f;
    }
  if (b->kind.width == 0)
    return b->kind.w;
  memcpy (&w, weights + i * sizeof w, sizeof w);
  return w;
}

typedef struct reader
{
  const ictus__bundle *b;
  void (*f) (void *ctx, uint64_t source, uint32_t at, ictus_tick k, double weight);
  void *ctx;
} reader;

static const uint8_t *
read_synapses (const reader *r, uint64_t source, const uint8_t *data, size_t n, ictus_tick k)
{
  for (size_t i = 0; i < n; ++i)
    {
      uint16_t at;

      memcpy (&at, data + 2 * i, sizeof at);
      r->f (r->ctx, source, at, k, weight_at (r->b, data + 2 * n, i));
    }
  return data + n * (2 + (size_t) r->b->kind.width);
}

static void
read_row (const reader *r, uint64_t source, const uint8_t *data, const uint8_t *end)
{
  ictus_tick k = r->b->kmin;

  if (r->b->kind.k > 0)
    {
      read_synapses (r, source, data, (size_t) (end - data) / (2 + (size_t) r->b->kind.width), k);
      return;
    }
  while (data < end)
    {
      uint8_t gap = data[0], n = data[1];
      uint32_t far;

      data += 2;
      k += gap;
      if (n > 0)
        {
          data = read_synapses (r, source, data, n, k);
          continue;
        }
      memcpy (&far, data, sizeof far);
      data += sizeof far;
      k += far;
    }
}

void
ictus__bundle_each (const ictus__bundle *b,
                    void (*f) (void *ctx, uint64_t source, uint32_t at, ictus_tick k, double weight), void *ctx)
{
  const reader r = { .b = b, .f = f, .ctx = ctx };
  const uint8_t *data = b->data.p;

  for (size_t row = 0; row < b->nrow; ++row)
    read_row (&r, b->row_source == NULL ? row : b->row_source[row], data + begin_of (b, row),
              data + begin_of (b, row + 1));
}

/* ---- synapses of a projection ------------------------------------------------------------------- */

typedef struct telling
{
  const ictus_net *net;
  const ictus__wires *w;
  const ictus__bundle *b;
  void (*f) (void *ctx, int target_pop, uint64_t source, uint64_t target, double weight, double delay_ms);
  void *ctx;
  double weight[ICTUS__BATCH], delay[ICTUS__BATCH];
} telling;

static void
tell (const telling *t, uint64_t source, size_t to, double weight, double k)
{
  const ictus_population *p = &t->net->pop[t->w->target];

  t->f (t->ctx, t->w->target, source, p->cells.gid[to] - p->first, weight,
        ictus_tick_ms ((ictus_tick) k, t->net->exp->resolution_ms));
}

/* Synapses as they were drawn, with the weights that rows keep. */
static ictus_err
tell_batch (void *ctx, const ictus__batch *b)
{
  telling *t = ctx;

  ictus__net_draw_values (t->net, t->w, b, t->weight, t->delay);
  for (size_t k = 0; k < b->n; ++k)
    tell (t, b->source[k], b->to[k],
          t->w->weight.kind == ICTUS_DIST_CONSTANT ? t->weight[k] : (double) (float) t->weight[k], t->delay[k]);
  return ICTUS_OK;
}

static void
tell_one (void *ctx, uint64_t source, uint32_t at, ictus_tick k, double weight)
{
  const telling *t = ctx;

  tell (t, source, t->b->piece->lo + (at - t->b->piece->at), weight, (double) k);
}

ictus_err
ictus__wires_each_synapse (const ictus_net *net, int wires,
                           void (*f) (void *ctx, int target_pop, uint64_t source, uint64_t target, double weight,
                                      double delay_ms),
                           void *ctx)
{
  telling *t;
  ictus_err e = ICTUS_OK;

  t = ictus_alloc (1, sizeof *t);
  if (t == NULL)
    return ICTUS_E_NOMEM;
  t->net = net;
  t->w = &net->wires[wires];
  t->f = f;
  t->ctx = ctx;
  if (t->w->conf->rule != ICTUS_RULE_LIST) /* bundles may hold several projections */
    e = ictus__net_draw_batches (net, t->w, tell_batch, t);
  else
    for (int k = 0; k < net->rows.nbundle; ++k)
      if (net->rows.bundle[k].kind.list == 1 + wires)
        {
          t->b = &net->rows.bundle[k];
          ictus__bundle_each (t->b, tell_one, t);
        }
  ictus_free (t);
  return e;
}

/* ---- invariants --------------------------------------------------------------------------------- */

typedef struct checking
{
  const ictus__bundle *b;
  const ictus__block *block;
  size_t n;
  uint64_t source;
  uint32_t at;
  ictus_tick k;
} checking;

static void
check_one (void *ctx, uint64_t source, uint32_t at, ictus_tick k, double weight)
{
  checking *c = ctx;

  ICTUS_ASSERT (at < c->block->n && k >= c->b->kmin && k <= c->b->kmax && isfinite (weight));
  if (c->n > 0 && source == c->source)
    ICTUS_ASSERT (k > c->k || (k == c->k && at >= c->at));
  else
    ICTUS_ASSERT (c->n == 0 || source > c->source);
  c->source = source;
  c->at = at;
  c->k = k;
  c->n += 1;
}

void
ictus__rows_check (const ictus_net *net)
{
  const ictus__rows *rows = &net->rows;
  size_t all = 0, here = 0;

  for (int k = 0; k < net->nwires; ++k)
    all += net->wires[k].nsyn;
  for (int k = 0; k < rows->nbundle; ++k)
    {
      checking c = { .b = &rows->bundle[k], .block = &rows->block[rows->bundle[k].block] };

      ICTUS_ASSERT (begin_of (c.b, 0) == 0 && begin_of (c.b, c.b->nrow) == c.b->data.bytes);
      ICTUS_ASSERT (c.block->n <= ICTUS__BLOCK && c.block->first + c.block->n <= rows->naddress);
      ictus__bundle_each (c.b, check_one, &c);
      ICTUS_ASSERT (c.n == c.b->nsyn);
      here += c.n;
    }
  ICTUS_ASSERT (all == here);
}
