/* SPDX-License-Identifier: BSD-3-Clause */
/* Where an equilibrium changes with a parameter: folds (an eigenvalue 0) and Hopf points (a pair of purely imaginary ones;
 * a saddle whose eigenvalues sum to 0 has none and is not found). */
#include "path/path_expect.h"

#include <complex.h>
#include <math.h>
#include <string.h>

/* Determinant by elimination with pivots, of m [n * n] column by column, which is destroyed; its rows are divided by
   scale [n]. */
static double complex
determinant (int n, double complex *m, const double *scale)
{
  double complex det = 1;

  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      m[j * n + i] /= scale[i];
  for (int j = 0; j < n; ++j)
    {
      int best = j;

      for (int i = j + 1; i < n; ++i)
        if (cabs (m[j * n + i]) > cabs (m[j * n + best]))
          best = i;
      if (cabs (m[j * n + best]) == 0)
        return 0;
      for (int l = j; best != j && l < n; ++l)
        {
          double complex x = m[l * n + j];

          m[l * n + j] = m[l * n + best];
          m[l * n + best] = x;
        }
      det *= best != j ? -m[j * n + j] : m[j * n + j];
      for (int i = j + 1; i < n; ++i)
        {
          double complex by = m[j * n + i] / m[j * n + j];

          for (int l = j + 1; l < n; ++l)
            m[l * n + i] -= by * m[l * n + j];
        }
    }
  return det;
}

/* det (lambda - J - sum B exp (-lambda tau)) where s looked last */
static double complex
characteristic (const ictus__still *s, double complex lambda, double complex *m, const double *scale)
{
  const ictus_kernel *k = s->c->k;
  int n = s->n;

  for (int i = 0; i < n * n; ++i)
    m[i] = -(s->nd > 0 ? s->J[i] : s->A[i]);
  for (int j = 0; j < s->nd; ++j)
    for (int i = 0; i < n; ++i)
      m[k->delay_of[j] * n + i] -= s->B[j * n + i] * cexp (-lambda * s->tau[j]);
  for (int i = 0; i < n; ++i)
    m[i * n + i] += lambda;
  return determinant (n, m, scale);
}

static void
scale_of (const ictus__still *s, double *scale)
{
  for (int i = 0; i < s->n; ++i)
    {
      scale[i] = 0;
      for (int j = 0; j < s->n; ++j)
        scale[i] = fmax (scale[i], fabs (s->A[j * s->n + i]));
      if (!(scale[i] > 0))
        scale[i] = 1;
    }
}

static void
set_parameter (ictus__claim *c, double x)
{
  c->p[c->par] = x;
  c->k->prepare (c->p);
}

static ictus_err
refuse (const ictus__claim *c)
{
  for (int i = 0; i < c->k->nstate; ++i)
    {
      const ictus_lang_var *v = ictus_lang_get (c->m->lang, ICTUS_LANG_STATE, i);

      if (v->hidden || v->markov > 0)
        return ictus__claim_wrong (c, "%s is changed by events or at random: no equilibrium", v->name);
    }
  return ICTUS_OK;
}

/* Both begin alike: the parameter at its expected value, the states as said and the others settled. */
static ictus_err
begin (ictus__claim *c, ictus__still *s, double complex **m, double **scale)
{
  size_t n = (size_t) c->k->nstate;

  ICTUS_TRY (refuse (c));
  ICTUS_TRY (ictus__still_open (s, c));
  *m = ictus_alloc (n * n, sizeof **m);
  *scale = ictus_alloc (n, sizeof **scale);
  if (*m == NULL || *scale == NULL)
    return ICTUS_E_NOMEM;
  set_parameter (c, c->when.v);
  ICTUS_TRY (ictus__still_guess (s));
  ictus__still_look (s);
  scale_of (s, *scale);
  return ICTUS_OK;
}

static void
tell (ictus__claim *c, const ictus__still *s)
{
  ictus__claim_compare (c, ictus_lang_get (c->m->lang, ICTUS_LANG_PAR, c->par)->name, &c->when, c->p[c->par]);
  for (int i = 0; i < s->n && i < 3; ++i)
    ictus_text_add (c->said, " %s=%.10g", ictus_lang_get (c->m->lang, ICTUS_LANG_STATE, i)->name, s->y[i]);
}

/* ---- folds ---------------------------------------------------------------------------------------------- */

static double
det_at (ictus__still *s, double complex *m, const double *scale)
{
  ictus__still_look (s);
  for (int i = 0; i < s->n * s->n; ++i)
    m[i] = s->A[i];
  return creal (determinant (s->n, m, scale));
}

