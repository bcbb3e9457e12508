/* SPDX-License-Identifier: BSD-3-Clause */
/* Sampling requests of the hooks, as one ascending list of times for each population and window. */
#include "engine/engine_impl.h"

#include <math.h>

/* Hand a sample of the solver on to every request that wants this time. */
static void
dispatch (void *ctx, size_t i, int s, const double *y, const double *u)
{
  engine_samples *x = ctx;

  for (size_t k = x->first[s]; k < x->first[s + 1]; ++k)
    {
      const engine_due *d = &x->due[k];
      const ictus_sampling *q = &x->engine->sampling[d->request];

      q->sample (q->ctx, i, d->index, d->t_ms, y, u);
    }
}

/* First k with k * interval > t (a little above rounding, so that a time is never taken twice). */
static int64_t
first_after (const ictus_experiment *x, double t_ms, double interval_ms)
{
  if (x->grid)
    {
      ictus_tick every = ictus_tick_of (interval_ms, x->resolution_ms), now = ictus_tick_of (t_ms, x->resolution_ms);

      return now / every + 1;
    }
  {
    int64_t k = (int64_t) floor (t_ms / interval_ms);

    while (ictus_tick_ms (k, interval_ms) > t_ms)
      --k;
    while (ictus_tick_ms (k, interval_ms) <= t_ms)
      ++k;
    return k;
  }
}

static double
sample_ms (const ictus_experiment *x, int64_t k, double interval_ms)
{
  if (x->grid)
    return ictus_tick_ms (k * ictus_tick_of (interval_ms, x->resolution_ms), x->resolution_ms);
  return ictus_tick_ms (k, interval_ms);
}

/* The k of the first sample: k * interval >= start, k >= 1. */
static int64_t
first_of (const ictus_experiment *x, double start_ms, double interval_ms)
{
  int64_t k = (int64_t) floor (start_ms / interval_ms) - 1;

  if (k < 1)
    k = 1;
  while (sample_ms (x, k, interval_ms) < start_ms)
    ++k;
  return k;
}

uint64_t
ictus_engine_samples (const ictus_experiment *exp, double start_ms, double stop_ms, double interval_ms, double t_ms)
{
  double until = stop_ms < t_ms ? stop_ms : t_ms;
  int64_t first = first_of (exp, start_ms, interval_ms), k = first_after (exp, until, interval_ms);

  return k > first ? (uint64_t) (k - first) : 0;
}

double
ictus_engine_first_sample (const ictus_experiment *exp, double start_ms, double interval_ms)
{
  return sample_ms (exp, first_of (exp, start_ms, interval_ms), interval_ms);
}

/* Insert by time; equal times stay in the order of the requests. */
static ictus_err
add_due (engine_samples *x, const engine_due *d)
{
  size_t k = x->ndue;

  ICTUS_TRY (ictus_grow (&x->due, &x->cap, x->ndue + 1, sizeof *x->due));
  for (; k > 0 && x->due[k - 1].t_ms > d->t_ms; --k)
    x->due[k] = x->due[k - 1];
  x->due[k] = *d;
  x->ndue += 1;
  return ICTUS_OK;
}

ictus_err
engine_samples_due (ictus_engine *e, int pop, ictus_window *w)
{
  engine_samples *x = &e->samples[pop];
  double next_ms = INFINITY;
  int n = 0;

  w->nsample = 0;
  if (w->t0_ms >= x->from_ms && w->t1_ms < x->next_ms)
    return ICTUS_OK;
  x->engine = e;
  x->ndue = 0;
  for (int r = 0; r < e->nsampling; ++r)
    {
      const ictus_sampling *q = &e->sampling[r];
      int64_t first;

      if (q->population != pop)
        continue;
      first = first_of (e->exp, q->start_ms, q->interval_ms);
      for (int64_t k = first_after (e->exp, w->t0_ms, q->interval_ms);; ++k)
        {
          engine_due d
              = { .t_ms = sample_ms (e->exp, k, q->interval_ms), .request = r, .index = (uint64_t) (k - first) };

          if (d.t_ms > q->stop_ms)
            break;
          if (d.t_ms > w->t1_ms)
            {
              next_ms = d.t_ms < next_ms ? d.t_ms : next_ms;
              break;
            }
          if (k >= first)
            ICTUS_TRY (add_due (x, &d));
        }
    }
  if (x->ndue + 1 > x->ncap)
    {
      size_t cap = x->ncap;

      ICTUS_TRY (ictus_grow (&x->t_ms, &cap, x->ndue + 1, sizeof *x->t_ms));
      ICTUS_TRY (ictus_grow (&x->first, &x->ncap, x->ndue + 1, sizeof *x->first));
    }
  for (size_t k = 0; k < x->ndue; ++k)
    if (n == 0 || x->due[k].t_ms > x->t_ms[n - 1])
      {
        x->t_ms[n] = x->due[k].t_ms;
        x->first[n] = k;
        ++n;
      }
  x->first[n] = x->ndue;
  x->from_ms = w->t0_ms;
  x->next_ms = next_ms;
  w->nsample = n;
  w->sample_ms = x->t_ms;
  w->sample = dispatch;
  w->sample_ctx = x;
  return ICTUS_OK;
}
