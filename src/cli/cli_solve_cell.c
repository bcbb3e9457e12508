/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus solve: a model as one neuron of a population, by a solver of networks. */
#include "cli/cli_solve.h"

#include <math.h>
#include <string.h>

enum { CHUNK = 1024 }; /* points in a window */

typedef struct collector /* takes the points */
{
  const ictus__solve_job *j;
  ictus__solve_outcome *o;
  const double *time; /* [npoint] */
  size_t npoint;
  double trans;       /* points before are left out */
  size_t reached;     /* points */
} collector;

static void
keep_point (void *ctx, size_t i, int s, const double *y, const double *u)
{
  collector *c = ctx;
  ictus_path *path = &c->o->path;
  const ictus_kernel *k = &c->j->kernel;
  double t = c->time[c->reached++], *row = path->v + path->nrow * (size_t) path->ncol;

  (void) i;
  (void) s;
  if (t < c->trans)
    return;
  memcpy (row, y, (size_t) k->nstate * sizeof *row);
  k->aux (t, y, c->j->p, u, row + k->nstate);
  path->t[path->nrow++] = t;
}

static ictus_err
run_windows (const ictus__solve_job *j, collector *c, bool grid, ictus_solver *s, ictus_spikes *spikes)
{
  for (size_t from = 0, to; from + 1 < c->npoint; from = to)
    {
      ictus_window w = { .grid = grid, .h_ms = j->config.dt, .sample = keep_point, .sample_ctx = c };

      to = c->npoint - 1 - from < CHUNK ? c->npoint - 1 : from + CHUNK;
      w.t0_ms = c->time[from];
      w.t1_ms = c->time[to];
      w.k0 = (ictus_tick) from * j->config.nout;
      w.k1 = (ictus_tick) to * j->config.nout;
      w.nsample = (int) (to - from);
      w.sample_ms = c->time + from + 1;
      ICTUS_TRY (ictus_solver_window (s, &w, spikes));
    }
  return ICTUS_OK;
}

/* Points are 0, dt, 2 dt, ... before the end, as numpy.arange. */
static ictus_err
plan_points (const ictus__solve_job *j, double **time, size_t *npoint)
{
  double interval = j->config.dt * j->config.nout, n = ceil (j->config.total / interval * (1 - 1e-12));

  *npoint = j->npoint > 0 ? j->npoint : n < 1 ? 1 : n > 1e9 ? 0 : (size_t) n;
  if (*npoint == 0)
    return ICTUS_FAIL (ICTUS_E_USAGE, "more than 10^9 points; a longer --interval or --dt makes fewer");
  *time = ictus_alloc (*npoint, sizeof **time);
  if (*time == NULL)
    return ICTUS_E_NOMEM;
  for (size_t a = 0; a < *npoint; ++a)
    (*time)[a] = ictus_tick_ms ((ictus_tick) a * j->config.nout, j->config.dt);
  return ICTUS_OK;
}

static ictus_err
keep_spikes (const ictus_spikes *spikes, ictus_path *path)
{
  path->spike = ictus_alloc (spikes->n, sizeof *path->spike);
  if (path->spike == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < spikes->n; ++k)
    path->spike[k] = spikes->s[k].t_ms;
  path->nspike = path->cap_spike = spikes->n;
  return ICTUS_OK;
}

static ictus_err
integrate (ictus__solve_job *j, ictus__solve_outcome *o, const ictus_solver_config *cfg, collector *c)
{
  size_t ns = (size_t) j->kernel.nstate;
  uint64_t gid = 0;
  double refr = -INFINITY, *y = ictus_alloc (ns, sizeof *y);
  uint8_t armed = 1;
  ictus_cells cells = { .model = &j->used, .n = 1, .gid = &gid, .y = y, .p = j->p, .p0 = j->p, .refr_until = &refr,
                        .armed = &armed, .seed = j->config.seed };
  ictus_solver *s = NULL;
  ictus_solver_stats stats;
  ictus_spikes spikes = { 0 };
  ictus_err e = ICTUS_OK;

  if (y == NULL)
    return ICTUS_E_NOMEM;
  memcpy (y, j->y0, ns * sizeof *y);
  keep_point (c, 0, 0, y, j->u);
  ICTUS_GO (ictus_solver_create (cfg, &cells, 0, &s));
  o->e = run_windows (j, c, cfg->grid, s, &spikes);
  if (o->e != ICTUS_OK)
    o->why = ictus_strdup (ictus_err_last ());
  ictus_solver_get_stats (s, &stats);
  o->path.steps = stats.steps;
  o->path.rhs = stats.rhs;
  o->path.jac = stats.jac;
  o->path.t_end = c->time[c->reached - 1];
  e = keep_spikes (&spikes, &o->path);
done:
  ictus_solver_destroy (&s);
  ictus_free (spikes.s);
  ictus_free (y);
  return e;
}

ictus_err
ictus__solve_by_cell (ictus__solve_job *j, ictus__solve_outcome *o)
{
  const ictus_path_config *c = &j->config;
  ictus_solver_config cfg = { .name = o->method, .rtol = c->rtol, .atol = c->atol, .dt_ms = c->dt, .h_ms = c->dt };
  collector to = { .j = j, .o = o, .trans = c->trans };
  char buf[256];
  const char *why;
  double *time = NULL;
  ictus_err e = ICTUS_OK;

  cfg.grid = ictus_solver_refuse (&cfg, &j->used, buf) != NULL; /* exact times where the solver knows them */
  why = ictus_solver_refuse (&cfg, &j->used, buf);
  if (why != NULL)
    {
      o->refused = true;
      o->e = ICTUS_FAIL (ICTUS_E_INPUT, "solver %s cannot serve model %s: %s", o->method, j->kernel.name, why);
      o->why = ictus_strdup (why);
      return ICTUS_OK;
    }
  ICTUS_GO (plan_points (j, &time, &to.npoint));
  to.time = time;
  o->path.ncol = j->kernel.nstate + j->kernel.naux;
  o->path.t = ictus_alloc (to.npoint, sizeof *o->path.t);
  o->path.v = ictus_alloc (to.npoint, (size_t) o->path.ncol * sizeof *o->path.v);
  if (o->path.t == NULL || o->path.v == NULL)
    ICTUS_GO (ICTUS_E_NOMEM);
  o->path.cap_row = to.npoint;
  e = integrate (j, o, &cfg, &to);
done:
  ictus_free (time);
  return e;
}
