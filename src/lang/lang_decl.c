/* SPDX-License-Identifier: BSD-3-Clause */
/* Statements to symbols: what is declared where. Expressions are only delimited here. */
#include <string.h>

#include "lang/lang_front.h"

bool
ictus__at_end (const ictus_lang *L, int t)
{
  return L->tok[t].kind == TK_EOL;
}

/* First token behind the expression that begins at from: the end of the line, ',' or ';' outside of brackets,
   or a name behind an operand (par a=1 b=2). */
int
ictus__skip (const ictus_lang *L, int from)
{
  int level = 0, t;
  bool operand = false;

  for (t = from; !ictus__at_end (L, t); ++t)
    {
      const ictus__tok *k = &L->tok[t];

      if (level == 0 && k->kind == TK_OP && (k->op == ',' || k->op == ';'))
        break;
      if (level == 0 && k->kind == TK_NAME && operand && t > from && !ictus__is_word (L, t, "then")
          && !ictus__is_word (L, t, "else") && !(ictus__is_word (L, t, "of") && ictus__is_op (L, t + 1, '(')))
        break;
      if (k->kind == TK_OP && k->op == '(')
        ++level;
      if (k->kind == TK_OP && k->op == ')')
        --level;
      operand = k->kind != TK_OP || k->op == ')';
    }
  return t;
}

ictus_err
ictus__need_op (const ictus_lang *L, int t, int op, const char *where)
{
  if (!ictus__is_op (L, t, op))
    return ictus__fail (L, t, "expected '%c' %s", op, where);
  return ICTUS_OK;
}

ictus_err
ictus__need_end (const ictus_lang *L, int t)
{
  if (!ictus__at_end (L, t))
    return ictus__fail (L, t, "expected the end of the line here");
  return ICTUS_OK;
}

/* par a=1, b=2; input; aux */
static ictus_err
list (ictus_lang *L, ictus__class cls, int t, int line)
{
  int s;

  for (;;)
    {
      ICTUS_TRY (ictus__new_symbol (L, cls, t, line, &s));
      ICTUS_TRY (ictus__need_op (L, ++t, '=', "behind the name"));
      L->sym[s].expr = ++t;
      L->sym[s].stop = t = ictus__skip (L, t);
      if (ictus__at_end (L, t))
        return ICTUS_OK;
      if (ictus__is_op (L, t, ','))
        ++t;
      else if (ictus__is_op (L, t, ';'))
        return ictus__fail (L, t, "expected ',' or the end of the line here");
      if (L->tok[t].kind != TK_NAME)
        return ictus__fail (L, t, "expected a name here, as in 'a=1, b=2'");
    }
}

/* Initial values are kept as assignments with owner -2 until all states are known. */
ictus_err
ictus__assignment (ictus_lang *L, int owner, int *t)
{
  ictus__assign *a;

  ICTUS_TRY (ictus_grow (&L->assign, &L->capassign, L->nassign + 1, sizeof *L->assign));
  a = &L->assign[L->nassign++];
  memset (a, 0, sizeof *a);
  a->owner = owner;
  a->node = a->state = -1;
  a->name = *t;
  if (L->nassign > ICTUS__ASSIGN_MAX)
    return ictus__fail (L, *t, "more than %d initial values, resets and jumps", ICTUS__ASSIGN_MAX);
  if (L->tok[*t].kind != TK_NAME)
    return ictus__fail (L, *t, "expected the name of a state here");
  ++*t;
  a->plus = ictus__is_op (L, *t, TOK_PLUSEQ);
  if (!a->plus && owner >= 0)
    return ictus__fail (L, *t, "expected '+=' here: an event adds to a state, as in 'g_ex += w'");
  if (!a->plus || owner == OWNER_INIT)
    ICTUS_TRY (ictus__need_op (L, *t, '=', "behind the name"));
  a->expr = ++*t;
  a->stop = *t = ictus__skip (L, *t);
  return ICTUS_OK;
}

static ictus_err
init_list (ictus_lang *L, int t)
{
  for (;;)
    {
      ICTUS_TRY (ictus__assignment (L, OWNER_INIT, &t));
      if (ictus__at_end (L, t))
        return ICTUS_OK;
      if (ictus__is_op (L, t, ','))
        ++t;
      else if (ictus__is_op (L, t, ';'))
        return ictus__fail (L, t, "expected ',' or the end of the line here");
    }
}

static ictus_err
assign_list (ictus_lang *L, int owner, int t)
{
  for (;;)
    {
      ICTUS_TRY (ictus__assignment (L, owner, &t));
      if (ictus__at_end (L, t))
        return ICTUS_OK;
      ICTUS_TRY (ictus__need_op (L, t, ';', "between assignments"));
      if (ictus__at_end (L, ++t))
        return ICTUS_OK;
    }
}

