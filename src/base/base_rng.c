/* SPDX-License-Identifier: BSD-3-Clause */
/* Random numbers that depend on what they are for: Philox4x64-10 by Salmon et al. 2011. */
#include "ictus/base.h"

#include <math.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wundef"
#pragma GCC diagnostic ignored "-Wpedantic"
#include <Random123/philox.h>
#pragma GCC diagnostic pop

ictus_rng
ictus_rng_open (uint64_t seed, ictus_purpose purpose, uint64_t a, uint64_t b, uint64_t c)
{
  ictus_rng r = { .seed = seed, .purpose = (uint64_t) purpose, .a = a, .b = b, .c = c };

  return r;
}

uint64_t
ictus_rng_u64 (ictus_rng *r)
{
  if (r->left == 0)
    {
      philox4x64_key_t key = { { r->seed, r->purpose } };
      philox4x64_ctr_t ctr = { { r->a, r->b, r->c, r->block } }, out;

      out = philox4x64 (ctr, key);
      for (int i = 0; i < 4; ++i)
        r->buf[i] = out.v[i];
      r->block += 1;
      r->left = 4;
    }
  return r->buf[4 - r->left--];
}

double
ictus_rng_uniform (ictus_rng *r)
{
  return ((double) (ictus_rng_u64 (r) >> 12) + 0.5) * 0x1p-52;
}

uint64_t
ictus_rng_below (ictus_rng *r, uint64_t n)
{
  /* Lemire 2019, doi:10.1145/3230636: the high half of x * n, refused where it would be biased */
  unsigned __int128 m = (unsigned __int128) ictus_rng_u64 (r) * n;

  if ((uint64_t) m < n)
    {
      uint64_t floor = (0 - n) % n;

      while ((uint64_t) m < floor)
        m = (unsigned __int128) ictus_rng_u64 (r) * n;
    }
  return (uint64_t) (m >> 64);
}

double
ictus_rng_normal (ictus_rng *r)
{
  double u = ictus_rng_uniform (r), v = ictus_rng_uniform (r);

  return sqrt (-2.0 * log (u)) * cos (2.0 * M_PI * v);
}

double
ictus_rng_exponential (ictus_rng *r)
{
  return -log (ictus_rng_uniform (r));
}

/* By products of uniforms, for small means. */
static uint64_t
poisson_small (ictus_rng *r, double mean)
{
  double p = exp (-mean), q = ictus_rng_uniform (r);
  uint64_t k = 0;

  while (q > p)
    {
      q *= ictus_rng_uniform (r);
      ++k;
    }
  return k;
}

/* PTRS: transformed rejection, Hoermann 1993, doi:10.1016/0167-6687(93)90997-4, for means of 10 and more. */
static uint64_t
poisson_large (ictus_rng *r, double mean)
{
  double slam = sqrt (mean), loglam = log (mean), b = 0.931 + 2.53 * slam, a = -0.059 + 0.02483 * b;
  double inv = 1.1239 + 1.1328 / (b - 3.4), vr = 0.9277 - 3.6224 / (b - 2.0);

  for (;;)
    {
      double u = ictus_rng_uniform (r) - 0.5, v = ictus_rng_uniform (r), us = 0.5 - fabs (u);
      double k = floor ((2.0 * a / us + b) * u + mean + 0.43);

      if (us >= 0.07 && v <= vr)
        return (uint64_t) k;
      if (k < 0 || (us < 0.013 && v > us))
        continue;
      if (log (v) + log (inv) - log (a / (us * us) + b) <= -mean + k * loglam - lgamma (k + 1))
        return (uint64_t) k;
    }
}

uint64_t
ictus_rng_poisson (ictus_rng *r, double mean)
{
  if (!(mean > 0))
    return 0;
  return mean < 10 ? poisson_small (r, mean) : poisson_large (r, mean);
}

/* Inversion by counting geometric gaps between successes: exact, n p steps. */
static uint64_t
binomial_gaps (ictus_rng *r, uint64_t n, double p)
{
  double lq = log1p (-p), at = 0;
  uint64_t k = 0;

  for (;;)
    {
      at += floor (log (ictus_rng_uniform (r)) / lq) + 1;
      if (at > (double) n)
        return k;
      ++k;
    }
}

/* BTRS: transformed rejection, Hoermann 1993, doi:10.1080/00949659308811496, for n p >= 10 and p <= 1/2. */
static uint64_t
binomial_btrs (ictus_rng *r, uint64_t n, double p)
{
  double dn = (double) n, q = 1 - p, spq = sqrt (dn * p * q), b = 1.15 + 2.53 * spq;
  double a = -0.0873 + 0.0248 * b + 0.01 * p, c = dn * p + 0.5, vr = 0.92 - 4.2 / b;
  double alpha = (2.83 + 5.1 / b) * spq, lpq = log (p / q), m = floor ((dn + 1) * p);
  double h = lgamma (m + 1) + lgamma (dn - m + 1);

  for (;;)
    {
      double u = ictus_rng_uniform (r) - 0.5, v = ictus_rng_uniform (r), us = 0.5 - fabs (u);
      double k = floor ((2 * a / us + b) * u + c);

      if (k < 0 || k > dn)
        continue;
      if (us >= 0.07 && v <= vr)
        return (uint64_t) k;
      if (log (v * alpha / (a / (us * us) + b)) <= h - lgamma (k + 1) - lgamma (dn - k + 1) + (k - m) * lpq)
        return (uint64_t) k;
    }
}

uint64_t
ictus_rng_binomial (ictus_rng *r, uint64_t n, double p)
{
  if (n == 0 || !(p > 0))
    return 0;
  if (p >= 1)
    return n;
  if (p > 0.5)
    return n - ictus_rng_binomial (r, n, 1 - p);
  return (double) n * p < 10 ? binomial_gaps (r, n, p) : binomial_btrs (r, n, p);
}
