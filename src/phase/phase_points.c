/* SPDX-License-Identifier: BSD-3-Clause */
/* All fixed points in the box, of two variables. Every cell of the grid in which both components might be 0, judged by their values
   at the corners and how these bend, is divided further and then left to Newton's method; around every point that was found a search
   with deflation looks for another one near it. The index of each cell and of the whole box tells what was missed. */
#include "phase/phase_impl.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum
{
  DEEPER = 3,         /* times that a cell that may hold a point is divided */
  MOST_LOOKS = 60000, /* Newton's attempts */
  FOUND = 512
};

typedef struct search
{
  ictus__plane *q;
  ictus_phase *p;
  double x[FOUND][2]; /* found so far */
  double doubt[FOUND]; /* how far each may be from the truth, in parts of the box */
  bool flat[FOUND];   /* the Jacobian is singular within rounding */
  size_t n;
  size_t looks;
  bool too_many;
} search;

/* ---- Newton ----------------------------------------------------------------------------------------------------- */

/* Rounding of component k around x. */
static double
noise (const ictus__plane *q, const double *x, const double *J, int k)
{
  double sum = 4 * DBL_EPSILON * q->scale[k];

  for (int j = 0; j < q->dim; ++j)
    sum += 2 * DBL_EPSILON * fabs (J[j * q->dim + k]) * (fabs (x[j]) + 0.01 * q->size[j]);
  return sum;
}

static bool
newton_step (const ictus__plane *q, const double *J, const double *f, double *dx)
{
  double det;

  if (q->dim == 1)
    {
      dx[0] = -f[0] / J[0];
      dx[1] = 0;
      return isfinite (dx[0]);
    }
  det = J[0] * J[3] - J[2] * J[1];
  dx[0] = -(J[3] * f[0] - J[2] * f[1]) / det;
  dx[1] = -(J[0] * f[1] - J[1] * f[0]) / det;
  return isfinite (dx[0]) && isfinite (dx[1]);
}

static double
step_size (const ictus__plane *q, const double *dx)
{
  double s = fabs (dx[0]) / q->size[0];

  return q->dim == 2 ? fmax (s, fabs (dx[1]) / q->size[1]) : s;
}

/* Deflation (Farrell, Birkisson & Funke 2015): Newton for M(x) f(x), M = prod (1 + 1/|x - x_k|^2), takes Newton's step for f times
   1/(1 - m.dx), m = grad M/M. */
static double
deflate (const ictus__plane *q, const double *x, const double *dx, const double *known, size_t n)
{
  double sum = 0;

  for (size_t k = 0; k < n; ++k)
    {
      double d[2] = { 0, 0 }, r2 = 0, dot = 0;

      for (int a = 0; a < q->dim; ++a)
        {
          d[a] = (x[a] - known[2 * k + (size_t) a]) / q->size[a];
          r2 += d[a] * d[a];
          dot += d[a] * dx[a] / q->size[a];
        }
      sum += -2 * dot / (r2 * (1 + r2));
    }
  return 1 / (1 - sum);
}

/* All below rounding? */
static bool
vanishes (const ictus__plane *q, const double *x, const double *J, const double *f, double times)
{
  for (int k = 0; k < q->dim; ++k)
    if (!(fabs (f[k]) <= times * noise (q, x, J, k)))
      return false;
  return true;
}

static double
height (const ictus__plane *q, const double *f)
{
  double a = f[0] / q->scale[0], b = q->dim == 2 ? f[1] / q->scale[1] : 0;

  return a * a + b * b;
}

/* Half the step until the right-hand side is finite and, without deflation, smaller. */
static bool
advance (ictus__plane *q, double *x, double *dx, double *f, double *J, bool descend)
{
  double before = height (q, f);

  for (int half = 0; half < 8; ++half)
    {
      double y[2] = { x[0] + dx[0], x[1] + dx[1] };

      if (ictus__plane_jac (q, y, f, J) && (!descend || height (q, f) < before || half == 7))
        {
          memcpy (x, y, sizeof y);
          return true;
        }
      dx[0] *= 0.5;
      dx[1] *= 0.5;
    }
  return false;
}

