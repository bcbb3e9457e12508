/* SPDX-License-Identifier: BSD-3-Clause */
/** \file dyn.h
 * What a model does without a network and without being followed in time: equilibria, their bifurcations and the
 * cycles that are born there, along one parameter or two (`ictus continue`).
 *
 * A model is looked at as x' = f(x, lambda): x [n] are its states that have an equation, in their order (Markov
 * variables and what is hidden stand still at their initial values), noise is 0. Jumps (firing with reset, global) are not
 * part of it.
 *
 * Method: pseudo-arclength continuation (Keller 1977) with the analytic Jacobian; cycles by orthogonal collocation at Gauss
 * points on an adaptive mesh (Doedel, Keller & Kernevez 1991, Int J Bifurcation Chaos 1:745); test functions and
 * normal forms after Kuznetsov, Elements of Applied Bifurcation Theory (3rd ed. 2004).
 */
#ifndef ICTUS_DYN_H
#define ICTUS_DYN_H

#include "ictus/base.h"
#include "ictus/comm.h"
#include "ictus/h5.h"
#include "ictus/model.h"

typedef struct ictus_dyn_values /* a model and the values it is looked at with; borrowed, never changed */
{
  const ictus_model *model;
  const double *p; /* [nslot] parameters, prepared */
  const double *u; /* [ninput] constant inputs */
  const double *y; /* [nstate] where to begin; and where states that have no equation stand */
} ictus_dyn_values;

/** Number of a parameter, or of an input that is held constant (npar + its number); -1: there is none of that name.
 * Collectivity: none. */
int ictus_dyn_par (const ictus_model *m, const char *name);
/** Its name and unit; its value in v. Collectivity: none. */
const ictus_lang_var *ictus_dyn_par_var (const ictus_model *m, int par);
double ictus_dyn_par_value (const ictus_dyn_values *v, int par); /* Collectivity: none. */
/** NULL if continuation and the phase plane can serve the model, else the reason (in buf [256] or constant): a map,
 * delays, right-hand sides that depend on t, no state with an equation. Collectivity: none. */
const char *ictus_dyn_refuse (const ictus_model *m, char *buf);

/* ---- equilibria ---------------------------------------------------------------------------------------------- */

typedef enum ictus_dyn_class
{
  ICTUS_DYN_STABLE_NODE,
  ICTUS_DYN_STABLE_FOCUS,
  ICTUS_DYN_UNSTABLE_NODE,
  ICTUS_DYN_UNSTABLE_FOCUS,
  ICTUS_DYN_SADDLE,       /* real leading eigenvalues on both sides */
  ICTUS_DYN_SADDLE_FOCUS, /* three and more dimensions: a leading pair is complex */
  ICTUS_DYN_CENTRE,       /* linearised: a pair on the imaginary axis, nothing to the right */
  ICTUS_DYN_DEGENERATE    /* an eigenvalue within rounding of 0 */
} ictus_dyn_class;
/** "stable node", ... Borrowed for ever. Collectivity: none. */
const char *ictus_dyn_class_name (ictus_dyn_class c);
/** Class of n eigenvalues, of which those within `zero` times the largest modulus of the axis count as on it.
 * Collectivity: none. */
ictus_dyn_class ictus_dyn_classify (int n, const double *re, const double *im, double zero);

/* ---- diagrams ------------------------------------------------------------------------------------------------- */

typedef enum ictus_dyn_kind
{
  ICTUS_DYN_EQUILIBRIA, /* along one parameter */
  ICTUS_DYN_CYCLES,
  ICTUS_DYN_FOLDS,      /* folds of equilibria along two parameters */
  ICTUS_DYN_HOPFS       /* Hopf points along two parameters */
} ictus_dyn_kind;

typedef enum ictus_dyn_type /* of special points */
{
  ICTUS_DYN_START,          /* first point of a branch */
  ICTUS_DYN_END,            /* last one; note says why it ends */
  ICTUS_DYN_FOLD,           /* of equilibria */
  ICTUS_DYN_HOPF,           /* coefficient: first Lyapunov coefficient, < 0 supercritical */
  ICTUS_DYN_BRANCH,         /* branches of equilibria cross */
  ICTUS_DYN_ZERO,           /* a user's function is 0 */
  ICTUS_DYN_CYCLE_FOLD,
  ICTUS_DYN_DOUBLING,
  ICTUS_DYN_TORUS,
  ICTUS_DYN_CYCLE_BRANCH,
  ICTUS_DYN_CUSP,
  ICTUS_DYN_BOGDANOV_TAKENS,
  ICTUS_DYN_GENERALISED_HOPF,
  ICTUS_DYN_FOLD_HOPF,
  ICTUS_DYN_HOPF_HOPF
} ictus_dyn_type;
/** "fold", "Hopf", "fold of cycles", ... and the two or three letters of the literature (LP, HB, BP, UZ, LPC, PD, TR, BPC, CP, BT, GH,
 * ZH, HH, EP for ends). Borrowed for ever. Collectivity: none. */
const char *ictus_dyn_type_name (ictus_dyn_type t);
const char *ictus_dyn_type_label (ictus_dyn_type t); /* Collectivity: none. */

