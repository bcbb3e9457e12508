/* SPDX-License-Identifier: BSD-3-Clause */
/* Quotients with a removable singularity: where x / (exp(x) - 1) is written out, it is found and computed
   exactly. */
#include <float.h>
#include <math.h>

#include "lang/lang_helpers.h"
#include "lang/lang_impl.h"

double
ictus_xoverexpm1 (double x)
{
  return ictus_k_xoverexpm1 (x);
}

double
ictus_xoverexpm1_d (double x)
{
  return ictus_k_xoverexpm1_d (x);
}

enum { FEW = 16 }; /* factors or terms looked at; longer expressions are left as they are */

typedef struct product /* c * num[0] * ... / (q * den[0] * ...) */
{
  double c, q; /* apart, so that 0.01 and 1/10 make 0.1 exactly */
  int num[FEW], den[FEW];
  int nnum, nden;
  bool full;
} product;

static void
factors (const ictus__dag *g, int n, bool below, int depth, product *f)
{
  const ictus__node *k = &g->node[n];

  if (k->op == OP_CONST)
    *(below ? &f->q : &f->c) *= k->v;
  else if (k->op == OP_NEG)
    {
      f->c = -f->c;
      factors (g, k->a, below, depth + 1, f);
    }
  else if ((k->op == OP_MUL || k->op == OP_DIV) && depth < FEW)
    {
      factors (g, k->a, below, depth + 1, f);
      factors (g, k->b, k->op == OP_DIV ? !below : below, depth + 1, f);
    }
  else if ((below ? f->nden : f->nnum) == FEW)
    f->full = true;
  else if (below)
    f->den[f->nden++] = n;
  else
    f->num[f->nnum++] = n;
}

typedef struct form /* c[0] * atom[0] + ...; atom -1 is the number 1 */
{
  double c[FEW];
  int atom[FEW];
  int n;
  bool full;
} form;

static void
add_term (form *f, int atom, double c)
{
  int i = 0;

  while (i < f->n && f->atom[i] != atom)
    ++i;
  if (i == FEW)
    {
      f->full = true;
      return;
    }
  if (i == f->n)
    {
      f->atom[i] = atom;
      f->c[i] = 0;
      ++f->n;
    }
  f->c[i] += c;
}

static void
terms (const ictus__dag *g, int n, double c, int depth, form *f)
{
  const ictus__node *k = &g->node[n];

  if (k->op == OP_CONST)
    add_term (f, -1, c * k->v);
  else if (depth >= FEW)
    add_term (f, n, c);
  else if (k->op == OP_NEG)
    terms (g, k->a, -c, depth + 1, f);
  else if (k->op == OP_ADD || k->op == OP_SUB)
    {
      terms (g, k->a, c, depth + 1, f);
      terms (g, k->b, k->op == OP_ADD ? c : -c, depth + 1, f);
    }
  else if (k->op == OP_MUL && g->node[k->a].op == OP_CONST)
    terms (g, k->b, c * g->node[k->a].v, depth + 1, f);
  else if (k->op == OP_DIV && g->node[k->b].op == OP_CONST)
    terms (g, k->a, c / g->node[k->b].v, depth + 1, f);
  else
    add_term (f, n, c);
}

/* y = *r * x with a number r, up to the rounding of the numbers in the text */
static bool
proportional (const ictus__dag *g, int x, int y, double *r)
{
  form fx = { .n = 0 }, fy = { .n = 0 };

  *r = 1;
  if (x == y)
    return true;
  terms (g, x, 1, 0, &fx);
  terms (g, y, 1, 0, &fy);
  if (fx.full || fy.full || fx.n != fy.n || fx.n == 0)
    return false;
  for (int i = 0; i < fx.n; ++i)
    {
      int j = 0;

      while (j < fy.n && fy.atom[j] != fx.atom[i])
        ++j;
      if (j == fy.n || fx.c[i] == 0)
        return false;
      if (i == 0)
        *r = fy.c[j] / fx.c[0];
      if (!isfinite (*r) || *r == 0 || fabs (fy.c[j] - *r * fx.c[i]) > 4 * DBL_EPSILON * fabs (fy.c[j]))
        return false;
    }
  return true;
}

