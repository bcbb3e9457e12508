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

/* The values of the document and all its defaults, with one value for each key that no result depends on. */
static ictus_err
hash_values (const ictus_conf *conf, uint64_t *h)
{
  static const char *const fixed[]
      = { "run.partition=block",   "output.flush=1000 ms", "checkpoint.interval=0 ms",
          "checkpoint.wall=0 s",   "checkpoint.keep=2" };
  static const char *const fixed_in_sweep[]
      = { "sweep.ranks_per_point=1", "sweep.seizure={chi: 0.4, rate: 5 Hz}" };
  ictus_conf *copy = NULL;
  ictus_experiment *read = NULL;
  ictus_text full = { 0 }, text = { 0 };
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
  ICTUS_GO (ictus_conf_emit (copy, &text));
  *h = ictus_hash (text.s, text.len, *h);
done:
  ictus_text_clear (&full);
  ictus_text_clear (&text);
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
