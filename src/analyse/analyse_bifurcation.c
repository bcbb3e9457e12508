/* SPDX-License-Identifier: BSD-3-Clause */
/* bifurcation.h5: the diagram of equilibria and cycles over a parameter, periods below; curves in two parameters. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/analyse_impl.h"

#define TAIL 0.01 /* of the way along the parameter, at either end of the values of equilibria: too little to choose an axis by */
#define MUCH 4.0  /* what leads this many times beyond the rest is cut off */

typedef struct stretch /* of equilibria between two rows */
{
  double y, length; /* along the parameter */
} stretch;

typedef struct diagram
{
  ictus_h5 *h;
  plot_figure *f;
  char **branch; /* [nbranch] names of the groups */
  size_t nbranch;
  bool two;      /* the curves in two parameters */
  plot_range clip; /* what lies outside widens no axis */
  plot_range y, period;
  plot_range most; /* of y: special points and cycles */
  stretch *stretch;
  size_t nstretch, cap_stretch;
  ictus_text curves, periods; /* plot commands */
  ictus_text labels;
} diagram;

typedef struct rows /* of a branch */
{
  double *par, *y, *period; /* y [n, 2]; or par2 [n] */
  uint64_t *unstable;
  bool *turn; /* [n] a bifurcation, at which stability is that of neither side */
  size_t n;
} rows;

static void
clear (rows *r)
{
  ictus_free (r->par);
  ictus_free (r->y);
  ictus_free (r->period);
  ictus_free (r->unstable);
  ictus_free (r->turn);
  *r = (rows) { 0 };
}

static ictus_err
column (diagram *d, const char *group, const char *name, size_t want, double **out)
{
  char path[2 * PLOT_NAME];
  size_t n = 0;

  snprintf (path, sizeof path, "%s/%s", group, name);
  ICTUS_TRY (ictus_h5_read_double (d->h, path, out, &n));
  if (want != 0 && n != want)
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: %s has %zu values, not %zu", d->h->path, path, n, want);
  return ICTUS_OK;
}

static ictus_err
read_rows (diagram *d, const char *group, rows *r)
{
  char path[2 * PLOT_NAME];
  double *v = NULL;

  snprintf (path, sizeof path, "%s/par", group);
  ICTUS_TRY (ictus_h5_read_double (d->h, path, &r->par, &r->n));
  ICTUS_TRY (column (d, group, d->two ? "par2" : "y", d->two ? r->n : 2 * r->n, &r->y));
  snprintf (path, sizeof path, "%s/period", group);
  if (!d->two && ictus_h5_exists (d->h, path))
    ICTUS_TRY (column (d, group, "period", r->n, &r->period));
  ICTUS_TRY (column (d, group, "unstable", r->n, &v));
  r->unstable = ictus_alloc (r->n, sizeof *r->unstable);
  for (size_t k = 0; r->unstable != NULL && k < r->n; ++k)
    r->unstable[k] = v[k] != 0;
  ictus_free (v);
  r->turn = ictus_alloc (r->n, sizeof *r->turn);
  return r->unstable != NULL && r->turn != NULL ? ICTUS_OK : ICTUS_E_NOMEM;
}

/* Between rows k and k + 1. */
static bool
unstable_behind (const rows *r, size_t k)
{
  return r->unstable[r->turn[k + 1] && !r->turn[k] ? k : k + 1] != 0;
}

static bool
outside (const diagram *d, double par)
{
  return par < d->clip.lo || par > d->clip.hi;
}

/* A run of rows of equal stability as a curve; value k is v[k * stride]. */
static void
run (diagram *d, const rows *r, const double *v, size_t stride, size_t from, size_t to, const char *style, ictus_text *plot,
     plot_range *range)
{
  ictus_text_add (&d->f->data, "$d%d << EOD\n", d->f->nblock);
  for (size_t k = from; k < to; ++k)
    if (isfinite (v[k * stride]))
      {
        ictus_text_add (&d->f->data, "%.9g %.9g\n", r->par[k], v[k * stride]);
        if (outside (d, r->par[k]))
          continue;
        ictus__range_add (&d->f->x, r->par[k]);
        ictus__range_add (range, v[k * stride]);
      }
  ictus_text_add (&d->f->data, "NaN NaN\nEOD\n");
  ictus_text_add (plot, "%s$d%d using 1:2 with lines %s notitle", plot->len > 0 ? ", " : "plot ", d->f->nblock++, style);
}

