/* SPDX-License-Identifier: BSD-3-Clause */
/* How often the field turns along a closed curve: the index. It is the sum of the indices of the fixed points within, so it tells
   when one was missed. */
#include "phase/phase_impl.h"

#include <math.h>
#include <string.h>

enum { DEEP = 40 };
static const double pi = 3.14159265358979323846;

static double
angle (const ictus__plane *q, const double *f)
{
  return atan2 (f[1] / q->scale[1], f[0] / q->scale[0]);
}

static double
between (const ictus__plane *q, const double *fa, const double *fb)
{
  double d = angle (q, fb) - angle (q, fa);

  return d > pi ? d - 2 * pi : d < -pi ? d + 2 * pi : d;
}

static bool
no_direction (const double *f)
{
  return !isfinite (f[0]) || !isfinite (f[1]) || (f[0] == 0 && f[1] == 0);
}

static double
turn (ictus__plane *q, const double *a, const double *fa, const double *b, const double *fb, int depth)
{
  double m[2] = { 0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1]) }, fm[2], d;

  if (no_direction (fa) || no_direction (fb) || depth > DEEP)
    return NAN;
  d = between (q, fa, fb);
  if (fabs (d) < 0.8)
    return d;
  ictus__plane_rhs (q, m, fm);
  return turn (q, a, fa, m, fm, depth + 1) + turn (q, m, fm, b, fb, depth + 1);
}

double
ictus__turn (ictus__plane *q, const double *a, const double *fa, const double *b, const double *fb)
{
  return turn (q, a, fa, b, fb, 0);
}

/* Along a polygon of n corners. */
static double
turn_around (ictus__plane *q, const double *x, int n)
{
  double sum = 0, first[2], fa[2], fb[2];

  ictus__plane_begin (q, x);
  ictus__plane_rhs (q, x, first);
  memcpy (fa, first, sizeof fa);
  for (int k = 0; k < n; ++k)
    {
      const double *b = x + 2 * ((k + 1) % n);

      if (k + 1 < n)
        ictus__plane_rhs (q, b, fb);
      else
        memcpy (fb, first, sizeof fb);
      sum += turn (q, x + 2 * k, fa, b, fb, 0);
      memcpy (fa, fb, sizeof fa);
    }
  return sum;
}

double
ictus__turn_box (ictus__plane *q, const double *lo, const double *hi, int pieces)
{
  double *x = ictus_alloc ((size_t) pieces, 8 * sizeof *x), sum;

  if (x == NULL)
    return NAN;
  for (int side = 0; side < 4; ++side)
    for (int k = 0; k < pieces; ++k)
      {
        double s = (double) k / pieces, u = side == 0 ? s : side == 1 ? 1 : side == 2 ? 1 - s : 0,
               v = side == 0 ? 0 : side == 1 ? s : side == 2 ? 1 : 1 - s, *at = x + 2 * (side * pieces + k);

        at[0] = lo[0] + u * (hi[0] - lo[0]);
        at[1] = lo[1] + v * (hi[1] - lo[1]);
      }
  sum = turn_around (q, x, 4 * pieces);
  ictus_free (x);
  return sum;
}

double
ictus__turn_circle (ictus__plane *q, const double *at, double r)
{
  double x[128];

  for (int k = 0; k < 64; ++k)
    {
      x[2 * k] = at[0] + r * q->size[0] * cos (2 * pi * k / 64);
      x[2 * k + 1] = at[1] + r * q->size[1] * sin (2 * pi * k / 64);
    }
  return turn_around (q, x, 64);
}
