/* SPDX-License-Identifier: BSD-3-Clause */
/* The measures of one run as they are taken, for sweep_summary*.c only. */
#ifndef ICTUS_SWEEP_SUMMARY_IMPL_H
#define ICTUS_SWEEP_SUMMARY_IMPL_H

#include "ictus/sweep.h"

typedef struct summary_running /* mean and sum of squared deviations (Welford 1962) */
{
  uint64_t n;
  double mean, m2;
} summary_running;

typedef struct summary_neuron /* a neuron of this rank: its intervals */
{
  double last_ms; /* spike before; NaN: none yet */
  summary_running interval;
} summary_neuron;

/* A neuron of this rank: its first state; the number of samples is known from their index. */
typedef struct summary_potential
{
  double mean, m2;
} summary_potential;

typedef struct summary_group /* a population, or all */
{
  ictus_summary *owner;
  size_t size;           /* neurons on all ranks */
  bool has_model;
  uint64_t nspike;       /* after discard, of all ranks, up to the last flush; likewise: */
  uint64_t bin, nbinned; /* bin being filled, spikes in it */
  uint64_t *fresh;       /* [nfresh] spikes of this rank since, in bins from `bin` on */
  size_t nfresh, cap_fresh;
  summary_running count; /* of full bins */
  summary_running mean_state; /* mean over all neurons, over time */
  summary_potential *local; /* [nlocal] */
  size_t nlocal;
  ictus_sum *pending;    /* [npending] sums over the local neurons, of samples not yet added up over ranks */
  size_t npending, cap;
  uint64_t first;        /* index of the first pending sample */
} summary_group;

struct ictus_summary
{
  const ictus_net *net;
  ictus_engine *engine; /* borrowed */
  MPI_Comm comm;        /* borrowed */
  double discard_ms;
  int npop;
  summary_group *group; /* [npop + 1]; the last: all */
  bool same_unit;       /* of the first states of all */
  uint64_t *gid;        /* [nlocal] neurons of this rank, ascending */
  summary_neuron *neuron; /* [nlocal] */
  size_t nlocal;
  ictus_err failed;     /* in a sample, reported by the next hook */
};

/* Bring the sums over all ranks up to date: nothing is pending afterwards. A hook; ctx is the summary.
   Collective. */
ictus_err ictus__summary_flush (void *ctx, double t_ms);

#endif
