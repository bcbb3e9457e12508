/* SPDX-License-Identifier: BSD-3-Clause */
/* The second C file of a model: its functions for many neurons side by side. Every operation becomes one statement on
 * vectors, with the operands in the order of the scalar functions, so that both agree bit for bit where there is no
 * function of libm. Both branches of a condition are computed, and one of the two values is taken. */
#include <string.h>

#include "lang/lang_impl.h"
#include "lang/lane_text.h" /* made by make: kernel.h and lane_helpers.h as strings */

/* The compiler takes its time: functions of more nodes than this exist once, for shared parameters and for those of each
   lane; and in a model that has such, exp is called. */
enum { LARGE = 1000 };

static const ictus__node *
node (const ictus__writer *w, int i)
{
  return &w->g.node[i];
}

/* ---- what is computed ------------------------------------------------------------------------------------ */

enum { WANTED = 1, EARLY = 2, DONE = 4 }; /* mark of a node; early: a call needs it */

static bool
has_slot (const ictus__writer *w, int i)
{
  return w->slot[i] >= 0;
}

/* Operand c of node i; a * (1/b) is computed as a / b where 1/b has no slot. */
static int
operand (const ictus__writer *w, int i, int c)
{
  const ictus__node *k = node (w, i);

  if (c == 1 && k->op == OP_MUL && ictus__is_reciprocal (&w->e, k->b))
    return node (w, k->b)->b;
  return ictus__kid (&w->g, i, c);
}

static int
operands (const ictus__writer *w, int i)
{
  return has_slot (w, i) ? 0 : ictus__nkids (&w->g, i);
}

/* Functions whose call ends the life of all vector registers: they come first, with what they need. */
static bool
is_call (ictus__op op)
{
  if (op == OP_SQRT || op == OP_ABS || op == OP_SIGN || op == OP_HEAV || op == OP_FLOOR || op == OP_CEIL)
    return false;
  return (op >= OP_SIN && op <= OP_XEM1_D) || (op >= OP_POW && op <= OP_MOD) || op == OP_TABLE || op == OP_TABLE_D;
}

static size_t
mark_wanted (ictus__writer *w, const int *root, int n)
{
  unsigned char *mark = w->e.mark;
  size_t count = 0;

  memset (mark, 0, w->g.n);
  for (int k = 0; k < n; ++k)
    mark[root[k]] = WANTED;
  for (int i = (int) w->g.n; i-- > 0;)
    {
      if (mark[i] == 0)
        continue;
      ++count;
      if (!has_slot (w, i) && is_call (node (w, i)->op))
        mark[i] |= EARLY;
      for (int c = 0; c < operands (w, i); ++c)
        mark[operand (w, i, c)] |= mark[i];
    }
  return count;
}

/* ---- statements ------------------------------------------------------------------------------------------- */

static bool
is_truth (const ictus__writer *w, int i)
{
  return !has_slot (w, i) && ictus__is_condition (node (w, i)->op);
}

/* The value of a node that was computed. */
static void
print_value (ictus__writer *w, int i)
{
  if (node (w, i)->op == OP_CONST && !has_slot (w, i))
    {
      ictus_text_add (w->e.out, "lane_all (");
      ictus__print_number (w->e.out, node (w, i)->v);
      ictus_text_add (w->e.out, ")");
    }
  else
    ictus_text_add (w->e.out, is_truth (w, i) ? "lane_truth (c%d)" : "x%d", i);
}

static void
print_truth (ictus__writer *w, int i)
{
  if (is_truth (w, i))
    ictus_text_add (w->e.out, "c%d", i);
  else
    {
      ictus_text_add (w->e.out, "lane_ne (");
      print_value (w, i);
      ictus_text_add (w->e.out, ", lane_all (0.0))");
    }
}

