/* SPDX-License-Identifier: BSD-3-Clause */
/* Online measures of one run. What a rank adds up for its own neurons goes across ranks in order-free sums and
   whole numbers only: so the measures do not depend on the ranks. */
#include <math.h>
#include <string.h>

#include "sweep/sweep_summary_impl.h"

#define SAMPLE_MS 1.0    /* of the first state, for chi */
#define BIN_MS 5.0       /* of the spike count, for the Fano factor */
#define BIN_TOLERANCE 1e-8 /* of a bin: a spike that close to an edge lies on it */

static void
add_to (summary_running *r, double x)
{
  double d = x - r->mean;

  r->n += 1;
  r->mean += d / (double) r->n;
  r->m2 += d * (x - r->mean);
}

/* ---- what is called while the engine runs ---- */

static void
take_sample (void *ctx, size_t i, uint64_t index, double t_ms, const double *y, const double *u)
{
  summary_group *g = ctx;
  size_t k = (size_t) (index - g->first);
  double d;

  (void) t_ms;
  (void) u;
  if (g->owner->failed != ICTUS_OK)
    return;
  if (ictus_grow (&g->pending, &g->cap, k + 1, sizeof *g->pending) != ICTUS_OK)
    {
      g->owner->failed = ICTUS_E_NOMEM;
      return;
    }
  if (g->npending < k + 1)
    g->npending = k + 1;
  ictus_sum_add (&g->pending[k], y[0]);
  d = y[0] - g->local[i].mean;
  g->local[i].mean += d / (double) (index + 1);
  g->local[i].m2 += d * (y[0] - g->local[i].mean);
}

static void
fill_bins (summary_group *g, uint64_t upto)
{
  while (g->bin < upto)
    {
      add_to (&g->count, (double) g->nbinned);
      g->nbinned = 0;
      g->bin += 1;
    }
}

static void
count_spike (summary_group *g, double after_ms)
{
  double b = ceil (after_ms / BIN_MS - BIN_TOLERANCE) - 1; /* bins are open at the left, as windows are */
  size_t k = b > (double) g->bin ? (size_t) (b - (double) g->bin) : 0;

  if (g->owner->failed == ICTUS_OK)
    g->owner->failed = ictus_grow (&g->fresh, &g->cap_fresh, k + 1, sizeof *g->fresh);
  if (g->owner->failed != ICTUS_OK)
    return;
  g->fresh[k] += 1;
  if (g->nfresh < k + 1)
    g->nfresh = k + 1;
}

static summary_neuron *
find_local (const ictus_summary *s, uint64_t gid)
{
  size_t lo = 0, hi = s->nlocal;

  while (lo < hi)
    {
      size_t mid = lo + (hi - lo) / 2;

      if (s->gid[mid] < gid)
        lo = mid + 1;
      else
        hi = mid;
    }
  return lo < s->nlocal && s->gid[lo] == gid ? &s->neuron[lo] : NULL;
}

static ictus_err
see_window (void *ctx, double t0_ms, double t1_ms, const ictus_spike *spike, size_t n)
{
  ictus_summary *s = ctx;
  summary_group *all = &s->group[s->npop];

  (void) t0_ms;
  (void) t1_ms;
  for (size_t k = 0; k < n; ++k)
    {
      double t = spike[k].t_ms;
      summary_group *g = &s->group[ictus_net_population_of (s->net, spike[k].gid)];
      summary_neuron *mine;

      if (t <= s->discard_ms)
        continue;
      count_spike (g, t - s->discard_ms);
      if (g->has_model == all->has_model)
        count_spike (all, t - s->discard_ms);
      mine = find_local (s, spike[k].gid);
      if (mine == NULL)
        continue;
      if (!isnan (mine->last_ms))
        add_to (&mine->interval, t - mine->last_ms);
      mine->last_ms = t;
    }
  return s->failed == ICTUS_OK ? ICTUS_OK : ICTUS_FAIL (s->failed, "no memory for the summary of the run");
}