bool
ictus__newton (ictus__plane *q, double *x, const double *known, size_t nknown, double *J)
{
  double f[2] = { 0, 0 }, dx[2] = { 0, 0 }, last = INFINITY;

  ictus__plane_begin (q, x);
  if (!ictus__plane_jac (q, x, f, J))
    return false;
  for (int round = 0; round < 60; ++round)
    {
      double by, size;

      if (vanishes (q, x, J, f, 1) && last < 1e-6)
        return true;
      if (!newton_step (q, J, f, dx))
        return vanishes (q, x, J, f, 4);
      size = step_size (q, dx);
      if (size < 4 * DBL_EPSILON)
        return vanishes (q, x, J, f, 64);
      by = nknown > 0 ? deflate (q, x, dx, known, nknown) : 1;
      if (!isfinite (by))
        return false;
      by = size * fabs (by) > 0.1 ? copysign (0.1 / size, by) : by;
      dx[0] *= by;
      dx[1] *= by;
      if (size < 1e-11 && size >= 0.5 * last) /* rounding goes round in circles */
        return vanishes (q, x, J, f, 64);
      last = size;
      if (!advance (q, x, dx, f, J, nknown == 0) || !ictus__plane_inside (q, x, 1))
        return false;
    }
  return vanishes (q, x, J, f, 16);
}

/* How far a point may be from the truth: rounding of f, through the inverse of J; in parts of the box, at most 1e-4. */
double
ictus__doubt (const ictus__plane *q, const double *x, const double *J)
{
  double e[2] = { noise (q, x, J, 0), q->dim == 2 ? noise (q, x, J, 1) : 0 }, worst = 0;

  for (int sign = -1; sign <= 1; sign += 2)
    {
      double f[2] = { e[0], sign * e[1] }, dx[2];

      if (!newton_step (q, J, f, dx))
        return 1e-4;
      worst = fmax (worst, step_size (q, dx));
    }
  return fmin (fmax (worst, 1e-13), 1e-4);
}

/* ---- what was found --------------------------------------------------------------------------------------------- */

static void
take (search *s, const double *x, const double *J)
{
  double doubt = ictus__doubt (s->q, x, J);

  if (!ictus__plane_inside (s->q, x, 1e-12))
    return;
  for (size_t k = 0; k < s->n; ++k)
    if (ictus__plane_far (s->q, x, s->x[k]) <= 20 * fmax (fmax (doubt, s->doubt[k]), 1e-11))
      {
        if (doubt < s->doubt[k]) /* the better of the two */
          {
            memcpy (s->x[k], x, sizeof s->x[k]);
            s->doubt[k] = doubt;
          }
        return;
      }
  if (s->n == FOUND)
    {
      s->too_many = true;
      return;
    }
  memcpy (s->x[s->n], x, sizeof s->x[s->n]);
  s->flat[s->n] = doubt > 1e-9;
  s->doubt[s->n++] = doubt;
}

static void
look_from (search *s, double x, double y, const double *known, size_t nknown)
{
  double at[2] = { x, y }, J[4];

  if (s->looks++ < MOST_LOOKS && !s->too_many && ictus__newton (s->q, at, known, nknown, J))
    take (s, at, J);
}

/* ---- cells -------------------------------------------------------------------------------------------------------- */

