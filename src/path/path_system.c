/* SPDX-License-Identifier: BSD-3-Clause */
/* The system of a path: right-hand side and Jacobian with delayed values looked up and held states standing still. */
#include "path_impl.h"

#include <string.h>

ictus_err
ictus__system_init (ictus__system *s, const ictus_model *m, const double *p, const double *u)
{
  const ictus_kernel *k = m->kernel;

  memset (s, 0, sizeof *s);
  s->k = k;
  s->lang = m->lang;
  s->p = p;
  s->dir = 1;
  s->u = ictus_alloc ((size_t) k->nu, sizeof *s->u);
  s->tau = ictus_alloc ((size_t) k->ndelay, sizeof *s->tau);
  s->work = ictus_alloc ((size_t) k->nstate, sizeof *s->work);
  s->held = ictus_alloc ((size_t) k->nstate, sizeof *s->held);
  if (s->u == NULL || s->tau == NULL || s->work == NULL || s->held == NULL)
    return ICTUS_E_NOMEM;
  for (int i = 0; i < k->nstate; ++i)
    {
      const ictus_lang_var *v = ictus_lang_get (m->lang, ICTUS_LANG_STATE, i);

      s->held[i] = v->held;
      if (v->markov == 0 && !v->hidden)
        s->neq = i + 1;
    }
  for (int i = 0; i < k->ninput; ++i)
    s->u[i] = u != NULL ? u[i] : ictus_lang_get (m->lang, ICTUS_LANG_INPUT, i)->value;
  return ICTUS_OK;
}

void
ictus__system_clear (ictus__system *s)
{
  ictus__history_destroy (&s->past);
  ictus_free (s->u);
  ictus_free (s->tau);
  ictus_free (s->work);
  ictus_free (s->held);
  memset (s, 0, sizeof *s);
}

void
ictus__system_look_back (ictus__system *s, double t, const double *y)
{
  const ictus_kernel *k = s->k;
  double *value = s->u + k->ninput;

  if (k->ndelay == 0)
    return;
  k->delay (t, y, s->p, s->u, s->tau);
  for (int i = 0; i < k->ndelay; ++i)
    value[i] = s->tau[i] > 0 && s->past != NULL ? ictus__history_at (s->past, k->delay_of[i], t - s->dir * s->tau[i])
                                                : y[k->delay_of[i]];
}

void
ictus__system_rhs (ictus__system *s, double t, const double *y, double *f)
{
  const ictus_kernel *k = s->k;

  ++s->rhs;
  if (k->ndelay > 0)
    ictus__system_look_back (s, t, y);
  k->rhs (t, y, s->p, s->u, f);
  if (s->hold)
    for (int i = 0; i < k->nstate; ++i)
      if (s->held[i])
        f[i] = 0;
}

void
ictus__system_jac (ictus__system *s, double t, const double *y, double *J)
{
  const ictus_kernel *k = s->k;
  size_t n = (size_t) k->nstate;

  ++s->jac;
  if (k->ndelay > 0)
    ictus__system_look_back (s, t, y);
  k->jac (t, y, s->p, s->u, J);
  if (s->hold)
    for (size_t i = 0; i < n; ++i)
      if (s->held[i])
        for (size_t j = 0; j < n; ++j)
          J[j * n + i] = 0;
}
