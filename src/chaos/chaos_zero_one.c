/* SPDX-License-Identifier: BSD-3-Clause */
/* The 0-1 test for chaos: a series drives a walk in the plane, p += x cos (c j), q += x sin (c j); it stays bounded where the
   series is regular and diffuses where it is chaotic. */
#include "ictus/chaos.h"

#include <math.h>
#include <stdlib.h>

#define PI 3.14159265358979323846
#define GOLDEN 0.61803398874989484820
enum { LEAST = 100, MEMORIES = 100 /* that a series is long at least */, MOST_SPARSE = 4, SPARSE = 1000 /* values */ };

static double
mean_of (const double *x, size_t n)
{
  double sum = 0;

  for (size_t k = 0; k < n; ++k)
    sum += x[k];
  return sum / (double) n;
}

/* Correlation of d [n] with 1, 2, ..., n; 0 where d does not vary. */
static double
with_time (const double *d, size_t n)
{
  double mean = mean_of (d, n), middle = 0.5 * ((double) n + 1), dd = 0, dt = 0, tt = 0;

  for (size_t k = 0; k < n; ++k)
    {
      double a = d[k] - mean, b = (double) (k + 1) - middle;

      dd += a * a;
      dt += a * b;
      tt += b * b;
    }
  return dd > 0 ? dt / sqrt (dd * tt) : 0;
}

/* Mean square displacement of the walk less what oscillates of it (Gottwald and Melbourne, eq. 3.2), d [cut]; p, q [n]. */
static void
displacement (const double *x, size_t n, double mean, double c, size_t cut, double *p, double *q, double *d)
{
  double sp = 0, sq = 0, oscillates = mean * mean / (1 - cos (c));

  for (size_t j = 0; j < n; ++j)
    {
      sp += x[j] * cos (c * (double) (j + 1));
      sq += x[j] * sin (c * (double) (j + 1));
      p[j] = sp;
      q[j] = sq;
    }
  for (size_t k = 1; k <= cut; ++k)
    {
      double sum = 0;

      for (size_t j = 0; j < n - cut; ++j)
        {
          double a = p[j + k] - p[j], b = q[j + k] - q[j];

          sum += a * a + b * b;
        }
      d[k - 1] = sum / (double) (n - cut) - oscillates * (1 - cos (c * (double) k));
    }
}

/* Where the autocorrelation of x is 0 for the first time; n / 4: later. */
static size_t
memory_of (const double *x, size_t n, double mean)
{
  double sum = 1;
  size_t lag = 0;

  while (sum > 0 && lag < n / 4)
    {
      sum = 0;
      ++lag;
      for (size_t k = 0; k + lag < n; ++k)
        sum += (x[k] - mean) * (x[k + lag] - mean);
    }
  return lag;
}

static int
by_size (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static bool
is_constant (const double *x, size_t n, double mean, double scale)
{
  double most = 0;

  for (size_t k = 0; k < n; ++k)
    most = fmax (most, fabs (x[k] - mean));
  return !(most > 1e-5 * scale);
}

/* Median over c of the correlations of x [n]; kc [ICTUS_ZERO_ONE_C]; room [2 * n + n / 10]. */
static double
median_k (const double *x, size_t n, const double *c, double *room, double *kc)
{
  double sorted[ICTUS_ZERO_ONE_C], mean = mean_of (x, n);
  size_t cut = n / 10;

  for (size_t i = 0; i < ICTUS_ZERO_ONE_C; ++i)
    {
      displacement (x, n, mean, c[i], cut, room, room + n, room + 2 * n);
      sorted[i] = kc[i] = with_time (room + 2 * n, cut);
    }
  qsort (sorted, ICTUS_ZERO_ONE_C, sizeof *sorted, by_size);
  return 0.5 * (sorted[ICTUS_ZERO_ONE_C / 2 - 1] + sorted[ICTUS_ZERO_ONE_C / 2]);
}

/* Chaos in narrow bands that follow each other in turn looks like the cycle that the bands make; every second, every fourth value stays
   in fewer bands. What is regular stays so. y [n / 2]. */
static void
sparser (const double *x, size_t n, double *room, double *y, ictus_zero_one *out)
{
  double kc[ICTUS_ZERO_ONE_C];

  out->sparse = 1;
  out->k_sparse = out->k;
  for (size_t every = 2; every <= MOST_SPARSE && n / every >= SPARSE; every *= 2)
    {
      double k;

      for (size_t i = 0; i < n / every; ++i)
        y[i] = x[i * every];
      k = median_k (y, n / every, out->c, room, kc);
      if (k > out->k_sparse)
        {
          out->k_sparse = k;
          out->sparse = (int) every;
        }
    }
}

ictus_err
ictus_zero_one_test (const double *x, size_t n, double scale, ictus_zero_one *out)
{
  double *room, mean, part;

  *out = (ictus_zero_one){ .sparse = 1 };
  if (n < LEAST)
    return ICTUS_FAIL (ICTUS_E_INPUT, "the 0-1 test needs a series of %d values at least; there are %zu", LEAST, n);
  room = ictus_alloc (3 * n + n / 10, sizeof *room);
  if (room == NULL)
    return ICTUS_E_NOMEM;
  for (size_t i = 0; i < ICTUS_ZERO_ONE_C; ++i)
    {
      part = (double) (i + 1) * GOLDEN; /* evenly, but on no grid: periods of the series are not met all at once */
      out->c[i] = PI / 5 + 3 * PI / 5 * (part - floor (part));
    }
  mean = mean_of (x, n);
  out->constant = is_constant (x, n, mean, scale);
  if (!out->constant)
    {
      out->memory = memory_of (x, n, mean);
      out->k = median_k (x, n, out->c, room, out->kc);
      sparser (x, n, room, room + 2 * n + n / 10, out);
    }
  ictus_free (room);
  return ICTUS_OK;
}

const char *
ictus_zero_one_verdict (const ictus_zero_one *z, size_t n)
{
  double k = fmax (z->k, z->k_sparse);

  if (k < 0.1)
    return "regular";
  if (z->memory * MEMORIES > n) /* a slow wave through a short series looks like diffusion */
    return NULL;
  return k > 0.9 ? "chaos" : "undecided";
}