/* May a component be 0 in a cell of these values at corners and middle? Where it bends, it goes beyond them. */
static bool
may_vanish (const double v[9])
{
  double lo = INFINITY, hi = -INFINITY, bend = 0, room;

  for (int k = 0; k < 9; ++k)
    {
      if (!isfinite (v[k]))
        return false;
      lo = fmin (lo, v[k]);
      hi = fmax (hi, v[k]);
    }
  for (int k = 0; k < 3; ++k)
    {
      bend = fmax (bend, fabs (v[3 * k] - 2 * v[3 * k + 1] + v[3 * k + 2]));
      bend = fmax (bend, fabs (v[k] - 2 * v[k + 3] + v[k + 6]));
    }
  room = 0.25 * (hi - lo) + bend;
  return lo - room <= 0 && hi + room >= 0;
}

/* A cell from (x, y), of this width and height: its nine values, then its quarters or Newton. */
static void
look_into (search *s, double x, double y, double w, double h, int depth)
{
  double v[2][9], f[2];

  for (int k = 0; k < 9; ++k)
    {
      double at[2] = { x + 0.5 * w * (k % 3), y + 0.5 * h * (k / 3) };

      if (k == 0)
        ictus__plane_begin (s->q, at);
      ictus__plane_rhs (s->q, at, f);
      v[0][k] = f[0];
      v[1][k] = f[1];
    }
  if (!may_vanish (v[0]) || !may_vanish (v[1]) || s->too_many)
    return;
  if (depth == 0)
    {
      look_from (s, x + 0.5 * w, y + 0.5 * h, NULL, 0);
      return;
    }
  for (int k = 0; k < 4; ++k)
    look_into (s, x + 0.5 * w * (k % 2), y + 0.5 * h * (k / 2), 0.5 * w, 0.5 * h, depth - 1);
}

/* From the grid alone: is a cell worth it? With the values of its neighbours, as far as there are any. */
static bool
promising (const double *f, int nx, int ny, int i, int j)
{
  double lo = INFINITY, hi = -INFINITY, clo = INFINITY, chi = -INFINITY, room;

  for (int b = j - 1; b <= j + 2; ++b)
    for (int a = i - 1; a <= i + 2; ++a)
      if (a >= 0 && a < nx && b >= 0 && b < ny && isfinite (f[b * nx + a]))
        {
          double v = f[b * nx + a];
          bool corner = a >= i && a <= i + 1 && b >= j && b <= j + 1;

          lo = fmin (lo, v);
          hi = fmax (hi, v);
          clo = corner ? fmin (clo, v) : clo;
          chi = corner ? fmax (chi, v) : chi;
        }
  room = 0.5 * (hi - lo);
  return clo <= chi && clo - room <= 0 && chi + room >= 0;
}

static void
look_everywhere (search *s)
{
  const ictus_phase *p = s->p;
  double w = s->q->size[0] / (p->nx - 1), h = s->q->size[1] / (p->ny - 1);

  for (int j = 0; j + 1 < p->ny && !s->too_many; ++j)
    for (int i = 0; i + 1 < p->nx; ++i)
      if (promising (p->fx, p->nx, p->ny, i, j) && promising (p->fy, p->nx, p->ny, i, j))
        look_into (s, s->q->lo[0] + i * w, s->q->lo[1] + j * h, w, h, DEEPER);
}

/* Another one near each, which Newton's method alone would not tell from it. */
static void
look_beside (search *s)
{
  static const double way[4][2] = { { 1, 0.3 }, { -0.3, 1 }, { -1, -0.3 }, { 0.3, -1 } };

  for (size_t k = 0; k < s->n && k < PHASE_POINTS; ++k)
    for (int far = 0; far < 2; ++far)
      for (int a = 0; a < 4; ++a)
        {
          double d = far == 0 ? 1e-5 : 5e-3;

          look_from (s, s->x[k][0] + d * way[a][0] * s->q->size[0], s->x[k][1] + d * way[a][1] * s->q->size[1], s->x[0], s->n);
        }
}

/* ---- the check ----------------------------------------------------------------------------------------------------- */

