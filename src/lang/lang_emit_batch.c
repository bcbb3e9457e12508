/* SPDX-License-Identifier: BSD-3-Clause */
/* Functions of many equations. What is alike in them (the equations of an array, the terms of a sum) is written once, as a
 * loop over places and numbers: the compiler sees the model as its author wrote it, not hundreds of copies. Every node that is
 * used twice, and every long sum, gets a place in an array x; statements whose operands are there are sorted into groups that
 * are alike. Values are the same bits as elsewhere: every operation has the same operands. */
#include <stdlib.h>
#include <string.h>

#include "lang/lang_batch.h"

enum
{
  FEW = 3,        /* statements that are not worth a loop */
  PIECE = 24000   /* characters of C after which another function begins */
};

/* ---- what there is to do --------------------------------------------------------------------------------------- */

static void
remember (ictus__batch *b, char kind, int at, double v)
{
  ictus__operand *o;

  if (ictus_grow (&b->op, &b->capop, b->nop + 1, sizeof *b->op) != ICTUS_OK)
    {
      b->failed = true;
      return;
    }
  o = &b->op[b->nop++];
  *o = (ictus__operand) { kind, at, v };
}

/* A leaf of an expression, seen for the first time. */
static void
see (ictus__emit *e, int i)
{
  ictus__batch *b = e->batch;
  const ictus__node *k = &e->g->node[i];

  if (e->tmp[i] >= 0 && !(e->slot != NULL && e->slot[i] >= 0))
    {
      remember (b, 'x', i, 0);
      b->level = b->level_of[i] > b->level ? b->level_of[i] : b->level;
    }
  else if (e->slot != NULL && e->slot[i] >= 0)
    remember (b, 'p', e->L->count[ICTUS_LANG_PAR] + e->slot[i], 0);
  else if (k->op == OP_CONST)
    remember (b, 'c', 0, k->v);
  else if (k->op == OP_TIME)
    {
      ictus_text_add (e->out, "t");
      return;
    }
  else
    remember (b, k->op == OP_STATE ? 'y' : k->op == OP_PAR ? 'p' : 'u', k->a, 0);
  if (!b->failed)
    ictus_text_add (e->out, "@%c", b->op[b->nop - 1].kind);
}

/* A term of a sum as c * rest. */
static int
factor (const ictus__emit *e, int i, double *c)
{
  const ictus__node *k = &e->g->node[i];
  bool leaf = e->tmp[i] >= 0 || (e->slot != NULL && e->slot[i] >= 0);

  *c = 1;
  if (!leaf && k->op == OP_MUL && e->g->node[k->a].op == OP_CONST && !ictus__is_reciprocal (e, k->b))
    {
      *c = e->g->node[k->a].v;
      return k->b;
    }
  if (!leaf && k->op == OP_NEG)
    {
      *c = -1;
      return k->a;
    }
  return i;
}

static uint64_t
hash_text (const ictus_text *t, uint64_t seed)
{
  return t->len > 0 ? ictus_hash (t->s, t->len, seed) : seed;
}

/* The terms of a sum: runs of terms that are alike. */
static void
see_sum (ictus__batch *b, ictus__statement *s)
{
  ictus__emit *e = b->e;
  int n = ictus__nkids (e->g, s->node);
  ictus__run *r = NULL;

  s->run = b->nrun;
  for (int k = 0; k < n && !b->failed; ++k)
    {
      double c;
      int rest = factor (e, ictus__kid (e->g, s->node, k), &c);
      size_t first = b->nop;
      uint64_t h;

      e->out->len = 0;
      remember (b, 'c', 0, c);
      ictus__print (e, rest);
      h = hash_text (e->out, 0);
      if (r == NULL || r->hash != h)
        {
          if (ictus_grow (&b->run, &b->caprun, b->nrun + 1, sizeof *b->run) != ICTUS_OK)
            {
              b->failed = true;
              return;
            }
          r = &b->run[b->nrun++];
          *r = (ictus__run) { .hash = h, .rest = rest, .at = k, .first = first - s->first, .nop = b->nop - first };
        }
      ++r->n;
    }
  s->nrun = b->nrun - s->run;
  for (size_t k = 0; k < s->nrun; ++k)
    {
      const ictus__run *q = &b->run[s->run + k];
      const uint64_t what[2] = { q->hash, (uint64_t) q->n };

      s->hash[0] = ictus_hash (what, sizeof what, s->hash[0]);
      s->hash[1] = ictus_hash (what, sizeof what, s->hash[1]);
    }
}

