/* SPDX-License-Identifier: BSD-3-Clause */
/* Insides of the net, for the files of src/net and for their tests only. */
#ifndef ICTUS_NET_IMPL_H
#define ICTUS_NET_IMPL_H

#include "ictus/net.h"

typedef struct ictus__given /* a parameter or initial value that the experiment gives */
{
  int index; /* of the parameter or state */
  ictus_dist dist;
} ictus__given;

/* ---- synapses ----------------------------------------------------------------------------------- */

typedef struct ictus__wires /* one projection onto one target population: a row of synapses for each source */
{
  int projection, source, target; /* indices of the projection and of two populations */
  int port;
  const ictus_exp_projection *conf; /* borrowed */
  ictus_dist weight, delay;         /* as given; weight without the factor scale */
  char *list;                       /* text of the list file while the net is built */
  char *list_path;
  /* rows, phase built; each sorted by (delay, target, number of the synapse) */
  size_t nrow;
  uint32_t *row_source; /* [nrow] ascending; NULL: row r is that of source r */
  size_t *first;        /* [nrow + 1] */
  size_t nsyn;
  uint32_t *to;        /* [nsyn] local index of the target */
  double w;            /* weight of all when w_of is NULL */
  double *w_of;        /* [nsyn] */
  ictus_tick k;        /* delay of all when neither k16 nor k32 is there (grid) */
  uint16_t *k16;       /* [nsyn] delays in ticks */
  uint32_t *k32;       /* [nsyn] the same where 16 bits are too few */
  double d_ms;         /* delay of all when d_of is NULL (exact timing) */
  double *d_of;        /* [nsyn] ms */
  double dmin, dmax;   /* of these synapses: ticks (grid) or ms; INFINITY and 0 when there are none */
} ictus__wires;

typedef struct ictus__synapse /* what a rule draws */
{
  uint64_t source;      /* index within its population */
  uint32_t to;          /* local index of the target */
  uint64_t gid;         /* of the target */
  uint64_t number;      /* of the synapse among those of this target in this projection */
  double weight, delay; /* NaN: not given by the rule */
} ictus__synapse;

typedef ictus_err (*ictus__sink) (void *ctx, const ictus__synapse *s);

enum { ICTUS__BATCH = 1024 };

typedef struct ictus__batch /* what a rule draws, many at a time, in the order of the rule */
{
  size_t n;                       /* at most ICTUS__BATCH */
  uint32_t source[ICTUS__BATCH];  /* indices within their population */
  uint32_t to[ICTUS__BATCH];      /* local indices of the targets */
  uint64_t number[ICTUS__BATCH];  /* of each synapse among those of its target in this projection */
  const double *weight, *delay;   /* [n] as the rule gives them (list files; weight without scale, delay in ms);
                                     NULL: it gives none */
} ictus__batch;

typedef ictus_err (*ictus__batch_sink) (void *ctx, const ictus__batch *b);

/* ---- input -------------------------------------------------------------------------------------- */

typedef struct ictus__pending /* an event on its way, exact timing */
{
  double t_ms, weight;
  uint32_t to;
  int port;
} ictus__pending;

typedef struct ictus__inbox /* input of the local neurons of one population */
{
  size_t n;
  int nport;
  bool used; /* something targets this population */
  /* grid: tick k lives in slot k % nslot; ticks (done, done + nslot] are open */
  size_t nslot;
  double *slot;       /* [nslot, nport, n] */
  uint8_t *any;       /* [nslot] 1: something was added */
  ictus_tick kmax;    /* largest delay of anything that arrives here */
  ictus_tick given;   /* input was handed out up to this tick, stimuli included */
  ictus_tick done;    /* cleared up to this tick */
  /* exact timing */
  double given_ms;
  ictus__pending *pending; /* [npending] in the order of emission */
  size_t npending, cap_pending;
  ictus__pending *taken; /* those of this window */
  size_t ntaken, cap_taken;
  size_t *first; /* [n + 1] */
  ictus_event *event, *scratch;
  size_t cap_event, cap_scratch;
} ictus__inbox;

/* ---- stimuli ------------------------------------------------------------------------------------ */

typedef struct ictus__train ictus__train; /* what is drawn ahead; never state: net_poisson.c */

typedef struct ictus__poisson
{
  int stimulus, target, port;
  const ictus_exp_stimulus *conf; /* borrowed */
  ictus_dist weight;              /* as given, without scale */
  uint32_t *at;                   /* [nat] local neurons; NULL: all */
  size_t nat;
  double w;     /* weight of all when w_of is NULL */
  double *w_of; /* [nat] */
  ictus__train *train; /* made when first used */
} ictus__poisson;

