/* SPDX-License-Identifier: BSD-3-Clause */
/** \file solve.h
 * Solvers behind one interface: advance these neurons from t0 to t1, take these input events at these times,
 * report the spikes with their times. SUNDIALS types stay in src/solve. No MPI here: outcomes are local, the
 * engine agrees.
 *
 * Time. A window is the half-open interval (t0, t1]. An event of time t acts on the state at t, after
 * integration up to t; events of one time act together, and the firing condition is looked at again right
 * after them, as it is where an input jumps and where refractoriness ends. A sample at t sees the state after
 * all that happens at t.
 *
 * Firing. A neuron fires when it is armed, not refractory, and fire() rises through 0 (for fixed steps and
 * `exact`: is >= 0 at the end of a step). Firing disarms it, then reset() acts; fire() < 0 arms it again. All
 * neurons begin armed, so one that starts above threshold fires in the first step. A neuron that fires is
 * refractory for refractory(p): held states keep their value, jumps on them are dropped, it cannot fire.
 *
 * Grid timing: every event, spike and end of refractoriness lies on a multiple of the resolution h. A spike
 * located within (t, t+h] is reported at t+h; adaptive solvers reset at the exact crossing, the others at the
 * end of the step; refractoriness ends at the reported spike time plus refractory(p) rounded to the grid.
 * Exact timing: all times are continuous.
 *
 * Noise, Markov variables, events (global), delays, maps (doc/theory/noise.md). Random numbers of a neuron are keyed by
 * (seed, gid, step counted from time 0), whoever draws them and when. Fixed steps: at the end of a step Markov variables
 * jump, then events whose condition crossed 0 happen, then firing is looked at; events are looked for again after input
 * arrived and after a reset. A map is iterated once a step, and the time it sees is the number of its iterations.
 */
#ifndef ICTUS_SOLVE_H
#define ICTUS_SOLVE_H

#include "ictus/base.h"
#include "ictus/model.h"

typedef struct ictus_drive /* continuous inputs of the neurons of one group; smooth between breaks */
{
  /* u [ninput] of neuron i at time t, on the smooth piece that begins at or before seg (right-continuous at
     seg); seg <= t <= next break after seg. */
  void (*eval) (const void *ctx, size_t i, double seg, double t, double *u);
  /* first time > t at which an input of neuron i jumps; infinity if none */
  double (*next_break) (const void *ctx, size_t i, double t);
  bool varies; /* false: constant between breaks */
  const void *ctx;
} ictus_drive;

typedef struct ictus_cells /* the neurons of one population that live on this rank */
{
  const ictus_model *model; /* not owned */
  size_t n;                 /* may be 0 */
  const uint64_t *gid;      /* [n] global ids, ascending; not owned */
  uint64_t first;           /* global id of the population's neuron 0: messages count from there */
  double *y;                /* [nstate, n], y[k * n + i]; not owned. Current after ictus_solver_restart; between windows
                               the adaptive solvers in lanes keep states to themselves */
  const double *p;          /* p + i * p_stride: the [nslot] parameters of neuron i; not owned */
  size_t p_stride;          /* 0: all neurons share one set; else nslot */
  const double *p0;         /* [nslot] those of the population's neuron 0, wherever it lives: `auto` judges by them.
                               NULL: the defaults of the model; not owned */
  const ictus_drive *drive; /* NULL: inputs have the default values of the model; not owned */
  double *refr_until;       /* [n] ms; refractory while t < refr_until; -INFINITY at the start; not owned */
  uint8_t *armed;           /* [n]; 1 at the start; current when y is; not owned */
  uint64_t seed;            /* of the experiment: key of the random numbers of a neuron, with its gid and the step */
  double *history;          /* [nhistory, n] what a solver remembers of the past for delayed values beyond y; filled from the
                               model's history by ictus_solver_create at the start of a run; current when y is; not owned.
                               NULL where nhistory is 0 */
  size_t nhistory;          /* ictus_solver_history of the solver */
} ictus_cells;

typedef struct ictus_event /* input of one neuron, exact timing */
{
  double t_ms;
  double weight; /* in the unit of the port */
  int port;
} ictus_event;

typedef struct ictus_spike
{
  double t_ms;
  uint64_t gid;
} ictus_spike;

typedef struct ictus_spikes /* grows by doubling, never shrinks */
{
  ictus_spike *s;
  size_t n, cap;
} ictus_spikes;
ictus_err ictus_spikes_add (ictus_spikes *list, double t_ms, uint64_t gid); /* Collectivity: none. */

typedef struct ictus_window /* one window for one group */
{
  double t0_ms, t1_ms;
  bool grid;
  /* grid timing */
  double h_ms;           /* resolution */
  ictus_tick k0, k1;     /* t0 and t1 in ticks */
  /* slot (ctx, k): the input added up for tick k, [nport, n]; zero where there is none. Valid for k0 < k <=
     k1. Borrowed; the solver leaves it as it is. NULL when nothing arrives at tick k at all. */
  const double *(*slot) (const void *ctx, ictus_tick k);
  const void *slot_ctx;
  /* exact timing: events of neuron i are event[first[i]] .. event[first[i + 1] - 1], sorted, t0 < t <= t1 */
  const size_t *first; /* [n + 1]; NULL: no events */
  const ictus_event *event;
  /* samples: sample() is called once for every neuron and sample time, in any order of neurons, times
     ascending for a neuron */
  int nsample;
  const double *sample_ms; /* [nsample], ascending, t0 < t <= t1 (grid timing: multiples of h) */
  /* y [nstate]; u [nu]: inputs and delayed values of that time, noise of the step that ended there */
  void (*sample) (void *ctx, size_t i, int s, const double *y, const double *u);
  void *sample_ctx;
} ictus_window;

