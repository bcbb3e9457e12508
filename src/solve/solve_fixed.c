/* SPDX-License-Identifier: BSD-3-Clause */
/* Fixed steps on a time grid: Euler, the classical Runge-Kutta method, exponential Euler. Each neuron runs
   through the whole window by itself, so its states stay in the cache. */
#include "solve_impl.h"

#include <math.h>
#include <string.h>

typedef struct fixed fixed;
/* One step from t to te, which is t + dt but for rounding: a jump of the input at te belongs to the next step. */
typedef void stepper (fixed *s, size_t i, double t, double te, bool hold, double *y);

struct fixed
{
  ictus__bank b;
  stepper *step;
  double dt_ms;
  int nsub; /* steps in a tick */
  ictus__stations st;
  double *f, *k2, *k3, *k4, *z; /* [ns] */
  double *u;                    /* [nu] inputs within a step */
  ictus_solver_stats stats;
};

/* ---- inputs within a step -------------------------------------------------------------------- */

/* Inputs at ts of the piece that holds t, t <= ts: at a break they are those before it. */
static const double *
input_within (const fixed *s, size_t i, double t, double ts)
{
  const ictus_drive *d = s->b.cells->drive;
  double seg = t;

  if (d == NULL || s->b.nu == 0)
    return s->b.u0;
  for (double nb = d->next_break (d->ctx, i, seg); nb < ts; nb = d->next_break (d->ctx, i, seg))
    seg = nb;
  d->eval (d->ctx, i, seg, ts, s->u);
  return s->u;
}

/* ---- one step -------------------------------------------------------------------------------- */

static void
rhs (fixed *s, size_t i, double t, bool hold, const double *y, const double *u, double *f)
{
  const ictus__bank *b = &s->b;

  b->k->rhs (t, y, ictus__bank_p (b, i), u, f);
  s->stats.rhs += 1;
  if (hold)
    for (int k = 0; k < b->ns; ++k)
      if (b->held[k])
        f[k] = 0;
}

static void
step_euler (fixed *s, size_t i, double t, double te, bool hold, double *y)
{
  (void) te;
  rhs (s, i, t, hold, y, ictus__bank_input (&s->b, i, t), s->f);
  for (int k = 0; k < s->b.ns; ++k)
    y[k] = y[k] + s->dt_ms * s->f[k];
}

static void
step_rk4 (fixed *s, size_t i, double t, double te, bool hold, double *y)
{
  int ns = s->b.ns;
  double dt = s->dt_ms;

  rhs (s, i, t, hold, y, ictus__bank_input (&s->b, i, t), s->f);
  for (int k = 0; k < ns; ++k)
    s->z[k] = y[k] + 0.5 * dt * s->f[k];
  rhs (s, i, t + 0.5 * dt, hold, s->z, input_within (s, i, t, t + 0.5 * dt), s->k2);
  for (int k = 0; k < ns; ++k)
    s->z[k] = y[k] + 0.5 * dt * s->k2[k];
  rhs (s, i, t + 0.5 * dt, hold, s->z, input_within (s, i, t, t + 0.5 * dt), s->k3);
  for (int k = 0; k < ns; ++k)
    s->z[k] = y[k] + dt * s->k3[k];
  rhs (s, i, te, hold, s->z, input_within (s, i, t, te), s->k4);
  for (int k = 0; k < ns; ++k)
    y[k] = y[k] + dt / 6 * (s->f[k] + 2 * s->k2[k] + 2 * s->k3[k] + s->k4[k]);
}

/* (exp (x) - 1) / x; expm1 keeps the digits near 0 */
static double
exprel (double x)
{
  return fabs (x) < 1e-300 ? 1 : expm1 (x) / x;
}

static void
step_exp_euler (fixed *s, size_t i, double t, double te, bool hold, double *y)
{
  const ictus__bank *b = &s->b;
  double dt = s->dt_ms;

  (void) te;
  b->k->diag (t, y, ictus__bank_p (b, i), ictus__bank_input (b, i, t), s->f, s->k2);
  s->stats.rhs += 1;
  for (int k = 0; k < b->ns; ++k)
    if (!(hold && b->held[k]))
      y[k] = y[k] + s->f[k] * dt * exprel (s->k2[k] * dt);
}

/* ---- a neuron through a window --------------------------------------------------------------- */

static ictus_err
fixed_neuron (fixed *s, size_t i, const ictus_window *w, ictus_spikes *out)
{
  ictus__bank *b = &s->b;
  const ictus_cells *cells = b->cells;
  double *y = b->y;
  int bad;

  ictus__bank_gather (b, i, y);
  for (size_t j = 0; j < s->st.n; ++j)
    {
      const ictus__station *st = &s->st.s[j];
      double t0 = ictus_tick_ms (st->tick - 1, b->h_ms);

      for (int m = 0; m < s->nsub; ++m)
        {
          double t = t0 + m * s->dt_ms, te = m + 1 == s->nsub ? st->t_ms : t0 + (m + 1) * s->dt_ms;

          s->step (s, i, t, te, b->any_held && t < cells->refr_until[i], y);
          ICTUS_TRY (ictus__bank_look (b, i, te, st->tick, y, ictus__bank_input (b, i, te), &cells->armed[i],
                                       out, NULL));
        }
      if (st->slot != NULL && ictus__bank_slot (b, i, st->t_ms, st->slot, y))
        ICTUS_TRY (ictus__bank_look (b, i, st->t_ms, st->tick, y, ictus__bank_input (b, i, st->t_ms),
                                     &cells->armed[i], out, NULL));
      if ((bad = ictus__bank_bad (b, y)) >= 0)
        {
          ictus__bank_scatter (b, i, y);
          return ICTUS_FAIL (ICTUS_E_SOLVER,
                             "neuron %llu at %.10g ms: state %s is not finite; a step of %g ms is too long "
                             "for this model",
                             ictus__bank_id (b, i), st->t_ms, ictus__bank_state (b, bad), s->dt_ms);
        }
      if (st->sample >= 0)
        w->sample (w->sample_ctx, i, st->sample, y, ictus__bank_input (b, i, st->t_ms));
    }
  ictus__bank_scatter (b, i, y);
  s->stats.steps += s->st.n * (size_t) s->nsub;
  return ICTUS_OK;
}

