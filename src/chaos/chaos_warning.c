/* SPDX-License-Identifier: BSD-3-Clause */
/* Signs of an approaching transition in a series: variance, autocorrelation and recovery rate in a sliding window of what is left without
   the trend; their own trend by Kendall's tau, against surrogates that have the same memory and no trend. */
#include "ictus/chaos.h"

#include <math.h>
#include <string.h>

enum
{
  BINS = 256, /* of a series, for its trend */
  ORDER = 8,  /* of the process that imitates it, at most */
  W = ICTUS_WARNING_WINDOWS
};

const char *
ictus_warning_name (int sign)
{
  static const char *const name[] = { "variance", "autocorrelation", "recovery rate" };

  return name[sign];
}

double
ictus_warning_kendall (const double *x, size_t n)
{
  double pairs = 0, sum = 0;

  for (size_t i = 0; i < n; ++i)
    for (size_t j = i + 1; j < n; ++j)
      if (!isnan (x[i]) && !isnan (x[j]))
        {
          pairs += 1;
          sum += (x[j] > x[i]) - (x[j] < x[i]);
        }
  return pairs > 0 ? sum / pairs : NAN;
}

/* ---- the trend ------------------------------------------------------------------------------------------------ */

/* Means of the pieces of x, smoothed: at each a straight line through them, weighted by a Gaussian kernel of standard deviation b pieces. A
   mean in place of the line would be wrong at the ends, by as much as the trend moves in a bandwidth. */
static void
smooth (const double *x, size_t n, double b, double *mean, double *out)
{
  for (size_t k = 0; k < BINS; ++k)
    {
      size_t from = k * n / BINS, to = (k + 1) * n / BINS;
      double sum = 0;

      for (size_t i = from; i < to; ++i)
        sum += x[i];
      mean[k] = sum / (double) (to - from);
    }
  for (size_t k = 0; k < BINS; ++k)
    {
      double s0 = 0, s1 = 0, s2 = 0, t0 = 0, t1 = 0, det;

      for (size_t j = 0; j < BINS; ++j)
        {
          double far = (double) j - (double) k, z = far / b, g = exp (-0.5 * z * z);

          s0 += g;
          s1 += g * far;
          s2 += g * far * far;
          t0 += g * mean[j];
          t1 += g * far * mean[j];
        }
      det = s0 * s2 - s1 * s1;
      out[k] = det > 1e-9 * s0 * s0 ? (s2 * t0 - s1 * t1) / det : t0 / s0;
    }
}

/* x without its trend, which is interpolated between the middles of the pieces. */
static void
detrend (const double *x, size_t n, double bandwidth, double *out)
{
  double mean[BINS], trend[BINS];

  smooth (x, n, fmax (bandwidth * BINS, 1e-3), mean, trend);
  for (size_t i = 0; i < n; ++i)
    {
      double at = fmin (fmax (((double) i + 0.5) * BINS / (double) n - 0.5, 0), BINS - 1);
      size_t k = at < BINS - 1 ? (size_t) at : BINS - 2;

      out[i] = x[i] - (trend[k] + (at - (double) k) * (trend[k + 1] - trend[k]));
    }
}

/* ---- windows --------------------------------------------------------------------------------------------------- */

typedef struct sums /* of the first values, products at the lag among them */
{
  size_t n, lag;
  double *x, *xx, *xl; /* [n + 1] */
} sums;

static void
add_up (sums *s, const double *x)
{
  for (size_t i = 0; i < s->n; ++i)
    {
      s->x[i + 1] = s->x[i] + x[i];
      s->xx[i + 1] = s->xx[i] + x[i] * x[i];
      s->xl[i + 1] = s->xl[i] + (i >= s->lag ? x[i] * x[i - s->lag] : 0);
    }
}

/* Variance and autocorrelation of [a, b). */
static void
window_of (const sums *s, size_t a, size_t b, double *variance, double *ac)
{
  double n = (double) (b - a), mean = (s->x[b] - s->x[a]) / n, var = (s->xx[b] - s->xx[a]) / n - mean * mean;
  double pairs = n - (double) s->lag, early = s->x[b - s->lag] - s->x[a], late = s->x[b] - s->x[a + s->lag];
  double cov = (s->xl[b] - s->xl[a + s->lag] - mean * (early + late)) / pairs + mean * mean;

  *variance = var * n / (n - 1);
  *ac = var > 0 ? cov / var : NAN;
}

static void
windows (const sums *s, const ictus_warning_options *o, double series[ICTUS_WARNING_SIGNS][W])
{
  size_t wide = (size_t) (o->window * (double) s->n);

  for (size_t w = 0; w < W; ++w)
    {
      size_t a = (s->n - wide) * w / (W - 1);
      double ac;

      window_of (s, a, a + wide, &series[ICTUS_WARNING_VARIANCE][w], &ac);
      series[ICTUS_WARNING_AC1][w] = ac;
      series[ICTUS_WARNING_RECOVERY][w] = ac > 0 ? -log (ac) / ((double) o->lag * o->sample) : NAN;
    }
}

