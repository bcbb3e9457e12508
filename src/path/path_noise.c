/* SPDX-License-Identifier: BSD-3-Clause */
/* Chance: noise that is constant over a step, and Markov variables. Numbers are keyed by (seed, run, step, what for), so
   they depend neither on the method nor on what else was drawn. */
#include "path_run.h"

#include <math.h>

void
ictus__noise_draw (ictus__run *r, double h)
{
  const ictus_kernel *k = r->k;
  double *u = r->sys.u + k->ninput + k->ndelay;
  double scale = 1 / sqrt (fabs (h));

  for (int i = 0; i < k->nnoise; ++i)
    {
      ictus_rng g = ictus_rng_open (r->c->seed, ICTUS_RNG_NOISE, r->c->run, r->step, (uint64_t) i | r->part << 32);

      switch (k->noise[i])
        {
        case ICTUS_NOISE_WIENER: u[i] = ictus_rng_normal (&g) * scale; break;
        case ICTUS_NOISE_NORMAL: u[i] = ictus_rng_normal (&g); break;
        default: u[i] = ictus_rng_uniform (&g); break;
        }
    }
}

/* Where variable i, which has n values and is at `from`, goes. */
static int
next_value (ictus__run *r, int i, int n, int from, const double *q, double h)
{
  ictus_rng g = ictus_rng_open (r->c->seed, ICTUS_RNG_MARKOV, r->c->run, r->step, (uint64_t) i);
  double coin = ictus_rng_uniform (&g), sum = 0;

  for (int j = 0; j < n; ++j)
    if (j != from)
      {
        sum += fabs (h) * q[(size_t) from * (size_t) n + (size_t) j];
        if (coin < sum)
          return j;
      }
  return from;
}

bool
ictus__markov_jump (ictus__run *r, double h)
{
  const ictus_kernel *k = r->k;
  const double *q = r->rates;
  bool any = false;

  if (k->nmarkov == 0)
    return false;
  ictus__system_look_back (&r->sys, r->t, r->y);
  k->rates (r->t, r->y, r->sys.p, r->sys.u, r->rates);
  for (int i = 0; i < k->nmarkov; ++i)
    {
      int n = k->markov_n[i];
      double *z = &r->y[k->markov_of[i]], from = floor (*z + 0.5);

      if (from >= 0 && from < n && fabs (*z - from) < 1e-4)
        {
          int to = next_value (r, i, n, (int) from, q, h);

          any = any || to != (int) from;
          *z = to;
        }
      q += (size_t) n * (size_t) n;
    }
  return any;
}
