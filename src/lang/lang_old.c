/* SPDX-License-Identifier: BSD-3-Clause */
/* Files of XPPAUT's old style (before 1992), which begin with the number of equations: from each line the one of today that says
   the same. Right-hand sides stand there without their names, in the order variables, fixed quantities, auxiliary quantities. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lang/lang_front.h"

typedef struct names /* variables, fixed, aux: where each begins and ends in the text */
{
  const char **at;
  size_t *len;
  size_t n, cap_at, cap_len;
} names;

typedef struct old
{
  names kind[3]; /* variables, fixed quantities, aux */
  size_t next;   /* right-hand side */
  ictus_text out;
} old;

enum { VARIABLE, FIXED, AUX };

static const char *
word_end (const char *s)
{
  return s + strcspn (s, " \t\r\n\f");
}

static const char *
blanks (const char *s)
{
  return s + strspn (s, " \t\f");
}

/* Where the line ends, without the end itself. */
static const char *
line_end (const char *s)
{
  return s + strcspn (s, "\r\n");
}

static const char *
next_line (const char *end)
{
  return *end == '\r' && end[1] == '\n' ? end + 2 : *end != '\0' ? end + 1 : end;
}

/* The names of a list name=value, name=value up to the end of the line. */
static ictus_err
collect (names *v, const char *s, const char *end)
{
  while (s < end)
    {
      size_t skip = strspn (s, " \t\f,"), len;

      s += skip;
      if (s >= end)
        return ICTUS_OK;
      len = strcspn (s, " \t\f,=\r\n");
      ICTUS_TRY (ictus_grow (&v->at, &v->cap_at, v->n + 1, sizeof *v->at));
      ICTUS_TRY (ictus_grow (&v->len, &v->cap_len, v->n + 1, sizeof *v->len));
      v->at[v->n] = s;
      v->len[v->n++] = len;
      s += len;
      s += strspn (s, " \t\f");
      if (*s == '=')
        s += strcspn (s, ",\r\n");
      else if (len == 0)
        ++s;
    }
  return ICTUS_OK;
}

/* name'=, name=, aux name= of the next right-hand side. */
static void
left_side (old *o)
{
  size_t k = o->next++;
  int kind = VARIABLE;

  while (kind < AUX && k >= o->kind[kind].n)
    k -= o->kind[kind++].n;
  ictus_text_add (&o->out, "%s", kind == AUX ? "aux " : "");
  if (k < o->kind[kind].n)
    ictus_text_addn (&o->out, o->kind[kind].at[k], o->kind[kind].len[k]);
  else
    ictus_text_add (&o->out, "aux%zu", k + 1);
  ictus_text_add (&o->out, "%s=", kind == VARIABLE ? "'" : "");
}

/* user name 2 formula of arg1, arg2 */
static void
function (old *o, const char *s, const char *end)
{
  const char *name = blanks (s), *behind = word_end (name), *number = blanks (behind), *formula = word_end (number);
  long n = strtol (number, NULL, 10);

  ictus_text_addn (&o->out, name, behind < end ? (size_t) (behind - name) : (size_t) (end - name));
  ictus_text_add (&o->out, "(");
  for (long k = 1; k <= n && k <= 20; ++k)
    ictus_text_add (&o->out, "%sarg%ld", k > 1 ? "," : "", k);
  ictus_text_add (&o->out, ")=");
  if (formula < end)
    ictus_text_addn (&o->out, formula, (size_t) (end - formula));
}

/* markov z value n: the value is said here, the number again where the rows stand (r z). */
static void
markov (old *o, const char *s, const char *end)
{
  const char *name = blanks (s), *behind = word_end (name), *value = blanks (behind), *done = word_end (value);

  if (done > end)
    return;
  ictus_text_addn (&o->out, name, (size_t) (behind - name));
  ictus_text_add (&o->out, "(0)=");
  ictus_text_addn (&o->out, value, (size_t) (done - value));
}

/* The line m name value n of a name. */
static long
values_of (const char *text, const char *name, size_t len)
{
  for (const char *s = text; *s != '\0'; s = next_line (line_end (s)))
    {
      const char *w = blanks (s), *n = blanks (word_end (w)), *end = word_end (n);

      if (tolower ((unsigned char) *w) == 'm' && (size_t) (end - n) == len && strncmp (n, name, len) == 0)
        return strtol (word_end (blanks (end)), NULL, 10);
    }
  return 0;
}

static void
translate (old *o, const char *text, const char *s, const char *end)
{
  const char *word = blanks (s), *rest = word_end (word), *name = blanks (rest);

  switch (word < end ? tolower ((unsigned char) *word) : 0)
    {
    case 'v':
      ictus_text_add (&o->out, "init");
      break;
    case 'n':
      ictus_text_add (&o->out, "number");
      break;
    case 'p':
      ictus_text_add (&o->out, "par");
      break;
    case 'f': case 'a': case 's': case 'h':
      return;
    case 'u':
      function (o, rest, end);
      return;
    case 'o':
      left_side (o);
      break;
    case 'i':
      ictus_text_add (&o->out, "volt ");
      left_side (o);
      break;
    case 'm':
      markov (o, rest, end);
      return;
    case 'r':
      ictus_text_add (&o->out, "markov ");
      ictus_text_addn (&o->out, name, (size_t) (word_end (name) - name));
      ictus_text_add (&o->out, " %ld", values_of (text, name, (size_t) (word_end (name) - name)));
      return;
    case 'c':
      ictus_text_add (&o->out, "options");
      break;
    default:
      rest = s;
    }
  if (rest < end)
    ictus_text_addn (&o->out, rest, (size_t) (end - rest));
}

ictus_err
ictus__old_style (const char *text, char **out)
{
  old o = { 0 };
  ictus_err e = ICTUS_OK;
  bool more = false; /* the line before goes on */

  for (const char *s = next_line (line_end (text)); *s != '\0'; s = next_line (line_end (s)))
    {
      const char *word = blanks (s);
      char c = (char) tolower ((unsigned char) *word);
      int kind = c == 'v' ? VARIABLE : c == 'f' ? FIXED : c == 'a' ? AUX : -1;

      if (kind >= 0)
        ICTUS_GO (collect (&o.kind[kind], word_end (word), line_end (s)));
    }
  ictus_text_add (&o.out, "# old style\n");
  for (const char *s = next_line (line_end (text)), *end; *s != '\0'; s = next_line (end))
    {
      end = line_end (s);
      if (more)
        ictus_text_addn (&o.out, s, (size_t) (end - s));
      else
        translate (&o, text, s, end);
      ictus_text_add (&o.out, "\n");
      more = end > s && end[-1] == '\\';
    }
  if (o.out.failed)
    {
      e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
      goto done;
    }
  *out = o.out.s;
  o.out.s = NULL;
done:
  for (int k = 0; k < 3; ++k)
    {
      ictus_free (o.kind[k].at);
      ictus_free (o.kind[k].len);
    }
  ictus_text_clear (&o.out);
  return e;
}
