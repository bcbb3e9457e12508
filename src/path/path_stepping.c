/* SPDX-License-Identifier: BSD-3-Clause */
/* The control of the step of one-step methods: Hairer, Norsett & Wanner, Solving Ordinary Differential
   Equations I (2nd ed. 1993), II.4 (first step, error), IV.2 of the second volume (PI control). */
#include "path_stepping.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define SAFETY 0.9
#define BETA 0.04 /* weight of the error before */
#define MOST 10.0 /* a step is not longer than this times the one before, */
#define LEAST 0.2 /* and not shorter than this */
#define LEAST_ERROR 1e-4

const char *
ictus__stepping_refuse (const ictus_model *m, char *buf)
{
  (void)buf;
  if (m->kernel->is_map)
    return "the model is a map: its equations give the next states, not derivatives, and are iterated "
           "(method map)";
  return NULL;
}

ictus_err
ictus__stepping_init (ictus__stepping *s, ictus__system *sys, const ictus_path_config *c, const char *name,
                      double order)
{
  *s = (ictus__stepping){ .sys = sys,
                          .name = name,
                          .n = sys->k->nstate,
                          .order = order,
                          .rtol = c->rtol,
                          .atol = c->atol,
                          .dtmin = c->dtmin,
                          .dtmax = c->dtmax > 0 ? c->dtmax : INFINITY };
  s->y = ictus_alloc ((size_t)s->n, sizeof *s->y);
  return s->y == NULL ? ICTUS_E_NOMEM : ICTUS_OK;
}

void
ictus__stepping_clear (ictus__stepping *s)
{
  ictus_free (s->y);
  s->y = NULL;
}

/* ---- names
 * ------------------------------------------------------------------------------------------------- */

const char *
ictus__state_name (const ictus__system *sys, int i, char *buf)
{
  if (sys->lang != NULL)
    snprintf (buf, ICTUS__STATE_NAME, "state %s", ictus_lang_get (sys->lang, ICTUS_LANG_STATE, i)->name);
  else
    snprintf (buf, ICTUS__STATE_NAME, "state %d (of %d)", i + 1, sys->k->nstate);
  return buf;
}

int
ictus__not_finite (int n, const double *x)
{
  for (int i = 0; i < n; ++i)
    if (!isfinite (x[i]))
      return i;
  return -1;
}

/* ---- the error
 * --------------------------------------------------------------------------------------------- */

/* States behind the equations stand still and have no part in the mean. */
static int
nmoving (const ictus__stepping *s)
{
  return s->sys->neq > 0 ? s->sys->neq : s->n;
}

static double
scale (const ictus__stepping *s, double a, double b)
{
  return s->atol + s->rtol * fmax (fabs (a), fabs (b));
}

/* Without an absolute tolerance a state that stays 0 has no error. */
static double
part_of (double x, double size)
{
  return fabs (x) > 0 ? x / size : 0;
}

double
ictus__stepping_error (ictus__stepping *s, const double *y1, const double *err)
{
  double sum = 0, most = -1;

  s->worst = ictus__not_finite (s->n, err);
  if (s->worst < 0)
    s->worst = ictus__not_finite (s->n, y1);
  s->finite = s->worst < 0;
  if (!s->finite)
    return NAN;
  for (int i = 0; i < s->n; ++i)
    {
      double x = part_of (err[i], scale (s, s->y[i], y1[i]));

      sum += x * x;
      if (fabs (x) > most)
        {
          most = fabs (x);
          s->worst = i;
        }
    }
  return s->n > 0 ? sqrt (sum / nmoving (s)) : 0;
}

/* ---- the first step
 * ---------------------------------------------------------------------------------------- */

void
ictus__stepping_start (ictus__stepping *s, double t, const double *y, double *f)
{
  s->t = s->begin = t;
  s->length = 0;
  s->fresh = true;
  s->err_old = LEAST_ERROR;
  memcpy (s->y, y, (size_t)s->n * sizeof *y);
  if (s->sys->past != NULL)
    ictus__history_side (s->sys->past, false);
  ictus__system_rhs (s->sys, t, s->y, f);
}

static double
norm (const ictus__stepping *s, const double *x, const double *from)
{
  double sum = 0;

  for (int i = 0; i < s->n; ++i)
    {
      double v = part_of (x[i] - (from != NULL ? from[i] : 0), scale (s, s->y[i], s->y[i]));

      sum += v * v;
    }
  return s->n > 0 ? sqrt (sum / nmoving (s)) : 0;
}

