/* SPDX-License-Identifier: BSD-3-Clause */
/* Between lang_emit_batch.c (which statements there are) and lang_emit_loop.c (how they are written). */
#ifndef ICTUS_LANG_BATCH_H
#define ICTUS_LANG_BATCH_H

#include "lang/lang_impl.h"

enum { ICTUS__LOOP_OPERANDS = 64 }; /* of a term; beyond, arrays may be written twice */

typedef struct ictus__operand /* a leaf of an expression */
{
  char kind; /* of the array: y, p, u, x; c: the number v */
  int at;    /* place in the array; x: the node */
  double v;
} ictus__operand;

typedef struct ictus__run /* terms of a sum that are alike */
{
  uint64_t hash;
  int rest;          /* of the first term, without its factor */
  int at, n;         /* the first term, and how many */
  size_t first, nop; /* its operands among those of the statement; operands of each term */
} ictus__run;

typedef struct ictus__statement
{
  int node, root; /* root -1: a temporary */
  int order, level;
  uint64_t hash[2]; /* of how it looks, operands aside */
  size_t first, nop;
  size_t run, nrun; /* of a sum */
} ictus__statement;

typedef struct ictus__batch
{
  ictus__emit *e;
  const char *name, *a1, *a2;
  char arguments[80], unused[80];
  int n1;            /* roots below go to a1, others to a2 */
  ictus__statement *st;
  size_t nst, capst;
  ictus__operand *op;
  size_t nop, capop;
  ictus__run *run;
  size_t nrun, caprun;
  int *level_of, *place; /* of nodes that are temporaries */
  int nplace, level;
  int npiece, narray;
  ictus_text body, arrays;
  bool failed;
  /* of the loop at hand */
  size_t group, ngroup;    /* statements */
  const ictus__run *in;    /* the run of terms, NULL outside of sums */
  int term, step;          /* the term of it, or q + step where q runs: term -1 */
  int array_of[ICTUS__LOOP_OPERANDS]; /* of the operands of the run; -1: none yet */
  size_t operand;          /* number of the next operand of the statement or term */
} ictus__batch;

/* Writes n statements that are alike, from number k on, to the body. */
void ictus__batch_loop (ictus__batch *b, size_t k, size_t n);

#endif
