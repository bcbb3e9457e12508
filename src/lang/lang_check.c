/* SPDX-License-Identifier: BSD-3-Clause */
/* Symbols to nodes: every statement is read, every rule about who may use what is checked. */
#include <math.h>
#include <string.h>

#include "lang/lang_parse.h"

static int
kind_of (ictus__class cls)
{
  switch (cls)
    {
    case SYM_STATE: return ICTUS_LANG_STATE;
    case SYM_PAR: return ICTUS_LANG_PAR;
    case SYM_PORT: return ICTUS_LANG_PORT;
    case SYM_INPUT: return ICTUS_LANG_INPUT;
    case SYM_AUX: return ICTUS_LANG_AUX;
    case SYM_DERIVED: case SYM_TEMP: case SYM_FUNC: case SYM_NOISE: case SYM_TABLE: case SYM_SPECIAL: break;
    }
  return -1;
}

/* Symbols of each kind in the order of declaration. */
static ictus_err
number (ictus_lang *L)
{
  L->count[ICTUS_LANG_PORT] = 0;
  for (size_t s = 0; s < L->nsym; ++s)
    if (kind_of (L->sym[s].cls) >= 0)
      ++L->count[kind_of (L->sym[s].cls)];
  for (int k = 0; k < ICTUS_LANG_NKIND; ++k)
    {
      L->of[k] = ictus_alloc ((size_t) L->count[k], sizeof *L->of[k]);
      L->var[k] = ictus_alloc ((size_t) L->count[k], sizeof *L->var[k]);
      if (L->of[k] == NULL || L->var[k] == NULL)
        return ICTUS_E_NOMEM;
      L->count[k] = 0;
    }
  for (int pass = 0; pass < 3; ++pass) /* of the states: equations, Markov variables, what is hidden */
    for (size_t s = 0; s < L->nsym; ++s)
      {
        int k = kind_of (L->sym[s].cls);

        if (k < 0 || pass != (k != ICTUS_LANG_STATE ? 0 : L->sym[s].hidden ? 2 : L->sym[s].markov > 0))
          continue;
        L->sym[s].index = L->count[k];
        L->of[k][L->count[k]++] = (int) s;
      }
  if (L->count[ICTUS_LANG_STATE] == 0)
    return ictus_err_at (ICTUS_E_INPUT, L->path, L->text, 1, 0, 1,
                         "the model has no equation; expected at least one, such as V' = -V/tau");
  if (L->count[ICTUS_LANG_STATE] > ICTUS__STATE_MAX)
    return ictus__fail (L, L->sym[L->of[ICTUS_LANG_STATE][ICTUS__STATE_MAX]].tok, "more than %d equations",
                        ICTUS__STATE_MAX);
  if (L->count[ICTUS_LANG_PAR] > ICTUS__PAR_MAX)
    return ictus__fail (L, L->sym[L->of[ICTUS_LANG_PAR][ICTUS__PAR_MAX]].tok, "more than %d parameters",
                        ICTUS__PAR_MAX);
  return ICTUS_OK;
}

static ictus_err
constants (ictus_lang *L, ictus__class cls, const ictus__scope *scope)
{
  for (size_t s = 0; s < L->nsym; ++s)
    {
      ictus__sym *y = &L->sym[s];

      if (y->cls != cls)
        continue;
      ICTUS_TRY (ictus__expression (L, y->expr, y->stop, scope, &y->node));
      if (L->g.node[y->node].op != OP_CONST)
        return ictus__fail (L, y->expr, "the default of '%s' is not a finite number", y->name);
    }
  return ICTUS_OK;
}

/* Everything that has an expression of its own, in the order of the file. */
static ictus_err
expressions (ictus_lang *L)
{
  static const ictus__scope any = { DEP_ALL, "", -1, SCOPE_USUAL };

  for (size_t s = 0; s < L->nsym; ++s)
    {
      ictus__sym *y = &L->sym[s];

      if (y->cls == SYM_AUX && ictus_lang_find (L, ICTUS_LANG_STATE, y->name) >= 0)
        return ictus__fail (L, y->tok,
                            "'%s' is a state, which can be recorded as it is; the aux needs another name",
                            y->name);
      if ((y->cls == SYM_STATE || y->cls == SYM_AUX) && y->expr >= 0)
        ICTUS_TRY (ictus__expression (L, y->expr, y->stop, &any, &y->node));
      else if (y->cls == SYM_STATE) /* a Markov variable, or a parameter that events change */
        y->node = ictus__num (&L->g, 0);
      if ((y->cls == SYM_TEMP || y->cls == SYM_DERIVED) && y->node < 0)
        ICTUS_TRY (ictus__build (L, (int) s));
      if (y->cls == SYM_TABLE)
        ICTUS_TRY (ictus__fill_table (L, y->index, y->tok));
      if (y->cls == SYM_SPECIAL)
        ICTUS_TRY (ictus__build_special (L, (int) s));
    }
  for (size_t s = 0; s < L->nsym; ++s) /* at last: all that they use has its node */
    if (L->sym[s].cls == SYM_FUNC)
      ICTUS_TRY (ictus__check_function (L, (int) s));
  return ICTUS_OK;
}

