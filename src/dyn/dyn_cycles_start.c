/* SPDX-License-Identifier: BSD-3-Clause */
/* Where branches of cycles begin: small ellipses at a Hopf point, the doubled cycle at a period doubling, the second branch through a
   branch point. */
#include "dyn/dyn_cycle.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TAU 6.28318530717958647693

enum
{
  TRIES = 12,
  LARGER = 3
};

void
ictus__cycles_measure (ictus__cycles *f, const ictus__cycle *x)
{
  const size_t n = (size_t) f->c->n, nodes = ictus__colloc_nodes (f->c);
  double norm;

  ictus__colloc_range (f->c, x, f->low, f->high);
  for (size_t a = 0; a < n; ++a)
    {
      /* what stands still on the cycle may move along the branch */
      const double from = f->b->x[a], size = fmax (f->high[a], from) - fmin (f->low[a], from);

      if (size > f->c->scale[a])
        {
          const double by = f->c->scale[a] / size;

          for (size_t g = 0; g < nodes; ++g)
            {
              f->T.u[g * n + a] *= by;
              f->K.u[g * n + a] *= by;
            }
          f->c->scale[a] = size;
        }
    }
  norm = 1 / sqrt (ictus__cycle_dot (f->c, &f->T, &f->T));
  ictus__cycle_scale (f->c, norm, &f->T);
  ictus__cycle_scale (f->c, norm * norm, &f->K);
}

/* The parameter is measured by the range it is looked at in. */
static void
measure_par (ictus__cycles *f, double at)
{
  const double wide = f->o->hi - f->o->lo;

  f->c->par_scale = isfinite (wide) && wide > 0 ? wide : fabs (at) > 0 ? fabs (at) : 1;
}

/* First point: from X along T, with smaller and smaller steps, then with larger ones. X is then on the branch, T its tangent. */
static ictus_err
first_point (ictus__cycles *f)
{
  const double begin = f->ds;

  for (int k = 0; k < TRIES + LARGER; ++k)
    {
      double size;

      f->ds = begin * pow (3, k < TRIES ? -k : k - TRIES + 1);
      ictus__cycle_along (f->c, &f->X, f->ds, &f->T, &f->Y);
      if (ictus__colloc_correct (f->c, &f->Y, &f->T, 1e-8, 10, &f->d) < 0)
        continue;
      ictus__cycle_between (f->c, &f->X, &f->Y, &f->w);
      size = sqrt (ictus__cycle_dot (f->c, &f->w, &f->w));
      if (size > 3 * f->ds)
        continue; /* another branch */
      ictus__colloc_tangent (f->c, &f->U);
      ICTUS_TRY (ictus__floquet (f->c));
      return ictus__cycles_test (f, &f->Y, &f->U, f->psi);
    }
  f->ds = begin;
  snprintf (f->why, sizeof f->why, "no cycle was found near the %s", ictus_dyn_type_name (f->job->from->type));
  return ICTUS_E_SOLVER;
}

/* Row of the Hopf point: multipliers are those of the equilibrium. */
static ictus_err
hopf_row (ictus__cycles *f, int unstable)
{
  const ictus_dyn_special *h = f->job->from;

  ictus__dyn_set (f->s, f->o->par, h->par[0]);
  ICTUS_TRY (ictus__cycles_still (f, h->x, h->par[0], h->period, unstable));
  return ictus__cycles_mark (f, ICTUS_DYN_START, NULL, "Hopf point");
}

