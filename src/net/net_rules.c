/* SPDX-License-Identifier: BSD-3-Clause */
/* Connection rules, named and defined as in NEST. Every target neuron has numbers of its own, so that any
   rank makes the synapses of its neurons alone. (fixed_outdegree has numbers of the sources, which all ranks
   draw, each keeping its own targets.) */
#include "net_impl.h"

#include <math.h>

#include "net_draw.h"

typedef struct pass /* one walk over the synapses of one projection and target population */
{
  const ictus_net *net;
  const ictus__wires *w;
  const ictus_population *from, *to;
  const ictus__draws *draws;
  ictus__key key;
  bool skip_self; /* no neuron onto itself */
  ictus__batch_sink f;
  void *ctx;
  ictus__batch *b;
  uint32_t *mark;  /* marks of the neurons that were chosen, by number of the choice */
  uint32_t *local; /* fixed_outdegree: local index of each target, UINT32_MAX: lives elsewhere */
  uint32_t *count; /* fixed_outdegree: synapses of each local target so far */
} pass;

uint64_t
ictus__net_pack (const ictus__wires *w)
{
  return (uint64_t) w->projection << 32 | (uint64_t) w->target;
}

static ictus_err
hand_on (const pass *p)
{
  ictus_err e = p->b->n == 0 ? ICTUS_OK : p->f (p->ctx, p->b);

  p->b->n = 0;
  return e;
}

static inline ictus_err
emit (const pass *p, uint64_t source, size_t to, uint64_t number)
{
  ictus__batch *b = p->b;
  size_t k = b->n++;

  b->source[k] = (uint32_t) source;
  b->to[k] = (uint32_t) to;
  b->number[k] = number;
  return b->n == ICTUS__BATCH ? hand_on (p) : ICTUS_OK;
}

/* Index of local target i within its population: also that of the source it must not have when autapses are
   not allowed. */
static uint64_t
index_of (const pass *p, size_t i)
{
  return p->to->cells.gid[i] - p->to->first;
}

/* Room in the batch for a stretch of at most n synapses of one target: all that are left, or whole runs. */
static ictus_err
make_room (const pass *p, uint64_t n, size_t *room)
{
  *room = ICTUS__BATCH - p->b->n;
  if (n <= *room)
    *room = (size_t) n;
  else
    *room -= *room % ICTUS__RUN;
  if (*room > 0 || n == 0)
    return ICTUS_OK;
  ICTUS_TRY (hand_on (p));
  return make_room (p, n, room);
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

/* n synapses from any sources onto local target i. */
static ictus_err
from_any (const pass *p, size_t i, uint64_t n)
{
  uint64_t self = index_of (p, i);
  ictus__run r = { .key = p->key, .unit = (uint32_t) self };
  ictus__batch *b = p->b;

  while (r.first < n)
    {
      size_t room;

      ICTUS_TRY (make_room (p, n - r.first, &room));
      p->draws->choose (&r, room, p->from->size - (p->skip_self ? 1 : 0), 0, p->skip_self ? self : UINT32_MAX,
                        b->source + b->n);
      p->draws->label (room, (uint32_t) i, r.first, b->to + b->n, b->number + b->n);
      b->n += room;
      r.first += room;
    }
  return ICTUS_OK;
}

/* m different ones of n: Floyd's sampling without replacement (Bentley and Floyd 1987,
   doi:10.1145/30401.315746). x holds some of the choices, choice j one of the first n - m + j + 1 neurons,
   where `last` is n - m + j for the first of them. Marks hold the serial number of who chose, so that they
   need no clearing. */
static void
keep_new (const pass *p, uint32_t serial, uint64_t last, size_t count, uint32_t *x)
{
  uint32_t *mark = p->mark;

  for (size_t k = 0; k < count; ++k, ++last)
    {
      if (mark[x[k]] == serial)
        x[k] = (uint32_t) last;
      mark[x[k]] = serial;
    }
}

static void
skip_one (size_t n, uint32_t *x, uint64_t self)
{
  for (size_t k = 0; k < n; ++k)
    x[k] += x[k] >= self;
}

/* m synapses from different sources onto local target i. */
static ictus_err
from_different (const pass *p, size_t i, uint64_t m)
{
  uint64_t self = index_of (p, i), n = p->from->size - (p->skip_self ? 1 : 0);
  ictus__run r = { .key = p->key, .unit = (uint32_t) self };
  ictus__batch *b = p->b;

  while (r.first < m)
    {
      uint32_t *x;
      size_t room;

      ICTUS_TRY (make_room (p, m - r.first, &room));
      x = b->source + b->n;
      p->draws->choose (&r, room, n - m + r.first + 1, 1, UINT32_MAX, x);
      keep_new (p, (uint32_t) i + 1, n - m + r.first, room, x);
      if (p->skip_self)
        skip_one (room, x, self);
      p->draws->label (room, (uint32_t) i, r.first, b->to + b->n, b->number + b->n);
      b->n += room;
      r.first += room;
    }
  return ICTUS_OK;
}

static ictus_err
fixed_indegree (const pass *p)
{
  uint64_t m = p->w->conf->number;

  for (size_t i = 0; i < p->to->cells.n; ++i)
    ICTUS_TRY (p->mark == NULL ? from_any (p, i, m) : from_different (p, i, m));
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
        ICTUS_TRY (from_any (p, (size_t) i++, here));
    }
  return ICTUS_OK;
}

/* ---- pairs -------------------------------------------------------------------------------------- */

enum { GAPS = 256 };

