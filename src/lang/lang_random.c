/* SPDX-License-Identifier: BSD-3-Clause */
/* ran(a), normal(m,s), poisson(m). In equations each stands for a random number that the solver draws for every step; what is
   written twice, or expanded twice, is drawn twice. In initial values a number is drawn once, here. */
#include <string.h>

#include "lang/lang_parse.h"

enum { DRAWS_MAX = 100000 };

/* A new slot of noise. */
static ictus_err
slot (ictus__parser *p, int name, unsigned char kind, int *n)
{
  ictus_lang *L = p->L;

  if (L->nnoise >= DRAWS_MAX)
    return ictus__fail (L, name, "more than %d random numbers a step", DRAWS_MAX);
  ICTUS_TRY (ictus_grow (&L->noise, &L->capnoise, L->nnoise + 1, sizeof *L->noise));
  L->noise[L->nnoise] = kind;
  *n = ictus__leaf (&L->g, OP_NOISE, (int) L->nnoise++);
  return ictus__made (p, name, *n);
}

/* A number drawn now, by its place among all of the file. */
static ictus_err
drawn (ictus__parser *p, int name, unsigned char kind, int *n)
{
  ictus_lang *L = p->L;
  ictus_rng r = ictus_rng_open (L->settings.seed, ICTUS_RNG_MODEL, 0, L->ndrawn++, 0);

  *n = ictus__num (&L->g, kind == ICTUS_NOISE_NORMAL ? ictus_rng_normal (&r) : ictus_rng_uniform (&r));
  ICTUS_TRY (ictus__made (p, name, *n));
  return ictus__note_once (L, ICTUS_LANG_READING, name,
                           "drawn once, from the seed of the file: every run begins with the same number");
}

ictus_err
ictus__call_random (ictus__parser *p, int name, int *n)
{
  bool normal = ictus__is_word (p->L, name, "normal"), poisson = ictus__is_word (p->L, name, "poisson");
  unsigned char kind = normal ? ICTUS_NOISE_NORMAL : ICTUS_NOISE_UNIFORM;
  ictus__dag *g = &p->L->g;
  int arg[2];

  ICTUS_TRY (ictus__arguments (p, name, normal ? 2 : 1, arg));
  if (p->scope->mode != SCOPE_USUAL)
    ICTUS_TRY (drawn (p, name, kind, n));
  else
    {
      ICTUS_TRY (slot (p, name, kind, n));
      ICTUS_TRY (ictus__allowed (p, name, *n, true));
    }
  if (poisson)
    *n = ictus__fun2 (g, OP_POISSON, arg[0], *n);
  else
    *n = ictus__mul (g, arg[normal ? 1 : 0], *n);
  if (normal)
    *n = ictus__add (g, arg[0], *n);
  return ictus__made (p, name, *n);
}
