/* SPDX-License-Identifier: BSD-3-Clause */
/* A solution without noise while the parameter moves: Dormand and Prince 1980, doi:10.1016/0771-050X(80)90013-3. Its last two stages tell the
   largest rate of the system as it goes (Hairer & Wanner, Solving Ordinary Differential Equations II, section IV.2). */
#include "chaos_ramp.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/base_dormand_prince.h" /* behind the others: short names */

enum
{
  NSTAGE = 7
};

static const double a[NSTAGE][NSTAGE - 1] = DORMAND_PRINCE_STAGES;
static const double node[NSTAGE] = DORMAND_PRINCE_NODES;
static const double err[NSTAGE] = DORMAND_PRINCE_ERROR;
static const double tolerance = 1e-7;

struct ictus__calm
{
  ictus__ramp *r;
  size_t n;          /* states of the kernel */
  double t, h;
  double par, rate, from; /* parameter par + rate * (t - from) */
  double *y, *z, *y1; /* [n] */
  double *k[NSTAGE]; /* [n] */
  double *size;      /* [n] tolerances are relative to fmax (size, |y|) */
};

double
ictus__ramp_watch (ictus__ramp *r, double t, const double *y)
{
  if (r->o->watch < r->k->nstate)
    return y[r->o->watch];
  r->k->aux (t, y, r->s->p, r->s->u, r->aux);
  return r->aux[r->o->watch - r->k->nstate];
}

ictus_err
ictus__calm_open (ictus__ramp *r, const double *y, ictus__calm **out)
{
  ictus__calm *w = *out = ictus_alloc (1, sizeof *w);
  size_t n = (size_t) r->k->nstate;

  if (w == NULL)
    return ICTUS_E_NOMEM;
  w->r = r;
  w->n = n;
  w->t = r->t0;
  w->par = ictus__dyn_get (r->s, r->o->par);
  w->y = ictus_alloc ((4 + NSTAGE) * n, sizeof *w->y);
  if (w->y == NULL)
    {
      ictus__calm_close (out);
      return ICTUS_E_NOMEM;
    }
  w->z = w->y + n;
  w->y1 = w->z + n;
  w->size = w->y1 + n;
  for (size_t i = 0; i < NSTAGE; ++i)
    w->k[i] = w->size + (i + 1) * n;
  memcpy (w->y, y, n * sizeof *y);
  for (size_t i = 0; i < n; ++i)
    w->size[i] = 1;
  for (int i = 0; i < r->s->n; ++i)
    w->size[r->s->state[i]] = r->s->scale[i];
  return ICTUS_OK;
}

void
ictus__calm_close (ictus__calm **w)
{
  if (*w != NULL)
    ictus_free ((*w)->y);
  ictus_free (*w);
  *w = NULL;
}

void
ictus__calm_drive (ictus__calm *w, double par, double rate)
{
  w->par = par;
  w->rate = rate;
  w->from = w->t;
}

double *
ictus__calm_state (ictus__calm *w)
{
  return w->y;
}

void
ictus__calm_push (ictus__calm *w, double size, uint64_t time)
{
  const ictus__dyn *s = w->r->s;

  for (int i = 0; i < s->n; ++i)
    {
      uint64_t h = ictus_hash (&time, sizeof time, (uint64_t) i + 1);

      w->y[s->state[i]] += (h >> 20 & 1 ? size : -size) * s->scale[i];
    }
}

static void
slope (ictus__calm *w, double t, const double *y, double *f)
{
  ictus__dyn *s = w->r->s;

  if (w->rate > 0 || w->rate < 0)
    ictus__dyn_set (s, w->r->o->par, w->par + w->rate * (t - w->from));
  ++s->rhs;
  s->k->rhs (t, y, s->p, s->u, f);
}

