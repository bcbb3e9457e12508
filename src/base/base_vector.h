/* SPDX-License-Identifier: BSD-3-Clause */
/* Vectors of 64-bit lanes as wide as the level of instructions has them, and random numbers made in them. For files
   lane_*.c of any room, which are compiled once for every level, with ICTUS_LEVEL set. Everything is made of integers and
   of + - * / and square roots in a fixed order: the same bits on every level and on every processor. */
#ifndef ICTUS_BASE_VECTOR_H
#define ICTUS_BASE_VECTOR_H

#include <string.h>

#include "ictus/base.h"

#if ICTUS_LEVEL >= 2
#include <immintrin.h>
#endif

#if ICTUS_LEVEL == 4
enum { VW = 8 };
#elif ICTUS_LEVEL == 3
enum { VW = 4 };
#else
enum { VW = 2 };
#endif

typedef uint64_t vu __attribute__ ((vector_size (8 * VW)));
typedef int64_t vi __attribute__ ((vector_size (8 * VW)));
typedef double vd __attribute__ ((vector_size (8 * VW)));
typedef int32_t vs __attribute__ ((vector_size (8 * VW)));  /* two halves a lane */
typedef uint32_t vh __attribute__ ((vector_size (4 * VW))); /* one number of 32 bits a lane */

/* Product of the low halves. */
static inline vu
v_mul (vu a, vu b)
{
#if ICTUS_LEVEL == 4
  return (vu) _mm512_mul_epu32 ((__m512i) a, (__m512i) b);
#elif ICTUS_LEVEL == 3
  return (vu) _mm256_mul_epu32 ((__m256i) a, (__m256i) b);
#elif ICTUS_LEVEL == 2
  return (vu) _mm_mul_epu32 ((__m128i) a, (__m128i) b);
#else
  return (a & UINT32_MAX) * (b & UINT32_MAX);
#endif
}

static inline bool
v_any (vu a) /* a bit is set in any lane */
{
#if ICTUS_LEVEL == 4
  return _mm512_test_epi64_mask ((__m512i) a, (__m512i) a) != 0;
#elif ICTUS_LEVEL == 3
  return _mm256_testz_si256 ((__m256i) a, (__m256i) a) == 0;
#elif ICTUS_LEVEL == 2
  return _mm_testz_si128 ((__m128i) a, (__m128i) a) == 0;
#else
  uint64_t any = 0;

  for (int l = 0; l < VW; ++l)
    any |= a[l];
  return any != 0;
#endif
}

static inline vu
v_all (uint64_t x)
{
  return (vu){ 0 } + x;
}

static inline vu
v_iota (void)
{
  vu v = { 0 };

  for (unsigned l = 0; l < VW; ++l)
    v[l] = l;
  return v;
}

static inline vd
v_pick (vi mask, vd yes, vd no)
{
  return (vd) (((vi) yes & mask) | ((vi) no & ~mask));
}

static inline vu
v_load32 (const uint32_t *p) /* one number a lane */
{
  vh h;

  memcpy (&h, p, sizeof h);
  return __builtin_convertvector(h, vu);
}

static inline void
v_store32 (uint32_t *p, vu a) /* the low half of each lane */
{
  vh h = __builtin_convertvector(a, vh);

  memcpy (p, &h, sizeof h);
}

static inline vd
v_loadd (const double *p)
{
  vd v;

  memcpy (&v, p, sizeof v);
  return v;
}

static inline void
v_stored (double *p, vd v)
{
  memcpy (p, &v, sizeof v);
}

/* Ten rounds of Philox; each lane of x holds a word in its low half, what is in the high halves does not
   matter. */
static inline void
v_philox (const uint32_t key[2], vu x[4])
{
  const vu m0 = v_all (0xD2511F53), m1 = v_all (0xCD9E8D57);
  uint32_t k0 = key[0], k1 = key[1];

#pragma GCC unroll 10
  for (int round = 0; round < 10; ++round)
    {
      vu a = v_mul (m0, x[0]), b = v_mul (m1, x[2]);

      x[0] = (b >> 32) ^ x[1] ^ v_all (k0);
      x[1] = b;
      x[2] = (a >> 32) ^ x[3] ^ v_all (k1);
      x[3] = a;
      k0 += 0x9E3779B9;
      k1 += 0xBB67AE85;
    }
}

/* ---- functions of doubles ------------------------------------------------------------------------- */

/* Integers below 2^52. */
static inline vd
v_double (vu a)
{
  return (vd) (a | 0x4330000000000000) - 0x1p52;
}

/* Signed integers of at most 51 bits. */
static inline vd
v_double_signed (vi a)
{
  return (vd) (a + 0x4338000000000000) - 0x1.8p52;
}

/* A word as a number in (0, 1): the middle of one of 2^52 equal parts. */
static inline vd
v_unit (vu word)
{
  return (v_double (word >> 12) + 0.5) * 0x1p-52;
}

/* log of a normal positive number, as in Sun's fdlibm: error below 1 unit of the last place. */
static inline vd
v_log (vd x)
{
  vu bits = (vu) x, one = (bits & 0x000fffffffffffff) | 0x3ff0000000000000;
  vd m = (vd) one, f, s, z, w, q, r, half, e;
  vi big = m > 0x1.6a09e667f3bcdp0;

  e = v_double_signed ((vi) (bits >> 52) - 1023 - big);
  f = v_pick (big, m * 0.5, m) - 1.0;
  s = f / (f + 2.0);
  z = s * s;
  w = z * z;
  r = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
  q = 6.666666666666735130e-01
      + w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01));
  r = z * q + r;
  half = f * f * 0.5;
  return e * 6.93147180369123816490e-01 - ((half - (s * (half + r) + e * 1.90821492927058770002e-10)) - f);
}

