/* SPDX-License-Identifier: BSD-3-Clause */
/* The box, where none is given: what the file says of its picture when it has the same axes; else what holds the orbit from the initial values,
   the fixed points around it and what orbits from its surroundings settle on. */
#include "phase/phase_impl.h"

#include <math.h>
#include <string.h>
#include <strings.h>

enum { ROUNDS = 4, COARSE = 48, SHORT = 1200, FEW = 5 };

typedef struct hull
{
  double lo[2], hi[2];
} hull;

static void
widen (hull *h, const double *x, int dim)
{
  for (int a = 0; a < dim && ictus__dyn_finite (dim, x); ++a)
    {
      h->lo[a] = fmin (h->lo[a], x[a]);
      h->hi[a] = fmax (h->hi[a], x[a]);
    }
}

static double
extent (const ictus__plane *q, const hull *h)
{
  return ictus__plane_far (q, h->lo, h->hi);
}

/* An orbit within so many boxes; all of it, or what it does in the end. */
static void
walk (ictus__plane *q, hull *h, const double *x, bool all, double limit)
{
  hull own[2]; /* of the first half of the steps so far, of all */
  double before = 0;
  bool drifts = false;
  ictus__flow w;
  int half = 8;

  for (int k = 0; k < 2; ++k)
    own[k] = (hull) { { INFINITY, INFINITY }, { -INFINITY, -INFINITY } };
  ictus__flow_begin (&w, q, x, 1, 1e-5);
  for (int step = 0; step < SHORT; ++step)
    {
      if (!ictus__flow_step (&w) || !ictus__plane_inside (q, w.x, limit))
        return; /* it escapes: what it passed says nothing */
      if (step == half)
        {
          half *= 2;
          drifts = before > 0 && extent (q, &own[0]) > 1.5 * before;
          before = extent (q, &own[0]);
          own[0] = (hull) { { INFINITY, INFINITY }, { -INFINITY, -INFINITY } };
        }
      widen (&own[0], w.x, q->dim);
      widen (&own[1], w.x, q->dim);
      if (w.fired)
        {
          widen (&own[0], w.reset, q->dim);
          widen (&own[1], w.reset, q->dim);
        }
      else if (ictus__plane_far (q, w.x0, w.x) < 1e-9 * fmax (extent (q, &own[1]), 1))
        {
          drifts = false; /* it is at rest */
          break;
        }
    }
  if (drifts) /* it goes round, or away */
    return;
  widen (h, own[all ? 1 : 0].lo, q->dim);
  widen (h, own[all ? 1 : 0].hi, q->dim);
}

/* Fixed points in the plane's box as it is. */
static ictus_err
points (ictus__plane *q, const ictus_phase *p, hull *h, size_t *found)
{
  ictus_phase trial = { .model = p->model, .options = p->options, .dim = p->dim, .axis = { p->axis[0], p->axis[1] } };
  ictus_err e;

  trial.options.grid = COARSE;
  ICTUS_GO (ictus__phase_field (q, &trial));
  ICTUS_GO (q->dim == 2 ? ictus__phase_points (q, &trial) : ictus__phase_line (q, &trial));
  for (size_t k = 0; k < trial.npoint && !trial.continuum; ++k)
    widen (h, trial.point[k].at, q->dim);
  *found = trial.npoint;
done:
  ictus_phase_clear (&trial);
  return e;
}

/* A hull as a box with margins; what is given stays. */
static void
as_box (const ictus__plane *q, const ictus_phase *p, const hull *h, double margin, double *lo, double *hi)
{
  for (int a = 0; a < q->dim; ++a)
    {
      double size = h->hi[a] - h->lo[a], scale = q->s->scale[q->axis[a]], room = margin * size;

      if (!(size > 1e-3 * scale))
        room = 0.5 * scale;
      lo[a] = isfinite (p->options.lo[a]) ? p->options.lo[a] : h->lo[a] - room;
      hi[a] = isfinite (p->options.hi[a]) ? p->options.hi[a] : h->hi[a] + room;
      if (!(lo[a] < hi[a])) /* one bound is given, beyond what was seen */
        *(isfinite (p->options.lo[a]) ? &hi[a] : &lo[a]) = isfinite (p->options.lo[a]) ? lo[a] + scale : hi[a] - scale;
    }
}

/* How many times larger along some axis. */
static double
larger (const hull *a, const hull *b, int dim)
{
  double by = 0;

  for (int k = 0; k < dim; ++k)
    by = fmax (by, (b->hi[k] - b->lo[k]) / fmax (a->hi[k] - a->lo[k], 1e-300));
  return by;
}

/* One round: fixed points in a box larger on each side, unless these are many; and orbits, which the `later` rounds leave out where they
   would lead ever farther away (closed ones around a centre, say). */
static ictus_err
look_around (ictus__plane *q, const ictus_phase *p, const double *x, bool later, hull *h)
{
  double lo[2] = { 0, 0 }, hi[2] = { 1, 1 };
  int n = q->dim == 2 ? 9 : 3;
  hull before = *h, wide = *h;
  size_t found = 0;
  bool given = false;

  as_box (q, p, h, later ? 3 : 1, lo, hi);
  ictus__plane_box (q, lo, hi);
  ICTUS_TRY (points (q, p, &wide, &found));
  if (found <= FEW)
    *h = wide;
  wide = *h;
  for (int a = 0; a < q->dim; ++a)
    if (isfinite (p->options.lo[a]) && isfinite (p->options.hi[a]))
      {
        before.lo[a] = p->options.lo[a];
        before.hi[a] = p->options.hi[a];
        given = true;
      }
  walk (q, h, x, true, 1e8);
  for (int k = 0; k < n; ++k)
    {
      double from[2];

      for (int a = 0; a < q->dim; ++a)
        from[a] = before.lo[a] + (before.hi[a] - before.lo[a]) * (a == 0 ? k % 3 : k / 3) / 2;
      walk (q, h, from, given, 1e4);
    }
  if (later && larger (&wide, h, q->dim) > 2.5)
    *h = wide;
  return ICTUS_OK;
}

