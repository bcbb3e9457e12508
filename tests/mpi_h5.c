/* SPDX-License-Identifier: BSD-3-Clause */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "h5/h5_impl.h"
#include "mpi_check.h"

#define COMM MPI_COMM_WORLD

static int
rank_of (void)
{
  return ictus_comm_rank (COMM);
}

START_TEST (rows_appended_by_any_ranks_are_read_back_in_order)
{
  int rank = rank_of (), size = ictus_comm_size (COMM);
  ictus_h5 f;
  double *back, mine[7];
  uint64_t n_expected = 0;
  size_t n;

  ck_all (ictus_h5_create (COMM, "append.h5", true, &f) == ICTUS_OK);
  ck_all (ictus_h5_make_growing (&f, "/spikes/E/timestamps", H5T_IEEE_F64LE, 0) == ICTUS_OK);
  ck_all (ictus_h5_append (&f, "/spikes/E/timestamps", H5T_NATIVE_DOUBLE, 0, 0, 0, NULL) == ICTUS_OK);
  for (int turn = 0; turn < 4;
       ++turn) /* every rank writes `turn` elements, the last rank first; turn 1: only the last rank */
    {
      hsize_t each = turn == 1 ? 1 : (hsize_t) turn, nrow = turn == 1 ? 1 : each * (hsize_t) size;
      hsize_t first = turn == 1 ? 0 : each * (hsize_t) (size - 1 - rank);

      for (hsize_t k = 0; k < each; ++k)
        mine[k] = (double) (n_expected + first + k);
      if (turn == 1 && rank != size - 1)
        each = 0;
      ck_all (ictus_h5_append (&f, "/spikes/E/timestamps", H5T_NATIVE_DOUBLE, nrow, first, each,
                               each > 0 ? mine : NULL)
              == ICTUS_OK);
      n_expected += turn == 0 ? 0 : nrow;
      ck_all (ictus_h5_flush (&f) == ICTUS_OK);
    }
  ck_all (ictus_h5_close (&f) == ICTUS_OK);
  ck_all (ictus_h5_open (COMM, "append.h5", &f) == ICTUS_OK);
  ck_all (ictus_h5_read_double (&f, "/spikes/E/timestamps", &back, &n) == ICTUS_OK);
  ck_all (n == n_expected);
  for (size_t k = 0; k < n; ++k)
    ck_all (back[k] == (double) k);
  ictus_free (back);
  ck_all (ictus_h5_close (&f) == ICTUS_OK);
}
END_TEST

/* Column c of row k holds 1000 k + c; owner (c) deals the columns. */
static void
check_columns (const char *path, hsize_t width, int (*owner) (hsize_t c, int size))
{
  int rank = rank_of (), size = ictus_comm_size (COMM);
  uint64_t *col = ictus_alloc (width, sizeof *col);
  size_t ncol = 0, n;
  hsize_t done = 0, dims[2];
  int ndim;
  double *back;
  ictus_h5 f;

  for (hsize_t c = 0; c < width; ++c)
    if (owner (c, size) == rank)
      col[ncol++] = c;
  ck_all (ictus_h5_create (COMM, path, true, &f) == ICTUS_OK);
  ck_all (ictus_h5_make_growing (&f, "data", H5T_IEEE_F32LE, width) == ICTUS_OK);
  for (hsize_t nrow = 0; nrow <= 40; nrow += 20)
    {
      float *data = ictus_alloc (nrow * ncol, sizeof *data);

      for (hsize_t k = 0; k < nrow; ++k)
        for (size_t c = 0; c < ncol; ++c)
          data[k * ncol + c] = (float) (1000 * (done + k) + col[c]);
      ck_all (ictus_h5_append_columns (&f, "data", H5T_NATIVE_FLOAT, nrow, col, ncol, data) == ICTUS_OK);
      done += nrow;
      ictus_free (data);
    }
  ck_all (ictus_h5_shape (&f, "/data", 2, dims, &ndim) == ICTUS_OK);
  ck_all (ndim == 2 && dims[0] == 60 && dims[1] == width);
  ck_all (ictus_h5_close (&f) == ICTUS_OK);
  ck_all (ictus_h5_open (COMM, path, &f) == ICTUS_OK);
  ck_all (ictus_h5_read_double (&f, "data", &back, &n) == ICTUS_OK);
  ck_all (n == 60 * width);
  ndim = 0;
  for (size_t k = 0; k < n; ++k)
    ndim += back[k] != (double) (1000 * (k / width) + k % width);
  ck_all (ndim == 0);
  ictus_free (back);
  ictus_free (col);
  ck_all (ictus_h5_close (&f) == ICTUS_OK);
}

