/* SPDX-License-Identifier: BSD-3-Clause */
/* A trajectory by Rodas5P (Steinebach 2023, doi:10.1007/s10543-023-00967-x) and beside it Q' = J(x(t)) Q, a linear equation with
   coefficients that depend on time, by the same method with the same factors; x(t) within the step is its dense output. So both are
   L-stable: directions that die out in much less than a step do no harm.
   The growth of such a direction is not the quotient of its lengths, which an L-stable method shrinks too much or too little, but the mean
   of q' J q over the step, q being the orthonormal columns (Dieci, Russell & Van Vleck 1997, doi:10.1137/S0036142993247311): Gauss-Lobatto
   quadrature at four points of the dense output. Their sum is the trace whatever the columns are. */
#include "chaos_impl.h"

#include "base/base_rodas5p.h" /* behind the others: short names */

#include <float.h>
#include <math.h>
#include <string.h>

enum { NNODE = 4 };

static const double node[NNODE] = { 0, 0.27639320225002103, 0.7236067977499790, 1 }; /* (5 -+ sqrt 5) / 10 */
static const double weight[NNODE] = { 1.0 / 12, 5.0 / 12, 5.0 / 12, 1.0 / 12 };

typedef struct parts /* of w->work */
{
  double *u;     /* [NSTAGE, n + n k]: of the trajectory, then of the columns */
  double *dense; /* [NDENSE, n + n k] */
  double *M;     /* [n, n] factors */
  double *Js, *Jt; /* [n, n] Jacobian at a stage; its derivative along the trajectory */
  double *ft, *f, *y, *z; /* [n], [n], [n], [n k] */
  int *pivot;    /* [n] */
} parts;

static size_t
room (int n, int k)
{
  size_t all = (size_t) n * (size_t) (k + 1), sq = (size_t) n * (size_t) n;

  return (NSTAGE + NDENSE + 1) * all + 3 * sq + 5 * (size_t) n;
}

static parts
divide (const ictus__tangent *w)
{
  size_t n = (size_t) w->n, all = n * (size_t) (w->k + 1);
  parts q = { .u = w->work };

  q.dense = q.u + NSTAGE * all;
  q.M = q.dense + NDENSE * all;
  q.Js = q.M + n * n;
  q.Jt = q.Js + n * n;
  q.ft = q.Jt + n * n;
  q.f = q.ft + n;
  q.y = q.f + n;
  q.z = q.y + n;
  q.pivot = (int *) (void *) (q.z + n * (size_t) w->k);
  return q;
}

/* ---- elimination -------------------------------------------------------------------------------------------------- */

/* M = diagonal - J, in units of scale, as factors; false where it is singular. */
static bool
factor (int n, double diagonal, const double *J, double *M, int *pivot)
{
  for (int e = 0; e < n * n; ++e)
    M[e] = -J[e];
  for (int i = 0; i < n; ++i)
    M[i * n + i] += diagonal;
  for (int l = 0; l < n; ++l)
    {
      int best = l;

      for (int i = l + 1; i < n; ++i)
        if (fabs (M[l * n + i]) > fabs (M[l * n + best]))
          best = i;
      pivot[l] = best;
      if (!(fabs (M[l * n + best]) > 0) || !isfinite (M[l * n + best]))
        return false;
      for (int j = 0; j < n && best != l; ++j)
        {
          double swap = M[j * n + l];

          M[j * n + l] = M[j * n + best];
          M[j * n + best] = swap;
        }
      for (int i = l + 1; i < n; ++i)
        M[l * n + i] /= M[l * n + l];
      for (int j = l + 1; j < n; ++j)
        for (int i = l + 1; i < n; ++i)
          M[j * n + i] -= M[l * n + i] * M[j * n + l];
    }
  return true;
}

static void
solve (int n, const double *M, const int *pivot, double *b)
{
  for (int l = 0; l < n; ++l)
    {
      double swap = b[l];

      b[l] = b[pivot[l]];
      b[pivot[l]] = swap;
    }
  for (int l = 0; l < n; ++l)
    for (int i = l + 1; i < n; ++i)
      b[i] -= M[l * n + i] * b[l];
  for (int l = n; l-- > 0;)
    {
      b[l] /= M[l * n + l];
      for (int i = 0; i < l; ++i)
        b[i] -= M[l * n + i] * b[l];
    }
}

