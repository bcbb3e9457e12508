/* SPDX-License-Identifier: BSD-3-Clause */
/* Statements to symbols: what is declared where. Expressions are only delimited here. */
#include <string.h>

#include "lang/lang_impl.h"

/* Variables share one name space; aux and ports have their own. */
static int
space_of (ictus__class cls)
{
  return cls == SYM_AUX ? 1 : cls == SYM_PORT ? 2 : 0;
}

static size_t
hash_key (ictus__class cls, const char *key)
{
  return (size_t) ictus_hash (key, strlen (key), (uint64_t) space_of (cls) + 1);
}

int
ictus__lookup (const ictus_lang *L, ictus__class cls, const char *key)
{
  size_t h;

  if (L->nhash == 0)
    return -1;
  for (h = hash_key (cls, key) & (L->nhash - 1); L->hash[h] != 0; h = (h + 1) & (L->nhash - 1))
    {
      const ictus__sym *s = &L->sym[L->hash[h] - 1];

      if (space_of (s->cls) == space_of (cls) && strcmp (s->key, key) == 0)
        return L->hash[h] - 1;
    }
  return -1;
}

static ictus_err
enter (ictus_lang *L, int k)
{
  size_t h;

  if (2 * L->nsym + 2 > L->nhash)
    {
      size_t n = L->nhash ? 2 * L->nhash : 64;
      int *hash = ictus_alloc (n, sizeof *hash);

      if (hash == NULL)
        return ICTUS_E_NOMEM;
      ictus_free (L->hash);
      L->hash = hash;
      L->nhash = n;
      for (int i = 0; i < k; ++i)
        {
          for (h = hash_key (L->sym[i].cls, L->sym[i].key) & (n - 1); hash[h] != 0; h = (h + 1) & (n - 1))
            ;
          hash[h] = i + 1;
        }
    }
  for (h = hash_key (L->sym[k].cls, L->sym[k].key) & (L->nhash - 1); L->hash[h] != 0;
       h = (h + 1) & (L->nhash - 1))
    ;
  L->hash[h] = k + 1;
  return ICTUS_OK;
}

static ictus_err
declare (ictus_lang *L, ictus__class cls, int tok, int line, int *out)
{
  char name[ICTUS__NAME_MAX + 1], key[ICTUS__NAME_MAX + 1];
  const char *why;
  int old;
  ictus__sym *s;

  if (L->tok[tok].kind != TK_NAME)
    return ictus__fail (L, tok, "expected a name here");
  ictus__spell (L, tok, name);
  strcpy (key, name);
  ictus__lower_case (key);
  if (space_of (cls) == 0 && ictus__reserved (key, &why))
    return ictus__fail (L, tok, "'%s' cannot be declared: it is %s", name, why);
  if ((old = ictus__lookup (L, cls, key)) >= 0)
    return ictus__fail (L, tok, "'%s' is declared twice, first in line %d%s", name,
                        L->tok[L->sym[old].tok].line,
                        strcmp (name, L->sym[old].name) == 0 ? "" : " (upper and lower case are the same)");
  ICTUS_TRY (ictus_grow (&L->sym, &L->capsym, L->nsym + 1, sizeof *L->sym));
  s = &L->sym[L->nsym];
  memset (s, 0, sizeof *s);
  s->cls = cls;
  strcpy (s->name, name);
  strcpy (s->key, key);
  s->tok = tok;
  s->line = line;
  s->node = s->init = s->expr = -1;
  ICTUS_TRY (enter (L, (int) L->nsym));
  *out = (int) L->nsym++;
  return ICTUS_OK;
}

static bool
at_end (const ictus_lang *L, int t)
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

  for (t = from; !at_end (L, t); ++t)
    {
      const ictus__tok *k = &L->tok[t];

      if (level == 0 && k->kind == TK_OP && (k->op == ',' || k->op == ';'))
        break;
      if (level == 0 && k->kind == TK_NAME && operand && t > from && !ictus__is_word (L, t, "then")
          && !ictus__is_word (L, t, "else"))
        break;
      if (k->kind == TK_OP && k->op == '(')
        ++level;
      if (k->kind == TK_OP && k->op == ')')
        --level;
      operand = k->kind != TK_OP || k->op == ')';
    }
  return t;
}

static ictus_err
need_op (const ictus_lang *L, int t, int op, const char *where)
{
  if (!ictus__is_op (L, t, op))
    return ictus__fail (L, t, "expected '%c' %s", op, where);
  return ICTUS_OK;
}

