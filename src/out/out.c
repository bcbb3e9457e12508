/* SPDX-License-Identifier: BSD-3-Clause */
/* results.h5 of a run: its recorders as one hook of the engine. */
#include "out/out_impl.h"

#include <signal.h>
#include <string.h>

#include "ictus/schema.h"

void
out_share (MPI_Comm comm, void *p, size_t bytes)
{
  ICTUS_MPI (MPI_Bcast (p, (int) bytes, MPI_BYTE, 0, comm));
}

/* ---- the hook ----------------------------------------------------------------------------------- */

/* Samples of a recorder that are complete at t_ms, of those seen here: some may be of a window that is not over. */
static uint64_t
complete (const ictus_out *o, const ictus_exp_record *rec, uint64_t seen, double t_ms)
{
  uint64_t n = ictus_engine_samples (o->exp, rec->start_ms, rec->stop_ms, rec->interval_ms, t_ms);

  return seen < n ? seen : n;
}

/* A window that all ranks finished: its samples are complete. */
static ictus_err
window (void *ctx, double t0_ms, double t1_ms, const ictus_spike *s, size_t n)
{
  ictus_out *o = ctx;

  (void) t0_ms;
  o->t_ms = t1_ms;
  ICTUS_TRY (out_spikes_window (o, s, n));
  for (int k = 0; k < o->nrate; ++k)
    ICTUS_TRY (out_rate_window (o, &o->rate[k], s, n));
  for (int k = 0; k < o->ntrace; ++k)
    {
      ICTUS_TRY (o->trace[k].failed);
      if (o->trace[k].complete < o->trace[k].seen)
        o->trace[k].complete = complete (o, o->trace[k].rec, o->trace[k].seen, t1_ms);
    }
  for (int k = 0; k < o->nmean; ++k)
    {
      ICTUS_TRY (o->mean[k].failed);
      if (o->mean[k].complete < o->mean[k].seen)
        o->mean[k].complete = complete (o, o->mean[k].rec, o->mean[k].seen, t1_ms);
    }
  return ICTUS_OK;
}

static ictus_err
write_buffers (ictus_out *o)
{
  ICTUS_TRY (out_spikes_write (o));
  for (int k = 0; k < o->nrate; ++k)
    ICTUS_TRY (out_rate_write (o, &o->rate[k]));
  for (int k = 0; k < o->nmean; ++k)
    ICTUS_TRY (out_mean_write (o, &o->mean[k]));
  for (int k = 0; k < o->ntrace; ++k)
    ICTUS_TRY (out_trace_write (o, &o->trace[k]));
  if (ictus_fault ("out_killed", o->rank)) /* data are on their way, the file does not know of them yet */
    raise (SIGKILL);
  return ictus_h5_flush (&o->file);
}

ictus_err
out_flush (void *ctx, double t_ms)
{
  ictus_out *o = ctx;
  ictus_err e;

  (void) t_ms;
  if (o->failed)
    return ICTUS_FAIL (ICTUS_E_IO, "%s: an earlier write failed", o->file.path);
  e = write_buffers (o);
  o->failed = e != ICTUS_OK;
  return e;
}

/* Buffers that have grown large do not wait for the flush interval. */
static ictus_err
mark (void *ctx, double t_ms)
{
  ictus_out *o = ctx;
  size_t bytes = 0;
  int full;

  o->marks += 1;
  for (int k = 0; k < o->ntrace; ++k)
    bytes += out_trace_bytes (&o->trace[k]);
  for (int k = 0; k < o->nmean; ++k)
    bytes += (size_t) (o->mean[k].complete - o->mean[k].written) * (size_t) o->mean[k].vars.n
             * sizeof (ictus_sum);
  full = o->spikes.n > OUT_MANY_SPIKES || bytes > OUT_MANY_BYTES;
  ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, &full, 1, MPI_INT, MPI_MAX, o->comm));
  return full ? out_flush (o, t_ms) : ICTUS_OK;
}

/* ---- open and close ----------------------------------------------------------------------------- */

