/* SPDX-License-Identifier: BSD-3-Clause */
/* What the points of a sweep are: designs, repeats, the search for a threshold. Only src/sweep includes this. */
#ifndef ICTUS_SWEEP_DESIGN_H
#define ICTUS_SWEEP_DESIGN_H

#include "sweep/sweep_impl.h"

/* ---- points and runs (sweep_grid.c, sweep_design.c) ---- */

/* Of an experiment that ictus__grid_check has passed. */
size_t ictus__grid_npoint (const ictus_experiment *exp);
/* Value of an axis at a point, whatever the design; takes no memory, and time that does not grow with their
   number. */
double ictus__grid_value (const ictus_experiment *exp, size_t point, int axis);
/* The same of a design that draws: depends on the experiment's seed, the name of the axis and the point. */
double ictus__design_value (const ictus_experiment *exp, size_t point, int axis);
/* Where `index` (below n) stands in a shuffled order of 0 .. n-1: a permutation that follows from the key. */
uint64_t ictus__shuffle (uint64_t seed, uint64_t key, uint64_t n, uint64_t index);
/* Seed of a repeat: repeat 0 has that of the experiment. */
uint64_t ictus__repeat_seed (uint64_t seed, size_t repeat);
/* An axis sets the seed: then that of a point is repeat 0's, and the others are made of it. */
bool ictus__seed_is_swept (const ictus_experiment *exp);

/* ---- what the repeats of a point say together (sweep_table.c) ---- */

/* Done when all repeats are, failed when any of them is. */
ictus__status ictus__point_status (const ictus_experiment *exp, const ictus__table *t, size_t point);
size_t ictus__point_ndone (const ictus_experiment *exp, const ictus__table *t, size_t point);
/* Mean of value k of a row over the repeats that are done and where it is defined; NaN when there is none. sd
   (may be NULL): standard deviation with n - 1; NaN of fewer than two. */
double ictus__point_mean (const ictus_experiment *exp, const ictus__table *t, size_t point, int k,
                          double *sd);
/* Part of the repeats done that meet the criterion, NaN when none is done; if it is half, so does the point. */
double ictus__point_seizures (const ictus_experiment *exp, const ictus__table *t, size_t point);
#define ICTUS__SEIZURE_PART 0.5

/* ---- threshold search (sweep_threshold.c) ---- */

/* A *line* is a place on the other axes (row-major, the last fastest): the points along the searched axis. A
   search looks for two neighbouring values between which the measure crosses the level. What a line still
   needs follows from the table alone, so it does not depend on who asks when. */

typedef enum ictus__crossing /* written to files: numbers never change */
{
  ICTUS__CROSSING_TODO = 0,
  ICTUS__CROSSING_RISING = 1,  /* with the value of the axis the measure rises through the level */
  ICTUS__CROSSING_FALLING = 2,
  ICTUS__CROSSING_BELOW = 3,   /* at both ends, so taken to be everywhere */
  ICTUS__CROSSING_ABOVE = 4,
  ICTUS__CROSSING_FAILED = 5   /* a run that it needed failed */
} ictus__crossing;

typedef struct ictus__line
{
  ictus__crossing crossing;
  size_t lower;       /* crossed between this index on the axis and the next; where it is crossed */
  double at;          /* value of the axis, interpolated; NaN where nothing is crossed */
  double from, to;    /* the two values, from < to */
} ictus__line;

typedef struct ictus__search
{
  const ictus_experiment *exp;
  const ictus__table *table;
  const uint8_t *again; /* [nrun] failed, but to be run again: not known yet; NULL: none */
  int value;            /* of a row: what is measured */
  size_t n, inner;      /* values of the axis; points from one of them to the next */
  size_t across, nline; /* lines along the last other axis; all */
} ictus__search;

enum { ICTUS__MAX_WANT = 2 }; /* points that a line can wait for at once */

typedef struct ictus__probe /* a line under search */
{
  const ictus__search *s;
  size_t line, want[ICTUS__MAX_WANT]; /* [nwant] indices on the axis that have to be known to go on */
  int nwant;
  bool failed;
} ictus__probe;

ictus__search ictus__search_begin (const ictus_experiment *exp, const ictus__table *t, const uint8_t *again);
size_t ictus__search_point (const ictus__search *s, size_t line, size_t k);
/* What the table says of one line. guess: position on the axis to begin at, from neighbours on which the
   measure rises with the index, or falls; NULL: the ends are first. *p: what is wanted, while the crossing is
   ICTUS__CROSSING_TODO. */
void ictus__search_line (const ictus__search *s, size_t at, const double *guess, bool rises, ictus__line *out,
                         ictus__probe *p);
/* Part of the way from index `lower` to the next at which the level lies. */
double ictus__search_part (const ictus__search *s, size_t line, size_t lower);

/* The following are in sweep_search.c. What is known of every line; *line [*nline], freed with ictus_free. */
ictus_err ictus__threshold_lines (const ictus_experiment *exp, const ictus__table *t, ictus__line **line,
                                  size_t *nline);
/* A source of runs that searches. Parts have whole groups of lines. */
ictus_err ictus__threshold_source (const ictus__source_options *opt, ictus__source **out);

size_t ictus__threshold_nline (const ictus_experiment *exp);
/* Index on another axis than the searched one. */
size_t ictus__line_index (const ictus_experiment *exp, size_t line, int axis);
size_t ictus__line_of (const ictus_experiment *exp, size_t point);
/* "g_in where rate of all is 5 Hz" */
void ictus__threshold_name (const ictus_experiment *exp, ictus_text *out);
/* Unit and name of a measure as in sweep.h5. */
const char *ictus__measure_name (ictus_measure m);
const char *ictus__measure_unit (ictus_measure m);

#endif
