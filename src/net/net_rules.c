/* SPDX-License-Identifier: BSD-3-Clause */
/* Connection rules, named and defined as in NEST. Every target neuron has a stream of its own, so that any
   rank makes the synapses of its neurons alone. (fixed_outdegree has one a source, which all ranks draw, each
   keeping its own targets.) */
#include "net_impl.h"

#include <math.h>

typedef struct pass /* one walk over the synapses of one projection and target population */
{
  const ictus_net *net;
  const ictus__wires *w;
  const ictus_population *from, *to;
  bool skip_self; /* no neuron onto itself */
  ictus__sink f;
  void *ctx;
  uint32_t *mark; /* marks of the neurons that were chosen, by number of the choice */
} pass;

uint64_t
ictus__net_pack (const ictus__wires *w)
{
  return (uint64_t) w->projection << 32 | (uint64_t) w->target;
}

static ictus_rng
stream (const pass *p, uint64_t gid, uint64_t per_source)
{
  return ictus_rng_open (p->net->exp->seed, ICTUS_RNG_CONNECT, ictus__net_pack (p->w), gid, per_source);
}

static ictus_err
emit (const pass *p, uint64_t source, size_t to, uint64_t number)
{
  ictus__synapse s = { .source = source,
                       .to = (uint32_t) to,
                       .gid = p->to->cells.gid[to],
                       .number = number,
                       .weight = NAN,
                       .delay = NAN };

  return p->f (p->ctx, &s);
}

/* Index of local target i within its population: also that of the source it must not have when autapses are
   not allowed. */
static uint64_t
index_of (const pass *p, size_t i)
{
  return p->to->cells.gid[i] - p->to->first;
}

/* ---- rules without chance ----------------------------------------------------------------------- */

static ictus_err
one_to_one (const pass *p)
{
  for (size_t i = 0; i < p->to->cells.n && !p->skip_self; ++i)
    ICTUS_TRY (emit (p, index_of (p, i), i, 0));
  return ICTUS_OK;
}

static ictus_err
all_to_all (const pass *p)
{
  for (size_t i = 0; i < p->to->cells.n; ++i)
    for (uint64_t s = 0, number = 0; s < p->from->size; ++s)
      if (!p->skip_self || s != index_of (p, i))
        ICTUS_TRY (emit (p, s, i, number++));
  return ICTUS_OK;
}

/* ---- choices ------------------------------------------------------------------------------------ */

/* One of n neurons, or of the n - 1 others. */
static uint64_t
choose (ictus_rng *r, uint64_t n, bool skip, uint64_t self)
{
  uint64_t x = ictus_rng_below (r, n - (skip ? 1 : 0));

  return skip && x >= self ? x + 1 : x;
}

/* Choice j of m different ones of n: Floyd's sampling without replacement (Bentley and Floyd 1987,
   doi:10.1145/30401.315746). Marks hold the serial number of the draw that set them, so that they need no
   clearing. */
static uint64_t
choose_new (ictus_rng *r, uint64_t j, uint64_t m, uint64_t n, uint32_t *mark, uint32_t serial)
{
  uint64_t last = n - m + j, x = ictus_rng_below (r, last + 1);

  if (mark[x] == serial)
    x = last;
  mark[x] = serial;
  return x;
}

/* n synapses from any sources onto local target i. */
static ictus_err
from_any (const pass *p, ictus_rng *r, size_t i, uint64_t n)
{
  for (uint64_t k = 0; k < n; ++k)
    ICTUS_TRY (emit (p, choose (r, p->from->size, p->skip_self, index_of (p, i)), i, k));
  return ICTUS_OK;
}

static ictus_err
fixed_indegree (const pass *p)
{
  uint64_t m = p->w->conf->number, n = p->from->size - (p->skip_self ? 1 : 0);

  for (size_t i = 0; i < p->to->cells.n; ++i)
    {
      ictus_rng r = stream (p, p->to->cells.gid[i], 0);

      if (p->w->conf->allow_multapses)
        {
          ICTUS_TRY (from_any (p, &r, i, m));
          continue;
        }
      for (uint64_t k = 0; k < m; ++k)
        {
          uint64_t s = choose_new (&r, k, m, n, p->mark, (uint32_t) i + 1);

          ICTUS_TRY (emit (p, p->skip_self && s >= index_of (p, i) ? s + 1 : s, i, k));
        }
    }
  return ICTUS_OK;
}

/* The total is dealt to the targets by conditional binomials from one stream that all ranks walk alike. */
static ictus_err
fixed_total_number (const pass *p)
{
  uint64_t left = p->w->conf->number, n = p->to->size;
  ictus_rng split = ictus_rng_open (p->net->exp->seed, ICTUS_RNG_SPLIT, ictus__net_pack (p->w), 0, 0);

  for (uint64_t t = 0, i = 0; t < n && i < p->to->cells.n && left > 0; ++t)
    {
      uint64_t here = ictus_rng_binomial (&split, left, 1.0 / (double) (n - t));

      left -= here;
      if (index_of (p, (size_t) i) == t)
        {
          ictus_rng r = stream (p, p->to->cells.gid[i], 0);

          ICTUS_TRY (from_any (p, &r, (size_t) i, here));
          ++i;
        }
    }
  return ICTUS_OK;
}

