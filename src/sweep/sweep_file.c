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
#include "sweep/sweep_impl.h"

enum { MAXDIM = 32 };

typedef struct writer
{
  ictus_h5 file;
  const ictus_experiment *exp;
  const ictus_net *net;
  const ictus__table *table;
  int ndim;             /* axes, and one more for the population */
  hsize_t dim[MAXDIM];  /* the last: populations */
  hid_t scale[MAXDIM];
} writer;

static ictus_err
check (const writer *w, herr_t code, const char *what)
{
  return code < 0 ? ictus_h5_fail (ICTUS_E_IO, "cannot write %s in %s", what, w->file.path) : ICTUS_OK;
}

/* ---- dimension scales ---- */

static ictus_err
write_scale (writer *w, int k, const char *name, hid_t type, hid_t memtype, const void *data)
{
  ICTUS_TRY (ictus_h5_write (&w->file, name, type, memtype, 1, &w->dim[k], data));
  w->scale[k] = H5Dopen2 (w->file.file, name, H5P_DEFAULT);
  ICTUS_TRY (check (w, w->scale[k] < 0 ? -1 : 0, name));
  return check (w, H5DSset_scale (w->scale[k], name), name);
}

static ictus_err
write_axis (writer *w, int k)
{
  const ictus_exp_axis *axis = &w->exp->axis[k];
  ictus_text set = { 0 };
  ictus_err e;

  w->dim[k] = axis->nvalue;
  ICTUS_GO (write_scale (w, k, axis->name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, axis->value));
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
write_names (writer *w, const char *const *names, hsize_t n)
{
  hid_t type = H5Tcopy (H5T_C_S1), space = H5Screate_simple (1, &n, NULL), attr = H5I_INVALID_HID;
  ictus_err e = ICTUS_OK;

  if (type >= 0 && space >= 0 && H5Tset_size (type, H5T_VARIABLE) >= 0
      && H5Tset_cset (type, H5T_CSET_UTF8) >= 0)
    attr = H5Acreate2 (w->scale[w->ndim - 1], "names", type, space, H5P_DEFAULT, H5P_DEFAULT);
  if (attr < 0 || H5Awrite (attr, type, names) < 0)
    e = check (w, -1, "the names of the populations");
  if (attr >= 0)
    H5Aclose (attr);
  if (space >= 0)
    H5Sclose (space);
  if (type >= 0)
    H5Tclose (type);
  return e;
}

static ictus_err
write_populations (writer *w)
{
  int n = ictus_net_npopulation (w->net), k = w->ndim - 1;
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

/* ---- data sets on the grid ---- */

/* fill: what stands where there is no result, as the attribute of netCDF too; NULL: none. */
static ictus_err
write_grid (writer *w, const char *name, int ndim, hid_t type, hid_t memtype, const void *data,
            const void *fill)
{
  hid_t space = H5Screate_simple (ndim, w->dim, NULL), plist = H5Pcreate (H5P_DATASET_CREATE),
        set = H5I_INVALID_HID;
  hid_t one = H5I_INVALID_HID, attr = H5I_INVALID_HID;
  hsize_t single = 1;
  bool good = space >= 0 && plist >= 0;

  if (good && fill != NULL)
    good = H5Pset_fill_value (plist, memtype, fill) >= 0;
  if (good)
    good = (set = H5Dcreate2 (w->file.file, name, type, space, H5P_DEFAULT, plist, H5P_DEFAULT)) >= 0;
  if (good)
    good = H5Dwrite (set, memtype, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0;
  for (int k = 0; good && k < ndim; ++k)
    good = H5DSattach_scale (set, w->scale[k], (unsigned) k) >= 0;
  if (good && fill != NULL)
    good = (one = H5Screate_simple (1, &single, NULL)) >= 0
           && (attr = H5Acreate2 (set, "_FillValue", type, one, H5P_DEFAULT, H5P_DEFAULT)) >= 0
           && H5Awrite (attr, memtype, fill) >= 0;
  if (attr >= 0)
    H5Aclose (attr);
  if (one >= 0)
    H5Sclose (one);
  if (set >= 0)
    H5Dclose (set);
  if (plist >= 0)
    H5Pclose (plist);
  if (space >= 0)
    H5Sclose (space);
  return check (w, good ? 0 : -1, name);
}

static const struct
{
  const char *name, *units, *meaning;
} measure[ICTUS__NMEASURE]
    = { { "rate", "Hz", "mean firing rate" },
        { "cv", "1", "coefficient of variation of inter-spike intervals, mean over neurons" },
        { "chi", "1", "synchrony of the first state (Golomb and Rinzel)" },
        { "fano", "1", "Fano factor of the population count in 5 ms bins" } };

/* Measure m of the populations [points, npop], or of all [points]. */
static ictus_err
write_measure (writer *w, int m, bool all, double *buffer)
{
  const ictus__table *t = w->table;
  size_t npop = (size_t) ictus_net_npopulation (w->net), first = all ? npop : 0, n = all ? 1 : npop;
  const double nan = (double) NAN;
  char name[32], meaning[128];

  for (size_t k = 0; k < t->npoint; ++k)
    for (size_t p = 0; p < n; ++p)
      buffer[k * n + p] = t->value[k * (size_t) t->nvalue + (first + p) * ICTUS__NMEASURE + (size_t) m];
  snprintf (name, sizeof name, "%s%s", measure[m].name, all ? "_all" : "");
  snprintf (meaning, sizeof meaning, "%s%s", measure[m].meaning, all ? ", all populations" : "");
  ICTUS_TRY (
      write_grid (w, name, all ? w->ndim - 1 : w->ndim, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, buffer, &nan));
  ICTUS_TRY (ictus_h5_attr_string (&w->file, name, "units", measure[m].units));
  return ictus_h5_attr_string (&w->file, name, "long_name", meaning);
}

static ictus_err
write_flags (writer *w, int8_t *buffer)
{
  static const int64_t status_values[] = { ICTUS__TODO, ICTUS__DONE, ICTUS__FAILED },
                       seizure_values[] = { 0, 1 };
  const ictus__table *t = w->table;
  const int8_t none = -1;

  for (size_t k = 0; k < t->npoint; ++k)
    buffer[k] = (int8_t) t->status[k];
  ICTUS_TRY (write_grid (w, "status", w->ndim - 1, H5T_STD_I8LE, H5T_NATIVE_INT8, buffer, NULL));
  ICTUS_TRY (ictus_h5_attr_int (&w->file, "status", "flag_values", H5T_STD_I8LE, status_values, 3));
  ICTUS_TRY (ictus_h5_attr_string (&w->file, "status", "flag_meanings", "todo done failed"));
  ICTUS_TRY (ictus_h5_attr_string (&w->file, "status", "long_name", "state of the point"));
  for (size_t k = 0; k < t->npoint; ++k)
    {
      ictus_measures all;

      memcpy (&all, &t->value[(k + 1) * (size_t) t->nvalue - ICTUS__NMEASURE], sizeof all);
      buffer[k] = t->status[k] != ICTUS__DONE ? none : ictus_summary_is_seizure (w->exp, &all) ? 1 : 0;
    }
  ICTUS_TRY (write_grid (w, "seizure", w->ndim - 1, H5T_STD_I8LE, H5T_NATIVE_INT8, buffer, &none));
  ICTUS_TRY (ictus_h5_attr_int (&w->file, "seizure", "flag_values", H5T_STD_I8LE, seizure_values, 2));
  ICTUS_TRY (ictus_h5_attr_string (&w->file, "seizure", "flag_meanings", "no yes"));
  ICTUS_TRY (ictus_h5_attr_string (&w->file, "seizure", "long_name", "runaway synchronous firing"));
  ICTUS_TRY (ictus_h5_attr_double (&w->file, "seizure", "chi_at_least", w->exp->seizure_chi));
  ICTUS_TRY (ictus_h5_attr_double (&w->file, "seizure", "rate_Hz_at_least", w->exp->seizure_rate_Hz));
  return ictus_h5_attr_double (&w->file, "seizure", "or_rate_Hz_at_least", w->exp->seizure_tonic_Hz);
}

static ictus_err
write_failures (writer *w)
{
  char path[64];

  ICTUS_TRY (ictus_h5_group (&w->file, "/failures"));
  for (size_t k = 0; k < w->table->npoint; ++k)
    if (w->table->status[k] == ICTUS__FAILED)
      {
        snprintf (path, sizeof path, "/failures/%zu", k);
        ICTUS_TRY (ictus_h5_write_string (&w->file, path, w->table->reason[k]));
      }
  return ICTUS_OK;
}

/* ---- provenance ---- */

/* The room out writes as one rank; the sweep is on many. */
static ictus_err
write_provenance (writer *w, const ictus__facts *facts)
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
write_all (writer *w, const ictus__facts *facts)
{
  size_t width = (size_t) ictus_net_npopulation (w->net);
  double *buffer = ictus_alloc (w->table->npoint, (width > 0 ? width : 1) * sizeof *buffer);
  int64_t schema = ICTUS_SCHEMA_SWEEP;
  ictus_err e = buffer != NULL ? ICTUS_OK : ICTUS_E_NOMEM;

  ICTUS_GO (e);
  ICTUS_GO (ictus_h5_attr_string (&w->file, "/", "ictus_kind", ICTUS_KIND_SWEEP));
  ICTUS_GO (ictus_h5_attr_int (&w->file, "/", "ictus_schema", H5T_STD_I32LE, &schema, 1));
  ICTUS_GO (ictus_h5_attr_string (&w->file, "/", "title", w->exp->name));
  for (int k = 0; k < w->exp->naxis; ++k)
    ICTUS_GO (write_axis (w, k));
  ICTUS_GO (write_populations (w));
  for (int m = 0; m < ICTUS__NMEASURE; ++m)
    {
      ICTUS_GO (write_measure (w, m, false, buffer));
      ICTUS_GO (write_measure (w, m, true, buffer));
    }
  ICTUS_GO (write_flags (w, (int8_t *) buffer));
  ICTUS_GO (write_failures (w));
  ICTUS_GO (write_provenance (w, facts));
done:
  ictus_free (buffer);
  return e;
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
  writer w = { .exp = exp, .net = net, .table = t, .ndim = exp->naxis + 1 };
  ictus_text path = { 0 }, tmp = { 0 };
  ictus_err e, closing;

  for (int k = 0; k < MAXDIM; ++k)
    w.scale[k] = H5I_INVALID_HID;
  ictus__journal_name (dir, facts->part, facts->nparts, "h5", &path);
  ictus__journal_name (dir, facts->part, facts->nparts, "h5.tmp", &tmp);
  ICTUS_GO (path.failed || tmp.failed ? ICTUS_E_NOMEM : ICTUS_OK);
  ICTUS_GO (ictus_h5_create (MPI_COMM_SELF, tmp.s, true, &w.file));
  e = write_all (&w, facts);
  for (int k = 0; k < MAXDIM; ++k)
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
  ictus_text_clear (&path);
  ictus_text_clear (&tmp);
  return e;
}
