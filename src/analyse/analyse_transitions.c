/* SPDX-License-Identifier: BSD-3-Clause */
/* transitions.h5: courses of both directions over the rest that they begin on, the jumps; below, the signs that announced them. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "analyse/analyse_impl.h"

enum { SHOWN = 8 }; /* courses of a direction */

typedef struct drawing
{
  ictus_h5 *h;
  plot_figure *f;
  ictus_text plot;  /* of the panel at hand */
  ictus_text marks; /* commands before it */
  plot_range y;
} drawing;

static const char *const side_name[2] = { "up", "down" };
static const char *const dark[2] = { "#d55e00", "#0072b2" }, *const light[2] = { "#f3c9ab", "#a9cfe6" };

static void
path_of (char *out, int side, const char *name)
{
  snprintf (out, PLOT_NAME, "/%s/%s", side_name[side], name);
}

/* NULL where the file has none. */
static ictus_err
read_set (const drawing *d, int side, const char *name, double **v, size_t *n)
{
  char path[PLOT_NAME];

  *v = NULL;
  *n = 0;
  path_of (path, side, name);
  return ictus_h5_exists (d->h, path) ? ictus_h5_read_double (d->h, path, v, n) : ICTUS_OK;
}

static void
style (drawing *d, int block, const char *how, const char *title)
{
  ictus_text_add (&d->plot, "%s$d%d %s", d->plot.len > 0 ? ", " : "plot ", block, how);
  if (title == NULL)
    ictus_text_add (&d->plot, " notitle");
  else
    {
      ictus_text_add (&d->plot, " title ");
      ictus__quote (&d->plot, title);
      d->f->key = true;
    }
}

/* A band between low and high [m] over x, in column 2 and 3. */
static int
band (drawing *d, const double *x, const double *low, const double *high, size_t m)
{
  ictus_text_add (&d->f->data, "$d%d << EOD\n", d->f->nblock);
  for (size_t k = 0; k < m; ++k)
    {
      if (!isfinite (low[k]) || !isfinite (high[k]))
        continue;
      ictus_text_add (&d->f->data, "%.9g %.7g %.7g\n", x[k], low[k], high[k]);
      ictus__range_add (&d->f->x, x[k]);
      ictus__range_add (&d->y, low[k]);
      ictus__range_add (&d->y, high[k]);
    }
  ictus_text_add (&d->f->data, "NaN NaN NaN\nEOD\n");
  return d->f->nblock++;
}

static ictus_err
courses (drawing *d, int side, bool still)
{
  double *x = NULL, *low = NULL, *high = NULL;
  size_t m = 0, n = 0, nh = 0;
  char how[128], title[PLOT_NAME];
  ictus_err e;

  ICTUS_GO (read_set (d, side, "parameter", &x, &m));
  ICTUS_GO (read_set (d, side, still ? "still_low" : "low", &low, &n));
  ICTUS_GO (read_set (d, side, still ? "still_high" : "high", &high, &nh));
  if (n != nh || (m > 0 && n % m != 0))
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_FORMAT, "%s: courses of %zu and %zu values at %zu places", d->h->path, n, nh, m));
  for (size_t k = 0; m > 0 && k < n / m && k < SHOWN; ++k)
    {
      int block = band (d, x, low + k * m, high + k * m, m);

      snprintf (how, sizeof how, still ? "using 1:2:3 with filledcurves fc rgb '%s' fs solid 0.55 border lc rgb '%s' lw 1"
                                       : "using 1:2:3 with filledcurves fc rgb '%s' fs transparent solid 0.35 noborder",
                still ? light[side] : dark[side], dark[side]);
      if (!still)
        snprintf (how, sizeof how, "using 1:2:3 with filledcurves fc rgb '%s' fs solid 1 border lc rgb '%s' lw 0.6", light[side],
                  light[side]);
      snprintf (title, sizeof title, "%s%s", side_name[side], still ? ", no noise" : ", noise");
      style (d, block, how, k == 0 ? title : NULL);
    }
done:
  ictus_free (x);
  ictus_free (low);
  ictus_free (high);
  return e;
}

static ictus_err
branch (drawing *d, int side, bool *titled)
{
  double *x = NULL, *y = NULL;
  size_t n = 0, ny = 0;
  ictus_err e;

  ICTUS_GO (read_set (d, side, "branch_parameter", &x, &n));
  ICTUS_GO (read_set (d, side, "branch_value", &y, &ny));
  if (n > 1 && n == ny)
    {
      style (d, ictus__figure_curve (d->f, x, 0, 0, y, n, 1, &d->y), "using 1:2 with lines lw 1.8 lc rgb '#222222'",
             *titled ? NULL : "stable rest");
      *titled = true;
    }
done:
  ictus_free (x);
  ictus_free (y);
  return e;
}

/* An arrow at the mean of the first jumps; without runs at that without noise. */
static ictus_err
mark (drawing *d, int side)
{
  double *v = NULL, sum = 0, lost = NAN;
  size_t n = 0, m = 0;
  char path[PLOT_NAME];
  ictus_err e;

  ICTUS_GO (read_set (d, side, "jump_parameter", &v, &n));
  if (n == 0)
    ICTUS_GO (read_set (d, side, "still_parameter", &v, &n));
  for (size_t k = 0; k + 8 <= n; k += 8)
    if (isfinite (v[k]))
      {
        sum += v[k];
        ++m;
      }
  if (m > 0)
    ictus_text_add (&d->marks,
                    "set arrow from first %.9g, graph 0 to first %.9g, graph 1 nohead lw 1.2 lc rgb '%s' dt (5,4) front\n"
                    "set label '%s %.4g' at first %.9g, graph %.2f left offset 0.4,0 font ',9' tc rgb '%s' front\n",
                    sum / (double) m, sum / (double) m, dark[side], side == 0 ? "jump up" : "jump down", sum / (double) m,
                    sum / (double) m, side == 0 ? 0.95 : 0.87, dark[side]);
  snprintf (path, sizeof path, "/%s", side_name[side]);
  if (n > 0 && ictus__read_attr_double (d->h, path, "rest_lost_at", &lost) == ICTUS_OK && isfinite (lost))
    ictus__figure_note (d->f, "%s: rest is lost at %.6g", side_name[side], lost);
done:
  ictus_free (v);
  return e;
}

