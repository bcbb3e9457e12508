/* SPDX-License-Identifier: BSD-3-Clause */
/* Branches of equilibria along one parameter: unknowns are X = (x, lambda). Zeros of these are located:
   - dlambda/ds: folds;
   - the determinant of [J f_lambda; w'], whose curve is where branches cross, by a border of its own (Govaerts 2000);
   - the real part of each eigenvalue, in their order: continuous functions, of which one changes its sign whenever the number of
     unstable ones changes, and never at a neutral saddle. Where the eigenvalue is one of a pair that is a Hopf point;
   - lambda minus each of the user's values.
   In large systems eigenvalues far from the axis are known at some points only (dyn_axis.c). The number of unstable ones is compared whenever
   all are known again; should it differ, the branch is followed once more with all at each point. */
#include "dyn/dyn_equilibria.h"

#include <math.h>
#include <string.h>

#define ON_AXIS 1e-13  /* real parts within this part of the largest eigenvalue are rounding */
#define RUN_AWAY 1e9   /* a state this many times its size has left for infinity */
#define BESIDE 1e-4    /* of the arclength: a fold as near to a crossing of branches is that */
#define STANDS 1e-9    /* per length: the parameter does not move */
#define SINGULAR 1e-5  /* of the test for branch points: a fold there is none */
#define DS 0.01        /* of the arc, in which the range of the parameter and the size of the states are 1 */
#define DSMIN 1e-9
#define DSMAX 0.03

enum
{
  TEST_FOLD,
  TEST_BRANCH,
  TEST_VALUE, /* n of them; behind them the user's */
  LARGE = 80  /* equations from which on eigenvalues are not computed at each point */
};

typedef ictus__rest follower;

static bool
make (follower *f, ictus__dyn *s, const ictus__dyn_job *j, ictus_dyn_branch *b, bool sparing)
{
  size_t n = (size_t) s->n, n1 = n + 1;
  double *at;

  *f = (follower) { .s = s, .j = j, .b = b, .n = n };
  at = f->store = ictus_alloc ((10 + 3 * ICTUS__REST_KEPT) * n1, sizeof *f->store);
  if (at == NULL || ictus__bordered_create (s, 1, &f->m) != ICTUS_OK)
    return false;
  double **const part[] = { &f->B, &f->w, &f->weight, &f->edge, &f->corner, &f->z, &f->X, &f->re, &f->im, &f->last };

  for (size_t i = 0; i < sizeof part / sizeof *part; ++i, at += n1)
    *part[i] = at;
  f->kept = at;
  for (size_t k = 0; k < ICTUS__REST_KEPT; ++k)
    f->kept[3 * k * n1 + n] = NAN;
  if (ictus__dyn_has_switch (s) && (f->J = ictus_alloc (2 * n * n, sizeof *f->J)) == NULL)
    return false;
  return !sparing || n < LARGE || ictus__axis_create (s, f->weight, &f->axis) == ICTUS_OK;
}

static void
drop (follower *f)
{
  ictus__axis_destroy (&f->axis);
  ictus__bordered_destroy (&f->m);
  ictus_free (f->store);
  ictus_free (f->J);
}

/* Sizes by which the states are measured: what they began with, or where they are if that is more. */
static void
weigh (follower *f, const double *X)
{
  const ictus_dyn_options *o = f->j->o;
  double range = o->hi - o->lo;

  for (size_t i = 0; i < f->n; ++i)
    {
      double size = fmax (f->s->scale[i], fabs (X[i]));

      f->weight[i] = 1 / ((double) f->n * size * size);
    }
  f->weight[f->n] = 1 / (range * range);
}

/* The border of the test for branch points: of the size of the equations and of the unknowns, in no special direction. */
static ictus_err
choose_border (follower *f, const double *X)
{
  size_t n = f->n;
  double *J = ictus_alloc (n * n, sizeof *J);

  if (J == NULL)
    return ICTUS_E_NOMEM;
  ictus__dyn_set (f->s, f->j->o->par, X[n]);
  ictus__dyn_jac (f->s, X, J);
  for (size_t i = 0; i < n; ++i)
    {
      double size = 0;

      for (size_t j = 0; j < n; ++j)
        if (isfinite (J[j * n + i]))
          size = fmax (size, fabs (J[j * n + i]) / sqrt ((double) n * f->weight[j]));
      f->edge[i] = (size > 0 ? size : 1) * cos ((double) (7 * i + 1));
    }
  f->edge[n] = 0.7;
  for (size_t i = 0; i <= n; ++i)
    f->corner[i] = sqrt (f->weight[i]) * sin ((double) (5 * i + 2));
  ictus_free (J);
  return ICTUS_OK;
}

