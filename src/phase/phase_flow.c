/* SPDX-License-Identifier: BSD-3-Clause */
/* The flow of the plane: Rodas5P, since nobody says beforehand which planes are stiff, forwards or backwards, with dense output;
   firing is located in it and followed by the reset. */
#include "phase/phase_impl.h"
#include "base/base_rodas5p.h" /* behind the others: short names */

#include <float.h>
#include <math.h>
#include <string.h>

/* Standing still while it is refractory, and backwards in time. */
static bool
slope (ictus__flow *w, const double *x, double *f)
{
  bool good = ictus__plane_rhs (w->q, x, f);

  for (int k = 0; k < w->q->dim; ++k)
    f[k] = w->left > 0 && w->q->held[k] ? 0 : w->dir * f[k];
  return good;
}

static bool
slope_and_jac (ictus__flow *w, double *J)
{
  int n = w->q->dim;
  bool good = ictus__plane_jac (w->q, w->x, w->f, J);

  for (int i = 0; i < n; ++i)
    {
      bool still = w->left > 0 && w->q->held[i];

      w->f[i] = still ? 0 : w->dir * w->f[i];
      for (int j = 0; j < n; ++j)
        J[j * n + i] = still ? 0 : w->dir * J[j * n + i];
    }
  return good;
}

/* The first step: a small part of the box, and of what the linear system does in its own time. */
static void
first_step (ictus__flow *w, const double *J)
{
  double fast = 0;
  int n = w->q->dim;

  for (int i = 0; i < n; ++i)
    {
      fast = fmax (fast, 100 * fabs (w->f[i]) / w->q->size[i]);
      for (int j = 0; j < n; ++j)
        fast = fmax (fast, 10 * fabs (J[j * n + i]) * w->q->size[j] / w->q->size[i]);
    }
  w->h = fast > 0 && isfinite (1 / fast) ? 1 / fast : 1;
}

void
ictus__flow_begin (ictus__flow *w, ictus__plane *q, const double *x, int dir, double tol)
{
  memset (w, 0, sizeof *w);
  w->q = q;
  w->dir = dir;
  w->tol = tol;
  ictus__plane_begin (q, x);
  memcpy (w->x, x, (size_t) q->dim * sizeof *x);
}

/* (I / (h gamma) - J) u = r, for one or two equations; false: singular. */
static bool
linear (int n, double w, const double *J, const double *r, double *u)
{
  double j00 = w - J[0], j11, det;

  if (n == 1)
    {
      u[0] = r[0] / j00;
      return isfinite (u[0]);
    }
  j11 = w - J[3];
  det = j00 * j11 - J[2] * J[1];
  u[0] = (j11 * r[0] + J[2] * r[1]) / det;
  u[1] = (j00 * r[1] + J[1] * r[0]) / det;
  return isfinite (u[0]) && isfinite (u[1]);
}

/* The stages of a step of h: ends in y, u holds them all. False: something is not finite. */
static bool
stages (ictus__flow *w, const double *J, double h, double u[NSTAGE][2], double *y)
{
  int n = w->q->dim;

  for (int i = 0; i < NSTAGE; ++i)
    {
      double r[2], f[2];

      for (int k = 0; k < n; ++k)
        {
          double *at = &y[k];

          if (i >= NSTAGE - 2)
            *at += u[i - 1][k];
          else
            {
              *at = w->x[k];
              for (int j = 0; j < i; ++j)
                *at += a[i][j] * u[j][k];
            }
        }
      if (i == 0)
        memcpy (f, w->f, sizeof f);
      else if (!slope (w, y, f))
        return false;
      for (int k = 0; k < n; ++k)
        {
          r[k] = f[k];
          for (int j = 0; j < i; ++j)
            r[k] += c[i][j] / h * u[j][k];
        }
      if (!linear (n, 1 / (h * GAMMA), J, r, u[i]))
        return false;
    }
  for (int k = 0; k < n; ++k)
    y[k] += u[NSTAGE - 1][k];
  return true;
}

