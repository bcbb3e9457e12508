/* SPDX-License-Identifier: BSD-3-Clause */
/* Jacobian and derivatives by the parameters; linear, conditionally linear, autonomous, and why not. */
#include <string.h>

#include "lang/lang_impl.h"

#define ICTUS__WORK_MAX 1e9 /* nodes that are differentiated */

/* Marks what the right-hand sides are made of. */
static unsigned char *
needed (const ictus_lang *L, int upto)
{
  unsigned char *need = ictus_alloc ((size_t) upto, 1);

  if (need == NULL)
    return NULL;
  for (int i = 0; i < L->count[ICTUS_LANG_STATE]; ++i)
    need[L->rhs[i]] = 1;
  for (int n = upto; n-- > 0;)
    if (need[n] != 0)
      for (int k = 0; k < ictus__nkids (&L->g, n); ++k)
        need[ictus__kid (&L->g, n, k)] = 1;
  return need;
}

/* out[j * nstate + i] = df_i / d(leaf j), leaves of one kind */
static ictus_err
columns (ictus_lang *L, ictus__op op, int n, int *out)
{
  int upto = (int) L->g.n, ns = L->count[ICTUS_LANG_STATE];
  ictus__differ D = { 0 };
  unsigned char *need = needed (L, upto);
  ictus_err e = ICTUS_E_NOMEM;

  if (need == NULL)
    goto done;
  ICTUS_GO (ictus__differ_open (&L->g, upto, need, &D));
  for (int j = 0; j < n; ++j)
    {
      e = ictus__differ_by (&D, ictus__leaf (&L->g, op, j));
      if (e == ICTUS_OK && D.work > ICTUS__WORK_MAX)
        e = ICTUS_FAIL (ICTUS_E_INPUT, "the model is too large to be differentiated");
      if (e == ICTUS_E_INPUT)
        ictus_err_prefix (e, "%s", L->path);
      if (e != ICTUS_OK)
        goto done;
      for (int i = 0; i < ns; ++i)
        out[j * ns + i] = D.d[L->rhs[i]];
    }
done:
  ictus__differ_close (&D);
  ictus_free (need);
  return e;
}

static const char *
name_of (const ictus_lang *L, ictus_lang_kind kind, int k)
{
  return L->var[kind][k].name;
}

static void
note (char *why, const ictus_lang *L, int i, const char *reason, const char *of)
{
  if (why[0] == '\0')
    snprintf (why, 256, "%s' %s%s", name_of (L, ICTUS_LANG_STATE, i), reason, of);
}

static void
linear (ictus_lang *L, const int *by_input)
{
  const unsigned variable = DEP_STATE | DEP_INPUT | DEP_T | DEP_DELAY | DEP_NOISE;
  int ns = L->count[ICTUS_LANG_STATE], nu = L->count[ICTUS_LANG_INPUT];

  for (int i = 0; i < ns && L->why_linear[0] == '\0'; ++i)
    {
      if (ictus__deps (&L->g, L->rhs[i]) & DEP_T)
        note (L->why_linear, L, i, "depends on ", "the time");
      if (ictus__switched_by (&L->g, L->rhs[i], DEP_STATE | DEP_INPUT))
        note (L->why_linear, L, i, "is switched (by if, heav, abs, ...) where a state or input changes", "");
      for (int j = 0; j < ns; ++j)
        if (ictus__deps (&L->g, L->jac[j * ns + i]) & variable)
          note (L->why_linear, L, i, "is not linear in ", name_of (L, ICTUS_LANG_STATE, j));
      for (int j = 0; j < nu; ++j)
        if (ictus__deps (&L->g, by_input[j * ns + i]) & variable)
          note (L->why_linear, L, i, "is not linear in the input ", name_of (L, ICTUS_LANG_INPUT, j));
    }
  L->cls.linear = L->why_linear[0] == '\0';
}

/* What all statements together depend on: the right-hand sides, and what is recorded or decided besides. */
static unsigned
used (const ictus_lang *L)
{
  unsigned deps = L->fire >= 0 ? ictus__deps (&L->g, L->fire) : 0;

  for (int i = 0; i < L->count[ICTUS_LANG_STATE]; ++i)
    deps |= ictus__deps (&L->g, L->rhs[i]);
  for (int i = 0; i < L->count[ICTUS_LANG_AUX]; ++i)
    deps |= ictus__deps (&L->g, L->aux[i]);
  for (size_t k = 0; k < L->nassign; ++k)
    if (L->assign[k].node >= 0)
      deps |= ictus__deps (&L->g, L->assign[k].node);
  for (size_t k = 0; k < L->nevent; ++k)
    deps |= ictus__deps (&L->g, L->event[k].node);
  for (size_t k = 0; k < L->nmarkov; ++k)
    for (int i = 0; i < L->markov[k].n * L->markov[k].n; ++i)
      if (L->markov[k].node[i] >= 0)
        deps |= ictus__deps (&L->g, L->markov[k].node[i]);
  return deps;
}

