/* SPDX-License-Identifier: BSD-3-Clause */
/* The field on the nodes of a grid. Row by row, there and back, so that slaved states always go on from a neighbour. */
#include "phase/phase_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* The middle of |f|: what is large and small here, whatever it does in some corner. */
static ictus_err
middle (const double *f, size_t n, double *out)
{
  double *v = ictus_alloc (n, sizeof *v);
  size_t m = 0;

  if (v == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < n; ++k)
    if (isfinite (f[k]))
      v[m++] = fabs (f[k]);
  qsort (v, m, sizeof *v, compare);
  *out = m > 0 && v[m / 2] > 0 ? v[m / 2] : m > 0 && v[m - 1] > 0 ? v[m - 1] : 1;
  ictus_free (v);
  return ICTUS_OK;
}

static ictus_err
make_nodes (ictus__plane *q, ictus_phase *p)
{
  int cells = p->options.grid;
  size_t all;

  p->nx = q->dim == 1 ? 20 * cells + 1 : cells + 1;
  p->ny = q->dim == 1 ? 1 : cells + 1;
  all = (size_t) p->nx * (size_t) p->ny;
  p->fx = ictus_alloc (all, sizeof *p->fx);
  p->fy = q->dim == 2 ? ictus_alloc (all, sizeof *p->fy) : NULL;
  q->node = NULL;
  q->nx = p->nx;
  q->ny = p->ny;
  return p->fx == NULL || (q->dim == 2 && p->fy == NULL) ? ICTUS_E_NOMEM : ICTUS_OK;
}

/* A row of nodes; the first one of it begins with what the one above (or the start) had. */
static void
fill_row (ictus__plane *q, ictus_phase *p, double *node, int j)
{
  bool back = j % 2 == 1;
  size_t m = (size_t) q->nslave;

  for (int step = 0; step < p->nx; ++step)
    {
      int i = back ? p->nx - 1 - step : step;
      size_t at = (size_t) j * (size_t) p->nx + (size_t) i;
      double x[2] = { q->lo[0] + q->size[0] * i / (p->nx - 1), p->ny > 1 ? q->lo[1] + q->size[1] * j / (p->ny - 1) : 0 };
      double f[2] = { NAN, NAN };
      bool good = ictus__plane_rhs (q, x, f);

      p->fx[at] = f[0];
      if (p->fy != NULL)
        p->fy[at] = f[1];
      for (size_t k = 0; k < m; ++k)
        node[at * m + k] = good ? q->z[k] : NAN;
    }
}

ictus_err
ictus__phase_field (ictus__plane *q, ictus_phase *p)
{
  double *node = NULL;
  size_t all;

  ictus_free (p->fx);
  ictus_free (p->fy);
  p->fx = p->fy = NULL;
  ictus_free (q->node);
  ICTUS_TRY (make_nodes (q, p));
  all = (size_t) p->nx * (size_t) p->ny;
  if (q->nslave > 0)
    {
      node = ictus_alloc (all * (size_t) q->nslave, sizeof *node);
      if (node == NULL)
        return ICTUS_E_NOMEM;
      memcpy (q->z, q->z0, (size_t) q->nslave * sizeof *q->z);
    }
  for (int j = 0; j < p->ny; ++j)
    fill_row (q, p, node, j);
  q->node = node;
  ICTUS_TRY (middle (p->fx, all, &q->scale[0]));
  return p->fy != NULL ? middle (p->fy, all, &q->scale[1]) : ICTUS_OK;
}
