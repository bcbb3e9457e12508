/* SPDX-License-Identifier: BSD-3-Clause */
/* The C of what equations do not say: delays, random numbers, Markov variables, events. */
#include "lang/lang_impl.h"

static void
array_begin (ictus__writer *w, const char *type, const char *name)
{
  ictus_text_add (w->e.out, "\nstatic const %s %s[] = {", type, name);
}

static void
array_item (ictus__writer *w, size_t k, int v)
{
  ictus_text_add (w->e.out, "%s%d", k == 0 ? " " : k % 32 == 0 ? ",\n  " : ", ", v);
}

static void
array_end (ictus__writer *w)
{
  ictus_text_add (w->e.out, " };\n");
}

static ictus_err
delays (ictus__writer *w)
{
  const ictus_lang *L = w->L;
  int *tau = ictus_alloc (L->ndelay, sizeof *tau);
  ictus_err e = ICTUS_E_NOMEM;

  if (tau == NULL)
    goto done;
  array_begin (w, "int", "delay_of");
  for (size_t k = 0; k < L->ndelay; ++k)
    array_item (w, k, L->delay[k].state);
  array_end (w);
  array_begin (w, "unsigned char", "delay_fixed");
  for (size_t k = 0; k < L->ndelay; ++k)
    {
      tau[k] = L->delay[k].tau;
      array_item (w, k, (ictus__deps (&L->g, tau[k]) & ~(unsigned) DEP_PAR) == 0);
    }
  array_end (w);
  e = ictus__vector_function (w, "k_delay", "tau", tau, (int) L->ndelay);
done:
  ictus_free (tau);
  return e;
}

static int
state_of_markov (const ictus_lang *L, size_t k)
{
  for (int i = 0; i < L->count[ICTUS_LANG_STATE]; ++i)
    if (L->sym[L->of[ICTUS_LANG_STATE][i]].markov == (int) k + 1)
      return i;
  return 0;
}

/* Variables in the order of their declaration, which is that of the states. */
static ictus_err
markov (ictus__writer *w)
{
  const ictus_lang *L = w->L;
  size_t n = 0;
  int *node = NULL;
  ictus_err e = ICTUS_E_NOMEM;

  for (size_t k = 0; k < L->nmarkov; ++k)
    n += (size_t) L->markov[k].n * (size_t) L->markov[k].n;
  if ((node = ictus_alloc (n, sizeof *node)) == NULL)
    goto done;
  array_begin (w, "int", "markov_of");
  for (size_t k = 0; k < L->nmarkov; ++k)
    array_item (w, k, state_of_markov (L, k));
  array_end (w);
  array_begin (w, "int", "markov_n");
  for (size_t k = 0; k < L->nmarkov; ++k)
    array_item (w, k, L->markov[k].n);
  array_end (w);
  n = 0;
  for (size_t k = 0; k < L->nmarkov; ++k)
    for (int i = 0; i < L->markov[k].n * L->markov[k].n; ++i)
      node[n++] = L->markov[k].node[i] >= 0 ? L->markov[k].node[i] : w->zero;
  e = ictus__vector_function (w, "k_rates", "q", node, (int) n);
done:
  ictus_free (node);
  return e;
}

/* XPPAUT assigns to states one after the other, as they are written, each seen by those behind it; parameters keep their
   values until all of it is done. */
static ictus_err
one_after_another (ictus__writer *w, int owner)
{
  const ictus_lang *L = w->L;
  ictus_text *out = w->e.out;

  for (size_t k = 0; k < L->nassign; ++k)
    if (L->assign[k].owner == owner && L->sym[L->of[ICTUS_LANG_STATE][L->assign[k].state]].hidden)
      ictus_text_add (out, "  double new%zu;\n", k);
  for (size_t k = 0; k < L->nassign; ++k)
    {
      const ictus__assign *a = &L->assign[k];
      int root;

      if (a->owner != owner)
        continue;
      root = w->map[a->node];
      ictus_text_add (out, "  {\n");
      ICTUS_TRY (ictus__schedule (&w->e, &root, 1));
      if (L->sym[L->of[ICTUS_LANG_STATE][a->state]].hidden)
        ictus_text_add (out, "  new%zu = ", k);
      else
        ictus_text_add (out, "  y[%d] = ", a->state);
      ictus__print (&w->e, root);
      ictus_text_add (out, ";\n  }\n");
    }
  for (size_t k = 0; k < L->nassign; ++k)
    if (L->assign[k].owner == owner && L->sym[L->of[ICTUS_LANG_STATE][L->assign[k].state]].hidden)
      ictus_text_add (out, "  y[%d] = new%zu;\n", L->assign[k].state, k);
  return ICTUS_OK;
}

