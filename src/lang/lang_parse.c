/* SPDX-License-Identifier: BSD-3-Clause */
/* Expressions: tokens to nodes. Functions are expanded where they are called, temporaries built when first
   used. */
#include <math.h>
#include <string.h>

#include "lang/lang_impl.h"

typedef struct frame /* the function being expanded */
{
  int sym;
  int arg[ICTUS__ARG_MAX];
} frame;

typedef struct parser
{
  ictus_lang *L;
  int at, stop;
  const ictus__scope *scope;
  const frame *frame;
} parser;

static ictus_err parse_or (parser *p, int *n);

static const struct { const char *name; ictus__op op; int nargs; } functions[] = {
#define ICTUS_X(op, name, cname) { name, op, 1 },
  ICTUS__UNARY_LIST (ICTUS_X)
#undef ICTUS_X
  { "log", OP_LOG, 1 },    { "not", OP_NOT, 1 }, { "atan2", OP_ATAN2, 2 }, { "mod", OP_MOD, 2 },
  { "max", OP_MAX, 2 },    { "min", OP_MIN, 2 }, { "pow", OP_POW, 2 },     { "vtrap", OP_XEM1, 2 },
};
enum { NFUN = sizeof functions / sizeof *functions };

static int
builtin (const char *key)
{
  for (int k = 0; k < NFUN; ++k)
    if (functions[k].name[0] != '\0' && strcmp (functions[k].name, key) == 0)
      return k;
  return -1;
}

bool
ictus__reserved (const char *key, const char **why)
{
  *why = NULL;
  if (strcmp (key, "t") == 0)
    *why = "the time";
  else if (strcmp (key, "pi") == 0)
    *why = "the number pi";
  else if (strcmp (key, "if") == 0 || strcmp (key, "then") == 0 || strcmp (key, "else") == 0)
    *why = "a word of the language";
  else if (builtin (key) >= 0)
    *why = "a function of the language";
  return *why != NULL;
}

/* ---- small things --------------------------------------------------------------------------------- */

static bool
op_is (const parser *p, int op)
{
  return p->at < p->stop && ictus__is_op (p->L, p->at, op);
}

/* -1 from the graph: too many nodes, or no memory. */
static ictus_err
made (const parser *p, int tok, int n)
{
  if (n >= 0)
    return ICTUS_OK;
  if (p->L->g.n >= ICTUS__NODE_MAX)
    return ictus__fail (p->L, tok, "the model is too large: more than %d terms when functions are expanded",
                        ICTUS__NODE_MAX);
  return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
}

static ictus_err
enter (parser *p)
{
  if (++p->L->depth > ICTUS__DEPTH_MAX)
    return ictus__fail (p->L, p->at,
                        "nested too deeply (parentheses, functions and temporaries: more than %d levels)",
                        ICTUS__DEPTH_MAX);
  return ICTUS_OK;
}

static ictus_err
leave (parser *p, ictus_err e)
{
  --p->L->depth;
  return e;
}

static const char *
kind_of (unsigned deps)
{
  if (deps & DEP_STATE)
    return "a state";
  if (deps & DEP_INPUT)
    return "an input";
  if (deps & DEP_T)
    return "the time";
  return "a parameter";
}

/* Is what this node depends on allowed here? */
static ictus_err
allowed (const parser *p, int tok, int n, bool direct)
{
  unsigned bad = ictus__deps (&p->L->g, n) & ~p->scope->allowed;
  char name[ICTUS__NAME_MAX + 1];

  if (bad == 0)
    return ICTUS_OK;
  ictus__spell (p->L, tok, name);
  if (direct)
    return ictus__fail (p->L, tok, "'%s' is %s; %s", name, kind_of (bad), p->scope->what);
  return ictus__fail (p->L, tok, "'%s' depends on %s; %s", name, kind_of (bad), p->scope->what);
}

static ictus_err
close_paren (parser *p, int opened)
{
  if (!op_is (p, ')'))
    return ictus__fail (p->L, p->at, "missing ')' for the '(' in column %d of line %d", p->L->tok[opened].col,
                        p->L->tok[opened].line);
  ++p->at;
  return ICTUS_OK;
}

/* ---- names ---------------------------------------------------------------------------------------- */

