/* SPDX-License-Identifier: BSD-3-Clause */
/* Random numbers of a step, keyed by (seed, purpose, population; neuron, step, slot): whoever draws them, and when, and
   whatever was drawn before, they are the same. Steps are counted from model time 0. And what they are for beside
   noise: the jumps of Markov variables. */
#include "solve_strip.h"

#include <math.h>
#include <string.h>

static void
make_key (const ictus_cells *cells, ictus_purpose purpose, uint32_t key[2])
{
  ictus_rng r = ictus_rng_open (cells->seed, purpose, cells->first, 0, UINT64_MAX);
  uint64_t x = ictus_rng_u64 (&r);

  key[0] = (uint32_t) x;
  key[1] = (uint32_t) (x >> 32);
}

ictus_err
ictus__strip_noise_init (ictus__strips *s)
{
  ictus__noise *x = &s->noise;
  const ictus_cells *cells = s->b.cells;
  const ictus_kernel *k = s->b.k;
  size_t nq = 0;

  if (k->nnoise + k->nmarkov == 0)
    return ICTUS_OK;
  make_key (cells, ICTUS_RNG_NOISE, x->key);
  make_key (cells, ICTUS_RNG_MARKOV, x->markov_key);
  x->scale = k->is_map ? 1 : 1 / sqrt (s->dt_ms);
  for (int v = 0; v < k->nmarkov; ++v)
    nq += (size_t) k->markov_n[v] * (size_t) k->markov_n[v];
  x->unit = ictus_alloc (s->np, sizeof *x->unit);
  x->word = ictus_alloc (2 * ICTUS__STRIP, sizeof *x->word);
  x->chance = ictus_alloc ((size_t) (k->nmarkov + 1) / 2 * 2, ICTUS__ROW * sizeof *x->chance);
  x->q = ictus_alloc (nq, sizeof *x->q);
  if (x->unit == NULL || x->word == NULL || x->chance == NULL || x->q == NULL)
    return ICTUS_E_NOMEM;
  for (size_t i = 0; i < cells->n; ++i)
    x->unit[i] = (uint32_t) (cells->gid[i] - cells->first);
  return ICTUS_OK;
}

void
ictus__strip_noise_clear (ictus__strips *s)
{
  ictus_free (s->noise.unit);
  ictus_free (s->noise.word);
  ictus_free (s->noise.chance);
  ictus_free (s->noise.q);
}

/* One slot from words. */
static void
fill (const ictus__strips *s, const ictus__strip *p, int slot, const uint64_t *word, double *x)
{
  int kind = s->b.k->noise[slot];

  if (kind == ICTUS_NOISE_UNIFORM)
    s->loops->uniforms (p->m, word, x);
  else
    s->loops->normals (p->m, word, kind == ICTUS_NOISE_WIENER ? s->noise.scale : 1, x);
}

void
ictus__strip_noise_draw (ictus__strips *s, const ictus__strip *p, int64_t step, double *u)
{
  uint64_t *one = s->noise.word, *two = one + ICTUS__STRIP;

  for (int j = 0; j < s->b.k->nnoise; j += 2)
    {
      s->loops->words (s->noise.key, s->noise.unit + p->first, (uint64_t) step, (uint32_t) j / 2, p->m, one, two);
      fill (s, p, j, one, u + (size_t) j * ICTUS__ROW);
      if (j + 1 < s->b.k->nnoise)
        fill (s, p, j + 1, two, u + (size_t) (j + 1) * ICTUS__ROW);
    }
}

/* ---- Markov variables -------------------------------------------------------------------------------------- */

/* Where a variable goes from value i of n: chance in (0, 1) falls into one of the stretches dt q[i, j], j != i, or behind
   them, where it stays. */
static int
jump (const double *q, int n, int i, double dt, double chance)
{
  double sum = 0;

  for (int j = 0; j < n; ++j)
    if (j != i && q[i * n + j] > 0)
      {
        sum += dt * q[i * n + j];
        if (chance < sum)
          return j;
      }
  return i;
}

static int
value_of (double y, int n)
{
  return y >= n - 1 ? n - 1 : y > 0 ? (int) (y + 0.5) : 0;
}

void
ictus__strip_markov (ictus__strips *s, const ictus__strip *p, int64_t step, double t)
{
  const ictus_kernel *k = s->b.k;
  ictus__noise *x = &s->noise;
  double dt = k->is_map ? 1 : s->dt_ms;

  for (int v = 0; v < k->nmarkov; v += 2)
    {
      s->loops->words (x->markov_key, x->unit + p->first, (uint64_t) step, (uint32_t) v / 2, p->m, x->word,
                       x->word + ICTUS__STRIP);
      for (size_t half = 0; half < 2; ++half)
        s->loops->uniforms (p->m, x->word + half * ICTUS__STRIP, x->chance + ((size_t) v + half) * ICTUS__ROW);
    }
  for (size_t c = 0; c < p->n; ++c)
    {
      const double *q = x->q;

      ictus__strip_take (s, p, c, s->b.y);
      k->rates (t, s->b.y, ictus__bank_p (&s->b, p->first + c), ictus__strip_input (s, p, c), x->q);
      for (int v = 0; v < k->nmarkov; q += k->markov_n[v] * k->markov_n[v], ++v)
        {
          int n = k->markov_n[v], i = value_of (s->b.y[k->markov_of[v]], n);

          p->y[(size_t) k->markov_of[v] * p->ys + c] = jump (q, n, i, dt, x->chance[(size_t) v * ICTUS__ROW + c]);
        }
    }
}
