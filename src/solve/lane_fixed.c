/* SPDX-License-Identifier: BSD-3-Clause */
/* The loops of fixed steps over lanes, for one level of instructions. Every lane goes through the same operations
   whatever its place; there is no scalar remainder. */
#include "solve_strip.h"

#if ICTUS_LEVEL > 1
#include <immintrin.h>
#endif

#define WIDTH (ICTUS_LEVEL == 4 ? 8 : ICTUS_LEVEL == 3 ? 4 : 2) /* doubles in a register */

typedef double vd __attribute__ ((vector_size (8 * WIDTH)));
typedef int64_t vi __attribute__ ((vector_size (8 * WIDTH)));
typedef double mem __attribute__ ((vector_size (8 * WIDTH), aligned (8), may_alias)); /* anywhere */

#define INLINE static inline __attribute__ ((always_inline))

INLINE vd
get (const double *x)
{
  return *(const mem *) x;
}

INLINE void
put (double *x, vd v)
{
  *(mem *) x = v;
}

INLINE vd
all (double x)
{
  return x - (vd) { 0 }; /* of every x, -0 and NaN too, it is x */
}

INLINE vd
blend (vi where, vd a, vd b) /* a where, else b */
{
  return (vd) (((vi) a & where) | ((vi) b & ~where));
}

/* ---- Euler, Runge-Kutta ---------------------------------------------------------------------------------- */

static void
euler (size_t m, int ns, double dt, double *y, size_t ys, const double *f, size_t fs)
{
  for (int k = 0; k < ns; ++k, y += ys, f += fs)
    for (size_t i = 0; i < m; i += WIDTH)
      put (y + i, get (y + i) + dt * get (f + i));
}

static void
rk4_first (size_t m, int ns, double a, const double *y, size_t ys, const double *f, double *z, size_t fs)
{
  for (int k = 0; k < ns; ++k, y += ys, f += fs, z += fs)
    for (size_t i = 0; i < m; i += WIDTH)
      put (z + i, get (y + i) + a * get (f + i));
}

static void
rk4_mid (size_t m, int ns, double a, const double *y, size_t ys, const double *f, double *sum, double *z, size_t fs)
{
  for (int k = 0; k < ns; ++k, y += ys, f += fs, sum += fs, z += fs)
    for (size_t i = 0; i < m; i += WIDTH)
      {
        vd v = get (f + i);

        put (sum + i, get (sum + i) + 2 * v);
        put (z + i, get (y + i) + a * v);
      }
}

static void
rk4_last (size_t m, int ns, double a, double *y, size_t ys, const double *f, const double *sum, size_t fs)
{
  for (int k = 0; k < ns; ++k, y += ys, f += fs, sum += fs)
    for (size_t i = 0; i < m; i += WIDTH)
      put (y + i, get (y + i) + a * (get (sum + i) + get (f + i)));
}

/* ---- exponential Euler ----------------------------------------------------------------------------------- */

/* (exp (r) - 1) / r for |r| <= ln (2) / 2: its series, whose first term left out is below 2e-17 */
INLINE vd
series (vd r)
{
  vd r2 = r * r, r4 = r2 * r2;
  vd a = 1 + r * 0.5, b = 1.0 / 6 + r * (1.0 / 24), c = 1.0 / 120 + r * (1.0 / 720);
  vd d = 1.0 / 5040 + r * (1.0 / 40320), e = 1.0 / 362880 + r * (1.0 / 3628800);
  vd f = 1.0 / 39916800 + r * (1.0 / 479001600);

  f = f + r2 * (1.0 / 6227020800);
  return a + (r2 * b + r4 * ((c + r2 * d) + r4 * (e + r2 * f)));
}

/* (exp (x) - 1) / x: x = n ln 2 + r, exp (x) - 1 = 2^n (r s + 1) - 1 with s = (exp (r) - 1) / r, which is the answer
   where n is 0: all digits near 0. Infinity from 710 on, as exp gives; 0 at -infinity; NaN stays NaN. */
