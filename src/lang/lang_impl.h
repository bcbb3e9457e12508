/* SPDX-License-Identifier: BSD-3-Clause */
/* Insides of the lang room: tokens, symbols, the expression graph. Only src/lang/ may include this. */
#ifndef ICTUS_LANG_IMPL_H
#define ICTUS_LANG_IMPL_H

#include "ictus/lang.h"

enum
{
  ICTUS__NAME_MAX = 63,        /* characters of a name */
  ICTUS__DEPTH_MAX = 400,      /* nesting of parentheses, functions and temporaries */
  ICTUS__NODE_MAX = 4000000,   /* nodes of the expression graph */
  ICTUS__STEP_MAX = 8000000,   /* operands read while functions are expanded */
  ICTUS__TEXT_MAX = 1 << 22,   /* bytes of a model file */
  ICTUS__STATE_MAX = 2000,     /* equations */
  ICTUS__PAR_MAX = 10000,      /* parameters */
  ICTUS__ASSIGN_MAX = 10000,   /* initial values, resets, jumps */
  ICTUS__ARG_MAX = 20,         /* arguments of a function */
  ICTUS__POWI_MAX = 8          /* largest power that is written as a product */
};

/* ---- expression graph: every different expression exists once; operands have smaller numbers ------ */

/* what an expression depends on */
enum
{
  DEP_T = 1,
  DEP_STATE = 2,
  DEP_INPUT = 4,
  DEP_PAR = 8,
  DEP_W = 16,
  DEP_ARG = 32, /* stands for the argument of a function that is only checked */
  DEP_DELAY = 64, /* a delayed value */
  DEP_NOISE = 128, /* a random number */
  DEP_ALL = 255
};

/* Operations of one operand that are functions of libm or of the emitted helpers: op, name in the language
   ("" for none), name in C */
#define ICTUS__UNARY_LIST(X)                         \
  X (OP_SIN, "sin", "sin")                           \
  X (OP_COS, "cos", "cos")                           \
  X (OP_TAN, "tan", "tan")                           \
  X (OP_ASIN, "asin", "asin")                        \
  X (OP_ACOS, "acos", "acos")                        \
  X (OP_ATAN, "atan", "atan")                        \
  X (OP_SINH, "sinh", "sinh")                        \
  X (OP_COSH, "cosh", "cosh")                        \
  X (OP_TANH, "tanh", "tanh")                        \
  X (OP_EXP, "exp", "exp")                           \
  X (OP_LOG, "ln", "log")                            \
  X (OP_LOG10, "log10", "log10")                     \
  X (OP_SQRT, "sqrt", "sqrt")                        \
  X (OP_ABS, "abs", "fabs")                          \
  X (OP_SIGN, "sign", "ictus_k_sign")                \
  X (OP_HEAV, "heav", "ictus_k_heav")                \
  X (OP_FLOOR, "flr", "floor")                       \
  X (OP_CEIL, "ceil", "ceil")                        \
  X (OP_ERF, "erf", "erf")                           \
  X (OP_ERFC, "erfc", "erfc")                        \
  X (OP_LGAMMA, "lgamma", "ictus_k_lgamma")          \
  X (OP_DIGAMMA, "", "ictus_k_digamma")              \
  X (OP_EXPREL, "exprel", "ictus_k_exprel")          \
  X (OP_EXPREL_D, "", "ictus_k_exprel_d")            \
  X (OP_XEM1, "", "ictus_k_xoverexpm1")              \
  X (OP_XEM1_D, "", "ictus_k_xoverexpm1_d")

/* The same of two operands */
#define ICTUS__BINARY_LIST(X)                        \
  X (OP_POW, "pow", "pow")                           \
  X (OP_ATAN2, "atan2", "atan2")                     \
  X (OP_BESSELJ, "besselj", "ictus_k_besselj")       \
  X (OP_BESSELY, "bessely", "ictus_k_bessely")       \
  X (OP_BESSELI, "besseli", "ictus_k_besseli")       \
  X (OP_POISSON, "", "ictus_k_poisson")              \
  X (OP_MOD, "mod", "ictus_k_mod")                   \
  X (OP_MIN, "min", "ictus_k_min")                   \
  X (OP_MAX, "max", "ictus_k_max")