/* One column of a branch: solid where it is stable, dashed where not. */
static void
column_runs (diagram *d, const rows *r, const double *v, size_t stride, const char *colour, bool plain, ictus_text *plot,
             plot_range *range)
{
  char style[100];

  for (size_t a = 0, b; a + 1 < r->n; a = b)
    {
      bool unstable = !plain && unstable_behind (r, a);

      for (b = a + 1; b + 1 < r->n && (plain || unstable_behind (r, b) == unstable); ++b)
        ;
      snprintf (style, sizeof style, "lw %s lc rgb '%s'%s", unstable ? "1.2" : "2", colour, unstable ? " dt (8,5)" : "");
      run (d, r, v, stride, a, b + 1, style, plot, range);
    }
}

/* ---- special points ------------------------------------------------------------------------------------------- */

static void
mark (diagram *d, double x, double y, const char *label)
{
  if (!isfinite (x) || !isfinite (y) || outside (d, x))
    return;
  ictus__range_add (&d->f->x, x);
  ictus__range_add (&d->y, y);
  ictus__range_add (&d->most, y);
  ictus_text_add (&d->labels, "set label ");
  ictus__quote (&d->labels, label);
  ictus_text_add (&d->labels, " at first %.9g, first %.9g left offset 0.5,0.5 point pt 7 ps 0.6 lc rgb '#222222' font ',8.5' front\n",
                  x, y);
}

static ictus_err
special (diagram *d, const char *group, const char *name, rows *r)
{
  char path[3 * PLOT_NAME];
  double x = NAN, low = NAN, high = NAN;
  int64_t again = 0, row = -1;

  snprintf (path, sizeof path, "%s/special/%s", group, name);
  ICTUS_TRY (ictus_h5_read_attr_int (d->h, path, "row", &row));
  if (row >= 0 && row < (int64_t) r->n && strncmp (name, "EP", 2) != 0 && strncmp (name, "UZ", 2) != 0)
    r->turn[row] = true;
  ICTUS_TRY (ictus_h5_read_attr_int (d->h, path, "again", &again));
  if (again != 0 || strncmp (name, "EP", 2) == 0)
    return ICTUS_OK;
  ICTUS_TRY (ictus__read_attr_double (d->h, path, "par", &x));
  if (d->two)
    {
      ICTUS_TRY (ictus__read_attr_double (d->h, path, "par2", &low));
      mark (d, x, low, name);
      return ICTUS_OK;
    }
  ICTUS_TRY (ictus__read_attr_double (d->h, path, "y_low", &low));
  ICTUS_TRY (ictus__read_attr_double (d->h, path, "y_high", &high));
  mark (d, x, high, name);
  if (low != high)
    mark (d, x, low, "");
  return ICTUS_OK;
}

static ictus_err
specials (diagram *d, const char *group, rows *r)
{
  char path[2 * PLOT_NAME], **name = NULL;
  size_t n = 0;
  ictus_err e = ICTUS_OK;

  snprintf (path, sizeof path, "%s/special", group);
  if (ictus_h5_exists (d->h, path))
    e = ictus_h5_list (d->h, path, &name, &n);
  for (size_t k = 0; e == ICTUS_OK && k < n; ++k)
    e = special (d, group, name[k], r);
  ictus__free_names (name, n);
  return e;
}

/* ---- branches -------------------------------------------------------------------------------------------------- */

