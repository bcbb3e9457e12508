/* SPDX-License-Identifier: BSD-3-Clause */
/* trajectory.h5: every state against time, one panel a state, one curve a solver; spikes as ticks above. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "analyse/analyse_impl.h"

typedef struct trajectory
{
  ictus_h5 *h;
  plot_figure *f;
  char **solver; /* [nsolver] */
  size_t nsolver;
  char **state; /* [nstate] of the first solver; with time, aux and spikes */
  size_t nstate;
  char **aux; /* [naux] */
  size_t naux;
} trajectory;

static bool
is_state (const char *name)
{
  return strcmp (name, "time") != 0 && strcmp (name, "aux") != 0 && strcmp (name, "spikes") != 0;
}

static void
key_entry (const trajectory *t, size_t k, ictus_text *p)
{
  if (t->nsolver > 1)
    {
      ictus_text_add (p, " title ");
      ictus__quote (p, t->solver[k]);
      t->f->key = true;
    }
  else
    ictus_text_add (p, " notitle");
}

typedef struct line_pen
{
  const char *colour, *width, *dash;
} line_pen;

/* The first solver broad and light, the next ones ever thinner on top: curves that agree are all seen. */
static line_pen
pen_of (const trajectory *t, size_t k)
{
  static const line_pen few[]
      = { { "#8fc3e8", "5", "" }, { "#e07b00", "2.2", "" }, { "#222222", "0.9", "" } };
  line_pen p = { ictus__colour (k), "1.2", "dt (8,6)" };

  if (t->nsolver == 1)
    p = (line_pen){ ictus__colour (0), "1.4", "" };
  else if (k < sizeof few / sizeof *few)
    p = few[k];
  return p;
}

/* One state or aux quantity of all solvers that have it. */
static ictus_err
curves (trajectory *t, const char *folder, const char *name)
{
  char path[3 * PLOT_NAME], unit[PLOT_NAME] = "", label[PLOT_NAME];
  plot_range range = plot_range_none;
  double *time = NULL, *y = NULL;
  ictus_text plot = { 0 }, *p;
  ictus_err e = ICTUS_OK;
  size_t n = 0, ny = 0;
  const int height = 120;

  for (size_t k = 0; k < t->nsolver && k < PLOT_MAX_LINES; ++k)
    {
      line_pen pen = pen_of (t, k);
      int d;

      snprintf (path, sizeof path, "/solver/%s/%s%s", t->solver[k], folder, name);
      if (!ictus_h5_exists (t->h, path))
        continue;
      ICTUS_GO (ictus_h5_read_double (t->h, path, &y, &ny));
      ictus__read_text (t->h, path, "units", unit);
      snprintf (path, sizeof path, "/solver/%s/time", t->solver[k]);
      ICTUS_GO (ictus_h5_read_double (t->h, path, &time, &n));
      if (n != ny)
        ICTUS_GO (ICTUS_FAIL (ICTUS_E_FORMAT, "%s: %s of %s has %zu values at %zu times", t->h->path, name,
                              t->solver[k], ny, n));
      d = ictus__figure_curve (t->f, time, 0, 0, y, n, 1, &range);
      ictus_text_add (&plot, "%s$d%d using 1:2 with lines lw %s lc rgb '%s' %s",
                      plot.len > 0 ? ", " : "plot ", d, pen.width, pen.colour, pen.dash);
      key_entry (t, k, &plot);
      ictus_free (time);
      ictus_free (y);
      time = y = NULL;
    }
  if (plot.len == 0 || (p = ictus__figure_panel (t->f, height)) == NULL)
    goto done;
  ictus__label (label, name, unit);
  ictus__panel_y (p, range, height, label);
  ictus_text_addn (p, plot.s, plot.len);
done:
  ictus_free (time);
  ictus_free (y);
  ictus_text_clear (&plot);
  return e;
}

