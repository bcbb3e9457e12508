/* SPDX-License-Identifier: BSD-3-Clause */
/* From a checked document to the record: the top level, run, output, and what all sections need. */
#include "conf/conf_impl.h"

#include <math.h>
#include <string.h>

/* ---- values by path of the table ---------------------------------------------------------------- */

static const ictus_node *
get (const ictus_node *map, const char *table_path, const conf_key **key)
{
  *key = conf_schema_find (table_path);
  return map != NULL && *key != NULL ? ictus_node_find (map, conf_schema_name (*key)) : NULL;
}

double
conf_get_number (const ictus_node *map, const char *table_path)
{
  const conf_key *key;
  const ictus_node *n = get (map, table_path, &key);
  double x = 0;

  if (n != NULL && n->kind == ICTUS_NODE_SCALAR)
    return ictus_quantity (n->text, key->unit, &x, NULL) == ICTUS_OK ? x : 0;
  if (key != NULL && key->preset != NULL && key->preset[0] != '=')
    return ictus_quantity (key->preset, key->unit, &x, NULL) == ICTUS_OK ? x : 0;
  return 0;
}

uint64_t
conf_get_whole (const ictus_node *map, const char *table_path)
{
  const conf_key *key;
  const ictus_node *n = get (map, table_path, &key);
  int64_t i = 0;

  if (n != NULL && ictus_node_int (n, INT64_MIN, INT64_MAX, &i) == ICTUS_OK)
    return (uint64_t)i;
  return (uint64_t)conf_get_number (NULL, table_path);
}

bool
conf_get_flag (const ictus_node *map, const char *table_path)
{
  const conf_key *key;
  const ictus_node *n = get (map, table_path, &key);

  return strcmp (n != NULL ? n->text : key != NULL && key->preset != NULL ? key->preset : "", "true") == 0;
}

int
conf_get_choice (const ictus_node *map, const char *table_path)
{
  const conf_key *key;
  const ictus_node *n = get (map, table_path, &key);
  const char *s = key != NULL ? key->choices : NULL;

  for (int k = 0; n != NULL && s != NULL && *s != '\0'; ++k)
    {
      size_t len = strcspn (s, " ");

      if (strlen (n->text) == len && memcmp (n->text, s, len) == 0)
        return k;
      s += len + (s[len] == ' ');
    }
  return -1;
}

const char *
conf_get_text (const ictus_node *map, const char *key)
{
  const ictus_node *n = ictus_node_find (map, key);

  return n != NULL ? n->text : NULL;
}

/* ---- what sections share ------------------------------------------------------------------------ */

/* Whole number of steps, up to rounding; what is not 0 is at least one. */
static bool
on_grid (double t_ms, double h_ms)
{
  double k = t_ms / h_ms;

  return fabs (k - nearbyint (k)) <= 1e-6 && (nearbyint (k) >= 1 || t_ms == 0);
}

ictus_err
conf_need_grid (const ictus_experiment *x, const ictus_node *map, const char *key, double t_ms)
{
  const ictus_node *n = ictus_node_find (map, key);
  char t[32], h[32];

  if (!x->grid || on_grid (t_ms, x->resolution_ms))
    return ICTUS_OK;
  return ictus_node_fail_key (map, key, ICTUS_E_INPUT,
                              "'%s' (%s ms%s) is not a multiple of the resolution (%s ms)", key,
                              conf_number (t_ms, t, sizeof t), n != NULL && n->filled ? " by default" : "",
                              conf_number (x->resolution_ms, h, sizeof h));
}

ictus_err
conf_need_countable (const ictus_node *map, const char *key, double t_ms, const char *step, double step_ms)
{
  char t[32], h[32];

  if (t_ms / step_ms <= ICTUS_MAX_STEPS)
    return ICTUS_OK;
  return ictus_node_fail_key (map, key, ICTUS_E_INPUT, "'%s' (%s ms) is more than 2^53 times the %s (%s ms)",
                              key, conf_number (t_ms, t, sizeof t), step, conf_number (step_ms, h, sizeof h));
}

ictus_err
conf_read_times (const ictus_node *map, const char *stop_path, double *start_ms, double *stop_ms)
{
  const ictus_node *start = ictus_node_find (map, "start");

  ICTUS_TRY (ictus_node_double (start, "ms", 0, HUGE_VAL, start_ms));
  *stop_ms = ictus_node_find (map, "stop") != NULL ? conf_get_number (map, stop_path) : HUGE_VAL;
  if (*stop_ms <= *start_ms)
    return ictus_node_fail_key (map, "stop", ICTUS_E_INPUT, "'stop' must be later than 'start'");
  return ICTUS_OK;
}