static ictus_err
resets (ictus_lang *L)
{
  static const ictus__scope any = { DEP_ALL, "", -1, SCOPE_USUAL };

  for (size_t k = 0; k < L->nassign; ++k)
    {
      ictus__assign *a = &L->assign[k];

      if (a->owner != OWNER_RESET)
        continue;
      if (L->spike_tok < 0)
        return ictus__fail (L, a->name, "a reset without a 'spike' statement that says when");
      ICTUS_TRY (ictus__state_of (L, a->name, "reset", &a->state));
      for (size_t b = 0; b < k; ++b)
        if (L->assign[b].owner == OWNER_RESET && L->assign[b].state == a->state)
          return ictus__fail (L, a->name, "this state is reset twice");
      ICTUS_TRY (ictus__expression (L, a->expr, a->stop, &any, &a->node));
      if (a->plus)
        a->node = ictus__add (&L->g, ictus__leaf (&L->g, OP_STATE, a->state), a->node);
      if (a->node < 0)
        return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
    }
  return ICTUS_OK;
}

/* Jump for weight 1: the derivative by the weight, provided that there is nothing else. */
static ictus_err
jump (ictus_lang *L, const ictus__assign *a, int *out)
{
  static const char what[] = "the jump of a port depends on parameters and the weight w only";
  ictus__scope scope = { DEP_PAR | DEP_W, what, -1, SCOPE_USUAL };
  int w = ictus__leaf (&L->g, OP_WEIGHT, -1), one, zero;

  if ((scope.weight = ictus__num (&L->g, 0)) < 0 || w < 0)
    return ICTUS_E_NOMEM;
  ICTUS_TRY (ictus__expression (L, a->expr, a->stop, &scope, &zero));
  scope.weight = w;
  ICTUS_TRY (ictus__expression (L, a->expr, a->stop, &scope, &one));
  if (!ictus__contains (&L->g, one, w))
    return ictus__fail (L, a->expr, "the jump of a port contains the weight w, as in 'g_ex += w'");
  ICTUS_TRY (ictus__diff (&L->g, w, one + 1, one, out));
  if (!ictus__is_const (&L->g, zero, 0) || ictus__contains (&L->g, *out, w) || ictus__switched (&L->g, one, w))
    return ictus__fail (L, a->expr, "the jump of a port is not proportional to the weight w");
  return ICTUS_OK;
}

static ictus_err
ports (ictus_lang *L)
{
  int n = L->count[ICTUS_LANG_STATE], np = L->count[ICTUS_LANG_PORT], zero = ictus__num (&L->g, 0);

  if ((L->port = ictus_alloc ((size_t) n * (size_t) np, sizeof *L->port)) == NULL || zero < 0)
    return ICTUS_E_NOMEM;
  for (int k = 0; k < n * np; ++k)
    L->port[k] = zero;
  for (size_t k = 0; k < L->nassign; ++k)
    {
      ictus__assign *a = &L->assign[k];
      int *to, c = -1;

      if (a->owner < 0)
        continue;
      ICTUS_TRY (ictus__state_of (L, a->name, "port", &a->state));
      ICTUS_TRY (jump (L, a, &c));
      to = &L->port[a->owner * n + a->state];
      if ((*to = ictus__add (&L->g, *to, c)) < 0)
        return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
    }
  return ICTUS_OK;
}

/* spike a >= b: the neuron fires where a - b rises through 0 */
static ictus_err
spike (ictus_lang *L)
{
  static const ictus__scope any = { DEP_ALL, "", -1, SCOPE_USUAL };
  int a, b, t;

  if (L->spike_tok < 0)
    return ICTUS_OK;
  ICTUS_TRY (ictus__sum (L, L->spike, L->spike_stop, &any, &a, &t));
  if (ictus__is_op (L, t, '<') || ictus__is_op (L, t, TOK_LE))
    return ictus__fail (L, t,
                        "the neuron fires where the left side rises above the right: write 'spike b >= a'");
  if (!ictus__is_op (L, t, '>') && !ictus__is_op (L, t, TOK_GE))
    return ictus__fail (L, t, "expected '>=' here: the neuron fires where a rises through b, 'spike a >= b'");
  ICTUS_TRY (ictus__sum (L, t + 1, L->spike_stop, &any, &b, &t));
  if (t < L->spike_stop)
    return ictus__fail (L, t, "expected the end of the line here: 'spike a >= b'");
  if ((L->fire = ictus__sub (&L->g, a, b)) < 0)
    return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  if ((ictus__deps (&L->g, L->fire) & (DEP_STATE | DEP_T | DEP_INPUT)) == 0)
    return ictus__fail (L, L->spike, "this never changes: neither side depends on a state");
  return ICTUS_OK;
}

