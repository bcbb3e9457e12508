/* SPDX-License-Identifier: BSD-3-Clause */
/* Branches: rows and special points as they are found. */
#include "dyn/dyn_impl.h"

#include <math.h>
#include <string.h>

const char *
ictus_dyn_type_name (ictus_dyn_type t)
{
  static const char *const name[] = {
    [ICTUS_DYN_START] = "start",
    [ICTUS_DYN_END] = "end",
    [ICTUS_DYN_FOLD] = "fold",
    [ICTUS_DYN_HOPF] = "Hopf",
    [ICTUS_DYN_BRANCH] = "branch point",
    [ICTUS_DYN_ZERO] = "user's zero",
    [ICTUS_DYN_CYCLE_FOLD] = "fold of cycles",
    [ICTUS_DYN_DOUBLING] = "period doubling",
    [ICTUS_DYN_TORUS] = "torus",
    [ICTUS_DYN_CYCLE_BRANCH] = "branch point of cycles",
    [ICTUS_DYN_CUSP] = "cusp",
    [ICTUS_DYN_BOGDANOV_TAKENS] = "Bogdanov-Takens",
    [ICTUS_DYN_GENERALISED_HOPF] = "generalised Hopf",
    [ICTUS_DYN_FOLD_HOPF] = "fold-Hopf",
    [ICTUS_DYN_HOPF_HOPF] = "Hopf-Hopf",
  };

  return name[t];
}

const char *
ictus_dyn_type_label (ictus_dyn_type t)
{
  static const char *const label[] = {
    [ICTUS_DYN_START] = "EP",
    [ICTUS_DYN_END] = "EP",
    [ICTUS_DYN_FOLD] = "LP",
    [ICTUS_DYN_HOPF] = "HB",
    [ICTUS_DYN_BRANCH] = "BP",
    [ICTUS_DYN_ZERO] = "UZ",
    [ICTUS_DYN_CYCLE_FOLD] = "LPC",
    [ICTUS_DYN_DOUBLING] = "PD",
    [ICTUS_DYN_TORUS] = "TR",
    [ICTUS_DYN_CYCLE_BRANCH] = "BPC",
    [ICTUS_DYN_CUSP] = "CP",
    [ICTUS_DYN_BOGDANOV_TAKENS] = "BT",
    [ICTUS_DYN_GENERALISED_HOPF] = "GH",
    [ICTUS_DYN_FOLD_HOPF] = "ZH",
    [ICTUS_DYN_HOPF_HOPF] = "HH",
  };

  return label[t];
}

void
ictus_dyn_branch_clear (ictus_dyn_branch *b)
{
  for (size_t i = 0; i < b->nspecial; ++i)
    {
      ictus_free (b->special[i].x);
      ictus_free (b->special[i].phase);
      ictus_free (b->special[i].orbit);
      ictus_free (b->special[i].vector);
    }
  ictus_free (b->special);
  ictus_free (b->par);
  ictus_free (b->par2);
  ictus_free (b->x);
  ictus_free (b->low);
  ictus_free (b->high);
  ictus_free (b->aux_low);
  ictus_free (b->aux_high);
  ictus_free (b->period);
  ictus_free (b->re);
  ictus_free (b->im);
  ictus_free (b->unstable);
  memset (b, 0, sizeof *b);
}

/* Room for one more row of `width` numbers in a column that the kind has. */
static ictus_err
widen (double **column, const ictus_dyn_branch *b, size_t width, bool wanted)
{
  size_t cap = *column == NULL ? 0 : b->cap * width;

  if (!wanted)
    return ICTUS_OK;
  return ictus_grow (column, &cap, 2 * (b->npoint + 1) * width, sizeof **column);
}

static ictus_err
make_room (ictus_dyn_branch *b, bool par2, bool range, bool period, bool values)
{
  size_t n = (size_t) b->n, cap = b->cap;

  if (b->npoint < b->cap)
    return ICTUS_OK;
  ICTUS_TRY (widen (&b->par, b, 1, true));
  ICTUS_TRY (widen (&b->par2, b, 1, par2));
  ICTUS_TRY (widen (&b->x, b, n, true));
  ICTUS_TRY (widen (&b->low, b, n, range));
  ICTUS_TRY (widen (&b->high, b, n, range));
  ICTUS_TRY (widen (&b->period, b, 1, period));
  ICTUS_TRY (widen (&b->re, b, n, values));
  ICTUS_TRY (widen (&b->im, b, n, values));
  ICTUS_TRY (ictus_grow (&b->unstable, &cap, 2 * (b->npoint + 1), sizeof *b->unstable));
  b->cap = 2 * (b->npoint + 1);
  return ICTUS_OK;
}

static void
put (double *column, size_t row, size_t n, const double *v)
{
  if (column != NULL && v != NULL)
    memcpy (column + row * n, v, n * sizeof *v);
}

ictus_err
ictus__branch_add (ictus_dyn_branch *b, double par, double par2, const double *x, const double *low, const double *high,
                   double period, const double *re, const double *im, int unstable)
{
  size_t n = (size_t) b->n, row = b->npoint;
  bool two = b->kind == ICTUS_DYN_FOLDS || b->kind == ICTUS_DYN_HOPFS;

  ICTUS_TRY (make_room (b, two, b->kind == ICTUS_DYN_CYCLES, b->kind == ICTUS_DYN_CYCLES || b->kind == ICTUS_DYN_HOPFS,
                        re != NULL || b->re != NULL));
  b->par[row] = par;
  if (two)
    b->par2[row] = par2;
  if (b->period != NULL)
    b->period[row] = period;
  put (b->x, row, n, x);
  put (b->low, row, n, low);
  put (b->high, row, n, high);
  put (b->re, row, n, re);
  put (b->im, row, n, im);
  b->unstable[row] = unstable;
  b->npoint = row + 1;
  return ICTUS_OK;
}

ictus_dyn_special *
ictus__branch_mark (ictus_dyn_branch *b, ictus_dyn_type type, const double *x, const char *note)
{
  size_t n = (size_t) b->n;
  ictus_dyn_special *s;

  if (ictus_grow (&b->special, &b->cap_special, b->nspecial + 1, sizeof *b->special) != ICTUS_OK)
    return NULL;
  s = b->special + b->nspecial;
  memset (s, 0, sizeof *s);
  s->x = ictus_alloc (n, sizeof *s->x);
  if (s->x == NULL)
    return NULL;
  if (x != NULL)
    memcpy (s->x, x, n * sizeof *x);
  s->type = type;
  s->at = b->npoint > 0 ? b->npoint - 1 : 0;
  s->par[0] = b->npoint > 0 ? b->par[s->at] : NAN;
  s->par[1] = b->npoint > 0 && b->par2 != NULL ? b->par2[s->at] : NAN;
  s->period = s->coefficient = NAN;
  snprintf (s->note, sizeof s->note, "%s", note == NULL ? "" : note);
  ++b->nspecial;
  return s;
}
