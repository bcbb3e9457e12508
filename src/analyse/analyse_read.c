/* SPDX-License-Identifier: BSD-3-Clause */
/* What drawing needs of HDF5 beyond ictus/h5.h: attributes as numbers, some columns of a big table, dimension
   scales. */
#include "config.h"

#include <hdf5_hl.h>
#include <string.h>

#include "analyse/analyse_impl.h"

void
ictus__free_names (char **names, size_t n)
{
  for (size_t k = 0; names != NULL && k < n; ++k)
    ictus_free (names[k]);
  ictus_free (names);
}

ictus_err
ictus__read_attr_double (ictus_h5 *f, const char *object, const char *name, double *out)
{
  hid_t a = H5I_INVALID_HID, space;
  bool good;

  if (H5Aexists_by_name (f->file, object, name, H5P_DEFAULT) > 0)
    a = H5Aopen_by_name (f->file, object, name, H5P_DEFAULT, H5P_DEFAULT);
  if (a < 0)
    return ictus_h5_fail (ICTUS_E_FORMAT, "%s: %s lacks the attribute %s", f->path, object, name);
  space = H5Aget_space (a);
  good = space >= 0 && H5Sget_simple_extent_npoints (space) == 1 && H5Aread (a, H5T_NATIVE_DOUBLE, out) >= 0;
  if (space >= 0)
    H5Sclose (space);
  H5Aclose (a);
  if (!good)
    return ictus_h5_fail (ICTUS_E_FORMAT, "%s: the attribute %s of %s is not a number", f->path, name,
                          object);
  return ICTUS_OK;
}

void
ictus__read_text (ictus_h5 *f, const char *object, const char *name, char *out)
{
  char *s = NULL;

  out[0] = '\0';
  if (H5Aexists_by_name (f->file, object, name, H5P_DEFAULT) > 0
      && ictus_h5_read_attr_string (f, object, name, &s) == ICTUS_OK)
    snprintf (out, PLOT_NAME, "%s", s);
  ictus_free (s);
}

ictus_err
ictus__read_columns (ictus_h5 *f, const char *path, size_t ncol, double **out, size_t *nrow)
{
  hid_t set = H5I_INVALID_HID, file = H5I_INVALID_HID, mem = H5I_INVALID_HID;
  hsize_t dims[2] = { 0, 0 }, start[2] = { 0, 0 }, count[2];
  ictus_err e = ICTUS_OK;

  *out = NULL;
  *nrow = 0;
  set = H5Dopen2 (f->file, path, H5P_DEFAULT);
  if (set >= 0)
    file = H5Dget_space (set);
  if (file < 0 || H5Sget_simple_extent_ndims (file) != 2 || H5Sget_simple_extent_dims (file, dims, NULL) != 2)
    ICTUS_GO (ictus_h5_fail (ICTUS_E_FORMAT, "%s: %s is not a table of two dimensions", f->path, path));
  count[0] = dims[0];
  count[1] = ncol < dims[1] ? ncol : dims[1];
  if ((*out = ictus_alloc ((size_t) (count[0] * count[1]), sizeof **out)) == NULL)
    ICTUS_GO (ICTUS_E_NOMEM);
  *nrow = (size_t) count[0];
  if (count[0] == 0 || count[1] == 0)
    goto done;
  mem = H5Screate_simple (2, count, NULL);
  if (mem < 0 || H5Sselect_hyperslab (file, H5S_SELECT_SET, start, NULL, count, NULL) < 0
      || H5Dread (set, H5T_NATIVE_DOUBLE, mem, file, H5P_DEFAULT, *out) < 0)
    ICTUS_GO (ictus_h5_fail (ICTUS_E_FORMAT, "%s: %s cannot be read", f->path, path));
done:
  if (mem >= 0)
    H5Sclose (mem);
  if (file >= 0)
    H5Sclose (file);
  if (set >= 0)
    H5Dclose (set);
  if (e != ICTUS_OK)
    {
      ictus_free (*out);
      *out = NULL;
    }
  return e;
}

