/* SPDX-License-Identifier: BSD-3-Clause */
/* Neuron to rank by what each neuron costs. */
#include "part_impl.h"

#include <math.h>

static ictus_err
sum_costs (const double *cost, size_t size, int pop, double *sum)
{
  *sum = 0;
  for (size_t i = 0; cost != NULL && i < size; ++i)
    {
      if (!(cost[i] >= 0) || isinf (cost[i]))
        return ICTUS_FAIL (ICTUS_E_ARG, "the cost of neuron %zu of population %d is %g", i, pop, cost[i]);
      *sum += cost[i];
    }
  return ICTUS_OK;
}

/* Where a population is to be cut: every rank gets what it lacks of an equal share of all that was dealt,
   this population included; what all lack together may be more than there is. end [nrank]: running sums. */
static void
choose_ends (const double *load, int nrank, double sum, double *end)
{
  double share = sum, lacking = 0, at = 0;

  for (int r = 0; r < nrank; ++r)
    share += load[r];
  share /= nrank;
  for (int r = 0; r < nrank; ++r)
    lacking += fmax (share - load[r], 0);
  for (int r = 0; r < nrank; ++r)
    {
      at += fmax (share - load[r], 0);
      end[r] = at / lacking * sum;
    }
}

/* A rank's piece ends before the first neuron whose middle lies behind the end. load [nrank] is brought up to
   date. */
static ictus_err
cut_by_cost (ictus_part *p, uint64_t first, size_t size, const double *cost, const double *end, double *load)
{
  double done = 0;
  size_t i = 0;

  for (int r = 0; r < p->nrank; ++r)
    {
      size_t begin = i;

      for (; i < size && (r + 1 == p->nrank || done + 0.5 * cost[i] < end[r]); ++i)
        {
          done += cost[i];
          load[r] += cost[i];
        }
      ICTUS_TRY (ictus__part_add (p, first + begin, i - begin, r));
    }
  return ICTUS_OK;
}

ictus_err
ictus_part_make_balanced (const size_t *size, const double *const *cost, int npop, int nrank,
                          ictus_part **out)
{
  ictus_part *p = NULL;
  uint64_t n = 0, first = 0, begin = 0;
  double *load = NULL, *end = NULL, sum;
  ictus_err e;

  *out = NULL;
  if (nrank < 1)
    return ICTUS_FAIL (ICTUS_E_ARG, "%d ranks", nrank);
  for (int k = 0; k < npop; ++k)
    n += size[k];
  ICTUS_GO (ictus__part_start ("balanced", n, nrank, &p));
  load = ictus_alloc ((size_t) nrank, sizeof *load);
  end = ictus_alloc ((size_t) nrank, sizeof *end);
  if (load == NULL || end == NULL)
    ICTUS_GO (ICTUS_E_NOMEM);
  for (int k = 0; k < npop; first += size[k], ++k)
    {
      const double *of = cost == NULL ? NULL : cost[k];

      ICTUS_GO (sum_costs (of, size[k], k, &sum));
      if (sum > 0)
        {
          choose_ends (load, nrank, sum, end);
          ICTUS_GO (cut_by_cost (p, first, size[k], of, end, load));
        }
      else
        ICTUS_GO (ictus__part_cut_even (p, first, size[k], &begin));
    }
  p->digest = ictus__part_hash (p);
  *out = p;
  p = NULL;
done:
  ictus_free (load);
  ictus_free (end);
  ictus_part_destroy (&p);
  return e;
}
