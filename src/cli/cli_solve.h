/* SPDX-License-Identifier: BSD-3-Clause */
/** \file cli_solve.h
 * The parts of 'ictus solve'. Included by src/cli/cli_solve*.c only.
 */
#ifndef ICTUS_CLI_SOLVE_H
#define ICTUS_CLI_SOLVE_H

#include "cli/cli.h"

enum { MAX_SOLVER = 16 };

typedef struct ictus__solve_outcome /* of one solver */
{
  char name[40];
  ictus_err e;   /* ICTUS_OK: it came to the end */
  bool refused;
  char *why;     /* NULL when it came to the end */
  double *y;     /* [npoint, nstate] */
  size_t npoint; /* that were reached */
  ictus_spikes spikes;
  ictus_solver_stats stats;
  double diff, diff_ms; /* largest difference from the first solver, and where */
  int diff_state;       /* -1: not compared */
} ictus__solve_outcome;

typedef struct ictus__solve_job
{
  const char *model_name, *solvers;
  double t_stop, dt, interval, rtol, atol;
  size_t npoint;
  int every; /* steps of dt between points */
  bool no_spikes, list_spikes;
  char **par, **init;
  size_t npar, ninit, cap_par, cap_init;
  ictus_cli_common common;
  ictus_model *model;
  ictus_model used;    /* model with a kernel that may lack its firing condition */
  ictus_kernel kernel;
  double *p, *y0, *u;  /* [nslot], [nstate], [ninput] */
  double *time;        /* [npoint] */
  ictus__solve_outcome out[MAX_SOLVER];
  size_t nout;
} ictus__solve_job;

/* Model, parameters, initial values, times of the points. */
ictus_err ictus__solve_set_up (ictus__solve_job *j);
/* Every solver that was named; what one refuses or fails at is kept in its outcome. */
ictus_err ictus__solve_run (ictus__solve_job *j);
void ictus__solve_print (const ictus__solve_job *j);
/* DIR/trajectory.h5 */
ictus_err ictus__solve_write (const ictus__solve_job *j, const char *path);

#endif
