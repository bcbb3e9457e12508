/* SPDX-License-Identifier: BSD-3-Clause */
/* orbit.h5: points against the parameter. section.h5: points in a plane, and each against the one before. zero_one.h5: the walk
   that the series drives, and its growth over c. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/analyse_impl.h"

enum { HIGH = 460, ACROSS = 1600, UP = 1000 /* places of an orbit diagram */, MOST = 20000 /* points of a plane */ };

/* ---- orbit diagrams ---------------------------------------------------------------------------------------------- */

typedef struct way
{
  uint64_t *first;
  double *value;
  size_t nfirst, nvalue;
} way;

static ictus_err
read_way (ictus_h5 *h, const char *dir, size_t n, way *w)
{
  char path[PLOT_NAME];

  snprintf (path, sizeof path, "%s/first", dir);
  ICTUS_TRY (ictus_h5_read_uint (h, path, &w->first, &w->nfirst));
  snprintf (path, sizeof path, "%s/value", dir);
  ICTUS_TRY (ictus_h5_read_double (h, path, &w->value, &w->nvalue));
  if (w->nfirst != n + 1)
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: %s/first has %zu values, %zu expected", h->path, dir, w->nfirst, n + 1);
  for (size_t k = 0; k < w->nfirst; ++k)
    if (w->first[k] > w->nvalue || (k > 0 && w->first[k] < w->first[k - 1]))
      return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: %s/first points past the values", h->path, dir);
  return ICTUS_OK;
}

/* A block of the points of a way, each place of the picture once. */
static int
dots (plot_figure *f, const double *x, size_t n, const way *w, plot_range y, unsigned char *seen)
{
  double wide = x[n - 1] - x[0], high = y.hi - y.lo;

  memset (seen, 0, (size_t) ACROSS * UP);
  ictus_text_add (&f->data, "$d%d << EOD\n", f->nblock);
  for (size_t k = 0; k < n; ++k)
    for (uint64_t i = w->first[k]; i < w->first[k + 1]; ++i)
      {
        double v = w->value[i];
        size_t a, b;

        if (!isfinite (v))
          continue;
        a = wide > 0 ? (size_t) ((x[k] - x[0]) / wide * (ACROSS - 1)) : 0;
        b = high > 0 ? (size_t) ((v - y.lo) / high * (UP - 1)) : 0;
        if (!seen[a * UP + b])
          ictus_text_add (&f->data, "%.9g %.7g\n", x[k], v);
        seen[a * UP + b] = 1;
      }
  ictus_text_add (&f->data, "NaN NaN\nEOD\n");
  return f->nblock++;
}

static ictus_err
orbit_panel (plot_figure *f, ictus_h5 *h, const double *x, size_t n, way *w, const char *ylabel)
{
  static const char *const colour[2] = { "#1b3a57", "#d55e00" }, *const title[2] = { "up", "down" };
  unsigned char *seen = ictus_alloc ((size_t) ACROSS * UP, 1);
  plot_range y = plot_range_none;
  bool both;
  ictus_text *p = ictus__figure_panel (f, HIGH);
  ictus_err e = seen != NULL && p != NULL ? ICTUS_OK : ICTUS_E_NOMEM;

  ICTUS_GO (e);
  ICTUS_GO (read_way (h, "/up", n, &w[0]));
  both = ictus_h5_exists (h, "/down");
  if (both)
    ICTUS_GO (read_way (h, "/down", n, &w[1]));
  for (int k = 0; k < 2; ++k)
    for (size_t i = 0; i < w[k].nvalue; ++i)
      ictus__range_add (&y, w[k].value[i]);
  ictus__panel_y (p, y, HIGH, ylabel);
  f->key = both;
  for (int k = both ? 1 : 0; k >= 0; --k)
    {
      ictus_text_add (p, "%s$d%d using 1:2 with points pt 7 ps %s lc rgb '%s'", k == (both ? 1 : 0) ? "plot " : ", ",
                      dots (f, x, n, &w[k], y, seen), both && k == 1 ? "0.16" : "0.09", colour[k]);
      if (both)
        ictus_text_add (p, " title '%s'", title[k]);
      else
        ictus_text_add (p, " notitle");
    }
  ictus_text_add (p, "\n");
done:
  ictus_free (seen);
  return e;
}