INLINE vd
exprel (vd x)
{
  const double shift = 6755399441055744.0; /* 1.5 * 2^52: what is added to it is rounded to a whole number */
  vd top = blend (x > 710, all (710), x), y = blend (top < -60, all (-60), top), n, r, s, half;

  n = y * 1.4426950408889634 + shift;
  half = (vd) (((vi) n + 1022) << 52); /* 2^(n - 1): also where 2^n is too large */
  n = n - shift;
  r = (y - n * 0.69314718036912382) - n * 1.9082149292705877e-10; /* ln 2 in two parts, n times the first is exact */
  s = series (r);
  return blend (n == 0, s, 2 * (half * (r * s) + (half - 0.5)) / top);
}

static void
exp_euler (size_t m, int ns, double dt, double *y, size_t ys, const double *f, const double *d, size_t fs,
           const double *const *factor, size_t step)
{
  for (int k = 0; k < ns; ++k, y += ys, f += fs, d += fs)
    {
      const double *q = factor[k], one = q != NULL ? *q : 0;

      if (q == NULL)
        for (size_t i = 0; i < m; i += WIDTH)
          put (y + i, get (y + i) + get (f + i) * (dt * exprel (get (d + i) * dt)));
      else if (step == 0)
        for (size_t i = 0; i < m; i += WIDTH)
          put (y + i, get (y + i) + get (f + i) * one);
      else
        for (size_t i = 0; i < m; i += WIDTH)
          put (y + i, get (y + i) + get (f + i) * get (q + i));
    }
}

static void
exp_factor (size_t m, double dt, const double *d, double *factor)
{
  for (size_t i = 0; i < m; i += WIDTH)
    put (factor + i, dt * exprel (get (d + i) * dt));
}

/* ---- propagators ----------------------------------------------------------------------------------------- */

/* qs, cs, n known: the compiler unrolls the sum */
INLINE void
line_of (size_t m, const ictus__line *l, double *z, size_t qs, size_t cs, int n)
{
  const double *q = l->q, *y[ICTUS__LINE], *c[ICTUS__LINE];
  double b = *q, a[ICTUS__LINE];

  for (int e = 0; e < n; ++e)
    {
      y[e] = l->y[e];
      c[e] = l->c[e];
      a[e] = *c[e];
    }
  for (size_t i = 0; i < m; i += WIDTH)
    {
      vd sum = qs == 0 ? all (b) : get (q + i);

      for (int e = 0; e < n; ++e)
        sum = sum + (cs == 0 ? all (a[e]) : get (c[e] + i)) * get (y[e] + i);
      put (z + i, sum);
    }
}

INLINE void
line_n (size_t m, const ictus__line *l, double *z, size_t qs, size_t cs)
{
  switch (l->n)
    {
    case 1: line_of (m, l, z, qs, cs, 1); break;
    case 2: line_of (m, l, z, qs, cs, 2); break;
    case 3: line_of (m, l, z, qs, cs, 3); break;
    case 4: line_of (m, l, z, qs, cs, 4); break;
    case 5: line_of (m, l, z, qs, cs, 5); break;
    default: line_of (m, l, z, qs, cs, ICTUS__LINE);
    }
}

static void
line (size_t m, const ictus__line *l, double *z)
{
  ictus__line part = *l;

  for (int left = l->n; left > 0; left -= part.n)
    {
      part.n = left < ICTUS__LINE ? left : ICTUS__LINE;
      if (part.qs == 0 && part.cs == 0)
        line_n (m, &part, z, 0, 0);
      else if (part.cs == 0)
        line_n (m, &part, z, 1, 0);
      else if (part.qs == 0)
        line_n (m, &part, z, 0, 1);
      else
        line_n (m, &part, z, 1, 1);
      part.q = z; /* go on with the sum so far */
      part.qs = 1;
      part.y += part.n;
      part.c += part.n;
    }
}

