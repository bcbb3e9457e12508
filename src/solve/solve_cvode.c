/* SPDX-License-Identifier: BSD-3-Clause */
/* Windows of neurons integrated by CVODE: see solve_cvode.h for how a neuron and its windows meet. */
#include "solve_cvode.h"

#include <math.h>
#include <string.h>

enum /* vectors that CVODE takes: a guess too low costs a slab more, one too high some memory */
{
  BDF_VECTORS = 15,   /* history 6, scratch 7, interface of linear solvers 2 */
  ADAMS_VECTORS = 20, /* history 13, scratch 7 */
  OWN_VECTORS = 4
};

/* ---- a neuron comes to a time ---------------------------------------------------------------- */

static ictus_tick
tick_of (const ictus__cell *c, double t)
{
  return c->s->b.grid ? ictus__tick_ceil (t, c->s->b.h_ms) : 0;
}

/* The firing condition is looked at again after something jumped at t. *fired may be NULL. */
static ictus_err
look (ictus__cell *c, double t, double *y, ictus_spikes *out, bool *fired)
{
  bool did;

  ICTUS_TRY (ictus__bank_look (&c->s->b, c->i, t, tick_of (c, t), y, ictus__cell_input (c, t), &c->armed, out,
                               &did));
  c->s->stats.roots += did;
  if (fired != NULL)
    *fired = did;
  return ICTUS_OK;
}

/* A state that was changed at t takes effect, and so does a break of the inputs at t that was not met yet. */
static ictus_err
begin_with (ictus__cell *c, double t, double *y, ictus_spikes *out)
{
  if (c->nb <= t)
    {
      ictus__cell_piece (c, t);
      ICTUS_TRY (look (c, t, y, out, NULL));
    }
  ictus__bank_scatter (&c->s->b, c->i, y);
  return ictus__cell_begin (c, t);
}

/* The root at c->tr */
static ictus_err
at_root (ictus__cell *c, ictus_spikes *out)
{
  ictus__bank *b = &c->s->b;
  double t = c->tr, *y = b->y;
  bool of_cvode = c->root_cvode, counts = c->armed && t >= b->cells->refr_until[c->i];
  ictus_err e;

  c->tr = INFINITY;
  if (counts)
    {
      ICTUS_TRY (ictus__cell_state (c, t, y));
      ICTUS_TRY (ictus__bank_spike (b, c->i, t, tick_of (c, t), y, ictus__cell_input (c, t), &c->armed, out));
      c->s->stats.roots += 1;
      if (b->k->reset != NULL || b->any_held)
        return begin_with (c, t, y, out);
    }
  if (!of_cvode) /* tn itself: there is nothing more in this step */
    return counts && !c->stopped ? ictus__cell_set_stop (c) : ICTUS_OK;
  if (counts && b->cells->refr_until[c->i] > t)
    { /* the step may already lie beyond the end of refractoriness */
      ICTUS_TRY (ictus__cell_state (c, t, y));
      return begin_with (c, t, y, out);
    }
  e = ictus__cell_step (c);
  if (e == ICTUS_OK)
    return ICTUS_OK;
  /* CVODE cannot go on from a root where the condition stays at 0 */
  ICTUS_TRY (ictus__cell_state (c, t, y));
  return begin_with (c, t, y, out);
}

/* The discontinuity at c->tn: an input jumps, or refractoriness ends. */
static ictus_err
at_stop (ictus__cell *c, ictus_spikes *out)
{
  double t = c->tn, *y = c->s->b.y;
  bool broke = c->nb <= t, fired;

  ICTUS_TRY (ictus__cell_state (c, t, y));
  if (broke)
    ictus__cell_piece (c, t);
  ICTUS_TRY (look (c, t, y, out, &fired));
  if (broke || c->hold || fired)
    return begin_with (c, t, y, out);
  return ictus__cell_set_stop (c);
}

/* Everything at or before t has happened afterwards, and t lies within the last step. */
static ictus_err
advance (ictus__cell *c, double t, ictus_spikes *out)
{
  for (;;)
    if (c->tr <= t)
      ICTUS_TRY (at_root (c, out));
    else if (c->stopped && c->tn <= t)
      ICTUS_TRY (at_stop (c, out));
    else if (c->tn >= t)
      return ICTUS_OK;
    else
      {
        if (c->gn < 0)
          c->armed = 1;
        ICTUS_TRY (ictus__cell_step (c));
      }
}

/* After the jumps at t, with the new state in y. */
static ictus_err
after_jump (ictus__cell *c, double t, double *y, ictus_spikes *out)
{
  ICTUS_TRY (look (c, t, y, out, NULL));
  return begin_with (c, t, y, out);
}

/* The state at t, where something arrives; what was below the threshold there is armed. */
static ictus_err
before_jump (ictus__cell *c, double t, double *y)
{
  ictus__bank *b = &c->s->b;

  ICTUS_TRY (ictus__cell_state (c, t, y));
  if (!c->armed && b->k->fire != NULL
      && b->k->fire (t, y, ictus__bank_p (b, c->i), ictus__cell_input (c, t)) < 0)
    c->armed = 1;
  return ICTUS_OK;
}

