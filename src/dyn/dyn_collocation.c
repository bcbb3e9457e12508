/* SPDX-License-Identifier: BSD-3-Clause */
/* Collocation of cycles: base polynomials, directions and how they are measured, the phase condition. */
#include "dyn/dyn_cycle.h"

#include <math.h>
#include <string.h>

/* ---- the base: Lagrange polynomials of the nodes ------------------------------------------------------------------- */

/* Zeros of the Legendre polynomial of degree m, in 0 .. 1. */
static void
gauss_points (int m, double *z)
{
  for (int i = 0; i < m; ++i)
    {
      double x = cos (3.14159265358979323846 * (m - i - 0.25) / (m + 0.5));

      for (int it = 0; it < 20; ++it)
        {
          double p0 = 1, p1 = x, d;

          for (int k = 2; k <= m; ++k)
            {
              const double p2 = ((2 * k - 1) * x * p1 - (k - 1) * p0) / k;

              p0 = p1;
              p1 = p2;
            }
          d = m * (x * p1 - p0) / (x * x - 1);
          x -= p1 / d;
        }
      z[i] = (1 + x) / 2;
    }
}

/* Value and derivative of each base polynomial at z. */
static void
base_at (int m, double z, double *val, double *der)
{
  for (int i = 0; i <= m; ++i)
    {
      double v = 1, d = 0;

      for (int k = 0; k <= m; ++k)
        if (k != i)
          {
            const double f = (z * m - k) / (i - k);

            d = d * f + v * ((double) m / (i - k));
            v *= f;
          }
      val[i] = v;
      if (der != NULL)
        der[i] = d;
    }
}

static void
make_base (ictus__colloc *c)
{
  const int m = c->m;
  double z[ICTUS__COL], v[ICTUS__COL + 1], binomial = 1, power = 1;

  gauss_points (m, z);
  for (int k = 0; k < m; ++k)
    {
      base_at (m, z[k], c->val[k], c->der[k]);
      power *= m;
    }
  /* weights of the nodes: integrals of the base polynomials, exact by Gauss's formula in as many points as there are degrees */
  for (int k = 0; k < m; ++k)
    {
      double p0 = 1, p1 = 2 * z[k] - 1, d, b;
      const double x = p1;

      for (int q = 2; q <= m; ++q)
        {
          const double p2 = ((2 * q - 1) * x * p1 - (q - 1) * p0) / q;

          p0 = p1;
          p1 = p2;
        }
      d = m * (x * p1 - p0) / (x * x - 1);
      b = c->gauss[k] = 1 / ((1 - x * x) * d * d);
      base_at (m, z[k], v, NULL);
      for (int i = 0; i <= m; ++i)
        c->nc[i] += b * v[i];
    }
  for (int i = 0; i <= m; ++i)
    {
      c->high[i] = ((m - i) % 2 ? -1 : 1) * binomial * power;
      binomial = binomial * (m - i) / (i + 1);
    }
}

/* ---- life ---------------------------------------------------------------------------------------------------------- */

size_t
ictus__colloc_nodes (const ictus__colloc *c)
{
  return (size_t) c->ntst * (size_t) c->m + 1;
}

static size_t
most_values (const ictus__colloc *c)
{
  return ((size_t) c->most * (size_t) c->m + 1) * (size_t) c->n;
}

bool
ictus__cycle_make (const ictus__colloc *c, ictus__cycle *x)
{
  x->u = ictus_alloc (most_values (c), sizeof *x->u);
  return x->u != NULL;
}

void
ictus__cycle_free (ictus__cycle *x)
{
  ictus_free (x->u);
  x->u = NULL;
}

