/* SPDX-License-Identifier: BSD-3-Clause */
/** \file dyn_arc.h
 * Private to dyn_arc*.c: one curve as it is followed, from the last point X to the next one Y.
 */
#ifndef DYN_ARC_H
#define DYN_ARC_H

#include "dyn/dyn_impl.h"

enum
{
  ICTUS__ARC_FILL = 12,    /* points that are put into a step, at most */
  ICTUS__ARC_BETWEEN = -1  /* one of them: accepted as points are */
};

typedef enum ictus__arc_outcome
{
  ICTUS__ARC_FOUND,
  ICTUS__ARC_NOT_FINITE,
  ICTUS__ARC_NO_CONVERGENCE,
  ICTUS__ARC_TURNS /* the tangent turns too fast, or the correction is as long as the step */
} ictus__arc_outcome;

typedef enum ictus__arc_side /* of a kink in a step */
{
  ICTUS__ARC_SMOOTH, /* there is none */
  ICTUS__ARC_BEFORE, /* Y is just before it, H behind it */
  ICTUS__ARC_ACROSS  /* Y is just behind it, X before it: there are no events */
} ictus__arc_side;

typedef struct ictus__arc_event
{
  int which;     /* the test that is 0 here, or ICTUS__ARC_BETWEEN */
  double s;      /* along the step */
  double *X, *T; /* [n + 1] */
} ictus__arc_event;

typedef struct ictus__arc
{
  const ictus__arc_problem *q;
  const ictus__arc_config *c;
  size_t n1;                 /* n + 1 */
  double *store;             /* of all that follows */
  double *X, *T, *phi;       /* the last point; [ntest] */
  double *Y, *U, *psi;       /* the next one */
  double *Z, *V, *chi;       /* one between them */
  double *w, *F, *d, *first, *first_T;
  double *low, *high;        /* range of the points so far */
  double *H;                 /* behind a kink, of which the last point is just in front */
  bool kink;                 /* there is one */
  ictus__arc_event *event;   /* [ntest + ICTUS__ARC_FILL] */
  int nevent;
  double ds, s;              /* step to try; that from X to Y */
  size_t npoint;
  bool fresh;                /* phi is of the start, where a test may be 0 for reasons of rounding */
  int retries;
} ictus__arc;

/* ---- dyn_arc.c ------------------------------------------------------------------------------------------------- */

double ictus__arc_dot (const ictus__arc *a, const double *x, const double *y);
void ictus__arc_copy (const ictus__arc *a, double *to, const double *from);
/** The row that borders DF: across T. */
void ictus__arc_across (ictus__arc *a, const double *T);
/** Newton's method from X towards F = 0, w . X = target. */
ictus__arc_outcome ictus__arc_correct (ictus__arc *a, double *X, double target, int most, int *used);
/** The tangent T at X, in the direction of w. */
bool ictus__arc_tangent (ictus__arc *a, const double *X, double *T);
/** False: phi is NaN. */
bool ictus__arc_tests (const ictus__arc *a, const double *X, const double *T, double *phi);

/* ---- dyn_arc_within.c ------------------------------------------------------------------------------------------ */

/** All zeros of tests within the step, in their order. False: a test jumped, a smaller step might tell why. */
bool ictus__arc_find_events (ictus__arc *a);
/** Points among them for a smooth picture, and one between any two zeros: what holds there is seen there only. */
void ictus__arc_fill_step (ictus__arc *a);

/* ---- dyn_arc_kink.c -------------------------------------------------------------------------------------------- */

/** Is there a kink between X and Y? Then Y changes, to be on one side of it. */
ictus__arc_side ictus__arc_stop_at_kink (ictus__arc *a);
/** Y is H. False: there is no tangent. */
bool ictus__arc_cross_kink (ictus__arc *a);

#endif