typedef struct ictus_dyn_special
{
  ictus_dyn_type type;
  size_t at;          /* the branch has this point at its exact place: row `at` */
  double par[2];      /* second: curves in two parameters, else NaN */
  double period;      /* of a cycle, 2 pi / omega of a Hopf point; else NaN */
  double coefficient; /* of the normal form; NaN: none. Hopf: l1 of Kuznetsov (2004) eq. 5.62, scaled eigenvectors <q,q> = <p,q> = 1 */
  int number;         /* 1, 2, ...: of those of its label in a diagram; a point that is met again has the number it had */
  bool again;         /* it was met before, on this branch or another one */
  char note[160];     /* "subcritical", "saddle-node on an invariant circle", why a branch ends, ... */
  double *x;          /* [n] equilibrium, or point of the cycle at its phase 0; owned */
  size_t nmesh;       /* cycles: points of the orbit below, phase 0 to 1 both included; 0: none */
  double *phase;      /* [nmesh]; owned */
  double *orbit;      /* [nmesh, n]; owned */
  size_t nvector;     /* numbers in vector; 0: none */
  double *vector;     /* [n] or [2 n] null vector(s), real and imaginary part, where switching needs them; NULL: none; owned */
} ictus_dyn_special;

typedef struct ictus_dyn_branch /* rows in the order in which they were followed */
{
  ictus_dyn_kind kind;
  int n;
  size_t npoint, cap;
  double *par;        /* [npoint] */
  double *par2;       /* [npoint] curves in two parameters; else NULL */
  double *x;          /* [npoint, n] equilibrium; cycles: at phase 0 */
  double *low, *high; /* [npoint, n] cycles: least and largest value of each state on the cycle; else NULL */
  int naux;           /* 0: the two below are NULL */
  double *aux_low, *aux_high; /* [cap, naux] cycles: least and largest value of each aux quantity on the cycle */
  double *period;     /* [npoint] cycles; Hopf curves: 2 pi / omega; else NULL */
  /* [npoint, n] eigenvalues [1/time], or Floquet multipliers; by falling real part, or modulus. NaN, in equilibria of 80 and more equations:
     not computed here; positive in front of those known, negative behind */
  double *re, *im;
  int *unstable;      /* [npoint] eigenvalues with positive real part; multipliers outside the unit circle, the trivial one not counted */
  size_t nspecial, cap_special;
  ictus_dyn_special *special; /* by `at`; the first is START, the last END */
  int from_branch, from_special; /* where it was switched to, in the diagram; -1: an equilibrium of the start */
  int direction;      /* +1, -1: of the parameter at its start */
} ictus_dyn_branch;
void ictus_dyn_branch_clear (ictus_dyn_branch *b); /* Collectivity: none. */

typedef struct ictus_dyn_options /* ictus_dyn_defaults fills it */
{
  int par, par2;         /* ictus_dyn_par; par2 -1: one parameter */
  double lo, hi;         /* range of par; NaN: chosen (doc/manual/continuation.md says how) */
  double lo2, hi2;       /* of par2 */
  double ds, dsmin, dsmax; /* arclength in scaled variables; 0: chosen */
  size_t max_points;     /* of a branch */
  double tol;            /* Newton, relative to scale */
  int ntst, ncol;        /* collocation: mesh intervals, Gauss points in each (2 .. 7) */
  double max_period;     /* a cycle is followed no further; NaN: 1000 times the period it begins with */
  bool cycles;           /* start cycles from Hopf points */
  bool switches;         /* switch at branch points, period doublings */
  bool all_doublings;    /* switch at doublings of unstable cycles, too */
  int depth;             /* how often a switch may follow a switch */
  size_t nzero;          /* user's zeros: values of par to stop at exactly */
  const double *zero;
} ictus_dyn_options;
void ictus_dyn_defaults (ictus_dyn_options *o); /* Collectivity: none. */

typedef struct ictus_dyn_diagram
{
  const ictus_model *model; /* borrowed */
  ictus_dyn_options options; /* as used: nothing is left to be chosen */
  size_t nbranch, cap;
  ictus_dyn_branch *branch;
} ictus_dyn_diagram;

/** The whole diagram: equilibria at the start value, followed both ways, switched at branch points; cycles from
 * every Hopf point, followed to their end, switched at doublings; with par2 the curves of all folds and Hopf points.
 * Branches are dealt to the ranks; the diagram is the same, bit for bit, on any number of them, and known to all.
 * \param told  true on any rank: end soon, with what there is; NULL: never
 * \retval ICTUS_E_INPUT   the model cannot be served, no equilibrium was found
 * \retval ICTUS_E_STOPPED told to end: out has what was done
 * Collectivity: all ranks of comm. */
ictus_err ictus_dyn_continue (MPI_Comm comm, const ictus_dyn_values *v, const ictus_dyn_options *o,
                              bool (*told) (void *ctx), void *ctx, ictus_dyn_diagram *out);
void ictus_dyn_diagram_clear (ictus_dyn_diagram *d); /* Collectivity: none. */
/** Table of special points, aligned text or JSON. Collectivity: none. */
void ictus_dyn_print (FILE *f, const ictus_dyn_diagram *d, bool json);

#endif