static ictus_err
fixed_window (void *self, const ictus_window *w, ictus_spikes *out)
{
  fixed *s = self;

  ICTUS_TRY (ictus__stations_fill (&s->st, w, true));
  for (size_t i = 0; i < s->b.n; ++i)
    ICTUS_TRY (fixed_neuron (s, i, w, out));
  return ICTUS_OK;
}

/* ---- life ------------------------------------------------------------------------------------ */

static void
fixed_destroy (void *self)
{
  fixed *s = self;

  ictus__bank_clear (&s->b);
  ictus_free (s->st.s);
  ictus_free (s->f);
  ictus_free (s->u);
  ictus_free (s);
}

static ictus_err
fixed_create (const ictus_solver_config *cfg, const ictus_cells *cells, void **self, stepper *step)
{
  fixed *s = ictus_alloc (1, sizeof *s);

  if (s == NULL)
    return ICTUS_E_NOMEM;
  *self = s;
  s->step = step;
  s->nsub = cfg->dt_ms > 0 ? (int) lround (cfg->h_ms / cfg->dt_ms) : 1;
  s->dt_ms = cfg->dt_ms > 0 ? cfg->dt_ms : cfg->h_ms;
  ICTUS_TRY (ictus__bank_init (&s->b, cfg, cells));
  s->f = ictus_alloc (5 * (size_t) s->b.ns, sizeof *s->f);
  s->u = ictus_alloc ((size_t) s->b.nu, sizeof *s->u);
  if (s->f == NULL || s->u == NULL)
    return ICTUS_E_NOMEM;
  s->k2 = s->f + s->b.ns;
  s->k3 = s->k2 + s->b.ns;
  s->k4 = s->k3 + s->b.ns;
  s->z = s->k4 + s->b.ns;
  return ICTUS_OK;
}

static ictus_err
create_euler (const ictus_solver_config *cfg, const ictus_cells *cells, void **self)
{
  return fixed_create (cfg, cells, self, step_euler);
}

static ictus_err
create_rk4 (const ictus_solver_config *cfg, const ictus_cells *cells, void **self)
{
  return fixed_create (cfg, cells, self, step_rk4);
}

static ictus_err
create_exp_euler (const ictus_solver_config *cfg, const ictus_cells *cells, void **self)
{
  return fixed_create (cfg, cells, self, step_exp_euler);
}

static ictus_err
fixed_restart (void *self, double t_ms)
{
  fixed *s = self;

  (void) t_ms; /* there is no history but the parameters' jumps */
  ictus__bank_forget (&s->b);
  return ICTUS_OK;
}

static void
fixed_stats (const void *self, ictus_solver_stats *out)
{
  const fixed *s = self;

  *out = s->stats;
}

static const char *
refuse_fixed (const ictus_model *m, const ictus_solver_config *c, char *buf)
{
  double n = c->dt_ms > 0 ? c->h_ms / c->dt_ms : 1;

  (void) m;
  if (!c->grid)
    return "it steps on a time grid and knows spike times only to a step: it needs grid timing";
  if (!(fabs (n - nearbyint (n)) <= 1e-9 * n) || n < 0.5 || n > 1e6)
    {
      snprintf (buf, 256, "its step dt of %.10g ms must divide the resolution of %.10g ms", c->dt_ms,
                c->h_ms);
      return buf;
    }
  return NULL;
}

static const char *
refuse_exp_euler (const ictus_model *m, const ictus_solver_config *c, char *buf)
{
  if (m->lang != NULL && !ictus_lang_classify (m->lang).cond_linear)
    {
      snprintf (buf, 256, "every equation must be linear in its own state: %s",
                ictus_lang_why_not_cond_linear (m->lang));
      return buf;
    }
  return refuse_fixed (m, c, buf);
}

const ictus_solver_ops ictus__solver_exp_euler = {
  .name = "exp-euler",
  .summary = "exponential Euler, fixed step, for conditionally linear models",
  .refuse = refuse_exp_euler,
  .create = create_exp_euler,
  .destroy = fixed_destroy,
  .window = fixed_window,
  .restart = fixed_restart,
  .stats = fixed_stats,
};

const ictus_solver_ops ictus__solver_rk4 = {
  .name = "rk4",
  .summary = "classical Runge-Kutta of order 4, fixed step",
  .refuse = refuse_fixed,
  .create = create_rk4,
  .destroy = fixed_destroy,
  .window = fixed_window,
  .restart = fixed_restart,
  .stats = fixed_stats,
};

const ictus_solver_ops ictus__solver_euler = {
  .name = "euler",
  .summary = "Euler, fixed step",
  .refuse = refuse_fixed,
  .create = create_euler,
  .destroy = fixed_destroy,
  .window = fixed_window,
  .restart = fixed_restart,
  .stats = fixed_stats,
};
