/* SPDX-License-Identifier: BSD-3-Clause */
/* Expressions: tokens to nodes, operator by operator. In XPPAUT's dialect comparisons bind like powers, & like *, | like +. */
#include <stdarg.h>
#include <string.h>

#include "lang/lang_parse.h"

bool
ictus__parse_is (const ictus__parser *p, int op)
{
  return p->at < p->stop && ictus__is_op (p->L, p->at, op);
}

ictus_err
ictus__made (const ictus__parser *p, int tok, int n)
{
  if (n >= 0)
    return ICTUS_OK;
  if (p->L->g.n >= ICTUS__NODE_MAX)
    return ictus__fail (p->L, tok, "the model is too large: more than %d terms when functions are expanded",
                        ICTUS__NODE_MAX);
  return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
}

static ictus_err
enter (ictus__parser *p)
{
  if (++p->L->depth > ICTUS__DEPTH_MAX)
    return ictus__fail (p->L, p->at,
                        "nested too deeply (parentheses, functions and temporaries: more than %d levels)",
                        ICTUS__DEPTH_MAX);
  return ICTUS_OK;
}

static ictus_err
leave (ictus__parser *p, ictus_err e)
{
  --p->L->depth;
  return e;
}

ictus_err
ictus__close (ictus__parser *p, int opened)
{
  if (!ictus__parse_is (p, ')'))
    return ictus__fail (p->L, p->at, "missing ')' for the '(' in column %d of line %d", p->L->tok[opened].col,
                        p->L->tok[opened].line);
  ++p->at;
  return ICTUS_OK;
}

ictus_err
ictus__ended (const ictus__parser *p)
{
  if (p->at < p->stop)
    return ictus__fail (p->L, p->at,
                        ictus__is_op (p->L, p->at, ')') ? "')' without '('" : "expected an operator here");
  return ICTUS_OK;
}

ictus_err
ictus__note_once (ictus_lang *L, ictus_lang_remark kind, int tok, const char *fmt, ...)
{
  char text[512];
  va_list ap;

  for (size_t k = 0; k < L->nnote; ++k)
    if (L->note[k].kind == kind && L->note[k].line == L->tok[tok].line && L->note[k].col == L->tok[tok].col)
      return ICTUS_OK;
  va_start (ap, fmt);
  vsnprintf (text, sizeof text, fmt, ap);
  va_end (ap);
  return ictus__note (L, kind, tok, "%s", text);
}

/* ---- how it looks and how it is read -------------------------------------------------------------------- */

/* An operator that binds weaker in XPPAUT than one in its operand that looks weaker: a + b > c is a + (b > c). */
static ictus_err
looks_otherwise (ictus__parser *p, int compared)
{
  char word[ICTUS__NAME_MAX + 1];

  if (!p->L->xpp || compared < 0)
    return ICTUS_OK;
  return ictus__note_once (p->L, ICTUS_LANG_READING, compared,
                           "'%s' binds tighter than the operators around it, as in XPPAUT; put in parentheses what is meant",
                           ictus__spell (p->L, compared, word));
}

/* ---- operators, weakest last ------------------------------------------------------------------------ */

static ictus_err
parse_primary (ictus__parser *p, int *n)
{
  int tok = p->at;

  p->compared = -1;
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
      return ictus__made (p, tok, *n);
    }
  if (p->L->tok[tok].kind == TK_NAME)
    {
      ICTUS_TRY (ictus__parse_name (p, n));
      p->compared = -1;
      return ICTUS_OK;
    }
  if (ictus__parse_is (p, '('))
    {
      ++p->at;
      ICTUS_TRY (ictus__parse (p, n));
      p->compared = -1;
      return ictus__close (p, tok);
    }
  return ictus__fail (p->L, tok, "expected a number, a name or '(' here");
}

static bool
is_sign (const ictus__parser *p)
{
  return ictus__parse_is (p, '-') || ictus__parse_is (p, '+') || ictus__parse_is (p, '~');
}

/* Signs in front of an operand of ^, as in 2^-3. */
static ictus_err
signed_primary (ictus__parser *p, int *n)
{
  bool minus = false;
  int tok = p->at;

  for (; is_sign (p); ++p->at)
    minus = minus != !ictus__parse_is (p, '+');
  ICTUS_TRY (parse_primary (p, n));
  if (minus)
    *n = ictus__neg (&p->L->g, *n);
  return ictus__made (p, tok, *n);
}

