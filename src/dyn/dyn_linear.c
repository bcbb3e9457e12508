/* SPDX-License-Identifier: BSD-3-Clause */
/* Matrices with a border: dense by LAPACK, or sparse by KLU (Davis & Palamadai Natarajan 2010, ACM TOMS 37:36) with the border as
 * rows and columns of the matrix. What may differ from 0 in the Jacobian is what did so far; each new matrix is looked through, so
 * nothing is ever left out. */
#include "config.h"

#include "dyn/dyn_impl.h"

#if HAVE_SUITESPARSE_KLU_H
#include <suitesparse/klu.h>
#else
#include <klu.h>
#endif

#include <math.h>
#include <stdlib.h>
#include <string.h>

void dgetrf_ (const int *m, const int *n, double *a, const int *lda, int *ipiv, int *info);
void dgetrs_ (const char *trans, const int *n, const int *nrhs, const double *a, const int *lda, const int *ipiv, double *b,
              const int *ldb, int *info, size_t length);
void dgeev_ (const char *jobvl, const char *jobvr, const int *n, double *a, const int *lda, double *wr, double *wi, double *vl,
             const int *ldvl, double *vr, const int *ldvr, double *work, const int *lwork, int *info, size_t len_vl,
             size_t len_vr);

#define FULL 0.15 /* part of the entries from which on the dense elimination is taken */
enum
{
  SMALL = 40 /* equations up to which it always is */
};

struct ictus__bordered
{
  int n, m, N;
  bool sparse, factored;
  int sign;
  double *J;    /* [n, n] */
  double *a;    /* [N, N] dense */
  double *size; /* [N] dense: rows were multiplied by these */
  int *pivot;   /* [N] dense; sparse: marks */
  /* sparse */
  unsigned char *seen; /* [n, n] as J */
  int *first, *row;    /* columns: [N + 1], [first[N]] */
  double *value;
  size_t cap_row, cap_value;
  klu_common common;
  klu_symbolic *symbolic;
  klu_numeric *numeric;
};

/* ---- life ----------------------------------------------------------------------------------------------------- */

ictus_err
ictus__bordered_create (const ictus__dyn *s, int m, ictus__bordered **out)
{
  ictus__bordered *b = *out = ictus_alloc (1, sizeof *b);
  size_t n = (size_t) s->n, N = n + (size_t) m;

  if (b == NULL)
    return ICTUS_E_NOMEM;
  b->n = s->n;
  b->m = m;
  b->N = s->n + m;
  b->sparse = s->n > SMALL;
  b->J = ictus_alloc (n * n, sizeof *b->J);
  b->size = ictus_alloc (N, sizeof *b->size);
  b->pivot = ictus_alloc (N, sizeof *b->pivot);
  klu_defaults (&b->common);
  b->common.tol = 0.1; /* pivots: accuracy before sparsity */
  if (b->sparse)
    {
      b->seen = ictus_alloc (n * n, sizeof *b->seen);
      b->first = ictus_alloc (N + 1, sizeof *b->first);
    }
  else
    b->a = ictus_alloc (N * N, sizeof *b->a);
  if (b->J == NULL || b->size == NULL || b->pivot == NULL || (b->sparse ? b->seen == NULL || b->first == NULL : b->a == NULL))
    {
      ictus__bordered_destroy (out);
      return ICTUS_E_NOMEM;
    }
  return ICTUS_OK;
}

void
ictus__bordered_destroy (ictus__bordered **bp)
{
  ictus__bordered *b = *bp;

  *bp = NULL;
  if (b == NULL)
    return;
  klu_free_numeric (&b->numeric, &b->common);
  klu_free_symbolic (&b->symbolic, &b->common);
  ictus_free (b->J);
  ictus_free (b->a);
  ictus_free (b->size);
  ictus_free (b->pivot);
  ictus_free (b->seen);
  ictus_free (b->first);
  ictus_free (b->row);
  ictus_free (b->value);
  ictus_free (b);
}

/* ---- sparse ----------------------------------------------------------------------------------------------------- */

/* Is J within the pattern? If not, it grows. -1: too full to be worth it. */
static int
within (ictus__bordered *b)
{
  size_t n = (size_t) b->n, count = 0, more = 0;

  for (size_t e = 0; e < n * n; ++e)
    {
      more += b->J[e] != 0 && !b->seen[e];
      b->seen[e] |= b->J[e] != 0;
      count += b->seen[e];
    }
  if ((double) count > FULL * (double) (n * n))
    return -1;
  return more == 0 && b->symbolic != NULL;
}