/* What no method for linear equations knows of. */
static void
beyond_equations (ictus_lang *L, unsigned deps)
{
  const char *why = NULL;

  L->cls.delayed = L->ndelay > 0 && (deps & DEP_DELAY) != 0;
  L->cls.stochastic = (deps & DEP_NOISE) != 0 || L->nmarkov > 0;
  L->cls.events = L->nevent > 0;
  L->cls.map = L->settings.method == 'd' || L->cls.map;
  if (L->cls.map)
    why = "the model is a map, which is iterated and not integrated";
  else if (L->cls.delayed)
    why = "the model has delayed values";
  else if (L->cls.stochastic)
    why = L->nmarkov > 0 ? "the model has Markov variables" : "the model has random numbers";
  else if (L->cls.events)
    why = "events (global) change the states";
  if (why != NULL)
    {
      snprintf (L->why_linear, sizeof L->why_linear, "%s", why);
      if (L->cls.map) /* all else acts between the steps of a method, or is constant in them */
        snprintf (L->why_cond, sizeof L->why_cond, "%s", why);
    }
}

/* Of the right-hand sides and of what goes into them from outside. */
static bool
autonomous (const ictus_lang *L)
{
  unsigned deps = 0;

  for (int i = 0; i < L->count[ICTUS_LANG_STATE]; ++i)
    deps |= ictus__deps (&L->g, L->rhs[i]);
  for (size_t k = 0; k < L->ndelay; ++k)
    deps |= ictus__deps (&L->g, L->delay[k].tau);
  return (deps & DEP_T) == 0;
}

static void
conditionally_linear (ictus_lang *L)
{
  int ns = L->count[ICTUS_LANG_STATE];

  for (int i = 0; i < ns && L->why_cond[0] == '\0'; ++i)
    {
      int leaf = ictus__leaf (&L->g, OP_STATE, i), d = L->jac[i * ns + i];

      if (ictus__contains (&L->g, d, leaf) || ictus__switched (&L->g, L->rhs[i], leaf))
        note (L->why_cond, L, i, "is not linear in ", name_of (L, ICTUS_LANG_STATE, i));
    }
  L->cls.cond_linear = L->why_cond[0] == '\0';
}

ictus_err
ictus__classify (ictus_lang *L)
{
  int ns = L->count[ICTUS_LANG_STATE], np = L->count[ICTUS_LANG_PAR], nu = L->count[ICTUS_LANG_INPUT];
  size_t n = (size_t) ns;
  int *by_input = ictus_alloc (n * (size_t) nu, sizeof *by_input);
  ictus_err e = ICTUS_E_NOMEM;

  L->rhs = ictus_alloc (n, sizeof *L->rhs);
  L->jac = ictus_alloc (n * n, sizeof *L->jac);
  L->dfdp = ictus_alloc (n * (size_t) np, sizeof *L->dfdp);
  L->aux = ictus_alloc ((size_t) L->count[ICTUS_LANG_AUX], sizeof *L->aux);
  if (by_input == NULL || L->rhs == NULL || L->jac == NULL || L->dfdp == NULL || L->aux == NULL)
    goto done;
  for (int i = 0; i < ns; ++i)
    L->rhs[i] = L->sym[L->of[ICTUS_LANG_STATE][i]].node;
  for (int i = 0; i < L->count[ICTUS_LANG_AUX]; ++i)
    L->aux[i] = L->sym[L->of[ICTUS_LANG_AUX][i]].node;
  ICTUS_GO (columns (L, OP_STATE, ns, L->jac));
  ICTUS_GO (columns (L, OP_INPUT, nu, by_input));
  ICTUS_GO (columns (L, OP_PAR, np, L->dfdp));
  beyond_equations (L, used (L));
  linear (L, by_input);
  conditionally_linear (L);
  L->cls.autonomous = autonomous (L);
  L->cls.fires = L->fire >= 0;
done:
  ictus_free (by_input);
  return e;
}
