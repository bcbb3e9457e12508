/* SPDX-License-Identifier: BSD-3-Clause */
/* A look at a model before it is measured: how long its recurrences are, how far its states go, which method is cheaper. */
#include "chaos_impl.h"

#include <math.h>
#include <string.h>

void dgeev_ (const char *jobvl, const char *jobvr, const int *n, double *a, const int *lda, double *wr, double *wi, double *vl,
             const int *ldvl, double *vr, const int *ldvr, double *work, const int *lwork, int *info, size_t l1, size_t l2);

enum
{
  LOOK = 20000,  /* steps */
  TRIAL = 2000,  /* of them, to compare the methods by */
  CHEAPER = 4,   /* so many steps of Dormand and Prince cost as much as one of Rodas5P */
  ALONG = 1      /* deviations: they keep steps within what the model does where it rests and all else is exact */
};

typedef struct look /* the second half of the way */
{
  int n;
  size_t m, cap_t, cap_x;
  double *t, *x; /* [m], [m, n] */
} look;

/* ---- recurrence ------------------------------------------------------------------------------------------------- */

/* Range, mean over time and the mean time between passages upwards through it, with some reluctance. */
static double
passages (const look *v, int i, double *range)
{
  double lo = INFINITY, hi = -INFINITY, sum = 0, first = NAN, last = NAN, mean;
  size_t n = (size_t) v->n, count = 0;
  bool below = false;

  for (size_t k = 0; k < v->m; ++k)
    {
      double x = v->x[k * n + (size_t) i];

      lo = fmin (lo, x);
      hi = fmax (hi, x);
      if (k > 0)
        sum += 0.5 * (x + v->x[(k - 1) * n + (size_t) i]) * (v->t[k] - v->t[k - 1]);
    }
  *range = hi - lo;
  mean = sum / (v->t[v->m - 1] - v->t[0]);
  for (size_t k = 0; k < v->m && *range > 1e-6 * (fabs (lo) + fabs (hi)); ++k)
    {
      double x = v->x[k * n + (size_t) i];

      if (x < mean - 0.1 * (mean - lo))
        below = true;
      else if (below && x > mean)
        {
          below = false;
          last = v->t[k];
          first = count++ == 0 ? last : first;
        }
    }
  return count > 2 ? (last - first) / (double) (count - 1) : NAN;
}

/* The slowest real part of an eigenvalue of J that is not 0, in modulus; 0: there is none. */
static double
slowest (const ictus__tangent *w)
{
  int n = w->n, one = 1, lwork = 8 * n, info = 0;
  size_t size = (size_t) n;
  double *J = ictus_alloc (size * (size + 10), sizeof *J), *re = J + size * size, slow = INFINITY, norm = 0;

  for (size_t e = 0; J != NULL && e < size * size; ++e)
    {
      J[e] = w->J[e];
      norm = fmax (norm, fabs (J[e]));
    }
  if (J != NULL && isfinite (norm))
    dgeev_ ("N", "N", &n, J, &n, re, re + size, NULL, &one, NULL, &one, re + 2 * size, &lwork, &info, 1, 1);
  for (size_t i = 0; J != NULL && isfinite (norm) && info == 0 && i < size; ++i)
    if (fabs (re[i]) > 1e-9 * norm)
      slow = fmin (slow, fabs (re[i]));
  ictus_free (J);
  return isfinite (slow) ? slow : 0;
}

static void
evaluate (const look *v, const ictus__tangent *w, ictus__pilot *out)
{
  double speed = 0;

  for (int i = 0; i < v->n; ++i)
    {
      double every = passages (v, i, &out->scale[i]);

      if (isfinite (every) && !(out->recurrence > every))
        out->recurrence = every;
      if (!(out->scale[i] > 1e-9 * fabs (w->x[i])) || out->scale[i] < 1e-30) /* it stands still, or has died out */
        out->scale[i] = fabs (w->x[i]) > 1e-9 ? fabs (w->x[i]) : 1;
      speed = fmax (speed, fabs (w->s->map ? w->f[i] - w->x[i] : w->f[i]) / out->scale[i]);
    }
  out->slow = slowest (w);
  out->rest = speed * (isfinite (out->recurrence) ? out->recurrence : w->s->map ? 1 : out->span);
}

/* ---- the way ------------------------------------------------------------------------------------------------------ */

