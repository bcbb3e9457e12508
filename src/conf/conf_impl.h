/* SPDX-License-Identifier: BSD-3-Clause */
/* Inside of the room conf: nodes of a document, the table of keys. Only src/conf may include this. */
#ifndef ICTUS_CONF_IMPL_H
#define ICTUS_CONF_IMPL_H

#include "ictus/conf.h"

/* ---- the tree (conf_tree.c, conf_yaml.c, conf_emit.c) ------------------------------------------- */

typedef struct conf_place /* a piece of one line of a source; line 0: none */
{
  const char *path, *text; /* of the source; borrowed from the document */
  int line, col, width;    /* from 1 */
} conf_place;

struct ictus_node
{
  ictus_node_kind kind;
  ictus_conf *conf;   /* not owned */
  conf_place at;      /* of the value */
  conf_place key_at;  /* of the key that leads to it; of the value in a sequence and at the root */
  char *text;         /* scalar; owned */
  char **key;         /* map: [n]; owned */
  ictus_node **child; /* map, sequence: [n]; owned */
  size_t n, cap_key, cap_child;
  bool filled; /* a default that was used, not written by the user */
};

typedef struct conf_source /* a text that nodes came from: the file, or an override */
{
  char *path, *text;
} conf_source;

struct ictus_conf
{
  char *path, *dir, *text;
  conf_source **source; /* [nsource] of overrides; owned; kept as long as the document */
  size_t nsource, cap_source;
  ictus_node *root;
};

/* Parse YAML that begins at (1, col0) of the source (path, text); yaml is a part of text. On failure *out is
 * NULL. */
ictus_err conf_yaml_parse (ictus_conf *c, const char *path, const char *text, const char *yaml,
                           ictus_node **out);

/* A node without place; NULL when there is no room. */
ictus_node *conf_node_new (ictus_conf *c, ictus_node_kind kind, const conf_place *at);
void conf_node_free (ictus_node *n);
/* Append child to a map (key copied) or sequence (key NULL); child is freed when there is no room. */
ictus_err conf_node_add (ictus_node *n, const char *key, ictus_node *child);
/* Replace or append; the old child is freed. */
ictus_err conf_node_put (ictus_node *map, const char *key, ictus_node *child);
/* Deep copy into another document; filled nodes are left out. NULL when there is no room. */
ictus_node *conf_node_copy (ictus_conf *c, const ictus_node *n);
/* `solver: exact` is short for `solver: {name: exact}`: make it the map. */
ictus_err conf_node_wrap (ictus_node *n, const char *key);
ictus_err conf_add_source (ictus_conf *c, const char *path, const char *text, conf_source **out);
/* What stands there, for messages: "'6 mV'", "a map", "a list". */
const char *conf_found (const ictus_node *n, char *buf, size_t size);
/* "path.name", or name when path is empty; false when it does not fit. */
bool conf_join (char *out, size_t size, const char *path, const char *name);
/* Shortest decimal text that reads back as x. */
const char *conf_number (double x, char *buf, size_t size);

/* ---- the table of keys (conf_schema.c) ---------------------------------------------------------- */

typedef enum conf_type
{
  CONF_SECTION, /* map whose keys the table lists */
  CONF_NAMED,   /* map of the user's names; what they lead to is listed under PATH.* */
  CONF_OPEN,    /* map whose keys are names of a model; values as of CONF_DIST */
  CONF_TEXT,    /* any text */
  CONF_NUMBER,  /* in the unit */
  CONF_WHOLE,   /* whole number */
  CONF_FLAG,    /* true or false */
  CONF_CHOICE,  /* one of a list */
  CONF_TEXTS,   /* one text or a sequence of texts */
  CONF_NUMBERS, /* sequence of numbers; unit NULL: any */
  CONF_DIST,    /* a value, list or distribution; unit NULL: any */
  CONF_DRAW,    /* the same without lists: drawn for each synapse */
  CONF_TOL,     /* a number, or a map of names to numbers */
  CONF_NEURONS  /* all, an index, ranges */
} conf_type;

typedef struct conf_key
{
  const char *path; /* "populations.*.size"; * stands for any name */
  conf_type type;
  const char *unit;    /* unit of numbers, "" for none; NULL: that of the model */
  const char *preset;  /* default as YAML; "= words": computed by the reader of the section; NULL: none */
  double lo, hi;       /* range of numbers; lo DBL_MIN: greater than 0 */
  const char *choices; /* CONF_CHOICE: words separated by spaces */
  const char *when;    /* "key word word": belongs only where that sibling key has one of these values;
                          "key": only where that sibling exists */
  bool required;       /* where it belongs */
  const char *meaning;
} conf_key;

