/* SPDX-License-Identifier: BSD-3-Clause */
/* Functions of the language, functions of the file (expanded where they are called), if. */
#include <math.h>
#include <string.h>

#include "lang/lang_parse.h"

/* Functions that read their arguments themselves. */
typedef ictus_err caller (ictus__parser *p, int name, int *n);

static caller call_not;

static const struct { const char *name; ictus__op op; int nargs; caller *call; } functions[] = {
#define ICTUS_X(op, name, cname) { name, op, 1, NULL },
  ICTUS__UNARY_LIST (ICTUS_X)
#undef ICTUS_X
#define ICTUS_X(op, name, cname) { name, op, 2, NULL },
  ICTUS__BINARY_LIST (ICTUS_X)
#undef ICTUS_X
  { "log", OP_LOG, 1, NULL },
  { "not", OP_NOT, 1, call_not },
  { "vtrap", OP_XEM1, 2, NULL },
  { "ran", OP_NOISE, 1, ictus__call_random },
  { "normal", OP_NOISE, 2, ictus__call_random },
  { "poisson", OP_NOISE, 1, ictus__call_random },
  { "delay", OP_DELAYED, 2, ictus__call_delay },
  { "del_shft", OP_DELAYED, 3, ictus__call_del_shft },
  { "shift", OP_STATE, 2, ictus__call_shift },
  { "ishift", OP_CONST, 2, ictus__call_ishift },
  { "sum", OP_ADD, 2, ictus__call_sum },
};
enum { NFUN = sizeof functions / sizeof *functions };

int
ictus__builtin (const char *key)
{
  for (int k = 0; k < NFUN; ++k)
    if (functions[k].name[0] != '\0' && strcmp (functions[k].name, key) == 0)
      return k;
  return -1;
}

const char *
ictus__builtin_name (int k)
{
  return k < NFUN ? functions[k].name : NULL;
}

ictus_err
ictus__arguments (ictus__parser *p, int name, int want, int *arg)
{
  int opened = p->at, n = 0;
  char word[ICTUS__NAME_MAX + 1];

  if (!ictus__parse_is (p, '('))
    return ictus__fail (p->L, name, "'%s' is a function: expected '%s(...)'", ictus__spell (p->L, name, word),
                        word);
  ++p->at;
  if (ictus__parse_is (p, ')'))
    return ictus__fail (p->L, p->at, "'%s' needs %d argument%s, none given", ictus__spell (p->L, name, word),
                        want, want == 1 ? "" : "s");
  for (;;)
    {
      int one;

      ICTUS_TRY (ictus__parse (p, &one));
      if (n < want)
        arg[n] = one;
      ++n;
      if (!ictus__parse_is (p, ','))
        break;
      ++p->at;
    }
  ICTUS_TRY (ictus__close (p, opened));
  if (n != want)
    return ictus__fail (p->L, name, "'%s' needs %d argument%s, %d given", ictus__spell (p->L, name, word),
                        want, want == 1 ? "" : "s", n);
  return ICTUS_OK;
}

/* not(x), and not x as XPPAUT has it */
static ictus_err
call_not (ictus__parser *p, int name, int *n)
{
  int arg;

  ICTUS_TRY (ictus__arguments (p, name, 1, &arg));
  *n = ictus__fun1 (&p->L->g, OP_NOT, arg);
  return ictus__made (p, name, *n);
}

ictus_err
ictus__call_builtin (ictus__parser *p, int name, int k, int *n)
{
  ictus__dag *g = &p->L->g;
  int arg[2] = { -1, -1 };

  if (functions[k].call != NULL)
    return functions[k].call (p, name, n);
  ICTUS_TRY (ictus__arguments (p, name, functions[k].nargs, arg));
  if (strcmp (functions[k].name, "vtrap") == 0) /* x / (exp(x/y) - 1) = y * g(x/y) */
    *n = ictus__mul (g, arg[1], ictus__fun1 (g, OP_XEM1, ictus__div (g, arg[0], arg[1])));
  else if (functions[k].op == OP_POW)
    *n = ictus__pow (g, arg[0], arg[1]);
  else if (functions[k].nargs == 1)
    *n = ictus__fun1 (g, functions[k].op, arg[0]);
  else
    *n = ictus__fun2 (g, functions[k].op, arg[0], arg[1]);
  return ictus__made (p, name, *n);
}

ictus_err
ictus__call_user (ictus__parser *p, int name, int sym, int *n)
{
  ictus_lang *L = p->L;
  ictus__frame f = { .sym = sym };
  ictus_err e;

  ICTUS_TRY (ictus__arguments (p, name, L->sym[sym].nargs, f.arg));
  if (L->sym[sym].building)
    return ictus__fail (L, name, "the function '%s' calls itself", L->sym[sym].name);
  L->sym[sym].building = true;
  e = ictus__parse_body (p, sym, &f, n);
  L->sym[sym].building = false;
  ICTUS_TRY (e);
  return ictus__allowed (p, name, *n, false);
}

/* if(c)then(a)else(b) */
ictus_err
ictus__conditional (ictus__parser *p, int *n)
{
  static const char *const word[3] = { "if", "then", "else" };
  int part[3], tok = p->at;

  for (int k = 0; k < 3; ++k)
    {
      int opened;

      if (p->at >= p->stop || !ictus__is_word (p->L, p->at, word[k]))
        return ictus__fail (p->L, p->at, "expected '%s(...)' here: if(c)then(a)else(b)", word[k]);
      opened = ++p->at;
      if (!ictus__parse_is (p, '('))
        return ictus__fail (p->L, p->at, "expected '(' behind '%s': if(c)then(a)else(b)", word[k]);
      ++p->at;
      ICTUS_TRY (ictus__parse (p, &part[k]));
      ICTUS_TRY (ictus__close (p, opened));
    }
  *n = ictus__if (&p->L->g, part[0], part[1], part[2]);
  return ictus__made (p, tok, *n);
}

ictus_err
ictus__fixed_number (ictus__parser *p, int tok, int n, const char *what, double *v)
{
  ictus_lang *L = p->L;

  if (L->g.node[n].op == OP_CONST)
    {
      *v = L->g.node[n].v;
      return ICTUS_OK;
    }
  if (ictus__deps (&L->g, n) & ~(unsigned) DEP_PAR)
    return ictus__fail (L, tok, "%s is a number or depends on parameters only: it says which equations there are", what);
  ICTUS_TRY (ictus__evaluate (L, n, v));
  if (!isfinite (*v))
    return ictus__fail (L, tok, "%s is not a finite number", what);
  return ictus__note_once (L, ICTUS_LANG_READING, tok, "%s is %g, for the defaults of the parameters, and does not follow them",
                           what, *v);
}
