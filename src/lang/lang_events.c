/* SPDX-License-Identifier: BSD-3-Clause */
/* Initial values and the past, events of `global`, Markov variables: statements about states to nodes. */
#include <string.h>

#include "lang/lang_impl.h"

ictus_err
ictus__state_of (ictus_lang *L, int tok, const char *what, int *index)
{
  char word[ICTUS__NAME_MAX + 1], key[ICTUS__NAME_MAX + 1];
  const char *near;
  int s;

  ictus__spell (L, tok, word);
  strcpy (key, word);
  ictus__lower_case (key);
  s = ictus__lookup (L, SYM_STATE, key);
  if (s >= 0 && L->sym[s].cls == SYM_STATE)
    {
      *index = L->sym[s].index;
      return ICTUS_OK;
    }
  near = ictus_lang_nearest (L, ICTUS_LANG_STATE, word);
  if (near != NULL)
    return ictus__fail (L, tok, "%s: '%s' is no state; did you mean '%s'?", what, word, near);
  if (s < 0 && strcmp (what, "init") == 0)
    return ictus__fail (L, tok, "'%s' has an initial value but no equation (%s' = ...)", word, word);
  return ictus__fail (L, tok, "%s: '%s' is no state (it has no equation %s' = ...)", what, word, word);
}

/* ---- initial values, and what was before ---------------------------------------------------------------- */

/* x(0)=formula in t: also before the start. */
static ictus_err
before (ictus_lang *L, const ictus__assign *a)
{
  static const ictus__scope past
      = { DEP_PAR | DEP_T, "what was before the start depends on the time and on parameters only", -1, SCOPE_START_PAST };
  int n = L->count[ICTUS_LANG_STATE], node;

  ICTUS_TRY (ictus__expression (L, a->expr, a->stop, &past, &node));
  if (a->owner != OWNER_HISTORY && (ictus__deps (&L->g, node) & DEP_T) == 0)
    return ICTUS_OK;
  if (L->history == NULL)
    {
      if ((L->history = ictus_alloc ((size_t) n, sizeof *L->history)) == NULL)
        return ICTUS_E_NOMEM;
      for (int i = 0; i < n; ++i)
        L->history[i] = -1;
    }
  L->history[a->state] = node;
  return ICTUS_OK;
}

static ictus_err
initial_value (ictus_lang *L, const ictus__assign *a)
{
  static const ictus__scope pars = { DEP_PAR, "an initial value depends on parameters only", -1, SCOPE_START };

  if (L->init[a->state] >= 0)
    return ictus__fail (L, a->name, "a second initial value for this state");
  return ictus__expression (L, a->expr, a->stop, &pars, &L->init[a->state]);
}

/* Only what is delayed has a past that anything sees. In XPPAUT a state that is not told was 0 before the start. */
static ictus_err
fill_history (ictus_lang *L)
{
  int n = L->count[ICTUS_LANG_STATE];
  bool delayed = L->ndelay > 0;

  if (L->xpp && delayed && L->history == NULL)
    {
      if ((L->history = ictus_alloc ((size_t) n, sizeof *L->history)) == NULL)
        return ICTUS_E_NOMEM;
      for (int i = 0; i < n; ++i)
        L->history[i] = -1;
    }
  if (!delayed)
    {
      ictus_free (L->history);
      L->history = NULL;
    }
  for (int i = 0; L->history != NULL && i < n; ++i)
    if (L->history[i] < 0 && (L->history[i] = L->xpp ? ictus__num (&L->g, 0) : L->init[i]) < 0)
      return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  return ICTUS_OK;
}

ictus_err
ictus__initial_values (ictus_lang *L)
{
  int n = L->count[ICTUS_LANG_STATE];

  if ((L->init = ictus_alloc ((size_t) n, sizeof *L->init)) == NULL)
    return ICTUS_E_NOMEM;
  for (int i = 0; i < n; ++i)
    {
      const ictus__sym *s = &L->sym[L->of[ICTUS_LANG_STATE][i]];

      L->init[i] = s->hidden ? ictus__leaf (&L->g, OP_PAR, L->sym[s->par].index) : -1;
    }
  for (size_t k = 0; k < L->nassign; ++k)
    {
      ictus__assign *a = &L->assign[k];

      if (a->owner != OWNER_INIT && a->owner != OWNER_HISTORY)
        continue;
      ICTUS_TRY (ictus__state_of (L, a->name, "init", &a->state));
      if (a->owner == OWNER_INIT)
        ICTUS_TRY (initial_value (L, a));
      if (a->owner == OWNER_HISTORY || !L->xpp)
        ICTUS_TRY (before (L, a));
    }
  for (int i = 0; i < n; ++i)
    if (L->init[i] < 0 && (L->init[i] = ictus__num (&L->g, 0)) < 0)
      return ICTUS_E_NOMEM;
  return fill_history (L);
}

/* ---- events ------------------------------------------------------------------------------------------------ */

static ictus_err
assignments (ictus_lang *L, int event)
{
  static const ictus__scope any = { DEP_ALL, "", -1, SCOPE_USUAL };

  for (size_t k = 0; k < L->nassign; ++k)
    {
      ictus__assign *a = &L->assign[k];

      if (a->owner != OWNER_EVENT - event)
        continue;
      ICTUS_TRY (ictus__state_of (L, a->name, "global", &a->state));
      ICTUS_TRY (ictus__expression (L, a->expr, a->stop, &any, &a->node));
      if (a->plus)
        a->node = ictus__add (&L->g, ictus__leaf (&L->g, OP_STATE, a->state), a->node);
      if (a->node < 0)
        return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
    }
  return ICTUS_OK;
}

ictus_err
ictus__events (ictus_lang *L)
{
  static const ictus__scope any = { DEP_ALL, "", -1, SCOPE_USUAL };

  for (size_t k = 0; k < L->nevent; ++k)
    {
      ictus__event *v = &L->event[k];

      ICTUS_TRY (ictus__expression (L, v->expr, v->stop, &any, &v->node));
      ICTUS_TRY (assignments (L, (int) k));
    }
  return ICTUS_OK;
}

/* ---- Markov variables ---------------------------------------------------------------------------------------- */

ictus_err
ictus__markov_rates (ictus_lang *L)
{
  static const ictus__scope any = { DEP_ALL, "", -1, SCOPE_USUAL };

  for (size_t k = 0; k < L->nmarkov; ++k)
    {
      ictus__markov *m = &L->markov[k];

      for (int i = 0; i < m->n * m->n; ++i)
        {
          m->node[i] = -1;
          if (i / m->n != i % m->n)
            ICTUS_TRY (ictus__expression (L, m->expr[i], m->stop[i], &any, &m->node[i]));
        }
    }
  return ICTUS_OK;
}
