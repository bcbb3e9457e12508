/* SPDX-License-Identifier: BSD-3-Clause */
/* A run that is kept in an image at a restart mark and goes on from it, on other ranks and with another partition, is the
   run that was not stopped: spikes, states, input on its way, measures and counters, bit for bit. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ictus/schema.h"
#include "ictus/sweep.h"
#include "mpi_check.h"

/* Delays of more than two marks, refractoriness over marks, every kind of input, all solvers of the grid. */
static const char grid_net[]
    = "ictus: 1\nname: grid\nseed: 4\nrun: {t_stop: 95 ms, restart_mark: 20 ms}\n"
      "populations:\n"
      "  hh: {size: 5, model: hh_cond_exp_traub, solver: {name: cvode-bdf, rtol: 1e-4, atol: 1e-4}}\n"
      "  ad: {size: 4, model: iaf_cond_exp, params: {I_e: 400 pA, t_ref: 27 ms}, solver: cvode-adams}\n"
      "  ex: {size: 7, model: iaf_psc_exp, params: {I_e: {distribution: linear, from: 300 pA, to: 600 pA}, t_ref: 23.5 ms}, solver: exact}\n"
      "  al: {size: 5, model: iaf_psc_alpha, params: {I_e: 500 pA}, solver: exact}\n"
      "  ee: {size: 6, model: iaf_cond_exp, params: {I_e: 500 pA, t_ref: 22 ms}, solver: {name: exp-euler, dt: 0.05 ms}}\n"
      "  rk: {size: 6, model: izhikevich, params: {I_e: 10}, solver: {name: rk4, dt: 0.05 ms}}\n"
      "  eu: {size: 5, model: iaf_psc_exp, params: {I_e: 450 pA}, solver: euler}\n"
      "  dp: {size: 11, model: hh_cond_exp_traub, params: {I_e: {distribution: linear, from: 100 pA, to: 500 pA}}, solver: {name: rk45, rtol: 1e-4, atol: 1e-4}}\n"
      "  ro: {size: 9, model: iaf_cond_exp, params: {I_e: {distribution: linear, from: 400 pA, to: 700 pA}, t_ref: 21.7 ms}, solver: rosenbrock}\n"
      "  ext: {size: 3, spike_file: replay.txt}\n"
      "projections:\n"
      "  near: {source: ex, target: [hh, ad, ex, ee], rule: fixed_indegree, indegree: 3, port: ex, weight: 2, delay: 0.7 ms}\n"
      "  far: {source: eu, target: [hh, ex, al, ee, eu], rule: fixed_indegree, indegree: 4, port: ex, weight: {distribution: normal, mean: 3, std: 1},\n"
      "        delay: {distribution: uniform, min: 15 ms, max: 51 ms}}\n"
      "  back: {source: ee, target: ex, rule: pairwise_bernoulli, p: 0.5, port: in, weight: -3, delay: 4 ms}\n"
      "  quad: {source: rk, target: rk, rule: pairwise_bernoulli, p: 0.4, weight: 0.3 mV, delay: 33 ms}\n"
      "  lane: {source: ro, target: [dp, ro, hh], rule: fixed_indegree, indegree: 3, port: ex, weight: 3, delay: 1.3 ms}\n"
      "  in: {source: ext, target: [hh, al, eu, dp], rule: all_to_all, port: ex, weight: 4, delay: 24 ms}\n"
      "stimuli:\n"
      "  noise: {type: poisson_generator, target: hh, rate: 700 Hz, weight: 4 nS, port: ex}\n"
      "  noise_dp: {type: poisson_generator, target: dp, rate: 700 Hz, weight: 4 nS, port: ex}\n"
      "  late: {type: poisson_generator, target: eu, neurons: \"1-3\", rate: 900 Hz, weight: 9 pA, port: ex, start: 30 ms}\n"
      "  step: {type: step_current_generator, target: al, amplitude_times: [15 ms, 40 ms, 70 ms], amplitude_values: [80 pA, -30 pA, 10 pA]}\n"
      "  wave: {type: ac_generator, target: ad, amplitude: 60 pA, frequency: 30 Hz, start: 10 ms, stop: 77 ms}\n"
      "  wave_dp: {type: ac_generator, target: dp, amplitude: 60 pA, frequency: 30 Hz, start: 10 ms, stop: 77 ms}\n"
      "  wave_ro: {type: ac_generator, target: ro, amplitude: 60 pA, frequency: 30 Hz, start: 10 ms, stop: 77 ms}\n";

