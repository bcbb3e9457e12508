/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts of Poisson trains in vectors. Compiled for every level of instructions. */
#include "base/base_vector.h"
#include "net_draw.h"

/* Both halves of each lane as numbers of their own, compared as unsigned ones: the highest bit is turned. */
static inline vs
halves (vu a, vu b)
{
  return (vs) (((a & UINT32_MAX) | b << 32) ^ 0x8000000080000000);
}

static inline vs
all_halves (uint32_t x)
{
  return (vs){ 0 } + (int32_t) (x ^ 0x80000000);
}

/* n + 1 where x > least */
static inline vs
add_above (vs n, vs x, vs least)
{
#if ICTUS_LEVEL == 4
  return (vs) _mm512_mask_sub_epi32 ((__m512i) n, _mm512_cmpgt_epi32_mask ((__m512i) x, (__m512i) least),
                                     (__m512i) n, _mm512_set1_epi32 (-1));
#else
  return n - (x > least);
#endif
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
  return word < c->low || word > c->high;
}

/* Bytes of the four counts of each lane: put those right whose words x lie outside; y are the words that
   follow. */
static vu __attribute__ ((noinline))
correct (const ictus__counts *c, ictus__key key, const vu *x, vu unit, vu block, vu packed)
{
  vu y[4] = { unit, block, block >> 32, v_all (1) };

  v_philox (key.k, y);
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

uint32_t ICTUS_LEVELED (ictus__count) (const ictus__counts *c, ictus__key key, uint64_t block, size_t n,
                                         const uint32_t *unit, uint32_t *out);
void ICTUS_LEVELED (ictus__add) (size_t n, const uint32_t *count, int bin, double w, const double *w_of,
                                   double *x);

/* Four words of a neuron lie in two vectors, two words a lane; GROUP lanes of neurons at once share what is
   read of the table. */
enum { SETS = 2, GROUP = SETS * VW };

typedef struct group
{
  vu unit[SETS], x[SETS][4];
  vu out[SETS]; /* a byte a count */
} group;

static inline void
count_group (const ictus__counts *c, ictus__key key, vu block, group *g)
{
  const vs low = all_halves (c->low), high = all_halves (c->high);
  vs s[2 * SETS], n[2 * SETS], outside = { 0 };

#pragma GCC unroll 2
  for (int k = 0; k < SETS; ++k)
    {
      vu *x = g->x[k];

      x[0] = g->unit[k];
      x[1] = block;
      x[2] = block >> 32;
      x[3] = v_all (0);
      v_philox (key.k, x);
      s[2 * k] = halves (x[0], x[1]);
      s[2 * k + 1] = halves (x[2], x[3]);
    }
#pragma GCC unroll 4
  for (int k = 0; k < 2 * SETS; ++k)
    {
      outside |= (s[k] < low) | (s[k] > high);
      n[k] = (vs){ 0 } + c->base;
    }
  for (int t = 0; t < c->n; ++t)
    {
      vs least = (vs){ 0 } + c->above[t];

#pragma GCC unroll 4
      for (int k = 0; k < 2 * SETS; ++k)
        n[k] = add_above (n[k], s[k], least);
    }
#pragma GCC unroll 2
  for (int k = 0; k < SETS; ++k)
    {
      vu p = (vu) n[2 * k], q = (vu) n[2 * k + 1];

      g->out[k] = ((p | p >> 24) & 0xffff) | ((q | q >> 24) & 0xffff) << 16;
    }
  if (v_any ((vu) outside))
    for (int k = 0; k < SETS; ++k)
      g->out[k] = correct (c, key, g->x[k], g->unit[k], block, g->out[k]);
}

uint32_t
ICTUS_LEVELED (ictus__count) (const ictus__counts *c, ictus__key key, uint64_t block, size_t n,
                                const uint32_t *unit, uint32_t *out)
{
  vu seen = v_all (0);
  uint64_t all = 0;

  for (size_t i = 0; i < n; i += GROUP)
    {
      group g;

      for (size_t k = 0; k < SETS; ++k)
        g.unit[k] = v_load32 (unit + i + k * VW);
      count_group (c, key, v_all (block), &g);
      for (size_t k = 0; k < SETS; ++k)
        {
          for (size_t l = 0; i + GROUP > n && l < VW; ++l) /* neurons that are not there */
            if (i + k * VW + l >= n)
              g.out[k][l] = 0;
          seen |= g.out[k];
          v_store32 (out + i + k * VW, g.out[k]);
        }
    }
  for (int l = 0; l < VW; ++l)
    all |= seen[l];
  return (uint32_t) all;
}

/* Beyond the vectors one by one: a neuron's sum does not depend on its neighbours. */
void
ICTUS_LEVELED (ictus__add) (size_t n, const uint32_t *count, int bin, double w, const double *w_of,
                              double *x)
{
  const vu byte = v_all (255);
  size_t i = 0;

  if (w_of == NULL)
    for (; i + VW <= n; i += VW)
      v_stored (x + i, v_loadd (x + i) + v_double (v_load32 (count + i) >> 8 * bin & byte) * w);
  else
    for (; i + VW <= n; i += VW)
      v_stored (x + i,
                v_loadd (x + i) + v_double (v_load32 (count + i) >> 8 * bin & byte) * v_loadd (w_of + i));
  for (; i < n; ++i)
    x[i] += (double) (count[i] >> 8 * bin & 255) * (w_of == NULL ? w : w_of[i]);
}
