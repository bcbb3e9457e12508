/* SPDX-License-Identifier: BSD-3-Clause */
/* Groups, links, attributes. */
#include "h5/h5_impl.h"

#include <string.h>

hid_t
ictus__h5_on_the_way (void)
{
  hid_t p = H5Pcreate (H5P_LINK_CREATE);

  if (p >= 0 && H5Pset_create_intermediate_group (p, 1) < 0)
    {
      H5Pclose (p);
      return H5I_INVALID_HID;
    }
  return p;
}

ictus_err
ictus_h5_group (ictus_h5 *f, const char *path)
{
  hid_t on_the_way, how, g = H5I_INVALID_HID;
  ictus_err e = ICTUS_OK;

  ICTUS_TRY (ictus__h5_usable (f));
  if (ictus_h5_exists (f, path))
    return ICTUS_OK;
  on_the_way = ictus__h5_on_the_way ();
  how = H5Pcreate (H5P_GROUP_CREATE);
  if (how >= 0 && H5Pset_obj_track_times (how, false) >= 0) /* equal contents, equal files */
    g = H5Gcreate2 (f->file, path, on_the_way, how, H5P_DEFAULT);
  if (g < 0)
    e = ictus_h5_fail (ICTUS_E_IO, "%s: cannot make the group %s", f->path, path);
  else
    H5Gclose (g);
  if (how >= 0)
    H5Pclose (how);
  if (on_the_way >= 0)
    H5Pclose (on_the_way);
  return ictus__h5_wrote (f, e);
}

ictus_err
ictus_h5_link (ictus_h5 *f, const char *object, const char *path)
{
  hid_t on_the_way;
  ictus_err e = ICTUS_OK;

  ICTUS_TRY (ictus__h5_usable (f));
  if (!ictus_h5_exists (f, object) || ictus_h5_exists (f, path))
    return ICTUS_FAIL (ICTUS_E_ARG, "%s: cannot link %s to %s: there is no such object, or the name is taken",
                       f->path, path, object);
  on_the_way = ictus__h5_on_the_way ();
  if (H5Lcreate_hard (f->file, object, f->file, path, on_the_way, H5P_DEFAULT) < 0)
    e = ictus_h5_fail (ICTUS_E_IO, "%s: cannot link %s to %s", f->path, path, object);
  if (on_the_way >= 0)
    H5Pclose (on_the_way);
  return ictus__h5_wrote (f, e);
}

/* Replace or make an attribute of a data space and write it, the same on all ranks. */
static ictus_err
put (ictus_h5 *f, const char *object, const char *name, hid_t type, hid_t memtype, hid_t space,
     const void *value)
{
  hid_t a = H5I_INVALID_HID;
  htri_t there;
  bool good;

  there = H5Aexists_by_name (f->file, object, name, H5P_DEFAULT);
  good = there >= 0 && (there == 0 || H5Adelete_by_name (f->file, object, name, H5P_DEFAULT) >= 0);
  if (good)
    a = H5Acreate_by_name (f->file, object, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  good = good && a >= 0 && H5Awrite (a, memtype, value) >= 0;
  if (a >= 0 && H5Aclose (a) < 0)
    good = false;
  return good ? ICTUS_OK
              : ictus_h5_fail (ICTUS_E_IO, "%s: cannot write the attribute %s of %s", f->path, name, object);
}

static ictus_err
attribute_place (ictus_h5 *f, const char *object, const char *name)
{
  ICTUS_TRY (ictus__h5_usable (f));
  if (!ictus_h5_exists (f, object))
    return ICTUS_FAIL (ICTUS_E_ARG, "%s: no object %s to give the attribute %s", f->path, object, name);
  return ICTUS_OK;
}

ictus_err
ictus_h5_attr_string (ictus_h5 *f, const char *object, const char *name, const char *value)
{
  hid_t type = H5I_INVALID_HID, space = H5I_INVALID_HID;
  ictus_err e;

  ICTUS_TRY (attribute_place (f, object, name));
  type = H5Tcopy (H5T_C_S1);
  space = H5Screate (H5S_SCALAR);
  if (type < 0 || space < 0 || H5Tset_size (type, H5T_VARIABLE) < 0 || H5Tset_cset (type, H5T_CSET_UTF8) < 0)
    e = ictus_h5_fail (ICTUS_E_NOMEM, "%s: attribute %s", f->path, name);
  else
    e = put (f, object, name, type, type, space, &value);
  if (space >= 0)
    H5Sclose (space);
  if (type >= 0)
    H5Tclose (type);
  return ictus__h5_wrote (f, e);
}

ictus_err
ictus_h5_attr_double (ictus_h5 *f, const char *object, const char *name, double value)
{
  hid_t space;
  ictus_err e;

  ICTUS_TRY (attribute_place (f, object, name));
  space = H5Screate (H5S_SCALAR);
  e = put (f, object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, space, &value);
  if (space >= 0)
    H5Sclose (space);
  return ictus__h5_wrote (f, e);
}

/* HDF5 turns no integers into enumerators: do it by hand with the integer type below the enumeration. */
static ictus_err
put_enum (ictus_h5 *f, const char *object, const char *name, hid_t type, hid_t space, const int64_t *value,
          int n)
{
  hid_t below = H5Tget_super (type);
  int64_t *buf = ictus_alloc ((size_t) n, sizeof *buf); /* in place: the wider of the two */
  ictus_err e = ICTUS_E_NOMEM;

  if (buf != NULL && below >= 0)
    {
      memcpy (buf, value, (size_t) n * sizeof *buf);
      if (H5Tconvert (H5T_NATIVE_INT64, below, (size_t) n, buf, NULL, H5P_DEFAULT) < 0)
        e = ictus_h5_fail (ICTUS_E_ARG, "%s: attribute %s of %s", f->path, name, object);
      else
        e = put (f, object, name, type, type, space, buf);
    }
  if (below >= 0)
    H5Tclose (below);
  ictus_free (buf);
  return e;
}

ictus_err
ictus_h5_attr_int (ictus_h5 *f, const char *object, const char *name, hid_t type, const int64_t *value, int n)
{
  hsize_t dim = (hsize_t) n;
  hid_t space, memtype = H5T_NATIVE_INT64;
  ictus_err e;

  ICTUS_TRY (attribute_place (f, object, name));
  space = n == 1 ? H5Screate (H5S_SCALAR) : H5Screate_simple (1, &dim, NULL);
  if (H5Tget_class (type) == H5T_ENUM)
    e = put_enum (f, object, name, type, space, value, n);
  else
    {
      if (H5Tget_size (type) == 8 && H5Tget_sign (type) == H5T_SGN_NONE)
        memtype = H5T_NATIVE_UINT64;
      e = put (f, object, name, type, memtype, space, value);
    }
  if (space >= 0)
    H5Sclose (space);
  return ictus__h5_wrote (f, e);
}
