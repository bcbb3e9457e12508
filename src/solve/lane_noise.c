/* SPDX-License-Identifier: BSD-3-Clause */
/* Random numbers of neurons side by side, for one level of instructions. */
#include "solve_strip.h"

#include "base/base_vector.h"

extern void ICTUS_LEVELED (ictus__lane_words) (const uint32_t key[2], const uint32_t *unit, uint64_t step, uint32_t pair,
                                               size_t m, uint64_t *one, uint64_t *two);
extern void ICTUS_LEVELED (ictus__lane_normals) (size_t m, const uint64_t *word, double scale, double *x);
extern void ICTUS_LEVELED (ictus__lane_uniforms) (size_t m, const uint64_t *word, double *x);

/* A block of Philox has the words of two slots: counter (unit, step, pair). */
void
ICTUS_LEVELED (ictus__lane_words) (const uint32_t key[2], const uint32_t *unit, uint64_t step, uint32_t pair, size_t m,
                                   uint64_t *one, uint64_t *two)
{
  for (size_t i = 0; i < m; i += VW)
    {
      vu x[4] = { v_load32 (unit + i), v_all (step & UINT32_MAX), v_all (step >> 32), v_all (pair) }, a, b;

      v_philox (key, x);
      a = x[0] << 32 | (x[1] & UINT32_MAX);
      b = x[2] << 32 | (x[3] & UINT32_MAX);
      memcpy (one + i, &a, sizeof a);
      memcpy (two + i, &b, sizeof b);
    }
}

void
ICTUS_LEVELED (ictus__lane_normals) (size_t m, const uint64_t *word, double scale, double *x)
{
  v_normals (m, word, x);
  for (size_t i = 0; i < m; i += VW)
    v_stored (x + i, v_loadd (x + i) * scale);
}

void
ICTUS_LEVELED (ictus__lane_uniforms) (size_t m, const uint64_t *word, double *x)
{
  for (size_t i = 0; i < m; i += VW)
    {
      vu w;

      memcpy (&w, word + i, sizeof w);
      v_stored (x + i, v_unit (w));
    }
}
