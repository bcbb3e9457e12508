/* SPDX-License-Identifier: BSD-3-Clause */
/* Polylines. */
#include "phase/phase_impl.h"

#include <math.h>
#include <string.h>

ictus_err
ictus__curves_begin (ictus_phase_curves *c)
{
  ICTUS_TRY (ictus_grow (&c->first, &c->cap, c->n + 2, sizeof *c->first));
  c->first[c->n] = c->first[c->n + 1] = c->npoint;
  ++c->n;
  return ICTUS_OK;
}

ictus_err
ictus__curves_add (ictus_phase_curves *c, double t, double x, double y)
{
  size_t cap;

  cap = c->cap_point;
  ICTUS_TRY (ictus_grow (&c->t, &cap, c->npoint + 1, sizeof *c->t));
  cap = c->cap_point;
  ICTUS_TRY (ictus_grow (&c->x, &cap, c->npoint + 1, sizeof *c->x));
  cap = c->cap_point;
  ICTUS_TRY (ictus_grow (&c->y, &cap, c->npoint + 1, sizeof *c->y));
  c->cap_point = cap;
  c->t[c->npoint] = t;
  c->x[c->npoint] = x;
  c->y[c->npoint] = y;
  c->first[c->n] = ++c->npoint;
  return ICTUS_OK;
}

void
ictus__curves_clear (ictus_phase_curves *c)
{
  ictus_free (c->first);
  ictus_free (c->t);
  ictus_free (c->x);
  ictus_free (c->y);
  memset (c, 0, sizeof *c);
}

ictus_err
ictus__curves_step (ictus_phase_curves *c, const ictus__flow *w, bool first)
{
  double x[2] = { 0, 0 };
  int pieces = (int) fmin (40, 3 + 80 * ictus__plane_far (w->q, w->x0, w->x));

  for (int k = first ? 0 : 1; k <= pieces; ++k)
    {
      double s = (double) k / pieces;

      ictus__flow_within (w, s, x);
      ICTUS_TRY (ictus__curves_add (c, w->dir * ictus__flow_time (w, s), x[0], x[1]));
    }
  if (w->fired)
    ICTUS_TRY (ictus__curves_add (c, w->dir * w->t, w->reset[0], w->reset[1]));
  return ICTUS_OK;
}
