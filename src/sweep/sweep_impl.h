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

/* ---- what the sweep is about (sweep_study.c) ---- */

typedef struct ictus__study
{
  ictus_conf *conf;  /* borrowed; its defaults are filled in */
  ictus_conf *plain; /* without them, since a default may depend on what is swept, and with nothing to sweep */
  ictus_experiment *exp;
  ictus_conf *first_conf; /* of point 0: models and names are checked with it; or NULL */
  ictus_experiment *first;
  ictus_net *net;
  size_t nrun;
  int nvalue;
} ictus__study;

/* first: the net is that of the first point, and so that point is tried; otherwise that of the document as it stands, which
   may be one that was used before, with defaults that do not fit the points. Collectivity: all ranks of comm. */
ictus_err ictus__study_open (MPI_Comm comm, ictus_conf *conf, bool first, ictus__study *s);
void ictus__study_close (ictus__study *s);
/* DIR/used.yaml: every value, and the digest of the sweep in a comment. One rank. */
ictus_err ictus__study_write (const ictus__study *s, const char *dir, uint64_t digest, size_t part, size_t nparts);
/* The digest in the text of a used.yaml; false: there is none. */
bool ictus__study_digest (const char *text, uint64_t *digest);

/* Fails when the folder has journals of another sweep, whose used.yaml would be replaced (sweep_state.c). One rank. */
ictus_err ictus__study_check (const char *dir, uint64_t digest);

/* ---- the journal (sweep_journal.c), rank 0 ---- */

typedef struct ictus__journal_head /* its first line */
{
  uint64_t digest; /* of the experiment */
  size_t nrun, part, nparts; /* part 0 .. nparts - 1; 0, 1: the whole sweep */
  int nvalue;
  int level; /* of instructions that its rows are computed with (ictus_isa_level) */
} ictus__journal_head;

typedef struct ictus__journal_line /* each other line */
{
  size_t run;
  enum { ICTUS__LINE_START, ICTUS__LINE_DONE, ICTUS__LINE_FAILED } kind;
  double seconds;      /* start: Unix time; done: how long its team was busy */
  int nrank;           /* start: of the team */
  const double *value; /* done: [nvalue] */
  const char *reason;  /* failed */
  const char *text;    /* the whole line with its newline */
  size_t len;
} ictus__journal_line;

/* Goes through a journal without changing anything; lines of which the hash is wrong are left out, and a torn last
   one. each: NULL: only the head is looked at. *good: bytes up to the last whole line (0: not even the head is);
   *spoilt: lines left out before it; both may be NULL.
   ICTUS_E_IO: cannot be read; ICTUS_E_FORMAT: not a journal, or of another version; or what `each` returns. */
ictus_err ictus__journal_each (const char *path, ictus__journal_head *head,
                               ictus_err (*each) (void *ctx, const ictus__journal_line *line), void *ctx,
                               size_t *good, size_t *spoilt);

/* DIR/sweep.journal, DIR/part-0003-of-0010.journal; with another ending likewise. */
void ictus__journal_name (const char *dir, size_t part, size_t nparts, const char *ending, ictus_text *out);
/* The other way round, for the name of a file without its folder; true when it is that of a part. */
bool ictus__journal_is_part (const char *name, size_t *part, size_t *nparts);

typedef struct ictus__journal
{
  int fd; /* -1: none */
  char *path;
  double synced_s; /* when it was last flushed to disk */
  bool dirty;
} ictus__journal;

/* Open or begin a journal in dir; what it holds of the same head goes into the table. A torn last line is
   cut off. ICTUS_E_INPUT: another experiment's; ICTUS_E_RESOURCE: another program is writing it. */
ictus_err ictus__journal_open (const char *dir, const ictus__journal_head *head, bool overwrite, ictus__table *t,
                               ictus__journal *j);
