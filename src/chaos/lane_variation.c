/* SPDX-License-Identifier: BSD-3-Clause */
/* One step of Dormand and Prince's 5(4) pair (1980, doi:10.1016/0771-050X(80)90013-3) for eight trajectories, each with one
   deviation beside it: x' = f (x, t), q' = J (x, t) q. */
#include <string.h>

#include "chaos_variation.h"

typedef double vec __attribute__ ((vector_size (sizeof (double) * ICTUS_LANE), may_alias));

#include "base/base_dormand_prince.h" /* behind the others: short names */

enum { STAGES = 7 };

static const double c[STAGES] = DORMAND_PRINCE_NODES;
#define SAFETY 0.9

static inline vec *
as_vec (double *x)
{
  return (vec *) (void *) x;
}

/* f, and g = J q; what stands still keeps the slope 0. */
static void
derive (ictus__variation *v, int stage, double *x, const vec *q, double *f, vec *g)
{
  size_t ns = (size_t) v->ns;
  double t[ICTUS_LANE], *J = v->work + 12 * ns * ICTUS_LANE;
  const vec *Jv = as_vec (J);
  ictus_lane_args a = { .m = ICTUS_LANE, .t = t, .ts = 1, .y = x, .ys = ICTUS_LANE, .p = v->p, .ps = ICTUS_LANE,
                        .u = v->u, .us = ICTUS_LANE };

  for (int i = 0; i < ICTUS_LANE; ++i)
    t[i] = v->t[i] + c[stage] * v->h[i];
  v->l->jac (&a, f, J, ICTUS_LANE);
  memset (g, 0, ns * sizeof *g);
  for (int e = 0; e < v->l->nnz; ++e)
    g[v->l->row[e]] += Jv[e] * q[v->l->col[e]];
  for (size_t k = 0; k < ns; ++k)
    if (v->keep[k] == 0)
      as_vec (f)[k] = g[k] = (vec){ 0 };
}

static void
slope (ictus__variation *v)
{
  derive (v, 0, v->x, as_vec (v->q), v->f, as_vec (v->g));
}

/* Squares of the error in units of the tolerance; not a number where y1 is not finite. */
static inline void
add_square (double *sum, const double *e, const double *y0, const double *y1, double rtol, double atol)
{
  for (int i = 0; i < ICTUS_LANE; ++i)
    {
      double p = y0[i] < 0 ? -y0[i] : y0[i], q = y1[i] < 0 ? -y1[i] : y1[i], x = e[i] / (rtol * (p > q ? p : q) + atol);

      sum[i] += x * x + (y1[i] - y1[i]);
    }
}

/* SAFETY * x^(-1/10), x the square of the error: from a guess in the bits by Newton's steps, with nothing but + - * */
static inline double
pace_of (double x)
{
  uint64_t bits;
  double y, y2, y4;

  x = x > 1e-30 ? x : 1e-30;
  memcpy (&bits, &x, sizeof bits);
  bits = UINT64_C (0x4654cccccccccccc) - bits / 10; /* 1023 (1 + 1/10) in the place of the exponent */
  memcpy (&y, &bits, sizeof y);
  for (int k = 0; k < 2; ++k)
    {
      y2 = y * y;
      y4 = y2 * y2;
      y = y * (1.1 - 0.1 * (x * y4 * y4 * y2));
    }
  return SAFETY * y;
}

static void
measure (ictus__variation *v, const vec *k3, const vec *k4, const vec *k5, const vec *k6)
{
  size_t n = (size_t) v->ns;
  const vec h = *as_vec (v->h), *f = as_vec (v->f), *g = as_vec (v->g), *f1 = as_vec (v->f1), *g1 = as_vec (v->g1);
  vec length = { 0 };
  double sum[ICTUS_LANE] = { 0 };

  for (size_t k = 0; k < 2 * n; ++k)
    {
      bool second = k >= n;
      size_t m = second ? k - n : k;
      vec first = second ? g[m] : f[m], last = second ? g1[m] : f1[m];
      vec e = h * ((E1 * first + E3 * k3[k]) + (E4 * k4[k] + E5 * k5[k]) + (E6 * k6[k] + E7 * last));

      add_square (sum, (const double *) &e, (second ? v->q : v->x) + m * ICTUS_LANE, (second ? v->q1 : v->x1) + m * ICTUS_LANE,
                  v->rtol, v->atol);
      if (second)
        length += as_vec (v->q1)[m] * as_vec (v->q1)[m];
    }
  for (int i = 0; i < ICTUS_LANE; ++i)
    {
      double square = sum[i] * (0.5 / v->nfree);

      v->err[i] = __builtin_sqrt (square);
      v->pace[i] = pace_of (square);
      v->norm[i] = __builtin_sqrt (length[i]);
    }
}

