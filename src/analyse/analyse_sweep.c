/* SPDX-License-Identifier: BSD-3-Clause */
/* sweep.h5: maps over two axes, curves over one; points of a design as dots. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "analyse/analyse_sweep.h"

static const sweep_quantity quantities[] = {
  { "rate", "mean rate", "Hz", "Hz", 1 },
  { "chi", "synchrony χ", "", "χ", 1 },
  { "cv", "CV of intervals", "", "CV", 1 },
  { "fano", "Fano factor", "", "F", 1 },
};
enum { NQUANTITY = sizeof quantities / sizeof *quantities };

/* ---- reading ---------------------------------------------------------------------------------------- */

static bool
is_log (const sweep_axis *a)
{
  double q, linear = 0, geometric = 0;

  if (a->n < 3 || !(a->v[0] > 0) || !(a->v[1] > 0) || a->v[1] == a->v[0])
    return false;
  q = a->v[1] / a->v[0];
  for (size_t k = 2; k < a->n; ++k)
    {
      if (!(a->v[k] > 0))
        return false;
      linear = fmax (linear, fabs ((a->v[k] - a->v[k - 1]) / (a->v[1] - a->v[0]) - 1));
      geometric = fmax (geometric, fabs (a->v[k] / a->v[k - 1] / q - 1));
    }
  return geometric < 0.02 && linear > 0.1;
}

static double
between (const sweep_axis *a, double x, double y)
{
  return a->log ? sqrt (x * y) : 0.5 * (x + y);
}

static ictus_err
make_edges (sweep_axis *a)
{
  if ((a->edge = ictus_alloc (a->n + 1, sizeof *a->edge)) == NULL)
    return ICTUS_E_NOMEM;
  a->log = is_log (a);
  for (size_t j = 1; j < a->n; ++j)
    a->edge[j] = between (a, a->v[j - 1], a->v[j]);
  if (a->n == 1)
    {
      double half = a->v[0] != 0 ? 0.5 * fabs (a->v[0]) : 0.5;

      a->edge[0] = a->v[0] - half;
      a->edge[1] = a->v[0] + half;
    }
  else if (a->n > 1)
    {
      a->edge[0] = a->log ? a->v[0] * a->v[0] / a->edge[1] : 2 * a->v[0] - a->edge[1];
      a->edge[a->n] = a->log ? a->v[a->n - 1] * a->v[a->n - 1] / a->edge[a->n - 1]
                             : 2 * a->v[a->n - 1] - a->edge[a->n - 1];
    }
  a->lo = a->edge[0];
  a->hi = a->edge[a->n];
  return ICTUS_OK;
}

static ictus_err
read_axis (sweep *s, int k, const char *path)
{
  sweep_axis *a = &s->axis[k];

  snprintf (a->name, sizeof a->name, "%s", path + (path[0] == '/'));
  ICTUS_TRY (ictus_h5_read_double (s->h, path, &a->v, &a->n));
  ictus__read_text (s->h, path, "units", a->unit);
  ictus__label (a->label, a->name, a->unit);
  return ICTUS_OK;
}

/* A data set of one number a point, NULL when the file has none. */
static ictus_err
read_points (sweep *s, const char *path, size_t per_point, double **out)
{
  size_t n = 0;

  *out = NULL;
  if (!ictus_h5_exists (s->h, path))
    return ICTUS_OK;
  ICTUS_TRY (ictus_h5_read_double (s->h, path, out, &n));
  if (n != s->npoint * per_point)
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: %s has %zu values, %zu expected", s->h->path, path, n,
                       s->npoint * per_point);
  return ICTUS_OK;
}

