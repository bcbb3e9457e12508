/* SPDX-License-Identifier: BSD-3-Clause */
/* Panels of sweep.h5: maps over two axes, curves over one, dots where points were drawn; the boundary of a
   search over them. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "analyse/analyse_sweep.h"

/* ---- maps ------------------------------------------------------------------------------------------- */

static void
axis_tics (const sweep_axis *a, char which, ictus_text *p)
{
  char number[32];
  int width = 0, every;

  ictus_text_add (p, "set %crange [%.9g:%.9g]\nset %s ", which, a->lo, a->hi,
                  which == 'x' ? "xlabel" : "label");
  ictus__quote (p, a->label);
  ictus_text_add (p, which == 'x' ? "\n" : " at graph -0.195, graph 0.5 center rotate by 90\n");
  if (a->log)
    ictus_text_add (p, "set logscale %c\n", which);
  if (a->edge == NULL || (a->n > 12 && !a->log)) /* of a log axis gnuplot would name powers of ten only */
    return;
  for (size_t k = 0; k < a->n; ++k) /* few values: name each, or as many as there is room for */
    width += 6 * snprintf (number, sizeof number, "%.3g", a->v[k]) + 9; /* pixels, of 312 */
  every = which == 'x' ? (width + 311) / 312 : (int) (a->n + 11) / 12;
  ictus_text_add (p, "set %ctics (", which);
  for (size_t k = 0; k < a->n; k += a->n > 12 ? (size_t) every : 1)
    {
      snprintf (number, sizeof number, "%.*g", a->n > 12 ? 2 : 3, a->v[k]);
      ictus_text_add (p, "%s'%s' %.9g", k > 0 ? ", " : "", k % (size_t) every == 0 ? number : "", a->v[k]);
    }
  ictus_text_add (p, ")\n");
}

enum { CELL_VALUE, CELL_TODO, CELL_FAILED, CELL_MARK, CELL_SORTS };

static bool
is_of_sort (const sweep *s, size_t point, double v, int sort)
{
  bool failed = s->status != NULL && s->status[point] == 2, done = ictus__sweep_is_done (s, point);

  switch (sort)
    {
    case CELL_VALUE:
      return (done || s->status[point] == 0)
             && isfinite (v); /* some of the repeats are there before all are */
    case CELL_TODO:
      return !failed && !done && !ictus__sweep_is_skipped (s, point) && !isfinite (v);
    case CELL_FAILED:
      return failed;
    default:
      return ictus__sweep_has_seizure (s, point);
    }
}

/* The points of one sort as a block: x y x0 x1 y0 y1 value; of a design, which has no cells: x y value. */
static void
cells (const sweep *s, const double *value, size_t per_point, size_t which, int sort, plot_range *range)
{
  const sweep_axis *a = &s->axis[s->show[0]], *b = &s->axis[s->show[1]];
  ictus_text *t = &s->f->data;
  size_t na = s->drawn ? s->npoint : a->n, nb = s->drawn ? 1 : b->n;

  ictus_text_add (t, "$d%d << EOD\n", s->f->nblock++);
  for (size_t i = 0; i < na; ++i)
    for (size_t j = 0; j < nb; ++j)
      {
        size_t point = s->drawn ? i : i * s->stride[0] + j * s->stride[1];
        double v = value[point * per_point + which];

        if (!is_of_sort (s, point, v, sort))
          continue;
        ictus__range_add (range, v);
        if (s->drawn)
          ictus_text_add (t, "%.9g %.9g %.6g\n", a->v[i], b->v[i], v);
        else
          ictus_text_add (t, "%.9g %.9g %.9g %.9g %.9g %.9g %.6g\n", a->v[i], b->v[j], a->edge[i],
                          a->edge[i + 1], b->edge[j], b->edge[j + 1], v);
      }
  /* outside: a block is never empty */
  ictus_text_add (t, s->drawn ? "1e30 1e30 0\nEOD\n" : "1e30 1e30 1e30 1e30 1e30 1e30 0\nEOD\n");
}

