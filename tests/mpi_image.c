/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image_toy.h"

START_TEST (what_is_put_by_some_ranks_is_got_by_others)
{
  int size = ictus_comm_size (COMM);

  for (int o = 0; o < NOWNER; ++o)
    for (int writers = 1; writers <= size; ++writers)
      {
        MPI_Comm some;

        MPI_Comm_split (COMM, rank_of () < writers ? 0 : MPI_UNDEFINED, rank_of (), &some);
        ck_all (some == MPI_COMM_NULL || write_toy (some, "toy.h5", owner[o]) == ICTUS_OK);
        if (some != MPI_COMM_NULL)
          MPI_Comm_free (&some);
        for (int readers = 1; readers <= size; ++readers)
          {
            MPI_Comm_split (COMM, rank_of () >= size - readers ? 0 : MPI_UNDEFINED, rank_of (), &some);
            ck_all (some == MPI_COMM_NULL
                    || read_toy (some, "toy.h5", owner[(o + writers + readers) % NOWNER]));
            if (some != MPI_COMM_NULL)
              MPI_Comm_free (&some);
          }
      }
}
END_TEST

START_TEST (files_of_any_number_of_ranks_are_the_same_byte_by_byte)
{
  int size = ictus_comm_size (COMM);
  char *a = NULL, *b = NULL;
  size_t na = 0, nb = 0;

  for (int writers = 1; writers <= size; ++writers)
    {
      MPI_Comm some;

      MPI_Comm_split (COMM, rank_of () < writers ? 0 : MPI_UNDEFINED, rank_of (), &some);
      ck_all (some == MPI_COMM_NULL || write_toy (some, "toy.h5", owner[writers % NOWNER]) == ICTUS_OK);
      if (some != MPI_COMM_NULL)
        MPI_Comm_free (&some);
      ck_all (ictus_comm_read (COMM, "toy.h5", &b, &nb) == ICTUS_OK);
      ck_all (a == NULL || (na == nb && memcmp (a, b, na) == 0));
      ictus_free (a);
      a = b;
      na = nb;
    }
  ictus_free (a);
}
END_TEST

