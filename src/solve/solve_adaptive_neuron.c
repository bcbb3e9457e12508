/* SPDX-License-Identifier: BSD-3-Clause */
/* One neuron of an adaptive lane solver between its steps: events, spikes, ends of refractoriness, breaks of
 * inputs. */
#include "solve_adaptive.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum
{
  MAX_SEARCH = 200
}; /* for a root; bisection alone needs 60 */

const double *
ictus__neuron_input (const ictus__adaptive *s, const ictus__neuron *n, size_t i, double t)
{
  const ictus_drive *d = s->b.cells->drive;

  if (!s->drive)
    return s->b.u0;
  if (!s->varies)
    return n->x + 6 * s->b.ns;
  d->eval (d->ctx, i, n->seg, t, s->b.u);
  return s->b.u;
}

/* Enter the piece of the inputs that begins at or before t. */
static void
piece (ictus__adaptive *s, ictus__neuron *n, size_t i, double t)
{
  const ictus_drive *d = s->b.cells->drive;

  n->seg = t;
  n->nb = INFINITY;
  if (!s->drive)
    return;
  n->nb = d->next_break (d->ctx, i, t);
  if (!s->varies)
    d->eval (d->ctx, i, t, t, n->x + 6 * s->b.ns);
}

void
ictus__neuron_state (const ictus__adaptive *s, const ictus__neuron *n, double t, double *y)
{
  size_t ns = (size_t) s->b.ns;
  const double *y0 = n->x, *y1 = y0 + ns, *q = y0 + 3 * ns;
  double a, b;

  if (t >= n->tn || t <= n->t)
    {
      memcpy (y, t >= n->tn ? y1 : y0, ns * sizeof *y);
      return;
    }
  a = (t - n->t) / n->h;
  b = 1 - a;
  for (size_t k = 0; k < ns; ++k)
    y[k] = y0[k] + a * ((y1[k] - y0[k]) + b * (q[k] + a * (q[ns + k] + b * q[2 * ns + k])));
}

static double
fire (const ictus__adaptive *s, const ictus__neuron *n, size_t i, double t, const double *y)
{
  return s->b.k->fire (t, y, ictus__bank_p (&s->b, i), ictus__neuron_input (s, n, i, t));
}

uint8_t
ictus__neuron_armed (const ictus__adaptive *s, const ictus__neuron *n, size_t i, double t, const double *y)
{
  if (!n->armed && s->b.k->fire != NULL && fire (s, n, i, t, y) < 0)
    return 1;
  return n->armed;
}

/* ---- roots ------------------------------------------------------------------------------------ */

/* fire () rises through 0 between lo (below) and hi (not below), which are times of the last step: regula
   falsi where the weight of an end that stays is halved (Illinois), kept off the ends by the tolerance. The
   upper end of what is left of the interval is the root: fire () is not below 0 there. */
static double
search (ictus__adaptive *s, const ictus__neuron *n, size_t i, double lo, double hi, double glo, double ghi)
{
  double tol = 1e-12 * n->h + 4 * DBL_EPSILON * fabs (n->tn), *y = s->b.y;
  int side = 0;

  for (int k = 0; k < MAX_SEARCH && hi - lo > tol; ++k)
    {
      double mid = hi - ghi * (hi - lo) / (ghi - glo), g;

      if (!(mid > lo + 0.5 * tol))
        mid = lo + 0.5 * tol;
      if (!(mid < hi - 0.5 * tol))
        mid = hi - 0.5 * tol;
      if (k > 20)
        mid = lo + 0.5 * (hi - lo);
      ictus__neuron_state (s, n, mid, y);
      g = fire (s, n, i, mid, y);
      if (g >= 0)
        {
          hi = mid;
          ghi = g;
          glo *= side > 0 ? 0.5 : 1;
          side = 1;
        }
      else
        {
          lo = mid;
          glo = g;
          ghi *= side < 0 ? 0.5 : 1;
          side = -1;
        }
    }
  return hi;
}

void
ictus__neuron_root (ictus__adaptive *s, ictus__neuron *n, size_t i)
{
  size_t ns = (size_t) s->b.ns;
  double was = n->gn, lo, hi;

  /* kernels in lanes may differ in the last digit from those that are used from here on */
  n->gn = hi = fire (s, n, i, n->tn, n->x + ns);
  if (!(hi >= 0))
    return;
  if (was >= 0)
    { /* began at or above the threshold, so it did not cross it */
      if (n->armed && n->tn >= s->b.cells->refr_until[i])
        n->tr = n->tn;
      return;
    }
  lo = fire (s, n, i, n->t, n->x);
  n->tr = search (s, n, i, n->t, n->tn, lo < 0 ? lo : -DBL_MIN, hi);
}