ictus_err
ictus__plot_orbit (ictus_h5 *h, plot_figure *f)
{
  char name[PLOT_NAME], unit[PLOT_NAME], label[PLOT_NAME];
  double *x = NULL;
  size_t n = 0;
  way w[2] = { { 0 } };
  ictus_err e;

  ICTUS_GO (ictus_h5_read_double (h, "/parameter", &x, &n));
  if (n == 0)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_FORMAT, "%s: no values of the parameter", h->path));
  ictus__read_text (h, "/", "shows", name);
  ictus__read_text (h, "/", "shows_units", unit);
  ictus__label (label, name, unit);
  ICTUS_GO (orbit_panel (f, h, x, n, w, label));
  ictus__read_text (h, "/", "parameter", name);
  ictus__read_text (h, "/parameter", "units", unit);
  ictus__label (f->xlabel, name, unit);
  f->x = (plot_range){ x[0], x[n - 1] };
  if (n < 2)
    ictus__range_pad (&f->x);
  ictus__figure_title (f, h);
done:
  ictus_free (x);
  for (int k = 0; k < 2; ++k)
    {
      ictus_free (w[k].first);
      ictus_free (w[k].value);
    }
  return e;
}

/* ---- planes ----------------------------------------------------------------------------------------------------------- */

typedef struct plane
{
  const double *x, *y;
  size_t n;
  const char *xlabel, *ylabel, *title, *how;
  bool diagonal; /* with the line y = x, and the same range on both axes */
  bool share;    /* y lies between 0 and 1, or nearly */
} plane;

static void
draw (plot_figure *f, const plane *d)
{
  ictus_text *p = ictus__figure_panel (f, PLOT_PLANE);
  plot_range r[2] = { plot_range_none, plot_range_none };
  const char *const which[] = { "x", "y" };

  if (p == NULL)
    return;
  ictus_text_add (&f->data, "$d%d << EOD\n", f->nblock);
  for (size_t k = 0; k < d->n; ++k)
    {
      if (!isfinite (d->x[k]) || !isfinite (d->y[k]))
        continue;
      ictus__range_add (&r[0], d->x[k]);
      ictus__range_add (&r[1], d->y[k]);
      if (k < MOST)
        ictus_text_add (&f->data, "%.9g %.9g\n", d->x[k], d->y[k]);
    }
  ictus_text_add (&f->data, "NaN NaN\nEOD\n");
  if (d->diagonal)
    r[0] = r[1] = (plot_range){ fmin (r[0].lo, r[1].lo), fmax (r[0].hi, r[1].hi) };
  if (d->share)
    {
      ictus__range_add (&r[1], 0);
      ictus__range_add (&r[1], 1);
    }
  ictus_text_add (p, "set title ");
  ictus__quote (p, d->title);
  ictus_text_add (p, " font ',11'\n");
  for (int k = 0; k < 2; ++k)
    {
      ictus__range_pad (&r[k]);
      ictus_text_add (p, "set %slabel ", which[k]);
      ictus__quote (p, k == 0 ? d->xlabel : d->ylabel);
      ictus_text_add (p, "\nset %srange [%.9g:%.9g]\nset %stics %.9g\n", which[k], r[k].lo, r[k].hi, which[k],
                      ictus__nice_step (r[k].hi - r[k].lo, 5));
    }
  ictus_text_add (p, "plot %s$d%d using 1:2 %s lc rgb '%s' notitle\n", d->diagonal ? "x with lines lw 1 lc rgb '#aaaaaa' notitle, " : "",
                  f->nblock, d->how, ictus__colour (0));
  f->nblock += 1;
  if (d->n > MOST)
    ictus__figure_note (f, "%d of %zu points are drawn", MOST, d->n);
}

static ictus_err
read_column (ictus_h5 *h, const char *attr, double **v, size_t *n, char label[PLOT_NAME])
{
  char name[PLOT_NAME], unit[PLOT_NAME], path[PLOT_NAME + 16];

  *v = NULL;
  ictus__read_text (h, "/", attr, name);
  if (name[0] == '\0')
    return ICTUS_OK;
  snprintf (path, sizeof path, "/section/%s", name);
  ICTUS_TRY (ictus_h5_read_double (h, path, v, n));
  ictus__read_text (h, path, "units", unit);
  ictus__label (label, name, unit);
  return ICTUS_OK;
}

