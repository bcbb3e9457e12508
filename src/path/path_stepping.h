/* SPDX-License-Identifier: BSD-3-Clause */
/** \file path_stepping.h
 * What the methods with steps of their own share: the control of the step, the words for a failure, linear
 * systems. Included by src/path only.
 */
#ifndef ICTUS_PATH_ADAPTIVE_H
#define ICTUS_PATH_ADAPTIVE_H

#include "path_impl.h"

/* ---- steps of one-step methods (path_stepping.c)
 * ------------------------------------------------------------ */

typedef struct ictus__stepping
{
  ictus__system *sys;
  const char *name; /* of the method */
  int n;            /* states */
  double order;     /* of the error: it goes with h to this power */
  double rtol, atol, dtmin, dtmax;
  double t, *y;         /* [n] where the last step ended */
  double begin, length; /* of the last step; length has a sign, 0: there was none */
  double h;             /* size of the next step */
  double err_old;
  bool fresh;    /* h is not known yet */
  bool at_limit; /* the step at hand ends at the limit */
  int worst;     /* state with the largest error in the last attempt */
  bool finite;   /* so was the last attempt */
} ictus__stepping;

/* From where the last step ended by h (with its sign): the error in units of the tolerance, by
 * ictus__stepping_error. */
typedef double (*ictus__attempt) (void *self, double h);

const char *ictus__stepping_refuse (const ictus_model *m, char *buf);
ictus_err ictus__stepping_init (ictus__stepping *s, ictus__system *sys, const ictus_path_config *c,
                                const char *name, double order);
void ictus__stepping_clear (ictus__stepping *s);
/* Begin at t with y; f [n]: the slope there. */
void ictus__stepping_start (ictus__stepping *s, double t, const double *y, double *f);
/* Find the size of the first step, f: the slope where it begins; y, f1 [n] scratch. */
void ictus__stepping_first (ictus__stepping *s, double limit, const double *f, double *y, double *f1);
/* Attempts until one is good enough; *h is its length. */
ictus_err ictus__stepping_try (ictus__stepping *s, double limit, ictus__attempt attempt, void *self,
                               double *h);
/* The step is taken: the time now. */
double ictus__stepping_take (ictus__stepping *s, double limit, double h);
/* Root of the mean square of err [n] over the tolerance; not a number where y1 [n] or err is not finite. */
double ictus__stepping_error (ictus__stepping *s, const double *y1, const double *err);
/* t as a part of the last step: 0 where it began, 1 where it ended. */
double ictus__stepping_part (const ictus__stepping *s, double t);

enum
{
  ICTUS__STATE_NAME = 80
};
/* "state V", or "state 3 (of 7)" where names are not known. */
const char *ictus__state_name (const ictus__system *sys, int i, char *buf);
int ictus__not_finite (int n, const double *x); /* the first one, or -1 */

/* ---- linear systems (path_matrix.c)
 * ------------------------------------------------------------------------- */

typedef struct ictus__matrix ictus__matrix; /* a + b J, J [n, n] by columns, J[j * n + i] = df_i/dy_j */

ictus_err ictus__matrix_create (int n, ictus__matrix **out);
void ictus__matrix_destroy (ictus__matrix **m);
double *ictus__matrix_jacobian (ictus__matrix *m); /* [n, n], to be filled */
/* The Jacobian was filled: follow what is not 0 in it. */
ictus_err ictus__matrix_filled (ictus__matrix *m);
/* Eliminate a + b J. False: it is singular, or not finite. */
bool ictus__matrix_factor (ictus__matrix *m, double a, double b);
void ictus__matrix_solve (ictus__matrix *m, double *x); /* x [n] becomes (a + b J)^-1 x */
/* Multiplications of one elimination as it was done at last; for tests. */
double ictus__matrix_work (const ictus__matrix *m);

#endif
