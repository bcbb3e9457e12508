/* SPDX-License-Identifier: BSD-3-Clause */
/* Values of expressions while a file is read: initial values, whole numbers of sums and shifts, tables from formulas. */
#include <math.h>
#include <string.h>

#include "lang/lang_helpers.h"
#include "lang/lang_parse.h"

static double
power (double x, int n)
{
  double r = 1;

  for (int i = 0; i < n; ++i)
    r *= x;
  return r;
}

static double
look_up (const ictus_lang *L, const ictus__node *k, double x)
{
  const ictus__table *t = &L->table[k->b];
  double h = t->n > 1 ? (t->hi - t->lo) / (t->n - 1) : 1;

  if (t->v == NULL)
    return (double) NAN;
  if (k->op == OP_TABLE_D)
    return t->steps ? ictus_k_steps_slope (x, t->v, t->n, t->lo, h) : ictus_k_slope (x, t->v, t->n, t->lo, h);
  return t->steps ? ictus_k_steps (x, t->v, t->n, t->lo, h) : ictus_k_table (x, t->v, t->n, t->lo, h);
}

static double
add_terms (const ictus_lang *L, const ictus__node *k, const double *val)
{
  double s[4] = { -0.0, -0.0, -0.0, -0.0 };

  for (int i = 0; i < k->b; ++i)
    s[i % 4] += val[L->g.list[k->a + i]];
  return (s[0] + s[1]) + (s[2] + s[3]);
}

/* Of a node whose operands have their values. */
static double
value (const ictus_lang *L, const ictus__node *k, const double *val)
{
  int nops = ictus__nops (k->op);

  if (k->op == OP_CONST)
    return k->v;
  if (k->op == OP_SUM)
    return add_terms (L, k, val);
  if (k->op == OP_POWI)
    return power (val[k->a], k->b);
  if (k->op == OP_TABLE || k->op == OP_TABLE_D)
    return look_up (L, k, val[k->a]);
  if (nops == 0)
    return (double) NAN;
  return ictus__apply (k->op, val[k->a], nops > 1 ? val[k->b] : 0, nops > 2 ? val[k->c] : 0);
}

void
ictus__eval (const ictus_lang *L, const double *p, double *val)
{
  for (size_t i = 0; i < L->g.n; ++i)
    {
      const ictus__node *k = &L->g.node[i];

      if (k->deps & ~(unsigned) DEP_PAR)
        val[i] = (double) NAN;
      else
        val[i] = k->op == OP_PAR ? p[k->a] : value (L, k, val);
    }
}

/* ---- one node --------------------------------------------------------------------------------------------- */

typedef struct subgraph /* the nodes that one is made of, ascending */
{
  int *node;
  size_t n;
  double *val; /* [last node + 1] */
} subgraph;

static void
clear (subgraph *s)
{
  ictus_free (s->node);
  ictus_free (s->val);
}

static ictus_err
collect (const ictus_lang *L, int root, subgraph *s)
{
  size_t room = (size_t) root + 1;
  unsigned char *used = ictus_alloc (room, 1);
  ictus_err e = ICTUS_E_NOMEM;

  s->val = ictus_alloc (room, sizeof *s->val);
  if (used == NULL || s->val == NULL)
    goto done;
  used[root] = 1;
  for (int i = root; i >= 0; --i)
    if (used[i] != 0)
      {
        ++s->n;
        for (int k = 0; k < ictus__nkids (&L->g, i); ++k)
          used[ictus__kid (&L->g, i, k)] = 1;
      }
  if ((s->node = ictus_alloc (s->n, sizeof *s->node)) == NULL)
    goto done;
  s->n = 0;
  for (int i = 0; i <= root; ++i)
    if (used[i] != 0)
      s->node[s->n++] = i;
  e = ICTUS_OK;
done:
  ictus_free (used);
  return e;
}

static double
default_of (const ictus_lang *L, int par)
{
  int node = L->sym[L->of[ICTUS_LANG_PAR][par]].node;

  return node >= 0 ? L->g.node[node].v : (double) NAN;
}

