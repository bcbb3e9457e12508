/* SPDX-License-Identifier: BSD-3-Clause */
/** \file net.h
 * Who is wired to whom: populations with their neurons on this rank, projections as synapse rows per source
 * neuron, stimuli, and the input slots that rows are added into. Everything is drawn by global id, so the
 * network does not depend on the ranks.
 *
 * Phases: create (models, names checked) -> place (which neurons live here) -> build (states, synapses,
 * slots) -> run.
 */
#ifndef ICTUS_NET_H
#define ICTUS_NET_H

#include "ictus/base.h"
#include "ictus/comm.h"
#include "ictus/conf.h"
#include "ictus/image.h"
#include "ictus/model.h"
#include "ictus/solve.h"

typedef struct ictus_net ictus_net;

typedef struct ictus_population
{
  const char *name;
  const ictus_exp_population *conf; /* borrowed */
  ictus_model *model; /* NULL: replays spikes. Owned by the net, shared by populations of the same model */
  uint64_t first;                   /* global id of its neuron 0 */
  size_t size;                      /* neurons on all ranks */
  ictus_cells cells;                /* those of this rank (phase built) */
  ictus_drive drive;                /* what cells.drive points to when a current stimulus targets it */
} ictus_population;

/** Open the models (one rank compiles, the others wait), check every name and unit of the experiment against
 * them.
 * \param exp  borrowed for the life of the net, equal on all ranks
 * \retval ICTUS_E_INPUT and the errors of ictus_model_open; same on all ranks; *out NULL
 * Collectivity: all ranks of comm. */
ictus_err ictus_net_create (MPI_Comm comm, const ictus_experiment *exp, ictus_net **out);
void ictus_net_destroy (ictus_net **net); /* Collectivity: none. */

int ictus_net_npopulation (const ictus_net *net);                       /* Collectivity: none. */
ictus_population *ictus_net_population (const ictus_net *net, int pop); /* Collectivity: none. */
uint64_t ictus_net_size (const ictus_net *net); /* neurons of all populations. Collectivity: none. */
int ictus_net_population_of (const ictus_net *net, uint64_t gid);       /* Collectivity: none. */
const ictus_experiment *ictus_net_experiment (const ictus_net *net);    /* borrowed. Collectivity: none. */

/* Rank of a neuron; the same function on all ranks. */
typedef int (*ictus_owner) (const void *ctx, uint64_t gid);

/** Phase placed: this rank's neurons are those with owner (ctx, gid) == rank. Collectivity: none. */
ictus_err ictus_net_place (ictus_net *net, ictus_owner owner, const void *ctx);

/** Phase built: parameters, initial states, synapses of the local targets, stimuli, slots.
 * Peak memory: the final size and, on the grid, a sixth of the largest set of rows. Collectivity: all ranks of the net's comm. */
ictus_err ictus_net_build (ictus_net *net);

/** Smallest delay of any synapse of any rank, ms (grid: a multiple of the resolution); INFINITY if there is
 * none. Phase built. Collectivity: none. */
double ictus_net_min_delay (const ictus_net *net);
uint64_t ictus_net_synapses (const ictus_net *net, int projection); /* of this rank. Collectivity: none. */
uint64_t ictus_net_bytes (const ictus_net *net); /* memory of synapses and slots here. Collectivity: none. */

/** Whether this rank has synapses of a neuron, wherever that lives. Phase built. Collectivity: none. */
bool ictus_net_has_target (const ictus_net *net, uint64_t gid);

/** Deliver spikes, sorted by (time, gid), each exactly once, window by window: those of this rank's neurons, and at least
 * those of other ranks that have targets here. Rows are added into slots (grid) or
 * event lists (exact), input of a slot in the order (emission time, source, kind of row, synapse).
 * Cost: no allocation once buffers have grown. Collectivity: none. */
ictus_err ictus_net_deliver (ictus_net *net, const ictus_spike *s, size_t n);

