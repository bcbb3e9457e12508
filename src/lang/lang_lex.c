/* SPDX-License-Identifier: BSD-3-Clause */
/* Characters to tokens and logical lines. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lang/lang_impl.h"

ictus_err
ictus__fail (const ictus_lang *L, int tok, const char *fmt, ...)
{
  const ictus__tok *t = &L->tok[tok];
  char message[1024];
  va_list ap;

  va_start (ap, fmt);
  vsnprintf (message, sizeof message, fmt, ap);
  va_end (ap);
  return ictus_err_at (ICTUS_E_INPUT, L->path, L->text, t->line, t->col, t->len > 1 ? (int) t->len : 1, "%s",
                       message);
}

const char *
ictus__spell (const ictus_lang *L, int tok, char *buf)
{
  const ictus__tok *t = &L->tok[tok];
  size_t n = t->len < ICTUS__NAME_MAX ? t->len : ICTUS__NAME_MAX;

  memcpy (buf, L->text + t->off, n);
  buf[n] = '\0';
  return buf;
}

void
ictus__lower_case (char *s)
{
  for (; *s != '\0'; ++s)
    *s = (char) tolower ((unsigned char) *s);
}

bool
ictus__is_word (const ictus_lang *L, int tok, const char *word)
{
  const ictus__tok *t = &L->tok[tok];

  return t->kind == TK_NAME && strlen (word) == t->len && strncasecmp (L->text + t->off, word, t->len) == 0;
}

bool
ictus__is_op (const ictus_lang *L, int tok, int op)
{
  return L->tok[tok].kind == TK_OP && L->tok[tok].op == op;
}

typedef struct lexer
{
  ictus_lang *L;
  size_t at, start; /* where we are; where the physical line begins */
  int line;
  int first;        /* token of the logical line */
  size_t comment, comment_len;
} lexer;

static ictus_err
push (lexer *x, ictus__tk kind, int op, size_t len, double num)
{
  ictus_lang *L = x->L;
  ictus__tok *t;

  ICTUS_TRY (ictus_grow (&L->tok, &L->captok, L->ntok + 1, sizeof *L->tok));
  t = &L->tok[L->ntok++];
  t->kind = kind;
  t->op = op;
  t->off = x->at;
  t->len = len;
  t->line = x->line;
  t->col = (int) (x->at - x->start) + 1;
  t->num = num;
  x->at += len;
  return ICTUS_OK;
}

static ictus_err
number (lexer *x)
{
  const char *s = x->L->text + x->at;
  size_t n = strspn (s, "0123456789"), m;
  char buf[64], *end;
  double v;

  if (s[n] == '.')
    n += 1 + strspn (s + n + 1, "0123456789");
  m = n;
  if (s[m] == 'e' || s[m] == 'E')
    {
      ++m;
      m += s[m] == '+' || s[m] == '-';
      if (isdigit ((unsigned char) s[m]))
        n = m + strspn (s + m, "0123456789");
    }
  ICTUS_TRY (push (x, TK_NUM, 0, n, 0));
  if (n >= sizeof buf)
    return ictus__fail (x->L, (int) x->L->ntok - 1, "this number has too many digits");
  memcpy (buf, s, n);
  buf[n] = '\0';
  v = strtod (buf, &end);
  if (*end != '\0' || !isfinite (v))
    return ictus__fail (x->L, (int) x->L->ntok - 1, "the number '%s' is too large", buf);
  x->L->tok[x->L->ntok - 1].num = v;
  return ICTUS_OK;
}

static ictus_err
name (lexer *x)
{
  const char *s = x->L->text + x->at;
  size_t n = 1;

  while (isalnum ((unsigned char) s[n]) || s[n] == '_')
    ++n;
  ICTUS_TRY (push (x, TK_NAME, 0, n, 0));
  if (n > ICTUS__NAME_MAX)
    return ictus__fail (x->L, (int) x->L->ntok - 1, "this name has %zu characters; %d are allowed", n,
                        ICTUS__NAME_MAX);
  return ICTUS_OK;
}

