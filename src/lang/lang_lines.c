/* SPDX-License-Identifier: BSD-3-Clause */
/* What a line is by its first word, and the lines that say nothing to the parser. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "lang/lang_front.h"

/* The keywords in full; XPPAUT looks at their first letters only, Ictus's own dialect at these and at `also`. */
static const struct { ictus__kind kind; const char *word, *also; } words[] = {
  { LINE_PAR, "parameters", "p par param params parameter" },
  { LINE_NUMBER, "number", "numbers" },
  { LINE_INIT, "init", "i initial" },
  { LINE_WIENER, "wiener", "" },
  { LINE_AUX, "aux", "auxiliary" },
  { LINE_TABLE, "table", "" },
  { LINE_MARKOV, "markov", "" },
  { LINE_GLOBAL, "global", "" },
  { LINE_SPECIAL, "special", "" },
  { LINE_BOUNDARY, "bdry", "bndry boundary" },
  { LINE_SOLVE, "solve", "solv" },
  { LINE_VOLTERRA, "volterra", "volt" },
  { LINE_SET, "set", "" },
  { LINE_ONLY, "only", "" },
  { LINE_OPTIONS, "options", "option" },
  { LINE_EXPORT, "export", "" },
  { LINE_VECTOR, "vector", "" },
  { LINE_GROUP, "group", "" },
  { LINE_END, "done", "" },
};

enum
{
  NWORD = sizeof words / sizeof *words
};

static bool
same (const char *s, size_t n, const char *word)
{
  return strlen (word) == n && strncasecmp (s, word, n) == 0;
}

/* Is the word one of those in a list with blanks between? */
static bool
among (const char *s, size_t n, const char *list)
{
  while (*list != '\0')
    {
      size_t m = strcspn (list, " ");

      if (m == n && strncasecmp (s, list, n) == 0)
        return true;
      list += m + (list[m] == ' ');
    }
  return false;
}

const char *
ictus__kind_word (ictus__kind kind)
{
  for (int k = 0; k < NWORD; ++k)
    if (words[k].kind == kind)
      return words[k].word;
  return NULL;
}

static ictus__kind
by_letters (const char *s, size_t n)
{
  int a = tolower ((unsigned char) s[0]), b = n > 1 ? tolower ((unsigned char) s[1]) : 0,
      f = n > 5 ? tolower ((unsigned char) s[5]) : 0;

  switch (a)
    {
    case 'a': return b == 'u' ? LINE_AUX : LINE_UNKNOWN;
    case 'b': return LINE_BOUNDARY;
    case 'd': return LINE_END;
    case 'e': return b == 'x' ? LINE_EXPORT : LINE_UNKNOWN;
    case 'g': return b == 'r' ? LINE_GROUP : LINE_GLOBAL;
    case 'i': return LINE_INIT;
    case 'm': return b == 'a' ? LINE_MARKOV : LINE_UNKNOWN;
    case 'n': return LINE_NUMBER;
    case 'o': return b == 'n' ? LINE_ONLY : LINE_OPTIONS;
    case 'p': return LINE_PAR;
    case 's': return b == 'o' ? LINE_SOLVE : b == 'e' ? LINE_SET : b == 'p' && f == 'a' ? LINE_SPECIAL : LINE_UNKNOWN;
    case 't': return b == 'a' ? LINE_TABLE : LINE_UNKNOWN;
    case 'v': return b == 'e' && f == 'r' ? LINE_VECTOR : LINE_VOLTERRA;
    case 'w': return LINE_WIENER;
    default: return LINE_UNKNOWN;
    }
}

bool
ictus__own_statement (const char *s)
{
  static const char *const text[] = { "title", "source", "shows", "expect" },
                           *const other[] = { "input", "port", "spike", "reset", "refractory" };
  size_t n = 0, k, close;

  while (isalpha ((unsigned char) s[n]))
    ++n;
  k = n + strspn (s + n, " \t");
  if (s[k] == '\0' || s[k] == '=' || s[k] == '\'' || s[k] == '/' || (s[n] != '(' && k == n))
    return false;
  for (size_t i = 0; i < sizeof text / sizeof *text; ++i)
    if (same (s, n, text[i]))
      return k > n;
  for (size_t i = 0; i < sizeof other / sizeof *other; ++i)
    if (same (s, n, other[i]))
      {
        if (i == 1) /* p is a keyword of XPPAUT, and so would be port a=1 */
          return k > n && strchr (s + k, ':') != NULL;
        if (s[k] != '(')
          return k > n && (i >= 2 || isalpha ((unsigned char) s[k]));
        close = k + strcspn (s + k, ")"); /* spike (v >= 1), but not spike(v)=... */
        close += s[close] == ')';
        close += strspn (s + close, " \t");
        return i >= 2 && (s[close] != '=' || s[close + 1] == '=');
      }
  return false;
}

