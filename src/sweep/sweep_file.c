/* SPDX-License-Identifier: BSD-3-Clause */
/* DIR/sweep.h5, by rank 0 alone: plain HDF5 with dimension scales, which is what netCDF-4 is, so that xarray
   and others open it as a labelled grid. Every data set of the root group has a scale on every axis; other
   things are in groups. */
#include <errno.h>
#include <fcntl.h>
#include <hdf5_hl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ictus/out.h"
#include "ictus/schema.h"
#include "sweep/sweep_file.h"

ictus_err
ictus__write_check (const ictus__writer *w, herr_t code, const char *what)
{
  return code < 0 ? ictus_h5_fail (ICTUS_E_IO, "cannot write %s in %s", what, w->file.path) : ICTUS_OK;
}

/* ---- dimension scales ---- */

static ictus_err
write_scale (ictus__writer *w, int k, const char *name, hid_t type, hid_t memtype, const void *data)
{
  ICTUS_TRY (ictus_h5_write (&w->file, name, type, memtype, 1, &w->dim[k], data));
  w->scale[k] = H5Dopen2 (w->file.file, name, H5P_DEFAULT);
  ICTUS_TRY (ictus__write_check (w, w->scale[k] < 0 ? -1 : 0, name));
  return ictus__write_check (w, H5DSset_scale (w->scale[k], name), name);
}

static ictus_err
describe_axis (ictus__writer *w, const ictus_exp_axis *axis)
{
  ictus_text set = { 0 };
  ictus_err e;

  for (int s = 0; s < axis->nset; ++s)
    ictus_text_add (&set, "%s%s", s > 0 ? ", " : "", axis->set[s]);
  ICTUS_GO (set.failed ? ICTUS_E_NOMEM : ICTUS_OK);
  ICTUS_GO (ictus_h5_attr_string (&w->file, axis->name, "units", axis->unit[0] != '\0' ? axis->unit : "1"));
  ICTUS_GO (ictus_h5_attr_string (&w->file, axis->name, "long_name", set.s));
done:
  ictus_text_clear (&set);
  return e;
}

static ictus_err
write_axes (ictus__writer *w)
{
  for (int k = 0; k < w->exp->naxis; ++k)
    {
      const ictus_exp_axis *axis = &w->exp->axis[k];

      w->dim[k] = axis->nvalue;
      ICTUS_TRY (write_scale (w, k, axis->name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, axis->value));
      ICTUS_TRY (describe_axis (w, axis));
    }
  return ICTUS_OK;
}

/* Of a design that draws: one dimension, the point; the axes are values along it. */
static ictus_err
write_drawn (ictus__writer *w)
{
  int64_t *number = ictus_alloc (w->npoint, sizeof *number);
  double *value = ictus_alloc (w->npoint, sizeof *value);
  ictus_err e = number != NULL && value != NULL ? ICTUS_OK : ICTUS_E_NOMEM;

  ICTUS_GO (e);
  for (size_t k = 0; k < w->npoint; ++k)
    number[k] = (int64_t) k;
  w->dim[0] = w->npoint;
  ICTUS_GO (write_scale (w, 0, "point", H5T_STD_I64LE, H5T_NATIVE_INT64, number));
  ICTUS_GO (ictus_h5_attr_string (&w->file, "point", "long_name", "point of the design"));
  for (int a = 0; a < w->exp->naxis; ++a)
    {
      const char *name = w->exp->axis[a].name;
      hid_t set;
      herr_t code;

      for (size_t k = 0; k < w->npoint; ++k)
        value[k] = ictus__grid_value (w->exp, k, a);
      ICTUS_GO (ictus_h5_write (&w->file, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, w->dim, value));
      set = H5Dopen2 (w->file.file, name, H5P_DEFAULT);
      code = set >= 0 ? H5DSattach_scale (set, w->scale[0], 0) : -1;
      if (set >= 0)
        H5Dclose (set);
      ICTUS_GO (ictus__write_check (w, code, name));
      ICTUS_GO (describe_axis (w, &w->exp->axis[a]));
      ICTUS_GO (ictus_h5_attr_string (&w->file, name, "spacing", w->exp->axis[a].log ? "log" : "lin"));
      ictus_text_add (&w->coordinates, "%s%s", a > 0 ? " " : "", name);
    }
  ICTUS_GO (w->coordinates.failed ? ICTUS_E_NOMEM : ICTUS_OK);
done:
  ictus_free (number);
  ictus_free (value);
  return e;
}