typedef struct ictus__current
{
  int stimulus, target, input;
  const ictus_exp_stimulus *conf; /* borrowed */
  ictus_dist amplitude, offset;   /* dc, ac */
  double *times, *values;         /* [nstep] step_current */
  size_t nstep;
  double start_ms, stop_ms; /* on the grid: rounded to it */
  uint32_t *at;             /* [n] 1 + place in the arrays below, 0: not stimulated; NULL: all, place i */
  double a, b;              /* amplitude and offset of all where a_of and b_of are NULL */
  double *a_of, *b_of;
} ictus__current;

typedef struct ictus__currents /* all currents into one population: context of its ictus_drive */
{
  int ninput, ncurrent;
  double *base;            /* [ninput] defaults of the model */
  ictus__current **current; /* in the order of the experiment; borrowed from the net */
} ictus__currents;

/* Spikes of the local neurons of a replaying population, sorted by (time, gid). */
typedef struct ictus__replay
{
  ictus_spike *s;
  size_t n;
} ictus__replay;

/* ---- the net ------------------------------------------------------------------------------------ */

typedef struct ictus__group /* what the net keeps of a population beside the public part */
{
  ictus__given *param, *init;
  size_t nparam, ninit;
  uint64_t *gid;
  double *p, *p0; /* p0 [nslot]: of neuron 0 */
  ictus__inbox inbox;
  ictus__currents currents;
  ictus__replay replay;
} ictus__group;

typedef enum ictus__phase
{
  ICTUS__NET_CREATED,
  ICTUS__NET_PLACED,
  ICTUS__NET_BUILT
} ictus__phase;

struct ictus_net
{
  MPI_Comm comm; /* borrowed */
  int rank;
  const ictus_experiment *exp; /* borrowed */
  ictus__phase phase;
  int npop;
  ictus_population *pop; /* [npop] */
  ictus__group *group;   /* [npop] */
  uint64_t size;
  ictus_model **model; /* [nmodel] distinct */
  int nmodel;
  ictus__wires *wires; /* [nwires] in the order (projection, place of the target in its list) */
  int nwires;
  int *out, *out_first; /* wires of source population p: out[out_first[p]] .. out[out_first[p + 1] - 1] */
  ictus__poisson *poisson;
  int npoisson;
  ictus__current *current;
  int ncurrent;
  double min_delay_ms;
};

/* net.c: message at the value of key in map (or at the map), ICTUS_E_INPUT. */
ictus_err ictus__net_fail (const ictus_node *map, const char *key, const char *fmt, ...)
    __attribute__ ((format (printf, 3, 4)));
/* net.c: local index of a neuron, SIZE_MAX if it lives elsewhere. */
size_t ictus__net_local (const ictus_population *p, uint64_t gid);

/* net_models.c */
ictus_err ictus__net_open_models (ictus_net *net); /* collective */
ictus_err ictus__net_check_names (const ictus_net *net);
/* Index of the named port or input; name NULL: the only one there is. */
ictus_err ictus__net_find (const ictus_net *net, int pop, ictus_lang_kind kind, const ictus_node *map,
                           const char *key, const char *name, int *out);

/* net_params.c */
ictus_err ictus__net_read_params (ictus_net *net, int pop);
ictus_err ictus__net_make_cells (ictus_net *net, int pop);

/* net_wires.c */
ictus_err ictus__net_read_wires (ictus_net *net);
ictus_err ictus__wires_refuse (const ictus_net *net, const ictus__wires *w);
void ictus__wires_clear (ictus__wires *w);

/* net_rules.c: call f for every synapse of a local target, in the same order every time */
ictus_err ictus__net_draw (const ictus_net *net, const ictus__wires *w, ictus__sink f, void *ctx);
/* The same draw, many synapses at a time. */
ictus_err ictus__net_draw_batches (const ictus_net *net, const ictus__wires *w, ictus__batch_sink f, void *ctx);
/* The weights (scaled; NULL: not wanted) and delays (ms, or whole ticks on the grid: the nearest, at least 1; NULL: not
   wanted) of a batch, keyed by (seed, projection, target population, neuron, number): drawn in vectors, the same on every
   level of instructions. A negative delay, or one of exact timing that is not positive, comes out as it was drawn, one of
   more than UINT32_MAX ticks as INFINITY. */
