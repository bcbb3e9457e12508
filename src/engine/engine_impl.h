/* SPDX-License-Identifier: BSD-3-Clause */
/* Private to the engine room. */
#ifndef ENGINE_IMPL_H
#define ENGINE_IMPL_H

#include "ictus/engine.h"

enum
{
  ENGINE_MAX_HOOK = 16,
  ENGINE_MAX_SAMPLING = 256,
  ENGINE_FIT = 32,           /* spikes that fit a packet at first */
  ENGINE_PACKETS = 64 << 20, /* bytes: packets of all ranks together do not grow beyond it */
  ENGINE_NFORM = 3,
  ENGINE_NPHASE = 4 /* solve, exchange, deliver, input */
};

typedef enum engine_form /* how spikes get from rank to rank; results do not depend on it */
{
  ENGINE_COLLECTIVE, /* all to all, once a window */
  ENGINE_NEIGHBOURS, /* to ranks with targets, once a window; the verdict follows during the next window */
  ENGINE_OVERLAP     /* all to all after half a window, on its way while the next half is solved */
} engine_form;

/* The verdict: what all ranks must agree on after a window. */
typedef struct engine_verdict
{
  int32_t code, who; /* worst ictus_err, and the lowest rank that has it */
  int32_t stop;      /* a hook asked for a stop */
  int32_t spare;
  uint64_t n;        /* spikes of all ranks */
} engine_verdict;

typedef struct engine_head /* of a packet */
{
  uint32_t n; /* spikes, also those that did not fit */
  int16_t code, stop;
} engine_head;

typedef struct engine_span /* a window, from its solution until all ranks know that it is good */
{
  double t0_ms, t1_ms;
  ictus_tick k0;
  ictus_spikes mine; /* spikes of this rank, sorted by (time, gid) */
} engine_span;

typedef struct engine_sorter /* scratch */
{
  ictus_spike *tmp;
  size_t *run; /* begins of ascending runs */
  size_t *count;
  size_t cap_tmp, cap_run, cap_count;
} engine_sorter;

typedef struct engine_neighbours /* which ranks need the spikes of which neuron */
{
  bool known;    /* found out, when the form was first wanted */
  double share;  /* part of all (neuron, other rank) pairs that have synapses, over all ranks */
  MPI_Comm comm; /* with the graph; MPI_COMM_NULL until it is used */
  int nout, nin;
  int *to, *from;        /* ranks */
  uint64_t *gid;         /* [n] neurons of this rank, ascending */
  size_t n;
  size_t *first;         /* [n + 1] into out */
  uint32_t *out;         /* places in to */
  size_t *fit_out, *fit_in; /* spikes that fit a packet, per neighbour; equal at both ends */
  int *out_bytes, *out_at, *in_bytes, *in_at;
  char *send, *recv;
  unsigned char *rest_in, **rest_out; /* what did not fit */
  size_t cap_rest_in, *cap_rest_out;
  uint32_t *nsend;       /* spikes for each neighbour in this window */
  MPI_Request *request;  /* [nout + nin] of what did not fit */
  MPI_Op op;             /* on verdicts */
  MPI_Datatype verdict;
} engine_neighbours;

typedef struct engine_exchange
{
  engine_form form;
  engine_span span[2];
  int now;              /* the one that is being solved; the other may be on its way */
  bool open;            /* it is */
  uint64_t size;        /* neurons of all ranks */
  size_t word;          /* bytes of a spike in a packet: 4 or 8 on the grid, else 16 */
  size_t fit;           /* spikes that fit a packet, equal on all ranks */
  char *out, *in;       /* [packet], [ranks * packet] */
  unsigned char *words; /* spikes of this rank as they travel, when they do not fit */
  unsigned char *all_words;
  size_t cap_words, cap_all_words;
  int *count, *at;      /* [ranks] for the second exchange */
  ictus_spikes all;     /* what arrived */
  const ictus_spike *got; /* to be delivered: sorted by (time, gid); of this rank or in `all` */
  size_t ngot;
  engine_verdict mine, verdict;
  MPI_Request request;
  engine_sorter sorter;
  engine_neighbours neighbours;
} engine_exchange;

typedef struct engine_trial /* the forms in turn, some windows each; the fastest stays */
{
  bool decided;
  int nform, at, round, left;  /* windows left of this turn */
  engine_form form[ENGINE_NFORM];
  double cost[ENGINE_NFORM];   /* wall seconds per ms of model time, best round */
  double begin_s, begin_ms, begin_exchange_s;
  double each[ENGINE_NFORM];   /* seconds of exchange per window */
  uint64_t begin_windows;
} engine_trial;

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
  double from_ms, next_ms; /* beginning of the window that was looked at last; nothing is due behind it before next_ms */
} engine_samples;