/* ---- the curve ------------------------------------------------------------------------------------------------ */

static bool
residual (void *self, const double *X, double *F)
{
  follower *f = self;

  ictus__dyn_set (f->s, f->j->o->par, X[f->n]);
  ictus__dyn_rhs (f->s, X, F);
  return ictus__dyn_finite ((int) f->n, F);
}

static bool
factor (void *self, const double *X, const double *w)
{
  follower *f = self;

  ictus__dyn_set (f->s, f->j->o->par, X[f->n]);
  ictus__dyn_dpar (f->s, X, f->j->o->par, f->B);
  memcpy (f->w, w, (f->n + 1) * sizeof *w);
  return ictus__dyn_finite ((int) f->n, f->B) && ictus__bordered_factor (f->m, f->s, X, f->B, f->w, &f->w[f->n]);
}

static void
solve (void *self, const double *r, double s, double *d)
{
  follower *f = self;

  memcpy (f->z, r, f->n * sizeof *r);
  f->z[f->n] = s;
  ictus__bordered_solve (f->m, f->z, d, false);
}

static double
jump (void *self, const double *X, const double *Y)
{
  follower *f = self;

  return ictus__dyn_jump (f->s, f->j->o->par, X, Y, f->J);
}

static double
product (size_t n, const double *a, const double *b)
{
  double sum = 0;

  for (size_t i = 0; i < n; ++i)
    sum += a[i] * b[i];
  return sum;
}

/* The determinant over that of the matrix with one more border, of last factors; 0 where branches cross. Far from there only
   its sign counts. */
static double
crossing (follower *f, const double *T)
{
  double size;

  ictus__bordered_solve (f->m, f->edge, f->z, false);
  size = fabs (product (f->n + 1, f->corner, f->z));
  size = size > 1 ? 1 / size : 1;
  return ictus__bordered_sign (f->m) * (product (f->n + 1, f->w, T) < 0 ? -size : size);
}

static bool
test (void *self, const double *X, const double *T, double *phi)
{
  follower *f = self;
  const ictus_dyn_options *o = f->j->o;
  size_t n = f->n;
  double zero;

  phi[TEST_FOLD] = T[n] * sqrt (f->weight[n]);
  phi[TEST_BRANCH] = crossing (f, T);
  if (ictus__rest_values (f, X) != ICTUS_OK
      || (!f->all && ictus__rest_odd (f, T) && ictus__rest_again (f, X) != ICTUS_OK))
    return false;
  zero = ON_AXIS * ictus__rest_largest (f);
  for (size_t i = 0; i < n; ++i)
    phi[TEST_VALUE + i] = f->all || !isnan (f->re[i]) ? (fabs (f->re[i]) <= zero ? 0 : f->re[i])
                          : (int) i < f->right        ? 1e11 * zero
                                                      : -1e11 * zero;
  for (size_t k = 0; k < o->nzero; ++k)
    phi[TEST_VALUE + n + k] = X[n] - o->zero[k];
  return true;
}

/* ---- rows ------------------------------------------------------------------------------------------------------- */

/* A row; the eigenvalues that the place is special for (re, im and its conjugate) do not count as unstable. */
static bool
add_row (follower *f, const double *X, int on_axis)
{
  int unstable = f->right;

  for (int i = 0; i < (int) f->n; ++i)
    unstable += f->re[i] > 0 && i != on_axis && !(on_axis >= 0 && f->im[on_axis] > 0 && i == on_axis + 1);
  return ictus__branch_add (f->b, X[f->n], NAN, X, NULL, NULL, NAN, f->re, f->im, unstable) == ICTUS_OK;
}

/* The eigenvalue nearest to the imaginary axis, measured by the largest; of pairs (im > 0), or of real ones. -1: none. */
static int
nearest (const follower *f, bool pair)
{
  int best = -1;

  for (int i = 0; i < (int) f->n; ++i)
    if ((pair ? f->im[i] > 0 : f->im[i] == 0) && (best < 0 || fabs (f->re[i]) < fabs (f->re[best])))
      best = i;
  return best;
}

static bool
attach (ictus_dyn_special *p, size_t n)
{
  p->vector = ictus_alloc (n, sizeof *p->vector);
  p->nvector = p->vector != NULL ? n : 0;
  return p->vector != NULL;
}