/* What the axis of y has to hold of equilibria. */
static ictus_err
stretches (diagram *d, const rows *r)
{
  ICTUS_TRY (ictus_grow (&d->stretch, &d->cap_stretch, d->nstretch + r->n, sizeof *d->stretch));
  for (size_t k = 0; k + 1 < r->n; ++k)
    if (isfinite (r->y[2 * k]) && isfinite (r->y[2 * k + 2]) && !outside (d, r->par[k]))
      d->stretch[d->nstretch++] = (stretch) { (r->y[2 * k] + r->y[2 * k + 2]) / 2, fabs (r->par[k + 1] - r->par[k]) };
  return ICTUS_OK;
}

static int
by_y (const void *a, const void *b)
{
  const stretch *x = a, *y = b;

  return (x->y > y->y) - (x->y < y->y);
}

/* Branches that leave for infinity at a value of the parameter would press all else into a line: the axis is cut then. */
static void
cut (diagram *d)
{
  plot_range shown = d->most;
  double all = 0, sum = 0;

  qsort (d->stretch, d->nstretch, sizeof *d->stretch, by_y);
  for (size_t k = 0; k < d->nstretch; ++k)
    all += d->stretch[k].length;
  for (size_t k = 0; k < d->nstretch; ++k)
    {
      const double before = sum;

      sum += d->stretch[k].length;
      if (sum >= TAIL * all && before <= (1 - TAIL) * all)
        ictus__range_add (&shown, d->stretch[k].y);
    }
  if (!(shown.hi > shown.lo) || !(d->y.hi - d->y.lo > MUCH * (shown.hi - shown.lo)))
    return;
  ictus__figure_note (d->f, "equilibria go on to %.4g .. %.4g", d->y.lo, d->y.hi);
  d->y.lo = fmax (d->y.lo, shown.lo - (shown.hi - shown.lo) / 4);
  d->y.hi = fmin (d->y.hi, shown.hi + (shown.hi - shown.lo) / 4);
}

static ictus_err
branch (diagram *d, const char *name)
{
  char group[PLOT_NAME], kind[PLOT_NAME];
  rows r = { 0 };
  bool two;
  ictus_err e;

  snprintf (group, sizeof group, "/branches/%.100s", name);
  ictus__read_text (d->h, group, "kind", kind);
  two = strcmp (kind, "folds") == 0 || strcmp (kind, "Hopf points") == 0;
  if (two != d->two)
    return ICTUS_OK;
  ICTUS_GO (read_rows (d, group, &r));
  ICTUS_GO (specials (d, group, &r));
  if (two)
    column_runs (d, &r, r.y, 1, ictus__colour (kind[0] == 'f' ? 0 : 1), true, &d->curves, &d->y);
  else if (strcmp (kind, "cycles") == 0)
    {
      column_runs (d, &r, r.y, 2, ictus__colour (2), false, &d->curves, &d->most);
      column_runs (d, &r, r.y + 1, 2, ictus__colour (2), false, &d->curves, &d->most);
      ictus__range_add (&d->y, d->most.lo);
      ictus__range_add (&d->y, d->most.hi);
      if (r.period != NULL)
        column_runs (d, &r, r.period, 1, ictus__colour (2), false, &d->periods, &d->period);
    }
  else
    {
      ICTUS_GO (stretches (d, &r));
      column_runs (d, &r, r.y, 2, "#222222", false, &d->curves, &d->y);
    }
done:
  clear (&r);
  return e;
}

static ictus_err
panels (diagram *d, const char *ylabel)
{
  char label[PLOT_NAME], unit[PLOT_NAME];
  ictus_text *p;

  if (d->curves.len == 0)
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s has no branch that can be drawn", d->h->path);
  if ((p = ictus__figure_panel (d->f, d->periods.len > 0 ? 380 : PLOT_PLANE)) == NULL)
    return ICTUS_E_NOMEM;
  ictus__range_pad (&d->f->x);
  ictus__range_pad (&d->y);
  ictus__panel_plane (p, d->y, ylabel);
  ictus_text_addn (p, d->labels.s != NULL ? d->labels.s : "", d->labels.len);
  ictus_text_addn (p, d->curves.s, d->curves.len);
  if (d->periods.len == 0)
    return ICTUS_OK;
  if ((p = ictus__figure_panel (d->f, 150)) == NULL)
    return ICTUS_E_NOMEM;
  ictus__read_text (d->h, "/", "time_units", unit);
  ictus__label (label, "period", unit);
  ictus__panel_y (p, d->period, 150, label);
  if (d->period.lo > 0 && d->period.hi > 30 * d->period.lo) /* towards a homoclinic orbit */
    ictus_text_add (p, "set yrange [%.9g:%.9g]\nset ytics autofreq\nset logscale y\n", d->period.lo / 1.3, d->period.hi * 1.3);
  ictus_text_addn (p, d->periods.s, d->periods.len);
  return ICTUS_OK;
}

