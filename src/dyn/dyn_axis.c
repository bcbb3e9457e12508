/* SPDX-License-Identifier: BSD-3-Clause */
/* Eigenvalues near the imaginary axis at the next point, and which one is which. Where nothing else is near to the right of them, those
 * followed are the rightmost ones; else each is the one nearest to where it was. No way may be longer than half of the distance of
 * the others to the axis, so that what is left within that distance, and followed by nobody, shows that they were mistaken for one another. */
#include "dyn/dyn_axis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ACCURATE 1e-9  /* residual, relative to the matrix, of eigenvalues that are told */
#define EXACT 2e-15    /* residual that is rounding */
#define CLEAR 1e-4     /* residual, relative to the distance from the axis */
enum
{
  MOST_ROUNDS = 40
};

/* ---- life ----------------------------------------------------------------------------------------------------- */

void
ictus__axis_drop (ictus__disc *d, size_t *count)
{
  for (size_t k = 0; k < *count; ++k)
    ictus_free (d[k].Q);
  *count = 0;
}

ictus_err
ictus__axis_create (ictus__dyn *s, const double *weight, ictus__axis **out)
{
  ictus__axis *a = *out = ictus_alloc (1, sizeof *a);
  size_t n = (size_t) s->n;

  if (a == NULL)
    return ICTUS_E_NOMEM;
  a->s = s;
  a->weight = weight;
  a->n = n;
  a->safety = ICTUS__AXIS_SAFETY;
  a->store = ictus_alloc (5 * n + 1 + ICTUS__AXIS_MOST, sizeof *a->store);
  a->member = ictus_alloc (n, sizeof *a->member);
  a->disc = ictus_alloc (n, sizeof *a->disc);
  a->before = ictus_alloc (n, sizeof *a->before);
  a->value = ictus_alloc (ICTUS__AXIS_MOST, sizeof *a->value);
  a->taken = ictus_alloc (ICTUS__AXIS_MOST, sizeof *a->taken);
  if (a->store == NULL || a->member == NULL || a->disc == NULL || a->before == NULL || a->value == NULL || a->taken == NULL
      || ictus__shifted_create (s, ICTUS__AXIS_MOST, &a->m) != ICTUS_OK)
    {
      ictus__axis_destroy (out);
      return ICTUS_E_NOMEM;
    }
  a->X = a->store;
  a->re = a->X + n + 1;
  a->im = a->re + n;
  a->rate = a->im + n;
  a->far = a->rate + n;
  a->residual = a->far + n;
  a->X[n] = NAN;
  return ICTUS_OK;
}

void
ictus__axis_destroy (ictus__axis **ap)
{
  ictus__axis *a = *ap;

  *ap = NULL;
  if (a == NULL)
    return;
  if (a->disc != NULL)
    ictus__axis_drop (a->disc, &a->ndisc);
  if (a->before != NULL)
    ictus__axis_drop (a->before, &a->nbefore);
  ictus__shifted_destroy (&a->m);
  ictus_free (a->store);
  ictus_free (a->member);
  ictus_free (a->disc);
  ictus_free (a->before);
  ictus_free (a->value);
  ictus_free (a->taken);
  ictus_free (a);
}

double
ictus__axis_distance (const ictus__axis *a, const double *X)
{
  double sum = 0;

  for (size_t i = 0; i <= a->n; ++i)
    sum += a->weight[i] * (X[i] - a->X[i]) * (X[i] - a->X[i]);
  return sqrt (sum);
}

double
ictus__axis_largest (const ictus__axis *a)
{
  return a->largest;
}

bool
ictus__axis_far (const ictus__axis *a, const double *X, double step)
{
  return !a->ready || !(ictus__axis_distance (a, X) + step <= a->reach);
}

/* ---- the next point ------------------------------------------------------------------------------------------------- */

/* Each member of disc k takes the value that is nearest to where it was: the nearest of all first. False: one moved too far. */
static bool
match_nearest (ictus__axis *a, int k, size_t p)
{
  for (;;)
    {
      double best = INFINITY;
      size_t who = 0, what = 0;

      for (size_t i = 0; i < a->nmember; ++i)
        for (size_t v = 0; v < p && a->member[i].disc == k && !a->member[i].settled; ++v)
          if (!a->taken[v] && cabs (a->member[i].at - a->value[v]) < best)
            {
              best = cabs (a->member[i].at - a->value[v]);
              who = i;
              what = v;
            }
      if (isinf (best))
        return true;
      if (!(best <= a->limit))
        return false;
      a->member[who].next = a->value[what];
      a->member[who].settled = true;
      a->taken[what] = 1;
    }
}

/* The members of disc k, the rightmost first, take the rightmost values. */
static bool
match_first (ictus__axis *a, int k, size_t p)
{
  for (;;)
    {
      size_t who = a->nmember, what = p;

      for (size_t i = 0; i < a->nmember; ++i)
        if (a->member[i].disc == k && !a->member[i].settled
            && (who == a->nmember || creal (a->member[i].at) > creal (a->member[who].at)))
          who = i;
      if (who == a->nmember)
        return true;
      for (size_t v = 0; v < p; ++v)
        if (!a->taken[v] && (a->disc[k].both || cimag (a->value[v]) > 0)
            && (what == p || creal (a->value[v]) > creal (a->value[what])))
          what = v;
      if (what == p || !(fabs (creal (a->value[what]) - creal (a->member[who].at)) <= a->limit))
        return false;
      a->member[who].next = a->value[what];
      a->member[who].settled = true;
      a->taken[what] = 1;
    }
}

