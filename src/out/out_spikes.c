/* SPDX-License-Identifier: BSD-3-Clause */
/* Spikes: every rank keeps those of its neurons; at a flush they are put into one order, of which every rank writes a
   contiguous piece. */
#include "out/out_impl.h"

static const char *const sorting_name[] = { "none", "by_id", "by_time" };

ictus_err
out_spikes_init (ictus_out *o)
{
  o->spikes.recorded = ictus_alloc ((size_t) o->exp->npopulation, sizeof *o->spikes.recorded);
  if (o->spikes.recorded == NULL)
    return ICTUS_E_NOMEM;
  for (int r = 0; r < o->exp->nrecord; ++r)
    {
      const ictus_exp_record *rec = &o->exp->record[r];

      for (int k = 0; rec->type == ICTUS_RECORD_SPIKES && k < rec->npopulation; ++k)
        o->spikes.recorded[rec->population[k]] = true;
    }
  return ICTUS_OK;
}

void
out_spikes_clear (out_spikes *s)
{
  ictus_free (s->recorded);
  ictus_free (s->s);
  ictus_free (s->piece.s);
  ictus_free (s->t_ms);
  ictus_free (s->id);
}

/* The enumeration that libsonata demands; BMTK takes it too. */
static ictus_err
mark_sorted (ictus_out *o, const char *group)
{
  const int64_t by_time = 2;
  hid_t type = H5Tenum_create (H5T_STD_U8LE);
  ictus_err e = type < 0 ? ictus_h5_fail (ICTUS_E_NOMEM, "%s", group) : ICTUS_OK;

  for (uint8_t k = 0; e == ICTUS_OK && k < 3; ++k)
    if (H5Tenum_insert (type, sorting_name[k], &k) < 0)
      e = ictus_h5_fail (ICTUS_E_NOMEM, "%s", group);
  e = ictus_comm_agree (o->comm, e);
  if (e == ICTUS_OK)
    e = ictus_h5_attr_int (&o->file, group, "sorting", type, &by_time, 1);
  if (type >= 0)
    H5Tclose (type);
  return e;
}

ictus_err
out_spikes_make (ictus_out *o)
{
  char group[OUT_PATH], path[OUT_PATH + 16];
  int64_t size;

  ICTUS_TRY (ictus_h5_group (&o->file, "/spikes"));
  for (int p = 0; p < o->exp->npopulation; ++p)
    {
      if (!o->spikes.recorded[p])
        continue;
      snprintf (group, sizeof group, "/spikes/%s", o->exp->population[p].name);
      snprintf (path, sizeof path, "%s/timestamps", group);
      ICTUS_TRY (ictus_h5_make_growing (&o->file, path, H5T_IEEE_F64LE, 0));
      ICTUS_TRY (ictus_h5_attr_string (&o->file, path, "units", "ms"));
      snprintf (path, sizeof path, "%s/node_ids", group);
      ICTUS_TRY (ictus_h5_make_growing (&o->file, path, H5T_STD_U64LE, 0));
      ICTUS_TRY (mark_sorted (o, group));
      size = (int64_t) o->exp->population[p].size;
      ICTUS_TRY (ictus_h5_attr_int (&o->file, group, "size", H5T_STD_I64LE, &size, 1));
    }
  return ICTUS_OK;
}

/* Some recorder wants this spike. */
static bool
is_wanted (const ictus_out *o, int pop, double t_ms)
{
  for (int r = 0; r < o->exp->nrecord; ++r)
    {
      const ictus_exp_record *rec = &o->exp->record[r];

      if (rec->type != ICTUS_RECORD_SPIKES || t_ms < rec->start_ms || t_ms > rec->stop_ms)
        continue;
      for (int k = 0; k < rec->npopulation; ++k)
        if (rec->population[k] == pop)
          return true;
    }
  return false;
}

ictus_err
out_spikes_window (ictus_out *o, const ictus_spike *s, size_t n)
{
  out_spikes *q = &o->spikes;

  q->since += n;
  for (size_t k = 0; k < n; ++k)
    {
      int pop = ictus_net_population_of (o->net, s[k].gid);

      if (!q->recorded[pop] || !is_wanted (o, pop, s[k].t_ms))
        continue;
      ICTUS_TRY (ictus_grow (&q->s, &q->cap, q->n + 1, sizeof *q->s));
      q->s[q->n++] = s[k];
    }
  return ICTUS_OK;
}

uint64_t
out_spikes_total (const ictus_out *o)
{
  uint64_t n = o->spikes.since;

  ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, &n, 1, MPI_UINT64_T, MPI_SUM, o->comm));
  return o->spikes.total + n;
}

/* The n spikes of a population in this rank's piece. */
static ictus_err
take_share (ictus_out *o, const ictus_population *pop, size_t n)
{
  out_spikes *q = &o->spikes;
  size_t at = 0;

  if (ictus_fault ("out_flush", o->rank))
    return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory: failure injected");
  ICTUS_TRY (ictus_grow (&q->t_ms, &q->cap_t, n, sizeof *q->t_ms));
  ICTUS_TRY (ictus_grow (&q->id, &q->cap_id, n, sizeof *q->id));
  for (size_t k = 0; k < q->piece.n && at < n; ++k)
    if (q->piece.s[k].gid >= pop->first && q->piece.s[k].gid - pop->first < pop->size)
      {
        q->t_ms[at] = q->piece.s[k].t_ms;
        q->id[at++] = q->piece.s[k].gid - pop->first;
      }
  return ICTUS_OK;
}

static ictus_err
write_population (ictus_out *o, const ictus_population *pop)
{
  const ictus_spikes *piece = &o->spikes.piece;
  char path[OUT_PATH];
  uint64_t n = 0, before = 0, all;

  for (size_t k = 0; k < piece->n; ++k)
    n += piece->s[k].gid >= pop->first && piece->s[k].gid - pop->first < pop->size;
  ICTUS_MPI (MPI_Exscan (&n, &before, 1, MPI_UINT64_T, MPI_SUM, o->comm));
  ICTUS_MPI (MPI_Allreduce (&n, &all, 1, MPI_UINT64_T, MPI_SUM, o->comm));
  if (o->rank == 0)
    before = 0; /* a scan leaves it as it likes there */
  if (all == 0)
    return ICTUS_OK;
  ICTUS_TRY (ictus_comm_agree (o->comm, take_share (o, pop, n)));
  snprintf (path, sizeof path, "/spikes/%s/timestamps", pop->name);
  ICTUS_TRY (ictus_h5_append (&o->file, path, H5T_NATIVE_DOUBLE, all, before, n, o->spikes.t_ms));
  snprintf (path, sizeof path, "/spikes/%s/node_ids", pop->name);
  return ictus_h5_append (&o->file, path, H5T_NATIVE_UINT64, all, before, n, o->spikes.id);
}

ictus_err
out_spikes_write (ictus_out *o)
{
  out_spikes *q = &o->spikes;
  uint64_t n[2] = { q->n, q->since };

  ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, n, 2, MPI_UINT64_T, MPI_SUM, o->comm));
  q->total += n[1];
  q->since = 0;
  if (n[0] == 0)
    return ICTUS_OK;
  ICTUS_TRY (out_order (o, &q->piece));
  for (int p = 0; p < o->exp->npopulation; ++p)
    if (q->recorded[p])
      ICTUS_TRY (write_population (o, ictus_net_population (o->net, p)));
  q->n = 0;
  return ICTUS_OK;
}
