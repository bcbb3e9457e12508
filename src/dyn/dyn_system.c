/* SPDX-License-Identifier: BSD-3-Clause */
/* A model as x' = f(x, lambda). */
#include "dyn/dyn_system.h"

#include <float.h>
#include <math.h>
#include <string.h>

int
ictus_dyn_par (const ictus_model *m, const char *name)
{
  int k = ictus_lang_find (m->lang, ICTUS_LANG_PAR, name);

  if (k >= 0)
    return k;
  k = ictus_lang_find (m->lang, ICTUS_LANG_INPUT, name);
  return k >= 0 ? m->kernel->npar + k : -1;
}

const ictus_lang_var *
ictus_dyn_par_var (const ictus_model *m, int par)
{
  int npar = m->kernel->npar;

  return par < npar ? ictus_lang_get (m->lang, ICTUS_LANG_PAR, par) : ictus_lang_get (m->lang, ICTUS_LANG_INPUT, par - npar);
}

double
ictus_dyn_par_value (const ictus_dyn_values *v, int par)
{
  int npar = v->model->kernel->npar;

  return par < npar ? v->p[par] : v->u[par - npar];
}

/* Has the state an equation that moves it? */
static bool
is_free (const ictus_model *m, int k)
{
  const ictus_lang_var *v = ictus_lang_get (m->lang, ICTUS_LANG_STATE, k);

  return v->markov == 0 && !v->hidden;
}

/* What no user of the system can work with. */
static const char *
refuse_always (const ictus_model *m)
{
  ictus_lang_class class = ictus_lang_classify (m->lang);
  int n = 0;

  if (class.map)
    return "it is a map: x(t+1) is iterated, there is no flow";
  if (class.delayed)
    return "it has delays: its state is a function, not a point";
  for (int k = 0; k < m->kernel->nstate; ++k)
    n += is_free (m, k);
  return n > 0 ? NULL : "it has no state with an equation";
}

const char *
ictus_dyn_refuse (const ictus_model *m, char *buf)
{
  const char *why = refuse_always (m);

  (void) buf;
  if (why != NULL)
    return why;
  if (!ictus_lang_classify (m->lang).autonomous)
    return "its right-hand sides depend on t: it has no equilibria. Make the time a state (phi' = 1) or the drive a parameter";
  return NULL;
}

static bool
make (const ictus_model *m, ictus__dyn **out)
{
  const ictus_kernel *k = m->kernel;
  size_t ns = (size_t) k->nstate, wide = (size_t) (k->nstate > k->npar ? k->nstate : k->npar);
  ictus__dyn *s = *out = ictus_alloc (1, sizeof *s);

  if (s == NULL)
    return false;
  s->model = m;
  s->k = k;
  s->state = ictus_alloc (ns, sizeof *s->state);
  s->p = ictus_alloc ((size_t) k->nslot, sizeof *s->p);
  s->u = ictus_alloc ((size_t) k->nu, sizeof *s->u);
  s->y = ictus_alloc (ns, sizeof *s->y);
  s->scale = ictus_alloc (ns, sizeof *s->scale);
  s->full = ictus_alloc (ns * wide, sizeof *s->full);
  s->work = ictus_alloc (2 * ns, sizeof *s->work);
  return s->state != NULL && s->p != NULL && s->u != NULL && s->y != NULL && s->scale != NULL && s->full != NULL
         && s->work != NULL;
}

/* How far each state is from 0, or would go at its present speed in its own time constant; 1 where neither says anything. What is
 * tiny says nothing, but where all are. */
static void
measure (ictus__dyn *s)
{
  double *f = s->work, *J = s->full, largest = 0;
  size_t ns = (size_t) s->k->nstate;

  s->k->rhs (s->t, s->y, s->p, s->u, f);
  s->k->jac (s->t, s->y, s->p, s->u, J);
  for (int i = 0; i < s->n; ++i)
    {
      size_t a = (size_t) s->state[i];
      double far = fabs (f[a] / J[a * ns + a]), size = fabs (s->y[a]);

      if (isfinite (far) && far < 1e6 * (size + 1))
        size = fmax (size, far);
      s->scale[i] = isfinite (size) ? size : 0;
      largest = fmax (largest, s->scale[i]);
    }
  for (int i = 0; i < s->n; ++i)
    if (!(s->scale[i] > 1e-9 * fmin (largest, 1)))
      s->scale[i] = 1;
}

ictus_err
ictus__dyn_open (const ictus_dyn_values *v, ictus__dyn **out)
{
  const ictus_kernel *k = v->model->kernel;
  const char *why = refuse_always (v->model);

  *out = NULL;
  if (why != NULL)
    return ICTUS_FAIL (ICTUS_E_INPUT, "model %s cannot be served: %s", k->name, why);
  if (!make (v->model, out))
    {
      ictus__dyn_close (out);
      return ICTUS_E_NOMEM;
    }
  for (int a = 0; a < k->nstate; ++a)
    if (is_free (v->model, a))
      (*out)->state[(*out)->n++] = a;
  memcpy ((*out)->p, v->p, (size_t) k->nslot * sizeof *v->p);
  if (k->ninput > 0)
    memcpy ((*out)->u, v->u, (size_t) k->ninput * sizeof *v->u);
  memcpy ((*out)->y, v->y, (size_t) k->nstate * sizeof *v->y);
  (*out)->t = ictus_lang_get_settings (v->model->lang)->t0;
  measure (*out);
  return ICTUS_OK;
}