static const char exact_net[]
    = "ictus: 1\nname: exact\nseed: 4\nrun: {t_stop: 95 ms, restart_mark: 20 ms, timing: exact}\n"
      "populations:\n"
      "  hh: {size: 6, model: hh_cond_exp_traub, solver: {name: cvode-bdf, rtol: 1e-4, atol: 1e-4}}\n"
      "  ad: {size: 7, model: iaf_cond_exp, params: {I_e: {distribution: linear, from: 400 pA, to: 700 pA}, t_ref: 21.7 ms}, solver: cvode-adams}\n"
      "  li: {size: 4, model: iaf_psc_exp, params: {I_e: 500 pA}, solver: cvode-bdf}\n"
      "  dp: {size: 11, model: iaf_cond_exp, params: {I_e: {distribution: linear, from: 400 pA, to: 700 pA}, t_ref: 21.7 ms}, solver: rk45}\n"
      "  ro: {size: 9, model: hh_cond_exp_traub, params: {I_e: {distribution: linear, from: 100 pA, to: 500 pA}}, solver: {name: rosenbrock, rtol: 1e-4, atol: 1e-4}}\n"
      "  ext: {size: 3, spike_file: replay.txt}\n"
      "projections:\n"
      /* equal delays of equal spikes: events of one time, in an order that counts */
      "  all: {source: li, target: [hh, ad, li, dp, ro], rule: all_to_all, port: ex, weight: {distribution: normal, mean: 2, std: 0.5}, delay: 47 ms}\n"
      "  again: {source: li, target: [ad], rule: all_to_all, port: in, weight: 0.3, delay: 47 ms}\n"
      "  near: {source: ad, target: [hh, li], rule: fixed_indegree, indegree: 3, port: ex, weight: 3, delay: {distribution: uniform, min: 1.1 ms, max: 30 ms}}\n"
      "  lane: {source: ro, target: [dp, ro, li], rule: fixed_indegree, indegree: 3, port: ex, weight: 3, delay: {distribution: uniform, min: 1.1 ms, max: 30 ms}}\n"
      "  in: {source: ext, target: [hh, li, ro], rule: all_to_all, port: ex, weight: 4, delay: 24 ms}\n"
      "stimuli:\n"
      "  noise: {type: poisson_generator, target: hh, rate: 700 Hz, weight: 4 nS, port: ex, start: 3 ms}\n"
      "  noise_ro: {type: poisson_generator, target: ro, rate: 700 Hz, weight: 4 nS, port: ex, start: 3 ms}\n"
      "  step: {type: step_current_generator, target: li, amplitude_times: [15 ms, 40 ms, 70 ms], amplitude_values: [80 pA, -30 pA, 10 pA]}\n"
      "  wave: {type: ac_generator, target: ad, amplitude: 60 pA, frequency: 30 Hz, start: 10 ms, stop: 77 ms}\n"
      "  wave_dp: {type: ac_generator, target: dp, amplitude: 60 pA, frequency: 30 Hz, start: 10 ms, stop: 77 ms}\n";

static const char replay[] = "0 3.1\n1 17.25\n2 17.25\n0 39.98\n1 40\n2 61.7\n0 79.99999\n1 88\n";

enum { MAXPOP = 10 };

typedef struct world /* a run, or one stretch of it */
{
  MPI_Comm comm;
  ictus_conf *conf;
  ictus_experiment *exp;
  ictus_engine *engine;
  ictus_summary *summary;
  uint64_t hash, nspike; /* of spikes so far, on this rank and in the stretches before: the sums over ranks count */
  ictus_tick stop_mark;  /* the image is written here and the run stops; 0: nowhere */
  const char *path;
  int nmark, nbehind;
  bool on_its_way, refractory; /* at the mark where it stopped, on this rank */
} world;

