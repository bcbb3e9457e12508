/* SPDX-License-Identifier: BSD-3-Clause */
/* Nullclines: marching squares over the grid of the field. Where a component changes its sign along an edge the place is found by
   bisection, so that all corners of the polylines lie on the curve; where it jumps over 0 there is none. */
#include "phase/phase_impl.h"

#include <math.h>
#include <string.h>

typedef struct squares /* of one component */
{
  ictus__plane *q;
  const ictus_phase *p;
  int comp;
  const double *f;       /* [ny, nx] */
  int nx, ny;
  int *edge;             /* horizontal [ny, nx - 1], then vertical [ny - 1, nx]: number of the point there, -1: none */
  double *at;            /* [npoint, 2] */
  size_t npoint, cap;
  int (*link)[2];        /* [npoint] neighbours, -1: none */
} squares;

static bool
above (double v)
{
  return v >= 0;
}

static double
value (squares *s, const double *a, const double *b, double t, double *x)
{
  double f[2];

  for (int k = 0; k < 2; ++k)
    x[k] = a[k] + t * (b[k] - a[k]);
  ictus__plane_rhs (s->q, x, f);
  return f[s->comp];
}

/* The zero between nodes a and b with values fa and fb of different sign; false: it jumps. */
static bool
locate (squares *s, const double *a, const double *b, double fa, double fb, double *x)
{
  double lo = 0, hi = 1, flo = fa, fhi = fb, biggest = fmax (fabs (fa), fabs (fb));

  ictus__plane_begin (s->q, a);
  for (int k = 0; k < 90 && hi - lo > 1e-13; ++k)
    { /* false position and bisection in turn */
      double t = k % 3 < 2 ? lo + (hi - lo) * flo / (flo - fhi) : 0.5 * (lo + hi), f;

      if (!(t > lo && t < hi))
        t = 0.5 * (lo + hi);
      f = value (s, a, b, t, x);
      if (!isfinite (f))
        return false;
      if (f == 0)
        return true;
      *(above (f) == above (flo) ? &lo : &hi) = t;
      *(above (f) == above (flo) ? &flo : &fhi) = f;
    }
  value (s, a, b, fabs (flo) < fabs (fhi) ? lo : hi, x);
  return fmin (fabs (flo), fabs (fhi)) <= 1e-5 * biggest;
}

static void
node_at (const squares *s, int i, int j, double *x)
{
  x[0] = s->q->lo[0] + s->q->size[0] * i / (s->nx - 1);
  x[1] = s->q->lo[1] + s->q->size[1] * j / (s->ny - 1);
}

static ictus_err
try_edge (squares *s, size_t edge, int i, int j, int di, int dj)
{
  double fa = s->f[j * s->nx + i], fb = s->f[(j + dj) * s->nx + i + di], a[2], b[2], x[2];

  s->edge[edge] = -1;
  if (!isfinite (fa) || !isfinite (fb) || above (fa) == above (fb))
    return ICTUS_OK;
  node_at (s, i, j, a);
  node_at (s, i + di, j + dj, b);
  if (!locate (s, a, b, fa, fb, x))
    return ICTUS_OK;
  ICTUS_TRY (ictus_grow (&s->at, &s->cap, 2 * s->npoint + 2, sizeof *s->at));
  memcpy (s->at + 2 * s->npoint, x, 2 * sizeof *x);
  s->edge[edge] = (int) s->npoint++;
  return ICTUS_OK;
}

static ictus_err
cross_edges (squares *s)
{
  size_t flat = (size_t) s->ny * (size_t) (s->nx - 1);

  for (int j = 0; j < s->ny; ++j)
    for (int i = 0; i + 1 < s->nx; ++i)
      ICTUS_TRY (try_edge (s, (size_t) j * (size_t) (s->nx - 1) + (size_t) i, i, j, 1, 0));
  for (int j = 0; j + 1 < s->ny; ++j)
    for (int i = 0; i < s->nx; ++i)
      ICTUS_TRY (try_edge (s, flat + (size_t) j * (size_t) s->nx + (size_t) i, i, j, 0, 1));
  return ICTUS_OK;
}

