/* SPDX-License-Identifier: BSD-3-Clause */
/* The data sets of sweep.h5 that have a value at every point: measures, flags, state; at every run; at every
   line of a threshold search. */
#include <hdf5_hl.h>
#include <math.h>
#include <string.h>

#include "sweep/sweep_file.h"

/* ---- one data set ---- */

typedef struct shape /* its dimensions, as numbers of scales */
{
  int n, along[ICTUS__MAXDIM + 1];
} shape;

static shape
shape_of (const ictus__writer *w, bool population, bool repeat)
{
  shape s = { .n = w->nplace };

  for (int k = 0; k < w->nplace; ++k)
    s.along[k] = k;
  if (population)
    s.along[s.n++] = w->population;
  if (repeat)
    s.along[s.n++] = w->repeat;
  return s;
}

static shape
shape_of_lines (const ictus__writer *w)
{
  shape s = { .n = 0 };

  for (int k = 0; k < w->nplace; ++k)
    if (k != w->exp->threshold.axis)
      s.along[s.n++] = k;
  return s;
}

/* fill: what stands where there is no result, as the attribute of netCDF too; NULL: none. */
static ictus_err
write_set (ictus__writer *w, const char *name, shape s, hid_t type, hid_t memtype, const void *data,
           const void *fill)
{
  hid_t space = H5I_INVALID_HID, plist = H5Pcreate (H5P_DATASET_CREATE), set = H5I_INVALID_HID;
  hid_t one = H5I_INVALID_HID, attr = H5I_INVALID_HID;
  hsize_t single = 1, dim[ICTUS__MAXDIM + 1];
  bool good = plist >= 0;

  for (int k = 0; k < s.n; ++k)
    dim[k] = w->dim[s.along[k]];
  if (good)
    good = (space = s.n > 0 ? H5Screate_simple (s.n, dim, NULL) : H5Screate (H5S_SCALAR)) >= 0;
  if (good && fill != NULL)
    good = H5Pset_fill_value (plist, memtype, fill) >= 0;
  if (good)
    good = (set = H5Dcreate2 (w->file.file, name, type, space, H5P_DEFAULT, plist, H5P_DEFAULT)) >= 0;
  if (good)
    good = H5Dwrite (set, memtype, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0;
  for (int k = 0; good && k < s.n; ++k)
    good = H5DSattach_scale (set, w->scale[s.along[k]], (unsigned) k) >= 0;
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
  ICTUS_TRY (ictus__write_check (w, good ? 0 : -1, name));
  return w->coordinates.s != NULL ? ictus_h5_attr_string (&w->file, name, "coordinates", w->coordinates.s)
                                  : ICTUS_OK;
}

static ictus_err
write_doubles (ictus__writer *w, const char *name, shape s, const double *data, const char *unit,
               const char *meaning)
{
  const double nan = (double) NAN;

  ICTUS_TRY (write_set (w, name, s, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, data, &nan));
  ICTUS_TRY (ictus_h5_attr_string (&w->file, name, "units", unit));
  return ictus_h5_attr_string (&w->file, name, "long_name", meaning);
}

static ictus_err
write_flag (ictus__writer *w, const char *name, shape s, const int8_t *data, int8_t none, int nvalue,
            const char *values, const char *meaning)
{
  int64_t value[8];

  for (int k = 0; k < nvalue; ++k)
    value[k] = k;
  ICTUS_TRY (write_set (w, name, s, H5T_STD_I8LE, H5T_NATIVE_INT8, data, none < 0 ? &none : NULL));
  ICTUS_TRY (ictus_h5_attr_int (&w->file, name, "flag_values", H5T_STD_I8LE, value, nvalue));
  ICTUS_TRY (ictus_h5_attr_string (&w->file, name, "flag_meanings", values));
  return ictus_h5_attr_string (&w->file, name, "long_name", meaning);
}

/* ---- measures ---- */

static const char *const meaning[ICTUS__NMEASURE]
    = { "mean firing rate", "coefficient of variation of inter-spike intervals, mean over neurons",
        "synchrony of the first state (Golomb and Rinzel)",
        "Fano factor of the population count in 5 ms bins" };

typedef struct column /* a measure of the populations, or of all */
{
  ictus_measure m;
  bool all;
  size_t first, n; /* groups of a row: from which on, how many */
  char name[32], words[128];
} column;

static int
value_of (const column *c, size_t p)
{
  return (int) (c->first + p) * ICTUS__NMEASURE + (int) c->m;
}

/* Mean and spread over the repeats, which are the value itself and nothing where there is one. */
static ictus_err
write_points (ictus__writer *w, const column *c, double *buffer, bool spread)
{
  char name[48], words[192];

  snprintf (name, sizeof name, "%s%s", c->name, spread ? "_sd" : "");
  snprintf (words, sizeof words, "%s%s", c->words,
            spread ? ", standard deviation over the repeats (n - 1)" : "");
  for (size_t k = 0; k < w->npoint; ++k)
    for (size_t p = 0; p < c->n; ++p)
      {
        double sd, mean = ictus__point_mean (w->exp, w->table, k, value_of (c, p), &sd);

        buffer[k * c->n + p] = spread ? sd : mean;
      }
  return write_doubles (w, name, shape_of (w, !c->all, false), buffer, ictus__measure_unit (c->m), words);
}

static ictus_err
write_runs (ictus__writer *w, const column *c, double *buffer)
{
  const ictus__table *t = w->table;
  size_t nrepeat = (size_t) w->exp->nrepeat;
  char name[48], words[192];

  snprintf (name, sizeof name, "%s_runs", c->name);
  snprintf (words, sizeof words, "%s, of each run", c->words);
  for (size_t k = 0; k < w->npoint; ++k)
    for (size_t p = 0; p < c->n; ++p)
      for (size_t r = 0; r < nrepeat; ++r)
        buffer[(k * c->n + p) * nrepeat + r]
            = t->value[(k * nrepeat + r) * (size_t) t->nvalue + (size_t) value_of (c, p)];
  return write_doubles (w, name, shape_of (w, !c->all, true), buffer, ictus__measure_unit (c->m), words);
}

static ictus_err
write_measure (ictus__writer *w, ictus_measure m, bool all, double *buffer)
{
  size_t npop = (size_t) ictus_net_npopulation (w->net);
  column c = { .m = m, .all = all, .first = all ? npop : 0, .n = all ? 1 : npop };

  snprintf (c.name, sizeof c.name, "%s%s", ictus__measure_name (m), all ? "_all" : "");
  snprintf (c.words, sizeof c.words, "%s%s", meaning[m], all ? ", all populations" : "");
  ICTUS_TRY (write_points (w, &c, buffer, false));
  if (w->exp->nrepeat == 1)
    return ICTUS_OK;
  ICTUS_TRY (write_points (w, &c, buffer, true));
  return write_runs (w, &c, buffer);
}

/* ---- state and flag ---- */

enum { SKIPPED = 3 }; /* a search is over that did not need the run */

/* line: NULL where nothing is searched. */
static int8_t
state_of (const ictus__writer *w, ictus__status status, size_t point, const ictus__line *line)
{
  if (status == ICTUS__TODO && line != NULL
      && line[ictus__line_of (w->exp, point)].crossing != ICTUS__CROSSING_TODO)
    return SKIPPED;
  return (int8_t) status;
}

static ictus_err
write_states (ictus__writer *w, const ictus__line *line, int8_t *buffer)
{
  const char *words = line != NULL ? "todo done failed skipped" : "todo done failed";
  int n = line != NULL ? SKIPPED + 1 : SKIPPED;
  size_t nrepeat = (size_t) w->exp->nrepeat;

  for (size_t k = 0; k < w->npoint; ++k)
    buffer[k] = state_of (w, ictus__point_status (w->exp, w->table, k), k, line);
  ICTUS_TRY (write_flag (w, "status", shape_of (w, false, false), buffer, 0, n, words, "state of the point"));
  if (nrepeat == 1)
    return ICTUS_OK;
  for (size_t k = 0; k < w->npoint * nrepeat; ++k)
    buffer[k] = state_of (w, (ictus__status) w->table->status[k], k / nrepeat, line);
  return write_flag (w, "status_runs", shape_of (w, false, true), buffer, 0, n, words, "state of each run");
}

static ictus_err
write_counts (ictus__writer *w, void *buffer)
{
  double *part = buffer;
  int32_t *count = buffer;

  for (size_t k = 0; k < w->npoint; ++k)
    part[k] = ictus__point_seizures (w->exp, w->table, k);
  ICTUS_TRY (write_doubles (w, "seizure_fraction", shape_of (w, false, false), part, "1",
                            "part of the repeats with runaway firing"));
  for (size_t k = 0; k < w->npoint; ++k)
    count[k] = (int32_t) ictus__point_ndone (w->exp, w->table, k);
  ICTUS_TRY (write_set (w, "repeats_done", shape_of (w, false, false), H5T_STD_I32LE, H5T_NATIVE_INT32, count,
                        NULL));
  return ictus_h5_attr_string (&w->file, "repeats_done", "long_name", "repeats that are done");
}

static ictus_err
write_seizures (ictus__writer *w, int8_t *buffer)
{
  const int8_t none = -1;

  for (size_t k = 0; k < w->npoint; ++k)
    {
      double part = ictus__point_seizures (w->exp, w->table, k);

      buffer[k] = isnan (part) ? none : part >= ICTUS__SEIZURE_PART ? 1 : 0;
    }
  ICTUS_TRY (write_flag (w, "seizure", shape_of (w, false, false), buffer, none, 2, "no yes",
                         "runaway synchronous firing"));
  ICTUS_TRY (ictus_h5_attr_double (&w->file, "seizure", "chi_at_least", w->exp->seizure_chi));
  ICTUS_TRY (ictus_h5_attr_double (&w->file, "seizure", "rate_Hz_at_least", w->exp->seizure_rate_Hz));
  return ictus_h5_attr_double (&w->file, "seizure", "or_rate_Hz_at_least", w->exp->seizure_tonic_Hz);
}

/* ---- threshold ---- */

static ictus_err
describe_threshold (ictus__writer *w)
{
  const ictus_exp_threshold *h = &w->exp->threshold;
  const char *set = "threshold";
  const int64_t all = (int64_t) w->table->npoint,
                made = (int64_t) (ictus__table_count (w->table, ICTUS__DONE)
                                  + ictus__table_count (w->table, ICTUS__FAILED));

  ICTUS_TRY (ictus_h5_attr_string (&w->file, set, "axis", w->exp->axis[h->axis].name));
  ICTUS_TRY (ictus_h5_attr_string (&w->file, set, "measure", ictus__measure_name (h->measure)));
  ICTUS_TRY (ictus_h5_attr_string (&w->file, set, "of",
                                   h->population < 0 ? "all" : w->exp->population[h->population].name));
  ICTUS_TRY (ictus_h5_attr_double (&w->file, set, "level", h->level));
  ICTUS_TRY (ictus_h5_attr_string (&w->file, set, "level_units", ictus__measure_unit (h->measure)));
  ICTUS_TRY (ictus_h5_attr_int (&w->file, set, "runs", H5T_STD_I64LE, &made, 1));
  return ictus_h5_attr_int (&w->file, set, "runs_full_grid", H5T_STD_I64LE, &all, 1);
}

/* buffer has room for as many doubles as there are lines. */
static ictus_err
write_threshold (ictus__writer *w, const ictus__line *line, size_t nline, double *buffer)
{
  static const char *const name[] = { "threshold", "threshold_lower", "threshold_upper" };
  const ictus_exp_axis *axis = &w->exp->axis[w->exp->threshold.axis];
  const char *unit = axis->unit[0] != '\0' ? axis->unit : "1";
  int8_t *flag = (int8_t *) buffer;
  ictus_text words = { 0 };
  ictus_err e;

  for (int what = 0; what < 3; ++what)
    {
      for (size_t k = 0; k < nline; ++k)
        buffer[k] = what == 0 ? line[k].at : what == 1 ? line[k].from : line[k].to;
      ictus_text_clear (&words);
      ictus__threshold_name (w->exp, &words);
      ictus_text_add (&words, "%s",
                      what == 0   ? ""
                      : what == 1 ? ": value of the grid below"
                                  : ": value of the grid above");
      ICTUS_GO (words.failed ? ICTUS_E_NOMEM : ICTUS_OK);
      ICTUS_GO (write_doubles (w, name[what], shape_of_lines (w), buffer, unit, words.s));
    }
  ICTUS_GO (describe_threshold (w));
  for (size_t k = 0; k < nline; ++k)
    flag[k] = (int8_t) line[k].crossing;
  ICTUS_GO (write_flag (w, "threshold_status", shape_of_lines (w), flag, 0, ICTUS__CROSSING_FAILED + 1,
                        "todo rising falling below_everywhere above_everywhere failed",
                        "how the measure crosses the level as the axis grows"));
done:
  ictus_text_clear (&words);
  return e;
}

/* ---- all ---- */

ictus_err
ictus__write_columns (ictus__writer *w)
{
  size_t width = (size_t) ictus_net_npopulation (w->net), nline = 0;
  double *buffer = ictus_alloc (w->table->npoint, (width > 0 ? width : 1) * sizeof *buffer);
  ictus__line *line = NULL;
  ictus_err e = buffer != NULL ? ICTUS_OK : ICTUS_E_NOMEM;

  ICTUS_GO (e);
  if (w->exp->threshold.is_searched)
    ICTUS_GO (ictus__threshold_lines (w->exp, w->table, &line, &nline));
  for (int m = 0; m < ICTUS__NMEASURE; ++m)
    {
      ICTUS_GO (write_measure (w, (ictus_measure) m, false, buffer));
      ICTUS_GO (write_measure (w, (ictus_measure) m, true, buffer));
    }
  ICTUS_GO (write_states (w, line, (int8_t *) buffer));
  ICTUS_GO (write_seizures (w, (int8_t *) buffer));
  if (w->exp->nrepeat > 1)
    ICTUS_GO (write_counts (w, buffer));
  if (line != NULL)
    ICTUS_GO (write_threshold (w, line, nline, buffer));
done:
  ictus_free (line);
  ictus_free (buffer);
  return e;
}
