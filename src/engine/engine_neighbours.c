/* SPDX-License-Identifier: BSD-3-Clause */
/* Spikes only to ranks that have targets. Who needs whose spikes is one bit a neuron and rank, found out once; then every
   window takes one collective among neighbours with a small packet for each, and what does not fit goes to those two
   ranks alone. The verdict of all ranks is reduced meanwhile and known when the next window was solved. */
#include "engine/engine_impl.h"

#include <limits.h>
#include <string.h>

enum
{
  NEIGHBOUR_FIT = 8, /* spikes that fit a packet at first */
  TAG_REST = 1
};

/* ---- who needs whom ----------------------------------------------------------------------------- */

typedef struct needs /* bits of neurons, by rank that owns or needs them, each rank's in whole bytes */
{
  int *out_n, *out_at, *in_n, *in_at; /* [ranks] bytes */
  unsigned char *out, *in;
} needs;

static void
needs_clear (needs *d)
{
  ictus_free (d->out_n);
  ictus_free (d->out_at);
  ictus_free (d->in_n);
  ictus_free (d->in_at);
  ictus_free (d->out);
  ictus_free (d->in);
}

static void
set_bit (unsigned char *bits, size_t k)
{
  bits[k / 8] |= (unsigned char) (1u << (k % 8));
}

static bool
has_bit (const unsigned char *bits, size_t k)
{
  return (bits[k / 8] >> (k % 8) & 1) != 0;
}

/* Bytes to and from every rank, and this rank's neurons. Local. */
static ictus_err
needs_make (const ictus_engine *e, engine_neighbours *q, needs *d)
{
  size_t nrank = (size_t) e->size, *number = ictus_alloc (nrank, sizeof *number), in = 0, out = 0;
  ictus_err err = ICTUS_OK;

  d->out_n = ictus_alloc (nrank, sizeof *d->out_n);
  d->out_at = ictus_alloc (nrank, sizeof *d->out_at);
  d->in_n = ictus_alloc (nrank, sizeof *d->in_n);
  d->in_at = ictus_alloc (nrank, sizeof *d->in_at);
  if (number == NULL || d->out_n == NULL || d->out_at == NULL || d->in_n == NULL || d->in_at == NULL)
    {
      err = ICTUS_E_NOMEM;
      goto done;
    }
  for (uint64_t g = 0; g < e->ex.size; ++g)
    number[ictus_part_owner (e->part, g)] += 1;
  q->n = number[e->rank];
  for (size_t r = 0; r < nrank; ++r)
    {
      d->out_n[r] = (int) ((number[r] + 7) / 8);
      d->in_n[r] = (int) ((q->n + 7) / 8);
      d->out_at[r] = (int) out;
      d->in_at[r] = (int) in;
      out += (number[r] + 7) / 8;
      in += (q->n + 7) / 8;
    }
  q->gid = ictus_alloc (q->n, sizeof *q->gid);
  d->out = ictus_alloc (out, 1);
  d->in = ictus_alloc (in, 1);
  if (out > INT_MAX || in > INT_MAX)
    err = ICTUS_FAIL (ICTUS_E_RESOURCE, "too many neurons to know the neighbours of each");
  else if (q->gid == NULL || d->out == NULL || d->in == NULL)
    err = ICTUS_E_NOMEM;
done:
  ictus_free (number);
  return err;
}

static ictus_err
needs_fill (const ictus_engine *e, engine_neighbours *q, needs *d)
{
  size_t *at = ictus_alloc ((size_t) e->size, sizeof *at), k = 0;

  if (at == NULL)
    return ICTUS_E_NOMEM;
  for (uint64_t g = 0; g < e->ex.size; ++g)
    {
      int r = ictus_part_owner (e->part, g);

      if (r == e->rank)
        q->gid[k++] = g;
      else if (ictus_net_has_target (e->net, g))
        set_bit (d->out + d->out_at[r], at[r]);
      at[r] += 1;
    }
  ictus_free (at);
  return ICTUS_OK;
}

