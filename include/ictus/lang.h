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
  bool hidden;         /* states: stands for a parameter that an event changes; no column of output */
  int markov;          /* states: number of values of a Markov variable, else 0; these stand behind the equations, before
                          what is hidden */
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
  bool delayed;     /* delay(), del_shft() */
  bool stochastic;  /* wiener, markov, ran, normal, poisson in what is integrated or recorded */
  bool events;      /* global */
  bool map;         /* x(t+1) = ...: iterated, not integrated */
} ictus_lang_class;

/** What the lines beginning with @ say, and XPPAUT's values where they say nothing. Times in the unit of the model. */
typedef struct ictus_lang_settings
{
  bool xpp;     /* read as XPPAUT reads: the file has none of the statements that are Ictus's own */
  char method;  /* XPPAUT's letter: d(iscrete) e(uler) m(odified Euler) r(ungekutta) a(dams) g(ear) v(olterra) b(ackward
                   Euler) q(ualrk) s(tiff) c(vode) 5 8 2 y(mplectic); 'd' by itself for a map */
  double total, dt, t0, trans, bound;
  double tol, atol, dtmin, dtmax, newt_tol, jac_eps;
  double delay; /* longest delay that is remembered; 0: as long as needed */
  int nout, newt_iter, maxstor;
  uint64_t seed;
  int poimap;   /* 0 none, 1 section, 2 maxima and minima, 3 period */
  int poisgn;   /* direction of the section: 1 up, -1 down, 0 both */
  bool poistop;
  double poipln;
  const char *poivar;      /* name of a state or "t"; "" none given: the first state. These names are owned by the ictus_lang */
  const char *output;      /* name of the file of output; "" none given */
  const char *xp, *yp, *zp; /* axes of the picture; "" none given: t against the first state */
  double xlo, xhi, ylo, yhi; /* NaN: none given */
  double parmin, parmax;     /* range of a parameter that AUTO follows; NaN: none given */
  unsigned given; /* bit k: entry k of ictus_lang_option_name was in the file */
} ictus_lang_settings;

/** Something about the file that its author may want to know. */
typedef enum ictus_lang_remark
{
  ICTUS_LANG_IGNORED, /* an option or statement that says nothing about the model (pictures, windows, AUTO, ...) */
  ICTUS_LANG_UNKNOWN, /* a line that XPPAUT passes over and we too, perhaps a slip of the pen */
  ICTUS_LANG_READING, /* read otherwise than it looks: comparisons that bind like powers, order of definitions, ... */
  ICTUS_LANG_NOTDONE  /* says something about the model or its run that is not honoured, and why */
} ictus_lang_remark;

typedef struct ictus_lang_note
{
  ictus_lang_remark kind;
  int line, col;
  const char *text; /* one sentence; for IGNORED the option or word */
} ictus_lang_note;

typedef struct ictus_lang_set /* set name {a=1,x=2,dt=.1} */
{
  const char *name;
  int n;
  const char *const *item; /* [n] names of parameters, states or settings */
  const double *value;     /* [n] */
} ictus_lang_set;

/** What a shipped model has to show: expect KIND ARGUMENTS, checked by ictus_path_expect (doc/manual/model-language.md
 * lists the kinds). */
typedef struct ictus_lang_expect
{
  const char *text; /* behind the word */
  int line;
} ictus_lang_expect;

/** Parse, check, differentiate.
 * \param path  name for messages and (its last part without .ode) for the model; files that the text names (tables,
 *              #include) are looked for in its folder, then in the working folder
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
const ictus_lang_settings *ictus_lang_get_settings (const ictus_lang *lang); /* Collectivity: none. */
/** Name of an option of XPPAUT that is honoured (entry k of the bits "given"); NULL past the end. Collectivity: none. */
const char *ictus_lang_option_name (int k);
/** Set what one option says, as in "dt=0.01" (names as in XPPAUT, by prefix).
 * \retval ICTUS_E_INPUT  no such option, or a wrong value. Collectivity: none. */
ictus_err ictus_lang_set_option (ictus_lang_settings *s, const char *name, const char *value);
/** Notes in the order of the file; NULL past the end. Borrowed. Collectivity: none. */
const ictus_lang_note *ictus_lang_note_at (const ictus_lang *lang, int k);
/** The named sets, the expectations; NULL past the end. Borrowed. Collectivity: none. */
const ictus_lang_set *ictus_lang_set_at (const ictus_lang *lang, int k);
const ictus_lang_expect *ictus_lang_expect_at (const ictus_lang *lang, int k); /* Collectivity: none. */
/** Names behind `only`, in their order: XPPAUT's text output has these columns alone ("t" is one of them). NULL past the
 * end; without any, all columns. Collectivity: none. */
const char *ictus_lang_only_at (const ictus_lang *lang, int k);
const char *ictus_lang_shows (const ictus_lang *lang); /* what the model shows; "" if not said. Collectivity: none. */
/** Hash of the other files that were read (tables, #include); 0 if none. Collectivity: none. */
uint64_t ictus_lang_stamp (const ictus_lang *lang);
/** Why the model is not linear / not conditionally linear, naming the equation; "" if it is.
 * Collectivity: none. */
const char *ictus_lang_why_not_linear (const ictus_lang *lang);
const char *ictus_lang_why_not_cond_linear (const ictus_lang *lang); /* Collectivity: none. */

/** Where the right-hand side of state k has a kink or jump that states or inputs can cross: "if", "abs", "heav", "a
 * comparison", "a table", ... ; NULL: it is smooth. Borrowed for ever. Collectivity: none. */
const char *ictus_lang_switch (const ictus_lang *lang, int k);

/** The C file of the model: text of kernel.h, functions, and the table "const ictus_kernel SYMBOL".
 * \param symbol  name of the table
 * \param out     the C is appended
 * \retval ICTUS_E_NOMEM  what was appended is not to be used. Collectivity: none. */
ictus_err ictus_lang_emit (const ictus_lang *lang, const char *symbol, ictus_text *out);
/** What the emitters are: changes when what they write may change. Borrowed for ever. Collectivity: none. */
const char *ictus_lang_emitter (void);
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
