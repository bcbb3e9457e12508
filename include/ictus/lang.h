/* SPDX-License-Identifier: BSD-3-Clause */
/** \file lang.h
 * The model language: from the text of a .ode file to a checked model with its derivatives, and to C.
 * The language is described in doc/manual/model-language.md. All functions: Collectivity: none.
 */
#ifndef ICTUS_LANG_H
#define ICTUS_LANG_H

#include "ictus/base.h"

typedef struct ictus_lang ictus_lang;

/* a state, parameter, port, input or aux; strings are owned by the ictus_lang */
typedef struct ictus_lang_var
{
  const char *name;    /* as spelt where declared; names are compared without case */
  const char *unit;    /* "" when none is given */
  const char *meaning; /* "" when none is given */
  double value;        /* parameters, inputs: default; states: initial value for default parameters; else 0 */
  bool held;           /* states: held at its value during refractoriness */
  int line;            /* where declared, from 1 */
} ictus_lang_var;

typedef enum ictus_lang_kind
{
  ICTUS_LANG_STATE,
  ICTUS_LANG_PAR,
  ICTUS_LANG_PORT,
  ICTUS_LANG_INPUT,
  ICTUS_LANG_AUX,
  ICTUS_LANG_NKIND
} ictus_lang_kind;

typedef struct ictus_lang_class
{
  bool linear;      /* right-hand sides affine in states and inputs, coefficients of parameters only */
  bool cond_linear; /* every right-hand side affine in its own state */
  bool autonomous;  /* no right-hand side depends on t */
  bool fires;       /* has a firing condition */
} ictus_lang_class;

/** Parse, check, differentiate.
 * \param path  name for messages and (its last part without .ode) for the model
 * \param text  the whole file; copied
 * \retval ICTUS_E_INPUT  message "path:line:col: ..." with the line, a caret and a suggestion; *out NULL
 * Collectivity: none. */
ictus_err ictus_lang_parse (const char *path, const char *text, ictus_lang **out);
void ictus_lang_destroy (ictus_lang **lang); /* Collectivity: none. */

const char *ictus_lang_name (const ictus_lang *lang);   /* Collectivity: none. */
const char *ictus_lang_title (const ictus_lang *lang);  /* "" if none. Collectivity: none. */
const char *ictus_lang_source (const ictus_lang *lang); /* paper, DOI; "" if none. Collectivity: none. */
const char *ictus_lang_text (const ictus_lang *lang);   /* the whole text. Collectivity: none. */
int ictus_lang_count (const ictus_lang *lang, ictus_lang_kind kind); /* Collectivity: none. */
/** Number k, 0 <= k < count, in the order of declaration. Borrowed. Collectivity: none. */
const ictus_lang_var *ictus_lang_get (const ictus_lang *lang, ictus_lang_kind kind, int k);
/** Index of a name (without case), -1 if there is none. Collectivity: none. */
int ictus_lang_find (const ictus_lang *lang, ictus_lang_kind kind, const char *name);
/** The nearest name of that kind, NULL if none is near. Collectivity: none. */
const char *ictus_lang_nearest (const ictus_lang *lang, ictus_lang_kind kind, const char *name);
ictus_lang_class ictus_lang_classify (const ictus_lang *lang); /* Collectivity: none. */
/** Why the model is not linear / not conditionally linear, naming the equation; "" if it is.
 * Collectivity: none. */
const char *ictus_lang_why_not_linear (const ictus_lang *lang);
const char *ictus_lang_why_not_cond_linear (const ictus_lang *lang); /* Collectivity: none. */

/** The C file of the model: text of kernel.h, functions, and the table "const ictus_kernel SYMBOL".
 * \param symbol  name of the table
 * \param out     the C is appended
 * \retval ICTUS_E_NOMEM  what was appended is not to be used. Collectivity: none. */
ictus_err ictus_lang_emit (const ictus_lang *lang, const char *symbol, ictus_text *out);
/** The second C file: the text of kernel.h, the functions for many neurons side by side, and the table "const ictus_lanes
 * SYMBOL". The level of instructions is that of the compiler's flags.
 * \param symbol  name of the table; LANE_LEVELED (name) becomes name_v2, name_v3, ... by level
 * \param out     the C is appended
 * \retval ICTUS_E_NOMEM  what was appended is not to be used. Collectivity: none. */
ictus_err ictus_lang_emit_lanes (const ictus_lang *lang, const char *symbol, ictus_text *out);
/** What `ictus models NAME` shows: title, equations, parameters with unit, default and meaning, class,
 * source.
 * Collectivity: none. */
void ictus_lang_show (const ictus_lang *lang, ictus_text *out);

/* The emitted code calls these; they live in every emitted file and, for tests, here: */
/** x / (exp(x) - 1), exact to the last digits near 0, and its first derivative. Collectivity: none. */
double ictus_xoverexpm1 (double x);
double ictus_xoverexpm1_d (double x); /* Collectivity: none. */

#endif
