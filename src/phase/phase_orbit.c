/* SPDX-License-Identifier: BSD-3-Clause */
/* One orbit, until it is known where it goes. */
#include "phase/phase_impl.h"

#include <math.h>
#include <string.h>

static const double usual = 1e-7; /* tolerance */
static const double fine = 1e-9;  /* of manifolds, which may connect saddles */
static const double touch = 3e-4; /* parts of the box; who comes as near to a saddle and turns away is on a connection, as far as can be told */
static const double far_away = 10; /* sizes of the box beyond which nothing comes back */

static ictus_phase_end
end_why (int why)
{
  return (ictus_phase_end) { .point = -1, .cycle = -1, .why = why };
}

static ictus_phase_end
end_of_label (int label)
{
  return (ictus_phase_end) { .point = label > 0 ? label - 1 : -1, .cycle = label < 0 ? -label - 1 : -1 };
}

/* Attracts in this direction of time? */
static bool
attracts (const ictus_phase_point *z, int dim, int dir)
{
  for (int k = 0; k < dim; ++k)
    if (!(dir * z->re[k] < 0))
      return false;
  return true;
}

/* At a fixed point; one that does not attract but is degenerate may be reached as well. */
static bool
at_point (const ictus__look *l, const double *x, int dir, double near, ictus_phase_end *end)
{
  const ictus_phase *p = l->p;

  for (size_t k = 0; k < p->npoint; ++k)
    {
      bool weak = p->point[k].class == ICTUS_DYN_DEGENERATE;

      if ((weak || attracts (&p->point[k], l->q->dim, dir)) && ictus__plane_far (l->q, x, p->point[k].at) < (weak ? 1e-3 : near))
        {
          *end = (ictus_phase_end) { .point = (int) k, .cycle = -1 };
          return true;
        }
    }
  return false;
}

/* How near the last step came to a saddle, when its nearest place is within the step or there. */
static double
passes (const ictus__look *l, const ictus__flow *w, const double *at)
{
  double x[2], best = INFINITY, first, last;

  first = ictus__plane_far (l->q, w->x0, at);
  last = ictus__plane_far (l->q, w->x, at);
  for (int k = 1; k < 16; ++k)
    {
      ictus__flow_within (w, k / 16.0, x);
      best = fmin (best, ictus__plane_far (l->q, x, at));
    }
  return best < first && best < last ? best : last < 0.1 * touch && last < first ? last : INFINITY;
}

/* A manifold of `from` that comes to a saddle, another one or its own again: nearer than to anything else there is. */
static bool
at_saddle (const ictus__look *l, const ictus__flow *w, int from, bool left, ictus_phase_end *end)
{
  const ictus_phase *p = l->p;

  for (int k = 0; k < (int) p->npoint; ++k)
    {
      double near = touch;

      if (p->point[k].index != -1 || (k == from && !left))
        continue;
      for (size_t i = 0; i < p->npoint; ++i)
        if ((int) i != k)
          near = fmin (near, 0.02 * ictus__plane_far (l->q, p->point[i].at, p->point[k].at));
      if (passes (l, w, p->point[k].at) < near)
        {
          *end = (ictus_phase_end) { .point = k, .cycle = -1 };
          return true;
        }
    }
  return false;
}

/* On a cycle: it crosses its section very near to it, or lands where it lands. */
static bool
on_cycle (const ictus__look *l, const ictus__flow *w, ictus_phase_end *end)
{
  const ictus_phase *p = l->p;

  for (size_t k = 0; k < p->ncycle; ++k)
    {
      double part, s;
      bool hit;

      if (p->cycle_info[k].spikes > 0)
        hit = w->fired && ictus__plane_far (l->q, w->reset, l->landing[k]) < 1e-4;
      else
        hit = p->cycle_info[k].stable == (w->dir > 0)
              && ictus__cut_crossed (&l->section[k], w, ictus__cut_height (&l->section[k], l->q, w->x0), &part, &s)
              && fabs (s) < 1e-4;
      if (hit)
        {
          *end = (ictus_phase_end) { .point = -1, .cycle = (int) k };
          return true;
        }
    }
  return false;
}

/* Where does it go, as far as can be told here? */
static bool
settled (const ictus__look *l, const ictus__flow *w, ictus_phase_end *end)
{
  int label = w->left > 0 ? 0 : ictus__trap_at (&l->trap[w->dir > 0 ? 0 : 1], w->x);

  if (label != 0 && !w->fired)
    {
      *end = end_of_label (label);
      return true;
    }
  return at_point (l, w->x, w->dir, 1e-6, end) || on_cycle (l, w, end);
}

