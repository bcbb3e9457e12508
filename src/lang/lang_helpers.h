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

/* ---- tables: n values at lo, lo + h, ...; NaN stays NaN --------------------------------------------------- */

static inline __attribute__ ((unused)) int
ictus_k_place (double s, int n) /* the interval of s, the first or the last one outside */
{
  return s > 0 ? (s < n - 1 ? (int) s : n - 2) : 0;
}

ICTUS_K
ictus_k_table (double x, const double *v, int n, double lo, double h)
{
  double s = (x - lo) / h;
  int i = ictus_k_place (s, n);

  return n < 2 ? v[0] : v[i] + (v[i + 1] - v[i]) * (s - i);
}

ICTUS_K
ictus_k_slope (double x, const double *v, int n, double lo, double h)
{
  int i = ictus_k_place ((x - lo) / h, n);

  return n < 2 ? 0 : (v[i + 1] - v[i]) / h;
}

/* Constant between the arguments, but beyond the ends linear like the other, as XPPAUT has it. */
ICTUS_K
ictus_k_steps (double x, const double *v, int n, double lo, double h)
{
  double s = (x - lo) / h;

  return s >= 0 && s < n - 1 ? v[(int) s] : ictus_k_table (x, v, n, lo, h);
}

ICTUS_K
ictus_k_steps_slope (double x, const double *v, int n, double lo, double h)
{
  double s = (x - lo) / h;

  return s >= 0 && s < n - 1 ? 0 : ictus_k_slope (x, v, n, lo, h);
}

/* ---- special functions ------------------------------------------------------------------------------------ */

ICTUS_K
ictus_k_lgamma (double x)
{
  return lgamma (x);
}

/* Derivative of lgamma: upwards by the recurrence, then the asymptotic series; below 0 by reflection. */
ICTUS_K
ictus_k_digamma (double x)
{
  double s = 0, z;

  if (x <= 0)
    {
      if (x == floor (x))
        return (double) NAN;
      s = -3.14159265358979323846 / tan (3.14159265358979323846 * (x - floor (x)));
      x = 1 - x;
    }
  for (; x < 12; x += 1)
    s -= 1 / x;
  z = 1 / (x * x);
  s += log (x) - 0.5 / x;
  return s - z * (1.0 / 12 - z * (1.0 / 120 - z * (1.0 / 252 - z * (1.0 / 240 - z * (1.0 / 132 - z * 691.0 / 32760)))));
}

/* The order as a whole number, cut as XPPAUT does. */
static inline __attribute__ ((unused)) int
ictus_k_order (double n)
{
  return n > -1e6 && n < 1e6 ? (int) n : 0;
}

ICTUS_K
ictus_k_besselj (double n, double x)
{
  return n != n ? n : jn (ictus_k_order (n), x);
}

ICTUS_K
ictus_k_bessely (double n, double x)
{
  return n != n ? n : yn (ictus_k_order (n), x);
}

/* The series, all of whose terms have one sign. */
ICTUS_K
ictus_k_besseli (double n, double x)
{
  int m = ictus_k_order (n), k = m < 0 ? -m : m;
  double h = 0.5 * fabs (x), term = 1, sum;

  if (n != n || x != x)
    return n + x;
  if (h > 400)
    return x < 0 && k % 2 == 1 ? -(double) INFINITY : (double) INFINITY;
  for (int i = 1; i <= k && term > 0; ++i)
    term *= h / i;
  sum = term;
  for (int i = 1; term > sum * 1e-18; ++i)
    {
      term *= h / i * (h / (i + k));
      sum += term;
    }
  return x < 0 && k % 2 == 1 ? -sum : sum;
}

/* z with the standard normal distribution function u, by Newton's method from the tails inwards. */
ICTUS_K
ictus_k_normal_quantile (double u)
{
  double q = u < 0.5 ? u : 1 - u, z = 0;

  if (!(q > 0))
    return u != u ? u : u < 0.5 ? -(double) INFINITY : (double) INFINITY;
  if (q < 0.1)
    z = sqrt (-2 * log (q));
  for (int i = 0; i < 40; ++i)
    {
      double d = (0.5 * erfc (z * 0.70710678118654752440) - q) * 2.50662827463100050242 * exp (0.5 * z * z);

      z += d / (1 - 0.5 * z * d);
      if (fabs (d) <= 1e-14 * (1 + fabs (z)))
        break;
    }
  return u < 0.5 ? -z : z;
}

/* The number of events of mean m that u in (0, 1) stands for: the least k whose distribution function reaches u; beyond
   500 by the expansion around the normal distribution, whose error is far below the distance of neighbours. */
ICTUS_K
ictus_k_poisson (double m, double u)
{
  double p, sum, k = 0, z;

  if (!(m > 0))
    return m != m ? m : 0;
  if (m > 500)
    {
      z = ictus_k_normal_quantile (u);
      k = floor (m + sqrt (m) * z + (z * z + 2) / 6 + 0.5 / sqrt (m) * (z - z * z * z) / 36);
      return k > 0 ? k : 0;
    }
  p = exp (-m);
  for (sum = p; sum < u && k < 2000; sum += p)
    {
      k += 1;
      p *= m / k;
    }
  return k;
}
