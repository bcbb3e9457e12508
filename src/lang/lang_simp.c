/* SPDX-License-Identifier: BSD-3-Clause */
/* Constructors that simplify: constants are folded, like terms and factors joined, signs moved outwards. */
#include <limits.h>
#include <math.h>
#include <string.h>

#include "lang/lang_impl.h"

int
ictus__num (ictus__dag *g, double v)
{
  return ictus__raw (g, OP_CONST, -1, -1, -1, v == 0 ? 0 : v);
}

int
ictus__leaf (ictus__dag *g, ictus__op op, int index)
{
  return ictus__raw (g, op, index, -1, -1, 0);
}

static bool
is (const ictus__dag *g, int n, ictus__op op)
{
  return g->node[n].op == op;
}

static double
val (const ictus__dag *g, int n)
{
  return g->node[n].v;
}

/* The number if all operands are numbers and the result is finite, else the raw node. */
static int
fold (ictus__dag *g, ictus__op op, int a, int b, int c)
{
  int nops = ictus__nops (op);
  double v;

  if (is (g, a, OP_CONST) && (nops < 2 || is (g, b, OP_CONST)) && (nops < 3 || is (g, c, OP_CONST)))
    {
      v = ictus__apply (op, val (g, a), nops > 1 ? val (g, b) : 0, nops > 2 ? val (g, c) : 0);
      if (isfinite (v))
        return ictus__num (g, v);
    }
  return ictus__raw (g, op, a, nops > 1 ? b : -1, nops > 2 ? c : -1, 0);
}

/* n = factor * *rest, with a factor that is a number */
static double
split (const ictus__dag *g, int n, int *rest)
{
  const ictus__node *k = &g->node[n];

  *rest = n;
  if (k->op == OP_NEG)
    return -split (g, k->a, rest);
  if (k->op == OP_MUL && is (g, k->a, OP_CONST))
    {
      *rest = k->b;
      return val (g, k->a);
    }
  return 1;
}

int
ictus__neg (ictus__dag *g, int a)
{
  if (a < 0)
    return -1;
  if (is (g, a, OP_CONST))
    return ictus__num (g, -val (g, a));
  if (is (g, a, OP_NEG))
    return g->node[a].a;
  if (is (g, a, OP_SUB))
    return ictus__raw (g, OP_SUB, g->node[a].b, g->node[a].a, -1, 0);
  if (is (g, a, OP_MUL) && is (g, g->node[a].a, OP_CONST))
    return ictus__mul (g, ictus__num (g, -val (g, g->node[a].a)), g->node[a].b);
  return ictus__raw (g, OP_NEG, a, -1, -1, 0);
}

/* Commuting operands are put in one order, so that a + b and b + a are one node (and the same bits). */
static int
ordered (ictus__dag *g, ictus__op op, int a, int b)
{
  return a <= b ? fold (g, op, a, b, -1) : fold (g, op, b, a, -1);
}

int
ictus__add (ictus__dag *g, int a, int b)
{
  double ca, cb;
  int ra, rb;

  if (a < 0 || b < 0)
    return -1;
  if (ictus__is_const (g, a, 0))
    return b;
  if (ictus__is_const (g, b, 0))
    return a;
  if (is (g, b, OP_NEG))
    return ictus__sub (g, a, g->node[b].a);
  if (is (g, a, OP_NEG))
    return ictus__sub (g, b, g->node[a].a);
  ca = split (g, a, &ra);
  cb = split (g, b, &rb);
  if (ra == rb && !is (g, ra, OP_CONST) && isfinite (ca + cb))
    return ictus__mul (g, ictus__num (g, ca + cb), ra);
  if (is (g, a, OP_SUB) && g->node[a].b == b)
    return g->node[a].a;
  if (is (g, b, OP_SUB) && g->node[b].b == a)
    return g->node[b].a;
  return ordered (g, OP_ADD, a, b);
}