static ictus_err
port (ictus_lang *L, int t, int line)
{
  int s;

  ICTUS_TRY (ictus__new_symbol (L, SYM_PORT, t, line, &s));
  L->sym[s].index = L->count[ICTUS_LANG_PORT]++;
  ICTUS_TRY (ictus__need_op (L, t + 1, ':', "behind the name of the port, as in 'port ex: g_ex += w'"));
  return assign_list (L, L->sym[s].index, t + 2);
}

static ictus_err
once (ictus_lang *L, int *place, int t, const char *what)
{
  if (*place >= 0)
    return ictus__fail (L, t, "a second '%s'; the first is in line %d", what, L->tok[*place].line);
  *place = t;
  return ICTUS_OK;
}

static ictus_err
spike (ictus_lang *L, int t)
{
  ICTUS_TRY (once (L, &L->spike_tok, t, "spike"));
  L->spike = t + 1;
  for (L->spike_stop = t + 1; !ictus__at_end (L, L->spike_stop); ++L->spike_stop)
    ;
  return ICTUS_OK;
}

static ictus_err
refractory (ictus_lang *L, int t)
{
  ICTUS_TRY (once (L, &L->refr_tok, t, "refractory"));
  L->refr = ++t;
  while (!ictus__at_end (L, t) && !ictus__is_word (L, t, "hold"))
    ++t;
  L->refr_stop = t;
  if (ictus__at_end (L, t))
    return ICTUS_OK;
  if (ictus__at_end (L, ++t))
    return ictus__fail (L, t, "expected the names of states behind 'hold'");
  for (; !ictus__at_end (L, t); ++t)
    {
      if (L->tok[t].kind != TK_NAME)
        return ictus__fail (L, t, "expected the name of a state here");
      ICTUS_TRY (ictus_grow (&L->hold, &L->caphold, L->nhold + 1, sizeof *L->hold));
      L->hold[L->nhold++] = t;
      if (ictus__is_op (L, t + 1, ','))
        {
          ++t;
          if (ictus__at_end (L, t + 1))
            return ictus__fail (L, t + 1, "expected the name of a state behind ','");
        }
    }
  return ICTUS_OK;
}

static ictus_err
text (ictus_lang *L, int t, char **to)
{
  ictus_text x = { 0 };

  if (*to != NULL)
    ictus_text_add (&x, "%s; ", *to);
  if (L->tok[t].kind == TK_TEXT)
    ictus_text_addn (&x, L->code + L->tok[t].off, L->tok[t].len);
  if (x.failed)
    {
      ictus_text_clear (&x);
      return ICTUS_E_NOMEM;
    }
  ictus_free (*to);
  *to = ictus_strdup (x.s != NULL ? x.s : "");
  ictus_text_clear (&x);
  return *to == NULL ? ICTUS_E_NOMEM : ICTUS_OK;
}

/* f(x,y) = expression */
static ictus_err
function (ictus_lang *L, int t, int line)
{
  int s, a = t + 2;

  ICTUS_TRY (ictus__new_symbol (L, SYM_FUNC, t, line, &s));
  L->sym[s].args = a;
  for (;; a += 2)
    {
      if (L->tok[a].kind != TK_NAME)
        return ictus__fail (L, a, "expected the name of an argument here, as in 'f(x,y) = x*y'");
      for (int b = L->sym[s].args; b < a; b += 2)
        {
          char one[ICTUS__NAME_MAX + 1];

          if (ictus__is_word (L, a, ictus__spell (L, b, one)))
            return ictus__fail (L, a, "this argument has the name of another one");
        }
      if (++L->sym[s].nargs > ICTUS__ARG_MAX)
        return ictus__fail (L, a, "a function has at most %d arguments", ICTUS__ARG_MAX);
      if (!ictus__is_op (L, a + 1, ','))
        break;
    }
  ICTUS_TRY (ictus__need_op (L, a + 1, ')', "behind the arguments"));
  ICTUS_TRY (ictus__need_op (L, a + 2, '=', "behind the arguments"));
  L->sym[s].expr = a + 3;
  for (L->sym[s].stop = a + 3; !ictus__at_end (L, L->sym[s].stop); ++L->sym[s].stop)
    ;
  return ICTUS_OK;
}

/* name behind t (or at t), an expression to the end of the line at expr */
static ictus_err
equation (ictus_lang *L, ictus__class cls, int tok, int expr, int line)
{
  int s;

  ICTUS_TRY (ictus__new_symbol (L, cls, tok, line, &s));
  L->sym[s].expr = expr;
  for (L->sym[s].stop = expr; !ictus__at_end (L, L->sym[s].stop); ++L->sym[s].stop)
    ;
  return ICTUS_OK;
}

