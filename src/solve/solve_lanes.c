/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernels of a model in lanes, or its scalar ones in a loop. */
#include "solve_lanes.h"

#include <string.h>

ictus_err
ictus__laned_init (ictus__laned *l, const ictus_model *model)
{
  size_t n = (size_t) model->kernel->nstate;
  int *col;

  memset (l, 0, sizeof *l);
  l->k = model->kernel;
  l->ns = l->k->nstate;
  l->nu = ictus__kernel_nu (l->k);
  l->lanes = model->lanes;
  l->timed = model->lang == NULL || !ictus_lang_classify (model->lang).autonomous;
  if (l->lanes != NULL)
    {
      l->nnz = l->lanes->nnz;
      l->row = l->lanes->row;
      l->col = l->lanes->col;
      l->fixed = l->lanes->fixed;
      return ICTUS_OK;
    }
  l->own = ictus_alloc (2 * n * n + n, sizeof *l->own);
  l->one = ictus_alloc (n * (n + 3) + (size_t) l->k->nslot + (size_t) l->nu, sizeof *l->one);
  if (l->own == NULL || l->one == NULL)
    return ICTUS_E_NOMEM;
  col = l->own + n * n;
  for (size_t e = 0; e < n * n; ++e)
    {
      l->own[e] = (int) (e % n);
      col[e] = (int) (e / n);
    }
  l->nnz = (int) (n * n);
  l->row = l->own;
  l->col = col;
  l->fixed = (const unsigned char *) (l->own + 2 * n * n);
  return ICTUS_OK;
}

void
ictus__laned_clear (ictus__laned *l)
{
  ictus_free (l->own);
  ictus_free (l->one);
  memset (l, 0, sizeof *l);
}

/* The arguments of lane i for the scalar functions. */
typedef struct one_args
{
  double t, *y, *p, *u, *f, *d; /* d has room for the Jacobian */
} one_args;

static one_args
take (const ictus__laned *l, const ictus_lane_args *a, size_t i)
{
  one_args o;

  o.t = a->t[i * a->ts];
  o.y = l->one;
  o.f = o.y + l->ns;
  o.d = o.f + l->ns;
  o.p = o.d + (size_t) l->ns * (size_t) (l->ns + 1);
  o.u = o.p + l->k->nslot;
  for (size_t k = 0; k < (size_t) l->ns; ++k)
    o.y[k] = a->y[k * a->ys + i];
  for (size_t k = 0; k < (size_t) l->k->nslot; ++k)
    o.p[k] = a->ps > 0 ? a->p[k * a->ps + i] : a->p[k];
  for (size_t k = 0; k < (size_t) l->nu; ++k)
    o.u[k] = a->us > 0 ? a->u[k * a->us + i] : a->u[k];
  return o;
}

void
ictus__lane_rhs (const ictus__laned *l, const ictus_lane_args *a, double *f, size_t fs)
{
  if (l->lanes != NULL)
    {
      l->lanes->rhs (a, f, fs);
      return;
    }
  for (size_t i = 0; i < a->m; ++i)
    {
      one_args o = take (l, a, i);

      l->k->rhs (o.t, o.y, o.p, o.u, o.f);
      for (size_t k = 0; k < (size_t) l->ns; ++k)
        f[k * fs + i] = o.f[k];
    }
}

void
ictus__lane_diag (const ictus__laned *l, const ictus_lane_args *a, double *f, double *d, size_t fs)
{
  if (l->lanes != NULL)
    {
      l->lanes->diag (a, f, d, fs);
      return;
    }
  for (size_t i = 0; i < a->m; ++i)
    {
      one_args o = take (l, a, i);

      l->k->diag (o.t, o.y, o.p, o.u, o.f, o.d);
      for (size_t k = 0; k < (size_t) l->ns; ++k)
        {
          f[k * fs + i] = o.f[k];
          d[k * fs + i] = o.d[k];
        }
    }
}

void
ictus__lane_jac (const ictus__laned *l, const ictus_lane_args *a, double *f, double *J, size_t fs)
{
  if (l->lanes != NULL)
    {
      l->lanes->jac (a, f, J, fs);
      return;
    }
  for (size_t i = 0; i < a->m; ++i)
    {
      one_args o = take (l, a, i);

      l->k->rhs (o.t, o.y, o.p, o.u, o.f);
      l->k->jac (o.t, o.y, o.p, o.u, o.d);
      for (size_t k = 0; k < (size_t) l->ns; ++k)
        f[k * fs + i] = o.f[k];
      for (size_t e = 0; e < (size_t) l->nnz; ++e)
        J[e * fs + i] = o.d[e];
    }
}

void
ictus__lane_fire (const ictus__laned *l, const ictus_lane_args *a, double *g)
{
  if (l->lanes != NULL && l->lanes->fire != NULL)
    {
      l->lanes->fire (a, g);
      return;
    }
  for (size_t i = 0; i < a->m; ++i)
    if (l->k->fire == NULL)
      g[i] = -1;
    else
      {
        one_args o = take (l, a, i);

        g[i] = l->k->fire (o.t, o.y, o.p, o.u);
      }
}
