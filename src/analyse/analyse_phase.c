/* SPDX-License-Identifier: BSD-3-Clause */
/* phase.h5: the plane, basins as pale colours below, field, nullclines, manifolds, trajectories, cycles, points; or the line. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "analyse/analyse_impl.h"

typedef struct curves
{
  uint64_t *first;
  double *x, *y;
  size_t n, npoint;
} curves;

typedef struct phase
{
  ictus_h5 *h;
  plot_figure *f;
  ictus_text plot; /* "plot a, b, c" without the word */
  plot_range r[2];
  int dim;
} phase;

static void
clear_curves (curves *c)
{
  ictus_free (c->first);
  ictus_free (c->x);
  ictus_free (c->y);
  memset (c, 0, sizeof *c);
}

static ictus_err
read_curves (ictus_h5 *h, const char *group, curves *c)
{
  char path[PLOT_NAME];
  size_t nx = 0, ny = 0, n = 0;

  memset (c, 0, sizeof *c);
  snprintf (path, sizeof path, "%s/first", group);
  if (!ictus_h5_exists (h, path))
    return ICTUS_OK;
  ICTUS_TRY (ictus_h5_read_uint (h, path, &c->first, &n));
  snprintf (path, sizeof path, "%s/x", group);
  ICTUS_TRY (ictus_h5_read_double (h, path, &c->x, &nx));
  snprintf (path, sizeof path, "%s/y", group);
  ICTUS_TRY (ictus_h5_read_double (h, path, &c->y, &ny));
  if (n < 1 || nx != ny || c->first[n - 1] != nx)
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: the curves of %s do not fit together", h->path, group);
  c->n = n - 1;
  c->npoint = nx;
  return ICTUS_OK;
}

static void
next (phase *p)
{
  ictus_text_add (&p->plot, "%s", p->plot.len > 0 ? ", " : "");
}

static void
entry (phase *p, const char *title)
{
  if (title == NULL)
    {
      ictus_text_add (&p->plot, " notitle");
      return;
    }
  ictus_text_add (&p->plot, " title ");
  ictus__quote (&p->plot, title);
  p->f->key = true;
}

/* One block of curve k. */
static int
block (phase *p, const curves *c, size_t k)
{
  size_t a = (size_t) c->first[k];
  ictus_plot_axis x = { .v = c->x + a, .stride = 1 }, y = { .v = c->y + a, .stride = 1 };

  return ictus__figure_plane (p->f, &x, &y, (size_t) c->first[k + 1] - a, p->r[0], p->r[1]);
}

static void
draw_curve (phase *p, const curves *c, size_t k, const char *style, const char *title)
{
  int d = block (p, c, k);

  next (p);
  ictus_text_add (&p->plot, "$d%d using 1:2 with lines %s", d, style);
  entry (p, title);
}

/* A small arrow on curve k, at part s of its points, so that the direction of time is seen. */
static void
arrow (phase *p, const curves *c, size_t k, double s, const char *colour)
{
  size_t a = (size_t) c->first[k], n = (size_t) c->first[k + 1] - a, i, j;
  double size[2] = { p->r[0].hi - p->r[0].lo, p->r[1].hi - p->r[1].lo };

  if (n < 8)
    return;
  i = j = a + (size_t) (s * (double) (n - 2));
  while (j + 1 < a + n && hypot ((c->x[j] - c->x[i]) / size[0], (c->y[j] - c->y[i]) / size[1]) < 0.004)
    ++j;
  if (hypot ((c->x[j] - c->x[i]) / size[0], (c->y[j] - c->y[i]) / size[1]) > 0.05 || c->x[i] < p->r[0].lo || c->x[i] > p->r[0].hi
      || c->y[i] < p->r[1].lo || c->y[i] > p->r[1].hi || i == j)
    return;
  ictus_text_add (&p->f->data, "$d%d << EOD\n%.9g %.9g %.9g %.9g\nEOD\n", p->f->nblock, c->x[i], c->y[i], c->x[j] - c->x[i],
                  c->y[j] - c->y[i]);
  next (p);
  ictus_text_add (&p->plot, "$d%d using 1:2:3:4 with vectors head filled size screen 0.011,18 fixed lw 1 lc rgb '%s' notitle", p->f->nblock++,
                  colour);
}

/* ---- layers, from below ------------------------------------------------------------------------------------------ */

