/* SPDX-License-Identifier: BSD-3-Clause */
/** \file solve_lanes.h
 * What the lane solvers share: the kernels of a model in lanes, and the interface between the driver of the
 * adaptive solvers (solve_adaptive.c: events, step sizes, spikes, one neuron a lane) and their steppers
 * (lane_rk45.c, lane_rosenbrock.c: one step of eight neurons). Included by src/solve only.
 *
 * Files lane_*.c are compiled once for every level of instructions, with ICTUS_LEVEL set; what they define
 * carries the level in its name (ICTUS_LEVELED) and is chosen by ictus_isa_level () when a solver is created.
 */
#ifndef ICTUS_SOLVE_LANES_H
#define ICTUS_SOLVE_LANES_H

#include "solve_impl.h"

/* ---- kernels in lanes: those of the model, or its scalar ones in a loop where a table was made by hand ---- */

typedef struct ictus__laned
{
  const ictus_kernel *k;
  const ictus_lanes *lanes; /* NULL: made by hand */
  int ns, nu;
  int nnz;
  const int *row, *col;       /* [nnz] as in ictus_lanes; all entries where there are no lanes */
  const unsigned char *fixed; /* [ns] as in ictus_lanes */
  bool timed;                 /* a right-hand side may depend on t itself */
  int *own;                   /* memory of row, col, fixed where there are no lanes */
  double *one;                /* scratch of one neuron, where there are no lanes */
} ictus__laned;

ictus_err ictus__laned_init (ictus__laned *l, const ictus_model *model);
void ictus__laned_clear (ictus__laned *l);
/* As the members of ictus_lanes. */
void ictus__lane_rhs (const ictus__laned *l, const ictus_lane_args *a, double *f, size_t fs);
void ictus__lane_diag (const ictus__laned *l, const ictus_lane_args *a, double *f, double *d, size_t fs);
void ictus__lane_jac (const ictus__laned *l, const ictus_lane_args *a, double *f, double *J, size_t fs);
void ictus__lane_fire (const ictus__laned *l, const ictus_lane_args *a, double *g); /* -1 if it never fires */

/* ---- one adaptive step of eight neurons ------------------------------------------------------------------- */

typedef struct ictus__block /* arrays [x, ICTUS_LANE] as [k * ICTUS_LANE + lane], aligned to 64 bytes */
{
  const ictus__laned *l;
  _Alignas (64) double t[ICTUS_LANE], h[ICTUS_LANE]; /* in: begin and length of the step of each lane; h 0: the lane idles */
  double *y0, *f0;                     /* in: [ns] state and derivative at t (held states: 0) */
  double *y1, *f1;                     /* out: [ns] state and derivative at t + h */
  /* out: [3 ns] dense output, a = q[k], b = q[ns + k], c = q[2 ns + k]:
     y (t + s h) = y0 + s ((y1 - y0) + (1 - s) (a + s (b + (1 - s) c))), 0 <= s <= 1 */
  double *q;
  double err[ICTUS_LANE]; /* out: root mean square over the states of error / (rtol max (|y0|, |y1|) + atol): a step is
                             good where it is <= 1; not finite: it is not */
  double rtol;
  const double *atol; /* [ns] */
  const double *p;    /* parameters: as in ictus_lane_args */
  size_t ps;
  double *u; /* [nu] inputs at t when the step is called; scratch of the step when inputs is not NULL */
  void (*inputs) (void *ctx, const double *ts, double *u); /* inputs of each lane at ts [ICTUS_LANE], within the
                                                             step; NULL: constant */
  void *inputs_ctx;
  const double *keep; /* [ns] 0 where a state is held: its derivative is 0; else 1. NULL: none is held */
  double *work;       /* room for the stepper */
} ictus__block;

typedef struct ictus__stepper
{
  int order;                             /* err shrinks as h^order */
  int nrhs;                              /* right-hand sides of a step, for the count of work */
  bool slopes;                           /* finds the derivative at t itself: f0 is not read, f1 not written */
  size_t (*room) (const ictus__laned *l); /* doubles it needs in work, a multiple of 8 */
  /* fills in work what lasts from step to step; called once for each work. NULL: nothing does */
  void (*plan) (const ictus__laned *l, double *work);
  void (*step) (ictus__block *b);
} ictus__stepper;

/* Of the level in use. */
const ictus__stepper *ictus__stepper_rk45 (void);
const ictus__stepper *ictus__stepper_rosenbrock (void);

/* ---- the driver (solve_adaptive.c): members of ictus_solver_ops for any stepper ---------------------------- */

ictus_err ictus__adaptive_create (const ictus_solver_config *c, const ictus_cells *cells, const ictus__stepper *stepper,
                                  void **self);
void ictus__adaptive_destroy (void *self);
ictus_err ictus__adaptive_window (void *self, const ictus_window *w, ictus_spikes *out);
ictus_err ictus__adaptive_restart (void *self, double t_ms);
void ictus__adaptive_stats (const void *self, ictus_solver_stats *s);
const uint64_t *ictus__adaptive_work (const void *self);

#endif
