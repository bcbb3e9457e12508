/* SPDX-License-Identifier: BSD-3-Clause */
/* lyapunov.h5 of a map: the largest exponent over two parameters in colours that are white at 0, over one as a curve. */
#include "config.h"

#include <math.h>

#include "analyse/analyse_impl.h"

enum { MOST = 600 }; /* cells along an axis that are drawn */
#define EXPONENT "/lyapunov_exponent"

typedef struct map
{
  ictus_h5 *h;
  plot_figure *f;
  double *axis[2], *value;
  size_t n[2];
  char label[2][PLOT_NAME];
  int naxis;
} map;

static ictus_err
read_map (map *m)
{
  hsize_t dims[2] = { 0, 0 };
  char path[PLOT_NAME], unit[PLOT_NAME];
  size_t n = 0, all = 1;

  ICTUS_TRY (ictus_h5_shape (m->h, EXPONENT, 2, dims, &m->naxis));
  for (int a = 0; a < m->naxis; ++a)
    {
      ICTUS_TRY (ictus__read_scale (m->h, EXPONENT, (unsigned) a, path));
      ICTUS_TRY (ictus_h5_read_double (m->h, path, &m->axis[a], &m->n[a]));
      ictus__read_text (m->h, path, "units", unit);
      ictus__label (m->label[a], path + (path[0] == '/'), unit[0] == '1' ? "" : unit);
      all *= m->n[a];
    }
  ICTUS_TRY (ictus_h5_read_double (m->h, EXPONENT, &m->value, &n));
  if (n != all || n == 0 || m->naxis < 1)
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: " EXPONENT " has %zu values, %zu expected", m->h->path, n, all);
  return ICTUS_OK;
}

static void
curve (map *m, int a)
{
  plot_range r = plot_range_none;
  ictus_text *p = ictus__figure_panel (m->f, 320);
  int block = ictus__figure_curve (m->f, m->axis[a], 0, 0, m->value, m->n[a], 1, &r);

  if (p == NULL)
    return;
  ictus__range_add (&r, 0);
  ictus__range_pad (&r);
  ictus__panel_y (p, r, 320, "largest exponent");
  ictus_text_add (p, "plot 0 with lines lw 1 lc rgb '#999999' notitle, $d%d using 1:2 with lines lw 1.5 lc rgb '%s' notitle\n", block,
                  ictus__colour (0));
  m->f->x = (plot_range){ m->axis[a][0], m->axis[a][m->n[a] - 1] };
  snprintf (m->f->xlabel, sizeof m->f->xlabel, "%s", m->label[a]);
}

static void
block_of (map *m, const size_t *stride, double *top)
{
  ictus_text *t = &m->f->data;

  ictus_text_add (t, "$d%d << EOD\n", m->f->nblock++);
  for (size_t j = 0; j < m->n[1]; j += stride[1])
    for (size_t i = 0; i < m->n[0]; i += stride[0])
      {
        double v = m->value[i * m->n[1] + j];

        if (isfinite (v))
          *top = fmax (*top, fabs (v));
        ictus_text_add (t, isfinite (v) ? "%.9g %.9g %.6g\n" : "%.9g %.9g NaN\n", m->axis[0][i], m->axis[1][j], v);
      }
  ictus_text_add (t, "EOD\n");
}

/* Largest positive value: chaos is what is looked for, and strong contraction must not wash it out. */
static double
positive (const map *m)
{
  double top = 0;

  for (size_t k = 0; k < m->n[0] * m->n[1]; ++k)
    if (isfinite (m->value[k]))
      top = fmax (top, m->value[k]);
  return top;
}

static void
image (map *m)
{
  const size_t stride[2] = { (m->n[0] + MOST - 1) / MOST, (m->n[1] + MOST - 1) / MOST };
  double top = 0, up;
  ictus_text *p = ictus__figure_panel (m->f, PLOT_PLANE);
  const char *const which[] = { "x", "y" };

  if (p == NULL)
    return;
  m->f->grid = true;
  block_of (m, stride, &top);
  up = positive (m);
  top = up > 1e-3 * top ? up : top;
  ictus_text_add (p, "set title 'largest Lyapunov exponent' font ',11'\nunset grid\nset border 15 lw 0.8 lc rgb '#555555'\n");
  for (int a = 0; a < 2; ++a)
    {
      ictus_text_add (p, "set %slabel ", which[a]);
      ictus__quote (p, m->label[a]);
      ictus_text_add (p, "\nset %srange [%.9g:%.9g]\n", which[a], m->axis[a][0], m->axis[a][m->n[a] - 1]);
    }
  ictus_text_add (p,
                  "set object 1 rectangle from graph 0,0 to graph 1,1 behind fs solid noborder fc rgb '#a9a9a9'\n"
                  "set colorbox\nset cbrange [%.6g:%.6g]\nset cbtics %.6g\n"
                  "set palette maxcolors 0 defined (-1 '#2166ac', -0.5 '#67a9cf', -0.15 '#d1e5f0', 0 '#f7f7f7', 0.15 '#fddbc7', "
                  "0.5 '#ef8a62', 1 '#b2182b')\n"
                  "plot $d%d using 1:2:3 with image pixels notitle\nunset object 1\n",
                  top > 0 ? -top : -1, top > 0 ? top : 1, ictus__nice_step (top > 0 ? 2 * top : 2, 5), m->f->nblock - 1);
  if (stride[0] > 1 || stride[1] > 1)
    ictus__figure_note (m->f, "one of %zu values along, one of %zu up is drawn", stride[0], stride[1]);
}

ictus_err
ictus__plot_lyapunov_map (ictus_h5 *h, plot_figure *f)
{
  map m = { .h = h, .f = f };
  size_t missing = 0;
  ictus_err e;

  ICTUS_GO (read_map (&m));
  if (m.naxis == 1 || m.n[0] < 2 || m.n[1] < 2)
    curve (&m, m.naxis == 2 && m.n[0] < 2 ? 1 : 0);
  else
    image (&m);
  ictus__figure_title (f, h);
  for (size_t k = 0; k < m.n[0] * (m.naxis > 1 ? m.n[1] : 1); ++k)
    missing += !isfinite (m.value[k]);
  if (missing > 0)
    ictus__figure_note (f, m.naxis > 1 ? "grey: %zu without a value" : "%zu without a value", missing);
done:
  ictus_free (m.axis[0]);
  ictus_free (m.axis[1]);
  ictus_free (m.value);
  return e;
}