/* Nearest name that could stand here: an argument, a variable, a function. */
static ictus_err
unknown_name (parser *p, int tok, bool call)
{
  const ictus_lang *L = p->L;
  size_t n = 0, max = L->nsym + NFUN + ICTUS__ARG_MAX + 3;
  const char **list = ictus_alloc (max, sizeof *list), *near;
  char args[ICTUS__ARG_MAX][ICTUS__NAME_MAX + 1], word[ICTUS__NAME_MAX + 1], key[ICTUS__NAME_MAX + 1];
  ictus_err e;

  if (list == NULL)
    return ICTUS_E_NOMEM;
  ictus__spell (L, tok, word);
  for (int k = 0; p->frame != NULL && !call && k < L->sym[p->frame->sym].nargs; ++k)
    list[n++] = ictus__spell (L, L->sym[p->frame->sym].args + 2 * k, args[k]);
  for (size_t k = 0; k < L->nsym; ++k)
    if (L->sym[k].cls < SYM_AUX && (L->sym[k].cls == SYM_FUNC) == call
        && (L->sym[k].name[1] != '\0' || strlen (word) < 3))
      list[n++] = L->sym[k].name;
  for (int k = 0; call && k < NFUN; ++k)
    if (functions[k].name[0] != '\0')
      list[n++] = functions[k].name;
  near = ictus_nearest (word, list, n);
  strcpy (key, word);
  ictus__lower_case (key);
  if (!call && ictus__lookup (L, SYM_AUX, key) >= 0)
    e = ictus__fail (L, tok,
                     "'%s' is an aux, which is only recorded; to use it, write '%s = ...' without 'aux'",
                     word, word);
  else if (near != NULL)
    e = ictus__fail (L, tok, "unknown %s '%s'; did you mean '%s'?", call ? "function" : "name", word, near);
  else if (!call && strcmp (key, "w") == 0)
    e = ictus__fail (L, tok, "unknown name 'w': the weight of an event is known in 'port' only");
  else
    e = ictus__fail (L, tok, "unknown %s '%s'", call ? "function" : "name", word);
  ictus_free (list);
  return e;
}

/* name(a, b, ...): the arguments */
static ictus_err
arguments (parser *p, int name, int want, int *arg)
{
  int opened = p->at, n = 0;
  char word[ICTUS__NAME_MAX + 1];

  if (!op_is (p, '('))
    return ictus__fail (p->L, name, "'%s' is a function: expected '%s(...)'", ictus__spell (p->L, name, word),
                        word);
  ++p->at;
  if (op_is (p, ')'))
    return ictus__fail (p->L, p->at, "'%s' needs %d argument%s, none given", ictus__spell (p->L, name, word),
                        want, want == 1 ? "" : "s");
  for (;;)
    {
      int one;

      ICTUS_TRY (parse_or (p, &one));
      if (n < want)
        arg[n] = one;
      ++n;
      if (!op_is (p, ','))
        break;
      ++p->at;
    }
  ICTUS_TRY (close_paren (p, opened));
  if (n != want)
    return ictus__fail (p->L, name, "'%s' needs %d argument%s, %d given", ictus__spell (p->L, name, word),
                        want, want == 1 ? "" : "s", n);
  return ICTUS_OK;
}

static ictus_err
call_builtin (parser *p, int name, int k, int *n)
{
  ictus__dag *g = &p->L->g;
  int arg[2] = { -1, -1 };

  ICTUS_TRY (arguments (p, name, functions[k].nargs, arg));
  if (strcmp (functions[k].name, "vtrap") == 0) /* x / (exp(x/y) - 1) = y * g(x/y) */
    *n = ictus__mul (g, arg[1], ictus__fun1 (g, OP_XEM1, ictus__div (g, arg[0], arg[1])));
  else if (functions[k].op == OP_POW)
    *n = ictus__pow (g, arg[0], arg[1]);
  else if (functions[k].nargs == 1)
    *n = ictus__fun1 (g, functions[k].op, arg[0]);
  else
    *n = ictus__fun2 (g, functions[k].op, arg[0], arg[1]);
  return made (p, name, *n);
}

static const ictus__scope everything = { DEP_ALL, "", -1 };

static ictus_err
parse_body (ictus_lang *L, int sym, const frame *f, int *n)
{
  parser q = { .L = L, .at = L->sym[sym].expr, .stop = L->sym[sym].stop, .scope = &everything, .frame = f };

  ICTUS_TRY (parse_or (&q, n));
  if (q.at < q.stop)
    return ictus__fail (L, q.at,
                        ictus__is_op (L, q.at, ')') ? "')' without '('" : "expected an operator here");
  return ICTUS_OK;
}

