/* SPDX-License-Identifier: BSD-3-Clause */
/* Whole data sets, attributes and names, read by every rank. */
#include "h5/h5_impl.h"

#include <string.h>

bool
ictus_h5_exists (ictus_h5 *f, const char *path)
{
  char part[1024];
  size_t n = strlen (path);

  if (n >= sizeof part || f->file < 0)
    return false;
  memcpy (part, path, n + 1);
  for (size_t k = 1; k <= n; ++k) /* H5Lexists wants all but the last name to be there */
    if ((part[k] == '/' || part[k] == '\0') && part[k - 1] != '/')
      {
        char end = part[k];
        htri_t there;

        part[k] = '\0';
        there = H5Lexists (f->file, part, H5P_DEFAULT);
        part[k] = end;
        if (there <= 0)
          {
            H5Eclear2 (H5E_DEFAULT);
            return false;
          }
      }
  return n > 0;
}

/* Open a data set for reading with its number of elements. Collective. */
static ictus_err
open_set (ictus_h5 *f, const char *path, hid_t *set, size_t *n)
{
  hid_t space;
  hssize_t count;
  ictus_err e = ICTUS_OK;

  *set = H5I_INVALID_HID;
  ICTUS_TRY (ictus__h5_usable (f));
  if (!ictus_h5_exists (f, path))
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: no data set %s", f->path, path);
  *set = H5Dopen2 (f->file, path, H5P_DEFAULT);
  space = *set >= 0 ? H5Dget_space (*set) : H5I_INVALID_HID;
  count = space >= 0 ? H5Sget_simple_extent_npoints (space) : -1;
  if (count < 0)
    e = ictus_h5_fail (ICTUS_E_FORMAT, "%s: %s is not a data set", f->path, path);
  *n = count < 0 ? 0 : (size_t) count;
  if (space >= 0)
    H5Sclose (space);
  if (e != ICTUS_OK && *set >= 0)
    {
      H5Dclose (*set);
      *set = H5I_INVALID_HID;
    }
  return ictus_comm_agree (f->comm, e);
}

static ictus_err
read_numbers (ictus_h5 *f, const char *path, hid_t memtype, void **out, size_t *n)
{
  hid_t d, how = H5I_INVALID_HID, type;
  H5T_class_t class;
  ictus_err e;

  *out = NULL;
  *n = 0;
  ICTUS_TRY (open_set (f, path, &d, n));
  type = H5Dget_type (d);
  class = H5Tget_class (type);
  H5Tclose (type);
  if (class != H5T_INTEGER && class != H5T_FLOAT && class != H5T_ENUM)
    {
      e = ICTUS_FAIL (ICTUS_E_FORMAT, "%s: %s does not hold numbers", f->path, path);
      goto done;
    }
  *out = ictus_alloc (*n, H5Tget_size (memtype));
  how = ictus__h5_transfer (f);
  e = *out == NULL || how < 0 ? ICTUS_E_NOMEM : ICTUS_OK;
  ICTUS_GO (ictus_comm_agree (f->comm, e));
  if (*n > 0 && H5Dread (d, memtype, H5S_ALL, H5S_ALL, how, *out) < 0)
    e = ictus_h5_fail (ICTUS_E_IO, "%s: cannot read %s", f->path, path);
  e = ictus_comm_agree (f->comm, e);
done:
  if (how >= 0)
    H5Pclose (how);
  H5Dclose (d);
  if (e != ICTUS_OK)
    {
      ictus_free (*out);
      *out = NULL;
      *n = 0;
    }
  return e;
}

ictus_err
ictus_h5_read_double (ictus_h5 *f, const char *path, double **out, size_t *n)
{
  void *p;
  ictus_err e = read_numbers (f, path, H5T_NATIVE_DOUBLE, &p, n);

  *out = p;
  return e;
}

ictus_err
ictus_h5_read_uint (ictus_h5 *f, const char *path, uint64_t **out, size_t *n)
{
  void *p;
  ictus_err e = read_numbers (f, path, H5T_NATIVE_UINT64, &p, n);

  *out = p;
  return e;
}

/* A single string from a data set or an attribute, of fixed or variable length; get reads it in a given
 * memory type. */
typedef struct source
{
  hid_t id, how;
  bool is_attribute;
} source;

static herr_t
get (const source *s, hid_t type, void *buf)
{
  return s->is_attribute ? H5Aread (s->id, type, buf) : H5Dread (s->id, type, H5S_ALL, H5S_ALL, s->how, buf);
}

static char *
one_string (const source *s, hid_t type)
{
  char *out = NULL, *p = NULL;
  size_t n = H5Tget_size (type);
  hid_t mem;

  if (H5Tis_variable_str (type) > 0)
    {
      if (get (s, type, &p) >= 0)
        out = ictus_strdup (p != NULL ? p : "");
      H5free_memory (p);
      return out;
    }
  mem = H5Tcopy (type);
  out = ictus_alloc (n + 1, 1);
  if (mem >= 0 && out != NULL && (H5Tset_strpad (mem, H5T_STR_NULLPAD) < 0 || get (s, mem, out) < 0))
    {
      ictus_free (out);
      out = NULL;
    }
  if (mem >= 0)
    H5Tclose (mem);
  return out;
}

