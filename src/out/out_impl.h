/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared by the files of src/out only. */
#ifndef ICTUS_OUT_IMPL_H
#define ICTUS_OUT_IMPL_H

#include "ictus/out.h"

enum
{
  OUT_PATH = 512,            /* of an object in the file; names are at most 63 long */
  OUT_ID = 32,               /* hex digits of a run's id */
  OUT_PARTS = 64,            /* rows of /provenance/run/parts */
  OUT_MANY_SPIKES = 1 << 20, /* buffered spikes that are written at the next restart mark already */
  OUT_MANY_BYTES = 256 << 20 /* the same for traces and means, of any rank */
};

typedef struct out_var /* a recorded quantity */
{
  const char *name, *unit; /* borrowed from the model */
  bool is_aux;
  int k; /* index of the state or aux */
} out_var;

typedef struct out_vars /* the quantities of one recorder, and the means to get their values */
{
  const ictus_population *pop;
  out_var *v;
  int n;
  bool any_aux;
  double *aux; /* [naux] scratch */
} out_vars;

typedef struct out_spikes /* every rank has those of its neurons, and writes a piece of all */
{
  bool *recorded; /* [npopulation] */
  ictus_spike *s; /* of this rank's neurons since the last write, sorted by (time, gid) */
  size_t n, cap;
  ictus_spikes piece; /* this rank's piece of those of all ranks, when they are written */
  double *t_ms;   /* [cap of share] this rank's share of one population */
  uint64_t *id;
  size_t cap_t, cap_id;
  uint64_t total; /* spikes of all populations, recorded or not, up to the last write */
  uint64_t since; /* those of this rank since */
} out_spikes;

typedef struct out_trace /* one trace recorder */
{
  const ictus_exp_record *rec;
  out_vars vars;
  uint64_t *col; /* [ncol] columns of this rank */
  size_t ncol, width;
  int32_t *col_of;         /* [local neurons]: place in col, -1 when not recorded */
  float **row;             /* [nvar]: rows since the last write, [rows, ncol] */
  size_t *cap;             /* [nvar], in numbers */
  uint64_t written;        /* rows in the file */
  uint64_t seen, complete; /* samples that came, and those of windows that all ranks finished */
  double first_ms;
  ictus_err failed;
} out_trace;

typedef struct out_mean /* one mean recorder */
{
  const ictus_exp_record *rec;
  out_vars vars;
  ictus_sum *sum; /* [rows, nvar] since the last write */
  size_t cap;
  uint64_t written, seen, complete;
  double first_ms;
  ictus_err failed;
} out_mean;

typedef struct out_rate /* one rate recorder */
{
  const ictus_exp_record *rec;
  uint64_t *count; /* [bins, rec->npopulation] since the last write: spikes of this rank */
  size_t cap;
  uint64_t written; /* bins */
  uint64_t bin;     /* of the last spike: [from_ms, to_ms) */
  double from_ms, to_ms;
} out_rate;

typedef struct out_places /* where raw data lie in the file: what is between them goes into checkpoints */
{
  char **set;   /* [nset] the growing data sets */
  hsize_t *row; /* [nset] first row of each whose chunk is not among raw */
  int nset;
  ictus_h5_ranges raw; /* rank 0: ascending, not touching each other */
  uint64_t length;     /* of the file when this was found out; rank 0 */
} out_places;

typedef struct out_part /* what was computed between two restarts, or since the last */
{
  uint64_t id, marks; /* random; restart marks passed when it began */
} out_part;

struct ictus_out
{
  ictus_engine *engine;
  const ictus_experiment *exp;
  ictus_net *net;
  MPI_Comm comm;
  int rank, size;
  ictus_h5 file;
  bool failed; /* a write failed: the rest of the run is not written */
  double t_ms; /* end of the last window that all ranks finished */
  uint64_t marks; /* restart marks passed */
  double begin_s, before_s; /* wall time when this part began; wall time of the parts before */
  char id[OUT_ID + 1];      /* of the run, as in the file */
  uint64_t part;            /* random id of what is computed since the last restart */
  uint64_t id_at, parts_at; /* their places in the file */
  out_places places;
  out_spikes spikes;
  out_trace *trace; /* [exp->nrecord], in the order of the record section; as many as ntrace are used. So the
                       others */
  out_mean *mean;
  out_rate *rate;
  int ntrace, nmean, nrate;
};

/* One number or text agreed with rank 0, so that what is written is equal on all ranks. Collective. */
void out_share (MPI_Comm comm, void *p, size_t bytes);
ictus_err out_share_text (MPI_Comm comm, ictus_text *t);

