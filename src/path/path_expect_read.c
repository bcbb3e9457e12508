/* SPDX-License-Identifier: BSD-3-Clause */
/* The text of an expectation: what is looked at, then clauses in any order. */
#include "path/path_expect.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- words and numbers ---------------------------------------------------------------------------------- */

static void
skip (ictus__claim *c)
{
  while (isspace ((unsigned char) *c->at) || *c->at == ',')
    ++c->at;
  if (*c->at == '#') /* a comment ends the text */
    c->at += strlen (c->at);
}

size_t
ictus__claim_peek (ictus__claim *c, char *w)
{
  size_t n = 0;

  skip (c);
  if (isalpha ((unsigned char) *c->at) || *c->at == '_')
    while (n < ICTUS__WORD_MAX - 1 && (isalnum ((unsigned char) c->at[n]) || c->at[n] == '_' || c->at[n] == '-'))
      {
        w[n] = c->at[n];
        ++n;
      }
  w[n] = '\0';
  return n;
}

bool
ictus__claim_take (ictus__claim *c, const char *word)
{
  char w[ICTUS__WORD_MAX];
  size_t n = ictus__claim_peek (c, w);

  if (n == 0 || strcasecmp (w, word) != 0)
    return false;
  c->at += n;
  return true;
}

static ictus_err
read_number (ictus__claim *c, const char *of, double *x)
{
  char *end;

  skip (c);
  *x = strtod (c->at, &end);
  if (end == c->at || !isfinite (*x))
    return ictus__claim_wrong (c, "a number is wanted for %s, not \"%.20s\"", of, c->at);
  c->at = end;
  return ICTUS_OK;
}

static ictus_err
read_amount (ictus__claim *c, const char *of, ictus__amount *a)
{
  ICTUS_TRY (read_number (c, of, &a->v));
  a->given = true;
  c->nearest = a;
  return ICTUS_OK;
}

/* NAME = VALUE; false: that is not what stands here. name [ICTUS__WORD_MAX] */
static ictus_err
read_pair (ictus__claim *c, char *name, double *x, bool *is)
{
  size_t n = ictus__claim_peek (c, name);
  const char *p = c->at + n;

  while (isspace ((unsigned char) *p))
    ++p;
  *is = n > 0 && *p == '=';
  if (!*is)
    return ICTUS_OK;
  c->at = p + 1;
  return read_number (c, name, x);
}

static int
find (const ictus__claim *c, ictus_lang_kind what, const char *name)
{
  return ictus_lang_find (c->m->lang, what, name);
}

static ictus_err
no_such (const ictus__claim *c, const char *what, ictus_lang_kind kind, const char *name)
{
  const char *near = ictus_lang_nearest (c->m->lang, kind, name);

  if (near != NULL)
    return ictus__claim_wrong (c, "no %s \"%s\"; did you mean \"%s\"?", what, name, near);
  return ictus__claim_wrong (c, "no %s \"%s\"", what, name);
}

/* ---- what it is about ----------------------------------------------------------------------------------- */

static int
shown_states (const ictus__claim *c)
{
  int n = ictus_lang_count (c->m->lang, ICTUS_LANG_STATE);

  while (n > 0 && ictus_lang_get (c->m->lang, ICTUS_LANG_STATE, n - 1)->hidden)
    --n;
  return n;
}

static ictus_err
read_column (ictus__claim *c)
{
  char name[ICTUS__WORD_MAX];
  size_t n = ictus__claim_peek (c, name);
  int k;

  if (n == 0)
    return ictus__claim_wrong (c, "a state or an aux quantity is wanted, not \"%.20s\"", c->at);
  c->at += n;
  k = find (c, ICTUS_LANG_STATE, name);
  if (k >= 0 && k < shown_states (c))
    {
      c->col = k;
      return ICTUS_OK;
    }
  k = find (c, ICTUS_LANG_AUX, name);
  if (k < 0)
    return no_such (c, "state or aux quantity", ICTUS_LANG_STATE, name);
  c->col = shown_states (c) + k;
  return ICTUS_OK;
}

