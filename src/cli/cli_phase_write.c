/* SPDX-License-Identifier: BSD-3-Clause */
/* phase.h5 (ictus/schema.h). */
#include "cli/cli_phase.h"

#include <math.h>
#include <string.h>

static ictus_err
write_doubles (ictus_h5 *f, const char *path, size_t n, size_t width, const double *v)
{
  const hsize_t dims[2] = { n, width };

  return ictus_h5_write (f, path, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, width > 0 ? 2 : 1, dims, v);
}

static ictus_err
write_ints (ictus_h5 *f, const char *path, size_t n, size_t width, const int *v)
{
  const hsize_t dims[2] = { n, width };

  return ictus_h5_write (f, path, H5T_STD_I32LE, H5T_NATIVE_INT, width > 0 ? 2 : 1, dims, v);
}

static ictus_err
write_curves (ictus_h5 *f, const char *group, const ictus_phase_curves *c)
{
  static const size_t nothing = 0;
  const hsize_t n[1] = { c->n + 1 };
  char path[120];

  ICTUS_TRY (ictus_h5_group (f, group));
  snprintf (path, sizeof path, "%s/first", group);
  ICTUS_TRY (ictus_h5_write (f, path, H5T_STD_U64LE, H5T_NATIVE_ULONG, 1, n, c->n > 0 ? c->first : &nothing));
  snprintf (path, sizeof path, "%s/t", group);
  ICTUS_TRY (write_doubles (f, path, c->npoint, 0, c->t));
  snprintf (path, sizeof path, "%s/x", group);
  ICTUS_TRY (write_doubles (f, path, c->npoint, 0, c->x));
  snprintf (path, sizeof path, "%s/y", group);
  return write_doubles (f, path, c->npoint, 0, c->y);
}

/* One number of each of n records, by a function. */
typedef double (*number_of) (const ictus_phase *p, size_t k);

static ictus_err
write_column (ictus_h5 *f, const ictus_phase *p, const char *path, size_t n, number_of get)
{
  double *v = ictus_alloc (n, sizeof *v);
  ictus_err e;

  if (v == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < n; ++k)
    v[k] = get (p, k);
  e = write_doubles (f, path, n, 0, v);
  ictus_free (v);
  return e;
}

static ictus_err
write_ends (ictus_h5 *f, const char *path, const ictus_phase_end *first, size_t stride, size_t n)
{
  int *v = ictus_alloc (n, 3 * sizeof *v);
  ictus_err e;

  if (v == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < n; ++k)
    {
      const ictus_phase_end *end = (const ictus_phase_end *) (const void *) ((const char *) first + k * stride);

      v[3 * k] = end->point;
      v[3 * k + 1] = end->cycle;
      v[3 * k + 2] = end->why;
    }
  e = write_ints (f, path, n, 3, v);
  ictus_free (v);
  return e;
}

static double point_x (const ictus_phase *p, size_t k) { return p->point[k].at[0]; }
static double point_y (const ictus_phase *p, size_t k) { return p->point[k].at[1]; }
static double point_re0 (const ictus_phase *p, size_t k) { return p->point[k].re[0]; }
static double point_re1 (const ictus_phase *p, size_t k) { return p->point[k].re[1]; }
static double point_im0 (const ictus_phase *p, size_t k) { return p->point[k].im[0]; }
static double point_im1 (const ictus_phase *p, size_t k) { return p->point[k].im[1]; }
static double point_class (const ictus_phase *p, size_t k) { return p->point[k].class; }
static double point_index (const ictus_phase *p, size_t k) { return p->point[k].index; }
static double cycle_period (const ictus_phase *p, size_t k) { return p->cycle_info[k].period; }
static double cycle_multiplier (const ictus_phase *p, size_t k) { return p->cycle_info[k].multiplier; }
static double cycle_stable (const ictus_phase *p, size_t k) { return p->cycle_info[k].stable; }
static double cycle_resets (const ictus_phase *p, size_t k) { return p->cycle_info[k].spikes; }
static double manifold_point (const ictus_phase *p, size_t k) { return p->manifold_info[k].point; }
static double manifold_stable (const ictus_phase *p, size_t k) { return p->manifold_info[k].stable; }

static const struct
{
  const char *path;
  int group; /* 0 points, 1 cycles, 2 manifolds */
  number_of get;
} columns[] = { { "/points/x", 0, point_x },           { "/points/y", 0, point_y },
                { "/points/re0", 0, point_re0 },       { "/points/re1", 0, point_re1 },
                { "/points/im0", 0, point_im0 },       { "/points/im1", 0, point_im1 },
                { "/points/class", 0, point_class },   { "/points/index", 0, point_index },
                { "/cycles/period", 1, cycle_period }, { "/cycles/multiplier", 1, cycle_multiplier },
                { "/cycles/stable", 1, cycle_stable }, { "/cycles/resets", 1, cycle_resets },
                { "/manifolds/point", 2, manifold_point }, { "/manifolds/stable", 2, manifold_stable } };

