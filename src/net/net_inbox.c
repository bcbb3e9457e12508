/* SPDX-License-Identifier: BSD-3-Clause */
/* Where synaptic input waits: a ring of slots (grid), or a pool of events that is sorted window by window
   (exact timing). */
#include "net_impl.h"

#include <string.h>

enum { SHORT_LIST = 24 }; /* events of one neuron and window that are sorted by insertion */

static size_t
slot_size (const ictus__inbox *b) /* doubles of one tick */
{
  return (size_t) b->nport * b->n;
}

ictus_err
ictus__inbox_init (ictus__inbox *b, size_t n, int nport, bool used, bool grid, ictus_tick kmax,
                   ictus_tick window)
{
  b->n = n;
  b->nport = nport;
  b->used = used;
  b->kmax = kmax;
  if (!used || n == 0 || nport == 0)
    return ICTUS_OK;
  if (grid)
    return ictus__inbox_room (b, 0, window);
  b->first = ictus_alloc (n + 1, sizeof *b->first);
  return b->first == NULL ? ICTUS_E_NOMEM : ICTUS_OK;
}

void
ictus__inbox_clear (ictus__inbox *b)
{
  ictus_free (b->slot);
  ictus_free (b->any);
  ictus_free (b->pending);
  ictus_free (b->taken);
  ictus_free (b->first);
  ictus_free (b->event);
  ictus_free (b->scratch);
  memset (b, 0, sizeof *b);
}

uint64_t
ictus__inbox_bytes (const ictus__inbox *b)
{
  uint64_t bytes = b->nslot * (slot_size (b) * sizeof *b->slot + sizeof *b->any);

  bytes += b->cap_pending * sizeof *b->pending + b->cap_taken * sizeof *b->taken;
  bytes += b->cap_event * sizeof *b->event + b->cap_scratch * sizeof *b->scratch;
  return bytes + (b->first == NULL ? 0 : (b->n + 1) * sizeof *b->first);
}

/* ---- grid --------------------------------------------------------------------------------------- */

/* Ticks that can be open at once: those of the window, cleared or not, and the longest delay beyond it. */
size_t
ictus__inbox_ring (ictus_tick window, ictus_tick kmax)
{
  return (size_t) (window + kmax);
}

ictus_err
ictus__inbox_room (ictus__inbox *b, ictus_tick k0, ictus_tick k1)
{
  size_t need = ictus__inbox_ring (k1 - (k0 < b->done ? k0 : b->done), b->kmax),
         size = slot_size (b) * sizeof *b->slot;
  double *slot;
  uint8_t *any;

  if (need <= b->nslot)
    return ICTUS_OK;
  slot = ictus_alloc (need, size);
  any = ictus_alloc (need, 1);
  if (slot == NULL || any == NULL)
    {
      ictus_free (slot);
      ictus_free (any);
      return ICTUS_E_NOMEM;
    }
  for (ictus_tick k = b->done + 1; k <= b->done + (ictus_tick) b->nslot; ++k)
    {
      size_t from = (size_t) k % b->nslot, to = (size_t) k % need;

      any[to] = b->any[from];
      if (b->any[from])
        memcpy (slot + to * slot_size (b), b->slot + from * slot_size (b), size);
    }
  ictus_free (b->slot);
  ictus_free (b->any);
  b->slot = slot;
  b->any = any;
  b->nslot = need;
  return ICTUS_OK;
}

double *
ictus__inbox_slot (ictus__inbox *b, ictus_tick k)
{
  size_t at = (size_t) k % b->nslot;

  b->any[at] = 1;
  return b->slot + at * slot_size (b);
}

const double *
ictus__inbox_read (const void *ctx, ictus_tick k)
{
  const ictus__inbox *b = ctx;
  size_t at;

  if (b->nslot == 0)
    return NULL;
  at = (size_t) k % b->nslot;
  return b->any[at] ? b->slot + at * slot_size (b) : NULL;
}

void
ictus__inbox_done (ictus__inbox *b, ictus_tick k0, ictus_tick k1)
{
  for (ictus_tick k = k0 + 1; k <= k1 && b->nslot > 0; ++k)
    {
      size_t at = (size_t) k % b->nslot;

      if (b->any[at])
        memset (b->slot + at * slot_size (b), 0, slot_size (b) * sizeof *b->slot);
      b->any[at] = 0;
    }
  b->done = k1;
}

/* Add synapses of equal delay into one tick. */
static void
add_segment (double *x, const ictus__wires *w, size_t first, size_t last)
{
  const uint32_t *to = w->to;

  if (w->w_of == NULL)
    for (size_t s = first; s < last; ++s)
      x[to[s]] += w->w;
  else
    for (size_t s = first; s < last; ++s)
      x[to[s]] += w->w_of[s];
}

static size_t
segment_end (const ictus__wires *w, size_t s, size_t last)
{
  if (w->k16 != NULL)
    {
      uint16_t k = w->k16[s];

      while (s < last && w->k16[s] == k)
        ++s;
      return s;
    }
  if (w->k32 != NULL)
    {
      uint32_t k = w->k32[s];

      while (s < last && w->k32[s] == k)
        ++s;
      return s;
    }
  return last;
}

