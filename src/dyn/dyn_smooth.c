/* SPDX-License-Identifier: BSD-3-Clause */
/* Kinks and jumps of right-hand sides: found by the Jacobian on both sides of a place, named by the language. */
#include <math.h>
#include <string.h>

#include "dyn/dyn_drive.h"

typedef struct sides /* of a place */
{
  ictus__dyn *s;
  const ictus_dyn_options *o;
  const ictus_dyn_branch *b;
  double *x, *f, *J[2]; /* x [n], f [2 n] */
  double par[2];
} sides;

bool
ictus__dyn_has_switch (const ictus__dyn *s)
{
  for (int i = 0; i < s->n; ++i)
    if (ictus_lang_switch (s->model->lang, s->state[i]) != NULL)
      return true;
  return false;
}

/* Right-hand sides and Jacobian at row r, or w of the way from there to row q (beyond it for w > 1). */
static void
look (sides *a, int side, size_t r, size_t q, double w)
{
  size_t n = (size_t) a->s->n;

  for (size_t i = 0; i < n; ++i)
    a->x[i] = (1 - w) * a->b->x[r * n + i] + w * a->b->x[q * n + i];
  ictus__dyn_set (a->s, a->o->par, (1 - w) * a->b->par[r] + w * a->b->par[q]);
  ictus__dyn_rhs (a->s, a->x, a->f + (size_t) side * n);
  ictus__dyn_jac (a->s, a->x, a->J[side]);
}

/* Row of the Jacobian that differs most between J and K, and by how much of its size. */
static double
differ (const ictus__dyn *s, const double *J, const double *K, int *row)
{
  size_t n = (size_t) s->n;
  double most = 0;

  for (size_t i = 0; i < n; ++i)
    {
      double diff = 0, size = 0;

      for (size_t j = 0; j < n; ++j)
        {
          double p = J[j * n + i] * s->scale[j], q = K[j * n + i] * s->scale[j];

          diff = fmax (diff, fabs (p - q));
          size = fmax (size, fmax (fabs (p), fabs (q)));
        }
      if (isfinite (diff) && diff > most * size && size > 0)
        {
          most = diff / size;
          *row = (int) i;
        }
    }
  return most;
}

static double
differs (const sides *a, int *row)
{
  return differ (a->s, a->J[0], a->J[1], row);
}

double
ictus__dyn_jump (ictus__dyn *s, int par, const double *X, const double *Y, double *J)
{
  size_t n = (size_t) s->n;
  int row;

  ictus__dyn_set (s, par, X[n]);
  ictus__dyn_jac (s, X, J);
  ictus__dyn_set (s, par, Y[n]);
  ictus__dyn_jac (s, Y, J + n * n);
  return differ (s, J, J + n * n, &row);
}

/* A place between w0 and w1 where the Jacobian jumps, by halving: the side with the larger difference each time. */
static bool
jump_between (sides *a, size_t r, size_t q, double w0, double w1, int *row)
{
  double first, whole, left;

  look (a, 0, r, q, w0);
  look (a, 1, r, q, w1);
  if (!((first = differs (a, row)) > 1e-3))
    return false;
  for (int k = 0; k < 30; ++k)
    {
      double mid = (w0 + w1) / 2;

      look (a, 0, r, q, w0);
      look (a, 1, r, q, mid);
      left = differs (a, row);
      look (a, 0, r, q, w1);
      whole = differs (a, row);
      if (left > whole)
        w1 = mid;
      else
        w0 = mid;
    }
  look (a, 0, r, q, w0);
  look (a, 1, r, q, w1);
  return differs (a, row) > 1e-3 && differs (a, row) > 0.01 * first;
}

static void
say (const sides *a, ictus_dyn_special *p, int row, const char *where)
{
  const char *name = ictus__dyn_var (a->s, row)->name, *what = ictus_lang_switch (a->s->model->lang, a->s->state[row]);
  size_t len = strlen (p->note);

  if (what == NULL)
    return;
  snprintf (p->note + len, sizeof p->note - len, "%s%s %s' has a kink or jump (%s)", len > 0 ? "; " : "", where, name, what);
}

static void
note_one (sides *a, ictus_dyn_special *p)
{
  size_t at = p->at, last = a->b->npoint - 1;
  int row = 0;

  if (p->type == ICTUS_DYN_START || last == 0)
    return;
  if (p->type == ICTUS_DYN_END)
    {
      if (strstr (p->note, "step") != NULL || strstr (p->note, "kink") != NULL)
        if (jump_between (a, last - 1, last, 0.5, 3, &row))
          say (a, p, row, "just here");
    }
  else if (at > 0 && jump_between (a, at - 1, at, 0.999, 1.001, &row))
    say (a, p, row, "where");
}

ictus_err
ictus__note_kinks (ictus__dyn *s, const ictus_dyn_options *o, ictus_dyn_branch *b)
{
  size_t n = (size_t) s->n;
  sides a = { .s = s, .o = o, .b = b };
  ictus_err e = ICTUS_E_NOMEM;

  if (b->kind != ICTUS_DYN_EQUILIBRIA || b->npoint == 0 || !ictus__dyn_has_switch (s))
    return ICTUS_OK;
  a.x = ictus_alloc (n, sizeof *a.x);
  a.f = ictus_alloc (2 * n, sizeof *a.f);
  a.J[0] = ictus_alloc (n * n, sizeof *a.J[0]);
  a.J[1] = ictus_alloc (n * n, sizeof *a.J[1]);
  if (a.x == NULL || a.f == NULL || a.J[0] == NULL || a.J[1] == NULL)
    goto done;
  for (size_t k = 0; k < b->nspecial; ++k)
    note_one (&a, &b->special[k]);
  e = ICTUS_OK;
done:
  ictus_free (a.x);
  ictus_free (a.f);
  ictus_free (a.J[0]);
  ictus_free (a.J[1]);
  return e;
}
