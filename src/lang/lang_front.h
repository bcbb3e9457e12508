/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files share that turn the text into tokens and symbols. Only they include this. */
#ifndef ICTUS_LANG_FRONT_H
#define ICTUS_LANG_FRONT_H

#include "lang/lang_impl.h"

enum
{
  ICTUS__CODE_MAX = 1 << 23,    /* bytes of the text with arrays and blocks written out */
  ICTUS__SPAN_MAX = 1 << 22,    /* places where it comes from */
  ICTUS__NOTE_MAX = 1000,       /* notes that are kept */
  ICTUS__INCLUDE_DEPTH = 8,     /* files within files */
  ICTUS__INCLUDE_MAX = 1000,    /* #include lines */
  ICTUS__FILE_MAX = 1 << 26,    /* bytes of a table or an included file */
  ICTUS__MARKOV_MAX = 50,       /* values of a Markov variable */
  ICTUS__TABLE_MAX = 1 << 20,   /* values of a table */
  ICTUS__IC_MARK = 2            /* a line that begins with this byte: name(0)=formula, evaluated at the start */
};

/* A file of XPPAUT's old style, which begins with the number of equations, as one of today, line by line; *out is of ictus_alloc. */
ictus_err ictus__old_style (const char *text, char **out);

/* ---- lines ------------------------------------------------------------------------------------------ */

typedef struct ictus__logical /* a line with its continuations */
{
  ictus_text text;
  ictus__span *span; /* where it comes from; offsets count in text */
  size_t nspan, capspan;
} ictus__logical;

void ictus__logical_clear (ictus__logical *l);
void ictus__logical_reset (ictus__logical *l);
/* A message, a note about a place in a line. */
ictus_err ictus__fail_line (const ictus_lang *L, const ictus__logical *l, size_t off, size_t width, const char *fmt, ...)
    __attribute__ ((format (printf, 5, 6)));
ictus_err ictus__note_line (ictus_lang *L, ictus_lang_remark kind, const ictus__logical *l, size_t off, const char *fmt,
                            ...) __attribute__ ((format (printf, 5, 6)));

/* What a line is by its first word. */
typedef enum ictus__kind
{
  LINE_BLANK,
  LINE_EQUATION, /* name=, name'=, dname/dt=, name(..)=, !name=, 0= */
  LINE_END,
  LINE_PAR, LINE_NUMBER, LINE_INIT, LINE_WIENER, LINE_AUX, LINE_TABLE, LINE_MARKOV, LINE_GLOBAL, LINE_SPECIAL,
  LINE_BOUNDARY, LINE_SOLVE, LINE_VOLTERRA, LINE_SET, LINE_ONLY, LINE_OPTIONS, LINE_EXPORT, LINE_VECTOR, LINE_GROUP,
  LINE_OWN,    /* a statement that only Ictus has */
  LINE_UNKNOWN
} ictus__kind;

/* \param s    the line without its comment, blanks in front skipped
   \param own  by the rules of Ictus's own dialect
   \param len  length of the first word */
ictus__kind ictus__line_kind (const char *s, bool own, size_t *len);
/* The keyword as it is written in full; NULL: none. */
const char *ictus__kind_word (ictus__kind kind);
/* Is this one of the statements that make a file one of Ictus's own? */
bool ictus__own_statement (const char *s);
/* Notes about names in sets that mean nothing; when all symbols are known. */
ictus_err ictus__check_sets (ictus_lang *L);
/* A line that says nothing to the parser: set, only, options, export, bdry, volt, ... */
ictus_err ictus__command (ictus_lang *L, const ictus__logical *l, ictus__kind kind);

/* ---- arrays (lang_arrays.c) -------------------------------------------------------------------------- */

typedef struct ictus__range /* name[from..to] */
{
  bool on;
  size_t at; /* of the '[' */
  int from, to;
} ictus__range;