static ictus_err
events (ictus__writer *w)
{
  const ictus_lang *L = w->L;
  int *node = ictus_alloc (L->nevent, sizeof *node);
  ictus_err e = ICTUS_E_NOMEM;

  if (node == NULL)
    goto done;
  array_begin (w, "signed char", "event_sign");
  for (size_t k = 0; k < L->nevent; ++k)
    {
      node[k] = L->event[k].node;
      array_item (w, k, L->event[k].sign);
    }
  array_end (w);
  ICTUS_GO (ictus__vector_function (w, "k_event", "g", node, (int) L->nevent));
  for (size_t k = 0; k < L->nevent; ++k)
    {
      ictus_text_add (w->e.out,
                      "\nstatic int\nk_happen%zu (double t, double *y, const double *p, const double *u)\n"
                      "{\n  (void) t;\n  (void) y;\n  (void) p;\n  (void) u;\n", k);
      ICTUS_GO (L->xpp ? one_after_another (w, OWNER_EVENT - (int) k) : ictus__assignments (w, OWNER_EVENT - (int) k));
      ictus_text_add (w->e.out, "  return %u;\n}\n", L->event[k].flags);
    }
  ictus_text_add (w->e.out, "\nstatic int\nk_happen (int k, double t, double *y, const double *p, const double *u)\n{\n"
                            "  static int (*const happen[]) (double, double *, const double *, const double *) = {\n");
  for (size_t k = 0; k < L->nevent; ++k)
    ictus_text_add (w->e.out, "    k_happen%zu,\n", k);
  ictus_text_add (w->e.out, "  };\n\n  return happen[k] (t, y, p, u);\n}\n");
done:
  ictus_free (node);
  return e;
}

ictus_err
ictus__emit_outside (ictus__writer *w)
{
  if (w->L->ndelay > 0)
    ICTUS_TRY (delays (w));
  if (w->L->nnoise > 0)
    {
      array_begin (w, "unsigned char", "noise");
      for (size_t k = 0; k < w->L->nnoise; ++k)
        array_item (w, k, w->L->noise[k]);
      array_end (w);
    }
  if (w->L->nmarkov > 0)
    ICTUS_TRY (markov (w));
  return w->L->nevent > 0 ? events (w) : ICTUS_OK;
}

void
ictus__emit_outside_table (ictus__writer *w)
{
  const ictus_lang *L = w->L;
  ictus_text *out = w->e.out;

  ictus_text_add (out, "  .nu = %d,\n  .ndelay = %zu,\n  .nnoise = %zu,\n  .nmarkov = %zu,\n  .nevent = %zu,\n  .is_map = %d,\n",
                  L->count[ICTUS_LANG_INPUT] + (int) L->ndelay + (int) L->nnoise, L->ndelay, L->nnoise, L->nmarkov, L->nevent,
                  L->cls.map);
  if (L->ndelay > 0)
    ictus_text_add (out, "  .delay_of = delay_of,\n  .delay_fixed = delay_fixed,\n  .delay = k_delay,\n");
  if (L->history != NULL)
    ictus_text_add (out, "  .history = k_history,\n");
  if (L->nnoise > 0)
    ictus_text_add (out, "  .noise = noise,\n");
  if (L->nmarkov > 0)
    ictus_text_add (out, "  .markov_of = markov_of,\n  .markov_n = markov_n,\n  .rates = k_rates,\n");
  if (L->nevent > 0)
    ictus_text_add (out, "  .event_sign = event_sign,\n  .event = k_event,\n  .happen = k_happen,\n");
}
