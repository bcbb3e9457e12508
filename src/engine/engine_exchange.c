/* SPDX-License-Identifier: BSD-3-Clause */
/* The exchange: spikes and the verdict of all ranks in one collective, then one order for everybody. */
#include "engine/engine_impl.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

static size_t
packet_bytes (const engine_exchange *x)
{
  return sizeof (engine_head) + x->fit * sizeof (ictus_spike);
}

static ictus_err
make_packets (ictus_engine *e, size_t fit)
{
  engine_exchange *x = &e->ex;

  ictus_free (x->out);
  ictus_free (x->in);
  x->fit = fit;
  x->out = ictus_alloc (1, packet_bytes (x));
  x->in = ictus_alloc ((size_t) e->size, packet_bytes (x));
  return x->out == NULL || x->in == NULL ? ICTUS_E_NOMEM : ICTUS_OK;
}

ictus_err
engine_exchange_init (ictus_engine *e)
{
  engine_exchange *x = &e->ex;

  x->count = ictus_alloc ((size_t) e->size, sizeof *x->count);
  x->at = ictus_alloc ((size_t) e->size, sizeof *x->at);
  if (x->count == NULL || x->at == NULL)
    return ICTUS_E_NOMEM;
  return make_packets (e, ENGINE_FIT);
}

void
engine_exchange_clear (engine_exchange *x)
{
  ictus_free (x->out);
  ictus_free (x->in);
  ictus_free (x->count);
  ictus_free (x->at);
  ictus_free (x->all.s);
  ictus_free (x->tmp);
  memset (x, 0, sizeof *x);
}

static bool
before (const ictus_spike *a, const ictus_spike *b)
{
  return a->t_ms < b->t_ms || (!(b->t_ms < a->t_ms) && a->gid < b->gid);
}

/* Bottom-up merge sort in our own scratch: the library's sort may allocate. */
static ictus_err
sort_spikes (engine_exchange *x)
{
  ictus_spike *from = x->all.s, *to;
  size_t n = x->all.n;

  ICTUS_TRY (ictus_grow (&x->tmp, &x->ntmp, x->all.cap, sizeof *x->tmp));
  to = x->tmp;
  for (size_t width = 1; width < n; width *= 2)
    {
      ictus_spike *swap;

      for (size_t lo = 0; lo < n; lo += 2 * width)
        {
          size_t mid = lo + width < n ? lo + width : n, hi = lo + 2 * width < n ? lo + 2 * width : n;
          size_t i = lo, j = mid;

          for (size_t k = lo; k < hi; ++k)
            to[k] = i < mid && (j >= hi || !before (&from[j], &from[i])) ? from[i++] : from[j++];
        }
      swap = from;
      from = to;
      to = swap;
    }
  if (n > 0 && from != x->all.s)
    memcpy (x->all.s, from, n * sizeof *from);
  return ICTUS_OK;
}

/* The head of rank r's packet. */
static engine_head
head_of (const engine_exchange *x, int r)
{
  engine_head head;

  memcpy (&head, x->in + (size_t) r * packet_bytes (x), sizeof head);
  return head;
}

/* The spikes that did not fit: lists of any length, counted in spikes, so that an int is enough. */
static void
second_exchange (ictus_engine *e)
{
  engine_exchange *x = &e->ex;
  MPI_Datatype spike;
  int at = 0;

  for (int r = 0; r < e->size; ++r)
    {
      x->count[r] = (int) head_of (x, r).n;
      x->at[r] = at;
      at += x->count[r];
    }
  ICTUS_MPI (MPI_Type_contiguous ((int) sizeof *x->all.s, MPI_BYTE, &spike));
  ICTUS_MPI (MPI_Type_commit (&spike));
  ICTUS_MPI (MPI_Allgatherv (e->mine.s, x->count[e->rank], spike, x->all.s, x->count, x->at, spike, e->comm));
  ICTUS_MPI (MPI_Type_free (&spike));
}

/* After a window with more spikes than fit, packets become large enough for twice as many, as long as those of
   all ranks stay small; a rare burst is not worth the memory. */
uint64_t
engine_exchange_fit (int size, uint64_t most)
{
  uint64_t largest = ENGINE_PACKETS / sizeof (ictus_spike) / (uint64_t) size;

  return 2 * most < largest ? 2 * most : largest;
}

/* All lists, one after the other by rank. most: of one rank. */
static ictus_err
collect (ictus_engine *e, uint64_t total, uint64_t most)
{
  engine_exchange *x = &e->ex;
  uint64_t wanted = engine_exchange_fit (e->size, most);
  size_t at = 0;

  ICTUS_TRY (ictus_grow (&x->all.s, &x->all.cap, total, sizeof *x->all.s));
  x->all.n = total;
  if (most > x->fit)
    {
      second_exchange (e);
      return wanted > x->fit ? make_packets (e, wanted) : ICTUS_OK;
    }
  for (int r = 0; r < e->size; ++r)
    {
      uint64_t n = head_of (x, r).n;

      if (n > 0)
        memcpy (x->all.s + at, x->in + (size_t) r * packet_bytes (x) + sizeof (engine_head),
                n * sizeof *x->all.s);
      at += n;
    }
  return ICTUS_OK;
}

ictus_err
engine_exchange_run (ictus_engine *e, ictus_err mine, bool *stop)
{
  engine_exchange *x = &e->ex;
  engine_head head = { .n = e->mine.n, .code = (int32_t) mine, .stop = *stop };
  size_t packet = packet_bytes (x);
  uint64_t total = 0, most = 0;
  int worst = ICTUS_OK, who = 0;

  memcpy (x->out, &head, sizeof head);
  if (head.n > 0 && head.n <= x->fit)
    memcpy (x->out + sizeof head, e->mine.s, head.n * sizeof *e->mine.s);
  ICTUS_MPI (MPI_Allgather (x->out, (int) packet, MPI_BYTE, x->in, (int) packet, MPI_BYTE, e->comm));
  *stop = false;
  for (int r = 0; r < e->size; ++r)
    {
      head = head_of (x, r);
      total += head.n;
      if (head.n > most)
        most = head.n;
      if (head.code > worst)
        {
          worst = head.code;
          who = r;
        }
      *stop = *stop || head.stop != 0;
    }
  if (worst != ICTUS_OK)
    {
      ictus_comm_share_error (e->comm, who, (ictus_err) worst);
      return ictus_err_prefix ((ictus_err) worst, "rank %d", who);
    }
  if (total > INT_MAX)
    return ICTUS_FAIL (ICTUS_E_RESOURCE,
                       "%" PRIu64 " spikes in one window of %g ms: at most %d can be exchanged", total,
                       e->window_ms, INT_MAX);
  if (collect (e, total, most) != ICTUS_OK || sort_spikes (x) != ICTUS_OK)
    ictus_comm_panic (MPI_SUCCESS, "out of memory for the spikes of a window", __FILE__, __LINE__);
  return ICTUS_OK;
}
