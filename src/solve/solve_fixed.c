/* SPDX-License-Identifier: BSD-3-Clause */
/* Fixed steps on a time grid: Euler, Heun, the classical Runge-Kutta method, exponential Euler, and maps, each for a strip of
   neurons side by side. White noise stands in u as N (0, 1) / sqrt (dt) and lasts through a step, which makes Euler the method
   of Euler and Maruyama, and Heun the one that converges to the solution of Stratonovich. */
#include "solve_strip.h"

#include <math.h>
#include <string.h>

typedef struct fixed
{
  ictus__strips s;
  double *f, *k, *z;      /* [ns, ICTUS__ROW] */
  double *u_half, *u_end; /* [all of u, ICTUS__ROW] within a step */
  /* exponential Euler: what dt (exp (d dt) - 1) / (d dt) is where d depends on parameters only */
  double **factor;     /* [ns] NULL: to be computed at each step; else one for all, or [np] */
  const double **here; /* [ns] those of the strip at hand */
  double *factors;     /* memory of factor */
} fixed;

/* ---- inputs within a step -------------------------------------------------------------------- */

/* Inputs at ts of the piece that holds t, t <= ts: at a break they are those before it. */
static void
input_within (const ictus__bank *b, size_t i, double t, double ts)
{
  const ictus_drive *d = b->cells->drive;
  double seg = t;

  for (double nb = d->next_break (d->ctx, i, seg); nb < ts; nb = d->next_break (d->ctx, i, seg))
    seg = nb;
  d->eval (d->ctx, i, seg, ts, b->u);
}

/* All of u at ts within the step that begins at t and ends at te, where the step is done to a part c. */
static void
inputs_within (fixed *x, const ictus__strip *p, double t, double ts, double te, double c, double *u, ictus_lane_args *a)
{
  ictus__strips *s = &x->s;
  size_t nu = (size_t) s->b.nu, ndelay = (size_t) s->delays.n, nnoise = (size_t) s->b.k->nnoise;
  bool same = s->u == NULL || (!s->b.cells->drive->varies && te <= s->next_least[p->at]);

  if (same && ndelay == 0)
    return; /* those at t hold */
  for (size_t i = 0; i < p->m && !same; ++i)
    {
      if (i < p->n)
        input_within (&s->b, p->first + i, t, ts);
      for (size_t k = 0; k < nu; ++k)
        u[k * ICTUS__ROW + i] = s->b.u[k];
    }
  if (s->w != NULL)
    {
      if (same)
        memcpy (u, s->w, nu * ICTUS__ROW * sizeof *u);
      ictus__delays_look (s, p, p->step, c, u + nu * ICTUS__ROW);
      memcpy (u + (nu + ndelay) * ICTUS__ROW, s->w + (nu + ndelay) * ICTUS__ROW, nnoise * ICTUS__ROW * sizeof *u);
    }
  a->u = u;
  a->us = ICTUS__ROW;
}

/* ---- one step -------------------------------------------------------------------------------- */

/* Held states stand still. */
static void
stop_held (const ictus__strips *s, const ictus__strip *p, double *f)
{
  for (size_t e = 0; e < p->nhold; ++e)
    for (int k = 0; k < s->b.ns; ++k)
      if (s->b.held[k])
        f[(size_t) k * ICTUS__ROW + s->hold[e]] = 0;
}

/* u: that of the arguments, where values without a delay follow the states. */
static void
rhs (ictus__strips *s, const ictus__strip *p, const ictus_lane_args *a, double *u, double *f)
{
  if (s->delays.now)
    ictus__delays_now (s, p->m, a->y, a->ys, u + (size_t) s->b.nu * ICTUS__ROW);
  ictus__lane_rhs (&s->l, a, f, ICTUS__ROW);
  stop_held (s, p, f);
  s->stats.rhs += p->n;
}

static void
step_euler (void *self, const ictus__strip *p, double t, double te)
{
  fixed *x = self;
  ictus__strips *s = &x->s;
  ictus_lane_args a = ictus__strip_args (s, p, &t, p->y, p->ys);

  (void) te;
  rhs (s, p, &a, s->w, x->f);
  s->loops->euler (p->m, s->b.ns, s->dt_ms, p->y, p->ys, x->f, ICTUS__ROW);
}

