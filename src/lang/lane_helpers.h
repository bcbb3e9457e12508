/* SPDX-License-Identifier: BSD-3-Clause */
/* Vectors as long as the registers of the level that the compiler was told, and the functions that models use, for
 * each of their elements. Put as text into emitted lane files, behind kernel.h. exp and what models
 * make of it is computed in line, since a call costs all registers; log, tanh, pow and the like come from SLEEF; where those
 * have a smaller range than the scalar ones, it is restored here. */
#include <math.h>
#include <stdint.h>

#if defined __AVX512F__ && defined __AVX512DQ__ && defined __AVX512VL__
#define LANE_LEVEL 4
#define LANE_N 8
#elif defined __AVX2__ && defined __FMA__
#define LANE_LEVEL 3
#define LANE_N 4
#elif defined __SSE4_2__
#define LANE_LEVEL 2
#define LANE_N 2
#else
#define LANE_LEVEL 1
#define LANE_N 2
#endif
#if LANE_LEVEL > 1
#include <immintrin.h>
#endif

#define LANE_PASTE_(a, b) a##_v##b
#define LANE_PASTE(a, b) LANE_PASTE_ (a, b)
#define LANE_LEVELED(name) LANE_PASTE (name, LANE_LEVEL)

typedef double lane_v __attribute__ ((vector_size (8 * LANE_N)));
typedef int64_t lane_i __attribute__ ((vector_size (8 * LANE_N)));
typedef double lane_mem __attribute__ ((vector_size (8 * LANE_N), aligned (8), may_alias)); /* anywhere */

#define LANE_F static inline __attribute__ ((always_inline, unused))
#define LANE_V LANE_F lane_v
#if defined LANE_LARGE /* the model is: what is long is called */
#define LANE_LONG static __attribute__ ((noinline, unused)) lane_v
#else
#define LANE_LONG LANE_V
#endif

LANE_V
lane_load (const double *x)
{
  return *(const lane_mem *) x;
}

LANE_F void
lane_store (double *x, lane_v v)
{
  *(lane_mem *) x = v;
}

LANE_V
lane_all (double x)
{
#if LANE_LEVEL == 4
  return (lane_v) { x, x, x, x, x, x, x, x };
#elif LANE_LEVEL == 3
  return (lane_v) { x, x, x, x };
#else
  return (lane_v) { x, x };
#endif
}

LANE_F lane_i
lane_alli (int64_t x)
{
#if LANE_LEVEL == 4
  return (lane_i) { x, x, x, x, x, x, x, x };
#elif LANE_LEVEL == 3
  return (lane_i) { x, x, x, x };
#else
  return (lane_i) { x, x };
#endif
}

/* ---- conditions: bits in a mask register, or elements of all ones and all zeros ------------------------------- */

#if LANE_LEVEL == 4
typedef __mmask8 lane_c;
#define LANE_COMPARE(name, code, op)                                            \
  LANE_F lane_c lane_##name (lane_v a, lane_v b)                                \
  {                                                                             \
    return _mm512_cmp_pd_mask ((__m512d) a, (__m512d) b, code);                 \
  }
#else
typedef lane_i lane_c;
#define LANE_COMPARE(name, code, op)             \
  LANE_F lane_c lane_##name (lane_v a, lane_v b) \
  {                                              \
    return (lane_c) (a op b);                    \
  }
#endif
LANE_COMPARE (lt, _CMP_LT_OQ, <)
LANE_COMPARE (le, _CMP_LE_OQ, <=)
LANE_COMPARE (eq, _CMP_EQ_OQ, ==)
LANE_COMPARE (ne, _CMP_NEQ_UQ, !=)

LANE_F lane_c
lane_and (lane_c a, lane_c b)
{
  return (lane_c) (a & b);
}

LANE_F lane_c
lane_or (lane_c a, lane_c b)
{
  return (lane_c) (a | b);
}

LANE_F lane_c
lane_not (lane_c a)
{
  return (lane_c) ~a;
}

/* c ? a : b */
LANE_V
lane_if (lane_c c, lane_v a, lane_v b)
{
#if LANE_LEVEL == 4
  return (lane_v) _mm512_mask_blend_pd (c, (__m512d) b, (__m512d) a);
#elif LANE_LEVEL == 3
  return (lane_v) _mm256_blendv_pd ((__m256d) b, (__m256d) a, (__m256d) c);
#elif LANE_LEVEL == 2
  return (lane_v) _mm_blendv_pd ((__m128d) b, (__m128d) a, (__m128d) c);
#else
  return (lane_v) ((c & (lane_i) a) | (~c & (lane_i) b));
#endif
}