/* Copy strings of fixed length, or pointers to strings, out of what H5Aread gave. */
static ictus_err
copy_names (const char *raw, bool variable, size_t width, char **names, size_t n)
{
  char one[PLOT_NAME];

  for (size_t k = 0; k < n; ++k)
    {
      if (variable)
        {
          const char *s;

          memcpy (&s, raw + k * sizeof s, sizeof s);
          snprintf (one, sizeof one, "%s", s != NULL ? s : "");
        }
      else
        snprintf (one, sizeof one, "%.*s", width < sizeof one ? (int) width : (int) sizeof one - 1,
                  raw + k * width);
      if ((names[k] = ictus_strdup (one)) == NULL)
        return ICTUS_E_NOMEM;
    }
  return ICTUS_OK;
}

ictus_err
ictus__read_names (ictus_h5 *f, const char *object, const char *name, char ***names, size_t *n)
{
  hid_t a = H5I_INVALID_HID, type = H5I_INVALID_HID, space = H5I_INVALID_HID;
  ictus_err e = ICTUS_OK;
  char *raw = NULL;
  htri_t variable = -1;
  size_t width;

  *names = NULL;
  *n = 0;
  if (H5Aexists_by_name (f->file, object, name, H5P_DEFAULT) > 0)
    a = H5Aopen_by_name (f->file, object, name, H5P_DEFAULT, H5P_DEFAULT);
  if (a >= 0)
    {
      type = H5Aget_type (a);
      space = H5Aget_space (a);
      variable = H5Tis_variable_str (type);
    }
  if (variable < 0 || space < 0 || H5Tget_class (type) != H5T_STRING)
    ICTUS_GO (
        ictus_h5_fail (ICTUS_E_FORMAT, "%s: %s lacks the names in its attribute %s", f->path, object, name));
  width = H5Tget_size (type);
  *n = (size_t) H5Sget_simple_extent_npoints (space);
  if ((raw = ictus_alloc (*n, width)) == NULL || (*names = ictus_alloc (*n, sizeof **names)) == NULL)
    ICTUS_GO (ICTUS_E_NOMEM);
  if (H5Aread (a, type, raw) < 0)
    ICTUS_GO (
        ictus_h5_fail (ICTUS_E_FORMAT, "%s: the attribute %s of %s cannot be read", f->path, name, object));
  e = copy_names (raw, variable > 0, width, *names, *n);
  if (variable > 0)
    H5Dvlen_reclaim (type, space, H5P_DEFAULT, raw);
done:
  if (space >= 0)
    H5Sclose (space);
  if (type >= 0)
    H5Tclose (type);
  if (a >= 0)
    H5Aclose (a);
  ictus_free (raw);
  if (e != ICTUS_OK)
    {
      ictus__free_names (*names, *n);
      *names = NULL;
      *n = 0;
    }
  return e;
}

static herr_t
take_name (hid_t set, unsigned dim, hid_t scale, void *ctx)
{
  (void) set;
  (void) dim;
  return H5Iget_name (scale, ctx, PLOT_NAME) > 0 ? 1 : 0; /* 1: the first scale is enough */
}

ictus_err
ictus__read_scale (ictus_h5 *f, const char *set, unsigned dim, char *name)
{
  hid_t d = H5Dopen2 (f->file, set, H5P_DEFAULT);

  name[0] = '\0';
  if (d >= 0)
    {
      if (H5DSiterate_scales (d, dim, NULL, take_name, name) < 0)
        name[0] = '\0';
      H5Dclose (d);
    }
  if (name[0] == '\0')
    return ictus_h5_fail (ICTUS_E_FORMAT, "%s: dimension %u of %s has no scale", f->path, dim, set);
  return ICTUS_OK;
}

ictus_err
ictus__unknown_what (const char *what, const char *path, const char *const *known, size_t n)
{
  const char *near = ictus_nearest (what, known, n);
  ictus_text list = { 0 };
  ictus_err e;

  for (size_t k = 0; k < n; ++k)
    {
      bool seen = false;

      for (size_t j = 0; j < k; ++j)
        seen = seen || strcmp (known[j], known[k]) == 0;
      if (!seen)
        ictus_text_add (&list, "%s%s", list.len > 0 ? ", " : "", known[k]);
    }
  if (near != NULL)
    e = ICTUS_FAIL (ICTUS_E_INPUT, "%s has no \"%s\" to draw; did you mean \"%s\"? There is: %s", path, what,
                    near, list.s != NULL ? list.s : "nothing");
  else
    e = ICTUS_FAIL (ICTUS_E_INPUT, "%s has no \"%s\" to draw; there is: %s", path, what,
                    list.s != NULL ? list.s : "nothing");
  ictus_text_clear (&list);
  return e;
}
