/* SPDX-License-Identifier: BSD-3-Clause */
/* From the text to the code: the dialect, files within files, continued lines, arrays and blocks written out; options and
   sets are taken out on the way. The code has one statement a line, and every part of it knows where it comes from. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lang/lang_front.h"

typedef struct expander
{
  ictus_lang *L;
  ictus__reader r;
  ictus_text code;
} expander;

/* ---- the dialect -------------------------------------------------------------------------------------------- */

/* Own if it has a statement of its own before its end. */
static bool
is_own (const char *text)
{
  bool continued = false;

  for (const char *s = text; *s != '\0';)
    {
      size_t n = strcspn (s, "\n"), a = strspn (s, " \t"), len;
      char line[200];

      if (!continued && a < n && isalpha ((unsigned char) s[a]))
        {
          snprintf (line, sizeof line, "%.*s", (int) (n - a < sizeof line ? n - a : sizeof line - 1), s + a);
          line[ictus__comment_at (line)] = '\0';
          if (ictus__own_statement (line))
            return true;
          if (ictus__line_kind (line, false, &len) == LINE_END)
            return false;
        }
      continued = memchr (s, '\\', n) != NULL;
      s += n + (s[n] == '\n');
    }
  return false;
}

/* ---- one line ------------------------------------------------------------------------------------------------ */

static bool
is_initial (const char *s, size_t end) /* name[..](0)=, which XPPAUT evaluates at the start */
{
  const char *p = strstr (s, "](0)");

  return p != NULL && (size_t) (p - s) < end;
}

/* A line, once for each index when it is an array. */
static ictus_err
write_line (expander *x, const ictus__logical *l)
{
  ictus_lang *L = x->L;
  ictus__range r;
  bool initial = L->xpp && is_initial (l->text.s, ictus__comment_at (l->text.s));

  ICTUS_TRY (ictus__find_range (L, l, &r));
  if (!r.on && initial)
    return ictus__note_line (L, ICTUS_LANG_READING, l, 0,
                             "this initial value is passed over, as by XPPAUT; without brackets, x3(0)=1, it would not be");
  if (!r.on)
    return ictus__write_out (L, &x->code, l, SIZE_MAX, NULL, false);
  for (int j = r.from, step = r.to < r.from ? -1 : 1;; j += step)
    {
      ICTUS_TRY (ictus__write_out (L, &x->code, l, r.at, &j, initial));
      if (j == r.to)
        return ICTUS_OK;
    }
}

typedef struct lines
{
  ictus__logical *l;
  size_t n, cap;
} lines;

static ictus_err
keep_line (lines *b, ictus__logical *l)
{
  ICTUS_TRY (ictus_grow (&b->l, &b->cap, b->n + 1, sizeof *b->l));
  b->l[b->n++] = *l;
  *l = (ictus__logical) { .span = NULL };
  return ICTUS_OK;
}

static void
drop_lines (lines *b)
{
  for (size_t k = 0; k < b->n; ++k)
    ictus__logical_clear (&b->l[k]);
  ictus_free (b->l);
}

static const char *
beginning (const ictus__logical *l)
{
  return l->text.s != NULL ? l->text.s + strspn (l->text.s, " \t") : "";
}

static bool
says_nothing (const ictus__logical *l)
{
  const char *s = beginning (l);

  return *s == '\0' || *s == '#' || *s == '"';
}

static ictus_err one_line (expander *x, ictus__logical *l, const int *index, bool first);

/* What has been collected, for each index; the first `from` lines are arrays by themselves. */
static ictus_err
repeat (expander *x, lines *b, const ictus__range *r, size_t range)
{
  for (int j = r->from, step = r->to < r->from ? -1 : 1;; j += step)
    {
      for (size_t k = 0; k < b->n; ++k)
        if (k == 0 && range != SIZE_MAX)
          ICTUS_TRY (ictus__write_out (x->L, &x->code, &b->l[0], range, &j, false));
        else
          ICTUS_TRY (one_line (x, &b->l[k], &j, j == r->from));
      if (j == r->to || x->r.ended)
        return ICTUS_OK;
    }
}

/* %[1..3], then lines up to one that begins with % */
static ictus_err
block (expander *x, const ictus__logical *l, const ictus__range *r)
{
  ictus__logical next = { .span = NULL };
  lines b = { .n = 0 };
  ictus_err e;
  bool more;

  for (;;)
    {
      ICTUS_GO (ictus__next_logical (&x->r, &next, &more));
      if (!more)
        {
          e = ictus__fail_line (x->L, l, 0, 1, "the block that begins here has no end, a line that begins with '%%'");
          goto done;
        }
      if (*beginning (&next) == '%')
        break;
      if (!says_nothing (&next))
        ICTUS_GO (keep_line (&b, &next));
    }
  e = repeat (x, &b, r, SIZE_MAX);
done:
  ictus__logical_clear (&next);
  drop_lines (&b);
  return e;
}

