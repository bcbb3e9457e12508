/* SPDX-License-Identifier: BSD-3-Clause */
/* How stiff a model is where it starts: eigenvalues of its Jacobian. */
#include "cli/cli_check.h"

#include <math.h>
#include <string.h>

enum { MOST_STATES = 800 }; /* some seconds */

extern void dgeev_ (const char *jobvl, const char *jobvr, const int *n, double *a, const int *lda, double *wr, double *wi,
                    double *vl, const int *ldvl, double *vr, const int *ldvr, double *work, const int *lwork, int *info);

typedef struct point /* where the Jacobian is taken */
{
  double *p, *y, *u, *J, *re, *im;
} point;

static void
clear (point *a)
{
  ictus_free (a->p);
  ictus_free (a->y);
  ictus_free (a->u);
  ictus_free (a->J);
  ictus_free (a->re);
  ictus_free (a->im);
}

/* Initial values; inputs at their defaults, delayed values as the states are now, noise 0. */
static bool
take_point (const ictus_model *m, point *a)
{
  const ictus_kernel *k = m->kernel;
  size_t n = (size_t) k->nstate;

  a->p = ictus_alloc ((size_t) k->nslot, sizeof (double));
  a->y = ictus_alloc (n, sizeof (double));
  a->u = ictus_alloc ((size_t) k->nu, sizeof (double));
  a->J = ictus_alloc (n * n, sizeof (double));
  a->re = ictus_alloc (n, sizeof (double));
  a->im = ictus_alloc (n, sizeof (double));
  if (a->p == NULL || a->y == NULL || a->u == NULL || a->J == NULL || a->re == NULL || a->im == NULL)
    return false;
  ictus_model_defaults (m, a->p);
  k->init (a->p, a->y);
  for (int i = 0; i < k->ninput; ++i)
    a->u[i] = ictus_lang_get (m->lang, ICTUS_LANG_INPUT, i)->value;
  for (int i = 0; i < k->ndelay; ++i)
    a->u[k->ninput + i] = a->y[k->delay_of[i]];
  return true;
}

static bool
eigenvalues (int n, point *a)
{
  int lwork = 8 * n, one = 1, info = 0;
  double *work = ictus_alloc ((size_t) lwork, sizeof *work);

  if (work == NULL)
    return false;
  dgeev_ ("N", "N", &n, a->J, &n, a->re, a->im, NULL, &one, NULL, &one, work, &lwork, &info);
  ictus_free (work);
  return info == 0;
}

static void
judge (int n, const point *a, ictus__stiffness *s)
{
  double most = 0;

  for (int k = 0; k < n; ++k)
    most = fmax (most, hypot (a->re[k], a->im[k]));
  s->slowest = INFINITY;
  for (int k = 0; k < n; ++k)
    {
      double r = hypot (a->re[k], a->im[k]);

      if (!(r > 1e-13 * most)) /* rounding */
        {
          ++s->nzero;
          continue;
        }
      s->fastest = fmax (s->fastest, r);
      s->slowest = fmin (s->slowest, r);
      if (a->re[k] > 1e-13 * most)
        {
          ++s->ngrowing;
          s->grow = fmax (s->grow, a->re[k]);
        }
      else
        s->decay = fmax (s->decay, r);
    }
  s->known = s->fastest > 0;
  if (!s->known)
    snprintf (s->why_not, sizeof s->why_not, "all eigenvalues of the Jacobian are 0");
}

void
ictus__stiffness_of (const ictus_model *m, double t, ictus__stiffness *s)
{
  const ictus_kernel *k = m->kernel;
  point a = { 0 };
  bool finite = true;

  memset (s, 0, sizeof *s);
  if (k->is_map)
    snprintf (s->why_not, sizeof s->why_not, "it is a map");
  else if (k->nstate > MOST_STATES)
    snprintf (s->why_not, sizeof s->why_not, "it has more than %d states", MOST_STATES);
  else if (!take_point (m, &a))
    snprintf (s->why_not, sizeof s->why_not, "out of memory");
  else
    {
      k->jac (t, a.y, a.p, a.u, a.J);
      for (size_t i = 0; i < (size_t) k->nstate * (size_t) k->nstate; ++i)
        finite = finite && isfinite (a.J[i]);
      if (!finite)
        snprintf (s->why_not, sizeof s->why_not, "the Jacobian is not finite there");
      else if (!eigenvalues (k->nstate, &a))
        snprintf (s->why_not, sizeof s->why_not, "the eigenvalues could not be found");
      else
        judge (k->nstate, &a, s);
    }
  clear (&a);
}

double
ictus__stable_step (const char *method, const ictus__stiffness *s)
{
  static const struct
  {
    const char *name;
    double reach; /* how far the region of stability goes along the negative axis */
  } of[] = { { "euler", 2 }, { "heun", 2 }, { "rk4", 2.785 }, { "adams", 1.25 }, { "exp-euler", INFINITY } };

  for (size_t k = 0; s->known && s->decay > 0 && k < sizeof of / sizeof *of; ++k)
    if (strcmp (method, of[k].name) == 0)
      return of[k].reach / s->decay;
  return INFINITY;
}
