/* SPDX-License-Identifier: BSD-3-Clause */
/* table name file, table name % n lo hi formula */
#include <math.h>
#include <string.h>

#include "lang/lang_front.h"

/* The next line of a file, NULL behind the last. */
static const char *
next_line (const char *s)
{
  s += strcspn (s, "\n");
  return *s == '\n' && s[1] != '\0' ? s + 1 : NULL;
}

typedef struct reader /* of a file of values, one a line */
{
  const ictus_lang *L;
  const char *path, *text, *s;
  int line;
} reader;

static ictus_err
wrong (const reader *r, const char *what)
{
  return ictus_err_at (ICTUS_E_INPUT, r->path, r->text, r->line, 1, 1, "%s", what);
}

/* The number that the line at hand begins with, then on to the next line. */
static ictus_err
number (reader *r, const char *what, double *v)
{
  size_t used = 0;

  if (r->s == NULL)
    return wrong (r, what);
  *v = ictus__atof (r->s, &used);
  if (used == 0 || !isfinite (*v))
    return wrong (r, what);
  r->s = next_line (r->s);
  r->line += r->s != NULL;
  return ICTUS_OK;
}

/* npts, xlo, xhi, values; i in front of npts: steps, s: splines */
static ictus_err
values (ictus_lang *L, ictus__table *x, reader *r, int tok)
{
  double n;

  r->s += strspn (r->s, " \t");
  if (strncmp (r->s, "xyvals", 6) == 0)
    return wrong (r, "tables of pairs (xyvals) are not read; expected the number of values here");
  x->steps = *r->s == 'i' || *r->s == 'I';
  if (*r->s == 's' || *r->s == 'S')
    ICTUS_TRY (ictus__note (L, ICTUS_LANG_NOTDONE, tok, "splines: the table is interpolated linearly"));
  r->s += x->steps || *r->s == 's' || *r->s == 'S';
  ICTUS_TRY (number (r, "expected the number of values here", &n));
  if (n < 2 || n > ICTUS__TABLE_MAX || n != floor (n))
    {
      r->line = 1;
      return wrong (r, "expected the number of values here, 2 to 1048576");
    }
  ICTUS_TRY (number (r, "expected the first argument of the table here", &x->lo));
  ICTUS_TRY (number (r, "expected the last argument of the table here", &x->hi));
  if (!(x->lo < x->hi))
    return wrong (r, "the first argument of the table is not below the last");
  x->n = (int) n;
  if ((x->v = ictus_alloc ((size_t) x->n, sizeof *x->v)) == NULL)
    return ICTUS_E_NOMEM;
  for (int k = 0; k < x->n; ++k)
    ICTUS_TRY (number (r, "expected a value of the table here, one a line", &x->v[k]));
  return ICTUS_OK;
}

static ictus_err
from_file (ictus_lang *L, ictus__table *x, int tok)
{
  const ictus__tok *t = &L->tok[tok];
  char name[1024], why[1400], *text = NULL, *path = NULL;
  reader r = { .L = L, .line = 1 };
  ictus_err e;

  if (t->len == 0 || t->len >= sizeof name)
    return ictus__fail (L, tok, "expected the name of a file here");
  memcpy (name, L->code + t->off, t->len);
  name[t->len] = '\0';
  if ((e = ictus__read_beside (L, name, &text, &path)) != ICTUS_OK)
    {
      if (e != ICTUS_E_INPUT)
        return e;
      snprintf (why, sizeof why, "%s", ictus_err_last ());
      return ictus__fail (L, tok, "%s", why);
    }
  ictus__plain_text (text);
  r.path = path;
  r.text = r.s = text;
  e = values (L, x, &r, tok);
  ictus_free (text);
  ictus_free (path);
  return e;
}

/* A number that stands at *off in the code, and on to the next word. */
static ictus_err
word (const ictus_lang *L, int tok, size_t *off, const char *what, double *v)
{
  const char *s = L->code;
  size_t used;

  *off += strspn (s + *off, " \t");
  *v = ictus__atof (s + *off, &used);
  if (used == 0)
    return ictus__fail (L, tok, "expected %s here: 'table f %% 101 -5 5 exp(-t^2)'", what);
  *off += strcspn (s + *off, " \t\n");
  return ICTUS_OK;
}

static ictus_err
from_formula (ictus_lang *L, ictus__table *x, int t)
{
  size_t off = L->tok[t].off + 1;
  double n;

  ICTUS_TRY (word (L, t, &off, "the number of values", &n));
  ICTUS_TRY (word (L, t, &off, "the first argument", &x->lo));
  ICTUS_TRY (word (L, t, &off, "the last argument", &x->hi));
  if (n < 2 || n > ICTUS__TABLE_MAX)
    return ictus__fail (L, t + 1, "expected the number of values here, 2 to %d", (int) ICTUS__TABLE_MAX);
  if (!(x->lo < x->hi))
    return ictus__fail (L, t + 2, "the first argument of the table, %g, is not below the last, %g", x->lo, x->hi);
  x->n = (int) n;
  while (!ictus__at_end (L, t) && L->tok[t].off < off)
    ++t;
  x->expr = x->stop = t;
  while (!ictus__at_end (L, x->stop))
    ++x->stop;
  if (x->stop == x->expr)
    return ictus__fail (L, t, "expected a formula in t here");
  return ICTUS_OK;
}

ictus_err
ictus__table_line (ictus_lang *L, int t, int line)
{
  ictus__table x = { .expr = -1, .stop = -1 };
  ictus_err e;
  int s;

  ICTUS_TRY (ictus__new_symbol (L, SYM_TABLE, t, line, &s));
  x.sym = s;
  if (ictus__is_op (L, t + 1, '@'))
    return ictus__fail (L, t + 1, "tables of two arguments are not read");
  if (ictus__is_op (L, t + 1, '%'))
    e = from_formula (L, &x, t + 1);
  else if (L->tok[t + 1].kind == TK_TEXT)
    e = from_file (L, &x, t + 1);
  else
    e = ictus__fail (L, t + 1, "expected a file or '%% n lo hi formula' here");
  if (e == ICTUS_OK)
    e = ictus_grow (&L->table, &L->captable, L->ntable + 1, sizeof *L->table);
  if (e != ICTUS_OK)
    {
      ictus_free (x.v);
      return e;
    }
  L->sym[s].index = (int) L->ntable;
  L->table[L->ntable++] = x;
  return ICTUS_OK;
}
