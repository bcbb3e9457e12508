/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus lyapunov --orbit, --section, --zero-one: orbit.h5, section.h5, zero_one.h5, as schema.h has them. */
#include "cli/cli_lyapunov_orbit.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "ictus/schema.h"

static ictus_err
put (ictus_h5 *f, const char *path, size_t n, const double *v, const char *unit)
{
  const hsize_t dims = n;

  ICTUS_TRY (ictus_h5_write (f, path, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, &dims, v));
  return ictus_h5_attr_string (f, path, "units", *unit != '\0' ? unit : "1");
}

/* How the points came about: alike in all three. */
static ictus_err
put_settings (ictus_h5 *f, const ictus_cli_points *a, ictus_points_kind kind, const char *method, double trans, double total,
              double recurrence)
{
  const struct { const char *name; double v; } list[] = { { "trans", trans }, { "total", total }, { "recurrence", recurrence },
                                                          { "rtol", a->o.rtol }, { "atol", a->o.atol } };
  const int64_t intervals = a->o.intervals, most = (int64_t) a->o.keep;
  char what[256];

  ictus_cli_points_what (a, kind, what);
  ICTUS_TRY (ictus_h5_attr_string (f, "/", "points", ictus_points_kind_name (kind)));
  ICTUS_TRY (ictus_h5_attr_string (f, "/", "shows", what));
  ICTUS_TRY (ictus_h5_attr_string (f, "/", "shows_units", ictus_cli_points_unit (a)));
  ICTUS_TRY (ictus_h5_attr_string (f, "/", "watched", ictus_path_column (a->c->model, a->o.watch)->name));
  ICTUS_TRY (ictus_h5_attr_string (f, "/", "time_units", ictus_cli_points_time (a->c->model)));
  ICTUS_TRY (ictus_h5_attr_string (f, "/", "method", method));
  ICTUS_TRY (ictus_h5_attr_int (f, "/", "intervals", H5T_STD_I64LE, &intervals, 1));
  ICTUS_TRY (ictus_h5_attr_int (f, "/", "most_points", H5T_STD_I64LE, &most, 1));
  for (size_t k = 0; k < sizeof list / sizeof *list; ++k)
    ICTUS_TRY (ictus_h5_attr_double (f, "/", list[k].name, list[k].v));
  if (a->o.section == NULL)
    return ICTUS_OK;
  ICTUS_TRY (ictus_h5_attr_string (f, "/", "section", a->section));
  return ictus_h5_attr_double (f, "/", "section_at", a->o.at);
}

static ictus_err
finish (ictus_h5 *f, ictus_err e)
{
  ictus_err closing = ictus_h5_close (f);

  return e != ICTUS_OK ? e : closing;
}

/* ---- orbit.h5 ---- */

static ictus_err
put_way (ictus_h5 *f, const ictus_cli_points *a, const ictus_orbit *r, size_t way)
{
  const char *dir = way == 0 ? "/up" : "/down";
  const size_t n = r->axis.n, *first = r->first + way * n;
  const hsize_t rows = n, ends = n + 1;
  uint64_t *at = ictus_alloc (n + 1, sizeof *at);
  char path[40];
  ictus_err e;

  if (at == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k <= n; ++k)
    at[k] = first[k] - first[0];
  ICTUS_GO (ictus_h5_group (f, dir));
  snprintf (path, sizeof path, "%s/first", dir);
  ICTUS_GO (ictus_h5_write (f, path, H5T_STD_U64LE, H5T_NATIVE_UINT64, 1, &ends, at));
  snprintf (path, sizeof path, "%s/value", dir);
  ICTUS_GO (put (f, path, (size_t) at[n], r->value + first[0], ictus_cli_points_unit (a)));
  snprintf (path, sizeof path, "%s/period", dir);
  ICTUS_GO (ictus_h5_write (f, path, H5T_STD_I32LE, H5T_NATIVE_INT, 1, &rows, r->period + way * n));
  e = ictus_h5_attr_string (f, path, "meanings", "0 irregular, -1 rest, -2 no points, -3 failed, -4 not computed");
done:
  ictus_free (at);
  return e;
}

static ictus_err
put_orbit (ictus_h5 *f, const ictus_cli_points *a, const ictus_orbit *r, int argc, char **argv)
{
  const ictus_lang_var *par = ictus_dyn_par_var (a->c->model, r->axis.par);
  const int64_t done = (int64_t) r->ndone;
  double *v = ictus_alloc (r->axis.n, sizeof *v);
  ictus_err e;

  if (v == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < r->axis.n; ++k)
    v[k] = ictus_lyapunov_axis_at (&r->axis, k);
  ICTUS_GO (ictus_cli_dyn_describe (a->c, f, ICTUS_KIND_ORBIT, ICTUS_SCHEMA_ORBIT, argc, argv));
  ICTUS_GO (put_settings (f, a, r->kind, r->method, r->trans, r->total, r->recurrence));
  ICTUS_GO (ictus_h5_attr_string (f, "/", "parameter", par->name));
  ICTUS_GO (ictus_h5_attr_int (f, "/", "done", H5T_STD_I64LE, &done, 1));
  ICTUS_GO (put (f, "/parameter", r->axis.n, v, par->unit));
  for (size_t way = 0; way < (size_t) r->ways; ++way)
    ICTUS_GO (put_way (f, a, r, way));
done:
  ictus_free (v);
  return e;
}