ictus_err
ictus__colloc_open (ictus__dyn *s, int par, int m, int ntst, int most, ictus__colloc **out)
{
  ictus__colloc *c = *out = ictus_alloc (1, sizeof *c);
  size_t n = (size_t) s->n;

  if (c == NULL)
    return ICTUS_E_NOMEM;
  c->s = s;
  c->par = par;
  c->n = s->n;
  c->m = m;
  c->ntst = ntst;
  c->most = most;
  c->cols = (size_t) (m + 1) * n + 3;
  c->par_scale = 1;
  c->lt_weight = 0.5;
  make_base (c);
  c->t = ictus_alloc ((size_t) most + 1, sizeof *c->t);
  c->weight = ictus_alloc (most_values (c) / n, sizeof *c->weight);
  c->scale = ictus_alloc (n, sizeof *c->scale);
  c->ref = ictus_alloc (most_values (c), sizeof *c->ref);
  c->phase = ictus_alloc (most_values (c), sizeof *c->phase);
  c->stack = ictus_alloc ((2 * n + 2) * (3 * n + 3), sizeof *c->stack);
  c->last = ictus_alloc ((n + 2) * (n + 4), sizeof *c->last);
  c->A = ictus_alloc (n * n, sizeof *c->A);
  c->B = ictus_alloc (n * n, sizeof *c->B);
  c->dense = ictus_alloc ((size_t) most, sizeof *c->dense);
  c->fresh = ictus_alloc ((size_t) most + 1, sizeof *c->fresh);
  c->moved = ictus_alloc (most_values (c), sizeof *c->moved);
  c->work = ictus_alloc (2 * n * n + 23 * n + 16, sizeof *c->work);
  c->re = ictus_alloc (n, sizeof *c->re);
  c->im = ictus_alloc (n, sizeof *c->im);
  if (c->t == NULL || c->weight == NULL || c->scale == NULL || c->ref == NULL || c->phase == NULL || c->stack == NULL
      || c->last == NULL || c->A == NULL || c->B == NULL || c->work == NULL || c->re == NULL || c->im == NULL
      || c->dense == NULL || c->fresh == NULL || c->moved == NULL)
    return ICTUS_E_NOMEM;
  memcpy (c->scale, s->scale, n * sizeof *c->scale);
  for (int j = 0; j <= ntst; ++j)
    c->t[j] = (double) j / ntst;
  return ictus__colloc_mesh (c);
}

void
ictus__colloc_close (ictus__colloc **c)
{
  if (*c == NULL)
    return;
  ictus_free ((*c)->t);
  ictus_free ((*c)->weight);
  ictus_free ((*c)->scale);
  ictus_free ((*c)->ref);
  ictus_free ((*c)->phase);
  ictus_free ((*c)->W);
  ictus_free ((*c)->R);
  ictus_free ((*c)->stack);
  ictus_free ((*c)->last);
  ictus_free ((*c)->A);
  ictus_free ((*c)->B);
  ictus_free ((*c)->dense);
  ictus_free ((*c)->fresh);
  ictus_free ((*c)->moved);
  ictus_free ((*c)->work);
  ictus_free ((*c)->re);
  ictus_free ((*c)->im);
  ictus_free (*c);
  *c = NULL;
}

ictus_err
ictus__colloc_mesh (ictus__colloc *c)
{
  const size_t n = (size_t) c->n;

  if (c->ntst > c->room)
    {
      const int room = c->ntst + c->ntst / 4 < c->most ? c->ntst + c->ntst / 4 : c->most;

      ictus_free (c->W);
      ictus_free (c->R);
      c->room = 0;
      c->W = ictus_alloc ((size_t) room * ictus__colloc_rows (c) * c->cols, sizeof *c->W);
      c->R = ictus_alloc ((size_t) room * n * (3 * n + 3), sizeof *c->R);
      if (c->W == NULL || c->R == NULL)
        return ICTUS_E_NOMEM;
      c->room = room;
    }
  memset (c->weight, 0, ictus__colloc_nodes (c) * sizeof *c->weight);
  for (int j = 0; j < c->ntst; ++j)
    for (int i = 0; i <= c->m; ++i)
      c->weight[j * c->m + i] += (c->t[j + 1] - c->t[j]) * c->nc[i];
  return ICTUS_OK;
}

