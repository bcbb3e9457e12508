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

/* ---- in loops over equations: without branches, so that compilers can take many at a time ------------------------------ */

/* What holds such loops is compiled for several processors; without contraction its bits are the same on all. */
#if defined __x86_64__ && defined __gnu_linux__ && __GNUC__ >= 12 && !defined __clang__ && !defined __SANITIZE_ADDRESS__
#define ICTUS_LOOPS                                                                          \
  __attribute__ ((noinline, target_clones ("default", "arch=x86-64-v3", "arch=x86-64-v4"), \
                  optimize ("tree-vectorize", "vect-cost-model=dynamic")))
#else
#define ICTUS_LOOPS __attribute__ ((noinline))
#endif
#define ICTUS_IN_LOOP static inline __attribute__ ((always_inline, unused))

/* exp(x) = 2^n (1 + p), p = exp(r) - 1 to the last digits, |r| <= log(2) / 2, for |x| <= 1400: as lane_split of
   lane_helpers.h, a product and a sum being two roundings. */
typedef struct ictus_k_parts
{
  double p, n;
} ictus_k_parts;

ICTUS_IN_LOOP ictus_k_parts
ictus_k_split (double x)
{
  const double round = 6755399441055744.0; /* 1.5 * 2^52 */
  const double n = (x * 1.4426950408889634 + round) - round;
  const double r = (x - n * 0.69314718036912382) - n * 1.9082149292705877e-10; /* the first product is exact */
  const double z = r * r, w = z * z;
  const double a = r * 0.1666666666666667 + 0.5;
  const double b = r * 0.008333333333326129 + 0.04166666666666667;
  const double c = r * 0.00019841269874840768 + 0.0013888888888883744;
  const double d = r * 2.7557255374658744e-06 + 2.4801587325562125e-05;
  const double e = r * 2.510522763655176e-08 + 2.755727362486648e-07;
  const double h = z * 2.0914694560351592e-09 + e;
  const double q = (h * w + (d * z + c)) * w + (b * z + a);

  return (ictus_k_parts) { z * q + r, n };
}

/* 2^n for a whole n, |n| <= 1022 */
ICTUS_IN_LOOP double
ictus_k_pow2 (double n)
{
  union
  {
    double v;
    unsigned long long i;
  } u = { n + (6755399441055744.0 + 1023) };

  u.i <<= 52;
  return u.v;
}

/* x 2^n in two factors, so that it overflows, or loses digits, where the result does */
ICTUS_IN_LOOP double
ictus_k_scale (double x, double n)
{
  const double k = (n * 0.5 + 6755399441055744.0) - 6755399441055744.0;

  return x * ictus_k_pow2 (k) * ictus_k_pow2 (n - k);
}

/* NaN stays NaN */
ICTUS_IN_LOOP double
ictus_k_cut (double x, double low, double high)
{
  const double y = x > high ? high : x;

  return y < low ? low : y;
}

ICTUS_IN_LOOP double
ictus_k_loop_exp (double x)
{
  const ictus_k_parts s = ictus_k_split (ictus_k_cut (x, -1400, 1400));

  return ictus_k_scale (1.0 + s.p, s.n);
}

/* x / (exp(x) - 1) = x 2^-n / (p + (1 - 2^-n)) */
ICTUS_IN_LOOP double
ictus_k_loop_xoverexpm1 (double x)
{
  const ictus_k_parts s = ictus_k_split (ictus_k_cut (x, -700, 1400));
  const double top = x > 1400 ? 1400 : x, q = s.p + (1.0 - ictus_k_scale (1.0, -s.n));
  const double far = ictus_k_scale (top / q, -s.n);

  return x == 0 ? 1.0 : far;
}

/* ---- their derivatives, and others --------------------------------------------------------------------------------- */

/* The derivative of x / (exp(x) - 1), the sum of B(n) x^(n-1) / (n-1)! with the Bernoulli numbers B; away from 0
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
