/* SPDX-License-Identifier: BSD-3-Clause */
/* Functions that models use and libm lacks. Compiled into the library, and put as text into emitted files. */
#include <math.h>

#define ICTUS_K static inline __attribute__ ((unused)) double

ICTUS_K
ictus_k_sign (double x)
{
  return (double) ((x > 0) - (x < 0));
}

ICTUS_K
ictus_k_heav (double x)
{
  return x >= 0 ? 1.0 : 0.0;
}

/* NaN stays NaN, unlike fmin and fmax */
ICTUS_K
ictus_k_min (double a, double b)
{
  return a < b || a != a ? a : b;
}

ICTUS_K
ictus_k_max (double a, double b)
{
  return a > b || a != a ? a : b;
}

/* remainder with the sign of y: in [0, y) */
ICTUS_K
ictus_k_mod (double x, double y)
{
  double r = fmod (x, y);

  return r != 0 && (r < 0) != (y < 0) ? r + y : r;
}

/* x / (exp(x) - 1). Beyond 700 exp(x) overflows long before the quotient underflows. */
ICTUS_K
ictus_k_xoverexpm1 (double x)
{
  if (x == 0)
    return 1;
  if (x > 1500)
    return 0;
  if (x > 700)
    return x * exp (-0.5 * x) * exp (-0.5 * x);
  return x / expm1 (x);
}

/* Its derivative, the sum of B(n) x^(n-1) / (n-1)! with the Bernoulli numbers B; away from 0
   (1 - x - g) / (exp(x) - 1) = (1 - g(-x)) / (exp(x) - 1), whichever does not cancel. */
ICTUS_K
ictus_k_xoverexpm1_d (double x)
{
  static const double c[] = { 0.16666666666666666, -0.0055555555555555558, 0.00019841269841269841,
                              -6.613756613756614e-06, 2.0876756987868099e-07, -6.3410281664249915e-09,
                              1.8735551142958551e-10, -5.4234884741161323e-12, 1.5454911701300119e-13,
                              -4.3497373971161234e-15, 1.2119806222392504e-16, -3.3490715245950057e-18,
                              9.1902383030366152e-20 };
  double s = 0, z = x * x;

  if (x > 1500)
    return 0;
  if (x < -700)
    return -1;
  if (x > 700)
    return (1 - x) * exp (-0.5 * x) * exp (-0.5 * x);
  if (x > 1)
    return (1 - x - x / expm1 (x)) / expm1 (x);
  if (x < -1)
    return (1 + x / expm1 (-x)) / expm1 (x);
  for (int i = (int) (sizeof c / sizeof *c) - 1; i >= 0; --i)
    s = s * z + c[i];
  return -0.5 + x * s;
}

/* (exp(x) - 1) / x */
ICTUS_K
ictus_k_exprel (double x)
{
  if (x == 0)
    return 1;
  if (x > 1500)
    return (double) INFINITY;
  if (x > 700)
    return exp (0.5 * x) / x * exp (0.5 * x);
  return expm1 (x) / x;
}

/* Its derivative, the sum of (n+1) x^n / (n+2)! */
ICTUS_K
ictus_k_exprel_d (double x)
{
  double s = 0;

  if (x > 1500)
    return (double) INFINITY;
  if (x > 700)
    return exp (0.5 * x) / x * (1 - 1 / x) * exp (0.5 * x);
  if (x > 1 || x < -1)
    return (exp (x) - expm1 (x) / x) / x;
  for (int n = 20; n >= 0; --n)
    s = (double) (n + 1) + s * x / (double) (n + 3); /* sum over k >= n of (k+1) x^(k-n) (n+2)! / (k+2)! */
  return 0.5 * s;
}
