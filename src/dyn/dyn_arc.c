/* SPDX-License-Identifier: BSD-3-Clause */
/* Pseudo-arclength continuation (Keller 1977) of one curve F(X) = 0. A step predicts along the tangent and corrects in
 * the plane across it by Newton's method, whose factors are kept while they contract well. Zeros of test functions and bounds are
 * found along the arc of the step. */
#include "dyn/dyn_arc.h"

#include <math.h>
#include <string.h>

#define TURN_AIM 0.15  /* a step should turn the tangent by this, radians */
#define TURN_MOST 0.45 /* and must not by more */
#define TURN_KINK 1.5  /* but where the curve has a corner, which the least step shows */
#define FAR 0.4        /* a correction beyond this part of the step leads to another branch */

/* ---- vectors ---------------------------------------------------------------------------------------------- */

double
ictus__arc_dot (const ictus__arc *a, const double *x, const double *y)
{
  double sum = 0;

  for (size_t i = 0; i < a->n1; ++i)
    sum += x[i] * y[i];
  return sum;
}

static double
norm (const ictus__arc *a, const double *x)
{
  double sum = 0;

  for (size_t i = 0; i < a->n1; ++i)
    sum += a->q->weight[i] * x[i] * x[i];
  return sqrt (sum);
}

static double
distance (const ictus__arc *a, const double *x, const double *y)
{
  double sum = 0;

  for (size_t i = 0; i < a->n1; ++i)
    sum += a->q->weight[i] * (x[i] - y[i]) * (x[i] - y[i]);
  return sqrt (sum);
}

void
ictus__arc_copy (const ictus__arc *a, double *to, const double *from)
{
  memcpy (to, from, a->n1 * sizeof *to);
}

static bool
normalise (const ictus__arc *a, double *T)
{
  double size = norm (a, T);

  if (!isfinite (size) || size == 0)
    return false;
  for (size_t i = 0; i < a->n1; ++i)
    T[i] /= size;
  return true;
}

void
ictus__arc_across (ictus__arc *a, const double *T)
{
  for (size_t i = 0; i < a->n1; ++i)
    a->w[i] = a->q->weight[i] * T[i];
}

static void
along (ictus__arc *a, size_t k)
{
  memset (a->w, 0, a->n1 * sizeof *a->w);
  a->w[k] = 1;
}

/* ---- a point ------------------------------------------------------------------------------------------------ */

ictus__arc_outcome
ictus__arc_correct (ictus__arc *a, double *X, double target, int most, int *used)
{
  const ictus__arc_problem *q = a->q;
  double last = INFINITY, size, enough;
  bool factored = false;

  for (int it = 0; it < most; ++it)
    {
      if (!q->residual (q->self, X, a->F))
        return ICTUS__ARC_NOT_FINITE;
      if (!factored && !q->factor (q->self, X, a->w))
        return ICTUS__ARC_NO_CONVERGENCE;
      for (size_t i = 0; i + 1 < a->n1; ++i)
        a->F[i] = -a->F[i];
      q->solve (q->self, a->F, target - ictus__arc_dot (a, a->w, X), a->d);
      size = norm (a, a->d);
      if (!isfinite (size) || (it > 2 && size > 2 * last))
        return ICTUS__ARC_NO_CONVERGENCE;
      for (size_t i = 0; i < a->n1; ++i)
        X[i] += a->d[i];
      *used = it + 1;
      enough = a->c->tol * (1 + norm (a, X));
      if (size <= enough || (it > 3 && size > last / 2 && size <= 100 * enough))
        return ICTUS__ARC_FOUND;
      factored = size <= 1e-3 * (1 + norm (a, X)) && (size <= 0.1 * last || !factored);
      last = size;
    }
  return ICTUS__ARC_NO_CONVERGENCE;
}

bool
ictus__arc_tangent (ictus__arc *a, const double *X, double *T)
{
  const ictus__arc_problem *q = a->q;

  if (!q->factor (q->self, X, a->w))
    return false;
  memset (a->F, 0, a->n1 * sizeof *a->F);
  q->solve (q->self, a->F, 1, T);
  return normalise (a, T);
}

bool
ictus__arc_tests (const ictus__arc *a, const double *X, const double *T, double *phi)
{
  if (a->q->ntest == 0)
    return true;
  if (a->q->test (a->q->self, X, T, phi))
    return true;
  for (int k = 0; k < a->q->ntest; ++k)
    phi[k] = NAN;
  return false;
}

