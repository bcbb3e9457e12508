/* SPDX-License-Identifier: BSD-3-Clause */
/* Curves in two parameters: eigenvalues and the functions that vanish at points of codimension two. */
#include "dyn/dyn_codim2.h"

#include <float.h>
#include <math.h>
#include <string.h>

static bool
is_known (ictus__curve *c, const double *X)
{
  size_t bytes = (c->N + 1) * sizeof *X;

  if (c->known && memcmp (X, c->at, bytes) == 0)
    return true;
  c->known = c->known_l1 = false;
  memcpy (c->at, X, bytes);
  return false;
}

bool
ictus__curve_spectrum (ictus__curve *c, const double *X)
{
  if (is_known (c, X))
    return true;
  ictus__curve_set (c, X);
  c->known = ictus__dyn_eigenvalues (c->s, X, c->re, c->im) == ICTUS_OK;
  return c->known;
}

/* The eigenvalue nearest to a + i b, not `not`; NaN are far. */
static int
nearest (const ictus__curve *c, double a, double b, int not)
{
  int best = -1;
  double least = INFINITY;

  for (int i = 0; i < (int) c->n; ++i)
    {
      double d = hypot (c->re[i] - a, c->im[i] - b);

      if (i != not && d < least)
        {
          least = d;
          best = i;
        }
    }
  return best;
}

/* Those that are critical all along: out[1] is -1 on curves of folds. */
static void
critical (const ictus__curve *c, const double *X, int out[2])
{
  double omega;

  out[1] = -1;
  if (!c->hopf)
    {
      out[0] = nearest (c, 0, 0, -1);
      return;
    }
  omega = c->turn * sqrt (fabs (X[c->n]));
  out[0] = X[c->n] > 0 ? nearest (c, 0, omega, -1) : nearest (c, omega, 0, -1);
  out[1] = X[c->n] > 0 ? nearest (c, 0, -omega, out[0]) : nearest (c, -omega, 0, out[0]);
}

int
ictus__curve_unstable (const ictus__curve *c, const double *X)
{
  int out[2], count = 0;

  critical (c, X, out);
  for (int i = 0; i < (int) c->n; ++i)
    count += i != out[0] && i != out[1] && c->re[i] > 0;
  return count;
}

/* With i the first of a pair of which both are left, twice its real part; real ones are summed two by two. Sums of other kinds are
   complex: they come in conjugate pairs, whose product is positive, and vanish together only by more than one coincidence. */
typedef struct sums
{
  double least;    /* modulus */
  double omega;    /* of the least: 0 of two real ones */
  int sign;        /* of the product */
} sums;

static void
take_sum (sums *s, double sum, double omega)
{
  s->sign *= sum < 0 ? -1 : 1;
  if (fabs (sum) < s->least)
    {
      s->least = fabs (sum);
      s->omega = omega;
    }
}

static sums
add_up (const ictus__curve *c, const double *X)
{
  sums s = { .least = INFINITY, .sign = 1 };
  int n = (int) c->n, out[2];

  critical (c, X, out);
  for (int i = 0; i < n; ++i)
    {
      bool real = c->im[i] == 0;

      if (i == out[0] || i == out[1])
        continue;
      if (c->im[i] > 0 && i + 1 < n && i + 1 != out[0] && i + 1 != out[1])
        take_sum (&s, 2 * c->re[i], c->im[i]);
      for (int k = i + 1; real && k < n; ++k)
        if (c->im[k] == 0 && k != out[0] && k != out[1])
          take_sum (&s, c->re[i] + c->re[k], 0);
    }
  return s;
}

double
ictus__curve_pair (const ictus__curve *c, const double *X)
{
  return add_up (c, X).omega;
}

static double
pair_test (const ictus__curve *c, const double *X)
{
  sums s = add_up (c, X);

  return isfinite (s.least) ? s.sign * s.least : 1;
}

/* Sign of the determinant without the critical pair, times the least modulus. */
static double
zero_test (const ictus__curve *c, const double *X)
{
  int out[2], sign = 1;
  double least = INFINITY;

  critical (c, X, out);
  for (int i = 0; i < (int) c->n; ++i)
    if (i != out[0] && i != out[1])
      {
        if (c->im[i] == 0 && c->re[i] < 0)
          sign = -sign;
        least = fmin (least, hypot (c->re[i], c->im[i]));
      }
  return isfinite (least) ? sign * least : 1;
}

/* w' B(v, v) / 2 and w' v, of vectors of length 1 in scaled states. */
static bool
fold_tests (ictus__curve *c, const double *X, double *phi)
{
  size_t n = c->n;
  double vv = 0, ww = 0, wv = 0, a = 0;

  if (!ictus__curve_kernel (c, X))
    return false;
  for (size_t i = 0; i < n; ++i)
    {
      vv += c->v[i] * c->v[i];
      ww += c->w[i] * c->w[i];
      wv += c->w[i] * c->v[i];
      c->x[i] = c->v[i] * c->s->scale[i];
    }
  ictus__curve_along (c, X, c->x);
  for (size_t j = 0; j < n; ++j)
    for (size_t i = 0; i < n; ++i)
      a += c->w[i] / c->s->scale[i] * c->D[j * n + i] * c->x[j];
  phi[0] = a / (2 * vv * sqrt (ww));
  phi[1] = wv / sqrt (vv * ww);
  phi[2] = pair_test (c, X);
  phi[3] = 1;
  return isfinite (phi[0]) && isfinite (phi[1]);
}

static double
lyapunov_test (ictus__curve *c, const double *X)
{
  if (!c->known_l1)
    {
      ictus__curve_set (c, X);
      if (!(X[c->n] > 0) || ictus__first_lyapunov (c->s, X, c->turn * sqrt (X[c->n]), &c->l1) != ICTUS_OK)
        c->l1 = NAN;
      c->known_l1 = true;
    }
  return c->l1;
}

bool
ictus__curve_test (void *self, const double *X, const double *T, double *phi)
{
  ictus__curve *c = self;

  (void) T;
  if (!ictus__curve_spectrum (c, X))
    return false;
  ictus__curve_set (c, X);
  if (!c->hopf)
    return fold_tests (c, X, phi);
  phi[0] = X[c->n];
  phi[1] = lyapunov_test (c, X);
  phi[2] = zero_test (c, X);
  phi[3] = pair_test (c, X);
  return true;
}