static ictus_err
call_user (parser *p, int name, int sym, int *n)
{
  ictus_lang *L = p->L;
  frame f = { .sym = sym };
  ictus_err e;

  ICTUS_TRY (arguments (p, name, L->sym[sym].nargs, f.arg));
  if (L->sym[sym].building)
    return ictus__fail (L, name, "the function '%s' calls itself", L->sym[sym].name);
  L->sym[sym].building = true;
  e = parse_body (L, sym, &f, n);
  L->sym[sym].building = false;
  ICTUS_TRY (e);
  return allowed (p, name, *n, false);
}

/* "circular: a -> b -> a", from the stack of what is being built */
static ictus_err
circle (const ictus_lang *L, int tok, int sym)
{
  ictus_text way = { 0 };
  size_t k = L->nstack;
  ictus_err e;

  while (k > 0 && L->stack[k - 1] != sym)
    --k;
  for (k = k > 0 ? k - 1 : 0; k < L->nstack; ++k)
    ictus_text_add (&way, "%s -> ", L->sym[L->stack[k]].name);
  e = ictus__fail (L, tok, "circular definition: %s%s", way.s != NULL ? way.s : "", L->sym[sym].name);
  ictus_text_clear (&way);
  return e;
}

ictus_err
ictus__build (ictus_lang *L, int sym)
{
  static const ictus__scope pars = { DEP_PAR, "a derived parameter (!) depends on parameters only", -1 };
  parser q = { .L = L, .at = L->sym[sym].expr, .stop = L->sym[sym].stop, .scope = &everything };
  ictus_err e;
  int n;

  if (L->sym[sym].cls == SYM_DERIVED)
    q.scope = &pars;
  ICTUS_TRY (ictus_grow (&L->stack, &L->capstack, L->nstack + 1, sizeof *L->stack));
  L->stack[L->nstack++] = sym;
  L->sym[sym].building = true;
  e = parse_or (&q, &n);
  if (e == ICTUS_OK && q.at < q.stop)
    e = ictus__fail (L, q.at, ictus__is_op (L, q.at, ')') ? "')' without '('" : "expected an operator here");
  L->sym[sym].building = false;
  --L->nstack;
  if (e == ICTUS_OK)
    L->sym[sym].node = n;
  return e;
}

ictus_err
ictus__check_function (ictus_lang *L, int sym)
{
  frame f = { .sym = sym };
  ictus_err e;
  int n;

  for (int k = 0; k < L->sym[sym].nargs; ++k)
    f.arg[k] = ictus__leaf (&L->g, OP_ARG, k);
  L->sym[sym].building = true;
  e = parse_body (L, sym, &f, &n);
  L->sym[sym].building = false;
  return e;
}

static ictus_err
variable (parser *p, int tok, int sym, int *n)
{
  ictus_lang *L = p->L;
  const ictus__sym *s = &L->sym[sym];
  bool direct = true;

  switch (s->cls)
    {
    case SYM_STATE: *n = ictus__leaf (&L->g, OP_STATE, s->index); break;
    case SYM_PAR: *n = ictus__leaf (&L->g, OP_PAR, s->index); break;
    case SYM_INPUT: *n = ictus__leaf (&L->g, OP_INPUT, s->index); break;
    case SYM_TEMP:
    case SYM_DERIVED:
      if (s->building)
        return circle (L, tok, sym);
      if (s->node < 0)
        ICTUS_TRY (ictus__build (L, sym));
      *n = L->sym[sym].node;
      direct = s->cls == SYM_DERIVED;
      break;
    case SYM_FUNC: case SYM_NOISE: case SYM_TABLE: case SYM_SPECIAL: case SYM_AUX: case SYM_PORT:
      return ICTUS_FAIL (ICTUS_E_INTERNAL, "no variable");
    }
  ICTUS_TRY (made (p, tok, *n));
  return allowed (p, tok, *n, direct);
}

/* if(c)then(a)else(b) */
static ictus_err
conditional (parser *p, int *n)
{
  static const char *const word[3] = { "if", "then", "else" };
  int part[3], tok = p->at;

  for (int k = 0; k < 3; ++k)
    {
      int opened;

      if (p->at >= p->stop || !ictus__is_word (p->L, p->at, word[k]))
        return ictus__fail (p->L, p->at, "expected '%s(...)' here: if(c)then(a)else(b)", word[k]);
      opened = ++p->at;
      if (!op_is (p, '('))
        return ictus__fail (p->L, p->at, "expected '(' behind '%s': if(c)then(a)else(b)", word[k]);
      ++p->at;
      ICTUS_TRY (parse_or (p, &part[k]));
      ICTUS_TRY (close_paren (p, opened));
    }
  *n = ictus__if (&p->L->g, part[0], part[1], part[2]);
  return made (p, tok, *n);
}

