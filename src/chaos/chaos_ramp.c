/* SPDX-License-Identifier: BSD-3-Clause */
/* Slow ramps: rank 0 prepares, blocks of runs are dealt in turn, every rank learns every run. */
#include "chaos_ramp.h"

#include <math.h>
#include <string.h>

void
ictus_ramp_defaults (ictus_ramp_options *o)
{
  *o = (ictus_ramp_options) { .par = -1, .lo = NAN, .hi = NAN, .duration = NAN, .repeats = 16, .seed = 1, .dt = NAN, .lag = NAN,
                              .window = 0.5, .bandwidth = 0.1, .surrogates = 200, .threshold = 0.25 };
}

const char *
ictus_ramp_refuse (const ictus_model *m, char *buf)
{
  ictus_lang_class class = ictus_lang_classify (m->lang);
  char other[256];
  const char *why;

  if (class.autonomous && (why = ictus_dyn_refuse (m, other)) != NULL)
    {
      snprintf (buf, 256, "%s", why);
      return buf;
    }
  if (class.map || class.delayed)
    return class.map ? "it is a map: it has no time in which a parameter could move slowly" : "it has delays";
  if (m->kernel->nmarkov > 0)
    return "it has Markov variables";
  if (m->kernel->nevent > 0)
    return "it has events (global)";
  if (m->kernel->reset != NULL)
    return "its neuron is reset when it fires: the state jumps at every spike";
  return NULL;
}

double
ictus_ramp_par (const ictus_ramp_side *s, size_t k)
{
  return s->from + (s->to - s->from) * ((double) k + 0.5) / ICTUS_RAMP_POINTS;
}

double
ictus_ramp_window_par (const ictus_ramp_side *s, const ictus_ramp_run *r, double window, size_t w)
{
  return s->from + (r->warned_until - s->from) * (window + (1 - window) * (double) w / (ICTUS_WARNING_WINDOWS - 1));
}

