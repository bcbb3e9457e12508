/* SPDX-License-Identifier: BSD-3-Clause */
/* What a fixed point is: eigenvalues and eigenvectors, class, index; and what it is to the whole model. */
#include "phase/phase_impl.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void dgeev_ (const char *jobvl, const char *jobvr, const int *n, double *a, const int *lda, double *wr, double *wi, double *vl,
             const int *ldvl, double *vr, const int *ldvr, double *work, const int *lwork, int *info, size_t l1, size_t l2);

/* Eigenvector of a real eigenvalue, of length 1 in parts of the box: from the row of J - e that says more. */
static void
vector_of (const ictus__plane *q, const double *J, double e, double *v)
{
  double s = q->size[0], t = q->size[1], a = J[0] - e, b = J[2] * t / s, c = J[1] * s / t, d = J[3] - e, length;

  if (a * a + b * b >= c * c + d * d)
    v[0] = b, v[1] = -a;
  else
    v[0] = d, v[1] = -c;
  length = sqrt (v[0] * v[0] + v[1] * v[1]);
  if (!(length > 0)) /* a multiple of the identity */
    v[0] = length = 1;
  v[0] *= s / length;
  v[1] *= t / length;
}

/* By falling real part, of a pair the one with im > 0 first. */
static void
eigen (const ictus__plane *q, const double *J, ictus_phase_point *z)
{
  double half, off, disc, root;

  for (int k = 0; k < 4; ++k)
    z->vector[k / 2][k % 2] = NAN;
  if (q->dim == 1)
    {
      z->re[0] = J[0];
      return;
    }
  half = 0.5 * (J[0] + J[3]);
  off = 0.5 * (J[0] - J[3]);
  disc = off * off + J[1] * J[2];
  if (disc < 0)
    {
      z->re[0] = z->re[1] = half;
      z->im[0] = sqrt (-disc);
      z->im[1] = -z->im[0];
      return;
    }
  root = sqrt (disc); /* the larger one in modulus by the sum, the other by the product */
  z->re[0] = half >= 0 ? half + root : half - root;
  z->re[1] = z->re[0] != 0 ? (J[0] * J[3] - J[1] * J[2]) / z->re[0] : 0;
  if (z->re[1] > z->re[0])
    {
      double keep = z->re[0];

      z->re[0] = z->re[1];
      z->re[1] = keep;
    }
  for (int k = 0; k < 2; ++k)
    vector_of (q, J, z->re[k], z->vector[k]);
}

/* An equilibrium of all equations? Then the number of its unstable directions. */
static ictus_err
look_at_whole (ictus__plane *q, ictus_phase_point *z)
{
  int n = q->s->n, one = 1, lwork = 8 * n, info = 0;
  double *w = ictus_alloc ((size_t) n, ((size_t) n + 12) * sizeof *w), *f = w, *J = w + n;

  if (w == NULL)
    return ICTUS_E_NOMEM;
  ictus__dyn_gather (q->s, z->state, q->X);
  ictus__dyn_rhs (q->s, q->X, f);
  ictus__dyn_jac (q->s, q->X, J);
  z->whole = true;
  for (int i = 0; i < n; ++i)
    { /* what it would still move, in its own time constant, against its size */
      double rate = fabs (J[i * n + i]), size = fmax (q->s->scale[i], fabs (q->X[i]));

      z->whole = z->whole && fabs (f[i]) <= 1e-8 * (rate > 0 ? rate : 1) * size;
    }
  if (z->whole && ictus__dyn_finite (n * n, J))
    {
      double *re = J + (size_t) n * (size_t) n, *im = re + n, *work = im + n;

      dgeev_ ("N", "N", &n, J, &n, re, im, NULL, &one, NULL, &one, work, &lwork, &info, 1, 1);
      for (int i = 0; i < n && info == 0; ++i)
        z->unstable += re[i] > 0;
    }
  ictus_free (w);
  return ICTUS_OK;
}

