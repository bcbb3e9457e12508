/* SPDX-License-Identifier: BSD-3-Clause */
/** \file cli_solve.h
 * The parts of 'ictus solve'. Included by src/cli/cli_solve*.c only.
 *
 * A model is followed in one of two ways: by a solver of networks, as one neuron of a population (files in Ictus's own
 * dialect and shipped models), or by the room path (XPPAUT's files; delays, noise, Markov variables, events, maps; methods
 * that only that room has). Both give an ictus_path, so the table, the files and the comparison know of no difference.
 */
#ifndef ICTUS_CLI_SOLVE_H
#define ICTUS_CLI_SOLVE_H

#include "cli/cli.h"

enum { MAX_SOLVER = 16 };

typedef struct ictus__solve_list /* an option that may be repeated */
{
  const char **s; /* [n] borrowed from argv */
  size_t n, cap;
} ictus__solve_list;

typedef enum ictus__solve_format
{
  SOLVE_H5,
  SOLVE_DAT,
  SOLVE_CSV
} ictus__solve_format;

typedef struct ictus__solve_outcome /* of one method with one set of values */
{
  char *label;       /* names its group and its file */
  const char *set;   /* borrowed; NULL: the values of the file */
  char method[40];
  ictus_err e;       /* ICTUS_OK: it came to an end */
  bool refused;
  char *why;         /* NULL when it came to an end */
  ictus_path path;   /* rows up to there */
  double dt, rtol, atol;
  double diff, diff_t; /* largest difference from the first method with these values, and when */
  int diff_col;        /* -1: not compared */
} ictus__solve_outcome;

typedef struct ictus__solve_job
{
  /* as asked for; NULL, NaN or 0 where it was not */
  const char *model_name, *solvers, *t_stop, *dt, *interval, *trans, *seed;
  double rtol, atol, bound;
  size_t npoint;
  ictus__solve_list par, init, option, use_set;
  ictus__solve_format format;
  bool no_spikes, list_spikes, write;
  bool several;        /* methods */
  bool compare, compared; /* --compare; it was done */
  const char *dir;     /* for the results; once the model is known */
  ictus_cli_common common;
  /* the model */
  ictus_model *model;
  ictus_model used;    /* model with a kernel that may lack its firing condition */
  ictus_kernel kernel;
  const char *unit;    /* of the time: "ms", or "" where the file says none */
  bool xpp, special;   /* XPPAUT's dialect; only the room path can follow it */
  /* with the values of one set */
  ictus_lang_settings settings;
  double *p, *y0;      /* [nslot], [nstate] */
  double *u;           /* [ninput] */
  ictus_path_config config;
  ictus__solve_outcome *out; /* [nout] */
  size_t nout, cap_out;
} ictus__solve_job;

/* cli_solve_plan.c: model; then, for each set, settings, parameters, initial values, and the methods one by one. What one
   refuses or fails at is kept in its outcome. */
ictus_err ictus__solve_set_up (ictus__solve_job *j);
ictus_err ictus__solve_run (ictus__solve_job *j);
/* The number of columns, and column k, of all outcomes. */
int ictus__solve_ncol (const ictus__solve_job *j);
const ictus_lang_var *ictus__solve_column (const ictus__solve_job *j, int k);
/* Is it a solver of networks? */
bool ictus__solve_is_solver (const char *name);

/* cli_solve_cell.c, cli_solve_path.c: fill o->path, o->e, o->why. */
ictus_err ictus__solve_by_cell (ictus__solve_job *j, ictus__solve_outcome *o);
ictus_err ictus__solve_by_path (ictus__solve_job *j, ictus__solve_outcome *o);
/* What the file says that is not done, in a few lines. */
void ictus__solve_log_notes (const ictus__solve_job *j);

/* cli_solve_compare.c: error against cost of the methods with the values as they are: table and files. */
ictus_err ictus__solve_compare (ictus__solve_job *j);

/* cli_solve_show.c */
void ictus__solve_print (const ictus__solve_job *j);
/* cli_solve_write.c: the files of the format in j->dir. What an outcome will be written to must not be there, unless --overwrite
   was given. */
ictus_err ictus__solve_may_write (const ictus__solve_job *j, const ictus__solve_outcome *o);
ictus_err ictus__solve_write (const ictus__solve_job *j);

#endif
