/* SPDX-License-Identifier: BSD-3-Clause */
/* special k=conv(...) and the like: sums over arrays of variables with weights from tables, written out to nodes. They are read
 * as XPPAUT 6.11 reads them:
 *   conv(type,n,m,w,x)         k(i) = sum over j = -m .. m of w[j+m] x[i+j]
 *   sparse(n,m,w,c,x)          k(i) = sum over j = 0 .. m-1 of w[i*m+j] x[c[i*m+j]]
 *   mmult(n,m,w,x)             k(i) = sum over j = 0 .. n-1 of w[i*n+j] x[j], i < m
 *   fconv, fsparse, fmmult     the same with f(x[..],y[i]) in place of x[..]; x, y and f are the last arguments
 *   fftcon(type,n,w,x)         k(i) = sum over j = 0 .. n-1 of w[n+i-j] x[j] (type 0), or on a ring (periodic) */
#include <ctype.h>
#include <string.h>

#include "lang/lang_parse.h"

typedef enum form
{
  CONV,
  SPARSE,
  MMULT,
  FFTCON
} form;

static const struct
{
  const char *name;
  form form;
  bool function; /* f, and a second array */
  int narg;
} kinds[] = { { "conv", CONV, false, 5 },   { "fconv", CONV, true, 7 },   { "sparse", SPARSE, false, 5 }, { "fsparse", SPARSE, true, 7 },
              { "mmult", MMULT, false, 4 }, { "fmmult", MMULT, true, 6 }, { "fftcon", FFTCON, false, 4 }, { "fftconv", FFTCON, false, 4 } };
enum { NKIND = sizeof kinds / sizeof *kinds };

typedef struct network
{
  ictus_lang *L;
  ictus__parser p;
  const ictus__special *s;
  int kind;
  int n, m;          /* as above */
  int w, index;      /* tables */
  int x, y, f;       /* symbols; y and f -1: none */
  enum { ZERO, EVEN, PERIODIC } type;
  int *term;
  size_t nterm, capterm;
} network;

/* ---- arguments ------------------------------------------------------------------------------------------------ */

static ictus_err
whole (network *k, int arg, int *v)
{
  static const ictus__scope pars = { DEP_PAR, "the size of a network depends on parameters only", -1, SCOPE_USUAL };
  int node, tok = k->s->arg[arg];
  double x;

  ICTUS_TRY (ictus__expression (k->L, tok, k->s->arg_stop[arg], &pars, &node));
  ICTUS_TRY (ictus__fixed_number (&k->p, tok, node, "the size of a network", &x));
  if (x < 0 || x > ICTUS__STEP_MAX)
    return ictus__fail (k->L, tok, "the size of a network is a whole number, not negative");
  *v = (int) x;
  return ICTUS_OK;
}

static ictus_err
named (network *k, int arg, const char *what, bool (*is) (ictus__class), int *sym)
{
  char word[ICTUS__NAME_MAX + 1], key[ICTUS__NAME_MAX + 1];
  int tok = k->s->arg[arg];

  ictus__spell (k->L, tok, word);
  strcpy (key, word);
  ictus__lower_case (key);
  *sym = k->L->tok[tok].kind == TK_NAME && k->s->arg_stop[arg] == tok + 1 ? ictus__lookup (k->L, SYM_STATE, key) : -1;
  if (*sym < 0 || !is (k->L->sym[*sym].cls))
    return ictus__fail (k->L, tok, "expected the name of a %s here", what);
  return ICTUS_OK;
}

static bool
is_table (ictus__class cls)
{
  return cls == SYM_TABLE;
}

static bool
is_variable (ictus__class cls)
{
  return cls == SYM_STATE || cls == SYM_TEMP;
}

static bool
is_function (ictus__class cls)
{
  return cls == SYM_FUNC;
}

static ictus_err
table (network *k, int arg, int *t)
{
  int sym;

  ICTUS_TRY (named (k, arg, "table", is_table, &sym));
  *t = k->L->sym[sym].index;
  return ictus__fill_table (k->L, *t, k->s->arg[arg]);
}

static ictus_err
boundary (network *k)
{
  char word[ICTUS__NAME_MAX + 1];
  int tok = k->s->arg[0], c = tolower ((unsigned char) ictus__spell (k->L, tok, word)[0]);

  k->type = c == 'e' ? EVEN : c == 'p' ? PERIODIC : ZERO;
  if ((c != 'e' && c != 'p' && c != '0') || (k->type == EVEN && kinds[k->kind].form == FFTCON))
    return ictus__fail (k->L, tok, "expected %speriodic or 0 here: what lies beyond the ends",
                        kinds[k->kind].form == FFTCON ? "" : "even, ");
  return ICTUS_OK;
}