static ictus_err
find (ictus__plane *q, const ictus_dyn_values *v, const ictus_phase *p, double *lo, double *hi)
{
  double x[2] = { 0, 0 };
  size_t found;
  hull h;

  for (int a = 0; a < q->dim; ++a)
    {
      x[a] = v->y[q->s->state[q->axis[a]]];
      h.lo[a] = x[a] - q->s->scale[q->axis[a]];
      h.hi[a] = x[a] + q->s->scale[q->axis[a]];
    }
  for (int round = 0; round < ROUNDS; ++round)
    {
      hull seen = { { x[0], x[1] }, { x[0], x[1] } }, joined = h;
      double grown;

      ICTUS_TRY (look_around (q, p, x, round > 0, &joined));
      /* the first box was a guess: from the second round on only what was seen counts */
      if (round == 0)
        {
          hull only = { { x[0], x[1] }, { x[0], x[1] } };

          ICTUS_TRY (points (q, p, &only, &found));
          walk (q, &only, x, true, 1e8);
          seen = only;
        }
      grown = larger (&h, &joined, q->dim);
      if (round == 0 && grown < 1.05 && isfinite (seen.lo[0]))
        for (int a = 0; a < q->dim; ++a)
          if (seen.hi[a] - seen.lo[a] > 0.3 * (h.hi[a] - h.lo[a]))
            {
              joined.lo[a] = seen.lo[a];
              joined.hi[a] = seen.hi[a];
            }
      h = joined;
      if (round >= 2 && grown < 1.05)
        break;
    }
  as_box (q, p, &h, 0.12, lo, hi);
  return ICTUS_OK;
}

/* What the lines beginning with @ say of the picture, where it has these axes. */
static void
of_file (const ictus_dyn_values *v, ictus_phase *p)
{
  const ictus_lang_settings *s = ictus_lang_get_settings (v->model->lang);
  const double lo[2] = { s->xlo, s->ylo }, hi[2] = { s->xhi, s->yhi };
  const char *name[2] = { s->xp, s->yp };

  for (int a = 0; a < p->dim; ++a)
    for (int b = 0; b < 2; ++b)
      if (strcasecmp (name[b], p->axis[a]->name) == 0 && isfinite (lo[b]) && isfinite (hi[b]) && lo[b] < hi[b]
          && !isfinite (p->options.lo[a]) && !isfinite (p->options.hi[a]))
        {
          p->options.lo[a] = lo[b];
          p->options.hi[a] = hi[b];
        }
}

/* The box holds what the whole model does from its initial values, too, where trajectories are those of the whole model. */
static ictus_err
hold_whole (const ictus_dyn_values *v, const ictus_phase *p, double *lo, double *hi)
{
  ictus_phase trial = { .model = p->model, .options = p->options, .dim = p->dim };
  const double *at[2];
  ictus_err e;

  trial.options.ntrajectory = 0;
  ICTUS_GO (ictus__phase_whole (v, &trial));
  at[0] = trial.trajectory.x;
  at[1] = trial.trajectory.y;
  for (int a = 0; a < p->dim; ++a)
    {
      double from = lo[a], to = hi[a];

      for (size_t k = 0; k < trial.trajectory.npoint; ++k)
        if (fabs (at[a][k]) < 1e15) /* what runs to infinity says nothing */
          {
            from = fmin (from, at[a][k]);
            to = fmax (to, at[a][k]);
          }
      if (!isfinite (p->options.lo[a]) && from < lo[a])
        lo[a] = from - 0.05 * (to - from);
      if (!isfinite (p->options.hi[a]) && to > hi[a])
        hi[a] = to + 0.05 * (to - from);
    }
done:
  ictus_phase_clear (&trial);
  return e;
}

ictus_err
ictus__phase_box (ictus__plane *q, const ictus_dyn_values *v, ictus_phase *p)
{
  double lo[2] = { 0, 0 }, hi[2] = { 1, 1 };
  bool all = true;

  of_file (v, p);
  for (int a = 0; a < q->dim; ++a)
    {
      lo[a] = p->options.lo[a];
      hi[a] = p->options.hi[a];
      all = all && isfinite (lo[a]) && isfinite (hi[a]);
    }
  if (!all)
    ICTUS_TRY (find (q, v, p, lo, hi));
  if (!all && p->options.whole)
    ICTUS_TRY (hold_whole (v, p, lo, hi));
  for (int a = 0; a < q->dim; ++a)
    {
      if (!(lo[a] < hi[a]) || !isfinite (hi[a] - lo[a]))
        return ICTUS_FAIL (ICTUS_E_INPUT, "the box is empty: %s from %g to %g", p->axis[a]->name, lo[a], hi[a]);
      p->options.lo[a] = lo[a];
      p->options.hi[a] = hi[a];
    }
  ictus__plane_box (q, lo, hi);
  return ICTUS_OK;
}
