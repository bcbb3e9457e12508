/* SPDX-License-Identifier: BSD-3-Clause */
/* One run from its document to its end: begun anew, or gone on with from a checkpoint. */
#include "cli/cli.h"
#include "cli/cli_progress.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DIGEST_LINE                                                                                          \
  "# digest %016llx of experiment, models and files: 'ictus run --resume' knows the run by it\n"

enum
{
  NPART = 3
};

typedef struct job
{
  ictus_conf *conf;
  const char *dir; /* NULL: no output */
  const ictus_cli_run_options *o;
  ictus_text results, used; /* paths */
  ictus_cli_lock lock;
  ictus_image *image; /* to go on from; NULL: begin */
  bool complete;      /* there is nothing to do */
  ictus_experiment *exp;
  ictus_engine *engine;
  uint64_t digest;
  bool summary;
  double keep[2]; /* of the summary, as in the image: --discard, --json */
  ictus_summary *measured;
  ictus_out *out;
  ictus_ckpt *ckpt;
  ictus_cli_progress progress;
} job;

/* ---- what is in the folder ---------------------------------------------------------------------- */

/* Hash of the experiment, models and files, before anything large is made. Collective. */
static ictus_err
find_digest (job *j)
{
  ictus_net *net = NULL;
  ictus_err e = ICTUS_OK;

  ICTUS_TRY (ictus_net_create (MPI_COMM_WORLD, j->exp, &net));
  if (ictus_cli_is_main ())
    e = ictus_net_digest (net, j->conf, &j->digest);
  e = ictus_comm_verdict (MPI_COMM_WORLD, e);
  ICTUS_MPI (MPI_Bcast (&j->digest, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD));
  ictus_net_destroy (&net);
  return e;
}

typedef enum kin
{
  NOBODY,
  SAME,
  OTHER
} kin;

uint64_t
ictus_cli_used_digest (const char *path)
{
  unsigned long long digest = 0;
  char *text = NULL;

  if (ictus_file_read (path, &text, NULL) != ICTUS_OK || sscanf (text, "# digest %16llx", &digest) != 1)
    digest = 0;
  ictus_free (text);
  return digest;
}

/* Whose run the folder holds, as its used.yaml says. Local. */
static kin
whose (const job *j)
{
  if (!ictus_file_exists (j->used.s))
    return NOBODY;
  return ictus_cli_used_digest (j->used.s) == j->digest ? SAME : OTHER;
}

/* Without --resume a folder with a run in it is left alone. Rank 0. */
static ictus_err
check_free (const job *j)
{
  if (j->o->overwrite)
    return ICTUS_OK;
  if (ictus_file_exists (j->results.s))
    return ICTUS_FAIL (ICTUS_E_INPUT, "%s exists already; --overwrite replaces it%s", j->results.s,
                       ictus_ckpt_exists (j->dir) ? ", --resume goes on with its run" : "");
  if (ictus_ckpt_exists (j->dir))
    return ICTUS_FAIL (ICTUS_E_INPUT,
                       "%s holds checkpoints of a run; --resume goes on with it, --overwrite begins anew",
                       j->dir);
  return ICTUS_OK;
}

static ictus_err
other (const job *j)
{
  return ICTUS_FAIL (
      ICTUS_E_INPUT,
      "%s holds the run of another experiment; -o names another folder, --overwrite begins anew", j->dir);
}

/* An image goes on with the result file ctx. Collective. */
static ictus_err
fits (void *ctx, ictus_image *im)
{
  return ictus_out_fits (MPI_COMM_WORLD, ctx, im);
}

ictus_err
ictus_cli_find_checkpoint (const char *dir, char *results, uint64_t digest, ictus_image **out)
{
  return ictus_ckpt_find_fitting (MPI_COMM_WORLD, dir, digest, fits, results, out);
}

ictus_err
ictus_cli_clear_complete (const char *dir, char *results)
{
  int any = ictus_cli_is_main () && ictus_ckpt_exists (dir);
  ictus_image *im = NULL;
  ictus_err e = ICTUS_OK;

  ICTUS_MPI (MPI_Bcast (&any, 1, MPI_INT, 0, MPI_COMM_WORLD));
  if (any != 0)
    e = ictus_cli_find_checkpoint (dir, results, 0, &im);
  ictus_image_close (&im);
  if (e == ICTUS_E_FORMAT && ictus_cli_is_main ())
    ictus_log ("%s; it is left where it is", ictus_err_last ());
  if (e != ICTUS_OK)
    return e == ICTUS_E_FORMAT ? ICTUS_OK : e;
  return ictus_comm_verdict (MPI_COMM_WORLD, ictus_cli_is_main () ? ictus_ckpt_remove (dir) : ICTUS_OK);
}

