/* SPDX-License-Identifier: BSD-3-Clause */
/** \file conf.h
 * Experiment files: YAML (or JSON) read into a tree that remembers where everything stood, checked against
 * one table of keys (units, defaults, ranges, meanings; the manual is made from it), and handed on as plain
 * records.
 * All ranks hold the same text (ictus_comm_read), so every function here is local: Collectivity: none.
 */
#ifndef ICTUS_CONF_H
#define ICTUS_CONF_H

#include "ictus/base.h"

/* ---- the tree ----------------------------------------------------------------------------------- */

typedef struct ictus_conf ictus_conf; /* a document; owns its nodes */
typedef struct ictus_node ictus_node; /* map, sequence or scalar; borrowed from its document */

/** Parse. Duplicate keys and syntax errors are refused with place and caret. path is for messages; relative
 * paths in the experiment are relative to its folder. text is copied. Collectivity: none. */
ictus_err ictus_conf_parse (const char *path, const char *text, ictus_conf **out);
void ictus_conf_destroy (ictus_conf **c); /* Collectivity: none. */
/** Deep, without filled-in defaults. Collectivity: none. */
ictus_err ictus_conf_copy (const ictus_conf *c, ictus_conf **out);
/** "populations.E.size=100": replace or add; the value is YAML. The path must lead to places that exist or
 * that the table of keys knows; otherwise ICTUS_E_INPUT with the nearest name. Collectivity: none. */
ictus_err ictus_conf_set (ictus_conf *c, const char *assignment);
/** Take a section of the top level out; nothing happens when there is none. Collectivity: none. */
void ictus_conf_drop (ictus_conf *c, const char *section);
const ictus_node *ictus_conf_root (const ictus_conf *c); /* Collectivity: none. */
const char *ictus_conf_path (const ictus_conf *c);       /* as given to parse. Collectivity: none. */
const char *ictus_conf_dir (const ictus_conf *c);        /* folder of path, or ".". Collectivity: none. */
const char *ictus_conf_text (const ictus_conf *c);       /* as given to parse. Collectivity: none. */
/** The tree as YAML, with every default that was used filled in (after ictus_experiment_read and the rooms'
 * own ictus_conf_fill): running it gives the same result. Collectivity: none. */
ictus_err ictus_conf_emit (const ictus_conf *c, ictus_text *out);
/** The same with the paths of files (models, spikes, synapses, partition) made absolute where the file is
 * found, so that the text may stand in another folder. Collectivity: none. */
ictus_err ictus_conf_emit_moved (const ictus_conf *c, ictus_text *out);
/** Add key: value (YAML text) to a map of this document if it is not there yet (a default that was used).
 * Collectivity: none. */
ictus_err ictus_conf_fill (const ictus_node *map, const char *key, const char *value);

typedef enum ictus_node_kind { ICTUS_NODE_SCALAR, ICTUS_NODE_SEQ, ICTUS_NODE_MAP } ictus_node_kind;
ictus_node_kind ictus_node_is (const ictus_node *n);                     /* Collectivity: none. */
size_t ictus_node_count (const ictus_node *n); /* entries of a map or sequence. Collectivity: none. */
/** Key k of a map; NULL past the end or if it is none. Borrowed, as all below. Collectivity: none. */
const char *ictus_node_key (const ictus_node *map, size_t k);
/** Value k of a map or sequence; NULL past the end. Collectivity: none. */
const ictus_node *ictus_node_at (const ictus_node *n, size_t k);
/** NULL if absent, or if map is NULL or no map. Collectivity: none. */
const ictus_node *ictus_node_find (const ictus_node *map, const char *key);
const char *ictus_node_text (const ictus_node *scalar); /* "" if it is no scalar. Collectivity: none. */
/** "path:line:col: message", source line, caret under the node (or under its key for ictus_node_fail_key).
 * Returns e. Collectivity: none. */