/* The seeds are an attribute: an axis may be called so. */
static ictus_err
write_repeats (ictus__writer *w)
{
  size_t n = (size_t) w->exp->nrepeat;
  int32_t *number = ictus_alloc (n, sizeof *number);
  int64_t *seed = ictus_alloc (n, sizeof *seed);
  ictus_err e = number != NULL && seed != NULL ? ICTUS_OK : ICTUS_E_NOMEM;

  ICTUS_GO (e);
  for (size_t r = 0; r < n; ++r)
    {
      number[r] = (int32_t) r;
      seed[r] = (int64_t) ictus__repeat_seed (w->exp->seed, r);
    }
  w->dim[w->repeat] = n;
  ICTUS_GO (write_scale (w, w->repeat, "repeat", H5T_STD_I32LE, H5T_NATIVE_INT32, number));
  ICTUS_GO (ictus_h5_attr_string (&w->file, "repeat", "long_name", "repeat of the point with another seed"));
  if (!ictus__seed_is_swept (w->exp) && n <= 1000) /* attributes have room for 64 kB */
    ICTUS_GO (ictus_h5_attr_int (&w->file, "repeat", "seeds", H5T_STD_I64LE, seed, (int) n));
done:
  ictus_free (number);
  ictus_free (seed);
  return e;
}

static ictus_err
write_names (ictus__writer *w, const char *const *names, hsize_t n)
{
  hid_t type = H5Tcopy (H5T_C_S1), space = H5Screate_simple (1, &n, NULL), attr = H5I_INVALID_HID;
  ictus_err e = ICTUS_OK;

  if (type >= 0 && space >= 0 && H5Tset_size (type, H5T_VARIABLE) >= 0
      && H5Tset_cset (type, H5T_CSET_UTF8) >= 0)
    attr = H5Acreate2 (w->scale[w->population], "names", type, space, H5P_DEFAULT, H5P_DEFAULT);
  if (attr < 0 || H5Awrite (attr, type, names) < 0)
    e = ictus__write_check (w, -1, "the names of the populations");
  if (attr >= 0)
    H5Aclose (attr);
  if (space >= 0)
    H5Sclose (space);
  if (type >= 0)
    H5Tclose (type);
  return e;
}

static ictus_err
write_populations (ictus__writer *w)
{
  int n = ictus_net_npopulation (w->net), k = w->population;
  int32_t *number = ictus_alloc ((size_t) n, sizeof *number);
  const char **name = ictus_alloc ((size_t) n, sizeof *name);
  ictus_err e = number != NULL && name != NULL ? ICTUS_OK : ICTUS_E_NOMEM;

  ICTUS_GO (e);
  for (int p = 0; p < n; ++p)
    {
      number[p] = p;
      name[p] = ictus_net_population (w->net, p)->name;
    }
  w->dim[k] = (hsize_t) n;
  ICTUS_GO (write_scale (w, k, "population", H5T_STD_I32LE, H5T_NATIVE_INT32, number));
  ICTUS_GO (ictus_h5_attr_string (&w->file, "population", "long_name", "population, see attribute names"));
  ICTUS_GO (write_names (w, name, (hsize_t) n));
done:
  ictus_free (number);
  ictus_free (name);
  return e;
}

/* ---- failures ---- */

static ictus_err
write_failures (ictus__writer *w)
{
  size_t nrepeat = (size_t) w->exp->nrepeat;
  char path[64];

  ICTUS_TRY (ictus_h5_group (&w->file, "/failures"));
  for (size_t k = 0; k < w->table->npoint; ++k)
    if (w->table->status[k] == ICTUS__FAILED)
      {
        if (nrepeat > 1)
          snprintf (path, sizeof path, "/failures/%zu.%zu", k / nrepeat, k % nrepeat);
        else
          snprintf (path, sizeof path, "/failures/%zu", k);
        ICTUS_TRY (ictus_h5_write_string (&w->file, path, w->table->reason[k]));
      }
  return ICTUS_OK;
}

/* ---- provenance ---- */

