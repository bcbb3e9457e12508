/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of a sweep in memory. */
#include <math.h>
#include <string.h>

#include "sweep/sweep_impl.h"

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
