/* SPDX-License-Identifier: BSD-3-Clause */
/** \file solve_cvode.h
 * One CVODE instance a neuron. Included by solve_cvode*.c only.
 *
 * A neuron runs freely: windows neither stop nor restart it. After every internal step it is known whether
 * a root lies in it; a neuron that has stepped past the time asked for waits, and what is wanted inside its
 * last step is interpolated. If an event comes inside that step, the neuron goes back to the event's time and
 * begins anew there.
 */
#ifndef ICTUS_SOLVE_CVODE_H
#define ICTUS_SOLVE_CVODE_H

#include "solve_impl.h"
#include "solve_sundials.h"

typedef struct ictus__cvode ictus__cvode;

typedef struct ictus__cell /* one neuron */
{
  void *mem; /* of CVODE */
  SUNMatrix A;
  SUNLinearSolver ls;
  SUNNonlinearSolver nls;
  ictus__cvode *s; /* whose neuron it is */
  size_t i;        /* index into cells */
  double tn;       /* end of the last internal step */
  double gn;       /* fire () at tn */
  double tr;       /* time of a root in the last step that was not dealt with yet; infinity: none */
  double stop;     /* next discontinuity that is known; infinity: none */
  double seg, nb;  /* piece of the inputs: its begin and its end */
  double hstart;   /* first step for the next restart; 0: CVODE finds one */
  double t_guard;  /* the steps are counted from here */
  long nguard, nstuck;
  bool fresh;      /* no step since the last restart: the state is in cells->y */
  bool stopped;    /* tn is a stop that was not dealt with yet */
  bool has_stop;   /* CVODE was told a stop time that it did not reach yet */
  bool root_cvode; /* tr was found by CVODE, which has not yet reported the rest of its step */
  bool hold;       /* held states stand still since the last restart */
  uint8_t armed;   /* as of the last restart, event or tn that was passed */
} ictus__cell;

struct ictus__cvode
{
  ictus__bank b;
  ictus__cell *cell; /* [n] */
  uint64_t *work;    /* [n] right-hand sides */
  double *u;         /* [nu, n] as u[i * nu + k]: inputs that are constant between breaks */
  bool drive, varies;
  SUNContext ctx;
  N_Vector y, out, atol;
  int bad; /* state whose derivative was not finite at last; -1: none */
  char words[ICTUS__WORDS];
  ictus__stations st;
  ictus_solver_stats stats;
};

ictus_err ictus__cell_create (ictus__cvode *s, size_t i, const ictus_solver_config *cfg, bool bdf);
void ictus__cell_destroy (ictus__cell *c);
/* Begin anew at t with the state that is in cells->y and the present inputs. */
ictus_err ictus__cell_begin (ictus__cell *c, double t);
/* One internal step, or what CVODE has still to say about the last one. */
ictus_err ictus__cell_step (ictus__cell *c);
/* State at t, within the last step. */
ictus_err ictus__cell_state (ictus__cell *c, double t, double *y);
ictus_err ictus__cell_fail (ictus__cell *c, double t, int flag);
/* Inputs at t of the present piece. Borrowed until the next call. */
const double *ictus__cell_input (const ictus__cell *c, double t);
/* Enter the piece of the inputs that begins at or before t. */
void ictus__cell_piece (ictus__cell *c, double t);
/* When the next discontinuity comes. */
ictus_err ictus__cell_set_stop (ictus__cell *c);

#endif
