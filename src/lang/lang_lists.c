/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists and initial values as XPPAUT reads them: words between blanks and commas, of each value the number that it begins
   with. */
#include <float.h>
#include <string.h>
#include <strings.h>

#include "lang/lang_front.h"

ictus_err
ictus__number_token (ictus_lang *L, int place, double value, int *tok)
{
  ictus__tok t = L->tok[place];

  ICTUS_TRY (ictus_grow (&L->tok, &L->captok, L->ntok + 2, sizeof *L->tok));
  t.kind = TK_NUM;
  t.num = value;
  *tok = (int) L->ntok;
  L->tok[L->ntok++] = t;
  t.kind = TK_EOL;
  t.len = 0;
  L->tok[L->ntok++] = t;
  return ICTUS_OK;
}

typedef struct entry /* name=value */
{
  int name, value; /* tokens of the name, of the value or where it should be */
  bool given;
  double v;
} entry;

/* The first token that begins at off or behind. */
static int
token_from (const ictus_lang *L, int t, size_t off)
{
  while (!ictus__at_end (L, t) && L->tok[t].off < off)
    ++t;
  return t;
}

static bool
is_infinite (const char *s, size_t n, double *v)
{
  bool minus = n > 0 && *s == '-';
  size_t sign = n > 0 && (*s == '-' || *s == '+');

  if (n - sign < 3 || strncasecmp (s + sign, "inf", 3) != 0)
    return false;
  *v = minus ? -DBL_MAX : DBL_MAX;
  return true;
}

/* Text of the value, and the number that it begins with. */
static ictus_err
value (ictus_lang *L, size_t at, int *t, entry *e)
{
  const char *s = L->code;
  size_t n = strcspn (s + at, " \t,\n#"), used;

  e->value = token_from (L, *t, at);
  e->v = ictus__atof (s + at, &used);
  *t = token_from (L, *t, at + n);
  if (used == n || (used + 1 == n && s[at + used] == ';'))
    return ICTUS_OK;
  if (is_infinite (s + at, n, &e->v))
    return ictus__note (L, ICTUS_LANG_READING, e->value, "infinity is read as the largest number, %g", e->v);
  if (used == 0)
    return ictus__note (L, ICTUS_LANG_READING, e->value, "'%.*s' is no number and is read as 0, as by XPPAUT",
                        n > 60 ? 60 : (int) n, s + at);
  return ictus__note (L, ICTUS_LANG_READING, e->value, "of '%.*s' only the number %g is read, as by XPPAUT",
                      n > 60 ? 60 : (int) n, s + at, e->v);
}

/* The entry at *t, which is moved behind it. A name of -1: there is none, only something to be passed over. */
static ictus_err
next (ictus_lang *L, int *t, entry *e)
{
  const char *s = L->code;
  size_t off = L->tok[*t].off, n = strcspn (s + off, " \t,\n#"), at;

  *e = (entry) { .name = *t, .value = *t };
  if (L->tok[*t].kind != TK_NAME)
    {
      e->name = -1;
      ICTUS_TRY (ictus__note (L, ICTUS_LANG_READING, *t, "'%.*s' is no name and is passed over", n > 60 ? 60 : (int) n,
                              s + off));
      *t = token_from (L, *t, off + n);
      return ICTUS_OK;
    }
  if (!ictus__is_op (L, *t + 1, '='))
    {
      ICTUS_TRY (ictus__note (L, ICTUS_LANG_READING, *t, "'%.*s' has no value and is read as 0, as by XPPAUT",
                              n > 60 ? 60 : (int) n, s + off));
      *t = token_from (L, *t + 1, off + n);
      return ICTUS_OK;
    }
  e->given = true;
  at = L->tok[*t + 1].off + 1;
  at += strspn (s + at, " \t");
  *t += 2;
  return value (L, at, t, e);
}

ictus_err
ictus__xpp_list (ictus_lang *L, ictus__class cls, int t, int line)
{
  entry e;
  int s, tok;

  while (!ictus__at_end (L, t))
    {
      if (ictus__is_op (L, t, ','))
        {
          ++t;
          continue;
        }
      ICTUS_TRY (next (L, &t, &e));
      if (e.name < 0)
        continue;
      ICTUS_TRY (ictus__new_symbol (L, cls, e.name, line, &s));
      ICTUS_TRY (ictus__number_token (L, e.given ? e.value : e.name, e.v, &tok));
      L->sym[s].expr = tok;
      L->sym[s].stop = tok + 1;
    }
  return ICTUS_OK;
}