static void
destroy (ictus_out *o)
{
  if (o == NULL)
    return;
  out_spikes_clear (&o->spikes);
  for (int k = 0; k < o->ntrace; ++k)
    out_trace_clear (&o->trace[k]);
  for (int k = 0; k < o->nmean; ++k)
    out_mean_clear (&o->mean[k]);
  for (int k = 0; k < o->nrate; ++k)
    out_rate_clear (&o->rate[k]);
  ictus_free (o->trace);
  ictus_free (o->mean);
  ictus_free (o->rate);
  out_places_clear (&o->places);
  ictus_free (o);
}

/* The recorders of the experiment, checked against the models; nothing is touched yet. Local. */
static ictus_err
init (ictus_out *o)
{
  size_t n = (size_t) o->exp->nrecord;

  o->trace = ictus_alloc (n, sizeof *o->trace);
  o->mean = ictus_alloc (n, sizeof *o->mean);
  o->rate = ictus_alloc (n, sizeof *o->rate);
  if (o->trace == NULL || o->mean == NULL || o->rate == NULL)
    return ICTUS_E_NOMEM;
  ICTUS_TRY (out_spikes_init (o));
  for (size_t r = 0; r < n; ++r)
    {
      const ictus_exp_record *rec = &o->exp->record[r];

      switch (rec->type)
        {
        case ICTUS_RECORD_SPIKES:
          break;
        case ICTUS_RECORD_TRACE:
          ICTUS_TRY (out_trace_init (o, rec));
          break;
        case ICTUS_RECORD_MEAN:
          ICTUS_TRY (out_mean_init (o, rec));
          break;
        case ICTUS_RECORD_RATE:
          ICTUS_TRY (out_rate_init (o, rec));
          break;
        }
    }
  return out_places_init (o);
}

ictus_err
out_begin (ictus_engine *engine, ictus_out **out)
{
  MPI_Comm comm = ictus_engine_comm (engine);
  ictus_out *o = ictus_alloc (1, sizeof *o);
  ictus_err e;

  *out = NULL;
  ICTUS_GO (ictus_comm_agree (comm, o == NULL ? ICTUS_E_NOMEM : ICTUS_OK));
  o->engine = engine;
  o->exp = ictus_engine_experiment (engine);
  o->net = ictus_engine_net (engine);
  o->comm = comm;
  o->rank = ictus_comm_rank (comm);
  o->size = ictus_comm_size (comm);
  o->begin_s = ictus_wall_s ();
  ICTUS_GO (ictus_comm_agree (comm, init (o)));
  *out = o;
  o = NULL;
done:
  destroy (o);
  return e;
}

ictus_err
out_give_up (ictus_out **out, ictus_err e)
{
  char *why = ictus_strdup (ictus_err_last ()); /* closing may have its own complaint */

  if ((*out)->file.path != NULL)
    ictus_h5_close (&(*out)->file);
  ictus_err_note (e, __FILE__, __LINE__, "%s", why != NULL ? why : ictus_err_name (e));
  ictus_free (why);
  destroy (*out);
  *out = NULL;
  return e;
}

ictus_err
out_join (ictus_out *o)
{
  const ictus_hook hook = { .ctx = o, .window = window, .flush = out_flush, .mark = mark };

  for (int k = 0; k < o->ntrace; ++k)
    ICTUS_TRY (out_trace_join (o, &o->trace[k]));
  for (int k = 0; k < o->nmean; ++k)
    ICTUS_TRY (out_mean_join (o, &o->mean[k]));
  return ictus_engine_hook (o->engine, &hook);
}