/* Geometric gaps between the sources that are hit, drawn a few at a time. */
static ictus_err
from_some (const pass *p, size_t i, double inverse, size_t few)
{
  double gap[GAPS], s = -1, n = (double) p->from->size;
  ictus__run r = { .key = p->key, .unit = (uint32_t) index_of (p, i) };

  for (uint64_t number = 0;; r.first += few)
    {
      p->draws->gaps (&r, few, inverse, gap);
      for (size_t k = 0; k < few; ++k)
        {
          s += 1 + gap[k];
          if (s >= n)
            return ICTUS_OK;
          if (!p->skip_self || (uint64_t) s != index_of (p, i))
            ICTUS_TRY (emit (p, (uint64_t) s, i, number++));
        }
    }
}

static ictus_err
pairwise_bernoulli (const pass *p)
{
  double probability = p->w->conf->p, mean = probability * (double) p->from->size;
  size_t few = ICTUS__RUN;

  if (!(probability > 0))
    return ICTUS_OK;
  if (probability >= 1)
    return all_to_all (p);
  while (few < GAPS && (double) few < mean)
    few += ICTUS__RUN;
  for (size_t i = 0; i < p->to->cells.n; ++i)
    ICTUS_TRY (from_some (p, i, 1 / log1p (-probability), few));
  return ICTUS_OK;
}

/* ---- from the sources --------------------------------------------------------------------------- */

static ictus_err
keep_local (const pass *p, uint64_t source, size_t n, const uint32_t *target)
{
  for (size_t k = 0; k < n; ++k)
    {
      uint32_t i = p->local[target[k]];

      if (i != UINT32_MAX)
        ICTUS_TRY (emit (p, source, i, p->count[i]++));
    }
  return ICTUS_OK;
}

/* All ranks draw for all sources; number counts the synapses of a target in the order of its sources. */
static ictus_err
fixed_outdegree (const pass *p)
{
  uint64_t m = p->w->conf->number, n = p->to->size - (p->skip_self ? 1 : 0);
  uint32_t target[GAPS];

  for (uint64_t s = 0; s < p->from->size; ++s)
    {
      ictus__run r = { .key = p->key, .unit = (uint32_t) s };

      while (r.first < m)
        {
          size_t here = m - r.first < GAPS ? (size_t) (m - r.first) : GAPS;

          if (p->mark == NULL)
            p->draws->choose (&r, here, n, 0, p->skip_self ? s : UINT32_MAX, target);
          else
            {
              p->draws->choose (&r, here, n - m + r.first + 1, 1, UINT32_MAX, target);
              keep_new (p, (uint32_t) s + 1, n - m + r.first, here, target);
              if (p->skip_self)
                skip_one (here, target, s);
            }
          ICTUS_TRY (keep_local (p, s, here, target));
          r.first += here;
        }
    }
  return ICTUS_OK;
}

/* ---- all rules ---------------------------------------------------------------------------------- */

static ictus_err
draw (const pass *p)
{
  switch (p->w->conf->rule)
    {
    case ICTUS_RULE_ONE_TO_ONE:
      return one_to_one (p);
    case ICTUS_RULE_ALL_TO_ALL:
      return all_to_all (p);
    case ICTUS_RULE_FIXED_INDEGREE:
      return fixed_indegree (p);
    case ICTUS_RULE_FIXED_OUTDEGREE:
      return fixed_outdegree (p);
    case ICTUS_RULE_FIXED_TOTAL_NUMBER:
      return fixed_total_number (p);
    case ICTUS_RULE_PAIRWISE_BERNOULLI:
      return pairwise_bernoulli (p);
    case ICTUS_RULE_LIST:
      break;
    }
  return ICTUS_FAIL (ICTUS_E_INTERNAL, "projection %s has no rule", p->w->conf->name);
}

static ictus_err
prepare (pass *p)
{
  const ictus_exp_projection *c = p->w->conf;
  bool out = c->rule == ICTUS_RULE_FIXED_OUTDEGREE;

  p->b = ictus_alloc (1, sizeof *p->b);
  if (p->b == NULL)
    return ICTUS_E_NOMEM;
  if (!c->allow_multapses && (c->rule == ICTUS_RULE_FIXED_INDEGREE || out))
    {
      p->mark = ictus_alloc (out ? p->to->size : p->from->size, sizeof *p->mark);
      if (p->mark == NULL)
        return ICTUS_E_NOMEM;
    }
  if (!out)
    return ICTUS_OK;
  p->local = ictus_alloc (p->to->size, sizeof *p->local);
  p->count = ictus_alloc (p->to->cells.n, sizeof *p->count);
  if (p->local == NULL || p->count == NULL)
    return ICTUS_E_NOMEM;
  for (uint64_t t = 0; t < p->to->size; ++t)
    p->local[t] = UINT32_MAX;
  for (size_t i = 0; i < p->to->cells.n; ++i)
    p->local[index_of (p, i)] = (uint32_t) i;
  return ICTUS_OK;
}

ictus_err
ictus__net_draw_batches (const ictus_net *net, const ictus__wires *w, ictus__batch_sink f, void *ctx)
{
  pass p = { .net = net,
             .w = w,
             .from = &net->pop[w->source],
             .to = &net->pop[w->target],
             .draws = ictus__draws_here (),
             .key = ictus__net_key (net->exp->seed, ICTUS_RNG_CONNECT, ictus__net_pack (w),
                                    w->conf->rule == ICTUS_RULE_FIXED_OUTDEGREE),
             .skip_self = w->source == w->target && !w->conf->allow_autapses,
             .f = f,
             .ctx = ctx };
  ictus_err e;

  if (w->conf->rule == ICTUS_RULE_LIST)
    return ictus__net_draw_list (net, w, f, ctx);
  ICTUS_GO (prepare (&p));
  ICTUS_GO (draw (&p));
  e = hand_on (&p);
done:
  ictus_free (p.b);
  ictus_free (p.mark);
  ictus_free (p.local);
  ictus_free (p.count);
  return e;
}
