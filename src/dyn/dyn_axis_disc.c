/* SPDX-License-Identifier: BSD-3-Clause */
/* Eigenvalues near a point of the complex plane by simultaneous iteration (Rutishauser 1969) with the inverse at that point, whose
   factors are sparse (KLU). A subspace for all of a cluster finds double eigenvalues, too, which one vector alone would not. */
#include "config.h"

#include "dyn/dyn_axis.h"

#if HAVE_SUITESPARSE_KLU_H
#include <suitesparse/klu.h>
#else
#include <klu.h>
#endif

#include <math.h>
#include <stdint.h>
#include <string.h>

void dgebal_ (const char *job, const int *n, double *a, const int *lda, int *ilo, int *ihi, double *scale, int *info, size_t length);
void zgeqrf_ (const int *m, const int *n, double complex *a, const int *lda, double complex *tau, double complex *work,
              const int *lwork, int *info);
void zungqr_ (const int *m, const int *n, const int *k, double complex *a, const int *lda, const double complex *tau,
              double complex *work, const int *lwork, int *info);
void zunmqr_ (const char *side, const char *trans, const int *m, const int *n, const int *k, const double complex *a, const int *lda,
              const double complex *tau, double complex *c, const int *ldc, double complex *work, const int *lwork, int *info,
              size_t len_side, size_t len_trans);
void zgeev_ (const char *jobvl, const char *jobvr, const int *n, double complex *a, const int *lda, double complex *w,
             double complex *vl, const int *ldvl, double complex *vr, const int *ldvr, double complex *work, const int *lwork,
             double *rwork, int *info, size_t len_vl, size_t len_vr);

struct ictus__shifted
{
  ictus__dyn *s;
  size_t n, most;
  bool balanced;
  double size;                 /* of the matrix: root mean square of its columns' lengths */
  double *J, *balance;         /* [n, n], [n] */
  int *first, *row, *was;      /* columns: [n + 1], [nonzeros]; `was`: both as they were analysed */
  size_t cap_row, cap_was, cap_value, cap_moved;
  double *value;               /* [nonzeros] */
  double complex *moved;       /* [nonzeros] minus the centre */
  double complex *W, *R;       /* [n, most] A Q, in the basis of Q and its complement; scratch */
  double complex *H, *V, *tau; /* [most, most], [most] */
  double complex *work;        /* [lwork] */
  double *rwork;               /* [2 most] */
  int lwork;
  klu_common common;
  klu_symbolic *symbolic;
  klu_numeric *numeric;
};

/* ---- life ----------------------------------------------------------------------------------------------------- */

ictus_err
ictus__shifted_create (ictus__dyn *s, size_t most, ictus__shifted **out)
{
  ictus__shifted *m = *out = ictus_alloc (1, sizeof *m);
  size_t n = (size_t) s->n;

  if (m == NULL)
    return ICTUS_E_NOMEM;
  m->s = s;
  m->n = n;
  m->most = most;
  m->lwork = (int) (32 * most);
  klu_defaults (&m->common);
  m->J = ictus_alloc (n * n + n + 2 * most, sizeof *m->J);
  m->W = ictus_alloc (2 * n * most + 2 * most * most + 33 * most, sizeof *m->W);
  m->first = ictus_alloc (n + 1, sizeof *m->first);
  if (m->J == NULL || m->W == NULL || m->first == NULL)
    {
      ictus__shifted_destroy (out);
      return ICTUS_E_NOMEM;
    }
  m->balance = m->J + n * n;
  m->rwork = m->balance + n;
  m->R = m->W + n * most;
  m->H = m->R + n * most;
  m->V = m->H + most * most;
  m->tau = m->V + most * most;
  m->work = m->tau + most;
  return ICTUS_OK;
}

void
ictus__shifted_destroy (ictus__shifted **mp)
{
  ictus__shifted *m = *mp;

  *mp = NULL;
  if (m == NULL)
    return;
  klu_z_free_numeric (&m->numeric, &m->common);
  klu_free_symbolic (&m->symbolic, &m->common);
  ictus_free (m->J);
  ictus_free (m->W);
  ictus_free (m->first);
  ictus_free (m->row);
  ictus_free (m->was);
  ictus_free (m->value);
  ictus_free (m->moved);
  ictus_free (m);
}

/* ---- the matrix --------------------------------------------------------------------------------------------------- */

static bool
balance (ictus__shifted *m)
{
  int n = (int) m->n, lo, hi, info = 0;
  double *copy = ictus_alloc (m->n * m->n, sizeof *copy);

  if (copy == NULL)
    return false;
  memcpy (copy, m->J, m->n * m->n * sizeof *copy);
  dgebal_ ("S", &n, copy, &n, &lo, &hi, m->balance, &info, 1);
  ictus_free (copy);
  m->balanced = info == 0;
  return m->balanced;
}

bool
ictus__shifted_load (ictus__shifted *m, const double *x)
{
  size_t n = m->n, count = 0, at = 0;
  double sum = 0;

  ictus__dyn_jac (m->s, x, m->J);
  for (size_t e = 0; e < n * n; ++e)
    {
      if (!isfinite (m->J[e]))
        return false;
      count += m->J[e] != 0 || e % (n + 1) == 0;
    }
  if ((!m->balanced && !balance (m)) || ictus_grow (&m->row, &m->cap_row, count, sizeof *m->row) != ICTUS_OK
      || ictus_grow (&m->value, &m->cap_value, count, sizeof *m->value) != ICTUS_OK
      || ictus_grow (&m->moved, &m->cap_moved, count, sizeof *m->moved) != ICTUS_OK)
    return false;
  for (size_t j = 0; j < n; ++j)
    {
      m->first[j] = (int) at;
      for (size_t i = 0; i < n; ++i)
        if (m->J[j * n + i] != 0 || i == j)
          {
            m->row[at] = (int) i;
            m->value[at] = m->J[j * n + i] * m->balance[j] / m->balance[i];
            sum += m->value[at] * m->value[at];
            ++at;
          }
    }
  m->first[n] = (int) at;
  m->size = sqrt (sum / (double) n);
  return isfinite (m->size) && m->size > 0;
}