/* Known where it goes: draw on, to the point, or once round the cycle. */
static ictus_err
draw_on (const ictus__look *l, ictus__flow *w, const ictus_phase_end *end, double t_stop, ictus_phase_curves *c)
{
  const ictus_phase *p = l->p;
  double begin = w->t, last = end->cycle >= 0 ? w->t + 1.02 * p->cycle_info[end->cycle].period : INFINITY;

  for (int step = 0; step < 1500 && w->t < last; ++step)
    {
      if (end->point >= 0 && ictus__plane_far (l->q, w->x, p->point[end->point].at) < 1e-3)
        break;
      if (!ictus__flow_step (w) || (w->t > begin && w->t > t_stop))
        break;
      ICTUS_TRY (ictus__curves_step (c, w, false));
    }
  return ICTUS_OK;
}

/* Beyond what can come back, or at rest outside of the box. */
static bool
gone (const ictus__look *l, const ictus__flow *w)
{
  return !ictus__plane_inside (l->q, w->x, far_away)
         || (!ictus__plane_inside (l->q, w->x, 0) && !w->fired && ictus__plane_far (l->q, w->x0, w->x) < 1e-12 && w->left <= 0);
}

/* from: the saddle of which it is a manifold, -1: of none. */
static ictus_err
follow (ictus__look *l, const double *x, int dir, int from, double t_stop, int max_steps, ictus_phase_curves *c, ictus_phase_end *end)
{
  ictus__flow w;
  bool left = false;

  if (c != NULL)
    ICTUS_TRY (ictus__curves_begin (c));
  ictus__flow_begin (&w, l->q, x, dir, from >= 0 ? fine : usual);
  if (settled (l, &w, end) && c == NULL)
    return ICTUS_OK;
  for (int step = 0; step < max_steps; ++step)
    {
      if (!ictus__flow_step (&w))
        {
          *end = end_why (ictus__plane_inside (l->q, w.x, 1) ? ICTUS_PHASE_STOPS : ICTUS_PHASE_LEAVES);
          return ICTUS_OK;
        }
      if (c != NULL)
        ICTUS_TRY (ictus__curves_step (c, &w, step == 0));
      if (settled (l, &w, end))
        return c != NULL ? draw_on (l, &w, end, t_stop, c) : ICTUS_OK;
      if (from >= 0 && !w.fired && at_saddle (l, &w, from, left, end))
        return ICTUS_OK;
      left = left || (from >= 0 && ictus__plane_far (l->q, w.x, l->p->point[from].at) > 100 * touch);
      if (gone (l, &w))
        {
          *end = end_why (ICTUS_PHASE_LEAVES);
          return ICTUS_OK;
        }
      if (!isfinite (w.t))
        break;
      if (w.t >= t_stop)
        {
          *end = end_why (ICTUS_PHASE_TIME);
          return ICTUS_OK;
        }
    }
  *end = end_why (ictus__plane_inside (l->q, w.x, 0.05) ? ICTUS_PHASE_UNDECIDED : ICTUS_PHASE_LEAVES);
  return ICTUS_OK;
}

ictus_err
ictus__follow (ictus__look *l, const double *x, int dir, double t_stop, int max_steps, ictus_phase_curves *c,
               ictus_phase_end *end)
{
  return follow (l, x, dir, -1, t_stop, max_steps, c, end);
}

/* ---- manifolds -------------------------------------------------------------------------------------------------- */

static bool
is_saddle (const ictus_phase_point *z)
{
  return z->index == -1 && z->re[0] > 0 && z->re[1] < 0;
}

static ictus_err
one_manifold (ictus__look *l, int point, bool stable, int side)
{
  ictus_phase *p = l->p;
  const ictus_phase_point *z = &p->point[point];
  const double *v = z->vector[stable ? 1 : 0];
  ictus_phase_manifold info = { .point = point, .stable = stable, .side = side };
  double x[2], by = (side == 0 ? 1 : -1) * 1e-5;
  size_t cap = p->manifold.n;
  ictus_err e;

  for (int a = 0; a < 2; ++a)
    x[a] = z->at[a] + by * v[a];
  if (!isfinite (x[0] + x[1]))
    return ICTUS_OK;
  e = follow (l, x, stable ? -1 : 1, point, INFINITY, 4 * PHASE_STEPS, &p->manifold, &info.end);
  if (e == ICTUS_OK)
    e = ictus_grow (&p->manifold_info, &cap, p->manifold.n, sizeof *p->manifold_info);
  if (e == ICTUS_OK)
    p->manifold_info[p->manifold.n - 1] = info;
  return e;
}

ictus_err
ictus__phase_manifolds (ictus__look *l)
{
  const ictus_phase *p = l->p;

  for (int k = 0; l->q->dim == 2 && !p->continuum && k < (int) p->npoint; ++k)
    for (int way = 0; way < 4 && is_saddle (&p->point[k]); ++way)
      ICTUS_TRY (one_manifold (l, k, way < 2, way % 2));
  return ICTUS_OK;
}