static bool
mark_hopf (follower *f, const double *X)
{
  int k = nearest (f, true);
  const ictus_dyn_branch *b = f->b;
  const double tiny = 1e-9 * (f->j->o->hi - f->j->o->lo);
  ictus_dyn_special *p;

  if (k < 0 || !(fabs (f->re[k]) < 1e-5 * f->im[k] + 1e-11 * ictus__rest_largest (f)))
    return true; /* a real one */
  for (size_t i = 0; i < b->nspecial; ++i) /* its conjugate has crossed, too */
    if (b->special[i].type == ICTUS_DYN_HOPF && b->npoint - 1 - b->special[i].at < 2 && fabs (b->special[i].par[0] - X[f->n]) <= tiny)
      return true;
  if (!add_row (f, X, k) || (p = ictus__branch_mark (f->b, ICTUS_DYN_HOPF, X, NULL)) == NULL || !attach (p, 2 * f->n))
    return false;
  p->period = 2 * M_PI / f->im[k];
  if (ictus__hopf_vector (f->s, X, f->im[k], p->vector) != ICTUS_OK
      || ictus__first_lyapunov (f->s, X, f->im[k], &p->coefficient) != ICTUS_OK)
    return false;
  if (!isnan (p->coefficient))
    snprintf (p->note, sizeof p->note, "%s",
              p->coefficient < 0   ? "supercritical"
              : p->coefficient > 0 ? "subcritical"
                                   : "degenerate: the first Lyapunov coefficient is 0");
  return true;
}

static bool
is_beside (const follower *f, const double *X, const ictus_dyn_special *p)
{
  double far = 0;

  for (size_t i = 0; i <= f->n; ++i)
    {
      double d = X[i] - (i < f->n ? p->x[i] : p->par[0]);

      far += f->weight[i] * d * d;
    }
  return sqrt (far) < BESIDE;
}

/* A fold: the tangent is (v, 0), and its left null vector is the last column of the inverse, transposed. */
static bool
mark_fold (follower *f, const double *X, const double *T)
{
  size_t n = f->n;
  double length = sqrt (product (n, T, T)), *left = f->X, norm;
  ictus_dyn_special *p;

  if (fabs (X[n] - f->last[n]) < STANDS * (f->j->o->hi - f->j->o->lo) * ictus__rest_length (f, X, f->last))
    return true; /* a line of equilibria at one value of the parameter */
  for (size_t k = 0; k < f->b->nspecial; ++k)
    if (f->b->special[k].type == ICTUS_DYN_BRANCH && is_beside (f, X, &f->b->special[k]))
      return true;
  for (size_t i = 0; i <= n; ++i)
    f->z[i] = f->weight[i] * T[i];
  if (!factor (f, X, f->z) || fabs (crossing (f, T)) < SINGULAR)
    return true; /* branches cross here */
  if (!add_row (f, X, nearest (f, false)) || (p = ictus__branch_mark (f->b, ICTUS_DYN_FOLD, X, NULL)) == NULL || !attach (p, n))
    return false;
  for (size_t i = 0; i < n; ++i)
    p->vector[i] = T[i] / length;
  memset (left, 0, (n + 1) * sizeof *left);
  left[n] = 1;
  ictus__bordered_solve (f->m, left, left, true);
  norm = product (n, left, p->vector);
  for (size_t i = 0; i < n; ++i)
    left[i] /= norm;
  p->coefficient = ictus__fold_coefficient (f->s, X, p->vector, left);
  if (!isfinite (p->coefficient))
    p->coefficient = NAN;
  return true;
}

/* Where branches cross at a turn of one of them there is no fold: one that was found just before was this point. */
static void
drop_fold (follower *f, const double *X)
{
  ictus_dyn_branch *b = f->b;
  ictus_dyn_special *p = b->nspecial > 0 ? &b->special[b->nspecial - 1] : NULL;

  if (p == NULL || p->type != ICTUS_DYN_FOLD || !is_beside (f, X, p))
    return;
  ictus_free (p->x);
  ictus_free (p->vector);
  --b->nspecial;
}

static bool
mark_branch (follower *f, const double *X, const double *T)
{
  ictus_dyn_special *p;

  drop_fold (f, X);
  if (!add_row (f, X, nearest (f, false)) || (p = ictus__branch_mark (f->b, ICTUS_DYN_BRANCH, X, NULL)) == NULL
      || !attach (p, f->n + 1))
    return false;
  return ictus__branch_direction (f->s, f->j->o->par, X, T, f->weight, p->vector) == ICTUS_OK;
}

