/* SPDX-License-Identifier: BSD-3-Clause */
/* Growth in blocks of time, and what can be said of its mean: batch means (Schmeiser 1982, doi:10.1287/opre.30.3.556). */
#include "chaos_impl.h"

#include <math.h>
#include <string.h>

ictus_err
ictus__growth_open (int k, double length, ictus__growth *g)
{
  size_t wide = (size_t) k + 1;

  *g = (ictus__growth) { .k = k, .length = length };
  g->t = ictus_alloc (CHAOS_BLOCKS, sizeof *g->t);
  g->sum = ictus_alloc (CHAOS_BLOCKS * wide, sizeof *g->sum);
  g->now = ictus_alloc (wide, sizeof *g->now);
  return g->t != NULL && g->sum != NULL && g->now != NULL ? ICTUS_OK : ICTUS_E_NOMEM;
}

void
ictus__growth_close (ictus__growth *g)
{
  ictus_free (g->t);
  ictus_free (g->sum);
  ictus_free (g->now);
  *g = (ictus__growth) { 0 };
}

/* Each two become one. */
static void
halve (ictus__growth *g)
{
  size_t wide = (size_t) g->k + 1;

  for (size_t b = 0; b < g->n / 2; ++b)
    {
      g->t[b] = g->t[2 * b] + g->t[2 * b + 1];
      for (size_t j = 0; j < wide; ++j)
        g->sum[b * wide + j] = g->sum[2 * b * wide + j] + g->sum[(2 * b + 1) * wide + j];
    }
  g->n /= 2;
  g->length *= 2;
}

void
ictus__growth_add (ictus__growth *g, double dt, const double *grow, double divergence)
{
  size_t wide = (size_t) g->k + 1;

  for (int j = 0; j < g->k; ++j)
    g->now[j] += grow[j];
  g->now[g->k] += divergence;
  g->now_t += dt;
  if (g->now_t < g->length * (1 - 1e-12))
    return;
  if (g->n == CHAOS_BLOCKS)
    halve (g);
  if (g->now_t < g->length * (1 - 1e-12))
    return;
  g->t[g->n] = g->now_t;
  memcpy (g->sum + g->n * wide, g->now, wide * sizeof *g->now);
  g->n += 1;
  g->now_t = 0;
  memset (g->now, 0, wide * sizeof *g->now);
}

/* Sums over blocks [from, to) of w times the columns; *t their length. */
static double
part (const ictus__growth *g, size_t from, size_t to, const double *w, double *t)
{
  size_t wide = (size_t) g->k + 1;
  double sum = 0;

  *t = 0;
  for (size_t b = from; b < to; ++b)
    {
      *t += g->t[b];
      for (size_t j = 0; j < wide; ++j)
        if (w[j] != 0)
          sum += w[j] * g->sum[b * wide + j];
    }
  return sum;
}

/* Standard error of the mean out of m batches. What neighbours undo of each other (a cycle begun and ended at different phases) does not
   count; less anticorrelation than that is as likely chance, and is not made use of. */
static double
batches (const ictus__growth *g, size_t nblock, size_t m, const double *w, double t, double mean, bool *slow)
{
  double var = 0, next = 0, before = 0;

  for (size_t b = 0; b < m; ++b)
    {
      double tb, off = part (g, b * nblock / m, (b + 1) * nblock / m, w, &tb);

      off = (off / tb - mean) * (tb * (double) m / t); /* batches differ a little in length */
      var += off * off;
      if (b > 0)
        next += off * before;
      before = off;
    }
  var /= (double) (m - 1);
  next /= (double) (m - 1);
  *slow = next > 0.3 * var && var > 0;
  if (next < -0.4 * var)
    var = fmax (var + 2 * next, var / (double) m);
  return sqrt (var / (double) m);
}

double
ictus__growth_mean (const ictus__growth *g, size_t nblock, const double *w, double *error, bool *slow)
{
  double t, mean = part (g, 0, nblock, w, &t) / t;
  bool longer;

  *error = NAN;
  *slow = true;
  if (nblock < 8)
    return mean;
  *error = batches (g, nblock, nblock < CHAOS_BATCHES ? nblock : CHAOS_BATCHES, w, t, mean, slow);
  if (nblock >= CHAOS_BATCHES)
    *error = fmax (*error, batches (g, nblock, CHAOS_BATCHES / 2, w, t, mean, &longer));
  return mean;
}
