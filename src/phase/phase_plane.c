/* SPDX-License-Identifier: BSD-3-Clause */
/* The plane as a system of one or two equations. States that are no axes stand still, or are slaved: found by Newton's method
   from where they were at the last point; the derivative of what is left is that of the implicit function. */
#include "phase/phase_impl.h"

#include <float.h>
#include <math.h>
#include <string.h>

static const double slack = 1e-12; /* of a slaved state, relative to its size */

void
ictus__plane_close (ictus__plane **q)
{
  if (*q == NULL)
    return;
  ictus__dyn_close (&(*q)->s);
  ictus_free ((*q)->slave);
  ictus_free ((*q)->X);
  ictus_free ((*q)->z);
  ictus_free ((*q)->A);
  ictus_free ((*q)->pivot);
  ictus_free ((*q)->node);
  ictus_free (*q);
  *q = NULL;
}

/* Unknown of s that a state of the model is; -1: it has no equation. */
static int
unknown_of (const ictus__dyn *s, int state)
{
  for (int i = 0; i < s->n; ++i)
    if (s->state[i] == state)
      return i;
  return -1;
}

static ictus_err
take_memory (ictus__plane *q)
{
  size_t n = (size_t) q->s->n;

  q->slave = ictus_alloc (n, sizeof *q->slave);
  q->X = ictus_alloc (n, (n + 2) * sizeof *q->X);
  q->z = ictus_alloc (n, 3 * sizeof *q->z);
  q->A = ictus_alloc (n, (n + 3) * sizeof *q->A);
  q->pivot = ictus_alloc (n, sizeof *q->pivot);
  if (q->slave == NULL || q->X == NULL || q->z == NULL || q->A == NULL || q->pivot == NULL)
    return ICTUS_E_NOMEM;
  q->F = q->X + n;
  q->J = q->F + n;
  q->z0 = q->z + n;
  q->B = q->A + n * n;
  return ICTUS_OK;
}

static void
take_spikes (ictus__plane *q, bool wanted)
{
  const ictus_kernel *k = q->s->k;

  q->fires = wanted && k->fire != NULL && k->reset != NULL;
  if (!q->fires)
    return;
  q->refractory = k->refractory != NULL ? fmax (k->refractory (q->s->p), 0) : 0;
  for (int a = 0; a < q->dim; ++a)
    q->held[a] = ictus__dyn_var (q->s, q->axis[a])->held;
}

ictus_err
ictus__plane_open (const ictus_dyn_values *v, const ictus_phase_options *o, ictus__plane **out)
{
  ictus__plane *q = *out = ictus_alloc (1, sizeof *q);
  ictus_err e = ICTUS_OK;

  if (q == NULL)
    return ICTUS_E_NOMEM;
  ICTUS_GO (ictus__dyn_open (v, &q->s));
  q->dim = o->y < 0 ? 1 : 2;
  q->axis[0] = unknown_of (q->s, o->x);
  q->axis[1] = q->dim == 2 ? unknown_of (q->s, o->y) : -1;
  ICTUS_GO (take_memory (q));
  ictus__dyn_gather (q->s, v->y, q->X);
  for (int i = 0; i < q->s->n; ++i)
    if (o->hold != NULL && o->hold[q->s->state[i]] == ICTUS_PHASE_SLAVED && i != q->axis[0] && i != q->axis[1])
      {
        q->z[q->nslave] = q->z0[q->nslave] = q->X[i];
        q->slave[q->nslave++] = i;
      }
  q->scale[0] = q->scale[1] = 1;
  take_spikes (q, o->spikes);
done:
  if (e != ICTUS_OK)
    ictus__plane_close (out);
  return e;
}

void
ictus__plane_box (ictus__plane *q, const double *lo, const double *hi)
{
  for (int a = 0; a < 2; ++a)
    {
      q->lo[a] = a < q->dim ? lo[a] : 0;
      q->hi[a] = a < q->dim ? hi[a] : 1;
      q->size[a] = q->hi[a] - q->lo[a];
    }
  ictus_free (q->node);
  q->node = NULL;
}