/* A value of the user's is met exactly: X is corrected at it. */
static bool
mark_zero (follower *f, double *X, double value)
{
  size_t n = f->n;
  double *d = f->re;

  X[n] = value;
  for (int it = 0; it < 3; ++it)
    {
      memset (f->X, 0, (n + 1) * sizeof *f->X);
      f->X[n] = 1;
      if (!residual (f, X, f->im) || !factor (f, X, f->X))
        break;
      for (size_t i = 0; i < n; ++i)
        f->X[i] = -f->im[i];
      f->X[n] = 0;
      ictus__bordered_solve (f->m, f->X, d, false); /* d [n + 1]: re has room for it */
      if (!ictus__dyn_finite ((int) n, d))
        break;
      for (size_t i = 0; i < n; ++i)
        X[i] += d[i];
    }
  return ictus__rest_all (f, X) == ICTUS_OK && add_row (f, X, -1)
         && ictus__branch_mark (f->b, ICTUS_DYN_ZERO, X, NULL) != NULL;
}

static bool
mark (follower *f, double *X, const double *T, int which)
{
  size_t n = f->n;

  if (which == TEST_FOLD)
    return mark_fold (f, X, T);
  if (which == TEST_BRANCH)
    return mark_branch (f, X, T);
  if ((size_t) which < TEST_VALUE + n)
    return mark_hopf (f, X);
  return mark_zero (f, X, f->j->o->zero[(size_t) which - TEST_VALUE - n]);
}

/* A point of the curve: are all eigenvalues due? */
static bool
pass (follower *f, const double *X)
{
  if (f->b->npoint > 0)
    f->step = ictus__rest_length (f, X, f->last);
  if (!f->all && ictus__axis_far (f->axis, X, f->step) && ictus__rest_verify (f, X, ictus__rest_unstable (f)) != ICTUS_OK)
    return false;
  f->open = !f->all;
  f->unstable = ictus__rest_unstable (f);
  memcpy (f->last, X, (f->n + 1) * sizeof *X);
  return true;
}

static const char *
accept (void *self, double *X, double *T, int which)
{
  static const char nomem[] = "out of memory";
  follower *f = self;

  ictus__dyn_set (f->s, f->j->o->par, X[f->n]);
  if ((which >= 0 ? ictus__rest_all (f, X) : ictus__rest_values (f, X)) != ICTUS_OK)
    return nomem;
  if (which >= 0)
    return mark (f, X, T, which) ? NULL : nomem;
  if (!pass (f, X) || !add_row (f, X, -1) || (f->b->npoint == 1 && ictus__branch_mark (f->b, ICTUS_DYN_START, X, NULL) == NULL))
    return nomem;
  for (size_t i = 0; i < f->n; ++i)
    if (fabs (X[i]) > RUN_AWAY * fmax (f->s->scale[i], 1))
      {
        snprintf (f->why, sizeof f->why, "%s leaves for infinity", ictus__dyn_var (f->s, (int) i)->name);
        return f->why;
      }
  if (ictus__rest_leaves (f, X))
    return f->why;
  weigh (f, X);
  return f->lost ? "eigenvalues were lost" : NULL;
}

/* ---- the branch --------------------------------------------------------------------------------------------------- */

static ictus__arc_config
configure (const follower *f)
{
  const ictus_dyn_options *o = f->j->o;
  ictus__arc_config c = { .max_points = o->max_points, .lo = o->lo, .hi = o->hi, .lo2 = NAN, .hi2 = NAN,
                          .direction = f->j->from == NULL ? f->j->direction : 0,
                          .name = ictus_dyn_par_var (f->s->model, o->par)->name };

  c.dsmax = o->dsmax > 0 ? o->dsmax : DSMAX;
  c.ds = fmin (o->ds > 0 ? o->ds : DS, c.dsmax);
  c.dsmin = fmin (o->dsmin > 0 ? o->dsmin : DSMIN, c.ds);
  c.tol = fmin (o->tol, 1e-9) / 100; /* special points are looked for on what Newton's method gives */
  return c;
}

/* The row of the point that a branch begins at, in front of it. */
static ictus_err
begin_at (follower *f, const ictus_dyn_special *from)
{
  memcpy (f->X, from->x, f->n * sizeof *f->X);
  f->X[f->n] = from->par[0];
  ICTUS_TRY (ictus__rest_all (f, f->X));
  f->open = false;
  f->step = 0;
  memcpy (f->last, f->X, (f->n + 1) * sizeof *f->X);
  return add_row (f, f->X, nearest (f, false)) && ictus__branch_mark (f->b, ICTUS_DYN_START, f->X, NULL) != NULL ? ICTUS_OK
                                                                                                             : ICTUS_E_NOMEM;
}