/* The nearest other one, in parts of the box, or 1. */
static double
nearest (const ictus__plane *q, const ictus_phase *p, const double *x)
{
  double d = 1;

  for (size_t k = 0; k < p->npoint; ++k)
    if (ictus__plane_far (q, p->point[k].at, x) > 0)
      d = fmin (d, ictus__plane_far (q, p->point[k].at, x));
  return d;
}

static int
index_of (ictus__plane *q, const ictus_phase *p, const double *x, const double *J, bool degenerate)
{
  double det = q->dim == 1 ? J[0] : J[0] * J[3] - J[1] * J[2];

  if (q->dim == 1 && degenerate)
    {
      double a = x[0] - 1e-3 * q->size[0], b = x[0] + 1e-3 * q->size[0], fa[2], fb[2];

      ictus__plane_rhs (q, &a, fa);
      ictus__plane_rhs (q, &b, fb);
      return fa[0] < 0 && fb[0] > 0 ? 1 : fa[0] > 0 && fb[0] < 0 ? -1 : 0;
    }
  if (degenerate)
    {
      double turns = ictus__turn_circle (q, x, fmin (2e-3, 0.3 * nearest (q, p, x))) / 6.283185307179586;

      return isfinite (turns) ? (int) rint (turns) : 0;
    }
  return det > 0 ? 1 : -1;
}

/* Both eigenvalues are 0 as far as a multiple root, known to half of the digits, lets it be seen (a quarter of them, where the Jacobian is
   nilpotent): against what the field does in the box. */
static bool
all_small (const ictus__plane *q, const ictus_phase_point *z)
{
  double rate = q->dim == 2 ? fmax (q->scale[0] / q->size[0], q->scale[1] / q->size[1]) : q->scale[0] / q->size[0];

  for (int k = 0; k < q->dim; ++k)
    if (!(hypot (z->re[k], z->im[k]) < 1e-3 * rate))
      return false;
  return true;
}

ictus_err
ictus__phase_describe (ictus__plane *q, ictus_phase *p, const double *x, bool degenerate)
{
  double J[4] = { 0 }, f[2];
  ictus_phase_point *z;
  ictus_err e;

  ICTUS_TRY (ictus_grow (&p->point, &p->cap_point, p->npoint + 1, sizeof *p->point));
  z = &p->point[p->npoint];
  memset (z, 0, sizeof *z);
  for (int a = 0; a < q->dim; ++a)
    z->at[a] = fabs (x[a]) < 1e-15 * q->size[a] ? 0 : x[a];
  z->state = ictus_alloc ((size_t) q->s->k->nstate, sizeof *z->state);
  if (z->state == NULL)
    return ICTUS_E_NOMEM;
  ictus__plane_begin (q, z->at);
  ictus__plane_jac (q, z->at, f, J);
  ictus__plane_state (q, z->at, z->state);
  eigen (q, J, z);
  z->index = index_of (q, p, x, J, degenerate);
  z->class = ictus_dyn_classify (q->dim, z->re, z->im, degenerate ? 1e-4 : 1e-10);
  if (degenerate && ((z->im[0] == 0 && z->class != ICTUS_DYN_CENTRE) || all_small (q, z)))
    z->class = ICTUS_DYN_DEGENERATE;
  e = look_at_whole (q, z);
  if (e == ICTUS_OK)
    ++p->npoint;
  else
    ictus_free (z->state);
  return e;
}

static int
by_place (const void *a, const void *b)
{
  const ictus_phase_point *p = a, *q = b;

  for (int k = 0; k < 2; ++k)
    if (p->at[k] != q->at[k])
      return p->at[k] < q->at[k] ? -1 : 1;
  return 0;
}

void
ictus__phase_sort (ictus_phase *p)
{
  if (p->npoint > 1)
    qsort (p->point, p->npoint, sizeof *p->point, by_place);
}