/* The first point and its tangent. */
static ictus_err
begin (ictus__arc *a, const double *X, const double *T0)
{
  const ictus__arc_config *c = a->c;
  size_t n = a->q->n;
  int used;

  ictus__arc_copy (a, a->X, X);
  if (T0 != NULL)
    {
      ictus__arc_copy (a, a->T, T0);
      if (!normalise (a, a->T))
        return ICTUS_FAIL (ICTUS_E_SOLVER, "the direction to begin with is not finite");
      ictus__arc_across (a, a->T);
    }
  else
    along (a, n);
  if (ictus__arc_correct (a, a->X, ictus__arc_dot (a, a->w, a->X), 30, &used) != ICTUS__ARC_FOUND
      || !ictus__arc_tangent (a, a->X, a->T))
    return ICTUS_FAIL (ICTUS_E_SOLVER, "Newton's method finds no point to begin with");
  if (c->direction != 0 && a->T[n] * c->direction < 0)
    for (size_t i = 0; i <= n; ++i)
      a->T[i] = -a->T[i];
  a->ds = c->ds;
  a->fresh = true;
  return ICTUS_OK;
}

/* ---- a step --------------------------------------------------------------------------------------------------- */

static double
turn (const ictus__arc *a)
{
  double cosine = 0;

  for (size_t i = 0; i < a->n1; ++i)
    cosine += a->q->weight[i] * a->T[i] * a->U[i];
  return acos (fmin (1, fmax (-1, cosine)));
}

/* Y, U from X, T by the step ds; how the next one should be. */
static ictus__arc_outcome
try_step (ictus__arc *a, double *next)
{
  bool least = a->ds < 2 * a->c->dsmin;
  double angle;
  int used = 0;
  ictus__arc_outcome o;

  ictus__arc_across (a, a->T);
  for (size_t i = 0; i < a->n1; ++i)
    a->Y[i] = a->Z[i] = a->X[i] + a->ds * a->T[i];
  o = ictus__arc_correct (a, a->Y, ictus__arc_dot (a, a->w, a->X) + a->ds, 8, &used);
  if (o != ICTUS__ARC_FOUND)
    return o;
  if (!ictus__arc_tangent (a, a->Y, a->U))
    return ICTUS__ARC_NO_CONVERGENCE;
  angle = turn (a);
  if (!(angle < (least ? TURN_KINK : TURN_MOST)) || distance (a, a->Y, a->Z) > (least ? 4 : FAR) * a->ds)
    return ICTUS__ARC_TURNS;
  a->s = a->ds;
  *next = a->ds * fmin (used <= 3 ? 2 : used <= 5 ? 1.4 : 0.8, fmax (0.5, TURN_AIM / fmax (angle, 1e-9)));
  return ICTUS__ARC_FOUND;
}

/* Which bound does Y exceed (1) or lie on already while the curve leads out (2)? Of two the one that is met first. */
static int
beyond (const ictus__arc *a, size_t *k, double *bound)
{
  const ictus__arc_config *c = a->c;
  const double lo[2] = { c->lo, c->lo2 }, hi[2] = { c->hi, c->hi2 };
  double first = INFINITY;
  int found = 0;

  for (int side = 0; side < 2 && (size_t) side <= a->q->n; ++side)
    {
      size_t at = a->q->n - (size_t) side;
      double was = a->X[at], is = a->Y[at], b = is < lo[side] ? lo[side] : is > hi[side] ? hi[side] : NAN, part;

      if (isnan (b))
        continue;
      part = (b == hi[side] ? was >= b : was <= b) ? 0 : (b - was) / (is - was);
      if (part >= first)
        continue;
      first = part;
      *k = at;
      *bound = b;
      found = part == 0 ? 2 : 1;
    }
  return found;
}

/* Y is put on the bound. */
static bool
land (ictus__arc *a, size_t k, double bound)
{
  double part = (bound - a->X[k]) / (a->Y[k] - a->X[k]), far = distance (a, a->X, a->Y);
  int used;

  for (size_t i = 0; i < a->n1; ++i)
    a->Z[i] = a->X[i] + part * (a->Y[i] - a->X[i]);
  ictus__arc_copy (a, a->V, a->Z);
  along (a, k);
  if (ictus__arc_correct (a, a->V, bound, 12, &used) != ICTUS__ARC_FOUND || distance (a, a->V, a->Z) > FAR * far)
    return false;
  a->V[k] = bound;
  ictus__arc_across (a, a->T);
  if (!ictus__arc_tangent (a, a->V, a->U))
    return false;
  ictus__arc_copy (a, a->Y, a->V);
  a->s = ictus__arc_dot (a, a->w, a->Y) - ictus__arc_dot (a, a->w, a->X);
  return a->s > 0;
}