/* The value of the last node; noise [nnoise]: of random numbers. */
static double
compute (const ictus_lang *L, subgraph *s, double t, const double *noise)
{
  int i = -1;

  for (size_t n = 0; n < s->n; ++n)
    {
      const ictus__node *k;

      i = s->node[n];
      k = &L->g.node[i];
      if (k->op == OP_PAR)
        s->val[i] = default_of (L, k->a);
      else if (k->op == OP_TIME)
        s->val[i] = t;
      else if (k->op == OP_NOISE)
        s->val[i] = noise != NULL ? noise[k->a] : (double) NAN;
      else
        s->val[i] = value (L, k, s->val);
    }
  return i >= 0 ? s->val[i] : (double) NAN;
}

ictus_err
ictus__evaluate (const ictus_lang *L, int node, double *v)
{
  subgraph s = { 0 };
  ictus_err e = collect (L, node, &s);

  if (e == ICTUS_OK)
    *v = compute (L, &s, (double) NAN, NULL);
  clear (&s);
  return e;
}

/* ---- tables from formulas ------------------------------------------------------------------------------------ */

/* Random numbers of value i of table number k: slots first .. nnoise - 1 of the formula. */
static void
draw (const ictus_lang *L, int k, int i, size_t first, double *noise)
{
  for (size_t n = first; n < L->nnoise; ++n)
    {
      ictus_rng r = ictus_rng_open (L->settings.seed, ICTUS_RNG_MODEL, 1 + (uint64_t) k, (uint64_t) i, n - first);

      noise[n] = L->noise[n] == ICTUS_NOISE_NORMAL ? ictus_rng_normal (&r) : ictus_rng_uniform (&r);
    }
}

static ictus_err
tabulate (ictus_lang *L, int k, int node, size_t first)
{
  ictus__table *t = &L->table[k];
  subgraph s = { 0 };
  double *noise = ictus_alloc (L->nnoise, sizeof *noise);
  ictus_err e = ICTUS_E_NOMEM;

  if (noise == NULL || (t->v = ictus_alloc ((size_t) t->n, sizeof *t->v)) == NULL)
    goto done;
  ICTUS_GO (collect (L, node, &s));
  for (int i = 0; i < t->n; ++i)
    {
      double x = t->n > 1 ? t->lo + (t->hi - t->lo) * i / (t->n - 1) : t->lo;

      draw (L, k, i, first, noise);
      t->v[i] = compute (L, &s, x, noise);
      if (!isfinite (t->v[i]))
        {
          e = ictus__fail (L, t->expr, "this formula has no finite value for t = %g", x);
          goto done;
        }
    }
done:
  ictus_free (noise);
  clear (&s);
  return e;
}

/* The formula is computed once. What it draws is no noise of the model: its slots are given back. */
ictus_err
ictus__fill_table (ictus_lang *L, int k, int tok)
{
  static const ictus__scope scope
      = { DEP_T | DEP_PAR | DEP_NOISE, "the formula of a table depends on its argument t and on parameters", -1, SCOPE_USUAL };
  size_t first = L->nnoise;
  int sym = L->table[k].sym, node;
  ictus_err e;

  if (L->table[k].v != NULL)
    return ICTUS_OK;
  if (L->sym[sym].building)
    return ictus__fail (L, tok, "the table '%s' is made of itself", L->sym[sym].name);
  L->sym[sym].building = true;
  ICTUS_GO (ictus__expression (L, L->table[k].expr, L->table[k].stop, &scope, &node));
  if (ictus__deps (&L->g, node) & DEP_PAR)
    ICTUS_GO (ictus__note_once (L, ICTUS_LANG_READING, L->table[k].expr,
                                "the table is computed once, for the defaults of the parameters, and does not follow them"));
  ICTUS_GO (tabulate (L, k, node, first));
done:
  L->nnoise = first;
  L->sym[sym].building = false;
  return e;
}

ictus_err
ictus__call_table (ictus__parser *p, int name, int sym, int *n)
{
  ictus_lang *L = p->L;
  int k = L->sym[sym].index, arg;

  ICTUS_TRY (ictus__fill_table (L, k, name));
  ICTUS_TRY (ictus__arguments (p, name, 1, &arg));
  if (L->g.node[arg].op == OP_CONST)
    {
      const ictus__node at = { .op = OP_TABLE, .b = k };

      *n = ictus__num (&L->g, look_up (L, &at, L->g.node[arg].v));
    }
  else
    *n = ictus__raw (&L->g, OP_TABLE, arg, k, -1, 0);
  return ictus__made (p, name, *n);
}