static void
step_heun (void *self, const ictus__strip *p, double t, double te)
{
  fixed *x = self;
  ictus__strips *s = &x->s;
  double dt = s->dt_ms;
  ictus_lane_args begin = ictus__strip_args (s, p, &t, p->y, p->ys), end = ictus__strip_args (s, p, &te, x->z, ICTUS__ROW);

  inputs_within (x, p, t, te, te, 1, x->u_end, &end);
  rhs (s, p, &begin, s->w, x->f);
  s->loops->rk4_first (p->m, s->b.ns, dt, p->y, p->ys, x->f, x->z, ICTUS__ROW);
  rhs (s, p, &end, x->u_end, x->k);
  s->loops->rk4_last (p->m, s->b.ns, 0.5 * dt, p->y, p->ys, x->k, x->f, ICTUS__ROW);
}

static void
step_rk4 (void *self, const ictus__strip *p, double t, double te)
{
  fixed *x = self;
  ictus__strips *s = &x->s;
  double dt = s->dt_ms, half = t + 0.5 * dt;
  ictus_lane_args begin = ictus__strip_args (s, p, &t, p->y, p->ys),
                  mid = ictus__strip_args (s, p, &half, x->z, ICTUS__ROW),
                  end = ictus__strip_args (s, p, &te, x->z, ICTUS__ROW);
  int ns = s->b.ns;

  inputs_within (x, p, t, half, te, 0.5, x->u_half, &mid);
  inputs_within (x, p, t, te, te, 1, x->u_end, &end);
  rhs (s, p, &begin, s->w, x->f);
  ictus__delays_slope (s, p, false, x->f);
  s->loops->rk4_first (p->m, ns, 0.5 * dt, p->y, p->ys, x->f, x->z, ICTUS__ROW);
  rhs (s, p, &mid, x->u_half, x->k);
  s->loops->rk4_mid (p->m, ns, 0.5 * dt, p->y, p->ys, x->k, x->f, x->z, ICTUS__ROW);
  rhs (s, p, &mid, x->u_half, x->k);
  s->loops->rk4_mid (p->m, ns, dt, p->y, p->ys, x->k, x->f, x->z, ICTUS__ROW);
  rhs (s, p, &end, x->u_end, x->k);
  ictus__delays_slope (s, p, true, x->k); /* of a state that is right to order 3: enough for a cubic */
  s->loops->rk4_last (p->m, ns, dt / 6, p->y, p->ys, x->k, x->f, ICTUS__ROW);
}

static void
step_map (void *self, const ictus__strip *p, double t, double te)
{
  fixed *x = self;
  ictus__strips *s = &x->s;
  double count = ictus__strip_time (s, t);
  ictus_lane_args a = ictus__strip_args (s, p, &count, p->y, p->ys);

  (void) te;
  rhs (s, p, &a, s->w, x->f);
  ictus__strip_held (s, p, true);
  for (int k = 0; k < s->b.ns; ++k)
    memcpy (p->y + (size_t) k * p->ys, x->f + (size_t) k * ICTUS__ROW, p->m * sizeof *p->y);
  ictus__strip_held (s, p, false);
}

static void
step_exp_euler (void *self, const ictus__strip *p, double t, double te)
{
  fixed *x = self;
  ictus__strips *s = &x->s;
  ictus_lane_args a = ictus__strip_args (s, p, &t, p->y, p->ys);
  size_t step = s->p != NULL ? 1 : 0;

  (void) te;
  if (s->delays.now)
    ictus__delays_now (s, p->m, p->y, p->ys, s->w + (size_t) s->b.nu * ICTUS__ROW);
  ictus__lane_diag (&s->l, &a, x->f, x->k, ICTUS__ROW);
  stop_held (s, p, x->f);
  s->stats.rhs += p->n;
  for (int k = 0; k < s->b.ns; ++k)
    x->here[k] = x->factor[k] != NULL ? x->factor[k] + step * p->first : NULL;
  s->loops->exp_euler (p->m, s->b.ns, s->dt_ms, p->y, p->ys, x->f, x->k, ICTUS__ROW, x->here, step);
}

