/* SPDX-License-Identifier: BSD-3-Clause */
/** \file cli_solve_compare.h
 * The parts of 'ictus solve --compare': error against cost. Included by src/cli/cli_solve_compare*.c only.
 */
#ifndef CLI_SOLVE_COMPARE_H
#define CLI_SOLVE_COMPARE_H

#include "cli/cli_solve.h"

typedef struct ictus__trial /* one method at one step or tolerance */
{
  const char *method;
  bool fixed;
  double setting; /* step, or rtol */
  double error;   /* NaN: it failed, why says how */
  double cpu;     /* seconds, median of `repeats` */
  int repeats;
  uint64_t steps, rhs, jac;
  char why[100];
} ictus__trial;

typedef struct ictus__stiff /* along the trajectory */
{
  bool known;
  double ratio, median; /* largest |Re lambda| over the smallest that is not 0: largest and median over the points */
  double fastest;       /* largest |Re lambda| of all, 1/time */
  double needed;        /* steps that the stability of an explicit method of Runge and Kutta asks for */
  double wanted;        /* steps that accuracy asks for: of rosenbrock at rtol 1e-6 */
} ictus__stiff;

typedef struct ictus__race
{
  ictus__solve_job *j;
  const char *method[MAX_SOLVER];
  bool fixed[MAX_SOLVER];
  char refuses[MAX_SOLVER][200]; /* why a method was left out; "" */
  size_t nmethod;
  ictus_path_config base;        /* points, tolerances' ratio */
  double atol;                   /* atol / rtol */
  bool spikes;                   /* the error is that of the spike times */
  ictus_path ref;
  const char *ref_method, *other; /* two that had to agree */
  double uncertainty;            /* their difference */
  double *range;                 /* [ncol] of the reference */
  ictus__stiff stiff;
  ictus__trial *trial;
  size_t ntrial, cap;
} ictus__race;

/* cli_solve_compare.c */
/* The cheapest trial of a method (NULL: of all) whose error is at most `error`; NULL: none. */
const ictus__trial *ictus__race_best (const ictus__race *r, const char *method, double error);
/* cli_solve_compare_stiff.c: eigenvalues along a path. */
void ictus__race_stiffness (ictus__race *r, const ictus_path *p);
/* cli_solve_compare_show.c */
void ictus__race_print (const ictus__race *r);
/* The last line: which method and why. */
void ictus__race_verdict (const ictus__race *r, ictus_text *t);
/* cli_solve_compare_write.c: DIR/compare.h5 must not be there, unless --overwrite was given. */
ictus_err ictus__race_may_write (const ictus__solve_job *j);
ictus_err ictus__race_write (const ictus__race *r);

#endif
