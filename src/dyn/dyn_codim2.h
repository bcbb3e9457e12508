/* SPDX-License-Identifier: BSD-3-Clause */
/** \file dyn_codim2.h
 * Curves of folds and of Hopf points in two parameters. Included by src/dyn/dyn_codim2*.c only.
 *
 * Minimally augmented systems (Griewank & Reddien 1984; Govaerts 2000, Numerical Methods for Bifurcations of Dynamical Equilibria,
 * ch. 4 and 6): f = 0 and the vanishing of what a border of the singular matrix takes in its kernel's place. States are measured by the
 * scale of the system, J = S^-1 df/dx S below.
 *   fold:  M = J; [M b; c' 0] [v; G] = [0; 1], G = 0; X = (x, par2, par).
 *   Hopf:  M = [J, -s; k s, J] has a kernel of two dimensions where J^2 + k s^2 has one: a pair +- i omega, k = (omega / s)^2.
 *          [M b; c' 0] [V; G] = [0; I]; G [2, 2] vanishes with two of its combinations: to first order
 *          -s Q^-1 G = (k s^2 - det) I + trace R with R the restriction of J to the plane, Q from the borders, so that the trace and
 *          the product with R's part free of trace are taken. X = (x, k, par2, par). k runs through 0 at a Bogdanov-Takens point,
 *          where R is no multiple of I either: the system stays regular.
 */
#ifndef DYN_CODIM2_H
#define DYN_CODIM2_H

#include "dyn/dyn_impl.h"

enum { ICTUS__CURVE_TESTS = 4 };

typedef struct ictus__curve
{
  ictus__dyn *s;
  const ictus__dyn_job *j;
  ictus_dyn_branch *b;
  ictus_err e;       /* of what accept could not do */
  bool hopf;
  size_t n, N;       /* states; equations, one less than unknowns */
  size_t m, nb;      /* of M; of its border: 1 or 2 */
  double turn;       /* s: what frequencies are measured by */
  double step[2];    /* differences in par, par2 */
  double *weight;    /* [N + 1] of the arclength */
  double *J, *D;     /* [n, n] by columns: at the point, its derivative along something */
  double *A;         /* [N + 1, N + 1] factors of the bordered derivative of the whole */
  int *pivot_A;
  double *M;         /* [m + nb, m + nb] factors */
  int *pivot_M;
  double *left, *right; /* [m] nb times: borders, kept from the last point */
  double *v, *w;     /* [m + nb] nb times: solutions with M and its transpose */
  double comb[2][2][2]; /* equation f is the sum of comb[f][a][b] G[a][b] */
  double *re, *im;   /* [n] */
  double *x, *y;     /* [n] scratch */
  double *at;        /* [N + 1] where re, im, l1 are known */
  bool known, known_l1;
  double l1;
  double most[ICTUS__CURVE_TESTS]; /* largest modulus of each test function so far */
  char why[160];
} ictus__curve;

/* dyn_codim2_border.c */
/** Values of X into the system. */
void ictus__curve_set (ictus__curve *c, const double *X);
/** v, w at X with the borders as they are; false: singular or not finite. */
bool ictus__curve_kernel (ictus__curve *c, const double *X);
/** Borders from v, w: orthonormal; and with them the equations of a Hopf curve. */
void ictus__curve_renew (ictus__curve *c);
/** The kernel at X from nothing. */
bool ictus__curve_begin (ictus__curve *c, const double *X);
/** Equation f of G after ictus__curve_kernel. */
double ictus__curve_value (const ictus__curve *c, int f);
/** D = derivative of df/dx along u (of x; unscaled). */
void ictus__curve_along (ictus__curve *c, const double *x, const double *u);
/** For the arc: residual, derivative, solution. */
bool ictus__curve_residual (void *self, const double *X, double *F);
bool ictus__curve_factor (void *self, const double *X, const double *w);
void ictus__curve_solve (void *self, const double *r, double s, double *d);

/* dyn_codim2_test.c */
/** Test functions: folds: cusp, Bogdanov-Takens, fold-Hopf, none; Hopf points: Bogdanov-Takens, generalised, fold-Hopf, Hopf-Hopf. */
bool ictus__curve_test (void *self, const double *X, const double *T, double *phi);
/** Eigenvalues at X in re, im; false: none. */
bool ictus__curve_spectrum (ictus__curve *c, const double *X);
/** Eigenvalues with positive real part, those that are critical all along the curve not counted. */
int ictus__curve_unstable (const ictus__curve *c, const double *X);
/** Is the pair of eigenvalues, other than the critical ones, whose sum is nearest to 0 a complex one? Its frequency, or 0. */
double ictus__curve_pair (const ictus__curve *c, const double *X);

#endif