/* Colour k of the basins as red, green, blue; grey is for starts that settle on nothing. */
static const unsigned char pale[][3] = { { 214, 230, 244 }, { 251, 227, 208 }, { 216, 239, 226 }, { 246, 220, 234 },
                                         { 253, 241, 207 }, { 221, 241, 251 }, { 238, 224, 207 }, { 232, 232, 232 } };
enum { NPALE = sizeof pale / sizeof *pale - 1 };

static const unsigned char *
pale_of (const double *end, size_t k)
{
  return pale[end[3 * k] >= 0 || end[3 * k + 1] >= 0 ? k % NPALE : NPALE];
}

/* The basins in the key. */
static void
basin_entries (phase *p, const double *end, size_t n)
{
  char title[PLOT_NAME];

  for (size_t k = 0; k < n && k < 8; ++k)
    {
      const unsigned char *c = pale_of (end, k);

      if (end[3 * k] >= 0)
        snprintf (title, sizeof title, "to point %d", (int) end[3 * k] + 1);
      else if (end[3 * k + 1] >= 0)
        snprintf (title, sizeof title, "to cycle %d", (int) end[3 * k + 1] + 1);
      else
        snprintf (title, sizeof title, "%s", end[3 * k + 2] == -1 ? "leaves" : "undecided");
      ictus_text_add (&p->plot, ", NaN with points pt 5 ps 2*psf lc rgb '#%02x%02x%02x'", c[0], c[1], c[2]);
      entry (p, title);
    }
}

static ictus_err
basins (phase *p)
{
  uint64_t *map = NULL;
  double *end = NULL;
  size_t n = 0, nend = 0;
  hsize_t dims[2];
  int ndim = 0, d = p->f->nblock;
  ictus_err e = ICTUS_OK;

  if (p->dim != 2 || !ictus_h5_exists (p->h, "/basins/map"))
    return ICTUS_OK;
  ICTUS_GO (ictus_h5_shape (p->h, "/basins/map", 2, dims, &ndim));
  ICTUS_GO (ictus_h5_read_uint (p->h, "/basins/map", &map, &n));
  ICTUS_GO (ictus_h5_read_double (p->h, "/basins/end", &end, &nend));
  if (ndim != 2 || n == 0)
    goto done;
  ictus_text_add (&p->f->data, "$d%d << EOD\n", p->f->nblock++);
  for (size_t k = 0; k < n; ++k)
    {
      double x = p->r[0].lo + (p->r[0].hi - p->r[0].lo) * ((double) (k % dims[1]) + 0.5) / (double) dims[1],
             y = p->r[1].lo + (p->r[1].hi - p->r[1].lo) * ((double) (k / dims[1]) + 0.5) / (double) dims[0];
      const unsigned char *c = pale[NPALE];

      if (3 * map[k] + 2 < nend)
        c = pale_of (end, (size_t) map[k]);
      ictus_text_add (&p->f->data, "%.9g %.9g %d %d %d\n", x, y, c[0], c[1], c[2]);
    }
  ictus_text_add (&p->f->data, "EOD\n");
  next (p);
  ictus_text_add (&p->plot, "$d%d using 1:2:3:4:5 with rgbimage notitle", d);
  basin_entries (p, end, nend / 3);
done:
  ictus_free (map);
  ictus_free (end);
  return e;
}

/* About 22 arrows along each axis, all of one length: where the flow goes, not how fast. */
static ictus_err
field (phase *p)
{
  double *fx = NULL, *fy = NULL, w = p->r[0].hi - p->r[0].lo, h = p->r[1].hi - p->r[1].lo;
  hsize_t dims[2];
  size_t n = 0, step, ny, nx;
  int ndim = 0, d = p->f->nblock;
  ictus_err e = ICTUS_OK;

  if (p->dim != 2 || !ictus_h5_exists (p->h, "/field/y"))
    return ICTUS_OK;
  ICTUS_GO (ictus_h5_shape (p->h, "/field/x", 2, dims, &ndim));
  ICTUS_GO (ictus_h5_read_double (p->h, "/field/x", &fx, &n));
  ICTUS_GO (ictus_h5_read_double (p->h, "/field/y", &fy, &n));
  ny = (size_t) dims[0];
  nx = (size_t) dims[1];
  step = nx / 22 > 0 ? nx / 22 : 1;
  ictus_text_add (&p->f->data, "$d%d << EOD\n", p->f->nblock++);
  for (size_t j = step / 2; j < ny; j += step)
    for (size_t i = step / 2; i < nx; i += step)
      {
        double u = fx[j * nx + i] / w, v = fy[j * nx + i] / h, length = hypot (u, v), by = 0.022 / length;

        if (isfinite (by))
          ictus_text_add (&p->f->data, "%.9g %.9g %.6g %.6g\n", p->r[0].lo + w * (double) i / (double) (nx - 1) - 0.5 * by * u * w,
                          p->r[1].lo + h * (double) j / (double) (ny - 1) - 0.5 * by * v * h, by * u * w, by * v * h);
      }
  ictus_text_add (&p->f->data, "EOD\n");
  next (p);
  ictus_text_add (&p->plot, "$d%d using 1:2:3:4 with vectors head filled size screen 0.005,20 fixed lw 0.7 lc rgb '#b4b4b4' notitle", d);
done:
  ictus_free (fx);
  ictus_free (fy);
  return e;
}

