/* SPDX-License-Identifier: BSD-3-Clause */
/* Where two branches of equilibria cross: the direction of the other one, by the algebraic branching equation (Keller 1977). */
#include "dyn/dyn_impl.h"

#include <math.h>
#include <string.h>

void dgesvd_ (const char *jobu, const char *jobvt, const int *m, const int *n, double *a, const int *lda, double *s, double *u,
              const int *ldu, double *vt, const int *ldvt, double *work, const int *lwork, int *info, size_t len_u, size_t len_vt);

typedef struct place
{
  ictus__dyn *s;
  int par;
  size_t n;
  const double *X, *weight;
  double *A;                  /* [n, n + 1] = [J f_lambda] */
  double *row;                /* [n] sizes of its rows */
  double *U, *V, *value;      /* A = U diag(value) V, scaled */
  double *left;               /* [n] left null vector */
  double *other;              /* [n + 1] in the null space, across the tangent */
  double *at;                 /* [n + 1] */
} place;

/* [J f_lambda] at X + h D. */
static void
matrix (place *p, const double *D, double h)
{
  for (size_t i = 0; i <= p->n; ++i)
    p->at[i] = p->X[i] + h * D[i];
  ictus__dyn_set (p->s, p->par, p->at[p->n]);
  ictus__dyn_jac (p->s, p->at, p->A);
  ictus__dyn_dpar (p->s, p->at, p->par, p->A + p->n * p->n);
}

/* left . (derivative of [J f_lambda] along D) E */
static double
second (place *p, const double *D, const double *E)
{
  double sum = 0, size = 0, h;

  for (size_t i = 0; i <= p->n; ++i)
    size = fmax (size, fabs (D[i]) * sqrt (p->weight[i]));
  h = 1e-4 / size;
  for (int side = -1; side <= 1; side += 2)
    {
      matrix (p, D, side * h);
      for (size_t j = 0; j <= p->n; ++j)
        for (size_t i = 0; i < p->n; ++i)
          sum += side * p->left[i] * p->A[j * p->n + i] * E[j];
    }
  return sum / (2 * h);
}

static bool
decompose (place *p, const double *T)
{
  int n = (int) p->n, n1 = n + 1, lwork = 16 * n1, info = 0;
  size_t N = p->n + 1;
  double *work;

  matrix (p, T, 0);
  if (!ictus__dyn_finite (n * n1, p->A) || (work = ictus_alloc ((size_t) lwork, sizeof *work)) == NULL)
    return false;
  memset (p->row, 0, p->n * sizeof *p->row);
  for (size_t j = 0; j < N; ++j)
    for (size_t i = 0; i < p->n; ++i)
      {
        p->A[j * p->n + i] /= sqrt (p->weight[j]);
        p->row[i] = fmax (p->row[i], fabs (p->A[j * p->n + i]));
      }
  for (size_t j = 0; j < N; ++j)
    for (size_t i = 0; i < p->n; ++i)
      p->A[j * p->n + i] /= p->row[i] > 0 ? p->row[i] : 1;
  dgesvd_ ("A", "A", &n, &n1, p->A, &n, p->value, p->U, &n, p->V, &n1, work, &lwork, &info, 1, 1);
  ictus_free (work);
  for (size_t i = 0; i < p->n; ++i)
    p->left[i] = p->U[(p->n - 1) * p->n + i] / (p->row[i] > 0 ? p->row[i] : 1);
  return info == 0;
}

/* The null space is spanned by the last two rows of V; what of it is across T. */
static void
span (place *p, const double *T)
{
  size_t n = p->n, N = n + 1;
  double a = 0, b = 0, size;

  for (size_t i = 0; i < N; ++i)
    {
      a += p->V[i * N + n - 1] * T[i] * sqrt (p->weight[i]);
      b += p->V[i * N + n] * T[i] * sqrt (p->weight[i]);
    }
  size = hypot (a, b);
  for (size_t i = 0; i < N; ++i)
    p->other[i] = (b * p->V[i * N + n - 1] - a * p->V[i * N + n]) / (size * sqrt (p->weight[i]));
}

ictus_err
ictus__branch_direction (ictus__dyn *s, int par, const double *X, const double *T, const double *weight, double *D)
{
  size_t n = (size_t) s->n, N = n + 1, most = 0;
  place p = { .s = s, .par = par, .n = n, .X = X, .weight = weight };
  double *store = ictus_alloc (n * N + n * n + N * N + 6 * N, sizeof *store), both, own, size = 0;

  if (store == NULL)
    return ICTUS_E_NOMEM;
  p.A = store;
  p.U = p.A + n * N;
  p.V = p.U + n * n;
  p.row = p.V + N * N;
  p.value = p.row + N;
  p.left = p.value + N;
  p.other = p.left + N;
  p.at = p.other + N;
  if (!decompose (&p, T))
    {
      for (size_t i = 0; i < N; ++i)
        D[i] = NAN;
      goto done;
    }
  span (&p, T);
  both = second (&p, T, p.other);
  own = second (&p, p.other, p.other);
  if (fabs (both) < 1e-6 * fabs (own) || (both == 0 && own == 0))
    both = own = 0; /* they touch: a smaller system would be needed to tell */
  for (size_t i = 0; i < N; ++i)
    D[i] = both == 0 ? p.other[i] : 2 * both * p.other[i] - own * T[i];
  for (size_t i = 0; i < N; ++i)
    {
      size += weight[i] * D[i] * D[i];
      if (fabs (D[i]) * sqrt (weight[i]) > fabs (D[most]) * sqrt (weight[most]) * (1 + 1e-6))
        most = i;
    }
  size = sqrt (size) * (D[most] < 0 ? -1 : 1);
  for (size_t i = 0; i < N; ++i)
    D[i] /= size;
done:
  ictus__dyn_set (s, par, X[n]);
  ictus_free (store);
  return ICTUS_OK;
}