/* The n lines behind this one that say something: rows of a Markov variable, parts of a group. */
static ictus_err
rows (expander *x, const ictus__logical *l, int n, lines *b)
{
  ictus__logical next = { .span = NULL };
  ictus_err e = ICTUS_OK;
  bool more;

  while (n > 0)
    {
      ICTUS_GO (ictus__next_logical (&x->r, &next, &more));
      if (!more)
        {
          e = ictus__fail_line (x->L, l, 0, 1, "the file ends before the %d lines that belong to this one", n);
          goto done;
        }
      if (says_nothing (&next))
        continue;
      ICTUS_GO (keep_line (b, &next));
      --n;
    }
done:
  ictus__logical_clear (&next);
  return e;
}

/* The number behind the name: markov z 3 */
static int
second_number (const char *s)
{
  for (int k = 0; k < 2; ++k)
    {
      s += strcspn (s, " \t");
      s += strspn (s, " \t");
    }
  return (int) strtol (s, NULL, 10);
}

/* markov z[1..3] 2, then two rows: all three have these rows, with [j] in them */
static ictus_err
markov_array (expander *x, ictus__logical *l, const ictus__range *r)
{
  lines b = { .n = 0 };
  ictus_err e;
  int n = second_number (beginning (l));

  if (n < 1 || n > ICTUS__MARKOV_MAX)
    return ictus__fail_line (x->L, l, 0, 1, "expected a name and the number of values, 2 to %d: 'markov z 2'",
                             (int) ICTUS__MARKOV_MAX);
  ICTUS_GO (keep_line (&b, l));
  ICTUS_GO (rows (x, &b.l[0], n, &b));
  e = repeat (x, &b, r, r->at);
done:
  drop_lines (&b);
  return e;
}

static ictus_err
skip_group (expander *x, const ictus__logical *l)
{
  lines b = { .n = 0 };
  int n = second_number (beginning (l));
  ictus_err e = rows (x, l, n < 0 ? 0 : n, &b);

  drop_lines (&b);
  return e;
}

/* A keyword that XPPAUT takes by its first letters though it is another word. */
static ictus_err
odd_word (expander *x, const ictus__logical *l, ictus__kind kind, size_t len)
{
  const char *s = beginning (l), *word = ictus__kind_word (kind);
  size_t n = word != NULL ? strlen (word) : 0, dummy;
  char own[64];

  snprintf (own, sizeof own, "%.*s", (int) (len < sizeof own ? len : sizeof own - 1), s);
  if (word == NULL || strncasecmp (own, word, len < n ? len : n) == 0 || ictus__line_kind (own, true, &dummy) == kind
      || strncasecmp (own, "par", 3) == 0)
    return ICTUS_OK;
  return ictus__note_line (x->L, ICTUS_LANG_READING, l, (size_t) (s - l->text.s),
                           "'%s' is read as '%s', as by XPPAUT, which looks at the first letters", own, word);
}

/* What there is no initial value problem for, or none that is solved here. */
static ictus_err
refused (const ictus_lang *L, const ictus__logical *l, size_t a, size_t end)
{
  const char *s = l->text.s;

  if (s[a] == '0' && s[a + 1 + strspn (s + a + 1, " \t")] == '=')
    return ictus__fail_line (L, l, a, 2,
                             "an algebraic constraint (0=...); Ictus solves differential equations and maps: write the unknown "
                             "as 'name = ...' if it can be solved for");
  for (size_t k = a; k + 3 < end; ++k)
    if (strncasecmp (s + k, "int", 3) == 0 && (k == 0 || !(isalnum ((unsigned char) s[k - 1]) || s[k - 1] == '_')))
      {
        size_t b = k + 3 + strspn (s + k + 3, " \t");

        if (s[b] == '{' || s[b] == '[')
          return ictus__fail_line (L, l, k, 3,
                                   "the integral int%c...} over the past (a Volterra equation); Ictus solves differential "
                                   "equations and maps: an exponential kernel is an equation of its own",
                                   s[b]);
      }
  return ICTUS_OK;
}

/* A word that begins with d, and no equation, ends the file: said when it does not look like it. */
static ictus_err
ending (expander *x, const ictus__logical *l, size_t a, size_t len, size_t end)
{
  const char *s = l->text.s;
  size_t behind = a + len + strspn (s + a + len, " \t");
  bool whole = len <= 4 && strncasecmp (s + a, "done", len) == 0;

  if (x->L->xpp && (!whole || behind < end))
    ICTUS_TRY (ictus__note_line (x->L, ICTUS_LANG_READING, l, a,
                                 "the file ends here, as for XPPAUT: a line that begins with a word in d, and is no equation, "
                                 "stands for 'done'"));
  ictus__leave_file (&x->r);
  return ICTUS_OK;
}

