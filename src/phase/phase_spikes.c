/* SPDX-License-Identifier: BSD-3-Clause */
/* Threshold and reset as lines of the picture: where the firing condition is 0 in the box, and where a spike there is reset to. */
#include "phase/phase_impl.h"

#include <math.h>
#include <string.h>

enum { LINES = 200 };

/* The first place along axis a where the condition rises through 0, at v of the other axis; false: none. */
static bool
threshold (ictus__plane *q, int a, double v, double *x)
{
  double before = NAN, at = NAN;

  for (int k = 0; k <= LINES; ++k)
    {
      double s = q->lo[a] - 0.5 * q->size[a] + 2 * q->size[a] * k / LINES, g;

      x[a] = s;
      x[1 - a] = v;
      g = ictus__plane_fire (q, x);
      if (before < 0 && g >= 0)
        {
          double lo = at, hi = s;

          for (int i = 0; i < 60; ++i)
            {
              x[a] = 0.5 * (lo + hi);
              *(ictus__plane_fire (q, x) >= 0 ? &hi : &lo) = x[a];
            }
          x[a] = hi;
          return true;
        }
      before = g;
      at = s;
    }
  return false;
}

/* Along which axis is the threshold met? */
static int
axis_of (ictus__plane *q)
{
  double x[2];

  for (int a = 0; a < q->dim; ++a)
    if (threshold (q, a, q->dim == 2 ? 0.5 * (q->lo[1 - a] + q->hi[1 - a]) : 0, x))
      return a;
  return -1;
}

ictus_err
ictus__phase_lines (ictus__plane *q, ictus_phase *p)
{
  int a, n = q->dim == 2 ? 64 : 0;

  if (!q->fires || (a = axis_of (q)) < 0)
    return ICTUS_OK;
  ictus__plane_begin (q, q->lo);
  for (int what = 0; what < 2; ++what)
    {
      ICTUS_TRY (ictus__curves_begin (&p->line));
      for (int k = 0; k <= n; ++k)
        {
          double v = q->dim == 2 ? q->lo[1 - a] + q->size[1 - a] * k / n : 0, x[2];

          if (!threshold (q, a, v, x))
            continue;
          if (what == 1)
            ictus__plane_reset (q, x);
          ICTUS_TRY (ictus__curves_add (&p->line, 0, x[0], q->dim == 2 ? x[1] : 0));
        }
    }
  return ICTUS_OK;
}