void ictus__net_draw_values (const ictus_net *net, const ictus__wires *w, const ictus__batch *b, double *weight,
                             double *delay);
uint64_t ictus__net_pack (const ictus__wires *w);

/* net_list.c */
ictus_err ictus__net_draw_list (const ictus_net *net, const ictus__wires *w, ictus__batch_sink f, void *ctx);
/* Every line, wherever its target lives: `to` is the index of the target within its population. */
ictus_err ictus__net_scan_list (const ictus_net *net, const ictus__wires *w, ictus__sink f, void *ctx);

/* net_rows.c */
ictus_err ictus__wires_build (const ictus_net *net, ictus__wires *w);
/* Row of a source: its synapses are first .. last - 1; false if there are none. */
bool ictus__wires_row (const ictus__wires *w, uint64_t source, size_t *first, size_t *last);
double ictus__wires_delay (const ictus__wires *w, size_t s); /* ticks or ms */
double ictus__wires_weight (const ictus__wires *w, size_t s);
/* Bytes of a synapse of these wires, whose delays reach w->dmax, when weights and delays differ from synapse to synapse. */
size_t ictus__wires_each (const ictus__wires *w, bool weights, bool delays, bool grid);
/* Whether rows of nsource sources, full of them with synapses, are kept without the empty ones. */
bool ictus__wires_drop (const ictus__wires *w, size_t nsource, size_t full);
size_t ictus__wires_bytes (const ictus__wires *w);
void ictus__wires_check (const ictus_net *net, const ictus__wires *w);

/* net_inbox.c */
ictus_err ictus__inbox_init (ictus__inbox *b, size_t n, int nport, bool used, bool grid, ictus_tick kmax,
                             ictus_tick window);
void ictus__inbox_clear (ictus__inbox *b);
size_t ictus__inbox_ring (ictus_tick window, ictus_tick kmax); /* slots that are open at once */
uint64_t ictus__inbox_bytes (const ictus__inbox *b);
/* Add one row of a spike emitted at tick k (grid). */
ictus_err ictus__inbox_add_slots (ictus__inbox *b, const ictus__wires *w, size_t first, size_t last,
                                  ictus_tick k);
/* Add one row of a spike emitted at t (exact timing). */
ictus_err ictus__inbox_add_events (ictus__inbox *b, const ictus__wires *w, size_t first, size_t last,
                                   double t_ms);
/* Make room for a window of the grid that ends at k1. */
ictus_err ictus__inbox_room (ictus__inbox *b, ictus_tick k0, ictus_tick k1);
double *ictus__inbox_slot (ictus__inbox *b, ictus_tick k); /* for adding: marks it as used */
const double *ictus__inbox_read (const void *ctx, ictus_tick k);
void ictus__inbox_done (ictus__inbox *b, ictus_tick k0, ictus_tick k1);
/* Move what is due up to t1 to taken; then, once stimuli were added to taken, sort it into event lists. */
ictus_err ictus__inbox_take (ictus__inbox *b, double t1_ms);
ictus_err ictus__inbox_sort (ictus__inbox *b);

/* net_stimuli.c */
ictus_err ictus__net_read_stimuli (ictus_net *net);
ictus_err ictus__net_make_stimuli (ictus_net *net);
/* Local neurons of population pop among those chosen: at [nat] and their places among the chosen; NULL:
   all. */
ictus_err ictus__net_chosen (const ictus_net *net, const ictus_exp_stimulus *s, uint32_t **at,
                             uint64_t **place, size_t *nat);

/* net_poisson.c */
void ictus__poisson_clear (ictus__poisson *s);
/* Input of the ticks (k0, k1], added to the slots of the inbox. */
ictus_err ictus__poisson_slots (const ictus_net *net, ictus__poisson *s, ictus_tick k0, ictus_tick k1);
/* Events within (t0, t1], behind those that the inbox has taken. */
ictus_err ictus__poisson_events (const ictus_net *net, ictus__poisson *s, double t0_ms, double t1_ms);

/* net_drive.c */
ictus_err ictus__net_read_current (ictus_net *net, int stimulus, ictus__current *c);
ictus_err ictus__net_make_current (ictus_net *net, ictus__current *c);
ictus_err ictus__net_make_drive (ictus_net *net, int pop);
void ictus__current_clear (ictus__current *c);

/* net_replay.c */
ictus_err ictus__net_read_spikes (ictus_net *net, int pop); /* collective */

#endif