/** Before a window (t0, t1]: add the stimuli of the window and prepare its input; fills the input part of w
 * (slot, slot_ctx or first, event) for population pop. Collectivity: none. */
ictus_err ictus_net_input (ictus_net *net, int pop, ictus_window *w);
/** After the window was solved for all populations: its slots are cleared for reuse. Collectivity: none. */
void ictus_net_input_done (ictus_net *net, const ictus_window *w);

/** Spikes of the local neurons of a replaying population within (t0, t1], appended. Collectivity: none. */
ictus_err ictus_net_replay (ictus_net *net, int pop, double t0_ms, double t1_ms, ictus_spikes *out);

/** Calls f for each local synapse of a projection; those of one source and target in the order of their numbers.
 * source, target: indices within their populations; weight: as it is kept (drawn weights in single precision).
 * Collectivity: none. */
ictus_err ictus_net_each_synapse (const ictus_net *net, int projection,
                                  void (*f) (void *ctx, int target_pop, uint64_t source, uint64_t target,
                                             double weight, double delay_ms),
                                  void *ctx);

/** State at a window end of all neurons (states, refr_until, armed) and of all input that is on its way, into an image, under
 * "net/". Phase built. Collectivity: all ranks of the net's comm. */
ictus_err ictus_net_save (const ictus_net *net, ictus_image *im);
/** The same back, on any number of ranks and partition: phase built, nothing delivered yet, and the next window begins at t_ms.
 * \retval ICTUS_E_FORMAT  the image is of another net. Collectivity: all ranks of the net's comm. */
ictus_err ictus_net_load (ictus_net *net, ictus_image *im, double t_ms);
/** Hash of all that results depend on: the values of the document (partition, flush, checkpoint, team sizes, ... left out), the texts of the
 * models, the contents of the files it names.
 * \param conf  document of the net's experiment, or the one with sweep axes that it was made from, already read once (defaults filled)
 * Collectivity: none. */
ictus_err ictus_net_digest (const ictus_net *net, const ictus_conf *conf, uint64_t *out);

typedef struct ictus_net_rows /* the synapses of a projection, as they are expected */
{
  double synapses, sd; /* number: mean, and standard deviation where the rule leaves it to chance */
  double each;         /* bytes of one, without the rows */
  double bytes;        /* in all */
  double building;     /* in addition while it is built */
  double min_delay_ms, max_delay_ms; /* INFINITY and 0 when there are none */
} ictus_net_rows;

typedef struct ictus_net_need /* what one rank will hold, in bytes, as it is expected */
{
  double cells;    /* ids, parameters, states, stimuli of all populations */
  double synapses; /* of all projections */
  double inbox;    /* input that waits: slots, or events */
  double building; /* in addition while it is built */
  double saved;    /* of the whole net, all ranks, in a checkpoint */
  double min_delay_ms; /* of all ranks */
} ictus_net_need;

/** What a net that was only created will take once it is built, by the same choices that building makes.
 * \param local  [npopulation] neurons of each population on the rank that is asked for; NULL: all
 * \retval ICTUS_E_IO, ICTUS_E_INPUT  a list file that cannot be read. Collectivity: none. */
ictus_err ictus_net_plan_rows (const ictus_net *net, int projection, const size_t *local, ictus_net_rows *out);
typedef struct ictus_net_rates /* what is expected of the populations */
{
  const double *mean_Hz, *peak_Hz; /* [npopulation] of a neuron: on average; in the fullest window */
  double window_ms;                /* of the engine */
} ictus_net_rates;

/** \param local  as above, not NULL. As above. Collectivity: none. */
ictus_err ictus_net_plan (const ictus_net *net, const size_t *local, const ictus_net_rates *rates, ictus_net_need *out);
/** Instead of place and build: the first n neurons of every population, with parameters, states and stimuli but
 * without synapses and input, to measure solvers with. Collectivity: none. */
ictus_err ictus_net_sample (ictus_net *net, size_t n);

/** States and invariants; panics when one is broken. Collectivity: none. */
void ictus_net_check (const ictus_net *net);

#endif
