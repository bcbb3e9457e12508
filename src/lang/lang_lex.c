/* SPDX-License-Identifier: BSD-3-Clause */
/* Characters to tokens and logical lines. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lang/lang_front.h"

/* The place of what stands at off in the code. */
static const ictus__span *
span_at (const ictus_lang *L, size_t off)
{
  size_t lo = 0, hi = L->nspan;

  while (hi - lo > 1)
    {
      size_t mid = lo + (hi - lo) / 2;

      if (L->span[mid].off > off)
        hi = mid;
      else
        lo = mid;
    }
  return L->nspan > 0 ? &L->span[lo] : NULL;
}

ictus_err
ictus__fail (const ictus_lang *L, int tok, const char *fmt, ...)
{
  const ictus__tok *t = &L->tok[tok];
  const ictus__span *s = span_at (L, t->off);
  const ictus__file *f = &L->file[t->file];
  char message[1024];
  va_list ap;
  size_t n;

  va_start (ap, fmt);
  vsnprintf (message, sizeof message, fmt, ap);
  va_end (ap);
  n = strlen (message);
  if (s != NULL && s->copy)
    snprintf (message + n, sizeof message - n, " (where j is %d)", s->index);
  return ictus_err_at (ICTUS_E_INPUT, f->path, f->text, t->line, t->col, t->len > 1 ? (int) t->len : 1, "%s", message);
}

const char *
ictus__spell (const ictus_lang *L, int tok, char *buf)
{
  const ictus__tok *t = &L->tok[tok];
  size_t n = t->len < ICTUS__NAME_MAX ? t->len : ICTUS__NAME_MAX;

  memcpy (buf, L->code + t->off, n);
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

  return t->kind == TK_NAME && strlen (word) == t->len && strncasecmp (L->code + t->off, word, t->len) == 0;
}

bool
ictus__is_op (const ictus_lang *L, int tok, int op)
{
  return L->tok[tok].kind == TK_OP && L->tok[tok].op == op;
}

typedef struct lexer
{
  ictus_lang *L;
  size_t at;
  size_t span;     /* that at lies in */
  int first;       /* token of the line */
  bool lenient;    /* a list of XPPAUT's, where anything may stand */
  bool table;      /* table name file, table name % ... */
  bool aux;        /* aux of XPPAUT, whose name is everything up to the '=' */
  size_t comment, comment_len;
} lexer;

static ictus_err
push (lexer *x, ictus__tk kind, int op, size_t len, double num)
{
  ictus_lang *L = x->L;
  const ictus__span *s;
  ictus__tok *t;

  while (x->span + 1 < L->nspan && L->span[x->span + 1].off <= x->at)
    ++x->span;
  s = x->span < L->nspan ? &L->span[x->span] : NULL;
  ICTUS_TRY (ictus_grow (&L->tok, &L->captok, L->ntok + 1, sizeof *L->tok));
  t = &L->tok[L->ntok++];
  t->kind = kind;
  t->op = op;
  t->off = x->at;
  t->len = len;
  t->file = s != NULL ? s->file : 0;
  t->line = s != NULL ? s->line : 1;
  t->col = s != NULL ? s->col + (s->fixed ? 0 : (int) (x->at - s->off)) : 1;
  t->num = num;
  x->at += len;
  return ICTUS_OK;
}

static ictus_err
number (lexer *x)
{
  const char *s = x->L->code + x->at;
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
  const char *s = x->L->code + x->at;
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
  const char *s = x->L->code + x->at;
  unsigned char c = (unsigned char) *s;

  for (size_t k = 0; k < sizeof two / sizeof *two; ++k)
    if (strncmp (s, two[k].s, 2) == 0)
      return push (x, TK_OP, two[k].op, 2, 0);
  if (strchr ("+-*/^()<>=,;:'&|!{}~", c) != NULL || c == ICTUS__IC_MARK || x->lenient || (x->table && (c == '%' || c == '@')))
    return push (x, TK_OP, c, 1, 0);
  ICTUS_TRY (push (x, TK_OP, c, 1, 0));
  if (c < 32 || c > 126)
    return ictus__fail (x->L, (int) x->L->ntok - 1, "illegal character (byte %u)", (unsigned) c);
  return ictus__fail (x->L, (int) x->L->ntok - 1, "illegal character '%c'", c);
}