/* ---- stages ------------------------------------------------------------------------------------------------------- */

/* sum of coefficients times the u before stage i, of `count` numbers at `off` */
static void
gather (const parts *q, size_t all, size_t off, size_t count, int i, const double *coef, double by, double *out)
{
  for (size_t l = 0; l < count; ++l)
    {
      double sum = 0;

      for (int j = 0; j < i; ++j)
        sum += coef[j] * q->u[(size_t) j * all + off + l];
      out[l] += by * sum;
    }
}

/* Where stage i is taken: from y0, `count` numbers at `off` of u; y is that of the stage before. */
static void
place (const parts *q, size_t all, size_t off, size_t count, int i, const double *y0, double *y)
{
  if (i >= NSTAGE - 2)
    {
      for (size_t l = 0; l < count; ++l)
        y[l] += q->u[(size_t) (i - 1) * all + off + l];
      return;
    }
  memcpy (y, y0, count * sizeof *y);
  gather (q, all, off, count, i, a[i], 1, y);
}

static void
multiply_add (int n, int k, double by, const double *J, const double *y, double *g)
{
  for (int q = 0; q < k; ++q)
    for (int j = 0; j < n; ++j)
      for (int i = 0; i < n; ++i)
        g[q * n + i] += by * J[j * n + i] * y[q * n + j];
}

/* Where x is within the step, 0 <= s <= 1; the same of the columns. */
static void
dense_at (const parts *q, size_t all, size_t off, size_t count, double s, const double *y0, const double *y1, double *y)
{
  const double *p = q->dense + off;

  for (size_t l = 0; l < count; ++l)
    y[l] = y0[l] + s * (y1[l] - y0[l] + (1 - s) * (p[l] + s * (p[all + l] + s * p[2 * all + l])));
}

static void
make_dense (const parts *q, size_t all, size_t off, size_t count)
{
  for (int i = 0; i < NDENSE; ++i)
    for (size_t l = 0; l < count; ++l)
      {
        double sum = 0;

        for (int j = 0; j < NSTAGE; ++j)
          sum += d[i][j] * q->u[(size_t) j * all + off + l];
        q->dense[(size_t) i * all + off + l] = sum;
      }
}

/* df/dt at fixed x, and dJ/dt along the trajectory, by differences within the step. */
static void
drift (ictus__tangent *w, const parts *q, double h)
{
  int n = w->n;
  double by = fmin (h, sqrt (DBL_EPSILON * fmax (1e-5, fabs (w->t)))), step = 1e-4 * h;

  memset (q->ft, 0, (size_t) n * sizeof *q->ft);
  by = w->t + by - w->t;
  if (w->s->timed && by > 0)
    {
      ictus__chaos_rhs (w->s, w->t + by, w->x, q->ft);
      for (int i = 0; i < n; ++i)
        q->ft[i] = (q->ft[i] - w->f[i]) / by;
    }
  if (w->k == 0)
    return;
  for (int i = 0; i < n; ++i)
    q->y[i] = w->x[i] + step * w->f[i];
  ictus__tangent_jac (w, w->t + step, q->y, q->Jt);
  for (int e = 0; e < n * n; ++e)
    q->Jt[e] = (q->Jt[e] - w->J[e]) / step;
}

/* The trajectory; f1 and x1, error in d. */
static void
follow (ictus__tangent *w, const parts *q, double h, size_t all)
{
  size_t n = (size_t) w->n;

  for (int i = 0; i < NSTAGE; ++i)
    {
      double *u = q->u + (size_t) i * all;

      if (i > 0)
        {
          place (q, all, 0, n, i, w->x, q->y);
          ictus__chaos_rhs (w->s, w->t + alpha[i] * h, q->y, u);
        }
      else
        memcpy (u, w->f, n * sizeof *u);
      gather (q, all, 0, n, i, c[i], 1 / h, u);
      for (size_t l = 0; l < n; ++l)
        u[l] = (u[l] + gamma_t[i] * h * q->ft[l]) / w->scale[l];
      solve (w->n, q->M, q->pivot, u);
      for (size_t l = 0; l < n; ++l)
        u[l] *= w->scale[l];
    }
  for (size_t l = 0; l < n; ++l)
    w->x1[l] = q->y[l] + q->u[(NSTAGE - 1) * all + l];
  make_dense (q, all, 0, n);
}