static double
error_of (const ictus__flow *w, const double *y, const double *e)
{
  double worst = 0;

  for (int k = 0; k < w->q->dim; ++k)
    {
      double size = w->tol * (w->q->size[k] + fmax (fabs (w->x[k]), fabs (y[k])));

      worst = fmax (worst, fabs (e[k]) / size);
    }
  return worst;
}

static void
keep_step (ictus__flow *w, const double *J, double h, double u[NSTAGE][2], const double *y)
{
  int n = w->q->dim;

  for (int i = 0; i < NDENSE; ++i)
    for (int k = 0; k < n; ++k)
      {
        w->d[i][k] = 0;
        for (int j = 0; j < NSTAGE; ++j)
          w->d[i][k] += d[i][j] * u[j][k];
      }
  memcpy (w->x0, w->x, sizeof w->x0);
  memcpy (w->x1, y, (size_t) n * sizeof *y);
  memcpy (w->x, y, (size_t) n * sizeof *y);
  w->t0 = w->t;
  w->t += h;
  w->part = 1;
  for (int k = 0; k < n; ++k)
    w->grow += h * J[k * n + k]; /* first order: for orientation; cycles integrate it anew */
}

static void
polynomial (const ictus__flow *w, double s, double *x)
{
  for (int k = 0; k < w->q->dim; ++k)
    x[k] = w->x0[k]
           + s * (w->x1[k] - w->x0[k] + (1 - s) * (w->d[0][k] + s * (w->d[1][k] + s * w->d[2][k])));
}

void
ictus__flow_within (const ictus__flow *w, double s, double *x)
{
  polynomial (w, s * w->part, x);
}

double
ictus__flow_time (const ictus__flow *w, double s)
{
  return w->t0 + s * (w->t - w->t0);
}

/* Has the step crossed the threshold upwards? Cut it there. */
static void
look_for_spike (ictus__flow *w, double before)
{
  double lo = 0, hi = 1, x[2] = { 0, 0 };

  if (!(before < 0) || !(ictus__plane_fire (w->q, w->x) >= 0))
    return;
  for (int k = 0; k < 60 && hi - lo > 1e-14; ++k)
    {
      double s = 0.5 * (lo + hi);

      polynomial (w, s, x);
      *(ictus__plane_fire (w->q, x) >= 0 ? &hi : &lo) = s;
    }
  polynomial (w, hi, x);
  memcpy (w->x, x, sizeof w->x);
  w->t = w->t0 + hi * (w->t - w->t0);
  w->part = hi;
  memcpy (w->reset, x, sizeof w->reset);
  ictus__plane_reset (w->q, w->reset);
  w->fired = true;
}

/* Behind a spike. */
static void
land (ictus__flow *w)
{
  w->fired = false;
  memcpy (w->x, w->reset, sizeof w->x);
  w->left = w->q->refractory;
  w->h = 0; /* chosen anew */
}

bool
ictus__flow_step (ictus__flow *w)
{
  double J[4] = { 0 }, u[NSTAGE][2], y[2] = { 0, 0 }, before = -1;
  bool last = false;

  memset (u, 0, sizeof u);
  if (w->fired)
    land (w);
  if (!slope_and_jac (w, J))
    return false;
  if (w->h <= 0)
    first_step (w, J);
  if (w->q->fires && w->dir > 0 && w->left <= 0)
    before = ictus__plane_fire (w->q, w->x);
  for (int attempt = 0; attempt < 60; ++attempt)
    {
      double h = w->h, err;

      last = w->left > 0 && h >= w->left;
      if (last)
        h = w->left;
      if (!(h > 1e-300) || w->t + h == w->t)
        return false;
      err = stages (w, J, h, u, y) ? error_of (w, y, u[NSTAGE - 1]) : INFINITY;
      if (err <= 1)
        {
          keep_step (w, J, h, u, y);
          if (!last)
            w->h = h * fmin (6, fmax (0.2, 0.9 * pow (fmax (err, 1e-12), -0.2)));
          if (w->left > 0)
            w->left = last ? 0 : w->left - h;
          else if (w->q->fires && w->dir > 0)
            look_for_spike (w, before);
          return true;
        }
      w->h = h * (isfinite (err) ? fmax (0.1, 0.9 * pow (err, -0.2)) : 0.1);
    }
  return false;
}
