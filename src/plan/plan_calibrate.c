/* SPDX-License-Identifier: BSD-3-Clause */
/* A short run of the experiment itself on one process: what neurons do and what they cost. */
#include "plan/plan_impl.h"

#include <math.h>
#include <string.h>
#include <time.h>

#define SHORT_SYNAPSES 1e7 /* more are not built for a short run */
#define SHORT_NEURONS 1e5
#define SHORT_MEMORY 0.5 /* of what this machine has */
#define EARLY 0.3 /* part of the run that is left out where it is not over: it does not start as it goes on  \
                   */

/* Processor time of this process: what a run costs where nobody else is. */
static double
cpu_s (void)
{
  struct timespec t;

  return clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &t) == 0 ? (double)t.tv_sec + 1e-9 * (double)t.tv_nsec
                                                           : ictus_wall_s ();
}

typedef struct moment /* the end of a window */
{
  double t_ms, wall_s;
  double solve, exchange, deliver; /* seconds since the start */
} moment;

typedef struct watch /* the hook of the short run */
{
  ictus_engine *engine;
  double begin_s, limit_s;
  uint64_t *spikes; /* [npop], cumulative */
  int npop;
  moment *at;      /* [n], every `stride`-th window */
  uint64_t *count; /* [n, npop] */
  size_t n, cap, capc, stride, windows;
  size_t most;  /* spikes in the fullest window */
  double taken; /* what samples were used for */
} watch;

/* ---- the hook ----------------------------------------------------------------------------------- */

/* Long runs keep every second moment only. */
static void
thin (watch *w)
{
  size_t npop = (size_t)w->npop;

  for (size_t k = 0; 2 * k + 1 < w->n; ++k)
    {
      w->at[k] = w->at[2 * k + 1];
      memmove (w->count + k * npop, w->count + (2 * k + 1) * npop, npop * sizeof *w->count);
    }
  w->n /= 2;
  w->stride *= 2;
}

static ictus_err
window (void *ctx, double t0_ms, double t1_ms, const ictus_spike *s, size_t n)
{
  watch *w = ctx;
  const ictus_net *net = ictus_engine_net (w->engine);
  ictus_engine_stats stats;

  (void)t0_ms;
  for (size_t k = 0; k < n; ++k)
    w->spikes[ictus_net_population_of (net, s[k].gid)] += 1;
  w->most = n > w->most ? n : w->most;
  if (++w->windows % w->stride != 0)
    return ICTUS_OK;
  if (w->n >= 4096)
    thin (w);
  ICTUS_TRY (ictus_grow (&w->at, &w->cap, w->n + 1, sizeof *w->at));
  ICTUS_TRY (ictus_grow (&w->count, &w->capc, (w->n + 1) * (size_t)w->npop, sizeof *w->count));
  ictus_engine_get_stats (w->engine, &stats);
  w->at[w->n] = (moment){ .t_ms = t1_ms,
                          .wall_s = ictus_wall_s () - w->begin_s,
                          .solve = stats.solve_s,
                          .exchange = stats.exchange_s,
                          .deliver = stats.deliver_s + stats.input_s };
  memcpy (w->count + w->n * (size_t)w->npop, w->spikes, (size_t)w->npop * sizeof *w->spikes);
  w->n += 1;
  return ICTUS_OK;
}

static bool
enough (void *ctx)
{
  const watch *w = ctx;

  return ictus_wall_s () - w->begin_s >= w->limit_s;
}

/* As much work as a recorder has with a sample. */
static void
sample (void *ctx, size_t i, uint64_t index, double t_ms, const double *y, const double *u)
{
  watch *w = ctx;

  (void)i;
  (void)index;
  (void)t_ms;
  (void)u;
  w->taken += y[0];
}

static ictus_err
add_samplings (const ictus_experiment *exp, bool sweep, ictus_engine *engine, watch *w)
{
  for (int p = 0; sweep && p < exp->npopulation; ++p) /* the summary of a sweep looks every millisecond */
    if (exp->population[p].model != NULL)
      ICTUS_TRY (ictus_engine_sample (
          engine, &(ictus_sampling){
                      .population = p, .interval_ms = 1, .stop_ms = INFINITY, .sample = sample, .ctx = w }));
  for (int r = 0; !sweep && r < exp->nrecord; ++r)
    if (exp->record[r].type == ICTUS_RECORD_TRACE || exp->record[r].type == ICTUS_RECORD_MEAN)
      ICTUS_TRY (ictus_engine_sample (engine, &(ictus_sampling){ .population = exp->record[r].population[0],
                                                                 .interval_ms = exp->record[r].interval_ms,
                                                                 .start_ms = exp->record[r].start_ms,
                                                                 .stop_ms = exp->record[r].stop_ms,
                                                                 .sample = sample,
                                                                 .ctx = w }));
  return ICTUS_OK;
}

/* ---- what it tells ------------------------------------------------------------------------------ */