/* Branches are called 0, 1, ...: in that order. */
static int
by_number (const void *a, const void *b)
{
  long x = strtol (*(char *const *) a, NULL, 10), y = strtol (*(char *const *) b, NULL, 10);

  return (x > y) - (x < y);
}

static ictus_err
branches (diagram *d)
{
  ICTUS_TRY (ictus_h5_list (d->h, "/branches", &d->branch, &d->nbranch));
  qsort (d->branch, d->nbranch, sizeof *d->branch, by_number);
  for (size_t k = 0; k < d->nbranch; ++k)
    ICTUS_TRY (branch (d, d->branch[k]));
  return ICTUS_OK;
}

static void
clear_diagram (diagram *d)
{
  ictus__free_names (d->branch, d->nbranch);
  ictus_text_clear (&d->curves);
  ictus_text_clear (&d->periods);
  ictus_text_clear (&d->labels);
  ictus_free (d->stretch);
}

ictus_err
ictus__bifurcation_under (ictus_h5 *h, plot_figure *f, plot_range *y, ictus_text *labels, ictus_text *curves)
{
  diagram d = { .h = h, .f = f, .y = *y, .period = plot_range_none, .most = plot_range_none, .clip = f->x };
  ictus_err e = branches (&d);

  if (e == ICTUS_OK && d.labels.len > 0)
    ictus_text_addn (labels, d.labels.s, d.labels.len);
  if (e == ICTUS_OK && d.curves.len > strlen ("plot "))
    ictus_text_add (curves, "%s%s", curves->len > 0 ? ", " : "plot ", d.curves.s + strlen ("plot "));
  *y = d.y;
  clear_diagram (&d);
  return e;
}

ictus_err
ictus__plot_bifurcation (ictus_h5 *h, const char *what, plot_figure *f)
{
  static const char *const known[] = { "diagram", "curves" };
  diagram d = { .h = h, .f = f, .y = plot_range_none, .period = plot_range_none, .most = plot_range_none,
                .clip = { -INFINITY, INFINITY } };
  char name[PLOT_NAME], unit[PLOT_NAME], par2[PLOT_NAME], label[PLOT_NAME];
  ictus_err e = ICTUS_OK;

  ictus__read_text (h, "/", "par2", par2);
  if (what != NULL && strcmp (what, known[0]) != 0 && (strcmp (what, known[1]) != 0 || par2[0] == '\0'))
    return ictus__unknown_what (what, h->path, known, par2[0] != '\0' ? 2 : 1);
  d.two = par2[0] != '\0' && (what == NULL || strcmp (what, known[1]) == 0);
  ictus__read_text (h, "/", "model", name);
  ictus_text_add (&f->title, "%s", name);
  ictus__read_text (h, "/", "par", name);
  ictus__read_text (h, "/", "par_units", unit);
  ictus__label (f->xlabel, name, unit);
  ictus__read_text (h, "/", d.two ? "par2" : "y", name);
  ictus__read_text (h, "/", d.two ? "par2_units" : "y_units", unit);
  ictus__label (label, name, unit);
  ICTUS_GO (branches (&d));
  if (d.two)
    ictus__figure_note (f, "blue: folds; orange: Hopf points");
  else
    ictus__figure_note (f, "solid: stable; dashed: unstable; black: equilibria%s",
                        d.periods.len > 0 ? "; green: least and largest value on cycles" : "");
  if (!d.two)
    cut (&d);
  e = panels (&d, label);
done:
  clear_diagram (&d);
  return e;
}
