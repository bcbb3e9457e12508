/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts of Poisson trains in vectors. Compiled for every level of instructions. */
#include "net_vector.h"

/* Both halves of each lane as numbers of their own, compared as unsigned ones: the highest bit is turned. */
static inline vs
halves (vu a)
{
  return (vs) (a ^ 0x8000000080000000);
}

static inline vs
all_halves (uint32_t x)
{
  return (vs){ 0 } + (int32_t) (x ^ 0x80000000);
}

/* -1 in each half whose word is decided by more than 32 bits. */
static inline vs
outside (const ictus__counts *c, vs x)
{
  vs low = x < all_halves (c->low);

  return c->up ? low | (x >= all_halves (c->high)) : low;
}

static inline uint32_t
count_exactly (const ictus__counts *c, uint64_t word)
{
  uint32_t n = 0;

  while ((int) n < c->nexact && word >= c->exact[n])
    ++n;
  return n;
}

static inline bool
is_outside (const ictus__counts *c, uint32_t word)
{
  return word < c->low || (c->up && word >= c->high);
}

/* Bytes of the four counts of each lane: put those right whose words x lie outside; y are the words that follow. */
static inline vu
correct (const ictus__counts *c, ictus__key key, const vu *x, vu unit, vu block, vu packed)
{
  vu y[4] = { unit, block, block >> 32, v_all (1) };

  v_philox (key, y);
  for (int l = 0; l < VW; ++l)
    for (int k = 0; k < 4; ++k)
      if (is_outside (c, (uint32_t) x[k][l]))
        {
          uint64_t word = (uint64_t) (uint32_t) x[k][l] << 32 | (uint32_t) y[k][l];

          packed[l] &= ~((uint64_t) 255 << 8 * k);
          packed[l] |= (uint64_t) count_exactly (c, word) << 8 * k;
        }
  return packed;
}

uint32_t ICTUS__OF_LEVEL (ictus__count) (const ictus__counts *c, ictus__key key, uint64_t block, size_t n,
                                         const uint32_t *unit, uint32_t *out);
void ICTUS__OF_LEVEL (ictus__add) (size_t n, const uint32_t *count, int bin, double w, const double *w_of, double *x);

/* Four words of a neuron lie in two vectors, two words a lane. */
uint32_t
ICTUS__OF_LEVEL (ictus__count) (const ictus__counts *c, ictus__key key, uint64_t block, size_t n, const uint32_t *unit,
                                uint32_t *out)
{
  const vu b = v_all (block);
  vu seen = v_all (0);
  uint64_t all = 0;

  for (size_t i = 0; i < n; i += VW)
    {
      vu u = v_load32 (unit + i), x[4] = { u, b, b >> 32, v_all (0) }, p, q;
      vs s, t, ns = (vs){ 0 } + c->base, nt = ns;

      v_philox (key, x);
      s = halves ((x[0] & UINT32_MAX) | x[1] << 32);
      t = halves ((x[2] & UINT32_MAX) | x[3] << 32);
      for (int k = 0; k < c->n; ++k)
        {
          vs least = all_halves (c->at[k]);

          ns -= s >= least;
          nt -= t >= least;
        }
      p = (vu) ns;
      q = (vu) nt;
      p = ((p | p >> 24) & 0xffff) | ((q | q >> 24) & 0xffff) << 16;
      if (v_any ((vu) (outside (c, s) | outside (c, t))))
        p = correct (c, key, x, u, b, p);
      if (i + VW > n) /* neurons that are not there */
        for (size_t l = n - i; l < VW; ++l)
          p[l] = 0;
      seen |= p;
      v_store32 (out + i, p);
    }
  for (int l = 0; l < VW; ++l)
    all |= seen[l];
  return (uint32_t) all;
}

/* Beyond the vectors one by one: a neuron's sum does not depend on its neighbours. */
void
ICTUS__OF_LEVEL (ictus__add) (size_t n, const uint32_t *count, int bin, double w, const double *w_of, double *x)
{
  const vu byte = v_all (255);
  size_t i = 0;

  if (w_of == NULL)
    for (; i + VW <= n; i += VW)
      v_stored (x + i, v_loadd (x + i) + v_double (v_load32 (count + i) >> 8 * bin & byte) * w);
  else
    for (; i + VW <= n; i += VW)
      v_stored (x + i, v_loadd (x + i) + v_double (v_load32 (count + i) >> 8 * bin & byte) * v_loadd (w_of + i));
  for (; i < n; ++i)
    x[i] += (double) (count[i] >> 8 * bin & 255) * (w_of == NULL ? w : w_of[i]);
}