/* exp, as in fdlibm: error below 1 unit of the last place. */
static inline vd
v_exp (vd x)
{
  const vd least = { 0 };
  vd k, hi, lo, t, p, c, y;
  vu n, half;

  x = v_pick (x > 710.0, least + 710.0, x);
  x = v_pick (x < -750.0, least - 750.0, x);
  k = (x * 1.44269504088896338700e+00 + 0x1.8p52) - 0x1.8p52;
  n = (vu) (k + 0x1.8p52) - 0x4338000000000000 + 2048; /* positive */
  hi = x - k * 6.93147180369123816490e-01;
  lo = k * 1.90821492927058770002e-10;
  x = hi - lo;
  t = x * x;
  p = t * 4.13813679705723846039e-08 - 1.65339022054652515390e-06;
  p = t * p + 6.61375632143793436117e-05;
  p = t * p - 2.77777777770155933842e-03;
  p = t * p + 1.66666666666666019037e-01;
  c = x - t * p;
  y = 1.0 - ((lo - x * c / (2.0 - c)) - hi);
  half = n >> 1; /* in two steps, so that neither leaves the range */
  return y * (vd) ((half - 1024 + 1023) << 52) * (vd) ((n - half - 1024 + 1023) << 52);
}

/* ---- normal distribution: the inverse of its distribution function ---------------------------------- */

enum { V_MOST = 1024 }; /* numbers at a time */

/* Wichura 1988, doi:10.2307/2347330 (AS241, PPND16), relative error about 1e-16: coefficients of numerator
   and denominator, highest first. */
static const double v_centre[2][8] = {
  { 2.5090809287301226727e+3, 3.3430575583588128105e+4, 6.7265770927008700853e+4, 4.5921953931549871457e+4,
    1.3731693765509461125e+4, 1.9715909503065514427e+3, 1.3314166789178437745e+2, 3.3871328727963666080e+0 },
  { 5.2264952788528545610e+3, 2.8729085735721942674e+4, 3.9307895800092710610e+4, 2.1213794301586595867e+4,
    5.3941960214247511077e+3, 6.8718700749205790830e+2, 4.2313330701600911252e+1, 1.0 }
};
static const double v_tail[2][8]
    = { { 7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
          1.27045825245236838258e+0, 3.64784832476320460504e+0, 5.76949722146069140550e+0,
          4.63033784615654529590e+0, 1.42343711074968357734e+0 },
        { 1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
          1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e+0,
          2.05319162663775882187e+0, 1.0 } };
static const double v_far[2][8]
    = { { 2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
          2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e+0,
          5.46378491116411436990e+0, 6.65790464350110377720e+0 },
        { 2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
          7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
          5.99832206555887937690e-1, 1.0 } };

static inline vd
v_polynomial (const double *c, vd r)
{
  return ((((((c[0] * r + c[1]) * r + c[2]) * r + c[3]) * r + c[4]) * r + c[5]) * r + c[6]) * r + c[7];
}

/* q = p - 1/2 with |q| > 0.425 */
static inline vd
v_outside (vd q)
{
  const vd zero = { 0 };
  vi low = q < 0.0;
  vd r = -v_log (v_pick (low, q + 0.5, 0.5 - q)), z;
  vi out;

  for (int l = 0; l < VW; ++l)
    r[l] = __builtin_sqrt (r[l]);
  z = v_polynomial (v_tail[0], r - 1.6) / v_polynomial (v_tail[1], r - 1.6);
  out = r > 5.0;
  if (v_any ((vu) out))
    z = v_pick (out, v_polynomial (v_far[0], r - 5.0) / v_polynomial (v_far[1], r - 5.0), z);
  return v_pick (low, zero - z, z);
}

/* The centre for all; then the tails, 15 in 100, gathered. Arrays have room for a multiple of VW; n at most V_MOST. */
static inline void
v_normals (size_t n, const uint64_t *word, double *x)
{
  double far_q[V_MOST + VW];
  uint16_t at[V_MOST + VW];
  size_t nfar = 0;

  for (size_t k = 0; k < n; k += VW)
    {
      vu w;
      vd q, r;
      vi out;

      memcpy (&w, word + k, sizeof w);
      q = v_unit (w) - 0.5;
      r = 0.180625 - q * q;
      v_stored (x + k, q * v_polynomial (v_centre[0], r) / v_polynomial (v_centre[1], r));
      out = r < 0.0;
      for (unsigned l = 0; l < VW; ++l)
        {
          far_q[nfar] = q[l];
          at[nfar] = (uint16_t) (k + l);
          nfar += out[l] != 0;
        }
    }
  for (size_t k = nfar; k % VW != 0; ++k)
    far_q[k] = 0.45;
  for (size_t k = 0; k < nfar; k += VW)
    v_stored (far_q + k, v_outside (v_loadd (far_q + k)));
  for (size_t k = 0; k < nfar; ++k)
    x[at[k]] = far_q[k];
}

#endif