/* n is *sign * (exp(*x) - 1) */
static bool
is_expm1 (const ictus__dag *g, int n, int *x, double *sign)
{
  const ictus__node *k = &g->node[n];

  if (k->op == OP_SUB && g->node[k->a].op == OP_EXP && ictus__is_const (g, k->b, 1))
    {
      *x = g->node[k->a].a;
      *sign = 1;
      return true;
    }
  if (k->op == OP_SUB && g->node[k->b].op == OP_EXP && ictus__is_const (g, k->a, 1))
    {
      *x = g->node[k->b].a;
      *sign = -1;
      return true;
    }
  if (k->op == OP_ADD)
    for (int swap = 0; swap < 2; ++swap)
      {
        int e = swap ? k->b : k->a, c = swap ? k->a : k->b;

        if (g->node[e].op == OP_EXP && ictus__is_const (g, c, -1))
          {
            *x = g->node[e].a;
            *sign = 1;
            return true;
          }
      }
  return false;
}

static void
take (int *list, int *n, int k)
{
  list[k] = list[--*n];
}

/* Strike the factors of x out of f, so that what f was is f times x. Factors without a variable may stay
   behind (they go to the other side), unless x has no others. */
static bool
strike (const ictus__dag *g, product *f, product *x)
{
  const unsigned variable = DEP_ALL & ~(unsigned) DEP_PAR;
  bool any = false;
  double r;

  for (int i = 0; i < x->nnum; ++i)
    any = any || (ictus__deps (g, x->num[i]) & variable) != 0;
  for (int i = x->nnum; i-- > 0;)
    {
      int j = 0;

      while (j < f->nnum && !proportional (g, x->num[i], f->num[j], &r))
        ++j;
      if (j < f->nnum)
        {
          f->c *= r;
          take (f->num, &f->nnum, j);
          take (x->num, &x->nnum, i);
        }
      else if (!any || (ictus__deps (g, x->num[i]) & variable) != 0)
        return false;
    }
  for (int i = x->nden; i-- > 0;)
    {
      int j = 0;

      while (j < f->nden && f->den[j] != x->den[i])
        ++j;
      if (j < f->nden)
        {
          take (f->den, &f->nden, j);
          take (x->den, &x->nden, i);
        }
      else if ((ictus__deps (g, x->den[i]) & variable) != 0)
        return false;
    }
  f->c *= x->q;
  f->q *= x->c;
  return true;
}

static int
times (ictus__dag *g, int n, const int *list, int count)
{
  for (int i = 0; i < count; ++i)
    n = ictus__mul (g, n, list[i]);
  return n;
}

int
ictus__singular (ictus__dag *g, int a, int b)
{
  product f = { .c = 1, .q = 1 }, d = f, x = f;
  int arg = -1, num, den;
  double sign = 1;

  if (a < 0 || b < 0)
    return -1;
  factors (g, b, false, 0, &d);
  for (int i = 0; i < d.nnum && arg < 0; ++i)
    if (is_expm1 (g, d.num[i], &arg, &sign))
      take (d.num, &d.nnum, i);
  if (arg < 0)
    return -1;
  factors (g, a, false, 0, &f);
  factors (g, arg, false, 0, &x);
  if (f.full || d.full || x.full || x.nnum == 0 || !strike (g, &f, &x))
    return -1;
  f.c = f.c * sign * d.q / (f.q * d.c);
  if (!isfinite (f.c) || f.c == 0)
    return -1;
  /* a / b = f / x' / d' * g(arg), x' and d' what is left of x and d */
  num = times (g, times (g, times (g, ictus__num (g, f.c), f.num, f.nnum), x.den, x.nden), d.den, d.nden);
  den = times (g, times (g, times (g, ictus__num (g, 1), f.den, f.nden), x.num, x.nnum), d.num, d.nnum);
  return ictus__mul (g, ictus__div (g, num, den), ictus__fun1 (g, OP_XEM1, arg));
}