bool
ictus__plane_inside (const ictus__plane *q, const double *x, double margin)
{
  for (int a = 0; a < q->dim; ++a)
    if (!(x[a] >= q->lo[a] - margin * q->size[a] && x[a] <= q->hi[a] + margin * q->size[a]))
      return false;
  return true;
}

double
ictus__plane_far (const ictus__plane *q, const double *a, const double *b)
{
  double d = 0;

  for (int k = 0; k < q->dim; ++k)
    d += (a[k] - b[k]) / q->size[k] * ((a[k] - b[k]) / q->size[k]);
  return sqrt (d);
}

/* ---- slaved states ---------------------------------------------------------------------------------------------- */

void
ictus__plane_begin (ictus__plane *q, const double *x)
{
  const double *from = q->z0;

  if (q->nslave == 0)
    return;
  if (q->node != NULL)
    {
      size_t at[2] = { 0, 0 };
      const int n[2] = { q->nx, q->ny };

      for (int a = 0; a < q->dim; ++a)
        at[a] = (size_t) fmin (fmax (rint ((x[a] - q->lo[a]) / q->size[a] * (n[a] - 1)), 0), n[a] - 1);
      from = q->node + (at[1] * (size_t) q->nx + at[0]) * (size_t) q->nslave;
      if (!ictus__dyn_finite (q->nslave, from))
        from = q->z0;
    }
  memcpy (q->z, from, (size_t) q->nslave * sizeof *q->z);
}

/* L U with exchanges of rows, by columns; false: singular. */
static bool
factor (int n, double *A, int *pivot)
{
  for (int k = 0; k < n; ++k)
    {
      int p = k;

      for (int i = k + 1; i < n; ++i)
        if (fabs (A[k * n + i]) > fabs (A[k * n + p]))
          p = i;
      pivot[k] = p;
      if (!(fabs (A[k * n + p]) > 0) || !isfinite (A[k * n + p]))
        return false;
      for (int j = 0; j < n && p != k; ++j)
        {
          double keep = A[j * n + k];

          A[j * n + k] = A[j * n + p];
          A[j * n + p] = keep;
        }
      for (int i = k + 1; i < n; ++i)
        A[k * n + i] /= A[k * n + k];
      for (int j = k + 1; j < n; ++j)
        for (int i = k + 1; i < n; ++i)
          A[j * n + i] -= A[k * n + i] * A[j * n + k];
    }
  return true;
}

static void
solve (int n, const double *A, const int *pivot, double *b)
{
  for (int k = 0; k < n; ++k)
    {
      double keep = b[pivot[k]];

      b[pivot[k]] = b[k];
      b[k] = keep;
    }
  for (int k = 0; k < n; ++k)
    for (int i = k + 1; i < n; ++i)
      b[i] -= A[k * n + i] * b[k];
  for (int k = n; k-- > 0;)
    {
      b[k] /= A[k * n + k];
      for (int i = 0; i < k; ++i)
        b[i] -= A[k * n + i] * b[k];
    }
}

/* The part of J that says how the slaved states act on each other. */
static bool
factor_slaves (ictus__plane *q)
{
  int n = q->s->n, m = q->nslave;

  for (int j = 0; j < m; ++j)
    for (int i = 0; i < m; ++i)
      q->A[j * m + i] = q->J[q->slave[j] * n + q->slave[i]];
  return factor (m, q->A, q->pivot);
}

/* Size of the slaved right-hand sides as steps of the slaved states; the steps are in B. */
static double
slave_step (ictus__plane *q)
{
  double worst = 0;
  int m = q->nslave;

  for (int i = 0; i < m; ++i)
    q->B[i] = -q->F[q->slave[i]];
  solve (m, q->A, q->pivot, q->B);
  for (int i = 0; i < m; ++i)
    {
      double size = fmax (fabs (q->X[q->slave[i]]), q->s->scale[q->slave[i]]);

      worst = fmax (worst, fabs (q->B[i]) / size);
      if (!isfinite (q->B[i]))
        return INFINITY;
    }
  return worst;
}

