/* SPDX-License-Identifier: BSD-3-Clause */
/* The C file of a model: one function for each entry of ictus_kernel. */
#include <string.h>

#include "lang/lang_impl.h"
#include "lang/lang_sum.h"  /* made by make: a check sum of the sources */
#include "lang/lang_text.h" /* made by make: kernel.h and lang_helpers.h as strings */

typedef ictus__writer writer;

enum { LARGE = 1000 }; /* operands in a function, from which on it is written as loops */

static int
ns_of (const writer *w)
{
  return w->L->count[ICTUS_LANG_STATE];
}

static void
line (writer *w, const char *s)
{
  ictus_text_add (w->e.out, "%s\n", s);
}

/* A string literal for each line of the text. */
static void
literal (ictus_text *out, const char *s)
{
  ictus_text_add (out, "  \"");
  for (; *s != '\0'; ++s)
    {
      unsigned char c = (unsigned char) *s;

      if (c == '\n')
        ictus_text_add (out, s[1] != '\0' ? "\\n\"\n  \"" : "\\n");
      else if (c == '"' || c == '\\' || c == '?')
        ictus_text_add (out, "\\%c", c);
      else if (c < 32 || c > 126)
        ictus_text_add (out, "\\%03o", (unsigned) c);
      else
        ictus_text_addn (out, s, 1);
    }
  ictus_text_add (out, "\"");
}

static const int *
mapped (writer *w, const int *node, int n)
{
  for (int i = 0; i < n; ++i)
    w->root[i] = w->map[node[i]];
  return w->root;
}

/* ---- functions --------------------------------------------------------------------------------------- */

static void
head (writer *w, const char *type, const char *name, const char *last)
{
  ictus_text_add (w->e.out,
                  "\nstatic %s\n%s (double t, const double *restrict y, const double *restrict p, "
                  "const double *restrict u%s%s)\n{\n  (void) t;\n  (void) y;\n  (void) p;\n  (void) u;\n",
                  type, name, last[0] != '\0' ? ", " : "", last);
}

static void
assign (writer *w, const char *to, int k, int node)
{
  ictus_text_add (w->e.out, "  %s[%d] = ", to, k);
  ictus__print (&w->e, node);
  ictus_text_add (w->e.out, ";\n");
}

/* to[k] = root k. Where most are zero, all are set to zero first. */
static ictus_err
fill (writer *w, const char *to, const int *root, int n, bool scheduled)
{
  int zeros = 0;

  for (int k = 0; k < n; ++k)
    zeros += ictus__is_const (&w->g, root[k], 0);
  if (!scheduled)
    ICTUS_TRY (ictus__schedule (&w->e, root, (size_t) n));
  if (zeros > 4)
    ictus_text_add (w->e.out, "  for (int k = 0; k < %d; ++k)\n    %s[k] = 0.0;\n", n, to);
  for (int k = 0; k < n; ++k)
    if (zeros <= 4 || !ictus__is_const (&w->g, root[k], 0))
      assign (w, to, k, root[k]);
  if (n == 0)
    ictus_text_add (w->e.out, "  (void) %s;\n", to);
  line (w, "}");
  return ICTUS_OK;
}

ictus_err
ictus__vector_function (writer *w, const char *name, const char *to, const int *node, int n)
{
  char last[40];

  mapped (w, node, n);
  if (ictus__reach (&w->e, w->root, (size_t) n) > LARGE)
    return ictus__batch_function (&w->e, name, to, n, NULL, 0, w->root);
  snprintf (last, sizeof last, "double *restrict %s", to);
  head (w, "void", name, last);
  return fill (w, to, w->root, n, false);
}

