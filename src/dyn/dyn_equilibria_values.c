/* SPDX-License-Identifier: BSD-3-Clause */
/* Eigenvalues along a branch of equilibria: all of them at each point, or, in large systems, those near the imaginary axis and all from
 * time to time. */
#include "dyn/dyn_equilibria.h"

#include <math.h>
#include <string.h>

static double
product (size_t n, const double *a, const double *b)
{
  double sum = 0;

  for (size_t i = 0; i < n; ++i)
    sum += a[i] * b[i];
  return sum;
}

static bool
recall (ictus__rest *f, const double *X)
{
  size_t n1 = f->n + 1;
  const double *row = f->kept;

  for (size_t k = 0; k < ICTUS__REST_KEPT; ++k, row += 3 * n1)
    if (memcmp (row, X, n1 * sizeof *X) == 0)
      {
        memcpy (f->re, row + n1, f->n * sizeof *row);
        memcpy (f->im, row + 2 * n1, f->n * sizeof *row);
        f->right = (int) row[2 * n1 - 1];
        f->all = row[3 * n1 - 1] != 0;
        return true;
      }
  return false;
}

static void
keep (ictus__rest *f, const double *X)
{
  size_t n1 = f->n + 1, k = 0;
  double *row;

  while (k < ICTUS__REST_KEPT && memcmp (f->kept + 3 * k * n1, X, n1 * sizeof *X) != 0)
    ++k;
  if (k == ICTUS__REST_KEPT)
    {
      k = f->next;
      f->next = (f->next + 1) % ICTUS__REST_KEPT;
    }
  row = f->kept + 3 * k * n1;
  memcpy (row, X, n1 * sizeof *X);
  memcpy (row + n1, f->re, f->n * sizeof *row);
  memcpy (row + 2 * n1, f->im, f->n * sizeof *row);
  row[2 * n1 - 1] = f->right;
  row[3 * n1 - 1] = f->all;
}

double
ictus__rest_length (const ictus__rest *f, const double *X, const double *Y)
{
  double sum = 0;

  for (size_t i = 0; i <= f->n; ++i)
    sum += f->weight[i] * (X[i] - Y[i]) * (X[i] - Y[i]);
  return sqrt (sum);
}

int
ictus__rest_unstable (const ictus__rest *f)
{
  int unstable = f->right;

  for (size_t i = 0; i < f->n; ++i)
    unstable += f->re[i] > 0;
  return unstable;
}

/* All eigenvalues at X. */
static ictus_err
all_values (ictus__rest *f, const double *X)
{
  double step = f->b->npoint > 0 ? fmax (f->step, ictus__rest_length (f, X, f->last)) : 0;

  ictus__dyn_set (f->s, f->j->o->par, X[f->n]);
  ICTUS_TRY (ictus__dyn_eigenvalues (f->s, X, f->re, f->im));
  f->right = 0;
  f->all = true;
  keep (f, X);
  return f->axis == NULL ? ICTUS_OK : ictus__axis_learn (f->axis, X, f->re, f->im, step);
}

/* All eigenvalues at a point X of the curve where some were known: is the number of unstable ones what it was thought to be? */
ictus_err
ictus__rest_verify (ictus__rest *f, const double *X, int unstable)
{
  ICTUS_TRY (all_values (f, X));
  f->lost |= ictus__rest_unstable (f) != unstable;
  return ICTUS_OK;
}

/* Eigenvalues at X, as far as they are needed: most points are looked at twice, those where both of a pair cross more often. */
ictus_err
ictus__rest_values (ictus__rest *f, const double *X)
{
  if (recall (f, X))
    return ICTUS_OK;
  for (int round = 0; f->axis != NULL && round < 2; ++round)
    {
      ictus__dyn_set (f->s, f->j->o->par, X[f->n]);
      if (ictus__axis_find (f->axis, X, f->re, f->im, &f->right))
        {
          f->all = false;
          keep (f, X);
          return ICTUS_OK;
        }
      if (!f->open)
        break;
      ICTUS_TRY (ictus__rest_verify (f, f->last, f->unstable));
      f->open = false;
    }
  return all_values (f, X);
}

/* All of them. */
ictus_err
ictus__rest_all (ictus__rest *f, const double *X)
{
  return recall (f, X) && f->all ? ICTUS_OK : all_values (f, X);
}

/* The sign of the determinant says whether the number of unstable eigenvalues is even: real ones may cross the axis within a
   short way, at sharp folds. T solves [J f_lambda; w'] T = (0, w . T), so that Cramer's rule has it in the last factors. */
bool
ictus__rest_odd (const ictus__rest *f, const double *T)
{
  int sign = ictus__bordered_sign (f->m) * (T[f->n] < 0 ? -1 : 1) * (product (f->n + 1, f->w, T) < 0 ? -1 : 1);

  return sign != 0 && T[f->n] != 0 && sign != ((f->n - (size_t) ictus__rest_unstable (f)) % 2 == 0 ? 1 : -1);
}

/* What was followed is not trusted: all at X, and at the last point, where this may have begun. */
ictus_err
ictus__rest_again (ictus__rest *f, const double *X)
{
  if (f->open)
    ICTUS_TRY (ictus__rest_verify (f, f->last, f->unstable));
  f->open = false;
  return all_values (f, X);
}

double
ictus__rest_largest (const ictus__rest *f)
{
  double size = 0;

  if (!f->all)
    return ictus__axis_largest (f->axis);
  for (size_t i = 0; i < f->n; ++i)
    size = fmax (size, hypot (f->re[i], f->im[i]));
  return size;
}
