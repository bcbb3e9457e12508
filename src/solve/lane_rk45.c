/* SPDX-License-Identifier: BSD-3-Clause */
/* One step of Dormand and Prince's 5(4) pair for eight neurons (Dormand & Prince 1980,
   doi:10.1016/0771-050X(80)90013-3), with the dense output of order 4 of Hairer, Norsett & Wanner, Solving
   Ordinary Differential Equations I, II.6. */
#include "solve_lanes.h"

typedef double vec
    __attribute__ ((vector_size (sizeof (double) * ICTUS_LANE), may_alias)); /* one state of all lanes */

_Static_assert(ICTUS_LANE == 8, "h is taken from its array by hand: the array is not aligned");

#include "base/base_dormand_prince.h" /* behind the others: short names */

/* The derivative at t + c h. */
static void
slope (ictus__block *b, double c, const double *y, double *f)
{
  double t[ICTUS_LANE];
  ictus_lane_args a = { .m = ICTUS_LANE,
                        .t = t,
                        .ts = 1,
                        .y = y,
                        .ys = ICTUS_LANE,
                        .p = b->p,
                        .ps = b->ps,
                        .u = b->u,
                        .us = ICTUS_LANE };

  for (int i = 0; i < ICTUS_LANE; ++i)
    t[i] = b->t[i] + c * b->h[i];
  if (b->inputs != NULL)
    b->inputs (b->inputs_ctx, t, b->u);
  ictus__lane_rhs (b->l, &a, f, ICTUS_LANE);
  if (b->keep != NULL)
    for (size_t e = 0; e < (size_t) b->l->ns * ICTUS_LANE; ++e)
      f[e] = b->keep[e] != 0 ? f[e] : 0;
}

/* Add the square of the error e in units of the tolerance; that is not a number where y1 is not finite. */
static inline void
add_square (double *sum, const double *e, const double *y0, const double *y1, double rtol, double atol)
{
  for (int i = 0; i < ICTUS_LANE; ++i)
    {
      double p = y0[i] < 0 ? -y0[i] : y0[i], q = y1[i] < 0 ? -y1[i] : y1[i],
             x = e[i] / (rtol * (p > q ? p : q) + atol);

      sum[i] += x * x + (y1[i] - y1[i]);
    }
}

static void
step (ictus__block *b)
{
  size_t n = (size_t) b->l->ns;
  const vec h = { b->h[0], b->h[1], b->h[2], b->h[3], b->h[4], b->h[5], b->h[6], b->h[7] },
            *y0 = (const vec *) (const void *) b->y0, *k1 = (const vec *) (const void *) b->f0;
  vec *y1 = (vec *) (void *) b->y1, *k7 = (vec *) (void *) b->f1, *q = (vec *) (void *) b->q;
  vec *k2 = (vec *) (void *) b->work, *k3 = k2 + n, *k4 = k3 + n, *k5 = k4 + n, *k6 = k5 + n;
  double sum[ICTUS_LANE] = { 0 };

  for (size_t k = 0; k < n; ++k)
    y1[k] = y0[k] + h * (A21 * k1[k]);
  slope (b, C2, b->y1, (double *) k2);
  for (size_t k = 0; k < n; ++k)
    y1[k] = y0[k] + h * (A31 * k1[k] + A32 * k2[k]);
  slope (b, C3, b->y1, (double *) k3);
  for (size_t k = 0; k < n; ++k)
    y1[k] = y0[k] + h * (A41 * k1[k] + A42 * k2[k] + A43 * k3[k]);
  slope (b, C4, b->y1, (double *) k4);
  for (size_t k = 0; k < n; ++k)
    y1[k] = y0[k] + h * ((A51 * k1[k] + A52 * k2[k]) + (A53 * k3[k] + A54 * k4[k]));
  slope (b, C5, b->y1, (double *) k5);
  for (size_t k = 0; k < n; ++k)
    y1[k] = y0[k] + h * ((A61 * k1[k] + A62 * k2[k]) + (A63 * k3[k] + A64 * k4[k]) + A65 * k5[k]);
  slope (b, 1, b->y1, (double *) k6);
  for (size_t k = 0; k < n; ++k)
    y1[k] = y0[k] + h * ((A71 * k1[k] + A73 * k3[k]) + (A74 * k4[k] + A75 * k5[k]) + A76 * k6[k]);
  slope (b, 1, b->y1, b->f1);
  for (size_t k = 0; k < n; ++k)
    {
      vec d = y1[k] - y0[k], a = h * k1[k] - d;
      vec e = h * ((E1 * k1[k] + E3 * k3[k]) + (E4 * k4[k] + E5 * k5[k]) + (E6 * k6[k] + E7 * k7[k]));

      add_square (sum, (const double *) &e, (const double *) &y0[k], (const double *) &y1[k], b->rtol,
                  b->atol[k]);
      q[k] = a;
      q[n + k] = d - h * k7[k] - a;
      q[2 * n + k] = h * ((D1 * k1[k] + D3 * k3[k]) + (D4 * k4[k] + D5 * k5[k]) + (D6 * k6[k] + D7 * k7[k]));
    }
  for (int i = 0; i < ICTUS_LANE; ++i)
    b->err[i] = __builtin_sqrt (sum[i] * (1.0 / (double) n));
}

static size_t
room (const ictus__laned *l)
{
  return 5 * (size_t) l->ns * ICTUS_LANE;
}

extern const ictus__stepper ICTUS_LEVELED (ictus__stepper_rk45);
const ictus__stepper ICTUS_LEVELED (ictus__stepper_rk45)
    = { .order = 5, .nrhs = 6, .room = room, .step = step };
