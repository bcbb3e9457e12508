/* SPDX-License-Identifier: BSD-3-Clause */
/** \file dyn_continue.h
 * A diagram that is being made. Private to dyn_continue.c, which begins and ends it, and dyn_continue_jobs.c, which follows its branches.
 */
#ifndef ICTUS_DYN_CONTINUE_H
#define ICTUS_DYN_CONTINUE_H

#include "dyn/dyn_drive.h"

enum { MAX_START = 64 };

typedef struct ictus__task /* a branch to follow */
{
  ictus_dyn_kind kind;
  int direction;
  int from_branch, from_special; /* -1: an equilibrium of the start */
  const double *x;
  double par; /* where x is */
  bool edge;  /* that is an end of the range */
} ictus__task;

typedef struct ictus__drive /* a diagram that is being made */
{
  MPI_Comm comm;
  const ictus_dyn_values *v;
  ictus_dyn_diagram *d;
  ictus__dyn *s;   /* for looking at what is known */
  double *start;   /* [nstart, n] */
  int nstart;
  double par, own; /* there; the model's */
  int loose;       /* equilibria that are on no curve */
  double *edge;    /* [2, MAX_START, n] equilibria at both ends of the range */
  ictus__task *task;
  size_t ntask, cap;
  size_t fresh;    /* first branch of this generation */
  ictus__measure m; /* of the diagram as it is on this rank */
  size_t measured; /* when it had so many branches, + 1 */
  bool wide;       /* looking for a range: nothing is said */
  bool far;        /* so far from the start that the equations may have no sense there */
  bool (*told) (void *ctx);
  void *ctx;
} ictus__drive;

/** Equilibria at the present value of the parameter, as many as MAX_START: rank 0 looks, all get x [*count, n]. Collectivity: all ranks of g->comm. */
ictus_err ictus__drive_look (ictus__drive *g, double *x, int *count);
/** Leave those of x [count, n] that lie on a curve; how many. The others are counted in g->loose.
 * \param loose  [n], the first of the others, where there is one; may be NULL. Collectivity: none. */
int ictus__drive_keep (ictus__drive *g, double *x, int count, double *loose);
/** g->m is that of the diagram as it is. Collectivity: none. */
ictus_err ictus__drive_measure (ictus__drive *g);
/** Follow everything from g->start on, in the range of the options, which are all chosen.
 * \param stopped  set where it was told to end; what was followed is kept. Collectivity: all ranks of g->comm. */
ictus_err ictus__drive_fill (ictus__drive *g, bool *stopped);

#endif
