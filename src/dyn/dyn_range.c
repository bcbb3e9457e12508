/* SPDX-License-Identifier: BSD-3-Clause */
/* The range of a parameter, where none is given. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dyn/dyn_drive.h"

double
ictus__range_scale (ictus__dyn *s, const double *x, int par)
{
  size_t n = (size_t) s->n;
  double *d = ictus_alloc (2 * n + 1, sizeof *d), *z = d != NULL ? d + n : NULL, most = 0;
  double corner = 1, at = fabs (ictus__dyn_get (s, par));
  ictus__bordered *b = NULL;

  if (d == NULL)
    return 1;
  ictus__dyn_dpar (s, x, par, d);
  if (ictus__bordered_create (s, 0, &b) == ICTUS_OK && ictus__bordered_factor (b, s, x, NULL, NULL, &corner))
    {
      ictus__bordered_solve (b, d, z, false);
      for (size_t i = 0; i < n; ++i)
        if (isfinite (z[i]))
          most = fmax (most, fabs (z[i]) / fmax (s->scale[i], fabs (x[i])));
    }
  ictus__bordered_destroy (&b);
  ictus_free (d);
  if (!(most > 0))
    return at > 0 ? at : 1;
  most = 1 / most;
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

void
ictus__range_choose (const ictus_dyn_diagram *wide, double par, double scale, double floor, bool two, double *lo, double *hi)
{
  size_t n = collect (wide, par, NULL, 0);
  double *far = ictus_alloc (n, sizeof *far), reach = 8 * scale, a = par, b = par, margin;

  if (far != NULL)
    {
      collect (wide, par, far, n);
      qsort (far, n, sizeof *far, by_size);
      for (size_t k = 0; k < n && far[k] <= fmax (reach, 5 * (k > 0 ? far[k - 1] : 0)); ++k)
        reach = fmax (reach, far[k]);
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
  margin = a < b ? (two ? 1 : 0.3) * (b - a) : fmax (scale, fabs (par));
  if (margin < 0.05 * scale)
    margin = 0.05 * scale;
  *lo = fmax (a - margin, fmin (floor, a));
  *hi = b + margin;
}
