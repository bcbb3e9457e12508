/* SPDX-License-Identifier: BSD-3-Clause */
/* sweep.h5: maps over two axes, curves over one. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "analyse/analyse_impl.h"

enum { MAX_AXES = 8 };

typedef struct axis
{
  char name[PLOT_NAME], label[PLOT_NAME];
  double *v; /* [n] */
  size_t n;
  double *edge; /* [n + 1] borders of the cells around the values */
  bool log;
} axis;

typedef struct sweep
{
  ictus_h5 *h;
  plot_figure *f;
  axis axis[MAX_AXES];
  int naxis;
  size_t npoint;   /* all points: product of the axes */
  size_t stride[2]; /* points from one value of axis 0, 1 to the next */
  double *status, *seizure; /* [npoint]; NULL: not in the file */
  char **population; /* [npop] */
  size_t npop;
} sweep;

typedef struct quantity
{
  const char *name, *title, *unit;
  const char *mark; /* above the colour bar */
  double least;    /* the colour bar reaches at least from 0 to here */
} quantity;

static const quantity quantities[] = {
  { "rate", "mean rate", "Hz", "Hz", 1 },
  { "chi", "synchrony χ", "", "χ", 1 },
  { "cv", "CV of intervals", "", "CV", 1 },
  { "fano", "Fano factor", "", "F", 1 },
};
enum { NQUANTITY = sizeof quantities / sizeof *quantities };

/* ---- reading ---------------------------------------------------------------------------------------- */

static bool
is_log (const axis *a)
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
between (const axis *a, double x, double y)
{
  return a->log ? sqrt (x * y) : 0.5 * (x + y);
}

static ictus_err
read_axis (sweep *s, int k)
{
  axis *a = &s->axis[k];
  char path[PLOT_NAME], unit[PLOT_NAME];

  ICTUS_TRY (ictus__read_scale (s->h, "/rate_all", (unsigned) k, path));
  snprintf (a->name, sizeof a->name, "%s", path + (path[0] == '/'));
  ICTUS_TRY (ictus_h5_read_double (s->h, path, &a->v, &a->n));
  ictus__read_text (s->h, path, "units", unit);
  ictus__label (a->label, a->name, unit);
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

static ictus_err
read_sweep (sweep *s)
{
  hsize_t dims[MAX_AXES];

  ICTUS_TRY (ictus_h5_shape (s->h, "/rate_all", MAX_AXES, dims, &s->naxis));
  if (s->naxis < 1 || s->naxis > MAX_AXES)
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: /rate_all has %d axes", s->h->path, s->naxis);
  s->npoint = 1;
  for (int k = 0; k < s->naxis; ++k)
    {
      ICTUS_TRY (read_axis (s, k));
      if (s->axis[k].n != dims[k] || dims[k] == 0)
        return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: axis %s has %zu values, the table %llu", s->h->path,
                           s->axis[k].name, s->axis[k].n, (unsigned long long) dims[k]);
      s->npoint *= (size_t) dims[k];
    }
  s->stride[0] = s->npoint / s->axis[0].n;
  s->stride[1] = s->naxis > 1 ? s->stride[0] / s->axis[1].n : 0;
  ICTUS_TRY (read_points (s, "/status", 1, &s->status));
  ICTUS_TRY (read_points (s, "/seizure", 1, &s->seizure));
  if (ictus_h5_exists (s->h, "/population"))
    ICTUS_TRY (ictus__read_names (s->h, "/population", "names", &s->population, &s->npop));
  return ICTUS_OK;
}

static bool
is_done (const sweep *s, size_t point)
{
  return s->status == NULL || s->status[point] == 1;
}

static bool
has_seizure (const sweep *s, size_t point)
{
  return s->seizure != NULL && is_done (s, point) && s->seizure[point] == 1;
}

/* ---- maps ------------------------------------------------------------------------------------------- */

