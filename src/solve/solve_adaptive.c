/* SPDX-License-Identifier: BSD-3-Clause */
/* Adaptive solvers in lanes: life, windows, restart marks. See solve_adaptive.h. */
#include "solve_adaptive.h"

#include <math.h>
#include <string.h>

/* ---- windows ---------------------------------------------------------------------------------- */

/* The neurons that have something to do until the end of the window. */
static void
make_list (ictus__adaptive *s, const ictus_window *w)
{
  size_t n = s->b.n, m = 0;
  const uint8_t *flag = s->flag;

  s->tools->due (s->due, w->t1_ms, s->flag, n);
  if (w->nsample > 0)
    memset (s->flag, 1, n);
  else if (s->b.grid)
    {
      for (size_t j = 0; j < s->st.n; ++j)
        for (int port = 0; s->st.s[j].slot != NULL && port < s->b.nport; ++port)
          s->tools->any (s->st.s[j].slot + (size_t) port * n, s->flag, n);
    }
  else if (w->first != NULL)
    for (size_t i = 0; i < n; ++i)
      s->flag[i] = (uint8_t) (flag[i] | (w->first[i + 1] > w->first[i]));
  for (size_t i = 0; i < n; i += 8) /* flags are padded with zeros to a multiple of 8 */
    {
      uint64_t eight;

      memcpy (&eight, flag + i, sizeof eight);
      if (eight == 0)
        continue;
      for (size_t k = i; k < i + 8; ++k)
        {
          s->list[m] = k;
          m += flag[k];
        }
    }
  s->nlist = m;
}

ictus_err
ictus__adaptive_window (void *self, const ictus_window *w, ictus_spikes *out)
{
  ictus__adaptive *s = self;

  if (s->b.grid)
    ICTUS_TRY (ictus__stations_fill (&s->st, w, false));
  make_list (s, w);
  s->w = w;
  s->out = out;
  s->clean = false;
  s->t_ms = w->t1_ms;
  return ictus__lanes_run (s);
}

/* States and armed as of the end of the last window, for others to read and for a restart to begin with. */
static void
show (ictus__adaptive *s)
{
  for (size_t i = 0; i < s->b.n; ++i)
    {
      const ictus__neuron *n = ictus__neuron_at (s, i);

      ictus__neuron_state (s, n, s->t_ms, s->b.y);
      s->b.cells->armed[i] = ictus__neuron_armed (s, n, i, s->t_ms, s->b.y);
      ictus__bank_scatter (&s->b, i, s->b.y);
    }
}

ictus_err
ictus__adaptive_restart (void *self, double t_ms)
{
  ictus__adaptive *s = self;

  if (!s->clean)
    show (s);
  ictus__bank_forget (&s->b);
  for (size_t i = 0; i < s->b.n; ++i)
    {
      ictus__neuron *n = ictus__neuron_at (s, i);

      ictus__bank_gather (&s->b, i, s->b.y);
      ictus__neuron_restart (s, n, i, t_ms, s->b.y);
      s->due[i] = n->tn;
    }
  for (int k = 0; k < ICTUS_LANE; ++k)
    s->lane[k].p_of = SIZE_MAX; /* parameters may have changed */
  s->clean = true;
  s->t_ms = t_ms;
  return ICTUS_OK;
}

/* ---- life ---------------------------------------------------------------------------------------- */

void
ictus__adaptive_destroy (void *self)
{
  ictus__adaptive *s = self;

  ictus_free (s->record);
  ictus_free (s->due);
  ictus_free (s->work);
  ictus_free (s->flag);
  ictus_free (s->list);
  ictus_free (s->room);
  ictus_free (s->st.s);
  ictus__laned_clear (&s->l);
  ictus__bank_clear (&s->b);
  ictus_free (s);
}

