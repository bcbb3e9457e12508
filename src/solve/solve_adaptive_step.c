/* SPDX-License-Identifier: BSD-3-Clause */
/* The lanes of an adaptive solver: who is in them, how long their steps are, what comes of a step. */
#include "solve_adaptive.h"

#include <math.h>
#include <string.h>

#define MAX_STEPS 1000000 /* within one millisecond of model time */
#define STRETCH 1.1       /* a step this much longer is taken where it ends at a stop */
#define LEAST_STEP 1e-30  /* ms; at time 0 no other rounding ends the search */
#define AHEAD 4           /* neurons of the list that are fetched before they are needed */
#define LOG_LEAST -13.3   /* log2 of the smallest error that the controller remembers: 1e-4 */

/* ---- trouble ---------------------------------------------------------------------------------- */

/* The step of lane k cannot be made short enough. */
static ictus_err
fail_stuck (ictus__adaptive *s, int k)
{
  const ictus__lane *a = &s->lane[k];
  const ictus__neuron *n = a->n;
  double t = s->block.t[k], *f = s->b.y;
  int bad;

  s->b.k->rhs (t, n->x + s->b.ns, ictus__bank_p (&s->b, a->i), ictus__neuron_input (s, n, a->i, t), f);
  bad = ictus__bank_bad (&s->b, f);
  if (bad >= 0)
    return ICTUS_FAIL (ICTUS_E_SOLVER, "neuron %llu at %.10g ms: the derivative of state %s is not finite",
                       ictus__bank_id (&s->b, a->i), t, ictus__bank_state (&s->b, bad));
  return ICTUS_FAIL (
      ICTUS_E_SOLVER,
      "neuron %llu at %.10g ms: the step fell below the rounding of time; the solution may run to infinity",
      ictus__bank_id (&s->b, a->i), t);
}

/* A neuron whose solution runs to infinity is given up, not followed for ever. */
static ictus_err
guard (const ictus__adaptive *s, const ictus__lane *a, double t)
{
  ictus__neuron *n = a->n;

  if (t > n->t_guard + 1)
    {
      n->t_guard = t;
      n->nguard = 0;
    }
  if (++n->nguard > MAX_STEPS)
    return ICTUS_FAIL (
        ICTUS_E_SOLVER,
        "neuron %llu at %.10g ms: %d steps within one millisecond; the solution may run to infinity",
        ictus__bank_id (&s->b, a->i), t, MAX_STEPS);
  return ICTUS_OK;
}

/* ---- between records and lanes ---------------------------------------------------------------- */

static void
load_parameters (ictus__adaptive *s, int k)
{
  ictus__lane *a = &s->lane[k];
  const double *p = ictus__bank_p (&s->b, a->i);

  if (s->block.ps == 0 || a->p_of == a->i)
    return;
  for (size_t j = 0; j < (size_t) s->b.k->nslot; ++j)
    s->p[j * ICTUS_LANE + (size_t) k] = p[j];
  a->p_of = a->i;
}

/* The neuron of lane k goes on from its record. */
static void
load (ictus__adaptive *s, int k)
{
  ictus__lane *a = &s->lane[k];
  const ictus__neuron *n = a->n;
  size_t ns = (size_t) s->b.ns;
  const double *y = n->x + ns, *f = y + ns, *u = s->drive ? n->x + 6 * ns : s->b.u0;

  load_parameters (s, k);
  s->tools->put (s->block.y0, (size_t) k, ns, y);
  if (!n->fresh && !s->stepper->slopes)
    s->tools->put (s->block.f0, (size_t) k, ns, f);
  if (!s->varies)
    for (size_t e = 0; e < (size_t) s->b.nu; ++e)
      s->u[e * ICTUS_LANE + (size_t) k] = u[e];
  if (s->b.any_held)
    for (size_t e = 0; e < ns; ++e)
      s->keep[e * ICTUS_LANE + (size_t) k] = !(n->hold && s->b.held[e]);
  s->block.t[k] = n->tn;
  if (n->gn < 0)
    a->n->armed = 1;
  a->sized = false;
}

/* What is left of the last step of lane k goes into the record. */
static void
park (ictus__adaptive *s, int k)
{
  ictus__neuron *n = s->lane[k].n;

  s->tools->take (s->block.y0, (size_t) k, 6 * (size_t) s->b.ns, n->x); /* the others follow y0 */
}

void
ictus__lane_inputs (void *ctx, const double *ts, double *u)
{
  ictus__adaptive *s = ctx;
  const ictus_drive *d = s->b.cells->drive;

  for (size_t k = 0; k < ICTUS_LANE; ++k)
    {
      const ictus__lane *a = &s->lane[k];

      if (a->n == NULL)
        continue;
      /* the end of a step may be rounded beyond the end of the piece */
      d->eval (d->ctx, a->i, a->n->seg, ts[k] < a->n->nb ? ts[k] : a->n->nb, s->b.u);
      for (size_t e = 0; e < (size_t) s->b.nu; ++e)
        u[e * ICTUS_LANE + k] = s->b.u[e];
    }
}

