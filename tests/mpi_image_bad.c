/* SPDX-License-Identifier: BSD-3-Clause */
/* Files that are no images any more, and images that could not become files. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image_toy.h"

/* ---- files that are refused -------------------------------------------------------------------------- */

/* A few fields of all kinds in few bytes. */
static ictus_err
write_small (const char *path)
{
  const uint64_t total = 6;
  const size_t first[] = { 0, 1, 1, 3, 4, 6, 6 };
  mine m = rows_of (COMM, total, last_has_all);
  const double x[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
  ictus_image *im;
  ictus_err e;

  ICTUS_TRY (ictus_image_begin (COMM, KIND, 3, &im));
  ICTUS_GO (ictus_image_put_text (im, "experiment", TOY_TEXT));
  ICTUS_GO (ictus_image_put (im, "clock", ICTUS_IMAGE_F64, 3, x));
  ICTUS_GO (ictus_image_put_rows (im, "net/E/state", ICTUS_IMAGE_F64, total, 2, m.row, m.n, x));
  ICTUS_GO (ictus_image_put_lists (im, "net/E/pending", ICTUS_IMAGE_F64, total, m.row, m.n, first, x));
  e = ictus_image_commit (&im, path);
done:
  ictus_image_close (&im);
  ictus_free (m.row);
  return e;
}

/* All that was put is there, bit by bit. */
static bool
same_small (ictus_image *im)
{
  double x[12] = { 0 }, sum = 0;
  uint64_t row[6] = { 0, 1, 2, 3, 4, 5 };
  size_t *first = NULL;
  void *data = NULL;
  char *text = NULL;
  bool good = ictus_image_get_text (im, "experiment", &text) == ICTUS_OK && strcmp (text, TOY_TEXT) == 0;

  good = ictus_image_get_n (im, "clock", ICTUS_IMAGE_F64, 3, x) == ICTUS_OK && x[0] == 1 && x[2] == 3 && good;
  good = ictus_image_get_rows (im, "net/E/state", ICTUS_IMAGE_F64, 6, 2, row, 6, x) == ICTUS_OK && good;
  for (int k = 0; k < 12; ++k)
    good = good && x[k] == k + 1;
  good = ictus_image_get_lists (im, "net/E/pending", ICTUS_IMAGE_F64, 6, row, 6, &first, &data) == ICTUS_OK
         && good;
  for (int k = 0; good && k < 6; ++k)
    sum += ((double *) data)[k] * (k + 1);
  good = good && first[6] == 6 && first[2] == 1 && sum == 91;
  ictus_free (first);
  ictus_free (data);
  ictus_free (text);
  return good;
}

/* The first n bytes of a text as a file. Rank 0 writes. */
static void
make_file (const char *path, const char *s, size_t n)
{
  int fd;

  if (rank_of () == 0)
    {
      fd = open (path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
      ck_assert_int_ge (fd, 0);
      ck_assert (write (fd, s, n) == (ssize_t) n);
      close (fd);
    }
  MPI_Barrier (COMM);
}

/* Refused with a message that names the file, and text. */
static bool
refused (const char *path, ictus_err with, const char *text)
{
  ictus_image *im;
  ictus_err e = ictus_image_open (COMM, path, KIND, 3, &im);
  bool good = e == with && im == NULL && strstr (ictus_err_last (), path) != NULL
              && strstr (ictus_err_last (), text) != NULL;

  if (!good)
    fprintf (stderr, "%s: %s, %s\n", path, ictus_err_name (e), e == ICTUS_OK ? "" : ictus_err_last ());
  ictus_image_close (&im);
  return good;
}

START_TEST (foreign_files_are_refused_with_the_reason)
{
  const hsize_t none = 0;
  const int64_t version = 3, size = 0;
  ictus_h5 f;
  ictus_image *im;

  ck_all (refused ("missing.h5", ICTUS_E_IO, "No such file or directory"));
  if (rank_of () == 0)
    mkdir ("folder.h5", 0777);
  make_file ("text.h5", "hello\n", 6);
  make_file ("nothing.h5", "", 0);
  ck_all (refused ("folder.h5", ICTUS_E_IO, "it is a folder"));
  ck_all (refused ("text.h5", ICTUS_E_FORMAT, "not an HDF5 file"));
  ck_all (refused ("nothing.h5", ICTUS_E_FORMAT, "not an HDF5 file"));
  ck_all (write_small ("small.h5") == ICTUS_OK);
  ck_all (ictus_image_open (COMM, "small.h5", "results", 3, &im) == ICTUS_E_FORMAT && im == NULL);
  ck_all (strcmp (ictus_err_last (), "small.h5: of the kind \"checkpoint\", not \"results\"") == 0);
  ck_all (ictus_image_open (COMM, "small.h5", KIND, 4, &im) == ICTUS_E_FORMAT && im == NULL);
  ck_all (strcmp (ictus_err_last (), "small.h5: checkpoint of version 3, this program reads version 4") == 0);

  ck_all (ictus_h5_create (COMM, "foreign.h5", true, &f) == ICTUS_OK);
  ck_all (ictus_h5_close (&f) == ICTUS_OK);
  ck_all (refused ("foreign.h5", ICTUS_E_FORMAT, "no attribute ictus_kind"));
  ck_all (ictus_h5_open_rw (COMM, "foreign.h5", &f) == ICTUS_OK);
  ck_all (ictus_h5_attr_string (&f, "/", "ictus_kind", KIND) == ICTUS_OK && ictus_h5_close (&f) == ICTUS_OK);
  ck_all (refused ("foreign.h5", ICTUS_E_FORMAT, "no attribute ictus_schema"));
  ck_all (ictus_h5_open_rw (COMM, "foreign.h5", &f) == ICTUS_OK);
  ck_all (ictus_h5_attr_int (&f, "/", "ictus_schema", H5T_STD_I32LE, &version, 1) == ICTUS_OK);
  ck_all (ictus_h5_close (&f) == ICTUS_OK);
  ck_all (refused ("foreign.h5", ICTUS_E_FORMAT, "no attribute image_size"));
  ck_all (ictus_h5_open_rw (COMM, "foreign.h5", &f) == ICTUS_OK);
  ck_all (ictus_h5_attr_int (&f, "/", "image_size", H5T_STD_I64LE, &size, 1) == ICTUS_OK);
  ck_all (ictus_h5_write (&f, "x", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, &none, NULL) == ICTUS_OK);
  ck_all (ictus_h5_close (&f) == ICTUS_OK);
  ck_all (refused ("foreign.h5", ICTUS_E_FORMAT, "the data set x has no checksum"));
}
END_TEST

START_TEST (a_file_that_lacks_its_end_is_refused_wherever_it_was_cut)
{
  char *s;
  size_t n, step;

  ck_all (write_small ("small.h5") == ICTUS_OK);
  ck_all (ictus_comm_read (COMM, "small.h5", &s, &n) == ICTUS_OK);
  step = n / 60;
  for (size_t len = 1; len < n; len += len < 600 ? 37 : step)
    {
      make_file ("cut.h5", s, len);
      ck_all (refused ("cut.h5", ICTUS_E_FORMAT, ""));
    }
  make_file ("cut.h5", s, n - 1);
  ck_all (refused ("cut.h5", ICTUS_E_FORMAT, "truncated"));
  ictus_free (s);
}
END_TEST

/* 0: refused, 1: opened and all is as it was put, -1: opened and wrong. */
static int
outcome (const char *path)
{
  ictus_image *im;
  ictus_err e = ictus_image_open (COMM, path, KIND, 3, &im);
  int same;

  if (e != ICTUS_OK)
    return e == ICTUS_E_FORMAT || e == ICTUS_E_IO ? 0 : -1;
  same = same_small (im) ? 1 : -1;
  ictus_image_close (&im);
  return same;
}

/* Bytes that mean nothing stand in long runs of zeros: only their ends are tried, unless ICTUS_TEST_THOROUGH
 * is set. */
START_TEST (a_changed_byte_is_noticed_or_does_no_harm)
{
  char *s, was;
  size_t n, tried = 0, some = 0, step = 1, wrong = 0, noticed = 0;
  bool all = getenv ("ICTUS_TEST_THOROUGH") != NULL;

  ck_all (write_small ("small.h5") == ICTUS_OK);
  ck_all (ictus_comm_read (COMM, "small.h5", &s, &n) == ICTUS_OK);
  for (size_t k = 1; k < n; ++k)
    some += s[k] != 0 || s[k - 1] != 0;
  step = some / 150 + 1;
  some = 0;
  for (size_t k = 0; k < n; ++k)
    {
      if (!all && k > 0 && s[k] == 0 && s[k - 1] == 0)
        continue;
      if (!all && some++ % step != 0)
        continue;
      was = s[k];
      s[k] = (char) (was ^ (k % 3 == 0 ? 0xff : 1 << k % 8));
      make_file ("changed.h5", s, n);
      s[k] = was;
      ++tried;
      switch (outcome ("changed.h5"))
        {
        case 0:
          ++noticed;
          break;
        case 1:
          break;
        default:
          ++wrong;
        }
    }
  if (rank_of () == 0 && all)
    printf ("%zu of %zu bytes were changed, %zu noticed, %zu not noticed and wrong\n", tried, n, noticed,
            wrong);
  ck_all (wrong == 0 && tried > 100 && (all || noticed > tried / 2));
  ictus_free (s);
}
END_TEST

START_TEST (every_changed_byte_of_the_data_is_noticed_and_the_field_is_named)
{
  static const char *const name[]
      = { "clock", "experiment", "net/E/state", "net/E/pending", "net/E/pending.count" };
  uint64_t at;
  ictus_h5 f;
  char *s, text[100];
  size_t n;

  ck_all (write_small ("small.h5") == ICTUS_OK);
  ck_all (ictus_comm_read (COMM, "small.h5", &s, &n) == ICTUS_OK);
  for (size_t k = 0; k < sizeof name / sizeof *name; ++k)
    {
      ck_all (ictus_h5_open (COMM, "small.h5", &f) == ICTUS_OK);
      ck_all (ictus_h5_place (&f, name[k], &at) == ICTUS_OK && ictus_h5_close (&f) == ICTUS_OK);
      snprintf (text, sizeof text, "changed.h5: the checksum of %s is wrong", name[k]);
      for (size_t byte = at; byte < at + 20; byte += 7)
        {
          s[byte] ^= 0x10;
          make_file ("changed.h5", s, n);
          s[byte] ^= 0x10;
          ck_all (refused ("changed.h5", ICTUS_E_FORMAT, text));
        }
    }
  ictus_free (s);
}
END_TEST

/* ---- images that cannot be written ------------------------------------------------------------------- */

/* A commit that fails with text leaves the file as it was, and nothing else. */
static bool
fails_cleanly (const char *path, const char *text)
{
  char *before = NULL, *after = NULL, tmp[100];
  size_t n = 0, m = 0;
  bool there = ictus_comm_read (COMM, path, &before, &n) == ICTUS_OK, good;
  ictus_err e = write_toy (COMM, path, scattered);

  good = e == ICTUS_E_IO && strstr (ictus_err_last (), text) != NULL;
  if (!good)
    fprintf (stderr, "%s: %s, %s\n", path, ictus_err_name (e), e == ICTUS_OK ? "" : ictus_err_last ());
  unsetenv ("ICTUS_FAULT");
  snprintf (tmp, sizeof tmp, "%s.tmp", path);
  good = !ictus_file_exists (tmp) && good;
  good = (ictus_comm_read (COMM, path, &after, &m) == ICTUS_OK) == there && good;
  good = good && n == m && (n == 0 || memcmp (before, after, n) == 0);
  ictus_free (before);
  ictus_free (after);
  return good;
}

/* This rank's visit number `visit`, from now on, of a point on rank r will fail. Visits are counted for the
 * whole life of a process: so go on to a round number first. */
static void
ask_for_fault (const char *point, int r, int visit)
{
  static int round = 0;
  char fault[64];

  round += 1000;
  snprintf (fault, sizeof fault, "probe:%d:%d", rank_of (), round);
  setenv ("ICTUS_FAULT", fault, 1);
  while (!ictus_fault ("probe", rank_of ()))
    ;
  snprintf (fault, sizeof fault, "%s:%d:%d", point, r, round + visit);
  setenv ("ICTUS_FAULT", fault, 1);
}

START_TEST (whatever_fails_the_file_before_is_kept_and_the_next_commit_works)
{
  int size = ictus_comm_size (COMM);

  ck_all (write_small ("kept.h5") == ICTUS_OK);
  ask_for_fault ("image_room", 0, 1);
  ck_all (fails_cleanly ("kept.h5", "No space left on device"));
  ask_for_fault ("image_room", 0, 1);
  ck_all (fails_cleanly ("never.h5", "No space left on device"));
  for (int r = 0; r < size; ++r)
    for (int visit = 1; visit <= 19; visit += 9)
      {
        ask_for_fault ("image_write", r, visit);
        ck_all (fails_cleanly ("kept.h5", "kept.h5.tmp: a fault was asked for"));
        ask_for_fault ("image_verify", r, visit);
        ck_all (fails_cleanly ("kept.h5",
                               "what was read back is not what was written: kept.h5.tmp: the checksum of "));
      }
  ck_all (write_toy (COMM, "kept.h5", by_turns) == ICTUS_OK && read_toy (COMM, "kept.h5", scattered));
}
END_TEST

START_TEST (places_that_cannot_be_written_are_said)
{
  bool is_root = geteuid () == 0;

  if (rank_of () == 0)
    {
      mkdir ("readonly", 0777);
      mkdir ("there", 0777);
      mkdir ("taken.tmp", 0777);
    }
  MPI_Barrier (COMM);
  ck_all (write_small ("readonly/kept.h5") == ICTUS_OK);
  if (rank_of () == 0)
    chmod ("readonly", 0555);
  MPI_Barrier (COMM);
  ck_all (!is_root || seteuid (65534) == 0);
  ck_all (fails_cleanly ("readonly/kept.h5", "cannot create readonly/kept.h5.tmp: Permission denied"));
  ck_all (!is_root || seteuid (0) == 0);
  if (rank_of () == 0)
    chmod ("readonly", 0777);
  MPI_Barrier (COMM);
  ck_all (
      fails_cleanly ("no/such/folder.h5", "cannot create no/such/folder.h5.tmp: No such file or directory"));
  ck_all (fails_cleanly ("there", "cannot write there: Is a directory"));
  ck_all (write_small ("taken") == ICTUS_E_IO && !ictus_file_exists ("taken"));
}
END_TEST

/* No fault that is only played: the system refuses to write beyond a size, on the last rank. */
START_TEST (a_rank_that_really_cannot_write_harms_nobody)
{
  struct rlimit was, less;
  int size = ictus_comm_size (COMM), rank = rank_of ();

  ck_all (write_small ("kept.h5") == ICTUS_OK);
  signal (SIGXFSZ, SIG_IGN);
  ck_all (getrlimit (RLIMIT_FSIZE, &was) == 0);
  less = was;
  for (rlim_t n = 5000; n <= 125000; n += 60000)
    {
      less.rlim_cur = n;
      ck_all (rank != size - 1 || setrlimit (RLIMIT_FSIZE, &less) == 0);
      ck_all (fails_cleanly ("kept.h5", size == 1 ? "File too large" : "rank "));
      ck_all (rank != size - 1 || setrlimit (RLIMIT_FSIZE, &was) == 0);
    }
  ck_all (write_toy (COMM, "kept.h5", by_turns) == ICTUS_OK && read_toy (COMM, "kept.h5", scattered));
}
END_TEST

START_TEST (what_a_killed_commit_left_is_replaced)
{
  make_file ("kept.h5.tmp", "\211HDF\r\n\032\nhalf", 12);
  ck_all (write_toy (COMM, "kept.h5", by_turns) == ICTUS_OK && read_toy (COMM, "kept.h5", scattered));
  ck_all (!ictus_file_exists ("kept.h5.tmp"));
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
  Suite *s = suite_create ("bad images");
  TCase *t = tcase_create ("bad images");

  tcase_add_test (t, foreign_files_are_refused_with_the_reason);
  tcase_add_test (t, a_file_that_lacks_its_end_is_refused_wherever_it_was_cut);
  tcase_add_test (t, a_changed_byte_is_noticed_or_does_no_harm);
  tcase_add_test (t, every_changed_byte_of_the_data_is_noticed_and_the_field_is_named);
  tcase_add_test (t, whatever_fails_the_file_before_is_kept_and_the_next_commit_works);
  tcase_add_test (t, places_that_cannot_be_written_are_said);
  tcase_add_test (t, a_rank_that_really_cannot_write_harms_nobody);
  tcase_add_test (t, what_a_killed_commit_left_is_replaced);
  tcase_add_test (t, nothing_is_left_open_or_allocated);
  suite_add_tcase (s, t);
  return mpi_check_main (s, &argc, &argv);
}