static ictus_err
diag_function (writer *w)
{
  int n = ns_of (w);

  for (int i = 0; i < n; ++i)
    {
      w->root[i] = w->map[w->L->rhs[i]];
      w->root[n + i] = w->map[w->L->jac[i * n + i]];
    }
  if (ictus__reach (&w->e, w->root, 2 * (size_t) n) > LARGE)
    return ictus__batch_function (&w->e, "k_diag", "f", n, "d", n, w->root);
  head (w, "void", "k_diag", "double *restrict f, double *restrict d");
  ICTUS_TRY (ictus__schedule (&w->e, w->root, 2 * (size_t) n));
  for (int i = 0; i < n; ++i)
    assign (w, "f", i, w->root[i]);
  return fill (w, "d", w->root + n, n, true);
}

/* The assignments of one owner. All right sides are computed before anything is assigned. */
ictus_err
ictus__assignments (writer *w, int owner)
{
  size_t n = 0;

  for (size_t k = 0; k < w->L->nassign; ++k)
    if (w->L->assign[k].owner == owner)
      w->root[n++] = w->map[w->L->assign[k].node];
  ICTUS_TRY (ictus__schedule (&w->e, w->root, n));
  for (size_t k = 0; k < n; ++k)
    {
      ictus_text_add (w->e.out, "  const double new%zu = ", k);
      ictus__print (&w->e, w->root[k]);
      ictus_text_add (w->e.out, ";\n");
    }
  n = 0;
  for (size_t k = 0; k < w->L->nassign; ++k)
    if (w->L->assign[k].owner == owner)
      ictus_text_add (w->e.out, "  y[%d] = new%zu;\n", w->L->assign[k].state, n++);
  return ICTUS_OK;
}

static ictus_err
reset_function (writer *w)
{
  ictus_text_add (w->e.out, "\nstatic void\nk_reset (double t, double *y, const double *p, const double *u)\n"
                            "{\n  (void) t;\n  (void) p;\n  (void) u;\n");
  ICTUS_TRY (ictus__assignments (w, OWNER_RESET));
  line (w, "}");
  return ICTUS_OK;
}

static ictus_err
value (writer *w, int node)
{
  int root = w->map[node];

  ICTUS_TRY (ictus__schedule (&w->e, &root, 1));
  ictus_text_add (w->e.out, "  return ");
  ictus__print (&w->e, root);
  line (w, ";\n}");
  return ICTUS_OK;
}

/* Functions of the parameters alone do not use the hidden slots. */
static ictus_err
parameter_functions (writer *w)
{
  const ictus_lang *L = w->L;
  int np = L->count[ICTUS_LANG_PAR];

  w->e.slot = NULL;
  line (w, "\nstatic void\nk_prepare (double *p)\n{");
  for (size_t i = 0; i < w->g.n; ++i)
    if (w->slot[i] >= 0)
      w->root[w->slot[i]] = (int) i;
  ICTUS_TRY (ictus__schedule (&w->e, w->root, (size_t) w->nslot));
  for (int k = 0; k < w->nslot; ++k)
    assign (w, "p", np + k, w->root[k]);
  line (w, w->nslot == 0 ? "  (void) p;\n}" : "}");
  line (w, "\nstatic void\nk_init (const double *p, double *y)\n{\n  (void) p;");
  ICTUS_TRY (fill (w, "y", mapped (w, L->init, ns_of (w)), ns_of (w), false));
  if (L->history != NULL)
    {
      line (w, "\nstatic void\nk_history (double t, const double *p, double *y)\n{\n  (void) t;\n  (void) p;");
      ICTUS_TRY (fill (w, "y", mapped (w, L->history, ns_of (w)), ns_of (w), false));
    }
  if (L->refractory >= 0)
    {
      line (w, "\nstatic double\nk_refractory (const double *p)\n{\n  (void) p;");
      ICTUS_TRY (value (w, L->refractory));
    }
  if (L->count[ICTUS_LANG_PORT] > 0)
    {
      int n = ns_of (w) * L->count[ICTUS_LANG_PORT];

      line (w, "\nstatic void\nk_port (const double *p, double *c)\n{\n  (void) p;");
      ICTUS_TRY (fill (w, "c", mapped (w, L->port, n), n, false));
    }
  w->e.slot = w->slot;
  return ICTUS_OK;
}

