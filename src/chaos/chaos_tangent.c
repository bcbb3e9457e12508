/* SPDX-License-Identifier: BSD-3-Clause */
/* A trajectory with deviations beside it: steps of its own length, orthonormal columns. */
#include "chaos_impl.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define SAFETY 0.9
#define LEAST 0.2
#define MOST 5.0
#define LONGEST 1e15 /* step, where nothing moves at all */
#define FAR 1e100 /* nothing that stays is as far from 0 */

/* ---- life ----------------------------------------------------------------------------------------------------- */

static bool
make (ictus__tangent *w)
{
  size_t n = (size_t) w->n, k = (size_t) w->k, columns = n * k, square = n * n;
  size_t need = 6 * n + 3 * square + 2 * columns + 2 * k;
  double *at = ictus_alloc (need, sizeof *at);

  w->scale = at;
  if (at == NULL)
    return false;
  w->x = at + n;
  w->f = w->x + n;
  w->x1 = w->f + n;
  w->f1 = w->x1 + n;
  w->J = w->f1 + 2 * n;
  w->J1 = w->J + square;
  w->S = w->J1 + square;
  w->Q = w->S + square;
  w->Q1 = w->Q + columns;
  w->rate = w->Q1 + columns;
  w->grow = w->rate + k;
  w->work = ictus_alloc ((w->m != NULL ? w->m->room (w->n, w->k) : 0) + 1, sizeof *w->work);
  return w->work != NULL;
}

/* Here and now after something has changed x: slope, Jacobian. */
void
ictus__tangent_look (ictus__tangent *w)
{
  ictus__chaos_rhs (w->s, w->t, w->x, w->f);
  ictus__tangent_jac (w, w->t, w->x, w->J);
}

/* A first step of which an error of the order of the tolerance can be hoped for. */
static double
first_step (const ictus__tangent *w)
{
  double d0 = 0, d1 = 0;

  for (int i = 0; i < w->n; ++i)
    {
      double tol = w->atol + w->rtol * fabs (w->x[i]);

      d0 += w->x[i] / tol * (w->x[i] / tol);
      d1 += w->f[i] / tol * (w->f[i] / tol);
    }
  return d0 > 0 && d1 > 0 && isfinite (d0) && isfinite (d1) ? 0.001 * sqrt (d0 / d1) : 1e-6;
}

ictus_err
ictus__tangent_open (ictus__chaos *s, const ictus__tangent_method *m, int k, double t, const double *x, const double *scale,
                     double rtol, double atol, ictus__tangent **out)
{
  ictus__tangent *w = *out = ictus_alloc (1, sizeof *w);

  if (w == NULL)
    return ICTUS_E_NOMEM;
  *w = (ictus__tangent) { .s = s, .m = m, .n = s->n, .k = k, .t = t, .longest = LONGEST, .rtol = rtol, .atol = atol };
  if (!make (w))
    {
      ictus__tangent_close (out);
      return ICTUS_E_NOMEM;
    }
  memcpy (w->x, x, (size_t) s->n * sizeof *x);
  for (int i = 0; i < s->n; ++i)
    w->scale[i] = scale != NULL && scale[i] > 0 && isfinite (scale[i]) ? scale[i] : 1;
  for (int j = 0; j < k; ++j) /* directions that no symmetry of the model has */
    for (int i = 0; i < s->n; ++i)
      w->Q[j * s->n + i] = (i == j ? 1 : 0) + 0.1 / (1 + i + 2 * j);
  ictus__orthonormal (w->n, k, w->Q, w->grow);
  ictus__tangent_look (w);
  w->h = m != NULL ? first_step (w) : 1;
  return ICTUS_OK;
}

void
ictus__tangent_close (ictus__tangent **w)
{
  if (*w == NULL)
    return;
  ictus_free ((*w)->scale);
  ictus_free ((*w)->work);
  ictus_free (*w);
  *w = NULL;
}

/* ---- linear algebra --------------------------------------------------------------------------------------------- */

void
ictus__tangent_jac (ictus__tangent *w, double t, const double *x, double *J)
{
  int n = w->n;

  ictus__chaos_jac (w->s, t, x, J);
  for (int j = 0; j < n; ++j)
    for (int i = 0; i < n; ++i)
      J[j * n + i] *= w->scale[j] / w->scale[i];
}

