/* SPDX-License-Identifier: BSD-3-Clause */
/** \file solve_rosenbrock.h
 * The order in which the matrix of a Rosenbrock step is eliminated: found once from the pattern of the Jacobian,
 * followed by all levels of instructions. Included by src/solve only.
 */
#ifndef ICTUS_SOLVE_ROSENBROCK_H
#define ICTUS_SOLVE_ROSENBROCK_H

#include "solve_lanes.h"

typedef struct ictus__lu_entry
{
  int at;   /* row (below the pivot) or column (right of it) */
  int slot; /* of the entry */
} ictus__lu_entry;

typedef struct ictus__lu_pivot
{
  int at, slot;            /* row and column; place of the entry */
  int nbelow, nright;      /* entries below, and right of it, that are not 0 */
  int below, right;        /* where their lists begin in entry */
} ictus__lu_pivot;

/* The matrix has n x n entries, of which nslot may differ from 0 in the course of the elimination; the first nnz are
   those of the Jacobian in its own order. */
typedef struct ictus__lu
{
  int n, nslot;
  ictus__lu_pivot *pivot; /* [n] in the order of elimination */
  ictus__lu_entry *entry; /* [n (n - 1)] at most */
  int *turn;              /* [n] when a state is eliminated */
  int *slot;              /* [n, n] by row: place of an entry, -1 if it is always 0 */
} ictus__lu;

/* Bytes, and the structure laid out in them. What was laid out must not be moved. */
size_t ictus__lu_room (int n);
ictus__lu *ictus__lu_make (int n, int nnz, const int *row, const int *col, void *memory);
/* Multiplications of one elimination and nsolve solutions with it. */
double ictus__lu_work (const ictus__lu *a, int nsolve);

#endif