static ictus_err
nullclines (phase *p)
{
  static const char *const group[2] = { "/nullclines/x", "/nullclines/y" };
  static const char *const style[2] = { "lw 1.8 lc rgb '#d55e00'", "lw 1.8 lc rgb '#009e73'" };
  static const char *const axis[2] = { "/axes/x", "/axes/y" };

  for (int a = 0; a < 2; ++a)
    {
      char name[PLOT_NAME], title[PLOT_NAME + 8];
      curves c;
      ictus_err e = read_curves (p->h, group[a], &c);

      ictus__read_text (p->h, axis[a], "name", name);
      snprintf (title, sizeof title, "%.100s' = 0", name);
      for (size_t k = 0; k < c.n && e == ICTUS_OK; ++k)
        draw_curve (p, &c, k, style[a], k == 0 ? title : NULL);
      clear_curves (&c);
      ICTUS_TRY (e);
    }
  return ICTUS_OK;
}

static ictus_err
spikes (phase *p)
{
  curves c;
  ictus_err e = read_curves (p->h, "/spikes", &c);

  for (size_t k = 0; k < c.n && e == ICTUS_OK && p->dim == 2; ++k)
    draw_curve (p, &c, k, k == 0 ? "lw 1 dt (10,6) lc rgb '#444444'" : "lw 1 dt (3,5) lc rgb '#444444'", k == 0 ? "threshold" : "reset");
  clear_curves (&c);
  return e;
}

static ictus_err
trajectories (phase *p)
{
  curves c;
  ictus_err e = read_curves (p->h, "/trajectories", &c);

  for (size_t k = 0; k < c.n && e == ICTUS_OK; ++k)
    draw_curve (p, &c, k, "lw 0.9 lc rgb '#7d9cc0'", k == 0 ? "trajectories" : NULL);
  for (size_t k = 0; k < c.n && e == ICTUS_OK; ++k)
    arrow (p, &c, k, 0.12, "#7d9cc0");
  clear_curves (&c);
  return e;
}

/* Curves of two kinds, told apart by the data set `stable` of their group: a style and a name in the legend for each, unstable first. */
static ictus_err
of_two_kinds (phase *p, const char *group, const char *const style[2], const char *const legend[2])
{
  bool told[2] = { false, false };
  char path[PLOT_NAME];
  double *stable = NULL;
  size_t n = 0;
  curves c;
  ictus_err e = read_curves (p->h, group, &c);

  snprintf (path, sizeof path, "%s/stable", group);
  if (e == ICTUS_OK && c.n > 0)
    e = ictus_h5_read_double (p->h, path, &stable, &n);
  for (size_t k = 0; k < c.n && k < n && e == ICTUS_OK; ++k)
    {
      int s = stable[k] != 0;

      draw_curve (p, &c, k, style[s], told[s] ? NULL : legend[s]);
      told[s] = true;
    }
  ictus_free (stable);
  clear_curves (&c);
  return e;
}

static ictus_err
manifolds (phase *p)
{
  static const char *const style[2] = { "lw 1.3 dt (9,5) lc rgb '#7b3294'", "lw 1.6 lc rgb '#7b3294'" },
                    *const legend[2] = { "from a saddle", "separatrix" };

  return of_two_kinds (p, "/manifolds", style, legend);
}

