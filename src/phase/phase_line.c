/* SPDX-License-Identifier: BSD-3-Clause */
/* The phase line: all zeros of one right-hand side. Between nodes where it changes sign there is one, found by bisection; where its
   slope changes sign without that there is an extremum, found by bisection of the slope: it may touch 0, or cross it twice. */
#include "phase/phase_impl.h"

#include <float.h>
#include <math.h>
#include <string.h>

typedef struct line
{
  ictus__plane *q;
  ictus_phase *p;
} line;

static double
f_at (line *l, double x)
{
  double f[2];

  ictus__plane_rhs (l->q, &x, f);
  return f[0];
}

static double
slope_at (line *l, double x, double *f)
{
  double J[4] = { NAN }, f2[2];

  ictus__plane_jac (l->q, &x, f2, J);
  *f = f2[0];
  return J[0];
}

static ictus_err
take (line *l, double x, bool degenerate)
{
  const ictus_phase *p = l->p;

  for (size_t k = 0; k < p->npoint; ++k)
    if (fabs (p->point[k].at[0] - x) <= (degenerate ? 1e-7 : 1e-13) * l->q->size[0])
      return ICTUS_OK;
  if (p->npoint >= PHASE_POINTS)
    {
      l->p->continuum = true;
      return ICTUS_OK;
    }
  return ictus__phase_describe (l->q, l->p, &x, degenerate);
}

/* Between a and b where f has different signs; a jump over 0 is none. */
static ictus_err
crossing (line *l, double a, double b, double fa, double fb)
{
  double biggest = fmax (fabs (fa), fabs (fb)), doubt, f, J;

  if (fa == 0 || fb == 0)
    return fa == 0 ? take (l, a, fabs (slope_at (l, a, &f)) * l->q->size[0] < 1e-9 * l->q->scale[0]) : ICTUS_OK;
  for (int k = 0; k < 200; ++k)
    {
      double m = 0.5 * (a + b), fm;

      if (!(m > a && m < b))
        break;
      fm = f_at (l, m);
      if (!isfinite (fm))
        return ICTUS_OK;
      *((fm < 0) == (fa < 0) ? &a : &b) = m;
      *((fm < 0) == (fa < 0) ? &fa : &fb) = fm;
    }
  if (fmin (fabs (fa), fabs (fb)) > 1e-5 * biggest)
    {
      ictus_text_add (&l->p->note, "%s' jumps over 0 at %s = %.6g: no fixed point there\n", l->p->axis[0]->name, l->p->axis[0]->name, a);
      return ICTUS_OK;
    }
  a = fabs (fa) <= fabs (fb) ? a : b;
  J = slope_at (l, a, &f);
  doubt = ictus__doubt (l->q, &a, &J);
  return take (l, a, doubt > 1e-9);
}

/* Between a and b f keeps its sign and its slope does not. */
static ictus_err
extremum (line *l, double a, double b, double fa, double fb, double sa)
{
  double lo = a, hi = b, f = fa, touch = 64 * DBL_EPSILON * (l->q->scale[0] + fabs (sa) * (fabs (a) + 0.01 * l->q->size[0]));

  for (int k = 0; k < 200; ++k)
    {
      double m = 0.5 * (lo + hi), s;

      if (!(m > lo && m < hi))
        break;
      s = slope_at (l, m, &f);
      if (!isfinite (s))
        return ICTUS_OK;
      if ((f < 0) != (fa < 0) && fabs (f) > touch) /* two crossings, one on each side */
        {
          ICTUS_TRY (crossing (l, a, m, fa, f));
          return crossing (l, m, b, f, fb);
        }
      *((s < 0) == (sa < 0) ? &lo : &hi) = m;
    }
  return fabs (f) <= touch ? take (l, lo, true) : ICTUS_OK;
}

static void
check_index (line *l, double first, double last)
{
  l->p->index_known = isfinite (first) && isfinite (last) && first != 0 && last != 0 && !l->p->continuum;
  l->p->index_box = l->p->index_known ? ((last > 0) - (first > 0)) : 0;
  for (size_t k = 0; k < l->p->npoint; ++k)
    l->p->index_sum += l->p->point[k].index;
}

ictus_err
ictus__phase_line (ictus__plane *q, ictus_phase *p)
{
  line l = { .q = q, .p = p };
  double before = NAN, fb = NAN, sb = NAN, step = q->size[0] / (p->nx - 1);

  ictus__plane_begin (q, q->lo);
  for (int i = 0; i < p->nx; ++i)
    {
      double x = i + 1 < p->nx ? q->lo[0] + i * step : q->hi[0], f, s = slope_at (&l, x, &f);

      if (i > 0 && isfinite (f) && isfinite (fb))
        {
          if ((f < 0) != (fb < 0) || fb == 0)
            ICTUS_TRY (crossing (&l, before, x, fb, f));
          else if (isfinite (s) && isfinite (sb) && (s < 0) != (sb < 0) && (fb < 0) == (sb > 0)) /* towards 0 and back */
            ICTUS_TRY (extremum (&l, before, x, fb, f, sb));
        }
      before = x;
      fb = f;
      sb = s;
    }
  ictus__phase_sort (p);
  check_index (&l, p->fx[0], p->fx[p->nx - 1]);
  return ICTUS_OK;
}
