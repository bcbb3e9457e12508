/* SPDX-License-Identifier: BSD-3-Clause */
/* From the rows that ranks have to contiguous shares of their global order, and back. */
#include "image/image_impl.h"

#include <string.h>

enum
{
  TAG = 7,
  PIECE = 1 << 30,     /* bytes of a message at most */
  PIECE_SAFE = 1 << 10 /* in the safe mode of the tests: so that messages come in pieces there too */
};

uint64_t
ictus__image_share (uint64_t total, int size, int r)
{
  uint64_t s = (uint64_t) size, k = (uint64_t) r;

  return total / s * k + total % s * k / s;
}

static size_t
pieces (uint64_t n, size_t piece)
{
  return (size_t) (n / piece + (n % piece != 0));
}

/* Post messages for n bytes with one rank; at is the place of the next request. */
static size_t
post (MPI_Comm comm, int r, void *in, const void *out, uint64_t n, size_t piece, MPI_Request *at)
{
  size_t k = 0;

  for (uint64_t done = 0; done < n; done += piece, ++k)
    {
      int len = (int) (n - done < piece ? n - done : piece);

      if (out != NULL)
        ICTUS_MPI (MPI_Isend ((const char *) out + done, len, MPI_BYTE, r, TAG, comm, &at[k]));
      else
        ICTUS_MPI (MPI_Irecv ((char *) in + done, len, MPI_BYTE, r, TAG, comm, &at[k]));
    }
  return k;
}

/* Only ranks that have something for each other speak, in messages of at most PIECE bytes: counts of bytes
 * are not bound to the int of MPI. */
ictus_err
ictus__image_move (MPI_Comm comm, const uint64_t *sn, const void *send, const uint64_t *rn, void *recv)
{
  int rank = ictus_comm_rank (comm), size = ictus_comm_size (comm);
  size_t piece = ictus_comm_safe () ? PIECE_SAFE : PIECE, n = 0;
  const char *out = send;
  char *in = recv;
  MPI_Request *q;

  for (int r = 0; r < size; ++r)
    n += r == rank ? 0 : pieces (sn[r], piece) + pieces (rn[r], piece);
  q = ictus_alloc (n, sizeof *q);
  ICTUS_TRY (ictus_comm_agree (comm, q == NULL ? ICTUS_E_NOMEM : ICTUS_OK));
  n = 0;
  for (int r = 0; r < size; ++r)
    {
      if (r != rank)
        n += post (comm, r, in, NULL, rn[r], piece, q + n);
      in += rn[r];
    }
  in = recv;
  for (int r = 0; r < rank; ++r)
    in += rn[r];
  for (int r = 0; r < size; ++r)
    {
      if (r != rank)
        n += post (comm, r, NULL, out, sn[r], piece, q + n);
      else if (sn[r] > 0)
        memcpy (in, out, sn[r]);
      out += sn[r];
    }
  for (size_t k = 0; k < n; k += 1u << 20) /* the number of requests is an int too */
    ICTUS_MPI (MPI_Waitall (n - k < 1u << 20 ? (int) (n - k) : 1 << 20, q + k, MPI_STATUSES_IGNORE));
  ictus_free (q);
  return ICTUS_OK;
}

/* Local: rows in order and in range; counted by share. */
static ictus_err
count_rows (deal *d, const char *name, uint64_t total, const uint64_t *row, size_t n)
{
  int r = 0;

  for (size_t k = 0; k < n; ++k)
    {
      if (row[k] >= total)
        return ICTUS_FAIL (ICTUS_E_ARG, "field %s: row %llu of %llu", name, (unsigned long long)row[k],
                           (unsigned long long)total);
      if (k > 0 && row[k] <= row[k - 1])
        return ICTUS_FAIL (ICTUS_E_ARG, "field %s: row %llu follows row %llu", name,
                           (unsigned long long)row[k], (unsigned long long)row[k - 1]);
      while (row[k] >= ictus__image_share (total, d->size, r + 1))
        ++r;
      ++d->to_n[r];
    }
  return ICTUS_OK;
}

