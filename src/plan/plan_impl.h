/* SPDX-License-Identifier: BSD-3-Clause */
/* Private to the plan room. */
#ifndef PLAN_IMPL_H
#define PLAN_IMPL_H

#include "ictus/plan.h"

#define PLAN_RATE_HZ 10.0   /* of every neuron, where nothing was measured */
#define PLAN_PEAK 5.0       /* the fullest window has so many times the mean */
#define PLAN_RUN_S 4.0      /* time to measure, usually */
#define PLAN_SWEEP_S 12.0
#define PLAN_START_S 0.15   /* programs and MPI */
#define PLAN_MPI_BYTES 2e6  /* that MPI takes on a rank of several: shared memory, buffers */
#define PLAN_PEER_BYTES 3e4 /* and for each other rank */

typedef enum plan_kind /* of a part of the memory of a rank */
{
  PLAN_NEURONS,
  PLAN_SOLVERS,
  PLAN_SYNAPSES,
  PLAN_INPUT,
  PLAN_EXCHANGE,
  PLAN_RECORDERS,
  PLAN_FIXED,
  PLAN_PEAK_OF_BUILDING,
  PLAN_CHECKPOINT
} plan_kind;

typedef struct plan_part
{
  plan_kind kind;
  const char *name;        /* of a population or projection, borrowed; NULL: all of them */
  double bytes;            /* on the largest rank */
  double number, all, each; /* neurons or synapses there, on all ranks; bytes of one */
} plan_part;

typedef struct plan_need /* of one run */
{
  plan_part *part; /* [npart] */
  size_t npart, cap;
  double rank_bytes;   /* of the largest rank, what is not shared */
  double shared_bytes; /* of program and libraries, once a node */
  double neurons, synapses, synapses_sd;
  double window_ms;
  double windows;
  ictus_out_need out;
  double checkpoint_bytes;
  double packet;       /* bytes a rank sends in a window */
  double events;       /* synaptic events per model ms */
} plan_need;

typedef struct plan_rates /* measured, or assumed */
{
  bool measured;
  const char *why_not;   /* what kept the short run from being made, or NULL */
  char reason[400];
  double *Hz;            /* [npop] mean */
  double peak;           /* the fullest window has so many times the mean */
  double scale;          /* neurons of the short run as a part of all; 1: all */
  double t_ms, from_ms;  /* it ran from 0 to t; measured was from from_ms on */
  double wall_s;
  bool whole;            /* it came to t_stop */
  double share;                /* of a processor that the short run had, next to others */
  double build_s;
  /* seconds a model millisecond, on one process that has a processor alone, as if all neurons were there */
  double solve, deliver, exchange, rest;
} plan_rates;

typedef struct plan_time /* wall seconds */
{
  double build, solve, deliver, exchange, output, checkpoint, all;
  double crowd;   /* ranks of this machine a processor, at least 1 */
  double latency; /* of a window */
} plan_time;

typedef struct plan_sweep
{
  double nrun;
  int nteam, each;     /* teams, ranks of one */
  int nsample;         /* runs that were begun to measure */
  double run_s, least_s, most_s; /* of one run by a team: mean, over the samples */
  double all_s;
  double file_bytes, journal_bytes;
} plan_sweep;

struct ictus_plan
{
  ictus_plan_options opt;
  char *dir;
  ictus_experiment *exp;
  ictus_net *net; /* created only */
  bool is_sweep;
  int nrank;      /* of one run: of a team in a sweep */
  int per_node;   /* ranks of a node, of all runs on it */
  plan_rates rates;
  plan_need need;
  plan_time time;
  plan_sweep sweep;
  double node_need, node_room; /* bytes of the fullest node */
  double disk_need, disk_room; /* room NaN: unknown */
};

/* plan_memory.c. What the largest of nrank ranks holds, and what the run writes, at the given rates. */
ictus_err plan_need_make (const ictus_net *net, int nrank, bool recorders, const plan_rates *rates,
                          plan_need *out);
/* Of the solver of each population: bytes on every rank, and bytes a neuron, [npop], measured. Local. */
ictus_err plan_solver_bytes (const ictus_experiment *exp, double *base, double *each);
void plan_need_clear (plan_need *n);
/* The program as it was before anything was measured. */
void plan_need_keep_fixed (plan_need *n, const plan_need *before);
/* Neurons of each population on the largest rank. Local. */
void plan_largest (const ictus_experiment *exp, int nrank, size_t *local);

/* plan_calibrate.c. A short run of at most wall_s. Local. */
ictus_err plan_calibrate (const ictus_experiment *exp, const plan_need *need, bool sweep, double wall_s,
                          plan_rates *out);
/* plan_shrink.c. The experiment with a part of its neurons but the synapses that each of them has; *why when it
   cannot be. Borrows from exp. Local. */
ictus_err plan_shrink (const ictus_experiment *exp, double scale, ictus_experiment *out, const char **why);
void plan_shrink_clear (ictus_experiment *out);

/* plan_time.c */
void plan_time_make (const ictus_plan *p, const plan_rates *rates, plan_time *out);
/* Calls f with every assumption that this plan rests on, as a sentence. */
void plan_assumptions (const ictus_plan *p, void (*f) (void *ctx, const char *sentence), void *ctx);

/* plan_print.c: 1.5 GB, 30 kB. */
void plan_bytes (char s[32], double bytes);

/* plan_sweep.c. Runs, teams, time of a sweep; measures some of its runs. Local. */
ictus_err plan_sweep_make (ictus_plan *p, ictus_conf *plain);

#endif
