/* SPDX-License-Identifier: BSD-3-Clause */
/* One curve in one panel: a quantity against time or, in a phase plane, against another one. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "analyse/analyse_impl.h"

static double
at (const ictus_plot_axis *a, size_t k)
{
  return a->v[k * a->stride];
}

void
ictus__range_pad (plot_range *r)
{
  double pad;

  if (!(r->lo <= r->hi))
    *r = (plot_range){ 0, 1 };
  pad = 0.04 * (r->hi - r->lo);
  if (!(r->hi - r->lo > 1e-12 * (fabs (r->lo) + fabs (r->hi)))) /* a constant */
    pad = r->lo != 0 ? 0.05 * fabs (r->lo) : 1;
  r->lo -= pad;
  r->hi += pad;
}

/* What is shown of an axis: what was asked for, else the data. */
static plot_range
shown (const ictus_plot_axis *a, size_t n, bool room)
{
  plot_range r = plot_range_none;

  if (isfinite (a->lo) && isfinite (a->hi) && a->lo < a->hi)
    return (plot_range){ a->lo, a->hi };
  for (size_t k = 0; k < n; ++k)
    ictus__range_add (&r, at (a, k));
  if (room || !(r.lo < r.hi))
    ictus__range_pad (&r);
  return r;
}

int
ictus__figure_plane (plot_figure *f, const ictus_plot_axis *x, const ictus_plot_axis *y, size_t n, plot_range rx,
                     plot_range ry)
{
  double dx = (rx.hi - rx.lo) / 4000, dy = (ry.hi - ry.lo) / 4000, lx = NAN, ly = NAN;
  bool gap = true;

  ictus_text_add (&f->data, "$d%d << EOD\n", f->nblock);
  for (size_t k = 0; k < n; ++k)
    {
      double a = at (x, k), b = at (y, k);

      if (!isfinite (a) || !isfinite (b))
        {
          if (!gap)
            ictus_text_add (&f->data, "\n");
          gap = true;
          continue;
        }
      if (!gap && k + 1 < n && fabs (a - lx) < dx && fabs (b - ly) < dy) /* not to be seen */
        continue;
      ictus_text_add (&f->data, "%.7g %.7g\n", a, b);
      lx = a;
      ly = b;
      gap = false;
    }
  if (n == 0 || isnan (lx))
    ictus_text_add (&f->data, "NaN NaN\n");
  ictus_text_add (&f->data, "EOD\n");
  return f->nblock++;
}

void
ictus__panel_plane (ictus_text *p, plot_range r, const char *label)
{
  ictus_text_add (p, "set yrange [%.9g:%.9g]\nset ytics %.9g\n", r.lo, r.hi, ictus__nice_step (r.hi - r.lo, 8));
  ictus__panel_label (p, label);
}

ictus_err
ictus_plot_curve (const ictus_plot_axis *x, const ictus_plot_axis *y, size_t n, bool dots, const char *title,
                  const char *note, const char *out)
{
  plot_figure f;
  plot_range rx, ry;
  char label[PLOT_NAME];
  ictus_text *p;
  ictus_err e;
  bool line = strcmp (x->name, "time") == 0;
  int d;

  memset (&f, 0, sizeof f);
  rx = shown (x, n, !line);
  ry = shown (y, n, true);
  f.x = rx;
  ictus__label (f.xlabel, x->name, x->unit);
  ictus_text_add (&f.title, "%s", title);
  if (note[0] != '\0')
    ictus__figure_note (&f, "%s", note);
  d = ictus__figure_plane (&f, x, y, n, rx, ry);
  if ((p = ictus__figure_panel (&f, line ? 300 : PLOT_PLANE)) == NULL)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory"));
  ictus__label (label, y->name, y->unit);
  ictus__panel_plane (p, ry, label);
  ictus_text_add (p, "plot $d%d using 1:2 with %s lc rgb '%s' notitle", d,
                  dots ? "points pt 7 ps 0.25" : "lines lw 1.4", ictus__colour (0));
  e = ictus__figure_draw (&f, out);
done:
  ictus__figure_clear (&f);
  return e;
}