ictus_err ictus_node_fail (const ictus_node *n, ictus_err e, const char *fmt, ...)
    __attribute__ ((format (printf, 3, 4)));
ictus_err ictus_node_fail_key (const ictus_node *map, const char *key, ictus_err e, const char *fmt, ...)
    __attribute__ ((format (printf, 4, 5)));
/** A number in the given unit, in [lo, hi]; a scalar with or without unit. Collectivity: none. */
ictus_err ictus_node_double (const ictus_node *n, const char *unit, double lo, double hi, double *out);
/** A whole number in [lo, hi], also written 1e5. Collectivity: none. */
ictus_err ictus_node_int (const ictus_node *n, int64_t lo, int64_t hi, int64_t *out);
ictus_err ictus_node_bool (const ictus_node *n, bool *out); /* true or false only. Collectivity: none. */

/* ---- values that may differ from neuron to neuron or synapse to synapse ------------------------- */

typedef enum ictus_dist_kind
{
  ICTUS_DIST_CONSTANT,  /* a */
  ICTUS_DIST_NORMAL,    /* mean a, standard deviation b; redrawn until within [min, max] */
  ICTUS_DIST_LOGNORMAL, /* exp of a normal of mean a (log of the number in the unit), sd b; likewise */
  ICTUS_DIST_UNIFORM,   /* between min and max */
  ICTUS_DIST_LINEAR,    /* from a (first neuron) to b (last neuron): for current-rate curves */
  ICTUS_DIST_LIST       /* list[k], one a neuron */
} ictus_dist_kind;

typedef struct ictus_dist
{
  ictus_dist_kind kind;
  double a, b, min, max; /* min -INFINITY, max INFINITY where not given */
  double *list;          /* [nlist]; owned */
  size_t nlist;
} ictus_dist;

/** "6 nS" | [1, 2, 3]
 * | {distribution: normal, mean: , std: , min: , max: }
 * | {distribution: lognormal, mu: , sigma: , min: , max: }
 * | {distribution: uniform, min: , max: } | {distribution: linear, from: , to: }.
 * \param per  what a list has one value of, for messages ("neuron"), and n how many; n 0: lists and linear
 *             are refused
 * Collectivity: none. */
ictus_err ictus_node_dist (const ictus_node *node, const char *unit, const char *per, size_t n,
                           ictus_dist *out);
void ictus_dist_clear (ictus_dist *d); /* Collectivity: none. */
/** Value k (of n) drawn with the stream r (opened for this one value). Collectivity: none. */
double ictus_dist_draw (const ictus_dist *d, size_t k, size_t n, ictus_rng *r);

/** A choice of neurons of a population of n: all | 3 | "0-49, 60" | [0, 1, "5-9"]; sorted, no doubles.
 * *out [*nout], owned by the caller. Collectivity: none. */
ictus_err ictus_node_neurons (const ictus_node *node, size_t n, uint64_t **out, size_t *nout);

/* ---- the experiment ----------------------------------------------------------------------------- */

typedef enum ictus_rule
{
  ICTUS_RULE_ONE_TO_ONE,
  ICTUS_RULE_ALL_TO_ALL,
  ICTUS_RULE_FIXED_INDEGREE,
  ICTUS_RULE_FIXED_OUTDEGREE,
  ICTUS_RULE_FIXED_TOTAL_NUMBER,
  ICTUS_RULE_PAIRWISE_BERNOULLI,
  ICTUS_RULE_LIST
} ictus_rule;

typedef enum ictus_stim_type /* NEST's names */
{
  ICTUS_STIM_POISSON,     /* poisson_generator: an own Poisson train for every target neuron */
  ICTUS_STIM_DC,          /* dc_generator: amplitude between start and stop */
  ICTUS_STIM_AC,          /* ac_generator: offset + amplitude sin (2 pi frequency t + phase), likewise */
  ICTUS_STIM_STEP_CURRENT /* step_current_generator: amplitude_values from amplitude_times on */
} ictus_stim_type;

