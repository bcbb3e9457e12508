/* SPDX-License-Identifier: BSD-3-Clause */
/* The matrix exponential by scaling, a diagonal Pade approximant of degree 13 and squaring.
   Source: Higham (2005) SIAM J Matrix Anal Appl 26:1179, doi:10.1137/04061101X, algorithm 2.3. Deviations:
   always degree 13, no balancing. */
#include "solve_impl.h"

#include <math.h>
#include <string.h>

void dgesv_ (const int *n, const int *nrhs, double *a, const int *lda, int *ipiv, double *b, const int *ldb,
             int *info);

/* C = A B, column-major [n, n] */
static void
multiply (int n, const double *A, const double *B, double *C)
{
  memset (C, 0, sizeof *C * (size_t) n * (size_t) n);
  for (int j = 0; j < n; ++j)
    for (int k = 0; k < n; ++k)
      if (B[j * n + k] != 0)
        for (int i = 0; i < n; ++i)
          C[j * n + i] += A[k * n + i] * B[j * n + k];
}

static double
norm1 (int n, const double *A)
{
  double most = 0;

  for (int j = 0; j < n; ++j)
    {
      double sum = 0;

      for (int i = 0; i < n; ++i)
        sum += fabs (A[j * n + i]);
      most = fmax (most, sum);
    }
  return most;
}

/* R = a A + b B + c C + d I */
static void
combine (int n, double a, const double *A, double b, const double *B, double c, const double *C, double d,
         double *R)
{
  for (int k = 0; k < n * n; ++k)
    R[k] = a * A[k] + b * B[k] + c * C[k];
  for (int k = 0; k < n; ++k)
    R[k * n + k] += d;
}

/* E = e^E, [n, n]; work [7, n, n], pivot [n] */
static ictus_err
expm (int n, double *E, double *work, int *pivot)
{
  static const double c[]
      = { 64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000,
          10559470521600,    670442572800,      33522128640,      1323241920,       40840800,
          960960,            16380,             182,              1 };
  static const double theta = 5.371920351148152;
  size_t nn = (size_t) n * (size_t) n;
  double *A2 = work, *A4 = A2 + nn, *A6 = A4 + nn, *U = A6 + nn, *V = U + nn, *T = V + nn, *W = T + nn;
  double norm = norm1 (n, E);
  int info = 0, s = 0;

  if (!isfinite (norm))
    return ICTUS_FAIL (ICTUS_E_SOLVER, "the matrix of the linear model is not finite");
  while (ldexp (norm, -s) > theta)
    ++s;
  for (size_t k = 0; k < nn; ++k)
    E[k] = ldexp (E[k], -s);
  multiply (n, E, E, A2);
  multiply (n, A2, A2, A4);
  multiply (n, A4, A2, A6);
  combine (n, c[13], A6, c[11], A4, c[9], A2, 0, T);
  multiply (n, A6, T, W);
  combine (n, c[7], A6, c[5], A4, c[3], A2, c[1], T);
  for (size_t k = 0; k < nn; ++k)
    T[k] += W[k];
  multiply (n, E, T, U);
  combine (n, c[12], A6, c[10], A4, c[8], A2, 0, T);
  multiply (n, A6, T, V);
  combine (n, c[6], A6, c[4], A4, c[2], A2, c[0], T);
  for (size_t k = 0; k < nn; ++k)
    {
      V[k] += T[k];
      E[k] = V[k] + U[k];
      V[k] -= U[k];
    }
  dgesv_ (&n, &n, V, &n, pivot, E, &n, &info);
  if (info != 0)
    return ICTUS_FAIL (ICTUS_E_SOLVER, "LAPACK dgesv: the matrix of the linear model is singular (%d)", info);
  for (; s > 0; --s)
    {
      multiply (n, E, E, T);
      memcpy (E, T, nn * sizeof *E);
    }
  return ICTUS_OK;
}

/* A state whose derivative is 0 stays as it is, to the last bit, whatever LAPACK is there. */
static void
stand_still (int n, const double *A, double h, double *P, double *Q)
{
  for (int i = 0; i < n; ++i)
    {
      bool still = true;

      for (int j = 0; j < n; ++j)
        still = still && !(A[j * n + i] < 0 || A[j * n + i] > 0);
      for (int j = 0; j < n && still; ++j)
        {
          P[j * n + i] = i == j;
          Q[j * n + i] = i == j ? h : 0;
        }
    }
}

ictus_err
ictus__expm (int n, const double *A, double h, double *P, double *Q)
{
  ictus_err e = ICTUS_OK;
  int m = 2 * n; /* the augmented matrix (A I; 0 0) has the integral in its upper right corner */
  size_t mm = (size_t) m * (size_t) m;
  double *E = ictus_alloc (8 * mm, sizeof *E);
  int *pivot = ictus_alloc ((size_t) m, sizeof *pivot);

  if (E == NULL || pivot == NULL)
    {
      e = ICTUS_E_NOMEM;
      goto done;
    }
  for (int j = 0; j < n; ++j)
    {
      for (int i = 0; i < n; ++i)
        E[j * m + i] = h * A[j * n + i];
      E[(n + j) * m + j] = h;
    }
  ICTUS_GO (expm (m, E, E + mm, pivot));
  for (int j = 0; j < n; ++j)
    for (int i = 0; i < n; ++i)
      {
        P[j * n + i] = E[j * m + i];
        Q[j * n + i] = E[(n + j) * m + i];
      }
  stand_still (n, A, h, P, Q);
done:
  ictus_free (E);
  ictus_free (pivot);
  return e;
}