static int
by_turns (hsize_t c, int size)
{
  return (int) (c % (hsize_t) size);
}

static int
scattered (hsize_t c, int size)
{
  return (int) (c * 2654435761u % 97 % (hsize_t) size);
}

static int
last_has_all (hsize_t c, int size)
{
  (void) c;
  return size - 1;
}

START_TEST (columns_of_any_partition_become_the_same_data_set)
{
  check_columns ("columns.h5", 1, by_turns);
  check_columns ("columns.h5", 13, by_turns);
  check_columns ("columns.h5", 101, scattered);
  check_columns ("columns.h5", 7, last_has_all);
  check_columns ("columns.h5", 30000, scattered);
}
END_TEST

START_TEST (wrong_columns_are_refused_on_all_ranks_and_harm_nothing)
{
  ictus_h5 f;
  const uint64_t good[1] = { 1 }, bad[1] = { 3 };
  const float x = 1;
  int rank = rank_of (), size = ictus_comm_size (COMM);
  size_t mine = rank == size - 1;

  ck_all (ictus_h5_create (COMM, "columns.h5", true, &f) == ICTUS_OK);
  ck_all (ictus_h5_make_growing (&f, "/data", H5T_IEEE_F32LE, 3) == ICTUS_OK);
  ck_all (ictus_h5_append_columns (&f, "/data", H5T_NATIVE_FLOAT, 1, bad, mine, &x) == ICTUS_E_ARG);
  ck_all (ictus_h5_append_columns (&f, "/data", H5T_NATIVE_FLOAT, 1, good, mine, &x) == ICTUS_OK);
  ck_all (ictus_h5_append (&f, "/data", H5T_NATIVE_FLOAT, 1, 0, 1, &x) == ICTUS_E_ARG);
  ck_all (ictus_h5_append (&f, "/none", H5T_NATIVE_FLOAT, 1, 0, mine, &x) == ICTUS_E_FORMAT);
  ck_all (ictus_h5_make_growing (&f, "/data", H5T_IEEE_F32LE, 3) == ICTUS_E_ARG);
  ck_all (ictus_h5_close (&f) == ICTUS_OK);
}
END_TEST

