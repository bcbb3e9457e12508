/* SPDX-License-Identifier: BSD-3-Clause */
/* make_plot_files DIR -- small files of every kind that `ictus plot` draws, laid out as schema.h says. */
#include <hdf5_hl.h>
#include <math.h>
#include <string.h>

#include "ictus/comm.h"
#include "ictus/h5.h"
#include "ictus/schema.h"

enum { NE = 80, NI = 20, NTIME = 200, NTRACE = 3, NSTEP = 400 };

static ictus_err
begin (const char *dir, const char *name, const char *kind, ictus_h5 *f)
{
  char path[4096];

  snprintf (path, sizeof path, "%s/%s", dir, name);
  ICTUS_TRY (ictus_h5_create (MPI_COMM_SELF, path, true, f));
  return kind != NULL ? ictus_h5_attr_string (f, "/", "ictus_kind", kind) : ICTUS_OK;
}

static ictus_err
table (ictus_h5 *f, const char *path, hid_t type, int ndim, const hsize_t *dims, const double *data)
{
  char group[200], *slash;

  snprintf (group, sizeof group, "%s", path);
  slash = strrchr (group, '/');
  if (slash != NULL && slash != group)
    {
      *slash = '\0';
      ICTUS_TRY (ictus_h5_group (f, group));
    }
  return ictus_h5_write (f, path, type, H5T_NATIVE_DOUBLE, ndim, dims, data);
}

static ictus_err
list (ictus_h5 *f, const char *path, hid_t type, size_t n, const double *data)
{
  hsize_t dim = n;

  return table (f, path, type, 1, &dim, data);
}

/* Every neuron fires each 50 ms, one after the other. */
static ictus_err
spikes (ictus_h5 *f, const char *population, size_t neurons, size_t rounds)
{
  double *t = ictus_alloc (neurons * rounds, sizeof *t), *id = ictus_alloc (neurons * rounds, sizeof *id);
  ictus_err e = t == NULL || id == NULL ? ICTUS_E_NOMEM : ICTUS_OK;
  char path[200];

  for (size_t k = 0; e == ICTUS_OK && k < neurons * rounds; ++k)
    {
      id[k] = (double) (k % neurons);
      t[k] = 50.0 * (double) (k / neurons) + 40.0 * (id[k] + 1) / (double) neurons;
    }
  if (e != ICTUS_OK)
    goto done;
  snprintf (path, sizeof path, "/spikes/%s/timestamps", population);
  ICTUS_GO (list (f, path, H5T_IEEE_F64LE, neurons * rounds, t));
  ICTUS_GO (ictus_h5_attr_string (f, path, "units", "ms"));
  snprintf (path, sizeof path, "/spikes/%s/node_ids", population);
  ICTUS_GO (list (f, path, H5T_STD_U64LE, neurons * rounds, id));
done:
  ictus_free (t);
  ictus_free (id);
  return e;
}