typedef enum ictus__op
{
  OP_CONST, /* v */
  OP_TIME,
  OP_STATE, /* a: index */
  OP_PAR,   /* a: index */
  OP_INPUT, /* a: slot of u: an input, ninput + a delayed value, ninput + ndelay + a random number. While expressions are
               read the counts are not known: OP_DELAYED and OP_NOISE stand for the latter two and become OP_INPUT in
               ictus__lower */
  OP_DELAYED, /* a: index of L->delay */
  OP_NOISE,   /* a: index of L->noise */
  OP_WEIGHT,
  OP_ARG, /* a: number */
  OP_NEG,
  OP_NOT,
#define ICTUS_X(op, name, cname) op,
  ICTUS__UNARY_LIST (ICTUS_X)
#undef ICTUS_X
  OP_ADD,
  OP_SUB,
  OP_MUL,
  OP_DIV,
  OP_POWI, /* a to the integer b */
#define ICTUS_X(op, name, cname) op, /* OP_BESSEL. (n, x): of whole order; OP_POISSON (m, u): what u in (0, 1) stands for */
  ICTUS__BINARY_LIST (ICTUS_X)
#undef ICTUS_X
  OP_LT,
  OP_LE,
  OP_EQ,
  OP_NE,
  OP_AND,
  OP_OR,
  OP_TABLE,   /* a: argument, b: index of L->table (no node) */
  OP_TABLE_D, /* its slope by the argument */
  OP_IF, /* a: condition, b: then, c: else */
  OP_SUM, /* of many terms: b nodes from list[a] on, c a hash of them. Term k goes to partial sum k % 4, in order; the value
             is (s0 + s1) + (s2 + s3) */
  OP_COUNT
} ictus__op;

typedef struct ictus__node
{
  ictus__op op;
  unsigned deps;
  int a, b, c; /* operands, -1 when unused */
  double v;
} ictus__node;

typedef struct ictus__dag
{
  ictus__node *node;
  size_t n, cap;
  int *list; /* terms of OP_SUM */
  size_t nlist, caplist;
  int *slot; /* open hash table of node numbers + 1 */
  size_t nslot;
} ictus__dag;

/* All that make nodes return -1 when there is no room or when an operand is -1. */
int ictus__raw (ictus__dag *g, ictus__op op, int a, int b, int c, double v); /* no simplification */
void ictus__dag_clear (ictus__dag *g);
int ictus__nops (ictus__op op); /* operands that are nodes; not of OP_SUM */
int ictus__nkids (const ictus__dag *g, int n); /* of any node */
int ictus__kid (const ictus__dag *g, int n, int k);
int ictus__raw_sum (ictus__dag *g, const int *term, int n);
unsigned ictus__deps (const ictus__dag *g, int n);
bool ictus__is_const (const ictus__dag *g, int n, double v);
/* True when the expression contains the leaf; false for -1. */
bool ictus__contains (const ictus__dag *g, int n, int leaf);
/* Values of all nodes that depend on nothing but parameters, NaN elsewhere; val [L->g.n]. */
void ictus__eval (const struct ictus_lang *L, const double *p, double *val);
/* Value of a node of parameters only for their defaults. */
ictus_err ictus__evaluate (const struct ictus_lang *L, int node, double *v);
double ictus__apply (ictus__op op, double a, double b, double c);

/* with simplification */
int ictus__num (ictus__dag *g, double v);
int ictus__leaf (ictus__dag *g, ictus__op op, int index);
int ictus__neg (ictus__dag *g, int a);
int ictus__add (ictus__dag *g, int a, int b);
int ictus__sub (ictus__dag *g, int a, int b);
int ictus__mul (ictus__dag *g, int a, int b);
int ictus__div (ictus__dag *g, int a, int b);
int ictus__pow (ictus__dag *g, int a, int b);
int ictus__if (ictus__dag *g, int c, int a, int b);
/* The sum of n terms; term is overwritten. Few are added pairwise. */
int ictus__add_up (ictus__dag *g, int *term, size_t n);
int ictus__fun1 (ictus__dag *g, ictus__op op, int a);
int ictus__fun2 (ictus__dag *g, ictus__op op, int a, int b);