START_TEST (attributes_strings_links_and_lists_come_back)
{
  ictus_h5 f;
  hid_t sorting = H5Tenum_create (H5T_STD_U8LE);
  const hsize_t dims[2] = { 2, 3 }, none = 0;
  const int64_t version[2] = { 0, 1 }, magic = 0x0A7A, by_time = 2;
  const uint8_t names[3] = { 0, 1, 2 };
  double table[6] = { 1, 2, 3, 4, 5, 6 }, *back;
  uint64_t *u;
  char *s, **list;
  size_t n;

  H5Tenum_insert (sorting, "none", &names[0]);
  H5Tenum_insert (sorting, "by_id", &names[1]);
  H5Tenum_insert (sorting, "by_time", &names[2]);
  ck_all (ictus_h5_create (COMM, "attr.h5", true, &f) == ICTUS_OK);
  ck_all (ictus_h5_group (&f, "/a/b") == ICTUS_OK && ictus_h5_group (&f, "/a") == ICTUS_OK);
  ck_all (ictus_h5_attr_string (&f, "/", "ictus_kind", "results") == ICTUS_OK);
  ck_all (ictus_h5_attr_string (&f, "/a", "units", "") == ICTUS_OK);
  ck_all (ictus_h5_attr_string (&f, "/a", "units", "µS") == ICTUS_OK);
  ck_all (ictus_h5_attr_int (&f, "/", "version", H5T_STD_U32LE, version, 2) == ICTUS_OK);
  ck_all (ictus_h5_attr_int (&f, "/", "magic", H5T_STD_U32LE, &magic, 1) == ICTUS_OK);
  ck_all (ictus_h5_attr_int (&f, "/a/b", "sorting", sorting, &by_time, 1) == ICTUS_OK);
  ck_all (ictus_h5_attr_double (&f, "/a/b", "start_ms", 0.5) == ICTUS_OK);
  ck_all (ictus_h5_attr_double (&f, "/missing", "start_ms", 0.5) == ICTUS_E_ARG);
  ck_all (ictus_h5_write (&f, "/t/table", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 2, dims, table) == ICTUS_OK);
  table[5] = 7;
  ck_all (ictus_h5_write (&f, "/t/table", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 2, dims, table) == ICTUS_OK);
  ck_all (ictus_h5_write (&f, "/t/empty", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, &none, NULL) == ICTUS_OK);
  ck_all (ictus_h5_write_string (&f, "/t/text", "one\ntwo") == ICTUS_OK);
  ck_all (ictus_h5_write_string (&f, "/t/nothing", "") == ICTUS_OK);
  ck_all (ictus_h5_link (&f, "/t/table", "/t/same") == ICTUS_OK);
  ck_all (ictus_h5_link (&f, "/t/none", "/t/other") == ICTUS_E_ARG);
  ck_all (ictus_h5_close (&f) == ICTUS_OK);
  H5Tclose (sorting);

  ck_all (ictus_h5_open (COMM, "attr.h5", &f) == ICTUS_OK);
  ck_all (ictus_h5_read_attr_string (&f, "/", "ictus_kind", &s) == ICTUS_OK && strcmp (s, "results") == 0);
  ictus_free (s);
  ck_all (ictus_h5_read_attr_string (&f, "/a", "units", &s) == ICTUS_OK && strcmp (s, "µS") == 0);
  ictus_free (s);
  ck_all (ictus_h5_read_attr_string (&f, "/a", "none", &s) == ICTUS_E_FORMAT && s == NULL);
  ck_all (ictus_h5_read_attr_string (&f, "/", "magic", &s) == ICTUS_E_FORMAT && s == NULL);
  ck_all (ictus_h5_read_string (&f, "/t/text", &s) == ICTUS_OK && strcmp (s, "one\ntwo") == 0);
  ictus_free (s);
  ck_all (ictus_h5_read_string (&f, "/t/nothing", &s) == ICTUS_OK && strcmp (s, "") == 0);
  ictus_free (s);
  ck_all (ictus_h5_read_double (&f, "/t/same", &back, &n) == ICTUS_OK && n == 6 && back[5] == 7);
  ictus_free (back);
  ck_all (ictus_h5_read_uint (&f, "/t/table", &u, &n) == ICTUS_OK && n == 6 && u[0] == 1);
  ictus_free (u);
  ck_all (ictus_h5_read_double (&f, "/t/empty", &back, &n) == ICTUS_OK && n == 0);
  ictus_free (back);
  ck_all (ictus_h5_read_double (&f, "/t/text", &back, &n) == ICTUS_E_FORMAT && back == NULL);
  ck_all (ictus_h5_read_double (&f, "/t/nix", &back, &n) == ICTUS_E_FORMAT
          && strstr (ictus_err_last (), "/t/nix") != NULL);
  ck_all (ictus_h5_exists (&f, "/a/b") && ictus_h5_exists (&f, "t/text") && !ictus_h5_exists (&f, "/x/y/z"));
  ck_all (ictus_h5_list (&f, "/t", &list, &n) == ICTUS_OK && n == 5 && strcmp (list[0], "empty") == 0);
  for (size_t k = 0; k < n; ++k)
    ictus_free (list[k]);
  ictus_free (list);
  ck_all (ictus_h5_close (&f) == ICTUS_OK);
}
END_TEST

