/* SPDX-License-Identifier: BSD-3-Clause */
/* Means of a population: sums that do not depend on the order of their terms, so not on who owns which
 * neuron. */
#include "out/out_impl.h"

#include <string.h>

static void
sample (void *ctx, size_t i, uint64_t index, double t_ms, const double *y, const double *u)
{
  out_mean *m = ctx;
  size_t at = (size_t) (index - m->written) * (size_t) m->vars.n;

  if (m->failed == ICTUS_OK)
    m->failed = ictus_grow (&m->sum, &m->cap, at + (size_t) m->vars.n, sizeof *m->sum);
  if (m->failed != ICTUS_OK)
    return;
  if (index >= m->seen)
    m->seen = index + 1;
  out_vars_at (&m->vars, i, t_ms, y, u);
  for (int v = 0; v < m->vars.n; ++v)
    ictus_sum_add (&m->sum[at + (size_t) v], out_vars_value (&m->vars, v, y));
}

ictus_err
out_mean_init (ictus_out *o, const ictus_exp_record *rec)
{
  out_mean *m = &o->mean[o->nmean++];

  m->rec = rec;
  m->first_ms = ictus_engine_first_sample (o->exp, rec->start_ms, rec->interval_ms);
  return out_vars_init (&m->vars, rec, ictus_net_population (o->net, rec->population[0]));
}

void
out_mean_clear (out_mean *m)
{
  out_vars_clear (&m->vars);
  ictus_free (m->sum);
}

ictus_err
out_mean_join (ictus_out *o, out_mean *m)
{
  ictus_sampling what = { .population = m->rec->population[0],
                          .interval_ms = m->rec->interval_ms,
                          .start_ms = m->rec->start_ms,
                          .stop_ms = m->rec->stop_ms,
                          .sample = sample,
                          .ctx = m };

  return ictus_engine_sample (o->engine, &what);
}

ictus_err
out_mean_make (ictus_out *o, out_mean *m)
{
  char path[OUT_PATH];

  for (int v = 0; v < m->vars.n; ++v)
    {
      snprintf (path, sizeof path, "/means/%s/%s", m->rec->name, m->vars.v[v].name);
      ICTUS_TRY (ictus_h5_make_growing (&o->file, path, H5T_IEEE_F64LE, 0));
      ICTUS_TRY (ictus_h5_attr_string (&o->file, path, "units", m->vars.v[v].unit));
      ICTUS_TRY (ictus_h5_attr_string (&o->file, path, "population", m->vars.pop->name));
      ICTUS_TRY (ictus_h5_attr_double (&o->file, path, "start_ms", m->first_ms));
      ICTUS_TRY (ictus_h5_attr_double (&o->file, path, "interval_ms", m->rec->interval_ms));
    }
  return ICTUS_OK;
}

/* An MPI_User_function: the type of its arguments is not ours to choose. */
static void
join (void *in, void *inout, int *n, MPI_Datatype *type)
{
  const ictus_sum *a = in;
  ictus_sum *b = inout;

  (void) type;
  for (int k = 0; k < *n; ++k)
    ictus_sum_join (&b[k], &a[k]);
}

/* Sums of all ranks to rank 0, in pieces that an int can count. Collective. */
static void
reduce (ictus_out *o, ictus_sum *sum, size_t n)
{
  MPI_Datatype type;
  MPI_Op op;

  ICTUS_MPI (MPI_Type_contiguous (3, MPI_INT64_T, &type));
  ICTUS_MPI (MPI_Type_commit (&type));
  ICTUS_MPI (MPI_Op_create (join, 1, &op));
  for (size_t k = 0; k < n; k += 1u << 20)
    {
      int piece = n - k < 1u << 20 ? (int) (n - k) : 1 << 20;

      ICTUS_MPI (MPI_Reduce (o->rank == 0 ? MPI_IN_PLACE : &sum[k], &sum[k], piece, type, op, 0, o->comm));
    }
  ICTUS_MPI (MPI_Op_free (&op));
  ICTUS_MPI (MPI_Type_free (&type));
}

ictus_err
out_mean_write (ictus_out *o, out_mean *m)
{
  size_t nvar = (size_t) m->vars.n, n;
  uint64_t done = m->complete;
  double *mean = NULL;
  char path[OUT_PATH];
  ictus_err e;

  ICTUS_TRY (ictus_comm_agree (o->comm, m->failed)); /* where there was no memory, terms are missing */
  ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, &done, 1, MPI_UINT64_T, MPI_MAX,
                            o->comm)); /* some ranks have no such neuron */
  if (done <= m->written)
    return ICTUS_OK;
  n = (size_t) (done - m->written);
  mean = ictus_alloc (n, sizeof *mean);
  e = mean == NULL ? ICTUS_E_NOMEM : ictus_grow (&m->sum, &m->cap, n * nvar, sizeof *m->sum);
  ICTUS_GO (ictus_comm_agree (o->comm, e));
  reduce (o, m->sum, n * nvar);
  for (size_t v = 0; v < nvar; ++v)
    {
      for (size_t k = 0; k < n; ++k)
        mean[k] = ictus_sum_value (&m->sum[k * nvar + v]) / (double) m->vars.pop->size;
      snprintf (path, sizeof path, "/means/%s/%s", m->rec->name, m->vars.v[v].name);
      ICTUS_GO (ictus_h5_append (&o->file, path, H5T_NATIVE_DOUBLE, n, 0, o->rank == 0 ? n : 0, mean));
    }
  memset (m->sum, 0, m->cap * sizeof *m->sum);
  m->written = done;
done:
  ictus_free (mean);
  return e;
}