/* A design: the axes are named by the attribute coordinates and have a value for each point. */
static ictus_err
read_design (sweep *s, size_t npoint, const char *names)
{
  s->drawn = true;
  s->npoint = npoint;
  for (const char *at = names; *at != '\0';)
    {
      char path[PLOT_NAME], spacing[PLOT_NAME];
      size_t len = strcspn (at, " ");
      sweep_axis *a = &s->axis[s->naxis];
      plot_range r = plot_range_none;

      if (s->naxis == SWEEP_MAX_AXES)
        return ICTUS_FAIL (ICTUS_E_FORMAT, "%s has more than %d axes", s->h->path, (int) SWEEP_MAX_AXES);
      snprintf (path, sizeof path, "/%.*s", (int) len, at);
      s->naxis += 1;
      ICTUS_TRY (read_axis (s, s->naxis - 1, path));
      if (a->n != npoint)
        return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: axis %s has %zu values, %zu expected", s->h->path, a->name,
                           a->n, npoint);
      for (size_t k = 0; k < npoint; ++k)
        ictus__range_add (&r, a->v[k]);
      ictus__read_text (s->h, path, "spacing", spacing);
      a->log = strcmp (spacing, "log") == 0 && r.lo > 0;
      a->lo = a->log ? r.lo * pow (r.lo / r.hi, 0.04) : r.lo - 0.04 * (r.hi - r.lo);
      a->hi = a->log ? r.hi * pow (r.hi / r.lo, 0.04) : r.hi + 0.04 * (r.hi - r.lo);
      if (!(a->hi > a->lo))
        {
          a->lo -= 0.5;
          a->hi += 0.5;
        }
      at += len + (at[len] == ' ');
    }
  return s->naxis > 0 ? ICTUS_OK
                      : ICTUS_FAIL (ICTUS_E_FORMAT, "%s: /rate_all has no coordinates", s->h->path);
}

static ictus_err
read_grid (sweep *s, const hsize_t *dims)
{
  char path[PLOT_NAME];

  s->npoint = 1;
  for (int k = 0; k < s->naxis; ++k)
    {
      ICTUS_TRY (ictus__read_scale (s->h, "/rate_all", (unsigned) k, path));
      ICTUS_TRY (read_axis (s, k, path));
      ICTUS_TRY (make_edges (&s->axis[k]));
      if (s->axis[k].n != dims[k] || dims[k] == 0)
        return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: axis %s has %zu values, the table %llu", s->h->path,
                           s->axis[k].name, s->axis[k].n, (unsigned long long) dims[k]);
      s->npoint *= (size_t) dims[k];
    }
  return ICTUS_OK;
}

/* The first two axes, but that of a search in any case. */
static void
choose_axes (sweep *s)
{
  char searched[PLOT_NAME] = "";

  s->show[1] = 1;
  if (ictus_h5_exists (s->h, "/threshold"))
    ictus__read_text (s->h, "/threshold", "axis", searched);
  for (int k = 2; k < s->naxis; ++k)
    if (strcmp (s->axis[k].name, searched) == 0)
      s->show[1] = k;
  for (int i = 0; i < 2 && !s->drawn; ++i)
    {
      s->stride[i] = 1;
      for (int k = s->show[i] + 1; k < s->naxis; ++k)
        s->stride[i] *= s->axis[k].n;
    }
}

static ictus_err
read_sweep (sweep *s)
{
  hsize_t dims[SWEEP_MAX_AXES];
  char names[SWEEP_MAX_AXES * PLOT_NAME / 2], *list = NULL;

  ICTUS_TRY (ictus_h5_shape (s->h, "/rate_all", SWEEP_MAX_AXES, dims, &s->naxis));
  if (s->naxis < 1)
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: /rate_all has %d axes", s->h->path, s->naxis);
  if (H5Aexists_by_name (s->h->file, "/rate_all", "coordinates", H5P_DEFAULT) > 0)
    {
      ICTUS_TRY (ictus_h5_read_attr_string (s->h, "/rate_all", "coordinates", &list));
      snprintf (names, sizeof names, "%s", list);
      ictus_free (list);
      s->naxis = 0;
      ICTUS_TRY (read_design (s, (size_t) dims[0], names));
    }
  else
    ICTUS_TRY (read_grid (s, dims));
  choose_axes (s);
  ICTUS_TRY (read_points (s, "/status", 1, &s->status));
  ICTUS_TRY (read_points (s, "/seizure", 1, &s->seizure));
  if (ictus_h5_exists (s->h, "/population"))
    ICTUS_TRY (ictus__read_names (s->h, "/population", "names", &s->population, &s->npop));
  return ICTUS_OK;
}