/* One attempt; the error in units of the tolerance, and the rate between the last two stages. */
static double
attempt (ictus__calm *w, double h, double *rate)
{
  double worst = 0, top = 0, bottom = 0;

  for (int i = 1; i < NSTAGE; ++i)
    {
      double *to = i == NSTAGE - 1 ? w->y1 : w->z;

      for (size_t l = 0; l < w->n; ++l)
        {
          double sum = 0;

          for (int j = 0; j < i; ++j)
            sum += a[i][j] * w->k[j][l];
          to[l] = w->y[l] + h * sum;
        }
      slope (w, w->t + node[i] * h, to, w->k[i]);
    }
  for (size_t l = 0; l < w->n; ++l)
    {
      double sum = 0, size = fmax (w->size[l], fabs (w->y[l])), df = (w->k[6][l] - w->k[5][l]) / size, dy = (w->y1[l] - w->z[l]) / size;

      for (int i = 0; i < NSTAGE; ++i)
        sum += err[i] * w->k[i][l];
      sum = fabs (h * sum) / (tolerance * size);
      worst = sum > worst || isnan (sum) ? sum : worst;
      top += df * df;
      bottom += dy * dy;
    }
  *rate = bottom > 1e-16 ? sqrt (top / bottom) : 0;
  return worst;
}

static void
see (ictus__calm *w, double *low, double *high)
{
  double v = ictus__ramp_watch (w->r, w->t, w->y);

  *low = fmin (*low, v);
  *high = fmax (*high, v);
}

static double
first_step (ictus__calm *w, double dt)
{
  double speed = 0;

  for (size_t l = 0; l < w->n; ++l)
    speed = fmax (speed, fabs (w->k[0][l]) / fmax (w->size[l], fabs (w->y[l])));
  return fmin (dt, fmin (0.01 / (speed + DBL_MIN), 1 / (w->r->fastest + DBL_MIN)));
}

/* A rate that was met between two stages, unless a jump of the right-hand side only looks like one: no more than the Jacobian has. */
static void
note_rate (ictus__calm *w, double rate)
{
  ictus__dyn *s = w->r->s;
  double most = 0;

  if (!(rate > w->r->fastest) || !isfinite (rate))
    return;
  s->k->jac (w->t, w->y, s->p, s->u, s->full);
  for (size_t i = 0; i < w->n; ++i)
    {
      double sum = 0;

      for (size_t j = 0; j < w->n; ++j)
        sum += fabs (s->full[j * w->n + i]) * w->size[j] / w->size[i];
      most = fmax (most, sum);
    }
  w->r->fastest = fmax (w->r->fastest, fmin (rate, most));
}

static bool
runs_away (const ictus__calm *w)
{
  for (size_t l = 0; l < w->n; ++l)
    if (!(fabs (w->y[l]) < 1e8 * w->size[l]))
      return true;
  return false;
}

bool
ictus__calm_go (ictus__calm *w, double dt, double *low, double *high)
{
  double end = w->t + dt, rate, *k0;
  bool cut;

  *low = INFINITY;
  *high = -INFINITY;
  slope (w, w->t, w->y, w->k[0]);
  if (!(w->h > 0))
    w->h = first_step (w, dt);
  while (w->t < end)
    {
      double h = w->h, e;

      cut = w->t + 1.0001 * h >= end;
      h = cut ? end - w->t : h;
      e = attempt (w, h, &rate);
      if (!(e <= 1))
        {
          w->h = h * (isfinite (e) ? fmax (0.2, 0.9 * pow (e, -0.2)) : 0.1);
          if (w->h < 16 * DBL_EPSILON * fmax (fabs (w->t), dt))
            return false;
          continue;
        }
      w->t = cut ? end : w->t + h;
      memcpy (w->y, w->y1, w->n * sizeof *w->y);
      k0 = w->k[0];
      w->k[0] = w->k[NSTAGE - 1];
      w->k[NSTAGE - 1] = k0;
      h *= fmin (5, 0.9 * pow (fmax (e, 1e-10), -0.2));
      w->h = cut ? fmax (w->h, h) : h; /* a step that was cut says little */
      w->h = fmin (w->h, 1e3 * dt);
      if (runs_away (w))
        return false;
      note_rate (w, rate);
      see (w, low, high);
    }
  return true;
}
