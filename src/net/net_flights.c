/* SPDX-License-Identifier: BSD-3-Clause */
/* Spikes on their way, grid. A row is not added up when its spike is emitted: what arrives at a tick is added when the input
   of that tick is wanted, so that only the row of slots that is being written to need be in the cache. */
#include "net_impl.h"

#include <string.h>

enum
{
  BUNDLE = 20, /* bits for the number of a bundle */
  CHUNK = 64,  /* spikes whose rows are fetched before they are looked into */
  AHEAD = 8    /* rows whose first lines are fetched before they are added */
};

/* ---- make --------------------------------------------------------------------------------------- */

static ictus_err
find_lane (ictus__flights *a, const ictus__bundle *b, int *out)
{
  for (int k = a->nlane - 1; k >= 0 && a->lane[k].block == b->block; --k)
    if (a->lane[k].k == b->kind.k)
      {
        *out = k;
        return ICTUS_OK;
      }
  ICTUS_TRY (ictus_grow (&a->lane, &a->cap_lane, (size_t) a->nlane + 1, sizeof *a->lane));
  a->lane[a->nlane] = (ictus__lane){ .block = b->block, .k = b->kind.k };
  *out = a->nlane++;
  return ICTUS_OK;
}

ictus_err
ictus__flights_init (ictus_net *net, ictus_tick kmax)
{
  ictus__flights *a = &net->flights;
  const ictus__rows *rows = &net->rows;

  a->kmax = kmax;
  a->lane_of = ictus_alloc ((size_t) rows->nbundle, sizeof *a->lane_of);
  a->first = ictus_alloc ((size_t) rows->nblock + 1, sizeof *a->first);
  if (a->lane_of == NULL || a->first == NULL)
    return ICTUS_E_NOMEM;
  for (int block = 0; block < rows->nblock; ++block)
    {
      a->first[block] = a->nlane;
      for (int k = 0; k < rows->nbundle; ++k)
        if (rows->bundle[k].block == block && rows->bundle[k].nsyn > 0)
          ICTUS_TRY (find_lane (a, &rows->bundle[k], &a->lane_of[k]));
    }
  a->first[rows->nblock] = a->nlane;
  if (rows->nbundle > 1 << BUNDLE)
    return ICTUS_FAIL (ICTUS_E_RESOURCE, "the projections need %d sets of rows on one rank: at most %d are possible",
                       rows->nbundle, 1 << BUNDLE);
  return ICTUS_OK;
}

void
ictus__flights_clear (ictus__flights *a)
{
  for (int k = 0; k < a->nlane; ++k)
    ictus_free (a->lane[k].f);
  ictus_free (a->lane);
  ictus_free (a->lane_of);
  ictus_free (a->first);
  ictus_free (a->sent);
  ictus_free (a->fresh);
  ictus_free (a->due);
  ictus_free (a->merged);
  memset (a, 0, sizeof *a);
}

size_t
ictus__flights_bytes (const ictus__flights *a)
{
  size_t bytes = a->cap_sent * sizeof *a->sent + a->cap_fresh * sizeof *a->fresh
                 + (a->cap_due + a->cap_merged) * sizeof *a->due;

  for (int k = 0; k < a->nlane; ++k)
    bytes += a->lane[k].cap * sizeof *a->lane[k].f;
  return bytes;
}

/* ---- rows --------------------------------------------------------------------------------------- */

/* The next segment of a row; n is 0 at its end. */
static inline void
next_segment (ictus__flight *f, uint32_t each)
{
  const uint8_t *at = f->at + f->n * each;

  f->n = 0;
  while (f->left > 0 && f->n == 0)
    {
      uint32_t far = 0;

      f->due += at[0];
      f->n = at[1];
      at += 2;
      f->left -= 2;
      if (f->n == 0)
        {
          memcpy (&far, at, sizeof far);
          at += sizeof far;
          f->left -= (uint32_t) sizeof far;
        }
      f->due += far;
    }
  f->left -= f->n * each;
  f->at = at;
}