/* Columns of [A B; C' D] from what was seen and full borders. */
static bool
lay_out (ictus__bordered *b)
{
  int n = b->n, at = 0;
  size_t most = 0;

  klu_free_numeric (&b->numeric, &b->common);
  klu_free_symbolic (&b->symbolic, &b->common);
  for (size_t e = 0; e < (size_t) n * (size_t) n; ++e)
    most += b->seen[e];
  most += (size_t) b->m * (size_t) (n + b->N);
  if (ictus_grow (&b->row, &b->cap_row, most, sizeof *b->row) != ICTUS_OK
      || ictus_grow (&b->value, &b->cap_value, most, sizeof *b->value) != ICTUS_OK)
    return false;
  for (int j = 0; j < b->N; ++j)
    {
      b->first[j] = at;
      for (int i = 0; i < b->N; ++i)
        if (i >= n || j >= n || b->seen[(size_t) j * (size_t) n + (size_t) i])
          b->row[at++] = i;
    }
  b->first[b->N] = at;
  b->symbolic = klu_analyze (b->N, b->first, b->row, &b->common);
  return b->symbolic != NULL;
}

static double
entry (const ictus__bordered *b, const double *B, const double *C, const double *D, int i, int j)
{
  size_t n = (size_t) b->n, r = (size_t) i, c = (size_t) j;

  if (i < b->n)
    return j < b->n ? b->J[c * n + r] : B[(c - n) * n + r];
  return j < b->n ? C[(r - n) * n + c] : D[(c - n) * (size_t) b->m + (r - n)];
}

/* Parity of a permutation of N, +1 or -1. */
static int
parity (const ictus__bordered *b, const int *p)
{
  int sign = 1;

  memset (b->pivot, 0, (size_t) b->N * sizeof *b->pivot);
  for (int i = 0; i < b->N; ++i)
    for (int k = i, length = 0; !b->pivot[k]; k = p[k], ++length)
      {
        b->pivot[k] = 1;
        if (length > 0)
          sign = -sign;
      }
  return sign;
}

static bool
factor_sparse (ictus__bordered *b, const double *B, const double *C, const double *D)
{
  const double *diagonal;

  for (int j = 0; j < b->N; ++j)
    for (int e = b->first[j]; e < b->first[j + 1]; ++e)
      if (!isfinite (b->value[e] = entry (b, B, C, D, b->row[e], j)))
        return false;
  klu_free_numeric (&b->numeric, &b->common);
  b->numeric = klu_factor (b->first, b->row, b->value, b->symbolic, &b->common);
  if (b->numeric == NULL || b->common.status != KLU_OK)
    return false;
  diagonal = b->numeric->Udiag;
  b->sign = parity (b, b->numeric->Pnum) * parity (b, b->symbolic->Q);
  for (int i = 0; i < b->N; ++i)
    b->sign *= diagonal[i] < 0 ? -1 : 1;
  return true;
}

/* ---- dense ------------------------------------------------------------------------------------------------------ */

/* Rows are scaled to their largest entry, so that pivots do not depend on units. */
static bool
scale_rows (ictus__bordered *b)
{
  size_t N = (size_t) b->N;

  memset (b->size, 0, N * sizeof *b->size);
  for (size_t j = 0; j < N; ++j)
    for (size_t i = 0; i < N; ++i)
      {
        double v = fabs (b->a[j * N + i]);

        if (!isfinite (v))
          return false;
        b->size[i] = fmax (b->size[i], v);
      }
  for (size_t i = 0; i < N; ++i)
    {
      if (b->size[i] == 0)
        return false;
      b->size[i] = 1 / b->size[i];
    }
  for (size_t j = 0; j < N; ++j)
    for (size_t i = 0; i < N; ++i)
      b->a[j * N + i] *= b->size[i];
  return true;
}

