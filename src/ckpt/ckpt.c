/* SPDX-License-Identifier: BSD-3-Clause */
/* Checkpoints as the last hook of an engine: when one is due, writing it, what is said. */
#include "ckpt/ckpt_impl.h"

#include <math.h>
#include <string.h>

/* ---- when --------------------------------------------------------------------------------------- */

static bool
is_end (const ictus_ckpt *c, double t_ms)
{
  return t_ms >= c->exp->t_stop_ms * (1 - 1e-12);
}

static void
plan_next (ictus_ckpt *c, double t_ms)
{
  double every = c->exp->checkpoint_ms;

  c->next_ms = every > 0 ? every * (floor (t_ms / every * (1 + 1e-12)) + 1) : HUGE_VAL;
}

/* Whether one is due by either clock, and whether some rank was asked to stop: one exchange. Collective. */
static void
find_wishes (ictus_ckpt *c, double t_ms, bool *due, bool *stop)
{
  double wall = c->exp->checkpoint_wall_s;
  int want[2] = { 0, 0 };

  if (t_ms >= c->next_ms * (1 - 1e-12))
    want[0] = 1;
  if (c->rank == 0 && wall > 0 && ictus_wall_s () - c->last_s >= wall)
    want[0] = 1;
  if (c->asked != NULL && c->asked (c->asked_ctx))
    want[1] = 1;
  if (ictus_fault ("ckpt_stop", c->rank)) /* as if asked */
    want[1] = 1;
  ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, want, 2, MPI_INT, MPI_MAX, c->comm));
  *due = want[0] != 0;
  *stop = want[1] != 0;
}

/* ---- writing ------------------------------------------------------------------------------------ */

/* The image of this mark under its name. *lost: it could not be made or written, which a run survives.
   Collective. */
static ictus_err
write_image (ictus_ckpt *c, double t_ms, const char *path, bool *lost)
{
  ictus_image *im = NULL;
  ictus_err e;

  *lost = false;
  e = ictus_image_begin (c->comm, ICTUS_KIND_CHECKPOINT, ICTUS_SCHEMA_CHECKPOINT, &im);
  if (e == ICTUS_OK)
    e = ckpt_facts_put (c, im, t_ms);
  if (e == ICTUS_OK)
    e = ictus_engine_save (c->engine, im);
  for (int k = 0; e == ICTUS_OK && k < c->npart; ++k)
    e = c->part[k].save (c->part[k].ctx, im);
  if (e == ICTUS_OK)
    {
      c->stats.bytes = ictus_image_bytes (im);
      e = ictus_image_commit (&im, path);
      *lost = e == ICTUS_E_IO;
    }
  if (e == ICTUS_E_NOMEM)
    *lost = true;
  if (im != NULL)
    {
      char *why = e != ICTUS_OK ? ictus_strdup (ictus_err_last ()) : NULL;

      ictus_image_close (&im);
      if (why != NULL)
        ictus_err_note (e, __FILE__, __LINE__, "%s", why);
      ictus_free (why);
    }
  return e;
}

/* Rank 0: this file is good, older ones may go. */
static void
take_over (ictus_ckpt *c)
{
  int64_t mark = ictus_engine_marks (c->engine);

  if (ictus_grow (&c->good, &c->cap, c->ngood + 1, sizeof *c->good) != ICTUS_OK)
    return; /* then an old one stays */
  c->good[c->ngood++] = mark;
  ckpt_prune (c);
}

/* Once, until one succeeds again. */
static void
complain (ictus_ckpt *c, double t_ms)
{
  if (!c->complained && c->rank == 0)
    ictus_log ("no checkpoint at %g ms, the run goes on without: %s", t_ms, ictus_err_last ());
  c->complained = true;
}