/* Slopes from the first moment after the early part to the last. */
static void
evaluate (const ictus_experiment *exp, const watch *w, double scale, plan_rates *out)
{
  const moment *z = &w->at[w->n - 1], none = { 0 }, *a = &none;
  size_t npop = (size_t)w->npop;
  const uint64_t *before = NULL;
  double ms, per_window, mean = 0;

  out->t_ms = z->t_ms;
  out->whole = z->t_ms >= exp->t_stop_ms * (1 - 1e-9);
  for (size_t k = 0; !out->whole && k < w->n - 1 && w->at[k].t_ms <= EARLY * z->t_ms; ++k)
    {
      a = &w->at[k];
      before = w->count + k * npop;
    }
  out->from_ms = a->t_ms;
  ms = z->t_ms - a->t_ms;
  for (size_t p = 0; p < npop; ++p)
    {
      double n = (double)(w->count[(w->n - 1) * npop + p] - (before == NULL ? 0 : before[p]));

      out->Hz[p] = n / (1e-3 * ms) / (double)exp->population[p].size;
      mean += n;
    }
  per_window = mean / ms * z->t_ms / (double)w->windows;
  out->peak = per_window > 0 ? fmax ((double)w->most / per_window, 1) : PLAN_PEAK;
  out->solve = (z->solve - a->solve) / ms / scale;
  out->deliver = (z->deliver - a->deliver) / ms / scale;
  out->exchange = (z->exchange - a->exchange) / ms / scale;
  out->rest = fmax ((z->wall_s - a->wall_s) / ms - (out->solve + out->deliver + out->exchange) * scale, 0);
  out->measured = ms > 0;
}

/* Times as they would be on a processor that nobody else uses. */
static void
take_out_others (double cpu, double wall, plan_rates *out)
{
  out->share = wall > 0 ? fmin (cpu / wall, 1) : 1;
  out->solve *= out->share;
  out->deliver *= out->share;
  out->exchange *= out->share;
  out->rest *= out->share;
}

static void
cannot (plan_rates *out, const char *why)
{
  snprintf (out->reason, sizeof out->reason, "%s", why);
  out->reason[strcspn (out->reason, "\n")] = '\0';
  out->why_not = out->reason;
}

static ictus_err
run (const ictus_experiment *exp, bool sweep, double scale, double wall_s, plan_rates *out)
{
  watch w = { .begin_s = ictus_wall_s (), .npop = exp->npopulation, .stride = 1 };
  ictus_hook hook = { .ctx = &w, .window = window, .stop = enough };
  ictus_engine *engine = NULL;
  double cpu = cpu_s ();
  ictus_err e;

  w.spikes = ictus_alloc ((size_t)w.npop, sizeof *w.spikes);
  ICTUS_GO (w.spikes == NULL ? ICTUS_E_NOMEM : ICTUS_OK);
  ICTUS_GO (ictus_engine_create (MPI_COMM_SELF, exp, &engine));
  out->build_s = (cpu_s () - cpu) / scale;
  cpu = cpu_s ();
  w.engine = engine;
  w.begin_s = ictus_wall_s ();
  w.limit_s = wall_s;
  ICTUS_GO (add_samplings (exp, sweep, engine, &w));
  ICTUS_GO (ictus_engine_hook (engine, &hook));
  e = ictus_engine_run (engine);
  if (e == ICTUS_E_STOPPED)
    e = ICTUS_OK;
  out->wall_s = ictus_wall_s () - w.begin_s;
  if (e == ICTUS_OK && w.n > 0)
    {
      evaluate (exp, &w, scale, out);
      take_out_others (cpu_s () - cpu, out->wall_s, out);
    }
done:
  ictus_engine_destroy (&engine);
  ictus_free (w.spikes);
  ictus_free (w.at);
  ictus_free (w.count);
  return e;
}

/* The part of the neurons that a short run can have. */
static double
choose_scale (const plan_need *need)
{
  double scale = 1, here = ictus_host_memory (), bytes = 0;

  for (size_t k = 0; k < need->npart; ++k)
    if (need->part[k].kind != PLAN_FIXED && need->part[k].kind != PLAN_CHECKPOINT)
      bytes += need->part[k].number > 0 && need->part[k].all > 0
                   ? need->part[k].bytes * need->part[k].all / need->part[k].number
                   : need->part[k].bytes;
  scale = fmin (scale, SHORT_MEMORY * here / bytes);
  scale = fmin (scale, SHORT_SYNAPSES / fmax (need->synapses, 1));
  return fmin (scale, SHORT_NEURONS / fmax (need->neurons, 1));
}

ictus_err
plan_calibrate (const ictus_experiment *exp, const plan_need *need, bool sweep, double wall_s,
                plan_rates *out)
{
  ictus_experiment copy;
  const char *why = NULL;
  ictus_err e;

  out->scale = choose_scale (need);
  if (out->scale >= 1)
    {
      out->scale = 1;
      copy = *exp;
      copy.partition = "block";
      e = run (&copy, sweep, 1, wall_s, out);
    }
  else
    {
      ICTUS_TRY (plan_shrink (exp, out->scale, &copy, &why));
      copy.partition = "block";
      e = why == NULL ? run (&copy, sweep, out->scale, wall_s, out) : ICTUS_OK;
      plan_shrink_clear (&copy);
    }
  if (why != NULL)
    cannot (out, why);
  else if (e != ICTUS_OK && e != ICTUS_E_NOMEM) /* sizes are known all the same */
    cannot (out, ictus_err_last ());
  if (out->why_not != NULL)
    out->measured = false;
  return e == ICTUS_E_NOMEM ? e : ICTUS_OK;
}