/* ---- surrogates ------------------------------------------------------------------------------------------------ */

typedef struct process /* autoregressive: x_i = sum_j a[order][j] x_{i-j} + noise */
{
  int order;
  double a[ORDER + 1][ORDER + 1]; /* [m][1 .. m] of order m: the first values are drawn by the lower ones, stationary at once */
  double sd[ORDER + 1];           /* of the noise */
} process;

/* The one with the autocovariances of x [n], of the order that Schwarz's criterion finds (Levinson's recursion). Near a focus order 1 would
   forget the rotation, and its trends be weaker than those that come about by chance. */
static void
imitation_of (const double *x, size_t n, process *out)
{
  double r[ORDER + 1] = { 0 }, e, best, now;

  *out = (process) { 0 };
  for (size_t m = 0; m <= ORDER; ++m)
    for (size_t i = m; i < n; ++i)
      r[m] += x[i] * x[i - m];
  e = r[0] / (double) n;
  out->sd[0] = sqrt (e);
  best = 0;
  for (int m = 1; m <= ORDER && e > 0; ++m)
    {
      double k = r[m];

      for (int j = 1; j < m; ++j)
        k -= out->a[m - 1][j] * r[m - j];
      k = fmin (fmax (k / (e * (double) n), -0.9999), 0.9999);
      for (int j = 1; j < m; ++j)
        out->a[m][j] = out->a[m - 1][j] - k * out->a[m - 1][m - j];
      out->a[m][m] = k;
      e *= 1 - k * k;
      out->sd[m] = sqrt (e);
      now = (double) n * log (e / (out->sd[0] * out->sd[0])) + m * log ((double) n);
      if (now < best)
        {
          best = now;
          out->order = m;
        }
    }
}

static void
imitate (ictus_rng *g, size_t n, const process *p, double *x)
{
  for (size_t i = 0; i < n; ++i)
    {
      int m = i < (size_t) p->order ? (int) i : p->order;
      double sum = p->sd[m] * ictus_rng_normal (g);

      for (int j = 1; j <= m; ++j)
        sum += p->a[m][j] * x[i - (size_t) j];
      x[i] = sum;
    }
}

/* x [n] is overwritten. */
static void
against_surrogates (sums *s, const ictus_warning_options *o, double *x, ictus_warning *out)
{
  double series[ICTUS_WARNING_SIGNS][W];
  size_t more[ICTUS_WARNING_SIGNS] = { 0 };
  process like;

  imitation_of (x, s->n, &like);
  for (size_t r = 0; r < o->surrogates; ++r)
    {
      ictus_rng g = ictus_rng_open (o->seed, ICTUS_RNG_NOISE, o->key[0], o->key[1], 1ull << 40 | r);

      imitate (&g, s->n, &like, x);
      add_up (s, x);
      windows (s, o, series);
      for (int k = 0; k < ICTUS_WARNING_SIGNS; ++k)
        {
          double tau = ictus_warning_kendall (series[k], W), sign = k == ICTUS_WARNING_RECOVERY ? -1 : 1;

          more[k] += isnan (tau) || sign * tau >= sign * out->tau[k];
        }
    }
  for (int k = 0; k < ICTUS_WARNING_SIGNS; ++k)
    out->p[k] = o->surrogates > 0 && !isnan (out->tau[k]) ? (double) (1 + more[k]) / (double) (1 + o->surrogates) : NAN;
}

ictus_err
ictus_warning_measure (const double *x, size_t n, const ictus_warning_options *o, ictus_warning *out)
{
  sums s = { .n = n, .lag = o->lag };
  double *left = ictus_alloc (4 * n + 3, sizeof *left);

  if (left == NULL)
    return ICTUS_E_NOMEM;
  memset (out, 0, sizeof *out);
  for (int k = 0; k < ICTUS_WARNING_SIGNS; ++k)
    out->tau[k] = out->p[k] = NAN;
  if (n >= BINS && o->window * (double) n >= 10 * (double) o->lag && o->lag > 0)
    {
      s.x = left + n;
      s.xx = s.x + n + 1;
      s.xl = s.xx + n + 1;
      detrend (x, n, o->bandwidth, left);
      add_up (&s, left);
      windows (&s, o, out->series);
      for (int k = 0; k < ICTUS_WARNING_SIGNS; ++k)
        out->tau[k] = ictus_warning_kendall (out->series[k], W);
      against_surrogates (&s, o, left, out);
    }
  ictus_free (left);
  return ICTUS_OK;
}