static ictus_err
window (void *ctx, double t0_ms, double t1_ms, const ictus_spike *s, size_t n)
{
  world *w = ctx;

  (void) t0_ms;
  (void) t1_ms;
  for (size_t k = 0; k < n; ++k)
    {
      w->hash += ictus_hash (&s[k].gid, sizeof s[k].gid, ictus_hash (&s[k].t_ms, sizeof s[k].t_ms, 0));
    }
  w->nspike += n;
  return ICTUS_OK;
}

/* Net and engine, and the measures, into a file. */
static ictus_err
keep (world *w, const char *path)
{
  ictus_image *im = NULL;
  ictus_err e;

  ICTUS_GO (ictus_image_begin (w->comm, ICTUS_KIND_CHECKPOINT, ICTUS_SCHEMA_CHECKPOINT, &im));
  ICTUS_GO (ictus_engine_save (w->engine, im));
  ICTUS_GO (ictus_summary_save (w->summary, im));
  e = ictus_image_commit (&im, path);
done:
  ictus_image_close (&im);
  return e;
}

static ictus_err
mark (void *ctx, double t_ms)
{
  world *w = ctx;

  w->nmark += 1;
  if (w->stop_mark == 0 || ictus_engine_marks (w->engine) != w->stop_mark)
    return ICTUS_OK;
  for (int p = 0; p < w->exp->npopulation; ++p)
    {
      const ictus_cells *c = &ictus_net_population (ictus_engine_net (w->engine), p)->cells;

      for (size_t i = 0; c->refr_until != NULL && i < c->n; ++i)
        w->refractory = w->refractory || c->refr_until[i] > t_ms;
    }
  if (w->path != NULL)
    ICTUS_TRY (keep (w, w->path));
  return ICTUS_E_STOPPED;
}

static ictus_err
mark_behind (void *ctx, double t_ms)
{
  (void) t_ms;
  ((world *) ctx)->nbehind += 1;
  return ICTUS_OK;
}

/* Rank 0 takes part in every stretch, the others may not. */
#define AT_ROOT(x) MPI_Bcast (&(x), sizeof (x), MPI_BYTE, 0, MPI_COMM_WORLD)

static ictus_err
begin (world *w, MPI_Comm comm, const char *path, const char *text, const char *partition)
{
  ictus_hook hook = { .ctx = w, .window = window, .mark = mark }, behind = { .ctx = w, .mark = mark_behind };
  char set[64];

  w->comm = comm;
  snprintf (set, sizeof set, "run.partition=%s", partition);
  ICTUS_TRY (ictus_conf_parse (path, text, &w->conf));
  ICTUS_TRY (ictus_conf_set (w->conf, set));
  if (strstr (text, "restart_mark") == NULL)
    ICTUS_TRY (ictus_conf_set (w->conf, "run.restart_mark=30 ms"));
  ICTUS_TRY (ictus_experiment_read (w->conf, &w->exp));
  ICTUS_TRY (ictus_engine_create (comm, w->exp, &w->engine));
  ICTUS_TRY (ictus_summary_create (w->engine, 11, &w->summary));
  ICTUS_TRY (ictus_engine_hook (w->engine, &hook));
  return ictus_engine_hook (w->engine, &behind);
}

static void
end (world *w)
{
  ictus_summary_destroy (&w->summary);
  ictus_engine_destroy (&w->engine);
  ictus_experiment_destroy (&w->exp);
  ictus_conf_destroy (&w->conf);
}

static ictus_err
go_on (world *w, const char *path)
{
  ictus_image *im = NULL;
  ictus_err e;

  ICTUS_GO (ictus_image_open (w->comm, path, ICTUS_KIND_CHECKPOINT, ICTUS_SCHEMA_CHECKPOINT, &im));
  ICTUS_GO (ictus_engine_load (w->engine, im));
  e = ictus_summary_load (w->summary, im);
done:
  ictus_image_close (&im);
  return e;
}

