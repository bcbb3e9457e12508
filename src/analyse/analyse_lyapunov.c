/* SPDX-License-Identifier: BSD-3-Clause */
/* lyapunov.h5: how the estimate of each exponent comes to rest, with its standard error as a band. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "analyse/analyse_impl.h"

#define EARLY 0.05 /* part of the time whose estimates do not widen the axis */
#define FIRST 0.01 /* before, there is nothing to see but chance */

typedef struct growth
{
  ictus_h5 *h;
  plot_figure *f;
  double *t, *running, *band, *exponent, *error; /* [n], [n, k], [n, k], [k], [k] */
  size_t n, k;
  char unit[PLOT_NAME];
} growth;

static ictus_err
column (growth *g, const char *path, size_t want, double **out)
{
  size_t n = 0;

  ICTUS_TRY (ictus_h5_read_double (g->h, path, out, &n));
  if (n != want)
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: %s has %zu values, not %zu", g->h->path, path, n, want);
  return ICTUS_OK;
}

static ictus_err
read_all (growth *g)
{
  ICTUS_TRY (ictus_h5_read_double (g->h, "/time", &g->t, &g->n));
  ICTUS_TRY (ictus_h5_read_double (g->h, "/exponent", &g->exponent, &g->k));
  if (g->n == 0 || g->k == 0)
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s has no exponents", g->h->path);
  ICTUS_TRY (column (g, "/error", g->k, &g->error));
  ICTUS_TRY (column (g, "/running", g->n * g->k, &g->running));
  ICTUS_TRY (column (g, "/band", g->n * g->k, &g->band));
  ictus__read_text (g->h, "/exponent", "units", g->unit);
  return ICTUS_OK;
}

/* Rows: time, lower and upper end of the band, estimate. Returns the range of what is not early. */
static plot_range
rows (growth *g, size_t j)
{
  plot_range range = plot_range_none;

  ictus_text_add (&g->f->data, "$d%d << EOD\n", g->f->nblock);
  for (size_t r = 0; r < g->n; ++r)
    {
      double v = g->running[r * g->k + j], b = g->band[r * g->k + j];

      if (!isfinite (v) || !(g->t[r] >= FIRST * g->t[g->n - 1]))
        continue;
      if (!isfinite (b))
        b = 0;
      ictus_text_add (&g->f->data, "%.9g %.9g %.9g %.9g\n", g->t[r], v - b, v + b, v);
      ictus__range_add (&g->f->x, g->t[r]);
      if (g->t[r] < EARLY * g->t[g->n - 1])
        continue;
      ictus__range_add (&range, v - b);
      ictus__range_add (&range, v + b);
    }
  ictus_text_add (&g->f->data, "EOD\n");
  return range;
}

static ictus_err
panel (growth *g, size_t j)
{
  char name[40], label[PLOT_NAME];
  plot_range range;
  ictus_text *p = ictus__figure_panel (g->f, g->k == 1 ? 320 : 170);

  if (p == NULL) /* counted as left out */
    return g->f->data.failed ? ICTUS_E_NOMEM : ICTUS_OK;
  range = rows (g, j);
  snprintf (name, sizeof name, "exponent %zu", j + 1);
  ictus__label (label, name, g->unit);
  ictus__panel_y (p, range, g->k == 1 ? 320 : 170, label);
  snprintf (name, sizeof name, "%.6g ± %.2g", g->exponent[j], g->error[j]);
  ictus_text_add (p, "set label ");
  ictus__quote (p, name);
  ictus_text_add (p, " at graph 0.99, graph 0.93 right font ',9' front\n");
  ictus_text_add (p, "plot $d%d using 1:2:3 with filledcurves fc rgb '#cfe3f3' notitle, ", g->f->nblock);
  ictus_text_add (p, "0 with lines lw 0.8 lc rgb '#999999' notitle, ");
  ictus_text_add (p, "$d%d using 1:4 with lines lw 1.6 lc rgb '%s' notitle", g->f->nblock++, ictus__colour (0));
  return ICTUS_OK;
}

static void
head (growth *g)
{
  char text[PLOT_NAME], unit[PLOT_NAME];
  double dimension = NAN, error = NAN;

  ictus__read_text (g->h, "/", "model", text);
  ictus_text_add (&g->f->title, "%s", text);
  ictus__read_text (g->h, "/", "time_units", unit);
  ictus__label (g->f->xlabel, "time measured", unit);
  ictus__read_text (g->h, "/", "verdict", text);
  ictus__figure_note (g->f, "motion: %s", text);
  if (ictus__read_attr_double (g->h, "/", "dimension", &dimension) == ICTUS_OK
      && ictus__read_attr_double (g->h, "/", "dimension_error", &error) == ICTUS_OK && isfinite (dimension))
    ictus__figure_note (g->f, "Kaplan-Yorke dimension %.5g ± %.2g", dimension, error);
  ictus__figure_note (g->f, "line: estimate from the beginning to this time; band: its standard error");
}

ictus_err
ictus__plot_lyapunov (ictus_h5 *h, const char *what, plot_figure *f)
{
  static const char *const known[] = { "convergence" };
  growth g = { .h = h, .f = f };
  ictus_err e;

  if (what != NULL && strcmp (what, known[0]) != 0)
    return ictus__unknown_what (what, h->path, known, 1);
  ICTUS_GO (read_all (&g));
  head (&g);
  for (size_t j = 0; j < g.k; ++j)
    ICTUS_GO (panel (&g, j));
  f->xlog = f->x.lo > 0 && f->x.hi > f->x.lo;
done:
  ictus_free (g.t);
  ictus_free (g.running);
  ictus_free (g.band);
  ictus_free (g.exponent);
  ictus_free (g.error);
  return e;
}