static ictus_err
keep (look *v, const ictus__tangent *w)
{
  size_t n = (size_t) v->n;

  ICTUS_TRY (ictus_grow (&v->t, &v->cap_t, v->m + 1, sizeof *v->t));
  ICTUS_TRY (ictus_grow (&v->x, &v->cap_x, (v->m + 1) * n, sizeof *v->x));
  v->t[v->m] = w->t;
  memcpy (v->x + v->m * n, w->x, n * sizeof *v->x);
  v->m += 1;
  return ICTUS_OK;
}

/* Steps of the implicit method from where the explicit one was, until t or until there are too many. */
static ictus_err
count_steps (ictus__chaos *s, double t0, const double *x, double until, double rtol, double atol, int most, int *count)
{
  ictus__tangent *w = NULL;
  ictus_err e;

  *count = 0;
  ICTUS_GO (ictus__tangent_open (s, &ictus__tangent_rosenbrock, ALONG, t0, x, NULL, rtol, atol, &w));
  while (w->t < until && *count < most)
    {
      if (ictus__tangent_step (w) != ICTUS_OK) /* the other one came through */
        *count = most;
      *count += 1;
    }
done:
  ictus__tangent_close (&w);
  return e;
}

/* Steps that are short because of stability alone are not worth it. */
static ictus_err
choose (ictus__chaos *s, double t0, const double *x, double until, double rtol, double atol, ictus__pilot *out)
{
  int count;

  ICTUS_TRY (count_steps (s, t0, x, until, rtol, atol, TRIAL / CHEAPER, &count));
  if (count < TRIAL / CHEAPER)
    out->method = &ictus__tangent_rosenbrock;
  return ICTUS_OK;
}

static ictus_err
walk (ictus__chaos *s, ictus__tangent *w, double *trial, look *v)
{
  for (int k = 0; k < LOOK; ++k)
    {
      ICTUS_TRY (ictus__tangent_step (w));
      if (k == LOOK / 2)
        {
          trial[0] = w->t;
          memcpy (trial + 2, w->x, (size_t) s->n * sizeof *trial);
        }
      if (k == LOOK / 2 + TRIAL)
        trial[1] = w->t;
      if (k >= LOOK / 2)
        ICTUS_TRY (keep (v, w));
    }
  return ICTUS_OK;
}

/* The whole way by out->method. */
static ictus_err
go (ictus__chaos *s, double t, const double *x, double rtol, double atol, double *trial, ictus__pilot *out)
{
  ictus__tangent *w = NULL;
  look v = { .n = s->n };
  ictus_err e;

  ICTUS_GO (ictus__tangent_open (s, out->method, ALONG, t, x, NULL, rtol, atol, &w));
  ICTUS_GO (walk (s, w, trial, &v));
  out->span = w->t - t;
  evaluate (&v, w, out);
done:
  ictus__tangent_close (&w);
  ictus_free (v.t);
  ictus_free (v.x);
  return e;
}

ictus_err
ictus__pilot_run (ictus__chaos *s, double t, ictus_lyapunov_method wanted, double rtol, double atol, ictus__pilot *out)
{
  size_t n = (size_t) s->n, ns = (size_t) s->k->nstate;
  double *x = ictus_alloc (n, sizeof *x), *y = ictus_alloc (ns, sizeof *y), *trial = ictus_alloc (n + 2, sizeof *trial);
  const ictus__tangent_method *m = wanted == ICTUS_LYAPUNOV_ROSENBROCK ? &ictus__tangent_rosenbrock : &ictus__tangent_rk45;
  ictus_err e = ICTUS_E_NOMEM;

  *out = (ictus__pilot) { .recurrence = NAN, .scale = ictus_alloc (n, sizeof *out->scale), .method = s->map ? NULL : m };
  if (x == NULL || y == NULL || trial == NULL || out->scale == NULL)
    goto done;
  memcpy (y, s->y, ns * sizeof *y);
  ictus__chaos_start (s, x);
  ICTUS_GO (go (s, t, x, rtol, atol, trial, out));
  if (!s->map && wanted == ICTUS_LYAPUNOV_AUTO)
    {
      ICTUS_GO (choose (s, trial[0], trial + 2, trial[1], rtol, atol, out));
      if (out->method != m)             /* its steps go further */
        ICTUS_GO (go (s, t, x, rtol, atol, trial, out));
    }
done:
  if (y != NULL)
    memcpy (s->y, y, ns * sizeof *y);
  ictus_free (x);
  ictus_free (y);
  ictus_free (trial);
  return e;
}

void
ictus__pilot_clear (ictus__pilot *p)
{
  ictus_free (p->scale);
  *p = (ictus__pilot) { 0 };
}