/* Of all neurons, whoever has them. */
static uint64_t
states (const world *w)
{
  uint64_t sum = 0;

  for (int p = 0; p < w->exp->npopulation; ++p)
    {
      const ictus_population *pop = ictus_net_population (ictus_engine_net (w->engine), p);
      const ictus_cells *c = &pop->cells;

      for (size_t i = 0; pop->model != NULL && i < c->n; ++i)
        {
          uint64_t h = ictus_hash (&c->gid[i], sizeof c->gid[i], 0);

          for (int k = 0; k < pop->model->kernel->nstate; ++k)
            h = ictus_hash (&c->y[(size_t) k * c->n + i], sizeof *c->y, h);
          for (size_t k = 0; k < c->nhistory; ++k)
            h = ictus_hash (&c->history[k * c->n + i], sizeof *c->history, h);
          h = ictus_hash (&c->refr_until[i], sizeof *c->refr_until, h);
          sum += ictus_hash (&c->armed[i], 1, h);
        }
    }
  MPI_Allreduce (MPI_IN_PLACE, &sum, 1, MPI_UINT64_T, MPI_SUM, w->comm);
  return sum;
}

typedef struct outcome
{
  uint64_t hash, nspike, states, spikes;
  double t_ms;
  ictus_measures m[MAXPOP + 1];
} outcome;

static ictus_err
finish (world *w, outcome *out)
{
  ictus_engine_stats s;

  memset (out, 0, sizeof *out);
  ICTUS_TRY (ictus_summary_get (w->summary, out->m));
  ictus_engine_get_stats (w->engine, &s);
  out->hash = w->hash;
  out->nspike = w->nspike;
  MPI_Allreduce (MPI_IN_PLACE, &out->hash, 1, MPI_UINT64_T, MPI_SUM, w->comm);
  MPI_Allreduce (MPI_IN_PLACE, &out->nspike, 1, MPI_UINT64_T, MPI_SUM, w->comm);
  out->states = states (w);
  out->spikes = s.spikes;
  out->t_ms = s.t_ms;
  return ICTUS_OK;
}

/* ---- images of two runs -------------------------------------------------------------------------- */

static bool
same_rows (ictus_image *a, ictus_image *b, const char *name, ictus_image_type type, size_t total, size_t width)
{
  uint64_t row[256];
  double x[2][256 * 128];
  size_t bytes = (type == ICTUS_IMAGE_U8 ? 1 : 8) * total * width;

  ck_assert_uint_le (total, 256);
  ck_assert_uint_le (total * width, 256 * 128);
  for (size_t k = 0; k < total; ++k)
    row[k] = k;
  return ictus_image_has (a, name) && ictus_image_get_rows (a, name, type, total, width, row, total, x[0]) == ICTUS_OK
         && ictus_image_get_rows (b, name, type, total, width, row, total, x[1]) == ICTUS_OK
         && memcmp (x[0], x[1], bytes) == 0;
}

static bool
same_lists (ictus_image *a, ictus_image *b, const char *name, ictus_image_type type, size_t total, size_t *n)
{
  ictus_image *im[2] = { a, b };
  uint64_t row[256];
  size_t *first[2] = { NULL, NULL };
  void *x[2] = { NULL, NULL }; /* elements of 8 bytes */
  bool same = true;

  for (size_t k = 0; k < total; ++k)
    row[k] = k;
  for (int k = 0; k < 2; ++k)
    same = ictus_image_get_lists (im[k], name, type, total, row, total, &first[k], &x[k])
               == ICTUS_OK
           && same;
  same = same && memcmp (first[0], first[1], (total + 1) * sizeof *first[0]) == 0
         && memcmp (x[0], x[1], first[0][total] * 8) == 0;
  *n = same ? first[0][total] : 0;
  for (int k = 0; k < 2; ++k)
    {
      ictus_free (first[k]);
      ictus_free (x[k]);
    }
  return same;
}

static bool
counts_work (const ictus_population *pop)
{
  const char *solver = pop->conf->solver;
  const ictus_kernel *k = pop->model->kernel;

  return strncmp (solver, "cvode", 5) == 0 || strcmp (solver, "rk45") == 0 || strcmp (solver, "rosenbrock") == 0
         /* no linear model here leaves it to auto, which would take exact */
         || (strcmp (solver, "auto") == 0 && k->nnoise + k->nmarkov + k->ndelay + k->nevent == 0);
}