/* Where the comment of a line begins, or its end. */
size_t ictus__comment_at (const char *s);
/* The last range [a..b] of a line, as XPPAUT takes it. */
ictus_err ictus__find_range (const ictus_lang *L, const ictus__logical *l, ictus__range *r);
/* Adds the line to the code with everything in brackets written out.
   \param range  where the [a..b] begins that stands for the index; SIZE_MAX: none
   \param index  NULL: neither an array nor inside of a block
   \param mark   put ICTUS__IC_MARK before it */
ictus_err ictus__write_out (ictus_lang *L, ictus_text *code, const ictus__logical *l, size_t range, const int *index,
                            bool mark);
/* The same without looking for brackets. */
ictus_err ictus__write_raw (ictus_lang *L, ictus_text *code, const ictus__logical *l);

/* ---- options (lang_options.c) ------------------------------------------------------------------------ */

void ictus__settings_default (ictus_lang_settings *s);
bool ictus__option (const char *name); /* is there an option of this name? */
ictus_err ictus__options_line (ictus_lang *L, const ictus__logical *l); /* a line that begins with @ */
/* The number at the beginning of a text as atof reads it, but decimal only; *used: characters of it. */
double ictus__atof (const char *s, size_t *used);

/* ---- files (lang_files.c) ---------------------------------------------------------------------------- */

typedef struct ictus__source /* a file that is being read */
{
  int file;
  size_t at;
  int line;
} ictus__source;

typedef struct ictus__reader
{
  ictus_lang *L;
  ictus__source stack[ICTUS__INCLUDE_DEPTH + 1];
  int depth;    /* of the stack, from 0 */
  int included; /* files so far */
  bool ended;
} ictus__reader;

/* The next line with its continuations.
   \param more  false: the file that is being read has ended */
ictus_err ictus__next_logical (ictus__reader *x, ictus__logical *l, bool *more);
/* path and text are taken over, also when this fails. */
ictus_err ictus__add_file (ictus_lang *L, char *path, char *text);
/* #include at the place at of a line: what is read next is the other file. */
ictus_err ictus__include (ictus__reader *x, const ictus__logical *l, size_t at);
void ictus__leave_file (ictus__reader *x); /* back to the file that includes this one, or the end */
/* Reads a file that the model names: from the folder of the model, else from the working folder. Joins the stamp.
   \param path  where it was; freed by ictus_free */
ictus_err ictus__read_beside (ictus_lang *L, const char *name, char **text, char **path);
/* Line ends to \n, control characters to blanks. */
void ictus__plain_text (char *s);

/* ---- declarations -------------------------------------------------------------------------------------- */

ictus_err ictus__new_symbol (ictus_lang *L, ictus__class cls, int tok, int line, int *out);
ictus_err ictus__assignment (ictus_lang *L, int owner, int *t);
bool ictus__at_end (const ictus_lang *L, int t);
ictus_err ictus__need_op (const ictus_lang *L, int t, int op, const char *where);
ictus_err ictus__need_end (const ictus_lang *L, int t);
/* A token of a number at the place of another one, with a TK_EOL behind it. */
ictus_err ictus__number_token (ictus_lang *L, int place, double value, int *tok);

/* lists as XPPAUT reads them (lang_lists.c) */
ictus_err ictus__xpp_list (ictus_lang *L, ictus__class cls, int t, int line); /* par, number */
ictus_err ictus__xpp_init (ictus_lang *L, int t);
ictus_err ictus__xpp_start (ictus_lang *L, int name, int expr, bool formula); /* name(0)= */
ictus_err ictus__xpp_last_init (ictus_lang *L); /* of several initial values the last one counts */

/* statements of more than one part (lang_blocks.c) */
ictus_err ictus__wiener (ictus_lang *L, int t, int line);
ictus_err ictus__global (ictus_lang *L, int t);
ictus_err ictus__table_line (ictus_lang *L, int t, int line);
ictus_err ictus__special_line (ictus_lang *L, int t, int line);
/* markov name n: its rows are the n lines behind; *k is moved behind them. Makes no symbol yet, if not told to. */
ictus_err ictus__markov_lines (ictus_lang *L, size_t *k, bool declare);
ictus_err ictus__rename_aux (ictus_lang *L);
ictus_err ictus__hidden_states (ictus_lang *L); /* of the parameters that events assign to */

#endif