bool
ictus__sweep_is_done (const sweep *s, size_t point)
{
  return s->status == NULL || s->status[point] == 1;
}

bool
ictus__sweep_has_seizure (const sweep *s, size_t point)
{
  return s->seizure != NULL && ictus__sweep_is_done (s, point) && s->seizure[point] == 1;
}

bool
ictus__sweep_is_skipped (const sweep *s, size_t point)
{
  return s->status != NULL && s->status[point] == 3;
}

/* ---- the figure ------------------------------------------------------------------------------------- */

static ictus_err
draw_quantity (sweep *s, const sweep_quantity *q, bool populations)
{
  double *v[4] = { NULL, NULL, NULL, NULL };
  bool curves = s->naxis == 1, each = s->npop > 0 && (populations || curves);
  char path[PLOT_NAME];
  ictus_err e = ICTUS_OK;

  for (int k = 0; k < 4; ++k)
    if ((k % 2 == 0 || each) && (k < 2 || curves))
      {
        snprintf (path, sizeof path, "/%s%s%s", q->name, k % 2 == 0 ? "_all" : "", k >= 2 ? "_sd" : "");
        ICTUS_GO (read_points (s, path, k % 2 == 0 ? 1 : s->npop, &v[k]));
      }
  if (v[0] == NULL)
    goto done;
  if (curves)
    ictus__sweep_curves (s, q, v[0], v[1], v[2], v[3]);
  else
    {
      ictus__sweep_map (s, q, populations && v[1] != NULL ? "all" : NULL, v[0], 1, 0);
      for (size_t k = 0; v[1] != NULL && s->npop > 1 && k < s->npop; ++k)
        ictus__sweep_map (s, q, s->population[k], v[1], s->npop, k);
    }
done:
  for (int k = 0; k < 4; ++k)
    ictus_free (v[k]);
  return e;
}

/* What the reader must know besides the picture: points missing, values held, what the marks mean. */
static void
remarks (sweep *s, const char *what)
{
  size_t failed = 0, todo = 0, marks = 0, skipped = 0;

  for (size_t k = 0; k < s->npoint; ++k)
    {
      skipped += ictus__sweep_is_skipped (s, k);
      failed += s->status != NULL && s->status[k] == 2;
      todo += s->status != NULL && s->status[k] == 0;
      marks += ictus__sweep_has_seizure (s, k);
    }
  ictus__figure_note (s->f, "%zu points", s->npoint - skipped);
  if (ictus_h5_exists (s->h, "/repeat"))
    ictus__figure_note (s->f, s->naxis == 1 ? "means of the repeats, bars: standard deviation"
                                            : "means of the repeats");
  for (int k = 0; k < s->naxis; ++k)
    if (k != s->show[0] && k != s->show[1] && s->drawn)
      ictus__figure_note (s->f, "%s differs from point to point", s->axis[k].name);
    else if (k != s->show[0] && k != s->show[1])
      ictus__figure_note (s->f, "at %s = %.6g, the first of %zu values", s->axis[k].name, s->axis[k].v[0],
                          s->axis[k].n);
  if (s->boundary.words[0] != '\0')
    ictus__figure_note (s->f, "line: %s", s->boundary.words);
  if (marks > 0 && s->naxis == 1 && !s->drawn)
    ictus__figure_note (s->f, "shaded: seizure-like activity");
  if (marks > 0 && s->naxis > 1 && (what == NULL || strcmp (what, "seizure") != 0))
    ictus__figure_note (s->f, s->drawn ? "ringed: seizure-like activity" : "×: seizure-like activity");
  if (failed > 0)
    ictus__figure_note (s->f, s->naxis > 1 ? "grey: %zu failed" : "%zu failed", failed);
  if (todo > 0)
    ictus__figure_note (s->f, s->naxis > 1 ? "light grey: %zu not run yet" : "%zu not run yet", todo);
  if (skipped > 0)
    ictus__figure_note (
        s->f, s->naxis > 1 ? "white: %zu that the search did not need" : "the search did not need %zu",
        skipped);
}

