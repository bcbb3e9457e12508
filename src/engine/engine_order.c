/* SPDX-License-Identifier: BSD-3-Clause */
/* One order of spikes for everybody: by time, then by id. What comes is nearly sorted, by neuron or rank by rank: on the
   grid spikes are first dealt to their ticks, then ascending runs are merged. */
#include "engine/engine_impl.h"

#include <string.h>

void
engine_sorter_clear (engine_sorter *q)
{
  ictus_free (q->tmp);
  ictus_free (q->run);
  ictus_free (q->count);
  memset (q, 0, sizeof *q);
}

static inline bool
before (const ictus_spike *a, const ictus_spike *b)
{
  return a->t_ms < b->t_ms || (!(b->t_ms < a->t_ms) && a->gid < b->gid);
}

static bool
is_sorted (const ictus_spike *s, size_t n)
{
  for (size_t k = 1; k < n; ++k)
    if (before (&s[k], &s[k - 1]))
      return false;
  return true;
}

/* Room for as much as the list has, so that all buffers grow in the same windows. */
static ictus_err
reserve (engine_sorter *q, const ictus_spikes *list, ictus_tick ticks)
{
  ICTUS_TRY (ictus_grow (&q->tmp, &q->cap_tmp, list->cap, sizeof *q->tmp));
  ICTUS_TRY (ictus_grow (&q->run, &q->cap_run, list->cap + 1, sizeof *q->run));
  return ticks > 1 ? ictus_grow (&q->count, &q->cap_count, (size_t) ticks + 1, sizeof *q->count) : ICTUS_OK;
}

/* A stable deal of the spikes to the ticks of their window. */
static void
deal (engine_sorter *q, ictus_spikes *list, ictus_tick k0, ictus_tick ticks, double h_ms)
{
  size_t n = list->n, at = 0;

  memset (q->count, 0, ((size_t) ticks + 1) * sizeof *q->count);
  for (size_t k = 0; k < n; ++k)
    q->count[ictus_tick_of (list->s[k].t_ms, h_ms) - k0] += 1;
  for (ictus_tick k = 0; k <= ticks; ++k)
    {
      size_t here = q->count[k];

      q->count[k] = at;
      at += here;
    }
  for (size_t k = 0; k < n; ++k)
    q->tmp[q->count[ictus_tick_of (list->s[k].t_ms, h_ms) - k0]++] = list->s[k];
  memcpy (list->s, q->tmp, n * sizeof *list->s);
}

static size_t
find_runs (engine_sorter *q, const ictus_spike *s, size_t n)
{
  size_t nrun = 0;

  q->run[nrun++] = 0;
  for (size_t k = 1; k < n; ++k)
    if (before (&s[k], &s[k - 1]))
      q->run[nrun++] = k;
  q->run[nrun] = n;
  return nrun;
}

/* [a, m) and [m, b) of `from` into `to`. */
static void
merge (const ictus_spike *from, size_t a, size_t m, size_t b, ictus_spike *to)
{
  size_t i = a, j = m;

  for (size_t k = a; k < b; ++k)
    to[k] = i < m && (j >= b || !before (&from[j], &from[i])) ? from[i++] : from[j++];
}

ictus_err
engine_sort (engine_sorter *q, ictus_spikes *list, ictus_tick k0, ictus_tick ticks, double h_ms)
{
  ictus_spike *from = list->s, *to;
  size_t n = list->n, nrun;

  ICTUS_TRY (reserve (q, list, ticks));
  if (is_sorted (list->s, n))
    return ICTUS_OK;
  if (ticks > 1 && (uint64_t) ticks <= 4 * (uint64_t) n + 64)
    deal (q, list, k0, ticks, h_ms);
  nrun = find_runs (q, from, n);
  to = q->tmp;
  while (nrun > 1)
    {
      ictus_spike *swap = from;
      size_t left = 0;

      for (size_t r = 0; r < nrun; r += 2)
        {
          size_t a = q->run[r], m = q->run[r + 1], b = r + 2 <= nrun ? q->run[r + 2] : m;

          merge (from, a, m, b, to);
          q->run[left++] = a;
        }
      q->run[left] = n;
      nrun = left;
      from = to;
      to = swap;
    }
  if (from != list->s)
    memcpy (list->s, from, n * sizeof *from);
  return ICTUS_OK;
}

ictus_err
ictus_engine_sort_spikes (ictus_spikes *list)
{
  engine_sorter q = { 0 };
  ictus_err e = engine_sort (&q, list, 0, 0, 1);

  engine_sorter_clear (&q);
  return e;
}
