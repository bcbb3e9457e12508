/* SPDX-License-Identifier: BSD-3-Clause */
/** \file dyn_cycle.h
 * Cycles of x' = f(x, lambda) as boundary value problems: u' = T f(u, lambda) on the phase 0 .. 1, u(0) = u(1), by
 * orthogonal collocation at Gauss points. Private to
 * dyn_collocation*.c, dyn_floquet.c, dyn_cycles*.c.
 *
 * A cycle is held by its values at the nodes: ntst intervals of the phase, each with m + 1 equidistant nodes, the ends
 * shared. Unknowns are measured: states by `scale`, the parameter by `par_scale`, the period by its logarithm. A direction
 * (tangent, correction) is in measured units, a cycle in those of the model.
 */
#ifndef ICTUS_DYN_CYCLE_H
#define ICTUS_DYN_CYCLE_H

#include "dyn/dyn_impl.h"

enum
{
  ICTUS__COL = 7 /* most Gauss points in an interval */
};

typedef struct ictus__cycle /* a cycle, or a direction */
{
  double *u; /* [node, n] */
  double lt; /* logarithm of the period */
  double par;
} ictus__cycle;

typedef struct ictus__colloc
{
  ictus__dyn *s;
  int par, n, m, ntst;
  int most;         /* intervals that vectors have room for */
  int room;         /* intervals that factors have room for */
  size_t cols;      /* of a block of W: interior nodes, left, right, then log T, parameter, right side */
  double val[ICTUS__COL][ICTUS__COL + 1], der[ICTUS__COL][ICTUS__COL + 1]; /* of the base at the Gauss points of 0 .. 1 */
  double gauss[ICTUS__COL];    /* weights of the Gauss points */
  double nc[ICTUS__COL + 1];   /* weights of the integral over 0 .. 1 by the nodes (Newton-Cotes) */
  double high[ICTUS__COL + 1]; /* m-th derivative over 0 .. 1 by the nodes */
  double *t;        /* [ntst + 1] the mesh */
  double *weight;   /* [node] of the integral over the phase */
  double *scale;    /* [n] */
  double par_scale, lt_weight; /* a change of log T by 1 counts as this */
  double *ref;      /* [node, n] the cycle that phases are compared with */
  double *phase;    /* [node, n] row of the phase condition, in measured units */
  double *W;        /* [ntst, m n + 2, cols] intervals; the last two rows are those of the borders */
  double *R;        /* [ntst - 1, n, 3 n + 3] rows that give the inner points of the mesh */
  double *stack;    /* [2 n + 2, 3 n + 3] */
  double *last;     /* [n + 2, n + 4] what remains: u(0), log T, parameter; two right sides */
  double *A, *B;    /* [n, n] by columns: A u(0) + B u(1) = 0 of variations */
  double divergence; /* integral of the trace of the Jacobian over the period */
  double *dense, *fresh, *moved; /* of the mesh: [most], [most + 1], [node, n] */
  double *work;
  int sign;         /* of the determinant of all equations; of one mesh */
  double size;      /* |determinant| of `last` */
  double *re, *im;  /* [n] Floquet multipliers by falling modulus, the trivial one among them */
  int trivial;      /* which one that is */
  double deviation; /* its distance from 1 */
} ictus__colloc;

/** Rows of a block of W. */
static inline size_t
ictus__colloc_rows (const ictus__colloc *c)
{
  return (size_t) (c->m * c->n + 2);
}

/* ---- dyn_collocation.c ------------------------------------------------------------------------------------------- */

/** \retval ICTUS_E_NOMEM. An even mesh of ntst intervals. */
ictus_err ictus__colloc_open (ictus__dyn *s, int par, int m, int ntst, int most, ictus__colloc **out);
void ictus__colloc_close (ictus__colloc **c);
/** Room for the factors of c->ntst intervals, and weights of the mesh c->t. */
ictus_err ictus__colloc_mesh (ictus__colloc *c);
bool ictus__cycle_make (const ictus__colloc *c, ictus__cycle *x);
void ictus__cycle_free (ictus__cycle *x);
void ictus__cycle_copy (const ictus__colloc *c, const ictus__cycle *from, ictus__cycle *to);
size_t ictus__colloc_nodes (const ictus__colloc *c);
double ictus__cycle_dot (const ictus__colloc *c, const ictus__cycle *a, const ictus__cycle *b); /* of directions */
/** to = x + step * d. */
void ictus__cycle_along (const ictus__colloc *c, const ictus__cycle *x, double step, const ictus__cycle *d, ictus__cycle *to);
/** d = b - a, measured. */
void ictus__cycle_between (const ictus__colloc *c, const ictus__cycle *a, const ictus__cycle *b, ictus__cycle *d);
void ictus__cycle_scale (const ictus__colloc *c, double by, ictus__cycle *d);
/** x becomes what phases are compared with; its derivative is that of the model. */
void ictus__colloc_refer (ictus__colloc *c, const ictus__cycle *x);
/** The same with a derivative [node, n] given. */
void ictus__colloc_refer_to (ictus__colloc *c, const ictus__cycle *x, const double *dot);