/* Index of a cell by its corners; NaN: cannot be told. */
static double
cell_turn (search *s, int i, int j)
{
  const int di[5] = { 0, 1, 1, 0, 0 }, dj[5] = { 0, 0, 1, 1, 0 };
  double sum = 0, x[5][2], f[5][2];

  for (int k = 0; k < 5; ++k)
    {
      size_t at = (size_t) (j + dj[k]) * (size_t) s->p->nx + (size_t) (i + di[k]);

      x[k][0] = s->q->lo[0] + s->q->size[0] * (i + di[k]) / (s->p->nx - 1);
      x[k][1] = s->q->lo[1] + s->q->size[1] * (j + dj[k]) / (s->p->ny - 1);
      f[k][0] = s->p->fx[at];
      f[k][1] = s->p->fy[at];
    }
  ictus__plane_begin (s->q, x[0]);
  for (int k = 0; k < 4; ++k)
    sum += ictus__turn (s->q, x[k], f[k], x[k + 1], f[k + 1]);
  return sum;
}

static bool
has_point (const search *s, double x, double y, double w, double h)
{
  for (size_t k = 0; k < s->n; ++k)
    if (s->x[k][0] >= x - 0.1 * w && s->x[k][0] <= x + 1.1 * w && s->x[k][1] >= y - 0.1 * h && s->x[k][1] <= y + 1.1 * h)
      return true;
  return false;
}

/* Cells whose index is not 0 and in which nothing was found are looked at again, from many places. */
static void
look_where_missed (search *s)
{
  const ictus_phase *p = s->p;
  double w = s->q->size[0] / (p->nx - 1), h = s->q->size[1] / (p->ny - 1);

  for (int j = 0; j + 1 < p->ny && !s->too_many; ++j)
    for (int i = 0; i + 1 < p->nx; ++i)
      {
        double x = s->q->lo[0] + i * w, y = s->q->lo[1] + j * h, sum;

        if (has_point (s, x, y, w, h))
          continue;
        sum = cell_turn (s, i, j);
        for (int k = 0; k < 64 && fabs (sum) > 3; ++k)
          look_from (s, x + w * (0.5 + k % 8) / 8, y + h * (0.5 + k / 8) / 8, NULL, 0);
      }
}

static void
check_index (search *s)
{
  double turns = s->too_many || s->p->continuum ? NAN
                                                : ictus__turn_box (s->q, s->q->lo, s->q->hi, 4 * (s->p->nx - 1)) / 6.283185307179586;

  s->p->index_known = isfinite (turns) && fabs (turns - rint (turns)) < 1e-6;
  s->p->index_box = s->p->index_known ? (int) rint (turns) : 0;
  s->p->index_sum = 0;
  for (size_t k = 0; k < s->p->npoint; ++k)
    s->p->index_sum += s->p->point[k].index;
}

static ictus_err
search_all (search *s)
{
  size_t flat = 0;

  look_everywhere (s);
  look_where_missed (s);
  look_beside (s);
  for (size_t k = 0; k < s->n; ++k)
    flat += s->flat[k];
  s->p->continuum = s->too_many || s->n > PHASE_POINTS || flat > 12;
  for (size_t k = 0; k < s->n && s->p->npoint < (s->p->continuum ? 8 : PHASE_POINTS); ++k)
    {
      size_t k1 = s->p->continuum && s->n > 8 ? k * (s->n - 1) / 7 : k; /* a few of many */

      if (k1 < s->n)
        ICTUS_TRY (ictus__phase_describe (s->q, s->p, s->x[k1], s->flat[k1]));
    }
  ictus__phase_sort (s->p);
  check_index (s);
  return ICTUS_OK;
}

ictus_err
ictus__phase_points (ictus__plane *q, ictus_phase *p)
{
  search *s = ictus_alloc (1, sizeof *s);
  ictus_err e;

  if (s == NULL)
    return ICTUS_E_NOMEM;
  s->q = q;
  s->p = p;
  e = search_all (s);
  ictus_free (s);
  return e;
}
