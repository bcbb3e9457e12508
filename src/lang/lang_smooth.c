/* SPDX-License-Identifier: BSD-3-Clause */
/* Where right-hand sides are not smooth. */
#include "lang/lang_impl.h"

/* What a node is called where it switches; NULL: it is smooth in its operands. */
static const char *
switch_name (ictus__op op)
{
  static const struct { ictus__op op; const char *name; } list[]
      = { { OP_IF, "if" }, { OP_ABS, "abs" }, { OP_SIGN, "sign" }, { OP_HEAV, "heav" }, { OP_FLOOR, "flr" },
          { OP_CEIL, "ceil" }, { OP_MOD, "mod" }, { OP_MIN, "min" }, { OP_MAX, "max" }, { OP_TABLE, "a table" },
          { OP_NOT, "not" }, { OP_LT, "a comparison" }, { OP_LE, "a comparison" }, { OP_EQ, "a comparison" },
          { OP_NE, "a comparison" }, { OP_AND, "a comparison" }, { OP_OR, "a comparison" } };

  for (size_t k = 0; k < sizeof list / sizeof *list; ++k)
    if (list[k].op == op)
      return list[k].name;
  return NULL;
}

/* Does what it switches by change with states or inputs? Of `if` that is the condition. */
static bool
is_moved (const ictus__dag *g, int n)
{
  const ictus__node *k = &g->node[n];

  return (ictus__deps (g, k->op == OP_IF ? k->a : n) & (DEP_STATE | DEP_INPUT)) != 0;
}

const char *
ictus_lang_switch (const ictus_lang *L, int k)
{
  int root = L->rhs[k];
  unsigned char *need = ictus_alloc ((size_t) root + 1, 1);
  const char *found = NULL;

  if (need == NULL)
    return NULL;
  need[root] = 1;
  for (int n = root; n >= 0 && found == NULL; --n) /* operands have smaller numbers: the outermost is met first */
    if (need[n] != 0)
      {
        if (switch_name (L->g.node[n].op) != NULL && is_moved (&L->g, n))
          found = switch_name (L->g.node[n].op);
        for (int a = 0; a < ictus__nkids (&L->g, n); ++a)
          need[ictus__kid (&L->g, n, a)] = 1;
      }
  ictus_free (need);
  return found;
}