/* Records are visited in no order that the processor could foresee. */
static void
fetch (const ictus__adaptive *s)
{
  const char *next
      = s->record + s->list[s->taken + AHEAD < s->nlist ? s->taken + AHEAD : s->taken] * s->stride;

  for (size_t k = 0; k < s->stride; k += 64)
    __builtin_prefetch (next + k, 1);
}

/* The next neurons of the list go to the lanes that have none. Returns how many lanes are at work. */
static ictus_err
refill (ictus__adaptive *s, int *busy)
{
  const ictus_window *w = s->w;

  *busy = 0;
  for (int k = 0; k < ICTUS_LANE; ++k)
    {
      ictus__lane *a = &s->lane[k];
      bool step = a->n != NULL;

      while (!step && s->taken < s->nlist)
        {
          fetch (s);
          a->i = s->list[s->taken++];
          a->n = ictus__neuron_at (s, a->i);
          a->j = s->b.grid || w->first == NULL ? 0 : w->first[a->i];
          a->end = s->b.grid || w->first == NULL ? 0 : w->first[a->i + 1];
          a->k = 0;
          ICTUS_TRY (ictus__neuron_proceed (s, a, &step));
          if (step)
            load (s, k);
          else
            s->due[a->i] = a->n->tr < a->n->tn ? a->n->tr : a->n->tn;
        }
      if (!step)
        {
          a->n = NULL;
          s->block.h[k] = 0;
        }
      *busy += step;
    }
  return ICTUS_OK;
}

/* ---- the length of a step --------------------------------------------------------------------- */

/* The first step after a mark, from the state and its derivative in lane k: the step in which the state
   changes by as much as the tolerance to the power of 1 / order (Hairer, Norsett & Wanner, II.4, without the
   second derivative). */
static double
first_length (const ictus__adaptive *s, int k)
{
  const ictus__block *b = &s->block;
  double y = 0, f = 0, h;

  for (size_t e = 0; e < (size_t) s->b.ns; ++e)
    {
      double v = b->y0[e * ICTUS_LANE + (size_t) k], d = b->f0[e * ICTUS_LANE + (size_t) k],
             w = b->rtol * fabs (v) + b->atol[e];

      y += v / w * (v / w);
      f += d / w * (d / w);
    }
  y = sqrt (y / s->b.ns);
  f = sqrt (f / s->b.ns);
  h = y > 1e-5 && f > 1e-5 ? 0.01 * y / f : 1e-6;
  h = fmin (100 * h, f > 1e-5 ? pow (0.01 / f, 1.0 / s->stepper->order) : 1e-3);
  return h > 0 ? h : 1e-6; /* nor NaN */
}

/* The length of the next step of lane k; no step goes over a stop. */
static ictus_err
size_step (ictus__adaptive *s, int k)
{
  ictus__lane *a = &s->lane[k];
  ictus__neuron *n = a->n;
  double t = s->block.t[k], h, rest = n->stop - t;

  if (!(n->next > 0))
    n->next = first_length (s, k);
  if (s->max_step > 0 && n->next > s->max_step)
    n->next = s->max_step;
  h = n->next;
  a->ends = (n->refused ? 1 : STRETCH) * h >= rest; /* what was refused is not tried again */
  if (a->ends)
    h = rest;
  else if (2 * h > rest)
    h = 0.5 * rest;
  if (!(t + h > t) || (n->refused && h < LEAST_STEP))
    return fail_stuck (s, k);
  s->block.h[k] = h;
  a->sized = true;
  return ICTUS_OK;
}

/* Derivatives where neurons begin anew, then the length of every step that is not known yet. */
static ictus_err
prepare (ictus__adaptive *s)
{
  ictus__block *b = &s->block;
  bool any = false;

  for (int k = 0; k < ICTUS_LANE; ++k)
    {
      ictus__neuron *n = s->lane[k].n;

      if (n != NULL && s->stepper->slopes && n->next > 0)
        n->fresh = false;
      any |= n != NULL && n->fresh;
    }
  if (any)
    {
      ictus_lane_args args = { .m = ICTUS_LANE,
                               .t = b->t,
                               .ts = 1,
                               .y = b->y0,
                               .ys = ICTUS_LANE,
                               .p = b->p,
                               .ps = b->ps,
                               .u = b->u,
                               .us = ICTUS_LANE };

      if (s->varies)
        ictus__lane_inputs (s, b->t, b->u);
      ictus__lane_rhs (&s->l, &args, s->fresh, ICTUS_LANE);
      for (size_t k = 0; k < ICTUS_LANE; ++k)
        if (s->lane[k].n != NULL && s->lane[k].n->fresh)
          {
            for (size_t e = k; e < (size_t) s->b.ns * ICTUS_LANE; e += ICTUS_LANE)
              b->f0[e] = b->keep == NULL || b->keep[e] != 0 ? s->fresh[e] : 0;
            s->lane[k].n->fresh = false;
            s->work[s->lane[k].i] += 1;
          }
    }
  for (int k = 0; k < ICTUS_LANE; ++k)
    if (s->lane[k].n != NULL && !s->lane[k].sized)
      ICTUS_TRY (size_step (s, k));
  return ICTUS_OK;
}