typedef enum ictus_record_type
{
  ICTUS_RECORD_SPIKES, /* spikes of a population */
  ICTUS_RECORD_TRACE,  /* states and aux of chosen neurons */
  ICTUS_RECORD_RATE,   /* population rate, spikes counted in bins */
  ICTUS_RECORD_MEAN    /* mean of states over a population */
} ictus_record_type;

typedef struct ictus_exp_population
{
  const char *name;
  const ictus_node *node;      /* the whole entry, for messages */
  size_t size;                 /* >= 1 */
  const char *model;           /* name or path of a .ode file; NULL: neurons that replay spike_file */
  const char *spike_file;      /* SONATA spikes (.h5) or text "neuron time_ms" a line; NULL: none */
  const ictus_node *params;    /* map name: value or distribution; NULL: none */
  const ictus_node *init;      /* the same for states */
  const char *solver;          /* default cvode-bdf */
  double rtol, atol;           /* 1e-4, 1e-4 */
  const ictus_node *atol_of;   /* map state: tolerance; NULL: none */
  double dt_ms;                /* step of fixed-step solvers; default: the resolution */
  double max_step_ms;          /* 0: none */
} ictus_exp_population;

typedef struct ictus_exp_projection
{
  const char *name;
  const ictus_node *node;
  int source, *target, ntarget; /* indices of populations; a rule is applied to each target on its own */
  ictus_rule rule;
  uint64_t number;              /* indegree, outdegree or N */
  double p;                     /* pairwise_bernoulli */
  const char *file;             /* list: text "source target [weight [delay]]" a line */
  bool allow_autapses, allow_multapses;
  const char *port;             /* NULL: the only one of the target's model */
  const ictus_node *weight;     /* in the unit of the port; NULL: 1 */
  double scale;                 /* factor on all weights, 1 */
  const ictus_node *delay;      /* ms; required */
} ictus_exp_projection;

typedef struct ictus_exp_stimulus
{
  const char *name;
  const ictus_node *node;
  ictus_stim_type type;
  int target;                   /* population */
  uint64_t *neurons;            /* [nneurons] of that population, sorted; owned; NULL: all */
  size_t nneurons;
  const char *port;             /* poisson; NULL: the only one */
  const ictus_node *weight;     /* poisson, unit of the port */
  double scale;                 /* poisson: factor on the weight, 1 */
  double rate_Hz;               /* poisson */
  const char *input;            /* currents: name of the continuous input; NULL: the only one */
  const ictus_node *amplitude, *offset; /* in the unit of the input; dc, ac */
  double frequency_Hz, phase_deg;       /* ac */
  const ictus_node *times, *values;     /* step_current: sequences of equal length */
  double start_ms, stop_ms;             /* 0, INFINITY */
} ictus_exp_stimulus;

typedef struct ictus_exp_record
{
  const char *name;
  const ictus_node *node;
  ictus_record_type type;
  int *population, npopulation;  /* spikes, rate: one or more; trace, mean: exactly one */
  uint64_t *neurons;             /* trace: [nneurons]; NULL: all; owned */
  size_t nneurons;
  const ictus_node *variables;   /* trace, mean: a name or a sequence of names (states or aux) */
  double interval_ms;            /* trace 0.1 or the resolution if larger, mean 1, rate (bin) 5; on the grid
                                    a multiple of the resolution */
  double start_ms, stop_ms;      /* 0, INFINITY */
} ictus_exp_record;

typedef struct ictus_exp_axis
{
  const char *name;
  const ictus_node *node;
  const char **set; /* [nset] key paths that get the value */
  int nset;
  double *value;    /* [nvalue], in the unit below; NULL: drawn between from and to, by a design */
  size_t nvalue;
  double from, to;  /* ends of the range, where there is one */
  bool log;         /* spacing: equal ratios */
  const char *unit; /* put behind the number; "" if none was given */
} ictus_exp_axis;