/* The room out writes as one rank; the sweep is on many. */
static ictus_err
write_provenance (ictus__writer *w, const ictus__facts *facts)
{
  const char *run = "/provenance/run";
  const int64_t ranks = facts->nrank, teams = facts->nteam, each = facts->ranks_per_point;
  char digest[32];

  snprintf (digest, sizeof digest, "%016" PRIx64, facts->digest);
  ICTUS_TRY (
      ictus_provenance_write (&w->file, MPI_COMM_SELF, w->exp, w->net, NULL, facts->argc, facts->argv));
  ICTUS_TRY (ictus_h5_attr_string (&w->file, run, "start_time", facts->start));
  ICTUS_TRY (ictus_h5_attr_double (&w->file, run, "wall_s", ictus_wall_s () - facts->start_s));
  ICTUS_TRY (ictus_h5_attr_string (&w->file, run, "hosts", facts->hosts));
  ICTUS_TRY (ictus_h5_attr_int (&w->file, run, "ranks", H5T_STD_I32LE, &ranks, 1));
  ICTUS_TRY (ictus_h5_attr_int (&w->file, run, "teams", H5T_STD_I32LE, &teams, 1));
  ICTUS_TRY (ictus_h5_attr_int (&w->file, run, "ranks_per_point", H5T_STD_I32LE, &each, 1));
  ICTUS_TRY (ictus_h5_attr_string (&w->file, run, "sweep_digest", digest));
  ICTUS_TRY (ictus_h5_attr_double (&w->file, run, "busy_s", facts->busy_s));
  ICTUS_TRY (ictus_h5_attr_double (&w->file, run, "efficiency", facts->efficiency));
  return ictus_h5_attr_string (&w->file, run, "state", facts->complete ? "done" : "incomplete");
}

/* ---- the file ---- */

static ictus_err
write_all (ictus__writer *w, const ictus__facts *facts)
{
  int64_t schema = ICTUS_SCHEMA_SWEEP;

  ICTUS_TRY (ictus_h5_attr_string (&w->file, "/", "ictus_kind", ICTUS_KIND_SWEEP));
  ICTUS_TRY (ictus_h5_attr_int (&w->file, "/", "ictus_schema", H5T_STD_I32LE, &schema, 1));
  ICTUS_TRY (ictus_h5_attr_string (&w->file, "/", "title", w->exp->name));
  ICTUS_TRY (w->exp->design == ICTUS_DESIGN_GRID ? write_axes (w) : write_drawn (w));
  ICTUS_TRY (write_populations (w));
  if (w->exp->nrepeat > 1)
    ICTUS_TRY (write_repeats (w));
  ICTUS_TRY (ictus__write_columns (w));
  ICTUS_TRY (write_failures (w));
  return write_provenance (w, facts);
}

/* The name of the file is on disk only when its folder is. */
static ictus_err
publish (const char *from, const char *to, const char *dir)
{
  int fd;

  if (rename (from, to) != 0)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot rename %s to %s: %s", from, to, strerror (errno));
  fd = open (dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0)
    {
      (void) fsync (fd); /* not all file systems can */
      close (fd);
    }
  return ICTUS_OK;
}

ictus_err
ictus__file_write (const char *dir, const ictus_experiment *exp, const ictus_net *net, const ictus__table *t,
                   const ictus__facts *facts)
{
  int nplace = exp->design == ICTUS_DESIGN_GRID ? exp->naxis : 1;
  ictus__writer w = { .exp = exp,
                      .net = net,
                      .table = t,
                      .npoint = ictus__grid_npoint (exp),
                      .nplace = nplace,
                      .population = nplace,
                      .repeat = nplace + 1 };
  ictus_text path = { 0 }, tmp = { 0 };
  ictus_err e, closing;

  for (int k = 0; k <= ICTUS__MAXDIM; ++k)
    w.scale[k] = H5I_INVALID_HID;
  ictus__journal_name (dir, facts->part, facts->nparts, "h5", &path);
  ictus__journal_name (dir, facts->part, facts->nparts, "h5.tmp", &tmp);
  ICTUS_GO (path.failed || tmp.failed ? ICTUS_E_NOMEM : ICTUS_OK);
  ICTUS_GO (ictus_h5_create (MPI_COMM_SELF, tmp.s, true, &w.file));
  e = write_all (&w, facts);
  for (int k = 0; k <= ICTUS__MAXDIM; ++k)
    if (w.scale[k] >= 0)
      H5Dclose (w.scale[k]);
  if (e == ICTUS_OK)
    e = ictus_h5_flush (&w.file);
  closing = ictus_h5_close (&w.file);
  ICTUS_GO (e != ICTUS_OK ? e : closing);
  ICTUS_GO (publish (tmp.s, path.s, dir));
done:
  if (e != ICTUS_OK && tmp.s != NULL)
    unlink (tmp.s);
  ictus_text_clear (&w.coordinates);
  ictus_text_clear (&path);
  ictus_text_clear (&tmp);
  return e;
}