const conf_key *conf_schema_at (size_t k); /* in the order of the manual; NULL past the end */
/* The entry of a place such as "populations.E.size"; NULL if there is none. */
const conf_key *conf_schema_find (const char *path);
/* Last part of a table path. */
const char *conf_schema_name (const conf_key *key);
/* True when key's `when` allows it in this map. */
bool conf_schema_belongs (const conf_key *key, const ictus_node *map);
/* Names the table knows directly under a place; n entries of out are filled, at most max. */
size_t conf_schema_children (const char *path, const char **out, size_t max);

/* ---- checks (conf_check.c) ---------------------------------------------------------------------- */

/* Every key, type, range and choice of the document against the table; defaults are filled in. */
ictus_err conf_check (ictus_conf *c);
/* ... of one value. */
ictus_err conf_check_value (ictus_node *n, const conf_key *key);
/* "a, b, c" */
void conf_words (ictus_text *t, const char *const *list, size_t n);
/* Fail at the key of the map: "unknown WHAT 'WORD'", and the nearest of the list or the list. */
ictus_err conf_unknown (const ictus_node *map, const char *key, const char *what, const char *word,
                        const char *const *list, size_t n);

/* ---- values (conf_value.c) ---------------------------------------------------------------------- */

/* As ictus_node_dist; unit NULL: any unit is accepted and not converted, a list has any length. */
ictus_err conf_dist (const ictus_node *node, const char *unit, const char *per, size_t n, ictus_dist *out);
/* A number with any unit, which is told (borrowed; "" for none). */
ictus_err conf_any_number (const ictus_node *n, double lo, double *out, const char **unit);
extern const char *const conf_dist_keys[];
extern const size_t conf_dist_nkeys;

/* ---- sections (conf_experiment.c and one file a section) ---------------------------------------- */

/* Values of a map that conf_check has passed, by path of the table; where absent, the table's default, else
   0, false, NULL. map may be NULL. Numbers in the table's unit. */
double conf_get_number (const ictus_node *map, const char *table_path);
uint64_t conf_get_whole (const ictus_node *map, const char *table_path);
bool conf_get_flag (const ictus_node *map, const char *table_path);
int conf_get_choice (const ictus_node *map, const char *table_path); /* index into choices; -1 where absent */
const char *conf_get_text (const ictus_node *map, const char *key);

/* On the grid: fail unless the time under key is a whole number of steps of the resolution. */
ictus_err conf_need_grid (const ictus_experiment *x, const ictus_node *map, const char *key, double t_ms);
/* Fail when the time under key is more than ICTUS_MAX_STEPS steps, which are counted in integers. step names
   them. */
ictus_err conf_need_countable (const ictus_node *map, const char *key, double t_ms, const char *step,
                               double step_ms);
/* start and stop of a stimulus or recorder: stop after start. */
ictus_err conf_read_times (const ictus_node *map, const char *stop_path, double *start_ms, double *stop_ms);
/* Index of the population that the scalar names. */
ictus_err conf_population (const ictus_experiment *x, const ictus_node *scalar, int *out);
/* ... a name or a sequence of names, each once. */
ictus_err conf_populations (const ictus_experiment *x, const ictus_node *node, int **out, int *nout);
/* Fail when the population replays spikes: it has no equations and receives nothing. */
ictus_err conf_need_model (const ictus_experiment *x, const ictus_node *named_by, int population);
/* The neurons of the choice under 'neurons'; NULL and 0 for all. */
ictus_err conf_read_neurons (const ictus_experiment *x, const ictus_node *map, int population, uint64_t **out,
                             size_t *nout);
/* n zeroed records for the entries of a named map, at least one. */
ictus_err conf_records (const ictus_node *map, size_t size, void *out, int *n);

ictus_err conf_read_populations (ictus_experiment *x, const ictus_node *root);
ictus_err conf_read_projections (ictus_experiment *x, const ictus_node *root);
ictus_err conf_read_stimuli (ictus_experiment *x, const ictus_node *root);
ictus_err conf_read_record (ictus_experiment *x, const ictus_node *root);
ictus_err conf_read_sweep (ictus_experiment *x, const ictus_node *root);
/* Whether an axis of the sweep sets the key. Defaults that follow from it then differ from point to point, and must not be
   filled in: the document with its defaults is what a sweep goes on from. Before the section was read, too. */
bool conf_is_swept (const ictus_node *root, const char *place);

#endif