ictus_err
ictus_cli_orbit_write (const ictus_cli_points *a, const ictus_orbit *r, const char *path, int argc, char **argv)
{
  ictus_h5 f = { .file = H5I_INVALID_HID };

  ICTUS_TRY (ictus_h5_create (MPI_COMM_SELF, path, a->c->overwrite, &f));
  return finish (&f, put_orbit (&f, a, r, argc, argv));
}

/* ---- section.h5 ---- */

/* The plane of the picture: what is watched, and the first other state that the section does not hold. */
static ictus_err
put_plane (ictus_h5 *f, const ictus_cli_points *a, int ncol)
{
  const char *x = ictus_path_column (a->c->model, a->o.watch)->name;

  ICTUS_TRY (ictus_h5_attr_string (f, "/", "x", x));
  for (int c = 0; c < ncol; ++c)
    {
      const char *y = ictus_path_column (a->c->model, c)->name;

      if (c != a->o.watch && strcasecmp (y, a->section) != 0)
        return ictus_h5_attr_string (f, "/", "y", y);
    }
  return ICTUS_OK;
}

static ictus_err
put_section (ictus_h5 *f, const ictus_cli_points *a, const ictus_points *p, int argc, char **argv)
{
  double *v = ictus_alloc (p->n, sizeof *v);
  char path[160];
  ictus_err e;

  if (v == NULL)
    return ICTUS_E_NOMEM;
  ICTUS_GO (ictus_cli_dyn_describe (a->c, f, ICTUS_KIND_SECTION, ICTUS_SCHEMA_SECTION, argc, argv));
  ICTUS_GO (put_settings (f, a, p->kind, p->method, p->trans, p->total, p->recurrence));
  ICTUS_GO (put_plane (f, a, p->ncol));
  ICTUS_GO (put (f, "/time", p->n, p->t, ictus_cli_points_time (a->c->model)));
  ICTUS_GO (ictus_h5_group (f, "/section"));
  for (int c = 0; c < p->ncol; ++c)
    {
      const ictus_lang_var *var = ictus_path_column (a->c->model, c);

      for (size_t k = 0; k < p->n; ++k)
        v[k] = p->v[k * (size_t) p->ncol + (size_t) c];
      snprintf (path, sizeof path, "/section/%s", var->name);
      ICTUS_GO (put (f, path, p->n, v, var->unit));
    }
done:
  ictus_free (v);
  return e;
}

ictus_err
ictus_cli_section_write (const ictus_cli_points *a, const ictus_points *p, const char *path, int argc, char **argv)
{
  ictus_h5 f = { .file = H5I_INVALID_HID };

  ICTUS_TRY (ictus_h5_create (MPI_COMM_SELF, path, a->c->overwrite, &f));
  return finish (&f, put_section (&f, a, p, argc, argv));
}

/* ---- zero_one.h5 ---- */

static ictus_err
put_zero_one (ictus_h5 *f, const ictus_cli_points *a, const ictus_points *p, const double *x, size_t n, const ictus_zero_one *z, int argc,
              char **argv)
{
  ICTUS_TRY (ictus_cli_dyn_describe (a->c, f, ICTUS_KIND_ZERO_ONE, ICTUS_SCHEMA_ZERO_ONE, argc, argv));
  ICTUS_TRY (put_settings (f, a, p->kind, p->method, p->trans, p->total, p->recurrence));
  ICTUS_TRY (ictus_h5_attr_double (f, "/", "k", z->k));
  ICTUS_TRY (ictus_h5_attr_double (f, "/", "k_sparse", z->k_sparse));
  ICTUS_TRY (ictus_h5_attr_double (f, "/", "sample", p->sample));
  ICTUS_TRY (put (f, "/series", n, x, ictus_cli_points_unit (a)));
  ICTUS_TRY (put (f, "/c", ICTUS_ZERO_ONE_C, z->c, ""));
  return put (f, "/k_of_c", ICTUS_ZERO_ONE_C, z->kc, "");
}

ictus_err
ictus_cli_zero_one_write (const ictus_cli_points *a, const ictus_points *p, const double *x, size_t n, const ictus_zero_one *z,
                          const char *path, int argc, char **argv)
{
  ictus_h5 f = { .file = H5I_INVALID_HID };

  ICTUS_TRY (ictus_h5_create (MPI_COMM_SELF, path, a->c->overwrite, &f));
  return finish (&f, put_zero_one (&f, a, p, x, n, z, argc, argv));
}
