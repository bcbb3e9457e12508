/* SPDX-License-Identifier: BSD-3-Clause */
/* Symbolic derivatives, forwards through the graph; what they say about the kind of system. */
#include <stdlib.h>
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
    case OP_LGAMMA: return ictus__fun1 (g, OP_DIGAMMA, a);
    case OP_EXPREL: return ictus__fun1 (g, OP_EXPREL_D, a);
    case OP_XEM1: return ictus__fun1 (g, OP_XEM1_D, a);
    case OP_SIGN: case OP_HEAV: case OP_FLOOR: case OP_CEIL: return ictus__num (g, 0);
    case OP_EXPREL_D: case OP_XEM1_D: case OP_DIGAMMA: /* derivatives are not differentiated again */
    case OP_CONST: case OP_TIME: case OP_STATE: case OP_PAR: case OP_INPUT: case OP_DELAYED: case OP_NOISE:
    case OP_TABLE: case OP_TABLE_D: case OP_WEIGHT: case OP_ARG:
    case OP_NEG: case OP_NOT: case OP_ADD: case OP_SUB: case OP_MUL: case OP_DIV: case OP_POW: case OP_POWI:
    case OP_ATAN2: case OP_MOD: case OP_MIN: case OP_MAX: case OP_LT: case OP_LE: case OP_EQ: case OP_NE:
    case OP_AND: case OP_OR: case OP_IF: case OP_BESSELJ: case OP_BESSELY: case OP_BESSELI: case OP_POISSON:
    case OP_SUM: case OP_COUNT: break;
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

/* By the argument; the order is a whole number. */
static int
d_bessel (ictus__dag *g, ictus__op op, int order, int x, int dx)
{
  int one = ictus__num (g, 1), below = ictus__fun2 (g, op, ictus__sub (g, order, one), x);
  int above = ictus__fun2 (g, op, ictus__add (g, order, one), x);
  int twice = op == OP_BESSELI ? ictus__add (g, below, above) : ictus__sub (g, below, above);

  return ictus__mul (g, ictus__mul (g, ictus__num (g, 0.5), twice), dx);
}

static int
d_sum (ictus__dag *g, int n, const int *d)
{
  int *term = ictus_alloc ((size_t) g->node[n].b, sizeof *term), r = -1;

  if (term == NULL)
    return -1;
  for (int k = 0; k < g->node[n].b; ++k)
    term[k] = d[ictus__kid (g, n, k)];
  r = ictus__add_up (g, term, (size_t) g->node[n].b);
  ictus_free (term);
  return r;
}

/* The derivative of node n, whose operands have the derivatives d. */
static int
rule (ictus__dag *g, int n, const int *d)
{
  const ictus__node k = g->node[n];
  int da = k.op >= OP_NEG && k.op != OP_SUM ? d[k.a] : -1, db, dc;

  switch (k.op)
    {
    case OP_NEG: return ictus__neg (g, da);
    case OP_SUM: return d_sum (g, n, d);
    case OP_ADD: return ictus__add (g, da, d[k.b]);
    case OP_SUB: return ictus__sub (g, da, d[k.b]);
    case OP_MUL: return ictus__add (g, ictus__mul (g, da, k.b), ictus__mul (g, k.a, d[k.b]));
    case OP_DIV: return d_quotient (g, n, k.b, da, d[k.b]);
    case OP_POW: return d_pow (g, n, k.a, k.b, da, d[k.b]);
    case OP_POWI:
      return ictus__mul (g, ictus__mul (g, ictus__num (g, k.b), ictus__pow (g, k.a, ictus__num (g, k.b - 1))),
                         da);
    case OP_ATAN2: return d_atan2 (g, k.a, k.b, da, d[k.b]);
    case OP_BESSELJ: case OP_BESSELY: case OP_BESSELI: return d_bessel (g, k.op, k.a, k.b, d[k.b]);
    case OP_TABLE: return ictus__mul (g, ictus__raw (g, OP_TABLE_D, k.a, k.b, -1, 0), da);
    case OP_MOD:
      db = ictus__mul (g, ictus__fun1 (g, OP_FLOOR, ictus__div (g, k.a, k.b)), d[k.b]);
      return ictus__sub (g, da, db);
    case OP_MIN: return ictus__if (g, ictus__fun2 (g, OP_LE, k.a, k.b), da, d[k.b]);
    case OP_MAX: return ictus__if (g, ictus__fun2 (g, OP_LE, k.b, k.a), da, d[k.b]);
    case OP_IF:
      db = d[k.b];
      dc = d[k.c];
      return ictus__if (g, k.a, db, dc);
    case OP_LT: case OP_LE: case OP_EQ: case OP_NE: case OP_AND: case OP_OR: case OP_NOT: case OP_POISSON:
    case OP_TABLE_D:
      return ictus__num (g, 0);
    case OP_CONST: case OP_TIME: case OP_STATE: case OP_PAR: case OP_INPUT: case OP_DELAYED: case OP_NOISE:
    case OP_WEIGHT: case OP_ARG: case OP_LGAMMA: case OP_DIGAMMA:
    case OP_SIN: case OP_COS: case OP_TAN: case OP_ASIN: case OP_ACOS: case OP_ATAN: case OP_SINH:
    case OP_COSH: case OP_TANH: case OP_EXP: case OP_LOG: case OP_LOG10: case OP_SQRT: case OP_ABS:
    case OP_SIGN: case OP_HEAV: case OP_FLOOR: case OP_CEIL: case OP_ERF: case OP_ERFC: case OP_EXPREL:
    case OP_EXPREL_D: case OP_XEM1: case OP_XEM1_D: case OP_COUNT: break;
    }
  return ictus__is_const (g, da, 0) ? da : ictus__mul (g, d_function (g, k.op, n, k.a), da);
}

