/* SPDX-License-Identifier: BSD-3-Clause */
/* What the driver of the adaptive solvers does for eight lanes or all neurons at once. Loops have fixed
   length or run over contiguous arrays, so that they become vectors at every level. */
#include "solve_adaptive.h"

#include <string.h>

#define MAGIC 6755399441055744.0 /* 3 * 2^51: adding it rounds to a whole number, found in the low bits */
#define WHOLE 4503599627370496.0 /* 2^52 */

/* log2 to 4e-6, 2^x to 6e-5: step sizes need no more, and library calls would cost as much as the step. */
static inline double
log2_about (double x)
{
  uint64_t bits, e;
  double z, w, r;

  memcpy (&bits, &x, sizeof bits);
  e = (bits >> 52) | 0x4330000000000000u;
  bits = (bits & 0x000fffffffffffffu) | 0x3ff0000000000000u;
  memcpy (&w, &e, sizeof w);
  memcpy (&z, &bits, sizeof z);
  z -= 1;
  w -= WHOLE + 1023;
  r = -0.27790423913104 + z * (0.12179791068782 + z * -0.02584144982967);
  r = 1.44254494359510 + z * (-0.71814525675038 + z * (0.45754919692563 + z * r));
  return w + z * r;
}

static inline double
exp2_about (double x)
{
  double r = x + MAGIC, f = x - (r - MAGIC), scale;
  uint64_t bits;

  memcpy (&bits, &r, sizeof bits);
  bits = (bits + 1023) << 52;
  memcpy (&scale, &bits, sizeof scale);
  return scale * (1 + f * (0.6931471806 + f * (0.2402265070 + f * (0.0555041087 + f * 0.0096181291))));
}

static inline double
between (double x, double low, double high)
{
  x = x > low ? x : low;
  return x < high ? x : high;
}

static void
pace (ictus__pace *c)
{
  for (int i = 0; i < ICTUS_LANE; ++i)
    {
      double l = log2_about (between (c->err[i], 1e-10, 1e10));

      c->log_err[i] = l;
      c->grow[i] = between (exp2_about (between (c->beta * c->before[i] - c->alpha * l + c->safety, -8, 8)),
                            c->least, c->most[i]);
      c->shrink[i] = between (exp2_about (between (c->safety - c->alpha * l, -8, 8)), c->least, 0.9);
    }
}

static void
go_on (double *restrict y0, double *restrict f0, const double *restrict y1, const double *restrict f1,
       size_t n, const double *goes)
{
  double g[ICTUS_LANE];

  memcpy (g, goes, sizeof g);
  for (size_t k = 0; k < n * ICTUS_LANE; k += ICTUS_LANE)
    for (size_t i = 0; i < ICTUS_LANE; ++i)
      {
        y0[k + i] = g[i] != 0 ? y1[k + i] : y0[k + i];
        f0[k + i] = g[i] != 0 ? f1[k + i] : f0[k + i];
      }
}

static void
take (const double *restrict a, size_t k, size_t n, double *restrict x)
{
  for (size_t e = 0; e < n; ++e)
    x[e] = a[e * ICTUS_LANE + k];
}

static void
put (double *restrict a, size_t k, size_t n, const double *restrict x)
{
  for (size_t e = 0; e < n; ++e)
    a[e * ICTUS_LANE + k] = x[e];
}

static void
due (const double *restrict when, double t, uint8_t *restrict flag, size_t n)
{
  for (size_t i = 0; i < n; ++i)
    flag[i] = when[i] <= t;
}

static void
any (const double *restrict row, uint8_t *restrict flag, size_t n)
{
  for (size_t i = 0; i < n; ++i)
    flag[i] = (uint8_t) (flag[i] | (row[i] != 0));
}

extern const ictus__lane_tools ICTUS_LEVELED (ictus__lane_tools);
const ictus__lane_tools ICTUS_LEVELED (ictus__lane_tools)
    = { .pace = pace, .go_on = go_on, .take = take, .put = put, .due = due, .any = any };