static ictus_err
need_end (const ictus_lang *L, int t)
{
  if (!at_end (L, t))
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
      ICTUS_TRY (declare (L, cls, t, line, &s));
      ICTUS_TRY (need_op (L, ++t, '=', "behind the name"));
      L->sym[s].expr = ++t;
      L->sym[s].stop = t = ictus__skip (L, t);
      if (at_end (L, t))
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
static ictus_err
assignment (ictus_lang *L, int owner, int *t)
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
  if (!a->plus || owner == -2)
    ICTUS_TRY (need_op (L, *t, '=', "behind the name"));
  a->expr = ++*t;
  a->stop = *t = ictus__skip (L, *t);
  return ICTUS_OK;
}

static ictus_err
init_list (ictus_lang *L, int t)
{
  for (;;)
    {
      ICTUS_TRY (assignment (L, -2, &t));
      if (at_end (L, t))
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
      ICTUS_TRY (assignment (L, owner, &t));
      if (at_end (L, t))
        return ICTUS_OK;
      ICTUS_TRY (need_op (L, t, ';', "between assignments"));
      if (at_end (L, ++t))
        return ICTUS_OK;
    }
}

static ictus_err
port (ictus_lang *L, int t, int line)
{
  int s;

  ICTUS_TRY (declare (L, SYM_PORT, t, line, &s));
  L->sym[s].index = L->count[ICTUS_LANG_PORT]++;
  ICTUS_TRY (need_op (L, t + 1, ':', "behind the name of the port, as in 'port ex: g_ex += w'"));
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
  for (L->spike_stop = t + 1; !at_end (L, L->spike_stop); ++L->spike_stop)
    ;
  return ICTUS_OK;
}

