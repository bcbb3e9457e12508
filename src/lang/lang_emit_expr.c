/* SPDX-License-Identifier: BSD-3-Clause */
/* Nodes to C expressions: what is used more than once becomes a temporary, unless only a branch needs it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lang/lang_impl.h"

/* What has to hold for a node to be needed: nothing, one condition (true or false), or something more
   complicated. */
enum { MIXED = -1, UNUSED = 0, ALWAYS = 1 };
#define GUARD(condition, holds) (2 + 2 * (condition) + (holds))
enum { DEEP = 24, TOO_DEEP = 100 }; /* nested brackets before a temporary is made; in a branch */
#define TOO_LONG 10000.0

static int
lower_sum (ictus__dag *g, const ictus__node *k, const int *map)
{
  int *term = ictus_alloc ((size_t) k->b, sizeof *term), r;

  if (term == NULL)
    return -1;
  for (int i = 0; i < k->b; ++i)
    term[i] = map[g->list[k->a + i]];
  r = ictus__raw_sum (g, term, k->b);
  ictus_free (term);
  return r;
}

ictus_err
ictus__lower (const ictus_lang *L, ictus__dag *g, int upto, int *map)
{
  int ninput = L->count[ICTUS_LANG_INPUT], nouter = ninput + (int) L->ndelay;

  for (int i = 0; i < upto; ++i)
    {
      const ictus__node k = g->node[i];
      int nops = ictus__nops (k.op), a = nops > 0 ? map[k.a] : k.a;
      int b = nops > 1 ? map[k.b] : k.b, c = nops > 2 ? map[k.c] : k.c;

      if (k.op == OP_DELAYED || k.op == OP_NOISE)
        map[i] = ictus__leaf (g, OP_INPUT, k.a + (k.op == OP_NOISE ? nouter : ninput));
      else if (k.op == OP_SUM)
        map[i] = lower_sum (g, &k, map);
      else if (k.op == OP_POWI) /* square and multiply; b is the power */
        {
          int r = -1;

          for (int n = k.b, s = a; n > 0; n /= 2)
            {
              if (n % 2 == 1)
                r = r < 0 ? s : ictus__raw (g, OP_MUL, s, r, -1, 0);
              if (n > 1)
                s = ictus__raw (g, OP_MUL, s, s, -1, 0);
            }
          map[i] = r;
        }
      else if (k.op == OP_DIV && g->node[b].deps == DEP_PAR && (g->node[a].deps & ~(unsigned) DEP_PAR) != 0)
        map[i] = ictus__raw (g, OP_MUL, a, ictus__raw (g, OP_DIV, ictus__num (g, 1), b, -1, 0), -1, 0);
      else
        map[i] = ictus__raw (g, k.op, a, b, c, k.v);
      if (map[i] < 0)
        return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory while C is written");
    }
  return ICTUS_OK;
}

/* ---- hidden slots ------------------------------------------------------------------------------------ */

void
ictus__hoist (const ictus__dag *g, const int *root, size_t n, unsigned char *mark, int *slot, int *nslot)
{
  memset (mark, 0, g->n);
  for (size_t k = 0; k < n; ++k)
    mark[root[k]] = ALWAYS;
  for (int i = (int) g->n; i-- > 0;)
    {
      const ictus__node *k = &g->node[i];

      if (mark[i] == 0)
        continue;
      if (k->deps == DEP_PAR && k->op != OP_PAR && k->op != OP_NEG)
        {
          if (slot[i] < 0)
            slot[i] = (*nslot)++;
          continue;
        }
      for (int c = 0; c < ictus__nkids (g, i); ++c)
        if (k->op != OP_IF || c == 0)
          mark[ictus__kid (g, i, c)] = ALWAYS;
    }
}

/* ---- temporaries ------------------------------------------------------------------------------------- */

static bool
leaf (const ictus__emit *e, int i)
{
  return ictus__nkids (e->g, i) == 0 || (e->slot != NULL && e->slot[i] >= 0);
}

/* Reached under guard g as well as under the guard it has. Needed in both branches is always needed. */
static int
join (int has, int g)
{
  if (has == UNUSED || has == g)
    return g;
  if (has == ALWAYS || g == ALWAYS)
    return ALWAYS;
  if (has > ALWAYS && g > ALWAYS && has / 2 == g / 2)
    return ALWAYS;
  return MIXED;
}

/* Guard of operand c of node i. */
static int
guard_of (const ictus__emit *e, int i, int c, bool eager)
{
  const ictus__node *k = &e->g->node[i];

  if (k->op != OP_IF || c == 0 || eager)
    return e->guard[i];
  return e->guard[i] == ALWAYS ? GUARD (k->a, c == 1) : MIXED;
}