/* The ranks that send to this one and that it sends to, and to which of them each neuron's spikes go. Local. */
static ictus_err
read_needs (const ictus_engine *e, engine_neighbours *q, const needs *d, uint64_t *pairs)
{
  size_t total = 0, bytes = (q->n + 7) / 8;

  q->to = ictus_alloc ((size_t) e->size, sizeof *q->to);
  q->from = ictus_alloc ((size_t) e->size, sizeof *q->from);
  q->first = ictus_alloc (q->n + 1, sizeof *q->first);
  if (q->to == NULL || q->from == NULL || q->first == NULL)
    return ICTUS_E_NOMEM;
  for (int r = 0; r < e->size; ++r)
    {
      bool in = false, out = false;

      for (size_t b = 0; b < (size_t) d->out_n[r]; ++b)
        in = in || d->out[(size_t) d->out_at[r] + b] != 0;
      for (size_t b = 0; b < bytes; ++b)
        out = out || d->in[(size_t) d->in_at[r] + b] != 0;
      if (in)
        q->from[q->nin++] = r;
      if (out)
        q->to[q->nout++] = r;
    }
  for (size_t i = 0; i < q->n; ++i)
    {
      q->first[i] = total;
      for (int k = 0; k < q->nout; ++k)
        total += has_bit (d->in + d->in_at[q->to[k]], i);
    }
  q->first[q->n] = *pairs = total;
  q->out = ictus_alloc (total, sizeof *q->out);
  if (q->out == NULL)
    return ICTUS_E_NOMEM;
  total = 0;
  for (size_t i = 0; i < q->n; ++i)
    for (int k = 0; k < q->nout; ++k)
      if (has_bit (d->in + d->in_at[q->to[k]], i))
        q->out[total++] = (uint32_t) k;
  return ICTUS_OK;
}

ictus_err
engine_neighbours_find (ictus_engine *e)
{
  engine_neighbours *q = &e->ex.neighbours;
  uint64_t pairs = 0;
  needs d = { 0 };
  ictus_err err;

  if (q->known)
    return ICTUS_OK;
  q->known = true;
  q->comm = MPI_COMM_NULL;
  err = ictus_comm_agree (e->comm, needs_make (e, q, &d));
  if (err != ICTUS_OK)
    goto done;
  err = ictus_comm_agree (e->comm, needs_fill (e, q, &d));
  if (err != ICTUS_OK)
    goto done;
  ICTUS_MPI (MPI_Alltoallv (d.out, d.out_n, d.out_at, MPI_UNSIGNED_CHAR, d.in, d.in_n, d.in_at, MPI_UNSIGNED_CHAR,
                            e->comm));
  err = ictus_comm_agree (e->comm, read_needs (e, q, &d, &pairs));
  ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, &pairs, 1, MPI_UINT64_T, MPI_SUM, e->comm));
  q->share = (double) pairs / ((double) e->ex.size * (e->size - 1));
done:
  needs_clear (&d);
  return err;
}

/* ---- packets ------------------------------------------------------------------------------------ */

static size_t
packet_bytes (const ictus_engine *e, size_t fit)
{
  return sizeof (uint32_t) * 2 + fit * e->ex.word; /* number, padding, spikes */
}

/* Places of the packets in the buffers; false: no memory. Local. */
static bool
lay_out (const ictus_engine *e, engine_neighbours *q)
{
  size_t out = 0, in = 0;

  for (int k = 0; k < q->nout; ++k)
    {
      q->out_bytes[k] = (int) packet_bytes (e, q->fit_out[k]);
      q->out_at[k] = (int) out;
      out += (size_t) q->out_bytes[k];
    }
  for (int k = 0; k < q->nin; ++k)
    {
      q->in_bytes[k] = (int) packet_bytes (e, q->fit_in[k]);
      q->in_at[k] = (int) in;
      in += (size_t) q->in_bytes[k];
    }
  ictus_free (q->send);
  ictus_free (q->recv);
  q->send = ictus_alloc (out, 1);
  q->recv = ictus_alloc (in, 1);
  return q->send != NULL && q->recv != NULL;
}

