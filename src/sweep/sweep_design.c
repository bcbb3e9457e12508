/* SPDX-License-Identifier: BSD-3-Clause */
/* Designs that draw their points, and the seeds of repeats. Every number is made when it is asked for, from
   the seed, the name of the axis and the point: nobody keeps a list of the points, and an axis that is added,
   or more random points, leave the others where they were. */
#include <math.h>
#include <string.h>

#include "sweep/sweep_design.h"

enum { ROUNDS = 12 }; /* of the permutation; 8 suffice to look random */
enum { JITTER = 0, STRATUM = 1 }; /* what a number of an axis is for */

static uint64_t
root_of (uint64_t n)
{
  uint64_t a = (uint64_t) sqrt ((double) n);

  while (a * a < n)
    ++a;
  while (a > 1 && (a - 1) * (a - 1) >= n)
    --a;
  return a;
}

/* A Feistel network with addition on the rectangle a x b that holds 0 .. n-1 (Black and Rogaway 2002,
   "Ciphers with arbitrary finite domains", doi:10.1007/3-540-45760-7_9); what falls outside goes through it
   again until it is inside. */
uint64_t
ictus__shuffle (uint64_t seed, uint64_t key, uint64_t n, uint64_t index)
{
  uint64_t a = root_of (n), b = (n + a - 1) / a;

  do
    {
      uint64_t l = index % a, r = index / a;

      for (uint64_t round = 0; round < ROUNDS; ++round)
        {
          ictus_rng g = ictus_rng_open (seed, ICTUS_RNG_DESIGN, key, STRATUM + 2 * round, r);
          uint64_t sum = l + ictus_rng_below (&g, round % 2 == 0 ? a : b);

          l = r;
          r = sum % (round % 2 == 0 ? a : b);
        }
      index = a * r + l; /* an even number of rounds: the halves are where they were */
    }
  while (index >= n);
  return index;
}

double
ictus__design_value (const ictus_experiment *exp, size_t point, int axis)
{
  const ictus_exp_axis *x = &exp->axis[axis];
  uint64_t key = ictus_hash (x->name, strlen (x->name), 0), n = exp->design_points;
  ictus_rng g = ictus_rng_open (exp->seed, ICTUS_RNG_DESIGN, key, JITTER, point);
  double u = ictus_rng_uniform (&g);

  if (exp->design == ICTUS_DESIGN_LATIN_HYPERCUBE)
    u = ((double) ictus__shuffle (exp->seed, key, n, point) + u) / (double) n;
  if (x->value != NULL) /* each value has an equal part of the unit interval */
    {
      size_t k = (size_t) (u * (double) x->nvalue);

      return x->value[k < x->nvalue ? k : x->nvalue - 1];
    }
  return x->log ? x->from * pow (x->to / x->from, u) : x->from + (x->to - x->from) * u;
}

uint64_t
ictus__repeat_seed (uint64_t seed, size_t repeat)
{
  ictus_rng g = ictus_rng_open (seed, ICTUS_RNG_REPEAT, repeat, 0, 0);

  return repeat == 0 ? seed : ictus_rng_u64 (&g) >> 11; /* 53 bits: exact also where numbers are doubles */
}

bool
ictus__seed_is_swept (const ictus_experiment *exp)
{
  for (int a = 0; a < exp->naxis; ++a)
    for (int s = 0; s < exp->axis[a].nset; ++s)
      if (strcmp (exp->axis[a].set[s], "seed") == 0)
        return true;
  return false;
}
