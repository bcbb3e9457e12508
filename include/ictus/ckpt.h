/* SPDX-License-Identifier: BSD-3-Clause */
/** \file ckpt.h
 * Checkpoints of a run: when they are taken (at restart marks only), which files they are, which to trust.
 *
 * DIR/checkpoint-MMMMMMMM.h5 is the image (image.h) of the run after restart mark MMMMMMMM: the experiment
 * with every value (paths made absolute), the texts of the models, hashes of the files it reads, the state of
 * the net and the engine, and what the parts that joined put in (result files, summaries). It does not depend
 * on the rank count. The last `checkpoint.keep` are kept; a run that is done removes them.
 */
#ifndef ICTUS_CKPT_H
#define ICTUS_CKPT_H

#include "ictus/engine.h"
#include "ictus/image.h"

typedef struct ictus_ckpt ictus_ckpt;

typedef struct ictus_ckpt_part /* somebody above the engine whose state belongs into the checkpoint */
{
  void *ctx;
  ictus_err (*save) (void *ctx, ictus_image *im); /* collective: all ranks of the engine */
} ictus_ckpt_part;

typedef struct ictus_ckpt_options
{
  const char *dir;             /* exists; borrowed until the call returns, as all of this record */
  const ictus_ckpt_part *part; /* [npart]; copied */
  int npart;
  bool (*asked) (void *ctx); /* true: take a checkpoint at the next mark and stop there; local, any rank;
                                may be NULL */
  void *asked_ctx;
  bool quiet; /* no line about each checkpoint */
} ictus_ckpt_options;

/** Add the checkpointing hook to an engine, as the last hook: at every mark that is due (checkpoint.interval
 * of model time, checkpoint.wall of wall time, as the experiment says), or when asked, the image is written.
 * When asked the mark hook returns ICTUS_E_STOPPED after it, so ictus_engine_run ends there. A checkpoint
 * that cannot be written (full disk, ...) is said once and the run goes on, with the previous one still good;
 * when asked to stop it is ICTUS_E_IO. Collectivity: all ranks of the engine. */
ictus_err ictus_ckpt_create (ictus_engine *engine, const ictus_ckpt_options *opt, ictus_ckpt **out);
void ictus_ckpt_destroy (ictus_ckpt **c); /* Collectivity: all ranks of the engine. */

typedef struct ictus_ckpt_stats
{
  int n;          /* checkpoints written */
  double wall_s;  /* in all, this rank */
  uint64_t bytes; /* of the last image */
  double t_ms;    /* model time of the last; NaN: none */
} ictus_ckpt_stats;
void ictus_ckpt_get_stats (const ictus_ckpt *c, ictus_ckpt_stats *out); /* Collectivity: none. */

/** The newest good checkpoint of a folder, opened. Each one that is refused (corrupt, truncated, foreign,
 * other schema version, other instruction-set level, other experiment when digest is not 0) is said with its
 * reason and the one before is tried.
 * \param digest  0, or the ictus_net_digest that it must have
 * \retval ICTUS_OK         *out is it, or NULL when there is no checkpoint file at all
 * \retval ICTUS_E_FORMAT   there are some but none is good; the reasons were said
 * Collectivity: all ranks of comm. */
ictus_err ictus_ckpt_find (MPI_Comm comm, const char *dir, uint64_t digest, ictus_image **out);
/** The same, and one that does not fit what it goes on with is refused like a bad one.
 * \param fits  whatever error but ICTUS_E_NOMEM it returns is the reason to refuse the image; collective, all ranks of
 *     comm; NULL: all fit. Collectivity: all ranks of comm. */
ictus_err ictus_ckpt_find_fitting (MPI_Comm comm, const char *dir, uint64_t digest,
                                   ictus_err (*fits) (void *ctx, ictus_image *im), void *ctx, ictus_image **out);
/** Level of instructions of the newest checkpoint in a folder that can be read; "" when there is none. Nothing but that is
 * looked at. name [size]. Collectivity: none (one rank only). */
ictus_err ictus_ckpt_isa (const char *dir, char *name, size_t size);
/** Restart mark time of an image, ms. Collectivity: all ranks of the image. */
ictus_err ictus_ckpt_time (ictus_image *im, double *t_ms);
/** The experiment that an image holds, to be run from folder dir: models that differ from the shipped ones
 * are written to DIR/models/, files it reads must be unchanged (hashes). A partition file for another number
 * of ranks is left aside.
 * \param comm  the communicator that the image was opened on
 * Collectivity: all ranks of comm. */
ictus_err ictus_ckpt_experiment (MPI_Comm comm, ictus_image *im, const char *dir, ictus_conf **out);
/** The digest of the experiment of an image (ictus_net_digest). Collectivity: all ranks of the image. */
ictus_err ictus_ckpt_digest (ictus_image *im, uint64_t *digest);
/** Load net and engine from an image: the engine was created from the same experiment and has not run yet;
 * parts are loaded by their owners.
 * \retval ICTUS_E_FORMAT, ICTUS_E_INPUT (other experiment)
 * Collectivity: all ranks of the engine. */
ictus_err ictus_ckpt_load (ictus_engine *engine, ictus_image *im);
/** Whether there is any checkpoint file in a folder, good or bad. Collectivity: none. */
bool ictus_ckpt_exists (const char *dir);
/** Remove all checkpoint files (and their temporary ones) of a folder. Collectivity: none (one rank). */
ictus_err ictus_ckpt_remove (const char *dir);
/** Cost of every neuron of a population as measured so far (right-hand sides; 0 where a solver does not
 * count), [size], on all ranks; *cost freed with ictus_free. Collectivity: all ranks of the image. */
ictus_err ictus_ckpt_cost (ictus_image *im, const char *population, size_t size, double **cost);

/* ---- what is kept of a run, to run it again ----------------------------------------------------- */

typedef struct ictus_recipe /* of a checkpoint or a result file; owns its strings (ictus_free) */
{
  char *experiment; /* YAML, with every value */
  char *folder;     /* relative paths of files are relative to it; NULL: none is relative */
  char **model, **model_text, **model_reference; /* [nmodel] name, text, what the experiment calls it */
  size_t nmodel;
  char **file, **file_path, **file_hash; /* [nfile] key in the experiment, path, hash of the contents */
  size_t nfile;
} ictus_recipe;

typedef struct ictus_recipe_use
{
  const char *path;   /* of the document that is made; it and its models stand in the folder of path */
  const char *models; /* folder in it for models that differ from the shipped ones, such as "models" */
  const char *const *set; /* [nset] "KEY=VALUE" that are set afterwards: a file under such a key is not
                             looked for */
  size_t nset;
  bool may_set; /* the user can name another file where one has changed: say so */
  int nrank;    /* a partition file for this number of ranks is kept; 0: none is */
} ictus_recipe_use;

/** The document of a recipe: models written beside it, files that it reads found unchanged and named by their
 * absolute paths, a partition file that does not fit left aside, with a word.
 * \retval ICTUS_E_INPUT  a file has changed
 * Collectivity: none (one rank). */
ictus_err ictus_recipe_conf (const ictus_recipe *r, const ictus_recipe_use *use, ictus_conf **out);
void ictus_recipe_clear (ictus_recipe *r); /* Collectivity: none. */

#endif