/* a / b when it is x / (exp(x) - 1) up to factors; -1 when it is not (or no room). */
int ictus__singular (ictus__dag *g, int a, int b);

/* Derivatives by one leaf after the other. */
typedef struct ictus__differ
{
  ictus__dag *g;
  int upto;
  int *first, *user; /* users of node k: user[first[k]] .. user[first[k + 1] - 1] */
  int *d;            /* [upto] the derivatives by the leaf at hand; 0 where there is none */
  int *list;         /* [n] nodes that depend on it */
  unsigned char *seen;
  size_t n;
  double work; /* nodes visited */
} ictus__differ;

/* Of the nodes below upto; need (NULL: all) says which are wanted. Closed also after an error. */
ictus_err ictus__differ_open (ictus__dag *g, int upto, const unsigned char *need, ictus__differ *D);
/* \retval ICTUS_E_NOMEM, ICTUS_E_INPUT (too large) */
ictus_err ictus__differ_by (ictus__differ *D, int leaf);
void ictus__differ_close (ictus__differ *D);
/* One derivative: of a node below upto. */
ictus_err ictus__diff (ictus__dag *g, int leaf, int upto, int node, int *d);
/* True when a node that is not smooth (heav, abs, if, ...) is switched by the leaf somewhere in n. */
bool ictus__switched (const ictus__dag *g, int n, int leaf);
bool ictus__switched_by (const ictus__dag *g, int n, unsigned deps); /* by anything of these kinds */
/* The graph as it is emitted: powers as products, a / b as a * (1/b) for a parameter b. map [upto]: the new
   nodes. Delayed values and random numbers become slots of u. */
ictus_err ictus__lower (const struct ictus_lang *L, ictus__dag *g, int upto, int *map);

/* ---- tokens -------------------------------------------------------------------------------------- */

typedef enum ictus__tk
{
  TK_EOL,
  TK_NUM,
  TK_NAME,
  TK_TEXT, /* the rest of a title or source line */
  TK_OP
} ictus__tk;

typedef struct ictus__tok
{
  ictus__tk kind;
  int op;          /* TK_OP: the character, or a code below */
  size_t off, len; /* place in the code */
  int file;        /* index into L->file */
  int line, col;   /* in that file, from 1 */
  double num;
} ictus__tok;

enum /* operators of two characters */
{
  TOK_LE = 256,
  TOK_GE,
  TOK_EQ,
  TOK_NE,
  TOK_PLUSEQ
};

typedef struct ictus__span /* the code from off on, up to the next span, comes from this place */
{
  size_t off;
  int file, line, col;
  bool fixed; /* written in place of something in brackets: all of it stands at this place */
  bool copy;  /* of a line or block that is written out once for each index */
  int index;
} ictus__span;

typedef struct ictus__line /* a logical line */
{
  int first;                   /* token; ends with TK_EOL */
  size_t comment, comment_len; /* behind it, without the # */
} ictus__line;

/* ---- symbols ------------------------------------------------------------------------------------- */

typedef enum ictus__class
{
  SYM_STATE, /* Markov variables too */
  SYM_PAR,
  SYM_DERIVED,
  SYM_INPUT,
  SYM_TEMP,
  SYM_FUNC,
  SYM_NOISE,   /* wiener: index into L->noise */
  SYM_TABLE,   /* index into L->table; called like a function of one argument */
  SYM_SPECIAL, /* special name = conv (...): index into L->special; name(i) is its component i */
  SYM_AUX, /* aux and ports have name spaces of their own */
  SYM_PORT
} ictus__class;

typedef struct ictus__sym
{
  ictus__class cls;
  char name[ICTUS__NAME_MAX + 1], key[ICTUS__NAME_MAX + 1]; /* as spelt; lower case */
  int tok;        /* of the name */
  int expr, stop; /* tokens of the right-hand side: from, up to */
  int line;       /* index into lines, for the comment */
  int index;      /* among those of its class */
  int args, nargs; /* functions: first argument token, number (arguments are every second token) */
  int node;       /* -1 until built */
  bool building;
  int init, init_stop, init_tok; /* states: tokens of the initial value, -1 none */
  bool held;
  bool hidden; /* states: a parameter that an event assigns to; expr -1, the right-hand side is 0 */
  int par;     /* hidden states: symbol of the parameter of the same name that it starts from; that one is not found by its name */
  int markov;  /* states: index into L->markov + 1; 0: none */
} ictus__sym;

