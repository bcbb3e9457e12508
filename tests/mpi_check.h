/* SPDX-License-Identifier: BSD-3-Clause */
/* Check under MPI: no fork, all ranks agree on the outcome. */
#ifndef MPI_CHECK_H
#define MPI_CHECK_H

#include <check.h>
#include <mpi.h>
#include <stdlib.h>

#include "ictus/comm.h"

/* Use this wherever another collective follows in the same test: a failed assertion jumps out of the test. */
#define ck_all(cond)                                                                            \
  do                                                                                            \
    {                                                                                           \
      int ok_ = !!(cond), all_ = 0;                                                             \
      MPI_Allreduce (&ok_, &all_, 1, MPI_INT, MPI_LAND, MPI_COMM_WORLD);                        \
      ck_assert_msg (all_, "%s: %s (%s)", ok_ ? "failed on another rank" : "failed here", #cond, \
                     ictus_err_last ());                                                        \
    }                                                                                           \
  while (0)

static inline int
mpi_check_main (Suite *s, int *argc, char ***argv)
{
  int rank, failed;
  SRunner *sr;

  MPI_Init (argc, argv);
  ictus_comm_start ();
  MPI_Comm_rank (MPI_COMM_WORLD, &rank);
  sr = srunner_create (s);
  srunner_set_fork_status (sr, CK_NOFORK); /* never fork after MPI_Init */
  srunner_run_all (sr, rank == 0 ? CK_NORMAL : CK_MINIMAL);
  failed = srunner_ntests_failed (sr);
  srunner_free (sr);
  MPI_Allreduce (MPI_IN_PLACE, &failed, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  MPI_Finalize ();
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