START_TEST (an_image_knows_what_is_in_it)
{
  ictus_image *im;
  char **name;
  size_t n, len;
  double *x;
  uint64_t row = 0;
  void *p;
  size_t *first;
  char *text;

  ck_all (write_toy (COMM, "toy.h5", owner[0]) == ICTUS_OK);
  ck_all (ictus_image_open (COMM, "toy.h5", KIND, 3, &im) == ICTUS_OK);
  ck_all (strcmp (ictus_image_path (im), "toy.h5") == 0);
  ck_all (ictus_image_has (im, "net/p5/state") && !ictus_image_has (im, "net/p5")
          && !ictus_image_has (im, "x"));
  ck_all (ictus_image_list (im, "net/p5", &name, &n) == ICTUS_OK && n == 3);
  ck_all (strcmp (name[0], "flag") == 0 && strcmp (name[1], "pending") == 0
          && strcmp (name[2], "state") == 0);
  for (size_t k = 0; k < n; ++k)
    ictus_free (name[k]);
  ictus_free (name);
  ck_all (ictus_image_list (im, "", &name, &n) == ICTUS_OK && n == 6 && strcmp (name[3], "net") == 0);
  for (size_t k = 0; k < n; ++k)
    ictus_free (name[k]);
  ictus_free (name);
  ck_all (ictus_image_list (im, "net/none", &name, &n) == ICTUS_OK && n == 0);
  ictus_free (name);
  ck_all (ictus_image_get (im, "none", ICTUS_IMAGE_F64, &p, &n) == ICTUS_E_FORMAT && p == NULL);
  ck_all (strstr (ictus_err_last (), "toy.h5: there is no field none") != NULL);
  ck_all (ictus_image_get (im, "clock", ICTUS_IMAGE_I64, &p, &n) == ICTUS_E_FORMAT && p == NULL);
  ck_all (strstr (ictus_err_last (), "float64, int64 is needed") != NULL);
  ck_all (ictus_image_get (im, "net/p5/state", ICTUS_IMAGE_F64, &p, &len) == ICTUS_OK && len == 5 * WIDTH);
  x = p;
  ck_all (x[4 * WIDTH + 1] == number (4, 1));
  ck_all (ictus_image_get_n (im, "clock", ICTUS_IMAGE_F64, 4, x) == ICTUS_E_FORMAT);
  ck_all (ictus_image_get_n (im, "clock", ICTUS_IMAGE_F64, 3, x) == ICTUS_OK && x[2] == number (2, 0));
  ck_all (ictus_image_get_rows (im, "net/p5/state", ICTUS_IMAGE_F64, 6, WIDTH, &row, 1, x) == ICTUS_E_FORMAT);
  ck_all (ictus_image_get_rows (im, "net/p5/state", ICTUS_IMAGE_F64, 5, 2, &row, 1, x) == ICTUS_E_FORMAT);
  ck_all (ictus_image_get_rows (im, "net/p5/state", ICTUS_IMAGE_U64, 5, WIDTH, &row, 1, x) == ICTUS_E_FORMAT);
  ck_all (ictus_image_get_lists (im, "net/p5/state", ICTUS_IMAGE_F64, 5, &row, 1, &first, &p)
          == ICTUS_E_FORMAT);
  ck_all (ictus_image_get_lists (im, "net/p5/pending", ICTUS_IMAGE_U64, 4, &row, 1, &first, &p)
          == ICTUS_E_FORMAT);
  ck_all (ictus_image_get_text (im, "clock", &text) == ICTUS_E_FORMAT && text == NULL);
  row = rank_of () == 0 ? 5 : 0;
  ck_all (ictus_image_get_rows (im, "net/p5/state", ICTUS_IMAGE_F64, 5, WIDTH, &row, 1, x) == ICTUS_E_ARG);
  ck_all (ictus_image_put (im, "more", ICTUS_IMAGE_F64, 1, x) == ICTUS_E_ARG);
  ck_all (ictus_image_commit (&im, "toy.h5") == ICTUS_E_ARG && im == NULL);
  ictus_free (x);
}
END_TEST

START_TEST (what_cannot_be_an_image_is_refused_and_leaves_no_file)
{
  ictus_image *im;
  const uint64_t row[3] = { 0, 1, 2 }, back[2] = { 1, 0 };
  const size_t first[3] = { 2, 1, 1 };
  const double x[3] = { 1, 2, 3 };
  int rank = rank_of (), size = ictus_comm_size (COMM);
  static const char *const bad[] = { "", "/x", "x/", "a//b", ".", "a/../b", "there/below", "the" };

  for (size_t k = 0; k < sizeof bad / sizeof *bad; ++k)
    {
      ck_all (ictus_image_begin (COMM, KIND, 3, &im) == ICTUS_OK);
      ck_all (ictus_image_put (im, "there", ICTUS_IMAGE_F64, 3, x) == ICTUS_OK);
      ck_all (ictus_image_put (im, "the/re", ICTUS_IMAGE_F64, 3, x) == ICTUS_OK);
      ck_all (ictus_image_put (im, bad[k], ICTUS_IMAGE_F64, 3, x) == ICTUS_E_ARG);
      ck_all (ictus_image_commit (&im, "bad.h5") == ICTUS_E_ARG && im == NULL);
      ck_all (!ictus_file_exists ("bad.h5") && !ictus_file_exists ("bad.h5.tmp"));
    }
  ck_all (ictus_image_begin (COMM, KIND, 3, &im) == ICTUS_OK);
  ck_all (ictus_image_put_rows (im, "missing", ICTUS_IMAGE_F64, 4, 1, row, rank == 0 ? 3 : 0, x)
          == ICTUS_E_ARG);
  ck_all (strstr (ictus_err_last (), "field missing: no rank has row 3") != NULL);
  if (size > 1)
    {
      ck_all (ictus_image_put_rows (im, "twice", ICTUS_IMAGE_F64, 3, 1, row, 3, x) == ICTUS_E_ARG);
      ck_all (strstr (ictus_err_last (), "field twice: two ranks have row ") != NULL);
    }
  ck_all (ictus_image_put_rows (im, "order", ICTUS_IMAGE_F64, 3, 1, back, 2, x) == ICTUS_E_ARG);
  ck_all (ictus_image_put_rows (im, "beyond", ICTUS_IMAGE_F64, 2, 1, row, rank == 0 ? 3 : 0, x)
          == ICTUS_E_ARG);
  ck_all (strstr (ictus_err_last (), "row 2 of 2") != NULL);
  ck_all (ictus_image_put_lists (im, "lists", ICTUS_IMAGE_F64, 2, row, rank == 0 ? 2 : 0, first, x)
          == ICTUS_E_ARG);
  ck_all (ictus_image_put_rows (im, "wide", ICTUS_IMAGE_F64, 0, SIZE_MAX / 4, row, 0, x) == ICTUS_E_ARG);
  ck_all (ictus_image_commit (&im, "bad.h5") == ICTUS_E_ARG && im == NULL);
  ck_all (ictus_image_begin (COMM, KIND, 3, &im) == ICTUS_OK);
  ictus_image_close (&im);
  ck_all (im == NULL);
  ictus_image_close (&im);
  ck_all (!ictus_file_exists ("bad.h5") && !ictus_file_exists ("bad.h5.tmp"));
}
END_TEST