typedef struct ictus__assign /* x = e, x += e of port and reset */
{
  int name;  /* token */
  bool plus; /* += */
  int expr, stop;
  int owner; /* port index, OWNER_RESET, OWNER_INIT, or OWNER_EVENT - index of the event */
  int state; /* index, once checked */
  int node;
} ictus__assign;

enum
{
  OWNER_RESET = -1,
  OWNER_INIT = -2,
  OWNER_HISTORY = -3, /* state before the start, a formula in t and parameters: every x(0)=.. of XPPAUT's dialect. There a
                         state without one was 0 before the start, whatever its initial value. In Ictus's own dialect there is
                         none of these: x(0)=formula is an OWNER_INIT, at the start and before */
  OWNER_EVENT = -16 /* of event 0; -17 of event 1, ... */
};

typedef struct ictus__file /* the model file is file 0; #include adds others. Tables are no such files */
{
  char *path, *text;
} ictus__file;

typedef struct ictus__event /* global sign {condition} {x=..; y=..} */
{
  int sign, tok;
  int expr, stop;   /* tokens of the condition */
  int node;         /* -1 until built */
  unsigned flags;   /* ICTUS_EVENT_... from out_put=1, arret=1 */
} ictus__event;

typedef struct ictus__markov /* markov z n, then n rows of {ex} */
{
  int sym, n;
  int *expr, *stop, *node; /* [n * n] tokens; nodes, -1 on the diagonal; one allocation at expr */
} ictus__markov;

typedef struct ictus__delay /* one slot of u */
{
  int state, tau; /* index of the state; node */
} ictus__delay;

typedef struct ictus__table /* table name file, table name % n lo hi formula in t */
{
  int sym;
  int n;           /* values */
  double lo, hi;   /* arguments of the first and the last */
  bool steps;      /* piecewise constant */
  double *v;       /* [n]; of a formula: filled in ictus__check */
  int expr, stop;  /* tokens of the formula; -1: read from a file */
} ictus__table;

typedef struct ictus__special /* special name = kind (arguments) */
{
  int sym;
  int kind;       /* token of the kind: conv, fconv, sparse, fsparse, mmult, fmmult, ... */
  int narg;
  int arg[8], arg_stop[8]; /* tokens of the arguments */
  int n;          /* components; 0 until it is built */
  int *node;      /* [n] */
} ictus__special;

struct ictus_lang
{
  char *path, *name, *text, *title, *source, *shows;
  bool xpp;          /* read as XPPAUT reads */
  ictus__file *file; /* [nfile] */
  size_t nfile, capfile;
  char *code;        /* what tokens are made of: the files with arrays and blocks written out */
  ictus__span *span; /* [nspan] where the code comes from, ascending */
  size_t nspan, capspan;
  uint64_t stamp;    /* of the other files */
  ictus_lang_settings settings;
  ictus_lang_note *note;     /* texts in notes_text until ictus__describe */
  size_t nnote, capnote;
  const char **only; /* names, kept */
  size_t nonly, caponly;
  int *set_line; /* where the sets are declared */
  size_t capsetline;
  ictus_lang_set *set;
  size_t nset, capset;
  ictus_lang_expect *expect;
  size_t nexpect, capexpect;
  char **owned; /* strings and arrays of settings, notes, sets, expectations, each of ictus_alloc */
  size_t nowned, capowned;
  ictus__event *event;
  size_t nevent, capevent;
  ictus__markov *markov;
  size_t nmarkov, capmarkov;
  unsigned char *noise; /* [nnoise] ICTUS_NOISE_... */
  size_t nnoise, capnoise;
  uint64_t ndrawn; /* random numbers of initial values */
  ictus__delay *delay;
  size_t ndelay, capdelay;
  ictus__table *table;
  size_t ntable, captable;
  ictus__special *special;
  size_t nspecial, capspecial;
  int *history; /* [nstate] nodes of x(0)=formula with t in it, else the initial value; NULL: no formula has t */
  ictus__tok *tok;
  size_t ntok, captok;
  ictus__line *line;
  size_t nline, capline;
  ictus__sym *sym;
  size_t nsym, capsym;
  int *hash; /* open table of sym + 1 */
  size_t nhash;
  ictus__assign *assign;
  size_t nassign, capassign;
  int spike, spike_tok, spike_stop; /* tokens, -1 none */
  int refr, refr_stop, refr_tok;
  int *hold; /* tokens of names */
  size_t nhold, caphold;