static ictus_err
assign (ictus_lang *L, int owner, int name, int expr, int stop, bool last)
{
  ictus__assign *a;

  ICTUS_TRY (ictus_grow (&L->assign, &L->capassign, L->nassign + 1, sizeof *L->assign));
  a = &L->assign[L->nassign++];
  *a = (ictus__assign) {
    .name = name, .owner = owner, .expr = expr, .stop = stop, .plus = last, .state = -1, .node = -1
  };
  if (L->nassign > ICTUS__ASSIGN_MAX)
    return ictus__fail (L, name, "more than %d initial values, resets and jumps", ICTUS__ASSIGN_MAX);
  return ICTUS_OK;
}

ictus_err
ictus__xpp_init (ictus_lang *L, int t)
{
  entry e;
  int tok;

  while (!ictus__at_end (L, t))
    {
      if (ictus__is_op (L, t, ','))
        {
          ++t;
          continue;
        }
      ICTUS_TRY (next (L, &t, &e));
      if (e.name < 0)
        continue;
      ICTUS_TRY (ictus__number_token (L, e.given ? e.value : e.name, e.v, &tok));
      ICTUS_TRY (assign (L, OWNER_INIT, e.name, tok, tok + 1, false));
    }
  return ICTUS_OK;
}

/* formula: x(0)=formula; the state starts at the number that this begins with, or 0, and was the formula before.
   Otherwise x[..](0)=formula: it starts at its value, which counts whatever else is said. */
ictus_err
ictus__xpp_start (ictus_lang *L, int name, int expr, bool formula)
{
  int stop = expr, tok;
  size_t used, at = L->tok[expr].off, n;
  double v;

  if (L->tok[name].kind != TK_NAME)
    return ictus__fail (L, name, "expected the name of a state here");
  ICTUS_TRY (ictus__need_op (L, expr - 1, '=', "behind (0)"));
  if (ictus__at_end (L, expr))
    return ictus__fail (L, expr, "expected a number or a formula here");
  while (!ictus__at_end (L, stop))
    ++stop;
  if (!formula)
    return assign (L, OWNER_INIT, name, expr, stop, true);
  v = L->code[at] == '+' ? 0 : ictus__atof (L->code + at, &used);
  if (L->code[at] == '+')
    used = 0;
  n = L->tok[stop - 1].off + L->tok[stop - 1].len - at;
  if (used < n)
    {
      char word[ICTUS__NAME_MAX + 1];

      ICTUS_TRY (ictus__note (L, ICTUS_LANG_READING, expr,
                              "'%s' starts at %g, as in XPPAUT, which takes the number that a formula begins with; the "
                              "formula is the past that delay() sees",
                              ictus__spell (L, name, word), v));
    }
  ICTUS_TRY (ictus__number_token (L, expr, v, &tok));
  ICTUS_TRY (assign (L, OWNER_INIT, name, tok, tok + 1, false));
  return assign (L, OWNER_HISTORY, name, expr, stop, false);
}

/* Symbol of the state that is assigned to, -1: there is none. */
static int
symbol (const ictus_lang *L, const ictus__assign *a)
{
  char key[ICTUS__NAME_MAX + 1];
  int s;

  if (a->owner != OWNER_INIT && a->owner != OWNER_HISTORY)
    return -1;
  ictus__spell (L, a->name, key);
  ictus__lower_case (key);
  s = ictus__lookup (L, SYM_STATE, key);
  return s >= 0 && L->sym[s].cls == SYM_STATE ? s : -1;
}

/* Only delays look at the past; without one, XPPAUT does not even read the formulas for it. */
static bool
looks_back (const ictus_lang *L)
{
  for (size_t t = 0; t < L->ntok; ++t)
    if (ictus__is_word (L, (int) t, "delay") || ictus__is_word (L, (int) t, "del_shft"))
      return true;
  return false;
}

ictus_err
ictus__xpp_last_init (ictus_lang *L)
{
  int *last = ictus_alloc (2 * L->nsym, sizeof *last);
  bool past = looks_back (L);
  size_t n = 0;

  if (last == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < 2 * L->nsym; ++k)
    last[k] = -1;
  for (size_t k = 0; k < L->nassign; ++k)
    {
      const ictus__assign *a = &L->assign[k];
      int s = symbol (L, a);
      int *to = s >= 0 ? &last[2 * s + (a->owner == OWNER_HISTORY)] : NULL;

      if (to != NULL && (*to < 0 || a->plus || !L->assign[*to].plus))
        *to = (int) k;
    }
  for (size_t k = 0; k < L->nassign; ++k)
    {
      int s = symbol (L, &L->assign[k]);

      if (!past && L->assign[k].owner == OWNER_HISTORY)
        continue;
      if (s >= 0 && last[2 * s + (L->assign[k].owner == OWNER_HISTORY)] != (int) k)
        continue;
      if (s >= 0)
        L->assign[k].plus = false;
      L->assign[n++] = L->assign[k];
    }
  L->nassign = n;
  ictus_free (last);
  return ICTUS_OK;
}