/* Does the step pass the start of the curve? Then it ends there. */
static bool
closes (ictus__arc *a)
{
  double s, aside;
  int used;

  if (a->npoint < 4)
    return false;
  ictus__arc_across (a, a->T);
  s = ictus__arc_dot (a, a->w, a->first) - ictus__arc_dot (a, a->w, a->X);
  if (!(s > 0) || s > a->s)
    return false;
  aside = distance (a, a->first, a->X);
  if (aside > 1.2 * a->s)
    return false;
  ictus__arc_copy (a, a->Z, a->first);
  if (ictus__arc_correct (a, a->Z, ictus__arc_dot (a, a->w, a->X) + s, 8, &used) != ICTUS__ARC_FOUND
      || distance (a, a->Z, a->first) > fmin (1e4 * a->c->tol * (1 + norm (a, a->first)), 1e-2 * a->s)
      || !ictus__arc_tangent (a, a->Z, a->V) || ictus__arc_dot (a, a->w, a->first_T) <= 0)
    return false;
  ictus__arc_across (a, a->V);
  if (ictus__arc_dot (a, a->w, a->first_T) < 0.9)
    return false;
  if (!ictus__arc_tangent (a, a->first, a->V)) /* factors and tests at the start once more */
    return false;
  ictus__arc_copy (a, a->Y, a->first);
  ictus__arc_copy (a, a->U, a->first_T);
  a->s = s;
  ictus__arc_tests (a, a->Y, a->U, a->psi);
  return true;
}
/* ---- the curve -------------------------------------------------------------------------------------------------- */

static const char *
accept (ictus__arc *a, double *X, double *T, int which)
{
  const char *why = a->q->accept (a->q->self, X, T, which);

  normalise (a, T); /* weights may have changed */
  a->npoint += which < 0;
  return why;
}

static const char *
explain (ictus__arc_outcome o)
{
  if (o == ICTUS__ARC_NOT_FINITE)
    return "the right-hand side is not finite beyond here";
  if (o == ICTUS__ARC_TURNS)
    return "step too small: the right-hand side has a kink or jump near here";
  return "step too small: Newton's method does not converge; the right-hand side may have a kink or jump near here";
}

/* The next point in Y. \retval false: the branch ends, why says so */
static bool
advance (ictus__arc *a, double *next, char *why, size_t size, bool *ends)
{
  const ictus__arc_config *c = a->c;
  size_t k = 0;
  double bound = 0;
  ictus__arc_outcome o;

  for (;; a->ds = a->ds / 2 < c->dsmin && a->ds > c->dsmin ? c->dsmin : a->ds / 2)
    {
      o = try_step (a, next);
      if (o != ICTUS__ARC_FOUND)
        {
          if (a->ds <= c->dsmin)
            {
              snprintf (why, size, "%s", explain (o));
              return false;
            }
          continue;
        }
      switch (beyond (a, &k, &bound))
        {
        case 0:
          return true;
        case 2:
          *ends = true; /* already there */
          break;
        default:
          if (!land (a, k, bound) && a->ds > c->dsmin)
            continue;
          *ends = true;
          break;
        }
      const char *name = k == a->q->n ? c->name : c->name2;

      snprintf (why, size, "the bound %s%s%.10g", name == NULL ? "" : name, name == NULL ? "" : " = ", bound);
      return a->X[k] != bound && a->Y[k] == bound;
    }
}

static void
exchange (double **a, double **b)
{
  double *t = *a;

  *a = *b;
  *b = t;
}

/* What was found on the way, and Y. NULL, or why the curve ends. */
static const char *
take (ictus__arc *a, double next)
{
  const char *said = NULL;

  ictus__arc_fill_step (a);
  for (int i = 0; i < a->nevent && said == NULL; ++i)
    said = accept (a, a->event[i].X, a->event[i].T, a->event[i].which);
  if (said != NULL)
    return said;
  said = accept (a, a->Y, a->U, -1);
  exchange (&a->X, &a->Y);
  exchange (&a->T, &a->U);
  exchange (&a->phi, &a->psi);
  a->fresh = false;
  a->ds = fmin (fmax (next, a->c->dsmin), a->c->dsmax);
  return said;
}