bool
ictus__is_reciprocal (const ictus__emit *e, int i)
{
  const ictus__node *k = &e->g->node[i];

  return k->op == OP_DIV && ictus__is_const (e->g, k->a, 1) && k->deps == DEP_PAR && !leaf (e, i);
}

static void
mark_uses (ictus__emit *e, const int *root, size_t n, bool eager)
{
  size_t all = e->g->n;

  memset (e->guard, 0, all * sizeof *e->guard);
  memset (e->uses, 0, all * sizeof *e->uses);
  for (size_t k = 0; k < n; ++k)
    {
      e->guard[root[k]] = ALWAYS;
      ++e->uses[root[k]];
    }
  for (int i = (int) all; i-- > 0;)
    {
      if (e->guard[i] == UNUSED || leaf (e, i))
        continue;
      for (int c = 0; c < ictus__nkids (e->g, i); ++c)
        {
          int j = ictus__kid (e->g, i, c), *g = &e->guard[j];

          ++e->uses[j];
          *g = join (*g, guard_of (e, i, c, eager));
        }
    }
}

/* In loops a place costs as much as a sum of two leaves. */
static bool
worth_a_place (const ictus__emit *e, int i, int depth)
{
  ictus__op op = e->g->node[i].op;

  if (e->batch == NULL)
    return e->uses[i] > 1 || depth >= DEEP;
  if (depth == 0 && (op == OP_ADD || op == OP_SUB || op == OP_MUL || op == OP_NEG))
    return false;
  return e->uses[i] > 1 || depth >= DEEP || op == OP_SUM;
}

/* Numbers the temporaries; false when an expression in a branch would be too long to be written in one. */
static bool
choose (ictus__emit *e)
{
  int n = 0;

  for (size_t i = 0; i < e->g->n; ++i)
    {
      const ictus__node *k = &e->g->node[i];
      int depth = 0;
      double size = 1;

      e->tmp[i] = -1;
      e->depth[i] = 0;
      e->size[i] = 1;
      if (e->guard[i] == UNUSED || leaf (e, (int) i))
        continue;
      for (int c = 0; c < ictus__nkids (e->g, (int) i); ++c)
        {
          int j = ictus__kid (e->g, (int) i, c);

          depth = e->depth[j] > depth ? e->depth[j] : depth;
          size += e->size[j];
        }
      if (k->op == OP_NEG && leaf (e, k->a))
        continue;
      if (!ictus__is_reciprocal (e, (int) i) && e->guard[i] != MIXED && worth_a_place (e, (int) i, depth))
        e->tmp[i] = n++;
      else
        {
          e->depth[i] = depth + 1;
          e->size[i] = size;
          if (depth >= TOO_DEEP || size > TOO_LONG)
            return false;
        }
    }
  return true;
}

static void print_condition (ictus__emit *e, int i);

/* A temporary that only one branch needs is computed only where that branch is taken. */
static void
define (ictus__emit *e, int i)
{
  int g = e->guard[i], cond = (g - GUARD (0, 0)) / 2;
  bool then = g % 2 != 0;

  ictus_text_add (e->out, "  const double x%d = ", e->tmp[i]);
  if (g > ALWAYS)
    {
      print_condition (e, cond);
      ictus_text_add (e->out, then ? " ? " : " ? 0.0 : ");
    }
  ictus__print_operation (e, i);
  ictus_text_add (e->out, g > ALWAYS && then ? " : 0.0;\n" : ";\n");
}

/* Definitions in an order in which everything is there when used; the condition of a guard may have a larger
   number than what it guards, hence several rounds. done: depth[] is reused, -1 when done. */
static void
define_all (ictus__emit *e)
{
  bool again = true;

  while (again)
    {
      bool any = false;

      again = false;
      for (int i = 0; i < (int) e->g->n; ++i)
        {
          bool ready = true;

          if (e->guard[i] == UNUSED || e->depth[i] < 0)
            continue;
          for (int c = 0; c < ictus__nkids (e->g, i) && !leaf (e, i) && ready; ++c)
            ready = e->depth[ictus__kid (e->g, i, c)] < 0;
          if (e->tmp[i] >= 0 && e->guard[i] > ALWAYS)
            ready = ready && e->depth[(e->guard[i] - GUARD (0, 0)) / 2] < 0;
          again = again || !ready;
          any = any || ready;
          if (!ready)
            continue;
          e->depth[i] = -1;
          if (e->tmp[i] >= 0)
            define (e, i);
        }
      again = again && any;
    }
}