static void
add_statement (ictus__batch *b, int node, int root)
{
  ictus__emit *e = b->e;
  ictus__statement *s;

  if (b->failed || ictus_grow (&b->st, &b->capst, b->nst + 1, sizeof *b->st) != ICTUS_OK)
    {
      b->failed = true;
      return;
    }
  s = &b->st[b->nst];
  *s = (ictus__statement) { .node = node, .root = root, .order = (int) b->nst, .first = b->nop };
  ++b->nst;
  b->level = -1;
  e->out->len = 0;
  s->hash[0] = root < 0 ? 1 : root < b->n1 ? 2 : 3;
  s->hash[1] = s->hash[0] + 77;
  if (root < 0 && e->g->node[node].op == OP_SUM)
    see_sum (b, s);
  else
    {
      if (root < 0)
        ictus__print_operation (e, node);
      else
        ictus__print (e, node);
      s->hash[0] = hash_text (e->out, s->hash[0]);
      s->hash[1] = hash_text (e->out, s->hash[1]);
    }
  s->nop = b->nop - s->first;
  s->level = b->level + 1;
  if (root < 0)
    b->level_of[node] = s->level;
  b->failed = b->failed || e->out->failed;
}

static int
by_group (const void *x, const void *y)
{
  const ictus__statement *a = x, *b = y;

  if (a->level != b->level)
    return a->level < b->level ? -1 : 1;
  for (int k = 0; k < 2; ++k)
    if (a->hash[k] != b->hash[k])
      return a->hash[k] < b->hash[k] ? -1 : 1;
  if (a->nop != b->nop)
    return a->nop < b->nop ? -1 : 1;
  return (a->order > b->order) - (a->order < b->order);
}

static bool
alike (const ictus__statement *a, const ictus__statement *b)
{
  return a->level == b->level && a->hash[0] == b->hash[0] && a->hash[1] == b->hash[1] && a->nop == b->nop;
}

/* All statements, sorted; the places of temporaries in x. */
static void
collect (ictus__batch *b, const int *root, int n)
{
  ictus__emit *e = b->e;
  ictus_text scratch = { 0 }, *out = e->out;
  int places = 0;

  e->out = &scratch;
  e->operand = see;
  for (int i = 0; i < (int) e->g->n; ++i)
    if (e->tmp[i] >= 0)
      add_statement (b, i, -1);
  for (int k = 0; k < n; ++k)
    if (!ictus__is_const (e->g, root[k], 0))
      add_statement (b, root[k], k);
  e->operand = NULL;
  e->out = out;
  ictus_text_clear (&scratch);
  if (b->failed)
    return;
  qsort (b->st, b->nst, sizeof *b->st, by_group);
  for (size_t k = 0; k < b->nst; ++k)
    if (b->st[k].root < 0)
      b->place[b->st[k].node] = places++;
  b->nplace = places;
}

/* ---- functions ---------------------------------------------------------------------------------------------------- */

static void
begin_piece (ictus__batch *b)
{
  b->body.len = 0;
}

