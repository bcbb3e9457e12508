/* SPDX-License-Identifier: BSD-3-Clause */
/* What has to be known before runs with noise: where the directions begin, the time scales there, how long the ramp is, how short a step,
   what happens without noise, how far what is watched moves, how strong noise is chosen. */
#include "chaos_ramp.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum
{
  CHUNKS = 40,        /* of settling */
  MOST_SAMPLES = 20000,
  LEAST_SAMPLES = 2000,
  MOST_STEPS = 2000000 /* of a ramp whose duration is chosen */
};
static const double noise_share = 0.003; /* standard deviation of chosen noise in the range */
static const double kick = 1e-6;        /* a ramp without noise is pushed by this part of the size of its states, now and then */

typedef struct settled /* where a constant parameter leads */
{
  bool alive, rests;
  double low, high, period;
  ictus__linear lin;
} settled;

/* ---- settling ----------------------------------------------------------------------------------------------------- */

/* A stable equilibrium beside y? Then y is it. */
static bool
comes_to_rest (ictus__ramp *r, double *y, double *x, settled *out)
{
  if (r->timed)
    return false;
  ictus__dyn_gather (r->s, y, x);
  if (!ictus__rest_find (r, x, 1e-3) || !ictus__rest_linear (r, x, &out->lin) || out->lin.leading > 1e-7 * out->lin.fastest)
    return false;
  ictus__dyn_spread (r->s, x, y);
  return true;
}

/* Mean time between upward passages of what is watched through the middle of its range, in m samples. */
static double
period_of (const double *v, size_t m, double between, double low, double high)
{
  double middle = 0.5 * (low + high), hysteresis = 0.1 * (high - low);
  size_t first = 0, last = 0, n = 0;
  bool below = false;

  for (size_t i = 0; i < m; ++i)
    if (v[i] < middle - hysteresis)
      below = true;
    else if (below && v[i] > middle + hysteresis)
      {
        below = false;
        first = n == 0 ? i : first;
        last = i;
        ++n;
      }
  return n >= 2 ? between * (double) (last - first) / (double) (n - 1) : NAN;
}

/* Range and period of what goes on for a time. */
static bool
oscillates (ictus__ramp *r, ictus__calm *w, double total, settled *out)
{
  enum { M = 4000 };
  double *v = ictus_alloc (M, sizeof *v), low, high;
  bool alive = v != NULL;

  out->low = INFINITY;
  out->high = -INFINITY;
  for (size_t i = 0; alive && i < M; ++i)
    {
      alive = ictus__calm_go (w, total / M, &low, &high);
      v[i] = ictus__ramp_watch (r, r->t0, ictus__calm_state (w));
      out->low = fmin (out->low, low);
      out->high = fmax (out->high, high);
    }
  out->period = alive ? period_of (v, M, total / M, out->low, out->high) : NAN;
  ictus_free (v);
  return alive;
}

/* Follow the model at par from y [nstate] until it rests, or long enough to call it oscillating; y: where it is then. */
static ictus_err
settle (ictus__ramp *r, double par, double *y, settled *out)
{
  double *x = ictus_alloc ((size_t) r->s->n, sizeof *x), chunk, low, high;
  double fastest;
  ictus__calm *w = NULL;
  ictus_err e = x == NULL ? ICTUS_E_NOMEM : ICTUS_OK;

  *out = (settled) { .alive = true, .period = NAN };
  ictus__dyn_set (r->s, r->o->par, par);
  ICTUS_GO (e);
  ictus__dyn_gather (r->s, y, x);
  ictus__rest_linear (r, x, &out->lin);
  chunk = out->lin.fastest > 0 ? fmin (fmax (5 * out->lin.slowest, 20 / out->lin.fastest), 2e4 / out->lin.fastest) : 1;
  fastest = r->fastest = fmax (r->fastest, out->lin.fastest);
  ICTUS_GO (ictus__calm_open (r, y, &w));
  for (int i = 0; i < CHUNKS && out->alive && !out->rests; ++i)
    {
      out->alive = ictus__calm_go (w, chunk, &low, &high);
      out->rests = out->alive && comes_to_rest (r, ictus__calm_state (w), x, out);
      if (!out->rests && i < CHUNKS / 2)
        ictus__calm_push (w, 100 * kick, (uint64_t) i);
      if (r->o->told != NULL && r->o->told (r->o->ctx))
        ICTUS_GO (ICTUS_FAIL (ICTUS_E_STOPPED, "told to end"));
    }
  if (out->alive && !out->rests)
    out->alive = oscillates (r, w, 20 * chunk, out);
  r->fastest = out->alive ? r->fastest : fastest; /* on the way to infinity all is fast */
  memcpy (y, ictus__calm_state (w), (size_t) r->k->nstate * sizeof *y);
  if (out->rests)
    out->low = out->high = ictus__ramp_watch (r, r->t0, y);
done:
  ictus__calm_close (&w);
  ictus_free (x);
  return e;
}

