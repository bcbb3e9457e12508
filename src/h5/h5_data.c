/* SPDX-License-Identifier: BSD-3-Clause */
/* Data sets: whole small ones, and ones that grow along time and are appended to by all ranks at once. */
#include "h5/h5_impl.h"

#include <math.h>
#include <string.h>

enum
{
  CHUNK_SMALL = 64 << 10, /* bytes */
  CHUNK_LARGE = 1 << 20,
  CHUNK_ROWS = 64,      /* wanted in a chunk of wide rows */
  SLAB_LARGE = 64 << 20 /* bytes a rank collects at a time */
};

hid_t
ictus__h5_transfer (const ictus_h5 *f)
{
  hid_t p = H5Pcreate (H5P_DATASET_XFER);

  if (p >= 0 && ictus_comm_size (f->comm) > 1 && H5Pset_dxpl_mpio (p, H5FD_MPIO_COLLECTIVE) < 0)
    {
      H5Pclose (p);
      return H5I_INVALID_HID;
    }
  return p;
}

/* From 64 KiB, for whatever stays small, to 1 MiB for rows that are wide. */
static void
choose_chunk (size_t size, hsize_t width, hsize_t chunk[2])
{
  hsize_t cols = width == 0 ? 1 : width, row, bytes;

  if (cols > CHUNK_LARGE / size)
    cols = CHUNK_LARGE / size;
  row = cols * size;
  bytes = row * CHUNK_ROWS;
  bytes = bytes < CHUNK_SMALL ? CHUNK_SMALL : bytes > CHUNK_LARGE ? CHUNK_LARGE : bytes;
  chunk[0] = bytes / row > 0 ? bytes / row : 1;
  chunk[1] = cols;
}

/* Chunks are whole; they are found through a tree of nodes with 64 entries, the earlier ones nine tenths full. */
double
ictus_h5_grown_bytes (size_t size, uint64_t width, double rows)
{
  const double entry[2] = { 8 + 24, 8 + 32 };
  hsize_t chunk[2];
  double nchunk;

  choose_chunk (size, width, chunk);
  nchunk = ceil (rows / (double) chunk[0]) * (width == 0 ? 1 : ceil ((double) width / (double) chunk[1]));
  return nchunk * (double) (chunk[0] * chunk[1] * size) + (1 + ceil (nchunk / 57)) * (64 * entry[width > 0] + 64);
}

ictus_err
ictus__h5_make_set (ictus_h5 *f, const char *path, hid_t type, hid_t space, hid_t how)
{
  hid_t on_the_way = ictus__h5_on_the_way (), d = H5I_INVALID_HID;
  ictus_err e = ICTUS_OK;

  if (space >= 0 && how >= 0 && on_the_way >= 0 && H5Pset_fill_time (how, H5D_FILL_TIME_NEVER) >= 0)
    d = H5Dcreate2 (f->file, path, type, space, on_the_way, how, H5P_DEFAULT);
  if (d < 0)
    e = ictus_h5_fail (ICTUS_E_IO, "%s: cannot make the data set %s", f->path, path);
  else
    H5Dclose (d);
  if (on_the_way >= 0)
    H5Pclose (on_the_way);
  if (how >= 0)
    H5Pclose (how);
  if (space >= 0)
    H5Sclose (space);
  return ictus__h5_wrote (f, e);
}

/* No property list, when something in it could not be set. */
static hid_t
growing_layout (int ndim, const hsize_t *chunk)
{
  hid_t how = H5Pcreate (H5P_DATASET_CREATE);

  if (how >= 0 && H5Pset_chunk (how, ndim, chunk) >= 0
      && H5Pset_alloc_time (how, H5D_ALLOC_TIME_EARLY) >= 0) /* on one rank too: more may go on with the file */
    return how;
  if (how >= 0)
    H5Pclose (how);
  return H5I_INVALID_HID;
}

ictus_err
ictus_h5_make_growing (ictus_h5 *f, const char *path, hid_t type, hsize_t width)
{
  hsize_t dims[2] = { 0, width }, max[2] = { H5S_UNLIMITED, width }, chunk[2];
  int ndim = width == 0 ? 1 : 2;

  ICTUS_TRY (ictus__h5_usable (f));
  if (ictus_h5_exists (f, path))
    return ICTUS_FAIL (ICTUS_E_ARG, "%s: the data set %s exists already", f->path, path);
  choose_chunk (H5Tget_size (type), width, chunk);
  return ictus__h5_make_set (f, path, type, H5Screate_simple (ndim, dims, max), growing_layout (ndim, chunk));
}

