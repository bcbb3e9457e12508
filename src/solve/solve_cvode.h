/* SPDX-License-Identifier: BSD-3-Clause */
/** \file solve_cvode.h
 * One CVODE instance a neuron. Included by solve_cvode*.c and their test only.
 *
 * A neuron runs freely: windows neither stop nor restart it. After every internal step it is known whether
 * a root lies in it; a neuron that has stepped past the time asked for waits, and what is wanted inside its
 * last step is interpolated. If an event comes inside that step, the neuron goes back to the event's time and
 * begins anew there.
 */
#ifndef ICTUS_SOLVE_CVODE_H
#define ICTUS_SOLVE_CVODE_H

#include "solve_impl.h"
#include "solve_rosenbrock.h"
#include "solve_sundials.h"

typedef struct ictus__cvode ictus__cvode;
typedef struct ictus__slab ictus__slab;
typedef struct ictus__cell ictus__cell;

/* ---- vectors (solve_cvode_vector.c) ------------------------------------------------------------ */

typedef struct ictus__pool /* of vectors of one length */
{
  SUNContext ctx; /* not owned */
  int n;
  size_t bytes; /* of a vector */
  size_t first; /* vectors to make room for at first */
  ictus__slab *slab;
  N_Vector spare; /* list of those that were given back */
  struct _generic_N_Vector_Ops ops;
} ictus__pool;

void ictus__pool_init (ictus__pool *p, SUNContext ctx, int n, size_t first);
void ictus__pool_clear (ictus__pool *p); /* all its vectors are gone */
N_Vector ictus__pool_vector (ictus__pool *p); /* zeros; NULL: no memory. N_VDestroy gives it back */

/* The numbers of a vector of a pool, which follow its head. */
static inline double *
ictus__vec (N_Vector v)
{
  return (double *) (void *) (v + 1);
}

/* ---- linear systems (solve_cvode_linear.c) ------------------------------------------------------ */

typedef struct ictus__linear
{
  ictus__laned lane; /* for the pattern of the Jacobian */
  ictus__lu *plan;
  void *room;     /* of plan */
  double *values; /* [n, own] */
  size_t own;     /* doubles of a neuron */
  double *jac;    /* [ns, ns] scratch: a Jacobian as the model writes it; part of full */
  double *full;   /* [ns, ns] by rows: a full elimination */
  int *swap;      /* [ns] its exchanges of rows */
  size_t full_of; /* of which neuron; SIZE_MAX: none */
} ictus__linear;

ictus_err ictus__linear_init (ictus__linear *l, const ictus_model *model, size_t n);
void ictus__linear_clear (ictus__linear *l);
void ictus__linear_give (ictus__linear *l, ictus__cell *c); /* room for its matrices */
/* Keep the Jacobian J [ns, ns] of neuron c; its entries as they are kept [nnz]. */
double *ictus__linear_take (ictus__linear *l, ictus__cell *c, const double *J);
/* M = 1 - gamma J. False: it is singular. */
bool ictus__linear_factor (ictus__linear *l, ictus__cell *c, double gamma);
/* x [ns] becomes M^-1 x. */
bool ictus__linear_solve (ictus__linear *l, const ictus__cell *c, double *x);

/* ---- nonlinear systems (solve_cvode_newton.c) ---------------------------------------------------- */

typedef struct ictus__iteration
{
  int n; /* states */
  ictus__linear *linear;
  N_Vector delta;
  SUNNonlinSolSysFn sys; /* CVODE's own functions */
  SUNNonlinSolLSetupFn setup;
  SUNNonlinSolConvTestFn test;
  int most, cur; /* iterations: limit, number of the present one */
  long niter, nfail; /* of the last call */
  struct _generic_SUNNonlinearSolver nls;
  struct _generic_SUNNonlinearSolver_Ops nls_ops;
  struct _generic_SUNLinearSolver ls;
  struct _generic_SUNLinearSolver_Ops ls_ops;
  struct _generic_SUNMatrix A; /* stands for that of the neuron at hand */
  struct _generic_SUNMatrix_Ops A_ops;
} ictus__iteration;

ictus_err ictus__iteration_init (ictus__cvode *s, bool bdf);
int ictus__iteration_give (ictus__cvode *s, const ictus__cell *c, bool bdf);

/* ---- neurons ------------------------------------------------------------------------------------ */

struct ictus__cell /* one neuron */
{
  void *mem; /* of CVODE */
  double *lu, *J;  /* bdf: M eliminated [nslot], J [nnz]; part of linear.values */
  double gamma;    /* of M */
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
  bool full;       /* M needs pivoting */
  uint8_t armed;   /* as of the last restart, event or tn that was passed */
};

struct ictus__cvode
{
  ictus__bank b;
  ictus__cell *cell; /* [n] */
  uint64_t *work;    /* [n] right-hand sides */
  double *u;         /* [nu, n] as u[i * nu + k]: inputs that are constant between breaks */
  bool drive, varies;
  SUNContext ctx;
  ictus__pool pool;
  ictus__linear linear; /* bdf */
  ictus__iteration iteration;
  const ictus__cell *now; /* the neuron that steps */
  N_Vector y, out;
  double rtol, *atol; /* atol [ns] */
  int bad; /* state whose derivative was not finite at last; -1: none */
  char words[ICTUS__WORDS];
  ictus__stations st;
  ictus_solver_stats stats;
};

ictus_err ictus__cell_create (ictus__cvode *s, size_t i, const ictus_solver_config *cfg, bool bdf);
void ictus__cell_destroy (ictus__cell *c);
/* As CVODE calls it, for the neuron data: 0, or 1 where it is not finite. */
int ictus__cell_rhs (sunrealtype t, N_Vector y, N_Vector f, void *data);
void ictus__cell_jac (ictus__cell *c, double t, const double *y);
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