/* Column j where nothing is left of it: the unit vector that is farthest from the others, made normal to them. */
static void
any_normal (int n, int j, double *Q)
{
  double *q = Q + (size_t) j * (size_t) n, least = INFINITY, sum = 0;
  int best = 0;

  for (int i = 0; i < n; ++i)
    {
      double part = 0;

      for (int l = 0; l < j; ++l)
        part += Q[l * n + i] * Q[l * n + i];
      if (part < least)
        {
          least = part;
          best = i;
        }
    }
  for (int i = 0; i < n; ++i)
    q[i] = i == best;
  for (int twice = 0; twice < 2; ++twice)
    for (int l = 0; l < j; ++l)
      {
        double dot = 0;

        for (int i = 0; i < n; ++i)
          dot += Q[l * n + i] * q[i];
        for (int i = 0; i < n; ++i)
          q[i] -= dot * Q[l * n + i];
      }
  for (int i = 0; i < n; ++i)
    sum += q[i] * q[i];
  for (int i = 0; i < n; ++i)
    q[i] /= sqrt (sum);
}

/* Modified Gram-Schmidt, each column cleaned twice: as orthogonal as rounding lets it be (Giraud, Langou & Rozloznik 2005). */
void
ictus__orthonormal (int n, int k, double *Q, double *r)
{
  for (int j = 0; j < k; ++j)
    {
      double *q = Q + (size_t) j * (size_t) n, sum = 0, before = 0;

      for (int i = 0; i < n; ++i)
        before += q[i] * q[i];
      for (int twice = 0; twice < 2; ++twice)
        for (int l = 0; l < j; ++l)
          {
            const double *v = Q + (size_t) l * (size_t) n;
            double dot = 0;

            for (int i = 0; i < n; ++i)
              dot += v[i] * q[i];
            for (int i = 0; i < n; ++i)
              q[i] -= dot * v[i];
          }
      for (int i = 0; i < n; ++i)
        sum += q[i] * q[i];
      r[j] = sqrt (sum);
      if (r[j] > 1e-13 * sqrt (before) && isfinite (r[j]))
        for (int i = 0; i < n; ++i)
          q[i] /= r[j];
      else /* rounding is all that is left of it */
        any_normal (n, j, Q);
    }
}

double
ictus__log_det (int n, double *A)
{
  double sum = 0;

  for (int c = 0; c < n; ++c)
    {
      int best = c;

      for (int i = c + 1; i < n; ++i)
        if (fabs (A[c * n + i]) > fabs (A[c * n + best]))
          best = i;
      for (int j = c; j < n && best != c; ++j)
        {
          double swap = A[j * n + c];

          A[j * n + c] = A[j * n + best];
          A[j * n + best] = swap;
        }
      sum += log (fabs (A[c * n + c]));
      for (int i = c + 1; i < n && A[c * n + c] != 0; ++i)
        {
          double by = A[c * n + i] / A[c * n + c];

          for (int j = c + 1; j < n; ++j)
            A[j * n + i] -= by * A[j * n + c];
        }
    }
  return sum;
}

double
ictus__tangent_error (const ictus__tangent *w, int k, const double *d, const double *e)
{
  double sum = 0, worst;
  int n = w->n;

  for (int i = 0; i < n; ++i)
    {
      double a = fabs (w->x[i]), b = fabs (w->x1[i]), q = d[i] / (w->atol + w->rtol * (a > b ? a : b));

      sum += q * q + (b - b); /* what is not finite is not good */
    }
  worst = sum / n;
  for (int j = 0; j < k; ++j)
    {
      double size = 0, off = 0;

      for (int i = 0; i < n; ++i)
        {
          double q = w->Q1[j * n + i], b = e[j * n + i];

          size += q * q;
          off += b * b;
        }
      off /= w->rtol * w->rtol * (size > 1 ? size : 1);
      worst = off > worst || !isfinite (off) ? off : worst;
    }
  return sqrt (worst);
}

/* ---- steps ------------------------------------------------------------------------------------------------------- */

static void
swap (double **a, double **b)
{
  double *c = *a;

  *a = *b;
  *b = c;
}

