/* SPDX-License-Identifier: BSD-3-Clause */
/* Population rates: spikes counted in bins [start + k interval, start + (k + 1) interval). Every rank counts those of its
   neurons; they are added up at a flush, and rank 0 writes. A last bin that the run, or the recorder's
   stop, cuts off is left out. */
#include "out/out_impl.h"

#include <math.h>

ictus_err
out_rate_init (ictus_out *o, const ictus_exp_record *rec)
{
  o->rate[o->nrate++].rec = rec;
  return ICTUS_OK;
}

void
out_rate_clear (out_rate *r)
{
  ictus_free (r->count);
}

/* Edge k of the bins; on the grid it falls on a tick, bit for bit as spike times do. */
static double
edge (const ictus_experiment *x, const ictus_exp_record *rec, uint64_t k)
{
  if (x->grid)
    return ictus_tick_ms (ictus_tick_of (rec->start_ms, x->resolution_ms)
                              + (ictus_tick) k * ictus_tick_of (rec->interval_ms, x->resolution_ms),
                          x->resolution_ms);
  return rec->start_ms + ictus_tick_ms ((ictus_tick) k, rec->interval_ms);
}

/* Bins that end at or before t: edges up to t, less one. */
static uint64_t
bins_until (const ictus_experiment *x, const ictus_exp_record *rec, double t_ms)
{
  double guess = floor ((t_ms - rec->start_ms) / rec->interval_ms);
  uint64_t k = guess > 1 ? (uint64_t) guess - 1 : 0;

  while (edge (x, rec, k + 1) <= t_ms)
    ++k;
  return k;
}

/* The bin of a time >= start; most spikes are in that of the last. */
static uint64_t
bin_of (const ictus_experiment *x, out_rate *r, double t_ms)
{
  if (t_ms >= r->from_ms && t_ms < r->to_ms)
    return r->bin;
  r->bin = bins_until (x, r->rec, t_ms);
  r->from_ms = edge (x, r->rec, r->bin);
  r->to_ms = edge (x, r->rec, r->bin + 1);
  return r->bin;
}

void
out_rate_sum (const ictus_out *o, uint64_t *n, size_t count)
{
  for (size_t k = 0; k < count; k += 1u << 20)
    {
      int piece = count - k < 1u << 20 ? (int) (count - k) : 1 << 20;

      ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, n + k, piece, MPI_UINT64_T, MPI_SUM, o->comm));
    }
}

ictus_err
out_rate_make (ictus_out *o, out_rate *r)
{
  char path[OUT_PATH];

  for (int k = 0; k < r->rec->npopulation; ++k)
    {
      snprintf (path, sizeof path, "/rates/%s/%s", r->rec->name,
                o->exp->population[r->rec->population[k]].name);
      ICTUS_TRY (ictus_h5_make_growing (&o->file, path, H5T_IEEE_F64LE, 0));
      ICTUS_TRY (ictus_h5_attr_string (&o->file, path, "units", "Hz"));
      ICTUS_TRY (ictus_h5_attr_double (&o->file, path, "start_ms", edge (o->exp, r->rec, 0)));
      ICTUS_TRY (ictus_h5_attr_double (&o->file, path, "interval_ms", r->rec->interval_ms));
    }
  return ICTUS_OK;
}

ictus_err
out_rate_window (ictus_out *o, out_rate *r, const ictus_spike *s, size_t n)
{
  const ictus_exp_record *rec = r->rec;
  double start = n > 0 ? edge (o->exp, rec, 0) : 0;

  for (size_t k = 0; k < n; ++k)
    {
      int pop = ictus_net_population_of (o->net, s[k].gid);

      if (s[k].t_ms < start || s[k].t_ms > rec->stop_ms)
        continue;
      for (int p = 0; p < rec->npopulation; ++p)
        if (rec->population[p] == pop)
          {
            size_t at = (size_t) ((bin_of (o->exp, r, s[k].t_ms) - r->written) * (uint64_t) rec->npopulation
                                  + (uint64_t) p);

            ICTUS_TRY (ictus_grow (&r->count, &r->cap, at + 1, sizeof *r->count));
            r->count[at] += 1;
          }
    }
  return ICTUS_OK;
}

ictus_err
out_rate_write (ictus_out *o, out_rate *r)
{
  const ictus_exp_record *rec = r->rec;
  double until = o->t_ms < rec->stop_ms ? o->t_ms : rec->stop_ms, *bin;
  uint64_t done = until > rec->start_ms ? bins_until (o->exp, rec, until) : 0, n;
  size_t npop = (size_t) rec->npopulation, left;
  char path[OUT_PATH];
  ictus_err e;

  if (done <= r->written)
    return ICTUS_OK;
  n = done - r->written;
  bin = ictus_alloc (n, sizeof *bin);
  e = bin == NULL ? ICTUS_E_NOMEM : ictus_grow (&r->count, &r->cap, n * npop, sizeof *r->count);
  ICTUS_GO (ictus_comm_agree (o->comm, e));
  out_rate_sum (o, r->count, n * npop);
  for (size_t p = 0; p < npop; ++p)
    {
      const ictus_exp_population *pop = &o->exp->population[rec->population[p]];

      for (uint64_t k = 0; k < n; ++k)
        bin[k] = 1e3 * (double) r->count[k * npop + p] / ((double) pop->size * rec->interval_ms);
      snprintf (path, sizeof path, "/rates/%s/%s", rec->name, pop->name);
      ICTUS_GO (ictus_h5_append (&o->file, path, H5T_NATIVE_DOUBLE, n, 0, o->rank == 0 ? n : 0, bin));
    }
  left = r->cap - n * npop; /* the bin that is not over yet goes to the front */
  for (size_t k = 0; k < r->cap; ++k)
    r->count[k] = k < left ? r->count[k + n * npop] : 0;
  r->written = done;
done:
  ictus_free (bin);
  return e;
}
