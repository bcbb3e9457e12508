/* SPDX-License-Identifier: BSD-3-Clause */
/* Currents into continuous inputs. Several currents into one input add up, in the order of the experiment, to
   its default. A current flows for start <= t < stop; all are right-continuous. */
#include "net_impl.h"

#include <math.h>
#include <string.h>

void
ictus__current_clear (ictus__current *c)
{
  ictus_dist_clear (&c->amplitude);
  ictus_dist_clear (&c->offset);
  ictus_free (c->times);
  ictus_free (c->values);
  ictus_free (c->at);
  ictus_free (c->a_of);
  ictus_free (c->b_of);
}

/* ---- read --------------------------------------------------------------------------------------- */

static double
on_grid (const ictus_net *net, double t_ms)
{
  double h = net->exp->resolution_ms;

  if (!net->exp->grid || isinf (t_ms))
    return t_ms;
  return ictus_tick_ms (ictus_tick_of (t_ms, h), h);
}

static ictus_err
read_steps (const ictus_net *net, ictus__current *c, const char *unit)
{
  const ictus_exp_stimulus *s = c->conf;
  size_t n = s->times == NULL ? 0 : ictus_node_count (s->times),
         nvalue = s->values == NULL ? 0 : ictus_node_count (s->values);

  if (n != nvalue)
    return ictus__net_fail (s->node, "amplitude_values", "stimulus %s has %zu times but %zu values", s->name,
                            n, nvalue);
  c->times = ictus_alloc (n, sizeof *c->times);
  c->values = ictus_alloc (n, sizeof *c->values);
  if (c->times == NULL || c->values == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < n; ++k)
    {
      ICTUS_TRY (ictus_node_double (ictus_node_at (s->times, k), "ms", 0, INFINITY, &c->times[k]));
      ICTUS_TRY (ictus_node_double (ictus_node_at (s->values, k), unit, -INFINITY, INFINITY, &c->values[k]));
      c->times[k] = on_grid (net, c->times[k]);
      if (k > 0 && !(c->times[k] > c->times[k - 1]))
        return ictus__net_fail (ictus_node_at (s->times, k), NULL, "times must ascend%s: %g ms follows %g ms",
                                net->exp->grid ? " on the grid of the resolution" : "", c->times[k],
                                c->times[k - 1]);
    }
  c->nstep = n;
  return ICTUS_OK;
}

ictus_err
ictus__net_read_current (ictus_net *net, int stimulus, ictus__current *c)
{
  const ictus_exp_stimulus *s = &net->exp->stimulus[stimulus];
  const ictus_population *p = &net->pop[s->target];
  size_t n = s->neurons == NULL ? p->size : s->nneurons;
  const char *unit;

  c->stimulus = stimulus;
  c->target = s->target;
  c->conf = s;
  c->start_ms = on_grid (net, s->start_ms);
  c->stop_ms = on_grid (net, s->stop_ms);
  ICTUS_TRY (ictus__net_find (net, s->target, ICTUS_LANG_INPUT, s->node, "input", s->input, &c->input));
  if (s->input == NULL && s->node != NULL)
    ICTUS_TRY (ictus_conf_fill (s->node, "input",
                                ictus_lang_get (p->model->lang, ICTUS_LANG_INPUT, c->input)->name));
  unit = ictus_lang_get (p->model->lang, ICTUS_LANG_INPUT, c->input)->unit;
  if (s->type == ICTUS_STIM_STEP_CURRENT)
    return read_steps (net, c, unit);
  if (s->amplitude != NULL)
    ICTUS_TRY (ictus_node_dist (s->amplitude, unit, "neuron", n, &c->amplitude));
  if (s->offset != NULL)
    ICTUS_TRY (ictus_node_dist (s->offset, unit, "neuron", n, &c->offset));
  return ICTUS_OK;
}

/* ---- make --------------------------------------------------------------------------------------- */

/* One number for each stimulated neuron; NULL when all have the same. */
static ictus_err
draw_each (const ictus_net *net, const ictus__current *c, const ictus_dist *d, int which,
           const uint64_t *place, size_t nat, const uint32_t *at, double **out)
{
  const ictus_population *p = &net->pop[c->target];
  size_t n = c->conf->neurons == NULL ? p->size : c->conf->nneurons;

  if (d->kind == ICTUS_DIST_CONSTANT)
    return ICTUS_OK;
  *out = ictus_alloc (nat, sizeof **out);
  if (*out == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < nat; ++k)
    {
      uint64_t gid = p->cells.gid[at == NULL ? k : at[k]];
      ictus_rng r = ictus_rng_open (net->exp->seed, ICTUS_RNG_PARAM, gid,
                                    2 * (uint64_t) c->stimulus + (uint64_t) which, 1);

      (*out)[k] = ictus_dist_draw (d, place == NULL ? (size_t) (gid - p->first) : (size_t) place[k], n, &r);
    }
  return ICTUS_OK;
}