static void
colours (const sweep_quantity *q, bool flag, double top, ictus_text *p)
{
  ictus_text_add (p, "set colorbox\nset cbrange [0:%.6g]\n", top);
  if (flag)
    {
      ictus_text_add (p, "set palette maxcolors 2 defined (0 '#c9dcec', 1 '#b2182b')\n"
                         "set cbtics ('no' 0.25, 'yes' 0.75)\n");
      return;
    }
  ictus_text_add (p,
                  "set palette maxcolors 0 defined (0 '#440154', 1 '#482878', 2 '#3e4989', 3 '#31688e', "
                  "4 '#26828e', 5 '#1f9e89', 6 '#35b779', 7 '#6ece58', 8 '#b5de2b', 9 '#fde725')\n"
                  "set cbtics %.6g\nset label ",
                  ictus__nice_step (top, 5));
  ictus__quote (p, q->mark);
  ictus_text_add (p, " at graph 1.05, graph 1.05 center font ',10'\n"); /* above the colour bar */
}

/* The line with a pale rim, so that it is seen on every colour. */
static void
boundary (const sweep *s, ictus_text *p)
{
  static const char *const look[]
      = { "lines lw 5 lc rgb '#ffffff'", "linespoints pt 7 ps psf*0.45 lw 2.2 lc rgb '#d7301f'" };

  for (int k = 0; s->boundary.y != NULL && k < 2; ++k)
    ictus_text_add (p, ", $d%d using 1:2 with %s notitle", s->boundary.block, look[k]);
}

void
ictus__sweep_map (sweep *s, const sweep_quantity *q, const char *who, const double *value, size_t per_point,
                  size_t which)
{
  static const char *const cell[]
      = { "using 1:2:3:4:5:6:7 with boxxyerror fs solid noborder fc palette",
          "using 1:2:3:4:5:6 with boxxyerror fs solid noborder fc rgb '#ececec'",
          "using 1:2:3:4:5:6 with boxxyerror fs solid noborder fc rgb '#a9a9a9'" };
  static const char *const dot[] = { "using 1:2:3 with points pt 7 ps psf*1.1 lc palette",
                                     "using 1:2 with points pt 7 ps psf*0.8 lc rgb '#ececec'",
                                     "using 1:2 with points pt 7 ps psf*1.1 lc rgb '#a9a9a9'" };
  bool flag = q->name[0] == 's'; /* seizure: two colours and no crosses */
  plot_range range = { 0, q->least }, none = plot_range_none;
  char title[2 * PLOT_NAME];
  int first = s->f->nblock;
  ictus_text *p;

  if ((p = ictus__figure_panel (s->f, 0)) == NULL)
    return;
  for (int sort = CELL_VALUE; sort < CELL_SORTS; ++sort)
    cells (s, value, per_point, which, sort, sort == CELL_VALUE ? &range : &none);
  snprintf (title, sizeof title, "%s%s%s", q->title, who != NULL ? ", " : "", who != NULL ? who : "");
  ictus_text_add (p, "set title ");
  ictus__quote (p, title);
  ictus_text_add (p, " offset 0,-0.6 font ',11'\nunset grid\nset border 15 lw 0.8 lc rgb '#555555'\n");
  axis_tics (&s->axis[s->show[0]], 'x', p);
  axis_tics (&s->axis[s->show[1]], 'y', p);
  colours (q, flag, range.hi, p);
  for (int sort = CELL_VALUE; sort < CELL_MARK; ++sort)
    ictus_text_add (p, "%s$d%d %s notitle", sort == CELL_VALUE ? "plot " : ", ", first + sort,
                    s->drawn ? dot[sort] : cell[sort]);
  if (!flag && s->drawn)
    ictus_text_add (p, ", $d%d using 1:2 with points pt 6 ps psf*1.5 lw 1.6 lc rgb '#b2182b' notitle",
                    first + CELL_MARK);
  else if (!flag)
    ictus_text_add (p,
                    ", $d%d using 1:2 with points pt 2 ps psf*1.1 lw 3 lc rgb '#000000' notitle"
                    ", $d%d using 1:2 with points pt 2 ps psf*1.0 lw 1.2 lc rgb '#ffffff' notitle",
                    first + CELL_MARK, first + CELL_MARK);
  boundary (s, p);
}