/* Everything but what depends on the ranks (statistics of solvers that share work). *waiting: something is on its way */
static bool
same_images (const world *w, const char *path_a, const char *path_b, bool *waiting)
{
  const char *path[2] = { path_a, path_b };
  ictus_image *im[2] = { NULL, NULL };
  uint64_t count[2][2] = { { 0 } };
  bool same = true;

  *waiting = false;
  for (int k = 0; k < 2; ++k)
    same = ictus_image_open (w->comm, path[k], ICTUS_KIND_CHECKPOINT, ICTUS_SCHEMA_CHECKPOINT, &im[k]) == ICTUS_OK
           && ictus_image_get_n (im[k], "engine/count", ICTUS_IMAGE_U64, 2, count[k]) == ICTUS_OK && same;
  same = same && memcmp (count[0], count[1], sizeof count[0]) == 0;
  for (int p = 0; same && p < w->exp->npopulation; ++p)
    {
      const ictus_population *pop = ictus_net_population (ictus_engine_net (w->engine), p);
      char name[128];
      size_t n = 0;

      snprintf (name, sizeof name, "net/%s/spikes", pop->name);
      same = !w->exp->grid || same_lists (im[0], im[1], name, ICTUS_IMAGE_U64, pop->size, &n);
      *waiting = *waiting || n > 0;
      if (pop->model == NULL)
        continue;
      snprintf (name, sizeof name, "net/%s/y", pop->name);
      same = same && same_rows (im[0], im[1], name, ICTUS_IMAGE_F64, pop->size, (size_t) pop->model->kernel->nstate);
      snprintf (name, sizeof name, "net/%s/history", pop->name);
      if (pop->cells.nhistory > 0)
        same = same && same_rows (im[0], im[1], name, ICTUS_IMAGE_F64, pop->size, pop->cells.nhistory);
      else
        same = same && !ictus_image_has (im[0], name);
      snprintf (name, sizeof name, "net/%s/refr_until", pop->name);
      same = same && same_rows (im[0], im[1], name, ICTUS_IMAGE_F64, pop->size, 1);
      snprintf (name, sizeof name, "net/%s/armed", pop->name);
      same = same && same_rows (im[0], im[1], name, ICTUS_IMAGE_U8, pop->size, 1);
      snprintf (name, sizeof name, "work/%s", pop->name);
      if (same && counts_work (pop))
        same = same_rows (im[0], im[1], name, ICTUS_IMAGE_U64, pop->size, 1);
      else
        same = same && !ictus_image_has (im[0], name);
      snprintf (name, sizeof name, "net/%s/events", pop->name);
      if (same && !w->exp->grid && pop->model->kernel->nport > 0)
        same = same_lists (im[0], im[1], name, ICTUS_IMAGE_F64, pop->size, &n);
      *waiting = *waiting || n > 0;
    }
  ictus_image_close (&im[0]);
  ictus_image_close (&im[1]);
  return same;
}

/* ---- a run in stretches -------------------------------------------------------------------------- */

typedef struct plan /* of the run that is stopped: two images, three stretches */
{
  int ranks[3];
  const char *partition[3];
  ictus_tick mark[2];
} plan;

static MPI_Comm
some_ranks (int n)
{
  int rank = ictus_comm_rank (MPI_COMM_WORLD);
  MPI_Comm comm;

  MPI_Comm_split (MPI_COMM_WORLD, rank < n ? 0 : MPI_UNDEFINED, rank, &comm);
  return comm;
}

