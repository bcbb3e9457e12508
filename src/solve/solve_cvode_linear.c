/* SPDX-License-Identifier: BSD-3-Clause */
/* The linear systems of Newton's iteration, M = 1 - gamma J: eliminated along the pattern of the symbolic Jacobian in
   an order found once for all neurons. The pivots stand on the diagonal; where one is too small against what stands
   below it, this M is eliminated as a full matrix with row pivoting instead. */
#include "solve_cvode.h"

#include <math.h>
#include <string.h>

#define LEAST_PIVOT 1e-3 /* of the largest entry of its column that is not eliminated yet */

/* ---- full, with pivoting --------------------------------------------------------------------- */

/* M of neuron c into l->full, by rows. */
static void
fill (ictus__linear *l, const ictus__cell *c)
{
  int n = l->lane.ns;

  memset (l->full, 0, sizeof *l->full * (size_t) (n * n));
  for (int e = 0; e < l->lane.nnz; ++e)
    l->full[l->lane.row[e] * n + l->lane.col[e]] = -c->gamma * c->J[e];
  for (int k = 0; k < n; ++k)
    l->full[k * n + k] += 1;
}

static bool
pivot (ictus__linear *l, int k)
{
  int n = l->lane.ns, at = k;
  double *a = l->full;

  for (int i = k + 1; i < n; ++i)
    if (fabs (a[i * n + k]) > fabs (a[at * n + k]))
      at = i;
  l->swap[k] = at;
  if (!(fabs (a[at * n + k]) > 0) || !isfinite (a[at * n + k]))
    return false;
  for (int j = 0; at != k && j < n; ++j)
    {
      double x = a[k * n + j];

      a[k * n + j] = a[at * n + j];
      a[at * n + j] = x;
    }
  return true;
}

/* False: M is singular, or not finite. */
static bool
full_factor (ictus__linear *l, const ictus__cell *c)
{
  int n = l->lane.ns;
  double *a = l->full;

  l->full_of = SIZE_MAX;
  fill (l, c);
  for (int k = 0; k < n; ++k)
    {
      if (!pivot (l, k))
        return false;
      for (int i = k + 1; i < n; ++i)
        {
          double f = a[i * n + k] /= a[k * n + k];

          for (int j = k + 1; j < n && f != 0; ++j)
            a[i * n + j] -= f * a[k * n + j];
        }
    }
  l->full_of = c->i;
  return true;
}

static void
full_solve (const ictus__linear *l, double *x)
{
  int n = l->lane.ns;
  const double *a = l->full;

  for (int k = 0; k < n; ++k)
    { /* rows were swapped whole, with the factors in them */
      double v = x[l->swap[k]];

      x[l->swap[k]] = x[k];
      x[k] = v;
    }
  for (int k = 0; k < n; ++k)
    for (int j = 0; j < k; ++j)
      x[k] -= a[k * n + j] * x[j];
  for (int k = n - 1; k >= 0; --k)
    {
      for (int j = k + 1; j < n; ++j)
        x[k] -= a[k * n + j] * x[j];
      x[k] /= a[k * n + k];
    }
}

/* ---- along the pattern ------------------------------------------------------------------------ */

/* False: a pivot is too small. The diagonal of the result holds the inverse pivots. */
static bool
sparse_factor (const ictus__linear *l, const ictus__cell *c)
{
  const ictus__lu *plan = l->plan;
  const int *slot = plan->slot;
  double *m = c->lu;
  int n = plan->n, nnz = l->lane.nnz;

  for (int e = 0; e < nnz; ++e)
    m[e] = -c->gamma * c->J[e];
  for (int e = nnz; e < plan->nslot; ++e)
    m[e] = 0;
  for (int k = 0; k < n; ++k)
    m[slot[k * n + k]] += 1;
  for (const ictus__lu_pivot *p = plan->pivot; p < plan->pivot + n; ++p)
    {
      const ictus__lu_entry *below = plan->entry + p->below, *right = plan->entry + p->right;
      double most = 0, inv;

      for (int i = 0; i < p->nbelow; ++i)
        most = fmax (most, fabs (m[below[i].slot]));
      if (!(fabs (m[p->slot]) > LEAST_PIVOT * most) || !isfinite (m[p->slot]))
        return false;
      inv = m[p->slot] = 1 / m[p->slot];
      for (int i = 0; i < p->nbelow; ++i)
        {
          double f = m[below[i].slot] *= inv;
          const int *row = slot + below[i].at * n;

          for (int j = 0; j < p->nright; ++j)
            m[row[right[j].at]] -= f * m[right[j].slot];
        }
    }
  return true;
}

