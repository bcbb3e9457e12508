/* SPDX-License-Identifier: BSD-3-Clause */
/* Folds and Hopf points of equilibria along two parameters. */
#include "dyn/dyn_codim2.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define STEP 0.01       /* first one, of an arclength in which the range of each parameter is 1 */
#define LONGEST 0.03    /* so that the curve is smooth to the eye */
#define SHORTEST 1e-9
#define FREQUENCY 0.1   /* weight of the square of the frequency, relative to that at the start */
#define JUMP 1e-3       /* a test function that changes sign but is larger than this part of what it was has jumped: it is not 0 there */

enum { F_CUSP, F_BT, F_ZH };
enum { H_BT, H_GH, H_ZH, H_HH };

/* ---- life ------------------------------------------------------------------------------------------------------- */

static void
clear (ictus__curve *c)
{
  ictus_free (c->weight);
  ictus_free (c->J);
  ictus_free (c->D);
  ictus_free (c->A);
  ictus_free (c->pivot_A);
  ictus_free (c->M);
  ictus_free (c->pivot_M);
  ictus_free (c->left);
  ictus_free (c->right);
  ictus_free (c->v);
  ictus_free (c->w);
  ictus_free (c->re);
  ictus_free (c->im);
  ictus_free (c->x);
  ictus_free (c->y);
  ictus_free (c->at);
}

static bool
make (ictus__curve *c)
{
  size_t n = c->n, all = c->m + c->nb, wide = c->N + 1;

  c->weight = ictus_alloc (wide, sizeof *c->weight);
  c->J = ictus_alloc (n * n, sizeof *c->J);
  c->D = ictus_alloc (n * n, sizeof *c->D);
  c->A = ictus_alloc (wide * wide, sizeof *c->A);
  c->pivot_A = ictus_alloc (wide, sizeof *c->pivot_A);
  c->M = ictus_alloc (all * all, sizeof *c->M);
  c->pivot_M = ictus_alloc (all, sizeof *c->pivot_M);
  c->left = ictus_alloc (c->m * c->nb, sizeof *c->left);
  c->right = ictus_alloc (c->m * c->nb, sizeof *c->right);
  c->v = ictus_alloc (all * c->nb, sizeof *c->v);
  c->w = ictus_alloc (all * c->nb, sizeof *c->w);
  c->re = ictus_alloc (n, sizeof *c->re);
  c->im = ictus_alloc (n, sizeof *c->im);
  c->x = ictus_alloc (n, sizeof *c->x);
  c->y = ictus_alloc (n, sizeof *c->y);
  c->at = ictus_alloc (wide, sizeof *c->at);
  return c->weight != NULL && c->J != NULL && c->D != NULL && c->A != NULL && c->pivot_A != NULL && c->M != NULL
         && c->pivot_M != NULL && c->left != NULL && c->right != NULL && c->v != NULL && c->w != NULL && c->re != NULL
         && c->im != NULL && c->x != NULL && c->y != NULL && c->at != NULL;
}

/* Range of a parameter; where it has none, of the order of its value. */
static double
range_of (double lo, double hi, double value)
{
  double r = hi - lo;

  return isfinite (r) && r > 0 ? r : fmax (2 * fabs (value), DBL_MIN * 1e20);
}

static void
weigh (ictus__curve *c, const double *X)
{
  const ictus_dyn_options *o = c->j->o;
  double r = range_of (o->lo, o->hi, X[c->N]), r2 = range_of (o->lo2, o->hi2, X[c->N - 1]);

  for (size_t i = 0; i < c->n; ++i)
    {
      double size = fmax (c->s->scale[i], fabs (X[i]));

      c->weight[i] = 1 / (size * size * (double) c->n);
    }
  if (c->hopf)
    c->weight[c->n] = FREQUENCY;
  c->weight[c->N - 1] = 1 / (r2 * r2);
  c->weight[c->N] = 1 / (r * r);
  c->step[0] = cbrt (DBL_EPSILON) * 1e-2 * r;
  c->step[1] = cbrt (DBL_EPSILON) * 1e-2 * r2;
}

/* ---- rows ------------------------------------------------------------------------------------------------------- */

static double
period_of (const ictus__curve *c, const double *X)
{
  return c->hopf && X[c->n] > 1e-13 ? 2 * M_PI / (c->turn * sqrt (X[c->n])) : NAN;
}

static void
mark (ictus__curve *c, const double *X, ictus_dyn_type type, double period, const char *note)
{
  ictus_dyn_special *p = ictus__branch_mark (c->b, type, X, note);

  if (p == NULL)
    {
      c->e = ICTUS_E_NOMEM;
      return;
    }
  p->par[0] = X[c->N];
  p->par[1] = X[c->N - 1];
  p->period = period;
  p->coefficient = NAN;
}

/* Is a test function that changed its sign really 0 at X? */
static bool
is_zero (ictus__curve *c, const double *X, const double *T, int which)
{
  double phi[ICTUS__CURVE_TESTS];

  return ictus__curve_test (c, X, T, phi) && fabs (phi[which]) <= JUMP * c->most[which];
}