/* Geometric gaps between the sources that are hit. */
static ictus_err
pairwise_bernoulli (const pass *p)
{
  double lq = log1p (-p->w->conf->p), n = (double) p->from->size;

  if (!(p->w->conf->p > 0))
    return ICTUS_OK;
  if (p->w->conf->p >= 1)
    return all_to_all (p);
  for (size_t i = 0; i < p->to->cells.n; ++i)
    {
      ictus_rng r = stream (p, p->to->cells.gid[i], 0);
      uint64_t number = 0;

      for (double s = floor (log (ictus_rng_uniform (&r)) / lq); s < n;
           s += 1 + floor (log (ictus_rng_uniform (&r)) / lq))
        if (!p->skip_self || (uint64_t) s != index_of (p, i))
          ICTUS_TRY (emit (p, (uint64_t) s, i, number++));
    }
  return ICTUS_OK;
}

/* All ranks draw for all sources; number counts the synapses of a target in the order of its sources. */
static ictus_err
fixed_outdegree (const pass *p, uint32_t *count)
{
  uint64_t m = p->w->conf->number, n = p->to->size - (p->skip_self ? 1 : 0);

  for (uint64_t s = 0; s < p->from->size; ++s)
    {
      ictus_rng r = stream (p, p->from->first + s, 1);

      for (uint64_t k = 0; k < m; ++k)
        {
          uint64_t t;
          size_t i;

          if (p->w->conf->allow_multapses)
            t = choose (&r, p->to->size, p->skip_self, s);
          else
            {
              t = choose_new (&r, k, m, n, p->mark, (uint32_t) s + 1);
              t += p->skip_self && t >= s;
            }
          i = ictus__net_local (p->to, p->to->first + t);
          if (i != SIZE_MAX)
            ICTUS_TRY (emit (p, s, i, count[i]++));
        }
    }
  return ICTUS_OK;
}

/* ---- all rules ---------------------------------------------------------------------------------- */

static ictus_err
draw_outdegree (pass *p)
{
  uint32_t *count = ictus_alloc (p->to->cells.n, sizeof *count);
  ictus_err e = count == NULL ? ICTUS_E_NOMEM : fixed_outdegree (p, count);

  ictus_free (count);
  return e;
}

ictus_err
ictus__net_draw (const ictus_net *net, const ictus__wires *w, ictus__sink f, void *ctx)
{
  const ictus_exp_projection *c = w->conf;
  pass p
      = { .net = net, .w = w, .from = &net->pop[w->source], .to = &net->pop[w->target], .f = f, .ctx = ctx };
  ictus_err e = ICTUS_OK;

  p.skip_self = w->source == w->target && !c->allow_autapses;
  if (!c->allow_multapses && (c->rule == ICTUS_RULE_FIXED_INDEGREE || c->rule == ICTUS_RULE_FIXED_OUTDEGREE))
    {
      p.mark = ictus_alloc (c->rule == ICTUS_RULE_FIXED_INDEGREE ? p.from->size : p.to->size, sizeof *p.mark);
      if (p.mark == NULL)
        return ICTUS_E_NOMEM;
    }
  switch (c->rule)
    {
    case ICTUS_RULE_ONE_TO_ONE:
      e = one_to_one (&p);
      break;
    case ICTUS_RULE_ALL_TO_ALL:
      e = all_to_all (&p);
      break;
    case ICTUS_RULE_FIXED_INDEGREE:
      e = fixed_indegree (&p);
      break;
    case ICTUS_RULE_FIXED_OUTDEGREE:
      e = draw_outdegree (&p);
      break;
    case ICTUS_RULE_FIXED_TOTAL_NUMBER:
      e = fixed_total_number (&p);
      break;
    case ICTUS_RULE_PAIRWISE_BERNOULLI:
      e = pairwise_bernoulli (&p);
      break;
    case ICTUS_RULE_LIST:
      e = ictus__net_draw_list (net, w, f, ctx);
      break;
    }
  ictus_free (p.mark);
  return e;
}

/* ---- many at a time ----------------------------------------------------------------------------- */

typedef struct gathering
{
  ictus__batch batch;
  double weight[ICTUS__BATCH], delay[ICTUS__BATCH];
  ictus__batch_sink f;
  void *ctx;
} gathering;

static ictus_err
hand_on (gathering *g)
{
  ictus_err e = g->batch.n == 0 ? ICTUS_OK : g->f (g->ctx, &g->batch);

  g->batch.n = 0;
  return e;
}

static ictus_err
gather (void *ctx, const ictus__synapse *s)
{
  gathering *g = ctx;
  size_t k = g->batch.n++;

  g->batch.source[k] = (uint32_t) s->source;
  g->batch.to[k] = s->to;
  g->batch.number[k] = s->number;
  g->weight[k] = s->weight;
  g->delay[k] = s->delay;
  return g->batch.n == ICTUS__BATCH ? hand_on (g) : ICTUS_OK;
}

ictus_err
ictus__net_draw_batches (const ictus_net *net, const ictus__wires *w, ictus__batch_sink f, void *ctx)
{
  gathering *g = ictus_alloc (1, sizeof *g);
  ictus_err e;

  if (g == NULL)
    return ICTUS_E_NOMEM;
  g->f = f;
  g->ctx = ctx;
  if (w->conf->rule == ICTUS_RULE_LIST)
    {
      g->batch.weight = g->weight;
      g->batch.delay = g->delay;
    }
  ICTUS_GO (ictus__net_draw (net, w, gather, g));
  e = hand_on (g);
done:
  ictus_free (g);
  return e;
}
