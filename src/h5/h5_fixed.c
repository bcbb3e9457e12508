/* SPDX-License-Identifier: BSD-3-Clause */
/* Data sets of fixed size, whose place in the file is settled before anything is written into them: every
 * rank writes and reads a part of its own, and no metadata change on the way. */
#include "h5/h5_impl.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum
{
  PIECE = 64 << 20 /* bytes moved at a time */
};

static hid_t
type_of (const ictus_h5_facts *what)
{
  if (what->is_float)
    return what->size == 8 ? H5T_IEEE_F64LE : H5I_INVALID_HID;
  switch (what->size)
    {
    case 1:
      return what->has_sign ? H5T_STD_I8LE : H5T_STD_U8LE;
    case 4:
      return what->has_sign ? H5T_STD_I32LE : H5T_STD_U32LE;
    case 8:
      return what->has_sign ? H5T_STD_I64LE : H5T_STD_U64LE;
    default:
      return H5I_INVALID_HID;
    }
}

/* No property list, when something in it could not be set. */
static hid_t
fixed_layout (bool is_empty)
{
  hid_t how = H5Pcreate (H5P_DATASET_CREATE);

  if (how >= 0 && H5Pset_layout (how, H5D_CONTIGUOUS) >= 0 && H5Pset_obj_track_times (how, false) >= 0
      && (is_empty || H5Pset_alloc_time (how, H5D_ALLOC_TIME_EARLY) >= 0))
    return how;
  if (how >= 0)
    H5Pclose (how);
  return H5I_INVALID_HID;
}

ictus_err
ictus_h5_make_fixed (ictus_h5 *f, const char *path, const ictus_h5_facts *what)
{
  hsize_t n = 1, dims[2] = { 0, 0 };
  hid_t type = type_of (what);

  ICTUS_TRY (ictus__h5_usable (f));
  if (type < 0 || what->ndim < 1 || what->ndim > 2)
    return ICTUS_FAIL (ICTUS_E_ARG, "%s: %s: no such data set of fixed size", f->path, path);
  for (int k = 0; k < what->ndim; ++k)
    n *= dims[k] = what->dims[k];
  return ictus__h5_make_set (f, path, type, H5Screate_simple (what->ndim, dims, NULL), fixed_layout (n == 0));
}

ictus_err
ictus_h5_divert (ictus_h5 *f, int fd)
{
  int *own = NULL;

  ICTUS_TRY (ictus__h5_usable (f));
  if (H5Fget_vfd_handle (f->file, H5P_DEFAULT, (void **) &own) < 0 || own == NULL)
    return ictus_h5_fail (ICTUS_E_IO, "%s: not a plain file", f->path);
  if (dup2 (fd, *own) < 0)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot prepare %s: %s", f->path, strerror (errno));
  return ICTUS_OK;
}

ictus_err
ictus_h5_set_open (ictus_h5 *f, const char *path, ictus_h5_set *set)
{
  *set = (ictus_h5_set){ H5I_INVALID_HID, H5I_INVALID_HID };
  ICTUS_TRY (ictus__h5_usable (f));
  set->id = H5Dopen2 (f->file, path, H5P_DEFAULT);
  if (set->id >= 0)
    set->type = H5Dget_type (set->id);
  return set->type < 0 ? ictus_h5_fail (ICTUS_E_FORMAT, "%s: cannot open the data set %s", f->path, path)
                       : ICTUS_OK;
}

void
ictus_h5_set_close (ictus_h5_set *set)
{
  if (set->type >= 0)
    H5Tclose (set->type);
  if (set->id >= 0 && H5Dclose (set->id) < 0)
    H5Eclear2 (H5E_DEFAULT);
  *set = (ictus_h5_set){ H5I_INVALID_HID, H5I_INVALID_HID };
}