  int *of[ICTUS_LANG_NKIND]; /* symbols of each kind in order of declaration */
  ictus_lang_var *var[ICTUS_LANG_NKIND];
  int count[ICTUS_LANG_NKIND];
  ictus_text strings; /* units and meanings */

  ictus__dag g;
  int depth, steps;
  int *stack; /* symbols being built, for the message about a circle */
  size_t nstack, capstack;

  int *init, *rhs, *aux; /* nodes */
  int *jac, *dfdp;       /* nodes [j * nstate + i] */
  int *port;             /* nodes [port * nstate + i] */
  int fire, refractory;  /* nodes, -1 none */
  ictus_lang_class cls;
  char why_linear[256], why_cond[256];
};

/* Error at a token. */
ictus_err ictus__fail (const ictus_lang *L, int tok, const char *fmt, ...)
    __attribute__ ((format (printf, 3, 4)));
/* Text of a token as a string, cut at ICTUS__NAME_MAX; buf [ICTUS__NAME_MAX + 1]. */
const char *ictus__spell (const ictus_lang *L, int tok, char *buf);
bool ictus__is_word (const ictus_lang *L, int tok, const char *word); /* a name, without case */
bool ictus__is_op (const ictus_lang *L, int tok, int op);
void ictus__lower_case (char *s);

/* Keeps a string with the model; NULL: no room. */
const char *ictus__keep (ictus_lang *L, const char *s);
/* A note at a token; line and col at a place. */
ictus_err ictus__note (ictus_lang *L, ictus_lang_remark kind, int tok, const char *fmt, ...)
    __attribute__ ((format (printf, 4, 5)));
ictus_err ictus__note_at (ictus_lang *L, ictus_lang_remark kind, int line, int col, const char *fmt, ...)
    __attribute__ ((format (printf, 5, 6)));

/* From L->text to L->code: the dialect, #include, continued lines, arrays and blocks written out, options, sets.
   ictus__lex makes tokens of the code with places in the files they came from. */
ictus_err ictus__expand (ictus_lang *L);
ictus_err ictus__lex (ictus_lang *L);
ictus_err ictus__declare (ictus_lang *L); /* statements to symbols */
int ictus__lookup (const ictus_lang *L, ictus__class cls, const char *key);
ictus_err ictus__check (ictus_lang *L);    /* expressions to nodes; all checks */
ictus_err ictus__classify (ictus_lang *L); /* derivatives, class */

enum
{
  SCOPE_USUAL, /* ran and its kin are slots of noise */
  SCOPE_START, /* initial values: random numbers are drawn now, t is the time of the start */
  SCOPE_START_PAST /* the same, but t is the time */
};

/* What an expression may use, and how the message calls it. */
typedef struct ictus__scope
{
  unsigned allowed;
  const char *what; /* "the default of a parameter" */
  int weight;       /* node that w stands for, -1: w is an ordinary name */
  int mode;         /* SCOPE_... */
} ictus__scope;
/* Tokens from .. stop-1 (stop is the TK_EOL or separator) to a node. */
ictus_err ictus__expression (ictus_lang *L, int from, int stop, const ictus__scope *scope, int *node);
/* The part of an expression up to a comparison; *next is the token behind. */
ictus_err ictus__sum (ictus_lang *L, int from, int stop, const ictus__scope *scope, int *node, int *next);
/* First token behind the expression that begins at from (brackets balanced): EOL, ',' ';' at level 0, or a
   name that follows an operand. */
