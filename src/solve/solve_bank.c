/* SPDX-License-Identifier: BSD-3-Clause */
/* What all solvers do alike: inputs, jumps, firing. */
#include "solve_impl.h"

#include <math.h>
#include <string.h>

ictus_err
ictus__bank_init (ictus__bank *b, const ictus_solver_config *cfg, const ictus_cells *cells)
{
  const ictus_kernel *k = cells->model->kernel;
  const ictus_lang *lang = cells->model->lang;

  memset (b, 0, sizeof *b);
  b->cells = cells;
  b->k = k;
  b->n = cells->n;
  b->ns = k->nstate;
  b->nu = k->ninput;
  b->nport = k->nport;
  b->grid = cfg->grid;
  b->h_ms = cfg->h_ms;
  b->c_of = SIZE_MAX;
  b->held = ictus_alloc ((size_t) b->ns, 1);
  b->u0 = ictus_alloc ((size_t) ictus__kernel_nu (k), sizeof *b->u0);
  b->u = ictus_alloc ((size_t) ictus__kernel_nu (k), sizeof *b->u);
  b->y = ictus_alloc ((size_t) b->ns, sizeof *b->y);
  b->c = ictus_alloc ((size_t) b->nport * (size_t) b->ns, sizeof *b->c);
  if (b->held == NULL || b->u0 == NULL || b->u == NULL || b->y == NULL || b->c == NULL)
    return ICTUS_E_NOMEM;
  if (lang != NULL)
    {
      for (int s = 0; s < b->ns; ++s)
        b->any_held |= (b->held[s] = ictus_lang_get (lang, ICTUS_LANG_STATE, s)->held);
      for (int s = 0; s < b->nu; ++s)
        b->u0[s] = ictus_lang_get (lang, ICTUS_LANG_INPUT, s)->value;
    }
  return ICTUS_OK;
}

void
ictus__bank_clear (ictus__bank *b)
{
  ictus_free (b->held);
  ictus_free (b->u0);
  ictus_free (b->u);
  ictus_free (b->y);
  ictus_free (b->c);
  memset (b, 0, sizeof *b);
}

void
ictus__bank_forget (ictus__bank *b)
{
  b->c_of = SIZE_MAX;
}

const double *
ictus__bank_ports (ictus__bank *b, size_t i)
{
  size_t want = b->cells->p_stride > 0 ? i : 0; /* one matrix serves all when parameters are shared */

  if (b->c_of != want)
    {
      b->k->port (ictus__bank_p (b, i), b->c);
      b->c_of = want;
    }
  return b->c;
}

ictus_err
ictus__bank_spike (ictus__bank *b, size_t i, double t, ictus_tick tick, double *y, const double *u,
                   uint8_t *armed, ictus_spikes *out)
{
  const ictus_kernel *k = b->k;
  const double *p = ictus__bank_p (b, i);
  double refr = k->refractory != NULL ? k->refractory (p) : 0;

  if (!(refr >= 0)) /* nor NaN */
    return ICTUS_FAIL (ICTUS_E_SOLVER, "neuron %llu at %.10g ms: its refractory time is %g ms, expected at least 0",
                       ictus__bank_id (b, i), t, refr);
  ICTUS_TRY (ictus_spikes_add (out, b->grid ? ictus_tick_ms (tick, b->h_ms) : t, b->cells->gid[i]));
  *armed = 0;
  if (k->reset != NULL)
    k->reset (t, y, p, u);
  if (b->grid && refr > 0)
    {
      ictus_tick n = ictus_tick_of (refr, b->h_ms);

      if (n > 0)
        b->cells->refr_until[i] = ictus_tick_ms (tick + n, b->h_ms);
    }
  else if (refr > 0)
    b->cells->refr_until[i] = t + refr;
  if (k->fire (t, y, p, u) < 0)
    *armed = 1;
  return ICTUS_OK;
}

ictus_err
ictus__bank_look (ictus__bank *b, size_t i, double t, ictus_tick tick, double *y, const double *u,
                  uint8_t *armed, ictus_spikes *out, bool *fired)
{
  double g;

  if (fired != NULL)
    *fired = false;
  if (b->k->fire == NULL)
    return ICTUS_OK;
  g = b->k->fire (t, y, ictus__bank_p (b, i), u);
  if (g < 0)
    *armed = 1;
  else if (g >= 0 && *armed && t >= b->cells->refr_until[i]) /* NaN is neither */
    {
      if (fired != NULL)
        *fired = true;
      return ictus__bank_spike (b, i, t, tick, y, u, armed, out);
    }
  return ICTUS_OK;
}

unsigned long long
ictus__bank_id (const ictus__bank *b, size_t i)
{
  return (unsigned long long) (b->cells->gid[i] - b->cells->first);
}

int
ictus__bank_bad (const ictus__bank *b, const double *y)
{
  for (int k = 0; k < b->ns; ++k)
    if (!isfinite (y[k]))
      return k;
  return -1;
}

const char *
ictus__bank_state (const ictus__bank *b, int k)
{
  const ictus_lang *lang = b->cells->model->lang;

  return lang != NULL ? ictus_lang_get (lang, ICTUS_LANG_STATE, k)->name : "of the model";
}

ictus_tick
ictus__tick_ceil (double t_ms, double h_ms)
{
  ictus_tick k = ictus_tick_of (t_ms, h_ms);

  while (ictus_tick_ms (k, h_ms) < t_ms)
    ++k;
  while (ictus_tick_ms (k - 1, h_ms) >= t_ms)
    --k;
  return k;
}

ictus_err
ictus__stations_fill (ictus__stations *list, const ictus_window *w, bool all)
{
  int s = 0;

  list->n = 0;
  for (ictus_tick k = w->k0 + 1; k <= w->k1; ++k)
    {
      ictus__station st = { .t_ms = ictus_tick_ms (k, w->h_ms), .tick = k, .slot = NULL, .sample = -1 };

      if (w->slot != NULL)
        st.slot = w->slot (w->slot_ctx, k);
      while (s < w->nsample && ictus_tick_of (w->sample_ms[s], w->h_ms) < k)
        ++s;
      if (s < w->nsample && ictus_tick_of (w->sample_ms[s], w->h_ms) == k)
        st.sample = s;
      if (!all && st.slot == NULL && st.sample < 0)
        continue;
      ICTUS_TRY (ictus_grow (&list->s, &list->cap, list->n + 1, sizeof *list->s));
      list->s[list->n++] = st;
    }
  return ICTUS_OK;
}
