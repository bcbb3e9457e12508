/* SPDX-License-Identifier: BSD-3-Clause */
/** \file engine.h
 * The window loop: solve every neuron to the end of the window, exchange spikes and the verdict of all ranks,
 * deliver, call the hooks. Runs with no hooks at all.
 *
 * How spikes travel (run.exchange) never changes results: all to all in one collective a window; only to ranks that
 * have targets; or all to all after windows of half the smallest delay, on their way while the next window is solved. In
 * the last two a window is over (its verdict known, its hooks called) when the next was solved; before flushes, marks
 * and the end of a run nothing is on its way.
 */
#ifndef ICTUS_ENGINE_H
#define ICTUS_ENGINE_H

#include "ictus/base.h"
#include "ictus/comm.h"
#include "ictus/conf.h"
#include "ictus/net.h"
#include "ictus/part.h"
#include "ictus/solve.h"

typedef struct ictus_engine ictus_engine;

typedef struct ictus_sampling /* what a hook wants sampled: a population at k * interval, k = 1, 2, ... */
{
  int population;
  double interval_ms;       /* grid timing: a multiple of the resolution */
  double start_ms, stop_ms; /* samples with start <= t <= stop */
  /* Called for every local neuron i (index into cells) at every sample time, for a neuron in the order of
     time; index: 0 for the first sample of this request; y [nstate], u [ninput] or NULL, borrowed for the
     call. Local: a failure is kept in ctx and told by the hook `window`. */
  void (*sample) (void *ctx, size_t i, uint64_t index, double t_ms, const double *y, const double *u);
  void *ctx; /* borrowed for the life of the engine */
} ictus_sampling;

typedef struct ictus_hook /* all members but ctx may be NULL. Called in the order the hooks were added */
{
  void *ctx; /* borrowed for the life of the engine */
  /* After a window is over on all ranks: the spikes of the neurons of this rank in (t0, t1], sorted by (time, gid),
     borrowed; samples may have come from the window behind it already. Windows follow each other without a gap; how long
     they are may depend on the ranks. Local: an error on any rank ends the run on all ranks within the next window,
     before a flush or mark. */
  ictus_err (*window) (void *ctx, double t0_ms, double t1_ms, const ictus_spike *s, size_t n);
  /* At the first window end at or after every multiple of the flush interval, and when the run ends or is
     stopped: may call collectives; must return the same code on all ranks. */
  ictus_err (*flush) (void *ctx, double t_ms);
  /* At restart marks and at t_stop, after the solvers dropped their history: may call collectives; same code on all
     ranks. ICTUS_E_STOPPED ends the run here after the hooks behind it were called and all were flushed (at t_stop it
     changes nothing). */
  ictus_err (*mark) (void *ctx, double t_ms);
  /* Asked in every window before its exchange, on every rank; local: true on any rank ends the run on all
     ranks after this window or the next, with ICTUS_E_STOPPED. */
  bool (*stop) (void *ctx);
} ictus_hook;

/** Make a runnable engine from an experiment: net, partition, solvers, buffers.
 * \param exp  borrowed for the life of the engine; equal on all ranks
 * \retval all errors of net, part, solve; same on all ranks; *out NULL. Collectivity: all ranks of comm. */
ictus_err ictus_engine_create (MPI_Comm comm, const ictus_experiment *exp, ictus_engine **out);
/** Hooks are not called any more. NULL is fine. Collectivity: all ranks of the engine. */
void ictus_engine_destroy (ictus_engine **e);

/** Whether the solvers that an experiment chooses can serve the models of its net (phase created); no engine
 * is needed.
 * \retval ICTUS_E_INPUT  the first refusal, shown in the experiment. Collectivity: none. */
ictus_err ictus_engine_check_solvers (const ictus_net *net);
/** The solver of a population, where the experiment leaves it to `auto` the one that was found (phase created). The same on
 * all ranks.
 * \param [out] name  NULL where spikes are replayed. Borrowed
 * \param [out] why   [256] why auto chose it; "" where the experiment names it
 * \retval ICTUS_E_INPUT  the solver refuses the model. Collectivity: none. */
ictus_err ictus_engine_solver_choice (const ictus_net *net, int pop, const char **name, char *why);

/** The hook is copied. Before the first run; the same hooks in the same order on all ranks if they have flush
 * or mark.
 * \retval ICTUS_E_ARG  too many. Collectivity: none. */
ictus_err ictus_engine_hook (ictus_engine *e, const ictus_hook *hook);
/** The request is copied. Before the first run.
 * \retval ICTUS_E_ARG    no such population, or an interval that is not positive
 * \retval ICTUS_E_INPUT  too many, or the population replays spikes. Collectivity: none. */
ictus_err ictus_engine_sample (ictus_engine *e, const ictus_sampling *what);
/** Time of the first sample of such a request. Collectivity: none. */
double ictus_engine_first_sample (const ictus_experiment *exp, double start_ms, double interval_ms);
/** Number of samples of such a request up to t_ms, and their times: the same on ranks without neurons of the population.
 * Collectivity: none. */
