/* SPDX-License-Identifier: BSD-3-Clause */
/* Names in expressions: arguments, variables, what is reserved, what is unknown. Temporaries are built when first used. */
#include <string.h>

#include "lang/lang_parse.h"

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
  else if (ictus__builtin (key) >= 0)
    *why = "a function of the language";
  return *why != NULL;
}

static const char *
kind_of (unsigned deps)
{
  if (deps & DEP_STATE)
    return "a state";
  if (deps & DEP_INPUT)
    return "an input";
  if (deps & DEP_DELAY)
    return "a delayed value";
  if (deps & DEP_NOISE)
    return "a random number";
  if (deps & DEP_T)
    return "the time";
  return "a parameter";
}

ictus_err
ictus__allowed (const ictus__parser *p, int tok, int n, bool direct)
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

/* ---- names that mean nothing ----------------------------------------------------------------------------- */

static bool
is_called (ictus__class cls)
{
  return cls == SYM_FUNC || cls == SYM_TABLE || cls == SYM_SPECIAL;
}

/* The nearest name that could stand here: an argument, a variable, a function. */
static const char *
nearest (const ictus__parser *p, const char *word, bool call, char args[][ICTUS__NAME_MAX + 1])
{
  const ictus_lang *L = p->L;
  size_t n = 0, max = L->nsym + ICTUS__ARG_MAX + 3;
  const char **list, *near;

  for (int k = 0; ictus__builtin_name (k) != NULL; ++k)
    ++max;
  if ((list = ictus_alloc (max, sizeof *list)) == NULL)
    return NULL;
  for (int k = 0; p->frame != NULL && !call && k < L->sym[p->frame->sym].nargs; ++k)
    list[n++] = ictus__spell (L, L->sym[p->frame->sym].args + 2 * k, args[k]);
  for (size_t k = 0; k < L->nsym; ++k)
    if (L->sym[k].cls < SYM_AUX && is_called (L->sym[k].cls) == call
        && (L->sym[k].name[1] != '\0' || strlen (word) < 3))
      list[n++] = L->sym[k].name;
  for (int k = 0; call && ictus__builtin_name (k) != NULL; ++k)
    if (ictus__builtin_name (k)[0] != '\0')
      list[n++] = ictus__builtin_name (k);
  near = ictus_nearest (word, list, n);
  ictus_free (list);
  return near;
}

static ictus_err
unknown_name (ictus__parser *p, int tok, bool call)
{
  const ictus_lang *L = p->L;
  char args[ICTUS__ARG_MAX][ICTUS__NAME_MAX + 1], word[ICTUS__NAME_MAX + 1], key[ICTUS__NAME_MAX + 1];
  const char *near = nearest (p, ictus__spell (L, tok, word), call, args);

  strcpy (key, word);
  ictus__lower_case (key);
  if (!call && ictus__lookup (L, SYM_AUX, key) >= 0)
    return ictus__fail (L, tok,
                        "'%s' is an aux, which is only recorded; to use it, write '%s = ...' without 'aux'", word,
                        word);
  if (call && (strcmp (key, "int") == 0 || strcmp (key, "hom_bcs") == 0))
    return ictus__fail (L, tok, "'%s' is not supported: integral equations and boundary values are no initial value problem",
                        word);
  if (near != NULL)
    return ictus__fail (L, tok, "unknown %s '%s'; did you mean '%s'?", call ? "function" : "name", word, near);
  if (!call && strcmp (key, "w") == 0)
    return ictus__fail (L, tok, "unknown name 'w': the weight of an event is known in 'port' only");
  return ictus__fail (L, tok, "unknown %s '%s'", call ? "function" : "name", word);
}

/* ---- symbols with expressions of their own ---------------------------------------------------------------- */

