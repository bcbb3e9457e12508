/* SPDX-License-Identifier: BSD-3-Clause */
/* Poisson trains: one of its own for every target neuron. Counts are drawn for bins of time, four at once,
   events of exact timing for one bin at once, each keyed by (seed, stimulus, neuron, bin): what is kept of
   them is only kept, and could be drawn again by any rank at any time. Active for start < t <= stop. */
#include "net_impl.h"

#include <math.h>
#include <string.h>

#include "net_draw.h"

enum { BINS = 4, PARTS = 64 };

struct ictus__train
{
  const ictus__draws *draws;
  ictus__key key, time_key;
  double mean;         /* of a bin: a tick of the grid, or 1 ms */
  ictus__counts table; /* mean <= ICTUS__COUNT_MEAN */
  uint32_t *unit;  /* [nat] index of each neuron within its population; room for full vectors, as in count */
  uint64_t block;  /* count holds bins BINS * block ..; UINT64_MAX: none yet */
  uint32_t *count; /* [nat] a byte a bin */
  uint32_t any;    /* all of count or'ed */
  /* exact timing: the events of one bin, by the part of the bin they lie in, then by neuron */
  uint64_t bin; /* UINT64_MAX: none yet */
  double *t_ms;
  uint32_t *who; /* place in at[] */
  double *t_drawn;
  uint32_t *who_drawn;
  size_t cap_t, cap_who, cap_t_drawn, cap_who_drawn;
  size_t part[PARTS + 1];
};

void
ictus__poisson_clear (ictus__poisson *s)
{
  if (s->train != NULL)
    {
      ictus_free (s->train->unit);
      ictus_free (s->train->count);
      ictus_free (s->train->t_ms);
      ictus_free (s->train->who);
      ictus_free (s->train->t_drawn);
      ictus_free (s->train->who_drawn);
    }
  ictus_free (s->train);
  ictus_dist_clear (&s->weight);
  ictus_free (s->at);
  ictus_free (s->w_of);
}

static size_t
local (const ictus__poisson *s, size_t j)
{
  return s->at == NULL ? j : s->at[j];
}

static ictus_err
open_train (const ictus_net *net, ictus__poisson *s, double bin_ms)
{
  const ictus_population *p = &net->pop[s->target];
  size_t room = (s->nat + 15) / 16 * 16;
  ictus__train *t = s->train;

  if (t != NULL && t->count != NULL)
    return ICTUS_OK;
  if (t == NULL)
    t = s->train = ictus_alloc (1, sizeof *t);
  if (t == NULL)
    return ICTUS_E_NOMEM;
  if (t->unit == NULL)
    t->unit = ictus_alloc (room, sizeof *t->unit);
  if (t->unit == NULL || (t->count = ictus_alloc (room, sizeof *t->count)) == NULL)
    return ICTUS_E_NOMEM;
  t->draws = ictus__draws_here ();
  t->key = ictus__net_key (net->exp->seed, ICTUS_RNG_POISSON, (uint64_t) s->stimulus, (uint64_t) s->target);
  t->time_key = ictus__net_key (net->exp->seed, ICTUS_RNG_POISSON, (uint64_t) s->stimulus,
                                (uint64_t) 1 << 32 | (uint64_t) s->target);
  t->mean = s->conf->rate_Hz * bin_ms * 1e-3;
  t->block = t->bin = UINT64_MAX;
  for (size_t j = 0; j < s->nat; ++j)
    t->unit[j] = (uint32_t) (p->cells.gid[local (s, j)] - p->first);
  if (t->mean <= ICTUS__COUNT_MEAN)
    ictus__counts_make (t->mean, &t->table);
  return ICTUS_OK;
}

/* Means that no byte can hold: one neuron and bin at a time. */
static uint64_t
count_one (const ictus_net *net, const ictus__poisson *s, size_t j, uint64_t bin)
{
  ictus_rng r = ictus_rng_open (net->exp->seed, ICTUS_RNG_POISSON, (uint64_t) s->stimulus,
                                net->pop[s->target].cells.gid[local (s, j)], bin);

  return ictus_rng_poisson (&r, s->train->mean);
}