int
ictus__sub (ictus__dag *g, int a, int b)
{
  double ca, cb;
  int ra, rb;

  if (a < 0 || b < 0)
    return -1;
  if (a == b)
    return ictus__num (g, 0);
  if (ictus__is_const (g, b, 0))
    return a;
  if (ictus__is_const (g, a, 0))
    return ictus__neg (g, b);
  if (is (g, b, OP_NEG))
    return ictus__add (g, a, g->node[b].a);
  ca = split (g, a, &ra);
  cb = split (g, b, &rb);
  if (ra == rb && !is (g, ra, OP_CONST) && isfinite (ca - cb))
    return ictus__mul (g, ictus__num (g, ca - cb), ra);
  if (is (g, a, OP_ADD) && g->node[a].a == b)
    return g->node[a].b;
  if (is (g, a, OP_ADD) && g->node[a].b == b)
    return g->node[a].a;
  if (is (g, a, OP_NEG))
    return ictus__neg (g, ictus__add (g, g->node[a].a, b));
  return fold (g, OP_SUB, a, b, -1);
}

/* a = base to the n, with n = 1 for anything that is no power */
static int
base_of (const ictus__dag *g, int a, int *n)
{
  *n = is (g, a, OP_POWI) ? g->node[a].b : 1;
  return is (g, a, OP_POWI) ? g->node[a].a : a;
}

static int
powi (ictus__dag *g, int a, int n)
{
  return n == 1 ? a : ictus__raw (g, OP_POWI, a, n, -1, 0);
}

int
ictus__mul (ictus__dag *g, int a, int b)
{
  int na, nb, r;

  if (a < 0 || b < 0)
    return -1;
  if (ictus__is_const (g, a, 0) || ictus__is_const (g, b, 0))
    return ictus__num (g, 0);
  if (ictus__is_const (g, a, 1))
    return b;
  if (ictus__is_const (g, b, 1))
    return a;
  if (ictus__is_const (g, a, -1) || ictus__is_const (g, b, -1))
    return ictus__neg (g, ictus__is_const (g, a, -1) ? b : a);
  if (is (g, a, OP_NEG))
    return ictus__neg (g, ictus__mul (g, g->node[a].a, b));
  if (is (g, b, OP_NEG))
    return ictus__neg (g, ictus__mul (g, a, g->node[b].a));
  if (is (g, b, OP_CONST))
    {
      int swap = a;

      a = b;
      b = swap;
    }
  if (is (g, a, OP_CONST))
    {
      if (is (g, b, OP_MUL) && is (g, g->node[b].a, OP_CONST)
          && isfinite (val (g, a) * val (g, g->node[b].a)))
        return ictus__mul (g, ictus__num (g, val (g, a) * val (g, g->node[b].a)), g->node[b].b);
      return fold (g, OP_MUL, a, b, -1); /* a number stands first, whatever its node */
    }
  if (is (g, a, OP_MUL) && is (g, g->node[a].a, OP_CONST)) /* numbers move out of products */
    return ictus__mul (g, g->node[a].a, ictus__mul (g, g->node[a].b, b));
  if (is (g, b, OP_MUL) && is (g, g->node[b].a, OP_CONST))
    return ictus__mul (g, g->node[b].a, ictus__mul (g, a, g->node[b].b));
  if (base_of (g, a, &na) == base_of (g, b, &nb) && na + nb <= ICTUS__POWI_MAX)
    return powi (g, base_of (g, a, &na), na + nb);
  if (is (g, b, OP_DIV) && (r = ictus__singular (g, ictus__mul (g, a, g->node[b].a), g->node[b].b)) >= 0)
    return r;
  if (is (g, a, OP_DIV) && (r = ictus__singular (g, ictus__mul (g, b, g->node[a].a), g->node[a].b)) >= 0)
    return r;
  return ordered (g, OP_MUL, a, b);
}

