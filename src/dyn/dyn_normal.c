/* SPDX-License-Identifier: BSD-3-Clause */
/* Normal forms of folds and Hopf points on the centre manifold (Kuznetsov 2004, sections 5.4 and 8.7). Derivatives of the analytic
 * Jacobian along directions are central differences of fourth order, with steps in the size of the states. */
#include "dyn/dyn_impl.h"

#include <complex.h>
#include <math.h>
#include <string.h>

void zgetrf_ (const int *m, const int *n, double complex *a, const int *lda, int *ipiv, int *info);
void zgetrs_ (const char *trans, const int *n, const int *nrhs, const double complex *a, const int *lda, const int *ipiv,
              double complex *b, const int *ldb, int *info, size_t length);
void dgesv_ (const int *n, const int *nrhs, double *a, const int *lda, int *ipiv, double *b, const int *ldb, int *info);

typedef struct form /* scratch at a point */
{
  ictus__dyn *s;
  const double *x;
  size_t n;
  double *J, *K;  /* [n, n] at x; elsewhere */
  double *at;     /* [n] */
  double complex *Z; /* [n, n] */
  double complex *q, *p, *z; /* [n] */
  double *r;      /* [6, n] */
  int *pivot;     /* [n] */
} form;

static void
drop (form *f)
{
  ictus_free (f->J);
  ictus_free (f->Z);
  ictus_free (f->pivot);
}

static ictus_err
take (form *f, ictus__dyn *s, const double *x)
{
  size_t n = (size_t) s->n;

  memset (f, 0, sizeof *f);
  f->s = s;
  f->x = x;
  f->n = n;
  f->J = ictus_alloc (n * (2 * n + 7), sizeof *f->J);
  f->Z = ictus_alloc (n * (n + 3), sizeof *f->Z);
  f->pivot = ictus_alloc (n, sizeof *f->pivot);
  if (f->J == NULL || f->Z == NULL || f->pivot == NULL)
    {
      drop (f);
      return ICTUS_E_NOMEM;
    }
  f->K = f->J + n * n;
  f->at = f->K + n * n;
  f->r = f->at + n;
  f->q = f->Z + n * n;
  f->p = f->q + n;
  f->z = f->p + n;
  ictus__dyn_jac (s, x, f->J);
  return ICTUS_OK;
}

/* The step along w that moves no state by more than `part` of its size; 0: w is 0. */
static double
step (const form *f, const double *w, double part)
{
  double size = 0;

  for (size_t i = 0; i < f->n; ++i)
    size = fmax (size, fabs (w[i]) / fmax (f->s->scale[i], fabs (f->x[i])));
  return size > 0 ? part / size : 0;
}

/* out += factor * J(x + h w) v */
static void
add_shifted (form *f, const double *w, double h, const double *v, double factor, double *out)
{
  for (size_t i = 0; i < f->n; ++i)
    f->at[i] = f->x[i] + h * w[i];
  ictus__dyn_jac (f->s, f->at, f->K);
  for (size_t j = 0; j < f->n; ++j)
    for (size_t i = 0; i < f->n; ++i)
      out[i] += factor * f->K[j * f->n + i] * v[j];
}

/* out = B (v, w) */
static void
second (form *f, const double *v, const double *w, double *out)
{
  static const double at[4] = { -2, -1, 1, 2 }, weight[4] = { 1. / 12, -8. / 12, 8. / 12, -1. / 12 };
  double h = step (f, w, 1e-3);

  memset (out, 0, f->n * sizeof *out);
  for (int k = 0; k < 4 && h > 0; ++k)
    add_shifted (f, w, at[k] * h, v, weight[k] / h, out);
}

/* out += C (v, w, w) */
static void
add_third (form *f, const double *v, const double *w, double *out)
{
  static const double at[5] = { -2, -1, 0, 1, 2 }, weight[5] = { -1. / 12, 16. / 12, -30. / 12, 16. / 12, -1. / 12 };
  double h = step (f, w, 3e-3);

  for (int k = 0; k < 5 && h > 0; ++k)
    add_shifted (f, w, at[k] * h, v, weight[k] / (h * h), out);
}

/* ---- Hopf points ------------------------------------------------------------------------------------------- */

/* Factors of J - sigma. */
static bool
shift (form *f, double complex sigma)
{
  int n = (int) f->n, info = 0;

  for (size_t e = 0; e < f->n * f->n; ++e)
    f->Z[e] = f->J[e];
  for (size_t i = 0; i < f->n; ++i)
    f->Z[i * f->n + i] -= sigma;
  zgetrf_ (&n, &n, f->Z, &n, f->pivot, &info);
  return info == 0;
}

static bool
shifted_solve (form *f, double complex *z, const char *how)
{
  const int one = 1;
  int n = (int) f->n, info = 0;

  zgetrs_ (how, &n, &one, f->Z, &n, f->pivot, z, &n, &info, 1);
  for (size_t i = 0; i < f->n; ++i)
    if (!isfinite (creal (z[i])) || !isfinite (cimag (z[i])))
      return false;
  return true;
}

/* Inverse iteration: z becomes the null vector of J - sigma (how "N") or its adjoint ("C"), of length 1. */
static bool
iterate (form *f, double complex *z, const char *how)
{
  for (size_t i = 0; i < f->n; ++i)
    z[i] = f->s->scale[i] * (1 + 0.3 * sin ((double) (3 * i + 1)) + 0.5 * I * cos ((double) (2 * i + 1)));
  for (int k = 0; k < 5; ++k)
    {
      double size = 0;

      if (!shifted_solve (f, z, how))
        return false;
      for (size_t i = 0; i < f->n; ++i)
        size = fmax (size, cabs (z[i]));
      for (size_t i = 0; i < f->n; ++i)
        z[i] /= size;
    }
  double sum = 0;

  for (size_t i = 0; i < f->n; ++i)
    sum += creal (z[i]) * creal (z[i]) + cimag (z[i]) * cimag (z[i]);
  for (size_t i = 0; i < f->n; ++i)
    z[i] /= sqrt (sum);
  return sum > 0;
}