ictus_err
ictus__dyn_copy (const ictus__dyn *s, ictus__dyn **out)
{
  const ictus_dyn_values v = { .model = s->model, .p = s->p, .u = s->u, .y = s->y };

  ICTUS_TRY (ictus__dyn_open (&v, out));
  memcpy ((*out)->scale, s->scale, (size_t) s->n * sizeof *s->scale);
  return ICTUS_OK;
}

void
ictus__dyn_close (ictus__dyn **s)
{
  if (*s == NULL)
    return;
  ictus_free ((*s)->state);
  ictus_free ((*s)->p);
  ictus_free ((*s)->u);
  ictus_free ((*s)->y);
  ictus_free ((*s)->scale);
  ictus_free ((*s)->full);
  ictus_free ((*s)->work);
  ictus_free (*s);
  *s = NULL;
}

double
ictus__dyn_get (const ictus__dyn *s, int par)
{
  return par < s->k->npar ? s->p[par] : s->u[par - s->k->npar];
}

void
ictus__dyn_set (ictus__dyn *s, int par, double value)
{
  if (par >= s->k->npar)
    s->u[par - s->k->npar] = value;
  else if (s->p[par] != value)
    {
      s->p[par] = value;
      s->k->prepare (s->p);
    }
}

const ictus_lang_var *
ictus__dyn_var (const ictus__dyn *s, int i)
{
  return ictus_lang_get (s->model->lang, ICTUS_LANG_STATE, s->state[i]);
}

void
ictus__dyn_spread (const ictus__dyn *s, const double *x, double *y)
{
  if (y != s->y)
    memcpy (y, s->y, (size_t) s->k->nstate * sizeof *y);
  for (int i = 0; i < s->n; ++i)
    y[s->state[i]] = x[i];
}

void
ictus__dyn_gather (const ictus__dyn *s, const double *y, double *x)
{
  for (int i = 0; i < s->n; ++i)
    x[i] = y[s->state[i]];
}

void
ictus__dyn_rhs (ictus__dyn *s, const double *x, double *f)
{
  ++s->rhs;
  ictus__dyn_spread (s, x, s->y);
  s->k->rhs (s->t, s->y, s->p, s->u, s->work);
  ictus__dyn_gather (s, s->work, f);
}

void
ictus__dyn_jac (ictus__dyn *s, const double *x, double *J)
{
  size_t n = (size_t) s->n, ns = (size_t) s->k->nstate;

  ++s->jac;
  ictus__dyn_spread (s, x, s->y);
  if (n == ns) /* free states are all there are, in their order */
    {
      s->k->jac (s->t, s->y, s->p, s->u, J);
      return;
    }
  s->k->jac (s->t, s->y, s->p, s->u, s->full);
  for (size_t j = 0; j < n; ++j)
    ictus__dyn_gather (s, s->full + (size_t) s->state[j] * ns, J + j * n);
}

/* By differences: inputs have no derivative of their own in the kernel. */
static void
by_input (ictus__dyn *s, const double *x, int par, double *d)
{
  const double at = ictus__dyn_get (s, par), h = cbrt (DBL_EPSILON) * fmax (fabs (at), 1);
  double *above = s->work + s->k->nstate; /* ictus__dyn_rhs uses the first half */

  ictus__dyn_set (s, par, at + h);
  ictus__dyn_rhs (s, x, above);
  ictus__dyn_set (s, par, at - h);
  ictus__dyn_rhs (s, x, d);
  ictus__dyn_set (s, par, at);
  for (int i = 0; i < s->n; ++i)
    d[i] = (above[i] - d[i]) / (2 * h);
}

void
ictus__dyn_dpar (ictus__dyn *s, const double *x, int par, double *d)
{
  if (par >= s->k->npar)
    {
      by_input (s, x, par, d);
      return;
    }
  ++s->rhs;
  ictus__dyn_spread (s, x, s->y);
  s->k->dfdp (s->t, s->y, s->p, s->u, s->full);
  ictus__dyn_gather (s, s->full + (size_t) par * (size_t) s->k->nstate, d);
}

void
ictus__dyn_second (ictus__dyn *s, const double *x, const double *v, const double *w, double *out, double *J)
{
  size_t n = (size_t) s->n;
  double size = 0, h;
  double *at = s->work + s->k->nstate;

  for (size_t i = 0; i < n; ++i)
    {
      size = fmax (size, fabs (w[i]) / fmax (s->scale[i], fabs (x[i])));
      out[i] = 0;
    }
  if (size == 0)
    return;
  h = cbrt (DBL_EPSILON) / size; /* the state that is moved most is moved by 6e-6 of its size */
  for (int side = -1; side <= 1; side += 2)
    {
      for (size_t i = 0; i < n; ++i)
        at[i] = x[i] + side * h * w[i];
      ictus__dyn_jac (s, at, J);
      for (size_t j = 0; j < n; ++j)
        for (size_t i = 0; i < n; ++i)
          out[i] += side * J[j * n + i] * v[j];
    }
  for (size_t i = 0; i < n; ++i)
    out[i] /= 2 * h;
}

void
ictus__dyn_aux (ictus__dyn *s, const double *x, double *aux)
{
  ictus__dyn_spread (s, x, s->y);
  s->k->aux (s->t, s->y, s->p, s->u, aux);
}

bool
ictus__dyn_finite (int n, const double *v)
{
  for (int i = 0; i < n; ++i)
    if (!isfinite (v[i]))
      return false;
  return true;
}