/* Ictus's own statements of text take the rest of the line as it stands, up to a # behind a blank */
static ictus_err
free_text (lexer *x, bool *done)
{
  const char *s = x->L->code;
  size_t a = x->at, b;
  int t = (int) x->L->ntok - 1;

  *done = false;
  if (x->L->xpp || t != x->first
      || !(ictus__is_word (x->L, t, "title") || ictus__is_word (x->L, t, "source")
           || ictus__is_word (x->L, t, "shows") || ictus__is_word (x->L, t, "expect")))
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

/* table name file: the file as it stands, without quotes around it */
static ictus_err
file_name (lexer *x)
{
  const char *s = x->L->code;
  size_t a = x->at + strspn (s + x->at, " \t"), n;

  if (!x->table || (int) x->L->ntok != x->first + 2 || strchr ("%@=(#\n", s[a]) != NULL)
    return ICTUS_OK;
  n = strcspn (s + a, " \t\n#");
  if (s[a] == '"')
    {
      ++a;
      n = strcspn (s + a, "\"\n");
    }
  x->at = a;
  ICTUS_TRY (push (x, TK_TEXT, 0, n, 0));
  x->at += s[x->at] == '"';
  return ICTUS_OK;
}

/* aux I_K (nA)=... */
static ictus_err
aux_name (lexer *x)
{
  const char *s = x->L->code;
  size_t a = x->at + strspn (s + x->at, " \t"), n;

  if (!x->aux || (int) x->L->ntok != x->first + 1)
    return ICTUS_OK;
  n = strcspn (s + a, "=\n#");
  if (s[a + n] != '=')
    return ICTUS_OK;
  while (n > 0 && isblank ((unsigned char) s[a + n - 1]))
    --n;
  if (n == 0)
    return ICTUS_OK;
  x->at = a;
  ICTUS_TRY (push (x, TK_NAME, 0, n, 0));
  if (n > ICTUS__NAME_MAX)
    return ictus__fail (x->L, (int) x->L->ntok - 1, "this name has %zu characters; %d are allowed", n, ICTUS__NAME_MAX);
  return ICTUS_OK;
}

static ictus_err
end_line (lexer *x)
{
  ictus_lang *L = x->L;

  if ((int) L->ntok > x->first)
    {
      ictus__tok *t;

      ICTUS_TRY (push (x, TK_EOL, 0, 0, 0));
      /* messages point behind the last word, not behind the comment */
      t = &L->tok[L->ntok - 1];
      t->file = t[-1].file;
      t->line = t[-1].line;
      t->col = t[-1].col + (int) t[-1].len;
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
  const char *s = x->L->code;
  size_t n = strcspn (s + x->at, "\n");

  if (x->comment_len == 0 && n > 1)
    {
      x->comment = x->at + 1;
      x->comment_len = n - 1;
    }
  x->at += n;
}

/* What the first word of the line that begins here means for its characters. */
static void
begin_line (lexer *x)
{
  char *s = x->L->code + x->at;
  size_t n = strcspn (s, "\n"), len;
  char kept = s[n];
  ictus__kind kind;

  s[n] = '\0';
  kind = ictus__line_kind (s + strspn (s, " \t"), !x->L->xpp, &len);
  s[n] = kept;
  x->table = kind == LINE_TABLE;
  x->aux = x->L->xpp && kind == LINE_AUX;
  x->lenient = x->L->xpp && (kind == LINE_PAR || kind == LINE_NUMBER || kind == LINE_INIT || kind == LINE_WIENER);
}

static ictus_err
one (lexer *x)
{
  const char *s = x->L->code + x->at;
  bool done;

  if (isspace ((unsigned char) *s))
    ++x->at;
  else if (*s == '#')
    comment (x);
  else if (isdigit ((unsigned char) *s) || (*s == '.' && isdigit ((unsigned char) s[1])))
    return number (x);
  else if (isalpha ((unsigned char) *s))
    {
      ICTUS_TRY (name (x));
      ICTUS_TRY (free_text (x, &done));
      ICTUS_TRY (aux_name (x));
      return file_name (x);
    }
  else
    return operator (x);
  return ICTUS_OK;
}

ictus_err
ictus__lex (ictus_lang *L)
{
  lexer x = { .L = L };

  begin_line (&x);
  while (L->code[x.at] != '\0')
    if (L->code[x.at] == '\n')
      {
        ICTUS_TRY (end_line (&x));
        ++x.at;
        begin_line (&x);
      }
    else
      ICTUS_TRY (one (&x));
  ICTUS_TRY (end_line (&x));
  return push (&x, TK_EOL, 0, 0, 0); /* something to stand on for messages about the whole */
}
