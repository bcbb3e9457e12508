/* SPDX-License-Identifier: BSD-3-Clause */
/** \file chaos_ramp.h
 * The parts of slow ramps. Included by src/chaos/chaos_ramp*.c only.
 */
#ifndef ICTUS_CHAOS_RAMP_H
#define ICTUS_CHAOS_RAMP_H

#include "ictus/chaos.h"

#include "dyn/dyn_system.h"

typedef struct ictus__ramp /* what all parts work on; one rank's */
{
  const ictus_ramp_options *o;
  const ictus_model *m;
  const ictus_kernel *k;
  ictus__dyn *s;     /* its parameter is changed */
  double t0;
  bool timed;        /* right-hand sides depend on time */
  double *start[2];  /* [nstate] where the directions begin */
  size_t nnoise;     /* additive noise as used */
  int *noise_state;
  double *noise_sigma;
  double *aux;       /* [naux] scratch */
  double fastest;    /* the largest rate that was met */
  double done, share; /* of this rank's work: before, and of what is followed now */
} ictus__ramp;

/* What is watched, at y. */
double ictus__ramp_watch (ictus__ramp *r, double t, const double *y);

/* ---- without noise (chaos_ramp_still.c) --------------------------------------------------------------------------- */

typedef struct ictus__calm ictus__calm; /* one solution, by Dormand and Prince */

ictus_err ictus__calm_open (ictus__ramp *r, const double *y, ictus__calm **out);
void ictus__calm_close (ictus__calm **w);
/* The parameter is par + rate * (t - t now) from now on. */
void ictus__calm_drive (ictus__calm *w, double par, double rate);
/* Go on by dt. low, high: of what is watched, on the way. False: it runs to infinity. */
bool ictus__calm_go (ictus__calm *w, double dt, double *low, double *high);
double *ictus__calm_state (ictus__calm *w); /* [nstate], may be changed */
/* A little push, each time another one: what is unstable is left. */
void ictus__calm_push (ictus__calm *w, double size, uint64_t time);

/* ---- near rest (chaos_ramp_linear.c) ------------------------------------------------------------------------------ */

typedef struct ictus__linear /* at an equilibrium */
{
  double slowest;  /* 1 / the smallest rate that is not 0; time */
  double fastest;  /* the largest modulus; 1 / time */
  double leading;  /* the largest real part */
  bool complex;    /* of a pair */
} ictus__linear;
/* Newton from x [n], kept within reach; false: not found. */
bool ictus__rest_find (ictus__ramp *r, double *x, double reach);
/* Eigenvalues at x. */
bool ictus__rest_linear (ictus__ramp *r, const double *x, ictus__linear *out);
/* The branch from x [n] at side->from: branch_*, loss of the side. */
ictus_err ictus__rest_branch (ictus__ramp *r, const double *x, ictus_ramp_side *side);
/* Variance of what is watched for the noise at hand, and the times in which its autocorrelation falls to 0.7 and 1/e; false: no
   answer of what is watched to the noise, or it does not decay. */
bool ictus__rest_noise (ictus__ramp *r, const double *x, const ictus__linear *l, double *variance, double *lag, double *memory);

/* ---- with noise (chaos_ramp_noise.c) ------------------------------------------------------------------------------ */

typedef struct ictus__course /* samples of ICTUS_LANE runs side by side */
{
  size_t n;
  double *value[ICTUS_LANE]; /* [n] at the end of each sample */
  double *low[ICTUS_LANE], *high[ICTUS_LANE]; /* [n] in it */
} ictus__course;
ictus_err ictus__course_make (size_t n, ictus__course *out);
void ictus__course_clear (ictus__course *c);
/* Repeats [first, first + ICTUS_LANE) of a direction, as far as c->n samples go; hold: the parameter stands still.
 * \retval ICTUS_E_STOPPED  told to end */
ictus_err ictus__noise_follow (ictus__ramp *r, const ictus_ramp *plan, int side, size_t first, bool hold, ictus__course *c);

/* ---- what happened (chaos_ramp_jump.c) ---------------------------------------------------------------------------- */

/* Fill jump, njump, excursions, escaped, low, high of run.
 * \param size   what counts as a jump
 * \param quiet  samples before anything happens, or 0 where it begins in oscillation */
ictus_err ictus__jumps_find (const ictus_ramp_side *s, const double *low, const double *high, size_t n, double size,
                             ictus_ramp_run *run, size_t *quiet);
double ictus__jump_size (const ictus_ramp_options *o, const ictus_ramp *plan, const ictus_ramp_side *s);

/* ---- before the runs (chaos_ramp_plan.c) -------------------------------------------------------------------------- */

/* Everything of out but the runs; r->start, r->noise_*. */
ictus_err ictus__ramp_plan (ictus__ramp *r, ictus_ramp *out);

#endif