/* ---- what happens at a time ------------------------------------------------------------------- */

/* The neuron fires at t. */
static ictus_err
spike (ictus__adaptive *s, ictus__neuron *n, size_t i, double t, double *y)
{
  ictus_tick tick = s->b.grid ? ictus__tick_ceil (t, s->b.h_ms) : 0;

  s->stats.roots += 1;
  return ictus__bank_spike (&s->b, i, t, tick, y, ictus__neuron_input (s, n, i, t), &n->armed, s->out);
}

/* The firing condition is looked at again after something jumped at t. */
static ictus_err
look (ictus__adaptive *s, ictus__neuron *n, size_t i, double t, double *y, bool *fired)
{
  *fired = false;
  if (s->b.k->fire == NULL)
    return ICTUS_OK;
  if (fire (s, n, i, t, y) < 0)
    n->armed = 1;
  else if (n->armed && t >= s->b.cells->refr_until[i])
    {
      *fired = true;
      return spike (s, n, i, t, y);
    }
  return ICTUS_OK;
}

static void
set_stop (const ictus__adaptive *s, ictus__neuron *n, size_t i)
{
  double refr = s->b.cells->refr_until[i];

  n->stop = n->nb;
  if (refr > n->tn && refr < n->stop)
    n->stop = refr;
  n->stopped = false;
}

/* Begin anew at t with the state y. */
static void
begin (ictus__adaptive *s, ictus__neuron *n, size_t i, double t, const double *y)
{
  s->stats.restarts += 1;
  memcpy (n->x + s->b.ns, y, (size_t) s->b.ns * sizeof *y);
  n->t = n->tn = t;
  n->h = 0;
  n->tr = INFINITY;
  n->fresh = n->starts = true;
  n->refused = false;
  n->before = 0; /* the controller looks at one error only */
  n->hold = s->b.any_held && t < s->b.cells->refr_until[i];
  n->gn = s->b.k->fire != NULL ? fire (s, n, i, t, y) : -1;
  n->next = 0.8 * (n->first > 0 && n->first < n->next ? n->first : n->next); /* one step in ten is refused */
  set_stop (s, n, i);
}

/* A state that was changed at t takes effect, and so does a break of the inputs at t that was not met yet. */
static ictus_err
begin_with (ictus__adaptive *s, ictus__neuron *n, size_t i, double t, double *y)
{
  bool fired;

  if (n->nb <= t)
    {
      piece (s, n, i, t);
      ICTUS_TRY (look (s, n, i, t, y, &fired));
    }
  begin (s, n, i, t, y);
  return ICTUS_OK;
}

static ictus_err
at_root (ictus__adaptive *s, ictus__neuron *n, size_t i)
{
  ictus__bank *b = &s->b;
  double t = n->tr, *y = b->y;

  n->tr = INFINITY;
  if (!n->armed || t < b->cells->refr_until[i])
    return ICTUS_OK;
  ictus__neuron_state (s, n, t, y);
  ICTUS_TRY (spike (s, n, i, t, y));
  if (b->k->reset == NULL && !b->any_held && !(b->cells->refr_until[i] > t))
    return ICTUS_OK;
  return begin_with (s, n, i, t, y); /* the step may lie beyond the end of refractoriness */
}

/* The discontinuity at n->tn: an input jumps, or refractoriness ends. */
static ictus_err
at_stop (ictus__adaptive *s, ictus__neuron *n, size_t i)
{
  double t = n->tn, *y = s->b.y;
  bool broke = n->nb <= t, fired;

  ictus__neuron_state (s, n, t, y);
  if (broke)
    piece (s, n, i, t);
  ICTUS_TRY (look (s, n, i, t, y, &fired));
  if (broke || n->hold || fired)
    return begin_with (s, n, i, t, y);
  set_stop (s, n, i);
  return ICTUS_OK;
}

/* Everything up to t that lies within the last step; *step: t does not. */
static ictus_err
settle (ictus__adaptive *s, ictus__lane *a, double t, bool *step)
{
  ictus__neuron *n = a->n;

  for (;;)
    if (n->tr <= t)
      ICTUS_TRY (at_root (s, n, a->i));
    else if (n->stopped && n->tn <= t)
      ICTUS_TRY (at_stop (s, n, a->i));
    else
      break;
  a->t = t;
  *step = n->tn < t;
  return ICTUS_OK;
}

/* The end of the window. A neuron that is just there takes its next step, too: now it is at hand, and all
   input up to here is known. */