typedef struct target /* a data set that is written to */
{
  hid_t set, space, mem, how;
  hsize_t dims[2]; /* before it grew */
  int ndim;
} target;

static void
target_close (target *t)
{
  if (t->how >= 0)
    H5Pclose (t->how);
  if (t->mem >= 0)
    H5Sclose (t->mem);
  if (t->space >= 0)
    H5Sclose (t->space);
  if (t->set >= 0)
    H5Dclose (t->set);
  *t = (target){ H5I_INVALID_HID, H5I_INVALID_HID, H5I_INVALID_HID, H5I_INVALID_HID, { 0, 0 }, 0 };
}

/* Open a growing set; nothing is changed. Collective. */
static ictus_err
target_open (ictus_h5 *f, const char *path, int ndim, target *t)
{
  ictus_err e = ICTUS_OK;

  *t = (target){ H5I_INVALID_HID, H5I_INVALID_HID, H5I_INVALID_HID, H5I_INVALID_HID, { 0, 0 }, 0 };
  t->set = H5Dopen2 (f->file, path, H5P_DEFAULT);
  t->space = t->set >= 0 ? H5Dget_space (t->set) : H5I_INVALID_HID;
  if (t->space < 0)
    e = ictus_h5_fail (ICTUS_E_FORMAT, "%s: no data set %s", f->path, path);
  else if ((t->ndim = H5Sget_simple_extent_ndims (t->space)) != ndim)
    e = ICTUS_FAIL (ICTUS_E_ARG, "%s: the data set %s has %d dimensions, %d are needed", f->path, path,
                    t->ndim, ndim);
  else if (H5Sget_simple_extent_dims (t->space, t->dims, NULL) < 0)
    e = ictus_h5_fail (ICTUS_E_FORMAT, "%s: data set %s", f->path, path);
  e = ictus_comm_agree (f->comm, e);
  if (e != ICTUS_OK)
    target_close (t);
  return e;
}

static ictus_err
target_grow (ictus_h5 *f, const char *path, target *t, hsize_t nrow)
{
  hsize_t dims[2] = { t->dims[0] + nrow, t->dims[1] };
  ictus_err e = ICTUS_OK;

  H5Sclose (t->space);
  t->space = H5I_INVALID_HID;
  if (H5Dset_extent (t->set, dims) < 0 || (t->space = H5Dget_space (t->set)) < 0
      || (t->how = ictus__h5_transfer (f)) < 0)
    e = ictus_h5_fail (ICTUS_E_IO, "%s: cannot enlarge the data set %s", f->path, path);
  return ictus__h5_wrote (f, e);
}

/* Write whole rows [first, first + n) of the set from data; n may be 0, the call is made all the same.
 * Collective. */
static ictus_err
target_write (ictus_h5 *f, const char *path, target *t, hid_t memtype, hsize_t first, hsize_t n,
              const void *data)
{
  hsize_t start[2] = { first, 0 }, count[2] = { n, t->dims[1] };
  const char nothing = 0;
  ictus_err e = ICTUS_OK;

  t->mem = H5Screate_simple (t->ndim, count, NULL);
  if (t->mem < 0)
    e = ictus_h5_fail (ICTUS_E_NOMEM, "%s: data set %s", f->path, path);
  else if (n == 0 ? H5Sselect_none (t->space) < 0 || H5Sselect_none (t->mem) < 0
                  : H5Sselect_hyperslab (t->space, H5S_SELECT_SET, start, NULL, count, NULL) < 0)
    e = ictus_h5_fail (ICTUS_E_ARG, "%s: data set %s", f->path, path);
  e = ictus_comm_agree (f->comm, e); /* nobody enters the transfer alone */
  if (e == ICTUS_OK && H5Dwrite (t->set, memtype, t->mem, t->space, t->how, n == 0 ? &nothing : data) < 0)
    e = ictus_h5_fail (ICTUS_E_IO, "%s: cannot write to %s", f->path, path);
  if (e == ICTUS_OK && ictus_fault ("h5_write", ictus_comm_rank (f->comm)))
    e = ICTUS_FAIL (ICTUS_E_IO, "%s: cannot write to %s: a fault was asked for", f->path, path);
  if (t->mem >= 0)
    H5Sclose (t->mem);
  t->mem = H5I_INVALID_HID;
  return ictus__h5_wrote (f, e);
}