/* ---- time scales ---------------------------------------------------------------------------------------------------- */

/* How long a ramp should be for what is slow at this end, at least. */
static double
wanted (const settled *a, double memory)
{
  if (!a->alive)
    return 0;
  if (!a->rests)
    return isfinite (a->period) ? 300 * a->period : 0;
  return fmax (200 * a->lin.slowest, 1000 * memory);
}

static void
describe (const settled *a, ictus_ramp_side *side)
{
  side->served = a->alive;
  side->rests = a->rests;
  side->value = a->rests ? a->low : NAN;
  side->slowest = a->rests ? a->lin.slowest : a->period;
  if (!a->alive)
    snprintf (side->why, sizeof side->why, "there is nothing to begin with: the states run to infinity");
}

/* Unit noise where it will be chosen, before its strength is known. */
static void
answer_of (ictus__ramp *r, const settled *a, const double *y, double *variance, double *lag, double *memory)
{
  double *x = ictus_alloc ((size_t) r->s->n, sizeof *x);

  *variance = NAN;
  *lag = *memory = a->rests ? a->lin.slowest : isfinite (a->period) ? 0.1 * a->period : NAN;
  if (x == NULL)
    return;
  ictus__dyn_gather (r->s, y, x);
  if (a->rests && !ictus__rest_noise (r, x, &a->lin, variance, lag, memory))
    {
      *variance = NAN;
      *lag = *memory = a->lin.slowest;
    }
  ictus_free (x);
}

static void
choose_duration (ictus__ramp *r, const settled *a, const settled *b, const double *memory, ictus_ramp *out)
{
  double up = wanted (a, memory[0]), down = wanted (b, memory[1]), step = 0.5 / r->fastest;
  double least = up > 0 && down > 0 ? fmin (up, down) : fmax (up, down);

  out->duration = r->o->duration;
  if (!isnan (out->duration))
    return;
  out->chosen_duration = 1;
  out->duration = fmin (fmax (up, down), 10 * least); /* one end may be next to a bifurcation, infinitely slow */
  if (!(out->duration > 0))
    out->duration = 1e5 * step;
  if (out->duration > MOST_STEPS * step)
    {
      out->duration = MOST_STEPS * step;
      out->shortened = 1;
    }
}

static void
choose_samples (const ictus_ramp_options *o, double lag, double duration, ictus_ramp_side *side)
{
  double want = isnan (o->lag) ? lag : o->lag, n = ceil (duration / (0.5 * want));

  if (!(n >= LEAST_SAMPLES))
    n = LEAST_SAMPLES;
  side->nsample = n > MOST_SAMPLES ? MOST_SAMPLES : (int) n;
  side->sample = duration / side->nsample;
  side->lag = want > 1.5 * side->sample ? (int) (want / side->sample + 0.5) : 1;
}

/* ---- ramps without noise ---------------------------------------------------------------------------------------------- */

typedef struct track
{
  double *low, *high; /* [nsample] */
  double *fastest;    /* [nsample] largest rate met before */
  size_t alive;
} track;

/* From r->start[way]; y: where it ends. */
static ictus_err
ramp_still (ictus__ramp *r, const ictus_ramp_side *side, int way, double *y, track *out)
{
  size_t n = (size_t) side->nsample;
  ictus__calm *w = NULL;
  bool alive = true;
  ictus_err e = ICTUS_OK;

  out->low = ictus_alloc (3 * n, sizeof *out->low);
  if (out->low == NULL)
    return ICTUS_E_NOMEM;
  out->high = out->low + n;
  out->fastest = out->high + n;
  ictus__dyn_set (r->s, r->o->par, side->from);
  ICTUS_GO (ictus__calm_open (r, r->start[way], &w));
  ictus__calm_drive (w, side->from, (side->to - side->from) / (side->sample * (double) n));
  for (size_t i = 0; i < n; ++i)
    {
      out->fastest[i] = r->fastest;
      ictus__calm_push (w, kick, i);
      alive = alive && ictus__calm_go (w, side->sample, &out->low[i], &out->high[i]);
      if (!alive)
        out->low[i] = out->high[i] = NAN;
      out->alive += alive;
      if (i % 64 == 0 && r->o->told != NULL && r->o->told (r->o->ctx))
        ICTUS_GO (ICTUS_FAIL (ICTUS_E_STOPPED, "told to end"));
    }
  if (!alive) /* on the way to infinity all is fast */
    r->fastest = out->fastest[out->alive > n / 50 ? out->alive - n / 50 : 0];
  memcpy (y, ictus__calm_state (w), (size_t) r->k->nstate * sizeof *y);
done:
  ictus__calm_close (&w);
  return e;
}