/* Targets and weights lie anywhere. */
typedef uint16_t __attribute__ ((aligned (1), may_alias)) loose_uint16;
typedef float __attribute__ ((aligned (1), may_alias)) loose_float;
typedef double __attribute__ ((aligned (1), may_alias)) loose_double;

static uint32_t
each_of (const ictus__bundle *b) /* bytes of a synapse */
{
  return 2 + (uint32_t) b->kind.width;
}

static inline void
add_synapses (double *x, const ictus__kind *kind, const uint8_t *at, size_t n)
{
  const loose_uint16 *to = (const loose_uint16 *) at;
  const uint8_t *weights = at + 2 * n;

  if (kind->width == 0)
    {
      double w = kind->w;

      for (size_t i = 0; i < n; ++i)
        x[to[i]] += w;
    }
  else if (kind->width == sizeof (float))
    {
      const loose_float *w = (const loose_float *) weights;

      for (size_t i = 0; i < n; ++i)
        x[to[i]] += (double) w[i];
    }
  else
    {
      const loose_double *w = (const loose_double *) weights;

      for (size_t i = 0; i < n; ++i)
        x[to[i]] += w[i];
    }
}

/* ---- departure ---------------------------------------------------------------------------------- */

/* Spikes that may be on their way are kept: they are what a checkpoint needs. */
static ictus_err
keep_sent (ictus__flights *a, const ictus__sent *s, size_t n)
{
  ictus_tick last = n > 0 ? s[n - 1].k : 0;

  while (a->head < a->nsent && a->sent[a->head].k + a->kmax <= last)
    ++a->head;
  if (a->head > a->nsent / 2)
    {
      a->nsent -= a->head;
      memmove (a->sent, a->sent + a->head, a->nsent * sizeof *a->sent);
      a->head = 0;
    }
  ICTUS_TRY (ictus_grow (&a->sent, &a->cap_sent, a->nsent + n, sizeof *a->sent));
  if (n > 0)
    memcpy (a->sent + a->nsent, s, n * sizeof *s);
  a->nsent += n;
  return ICTUS_OK;
}

static inline __attribute__ ((always_inline)) void
fetch_row (const ictus__bundle *b, uint64_t source)
{
  if (b->row_source != NULL || b->nsyn == 0)
    return;
  if (b->at != NULL)
    __builtin_prefetch (&b->at[source]);
  else
    __builtin_prefetch (&b->far_at[source]);
}

/* The rows of one spike, not yet looked into; *n of them so far. */
static ictus_err
find_rows (ictus_net *net, const ictus__sent *s, int pop, size_t *n)
{
  ictus__flights *a = &net->flights;
  const ictus__rows *rows = &net->rows;
  int from = rows->first[pop], to = rows->first[pop + 1];
  uint64_t source = s->gid - net->pop[pop].first, serial = a->serial++;

  ICTUS_TRY (ictus_grow (&a->fresh, &a->cap_fresh, *n + (size_t) (to - from), sizeof *a->fresh));
  for (int k = from; k < to; ++k)
    {
      const ictus__bundle *b = &rows->bundle[k];
      ictus__flight *f = &a->fresh[*n];
      size_t begin, end;

      if (b->nsyn == 0 || !ictus__bundle_row (b, source, &begin, &end))
        continue;
      *f = (ictus__flight){ .at = (const uint8_t *) b->data.p + begin,
                            .order = serial << BUNDLE | (uint64_t) k,
                            .due = s->k + b->kmin,
                            .left = (uint32_t) (end - begin) };
      if (b->kind.k == 0)
        __builtin_prefetch (f->at);
      *n += 1;
    }
  return ICTUS_OK;
}