typedef struct ictus_solver_config
{
  const char *name;       /* "cvode-bdf", ... */
  double rtol;            /* relative tolerance, 1 */
  double atol;            /* absolute tolerance, in the unit of each state */
  const double *atol_of;  /* [nstate] absolute tolerance by state where > 0; NULL: atol for all; copied */
  double dt_ms;           /* fixed-step solvers: step; must divide the resolution on the grid */
  double max_step_ms;     /* adaptive solvers: largest step; 0: no limit */
  bool grid;              /* timing */
  double h_ms;            /* resolution of the grid */
} ictus_solver_config;

typedef struct ictus_solver_stats /* summed over the neurons of this rank since creation */
{
  uint64_t steps, rhs, jac, restarts, roots, fails;
  /* lane solvers: lanes that steps of eight had, and those at work; not kept in checkpoints, since they depend on
     which neurons are neighbours */
  uint64_t lanes_offered, lanes_used;
} ictus_solver_stats;

typedef struct ictus_solver ictus_solver;

typedef struct ictus_solver_ops /* one implementation */
{
  const char *name, *summary;
  int order; /* of a method with fixed steps, which keeps the past that delays need; else 0 */
  /* NULL: can serve; else the reason why not, borrowed or in buf [256] */
  const char *(*refuse) (const ictus_model *m, const ictus_solver_config *c, char *buf);
  ictus_err (*create) (const ictus_solver_config *c, const ictus_cells *cells, void **self);
  void (*destroy) (void *self);
  ictus_err (*window) (void *self, const ictus_window *w, ictus_spikes *out);
  ictus_err (*restart) (void *self, double t_ms);
  void (*stats) (const void *self, ictus_solver_stats *s);
  const uint64_t *(*work) (const void *self);
} ictus_solver_ops;

/** Registered solvers in order of registration; NULL past the end. Borrowed for ever. Collectivity: none. */
const ictus_solver_ops *ictus_solver_at (size_t k);

/** NULL if this solver can serve this model under this configuration, else the reason (in buf or constant).
 * An unknown name is a reason too, with the nearest name. Collectivity: none. */
const char *ictus_solver_refuse (const ictus_solver_config *c, const ictus_model *m, char *buf);

/** The solver that the name "auto" stands for: map for maps, heun for models with noise or Markov variables, rk4 for those with
 * delays or events; else `exact` where it serves, or rk45, or, by a trial with one
 * neuron that takes about a millisecond, rosenbrock. Depends on the arguments only, so it is the same on all ranks and
 * after every restart.
 * \param p           [nslot] parameters to judge by: cells->p0; NULL: the defaults of the model
 * \param [out] name  its name; that of the configuration where that is not auto. Borrowed
 * \param [out] why   [256] in a few words; "" where the configuration is not auto
 * \retval ICTUS_E_INPUT  the solver refuses the model (with the reason). Collectivity: none. */
ictus_err ictus_solver_choose (const ictus_solver_config *c, const ictus_model *m, const double *p, const char **name,
                               char *why);

/** Doubles a neuron that cells->history needs under this configuration: 0 for models without delays.
 * \param p  [nslot] parameters of neuron 0: fixed delays are the same for all neurons of a population, or the solver refuses
 * \retval ICTUS_E_INPUT  the solver refuses the model. Collectivity: none. */
ictus_err ictus_solver_history (const ictus_solver_config *c, const ictus_model *m, const double *p, size_t *nhistory);

/** Make a solver for these neurons at model time t_ms (the start or a restart mark).
 * \param cells  borrowed for the life of the solver; y, p, refr_until, armed may be changed by the caller
 *               only right after ictus_solver_create or ictus_solver_restart, and only followed by
 *               ictus_solver_restart
 * \retval ICTUS_E_INPUT  the solver refuses the model (with the reason). Collectivity: none. */
ictus_err ictus_solver_create (const ictus_solver_config *c, const ictus_cells *cells, double t_ms,
                               ictus_solver **out);
void ictus_solver_destroy (ictus_solver **s); /* Collectivity: none. */

/** Integrate all neurons over one window; t0 equals the t1 of the window before.
 * A result never depends on which neurons are neighbours, nor (adaptive solvers: cvode-*,
 * rk45, rosenbrock) on where windows end.
 * \param [in,out] out  spikes are appended, in the order of time for each neuron; the engine sorts
 * \retval ICTUS_E_SOLVER  "neuron N at T ms: reason" (N counted within the population) with CVODE's own
 *                         words; the states of N are those of the failure, those of the others lie anywhere
 *                         in the window
 * Cost: no allocation after the first windows (buffers double). Collectivity: none. */
ictus_err ictus_solver_window (ictus_solver *s, const ictus_window *w, ictus_spikes *out);

/** A restart mark: write the states at t_ms, where the last window ended, to cells->y, and drop all history, so that
 * states, refr_until and armed are all there is.
 * \retval ICTUS_E_SOLVER  as above. Collectivity: none. */
ictus_err ictus_solver_restart (ictus_solver *s, double t_ms);
void ictus_solver_get_stats (const ictus_solver *s, ictus_solver_stats *out); /* Collectivity: none. */
/** Work so far per neuron (right-hand sides), [n]; NULL for fixed-step solvers. Borrowed.
 * Collectivity: none. */
const uint64_t *ictus_solver_work (const ictus_solver *s);

#endif