/* 1 where it holds, else 0 */
LANE_V
lane_truth (lane_c c)
{
  return lane_if (c, lane_all (1.0), lane_all (0.0));
}

/* ---- what there are instructions for --------------------------------------------------------------------------- */

/* a * b + c, in one rounding where there is an instruction: for series only */
LANE_V
lane_fma (lane_v a, lane_v b, lane_v c)
{
#if LANE_LEVEL == 4
  return (lane_v) _mm512_fmadd_pd ((__m512d) a, (__m512d) b, (__m512d) c);
#elif LANE_LEVEL == 3
  return (lane_v) _mm256_fmadd_pd ((__m256d) a, (__m256d) b, (__m256d) c);
#else
  return a * b + c;
#endif
}

LANE_V
lane_fabs (lane_v x)
{
  return (lane_v) ((lane_i) x & lane_alli (INT64_MAX));
}

#if LANE_LEVEL == 4
LANE_V
lane_sqrt (lane_v x)
{
  return (lane_v) _mm512_sqrt_pd ((__m512d) x);
}

LANE_V
lane_floor (lane_v x)
{
  return (lane_v) _mm512_roundscale_pd ((__m512d) x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}

LANE_V
lane_ceil (lane_v x)
{
  return (lane_v) _mm512_roundscale_pd ((__m512d) x, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC);
}
#elif LANE_LEVEL == 3
LANE_V
lane_sqrt (lane_v x)
{
  return (lane_v) _mm256_sqrt_pd ((__m256d) x);
}

LANE_V
lane_floor (lane_v x)
{
  return (lane_v) _mm256_floor_pd ((__m256d) x);
}

LANE_V
lane_ceil (lane_v x)
{
  return (lane_v) _mm256_ceil_pd ((__m256d) x);
}
#elif LANE_LEVEL == 2
LANE_V
lane_sqrt (lane_v x)
{
  return (lane_v) _mm_sqrt_pd ((__m128d) x);
}

LANE_V
lane_floor (lane_v x)
{
  return (lane_v) _mm_floor_pd ((__m128d) x);
}

LANE_V
lane_ceil (lane_v x)
{
  return (lane_v) _mm_ceil_pd ((__m128d) x);
}
#endif

/* ---- exp and its kin ------------------------------------------------------------------------------------------- */

/* SLEEF's deterministic functions: the others look at all lanes together to choose the reduction of sin, cos and tan, so that
   a neighbour would change last bits. */
#if LANE_LEVEL == 4
#define LANE_SLEEF(f, accuracy) Sleef_finz_##f##d8_##accuracy##avx512f
#elif LANE_LEVEL == 3
#define LANE_SLEEF(f, accuracy) Sleef_finz_##f##d4_##accuracy##avx2
#elif LANE_LEVEL == 2
#define LANE_SLEEF(f, accuracy) Sleef_cinz_##f##d2_##accuracy##sse4
#endif
#if LANE_LEVEL > 1
#define LANE_UNARY(name, f, accuracy)                                              \
  extern lane_v LANE_SLEEF (f, accuracy) (lane_v) __attribute__ ((const)); \
  LANE_V lane_##name (lane_v x) { return LANE_SLEEF (f, accuracy) (x); }
#define LANE_BINARY(name, f, accuracy)                                                     \
  extern lane_v LANE_SLEEF (f, accuracy) (lane_v, lane_v) __attribute__ ((const)); \
  LANE_V lane_##name (lane_v x, lane_v y) { return LANE_SLEEF (f, accuracy) (x, y); }
#else /* one element after the other */
#define LANE_UNARY(name, f, accuracy)      \
  LANE_V lane_##name (lane_v x)            \
  {                                        \
    return (lane_v) { f (x[0]), f (x[1]) }; \
  }
#define LANE_BINARY(name, f, accuracy)                   \
  LANE_V lane_##name (lane_v x, lane_v y)                \
  {                                                      \
    return (lane_v) { f (x[0], y[0]), f (x[1], y[1]) }; \
  }
LANE_UNARY (sqrt, sqrt, )
LANE_UNARY (floor, floor, )
LANE_UNARY (ceil, ceil, )
#endif
LANE_UNARY (sin, sin, u10)
LANE_UNARY (cos, cos, u10)
LANE_UNARY (tan, tan, u10)
LANE_UNARY (asin, asin, u10)
LANE_UNARY (acos, acos, u10)
LANE_UNARY (atan, atan, u10)
LANE_UNARY (near_sinh, sinh, u10)
LANE_UNARY (near_cosh, cosh, u10)
LANE_UNARY (tanh, tanh, u10)
LANE_UNARY (log, log, u10)
LANE_UNARY (log10, log10, u10)
LANE_UNARY (erf, erf, u10)
LANE_UNARY (erfc, erfc, u15)
LANE_BINARY (pow, pow, u10)
LANE_BINARY (atan2, atan2, u10)
LANE_BINARY (fmod, fmod, )

/* ---- functions of the language ---------------------------------------------------------------------------------- */

LANE_V
lane_sign (lane_v x)
{
  const lane_v o = lane_all (0.0);

  return lane_truth (lane_lt (o, x)) - lane_truth (lane_lt (x, o));
}

LANE_V
lane_heav (lane_v x)
{
  return lane_truth (lane_le (lane_all (0.0), x));
}

/* NaN stays NaN */
LANE_V
lane_min (lane_v a, lane_v b)
{
  return lane_if (lane_or (lane_lt (a, b), lane_ne (a, a)), a, b);
}

LANE_V
lane_max (lane_v a, lane_v b)
{
  return lane_if (lane_or (lane_lt (b, a), lane_ne (a, a)), a, b);
}

/* 1 where it holds for any lane */
LANE_F int
lane_any (lane_c c)
{
#if LANE_LEVEL == 4
  return c != 0;
#else
  int any = 0;

  for (int i = 0; i < LANE_N; ++i)
    any |= c[i] != 0;
  return any;
#endif
}

/* Where the quotient is too large or y too small for the vector function; exact like that one. */
static __attribute__ ((noinline, unused)) lane_v
lane_slow_fmod (lane_v x, lane_v y, lane_v r)
{
  for (int i = 0; i < LANE_N; ++i)
    if (r[i] != r[i])
      r[i] = fmod (x[i], y[i]);
  return r;
}

/* remainder with the sign of y: in [0, y) */
LANE_LONG
lane_mod (lane_v x, lane_v y)
{
  const lane_v o = lane_all (0.0), first = lane_fmod (x, y);
  const lane_c odd = lane_and (lane_ne (first, first), lane_and (lane_eq (x - x, o), lane_and (lane_eq (y, y), lane_ne (y, o))));
  const lane_v r = lane_any (odd) ? lane_slow_fmod (x, y, first) : first;
  const lane_v unlike = lane_truth (lane_lt (r, o)) - lane_truth (lane_lt (y, o));

  return lane_if (lane_and (lane_ne (r, o), lane_ne (unlike, o)), r + y, r);
}

/* x, but not above high; NaN stays NaN */
LANE_V
lane_upto (lane_v x, double high)
{
#if LANE_LEVEL == 4
  return (lane_v) _mm512_min_pd ((__m512d) lane_all (high), (__m512d) x);
#elif LANE_LEVEL == 3
  return (lane_v) _mm256_min_pd ((__m256d) lane_all (high), (__m256d) x);
#elif LANE_LEVEL == 2
  return (lane_v) _mm_min_pd ((__m128d) lane_all (high), (__m128d) x);
#else
  return lane_if (lane_lt (lane_all (high), x), lane_all (high), x);
#endif
}

/* nor below low */
LANE_V
lane_cut (lane_v x, double low, double high)
{
  x = lane_upto (x, high);
#if LANE_LEVEL == 4
  return (lane_v) _mm512_max_pd ((__m512d) lane_all (low), (__m512d) x);
#elif LANE_LEVEL == 3
  return (lane_v) _mm256_max_pd ((__m256d) lane_all (low), (__m256d) x);
#elif LANE_LEVEL == 2
  return (lane_v) _mm_max_pd ((__m128d) lane_all (low), (__m128d) x);
#else
  return lane_if (lane_lt (x, lane_all (low)), lane_all (low), x);
#endif
}

/* exp(x) = 2^n (1 + p), p = exp(r) - 1 to the last digits, |r| <= log(2) / 2, for |x| <= 1400. */
typedef struct lane_parts
{
  lane_v p, n;
} lane_parts;

LANE_F lane_parts
lane_split (lane_v x)
{
  const lane_v round = lane_all (6755399441055744.0); /* 1.5 * 2^52 */
  const lane_v n = lane_fma (x, lane_all (1.4426950408889634), round) - round;
  /* n times the first part of log(2) is exact */
  const lane_v r = lane_fma (n, lane_all (-1.9082149292705877e-10), lane_fma (n, lane_all (-0.69314718036912382), x));
  const lane_v z = r * r, w = z * z;
  /* (exp(r) - 1 - r) / r^2 by the polynomial of degree 10 that is 100 times better than needed */
  const lane_v a = lane_fma (r, lane_all (0.1666666666666667), lane_all (0.5));
  const lane_v b = lane_fma (r, lane_all (0.008333333333326129), lane_all (0.04166666666666667));
  const lane_v c = lane_fma (r, lane_all (0.00019841269874840768), lane_all (0.0013888888888883744));
  const lane_v d = lane_fma (r, lane_all (2.7557255374658744e-06), lane_all (2.4801587325562125e-05));
  const lane_v e = lane_fma (r, lane_all (2.510522763655176e-08), lane_all (2.755727362486648e-07));
  const lane_v h = lane_fma (z, lane_all (2.0914694560351592e-09), e);
  const lane_v q = lane_fma (lane_fma (h, w, lane_fma (d, z, c)), w, lane_fma (b, z, a));

  return (lane_parts) { lane_fma (z, q, r), n };
}

/* x 2^n for a whole n, |n| <= 2040: in two factors, so that it overflows, or loses digits, where the result does */
LANE_V
lane_scale (lane_v x, lane_v n)
{
#if LANE_LEVEL == 4
  return (lane_v) _mm512_scalef_pd ((__m512d) x, (__m512d) n);
#else
  const lane_v round = lane_all (6755399441055744.0), bias = lane_all (6755399441055744.0 + 1023);
  const lane_v k = lane_fma (n, lane_all (0.5), round) - round;

  return x * (lane_v) ((lane_i) (k + bias) << 52) * (lane_v) ((lane_i) (n - k + bias) << 52);
#endif
}

enum { LANE_LEAST = -700, LANE_MOST = 1400 }; /* below exp(x) is nothing beside 1; above all is 0 or infinite */

LANE_LONG
lane_exp (lane_v x)
{
  const lane_parts s = lane_split (lane_cut (x, -LANE_MOST, LANE_MOST));

  return lane_scale (lane_all (1.0) + s.p, s.n);
}

/* cosh and sinh are exp(|x|) / 2 beyond 700; the vector functions end before the largest number. */
LANE_V
lane_half_exp (lane_v x)
{
  const lane_parts s = lane_split (lane_cut (x, 0, LANE_MOST));

  return lane_scale (lane_all (1.0) + s.p, s.n - lane_all (1.0));
}

LANE_LONG
lane_cosh (lane_v x)
{
  const lane_v a = lane_fabs (x);

  return lane_if (lane_lt (lane_all (700.0), a), lane_half_exp (a), lane_near_cosh (x));
}

LANE_LONG
lane_sinh (lane_v x)
{
  const lane_v a = lane_fabs (x), far = lane_half_exp (a);

  return lane_if (lane_lt (lane_all (700.0), a), lane_if (lane_lt (x, lane_all (0.0)), -far, far), lane_near_sinh (x));
}

/* x / (exp(x) - 1) = x 2^-n / (p + (1 - 2^-n)), which goes to 0 only where it is 0, long after exp(x) has overflowed. */
LANE_LONG
lane_xoverexpm1 (lane_v x)
{
  const lane_v one = lane_all (1.0), top = lane_upto (x, LANE_MOST);
  const lane_parts s = lane_split (lane_cut (x, LANE_LEAST, LANE_MOST));
  const lane_v q = s.p + (one - lane_scale (one, -s.n));

  return lane_if (lane_eq (x, lane_all (0.0)), one, lane_scale (top / q, -s.n));
}

/* Its derivative: the series of lang_helpers.h near 0, elsewhere (1 - x - g) / (exp(x) - 1) for x > 0 and the same
   without cancellation, (1 - x exp(x) / (exp(x) - 1)) / (exp(x) - 1), for x < 0. */
LANE_LONG
lane_xoverexpm1_d (lane_v x)
{
  static const double c[] = { 0.16666666666666666, -0.0055555555555555558, 0.00019841269841269841,
                              -6.613756613756614e-06, 2.0876756987868099e-07, -6.3410281664249915e-09,
                              1.8735551142958551e-10, -5.4234884741161323e-12, 1.5454911701300119e-13,
                              -4.3497373971161234e-15, 1.2119806222392504e-16, -3.3490715245950057e-18,
                              9.1902383030366152e-20 };
  const lane_v one = lane_all (1.0), y = lane_cut (x, LANE_LEAST, LANE_MOST), z = x * x;
  const lane_parts s = lane_split (y);
  const lane_v small = lane_scale (one, -s.n), q = one / (s.p + (one - small)), yq = y * q;
  const lane_v top = lane_if (lane_lt (y, lane_all (0.0)), one - yq * (one + s.p), one - y - yq * small);
  lane_v near = lane_all (c[sizeof c / sizeof *c - 1]);

  for (int i = (int) (sizeof c / sizeof *c) - 2; i >= 0; --i)
    near = lane_fma (near, z, lane_all (c[i]));
  near = lane_fma (x, near, lane_all (-0.5));
  return lane_if (lane_lt (one, lane_fabs (x)), lane_scale (top * q, -s.n), near);
}

/* (exp(x) - 1) / x = 2^n (p + (1 - 2^-n)) / x */
LANE_LONG
lane_exprel (lane_v x)
{
  const lane_v one = lane_all (1.0), bottom = lane_upto (x, LANE_MOST);
  const lane_parts s = lane_split (lane_cut (x, LANE_LEAST, LANE_MOST));
  const lane_v q = s.p + (one - lane_scale (one, -s.n));

  return lane_if (lane_eq (x, lane_all (0.0)), one, lane_scale (q / bottom, s.n));
}

/* Its derivative: the series of (n+1) x^n / (n+2)! near 0, elsewhere (exp(x) - exprel(x)) / x */
LANE_LONG
lane_exprel_d (lane_v x)
{
  const lane_v one = lane_all (1.0), bottom = lane_upto (x, LANE_MOST);
  const lane_parts s = lane_split (lane_cut (x, LANE_LEAST, LANE_MOST));
  const lane_v q = (s.p + (one - lane_scale (one, -s.n))) / bottom;
  const lane_v far = lane_scale (((one + s.p) - q) / bottom, s.n);
  lane_v near = lane_all (21.0);

  for (int n = 19; n >= 0; --n) /* sum over k >= n of (k+1) x^(k-n) (n+2)! / (k+2)! */
    near = lane_fma (near, x * lane_all (1.0 / (n + 3)), lane_all (n + 1));
  return lane_if (lane_lt (one, lane_fabs (x)), far, lane_all (0.5) * near);
}

/* ---- what is rare: the scalar function, one lane after the other ------------------------------------------------- */

#define LANE_EACH(name, arguments, call)                                                   \
  static __attribute__ ((noinline, unused)) lane_v lane_##name arguments                \
  {                                                                                        \
    lane_v r = lane_all (0.0);                                                             \
                                                                                           \
    for (int i = 0; i < LANE_N; ++i)                                                       \
      r[i] = call;                                                                         \
    return r;                                                                              \
  }
LANE_EACH (lgamma, (lane_v x), ictus_k_lgamma (x[i]))
LANE_EACH (digamma, (lane_v x), ictus_k_digamma (x[i]))
LANE_EACH (besselj, (lane_v n, lane_v x), ictus_k_besselj (n[i], x[i]))
LANE_EACH (bessely, (lane_v n, lane_v x), ictus_k_bessely (n[i], x[i]))
LANE_EACH (besseli, (lane_v n, lane_v x), ictus_k_besseli (n[i], x[i]))
LANE_EACH (poisson, (lane_v m, lane_v u), ictus_k_poisson (m[i], u[i]))

typedef double lane_lookup (double, const double *, int, double, double);
LANE_EACH (look_up, (lane_lookup * f, lane_v x, const double *v, int n, double lo, double h), f (x[i], v, n, lo, h))