/* Root attributes and the empty data sets; recorders join the engine. Collective. */
static ictus_err
make (ictus_out *o, int argc, char **argv)
{
  const int64_t magic = ICTUS_SCHEMA_MAGIC, version[2] = { 0, 1 }, schema = ICTUS_SCHEMA_RESULTS;

  ICTUS_TRY (ictus_h5_attr_int (&o->file, "/", "magic", H5T_STD_U32LE, &magic, 1));
  ICTUS_TRY (ictus_h5_attr_int (&o->file, "/", "version", H5T_STD_U32LE, version, 2));
  ICTUS_TRY (ictus_h5_attr_int (&o->file, "/", "ictus_schema", H5T_STD_I32LE, &schema, 1));
  ICTUS_TRY (ictus_h5_attr_string (&o->file, "/", "ictus_kind", ICTUS_KIND_RESULTS));
  ICTUS_TRY (ictus_h5_attr_string (&o->file, "/", "ictus_state", "running"));
  ICTUS_TRY (
      ictus_provenance_write (&o->file, o->comm, o->exp, o->net, ictus_engine_part (o->engine), argc, argv));
  ICTUS_TRY (out_identity_make (o));
  ICTUS_TRY (out_spikes_make (o));
  for (int k = 0; k < o->ntrace; ++k)
    ICTUS_TRY (out_trace_make (o, &o->trace[k]));
  for (int k = 0; k < o->nmean; ++k)
    ICTUS_TRY (out_mean_make (o, &o->mean[k]));
  for (int k = 0; k < o->nrate; ++k)
    ICTUS_TRY (out_rate_make (o, &o->rate[k]));
  ICTUS_TRY (ictus_h5_flush (&o->file)); /* from here on a killed run leaves a file that opens */
  ICTUS_TRY (out_identity_find (o));
  return out_join (o);
}

ictus_err
ictus_out_create (ictus_engine *engine, const char *path, bool overwrite, int argc, char **argv,
                  ictus_out **out)
{
  ictus_out *o = NULL;
  ictus_err e;

  *out = NULL;
  ICTUS_TRY (out_begin (engine, &o));
  e = o->rank == 0 && !overwrite && ictus_file_exists (path)
          ? ICTUS_FAIL (ICTUS_E_INPUT, "%s exists already; --overwrite replaces it", path)
          : ICTUS_OK;
  ICTUS_GO (ictus_comm_verdict (o->comm, e));
  ICTUS_GO (ictus_h5_create (o->comm, path, overwrite, &o->file));
  e = make (o, argc, argv);
done:
  if (e != ICTUS_OK)
    return out_give_up (&o, e);
  *out = o;
  return ICTUS_OK;
}

/* The last word: nothing is written after it. Collective. */
static ictus_err
mark_complete (ictus_out *o)
{
  ICTUS_TRY (ictus_h5_attr_string (&o->file, "/", "ictus_state", "complete"));
  return ictus_h5_flush (&o->file);
}

ictus_err
ictus_out_close (ictus_out **out)
{
  ictus_out *o = *out;
  ictus_err e = ICTUS_OK, closing;
  char *why = NULL;

  if (o == NULL)
    return ICTUS_OK;
  *out = NULL;
  if (!o->file.failed) /* without room for data there is still some for this */
    e = out_provenance_end (o);
  if (e == ICTUS_OK && !o->file.failed)
    e = o->failed ? ictus_h5_flush (&o->file) : write_buffers (o);
  if (e == ICTUS_OK && !o->file.failed && !o->failed && out_is_done (o))
    e = mark_complete (o);
  why = e != ICTUS_OK ? ictus_strdup (ictus_err_last ()) : NULL;
  closing = ictus_h5_close (&o->file);
  if (e == ICTUS_OK)
    e = closing;
  else
    ictus_err_note (e, __FILE__, __LINE__, "%s", why != NULL ? why : ictus_err_name (e));
  ictus_free (why);
  destroy (o);
  return e;
}

/* A string attribute of the root is this. */
static bool
root_says (ictus_h5 *f, const char *name, const char *value)
{
  char *s = NULL;
  bool is = ictus_h5_read_attr_string (f, "/", name, &s) == ICTUS_OK && strcmp (s, value) == 0;

  ictus_free (s);
  return is;
}

bool
ictus_out_is_complete (const char *path)
{
  ictus_h5 f;
  bool is;

  if (ictus_h5_open (MPI_COMM_SELF, path, &f) != ICTUS_OK)
    return false;
  is = root_says (&f, "ictus_kind", ICTUS_KIND_RESULTS) && root_says (&f, "ictus_state", "complete");
  return ictus_h5_close (&f) == ICTUS_OK && is;
}
