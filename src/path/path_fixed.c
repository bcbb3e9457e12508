/* SPDX-License-Identifier: BSD-3-Clause */
/* Methods of fixed steps, the schemes of XPPAUT: Euler, modified Euler (Heun), the classical Runge-Kutta method,
   Adams-Bashforth-Moulton of order 4 that Runge-Kutta starts, a symplectic method of order 3, and maps. A state without an
   equation (a Markov variable, a parameter that an event changes) has the derivative 0 and stands still. */
#include "path_impl.h"

#include <math.h>
#include <string.h>

typedef struct fixed
{
  ictus__system *s;
  double dt;     /* with its sign */
  int n;         /* states */
  double *f, *k, *z, *sum; /* [n] */
  double *old[4]; /* [n] adams: derivatives at the end of the last step, the one before, ... */
  int nold;       /* of them known */
} fixed;

static ictus_err
create (ictus__system *s, const ictus_path_config *c, void **self)
{
  fixed *x = ictus_alloc (1, sizeof *x);
  size_t n = (size_t) s->k->nstate;

  *self = x;
  if (x == NULL)
    return ICTUS_E_NOMEM;
  x->s = s;
  x->dt = s->dir * c->dt;
  x->n = s->k->nstate;
  x->f = ictus_alloc (8 * n, sizeof *x->f);
  if (x->f == NULL)
    return ICTUS_E_NOMEM;
  x->k = x->f + n;
  x->z = x->k + n;
  x->sum = x->z + n;
  for (size_t i = 0; i < 4; ++i)
    x->old[i] = x->sum + (i + 1) * n;
  return ICTUS_OK;
}

static void
destroy (void *self)
{
  fixed *x = self;

  if (x != NULL)
    ictus_free (x->f);
  ictus_free (x);
}

static ictus_err
start (void *self, double t, const double *y)
{
  fixed *x = self;

  (void) t;
  (void) y;
  x->nold = 0;
  return ICTUS_OK;
}

/* The step itself, free of the rounding of limit - t. */
static inline double
length (const fixed *x, double t, double limit)
{
  double h = limit - t;

  return fabs (h - x->dt) <= 1e-9 * fabs (x->dt) ? x->dt : h;
}

static ictus_err
step_euler (void *self, double limit, double *t, double *y)
{
  fixed *x = self;
  double h = length (x, *t, limit), *f = x->f;

  ictus__system_rhs (x->s, *t, y, f);
  for (int i = 0; i < x->n; ++i)
    y[i] += h * f[i];
  *t = limit;
  return ICTUS_OK;
}

/* With noise that is constant over the step this is the stochastic Heun method: the same increment in both stages. */
static ictus_err
step_heun (void *self, double limit, double *t, double *y)
{
  fixed *x = self;
  double h = length (x, *t, limit), *f = x->f, *z = x->z;

  ictus__system_rhs (x->s, *t, y, f);
  for (int i = 0; i < x->n; ++i)
    z[i] = y[i] + h * f[i];
  ictus__system_rhs (x->s, *t + h, z, f);
  for (int i = 0; i < x->n; ++i)
    y[i] = 0.5 * (y[i] + z[i] + h * f[i]);
  *t = limit;
  return ICTUS_OK;
}

/* f: the derivative at the start */
static void
runge_kutta (fixed *x, double t, double h, double *y, const double *f)
{
  double *restrict k = x->k, *restrict z = x->z, *restrict sum = x->sum;
  double half = 0.5 * h;
  int n = x->n;

  for (int i = 0; i < n; ++i)
    {
      sum[i] = f[i];
      z[i] = y[i] + half * f[i];
    }
  ictus__system_rhs (x->s, t + half, z, k);
  for (int i = 0; i < n; ++i)
    {
      sum[i] += 2 * k[i];
      z[i] = y[i] + half * k[i];
    }
  ictus__system_rhs (x->s, t + half, z, k);
  for (int i = 0; i < n; ++i)
    {
      sum[i] += 2 * k[i];
      z[i] = y[i] + h * k[i];
    }
  ictus__system_rhs (x->s, t + h, z, k);
  for (int i = 0; i < n; ++i)
    y[i] += h / 6 * (sum[i] + k[i]);
}

static ictus_err
step_rk4 (void *self, double limit, double *t, double *y)
{
  fixed *x = self;

  ictus__system_rhs (x->s, *t, y, x->f);
  runge_kutta (x, *t, length (x, *t, limit), y, x->f);
  *t = limit;
  return ICTUS_OK;
}

/* Predictor of order 4, derivative, corrector of order 4, derivative. A step that is not as long as the others (to an event
   and from there) is one of Runge and Kutta, and the method begins anew. */
