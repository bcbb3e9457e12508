/* SPDX-License-Identifier: BSD-3-Clause */
/* From what a file keeps of a run to an experiment that can be run. */
#include "ckpt/ckpt_impl.h"

#include <stdlib.h>
#include <string.h>

static void
drop (char **list, size_t n)
{
  for (size_t k = 0; list != NULL && k < n; ++k)
    ictus_free (list[k]);
  ictus_free (list);
}

void
ictus_recipe_clear (ictus_recipe *r)
{
  ictus_free (r->experiment);
  ictus_free (r->folder);
  drop (r->model, r->nmodel);
  drop (r->model_text, r->nmodel);
  drop (r->model_reference, r->nmodel);
  drop (r->file, r->nfile);
  drop (r->file_path, r->nfile);
  drop (r->file_hash, r->nfile);
  *r = (ictus_recipe){ 0 };
}

/* key=value with a value that may hold anything. */
static ictus_err
set (ictus_conf *conf, const char *key, const char *value)
{
  ictus_text t = { 0 };
  ictus_err e;

  ictus_text_add (&t, "%s=\"", key);
  for (; *value != '\0'; ++value)
    {
      if (*value == '"' || *value == '\\')
        ictus_text_addn (&t, "\\", 1);
      ictus_text_addn (&t, value, 1);
    }
  ictus_text_add (&t, "\"");
  e = t.failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory") : ictus_conf_set (conf, t.s);
  ictus_text_clear (&t);
  return e;
}

/* ---- models ------------------------------------------------------------------------------------- */

/* A shipped model that is still the same is used as it is. */
static bool
is_shipped (const char *reference, const char *text)
{
  const ictus_kernel *k;

  for (size_t i = 0; (k = ictus_model_shipped (i)) != NULL; ++i)
    if (strcmp (k->name, reference) == 0)
      return strcmp (k->text, text) == 0;
  return false;
}

/* Model m as a file in the folder, and the populations that use it. */
static ictus_err
put_model (const ictus_recipe *r, size_t m, const ictus_recipe_use *use, ictus_conf *conf)
{
  const ictus_node *pops = ictus_node_find (ictus_conf_root (conf), "populations");
  ictus_text path = { 0 }, key = { 0 }, file = { 0 };
  ictus_err e = ICTUS_OK;

  if (pops == NULL || is_shipped (r->model_reference[m], r->model_text[m]))
    return ICTUS_OK;
  ictus_text_add (&file, "%s/%.250s.ode", use->models, r->model[m]);
  ictus_text_add (&path, "%s/%s", ictus_conf_dir (conf), use->models);
  if (!path.failed)
    e = ictus_mkdirs (path.s);
  ictus_text_add (&path, "/%.250s.ode", r->model[m]);
  if (path.failed || file.failed)
    e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  if (e == ICTUS_OK)
    e = ictus_file_write (path.s, r->model_text[m], strlen (r->model_text[m]));
  for (size_t k = 0; e == ICTUS_OK && k < ictus_node_count (pops); ++k)
    {
      const ictus_node *name = ictus_node_find (ictus_node_at (pops, k), "model");

      if (name == NULL || strcmp (ictus_node_text (name), r->model_reference[m]) != 0)
        continue;
      ictus_text_clear (&key);
      ictus_text_add (&key, "populations.%s.model", ictus_node_key (pops, k));
      e = key.failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory") : set (conf, key.s, file.s);
    }
  ictus_text_clear (&path);
  ictus_text_clear (&key);
  ictus_text_clear (&file);
  return e;
}

/* ---- files -------------------------------------------------------------------------------------- */

static bool
is_overridden (const ictus_recipe_use *use, const char *key)
{
  size_t n = strlen (key);

  for (size_t k = 0; k < use->nset; ++k)
    if (strncmp (use->set[k], key, n) == 0 && use->set[k][n] == '=')
      return true;
  return false;
}

/* A file that the experiment reads: it must be what it was, and is named by its absolute path. */
static ictus_err
put_file (const ictus_recipe *r, size_t k, const ictus_recipe_use *use, ictus_conf *conf)
{
  ictus_text path = { 0 };
  char *s = NULL, hash[32];
  size_t n;
  ictus_err e;

  if (is_overridden (use, r->file[k]))
    return ICTUS_OK;
  if (r->file_path[k][0] != '/' && r->folder != NULL)
    ictus_text_add (&path, "%s/", r->folder);
  ictus_text_add (&path, "%s", r->file_path[k]);
  e = path.failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory") : ictus_file_read (path.s, &s, &n);
  if (e == ICTUS_OK)
    {
      snprintf (hash, sizeof hash, "%016llx", (unsigned long long) ictus_hash (s, n, 0));
      if (strcmp (hash, r->file_hash[k]) != 0 && use->may_set)
        e = ICTUS_FAIL (ICTUS_E_INPUT, "%s has changed since that run; --set %s=PATH names another file",
                        path.s, r->file[k]);
      else if (strcmp (hash, r->file_hash[k]) != 0)
        e = ICTUS_FAIL (ICTUS_E_INPUT, "%s (%s) has changed since the run began", path.s, r->file[k]);
    }
  if (e == ICTUS_OK)
    e = set (conf, r->file[k], path.s);
  ictus_free (s);
  ictus_text_clear (&path);
  return e;
}

/* ---- partition ---------------------------------------------------------------------------------- */

/* Whether a partition file is there and for so many ranks: its line "ranks N" says so. */
static bool
fits (const ictus_conf *conf, const char *file, int nrank)
{
  ictus_text path = { 0 };
  char *s = NULL;
  const char *line;
  bool yes = false;

  ictus_conf_resolve (conf, file, &path);
  if (!path.failed && nrank > 0 && ictus_file_read (path.s, &s, NULL) == ICTUS_OK
      && (line = strstr (s, "\nranks ")) != NULL)
    yes = strtol (line + 7, NULL, 10) == nrank;
  ictus_free (s);
  ictus_text_clear (&path);
  return yes;
}

/* A partition file fits one rank count only, and no partition changes a result. */
static ictus_err
free_partition (ictus_conf *conf, int nrank)
{
  const ictus_node *run = ictus_node_find (ictus_conf_root (conf), "run");
  const ictus_node *how = run != NULL ? ictus_node_find (run, "partition") : NULL;

  if (how == NULL || strcmp (ictus_node_text (how), "block") == 0
      || strcmp (ictus_node_text (how), "round-robin") == 0 || fits (conf, ictus_node_text (how), nrank))
    return ICTUS_OK;
  ictus_log ("partition %s is left aside: neurons are dealt to the ranks in blocks, the results are the same",
             ictus_node_text (how));
  return ictus_conf_set (conf, "run.partition=block");
}

ictus_err
ictus_recipe_conf (const ictus_recipe *r, const ictus_recipe_use *use, ictus_conf **out)
{
  ictus_err e;

  ICTUS_GO (ictus_conf_parse (use->path, r->experiment, out));
  for (size_t k = 0; k < r->nmodel; ++k)
    ICTUS_GO (put_model (r, k, use, *out));
  for (size_t k = 0; k < r->nfile; ++k)
    ICTUS_GO (put_file (r, k, use, *out));
  e = free_partition (*out, use->nrank);
done:
  if (e != ICTUS_OK)
    ictus_conf_destroy (out);
  return e;
}
