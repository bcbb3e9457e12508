/* SPDX-License-Identifier: BSD-3-Clause */
/* What stands for many variables: sum(a,b)of(...), shift(x,k); what stands for the past of one: delay(x,tau). */
#include <math.h>
#include <string.h>

#include "lang/lang_parse.h"

/* ---- sum(a,b)of(ex): ex for i' = a .. b ---------------------------------------------------------------------- */

/* The terms for i' = lo .. hi; p->at stands behind the '(' and afterwards before the ')'. */
static ictus_err
terms (ictus__parser *p, double lo, double hi, int **term, size_t *n)
{
  int body = p->at, end = p->at, index = p->index, skipped;
  bool summing = p->summing;
  size_t cap = 0;

  p->summing = true;
  if (lo > hi) /* nothing to add, but to be read */
    {
      p->index = ictus__num (&p->L->g, lo);
      ICTUS_TRY (ictus__parse (p, &skipped));
      end = p->at;
    }
  for (double i = lo; i <= hi; ++i)
    {
      p->at = body;
      p->index = ictus__num (&p->L->g, i);
      ICTUS_TRY (ictus__made (p, body, p->index));
      ICTUS_TRY (ictus_grow (term, &cap, *n + 1, sizeof **term));
      ICTUS_TRY (ictus__parse (p, &(*term)[*n]));
      ++*n;
      end = p->at;
    }
  p->at = end;
  p->summing = summing;
  p->index = index;
  return ICTUS_OK;
}

ictus_err
ictus__call_sum (ictus__parser *p, int name, int *n)
{
  int bound[2], *term = NULL, opened;
  double lo, hi;
  size_t count = 0;
  ictus_err e;

  ICTUS_TRY (ictus__arguments (p, name, 2, bound));
  ICTUS_TRY (ictus__fixed_number (p, name, bound[0], "the first index of 'sum'", &lo));
  ICTUS_TRY (ictus__fixed_number (p, name, bound[1], "the last index of 'sum'", &hi));
  if (p->at >= p->stop || !ictus__is_word (p->L, p->at, "of"))
    return ictus__fail (p->L, p->at, "expected 'of(...)' here: sum(a,b)of(expression with i')");
  opened = ++p->at;
  if (!ictus__parse_is (p, '('))
    return ictus__fail (p->L, p->at, "expected '(' behind 'of': sum(a,b)of(expression with i')");
  ++p->at;
  ICTUS_GO (terms (p, trunc (lo), trunc (hi), &term, &count));
  ICTUS_GO (ictus__close (p, opened));
  *n = ictus__add_up (&p->L->g, term, count);
  e = ictus__made (p, name, *n);
done:
  ictus_free (term);
  return e;
}

/* ---- shift(x,k): the variable k places behind x -------------------------------------------------------------- */

/* Place of a symbol in XPPAUT's list of variables (equations, Markov variables, temporaries); -1: not there. */
static int
place_of (const ictus_lang *L, int sym)
{
  const ictus__sym *s = &L->sym[sym];
  int at = 0;

  if (s->cls == SYM_STATE && !s->hidden)
    return s->index;
  if (s->cls != SYM_TEMP)
    return -1;
  for (int k = 0; k < L->count[ICTUS_LANG_STATE]; ++k)
    at += !L->sym[L->of[ICTUS_LANG_STATE][k]].hidden;
  for (int k = 0; k < sym; ++k)
    at += L->sym[k].cls == SYM_TEMP;
  return at;
}

void
ictus__shifted (const ictus_lang *L, int sym, double k, int *out)
{
  bool par = L->sym[sym].cls == SYM_PAR;
  double at = (par ? L->sym[sym].index : place_of (L, sym)) + trunc (k);
  int nstate = 0;

  *out = -1;
  if (at < 0)
    return;
  if (par)
    {
      if (at < L->count[ICTUS_LANG_PAR])
        *out = L->of[ICTUS_LANG_PAR][(int) at];
      return;
    }
  for (int i = 0; i < L->count[ICTUS_LANG_STATE]; ++i)
    nstate += !L->sym[L->of[ICTUS_LANG_STATE][i]].hidden;
  if (at < nstate)
    {
      *out = L->of[ICTUS_LANG_STATE][(int) at];
      return;
    }
  for (size_t s = 0; s < L->nsym; ++s)
    if (L->sym[s].cls == SYM_TEMP && nstate++ == (int) at)
      *out = (int) s;
}

