/* SPDX-License-Identifier: BSD-3-Clause */
/* For tests of points of trajectories: a model with its values, flow or map. */
#ifndef ICTUS_TEST_POINTS_CHECK_H
#define ICTUS_TEST_POINTS_CHECK_H

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ictus/chaos.h"

typedef struct points_case
{
  ictus_model *m;
  double *p, *y, *u;
  ictus_dyn_values v;
} points_case;

static inline void
must (ictus_err e)
{
  ck_assert_msg (e == ICTUS_OK, "%s", ictus_err_last ());
}

static inline void
near (double a, double b, double tol)
{
  ck_assert_msg (fabs (a - b) <= tol, "%.15g, not %.15g", a, b);
}

/* A model by name, or by its text; par NULL: as it is. */
static inline points_case
points_open (const char *name, const char *text, const char *par, double value)
{
  points_case c = { 0 };
  const ictus_kernel *k;

  must (ictus_model_open_scalar (name, NULL, text, &c.m));
  k = c.m->kernel;
  c.p = ictus_alloc ((size_t) k->nslot, sizeof *c.p);
  c.y = ictus_alloc ((size_t) k->nstate, sizeof *c.y);
  c.u = ictus_alloc ((size_t) k->nu, sizeof *c.u);
  ictus_model_defaults (c.m, c.p);
  for (int i = 0; i < k->ninput; ++i)
    c.u[i] = ictus_lang_get (c.m->lang, ICTUS_LANG_INPUT, i)->value;
  if (par != NULL)
    {
      int at = ictus_dyn_par (c.m, par);

      ck_assert_msg (at >= 0, "no parameter %s", par);
      *(at < k->npar ? &c.p[at] : &c.u[at - k->npar]) = value;
    }
  k->prepare (c.p);
  k->init (c.p, c.y);
  c.v = (ictus_dyn_values){ .model = c.m, .p = c.p, .u = c.u, .y = c.y };
  return c;
}

static inline void
points_close (points_case *c)
{
  ictus_free (c->p);
  ictus_free (c->y);
  ictus_free (c->u);
  ictus_model_close (&c->m);
}

#endif