static void
attempt (ictus__variation *v)
{
  size_t n = (size_t) v->ns;
  const vec h = *as_vec (v->h), *f = as_vec (v->f), *g = as_vec (v->g), *x = as_vec (v->x), *q = as_vec (v->q);
  vec *x1 = as_vec (v->x1), *q1 = as_vec (v->q1);
  vec *k2 = as_vec (v->work), *k3 = k2 + 2 * n, *k4 = k3 + 2 * n, *k5 = k4 + 2 * n, *k6 = k5 + 2 * n;

#define NEXT(stage, K, SUM_X, SUM_Q)                                \
  for (size_t k = 0; k < n; ++k)                                    \
    {                                                               \
      size_t d = n + k;                                             \
      (void) d;                                                     \
      x1[k] = x[k] + h * (SUM_X);                                   \
      q1[k] = q[k] + h * (SUM_Q);                                   \
    }                                                               \
  derive (v, stage, v->x1, q1, (double *) (K), (K) + n)
  NEXT (1, k2, A21 * f[k], A21 * g[k]);
  NEXT (2, k3, A31 * f[k] + A32 * k2[k], A31 * g[k] + A32 * k2[d]);
  NEXT (3, k4, A41 * f[k] + A42 * k2[k] + A43 * k3[k], A41 * g[k] + A42 * k2[d] + A43 * k3[d]);
  NEXT (4, k5, (A51 * f[k] + A52 * k2[k]) + (A53 * k3[k] + A54 * k4[k]),
        (A51 * g[k] + A52 * k2[d]) + (A53 * k3[d] + A54 * k4[d]));
  NEXT (5, k6, (A61 * f[k] + A62 * k2[k]) + (A63 * k3[k] + A64 * k4[k]) + A65 * k5[k],
        (A61 * g[k] + A62 * k2[d]) + (A63 * k3[d] + A64 * k4[d]) + A65 * k5[d]);
#undef NEXT
  for (size_t k = 0; k < n; ++k)
    {
      x1[k] = x[k] + h * ((A71 * f[k] + A73 * k3[k]) + (A74 * k4[k] + A75 * k5[k]) + A76 * k6[k]);
      q1[k] = q[k] + h * ((A71 * g[k] + A73 * k3[n + k]) + (A74 * k4[n + k] + A75 * k5[n + k]) + A76 * k6[n + k]);
    }
  derive (v, 6, v->x1, q1, v->f1, as_vec (v->g1));
  measure (v, k3, k4, k5, k6);
}

static void
iterate (ictus__variation *v)
{
  vec length = { 0 };

  derive (v, 0, v->x, as_vec (v->q), v->x1, as_vec (v->q1));
  for (size_t k = 0; k < (size_t) v->ns; ++k)
    {
      if (v->keep[k] == 0)
        as_vec (v->x1)[k] = as_vec (v->x)[k];
      length += as_vec (v->q1)[k] * as_vec (v->q1)[k];
      for (int i = 0; i < ICTUS_LANE; ++i) /* a state that is not finite shows, even where the deviation does not feel it */
        length[i] += v->x1[k * ICTUS_LANE + (size_t) i] - v->x1[k * ICTUS_LANE + (size_t) i];
    }
  for (int i = 0; i < ICTUS_LANE; ++i)
    v->norm[i] = __builtin_sqrt (length[i]);
}

static void
commit (ictus__variation *v, const double *ok)
{
  double *to[4] = { v->x, v->f, v->q, v->g };
  const double *from[4] = { v->x1, v->f1, v->q1, v->g1 };
  double scale[ICTUS_LANE];

  for (int i = 0; i < ICTUS_LANE; ++i)
    scale[i] = 1 / v->norm[i];
  for (int a = 0; a < 4; ++a)
    for (size_t k = 0; k < (size_t) v->ns * ICTUS_LANE; k += ICTUS_LANE)
      for (size_t i = 0; i < ICTUS_LANE; ++i)
        {
          double y = a < 2 ? from[a][k + i] : from[a][k + i] * scale[i];

          to[a][k + i] = ok[i] != 0 ? y : to[a][k + i];
        }
}

extern const ictus__variation_ops ICTUS_LEVELED (ictus__variation);
const ictus__variation_ops ICTUS_LEVELED (ictus__variation)
    = { .slope = slope, .attempt = attempt, .iterate = iterate, .commit = commit };