/* (x, : the symbol that the first argument names, itself or as the argument of a function */
static ictus_err
base (ictus__parser *p, int name, int *sym)
{
  ictus_lang *L = p->L;
  char word[ICTUS__NAME_MAX + 1], key[ICTUS__NAME_MAX + 1];
  int tok, n;

  ictus__spell (L, name, word);
  if (!ictus__parse_is (p, '('))
    return ictus__fail (L, name, "'%s' is a function: expected '%s(...)'", word, word);
  tok = ++p->at;
  ICTUS_TRY (ictus__parse (p, &n));
  *sym = -1;
  if (L->g.node[n].op == OP_STATE)
    *sym = L->of[ICTUS_LANG_STATE][L->g.node[n].a];
  else if (L->g.node[n].op == OP_PAR)
    *sym = L->of[ICTUS_LANG_PAR][L->g.node[n].a];
  else if (p->at == tok + 1 && L->tok[tok].kind == TK_NAME)
    {
      ictus__spell (L, tok, key);
      ictus__lower_case (key);
      *sym = ictus__lookup (L, SYM_STATE, key);
    }
  if (*sym >= 0 && L->sym[*sym].cls != SYM_STATE && L->sym[*sym].cls != SYM_PAR && L->sym[*sym].cls != SYM_TEMP)
    *sym = -1;
  if (*sym < 0)
    return ictus__fail (L, tok, "expected the name of a variable here: '%s(x, ...)'", word);
  return ICTUS_OK;
}

/* , expression */
static ictus_err
further (ictus__parser *p, int name, int *n)
{
  char word[ICTUS__NAME_MAX + 1];

  if (!ictus__parse_is (p, ','))
    return ictus__fail (p->L, p->at, "expected ',' here: '%s' needs one more argument", ictus__spell (p->L, name, word));
  ++p->at;
  return ictus__parse (p, n);
}

/* (x, k: the symbol k places behind x, -1 where there is none */
static ictus_err
shifted (ictus__parser *p, int name, int *sym)
{
  int k;
  double by;

  ICTUS_TRY (base (p, name, sym));
  ICTUS_TRY (further (p, name, &k));
  ICTUS_TRY (ictus__fixed_number (p, name, k, "the distance in 'shift'", &by));
  ictus__shifted (p->L, *sym, by, sym);
  return ICTUS_OK;
}

ictus_err
ictus__call_shift (ictus__parser *p, int name, int *n)
{
  int opened = p->at, sym;

  ICTUS_TRY (shifted (p, name, &sym));
  ICTUS_TRY (ictus__close (p, opened));
  if (sym >= 0)
    return ictus__variable (p, name, sym, n);
  *n = ictus__num (&p->L->g, 0);
  ICTUS_TRY (ictus__note_once (p->L, ICTUS_LANG_READING, name,
                               "this shift leads to no variable; its value is 0, as in XPPAUT"));
  return ictus__made (p, name, *n);
}

/* XPPAUT's number of a variable, for what it is worth: 10001 is the first state */
ictus_err
ictus__call_ishift (ictus__parser *p, int name, int *n)
{
  int opened = p->at, sym;

  ICTUS_TRY (shifted (p, name, &sym));
  ICTUS_TRY (ictus__close (p, opened));
  *n = ictus__num (&p->L->g, sym < 0 ? 0 : p->L->sym[sym].cls == SYM_PAR ? p->L->sym[sym].index : 10001 + place_of (p->L, sym));
  return ictus__made (p, name, *n);
}

/* ---- delay(x,tau): the state x at time t - tau ---------------------------------------------------------------- */

static ictus_err
delayed (ictus__parser *p, int name, int sym, int tau, int *n)
{
  ictus_lang *L = p->L;
  size_t k = 0;

  if (sym < 0 || L->sym[sym].cls != SYM_STATE)
    return ictus__fail (L, name, "only a state has a past: '%s' is none (write delay(x,tau) for each state that it is made of)",
                        sym < 0 ? "this" : L->sym[sym].name);
  if (ictus__deps (&L->g, tau) & (DEP_DELAY | DEP_NOISE | DEP_W))
    return ictus__fail (L, name, "a delay cannot depend on %s",
                        (ictus__deps (&L->g, tau) & DEP_DELAY) != 0 ? "a delayed value" : "a random number");
  if (ictus__is_const (&L->g, tau, 0))
    return ictus__variable (p, name, sym, n);
  while (k < L->ndelay && (L->delay[k].state != L->sym[sym].index || L->delay[k].tau != tau))
    ++k;
  if (k == L->ndelay)
    {
      ICTUS_TRY (ictus_grow (&L->delay, &L->capdelay, L->ndelay + 1, sizeof *L->delay));
      L->delay[L->ndelay].state = L->sym[sym].index;
      L->delay[L->ndelay++].tau = tau;
    }
  *n = ictus__leaf (&L->g, OP_DELAYED, (int) k);
  ICTUS_TRY (ictus__made (p, name, *n));
  return ictus__allowed (p, name, *n, true);
}

ictus_err
ictus__call_delay (ictus__parser *p, int name, int *n)
{
  int opened = p->at, sym, tau;

  ICTUS_TRY (base (p, name, &sym));
  ICTUS_TRY (further (p, name, &tau));
  ICTUS_TRY (ictus__close (p, opened));
  return delayed (p, name, sym, tau, n);
}

ictus_err
ictus__call_del_shft (ictus__parser *p, int name, int *n)
{
  int opened = p->at, sym, tau;

  ICTUS_TRY (shifted (p, name, &sym));
  ICTUS_TRY (further (p, name, &tau));
  ICTUS_TRY (ictus__close (p, opened));
  return delayed (p, name, sym, tau, n);
}
