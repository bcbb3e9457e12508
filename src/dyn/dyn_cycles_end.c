/* SPDX-License-Identifier: BSD-3-Clause */
/* How a branch of cycles ends: in a Hopf point, or with a period that grows without bound. */
#include "dyn/dyn_cycle.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TAU 6.28318530717958647693
#define SMALL 0.05 /* part of the largest amplitude where it is worth looking for a Hopf point */

/* Mean over the phase of state a. */
static double
mean (const ictus__cycles *f, const ictus__cycle *x, size_t a)
{
  const size_t n = (size_t) f->c->n, nodes = ictus__colloc_nodes (f->c);
  double sum = 0;

  for (size_t g = 0; g < nodes; ++g)
    sum += f->c->weight[g] * x->u[g * n + a];
  return sum;
}

/* Inner product of what varies in x and y, measured. */
static double
covary (const ictus__cycles *f, const ictus__cycle *x, const ictus__cycle *y)
{
  const size_t n = (size_t) f->c->n, nodes = ictus__colloc_nodes (f->c);
  double sum = 0;

  for (size_t a = 0; a < n; ++a)
    {
      const double mx = mean (f, x, a), my = mean (f, y, a), per = 1 / (f->c->scale[a] * f->c->scale[a]);

      for (size_t g = 0; g < nodes; ++g)
        sum += f->c->weight[g] * (x->u[g * n + a] - mx) * (y->u[g * n + a] - my) * per;
    }
  return sum;
}

double
ictus__cycles_amplitude (const ictus__cycles *f, const ictus__cycle *x)
{
  return sqrt (covary (f, x, x));
}

/* Real part of the pair nearest to i omega at the equilibrium near f->at. False: there is no equilibrium, or no pair. */
static bool
growth (ictus__cycles *f, double par, double omega, double *re, double *im)
{
  double best = HUGE_VAL;

  ictus__dyn_set (f->s, f->o->par, par);
  if (!ictus__equilibrium_near (f->s, f->at, 1e-12) || ictus__dyn_eigenvalues (f->s, f->at, f->c->re, f->c->im) != ICTUS_OK)
    return false;
  for (int i = 0; i < f->c->n; ++i)
    if (f->c->im[i] > 0 && hypot (f->c->re[i], f->c->im[i] - omega) < best)
      {
        best = hypot (f->c->re[i], f->c->im[i] - omega);
        *re = f->c->re[i];
        *im = f->c->im[i];
      }
  return best < 0.5 * omega;
}

/* The Hopf point near x, not farther from it than `reach`: secant on the real part. f->at is its equilibrium. */
static bool
find_hopf (ictus__cycles *f, const ictus__cycle *x, double reach, double *par, double *omega)
{
  double p0 = x->par, p1, r0, r1, im;

  *omega = TAU / exp (x->lt);
  for (int a = 0; a < f->c->n; ++a)
    f->at[a] = mean (f, x, (size_t) a);
  if (!growth (f, p0, *omega, &r0, &im))
    return false;
  p1 = p0 + reach / 64;
  for (int k = 0; k < 40; ++k)
    {
      double next;

      if (!growth (f, p1, *omega, &r1, &im))
        return false;
      *par = p1;
      *omega = im;
      if (fabs (r1) <= 1e-13 * im || p1 == p0 || r1 == r0)
        break;
      next = p1 - r1 * (p1 - p0) / (r1 - r0);
      if (!(fabs (next - x->par) <= 4 * reach))
        return false;
      p0 = p1;
      r0 = r1;
      p1 = next;
      if (fabs (p1 - p0) <= 1e-15 * fabs (p1))
        break;
    }
  return fabs (*par - x->par) <= reach && fabs (r1) < 1e-8 * *omega;
}

/* Rows from X on to where the cycle is a point, before or behind Y; f->at stays. */
static ictus_err
shrink (ictus__cycles *f, bool crossed)
{
  const double a = ictus__cycles_amplitude (f, &f->X), b = ictus__cycles_amplitude (f, &f->Y), to = crossed ? a / (a + b) : 1;
  const int parts = ictus__cycles_parts (f, to), last = crossed ? parts - 1 : parts;

  for (int k = 1; k <= last; ++k)
    ICTUS_TRY (ictus__cycles_fill (f, to * k / parts));
  return ICTUS_OK;
}

