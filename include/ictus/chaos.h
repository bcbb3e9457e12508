/* SPDX-License-Identifier: BSD-3-Clause */
/** \file chaos.h
 * How a model behaves in the long run: Lyapunov exponents (`ictus lyapunov`).
 *
 * Method: the equations of variation Q' = J(x(t)) Q with the analytic Jacobian beside x' = f(x, t), the columns of Q made orthonormal
 * after each step (Benettin, Galgani, Giorgilli & Strelcyn 1980, doi:10.1007/BF02128236); of maps products of Jacobians. States without
 * an equation stand still, noise is 0. Over a spike with reset deviations are
 * taken by the saltation matrix (Mueller 1995, doi:10.1016/0960-0779(94)00170-U); models with events (global) are refused. Times in the unit of the model, exponents in its inverse; of
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
 * equation, states that jump. Collectivity: none. */
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
  uint64_t steps, rhs, jac;
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

/* ---- maps of the largest exponent ------------------------------------------------------------------------------- */

typedef struct ictus_lyapunov_axis
{
  int par;       /* ictus_dyn_par */
  double lo, hi; /* first and last value */
  size_t n;      /* how many; 1: lo alone */
} ictus_lyapunov_axis;
/** Value k. Collectivity: none. */
double ictus_lyapunov_axis_at (const ictus_lyapunov_axis *a, size_t k);

typedef struct ictus_lyapunov_map
{
  int naxis;
  ictus_lyapunov_axis axis[2]; /* the last one runs fastest */
  size_t npoint, block;        /* block: points that are dealt together */
  double trans, total, rtol, atol; /* as used, alike at all points */
  size_t ndone, nfailed;       /* failed: to infinity, or no step was short enough */
  double *exponent, *error;    /* [npoint] with its standard error; NaN: failed or not done. On rank 0, else NULL */
} ictus_lyapunov_map;

/** The largest exponent at each point of a grid over one parameter or two, each beginning at v->y. Points are dealt to the ranks; the
 * bits are the same on any number of them, stopped or not. The model is opened with lanes. Of o, trans, total, rtol, atol, told and tick (with points
 * done and points) are heeded.
 * \param journal    file that a stopped map goes on from, kept until the caller removes it; NULL: none
 * \param overwrite  begin anew where there is a journal
 * \retval ICTUS_E_INPUT   the model cannot be served, options make no sense, the journal is another map's
 * \retval ICTUS_E_STOPPED told to end: out has what was done
 * Collectivity: all ranks of comm. */
ictus_err ictus_lyapunov_map_run (MPI_Comm comm, const ictus_dyn_values *v, const ictus_lyapunov_options *o, int naxis,
                                  const ictus_lyapunov_axis *axis, const char *journal, bool overwrite, ictus_lyapunov_map *out);
void ictus_lyapunov_map_clear (ictus_lyapunov_map *m); /* Collectivity: none. */

/* ---- points of a trajectory ------------------------------------------------------------------------------------------ */

typedef enum ictus_points_kind
{
  ICTUS_POINTS_MAXIMA,   /* of what is watched */
  ICTUS_POINTS_SECTION,  /* where a state or aux passes a value upwards; of t: at its multiples */
  ICTUS_POINTS_SPIKES,   /* times at which the model fires; no values */
  ICTUS_POINTS_ITERATES, /* of a map */
  ICTUS_POINTS_SAMPLES   /* at equal times */
} ictus_points_kind;
/** "maxima", "section", ... Borrowed for ever. Collectivity: none. */
const char *ictus_points_kind_name (ictus_points_kind k);

typedef struct ictus_points_options /* ictus_points_defaults fills it */
{
  int watch;           /* column, as of ictus_path_column */
  bool intervals;      /* times between points are wanted: spikes, where the model fires and there is no section */
  const char *section; /* a state, an aux or "t"; NULL: maxima */
  double at;
  double sample;       /* > 0: samples in place of points, so long after each other; 0: by the decay of the autocorrelation; NaN: none */
  double trans, total; /* left out at first; then at most so long. NaN: chosen */
  size_t keep;         /* points at most */
  double rtol, atol;
  ictus_lyapunov_method method;
  bool (*told) (void *ctx); /* true: end soon, with what there is; NULL: never */
  void (*tick) (void *ctx, double done); /* share; NULL: nobody wants to know */
  void *ctx;
} ictus_points_options;
int ictus_points_columns (const ictus_model *m); /* how many ictus_path_column has. Collectivity: none. */
void ictus_points_defaults (const ictus_model *m, ictus_points_options *o); /* Collectivity: none. */