/* Sums of all ranks; a rank without neurons of a population has none pending. */
static ictus_err
reduce_pending (ictus_summary *s, int64_t *n, ictus_sum **sums, size_t *total)
{
  ictus_err mine = s->failed;
  size_t at = 0;

  for (int p = 0; p < s->npop; ++p)
    n[p] = (int64_t) s->group[p].npending;
  ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, n, s->npop, MPI_INT64_T, MPI_MAX, s->comm));
  *total = 0;
  for (int p = 0; p < s->npop; ++p)
    *total += (size_t) n[p];
  if (*total == 0)
    return ICTUS_OK;
  *sums = ictus_alloc (*total, sizeof **sums);
  if (mine == ICTUS_OK && (*sums == NULL || 3 * *total > INT32_MAX))
    mine = ICTUS_FAIL (ICTUS_E_NOMEM,
                       "no memory for the summary of the run; a shorter output.flush needs less");
  ICTUS_TRY_ALL (s->comm, mine);
  for (int p = 0; p < s->npop; at += (size_t) n[p], ++p)
    if (s->group[p].npending > 0)
      memcpy (*sums + at, s->group[p].pending, s->group[p].npending * sizeof **sums);
  ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, *sums, (int) (3 * *total), MPI_INT64_T, MPI_SUM, s->comm));
  return ICTUS_OK;
}

/* Spikes of all ranks in the bins since the last flush, in the order of time. Collective. */
static ictus_err
flush_bins (ictus_summary *s, summary_group *g)
{
  uint64_t n = g->nfresh, first = g->bin;

  ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, &n, 1, MPI_UINT64_T, MPI_MAX, s->comm));
  if (n == 0)
    return ICTUS_OK;
  ICTUS_TRY (ictus_comm_agree (s->comm, n > INT32_MAX ? ICTUS_E_NOMEM
                                                      : ictus_grow (&g->fresh, &g->cap_fresh, n, sizeof *g->fresh)));
  ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, g->fresh, (int) n, MPI_UINT64_T, MPI_SUM, s->comm));
  for (uint64_t k = 0; k < n; ++k)
    if (g->fresh[k] > 0)
      {
        fill_bins (g, first + k);
        g->nbinned += g->fresh[k];
        g->nspike += g->fresh[k];
        g->fresh[k] = 0;
      }
  g->nfresh = 0;
  return ICTUS_OK;
}

ictus_err
ictus__summary_flush (void *ctx, double t_ms)
{
  ictus_summary *s = ctx;
  summary_group *all = &s->group[s->npop];
  int64_t *n = ictus_alloc ((size_t) s->npop, sizeof *n);
  ictus_sum *sums = NULL;
  size_t total = 0, at = 0, longest = 0;
  ictus_err e;

  (void) t_ms;
  ICTUS_GO (ictus_comm_agree (s->comm, s->failed != ICTUS_OK ? s->failed : n != NULL ? ICTUS_OK : ICTUS_E_NOMEM));
  for (int p = 0; p <= s->npop; ++p)
    ICTUS_GO (flush_bins (s, &s->group[p]));
  ICTUS_GO (reduce_pending (s, n, &sums, &total));
  for (int p = 0; p < s->npop; ++p)
    longest = (size_t) n[p] > longest ? (size_t) n[p] : longest;
  for (size_t k = 0; k < longest; ++k) /* all populations are sampled at the same times */
    {
      ictus_sum sum = { 0 };

      at = 0;
      for (int p = 0; p < s->npop; at += (size_t) n[p], ++p)
        if (k < (size_t) n[p])
          ictus_sum_join (&sum, &sums[at + k]);
      add_to (&all->mean_state, ictus_sum_value (&sum) / (double) all->size);
    }
  at = 0;
  for (int p = 0; p < s->npop; at += (size_t) n[p], ++p)
    {
      summary_group *g = &s->group[p];

      for (size_t k = 0; k < (size_t) n[p]; ++k)
        add_to (&g->mean_state, ictus_sum_value (&sums[at + k]) / (double) g->size);
      if (g->npending > 0)
        memset (g->pending, 0, g->npending * sizeof *g->pending);
      g->npending = 0;
      g->first += (uint64_t) n[p];
    }
done:
  ictus_free (sums);
  ictus_free (n);
  return e;
}

/* ---- making and taking down ---- */