static void
sparse_solve (const ictus__linear *l, const double *m, double *x)
{
  const ictus__lu *plan = l->plan;

  for (const ictus__lu_pivot *p = plan->pivot; p < plan->pivot + plan->n; ++p)
    {
      const ictus__lu_entry *below = plan->entry + p->below;
      double v = x[p->at];

      for (int i = 0; i < p->nbelow; ++i)
        x[below[i].at] -= m[below[i].slot] * v;
    }
  for (const ictus__lu_pivot *p = plan->pivot + plan->n; p-- > plan->pivot;)
    {
      const ictus__lu_entry *right = plan->entry + p->right;
      double v = x[p->at];

      for (int j = 0; j < p->nright; ++j)
        v -= m[right[j].slot] * x[right[j].at];
      x[p->at] = v * m[p->slot];
    }
}

/* ---- what Newton's iteration calls ------------------------------------------------------------ */

bool
ictus__linear_factor (ictus__linear *l, ictus__cell *c, double gamma)
{
  c->gamma = gamma;
  c->full = !sparse_factor (l, c);
  return !c->full || full_factor (l, c);
}

bool
ictus__linear_solve (ictus__linear *l, const ictus__cell *c, double *x)
{
  if (!c->full)
    {
      sparse_solve (l, c->lu, x);
      return true;
    }
  if (l->full_of != c->i && !full_factor (l, c))
    return false;
  full_solve (l, x);
  return true;
}

double *
ictus__linear_take (ictus__linear *l, ictus__cell *c, const double *J)
{
  int n = l->lane.ns;

  for (int e = 0; e < l->lane.nnz; ++e)
    c->J[e] = J[l->lane.col[e] * n + l->lane.row[e]];
  return c->J;
}

/* ---- life ------------------------------------------------------------------------------------ */

ictus_err
ictus__linear_init (ictus__linear *l, const ictus_model *model, size_t n)
{
  size_t ns = (size_t) model->kernel->nstate;

  memset (l, 0, sizeof *l);
  l->full_of = SIZE_MAX;
  ICTUS_TRY (ictus__laned_init (&l->lane, model));
  l->room = ictus_alloc (1, ictus__lu_room ((int) ns));
  l->full = ictus_alloc (2 * ns * ns, sizeof *l->full);
  l->swap = ictus_alloc (ns, sizeof *l->swap);
  if (l->room == NULL || l->full == NULL || l->swap == NULL)
    return ICTUS_E_NOMEM;
  l->jac = l->full + ns * ns;
  l->plan = ictus__lu_make ((int) ns, l->lane.nnz, l->lane.row, l->lane.col, l->room);
  l->own = (size_t) (l->plan->nslot + l->lane.nnz);
  l->values = ictus_alloc (n * l->own, sizeof *l->values);
  return l->values == NULL ? ICTUS_E_NOMEM : ICTUS_OK;
}

void
ictus__linear_clear (ictus__linear *l)
{
  ictus__laned_clear (&l->lane);
  ictus_free (l->room);
  ictus_free (l->full);
  ictus_free (l->swap);
  ictus_free (l->values);
  memset (l, 0, sizeof *l);
}

void
ictus__linear_give (ictus__linear *l, ictus__cell *c)
{
  c->lu = l->values + c->i * l->own;
  c->J = c->lu + l->plan->nslot;
}