/* ---- dyn_collocation_solve.c ------------------------------------------------------------------------------------- */

/** Equations at x, bordered by the phase condition and w . d = 0: factor, and solve for Newton's correction d.
 * \return false: singular, or not finite */
bool ictus__colloc_newton (ictus__colloc *c, const ictus__cycle *x, const ictus__cycle *w, ictus__cycle *d);
/** With the last factors: the direction along which the equations stay fulfilled, w . d = 1, then of length 1. */
void ictus__colloc_tangent (ictus__colloc *c, ictus__cycle *d);
/** With the last factors: the variation from v0 to v1 at phases 0 and 1. */
void ictus__colloc_variation (ictus__colloc *c, const double *v0, const double *v1, ictus__cycle *d);
/** With the last factors: the direction that the equations change least, by inverse iteration. False: not finite. */
bool ictus__colloc_null (ictus__colloc *c, ictus__cycle *d);
/** Newton's iteration at x orthogonally to w, to corrections below tol; the factors are those of the last iterate.
 * \return iterations, or -1 */
int ictus__colloc_correct (ictus__colloc *c, ictus__cycle *x, const ictus__cycle *w, double tol, int most, ictus__cycle *d);

/* ---- dyn_collocation_mesh.c ---------------------------------------------------------------------------------------- */

/** Greatest error of the piecewise polynomial, measured; and how many even portions of error it takes for tol. */
double ictus__colloc_error (ictus__colloc *c, const ictus__cycle *x, double tol, int *need);
/** A mesh of ntst intervals which carry the same error of x; the nv cycles and directions v are moved to it. What phases are compared
 * with has to be given anew. */
ictus_err ictus__colloc_adapt (ictus__colloc *c, const ictus__cycle *x, int ntst, int nv, ictus__cycle *const *v);
/** u [n] at a phase. */
void ictus__colloc_at (const ictus__colloc *c, const double *u, double phase, double *out);
/** Least and largest value of each state. */
void ictus__colloc_range (const ictus__colloc *c, const ictus__cycle *x, double *low, double *high);

/* ---- dyn_floquet.c ------------------------------------------------------------------------------------------------- */

/** Multipliers from the last factors. \retval ICTUS_E_SOLVER LAPACK did not find them */
ictus_err ictus__floquet (ictus__colloc *c);
/** Are the multipliers good enough to look for zeros of what follows? */
bool ictus__floquet_known (const ictus__colloc *c);
/** Multipliers outside the unit circle, the trivial one not counted. */
int ictus__floquet_unstable (const ictus__colloc *c);
/** The same at a fold, branch point, doubling or torus: those that lie on the circle there are not counted, on whichever side rounding
 * puts them. */
int ictus__floquet_beside (const ictus__colloc *c, ictus_dyn_type type);
/** 0 where a multiplier is -1; where the product of two is 1. Bounded. */
double ictus__floquet_fold (const ictus__colloc *c); /* 0 where a second multiplier is 1 */
double ictus__floquet_doubling (const ictus__colloc *c);
double ictus__floquet_torus (const ictus__colloc *c);
/** Is the pair whose product is nearest to 1 a complex one? */
bool ictus__floquet_is_torus (const ictus__colloc *c, double *angle);
/** Variation along a multiplier of -1, of length 1. */
ictus_err ictus__floquet_flip (ictus__colloc *c, ictus__cycle *d);

/* ---- a branch of cycles -------------------------------------------------------------------------------------------- */

enum /* test functions; the user's zeros follow */
{
  ICTUS__PHI_STEEP, /* fold where the parameter hardly moves: by multipliers */
  ICTUS__PHI_FOLD,
  ICTUS__PHI_BRANCH,
  ICTUS__PHI_DOUBLING,
  ICTUS__PHI_TORUS,
  ICTUS__PHI_ZERO
};

enum
{
  ICTUS__PARTS = 8 /* of a step, at most */
};

