/* SPDX-License-Identifier: BSD-3-Clause */
/* Private to the engine room. */
#ifndef ENGINE_IMPL_H
#define ENGINE_IMPL_H

#include "ictus/engine.h"

enum
{
  ENGINE_MAX_HOOK = 16,
  ENGINE_MAX_SAMPLING = 256,
  ENGINE_FIT = 32,             /* spikes that fit a packet at first */
  ENGINE_PACKETS = 64 << 20    /* bytes: packets of all ranks together do not grow beyond it */
};

/* One collective a window: a fixed-size packet from every rank. A rank with more spikes than fit says so in
   its head, and all ranks follow with a second exchange and make the packet larger for the windows to
   come. */
typedef struct engine_head
{
  uint64_t n;   /* spikes of this rank in this window */
  int32_t code; /* ictus_err: the verdict of this rank */
  int32_t stop; /* a hook asked for a stop */
} engine_head;

typedef struct engine_exchange
{
  size_t fit;       /* spikes that fit a packet, equal on all ranks */
  char *out, *in;   /* [packet], [size * packet] */
  int *count, *at;  /* [size] for the second exchange */
  ictus_spikes all; /* of all ranks, sorted by (time, gid) */
  ictus_spike *tmp; /* scratch of the sort */
  size_t ntmp;
} engine_exchange;

typedef struct engine_due /* a sample that a request wants in this window */
{
  double t_ms;
  int request;
  uint64_t index;
} engine_due;

typedef struct engine_samples /* of one population, for one window */
{
  struct ictus_engine *engine;
  engine_due *due; /* [ndue], sorted by time */
  size_t ndue, cap;
  double *t_ms;    /* [nsample] distinct times */
  size_t *first;   /* [nsample + 1] into due */
  size_t ncap;
} engine_samples;

typedef struct engine_clock /* the stretches between restart marks, each cut into windows */
{
  bool open;               /* within a stretch */
  ictus_tick mark;         /* stretches done */
  ictus_tick at, to;       /* grid: ticks; the next window begins at `at`, the stretch ends at `to` */
  double from_ms, to_ms;   /* exact timing: this stretch */
  ictus_tick nwindow, iwindow; /* its windows, and how many are done */
  double next_flush_ms;
} engine_clock;

struct ictus_engine
{
  MPI_Comm comm;
  int rank, size;
  const ictus_experiment *exp;
  ictus_net *net;
  ictus_part *part;
  int npop;
  ictus_solver **solver;   /* [npop]; NULL for replayed populations */
  engine_samples *samples; /* [npop] */
  ictus_spikes mine;       /* spikes of this rank in this window */
  engine_exchange ex;
  ictus_hook hook[ENGINE_MAX_HOOK];
  int nhook;
  ictus_sampling sampling[ENGINE_MAX_SAMPLING];
  int nsampling;
  bool show_progress;
  ictus_err pending; /* local error of a hook or of delivery, told in the next exchange */
  char *pending_text;
  ictus_err ended; /* what a run failed with: there is no going on */
  double window_ms;
  engine_clock clock;
  ictus_engine_stats stats;
  /* of runs before this engine, from an image */
  uint64_t **work;                  /* [npop], each NULL or [n]: solver work of the neurons of this rank */
  ictus_solver_stats solver_before; /* to be added to what the solvers say; of all ranks, on rank 0 */
};

/* Configuration of the solver of a population, or why it cannot be. atol [nstate] gets tolerances by state, and is
   borrowed by *out. Local. */
ictus_err engine_configure_solver (const ictus_experiment *exp, const ictus_population *p, double *atol,
                                   ictus_solver_config *out);

/* Model time of the last window's end: t_stop, on the grid. */
double engine_end_ms (const ictus_experiment *x);

/* Room for the packets. Local. */
ictus_err engine_exchange_init (ictus_engine *e);
void engine_exchange_clear (engine_exchange *x);
/* Spikes that a packet of size ranks has room for once one of them had `most` in a window. */
uint64_t engine_exchange_fit (int size, uint64_t most);
/* The one collective: spikes of all ranks sorted into e->ex.all, verdict agreed. Collective. */
ictus_err engine_exchange_run (ictus_engine *e, ictus_err mine, bool *stop);

/* Samples of population pop due in (w->t0, w->t1], put into w. Local. */
ictus_err engine_samples_due (ictus_engine *e, int pop, ictus_window *w);

#endif
