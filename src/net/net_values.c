/* SPDX-License-Identifier: BSD-3-Clause */
/* Weights and delays of synapses, each keyed by its target and its number; one block of random words serves
   both. */
#include "net_impl.h"

#include <math.h>
#include <string.h>

#include "net_draw.h"

/* A cut distribution is drawn again until a value falls inside. At least 1 in 1000 does (that is checked
   where distributions are read), so that this many times are not enough with probability < 1e-40. */
enum { TRIES = 100000 };

typedef struct batch_words /* what is drawn for, and words of it */
{
  ictus__ask ask;
  const ictus__draws *draws;
  uint32_t unit[ICTUS__BATCH];
  uint64_t number[ICTUS__BATCH];
  uint64_t weight[ICTUS__BATCH], delay[ICTUS__BATCH]; /* words for them */
} batch_words;

static void
ask (batch_words *w, size_t n, uint32_t again)
{
  w->ask.again = again;
  w->ask.unit = w->unit;
  w->ask.number = w->number;
  for (size_t k = n; k % 8 != 0; ++k) /* full vectors */
    {
      w->unit[k] = 0;
      w->number[k] = 0;
    }
  w->draws->words (&w->ask, n, w->weight, w->delay);
}

static void
transform (const ictus__draws *draws, const ictus_dist *d, size_t n, const uint64_t *word, double *x)
{
  if (d->kind == ICTUS_DIST_UNIFORM)
    {
      draws->uniform (n, word, x);
      for (size_t k = 0; k < n; ++k)
        x[k] = d->min + (d->max - d->min) * x[k];
      return;
    }
  draws->normal (n, word, x);
  for (size_t k = 0; k < n; ++k)
    x[k] = d->a + d->b * x[k];
  if (d->kind == ICTUS_DIST_LOGNORMAL)
    draws->exponentiate (n, x);
}

/* Places of those outside of min .. max; out has room for n + 1. */
static size_t
find_outside (const ictus_dist *d, size_t n, const double *x, uint16_t *out)
{
  size_t nout = 0;

  for (size_t k = 0; k < n; ++k)
    {
      out[nout] = (uint16_t) k;
      nout += !(x[k] >= d->min && x[k] <= d->max);
    }
  return nout;
}

/* Draw those again that are outside. */
static void
redraw (const batch_words *from, const ictus_dist *d, bool delay, double *x, const uint16_t *outside,
        size_t nout)
{
  batch_words w = { .ask = from->ask, .draws = from->draws };
  uint16_t at[ICTUS__BATCH + 1], still[ICTUS__BATCH + 1];
  double y[ICTUS__BATCH];

  memcpy (at, outside, nout * sizeof *at);
  for (uint32_t again = 1; nout > 0; ++again)
    {
      size_t left;

      for (size_t k = 0; k < nout; ++k)
        {
          w.unit[k] = from->unit[at[k]];
          w.number[k] = from->number[at[k]];
        }
      ask (&w, nout, again);
      transform (w.draws, d, nout, delay ? w.delay : w.weight, y);
      for (size_t k = 0; k < nout; ++k)
        x[at[k]] = again < TRIES ? y[k] : fmin (fmax (y[k], d->min), d->max);
      if (again == TRIES)
        return;
      left = find_outside (d, nout, y, still);
      for (size_t k = 0; k < left; ++k)
        at[k] = at[still[k]];
      nout = left;
    }
}

static void
draw_one (const batch_words *w, const ictus_dist *d, bool delay, size_t n, double *x)
{
  uint16_t outside[ICTUS__BATCH + 1];
  size_t nout;

  if (d->kind != ICTUS_DIST_NORMAL && d->kind != ICTUS_DIST_LOGNORMAL && d->kind != ICTUS_DIST_UNIFORM)
    {
      for (size_t k = 0; k < n; ++k)
        x[k] = d->a;
      return;
    }
  transform (w->draws, d, n, delay ? w->delay : w->weight, x);
  if (d->kind == ICTUS_DIST_UNIFORM || (d->min == -INFINITY && d->max == INFINITY))
    return;
  nout = find_outside (d, n, x, outside);
  if (nout > 0)
    redraw (w, d, delay, x, outside, nout);
}

static void
use_given (size_t n, const double *given, double *x)
{
  for (size_t k = 0; k < n && given != NULL; ++k)
    if (!isnan (given[k]))
      x[k] = given[k];
}

void
ictus__net_draw_values (const ictus_net *net, const ictus__wires *w, const ictus__batch *b, double *weight,
                        double *delay)
{
  const ictus_population *to = &net->pop[w->target];
  batch_words words;
  double x[ICTUS__BATCH];

  words.draws = ictus__draws_here ();
  if ((weight != NULL && w->weight.kind != ICTUS_DIST_CONSTANT)
      || (delay != NULL && w->delay.kind != ICTUS_DIST_CONSTANT))
    {
      words.ask.key = ictus__net_key (net->exp->seed, ICTUS_RNG_WEIGHT, ictus__net_pack (w), 0);
      for (size_t k = 0; k < b->n; ++k)
        words.unit[k] = (uint32_t) (to->cells.gid[b->to[k]] - to->first);
      memcpy (words.number, b->number, b->n * sizeof *b->number);
      ask (&words, b->n, 0);
    }
  if (weight != NULL)
    {
      draw_one (&words, &w->weight, false, b->n, x);
      use_given (b->n, b->weight, x);
      for (size_t k = 0; k < b->n; ++k)
        weight[k] = x[k] * w->conf->scale;
    }
  if (delay != NULL)
    {
      draw_one (&words, &w->delay, true, b->n, x);
      use_given (b->n, b->delay, x);
      if (net->exp->grid)
        words.draws->ticks (b->n, net->exp->resolution_ms, x);
      memcpy (delay, x, b->n * sizeof *x);
    }
}
