/* SPDX-License-Identifier: BSD-3-Clause */
/** \file chaos_impl.h
 * The parts of Lyapunov exponents: a model, a trajectory with deviations beside it, what is made of their growth.
 * Included by src/chaos only.
 */
#ifndef ICTUS_CHAOS_IMPL_H
#define ICTUS_CHAOS_IMPL_H

#include "ictus/chaos.h"

/* ---- the model (chaos_model.c) ---------------------------------------------------------------------------------- */

typedef struct ictus__chaos /* x' = f (x, t), or x (t + 1) = f (x (t)). One thread */
{
  const ictus_model *model;
  const ictus_kernel *k;
  bool map, timed;
  int n;        /* free states */
  int *state;   /* [n] state of the kernel */
  double *p, *u, *y; /* [nslot], [nu], [nstate]; x is put into y */
  double *full, *f; /* [nstate * nstate], [nstate] scratch */
  bool jumps;   /* it fires, and is reset */
  bool frozen;  /* now: held states stand still */
  bool *held;   /* [n] of free states: stands still while the neuron is refractory */
  double refractory; /* >= 0, which only counts where states are held */
  uint64_t rhs, jac;
} ictus__chaos;

ictus_err ictus__chaos_open (const ictus_dyn_values *v, ictus__chaos **out);
void ictus__chaos_close (ictus__chaos **s);
void ictus__chaos_start (const ictus__chaos *s, double *x); /* where v->y is */
void ictus__chaos_rhs (ictus__chaos *s, double t, const double *x, double *f);
void ictus__chaos_jac (ictus__chaos *s, double t, const double *x, double *J); /* J[j * n + i] = df_i/dx_j */
double ictus__chaos_fire (ictus__chaos *s, double t, const double *x); /* it fires where this rises through 0 */
/* What a spike makes of x. keep: states without an equation stay as the reset leaves them. */
void ictus__chaos_reset (ictus__chaos *s, double t, const double *x, double *after, bool keep);

/* ---- a trajectory with k deviations (chaos_tangent.c) ------------------------------------------------------------ */

typedef struct ictus__tangent ictus__tangent;

typedef struct ictus__tangent_method
{
  /* From t by h: x1, Q1 (not orthonormal), f1, J1 at the end, and what grows besides; returns the error in units of the tolerance, not
     finite where there is none */
  double (*attempt) (ictus__tangent *w, double h);
  size_t (*room) (int n, int k); /* doubles of work */
  double order;
  uint64_t nrhs;
} ictus__tangent_method;
extern const ictus__tangent_method ictus__tangent_rk45, ictus__tangent_rosenbrock;

struct ictus__tangent
{
  ictus__chaos *s;
  const ictus__tangent_method *m; /* NULL: a map */
  int n, k;
  bool matrix;       /* its columns are wanted as they are, not made orthonormal */
  double rtol, atol;
  double t, h;       /* now; what the next step is tried with */
  double longest;    /* step: where nothing moves nothing else bounds it */
  double h_last;     /* length of the last one */
  double *scale;     /* [n] deviations are measured in these */
  double *x, *f, *J; /* [n], [n], [n * n] now; J in units of scale */
  double *Q;         /* [n, k] columns at Q[j * n], orthonormal, in units of scale */
  double *x1, *f1, *J1, *Q1; /* end of an attempt */
  double *rate;      /* [k] an attempt may say itself what log |diag R| of its columns is; NaN: not */
  double trace;      /* its integral of the trace */
  double *grow;      /* [k] growth in the last step: log of the diagonal of R */
  double divergence; /* of the last step: integral of the trace; of maps log |det| */
  double *S;         /* [n * n] scratch */
  double *work;
  uint64_t steps;
};

/* From s's start at t; scale NULL: 1. m NULL: a map. */
ictus_err ictus__tangent_open (ictus__chaos *s, const ictus__tangent_method *m, int k, double t, const double *x, const double *scale,
                               double rtol, double atol, ictus__tangent **out);
