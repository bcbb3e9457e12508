/* SPDX-License-Identifier: BSD-3-Clause */
/* Expectations of a model: from their text to a claim, from the claim to a computation. Included by path_expect*.c. */
#ifndef ICTUS_PATH_EXPECT_H
#define ICTUS_PATH_EXPECT_H

#include "ictus/path.h"

enum { ICTUS__WORD_MAX = 64 };

typedef struct ictus__amount /* a number and how far what is found may lie from it */
{
  bool given;
  double v, tol; /* tol < 0: not said */
} ictus__amount;

typedef enum ictus__repose /* what an equilibrium is, where it is said */
{
  ICTUS__ANY,
  ICTUS__STABLE,
  ICTUS__UNSTABLE,
  ICTUS__SADDLE
} ictus__repose;

typedef struct ictus__claim
{
  const ictus_model *m;
  const ictus_kernel *k;
  int line;
  const char *at;       /* what is not read yet */
  int col;              /* column of output, -1 none: a state, or behind the shown states an aux */
  int par;              /* the parameter of a fold or Hopf point, -1 none */
  bool last;            /* of spikes and intervals the last */
  ictus__amount is, when, lo, hi, omega;
  ictus__amount all;    /* tol: of the values in want */
  bool percent;         /* it is a share of each */
  ictus__amount *nearest; /* the amount that "within" belongs to */
  double over;          /* level, NaN none */
  double after, until, step, accuracy; /* NaN: not said */
  int number;           /* which crossing, from 1 */
  char method[32];      /* "" not said */
  ictus__repose repose;
  ictus_lang_settings settings;
  double *p;            /* [nslot] parameters, prepared */
  double *y;            /* [nstate] start */
  double *u;            /* [nu] inputs, then room for delayed values and noise, 0 */
  double *want, *near;  /* [nstate] values of an equilibrium, a guess of it; NaN where not said */
  ictus_text *said;
  bool met;
} ictus__claim;

typedef enum ictus__about /* what stands behind the kind */
{
  ICTUS__ABOUT_VALUES, /* NAME=VALUE ... */
  ICTUS__ABOUT_PAR,    /* name of a parameter */
  ICTUS__ABOUT_COLUMN, /* name of a state or an aux quantity */
  ICTUS__ABOUT_AMOUNT, /* number */
  ICTUS__ABOUT_WHICH   /* number or "last" */
} ictus__about;

/* The text (path_expect_read.c): what is to be looked at, then clauses; start [nstate] gets initial values that are said, jump
   [nport] weights of events that arrive at the start */
ictus_err ictus__claim_about (ictus__claim *c, ictus__about what, const char *kind);
ictus_err ictus__claim_clauses (ictus__claim *c, double *start, double *jump);
/* The word at hand into w [ICTUS__WORD_MAX]; not consumed. Its length, 0: there is none. */
size_t ictus__claim_peek (ictus__claim *c, char *w);
/* Is this the word at hand? Then it is consumed. */
bool ictus__claim_take (ictus__claim *c, const char *word);

/* Found x where a was expected: says so under a name, and whether it is near enough. Claims begin met, and one that fails
   spoils them. */
void ictus__claim_compare (ictus__claim *c, const char *name, const ictus__amount *a, double x);
/* The claim is not met, and why. */
void ictus__claim_spoil (ictus__claim *c, const char *fmt, ...) __attribute__ ((format (printf, 2, 3)));
/* An error in the text of the expectation. */
ictus_err ictus__claim_wrong (const ictus__claim *c, const char *fmt, ...) __attribute__ ((format (printf, 2, 3)));

/* ---- what stands still (path_expect_still.c) --------------------------------------------------------------- */

ictus_err ictus__claim_rest (ictus__claim *c);
ictus_err ictus__claim_eigenvalue (ictus__claim *c);
ictus_err ictus__claim_derivative (ictus__claim *c);
/* Points where it changes (path_expect_change.c) */
ictus_err ictus__claim_fold (ictus__claim *c);
ictus_err ictus__claim_hopf (ictus__claim *c);

/* What both use: the equations at a place, delayed values being those of the place */
typedef struct ictus__still
{
  ictus__claim *c;
  int n, nd;
  double *y;      /* [n] */
  double *f;      /* [n] f (y), of a map f (y) - y */
  double *J;      /* [n * n] df/dy with delayed values held; column by column */
  double *B;      /* [nd * n] df/du by delayed value */
  double *tau;    /* [nd] */
  double *A;      /* [n * n] J and B together: the derivative along equilibria */
  double *work;   /* [(n + 1) * (n + 4)] */
  int *pivot;     /* [n + 1] */
} ictus__still;

ictus_err ictus__still_open (ictus__still *s, ictus__claim *c);
void ictus__still_close (ictus__still *s);
void ictus__still_look (ictus__still *s); /* f, J, B, tau, A at y and c->p */
/* From the guess of the claim: what is said is taken and held while the other states settle. */
ictus_err ictus__still_guess (ictus__still *s);
/* Newton from s->y to an equilibrium. False: there is none near. */
bool ictus__still_settle (ictus__still *s);
/* Eigenvalues of A, re and im [n]; false: they cannot be had. */
bool ictus__still_eigen (ictus__still *s, double *re, double *im);
/* Solve a x = b in place, n by n, column by column; false: singular. */
bool ictus__still_solve (int n, double *a, int *pivot, double *b);

/* ---- what moves (path_expect_run.c, path_expect_spread.c) ---------------------------------------------------- */

ictus_err ictus__claim_value (ictus__claim *c);
ictus_err ictus__claim_period (ictus__claim *c);
ictus_err ictus__claim_crossing (ictus__claim *c);
ictus_err ictus__claim_crossings (ictus__claim *c);
ictus_err ictus__claim_highest (ictus__claim *c);
ictus_err ictus__claim_lowest (ictus__claim *c);
ictus_err ictus__claim_range (ictus__claim *c);
ictus_err ictus__claim_mean (ictus__claim *c);
ictus_err ictus__claim_deviation (ictus__claim *c);
ictus_err ictus__claim_spikes (ictus__claim *c);
ictus_err ictus__claim_spike (ictus__claim *c);
ictus_err ictus__claim_interval (ictus__claim *c);
ictus_err ictus__claim_rate (ictus__claim *c);
ictus_err ictus__claim_lyapunov (ictus__claim *c);

#endif
