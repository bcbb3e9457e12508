/* SPDX-License-Identifier: BSD-3-Clause */
/* For tests of room dyn: a model as a system. */
#ifndef ICTUS_TEST_DYN_CHECK_H
#define ICTUS_TEST_DYN_CHECK_H

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dyn/dyn_impl.h"

typedef struct dyn_case
{
  ictus_model *m;
  double *p, *y, *u;
  ictus_dyn_values v;
  ictus__dyn *s;
} dyn_case;

static inline void
dyn_must (ictus_err e)
{
  ck_assert_msg (e == ICTUS_OK, "%s", ictus_err_last ());
}

/* A model by name, or by its text; values of parameters: name, value, ..., NULL. */
static inline dyn_case
dyn_open (const char *name, const char *text, const char *const *par, const double *value)
{
  dyn_case c = { 0 };
  const ictus_kernel *k;

  dyn_must (ictus_model_open_scalar (name, NULL, text, &c.m));
  k = c.m->kernel;
  c.p = ictus_alloc ((size_t) k->nslot, sizeof *c.p);
  c.y = ictus_alloc ((size_t) k->nstate, sizeof *c.y);
  c.u = ictus_alloc ((size_t) k->nu, sizeof *c.u);
  ictus_model_defaults (c.m, c.p);
  for (int i = 0; i < k->ninput; ++i)
    c.u[i] = ictus_lang_get (c.m->lang, ICTUS_LANG_INPUT, i)->value;
  c.v = (ictus_dyn_values){ .model = c.m, .p = c.p, .u = c.u, .y = c.y };
  for (int i = 0; par != NULL && par[i] != NULL; ++i)
    {
      int at = ictus_dyn_par (c.m, par[i]);

      ck_assert_msg (at >= 0, "no parameter %s", par[i]);
      if (at < k->npar)
        c.p[at] = value[i];
      else
        c.u[at - k->npar] = value[i];
    }
  k->prepare (c.p);
  k->init (c.p, c.y);
  dyn_must (ictus__dyn_open (&c.v, &c.s));
  return c;
}

static inline void
dyn_close (dyn_case *c)
{
  ictus__dyn_close (&c->s);
  ictus_free (c->p);
  ictus_free (c->y);
  ictus_free (c->u);
  ictus_model_close (&c->m);
}

#endif
