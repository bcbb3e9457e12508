/* SPDX-License-Identifier: BSD-3-Clause */
/* The only place that ends all ranks at once: MPI itself failed, or an invariant is broken, so there is
   nobody to agree with. */
#include "ictus/comm.h"

#include <stdlib.h>

void
ictus_comm_panic (int mpi_code, const char *what, const char *file, int line)
{
  char text[MPI_MAX_ERROR_STRING] = "";
  int n = 0, rank = -1;

  if (mpi_code != MPI_SUCCESS)
    MPI_Error_string (mpi_code, text, &n);
  MPI_Comm_rank (MPI_COMM_WORLD, &rank);
  fprintf (stderr, "ictus: rank %d: %s failed at %s:%d%s%s\n", rank, what, file, line, n > 0 ? ": " : "",
           text);
  fflush (NULL);
  MPI_Abort (MPI_COMM_WORLD, 70);
  abort ();
}