START_TEST (what_cannot_be_opened_or_made_is_said_once_and_plainly)
{
  ictus_h5 f;

  ck_all (ictus_h5_open (COMM, "missing.h5", &f) == ICTUS_E_IO);
  ck_all (strcmp (ictus_err_last (), "cannot open missing.h5: No such file or directory") == 0);
  if (rank_of () == 0)
    {
      ictus_file_write ("text.h5", "hello\n", 6);
      mkdir ("folder.h5", 0777);
    }
  MPI_Barrier (COMM);
  ck_all (ictus_h5_open (COMM, "text.h5", &f) == ICTUS_E_FORMAT);
  ck_all (strstr (ictus_err_last (), "text.h5 is not an HDF5 file") != NULL);
  ck_all (ictus_h5_open (COMM, "folder.h5", &f) == ICTUS_E_IO);
  ck_all (ictus_h5_create (COMM, "folder.h5", true, &f) == ICTUS_E_IO);
  ck_all (ictus_h5_create (COMM, "text.h5", false, &f) == ICTUS_E_IO);
  ck_all (strcmp (ictus_err_last (), "cannot create text.h5: it exists already") == 0);
  ck_all (ictus_h5_create (COMM, "text.h5/x.h5", false, &f) == ICTUS_E_IO);
  ck_all (ictus_h5_create (COMM, "no/such/x.h5", false, &f) == ICTUS_E_IO);
  ck_all (ictus_h5_create (COMM, "text.h5", true, &f) == ICTUS_OK);
  ck_all (ictus_h5_close (&f) == ICTUS_OK);
  ck_all (ictus_h5_close (&f) == ICTUS_OK); /* twice does no harm */
  ck_all (f.path == NULL);
}
END_TEST

START_TEST (a_full_disk_is_seen_before_anything_is_written)
{
  ictus_h5 f;
  const double x[4] = { 1, 2, 3, 4 };
  double *back;
  size_t n;

  ck_all (ictus_h5_create (COMM, "full.h5", true, &f) == ICTUS_OK);
  ck_all (ictus_h5_make_growing (&f, "/x", H5T_IEEE_F64LE, 0) == ICTUS_OK);
  ck_all (ictus_h5_append (&f, "/x", H5T_NATIVE_DOUBLE, 4, 0, rank_of () == 0 ? 4 : 0, x) == ICTUS_OK);
  setenv ("ICTUS_FAULT", "h5_room:0:1", 1);
  ck_all (ictus_h5_append (&f, "/x", H5T_NATIVE_DOUBLE, 4, 0, rank_of () == 0 ? 4 : 0, x) == ICTUS_E_IO);
  ck_all (strstr (ictus_err_last (), "no room") != NULL);
  unsetenv ("ICTUS_FAULT");
  ck_all (ictus_h5_flush (&f) == ICTUS_OK);
  ck_all (ictus_h5_close (&f) == ICTUS_OK);
  ck_all (ictus_h5_open (COMM, "full.h5", &f) == ICTUS_OK);
  ck_all (ictus_h5_read_double (&f, "/x", &back, &n) == ICTUS_OK && n == 4 && back[3] == 4);
  ictus_free (back);
  ck_all (ictus_h5_close (&f) == ICTUS_OK);
}
END_TEST

/* Small chunks, so that the tree has three levels. Returns the set, open. */
static hid_t
make_chunky (ictus_h5 *f, const char *name, int ndim, hsize_t nrow, hsize_t ncol)
{
  const hsize_t dims[2] = { 0, ncol }, max[2] = { H5S_UNLIMITED, ncol }, chunk[2] = { 2, 2 };
  hsize_t full[2] = { nrow, ncol };
  hid_t space = H5Screate_simple (ndim, dims, max), how = H5Pcreate (H5P_DATASET_CREATE), set;

  H5Pset_chunk (how, ndim, chunk);
  H5Pset_fill_time (how, H5D_FILL_TIME_NEVER);
  H5Pset_alloc_time (how, H5D_ALLOC_TIME_EARLY);
  set = H5Dcreate2 (f->file, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, how, H5P_DEFAULT);
  for (int k = 0; k < 20; ++k) /* a header that is continued elsewhere */
    {
      char attribute[32];

      snprintf (attribute, sizeof attribute, "attribute %d", k);
      ictus_h5_attr_string (f, name, attribute, "some text");
    }
  H5Dset_extent (set, full);
  H5Pclose (how);
  H5Sclose (space);
  return set;
}

