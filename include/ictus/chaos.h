/* SPDX-License-Identifier: BSD-3-Clause */
/** \file chaos.h
 * How a model behaves in the long run: Lyapunov exponents, alone or as a map over parameters (`ictus lyapunov`).
 *
 * Method: the equations of variation Q' = J(x(t)) Q with the analytic Jacobian beside x' = f(x, t), the columns of Q made orthonormal
 * after each step (Benettin, Galgani, Giorgilli & Strelcyn 1980, doi:10.1007/BF02128236); of maps products of Jacobians. States without
 * an equation stand still, noise is 0. Where a neuron fires and is reset, or an event assigns to states, the columns jump by the
 * saltation matrix (Mueller 1995, Chaos, Solitons & Fractals 5:1671). Times in the unit of the model, exponents in its inverse; of
 * maps per iteration.
 */
#ifndef ICTUS_CHAOS_H
#define ICTUS_CHAOS_H

#include "ictus/base.h"
#include "ictus/comm.h"
#include "ictus/dyn.h"
#include "ictus/h5.h"
#include "ictus/model.h"

/** NULL if exponents of the model can be had, else the reason (in buf [256] or constant): delays, no state with an
 * equation, events without a direction, a map with resets. Refractoriness is refused later: it depends on parameters. Collectivity: none. */
const char *ictus_lyapunov_refuse (const ictus_model *m, char *buf);

/* ---- the spectrum --------------------------------------------------------------------------------------------- */

typedef enum ictus_lyapunov_method
{
  ICTUS_LYAPUNOV_AUTO,       /* the cheaper one, tried on the beginning */
  ICTUS_LYAPUNOV_RK45,       /* Dormand and Prince, the joined system */
  ICTUS_LYAPUNOV_ROSENBROCK, /* Rodas5P, the variation with the same factors: stiff models */
  ICTUS_LYAPUNOV_MAP         /* what is no flow */
} ictus_lyapunov_method;
const char *ictus_lyapunov_method_name (ictus_lyapunov_method m); /* Collectivity: none. */

typedef struct ictus_lyapunov_options /* ictus_lyapunov_defaults fills it */
{
  int spectrum;         /* how many exponents; 0: as many as there are states */
  double trans, total;  /* left out at first; then the length of the measurement. NaN: chosen */
  double rtol, atol;
  ictus_lyapunov_method method;
  bool (*told) (void *ctx); /* true: end soon, with what there is; NULL: never */
  void (*tick) (void *ctx, double t, double end); /* now and then; NULL: nobody wants to know */
  void *ctx;
} ictus_lyapunov_options;
void ictus_lyapunov_defaults (ictus_lyapunov_options *o); /* Collectivity: none. */

typedef enum ictus_verdict
{
  ICTUS_VERDICT_FIXED_POINT,
  ICTUS_VERDICT_CYCLE,
  ICTUS_VERDICT_TORUS,
  ICTUS_VERDICT_CYCLE_OR_TORUS, /* too few exponents to tell */
  ICTUS_VERDICT_CHAOS,
  ICTUS_VERDICT_HYPERCHAOS,
  ICTUS_VERDICT_MARGINAL       /* the largest one is 0 within errors, and nothing moves */
} ictus_verdict;
/** "fixed point", "cycle", ... Borrowed for ever. Collectivity: none. */
const char *ictus_verdict_name (ictus_verdict v);