/* The columns, along the dense output of the trajectory. */
static void
vary (ictus__tangent *w, const parts *q, double h, size_t all)
{
  size_t n = (size_t) w->n, nk = n * (size_t) w->k;

  for (int i = 0; i < NSTAGE; ++i)
    {
      double *u = q->u + (size_t) i * all + n;
      const double *J = w->J;

      if (i == 0)
        memcpy (q->z, w->Q, nk * sizeof *q->z);
      else
        place (q, all, n, nk, i, w->Q, q->z);
      if (i > 0 && alpha[i] < 1)
        {
          dense_at (q, all, 0, n, alpha[i], w->x, w->x1, q->y);
          ictus__tangent_jac (w, w->t + alpha[i] * h, q->y, q->Js);
          J = q->Js;
        }
      else if (i > 0)
        J = w->J1;
      memset (u, 0, nk * sizeof *u);
      multiply_add (w->n, w->k, 1, J, q->z, u);
      gather (q, all, n, nk, i, c[i], 1 / h, u);
      multiply_add (w->n, w->k, gamma_t[i] * h, q->Jt, w->Q, u);
      for (int k = 0; k < w->k; ++k)
        solve (w->n, q->M, q->pivot, u + (size_t) k * n);
    }
  for (size_t l = 0; l < nk; ++l)
    w->Q1[l] = q->z[l] + q->u[(NSTAGE - 1) * all + n + l];
  make_dense (q, all, n, nk);
}

/* Means of q' J q and of the trace over the step. */
static void
grow (ictus__tangent *w, const parts *q, double h, size_t all)
{
  size_t n = (size_t) w->n, nk = n * (size_t) w->k;

  w->trace = 0;
  memset (w->rate, 0, (size_t) w->k * sizeof *w->rate);
  for (int s = 0; s < NNODE; ++s)
    {
      const double *J = s == 0 ? w->J : w->J1;

      if (s > 0 && s < NNODE - 1)
        {
          dense_at (q, all, 0, n, node[s], w->x, w->x1, q->y);
          ictus__tangent_jac (w, w->t + node[s] * h, q->y, q->Js);
          J = q->Js;
        }
      dense_at (q, all, n, nk, node[s], w->Q, w->Q1, q->z);
      ictus__orthonormal (w->n, w->k, q->z, w->grow);
      for (size_t i = 0; i < n; ++i)
        w->trace += h * weight[s] * J[i * n + i];
      for (size_t k = 0; k < (size_t) w->k; ++k)
        for (size_t j = 0; j < n; ++j)
          {
            double sum = 0;

            for (size_t i = 0; i < n; ++i)
              sum += q->z[k * n + i] * J[j * n + i];
            w->rate[k] += h * weight[s] * sum * q->z[k * n + j];
          }
    }
}

static double
attempt (ictus__tangent *w, double h)
{
  size_t all = (size_t) w->n * (size_t) (w->k + 1);
  parts q = divide (w);
  int k = w->k == w->n && w->n > 1 && !w->matrix ? w->k - 1 : w->k; /* the last one is what the others leave: its error does not matter */

  drift (w, &q, h);
  if (!factor (w->n, 1 / (h * GAMMA), w->J, q.M, q.pivot))
    return NAN;
  follow (w, &q, h, all);
  for (int i = 0; i < w->n; ++i)
    if (!isfinite (w->x1[i]))
      return NAN;
  ictus__chaos_rhs (w->s, w->t + h, w->x1, w->f1);
  ictus__tangent_jac (w, w->t + h, w->x1, w->J1);
  vary (w, &q, h, all);
  grow (w, &q, h, all);
  return ictus__tangent_error (w, k, q.u + (NSTAGE - 1) * all, q.u + (NSTAGE - 1) * all + w->n);
}

const ictus__tangent_method ictus__tangent_rosenbrock = { .attempt = attempt, .room = room, .order = 5, .nrhs = 8 };
