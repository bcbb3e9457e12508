/* SPDX-License-Identifier: BSD-3-Clause */
/* Branches as bytes, for ranks of the same kind of machine. */
#include <string.h>

#include "dyn/dyn_drive.h"

void
ictus__pack_clear (ictus__pack *k)
{
  ictus_free (k->s);
  *k = (ictus__pack) { 0 };
}

void
ictus__pack_put (ictus__pack *k, const void *p, size_t n)
{
  if (k->failed || n == 0)
    return;
  if (ictus_grow (&k->s, &k->cap, k->len + n, 1) != ICTUS_OK)
    {
      k->failed = true;
      return;
    }
  memcpy (k->s + k->len, p, n);
  k->len += n;
}

void
ictus__pack_take (ictus__pack *k, void *p, size_t n)
{
  if (k->failed || k->len - k->at < n)
    {
      k->failed = true;
      memset (p, 0, n);
      return;
    }
  if (n > 0)
    memcpy (p, k->s + k->at, n);
  k->at += n;
}

/* An array that may be NULL. */
static void
put_array (ictus__pack *k, const void *p, size_t bytes)
{
  size_t n = p != NULL ? bytes : SIZE_MAX;

  ictus__pack_put (k, &n, sizeof n);
  if (p != NULL)
    ictus__pack_put (k, p, bytes);
}

static void *
take_array (ictus__pack *k)
{
  size_t n = 0;
  void *p;

  ictus__pack_take (k, &n, sizeof n);
  if (k->failed || n == SIZE_MAX)
    return NULL;
  if (k->len - k->at < n || (p = ictus_alloc (n, 1)) == NULL)
    {
      k->failed = true;
      return NULL;
    }
  ictus__pack_take (k, p, n);
  return p;
}

static void
pack_special (ictus__pack *k, const ictus_dyn_branch *b, const ictus_dyn_special *s)
{
  size_t n = (size_t) b->n * sizeof (double);

  ictus__pack_put (k, s, sizeof *s);
  put_array (k, s->x, n);
  put_array (k, s->phase, s->nmesh * sizeof (double));
  put_array (k, s->orbit, s->nmesh * n);
  put_array (k, s->nvector > 0 ? s->vector : NULL, s->nvector * sizeof (double));
}

static void
unpack_special (ictus__pack *k, ictus_dyn_special *s)
{
  ictus__pack_take (k, s, sizeof *s);
  s->x = take_array (k);
  s->phase = take_array (k);
  s->orbit = take_array (k);
  s->vector = take_array (k);
}

void
ictus__pack_branch (ictus__pack *k, const ictus_dyn_branch *b)
{
  size_t one = b->npoint * sizeof (double), all = one * (size_t) b->n, aux = one * (size_t) b->naux;

  ictus__pack_put (k, b, sizeof *b);
  put_array (k, b->par, one);
  put_array (k, b->par2, one);
  put_array (k, b->x, all);
  put_array (k, b->low, all);
  put_array (k, b->high, all);
  put_array (k, b->aux_low, aux);
  put_array (k, b->aux_high, aux);
  put_array (k, b->period, one);
  put_array (k, b->re, all);
  put_array (k, b->im, all);
  put_array (k, b->unstable, b->npoint * sizeof (int));
  for (size_t a = 0; a < b->nspecial; ++a)
    pack_special (k, b, &b->special[a]);
}

ictus_err
ictus__unpack_branch (ictus__pack *k, ictus_dyn_branch *b)
{
  ictus__pack_take (k, b, sizeof *b);
  b->cap = b->npoint;
  b->par = take_array (k);
  b->par2 = take_array (k);
  b->x = take_array (k);
  b->low = take_array (k);
  b->high = take_array (k);
  b->aux_low = take_array (k);
  b->aux_high = take_array (k);
  b->period = take_array (k);
  b->re = take_array (k);
  b->im = take_array (k);
  b->unstable = take_array (k);
  b->cap_special = b->nspecial;
  b->special = ictus_alloc (b->nspecial, sizeof *b->special);
  if (b->special == NULL)
    {
      b->nspecial = 0;
      k->failed = true;
    }
  for (size_t a = 0; a < b->nspecial; ++a)
    unpack_special (k, &b->special[a]);
  if (!k->failed)
    return ICTUS_OK;
  ictus_dyn_branch_clear (b);
  return ICTUS_E_NOMEM;
}