int
ictus__div (ictus__dag *g, int a, int b)
{
  int r;

  if (a < 0 || b < 0)
    return -1;
  if (ictus__is_const (g, b, 1))
    return a;
  if (ictus__is_const (g, b, -1))
    return ictus__neg (g, a);
  if (ictus__is_const (g, a, 0) && !is (g, b, OP_CONST))
    return a;
  if ((r = ictus__singular (g, a, b)) >= 0)
    return r;
  if (is (g, a, OP_NEG))
    return ictus__neg (g, ictus__div (g, g->node[a].a, b));
  if (is (g, b, OP_NEG))
    return ictus__neg (g, ictus__div (g, a, g->node[b].a));
  if (is (g, a, OP_CONST) && val (g, a) < 0 && !is (g, b, OP_CONST))
    return ictus__neg (g, ictus__div (g, ictus__num (g, -val (g, a)), b));
  return fold (g, OP_DIV, a, b, -1);
}

int
ictus__pow (ictus__dag *g, int a, int b)
{
  double n;

  if (a < 0 || b < 0)
    return -1;
  if (!is (g, b, OP_CONST) || is (g, a, OP_CONST))
    return fold (g, OP_POW, a, b, -1);
  n = val (g, b);
  if (n == 0)
    return ictus__num (g, 1);
  if (n == 0.5)
    return ictus__fun1 (g, OP_SQRT, a);
  if (n < 0 && n >= -ICTUS__POWI_MAX && n == floor (n))
    return ictus__div (g, ictus__num (g, 1), ictus__pow (g, a, ictus__num (g, -n)));
  if (n < 0 || n > ICTUS__POWI_MAX || n != floor (n))
    return fold (g, OP_POW, a, b, -1);
  if (is (g, a, OP_NEG))
    {
      int r = ictus__pow (g, g->node[a].a, b);

      return fmod (n, 2) == 0 ? r : ictus__neg (g, r);
    }
  if (is (g, a, OP_POWI) && g->node[a].b * (int) n <= ICTUS__POWI_MAX)
    return powi (g, g->node[a].a, g->node[a].b * (int) n);
  return powi (g, a, (int) n);
}

int
ictus__if (ictus__dag *g, int c, int a, int b)
{
  if (c < 0 || a < 0 || b < 0)
    return -1;
  if (is (g, c, OP_CONST))
    return val (g, c) != 0 ? a : b;
  if (a == b)
    return a;
  if (is (g, c, OP_NOT))
    return ictus__if (g, g->node[c].a, b, a);
  return fold (g, OP_IF, c, a, b);
}

int
ictus__fun1 (ictus__dag *g, ictus__op op, int a)
{
  if (a < 0)
    return -1;
  if (op == OP_ABS && is (g, a, OP_NEG))
    a = g->node[a].a;
  return fold (g, op, a, -1, -1);
}

int
ictus__fun2 (ictus__dag *g, ictus__op op, int a, int b)
{
  if (a < 0 || b < 0)
    return -1;
  if ((op == OP_MIN || op == OP_MAX) && a == b)
    return a;
  if (op == OP_EQ || op == OP_NE)
    return ordered (g, op, a, b);
  if ((op == OP_AND || op == OP_OR) && a == b) /* what is true is 1 */
    return ictus__fun2 (g, OP_NE, a, ictus__num (g, 0));
  return fold (g, op, a, b, -1);
}

enum { MANY = 8 }; /* terms from which on a sum is one node */

int
ictus__add_up (ictus__dag *g, int *term, size_t n)
{
  size_t m = 0;
  double c = 0;

  for (size_t k = 0; k < n; ++k)
    if (term[k] < 0)
      return -1;
    else if (!is (g, term[k], OP_CONST))
      term[m++] = term[k];
    else
      c += val (g, term[k]);
  if (m < MANY || m > INT_MAX / 2 || !isfinite (c))
    {
      int s = ictus__num (g, c);

      for (size_t k = 0; k < m; ++k)
        s = ictus__add (g, s, term[k]);
      return s;
    }
  return ictus__add (g, ictus__num (g, c), ictus__raw_sum (g, term, (int) m));
}