static ictus_err
cycles (phase *p)
{
  static const char *const style[2] = { "lw 2.6 dt (5,4) lc rgb '#0072b2'", "lw 3.2 lc rgb '#0072b2'" },
                    *const legend[2] = { "unstable cycle", "stable cycle" };

  return of_two_kinds (p, "/cycles", style, legend);
}

/* ---- points ---------------------------------------------------------------------------------------------------------- */

/* How the classes of dyn.h look, in their order: filled where stable, a square for a saddle */
static const struct
{
  const char *name, *style;
} looks[] = { { "stable node", "pt 7 ps 1.2*psf lc rgb '#000000'" },
              { "stable focus", "pt 7 ps 1.2*psf lc rgb '#000000'" },
              { "unstable node", "pt 6 ps 1.2*psf lw 1.6 lc rgb '#000000'" },
              { "unstable focus", "pt 6 ps 1.2*psf lw 1.6 lc rgb '#000000'" },
              { "saddle", "pt 4 ps 1.2*psf lw 1.6 lc rgb '#000000'" },
              { "saddle focus", "pt 4 ps 1.2*psf lw 1.6 lc rgb '#000000'" },
              { "centre", "pt 12 ps 1.3*psf lw 1.6 lc rgb '#000000'" },
              { "degenerate", "pt 3 ps 1.3*psf lw 1.6 lc rgb '#000000'" } };

static ictus_err
points (phase *p)
{
  double *x = NULL, *y = NULL, *class = NULL;
  size_t n = 0, ny = 0, nc = 0;
  ictus_err e = ICTUS_OK;

  if (!ictus_h5_exists (p->h, "/points/x"))
    return ICTUS_OK;
  ICTUS_GO (ictus_h5_read_double (p->h, "/points/x", &x, &n));
  ICTUS_GO (ictus_h5_read_double (p->h, "/points/y", &y, &ny));
  ICTUS_GO (ictus_h5_read_double (p->h, "/points/class", &class, &nc));
  for (size_t c = 0; c < sizeof looks / sizeof *looks && ny == n && nc == n; ++c)
    {
      bool any = false;

      for (size_t k = 0; k < n; ++k)
        any = any || class[k] == (double) c;
      if (!any)
        continue;
      ictus_text_add (&p->f->data, "$d%d << EOD\n", p->f->nblock);
      for (size_t k = 0; k < n; ++k)
        if (class[k] == (double) c)
          ictus_text_add (&p->f->data, "%.12g %.12g\n", x[k], y[k]);
      ictus_text_add (&p->f->data, "EOD\n");
      next (p);
      if (c <= 1) /* white below, so that they stand off the lines */
        ictus_text_add (&p->plot, "$d%d using 1:2 with points pt 7 ps 1.7*psf lc rgb '#ffffff' notitle, ", p->f->nblock);
      else if (c != 7)
        ictus_text_add (&p->plot, "$d%d using 1:2 with points pt %d ps 1.2*psf lc rgb '#ffffff' notitle, ", p->f->nblock,
                        c == 4 || c == 5 ? 5 : c == 6 ? 13 : 7);
      ictus_text_add (&p->plot, "$d%d using 1:2 with points %s", p->f->nblock++, looks[c].style);
      entry (p, looks[c].name);
    }
done:
  ictus_free (x);
  ictus_free (y);
  ictus_free (class);
  return e;
}

/* ---- the phase line --------------------------------------------------------------------------------------------------- */

static ictus_err
line (phase *p)
{
  double *f = NULL, *x = NULL;
  size_t n = 0;
  ictus_err e = ICTUS_OK;

  ICTUS_GO (ictus_h5_read_double (p->h, "/field/x", &f, &n));
  if ((x = ictus_alloc (n, sizeof *x)) == NULL)
    ICTUS_GO (ICTUS_E_NOMEM);
  for (size_t k = 0; k < n; ++k)
    {
      x[k] = p->r[0].lo + (p->r[0].hi - p->r[0].lo) * (double) k / (double) (n - 1);
      ictus__range_add (&p->r[1], f[k]);
    }
  ictus__range_add (&p->r[1], 0);
  ictus__range_pad (&p->r[1]);
  next (p);
  ictus_text_add (&p->plot, "0 with lines lw 1 lc rgb '#555555' notitle, $d%d using 1:2 with lines lw 2 lc rgb '#d55e00' notitle",
                  ictus__figure_plane (p->f, &(ictus_plot_axis){ .v = x, .stride = 1 }, &(ictus_plot_axis){ .v = f, .stride = 1 }, n, p->r[0],
                                       p->r[1]));
  ictus_text_add (&p->f->data, "$d%d << EOD\n", p->f->nblock);
  for (size_t k = n / 24; k + n / 24 < n; k += n / 12) /* arrows on the line, where it goes */
    if (isfinite (f[k]) && f[k] != 0)
      ictus_text_add (&p->f->data, "%.9g 0 %.9g 0\n", x[k], copysign (0.02 * (p->r[0].hi - p->r[0].lo), f[k]));
  ictus_text_add (&p->f->data, "EOD\n");
  ictus_text_add (&p->plot, ", $d%d using 1:2:3:4 with vectors head filled size screen 0.014,18 fixed lw 1.4 lc rgb '#0072b2' notitle",
                  p->f->nblock++);
done:
  ictus_free (f);
  ictus_free (x);
  return e;
}

