/* SPDX-License-Identifier: BSD-3-Clause */
/* Spikes: every rank keeps the sorted list of all, and writes its contiguous share of each population at a
 * flush. */
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

  q->total += n;
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

/* This rank's share [a, b) of the n spikes of a population, taken out of the common list. */
static ictus_err
take_share (ictus_out *o, uint64_t first_gid, uint64_t size, size_t a, size_t b)
{
  out_spikes *q = &o->spikes;
  size_t at = 0;

  if (ictus_fault ("out_flush", o->rank))
    return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory: failure injected");
  ICTUS_TRY (ictus_grow (&q->t_ms, &q->cap_t, b - a, sizeof *q->t_ms));
  ICTUS_TRY (ictus_grow (&q->id, &q->cap_id, b - a, sizeof *q->id));
  for (size_t k = 0; k < q->n && at < b; ++k)
    if (q->s[k].gid >= first_gid && q->s[k].gid - first_gid < size)
      {
        if (at >= a)
          {
            q->t_ms[at - a] = q->s[k].t_ms;
            q->id[at - a] = q->s[k].gid - first_gid;
          }
        ++at;
      }
  return ICTUS_OK;
}

static ictus_err
write_population (ictus_out *o, const ictus_population *pop)
{
  char path[OUT_PATH];
  size_t n = 0, a, b;

  for (size_t k = 0; k < o->spikes.n; ++k)
    n += o->spikes.s[k].gid >= pop->first && o->spikes.s[k].gid - pop->first < pop->size;
  if (n == 0)
    return ICTUS_OK;
  a = (size_t) ((unsigned __int128) n * (unsigned) o->rank / (unsigned) o->size);
  b = (size_t) ((unsigned __int128) n * ((unsigned) o->rank + 1) / (unsigned) o->size);
  ICTUS_TRY (ictus_comm_agree (o->comm, take_share (o, pop->first, pop->size, a, b)));
  snprintf (path, sizeof path, "/spikes/%s/timestamps", pop->name);
  ICTUS_TRY (ictus_h5_append (&o->file, path, H5T_NATIVE_DOUBLE, n, a, b - a, o->spikes.t_ms));
  snprintf (path, sizeof path, "/spikes/%s/node_ids", pop->name);
  return ictus_h5_append (&o->file, path, H5T_NATIVE_UINT64, n, a, b - a, o->spikes.id);
}

ictus_err
out_spikes_write (ictus_out *o)
{
  if (o->spikes.n == 0)
    return ICTUS_OK;
  for (int p = 0; p < o->exp->npopulation; ++p)
    if (o->spikes.recorded[p])
      ICTUS_TRY (write_population (o, ictus_net_population (o->net, p)));
  o->spikes.n = 0;
  return ICTUS_OK;
}