ictus_err
ictus_h5_read_string (ictus_h5 *f, const char *path, char **out)
{
  source s = { .how = H5I_INVALID_HID };
  hid_t type;
  size_t n;
  ictus_err e = ICTUS_OK;

  *out = NULL;
  ICTUS_TRY (open_set (f, path, &s.id, &n));
  type = H5Dget_type (s.id);
  s.how = ictus__h5_transfer (f);
  if (n != 1 || H5Tget_class (type) != H5T_STRING)
    e = ICTUS_FAIL (ICTUS_E_FORMAT, "%s: %s is not a single string", f->path, path);
  else if ((*out = one_string (&s, type)) == NULL)
    e = ictus_h5_fail (ICTUS_E_IO, "%s: cannot read %s", f->path, path);
  if (s.how >= 0)
    H5Pclose (s.how);
  H5Tclose (type);
  H5Dclose (s.id);
  e = ictus_comm_agree (f->comm, e);
  if (e != ICTUS_OK)
    {
      ictus_free (*out);
      *out = NULL;
    }
  return e;
}

ictus_err
ictus_h5_read_attr_string (ictus_h5 *f, const char *object, const char *name, char **out)
{
  source s = { .id = H5I_INVALID_HID, .how = H5I_INVALID_HID, .is_attribute = true };
  hid_t type = H5I_INVALID_HID, space = H5I_INVALID_HID;
  ictus_err e = ICTUS_OK;

  *out = NULL;
  ICTUS_TRY (ictus__h5_usable (f));
  if (ictus_h5_exists (f, object) && H5Aexists_by_name (f->file, object, name, H5P_DEFAULT) > 0)
    s.id = H5Aopen_by_name (f->file, object, name, H5P_DEFAULT, H5P_DEFAULT);
  if (s.id >= 0)
    {
      type = H5Aget_type (s.id);
      space = H5Aget_space (s.id);
    }
  if (s.id < 0)
    e = ictus_h5_fail (ICTUS_E_FORMAT, "%s: %s has no attribute %s", f->path, object, name);
  else if (H5Tget_class (type) != H5T_STRING || H5Sget_simple_extent_npoints (space) != 1)
    e = ICTUS_FAIL (ICTUS_E_FORMAT, "%s: the attribute %s of %s is not a single string", f->path, name,
                    object);
  else if ((*out = one_string (&s, type)) == NULL)
    e = ictus_h5_fail (ICTUS_E_IO, "%s: cannot read the attribute %s of %s", f->path, name, object);
  if (space >= 0)
    H5Sclose (space);
  if (type >= 0)
    H5Tclose (type);
  if (s.id >= 0)
    H5Aclose (s.id);
  e = ictus_comm_agree (f->comm, e);
  if (e != ICTUS_OK)
    {
      ictus_free (*out);
      *out = NULL;
    }
  return e;
}

ictus_err
ictus_h5_shape (ictus_h5 *f, const char *path, int maxdim, hsize_t *dims, int *ndim)
{
  hid_t d, space;
  hsize_t all[ICTUS_H5_MAXDIM];
  size_t n;
  ictus_err e = ICTUS_OK;

  *ndim = 0;
  ICTUS_TRY (open_set (f, path, &d, &n));
  space = H5Dget_space (d);
  *ndim = H5Sget_simple_extent_ndims (space);
  if (*ndim < 0 || *ndim > maxdim || H5Sget_simple_extent_dims (space, all, NULL) < 0)
    e = ICTUS_FAIL (ICTUS_E_FORMAT, "%s: %s has %d dimensions, %d at most are expected", f->path, path, *ndim,
                    maxdim);
  for (int k = 0; e == ICTUS_OK && k < *ndim; ++k)
    dims[k] = all[k];
  H5Sclose (space);
  H5Dclose (d);
  return ictus_comm_agree (f->comm, e);
}

static void
drop_names (char ***names, size_t *n)
{
  for (size_t k = 0; *names != NULL && k < *n; ++k)
    ictus_free ((*names)[k]);
  ictus_free (*names);
  *names = NULL;
  *n = 0;
}

ictus_err
ictus_h5_list (ictus_h5 *f, const char *group, char ***names, size_t *n)
{
  H5G_info_t info;
  char name[1024];
  ictus_err e = ICTUS_OK;

  *names = NULL;
  *n = 0;
  ICTUS_TRY (ictus__h5_usable (f));
  if (strcmp (group, "/") != 0 && !ictus_h5_exists (f, group))
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: no group %s", f->path, group);
  if (H5Gget_info_by_name (f->file, group, &info, H5P_DEFAULT) < 0)
    e = ictus_h5_fail (ICTUS_E_FORMAT, "%s: %s is not a group", f->path, group);
  else if ((*names = ictus_alloc ((size_t) info.nlinks, sizeof **names)) == NULL)
    e = ICTUS_E_NOMEM;
  ICTUS_TRY (ictus_comm_agree (f->comm, e));
  for (hsize_t k = 0; e == ICTUS_OK && k < info.nlinks; ++k)
    {
      if (H5Lget_name_by_idx (f->file, group, H5_INDEX_NAME, H5_ITER_INC, k, name, sizeof name, H5P_DEFAULT)
          < 0)
        e = ictus_h5_fail (ICTUS_E_FORMAT, "%s: cannot list %s", f->path, group);
      else if (((*names)[k] = ictus_strdup (name)) == NULL)
        e = ICTUS_E_NOMEM;
      else
        *n = (size_t) k + 1;
    }
  e = ictus_comm_agree (f->comm, e);
  if (e != ICTUS_OK)
    drop_names (names, n);
  return e;
}