/* Put a row into its lane, at the first segment that is still to come. */
static ictus_err
set_out (ictus_net *net, ictus__flight f, bool late)
{
  size_t number = f.order & (((size_t) 1 << BUNDLE) - 1);
  const ictus__bundle *b = &net->rows.bundle[number];
  ictus__lane *lane = &net->flights.lane[net->flights.lane_of[number]];
  uint32_t each = each_of (b);
  ictus_tick given = net->slots.given;

  if (b->kind.k > 0)
    {
      f.n = f.left / each;
      f.left = 0;
    }
  else
    next_segment (&f, each);
  while (f.n > 0 && f.due <= given)
    {
      if (!late)
        return ICTUS_FAIL (ICTUS_E_INTERNAL,
                           "a spike would arrive at tick %lld, but the input of all ticks up to %lld was handed out",
                           (long long) f.due, (long long) given);
      next_segment (&f, each);
    }
  if (f.n == 0)
    return ICTUS_OK;
  if (lane->n == lane->cap && lane->head > lane->n / 2)
    {
      lane->n -= lane->head;
      memmove (lane->f, lane->f + lane->head, lane->n * sizeof *lane->f);
      lane->head = 0;
    }
  ICTUS_TRY (ictus_grow (&lane->f, &lane->cap, lane->n + 1, sizeof *lane->f));
  lane->f[lane->n++] = f;
  return ICTUS_OK;
}

/* A few spikes: first where their rows begin, then the rows, then what is in them, so that fetching overlaps. */
static ictus_err
start_some (ictus_net *net, const ictus__sent *s, size_t n, bool late)
{
  const ictus__rows *rows = &net->rows;
  size_t fresh = 0;
  int pop[CHUNK];

  for (size_t i = 0; i < n; ++i)
    {
      pop[i] = ictus_net_population_of (net, s[i].gid);
      for (int k = rows->first[pop[i]]; k < rows->first[pop[i] + 1]; ++k)
        fetch_row (&rows->bundle[k], s[i].gid - net->pop[pop[i]].first);
    }
  for (size_t i = 0; i < n; ++i)
    ICTUS_TRY (find_rows (net, &s[i], pop[i], &fresh));
  for (size_t i = 0; i < fresh; ++i)
    ICTUS_TRY (set_out (net, net->flights.fresh[i], late));
  return ICTUS_OK;
}

ictus_err
ictus__flights_start (ictus_net *net, const ictus__sent *s, size_t n, bool late)
{
  ICTUS_TRY (keep_sent (&net->flights, s, n));
  for (size_t i = 0; i < n; i += CHUNK)
    ICTUS_TRY (start_some (net, s + i, n - i < CHUNK ? n - i : CHUNK, late));
  return ICTUS_OK;
}

/* ---- arrival ------------------------------------------------------------------------------------ */

/* Flights of a lane that arrive at tick k, behind those that are due already. */
static ictus_err
find_due (ictus__flights *a, ictus__lane *lane, ictus_tick k, size_t *ndue)
{
  size_t n = *ndue;

  ICTUS_TRY (ictus_grow (&a->due, &a->cap_due, n + lane->n - lane->head, sizeof *a->due));
  if (lane->k > 0) /* they arrive in the order of emission */
    for (; lane->head < lane->n && lane->f[lane->head].due == k; ++lane->head)
      a->due[n++] = (ictus__due){ .order = lane->f[lane->head].order, .f = &lane->f[lane->head] };
  else
    {
      size_t left = 0;

      if (lane->done * 8 > lane->n)
        {
          for (size_t i = 0; i < lane->n; ++i)
            if (lane->f[i].n > 0)
              lane->f[left++] = lane->f[i];
          lane->n = left;
          lane->done = 0;
        }
      for (size_t i = 0; i < lane->n; ++i)
        if (lane->f[i].due == k && lane->f[i].n > 0)
          a->due[n++] = (ictus__due){ .order = lane->f[i].order, .f = &lane->f[i] };
    }
  *ndue = n;
  return ICTUS_OK;
}

