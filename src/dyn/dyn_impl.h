/* SPDX-License-Identifier: BSD-3-Clause */
/** \file dyn_impl.h
 * The parts of room dyn: the system, linear algebra with a border, the arc, the kinds of branches. Included by src/dyn, and the system
 * by src/phase and src/chaos.
 */
#ifndef ICTUS_DYN_IMPL_H
#define ICTUS_DYN_IMPL_H

#include "ictus/dyn.h"

#include "dyn/dyn_system.h"

/* ---- linear algebra (dyn_linear.c): matrices with one or more borders ---------------------------------------- */

/** Factors of the (n + m) x (n + m) matrix
 *      [ A  B ]      A n x n, column j at A[j * n], or sparse by columns (as SuiteSparse's KLU takes it)
 *      [ C' D ]      B, C [m columns of n]; D [m, m] by columns
 * Sparse, or dense by LAPACK where the pattern is full or n is small. It may be singular in A, not as a whole. */
typedef struct ictus__bordered ictus__bordered;
/** The pattern of A is that of the system's Jacobian; m borders. */
ictus_err ictus__bordered_create (const ictus__dyn *s, int m, ictus__bordered **out);
void ictus__bordered_destroy (ictus__bordered **b);
/** Factor with A = df/dx at x (values of the system's parameters).
 * \retval false  singular, or something is not finite */
bool ictus__bordered_factor (ictus__bordered *b, ictus__dyn *s, const double *x, const double *B, const double *C,
                             const double *D);
/** [A B; C' D] z = r, both [n + m]; transposed: [A' C; B' D'] z = r. */
void ictus__bordered_solve (ictus__bordered *b, const double *r, double *z, bool transposed);
/** Sign of the determinant of the factored matrix: -1, 0, 1. */
int ictus__bordered_sign (const ictus__bordered *b);
/** Eigenvalues of df/dx at x, by falling real part (of pairs the one with im > 0 first). */
ictus_err ictus__dyn_eigenvalues (ictus__dyn *s, const double *x, double *re, double *im);

/* ---- the arc (dyn_arc.c): one curve F(X) = 0 of X [N + 1] in N equations ------------------------------------------ */

/* For each point: `correct`, the tangent (so the last factors are those at X), `test`, then `accept` of the zeros of tests within the
   step, in their order, at last of the point itself. Factors at the time of accept may be of another point. */
typedef struct ictus__arc_problem /* what is followed */
{
  void *self;
  size_t n; /* N; X[n] is the parameter that bounds are about, X[n - 1] the second one of curves in two parameters */
  /* Newton's corrections at X towards F(X) = 0 and w . (X - X0) = 0 are solutions of [DF; w'] d = [-F; s].
     Both: false where something is not finite or singular */
  bool (*residual) (void *self, const double *X, double *F);
  bool (*factor) (void *self, const double *X, const double *w); /* DF at X, bordered by w [n + 1] */
  void (*solve) (void *self, const double *r, double s, double *d); /* r [n]; with the last factors */
  const double *weight;  /* [n + 1] of the arclength: ds^2 = sum weight_i dX_i^2; may be changed in `accept` */
  int ntest;             /* test functions whose zeros are located */
  /* phi [ntest] at a point of the curve with tangent T; false: cannot be computed (no zero is looked for) */
  bool (*test) (void *self, const double *X, const double *T, double *phi);
  /* A point was found (which: -1, or the test function that is 0 here). Where which is -1 it may improve its mesh, changing
     X and T alike; returns NULL, or why the branch ends here (constant or owned by self) */
  const char *(*accept) (void *self, double *X, double *T, int which);
  /* How much derivatives differ between X and Y, relative to their size; 0: they cannot jump. NULL: they never do */
  double (*jump) (void *self, const double *X, const double *Y);
  bool (*told) (void *ctx);
  void *ctx;
} ictus__arc_problem;

typedef struct ictus__arc_config
{
  double ds, dsmin, dsmax; /* first, least, largest step in the weighted arclength */
  size_t max_points;
  double tol;              /* of the weighted norm of a correction, relative to 1 + that of X */
  double lo, hi;           /* of X[n]: the last point lies on the bound exactly */
  double lo2, hi2;         /* of X[n - 1]; NaN: none */
  int direction;           /* +1, -1: X[n] rises or falls at first; 0: as T0 says */
  const char *name, *name2; /* of X[n], X[n - 1], for why; NULL: none */
} ictus__arc_config;

