/* SPDX-License-Identifier: BSD-3-Clause */
/* One step of Rodas5P for eight neurons: a Rosenbrock method of order 5 with eight stages, L-stable and stiffly accurate,
   with an embedded one of order 4 and a dense output of order 4 (Steinebach 2023, doi:10.1007/s10543-023-00967-x). In the
   transformed form of Hairer & Wanner, Solving Ordinary Differential Equations II (2nd ed. 1996), section IV.7: with u_i
   in place of k_i no product of a matrix with a vector is left.

     (1/(h gamma) - J) u_i = f (t + alpha_i h, y_i) + sum_j (c_ij / h) u_j + gamma_i h df/dt,   y_i = y0 + sum_j a_ij u_j

   From the seventh stage on each begins where the one before ended: y_i = y_i-1 + u_i-1. The last two ends are the solutions
   of order 4 and 5, so their difference is u_8. */
#include "solve_rosenbrock.h"
#include "base/base_rodas5p.h" /* behind the others: short names */

#include <math.h>
#include <string.h>

typedef double vec __attribute__ ((vector_size (sizeof (double) * ICTUS_LANE), may_alias)); /* one state of all lanes */

typedef struct room /* what a step works on, in b->work */
{
  const ictus__lu *lu;
  vec *A;     /* [nslot] matrix, then its factors with the inverse pivots */
  vec *u;     /* [NSTAGE, n] */
  vec *y, *f; /* [n] where the right-hand side is taken, and its value */
  vec *ft;    /* [n] df/dt; NULL: 0 */
  vec h, ih;  /* length of the step, 1 where the lane idles; 1/h */
} room;

/* ---- the right-hand side -------------------------------------------------------------------------- */

static inline void
hold (const ictus__block *b, vec *f)
{
  double *x = (double *) f;

  if (b->keep != NULL)
    for (size_t e = 0; e < (size_t) b->l->ns * ICTUS_LANE; ++e)
      x[e] = b->keep[e] != 0 ? x[e] : 0;
}

/* At t + x h. */
static void
slope (ictus__block *b, const double *t, const double *y, vec *f)
{
  ictus_lane_args args = { .m = ICTUS_LANE, .t = t, .ts = 1, .y = y, .ys = ICTUS_LANE, .p = b->p, .ps = b->ps,
                           .u = b->u, .us = ICTUS_LANE };

  if (b->inputs != NULL)
    b->inputs (b->inputs_ctx, t, b->u);
  ictus__lane_rhs (b->l, &args, (double *) f, ICTUS_LANE);
  hold (b, f);
}

static void
slope_at (ictus__block *b, double x, const double *y, vec *f)
{
  double t[ICTUS_LANE];

  for (int i = 0; i < ICTUS_LANE; ++i)
    t[i] = b->t[i] + x * b->h[i];
  slope (b, t, y, f);
}

/* ---- the matrix ----------------------------------------------------------------------------------- */

/* f at t, and 1/(h gamma) - J. */
static void
matrix (ictus__block *b, const room *r)
{
  const ictus__laned *l = b->l;
  ictus_lane_args args = { .m = ICTUS_LANE, .t = b->t, .ts = 1, .y = b->y0, .ys = ICTUS_LANE, .p = b->p,
                           .ps = b->ps, .u = b->u, .us = ICTUS_LANE };
  const vec *keep = (const vec *) (const void *) b->keep, diagonal = r->ih * (1 / GAMMA);
  vec *A = r->A;

  ictus__lane_jac (l, &args, (double *) r->f, (double *) A, ICTUS_LANE);
  hold (b, r->f);
  for (int e = 0; e < l->nnz; ++e)
    A[e] = -A[e];
  for (int e = 0; keep != NULL && e < l->nnz; ++e)
    for (int i = 0; i < ICTUS_LANE; ++i)
      A[e][i] = keep[l->row[e]][i] != 0 ? A[e][i] : 0;
  for (int e = l->nnz; e < r->lu->nslot; ++e)
    A[e] = diagonal * 0.0;
  for (int k = 0; k < r->lu->n; ++k)
    A[r->lu->slot[k * r->lu->n + k]] += diagonal;
}

