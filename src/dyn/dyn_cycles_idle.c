/* SPDX-License-Identifier: BSD-3-Clause */
/* Branches of cycles that show nothing new: nothing changes any more that a picture shows, or they run back along themselves, as a doubled
 * branch does that came to another doubling of the simple one and was turned round there by rounding. */
#include "dyn/dyn_cycle.h"

#include <math.h>
#include <stdio.h>

#define PAR 1e-4   /* of the range of the parameter */
#define SIZE 0.01  /* of what a state ranges over along the branch; of the period */
#define STILL 1e-9 /* of the range of the parameter: a canard, in which cycles may change while it stands */
#define CANARD 0.2 /* but not as slowly as this, of what a state ranges over; of the period */
#define LEAST_RANGE 1e-3 /* of a state, in its scale: below it there is rounding */
#define BESIDE 0.03 /* of the length of a chord: rows are on it */
#define ROUND 3e-5 /* of the ranges: what extrema differ by that are the same */

enum
{
  WINDOW = 120, /* rows in which nothing changes */
  BACK = 10,    /* rows that lie on rows before */
  APART = 3     /* rows around a turn that are left out */
};

static double
size_of (const ictus__cycles *f, int i)
{
  return fmax (f->highest[i] - f->lowest[i], LEAST_RANGE * f->c->scale[i]);
}

/* Coordinate c of row r: extrema, the parameter, the period. */
static double
coordinate (const ictus__cycles *f, size_t r, int c)
{
  const ictus_dyn_branch *b = f->b;
  const size_t n = (size_t) b->n;

  if (c < b->n)
    return b->low[r * n + (size_t) c] / size_of (f, c);
  if (c < 2 * b->n)
    return b->high[r * n + (size_t) (c - b->n)] / size_of (f, c - b->n);
  return c == 2 * b->n ? b->par[r] / (f->o->hi - f->o->lo) : log (b->period[r]);
}

static double
span (const ictus__cycles *f, size_t first, int c)
{
  double lo = HUGE_VAL, hi = -HUGE_VAL;

  for (size_t r = first; r < f->b->npoint; ++r)
    {
      const double v = coordinate (f, r, c);

      lo = fmin (lo, v);
      hi = fmax (hi, v);
    }
  return hi - lo;
}

static bool
stands (const ictus__cycles *f)
{
  const size_t first = f->b->npoint - WINDOW;
  const int par = 2 * f->b->n;
  double way;

  if (f->b->npoint <= WINDOW || (way = span (f, first, par)) > PAR)
    return false;
  for (int c = 0; c <= par + 1; ++c)
    if (c != par && span (f, first, c) > (way > STILL ? SIZE : CANARD))
      return false;
  return true;
}

/* Does row r lie on the chord of rows q and q + 1? */
static bool
on_chord (const ictus__cycles *f, size_t r, size_t q)
{
  const int all = 2 * f->b->n + 2;
  double along = 0, length = 0, far = 0, w;

  for (int c = 0; c < all; ++c)
    {
      const double p = coordinate (f, q, c), d = coordinate (f, q + 1, c) - p;

      along += (coordinate (f, r, c) - p) * d;
      length += d * d;
    }
  w = length > 0 ? along / length : 0;
  if (!(w > -0.1 && w < 1.1))
    return false;
  for (int c = 0; c < all; ++c)
    {
      const double p = coordinate (f, q, c), d = coordinate (f, r, c) - p - w * (coordinate (f, q + 1, c) - p);

      far += d * d;
    }
  return sqrt (far) <= BESIDE * sqrt (length) + ROUND;
}

/* The chord before row `below` that row r lies on; -1: none. */
static long
chord_of (const ictus__cycles *f, size_t r, long from, long below)
{
  for (long q = below - 1; q >= from; --q)
    if (on_chord (f, r, (size_t) q))
      return q;
  return -1;
}

/* The row where the branch turned round, if its last rows lie on rows before, in reverse order; -1. */
static long
turn (const ictus__cycles *f)
{
  const long last = (long) f->b->npoint - 1;
  long foot = chord_of (f, (size_t) last, 0, last - 2 * BACK), first = foot;

  if (foot < 0)
    return -1;
  for (long r = last - 1; r > last - BACK; --r)
    {
      foot = chord_of (f, (size_t) r, foot, r - APART);
      if (foot < 0)
        return -1;
    }
  return foot > first ? (last + first) / 2 : -1;
}

/* Rows behind the turn are known: they are cut off, at the special point beside it if there is one. */
static void
cut (ictus__cycles *f, size_t at)
{
  ictus_dyn_branch *b = f->b;
  size_t kept = 0, best = at;
  double nearest = HUGE_VAL;

  for (size_t k = 0; k < b->nspecial; ++k)
    if (b->special[k].type == ICTUS_DYN_CYCLE_FOLD && fabs ((double) b->special[k].at - (double) at) < nearest)
      {
        nearest = fabs ((double) b->special[k].at - (double) at);
        best = nearest < BACK ? b->special[k].at : at;
      }
  for (size_t k = 0; k < b->nspecial; ++k)
    if (b->special[k].at < best)
      b->special[kept++] = b->special[k];
    else
      {
        ictus_free (b->special[k].x);
        ictus_free (b->special[k].phase);
        ictus_free (b->special[k].orbit);
        ictus_free (b->special[k].vector);
      }
  b->nspecial = kept;
  b->npoint = best + 1;
}

bool
ictus__cycles_idle (ictus__cycles *f)
{
  const char *name = ictus__cycles_name (f);
  long at;

  if (stands (f))
    {
      snprintf (f->why, sizeof f->why, "nothing changes any more that could be seen, near %s = %.9g", name, f->X.par);
      return true;
    }
  if ((at = turn (f)) < 1)
    return false;
  cut (f, (size_t) at);
  snprintf (f->why, sizeof f->why, "%s at %s = %.9g", f->doubled ? "a period doubling" : "runs back along itself", name,
            f->b->par[f->b->npoint - 1]);
  return true;
}
