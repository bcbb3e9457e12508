/* SPDX-License-Identifier: BSD-3-Clause */
/** \file dyn_equilibria.h
 * Private to dyn_equilibria*.c: a branch of equilibria as it is followed.
 */
#ifndef ICTUS_DYN_EQUILIBRIA_H
#define ICTUS_DYN_EQUILIBRIA_H

#include "dyn/dyn_axis.h"

enum
{
  ICTUS__REST_KEPT = 32 /* points whose eigenvalues are known */
};

typedef struct ictus__rest
{
  ictus__dyn *s;
  const ictus__dyn_job *j;
  ictus_dyn_branch *b;
  ictus__bordered *m;
  size_t n;
  double *store;
  double *B, *w;          /* f_lambda [n] and the last row [n + 1] of what was factored last */
  double *weight;         /* [n + 1] */
  double *edge, *corner;  /* [n + 1] a column and a row for the test of branch points */
  double *z, *X;          /* [n + 1] */
  double *re, *im;        /* [n] eigenvalues; re[i] NaN: not known, but positive for i < right, negative behind those known */
  int right;
  bool all;               /* known */
  double *kept;           /* [ICTUS__REST_KEPT, 3, n + 1] X; re, right; im, all, of the last points; X[n] NaN: none */
  size_t next;            /* of these to be replaced */
  ictus__axis *axis;      /* NULL: all eigenvalues at each point */
  double *last, step;     /* [n + 1] last point of the curve; how far it was from the one before */
  int unstable;           /* eigenvalues there */
  bool open, lost;        /* not all eigenvalues were known at it; the number of unstable ones was wrong */
  double path, mark, moved; /* since the parameter was at mark; how far that was from the mark before */
  int shrunk;             /* marks in a row from which on it moved less than before */
  double *J;              /* [2, n, n] scratch to look for kinks; NULL: there are none */
  char why[160];
} ictus__rest;

/* ---- dyn_equilibria_values.c ----------------------------------------------------------------------------------- */

/** Eigenvalues at X into re, im, as far as they are needed: most points are looked at twice, those where both of a pair cross more
 * often. */
ictus_err ictus__rest_values (ictus__rest *f, const double *X);
/** All of them. */
ictus_err ictus__rest_all (ictus__rest *f, const double *X);
/** All at a point X of the curve where some were known: `lost` is set where the number of unstable ones is not what it was thought to be. */
ictus_err ictus__rest_verify (ictus__rest *f, const double *X, int unstable);
/** Has a real eigenvalue crossed the axis unseen? T is the tangent by the last factors. */
bool ictus__rest_odd (const ictus__rest *f, const double *T);
/** What was followed is not trusted: all at X, and at the last point, where this may have begun. */
ictus_err ictus__rest_again (ictus__rest *f, const double *X);
int ictus__rest_unstable (const ictus__rest *f);
/** Modulus of the largest eigenvalue. */
double ictus__rest_largest (const ictus__rest *f);
/** Of the way from X to Y. */
double ictus__rest_length (const ictus__rest *f, const double *X, const double *Y);

/* ---- dyn_equilibria_leave.c ------------------------------------------------------------------------------------ */

/** Does the branch, whose last row is X, leave for infinity, or stand at one value of the parameter? Then why says so. */
bool ictus__rest_leaves (ictus__rest *f, const double *X);

#endif
