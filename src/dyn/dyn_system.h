/* SPDX-License-Identifier: BSD-3-Clause */
/** \file dyn_system.h
 * A model as x' = f(x, lambda): the system that rooms dyn, phase and chaos work on. One thread.
 */
#ifndef ICTUS_DYN_SYSTEM_H
#define ICTUS_DYN_SYSTEM_H

#include "ictus/dyn.h"

typedef struct ictus__dyn
{
  const ictus_model *model;
  const ictus_kernel *k;
  int n;           /* free states */
  int *state;      /* [n] state of the kernel that unknown i is */
  double *p;       /* [nslot] prepared; changed by ictus__dyn_set only */
  double *u;       /* [nu] inputs, then noise: 0; there are no delays */
  double t;        /* the time it is looked at; what depends on t is refused by those who need an equilibrium */
  double *y;       /* [nstate] x is put into it, the others stay */
  double *scale;   /* [n] a size that changes of state i are measured by, > 0: from where it is and how fast it changes */
  unsigned long long rhs, jac; /* calls */
  double *full;    /* [nstate * max (nstate, npar)] scratch */
  double *work;    /* [nstate] scratch */
} ictus__dyn;

/** The values are copied; firing and events are never obeyed.
 * \retval ICTUS_E_INPUT  what ictus_dyn_refuse says of maps and delays; a model that depends on t is taken, at t0 */
ictus_err ictus__dyn_open (const ictus_dyn_values *v, ictus__dyn **out);
void ictus__dyn_close (ictus__dyn **s);
/** A copy for another thread of work: parameters of its own. */
ictus_err ictus__dyn_copy (const ictus__dyn *s, ictus__dyn **out);
double ictus__dyn_get (const ictus__dyn *s, int par); /* par: ictus_dyn_par */
void ictus__dyn_set (ictus__dyn *s, int par, double value);
/** Name and unit of unknown i; borrowed. */
const ictus_lang_var *ictus__dyn_var (const ictus__dyn *s, int i);
/** f [n]. */
void ictus__dyn_rhs (ictus__dyn *s, const double *x, double *f);
/** J[j * n + i] = df_i/dx_j. */
void ictus__dyn_jac (ictus__dyn *s, const double *x, double *J);
/** d [n] = df/dpar. */
void ictus__dyn_dpar (ictus__dyn *s, const double *x, int par, double *d);
/** J(x) v and the derivative of J(x) v along w, B(v, w), by central differences of the analytic Jacobian; out [n], J [n, n] scratch
 * of the caller. */
void ictus__dyn_second (ictus__dyn *s, const double *x, const double *v, const double *w, double *out, double *J);
/** aux [naux] at x. */
void ictus__dyn_aux (ictus__dyn *s, const double *x, double *aux);
/** x into the states of the kernel, [nstate]; the others as they stand. */
void ictus__dyn_spread (const ictus__dyn *s, const double *x, double *y);
void ictus__dyn_gather (const ictus__dyn *s, const double *y, double *x);
/** All of v [n] finite? */
bool ictus__dyn_finite (int n, const double *v);

#endif
