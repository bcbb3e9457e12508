/* SPDX-License-Identifier: BSD-3-Clause */
/* Which eigenvalues are followed near the imaginary axis, and in which discs.
 *
 * From one time that all are known to the next one the sorted real parts have moved at certain rates. Those that could come to the
 * axis within the next REACH steps if they moved SAFETY times as fast are followed; they are neighbours in the order, so that those before
 * them stay to the right and those behind them to the left. */
#include "dyn/dyn_axis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REACH 16.   /* steps until all are computed again */
#define RATIO 0.3   /* of a round: how fast what is in a disc grows out of what is not */
#define CHEAP 0.5   /* of the operations of all eigenvalues, what those near the axis may take */
#define ROUNDS 6.   /* that a disc takes, about */
enum
{
  DEPTH = 7 /* how often a group of eigenvalues is split */
};

/* ---- which are followed ------------------------------------------------------------------------------------------- */

/* Rates of the sorted real parts since the last time; each at least that of the neighbours in the order. */
static void
rates (ictus__axis *a, double far, const double *re)
{
  size_t n = a->n, wide = 3 + n / 50;
  double all = 0;

  for (size_t i = 0; i < n; ++i)
    {
      a->far[i] = fabs (re[i] - a->re[i]) / far;
      all = fmax (all, a->far[i]);
    }
  for (size_t i = 0; i < n; ++i)
    {
      double most = all / 10;

      for (size_t k = i > wide ? i - wide : 0; k < n && k <= i + wide; ++k)
        most = fmax (most, a->far[k]);
      a->rate[i] = a->rated ? fmax (most, a->rate[i] / 2) : most;
    }
  a->rated = true;
}

/* The part of the order that could come to the axis within `reach`. */
static void
choose (ictus__axis *a)
{
  size_t n = a->n, low = n, high = 0, first = 0;

  while (first < n && a->re[first] > 0)
    ++first;
  for (size_t i = 0; i < n; ++i)
    if (fabs (a->re[i]) <= a->safety * a->rate[i] * a->reach + 1e-9 * a->largest)
      {
        low = i < low ? i : low;
        high = i + 1;
      }
  if (low >= high)
    low = high = first;
  low = low < first ? low : first;
  high = high > first ? high : first;
  while (low > 0 && high > low && a->re[low - 1] == a->re[low]) /* pairs stay whole */
    --low;
  while (high < n && high > low && a->re[high] == a->re[high - 1])
    ++high;
  a->right = low;
  a->count = high - low;
  a->limit = fmin (low > 0 ? a->re[low - 1] : INFINITY, high < n ? -a->re[high] : INFINITY) / 2;
}

/* ---- discs ---------------------------------------------------------------------------------------------------------- */

static int
by_height (const void *x, const void *y)
{
  const ictus__axis_member *p = x, *q = y;
  double a = cimag (p->at), b = cimag (q->at), c = creal (p->at), d = creal (q->at);

  return a != b ? (a < b ? -1 : 1) : (c > d) - (c < d);
}

static int
rising (const void *x, const void *y)
{
  double a = *(const double *) x, b = *(const double *) y;

  return (a > b) - (a < b);
}

/* One disc for members [lo, hi); its cost in operations, INFINITY where there is none. */
static double
enclose (ictus__axis *a, size_t lo, size_t hi, ictus__disc *d)
{
  const double n = (double) a->n, low = cimag (a->member[lo].at), high = cimag (a->member[hi - 1].at);
  double mean = 0, radius = 0, P;
  size_t p;

  for (size_t k = lo; k < hi; ++k)
    mean += creal (a->member[k].at) / (double) (hi - lo);
  d->both = low <= high - low || low <= a->limit;
  d->centre = mean + I * (d->both ? 0 : (low + high) / 2);
  for (size_t k = lo; k < hi; ++k)
    radius = fmax (radius, cabs (a->member[k].at - d->centre));
  /* off the members, and with room for them to move */
  radius = fmax (radius, fmin (a->limit, 0.01 * a->largest));
  d->centre += 0.13 * radius;
  radius *= 1.3;
  d->radius = radius;
  for (size_t i = 0; i < a->n; ++i)
    a->far[i] = cabs (a->re[i] + I * a->im[i] - d->centre);
  qsort (a->far, a->n, sizeof *a->far, rising);
  for (p = 1; p < a->n && a->far[p] * RATIO < radius; ++p)
    ;
  p += 1;
  if (p > ICTUS__AXIS_MOST || p > a->n / 2)
    return INFINITY;
  d->p = p;
  P = (double) p;
  return ROUNDS * (200 * n * P + 16 * n * P * P + 60 * P * P * P);
}

/* The cheapest discs for members [lo, hi); made only if emit. */
static double
cover (ictus__axis *a, size_t lo, size_t hi, int depth, bool emit)
{
  ictus__disc d = { .filled = 0 };
  double one = enclose (a, lo, hi, &d), two = INFINITY, gap = -1;
  size_t cut = lo;

  for (size_t k = lo + 1; k < hi; ++k)
    if (cimag (a->member[k].at) - cimag (a->member[k - 1].at) > gap)
      {
        gap = cimag (a->member[k].at) - cimag (a->member[k - 1].at);
        cut = k;
      }
  if (depth > 0 && cut > lo && gap > 0)
    two = cover (a, lo, cut, depth - 1, false) + cover (a, cut, hi, depth - 1, false);
  if (emit && isfinite (fmin (one, two)))
    {
      if (two < one)
        {
          cover (a, lo, cut, depth - 1, true);
          cover (a, cut, hi, depth - 1, true);
        }
      else
        {
          for (size_t k = lo; k < hi; ++k)
            a->member[k].disc = (int) a->ndisc;
          a->disc[a->ndisc++] = d;
        }
    }
  return fmin (one, two);
}