/* ---- all ---------------------------------------------------------------------------------------------------------------- */

static ictus_err
read_box (phase *p, char *label)
{
  char name[PLOT_NAME], unit[PLOT_NAME];
  int64_t dim = 0;

  ICTUS_TRY (ictus_h5_read_attr_int (p->h, "/axes", "variables", &dim));
  p->dim = (int) dim;
  p->r[1] = plot_range_none;
  ICTUS_TRY (ictus__read_attr_double (p->h, "/axes/x", "low", &p->r[0].lo));
  ICTUS_TRY (ictus__read_attr_double (p->h, "/axes/x", "high", &p->r[0].hi));
  ictus__read_text (p->h, "/axes/x", "name", name);
  ictus__read_text (p->h, "/axes/x", "units", unit);
  ictus__label (p->f->xlabel, name, unit);
  if (!ictus_h5_exists (p->h, "/axes/y"))
    {
      snprintf (label, PLOT_NAME, "%.100s'", name);
      return ICTUS_OK;
    }
  ICTUS_TRY (ictus__read_attr_double (p->h, "/axes/y", "low", &p->r[1].lo));
  ICTUS_TRY (ictus__read_attr_double (p->h, "/axes/y", "high", &p->r[1].hi));
  ictus__read_text (p->h, "/axes/y", "name", name);
  ictus__read_text (p->h, "/axes/y", "units", unit);
  ictus__label (label, name, unit);
  return ICTUS_OK;
}

static ictus_err
layers (phase *p)
{
  if (p->dim == 1)
    {
      ICTUS_TRY (line (p));
      return points (p);
    }
  ICTUS_TRY (basins (p));
  ICTUS_TRY (field (p));
  ICTUS_TRY (spikes (p));
  ICTUS_TRY (trajectories (p));
  ICTUS_TRY (nullclines (p));
  ICTUS_TRY (manifolds (p));
  ICTUS_TRY (cycles (p));
  return points (p);
}

ictus_err
ictus__plot_phase (ictus_h5 *h, const char *what, plot_figure *f)
{
  static const char *const all[] = { "plane" };
  char label[PLOT_NAME], model[PLOT_NAME], notes[PLOT_NAME];
  phase p = { .h = h, .f = f };
  ictus_text *panel;
  ictus_err e;

  if (what != NULL && strcmp (what, all[0]) != 0)
    return ictus__unknown_what (what, h->path, all, 1);
  ICTUS_GO (read_box (&p, label));
  ICTUS_GO (layers (&p));
  panel = ictus__figure_panel (f, p.dim == 1 ? 360 : PLOT_PLANE + 60);
  if (panel == NULL || p.plot.failed)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory"));
  ictus__panel_plane (panel, p.r[1], label);
  ictus_text_add (panel, "unset grid\nplot ");
  ictus_text_addn (panel, p.plot.s != NULL ? p.plot.s : "0 notitle", p.plot.s != NULL ? p.plot.len : strlen ("0 notitle"));
  f->x = p.r[0];
  ictus__read_text (h, "/", "model", model);
  ictus_text_add (&f->title, "%s, phase %s", model, p.dim == 1 ? "line" : "plane");
  ictus__read_text (h, "/axes", "notes", notes);
  for (char *s = notes, *end; *s != '\0'; s = end + (*end != '\0'))
    {
      end = s + strcspn (s, "\n");
      ictus__figure_note (f, "%.*s", (int) (end - s), s);
      if (*end == '\0')
        break;
    }
done:
  ictus_text_clear (&p.plot);
  return e;
}
