/* SPDX-License-Identifier: BSD-3-Clause */
/* Out of growth: exponents with errors, their sum, Kaplan and Yorke's dimension, and what kind of motion it is. */
#include "chaos_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIGMAS 3   /* an exponent within so many standard errors of 0 cannot be told from it */
#define STILL 1e-7 /* part of its range that a state moves in a recurrence, where nothing moves any more */

const char *
ictus_verdict_name (ictus_verdict v)
{
  static const char *const name[]
      = { "fixed point", "cycle", "torus", "cycle or torus", "chaos", "hyperchaos", "marginal" };

  return name[v];
}

/* Order of the columns by falling mean: those of Gram and Schmidt are in order but for what is close together. */
static void
sort (const ictus__growth *g, double *mean, int *order)
{
  for (int j = 0; j < g->k; ++j)
    {
      int at = j;

      for (; at > 0 && mean[order[at - 1]] < mean[j]; --at)
        order[at] = order[at - 1];
      order[at] = j;
    }
}

/* j + S_j / |lambda_j+1|, S_j the sum of the first j, the last one that is not negative (Kaplan & Yorke 1979); its error from the same batches, of
   what it depends on to first order. */
static void
dimension (const ictus__growth *g, const int *order, double *w, ictus_lyapunov *l)
{
  double sum = 0, next;
  bool slow;
  int j = 0;

  l->dimension = l->dimension_error = NAN;
  if (l->exponent[0] <= l->zero[0]) /* the largest is 0 or less: an exponent that is 0 is no positive one */
    {
      int flat = 0;

      for (int k = 0; k < l->k; ++k)
        flat += fabs (l->exponent[k]) <= l->zero[k];
      if (flat < l->k || l->k == l->n)
        {
          l->dimension = flat;
          l->dimension_error = 0;
        }
      return;
    }
  while (j < l->k && sum + l->exponent[j] >= 0)
    sum += l->exponent[j++];
  if (j == l->n)
    {
      l->dimension = l->n;
      l->dimension_error = 0;
    }
  if (j == l->k)
    return;
  next = l->exponent[j];
  l->dimension = j - sum / next;
  memset (w, 0, ((size_t) g->k + 1) * sizeof *w);
  for (int k = 0; k < j; ++k)
    w[order[k]] = -1 / next;
  w[order[j]] = sum / (next * next);
  (void) ictus__growth_mean (g, g->n, w, &l->dimension_error, &slow);
}

static ictus_verdict
judge (const ictus_lyapunov *l, bool still)
{
  int above = 0, flat = 0;

  for (int k = 0; k < l->k; ++k)
    {
      above += l->exponent[k] > l->zero[k];
      flat += fabs (l->exponent[k]) <= l->zero[k];
    }
  if (above > 0)
    return above > 1 ? ICTUS_VERDICT_HYPERCHAOS : ICTUS_VERDICT_CHAOS;
  if (still)
    return flat > 0 ? ICTUS_VERDICT_MARGINAL : ICTUS_VERDICT_FIXED_POINT;
  if (l->map || l->timed) /* no direction of the flow whose exponent is 0 */
    return flat > 0 ? ICTUS_VERDICT_TORUS : ICTUS_VERDICT_CYCLE;
  if (flat == l->k && l->k < l->n)
    return ICTUS_VERDICT_CYCLE_OR_TORUS;
  return flat > 1 ? ICTUS_VERDICT_TORUS : ICTUS_VERDICT_CYCLE;
}

static double
length (const ictus__growth *g)
{
  double t = 0;

  for (size_t b = 0; b < g->n; ++b)
    t += g->t[b];
  return t;
}

void
ictus__verdict (const ictus__growth *g, double rest, double size, ictus_lyapunov *l)
{
  double w[64] = { 0 }, *one = g->k < 64 ? w : ictus_alloc ((size_t) g->k + 1, sizeof *one);
  double mean[64], *all = g->k < 64 ? mean : ictus_alloc ((size_t) g->k, sizeof *all), t = length (g);
  int place[64], *order = g->k < 64 ? place : ictus_alloc ((size_t) g->k, sizeof *order);
  bool slow, any_slow = false;

  if (one == NULL || all == NULL || order == NULL)
    goto done; /* the message is there: the numbers are not */
  for (int j = 0; j < g->k; ++j)
    {
      one[j] = 1;
      all[j] = ictus__growth_mean (g, g->n, one, &l->error[j], &slow);
      one[j] = 0;
    }
  sort (g, all, order);
  for (int j = 0; j < g->k; ++j)
    {
      one[order[j]] = 1;
      l->exponent[j] = ictus__growth_mean (g, g->n, one, &l->error[j], &slow);
      one[order[j]] = 0;
      l->zero[j] = fmax (SIGMAS * l->error[j], (size + 1) / t);
      any_slow = any_slow || (slow && l->error[j] * t > size + 1); /* below, it is nothing but the ends */
    }
  l->settled = !any_slow;
  one[g->k] = 1;
  l->divergence = ictus__growth_mean (g, g->n, one, &l->divergence_error, &slow);
  for (int j = 0; j < g->k; ++j)
    one[j] = 1;
  one[g->k] = 0;
  l->sum = ictus__growth_mean (g, g->n, one, &l->sum_error, &slow);
  l->entropy = 0;
  for (int j = 0; j < g->k; ++j)
    l->entropy += l->exponent[j] > l->zero[j] ? l->exponent[j] : 0;
  dimension (g, order, one, l);
  l->verdict = judge (l, rest < STILL);
done:
  if (g->k >= 64)
    {
      ictus_free (one);
      ictus_free (all);
      ictus_free (order);
    }
}

ictus_err
ictus__running (const ictus__growth *g, ictus_lyapunov *l)
{
  size_t k = (size_t) g->k, n = g->n < CHAOS_ROWS ? g->n : CHAOS_ROWS;
  double *w = ictus_alloc (k + 1, sizeof *w), t = 0;
  size_t block = 0;
  bool slow;

  l->t = ictus_alloc (n, sizeof *l->t);
  l->running = ictus_alloc (n * k, sizeof *l->running);
  l->band = ictus_alloc (n * k, sizeof *l->band);
  if (w == NULL || l->t == NULL || l->running == NULL || l->band == NULL)
    {
      ictus_free (w);
      return ICTUS_E_NOMEM;
    }
  for (size_t r = 0; r < n; ++r)
    {
      size_t until = (r + 1) * g->n / n;

      for (; block < until; ++block)
        t += g->t[block];
      l->t[r] = t;
      for (size_t j = 0; j < k; ++j)
        {
          w[j] = 1;
          l->running[r * k + j] = ictus__growth_mean (g, until, w, &l->band[r * k + j], &slow);
          w[j] = 0;
        }
    }
  l->nrow = n;
  ictus_free (w);
  return ICTUS_OK;
}