typedef struct ictus_points
{
  ictus_points_kind kind;
  int ncol;            /* columns of v; 0: times only */
  size_t n;
  double *t, *v;       /* [n], [n, ncol] */
  bool rests;          /* maxima: what is watched stands still, at level */
  double level;
  double low, high;    /* range of what is watched, minima included; low > high: none */
  double trans, total; /* as used */
  double sample;       /* as used; NaN: none */
  double recurrence;   /* a time of the model's own that lengths were chosen by; NaN: none */
  const char *method;
} ictus_points;

/** Points of one trajectory from v->y at the model's t0. States may jump; delays are served, noise is not.
 * \retval ICTUS_E_INPUT   cannot be served, options make no sense
 * \retval ICTUS_E_SOLVER  the trajectory runs to infinity, or no step is short enough: out has the points up to there
 * \retval ICTUS_E_STOPPED told to end: out has the points up to there
 * Collectivity: none. */
ictus_err ictus_points_run (const ictus_dyn_values *v, const ictus_points_options *o, ictus_points *out);
void ictus_points_clear (ictus_points *p); /* Collectivity: none. */

/* ---- orbit diagrams ---------------------------------------------------------------------------------------------------- */

enum /* of ictus_orbit.period; above 0: after so many points they come again */
{
  ICTUS_ORBIT_IRREGULAR = 0, /* they do not, among those that there are */
  ICTUS_ORBIT_REST = -1,
  ICTUS_ORBIT_NONE = -2,     /* no points: no section is met, no spike */
  ICTUS_ORBIT_FAILED = -3,   /* to infinity, or no step was short enough */
  ICTUS_ORBIT_TODO = -4      /* stopped before */
};

typedef struct ictus_orbit
{
  ictus_lyapunov_axis axis;
  int ways;            /* 1: each value of the parameter begins afresh; 2: up, then down, each value beginning where the one before ended */
  ictus_points_kind kind;
  bool intervals;
  double trans, total, recurrence;
  const char *method;
  size_t ndone, nfailed;
  size_t *first;       /* [ways * n + 1] row w * n + k, value k of the parameter: value[first[row]] .. value[first[row + 1] - 1]. On rank 0, else NULL */
  double *value;       /* what is watched, or intervals; of REST its level */
  int *period;         /* [ways * n] */
} ictus_orbit;

/** Points against a parameter. Values of the parameter (with `continued` the two ways) are dealt to the ranks; the bits are the same on any
 * number of them.
 * \retval ICTUS_E_INPUT   cannot be served, options make no sense
 * \retval ICTUS_E_STOPPED told to end: out has what was done
 * Collectivity: all ranks of comm. */
ictus_err ictus_orbit_run (MPI_Comm comm, const ictus_dyn_values *v, const ictus_points_options *o, const ictus_lyapunov_axis *axis,
                           bool continued, ictus_orbit *out);
void ictus_orbit_clear (ictus_orbit *r); /* Collectivity: none. */
/** After how many points of p, or times between them (o->intervals), they come again; an ICTUS_ORBIT_... else. Collectivity: none. */
int ictus_points_period (const ictus_points *p, const ictus_points_options *o);
/** After how many of x [n] they come again, within tol, three times at least; 0: they do not. Collectivity: none. */
int ictus_orbit_period (const double *x, size_t n, double tol);

/* ---- 0-1 test ------------------------------------------------------------------------------------------------------------ */

enum { ICTUS_ZERO_ONE_C = 100 };