/* Written images: state-N.h5 where stretch N stopped; the last one, at the end of the run. */
static ictus_err
stretch (const plan *how, int k, const char *path, const char *text, world *w, outcome *out)
{
  static const char *const image[] = { "state-0.h5", "state-1.h5", "state-2.h5" };
  MPI_Comm comm = some_ranks (how->ranks[k]);
  uint64_t hash = w->hash, nspike = w->nspike;
  ictus_err e = ICTUS_OK, run;

  memset (w, 0, sizeof *w);
  w->hash = hash;
  w->nspike = nspike;
  if (comm == MPI_COMM_NULL)
    return ICTUS_OK;
  w->stop_mark = k < 2 ? how->mark[k] : 0;
  w->path = image[k];
  ICTUS_GO (begin (w, comm, path, text, how->partition[k]));
  if (k > 0)
    ICTUS_GO (go_on (w, image[k - 1]));
  run = ictus_engine_run (w->engine);
  if (run != (k < 2 ? ICTUS_E_STOPPED : ICTUS_OK) || w->nmark != w->nbehind)
    {
      e = run != ICTUS_OK ? run : ICTUS_E_INTERNAL;
      goto done;
    }
  if (k == 2)
    {
      ICTUS_GO (finish (w, out));
      e = keep (w, image[k]);
    }
done:
  if (k < 2 || e != ICTUS_OK)
    end (w);
  MPI_Comm_free (&comm);
  w->comm = MPI_COMM_NULL;
  return e;
}

