/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared by the files of src/ckpt only. */
#ifndef CKPT_IMPL_H
#define CKPT_IMPL_H

#include "ictus/ckpt.h"
#include "ictus/schema.h"

enum
{
  CKPT_PATH = 512
}; /* of a field of the image; names are at most 200 long */

struct ictus_ckpt
{
  ictus_engine *engine;
  const ictus_experiment *exp;
  MPI_Comm comm; /* the engine's */
  int rank;
  char *dir;
  ictus_ckpt_part *part;
  int npart;
  bool (*asked) (void *ctx);
  void *asked_ctx;
  bool quiet;
  ictus_recipe recipe; /* equal counts on all ranks; what rank 0 has counts */
  uint64_t digest;
  double next_ms, last_s; /* when the next is due by model time; wall clock of the last one (of rank 0) */
  int64_t *good;          /* [ngood] marks of the files that are known to be good, ascending; rank 0 */
  size_t ngood, cap;
  bool complained; /* that one could not be written was said */
  ictus_ckpt_stats stats;
};

/* What a checkpoint says about its run besides the state: collected once, put into every image. */
ictus_err ckpt_facts_make (ictus_ckpt *c);
ictus_err ckpt_facts_put (ictus_ckpt *c, ictus_image *im, double t_ms);
/* The digest of a net's experiment, found by rank 0, for all. Collective. */
ictus_err ckpt_digest_of (MPI_Comm comm, ictus_engine *engine, uint64_t *out);

/* "DIR/checkpoint-00000012.h5". */
void ckpt_path (const char *dir, int64_t mark, ictus_text *out);
/* Marks of the checkpoint files of a folder, descending; freed with ictus_free. Local. */
ictus_err ckpt_list (const char *dir, int64_t **mark, size_t *n);
/* Remove the files of earlier marks than the last `keep` good ones, and what broken writes have left. Local,
 * rank 0. */
void ckpt_prune (ictus_ckpt *c);
void ckpt_remove_temporary (const char *dir);

#endif