/* The arrays of the lanes, one behind the other. */
static ictus_err
make_block (ictus__adaptive *s, const ictus_solver_config *cfg)
{
  ictus__block *b = &s->block;
  size_t ns = (size_t) s->b.ns, row = ns * ICTUS_LANE, work = s->stepper->room (&s->l),
         pad = (ns + 7) / 8 * 8, slots = s->b.cells->p_stride > 0 ? (size_t) s->b.k->nslot * ICTUS_LANE : 0;
  double *x, *atol;

  s->room = x = ictus_alloc (9 * row + 2 * ICTUS_LANE + (size_t) s->b.nu * ICTUS_LANE + slots + work + pad,
                             sizeof *x);
  if (x == NULL)
    return ICTUS_E_NOMEM;
  b->y0 = x; /* in the order of a record */
  b->y1 = b->y0 + row;
  b->f1 = b->y1 + row;
  b->q = b->f1 + row;
  b->f0 = b->q + 3 * row;
  s->fresh = b->f0 + row;
  s->keep = s->fresh + row;
  s->g = s->keep + row;
  s->goes = s->g + ICTUS_LANE;
  s->u = s->goes + ICTUS_LANE;
  s->p = s->u + (size_t) s->b.nu * ICTUS_LANE;
  b->work = s->p + slots;
  b->atol = atol = b->work + work;
  for (size_t k = 0; k < ns; ++k)
    atol[k] = cfg->atol_of != NULL && cfg->atol_of[k] > 0 ? cfg->atol_of[k] : cfg->atol;
  for (size_t k = 0; k < row; ++k)
    s->keep[k] = 1;
  for (int k = 0; k < ICTUS_LANE; ++k)
    s->g[k] = -1;
  b->l = &s->l;
  b->rtol = cfg->rtol;
  b->p = slots > 0 ? s->p : s->b.cells->p;
  b->ps = slots > 0 ? ICTUS_LANE : 0;
  b->u = s->u;
  b->keep = s->b.any_held ? s->keep : NULL;
  b->inputs = s->varies ? ictus__lane_inputs : NULL;
  b->inputs_ctx = s;
  if (s->stepper->plan != NULL)
    s->stepper->plan (&s->l, b->work);
  return ICTUS_OK;
}

ictus_err
ictus__adaptive_create (const ictus_solver_config *c, const ictus_cells *cells, const ictus__stepper *stepper,
                        void **self)
{
  ictus__adaptive *s = ictus_alloc (1, sizeof *s);
  size_t bytes;

  if (s == NULL)
    return ICTUS_E_NOMEM;
  *self = s;
  s->stepper = stepper;
  s->tools = ictus__lane_tools_get ();
  ICTUS_TRY (ictus__bank_init (&s->b, c, cells));
  ICTUS_TRY (ictus__laned_init (&s->l, cells->model));
  s->drive = cells->drive != NULL && s->b.nu > 0;
  s->varies = s->drive && cells->drive->varies;
  s->max_step = c->max_step_ms;
  s->clean = true;
  /* Hairer's values: the error after a step of length h is proportional to h^order */
  s->pace.beta = 0.2 / stepper->order;
  s->pace.alpha = 1.0 / stepper->order - 0.75 * s->pace.beta;
  s->pace.safety = log2 (0.9);
  s->pace.least = 0.2;
  bytes = sizeof (ictus__neuron)
          + (6 * (size_t) s->b.ns + (s->drive && !s->varies ? (size_t) s->b.nu : 0)) * sizeof (double);
  s->stride = (bytes + 63) / 64 * 64;
  s->record = ictus_alloc (cells->n, s->stride);
  s->due = ictus_alloc (cells->n, sizeof *s->due);
  s->work = ictus_alloc (cells->n, sizeof *s->work);
  s->flag = ictus_alloc ((cells->n + 7) / 8 * 8, sizeof *s->flag);
  s->list = ictus_alloc ((cells->n + 7) / 8 * 8, sizeof *s->list);
  if (s->record == NULL || s->due == NULL || s->work == NULL || s->flag == NULL || s->list == NULL)
    return ICTUS_E_NOMEM;
  return make_block (s, c);
}

void
ictus__adaptive_stats (const void *self, ictus_solver_stats *out)
{
  const ictus__adaptive *s = self;

  *out = s->stats;
  for (size_t i = 0; i < s->b.n; ++i)
    out->rhs += s->work[i];
}

const uint64_t *
ictus__adaptive_work (const void *self)
{
  const ictus__adaptive *s = self;

  return s->work;
}

/* ---- levels of instructions ------------------------------------------------------------------- */

extern const ictus__lane_tools ictus__lane_tools_v1, ictus__lane_tools_v2, ictus__lane_tools_v3,
    ictus__lane_tools_v4;

const ictus__lane_tools *
ictus__lane_tools_get (void)
{
  return ICTUS_OF_LEVEL (ictus__lane_tools, ictus_isa_level ());
}
