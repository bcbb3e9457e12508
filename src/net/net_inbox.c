/* SPDX-License-Identifier: BSD-3-Clause */
/* Where synaptic input waits: rows of slots for the ticks of a window (grid), or a pool of events that is sorted window by
   window (exact timing). */
#include "net_impl.h"

#include <string.h>

enum { SHORT_LIST = 24 }; /* events of one neuron and window that are sorted by insertion */

ictus_err
ictus__inbox_init (ictus__inbox *b, size_t n, int nport, bool used, bool grid)
{
  b->n = n;
  b->nport = nport;
  b->used = used && n > 0 && nport > 0;
  if (!b->used || grid)
    return ICTUS_OK;
  b->first = ictus_alloc (n + 1, sizeof *b->first);
  return b->first == NULL ? ICTUS_E_NOMEM : ICTUS_OK;
}

void
ictus__inbox_clear (ictus__inbox *b)
{
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
  uint64_t bytes = b->cap_pending * sizeof *b->pending + b->cap_taken * sizeof *b->taken;

  bytes += b->cap_event * sizeof *b->event + b->cap_scratch * sizeof *b->scratch;
  return bytes + (b->first == NULL ? 0 : (b->n + 1) * sizeof *b->first);
}

/* ---- grid --------------------------------------------------------------------------------------- */

size_t
ictus__slots_bytes (size_t nslot, size_t size, int npop)
{
  return nslot * (size * sizeof (double) + (size_t) npop);
}

void
ictus__slots_init (ictus_net *net)
{
  ictus__slots *s = &net->slots;

  s->npop = net->npop;
  s->size = net->rows.naddress;
  for (int p = 0; p < net->npop; ++p)
    {
      ictus__inbox *b = &net->group[p].inbox;

      b->slots = b->used ? s : NULL;
      b->pop = p;
      b->base = net->rows.base[p];
    }
}

void
ictus__slots_clear (ictus__slots *s)
{
  ictus_pages_put (&s->x);
  ictus_free (s->any);
  memset (s, 0, sizeof *s);
}

static double *
row_of (const ictus__slots *s, size_t slot)
{
  return (double *) s->x.p + slot * s->size;
}

/* Rows that are in use keep what is in them; whoever has their address asks for it again. */
ictus_err
ictus__slots_room (ictus__slots *s, ictus_tick k1)
{
  size_t need = (size_t) (k1 - s->done), npop = (size_t) s->npop;
  ictus__slots more = *s;

  if (need <= s->nslot || s->size == 0)
    return ICTUS_OK;
  more.nslot = need;
  ICTUS_TRY (ictus_pages_get (&more.x, need * s->size * sizeof (double)));
  more.any = ictus_alloc (need, npop);
  if (more.any == NULL)
    {
      ictus_pages_put (&more.x);
      return ICTUS_E_NOMEM;
    }
  for (ictus_tick k = s->done + 1; k <= s->done + (ictus_tick) s->nslot; ++k)
    {
      size_t from = (size_t) k % s->nslot, to = (size_t) k % need;

      memcpy (more.any + to * npop, s->any + from * npop, npop);
      memcpy (row_of (&more, to), row_of (s, from), s->size * sizeof (double));
    }
  ictus_pages_put (&s->x);
  ictus_free (s->any);
  *s = more;
  return ICTUS_OK;
}

/* What is used is cleared when it is written to again: then it comes into the cache anyway. */
void
ictus__slots_done (ictus__slots *s, ictus_tick k1)
{
  if (s->nslot > 0 && k1 - s->done >= (ictus_tick) s->nslot)
    memset (s->any, 0, s->nslot * (size_t) s->npop);
  else
    for (ictus_tick k = s->done + 1; k <= k1 && s->nslot > 0; ++k)
      memset (s->any + (size_t) k % s->nslot * (size_t) s->npop, 0, (size_t) s->npop);
  s->done = k1 > s->done ? k1 : s->done;
}

double *
ictus__inbox_slot (ictus__inbox *b, ictus_tick k)
{
  ictus__slots *s = b->slots;
  size_t slot = s->nslot == 1 ? 0 : (size_t) k % s->nslot;
  double *x = row_of (s, slot) + b->base;
  uint8_t *any = &s->any[slot * (size_t) s->npop + (size_t) b->pop];

  if (!*any)
    memset (x, 0, (size_t) b->nport * b->n * sizeof *x);
  *any = 1;
  return x;
}

const double *
ictus__inbox_read (const void *ctx, ictus_tick k)
{
  const ictus__inbox *b = ctx;
  const ictus__slots *s = b->slots;
  size_t slot;

  if (s == NULL || s->nslot == 0)
    return NULL;
  slot = s->nslot == 1 ? 0 : (size_t) k % s->nslot;
  return s->any[slot * (size_t) s->npop + (size_t) b->pop] ? row_of (s, slot) + b->base : NULL;
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