static ictus_err
take (ictus_ckpt *c, double t_ms, bool stop)
{
  double begin = ictus_wall_s (), spent;
  ictus_text path = { 0 };
  bool lost;
  ictus_err e;

  ckpt_path (c->dir, ictus_engine_marks (c->engine), &path);
  ICTUS_GO (ictus_comm_agree (c->comm, path.failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory") : ICTUS_OK));
  e = write_image (c, t_ms, path.s, &lost);
  spent = ictus_wall_s () - begin;
  c->stats.wall_s += spent;
  plan_next (c, t_ms);
  c->last_s = ictus_wall_s ();
  if (e != ICTUS_OK && lost && !stop)
    {
      complain (c, t_ms);
      e = ICTUS_OK;
      goto done;
    }
  if (e != ICTUS_OK)
    goto done;
  c->complained = false;
  c->stats.n += 1;
  c->stats.t_ms = t_ms;
  if (c->rank == 0)
    take_over (c);
  if (c->rank == 0 && !c->quiet)
    ictus_log ("checkpoint at %g ms: %s (%.3g MB, %.2g s)", t_ms, path.s, 1e-6 * (double) c->stats.bytes,
               spent);
done:
  ictus_text_clear (&path);
  return e;
}

static ictus_err
mark (void *ctx, double t_ms)
{
  ictus_ckpt *c = ctx;
  bool due, stop;

  if (is_end (c, t_ms)) /* whoever was asked to stop may as well finish */
    return ICTUS_OK;
  find_wishes (c, t_ms, &due, &stop);
  if (due || stop)
    ICTUS_TRY (take (c, t_ms, stop));
  return stop ? ICTUS_FAIL (ICTUS_E_STOPPED, "stopped on request at %g ms of %g", t_ms, c->exp->t_stop_ms)
              : ICTUS_OK;
}

/* ---- begin and end ------------------------------------------------------------------------------ */

static void
destroy (ictus_ckpt *c)
{
  if (c == NULL)
    return;
  ictus_recipe_clear (&c->recipe);
  ictus_free (c->dir);
  ictus_free (c->part);
  ictus_free (c->good);
  ictus_free (c);
}

static ictus_err
init (ictus_ckpt *c, const ictus_ckpt_options *opt)
{
  int64_t mark = ictus_engine_marks (c->engine);

  c->dir = ictus_strdup (opt->dir);
  c->part = ictus_alloc ((size_t) opt->npart, sizeof *c->part);
  if (c->dir == NULL || c->part == NULL)
    return ICTUS_E_NOMEM;
  if (opt->npart > 0)
    memcpy (c->part, opt->part, (size_t) opt->npart * sizeof *c->part);
  if (mark > 0) /* the one that this run goes on from is known to be good */
    {
      ICTUS_TRY (ictus_grow (&c->good, &c->cap, 1, sizeof *c->good));
      c->good[c->ngood++] = mark;
    }
  if (c->rank == 0)
    ckpt_remove_temporary (c->dir);
  return ICTUS_OK;
}

ictus_err
ictus_ckpt_create (ictus_engine *engine, const ictus_ckpt_options *opt, ictus_ckpt **out)
{
  MPI_Comm comm = ictus_engine_comm (engine);
  ictus_ckpt *c = ictus_alloc (1, sizeof *c);
  ictus_engine_stats s;
  ictus_err e;

  *out = NULL;
  ICTUS_GO (ictus_comm_agree (comm, c == NULL ? ICTUS_E_NOMEM : ICTUS_OK));
  ictus_engine_get_stats (engine, &s);
  c->engine = engine;
  c->exp = ictus_engine_experiment (engine);
  c->comm = comm;
  c->rank = ictus_comm_rank (comm);
  c->npart = opt->npart;
  c->asked = opt->asked;
  c->asked_ctx = opt->asked_ctx;
  c->quiet = opt->quiet;
  c->stats.t_ms = NAN;
  c->last_s = ictus_wall_s ();
  plan_next (c, s.t_ms);
  ICTUS_GO (ictus_comm_agree (comm, init (c, opt)));
  ICTUS_GO (ckpt_facts_make (c));
  ICTUS_GO (ictus_comm_agree (comm, ictus_engine_hook (engine, &(ictus_hook){ .ctx = c, .mark = mark })));
  *out = c;
  c = NULL;
done:
  destroy (c);
  return e;
}

void
ictus_ckpt_destroy (ictus_ckpt **c)
{
  destroy (*c);
  *c = NULL;
}

void
ictus_ckpt_get_stats (const ictus_ckpt *c, ictus_ckpt_stats *out)
{
  *out = c->stats;
}
