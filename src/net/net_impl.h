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

typedef struct ictus__wires /* one projection onto one target population */
{
  int projection, source, target; /* indices of the projection and of two populations */
  int port;
  const ictus_exp_projection *conf; /* borrowed */
  ictus_dist weight, delay;         /* as given; weight without the factor scale */
  char *list;                       /* text of the list file while the net is built */
  char *list_path;
  size_t nsyn;       /* of this rank, phase built */
  double dmin, dmax; /* of these synapses, exact timing: ms; INFINITY and 0 when there are none */
  /* rows with exact timing, phase built: one of each source, sorted by (delay, target, number of the synapse).
     Those of the grid: ictus__rows. */
  size_t nrow;
  uint32_t *row_source; /* [nrow] ascending; NULL: row r is that of source r */
  size_t *first;        /* [nrow + 1] */
  uint32_t *to;         /* [nsyn] local index of the target */
  double w;             /* weight of all when w_of and w8_of are NULL */
  float *w_of;          /* [nsyn] drawn weights */
  double *w8_of;        /* [nsyn] weights of a list file */
  double d_ms;          /* delay of all when d_of is NULL */
  double *d_of;         /* [nsyn] ms */
} ictus__wires;

typedef struct ictus__synapse /* a line of a list */
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

/* ---- rows of the grid ------------------------------------------------------------------------------

   The input of one tick is one row of doubles for all populations of this rank: the ports of population p begin at
   base[p], port after port. Addresses are cut into blocks, so that a place within a block has 16 bits. A bundle holds
   the synapses of one source population onto one block that are of one kind; its data are a row of bytes for each
   source:
     equal delays     n targets, then n weights where they differ
     other delays     segments of equal delay, ascending: a byte (delay less the one before, at first less kmin), a byte n
                      (1 to 255), n targets, n weights where they differ; n = 0: the next four bytes are added to the
                      delay
   Targets are ascending uint16; synapses of the same source, target and delay stand in the order (projection, number).
   What is added up in what order does not depend on the blocks, and so not on the ranks: within a block the order is
   (tick of emission, source, kind, place in the row), and kinds stand in the order in which the projections of their
   source have them. */

typedef struct ictus__kind /* what synapses have in common that share rows */
{
  ictus_tick k; /* delay of all; 0: they differ */
  double w;     /* weight of all, where width is 0 */
  int width;    /* bytes of a weight: 0, 4 (float), 8 (double) */
  int list;     /* a list file has rows of its own: 1 + its wires; else 0 */
} ictus__kind;

typedef struct ictus__piece /* local targets lo .. hi - 1 of some wires */
{
  int wires;
  uint32_t lo, hi;
  uint32_t at; /* place of lo in the block */
} ictus__piece;

typedef struct ictus__bundle
{
  int source, block;
  ictus__kind kind;
  ictus__piece *piece; /* [npiece] */
  int npiece;
  size_t nsyn;
  ictus_tick kmin, kmax; /* of the delays in it */
  size_t nrow;
  uint32_t *row_source; /* [nrow] ascending; NULL: row r is that of source r */
  uint32_t *at;         /* [nrow + 1] where rows begin, in pairs of bytes */
  uint64_t *far_at;     /* the same where 32 bits are too few */
  ictus_pages data;
} ictus__bundle;

typedef struct ictus__block
{
  size_t first, n;      /* addresses */
  int pop, last_pop;    /* populations with addresses in it are among these */
} ictus__block;

typedef struct ictus__rows
{
  size_t naddress;
  size_t *base; /* [npop] */
  ictus__block *block;
  int nblock;
  size_t cap_block;
  ictus__bundle *bundle; /* by source, then block, then kind */
  int nbundle;
  size_t cap_bundle;
  int *first; /* [npop + 1] bundles of source p: first[p] .. first[p + 1] - 1 */
} ictus__rows;

enum { ICTUS__BLOCK = 65536 }; /* addresses of a block at most */

/* ---- spikes on their way, grid ------------------------------------------------------------------ */

typedef struct ictus__flight /* a row that still has synapses to come */
{
  const uint8_t *at; /* their targets */
  uint64_t order;    /* number of the spike, then of the bundle */
  ictus_tick due;    /* when they arrive */
  uint32_t n;        /* how many they are; 0: the row is done */
  uint32_t left;     /* bytes of the row behind them */
} ictus__flight;

typedef struct ictus__lane /* flights into one block, in the order of emission */
{
  int block;
  ictus_tick k; /* rows of this delay only; 0: of different delays */
  ictus__flight *f;
  size_t head, n, cap; /* f[head] .. f[n - 1] */
  size_t done;         /* among them */
} ictus__lane;

typedef struct ictus__sent
{
  ictus_tick k;
  uint64_t gid;
} ictus__sent;

typedef struct ictus__due
{
  uint64_t order;
  ictus__flight *f;
} ictus__due;