/* With --resume: the checkpoint to go on from, if there is one. Collective. */
static ictus_err
find_image (job *j)
{
  int state[3] = { 0 }; /* complete, results are there, kin */
  ictus_err e;

  if (ictus_cli_is_main ())
    {
      state[0] = ictus_out_is_complete (j->results.s);
      state[1] = ictus_file_exists (j->results.s);
      state[2] = (int) whose (j);
    }
  ICTUS_MPI (MPI_Bcast (state, 3, MPI_INT, 0, MPI_COMM_WORLD));
  if (state[0])
    {
      if (state[2] != SAME)
        return other (j);
      j->complete = true;
      return ICTUS_OK;
    }
  ICTUS_TRY (ictus_cli_isa_of_checkpoint (j->dir, j->o->isa));
  e = ictus_cli_find_checkpoint (j->dir, j->results.s, j->digest, &j->image);
  if (e != ICTUS_OK || j->image != NULL)
    return e;
  if (state[2] == OTHER)
    return other (j);
  if (state[1] && ictus_cli_is_main ())
    ictus_log ("%s: the run ended before its first checkpoint and begins anew", j->dir);
  return ICTUS_OK;
}

/* What stays of a former run must not be taken for this one's: first what says whose it is, then the rest.
 * Rank 0. */
static ictus_err
clear_folder (const job *j)
{
  if (unlink (j->used.s) != 0 && errno != ENOENT)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot remove %s: %s", j->used.s, strerror (errno));
  return ictus_ckpt_remove (j->dir);
}

/* The values as used, beside the results. */
static ictus_err
write_used (const job *j)
{
  ictus_text text = { 0 };
  ictus_err e = ICTUS_OK;

  if (ictus_cli_is_main ())
    {
      ictus_text_add (&text, DIGEST_LINE, (unsigned long long) j->digest);
      e = ictus_conf_emit_moved (j->conf, &text);
      if (e == ICTUS_OK && text.failed)
        e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
      if (e == ICTUS_OK)
        e = ictus_file_write (j->used.s, text.s, text.len);
    }
  ictus_text_clear (&text);
  return ictus_comm_verdict (MPI_COMM_WORLD, e);
}

/* A run would replace the used.yaml by which a sweep, or what is left of it to merge, is known. Rank 0. */
static ictus_err
check_no_sweep (const char *dir)
{
  DIR *d = opendir (dir);
  struct dirent *entry;
  bool sweep = false;

  if (d == NULL)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot read the folder %s: %s", dir, strerror (errno));
  while ((entry = readdir (d)) != NULL)
    {
      const char *end = strrchr (entry->d_name, '.');

      if (end != NULL && strcmp (end, ".journal") == 0)
        sweep = true;
    }
  closedir (d);
  return sweep ? ICTUS_FAIL (ICTUS_E_INPUT, "%s holds a sweep; -o names another folder for a run", dir)
               : ICTUS_OK;
}

/* The folder is ours, and what is in it is known. Collective. */
static ictus_err
enter_folder (job *j)
{
  ictus_err e = ICTUS_OK;

  if (j->o->image == NULL)
    {
      ICTUS_TRY (ictus_cli_mkdir (j->dir));
      ICTUS_TRY (ictus_cli_lock_take (j->dir, &j->lock));
    }
  ictus_text_add (&j->results, "%s/results.h5", j->dir);
  ictus_text_add (&j->used, "%s/used.yaml", j->dir);
  if (j->results.failed || j->used.failed)
    e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  ICTUS_TRY (ictus_comm_agree (MPI_COMM_WORLD, e));
  if (j->o->image != NULL)
    return ICTUS_OK;
  if (!j->o->resume)
    ICTUS_TRY (ictus_comm_verdict (MPI_COMM_WORLD, ictus_cli_is_main () ? check_free (j) : ICTUS_OK));
  ICTUS_TRY (find_digest (j));
  if (j->o->resume)
    ICTUS_TRY (find_image (j));
  if (j->complete || j->image != NULL)
    return ICTUS_OK;
  return ictus_comm_verdict (MPI_COMM_WORLD, ictus_cli_is_main () ? check_no_sweep (j->dir) : ICTUS_OK);
}

/* ---- the parts of a run ------------------------------------------------------------------------- */

static ictus_err
save_keep (void *ctx, ictus_image *im)
{
  const job *j = ctx;

  return ictus_image_put (im, "run/summary", ICTUS_IMAGE_F64, 2, j->keep);
}

/* Whether there is a summary and how it is measured: as the command line says, or as it was begun.
 * Collective. */