ictus_err
ictus__inbox_add_slots (ictus__inbox *b, const ictus__wires *w, size_t first, size_t last, ictus_tick k)
{
  for (size_t s = first; s < last;)
    {
      ictus_tick at = k + (ictus_tick) ictus__wires_delay (w, s);
      size_t end = segment_end (w, s, last);

      if (at <= b->given || at > b->done + (ictus_tick) b->nslot)
        return ICTUS_FAIL (
            ICTUS_E_INTERNAL,
            "a spike of tick %lld would arrive at tick %lld, outside of the open ticks %lld to %lld",
            (long long) k, (long long) at, (long long) b->given + 1,
            (long long) b->done + (long long) b->nslot);
      add_segment (ictus__inbox_slot (b, at) + (size_t) w->port * b->n, w, s, end);
      s = end;
    }
  return ICTUS_OK;
}

/* ---- exact timing ------------------------------------------------------------------------------- */

ictus_err
ictus__inbox_add_events (ictus__inbox *b, const ictus__wires *w, size_t first, size_t last, double t_ms)
{
  ICTUS_TRY (ictus_grow (&b->pending, &b->cap_pending, b->npending + (last - first), sizeof *b->pending));
  for (size_t s = first; s < last; ++s)
    {
      ictus__pending *e = &b->pending[b->npending++];

      e->t_ms = t_ms + ictus__wires_delay (w, s);
      e->weight = ictus__wires_weight (w, s);
      e->to = w->to[s];
      e->port = w->port;
      if (e->t_ms <= b->given_ms)
        return ICTUS_FAIL (
            ICTUS_E_INTERNAL,
            "a spike at %.17g ms would arrive at %.17g ms, before the end of a solved window at "
            "%.17g ms",
            t_ms, e->t_ms, b->given_ms);
    }
  return ICTUS_OK;
}

/* Both parts keep their order, which is that of emission. */
ictus_err
ictus__inbox_take (ictus__inbox *b, double t1_ms)
{
  size_t left = 0;

  ICTUS_TRY (ictus_grow (&b->taken, &b->cap_taken, b->npending, sizeof *b->taken));
  b->ntaken = 0;
  for (size_t k = 0; k < b->npending; ++k)
    if (b->pending[k].t_ms <= t1_ms)
      b->taken[b->ntaken++] = b->pending[k];
    else
      b->pending[left++] = b->pending[k];
  b->npending = left;
  b->given_ms = t1_ms;
  return ICTUS_OK;
}

/* Stable: events of equal time stay in their order. */
static void
sort_short (ictus_event *e, size_t n)
{
  for (size_t k = 1; k < n; ++k)
    {
      ictus_event x = e[k];
      size_t j = k;

      for (; j > 0 && e[j - 1].t_ms > x.t_ms; --j)
        e[j] = e[j - 1];
      e[j] = x;
    }
}

static void
merge (const ictus_event *a, size_t na, const ictus_event *b, size_t nb, ictus_event *out)
{
  size_t i = 0, j = 0;

  while (i < na || j < nb)
    if (j == nb || (i < na && a[i].t_ms <= b[j].t_ms))
      *out++ = a[i++];
    else
      *out++ = b[j++];
}

/* Runs sorted by insertion, then merged pair by pair. */
static ictus_err
sort_long (ictus__inbox *b, ictus_event *e, size_t n)
{
  ictus_event *from = e, *to;

  ICTUS_TRY (ictus_grow (&b->scratch, &b->cap_scratch, n, sizeof *b->scratch));
  to = b->scratch;
  for (size_t k = 0; k < n; k += SHORT_LIST)
    sort_short (e + k, n - k < SHORT_LIST ? n - k : SHORT_LIST);
  for (size_t run = SHORT_LIST; run < n; run *= 2)
    {
      ictus_event *other = from;

      for (size_t k = 0; k < n; k += 2 * run)
        {
          size_t na = n - k < run ? n - k : run, nb = n - k - na < run ? n - k - na : run;

          merge (from + k, na, from + k + na, nb, to + k);
        }
      from = to;
      to = other;
    }
  if (from != e)
    memcpy (e, from, n * sizeof *e);
  return ICTUS_OK;
}

ictus_err
ictus__inbox_sort (ictus__inbox *b)
{
  ICTUS_TRY (ictus_grow (&b->event, &b->cap_event, b->ntaken, sizeof *b->event));
  memset (b->first, 0, (b->n + 1) * sizeof *b->first);
  for (size_t k = 0; k < b->ntaken; ++k)
    ++b->first[b->taken[k].to + 1];
  for (size_t i = 0; i < b->n; ++i)
    b->first[i + 1] += b->first[i];
  for (size_t k = 0; k < b->ntaken; ++k)
    {
      const ictus__pending *p = &b->taken[k];
      ictus_event *e = &b->event[b->first[p->to]++];

      e->t_ms = p->t_ms;
      e->weight = p->weight;
      e->port = p->port;
    }
  memmove (b->first + 1, b->first, b->n * sizeof *b->first);
  b->first[0] = 0;
  for (size_t i = 0; i < b->n; ++i)
    {
      size_t n = b->first[i + 1] - b->first[i];

      if (n > SHORT_LIST)
        ICTUS_TRY (sort_long (b, b->event + b->first[i], n));
      else
        sort_short (b->event + b->first[i], n);
    }
  return ICTUS_OK;
}