/* ---- printing ---------------------------------------------------------------------------------------- */

void
ictus__print_number (ictus_text *out, double v)
{
  char s[40];

  for (int digits = 15; digits <= 17; ++digits)
    {
      snprintf (s, sizeof s, "%.*g", digits, v);
      if (strtod (s, NULL) == v)
        break;
    }
  if (strpbrk (s, ".en") == NULL)
    strcat (s, ".0");
  ictus_text_add (out, v < 0 ? "(%s)" : "%s", s);
}

static void
print_call (ictus__emit *e, const char *name, const ictus__node *k)
{
  ictus_text_add (e->out, "%s (", name);
  for (int c = 0; c < ictus__nops (k->op); ++c)
    {
      ictus_text_add (e->out, "%s", c > 0 ? ", " : "");
      ictus__print (e, c == 0 ? k->a : c == 1 ? k->b : k->c);
    }
  ictus_text_add (e->out, ")");
}

/* Kind of an operand: those of one kind stand on one side in all statements that are alike. */
static int
rank (const ictus__emit *e, int i)
{
  if (e->slot != NULL && e->slot[i] >= 0)
    return OP_PAR;
  return e->tmp[i] >= 0 ? (int) OP_COUNT : (int) e->g->node[i].op;
}

static void
print_infix (ictus__emit *e, const ictus__node *k, const char *op)
{
  bool swap = e->batch != NULL && (k->op == OP_ADD || k->op == OP_MUL) && rank (e, k->b) < rank (e, k->a);

  ictus_text_add (e->out, "(");
  ictus__print (e, swap ? k->b : k->a);
  ictus_text_add (e->out, " %s ", op);
  ictus__print (e, swap ? k->a : k->b);
  ictus_text_add (e->out, ")");
}

bool
ictus__is_condition (ictus__op op)
{
  return op == OP_NOT || (op >= OP_LT && op <= OP_OR);
}

static const char *
relation (ictus__op op)
{
  return op == OP_LT ? "<" : op == OP_LE ? "<=" : op == OP_EQ ? "==" : "!=";
}

/* A comparison or logical operation as a truth value of C. */
static void
print_truth (ictus__emit *e, const ictus__node *k)
{
  if (k->op == OP_NOT)
    {
      ictus_text_add (e->out, "!");
      print_condition (e, k->a);
    }
  else if (k->op == OP_AND || k->op == OP_OR)
    {
      ictus_text_add (e->out, "(");
      print_condition (e, k->a);
      ictus_text_add (e->out, k->op == OP_AND ? " && " : " || ");
      print_condition (e, k->b);
      ictus_text_add (e->out, ")");
    }
  else
    print_infix (e, k, relation (k->op));
}

/* Anything as a truth value of C. */
static void
print_condition (ictus__emit *e, int i)
{
  if (!leaf (e, i) && e->tmp[i] < 0 && ictus__is_condition (e->g->node[i].op))
    {
      print_truth (e, &e->g->node[i]);
      return;
    }
  ictus_text_add (e->out, "(");
  ictus__print (e, i);
  ictus_text_add (e->out, " != 0.0)");
}

const char *
ictus__c_name (ictus__op op)
{
  static const char *const names[OP_COUNT] = {
#define ICTUS_X(op, name, cname) [op] = cname,
    ICTUS__UNARY_LIST (ICTUS_X)
    ICTUS__BINARY_LIST (ICTUS_X)
#undef ICTUS_X
  };

  return names[op];
}

void
ictus__print_tables (const ictus_lang *L, ictus_text *out)
{
  for (size_t k = 0; k < L->ntable; ++k)
    {
      ictus_text_add (out, "\nstatic const double table%zu[] __attribute__ ((unused)) = {", k);
      for (int i = 0; i < L->table[k].n; ++i)
        {
          ictus_text_add (out, "%s", i % 8 == 0 ? "\n  " : " ");
          ictus__print_number (out, L->table[k].v[i]);
          ictus_text_add (out, ",");
        }
      ictus_text_add (out, "\n};\n");
    }
}

const char *
ictus__lookup_name (const ictus_lang *L, const ictus__node *k)
{
  if (k->op == OP_TABLE_D)
    return L->table[k->b].steps ? "ictus_k_steps_slope" : "ictus_k_slope";
  return L->table[k->b].steps ? "ictus_k_steps" : "ictus_k_table";
}

void
ictus__print_lookup (const ictus_lang *L, int table, ictus_text *out)
{
  const ictus__table *t = &L->table[table];

  ictus_text_add (out, ", table%d, %d, ", table, t->n);
  ictus__print_number (out, t->lo);
  ictus_text_add (out, ", ");
  ictus__print_number (out, t->n > 1 ? (t->hi - t->lo) / (t->n - 1) : 1);
  ictus_text_add (out, ")");
}

