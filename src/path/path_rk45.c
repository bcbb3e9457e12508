/* SPDX-License-Identifier: BSD-3-Clause */
/* rk45: Dormand and Prince's 5(4) pair (Dormand & Prince 1980, doi:10.1016/0771-050X(80)90013-3) with the
   dense output of order 4, the first step and the PI control of steps of Hairer, Norsett & Wanner, Solving
   Ordinary Differential Equations I (2nd ed. 1993), sections II.4 to II.6. */
#include "path_stepping.h"

#include <string.h>

#include "base/base_dormand_prince.h" /* behind the others: short names */

enum
{
  NSTAGE = 7,
  NDENSE = 5
};

static const double node[NSTAGE] = DORMAND_PRINCE_NODES;
static const double a[NSTAGE][NSTAGE - 1] = DORMAND_PRINCE_STAGES;
static const double e[NSTAGE] = DORMAND_PRINCE_ERROR;
static const double d[NSTAGE] = DORMAND_PRINCE_DENSE;

typedef struct rk45
{
  ictus__stepping s;
  double *k[NSTAGE];    /* [n] slopes */
  double *q[NDENSE];    /* [n] the polynomial of the last step */
  double *y, *y1, *err; /* [n] */
} rk45;

/* ---- one attempt ------------------------------------------------------------------------------------------
 */

static void
stage (rk45 *r, int i, double h)
{
  int n = r->s.n;

  memcpy (r->y, r->s.y, (size_t)n * sizeof *r->y);
  for (int j = 0; j < i; ++j)
    if (a[i][j] != 0)
      {
        const double *k = r->k[j], x = h * a[i][j];

        for (int l = 0; l < n; ++l)
          r->y[l] += x * k[l];
      }
  if (i == NSTAGE - 1)
    memcpy (r->y1, r->y, (size_t)n * sizeof *r->y);
  ictus__system_rhs (r->s.sys, r->s.t + node[i] * h, r->y, r->k[i]);
}

static double
attempt (void *self, double h)
{
  rk45 *r = self;
  int n = r->s.n;

  for (int i = 1; i < NSTAGE; ++i)
    stage (r, i, h);
  for (int l = 0; l < n; ++l)
    {
      double sum = 0;

      for (int i = 0; i < NSTAGE; ++i)
        sum += e[i] * r->k[i][l];
      r->err[l] = h * sum;
    }
  return ictus__stepping_error (&r->s, r->y1, r->err);
}

static void
keep (rk45 *r, double h)
{
  double *k0 = r->k[0];
  int n = r->s.n;

  for (int l = 0; l < n; ++l)
    {
      double sum = 0, dy = r->y1[l] - r->s.y[l], b = h * r->k[0][l] - dy;

      for (int i = 0; i < NSTAGE; ++i)
        sum += d[i] * r->k[i][l];
      r->q[0][l] = r->s.y[l];
      r->q[1][l] = dy;
      r->q[2][l] = b;
      r->q[3][l] = dy - h * r->k[NSTAGE - 1][l] - b;
      r->q[4][l] = h * sum;
    }
  memcpy (r->s.y, r->y1, (size_t)n * sizeof *r->y1);
  r->k[0] = r->k[NSTAGE - 1]; /* the last slope is the first one of the next step */
  r->k[NSTAGE - 1] = k0;
}

/* ---- the method -------------------------------------------------------------------------------------------
 */

static void
destroy (void *self)
{
  rk45 *r = self;

  if (r == NULL)
    return;
  ictus__stepping_clear (&r->s);
  ictus_free (r->y);
  ictus_free (r);
}

static ictus_err
create (ictus__system *sys, const ictus_path_config *c, void **self)
{
  rk45 *r = ictus_alloc (1, sizeof *r);
  size_t n = (size_t)sys->k->nstate;

  *self = NULL;
  if (r == NULL)
    return ICTUS_E_NOMEM;
  r->y = ictus_alloc (n * (NSTAGE + NDENSE + 3), sizeof *r->y);
  if (r->y == NULL || ictus__stepping_init (&r->s, sys, c, "rk45", 5) != ICTUS_OK)
    {
      destroy (r);
      return ICTUS_E_NOMEM;
    }
  r->y1 = r->y + n;
  r->err = r->y1 + n;
  for (size_t i = 0; i < NSTAGE; ++i)
    r->k[i] = r->err + (i + 1) * n;
  for (size_t i = 0; i < NDENSE; ++i)
    r->q[i] = r->err + (NSTAGE + i + 1) * n;
  *self = r;
  return ICTUS_OK;
}

static ictus_err
start (void *self, double t, const double *y)
{
  rk45 *r = self;

  ictus__stepping_start (&r->s, t, y, r->k[0]);
  memcpy (r->q[0], y, (size_t)r->s.n * sizeof *y);
  for (int i = 1; i < NDENSE; ++i)
    memset (r->q[i], 0, (size_t)r->s.n * sizeof *y);
  return ICTUS_OK;
}

static ictus_err
step (void *self, double limit, double *t, double *y)
{
  rk45 *r = self;
  double h;

  if (r->s.fresh)
    ictus__stepping_first (&r->s, limit, r->k[0], r->y, r->err);
  ICTUS_TRY (ictus__stepping_try (&r->s, limit, attempt, self, &h));
  keep (r, h);
  *t = ictus__stepping_take (&r->s, limit, h);
  memcpy (y, r->s.y, (size_t)r->s.n * sizeof *y);
  return ICTUS_OK;
}

static void
dense (void *self, double t, double *y)
{
  const rk45 *r = self;
  double s = ictus__stepping_part (&r->s, t), s1 = 1 - s;

  for (int l = 0; l < r->s.n; ++l)
    y[l] = r->q[0][l] + s * (r->q[1][l] + s1 * (r->q[2][l] + s * (r->q[3][l] + s1 * r->q[4][l])));
}

const ictus__method ictus__path_rk45
    = { .pub = { .name = "rk45",
                 .summary = "Dormand-Prince 5(4) with steps of its own, for equations that are not stiff" },
        .refuse = ictus__stepping_refuse,
        .create = create,
        .destroy = destroy,
        .start = start,
        .step = step,
        .dense = dense };
