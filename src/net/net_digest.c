/* SPDX-License-Identifier: BSD-3-Clause */
/* A hash of everything that results depend on. */
#include <string.h>

#include "net_impl.h"

static ictus_err
hash_file (const ictus_conf *conf, const char *path, uint64_t *h)
{
  ictus_text full = { 0 };
  char *data = NULL;
  size_t len = 0;
  ictus_err e = ICTUS_OK;

  if (path == NULL)
    return ICTUS_OK;
  ictus_conf_resolve (conf, path, &full);
  if (full.failed)
    ICTUS_GO (ICTUS_E_NOMEM);
  ICTUS_GO (ictus_file_read (full.s, &data, &len));
  *h = ictus_hash (data, len, *h);
done:
  ictus_free (data);
  ictus_text_clear (&full);
  return e;
}

/* Files count by what is in them, wherever they lie and whatever they are called. */
static ictus_err
forget_paths (ictus_conf *c)
{
  static const char *const key[][2]
      = { { "populations", "model" }, { "populations", "spike_file" }, { "projections", "file" } };
  ictus_text set = { 0 };
  ictus_err e = ICTUS_OK;

  for (size_t k = 0; k < sizeof key / sizeof *key; ++k)
    {
      const ictus_node *section = ictus_node_find (ictus_conf_root (c), key[k][0]);

      for (size_t i = 0; section != NULL && i < ictus_node_count (section); ++i)
        {
          if (ictus_node_find (ictus_node_at (section, i), key[k][1]) == NULL)
            continue;
          ictus_text_clear (&set);
          ictus_text_add (&set, "%s.%s.%s=file", key[k][0], ictus_node_key (section, i), key[k][1]);
          ICTUS_GO (set.failed ? ICTUS_E_NOMEM : ictus_conf_set (c, set.s));
        }
    }
done:
  ictus_text_clear (&set);
  return e;
}

/* Maps in which the order of the entries counts: their numbers are keys of random numbers, or the order of a sum. */
static bool
is_ordered (const char *path)
{
  static const char *const ordered[] = { ".populations", ".projections", ".stimuli", ".record", ".sweep.axes" };

  for (size_t k = 0; k < sizeof ordered / sizeof *ordered; ++k)
    if (strcmp (path, ordered[k]) == 0)
      return true;
  return false;
}

/* A value with all that is in it. Elsewhere than in ordered maps it does not matter what was written first. */
static uint64_t
hash_node (const ictus_node *n, const char *path)
{
  uint64_t h = ictus_hash (&(unsigned char){ (unsigned char) ictus_node_is (n) }, 1, 0), sum = 0;
  bool ordered = is_ordered (path);
  char below[256];

  if (ictus_node_is (n) == ICTUS_NODE_SCALAR)
    return ictus_hash (ictus_node_text (n), strlen (ictus_node_text (n)), h);
  for (size_t k = 0; k < ictus_node_count (n); ++k)
    {
      const char *key = ictus_node_is (n) == ICTUS_NODE_MAP ? ictus_node_key (n, k) : "";
      uint64_t child;

      snprintf (below, sizeof below, "%.120s.%.120s", path, key);
      child = hash_node (ictus_node_at (n, k), below);
      child = ictus_hash (&child, sizeof child, ictus_hash (key, strlen (key), 0));
      if (ictus_node_is (n) == ICTUS_NODE_MAP && !ordered)
        sum += child;
      else
        h = ictus_hash (&child, sizeof child, h);
    }
  return ictus_hash (&sum, sizeof sum, h);
}

/* The values of the document and all its defaults, with one value for each key that no result depends on. */
static ictus_err
hash_values (const ictus_conf *conf, uint64_t *h)
{
  static const char *const fixed[]
      = { "run.partition=block",    "run.exchange=auto",   "output.flush=1000 ms",
          "checkpoint.interval=0 ms", "checkpoint.wall=0 s", "checkpoint.keep=2" };
  static const char *const fixed_in_sweep[]
      = { "sweep.ranks_per_point=1", "sweep.seizure={chi: 0.4, rate: 5 Hz}" };
  ictus_conf *copy = NULL;
  ictus_experiment *read = NULL;
  ictus_text full = { 0 };
  uint64_t values;
  ictus_err e;

  ICTUS_GO (ictus_conf_emit (conf, &full));
  ICTUS_GO (ictus_conf_parse (ictus_conf_path (conf), full.s, &copy));
  for (size_t k = 0; k < sizeof fixed / sizeof *fixed; ++k)
    ICTUS_GO (ictus_conf_set (copy, fixed[k]));
  if (ictus_node_find (ictus_conf_root (conf), "sweep") != NULL)
    for (size_t k = 0; k < sizeof fixed_in_sweep / sizeof *fixed_in_sweep; ++k)
      ICTUS_GO (ictus_conf_set (copy, fixed_in_sweep[k]));
  ICTUS_GO (forget_paths (copy));
  ICTUS_GO (ictus_experiment_read (copy, &read));
  values = hash_node (ictus_conf_root (copy), "");
  *h = ictus_hash (&values, sizeof values, *h);
done:
  ictus_text_clear (&full);
  ictus_experiment_destroy (&read);
  ictus_conf_destroy (&copy);
  return e;
}

ictus_err
ictus_net_digest (const ictus_net *net, const ictus_conf *conf, uint64_t *out)
{
  uint64_t h = 0;

  ICTUS_TRY (hash_values (conf, &h));
  for (int p = 0; p < net->npop; ++p)
    {
      const ictus_population *pop = &net->pop[p];

      if (pop->model != NULL)
        h = ictus_hash (pop->model->kernel->text, strlen (pop->model->kernel->text), h);
      ICTUS_TRY (hash_file (conf, net->exp->population[p].spike_file, &h));
    }
  for (int k = 0; k < net->exp->nprojection; ++k)
    ICTUS_TRY (hash_file (conf, net->exp->projection[k].file, &h));
  *out = h;
  return ICTUS_OK;
}