void ictus__tangent_close (ictus__tangent **w);
/* One step, of its own length; grow and divergence are those of it. \retval ICTUS_E_SOLVER */
ictus_err ictus__tangent_step (ictus__tangent *w);
/* The parts of a step: attempts until one is good, of length h, with what the next one is to be tried with, and whether it ends at the
   threshold, which is `below` here (0: never mind); what it found holds, columns as they are; slope and Jacobian here and now. */
ictus_err ictus__tangent_try (ictus__tangent *w, double below, double *h, double *next, bool *fires);
void ictus__tangent_pass (ictus__tangent *w, double h);
void ictus__tangent_look (ictus__tangent *w);
/* J at t, x in units of scale. */
void ictus__tangent_jac (ictus__tangent *w, double t, const double *x, double *J);
/* Error of the deviations e [n, k] of the first k columns Q1, that of the trajectory d [n] between x and x1: the larger one. */
double ictus__tangent_error (const ictus__tangent *w, int k, const double *d, const double *e);
/* The columns become orthonormal by modified Gram-Schmidt, each cleaned twice; r [k]: diagonal of R */
void ictus__orthonormal (int n, int k, double *Q, double *r);
/* log |det| of A [n, n], which is spoilt. */
double ictus__log_det (int n, double *A);

/* ---- spikes (chaos_jump.c) ------------------------------------------------------------------------------------------- */

/* The attempt of length h passed the threshold, which was below by `before`: another one that ends there, and its error. */
double ictus__jump_locate (ictus__tangent *w, double *h, double before);
/* At the threshold: over the reset and what is refractory behind it, with growth. \retval ICTUS_E_SOLVER */
ictus_err ictus__jump (ictus__tangent *w);

/* ---- what is made of growth (chaos_growth.c) ---------------------------------------------------------------------- */

enum { CHAOS_BLOCKS = 4096, CHAOS_BATCHES = 64, CHAOS_ROWS = 512 };

typedef struct ictus__growth /* sums over blocks of time */
{
  int k;            /* exponents; column k: divergence */
  size_t n;         /* whole blocks */
  double length;    /* of a block, at least */
  double *t;        /* [CHAOS_BLOCKS] length of each */
  double *sum;      /* [CHAOS_BLOCKS, k + 1] */
  double now_t, *now; /* the block that is not whole */
} ictus__growth;

ictus_err ictus__growth_open (int k, double length, ictus__growth *g);
void ictus__growth_close (ictus__growth *g);
void ictus__growth_add (ictus__growth *g, double dt, const double *grow, double divergence);
/* Mean rate of w [k + 1] times the columns over all whole blocks, its standard error (batch means, with the correlation of
   neighbours); *slow: batches are not longer than the correlation. */
double ictus__growth_mean (const ictus__growth *g, size_t nblock, const double *w, double *error, bool *slow);

/* ---- a look at the model before (chaos_pilot.c) ------------------------------------------------------------------- */

typedef struct ictus__pilot
{
  double recurrence; /* longest mean time between two passages upwards of a state through its mean; NaN: none */
  double span;       /* time that the look took; of maps iterations */
  double *scale;     /* [n] range of each state, > 0 */
  double slow;       /* at the end: the slowest rate of the linear system, where it moves no more; 0: none */
  double rest;       /* speed at the end in units of scale times recurrence or span: 0 where nothing moves any more */
  const ictus__tangent_method *method; /* the cheaper one; NULL: a map */
} ictus__pilot;
/* From where s is, which is left as it was. wanted: AUTO or what was asked for. */
ictus_err ictus__pilot_run (ictus__chaos *s, double t, ictus_lyapunov_method wanted, double rtol, double atol, ictus__pilot *out);
void ictus__pilot_clear (ictus__pilot *p);

/* ---- what it means (chaos_verdict.c) ------------------------------------------------------------------------------ */

/* Exponents, errors, sum, dimension and verdict out of growth; l has n, k, map, timed; rest and size (range of the log of the speed: what
   the direction of the flow may have grown by chance) of the trajectory. */
void ictus__verdict (const ictus__growth *g, double rest, double size, ictus_lyapunov *l);
ictus_err ictus__running (const ictus__growth *g, ictus_lyapunov *l);

#endif