static ictus_err
find_neurons (ictus_summary *s, const ictus_part *part)
{
  uint64_t size = ictus_net_size (s->net);
  int rank = ictus_comm_rank (s->comm);

  for (uint64_t g = 0; g < size; ++g)
    s->nlocal += ictus_part_owner (part, g) == rank;
  s->gid = ictus_alloc (s->nlocal, sizeof *s->gid);
  s->neuron = ictus_alloc (s->nlocal, sizeof *s->neuron);
  if (s->gid == NULL || s->neuron == NULL)
    return ICTUS_E_NOMEM;
  s->nlocal = 0;
  for (uint64_t g = 0; g < size; ++g)
    if (ictus_part_owner (part, g) == rank)
      {
        s->neuron[s->nlocal].last_ms = (double) NAN;
        s->gid[s->nlocal++] = g;
      }
  return ICTUS_OK;
}

static ictus_err
ask_samples (ictus_summary *s, const ictus_experiment *exp, int p)
{
  const ictus_population *pop = ictus_net_population (s->net, p);
  summary_group *g = &s->group[p];
  ictus_sampling want = { .population = p, .sample = take_sample, .ctx = g, .stop_ms = (double) INFINITY };
  double steps = rint (SAMPLE_MS / exp->resolution_ms);

  want.interval_ms = SAMPLE_MS;
  if (exp->grid && fabs (steps * exp->resolution_ms - SAMPLE_MS) > 1e-9)
    want.interval_ms = exp->resolution_ms * fmax (steps, 1);
  /* half an interval before the first sample behind discard, so that rounding never skips it */
  want.start_ms = (floor (s->discard_ms / want.interval_ms + 1e-9) + 0.5) * want.interval_ms;
  g->nlocal = pop->cells.n;
  g->local = ictus_alloc (g->nlocal, sizeof *g->local);
  if (g->local == NULL)
    return ICTUS_E_NOMEM;
  return ictus_engine_sample (s->engine, &want);
}

static ictus_err
set_groups (ictus_summary *s, const ictus_experiment *exp)
{
  summary_group *all = &s->group[s->npop];
  const char *unit = NULL;

  s->same_unit = true;
  for (int p = 0; p <= s->npop; ++p)
    s->group[p].owner = s;
  for (int p = 0; p < s->npop; ++p)
    {
      const ictus_population *pop = ictus_net_population (s->net, p);

      s->group[p].size = pop->size;
      s->group[p].has_model = pop->model != NULL;
      all->has_model = all->has_model || pop->model != NULL;
    }
  for (int p = 0; p < s->npop; ++p)
    {
      const ictus_model *model = ictus_net_population (s->net, p)->model;
      const char *of;

      if (s->group[p].has_model == all->has_model)
        all->size += s->group[p].size;
      if (model == NULL || model->kernel->nstate == 0)
        continue;
      of = ictus_lang_get (model->lang, ICTUS_LANG_STATE, 0)->unit;
      s->same_unit = s->same_unit && (unit == NULL || strcmp (unit, of) == 0);
      unit = of;
      ICTUS_TRY (ask_samples (s, exp, p));
    }
  return ICTUS_OK;
}

ictus_err
ictus_summary_create (ictus_engine *engine, double discard_ms, ictus_summary **out)
{
  const ictus_experiment *exp = ictus_engine_experiment (engine);
  ictus_hook hook = { .window = see_window, .flush = ictus__summary_flush };
  ictus_summary *s = NULL;
  ictus_err e = ICTUS_E_NOMEM;

  *out = NULL;
  if (!(discard_ms >= 0 && discard_ms < exp->t_stop_ms))
    return ICTUS_FAIL (ICTUS_E_INPUT,
                       "the summary leaves out the first %g ms, but the run is only %g ms long", discard_ms,
                       exp->t_stop_ms);
  if ((s = ictus_alloc (1, sizeof *s)) == NULL)
    goto done;
  s->engine = engine;
  s->net = ictus_engine_net (engine);
  s->comm = ictus_engine_comm (engine);
  s->discard_ms = discard_ms;
  s->npop = ictus_net_npopulation (s->net);
  if ((s->group = ictus_alloc ((size_t) s->npop + 1, sizeof *s->group)) == NULL)
    goto done;
  ICTUS_GO (find_neurons (s, ictus_engine_part (engine)));
  ICTUS_GO (set_groups (s, exp));
  hook.ctx = s;
  ICTUS_GO (ictus_engine_hook (engine, &hook));
  *out = s;
  s = NULL;
done:
  ictus_summary_destroy (&s);
  return e;
}