typedef struct ictus_lyapunov /* what was found */
{
  int n, k;            /* states with an equation; exponents */
  bool map, timed;     /* it is a map; its right-hand sides depend on t */
  double *exponent;    /* [k] from the largest to the smallest */
  double *error;       /* [k] standard error */
  double *zero;        /* [k] an exponent within this of 0 cannot be told from 0 */
  double sum, sum_error;               /* of the k */
  double divergence, divergence_error; /* mean of the trace of the Jacobian (of maps of log |det|), which the sum of all n equals */
  double dimension, dimension_error;   /* Kaplan and Yorke's; NaN: more exponents are wanted */
  double entropy;      /* sum of the positive ones: an upper bound of the entropy */
  ictus_verdict verdict;
  bool settled;        /* blocks are longer than the correlation: the standard errors can be trusted */
  bool told;           /* the end came early */
  bool chosen_trans, chosen_total;
  double trans, total; /* as used */
  double recurrence;   /* a time of the model's own: the longest mean time between two passages of a state through its mean; NaN: none */
  double rtol, atol;
  ictus_lyapunov_method method;
  uint64_t steps, rhs, jac, spikes;
  double t_end, *x_end; /* [n] where the trajectory was left */
  size_t nrow;         /* running estimates */
  double *t;           /* [nrow] since the end of the transient */
  double *running, *band; /* [nrow, k] estimate from the beginning to t, and its standard error */
} ictus_lyapunov;

/** The exponents of one trajectory, from v->y at the model's t0.
 * \retval ICTUS_E_INPUT   cannot be served, options make no sense
 * \retval ICTUS_E_SOLVER  the trajectory runs to infinity, or no step is short enough
 * Collectivity: none. */
ictus_err ictus_lyapunov_run (const ictus_dyn_values *v, const ictus_lyapunov_options *o, ictus_lyapunov *out);
void ictus_lyapunov_clear (ictus_lyapunov *l); /* Collectivity: none. */

/* ---- maps of the largest exponent ------------------------------------------------------------------------------ */

typedef struct ictus_chaos_axis
{
  int par; /* ictus_dyn_par */
  double lo, hi;
  size_t n; /* values lo, ..., hi; 1: lo alone */
} ictus_chaos_axis;
double ictus_chaos_axis_value (const ictus_chaos_axis *a, size_t k); /* Collectivity: none. */

typedef enum ictus_point_status
{
  ICTUS_POINT_TODO = 0,
  ICTUS_POINT_DONE = 1,
  ICTUS_POINT_DIVERGED = 2, /* runs to infinity */
  ICTUS_POINT_STUCK = 3     /* no step is short enough, or there would be too many */
} ictus_point_status;

typedef struct ictus_lyapunov_map_options
{
  int naxis; /* 1 or 2 */
  ictus_chaos_axis axis[2]; /* the second one varies fastest */
  double trans, total;      /* NaN: chosen, the same for all points */
  double rtol, atol;
  const char *journal;      /* path of what a stopped map goes on from; NULL: none is kept */
  bool overwrite;           /* do not go on from it */
  bool (*told) (void *ctx); /* true on any rank: end soon; NULL: never */
  void (*tick) (void *ctx, size_t done, size_t all); /* now and then, on rank 0 */
  void *ctx;
} ictus_lyapunov_map_options;
void ictus_lyapunov_map_defaults (ictus_lyapunov_map_options *o); /* Collectivity: none. */

typedef struct ictus_lyapunov_map /* point (i, j) is i * axis[1].n + j */
{
  size_t npoint, ndone, nfailed, nkept; /* kept: from the journal */
  double *exponent;   /* [npoint] NaN where there is none */
  double *error;      /* [npoint] standard error */
  signed char *status; /* [npoint] ictus_point_status */
  double trans, total;
  double steps;       /* of all points done in this call, on all ranks */
} ictus_lyapunov_map;

/** The largest exponent at each point of a grid, points dealt to the ranks as they become free; the same, bit for bit, on any number of
 * them, and whether it was stopped on the way. Known to rank 0 alone.
 * \retval ICTUS_E_INPUT    cannot be served; the journal is that of another map
 * \retval ICTUS_E_STOPPED  told to end: the same call goes on
 * Collectivity: all ranks of comm. */
ictus_err ictus_lyapunov_map_run (MPI_Comm comm, const ictus_dyn_values *v, const ictus_lyapunov_map_options *o,
                                  ictus_lyapunov_map *out);
void ictus_lyapunov_map_clear (ictus_lyapunov_map *m); /* Collectivity: none. */

#endif
