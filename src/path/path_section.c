/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows that are the points of a section: where a column crosses a value, at its maxima and minima, or the times between
   crossings. With fixed steps as XPPAUT does, by linear interpolation between the times at which a row is due; adaptive methods
   look for them on their dense output and use the value and direction given here. */
#include "path_run.h"

#include <math.h>
#include <string.h>
#include <strings.h>

enum
{
  CROSSING = 1,
  EXTREMUM = 2,
  PERIOD = 3
};

/* The column that the section is about. */
static ictus_err
find_column (ictus__run *r, int *column)
{
  const char *name = r->c->poivar;
  const ictus_lang *L = r->m->lang;
  int k;

  *column = 0;
  if (name == NULL || *name == '\0')
    return r->nseen > 0 ? ICTUS_OK : ICTUS_FAIL (ICTUS_E_INPUT, "poimap: the model has no states");
  if (strcasecmp (name, "t") == 0)
    {
      *column = -1;
      return ICTUS_OK;
    }
  k = ictus_lang_find (L, ICTUS_LANG_STATE, name);
  for (int i = 0; k >= 0 && i < r->nseen; ++i)
    if (r->seen[i] == k)
      {
        *column = i;
        return ICTUS_OK;
      }
  k = ictus_lang_find (L, ICTUS_LANG_AUX, name);
  if (k >= 0)
    {
      *column = r->nseen + k;
      return ICTUS_OK;
    }
  name = ictus_lang_nearest (L, ICTUS_LANG_STATE, r->c->poivar);
  return ICTUS_FAIL (ICTUS_E_INPUT, "poivar=%s: the model has no such state%s%s", r->c->poivar,
                     name != NULL ? "; did you mean " : "", name != NULL ? name : "");
}

ictus_err
ictus__section_begin (ictus__run *r)
{
  if (r->c->poimap == 0)
    return ICTUS_OK;
  if (r->c->poimap < 0 || r->c->poimap > PERIOD)
    return ICTUS_FAIL (ICTUS_E_INPUT, "poimap=%d: 0 (none), 1 (section), 2 (maxima and minima) or 3 (period) expected",
                       r->c->poimap);
  ICTUS_TRY (find_column (r, &r->section));
  if (r->c->poimap == EXTREMUM && r->section >= r->nseen)
    return ICTUS_FAIL (ICTUS_E_INPUT, "poivar=%s: maxima and minima are found for states, and this is an aux", r->c->poivar);
  if (r->section < 0 && !(fabs (r->c->poipln) > 0))
    return ICTUS_FAIL (ICTUS_E_INPUT, "poivar=t needs a poipln that is not 0: a row every poipln");
  r->last_hit = NAN;
  r->t_row = r->t;
  memcpy (r->y_row, r->y, (size_t) r->k->nstate * sizeof *r->y);
  ictus__row_columns (r, r->t, r->y, r->row_old);
  return ICTUS_OK;
}

ictus_err
ictus__section_point (ictus__run *r, double t, const double *row)
{
  double shown = t, before = r->last_hit;

  if (r->c->poimap == PERIOD)
    {
      r->last_hit = t;
      if (isnan (before))
        return ICTUS_OK;
      shown = t - before;
    }
  if (fabs (t) < r->c->trans)
    return ICTUS_OK;
  ICTUS_TRY (ictus__row_keep (r, shown, row));
  if (r->c->poistop && !r->over)
    {
      r->over = true;
      r->out->end = ICTUS_PATH_STOPPED;
      snprintf (r->out->why, sizeof r->out->why, "the first point of the section is reached (poistop) at t = %.10g", t);
    }
  return ICTUS_OK;
}

/* ---- fixed steps ---------------------------------------------------------------------------------------- */

#define NONE (-100.0)

/* Share of the row before in the point between it and the row at t; NONE. */
static double
crossing (const ictus__run *r, double t)
{
  double plane = r->c->poipln, a, b;

  if (r->section < 0)
    {
      double length = fabs (plane), one = fmod (fabs (r->t_row), length), two = fmod (fabs (t), length);

      return two < one ? two / (length + two - one) : NONE;
    }
  a = r->row_old[r->section];
  b = r->row[r->section];
  if ((r->c->poisgn >= 0 && a < plane && b >= plane) || (r->c->poisgn <= 0 && a > plane && b <= plane))
    return (b - plane) / (b - a);
  return NONE;
}

/* The same for a maximum or minimum, where the derivative is 0 by the line through it at both rows; it may lie a little before
   the row before. */
static double
extremum (ictus__run *r, double t, const double *y)
{
  double a = r->row_old[r->section], b = r->row[r->section], f_old, f;
  int state = r->seen[r->section], was;

  if (a < b && r->rising >= 0)
    r->rising = 1;
  if (a > b && r->rising <= 0)
    r->rising = -1;
  if (!(r->rising > 0 && a >= b) && !(r->rising < 0 && a <= b))
    return NONE;
  was = r->rising;
  r->rising = -was;
  if (r->c->poisgn * was < 0)
    return NONE;
  ictus__system_rhs (&r->sys, t, y, r->z);
  f = r->z[state];
  ictus__system_rhs (&r->sys, r->t_row, r->y_row, r->z);
  f_old = r->z[state];
  f_old = f / (f - f_old);
  return f_old >= -1 && f_old <= 2 ? f_old : 1; /* else a jump lies between: the row before it */
}

ictus_err
ictus__section_row (ictus__run *r, double t, const double *y)
{
  double share = r->section >= 0 && r->c->poimap == EXTREMUM ? extremum (r, t, y) : crossing (r, t), tv = t;
  double *was = r->row_old;

  if (share > NONE)
    {
      for (int i = 0; i < r->out->ncol; ++i)
        was[i] = share * was[i] + (1 - share) * r->row[i];
      tv = r->section < 0 ? fabs (r->c->poipln) * floor (fabs (t) / fabs (r->c->poipln)) * (t < 0 ? -1 : 1)
                          : (1 - share) * t + share * r->t_row;
      ICTUS_TRY (ictus__section_point (r, tv, was));
    }
  r->row_old = r->row;
  r->row = was;
  r->t_row = t;
  memcpy (r->y_row, y, (size_t) r->k->nstate * sizeof *y);
  return ICTUS_OK;
}

/* ---- adaptive methods ------------------------------------------------------------------------------------- */

double
ictus__section_value (ictus__run *r, double t, const double *y)
{
  if (r->c->poimap == EXTREMUM)
    {
      ictus__system_rhs (&r->sys, t, y, r->z);
      return r->sys.dir * r->z[r->seen[r->section]];
    }
  ictus__row_columns (r, t, y, r->row_old);
  return r->row_old[r->section] - r->c->poipln;
}

bool
ictus__section_met (const ictus__run *r, double a, double b)
{
  int sign = r->c->poimap == EXTREMUM ? -r->c->poisgn : r->c->poisgn; /* at a maximum the derivative goes down */

  return (sign >= 0 && a < 0 && b >= 0) || (sign <= 0 && a > 0 && b <= 0);
}