static ictus_err
lost (const ictus__tangent *w)
{
  const ictus_lang_var *v;

  for (int i = 0; i < w->n; ++i)
    if (!isfinite (w->x1[i]) || fabs (w->x1[i]) > FAR)
      {
        v = ictus_lang_get (w->s->model->lang, ICTUS_LANG_STATE, w->s->state[i]);
        return ICTUS_FAIL (ICTUS_E_SOLVER, "the trajectory runs to infinity: %s at t = %g; it has no exponents", v->name, w->t);
      }
  return ICTUS_FAIL (ICTUS_E_SOLVER, "no step is short enough at t = %g: a right-hand side is not smooth or not finite there, or the trajectory "
                     "runs to infinity", w->t);
}

void
ictus__tangent_pass (ictus__tangent *w, double h)
{
  swap (&w->x, &w->x1);
  swap (&w->f, &w->f1);
  swap (&w->J, &w->J1);
  swap (&w->Q, &w->Q1);
  w->t += h;
}

/* An attempt was good: what it found holds. */
static void
take (ictus__tangent *w, double h)
{
  ictus__tangent_pass (w, h);
  ictus__orthonormal (w->n, w->k, w->Q, w->grow);
  for (int j = 0; j < w->k; ++j)
    w->grow[j] = isnan (w->rate[j]) ? log (w->grow[j]) : w->rate[j];
  w->divergence = w->trace;
  w->h_last = h;
  w->steps += 1;
}

static ictus_err
iterate (ictus__tangent *w)
{
  int n = w->n;

  for (int i = 0; i < n; ++i)
    {
      w->x1[i] = w->f[i];
      if (!isfinite (w->x1[i]) || fabs (w->x1[i]) > FAR)
        return lost (w);
    }
  memset (w->Q1, 0, (size_t) n * (size_t) w->k * sizeof *w->Q1);
  for (int q = 0; q < w->k; ++q)
    for (int c = 0; c < n; ++c)
      for (int i = 0; i < n; ++i)
        w->Q1[q * n + i] += w->J[c * n + i] * w->Q[q * n + c];
  memcpy (w->S, w->J, (size_t) n * (size_t) n * sizeof *w->S);
  w->trace = ictus__log_det (n, w->S);
  for (int j = 0; j < w->k; ++j)
    w->rate[j] = NAN;
  take (w, 1);
  ictus__tangent_look (w);
  return ICTUS_OK;
}

/* Too short to go on with? Time itself does not matter where nothing depends on it, and spikes may rise in next to none. */
static bool
too_short (const ictus__tangent *w, double h)
{
  return !(h > (w->s->jumps && !w->s->timed ? 1e-8 : 16) * DBL_EPSILON * fabs (w->t)) || h < 1e-200;
}

ictus_err
ictus__tangent_try (ictus__tangent *w, double below, double *h, double *next, bool *fires)
{
  double err;
  int rejected = 0;

  for (;;)
    {
      *h = w->h = fmin (w->h, w->longest);
      if (too_short (w, *h))
        return lost (w);
      err = w->m->attempt (w, *h);
      *fires = below < 0 && ictus__chaos_fire (w->s, w->t + *h, w->x1) >= 0;
      if (*fires && (err <= 1 || rejected > 2)) /* right-hand sides may have a corner at the threshold: no step crosses it */
        err = ictus__jump_locate (w, h, below);
      if (err <= 1)
        break;
      ++rejected;
      w->h = isfinite (err) ? *h * fmax (LEAST, SAFETY * pow (err, -1 / w->m->order)) : 0.25 * *h;
    }
  *next = fmin (w->longest, *h * fmin (rejected > 0 ? 1 : MOST, SAFETY * pow (fmax (err, 1e-10), -1 / w->m->order)));
  return ICTUS_OK;
}

ictus_err
ictus__tangent_step (ictus__tangent *w)
{
  double h, next, below = 0;
  bool fires;

  if (w->m == NULL)
    return iterate (w);
  if (w->s->jumps)
    below = ictus__chaos_fire (w->s, w->t, w->x);
  ICTUS_TRY (ictus__tangent_try (w, below, &h, &next, &fires));
  take (w, h);
  w->h = next;
  if (fires)
    {
      ICTUS_TRY (ictus__jump (w));
      w->h = 100 * first_step (w);
    }
  for (int i = 0; i < w->n; ++i)
    if (fabs (w->x[i]) > FAR)
      {
        w->x1[i] = INFINITY;
        return lost (w);
      }
  return ICTUS_OK;
}