/* One row of ticks a solver; no panel when nothing fired. */
static ictus_err
spikes (trajectory *t)
{
  char path[2 * PLOT_NAME];
  ictus_text plot = { 0 }, *p;
  ictus_err e = ICTUS_OK;
  double *s = NULL;
  size_t n = 0, row = 0;
  int height;

  for (size_t k = 0; k < t->nsolver && k < PLOT_MAX_LINES; ++k)
    {
      snprintf (path, sizeof path, "/solver/%s/spikes", t->solver[k]);
      if (!ictus_h5_exists (t->h, path))
        continue;
      ICTUS_GO (ictus_h5_read_double (t->h, path, &s, &n));
      if (n > 0)
        {
          size_t every = n > PLOT_MAX_DOTS ? (n + PLOT_MAX_DOTS - 1) / PLOT_MAX_DOTS : 1;

          if (every > 1)
            ictus__figure_note (t->f, "%s: one in %zu of its %zu spikes", t->solver[k], every, n);
          ictus_text_add (&t->f->data, "$d%d << EOD\n", t->f->nblock);
          for (size_t j = 0; j < n; j += every)
            ictus_text_add (&t->f->data, "%.9g %.9g\n", s[j], -(double) row - 0.4);
          ictus_text_add (&t->f->data, "EOD\n");
          ictus_text_add (&plot, "%s$d%d using 1:2:(0):(0.8) with vectors nohead lw 1.2 lc rgb '%s' notitle",
                          plot.len > 0 ? ", " : "plot ", t->f->nblock++, pen_of (t, k).colour);
          ++row;
        }
      ictus_free (s);
      s = NULL;
    }
  height = row > 0 ? 16 * (int) row + 4 : 0;
  if (row == 0 || (p = ictus__figure_panel (t->f, height)) == NULL)
    goto done;
  ictus_text_add (p, "set yrange [%.1f:0.5]\nunset ytics\nset border 0\nset xtics scale 0\n"
                     "set label 'spikes' at graph -0.012, graph 0.5 right font ',10'\n",
                  -(double) row + 0.5);
  ictus_text_addn (p, plot.s, plot.len);
done:
  ictus_free (s);
  ictus_text_clear (&plot);
  return e;
}

static bool
wanted (const char *what, const char *class, const char *name)
{
  return strcmp (what, class) == 0 || strcmp (what, name) == 0;
}

static ictus_err
draw (trajectory *t, const char *what)
{
  if (what == NULL || strcmp (what, "spikes") == 0)
    ICTUS_TRY (spikes (t));
  for (size_t k = 0; k < t->nstate; ++k)
    if (is_state (t->state[k]) && (what == NULL || wanted (what, "states", t->state[k])))
      ICTUS_TRY (curves (t, "", t->state[k]));
  for (size_t k = 0; k < t->naux; ++k)
    if (what != NULL && wanted (what, "aux", t->aux[k]))
      ICTUS_TRY (curves (t, "aux/", t->aux[k]));
  return ICTUS_OK;
}

/* What --what may name, for the message. */
static ictus_err
unknown (const trajectory *t, const char *what)
{
  const char **known = ictus_alloc (t->nstate + t->naux + 3, sizeof *known);
  ictus_err e;
  size_t n = 0;

  if (known == NULL)
    return ICTUS_E_NOMEM;
  known[n++] = "states";
  for (size_t k = 0; k < t->nstate; ++k)
    if (is_state (t->state[k]))
      known[n++] = t->state[k];
  known[n++] = "spikes";
  if (t->naux > 0)
    known[n++] = "aux";
  for (size_t k = 0; k < t->naux; ++k)
    known[n++] = t->aux[k];
  if (strcmp (what, "spikes") == 0)
    e = ICTUS_FAIL (ICTUS_E_INPUT, "%s: there are no spikes to draw", t->h->path);
  else
    e = ictus__unknown_what (what, t->h->path, known, n);
  ictus_free (known);
  return e;
}

static ictus_err
open_trajectory (trajectory *t)
{
  char path[2 * PLOT_NAME];

  ICTUS_TRY (ictus_h5_list (t->h, "/solver", &t->solver, &t->nsolver));
  if (t->nsolver == 0)
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: no solver in it", t->h->path);
  snprintf (path, sizeof path, "/solver/%s", t->solver[0]);
  ICTUS_TRY (ictus_h5_list (t->h, path, &t->state, &t->nstate));
  snprintf (path, sizeof path, "/solver/%s/aux", t->solver[0]);
  return ictus_h5_exists (t->h, path) ? ictus_h5_list (t->h, path, &t->aux, &t->naux) : ICTUS_OK;
}

static void
clear (trajectory *t)
{
  ictus__free_names (t->solver, t->nsolver);
  ictus__free_names (t->state, t->nstate);
  ictus__free_names (t->aux, t->naux);
}

static void
time_label (const trajectory *t)
{
  char path[2 * PLOT_NAME], unit[PLOT_NAME];

  snprintf (path, sizeof path, "/solver/%s/time", t->solver[0]);
  ictus__read_text (t->h, path, "units", unit);
  ictus__label (t->f->xlabel, "time", unit[0] != '\0' ? unit : "ms");
}

static void
add_title (trajectory *t)
{
  const char *slash = strrchr (t->h->path, '/');
  char model[PLOT_NAME];

  if (t->nsolver > PLOT_MAX_LINES)
    ictus__figure_note (t->f, "the first %d of %zu solvers", PLOT_MAX_LINES, t->nsolver);
  ictus__read_text (t->h, "/", "model", model);
  ictus_text_add (&t->f->title, "%s", model[0] != '\0' ? model : slash != NULL ? slash + 1 : t->h->path);
  if (t->nsolver == 1)
    ictus_text_add (&t->f->title, ", %s", t->solver[0]);
}