/* Lanes do not wait for each other to find a pivot, so there is no pivoting: a pivot of 0 makes a step that is not
   finite, and the driver shortens it; with a short step the diagonal rules. */
static void
factorise (const room *r)
{
  const ictus__lu *lu = r->lu;
  vec *A = r->A;

  for (const ictus__lu_pivot *p = lu->pivot; p < lu->pivot + lu->n; ++p)
    {
      const ictus__lu_entry *below = lu->entry + p->below, *right = lu->entry + p->right;
      vec inverse = 1.0 / A[p->slot];

      A[p->slot] = inverse;
      for (int i = 0; i < p->nbelow; ++i)
        {
          const int *row = lu->slot + below[i].at * lu->n;
          vec x = A[below[i].slot] * inverse;

          A[below[i].slot] = x;
          for (int j = 0; j < p->nright; ++j)
            A[row[right[j].at]] -= x * A[right[j].slot];
        }
    }
}

static void
solve (const room *r, vec *restrict x)
{
  const ictus__lu *lu = r->lu;
  const vec *A = r->A;

  for (const ictus__lu_pivot *p = lu->pivot; p < lu->pivot + lu->n; ++p)
    {
      const ictus__lu_entry *below = lu->entry + p->below;
      vec known = x[p->at];

      for (int i = 0; i < p->nbelow; ++i)
        x[below[i].at] -= A[below[i].slot] * known;
    }
  for (const ictus__lu_pivot *p = lu->pivot + lu->n; p-- > lu->pivot;)
    {
      const ictus__lu_entry *right = lu->entry + p->right;
      vec sum = x[p->at];

      for (int j = 0; j < p->nright; ++j)
        sum -= A[right[j].slot] * x[right[j].at];
      x[p->at] = sum * A[p->slot];
    }
}

/* ---- the step ------------------------------------------------------------------------------------- */

/* df/dt by a difference over a time so short that it lies within the step, and long enough for the digits of t. */
static void
drift (ictus__block *b, const room *r)
{
  double t[ICTUS_LANE];
  vec by;

  for (int i = 0; i < ICTUS_LANE; ++i)
    {
      double most = r->h[i], x = sqrt (0x1p-52 * fmax (1e-5, fabs (b->t[i])));

      t[i] = b->t[i] + (x < most ? x : most);
      by[i] = t[i] > b->t[i] ? 1 / (t[i] - b->t[i]) : 0;
    }
  slope (b, t, b->y0, r->ft);
  for (int k = 0; k < r->lu->n; ++k)
    r->ft[k] = (r->ft[k] - r->f[k]) * by;
}

/* u_i from the value of the right-hand side; i is a constant where this is inlined. */
static inline __attribute__ ((always_inline)) void
stage (const room *r, int i)
{
  size_t n = (size_t) r->lu->n;
  vec *u = r->u + (size_t) i * n;

  for (size_t k = 0; k < n; ++k)
    {
      vec sum = r->f[k];

      if (i > 0)
        {
          vec old = c[i][0] * r->u[k];

          for (int j = 1; j < i; ++j)
            old += c[i][j] * r->u[(size_t) j * n + k];
          sum += old * r->ih;
        }
      if (r->ft != NULL && i < 5)
        sum += gamma_t[i] * r->h * r->ft[k];
      u[k] = sum;
    }
  solve (r, u);
}

/* The right-hand side of stage i. */
static inline __attribute__ ((always_inline)) void
stage_slope (ictus__block *b, const room *r, int i)
{
  size_t n = (size_t) r->lu->n;
  const vec *y0 = (const vec *) (const void *) b->y0;

  if (i > NSTAGE - 3)
    for (size_t k = 0; k < n; ++k)
      r->y[k] += r->u[(size_t) (i - 1) * n + k];
  for (size_t k = 0; i <= NSTAGE - 3 && k < n; ++k)
    {
      vec y = y0[k] + a[i][0] * r->u[k];

      for (int j = 1; j < i; ++j)
        y += a[i][j] * r->u[(size_t) j * n + k];
      r->y[k] = y;
    }
  slope_at (b, alpha[i], (const double *) r->y, r->f);
}

