/* SPDX-License-Identifier: BSD-3-Clause */
/* CRC-32, as in zlib and gzip: the checksum of a whole follows from those of its parts, so it does not depend
 * on who had which part. */
#include "image/image_impl.h"

#include <limits.h>
#include <zlib.h>

uint64_t
ictus__image_crc (uint64_t crc, const void *data, size_t n)
{
  return n == 0 ? crc : crc32_z ((uLong) crc, data, n);
}

/* *b = *a, then *b, element by element; an operation of MPI. */
static void
join (void *a, void *b, int *n, MPI_Datatype *type)
{
  const part_crc *left = a;
  part_crc *right = b;

  (void) type;
  for (int k = 0; k < *n; ++k)
    {
      right[k].crc = crc32_combine ((uLong) left[k].crc, (uLong) right[k].crc, (z_off_t) right[k].bytes);
      right[k].bytes += left[k].bytes;
    }
}

void
ictus__image_join (MPI_Comm comm, part_crc *part, size_t n)
{
  MPI_Datatype pair;
  MPI_Op op;
  int rank = ictus_comm_rank (comm);

  ICTUS_MPI (MPI_Type_contiguous (2, MPI_UINT64_T, &pair));
  ICTUS_MPI (MPI_Type_commit (&pair));
  ICTUS_MPI (MPI_Op_create (join, 0, &op)); /* does not commute: in the order of the ranks */
  for (size_t k = 0; k < n; k += 1u << 20)
    {
      int some = n - k < 1u << 20 ? (int) (n - k) : 1 << 20;

      ICTUS_MPI (MPI_Reduce (rank == 0 ? MPI_IN_PLACE : part + k, rank == 0 ? part + k : NULL, some, pair, op,
                             0, comm));
    }
  ICTUS_MPI (MPI_Op_free (&op));
  ICTUS_MPI (MPI_Type_free (&pair));
}
