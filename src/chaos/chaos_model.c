/* SPDX-License-Identifier: BSD-3-Clause */
/* A model as Lyapunov exponents see it: free states, right-hand sides, Jacobian. */
#include "chaos_impl.h"

#include <math.h>
#include <string.h>

static bool
is_free (const ictus_model *m, int k)
{
  const ictus_lang_var *v = ictus_lang_get (m->lang, ICTUS_LANG_STATE, k);

  return v->markov == 0 && !v->hidden;
}

const char *
ictus_lyapunov_refuse (const ictus_model *m, char *buf)
{
  const ictus_kernel *k = m->kernel;
  int n = 0;

  (void) buf;
  if (k->ndelay > 0)
    return "it has delays: its state is a function, not a point";
  for (int i = 0; i < k->nstate; ++i)
    n += is_free (m, i);
  if (n == 0)
    return "it has no state with an equation";
  if (k->nevent > 0)
    return "it has events (global), which may change anything: the equations of variation do not hold there";
  if (k->is_map && k->fire != NULL && k->reset != NULL)
    return "it is a map with a reset: its Jacobian does not hold there";
  return NULL;
}

static ictus_err
check (const ictus_dyn_values *v)
{
  char buf[256];
  const char *why = ictus_lyapunov_refuse (v->model, buf);

  if (why != NULL)
    return ICTUS_FAIL (ICTUS_E_INPUT, "the Lyapunov exponents of model %s cannot be computed: %s", v->model->kernel->name, why);
  return ICTUS_OK;
}

static bool
make (const ictus_model *m, ictus__chaos **out)
{
  const ictus_kernel *k = m->kernel;
  size_t ns = (size_t) k->nstate;
  ictus__chaos *s = *out = ictus_alloc (1, sizeof *s);

  if (s == NULL)
    return false;
  s->model = m;
  s->k = k;
  s->map = k->is_map != 0;
  s->timed = !ictus_lang_classify (m->lang).autonomous;
  s->state = ictus_alloc (ns, sizeof *s->state);
  s->p = ictus_alloc ((size_t) k->nslot, sizeof *s->p);
  s->u = ictus_alloc ((size_t) k->nu, sizeof *s->u);
  s->y = ictus_alloc (ns, sizeof *s->y);
  s->full = ictus_alloc (ns * ns, sizeof *s->full);
  s->f = ictus_alloc (ns, sizeof *s->f);
  s->held = ictus_alloc (ns, sizeof *s->held);
  return s->held != NULL && s->state != NULL && s->p != NULL && s->u != NULL && s->y != NULL && s->full != NULL && s->f != NULL;
}

/* Firing, reset and refractoriness, with the values as they are. */
static void
take_spikes (ictus__chaos *s)
{
  const ictus_kernel *k = s->k;
  bool any = false;

  for (int i = 0; i < s->n; ++i)
    any = (s->held[i] = ictus_lang_get (s->model->lang, ICTUS_LANG_STATE, s->state[i])->held) || any;
  s->refractory = k->fire != NULL && any && k->refractory != NULL ? fmax (k->refractory (s->p), 0) : 0;
  s->jumps = k->fire != NULL && (k->reset != NULL || s->refractory > 0);
}

ictus_err
ictus__chaos_open (const ictus_dyn_values *v, ictus__chaos **out)
{
  const ictus_kernel *k = v->model->kernel;
  ictus__chaos *s;

  *out = NULL;
  ICTUS_TRY (check (v));
  if (!make (v->model, out))
    {
      ictus__chaos_close (out);
      return ICTUS_E_NOMEM;
    }
  s = *out;
  for (int i = 0; i < k->nstate; ++i)
    if (is_free (v->model, i))
      s->state[s->n++] = i;
  memcpy (s->p, v->p, (size_t) k->nslot * sizeof *v->p);
  if (k->ninput > 0)
    memcpy (s->u, v->u, (size_t) k->ninput * sizeof *v->u);
  memcpy (s->y, v->y, (size_t) k->nstate * sizeof *v->y);
  take_spikes (s);
  return ICTUS_OK;
}

void
ictus__chaos_close (ictus__chaos **s)
{
  if (*s == NULL)
    return;
  ictus_free ((*s)->state);
  ictus_free ((*s)->p);
  ictus_free ((*s)->u);
  ictus_free ((*s)->y);
  ictus_free ((*s)->full);
  ictus_free ((*s)->f);
  ictus_free ((*s)->held);
  ictus_free (*s);
  *s = NULL;
}

static void
spread (ictus__chaos *s, const double *x)
{
  for (int i = 0; i < s->n; ++i)
    s->y[s->state[i]] = x[i];
}

static void
gather (const ictus__chaos *s, const double *y, double *x)
{
  for (int i = 0; i < s->n; ++i)
    x[i] = y[s->state[i]];
}

void
ictus__chaos_start (const ictus__chaos *s, double *x)
{
  gather (s, s->y, x);
}

void
ictus__chaos_rhs (ictus__chaos *s, double t, const double *x, double *f)
{
  s->rhs += 1;
  spread (s, x);
  s->k->rhs (t, s->y, s->p, s->u, s->f);
  gather (s, s->f, f);
  for (int i = 0; s->frozen && i < s->n; ++i)
    f[i] = s->held[i] ? 0 : f[i];
}

static void
all_of_jac (ictus__chaos *s, double t, const double *x, double *J)
{
  size_t n = (size_t) s->n, ns = (size_t) s->k->nstate;

  s->jac += 1;
  spread (s, x);
  if (n == ns)
    {
      s->k->jac (t, s->y, s->p, s->u, J);
      return;
    }
  s->k->jac (t, s->y, s->p, s->u, s->full);
  for (size_t j = 0; j < n; ++j)
    gather (s, s->full + (size_t) s->state[j] * ns, J + j * n);
}

void
ictus__chaos_jac (ictus__chaos *s, double t, const double *x, double *J)
{
  all_of_jac (s, t, x, J);
  for (int i = 0; s->frozen && i < s->n; ++i)
    for (int j = 0; j < s->n && s->held[i]; ++j)
      J[j * s->n + i] = 0;
}

double
ictus__chaos_fire (ictus__chaos *s, double t, const double *x)
{
  spread (s, x);
  return s->k->fire (t, s->y, s->p, s->u);
}

void
ictus__chaos_reset (ictus__chaos *s, double t, const double *x, double *after, bool keep)
{
  spread (s, x);
  memcpy (s->f, s->y, (size_t) s->k->nstate * sizeof *s->f);
  if (s->k->reset != NULL)
    s->k->reset (t, s->f, s->p, s->u);
  gather (s, s->f, after);
  if (keep)
    memcpy (s->y, s->f, (size_t) s->k->nstate * sizeof *s->y);
}
