/* SPDX-License-Identifier: BSD-3-Clause */
/** \file path_impl.h
 * The parts of a path: the system, its past, the methods. Included by src/path only.
 */
#ifndef ICTUS_PATH_IMPL_H
#define ICTUS_PATH_IMPL_H

#include "ictus/path.h"

/* ---- the past, for delayed values (path_history.c) ----------------------------------------------------- */

typedef struct ictus__history ictus__history;

/** Remember the states that are delayed (k->delay_of), as far back as `longest` (0: everything).
 * Before t0 they are k->history (t, p), or y0. */
ictus_err ictus__history_create (const ictus_kernel *k, const double *p, double t0, const double *y0, double longest,
                                 ictus__history **out);
void ictus__history_destroy (ictus__history **h);
/** A step from t0 to t1 was accepted: n >= 2 points of it, t ascending in the direction of time from t0 to t1,
 * y [n, nstate]; f0 and f1 [nstate] derivatives at both ends, or NULL. Interpolated by the polynomial through all that is
 * given. A jump at t0 (an event) is kept: the past ends with the value before it, the step begins with the one after. */
ictus_err ictus__history_push (ictus__history *h, int n, const double *t, const double *y, const double *f0,
                               const double *f1);
/** State i at time t. Between the last push and now: the last polynomial is extended. */
double ictus__history_at (const ictus__history *h, int i, double t);
/** Which value is meant by a time that is, within rounding, that of a jump: the one after it (so at first), or the one
 * before, as within and at the end of a step that no jump interrupts. */
void ictus__history_side (ictus__history *h, bool before);

/* ---- the system (path_system.c) -------------------------------------------------------------------------- */

typedef struct ictus__system
{
  const ictus_kernel *k;
  const ictus_lang *lang; /* names for messages; NULL: states are numbered */
  const double *p;      /* [nslot] */
  double *u;            /* [nu] inputs, delayed values, noise of the step at hand */
  double *tau;          /* [ndelay] scratch */
  ictus__history *past; /* NULL without delays */
  double dir;           /* +1 or -1: the direction of time */
  uint64_t rhs, jac;    /* calls */
  double *work;         /* [nstate] scratch */
  int neq;              /* states with an equation: the first ones; behind them Markov variables and what is hidden */
  unsigned char *held;  /* [nstate] 1: stands still while `hold` is true */
  bool hold;            /* the neuron is refractory */
} ictus__system;

ictus_err ictus__system_init (ictus__system *s, const ictus_model *m, const double *p, const double *u);
void ictus__system_clear (ictus__system *s);
/** Delayed values of time t and states y into s->u. Does nothing without delays. */
void ictus__system_look_back (ictus__system *s, double t, const double *y);
/** f = dy/dt (of a map: the next y), delayed values looked up first. */
void ictus__system_rhs (ictus__system *s, double t, const double *y, double *f);
void ictus__system_jac (ictus__system *s, double t, const double *y, double *J); /* J[j * n + i], delayed values as given */

/* ---- methods: path_fixed.c (euler, heun, rk4, adams, symplectic, map), path_implicit.c (backward-euler),
   path_rk45.c, path_rosenbrock.c, path_cvode.c ------------------------------------------------------------- */

typedef struct ictus__method
{
  ictus_path_method pub;
  /* NULL: can serve; else the reason, in buf [256] or constant */
  const char *(*refuse) (const ictus_model *m, char *buf);
  ictus_err (*create) (ictus__system *s, const ictus_path_config *c, void **self);
  void (*destroy) (void *self);
  /* Begin (again) at t with states y; all history of the method is dropped. */
  ictus_err (*start) (void *self, double t, const double *y);
  /* One step from where the last one ended: a fixed method goes exactly to `limit` (the driver asks for steps of dt, or
     shorter to meet an event); an adaptive one takes a step of its own that does not pass `limit`, and meets it exactly when
     it comes near. *t, y: what was reached.
     \retval ICTUS_E_SOLVER  message in ictus_err_last; *t, y unchanged */
  ictus_err (*step) (void *self, double limit, double *t, double *y);
  /* States at a time within the last step; adaptive methods only */
  void (*dense) (void *self, double t, double *y);
} ictus__method;

extern const ictus__method ictus__path_euler, ictus__path_heun, ictus__path_rk4, ictus__path_adams,
    ictus__path_symplectic, ictus__path_map, ictus__path_backward_euler;
extern const ictus__method ictus__path_rk45, ictus__path_rosenbrock, ictus__path_cvode_bdf, ictus__path_cvode_adams;

/* The method of a name of its own; NULL: there is none. */
const ictus__method *ictus__path_find (const char *name);

#endif
