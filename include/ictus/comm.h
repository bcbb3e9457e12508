/* SPDX-License-Identifier: BSD-3-Clause */
/** \file comm.h
 * The thin MPI layer: ranks agree on an outcome, check equal arguments, share a file, or end together.
 */
#ifndef ICTUS_COMM_H
#define ICTUS_COMM_H

#include <mpi.h>

#include "ictus/base.h"

/** All ranks learn the outcome: the largest code of any rank is returned on every rank, with the message of
 * the lowest rank that has it as last error. The message gets "rank N: " in front unless every rank failed
 * with the same code.
 * Collectivity: all ranks of comm. */
ictus_err ictus_comm_agree (MPI_Comm comm, ictus_err mine);
#define ICTUS_TRY_ALL(comm, call) ICTUS_TRY (ictus_comm_agree ((comm), (call)))

/** After a verdict travelled by other means: copy rank root's last message to all and return e.
 * Collectivity: all ranks of comm; root and e equal on all. */
ictus_err ictus_comm_share_error (MPI_Comm comm, int root, ictus_err e);
/** What rank 0 found out (a file exists, a disk is full), on all ranks with rank 0's words; what the others hand
 * in does not count.
 * Collectivity: all ranks of comm. */
ictus_err ictus_comm_verdict (MPI_Comm comm, ictus_err e);

/** Check that a number is equal on all ranks (does nothing unless ictus_comm_safe ()).
 * \retval ICTUS_E_MISMATCH on all ranks. Collectivity: all ranks of comm. */
ictus_err ictus_comm_same (MPI_Comm comm, double x, const char *what);
/** True when ICTUS_SAFE=1 was set on rank 0 at ictus_comm_start. Collectivity: none. */
bool ictus_comm_safe (void);
/** Once after MPI_Init: error handlers, agreement on the safe mode. Collectivity: all of MPI_COMM_WORLD. */
void ictus_comm_start (void);

/** Rank 0 reads the file, all get the text (freed with ictus_free).
 * \retval ICTUS_E_IO on all ranks, *text NULL. Collectivity: all ranks of comm, path as rank 0 has it. */
ictus_err ictus_comm_read (MPI_Comm comm, const char *path, char **text, size_t *len);

/** Names of the machines, each once, in the order of the ranks, separated by blanks: added to *out on rank 0.
 * \retval ICTUS_E_NOMEM  on all ranks. Collectivity: all ranks of comm. */
ictus_err ictus_comm_hosts (MPI_Comm comm, ictus_text *out);

/** A failed MPI call or broken invariant: print and end all ranks. The only place that aborts.
 * Collectivity: none. */
_Noreturn void ictus_comm_panic (int mpi_code, const char *what, const char *file, int line);

#define ICTUS_MPI(call)                                          \
  do                                                             \
    {                                                            \
      int m_ = (call);                                           \
      if (m_ != MPI_SUCCESS)                                     \
        ictus_comm_panic (m_, #call, __FILE__, __LINE__);        \
    }                                                            \
  while (0)
#define ICTUS_ASSERT(cond)                                       \
  do                                                             \
    {                                                            \
      if (!(cond))                                               \
        ictus_comm_panic (MPI_SUCCESS, #cond, __FILE__, __LINE__); \
    }                                                            \
  while (0)

int ictus_comm_rank (MPI_Comm comm); /* Collectivity: none. */
int ictus_comm_size (MPI_Comm comm); /* Collectivity: none. */

#endif