/* One step of Newton for y and the parameter in f = 0, det A = 0. How far it went, NaN if it could not. */
static double
fold_step (ictus__still *s, double complex *m, const double *scale)
{
  ictus__claim *c = s->c;
  int n = s->n, n1 = n + 1;
  double *a = ictus_alloc ((size_t) (n1 * n1 + n1), sizeof *a), *b, *f = s->f;
  double moved = 0, p0 = c->p[c->par], h, up;

  if (a == NULL)
    return NAN;
  b = a + n1 * n1;
  for (int j = 0; j < n1; ++j) /* the row of the determinant, and df/dp */
    {
      double *x = j < n ? &s->y[j] : &p0, x0 = *x;

      h = 1e-6 * fmax (fabs (x0), 1e-3);
      *x = x0 + h;
      set_parameter (c, p0);
      up = det_at (s, m, scale);
      for (int i = 0; j == n && i < n; ++i)
        a[n * n1 + i] = f[i] / (2 * h);
      *x = x0 - h;
      set_parameter (c, p0);
      a[j * n1 + n] = (up - det_at (s, m, scale)) / (2 * h);
      for (int i = 0; j == n && i < n; ++i)
        a[n * n1 + i] -= f[i] / (2 * h);
      *x = x0;
    }
  set_parameter (c, p0);
  b[n] = det_at (s, m, scale);
  for (int j = 0; j < n; ++j)
    memcpy (a + j * n1, s->A + j * n, (size_t) n * sizeof *a);
  memcpy (b, f, (size_t) n * sizeof *b);
  if (!ictus__still_solve (n1, a, s->pivot, b))
    moved = NAN;
  else
    {
      for (int i = 0; i < n; ++i)
        {
          s->y[i] -= b[i];
          moved = fmax (moved, fabs (b[i]) / fmax (fabs (s->y[i]), 1e-3));
        }
      moved = fmax (moved, fabs (b[n]) / fmax (fabs (p0), 1e-3));
      set_parameter (c, p0 - b[n]);
    }
  ictus_free (a);
  return moved;
}

ictus_err
ictus__claim_fold (ictus__claim *c)
{
  ictus__still s = { 0 };
  double complex *m = NULL;
  double *scale = NULL, moved = 1;
  ictus_err e;

  ICTUS_GO (begin (c, &s, &m, &scale));
  for (int step = 0; step < 60 && moved > 1e-11; ++step)
    moved = fold_step (&s, m, scale);
  if (!(moved < 1e-7)) /* differences leave the last digits in doubt */
    ictus__claim_spoil (c, "Newton's method finds no fold");
  else
    tell (c, &s);
done:
  ictus_free (m);
  ictus_free (scale);
  ictus__still_close (&s);
  return e;
}

/* ---- Hopf points ---------------------------------------------------------------------------------------- */

/* The pair nearest to the axis; 0: there is none. */
static double
guess_omega (ictus__still *s)
{
  double *re = ictus_alloc ((size_t) (2 * s->n), sizeof *re), *im, best = INFINITY, w = 0;

  if (re == NULL)
    return 0;
  im = re + s->n;
  if (ictus__still_eigen (s, re, im))
    for (int i = 0; i < s->n; ++i)
      if (im[i] > 0 && fabs (re[i]) < best)
        {
          best = fabs (re[i]);
          w = im[i];
        }
  ictus_free (re);
  return w;
}

/* The characteristic function at i w for the equilibrium of parameter x; NaN if there is none near. */
static double complex
hopf_at (ictus__still *s, double x, double w, double complex *m, const double *scale)
{
  set_parameter (s->c, x);
  if (!ictus__still_settle (s))
    return NAN;
  return characteristic (s, CMPLX (0, w), m, scale);
}

/* One step of Newton for (x, w), derivatives by differences. How far it went. */
static double
hopf_step (ictus__still *s, double *x, double *w, double complex *m, const double *scale)
{
  double hx = 1e-6 * fmax (fabs (*x), 1e-3), hw = 1e-6 * *w, dx, dw, det;
  double complex g, gx, gw;

  gx = (hopf_at (s, *x + hx, *w, m, scale) - hopf_at (s, *x - hx, *w, m, scale)) / (2 * hx);
  g = hopf_at (s, *x, *w, m, scale);
  gw = (characteristic (s, CMPLX (0, *w + hw), m, scale) - characteristic (s, CMPLX (0, *w - hw), m, scale)) / (2 * hw);
  det = creal (gx) * cimag (gw) - cimag (gx) * creal (gw);
  dx = (creal (g) * cimag (gw) - cimag (g) * creal (gw)) / det;
  dw = (creal (gx) * cimag (g) - cimag (gx) * creal (g)) / det;
  if (!isfinite (dx) || !isfinite (dw))
    return NAN;
  *x -= dx;
  *w = fabs (dw) < *w ? *w - dw : *w / 2;
  return fmax (fabs (dx) / fmax (fabs (*x), 1e-3), fabs (dw) / *w);
}

ictus_err
ictus__claim_hopf (ictus__claim *c)
{
  ictus__still s = { 0 };
  double complex *m = NULL;
  double *scale = NULL, x = c->when.v, w, moved = 1;
  ictus_err e;

  if (c->k->is_map)
    return ictus__claim_wrong (c, "Hopf points of maps are not looked for");
  ICTUS_GO (begin (c, &s, &m, &scale));
  if (!ictus__still_settle (&s))
    {
      ictus__claim_spoil (c, "Newton's method finds no equilibrium");
      goto done;
    }
  w = c->omega.given ? fabs (c->omega.v) : guess_omega (&s);
  if (!(w > 0))
    {
      ictus__claim_spoil (c, "no pair of complex eigenvalues at %s = %.10g",
                          ictus_lang_get (c->m->lang, ICTUS_LANG_PAR, c->par)->name, x);
      goto done;
    }
  for (int step = 0; step < 60 && moved > 1e-11; ++step)
    moved = hopf_step (&s, &x, &w, m, scale);
  set_parameter (c, x);
  if (!(moved < 1e-7) || !ictus__still_settle (&s))
    ictus__claim_spoil (c, "Newton's method finds no Hopf point");
  else
    {
      tell (c, &s);
      if (c->omega.given && c->omega.tol >= 0)
        ictus__claim_compare (c, "omega", &c->omega, w);
      else
        ictus_text_add (c->said, " omega=%.10g", w);
    }
done:
  ictus_free (m);
  ictus_free (scale);
  ictus__still_close (&s);
  return e;
}
