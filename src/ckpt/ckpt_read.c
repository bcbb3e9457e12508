/* SPDX-License-Identifier: BSD-3-Clause */
/* What is in an image of a run: its facts, its experiment, its state, its costs. */
#include "ckpt/ckpt_impl.h"

#include <string.h>

ictus_err
ictus_ckpt_time (ictus_image *im, double *t_ms)
{
  return ictus_image_get_n (im, "t_ms", ICTUS_IMAGE_F64, 1, t_ms);
}

ictus_err
ictus_ckpt_digest (ictus_image *im, uint64_t *digest)
{
  return ictus_image_get_n (im, "digest", ICTUS_IMAGE_U64, 1, digest);
}

/* ---- the experiment ----------------------------------------------------------------------------- */

/* Members of a group of texts, and the texts of the same names in another one. */
static ictus_err
read_texts (ictus_image *im, const char *group, char **name, size_t n, char **text)
{
  char path[CKPT_PATH];

  for (size_t k = 0; k < n; ++k)
    {
      snprintf (path, sizeof path, "%s/%s", group, name[k]);
      ICTUS_TRY (ictus_image_get_text (im, path, &text[k]));
    }
  return ICTUS_OK;
}

/* "HASH PATH" into its two halves; text keeps the path. */
static ictus_err
split_file (ictus_image *im, const char *key, char *text, char **hash)
{
  char *space = strchr (text, ' ');

  if (space == NULL)
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: files/%s is no hash and path", ictus_image_path (im), key);
  *space = '\0';
  *hash = ictus_strdup (text);
  memmove (text, space + 1, strlen (space + 1) + 1);
  return *hash == NULL ? ICTUS_E_NOMEM : ICTUS_OK;
}

static ictus_err
read_recipe (MPI_Comm comm, ictus_image *im, ictus_recipe *r)
{
  ictus_err e = ICTUS_OK;

  ICTUS_TRY (ictus_image_get_text (im, "experiment", &r->experiment));
  ICTUS_TRY (ictus_image_list (im, "models", &r->model, &r->nmodel));
  ICTUS_TRY (ictus_image_list (im, "files", &r->file, &r->nfile));
  r->model_text = ictus_alloc (r->nmodel, sizeof *r->model_text);
  r->model_reference = ictus_alloc (r->nmodel, sizeof *r->model_reference);
  r->file_path = ictus_alloc (r->nfile, sizeof *r->file_path);
  r->file_hash = ictus_alloc (r->nfile, sizeof *r->file_hash);
  if (r->model_text == NULL || r->model_reference == NULL || r->file_path == NULL || r->file_hash == NULL)
    e = ICTUS_E_NOMEM;
  ICTUS_TRY (ictus_comm_agree (comm, e));
  ICTUS_TRY (read_texts (im, "models", r->model, r->nmodel, r->model_text));
  ICTUS_TRY (read_texts (im, "references", r->model, r->nmodel, r->model_reference));
  ICTUS_TRY (read_texts (im, "files", r->file, r->nfile, r->file_path));
  for (size_t k = 0; e == ICTUS_OK && k < r->nfile; ++k)
    e = split_file (im, r->file[k], r->file_path[k], &r->file_hash[k]);
  return ictus_comm_agree (comm, e);
}

/* Rank 0's text for all. Collective. */
static ictus_err
share_text (MPI_Comm comm, ictus_text *t)
{
  uint64_t n = t->len;
  char *s = NULL;
  ictus_err e;

  ICTUS_MPI (MPI_Bcast (&n, 1, MPI_UINT64_T, 0, comm));
  s = ictus_alloc (n + 1, 1);
  ICTUS_GO (ictus_comm_agree (comm, s == NULL ? ICTUS_E_NOMEM : ICTUS_OK));
  if (ictus_comm_rank (comm) == 0)
    memcpy (s, t->s, n);
  ICTUS_MPI (MPI_Bcast (s, (int) n, MPI_CHAR, 0, comm));
  if (ictus_comm_rank (comm) != 0)
    ictus_text_addn (t, s, n);
  e = ictus_comm_agree (comm, t->failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory") : ICTUS_OK);
done:
  ictus_free (s);
  return e;
}

/* Rank 0: the text of the document, and what it needs beside it. */
static ictus_err
make_text (MPI_Comm comm, const ictus_recipe *r, const char *path, ictus_text *text)
{
  const ictus_recipe_use use = { .path = path, .models = "models", .nrank = ictus_comm_size (comm) };
  ictus_conf *conf = NULL;
  ictus_err e;

  ICTUS_GO (ictus_recipe_conf (r, &use, &conf));
  e = ictus_conf_emit (conf, text);
done:
  ictus_conf_destroy (&conf);
  return e;
}

ictus_err
ictus_ckpt_experiment (MPI_Comm comm, ictus_image *im, const char *dir, ictus_conf **out)
{
  const char *file = strrchr (ictus_image_path (im), '/');
  ictus_recipe r = { 0 };
  ictus_text path = { 0 }, text = { 0 };
  ictus_err e;

  *out = NULL;
  ICTUS_GO (read_recipe (comm, im, &r));
  ictus_text_add (&path, "%s/%s", dir, file != NULL ? file + 1 : ictus_image_path (im));
  ICTUS_GO (ictus_comm_agree (comm, path.failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory") : ICTUS_OK));
  ICTUS_GO (
      ictus_comm_agree (comm, ictus_comm_rank (comm) == 0 ? make_text (comm, &r, path.s, &text) : ICTUS_OK));
  ICTUS_GO (share_text (comm, &text));
  e = ictus_comm_agree (comm, ictus_conf_parse (path.s, text.s, out));
done:
  if (e != ICTUS_OK)
    ictus_conf_destroy (out);
  ictus_recipe_clear (&r);
  ictus_text_clear (&path);
  ictus_text_clear (&text);
  return e;
}

/* ---- the state ---------------------------------------------------------------------------------- */

ictus_err
ictus_ckpt_load (ictus_engine *engine, ictus_image *im)
{
  uint64_t mine, its;

  ICTUS_TRY (ckpt_digest_of (ictus_engine_comm (engine), engine, &mine));
  ICTUS_TRY (ictus_ckpt_digest (im, &its));
  if (mine != its)
    return ICTUS_FAIL (ICTUS_E_INPUT, "%s: of another experiment", ictus_image_path (im));
  return ictus_engine_load (engine, im);
}

ictus_err
ictus_ckpt_cost (ictus_image *im, const char *population, size_t size, double **cost)
{
  uint64_t *row = ictus_alloc (size, sizeof *row), *work = ictus_alloc (size, sizeof *work);
  char path[CKPT_PATH];
  ictus_err e = ICTUS_E_NOMEM;

  *cost = ictus_alloc (size, sizeof **cost);
  if (row == NULL || work == NULL || *cost == NULL)
    goto done; /* a few megabytes: all ranks have them or the run is lost anyway */
  snprintf (path, sizeof path, "work/%s", population);
  e = ICTUS_OK;
  if (!ictus_image_has (im, path))
    goto done;
  for (size_t k = 0; k < size; ++k)
    row[k] = k;
  ICTUS_GO (ictus_image_get_rows (im, path, ICTUS_IMAGE_U64, size, 1, row, size, work));
  for (size_t k = 0; k < size; ++k)
    (*cost)[k] = (double) work[k];
done:
  ictus_free (row);
  ictus_free (work);
  if (e != ICTUS_OK)
    {
      ictus_free (*cost);
      *cost = NULL;
    }
  return e;
}