/* The vectors of a disc that was nearly the same. */
static ictus_err
furnish (ictus__axis *a, ictus__disc *d)
{
  if ((d->Q = ictus_alloc (a->n * d->p, sizeof *d->Q)) == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < a->nbefore && d->filled == 0; ++k)
    if (cabs (a->before[k].centre - d->centre) < d->radius)
      {
        d->filled = d->p < a->before[k].filled ? d->p : a->before[k].filled;
        memcpy (d->Q, a->before[k].Q, d->filled * a->n * sizeof *d->Q);
      }
  return ICTUS_OK;
}

/* What else is near the k-th disc? */
static void
look_round (ictus__axis *a, int k)
{
  ictus__disc *d = &a->disc[k];
  double far;

  for (size_t i = 0; i < a->n; ++i)
    a->far[i] = cabs (a->re[i] + I * a->im[i] - d->centre);
  qsort (a->far, a->n, sizeof *a->far, rising);
  far = 1.2 * a->far[d->p < a->n ? d->p : a->n - 1]; /* the next one outside, and some way */
  d->first = true;
  d->right = 0;
  for (size_t i = 0; i < a->right; ++i)
    {
      double away = cabs (a->re[i] + I * a->im[i] - d->centre);

      d->first &= away > far || (!d->both && a->im[i] <= 0);
      d->right += away < d->radius && (d->both || a->im[i] > 0);
    }
  for (size_t i = 0; i < a->nmember; ++i)
    d->first &= a->member[i].disc == k || cabs (a->member[i].at - d->centre) > far;
}

/* In discs around the real axis the lower ones of pairs are members, too. */
static void
add_lower (ictus__axis *a)
{
  size_t upper = a->nmember;

  for (size_t k = 0; k < upper; ++k)
    if (a->disc[a->member[k].disc].both && cimag (a->member[k].at) > 0)
      {
        a->member[a->nmember] = a->member[k];
        a->member[a->nmember++].at = conj (a->member[k].at);
      }
}

static ictus_err
lay_discs (ictus__axis *a)
{
  const double n = (double) a->n;
  double cost = 0;
  ictus_err e = ICTUS_OK;

  a->ready = false;
  a->nmember = 0;
  for (size_t i = a->right; i < a->right + a->count; ++i)
    if (a->im[i] >= 0)
      a->member[a->nmember++] = (ictus__axis_member) { .at = a->re[i] + I * a->im[i] };
  if (a->nmember > 0)
    {
      qsort (a->member, a->nmember, sizeof *a->member, by_height);
      cost = cover (a, 0, a->nmember, DEPTH, false);
    }
  if (!(cost < CHEAP * 10 * n * n * n))
    return ICTUS_OK;
  if (a->nmember > 0)
    cover (a, 0, a->nmember, DEPTH, true);
  add_lower (a);
  for (size_t k = 0; k < a->ndisc && e == ICTUS_OK; ++k)
    {
      look_round (a, (int) k);
      e = furnish (a, &a->disc[k]);
    }
  a->ready = e == ICTUS_OK;
  return e;
}

ictus_err
ictus__axis_learn (ictus__axis *a, const double *X, const double *re, const double *im, double step)
{
  const double far = isnan (a->X[a->n]) ? 0 : ictus__axis_distance (a, X);
  ictus_err e = ICTUS_OK;
  ictus__disc *swap;

  a->ready = false;
  if (!ictus__dyn_finite ((int) a->n, re) || !ictus__dyn_finite ((int) a->n, im))
    return ICTUS_OK;
  if (far > 0 && far > 0.1 * step)
    rates (a, far, re);
  memcpy (a->X, X, (a->n + 1) * sizeof *X);
  memcpy (a->re, re, a->n * sizeof *re);
  memcpy (a->im, im, a->n * sizeof *im);
  a->largest = 0;
  for (size_t i = 0; i < a->n; ++i)
    a->largest = fmax (a->largest, hypot (re[i], im[i]));
  if (!a->rated || !(step > 0) || !(a->largest > 0))
    return ICTUS_OK;
  swap = a->before;
  a->before = a->disc;
  a->disc = swap;
  a->nbefore = a->ndisc;
  a->ndisc = 0;
  for (double part = 1; part > 0.06 && !a->ready && e == ICTUS_OK; part /= 2)
    {
      ictus__axis_drop (a->disc, &a->ndisc);
      a->reach = 1.01 * part * REACH * step;
      choose (a);
      e = lay_discs (a);
    }
  if (!a->ready)
    {
      ictus__axis_drop (a->disc, &a->ndisc);
      a->safety = fmax (ICTUS__AXIS_SAFETY, 0.8 * a->safety);
    }
  ictus__axis_drop (a->before, &a->nbefore);
  return e;
}
