/* SPDX-License-Identifier: BSD-3-Clause */
/* What XPPAUT calls backward Euler: y1 = y0 + h/2 (f (t1, y0) + f (t1, y1)), the trapezoidal rule with all of it at the end of
   the step, solved by Newton's method with the exact Jacobian. */
#include "path_stepping.h"

#include <math.h>
#include <string.h>

typedef struct implicit
{
  ictus__system *s;
  double dt, tol;
  int iter, n;
  double *old, *f, *z, *r; /* [n] */
  ictus__matrix *matrix;
} implicit;

static ictus_err
create (ictus__system *s, const ictus_path_config *c, void **self)
{
  implicit *x = ictus_alloc (1, sizeof *x);
  size_t n = (size_t) s->k->nstate;

  *self = x;
  if (x == NULL)
    return ICTUS_E_NOMEM;
  x->s = s;
  x->dt = s->dir * c->dt;
  x->tol = c->newt_tol;
  x->iter = c->newt_iter;
  x->n = s->k->nstate;
  x->old = ictus_alloc (4 * n, sizeof *x->old);
  if (x->old == NULL)
    return ICTUS_E_NOMEM;
  x->f = x->old + n;
  x->z = x->f + n;
  x->r = x->z + n;
  return ictus__matrix_create (x->n, &x->matrix);
}

static void
destroy (void *self)
{
  implicit *x = self;

  if (x == NULL)
    return;
  ictus_free (x->old);
  ictus__matrix_destroy (&x->matrix);
  ictus_free (x);
}

static ictus_err
start (void *self, double t, const double *y)
{
  (void) self;
  (void) t;
  (void) y;
  return ICTUS_OK;
}

static ictus_err
step (void *self, double limit, double *t, double *y)
{
  implicit *x = self;
  size_t n = (size_t) x->n;
  double h = limit - *t, half;

  if (fabs (h - x->dt) <= 1e-9 * fabs (x->dt))
    h = x->dt;
  half = 0.5 * h;
  ictus__system_rhs (x->s, limit, y, x->old);
  memcpy (x->z, y, n * sizeof *y);
  for (int pass = 0; pass <= x->iter; ++pass)
    {
      double residual = 0, change = 0;

      ictus__system_rhs (x->s, limit, x->z, x->f);
      for (size_t i = 0; i < n; ++i)
        {
          x->r[i] = x->z[i] - half * (x->f[i] + x->old[i]) - y[i];
          residual += fabs (x->r[i]);
        }
      ictus__system_jac (x->s, limit, x->z, ictus__matrix_jacobian (x->matrix));
      ICTUS_TRY (ictus__matrix_filled (x->matrix));
      if (!ictus__matrix_factor (x->matrix, 1, -half))
        return ICTUS_FAIL (ICTUS_E_SOLVER, "Newton's matrix is singular at t = %.10g", limit);
      ictus__matrix_solve (x->matrix, x->r);
      for (size_t i = 0; i < n; ++i)
        {
          change += fabs (x->r[i]);
          x->z[i] -= x->r[i];
        }
      if (change < x->tol || residual < x->tol)
        {
          memcpy (y, x->z, n * sizeof *y);
          *t = limit;
          return ICTUS_OK;
        }
    }
  return ICTUS_FAIL (ICTUS_E_SOLVER, "Newton's method does not come closer than %g in %d iterations at t = %.10g (a smaller "
                     "dt helps)", x->tol, x->iter, limit);
}

static const char *
refuse (const ictus_model *m, char *buf)
{
  (void) buf;
  return m->kernel->is_map ? "the model is a map: it is iterated (method map), not integrated" : NULL;
}

const ictus__method ictus__path_backward_euler
    = { { "backward-euler", "implicit, order 2, what XPPAUT calls backward Euler", true }, refuse, create, destroy, start, step,
        NULL };
