/* SPDX-License-Identifier: BSD-3-Clause */
/* Symbolic derivatives, forwards through the graph; what they say about the kind of system. */
#include <math.h>
#include <string.h>

#include "lang/lang_impl.h"

/* d(a^b): the second term counts only where a > 0, elsewhere a^b is constant in b or not defined */
static int
d_pow (ictus__dag *g, int n, int a, int b, int da, int db)
{
  int zero = ictus__num (g, 0), one = ictus__num (g, 1);
  int first = ictus__mul (g, ictus__mul (g, b, ictus__pow (g, a, ictus__sub (g, b, one))), da);
  int second;

  if (ictus__is_const (g, db, 0))
    return first;
  second
      = ictus__if (g, ictus__fun2 (g, OP_LT, zero, a), ictus__mul (g, n, ictus__fun1 (g, OP_LOG, a)), zero);
  second = ictus__mul (g, second, db);
  return ictus__is_const (g, da, 0) ? second : ictus__add (g, first, second);
}

static int
square (ictus__dag *g, int a)
{
  return ictus__pow (g, a, ictus__num (g, 2));
}

/* Factor f' of (f(a))' = f'(a) a' for the functions of one operand; n is the node of f(a). */
static int
d_function (ictus__dag *g, ictus__op op, int n, int a)
{
  int one = ictus__num (g, 1);

  switch (op)
    {
    case OP_SIN: return ictus__fun1 (g, OP_COS, a);
    case OP_COS: return ictus__neg (g, ictus__fun1 (g, OP_SIN, a));
    case OP_TAN: return ictus__add (g, one, square (g, n));
    case OP_ASIN: return ictus__div (g, one, ictus__fun1 (g, OP_SQRT, ictus__sub (g, one, square (g, a))));
    case OP_ACOS:
      return ictus__neg (g,
                         ictus__div (g, one, ictus__fun1 (g, OP_SQRT, ictus__sub (g, one, square (g, a)))));
    case OP_ATAN: return ictus__div (g, one, ictus__add (g, one, square (g, a)));
    case OP_SINH: return ictus__fun1 (g, OP_COSH, a);
    case OP_COSH: return ictus__fun1 (g, OP_SINH, a);
    case OP_TANH: return ictus__sub (g, one, square (g, n));
    case OP_EXP: return n;
    case OP_LOG: return ictus__div (g, one, a);
    case OP_LOG10: return ictus__div (g, ictus__num (g, 0.43429448190325182765), a);
    case OP_SQRT: return ictus__div (g, ictus__num (g, 0.5), n);
    case OP_ABS: return ictus__fun1 (g, OP_SIGN, a);
    case OP_ERF:
    case OP_ERFC:
      return ictus__mul (g, ictus__num (g, op == OP_ERF ? 1.12837916709551257390 : -1.12837916709551257390),
                         ictus__fun1 (g, OP_EXP, ictus__neg (g, square (g, a))));
    case OP_EXPREL: return ictus__fun1 (g, OP_EXPREL_D, a);
    case OP_XEM1: return ictus__fun1 (g, OP_XEM1_D, a);
    case OP_SIGN: case OP_HEAV: case OP_FLOOR: case OP_CEIL: return ictus__num (g, 0);
    case OP_EXPREL_D: case OP_XEM1_D: /* derivatives are not differentiated again */
    case OP_CONST: case OP_TIME: case OP_STATE: case OP_PAR: case OP_INPUT: case OP_DELAYED: case OP_NOISE:
    case OP_TABLE: case OP_TABLE_D: case OP_WEIGHT: case OP_ARG:
    case OP_NEG: case OP_NOT: case OP_ADD: case OP_SUB: case OP_MUL: case OP_DIV: case OP_POW: case OP_POWI:
    case OP_ATAN2: case OP_MOD: case OP_MIN: case OP_MAX: case OP_LT: case OP_LE: case OP_EQ: case OP_NE:
    case OP_AND: case OP_OR: case OP_IF: case OP_COUNT: break;
    }
  return -1;
}

static int
d_quotient (ictus__dag *g, int n, int b, int da, int db)
{
  if (ictus__is_const (g, db, 0))
    return ictus__div (g, da, b);
  return ictus__div (g, ictus__sub (g, da, ictus__mul (g, n, db)), b);
}

