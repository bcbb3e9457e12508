/* SPDX-License-Identifier: BSD-3-Clause */
/* Curves in two parameters: the bordered matrices and their derivatives. */
#include "dyn/dyn_codim2.h"

#include <float.h>
#include <math.h>
#include <string.h>

void dgetrf_ (const int *m, const int *n, double *a, const int *lda, int *ipiv, int *info);
void dgetrs_ (const char *trans, const int *n, const int *nrhs, const double *a, const int *lda, const int *ipiv, double *b,
              const int *ldb, int *info, size_t length);

static bool
eliminate (size_t size, double *a, int *pivot)
{
  int n = (int) size, info = 0;

  for (size_t i = 0; i < size * size; ++i)
    if (!isfinite (a[i]))
      return false;
  dgetrf_ (&n, &n, a, &n, pivot, &info);
  return info == 0;
}

static void
substitute (size_t size, const double *a, const int *pivot, size_t nrhs, double *b, const char *transposed)
{
  int n = (int) size, k = (int) nrhs, info = 0;

  dgetrs_ (transposed, &n, &k, a, &n, pivot, b, &n, &info, 1);
}

static double
dot (size_t n, const double *a, const double *b)
{
  double sum = 0;

  for (size_t i = 0; i < n; ++i)
    sum += a[i] * b[i];
  return sum;
}

void
ictus__curve_set (ictus__curve *c, const double *X)
{
  ictus__dyn_set (c->s, c->j->o->par, X[c->N]);
  ictus__dyn_set (c->s, c->j->o->par2, X[c->N - 1]);
}

/* ---- the kernel ------------------------------------------------------------------------------------------------- */

/* M with its borders. */
static void
lay_out (ictus__curve *c, const double *X)
{
  size_t n = c->n, m = c->m, all = m + c->nb;

  memset (c->M, 0, all * all * sizeof *c->M);
  for (size_t k = 0; k < c->nb; ++k)
    for (size_t j = 0; j < n; ++j)
      for (size_t i = 0; i < n; ++i)
        c->M[(k * n + j) * all + k * n + i] = c->J[j * n + i] * (c->s->scale[j] / c->s->scale[i]);
  for (size_t i = 0; c->hopf && i < n; ++i)
    {
      c->M[(n + i) * all + i] = -c->turn;
      c->M[i * all + n + i] = X[n] * c->turn;
    }
  for (size_t k = 0; k < c->nb; ++k)
    for (size_t i = 0; i < m; ++i)
      {
        c->M[(m + k) * all + i] = c->left[k * m + i];
        c->M[i * all + m + k] = c->right[k * m + i];
      }
}

bool
ictus__curve_kernel (ictus__curve *c, const double *X)
{
  size_t all = c->m + c->nb;

  ictus__curve_set (c, X);
  ictus__dyn_jac (c->s, X, c->J);
  lay_out (c, X);
  if (!eliminate (all, c->M, c->pivot_M))
    return false;
  memset (c->v, 0, all * c->nb * sizeof *c->v);
  memset (c->w, 0, all * c->nb * sizeof *c->w);
  for (size_t k = 0; k < c->nb; ++k)
    c->v[k * all + c->m + k] = c->w[k * all + c->m + k] = 1;
  substitute (all, c->M, c->pivot_M, c->nb, c->v, "N");
  substitute (all, c->M, c->pivot_M, c->nb, c->w, "T");
  return ictus__dyn_finite ((int) (all * c->nb), c->v) && ictus__dyn_finite ((int) (all * c->nb), c->w);
}

static void
orthonormal (size_t m, size_t stride, size_t nb, const double *from, double *to)
{
  for (size_t k = 0; k < nb; ++k)
    {
      double *a = to + k * m, size;

      memmove (a, from + k * stride, m * sizeof *a);
      for (size_t l = 0; l < 2 * k; ++l) /* twice is enough (Parlett 1980) */
        {
          const double *b = to + (l % k) * m, part = dot (m, a, b);

          for (size_t i = 0; i < m; ++i)
            a[i] -= part * b[i];
        }
      size = sqrt (dot (m, a, a));
      for (size_t i = 0; size > 0 && i < m; ++i)
        a[i] /= size;
    }
}

/* x of a x = b, all [2, 2] by rows; false: a is singular. */
static bool
divide (const double a[2][2], const double b[2][2], double x[2][2])
{
  double det = a[0][0] * a[1][1] - a[0][1] * a[1][0];

  if (!(fabs (det) > 1e-14 * (fabs (a[0][0] * a[1][1]) + fabs (a[0][1] * a[1][0]))))
    return false;
  for (int k = 0; k < 2; ++k)
    {
      x[0][k] = (a[1][1] * b[0][k] - a[0][1] * b[1][k]) / det;
      x[1][k] = (a[0][0] * b[1][k] - a[1][0] * b[0][k]) / det;
    }
  return true;
}