typedef struct ictus_zero_one /* plain data */
{
  double k;                    /* median: near 0 regular, near 1 chaos */
  double c[ICTUS_ZERO_ONE_C];  /* spread over pi/5 .. 4 pi/5 */
  double kc[ICTUS_ZERO_ONE_C]; /* correlation of the mean square displacement with time */
  double k_sparse;             /* the largest of k and those of every second and every fourth value: chaos in bands */
  int sparse;                  /* which of them: 1, 2, 4 */
  bool constant;               /* nothing varies: k is 0 */
  size_t memory;               /* values until the autocorrelation is 0 for the first time; n / 4: longer */
} ictus_zero_one;
/** What k and k_sparse mean: NULL where the series is too short for it, being shorter than 100 of its memory; "regular", "chaos", "undecided".
 * Collectivity: none. */
const char *ictus_zero_one_verdict (const ictus_zero_one *z, size_t n);

/** The 0-1 test for chaos of x [n] by the correlation method (Gottwald & Melbourne 2009, doi:10.1137/080718851).
 * \param scale  size of what x is a part of: variations below 1e-5 of it are none
 * \retval ICTUS_E_INPUT  fewer than 100 values. Collectivity: none. */
ictus_err ictus_zero_one_test (const double *x, size_t n, double scale, ictus_zero_one *out);

/* ---- signs of an approaching transition ---------------------------------------------------------------------------- */

/* Dakos et al. 2008, doi:10.1073/pnas.0802430105; Scheffer et al. 2009, doi:10.1038/nature08227. */
enum
{
  ICTUS_WARNING_VARIANCE,
  ICTUS_WARNING_AC1,      /* autocorrelation at the lag */
  ICTUS_WARNING_RECOVERY, /* -ln (ac1) / lag */
  ICTUS_WARNING_SIGNS,
  ICTUS_WARNING_WINDOWS = 101 /* positions of the sliding window, the last one at the end */
};
/** "variance", "autocorrelation", "recovery rate". Borrowed for ever. Collectivity: none. */
const char *ictus_warning_name (int sign);

typedef struct ictus_warning_options
{
  double window;     /* share of the series that a window has */
  double bandwidth;  /* share of it that is the standard deviation of the kernel which the trend is smoothed by */
  size_t lag;        /* samples */
  double sample;     /* time between them */
  size_t surrogates; /* 0: no p-values */
  uint64_t seed, key[2]; /* of their random numbers */
} ictus_warning_options;

typedef struct ictus_warning /* plain data */
{
  double series[ICTUS_WARNING_SIGNS][ICTUS_WARNING_WINDOWS]; /* window w ends at the share window + (1 - window) w / (WINDOWS - 1) */
  double tau[ICTUS_WARNING_SIGNS]; /* Kendall's, of the series against time; NaN: too short */
  double p[ICTUS_WARNING_SIGNS];   /* share of surrogates (autoregressive, fitted to what is left without the trend) with a trend as strong in the
                                      direction that warns: up, up, down */
} ictus_warning;

/** Kendall's tau (a) of x [n] against its index: concordant less discordant pairs over all pairs; those with a NaN are left out.
 * Collectivity: none. */
double ictus_warning_kendall (const double *x, size_t n);
/** Signs in x [n]. \retval ICTUS_E_NOMEM. Collectivity: none. */
ictus_err ictus_warning_measure (const double *x, size_t n, const ictus_warning_options *o, ictus_warning *out);

/* ---- slow ramps ------------------------------------------------------------------------------------------------------ */

enum
{
  ICTUS_RAMP_POINTS = 600, /* of a course that is kept */
  ICTUS_RAMP_BRANCH = 401, /* of the branch that a ramp begins on */
  ICTUS_RAMP_JUMPS = 8     /* of a run that are kept */
};

typedef enum ictus_ramp_kind
{
  ICTUS_RAMP_LEVEL, /* to another level */
  ICTUS_RAMP_ONSET, /* of large oscillations */
  ICTUS_RAMP_OFFSET, /* their end */
  ICTUS_RAMP_ESCAPE /* to infinity */
} ictus_ramp_kind;
/** "jump", "onset of oscillation", ... Borrowed for ever. Collectivity: none. */
const char *ictus_ramp_kind_name (ictus_ramp_kind k);