static void
print_leaf (ictus__writer *w, int i)
{
  const ictus__node *k = node (w, i);

  if (has_slot (w, i))
    ictus_text_add (w->e.out, "LANE_P (%d)", w->L->count[ICTUS_LANG_PAR] + w->slot[i]);
  else if (k->op == OP_TIME)
    ictus_text_add (w->e.out, "LANE_T");
  else
    ictus_text_add (w->e.out, "LANE_%c (%d)", k->op == OP_STATE ? 'Y' : k->op == OP_PAR ? 'P' : 'U', k->a);
}

/* As in the scalar functions: four partial sums. */
static void
print_sum (ictus__writer *w, int i)
{
  for (int part = 0; part < 4; ++part)
    {
      ictus_text_add (w->e.out, part == 0 ? "((" : part == 2 ? ") + ((" : " + (");
      for (int c = part; c < operands (w, i); c += 4)
        {
          ictus_text_add (w->e.out, c > part ? " + " : "");
          print_value (w, operand (w, i, c));
        }
      ictus_text_add (w->e.out, ")");
    }
  ictus_text_add (w->e.out, ")");
}

static void
print_operation (ictus__writer *w, int i)
{
  static const char *const names[OP_COUNT] = {
#define ICTUS_X(op, name, cname) [op] = cname,
    ICTUS__UNARY_LIST (ICTUS_X)
    ICTUS__BINARY_LIST (ICTUS_X)
#undef ICTUS_X
    [OP_LT] = "lt", [OP_LE] = "le", [OP_EQ] = "eq", [OP_NE] = "ne",
    [OP_AND] = "and", [OP_OR] = "or", [OP_NOT] = "not", [OP_IF] = "if",
  };
  static const char *const infix[OP_COUNT] = { [OP_ADD] = " + ", [OP_SUB] = " - ", [OP_MUL] = " * ", [OP_DIV] = " / " };
  const ictus__node *k = node (w, i);
  bool logical = k->op == OP_AND || k->op == OP_OR || k->op == OP_NOT;
  const char *name = names[k->op], *own = name != NULL && strncmp (name, "ictus_k_", 8) == 0 ? name + 8 : name;
  const char *between = own != NULL ? ", " : k->op == OP_MUL && operand (w, i, 1) != k->b ? infix[OP_DIV] : infix[k->op];

  if (k->op == OP_SUM)
    {
      print_sum (w, i);
      return;
    }
  if (k->op == OP_TABLE || k->op == OP_TABLE_D)
    {
      ictus_text_add (w->e.out, "lane_look_up (%s, ", ictus__lookup_name (w->L, k));
      print_value (w, operand (w, i, 0));
      ictus__print_lookup (w->L, k->b, w->e.out);
      return;
    }
  if (own != NULL)
    ictus_text_add (w->e.out, "lane_%s (", own);
  else if (k->op == OP_NEG)
    ictus_text_add (w->e.out, "-");
  for (int c = 0; c < operands (w, i); ++c)
    {
      ictus_text_add (w->e.out, "%s", c > 0 ? between : "");
      if (logical || (k->op == OP_IF && c == 0))
        print_truth (w, operand (w, i, c));
      else
        print_value (w, operand (w, i, c));
    }
  ictus_text_add (w->e.out, "%s", own != NULL ? ")" : "");
}

static void
define (ictus__writer *w, int i)
{
  if (w->e.mark[i] & DONE)
    return;
  w->e.mark[i] |= DONE;
  if (node (w, i)->op == OP_CONST && !has_slot (w, i))
    return;
  for (int c = 0; c < operands (w, i); ++c) /* leaves are loaded where they are first needed */
    if (operands (w, operand (w, i, c)) == 0)
      define (w, operand (w, i, c));
  ictus_text_add (w->e.out, is_truth (w, i) ? "      const lane_c c%d = " : "      const lane_v x%d = ", i);
  if (operands (w, i) == 0)
    print_leaf (w, i);
  else
    print_operation (w, i);
  ictus_text_add (w->e.out, ";\n");
}

