/* SPDX-License-Identifier: BSD-3-Clause */
/* Where the raw data of the growing data sets lie in the file. All the rest - headers, trees, heaps, small
   sets - is small, and is what HDF5 needs to find the data: it goes into checkpoints. A chunk that is not
   known here would be taken for the rest, which costs room but harms nothing. */
#include "out/out_impl.h"

#include <stdarg.h>
#include <stdlib.h>

static ictus_err __attribute__ ((format (printf, 2, 3))) add_set (out_places *p, const char *fmt, ...)
{
  char path[OUT_PATH];
  va_list ap;

  va_start (ap, fmt);
  vsnprintf (path, sizeof path, fmt, ap);
  va_end (ap);
  p->set[p->nset] = ictus_strdup (path);
  return p->set[p->nset++] == NULL ? ICTUS_E_NOMEM : ICTUS_OK;
}

ictus_err
out_places_init (ictus_out *o)
{
  out_places *p = &o->places;
  size_t n = 2 * (size_t) o->exp->npopulation;

  for (int k = 0; k < o->ntrace; ++k)
    n += (size_t) o->trace[k].vars.n;
  for (int k = 0; k < o->nmean; ++k)
    n += (size_t) o->mean[k].vars.n;
  for (int k = 0; k < o->nrate; ++k)
    n += (size_t) o->rate[k].rec->npopulation;
  p->set = ictus_alloc (n, sizeof *p->set);
  p->row = ictus_alloc (n, sizeof *p->row);
  if (p->set == NULL || p->row == NULL)
    return ICTUS_E_NOMEM;
  for (int k = 0; k < o->exp->npopulation; ++k)
    if (o->spikes.recorded[k])
      {
        ICTUS_TRY (add_set (p, "/spikes/%s/timestamps", o->exp->population[k].name));
        ICTUS_TRY (add_set (p, "/spikes/%s/node_ids", o->exp->population[k].name));
      }
  for (int k = 0; k < o->ntrace; ++k)
    for (int v = 0; v < o->trace[k].vars.n; ++v)
      ICTUS_TRY (add_set (p, "/traces/%s/%s/data", o->trace[k].rec->name, o->trace[k].vars.v[v].name));
  for (int k = 0; k < o->nmean; ++k)
    for (int v = 0; v < o->mean[k].vars.n; ++v)
      ICTUS_TRY (add_set (p, "/means/%s/%s", o->mean[k].rec->name, o->mean[k].vars.v[v].name));
  for (int k = 0; k < o->nrate; ++k)
    for (int i = 0; i < o->rate[k].rec->npopulation; ++i)
      ICTUS_TRY (add_set (p, "/rates/%s/%s", o->rate[k].rec->name,
                          o->exp->population[o->rate[k].rec->population[i]].name));
  return ICTUS_OK;
}

void
out_places_clear (out_places *p)
{
  for (int k = 0; p->set != NULL && k < p->nset; ++k)
    ictus_free (p->set[k]);
  ictus_free (p->set);
  ictus_free (p->row);
  ictus_free (p->raw.r);
}

static int
compare (const void *a, const void *b)
{
  uint64_t x = ((const ictus_h5_range *) a)->at, y = ((const ictus_h5_range *) b)->at;

  return x < y ? -1 : x > y;
}

/* In order; those that touch become one. */
static void
tidy (ictus_h5_ranges *r)
{
  size_t n = 0;

  if (r->n == 0)
    return;
  qsort (r->r, r->n, sizeof *r->r, compare);
  for (size_t k = 1; k < r->n; ++k)
    if (r->r[k].at <= r->r[n].at + r->r[n].n)
      {
        uint64_t end = r->r[k].at + r->r[k].n;

        if (end > r->r[n].at + r->r[n].n)
          r->r[n].n = end - r->r[n].at;
      }
    else
      r->r[++n] = r->r[k];
  r->n = n + 1;
}

ictus_err
out_places_update (ictus_out *o)
{
  out_places *p = &o->places;

  for (int k = 0; k < p->nset; ++k)
    ICTUS_TRY (ictus_h5_chunks (&o->file, p->set[k], &p->row[k], o->rank == 0 ? &p->raw : NULL));
  tidy (&p->raw);
  return ICTUS_OK;
}

ictus_err
out_ranges_between (const ictus_h5_ranges *raw, uint64_t length, ictus_h5_ranges *out)
{
  uint64_t at = 0;

  for (size_t k = 0; k <= raw->n; ++k)
    {
      uint64_t to = k < raw->n && raw->r[k].at < length ? raw->r[k].at : length;

      if (to > at)
        {
          ICTUS_TRY (ictus_grow (&out->r, &out->cap, out->n + 1, sizeof *out->r));
          out->r[out->n++] = (ictus_h5_range){ at, to - at };
        }
      if (k < raw->n)
        at = raw->r[k].at + raw->r[k].n;
    }
  return ICTUS_OK;
}
