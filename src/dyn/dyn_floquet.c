/* SPDX-License-Identifier: BSD-3-Clause */
/* Floquet multipliers of a cycle: mu with A v + mu B v = 0, where A u(0) + B u(1) = 0 holds for every variation. */
#include "dyn/dyn_cycle.h"

#include <math.h>
#include <string.h>

#define FAR 1e300 /* a multiplier beyond the numbers: 1 / 0 of the pencil */
#define BAD 1e-2  /* where the trivial multiplier is farther from 1 than this, the others mean nothing */

extern void dggev_ (const char *jobvl, const char *jobvr, const int *n, double *a, const int *lda, double *b, const int *ldb,
                    double *alphar, double *alphai, double *beta, double *vl, const int *ldvl, double *vr, const int *ldvr,
                    double *work, const int *lwork, int *info, size_t, size_t);

static double
modulus (const ictus__colloc *c, int i)
{
  return hypot (c->re[i], c->im[i]);
}

/* Does re + i im stand before the one at k? */
static bool
goes_before (const ictus__colloc *c, double re, double im, int k)
{
  const double size = hypot (re, im), other = modulus (c, k);

  return other < size * (1 - 1e-14) || (other <= size * (1 + 1e-14) && c->re[k] == re && c->im[k] < im);
}

/* By falling modulus; of a pair the one with im > 0 first. */
static void
sort (ictus__colloc *c)
{
  for (int i = 1; i < c->n; ++i)
    {
      const double re = c->re[i], im = c->im[i];
      int k = i;

      for (; k > 0 && goes_before (c, re, im, k - 1); --k)
        {
          c->re[k] = c->re[k - 1];
          c->im[k] = c->im[k - 1];
        }
      c->re[k] = re;
      c->im[k] = im;
    }
}

/* The one nearest to 1. Where two have met there, rounding may make them a pair: they are real then, one of them 1. */
static void
find_trivial (ictus__colloc *c)
{
  double best = HUGE_VAL;

  for (int i = 0; i < c->n; ++i)
    if (hypot (c->re[i] - 1, c->im[i]) < best)
      {
        best = hypot (c->re[i] - 1, c->im[i]);
        c->trivial = i;
      }
  if (c->im[c->trivial] != 0 && best < 1e-2)
    {
      const int i = c->trivial, other = c->im[i] > 0 ? i + 1 : i - 1;

      if (other < 0 || other >= c->n)
        return;
      c->re[other] = c->re[i] * c->re[i] + c->im[i] * c->im[i];
      c->re[i] = 1;
      c->im[i] = c->im[other] = 0;
    }
  c->deviation = best;
}

/* In the plane the formula of Liouville knows the other multiplier, however steep the cycle is. */
static void
in_the_plane (ictus__colloc *c)
{
  const double mu = exp (fmin (c->divergence, 690));

  c->trivial = mu > 1;
  c->re[c->trivial] = 1;
  c->re[1 - c->trivial] = mu;
  c->im[0] = c->im[1] = c->deviation = 0;
}

ictus_err
ictus__floquet (ictus__colloc *c)
{
  const int n = c->n, one = 1, lwork = 8 * n + 16;
  const size_t nn = (size_t) n * (size_t) n;
  double *a = c->work, *b = a + nn, *beta = b + nn, *work = beta + n;
  int info = 0;

  if (n == 2)
    {
      in_the_plane (c);
      return ICTUS_OK;
    }
  for (size_t i = 0; i < nn; ++i)
    {
      a[i] = -c->A[i];
      b[i] = c->B[i];
    }
  dggev_ ("N", "N", &n, a, &n, b, &n, c->re, c->im, beta, NULL, &one, NULL, &one, work, &lwork, &info, 1, 1);
  if (info != 0)
    return ICTUS_FAIL (ICTUS_E_SOLVER, "Floquet multipliers were not found (LAPACK's dggev: %d)", info);
  for (int i = 0; i < n; ++i)
    {
      const double size = hypot (c->re[i], c->im[i]);

      if (fabs (beta[i]) * FAR <= size)
        {
          c->re[i] = copysign (FAR, c->re[i]);
          c->im[i] = 0;
          continue;
        }
      c->re[i] /= beta[i];
      c->im[i] /= beta[i];
      if (c->im[i] < 0 && i > 0 && c->im[i - 1] > 0) /* of a pair, whose betas differ: its conjugate to the last bit */
        {
          c->re[i] = c->re[i - 1];
          c->im[i] = -c->im[i - 1];
        }
    }
  sort (c);
  find_trivial (c);
  return ICTUS_OK;
}

double
ictus__floquet_fold (const ictus__colloc *c)
{
  double phi = 1;

  for (int i = 0; i < c->n; ++i)
    if (i != c->trivial)
      phi *= c->im[i] == 0 ? (c->re[i] - 1) / (1 + fabs (c->re[i])) : hypot (c->re[i] - 1, c->im[i]) / (1 + modulus (c, i));
  return phi;
}

bool
ictus__floquet_known (const ictus__colloc *c)
{
  return c->deviation < BAD;
}