/* Rows [first, first + n) of space to or from data; n at least 1. */
static ictus_err
move (const ictus_h5 *f, const ictus_h5_set *set, hid_t space, const hsize_t *dims, int ndim, hsize_t first,
      hsize_t n, void *in, const void *out)
{
  hsize_t start[2] = { first, 0 }, count[2] = { n, dims[1] };
  hid_t mem = H5Screate_simple (ndim, count, NULL);
  bool good = mem >= 0 && H5Sselect_hyperslab (space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0;
  ictus_err e = ICTUS_OK;

  if (good)
    good = out != NULL ? H5Dwrite (set->id, set->type, mem, space, H5P_DEFAULT, out) >= 0
                       : H5Dread (set->id, set->type, mem, space, H5P_DEFAULT, in) >= 0;
  if (!good)
    e = ictus_h5_fail (ICTUS_E_IO, "%s: cannot %s", f->path, out != NULL ? "write" : "read");
  if (mem >= 0)
    H5Sclose (mem);
  return e;
}

/* In pieces: MPI and the system count bytes of one transfer in 31 bits. */
static ictus_err
move_all (const ictus_h5 *f, const ictus_h5_set *set, hsize_t first, hsize_t n, char *in, const char *out)
{
  hsize_t dims[2] = { 0, 1 }, each;
  size_t row;
  hid_t space = H5Dget_space (set->id);
  int ndim = space >= 0 ? H5Sget_simple_extent_ndims (space) : -1;
  ictus_err e = ICTUS_OK;

  if (ndim < 1 || ndim > 2 || H5Sget_simple_extent_dims (space, dims, NULL) < 0 || first > dims[0]
      || n > dims[0] - first)
    e = ICTUS_FAIL (ICTUS_E_ARG, "%s: rows beyond the end of a data set", f->path);
  row = (size_t) dims[1] * H5Tget_size (set->type);
  each = row == 0 || row > PIECE ? 1 : PIECE / row;
  for (hsize_t k = 0; e == ICTUS_OK && row > 0 && k < n; k += each)
    e = move (f, set, space, dims, ndim, first + k, n - k < each ? n - k : each,
              in != NULL ? in + k * row : NULL, out != NULL ? out + k * row : NULL);
  if (space >= 0)
    H5Sclose (space);
  return e;
}

ictus_err
ictus_h5_write_part (ictus_h5 *f, const ictus_h5_set *set, uint64_t first, uint64_t n, const void *data)
{
  return n == 0 ? ICTUS_OK : move_all (f, set, first, n, NULL, data);
}

ictus_err
ictus_h5_read_part (ictus_h5 *f, const ictus_h5_set *set, uint64_t first, uint64_t n, void *data)
{
  return n == 0 ? ICTUS_OK : move_all (f, set, first, n, data, NULL);
}

/* Of fixed length: strings of variable length lie in a heap of the file that has no checksum. */
ictus_err
ictus_h5_attr_text (ictus_h5 *f, const char *object, const char *name, const char *value)
{
  hid_t type = H5Tcopy (H5T_C_S1), space = H5Screate (H5S_SCALAR), a = H5I_INVALID_HID;
  size_t n = strlen (value);
  ictus_err e = ICTUS_OK;

  if (type >= 0 && space >= 0 && H5Tset_size (type, n > 0 ? n : 1) >= 0
      && H5Tset_cset (type, H5T_CSET_UTF8) >= 0 && H5Tset_strpad (type, H5T_STR_NULLPAD) >= 0)
    a = H5Acreate_by_name (f->file, object, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  if (a < 0 || H5Awrite (a, type, value) < 0)
    e = ictus_h5_fail (ICTUS_E_IO, "%s: cannot write the attribute %s of %s", f->path, name, object);
  if (a >= 0)
    H5Aclose (a);
  if (space >= 0)
    H5Sclose (space);
  if (type >= 0)
    H5Tclose (type);
  return ictus__h5_wrote (f, e);
}

ictus_err
ictus_h5_read_attr_int (ictus_h5 *f, const char *object, const char *name, int64_t *value)
{
  hid_t a = H5I_INVALID_HID, type = H5I_INVALID_HID, space = H5I_INVALID_HID;
  ictus_err e = ICTUS_OK;

  *value = 0;
  ICTUS_TRY (ictus__h5_usable (f));
  if (H5Aexists_by_name (f->file, object, name, H5P_DEFAULT) > 0)
    a = H5Aopen_by_name (f->file, object, name, H5P_DEFAULT, H5P_DEFAULT);
  if (a >= 0)
    {
      type = H5Aget_type (a);
      space = H5Aget_space (a);
    }
  if (a < 0)
    e = ictus_h5_fail (ICTUS_E_FORMAT, "%s: %s has no attribute %s", f->path, object, name);
  else if (H5Tget_class (type) != H5T_INTEGER || H5Sget_simple_extent_npoints (space) != 1)
    e = ICTUS_FAIL (ICTUS_E_FORMAT, "%s: the attribute %s of %s is not a single integer", f->path, name,
                    object);
  else if (H5Aread (a, H5T_NATIVE_INT64, value) < 0)
    e = ictus_h5_fail (ICTUS_E_IO, "%s: cannot read the attribute %s of %s", f->path, name, object);
  if (space >= 0)
    H5Sclose (space);
  if (type >= 0)
    H5Tclose (type);
  if (a >= 0)
    H5Aclose (a);
  return ictus_comm_agree (f->comm, e);
}

ictus_err
ictus_h5_look (ictus_h5 *f, const char *path, ictus_h5_facts *out)
{
  hid_t id, space = H5I_INVALID_HID, type = H5I_INVALID_HID;
  hsize_t dims[ICTUS_H5_MAXDIM];
  ictus_err e = ICTUS_OK;

  *out = (ictus_h5_facts){ .is_group = false };
  ICTUS_TRY (ictus__h5_usable (f));
  id = H5Oopen (f->file, path, H5P_DEFAULT);
  out->is_group = id >= 0 && H5Iget_type (id) == H5I_GROUP;
  if (id >= 0 && H5Iget_type (id) == H5I_DATASET)
    {
      type = H5Dget_type (id);
      space = H5Dget_space (id);
    }
  if (type >= 0 && space >= 0 && H5Sget_simple_extent_ndims (space) >= 0
      && H5Sget_simple_extent_ndims (space) <= ICTUS_H5_MAXDIM)
    {
      out->is_float = H5Tget_class (type) == H5T_FLOAT;
      out->is_integer = H5Tget_class (type) == H5T_INTEGER;
      out->size = H5Tget_size (type);
      out->has_sign = out->is_integer && H5Tget_sign (type) == H5T_SGN_2;
      out->is_little = H5Tget_order (type) == H5T_ORDER_LE || out->size == 1;
      out->ndim = H5Sget_simple_extent_dims (space, dims, NULL);
      for (int k = 0; k < out->ndim; ++k)
        out->dims[k] = dims[k];
    }
  else if (!out->is_group)
    e = ictus_h5_fail (ICTUS_E_FORMAT, "%s: cannot read %s", f->path, path);
  if (space >= 0)
    H5Sclose (space);
  if (type >= 0)
    H5Tclose (type);
  if (id >= 0)
    H5Oclose (id);
  return ictus_comm_agree (f->comm, e);
}