/* Operands have smaller numbers. */
static void
define_all (ictus__writer *w, int early)
{
  for (int i = 0; i < (int) w->g.n; ++i)
    if ((w->e.mark[i] & WANTED) != 0 && (w->e.mark[i] & early) == early && operands (w, i) > 0)
      define (w, i);
}

static void
store (ictus__writer *w, const char *to, const char *stride, int k, int i)
{
  define (w, i); /* a leaf */
  ictus_text_add (w->e.out, "      lane_store (%s + %d * %s + i, ", to, k, stride);
  print_value (w, i);
  ictus_text_add (w->e.out, ");\n");
}

/* ---- functions -------------------------------------------------------------------------------------------- */

/* One function: n1 values go to a1, n2 to a2 (which may be NULL); nodes in w->root. */
static ictus_err
function (ictus__writer *w, const char *name, const char *a1, int n1, const char *a2, int n2)
{
  ictus_text *out = w->e.out;
  const char *more = a2 != NULL ? ", double *restrict " : "", *second = a2 != NULL ? a2 : "";
  const char *comma = a2 != NULL ? ", " : "";
  bool strided = strcmp (name, "fire") != 0, large = mark_wanted (w, w->root, n1 + n2) > LARGE;
  const char *fs = strided ? ", size_t fs" : "", *given = strided ? ", fs" : "";

  ictus_text_add (out,
                  "\nLANE_F void\n%s_body (const ictus_lane_args *a, double *restrict %s%s%s%s, const size_t ps)\n{\n"
                  "  const double *const y = a->y, *const p = a->p, *const u = a->u, *const t = a->t;\n"
                  "  const size_t m = a->m, ys = a->ys, us = a->us, ts = a->ts;\n\n"
                  "  (void) y;\n  (void) ys;\n  (void) p;\n  (void) ps;\n  (void) u;\n  (void) us;\n  (void) t;\n"
                  "  (void) ts;\n  for (size_t i = 0; i < m; i += LANE_N)\n    {\n",
                  name, a1, more, second, fs);
  define_all (w, EARLY);
  define_all (w, 0);
  for (int k = 0; k < n1; ++k)
    store (w, a1, strided ? "fs" : "m", k, w->root[k]);
  for (int k = 0; k < n2; ++k)
    store (w, a2, "fs", k, w->root[n1 + k]);
  if (n1 + n2 == 0)
    ictus_text_add (out, "      (void) %s;\n      (void) fs;\n", a1);
  ictus_text_add (out, "    }\n}\n\nstatic void\nk_%s (const ictus_lane_args *a, double *%s%s%s%s)\n{\n", name, a1,
                  a2 != NULL ? ", double *" : "", second, fs);
  if (!large)
    ictus_text_add (out, "  if (a->ps == 0)\n    %s_body (a, %s%s%s%s, 0);\n  else\n  ", name, a1, comma, second, given);
  ictus_text_add (out, "  %s_body (a, %s%s%s%s, a->ps);\n}\n", name, a1, comma, second, given);
  return out->failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory while C is written") : ICTUS_OK;
}

/* Entries of the Jacobian that are not zero for certain. */
static bool
entry (const ictus__writer *w, size_t j)
{
  return !ictus__is_const (&w->g, w->map[w->L->jac[j]], 0);
}

/* Is the largest function large? That is f and its Jacobian. */
static bool
is_large (ictus__writer *w)
{
  int ns = w->L->count[ICTUS_LANG_STATE], n = 0;

  for (int i = 0; i < ns; ++i)
    w->root[n++] = w->map[w->L->rhs[i]];
  for (int j = 0; j < ns * ns; ++j)
    w->root[n++] = w->map[w->L->jac[j]];
  return mark_wanted (w, w->root, n) > LARGE;
}