ictus_err
conf_population (const ictus_experiment *x, const ictus_node *scalar, int *out)
{
  const char **names, *near;
  ictus_text all = { 0 };

  for (*out = 0; *out < x->npopulation; ++*out)
    if (strcmp (x->population[*out].name, scalar->text) == 0)
      return ICTUS_OK;
  if ((names = ictus_alloc ((size_t)x->npopulation, sizeof *names)) == NULL)
    return ICTUS_E_NOMEM;
  for (int i = 0; i < x->npopulation; ++i)
    names[i] = x->population[i].name;
  near = ictus_nearest (scalar->text, names, (size_t)x->npopulation);
  conf_words (&all, names, (size_t)x->npopulation);
  if (near != NULL)
    ictus_node_fail (scalar, ICTUS_E_INPUT, "there is no population '%.60s'; did you mean '%s'?",
                     scalar->text, near);
  else
    ictus_node_fail (scalar, ICTUS_E_INPUT, "there is no population '%.60s'; there is %s", scalar->text,
                     all.s != NULL ? all.s : "");
  ictus_text_clear (&all);
  ictus_free (names);
  return ICTUS_E_INPUT;
}

ictus_err
conf_populations (const ictus_experiment *x, const ictus_node *node, int **out, int *nout)
{
  size_t n = node->kind == ICTUS_NODE_SEQ ? node->n : 1;

  if ((*out = ictus_alloc (n, sizeof **out)) == NULL)
    return ICTUS_E_NOMEM;
  *nout = 0;
  for (size_t k = 0; k < n; ++k)
    {
      const ictus_node *one = node->kind == ICTUS_NODE_SEQ ? node->child[k] : node;

      ICTUS_TRY (conf_population (x, one, &(*out)[k]));
      for (size_t i = 0; i < k; ++i)
        if ((*out)[i] == (*out)[k])
          return ictus_node_fail (one, ICTUS_E_INPUT, "the population '%s' is named twice", one->text);
      ++*nout;
    }
  return ICTUS_OK;
}

ictus_err
conf_need_model (const ictus_experiment *x, const ictus_node *named_by, int population)
{
  const ictus_exp_population *p = &x->population[population];

  if (p->model != NULL)
    return ICTUS_OK;
  return ictus_node_fail (named_by, ICTUS_E_INPUT,
                          "the population '%s' replays spikes: it has no states and receives no input",
                          p->name);
}

ictus_err
conf_read_neurons (const ictus_experiment *x, const ictus_node *map, int population, uint64_t **out,
                   size_t *nout)
{
  const ictus_node *n = ictus_node_find (map, "neurons");

  *out = NULL;
  *nout = 0;
  if (n == NULL || (n->kind == ICTUS_NODE_SCALAR && strcmp (n->text, "all") == 0))
    return ICTUS_OK;
  return ictus_node_neurons (n, x->population[population].size, out, nout);
}

ictus_err
conf_records (const ictus_node *map, size_t size, void *out, int *n)
{
  size_t count = map != NULL ? map->n : 0;
  void *p = ictus_alloc (count > 0 ? count : 1, size);

  if (p == NULL)
    return ICTUS_E_NOMEM;
  memcpy (out, &p, sizeof p);
  *n = (int)count;
  return ICTUS_OK;
}

/* ---- top level ---------------------------------------------------------------------------------- */

/* The name of the file without folder and ending. */
static ictus_err
fill_name (const ictus_conf *c)
{
  const char *slash = strrchr (c->path, '/'), *base = slash != NULL ? slash + 1 : c->path,
             *dot = strrchr (base, '.');
  size_t n = dot != NULL && dot != base ? (size_t)(dot - base) : strlen (base);
  ictus_text name = { 0 };
  ictus_err e;

  ictus_text_add (&name, "\"");
  for (size_t k = 0; k < n && k < 100; ++k)
    ictus_text_add (&name, "%c", strchr ("\"\\ /", base[k]) != NULL ? '_' : base[k]);
  ictus_text_add (&name, "\"");
  e = name.failed ? ICTUS_E_NOMEM : ictus_conf_fill (c->root, "name", n > 0 ? name.s : "experiment");
  ictus_text_clear (&name);
  return e;
}