ictus_err
ictus__plot_section (ictus_h5 *h, plot_figure *f)
{
  char xlabel[PLOT_NAME], ylabel[PLOT_NAME], next[PLOT_NAME + 16], title[PLOT_NAME + 64], name[PLOT_NAME];
  double *x = NULL, *y = NULL, at = 0;
  size_t n = 0, ny = 0;
  ictus_err e;

  ICTUS_GO (read_column (h, "x", &x, &n, xlabel));
  ICTUS_GO (read_column (h, "y", &y, &ny, ylabel));
  ICTUS_GO (ictus__read_attr_double (h, "/", "section_at", &at));
  if (x == NULL || n == 0 || (y != NULL && ny != n))
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_FORMAT, "%s: no points, or columns of %zu and %zu", h->path, n, ny));
  f->grid = true;
  ictus__read_text (h, "/", "section", name);
  if (strcmp (name, "t") == 0)
    snprintf (title, sizeof title, "section each %.6g", at);
  else
    snprintf (title, sizeof title, "section %.100s = %.6g", name, at);
  snprintf (next, sizeof next, "next %s", xlabel);
  if (y != NULL)
    draw (f, &(plane){ .x = x, .y = y, .n = n, .xlabel = xlabel, .ylabel = ylabel, .title = title, .how = "with points pt 7 ps 0.3" });
  draw (f, &(plane){ .x = x, .y = x + 1, .n = n - 1, .xlabel = xlabel, .ylabel = next, .title = "first return", .diagonal = true,
                     .how = "with points pt 7 ps 0.3" });
  ictus__figure_title (f, h);
done:
  ictus_free (x);
  ictus_free (y);
  return e;
}

/* ---- the 0-1 test --------------------------------------------------------------------------------------------------------- */

/* Of the c whose K is nearest to the median. */
static size_t
middle (const double *k, size_t n, double median)
{
  size_t best = 0;

  for (size_t i = 1; i < n; ++i)
    if (fabs (k[i] - median) < fabs (k[best] - median))
      best = i;
  return best;
}

/* p, q [n] of the walk that series x drives at c, its mean taken off. */
static void
walk (const double *x, size_t n, double c, double *p, double *q)
{
  double sp = 0, sq = 0, mean = 0;

  for (size_t k = 0; k < n; ++k)
    mean += x[k] / (double) n;
  for (size_t k = 0; k < n; ++k)
    {
      sp += (x[k] - mean) * cos (c * (double) (k + 1));
      sq += (x[k] - mean) * sin (c * (double) (k + 1));
      p[k] = sp;
      q[k] = sq;
    }
}

ictus_err
ictus__plot_zero_one (ictus_h5 *h, plot_figure *f)
{
  double *x = NULL, *c = NULL, *k = NULL, *p = NULL, median = 0;
  size_t n = 0, nc = 0, nk = 0, at;
  char title[PLOT_NAME], name[PLOT_NAME];
  ictus_err e;

  ICTUS_GO (ictus_h5_read_double (h, "/series", &x, &n));
  ICTUS_GO (ictus_h5_read_double (h, "/c", &c, &nc));
  ICTUS_GO (ictus_h5_read_double (h, "/k_of_c", &k, &nk));
  ICTUS_GO (ictus__read_attr_double (h, "/", "k", &median));
  if (n == 0 || nc == 0 || nc != nk)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_FORMAT, "%s: a series of %zu, %zu values of c and %zu of K", h->path, n, nc, nk));
  p = ictus_alloc (2 * n, sizeof *p);
  if (p == NULL)
    ICTUS_GO (ICTUS_E_NOMEM);
  at = middle (k, nk, median);
  walk (x, n, c[at], p, p + n);
  f->grid = true;
  snprintf (title, sizeof title, "walk at c = %.4f", c[at]);
  draw (f, &(plane){ .x = p, .y = p + n, .n = n, .xlabel = "p", .ylabel = "q", .title = title, .how = "with lines lw 0.6" });
  snprintf (title, sizeof title, "K = %.4f", median);
  draw (f, &(plane){ .x = c, .y = k, .n = nc, .xlabel = "c", .ylabel = "K of c", .title = title, .share = true,
                     .how = "with points pt 7 ps 0.5" });
  ictus__figure_title (f, h);
  ictus__read_text (h, "/", "shows", name);
  ictus__figure_note (f, "0-1 test of %zu %s", n, name);
done:
  ictus_free (x);
  ictus_free (c);
  ictus_free (k);
  ictus_free (p);
  return e;
}
