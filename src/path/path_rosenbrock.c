/* SPDX-License-Identifier: BSD-3-Clause */
/* rosenbrock: Rodas5P, a Rosenbrock method of order 5 with eight stages, L-stable and stiffly accurate, with
   an embedded one of order 4 and a dense output of order 4 (Steinebach 2023, doi:10.1007/s10543-023-00967-x),
   in the transformed form of Hairer & Wanner, Solving Ordinary Differential Equations II (2nd ed. 1996),
   IV.7.

     (1/(h gamma) - J) u_i = f (t + alpha_i h, y_i) + sum_j (c_ij / h) u_j + gamma_i h df/dt,   y_i = y0 +
   sum_j a_ij u_j

   From the seventh stage on each begins where the one before ended: y_i = y_i-1 + u_i-1. The last two ends
   are the solutions of order 4 and 5, so their difference is u_8. */
#include "path_stepping.h"
#include "base/base_rodas5p.h" /* behind the others: short names */

#include <float.h>
#include <math.h>
#include <string.h>

enum
{
  NDRIFT = 5 /* stages with df/dt: gamma_t is 0 in the others */
};

typedef struct rosenbrock
{
  ictus__stepping s;
  ictus__matrix *m;
  double *u[NSTAGE];   /* [n] */
  double *y0, *y1;     /* [n] ends of the last step */
  double *q[NDENSE];   /* [n] the polynomial of it */
  double *f0, *ft, *f; /* [n] slope where the step begins, df/dt there, slope of a stage */
  double *y;           /* [n] where a stage is taken; the end of an attempt */
  bool timed;          /* df/dt may differ from 0 */
  bool current;        /* f0, ft and J are those of s.t */
  ictus_err e;         /* of an attempt */
} rosenbrock;

/* ---- one attempt ------------------------------------------------------------------------------------------
 */

/* df/dt by a difference over a time so short that it lies within the step, and long enough for the digits of
 * t. */
static void
drift (rosenbrock *r, double h)
{
  double by = fmin (fabs (h), sqrt (DBL_EPSILON * fmax (1e-5, fabs (r->s.t)))), t = r->s.t + copysign (by, h);

  by = t - r->s.t;
  if (!(fabs (by) > 0))
    {
      memset (r->ft, 0, (size_t)r->s.n * sizeof *r->ft);
      return;
    }
  ictus__system_rhs (r->s.sys, t, r->s.y, r->ft);
  for (int l = 0; l < r->s.n; ++l)
    r->ft[l] = (r->ft[l] - r->f0[l]) / by;
}

/* u_i from the slope f. */
static void
stage (rosenbrock *r, int i, const double *f, double h)
{
  double *u = r->u[i];
  int n = r->s.n;

  memset (u, 0, (size_t)n * sizeof *u);
  for (int j = 0; j < i; ++j)
    {
      const double *v = r->u[j], x = c[i][j] / h;

      for (int l = 0; l < n; ++l)
        u[l] += x * v[l];
    }
  for (int l = 0; l < n; ++l)
    u[l] += f[l];
  for (int l = 0; r->timed && i < NDRIFT && l < n; ++l)
    u[l] += gamma_t[i] * h * r->ft[l];
  ictus__matrix_solve (r->m, u);
}

static void
place (rosenbrock *r, int i)
{
  int n = r->s.n;

  if (i >= NSTAGE - 2)
    {
      for (int l = 0; l < n; ++l)
        r->y[l] += r->u[i - 1][l];
      return;
    }
  memcpy (r->y, r->s.y, (size_t)n * sizeof *r->y);
  for (int j = 0; j < i; ++j)
    for (int l = 0; l < n; ++l)
      r->y[l] += a[i][j] * r->u[j][l];
}

/* Once a step: the slope is there already. */
static ictus_err
linearise (rosenbrock *r, double h)
{
  ictus__system *sys = r->s.sys;

  if (r->current)
    return ICTUS_OK;
  if (sys->past != NULL)
    ictus__history_side (sys->past, false); /* a jump that is looked back to lies before the step */
  if (r->timed)
    drift (r, h);
  ictus__system_jac (sys, r->s.t, r->s.y, ictus__matrix_jacobian (r->m));
  if (sys->past != NULL)
    ictus__history_side (sys->past, true);
  ICTUS_TRY (ictus__matrix_filled (r->m));
  r->current = true;
  return ICTUS_OK;
}

/* There is no elimination: for the words of a failure. */
static double
no_matrix (rosenbrock *r)
{
  int n = r->s.n, bad = ictus__not_finite (n, r->f0);
  const double *J = ictus__matrix_jacobian (r->m);

  for (int j = 0; j < n && bad < 0; ++j)
    bad = ictus__not_finite (n, J + (size_t)j * (size_t)n);
  r->s.finite = bad < 0;
  r->s.worst = bad < 0 ? 0 : bad;
  return NAN;
}