static ictus_err
functions (ictus__writer *w, int *nnz)
{
  const ictus_lang *L = w->L;
  int ns = L->count[ICTUS_LANG_STATE];

  *nnz = 0;
  for (int i = 0; i < ns; ++i)
    w->root[i] = w->map[L->rhs[i]];
  ICTUS_TRY (function (w, "rhs", "f", ns, NULL, 0));
  for (int i = 0; i < ns; ++i)
    w->root[ns + i] = w->map[L->jac[i * ns + i]];
  ICTUS_TRY (function (w, "diag", "f", ns, "d", ns));
  for (size_t j = 0; j < (size_t) ns * (size_t) ns; ++j)
    if (entry (w, j))
      w->root[ns + (*nnz)++] = w->map[L->jac[j]];
  ICTUS_TRY (function (w, "jac", "f", ns, "J", *nnz));
  if (L->fire >= 0)
    {
      w->root[0] = w->map[L->fire];
      ICTUS_TRY (function (w, "fire", "g", 1, NULL, 0));
    }
  return ICTUS_OK;
}

/* ---- the whole --------------------------------------------------------------------------------------------- */

/* Where the entries of the Jacobian stand, and which of its diagonal depend on parameters only. */
static void
pattern (ictus__writer *w, int nnz)
{
  ictus_text *out = w->e.out;
  int ns = w->L->count[ICTUS_LANG_STATE];

  for (int pass = 0; pass < 2; ++pass)
    {
      ictus_text_add (out, "\nstatic const int %s[] = {", pass == 0 ? "row" : "col");
      for (int j = 0, n = 0; j < ns * ns; ++j)
        if (entry (w, (size_t) j))
          ictus_text_add (out, "%s%d", n++ == 0 ? " " : n % 32 == 0 ? ",\n  " : ", ", pass == 0 ? j % ns : j / ns);
      ictus_text_add (out, "%s };\n", nnz == 0 ? " 0" : "");
    }
  ictus_text_add (out, "static const unsigned char fixed[] = {");
  for (int k = 0; k < ns; ++k)
    {
      unsigned deps = ictus__deps (&w->g, w->map[w->L->jac[k * ns + k]]);

      ictus_text_add (out, "%s%d", k == 0 ? " " : k % 32 == 0 ? ",\n  " : ", ", (deps & ~(unsigned) DEP_PAR) == 0);
    }
  ictus_text_add (out, " };\n");
}

ictus_err
ictus_lang_emit_lanes (const ictus_lang *lang, const char *symbol, ictus_text *out)
{
  ictus__writer w = { .L = lang };
  int nnz;
  ictus_err e;

  w.e.out = out;
  ICTUS_GO (ictus__writer_open (&w));
  ictus_text_add (out, "/* Made by ictus from a model file; changes will be lost. */\n%s\n%s%s\n%s\n", kernel_text,
                  is_large (&w) ? "#define LANE_LARGE\n" : "", helper_text, lane_text);
  ictus_text_add (out, "#define LANE_Y(k) lane_load (y + (k) * ys + i)\n"
                       "#define LANE_P(k) (ps > 0 ? lane_load (p + (k) * ps + i) : lane_all (p[k]))\n"
                       "#define LANE_U(k) (us > 0 ? lane_load (u + (k) * us + i) : lane_all (u[k]))\n"
                       "#define LANE_T (ts > 0 ? lane_load (t + i) : lane_all (t[0]))\n");
  ictus__print_tables (lang, out);
  ICTUS_GO (functions (&w, &nnz));
  pattern (&w, nnz);
  ictus_text_add (out, "\nextern const ictus_lanes %s;\nconst ictus_lanes %s = {\n  .abi = ICTUS_KERNEL_ABI,\n"
                       "  .level = LANE_LEVEL,\n  .nnz = %d,\n  .row = row,\n  .col = col,\n  .fixed = fixed,\n"
                       "  .rhs = k_rhs,\n  .diag = k_diag,\n  .jac = k_jac,\n%s};\n",
                  symbol, symbol, nnz, lang->fire >= 0 ? "  .fire = k_fire,\n" : "");
  if (out->failed)
    e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory while C is written");
done:
  ictus__writer_close (&w);
  return e;
}