/* Find the names of a recorder in the model of its population. Local. */
ictus_err out_vars_init (out_vars *vars, const ictus_exp_record *rec, const ictus_population *pop);
void out_vars_clear (out_vars *vars);
/* Auxiliary quantities of local neuron i into vars->aux, if any are wanted; then the value of quantity v. */
void out_vars_at (out_vars *vars, size_t i, double t_ms, const double *y, const double *u);
static inline double
out_vars_value (const out_vars *vars, int v, const double *y)
{
  return vars->v[v].is_aux ? vars->aux[vars->v[v].k] : y[vars->v[v].k];
}

/* Each kind: init is local and says what is wrong with the experiment; make, write are collective; window is
 * local. */
ictus_err out_spikes_init (ictus_out *o);
ictus_err out_spikes_make (ictus_out *o);
ictus_err out_spikes_window (ictus_out *o, const ictus_spike *s, size_t n);
ictus_err out_spikes_write (ictus_out *o);
uint64_t out_spikes_total (const ictus_out *o); /* of all ranks so far. Collective. */
void out_spikes_clear (out_spikes *s);

/* out_order.c. A contiguous piece of the spikes of all ranks since the last write, sorted. Collective. */
ictus_err out_order (ictus_out *o, ictus_spikes *piece);

ictus_err out_trace_init (ictus_out *o, const ictus_exp_record *rec);
ictus_err out_trace_make (ictus_out *o, out_trace *t);
ictus_err out_trace_join (ictus_out *o, out_trace *t); /* samples from now on; so out_mean_join */
ictus_err out_trace_write (ictus_out *o, out_trace *t);
size_t out_trace_bytes (const out_trace *t);
void out_trace_clear (out_trace *t);

ictus_err out_mean_init (ictus_out *o, const ictus_exp_record *rec);
ictus_err out_mean_make (ictus_out *o, out_mean *m);
ictus_err out_mean_join (ictus_out *o, out_mean *m);
ictus_err out_mean_write (ictus_out *o, out_mean *m);
void out_mean_clear (out_mean *m);

ictus_err out_rate_init (ictus_out *o, const ictus_exp_record *rec);
ictus_err out_rate_make (ictus_out *o, out_rate *r);
ictus_err out_rate_window (ictus_out *o, out_rate *r, const ictus_spike *s, size_t n);
ictus_err out_rate_write (ictus_out *o, out_rate *r);
/* Numbers of all ranks added up on all. Collective. */
void out_rate_sum (const ictus_out *o, uint64_t *n, size_t count);
void out_rate_clear (out_rate *r);

/* The run came to its t_stop. Local. */
static inline bool
out_is_done (const ictus_out *o)
{
  return o->t_ms >= o->exp->t_stop_ms * (1 - 1e-12);
}

/* End facts into /provenance/run. Collective. */
ictus_err out_provenance_end (ictus_out *o);
/* A restart at o->t_ms into /provenance/run/restarts. Collective. */
ictus_err out_provenance_restart (ictus_out *o, int argc, char **argv);

/* out.c. An ictus_out with the recorders of the experiment and no file; *out NULL after an error.
   Collective. */
ictus_err out_begin (ictus_engine *engine, ictus_out **out);
/* Hook and samplings to the engine. Local. */
ictus_err out_join (ictus_out *o);
ictus_err out_flush (void *ctx, double t_ms); /* everything to disk. Collective. */
/* Close and destroy after e, which stays the last error; *out NULL. Collective. */
ictus_err out_give_up (ictus_out **out, ictus_err e);

/* out_identity.c. Random numbers of the system. Local. */
ictus_err out_random (void *p, size_t bytes);
/* /provenance/run/id and parts of a new file. Collective. */
ictus_err out_identity_make (ictus_out *o);
ictus_err out_identity_find (ictus_out *o); /* their places. Collective. */
/* What part [OUT_PARTS] of the file becomes when the run goes on from a point of one of them.
   False: no such part, or the file went on from before that point. Local. */
bool out_parts_branch (out_part *part, uint64_t from, uint64_t marks, uint64_t id);

/* out_places.c. The growing data sets of the recorders. Local. */
ictus_err out_places_init (ictus_out *o);
void out_places_clear (out_places *p);
/* New chunks, right after a flush. Collective. */
ictus_err out_places_update (ictus_out *o);
/* What lies in [0, length) beside the ranges of raw (ascending), appended to out. Local. */
ictus_err out_ranges_between (const ictus_h5_ranges *raw, uint64_t length, ictus_h5_ranges *out);

/* out_save.c. Positions of all recorders after a flush, as numbers p [out_position_count]: get is collective. */
size_t out_position_count (const ictus_out *o);
void out_position_get (const ictus_out *o, uint64_t *p);
ictus_err out_position_set (ictus_out *o, const uint64_t *p);

#endif
