/* SPDX-License-Identifier: BSD-3-Clause */
/* Equilibria by Newton's method, and what can be said of them. Delayed values are those of the place itself; of a map
 * the equilibria are its fixed points. */
#include "path/path_expect.h"

#include <math.h>
#include <string.h>

/* LAPACK */
void dgesv_ (const int *n, const int *nrhs, double *a, const int *lda, int *ipiv, double *b, const int *ldb, int *info);
void dgeev_ (const char *jobvl, const char *jobvr, const int *n, double *a, const int *lda, double *wr, double *wi,
             double *vl, const int *ldvl, double *vr, const int *ldvr, double *work, const int *lwork, int *info,
             size_t len_vl, size_t len_vr);

ictus_err
ictus__still_open (ictus__still *s, ictus__claim *c)
{
  size_t n = (size_t) c->k->nstate, nd = (size_t) c->k->ndelay;

  memset (s, 0, sizeof *s);
  s->c = c;
  s->n = c->k->nstate;
  s->nd = c->k->ndelay;
  s->y = ictus_alloc (n, sizeof (double));
  s->f = ictus_alloc (n, sizeof (double));
  s->J = ictus_alloc (n * n, sizeof (double));
  s->B = ictus_alloc (n * nd, sizeof (double));
  s->tau = ictus_alloc (nd, sizeof (double));
  s->A = ictus_alloc (n * n, sizeof (double));
  s->work = ictus_alloc ((n + 1) * (n + 4), sizeof (double));
  s->pivot = ictus_alloc (n + 1, sizeof (int));
  if (s->y == NULL || s->f == NULL || s->J == NULL || s->B == NULL || s->tau == NULL || s->A == NULL || s->work == NULL
      || s->pivot == NULL)
    return ICTUS_E_NOMEM;
  memcpy (s->y, c->y, n * sizeof (double));
  return ICTUS_OK;
}

void
ictus__still_close (ictus__still *s)
{
  ictus_free (s->y);
  ictus_free (s->f);
  ictus_free (s->J);
  ictus_free (s->B);
  ictus_free (s->tau);
  ictus_free (s->A);
  ictus_free (s->work);
  ictus_free (s->pivot);
}

/* ---- the equations at a place --------------------------------------------------------------------------- */

static double
start_time (const ictus__still *s)
{
  return s->c->settings.t0;
}

/* df/du of the delayed values, by central differences; work: [2 n] of s->work. */
static void
look_back (ictus__still *s)
{
  const ictus_kernel *k = s->c->k;
  double *u = s->c->u, *lo = s->work, *hi = s->work + s->n;

  k->delay (start_time (s), s->y, s->c->p, u, s->tau);
  for (int j = 0; j < s->nd; ++j)
    {
      double *uj = &u[k->ninput + j], u0 = *uj, h = 1e-5 * fmax (fabs (u0), 1e-2);

      *uj = u0 - h;
      k->rhs (start_time (s), s->y, s->c->p, u, lo);
      *uj = u0 + h;
      k->rhs (start_time (s), s->y, s->c->p, u, hi);
      *uj = u0;
      for (int i = 0; i < s->n; ++i)
        s->B[j * s->n + i] = (hi[i] - lo[i]) / (2 * h);
    }
}

void
ictus__still_look (ictus__still *s)
{
  const ictus_kernel *k = s->c->k;
  double t = start_time (s);
  int n = s->n;

  for (int j = 0; j < s->nd; ++j)
    s->c->u[k->ninput + j] = s->y[k->delay_of[j]];
  k->rhs (t, s->y, s->c->p, s->c->u, s->f);
  k->jac (t, s->y, s->c->p, s->c->u, s->J);
  memcpy (s->A, s->J, (size_t) (n * n) * sizeof (double));
  if (s->nd > 0)
    look_back (s);
  for (int j = 0; j < s->nd; ++j)
    for (int i = 0; i < n; ++i)
      s->A[k->delay_of[j] * n + i] += s->B[j * n + i];
  for (int i = 0; k->is_map && i < n; ++i)
    {
      s->f[i] -= s->y[i];
      s->A[i * n + i] -= 1;
    }
}

bool
ictus__still_solve (int n, double *a, int *pivot, double *b)
{
  const int one = 1;
  int info = 0;

  dgesv_ (&n, &one, a, &n, pivot, b, &n, &info);
  for (int i = 0; info == 0 && i < n; ++i)
    if (!isfinite (b[i]))
      info = 1;
  return info == 0;
}

