/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of a path: which columns there are, bounds, room. As XPPAUT does: states are checked where a row is due, and the row
   that is out of bounds is not kept. */
#include "path_run.h"

#include <math.h>
#include <string.h>

ictus_err
ictus__rows_begin (ictus__run *r, double nrow)
{
  ictus_path *out = r->out;
  size_t ncol, room = nrow < 1e6 ? (size_t) nrow + 1 : 1000001;

  r->seen = ictus_alloc ((size_t) r->k->nstate, sizeof *r->seen);
  if (r->seen == NULL)
    return ICTUS_E_NOMEM;
  for (int i = 0; i < r->k->nstate; ++i)
    if (!ictus_lang_get (r->m->lang, ICTUS_LANG_STATE, i)->hidden)
      r->seen[r->nseen++] = i;
  out->ncol = r->nseen + r->k->naux;
  ncol = (size_t) out->ncol;
  if (r->c->max_rows > 0 && r->c->max_rows < room)
    room = r->c->max_rows;
  r->row = ictus_alloc (2 * ncol, sizeof *r->row);
  if (r->row == NULL)
    return ICTUS_E_NOMEM;
  r->row_old = r->row + ncol;
  if (r->c->poimap != 0)
    return ICTUS_OK;
  ICTUS_TRY (ictus_grow (&out->t, &out->cap_row, room, sizeof *out->t));
  return ictus_grow (&out->v, &r->cap_v, room * ncol, sizeof *out->v);
}

void
ictus__row_columns (ictus__run *r, double t, const double *y, double *row)
{
  for (int i = 0; i < r->nseen; ++i)
    row[i] = y[r->seen[i]];
  if (r->k->naux == 0)
    return;
  ictus__system_look_back (&r->sys, t, y);
  r->k->aux (t, y, r->sys.p, r->sys.u, row + r->nseen);
}

void
ictus__row_check (ictus__run *r, double t, const double *row)
{
  ictus_path *out = r->out;

  for (int i = 0; i < out->ncol; ++i)
    {
      bool bounded = r->c->bound > 0;

      if (bounded ? fabs (row[i]) <= r->c->bound : isfinite (row[i]))
        continue;
      r->over = true;
      out->state = i;
      out->end = bounded && !isnan (row[i]) ? ICTUS_PATH_BOUND : ICTUS_PATH_FAILED;
      if (out->end == ICTUS_PATH_BOUND)
        snprintf (out->why, sizeof out->why, "%s = %.6g is out of bounds (%g) at t = %.10g",
                  ictus_path_column (r->m, i)->name, row[i], r->c->bound, t);
      else
        snprintf (out->why, sizeof out->why, "%s is not finite at t = %.10g", ictus_path_column (r->m, i)->name, t);
      return;
    }
}

ictus_err
ictus__row_keep (ictus__run *r, double t, const double *row)
{
  ictus_path *out = r->out;
  size_t ncol = (size_t) out->ncol;

  if (r->c->max_rows > 0 && out->nrow >= r->c->max_rows)
    return ICTUS_OK;
  if (out->nrow == out->cap_row)
    ICTUS_TRY (ictus_grow (&out->t, &out->cap_row, out->nrow + 1, sizeof *out->t));
  if (out->cap_row * ncol > r->cap_v)
    ICTUS_TRY (ictus_grow (&out->v, &r->cap_v, out->cap_row * ncol, sizeof *out->v));
  out->t[out->nrow] = t;
  memcpy (out->v + out->nrow * ncol, row, ncol * sizeof *row);
  if (++out->nrow == r->c->max_rows)
    {
      r->over = true;
      out->end = ICTUS_PATH_FULL;
      snprintf (out->why, sizeof out->why, "there are %zu rows, as many as maxstor allows, at t = %.10g", out->nrow, t);
    }
  return ICTUS_OK;
}

ictus_err
ictus__row_at (ictus__run *r, double shown, double t, const double *y)
{
  ictus__row_columns (r, t, y, r->row);
  ictus__row_check (r, t, r->row);
  if (r->over)
    return ICTUS_OK;
  if (r->c->poimap != 0)
    return r->method->pub.fixed ? ictus__section_row (r, t, y) : ICTUS_OK;
  return fabs (t) < r->c->trans ? ICTUS_OK : ictus__row_keep (r, shown, r->row);
}