void
ictus_ramp_clear (ictus_ramp *r)
{
  ictus_free (r->run);
  r->run = NULL;
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

static ictus_err
check (const ictus_dyn_values *v, const ictus_ramp_options *o)
{
  const ictus_kernel *k = v->model->kernel;
  char buf[256];
  const char *why = ictus_ramp_refuse (v->model, buf);

  if (why != NULL)
    return ICTUS_FAIL (ICTUS_E_INPUT, "model %s cannot be served: %s", k->name, why);
  if (!(o->lo < o->hi) || !isfinite (o->hi - o->lo))
    return ICTUS_FAIL (ICTUS_E_INPUT, "the range from %.9g to %.9g is empty", o->lo, o->hi);
  if (o->par < 0 || o->par >= k->npar + k->ninput || o->watch < 0 || o->watch >= k->nstate + k->naux)
    return ICTUS_FAIL (ICTUS_E_ARG, "no such parameter, state or aux");
  if (o->duration <= 0 || o->dt <= 0 || o->lag <= 0 || !(o->window > 0 && o->window < 1) || !(o->bandwidth > 0)
      || !(o->threshold > 0 && o->threshold < 1))
    return ICTUS_FAIL (ICTUS_E_INPUT, "duration, step and lag have to be positive, window and threshold between 0 and 1");
  if (o->repeats > 100000)
    return ICTUS_FAIL (ICTUS_E_INPUT, "%zu repeats are too many: at most 100000", o->repeats);
  if (o->repeats > 0 && v->model->lanes == NULL)
    return ICTUS_FAIL (ICTUS_E_ARG, "the model was opened without lanes");
  return ICTUS_OK;
}

static ictus_err
open_ramp (const ictus_dyn_values *v, const ictus_ramp_options *o, ictus__ramp *r)
{
  size_t n = (size_t) v->model->kernel->nstate;

  *r = (ictus__ramp) { .o = o, .m = v->model, .k = v->model->kernel };
  ICTUS_TRY (check (v, o));
  ICTUS_TRY (ictus__dyn_open (v, &r->s));
  r->t0 = r->s->t;
  r->timed = !ictus_lang_classify (v->model->lang).autonomous;
  r->start[0] = ictus_alloc (2 * n, sizeof *r->start[0]);
  r->aux = ictus_alloc ((size_t) r->k->naux, sizeof *r->aux);
  if (r->start[0] == NULL || r->aux == NULL)
    return ICTUS_E_NOMEM;
  r->start[1] = r->start[0] + n;
  memcpy (r->start[0], v->y, n * sizeof *v->y);
  return ICTUS_OK;
}

static void
close_ramp (ictus__ramp *r)
{
  ictus_free (r->start[0]);
  ictus_free (r->aux);
  ictus_free (r->noise_state);
  ictus_free (r->noise_sigma);
  ictus__dyn_close (&r->s);
}

/* What rank 0 prepared. */
static ictus_err
share (MPI_Comm comm, ictus__ramp *r, ictus_ramp *out)
{
  size_t most = r->o->nnoise > 0 ? r->o->nnoise : 1;
  ictus_err e = ICTUS_OK;

  if (r->noise_state == NULL)
    {
      r->noise_state = ictus_alloc (most, sizeof *r->noise_state);
      r->noise_sigma = ictus_alloc (most, sizeof *r->noise_sigma);
      if (r->noise_state == NULL || r->noise_sigma == NULL)
        e = ICTUS_E_NOMEM;
    }
  ICTUS_TRY_ALL (comm, e);
  ICTUS_MPI (MPI_Bcast (out, (int) sizeof *out, MPI_BYTE, 0, comm));
  ICTUS_MPI (MPI_Bcast (r->start[0], 2 * r->k->nstate, MPI_DOUBLE, 0, comm));
  ICTUS_MPI (MPI_Bcast (&r->nnoise, (int) sizeof r->nnoise, MPI_BYTE, 0, comm));
  ICTUS_MPI (MPI_Bcast (r->noise_state, (int) (most * sizeof *r->noise_state), MPI_BYTE, 0, comm));
  ICTUS_MPI (MPI_Bcast (r->noise_sigma, (int) (most * sizeof *r->noise_sigma), MPI_BYTE, 0, comm));
  return ICTUS_OK;
}

/* ---- runs ---------------------------------------------------------------------------------------------------------- */

/* Signs before anything happens in the course of lane i; how many samples those are. */
static ictus_err
warn (ictus__ramp *r, const ictus_ramp_side *s, const ictus__course *c, size_t i, size_t quiet, uint64_t repeat, uint64_t way,
      ictus_warning *out, int *there)
{
  const ictus_ramp_options *o = r->o;
  ictus_warning_options w = { .window = o->window, .bandwidth = o->bandwidth, .lag = (size_t) s->lag, .sample = s->sample,
                              .surrogates = o->surrogates, .seed = o->seed, .key = { repeat, way } };

  ICTUS_TRY (ictus_warning_measure (c->value[i], quiet, &w, out));
  *there = !isnan (out->tau[0]);
  return ICTUS_OK;
}

/* The runs of a block, and as long at the first value of the parameter. */
static ictus_err
block (ictus__ramp *r, ictus_ramp *plan, int side, size_t first)
{
  const ictus_ramp_side *s = &plan->side[side];
  size_t all = plan->repeats, m = all - first < ICTUS_LANE ? all - first : ICTUS_LANE, longest = 0, quiet[ICTUS_LANE] = { 0 };
  double size = ictus__jump_size (r->o, plan, s);
  ictus_ramp_run *run = plan->run + (size_t) side * all + first;
  ictus__course c = { 0 };
  ictus_err e;

  ICTUS_GO (ictus__course_make ((size_t) s->nsample, &c));
  ICTUS_GO (ictus__noise_follow (r, plan, side, first, false, &c));
  for (size_t i = 0; i < m; ++i)
    {
      ICTUS_GO (ictus__jumps_find (s, c.low[i], c.high[i], c.n, size, &run[i], &quiet[i]));
      run[i].warned_until = s->from + (s->to - s->from) * (double) quiet[i] / s->nsample;
      ICTUS_GO (warn (r, s, &c, i, quiet[i], first + i, (uint64_t) side, &run[i].warning, &run[i].warned));
      longest = quiet[i] > longest ? quiet[i] : longest;
    }
  c.n = longest;
  r->done += r->share;
  ICTUS_GO (ictus__noise_follow (r, plan, side, first, true, &c));
  for (size_t i = 0; i < m; ++i)
    {
      size_t n = quiet[i];

      while (n > 0 && isnan (c.value[i][n - 1]))
        --n;
      ICTUS_GO (warn (r, s, &c, i, n, first + i, (uint64_t) side | 2, &run[i].control, &run[i].steady));
      run[i].done = 1;
    }
done:
  ictus__course_clear (&c);
  return e;
}

/* Blocks in turn to the ranks, the directions one after the other. */
static ictus_err
run_mine (MPI_Comm comm, ictus__ramp *r, ictus_ramp *plan)
{
  size_t nblock = (plan->repeats + ICTUS_LANE - 1) / ICTUS_LANE, nrank = (size_t) ictus_comm_size (comm);

  for (size_t b = (size_t) ictus_comm_rank (comm); b < 2 * nblock; b += nrank)
    {
      int side = b >= nblock;

      r->done = (double) b / (double) (2 * nblock);
      r->share = 0.5 * (double) nrank / (double) (2 * nblock); /* then the control */

      if (plan->side[side].served)
        ICTUS_TRY (block (r, plan, side, (b - (size_t) side * nblock) * ICTUS_LANE));
      if (r->o->tick != NULL)
        r->o->tick (r->o->ctx, fmin ((double) (b + nrank) / (double) (2 * nblock), 1));
    }
  return ICTUS_OK;
}

/* Every byte of a run that a rank did not do is 0 there. */
static void
gather (MPI_Comm comm, ictus_ramp *plan)
{
  for (size_t i = 0; i < 2 * plan->repeats; ++i)
    ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, &plan->run[i], (int) sizeof plan->run[i], MPI_BYTE, MPI_BOR, comm));
  for (size_t i = 0; i < 2 * plan->repeats; ++i)
    plan->ndone += plan->run[i].done != 0;
}