/* Rank 0 goes on with the sum. */
static void
to_root (uint64_t *n)
{
  MPI_Allreduce (MPI_IN_PLACE, n, 1, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
  if (ictus_comm_rank (MPI_COMM_WORLD) > 0)
    *n = 0;
}

static void
compare (const char *path, const char *text)
{
  int size = ictus_comm_size (MPI_COMM_WORLD), less = size > 1 ? size - 1 : 1;
  const plan plans[] = { { { size, 1, less }, { "block", "block", "round-robin" }, { 1, 2 } },
                         { { 1, size, size }, { "block", "round-robin", "block" }, { 1, 3 } },
                         { { less, size, 1 }, { "round-robin", "block", "block" }, { 2, 3 } } };
  world whole = { 0 }, w = { 0 };
  outcome expected, got;
  bool waiting;

  ck_all (begin (&whole, MPI_COMM_WORLD, path, text, "block") == ICTUS_OK);
  ck_all (ictus_engine_run (whole.engine) == ICTUS_OK);
  ck_all (finish (&whole, &expected) == ICTUS_OK && keep (&whole, "whole.h5") == ICTUS_OK);
  ck_all (expected.nspike > 5 && expected.spikes == expected.nspike);
  for (size_t k = 0; k < sizeof plans / sizeof *plans; ++k)
    {
      ictus_tick last = (ictus_tick) ceil (whole.exp->t_stop_ms / whole.exp->restart_mark_ms - 1e-9);
      plan how = plans[k];

      if (how.mark[1] >= last) /* a short run */
        how.mark[1] = last - 1;
      if (how.mark[0] >= how.mark[1])
        how.mark[0] = how.mark[1] - 1;
      if (how.mark[0] < 1)
        continue;
      memset (&w, 0, sizeof w);
      memset (&got, 0, sizeof got);
      for (int s = 0; s < 3; ++s)
        {
          ck_all (stretch (&how, s, path, text, &w, &got) == ICTUS_OK);
          to_root (&w.hash);
          to_root (&w.nspike);
        }
      end (&w);
      AT_ROOT (got);
      ck_all (got.nspike == expected.nspike && got.hash == expected.hash);
      ck_all (got.states == expected.states);
      ck_all (got.spikes == expected.spikes);
      ck_all (memcmp (&got.t_ms, &expected.t_ms, sizeof got.t_ms) == 0);
      ck_all (memcmp (got.m, expected.m, sizeof got.m) == 0);
      ck_all (same_images (&whole, "whole.h5", "state-2.h5", &waiting));
    }
  end (&whole);
}

static void
write_replay (void)
{
  if (ictus_comm_rank (MPI_COMM_WORLD) == 0)
    ictus_file_write ("replay.txt", replay, sizeof replay - 1);
  MPI_Barrier (MPI_COMM_WORLD);
}

START_TEST (a_run_in_stretches_on_other_ranks_is_the_run_that_was_not_stopped)
{
  write_replay ();
  compare ("test.yaml", _i == 0 ? grid_net : exact_net);
  ck_all (ictus_mem_live () == 0);
}
END_TEST

START_TEST (so_are_the_networks_of_the_other_tests)
{
  static const char *const name[] = { "net-cvode", "net-exact", "net-mixed", "net-tiny", "net-lanes", "net-noise" };
  const char *srcdir = getenv ("srcdir");
  char path[4096], *text = NULL;

  snprintf (path, sizeof path, "%s/tests/data/%s.yaml", srcdir != NULL ? srcdir : ".", name[_i]);
  ck_all (ictus_file_read (path, &text, NULL) == ICTUS_OK);
  compare (path, text);
  ictus_free (text);
  ck_all (ictus_mem_live () == 0);
}
END_TEST

/* The nets above would prove little if nothing were under way at the marks. */
START_TEST (marks_lie_where_input_is_on_its_way_and_neurons_are_refractory)
{
  const char *text = _i == 0 ? grid_net : exact_net;
  int refractory;
  bool waiting;
  world w = { .stop_mark = 3, .path = "here.h5" };

  write_replay ();
  ck_all (begin (&w, MPI_COMM_WORLD, "test.yaml", text, "block") == ICTUS_OK);
  ck_all (ictus_engine_run (w.engine) == ICTUS_E_STOPPED);
  refractory = w.refractory;
  MPI_Allreduce (MPI_IN_PLACE, &refractory, 1, MPI_INT, MPI_LOR, MPI_COMM_WORLD);
  ck_all (refractory && same_images (&w, "here.h5", "here.h5", &waiting) && waiting);
  end (&w);
}
END_TEST

START_TEST (a_hook_stops_a_run_at_a_mark_and_the_next_call_goes_on)
{
  const char *text = _i == 0 ? grid_net : exact_net;
  world whole = { 0 }, w = { .stop_mark = 2 };
  outcome expected, got;

  write_replay ();
  ck_all (begin (&whole, MPI_COMM_WORLD, "test.yaml", text, "block") == ICTUS_OK);
  ck_all (ictus_engine_run (whole.engine) == ICTUS_OK && finish (&whole, &expected) == ICTUS_OK);
  ck_all (whole.nmark == 5 && whole.nbehind == 5 && ictus_engine_marks (whole.engine) == 5);
  end (&whole);
  ck_all (begin (&w, MPI_COMM_WORLD, "test.yaml", text, "block") == ICTUS_OK);
  ck_all (ictus_engine_run (w.engine) == ICTUS_E_STOPPED);
  ck_all (w.nmark == 2 && w.nbehind == 2 && ictus_engine_marks (w.engine) == 2);
  w.stop_mark = 5; /* the end: there is nothing left to stop */
  ck_all (ictus_engine_run (w.engine) == ICTUS_OK && finish (&w, &got) == ICTUS_OK);
  ck_all (w.nmark == 5 && w.nbehind == 5 && memcmp (&got, &expected, sizeof got) == 0);
  end (&w);
  ck_all (ictus_mem_live () == 0);
}
END_TEST

static bool
told_to_stop (void *ctx)
{
  return ((world *) ctx)->nspike > 0;
}

START_TEST (a_state_is_kept_at_marks_and_taken_before_a_run_only)
{
  ictus_hook hook = { .stop = told_to_stop };
  world w = { 0 }, other = { 0 };

  write_replay ();
  ck_all (begin (&w, MPI_COMM_WORLD, "test.yaml", grid_net, "block") == ICTUS_OK);
  hook.ctx = &w;
  ck_all (ictus_engine_hook (w.engine, &hook) == ICTUS_OK);
  ck_all (keep (&w, "start.h5") == ICTUS_OK);
  ck_all (ictus_engine_run (w.engine) == ICTUS_E_STOPPED); /* in the middle of a stretch */
  ck_all (keep (&w, "middle.h5") == ICTUS_E_ARG && access ("middle.h5", F_OK) != 0);
  ck_all (go_on (&w, "start.h5") == ICTUS_E_ARG);
  ck_all (begin (&other, MPI_COMM_WORLD, "test.yaml", exact_net, "block") == ICTUS_OK);
  ck_all (go_on (&other, "start.h5") == ICTUS_E_FORMAT);
  ck_all (ictus_engine_run (other.engine) == ICTUS_E_ARG);
  end (&other);
  end (&w);
  ck_all (ictus_mem_live () == 0);
}
END_TEST

START_TEST (a_run_from_an_image_of_its_start_is_the_run)
{
  world w = { 0 }, again = { 0 };
  outcome expected, got;

  write_replay ();
  ck_all (begin (&w, MPI_COMM_WORLD, "test.yaml", exact_net, "block") == ICTUS_OK);
  ck_all (keep (&w, "start.h5") == ICTUS_OK);
  ck_all (ictus_engine_run (w.engine) == ICTUS_OK && finish (&w, &expected) == ICTUS_OK);
  ck_all (keep (&w, "end.h5") == ICTUS_OK);
  end (&w);
  ck_all (begin (&again, MPI_COMM_WORLD, "test.yaml", exact_net, "round-robin") == ICTUS_OK);
  ck_all (go_on (&again, "start.h5") == ICTUS_OK);
  ck_all (ictus_engine_run (again.engine) == ICTUS_OK && finish (&again, &got) == ICTUS_OK);
  ck_all (memcmp (&got, &expected, sizeof got) == 0);
  end (&again);
  memset (&again, 0, sizeof again);
  ck_all (begin (&again, MPI_COMM_WORLD, "test.yaml", exact_net, "block") == ICTUS_OK);
  ck_all (go_on (&again, "end.h5") == ICTUS_OK && ictus_engine_marks (again.engine) == 5);
  ck_all (ictus_engine_run (again.engine) == ICTUS_OK && again.nmark == 0); /* it is done */
  ck_all (states (&again) == expected.states);
  end (&again);
}
END_TEST

/* Zeros with a sign, numbers below the normal ones, infinite times. */
START_TEST (bits_of_states_survive)
{
  static const double odd[] = { -0.0, 5e-324, -1.7976931348623157e308, 0.1 };
  world w = { 0 };
  uint64_t before;

  write_replay ();
  ck_all (begin (&w, MPI_COMM_WORLD, "test.yaml", grid_net, "block") == ICTUS_OK);
  for (int p = 0; p < w.exp->npopulation; ++p)
    {
      const ictus_cells *c = &ictus_net_population (ictus_engine_net (w.engine), p)->cells;

      for (size_t i = 0; c->y != NULL && i < c->n; ++i)
        {
          c->y[i] = odd[c->gid[i] % 4];
          c->armed[i] = c->gid[i] % 3 == 0;
          c->refr_until[i] = c->gid[i] % 5 == 0 ? (double) INFINITY : c->refr_until[i];
        }
    }
  before = states (&w);
  ck_all (keep (&w, "odd.h5") == ICTUS_OK);
  end (&w);
  ck_all (begin (&w, MPI_COMM_WORLD, "test.yaml", grid_net, "round-robin") == ICTUS_OK);
  {
    ictus_image *im = NULL;

    ck_all (ictus_image_open (w.comm, "odd.h5", ICTUS_KIND_CHECKPOINT, ICTUS_SCHEMA_CHECKPOINT, &im) == ICTUS_OK);
    ck_all (ictus_net_load (ictus_engine_net (w.engine), im, 0) == ICTUS_OK);
    ictus_image_close (&im);
  }
  ck_all (states (&w) == before);
  end (&w);
  ck_all (ictus_mem_live () == 0);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *s = suite_create ("state");
  TCase *t = tcase_create ("state");

  tcase_add_loop_test (t, a_run_in_stretches_on_other_ranks_is_the_run_that_was_not_stopped, 0, 2);
  tcase_add_loop_test (t, so_are_the_networks_of_the_other_tests, 0, 6);
  tcase_add_loop_test (t, marks_lie_where_input_is_on_its_way_and_neurons_are_refractory, 0, 2);
  tcase_add_loop_test (t, a_hook_stops_a_run_at_a_mark_and_the_next_call_goes_on, 0, 2);
  tcase_add_test (t, a_state_is_kept_at_marks_and_taken_before_a_run_only);
  tcase_add_test (t, a_run_from_an_image_of_its_start_is_the_run);
  tcase_add_test (t, bits_of_states_survive);
  suite_add_tcase (s, t);
  return mpi_check_main (s, &argc, &argv);
}