typedef enum ictus_ramp_loss /* how the branch of rest that a ramp begins on is lost */
{
  ICTUS_RAMP_KEPT, /* it is there, and stable, as far as the ramp goes */
  ICTUS_RAMP_FOLD,
  ICTUS_RAMP_HOPF,
  ICTUS_RAMP_REAL,   /* a real eigenvalue passes 0, the branch goes on */
  ICTUS_RAMP_UNKNOWN /* no rest at the start, or right-hand sides that depend on time */
} ictus_ramp_loss;

typedef struct ictus_ramp_options /* ictus_ramp_defaults fills it */
{
  int par;               /* ictus_dyn_par */
  double lo, hi;
  double duration;       /* of one ramp; NaN: chosen */
  int watch;             /* state of the kernel, or nstate + number of an aux */
  size_t nnoise;         /* additive white noise: x' = ... + sigma w */
  const int *noise_state; /* [nnoise] states of the kernel */
  const double *noise_sigma; /* [nnoise] NaN: chosen */
  size_t repeats;        /* of each direction; 0: no noise */
  uint64_t seed;
  double dt;             /* of runs with noise; NaN: chosen */
  double lag;            /* of the autocorrelation; NaN: chosen */
  double window, bandwidth; /* of the signs */
  size_t surrogates;
  double threshold;      /* share of the range that a jump has at least */
  bool (*told) (void *ctx); /* true: end soon, with what there is; NULL: never */
  void (*tick) (void *ctx, double done); /* share of this rank's work; NULL: nobody wants to know */
  void *ctx;
} ictus_ramp_options;
void ictus_ramp_defaults (ictus_ramp_options *o); /* Collectivity: none. */

typedef struct ictus_ramp_jump
{
  ictus_ramp_kind kind;
  int pad;
  double par, before, after; /* level of what is watched; NaN where it oscillates */
} ictus_ramp_jump;

typedef struct ictus_ramp_run /* plain data; in the order of time */
{
  int done, njump, excursions; /* excursions: there and back again */
  int escaped;
  ictus_ramp_jump jump[ICTUS_RAMP_JUMPS];
  double low[ICTUS_RAMP_POINTS], high[ICTUS_RAMP_POINTS]; /* in equal pieces of the ramp; NaN after an escape */
  int warned, steady;        /* there are signs; and those of the control */
  double warned_until;       /* parameter at which their series ends, before anything happens */
  ictus_warning warning;
  ictus_warning control;     /* the same of as long a time at the first value of the parameter */
} ictus_ramp_run;

typedef struct ictus_ramp_side /* a direction; plain data */
{
  int served;      /* 0: why */
  char why[160];
  double from, to; /* parameter */
  int rests;       /* begins at rest; else it oscillates */
  double value;    /* of what is watched, at rest */
  double slowest;  /* relaxation there, or the period; time */
  double memory;   /* autocorrelation falls to 1/e in it; time */
  double sd;       /* of the noise of what is watched, there, by the linearisation; NaN: no rest, no noise */
  double sample;   /* time between samples */
  int nsample, lag; /* samples */
  ictus_ramp_run still; /* without noise */
  ictus_ramp_loss loss;
  int nbranch;
  double loss_par;
  double branch_par[ICTUS_RAMP_BRANCH], branch_value[ICTUS_RAMP_BRANCH];
  double branch_rate[ICTUS_RAMP_BRANCH]; /* recovery: minus the largest real part of the eigenvalues */
} ictus_ramp_side;

typedef struct ictus_ramp
{
  double duration, dt, range; /* range: of what is watched, without noise */
  double sigma;      /* of noise that was chosen; NaN: none was */
  int chosen_duration, shortened; /* shortened: fewer time scales than wanted, since steps are short */
  int own_noise;     /* the model has noise of its own */
  size_t repeats, ndone;
  ictus_ramp_side side[2]; /* up, down */
  ictus_ramp_run *run; /* [2, repeats]; owned */
} ictus_ramp;

/** NULL if ramps of the model can be followed, else the reason (in buf [256] or constant). Collectivity: none. */
const char *ictus_ramp_refuse (const ictus_model *m, char *buf);
/** Ramps up from lo, beginning where the model settles from v->y, and down from hi, beginning where the way up ended. Runs are dealt to
 * the ranks; all learn all, bit for bit the same on any number of them. The model is opened with lanes.
 * \retval ICTUS_E_INPUT   cannot be served, values make no sense, nothing to begin with at lo
 * \retval ICTUS_E_STOPPED told to end: out has the runs that were done
 * Collectivity: all ranks of comm. */