static ictus_err
make_results (const char *dir)
{
  static const double time[3] = { 0.5, 200.5, 0.5 }, id[NTRACE] = { 3, 5, 7 };
  double y[NSTEP * NTRACE], rate[40];
  hsize_t dims[2] = { NSTEP, NTRACE };
  ictus_h5 f;

  ICTUS_TRY (begin (dir, "results.h5", ICTUS_KIND_RESULTS, &f));
  ICTUS_TRY (spikes (&f, "exc_L4", NE, 4));
  ICTUS_TRY (spikes (&f, "inh_L4", NI, 4));
  for (int k = 0; k < 40; ++k)
    rate[k] = 20 + 10 * sin (0.3 * k);
  ICTUS_TRY (list (&f, "/rates/pop/exc_L4", H5T_IEEE_F64LE, 40, rate));
  ICTUS_TRY (ictus_h5_attr_double (&f, "/rates/pop/exc_L4", "start_ms", 0));
  ICTUS_TRY (ictus_h5_attr_double (&f, "/rates/pop/exc_L4", "interval_ms", 5));
  for (int k = 0; k < NSTEP * NTRACE; ++k)
    y[k] = -60 + 10 * sin (0.02 * k);
  ICTUS_TRY (table (&f, "/traces/vm/V_m/data", H5T_IEEE_F32LE, 2, dims, y));
  ICTUS_TRY (ictus_h5_attr_string (&f, "/traces/vm/V_m/data", "units", "mV"));
  ICTUS_TRY (list (&f, "/traces/vm/V_m/mapping/time", H5T_IEEE_F64LE, 3, time));
  ICTUS_TRY (list (&f, "/traces/vm/V_m/mapping/node_ids", H5T_STD_U64LE, NTRACE, id));
  ICTUS_TRY (list (&f, "/means/m/g_ex", H5T_IEEE_F64LE, 40, rate));
  ICTUS_TRY (ictus_h5_attr_double (&f, "/means/m/g_ex", "start_ms", 5));
  ICTUS_TRY (ictus_h5_attr_double (&f, "/means/m/g_ex", "interval_ms", 5));
  ICTUS_TRY (ictus_h5_attr_string (&f, "/means/m/g_ex", "units", "mS/cm^2"));
  return ictus_h5_close (&f);
}

/* More spikes than a raster shows; no population rates; no ictus_kind, as in files of other programs. */
static ictus_err
make_many (const char *dir)
{
  ictus_h5 f;

  ICTUS_TRY (begin (dir, "many.h5", NULL, &f));
  ICTUS_TRY (spikes (&f, "E", 5000, 10));
  return ictus_h5_close (&f);
}

static ictus_err
make_quiet (const char *dir)
{
  ictus_h5 f;

  ICTUS_TRY (begin (dir, "quiet.h5", ICTUS_KIND_RESULTS, &f));
  ICTUS_TRY (spikes (&f, "E", 0, 0));
  return ictus_h5_close (&f);
}

static ictus_err
scale (ictus_h5 *f, const char *set, unsigned dim, const char *axis)
{
  hid_t d = H5Dopen2 (f->file, set, H5P_DEFAULT), a = H5Dopen2 (f->file, axis, H5P_DEFAULT);
  herr_t rc = d < 0 || a < 0 || (H5DSis_scale (a) <= 0 && H5DSset_scale (a, axis) < 0) ? -1 : H5DSattach_scale (d, a, dim);

  H5Dclose (d);
  H5Dclose (a);
  return rc < 0 ? ictus_h5_fail (ICTUS_E_IO, "no scale %s for %s", axis, set) : ICTUS_OK;
}

static ictus_err
make_sweep (const char *dir, const char *file, int naxis)
{
  static const char *const axes[] = { "/g_ex_scale", "/g_in_scale", "/delay" };
  static const char *const sets[] = { "/rate_all", "/chi_all", "/cv_all", "/fano_all", "/seizure", "/status" };
  static const hsize_t dims[3] = { 4, 3, 2 };
  double v[24], axis[4] = { 0.5, 1, 2, 4 };
  size_t n = 1;
  ictus_h5 f;

  ICTUS_TRY (begin (dir, file, ICTUS_KIND_SWEEP, &f));
  for (int k = 0; k < naxis; ++k)
    {
      n *= dims[k];
      ICTUS_TRY (list (&f, axes[k], H5T_IEEE_F64LE, dims[k], axis));
      ICTUS_TRY (ictus_h5_attr_string (&f, axes[k], "units", k == 2 ? "ms" : "1"));
    }
  for (int q = 0; q < 6; ++q)
    {
      for (size_t k = 0; k < n; ++k)
        v[k] = q < 4 ? (double) k / (double) n * (q == 0 ? 30 : 1) : q == 4 ? k > n / 2 : k == 1 ? 2 : 1;
      if (q < 4)
        v[1] = NAN; /* that point failed */
      ICTUS_TRY (table (&f, sets[q], q < 4 ? H5T_IEEE_F64LE : H5T_STD_I8LE, naxis, dims, v));
      for (int k = 0; k < naxis; ++k)
        ICTUS_TRY (scale (&f, sets[q], (unsigned) k, axes[k]));
    }
  return ictus_h5_close (&f);
}

