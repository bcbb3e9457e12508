/* SPDX-License-Identifier: BSD-3-Clause */
/* What a checkpoint says about its run besides the state: enough to run it from this file alone.
   Fields: experiment, version, isa, digest, seed, t_ms, mark; models/NAME and references/NAME; files/KEY,
   "HASH PATH". */
#include "ckpt/ckpt_impl.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

ictus_err
ckpt_digest_of (MPI_Comm comm, ictus_engine *engine, uint64_t *out)
{
  ictus_err e = ICTUS_OK;

  *out = 0;
  if (ictus_comm_rank (comm) == 0)
    e = ictus_net_digest (ictus_engine_net (engine), ictus_engine_experiment (engine)->conf, out);
  ICTUS_TRY (ictus_comm_agree (comm, e));
  ICTUS_MPI (MPI_Bcast (out, 1, MPI_UINT64_T, 0, comm));
  return ICTUS_OK;
}

/* ---- models ------------------------------------------------------------------------------------- */

/* What the moved experiment calls the model of a population. */
static const char *
reference_of (const ictus_conf *moved, const char *population)
{
  const ictus_node *pops = ictus_node_find (ictus_conf_root (moved), "populations");
  const ictus_node *pop = pops != NULL ? ictus_node_find (pops, population) : NULL;
  const ictus_node *model = pop != NULL ? ictus_node_find (pop, "model") : NULL;

  return model != NULL ? ictus_node_text (model) : "";
}

static bool
has_name (const ictus_recipe *r, const char *name)
{
  for (size_t k = 0; k < r->nmodel; ++k)
    if (strcmp (r->model[k], name) == 0)
      return true;
  return false;
}

static ictus_err
add_model (ictus_recipe *r, const ictus_population *pop, const char *reference)
{
  const char *text = ictus_lang_text (pop->model->lang);
  char name[256];

  snprintf (name, sizeof name, "%.200s", ictus_lang_name (pop->model->lang));
  for (int k = 2; has_name (r, name); ++k) /* another file of the same name */
    snprintf (name, sizeof name, "%.200s-%d", ictus_lang_name (pop->model->lang), k);
  r->model[r->nmodel] = ictus_strdup (name);
  r->model_text[r->nmodel] = ictus_strdup (text);
  r->model_reference[r->nmodel] = ictus_strdup (reference);
  r->nmodel += 1;
  return r->model[r->nmodel - 1] != NULL && r->model_text[r->nmodel - 1] != NULL
                 && r->model_reference[r->nmodel - 1] != NULL
             ? ICTUS_OK
             : ICTUS_E_NOMEM;
}

/* Each model once for everything that the experiment calls it. */
static ictus_err
add_models (ictus_recipe *r, const ictus_net *net, const ictus_conf *moved)
{
  size_t n = (size_t) ictus_net_npopulation (net);

  r->model = ictus_alloc (n, sizeof *r->model);
  r->model_text = ictus_alloc (n, sizeof *r->model_text);
  r->model_reference = ictus_alloc (n, sizeof *r->model_reference);
  if (r->model == NULL || r->model_text == NULL || r->model_reference == NULL)
    return ICTUS_E_NOMEM;
  for (int p = 0; p < (int) n; ++p)
    {
      const ictus_population *pop = ictus_net_population (net, p);
      bool known = pop->model == NULL;

      for (int q = 0; q < p && !known; ++q)
        known = ictus_net_population (net, q)->model != NULL
                && strcmp (ictus_net_population (net, q)->conf->model, pop->conf->model) == 0;
      if (!known)
        ICTUS_TRY (add_model (r, pop, moved != NULL ? reference_of (moved, pop->name) : ""));
    }
  return ICTUS_OK;
}

/* ---- files -------------------------------------------------------------------------------------- */

/* A file that the experiment reads. Only rank 0 (read) looks where it really is and what is in it. */
static ictus_err
add_file (ictus_recipe *r, const ictus_conf *conf, const char *section, const char *name, const char *key,
          const char *path, bool read)
{
  ictus_text full = { 0 }, k = { 0 };
  char *s = NULL, hash[32] = "", real[PATH_MAX];
  size_t n = 0;
  ictus_err e = ICTUS_OK;

  ictus_text_add (&k, "%s.%s.%s", section, name, key);
  ictus_conf_resolve (conf, path, &full);
  if (k.failed || full.failed)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory"));
  if (read)
    {
      ICTUS_GO (ictus_file_read (full.s, &s, &n));
      snprintf (hash, sizeof hash, "%016llx", (unsigned long long) ictus_hash (s, n, 0));
    }
  r->file[r->nfile] = ictus_strdup (k.s);
  r->file_path[r->nfile] = ictus_strdup (read && realpath (full.s, real) != NULL ? real : full.s);
  r->file_hash[r->nfile] = ictus_strdup (hash);
  r->nfile += 1;
  if (r->file[r->nfile - 1] == NULL || r->file_path[r->nfile - 1] == NULL
      || r->file_hash[r->nfile - 1] == NULL)
    e = ICTUS_E_NOMEM;
done:
  ictus_free (s);
  ictus_text_clear (&full);
  ictus_text_clear (&k);
  return e;
}