static const char *
mark_fold (ictus__curve *c, const double *X, int which)
{
  double omega = ictus__curve_pair (c, X);

  if (which == F_CUSP)
    mark (c, X, ICTUS_DYN_CUSP, NAN, "two folds meet and end: between them there are three equilibria, beyond it one");
  else if (which == F_BT)
    mark (c, X, ICTUS_DYN_BOGDANOV_TAKENS, NAN, "two eigenvalues are 0: a curve of Hopf points and one of homoclinic orbits end here");
  else if (omega > 0)
    mark (c, X, ICTUS_DYN_FOLD_HOPF, 2 * M_PI / omega, "a curve of Hopf points touches that of the folds");
  return NULL;
}

static const char *
mark_hopf (ictus__curve *c, const double *X, int which)
{
  double omega = ictus__curve_pair (c, X);

  if (which == H_BT)
    {
      mark (c, X, ICTUS_DYN_BOGDANOV_TAKENS, NAN, "two eigenvalues are 0: the curve of Hopf points meets one of folds");
      return "a Bogdanov-Takens point: what follows are neutral saddles";
    }
  if (which == H_GH)
    mark (c, X, ICTUS_DYN_GENERALISED_HOPF, period_of (c, X),
          "supercritical on one side, subcritical on the other: a curve of folds of cycles begins here");
  else if (which == H_ZH)
    mark (c, X, ICTUS_DYN_FOLD_HOPF, period_of (c, X), "the curve of Hopf points touches one of folds");
  else if (omega > 0)
    mark (c, X, ICTUS_DYN_HOPF_HOPF, period_of (c, X), "two curves of Hopf points cross");
  return NULL;
}

static const char *
accept (void *self, double *X, double *T, int which)
{
  ictus__curve *c = self;
  double phi[ICTUS__CURVE_TESTS];
  const char *why = NULL;

  if (c->hopf && which != H_BT && X[c->n] < 0)
    return "a Bogdanov-Takens point: what follows are neutral saddles";
  if (!ictus__curve_spectrum (c, X))
    return "the eigenvalues could not be found";
  c->e = ictus__branch_add (c->b, X[c->N], X[c->N - 1], X, NULL, NULL, period_of (c, X), c->re, c->im,
                            ictus__curve_unstable (c, X));
  if (c->e != ICTUS_OK)
    return "out of memory";
  if (c->b->nspecial == 0)
    mark (c, X, ICTUS_DYN_START, period_of (c, X), "");
  if (which >= 0 && is_zero (c, X, T, which))
    why = c->hopf ? mark_hopf (c, X, which) : mark_fold (c, X, which);
  if (ictus__curve_test (c, X, T, phi))
    for (int k = 0; k < ICTUS__CURVE_TESTS; ++k)
      c->most[k] = fmax (c->most[k], fabs (phi[k])); /* NaN stays out */
  if (ictus__curve_kernel (c, X))
    ictus__curve_renew (c);
  return c->e == ICTUS_OK ? why : "out of memory";
}

/* ---- the start -------------------------------------------------------------------------------------------------- */

static double
frequency (ictus__curve *c, const double *X)
{
  double omega = 0, least = INFINITY;

  if (isfinite (c->j->from->period) && c->j->from->period > 0)
    return 2 * M_PI / c->j->from->period;
  ictus__curve_set (c, X);
  if (ictus__dyn_eigenvalues (c->s, X, c->re, c->im) == ICTUS_OK)
    for (size_t i = 0; i < c->n; ++i)
      if (c->im[i] > 0 && fabs (c->re[i]) < least)
        {
          least = fabs (c->re[i]);
          omega = c->im[i];
        }
  return omega;
}

/* The tangent there, in the direction in which par2 goes as asked; where it stands still, par. It is the solution of DF T = 0, w . T = 1 for nearly any w; a second turn makes w itself nearly T. */
static bool
tangent (ictus__curve *c, const double *X, double *T, double *zero)
{
  size_t N = c->N;
  double size, lead;

  for (size_t i = 0; i <= N; ++i)
    T[i] = sqrt (c->weight[i]) * (i + 1 >= N ? 1 - 0.3 * (double) (N - i) : 0.1 / (double) (i + 1));
  memset (zero, 0, N * sizeof *zero);
  for (int turn = 0; turn < 2; ++turn)
    {
      if (turn == 1)
        for (size_t i = 0; i <= N; ++i)
          T[i] *= c->weight[i];
      if (!ictus__curve_factor (c, X, T))
        return false;
      ictus__curve_solve (c, zero, 1, T);
      if (!ictus__dyn_finite ((int) N + 1, T))
        return false;
      size = 0;
      for (size_t i = 0; i <= N; ++i)
        size += c->weight[i] * T[i] * T[i];
      for (size_t i = 0; i <= N; ++i)
        T[i] /= sqrt (size);
    }
  lead = fabs (T[N - 1]) * sqrt (c->weight[N - 1]) > 1e-6 ? T[N - 1] : T[N];
  if (lead * c->j->direction < 0)
    for (size_t i = 0; i <= N; ++i)
      T[i] = -T[i];
  return true;
}