/* ---- arithmetic ---------------------------------------------------------------------------------------------------- */

void
ictus__cycle_copy (const ictus__colloc *c, const ictus__cycle *from, ictus__cycle *to)
{
  memcpy (to->u, from->u, ictus__colloc_nodes (c) * (size_t) c->n * sizeof *to->u);
  to->lt = from->lt;
  to->par = from->par;
}

double
ictus__cycle_dot (const ictus__colloc *c, const ictus__cycle *a, const ictus__cycle *b)
{
  const size_t nodes = ictus__colloc_nodes (c), n = (size_t) c->n;
  double sum = 0;

  for (size_t g = 0; g < nodes; ++g)
    {
      double part = 0;

      for (size_t i = 0; i < n; ++i)
        part += a->u[g * n + i] * b->u[g * n + i];
      sum += c->weight[g] * part;
    }
  return sum + c->lt_weight * c->lt_weight * a->lt * b->lt + a->par * b->par;
}

void
ictus__cycle_along (const ictus__colloc *c, const ictus__cycle *x, double step, const ictus__cycle *d, ictus__cycle *to)
{
  const size_t nodes = ictus__colloc_nodes (c), n = (size_t) c->n;

  for (size_t g = 0; g < nodes; ++g)
    for (size_t i = 0; i < n; ++i)
      to->u[g * n + i] = x->u[g * n + i] + step * d->u[g * n + i] * c->scale[i];
  to->lt = x->lt + step * d->lt;
  to->par = x->par + step * d->par * c->par_scale;
}

void
ictus__cycle_between (const ictus__colloc *c, const ictus__cycle *a, const ictus__cycle *b, ictus__cycle *d)
{
  const size_t nodes = ictus__colloc_nodes (c), n = (size_t) c->n;

  for (size_t g = 0; g < nodes; ++g)
    for (size_t i = 0; i < n; ++i)
      d->u[g * n + i] = (b->u[g * n + i] - a->u[g * n + i]) / c->scale[i];
  d->lt = b->lt - a->lt;
  d->par = (b->par - a->par) / c->par_scale;
}

void
ictus__cycle_scale (const ictus__colloc *c, double by, ictus__cycle *d)
{
  const size_t all = ictus__colloc_nodes (c) * (size_t) c->n;

  for (size_t i = 0; i < all; ++i)
    d->u[i] *= by;
  d->lt *= by;
  d->par *= by;
}

/* ---- the phase condition ------------------------------------------------------------------------------------------- */

void
ictus__colloc_refer_to (ictus__colloc *c, const ictus__cycle *x, const double *dot)
{
  const size_t nodes = ictus__colloc_nodes (c), n = (size_t) c->n;
  double sum = 0;

  memcpy (c->ref, x->u, nodes * n * sizeof *c->ref);
  for (size_t g = 0; g < nodes; ++g)
    for (size_t i = 0; i < n; ++i)
      {
        const double v = dot[g * n + i] / c->scale[i];

        sum += c->weight[g] * v * v;
        c->phase[g * n + i] = c->weight[g] * v;
      }
  sum = sum > 0 ? 1 / sqrt (sum) : 1;
  for (size_t i = 0; i < nodes * n; ++i)
    c->phase[i] *= sum;
}

void
ictus__colloc_refer (ictus__colloc *c, const ictus__cycle *x)
{
  const size_t nodes = ictus__colloc_nodes (c), n = (size_t) c->n;

  ictus__dyn_set (c->s, c->par, x->par);
  for (size_t g = 0; g < nodes; ++g)
    ictus__dyn_rhs (c->s, x->u + g * n, c->ref + g * n);
  for (size_t i = 0; i < nodes * n; ++i)
    c->phase[i] = c->ref[i]; /* refer_to reads each of them before it writes it */
  ictus__colloc_refer_to (c, x, c->phase);
}