static ictus_err
add_files (ictus_recipe *r, const ictus_experiment *x, bool read)
{
  size_t n = (size_t) x->npopulation + (size_t) x->nprojection;

  r->file = ictus_alloc (n, sizeof *r->file);
  r->file_path = ictus_alloc (n, sizeof *r->file_path);
  r->file_hash = ictus_alloc (n, sizeof *r->file_hash);
  if (r->file == NULL || r->file_path == NULL || r->file_hash == NULL)
    return ICTUS_E_NOMEM;
  for (int p = 0; p < x->npopulation; ++p)
    if (x->population[p].spike_file != NULL)
      ICTUS_TRY (add_file (r, x->conf, "populations", x->population[p].name, "spike_file",
                           x->population[p].spike_file, read));
  for (int p = 0; p < x->nprojection; ++p)
    if (x->projection[p].file != NULL)
      ICTUS_TRY (
          add_file (r, x->conf, "projections", x->projection[p].name, "file", x->projection[p].file, read));
  return ICTUS_OK;
}

/* ---- together ----------------------------------------------------------------------------------- */

/* Local: the same counts and names on all ranks, texts on rank 0. */
static ictus_err
make (ictus_ckpt *c)
{
  ictus_recipe *r = &c->recipe;
  ictus_conf *moved = NULL;
  ictus_text text = { 0 };
  ictus_err e = ICTUS_OK;

  if (c->rank == 0)
    {
      ICTUS_GO (ictus_conf_emit_moved (c->exp->conf, &text));
      ICTUS_GO (ictus_conf_parse (ictus_conf_path (c->exp->conf), text.s, &moved));
    }
  r->experiment = ictus_strdup (text.s != NULL ? text.s : "");
  if (r->experiment == NULL)
    ICTUS_GO (ICTUS_E_NOMEM);
  ICTUS_GO (add_models (r, ictus_engine_net (c->engine), moved));
  e = add_files (r, c->exp, c->rank == 0);
done:
  ictus_conf_destroy (&moved);
  ictus_text_clear (&text);
  return e;
}

ictus_err
ckpt_facts_make (ictus_ckpt *c)
{
  ICTUS_TRY (ictus_comm_agree (c->comm, make (c)));
  return ckpt_digest_of (c->comm, c->engine, &c->digest);
}

static ictus_err
put_recipe (const ictus_recipe *r, ictus_image *im)
{
  char name[CKPT_PATH], text[4096 + 64];

  ICTUS_TRY (ictus_image_put_text (im, "experiment", r->experiment));
  for (size_t k = 0; k < r->nmodel; ++k)
    {
      snprintf (name, sizeof name, "models/%s", r->model[k]);
      ICTUS_TRY (ictus_image_put_text (im, name, r->model_text[k]));
      snprintf (name, sizeof name, "references/%s", r->model[k]);
      ICTUS_TRY (ictus_image_put_text (im, name, r->model_reference[k]));
    }
  for (size_t k = 0; k < r->nfile; ++k)
    {
      snprintf (name, sizeof name, "files/%s", r->file[k]);
      snprintf (text, sizeof text, "%s %s", r->file_hash[k], r->file_path[k]);
      ICTUS_TRY (ictus_image_put_text (im, name, text));
    }
  return ICTUS_OK;
}

ictus_err
ckpt_facts_put (ictus_ckpt *c, ictus_image *im, double t_ms)
{
  int64_t mark = ictus_engine_marks (c->engine);

  ICTUS_TRY (put_recipe (&c->recipe, im));
  ICTUS_TRY (ictus_image_put_text (im, "version", ictus_version ()));
  ICTUS_TRY (ictus_image_put_text (im, "isa", ictus_isa ()));
  ICTUS_TRY (ictus_image_put (im, "digest", ICTUS_IMAGE_U64, 1, &c->digest));
  ICTUS_TRY (ictus_image_put (im, "seed", ICTUS_IMAGE_U64, 1, &c->exp->seed));
  ICTUS_TRY (ictus_image_put (im, "t_ms", ICTUS_IMAGE_F64, 1, &t_ms));
  return ictus_image_put (im, "mark", ICTUS_IMAGE_I64, 1, &mark);
}