static bool
has_reset (const ictus_lang *L)
{
  for (size_t k = 0; k < L->nassign; ++k)
    if (L->assign[k].owner == OWNER_RESET)
      return true;
  return false;
}

static ictus_err
functions (writer *w)
{
  const ictus_lang *L = w->L;
  int n = ns_of (w);

  ICTUS_TRY (parameter_functions (w));
  ICTUS_TRY (ictus__vector_function (w, "k_rhs", "f", L->rhs, n));
  ICTUS_TRY (ictus__vector_function (w, "k_jac", "J", L->jac, n * n));
  ICTUS_TRY (diag_function (w));
  ICTUS_TRY (ictus__vector_function (w, "k_dfdp", "D", L->dfdp, n * L->count[ICTUS_LANG_PAR]));
  ICTUS_TRY (ictus__vector_function (w, "k_aux", "a", L->aux, L->count[ICTUS_LANG_AUX]));
  if (L->fire >= 0)
    {
      head (w, "double", "k_fire", "");
      ICTUS_TRY (value (w, L->fire));
    }
  if (has_reset (L))
    ICTUS_TRY (reset_function (w));
  return ictus__emit_outside (w);
}

/* ---- the whole --------------------------------------------------------------------------------------- */

static void
table (writer *w, const char *symbol)
{
  const ictus_lang *L = w->L;

  ictus_text_add (w->e.out,
                  "\nextern const ictus_kernel %s;\nconst ictus_kernel %s = {\n  .abi = ICTUS_KERNEL_ABI,\n",
                  symbol, symbol);
  ictus_text_add (w->e.out,
                  "  .nstate = %d,\n  .npar = %d,\n  .nslot = %d,\n  .nport = %d,\n  .ninput = %d,\n"
                  "  .naux = %d,\n",
                  ns_of (w), L->count[ICTUS_LANG_PAR], L->count[ICTUS_LANG_PAR] + w->nslot,
                  L->count[ICTUS_LANG_PORT], L->count[ICTUS_LANG_INPUT], L->count[ICTUS_LANG_AUX]);
  ictus__emit_outside_table (w);
  ictus_text_add (w->e.out, "  .name =\n");
  literal (w->e.out, L->name);
  ictus_text_add (w->e.out, ",\n  .text =\n");
  literal (w->e.out, L->text);
  line (w,
        ",\n  .prepare = k_prepare,\n  .init = k_init,\n  .rhs = k_rhs,\n  .jac = k_jac,\n  .diag = k_diag,\n"
        "  .dfdp = k_dfdp,\n  .aux = k_aux,");
  if (L->fire >= 0)
    line (w, "  .fire = k_fire,");
  if (has_reset (L))
    line (w, "  .reset = k_reset,");
  if (L->refractory >= 0)
    line (w, "  .refractory = k_refractory,");
  if (L->count[ICTUS_LANG_PORT] > 0)
    line (w, "  .port = k_port,");
  line (w, "};");
}

/* The model's graph again, node for node, so that it can grow. */
static ictus_err
copy_graph (writer *w)
{
  const ictus__dag *from = &w->L->g;

  for (size_t i = 0; i < from->n; ++i)
    {
      const ictus__node *k = &from->node[i];

      if ((k->op == OP_SUM ? ictus__raw_sum (&w->g, from->list + k->a, k->b) : ictus__raw (&w->g, k->op, k->a, k->b, k->c, k->v))
          != (int) i)
        return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory while C is written");
    }
  w->zero = ictus__num (&w->g, 0);
  if ((w->map = ictus_alloc (w->g.n, sizeof *w->map)) == NULL)
    return ICTUS_E_NOMEM;
  return ictus__lower (w->L, &w->g, (int) w->g.n, w->map);
}

