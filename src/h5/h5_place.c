/* SPDX-License-Identifier: BSD-3-Clause */
/* Where data lie in a file, byte by byte: for whoever keeps the rest of the file, to put it back later. */
#include "h5/h5_impl.h"

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

ictus_err
ictus_h5_chunks (ictus_h5 *f, const char *path, hsize_t *row, ictus_h5_ranges *to)
{
  hsize_t dims[2], chunk[2], first[2];
  hid_t set;
  int ndim;
  ictus_err e = ICTUS_OK;

  ICTUS_TRY (ictus__h5_usable (f));
  set = H5Dopen2 (f->file, path, H5P_DEFAULT);
  if (set < 0 || !shape_of (set, &ndim, dims, chunk))
    e = ictus_h5_fail (ICTUS_E_FORMAT, "%s: no growing data set %s", f->path, path);
  ICTUS_GO (ictus_comm_agree (f->comm, e));
  for (first[0] = *row; first[0] < dims[0]; first[0] += chunk[0])
    for (first[1] = 0; first[1] < dims[1]; first[1] += chunk[1])
      { /* all of them on all ranks, whatever fails: metadata are read together */
        ictus_err mine = add_chunk (set, first, to);

        e = e == ICTUS_OK ? mine : e;
      }
  if (e == ICTUS_E_IO)
    ictus_h5_fail (e, "%s: cannot find the chunks of %s", f->path, path);
  ICTUS_GO (ictus_comm_agree (f->comm, e));
  *row = first[0];
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