bool
ictus__still_eigen (ictus__still *s, double *re, double *im)
{
  const int one = 1;
  int n = s->n, lwork = 4 * n, info = 0;
  double none = 0, *work = ictus_alloc ((size_t) lwork, sizeof *work), *a;

  a = ictus_alloc ((size_t) (n * n), sizeof *a);
  if (work != NULL && a != NULL)
    {
      memcpy (a, s->A, (size_t) (n * n) * sizeof *a);
      for (int i = 0; i < n * n; ++i)
        if (!isfinite (a[i]))
          info = 1;
      if (info == 0)
        dgeev_ ("N", "N", &n, a, &n, re, im, &none, &one, &none, &one, work, &lwork, &info, 1, 1);
    }
  else
    info = 1;
  for (int i = 0; info == 0 && s->c->k->is_map && i < n; ++i)
    re[i] += 1; /* of the map itself */
  ictus_free (work);
  ictus_free (a);
  return info == 0;
}

/* ---- Newton --------------------------------------------------------------------------------------------- */

static double
size_of (const double *f, const double *y, int n, const double *held)
{
  double m = 0;

  for (int i = 0; i < n; ++i)
    if (held == NULL || isnan (held[i]))
      m = fmax (m, fabs (f[i]) / fmax (fabs (y[i]), 1e-3));
  return m;
}

/* Newton for the states that are not held (NaN in held; NULL: for all), halving steps that make it worse. */
static bool
newton (ictus__still *s, const double *held)
{
  int n = s->n;
  double *a = s->work + 2 * n, *b = ictus_alloc ((size_t) (2 * n), sizeof *b), *y0;
  bool done = false;

  if (b == NULL)
    return false;
  y0 = b + n;
  ictus__still_look (s);
  for (int step = 0; step < 200 && !done; ++step)
    {
      double was = size_of (s->f, s->y, n, held), by = 1, moved = 0;

      memcpy (a, s->A, (size_t) (n * n) * sizeof *a);
      memcpy (b, s->f, (size_t) n * sizeof *b);
      memcpy (y0, s->y, (size_t) n * sizeof *y0);
      for (int i = 0; held != NULL && i < n; ++i)
        if (!isnan (held[i]))
          {
            for (int j = 0; j < n; ++j)
              a[j * n + i] = a[i * n + j] = i == j;
            b[i] = 0;
          }
      if (!ictus__still_solve (n, a, s->pivot, b))
        break;
      for (int half = 0; half < 12; ++half, by /= 2)
        {
          for (int i = 0; i < n; ++i)
            s->y[i] = y0[i] - by * b[i];
          ictus__still_look (s);
          if (size_of (s->f, s->y, n, held) <= was * (1 + 1e-9))
            break;
        }
      for (int i = 0; i < n; ++i)
        moved = fmax (moved, fabs (s->y[i] - y0[i]) / fmax (fabs (s->y[i]), 1e-6));
      done = moved < 1e-13 || (moved < 1e-9 && by < 1);
    }
  ictus_free (b);
  return done;
}

bool
ictus__still_settle (ictus__still *s)
{
  return newton (s, NULL);
}

ictus_err
ictus__still_guess (ictus__still *s)
{
  bool said = false;
  double *held = ictus_alloc ((size_t) s->n, sizeof *held);

  if (held == NULL)
    return ICTUS_E_NOMEM;
  for (int i = 0; i < s->n; ++i)
    {
      held[i] = isnan (s->c->near[i]) ? s->c->want[i] : s->c->near[i];
      if (isnan (held[i]))
        continue;
      s->y[i] = held[i];
      said = true;
    }
  if (said && !newton (s, held)) /* then from the initial values as they are */
    for (int i = 0; i < s->n; ++i)
      s->y[i] = isnan (held[i]) ? s->c->y[i] : held[i];
  ictus_free (held);
  return ICTUS_OK;
}

/* ---- claims --------------------------------------------------------------------------------------------- */

/* Markov variables and parameters that events change have no equation. */
static ictus_err
refuse (const ictus__claim *c)
{
  if (c->k->nstate == 0)
    return ictus__claim_wrong (c, "there are no states");
  for (int i = 0; i < c->k->nstate; ++i)
    {
      const ictus_lang_var *v = ictus_lang_get (c->m->lang, ICTUS_LANG_STATE, i);

      if (v->hidden || v->markov > 0)
        return ictus__claim_wrong (c, "%s is changed by events or at random: no equilibrium", v->name);
    }
  return ICTUS_OK;
}