static bool
make_packets (const ictus_engine *e, engine_neighbours *q)
{
  size_t nout = (size_t) q->nout, nin = (size_t) q->nin;

  q->fit_out = ictus_alloc (nout, sizeof *q->fit_out);
  q->fit_in = ictus_alloc (nin, sizeof *q->fit_in);
  q->out_bytes = ictus_alloc (nout, sizeof *q->out_bytes);
  q->out_at = ictus_alloc (nout, sizeof *q->out_at);
  q->in_bytes = ictus_alloc (nin, sizeof *q->in_bytes);
  q->in_at = ictus_alloc (nin, sizeof *q->in_at);
  q->rest_out = ictus_alloc (nout, sizeof *q->rest_out);
  q->cap_rest_out = ictus_alloc (nout, sizeof *q->cap_rest_out);
  q->nsend = ictus_alloc (nout, sizeof *q->nsend);
  q->request = ictus_alloc (nout + nin, sizeof *q->request);
  if (q->fit_out == NULL || q->fit_in == NULL || q->out_bytes == NULL || q->out_at == NULL || q->in_bytes == NULL
      || q->in_at == NULL || q->rest_out == NULL || q->cap_rest_out == NULL || q->nsend == NULL || q->request == NULL)
    return false;
  for (size_t k = 0; k < nout; ++k)
    q->fit_out[k] = NEIGHBOUR_FIT;
  for (size_t k = 0; k < nin; ++k)
    q->fit_in[k] = NEIGHBOUR_FIT;
  return lay_out (e, q);
}

/* An MPI_User_function: the type of its arguments is not ours to choose. */
static void
join (void *in, void *inout, int *n, MPI_Datatype *type)
{
  const engine_verdict *a = in;
  engine_verdict *b = inout;

  (void) type;
  for (int k = 0; k < *n; ++k)
    {
      if (a[k].code > b[k].code || (a[k].code == b[k].code && a[k].who < b[k].who))
        {
          b[k].code = a[k].code;
          b[k].who = a[k].who;
        }
      b[k].stop = b[k].stop || a[k].stop;
      b[k].n += a[k].n;
    }
}

ictus_err
engine_neighbours_open (ictus_engine *e)
{
  engine_neighbours *q = &e->ex.neighbours;
  int *weight; /* MPI_UNWEIGHTED is no array, as compilers remark */

  if (q->comm != MPI_COMM_NULL)
    return ICTUS_OK;
  weight = ictus_alloc ((size_t) e->size, sizeof *weight);
  for (int r = 0; weight != NULL && r < e->size; ++r)
    weight[r] = 1;
  if (ictus_comm_agree (e->comm, make_packets (e, q) && weight != NULL ? ICTUS_OK : ICTUS_E_NOMEM) != ICTUS_OK)
    {
      ictus_free (weight);
      return ICTUS_E_NOMEM;
    }
  ICTUS_MPI (MPI_Dist_graph_create_adjacent (e->comm, q->nin, q->from, weight, q->nout, q->to, weight, MPI_INFO_NULL, 0,
                                             &q->comm));
  ictus_free (weight);
  ICTUS_MPI (MPI_Comm_set_errhandler (q->comm, MPI_ERRORS_RETURN));
  ICTUS_MPI (MPI_Type_contiguous ((int) sizeof (engine_verdict), MPI_BYTE, &q->verdict));
  ICTUS_MPI (MPI_Type_commit (&q->verdict));
  ICTUS_MPI (MPI_Op_create (join, 1, &q->op));
  return ICTUS_OK;
}