static ictus_err
refractory (ictus_lang *L, int t)
{
  ICTUS_TRY (once (L, &L->refr_tok, t, "refractory"));
  L->refr = ++t;
  while (!at_end (L, t) && !ictus__is_word (L, t, "hold"))
    ++t;
  L->refr_stop = t;
  if (at_end (L, t))
    return ICTUS_OK;
  if (at_end (L, ++t))
    return ictus__fail (L, t, "expected the names of states behind 'hold'");
  for (; !at_end (L, t); ++t)
    {
      if (L->tok[t].kind != TK_NAME)
        return ictus__fail (L, t, "expected the name of a state here");
      ICTUS_TRY (ictus_grow (&L->hold, &L->caphold, L->nhold + 1, sizeof *L->hold));
      L->hold[L->nhold++] = t;
      if (ictus__is_op (L, t + 1, ','))
        {
          ++t;
          if (at_end (L, t + 1))
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
    ictus_text_addn (&x, L->text + L->tok[t].off, L->tok[t].len);
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

  ICTUS_TRY (declare (L, SYM_FUNC, t, line, &s));
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
  ICTUS_TRY (need_op (L, a + 1, ')', "behind the arguments"));
  ICTUS_TRY (need_op (L, a + 2, '=', "behind the arguments"));
  L->sym[s].expr = a + 3;
  for (L->sym[s].stop = a + 3; !at_end (L, L->sym[s].stop); ++L->sym[s].stop)
    ;
  return ICTUS_OK;
}

/* name behind t (or at t), an expression to the end of the line at expr */
static ictus_err
equation (ictus_lang *L, ictus__class cls, int tok, int expr, int line)
{
  int s;

  ICTUS_TRY (declare (L, cls, tok, line, &s));
  L->sym[s].expr = expr;
  for (L->sym[s].stop = expr; !at_end (L, L->sym[s].stop); ++L->sym[s].stop)
    ;
  return ICTUS_OK;
}

/* A token that begins with the given letter and goes on: dx of dx/dt is x. */
static ictus_err
derivative (ictus_lang *L, int t, int line)
{
  if (L->tok[t].len < 2)
    return ictus__fail (L, t, "expected the name of a state behind d, as in 'dV/dt = ...'");
  ++L->tok[t].off;
  ++L->tok[t].col;
  --L->tok[t].len;
  return equation (L, SYM_STATE, t, t + 4, line);
}

static ictus_err
unknown (ictus_lang *L, int t)
{
  static const char *const known[] = { "par",   "param", "number",     "init",  "aux",    "input", "port",
                                       "spike", "reset", "refractory", "title", "source", "done" };
  static const char *const foreign[]
      = { "wiener", "table",   "markov", "global", "bdry",   "special", "set",
          "only",   "options", "volt",   "solv",   "vector", "export",  "group" };
  char word[ICTUS__NAME_MAX + 1];
  const char *near;

  if (L->tok[t].kind != TK_NAME)
    return ictus__fail (L, t, "expected a statement or a name here");
  ictus__spell (L, t, word);
  for (size_t k = 0; k < sizeof foreign / sizeof *foreign; ++k)
    if (ictus__is_word (L, t, foreign[k]))
      return ictus__fail (L, t, "the statement '%s' of XPPAUT is not part of the language", foreign[k]);
  if ((near = ictus_nearest (word, known, sizeof known / sizeof *known)) != NULL
      && L->tok[t + 1].kind != TK_EOL)
    return ictus__fail (L, t, "unknown statement '%s'; did you mean '%s'?", word, near);
  return ictus__fail (
      L, t,
      "unknown statement '%s'; expected an equation (%s' = ..., %s = ...) or one of par, init, "
      "input, port, spike, reset, refractory, aux, title, source",
      word, word, word);
}

static ictus_err
keyword (ictus_lang *L, int t, int line)
{
  static const struct { const char *word; int what; } list_of[]
      = { { "par", 'p' }, { "p", 'p' }, { "param", 'p' }, { "params", 'p' }, { "parameter", 'p' },
          { "parameters", 'p' }, { "number", 'p' }, { "init", 'i' }, { "i", 'i' }, { "aux", 'a' },
          { "input", 'u' }, { "port", 'o' }, { "spike", 's' }, { "reset", 'r' }, { "refractory", 'f' },
          { "title", 't' }, { "source", 'b' } };
  int what = 0;

  for (size_t k = 0; k < sizeof list_of / sizeof *list_of; ++k)
    if (ictus__is_word (L, t, list_of[k].word))
      what = list_of[k].what;
  switch (what)
    {
    case 'p': return list (L, SYM_PAR, t + 1, line);
    case 'u': return list (L, SYM_INPUT, t + 1, line);
    case 'a': return list (L, SYM_AUX, t + 1, line);
    case 'i': return init_list (L, t + 1);
    case 'o': return port (L, t + 1, line);
    case 's': return spike (L, t);
    case 'r': return assign_list (L, -1, t + 1);
    case 'f': return refractory (L, t);
    case 't': return text (L, t + 1, &L->title);
    case 'b': return text (L, t + 1, &L->source);
    default: return unknown (L, t);
    }
}

static ictus_err
statement (ictus_lang *L, int t, int line)
{
  bool is_name = L->tok[t].kind == TK_NAME;

  if (ictus__is_op (L, t, '!'))
    {
      if (L->tok[t + 1].kind != TK_NAME)
        return ictus__fail (L, t + 1, "expected the name of a derived parameter behind '!'");
      ICTUS_TRY (need_op (L, t + 2, '=', "behind the name"));
      return equation (L, SYM_DERIVED, t + 1, t + 3, line);
    }
  if (!is_name)
    return unknown (L, t);
  if (ictus__is_op (L, t + 1, '\''))
    {
      if (ictus__is_op (L, t + 2, '\''))
        return ictus__fail (L, t + 2,
                            "equations are of first order: write a second state for the derivative");
      ICTUS_TRY (need_op (L, t + 2, '=', "behind x'"));
      return equation (L, SYM_STATE, t, t + 3, line);
    }
  if (ictus__is_op (L, t + 1, '/') && ictus__is_word (L, t + 2, "dt") && ictus__is_op (L, t + 3, '=')
      && (L->text[L->tok[t].off] == 'd' || L->text[L->tok[t].off] == 'D'))
    return derivative (L, t, line);
  if (ictus__is_op (L, t + 1, '='))
    return equation (L, SYM_TEMP, t, t + 2, line);
  if (ictus__is_op (L, t + 1, '(') && !ictus__is_word (L, t, "spike") && !ictus__is_word (L, t, "refractory"))
    {
      if (L->tok[t + 2].kind == TK_NUM && L->tok[t + 2].num == 0 && ictus__is_op (L, t + 3, ')')
          && ictus__is_op (L, t + 4, '='))
        {
          int next = t + 3;

          L->tok[t + 3] = L->tok[t]; /* read x(0)=1 as x=1 */
          ICTUS_TRY (assignment (L, -2, &next));
          return need_end (L, next);
        }
      return function (L, t, line);
    }
  return keyword (L, t, line);
}

ictus_err
ictus__declare (ictus_lang *L)
{
  for (size_t k = 0; k < L->nline; ++k)
    ICTUS_TRY (statement (L, L->line[k].first, (int) k));
  return ICTUS_OK;
}