static bool
is_comparison (int op)
{
  return op == '<' || op == '>' || op == TOK_LE || op == TOK_GE || op == TOK_EQ || op == TOK_NE;
}

static int
compare (ictus__dag *g, int op, int a, int b)
{
  switch (op)
    {
    case '<': return ictus__fun2 (g, OP_LT, a, b);
    case '>': return ictus__fun2 (g, OP_LT, b, a);
    case TOK_LE: return ictus__fun2 (g, OP_LE, a, b);
    case TOK_GE: return ictus__fun2 (g, OP_LE, b, a);
    case TOK_EQ: return ictus__fun2 (g, OP_EQ, a, b);
    default: return ictus__fun2 (g, OP_NE, a, b);
    }
}

static ictus_err
parse_power (ictus__parser *p, int *n)
{
  int b, tok, compared = -1;

  ICTUS_TRY (parse_primary (p, n));
  for (;;)
    {
      int op = p->at < p->stop && p->L->tok[p->at].kind == TK_OP ? p->L->tok[p->at].op : 0;

      if (op != '^' && !(p->L->xpp && is_comparison (op)))
        break;
      tok = p->at++;
      ICTUS_TRY (signed_primary (p, &b));
      if (op == '^')
        ICTUS_TRY (looks_otherwise (p, compared));
      else
        compared = tok;
      *n = op == '^' ? ictus__pow (&p->L->g, *n, b) : compare (&p->L->g, op, *n, b);
      ICTUS_TRY (ictus__made (p, tok, *n));
    }
  p->compared = compared;
  return ICTUS_OK;
}

static ictus_err
parse_unary (ictus__parser *p, int *n)
{
  bool minus = false, sign = is_sign (p);
  int tok = p->at;

  if (p->L->xpp && p->at < p->stop && ictus__is_word (p->L, p->at, "not")) /* like a sign: not(x)<1 is not(x<1) */
    {
      ++p->at;
      ICTUS_TRY (enter (p));
      ICTUS_TRY (leave (p, parse_unary (p, n)));
      ICTUS_TRY (looks_otherwise (p, p->compared));
      *n = ictus__fun1 (&p->L->g, OP_NOT, *n);
      return ictus__made (p, tok, *n);
    }
  for (; is_sign (p); ++p->at)
    minus = minus != !ictus__parse_is (p, '+');
  if (ictus__parse_is (p, '!'))
    return ictus__fail (p->L, p->at, "'!' is written not(...)");
  ICTUS_TRY (parse_power (p, n));
  if (sign)
    ICTUS_TRY (looks_otherwise (p, p->compared));
  if (minus)
    *n = ictus__neg (&p->L->g, *n);
  return ictus__made (p, tok, *n);
}

/* '&' and '&&', '|' and '||': moves past. */
static bool
take_logical (ictus__parser *p, int op)
{
  if (!ictus__parse_is (p, op))
    return false;
  ++p->at;
  if (ictus__parse_is (p, op))
    ++p->at;
  return true;
}

/* *, / and in XPPAUT's dialect & */
static ictus_err
parse_product (ictus__parser *p, int *n)
{
  int left, logical = -1; /* the tighter comparison in the operand to the left; an & before it */

  ICTUS_TRY (parse_unary (p, n));
  left = p->compared;
  while (ictus__parse_is (p, '*') || ictus__parse_is (p, '/') || (p->L->xpp && ictus__parse_is (p, '&')))
    {
      int op = p->L->tok[p->at].op, b, tok = p->at;

      if (op == '&')
        take_logical (p, '&');
      else
        ++p->at;
      ICTUS_TRY (parse_unary (p, &b));
      if (op != '&')
        {
          ICTUS_TRY (looks_otherwise (p, left));
          ICTUS_TRY (looks_otherwise (p, p->compared));
          ICTUS_TRY (looks_otherwise (p, logical));
        }
      else
        logical = tok;
      left = p->compared;
      *n = op == '*'   ? ictus__mul (&p->L->g, *n, b)
           : op == '/' ? ictus__div (&p->L->g, *n, b)
                       : ictus__fun2 (&p->L->g, OP_AND, *n, b);
      ICTUS_TRY (ictus__made (p, tok, *n));
    }
  p->compared = logical >= 0 ? logical : left;
  return ICTUS_OK;
}

