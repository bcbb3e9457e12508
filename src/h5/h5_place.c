/* SPDX-License-Identifier: BSD-3-Clause */
/* Where data lie in a file, byte by byte: for whoever keeps the rest of the file, to put it back later. */
#include "h5/h5_impl.h"

#include <fcntl.h>
#include <unistd.h>

/* Rows and columns of a growing set and of its chunks; one-dimensional sets have one column. */
static bool
shape_of (hid_t set, int *ndim, hsize_t dims[2], hsize_t chunk[2])
{
  hid_t space = H5Dget_space (set), how = H5Dget_create_plist (set);
  bool good = space >= 0 && how >= 0;

  dims[1] = chunk[1] = 1;
  *ndim = good ? H5Sget_simple_extent_ndims (space) : 0;
  good = good && (*ndim == 1 || *ndim == 2) && H5Sget_simple_extent_dims (space, dims, NULL) >= 0
         && H5Pget_layout (how) == H5D_CHUNKED && H5Pget_nfilters (how) == 0
         && H5Pget_chunk (how, *ndim, chunk) == *ndim;
  if (how >= 0)
    H5Pclose (how);
  if (space >= 0)
    H5Sclose (space);
  return good;
}

static ictus_err
add_chunk (hid_t set, const hsize_t *first, ictus_h5_ranges *to)
{
  unsigned mask;
  haddr_t at;
  hsize_t n;

  if (H5Dget_chunk_info_by_coord (set, first, &mask, &at, &n) < 0)
    return ICTUS_E_IO;
  if (to == NULL || at == HADDR_UNDEF || n == 0)
    return ICTUS_OK;
  ICTUS_TRY (ictus_grow (&to->r, &to->cap, to->n + 1, sizeof *to->r));
  to->r[to->n++] = (ictus_h5_range){ at, n };
  return ICTUS_OK;
}

/* As the file itself tells. *found is the same on all ranks. Collective. */
static ictus_err
read_tree (ictus_h5 *f, hid_t set, int ndim, hsize_t row, hsize_t nbytes, hsize_t n, ictus_h5_ranges *to,
           bool *found)
{
  H5O_info_t info;
  ictus_err e = ICTUS_OK;
  int all, fd;

  *found = H5Oget_info2 (set, &info, H5O_INFO_BASIC) >= 0;
  if (*found && to != NULL)
    {
      fd = open (f->path, O_RDONLY | O_CLOEXEC);
      if (fd < 0)
        *found = false;
      else
        {
          e = ictus__h5_tree (fd, info.addr, ndim, row, nbytes, n, to, found);
          close (fd);
        }
    }
  all = *found;
  ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, &all, 1, MPI_INT, MPI_MIN, f->comm));
  if (*found && all == 0 && to != NULL)
    to->n -= (size_t) n;
  *found = all != 0;
  return ictus_comm_agree (f->comm, e);
}

/* As HDF5 tells: all ranks ask for all chunks, whatever fails, since metadata are read together. Collective.
 */
static ictus_err
ask (ictus_h5 *f, const char *path, hid_t set, const hsize_t *from, const hsize_t *dims, const hsize_t *chunk,
     ictus_h5_ranges *to)
{
  hsize_t first[2];
  ictus_err e = ICTUS_OK;

  for (first[0] = *from; first[0] < dims[0]; first[0] += chunk[0])
    for (first[1] = 0; first[1] < dims[1]; first[1] += chunk[1])
      {
        ictus_err mine = add_chunk (set, first, to);

        e = e == ICTUS_OK ? mine : e;
      }
  if (e == ICTUS_E_IO)
    ictus_h5_fail (e, "%s: cannot find the chunks of %s", f->path, path);
  return ictus_comm_agree (f->comm, e);
}

static size_t
size_of (hid_t set)
{
  hid_t type = H5Dget_type (set);
  size_t n = type >= 0 ? H5Tget_size (type) : 0;

  if (type >= 0)
    H5Tclose (type);
  return n;
}

ictus_err
ictus_h5_chunks (ictus_h5 *f, const char *path, hsize_t *row, ictus_h5_ranges *to)
{
  hsize_t dims[2] = { 0, 0 }, chunk[2] = { 1, 1 }, rows;
  hid_t set;
  int ndim = 0;
  bool found = false;
  ictus_err e = ICTUS_OK;

  ICTUS_TRY (ictus__h5_usable (f));
  set = H5Dopen2 (f->file, path, H5P_DEFAULT);
  if (set < 0 || !shape_of (set, &ndim, dims, chunk))
    e = ictus_h5_fail (ICTUS_E_FORMAT, "%s: no growing data set %s", f->path, path);
  ICTUS_GO (ictus_comm_agree (f->comm, e));
  if (*row >= dims[0])
    goto done;
  rows = (dims[0] - *row + chunk[0] - 1) / chunk[0];
  ICTUS_GO (read_tree (f, set, ndim, *row, chunk[0] * chunk[1] * size_of (set),
                       rows * ((dims[1] + chunk[1] - 1) / chunk[1]), to, &found));
  if (!found)
    ICTUS_GO (ask (f, path, set, row, dims, chunk, to));
  *row += rows * chunk[0];
done:
  if (set >= 0)
    H5Dclose (set);
  return e;
}

ictus_err
ictus_h5_place (ictus_h5 *f, const char *path, uint64_t *at)
{
  hid_t set;
  haddr_t where = HADDR_UNDEF;
  ictus_err e = ICTUS_OK;

  ICTUS_TRY (ictus__h5_usable (f));
  set = H5Dopen2 (f->file, path, H5P_DEFAULT);
  if (set >= 0)
    where = H5Dget_offset (set);
  if (where == HADDR_UNDEF)
    e = ictus_h5_fail (ICTUS_E_FORMAT, "%s: %s has no place in the file", f->path, path);
  if (set >= 0)
    H5Dclose (set);
  *at = where;
  return ictus_comm_agree (f->comm, e);
}
