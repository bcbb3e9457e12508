/* SPDX-License-Identifier: BSD-3-Clause */
/* The expression graph: nodes that exist once, their dependences, their values. */
#include <math.h>
#include <string.h>

#include "lang/lang_helpers.h"
#include "lang/lang_impl.h"

static size_t
hash_node (const ictus__node *k)
{
  uint64_t h = ictus_hash (&k->op, sizeof k->op, 0);

  if (k->op != OP_SUM) /* whose hash is c; where its terms stand says nothing */
    h = ictus_hash (&k->a, sizeof k->a, h);
  h = ictus_hash (&k->b, sizeof k->b, h);
  h = ictus_hash (&k->c, sizeof k->c, h);
  return (size_t) ictus_hash (&k->v, sizeof k->v, h);
}

static bool
same_node (const ictus__dag *g, const ictus__node *x, const ictus__node *y)
{
  if (x->op != y->op || x->b != y->b || x->c != y->c || memcmp (&x->v, &y->v, sizeof x->v) != 0)
    return false;
  if (x->op == OP_SUM)
    return memcmp (g->list + x->a, g->list + y->a, (size_t) x->b * sizeof *g->list) == 0;
  return x->a == y->a;
}

static bool
rehash (ictus__dag *g)
{
  size_t n = g->nslot ? 2 * g->nslot : 256;
  int *slot = ictus_alloc (n, sizeof *slot);

  if (slot == NULL)
    return false;
  for (size_t i = 0; i < g->n; ++i)
    {
      size_t h = hash_node (&g->node[i]) & (n - 1);

      while (slot[h] != 0)
        h = (h + 1) & (n - 1);
      slot[h] = (int) i + 1;
    }
  ictus_free (g->slot);
  g->slot = slot;
  g->nslot = n;
  return true;
}

int
ictus__nops (ictus__op op)
{
  if (op < OP_NEG || op == OP_SUM)
    return 0;
  if (op < OP_ADD || op == OP_POWI || op == OP_TABLE || op == OP_TABLE_D)
    return 1;
  return op == OP_IF ? 3 : 2;
}

int
ictus__nkids (const ictus__dag *g, int n)
{
  return g->node[n].op == OP_SUM ? g->node[n].b : ictus__nops (g->node[n].op);
}

int
ictus__kid (const ictus__dag *g, int n, int k)
{
  const ictus__node *x = &g->node[n];

  return x->op == OP_SUM ? g->list[x->a + k] : k == 0 ? x->a : k == 1 ? x->b : x->c;
}

static unsigned
own_deps (const ictus__dag *g, const ictus__node *k)
{
  static const unsigned leaf[]
      = { [OP_CONST] = 0,         [OP_TIME] = DEP_T,   [OP_STATE] = DEP_STATE, [OP_PAR] = DEP_PAR,
          [OP_INPUT] = DEP_INPUT, [OP_WEIGHT] = DEP_W, [OP_ARG] = DEP_ARG, [OP_DELAYED] = DEP_DELAY,
          [OP_NOISE] = DEP_NOISE };
  int nops = ictus__nops (k->op);
  unsigned d = 0;

  for (int i = 0; k->op == OP_SUM && i < k->b; ++i)
    d |= g->node[g->list[k->a + i]].deps;
  if (nops == 0)
    return k->op == OP_SUM ? d : leaf[k->op];
  d |= g->node[k->a].deps;
  if (nops > 1)
    d |= g->node[k->b].deps;
  if (nops > 2)
    d |= g->node[k->c].deps;
  return d;
}

/* The node that is like k, or k itself as a new one. */
static int
intern (ictus__dag *g, ictus__node k)
{
  size_t h;

  if (2 * (g->n + 1) > g->nslot && !rehash (g))
    return -1;
  for (h = hash_node (&k) & (g->nslot - 1); g->slot[h] != 0; h = (h + 1) & (g->nslot - 1))
    if (same_node (g, &g->node[g->slot[h] - 1], &k))
      return g->slot[h] - 1;
  if (g->n >= ICTUS__NODE_MAX || ictus_grow (&g->node, &g->cap, g->n + 1, sizeof *g->node) != ICTUS_OK)
    return -1;
  k.deps = own_deps (g, &k);
  g->node[g->n] = k;
  g->slot[h] = (int) ++g->n;
  return (int) g->n - 1;
}