/* dx/dt=: a token that begins with d and goes on; dx is read as x. */
static ictus_err
derivative (ictus_lang *L, int t, int equal, int line)
{
  if (L->tok[t].len < 2)
    return ictus__fail (L, t, "expected the name of a state behind d, as in 'dV/dt = ...'");
  ++L->tok[t].off;
  ++L->tok[t].col;
  --L->tok[t].len;
  return equation (L, SYM_STATE, t, equal + 1, line);
}

/* expect KIND ARGUMENTS */
static ictus_err
expect (ictus_lang *L, int t)
{
  char *all = NULL;
  const char *kept;
  ictus_err e = text (L, t, &all);

  ICTUS_GO (e);
  ICTUS_GO (ictus_grow (&L->expect, &L->capexpect, L->nexpect + 1, sizeof *L->expect));
  if ((kept = ictus__keep (L, all)) == NULL)
    {
      e = ICTUS_E_NOMEM;
      goto done;
    }
  L->expect[L->nexpect++] = (ictus_lang_expect) { .text = kept, .line = L->tok[t].line };
done:
  ictus_free (all);
  return e;
}

static ictus_err
unknown (ictus_lang *L, int t)
{
  static const char *const known[]
      = { "par",   "param", "number", "init",   "aux",    "input",  "port",   "spike",  "reset", "refractory", "title",
          "source", "shows", "expect", "wiener", "markov", "global", "table", "special", "set",   "done" };
  char word[ICTUS__NAME_MAX + 1];
  const char *near;

  if (L->tok[t].kind != TK_NAME)
    return ictus__fail (L, t, "expected a statement or a name here");
  ictus__spell (L, t, word);
  if ((near = ictus_nearest (word, known, sizeof known / sizeof *known)) != NULL
      && L->tok[t + 1].kind != TK_EOL)
    return ictus__fail (L, t, "unknown statement '%s'; did you mean '%s'?", word, near);
  return ictus__fail (
      L, t,
      "unknown statement '%s'; expected an equation (%s' = ..., %s = ...) or one of par, init, "
      "input, port, spike, reset, refractory, aux, global, wiener, markov, table, special, title, source, shows, expect",
      word, word, word);
}

/* Statements that Ictus alone has. */
static ictus_err
own_statement (ictus_lang *L, int t, int line)
{
  static const struct { const char *word; int what; } list_of[]
      = { { "input", 'u' }, { "port", 'o' },   { "spike", 's' }, { "reset", 'r' }, { "refractory", 'f' },
          { "title", 't' }, { "source", 'b' }, { "shows", 'w' }, { "expect", 'e' } };
  int what = 0;

  for (size_t k = 0; k < sizeof list_of / sizeof *list_of; ++k)
    if (ictus__is_word (L, t, list_of[k].word))
      what = list_of[k].what;
  switch (what)
    {
    case 'u': return list (L, SYM_INPUT, t + 1, line);
    case 'o': return port (L, t + 1, line);
    case 's': return spike (L, t);
    case 'r': return assign_list (L, OWNER_RESET, t + 1);
    case 'f': return refractory (L, t);
    case 't': return text (L, t + 1, &L->title);
    case 'b': return text (L, t + 1, &L->source);
    case 'w': return text (L, t + 1, &L->shows);
    case 'e': return expect (L, t + 1);
    default: return unknown (L, t);
    }
}

static ictus_err
aux (ictus_lang *L, int t, int line)
{
  if (!L->xpp)
    return list (L, SYM_AUX, t, line);
  ICTUS_TRY (ictus__need_op (L, t + 1, '=', "behind the name"));
  return equation (L, SYM_AUX, t, t + 2, line);
}

static ictus_err
command (ictus_lang *L, ictus__kind kind, int t, int line)
{
  switch ((int) kind)
    {
    case LINE_PAR: case LINE_NUMBER:
      return L->xpp ? ictus__xpp_list (L, SYM_PAR, t + 1, line) : list (L, SYM_PAR, t + 1, line);
    case LINE_INIT: return L->xpp ? ictus__xpp_init (L, t + 1) : init_list (L, t + 1);
    case LINE_AUX: return aux (L, t + 1, line);
    case LINE_WIENER: return ictus__wiener (L, t + 1, line);
    case LINE_GLOBAL: return ictus__global (L, t);
    case LINE_TABLE: return ictus__table_line (L, t + 1, line);
    case LINE_SPECIAL: return ictus__special_line (L, t + 1, line);
    default: return own_statement (L, t, line);
    }
}

