/* SPDX-License-Identifier: BSD-3-Clause */
/* The mesh of a cycle: how well the piecewise polynomial fits, and moving it to where it is needed (de Boor 1973; Russell &
   Christiansen 1978, SIAM J Numer Anal 15:59). */
#include "dyn/dyn_cycle.h"

#include <math.h>
#include <string.h>

#define EVEN 0.15 /* part of the mesh that is spread evenly, whatever the error */

/* How dense the mesh has to be: h^(m + 1) of the error of each interval, to c->work of ntst. */
static void
density (ictus__colloc *c, const ictus__cycle *x, double *out)
{
  const size_t n = (size_t) c->n, m = (size_t) c->m, N = (size_t) c->ntst;
  double *jump = out; /* by interval: between it and the one before */

  for (size_t j = 0; j < N; ++j)
    {
      const size_t k = j > 0 ? j - 1 : N - 1;
      const double h = c->t[j + 1] - c->t[j], before = c->t[k + 1] - c->t[k], gap = (h + before) / 2;
      double most = 0;

      for (size_t a = 0; a < n; ++a)
        {
          double here = 0, there = 0;

          for (size_t i = 0; i <= m; ++i)
            {
              here += c->high[i] * x->u[(j * m + i) * n + a];
              there += c->high[i] * x->u[(k * m + i) * n + a];
            }
          most = fmax (most, fabs (here / pow (h, (double) m) - there / pow (before, (double) m)) / (gap * c->scale[a]));
        }
      jump[j] = most;
    }
  {
    const double first = jump[0];

    for (size_t j = 0; j < N; ++j)
      out[j] = (jump[j] + (j + 1 < N ? jump[j + 1] : first)) / 2;
  }
}

/* Largest value of |prod (t - i/m)| over 0 .. 1 / (m + 1)!: error of interpolation by equidistant nodes, for a (m + 1)-th derivative
   of 1. */
static double
error_constant (int m)
{
  static const double v[] = { 0, 0, 8.02e-3, 5.14e-4, 2.955e-5, 1.50e-6, 6.8e-8, 2.8e-9 };

  return v[m];
}

double
ictus__colloc_error (ictus__colloc *c, const ictus__cycle *x, double tol, int *need)
{
  const double k = error_constant (c->m), power = 1.0 / (c->m + 1);
  double *v = c->dense, most = 0, portions = 0;

  density (c, x, v);
  for (int j = 0; j < c->ntst; ++j)
    {
      const double h = c->t[j + 1] - c->t[j], root = h * pow (k * v[j], power);

      most = fmax (most, k * v[j] * pow (h, c->m + 1));
      portions += root;
    }
  if (need != NULL)
    {
      const double count = portions / (1 - EVEN) / pow (tol, power);

      *need = count < 1e6 ? (int) ceil (count) : 1000000;
    }
  return most;
}

void
ictus__colloc_at (const ictus__colloc *c, const double *u, double phase, double *out)
{
  const size_t n = (size_t) c->n;
  int low = 0, high = c->ntst, m = c->m;
  double z;

  phase -= floor (phase);
  while (high - low > 1)
    {
      const int mid = (low + high) / 2;

      if (c->t[mid] <= phase)
        low = mid;
      else
        high = mid;
    }
  z = (phase - c->t[low]) / (c->t[low + 1] - c->t[low]);
  for (size_t a = 0; a < n; ++a)
    out[a] = 0;
  for (int i = 0; i <= m; ++i)
    {
      double v = 1;

      for (int k = 0; k <= m; ++k)
        if (k != i)
          v *= (z * m - k) / (i - k);
      for (size_t a = 0; a < n; ++a)
        out[a] += v * u[((size_t) low * (size_t) m + (size_t) i) * n + a];
    }
}

/* u on the nodes of another mesh. */
static void
move (const ictus__colloc *c, int ntst, const double *t, const double *u, double *out)
{
  const size_t n = (size_t) c->n, m = (size_t) c->m;
  double *first = out;

  for (size_t j = 0; j < (size_t) ntst; ++j)
    for (size_t i = 0; i < m; ++i)
      ictus__colloc_at (c, u, t[j] + (t[j + 1] - t[j]) * (double) i / (double) m, out + (j * m + i) * n);
  memcpy (out + (size_t) ntst * m * n, first, n * sizeof *out);
}

/* Points that have equal portions of the density between them. */
static void
equidistribute (ictus__colloc *c, const ictus__cycle *x, int ntst, double *t)
{
  const double power = 1.0 / (c->m + 1);
  double *v = c->dense, sum = 0, done = 0, even;
  int j = 0;

  density (c, x, v);
  for (int i = 0; i < c->ntst; ++i)
    {
      v[i] = pow (v[i], power);
      sum += v[i] * (c->t[i + 1] - c->t[i]);
    }
  even = sum > 0 ? sum * EVEN / (1 - EVEN) : 1;
  sum += even;
  t[0] = 0;
  for (int i = 1; i < ntst; ++i)
    {
      const double goal = sum * i / ntst;

      while (j < c->ntst - 1 && done + (v[j] + even) * (c->t[j + 1] - c->t[j]) < goal)
        {
          done += (v[j] + even) * (c->t[j + 1] - c->t[j]);
          ++j;
        }
      t[i] = c->t[j] + (goal - done) / (v[j] + even);
    }
  t[ntst] = 1;
}

ictus_err
ictus__colloc_adapt (ictus__colloc *c, const ictus__cycle *x, int ntst, int nv, ictus__cycle *const *v)
{
  const size_t values = ((size_t) ntst * (size_t) c->m + 1) * (size_t) c->n;
  double *t = c->fresh;

  equidistribute (c, x, ntst, t);
  for (int k = 0; k < nv; ++k)
    {
      move (c, ntst, t, v[k]->u, c->moved);
      memcpy (v[k]->u, c->moved, values * sizeof *c->moved);
    }
  memcpy (c->t, t, ((size_t) ntst + 1) * sizeof *t);
  c->ntst = ntst;
  return ictus__colloc_mesh (c);
}

void
ictus__colloc_range (const ictus__colloc *c, const ictus__cycle *x, double *low, double *high)
{
  const size_t n = (size_t) c->n, m = (size_t) c->m, nodes = ictus__colloc_nodes (c) - 1;

  for (size_t a = 0; a < n; ++a)
    for (int side = -1; side <= 1; side += 2)
      {
        double best = -HUGE_VAL, rest, y[3], h[2], slope, bend, extra = 0;
        size_t at = 0;

        for (size_t g = 0; g < nodes; ++g)
          if (side * x->u[g * n + a] > best)
            {
              best = side * x->u[g * n + a];
              at = g;
            }
        /* a parabola through the neighbours knows the top better */
        for (size_t k = 0; k < 3; ++k)
          y[k] = side * x->u[(at + nodes + k - 1) % nodes * n + a];
        for (size_t k = 0; k < 2; ++k)
          {
            const size_t j = (at + nodes + k - 1) % nodes / m;

            h[k] = (c->t[j + 1] - c->t[j]) / (double) m;
          }
        bend = ((y[2] - y[1]) / h[1] - (y[1] - y[0]) / h[0]) / (h[0] + h[1]);
        slope = (y[1] - y[0]) / h[0] + bend * h[0];
        rest = bend < 0 ? -slope / (2 * bend) : 0;
        if (rest > -h[0] && rest < h[1])
          extra = slope * rest + bend * rest * rest;
        (side < 0 ? low : high)[a] = side * (best + fmax (extra, 0));
      }
}