ictus_err
ictus_h5_append (ictus_h5 *f, const char *path, hid_t memtype, hsize_t nrow, hsize_t first, hsize_t n,
                 const void *data)
{
  target t;
  ictus_err e;

  ICTUS_TRY (ictus__h5_usable (f));
  if (nrow == 0)
    return ICTUS_OK;
  e = n > 0 && (first >= nrow || n > nrow - first)
          ? ICTUS_FAIL (ICTUS_E_ARG, "%s: rows beyond the end of what is added to %s", f->path, path)
          : ICTUS_OK;
  ICTUS_TRY (ictus_comm_agree (f->comm, e));
  ICTUS_TRY (target_open (f, path, 1, &t));
  ICTUS_GO (ictus__h5_room (f, nrow * H5Tget_size (memtype)));
  ICTUS_GO (target_grow (f, path, &t, nrow));
  ICTUS_GO (target_write (f, path, &t, memtype, t.dims[0] + first, n, data));
done:
  target_close (&t);
  return e;
}

/* Columns that are dealt to the ranks in any way become whole rows: a rank collects a contiguous share of the
 * rows. */
typedef struct turn
{
  int rank, size;
  size_t item; /* bytes of a number */
  hsize_t width;
  uint64_t *col;            /* columns of all ranks, by rank */
  int *ncol, *first;        /* [size], [size]: part of col */
  int *sn, *sat, *rn, *rat; /* [size] each: counts and places of the exchange */
  char *in, *row;           /* as received; as whole rows */
} turn;

static void
turn_clear (turn *t)
{
  ictus_free (t->col);
  ictus_free (t->ncol);
  ictus_free (t->in);
  ictus_free (t->row);
}

/* Slab of rows that all ranks exchange at a time: no rank gets more than SLAB_LARGE bytes (or one row), and
   one rank may hold all of it before, counted in int. */
static hsize_t
slab_rows (const turn *t, hsize_t nrow)
{
  hsize_t each = SLAB_LARGE / (t->width * t->item);

  each = (each > 0 ? each : 1) * (hsize_t) t->size;
  if (each > (1u << 30) / t->width)
    each = (1u << 30) / t->width;
  return each < nrow ? each : nrow;
}

/* Collective; every rank gets the columns of every rank. */
static ictus_err
turn_init (turn *t, MPI_Comm comm, size_t item, hsize_t width, const uint64_t *col, size_t ncol, hsize_t nrow)
{
  int mine = (int) ncol, total = 0;
  hsize_t slab, share;
  ictus_err e = ICTUS_OK;

  *t = (turn){ .rank = ictus_comm_rank (comm), .size = ictus_comm_size (comm), .item = item, .width = width };
  slab = slab_rows (t, nrow);
  share = (slab + (hsize_t) t->size - 1) / (hsize_t) t->size;
  t->ncol = ictus_alloc (6 * (size_t) t->size, sizeof *t->ncol);
  t->in = ictus_alloc (share * width, item);
  t->row = ictus_alloc (share * width, item);
  if (t->ncol == NULL || t->in == NULL || t->row == NULL)
    e = ICTUS_E_NOMEM;
  ICTUS_TRY (ictus_comm_agree (comm, e));
  t->first = t->ncol + t->size;
  t->sn = t->first + t->size;
  t->sat = t->sn + t->size;
  t->rn = t->sat + t->size;
  t->rat = t->rn + t->size;
  ICTUS_MPI (MPI_Allgather (&mine, 1, MPI_INT, t->ncol, 1, MPI_INT, comm));
  for (int r = 0; r < t->size; ++r)
    {
      t->first[r] = total;
      total += t->ncol[r];
    }
  if (total < 0 || (hsize_t) total > width)
    return ICTUS_FAIL (ICTUS_E_ARG, "%d columns of %llu: some belong to two ranks", total,
                       (unsigned long long) width);
  t->col = ictus_alloc ((size_t) total, sizeof *t->col);
  ICTUS_TRY (ictus_comm_agree (comm, t->col == NULL ? ICTUS_E_NOMEM : ICTUS_OK));
  ICTUS_MPI (MPI_Allgatherv (col, mine, MPI_UINT64_T, t->col, t->ncol, t->first, MPI_UINT64_T, comm));
  return ICTUS_OK;
}