/* ---- through the graph ----------------------------------------------------------------------------------- */

ictus_err
ictus__differ_open (ictus__dag *g, int upto, const unsigned char *need, ictus__differ *D)
{
  size_t n = (size_t) upto, edges = 0;
  int zero = ictus__num (g, 0);

  *D = (ictus__differ) { .g = g, .upto = upto };
  for (int i = 0; i < upto; ++i)
    edges += (size_t) ictus__nkids (g, i);
  D->first = ictus_alloc (n + 2, sizeof *D->first);
  D->user = ictus_alloc (edges, sizeof *D->user);
  D->d = ictus_alloc (n, sizeof *D->d);
  D->list = ictus_alloc (n, sizeof *D->list);
  D->seen = ictus_alloc (n, 1);
  if (D->first == NULL || D->user == NULL || D->d == NULL || D->list == NULL || D->seen == NULL || zero < 0)
    return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  for (int pass = 0; pass < 2; ++pass) /* count the users of each node; list them */
    for (int i = 0; i < upto; ++i)
      {
        D->d[i] = zero;
        for (int k = 0; k < ictus__nkids (g, i) && (need == NULL || need[i] != 0); ++k)
          if (pass == 0)
            ++D->first[ictus__kid (g, i, k) + 2];
          else
            D->user[D->first[ictus__kid (g, i, k) + 1]++] = i;
        if (pass == 0 && i + 1 == upto)
          for (int k = 0; k < upto; ++k)
            D->first[k + 2] += D->first[k + 1];
      }
  return ICTUS_OK;
}

void
ictus__differ_close (ictus__differ *D)
{
  ictus_free (D->first);
  ictus_free (D->user);
  ictus_free (D->d);
  ictus_free (D->list);
  ictus_free (D->seen);
}

static int
ascending (const void *a, const void *b)
{
  int x = *(const int *) a, y = *(const int *) b;

  return (x > y) - (x < y);
}

/* Only what depends on the leaf is visited, so that large networks, where nearly nothing does, take no long time. */
ictus_err
ictus__differ_by (ictus__differ *D, int leaf)
{
  int zero = ictus__num (D->g, 0), one = ictus__num (D->g, 1);

  for (size_t k = 0; k < D->n; ++k)
    {
      D->d[D->list[k]] = zero;
      D->seen[D->list[k]] = 0;
    }
  D->n = 0;
  if (leaf < 0 || one < 0)
    return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  if (leaf >= D->upto)
    return ICTUS_OK;
  D->list[D->n++] = leaf;
  D->seen[leaf] = 1;
  for (size_t k = 0; k < D->n; ++k)
    for (int u = D->first[D->list[k]]; u < D->first[D->list[k] + 1]; ++u)
      if (!D->seen[D->user[u]])
        {
          D->seen[D->user[u]] = 1;
          D->list[D->n++] = D->user[u];
        }
  qsort (D->list, D->n, sizeof *D->list, ascending);
  D->d[leaf] = one;
  for (size_t k = 1; k < D->n; ++k)
    {
      int n = D->list[k];
      bool any = false;

      for (int i = 0; i < ictus__nkids (D->g, n) && !any; ++i)
        any = D->d[ictus__kid (D->g, n, i)] != zero;
      if (!any || (D->d[n] = rule (D->g, n, D->d)) >= 0)
        continue;
      if (D->g->n >= ICTUS__NODE_MAX)
        return ICTUS_FAIL (ICTUS_E_INPUT, "the derivatives of the model have more than %d terms", ICTUS__NODE_MAX);
      return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
    }
  D->work += D->n;
  return ICTUS_OK;
}

ictus_err
ictus__diff (ictus__dag *g, int leaf, int upto, int node, int *d)
{
  ictus__differ D;
  ictus_err e = ictus__differ_open (g, upto, NULL, &D);

  if (e == ICTUS_OK && (e = ictus__differ_by (&D, leaf)) == ICTUS_OK)
    *d = D.d[node];
  ictus__differ_close (&D);
  return e;
}