/* Where the derivative of a state by itself depends on parameters only, the factor does too. */
static void
set_factors (fixed *x, double t)
{
  ictus__strips *s = &x->s;

  memset (x->z, 0, (size_t) s->b.ns * ICTUS__ROW * sizeof *x->z);
  for (size_t at = 0; at < s->nstrip; ++at)
    {
      ictus__strip p = ictus__strip_at (s, at);
      ictus_lane_args a;

      if (s->p == NULL) /* the first lanes serve all */
        p.m = ICTUS_LANE;
      a = ictus__strip_args (s, &p, &t, x->z, ICTUS__ROW);
      ictus__lane_diag (&s->l, &a, x->f, x->k, ICTUS__ROW);
      for (int k = 0; k < s->b.ns; ++k)
        if (x->factor[k] != NULL)
          s->loops->exp_factor (p.m, s->dt_ms, x->k + (size_t) k * ICTUS__ROW, x->factor[k] + p.first);
      if (s->p == NULL)
        return;
    }
}

/* ---- life ------------------------------------------------------------------------------------ */

static ictus_err
fixed_window (void *self, const ictus_window *w, ictus_spikes *out)
{
  fixed *x = self;

  return ictus__strips_window (&x->s, w, out);
}

static void
fixed_destroy (void *self)
{
  fixed *x = self;

  ictus__strips_clear (&x->s);
  ictus_free (x->f);
  ictus_free (x->u_half);
  ictus_free (x->factor);
  ictus_free (x->here);
  ictus_free (x->factors);
  ictus_free (x);
}

static ictus_err
fixed_create (const ictus_solver_config *cfg, const ictus_cells *cells, void **self, int order, ictus__strip_step *step)
{
  fixed *x = ictus_alloc (1, sizeof *x);
  double dt = cfg->dt_ms > 0 ? cfg->dt_ms : cfg->h_ms;
  size_t ns, nu;

  if (x == NULL)
    return ICTUS_E_NOMEM;
  *self = x;
  ICTUS_TRY (ictus__strips_init (&x->s, cfg, cells, dt, cfg->dt_ms > 0 ? (int) lround (cfg->h_ms / cfg->dt_ms) : 1,
                                 order, step, x));
  if (!cells->model->kernel->is_map)
    snprintf (x->s.hint, sizeof x->s.hint, "; a step of %g ms is too long for this model", dt);
  ns = (size_t) x->s.b.ns;
  nu = (size_t) ictus__kernel_nu (x->s.b.k);
  x->f = ictus_alloc (3 * ns, ICTUS__ROW * sizeof *x->f);
  x->u_half = ictus_alloc (2 * nu, ICTUS__ROW * sizeof *x->u_half);
  if (x->f == NULL || x->u_half == NULL)
    return ICTUS_E_NOMEM;
  x->k = x->f + ns * ICTUS__ROW;
  x->z = x->k + ns * ICTUS__ROW;
  x->u_end = x->u_half + nu * ICTUS__ROW;
  return ICTUS_OK;
}

static ictus_err
create_euler (const ictus_solver_config *cfg, const ictus_cells *cells, void **self)
{
  return fixed_create (cfg, cells, self, 1, step_euler);
}

static ictus_err
create_rk4 (const ictus_solver_config *cfg, const ictus_cells *cells, void **self)
{
  return fixed_create (cfg, cells, self, 4, step_rk4);
}

static ictus_err
create_heun (const ictus_solver_config *cfg, const ictus_cells *cells, void **self)
{
  return fixed_create (cfg, cells, self, 2, step_heun);
}

static ictus_err
create_map (const ictus_solver_config *cfg, const ictus_cells *cells, void **self)
{
  return fixed_create (cfg, cells, self, 1, step_map);
}

