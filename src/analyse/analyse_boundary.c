/* SPDX-License-Identifier: BSD-3-Clause */
/* What a threshold search found, as a line in the plane of a map. The search may be in another file than the
   map: axes are told by name. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "analyse/analyse_sweep.h"

static int
find_axis (const sweep *s, const char *name)
{
  for (int k = 0; k < s->naxis; ++k)
    if (strcmp (s->axis[k].name, name) == 0)
      return k;
  return -1;
}

/* An axis of the search must be one of the sweep, in the same unit. */
static ictus_err
check_axis (const sweep *s, ictus_h5 *h, const char *name, int *out)
{
  char path[PLOT_NAME + 1], unit[PLOT_NAME];

  *out = find_axis (s, name);
  if (*out < 0)
    return ICTUS_FAIL (ICTUS_E_INPUT, "the search of %s has an axis %s, which %s has not", h->path, name,
                       s->h->path);
  snprintf (path, sizeof path, "/%s", name);
  ictus__read_text (h, path, "units", unit);
  if (strcmp (unit, s->axis[*out].unit) != 0)
    return ICTUS_FAIL (ICTUS_E_INPUT, "the axis %s is in %s in %s, but in %s in %s", name, unit, h->path,
                       s->axis[*out].unit, s->h->path);
  return ICTUS_OK;
}

/* Index of the value of the search's axis that the map is held at. */
static ictus_err
find_held (const sweep *s, ictus_h5 *h, int axis, const double *v, size_t n, size_t *out)
{
  const sweep_axis *a = &s->axis[axis];

  for (*out = 0; *out < n; ++*out)
    if (!s->drawn && fabs (v[*out] - a->v[0]) <= 1e-9 * fabs (a->v[0]))
      return ICTUS_OK;
  return ICTUS_FAIL (ICTUS_E_INPUT, "the map of %s is not at one of the values that %s has on the axis %s",
                     s->h->path, h->path, a->name);
}

typedef struct lines /* the search as it is in its file */
{
  double *at;           /* [nat] where it is crossed */
  size_t nat;
  int searched;         /* axis of the sweep */
  int other;            /* the other one that is shown; -1: the search has none */
  double *v;            /* [nv] values of other */
  size_t nv;
  size_t first, stride; /* of at: first element, and from one value of other to the next */
} lines;

static ictus_err
read_dimension (const sweep *s, ictus_h5 *h, unsigned d, size_t *stride, lines *l)
{
  char path[PLOT_NAME];
  double *v = NULL;
  size_t n = 0, held = 0;
  int axis = -1;
  ictus_err e;

  ICTUS_GO (ictus__read_scale (h, "/threshold", d, path));
  ICTUS_GO (check_axis (s, h, path + (path[0] == '/'), &axis));
  ICTUS_GO (ictus_h5_read_double (h, path, &v, &n));
  if (s->naxis > 1 && (axis == s->show[0] || axis == s->show[1]))
    {
      l->other = axis;
      l->v = v;
      l->nv = n;
      l->stride = *stride;
      v = NULL;
    }
  else
    {
      ICTUS_GO (find_held (s, h, axis, v, n, &held));
      l->first += held * *stride;
    }
  *stride *= n;
done:
  ictus_free (v);
  return e;
}

static ictus_err
read_lines (const sweep *s, ictus_h5 *h, lines *l)
{
  hsize_t dims[SWEEP_MAX_AXES];
  char name[PLOT_NAME];
  size_t stride = 1;
  int ndim = 0;

  if (!ictus_h5_exists (h, "/threshold"))
    return ICTUS_FAIL (ICTUS_E_INPUT, "%s is not of a threshold search: it has no data set threshold",
                       h->path);
  ictus__read_text (h, "/threshold", "axis", name);
  ICTUS_TRY (check_axis (s, h, name, &l->searched));
  if (l->searched != s->show[0] && (s->naxis == 1 || l->searched != s->show[1]))
    return ICTUS_FAIL (ICTUS_E_INPUT, "%s searches along %s, but the map of %s shows %s and %s", h->path,
                       name, s->h->path, s->axis[s->show[0]].name, s->axis[s->show[1]].name);
  ICTUS_TRY (ictus_h5_read_double (h, "/threshold", &l->at, &l->nat));
  ICTUS_TRY (ictus_h5_shape (h, "/threshold", SWEEP_MAX_AXES, dims, &ndim));
  for (int d = ndim - 1; d >= 0; --d)
    ICTUS_TRY (read_dimension (s, h, (unsigned) d, &stride, l));
  if (stride != l->nat)
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: threshold has %zu values, %zu expected", h->path, l->nat, stride);
  return ICTUS_OK;
}

/* Points of the line in the order of the other axis; where a map has an axis that the search has not, it is
   straight. */
static ictus_err
make_line (sweep *s, const lines *l)
{
  sweep_boundary *b = &s->boundary;
  bool flat = s->naxis > 1 && l->other < 0, along_x = l->searched == s->show[0];
  const sweep_axis *other = &s->axis[along_x && s->naxis > 1 ? s->show[1] : s->show[0]];

  b->n = l->other >= 0 ? l->nv : flat ? 2 : 1;
  b->x = ictus_alloc (b->n, sizeof *b->x);
  b->y = s->naxis > 1 ? ictus_alloc (b->n, sizeof *b->y) : NULL;
  if (b->x == NULL || (s->naxis > 1 && b->y == NULL))
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < b->n; ++k)
    {
      double at = l->at[l->first + (l->other >= 0 ? k * l->stride : 0)],
             v = l->other >= 0 ? l->v[k] : k == 0 ? other->lo : other->hi;

      b->x[k] = along_x ? at : v;
      if (b->y != NULL)
        b->y[k] = along_x ? v : at;
    }
  return ICTUS_OK;
}

ictus_err
ictus__sweep_read_boundary (sweep *s, ictus_h5 *h)
{
  lines l = { .other = -1 };
  ictus_text *t = &s->f->data;
  char words[PLOT_NAME];
  ictus_err e;

  ICTUS_GO (read_lines (s, h, &l));
  ICTUS_GO (make_line (s, &l));
  ictus__read_text (h, "/threshold", "long_name", words);
  snprintf (s->boundary.words, sizeof s->boundary.words, "%s", words);
  s->boundary.block = s->f->nblock++;
  ictus_text_add (t, "$d%d << EOD\n", s->boundary.block);
  for (size_t k = 0; s->boundary.y != NULL && k < s->boundary.n; ++k)
    if (isfinite (s->boundary.x[k]) && isfinite (s->boundary.y[k]))
      ictus_text_add (t, "%.9g %.9g\n", s->boundary.x[k], s->boundary.y[k]);
    else
      ictus_text_add (t, "\n"); /* not crossed there: the line is interrupted */
  ictus_text_add (t, "\n1e30 1e30\nEOD\n");
done:
  ictus_free (l.at);
  ictus_free (l.v);
  return e;
}
