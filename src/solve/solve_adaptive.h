/* SPDX-License-Identifier: BSD-3-Clause */
/** \file solve_adaptive.h
 * Adaptive solvers in lanes: eight neurons take a step together, each with its own time, length of step,
 * events and spikes. Included by solve_adaptive*.c and lane_adaptive.c only.
 *
 * A neuron runs freely, as in solve_cvode.h: windows neither stop nor restart it. It lives in a record, which
 * holds its last step with the polynomial through it. In a window only those neurons are taken up that have
 * not reached its end or have something to do in it; each gets a lane, is stepped as far as it must, waits in
 * its record again, and the lane takes the next one. Lanes do not know of each other, so a neuron's numbers
 * do not depend on who is in the others.
 */
#ifndef ICTUS_SOLVE_ADAPTIVE_H
#define ICTUS_SOLVE_ADAPTIVE_H

#include "solve_lanes.h"

typedef struct ictus__neuron /* what is kept of one neuron; its last step is (t, tn] */
{
  double t, h; /* begin and length of the last step; h 0: none since it began anew at tn, with the state y1 */
  double tn;   /* end of the last step */
  double tr;   /* a root in the last step that was not dealt with yet; infinity: none */
  double gn;   /* fire () at tn */
  double stop; /* next discontinuity that is known; infinity: none. No step goes beyond */
  double seg, nb; /* piece of the inputs: its begin and its end */
  double next;    /* length of the next step; 0: nothing is known */
  double first;   /* what was found good after the first step since it began anew; 0: nothing is known */
  double before;  /* log2 of the error of the last step */
  double t_guard; /* steps are counted from here */
  uint32_t nguard;
  bool fresh;    /* no step was taken, nor tried, since it began anew: f1 is not known */
  bool starts;   /* no step succeeded since it began anew */
  bool refused;  /* the last try of a step did not succeed */
  bool stopped;  /* tn is a stop that was not dealt with yet */
  bool hold;     /* held states stand still since it began anew */
  uint8_t armed; /* as of the last begin, event or tn that was passed */
  double x[];    /* [6 ns + nu] y0, y1, f1, q as in ictus__block, and the inputs where they are constant */
} ictus__neuron;

typedef struct ictus__lane /* a neuron that is under way */
{
  ictus__neuron *n; /* NULL: the lane is idle */
  size_t i;         /* index into cells */
  size_t p_of;      /* neuron whose parameters the lane has; SIZE_MAX: none */
  size_t j, end;    /* grid: next station; exact: next event and the end of its events */
  int k;            /* exact: next sample */
  double t;         /* where it must get */
  bool sized;       /* h is set */
  bool ends;        /* the step ends at n->stop */
} ictus__lane;

typedef struct ictus__pace /* how step sizes follow from errors */
{
  double err[ICTUS_LANE], before[ICTUS_LANE],
      most[ICTUS_LANE];                        /* in; before: log2 of the error before; most: growth */
  double log_err[ICTUS_LANE];                  /* out: log2 of the error */
  double grow[ICTUS_LANE], shrink[ICTUS_LANE]; /* out: factor of h when the step was good, and when not */
  double alpha, beta, safety, least;
} ictus__pace;

typedef struct ictus__lane_tools /* of one level of instructions */
{
  void (*pace) (ictus__pace *c);
  /* lanes whose goes is not 0: y0, f0 become y1, f1; all [n, ICTUS_LANE] */
  void (*go_on) (double *y0, double *f0, const double *y1, const double *f1, size_t n, const double *goes);
  /* column k of a [n, ICTUS_LANE] to x [n], and back */
  void (*take) (const double *a, size_t k, size_t n, double *x);
  void (*put) (double *a, size_t k, size_t n, const double *x);
  void (*due) (const double *when, double t, uint8_t *flag, size_t n); /* flag = when <= t */
  void (*any) (const double *row, uint8_t *flag, size_t n);            /* flag |= row != 0 */
} ictus__lane_tools;

const ictus__lane_tools *ictus__lane_tools_get (void); /* of the level in use */

typedef struct ictus__adaptive
{
  ictus__bank b;
  ictus__laned l;
  const ictus__stepper *stepper;
  const ictus__lane_tools *tools;
  size_t stride;  /* bytes of a record */
  char *record;   /* [n] */
  double *due;    /* [n] the neuron has something to do from here on: min (tn, tr) */
  uint64_t *work; /* [n] right-hand sides */
  uint8_t *flag;  /* [n] */
  size_t *list;   /* [n] neurons with something to do in the window at hand */
  size_t nlist, taken;
  bool drive, varies;
  double max_step;
  ictus__block block;
  double *room;  /* memory of the block's arrays and those below */
  double *fresh; /* [ns, ICTUS_LANE] derivatives where neurons begin anew */
  double *g;     /* [ICTUS_LANE] fire () at the end of the step */
  double *goes;  /* [ICTUS_LANE] not 0: the lane goes straight on */
  double *p, *u; /* [nslot, ICTUS_LANE] where parameters differ; [nu, ICTUS_LANE] */
  double *keep;  /* [ns, ICTUS_LANE] */
  ictus__pace pace;
  ictus__lane lane[ICTUS_LANE];
  ictus__stations st;
  const ictus_window *w; /* at hand */
  ictus_spikes *out;     /* of it */
  bool clean;            /* states are in cells->y: nothing has happened since a restart */
  double t_ms;           /* end of the last window */
  ictus_solver_stats stats;
} ictus__adaptive;

static inline ictus__neuron *
ictus__neuron_at (const ictus__adaptive *s, size_t i)
{
  return (ictus__neuron *) (void *) (s->record + i * s->stride);
}

/* ---- one neuron (solve_adaptive_neuron.c) ----------------------------------------------------- */

/* Inputs of neuron i at t of its present piece. Borrowed until the next call. */
const double *ictus__neuron_input (const ictus__adaptive *s, const ictus__neuron *n, size_t i, double t);
/* State at t within the last step. */
void ictus__neuron_state (const ictus__adaptive *s, const ictus__neuron *n, double t, double *y);
/* A restart mark at t: begin with the state y. */
void ictus__neuron_restart (ictus__adaptive *s, ictus__neuron *n, size_t i, double t, const double *y);
/* After a step that may hold a root: find it, or not. */
void ictus__neuron_root (ictus__adaptive *s, ictus__neuron *n, size_t i);
/* Armed at t as others may see it. */
uint8_t ictus__neuron_armed (const ictus__adaptive *s, const ictus__neuron *n, size_t i, double t,
                             const double *y);
/* All the neuron has to do in the window that needs no further step; *step: then one is needed, else it is
 * done. */
ictus_err ictus__neuron_proceed (ictus__adaptive *s, ictus__lane *a, bool *step);

/* ---- the lanes (solve_adaptive_step.c) -------------------------------------------------------- */

/* ictus__block.inputs: those of the neurons in the lanes. */
void ictus__lane_inputs (void *ctx, const double *ts, double *u);
/* Everything the neurons of the list have to do in the window. */
ictus_err ictus__lanes_run (ictus__adaptive *s);

#endif