void
engine_neighbours_clear (engine_neighbours *q)
{
  if (q->known && q->comm != MPI_COMM_NULL)
    {
      MPI_Op_free (&q->op);
      MPI_Type_free (&q->verdict);
      MPI_Comm_free (&q->comm);
    }
  for (int k = 0; q->rest_out != NULL && k < q->nout; ++k)
    ictus_free (q->rest_out[k]);
  ictus_free (q->to);
  ictus_free (q->from);
  ictus_free (q->gid);
  ictus_free (q->first);
  ictus_free (q->out);
  ictus_free (q->fit_out);
  ictus_free (q->fit_in);
  ictus_free (q->out_bytes);
  ictus_free (q->out_at);
  ictus_free (q->in_bytes);
  ictus_free (q->in_at);
  ictus_free (q->send);
  ictus_free (q->recv);
  ictus_free (q->rest_in);
  ictus_free (q->rest_out);
  ictus_free (q->cap_rest_out);
  ictus_free (q->nsend);
  ictus_free (q->request);
  memset (q, 0, sizeof *q);
}

/* ---- a window ----------------------------------------------------------------------------------- */

static _Noreturn void
no_memory (void)
{
  ictus_comm_panic (MPI_SUCCESS, "out of memory for the spikes of a window", __FILE__, __LINE__);
}

/* Place of one of this rank's neurons. */
static size_t
find (const engine_neighbours *q, uint64_t gid)
{
  size_t lo = 0, hi = q->n;

  while (hi - lo > 1)
    {
      size_t mid = lo + (hi - lo) / 2;

      if (q->gid[mid] <= gid)
        lo = mid;
      else
        hi = mid;
    }
  return lo;
}

/* A spike for neighbour k: into its packet, or behind it. */
static void
put (const ictus_engine *e, engine_neighbours *q, const engine_span *span, const ictus_spike *s, int k)
{
  size_t n = q->nsend[k]++, word = e->ex.word, behind;

  if (n < q->fit_out[k])
    {
      engine_pack (e, span, s, 1, q->send + q->out_at[k] + packet_bytes (e, n));
      return;
    }
  behind = n - q->fit_out[k];
  if (ictus_grow (&q->rest_out[k], &q->cap_rest_out[k], (behind + 1) * word, 1) != ICTUS_OK)
    no_memory ();
  engine_pack (e, span, s, 1, q->rest_out[k] + behind * word);
}

static void
fill_packets (ictus_engine *e, const engine_span *span)
{
  engine_neighbours *q = &e->ex.neighbours;

  for (int k = 0; k < q->nout; ++k)
    q->nsend[k] = 0;
  for (size_t i = 0; i < span->mine.n; ++i)
    {
      size_t row = find (q, span->mine.s[i].gid);

      for (size_t o = q->first[row]; o < q->first[row + 1]; ++o)
        put (e, q, span, &span->mine.s[i], (int) q->out[o]);
    }
  for (int k = 0; k < q->nout; ++k)
    {
      memcpy (q->send + q->out_at[k], &q->nsend[k], sizeof q->nsend[k]);
      e->stats.bytes_sent += (uint64_t) q->out_bytes[k];
    }
  e->stats.messages += (uint64_t) q->nout;
}

static uint32_t
number_from (const engine_neighbours *q, int k)
{
  uint32_t n;

  memcpy (&n, q->recv + q->in_at[k], sizeof n);
  return n;
}