typedef struct ictus__flights
{
  ictus_tick kmax; /* largest delay of all ranks */
  ictus__lane *lane; /* by block */
  int nlane;
  size_t cap_lane;
  int *lane_of;  /* [nbundle] */
  int *first;    /* [nblock + 1] lanes of a block */
  uint64_t serial; /* spikes so far */
  ictus__sent *sent; /* sent[head] .. sent[nsent - 1]: spikes of the last kmax ticks, at least */
  size_t head, nsent, cap_sent;
  ictus__flight *fresh;
  size_t cap_fresh;
  ictus__due *due, *merged;
  size_t cap_due, cap_merged;
} ictus__flights;

/* ---- input -------------------------------------------------------------------------------------- */

typedef struct ictus__slots /* rows of input; tick k lives in row k % nslot */
{
  int npop;
  size_t size; /* doubles of a row */
  size_t nslot;
  ictus_pages x; /* [nslot, size] */
  uint8_t *any;  /* [nslot, npop] 1: something was added */
  ictus_tick done;  /* everything up to this tick was used */
  ictus_tick given; /* input of synapses was added up to this tick */
} ictus__slots;

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
  /* grid: [nport, n] of each row of slots */
  ictus__slots *slots; /* borrowed from the net; NULL: none */
  int pop;
  size_t base;
  ictus_tick given; /* input was handed out up to this tick, stimuli included */
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
  ictus__rows rows;       /* grid */
  ictus__flights flights; /* grid */
  ictus__slots slots;     /* grid */
  size_t block; /* addresses of a block at most; 0: ICTUS__BLOCK */
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

/* net_rules.c: call f for all synapses of local targets, many at a time, in the same order every time */
ictus_err ictus__net_draw_batches (const ictus_net *net, const ictus__wires *w, ictus__batch_sink f, void *ctx);
uint64_t ictus__net_pack (const ictus__wires *w);

/* net_values.c: the weights (scaled; NULL: not wanted) and delays (ms, or whole ticks on the grid: the nearest, at
   least 1; NULL: not wanted) of a batch, keyed by (seed, projection, target population, neuron, number): drawn in
   vectors, the same on every level of instructions. A negative delay, or one of exact timing that is not positive,
   comes out as it was drawn, one of more than UINT32_MAX ticks as INFINITY. */
void ictus__net_draw_values (const ictus_net *net, const ictus__wires *w, const ictus__batch *b, double *weight,
                             double *delay);

/* net_list.c */
ictus_err ictus__net_draw_list (const ictus_net *net, const ictus__wires *w, ictus__batch_sink f, void *ctx);
/* Every line, wherever its target lives: `to` is the index of the target within its population. */
ictus_err ictus__net_scan_list (const ictus_net *net, const ictus__wires *w, ictus__sink f, void *ctx);

/* Row of a source where empty rows may be left out (row_source [nrow], ascending; NULL: row r is that of source r); false:
   left out. */
static inline bool
ictus__find_row (const uint32_t *row_source, size_t nrow, uint64_t source, size_t *row)
{
  size_t lo = 0, hi = nrow;

  *row = (size_t) source;
  if (row_source == NULL)
    return true;
  while (lo < hi)
    {
      size_t mid = lo + (hi - lo) / 2;

      if (row_source[mid] < source)
        lo = mid + 1;
      else
        hi = mid;
    }
  *row = lo;
  return lo < nrow && row_source[lo] == source;
}

/* net_rows.c: exact timing */
ictus_err ictus__wires_build (const ictus_net *net, ictus__wires *w);
/* Row of a source: its synapses are first .. last - 1; false if there are none. */
bool ictus__wires_row (const ictus__wires *w, uint64_t source, size_t *first, size_t *last);
double ictus__wires_delay (const ictus__wires *w, size_t s); /* ms */
double ictus__wires_weight (const ictus__wires *w, size_t s);
/* Bytes of a synapse when weights (of a list file or drawn) and delays differ from synapse to synapse. */
size_t ictus__wires_each (bool weights, bool list, bool delays);
/* Whether rows of nsource sources, full of them with synapses, are kept without the empty ones; each: bytes of the
   beginning of a row. */
bool ictus__wires_drop (size_t each, size_t nsource, size_t full);
size_t ictus__wires_bytes (const ictus__wires *w);
void ictus__wires_check (const ictus_net *net, const ictus__wires *w);
/* Message: a delay that cannot be; or a weight. */
ictus_err ictus__wires_bad_delay (const ictus_net *net, const ictus__wires *w);
ictus_err ictus__wires_bad_weight (const ictus__wires *w);

/* net_layout.c */
/* The kind of some wires. weights, delays: the list file gives some; exact: floats can hold all its weights. */
ictus__kind ictus__kind_of (const ictus_net *net, int wires, bool weights, bool delays, bool exact);
/* Blocks and bundles, without their data. n, nport [npop]: local neurons and ports of populations that get input;
   kind [nwires]. Freed with ictus__rows_clear, also after a failure. */