static ictus_err
sample (ictus__cell *c, const ictus_window *w, int k, double t)
{
  double *y = c->s->b.y;

  ICTUS_TRY (ictus__cell_state (c, t, y));
  w->sample (w->sample_ctx, c->i, k, y, ictus__cell_input (c, t));
  return ICTUS_OK;
}

/* ---- a neuron through a window --------------------------------------------------------------- */

static ictus_err
through_grid (ictus__cell *c, const ictus_window *w, ictus_spikes *out)
{
  ictus__cvode *s = c->s;

  for (size_t j = 0; j < s->st.n; ++j)
    {
      const ictus__station *st = &s->st.s[j];
      bool input = st->slot != NULL && !ictus__slot_empty (&s->b, st->slot, c->i);

      if (!input && st->sample < 0)
        continue;
      ICTUS_TRY (advance (c, st->t_ms, out));
      if (input)
        {
          ICTUS_TRY (before_jump (c, st->t_ms, s->b.y));
          if (ictus__bank_slot (&s->b, c->i, st->t_ms, st->slot, s->b.y))
            ICTUS_TRY (after_jump (c, st->t_ms, s->b.y, out));
        }
      if (st->sample >= 0)
        ICTUS_TRY (sample (c, w, st->sample, st->t_ms));
    }
  return ICTUS_OK;
}

/* All events of one time, ev[0 .. n-1] */
static ictus_err
events_at (ictus__cell *c, const ictus_event *ev, size_t n, ictus_spikes *out)
{
  ictus__bank *b = &c->s->b;
  double t = ev->t_ms;
  bool changed = false;

  ICTUS_TRY (before_jump (c, t, b->y));
  for (size_t j = 0; j < n; ++j)
    changed |= ictus__bank_jump (b, c->i, t < b->cells->refr_until[c->i], ev[j].port, ev[j].weight, b->y);
  return changed ? after_jump (c, t, b->y, out) : ICTUS_OK;
}

static ictus_err
through_exact (ictus__cell *c, const ictus_window *w, ictus_spikes *out)
{
  size_t j = w->first != NULL ? w->first[c->i] : 0, end = w->first != NULL ? w->first[c->i + 1] : 0, n;
  int k = 0;

  while (j < end || k < w->nsample)
    {
      bool event = j < end && (k == w->nsample || w->event[j].t_ms <= w->sample_ms[k]);
      double t = event ? w->event[j].t_ms : w->sample_ms[k];

      ICTUS_TRY (advance (c, t, out));
      for (n = 0; j + n < end && w->event[j + n].t_ms <= t;)
        ++n;
      if (n > 0)
        ICTUS_TRY (events_at (c, w->event + j, n, out));
      j += n;
      for (; k < w->nsample && w->sample_ms[k] <= t; ++k)
        ICTUS_TRY (sample (c, w, k, t));
    }
  return ICTUS_OK;
}

/* What others may read at the end of a window; it is not read again unless the solver is restarted. */
static ictus_err
show (ictus__cell *c, double t)
{
  ictus__bank *b = &c->s->b;

  ICTUS_TRY (ictus__cell_state (c, t, b->y));
  b->cells->armed[c->i] = c->armed;
  if (!c->armed && b->k->fire != NULL)
    b->cells->armed[c->i] = b->k->fire (t, b->y, ictus__bank_p (b, c->i), ictus__cell_input (c, t)) < 0;
  if (!c->fresh)
    ictus__bank_scatter (b, c->i, b->y);
  return ICTUS_OK;
}

static ictus_err
cvode_window (void *self, const ictus_window *w, ictus_spikes *out)
{
  ictus__cvode *s = self;

  if (s->b.grid)
    ICTUS_TRY (ictus__stations_fill (&s->st, w, false));
  for (size_t i = 0; i < s->b.n; ++i)
    {
      ictus__cell *c = &s->cell[i];
      ictus_err e = s->b.grid ? through_grid (c, w, out) : through_exact (c, w, out);

      if (e == ICTUS_OK)
        e = advance (c, w->t1_ms, out);
      if (e == ICTUS_OK)
        e = show (c, w->t1_ms);
      if (e == ICTUS_OK)
        continue;
      if (!c->fresh && CVodeGetDky (c->mem, c->tn, 0, s->y) >= 0)
        ictus__bank_scatter (&s->b, i, ictus__vec (s->y));
      return e;
    }
  return ICTUS_OK;
}

static ictus_err
cvode_restart (void *self, double t_ms)
{
  ictus__cvode *s = self;

  ictus__bank_forget (&s->b);
  for (size_t i = 0; i < s->b.n; ++i)
    {
      ictus__cell *c = &s->cell[i];

      c->armed = s->b.cells->armed[i];
      c->hstart = 0;
      c->t_guard = t_ms;
      c->nguard = c->nstuck = 0;
      c->gn = 0; /* nothing is known of it */
      ictus__cell_piece (c, t_ms);
      ICTUS_TRY (ictus__cell_begin (c, t_ms));
      if (c->armed && c->gn >= 0 && s->b.grid && t_ms + s->b.h_ms < c->stop)
        { /* above the threshold at the start: it fires within the first tick */
          c->nb = t_ms + s->b.h_ms < c->nb ? t_ms + s->b.h_ms : c->nb;
          ICTUS_TRY (ictus__cell_set_stop (c));
        }
    }
  return ICTUS_OK;
}

