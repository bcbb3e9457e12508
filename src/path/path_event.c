/* SPDX-License-Identifier: BSD-3-Clause */
/* Events (global) and spikes. As XPPAUT does: conditions are compared at both ends of a step, the time of a crossing is
   interpolated linearly, the first events happen there, what they make cross 0 happens in the same instant, and the step is
   finished from there. */
#include "path_run.h"

#include <math.h>
#include <string.h>

#define NOTHING 5e-16 /* a condition of sign 0 that is no larger is 0 */

void
ictus__event_values (ictus__run *r, double t, const double *y, double *g)
{
  if (r->k->nevent == 0)
    return;
  ictus__system_look_back (&r->sys, t, y);
  r->k->event (t, y, r->sys.p, r->sys.u, g);
}

bool
ictus__event_crossed (int sign, double a, double b)
{
  return sign > 0 ? a < 0 && b >= 0 : sign < 0 ? a > 0 && b <= 0 : fabs (b) < NOTHING;
}

ictus_err
ictus__event_begin (ictus__run *r)
{
  bool any = false;

  ictus__event_values (r, r->t, r->y, r->g);
  for (int k = 0; k < r->k->nevent; ++k)
    {
      r->hit[k] = r->k->event_sign[k] == 0 && fabs (r->g[k]) < NOTHING;
      any = any || r->hit[k] != 0;
    }
  return any ? ictus__event_happen (r) : ICTUS_OK;
}

double
ictus__event_first (ictus__run *r)
{
  const ictus_kernel *k = r->k;
  double first = 2;

  ictus__event_values (r, r->t, r->y, r->g_end);
  for (int i = 0; i < k->nevent; ++i)
    {
      double a = r->g[i], b = r->g_end[i];

      r->frac[i] = !ictus__event_crossed (k->event_sign[i], a, b) ? 2 : k->event_sign[i] == 0 ? 1 : a / (a - b);
      if (r->frac[i] < first)
        first = r->frac[i];
    }
  if (first > 1)
    {
      memcpy (r->g, r->g_end, (size_t) k->nevent * sizeof *r->g);
      return 2;
    }
  /* a little beyond, so that the condition does not cross once more */
  first = first * (1 + 1e-10) < 1 ? first * (1 + 1e-10) : 1;
  for (int i = 0; i < k->nevent; ++i)
    r->hit[i] = r->frac[i] <= first;
  return first;
}

/* Conditions that what happened in this round has made cross 0, also from 0; each happens once in an instant. */
static bool
another_round (ictus__run *r, int round)
{
  bool any = false;

  for (int i = 0; i < r->k->nevent; ++i)
    {
      double a = r->g_at[i], b = r->g[i];
      int sign = r->k->event_sign[i];

      if (r->hit[i] != 0 || !(fabs (b - a) > 1e-10))
        continue;
      if (sign > 0 ? a <= 0 && b >= 0 : sign < 0 ? a >= 0 && b <= 0 : a * b <= 0)
        {
          r->hit[i] = round + 1;
          any = true;
        }
    }
  return any;
}

/* The events of a round, in the order of the file. States change at once, parameters after all of them. */
static int
happen_round (ictus__run *r, int round)
{
  size_t first = (size_t) r->nseen, hidden = (size_t) r->k->nstate - first, bytes = hidden * sizeof *r->y;
  double *now = r->y + first, *was = r->z, *next = r->z + hidden;
  int what = 0;

  if (hidden > 0)
    {
      memcpy (was, now, bytes);
      memcpy (next, now, bytes);
    }
  for (int i = 0; i < r->k->nevent; ++i)
    {
      if (r->hit[i] != round)
        continue;
      ++r->out->events;
      what |= r->k->happen (i, r->t, r->y, r->sys.p, r->sys.u);
      for (size_t j = 0; j < hidden; ++j)
        if (now[j] < was[j] || now[j] > was[j])
          next[j] = now[j];
      if (hidden > 0)
        memcpy (now, was, bytes);
    }
  if (hidden > 0)
    memcpy (now, next, bytes);
  return what;
}

ictus_err
ictus__event_happen (ictus__run *r)
{
  const ictus_kernel *k = r->k;
  int what = 0;
  bool again = true;

  ictus__event_values (r, r->t, r->y, r->g_at);
  for (int round = 1; again; ++round)
    {
      what |= happen_round (r, round);
      ictus__event_values (r, r->t, r->y, r->g);
      again = another_round (r, round);
    }
  for (int i = 0; i < k->nevent; ++i) /* what has crossed and stands there does not cross again */
    if (r->hit[i] != 0 && fabs (r->g[i] - r->g_at[i]) <= 1e-10 * fabs (r->g[i]))
      r->g[i] = k->event_sign[i] > 0 ? fmax (r->g[i], 0) : k->event_sign[i] < 0 ? fmin (r->g[i], 0) : r->g[i];
  if ((what & ICTUS_EVENT_OUTPUT) != 0)
    {
      ictus__row_columns (r, r->t, r->y, r->row);
      ICTUS_TRY (ictus__row_keep (r, r->t, r->row));
    }
  if ((what & ICTUS_EVENT_STOP) != 0 && !r->over)
    {
      r->over = true;
      r->out->end = ICTUS_PATH_STOPPED;
      snprintf (r->out->why, sizeof r->out->why, "an event asked for the end at t = %.10g", r->t);
    }
  return ICTUS_OK;
}

void
ictus__event_renew (ictus__run *r)
{
  ictus__event_values (r, r->t, r->y, r->g);
}

/* ---- spikes ------------------------------------------------------------------------------------------- */

double
ictus__fire_value (ictus__run *r, double t, const double *y)
{
  ictus__system_look_back (&r->sys, t, y);
  return r->k->fire (t, y, r->sys.p, r->sys.u);
}

ictus_err
ictus__fire (ictus__run *r)
{
  ictus_path *out = r->out;

  ICTUS_TRY (ictus_grow (&out->spike, &out->cap_spike, out->nspike + 1, sizeof *out->spike));
  out->spike[out->nspike++] = r->t;
  r->armed = false;
  if (r->k->reset != NULL)
    r->k->reset (r->t, r->y, r->sys.p, r->sys.u);
  if (r->k->refractory != NULL)
    {
      double rest = r->k->refractory (r->sys.p);

      if (!(rest >= 0))
        return ICTUS_FAIL (ICTUS_E_SOLVER, "the refractory time is %g at t = %.10g", rest, r->t);
      r->refr_until = r->t + r->sys.dir * rest;
      r->sys.hold = rest > 0;
    }
  return ICTUS_OK;
}

ictus_err
ictus__fire_step (ictus__run *r)
{
  double g;

  if (r->sys.hold && r->sys.dir * (r->t - r->refr_until) > -1e-9 * fabs (r->h))
    r->sys.hold = false;
  g = ictus__fire_value (r, r->t, r->y);
  if (g < 0)
    r->armed = true;
  if (!(g >= 0) || !r->armed || r->sys.hold)
    return ICTUS_OK;
  ICTUS_TRY (ictus__fire (r));
  if (ictus__fire_value (r, r->t, r->y) < 0)
    r->armed = true;
  ictus__event_renew (r);
  return r->method->start (r->self, r->t, r->y);
}