/* The map of sweep.h5 as a search along g_in_scale: most points skipped, a boundary that is missing at one place. */
static ictus_err
make_search (const char *dir)
{
  static const char *const set[] = { "/rate_all", "/status" };
  const double ex[4] = { 0.5, 1, 2, 4 }, in[3] = { 0.5, 1, 2 }, at[4] = { 0.7, 1.4, NAN, 1.1 };
  const hsize_t dims[2] = { 4, 3 };
  double v[12];
  ictus_h5 f;

  ICTUS_TRY (begin (dir, "search.h5", ICTUS_KIND_SWEEP, &f));
  ICTUS_TRY (list (&f, "/g_ex_scale", H5T_IEEE_F64LE, 4, ex));
  ICTUS_TRY (list (&f, "/g_in_scale", H5T_IEEE_F64LE, 3, in));
  ICTUS_TRY (ictus_h5_attr_string (&f, "/g_ex_scale", "units", "1"));
  ICTUS_TRY (ictus_h5_attr_string (&f, "/g_in_scale", "units", "1"));
  for (int q = 0; q < 2; ++q)
    {
      for (int k = 0; k < 12; ++k)
        v[k] = q == 1 ? (k % 5 == 0 ? 3 : 1) : k % 5 == 0 ? (double) NAN : 4 * k;
      ICTUS_TRY (table (&f, set[q], q == 0 ? H5T_IEEE_F64LE : H5T_STD_I8LE, 2, dims, v));
      ICTUS_TRY (scale (&f, set[q], 0, "/g_ex_scale"));
      ICTUS_TRY (scale (&f, set[q], 1, "/g_in_scale"));
    }
  ICTUS_TRY (list (&f, "/threshold", H5T_IEEE_F64LE, 4, at));
  ICTUS_TRY (scale (&f, "/threshold", 0, "/g_ex_scale"));
  ICTUS_TRY (ictus_h5_attr_string (&f, "/threshold", "axis", "g_in_scale"));
  ICTUS_TRY (ictus_h5_attr_string (&f, "/threshold", "long_name", "g_in_scale where rate of all is 5 Hz"));
  return ictus_h5_close (&f);
}

/* Points of a design over two axes, or one; with the spread of repeats. */
static ictus_err
make_design (const char *dir, const char *file, int naxis)
{
  static const char *const axes[] = { "/w", "/tau" };
  static const char *const set[] = { "/rate_all", "/rate_all_sd", "/seizure", "/status" };
  double v[20];
  ictus_h5 f;

  ICTUS_TRY (begin (dir, file, ICTUS_KIND_SWEEP, &f));
  for (int k = 0; k < 20; ++k)
    v[k] = k;
  ICTUS_TRY (list (&f, "/point", H5T_STD_I64LE, 20, v));
  for (int a = 0; a < naxis; ++a)
    {
      for (int k = 0; k < 20; ++k)
        v[k] = a == 0 ? 0.1 * ((7 * k) % 20) : pow (10, 0.1 * ((11 * k) % 20));
      ICTUS_TRY (list (&f, axes[a], H5T_IEEE_F64LE, 20, v));
      ICTUS_TRY (ictus_h5_attr_string (&f, axes[a], "units", a == 0 ? "1" : "ms"));
      ICTUS_TRY (ictus_h5_attr_string (&f, axes[a], "spacing", a == 0 ? "lin" : "log"));
      ICTUS_TRY (scale (&f, axes[a], 0, "/point"));
    }
  for (int q = 0; q < 4; ++q)
    {
      for (int k = 0; k < 20; ++k)
        v[k] = q == 0 ? k : q == 1 ? 0.1 * k : q == 2 ? k > 15 : k == 3 ? 2 : k == 4 ? 0 : 1;
      if (q < 2)
        v[3] = v[4] = NAN;
      ICTUS_TRY (list (&f, set[q], q < 2 ? H5T_IEEE_F64LE : H5T_STD_I8LE, 20, v));
      ICTUS_TRY (scale (&f, set[q], 0, "/point"));
      ICTUS_TRY (ictus_h5_attr_string (&f, set[q], "coordinates", naxis == 1 ? "w" : "w tau"));
    }
  v[0] = 0;
  v[1] = 1;
  ICTUS_TRY (list (&f, "/repeat", H5T_STD_I32LE, 2, v));
  return ictus_h5_close (&f);
}