ictus_err ictus_ramp_follow (MPI_Comm comm, const ictus_dyn_values *v, const ictus_ramp_options *o, ictus_ramp *out);
void ictus_ramp_clear (ictus_ramp *r); /* Collectivity: none. */
/** Parameter of piece k of a course (its middle) / of window w of the signs of a run. Collectivity: none. */
double ictus_ramp_par (const ictus_ramp_side *s, size_t k);
double ictus_ramp_window_par (const ictus_ramp_side *s, const ictus_ramp_run *r, double window, size_t w); /* Collectivity: none. */

typedef struct ictus_ramp_average /* over the runs of one direction */
{
  size_t runs;           /* done */
  size_t with_jump;
  double par, par_sd, par_least, par_most; /* first jump */
  ictus_ramp_kind kind;  /* the most frequent one */
  size_t last_with;      /* the last jump of a run, likewise */
  double last_par, last_sd;
  size_t warned, steady; /* runs with signs */
  double tau[ICTUS_WARNING_SIGNS], detected[ICTUS_WARNING_SIGNS]; /* mean; share of runs with p < 0.05 */
  double p[ICTUS_WARNING_SIGNS];                                  /* mean */
  double control_tau[ICTUS_WARNING_SIGNS], alarm[ICTUS_WARNING_SIGNS]; /* the same of the controls: false alarms */
} ictus_ramp_average;
/** Collectivity: none. */
void ictus_ramp_summary (const ictus_ramp *r, int side, ictus_ramp_average *out);

typedef struct ictus_ramp_usual /* what most runs of a direction do; without runs, the ramp without noise */
{
  size_t runs, with; /* done; of them with this sequence of jumps */
  int njump;
  ictus_ramp_kind kind[ICTUS_RAMP_JUMPS];
  double par[ICTUS_RAMP_JUMPS], sd[ICTUS_RAMP_JUMPS], least[ICTUS_RAMP_JUMPS], most[ICTUS_RAMP_JUMPS]; /* over those */
  const ictus_ramp_run *like[ICTUS_RAMP_JUMPS]; /* the run whose jump is nearest to the mean; borrowed from the ramp */
} ictus_ramp_usual;
/** Collectivity: none. */
void ictus_ramp_usually (const ictus_ramp *r, int side, ictus_ramp_usual *out);

typedef struct ictus_ramp_loop /* a jump on the way up and the one that takes it back */
{
  int up, down;        /* numbers of the jumps */
  double there, back;  /* parameters */
  double width, error; /* there - back; its standard error, NaN without runs */
} ictus_ramp_loop;
/** Of the usual jumps of both directions; how many. A jump to another level is taken back by one from there, an onset of
 * oscillation by its end or by a fall to rest, at a level from which it began.
 * \param threshold  of the options
 * Collectivity: none. */
int ictus_ramp_loops (const ictus_ramp *r, double threshold, ictus_ramp_loop out[ICTUS_RAMP_JUMPS]);

typedef struct ictus_ramp_cause /* where the state that is left by a jump ends in a diagram */
{
  bool found;           /* else it is not in the diagram, or stable to the end of it */
  ictus_dyn_type type;  /* END: of a branch of cycles whose period grows without bound */
  char label[12];       /* "LP1"; "" for END */
  char what[64];        /* "fold", "Hopf, subcritical", "homoclinic orbit", ... */
  double par;
  double delay;         /* of the jump behind it, in the direction of the ramp; negative: before it */
} ictus_ramp_cause;
/** For each jump of a run the point at which the state before it ceases to be stable.
 * \param d  a diagram of the same model and values along the parameter of the ramp, over its range at least
 * Collectivity: none. */
ictus_err ictus_ramp_explain (const ictus_dyn_values *v, const ictus_ramp_options *o, const ictus_ramp *r, const ictus_dyn_diagram *d,
                              int side, const ictus_ramp_run *run, ictus_ramp_cause out[ICTUS_RAMP_JUMPS]);

#endif