static ictus_err
roots (network *k, int arg)
{
  ICTUS_TRY (named (k, arg, "variable", is_variable, &k->x));
  k->y = k->f = -1;
  if (!kinds[k->kind].function)
    return ICTUS_OK;
  ICTUS_TRY (named (k, arg + 1, "variable", is_variable, &k->y));
  ICTUS_TRY (named (k, arg + 2, "function", is_function, &k->f));
  if (k->L->sym[k->f].nargs != 2)
    return ictus__fail (k->L, k->s->arg[arg + 2], "the function of a network has two arguments");
  return ICTUS_OK;
}

static ictus_err
read_arguments (network *k)
{
  const ictus__special *s = k->s;
  char word[ICTUS__NAME_MAX + 1];
  const char *names[NKIND], *near;

  ictus__spell (k->L, s->kind, word);
  for (k->kind = 0; k->kind < NKIND && !ictus__is_word (k->L, s->kind, kinds[k->kind].name); ++k->kind)
    names[k->kind] = kinds[k->kind].name;
  if (k->kind == NKIND)
    {
      near = ictus_nearest (word, names, NKIND);
      return ictus__fail (k->L, s->kind, "'%s' is not supported in special: expected one of conv, sparse, mmult, fconv, fsparse, "
                                         "fmmult, fftcon%s%s%s", word, near != NULL ? "; did you mean '" : "",
                          near != NULL ? near : "", near != NULL ? "'?" : "");
    }
  if (s->narg != kinds[k->kind].narg)
    return ictus__fail (k->L, s->kind, "'%s' needs %d arguments, %d given", word, kinds[k->kind].narg, s->narg);
  switch (kinds[k->kind].form)
    {
    case CONV:
      ICTUS_TRY (boundary (k));
      ICTUS_TRY (whole (k, 1, &k->n));
      ICTUS_TRY (whole (k, 2, &k->m));
      ICTUS_TRY (table (k, 3, &k->w));
      return roots (k, 4);
    case SPARSE:
      ICTUS_TRY (whole (k, 0, &k->n));
      ICTUS_TRY (whole (k, 1, &k->m));
      ICTUS_TRY (table (k, 2, &k->w));
      ICTUS_TRY (table (k, 3, &k->index));
      return roots (k, 4);
    case MMULT:
      ICTUS_TRY (whole (k, 0, &k->n));
      ICTUS_TRY (whole (k, 1, &k->m));
      ICTUS_TRY (table (k, 2, &k->w));
      return roots (k, 3);
    case FFTCON:
      ICTUS_TRY (boundary (k));
      ICTUS_TRY (whole (k, 1, &k->n));
      ICTUS_TRY (table (k, 2, &k->w));
      return roots (k, 3);
    }
  return ICTUS_E_INTERNAL;
}

/* ---- sums -------------------------------------------------------------------------------------------------------- */

/* Element number i of an array of variables; 0 where there is none. */
static ictus_err
element (network *k, int sym, int i, int *n)
{
  int at;

  ictus__shifted (k->L, sym, i, &at);
  if (at >= 0)
    return ictus__variable (&k->p, k->s->kind, at, n);
  *n = ictus__num (&k->L->g, 0);
  return ictus__made (&k->p, k->s->kind, *n);
}

/* + w[v] x[j], or w[v] f(x[j], y[i]) */
static ictus_err
term (network *k, int v, int j, int i)
{
  const ictus__table *w = &k->L->table[k->w];
  ictus__frame f = { .sym = k->f };
  int n;

  if (v < 0 || v >= w->n)
    return ictus__fail (k->L, k->s->kind, "the table of the weights has %d values, which is too few: value number %d is needed", w->n,
                        v + 1);
  ICTUS_TRY (element (k, k->x, j, &n));
  if (k->f >= 0)
    {
      f.arg[0] = n;
      ICTUS_TRY (element (k, k->y, i, &f.arg[1]));
      if (k->L->sym[k->f].building)
        return ictus__fail (k->L, k->s->kind, "the function '%s' calls itself", k->L->sym[k->f].name);
      k->L->sym[k->f].building = true;
      ICTUS_TRY (ictus__parse_body (&k->p, k->f, &f, &n));
      k->L->sym[k->f].building = false;
    }
  n = ictus__mul (&k->L->g, ictus__num (&k->L->g, w->v[v]), n);
  ICTUS_TRY (ictus__made (&k->p, k->s->kind, n));
  ICTUS_TRY (ictus_grow (&k->term, &k->capterm, k->nterm + 1, sizeof *k->term));
  k->term[k->nterm++] = n;
  return ICTUS_OK;
}