/* Local: each row of my share is there just once. */
static ictus_err
check_exact (const deal *d, const char *name)
{
  uint8_t *seen;
  ictus_err e = ICTUS_OK;

  if (d->in_order)
    return ICTUS_OK;
  seen = ictus_alloc (d->b - d->a, 1);
  if (seen == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < d->nin && e == ICTUS_OK; ++k)
    if (seen[d->in[k] - d->a]++ != 0)
      e = ICTUS_FAIL (ICTUS_E_ARG, "field %s: two ranks have row %llu", name, (unsigned long long)d->in[k]);
  for (uint64_t k = d->a; k < d->b && e == ICTUS_OK; ++k)
    if (seen[k - d->a] == 0)
      e = ICTUS_FAIL (ICTUS_E_ARG, "field %s: no rank has row %llu", name, (unsigned long long)k);
  ictus_free (seen);
  return e;
}

ictus_err
ictus__image_deal (MPI_Comm comm, const char *name, uint64_t total, const uint64_t *row, size_t n, bool exact,
                   deal *d)
{
  ictus_err e = ICTUS_OK;

  *d = (deal){ .comm = comm, .rank = ictus_comm_rank (comm), .size = ictus_comm_size (comm) };
  d->a = ictus__image_share (total, d->size, d->rank);
  d->b = ictus__image_share (total, d->size, d->rank + 1);
  d->to_n = ictus_alloc (2 * (size_t) d->size, sizeof *d->to_n);
  e = d->to_n == NULL ? ICTUS_E_NOMEM : count_rows (d, name, total, row, n);
  ICTUS_GO (ictus_comm_agree (comm, e));
  d->from_n = d->to_n + d->size;
  ICTUS_MPI (MPI_Alltoall (d->to_n, 1, MPI_UINT64_T, d->from_n, 1, MPI_UINT64_T, comm));
  for (int r = 0; r < d->size; ++r)
    d->nin += d->from_n[r];
  d->in = ictus_alloc (d->nin, sizeof *d->in);
  ICTUS_GO (ictus_comm_agree (comm, d->in == NULL ? ICTUS_E_NOMEM : ICTUS_OK));
  ICTUS_GO (ictus__image_forth (d, sizeof *row, row, d->in));
  d->in_order = d->nin == d->b - d->a;
  for (size_t k = 0; d->in_order && k < d->nin; ++k)
    d->in_order = d->in[k] == d->a + k;
  if (exact)
    e = ictus_comm_agree (comm, check_exact (d, name));
done:
  if (e != ICTUS_OK)
    ictus__image_deal_clear (d);
  return e;
}

void
ictus__image_deal_clear (deal *d)
{
  ictus_free (d->to_n);
  ictus_free (d->in);
  d->to_n = d->from_n = d->in = NULL;
}

static ictus_err
move_rows (const deal *d, size_t item, const uint64_t *sn, const void *send, const uint64_t *rn, void *recv)
{
  uint64_t *bytes = ictus_alloc (2 * (size_t) d->size, sizeof *bytes);
  ictus_err e;

  ICTUS_GO (ictus_comm_agree (d->comm, bytes == NULL ? ICTUS_E_NOMEM : ICTUS_OK));
  for (int r = 0; r < d->size; ++r)
    {
      bytes[r] = sn[r] * item;
      bytes[d->size + r] = rn[r] * item;
    }
  e = ictus__image_move (d->comm, bytes, send, bytes + d->size, recv);
done:
  ictus_free (bytes);
  return e;
}

ictus_err
ictus__image_forth (const deal *d, size_t item, const void *mine, void *there)
{
  return move_rows (d, item, d->to_n, mine, d->from_n, there);
}

ictus_err
ictus__image_back (const deal *d, size_t item, const void *there, void *mine)
{
  return move_rows (d, item, d->from_n, there, d->to_n, mine);
}