/* A step by which an explicit Euler step changes a hundredth of the states, corrected by the second
 * derivative. */
void
ictus__stepping_first (ictus__stepping *s, double limit, const double *f, double *y, double *f1)
{
  double d0 = norm (s, s->y, NULL), d1 = norm (s, f, NULL), d2, h,
         longest = fmin (fabs (limit - s->t), s->dtmax);

  h = d0 < 1e-5 || d1 < 1e-5 || !isfinite (d1) ? 1e-6 : 0.01 * d0 / d1;
  h = fmin (h, longest);
  for (int i = 0; i < s->n; ++i)
    y[i] = s->y[i] + s->sys->dir * h * f[i];
  ictus__system_rhs (s->sys, s->t + s->sys->dir * h, y, f1);
  d2 = norm (s, f1, f) / h;
  if (isfinite (d2))
    h = fmin (100 * h,
              fmax (d1, d2) <= 1e-15 ? fmax (1e-6, h * 1e-3) : pow (0.01 / fmax (d1, d2), 1 / s->order));
  s->h = fmin (fmax (h, 1e-300), longest);
  s->fresh = false;
}

/* ---- steps
 * ------------------------------------------------------------------------------------------------- */

/* An attempt with a step of h was not good enough, and there is no shorter one. */
static ictus_err
too_short (const ictus__stepping *s, double h)
{
  char name[ICTUS__STATE_NAME];

  ictus__state_name (s->sys, s->worst, name);
  if (!s->finite)
    return ICTUS_FAIL (ICTUS_E_SOLVER, "%s at t = %.10g: %s or its derivative is not finite", s->name, s->t,
                       name);
  if (s->dtmin > 0 && h <= s->dtmin)
    return ICTUS_FAIL (
        ICTUS_E_SOLVER,
        "%s at t = %.10g: the tolerance is not met with steps of dtmin = %g; %s has the largest error",
        s->name, s->t, s->dtmin, name);
  return ICTUS_FAIL (
      ICTUS_E_SOLVER,
      "%s at t = %.10g: the step fell below the rounding of time; %s has the largest error and may run to "
      "infinity",
      s->name, s->t, name);
}

/* The next attempt: whole to the limit if that is near. */
static double
length_of_attempt (ictus__stepping *s, double rest)
{
  double h = fmin (fmax (s->h, s->dtmin), s->dtmax);

  s->at_limit = 1.01 * h >= rest && rest <= s->dtmax;
  return s->at_limit ? rest : h;
}

ictus_err
ictus__stepping_try (ictus__stepping *s, double limit, ictus__attempt attempt, void *self, double *length)
{
  double rest = s->sys->dir * (limit - s->t), h, last = INFINITY, err, factor,
         expo = 1 / s->order - 0.75 * BETA, wish = s->h;
  bool rejected = false;
  ictus_err e = ICTUS_OK;

  if (!(rest > 0))
    return ICTUS_FAIL (ICTUS_E_ARG, "%s at t = %.10g: asked to go back to %.10g", s->name, s->t, limit);
  if (s->sys->past != NULL)
    ictus__history_side (s->sys->past, true);
  for (;;)
    {
      h = length_of_attempt (s, rest);
      if (rejected && (last <= s->dtmin || h <= 16 * DBL_EPSILON * fabs (s->t) || h < 1e-300))
        {
          e = too_short (s, last);
          goto done;
        }
      err = attempt (self, s->sys->dir * h);
      if (err <= 1)
        break;
      rejected = true;
      last = h;
      s->h = isfinite (err) ? h * fmax (LEAST, SAFETY / pow (err, expo)) : 0.25 * h;
    }
  factor = SAFETY * pow (s->err_old, BETA) / pow (fmax (err, 1e-10), expo);
  s->h = h * fmin (MOST, fmax (LEAST, factor));
  if (rejected)
    s->h = fmin (s->h, h);
  else if (h < wish)
    s->h = fmax (s->h, fmin (wish, MOST * h)); /* the step was short because of the limit only */
  s->err_old = fmax (err, LEAST_ERROR);
  *length = s->sys->dir * h;
done:
  if (s->sys->past != NULL)
    ictus__history_side (s->sys->past, false);
  return e;
}

double
ictus__stepping_take (ictus__stepping *s, double limit, double h)
{
  s->begin = s->t;
  s->t = s->at_limit ? limit : s->t + h;
  s->length = s->t - s->begin;
  return s->t;
}

double
ictus__stepping_part (const ictus__stepping *s, double t)
{
  return fabs (s->length) > 0 ? (t - s->begin) / s->length : 0;
}