static void
finish (drawing *d, int height, const char *label)
{
  ictus_text *p = d->plot.len > 0 ? ictus__figure_panel (d->f, height) : NULL;

  if (p != NULL)
    {
      ictus__panel_y (p, d->y, height, label);
      if (d->marks.len > 0)
        ictus_text_addn (p, d->marks.s, d->marks.len);
      ictus_text_addn (p, d->plot.s, d->plot.len);
    }
  d->f->data.failed = d->f->data.failed || d->plot.failed || d->marks.failed;
  ictus_text_clear (&d->plot);
  ictus_text_clear (&d->marks);
  d->y = plot_range_none;
}

/* Mean over the runs of series [run, w], over the mean of where their windows end. */
static ictus_err
sign_mean (drawing *d, int side, const char *name, int number)
{
  double *x = NULL, *v = NULL, *tau = NULL, *mean = NULL, sum = 0;
  size_t n = 0, nv = 0, nt = 0, w = 0, runs, with = 0;
  char how[96], title[PLOT_NAME];
  ictus_err e;

  ICTUS_GO (read_set (d, side, "warning_parameter", &x, &n));
  ICTUS_GO (read_set (d, side, name, &v, &nv));
  ICTUS_GO (read_set (d, side, "tau", &tau, &nt));
  runs = nt / 3;
  w = runs > 0 ? n / runs : 0;
  for (size_t i = 0; i < runs; ++i)
    if (isfinite (tau[3 * i + (size_t) number]))
      {
        sum += tau[3 * i + (size_t) number];
        ++with;
      }
  if (with == 0 || n != nv || (mean = ictus_alloc (2 * w, sizeof *mean)) == NULL)
    goto done;
  for (size_t k = 0; k < w; ++k)
    {
      size_t m = 0;

      for (size_t i = 0; i < runs; ++i)
        if (isfinite (v[i * w + k]) && isfinite (x[i * w + k]))
          {
            mean[k] += x[i * w + k];
            mean[w + k] += v[i * w + k];
            ++m;
          }
      mean[k] = m > 0 ? mean[k] / (double) m : NAN;
      mean[w + k] = m > 0 ? mean[w + k] / (double) m : NAN;
    }
  snprintf (how, sizeof how, "using 1:2 with lines lw 1.8 lc rgb '%s'", dark[side]);
  snprintf (title, sizeof title, "%s, tau %.2f", side_name[side], sum / (double) with);
  style (d, ictus__figure_curve (d->f, mean, 0, 0, mean + w, w, 1, &d->y), how, title);
done:
  ictus_free (x);
  ictus_free (v);
  ictus_free (tau);
  ictus_free (mean);
  return e;
}

/* The recovery rate that the eigenvalues give. */
static ictus_err
exact (drawing *d, int side)
{
  double *x = NULL, *v = NULL;
  size_t n = 0, nv = 0;
  ictus_err e;

  ICTUS_GO (read_set (d, side, "branch_parameter", &x, &n));
  ICTUS_GO (read_set (d, side, "branch_recovery", &v, &nv));
  if (n > 1 && n == nv)
    style (d, ictus__figure_curve (d->f, x, 0, 0, v, n, 1, &d->y), "using 1:2 with lines lw 1 dt (4,3) lc rgb '#222222'",
           side == 0 ? "eigenvalue" : NULL);
done:
  ictus_free (x);
  ictus_free (v);
  return e;
}

ictus_err
ictus__plot_transitions (ictus_h5 *h, plot_figure *f)
{
  static const char *const set[] = { "variance", "ac1", "recovery" }, *const label[] = { "variance", "autocorrelation", "recovery rate" };
  drawing d = { .h = h, .f = f, .y = plot_range_none };
  char name[PLOT_NAME], unit[PLOT_NAME], text[PLOT_NAME];
  bool titled = false;
  ictus_err e = ICTUS_OK;

  ictus__read_text (h, "/", "model", name);
  ictus_text_add (&f->title, "%s, transitions", name);
  ictus__read_text (h, "/", "parameter", name);
  ictus__read_text (h, "/", "parameter_unit", unit);
  ictus__label (f->xlabel, name, unit);
  for (int pass = 0; pass < 2; ++pass)
    for (int side = 0; side < 2; ++side)
      ICTUS_GO (courses (&d, side, pass > 0));
  for (int side = 0; side < 2; ++side)
    {
      ICTUS_GO (branch (&d, side, &titled));
      ICTUS_GO (mark (&d, side));
    }
  ictus__read_text (h, "/", "watched", name);
  ictus__read_text (h, "/", "watched_unit", unit);
  ictus__label (text, name, unit);
  finish (&d, 330, text);
  for (int k = 0; k < 3; ++k)
    {
      for (int side = 0; side < 2; ++side)
        {
          ICTUS_GO (sign_mean (&d, side, set[k], k));
          if (k == 2)
            ICTUS_GO (exact (&d, side));
        }
      finish (&d, 110, label[k]);
    }
done:
  ictus_text_clear (&d.plot);
  ictus_text_clear (&d.marks);
  return e;
}