ictus_err
ictus__parse_body (const ictus__parser *p, int sym, const ictus__frame *f, int *n)
{
  ictus__scope any = { DEP_ALL, "", -1, p->scope->mode };
  ictus__parser q = *p;

  q.at = p->L->sym[sym].expr;
  q.stop = p->L->sym[sym].stop;
  q.scope = &any;
  q.frame = f;
  ICTUS_TRY (ictus__parse (&q, n));
  return ictus__ended (&q);
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
  static const ictus__scope any = { DEP_ALL, "", -1, SCOPE_USUAL };
  static const ictus__scope pars = { DEP_PAR, "a derived parameter (!) depends on parameters only", -1, SCOPE_USUAL };
  ictus_err e;
  int n;

  ICTUS_TRY (ictus_grow (&L->stack, &L->capstack, L->nstack + 1, sizeof *L->stack));
  L->stack[L->nstack++] = sym;
  L->sym[sym].building = true;
  e = ictus__expression (L, L->sym[sym].expr, L->sym[sym].stop, L->sym[sym].cls == SYM_DERIVED ? &pars : &any, &n);
  L->sym[sym].building = false;
  --L->nstack;
  if (e == ICTUS_OK)
    L->sym[sym].node = n;
  return e;
}

ictus_err
ictus__check_function (ictus_lang *L, int sym)
{
  static const ictus__scope any = { DEP_ALL, "", -1, SCOPE_USUAL };
  ictus__parser p = { .L = L, .scope = &any, .summing = true };
  ictus__frame f = { .sym = sym };
  size_t nnoise = L->nnoise;
  ictus_err e;
  int n;

  for (int k = 0; k < L->sym[sym].nargs; ++k)
    f.arg[k] = ictus__leaf (&L->g, OP_ARG, k);
  p.index = ictus__num (&L->g, 0); /* i' is known where the function is called in a sum */
  L->sym[sym].building = true;
  e = ictus__parse_body (&p, sym, &f, &n);
  L->sym[sym].building = false;
  L->nnoise = nnoise; /* what it draws is drawn where it is called */
  return e;
}

/* XPPAUT computes temporaries in the order of the file. */
static ictus_err
defined_below (const ictus__parser *p, int tok, int sym)
{
  ictus_lang *L = p->L;
  int user = L->nstack > 0 ? L->stack[L->nstack - 1] : -1;

  if (!L->xpp || user < 0 || L->sym[user].cls != SYM_TEMP || L->sym[sym].cls != SYM_TEMP || sym < user)
    return ICTUS_OK;
  return ictus__note_once (L, ICTUS_LANG_READING, tok,
                           "'%s' is defined below and computed before '%s'; XPPAUT would take its value of one evaluation before",
                           L->sym[sym].name, L->sym[user].name);
}

ictus_err
ictus__variable (ictus__parser *p, int tok, int sym, int *n)
{
  ictus_lang *L = p->L;
  const ictus__sym *s = &L->sym[sym];
  bool direct = true;

  switch (s->cls)
    {
    case SYM_STATE: *n = ictus__leaf (&L->g, OP_STATE, s->index); break;
    case SYM_PAR: *n = ictus__leaf (&L->g, OP_PAR, s->index); break;
    case SYM_INPUT: *n = ictus__leaf (&L->g, OP_INPUT, s->index); break;
    case SYM_NOISE: *n = ictus__leaf (&L->g, OP_NOISE, s->index); break;
    case SYM_TEMP:
    case SYM_DERIVED:
      if (s->building)
        return circle (L, tok, sym);
      ICTUS_TRY (defined_below (p, tok, sym));
      if (s->node < 0)
        ICTUS_TRY (ictus__build (L, sym));
      *n = L->sym[sym].node;
      direct = L->sym[sym].cls == SYM_DERIVED;
      break;
    case SYM_FUNC: case SYM_TABLE: case SYM_SPECIAL:
      return ictus__fail (L, tok, "'%s' is a %s: expected '%s(...)'", s->name,
                          s->cls == SYM_TABLE ? "table" : "function", s->name);
    case SYM_AUX: case SYM_PORT:
      return ICTUS_FAIL (ICTUS_E_INTERNAL, "no variable");
    }
  ICTUS_TRY (ictus__made (p, tok, *n));
  return ictus__allowed (p, tok, *n, direct);
}

