/* SPDX-License-Identifier: BSD-3-Clause */
/* Weights and delays of synapses, each keyed by its target and its number. */
#include "net_impl.h"

#include <math.h>

/* ms, or whole ticks on the grid: the nearest, at least 1; infinity where there are too many. */
static double
round_delay (const ictus_net *net, double d_ms)
{
  ictus_tick k;

  if (!net->exp->grid || !(d_ms >= 0))
    return d_ms;
  if (d_ms / net->exp->resolution_ms > (double) UINT32_MAX)
    return INFINITY;
  k = ictus_tick_of (d_ms, net->exp->resolution_ms);
  return k < 1 ? 1 : (double) k;
}

void
ictus__net_draw_values (const ictus_net *net, const ictus__wires *w, const ictus__batch *b, double *weight,
                        double *delay)
{
  const ictus_population *to = &net->pop[w->target];

  for (size_t k = 0; k < b->n && weight != NULL; ++k)
    {
      ictus_rng r = ictus_rng_open (net->exp->seed, ICTUS_RNG_WEIGHT, ictus__net_pack (w),
                                    to->cells.gid[b->to[k]], b->number[k]);

      weight[k] = (b->weight != NULL && !isnan (b->weight[k]) ? b->weight[k] : ictus_dist_draw (&w->weight, 0, 0, &r))
                  * w->conf->scale;
    }
  for (size_t k = 0; k < b->n && delay != NULL; ++k)
    {
      ictus_rng r = ictus_rng_open (net->exp->seed, ICTUS_RNG_DELAY, ictus__net_pack (w), to->cells.gid[b->to[k]],
                                    b->number[k]);

      delay[k] = round_delay (net, b->delay != NULL && !isnan (b->delay[k]) ? b->delay[k]
                                                                           : ictus_dist_draw (&w->delay, 0, 0, &r));
    }
}