/* In Ictus's own dialect. */
static ictus__kind
own_kind (const char *s, size_t *len)
{
  size_t n = 0, k;

  while (isalnum ((unsigned char) s[n]) || s[n] == '_')
    ++n;
  *len = n;
  k = n + strspn (s + n, " \t");
  if (s[n] == '(' || s[k] == '=' || s[k] == '\'' || s[k] == '/')
    return LINE_EQUATION;
  for (int i = 0; i < NWORD; ++i)
    if (same (s, n, words[i].word) || among (s, n, words[i].also))
      return words[i].kind;
  if (same (s, n, "title") || same (s, n, "source") || same (s, n, "shows") || same (s, n, "expect"))
    return LINE_OWN;
  return LINE_EQUATION; /* or what the parser does not know */
}

ictus__kind
ictus__line_kind (const char *s, bool own, size_t *len)
{
  size_t n, k;

  *len = 0;
  if (*s == '\0')
    return LINE_BLANK;
  if (own)
    return own_kind (s, len);
  if (*s == '{') /* a row of rates */
    return LINE_EQUATION;
  n = strcspn (s, " \t=/'(");
  *len = n;
  k = n + strspn (s + n, " \t");
  if (n == 0 || (s[n] != '\0' && k == n) || s[k] == '=')
    return LINE_EQUATION;
  if (s[k] == '/' && (s[0] == 'd' || s[0] == 'D') && n > 1)
    return LINE_EQUATION; /* dx /dt= */
  return by_letters (s, n);
}

/* ---- lines for which nothing remains to be parsed ---------------------------------------------------------- */

typedef struct items /* of a set, while it is read */
{
  const char *set;
  const char **name;
  double *value;
  size_t n, capname, capvalue;
} items;

static ictus_err
item (ictus_lang *L, const ictus__logical *l, size_t off, size_t n, items *to)
{
  const char *s = l->text.s + off, *equal = memchr (s, '=', n), *kept;
  char word[128];
  size_t used, a = equal != NULL ? (size_t) (equal - s) : 0;
  double v;

  if (a == 0 || a + 1 >= n || n >= sizeof word)
    return ictus__note_line (L, ICTUS_LANG_READING, l, off,
                             "'%.*s' is passed over, as by XPPAUT: a set has items name=value, without blanks",
                             n > 60 ? 60 : (int) n, s);
  memcpy (word, s, n);
  word[n] = '\0';
  v = ictus__atof (word + a + 1, &used);
  if (used == 0)
    return ictus__note_line (L, ICTUS_LANG_NOTDONE, l, off,
                             "'%s' in the set '%s' is not honoured: its value is no number", word, to->set);
  word[a] = '\0';
  if ((kept = ictus__keep (L, word)) == NULL)
    return ICTUS_E_NOMEM;
  ICTUS_TRY (ictus_grow (&to->name, &to->capname, to->n + 1, sizeof *to->name));
  ICTUS_TRY (ictus_grow (&to->value, &to->capvalue, to->n + 1, sizeof *to->value));
  to->name[to->n] = kept;
  to->value[to->n++] = v;
  return ICTUS_OK;
}

/* The model owns an array from now on. */
static ictus_err
own (ictus_lang *L, void *p)
{
  ictus_err e = ictus_grow (&L->owned, &L->capowned, L->nowned + 1, sizeof *L->owned);

  if (e != ICTUS_OK)
    ictus_free (p);
  else
    L->owned[L->nowned++] = p;
  return e;
}