/* A statement, that is no comment, option, block or #include.
   \param index  inside of a block; NULL: not */
static ictus_err
statement (expander *x, ictus__logical *l, const int *index)
{
  ictus_lang *L = x->L;
  char *s = l->text.s;
  size_t a = (size_t) (beginning (l) - s), end = ictus__comment_at (s), len;
  char kept = s[end];
  ictus__kind kind;
  ictus__range r = { .on = false };

  s[end] = '\0';
  kind = ictus__line_kind (s + a, !L->xpp, &len);
  s[end] = kept;
  if (L->xpp && kind != LINE_EQUATION && kind != LINE_END)
    ICTUS_TRY (odd_word (x, l, kind, len));
  if (kind == LINE_EQUATION)
    ICTUS_TRY (refused (L, l, a, end));
  switch ((int) kind)
    {
    case LINE_BLANK: return ICTUS_OK;
    case LINE_END: return ending (x, l, a, len, end);
    case LINE_OWN: return ictus__write_raw (L, &x->code, l);
    case LINE_GROUP: ICTUS_TRY (skip_group (x, l)); return ictus__command (L, l, kind);
    case LINE_SET: case LINE_ONLY: case LINE_OPTIONS: case LINE_EXPORT: case LINE_VECTOR: case LINE_BOUNDARY:
    case LINE_VOLTERRA: case LINE_SOLVE: case LINE_UNKNOWN:
      return ictus__command (L, l, kind);
    case LINE_MARKOV:
      ICTUS_TRY (ictus__find_range (L, l, &r));
      if (r.on && index == NULL)
        return markov_array (x, l, &r);
      break;
    default: break;
    }
  if (index != NULL)
    return ictus__write_out (L, &x->code, l, SIZE_MAX, index, false);
  return write_line (x, l);
}

/* \param first  the first time that this line is seen: options and sets in blocks count once */
static ictus_err
one_line (expander *x, ictus__logical *l, const int *index, bool first)
{
  ictus_lang *L = x->L;
  const char *s = beginning (l);
  bool indented = s > l->text.s;
  ictus__range r = { .on = false };

  if (strncasecmp (s, "#include", 8) == 0 && isblank ((unsigned char) s[8]) && index == NULL)
    return ictus__include (&x->r, l, (size_t) (s - l->text.s));
  if (x->r.depth > 0 && strncasecmp (s, "#done", 5) == 0)
    {
      ictus__leave_file (&x->r);
      return ICTUS_OK;
    }
  if (says_nothing (l))
    return ICTUS_OK;
  if (*s == '@' && indented && L->xpp)
    return ictus__note_line (L, ICTUS_LANG_READING, l, (size_t) (s - l->text.s),
                             "this line is passed over, as by XPPAUT: the '@' of options stands in the first column");
  if (*s == '@')
    return first ? ictus__options_line (L, l) : ICTUS_OK;
  if (*s == '%')
    {
      if (index == NULL && (!indented || !L->xpp) && s[1 + strspn (s + 1, " \t")] == '[')
        ICTUS_TRY (ictus__find_range (L, l, &r));
      return r.on ? block (x, l, &r) : ICTUS_OK;
    }
  return statement (x, l, index);
}

static ictus_err
lines_of_file (expander *x)
{
  ictus__logical l = { .span = NULL };
  ictus_err e = ICTUS_OK;
  bool more;

  while (!x->r.ended)
    {
      ICTUS_GO (ictus__next_logical (&x->r, &l, &more));
      if (more)
        ICTUS_GO (one_line (x, &l, NULL, true));
      else if (x->r.depth == 0)
        break;
      else
        ictus__leave_file (&x->r);
    }
done:
  ictus__logical_clear (&l);
  return e;
}

ictus_err
ictus__expand (ictus_lang *L)
{
  expander x = { .L = L, .r = { .L = L } };
  ictus_err e;

  ictus__settings_default (&L->settings);
  ICTUS_GO (ictus__add_file (L, ictus_strdup (L->path), ictus_strdup (L->text)));
  L->xpp = L->settings.xpp = !is_own (L->file[0].text);
  if (L->xpp && atoi (L->file[0].text) > 0)
    {
      char *today = NULL;

      ICTUS_GO (ictus__old_style (L->file[0].text, &today));
      ictus_free (L->file[0].text);
      L->file[0].text = today;
      ICTUS_GO (ictus__note_at (L, ICTUS_LANG_READING, 1, 1, "a file of XPPAUT's old style, which begins with a number; "
                                                             "its lines are read as those of today that say the same"));
    }
  ICTUS_GO (lines_of_file (&x));
  ictus_text_add (&x.code, "%s", "");
  if (x.code.failed)
    {
      e = ICTUS_E_NOMEM;
      goto done;
    }
  L->code = x.code.s;
  x.code.s = NULL;
done:
  ictus_text_clear (&x.code);
  return e;
}