static ictus_err
from_hopf (ictus__cycles *f)
{
  const ictus_dyn_special *h = f->job->from;
  const size_t n = (size_t) f->c->n, nodes = ictus__colloc_nodes (f->c), m = (size_t) f->c->m;
  double most = 0, norm, *dot = f->Z.u;

  if (h->vector == NULL || !(h->period > 0))
    {
      snprintf (f->why, sizeof f->why, "the Hopf point came without its eigenvector");
      return ICTUS_E_SOLVER;
    }
  for (size_t a = 0; a < n; ++a)
    most = fmax (most, hypot (h->vector[a], h->vector[n + a]) / f->s->scale[a]);
  for (size_t a = 0; a < n; ++a)
    f->c->scale[a] = fmax (hypot (h->vector[a], h->vector[n + a]) / most, 1e-3 * f->s->scale[a]);
  for (size_t g = 0; g < nodes; ++g)
    {
      const size_t j = g / m < (size_t) f->c->ntst ? g / m : (size_t) f->c->ntst - 1;
      const double t = f->c->t[j] + (f->c->t[j + 1] - f->c->t[j]) * (double) (g - j * m) / (double) m;

      for (size_t a = 0; a < n; ++a)
        {
          const double re = h->vector[a], im = h->vector[n + a], co = cos (TAU * t), si = sin (TAU * t);

          f->X.u[g * n + a] = h->x[a];
          f->T.u[g * n + a] = (re * co - im * si) / f->c->scale[a];
          dot[g * n + a] = -(re * si + im * co);
        }
    }
  f->X.lt = log (h->period);
  f->X.par = h->par[0];
  f->T.lt = f->T.par = 0;
  norm = sqrt (ictus__cycle_dot (f->c, &f->T, &f->T));
  if (!(norm > 0) || !isfinite (norm))
    return ICTUS_E_SOLVER;
  ictus__cycle_scale (f->c, 1 / norm, &f->T);
  ictus__colloc_refer_to (f->c, &f->X, dot);
  return ICTUS_OK;
}

/* The orbit that a special point has, on its own mesh. */
static ictus_err
take_orbit (ictus__cycles *f)
{
  const ictus_dyn_special *h = f->job->from;
  const size_t n = (size_t) f->c->n, m = (size_t) f->c->m;
  const size_t ntst = h->nmesh > 0 ? (h->nmesh - 1) / m : 0;

  if (ntst == 0 || ntst * m + 1 != h->nmesh || 2 * ntst > (size_t) f->c->most)
    {
      snprintf (f->why, sizeof f->why, "the %s came without its orbit", ictus_dyn_type_name (h->type));
      return ICTUS_E_SOLVER;
    }
  f->c->ntst = (int) ntst;
  for (size_t j = 0; j <= ntst; ++j)
    f->c->t[j] = h->phase[j * m];
  memcpy (f->X.u, h->orbit, h->nmesh * n * sizeof *f->X.u);
  memcpy (f->c->scale, f->s->scale, n * sizeof *f->c->scale);
  f->X.lt = log (h->period);
  f->X.par = h->par[0];
  ICTUS_TRY (ictus__colloc_mesh (f->c));
  ictus__colloc_range (f->c, &f->X, f->low, f->high);
  for (size_t a = 0; a < n; ++a)
    f->c->scale[a] = fmax (f->high[a] - f->low[a], 1e-3 * f->s->scale[a]);
  ictus__colloc_refer (f->c, &f->X);
  return ICTUS_OK;
}

/* Factors at X, with the parameter's row as border. */
static bool
factor_here (ictus__cycles *f)
{
  memset (f->w.u, 0, ictus__colloc_nodes (f->c) * (size_t) f->c->n * sizeof *f->w.u);
  f->w.lt = 0;
  f->w.par = 1;
  return ictus__colloc_newton (f->c, &f->X, &f->w, &f->d);
}

static ictus_err
from_doubling (ictus__cycles *f)
{
  const size_t n = (size_t) f->c->n, m = (size_t) f->c->m;
  size_t ntst, all;

  ICTUS_TRY (take_orbit (f));
  if (!factor_here (f))
    {
      snprintf (f->why, sizeof f->why, "the period doubling is degenerate");
      return ICTUS_E_SOLVER;
    }
  ICTUS_TRY (ictus__floquet_flip (f->c, &f->T));
  ntst = (size_t) f->c->ntst;
  all = ntst * m * n;
  memcpy (f->X.u + all, f->X.u, (all + n) * sizeof *f->X.u);
  for (size_t i = 0; i < all + n; ++i)
    f->T.u[all + i] = i < n ? f->T.u[all + i] : -f->T.u[i];
  for (size_t a = 0; a < n; ++a)
    f->T.u[2 * all + a] = f->T.u[a];
  for (size_t j = 0; j <= ntst; ++j)
    f->c->t[j] /= 2;
  for (size_t j = 1; j <= ntst; ++j)
    f->c->t[ntst + j] = 0.5 + f->c->t[j];
  f->c->ntst = (int) (2 * ntst);
  f->X.lt += log (2);
  f->T.lt = f->T.par = 0;
  f->doubled = true;
  ICTUS_TRY (ictus__colloc_mesh (f->c));
  ictus__colloc_refer (f->c, &f->X);
  ictus__cycle_scale (f->c, 1 / sqrt (ictus__cycle_dot (f->c, &f->T, &f->T)), &f->T);
  return ICTUS_OK;
}