int ictus__skip (const ictus_lang *L, int from);
bool ictus__reserved (const char *key, const char **why);
ictus_err ictus__build (ictus_lang *L, int sym); /* a temporary or derived parameter */
ictus_err ictus__check_function (ictus_lang *L, int sym);
/* The state that a token names; what: the statement, for the message. */
ictus_err ictus__state_of (ictus_lang *L, int tok, const char *what, int *index);
ictus_err ictus__initial_values (ictus_lang *L);
ictus_err ictus__events (ictus_lang *L);
ictus_err ictus__markov_rates (ictus_lang *L);

/* Emission of expressions. */
typedef struct ictus__emit
{
  const ictus_lang *L;
  ictus__dag *g;
  const int *slot;      /* hidden slot of each node, -1 none; NULL: do not use slots */
  unsigned char *mark;  /* per node, for hoisting */
  int *guard, *uses, *depth, *tmp;
  double *size;
  ictus_text *out;
  struct ictus__batch *batch;                         /* of the function at hand; NULL: it is written out */
  void (*operand) (struct ictus__emit *e, int node); /* writes a leaf; NULL: as it is */
} ictus__emit;
/* Writes the temporaries that the roots need; the roots themselves are then written by ictus__print. */
ictus_err ictus__schedule (ictus__emit *e, const int *root, size_t n);
void ictus__print (ictus__emit *e, int node);
void ictus__print_operation (ictus__emit *e, int node); /* though it is a temporary */
/* For functions of many equations: the temporaries, none in a branch; every OP_SUM is one. */
void ictus__choose_places (ictus__emit *e, const int *root, size_t n);
/* Nodes that the roots are made of. */
size_t ictus__reach (ictus__emit *e, const int *root, size_t n);
/* void name (t, y, p, u, double *a1, double *a2) with n1 and n2 values (a2 may be NULL), written as loops. */
ictus_err ictus__batch_function (ictus__emit *e, const char *name, const char *a1, int n1, const char *a2, int n2,
                                 const int *root);
/* Maximal expressions of parameters only that are always needed for the roots; slot [g->n] is filled. */
void ictus__hoist (const ictus__dag *g, const int *root, size_t n, unsigned char *mark, int *slot,
                   int *nslot);

/* What is written into a C file: the model's graph once more, lowered, with its hidden slots. */
typedef struct ictus__writer
{
  const ictus_lang *L;
  ictus__dag g; /* copy of the model's, with powers written out */
  int *map;     /* its nodes */
  int zero;     /* a node of the model that is 0 */
  int *slot, nslot;
  int *root;    /* room for the roots of the largest function */
  ictus__emit e;
} ictus__writer;

ictus_err ictus__writer_open (ictus__writer *w); /* L and e.out are set */
/* void name (t, y, p, u, double *to) of n nodes of the model. */
ictus_err ictus__vector_function (ictus__writer *w, const char *name, const char *to, const int *node, int n);
/* Statements: the assignments of one owner to y. */
ictus_err ictus__assignments (ictus__writer *w, int owner);
/* Delays, noise, Markov variables, events: functions and arrays; their entries of the table. */
ictus_err ictus__emit_outside (ictus__writer *w);
void ictus__emit_outside_table (ictus__writer *w);
void ictus__writer_close (ictus__writer *w);
/* The shortest decimal number that reads back as the same double. */
void ictus__print_number (ictus_text *out, double v);
/* 1 / b of parameters without a slot. Never a temporary: a times it is written a / b, in all functions alike, so that
   they agree to the last bit. */
bool ictus__is_reciprocal (const ictus__emit *e, int node);
bool ictus__is_condition (ictus__op op); /* comparisons, and, or, not */
/* The C name of a function of one or two operands, NULL for what is none. */
const char *ictus__c_name (ictus__op op);
/* The tables as arrays. */
void ictus__print_tables (const ictus_lang *L, ictus_text *out);
/* The function that looks up. */
const char *ictus__lookup_name (const ictus_lang *L, const ictus__node *k);
/* The rest of a call of a table behind its argument: ", table0, n, lo, step)". */
void ictus__print_lookup (const ictus_lang *L, int table, ictus_text *out);

#endif
