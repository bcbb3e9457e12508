/* SPDX-License-Identifier: BSD-3-Clause */
/** \file chaos_variation.h
 * Eight trajectories side by side, each with one deviation beside it: what maps of the largest exponent are made of.
 * lane_variation.c is compiled once for every level of instructions; all that a lane does depends on nothing but that
 * lane. Included by src/chaos only.
 */
#ifndef ICTUS_CHAOS_VARIATION_H
#define ICTUS_CHAOS_VARIATION_H

#include "ictus/base.h"
#include "ictus/kernel.h"

typedef struct ictus__variation /* arrays [x, ICTUS_LANE] as [k * ICTUS_LANE + lane], aligned to 64 bytes */
{
  const ictus_lanes *l;
  int ns, nfree;             /* states; those that have an equation */
  const unsigned char *keep; /* [ns] 0: stands still */
  double rtol, atol;
  double *p, *u;             /* parameters, inputs */
  _Alignas (64) double t[ICTUS_LANE], h[ICTUS_LANE]; /* in: begin and length of the step; h 0: the lane idles */
  double *x, *q, *f, *g;     /* [ns] state, deviation, their slopes at t */
  double *x1, *q1, *f1, *g1; /* the same at the end of an attempt */
  double *work;              /* [13 ns + nnz] */
  _Alignas (64) double err[ICTUS_LANE];  /* out: error in units of the tolerance; not finite: none */
  _Alignas (64) double norm[ICTUS_LANE]; /* out: length of the deviation at the end, of which it is 1 at the beginning */
  _Alignas (64) double pace[ICTUS_LANE]; /* out: factor for the length of the next step, not limited */
} ictus__variation;

typedef struct ictus__variation_ops /* of one level */
{
  void (*slope) (ictus__variation *v);   /* f, g at t, x, q */
  void (*attempt) (ictus__variation *v); /* a step of a flow */
  void (*iterate) (ictus__variation *v); /* one iteration of a map: x1, q1, norm */
  /* Lanes whose ok is not 0 go to the end of the attempt, the deviation with length 1. */
  void (*commit) (ictus__variation *v, const double *ok);
} ictus__variation_ops;

const ictus__variation_ops *ictus__variation_of_level (void);

#endif