static void
forget (ictus_dyn_branch *b)
{
  const ictus_dyn_branch empty = { .kind = b->kind, .n = b->n };

  ictus_dyn_branch_clear (b);
  *b = empty;
}

/* Along the crossing branch: the first step is longer the more the ones before failed or fell back. */
static ictus_err
follow_crossing (follower *f, const ictus__arc_problem *q, const ictus__arc_config *c, double *X, double *T, char *why, bool *closed)
{
  const ictus_dyn_special *from = f->j->from;
  size_t n = f->n;
  ictus_err e = ICTUS_E_SOLVER;

  if (from->nvector != n + 1)
    return ICTUS_FAIL (ICTUS_E_SOLVER, "the branch point came without the direction of the other branch");
  for (size_t i = 0; i <= n; ++i)
    T[i] = from->vector[i] * f->j->direction;
  for (double part = 0.3; part < 5 && e == ICTUS_E_SOLVER; part *= 3)
    {
      forget (f->b);
      ICTUS_TRY (begin_at (f, from));
      for (size_t i = 0; i <= n; ++i)
        X[i] = (i < n ? from->x[i] : from->par[0]) + part * c->ds * T[i];
      if (X[n] < c->lo || X[n] > c->hi)
        break;
      e = ictus__arc_follow (q, c, X, T, why, closed);
    }
  return e;
}

static ictus_err
follow (follower *f, double *X, double *T, char *why)
{
  const ictus__arc_problem q = { .self = f, .n = f->n, .residual = residual, .factor = factor, .solve = solve, .weight = f->weight,
                                 .ntest = TEST_VALUE + (int) f->n + (int) f->j->o->nzero, .test = test, .accept = accept,
                                 .jump = f->J != NULL ? jump : NULL, .told = f->j->told, .ctx = f->j->ctx };
  const ictus__arc_config c = configure (f);
  bool closed = false;

  memcpy (X, f->j->x, f->n * sizeof *X);
  X[f->n] = f->j->par;
  weigh (f, X);
  ICTUS_TRY (choose_border (f, X));
  if (f->j->from != NULL)
    return follow_crossing (f, &q, &c, X, T, why, &closed);
  return ictus__arc_follow (&q, &c, X, NULL, why, &closed);
}

/* The last point, too, is known in full. */
static ictus_err
finish (follower *f)
{
  size_t n = f->n, row = f->b->npoint - 1;

  if (!f->open || f->lost)
    return ICTUS_OK;
  f->open = false;
  ICTUS_TRY (ictus__rest_verify (f, f->last, f->unstable));
  memcpy (f->b->re + row * n, f->re, n * sizeof *f->re);
  memcpy (f->b->im + row * n, f->im, n * sizeof *f->im);
  return ICTUS_OK;
}

/* \param sparing  not all eigenvalues at each point of large systems; *lost: that was not enough */
static ictus_err
follow_once (ictus__dyn *s, const ictus__dyn_job *j, ictus_dyn_branch *b, bool sparing, bool *lost)
{
  follower f;
  size_t n = (size_t) s->n;
  double *X = ictus_alloc (2 * (n + 1), sizeof *X);
  char why[160] = "";
  ictus_err e = ICTUS_E_NOMEM, e2;

  if (!make (&f, s, j, b, sparing) || X == NULL)
    goto done;
  e = follow (&f, X, X + n + 1, why);
  if (e == ICTUS_E_SOLVER) /* not even a first point */
    {
      forget (b);
      f.open = false;
      snprintf (why, sizeof why, "%s", ictus_err_last ());
      e = ICTUS_OK;
    }
  if ((e == ICTUS_OK || e == ICTUS_E_STOPPED) && (e2 = finish (&f)) != ICTUS_OK)
    e = e2;
  if ((e == ICTUS_OK || e == ICTUS_E_STOPPED)
      && ictus__branch_mark (b, ICTUS_DYN_END, b->npoint > 0 ? b->x + (b->npoint - 1) * n : NULL, why) == NULL)
    e = ICTUS_E_NOMEM;
  *lost = f.lost;
done:
  drop (&f);
  ictus_free (X);
  return e;
}

ictus_err
ictus__follow_equilibria (ictus__dyn *s, const ictus__dyn_job *j, ictus_dyn_branch *b)
{
  bool lost = false;
  ictus_err e;

  b->kind = ICTUS_DYN_EQUILIBRIA;
  b->n = s->n;
  e = follow_once (s, j, b, true, &lost);
  if (e == ICTUS_OK && lost)
    {
      forget (b);
      e = follow_once (s, j, b, false, &lost);
    }
  return e;
}