/* The two combinations of G. After the borders were renewed, v and w at the same point are the borders themselves but for a factor. */
static bool
combine (ictus__curve *c)
{
  static const double one[2][2] = { { 1, 0 }, { 0, 1 } };
  size_t n = c->n, m = c->m;
  double VV[2][2], VJ[2][2], R[2][2], Q[2][2], Qi[2][2], half, size = 0;

  for (size_t a = 0; a < 2; ++a)
    for (size_t b = 0; b < 2; ++b)
      {
        VV[a][b] = dot (n, c->right + a * m, c->right + b * m);
        VJ[a][b] = c->turn * dot (n, c->right + a * m, c->right + b * m + n);
        Q[a][b] = dot (n, c->left + a * m + n, c->right + b * m);
      }
  if (!divide (VV, VJ, R) || !divide (Q, one, Qi))
    return false;
  half = (R[0][0] + R[1][1]) / 2;
  R[0][0] -= half;
  R[1][1] -= half;
  for (size_t a = 0; a < 2; ++a)
    for (size_t b = 0; b < 2; ++b)
      size += R[a][b] * R[a][b];
  if (!(size > 0) || !isfinite (size))
    return false;
  for (size_t a = 0; a < 2; ++a)
    for (size_t b = 0; b < 2; ++b)
      {
        c->comb[0][a][b] = -Qi[b][a] / 2;
        c->comb[1][a][b] = -(R[0][b] * Qi[0][a] + R[1][b] * Qi[1][a]) / sqrt (size);
      }
  return true;
}

void
ictus__curve_renew (ictus__curve *c)
{
  size_t all = c->m + c->nb;

  orthonormal (c->m, all, c->nb, c->v, c->right);
  orthonormal (c->m, all, c->nb, c->w, c->left);
  if (c->hopf)
    combine (c); /* else the last ones are kept */
}

bool
ictus__curve_begin (ictus__curve *c, const double *X)
{
  /* any numbers will do that no model has for a kernel; they are repeated nowhere */
  for (size_t i = 0; i < c->nb * c->m; ++i)
    {
      double a = fmod (0.5 + 0.6180339887498949 * (double) (i + 1), 1), b = fmod (0.25 + 0.7548776662466927 * (double) (i + 1), 1);

      c->left[i] = 2 * a - 1;
      c->right[i] = 2 * b - 1;
    }
  orthonormal (c->m, c->m, c->nb, c->left, c->left);
  orthonormal (c->m, c->m, c->nb, c->right, c->right);
  for (int turn = 0; turn < 5; ++turn) /* inverse iteration */
    {
      if (!ictus__curve_kernel (c, X))
        return false;
      orthonormal (c->m, c->m + c->nb, c->nb, c->v, c->right);
      orthonormal (c->m, c->m + c->nb, c->nb, c->w, c->left);
    }
  return !c->hopf || combine (c);
}

double
ictus__curve_value (const ictus__curve *c, int f)
{
  size_t all = c->m + c->nb;
  double sum = 0;

  if (!c->hopf)
    return c->v[c->m];
  for (size_t a = 0; a < 2; ++a)
    for (size_t b = 0; b < 2; ++b)
      sum += c->comb[f][a][b] * c->v[b * all + c->m + a];
  return sum;
}

/* ---- derivatives ------------------------------------------------------------------------------------------------ */

void
ictus__curve_along (ictus__curve *c, const double *x, const double *u)
{
  size_t n = c->n;
  double size = 0, h;

  memset (c->D, 0, n * n * sizeof *c->D);
  for (size_t i = 0; i < n; ++i)
    size = fmax (size, fabs (u[i]) / fmax (c->s->scale[i], fabs (x[i])));
  if (!(size > 0))
    return;
  h = cbrt (DBL_EPSILON) / size;
  for (int side = -1; side <= 1; side += 2)
    {
      for (size_t i = 0; i < n; ++i)
        c->y[i] = x[i] + side * h * u[i];
      ictus__dyn_jac (c->s, c->y, c->J);
      for (size_t i = 0; i < n * n; ++i)
        c->D[i] += side * c->J[i];
    }
  for (size_t i = 0; i < n * n; ++i)
    c->D[i] /= 2 * h;
}

/* Rows of G's equations: their derivatives along all of x, put into A. Piece k of vector b of v, as a direction u; derivative of
   w' (df/dx) u along all of x: D' w, since second derivatives commute. */