static ictus_err
make_trajectory (const char *dir)
{
  static const char *const solver[] = { "cvode-bdf", "rk4" }, *const state[] = { "V_m", "Act_m" };
  double t[NTIME], y[NTIME], fired[3] = { 5, 9, 15 };
  char path[200];
  ictus_h5 f;

  ICTUS_TRY (begin (dir, "trajectory.h5", ICTUS_KIND_TRAJECTORY, &f));
  ICTUS_TRY (ictus_h5_attr_string (&f, "/", "model", "hh_test"));
  for (int s = 0; s < 2; ++s)
    {
      for (int k = 0; k < NTIME; ++k)
        t[k] = 0.1 * (k + 1);
      snprintf (path, sizeof path, "/solver/%s/time", solver[s]);
      ICTUS_TRY (list (&f, path, H5T_IEEE_F64LE, NTIME, t));
      for (int q = 0; q < 2; ++q)
        {
          for (int k = 0; k < NTIME; ++k)
            y[k] = q == 0 ? -60 + 30 * sin (t[k] + 0.01 * s) : 0.5 + 0.4 * cos (t[k]);
          snprintf (path, sizeof path, "/solver/%s/%s", solver[s], state[q]);
          ICTUS_TRY (list (&f, path, H5T_IEEE_F64LE, NTIME, y));
          ICTUS_TRY (ictus_h5_attr_string (&f, path, "units", q == 0 ? "mV" : "1"));
        }
      snprintf (path, sizeof path, "/solver/%s/aux/I_Na", solver[s]);
      ICTUS_TRY (list (&f, path, H5T_IEEE_F64LE, NTIME, y));
      ICTUS_TRY (ictus_h5_attr_string (&f, path, "units", "uA/cm^2"));
      snprintf (path, sizeof path, "/solver/%s/spikes", solver[s]);
      ICTUS_TRY (list (&f, path, H5T_IEEE_F64LE, 3, fired));
    }
  return ictus_h5_close (&f);
}

static ictus_err
make_other (const char *dir)
{
  static const double one = 1;
  ictus_h5 f;

  ICTUS_TRY (begin (dir, "other.h5", NULL, &f));
  ICTUS_TRY (list (&f, "/something", H5T_IEEE_F64LE, 1, &one));
  return ictus_h5_close (&f);
}

int
main (int argc, char **argv)
{
  ictus_err e = ICTUS_OK;

  MPI_Init (&argc, &argv);
  ictus_comm_start ();
  if (argc != 2)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_USAGE, "usage: make_plot_files DIR"));
  ICTUS_GO (make_results (argv[1]));
  ICTUS_GO (make_many (argv[1]));
  ICTUS_GO (make_quiet (argv[1]));
  ICTUS_GO (make_sweep (argv[1], "sweep1.h5", 1));
  ICTUS_GO (make_sweep (argv[1], "sweep.h5", 2));
  ICTUS_GO (make_sweep (argv[1], "sweep3.h5", 3));
  ICTUS_GO (make_search (argv[1]));
  ICTUS_GO (make_design (argv[1], "design.h5", 2));
  ICTUS_GO (make_design (argv[1], "design1.h5", 1));
  ICTUS_GO (make_trajectory (argv[1]));
  ICTUS_GO (make_other (argv[1]));
done:
  if (e != ICTUS_OK)
    fprintf (stderr, "%s\n", ictus_err_last ());
  MPI_Finalize ();
  return ictus_err_status (e);
}
