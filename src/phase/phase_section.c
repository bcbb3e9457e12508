/* SPDX-License-Identifier: BSD-3-Clause */
/* A line across the flow and where orbits come back to it. */
#include "phase/phase_impl.h"

#include <math.h>
#include <string.h>

static const double fine = 1e-10; /* tolerance of returns */

bool
ictus__cut_make (ictus__cut *c, ictus__plane *q, const double *x, int dir)
{
  double f[2], length;

  if (!ictus__plane_rhs (q, x, f))
    return false;
  f[0] *= dir / q->size[0];
  f[1] *= dir / q->size[1];
  length = sqrt (f[0] * f[0] + f[1] * f[1]);
  if (!(length > 0))
    return false;
  memcpy (c->at, x, sizeof c->at);
  c->up[0] = f[0] / length;
  c->up[1] = f[1] / length;
  c->along[0] = -c->up[1];
  c->along[1] = c->up[0];
  return true;
}

static double
along (const ictus__cut *c, const ictus__plane *q, const double *x, const double *way)
{
  return (x[0] - c->at[0]) / q->size[0] * way[0] + (x[1] - c->at[1]) / q->size[1] * way[1];
}

double
ictus__cut_height (const ictus__cut *c, const ictus__plane *q, const double *x)
{
  return along (c, q, x, c->up);
}

double
ictus__cut_place (const ictus__cut *c, const ictus__plane *q, const double *x)
{
  return along (c, q, x, c->along);
}

void
ictus__cut_point (const ictus__cut *c, const ictus__plane *q, double s, double *x)
{
  for (int a = 0; a < 2; ++a)
    x[a] = c->at[a] + s * c->along[a] * q->size[a];
}

bool
ictus__cut_crossed (const ictus__cut *c, const ictus__flow *w, double before, double *part, double *s)
{
  double lo = 0, hi = 1, x[2];

  if (!(before < 0) || !(ictus__cut_height (c, w->q, w->x) >= 0))
    return false;
  for (int k = 0; k < 60 && hi - lo > 1e-15; ++k)
    {
      double m = 0.5 * (lo + hi);

      ictus__flow_within (w, m, x);
      *(ictus__cut_height (c, w->q, x) >= 0 ? &hi : &lo) = m;
    }
  ictus__flow_within (w, hi, x);
  *part = hi;
  *s = ictus__cut_place (c, w->q, x);
  return true;
}

/* The divergence over the part of the last step, by three points of Gauss. */
static double
divergence_of (const ictus__flow *w, double part)
{
  static const double at[3] = { 0.1127016653792583, 0.5, 0.8872983346207417 }, weight[3] = { 5.0 / 18, 8.0 / 18, 5.0 / 18 };
  double sum = 0;

  for (int k = 0; k < 3; ++k)
    {
      double x[2], f[2], J[4];

      ictus__flow_within (w, part * at[k], x);
      if (ictus__plane_jac (w->q, x, f, J))
        sum += weight[k] * (J[0] + J[3]);
    }
  return sum * part * (w->t - w->t0);
}

/* What is drawn of the step in which it comes back. */
static ictus_err
draw_end (ictus_phase_curves *curve, const ictus__flow *w, double part)
{
  ictus__flow cut = *w;

  cut.part = w->part * part;
  cut.t = w->t0 + part * (w->t - w->t0);
  ictus__flow_within (w, part, cut.x);
  return ictus__curves_step (curve, &cut, false);
}

bool
ictus__cut_return (const ictus__cut *c, ictus__plane *q, double s, int dir, double window, ictus__return *out,
                       ictus_phase_curves *curve, bool divergence)
{
  ictus__flow w;
  double x[2], before = 0, part, place;
  bool first = true;

  ictus__cut_point (c, q, s, x);
  ictus__flow_begin (&w, q, x, dir, fine);
  memset (out, 0, sizeof *out);
  for (int step = 0; step < PHASE_STEPS; ++step)
    {
      bool back;

      if (!ictus__flow_step (&w) || w.fired || !ictus__plane_inside (q, w.x, 4))
        return false;
      out->extent = fmax (out->extent, ictus__plane_far (q, w.x, x));
      back = ictus__cut_crossed (c, &w, before, &part, &place) && fabs (place) < window;
      if (divergence)
        out->grow += divergence_of (&w, back ? part : 1);
      if (curve != NULL && (back ? draw_end (curve, &w, part) : ictus__curves_step (curve, &w, first)) != ICTUS_OK)
        return false;
      first = false;
      if (back)
        {
          out->s = place;
          out->time = ictus__flow_time (&w, part);
          return true;
        }
      before = ictus__cut_height (c, q, w.x);
    }
  return false;
}