static ictus_err
read_top (ictus_experiment *x, const ictus_node *root)
{
  const ictus_node *name;

  ICTUS_TRY (fill_name (x->conf));
  name = ictus_node_find (root, "name");
  x->name = name->text;
  if (strchr (x->name, '/') != NULL || x->name[0] == '.')
    return ictus_node_fail (name, ICTUS_E_INPUT,
                            "the name becomes that of a folder: it cannot contain '/' or begin with '.'");
  x->description = conf_get_text (root, "description");
  if (x->description == NULL)
    x->description = "";
  x->seed = conf_get_whole (root, "seed");
  return ICTUS_OK;
}

static ictus_err
read_run (ictus_experiment *x, const ictus_node *root)
{
  const ictus_node *run = ictus_node_find (root, "run");

  x->t_stop_ms = conf_get_number (run, "run.t_stop");
  x->resolution_ms = conf_get_number (run, "run.resolution");
  x->grid = conf_get_choice (run, "run.timing") != 1;
  x->restart_mark_ms = conf_get_number (run, "run.restart_mark");
  x->partition = conf_get_text (run, "partition");
  x->exchange = (ictus_exchange)conf_get_choice (run, "run.exchange");
  x->flush_ms = conf_get_number (ictus_node_find (root, "output"), "output.flush");
  x->checkpoint_ms = conf_get_number (ictus_node_find (root, "checkpoint"), "checkpoint.interval");
  x->checkpoint_wall_s = conf_get_number (ictus_node_find (root, "checkpoint"), "checkpoint.wall");
  x->checkpoint_keep = (int)conf_get_whole (ictus_node_find (root, "checkpoint"), "checkpoint.keep");
  ICTUS_TRY (conf_need_countable (run, "t_stop", x->t_stop_ms, "resolution", x->resolution_ms));
  ICTUS_TRY (conf_need_countable (run, "t_stop", x->t_stop_ms, "interval of restart marks",
                                  x->restart_mark_ms));
  ICTUS_TRY (conf_need_grid (x, run, "t_stop", x->t_stop_ms));
  return conf_need_grid (x, run, "restart_mark", x->restart_mark_ms);
}

/* Without a section record: the spikes of all populations. */
static ictus_err
fill_record (const ictus_experiment *x, const ictus_node *root)
{
  ictus_text t = { 0 };
  ictus_err e;

  ictus_text_add (&t, "{spikes: {type: spikes, population: [");
  for (int i = 0; i < x->npopulation; ++i)
    ictus_text_add (&t, "%s\"%s\"", i > 0 ? ", " : "", x->population[i].name);
  ictus_text_add (&t, "]}}");
  e = t.failed ? ICTUS_E_NOMEM : ictus_conf_fill (root, "record", t.s);
  ictus_text_clear (&t);
  return e;
}

ictus_err
ictus_experiment_read (ictus_conf *c, ictus_experiment **out)
{
  ictus_experiment *x = NULL;
  ictus_err e = ICTUS_OK;

  *out = NULL;
  ICTUS_GO (conf_check (c));
  if ((x = ictus_alloc (1, sizeof *x)) == NULL)
    return ICTUS_E_NOMEM;
  x->conf = c;
  ICTUS_GO (read_top (x, c->root));
  ICTUS_GO (read_run (x, c->root));
  ICTUS_GO (conf_read_populations (x, c->root));
  ICTUS_GO (fill_record (x, c->root));
  ICTUS_GO (conf_check (c)); /* fills in the defaults of what was just filled in */
  ICTUS_GO (conf_read_projections (x, c->root));
  ICTUS_GO (conf_read_stimuli (x, c->root));
  ICTUS_GO (conf_read_record (x, c->root));
  ICTUS_GO (conf_read_sweep (x, c->root));
done:
  if (e != ICTUS_OK)
    ictus_experiment_destroy (&x);
  *out = x;
  return e;
}

void
ictus_experiment_destroy (ictus_experiment **e)
{
  ictus_experiment *x = *e;

  if (x == NULL)
    return;
  for (int i = 0; i < x->nprojection; ++i)
    ictus_free (x->projection[i].target);
  for (int i = 0; i < x->nstimulus; ++i)
    ictus_free (x->stimulus[i].neurons);
  for (int i = 0; i < x->nrecord; ++i)
    {
      ictus_free (x->record[i].population);
      ictus_free (x->record[i].neurons);
    }
  for (int i = 0; i < x->naxis; ++i)
    {
      ictus_free (x->axis[i].set);
      ictus_free (x->axis[i].value);
    }
  ictus_free (x->population);
  ictus_free (x->projection);
  ictus_free (x->stimulus);
  ictus_free (x->record);
  ictus_free (x->axis);
  ictus_free (x);
  *e = NULL;
}