static void
by_state (ictus__curve *c, const double *X)
{
  size_t n = c->n, all = c->m + c->nb, wide = c->N + 1;

  for (size_t b = 0; b < c->nb; ++b)
    for (size_t k = 0; k < c->nb; ++k)
      {
        for (size_t i = 0; i < n; ++i)
          c->x[i] = c->v[b * all + k * n + i] * c->s->scale[i];
        ictus__curve_along (c, X, c->x);
        for (size_t a = 0; a < c->nb; ++a)
          for (size_t l = 0; l < n; ++l)
            {
              const double *w = c->w + a * all + k * n;
              double sum = 0;

              for (size_t i = 0; i < n; ++i)
                sum += w[i] / c->s->scale[i] * c->D[l * n + i];
              for (size_t f = 0; f < c->nb; ++f)
                c->A[l * wide + n + f] -= (c->hopf ? c->comb[f][a][b] : 1) * sum;
            }
      }
}

/* -w' (D) v of the pieces, in G's place: D is the derivative of df/dx by a parameter. */
static double
project (const ictus__curve *c, size_t a, size_t b)
{
  size_t n = c->n, all = c->m + c->nb;
  double sum = 0;

  for (size_t k = 0; k < c->nb; ++k)
    for (size_t j = 0; j < n; ++j)
      for (size_t i = 0; i < n; ++i)
        sum -= c->w[a * all + k * n + i] / c->s->scale[i] * c->D[j * n + i] * c->v[b * all + k * n + j] * c->s->scale[j];
  return sum;
}

/* The column of a parameter: of f, and of G's equations. */
static void
by_parameter (ictus__curve *c, const double *X, int which)
{
  size_t n = c->n, wide = c->N + 1, col = which == 0 ? c->N : c->N - 1;
  int par = which == 0 ? c->j->o->par : c->j->o->par2;
  double h = fmax (cbrt (DBL_EPSILON) * fabs (X[col]), c->step[which]), *out = c->A + col * wide;

  memset (c->D, 0, n * n * sizeof *c->D);
  for (int side = -1; side <= 1; side += 2)
    {
      ictus__dyn_set (c->s, par, X[col] + side * h);
      ictus__dyn_rhs (c->s, X, c->x);
      ictus__dyn_jac (c->s, X, c->J);
      for (size_t i = 0; i < n; ++i)
        out[i] += side * c->x[i] / (2 * h);
      for (size_t i = 0; i < n * n; ++i)
        c->D[i] += side * c->J[i] / (2 * h);
    }
  ictus__dyn_set (c->s, par, X[col]);
  for (size_t a = 0; a < c->nb; ++a)
    for (size_t b = 0; b < c->nb; ++b)
      for (size_t f = 0; f < c->nb; ++f)
        out[n + f] += (c->hopf ? c->comb[f][a][b] : 1) * project (c, a, b);
}

/* The column of k. */
static void
by_frequency (ictus__curve *c)
{
  size_t n = c->n, all = c->m + c->nb, wide = c->N + 1;

  for (size_t a = 0; a < 2; ++a)
    for (size_t b = 0; b < 2; ++b)
      for (size_t f = 0; f < 2; ++f)
        c->A[n * wide + n + f] -= c->comb[f][a][b] * c->turn * dot (n, c->w + a * all + n, c->v + b * all);
}

/* ---- for the arc ------------------------------------------------------------------------------------------------ */

bool
ictus__curve_residual (void *self, const double *X, double *F)
{
  ictus__curve *c = self;

  if (!ictus__dyn_finite ((int) c->N + 1, X) || !ictus__curve_kernel (c, X))
    return false;
  ictus__dyn_rhs (c->s, X, F);
  for (size_t f = 0; f < c->nb; ++f)
    F[c->n + f] = ictus__curve_value (c, (int) f);
  return ictus__dyn_finite ((int) c->N, F);
}

bool
ictus__curve_factor (void *self, const double *X, const double *w)
{
  ictus__curve *c = self;
  size_t n = c->n, wide = c->N + 1;

  if (!ictus__dyn_finite ((int) wide, X) || !ictus__curve_kernel (c, X))
    return false;
  memset (c->A, 0, wide * wide * sizeof *c->A);
  for (size_t j = 0; j < n; ++j)
    memcpy (c->A + j * wide, c->J + j * n, n * sizeof *c->A);
  by_state (c, X);
  by_parameter (c, X, 0);
  by_parameter (c, X, 1);
  if (c->hopf)
    by_frequency (c);
  for (size_t j = 0; j < wide; ++j)
    {
      c->A[j * wide + c->N] = w[j];
      for (size_t i = 0; i < n; ++i)
        c->A[j * wide + i] /= c->s->scale[i];
    }
  return eliminate (wide, c->A, c->pivot_A);
}

void
ictus__curve_solve (void *self, const double *r, double s, double *d)
{
  ictus__curve *c = self;

  for (size_t i = 0; i < c->N; ++i)
    d[i] = i < c->n ? r[i] / c->s->scale[i] : r[i];
  d[c->N] = s;
  substitute (c->N + 1, c->A, c->pivot_A, 1, d, "N");
}