/* Every so often: HDF5 takes its time. */
static bool
same_as_hdf5 (hid_t set, int ndim, hsize_t nrow, hsize_t ncol, const ictus_h5_ranges *r)
{
  size_t k = 0;
  bool same = true;

  for (hsize_t row = 0; row < nrow; row += 2)
    for (hsize_t col = 0; col < (ndim == 1 ? 1 : ncol); col += 2)
      {
        const hsize_t at[2] = { row, col };
        hsize_t n = 0;
        haddr_t where = 0;
        unsigned mask;

        if (k++ % 97 == 0)
          same = H5Dget_chunk_info_by_coord (set, at, &mask, &where, &n) >= 0 && same && k <= r->n
                 && r->r[k - 1].at == where && r->r[k - 1].n == n;
      }
  return same && k == r->n;
}

START_TEST (chunks_lie_where_hdf5_says)
{
  const hsize_t nrow = 8001, ncol = 3;
  ictus_h5 f;

  ck_all (ictus_h5_create (COMM, "chunks.h5", true, &f) == ICTUS_OK);
  for (int ndim = 1; ndim <= 2; ++ndim)
    {
      const char *name = ndim == 1 ? "line" : "table";
      hid_t set = make_chunky (&f, name, ndim, nrow, ncol);
      hsize_t row = 0, full[2] = { 2 * nrow, ncol };
      ictus_h5_ranges r = { 0 }, again = { 0 };
      H5O_info_t info;
      bool found = false, other = true;
      int fd;

      ck_all (ictus_h5_flush (&f) == ICTUS_OK);
      ck_all (ictus_h5_chunks (&f, name, &row, &r) == ICTUS_OK && row == nrow + 1);
      ck_all (same_as_hdf5 (set, ndim, nrow, ncol, &r));
      H5Dset_extent (set, full);
      ck_all (ictus_h5_flush (&f) == ICTUS_OK);
      ck_all (ictus_h5_chunks (&f, name, &row, rank_of () == 0 ? &r : NULL) == ICTUS_OK && row == 2 * nrow);
      ck_all (rank_of () != 0 || r.n == (ndim == 1 ? 1 : 2) * nrow);
      ck_all (same_as_hdf5 (set, ndim, 2 * nrow, ncol, &r) || rank_of () != 0);
      ck_all (ictus_h5_chunks (&f, name, &row, &r) == ICTUS_OK && row == 2 * nrow);

      fd = open ("chunks.h5", O_RDONLY); /* it is the file that was read, not HDF5 that was asked */
      H5Oget_info2 (set, &info, H5O_INFO_BASIC);
      ictus__h5_tree (fd, info.addr, ndim, 100, 16 * (hsize_t) ndim, (ndim == 1 ? 1 : 2) * (nrow - 50), &again,
                      &found);
      ictus__h5_tree (fd, info.addr + 8, ndim, 0, 16, 1, &again, &other); /* not a header */
      close (fd);
      ck_all (found && !other && again.n == (ndim == 1 ? 1 : 2) * (nrow - 50));
      ictus_free (r.r);
      ictus_free (again.r);
      H5Dclose (set);
    }
  ck_all (ictus_h5_close (&f) == ICTUS_OK);
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
  Suite *s = suite_create ("h5");
  TCase *t = tcase_create ("h5");

  tcase_add_test (t, rows_appended_by_any_ranks_are_read_back_in_order);
  tcase_add_test (t, columns_of_any_partition_become_the_same_data_set);
  tcase_add_test (t, wrong_columns_are_refused_on_all_ranks_and_harm_nothing);
  tcase_add_test (t, attributes_strings_links_and_lists_come_back);
  tcase_add_test (t, what_cannot_be_opened_or_made_is_said_once_and_plainly);
  tcase_add_test (t, a_full_disk_is_seen_before_anything_is_written);
  tcase_add_test (t, chunks_lie_where_hdf5_says);
  tcase_add_test (t, nothing_is_left_open_or_allocated);
  suite_add_tcase (s, t);
  return mpi_check_main (s, &argc, &argv);
}