static ictus_err
create_exp_euler (const ictus_solver_config *cfg, const ictus_cells *cells, void **self)
{
  fixed *x;
  size_t ns, row, nfixed = 0;

  ICTUS_TRY (fixed_create (cfg, cells, self, 1, step_exp_euler));
  x = *self;
  ns = (size_t) x->s.b.ns;
  row = x->s.p != NULL ? x->s.np : ICTUS_LANE;
  x->factor = ictus_alloc (ns, sizeof *x->factor);
  x->here = ictus_alloc (ns, sizeof *x->here);
  if (x->factor == NULL || x->here == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < ns; ++k)
    nfixed += x->s.l.fixed[k] != 0;
  if (nfixed == 0)
    return ICTUS_OK;
  x->factors = ictus_alloc (nfixed, row * sizeof *x->factors);
  if (x->factors == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0, at = 0; k < ns; ++k)
    if (x->s.l.fixed[k])
      x->factor[k] = x->factors + row * at++;
  return ICTUS_OK;
}

static ictus_err
fixed_restart (void *self, double t_ms)
{
  fixed *x = self;

  ICTUS_TRY (ictus__strips_restart (&x->s, t_ms));
  if (x->factors != NULL)
    set_factors (x, t_ms);
  return ICTUS_OK;
}

static void
fixed_stats (const void *self, ictus_solver_stats *out)
{
  const fixed *x = self;

  *out = x->s.stats;
}

/* The step must fit the grid, and the model be no more than the method can do. */
static const char *
refuse_step (const ictus_model *m, const ictus_solver_config *c, unsigned can, char *buf)
{
  double n = c->dt_ms > 0 ? c->h_ms / c->dt_ms : 1;
  const char *why = ictus__refuse_kind (m, can, buf);

  if (why != NULL)
    return why;
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

enum
{
  CAN_ALL = ICTUS__CAN_DRAW | ICTUS__CAN_MARKOV | ICTUS__CAN_HAPPEN | ICTUS__CAN_DELAY
};

/* With the increments of white noise */
static const char *
refuse_noisy (const ictus_model *m, const ictus_solver_config *c, char *buf)
{
  return refuse_step (m, c, CAN_ALL | ICTUS__CAN_WHITE, buf);
}

static const char *
refuse_rk4 (const ictus_model *m, const ictus_solver_config *c, char *buf)
{
  return refuse_step (m, c, CAN_ALL, buf);
}

static const char *
refuse_map (const ictus_model *m, const ictus_solver_config *c, char *buf)
{
  return refuse_step (m, c, CAN_ALL | ICTUS__CAN_WHITE | ICTUS__CAN_ITERATE, buf);
}

static const char *
refuse_exp_euler (const ictus_model *m, const ictus_solver_config *c, char *buf)
{
  const char *why = refuse_step (m, c, CAN_ALL, buf);

  if (why == NULL && m->lang != NULL && !ictus_lang_classify (m->lang).cond_linear)
    {
      snprintf (buf, 256, "every equation must be linear in its own state: %s",
                ictus_lang_why_not_cond_linear (m->lang));
      return buf;
    }
  return why;
}

const ictus_solver_ops ictus__solver_exp_euler = {
  .name = "exp-euler",
  .summary = "exponential Euler, fixed step, for conditionally linear models",
  .order = 1,
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
  .order = 4,
  .refuse = refuse_rk4,
  .create = create_rk4,
  .destroy = fixed_destroy,
  .window = fixed_window,
  .restart = fixed_restart,
  .stats = fixed_stats,
};

const ictus_solver_ops ictus__solver_heun = {
  .name = "heun",
  .summary = "Heun, order 2, fixed step; with noise: of Stratonovich",
  .order = 2,
  .refuse = refuse_noisy,
  .create = create_heun,
  .destroy = fixed_destroy,
  .window = fixed_window,
  .restart = fixed_restart,
  .stats = fixed_stats,
};

const ictus_solver_ops ictus__solver_euler = {
  .name = "euler",
  .summary = "Euler, fixed step; with noise: Euler-Maruyama, of Ito",
  .order = 1,
  .refuse = refuse_noisy,
  .create = create_euler,
  .destroy = fixed_destroy,
  .window = fixed_window,
  .restart = fixed_restart,
  .stats = fixed_stats,
};

const ictus_solver_ops ictus__solver_map = {
  .name = "map",
  .summary = "iteration of a map, x(t+1) = ..., once a step",
  .order = 1,
  .refuse = refuse_map,
  .create = create_map,
  .destroy = fixed_destroy,
  .window = fixed_window,
  .restart = fixed_restart,
  .stats = fixed_stats,
};