static bool
match (ictus__axis *a, int k, size_t p)
{
  memset (a->taken, 0, p * sizeof *a->taken);
  for (size_t i = 0; i < a->nmember; ++i)
    a->member[i].settled = false;
  return a->disc[k].first ? match_first (a, k, p) : match_nearest (a, k, p);
}

/* Are those that are members accurate, and no others near the axis? */
static bool
accurate (const ictus__axis *a, size_t p)
{
  for (size_t v = 0; v < p; ++v)
    {
      double away = fabs (creal (a->value[v])) / a->largest, enough = fmax (EXACT, fmin (ACCURATE, CLEAR * away));

      if (a->taken[v] && !(a->residual[v] <= enough))
        return false;
    }
  return true;
}

/* Is z followed in another disc than the k-th? */
static bool
elsewhere (const ictus__axis *a, int k, double complex z)
{
  for (size_t i = 0; i < a->nmember; ++i)
    {
      const ictus__axis_member *m = &a->member[i];
      double complex at = m->disc < k ? m->next : m->at;

      if (m->disc != k && (cabs (at - z) <= a->limit || cabs (conj (at) - z) <= a->limit))
        return true;
    }
  return false;
}

/* Is there one in disc k that nobody follows and that should not be there? */
static bool
intruder (const ictus__axis *a, int k)
{
  const ictus__disc *d = &a->disc[k];
  int right = 0;

  for (size_t v = 0; v < d->p; ++v)
    if (!a->taken[v] && a->residual[v] < 1e-4 && cabs (a->value[v] - d->centre) < d->radius
        && (d->both || cimag (a->value[v]) > 0) && !elsewhere (a, k, a->value[v]))
      {
        if (fabs (creal (a->value[v])) < a->limit)
          return true;
        right += creal (a->value[v]) > 0;
      }
  return right > d->right;
}

static bool
settle (ictus__axis *a, int k)
{
  ictus__disc *d = &a->disc[k];
  double best = INFINITY;
  int idle = 0;

  if (!ictus__shifted_factor (a->m, d))
    return false;
  for (int round = 0; round < MOST_ROUNDS; ++round)
    {
      bool all;
      double worst = 0;

      if (!ictus__shifted_round (a->m, d, a->value, a->residual))
        {
          d->filled = 0;
          return false;
        }
      all = match (a, k, d->p);
      if (all && accurate (a, d->p))
        return !intruder (a, k);
      for (size_t v = 0; v < d->p && all; ++v)
        worst = fmax (worst, a->taken[v] ? a->residual[v] : 0);
      if (all && worst < 1e-12 && worst > best / 2 && ++idle >= 2) /* rounding is more than was thought */
        return !intruder (a, k);
      if (all)
        best = fmin (best, worst);
      else if (round > 12)
        return false;
    }
  return false;
}

/* By falling real part; a pair stays together, the one with im > 0 first. */
static int
in_order (const void *x, const void *y)
{
  const double *p = x, *q = y;

  if (p[0] != q[0])
    return p[0] > q[0] ? -1 : 1;
  if (fabs (p[1]) != fabs (q[1]))
    return fabs (p[1]) < fabs (q[1]) ? -1 : 1;
  return (p[1] < q[1]) - (p[1] > q[1]);
}

/* Both of a pair have the same real part, but for rounding; what has no partner is real. */
static size_t
gather (ictus__axis *a, double *list)
{
  const double tiny = 1e-9 * a->largest;
  size_t count = 0;

  for (size_t i = 0; i < a->nmember; ++i)
    {
      double re = creal (a->member[i].at), im = cimag (a->member[i].at);
      bool both = a->disc[a->member[i].disc].both;

      if (both && im < -tiny)
        {
          size_t k = 0;

          while (k < a->nmember && !(cabs (a->member[k].at - conj (a->member[i].at)) < tiny))
            ++k;
          if (k < a->nmember)
            re = creal (a->member[k].at);
        }
      list[2 * count] = re;
      list[2 * count++ + 1] = both && fabs (im) <= tiny ? 0 : im;
      if (!both)
        {
          list[2 * count] = re;
          list[2 * count++ + 1] = -im;
        }
    }
  return count;
}

bool
ictus__axis_find (ictus__axis *a, const double *X, double *re, double *im, int *right)
{
  double *list;
  size_t count;

  if (!a->ready || !(ictus__axis_distance (a, X) <= 1.5 * a->reach))
    return false;
  if (a->nmember > 0)
    {
      bool found = ictus__shifted_load (a->m, X);

      for (size_t k = 0; k < a->ndisc && found; ++k)
        found = settle (a, (int) k);
      if (!found)
        {
          a->safety = fmin (2 * a->safety, 16 * ICTUS__AXIS_SAFETY);
          a->ready = false;
          return false;
        }
      for (size_t i = 0; i < a->nmember; ++i)
        a->member[i].at = a->member[i].next;
    }
  a->safety = fmax (ICTUS__AXIS_SAFETY, 0.95 * a->safety);
  if ((list = ictus_alloc (2 * a->n + 2, sizeof *list)) == NULL)
    return false;
  count = gather (a, list);
  qsort (list, count, 2 * sizeof *list, in_order);
  for (size_t i = 0; i < a->n; ++i)
    {
      bool known = i >= a->right && i < a->right + count;

      re[i] = known ? list[2 * (i - a->right)] : NAN;
      im[i] = known ? list[2 * (i - a->right) + 1] : NAN;
    }
  *right = (int) a->right;
  ictus_free (list);
  return count == a->count;
}
