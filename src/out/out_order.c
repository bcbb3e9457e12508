/* SPDX-License-Identifier: BSD-3-Clause */
/* The spikes of all ranks in one order: every rank has those of its own neurons, and gets a contiguous piece of the order by
   (time, id), about as long as the others'. */
#include "out/out_impl.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 16 }; /* of each rank: where the pieces are cut */

static int
compare (const void *x, const void *y)
{
  const ictus_spike *a = x, *b = y;

  if (a->t_ms < b->t_ms || b->t_ms < a->t_ms)
    return a->t_ms < b->t_ms ? -1 : 1;
  return a->gid < b->gid ? -1 : a->gid > b->gid;
}

/* First of the sorted spikes that is not before `at`. */
static size_t
first_from (const ictus_spike *s, size_t n, const ictus_spike *at)
{
  size_t lo = 0, hi = n;

  while (lo < hi)
    {
      size_t mid = lo + (hi - lo) / 2;

      if (compare (&s[mid], at) < 0)
        lo = mid + 1;
      else
        hi = mid;
    }
  return lo;
}

typedef struct dealing
{
  ictus_spike *sample;               /* [ranks * SAMPLES] */
  int *out_n, *out_at, *in_n, *in_at; /* [ranks] spikes */
} dealing;

static void
clear (dealing *d)
{
  ictus_free (d->sample);
  ictus_free (d->out_n);
  ictus_free (d->out_at);
  ictus_free (d->in_n);
  ictus_free (d->in_at);
}

static ictus_err
make (const ictus_out *o, dealing *d)
{
  size_t nrank = (size_t) o->size;

  d->sample = ictus_alloc (nrank * SAMPLES, sizeof *d->sample);
  d->out_n = ictus_alloc (nrank, sizeof *d->out_n);
  d->out_at = ictus_alloc (nrank, sizeof *d->out_at);
  d->in_n = ictus_alloc (nrank, sizeof *d->in_n);
  d->in_at = ictus_alloc (nrank, sizeof *d->in_at);
  if (d->sample == NULL || d->out_n == NULL || d->out_at == NULL || d->in_n == NULL || d->in_at == NULL)
    return ICTUS_E_NOMEM;
  if (o->spikes.n > INT_MAX)
    return ICTUS_FAIL (ICTUS_E_RESOURCE, "%zu spikes of one rank between two writes; a shorter output.flush helps",
                       o->spikes.n);
  return ICTUS_OK;
}

/* How many spikes go to each rank. Collective. */
static void
cut (const ictus_out *o, dealing *d)
{
  ictus_spike mine[SAMPLES];
  const out_spikes *q = &o->spikes;
  size_t nsample = (size_t) o->size * SAMPLES, valid = 0, from = 0;

  for (size_t k = 0; k < SAMPLES; ++k)
    mine[k] = k < q->n ? q->s[q->n < SAMPLES ? k : (2 * k + 1) * q->n / (2 * SAMPLES)]
                       : (ictus_spike){ .t_ms = INFINITY, .gid = UINT64_MAX };
  ICTUS_MPI (MPI_Allgather (mine, (int) sizeof mine, MPI_BYTE, d->sample, (int) sizeof mine, MPI_BYTE, o->comm));
  qsort (d->sample, nsample, sizeof *d->sample, compare);
  while (valid < nsample && isfinite (d->sample[valid].t_ms))
    ++valid;
  for (int r = 0; r < o->size; ++r)
    {
      size_t at = valid * ((size_t) r + 1) / (size_t) o->size, to = at < valid ? first_from (q->s, q->n, &d->sample[at]) : q->n;

      d->out_at[r] = (int) from;
      d->out_n[r] = (int) (to - from);
      from = to;
    }
}

ictus_err
out_order (ictus_out *o, ictus_spikes *piece)
{
  dealing d = { 0 };
  MPI_Datatype spike;
  size_t total = 0;
  ictus_err e;

  ICTUS_GO (ictus_comm_agree (o->comm, make (o, &d)));
  cut (o, &d);
  ICTUS_MPI (MPI_Alltoall (d.out_n, 1, MPI_INT, d.in_n, 1, MPI_INT, o->comm));
  for (int r = 0; r < o->size; ++r)
    {
      d.in_at[r] = (int) total;
      total += (size_t) d.in_n[r];
    }
  piece->n = 0;
  if (total > INT_MAX)
    e = ICTUS_FAIL (ICTUS_E_RESOURCE, "%zu spikes for one rank between two writes; a shorter output.flush helps", total);
  else
    e = ictus_grow (&piece->s, &piece->cap, total, sizeof *piece->s);
  ICTUS_GO (ictus_comm_agree (o->comm, e));
  ICTUS_MPI (MPI_Type_contiguous ((int) sizeof *piece->s, MPI_BYTE, &spike));
  ICTUS_MPI (MPI_Type_commit (&spike));
  ICTUS_MPI (MPI_Alltoallv (o->spikes.s, d.out_n, d.out_at, spike, piece->s, d.in_n, d.in_at, spike, o->comm));
  ICTUS_MPI (MPI_Type_free (&spike));
  piece->n = total;
  e = ictus_comm_agree (o->comm, ictus_engine_sort_spikes (piece));
done:
  clear (&d);
  return e;
}