void
ictus_summary_destroy (ictus_summary **s)
{
  if (*s == NULL)
    return;
  for (int p = 0; (*s)->group != NULL && p <= (*s)->npop; ++p)
    {
      ictus_free ((*s)->group[p].local);
      ictus_free ((*s)->group[p].pending);
      ictus_free ((*s)->group[p].fresh);
    }
  ictus_free ((*s)->group);
  ictus_free ((*s)->gid);
  ictus_free ((*s)->neuron);
  ictus_free (*s);
  *s = NULL;
}

/* ---- the measures ---- */

typedef struct parts /* of a group, added up over ranks: three int64 a sum, one the count */
{
  ictus_sum cv, variance;
  int64_t ncv;
} parts;
enum { PARTS_INT64 = 7 };
_Static_assert (sizeof (parts) == PARTS_INT64 * sizeof (int64_t), "parts travel as int64");

static void
sum_local (const ictus_summary *s, parts *sum)
{
  for (size_t i = 0; i < s->nlocal; ++i)
    {
      const summary_running *r = &s->neuron[i].interval;
      parts *of = &sum[ictus_net_population_of (s->net, s->gid[i])];

      if (r->n < 2 || !(r->mean > 0)) /* at least three spikes */
        continue;
      ictus_sum_add (&of->cv, sqrt (r->m2 / (double) r->n) / r->mean);
      of->ncv += 1;
    }
  for (int p = 0; p < s->npop; ++p)
    for (size_t i = 0; i < s->group[p].nlocal && s->group[p].mean_state.n > 0; ++i)
      ictus_sum_add (&sum[p].variance, s->group[p].local[i].m2 / (double) s->group[p].mean_state.n);
}

static void
measure (const summary_group *g, const parts *sum, double duration_ms, ictus_measures *m)
{
  summary_group full = *g; /* the bins up to the end are closed in a copy */
  double variance = ictus_sum_value (&sum->variance) / (double) g->size;

  fill_bins (&full, duration_ms > 0 ? (uint64_t) floor (duration_ms / BIN_MS + BIN_TOLERANCE) : 0);
  m->rate_Hz = duration_ms > 0 ? 1e3 * (double) g->nspike / ((double) g->size * duration_ms) : (double) NAN;
  m->cv = sum->ncv > 0 ? ictus_sum_value (&sum->cv) / (double) sum->ncv : (double) NAN;
  m->fano = full.count.n > 0 && full.count.mean > 0 ? full.count.m2 / (double) full.count.n / full.count.mean
                                                    : (double) NAN;
  m->chi = g->mean_state.n > 1 && variance > 0 ? sqrt (g->mean_state.m2 / (double) g->mean_state.n / variance)
                                               : (double) NAN;
}

ictus_err
ictus_summary_get (ictus_summary *s, ictus_measures *m)
{
  parts *sum = ictus_alloc ((size_t) s->npop + 1, sizeof *sum);
  ictus_engine_stats stats;
  ictus_err e;

  ICTUS_GO (ictus_comm_agree (s->comm, sum != NULL ? ICTUS_OK : ICTUS_E_NOMEM));
  ICTUS_GO (ictus__summary_flush (s, 0));
  sum_local (s, sum);
  ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, sum, PARTS_INT64 * s->npop, MPI_INT64_T, MPI_SUM, s->comm));
  ictus_engine_get_stats (s->engine, &stats);
  for (int p = 0; p < s->npop; ++p)
    {
      parts *all = &sum[s->npop];

      if (s->group[p].has_model == s->group[s->npop].has_model)
        {
          ictus_sum_join (&all->cv, &sum[p].cv);
          ictus_sum_join (&all->variance, &sum[p].variance);
          all->ncv += sum[p].ncv;
        }
      measure (&s->group[p], &sum[p], stats.t_ms - s->discard_ms, &m[p]);
    }
  measure (&s->group[s->npop], &sum[s->npop], stats.t_ms - s->discard_ms, &m[s->npop]);
  if (!s->same_unit)
    m[s->npop].chi = (double) NAN;
done:
  ictus_free (sum);
  return e;
}

bool
ictus_summary_is_seizure (const ictus_experiment *exp, const ictus_measures *all)
{
  return (all->chi >= exp->seizure_chi && all->rate_Hz >= exp->seizure_rate_Hz)
         || all->rate_Hz >= exp->seizure_tonic_Hz;
}