static ictus_err
choose_summary (job *j)
{
  j->summary = j->o->summary;
  j->keep[0] = isnan (j->o->discard_ms) ? 0 : j->o->discard_ms;
  j->keep[1] = j->o->json;
  if (j->image == NULL)
    return ICTUS_OK;
  if (!ictus_image_has (j->image, "run/summary"))
    return j->summary
               ? ICTUS_FAIL (ICTUS_E_INPUT,
                             "%s: the run was begun without --summary: what came before was not measured",
                             ictus_image_path (j->image))
               : ICTUS_OK;
  ICTUS_TRY (ictus_image_get_n (j->image, "run/summary", ICTUS_IMAGE_F64, 2, j->keep));
  if (j->summary && !isnan (j->o->discard_ms) && j->o->discard_ms != j->keep[0])
    return ICTUS_FAIL (ICTUS_E_INPUT, "%s: the summary was begun with --discard %g",
                       ictus_image_path (j->image), j->keep[0]);
  j->summary = true;
  j->keep[1] = j->keep[1] != 0 || j->o->json;
  return ICTUS_OK;
}

static ictus_err
add_summary (job *j)
{
  if (!j->summary)
    return ICTUS_OK;
  ICTUS_TRY (ictus_comm_agree (MPI_COMM_WORLD, ictus_summary_create (j->engine, j->keep[0], &j->measured)));
  return j->image != NULL ? ictus_summary_load (j->measured, j->image) : ICTUS_OK;
}

static ictus_err
add_results (job *j)
{
  const ictus_cli_run_options *o = j->o;

  if (j->image != NULL)
    return ictus_out_resume (j->engine, j->results.s, j->image, o->argc, o->argv, &j->out);
  if (o->overwrite || o->resume)
    ICTUS_TRY (ictus_comm_verdict (MPI_COMM_WORLD, ictus_cli_is_main () ? clear_folder (j) : ICTUS_OK));
  ICTUS_TRY (
      ictus_out_create (j->engine, j->results.s, o->overwrite || o->resume, o->argc, o->argv, &j->out));
  return write_used (j);
}

/* The last hook: it sees what all others have done at a mark. */
static ictus_err
add_checkpoints (job *j)
{
  ictus_ckpt_part part[NPART] = { { .ctx = j->out, .save = ictus_out_save } };
  ictus_ckpt_options opt
      = { .dir = j->dir, .part = part, .npart = 1, .asked = ictus_cli_told_to_end, .quiet = !j->o->progress };

  if (j->measured != NULL)
    {
      part[opt.npart++] = (ictus_ckpt_part){ .ctx = j->measured, .save = ictus_summary_save };
      part[opt.npart++] = (ictus_ckpt_part){ .ctx = j, .save = save_keep };
    }
  return ictus_ckpt_create (j->engine, &opt, &j->ckpt);
}

static ictus_err
load_state (job *j)
{
  double t_ms;

  ICTUS_TRY (ictus_ckpt_time (j->image, &t_ms));
  ICTUS_TRY (ictus_ckpt_load (j->engine, j->image));
  if (ictus_cli_is_main ())
    ictus_log ("going on at %g ms from %s", t_ms, ictus_image_path (j->image));
  return ICTUS_OK;
}

static ictus_err
prepare (job *j)
{
  if (j->o->check_memory)
    ICTUS_TRY (ictus_plan_guard (MPI_COMM_WORLD, j->exp));
  ICTUS_TRY (ictus_engine_create (MPI_COMM_WORLD, j->exp, &j->engine));
  ictus_engine_progress (j->engine, j->o->progress);
  if (ictus_cli_is_main ())
    ictus_cli_log_choices (ictus_engine_net (j->engine));
  if (j->dir == NULL) /* nothing to go on from: end where we are */
    ICTUS_TRY (ictus_engine_hook (j->engine, &(ictus_hook){ .stop = ictus_cli_told_to_end }));
  ICTUS_TRY (choose_summary (j));
  if (j->image != NULL)
    ICTUS_TRY (load_state (j));
  ICTUS_TRY (add_summary (j));
  if (j->dir == NULL)
    return ICTUS_OK;
  ICTUS_TRY (ictus_comm_verdict (MPI_COMM_WORLD, ictus_cli_progress_begin (j->engine, j->dir, &j->progress)));
  ICTUS_TRY (add_results (j));
  ICTUS_TRY (add_checkpoints (j));
  ictus_image_close (&j->image); /* everybody has what is his */
  return ICTUS_OK;
}

/* ---- at the end --------------------------------------------------------------------------------- */

static ictus_err
print_summary (ictus_engine *engine, ictus_summary *summary, bool json)
{
  ictus_net *net = ictus_engine_net (engine);
  ictus_measures *m = ictus_alloc ((size_t) ictus_net_npopulation (net) + 1, sizeof *m);
  ictus_err e = ictus_comm_agree (MPI_COMM_WORLD, m == NULL ? ICTUS_E_NOMEM : ICTUS_OK);

  if (e == ICTUS_OK)
    e = ictus_summary_get (summary, m);
  if (e == ICTUS_OK && ictus_cli_is_main ())
    ictus_summary_print (stdout, net, m, json);
  ictus_free (m);
  return e;
}