static bool
outside (const ictus__colloc *c, int i)
{
  return i != c->trivial && modulus (c, i) > 1 + fmax (1e-8, 4 * fmin (c->deviation, 1e-4));
}

int
ictus__floquet_unstable (const ictus__colloc *c)
{
  int count = 0;

  for (int i = 0; i < c->n; ++i)
    count += outside (c, i);
  return count;
}

int
ictus__floquet_beside (const ictus__colloc *c, ictus_dyn_type type)
{
  const int all = ictus__floquet_unstable (c);
  const double at = type == ICTUS_DYN_DOUBLING ? -1 : 1;
  double best = HUGE_VAL;
  int one = -1, other = -1;

  for (int i = 0; i < c->n; ++i)
    for (int k = type == ICTUS_DYN_TORUS ? i + 1 : i; k < (type == ICTUS_DYN_TORUS ? c->n : i + 1); ++k)
      if (i != c->trivial && k != c->trivial)
        {
          const double re = i == k ? c->re[i] : c->re[i] * c->re[k] - c->im[i] * c->im[k],
                       im = i == k ? c->im[i] : c->re[i] * c->im[k] + c->im[i] * c->re[k], far = hypot (re - at, im);

          if (far < best)
            {
              best = far;
              one = i;
              other = k;
            }
        }
  if (one < 0)
    return all;
  return all - outside (c, one) - (other != one && outside (c, other));
}

double
ictus__floquet_doubling (const ictus__colloc *c)
{
  double phi = 1;

  for (int i = 0; i < c->n; ++i)
    if (c->im[i] == 0)
      phi *= i == c->trivial ? 1 : (c->re[i] + 1) / (1 + fabs (c->re[i]));
    else
      phi *= hypot (c->re[i] + 1, c->im[i]) / (1 + modulus (c, i)); /* twice in a pair: positive */
  return phi;
}

double
ictus__floquet_torus (const ictus__colloc *c)
{
  double phi = 1;

  for (int i = 0; i < c->n; ++i)
    for (int k = i + 1; k < c->n; ++k)
      if (i != c->trivial && k != c->trivial)
        {
          const double size = modulus (c, i) * modulus (c, k), re = c->re[i] * c->re[k] - c->im[i] * c->im[k],
                       im = c->re[i] * c->im[k] + c->im[i] * c->re[k];
          const bool real = im == 0 || (c->re[i] == c->re[k] && c->im[i] == -c->im[k]);

          if (!(size < 1e100))
            continue; /* far outside: no sign but + */
          /* products of members of different pairs come with their conjugates: positive together */
          phi *= real ? (re - 1) / (1 + size) : hypot (re - 1, im) / (1 + size);
        }
  return phi;
}

bool
ictus__floquet_is_torus (const ictus__colloc *c, double *angle)
{
  double best = HUGE_VAL;
  bool pair = false;

  for (int i = 0; i < c->n; ++i)
    for (int k = i + 1; k < c->n; ++k)
      if (i != c->trivial && k != c->trivial)
        {
          const double far = hypot (c->re[i] * c->re[k] - c->im[i] * c->im[k] - 1, c->re[i] * c->im[k] + c->im[i] * c->re[k]);

          if (far < best)
            {
              best = far;
              pair = c->im[i] != 0 && c->im[k] == -c->im[i];
              *angle = atan2 (fabs (c->im[i]), c->re[i]);
            }
        }
  return pair && best < 1e-3;
}

ictus_err
ictus__floquet_flip (ictus__colloc *c, ictus__cycle *d)
{
  const int n = c->n, one = 1, lwork = 8 * n + 16;
  const size_t nn = (size_t) n * (size_t) n, end = ictus__colloc_nodes (c) - 1;
  double *a = ictus_alloc (3 * nn + 12 * (size_t) n + 16, sizeof *a), *b, *vr, *re, *im, *beta, *work, norm;
  int info = 0, which = 0;

  if (a == NULL)
    return ICTUS_E_NOMEM;
  b = a + nn;
  vr = b + nn;
  re = vr + nn;
  im = re + n;
  beta = im + n;
  work = beta + n;
  for (size_t i = 0; i < nn; ++i)
    {
      a[i] = -c->A[i];
      b[i] = c->B[i];
    }
  dggev_ ("N", "V", &n, a, &n, b, &n, re, im, beta, NULL, &one, vr, &n, work, &lwork, &info, 1, 1);
  if (info != 0)
    {
      ictus_free (a);
      return ICTUS_FAIL (ICTUS_E_SOLVER, "Floquet multipliers were not found (LAPACK's dggev: %d)", info);
    }
  for (int i = 1; i < n; ++i)
    if (hypot (re[i] + beta[i], im[i]) * fabs (beta[which]) < hypot (re[which] + beta[which], im[which]) * fabs (beta[i]))
      which = i;
  for (int i = 0; i < n; ++i)
    re[i] = -vr[which * n + i];
  ictus__colloc_variation (c, vr + which * n, re, d);
  memcpy (d->u + end * (size_t) n, re, (size_t) n * sizeof *re);
  norm = sqrt (ictus__cycle_dot (c, d, d));
  ictus__cycle_scale (c, 1 / norm, d);
  ictus_free (a);
  return ICTUS_OK;
}