/* X of the special point; why not, or NULL. */
static const char *
begin (ictus__curve *c, double *X, double *T, double *zero)
{
  const ictus_dyn_special *from = c->j->from;

  memcpy (X, from->x, c->n * sizeof *X);
  X[c->N] = from->par[0];
  X[c->N - 1] = isfinite (from->par[1]) ? from->par[1] : ictus__dyn_get (c->s, c->j->o->par2);
  weigh (c, X);
  c->turn = 1;
  if (c->hopf)
    {
      X[c->n] = 1;
      c->turn = frequency (c, X);
      if (!(c->turn > 0))
        return "there is no pair of imaginary eigenvalues to begin with";
    }
  if (!ictus__curve_begin (c, X))
    return "the kernel of the Jacobian could not be found at the start";
  if (!tangent (c, X, T, zero))
    return "the curve has no direction at its start: the bifurcation is degenerate there";
  return NULL;
}

/* The end; a branch without points has it alone. */
static void
finish (ictus__curve *c, const double *X, const char *why)
{
  const ictus_dyn_branch *b = c->b;
  size_t last = b->npoint - 1;
  ictus_dyn_special *p
      = ictus__branch_mark (c->b, ICTUS_DYN_END, b->npoint > 0 ? b->x + last * c->n : X, why);

  if (p == NULL)
    {
      c->e = ICTUS_E_NOMEM;
      return;
    }
  p->par[0] = b->npoint > 0 ? b->par[last] : X[c->N];
  p->par[1] = b->npoint > 0 ? b->par2[last] : X[c->N - 1];
  p->period = b->npoint > 0 && b->period != NULL ? b->period[last] : NAN;
  p->coefficient = NAN;
}

static ictus_err
follow (ictus__curve *c, double *X, double *T, double *zero)
{
  const ictus_dyn_options *o = c->j->o;
  const ictus__arc_problem q = { .self = c,
                                 .n = c->N,
                                 .residual = ictus__curve_residual,
                                 .factor = ictus__curve_factor,
                                 .solve = ictus__curve_solve,
                                 .weight = c->weight,
                                 .ntest = ICTUS__CURVE_TESTS,
                                 .test = ictus__curve_test,
                                 .accept = accept,
                                 .told = c->j->told,
                                 .ctx = c->j->ctx };
  const ictus__arc_config a = { .ds = STEP,
                                .dsmin = SHORTEST,
                                .dsmax = LONGEST,
                                .max_points = o->max_points,
                                .tol = o->tol,
                                .lo = o->lo,
                                .hi = o->hi,
                                .lo2 = o->lo2,
                                .hi2 = o->hi2,
                                .name = ictus_dyn_par_var (c->s->model, o->par)->name,
                                .name2 = ictus_dyn_par_var (c->s->model, o->par2)->name };
  const char *why = begin (c, X, T, zero);
  bool closed = false;
  ictus_err e = ICTUS_OK;

  if (why == NULL)
    {
      snprintf (c->why, sizeof c->why, "the start could not be corrected");
      e = ictus__arc_follow (&q, &a, X, T, c->why, &closed);
      why = closed ? "the curve is closed" : c->why;
      if (e == ICTUS_E_SOLVER && c->b->npoint == 0)
        e = ICTUS_OK; /* said in the note */
    }
  if (e == ICTUS_OK)
    e = c->e;
  if (e != ICTUS_E_NOMEM)
    finish (c, X, why);
  return e == ICTUS_OK ? c->e : e;
}

ictus_err
ictus__follow_codim2 (ictus__dyn *s, const ictus__dyn_job *j, ictus_dyn_branch *b)
{
  ictus__curve c = { .s = s, .j = j, .b = b, .hopf = j->kind == ICTUS_DYN_HOPFS, .n = (size_t) s->n };
  double *X = NULL, par = ictus__dyn_get (s, j->o->par), par2 = ictus__dyn_get (s, j->o->par2);
  ictus_err e = ICTUS_OK;

  b->kind = j->kind;
  b->n = s->n;
  b->from_branch = j->from_branch;
  b->from_special = j->from_special;
  b->direction = j->direction;
  c.nb = c.hopf ? 2 : 1;
  c.m = c.nb * c.n;
  c.N = c.n + c.nb;
  X = ictus_alloc (3 * (c.N + 1), sizeof *X);
  if (X == NULL || !make (&c))
    ICTUS_GO (ICTUS_E_NOMEM);
  e = follow (&c, X, X + c.N + 1, X + 2 * (c.N + 1));
done:
  ictus__dyn_set (s, j->o->par, par);
  ictus__dyn_set (s, j->o->par2, par2);
  clear (&c);
  ictus_free (X);
  return e;
}