static ictus_err
draw (sweep *s, const char *what)
{
  static const char *const known[] = { "rate", "chi", "cv", "fano", "seizure" };
  static const sweep_quantity flag = { "seizure", "seizure-like activity", "", "", 1 };
  bool found = what == NULL;

  s->f->grid = s->naxis > 1;
  for (int k = 0; k < NQUANTITY; ++k)
    if (what != NULL ? strcmp (what, quantities[k].name) == 0 : k < 3)
      {
        found = true;
        ICTUS_TRY (draw_quantity (s, &quantities[k], what != NULL));
      }
  if (s->naxis > 1 && s->seizure != NULL && (what == NULL || strcmp (what, "seizure") == 0))
    ictus__sweep_map (s, &flag, NULL, s->seizure, 1, 0);
  if (s->naxis == 1 && s->seizure != NULL && what != NULL && strcmp (what, "seizure") == 0)
    ictus__sweep_curves (s, &flag, s->seizure, NULL, NULL, NULL);
  found = found || strcmp (what, "seizure") == 0;
  if (!found)
    return ictus__unknown_what (what, s->h->path, known, sizeof known / sizeof *known);
  if (s->f->npanel == 0)
    return ICTUS_FAIL (ICTUS_E_FORMAT,
                       "%s does not hold what a sweep should: rate_all, chi_all, cv_all, seizure",
                       s->h->path);
  return ICTUS_OK;
}

/* The line of the file's own search, or of another file that was named. */
static ictus_err
find_boundary (sweep *s, const char *path)
{
  ictus_h5 other;
  ictus_err e, closing;

  if (path == NULL)
    return ictus_h5_exists (s->h, "/threshold") ? ictus__sweep_read_boundary (s, s->h) : ICTUS_OK;
  ICTUS_TRY (ictus_h5_open (MPI_COMM_SELF, path, &other));
  e = ictus__sweep_read_boundary (s, &other);
  if (e != ICTUS_OK)
    {
      char keep[ICTUS_ERR_TEXT];

      snprintf (keep, sizeof keep, "%s", ictus_err_last ());
      (void) ictus_h5_close (&other);
      return ictus_err_note (e, __FILE__, __LINE__, "%s", keep);
    }
  closing = ictus_h5_close (&other);
  return closing;
}

ictus_err
ictus__plot_sweep (ictus_h5 *h, const char *what, const char *boundary, plot_figure *f)
{
  sweep s = { .h = h, .f = f };
  ictus_err e = ICTUS_OK;

  ICTUS_GO (read_sweep (&s));
  ICTUS_GO (find_boundary (&s, boundary));
  ICTUS_GO (draw (&s, what));
  ictus__figure_title (f, h);
  remarks (&s, what);
  f->x = (plot_range){ s.axis[0].lo, s.axis[0].hi };
  f->xlog = s.axis[0].log;
  snprintf (f->xlabel, sizeof f->xlabel, "%s", s.axis[0].label);
done:
  for (int k = 0; k < s.naxis && k < SWEEP_MAX_AXES; ++k)
    {
      ictus_free (s.axis[k].v);
      ictus_free (s.axis[k].edge);
    }
  ictus_free (s.boundary.x);
  ictus_free (s.boundary.y);
  ictus_free (s.status);
  ictus_free (s.seizure);
  ictus__free_names (s.population, s.npop);
  return e;
}