/** Follow from X (near the curve; corrected first at fixed X[n], or orthogonally to T0 if one is given) until it ends.
 * \param T0   [n + 1] tangent to begin with; NULL: by direction
 * \param why  [160] why it ended: "the bound I = 200", "step too small: the right-hand side has a kink or jump near here", "max_points", ...
 * \param closed  set where the curve came back to its start
 * \retval ICTUS_E_SOLVER  the first point could not be corrected; nothing was accepted */
ictus_err ictus__arc_follow (const ictus__arc_problem *q, const ictus__arc_config *c, double *X, const double *T0, char *why,
                             bool *closed);

/* ---- branches ----------------------------------------------------------------------------------------------------- */

/** A row at the end; x, low, high, re, im [n] or NULL, as the kind has them. */
ictus_err ictus__branch_add (ictus_dyn_branch *b, double par, double par2, const double *x, const double *low, const double *high,
                             double period, const double *re, const double *im, int unstable);
/** A special point at the last row; x is copied. Returns NULL when there is no memory. */
ictus_dyn_special *ictus__branch_mark (ictus_dyn_branch *b, ictus_dyn_type type, const double *x, const char *note);

typedef struct ictus__dyn_job /* a branch to follow */
{
  ictus_dyn_kind kind;
  const ictus_dyn_options *o;
  const ictus_dyn_special *from; /* to switch at; NULL: from the equilibrium x */
  const double *x;               /* [n] */
  double par;
  int direction;                 /* +1, -1 */
  int from_branch, from_special;
  bool (*told) (void *ctx);
  void *ctx;
} ictus__dyn_job;

/** Follow it into *b (zeroed before). A branch that cannot even begin has no points and says why in the note of its only special
 * point, END. \retval ICTUS_E_NOMEM, or what told says. Collectivity: none: one rank. */
ictus_err ictus__follow_equilibria (ictus__dyn *s, const ictus__dyn_job *j, ictus_dyn_branch *b); /* dyn_equilibria.c */
ictus_err ictus__follow_cycles (ictus__dyn *s, const ictus__dyn_job *j, ictus_dyn_branch *b);     /* dyn_cycles.c */
ictus_err ictus__follow_codim2 (ictus__dyn *s, const ictus__dyn_job *j, ictus_dyn_branch *b);     /* dyn_codim2.c: FOLDS, HOPFS */

/** Newton at fixed parameters from x: true when it converged, x is the equilibrium. (dyn_equilibria.c) */
bool ictus__equilibrium_near (ictus__dyn *s, double *x, double tol);
/** Equilibria at the present parameters: by Newton from where the model begins, from where it settles, from points spread over the
 * range of its states, with deflation (Farrell, Birkisson & Funke 2015) of what was found. No guarantee that these are all.
 * \param out  [max, n]; \return how many (dyn_start.c) */
int ictus__equilibria_at_start (ictus__dyn *s, double tol, int max, double *out);

/* ---- kinks (dyn_smooth.c) ------------------------------------------------------------------------------------- */

/** Has a right-hand side conditions, absolute values and the like, where derivatives may jump? */
bool ictus__dyn_has_switch (const ictus__dyn *s);
/** Largest difference of the Jacobian at (x, par) X from that at Y, in rows, relative to their size; J [2, n, n] scratch. The
 * system's parameters are those of Y afterwards. */
double ictus__dyn_jump (ictus__dyn *s, int par, const double *X, const double *Y, double *J);

/* ---- normal forms (dyn_normal.c) ------------------------------------------------------------------------------ */

/** First Lyapunov coefficient of a Hopf point x with eigenvalues +- i omega. */
ictus_err ictus__first_lyapunov (ictus__dyn *s, const double *x, double omega, double *l1);
/** Its eigenvector (Re q, Im q) [2 n] of i omega, of length 1; NaN where there is none. */
ictus_err ictus__hopf_vector (ictus__dyn *s, const double *x, double omega, double *q);
/** Quadratic coefficient of a fold with null vectors v, w (w'v = 1): a = w' B(v, v) / 2; 0 at a cusp. */
double ictus__fold_coefficient (ictus__dyn *s, const double *x, const double *v, const double *w);

/** At a crossing X = (x, lambda) of two branches with tangent T [n + 1] of one of them: D [n + 1], that of the other, of length 1 by the
 * weights; NaN where it cannot be found. (dyn_crossing.c) */
ictus_err ictus__branch_direction (ictus__dyn *s, int par, const double *X, const double *T, const double *weight, double *D);

#endif