/* The second direction through a branch point, across the first: inverse iteration with the bordered equations. */
static ictus_err
from_branch (ictus__cycles *f)
{
  const ictus_dyn_special *h = f->job->from;
  const size_t all = h->nmesh * (size_t) f->c->n;

  ICTUS_TRY (take_orbit (f));
  if (h->vector == NULL)
    {
      snprintf (f->why, sizeof f->why, "the branch point came without its tangent");
      return ICTUS_E_SOLVER;
    }
  memcpy (f->T.u, h->vector, all * sizeof *h->vector);
  for (size_t i = 0; i < all; ++i)
    f->T.u[i] /= f->c->scale[i % (size_t) f->c->n];
  f->T.lt = h->vector[all];
  f->T.par = h->vector[all + 1] / f->c->par_scale;
  ictus__cycle_scale (f->c, 1 / sqrt (ictus__cycle_dot (f->c, &f->T, &f->T)), &f->T);
  /* at a little distance from the point along the branch the bordered matrix is regular, and its inverse large along what is looked for */
  ictus__cycle_along (f->c, &f->X, 1e-5, &f->T, &f->Y);
  if (!ictus__colloc_newton (f->c, &f->Y, &f->T, &f->d) || !ictus__colloc_null (f->c, &f->U))
    {
      snprintf (f->why, sizeof f->why, "no second branch was found");
      return ICTUS_E_SOLVER;
    }
  {
    const double part = ictus__cycle_dot (f->c, &f->U, &f->T);
    double norm;

    for (size_t i = 0; i < all; ++i)
      f->U.u[i] -= part * f->T.u[i];
    f->U.lt -= part * f->T.lt;
    f->U.par -= part * f->T.par;
    norm = sqrt (ictus__cycle_dot (f->c, &f->U, &f->U));
    ictus__cycle_scale (f->c, (f->job->direction < 0 ? -1 : 1) / norm, &f->U);
  }
  ictus__cycle_copy (f->c, &f->U, &f->T);
  return ICTUS_OK;
}

ictus_err
ictus__cycles_start (ictus__cycles *f)
{
  const ictus_dyn_special *h = f->job->from;

  if (h == NULL)
    {
      snprintf (f->why, sizeof f->why, "cycles begin at Hopf points, period doublings and branch points");
      return ICTUS_E_SOLVER;
    }
  measure_par (f, h->par[0]);
  f->max_period = f->o->max_period > 0 ? f->o->max_period : 1000 * h->period;
  if (h->type == ICTUS_DYN_HOPF)
    ICTUS_TRY (from_hopf (f));
  else if (h->type == ICTUS_DYN_DOUBLING)
    ICTUS_TRY (from_doubling (f));
  else
    ICTUS_TRY (from_branch (f));
  ICTUS_TRY (first_point (f));
  if (h->type == ICTUS_DYN_HOPF)
    ICTUS_TRY (hopf_row (f, ictus__floquet_unstable (f->c)));
  /* the first point of the branch becomes X */
  ICTUS_TRY (ictus__floquet (f->c));
  ICTUS_TRY (ictus__cycles_row (f, &f->Y));
  if (h->type != ICTUS_DYN_HOPF)
    ICTUS_TRY (ictus__cycles_mark (f, ICTUS_DYN_START, &f->Y, ictus_dyn_type_name (h->type)));
  ictus__cycle_copy (f->c, &f->Y, &f->X);
  ictus__cycle_copy (f->c, &f->U, &f->T);
  memset (f->K.u, 0, ictus__colloc_nodes (f->c) * (size_t) f->c->n * sizeof *f->K.u);
  f->K.lt = f->K.par = 0;
  memcpy (f->phi, f->psi, (size_t) f->ntest * sizeof *f->phi);
  ictus__cycles_measure (f, &f->X);
  ictus__colloc_refer (f->c, &f->X);
  f->largest = ictus__cycles_amplitude (f, &f->X);
  return ICTUS_OK;
}
