/* SPDX-License-Identifier: BSD-3-Clause */
/* transitions.h5: courses of both directions over the rest that they begin on, the jumps; below, the signs that announced them. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "analyse/analyse_impl.h"

enum
{
  SHOWN = 8, /* courses of a direction */
  JUMPS = 8  /* of a run, as the file has them */
};

typedef struct drawing
{
  ictus_h5 *h;
  plot_figure *f;
  ictus_text plot;  /* of the panel at hand */
  ictus_text marks; /* commands before it */
  plot_range y;
  bool was_log;     /* the panel before */
  double away[2];   /* parameters at which the directions run to infinity, as far as the y axis heeds them; NaN: they do not */
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

/* Where runs of a direction end at infinity, the axis shows what was a little before. */
static ictus_err
escapes (drawing *d, int side)
{
  static const char *const name[][2] = { { "still_parameter", "still_kind" }, { "jump_parameter", "jump_kind" } };
  double *v = NULL, *kind = NULL, *x = NULL, way = side == 0 ? 1 : -1;
  size_t n = 0, nk = 0, m = 0;
  ictus_err e = ICTUS_OK;

  d->away[side] = NAN;
  for (int k = 0; k < 2; ++k)
    {
      ICTUS_GO (read_set (d, side, name[k][0], &v, &n));
      ICTUS_GO (read_set (d, side, name[k][1], &kind, &nk));
      for (size_t i = 0; i < n && i < nk; ++i)
        if (kind[i] > 2.5 && !(way * (v[i] - d->away[side]) >= 0))
          d->away[side] = v[i];
      ictus_free (v);
      ictus_free (kind);
      v = kind = NULL;
    }
  ICTUS_GO (read_set (d, side, "parameter", &x, &m));
  if (m > 1)
    d->away[side] -= 0.02 * (x[m - 1] - x[0]);
done:
  ictus_free (v);
  ictus_free (kind);
  ictus_free (x);
  return e;
}

/* A band between low and high [m] over x, in column 2 and 3. */
static int
band (drawing *d, int side, const double *x, const double *low, const double *high, size_t m)
{
  ictus_text_add (&d->f->data, "$d%d << EOD\n", d->f->nblock);
  for (size_t k = 0; k < m; ++k)
    {
      if (!isfinite (low[k]) || !isfinite (high[k]))
        continue;
      ictus_text_add (&d->f->data, "%.9g %.7g %.7g\n", x[k], low[k], high[k]);
      ictus__range_add (&d->f->x, x[k]);
      if ((side == 0 ? 1 : -1) * (x[k] - d->away[side]) > 0)
        continue;
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
      int block = band (d, side, x, low + k * m, high + k * m, m);

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

/* The k-th jump of the runs: its mean, where half of them have as many. */
static double
mean_jump (const double *v, size_t runs, size_t k)
{
  double sum = 0;
  size_t m = 0, some = 0;

  for (size_t i = 0; i < runs; ++i)
    {
      some += isfinite (v[i * JUMPS]);
      if (isfinite (v[i * JUMPS + k]))
        {
          sum += v[i * JUMPS + k];
          ++m;
        }
    }
  return m > 0 && 2 * m >= some ? sum / (double) m : NAN;
}

/* A line at each jump, of the mean of the runs; without runs at those without noise. */
static ictus_err
mark (drawing *d, int side, bool diagram)
{
  double *v = NULL, lost = NAN, at;
  size_t n = 0;
  char path[PLOT_NAME];
  ictus_err e;

  ICTUS_GO (read_set (d, side, "jump_parameter", &v, &n));
  if (n == 0)
    ICTUS_GO (read_set (d, side, "still_parameter", &v, &n));
  for (size_t k = 0; n > 0 && k < JUMPS; ++k)
    if (isfinite (at = mean_jump (v, n / JUMPS, k)))
      {
        bool left = at > 0.5 * (d->f->x.lo + d->f->x.hi); /* where there is room */

        ictus_text_add (&d->marks,
                        "set arrow from first %.9g, graph 0 to first %.9g, graph 1 nohead lw 1.2 lc rgb '%s' dt (5,4) front\n"
                        "set label '%s %.4g' at first %.9g, graph %.2f %s offset %s,0 font ',9' tc rgb '%s' front\n",
                        at, at, dark[side], side_name[side], at, at, (side == 0 ? 0.97 : 0.03) + (side == 0 ? -0.05 : 0.05) * (double) (k % 4),
                        left ? "right" : "left", left ? "-0.4" : "0.4", dark[side]);
      }
  snprintf (path, sizeof path, "/%s", side_name[side]);
  if (!diagram && n > 0 && ictus__read_attr_double (d->h, path, "rest_lost_at", &lost) == ICTUS_OK && isfinite (lost))
    ictus__figure_note (d->f, "%s: rest is lost at %.6g", side_name[side], lost);
done:
  ictus_free (v);
  return e;
}

static void
finish (drawing *d, int height, const char *label, bool decades)
{
  ictus_text *p = d->plot.len > 0 ? ictus__figure_panel (d->f, height) : NULL;

  if (p != NULL)
    {
      if (d->was_log)
        ictus_text_add (p, "unset logscale y\n");
      if (height > 200 && (isfinite (d->away[0]) || isfinite (d->away[1])))
        {
          double room = 0.5 * (d->y.hi - d->y.lo);

          d->y = (plot_range) { d->y.lo - room, d->y.hi + room };
        }
      ictus__panel_y (p, d->y, height, label);
      d->was_log = decades && d->y.lo > 0 && d->y.hi > 20 * d->y.lo;
      if (d->was_log)
        ictus_text_add (p, "set yrange [%.9g:%.9g]\nset ytics autofreq\nset logscale y\n", d->y.lo / 1.3, d->y.hi * 1.3);
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
  bool titled = false, diagram;
  ictus_err e = ICTUS_OK;

  ictus__read_text (h, "/", "model", name);
  ictus_text_add (&f->title, "%s, transitions", name);
  ictus__read_text (h, "/", "parameter", name);
  ictus__read_text (h, "/", "parameter_unit", unit);
  ictus__label (f->xlabel, name, unit);
  for (int side = 0; side < 2; ++side)
    ICTUS_GO (escapes (&d, side));
  for (int pass = 0; pass < 2; ++pass)
    for (int side = 0; side < 2; ++side)
      ICTUS_GO (courses (&d, side, pass > 0));
  diagram = ictus_h5_exists (h, "/branches");
  if (diagram)
    {
      ICTUS_GO (ictus__bifurcation_under (h, f, &d.y, &d.marks, &d.plot));
      ictus__figure_note (f, "black: equilibria, green: least and largest value on cycles, dashed where unstable; dotted: jumps");
    }
  else
    for (int side = 0; side < 2; ++side)
      ICTUS_GO (branch (&d, side, &titled));
  for (int side = 0; side < 2; ++side)
    ICTUS_GO (mark (&d, side, diagram));
  ictus__read_text (h, "/", "watched", name);
  ictus__read_text (h, "/", "watched_unit", unit);
  ictus__label (text, name, unit);
  finish (&d, 330, text, false);
  for (int k = 0; k < 3; ++k)
    {
      for (int side = 0; side < 2; ++side)
        {
          ICTUS_GO (sign_mean (&d, side, set[k], k));
          if (k == 2)
            ICTUS_GO (exact (&d, side));
        }
      finish (&d, 110, label[k], k == 0);
    }
done:
  ictus_text_clear (&d.plot);
  ictus_text_clear (&d.marks);
  return e;
}