/* +, - and in XPPAUT's dialect | */
static ictus_err
parse_sum (ictus__parser *p, int *n)
{
  int left, logical = -1;

  ICTUS_TRY (parse_product (p, n));
  left = p->compared;
  while (ictus__parse_is (p, '+') || ictus__parse_is (p, '-') || (p->L->xpp && ictus__parse_is (p, '|')))
    {
      int op = p->L->tok[p->at].op, b, tok = p->at;

      if (op == '|')
        take_logical (p, '|');
      else
        ++p->at;
      ICTUS_TRY (parse_product (p, &b));
      if (op != '|')
        {
          ICTUS_TRY (looks_otherwise (p, left));
          ICTUS_TRY (looks_otherwise (p, p->compared));
          ICTUS_TRY (looks_otherwise (p, logical));
        }
      else
        logical = tok;
      left = p->compared;
      *n = op == '+'   ? ictus__add (&p->L->g, *n, b)
           : op == '-' ? ictus__sub (&p->L->g, *n, b)
                       : ictus__fun2 (&p->L->g, OP_OR, *n, b);
      ICTUS_TRY (ictus__made (p, tok, *n));
    }
  return ICTUS_OK;
}

static ictus_err
parse_comparison (ictus__parser *p, int *n)
{
  ICTUS_TRY (parse_sum (p, n));
  for (;;)
    {
      int b, op, tok = p->at;

      if (tok >= p->stop || p->L->tok[tok].kind != TK_OP)
        return ICTUS_OK;
      op = p->L->tok[tok].op;
      if (op == '=')
        return ictus__fail (p->L, tok, "'=' inside an expression; equality is written '=='");
      if (!is_comparison (op))
        return ICTUS_OK;
      ++p->at;
      ICTUS_TRY (parse_sum (p, &b));
      *n = compare (&p->L->g, op, *n, b);
      ICTUS_TRY (ictus__made (p, tok, *n));
    }
}

static ictus_err
parse_and (ictus__parser *p, int *n)
{
  ICTUS_TRY (parse_comparison (p, n));
  while (ictus__parse_is (p, '&'))
    {
      int b, tok = p->at;

      take_logical (p, '&');
      ICTUS_TRY (parse_comparison (p, &b));
      *n = ictus__fun2 (&p->L->g, OP_AND, *n, b);
      ICTUS_TRY (ictus__made (p, tok, *n));
    }
  return ICTUS_OK;
}

static ictus_err
parse_or (ictus__parser *p, int *n)
{
  ICTUS_TRY (parse_and (p, n));
  while (ictus__parse_is (p, '|'))
    {
      int b, tok = p->at;

      take_logical (p, '|');
      ICTUS_TRY (parse_and (p, &b));
      *n = ictus__fun2 (&p->L->g, OP_OR, *n, b);
      ICTUS_TRY (ictus__made (p, tok, *n));
    }
  return ICTUS_OK;
}

ictus_err
ictus__parse (ictus__parser *p, int *n)
{
  *n = -1;
  ICTUS_TRY (enter (p));
  return leave (p, parse_or (p, n)); /* in XPPAUT's dialect parse_sum has left no operator */
}

/* ---- for the others --------------------------------------------------------------------------------- */

ictus_err
ictus__expression (ictus_lang *L, int from, int stop, const ictus__scope *scope, int *node)
{
  ictus__parser p = { .L = L, .at = from, .stop = stop, .scope = scope };

  ICTUS_TRY (ictus__parse (&p, node));
  return ictus__ended (&p);
}

ictus_err
ictus__sum (ictus_lang *L, int from, int stop, const ictus__scope *scope, int *node, int *next)
{
  ictus__parser p = { .L = L, .at = from, .stop = stop, .scope = scope };

  *node = -1;
  ICTUS_TRY (parse_sum (&p, node));
  *next = p.at;
  return ICTUS_OK;
}