/* Have the counts of a bin at hand; false: there are none. */
static bool
count_bin (const ictus__poisson *s, uint64_t bin)
{
  ictus__train *t = s->train;

  if (t->block != bin / BINS)
    {
      t->block = bin / BINS;
      t->any = t->draws->count (&t->table, t->key, t->block, s->nat, t->unit, t->count);
    }
  return (t->any >> 8 * (bin % BINS) & 255) != 0;
}

/* ---- grid --------------------------------------------------------------------------------------- */

static void
add_tick (const ictus_net *net, const ictus__poisson *s, uint64_t k, double *row)
{
  const ictus__train *t = s->train;
  bool small = t->mean <= ICTUS__COUNT_MEAN;

  if (small && s->at == NULL)
    {
      t->draws->add (s->nat, t->count, (int) (k % BINS), s->w, s->w_of, row);
      return;
    }
  for (size_t j = 0; j < s->nat; ++j)
    {
      double n = small ? (double) (t->count[j] >> 8 * (k % BINS) & 255) : (double) count_one (net, s, j, k);

      row[local (s, j)] += n * (s->w_of == NULL ? s->w : s->w_of[j]);
    }
}

/* The count of the step (k - 1, k] arrives at tick k. */
ictus_err
ictus__poisson_slots (const ictus_net *net, ictus__poisson *s, ictus_tick k0, ictus_tick k1)
{
  ictus__inbox *b = &net->group[s->target].inbox;
  double h = net->exp->resolution_ms;
  ictus_tick from = ictus_tick_of (s->conf->start_ms, h);

  if (!(s->conf->rate_Hz > 0) || s->nat == 0)
    return ICTUS_OK;
  ICTUS_TRY (open_train (net, s, h));
  if (isfinite (s->conf->stop_ms) && k1 > ictus_tick_of (s->conf->stop_ms, h))
    k1 = ictus_tick_of (s->conf->stop_ms, h);
  for (ictus_tick k = (k0 > from ? k0 : from) + 1; k <= k1; ++k)
    if (s->train->mean > ICTUS__COUNT_MEAN || count_bin (s, (uint64_t) k))
      add_tick (net, s, (uint64_t) k, ictus__inbox_slot (b, k) + (size_t) s->port * b->n);
  return ICTUS_OK;
}

/* ---- exact timing ------------------------------------------------------------------------------- */

static size_t
part_of (double t_ms, uint64_t bin)
{
  double x = (t_ms - (double) bin) * PARTS;

  return x >= PARTS - 1 ? PARTS - 1 : (size_t) x;
}

enum { CHUNK = 1024 };

typedef struct chunk /* events whose times are to be drawn: counter (unit, bin * 2^24 + event, 0) */
{
  size_t n;
  uint32_t who[CHUNK], unit[CHUNK];
  uint64_t number[CHUNK], word[CHUNK], other[CHUNK];
} chunk;

/* Uniform in the bin. */
static ictus_err
draw_times (ictus__train *t, chunk *c, size_t *done)
{
  ictus__ask ask = { .key = t->time_key, .unit = c->unit, .number = c->number };
  double *x;

  ICTUS_TRY (ictus_grow (&t->t_drawn, &t->cap_t_drawn, *done + CHUNK, sizeof *t->t_drawn));
  ICTUS_TRY (ictus_grow (&t->who_drawn, &t->cap_who_drawn, *done + CHUNK, sizeof *t->who_drawn));
  x = t->t_drawn + *done;
  for (size_t k = c->n; k % 8 != 0; ++k) /* full vectors */
    {
      c->unit[k] = 0;
      c->number[k] = 0;
    }
  t->draws->words (&ask, c->n, c->word, c->other);
  t->draws->uniform (c->n, c->word, x);
  for (size_t k = 0; k < c->n; ++k)
    {
      x[k] += (double) t->bin;
      t->who_drawn[*done + k] = c->who[k];
    }
  *done += c->n;
  c->n = 0;
  return ICTUS_OK;
}

