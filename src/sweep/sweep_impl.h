/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of src/sweep share; only they include it. */
#ifndef ICTUS_SWEEP_IMPL_H
#define ICTUS_SWEEP_IMPL_H

#include "ictus/sweep.h"

enum { ICTUS__NMEASURE = 4 }; /* rate, cv, chi, fano: the doubles of ictus_measures, in this order */

/* Words. A *point* is a place in parameter space: of the grid, or of a design. A *run* is one simulation: a point with
   one of its `sweep.repeats` seeds; run = point * repeats + repeat. What is dealt, kept in the journal and counted as done or
   failed are runs. */

typedef enum ictus__status /* written to files: numbers never change */
{
  ICTUS__TODO = 0,
  ICTUS__DONE = 1,
  ICTUS__FAILED = 2
} ictus__status;

typedef struct ictus__table /* all points of a sweep; lives on world rank 0 */
{
  size_t npoint;
  int nvalue;      /* ICTUS__NMEASURE * (npopulation + 1): populations in order, then all */
  uint8_t *status; /* [npoint] ictus__status */
  double *value;   /* [npoint, nvalue]; NaN unless done */
  char **reason;   /* [npoint]; NULL unless failed */
} ictus__table;

ictus_err ictus__table_create (size_t npoint, int nvalue, ictus__table **out);
void ictus__table_destroy (ictus__table **t);
/* A point's outcome replaces what was there; reason may be NULL. */
ictus_err ictus__table_set (ictus__table *t, size_t point, ictus__status status, const double *value,
                            const char *reason);
size_t ictus__table_count (const ictus__table *t, ictus__status status);

/* ---- the grid (sweep_grid.c): points in row-major order of the axes, the last axis fastest ---- */

/* Checks axes (there are some, no reserved names) and counts the points. */
ictus_err ictus__grid_check (const ictus_experiment *exp, size_t *npoint);
size_t ictus__grid_index (const ictus_experiment *exp, size_t point, int axis);
/* "g_ex = 0.5 nS, g_in = 2" */
void ictus__grid_name (const ictus_experiment *exp, size_t point, ictus_text *out);
/* The document and the experiment of one point; both are the caller's. */
ictus_err ictus__grid_point (const ictus_conf *conf, const ictus_experiment *exp, size_t point,
                             ictus_conf **conf_out, ictus_experiment **exp_out);

/* ---- the journal (sweep_journal.c), rank 0 ---- */

typedef struct ictus__journal
{
  int fd; /* -1: none */
  char *path;
  double synced_s; /* when it was last flushed to disk */
  bool dirty;
} ictus__journal;

/* Open or begin dir/sweep.journal; what it holds of the same digest goes into the table. A torn last line is
   cut off. ICTUS_E_INPUT: another experiment's; ICTUS_E_RESOURCE: another program is writing it. */
ictus_err ictus__journal_open (const char *dir, uint64_t digest, bool overwrite, ictus__table *t,
                               ictus__journal *j);
ictus_err ictus__journal_add (ictus__journal *j, const ictus__table *t, size_t point);
ictus_err ictus__journal_close (ictus__journal *j); /* flushes */

/* ---- sweep.h5 (sweep_file.c), rank 0 ---- */

typedef struct ictus__facts /* what the provenance says beside the experiment */
{
  int argc;
  char **argv;
  int nrank, nteam, ranks_per_point;
  const char *hosts; /* separated by blanks */
  const char *start; /* ISO 8601 */
  double start_s;    /* the same on the wall clock of base */
  uint64_t digest;
} ictus__facts;

/* Whole or not at all: temporary name, flushed, renamed. */
ictus_err ictus__file_write (const char *dir, const ictus_experiment *exp, const ictus_net *net,
                             const ictus__table *t, const ictus__facts *facts);

/* ---- tables for people and programs (sweep_print.c) ---- */

void ictus__table_print (FILE *f, const ictus_experiment *exp, const ictus__table *t, bool json);

/* ---- where the runs to do come from (sweep_source.c), rank 0 ---- */

/* A source decides what is run next. What it gives out may depend on the outcomes it was told of, but which runs it has
   given out in the end must not depend on the order in which they came in, nor on how often the sweep was started
   again: then a sweep has the same result on any number of teams. */

enum
{
  ICTUS__NONE_NOW = -1, /* runs are out whose outcome decides what comes next */
  ICTUS__NONE_LEFT = -2
};

typedef struct ictus__source_options
{
  const ictus_experiment *exp; /* borrowed for the life of the source, as is the table */
  const ictus__table *table;   /* what is known at the start; an outcome is in it before the source is told */
  bool retry_failed;           /* rows that had failed at the start are to be run again, each once */
  size_t part, nparts;         /* only the runs of part 0 .. nparts - 1, each of which belongs to one part */
} ictus__source_options;

typedef struct ictus__source ictus__source;

typedef struct ictus__source_ops
{
  /* The next run to do, each at most once; or one of the above. ICTUS__NONE_NOW only while a run is out. */
  int64_t (*next) (ictus__source *s);
  /* The outcome of a run that was out (done or failed; value [nvalue]). */
  ictus_err (*take) (ictus__source *s, size_t run, ictus__status status, const double *value);
  /* How many runs are still without outcome, those that are out included; an estimate where outcomes decide. */
  size_t (*left) (const ictus__source *s);
  void (*destroy) (ictus__source *s);
} ictus__source_ops;

struct ictus__source /* head of every source */
{
  const ictus__source_ops *ops;
  ictus__source_options opt;
};

/* The source that the experiment asks for. */
ictus_err ictus__source_create (const ictus__source_options *opt, ictus__source **out);
void ictus__source_destroy (ictus__source **s);
int64_t ictus__source_next (ictus__source *s);
ictus_err ictus__source_take (ictus__source *s, size_t run, ictus__status status, const double *value);
size_t ictus__source_left (const ictus__source *s);

/* ---- dealing points to teams (sweep_deal.c) ---- */

typedef struct ictus__deal ictus__deal;

typedef struct ictus__row /* outcome of a point, as it travels */
{
  int64_t point; /* -1: none yet */
  int32_t status;
  char reason[ICTUS_ERR_TEXT];
} ictus__row;

/* On world rank 0 for every row that came in. */
typedef void (*ictus__deal_row) (void *ctx, const ictus__row *row, const double *value);

/* Split comm into teams. On rank 0 todo [ntodo] are the points to deal (borrowed), elsewhere ignored.
   Collectivity: all ranks of comm. */
ictus_err ictus__deal_create (MPI_Comm comm, int ranks_per_point, int nvalue, const size_t *todo,
                              size_t ntodo, ictus__deal_row take, void *ctx, ictus__deal **out);
void ictus__deal_destroy (ictus__deal **d); /* Collectivity: all ranks of comm. */
MPI_Comm ictus__deal_team (const ictus__deal *d);
int ictus__deal_nteam (const ictus__deal *d);
/* Hand in the row of the last point (row and value as the team's rank 0 has them; row NULL: none) and get the
   next one; -1 when there is none left. Collectivity: all ranks of the team. */
int64_t ictus__deal_next (ictus__deal *d, const ictus__row *row, const double *value);
/* Answer the teams that ask, without waiting; on rank 0, else nothing. Collectivity: none. */
void ictus__deal_poll (ictus__deal *d);
/* No more points are given out. Rank 0. Collectivity: none. */
void ictus__deal_stop (ictus__deal *d);
/* Rank 0: wait until every other team knows that it is over; after that all rows are in. Collectivity:
   none. */
void ictus__deal_finish (ictus__deal *d);

#endif