/* name(0)=, name(t+1)=, name(arguments)= */
static ictus_err
called (ictus_lang *L, int t, int line)
{
  int next = t + 3;

  if (L->tok[t + 2].kind == TK_NUM && L->tok[t + 2].num == 0 && ictus__is_op (L, t + 3, ')')
      && ictus__is_op (L, t + 4, '='))
    {
      if (L->xpp)
        return ictus__xpp_start (L, t, t + 5, true);
      L->tok[t + 3] = L->tok[t]; /* read x(0)=1 as x=1 */
      ICTUS_TRY (ictus__assignment (L, OWNER_INIT, &next));
      return ictus__need_end (L, next);
    }
  if (ictus__is_word (L, t + 2, "t") && ictus__is_op (L, t + 3, '+') && L->tok[t + 4].kind == TK_NUM
      && L->tok[t + 4].num == 1 && ictus__is_op (L, t + 5, ')') && ictus__is_op (L, t + 6, '='))
    {
      L->cls.map = true;
      return equation (L, SYM_STATE, t, t + 7, line);
    }
  return function (L, t, line);
}

/* The '=' of dx/dt=, 0: this is no such line. */
static int
derivative_equal (const ictus_lang *L, int t)
{
  int k = t + 2;

  if (L->code[L->tok[t].off] != 'd' && L->code[L->tok[t].off] != 'D')
    return 0;
  if (!ictus__is_op (L, t + 1, '/') || (!L->xpp && !ictus__is_word (L, k, "dt")))
    return 0;
  while (!ictus__at_end (L, k) && !ictus__is_op (L, k, '='))
    ++k;
  return ictus__at_end (L, k) ? 0 : k;
}

static ictus_err
statement (ictus_lang *L, int t, int line, ictus__kind kind)
{
  bool own = ictus__is_word (L, t, "spike") || ictus__is_word (L, t, "refractory");
  int equal;

  if (ictus__is_op (L, t, '!'))
    {
      if (L->tok[t + 1].kind != TK_NAME)
        return ictus__fail (L, t + 1, "expected the name of a derived parameter behind '!'");
      ICTUS_TRY (ictus__need_op (L, t + 2, '=', "behind the name"));
      return equation (L, SYM_DERIVED, t + 1, t + 3, line);
    }
  if (ictus__is_op (L, t, ICTUS__IC_MARK))
    return ictus__xpp_start (L, t + 1, t + 6, false);
  if (L->tok[t].kind != TK_NAME)
    return unknown (L, t);
  if (kind != LINE_EQUATION)
    return command (L, kind, t, line);
  if (ictus__is_op (L, t + 1, '\''))
    {
      if (ictus__is_op (L, t + 2, '\''))
        return ictus__fail (L, t + 2,
                            "equations are of first order: write a second state for the derivative");
      ICTUS_TRY (ictus__need_op (L, t + 2, '=', "behind x'"));
      return equation (L, SYM_STATE, t, t + 3, line);
    }
  if ((equal = derivative_equal (L, t)) > 0)
    return derivative (L, t, equal, line);
  if (ictus__is_op (L, t + 1, '='))
    return equation (L, SYM_TEMP, t, t + 2, line);
  if (ictus__is_op (L, t + 1, '(') && (L->xpp || !own))
    return called (L, t, line);
  if (L->xpp)
    return ictus__fail (L, t + 1, "expected an equation: x'=..., dx/dt=..., x(t+1)=..., x=..., f(x)=...");
  return own_statement (L, t, line);
}

/* What a line is by its first word; tokens are no help, as XPPAUT looks at blanks. */
static ictus__kind
kind_at (ictus_lang *L, int t)
{
  char *s = L->code + L->tok[t].off;
  size_t n = strcspn (s, "\n#"), len;
  char kept = s[n];
  ictus__kind kind;

  s[n] = '\0';
  kind = ictus__line_kind (s, !L->xpp, &len);
  s[n] = kept;
  return kind;
}

ictus_err
ictus__declare (ictus_lang *L)
{
  ictus__kind kind;

  for (int round = 0; round < 2; ++round) /* Markov variables stand behind the equations */
    for (size_t k = 0; k < L->nline; ++k)
      {
        kind = kind_at (L, L->line[k].first);
        if (kind == LINE_MARKOV)
          {
            ICTUS_TRY (ictus__markov_lines (L, &k, round == 1));
            --k;
          }
        else if (round == 0)
          ICTUS_TRY (statement (L, L->line[k].first, (int) k, kind));
      }
  ICTUS_TRY (ictus__hidden_states (L));
  if (L->xpp)
    {
      ICTUS_TRY (ictus__xpp_last_init (L));
      ICTUS_TRY (ictus__rename_aux (L));
    }
  if (L->cls.map && (L->settings.given & 1u << 5) == 0)
    L->settings.method = 'd';
  return ICTUS_OK;
}