static void
join (squares *s, int a, int b)
{
  if (a < 0 || b < 0 || a == b)
    return;
  s->link[a][s->link[a][0] < 0 ? 0 : 1] = b;
  s->link[b][s->link[b][0] < 0 ? 0 : 1] = a;
}

/* Below, right, above, left of a cell; four crossings are paired as the middle of the cell tells. */
static void
join_cell (squares *s, int i, int j)
{
  size_t flat = (size_t) s->ny * (size_t) (s->nx - 1), row = (size_t) j * (size_t) (s->nx - 1) + (size_t) i,
         side = flat + (size_t) j * (size_t) s->nx + (size_t) i;
  int e[4] = { s->edge[row], s->edge[side + 1], s->edge[row + (size_t) (s->nx - 1)], s->edge[side] }, have[4], n = 0;
  double a[2], b[2], x[2];

  for (int k = 0; k < 4; ++k)
    if (e[k] >= 0)
      have[n++] = e[k];
  if (n == 2)
    join (s, have[0], have[1]);
  if (n != 4)
    return;
  node_at (s, i, j, a);
  node_at (s, i + 1, j + 1, b);
  ictus__plane_begin (s->q, a);
  if (above (value (s, a, b, 0.5, x)) == above (s->f[j * s->nx + i]))
    { /* the corner below left and the one opposite belong together: cut off the other two */
      join (s, e[0], e[1]);
      join (s, e[2], e[3]);
    }
  else
    {
      join (s, e[0], e[3]);
      join (s, e[1], e[2]);
    }
}

/* From point k along its links; those passed are taken out. */
static ictus_err
trace (squares *s, int k, bool *done, ictus_phase_curves *out)
{
  int first = k, before = -1;

  ICTUS_TRY (ictus__curves_begin (out));
  while (k >= 0 && !done[k])
    {
      int next = s->link[k][0] != before ? s->link[k][0] : s->link[k][1];

      if (next >= 0 && done[next])
        next = s->link[k][0] >= 0 && !done[s->link[k][0]] ? s->link[k][0] : s->link[k][1];
      done[k] = true;
      ICTUS_TRY (ictus__curves_add (out, 0, s->at[2 * k], s->at[2 * k + 1]));
      before = k;
      k = next;
    }
  if (k == first && before != first) /* closed */
    return ictus__curves_add (out, 0, s->at[2 * first], s->at[2 * first + 1]);
  return ICTUS_OK;
}

static ictus_err
trace_all (squares *s, ictus_phase_curves *out)
{
  bool *done = ictus_alloc (s->npoint, sizeof *done);
  ictus_err e = ICTUS_OK;

  if (done == NULL)
    return ICTUS_E_NOMEM;
  for (int loops = 0; loops < 2; ++loops) /* first those with ends */
    for (size_t k = 0; k < s->npoint; ++k)
      if (!done[k] && s->link[k][0] >= 0 && (loops == 1 || s->link[k][1] < 0))
        ICTUS_GO (trace (s, (int) k, done, out));
done:
  ictus_free (done);
  return e;
}

static ictus_err
one (squares *s, ictus_phase_curves *out)
{
  size_t edges = (size_t) s->ny * (size_t) (s->nx - 1) + (size_t) (s->ny - 1) * (size_t) s->nx;

  s->edge = ictus_alloc (edges, sizeof *s->edge);
  if (s->edge == NULL)
    return ICTUS_E_NOMEM;
  ICTUS_TRY (cross_edges (s));
  s->link = ictus_alloc (s->npoint, sizeof *s->link);
  if (s->link == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < s->npoint; ++k)
    s->link[k][0] = s->link[k][1] = -1;
  for (int j = 0; j + 1 < s->ny; ++j)
    for (int i = 0; i + 1 < s->nx; ++i)
      join_cell (s, i, j);
  return trace_all (s, out);
}

ictus_err
ictus__phase_nullclines (ictus__plane *q, ictus_phase *p)
{
  ictus_err e = ICTUS_OK;

  for (int k = 0; k < 2 && e == ICTUS_OK; ++k)
    {
      squares s = { .q = q, .p = p, .comp = k, .f = k == 0 ? p->fx : p->fy, .nx = p->nx, .ny = p->ny };

      e = one (&s, &p->null[k]);
      ictus_free (s.edge);
      ictus_free (s.at);
      ictus_free (s.link);
    }
  return e;
}