int
ictus__raw (ictus__dag *g, ictus__op op, int a, int b, int c, double v)
{
  int nops = ictus__nops (op);
  ictus__node k;

  if ((nops > 0 && a < 0) || (nops > 1 && b < 0) || (nops > 2 && c < 0))
    return -1;
  memset (&k, 0, sizeof k);
  k.op = op;
  k.a = a;
  k.b = b;
  k.c = c;
  k.v = v;
  return intern (g, k);
}

int
ictus__raw_sum (ictus__dag *g, const int *term, int n)
{
  ictus__node k;
  size_t was = g->n;
  int made;

  for (int i = 0; i < n; ++i)
    if (term[i] < 0)
      return -1;
  if (g->nlist + (size_t) n > 8 * (size_t) ICTUS__NODE_MAX
      || ictus_grow (&g->list, &g->caplist, g->nlist + (size_t) n, sizeof *g->list) != ICTUS_OK)
    return -1;
  memcpy (g->list + g->nlist, term, (size_t) n * sizeof *term);
  memset (&k, 0, sizeof k);
  k.op = OP_SUM;
  k.a = (int) g->nlist;
  k.b = n;
  k.c = (int) (ictus_hash (term, (size_t) n * sizeof *term, 0) & 0x7fffffff);
  made = intern (g, k);
  if (g->n > was)
    g->nlist += (size_t) n;
  return made;
}

void
ictus__dag_clear (ictus__dag *g)
{
  ictus_free (g->node);
  ictus_free (g->slot);
  ictus_free (g->list);
  memset (g, 0, sizeof *g);
}

unsigned
ictus__deps (const ictus__dag *g, int n)
{
  return n < 0 ? 0 : g->node[n].deps;
}

bool
ictus__is_const (const ictus__dag *g, int n, double v)
{
  return n >= 0 && g->node[n].op == OP_CONST && g->node[n].v == v;
}

/* True for the operations whose value switches where operand number k passes some value. */
static bool
switches (ictus__op op, int k)
{
  if (op == OP_IF)
    return k == 0;
  if (op == OP_BESSELJ || op == OP_BESSELY || op == OP_BESSELI)
    return k == 0;
  return op == OP_ABS || op == OP_SIGN || op == OP_HEAV || op == OP_FLOOR || op == OP_CEIL || op == OP_NOT
         || op == OP_POISSON || (op >= OP_MOD && op <= OP_TABLE_D);
}

/* Operands have smaller numbers: a sweep upwards finds what depends on the leaf, one downwards what n
   uses. */
static bool
sweep (const ictus__dag *g, int n, int leaf, bool switched)
{
  enum { USED = 1, HAS = 2 };
  unsigned char *mark;
  bool found = false;

  if (n < 0 || leaf < 0 || (g->node[n].deps & g->node[leaf].deps) == 0)
    return false;
  if ((mark = ictus_alloc ((size_t) n + 1, 1)) == NULL)
    return true;
  for (int i = leaf; i <= n; ++i)
    {
      bool has = i == leaf;

      for (int k = 0; k < ictus__nkids (g, i); ++k)
        has = has || (mark[ictus__kid (g, i, k)] & HAS) != 0;
      mark[i] = has ? HAS : 0;
    }
  found = !switched && (mark[n] & HAS) != 0;
  mark[n] |= USED;
  for (int i = n; switched && i >= 0 && !found; --i)
    if ((mark[i] & USED) != 0)
      {
        for (int k = 0; k < ictus__nkids (g, i); ++k)
          {
            found = found || ((mark[ictus__kid (g, i, k)] & HAS) != 0 && switches (g->node[i].op, k));
            mark[ictus__kid (g, i, k)] |= USED;
          }
      }
  ictus_free (mark);
  return found;
}