static ictus_err
read_states (ictus__claim *c, double *into)
{
  char name[ICTUS__WORD_MAX];
  double x;
  bool is;

  for (;;)
    {
      int k;

      ICTUS_TRY (read_pair (c, name, &x, &is));
      if (!is)
        return ICTUS_OK;
      if ((k = find (c, ICTUS_LANG_STATE, name)) < 0)
        return no_such (c, "state", ICTUS_LANG_STATE, name);
      into[k] = x;
    }
}

ictus_err
ictus__claim_about (ictus__claim *c, ictus__about what, const char *kind)
{
  char name[ICTUS__WORD_MAX];
  double x;
  size_t n;

  switch (what)
    {
    case ICTUS__ABOUT_VALUES:
      c->nearest = &c->all;
      return read_states (c, c->want);
    case ICTUS__ABOUT_COLUMN:
      return read_column (c);
    case ICTUS__ABOUT_AMOUNT:
      return read_amount (c, kind, &c->is);
    case ICTUS__ABOUT_WHICH:
      if (ictus__claim_take (c, "last"))
        {
          c->last = true;
          return ICTUS_OK;
        }
      ICTUS_TRY (read_number (c, kind, &x));
      c->number = (int) fmin (fmax (x, 0), 1e9);
      return c->number >= 1 ? ICTUS_OK : ictus__claim_wrong (c, "%ss are counted from 1", kind);
    case ICTUS__ABOUT_PAR:
      break;
    }
  n = ictus__claim_peek (c, name);
  c->par = n > 0 ? find (c, ICTUS_LANG_PAR, name) : -1;
  if (c->par < 0)
    return no_such (c, "parameter", ICTUS_LANG_PAR, name);
  c->at += n;
  return ICTUS_OK;
}

/* ---- clauses -------------------------------------------------------------------------------------------- */

/* One value of "with" or of a set: a parameter, an initial value, an input, a setting */
static ictus_err
assign (ictus__claim *c, double *start, const char *name, double x)
{
  char value[40];
  int k;

  if ((k = find (c, ICTUS_LANG_PAR, name)) >= 0)
    c->p[k] = x;
  else if ((k = find (c, ICTUS_LANG_STATE, name)) >= 0)
    start[k] = x;
  else if ((k = find (c, ICTUS_LANG_INPUT, name)) >= 0)
    c->u[k] = x;
  else
    {
      snprintf (value, sizeof value, "%.17g", x);
      if (ictus_lang_set_option (&c->settings, name, value) != ICTUS_OK)
        return no_such (c, "parameter, state, input or setting", ICTUS_LANG_PAR, name);
    }
  return ICTUS_OK;
}

static ictus_err
read_with (ictus__claim *c, double *start)
{
  char name[ICTUS__WORD_MAX];
  double x;
  bool is, any = false;

  for (;; any = true)
    {
      ICTUS_TRY (read_pair (c, name, &x, &is));
      if (!is)
        return any ? ICTUS_OK : ictus__claim_wrong (c, "NAME=VALUE is wanted behind with, not \"%.20s\"", c->at);
      ICTUS_TRY (assign (c, start, name, x));
    }
}

static ictus_err
read_set (ictus__claim *c, double *start)
{
  char name[ICTUS__WORD_MAX];
  size_t n = ictus__claim_peek (c, name);
  const ictus_lang_set *s;

  c->at += n;
  for (int k = 0; (s = ictus_lang_set_at (c->m->lang, k)) != NULL; ++k)
    if (strcasecmp (s->name, name) == 0)
      {
        for (int i = 0; i < s->n; ++i)
          ICTUS_TRY (assign (c, start, s->item[i], s->value[i]));
        return ICTUS_OK;
      }
  return ictus__claim_wrong (c, "no set \"%s\"", name);
}