static int
d_atan2 (ictus__dag *g, int y, int x, int dy, int dx)
{
  int r = ictus__add (g, square (g, x), square (g, y));

  return ictus__div (g, ictus__sub (g, ictus__mul (g, x, dy), ictus__mul (g, y, dx)), r);
}

/* The derivative of node n, whose operands have the derivatives d. */
static int
rule (ictus__dag *g, int n, const int *d)
{
  const ictus__node k = g->node[n];
  int da = k.op >= OP_NEG ? d[k.a] : -1, db, dc;

  switch (k.op)
    {
    case OP_NEG: return ictus__neg (g, da);
    case OP_ADD: return ictus__add (g, da, d[k.b]);
    case OP_SUB: return ictus__sub (g, da, d[k.b]);
    case OP_MUL: return ictus__add (g, ictus__mul (g, da, k.b), ictus__mul (g, k.a, d[k.b]));
    case OP_DIV: return d_quotient (g, n, k.b, da, d[k.b]);
    case OP_POW: return d_pow (g, n, k.a, k.b, da, d[k.b]);
    case OP_POWI:
      return ictus__mul (g, ictus__mul (g, ictus__num (g, k.b), ictus__pow (g, k.a, ictus__num (g, k.b - 1))),
                         da);
    case OP_ATAN2: return d_atan2 (g, k.a, k.b, da, d[k.b]);
    case OP_MOD:
      db = ictus__mul (g, ictus__fun1 (g, OP_FLOOR, ictus__div (g, k.a, k.b)), d[k.b]);
      return ictus__sub (g, da, db);
    case OP_MIN: return ictus__if (g, ictus__fun2 (g, OP_LE, k.a, k.b), da, d[k.b]);
    case OP_MAX: return ictus__if (g, ictus__fun2 (g, OP_LE, k.b, k.a), da, d[k.b]);
    case OP_IF:
      db = d[k.b];
      dc = d[k.c];
      return ictus__if (g, k.a, db, dc);
    case OP_LT: case OP_LE: case OP_EQ: case OP_NE: case OP_AND: case OP_OR: case OP_NOT:
      return ictus__num (g, 0);
    case OP_CONST: case OP_TIME: case OP_STATE: case OP_PAR: case OP_INPUT: case OP_DELAYED: case OP_NOISE:
    case OP_TABLE: case OP_TABLE_D: case OP_WEIGHT: case OP_ARG:
    case OP_SIN: case OP_COS: case OP_TAN: case OP_ASIN: case OP_ACOS: case OP_ATAN: case OP_SINH:
    case OP_COSH: case OP_TANH: case OP_EXP: case OP_LOG: case OP_LOG10: case OP_SQRT: case OP_ABS:
    case OP_SIGN: case OP_HEAV: case OP_FLOOR: case OP_CEIL: case OP_ERF: case OP_ERFC: case OP_EXPREL:
    case OP_EXPREL_D: case OP_XEM1: case OP_XEM1_D: case OP_COUNT: break;
    }
  return ictus__is_const (g, da, 0) ? da : ictus__mul (g, d_function (g, k.op, n, k.a), da);
}

ictus_err
ictus__diff (ictus__dag *g, int leaf, int upto, const unsigned char *need, int *d)
{
  int zero = ictus__num (g, 0), one = ictus__num (g, 1);

  for (int n = 0; n < upto; ++n)
    {
      int nops = ictus__nops (g->node[n].op);
      bool any = false;

      for (int k = 0; k < nops && (need == NULL || need[n] != 0); ++k)
        {
          int kid = k == 0 ? g->node[n].a : k == 1 ? g->node[n].b : g->node[n].c;

          any = any || d[kid] != zero;
        }
      d[n] = n == leaf ? one : any ? rule (g, n, d) : zero;
      if (d[n] < 0 && g->n >= ICTUS__NODE_MAX)
        return ICTUS_FAIL (ICTUS_E_INPUT, "the derivatives of the model have more than %d terms",
                           ICTUS__NODE_MAX);
      if (d[n] < 0)
        return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
    }
  return ICTUS_OK;
}