static void
end_piece (ictus__batch *b)
{
  ictus_text *out = b->e->out;

  if (b->body.len == 0)
    return;
  ictus_text_addn (out, b->arrays.s != NULL ? b->arrays.s : "", b->arrays.len);
  ictus_text_add (out,
                  "\nstatic ICTUS_LOOPS void\n%s_%d (double t, const double *restrict y, const double *restrict p, "
                  "const double *restrict u, double *restrict x, %s)\n{\n"
                  "  (void) t;\n  (void) y;\n  (void) p;\n  (void) u;\n  (void) x;\n%s",
                  b->name, b->npiece++, b->arguments, b->unused);
  ictus_text_addn (out, b->body.s, b->body.len);
  ictus_text_add (out, "}\n");
  b->failed = b->failed || b->body.failed || b->arrays.failed || out->failed;
  b->arrays.len = 0;
  begin_piece (b);
}

static void
groups (ictus__batch *b)
{
  for (size_t k = 0, n; k < b->nst && !b->failed; k += n)
    {
      for (n = 1; k + n < b->nst && alike (&b->st[k], &b->st[k + n]); ++n)
        ;
      if (n > FEW)
        ictus__batch_loop (b, k, n);
      else
        for (size_t i = 0; i < n; ++i)
          ictus__batch_loop (b, k + i, 1);
      if (b->body.len > PIECE)
        end_piece (b);
    }
  end_piece (b);
}

static void
whole (ictus__batch *b, const char *a1, int n1, const char *a2, int n2)
{
  ictus_text *out = b->e->out;

  ictus_text_add (out,
                  "\nstatic void\n%s (double t, const double *restrict y, const double *restrict p, const double *restrict u, %s)\n"
                  "{\n  double x[%d];\n\n", b->name, b->arguments, b->nplace > 0 ? b->nplace : 1);
  ictus_text_add (out, "  for (int k = 0; k < %d; ++k)\n    %s[k] = 0.0;\n", n1, a1);
  if (a2 != NULL)
    ictus_text_add (out, "  for (int k = 0; k < %d; ++k)\n    %s[k] = 0.0;\n", n2, a2);
  for (int k = 0; k < b->npiece; ++k)
    ictus_text_add (out, "  %s_%d (t, y, p, u, x, %s%s%s);\n", b->name, k, a1, a2 != NULL ? ", " : "", a2 != NULL ? a2 : "");
  if (b->npiece == 0)
    ictus_text_add (out, "  (void) t;\n  (void) y;\n  (void) p;\n  (void) u;\n  (void) x;\n");
  ictus_text_add (out, "}\n");
}

ictus_err
ictus__batch_function (ictus__emit *e, const char *name, const char *a1, int n1, const char *a2, int n2, const int *root)
{
  ictus__batch b = { .e = e, .name = name, .a1 = a1, .a2 = a2, .n1 = n1 };
  ictus_err e2 = ICTUS_E_NOMEM;

  snprintf (b.arguments, sizeof b.arguments, "double *restrict %s%s%s", a1, a2 != NULL ? ", double *restrict " : "",
            a2 != NULL ? a2 : "");
  snprintf (b.unused, sizeof b.unused, "  (void) %s;\n%s%s%s", a1, a2 != NULL ? "  (void) " : "", a2 != NULL ? a2 : "",
            a2 != NULL ? ";\n" : "");
  b.level_of = ictus_alloc (e->g->n, sizeof *b.level_of);
  b.place = ictus_alloc (e->g->n, sizeof *b.place);
  if (b.level_of == NULL || b.place == NULL)
    goto done;
  e->batch = &b;
  ictus__choose_places (e, root, (size_t) (n1 + n2));
  collect (&b, root, n1 + n2);
  groups (&b);
  whole (&b, a1, n1, a2, n2);
  if (!b.failed && !e->out->failed)
    e2 = ICTUS_OK;
done:
  e->batch = NULL;
  e->operand = NULL;
  ictus_free (b.level_of);
  ictus_free (b.place);
  ictus_free (b.op);
  ictus_free (b.run);
  ictus_free (b.st);
  ictus_text_clear (&b.body);
  ictus_text_clear (&b.arrays);
  return e2 == ICTUS_OK ? e2 : ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory while C is written");
}
