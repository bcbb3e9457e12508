/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of a sweep in memory, one a run, and what the repeats of a point say together. */
#include <math.h>
#include <string.h>

#include "sweep/sweep_design.h"

ictus_err
ictus__table_create (size_t npoint, int nvalue, ictus__table **out)
{
  ictus__table *t = NULL;
  ictus_err e = ICTUS_E_NOMEM;

  *out = NULL;
  if ((t = ictus_alloc (1, sizeof *t)) == NULL)
    goto done;
  t->npoint = npoint;
  t->nvalue = nvalue;
  t->status = ictus_alloc (npoint, sizeof *t->status);
  t->reason = ictus_alloc (npoint, sizeof *t->reason);
  t->value = ictus_alloc (npoint, (size_t) nvalue * sizeof *t->value);
  if (t->status == NULL || t->reason == NULL || t->value == NULL)
    goto done;
  for (size_t k = 0; k < npoint * (size_t) nvalue; ++k)
    t->value[k] = (double) NAN;
  *out = t;
  t = NULL;
  e = ICTUS_OK;
done:
  ictus__table_destroy (&t);
  return e;
}

void
ictus__table_destroy (ictus__table **t)
{
  if (*t == NULL)
    return;
  for (size_t k = 0; (*t)->reason != NULL && k < (*t)->npoint; ++k)
    ictus_free ((*t)->reason[k]);
  ictus_free ((*t)->reason);
  ictus_free ((*t)->status);
  ictus_free ((*t)->value);
  ictus_free (*t);
  *t = NULL;
}

ictus_err
ictus__table_set (ictus__table *t, size_t point, ictus__status status, const double *value,
                  const char *reason)
{
  char *copy = NULL;

  if (status == ICTUS__FAILED)
    {
      copy = ictus_strdup (reason != NULL ? reason : "");
      if (copy == NULL)
        return ICTUS_E_NOMEM;
    }
  ictus_free (t->reason[point]);
  t->reason[point] = copy;
  t->status[point] = (uint8_t) status;
  for (int k = 0; k < t->nvalue; ++k) /* of the many kinds of NaN one: files are compared bit for bit */
    t->value[point * (size_t) t->nvalue + (size_t) k]
        = status == ICTUS__DONE && !isnan (value[k]) ? value[k] : (double) NAN;
  return ICTUS_OK;
}

size_t
ictus__table_count (const ictus__table *t, ictus__status status)
{
  size_t n = 0;

  for (size_t k = 0; k < t->npoint; ++k)
    n += t->status[k] == status;
  return n;
}

/* ---- the repeats of a point ---- */

ictus__status
ictus__point_status (const ictus_experiment *exp, const ictus__table *t, size_t point)
{
  const uint8_t *status = &t->status[point * (size_t) exp->nrepeat];
  bool done = true;

  for (size_t r = 0; r < (size_t) exp->nrepeat; ++r)
    {
      if (status[r] == ICTUS__FAILED)
        return ICTUS__FAILED;
      done = done && status[r] == ICTUS__DONE;
    }
  return done ? ICTUS__DONE : ICTUS__TODO;
}

size_t
ictus__point_ndone (const ictus_experiment *exp, const ictus__table *t, size_t point)
{
  size_t n = 0;

  for (size_t r = 0; r < (size_t) exp->nrepeat; ++r)
    n += t->status[point * (size_t) exp->nrepeat + r] == ICTUS__DONE;
  return n;
}

double
ictus__point_mean (const ictus_experiment *exp, const ictus__table *t, size_t point, int k, double *sd)
{
  size_t first = point * (size_t) exp->nrepeat, n = 0;
  double mean = 0, m2 = 0;

  for (size_t r = first; r < first + (size_t) exp->nrepeat; ++r)
    {
      double x = t->value[r * (size_t) t->nvalue + (size_t) k], d;

      if (isnan (x)) /* not done, or not defined */
        continue;
      n += 1;
      d = x - mean;
      mean = n == 1 ? x : mean + d / (double) n; /* Welford 1962; of one run its own bits */
      m2 += d * (x - mean);
    }
  if (sd != NULL)
    *sd = n > 1 ? sqrt (m2 / (double) (n - 1)) : (double) NAN;
  return n > 0 ? mean : (double) NAN;
}

double
ictus__point_seizures (const ictus_experiment *exp, const ictus__table *t, size_t point)
{
  size_t first = point * (size_t) exp->nrepeat, n = 0, flagged = 0;

  for (size_t r = first; r < first + (size_t) exp->nrepeat; ++r)
    if (t->status[r] == ICTUS__DONE)
      {
        ictus_measures all;

        memcpy (&all, &t->value[(r + 1) * (size_t) t->nvalue - ICTUS__NMEASURE], sizeof all);
        n += 1;
        flagged += ictus_summary_is_seizure (exp, &all);
      }
  return n > 0 ? (double) flagged / (double) n : (double) NAN;
}