static void
axis_tics (const axis *a, char which, ictus_text *p)
{
  char number[32];
  int width = 0, every;

  ictus_text_add (p, "set %crange [%.9g:%.9g]\nset %s ", which, a->edge[0], a->edge[a->n],
                  which == 'x' ? "xlabel" : "label");
  ictus__quote (p, a->label);
  ictus_text_add (p, which == 'x' ? "\n" : " at graph -0.195, graph 0.5 center rotate by 90\n");
  if (a->log)
    ictus_text_add (p, "set logscale %c\n", which);
  if (a->n > 12)
    return;
  for (size_t k = 0; k < a->n; ++k) /* few values: name each, or as many as there is room for */
    width += 6 * snprintf (number, sizeof number, "%.3g", a->v[k]) + 9; /* pixels, of 312 */
  every = which == 'x' ? (width + 311) / 312 : 1;
  ictus_text_add (p, "set %ctics (", which);
  for (size_t k = 0; k < a->n; ++k)
    {
      snprintf (number, sizeof number, "%.3g", a->v[k]);
      ictus_text_add (p, "%s'%s' %.9g", k > 0 ? ", " : "", k % (size_t) every == 0 ? number : "", a->v[k]);
    }
  ictus_text_add (p, ")\n");
}

enum { CELL_VALUE, CELL_TODO, CELL_FAILED, CELL_MARK };

/* The cells of one sort as a block: x y x0 x1 y0 y1 value. */
static void
cells (const sweep *s, const double *value, size_t per_point, size_t which, int sort, plot_range *range)
{
  const axis *a = &s->axis[0], *b = &s->axis[1];
  ictus_text *t = &s->f->data;

  ictus_text_add (t, "$d%d << EOD\n", s->f->nblock++);
  for (size_t i = 0; i < a->n; ++i)
    for (size_t j = 0; j < b->n; ++j)
      {
        size_t point = i * s->stride[0] + j * s->stride[1];
        double v = value[point * per_point + which];
        bool failed = s->status != NULL && s->status[point] == 2;
        bool take = sort == CELL_VALUE    ? is_done (s, point) && isfinite (v)
                    : sort == CELL_FAILED ? failed
                    : sort == CELL_TODO   ? !failed && !is_done (s, point)
                                          : has_seizure (s, point);

        if (!take)
          continue;
        ictus__range_add (range, v);
        ictus_text_add (t, "%.9g %.9g %.9g %.9g %.9g %.9g %.6g\n", a->v[i], b->v[j], a->edge[i],
                        a->edge[i + 1], b->edge[j], b->edge[j + 1], v);
      }
  ictus_text_add (t, "1e30 1e30 1e30 1e30 1e30 1e30 0\nEOD\n"); /* outside: a block is never empty */
}

static void
map_panel (sweep *s, const quantity *q, const char *who, const double *value, size_t per_point, size_t which)
{
  bool flag = q->name[0] == 's'; /* seizure: two colours and no crosses */
  plot_range range = { 0, q->least }, none = plot_range_none;
  char title[2 * PLOT_NAME];
  int first = s->f->nblock;
  ictus_text *p;

  if ((p = ictus__figure_panel (s->f, 0)) == NULL)
    return;
  for (int sort = CELL_VALUE; sort <= CELL_MARK; ++sort)
    cells (s, value, per_point, which, sort, sort == CELL_VALUE ? &range : &none);
  snprintf (title, sizeof title, "%s%s%s", q->title, who != NULL ? ", " : "", who != NULL ? who : "");
  ictus_text_add (p, "set title ");
  ictus__quote (p, title);
  ictus_text_add (p, " offset 0,-0.6 font ',11'\nunset grid\nset border 15 lw 0.8 lc rgb '#555555'\n");
  axis_tics (&s->axis[0], 'x', p);
  axis_tics (&s->axis[1], 'y', p);
  ictus_text_add (p, "set colorbox\nset cbrange [0:%.6g]\n", range.hi);
  if (flag)
    ictus_text_add (p, "set palette maxcolors 2 defined (0 '#c9dcec', 1 '#b2182b')\n"
                       "set cbtics ('no' 0.25, 'yes' 0.75)\n");
  else
    {
      ictus_text_add (p,
                      "set palette maxcolors 0 defined (0 '#440154', 1 '#482878', 2 '#3e4989', 3 '#31688e', "
                      "4 '#26828e', 5 '#1f9e89', 6 '#35b779', 7 '#6ece58', 8 '#b5de2b', 9 '#fde725')\n"
                      "set cbtics %.6g\nset label ",
                      ictus__nice_step (range.hi, 5));
      ictus__quote (p, q->mark);
      ictus_text_add (p, " at graph 1.05, graph 1.05 center font ',10'\n"); /* above the colour bar */
    }
  ictus_text_add (p,
                  "plot $d%d using 1:2:3:4:5:6:7 with boxxyerror fs solid noborder fc palette notitle, "
                  "$d%d using 1:2:3:4:5:6 with boxxyerror fs solid noborder fc rgb '#ececec' notitle, "
                  "$d%d using 1:2:3:4:5:6 with boxxyerror fs solid noborder fc rgb '#a9a9a9' notitle",
                  first, first + 1, first + 2);
  if (!flag)
    ictus_text_add (p,
                    ", $d%d using 1:2 with points pt 2 ps psf*1.1 lw 3 lc rgb '#000000' notitle"
                    ", $d%d using 1:2 with points pt 2 ps psf*1.0 lw 1.2 lc rgb '#ffffff' notitle",
                    first + 3, first + 3);
}