/* ((t0 + t4 + ...) + (t1 + t5 + ...)) + (...) */
static void
print_sum (ictus__emit *e, int i)
{
  int n = ictus__nkids (e->g, i);

  ictus_text_add (e->out, "((");
  for (int part = 0; part < 4; ++part)
    {
      ictus_text_add (e->out, part == 0 ? "(" : part == 2 ? ") + ((" : " + (");
      for (int c = part; c < n; c += 4)
        {
          ictus_text_add (e->out, c > part ? " + " : "");
          ictus__print (e, ictus__kid (e->g, i, c));
        }
      ictus_text_add (e->out, ")");
    }
  ictus_text_add (e->out, "))");
}

void
ictus__print_operation (ictus__emit *e, int i)
{
  static const char *const infix[OP_COUNT]
      = { [OP_ADD] = "+", [OP_SUB] = "-", [OP_MUL] = "*", [OP_DIV] = "/" };
  const ictus__node *k = &e->g->node[i];

  if (k->op == OP_MUL && ictus__is_reciprocal (e, k->b))
    {
      const ictus__node q = { .op = OP_DIV, .a = k->a, .b = e->g->node[k->b].b };

      print_infix (e, &q, "/");
    }
  else if (k->op == OP_SUM)
    print_sum (e, i);
  else if (ictus__c_name (k->op) != NULL)
    print_call (e, e->operand != NULL && k->op == OP_EXP    ? "ictus_k_loop_exp"
                   : e->operand != NULL && k->op == OP_XEM1 ? "ictus_k_loop_xoverexpm1"
                                                            : ictus__c_name (k->op),
                k);
  else if (k->op == OP_TABLE || k->op == OP_TABLE_D)
    {
      ictus_text_add (e->out, "%s (", ictus__lookup_name (e->L, k));
      ictus__print (e, k->a);
      ictus__print_lookup (e->L, k->b, e->out);
    }
  else if (infix[k->op] != NULL)
    print_infix (e, k, infix[k->op]);
  else if (ictus__is_condition (k->op))
    {
      ictus_text_add (e->out, "(double) ");
      print_truth (e, k);
    }
  else if (k->op == OP_NEG)
    {
      ictus_text_add (e->out, "(-");
      ictus__print (e, k->a);
      ictus_text_add (e->out, ")");
    }
  else
    {
      ictus_text_add (e->out, "(");
      print_condition (e, k->a);
      ictus_text_add (e->out, " ? ");
      ictus__print (e, k->b);
      ictus_text_add (e->out, " : ");
      ictus__print (e, k->c);
      ictus_text_add (e->out, ")");
    }
}

void
ictus__print (ictus__emit *e, int i)
{
  const ictus__node *k = &e->g->node[i];

  if (e->operand != NULL && (leaf (e, i) || e->tmp[i] >= 0))
    e->operand (e, i);
  else if (e->slot != NULL && e->slot[i] >= 0)
    ictus_text_add (e->out, "p[%d]", e->L->count[ICTUS_LANG_PAR] + e->slot[i]);
  else if (e->tmp[i] >= 0)
    ictus_text_add (e->out, "x%d", e->tmp[i]);
  else if (k->op == OP_CONST)
    ictus__print_number (e->out, k->v);
  else if (k->op == OP_TIME)
    ictus_text_add (e->out, "t");
  else if (k->op == OP_STATE || k->op == OP_PAR || k->op == OP_INPUT)
    ictus_text_add (e->out, "%c[%d]", k->op == OP_STATE ? 'y' : k->op == OP_PAR ? 'p' : 'u', k->a);
  else
    ictus__print_operation (e, i);
}

ictus_err
ictus__schedule (ictus__emit *e, const int *root, size_t n)
{
  mark_uses (e, root, n, false);
  if (!choose (e))
    {
      mark_uses (e, root, n, true);
      choose (e);
    }
  define_all (e);
  return e->out->failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory while C is written") : ICTUS_OK;
}

void
ictus__choose_places (ictus__emit *e, const int *root, size_t n)
{
  mark_uses (e, root, n, true);
  choose (e);
}

size_t
ictus__reach (ictus__emit *e, const int *root, size_t n)
{
  size_t count = 0;

  mark_uses (e, root, n, true);
  for (size_t i = 0; i < e->g->n; ++i)
    count += e->guard[i] != UNUSED && !leaf (e, (int) i) ? (size_t) ictus__nkids (e->g, (int) i) : 0;
  return count;
}