uint64_t ictus_engine_samples (const ictus_experiment *exp, double start_ms, double stop_ms, double interval_ms, double t_ms);
/** Show progress, and which exchange was chosen (rank 0 only prints). Collectivity: none. */
void ictus_engine_progress (ictus_engine *e, bool on);

/** Run from the present time (0, or where a run was stopped) to t_stop. A run that was stopped and one that
 * was not are the same run, bit for bit; one that is done already flushes once more.
 * \retval ICTUS_E_STOPPED   a hook asked for it: everything is flushed, the next call goes on
 * \retval ICTUS_E_SOLVER    "rank R: population P, neuron N at T ms: reason"; same on all ranks, as are all
 *     errors
 * \retval ICTUS_E_RESOURCE  more than 2^31 - 1 spikes in one window
 * \retval ICTUS_E_ARG       an earlier run failed
 * After any other error than ICTUS_E_STOPPED the engine can be asked for its statistics and destroyed; the
 * states are those of the failure. Collectivity: all ranks of the engine. */
ictus_err ictus_engine_run (ictus_engine *e);

/** Number of restart marks passed. Collectivity: none. */
ictus_tick ictus_engine_marks (const ictus_engine *e);
/** State of net and engine into an image ("net/", "engine/"; work of each neuron, ictus_solver_work, under "work/<population>"). Only
 * within a mark hook, or before the first window.
 * \retval ICTUS_E_ARG  not at a mark. Collectivity: all ranks of the engine. */
ictus_err ictus_engine_save (ictus_engine *e, ictus_image *im);
/** The same back into a new engine of the same experiment that has not run: the next ictus_engine_run goes on from there, with the same
 * bits as if it had not stopped. Collectivity: all ranks of the engine. */
ictus_err ictus_engine_load (ictus_engine *e, ictus_image *im);

typedef struct ictus_engine_stats
{
  double t_ms, window_ms; /* model time reached; longest window */
  /* of this rank, over all runs of this engine; phases of short windows are timed in some of them and scaled up */
  double wall_s, solve_s, exchange_s, deliver_s, input_s; /* deliver: filing of spikes; input: adding them up, stimuli */
  uint64_t windows, spikes, synapses; /* windows: of this engine; spikes and synapses: of all ranks */
  uint64_t spikes_sent, bytes_sent, messages; /* of this rank in this engine: spikes of its neurons, bytes given to MPI for
                                                 them (a collective: once), calls of collectives and messages to neighbours */
  ictus_solver_stats solver;                  /* of this rank */
} ictus_engine_stats;
void ictus_engine_get_stats (const ictus_engine *e, ictus_engine_stats *out); /* Collectivity: none. */
/** What was chosen, as in "one collective, 2 ranks, 0.1 ms windows, 3 us": the last is the time of an exchange where it was
 * measured. "" before the first run. Borrowed. Collectivity: none. */
const char *ictus_engine_exchange_text (const ictus_engine *e);

typedef struct ictus_engine_totals /* over the ranks */
{
  int ranks;
  double mean, most;      /* seconds of solve, deliver and input together: mean and largest of a rank */
  double exchange_s;      /* smallest of a rank: the others wait in it for the slowest */
  uint64_t bytes_sent, messages; /* of all ranks */
} ictus_engine_totals;
/** Collectivity: all ranks of the engine. */
void ictus_engine_get_totals (const ictus_engine *e, ictus_engine_totals *out);

/** Sort by (time, gid), quickly where the list is made of sorted pieces. Collectivity: none. */
ictus_err ictus_engine_sort_spikes (ictus_spikes *list);

/** Length of the windows of an experiment whose smallest delay is min_delay_ms (INFINITY: no synapses), ms.
 * Collectivity: none. */
double ictus_engine_window (const ictus_experiment *exp, double min_delay_ms);
/** Heap memory of the solver of a population, measured on a few neurons (net sampled, see ictus_net_sample): bytes
 * a neuron, and *base once for all of them on a rank; 0 for populations that replay spikes.
 * \retval ICTUS_E_INPUT  the solver refuses the model. Collectivity: none. */
ictus_err ictus_engine_solver_bytes (const ictus_net *net, int pop, double *base, double *each);
/** What the exchange takes on one of nrank ranks.
 * \param net            its neurons and timing say how a spike travels
 * \param mean,most      spikes of all ranks in a window: on average; in the fullest
 * \param [out] packet   bytes that a rank sends in every window
 * \param [out] bytes    memory of packets and lists. Collectivity: none. */
void ictus_engine_plan_exchange (const ictus_net *net, int nrank, double mean, double most, double *packet, double *bytes);

ictus_net *ictus_engine_net (const ictus_engine *e);                     /* borrowed. Collectivity: none. */
const ictus_part *ictus_engine_part (const ictus_engine *e);             /* borrowed. Collectivity: none. */
const ictus_experiment *ictus_engine_experiment (const ictus_engine *e); /* borrowed. Collectivity: none. */
MPI_Comm ictus_engine_comm (const ictus_engine *e); /* its own duplicate, borrowed. Collectivity: none. */

#endif
