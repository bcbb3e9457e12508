/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files that read expressions share: lang_parse.c (operators), lang_names.c (names, symbols),
   lang_calls.c (functions of the language and of the file, sums, shifts), lang_random.c (random numbers, delays). */
#ifndef ICTUS_LANG_PARSE_H
#define ICTUS_LANG_PARSE_H

#include "ictus/kernel.h"
#include "lang/lang_impl.h"

typedef struct ictus__frame /* the function being expanded */
{
  int sym;
  int arg[ICTUS__ARG_MAX];
} ictus__frame;

typedef struct ictus__parser
{
  ictus_lang *L;
  int at, stop;
  const ictus__scope *scope;
  const ictus__frame *frame;
  bool summing; /* inside of sum(..)of(..): i' is the node index */
  int index;
  int compared; /* token of a comparison or logical operator that the operand just read ends with and that binds tighter than it
                   looks, -1 none */
} ictus__parser;

/* A whole expression, up to what cannot go on with it. */
ictus_err ictus__parse (ictus__parser *p, int *n);
bool ictus__parse_is (const ictus__parser *p, int op); /* the token at hand is this operator */
/* ICTUS_OK if n is a node; else the message: too many nodes, or no memory. */
ictus_err ictus__made (const ictus__parser *p, int tok, int n);
/* Is what this node depends on allowed here? direct: tok is its name. */
ictus_err ictus__allowed (const ictus__parser *p, int tok, int n, bool direct);
ictus_err ictus__close (ictus__parser *p, int opened);
/* At the end of an expression of its own? */
ictus_err ictus__ended (const ictus__parser *p);
/* One note a place: functions and arrays are read again and again. */
ictus_err ictus__note_once (ictus_lang *L, ictus_lang_remark kind, int tok, const char *fmt, ...)
    __attribute__ ((format (printf, 4, 5)));

/* lang_names.c */
ictus_err ictus__parse_name (ictus__parser *p, int *n);
ictus_err ictus__variable (ictus__parser *p, int tok, int sym, int *n);
/* Body of a function or temporary. */
ictus_err ictus__parse_body (const ictus__parser *p, int sym, const ictus__frame *f, int *n);

/* lang_calls.c */
int ictus__builtin (const char *key); /* -1: there is none of this name */
const char *ictus__builtin_name (int k); /* NULL past the end */
ictus_err ictus__call_builtin (ictus__parser *p, int name, int k, int *n);
ictus_err ictus__call_user (ictus__parser *p, int name, int sym, int *n);
ictus_err ictus__conditional (ictus__parser *p, int *n);
/* (a, b, ...): at most want arguments, exactly want. */
ictus_err ictus__arguments (ictus__parser *p, int name, int want, int *arg);
/* The number that a node is for the default parameters; what it is is named in messages ("the index of 'shift'"). */
ictus_err ictus__fixed_number (ictus__parser *p, int tok, int n, const char *what, double *v);

/* lang_shift.c */
ictus_err ictus__call_sum (ictus__parser *p, int name, int *n);
ictus_err ictus__call_shift (ictus__parser *p, int name, int *n);
ictus_err ictus__call_ishift (ictus__parser *p, int name, int *n);
ictus_err ictus__call_delay (ictus__parser *p, int name, int *n);
ictus_err ictus__call_del_shft (ictus__parser *p, int name, int *n);
/* Variable number k behind the one that sym names, in XPPAUT's order: states, Markov variables, temporaries; parameters among
   themselves. Outside: sym -1. */
void ictus__shifted (const ictus_lang *L, int sym, double k, int *out);

/* lang_random.c */
ictus_err ictus__call_random (ictus__parser *p, int name, int *n); /* ran, normal, poisson */

/* lang_value.c */
ictus_err ictus__call_table (ictus__parser *p, int name, int sym, int *n);
ictus_err ictus__fill_table (ictus_lang *L, int k, int tok); /* values of a formula */

/* lang_special.c */
ictus_err ictus__call_special (ictus__parser *p, int name, int sym, int *n);
ictus_err ictus__build_special (ictus_lang *L, int sym);

#endif
