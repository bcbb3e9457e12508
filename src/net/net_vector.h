/* SPDX-License-Identifier: BSD-3-Clause */
/* Vectors of 64-bit lanes as wide as the level of instructions has them, for lane_draw.c and lane_poisson.c
   only. */
#ifndef ICTUS_NET_VECTOR_H
#define ICTUS_NET_VECTOR_H

#include <string.h>

#include "net_draw.h"

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
v_philox (ictus__key key, vu x[4])
{
  const vu m0 = v_all (0xD2511F53), m1 = v_all (0xCD9E8D57);
  uint32_t k0 = key.k[0], k1 = key.k[1];

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

#endif
