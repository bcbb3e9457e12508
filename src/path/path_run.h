/* SPDX-License-Identifier: BSD-3-Clause */
/** \file path_run.h
 * A path while it is followed. Included by the driver: path.c, path_rows.c, path_section.c, path_noise.c, path_event.c,
 * path_adaptive.c.
 */
#ifndef ICTUS_PATH_RUN_H
#define ICTUS_PATH_RUN_H

#include "path_impl.h"

typedef struct ictus__breaks /* times at which the solution is not smooth, soonest first */
{
  double *t;  /* [n] */
  int *level; /* how many delays after a jump */
  size_t n, cap_t, cap_level;
  int deepest;
} ictus__breaks;

typedef struct ictus__run
{
  const ictus_model *m;
  const ictus_kernel *k;
  const ictus_path_config *c;
  ictus_path *out;
  ictus__system sys;
  const ictus__method *method;
  void *self;
  double t, *y;     /* now; y [nstate] */
  double *y_old;    /* [nstate] where the last step began */
  double *z, *f0, *f1; /* [2 nstate], [nstate], [nstate] scratch */
  double h;         /* dt with its sign */
  bool over;        /* out->end says why */
  /* rows */
  int nseen, *seen; /* states that are shown */
  double *row;      /* [ncol] columns now */
  size_t cap_v;
  /* section */
  int section;      /* column, or -1: the time */
  double *row_old, *y_row; /* columns and states at the row before */
  double t_row;
  int rising;       /* 1, -1: which way the column went; 0: not known */
  double last_hit;  /* NaN: there was none */
  double s_old;     /* adaptive methods: section value where the last step ended */
  /* events */
  double *g, *g_end, *g_at; /* [nevent] conditions where the step began, where it ended, at an event */
  int *hit;         /* [nevent] in which round of an instant it happened; 0: not */
  double *frac;     /* [nevent] fraction of the step at which a condition crosses; 2: it does not */
  bool armed;
  double refr_until;
  double g_fire;
  /* noise and Markov variables */
  uint64_t step;    /* number of the dt at hand */
  uint64_t part;    /* number of the piece of it, after events */
  double *rates;
  int nrates;
  /* delays */
  ictus__breaks breaks;
  double least_delay; /* infinity: none is known */
} ictus__run;

/* ---- rows (path_rows.c) ---- */
ictus_err ictus__rows_begin (ictus__run *r, double nrow);
/* Columns at t, y into row [ncol]; delayed values of t are looked up. */
void ictus__row_columns (ictus__run *r, double t, const double *y, double *row);
/* Ends the run when a column is out of bounds or not finite. */
void ictus__row_check (ictus__run *r, double t, const double *row);
/* Keeps a row; ends the run when there is no room for another. */
ictus_err ictus__row_keep (ictus__run *r, double t, const double *row);
/* The states at t, at a multiple of the time between rows: checked, kept unless they are transient, or looked at for the
   section. shown: the time that is written. */
ictus_err ictus__row_at (ictus__run *r, double shown, double t, const double *y);

/* ---- section (path_section.c) ---- */
ictus_err ictus__section_begin (ictus__run *r);
/* r->row and states y at t: is there a point of the section since the row before? */
ictus_err ictus__section_row (ictus__run *r, double t, const double *y);
/* What is 0 at a point of the section, for adaptive methods, and whether it is a point when it goes from a to b. */
double ictus__section_value (ictus__run *r, double t, const double *y);
bool ictus__section_met (const ictus__run *r, double a, double b);
/* A point of the section. */
ictus_err ictus__section_point (ictus__run *r, double t, const double *row);

/* ---- noise and Markov variables (path_noise.c) ---- */
/* Redraw the noise for a piece of a step, h long. */
void ictus__noise_draw (ictus__run *r, double h);
/* Jumps of the Markov variables at the end of a step, h long; true: there was one. */
bool ictus__markov_jump (ictus__run *r, double h);

/* ---- events and spikes (path_event.c) ---- */
/* Conditions at the start; those of sign 0 may happen there. */
ictus_err ictus__event_begin (ictus__run *r);
void ictus__event_values (ictus__run *r, double t, const double *y, double *g);
/* true: a condition goes through 0 in its direction */
bool ictus__event_crossed (int sign, double a, double b);
/* The fixed step that ended at r->y: fraction at which the first event happens, 2: none; hits are marked. */
double ictus__event_first (ictus__run *r);
/* The marked events happen at r->t, r->y, and what follows at once. */
ictus_err ictus__event_happen (ictus__run *r);
/* r->g anew after something else has changed the states. */
void ictus__event_renew (ictus__run *r);
/* Firing condition at the end of a fixed step. */
ictus_err ictus__fire_step (ictus__run *r);
/* A spike at r->t: counted, reset, refractory. */
ictus_err ictus__fire (ictus__run *r);
double ictus__fire_value (ictus__run *r, double t, const double *y);

/* ---- the past ---- */
/* One step of the past, from t, y to r->t, r->y. */
ictus_err ictus__past_push (ictus__run *r, double t, const double *y);

/* ---- times that are not smooth (path_breaks.c) ---- */
/* A jump at r->t: what comes of it one, two, ... delays later. */
ictus_err ictus__breaks_jump (ictus__run *r);
/* The first one behind r->t; infinity (in the direction of time): there is none. */
double ictus__breaks_next (const ictus__run *r);
/* Those at r->t are passed; true: there was one. */
ictus_err ictus__breaks_pass (ictus__run *r, bool *any);

/* ---- adaptive methods (path_adaptive.c) ---- */
/* Follow the path to t0 + nrow * nout * dt, rows included. */
ictus_err ictus__adaptive (ictus__run *r, double nrow);

#endif