/* Place i of n, reflected at the ends, on a ring, or as it is; -1 outside. */
static int
place (const network *k, int i)
{
  int n = k->n, round = 2 * n - 2;

  if (k->type == PERIODIC)
    return (i % n + n) % n;
  if (k->type == ZERO || n == 1)
    return i < 0 || i >= n ? (k->type == ZERO ? -1 : 0) : i;
  i = (i % round + round) % round;
  return i < n ? i : round - i;
}

/* Weight of x[j] in k(i) on a ring: XPPAUT's order of the table, whose middle is distance 0. */
static int
ring (int n, int i, int j)
{
  int d = (i - j + n) % n;

  return d <= n / 2 ? n / 2 + d : d - n / 2 - 1;
}

static ictus_err
component (network *k, int i, int *node)
{
  k->nterm = 0;
  switch (kinds[k->kind].form)
    {
    case CONV:
      for (int j = -k->m; j <= k->m; ++j)
        if (place (k, i + j) >= 0)
          ICTUS_TRY (term (k, j + k->m, place (k, i + j), i));
      break;
    case SPARSE:
      for (int j = i * k->m; j < (i + 1) * k->m; ++j)
        {
          const ictus__table *c = &k->L->table[k->index];

          if (j >= c->n)
            return ictus__fail (k->L, k->s->kind, "the table of the places has %d values, which is too few", c->n);
          if (c->v[j] >= 0 && c->v[j] < ICTUS__STATE_MAX)
            ICTUS_TRY (term (k, j, (int) c->v[j], i));
        }
      break;
    case MMULT:
      for (int j = 0; j < k->n; ++j)
        ICTUS_TRY (term (k, i * k->n + j, j, i));
      break;
    case FFTCON:
      for (int j = 0; j < k->n; ++j)
        ICTUS_TRY (term (k, k->type == PERIODIC ? ring (k->n, i, j) : k->n + i - j, j, i));
      break;
    }
  *node = ictus__add_up (&k->L->g, k->term, k->nterm);
  return ictus__made (&k->p, k->s->kind, *node);
}

static ictus_err
build (ictus_lang *L, int sym)
{
  static const ictus__scope any = { DEP_ALL, "", -1, SCOPE_USUAL };
  ictus__special *s = &L->special[L->sym[sym].index];
  network k = { .L = L, .s = s, .p = { .L = L, .scope = &any } };
  double size;
  int n;
  ictus_err e;

  ICTUS_GO (read_arguments (&k));
  n = kinds[k.kind].form == MMULT ? k.m : k.n;
  size = (double) n * (kinds[k.kind].form == MMULT || kinds[k.kind].form == FFTCON ? k.n : 2.0 * k.m + 1);
  if (n < 1 || size > ICTUS__STEP_MAX)
    ICTUS_GO (ictus__fail (L, s->kind, n < 1 ? "a network without members" : "this network is too large"));
  if ((s->node = ictus_alloc ((size_t) n, sizeof *s->node)) == NULL)
    ICTUS_GO (ICTUS_E_NOMEM);
  for (int i = 0; i < n; ++i)
    ICTUS_GO (component (&k, i, &s->node[i]));
  s->n = n;
done:
  ictus_free (k.term);
  return e;
}

ictus_err
ictus__build_special (ictus_lang *L, int sym)
{
  ictus_err e;

  if (L->special[L->sym[sym].index].n > 0)
    return ICTUS_OK;
  if (L->sym[sym].building)
    return ictus__fail (L, L->sym[sym].tok, "'%s' is made of itself", L->sym[sym].name);
  L->sym[sym].building = true;
  e = build (L, sym);
  L->sym[sym].building = false;
  return e;
}

/* k(i): component i, cut to a whole number; 0 where there is none, as in XPPAUT */
ictus_err
ictus__call_special (ictus__parser *p, int name, int sym, int *n)
{
  ictus_lang *L = p->L;
  int arg;
  double i;

  ICTUS_TRY (ictus__build_special (L, sym));
  ICTUS_TRY (ictus__arguments (p, name, 1, &arg));
  ICTUS_TRY (ictus__fixed_number (p, name, arg, "the index of a network", &i));
  if (i >= 0 && i < L->special[L->sym[sym].index].n)
    *n = L->special[L->sym[sym].index].node[(int) i];
  else
    {
      *n = ictus__num (&L->g, 0);
      ICTUS_TRY (ictus__note_once (L, ICTUS_LANG_READING, name, "'%s' has no member %g; its value is 0, as in XPPAUT",
                                   L->sym[sym].name, i));
    }
  ICTUS_TRY (ictus__made (p, name, *n));
  return ictus__allowed (p, name, *n, false);
}