static ictus_err
hoist (writer *w)
{
  const ictus_lang *L = w->L;
  int n = ns_of (w), na = L->count[ICTUS_LANG_AUX];

  for (size_t i = 0; i < w->g.n; ++i)
    w->slot[i] = -1;
  ictus__hoist (&w->g, mapped (w, L->rhs, n), (size_t) n, w->e.mark, w->slot, &w->nslot);
  ictus__hoist (&w->g, mapped (w, L->jac, n * n), (size_t) n * (size_t) n, w->e.mark, w->slot, &w->nslot);
  ictus__hoist (&w->g, mapped (w, L->aux, na), (size_t) na, w->e.mark, w->slot, &w->nslot);
  if (L->fire >= 0)
    ictus__hoist (&w->g, mapped (w, &L->fire, 1), 1, w->e.mark, w->slot, &w->nslot);
  for (size_t k = 0; k < L->nassign; ++k)
    if (L->assign[k].owner == OWNER_RESET)
      ictus__hoist (&w->g, mapped (w, &L->assign[k].node, 1), 1, w->e.mark, w->slot, &w->nslot);
  return ICTUS_OK;
}

ictus_err
ictus__writer_open (ictus__writer *w)
{
  const int *c = w->L->count;
  size_t n = (size_t) c[ICTUS_LANG_STATE],
         room = n * (n + (size_t) c[ICTUS_LANG_PAR] + (size_t) c[ICTUS_LANG_PORT] + 2);

  ICTUS_TRY (copy_graph (w));
  room += (size_t) c[ICTUS_LANG_AUX] + w->L->nassign + w->g.n; /* slots are nodes */
  room += w->L->ndelay + w->L->nevent;
  for (size_t k = 0; k < w->L->nmarkov; ++k)
    room += (size_t) w->L->markov[k].n * (size_t) w->L->markov[k].n;
  w->slot = ictus_alloc (w->g.n, sizeof *w->slot);
  w->root = ictus_alloc (room, sizeof *w->root);
  w->e.g = &w->g;
  w->e.L = w->L;
  w->e.slot = w->slot;
  w->e.mark = ictus_alloc (w->g.n, 1);
  w->e.guard = ictus_alloc (w->g.n, sizeof *w->e.guard);
  w->e.uses = ictus_alloc (w->g.n, sizeof *w->e.uses);
  w->e.depth = ictus_alloc (w->g.n, sizeof *w->e.depth);
  w->e.tmp = ictus_alloc (w->g.n, sizeof *w->e.tmp);
  w->e.size = ictus_alloc (w->g.n, sizeof *w->e.size);
  if (w->slot == NULL || w->root == NULL || w->e.mark == NULL || w->e.guard == NULL || w->e.uses == NULL
      || w->e.depth == NULL || w->e.tmp == NULL || w->e.size == NULL)
    return ICTUS_E_NOMEM;
  return hoist (w);
}

void
ictus__writer_close (ictus__writer *w)
{
  ictus__dag_clear (&w->g);
  ictus_free (w->map);
  ictus_free (w->slot);
  ictus_free (w->root);
  ictus_free (w->e.mark);
  ictus_free (w->e.guard);
  ictus_free (w->e.uses);
  ictus_free (w->e.depth);
  ictus_free (w->e.tmp);
  ictus_free (w->e.size);
}

const char *
ictus_lang_emitter (void)
{
  return emitter_sum;
}

ictus_err
ictus_lang_emit (const ictus_lang *lang, const char *symbol, ictus_text *out)
{
  writer w = { .L = lang };
  ictus_err e;

  w.e.out = out;
  ICTUS_GO (ictus__writer_open (&w));
  line (&w, "/* Made by ictus from a model file; changes will be lost. */");
  ictus_text_add (out, "%s\n%s", kernel_text, helper_text);
  ictus__print_tables (lang, out);
  ICTUS_GO (functions (&w));
  table (&w, symbol);
  if (out->failed)
    e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory while C is written");
done:
  ictus__writer_close (&w);
  return e;
}