/* What was stopped on its way counts as not done. */
static void
drop_unfinished (ictus_ramp *plan)
{
  for (size_t i = 0; i < 2 * plan->repeats; ++i)
    if (!plan->run[i].done)
      memset (&plan->run[i], 0, sizeof plan->run[i]);
}

ictus_err
ictus_ramp_follow (MPI_Comm comm, const ictus_dyn_values *v, const ictus_ramp_options *o, ictus_ramp *out)
{
  ictus__ramp r = { 0 };
  ictus_err e, stopped;

  memset (out, 0, sizeof *out);
  out->sigma = NAN;
  out->own_noise = v->model->kernel->nnoise > 0;
  ICTUS_GO (ictus_comm_agree (comm, open_ramp (v, o, &r)));
  if (ictus_comm_rank (comm) == 0)
    e = ictus__ramp_plan (&r, out);
  ICTUS_GO (ictus_comm_verdict (comm, e));
  ICTUS_GO (share (comm, &r, out));
  out->repeats = o->repeats;
  out->run = ictus_alloc (2 * o->repeats, sizeof *out->run);
  ICTUS_GO (ictus_comm_agree (comm, out->run == NULL ? ICTUS_E_NOMEM : ICTUS_OK));
  stopped = ictus_comm_agree (comm, run_mine (comm, &r, out));
  if (stopped == ICTUS_OK || stopped == ICTUS_E_STOPPED)
    {
      drop_unfinished (out);
      gather (comm, out);
    }
  e = stopped;
done:
  close_ramp (&r);
  return e;
}

/* ---- over the runs --------------------------------------------------------------------------------------------------- */

typedef struct moments
{
  size_t n;
  double sum, squares, least, most;
} moments;

static void
add (moments *m, double x)
{
  if (isnan (x))
    return;
  m->least = m->n == 0 ? x : fmin (m->least, x);
  m->most = m->n == 0 ? x : fmax (m->most, x);
  m->sum += x;
  m->squares += x * x;
  ++m->n;
}

static double
mean (const moments *m)
{
  return m->n > 0 ? m->sum / (double) m->n : NAN;
}

static double
deviation (const moments *m)
{
  double n = (double) m->n;

  return m->n > 1 ? sqrt (fmax (0, m->squares - m->sum * m->sum / n) / (n - 1)) : NAN;
}

/* Over the runs that have signs: k one of them; control or not. */
static void
summarise_sign (const ictus_ramp_run *run, size_t n, int k, bool control, double *tau, double *low, double *p)
{
  moments taus = { 0 }, alarms = { 0 }, ps = { 0 };

  for (size_t i = 0; i < n; ++i)
    {
      const ictus_warning *w = control ? &run[i].control : &run[i].warning;

      if (!run[i].done || !(control ? run[i].steady : run[i].warned))
        continue;
      add (&taus, w->tau[k]);
      add (&ps, w->p[k]);
      add (&alarms, isnan (w->p[k]) ? NAN : w->p[k] < 0.05);
    }
  *tau = mean (&taus);
  *low = mean (&alarms);
  if (p != NULL)
    *p = mean (&ps);
}

void
ictus_ramp_summary (const ictus_ramp *r, int side, ictus_ramp_average *out)
{
  const ictus_ramp_run *run = r->run + (size_t) side * r->repeats;
  size_t often[4] = { 0 };
  moments first = { 0 }, last = { 0 };

  *out = (ictus_ramp_average) { 0 };
  for (size_t i = 0; i < r->repeats; ++i)
    {
      out->runs += run[i].done != 0;
      out->warned += run[i].done && run[i].warned;
      out->steady += run[i].done && run[i].steady;
      if (!run[i].done || run[i].njump == 0)
        continue;
      add (&first, run[i].jump[0].par);
      add (&last, run[i].jump[run[i].njump - 1].par);
      ++often[run[i].jump[0].kind];
    }
  for (size_t k = 0; k < 4; ++k)
    out->kind = often[k] > often[out->kind] ? (ictus_ramp_kind) k : out->kind;
  out->with_jump = out->last_with = first.n;
  out->par = mean (&first);
  out->par_sd = deviation (&first);
  out->par_least = first.n > 0 ? first.least : NAN;
  out->par_most = first.n > 0 ? first.most : NAN;
  out->last_par = mean (&last);
  out->last_sd = deviation (&last);
  for (int k = 0; k < ICTUS_WARNING_SIGNS; ++k)
    {
      summarise_sign (run, r->repeats, k, false, &out->tau[k], &out->detected[k], &out->p[k]);
      summarise_sign (run, r->repeats, k, true, &out->control_tau[k], &out->alarm[k], NULL);
    }
}