/* The equilibrium near the guess; *found says whether there is one. */
static ictus_err
equilibrium (ictus__claim *c, ictus__still *s, bool *found)
{
  ICTUS_TRY (refuse (c));
  ICTUS_TRY (ictus__still_open (s, c));
  ICTUS_TRY (ictus__still_guess (s));
  *found = ictus__still_settle (s);
  if (!*found)
    ictus__claim_spoil (c, "Newton's method finds no equilibrium");
  return ICTUS_OK;
}

static ictus_err
check_repose (ictus__claim *c, ictus__still *s)
{
  static const char *const names[] = { "", "stable", "unstable", "a saddle" };
  double *re = ictus_alloc ((size_t) (2 * s->n), sizeof *re), *im;
  int out = 0;
  ictus__repose is;

  if (re == NULL)
    return ICTUS_E_NOMEM;
  im = re + s->n;
  if (!ictus__still_eigen (s, re, im))
    {
      ictus_free (re);
      ictus__claim_spoil (c, "no eigenvalues");
      return ICTUS_OK;
    }
  for (int i = 0; i < s->n; ++i)
    out += c->k->is_map ? hypot (re[i], im[i]) > 1 : re[i] > 0;
  ictus_free (re);
  is = out == 0 ? ICTUS__STABLE : out == s->n ? ICTUS__UNSTABLE : ICTUS__SADDLE;
  ictus_text_add (c->said, "; %s", names[is]);
  if (is != c->repose && !(c->repose == ICTUS__UNSTABLE && out > 0))
    ictus__claim_spoil (c, "not %s", names[c->repose]);
  return ICTUS_OK;
}

ictus_err
ictus__claim_rest (ictus__claim *c)
{
  ictus__still s = { 0 };
  bool found;
  ictus_err e;

  if (c->repose != ICTUS__ANY && c->k->ndelay > 0)
    return ictus__claim_wrong (c, "stability is not known for models with delays");
  ICTUS_GO (equilibrium (c, &s, &found));
  for (int i = 0; found && i < s.n; ++i)
    if (!isnan (c->want[i]))
      {
        ictus__amount a = { true, c->want[i], c->percent ? c->all.tol * fabs (c->want[i]) : c->all.tol };

        ictus__claim_compare (c, ictus_lang_get (c->m->lang, ICTUS_LANG_STATE, i)->name, &a, s.y[i]);
      }
  if (found && c->repose != ICTUS__ANY)
    ICTUS_GO (check_repose (c, &s));
done:
  ictus__still_close (&s);
  return e;
}

/* The eigenvalue of the largest real part (of a map: the largest modulus) at the equilibrium */
ictus_err
ictus__claim_eigenvalue (ictus__claim *c)
{
  ictus__still s = { 0 };
  double *re = NULL, *im;
  int best = 0;
  bool found;
  ictus_err e;

  if (c->k->ndelay > 0)
    return ictus__claim_wrong (c, "eigenvalues are not known for models with delays");
  ICTUS_GO (equilibrium (c, &s, &found));
  if (!found)
    goto done;
  if ((re = ictus_alloc ((size_t) (2 * s.n), sizeof *re)) == NULL)
    ICTUS_GO (ICTUS_E_NOMEM);
  im = re + s.n;
  if (!ictus__still_eigen (&s, re, im))
    {
      ictus__claim_spoil (c, "no eigenvalues");
      goto done;
    }
  for (int i = 1; i < s.n; ++i)
    if (c->k->is_map ? hypot (re[i], im[i]) > hypot (re[best], im[best]) : re[i] > re[best])
      best = i;
  ictus__claim_compare (c, "the leading eigenvalue", &c->is, re[best]);
  if (c->omega.given)
    ictus__claim_compare (c, "its imaginary part", &c->omega, fabs (im[best]));
done:
  ictus_free (re);
  ictus__still_close (&s);
  return e;
}

/* The right-hand side of a state at the start */
ictus_err
ictus__claim_derivative (ictus__claim *c)
{
  ictus__still s = { 0 };
  ictus_err e;

  if (c->col >= c->k->nstate)
    return ictus__claim_wrong (c, "the derivative of a state is wanted");
  ICTUS_GO (ictus__still_open (&s, c));
  for (int j = 0; j < s.nd; ++j)
    c->u[c->k->ninput + j] = s.y[c->k->delay_of[j]];
  c->k->rhs (start_time (&s), s.y, c->p, c->u, s.f);
  ictus__claim_compare (c, "the derivative", &c->is, s.f[c->col]);
done:
  ictus__still_close (&s);
  return e;
}