static ictus_err
operator (lexer *x)
{
  static const struct
  {
    char s[3];
    int op;
  } two[] = { { "<=", TOK_LE }, { ">=", TOK_GE },     { "==", TOK_EQ },
              { "!=", TOK_NE }, { "+=", TOK_PLUSEQ }, { "**", '^' } };
  const char *s = x->L->text + x->at;
  unsigned char c = (unsigned char) *s;

  for (size_t k = 0; k < sizeof two / sizeof *two; ++k)
    if (strncmp (s, two[k].s, 2) == 0)
      return push (x, TK_OP, two[k].op, 2, 0);
  if (strchr ("+-*/^()<>=,;:'&|!", c) != NULL)
    return push (x, TK_OP, c, 1, 0);
  ICTUS_TRY (push (x, TK_OP, c, 1, 0));
  if (c < 32 || c > 126)
    return ictus__fail (x->L, (int) x->L->ntok - 1, "illegal character (byte %u)", (unsigned) c);
  return ictus__fail (x->L, (int) x->L->ntok - 1, "illegal character '%c'", c);
}

/* title and source take the rest of the line as it stands, up to a # behind a blank */
static ictus_err
free_text (lexer *x, bool *done)
{
  const char *s = x->L->text;
  size_t a = x->at, b;
  int t = (int) x->L->ntok - 1;

  *done = false;
  if (t != x->first || !(ictus__is_word (x->L, t, "title") || ictus__is_word (x->L, t, "source")))
    return ICTUS_OK;
  while (s[a] == ' ' || s[a] == '\t')
    ++a;
  if (s[a] == '=' || s[a] == '\'' || (s[a] == '(' && a == x->at)) /* a name like any other */
    return ICTUS_OK;
  for (b = a; s[b] != '\0' && s[b] != '\n'; ++b)
    if (s[b] == '#' && (b == a || isblank ((unsigned char) s[b - 1])))
      break;
  x->at = a;
  while (b > a && isspace ((unsigned char) s[b - 1]))
    --b;
  *done = true;
  return push (x, TK_TEXT, 0, b - a, 0);
}

static ictus_err
end_line (lexer *x)
{
  ictus_lang *L = x->L;

  if ((int) L->ntok > x->first)
    {
      ICTUS_TRY (push (x, TK_EOL, 0, 0, 0));
      /* messages point behind the last word, not behind the comment */
      L->tok[L->ntok - 1].line = L->tok[L->ntok - 2].line;
      L->tok[L->ntok - 1].col = L->tok[L->ntok - 2].col + (int) L->tok[L->ntok - 2].len;
      ICTUS_TRY (ictus_grow (&L->line, &L->capline, L->nline + 1, sizeof *L->line));
      L->line[L->nline].first = x->first;
      L->line[L->nline].comment = x->comment;
      L->line[L->nline++].comment_len = x->comment_len;
    }
  x->first = (int) L->ntok;
  x->comment = x->comment_len = 0;
  return ICTUS_OK;
}

static void
comment (lexer *x)
{
  const char *s = x->L->text;
  size_t n = strcspn (s + x->at, "\n");

  if (x->comment_len == 0 && n > 1)
    {
      x->comment = x->at + 1;
      x->comment_len = n - 1;
    }
  x->at += n;
}

static void
next_line (lexer *x)
{
  ++x->at;
  ++x->line;
  x->start = x->at;
}

ictus_err
ictus__lex (ictus_lang *L)
{
  lexer x = { .L = L, .line = 1 };
  bool done;

  while (L->text[x.at] != '\0')
    {
      const char *s = L->text + x.at;
      bool begin = (int) L->ntok == x.first;

      if (*s == '\n')
        {
          ICTUS_TRY (end_line (&x));
          next_line (&x);
        }
      else if (*s == '\\' && s[1 + strspn (s + 1, " \t\r")] == '\n')
        {
          x.at += 1 + strspn (s + 1, " \t\r");
          next_line (&x);
        }
      else if (isspace ((unsigned char) *s))
        ++x.at;
      else if (*s == '#' || (begin && (*s == '%' || *s == '"' || *s == '@')))
        comment (&x);
      else if (isdigit ((unsigned char) *s) || (*s == '.' && isdigit ((unsigned char) s[1])))
        ICTUS_TRY (number (&x));
      else if (isalpha ((unsigned char) *s))
        {
          ICTUS_TRY (name (&x));
          ICTUS_TRY (free_text (&x, &done));
          if (!done && (int) L->ntok - 1 == x.first && ictus__is_word (L, x.first, "done")
              && s[4 + strspn (s + 4, " \t\r")] != '=')
            break;
        }
      else
        ICTUS_TRY (operator (&x));
    }
  if ((int) L->ntok > x.first && ictus__is_word (L, x.first, "done"))
    L->ntok = (size_t) x.first;
  ICTUS_TRY (end_line (&x));
  return push (&x, TK_EOL, 0, 0, 0); /* something to stand on for messages about the whole */
}