/* What did not fit, between the two ranks that know of it. */
static void
exchange_rest (ictus_engine *e)
{
  engine_neighbours *q = &e->ex.neighbours;
  size_t word = e->ex.word, bytes = 0, at = 0;
  int nrequest = 0;

  for (int k = 0; k < q->nin; ++k)
    if (number_from (q, k) > q->fit_in[k])
      bytes += (number_from (q, k) - q->fit_in[k]) * word;
  if (ictus_grow (&q->rest_in, &q->cap_rest_in, bytes, 1) != ICTUS_OK)
    no_memory ();
  for (int k = 0; k < q->nin; ++k)
    if (number_from (q, k) > q->fit_in[k])
      {
        size_t n = (number_from (q, k) - q->fit_in[k]) * word;

        ICTUS_MPI (MPI_Irecv (q->rest_in + at, (int) n, MPI_BYTE, q->from[k], TAG_REST, q->comm, &q->request[nrequest++]));
        at += n;
      }
  for (int k = 0; k < q->nout; ++k)
    if (q->nsend[k] > q->fit_out[k])
      {
        size_t n = (q->nsend[k] - q->fit_out[k]) * word;

        ICTUS_MPI (MPI_Isend (q->rest_out[k], (int) n, MPI_BYTE, q->to[k], TAG_REST, q->comm, &q->request[nrequest++]));
        e->stats.bytes_sent += n;
        e->stats.messages += 1;
      }
  ICTUS_MPI (MPI_Waitall (nrequest, q->request, MPI_STATUSES_IGNORE));
}

/* All that arrived and this rank's own. */
static void
gather (ictus_engine *e, const engine_span *span)
{
  engine_exchange *x = &e->ex;
  engine_neighbours *q = &x->neighbours;
  size_t total = span->mine.n, at = 0;

  for (int k = 0; k < q->nin; ++k)
    total += number_from (q, k);
  if (ictus_grow (&x->all.s, &x->all.cap, total, sizeof *x->all.s) != ICTUS_OK)
    no_memory ();
  x->all.n = span->mine.n;
  if (span->mine.n > 0)
    memcpy (x->all.s, span->mine.s, span->mine.n * sizeof *x->all.s);
  for (int k = 0; k < q->nin; ++k)
    {
      size_t n = number_from (q, k), here = n < q->fit_in[k] ? n : q->fit_in[k];

      engine_unpack (e, span, q->recv + q->in_at[k] + packet_bytes (e, 0), here, x->all.s + x->all.n);
      if (n > here)
        engine_unpack (e, span, q->rest_in + at, n - here, x->all.s + x->all.n + here);
      at += (n - here) * x->word;
      x->all.n += n;
    }
  if (engine_sort (&x->sorter, &x->all, span->k0, e->exp->grid ? e->window_ticks : 0, e->exp->resolution_ms) != ICTUS_OK)
    no_memory ();
  x->got = x->all.s;
  x->ngot = x->all.n;
}

/* Both ends of a pair of ranks know of what did not fit, and make its packets larger. */
static void
grow_packets (ictus_engine *e)
{
  engine_neighbours *q = &e->ex.neighbours;
  bool grown = false;

  for (int k = 0; k < q->nout; ++k)
    {
      uint64_t wanted = engine_exchange_fit (e->size, e->ex.word, q->nsend[k]);

      if (q->nsend[k] > q->fit_out[k] && wanted > q->fit_out[k])
        {
          q->fit_out[k] = wanted;
          grown = true;
        }
    }
  for (int k = 0; k < q->nin; ++k)
    {
      uint64_t n = number_from (q, k), wanted = engine_exchange_fit (e->size, e->ex.word, n);

      if (n > q->fit_in[k] && wanted > q->fit_in[k])
        {
          q->fit_in[k] = wanted;
          grown = true;
        }
    }
  if (grown && !lay_out (e, q))
    no_memory ();
}

void
engine_neighbours_start (ictus_engine *e, const engine_span *span)
{
  engine_exchange *x = &e->ex;
  engine_neighbours *q = &x->neighbours;

  ICTUS_MPI (MPI_Iallreduce (&x->mine, &x->verdict, 1, q->verdict, q->op, q->comm, &x->request));
  fill_packets (e, span);
  ICTUS_MPI (MPI_Neighbor_alltoallv (q->send, q->out_bytes, q->out_at, MPI_BYTE, q->recv, q->in_bytes, q->in_at, MPI_BYTE,
                                     q->comm));
  exchange_rest (e);
  gather (e, span);
  grow_packets (e);
}