typedef enum ictus_design /* of the points of a sweep */
{
  ICTUS_DESIGN_GRID,            /* all combinations of the values of the axes */
  ICTUS_DESIGN_LATIN_HYPERCUBE, /* npoint points, one in each of npoint strata of every axis */
  ICTUS_DESIGN_RANDOM           /* npoint points, each on its own */
} ictus_design;

typedef enum ictus_measure /* in the order of ictus_measures */
{
  ICTUS_MEASURE_RATE,
  ICTUS_MEASURE_CV,
  ICTUS_MEASURE_CHI,
  ICTUS_MEASURE_FANO
} ictus_measure;

typedef struct ictus_exp_threshold
{
  bool is_searched;      /* sweep.threshold is there */
  int axis;              /* the one that is searched; at least two values, strictly ascending or descending */
  ictus_measure measure;
  int population;        /* -1: all */
  double level;          /* Hz for the rate */
} ictus_exp_threshold;

typedef enum ictus_exchange /* how ranks exchange spikes */
{
  ICTUS_EXCHANGE_AUTO,
  ICTUS_EXCHANGE_COLLECTIVE,
  ICTUS_EXCHANGE_NEIGHBOURS,
  ICTUS_EXCHANGE_OVERLAP
} ictus_exchange;

typedef struct ictus_experiment /* plain record; strings and nodes are borrowed from the document */
{
  const ictus_conf *conf;
  const char *name, *description;
  uint64_t seed;
  double t_stop_ms, resolution_ms; /* required; 0.1 */
  bool grid;                       /* run.timing: grid (default) or exact */
  double restart_mark_ms;          /* 100 */
  const char *partition;           /* block (default), round-robin or a partition file */
  ictus_exchange exchange;         /* run.exchange: auto (default) measures; never changes the results */
  double flush_ms;                 /* output.flush: results are flushed to disk this often, 1000 */
  double checkpoint_ms;            /* checkpoint.interval: of model time; 0: none */
  double checkpoint_wall_s;        /* checkpoint.wall: of wall time, 900; 0: none */
  int checkpoint_keep;             /* 2 */
  int npopulation, nprojection, nstimulus, nrecord, naxis;
  ictus_exp_population *population;
  ictus_exp_projection *projection;
  ictus_exp_stimulus *stimulus;
  ictus_exp_record *record;        /* without a record section: the spikes of all populations */
  ictus_exp_axis *axis;            /* sweep.axes */
  ictus_design design;             /* sweep, a grid */
  uint64_t design_points;          /* sweep.points, of designs that draw */
  uint64_t nrepeat;                /* sweep.repeats, 1 */
  ictus_exp_threshold threshold;   /* sweep.threshold */
  int ranks_per_point;             /* sweep, 1 */
  double discard_ms;               /* sweep: left out of every summary, 0 */
  double seizure_rate_Hz, seizure_chi, seizure_tonic_Hz; /* sweep.seizure: criterion, see sweep.h */
} ictus_experiment;

/** Check the whole document against the table of keys and fill the record (and the document's defaults).
 * Names of models, parameters, states and ports are checked later, by ictus_net_create, with the same kind of
 * message.
 * \retval ICTUS_E_INPUT  place, offending text, what was expected, the nearest valid name; *out NULL
 * Collectivity: none. */
ictus_err ictus_experiment_read (ictus_conf *c, ictus_experiment **out);
void ictus_experiment_destroy (ictus_experiment **e); /* Collectivity: none. */
/** Path as the experiment means it: absolute, or relative to the experiment's folder. Collectivity: none. */
void ictus_conf_resolve (const ictus_conf *c, const char *path, ictus_text *out);
/** The table of keys as the body of ictus-experiment(5) (man macros). Collectivity: none. */
void ictus_conf_manual (ictus_text *out);

#endif