bool
ictus__contains (const ictus__dag *g, int n, int leaf)
{
  return sweep (g, n, leaf, false);
}

bool
ictus__switched (const ictus__dag *g, int n, int leaf)
{
  return sweep (g, n, leaf, true);
}

bool
ictus__switched_by (const ictus__dag *g, int n, unsigned deps)
{
  unsigned char *used;
  bool found = false;

  if (n < 0 || (g->node[n].deps & deps) == 0)
    return false;
  if ((used = ictus_alloc ((size_t) n + 1, 1)) == NULL)
    return true;
  used[n] = 1;
  for (int i = n; i >= 0 && !found; --i)
    if (used[i] != 0)
      {
        for (int k = 0; k < ictus__nkids (g, i); ++k)
          {
            found = found || ((g->node[ictus__kid (g, i, k)].deps & deps) != 0 && switches (g->node[i].op, k));
            used[ictus__kid (g, i, k)] = 1;
          }
      }
  ictus_free (used);
  return found;
}

double
ictus__apply (ictus__op op, double a, double b, double c)
{
  switch (op)
    {
    case OP_NEG: return -a;
    case OP_NOT: return a == 0;
    case OP_SIN: return sin (a);
    case OP_COS: return cos (a);
    case OP_TAN: return tan (a);
    case OP_ASIN: return asin (a);
    case OP_ACOS: return acos (a);
    case OP_ATAN: return atan (a);
    case OP_SINH: return sinh (a);
    case OP_COSH: return cosh (a);
    case OP_TANH: return tanh (a);
    case OP_EXP: return exp (a);
    case OP_LOG: return log (a);
    case OP_LOG10: return log10 (a);
    case OP_SQRT: return sqrt (a);
    case OP_ABS: return fabs (a);
    case OP_SIGN: return ictus_k_sign (a);
    case OP_HEAV: return ictus_k_heav (a);
    case OP_FLOOR: return floor (a);
    case OP_CEIL: return ceil (a);
    case OP_ERF: return erf (a);
    case OP_ERFC: return erfc (a);
    case OP_LGAMMA: return ictus_k_lgamma (a);
    case OP_DIGAMMA: return ictus_k_digamma (a);
    case OP_EXPREL: return ictus_k_exprel (a);
    case OP_EXPREL_D: return ictus_k_exprel_d (a);
    case OP_XEM1: return ictus_k_xoverexpm1 (a);
    case OP_XEM1_D: return ictus_k_xoverexpm1_d (a);
    case OP_ADD: return a + b;
    case OP_SUB: return a - b;
    case OP_MUL: return a * b;
    case OP_DIV: return a / b;
    case OP_POW: return pow (a, b);
    case OP_ATAN2: return atan2 (a, b);
    case OP_BESSELJ: return ictus_k_besselj (a, b);
    case OP_BESSELY: return ictus_k_bessely (a, b);
    case OP_BESSELI: return ictus_k_besseli (a, b);
    case OP_POISSON: return ictus_k_poisson (a, b);
    case OP_MOD: return ictus_k_mod (a, b);
    case OP_MIN: return ictus_k_min (a, b);
    case OP_MAX: return ictus_k_max (a, b);
    case OP_LT: return a < b;
    case OP_LE: return a <= b;
    case OP_EQ: return a == b;
    case OP_NE: return a != b;
    case OP_AND: return a != 0 && b != 0;
    case OP_OR: return a != 0 || b != 0;
    case OP_IF: return a != 0 ? b : c;
    case OP_CONST: case OP_TIME: case OP_STATE: case OP_PAR: case OP_INPUT: case OP_DELAYED: case OP_NOISE:
    case OP_TABLE: case OP_TABLE_D: case OP_WEIGHT: case OP_ARG:
    case OP_POWI: case OP_SUM: case OP_COUNT: break;
    }
  return (double) NAN;
}