static ictus_err
write_columns (ictus_h5 *f, const ictus_phase *p)
{
  const size_t n[3] = { p->npoint, p->ncycle, p->manifold.n };
  ictus_text names = { 0 };
  ictus_err e = ICTUS_OK;

  ICTUS_GO (ictus_h5_group (f, "/points"));
  for (size_t k = 0; k < sizeof columns / sizeof *columns; ++k)
    ICTUS_GO (write_column (f, p, columns[k].path, n[columns[k].group], columns[k].get));
  for (int k = 0; k <= ICTUS_DYN_DEGENERATE; ++k)
    ictus_text_add (&names, "%s%s", k > 0 ? ", " : "", ictus_dyn_class_name ((ictus_dyn_class) k));
  if (names.failed)
    ICTUS_GO (ICTUS_E_NOMEM);
  ICTUS_GO (ictus_h5_attr_string (f, "/points/class", "meanings", names.s));
  if (p->manifold.n > 0)
    ICTUS_GO (write_ends (f, "/manifolds/end", &p->manifold_info[0].end, sizeof *p->manifold_info, p->manifold.n));
  if (p->trajectory.n > 0)
    ICTUS_GO (write_ends (f, "/trajectories/end", p->trajectory_end, sizeof *p->trajectory_end, p->trajectory.n));
done:
  ictus_text_clear (&names);
  return e;
}

static ictus_err
write_axes (ictus_h5 *f, const ictus_phase *p)
{
  static const char *const group[2] = { "/axes/x", "/axes/y" };

  for (int a = 0; a < 2 && p->axis[a] != NULL; ++a)
    {
      ICTUS_TRY (ictus_h5_group (f, group[a]));
      ICTUS_TRY (ictus_h5_attr_string (f, group[a], "name", p->axis[a]->name));
      ICTUS_TRY (ictus_h5_attr_string (f, group[a], "units", p->axis[a]->unit));
      ICTUS_TRY (ictus_h5_attr_string (f, group[a], "long_name", p->axis[a]->meaning));
      ICTUS_TRY (ictus_h5_attr_double (f, group[a], "low", p->options.lo[a]));
      ICTUS_TRY (ictus_h5_attr_double (f, group[a], "high", p->options.hi[a]));
    }
  return ictus_h5_attr_string (f, "/axes", "notes", p->note.s != NULL ? p->note.s : "");
}

static ictus_err
write_basins (ictus_h5 *f, const ictus_phase *p)
{
  size_t n = (size_t) p->nb;

  if (p->nb == 0)
    return ICTUS_OK;
  ICTUS_TRY (ictus_h5_group (f, "/basins"));
  ICTUS_TRY (write_ints (f, "/basins/map", p->dim == 2 ? n : 1, n, p->basin));
  ICTUS_TRY (write_ends (f, "/basins/end", &p->basins[0].end, sizeof *p->basins, p->nbasin));
  return ICTUS_OK;
}

static ictus_err
write_all (ictus_h5 *f, const ictus_phase *p)
{
  const int64_t dim = p->dim, known = p->index_known, box = p->index_box, sum = p->index_sum;

  ICTUS_TRY (write_axes (f, p));
  ICTUS_TRY (ictus_h5_attr_int (f, "/axes", "variables", H5T_STD_I32LE, &dim, 1));
  ICTUS_TRY (write_curves (f, "/trajectories", &p->trajectory));
  ICTUS_TRY (write_curves (f, "/cycles", &p->cycle));
  ICTUS_TRY (write_curves (f, "/manifolds", &p->manifold));
  ICTUS_TRY (write_curves (f, "/spikes", &p->line));
  ICTUS_TRY (write_curves (f, "/nullclines/x", &p->null[0]));
  ICTUS_TRY (write_curves (f, "/nullclines/y", &p->null[1]));
  ICTUS_TRY (write_columns (f, p));
  ICTUS_TRY (ictus_h5_attr_int (f, "/points", "index_known", H5T_STD_I32LE, &known, 1));
  ICTUS_TRY (ictus_h5_attr_int (f, "/points", "index_of_boundary", H5T_STD_I32LE, &box, 1));
  ICTUS_TRY (ictus_h5_attr_int (f, "/points", "index_sum", H5T_STD_I32LE, &sum, 1));
  if (p->fx != NULL)
    {
      ICTUS_TRY (ictus_h5_group (f, "/field"));
      ICTUS_TRY (write_doubles (f, "/field/x", (size_t) p->ny, (size_t) p->nx, p->fx));
    }
  if (p->fy != NULL)
    ICTUS_TRY (write_doubles (f, "/field/y", (size_t) p->ny, (size_t) p->nx, p->fy));
  return write_basins (f, p);
}

ictus_err
ictus__phase_write (const ictus_cli_dyn *c, const ictus_phase *p, const char *path, int argc, char **argv)
{
  ictus_h5 f = { 0 };
  ictus_err e, closing;

  if (!ictus_cli_is_main ()) /* all ranks have the same; one writes */
    return ictus_comm_agree (MPI_COMM_WORLD, ICTUS_OK);
  e = ictus_h5_create (MPI_COMM_SELF, path, c->overwrite, &f);
  if (e == ICTUS_OK)
    {
      e = ictus_cli_dyn_describe (c, &f, ICTUS_KIND_PHASE, ICTUS_SCHEMA_PHASE, argc, argv);
      if (e == ICTUS_OK)
        e = write_all (&f, p);
      closing = ictus_h5_close (&f);
      e = e == ICTUS_OK ? closing : e;
    }
  return ictus_comm_agree (MPI_COMM_WORLD, e);
}
