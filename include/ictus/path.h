/* SPDX-License-Identifier: BSD-3-Clause */
/** \file path.h
 * One system without a network, followed in time: all that a model file can say (events, delays, noise, Markov
 * variables, maps), by any method, into rows. `ictus solve`, the pictures of the models and what is done with a model
 * alone rest on it. Times are in the unit of the model. One thread; random numbers are keyed by (seed, number of the
 * run, step), so a run can be repeated.
 */
#ifndef ICTUS_PATH_H
#define ICTUS_PATH_H

#include "ictus/base.h"
#include "ictus/model.h"

/** A method: "euler", "heun" (modified Euler; with noise the stochastic Heun method), "rk4", "adams" (fixed step, order 4),
 * "backward-euler", "symplectic", "map", and adaptive ones with dense output: "rk45", "rosenbrock", "cvode-bdf",
 * "cvode-adams". */
typedef struct ictus_path_method
{
  const char *name, *summary;
  bool fixed; /* steps of dt, events by linear interpolation as XPPAUT does; else tolerances, events located to them */
} ictus_path_method;
/** Methods in the order of the manual; NULL past the end. Borrowed for ever. Collectivity: none. */
const ictus_path_method *ictus_path_method_at (size_t k);
/** The name of a method: its own, XPPAUT's name, or XPPAUT's letter ("rungekutta", "r", "gear", "cvode", "5dp", "qualrk", ...);
 * NULL: there is none. *why says where another method stands for the one named ("" else; may be NULL). Borrowed.
 * Collectivity: none. */
const char *ictus_path_method_of (const char *name, const char **why);
/** NULL if the method can serve the model, else the reason (in buf [256] or constant). Collectivity: none. */
const char *ictus_path_refuse (const char *method, const ictus_model *m, char *buf);

typedef struct ictus_path_config /* ictus_path_defaults fills it from the model's settings */
{
  const char *method;
  double t0, total;     /* from t0 to t0 + total; total < 0: backwards (fixed steps and adaptive methods) */
  double dt;            /* fixed steps: the step; rows lie at multiples of dt * nout */
  int nout;
  double trans;         /* rows with |t| < trans are left out, as XPPAUT counts */
  double bound;         /* the run ends where a column exceeds it when a row is due; 0: no limit */
  double rtol, atol;    /* adaptive methods */
  double dtmin, dtmax;  /* adaptive methods; 0: no limit */
  double newt_tol;      /* backward-euler */
  int newt_iter;
  uint64_t seed, run;   /* key of the random numbers */
  size_t max_rows;      /* the run ends when there are more; 0: no limit */
  int poimap, poisgn;   /* as in ictus_lang_settings: rows are the points of the section only */
  bool poistop;
  double poipln;
  const char *poivar;
  bool fire;            /* spike, reset and refractory are obeyed */
} ictus_path_config;

typedef enum ictus_path_end
{
  ICTUS_PATH_DONE,
  ICTUS_PATH_BOUND,   /* a column left its bounds: state, t_end */
  ICTUS_PATH_STOPPED, /* an event asked for the end, or poistop */
  ICTUS_PATH_FULL,    /* max_rows */
  ICTUS_PATH_FAILED   /* the solver gave up, or a state is not finite: why */
} ictus_path_end;

typedef struct ictus_path
{
  int ncol;          /* states that are not hidden, in order (Markov variables last), then aux: names of column k below */
  size_t nrow, cap_row;
  double *t;         /* [nrow] */
  double *v;         /* [nrow, ncol] */
  double *y;         /* [nstate] states at the end */
  double *p;         /* [nslot] parameters used */
  ictus_path_end end;
  double t_end;
  int state;         /* BOUND, and FAILED where something is not finite: which column */
  char why[256];     /* "" for DONE */
  double *spike;     /* [nspike] times at which spike (the statement) fired */
  size_t nspike, cap_spike;
  uint64_t steps, rhs, jac, events;
} ictus_path;

/** What the model's @ lines say; method, rtol, atol included. Collectivity: none. */
void ictus_path_defaults (const ictus_model *m, ictus_path_config *c);
/** The same with other settings (a named set, --set). Collectivity: none. */
void ictus_path_from_settings (const ictus_lang_settings *s, ictus_path_config *c);
/** Follow the model.
 * \param p    [nslot] parameters, prepared; NULL: defaults
 * \param y0   [nstate] initial values; NULL: those of the model for p
 * \param u    [ninput] constant inputs; NULL: defaults
 * \param out  cleared by ictus_path_clear; also after an error
 * \retval ICTUS_E_INPUT  the method cannot serve the model, a value makes no sense (dt <= 0, ...)
 * A run that fails on its way is no error: out->end says so and the rows up to there are kept. Collectivity: none. */
ictus_err ictus_path_run (const ictus_model *m, const ictus_path_config *c, const double *p, const double *y0,
                          const double *u, ictus_path *out);
void ictus_path_clear (ictus_path *out); /* Collectivity: none. */
/** Name, unit of column k; borrowed from the model. Collectivity: none. */
const ictus_lang_var *ictus_path_column (const ictus_model *m, int k);

/** Check one expectation of the model (doc/manual/model-language.md, expect).
 * \param [out] said  what was found, in a sentence; appended
 * \param [out] met   it holds
 * \retval ICTUS_E_INPUT  the text is no expectation (message with line). Collectivity: none. */
ictus_err ictus_path_expect (const ictus_model *m, const ictus_lang_expect *x, ictus_text *said, bool *met);

#endif
