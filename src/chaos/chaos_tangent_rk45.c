/* SPDX-License-Identifier: BSD-3-Clause */
/* A trajectory and its deviations by Dormand and Prince's 5(4) pair (1980, doi:10.1016/0771-050X(80)90013-3), all in one. */
#include "chaos_impl.h"

#include <math.h>
#include <string.h>

#include "base/base_dormand_prince.h" /* behind the others: short names */

enum { STAGES = 7 };

static const double c[STAGES] = DORMAND_PRINCE_NODES;
static const double a[STAGES][STAGES - 1] = DORMAND_PRINCE_STAGES;
static const double e[STAGES] = DORMAND_PRINCE_ERROR;

static size_t
room (int n, int k)
{
  size_t all = (size_t) n * (size_t) (k + 1);

  return (STAGES + 1) * all + (size_t) n * (size_t) n;
}

/* g = J y for all columns. */
static void
multiply (int n, int k, const double *J, const double *y, double *g)
{
  memset (g, 0, (size_t) n * (size_t) k * sizeof *g);
  for (int q = 0; q < k; ++q)
    for (int j = 0; j < n; ++j)
      for (int i = 0; i < n; ++i)
        g[q * n + i] += J[j * n + i] * y[q * n + j];
}

static double
trace (int n, const double *J)
{
  double sum = 0;

  for (int i = 0; i < n; ++i)
    sum += J[i * n + i];
  return sum;
}

/* y + h (sum of b_j times slope j), j < s; slopes [all] one behind the other, `off` into them */
static void
combine (int n, const double *y, double h, int s, const double *b, const double *slope, size_t all, double *out)
{
  for (int i = 0; i < n; ++i)
    {
      double sum = 0;

      for (int j = 0; j < s; ++j)
        sum += b[j] * slope[(size_t) j * all + (size_t) i];
      out[i] = (y != NULL ? y[i] : 0) + h * sum;
    }
}

static double
attempt (ictus__tangent *w, double h)
{
  int n = w->n, nk = n * w->k;
  size_t all = (size_t) (n + nk);
  double *slope = w->work, *J = slope + STAGES * all, *off = J + n * n;

  memcpy (slope, w->f, (size_t) n * sizeof *slope);
  multiply (n, w->k, w->J, w->Q, slope + n);
  w->trace = a[STAGES - 1][0] * trace (n, w->J);
  for (int s = 1; s < STAGES; ++s)
    {
      double *f = slope + (size_t) s * all, *Js = s + 1 < STAGES ? J : w->J1;

      combine (n, w->x, h, s, a[s], slope, all, w->x1);
      combine (nk, w->Q, h, s, a[s], slope + n, all, w->Q1);
      ictus__chaos_rhs (w->s, w->t + c[s] * h, w->x1, f);
      ictus__tangent_jac (w, w->t + c[s] * h, w->x1, Js);
      multiply (n, w->k, Js, w->Q1, f + n);
      if (s + 1 < STAGES)
        w->trace += a[STAGES - 1][s] * trace (n, Js);
    }
  w->trace *= h;
  memcpy (w->f1, slope + (STAGES - 1) * all, (size_t) n * sizeof *slope);
  for (int j = 0; j < w->k; ++j)
    w->rate[j] = NAN;
  combine (n, NULL, h, STAGES, e, slope, all, off);
  combine (nk, NULL, h, STAGES, e, slope + n, all, off + n);
  return ictus__tangent_error (w, w->k, off, off + n);
}

const ictus__tangent_method ictus__tangent_rk45 = { .attempt = attempt, .room = room, .order = 5, .nrhs = 6 };