static ictus_err
parse_name (parser *p, int *n)
{
  ictus_lang *L = p->L;
  int tok = p->at, k;
  char word[ICTUS__NAME_MAX + 1];
  const char *why;
  bool call;

  ictus__spell (L, tok, word);
  ictus__lower_case (word);
  if (strcmp (word, "if") == 0)
    return conditional (p, n);
  ++p->at;
  call = op_is (p, '(');
  if ((k = builtin (word)) >= 0)
    return call_builtin (p, tok, k, n);
  for (k = 0; p->frame != NULL && !call && k < L->sym[p->frame->sym].nargs; ++k)
    if (ictus__is_word (L, L->sym[p->frame->sym].args + 2 * k, word))
      {
        *n = p->frame->arg[k];
        return made (p, tok, *n);
      }
  if (p->scope->weight >= 0 && strcmp (word, "w") == 0 && !call)
    {
      *n = p->scope->weight;
      return ICTUS_OK;
    }
  if (ictus__reserved (word, &why) && strcmp (word, "pi") != 0 && strcmp (word, "t") != 0)
    return ictus__fail (L, tok, "'%s' without 'if': if(c)then(a)else(b)", word);
  if (!call && (word[0] == 't' || word[0] == 'p') && ictus__reserved (word, &why))
    {
      *n = word[0] == 't' ? ictus__leaf (&L->g, OP_TIME, -1) : ictus__num (&L->g, 3.14159265358979323846);
      ICTUS_TRY (made (p, tok, *n));
      return allowed (p, tok, *n, true);
    }
  k = ictus__lookup (L, SYM_STATE, word);
  if (k >= 0 && L->sym[k].cls == SYM_FUNC)
    return call_user (p, tok, k, n);
  if (k >= 0 && call)
    return ictus__fail (L, tok, "'%s' is no function (a product is written with '*')", L->sym[k].name);
  if (k < 0)
    return unknown_name (p, tok, call);
  return variable (p, tok, k, n);
}

/* ---- operators, weakest last ------------------------------------------------------------------------ */

static ictus_err
parse_primary (parser *p, int *n)
{
  int tok = p->at;

  if (++p->L->steps > ICTUS__STEP_MAX)
    return ictus__fail (p->L, p->at,
                        "the model is too large: more than %d operands when functions are expanded",
                        ICTUS__STEP_MAX);
  if (p->at >= p->stop || p->L->tok[p->at].kind == TK_EOL)
    return ictus__fail (p->L, p->at, "the expression ends here, where an operand is expected");
  if (p->L->tok[tok].kind == TK_NUM)
    {
      ++p->at;
      *n = ictus__num (&p->L->g, p->L->tok[tok].num);
      return made (p, tok, *n);
    }
  if (p->L->tok[tok].kind == TK_NAME)
    return parse_name (p, n);
  if (op_is (p, '('))
    {
      ++p->at;
      ICTUS_TRY (parse_or (p, n));
      return close_paren (p, tok);
    }
  return ictus__fail (p->L, tok, "expected a number, a name or '(' here");
}

/* Signs in front of an operand of ^, as in 2^-3. */
static ictus_err
signed_primary (parser *p, int *n)
{
  bool minus = false;
  int tok = p->at;

  for (; op_is (p, '-') || op_is (p, '+'); ++p->at)
    minus = minus != op_is (p, '-');
  ICTUS_TRY (parse_primary (p, n));
  if (minus)
    *n = ictus__neg (&p->L->g, *n);
  return made (p, tok, *n);
}

static ictus_err
parse_power (parser *p, int *n)
{
  int b, tok;

  ICTUS_TRY (parse_primary (p, n));
  while (op_is (p, '^'))
    {
      tok = p->at++;
      ICTUS_TRY (signed_primary (p, &b));
      *n = ictus__pow (&p->L->g, *n, b);
      ICTUS_TRY (made (p, tok, *n));
    }
  return ICTUS_OK;
}

static ictus_err
parse_unary (parser *p, int *n)
{
  bool minus = false;
  int tok = p->at;

  for (; op_is (p, '-') || op_is (p, '+'); ++p->at)
    minus = minus != op_is (p, '-');
  if (op_is (p, '!'))
    return ictus__fail (p->L, p->at, "'!' is written not(...)");
  ICTUS_TRY (parse_power (p, n));
  if (minus)
    *n = ictus__neg (&p->L->g, *n);
  return made (p, tok, *n);
}