ictus_err
ictus__cycles_hopf (ictus__cycles *f, bool stepped, bool *found)
{
  const ictus__cycle *x = stepped ? &f->Y : &f->X;
  const double size = ictus__cycles_amplitude (f, x);
  double par, omega, reach;
  bool crossed;

  *found = false;
  f->largest = fmax (f->largest, size);
  crossed = stepped && covary (f, &f->X, &f->Y) < 0;
  if (!crossed && (size > SMALL * f->largest || (stepped && size > 0.7 * ictus__cycles_amplitude (f, &f->X))))
    return ICTUS_OK;
  if (!crossed && stepped && size > 2 * f->ds)
    return ICTUS_OK; /* it can be followed on */
  reach = fmax (2 * fabs (f->Y.par - f->X.par), 0.02 * f->c->par_scale);
  if (!find_hopf (f, crossed ? &f->X : x, reach, &par, &omega))
    {
      if (!crossed)
        return ICTUS_OK;
      snprintf (f->why, sizeof f->why, "the cycle shrinks to a point near %s = %.9g", ictus__cycles_name (f), f->X.par);
      *found = true;
      return ICTUS_OK;
    }
  *found = true;
  if (stepped)
    ICTUS_TRY (shrink (f, crossed));
  snprintf (f->why, sizeof f->why, "Hopf point at %s = %.9g", ictus__cycles_name (f), par);
  return ictus__cycles_still (f, f->at, par, TAU / omega, f->b->unstable[f->b->npoint - 1]);
}

/* ---- long periods -------------------------------------------------------------------------------------------------- */

/* Where the cycle is slowest is there an equilibrium, with both signs of real parts? */
static bool
passes_saddle (ictus__cycles *f, bool *spiral)
{
  const size_t n = (size_t) f->c->n, nodes = ictus__colloc_nodes (f->c) - 1;
  double best = HUGE_VAL, far = 0, *v = f->low;
  size_t at = 0;
  int up = 0, down = 0;

  ictus__dyn_set (f->s, f->o->par, f->X.par);
  for (size_t g = 0; g < nodes; ++g)
    {
      double speed = 0;

      ictus__dyn_rhs (f->s, f->X.u + g * n, v);
      for (size_t a = 0; a < n; ++a)
        speed += v[a] * v[a] / (f->c->scale[a] * f->c->scale[a]);
      if (speed < best)
        {
          best = speed;
          at = g;
        }
    }
  memcpy (f->at, f->X.u + at * n, n * sizeof *f->at);
  if (!ictus__equilibrium_near (f->s, f->at, 1e-10))
    return false;
  for (size_t a = 0; a < n; ++a)
    far = fmax (far, fabs (f->at[a] - f->X.u[at * n + a]) / f->c->scale[a]);
  if (far > 1e-2 || ictus__dyn_eigenvalues (f->s, f->at, f->c->re, f->c->im) != ICTUS_OK)
    return false;
  *spiral = false;
  for (size_t a = 0; a < n; ++a)
    if (f->c->re[a] > 0)
      {
        *spiral = *spiral || (up == 0 && f->c->im[a] != 0);
        ++up;
      }
    else
      {
        *spiral = *spiral || (down == 0 && f->c->im[a] != 0);
        ++down;
      }
  return up > 0 && down > 0;
}

/* The last row and those whose periods are about a half and a quarter of its period. */
static bool
three_rows (const ictus_dyn_branch *b, double *T, double *par)
{
  size_t row = b->npoint - 1;

  for (int k = 2; k >= 0; --k)
    {
      T[k] = b->period[row];
      par[k] = b->par[row];
      if (k == 0)
        return true;
      while (row > 0 && b->period[row] > T[k] / 2)
        --row;
      if (b->period[row] > T[k] / 2)
        return false;
    }
  return true;
}

void
ictus__cycles_limit (ictus__cycles *f, char *note, size_t size)
{
  double T[3], par[3];
  bool spiral = false;
  const char *name = ictus__cycles_name (f);

  if (!three_rows (f->b, T, par))
    {
      snprintf (note, size, "the period is beyond %.6g", f->max_period);
      return;
    }
  if (passes_saddle (f, &spiral))
    {
      snprintf (note, size, "period grows without bound: towards a homoclinic orbit%s near %s = %.9g",
                spiral ? " of a saddle-focus" : "", name, par[2]);
      return;
    }
  {
    /* behind a saddle-node T^-2 is proportional to the distance */
    const double a = 1 / (T[0] * T[0]), b = 1 / (T[1] * T[1]), d = 1 / (T[2] * T[2]);
    const double ratio = (par[2] - par[1]) / (par[1] - par[0]), wanted = (d - b) / (b - a);

    if (fabs (ratio - wanted) < 0.2 * fabs (wanted))
      snprintf (note, size, "period grows without bound: towards a saddle-node on an invariant circle near %s = %.9g", name,
                par[2] - d * (par[2] - par[1]) / (d - b));
    else
      snprintf (note, size, "period grows without bound near %s = %.9g", name, par[2]);
  }
}