/* due[0 .. m - 1] and due[m .. n - 1] are in order: now all are. */
static ictus_err
merge_due (ictus__flights *a, size_t m, size_t n)
{
  ictus__due *from = a->due;
  size_t cap = a->cap_due, i = 0, j = m;

  if (m == 0 || m == n || from[m - 1].order < from[m].order)
    return ICTUS_OK;
  ICTUS_TRY (ictus_grow (&a->merged, &a->cap_merged, n, sizeof *a->merged));
  for (size_t k = 0; k < n; ++k)
    a->merged[k] = j == n || (i < m && from[i].order < from[j].order) ? from[i++] : from[j++];
  a->due = a->merged;
  a->cap_due = a->cap_merged;
  a->merged = from;
  a->cap_merged = cap;
  return ICTUS_OK;
}

static const ictus__bundle *
bundle_of (const ictus_net *net, const ictus__flight *f)
{
  return &net->rows.bundle[f->order & (((uint64_t) 1 << BUNDLE) - 1)];
}

/* A function that only prefetches does nothing in the eyes of gcc, and calls of it are dropped, unless it is inlined first. */
static inline __attribute__ ((always_inline)) void
fetch (const ictus__flight *f, uint32_t each)
{
  const char *at = (const char *) f->at;
  uint32_t bytes = f->n * each;

  __builtin_prefetch (at);
  __builtin_prefetch (at + bytes + 1); /* the head of the next segment */
  if (bytes > 62)
    __builtin_prefetch (at + 64);
  if (bytes > 126)
    {
      __builtin_prefetch (at + 128);
      if (bytes > 190)
        __builtin_prefetch (at + 192);
    }
  if (bytes > 254)
    {
      __builtin_prefetch (at + 256);
      __builtin_prefetch (at + 320);
      __builtin_prefetch (at + 384);
      __builtin_prefetch (at + 448);
    }
  if (bytes > 510)
    {
      __builtin_prefetch (at + 512);
      __builtin_prefetch (at + 576);
      __builtin_prefetch (at + 640);
      __builtin_prefetch (at + 704);
    }
}

/* All segments of one row that arrive at tick k; false when it is done. */
static inline bool
add_flight (double *x, const ictus__bundle *b, ictus__flight *f, ictus_tick k)
{
  uint32_t each = each_of (b);

  do
    {
      add_synapses (x, &b->kind, f->at, f->n);
      next_segment (f, each);
    }
  while (f->n > 0 && f->due == k);
  return f->n > 0;
}

static ictus_err
land_block (ictus_net *net, int block, ictus_tick k)
{
  ictus__flights *a = &net->flights;
  const ictus__block *b = &net->rows.block[block];
  double *x = NULL;
  size_t n = 0;

  for (int l = a->first[block]; l < a->first[block + 1]; ++l)
    {
      size_t before = n;

      ICTUS_TRY (find_due (a, &a->lane[l], k, &n));
      ICTUS_TRY (merge_due (a, before, n));
    }
  if (n == 0)
    return ICTUS_OK;
  for (int p = b->pop; p <= b->last_pop; ++p)
    if (net->group[p].inbox.used)
      x = ictus__inbox_slot (&net->group[p].inbox, k) - net->group[p].inbox.base;
  x += b->first;
  for (size_t i = 0; i < n && i < AHEAD; ++i)
    fetch (a->due[i].f, each_of (bundle_of (net, a->due[i].f)));
  for (size_t i = 0; i < n; ++i)
    {
      const ictus__bundle *bundle = bundle_of (net, a->due[i].f);

      if (i + AHEAD < n)
        fetch (a->due[i + AHEAD].f, each_of (bundle_of (net, a->due[i + AHEAD].f)));
      if (!add_flight (x, bundle, a->due[i].f, k) && bundle->kind.k == 0)
        ++a->lane[a->lane_of[bundle - net->rows.bundle]].done;
    }
  return ICTUS_OK;
}

ictus_err
ictus__flights_land (ictus_net *net, ictus_tick k1)
{
  ictus__slots *s = &net->slots;

  for (ictus_tick k = s->given + 1; k <= k1; ++k)
    for (int block = 0; block < net->rows.nblock; ++block)
      ICTUS_TRY (land_block (net, block, k));
  s->given = k1 > s->given ? k1 : s->given;
  return ICTUS_OK;
}