static void
report (const ictus_engine *engine, const char *path)
{
  ictus_engine_stats s;
  ictus_engine_totals t;
  char lanes[48] = "";

  ictus_engine_get_stats (engine, &s);
  ictus_engine_get_totals (engine, &t);
  if (s.solver.lanes_offered > 0)
    snprintf (lanes, sizeof lanes, "; %.1f %% of lanes busy",
              100.0 * (double) s.solver.lanes_used / (double) s.solver.lanes_offered);
  if (ictus_cli_is_main () && t.ranks > 1)
    ictus_log ("%d ranks sent %.4g MB in %llu messages and %llu windows; the busiest worked %.2f s, %.0f %% above the mean; at "
               "least %.2f s in the exchange",
               t.ranks, 1e-6 * (double) t.bytes_sent, (unsigned long long) t.messages, (unsigned long long) s.windows,
               t.most, t.mean > 0 ? 100 * (t.most / t.mean - 1) : 0.0, t.exchange_s);
  if (ictus_cli_is_main ())
    ictus_log ("%.1f ms in %.2f s (solve %.2f, exchange %.2f, deliver %.2f on rank 0%s), %llu spikes, %llu "
               "synapses%s%s",
               s.t_ms, s.wall_s, s.solve_s, s.exchange_s, s.deliver_s + s.input_s, lanes, (unsigned long long) s.spikes,
               (unsigned long long) s.synapses, path != NULL ? "; " : "", path != NULL ? path : "");
}

/* Stopped at a mark, with a checkpoint: how to go on. */
static ictus_err
say_stopped (const job *j)
{
  ictus_engine_stats s;

  ictus_engine_get_stats (j->engine, &s);
  return ICTUS_FAIL (ICTUS_E_STOPPED, "stopped on request at %g ms of %g; 'ictus resume %s' goes on", s.t_ms,
                     j->exp->t_stop_ms, j->dir);
}

/* What was flushed stays readable, and the first error is the one to tell. */
static ictus_err
close_results (job *j, ictus_err e)
{
  char *first = e != ICTUS_OK ? ictus_strdup (ictus_err_last ()) : NULL;
  ictus_err closing = ictus_out_close (&j->out);

  if (e == ICTUS_OK)
    e = closing;
  else if (first != NULL)
    ictus_err_note (e, __FILE__, __LINE__, "%s", first);
  ictus_free (first);
  return e;
}

static void
finish (job *j)
{
  ictus_image_close (&j->image);
  ictus_ckpt_destroy (&j->ckpt);
  ictus_summary_destroy (&j->measured);
  ictus_engine_destroy (&j->engine);
  ictus_experiment_destroy (&j->exp);
  ictus_cli_lock_drop (&j->lock);
  ictus_text_clear (&j->results);
  ictus_text_clear (&j->used);
}

int
ictus_cli_run_experiment (ictus_conf *conf, const char *dir, const ictus_cli_run_options *o)
{
  job j = { .conf = conf, .dir = dir, .o = o, .lock = { .fd = -1 } };
  int status;
  ictus_err e;

  if (o->image != NULL)
    {
      j.image = *o->image;
      *o->image = NULL;
    }
  ictus_cli_heed_signals ();
  ICTUS_GO (ictus_comm_agree (MPI_COMM_WORLD, ictus_experiment_read (conf, &j.exp)));
  if (dir != NULL)
    ICTUS_GO (enter_folder (&j));
  if (j.complete)
    {
      if (ictus_cli_is_main ())
        ictus_log ("%s is complete: nothing to do", j.results.s);
      e = ictus_cli_clear_complete (dir, j.results.s);
      goto done;
    }
  ICTUS_GO (prepare (&j));
  e = ictus_engine_run (j.engine);
  if (e == ICTUS_OK)
    report (j.engine, j.results.s);
  if (e == ICTUS_E_STOPPED && dir != NULL)
    e = say_stopped (&j);
  if (e == ICTUS_OK && j.summary)
    e = print_summary (j.engine, j.measured, j.keep[1] != 0);
done:
  if (j.out != NULL)
    e = close_results (&j, e);
  if (e == ICTUS_OK && dir != NULL && !j.complete) /* whole: nobody needs them any more */
    e = ictus_comm_verdict (MPI_COMM_WORLD, ictus_cli_is_main () ? ictus_ckpt_remove (dir) : ICTUS_OK);
  ictus_cli_progress_end (&j.progress, e);
  status = e == ICTUS_OK ? 0 : ictus_cli_fail (e);
  finish (&j);
  return status;
}
