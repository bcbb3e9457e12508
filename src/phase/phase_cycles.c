/* SPDX-License-Identifier: BSD-3-Clause */
/* Limit cycles. A cycle surrounds fixed points; so orbits are followed away from every fixed point, and from a few places of the box, each in the
   direction of time in which it may settle. An orbit that comes back to a line across it, ever less displaced, is near a cycle, which the secant
   method on the map of returns then finds. From each cycle the search goes on at both sides, against the time, to the next one around or
   within it. With resets a cycle is an orbit that is reset to the same place again. */
#include "phase/phase_impl.h"

#include <math.h>
#include <string.h>

enum { SEEDS = 256, MOST_CYCLES = 24 };

typedef struct seed
{
  double x[2];
  int dir;
} seed;

typedef struct hunt
{
  ictus__look *l;
  seed todo[SEEDS];
  size_t ntodo, next;
} hunt;

static void
sow (hunt *h, double x, double y, int dir)
{
  if (h->ntodo < SEEDS && isfinite (x + y))
    h->todo[h->ntodo++] = (seed) { .x = { x, y }, .dir = dir };
}

/* ---- a cycle is found ------------------------------------------------------------------------------------------- */

static ictus_err
add_cycle (ictus__look *l, const ictus_phase_cycle *info, const ictus__cut *section, const double *landing)
{
  ictus_phase *p = l->p;

  ICTUS_TRY (ictus_grow (&p->cycle_info, &p->cap_cycle, p->ncycle + 1, sizeof *p->cycle_info));
  ICTUS_TRY (ictus_grow (&l->section, &l->cap_section, p->ncycle + 1, sizeof *l->section));
  ICTUS_TRY (ictus_grow (&l->landing, &l->cap_landing, p->ncycle + 1, sizeof *l->landing));
  p->cycle_info[p->ncycle] = *info;
  l->section[p->ncycle] = *section;
  l->landing[p->ncycle][0] = landing != NULL ? landing[0] : NAN;
  l->landing[p->ncycle][1] = landing != NULL ? landing[1] : NAN;
  ++p->ncycle;
  return ICTUS_OK;
}

static void
bounds (ictus_phase_cycle *info, const ictus_phase_curves *c)
{
  info->low[0] = info->low[1] = INFINITY;
  info->high[0] = info->high[1] = -INFINITY;
  for (size_t k = c->first[c->n - 1]; k < c->npoint; ++k)
    {
      info->low[0] = fmin (info->low[0], c->x[k]);
      info->low[1] = fmin (info->low[1], c->y[k]);
      info->high[0] = fmax (info->high[0], c->x[k]);
      info->high[1] = fmax (info->high[1], c->y[k]);
    }
  for (int a = 0; a < 2; ++a) /* rounding of 0 */
    {
      double small = 1e-14 * (info->high[a] - info->low[a]);

      info->low[a] = fabs (info->low[a]) < small ? 0 : info->low[a];
      info->high[a] = fabs (info->high[a]) < small ? 0 : info->high[a];
    }
}

/* The last curve was drawn in vain. */
static void
forget_curve (ictus_phase_curves *c)
{
  c->npoint = c->first[--c->n];
}

/* The same cycle, seen before? Of the same period, and it passes here. */
static bool
known (const ictus__look *l, const double *x, double period)
{
  const ictus_phase *p = l->p;

  for (size_t k = 0; k < p->ncycle; ++k)
    for (size_t i = p->cycle.first[k]; i < p->cycle.first[k + 1]; ++i)
      {
        double at[2] = { p->cycle.x[i], p->cycle.y[i] };

        if (fabs (p->cycle_info[k].period - period) < 1e-3 * period && ictus__plane_far (l->q, at, x) < 0.02)
          return true;
      }
  return false;
}

/* ---- rings: how far beside the cycle orbits have come nearer after one turn ---------------------------------------- */

/* Does the flow cross the section upwards from 0 to s? */
static bool
transversal (const ictus__cut *c, ictus__plane *q, double s, int dir)
{
  for (int k = 1; k <= 8; ++k)
    {
      double x[2], f[2];

      ictus__cut_point (c, q, s * k / 8, x);
      if (!ictus__plane_rhs (q, x, f) || !(dir * (f[0] / q->size[0] * c->up[0] + f[1] / q->size[1] * c->up[1]) > 0))
        return false;
    }
  return true;
}

/* The orbit of one turn from the farthest place at this side from which it comes nearer; the cycle itself where there is none. As a
   polygon of *n corners, to be freed. */