/* ---- life ------------------------------------------------------------------------------------ */

static void
cvode_destroy (void *self)
{
  ictus__cvode *s = self;

  if (s->cell != NULL)
    for (size_t i = 0; i < s->b.n; ++i)
      ictus__cell_destroy (&s->cell[i]);
  ictus__pool_clear (&s->pool);
  ictus__linear_clear (&s->linear);
  if (s->ctx != NULL)
    SUNContext_Free (&s->ctx);
  ictus_free (s->cell);
  ictus_free (s->work);
  ictus_free (s->atol);
  ictus_free (s->u);
  ictus_free (s->st.s);
  ictus__bank_clear (&s->b);
  ictus_free (s);
}

static ictus_err
cvode_create (const ictus_solver_config *cfg, const ictus_cells *cells, void **self, bool bdf)
{
  ictus__cvode *s = ictus_alloc (1, sizeof *s);

  if (s == NULL)
    return ICTUS_E_NOMEM;
  *self = s;
  ICTUS_TRY (ictus__bank_init (&s->b, cfg, cells));
  s->drive = cells->drive != NULL && s->b.nu > 0;
  s->varies = s->drive && cells->drive->varies;
  s->cell = ictus_alloc (cells->n, sizeof *s->cell);
  s->work = ictus_alloc (cells->n, sizeof *s->work);
  s->u = ictus_alloc (s->drive && !s->varies ? cells->n * (size_t) s->b.nu : 0, sizeof *s->u);
  s->atol = ictus_alloc ((size_t) s->b.ns, sizeof *s->atol);
  if (s->cell == NULL || s->work == NULL || s->u == NULL || s->atol == NULL)
    return ICTUS_E_NOMEM;
  s->rtol = cfg->rtol;
  for (int k = 0; k < s->b.ns; ++k)
    s->atol[k] = cfg->atol_of != NULL && cfg->atol_of[k] > 0 ? cfg->atol_of[k] : cfg->atol;
  if (ictus__sun_context (&s->ctx) != 0)
    return ICTUS_FAIL (ICTUS_E_RESOURCE, "SUNDIALS: no context could be made");
  ictus__pool_init (&s->pool, s->ctx, s->b.ns, cells->n * (bdf ? BDF_VECTORS : ADAMS_VECTORS) + OWN_VECTORS);
  s->y = ictus__pool_vector (&s->pool);
  s->out = ictus__pool_vector (&s->pool);
  if (s->y == NULL || s->out == NULL)
    return ICTUS_E_NOMEM;
  if (bdf)
    ICTUS_TRY (ictus__linear_init (&s->linear, cells->model, cells->n));
  ICTUS_TRY (ictus__iteration_init (s, bdf));
  for (size_t i = 0; i < cells->n; ++i)
    ICTUS_TRY (ictus__cell_create (s, i, cfg, bdf));
  return ICTUS_OK;
}

static ictus_err
create_bdf (const ictus_solver_config *cfg, const ictus_cells *cells, void **self)
{
  return cvode_create (cfg, cells, self, true);
}

static ictus_err
create_adams (const ictus_solver_config *cfg, const ictus_cells *cells, void **self)
{
  return cvode_create (cfg, cells, self, false);
}

static void
cvode_stats (const void *self, ictus_solver_stats *out)
{
  const ictus__cvode *s = self;

  *out = s->stats;
  for (size_t i = 0; i < s->b.n; ++i)
    {
      long fails = 0;

      CVodeGetNumErrTestFails (s->cell[i].mem, &fails);
      out->fails += (uint64_t) fails;
      out->rhs += s->work[i];
    }
}

static const uint64_t *
cvode_work (const void *self)
{
  const ictus__cvode *s = self;

  return s->work;
}

const ictus_solver_ops ictus__solver_cvode_bdf = {
  .name = "cvode-bdf",
  .summary = "SUNDIALS CVODE, BDF of variable order and step, for stiff models; the reference",
  .refuse = ictus__refuse_adaptive,
  .create = create_bdf,
  .destroy = cvode_destroy,
  .window = cvode_window,
  .restart = cvode_restart,
  .stats = cvode_stats,
  .work = cvode_work,
};

const ictus_solver_ops ictus__solver_cvode_adams = {
  .name = "cvode-adams",
  .summary = "SUNDIALS CVODE, Adams-Moulton of variable order and step, for models that are not stiff",
  .refuse = ictus__refuse_adaptive,
  .create = create_adams,
  .destroy = cvode_destroy,
  .window = cvode_window,
  .restart = cvode_restart,
  .stats = cvode_stats,
  .work = cvode_work,
};