static ictus_err
draw_events (const ictus_net *net, const ictus__poisson *s, size_t *n)
{
  ictus__train *t = s->train;
  bool small = t->mean <= ICTUS__COUNT_MEAN;
  chunk c;

  c.n = 0;
  *n = 0;
  if (small && !count_bin (s, t->bin))
    return ICTUS_OK;
  for (size_t j = 0; j < s->nat; ++j)
    {
      uint64_t here = small ? t->count[j] >> 8 * (t->bin % BINS) & 255 : count_one (net, s, j, t->bin);

      for (uint64_t k = 0; k < here; ++k)
        {
          c.who[c.n] = (uint32_t) j;
          c.unit[c.n] = t->unit[j];
          c.number[c.n++] = (t->bin << 24) + k;
          if (c.n == CHUNK)
            ICTUS_TRY (draw_times (t, &c, n));
        }
    }
  return draw_times (t, &c, n);
}

/* The events of a bin, dealt to its parts: a short window looks at few of them. */
static ictus_err
make_bin (const ictus_net *net, const ictus__poisson *s, uint64_t bin)
{
  ictus__train *t = s->train;
  size_t n, *part = t->part;

  t->bin = bin;
  ICTUS_TRY (draw_events (net, s, &n));
  ICTUS_TRY (ictus_grow (&t->t_ms, &t->cap_t, n, sizeof *t->t_ms));
  ICTUS_TRY (ictus_grow (&t->who, &t->cap_who, n, sizeof *t->who));
  memset (part, 0, sizeof t->part);
  for (size_t k = 0; k < n; ++k)
    ++part[part_of (t->t_drawn[k], bin) + 1];
  for (size_t k = 0; k < PARTS; ++k)
    part[k + 1] += part[k];
  for (size_t k = 0; k < n; ++k)
    {
      size_t at = part[part_of (t->t_drawn[k], bin)]++;

      t->t_ms[at] = t->t_drawn[k];
      t->who[at] = t->who_drawn[k];
    }
  memmove (part + 1, part, PARTS * sizeof *part);
  part[0] = 0;
  return ICTUS_OK;
}

/* The events of the bin at hand within (t0, t1]. */
static ictus_err
take_events (const ictus_net *net, const ictus__poisson *s, double t0_ms, double t1_ms)
{
  const ictus__train *t = s->train;
  ictus__inbox *b = &net->group[s->target].inbox;
  size_t first = t0_ms <= (double) t->bin ? 0 : t->part[part_of (t0_ms, t->bin)];
  size_t end = t->part[part_of (t1_ms, t->bin) + 1];

  ICTUS_TRY (ictus_grow (&b->taken, &b->cap_taken, b->ntaken + (end - first), sizeof *b->taken));
  for (size_t k = first; k < end; ++k)
    if (t->t_ms[k] > t0_ms && t->t_ms[k] <= t1_ms)
      {
        ictus__pending *e = &b->taken[b->ntaken++];

        e->t_ms = t->t_ms[k];
        e->weight = s->w_of == NULL ? s->w : s->w_of[t->who[k]];
        e->to = (uint32_t) local (s, t->who[k]);
        e->port = s->port;
      }
  return ICTUS_OK;
}

/* Bins of 1 ms, whatever the windows are. */
ictus_err
ictus__poisson_events (const ictus_net *net, ictus__poisson *s, double t0_ms, double t1_ms)
{
  t0_ms = fmax (t0_ms, s->conf->start_ms);
  t1_ms = fmin (t1_ms, s->conf->stop_ms);
  if (!(s->conf->rate_Hz > 0) || s->nat == 0 || !(t0_ms < t1_ms))
    return ICTUS_OK;
  ICTUS_TRY (open_train (net, s, 1));
  for (uint64_t bin = (uint64_t) floor (t0_ms); bin <= (uint64_t) floor (t1_ms); ++bin)
    {
      if (s->train->bin != bin)
        ICTUS_TRY (make_bin (net, s, bin));
      ICTUS_TRY (take_events (net, s, t0_ms, t1_ms));
    }
  return ICTUS_OK;
}