static ictus_err
border (const ictus__cut *c, ictus__plane *q, int side, int dir, double **out, size_t *n)
{
  ictus_phase_curves curve = { 0 };
  ictus__return r;
  double best = 0;
  ictus_err e = ICTUS_OK;

  for (double s = 1e-3; s < 0.5; s *= 1.4)
    {
      if (!transversal (c, q, side * s, dir) || !ictus__cut_return (c, q, side * s, dir, 1.001 * s, &r, NULL, false)
          || !(side * r.s > -1e-7) || !(fabs (r.s) < 0.995 * s))
        break;
      best = side * s;
    }
  ICTUS_GO (ictus__curves_begin (&curve));
  ictus__cut_return (c, q, best, dir, 0.5, &r, &curve, false);
  *n = curve.npoint;
  *out = ictus_alloc (curve.npoint, 2 * sizeof **out);
  if (*out == NULL)
    ICTUS_GO (ICTUS_E_NOMEM);
  for (size_t k = 0; k < curve.npoint; ++k)
    {
      (*out)[2 * k] = curve.x[k];
      (*out)[2 * k + 1] = curve.y[k];
    }
done:
  ictus__curves_clear (&curve);
  return e;
}

static ictus_err
make_ring (ictus__look *l, const ictus__cut *c, int k, int dir)
{
  double *a = NULL, *b = NULL;
  size_t na = 0, nb = 0;
  ictus_err e;

  ICTUS_GO (border (c, l->q, 1, dir, &a, &na));
  ICTUS_GO (border (c, l->q, -1, dir, &b, &nb));
  e = ictus__trap_ring (&l->trap[dir > 0 ? 0 : 1], l->q, a, na, b, nb, k);
done:
  ictus_free (a);
  ictus_free (b);
  return e;
}

/* ---- from returns to a cycle ----------------------------------------------------------------------------------------- */

/* Zero of P(s) - s near s; false: none that attracts in this direction. */
static bool
secant (const ictus__cut *c, ictus__plane *q, int dir, double s, double guess, double *out)
{
  ictus__return r;
  double a = s, da, b = guess, db;

  if (!ictus__cut_return (c, q, a, dir, 0.5, &r, NULL, false))
    return false;
  da = r.s - a;
  if (b == a)
    b = r.s;
  for (int k = 0; k < 25; ++k)
    {
      double next;

      if (!ictus__cut_return (c, q, b, dir, 0.5, &r, NULL, false))
        return false;
      db = r.s - b;
      if (fabs (db) < 2e-10 || (fabs (b - a) < 1e-13 && fabs (db) < 1e-8))
        {
          *out = b;
          return true;
        }
      next = b - db * (b - a) / (db - da);
      if (!isfinite (next) || fabs (next) > 0.5)
        return false;
      a = b;
      da = db;
      b = next;
    }
  *out = b;
  return fabs (db) < 1e-8;
}

/* Neighbours at both sides come nearer, by more than rounding, where the multiplier says so little that the returns of a weak focus might
   look the same. */
static bool
draws_near (const ictus__cut *c, ictus__plane *q, double s, int dir, double extent)
{
  for (double d = 0.05 * extent; d > 1e-3 * extent; d *= 0.2)
    {
      ictus__return above, below;

      if (ictus__cut_return (c, q, s + d, dir, 0.5, &above, NULL, false) && ictus__cut_return (c, q, s - d, dir, 0.5, &below, NULL, false)
          && above.s - (s + d) < -2e-9 && below.s - (s - d) > 2e-9)
        return true;
    }
  return false;
}

/* The cycle through place s of the section: it is taken when it attracts in this direction and is new. */
static ictus_err
take_cycle (hunt *h, const ictus__cut *c, double s, int dir)
{
  ictus__look *l = h->l;
  ictus_phase *p = l->p;
  ictus_phase_cycle info = { .stable = dir > 0 };
  ictus__cut own;
  ictus__return r;
  double x[2], beside[2];
  int k = (int) p->ncycle;

  ictus__cut_point (c, l->q, s, x);
  ICTUS_TRY (ictus__curves_begin (&p->cycle));
  if (k >= MOST_CYCLES || !ictus__cut_return (c, l->q, s, dir, 0.5, &r, &p->cycle, true) || !(dir * r.grow < -1e-6) || r.extent < 1e-4
      || (fabs (r.grow) < 1e-2 && !draws_near (c, l->q, s, dir, r.extent)) || known (l, x, r.time)
      || !ictus__cut_make (&own, l->q, x, dir))
    {
      forget_curve (&p->cycle);
      return ICTUS_OK;
    }
  info.period = r.time;
  info.multiplier = exp (r.grow);
  bounds (&info, &p->cycle);
  ICTUS_TRY (add_cycle (l, &info, &own, NULL));
  ICTUS_TRY (make_ring (l, &own, k, dir));
  for (int side = -1; side <= 1; side += 2) /* to the next one, against the time */
    {
      ictus__cut_point (&own, l->q, 4e-3 * side, beside);
      sow (h, beside[0], beside[1], -dir);
    }
  return ICTUS_OK;
}