typedef struct engine_clock /* the stretches between restart marks, each cut into windows */
{
  bool open;               /* within a stretch */
  ictus_tick mark;         /* stretches done */
  ictus_tick at, to;       /* grid: ticks; the next window begins at `at`, the stretch ends at `to` */
  double from_ms, to_ms;   /* exact timing: this stretch, or what is left of it after a change of the form */
  ictus_tick nwindow, iwindow; /* its windows, and how many are done */
  double next_flush_ms;
} engine_clock;

typedef struct engine_watch /* phases are timed in some windows only when these are short */
{
  bool on;          /* in this window */
  double last_s, before_s[ENGINE_NPHASE]; /* the last look at the clock; sums before this window */
  unsigned skipped; /* windows before this one that were not timed */
  unsigned left;    /* windows until the next that is timed */
} engine_watch;

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
  engine_exchange ex;
  engine_trial trial;
  engine_watch watch;
  bool faults;             /* failures may be asked for (see ictus_fault) */
  ictus_hook hook[ENGINE_MAX_HOOK];
  int nhook;
  ictus_sampling sampling[ENGINE_MAX_SAMPLING];
  int nsampling;
  bool show_progress;
  ictus_err pending; /* local error of a window, a hook or of delivery, told in the next exchange */
  char *pending_text;
  ictus_err ended; /* what a run failed with: there is no going on */
  double window_ms, half_ms;           /* windows of all forms but overlap, and of that */
  ictus_tick window_ticks, half_ticks; /* the same on the grid; half_ticks 0: they cannot overlap */
  engine_clock clock;
  ictus_engine_stats stats;
  char exchange_text[96];
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

/* engine_window.c. Tell in the next exchange what failed here. Local. */
void engine_keep_pending (ictus_engine *e, ictus_err err);
/* What is on its way arrives: verdict, delivery, hooks of its window. *stop is set when a hook asked for a stop. Collective. */
ictus_err engine_drain (ictus_engine *e, bool *stop);

/* engine_order.c. Sort by (time, gid), without allocation once scratch has grown. ticks > 0: all times are ticks
   k0 + 1 .. k0 + ticks of a grid of h_ms. Local. */
ictus_err engine_sort (engine_sorter *q, ictus_spikes *list, ictus_tick k0, ictus_tick ticks, double h_ms);
void engine_sorter_clear (engine_sorter *q);

/* engine_words.c. Spikes of a window as they travel, and back; `out` has room. Local. */
size_t engine_word_bytes (const ictus_engine *e);
void engine_pack (const ictus_engine *e, const engine_span *span, const ictus_spike *s, size_t n, void *out);
void engine_unpack (const ictus_engine *e, const engine_span *span, const void *in, size_t n, ictus_spike *s);

/* engine_exchange.c. Room for the packets. Local. */
ictus_err engine_exchange_init (ictus_engine *e);
void engine_exchange_clear (ictus_engine *e);
/* Spikes that a packet of size ranks has room for once one of them had `most` in a window. */
uint64_t engine_exchange_fit (int size, size_t word, uint64_t most);
/* Send span[now] with this rank's verdict on its way, which becomes the other span. In form neighbours its spikes arrive now.
   Collective. */
void engine_exchange_start (ictus_engine *e, ictus_err mine, bool stop);
/* It arrives: x->got, and the verdict; the same code on all ranks. Collective. */
ictus_err engine_exchange_finish (ictus_engine *e);

/* engine_neighbours.c. Who needs whose spikes; *share as in the struct. Collective. */
ictus_err engine_neighbours_find (ictus_engine *e);
void engine_neighbours_clear (engine_neighbours *q); /* collective where it was opened */
ictus_err engine_neighbours_open (ictus_engine *e); /* before the first window in this form. Collective. */
void engine_neighbours_start (ictus_engine *e, const engine_span *span); /* x->request: the verdict. Collective. */

/* engine_trial.c. Which forms can serve, and the first to be used. Collective. */
ictus_err engine_trial_begin (ictus_engine *e);
/* After a window; may change the form. Collective. */
ictus_err engine_trial_step (ictus_engine *e, bool *stop);
/* Length of the next windows: in ticks of the grid; ms. */
ictus_tick engine_ticks (const ictus_engine *e);
double engine_length_ms (const ictus_engine *e);

/* Samples of population pop due in (w->t0, w->t1], put into w. Local. */
ictus_err engine_samples_due (ictus_engine *e, int pop, ictus_window *w);

#endif