START_TEST (many_fields_one_empty_image_and_an_image_without_fields)
{
  ictus_image *im;
  char name[64];
  double x = 0;

  ck_all (ictus_image_begin (COMM, KIND, 3, &im) == ICTUS_OK);
  for (int k = 0; k < 300; ++k)
    {
      snprintf (name, sizeof name, "group%d/field%d", k % 7, k);
      x = k;
      ck_all (ictus_image_put (im, name, ICTUS_IMAGE_F64, 1, &x) == ICTUS_OK);
    }
  ck_all (ictus_image_bytes (im) == 2400);
  ck_all (ictus_image_commit (&im, "many.h5") == ICTUS_OK);
  ck_all (ictus_image_open (COMM, "many.h5", KIND, 3, &im) == ICTUS_OK);
  for (int k = 0; k < 300; ++k)
    {
      snprintf (name, sizeof name, "group%d/field%d", k % 7, k);
      ck_all (ictus_image_get_n (im, name, ICTUS_IMAGE_F64, 1, &x) == ICTUS_OK && x == k);
    }
  ictus_image_close (&im);
  ck_all (ictus_image_begin (COMM, KIND, 3, &im) == ICTUS_OK);
  ck_all (ictus_image_commit (&im, "none.h5") == ICTUS_OK);
  ck_all (ictus_image_open (COMM, "none.h5", KIND, 3, &im) == ICTUS_OK && ictus_image_bytes (im) == 0);
  ictus_image_close (&im);
}
END_TEST

START_TEST (nothing_is_left_open_or_allocated)
{
  ck_all (ictus_mem_live () == 0);
  ck_all (H5Fget_obj_count ((hid_t) H5F_OBJ_ALL, H5F_OBJ_ALL) == 0);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *s = suite_create ("image");
  TCase *t = tcase_create ("image");

  tcase_add_test (t, what_is_put_by_some_ranks_is_got_by_others);
  tcase_add_test (t, files_of_any_number_of_ranks_are_the_same_byte_by_byte);
  tcase_add_test (t, an_image_knows_what_is_in_it);
  tcase_add_test (t, what_cannot_be_an_image_is_refused_and_leaves_no_file);
  tcase_add_test (t, many_fields_one_empty_image_and_an_image_without_fields);
  tcase_add_test (t, nothing_is_left_open_or_allocated);
  suite_add_tcase (s, t);
  return mpi_check_main (s, &argc, &argv);
}