/* set name {a=1, x=2, dt=.1} */
static ictus_err
set (ictus_lang *L, const ictus__logical *l, size_t at)
{
  static const char between[] = " \t,;\n{";
  const char *s = l->text.s;
  size_t n = strcspn (s + at, " \t{"), end;
  char name[128];
  items to = { .n = 0 };
  ictus_lang_set *x;
  ictus_err e = ICTUS_OK;

  if (n == 0 || n >= sizeof name || strchr (s + at, '{') == NULL)
    return ictus__fail_line (L, l, at, n, "expected a name and values in braces here, as in 'set name {a=1,x=2}'");
  memcpy (name, s + at, n);
  name[n] = '\0';
  if ((to.set = ictus__keep (L, name)) == NULL)
    return ICTUS_E_NOMEM;
  at += n;
  at += strcspn (s + at, "{");
  end = at + strcspn (s + at, "}");
  for (;; at += n)
    {
      at += strspn (s + at, between);
      if (at >= end)
        break;
      n = strcspn (s + at, " \t,;\n{}");
      ICTUS_GO (item (L, l, at, n, &to));
    }
  ICTUS_GO (ictus_grow (&L->set, &L->capset, L->nset + 1, sizeof *L->set));
  ICTUS_GO (ictus_grow (&L->set_line, &L->capsetline, L->nset + 1, sizeof *L->set_line));
  L->set_line[L->nset] = l->span[0].line;
  x = &L->set[L->nset];
  *x = (ictus_lang_set) { .name = to.set, .n = (int) to.n, .item = to.name, .value = to.value };
  ++L->nset;
  if (to.name != NULL)
    e = own (L, to.name);
  to.name = NULL;
  if (to.value != NULL)
    {
      ictus_err second = own (L, to.value);

      e = e != ICTUS_OK ? e : second;
    }
  to.value = NULL;
done:
  ictus_free (to.name);
  ictus_free (to.value);
  return e;
}

/* only a,b c */
static ictus_err
only (ictus_lang *L, const ictus__logical *l, size_t at)
{
  const char *s = l->text.s;
  char word[ICTUS__NAME_MAX + 1];

  for (size_t n, end = ictus__comment_at (s); at < end; at += n)
    {
      at += strspn (s + at, " \t,");
      n = strcspn (s + at, " \t,#");
      if (n == 0)
        break;
      snprintf (word, sizeof word, "%.*s", n < sizeof word ? (int) n : ICTUS__NAME_MAX, s + at);
      ICTUS_TRY (ictus_grow (&L->only, &L->caponly, L->nonly + 1, sizeof *L->only));
      if ((L->only[L->nonly] = ictus__keep (L, word)) == NULL)
        return ICTUS_E_NOMEM;
      ++L->nonly;
    }
  return ICTUS_OK;
}

ictus_err
ictus__command (ictus_lang *L, const ictus__logical *l, ictus__kind kind)
{
  const char *s = l->text.s, *near;
  size_t at = strspn (s, " \t"), n = strcspn (s + at, " \t"), rest = at + n + strspn (s + at + n, " \t");
  const char *list[NWORD];
  char word[64];

  switch ((int) kind)
    {
    case LINE_SET: return set (L, l, rest);
    case LINE_ONLY: return only (L, l, rest);
    case LINE_GROUP: case LINE_OPTIONS:
      return ictus__note_line (L, ICTUS_LANG_IGNORED, l, at, "%s", ictus__kind_word (kind));
    case LINE_EXPORT: case LINE_VECTOR:
      return ictus__note_line (L, ICTUS_LANG_NOTDONE, l, at, "%s is not honoured: no compiled library is called",
                               ictus__kind_word (kind));
    case LINE_BOUNDARY:
      return ictus__note_line (L, ICTUS_LANG_NOTDONE, l, at,
                               "the boundary condition is not honoured: the equations are integrated from the initial "
                               "values, as by 'xppaut -silent'");
    case LINE_VOLTERRA:
      if (s[rest] == '\'' || s[rest] == '(')
        return ictus__fail_line (L, l, at, n, "no blank may stand between '%.*s' and '%c'", n > 60 ? 60 : (int) n, s + at,
                                 s[rest]);
      return ictus__fail_line (L, l, at, n, "'%.*s' declares an integral (Volterra) equation; Ictus solves differential "
                               "equations and maps", n > 60 ? 60 : (int) n, s + at);
    case LINE_SOLVE:
      return ictus__fail_line (L, l, at, n,
                               "'%.*s' declares the unknown of an algebraic constraint (0=...); Ictus solves differential "
                               "equations and maps: write the unknown as 'name = ...' if it can be solved for",
                               n > 60 ? 60 : (int) n, s + at);
    default: break;
    }
  for (int k = 0; k < NWORD; ++k)
    list[k] = words[k].word;
  snprintf (word, sizeof word, "%.*s", (int) (n < sizeof word - 1 ? n : sizeof word - 1), s + at);
  near = n < sizeof word && s[rest] != '\0' ? ictus_nearest (word, list, NWORD) : NULL;
  if (s[rest] == '\'' || s[rest] == '(')
    return ictus__note_line (L, ICTUS_LANG_UNKNOWN, l, at,
                             "this line is passed over, as by XPPAUT: no blank may stand between '%s' and '%c'", word,
                             s[rest]);
  return ictus__note_line (L, ICTUS_LANG_UNKNOWN, l, at, "this line is passed over, as by XPPAUT%s%s%s",
                           near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                           near != NULL ? "'?" : "");
}