/* ---- steps ------------------------------------------------------------------------------------ */

static void
refused (ictus__adaptive *s, int k)
{
  ictus__lane *a = &s->lane[k];

  s->stats.fails += 1;
  a->n->refused = true;
  a->n->next = s->block.h[k] * (isfinite (s->block.err[k]) ? s->pace.shrink[k] : 0.25);
  a->sized = false;
}

/* What is known of the step of lane k is kept; the neuron goes straight on where nothing stands against it.
 */
static ictus_err
accepted (ictus__adaptive *s, int k)
{
  ictus__lane *a = &s->lane[k];
  ictus__neuron *n = a->n;
  double t = s->block.t[k], h = s->block.h[k], tn = a->ends ? n->stop : t + h, g = s->g[k],
         next = h * s->pace.grow[k];
  bool root = g >= 0 && (n->gn < 0 || (n->armed && tn >= s->b.cells->refr_until[a->i])), step = true;

  s->stats.steps += 1;
  if (h < n->next && next < n->next && !n->refused) /* it was cut for a stop */
    next = n->next;
  n->next = next;
  n->before = s->pace.log_err[k] > LOG_LEAST ? s->pace.log_err[k] : LOG_LEAST;
  if (n->starts)
    n->first = next;
  n->starts = n->refused = false;
  if (!root && !a->ends && tn < a->t)
    {
      n->gn = g;
      if (g < 0)
        n->armed = 1;
      s->block.t[k] = tn;
      s->goes[k] = 1;
      a->sized = false;
      return ICTUS_OK;
    }
  park (s, k);
  n->t = t;
  n->h = h;
  n->tn = tn;
  n->stopped = a->ends;
  if (root)
    ictus__neuron_root (s, n, a->i);
  else
    n->gn = g;
  ICTUS_TRY (ictus__neuron_proceed (s, a, &step));
  if (step)
    {
      load (s, k);
      return ICTUS_OK;
    }
  s->due[a->i] = n->tr < n->tn ? n->tr : n->tn;
  a->n = NULL;
  return ICTUS_OK;
}

/* One step of all lanes. */
static ictus_err
step_all (ictus__adaptive *s)
{
  ictus__block *b = &s->block;

  ICTUS_TRY (prepare (s));
  if (s->varies)
    ictus__lane_inputs (s, b->t, b->u);
  s->stepper->step (b);
  if (s->b.k->fire != NULL)
    {
      double tn[ICTUS_LANE];
      ictus_lane_args args = { .m = ICTUS_LANE,
                               .t = tn,
                               .ts = 1,
                               .y = b->y1,
                               .ys = ICTUS_LANE,
                               .p = b->p,
                               .ps = b->ps,
                               .u = b->u,
                               .us = ICTUS_LANE };

      for (int k = 0; k < ICTUS_LANE; ++k)
        tn[k] = b->t[k] + b->h[k];
      if (s->varies)
        ictus__lane_inputs (s, tn, b->u);
      ictus__lane_fire (&s->l, &args, s->g);
    }
  for (int k = 0; k < ICTUS_LANE; ++k)
    {
      const ictus__neuron *n = s->lane[k].n;

      s->pace.err[k] = b->err[k];
      s->pace.before[k] = n != NULL ? n->before : 0;
      s->pace.most[k] = n == NULL || n->refused ? 1 : n->starts ? 10 : 5;
      s->goes[k] = 0;
    }
  s->tools->pace (&s->pace);
  for (int k = 0; k < ICTUS_LANE; ++k)
    {
      ictus__lane *a = &s->lane[k];

      if (a->n == NULL)
        continue;
      s->work[a->i] += (uint64_t) s->stepper->nrhs;
      ICTUS_TRY (guard (s, a, b->t[k]));
      if (b->err[k] <= 1)
        ICTUS_TRY (accepted (s, k));
      else
        refused (s, k);
    }
  s->tools->go_on (b->y0, b->f0, b->y1, b->f1, (size_t) s->b.ns, s->goes);
  return ICTUS_OK;
}

/* For the reader of a failure: how far the neuron at fault came. */
static void
show_failure (ictus__adaptive *s)
{
  for (int k = 0; k < ICTUS_LANE; ++k)
    if (s->lane[k].n != NULL)
      ictus__bank_scatter (&s->b, s->lane[k].i, s->lane[k].n->x + s->b.ns);
}

ictus_err
ictus__lanes_run (ictus__adaptive *s)
{
  ictus_err e;
  int busy;

  s->taken = 0;
  for (int k = 0; k < ICTUS_LANE; ++k)
    s->lane[k].n = NULL;
  ICTUS_GO (refill (s, &busy));
  while (busy > 0)
    {
      s->stats.lanes_offered += ICTUS_LANE;
      s->stats.lanes_used += (uint64_t) busy;
      ICTUS_GO (step_all (s));
      ICTUS_GO (refill (s, &busy));
    }
done:
  if (e != ICTUS_OK)
    show_failure (s);
  return e;
}