/* q and p of i omega: J q = i omega q, J' p = - i omega p, <q, q> = <p, q> = 1; the largest part of q is real. */
static bool
eigenvectors (form *f, double omega)
{
  double complex product = 0, turn = 1;
  double most = 0;

  if (!shift (f, 1e-10 * omega + I * (omega * (1 + 1e-10))) || !iterate (f, f->q, "N") || !iterate (f, f->p, "C"))
    return false;
  for (size_t i = 0; i < f->n; ++i)
    if (cabs (f->q[i]) / f->s->scale[i] > most * (1 + 1e-9))
      {
        most = cabs (f->q[i]) / f->s->scale[i];
        turn = conj (f->q[i]) / cabs (f->q[i]);
      }
  for (size_t i = 0; i < f->n; ++i)
    f->q[i] *= turn;
  for (size_t i = 0; i < f->n; ++i)
    product += conj (f->p[i]) * f->q[i];
  for (size_t i = 0; i < f->n; ++i)
    f->p[i] /= conj (product);
  return cabs (product) > 0;
}

ictus_err
ictus__hopf_vector (ictus__dyn *s, const double *x, double omega, double *q)
{
  form f;
  bool good;

  ICTUS_TRY (take (&f, s, x));
  good = eigenvectors (&f, omega);
  for (size_t i = 0; i < f.n; ++i)
    {
      q[i] = good ? creal (f.q[i]) : NAN;
      q[f.n + i] = good ? cimag (f.q[i]) : NAN;
    }
  drop (&f);
  return ICTUS_OK;
}

static double complex
times_p (const form *f, const double complex *z)
{
  double complex sum = 0;

  for (size_t i = 0; i < f->n; ++i)
    sum += conj (f->p[i]) * z[i];
  return sum;
}

/* 2 omega times the coefficient; a, b: parts of q. */
static double
lyapunov (form *f, double omega, const double *a, const double *b)
{
  const int one = 1;
  size_t n = f->n;
  int m = (int) n, info = 0;
  double *aa = f->r + 2 * n, *bb = aa + n, *ab = bb + n, *h = ab + n;
  double complex sum;

  second (f, a, a, aa);
  second (f, b, b, bb);
  second (f, a, b, ab);
  /* - 2 <p, B (q, J^-1 B (q, q*))> */
  for (size_t i = 0; i < n; ++i)
    h[i] = aa[i] + bb[i];
  memcpy (f->K, f->J, n * n * sizeof *f->K);
  dgesv_ (&m, &one, f->K, &m, f->pivot, h, &m, &info);
  if (info != 0)
    return NAN;
  /* + <p, B (q*, (2 i omega - J)^-1 B (q, q))> */
  for (size_t i = 0; i < n; ++i)
    f->z[i] = -(aa[i] - bb[i] + 2 * I * ab[i]);
  if (!shift (f, I * (2 * omega)) || !shifted_solve (f, f->z, "N"))
    return NAN;
  for (size_t i = 0; i < n; ++i)
    {
      aa[i] = creal (f->z[i]);
      bb[i] = cimag (f->z[i]);
    }
  second (f, a, h, ab);
  for (size_t i = 0; i < n; ++i)
    f->z[i] = -2 * ab[i];
  second (f, b, h, ab);
  for (size_t i = 0; i < n; ++i)
    f->z[i] -= 2 * I * ab[i];
  second (f, a, aa, ab);
  second (f, b, bb, h);
  for (size_t i = 0; i < n; ++i)
    f->z[i] += ab[i] + h[i];
  second (f, a, bb, ab);
  second (f, b, aa, h);
  for (size_t i = 0; i < n; ++i)
    f->z[i] += I * (ab[i] - h[i]);
  /* + <p, C (q, q, q*)>, of which the derivatives along a and b are all */
  memset (ab, 0, n * sizeof *ab);
  memset (h, 0, n * sizeof *h);
  add_third (f, a, a, ab);
  add_third (f, a, b, ab);
  add_third (f, b, a, h);
  add_third (f, b, b, h);
  for (size_t i = 0; i < n; ++i)
    f->z[i] += ab[i] + I * h[i];
  sum = times_p (f, f->z);
  return creal (sum);
}

ictus_err
ictus__first_lyapunov (ictus__dyn *s, const double *x, double omega, double *l1)
{
  form f;
  double *a, *b;

  *l1 = NAN;
  ICTUS_TRY (take (&f, s, x));
  a = f.r;
  b = a + f.n;
  if (omega > 0 && eigenvectors (&f, omega))
    {
      for (size_t i = 0; i < f.n; ++i)
        {
          a[i] = creal (f.q[i]);
          b[i] = cimag (f.q[i]);
        }
      *l1 = lyapunov (&f, omega, a, b) / (2 * omega);
    }
  drop (&f);
  return ICTUS_OK;
}

/* ---- folds ---------------------------------------------------------------------------------------------------- */

double
ictus__fold_coefficient (ictus__dyn *s, const double *x, const double *v, const double *w)
{
  form f;
  double sum = 0;

  if (take (&f, s, x) != ICTUS_OK)
    return NAN;
  second (&f, v, v, f.r);
  for (size_t i = 0; i < f.n; ++i)
    sum += w[i] * f.r[i];
  drop (&f);
  return sum / 2;
}
