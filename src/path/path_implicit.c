/* SPDX-License-Identifier: BSD-3-Clause */
/* What XPPAUT calls backward Euler: y1 = y0 + h/2 (f (t1, y0) + f (t1, y1)), the trapezoidal rule with all of it at the end of
   the step, solved by Newton's method with the exact Jacobian. */
#include "path_impl.h"

#include <math.h>
#include <string.h>

typedef struct implicit
{
  ictus__system *s;
  double dt, tol;
  int iter, n;
  double *old, *f, *z, *r, *J; /* [n], J [n, n] by columns */
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
  x->old = ictus_alloc (n + 4, n * sizeof *x->old);
  if (x->old == NULL)
    return ICTUS_E_NOMEM;
  x->f = x->old + n;
  x->z = x->f + n;
  x->r = x->z + n;
  x->J = x->r + n;
  return ICTUS_OK;
}

static void
destroy (void *self)
{
  implicit *x = self;

  if (x != NULL)
    ictus_free (x->old);
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

/* One column of the elimination with row pivots; the right side goes along. */
static bool
eliminate (size_t n, double *a, double *b, size_t k)
{
  size_t best = k;

  for (size_t i = k + 1; i < n; ++i)
    if (fabs (a[k * n + i]) > fabs (a[k * n + best]))
      best = i;
  if (!(fabs (a[k * n + best]) > 0))
    return false;
  if (best != k)
    {
      double spare = b[k];

      b[k] = b[best];
      b[best] = spare;
      for (size_t j = k; j < n; ++j)
        {
          spare = a[j * n + k];
          a[j * n + k] = a[j * n + best];
          a[j * n + best] = spare;
        }
    }
  for (size_t i = k + 1; i < n; ++i)
    a[k * n + i] /= a[k * n + k];
  for (size_t j = k + 1; j < n; ++j)
    {
      double p = a[j * n + k];

      if (p < 0 || p > 0)
        for (size_t i = k + 1; i < n; ++i)
          a[j * n + i] -= a[k * n + i] * p;
    }
  for (size_t i = k + 1; i < n; ++i)
    b[i] -= a[k * n + i] * b[k];
  return true;
}

/* a [j * n + i] x = b, in place; false: a is singular */
static bool
solve (size_t n, double *a, double *b)
{
  for (size_t k = 0; k < n; ++k)
    if (!eliminate (n, a, b, k))
      return false;
  for (size_t k = n; k-- > 0;)
    {
      b[k] /= a[k * n + k];
      for (size_t i = 0; i < k; ++i)
        b[i] -= a[k * n + i] * b[k];
    }
  return true;
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
      ictus__system_jac (x->s, limit, x->z, x->J);
      for (size_t j = 0; j < n; ++j)
        for (size_t i = 0; i < n; ++i)
          x->J[j * n + i] = (i == j ? 1.0 : 0.0) - half * x->J[j * n + i];
      if (!solve (n, x->J, x->r))
        return ICTUS_FAIL (ICTUS_E_SOLVER, "Newton's matrix is singular at t = %.10g", limit);
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