/* The polynomial through the step, in the form of ictus__block. */
static void
dense (ictus__block *b, const room *r)
{
  size_t n = (size_t) r->lu->n;
  vec *q = (vec *) (void *) b->q;

  for (size_t k = 0; k < n; ++k)
    {
      for (size_t j = 0; j < NDENSE; ++j)
        {
          vec x = d[j][0] * r->u[k];

          for (size_t i = 1; i < NSTAGE; ++i)
            x += d[j][i] * r->u[i * n + k];
          q[j * n + k] = x;
        }
      q[n + k] += q[2 * n + k];
      q[2 * n + k] = -q[2 * n + k];
    }
}

/* State and error at the end. */
static void
finish (ictus__block *b, const room *r)
{
  size_t n = (size_t) r->lu->n;
  const vec *y0 = (const vec *) (const void *) b->y0, *e = r->u + (NSTAGE - 1) * n;
  vec *y1 = (vec *) (void *) b->y1, sum = r->h * 0.0;

  for (size_t k = 0; k < n; ++k)
    {
      vec x, p, z;

      y1[k] = r->y[k] + e[k];
      for (int i = 0; i < ICTUS_LANE; ++i)
        {
          p[i] = y0[k][i] < 0 ? -y0[k][i] : y0[k][i];
          z[i] = y1[k][i] < 0 ? -y1[k][i] : y1[k][i];
          p[i] = p[i] > z[i] ? p[i] : z[i];
        }
      x = e[k] / (b->rtol * p + b->atol[k]);
      sum += x * x + (y1[k] - y1[k]); /* not a number where y1 is not finite */
    }
  sum *= 1.0 / (double) n;
  for (int i = 0; i < ICTUS_LANE; ++i)
    b->err[i] = __builtin_sqrt (sum[i]);
}

static room
enter (ictus__block *b)
{
  size_t n = (size_t) b->l->ns;
  room r;

  r.lu = (const ictus__lu *) (const void *) b->work;
  r.A = (vec *) (void *) ((char *) b->work + ictus__lu_room (b->l->ns));
  r.u = r.A + r.lu->nslot;
  r.y = r.u + NSTAGE * n;
  r.f = r.y + n;
  r.ft = b->inputs != NULL || b->l->timed ? r.f + n : NULL;
  for (int i = 0; i < ICTUS_LANE; ++i)
    r.h[i] = b->h[i] > 0 ? b->h[i] : 1;
  r.ih = 1.0 / r.h;
  return r;
}

static void
step (ictus__block *b)
{
  room r = enter (b);

  matrix (b, &r);
  factorise (&r);
  if (r.ft != NULL)
    drift (b, &r);
  stage (&r, 0);
  stage_slope (b, &r, 1);
  stage (&r, 1);
  stage_slope (b, &r, 2);
  stage (&r, 2);
  stage_slope (b, &r, 3);
  stage (&r, 3);
  stage_slope (b, &r, 4);
  stage (&r, 4);
  stage_slope (b, &r, 5);
  stage (&r, 5);
  stage_slope (b, &r, 6);
  stage (&r, 6);
  stage_slope (b, &r, 7);
  stage (&r, 7);
  finish (b, &r);
  dense (b, &r);
}

static size_t
work_room (const ictus__laned *l)
{
  size_t n = (size_t) l->ns;

  return ictus__lu_room (l->ns) / sizeof (double) + (n * n + (NSTAGE + 3) * n) * ICTUS_LANE;
}

static void
plan (const ictus__laned *l, double *work)
{
  ictus__lu_make (l->ns, l->nnz, l->row, l->col, work);
}

extern const ictus__stepper ICTUS_LEVELED (ictus__stepper_rosenbrock);
const ictus__stepper ICTUS_LEVELED (ictus__stepper_rosenbrock)
    = { .order = 5, .nrhs = 8, .slopes = true, .room = work_room, .plan = plan, .step = step };