ictus_err
ictus__plot_trajectory (ictus_h5 *h, const char *what, plot_figure *f)
{
  trajectory t = { .h = h, .f = f };
  ictus_err e = ICTUS_OK;
  double step, end;

  ICTUS_GO (open_trajectory (&t));
  ICTUS_GO (draw (&t, what));
  if (f->npanel == 0)
    {
      if (what != NULL)
        ICTUS_GO (unknown (&t, what));
      ICTUS_GO (ICTUS_FAIL (ICTUS_E_FORMAT, "%s: no state in it", h->path));
    }
  if (!(f->x.lo < f->x.hi))
    f->x = (plot_range){ 0, f->x.hi > 0 ? f->x.hi : 1 };
  step = ictus__nice_step (f->x.hi - f->x.lo, 8);
  end = step * ceil (f->x.hi / step); /* where the axis ends, if that is near */
  if (end - f->x.hi < 0.01 * (f->x.hi - f->x.lo))
    f->x.hi = end;
  time_label (&t);
  add_title (&t);
done:
  clear (&t);
  return e;
}

/* ---- phase plane ---------------------------------------------------------------------------------- */

/* A state or auxiliary quantity of a solver, or the time. */
static ictus_err
read_axis (const trajectory *t, const char *solver, const char *name, double **v, size_t *n, char *unit)
{
  char path[3 * PLOT_NAME];

  snprintf (path, sizeof path, "/solver/%s/%s", solver, name);
  if (!is_state (name) && strcmp (name, "time") != 0)
    path[0] = '\0';
  if (path[0] == '\0' || !ictus_h5_exists (t->h, path))
    snprintf (path, sizeof path, "/solver/%s/aux/%s", solver, name);
  if (!ictus_h5_exists (t->h, path))
    return unknown (t, name);
  ICTUS_TRY (ictus_h5_read_double (t->h, path, v, n));
  ictus__read_text (t->h, path, "units", unit);
  return ICTUS_OK;
}

typedef struct plane_curve
{
  double *x, *y; /* [n] */
  size_t n;
} plane_curve;

static ictus_err
read_plane (trajectory *t, const char *x, const char *y, plane_curve *c, size_t nc, plot_range *rx, plot_range *ry,
            char *label)
{
  char unit[PLOT_NAME];
  size_t ny;

  for (size_t k = 0; k < nc; ++k)
    {
      ICTUS_TRY (read_axis (t, t->solver[k], x, &c[k].x, &c[k].n, unit));
      ictus__label (t->f->xlabel, x, unit);
      ICTUS_TRY (read_axis (t, t->solver[k], y, &c[k].y, &ny, unit));
      ictus__label (label, y, unit);
      if (ny != c[k].n)
        return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: %s of %s has %zu values, %s has %zu", t->h->path, x, t->solver[k], c[k].n,
                           y, ny);
      for (size_t i = 0; i < ny; ++i)
        {
          ictus__range_add (rx, c[k].x[i]);
          ictus__range_add (ry, c[k].y[i]);
        }
    }
  ictus__range_pad (rx);
  ictus__range_pad (ry);
  return ICTUS_OK;
}

static ictus_err
draw_plane (trajectory *t, const char *x, const char *y, plane_curve *c, size_t nc)
{
  plot_range rx = plot_range_none, ry = plot_range_none;
  char label[PLOT_NAME];
  ictus_text *p;

  ICTUS_TRY (read_plane (t, x, y, c, nc, &rx, &ry, label));
  if ((p = ictus__figure_panel (t->f, PLOT_PLANE)) == NULL)
    return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  ictus__panel_plane (p, ry, label);
  for (size_t k = 0; k < nc; ++k)
    {
      ictus_plot_axis ax = { .v = c[k].x, .stride = 1 }, ay = { .v = c[k].y, .stride = 1 };
      line_pen pen = pen_of (t, k);

      ictus_text_add (p, "%s$d%d using 1:2 with lines lw %s lc rgb '%s' %s", k == 0 ? "plot " : ", ",
                      ictus__figure_plane (t->f, &ax, &ay, c[k].n, rx, ry), pen.width, pen.colour, pen.dash);
      key_entry (t, k, p);
    }
  t->f->x = rx;
  return ICTUS_OK;
}

ictus_err
ictus__plot_plane (ictus_h5 *h, const char *x, const char *y, plot_figure *f)
{
  trajectory t = { .h = h, .f = f };
  plane_curve curve[PLOT_MAX_LINES] = { { 0 } };
  ictus_err e;

  ICTUS_GO (open_trajectory (&t));
  ICTUS_GO (draw_plane (&t, x, y, curve, t.nsolver < PLOT_MAX_LINES ? t.nsolver : PLOT_MAX_LINES));
  add_title (&t);
done:
  for (size_t k = 0; k < PLOT_MAX_LINES; ++k)
    {
      ictus_free (curve[k].x);
      ictus_free (curve[k].y);
    }
  clear (&t);
  return e;
}