ictus_err
ictus__net_make_current (ictus_net *net, ictus__current *c)
{
  uint64_t *place = NULL;
  uint32_t *at = NULL;
  size_t nat;
  ictus_err e;

  ICTUS_GO (ictus__net_chosen (net, c->conf, &at, &place, &nat));
  c->a = c->amplitude.a;
  c->b = c->offset.a;
  ICTUS_GO (draw_each (net, c, &c->amplitude, 0, place, nat, at, &c->a_of));
  ICTUS_GO (draw_each (net, c, &c->offset, 1, place, nat, at, &c->b_of));
  if (at != NULL)
    {
      c->at = ictus_alloc (net->pop[c->target].cells.n, sizeof *c->at);
      if (c->at == NULL)
        ICTUS_GO (ICTUS_E_NOMEM);
      for (size_t k = 0; k < nat; ++k)
        c->at[at[k]] = (uint32_t) k + 1;
    }
done:
  ictus_free (at);
  ictus_free (place);
  return e;
}

/* ---- run ---------------------------------------------------------------------------------------- */

/* Place of neuron i in the arrays of a current; false if it gets none. */
static bool
find (const ictus__current *c, size_t i, size_t *at)
{
  *at = c->at == NULL ? i : (size_t) c->at[i] - 1;
  return c->at == NULL || c->at[i] > 0;
}

/* Number of steps that began at or before t. */
static size_t
steps_until (const ictus__current *c, double t)
{
  size_t lo = 0, hi = c->nstep;

  while (lo < hi)
    {
      size_t mid = lo + (hi - lo) / 2;

      if (c->times[mid] <= t)
        lo = mid + 1;
      else
        hi = mid;
    }
  return lo;
}

static double
value (const ictus__current *c, size_t at, double seg, double t)
{
  double a = c->a_of == NULL ? c->a : c->a_of[at], b = c->b_of == NULL ? c->b : c->b_of[at];
  size_t n;

  switch (c->conf->type)
    {
    case ICTUS_STIM_DC:
      return a;
    case ICTUS_STIM_AC:
      return b + a * sin (2 * M_PI * (c->conf->frequency_Hz * t * 1e-3 + c->conf->phase_deg / 360));
    case ICTUS_STIM_STEP_CURRENT:
      n = steps_until (c, seg);
      return n == 0 ? 0 : c->values[n - 1];
    case ICTUS_STIM_POISSON:
      break;
    }
  return 0;
}

static void
eval (const void *ctx, size_t i, double seg, double t, double *u)
{
  const ictus__currents *all = ctx;

  memcpy (u, all->base, (size_t) all->ninput * sizeof *u);
  for (int k = 0; k < all->ncurrent; ++k)
    {
      const ictus__current *c = all->current[k];
      size_t at;

      if (seg >= c->start_ms && seg < c->stop_ms && find (c, i, &at))
        u[c->input] += value (c, at, seg, t);
    }
}

static double
next_break (const void *ctx, size_t i, double t)
{
  const ictus__currents *all = ctx;
  double next = INFINITY;

  for (int k = 0; k < all->ncurrent; ++k)
    {
      const ictus__current *c = all->current[k];
      size_t at, n;

      if (!find (c, i, &at) || !(c->start_ms < c->stop_ms) || t >= c->stop_ms)
        continue;
      if (t < c->start_ms)
        {
          next = fmin (next, c->start_ms);
          continue;
        }
      next = fmin (next, c->stop_ms);
      n = steps_until (c, t);
      if (n < c->nstep)
        next = fmin (next, c->times[n]);
    }
  return next;
}

ictus_err
ictus__net_make_drive (ictus_net *net, int pop)
{
  ictus_population *p = &net->pop[pop];
  ictus__currents *all = &net->group[pop].currents;
  bool varies = false;
  int n = 0;

  for (int k = 0; k < net->ncurrent; ++k)
    n += net->current[k].target == pop;
  if (n == 0)
    return ICTUS_OK;
  all->ninput = p->model->kernel->ninput;
  all->base = ictus_alloc ((size_t) all->ninput, sizeof *all->base);
  all->current = ictus_alloc ((size_t) n, sizeof *all->current);
  if (all->base == NULL || all->current == NULL)
    return ICTUS_E_NOMEM;
  for (int k = 0; k < all->ninput; ++k)
    all->base[k] = ictus_lang_get (p->model->lang, ICTUS_LANG_INPUT, k)->value;
  for (int k = 0; k < net->ncurrent; ++k)
    if (net->current[k].target == pop)
      {
        all->current[all->ncurrent++] = &net->current[k];
        varies = varies || net->current[k].conf->type == ICTUS_STIM_AC;
      }
  p->drive = (ictus_drive){ .eval = eval, .next_break = next_break, .varies = varies, .ctx = all };
  p->cells.drive = &p->drive;
  return ICTUS_OK;
}