static ictus_err
finish (ictus__adaptive *s, ictus__lane *a, bool *step)
{
  ICTUS_TRY (settle (s, a, s->w->t1_ms, step));
  *step = a->n->tn <= s->w->t1_ms;
  return ICTUS_OK;
}

/* The state at t, where something arrives; what was below the threshold there is armed. */
static void
before_jump (ictus__adaptive *s, ictus__neuron *n, size_t i, double t, double *y)
{
  ictus__neuron_state (s, n, t, y);
  n->armed = ictus__neuron_armed (s, n, i, t, y);
}

/* After the jumps at t, with the new state in y. */
static ictus_err
after_jump (ictus__adaptive *s, ictus__neuron *n, size_t i, double t, double *y)
{
  bool fired;

  ICTUS_TRY (look (s, n, i, t, y, &fired));
  return begin_with (s, n, i, t, y);
}

static void
sample (ictus__adaptive *s, const ictus__lane *a, int k, double t)
{
  const ictus_window *w = s->w;

  ictus__neuron_state (s, a->n, t, s->b.y);
  w->sample (w->sample_ctx, a->i, k, s->b.y, ictus__neuron_input (s, a->n, a->i, t));
}

/* ---- through a window ------------------------------------------------------------------------- */

static ictus_err
proceed_grid (ictus__adaptive *s, ictus__lane *a, bool *step)
{
  for (; a->j < s->st.n; ++a->j)
    {
      const ictus__station *st = &s->st.s[a->j];
      bool input = st->slot != NULL && !ictus__slot_empty (&s->b, st->slot, a->i);

      if (!input && st->sample < 0)
        continue;
      ICTUS_TRY (settle (s, a, st->t_ms, step));
      if (*step)
        return ICTUS_OK;
      if (input)
        {
          before_jump (s, a->n, a->i, st->t_ms, s->b.y);
          if (ictus__bank_slot (&s->b, a->i, st->t_ms, st->slot, s->b.y))
            ICTUS_TRY (after_jump (s, a->n, a->i, st->t_ms, s->b.y));
        }
      if (st->sample >= 0)
        sample (s, a, st->sample, st->t_ms);
    }
  return finish (s, a, step);
}

/* All events of one time, ev[0 .. m-1] */
static ictus_err
events_at (ictus__adaptive *s, ictus__lane *a, const ictus_event *ev, size_t m)
{
  ictus__bank *b = &s->b;
  double t = ev->t_ms;
  bool changed = false;

  before_jump (s, a->n, a->i, t, b->y);
  for (size_t j = 0; j < m; ++j)
    changed |= ictus__bank_jump (b, a->i, t < b->cells->refr_until[a->i], ev[j].port, ev[j].weight, b->y);
  return changed ? after_jump (s, a->n, a->i, t, b->y) : ICTUS_OK;
}

static ictus_err
proceed_exact (ictus__adaptive *s, ictus__lane *a, bool *step)
{
  const ictus_window *w = s->w;

  while (a->j < a->end || a->k < w->nsample)
    {
      bool event = a->j < a->end && (a->k == w->nsample || w->event[a->j].t_ms <= w->sample_ms[a->k]);
      double t = event ? w->event[a->j].t_ms : w->sample_ms[a->k];
      size_t m = 0;

      ICTUS_TRY (settle (s, a, t, step));
      if (*step)
        return ICTUS_OK;
      while (a->j + m < a->end && w->event[a->j + m].t_ms <= t)
        ++m;
      if (m > 0)
        ICTUS_TRY (events_at (s, a, w->event + a->j, m));
      a->j += m;
      for (; a->k < w->nsample && w->sample_ms[a->k] <= t; ++a->k)
        sample (s, a, a->k, t);
    }
  return finish (s, a, step);
}

ictus_err
ictus__neuron_proceed (ictus__adaptive *s, ictus__lane *a, bool *step)
{
  return s->b.grid ? proceed_grid (s, a, step) : proceed_exact (s, a, step);
}

/* ---- restart marks ---------------------------------------------------------------------------- */

void
ictus__neuron_restart (ictus__adaptive *s, ictus__neuron *n, size_t i, double t, const double *y)
{
  n->armed = s->b.cells->armed[i];
  n->next = n->first = 0;
  n->t_guard = t;
  n->nguard = 0;
  piece (s, n, i, t);
  begin (s, n, i, t, y);
  if (n->armed && n->gn >= 0 && s->b.grid && t + s->b.h_ms < n->stop)
    { /* above the threshold at the start: it fires within the first tick */
      n->nb = t + s->b.h_ms < n->nb ? t + s->b.h_ms : n->nb;
      set_stop (s, n, i);
    }
}