/** Multipliers that are nearer to 1 than this while the parameter stands still mean nothing: it is a family of cycles at one value. After
 * so many steps it is one for certain, and rounding may do what it likes. */
#define ICTUS__FAMILY 1e-6
enum
{
  ICTUS__STANDS = 3
};

typedef struct ictus__cycles
{
  ictus__dyn *s;
  const ictus__dyn_job *job;
  const ictus_dyn_options *o;
  ictus_dyn_branch *b;
  ictus__colloc *c;
  ictus__cycle X, T, K;    /* the last point, its tangent and how that turns */
  ictus__cycle Y, U;       /* the next one */
  ictus__cycle Z, V;       /* one between them */
  double placed;           /* where Z lies, as a part of the way, and V is its tangent; NaN: it does not */
  ictus__cycle w, d;       /* scratch */
  int ntest;
  double *tests;           /* [3 ntest], room of the next three */
  double *phi, *psi, *chi; /* [ntest] of X, Y, Z */
  double *low, *high, *at, *aux; /* [n], [n], [n], [3 naux]; lowest and highest follow */
  size_t aux_cap;
  double *lowest, *highest; /* [n] of the rows so far */
  double lowest_lt, highest_lt;
  double ds, dsmin, dsmax;
  double fit;              /* error of the piecewise polynomial that is aimed at */
  int least;               /* intervals of the mesh, at least */
  int used;                /* iterations of the last step */
  int since;               /* points since the mesh was moved */
  int standing;            /* steps along such a family */
  double largest;          /* amplitude seen so far */
  double max_period;
  bool doubled;            /* it began at a period doubling */
  char why[160];
  double trivial;          /* largest deviation of the trivial multiplier */
} ictus__cycles;

/** X and T of the first step, by what job->from is. \retval ICTUS_E_SOLVER f->why says why it cannot begin (dyn_cycles_start.c) */
ictus_err ictus__cycles_start (ictus__cycles *f);
/** Scales grow with the cycle x; directions T, K are measured anew. (dyn_cycles_start.c) */
void ictus__cycles_measure (ictus__cycles *f, const ictus__cycle *x);

/** Test functions where the factors, multipliers and tangent t are of. (dyn_cycles_point.c) */
ictus_err ictus__cycles_test (ictus__cycles *f, const ictus__cycle *x, const ictus__cycle *t, double *phi);
/** A row for x, whose multipliers are known. */
ictus_err ictus__cycles_row (ictus__cycles *f, const ictus__cycle *x);
/** A row for an equilibrium x, as a cycle of this period. */
ictus_err ictus__cycles_still (ictus__cycles *f, const double *x, double par, double period, int unstable);
/** Z near the branch, at the part s of the way from X to Y: Hermite's cubic. w: the chord, of length 1. (dyn_cycles_fill.c) */
void ictus__cycles_guess (ictus__cycles *f, double s);
/** Is there nothing new along the branch any more? Then why says so, and rows that run back along rows before are taken away.
 * (dyn_cycles_idle.c) */
bool ictus__cycles_idle (ictus__cycles *f);
/** Into how many parts the way from X to the part `to` of that to Y has to be cut, so that straight lines between rows show the branch
 * as it is; ICTUS__PARTS at most. (dyn_cycles_fill.c) */
int ictus__cycles_parts (ictus__cycles *f, double to);
/** A row at the part s of the way, if it can be had. */
ictus_err ictus__cycles_fill (ictus__cycles *f, double s);
/** A special point at the last row, with its orbit. */
ictus_err ictus__cycles_mark (ictus__cycles *f, ictus_dyn_type type, const ictus__cycle *x, const char *note);
/** Zeros of test functions between X and Y in their order: rows and special points.
 * \param ended  set where the branch ends at one of them; f->why says how */
ictus_err ictus__cycles_between (ictus__cycles *f, bool *ended);

/** Amplitude: of what varies, measured. (dyn_cycles_end.c) */
double ictus__cycles_amplitude (const ictus__cycles *f, const ictus__cycle *x);
/** Does the branch end in a Hopf point between X and Y, or just beyond Y? Then its row is added. */
ictus_err ictus__cycles_hopf (ictus__cycles *f, bool crossed, bool *found);
/** What a cycle whose period grows without bound comes to, in words. */
void ictus__cycles_limit (ictus__cycles *f, char *note, size_t size);
/** Name of the parameter. */
const char *ictus__cycles_name (const ictus__cycles *f);

#endif