static ictus_err
read_within (ictus__claim *c)
{
  double x;

  ICTUS_TRY (read_number (c, "within", &x));
  if (x < 0 || c->nearest == NULL)
    return ictus__claim_wrong (c, "within follows the number it belongs to and is not negative");
  skip (c);
  if (*c->at == '%')
    {
      ++c->at;
      c->percent = c->nearest == &c->all;
      x *= c->percent ? 0.01 : fabs (c->nearest->v) / 100;
    }
  c->nearest->tol = x;
  return ICTUS_OK;
}

static bool
read_repose (ictus__claim *c)
{
  static const char *const names[] = { "", "stable", "unstable", "saddle" };

  for (int k = 1; k < 4; ++k)
    if (ictus__claim_take (c, names[k]))
      {
        c->repose = (ictus__repose) k;
        return true;
      }
  return false;
}

static ictus_err
read_method (ictus__claim *c)
{
  const char *name;
  size_t n = ictus__claim_peek (c, c->method);

  c->at += n;
  name = ictus_path_method_of (c->method, NULL);
  if (n == 0 || name == NULL)
    return ictus__claim_wrong (c, "no method \"%s\"", c->method);
  snprintf (c->method, sizeof c->method, "%s", name);
  return ICTUS_OK;
}

static ictus_err
read_event (ictus__claim *c, double *jump)
{
  char name[ICTUS__WORD_MAX];
  double x;
  bool is;
  int port;

  ICTUS_TRY (read_pair (c, name, &x, &is));
  if (!is)
    return ictus__claim_wrong (c, "PORT=WEIGHT is wanted behind event, not \"%.20s\"", c->at);
  if ((port = find (c, ICTUS_LANG_PORT, name)) < 0)
    return no_such (c, "port", ICTUS_LANG_PORT, name);
  jump[port] += x;
  return ICTUS_OK;
}

static ictus_err
read_clause (ictus__claim *c, double *start, double *jump)
{
  double x = 0;

  if (ictus__claim_take (c, "within"))
    return read_within (c);
  if (ictus__claim_take (c, "is"))
    return read_amount (c, "is", &c->is);
  if (ictus__claim_take (c, "at"))
    return read_amount (c, "at", &c->when);
  if (ictus__claim_take (c, "from"))
    return read_amount (c, "from", &c->lo);
  if (ictus__claim_take (c, "to"))
    return read_amount (c, "to", &c->hi);
  if (ictus__claim_take (c, "omega"))
    return read_amount (c, "omega", &c->omega);
  if (ictus__claim_take (c, "over"))
    return read_number (c, "over", &c->over);
  if (ictus__claim_take (c, "after"))
    return read_number (c, "after", &c->after);
  if (ictus__claim_take (c, "until"))
    return read_number (c, "until", &c->until);
  if (ictus__claim_take (c, "step"))
    return read_number (c, "step", &c->step);
  if (ictus__claim_take (c, "accuracy"))
    return read_number (c, "accuracy", &c->accuracy);
  if (ictus__claim_take (c, "with"))
    return read_with (c, start);
  if (ictus__claim_take (c, "near"))
    return read_states (c, c->near);
  if (ictus__claim_take (c, "event"))
    return read_event (c, jump);
  if (ictus__claim_take (c, "set"))
    return read_set (c, start);
  if (ictus__claim_take (c, "by"))
    return read_method (c);
  if (read_repose (c))
    return ICTUS_OK;
  if (ictus__claim_take (c, "number"))
    {
      ICTUS_TRY (read_number (c, "number", &x));
      c->number = (int) fmin (fmax (x, 0), 1e9);
      return c->number >= 1 ? ICTUS_OK : ictus__claim_wrong (c, "crossings are counted from 1");
    }
  return ictus__claim_wrong (c, "\"%.30s\" is no clause; there are: is, at, within, over, from, to, with, set, near, after, "
                                "until, step, accuracy, by, event, number, omega, stable, unstable, saddle",
                             c->at);
}

ictus_err
ictus__claim_clauses (ictus__claim *c, double *start, double *jump)
{
  for (skip (c); *c->at != '\0'; skip (c))
    ICTUS_TRY (read_clause (c, start, jump));
  return ICTUS_OK;
}