/* ---- curves ----------------------------------------------------------------------------------------- */

static void
curve_panel (sweep *s, const quantity *q, const double *all, const double *each)
{
  plot_range range = { 0, 0 };
  size_t nline = each != NULL && s->npop > 1 ? s->npop : 0;
  const axis *a = &s->axis[0];
  ictus_text plot = { 0 }, *p;
  char label[PLOT_NAME];

  if (nline > PLOT_MAX_LINES)
    nline = PLOT_MAX_LINES;
  if ((p = ictus__figure_panel (s->f, 150)) == NULL)
    return;
  for (size_t k = 0; k <= nline; ++k) /* the populations, then the whole network on top */
    {
      const double *v = k < nline ? each : all;
      size_t per = k < nline ? s->npop : 1, which = k < nline ? k : 0;

      ictus_text_add (&s->f->data, "$d%d << EOD\n", s->f->nblock);
      for (size_t i = 0; i < a->n; ++i)
        {
          double y = v[i * s->stride[0] * per + which];

          if (is_done (s, i * s->stride[0]) && isfinite (y))
            {
              ictus__range_add (&range, y);
              ictus_text_add (&s->f->data, "%.9g %.7g\n", a->v[i], y);
            }
          else
            ictus_text_add (&s->f->data, "\n");
        }
      ictus_text_add (&s->f->data, "1e30 1e30\nEOD\n");
      ictus_text_add (&plot, "%s$d%d using 1:2 with linespoints pt 7 ps psf*0.5 lw 1.6 lc rgb '%s' ",
                      k > 0 ? ", " : "plot ", s->f->nblock++, k < nline ? ictus__colour (k) : "#222222");
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
  for (size_t i = 0, n = 1; i < a->n; ++i)
    if (has_seizure (s, i * s->stride[0]))
      ictus_text_add (p, "set object %zu rectangle from first %.9g, graph 0 to first %.9g, graph 1 behind "
                         "fc rgb '#fbe0dc' fs solid noborder\n",
                      n++, a->edge[i], a->edge[i + 1]);
  ictus_text_addn (p, plot.s, plot.len);
  ictus_text_clear (&plot);
}

/* ---- the figure ------------------------------------------------------------------------------------- */

static ictus_err
draw_quantity (sweep *s, const quantity *q, bool populations)
{
  char path[PLOT_NAME];
  double *all = NULL, *each = NULL;
  ictus_err e = ICTUS_OK;

  snprintf (path, sizeof path, "/%s_all", q->name);
  ICTUS_GO (read_points (s, path, 1, &all));
  snprintf (path, sizeof path, "/%s", q->name);
  if (s->npop > 0 && (populations || s->naxis == 1))
    ICTUS_GO (read_points (s, path, s->npop, &each));
  if (all == NULL)
    goto done;
  if (s->naxis == 1)
    curve_panel (s, q, all, each);
  else
    {
      map_panel (s, q, populations && each != NULL ? "all" : NULL, all, 1, 0);
      for (size_t k = 0; each != NULL && s->npop > 1 && k < s->npop; ++k)
        map_panel (s, q, s->population[k], each, s->npop, k);
    }
done:
  ictus_free (all);
  ictus_free (each);
  return e;
}

/* What the reader must know besides the picture: points missing, values held, what the marks mean. */
static void
remarks (sweep *s, const char *what)
{
  size_t failed = 0, todo = 0, marks = 0;

  for (size_t k = 0; k < s->npoint; ++k)
    {
      failed += s->status != NULL && s->status[k] == 2;
      todo += s->status != NULL && s->status[k] != 2 && s->status[k] != 1;
      marks += has_seizure (s, k);
    }
  ictus__figure_note (s->f, "%zu points", s->npoint);
  for (int k = 2; k < s->naxis; ++k)
    ictus__figure_note (s->f, "at %s = %.6g, the first of %zu values", s->axis[k].name, s->axis[k].v[0],
                        s->axis[k].n);
  if (marks > 0 && s->naxis == 1)
    ictus__figure_note (s->f, "shaded: seizure-like activity");
  if (marks > 0 && s->naxis > 1 && (what == NULL || strcmp (what, "seizure") != 0))
    ictus__figure_note (s->f, "×: seizure-like activity");
  if (failed > 0)
    ictus__figure_note (s->f, s->naxis > 1 ? "grey: %zu failed" : "%zu failed", failed);
  if (todo > 0)
    ictus__figure_note (s->f, s->naxis > 1 ? "light grey: %zu not run yet" : "%zu not run yet", todo);
}

static ictus_err
draw (sweep *s, const char *what)
{
  static const char *const known[] = { "rate", "chi", "cv", "fano", "seizure" };
  static const quantity flag = { "seizure", "seizure-like activity", "", "", 1 };
  bool found = what == NULL;

  s->f->grid = s->naxis > 1;
  for (int k = 0; k < NQUANTITY; ++k)
    if (what != NULL ? strcmp (what, quantities[k].name) == 0 : k < 3)
      {
        found = true;
        ICTUS_TRY (draw_quantity (s, &quantities[k], what != NULL));
      }
  if (s->naxis > 1 && s->seizure != NULL && (what == NULL || strcmp (what, "seizure") == 0))
    map_panel (s, &flag, NULL, s->seizure, 1, 0);
  if (s->naxis == 1 && s->seizure != NULL && what != NULL && strcmp (what, "seizure") == 0)
    curve_panel (s, &flag, s->seizure, NULL);
  found = found || strcmp (what, "seizure") == 0;
  if (!found)
    return ictus__unknown_what (what, s->h->path, known, sizeof known / sizeof *known);
  if (s->f->npanel == 0)
    return ICTUS_FAIL (ICTUS_E_FORMAT,
                       "%s does not hold what a sweep should: rate_all, chi_all, cv_all, seizure",
                       s->h->path);
  return ICTUS_OK;
}

ictus_err
ictus__plot_sweep (ictus_h5 *h, const char *what, plot_figure *f)
{
  sweep s = { .h = h, .f = f };
  ictus_err e = ICTUS_OK;

  ICTUS_GO (read_sweep (&s));
  ICTUS_GO (draw (&s, what));
  ictus__figure_title (f, h);
  remarks (&s, what);
  f->x = (plot_range){ s.axis[0].edge[0], s.axis[0].edge[s.axis[0].n] };
  f->xlog = s.axis[0].log;
  snprintf (f->xlabel, sizeof f->xlabel, "%s", s.axis[0].label);
done:
  for (int k = 0; k < s.naxis && k < MAX_AXES; ++k)
    {
      ictus_free (s.axis[k].v);
      ictus_free (s.axis[k].edge);
    }
  ictus_free (s.status);
  ictus_free (s.seizure);
  ictus__free_names (s.population, s.npop);
  return e;
}