/* Newton from z. */
static bool
settle_from (ictus__plane *q, const double *z)
{
  double before = INFINITY;

  for (int i = 0; i < q->nslave; ++i)
    q->X[q->slave[i]] = z[i];
  for (int round = 0; round < 60; ++round)
    {
      double step, by;

      ictus__dyn_rhs (q->s, q->X, q->F);
      ictus__dyn_jac (q->s, q->X, q->J);
      if (!factor_slaves (q))
        return false;
      step = slave_step (q);
      if (!isfinite (step))
        return false;
      by = step > 1 ? 1 / step : 1; /* no further than the state is large */
      for (int i = 0; i < q->nslave; ++i)
        q->X[q->slave[i]] += by * q->B[i];
      if (step < slack || (step < 1e3 * slack && step >= before)) /* rounding decides from here on */
        return true;
      before = step;
    }
  return false;
}

static bool
settle (ictus__plane *q)
{
  if (q->nslave == 0)
    return true;
  if (!settle_from (q, q->z) && !settle_from (q, q->z0))
    return false;
  for (int i = 0; i < q->nslave; ++i)
    q->z[i] = q->X[q->slave[i]];
  return true;
}

/* ---- the equations ---------------------------------------------------------------------------------------------- */

static void
no_value (int n, double *v)
{
  for (int i = 0; i < n; ++i)
    v[i] = NAN;
}

static bool
evaluate (ictus__plane *q, const double *x, double *f)
{
  for (int a = 0; a < q->dim; ++a)
    q->X[q->axis[a]] = x[a];
  if (!settle (q))
    {
      no_value (q->dim, f);
      return false;
    }
  ictus__dyn_rhs (q->s, q->X, q->F);
  for (int a = 0; a < q->dim; ++a)
    f[a] = q->F[q->axis[a]];
  return ictus__dyn_finite (q->dim, f);
}

bool
ictus__plane_rhs (ictus__plane *q, const double *x, double *f)
{
  if (evaluate (q, x, f))
    return true;
  no_value (q->dim, f);
  return false;
}

bool
ictus__plane_jac (ictus__plane *q, const double *x, double *f, double *J)
{
  int n = q->s->n, m = q->nslave;

  if (!evaluate (q, x, f))
    {
      no_value (q->dim * q->dim, J);
      return false;
    }
  ictus__dyn_jac (q->s, q->X, q->J);
  for (int b = 0; b < q->dim; ++b)
    for (int a = 0; a < q->dim; ++a)
      J[b * q->dim + a] = q->J[q->axis[b] * n + q->axis[a]];
  if (m > 0 && !factor_slaves (q))
    return false;
  for (int b = 0; b < q->dim && m > 0; ++b)
    {
      for (int i = 0; i < m; ++i)
        q->B[i] = q->J[q->axis[b] * n + q->slave[i]];
      solve (m, q->A, q->pivot, q->B); /* minus the change of the slaved ones with x_b */
      for (int a = 0; a < q->dim; ++a)
        for (int i = 0; i < m; ++i)
          J[b * q->dim + a] -= q->J[q->slave[i] * n + q->axis[a]] * q->B[i];
    }
  return ictus__dyn_finite (q->dim * q->dim, J);
}

bool
ictus__plane_state (ictus__plane *q, const double *x, double *y)
{
  double f[2];
  bool good = evaluate (q, x, f);

  ictus__dyn_spread (q->s, q->X, y);
  return good;
}

double
ictus__plane_fire (ictus__plane *q, const double *x)
{
  for (int a = 0; a < q->dim; ++a)
    q->X[q->axis[a]] = x[a];
  ictus__dyn_spread (q->s, q->X, q->s->y);
  return q->s->k->fire (q->s->t, q->s->y, q->s->p, q->s->u);
}

void
ictus__plane_reset (ictus__plane *q, double *x)
{
  for (int a = 0; a < q->dim; ++a)
    q->X[q->axis[a]] = x[a];
  ictus__dyn_spread (q->s, q->X, q->s->work);
  q->s->k->reset (q->s->t, q->s->work, q->s->p, q->s->u);
  for (int a = 0; a < q->dim; ++a)
    x[a] = q->s->work[q->s->state[q->axis[a]]];
}