/* Came back to where it was. Does its neighbour, too? Then nothing here is isolated. */
static bool
neighbours_close (const ictus__cut *c, ictus__plane *q, int dir, double extent)
{
  ictus__return r;

  for (int side = -1; side <= 1; side += 2)
    {
      double s = 0.03 * side * extent;

      if (!ictus__cut_return (c, q, s, dir, 0.5, &r, NULL, false) || fabs (r.s - s) > 1e-6)
        return false;
    }
  return true;
}

typedef struct trail /* the returns of an orbit to one section */
{
  ictus__cut c;
  double s[2]; /* the last two places; NaN: none */
  double extent;
  double before; /* height where the step began */
  int tries;
} trail;

/* A return at place s: is a cycle near? */
static ictus_err
judge (hunt *h, trail *r, double s, int dir, bool *over)
{
  ictus__plane *q = h->l->q;
  double d = s - r->s[1], d0 = r->s[1] - r->s[0], ratio = d / d0, shift, at;

  if (isnan (r->s[0]) && fabs (d) < 2e-8 && r->extent > 1e-2 && neighbours_close (&r->c, q, dir, r->extent))
    {
      h->l->p->conservative = *over = true;
      return ICTUS_OK;
    }
  shift = fabs (d) < 1e-9 ? 0 : d * ratio / (1 - ratio);
  if (r->tries >= 6 || !(fabs (d) < 0.05 * r->extent) || !(fabs (shift) < 0.1) || (fabs (d) >= 1e-9 && !(ratio > -0.1 && ratio < 0.97)))
    return ICTUS_OK;
  ++r->tries;
  if (secant (&r->c, q, dir, s, s + shift, &at) && fabs (at - s) < 3 * fabs (shift) + 1e-3)
    {
      size_t before = h->l->p->ncycle;

      ICTUS_TRY (take_cycle (h, &r->c, at, dir));
      *over = h->l->p->ncycle > before;
    }
  return ICTUS_OK;
}

static bool
anchor (trail *r, const ictus__flow *w)
{
  r->s[0] = NAN;
  r->s[1] = 0;
  r->extent = 0;
  r->before = 0;
  r->tries = 0;
  return ictus__cut_make (&r->c, w->q, w->x, w->dir);
}

static ictus_err
look_back (hunt *h, trail *r, const ictus__flow *w, bool *over)
{
  double part, s;

  r->extent = fmax (r->extent, ictus__plane_far (w->q, w->x, r->c.at));
  if (ictus__cut_crossed (&r->c, w, r->before, &part, &s) && fabs (s) < 0.3)
    {
      ICTUS_TRY (judge (h, r, s, w->dir, over));
      r->s[0] = r->s[1];
      r->s[1] = s;
    }
  r->before = ictus__cut_height (&r->c, w->q, w->x);
  return ICTUS_OK;
}

/* ---- cycles with resets ------------------------------------------------------------------------------------------------ */

static ictus_err
take_spiking (hunt *h, const double *landing, int spikes, double period)
{
  ictus__look *l = h->l;
  ictus_phase *p = l->p;
  ictus_phase_cycle info = { .stable = true, .spikes = spikes, .period = period, .multiplier = NAN };
  ictus__cut none = { { 0 }, { 0 }, { 0 } };
  ictus__flow w;

  if (p->ncycle >= MOST_CYCLES)
    return ICTUS_OK;
  for (size_t k = 0; k < p->ncycle; ++k)
    if (p->cycle_info[k].spikes == spikes && fabs (p->cycle_info[k].period - period) < 1e-4 * period)
      return ICTUS_OK;
  ICTUS_TRY (ictus__curves_begin (&p->cycle));
  ictus__flow_begin (&w, l->q, landing, 1, 1e-8);
  w.left = l->q->refractory;
  for (int step = 0, seen = 0; step < 4 * PHASE_STEPS && seen < spikes; ++step)
    {
      if (!ictus__flow_step (&w))
        break;
      ICTUS_TRY (ictus__curves_step (&p->cycle, &w, step == 0));
      seen += w.fired;
    }
  bounds (&info, &p->cycle);
  return add_cycle (l, &info, &none, landing);
}