/* The row of a run with its outcome. */
ictus_err ictus__journal_add (ictus__journal *j, const ictus__table *t, size_t run, double busy_s);
ictus_err ictus__journal_add_start (ictus__journal *j, size_t run, double since, int nrank);
ictus_err ictus__journal_add_line (ictus__journal *j, const ictus__journal_line *line); /* copied as it is */
/* Flushes to disk what was added, when the last time was at least max_age_s ago; true when nothing is left to flush. */
ictus_err ictus__journal_sync (ictus__journal *j, double max_age_s, bool *synced);
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
  size_t part, nparts; /* of which part the file is; 0, 1: of all */
  bool complete;       /* no run is left to do */
  double busy_s;       /* time that ranks worked on runs, all together */
  double efficiency;   /* the same over ranks times wall time */
} ictus__facts;

/* DIR/sweep.h5 or that of a part, whole or not at all: temporary name, flushed, renamed. */
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

/* ---- dealing runs to teams (sweep_deal.c) ---- */

typedef struct ictus__deal ictus__deal;

typedef struct ictus__row /* outcome of a run, as its team tells it */
{
  size_t run;
  ictus__status status; /* ICTUS__TODO: stopped before its end */
  double busy_s;        /* how long its team worked on it */
  int nrank;            /* ranks of that team; set by the deal */
  const double *value;  /* [nvalue]; done */
  const char *reason;   /* failed */
  bool has_dir;         /* there may be checkpoints of it */
} ictus__row;

typedef struct ictus__deal_options
{
  int ranks_per_point, nvalue;
  ictus__source *source; /* rank 0; borrowed */
  /* On world rank 0 for every outcome that came in; it has to tell the source. */
  void (*take) (void *ctx, const ictus__row *row);
  /* On world rank 0: a run that has been under way for a second or more; since: Unix time. Once each. */
  void (*under_way) (void *ctx, size_t run, double since, int nrank);
  void (*tick) (void *ctx); /* on world rank 0, about once a second; may be NULL */
  bool (*told) (void *ctx); /* true: the sweep is to end; local, any rank; may be NULL */
  void *ctx;
} ictus__deal_options;

/* Split comm into teams. Collectivity: all ranks of comm. */
ictus_err ictus__deal_create (MPI_Comm comm, const ictus__deal_options *o, ictus__deal **out);
void ictus__deal_destroy (ictus__deal **d); /* Collectivity: all ranks of comm. */
MPI_Comm ictus__deal_team (const ictus__deal *d);
/* Hand in the outcome of the last run (as the team's rank 0 has it; NULL: none) and get the next one, or
   ICTUS__NONE_LEFT. Collectivity: all ranks of the team. */
int64_t ictus__deal_next (ictus__deal *d, const ictus__row *row);
/* To be called often: rank 0 answers the teams, without waiting; leaders pass on that the sweep is to end. True when
   it is, as far as this rank knows. Collectivity: none. */
bool ictus__deal_poll (ictus__deal *d);
/* No more runs are given out. Rank 0. Collectivity: none. */
void ictus__deal_stop (ictus__deal *d);
/* Rank 0: wait until every other team knows that it is over; after that all outcomes are in. Leaders: say so.
   Collectivity: none. */
void ictus__deal_finish (ictus__deal *d);

/* ---- one run (sweep_point.c) ---- */

/* Run it, from a checkpoint of it if there is one, and measure, m [nvalue / ICTUS__NMEASURE]. ICTUS_E_STOPPED: not to its end,
   since the sweep is to end. *has_dir: DIR/points/<run> is there. Collectivity: all ranks of the team of deal. */
ictus_err ictus__point_run (const ictus__study *s, ictus__deal *deal, const char *dir, size_t run, ictus_measures *m,
                            bool *has_dir);
void ictus__point_dir (const char *dir, size_t run, ictus_text *out);
/* One rank: the checkpoints of a run, those of all runs that have a row (or of all at all), the empty folder of them. */
void ictus__point_forget (const char *dir, size_t run);
void ictus__points_forget (const char *dir, const ictus__table *t, bool all);
void ictus__points_close (const char *dir);

#endif