static ictus_err
refractory (ictus_lang *L)
{
  static const ictus__scope pars = { DEP_PAR, "the refractory time depends on parameters only", -1, SCOPE_USUAL };

  if (L->refr_tok < 0)
    return ICTUS_OK;
  if (L->spike_tok < 0)
    return ictus__fail (L, L->refr_tok, "refractory without a 'spike' statement");
  ICTUS_TRY (ictus__expression (L, L->refr, L->refr_stop, &pars, &L->refractory));
  for (size_t k = 0; k < L->nhold; ++k)
    {
      int i;

      ICTUS_TRY (ictus__state_of (L, L->hold[k], "hold", &i));
      L->sym[L->of[ICTUS_LANG_STATE][i]].held = true;
    }
  return ICTUS_OK;
}

/* ---- what is known about each name ------------------------------------------------------------------- */

/* " [mV] membrane potential" to its two parts, as offsets into the strings */
static void
comment (ictus_lang *L, const ictus__line *l, size_t *unit, size_t *meaning)
{
  const char *s = L->code + l->comment, *end = s + l->comment_len, *close;

  *unit = *meaning = 0; /* the empty string */
  while (s < end && (*s == ' ' || *s == '\t' || *s == '#'))
    ++s;
  while (end > s && strchr (" \t\r", end[-1]) != NULL)
    --end;
  if (s < end && *s == '[' && (close = memchr (s, ']', (size_t) (end - s))) != NULL)
    {
      const char *a = s + 1, *b = close;

      while (a < b && *a == ' ')
        ++a;
      while (b > a && b[-1] == ' ')
        --b;
      *unit = L->strings.len;
      ictus_text_addn (&L->strings, a, (size_t) (b - a));
      ictus_text_addn (&L->strings, "", 1);
      for (s = close + 1; s < end && (*s == ' ' || *s == '\t'); ++s)
        ;
    }
  *meaning = L->strings.len;
  ictus_text_addn (&L->strings, s, (size_t) (end - s));
  ictus_text_addn (&L->strings, "", 1);
}

static ictus_err
describe (ictus_lang *L)
{
  size_t *place = ictus_alloc (2 * L->nline, sizeof *place);
  ictus_err e = ICTUS_E_NOMEM;

  if (place == NULL)
    return e;
  ictus_text_addn (&L->strings, "", 1);
  for (size_t k = 0; k < L->nline; ++k)
    comment (L, &L->line[k], &place[2 * k], &place[2 * k + 1]);
  if (L->strings.failed)
    goto done;
  for (int k = 0; k < ICTUS_LANG_NKIND; ++k)
    for (int i = 0; i < L->count[k]; ++i)
      {
        const ictus__sym *s = &L->sym[L->of[k][i]];
        ictus_lang_var *v = &L->var[k][i];

        v->name = s->name;
        v->unit = L->strings.s + place[2 * s->line];
        v->meaning = L->strings.s + place[2 * s->line + 1];
        v->held = s->held;
        v->hidden = s->hidden;
        v->markov = s->markov > 0 ? L->markov[s->markov - 1].n : 0;
        v->line = L->tok[s->tok].line;
        if (k == ICTUS_LANG_PAR || k == ICTUS_LANG_INPUT)
          v->value = L->g.node[s->node].v;
      }
  e = ICTUS_OK;
done:
  ictus_free (place);
  return e;
}

/* Initial values for the default parameters. */
static ictus_err
start_values (ictus_lang *L)
{
  int np = L->count[ICTUS_LANG_PAR];
  double *p = ictus_alloc ((size_t) np, sizeof *p), *val = ictus_alloc (L->g.n, sizeof *val);
  ictus_err e = ICTUS_E_NOMEM;

  if (p == NULL || val == NULL)
    goto done;
  for (int j = 0; j < np; ++j)
    p[j] = L->var[ICTUS_LANG_PAR][j].value;
  ictus__eval (L, p, val);
  for (int i = 0; i < L->count[ICTUS_LANG_STATE]; ++i)
    L->var[ICTUS_LANG_STATE][i].value = val[L->init[i]];
  e = ICTUS_OK;
done:
  ictus_free (p);
  ictus_free (val);
  return e;
}

ictus_err
ictus__check (ictus_lang *L)
{
  static const ictus__scope par
      = { 0, "the default of a parameter is a constant (write '!name = ...' for a derived one)", -1, SCOPE_USUAL };
  static const ictus__scope input = { 0, "the default of an input is a constant", -1, SCOPE_USUAL };

  ICTUS_TRY (number (L));
  ICTUS_TRY (constants (L, SYM_PAR, &par));
  ICTUS_TRY (constants (L, SYM_INPUT, &input));
  ICTUS_TRY (expressions (L));
  ICTUS_TRY (ictus__markov_rates (L));
  ICTUS_TRY (ictus__events (L));
  ICTUS_TRY (spike (L));
  ICTUS_TRY (resets (L));
  ICTUS_TRY (refractory (L));
  ICTUS_TRY (ports (L));
  ICTUS_TRY (ictus__initial_values (L));
  ICTUS_TRY (describe (L));
  return start_values (L);
}
