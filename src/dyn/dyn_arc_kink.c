/* SPDX-License-Identifier: BSD-3-Clause */
/* Kinks and jumps within a step: places where the derivatives of F jump. A step ends just before one, and the next leads just across,
   so that between any other two points all is smooth and the zeros of tests on either side are seen. */
#include "dyn/dyn_arc.h"

#include <math.h>

#define SEEN 1e-3    /* derivatives that differ by less are the same */
#define CLOSE 1e-12  /* of the step: how near to each other the two sides are looked at */
enum
{
  SMOOTH = 14, /* halvings after which what is smooth has become small */
  HALVINGS = 45
};

/* The point at s of the step from X to Y, in Z. */
static bool
point (ictus__arc *a, double s)
{
  double part = s / a->s, square = part * part;
  int used;

  ictus__arc_across (a, a->T);
  for (size_t i = 0; i < a->n1; ++i)
    a->Z[i] = a->X[i] + s * a->T[i] + square * (a->Y[i] - a->X[i] - a->s * a->T[i]);
  return ictus__arc_correct (a, a->Z, ictus__arc_dot (a, a->w, a->X) + s, 8, &used) == ICTUS__ARC_FOUND;
}

/* V before and H behind the kink of the step, by halving: the side with the larger difference each time. *where: of V. */
static bool
find (ictus__arc *a, double *where)
{
  const ictus__arc_problem *q = a->q;
  double lo = 0, hi = a->s, jump = q->jump (q->self, a->X, a->Y), before = jump;

  if (!(jump > SEEN))
    return false;
  ictus__arc_copy (a, a->V, a->X);
  ictus__arc_copy (a, a->H, a->Y);
  for (int k = 0; k < HALVINGS && hi - lo > fmax (CLOSE * a->s, 1e-15); ++k)
    {
      double mid = (lo + hi) / 2, left, right;

      if (!point (a, mid))
        return false;
      left = q->jump (q->self, a->V, a->Z);
      right = q->jump (q->self, a->Z, a->H);
      if (left >= right)
        {
          hi = mid;
          ictus__arc_copy (a, a->H, a->Z);
        }
      else
        {
          lo = mid;
          ictus__arc_copy (a, a->V, a->Z);
        }
      jump = fmax (left, right);
      if (k == SMOOTH - 5)
        before = jump;
      if (!(jump > SEEN) || (k == SMOOTH && jump < before / 2))
        return false;
    }
  *where = lo;
  return true;
}

bool
ictus__arc_cross_kink (ictus__arc *a)
{
  a->kink = false;
  a->nevent = 0;
  ictus__arc_across (a, a->T);
  if (!ictus__arc_tangent (a, a->H, a->U))
    return false;
  ictus__arc_copy (a, a->Y, a->H);
  a->s = ictus__arc_dot (a, a->w, a->Y) - ictus__arc_dot (a, a->w, a->X);
  return true;
}

ictus__arc_side
ictus__arc_stop_at_kink (ictus__arc *a)
{
  double where, s = a->s;

  a->kink = false;
  if (a->q->jump == NULL || !find (a, &where))
    return ICTUS__ARC_SMOOTH;
  if (where < 1e-9 * s)
    return ictus__arc_cross_kink (a) ? ICTUS__ARC_ACROSS : ICTUS__ARC_SMOOTH;
  ictus__arc_across (a, a->T);
  if (!ictus__arc_tangent (a, a->V, a->U))
    return ICTUS__ARC_SMOOTH;
  ictus__arc_copy (a, a->Y, a->V);
  a->s = where;
  a->kink = true;
  return ICTUS__ARC_BEFORE;
}
