/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows between the steps of a branch of cycles. Steps are as long as the equations allow, which is longer than a picture made of straight
   lines may have them. Where the branch bends away from the line between two points, rows are put in: Hermite's cubic through both is so near to
   the branch that one correction or two are enough. */
#include "dyn/dyn_cycle.h"

#include <math.h>

#define STRAIGHT 2e-4    /* straight lines may leave the branch by this part of the range */
#define LEAST_RANGE 0.1  /* of a state, in its scale, as long as the branch has not shown more */
#define LEAST_LT 0.3     /* the same of the logarithm of the period */
#define CLOSE 2e-7       /* a correction below this leaves nothing; multipliers are as near as that */

enum
{
  NEWTON = 4,
  SAMPLES = 4 /* the branch is compared with the line at quarters of the way */
};

void
ictus__cycles_guess (ictus__cycles *f, double s)
{
  const size_t all = ictus__colloc_nodes (f->c) * (size_t) f->c->n, n = (size_t) f->c->n;
  const double a = s * s * (3 - 2 * s), b = s * (1 - s) * (1 - s), d = -s * s * (1 - s);
  double length;

  ictus__cycle_between (f->c, &f->X, &f->Y, &f->w);
  length = sqrt (ictus__cycle_dot (f->c, &f->w, &f->w));
  for (size_t i = 0; i < all; ++i)
    f->Z.u[i] = f->X.u[i] + (a * f->w.u[i] + length * (b * f->T.u[i] + d * f->U.u[i])) * f->c->scale[i % n];
  f->Z.lt = f->X.lt + a * f->w.lt + length * (b * f->T.lt + d * f->U.lt);
  f->Z.par = f->X.par + (a * f->w.par + length * (b * f->T.par + d * f->U.par)) * f->c->par_scale;
  ictus__cycle_scale (f->c, 1 / length, &f->w);
  f->placed = NAN;
}

/* What a picture shows of the cycle in Z: parameter, logarithm of the period, least and largest value of each state. */
static void
show (ictus__cycles *f, double *out)
{
  const ictus__colloc *c = f->c;

  ictus__colloc_range (c, &f->Z, f->low, f->high);
  out[0] = f->Z.par;
  out[1] = f->Z.lt;
  for (int a = 0; a < c->n; ++a)
    {
      out[2 + 2 * a] = f->low[a];
      out[3 + 2 * a] = f->high[a];
    }
}

/* The range of number i of these: that of the rows and of the samples v. */
static double
range (const ictus__cycles *f, size_t i, size_t all, const double *v)
{
  const size_t a = i < 2 ? 0 : (i - 2) / 2;
  const double wide = f->o->hi - f->o->lo;
  double low = i < 2 ? f->lowest_lt : f->lowest[a], high = i < 2 ? f->highest_lt : f->highest[a];

  if (i == 0)
    return isfinite (wide) && wide > 0 ? wide : f->c->par_scale;
  for (size_t k = 0; k <= SAMPLES; ++k)
    {
      low = fmin (low, v[k * all + i]);
      high = fmax (high, v[k * all + i]);
    }
  return fmax (high - low, i < 2 ? LEAST_LT : LEAST_RANGE * f->c->scale[a]);
}

/* How far the samples lie from the line between the first and the last, of each number against the parameter, at most. */
static double
off_line (const ictus__cycles *f, size_t all, const double *v)
{
  const double *end = v + SAMPLES * all, wide = range (f, 0, all, v);
  double most = 0;

  for (size_t i = 1; i < all; ++i)
    {
      const double size = range (f, i, all, v), x = (end[0] - v[0]) / wide, y = (end[i] - v[i]) / size, length = hypot (x, y);

      for (size_t k = 1; k < SAMPLES && length > 0; ++k)
        most = fmax (most, fabs ((v[k * all] - v[0]) / wide * y - (v[k * all + i] - v[i]) / size * x) / length);
    }
  return most;
}

int
ictus__cycles_parts (ictus__cycles *f, double to)
{
  const size_t all = 2 + 2 * (size_t) f->c->n;
  double *v = ictus_alloc ((SAMPLES + 1) * all, sizeof *v), parts;

  if (v == NULL)
    return 1;
  for (int k = 0; k <= SAMPLES; ++k)
    {
      ictus__cycles_guess (f, to * k / SAMPLES);
      show (f, v + (size_t) k * all);
    }
  parts = ceil (sqrt (off_line (f, all, v) / STRAIGHT));
  ictus_free (v);
  return parts < ICTUS__PARTS ? parts > 1 ? (int) parts : 1 : ICTUS__PARTS;
}

ictus_err
ictus__cycles_fill (ictus__cycles *f, double s)
{
  ictus__cycles_guess (f, s);
  if (ictus__colloc_correct (f->c, &f->Z, &f->w, CLOSE, NEWTON, &f->d) < 0)
    return ICTUS_OK;
  ICTUS_TRY (ictus__floquet (f->c));
  return ictus__cycles_row (f, &f->Z);
}