static int
by_value (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* How far what is watched moves on both ways, but for 1 % of the time at either end: an overshoot is not the range. Where it runs away,
   four times what it does before. */
static ictus_err
range_of (const track tracks[2], const ictus_ramp *plan, double *range)
{
  size_t most = 2 * (size_t) (plan->side[0].nsample + plan->side[1].nsample), n = 0, cut;
  double *v = ictus_alloc (most, sizeof *v);
  bool escapes = false;

  if (v == NULL)
    return ICTUS_E_NOMEM;
  for (int side = 0; side < 2; ++side)
    {
      size_t all = (size_t) plan->side[side].nsample, until = tracks[side].alive;

      escapes = escapes || (plan->side[side].served && until < all);
      until = until < all ? until - until / 50 : all;
      for (size_t i = 0; plan->side[side].served && i < until; ++i)
        {
          v[n++] = tracks[side].low[i];
          v[n++] = tracks[side].high[i];
        }
    }
  qsort (v, n, sizeof *v, by_value);
  cut = n / 100;
  *range = n > 0 ? (v[n - 1 - cut] - v[cut]) * (escapes ? 4 : 1) : 0;
  ictus_free (v);
  return ICTUS_OK;
}

/* ---- noise ---------------------------------------------------------------------------------------------------------------- */

/* Sources with strengths of 1 where they are to be chosen. */
static ictus_err
list_noise (ictus__ramp *r, const ictus_ramp *out)
{
  const ictus_ramp_options *o = r->o;
  size_t n = o->nnoise > 0 ? o->nnoise : 1;

  r->noise_state = ictus_alloc (n, sizeof *r->noise_state);
  r->noise_sigma = ictus_alloc (n, sizeof *r->noise_sigma);
  if (r->noise_state == NULL || r->noise_sigma == NULL)
    return ICTUS_E_NOMEM;
  for (r->nnoise = 0; r->nnoise < o->nnoise; ++r->nnoise)
    {
      r->noise_state[r->nnoise] = o->noise_state[r->nnoise];
      r->noise_sigma[r->nnoise] = isnan (o->noise_sigma[r->nnoise]) ? 1 : o->noise_sigma[r->nnoise];
    }
  if (o->nnoise == 0 && !out->own_noise)
    {
      bool state = o->watch < r->k->nstate;

      r->noise_state[0] = state ? o->watch : r->s->state[0];
      r->noise_sigma[r->nnoise++] = 1;
    }
  return ICTUS_OK;
}

static bool
chosen (const ictus__ramp *r, size_t j)
{
  return j >= r->o->nnoise || isnan (r->o->noise_sigma[j]);
}

/* Strength such that what is watched fluctuates by its share of the range; of a source that it does not answer to, by that of a state
   with the time constant of the slowest. */
static void
choose_noise (ictus__ramp *r, ictus_ramp *out, const double *variance)
{
  double unit = NAN, sigma;

  for (int side = 0; side < 2; ++side)
    if (out->side[side].served && isnan (unit))
      unit = variance[side] > 0 ? variance[side] : NAN;
  if (isnan (unit))
    for (int side = 0; side < 2; ++side)
      if (out->side[side].served && isnan (unit))
        unit = 0.5 * out->side[side].slowest;
  sigma = noise_share * (out->range > 0 ? out->range : 1) / sqrt (unit > 0 ? unit : 1);
  for (size_t j = 0; j < r->nnoise; ++j)
    if (chosen (r, j))
      r->noise_sigma[j] = out->sigma = sigma;
}

/* Standard deviations with the noise as it is now. */
static void
spread_of_noise (ictus__ramp *r, const settled at[2], ictus_ramp *out)
{
  double variance, lag, memory;

  for (int side = 0; side < 2; ++side)
    {
      out->side[side].sd = NAN;
      if (!out->side[side].served || r->o->repeats == 0)
        continue;
      ictus__dyn_set (r->s, r->o->par, out->side[side].from);
      answer_of (r, &at[side], r->start[side], &variance, &lag, &memory);
      out->side[side].sd = sqrt (variance);
    }
}

/* ---- the whole -------------------------------------------------------------------------------------------------------------- */

static ictus_err
branch_of (ictus__ramp *r, ictus_ramp_side *side, int way)
{
  double *x;
  ictus_err e;

  side->loss = ICTUS_RAMP_UNKNOWN;
  side->loss_par = NAN;
  if (!side->served || !side->rests || r->timed)
    return ICTUS_OK;
  x = ictus_alloc ((size_t) r->s->n, sizeof *x);
  if (x == NULL)
    return ICTUS_E_NOMEM;
  ictus__dyn_gather (r->s, r->start[way], x);
  e = ictus__rest_branch (r, x, side);
  ictus_free (x);
  return e;
}

/* Time scales at both ends: at hi, where the start at lo leads to at once. */
static ictus_err
look_at_ends (ictus__ramp *r, ictus_ramp *out, settled at[2], double *variance, double *lag, double *memory)
{
  for (int side = 0; side < 2; ++side)
    {
      double par = side == 0 ? r->o->lo : r->o->hi;

      if (side == 1)
        memcpy (r->start[1], r->start[0], (size_t) r->k->nstate * sizeof *r->start[1]);
      ICTUS_TRY (settle (r, par, r->start[side], &at[side]));
      if (side == 0 && !at[0].alive)
        return ICTUS_FAIL (ICTUS_E_INPUT, "at %s = %.9g there is nothing to begin with: the states run to infinity from the initial values",
                           ictus_dyn_par_var (r->m, r->o->par)->name, par);
      answer_of (r, &at[side], r->start[side], &variance[side], &lag[side], &memory[side]);
    }
  describe (&at[0], &out->side[0]);
  return ICTUS_OK;
}

/* The way up, then from where it ends the way down. */
static ictus_err
without_noise (ictus__ramp *r, ictus_ramp *out, settled at[2], double *variance, double *lag, double *memory, track tracks[2])
{
  for (int side = 0; side < 2; ++side)
    {
      ictus_ramp_side *s = &out->side[side];

      if (side == 1)
        {
          if (tracks[0].alive < (size_t) out->side[0].nsample)
            memcpy (r->start[1], r->start[0], (size_t) r->k->nstate * sizeof *r->start[1]);
          ICTUS_TRY (settle (r, r->o->hi, r->start[1], &at[1]));
          answer_of (r, &at[1], r->start[1], &variance[1], &lag[1], &memory[1]);
          describe (&at[1], s);
        }
      s->memory = memory[side];
      choose_samples (r->o, lag[side], out->duration, s);
      if (s->served)
        ICTUS_TRY (ramp_still (r, s, side, r->start[1 - side], &tracks[side]));
    }
  return range_of (tracks, out, &out->range);
}

static ictus_err
tell_still (ictus__ramp *r, ictus_ramp *out, const track tracks[2])
{
  size_t quiet;

  for (int side = 0; side < 2; ++side)
    {
      ictus_ramp_side *s = &out->side[side];

      ICTUS_TRY (branch_of (r, s, side));
      if (!s->served)
        continue;
      ICTUS_TRY (ictus__jumps_find (s, tracks[side].low, tracks[side].high, (size_t) s->nsample,
                                    ictus__jump_size (r->o, out, s), &s->still, &quiet));
      s->still.done = 1;
    }
  return ICTUS_OK;
}

ictus_err
ictus__ramp_plan (ictus__ramp *r, ictus_ramp *out)
{
  double variance[2] = { NAN, NAN }, lag[2] = { NAN, NAN }, memory[2] = { NAN, NAN }, *keep;
  settled at[2];
  track tracks[2] = { { 0 } };
  ictus_err e = ICTUS_OK;

  keep = ictus_alloc ((size_t) r->k->nstate, sizeof *keep);
  if (keep == NULL)
    return ICTUS_E_NOMEM;
  out->side[0].from = out->side[1].to = r->o->lo;
  out->side[0].to = out->side[1].from = r->o->hi;
  ICTUS_GO (list_noise (r, out));
  ICTUS_GO (look_at_ends (r, out, at, variance, lag, memory));
  memcpy (keep, r->start[0], (size_t) r->k->nstate * sizeof *keep);
  choose_duration (r, &at[0], &at[1], memory, out);
  ICTUS_GO (without_noise (r, out, at, variance, lag, memory, tracks));
  memcpy (r->start[0], keep, (size_t) r->k->nstate * sizeof *keep); /* the way down ended there */
  choose_noise (r, out, variance);
  spread_of_noise (r, at, out);
  out->dt = isnan (r->o->dt) ? 0.5 / r->fastest : r->o->dt;
  e = tell_still (r, out, tracks);
done:
  ictus_free (keep);
  for (int side = 0; side < 2; ++side)
    ictus_free (tracks[side].low);
  return e;
}