/* ---- input, firing, trouble ------------------------------------------------------------------------------ */

static void
leaps (size_t m, const ictus__leap *l, size_t n, const double *w, size_t ws, double *y, size_t ys)
{
  for (size_t e = 0; e < n; ++e)
    {
      const double *x = w + (size_t) l[e].port * ws, *c = l[e].c;
      double *z = y + (size_t) l[e].k * ys, one = *c;

      if (l[e].cs == 0)
        for (size_t i = 0; i < m; i += WIDTH)
          {
            vd v = get (x + i), old = get (z + i);

            put (z + i, blend (v != 0, old + one * v, old)); /* -0 stays -0 where nothing arrives */
          }
      else
        for (size_t i = 0; i < m; i += WIDTH)
          {
            vd v = get (x + i), old = get (z + i), a = get (c + i);

            put (z + i, blend ((v != 0) & (a != 0), old + a * v, old));
          }
    }
}

/* Bit e: element e of g is not below 0 (and is not NaN). */
INLINE unsigned
not_below (const double *g)
{
#if ICTUS_LEVEL == 4
  return _mm512_cmp_pd_mask (_mm512_loadu_pd (g), _mm512_setzero_pd (), _CMP_GE_OQ);
#elif ICTUS_LEVEL == 3
  return (unsigned) _mm256_movemask_pd (_mm256_cmp_pd (_mm256_loadu_pd (g), _mm256_setzero_pd (), _CMP_GE_OQ));
#elif ICTUS_LEVEL == 2
  return (unsigned) _mm_movemask_pd (_mm_cmpge_pd (_mm_loadu_pd (g), _mm_setzero_pd ()));
#else
  return (g[0] >= 0 ? 1U : 0U) | (g[1] >= 0 ? 2U : 0U);
#endif
}

static size_t
over (size_t m, const double *g, uint16_t *at)
{
  size_t n = 0;

  for (size_t i = 0; i < m; i += WIDTH)
    for (unsigned some = not_below (g + i); some != 0; some &= some - 1)
      at[n++] = (uint16_t) (i + (size_t) __builtin_ctz (some));
  return n;
}

static bool
is_finite (size_t m, int ns, const double *y, size_t ys)
{
  vd sum[ICTUS_LANE / WIDTH] = { { 0 } }; /* NaN from infinity and NaN */
  bool yes = true;

  for (int k = 0; k < ns; ++k, y += ys)
    for (size_t i = 0; i < m; i += ICTUS_LANE)
      for (size_t e = 0; e < ICTUS_LANE / WIDTH; ++e)
        sum[e] = sum[e] + get (y + i + e * WIDTH) * 0.0;
  for (size_t e = 0; e < ICTUS_LANE; ++e)
    yes = yes && sum[e / WIDTH][e % WIDTH] == 0;
  return yes;
}

extern const ictus__lane_loops ICTUS_LEVELED (ictus__lane_loops);
extern void ICTUS_LEVELED (ictus__lane_words) (const uint32_t key[2], const uint32_t *unit, uint64_t step, uint32_t pair,
                                               size_t m, uint64_t *one, uint64_t *two);
extern void ICTUS_LEVELED (ictus__lane_normals) (size_t m, const uint64_t *word, double scale, double *x);
extern void ICTUS_LEVELED (ictus__lane_uniforms) (size_t m, const uint64_t *word, double *x);

const ictus__lane_loops ICTUS_LEVELED (ictus__lane_loops)
    = { .euler = euler,         .rk4_first = rk4_first,   .rk4_mid = rk4_mid, .rk4_last = rk4_last,
        .exp_euler = exp_euler, .exp_factor = exp_factor, .line = line,       .leaps = leaps,
        .over = over,           .finite = is_finite,
        .words = ICTUS_LEVELED (ictus__lane_words),
        .normals = ICTUS_LEVELED (ictus__lane_normals),
        .uniforms = ICTUS_LEVELED (ictus__lane_uniforms) };