static double
attempt (void *self, double h)
{
  rosenbrock *r = self;

  r->e = linearise (r, h);
  if (r->e != ICTUS_OK || !ictus__matrix_factor (r->m, 1 / (h * GAMMA), -1))
    return no_matrix (r);
  stage (r, 0, r->f0, h);
  for (int i = 1; i < NSTAGE; ++i)
    {
      place (r, i);
      ictus__system_rhs (r->s.sys, r->s.t + alpha[i] * h, r->y, r->f);
      stage (r, i, r->f, h);
    }
  for (int l = 0; l < r->s.n; ++l)
    r->y[l] += r->u[NSTAGE - 1][l];
  return ictus__stepping_error (&r->s, r->y, r->u[NSTAGE - 1]);
}

static void
keep (rosenbrock *r)
{
  size_t bytes = (size_t)r->s.n * sizeof *r->y;

  for (int i = 0; i < NDENSE; ++i)
    {
      memset (r->q[i], 0, bytes);
      for (int j = 0; j < NSTAGE; ++j)
        for (int l = 0; l < r->s.n; ++l)
          r->q[i][l] += d[i][j] * r->u[j][l];
    }
  memcpy (r->y0, r->s.y, bytes);
  memcpy (r->y1, r->y, bytes);
  memcpy (r->s.y, r->y, bytes);
}

/* ---- the method -------------------------------------------------------------------------------------------
 */

static void
destroy (void *self)
{
  rosenbrock *r = self;

  if (r == NULL)
    return;
  ictus__stepping_clear (&r->s);
  ictus__matrix_destroy (&r->m);
  ictus_free (r->y);
  ictus_free (r);
}

static ictus_err
create (ictus__system *sys, const ictus_path_config *config, void **self)
{
  rosenbrock *r = ictus_alloc (1, sizeof *r);
  size_t n = (size_t)sys->k->nstate;
  ictus_err e = ICTUS_E_NOMEM;

  *self = NULL;
  if (r == NULL)
    return e;
  r->y = ictus_alloc (n, (NSTAGE + NDENSE + 6) * sizeof *r->y);
  if (r->y == NULL)
    goto done;
  ICTUS_GO (ictus__stepping_init (&r->s, sys, config, "rosenbrock", 5));
  ICTUS_GO (ictus__matrix_create ((int)n, &r->m));
  r->y0 = r->y + n;
  r->y1 = r->y0 + n;
  r->f0 = r->y1 + n;
  r->ft = r->f0 + n;
  r->f = r->ft + n;
  for (size_t i = 0; i < NSTAGE; ++i)
    r->u[i] = r->f + (i + 1) * n;
  for (size_t i = 0; i < NDENSE; ++i)
    r->q[i] = r->f + (NSTAGE + i + 1) * n;
  r->timed = sys->lang == NULL || sys->k->ndelay > 0 || !ictus_lang_classify (sys->lang).autonomous;
  *self = r;
done:
  if (e != ICTUS_OK)
    destroy (r);
  return e;
}

static ictus_err
start (void *self, double t, const double *y)
{
  rosenbrock *r = self;
  size_t bytes = (size_t)r->s.n * sizeof *y;

  ictus__stepping_start (&r->s, t, y, r->f0);
  r->current = false;
  memcpy (r->y0, y, bytes);
  memcpy (r->y1, y, bytes);
  for (int i = 0; i < NDENSE; ++i)
    memset (r->q[i], 0, bytes);
  return ICTUS_OK;
}

static ictus_err
step (void *self, double limit, double *t, double *y)
{
  rosenbrock *r = self;
  ictus_err e;
  double h;

  if (r->s.fresh)
    ictus__stepping_first (&r->s, limit, r->f0, r->y, r->f);
  r->e = ICTUS_OK;
  e = ictus__stepping_try (&r->s, limit, attempt, self, &h);
  if (e != ICTUS_OK)
    return r->e != ICTUS_OK ? r->e : e;
  keep (r);
  *t = ictus__stepping_take (&r->s, limit, h);
  memcpy (y, r->s.y, (size_t)r->s.n * sizeof *y);
  r->current = false;
  ictus__system_rhs (r->s.sys, r->s.t, r->s.y, r->f0);
  return ICTUS_OK;
}

static void
dense (void *self, double t, double *y)
{
  const rosenbrock *r = self;
  double s = ictus__stepping_part (&r->s, t), s1 = 1 - s;

  for (int l = 0; l < r->s.n; ++l)
    y[l] = r->y0[l] + s * (r->y1[l] - r->y0[l] + s1 * (r->q[0][l] + s * (r->q[1][l] + s * r->q[2][l])));
}

const ictus__method ictus__path_rosenbrock
    = { .pub = { .name = "rosenbrock",
                 .summary = "Rodas5P, order 5(4), with steps of its own, for stiff equations" },
        .refuse = ictus__stepping_refuse,
        .create = create,
        .destroy = destroy,
        .start = start,
        .step = step,
        .dense = dense };
