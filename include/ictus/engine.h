/* SPDX-License-Identifier: BSD-3-Clause */
/** \file engine.h
 * The window loop: solve every neuron to the end of the window, exchange (one collective: spikes and verdict), deliver,
 * call the hooks. Runs with no hooks at all.
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

typedef struct ictus_sampling /* what a hook wants sampled: one population at times k * interval, k = 1, 2, ... */
{
  int population;
  double interval_ms;            /* grid timing: a multiple of the resolution */
  double start_ms, stop_ms;      /* samples with start <= t <= stop */
  /* called for every local neuron i (index into cells) at every sample time; index: 0 for the first sample of this request. y [nstate], u [ninput] or NULL */
  void (*sample) (void *ctx, size_t i, uint64_t index, double t_ms, const double *y, const double *u);
  void *ctx;
} ictus_sampling;

typedef struct ictus_hook /* all members but ctx may be NULL. Called in the order the hooks were added */
{
  void *ctx;
  /* After a window was exchanged: the spikes of all ranks in (t0, t1], sorted by (time, gid), borrowed. Local; an error stops
     all ranks through the next exchange. */
  ictus_err (*window) (void *ctx, double t0_ms, double t1_ms, const ictus_spike *s, size_t n);
  /* Every flush interval of model time and at the end: may call collectives; must return the same code on all ranks. */
  ictus_err (*flush) (void *ctx, double t_ms);
  /* At restart marks: may call collectives; same code on all ranks. */
  ictus_err (*mark) (void *ctx, double t_ms);
  /* Asked after every exchange on every rank, local: nonzero asks for a stop (agreed in the next exchange; the run ends there with
     ICTUS_E_STOPPED). */
  bool (*stop) (void *ctx);
} ictus_hook;

/** Make a runnable engine from an experiment: net, partition, solvers, buffers.
 * \param exp  borrowed for the life of the engine
 * \retval all errors of net, part, solve; same on all ranks; *out NULL. Collectivity: all ranks of comm. */
ictus_err ictus_engine_create (MPI_Comm comm, const ictus_experiment *exp, ictus_engine **out);
void ictus_engine_destroy (ictus_engine **e); /* Collectivity: none. */

ictus_err ictus_engine_hook (ictus_engine *e, const ictus_hook *hook);       /* copied. Before run. Collectivity: none. */
ictus_err ictus_engine_sample (ictus_engine *e, const ictus_sampling *what); /* copied. Before run. Collectivity: none. */
/** Show progress (rank 0 only prints). Collectivity: none. */
void ictus_engine_progress (ictus_engine *e, bool on);

/** Run from the present time to t_stop.
 * \retval ICTUS_E_SOLVER   "rank R: population P, neuron N at T ms: reason"; same on all ranks
 * \retval ICTUS_E_STOPPED  a hook asked for it. Collectivity: all ranks of comm. */
ictus_err ictus_engine_run (ictus_engine *e);

typedef struct ictus_engine_stats /* of all ranks; phase done */
{
  double t_ms, window_ms, wall_s, solve_s, exchange_s, deliver_s; /* seconds: of this rank */
  uint64_t windows, spikes, synapses;
  ictus_solver_stats solver; /* of this rank */
} ictus_engine_stats;
void ictus_engine_get_stats (const ictus_engine *e, ictus_engine_stats *out); /* Collectivity: none. */

ictus_net *ictus_engine_net (const ictus_engine *e);              /* borrowed. Collectivity: none. */
const ictus_part *ictus_engine_part (const ictus_engine *e);      /* borrowed. Collectivity: none. */
const ictus_experiment *ictus_engine_experiment (const ictus_engine *e); /* borrowed. Collectivity: none. */
MPI_Comm ictus_engine_comm (const ictus_engine *e);               /* its own duplicate. Collectivity: none. */

#endif