static ictus_err
parse_product (parser *p, int *n)
{
  ICTUS_TRY (parse_unary (p, n));
  while (op_is (p, '*') || op_is (p, '/'))
    {
      bool times = op_is (p, '*');
      int b, tok = p->at++;

      ICTUS_TRY (parse_unary (p, &b));
      *n = times ? ictus__mul (&p->L->g, *n, b) : ictus__div (&p->L->g, *n, b);
      ICTUS_TRY (made (p, tok, *n));
    }
  return ICTUS_OK;
}

static ictus_err
parse_sum (parser *p, int *n)
{
  ICTUS_TRY (parse_product (p, n));
  while (op_is (p, '+') || op_is (p, '-'))
    {
      bool plus = op_is (p, '+');
      int b, tok = p->at++;

      ICTUS_TRY (parse_product (p, &b));
      *n = plus ? ictus__add (&p->L->g, *n, b) : ictus__sub (&p->L->g, *n, b);
      ICTUS_TRY (made (p, tok, *n));
    }
  return ICTUS_OK;
}

static ictus_err
parse_comparison (parser *p, int *n)
{
  ictus__dag *g = &p->L->g;

  ICTUS_TRY (parse_sum (p, n));
  for (;;)
    {
      int b, op, tok = p->at;

      if (tok >= p->stop || p->L->tok[tok].kind != TK_OP)
        return ICTUS_OK;
      op = p->L->tok[tok].op;
      if (op == '=')
        return ictus__fail (p->L, tok, "'=' inside an expression; equality is written '=='");
      if (op != '<' && op != '>' && op != TOK_LE && op != TOK_GE && op != TOK_EQ && op != TOK_NE)
        return ICTUS_OK;
      ++p->at;
      ICTUS_TRY (parse_sum (p, &b));
      switch (op)
        {
        case '<': *n = ictus__fun2 (g, OP_LT, *n, b); break;
        case '>': *n = ictus__fun2 (g, OP_LT, b, *n); break;
        case TOK_LE: *n = ictus__fun2 (g, OP_LE, *n, b); break;
        case TOK_GE: *n = ictus__fun2 (g, OP_LE, b, *n); break;
        case TOK_EQ: *n = ictus__fun2 (g, OP_EQ, *n, b); break;
        default: *n = ictus__fun2 (g, OP_NE, *n, b); break;
        }
      ICTUS_TRY (made (p, tok, *n));
    }
}

static ictus_err
parse_and (parser *p, int *n)
{
  ICTUS_TRY (parse_comparison (p, n));
  while (op_is (p, '&'))
    {
      int b, tok = p->at++;

      if (op_is (p, '&'))
        return ictus__fail (p->L, p->at, "'and' is written with a single '&'");
      ICTUS_TRY (parse_comparison (p, &b));
      *n = ictus__fun2 (&p->L->g, OP_AND, *n, b);
      ICTUS_TRY (made (p, tok, *n));
    }
  return ICTUS_OK;
}

static ictus_err
parse_or_inside (parser *p, int *n)
{
  ICTUS_TRY (parse_and (p, n));
  while (op_is (p, '|'))
    {
      int b, tok = p->at++;

      if (op_is (p, '|'))
        return ictus__fail (p->L, p->at, "'or' is written with a single '|'");
      ICTUS_TRY (parse_and (p, &b));
      *n = ictus__fun2 (&p->L->g, OP_OR, *n, b);
      ICTUS_TRY (made (p, tok, *n));
    }
  return ICTUS_OK;
}

static ictus_err
parse_or (parser *p, int *n)
{
  *n = -1;
  ICTUS_TRY (enter (p));
  return leave (p, parse_or_inside (p, n));
}

/* ---- for the others --------------------------------------------------------------------------------- */

ictus_err
ictus__expression (ictus_lang *L, int from, int stop, const ictus__scope *scope, int *node)
{
  parser p = { .L = L, .at = from, .stop = stop, .scope = scope };

  ICTUS_TRY (parse_or (&p, node));
  if (p.at < stop)
    return ictus__fail (L, p.at,
                        ictus__is_op (L, p.at, ')') ? "')' without '('" : "expected an operator here");
  return ICTUS_OK;
}

ictus_err
ictus__sum (ictus_lang *L, int from, int stop, const ictus__scope *scope, int *node, int *next)
{
  parser p = { .L = L, .at = from, .stop = stop, .scope = scope };

  *node = -1;
  ICTUS_TRY (parse_sum (&p, node));
  *next = p.at;
  return ICTUS_OK;
}
