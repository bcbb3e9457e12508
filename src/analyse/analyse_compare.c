/* SPDX-License-Identifier: BSD-3-Clause */
/* compare.h5: error against cost of the methods, in CPU time and in right-hand sides. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "analyse/analyse_impl.h"

typedef struct cost
{
  const char *set, *label;
  double factor;
} cost;

/* error and cost of a method as a block; false: nothing to draw. */
static ictus_err
block_of (ictus_h5 *h, const char *method, const cost *c, plot_figure *f, bool *drawn)
{
  char path[2 * PLOT_NAME];
  double *error = NULL, *v = NULL;
  size_t n = 0, m = 0;
  ictus_err e = ICTUS_OK;

  *drawn = false;
  snprintf (path, sizeof path, "/method/%.100s/error", method);
  ICTUS_GO (ictus_h5_read_double (h, path, &error, &n));
  snprintf (path, sizeof path, "/method/%.100s/%s", method, c->set);
  ICTUS_GO (ictus_h5_read_double (h, path, &v, &m));
  ictus_text_add (&f->data, "$d%d << EOD\n", f->nblock++);
  for (size_t k = 0; k < n && k < m; ++k)
    if (error[k] > 0 && isfinite (error[k]) && error[k] < 10 && v[k] > 0)
      {
        ictus_text_add (&f->data, "%.6g %.6g\n", error[k], c->factor * v[k]);
        *drawn = true;
      }
  ictus_text_add (&f->data, "%sEOD\n", *drawn ? "" : "NaN NaN\n");
done:
  ictus_free (error);
  ictus_free (v);
  return e;
}

static ictus_err
panel (ictus_h5 *h, char **method, size_t n, const cost *c, plot_figure *f)
{
  const char *between = "plot ";
  char of[PLOT_NAME], units[PLOT_NAME], label[PLOT_NAME];
  ictus_text *p = ictus__figure_panel (f, 0);
  bool drawn;

  if (p == NULL)
    return ICTUS_OK;
  ictus__read_text (h, "/", "error_of", of);
  ictus__read_text (h, "/", "error_units", units);
  if (strcmp (of, "spike times") == 0)
    ictus__label (label, "error of the spike times", units);
  else
    snprintf (label, sizeof label, "error, relative to the range");
  ictus_text_add (p, "set logscale xy\nset format '%%.0e'\nset xrange [*:*] reverse\nset yrange [*:*]\nset ytics 10\nset xtics 100\n"
                     "set grid xtics ytics lt 1 lw 0.5 lc rgb '#e4e4e4'\nset xlabel ");
  ictus__quote (p, label);
  ictus_text_add (p, "\nset label ");
  ictus__quote (p, c->label);
  ictus_text_add (p, " at graph -0.2, graph 0.5 center rotate by 90 font ',10'\nset key top left Left reverse samplen 1.2 font ',9'\n");
  for (size_t k = 0; k < n; ++k)
    {
      int block = f->nblock;

      ICTUS_TRY (block_of (h, method[k], c, f, &drawn));
      if (!drawn)
        continue;
      ictus_text_add (p, "%s$d%d using 1:2 with linespoints pt 7 ps psf*0.6 lw 1.6 lc rgb '%s' title ", between, block,
                      ictus__colour (k));
      ictus__quote (p, method[k]);
      between = ", ";
    }
  if (between[0] == 'p')
    ictus_text_add (p, "plot [1e-6:1] [1e-6:1] NaN notitle");
  return ICTUS_OK;
}

ictus_err
ictus__plot_compare (ictus_h5 *h, const char *what, plot_figure *f)
{
  static const cost costs[] = { { "cpu", "CPU time (ms)", 1e3 }, { "rhs", "evaluations of the right-hand side", 1 } };
  static const char *const known[] = { "cpu", "rhs" };
  char **method = NULL, model[PLOT_NAME];
  double uncertainty = 0;
  size_t n = 0, shown = 0;
  ictus_err e = ICTUS_OK;

  ICTUS_GO (ictus_h5_list (h, "/method", &method, &n));
  f->grid = true;
  ictus__read_text (h, "/", "model", model);
  ictus_text_add (&f->title, "%s: error against cost", model);
  if (ictus__read_attr_double (h, "/", "uncertainty", &uncertainty) == ICTUS_OK)
    ictus__figure_note (f, "errors below %.1e are not known", uncertainty);
  for (size_t k = 0; k < 2; ++k)
    if (what == NULL || strcmp (what, known[k]) == 0)
      {
        ICTUS_GO (panel (h, method, n, &costs[k], f));
        ++shown;
      }
  if (shown == 0)
    e = ictus__unknown_what (what, h->path, known, 2);
done:
  ictus__free_names (method, n);
  return e;
}