static hsize_t
share_begin (hsize_t n, int size, int r)
{
  return n / (hsize_t) size * (hsize_t) r + n % (hsize_t) size * (hsize_t) r / (hsize_t) size;
}

/* One slab of n rows; data [n, ncol of this rank]. After it, row holds [number of rows of this rank, width].
 * Collective. */
static void
turn_slab (turn *t, MPI_Comm comm, hsize_t n, const char *data)
{
  hsize_t a = share_begin (n, t->size, t->rank), b = share_begin (n, t->size, t->rank + 1);
  int sent = 0, got = 0;

  for (int r = 0; r < t->size; ++r)
    {
      hsize_t rows = share_begin (n, t->size, r + 1) - share_begin (n, t->size, r);

      t->sat[r] = sent;
      t->sn[r] = (int) (rows * (hsize_t) t->ncol[t->rank]);
      sent += t->sn[r];
      t->rat[r] = got;
      t->rn[r] = (int) ((b - a) * (hsize_t) t->ncol[r]);
      got += t->rn[r];
    }
  if (t->size == 1 && got > 0)
    memcpy (t->in, data, (size_t) got * t->item);
  else if (t->size > 1)
    {
      MPI_Datatype type;

      ICTUS_MPI (MPI_Type_contiguous ((int) t->item, MPI_BYTE, &type));
      ICTUS_MPI (MPI_Type_commit (&type));
      ICTUS_MPI (MPI_Alltoallv (data, t->sn, t->sat, type, t->in, t->rn, t->rat, type, comm));
      ICTUS_MPI (MPI_Type_free (&type));
    }
  for (int r = 0; r < t->size; ++r)
    for (hsize_t k = 0; k < b - a; ++k)
      {
        const char *from = t->in + ((hsize_t) t->rat[r] + k * (hsize_t) t->ncol[r]) * t->item;
        char *to = t->row + k * t->width * t->item;

        for (int c = 0; c < t->ncol[r]; ++c)
          memcpy (to + t->col[t->first[r] + c] * t->item, from + (size_t) c * t->item, t->item);
      }
}

/* Columns in order, within the width, and few enough for the exchange; local. */
static ictus_err
check_columns (const ictus_h5 *f, const char *path, const uint64_t *col, size_t ncol, hsize_t width)
{
  if (width > INT32_MAX / 16)
    return ICTUS_FAIL (ICTUS_E_ARG, "%s: %s is too wide", f->path, path);
  for (size_t c = 0; c < ncol; ++c)
    if (col[c] >= width || (c > 0 && col[c] <= col[c - 1]))
      return ICTUS_FAIL (ICTUS_E_ARG, "%s: columns of %s out of order or beyond its width", f->path, path);
  return ICTUS_OK;
}

ictus_err
ictus_h5_append_columns (ictus_h5 *f, const char *path, hid_t memtype, hsize_t nrow, const uint64_t *col,
                         size_t ncol, const void *data)
{
  target t;
  turn u = { 0 };
  size_t item = H5Tget_size (memtype);
  hsize_t slab;
  ictus_err e;

  ICTUS_TRY (ictus__h5_usable (f));
  if (nrow == 0)
    return ICTUS_OK;
  ICTUS_TRY (target_open (f, path, 2, &t));
  ICTUS_GO (ictus_comm_agree (f->comm, check_columns (f, path, col, ncol, t.dims[1])));
  ICTUS_GO (turn_init (&u, f->comm, item, t.dims[1], col, ncol, nrow));
  ICTUS_GO (ictus__h5_room (f, nrow * t.dims[1] * item));
  ICTUS_GO (target_grow (f, path, &t, nrow));
  slab = slab_rows (&u, nrow);
  for (hsize_t k = 0; k < nrow; k += slab)
    {
      hsize_t n = nrow - k < slab ? nrow - k : slab, a = share_begin (n, u.size, u.rank);

      turn_slab (&u, f->comm, n, (const char *) data + k * ncol * item);
      ICTUS_GO (target_write (f, path, &t, memtype, t.dims[0] + k + a,
                              share_begin (n, u.size, u.rank + 1) - a, u.row));
    }
done:
  turn_clear (&u);
  target_close (&t);
  return e;
}

