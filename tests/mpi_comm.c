/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>
#include <unistd.h>

#include "mpi_check.h"

START_TEST (one_rank_fails_all_return_the_same_code_and_text)
{
  int rank = ictus_comm_rank (MPI_COMM_WORLD), size = ictus_comm_size (MPI_COMM_WORLD);
  ictus_err mine = ICTUS_OK, e;

  if (rank == size - 1)
    mine = ICTUS_FAIL (ICTUS_E_IO, "disk %d full", 7);
  e = ictus_comm_agree (MPI_COMM_WORLD, mine);
  ck_all (e == ICTUS_E_IO);
  ck_all (strstr (ictus_err_last (), "disk 7 full") != NULL);
  ck_all (size == 1 || strncmp (ictus_err_last (), "rank ", 5) == 0);
}
END_TEST

START_TEST (a_failure_of_all_names_no_rank)
{
  ictus_err e = ictus_comm_agree (MPI_COMM_WORLD, ICTUS_FAIL (ICTUS_E_INPUT, "bad word"));

  ck_all (e == ICTUS_E_INPUT);
  ck_all (strcmp (ictus_err_last (), "bad word") == 0);
}
END_TEST

START_TEST (unequal_arguments_are_found_in_safe_mode)
{
  int rank = ictus_comm_rank (MPI_COMM_WORLD), size = ictus_comm_size (MPI_COMM_WORLD);

  ck_all (ictus_comm_same (MPI_COMM_WORLD, 1.5, "x") == ICTUS_OK);
  ck_all (size == 1 || !ictus_comm_safe ()
          || ictus_comm_same (MPI_COMM_WORLD, rank == 0 ? 1 : 2, "x") == ICTUS_E_MISMATCH);
}
END_TEST

START_TEST (a_file_reaches_every_rank_and_a_missing_one_fails_everywhere)
{
  char *text;
  size_t len;
  ictus_err e;

  if (ictus_comm_rank (MPI_COMM_WORLD) == 0)
    ictus_file_write ("comm.txt", "one\ntwo\n", 8);
  e = ictus_comm_read (MPI_COMM_WORLD, "comm.txt", &text, &len);
  ck_all (e == ICTUS_OK && len == 8 && strcmp (text, "one\ntwo\n") == 0);
  ictus_free (text);
  e = ictus_comm_read (MPI_COMM_WORLD, "missing.txt", &text, &len);
  ck_all (e == ICTUS_E_IO && text == NULL);
  ck_all (strstr (ictus_err_last (), "missing.txt") != NULL);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *s = suite_create ("comm");
  TCase *t = tcase_create ("agree");

  tcase_add_test (t, one_rank_fails_all_return_the_same_code_and_text);
  tcase_add_test (t, a_failure_of_all_names_no_rank);
  tcase_add_test (t, unequal_arguments_are_found_in_safe_mode);
  tcase_add_test (t, a_file_reaches_every_rank_and_a_missing_one_fails_everywhere);
  suite_add_tcase (s, t);
  return mpi_check_main (s, &argc, &argv);
}
