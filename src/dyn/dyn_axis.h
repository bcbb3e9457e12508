/* SPDX-License-Identifier: BSD-3-Clause */
/** \file dyn_axis.h
 * Eigenvalues of large sparse Jacobians near the imaginary axis, followed along a branch. All of them are known from
 * time to time (LAPACK); in between those that could come to the axis until the next time are followed in discs around them. Private to
 * dyn_axis*.c and dyn_equilibria.c.
 */
#ifndef ICTUS_DYN_AXIS_H
#define ICTUS_DYN_AXIS_H

#include <complex.h>

#include "dyn/dyn_impl.h"

typedef struct ictus__axis ictus__axis;

/** weight [n + 1]: distances of points (x, lambda) are measured with these; borrowed. */
ictus_err ictus__axis_create (ictus__dyn *s, const double *weight, ictus__axis **out);
void ictus__axis_destroy (ictus__axis **a);
/** All eigenvalues at X, in their order, are these; a step of the branch is about this long. */
ictus_err ictus__axis_learn (ictus__axis *a, const double *X, const double *re, const double *im, double step);
/** Eigenvalues at X, near where all were learned: *right of them have positive real parts and were not followed: re, im of these, [0, *right), and
 * of those behind what was followed are NaN. The values of the system's parameters are those at X.
 * \retval false  they cannot be told: all must be computed */
bool ictus__axis_find (ictus__axis *a, const double *X, double *re, double *im, int *right);
/** Would another step lead further than it is safe to go without all of them? */
bool ictus__axis_far (const ictus__axis *a, const double *X, double step);
/** Largest modulus when all were learned last. */
double ictus__axis_largest (const ictus__axis *a);

/* ---- a disc (dyn_axis_disc.c) ---------------------------------------------------------------------------------- */

typedef struct ictus__disc /* the invariant subspace of the eigenvalues nearest to its centre */
{
  double complex centre;
  bool both;              /* around the real axis: pairs are in it as a whole */
  double radius;
  bool first;             /* nothing near it is to the right of its members */
  int right;              /* eigenvalues in it to the right of all members */
  size_t p, filled;       /* vectors; of them not at random */
  double complex *Q;      /* [n, p] orthonormal; owned */
} ictus__disc;

typedef struct ictus__shifted ictus__shifted; /* a matrix whose inverses at shifts are applied */

ictus_err ictus__shifted_create (ictus__dyn *s, size_t most, ictus__shifted **out); /* most: vectors of a disc */
void ictus__shifted_destroy (ictus__shifted **m);
/** The Jacobian at x, balanced as the first one was. */
bool ictus__shifted_load (ictus__shifted *m, const double *x);
/** Factors of the matrix minus the centre of d. */
bool ictus__shifted_factor (ictus__shifted *m, const ictus__disc *d);
/** One round of simultaneous iteration: Q = an orthonormal basis of (A - centre)^-1 Q; the p values of A in it, and their residuals,
 * relative to the size of A. */
bool ictus__shifted_round (ictus__shifted *m, ictus__disc *d, double complex *value, double *residual);

/* ---- what is followed (dyn_axis_choose.c learns, dyn_axis.c finds) -------------------------------------------------- */

#define ICTUS__AXIS_SAFETY 3. /* eigenvalues may move so many times as fast as they did */
enum
{
  ICTUS__AXIS_MOST = 120 /* vectors of a disc */
};

typedef struct ictus__axis_member /* an eigenvalue that is followed, with Im >= 0; or, in a disc that holds both of pairs, any */
{
  double complex at, next;
  int disc;
  bool settled;
} ictus__axis_member;

struct ictus__axis
{
  ictus__dyn *s;
  const double *weight;
  size_t n;
  ictus__shifted *m;
  double *store, *X;       /* [n + 1] where all were learned last; NaN: nowhere */
  double *re, *im, *rate;  /* [n] there; how fast real parts move with the distance */
  double *far;             /* [n] scratch */
  bool rated, ready;
  double largest, reach, limit; /* limit: how far an eigenvalue may move from point to point */
  double safety;
  size_t right, count;     /* of the order, [right, right + count) are followed */
  ictus__axis_member *member;
  size_t nmember;
  ictus__disc *disc, *before;
  size_t ndisc, nbefore;
  double complex *value;   /* [ICTUS__AXIS_MOST] */
  double *residual;        /* [ICTUS__AXIS_MOST] */
  int *taken;              /* [ICTUS__AXIS_MOST] */
};

double ictus__axis_distance (const ictus__axis *a, const double *X); /* from where all were learned */
void ictus__axis_drop (ictus__disc *d, size_t *count);

#endif