static ictus_err
step_adams (void *self, double limit, double *t, double *y)
{
  fixed *x = self;
  double h = length (x, *t, limit), *spare;

  if (x->s->k->nnoise > 0) /* derivatives of other steps hold other noise */
    return step_rk4 (self, limit, t, y);
  if (h < x->dt || h > x->dt)
    x->nold = 0;
  if (x->nold == 0)
    ictus__system_rhs (x->s, *t, y, x->old[0]);
  if (x->nold < 3)
    runge_kutta (x, *t, h, y, x->old[0]);
  else
    {
      const double *a = x->old[0], *b = x->old[1], *c = x->old[2], *d = x->old[3];

      for (int i = 0; i < x->n; ++i)
        x->z[i] = y[i] + h * (55. / 24 * a[i] - 59. / 24 * b[i] + 37. / 24 * c[i] - 9. / 24 * d[i]);
      ictus__system_rhs (x->s, *t + h, x->z, x->f);
      for (int i = 0; i < x->n; ++i)
        y[i] += h * (9. / 24 * x->f[i] + 19. / 24 * a[i] - 5. / 24 * b[i] + 1. / 24 * c[i]);
    }
  *t = limit;
  spare = x->old[3];
  memmove (x->old + 1, x->old, 3 * sizeof *x->old);
  x->old[0] = spare;
  ictus__system_rhs (x->s, *t, y, x->old[0]);
  x->nold = h < x->dt || h > x->dt ? 0 : x->nold < 3 ? x->nold + 1 : 3;
  return ICTUS_OK;
}

/* Positions are the first, third, ... state and velocities those behind them: x' = v, v' = f (x). Ruth 1983. */
static ictus_err
step_symplectic (void *self, double limit, double *t, double *y)
{
  static const double drift[3] = { 7. / 24, 3. / 4, -1. / 24 }, kick[3] = { 2. / 3, -2. / 3, 1 };
  fixed *x = self;
  double h = length (x, *t, limit), *f = x->f;

  for (int s = 0; s < 3; ++s)
    {
      for (int i = 0; i + 1 < x->s->neq; i += 2)
        y[i] += h * drift[s] * y[i + 1];
      ictus__system_rhs (x->s, *t, y, f);
      for (int i = 0; i + 1 < x->s->neq; i += 2)
        y[i + 1] += h * kick[s] * f[i + 1];
    }
  *t = limit;
  return ICTUS_OK;
}

static ictus_err
step_map (void *self, double limit, double *t, double *y)
{
  fixed *x = self;

  ictus__system_rhs (x->s, *t, y, x->f);
  memcpy (y, x->f, (size_t) x->s->neq * sizeof *y);
  *t = limit;
  return ICTUS_OK;
}

static const char *
refuse (const ictus_model *m, char *buf)
{
  (void) buf;
  return m->kernel->is_map ? "the model is a map: it is iterated (method map), not integrated" : NULL;
}

static const char *
refuse_symplectic (const ictus_model *m, char *buf)
{
  int n = 0;

  for (int i = 0; i < m->kernel->nstate; ++i)
    {
      const ictus_lang_var *v = ictus_lang_get (m->lang, ICTUS_LANG_STATE, i);

      n += v->markov == 0 && !v->hidden;
    }
  if (n % 2 != 0)
    {
      snprintf (buf, 256, "symplectic needs pairs of equations, a position and its velocity; there are %d equations", n);
      return buf;
    }
  return refuse (m, buf);
}

static const char *
refuse_nothing (const ictus_model *m, char *buf)
{
  (void) m;
  (void) buf;
  return NULL;
}

const ictus__method ictus__path_euler = { { "euler", "Euler's method; with noise Euler-Maruyama", true }, refuse, create,
                                          destroy, start, step_euler, NULL };
const ictus__method ictus__path_heun = { { "heun", "modified Euler; with noise the stochastic Heun method", true }, refuse,
                                         create, destroy, start, step_heun, NULL };
const ictus__method ictus__path_rk4 = { { "rk4", "classical Runge-Kutta, order 4", true }, refuse, create, destroy, start,
                                        step_rk4, NULL };
const ictus__method ictus__path_adams = { { "adams", "Adams-Bashforth-Moulton, order 4, fixed step", true }, refuse, create,
                                          destroy, start, step_adams, NULL };
const ictus__method ictus__path_symplectic = { { "symplectic", "for pairs x' = v, v' = f(x): order 3, keeps areas", true },
                                               refuse_symplectic, create, destroy, start, step_symplectic, NULL };
const ictus__method ictus__path_map = { { "map", "iterate: the right-hand side is the next state", true }, refuse_nothing,
                                        create, destroy, start, step_map, NULL };