/* One step, and what is in it. False: the curve ends. */
static bool
one_step (ictus__arc *a, char *why, size_t size, bool *closed)
{
  bool ends = false;
  double next = a->ds;
  const char *said = NULL;

  *closed = false;
  if (a->kink && ictus__arc_cross_kink (a))
    ictus__arc_tests (a, a->Y, a->U, a->psi);
  else
    for (;; a->ds = fmax (a->s / 4, a->c->dsmin))
      {
        ictus__arc_side side;

        if (!advance (a, &next, why, size, &ends))
          return false;
        side = ictus__arc_stop_at_kink (a);
        ends = ends && side == ICTUS__ARC_SMOOTH;
        ictus__arc_tests (a, a->Y, a->U, a->psi);
        *closed = !ends && side == ICTUS__ARC_SMOOTH && closes (a);
        if (side == ICTUS__ARC_ACROSS || ictus__arc_find_events (a) || a->retries >= 2 || a->s < 64 * a->c->dsmin)
          break;
        ++a->retries;
        ends = false;
      }
  if (a->retries > 0)
    --a->retries;
  said = take (a, next);
  if (said == NULL && *closed)
    said = "the curve is closed";
  if (said != NULL)
    snprintf (why, size, "%s", said);
  return said == NULL && !ends;
}

static ictus_err
follow (ictus__arc *a, char *why, size_t size, bool *closed)
{
  const ictus__arc_problem *q = a->q;
  const char *said;

  ictus__arc_copy (a, a->first, a->X);
  ictus__arc_copy (a, a->first_T, a->T);
  ictus__arc_copy (a, a->low, a->X);
  ictus__arc_copy (a, a->high, a->X);
  ictus__arc_tests (a, a->X, a->T, a->phi);
  if ((said = accept (a, a->X, a->T, -1)) != NULL)
    {
      snprintf (why, size, "%s", said);
      return ICTUS_OK;
    }
  ictus__arc_copy (a, a->first_T, a->T);
  do
    {
      if (q->told != NULL && q->told (q->ctx))
        {
          snprintf (why, size, "stopped on request");
          return ICTUS_E_STOPPED;
        }
      if (a->npoint >= a->c->max_points)
        {
          snprintf (why, size, "max_points = %zu", a->c->max_points);
          break;
        }
    }
  while (one_step (a, why, size, closed));
  return ICTUS_OK;
}

static bool
make (ictus__arc *a, const ictus__arc_problem *q, const ictus__arc_config *c)
{
  size_t nt = (size_t) q->ntest, n1 = q->n + 1;
  double *at;

  memset (a, 0, sizeof *a);
  a->q = q;
  a->c = c;
  a->n1 = n1;
  at = a->store = ictus_alloc (14 * n1 + 3 * nt + 2 * (nt + ICTUS__ARC_FILL) * n1, sizeof *a->store);
  a->event = ictus_alloc (nt + ICTUS__ARC_FILL, sizeof *a->event);
  if (at == NULL || a->event == NULL)
    return false;
  double **const part[] = { &a->X, &a->T, &a->Y, &a->U, &a->Z, &a->V, &a->w, &a->F, &a->d, &a->first, &a->first_T,
                            &a->low, &a->high, &a->H };

  for (size_t i = 0; i < sizeof part / sizeof *part; ++i, at += n1)
    *part[i] = at;
  a->phi = at;
  a->psi = at += nt;
  a->chi = at += nt;
  at += nt;
  for (size_t k = 0; k < nt + ICTUS__ARC_FILL; ++k, at += 2 * n1)
    {
      a->event[k].X = at;
      a->event[k].T = at + n1;
    }
  return true;
}

ictus_err
ictus__arc_follow (const ictus__arc_problem *q, const ictus__arc_config *c, double *X, const double *T0, char *why, bool *closed)
{
  ictus__arc a;
  ictus_err e = ICTUS_E_NOMEM;

  why[0] = 0;
  *closed = false;
  if (!make (&a, q, c))
    goto done;
  ICTUS_GO (begin (&a, X, T0));
  e = follow (&a, why, 160, closed);
  ictus__arc_copy (&a, X, a.X);
done:
  ictus_free (a.store);
  ictus_free (a.event);
  return e;
}
