/* SPDX-License-Identifier: BSD-3-Clause */
/* Branches of equilibria that leave for infinity while the parameter comes to a halt, or that stand at one value of it. */
#include "dyn/dyn_equilibria.h"

#include <math.h>

#define STRETCH 1.1 /* a state grows by this part of its size, or more, from one mark to the next */
#define SHRINKS 0.6 /* and the parameter moves by this part of what it moved before, or less */
#define STANDS 1e-3 /* of its range: less than that cannot be seen */
#define ASIDE 5e-3  /* of its range: where it is no longer beside the place */
#define FAR 30.     /* times what a state is there */
#define LINE 1e-9   /* of its range: it does not move at all */
enum
{
  TIMES = 2 /* in a row */
};

/* How far the last two rows are from each other, by the state that grows most. */
static double
growth (const ictus__rest *f)
{
  size_t n = f->n, r = f->b->npoint - 1;
  const double *x = f->b->x + r * n, *was = x - n;
  double most = 0;

  for (size_t i = 0; i < n; ++i)
    most = fmax (most, (fabs (x[i]) - fabs (was[i])) / fmax (f->s->scale[i], fabs (x[i])));
  return most;
}

/* Is state i of X far larger than anywhere else along the branch? */
static bool
is_far (const ictus__rest *f, const double *X, size_t i)
{
  const double range = f->j->o->hi - f->j->o->lo;
  double most = f->s->scale[i];

  for (size_t r = 0; r < f->b->npoint; ++r)
    if (fabs (f->b->par[r] - X[f->n]) > ASIDE * range)
      most = fmax (most, fabs (f->b->x[r * f->n + i]));
  return fabs (X[i]) > FAR * most;
}

/* The state that is largest by its size. */
static size_t
largest (const ictus__rest *f, const double *X)
{
  size_t best = 0;

  for (size_t i = 1; i < f->n; ++i)
    if (fabs (X[i]) / f->s->scale[i] > fabs (X[best]) / f->s->scale[best])
      best = i;
  return best;
}

bool
ictus__rest_leaves (ictus__rest *f, const double *X)
{
  const double range = f->j->o->hi - f->j->o->lo, par = X[f->n];
  const char *name = ictus_dyn_par_var (f->s->model, f->j->o->par)->name;
  double moved;

  if (f->b->npoint < 2)
    {
      f->path = 0;
      f->mark = par;
      f->moved = INFINITY;
      f->shrunk = 0;
      return false;
    }
  f->path += growth (f);
  if (f->path < STRETCH)
    return false;
  moved = fabs (par - f->mark);
  f->shrunk = moved <= LINE * range || moved <= SHRINKS * f->moved ? f->shrunk + 1 : 0;
  f->path = 0;
  f->mark = par;
  f->moved = moved;
  if (f->shrunk < TIMES || moved > STANDS * range || (moved > LINE * range && !is_far (f, X, largest (f, X))))
    return false;
  if (moved <= LINE * range)
    snprintf (f->why, sizeof f->why, "%s stays at %.9g: %s leaves for infinity, or equilibria fill a line", name,
              fabs (par) > LINE * range ? par : 0, ictus__dyn_var (f->s, (int) largest (f, X))->name);
  else
    snprintf (f->why, sizeof f->why, "%s leaves for infinity near %s = %.6g", ictus__dyn_var (f->s, (int) largest (f, X))->name, name,
              par);
  return true;
}