/* A data set of that name and shape that is written over, or a new one. */
static hid_t
small_set (ictus_h5 *f, const char *path, hid_t type, hid_t space, int ndim, const hsize_t *dims)
{
  hsize_t old[ICTUS_H5_MAXDIM];
  hid_t how, on_the_way, d = H5I_INVALID_HID, s;

  if (ictus_h5_exists (f, path))
    {
      d = H5Dopen2 (f->file, path, H5P_DEFAULT);
      s = d >= 0 ? H5Dget_space (d) : H5I_INVALID_HID;
      if (s >= 0
          && (H5Sget_simple_extent_ndims (s) != ndim
              || (ndim > 0
                  && (H5Sget_simple_extent_dims (s, old, NULL) < 0
                      || memcmp (old, dims, (size_t) ndim * sizeof *old) != 0))))
        {
          H5Dclose (d);
          d = H5I_INVALID_HID;
        }
      if (s >= 0)
        H5Sclose (s);
      return d;
    }
  how = H5Pcreate (H5P_DATASET_CREATE);
  on_the_way = ictus__h5_on_the_way ();
  if (how >= 0 && on_the_way >= 0 && H5Pset_fill_time (how, H5D_FILL_TIME_NEVER) >= 0
      && H5Pset_obj_track_times (how, false) >= 0) /* equal contents, equal files */
    d = H5Dcreate2 (f->file, path, type, space, on_the_way, how, H5P_DEFAULT);
  if (on_the_way >= 0)
    H5Pclose (on_the_way);
  if (how >= 0)
    H5Pclose (how);
  return d;
}

ictus_err
ictus_h5_write (ictus_h5 *f, const char *path, hid_t type, hid_t memtype, int ndim, const hsize_t *dims,
                const void *data)
{
  hid_t space, mem, d, how;
  hsize_t bytes = H5Tget_size (type);
  bool good;
  ictus_err e = ICTUS_OK;

  ICTUS_TRY (ictus__h5_usable (f));
  if (ndim < 0 || ndim > ICTUS_H5_MAXDIM)
    return ICTUS_FAIL (ICTUS_E_ARG, "%s: %d dimensions", path, ndim);
  for (int k = 0; k < ndim; ++k)
    bytes *= dims[k];
  ICTUS_TRY (ictus__h5_room (f, bytes));
  space = ndim == 0 ? H5Screate (H5S_SCALAR) : H5Screate_simple (ndim, dims, NULL);
  mem = space >= 0 ? H5Scopy (space) : H5I_INVALID_HID;
  how = ictus__h5_transfer (f);
  d = mem >= 0 && how >= 0 ? small_set (f, path, type, space, ndim, dims) : H5I_INVALID_HID;
  good = d >= 0;
  if (good && ictus_comm_rank (f->comm) != 0)
    good = H5Sselect_none (space) >= 0 && H5Sselect_none (mem) >= 0;
  if (!good)
    e = ictus_h5_fail (ICTUS_E_IO, "%s: cannot make the data set %s", f->path, path);
  e = ictus_comm_agree (f->comm, e);
  if (e == ICTUS_OK && bytes > 0 && H5Dwrite (d, memtype, mem, space, how, data) < 0)
    e = ictus_h5_fail (ICTUS_E_IO, "%s: cannot write to %s", f->path, path);
  if (d >= 0)
    H5Dclose (d);
  if (how >= 0)
    H5Pclose (how);
  if (mem >= 0)
    H5Sclose (mem);
  if (space >= 0)
    H5Sclose (space);
  return ictus__h5_wrote (f, e);
}

/* Of fixed length: HDF5 cannot write variable-length data sets from many ranks. */
ictus_err
ictus_h5_write_string (ictus_h5 *f, const char *path, const char *value)
{
  hid_t type = H5Tcopy (H5T_C_S1);
  size_t n = strlen (value);
  ictus_err e;

  if (type < 0 || H5Tset_size (type, n > 0 ? n : 1) < 0 || H5Tset_cset (type, H5T_CSET_UTF8) < 0
      || H5Tset_strpad (type, H5T_STR_NULLPAD) < 0)
    e = ictus_h5_fail (ICTUS_E_NOMEM, "%s: data set %s", f->path, path);
  else
    e = ictus_h5_write (f, path, type, type, 0, NULL, value);
  if (type >= 0)
    H5Tclose (type);
  return e;
}
