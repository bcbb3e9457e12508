/* SPDX-License-Identifier: BSD-3-Clause */
/* What lies within a step along a curve: zeros of test functions, and points without which straight lines between rows would
 * not show the curve as it is. */
#include "dyn/dyn_arc.h"

#include <math.h>

#define STRAIGHT 2e-4   /* straight lines between rows leave the curve by this part of its range at most */
#define LEAST_RANGE 0.1 /* of a state, in its sizes, as long as little of the curve is known */

/* ---- zeros of tests ------------------------------------------------------------------------------------------- */

/* Z, V, chi at s of the step from X to Y. */
static bool
between (ictus__arc *a, double s)
{
  double part = s / a->s, square = part * part;
  int used;

  ictus__arc_across (a, a->T);
  for (size_t i = 0; i < a->n1; ++i)
    a->Z[i] = a->X[i] + s * a->T[i] + square * (a->Y[i] - a->X[i] - a->s * a->T[i]);
  return ictus__arc_correct (a, a->Z, ictus__arc_dot (a, a->w, a->X) + s, 8, &used) == ICTUS__ARC_FOUND
         && ictus__arc_tangent (a, a->Z, a->V) && ictus__arc_tests (a, a->Z, a->V, a->chi);
}

/* The zero of test k between X and Y, by the secant's regula falsi (Illinois; Dowell & Jarratt 1971) with bisection where that
   is slow. False: there is none, the test jumps. */
static bool
locate (ictus__arc *a, int k, ictus__arc_event *found)
{
  double lo = 0, hi = a->s, flo = a->phi[k], fhi = a->psi[k], size = fmax (fabs (flo), fabs (fhi)), best = INFINITY, glo = flo,
         ghi = fhi;
  int side = 0;

  found->which = k;
  for (int it = 0; it < 80 && hi - lo > 1e-14 * a->s; ++it)
    {
      double part = flo / (flo - fhi), f, s;

      if (it % 4 == 3 || !(part > 0 && part < 1))
        part = 0.5;
      s = lo + part * (hi - lo);
      if (s <= lo || s >= hi || (!between (a, s) && !between (a, s = lo + 0.5 * (hi - lo)) && !between (a, s = lo + 0.3 * (hi - lo))))
        break;
      f = a->chi[k];
      if (fabs (f) < best)
        {
          best = fabs (f);
          found->s = s;
          ictus__arc_copy (a, found->X, a->Z);
          ictus__arc_copy (a, found->T, a->V);
        }
      if (f == 0 || fabs (f) < 1e-12 * size)
        break;
      if ((f > 0) == (glo > 0))
        {
          lo = s;
          glo = flo = f;
          fhi *= side < 0 ? 0.5 : 1;
          side = -1;
        }
      else
        {
          hi = s;
          ghi = fhi = f;
          flo *= side > 0 ? 0.5 : 1;
          side = 1;
        }
    }
  /* what jumps has not become small although the bracket has */
  return isfinite (best) && (best <= 1e-6 * size || fabs (glo - ghi) < 0.05 * size * sqrt ((hi - lo) / a->s));
}

static bool
changes (const ictus__arc *a, int k)
{
  double was = a->phi[k], is = a->psi[k];

  if (a->fresh && fabs (was) < 1e-4 * fabs (is))
    return false;
  return was != 0 && (is == 0 || (was < 0) != (is < 0)) && isfinite (was) && isfinite (is);
}

/* The event behind the others takes its place among them. */
static void
take_in (ictus__arc *a)
{
  for (int i = a->nevent++; i > 0 && a->event[i - 1].s > a->event[i].s; --i)
    {
      ictus__arc_event swap = a->event[i];

      a->event[i] = a->event[i - 1];
      a->event[i - 1] = swap;
    }
}

bool
ictus__arc_find_events (ictus__arc *a)
{
  bool smooth = true;

  a->nevent = 0;
  for (int k = 0; k < a->q->ntest; ++k)
    if (changes (a, k))
      {
        if (locate (a, k, a->event + a->nevent))
          take_in (a);
        else
          smooth = false;
      }
  return smooth;
}

/* ---- points within a step -------------------------------------------------------------------------------------- */

static void
widen (ictus__arc *a, const double *X)
{
  for (size_t i = 0; i < a->n1; ++i)
    {
      a->low[i] = fmin (a->low[i], X[i]);
      a->high[i] = fmax (a->high[i], X[i]);
    }
}

/* How far the straight line from X to Y leaves the curve, at most, in ranges of what a picture shows: X[n] and another one. */
static double
bow (const ictus__arc *a)
{
  size_t n = a->q->n;
  double wide = a->c->hi - a->c->lo, most = 0, across, along;

  if (!isfinite (wide) || !(wide > 0))
    wide = a->high[n] - a->low[n];
  /* the middle of Hermite's cubic lies off the chord by the eighth of the step times the difference of the tangents */
  across = a->s * (a->T[n] - a->U[n]) / (8 * wide);
  along = (a->Y[n] - a->X[n]) / wide;
  for (size_t i = 0; i < n; ++i)
    {
      double range = fmax (a->high[i] - a->low[i], LEAST_RANGE / sqrt ((double) n * a->q->weight[i]));
      double x = a->s * (a->T[i] - a->U[i]) / (8 * range), y = (a->Y[i] - a->X[i]) / range, length = hypot (along, y);

      if (length > 0)
        most = fmax (most, fabs (across * y - along * x) / length);
    }
  return isfinite (most) ? most : 0;
}

static void
put_between (ictus__arc *a, double s)
{
  ictus__arc_event *e = a->event + a->nevent;

  for (int i = 0; i < a->nevent; ++i)
    if (fabs (a->event[i].s - s) < 1e-3 * a->s)
      return;
  if (a->nevent >= a->q->ntest + ICTUS__ARC_FILL || !between (a, s))
    return;
  e->which = ICTUS__ARC_BETWEEN;
  e->s = s;
  ictus__arc_copy (a, e->X, a->Z);
  ictus__arc_copy (a, e->T, a->V);
  take_in (a);
}

void
ictus__arc_fill_step (ictus__arc *a)
{
  const int most = ICTUS__ARC_FILL / 2;
  double part;
  int parts;

  widen (a, a->Y);
  part = ceil (sqrt (bow (a) / STRAIGHT));
  parts = part < most ? (int) part : most;
  for (int i = 0; i + 1 < a->nevent; ++i)
    if (a->event[i].which >= 0 && a->event[i + 1].which >= 0)
      put_between (a, (a->event[i].s + a->event[i + 1].s) / 2);
  for (int k = 1; k < parts; ++k)
    put_between (a, a->s * k / parts);
}