/* ---- a name ------------------------------------------------------------------------------------------------ */

/* Argument of the function that is being expanded, by its name or as arg1, arg2, ... */
static bool
argument (const ictus__parser *p, const char *word, int *n)
{
  const ictus__sym *f = p->frame != NULL ? &p->L->sym[p->frame->sym] : NULL;
  int number = 0, used = 0;

  for (int k = 0; f != NULL && k < f->nargs; ++k)
    if (ictus__is_word (p->L, f->args + 2 * k, word))
      {
        *n = p->frame->arg[k];
        return true;
      }
  if (f == NULL || sscanf (word, "arg%d%n", &number, &used) != 1 || word[used] != '\0' || number < 1 || number > f->nargs)
    return false;
  *n = p->frame->arg[number - 1];
  return true;
}

/* t, pi */
static ictus_err
constant (const ictus__parser *p, int tok, const char *word, int *n)
{
  ictus_lang *L = p->L;

  if (word[0] == 'p')
    *n = ictus__num (&L->g, 3.14159265358979323846);
  else if (p->scope->mode == SCOPE_START)
    *n = ictus__num (&L->g, L->settings.t0);
  else
    *n = ictus__leaf (&L->g, OP_TIME, -1);
  ICTUS_TRY (ictus__made (p, tok, *n));
  return ictus__allowed (p, tok, *n, true);
}

/* i' */
static ictus_err
summed (ictus__parser *p, int tok, int *n)
{
  ++p->at;
  if (!p->summing)
    return ictus__fail (p->L, tok, "i' is the index in sum(a,b)of(...) and means nothing outside of it");
  *n = p->index;
  return ICTUS_OK;
}

static ictus_err
symbol (ictus__parser *p, int tok, int sym, bool call, int *n)
{
  const ictus__sym *s = &p->L->sym[sym];

  if (s->cls == SYM_FUNC)
    return ictus__call_user (p, tok, sym, n);
  if (call && s->cls == SYM_TABLE)
    return ictus__call_table (p, tok, sym, n);
  if (call && s->cls == SYM_SPECIAL)
    return ictus__call_special (p, tok, sym, n);
  if (call)
    return ictus__fail (p->L, tok, "'%s' is no function (a product is written with '*')", s->name);
  return ictus__variable (p, tok, sym, n);
}

ictus_err
ictus__parse_name (ictus__parser *p, int *n)
{
  ictus_lang *L = p->L;
  int tok = p->at, k, sym;
  char word[ICTUS__NAME_MAX + 1];
  bool call;

  ictus__spell (L, tok, word);
  ictus__lower_case (word);
  if (strcmp (word, "if") == 0)
    return ictus__conditional (p, n);
  ++p->at;
  call = ictus__parse_is (p, '(');
  if (strcmp (word, "i") == 0 && ictus__parse_is (p, '\''))
    return summed (p, tok, n);
  if (!call && argument (p, word, n))
    return ictus__made (p, tok, *n);
  sym = ictus__lookup (L, SYM_STATE, word);
  if ((k = ictus__builtin (word)) >= 0 && sym < 0)
    return ictus__call_builtin (p, tok, k, n);
  if (p->scope->weight >= 0 && strcmp (word, "w") == 0 && !call)
    {
      *n = p->scope->weight;
      return ICTUS_OK;
    }
  if (sym >= 0)
    return symbol (p, tok, sym, call, n);
  if (strcmp (word, "then") == 0 || strcmp (word, "else") == 0)
    return ictus__fail (L, tok, "'%s' without 'if': if(c)then(a)else(b)", word);
  if (!call && (strcmp (word, "t") == 0 || strcmp (word, "pi") == 0))
    return constant (p, tok, word, n);
  return unknown_name (p, tok, call);
}
