/* SPDX-License-Identifier: BSD-3-Clause */
/* One curve in two parameters of a model, from a point that is given. */
#ifndef DYN_CODIM2_CHECK_H
#define DYN_CODIM2_CHECK_H

#include <check.h>
#include <math.h>
#include <string.h>

#include "dyn/dyn_impl.h"

typedef struct curve
{
  ictus_model *model;
  double p[200], y[100], u[100];
  ictus__dyn *s;
  ictus_dyn_options o;
  ictus_dyn_branch b;
} curve;

/* text NULL: a shipped model */
static inline void
curve_open (curve *c, const char *name, const char *text, const char *par, double lo, double hi, const char *par2, double lo2,
            double hi2)
{
  ictus_dyn_values v;

  memset (c, 0, sizeof *c);
  ck_assert_msg (ictus_model_open_scalar (name, NULL, text, &c->model) == ICTUS_OK, "%s", ictus_err_last ());
  ck_assert_int_le (c->model->kernel->nslot, 200);
  ictus_model_defaults (c->model, c->p);
  for (int a = 0; a < c->model->kernel->ninput; ++a)
    c->u[a] = ictus_lang_get (c->model->lang, ICTUS_LANG_INPUT, a)->value;
  c->model->kernel->init (c->p, c->y);
  v = (ictus_dyn_values) { .model = c->model, .p = c->p, .u = c->u, .y = c->y };
  ck_assert_msg (ictus__dyn_open (&v, &c->s) == ICTUS_OK, "%s", ictus_err_last ());
  c->o = (ictus_dyn_options) { .par = ictus_dyn_par (c->model, par), .par2 = ictus_dyn_par (c->model, par2), .lo = lo, .hi = hi,
                               .lo2 = lo2, .hi2 = hi2, .max_points = 2000, .tol = 1e-10 };
  ck_assert_int_ge (c->o.par, 0);
  ck_assert_int_ge (c->o.par2, 0);
}

static inline void
curve_set (curve *c, const char *name, double value)
{
  int par = ictus_dyn_par (c->model, name);

  ck_assert_int_ge (par, 0);
  ictus__dyn_set (c->s, par, value);
}

static inline void
curve_follow (curve *c, ictus_dyn_kind kind, double *x, double par, double par2, double period, int direction)
{
  ictus_dyn_special from = { .type = kind == ICTUS_DYN_FOLDS ? ICTUS_DYN_FOLD : ICTUS_DYN_HOPF, .par = { par, par2 },
                             .period = period, .x = x };
  ictus__dyn_job j = { .kind = kind, .o = &c->o, .from = &from, .direction = direction };

  ictus_dyn_branch_clear (&c->b);
  memset (&c->b, 0, sizeof c->b);
  ck_assert_msg (ictus__follow_codim2 (c->s, &j, &c->b) == ICTUS_OK, "%s", ictus_err_last ());
}

/* The first special point of a type from number *at on; NULL: none. */
static inline const ictus_dyn_special *
curve_next (const curve *c, ictus_dyn_type type, size_t *at)
{
  for (; *at < c->b.nspecial; ++*at)
    if (c->b.special[*at].type == type)
      return &c->b.special[(*at)++];
  return NULL;
}

static inline const ictus_dyn_special *
curve_only (const curve *c, ictus_dyn_type type)
{
  size_t at = 0;
  const ictus_dyn_special *s = curve_next (c, type, &at);

  ck_assert_msg (s != NULL, "no %s among %zu special points of %zu; the end: %s", ictus_dyn_type_name (type), c->b.nspecial,
                 c->b.npoint, c->b.nspecial > 0 ? c->b.special[c->b.nspecial - 1].note : "");
  ck_assert_ptr_null (curve_next (c, type, &at));
  return s;
}

void dgesv_ (const int *n, const int *nrhs, double *a, const int *lda, int *ipiv, double *b, const int *ldb, int *info);

/* The equilibrium near x at the values as they are; near a fold as well as Newton's method finds it there. */
static inline void
curve_rest (curve *c, double *x)
{
  const int n = c->s->n, one = 1;
  double J[100], f[10];
  int pivot[10], info;

  ck_assert_int_le (n, 10);
  for (int it = 0; it < 30; ++it)
    {
      ictus__dyn_rhs (c->s, x, f);
      ictus__dyn_jac (c->s, x, J);
      dgesv_ (&n, &one, J, &n, pivot, f, &n, &info);
      for (int i = 0; info == 0 && i < n; ++i)
        x[i] -= f[i];
    }
}

static inline void
curve_close (curve *c)
{
  ictus_dyn_branch_clear (&c->b);
  ictus__dyn_close (&c->s);
  ictus_model_close (&c->model);
}

#endif
