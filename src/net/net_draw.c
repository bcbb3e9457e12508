/* SPDX-License-Identifier: BSD-3-Clause */
/* Which draws to use, their keys, and the thresholds of counts. */
#include "net_draw.h"

#include <math.h>
#include <string.h>

ictus__key
ictus__net_key (uint64_t seed, ictus_purpose purpose, uint64_t a, uint64_t b)
{
  ictus_rng r = ictus_rng_open (seed, purpose, a, b, UINT64_MAX);
  uint64_t x = ictus_rng_u64 (&r);
  ictus__key key = { { (uint32_t) x, (uint32_t) (x >> 32) } };

  return key;
}

/* ---- levels ------------------------------------------------------------------------------------- */

extern const ictus__draws ictus__draws_v1, ictus__draws_v2, ictus__draws_v3, ictus__draws_v4;

const ictus__draws *
ictus__draws_at (int level)
{
  return ICTUS_OF_LEVEL (ictus__draws, level);
}

const ictus__draws *
ictus__draws_here (void)
{
  return ictus__draws_at (ictus_isa_level ());
}

/* ---- counts ------------------------------------------------------------------------------------- */

/* Share of the words on either side for which it pays to look at more bits. */
#define RARE 0x1p-12

/* 2^64 x, rounded down; x in [0, 1) */
static uint64_t
fixed_point (double x)
{
  double hi = floor (x * 0x1p32);

  return (uint64_t) hi << 32 | (uint64_t) ((x * 0x1p32 - hi) * 0x1p32);
}

/* P (X > k) and P (X <= k), each summed from its small end, give a threshold its digits where they are
   needed. Made from
   + * / alone: the same bits everywhere. */
void
ictus__counts_make (double mean, ictus__counts *c)
{
  double p[ICTUS__COUNT_MAX + 1], below = 0, above[ICTUS__COUNT_MAX + 1], sum = 0;
  int first = 0, last = 0;

  memset (c, 0, sizeof *c);
  p[0] = 1;
  for (int k = 1; k <= ICTUS__COUNT_MAX; ++k)
    p[k] = p[k - 1] * (mean / k);
  for (int k = ICTUS__COUNT_MAX; k >= 0; --k)
    {
      above[k] = sum; /* what lies beyond the last is below 2^-64 of it */
      sum += p[k];
    }
  for (int k = 0; k <= ICTUS__COUNT_MAX; ++k)
    {
      p[k] /= sum;
      above[k] /= sum;
    }
  for (int k = 0; k < ICTUS__COUNT_MAX; ++k)
    {
      below += p[k];
      c->exact[k] = below < 0.5 ? fixed_point (below) : 0 - fixed_point (above[k]);
      if (below >= 0.5 && fixed_point (above[k]) == 0)
        break; /* no word is that high */
      c->nexact = k + 1;
      if (below < RARE)
        first = k + 1;
      if (above[k] >= RARE)
        last = k + 1;
    }
  c->base = first;
  c->low = first > 0 ? (uint32_t) (c->exact[first - 1] >> 32) : 0;
  for (int k = first; k < last; ++k)
    c->above[c->n++] = (int32_t) (((uint32_t) (c->exact[k] >> 32) - 1) ^ 0x80000000);
  c->high = last < c->nexact ? (uint32_t) (c->exact[last] >> 32) - 1 : UINT32_MAX;
}