static bool
factor_dense (ictus__bordered *b, const double *B, const double *C, const double *D)
{
  int info = 0;

  for (int j = 0; j < b->N; ++j)
    for (int i = 0; i < b->N; ++i)
      b->a[(size_t) j * (size_t) b->N + (size_t) i] = entry (b, B, C, D, i, j);
  if (!scale_rows (b))
    return false;
  dgetrf_ (&b->N, &b->N, b->a, &b->N, b->pivot, &info);
  if (info != 0)
    return false;
  b->sign = 1;
  for (int i = 0; i < b->N; ++i)
    b->sign *= (b->pivot[i] != i + 1 ? -1 : 1) * (b->a[(size_t) i * (size_t) (b->N + 1)] < 0 ? -1 : 1);
  return true;
}

/* ---- use -------------------------------------------------------------------------------------------------------- */

bool
ictus__bordered_factor (ictus__bordered *b, ictus__dyn *s, const double *x, const double *B, const double *C, const double *D)
{
  int fits;

  b->factored = false;
  b->sign = 0;
  ictus__dyn_jac (s, x, b->J);
  if (b->sparse)
    {
      fits = within (b);
      if (fits < 0)
        {
          size_t N = (size_t) b->N;

          if (b->a == NULL && (b->a = ictus_alloc (N * N, sizeof *b->a)) == NULL)
            return false;
          b->sparse = false;
        }
      else if (fits == 0 && !lay_out (b))
        return false;
    }
  b->factored = b->sparse ? factor_sparse (b, B, C, D) : factor_dense (b, B, C, D);
  return b->factored;
}

void
ictus__bordered_solve (ictus__bordered *b, const double *r, double *z, bool transposed)
{
  const int one = 1;
  size_t N = (size_t) b->N;
  int info = 0;

  if (z != r)
    memmove (z, r, N * sizeof *z);
  if (!b->factored)
    for (size_t i = 0; i < N; ++i)
      z[i] = NAN;
  else if (b->sparse)
    {
      if (transposed)
        klu_tsolve (b->symbolic, b->numeric, b->N, 1, z, &b->common);
      else
        klu_solve (b->symbolic, b->numeric, b->N, 1, z, &b->common);
    }
  else
    {
      for (size_t i = 0; i < N && !transposed; ++i)
        z[i] *= b->size[i];
      dgetrs_ (transposed ? "T" : "N", &b->N, &one, b->a, &b->N, b->pivot, z, &b->N, &info, 1);
      for (size_t i = 0; i < N && transposed; ++i)
        z[i] *= b->size[i];
    }
}

int
ictus__bordered_sign (const ictus__bordered *b)
{
  return b->factored ? b->sign : 0;
}

/* ---- eigenvalues -------------------------------------------------------------------------------------------------- */

typedef struct value
{
  double re, im;
} value;

/* By falling real part; a pair stays together, the one with im > 0 first. */
static int
order (const void *a, const void *b)
{
  const value *x = a, *y = b;

  if (x->re != y->re)
    return x->re > y->re ? -1 : 1;
  if (fabs (x->im) != fabs (y->im))
    return fabs (x->im) < fabs (y->im) ? -1 : 1;
  return x->im == y->im ? 0 : x->im > y->im ? -1 : 1;
}

ictus_err
ictus__dyn_eigenvalues (ictus__dyn *s, const double *x, double *re, double *im)
{
  const int one = 1;
  int n = s->n, lwork = 4 * n, info = 0;
  size_t size = (size_t) n;
  double none = 0, *a = ictus_alloc (size * size + 4 * size, sizeof *a), *work = a + size * size;
  value *v = ictus_alloc (size, sizeof *v);
  ictus_err e = ICTUS_E_NOMEM;

  if (a == NULL || v == NULL)
    goto done;
  ictus__dyn_jac (s, x, a);
  e = ICTUS_OK;
  if (ictus__dyn_finite (n * n, a))
    dgeev_ ("N", "N", &n, a, &n, re, im, &none, &one, &none, &one, work, &lwork, &info, 1, 1);
  else
    info = -1;
  if (info != 0)
    {
      for (int i = 0; i < n; ++i)
        re[i] = im[i] = NAN;
      goto done;
    }
  for (int i = 0; i < n; ++i)
    v[i] = (value){ re[i], im[i] };
  qsort (v, size, sizeof *v, order);
  for (int i = 0; i < n; ++i)
    {
      re[i] = v[i].re;
      im[i] = v[i].im;
    }
done:
  ictus_free (a);
  ictus_free (v);
  return e;
}