ictus_err ictus__rows_layout (const ictus_net *net, const size_t *n, const int *nport, const ictus__kind *kind,
                              ictus__rows *rows);
void ictus__rows_clear (ictus__rows *rows);

/* net_fill.c */
typedef struct ictus__layers /* the records of a bundle while it is made */
{
  int delay;       /* bytes of a delay: 0, 1, 2, 4 */
  size_t record;   /* bytes of a synapse: delay, target, weight */
  ictus_tick base; /* delays count from it */
  size_t slack;    /* bytes before the first record */
} ictus__layers;
ictus__layers ictus__pack_layers (const ictus_net *net, const ictus__bundle *b);
/* Bytes of a row of n synapses at most, when delays have a range of so many ticks. */
size_t ictus__pack_bound (const ictus__kind *kind, size_t n, size_t range);
/* The data of a bundle; counts the synapses of its wires. */
ictus_err ictus__bundle_build (ictus_net *net, ictus__bundle *b);

/* net_pack.c: rows from records, those of source s are n[s] */
ictus_err ictus__bundle_pack (ictus__bundle *b, size_t nsource, const uint32_t *n, const ictus__layers *l);

/* net_bundle.c */
ictus_err ictus__rows_build (ictus_net *net);
/* Bytes of the row of a source within the data; false if it has none. */
bool ictus__bundle_row (const ictus__bundle *b, uint64_t source, size_t *begin, size_t *end);
size_t ictus__bundle_bytes (const ictus__bundle *b);
/* Calls f for each synapse of a bundle, row by row. */
void ictus__bundle_each (const ictus__bundle *b,
                         void (*f) (void *ctx, uint64_t source, uint32_t at, ictus_tick k, double weight), void *ctx);
bool ictus__is_float (double x); /* a float can hold it */
void ictus__rows_check (const ictus_net *net);
/* The synapses of some wires, drawn again or from their rows. */
ictus_err ictus__wires_each_synapse (const ictus_net *net, int wires,
                                     void (*f) (void *ctx, int target_pop, uint64_t source, uint64_t target,
                                                double weight, double delay_ms),
                                     void *ctx);

/* net_plan_rows.c */
typedef struct ictus__drawn /* what a rule is expected to draw for some of the targets */
{
  double n, variance;   /* synapses */
  double full;          /* sources with at least one */
  bool weights, delays; /* the rule itself gives some */
  bool exact;           /* floats hold the weights */
  double dmin, dmax;    /* ms, where the rule gives them */
  double text;          /* bytes of the file */
} ictus__drawn;
/* For nt of the targets. */
ictus_err ictus__net_expect (const ictus_net *net, const ictus__wires *w, double nt, ictus__drawn *d);
/* The shortest and the longest of n delays, ms. */
void ictus__delay_range (const ictus_dist *d, double n, double *lo, double *hi);
/* Bundles as they will be for so many local neurons (NULL: all); the kinds of lists are those of the source only.
   Freed with ictus__rows_clear, also after a failure. */
ictus_err ictus__rows_expect (const ictus_net *net, int source, const size_t *local, ictus__rows *rows);

/* net_flights.c */
/* For the rows as they are built; kmax: largest delay of all ranks. */
ictus_err ictus__flights_init (ictus_net *net, ictus_tick kmax);
void ictus__flights_clear (ictus__flights *a);
size_t ictus__flights_bytes (const ictus__flights *a);
/* Spikes in the order of emission set out; late: what would have arrived up to that tick did so (a restart), else it is an
   error. */
ictus_err ictus__flights_start (ictus_net *net, const ictus__sent *s, size_t n, bool late);
/* Add what arrives in the ticks up to k1 into the slots. */
ictus_err ictus__flights_land (ictus_net *net, ictus_tick k1);

/* net_inbox.c */
ictus_err ictus__inbox_init (ictus__inbox *b, size_t n, int nport, bool used, bool grid);
void ictus__inbox_clear (ictus__inbox *b);
uint64_t ictus__inbox_bytes (const ictus__inbox *b);
/* Slots for the rows as they are laid out; they get memory with the first window. */
void ictus__slots_init (ictus_net *net);
void ictus__slots_clear (ictus__slots *s);
size_t ictus__slots_bytes (size_t nslot, size_t size, int npop);
/* Make room for a window that ends at k1. */
ictus_err ictus__slots_room (ictus__slots *s, ictus_tick k1);
void ictus__slots_done (ictus__slots *s, ictus_tick k1);
double *ictus__inbox_slot (ictus__inbox *b, ictus_tick k); /* [nport, n] for adding: marks it as used */
const double *ictus__inbox_read (const void *ctx, ictus_tick k);
/* Add one row of a spike emitted at t (exact timing). */
ictus_err ictus__inbox_add_events (ictus__inbox *b, const ictus__wires *w, size_t first, size_t last,
                                   double t_ms);
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
