/* SPDX-License-Identifier: BSD-3-Clause */
/* One run of a sweep, by a team; and its checkpoints, DIR/points/<run>/: a run that was stopped or killed goes on from
   there, on a team of any size, with the same bits. Most runs are short and never have any. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sweep/sweep_impl.h"

/* ---- the folder of a run ---- */

void
ictus__point_dir (const char *dir, size_t run, ictus_text *out)
{
  ictus_text_add (out, "%s/points/%zu", dir, run);
}

/* What is in it may be of any kind; what cannot go stays and does no harm. */
void
ictus__point_forget (const char *dir, size_t run)
{
  ictus_text path = { 0 };

  ictus__point_dir (dir, run, &path);
  if (!path.failed)
    {
      (void) ictus_ckpt_remove (path.s);
      (void) rmdir (path.s);
    }
  ictus_text_clear (&path);
}

void
ictus__points_forget (const char *dir, const ictus__table *t, bool all)
{
  ictus_text path = { 0 };
  DIR *folder;
  struct dirent *entry;

  ictus_text_add (&path, "%s/points", dir);
  folder = path.failed ? NULL : opendir (path.s);
  while (folder != NULL && (entry = readdir (folder)) != NULL)
    {
      char *end;
      unsigned long long run = strtoull (entry->d_name, &end, 10);

      if (end == entry->d_name || *end != '\0' || run >= t->npoint)
        continue;
      if (all || t->status[run] == ICTUS__DONE || t->status[run] == ICTUS__FAILED)
        ictus__point_forget (dir, (size_t) run);
    }
  if (folder != NULL)
    closedir (folder);
  ictus_text_clear (&path);
}

void
ictus__points_close (const char *dir)
{
  ictus_text path = { 0 };

  ictus_text_add (&path, "%s/points", dir);
  if (!path.failed)
    (void) rmdir (path.s); /* when it is empty */
  ictus_text_clear (&path);
}

/* ---- hooks ---- */

typedef struct point
{
  const ictus__study *study;
  ictus__deal *deal;
  MPI_Comm team;
  ictus_text dir; /* of its checkpoints */
  double begin_s;
  bool has_dir, stop;
  ictus_conf *conf;
  ictus_experiment *exp;
  ictus_engine *engine;
  ictus_summary *summary;
  ictus_ckpt *ckpt;
} point;

static ictus_err
at_window (void *ctx, double t0_ms, double t1_ms, const ictus_spike *spike, size_t n)
{
  const point *p = ctx;

  (void) t0_ms;
  (void) t1_ms;
  (void) spike;
  (void) n;
  ictus__deal_poll (p->deal);
  return ICTUS_OK;
}

/* Before the hook of the checkpoints, which it tells whether to stop, so that both see the same. The folder is made when
   a checkpoint may be near. */
static ictus_err
at_mark (void *ctx, double t_ms)
{
  point *p = ctx;
  double wall = p->exp->checkpoint_wall_s;
  int want[2];

  (void) t_ms;
  want[0] = ictus__deal_poll (p->deal);
  want[1] = want[0] || p->exp->checkpoint_ms > 0 || (wall > 0 && ictus_wall_s () - p->begin_s > 0.5 * wall);
  ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, want, 2, MPI_INT, MPI_MAX, p->team));
  p->stop = want[0] != 0;
  if (want[1] && !p->has_dir)
    {
      if (ictus_comm_rank (p->team) == 0)
        (void) ictus_mkdirs (p->dir.s); /* if not, the checkpoint fails and says why */
      p->has_dir = true;
      ICTUS_MPI (MPI_Barrier (p->team));
    }
  return ICTUS_OK;
}

static bool
asked (void *ctx)
{
  return ((const point *) ctx)->stop;
}

/* ---- a run ---- */

static void
clear (point *p)
{
  ictus_ckpt_destroy (&p->ckpt);
  ictus_summary_destroy (&p->summary);
  ictus_engine_destroy (&p->engine);
  ictus_experiment_destroy (&p->exp);
  ictus_conf_destroy (&p->conf);
}

static ictus_err
make (point *p, size_t run)
{
  const ictus__study *s = p->study;
  ictus_hook hook = { .ctx = p, .window = at_window };
  ictus_err e;

  ICTUS_TRY (ictus_comm_agree (p->team, ictus__grid_point (s->plain, s->exp, run, &p->conf, &p->exp)));
  ICTUS_TRY (ictus_engine_create (p->team, p->exp, &p->engine));
  ictus__deal_poll (p->deal);
  if (p->exp->restart_mark_ms < p->exp->t_stop_ms)
    hook.mark = at_mark;
  e = ictus_summary_create (p->engine, s->exp->discard_ms, &p->summary);
  if (e == ICTUS_OK)
    e = ictus_engine_hook (p->engine, &hook);
  return ictus_comm_agree (p->team, e);
}

static ictus_err
load (point *p)
{
  ictus_image *image = NULL;
  ictus_err e;

  ICTUS_GO (ictus_ckpt_find (p->team, p->dir.s, 0, &image));
  if (image == NULL)
    goto done;
  ICTUS_GO (ictus_ckpt_load (p->engine, image));
  ICTUS_GO (ictus_summary_load (p->summary, image));
done:
  ictus_image_close (&image);
  return e;
}

/* Go on from a checkpoint; one that cannot be used is left aside, and the run begins at its beginning. */
static ictus_err
go_on (point *p, size_t run)
{
  int there = ictus_comm_rank (p->team) == 0 && ictus_file_exists (p->dir.s);
  ictus_err e;

  ICTUS_MPI (MPI_Bcast (&there, 1, MPI_INT, 0, p->team));
  if (!there)
    return ICTUS_OK;
  p->has_dir = true;
  e = load (p); /* nothing, when the folder has no checkpoint */
  if (e == ICTUS_OK || e == ICTUS_E_NOMEM)
    return e;
  if (ictus_comm_rank (p->team) == 0)
    ictus_log ("point %zu begins anew: %s", run, ictus_err_last ());
  clear (p);
  return make (p, run);
}

static ictus_err
keep_checkpoints (point *p)
{
  const ictus_ckpt_part part = { p->summary, ictus_summary_save };
  const ictus_ckpt_options o = { .dir = p->dir.s, .part = &part, .npart = 1, .asked = asked, .asked_ctx = p, .quiet = true };

  return ictus_ckpt_create (p->engine, &o, &p->ckpt);
}

ictus_err
ictus__point_run (const ictus__study *s, ictus__deal *deal, const char *dir, size_t run, ictus_measures *m, bool *has_dir)
{
  point p = { .study = s, .deal = deal, .team = ictus__deal_team (deal), .begin_s = ictus_wall_s () };
  ictus_err e;

  ictus__point_dir (dir, run, &p.dir);
  ICTUS_GO (ictus_comm_agree (p.team, p.dir.failed ? ICTUS_E_NOMEM : ICTUS_OK));
  ICTUS_GO (make (&p, run));
  if (p.exp->restart_mark_ms < p.exp->t_stop_ms)
    {
      ICTUS_GO (go_on (&p, run));
      ICTUS_GO (keep_checkpoints (&p));
    }
  ICTUS_GO (ictus_engine_run (p.engine));
  ICTUS_GO (ictus_summary_get (p.summary, m));
done:
  *has_dir = p.has_dir;
  clear (&p);
  ictus_text_clear (&p.dir);
  return e;
}
