/* SPDX-License-Identifier: BSD-3-Clause */
/* The range of a parameter, where none is given. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dyn/dyn_drive.h"

/* How far the parameter has to be changed to change a right-hand side as much as its states do that move by their own size, each alone:
 * no matter how near to a fold x is. 0 where nothing says. */
static double
reach_of (ictus__dyn *s, const double *x, const double *d)
{
  size_t n = (size_t) s->n;
  double *J = ictus_alloc (n * n, sizeof *J), most = 0;

  if (J == NULL)
    return 0;
  ictus__dyn_jac (s, x, J);
  for (size_t i = 0; i < n; ++i)
    {
      double sum = 0;

      for (size_t j = 0; j < n; ++j)
        sum += fabs (J[j * n + i]) * fmax (s->scale[j], fabs (x[j]));
      if (isfinite (d[i] / sum))
        most = fmax (most, fabs (d[i]) / sum);
    }
  ictus_free (J);
  return most > 0 ? 1 / most : 0;
}

double
ictus__range_scale (ictus__dyn *s, const double *x, int par, double value)
{
  size_t n = (size_t) s->n;
  double *d = ictus_alloc (2 * n + 1, sizeof *d), *z = d != NULL ? d + n : NULL, most = 0, least;
  double corner = 1, at = fabs (value);
  ictus__bordered *b = NULL;

  if (d == NULL)
    return 1;
  ictus__dyn_dpar (s, x, par, d);
  least = reach_of (s, x, d);
  if (ictus__bordered_create (s, 0, &b) == ICTUS_OK && ictus__bordered_factor (b, s, x, NULL, NULL, &corner))
    {
      ictus__bordered_solve (b, d, z, false);
      for (size_t i = 0; i < n; ++i)
        if (isfinite (z[i]))
          most = fmax (most, fabs (z[i]) / fmax (s->scale[i], fabs (x[i])));
    }
  ictus__bordered_destroy (&b);
  ictus_free (d);
  if (!(most > 0) && !(least > 0))
    return at > 0 ? at : 1;
  most = most > 0 ? fmax (1 / most, least) : least;
  if (at > 0) /* neither a start beside a fold nor a state that hardly follows should decide alone */
    most = fmin (fmax (most, 0.1 * at), 10 * at);
  return most;
}

double
ictus__range_floor (const ictus_lang_var *v, double value)
{
  /* each stands for all units of its kind of quantity */
  static const char *const zero[] = { "S", "S/m^2", "mM", "m", "m^2", "m^3", "K", "Ohm" };
  static const char *const above[] = { "s", "F", "F/m^2" };
  double factor;

  if (!(value >= 0) || v->unit[0] == '\0' || strcmp (v->unit, "1") == 0)
    return -INFINITY;
  for (size_t k = 0; k < sizeof above / sizeof *above; ++k)
    if (ictus_unit_factor (v->unit, above[k], &factor) == ICTUS_OK)
      return value > 0 ? 0.01 * value : -INFINITY; /* something is divided by it */
  for (size_t k = 0; k < sizeof zero / sizeof *zero; ++k)
    if (ictus_unit_factor (v->unit, zero[k], &factor) == ICTUS_OK)
      return 0;
  return -INFINITY;
}

double
ictus__range_least (ictus__dyn *s, const double *x, int par)
{
  size_t n = (size_t) s->n;
  double at = ictus__dyn_get (s, par), *f, least = 0.01 * at;

  if (!(at > 0))
    return -INFINITY;
  if ((f = ictus_alloc (n, sizeof *f)) == NULL)
    return least;
  ictus__dyn_set (s, par, 0);
  ictus__dyn_rhs (s, x, f);
  if (ictus__dyn_finite (s->n, f) && ictus__lies_on_curve (s, x, par))
    least = 0;
  ictus__dyn_set (s, par, at);
  ictus_free (f);
  return least;
}

static int
by_size (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Distances of special points from par, of those that happen on equilibria. */
static size_t
collect (const ictus_dyn_diagram *d, double par, double *far, size_t max)
{
  size_t n = 0;

  for (size_t b = 0; b < d->nbranch; ++b)
    for (size_t k = 0; k < d->branch[b].nspecial; ++k)
      {
        const ictus_dyn_special *s = &d->branch[b].special[k];

        if (s->type != ICTUS_DYN_START && s->type != ICTUS_DYN_END && s->type != ICTUS_DYN_ZERO)
          {
            if (n < max)
              far[n] = fabs (s->par[0] - par);
            ++n;
          }
      }
  return n;
}

/* The nearest Hopf point: a range that shows special points, but none of those where rhythms begin, goes on to it. */
static double
to_hopf (const ictus_dyn_diagram *wide, double par, double reach)
{
  double nearest = INFINITY;

  for (size_t k = 0; k < wide->nbranch; ++k)
    for (size_t j = 0; j < wide->branch[k].nspecial; ++j)
      if (wide->branch[k].special[j].type == ICTUS_DYN_HOPF)
        nearest = fmin (nearest, fabs (wide->branch[k].special[j].par[0] - par));
  return isfinite (nearest) ? fmax (reach, nearest) : reach;
}

void
ictus__range_choose (const ictus_dyn_diagram *wide, double par, double scale, double floor, double least, bool two, double *lo,
                     double *hi)
{
  size_t n = collect (wide, par, NULL, 0);
  double *far = ictus_alloc (n, sizeof *far), reach = 4 * scale, a = par, b = par, at = fabs (par), margin;

  if (far != NULL)
    {
      collect (wide, par, far, n);
      qsort (far, n, sizeof *far, by_size);
      for (size_t k = 0; k < n && far[k] <= fmax (reach, 7 * (k > 0 ? far[k - 1] : 0)); ++k)
        reach = fmax (reach, far[k]);
      reach = to_hopf (wide, par, reach);
    }
  for (size_t k = 0; k < wide->nbranch; ++k)
    for (size_t j = 0; j < wide->branch[k].nspecial; ++j)
      {
        const ictus_dyn_special *s = &wide->branch[k].special[j];

        if (s->type != ICTUS_DYN_START && s->type != ICTUS_DYN_END && fabs (s->par[0] - par) <= reach * (1 + 1e-9))
          {
            a = fmin (a, s->par[0]);
            b = fmax (b, s->par[0]);
          }
      }
  ictus_free (far);
  margin = (two ? 1 : 0.3) * (b - a);
  if (b - a < 0.1 * (at > 0 ? fmin (scale, at) : scale)) /* all beside the start */
    margin = fmax (scale, at);
  else
    margin = fmax (margin, fmin (0.5 * (b - a), 0.5 * (at > 0 ? fmin (scale, at) : scale)));
  *lo = fmax (a - margin, fmin (floor, a));
  *lo = a > least && *lo < 0 ? fmax (*lo, least) : *lo;
  *hi = b + margin;
}