/* ---- curves ----------------------------------------------------------------------------------------- */

/* One curve as a block of x y and, where there are repeats, the spread. */
static void
curve (const sweep *s, const double *v, const double *sd, size_t per, size_t which, plot_range *range)
{
  const sweep_axis *a = &s->axis[0];
  ictus_text *t = &s->f->data;

  ictus_text_add (t, "$d%d << EOD\n", s->f->nblock++);
  for (size_t i = 0; i < a->n; ++i)
    {
      size_t point = s->drawn ? i : i * s->stride[0];
      double y = v[point * per + which], bar = sd != NULL ? sd[point * per + which] : 0;

      if (ictus__sweep_is_skipped (s, point))
        continue;
      if (!isfinite (y) || (s->status != NULL && s->status[point] == 2))
        {
          ictus_text_add (t, "\n");
          continue;
        }
      bar = isfinite (bar) ? bar : 0;
      ictus__range_add (range, y - bar);
      ictus__range_add (range, y + bar);
      ictus_text_add (t, sd != NULL ? "%.9g %.7g %.7g\n" : "%.9g %.7g\n", a->v[i], y, bar);
    }
  ictus_text_add (t, sd != NULL ? "1e30 1e30 0\nEOD\n" : "1e30 1e30\nEOD\n");
}

static void
shade_seizures (const sweep *s, ictus_text *p)
{
  const sweep_axis *a = &s->axis[0];

  for (size_t i = 0, n = 1; !s->drawn && i < a->n; ++i)
    if (ictus__sweep_has_seizure (s, i * s->stride[0]))
      ictus_text_add (p, "set object %zu rectangle from first %.9g, graph 0 to first %.9g, graph 1 behind "
                         "fc rgb '#fbe0dc' fs solid noborder\n",
                      n++, a->edge[i], a->edge[i + 1]);
  if (s->boundary.x != NULL && s->boundary.y == NULL && s->boundary.n == 1 && isfinite (s->boundary.x[0]))
    ictus_text_add (
        p, "set arrow 1 from first %.9g, graph 0 to first %.9g, graph 1 nohead lw 2.2 lc rgb '#d7301f'\n",
        s->boundary.x[0], s->boundary.x[0]);
}

void
ictus__sweep_curves (sweep *s, const sweep_quantity *q, const double *all, const double *each,
                     const double *all_sd, const double *each_sd)
{
  plot_range range = { 0, 0 };
  size_t nline = each != NULL && s->npop > 1 ? s->npop : 0;
  ictus_text plot = { 0 }, *p;
  char label[PLOT_NAME];

  if (nline > PLOT_MAX_LINES)
    nline = PLOT_MAX_LINES;
  if ((p = ictus__figure_panel (s->f, 150)) == NULL)
    return;
  for (size_t k = 0; k <= nline; ++k) /* the populations, then the whole network on top */
    {
      const double *v = k < nline ? each : all, *sd = k < nline ? each_sd : all_sd;

      ictus_text_add (&plot, "%s$d%d using %s with %s pt 7 ps psf*0.5 lw 1.6 lc rgb '%s' ",
                      k > 0 ? ", " : "plot ", s->f->nblock, sd != NULL ? "1:2:3" : "1:2",
                      s->drawn     ? (sd != NULL ? "yerrorbars" : "points")
                      : sd != NULL ? "yerrorlines"
                                   : "linespoints",
                      k < nline ? ictus__colour (k) : "#222222");
      curve (s, v, sd, k < nline ? s->npop : 1, k < nline ? k : 0, &range);
      if (nline > 0)
        {
          ictus_text_add (&plot, "title ");
          ictus__quote (&plot, k < nline ? s->population[k] : "all");
          s->f->key = true;
        }
      else
        ictus_text_add (&plot, "notitle");
    }
  ictus__label (label, q->title, q->unit);
  ictus__panel_y (p, range, 150, label);
  shade_seizures (s, p);
  ictus_text_addn (p, plot.s, plot.len);
  ictus_text_clear (&plot);
}