typedef struct beats /* where an orbit was reset to */
{
  double at[2], t;
  int count, since, next; /* resets so far, since the one that is kept, when the next is kept */
} beats;

static ictus_err
count_spike (hunt *h, beats *b, const ictus__flow *w, bool *over)
{
  ictus__plane *q = h->l->q;

  ++b->count;
  ++b->since;
  if (b->count > 1 && ictus__plane_far (q, w->reset, b->at) < 2e-6)
    {
      *over = true;
      return take_spiking (h, w->reset, b->since, w->t - b->t);
    }
  if (b->count >= b->next)
    {
      memcpy (b->at, w->reset, sizeof b->at);
      b->t = w->t;
      b->since = 0;
      b->next = 2 * b->count;
    }
  return ICTUS_OK;
}

/* ---- the search ---------------------------------------------------------------------------------------------------------- */

static ictus_err
explore (hunt *h, const double *x, int dir)
{
  ictus__look *l = h->l;
  ictus__flow w;
  trail r = { .before = 0 };
  beats b = { .next = 1 };
  bool over = false, anchored = false;
  int next = 6, most = l->q->fires ? 3 * PHASE_STEPS : PHASE_STEPS;

  ictus__flow_begin (&w, l->q, x, dir, 1e-8);
  for (int step = 1; step <= most && !over; ++step)
    {
      if (!ictus__flow_step (&w) || !ictus__plane_inside (l->q, w.x, 4))
        return ICTUS_OK;
      if (w.fired)
        {
          ICTUS_TRY (count_spike (h, &b, &w, &over));
          anchored = false; /* smooth cycles only */
          next = step + 20;
          continue;
        }
      if (w.left <= 0 && ictus__trap_at (&l->trap[dir > 0 ? 0 : 1], w.x) != 0)
        return ICTUS_OK;
      if (anchored && l->q->dim == 2)
        ICTUS_TRY (look_back (h, &r, &w, &over));
      if (step >= next)
        {
          anchored = anchor (&r, &w);
          next = step + (step < 40 ? 60 : step);
        }
    }
  return ICTUS_OK;
}

/* Around every fixed point, away from it; for a saddle along its manifolds. */
static void
sow_points (hunt *h)
{
  const ictus_phase *p = h->l->p;
  const ictus__plane *q = h->l->q;

  for (size_t k = 0; k < p->npoint; ++k)
    {
      const ictus_phase_point *z = &p->point[k];

      for (int side = -1; side <= 1 && z->index == -1 && q->dim == 2; side += 2)
        for (int a = 0; a < 2; ++a)
          sow (h, z->at[0] + 1e-4 * side * z->vector[a][0], z->at[1] + 1e-4 * side * z->vector[a][1], a == 0 ? 1 : -1);
      for (int far = 0; far < 2 && z->index != -1 && q->dim == 2; ++far)
        {
          double d = far == 0 ? 2e-3 : 0.08;

          if (!(z->re[0] < 0))
            sow (h, z->at[0] + d * q->size[0], z->at[1], 1);
          if (!(z->re[1] > 0))
            sow (h, z->at[0] + d * q->size[0], z->at[1], -1);
        }
    }
}

static void
sow_box (hunt *h)
{
  const ictus__plane *q = h->l->q;
  int n = q->dim == 1 ? 8 : 4;

  for (int k = 0; k < (q->dim == 1 ? n : n * n); ++k)
    {
      double x = q->lo[0] + q->size[0] * (k % n + 0.5) / n, y = q->lo[1] + q->size[1] * (k / n + 0.5) / n;

      if (q->dim == 1)
        sow (h, x, 0, 1);
      for (int dir = 1; dir >= -1 && q->dim == 2; dir -= 2)
        sow (h, x, y, dir);
    }
}

ictus_err
ictus__phase_cycles (ictus__look *l)
{
  hunt *h;
  ictus_err e = ICTUS_OK;

  if (l->q->dim == 1 && !l->q->fires)
    return ICTUS_OK; /* nothing returns on a line */
  h = ictus_alloc (1, sizeof *h);
  if (h == NULL)
    return ICTUS_E_NOMEM;
  h->l = l;
  sow_points (h);
  sow_box (h);
  for (; h->next < h->ntodo && e == ICTUS_OK && !l->p->conservative; ++h->next)
    e = explore (h, h->todo[h->next].x, h->todo[h->next].dir);
  ictus_free (h);
  return e;
}