/* Is the pattern the one that was analysed? */
static bool
same (const ictus__shifted *m)
{
  size_t n1 = m->n + 1;

  return m->symbolic != NULL && memcmp (m->was, m->first, n1 * sizeof *m->was) == 0
         && memcmp (m->was + n1, m->row, (size_t) m->first[m->n] * sizeof *m->was) == 0;
}

bool
ictus__shifted_factor (ictus__shifted *m, const ictus__disc *d)
{
  size_t n1 = m->n + 1, count = (size_t) m->first[m->n];

  if (!same (m))
    {
      klu_free_symbolic (&m->symbolic, &m->common);
      if (ictus_grow (&m->was, &m->cap_was, n1 + count, sizeof *m->was) != ICTUS_OK)
        return false;
      memcpy (m->was, m->first, n1 * sizeof *m->was);
      memcpy (m->was + n1, m->row, count * sizeof *m->was);
      m->symbolic = klu_analyze ((int) m->n, m->first, m->row, &m->common);
      if (m->symbolic == NULL)
        return false;
    }
  for (size_t j = 0; j < m->n; ++j)
    for (int e = m->first[j]; e < m->first[j + 1]; ++e)
      m->moved[e] = m->value[e] - (m->row[e] == (int) j ? d->centre : 0);
  klu_z_free_numeric (&m->numeric, &m->common);
  m->numeric = klu_z_factor (m->first, m->row, (double *) m->moved, m->symbolic, &m->common);
  return m->numeric != NULL && m->common.status == KLU_OK;
}

/* ---- simultaneous iteration ----------------------------------------------------------------------------------------- */

static bool
all_finite (size_t count, const double complex *z)
{
  return ictus__dyn_finite ((int) (2 * count), (const double *) z);
}

/* Directions of a fixed sequence, as long as the others. */
static void
scatter (const ictus__shifted *m, ictus__disc *d)
{
  uint64_t seed = 0x9e3779b97f4a7c15u;
  const double size = sqrt (6 / (double) m->n);

  for (size_t e = d->filled * m->n; e < d->p * m->n; ++e)
    {
      double part[2];

      for (int k = 0; k < 2; ++k)
        {
          seed = seed * 6364136223846793005u + 1442695040888963407u;
          part[k] = ((double) (seed >> 11) * 0x1p-53 - 0.5) * size;
        }
      d->Q[e] = part[0] + part[1] * I;
    }
  d->filled = d->p;
}

/* W = A Q */
static void
multiply (ictus__shifted *m, const double complex *Q, size_t p)
{
  size_t n = m->n;

  memset (m->W, 0, n * p * sizeof *m->W);
  for (size_t k = 0; k < p; ++k)
    for (size_t j = 0; j < n; ++j)
      {
        const double complex q = Q[k * n + j];

        for (int e = m->first[j]; e < m->first[j + 1]; ++e)
          m->W[k * n + (size_t) m->row[e]] += m->value[e] * q; /* real times complex */
      }
}

/* Residuals of Ritz vectors: V in the basis Q, of whose complement the lower rows of W hold the part. */
static void
measure (const ictus__shifted *m, size_t p, double *residual)
{
  size_t n = m->n;

  for (size_t k = 0; k < p; ++k)
    {
      double *const r = (double *) m->R, sum = 0;

      memset (r, 0, 2 * n * sizeof *r);
      for (size_t j = 0; j < p; ++j)
        {
          const double *const w = (const double *) (m->W + j * n), a = creal (m->V[k * p + j]), b = cimag (m->V[k * p + j]);

          for (size_t i = p; i < n; ++i)
            {
              r[2 * i] += w[2 * i] * a - w[2 * i + 1] * b;
              r[2 * i + 1] += w[2 * i] * b + w[2 * i + 1] * a;
            }
        }
      for (size_t i = 2 * p; i < 2 * n; ++i)
        sum += r[i] * r[i];
      residual[k] = sqrt (sum) / m->size;
    }
}

bool
ictus__shifted_round (ictus__shifted *m, ictus__disc *d, double complex *value, double *residual)
{
  const int unit = 1;
  int n = (int) m->n, p = (int) d->p, info = 0;
  size_t count = m->n * d->p;

  scatter (m, d);
  klu_z_solve (m->symbolic, m->numeric, n, p, (double *) d->Q, &m->common);
  if (!all_finite (count, d->Q))
    return false;
  zgeqrf_ (&n, &p, d->Q, &n, m->tau, m->work, &m->lwork, &info);
  memcpy (m->R, d->Q, count * sizeof *m->R); /* reflections */
  zungqr_ (&n, &p, &p, d->Q, &n, m->tau, m->work, &m->lwork, &info);
  if (info != 0 || !all_finite (count, d->Q))
    return false;
  multiply (m, d->Q, d->p);
  zunmqr_ ("L", "C", &n, &p, &p, m->R, &n, m->tau, m->W, &n, m->work, &m->lwork, &info, 1, 1);
  for (size_t j = 0; j < d->p; ++j)
    memcpy (m->H + j * d->p, m->W + j * m->n, d->p * sizeof *m->H);
  zgeev_ ("N", "V", &p, m->H, &p, value, NULL, &unit, m->V, &p, m->work, &m->lwork, m->rwork, &info, 1, 1);
  if (info != 0)
    return false;
  measure (m, d->p, residual);
  return true;
}
