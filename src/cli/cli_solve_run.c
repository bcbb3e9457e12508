/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus solve: the neuron and its solvers. */
#include "cli/cli_solve.h"

#include <math.h>
#include <string.h>

enum { CHUNK = 1024 }; /* points in a window */

/* ---- the neuron ---------------------------------------------------------------------------------- */

/* name=value of a parameter or state, put into a [count] */
static ictus_err
assign (const ictus__solve_job *j, const char *what, const char *text, ictus_lang_kind kind, double *a)
{
  const ictus_lang *lang = j->model->lang;
  const char *eq = strchr (text, '='), *near;
  char name[80];
  int k;

  if (eq == NULL || eq == text || (size_t) (eq - text) >= sizeof name)
    return ICTUS_FAIL (ICTUS_E_USAGE, "--%s takes NAME=VALUE, not \"%s\"", what, text);
  snprintf (name, sizeof name, "%.*s", (int) (eq - text), text);
  k = ictus_lang_find (lang, kind, name);
  if (k < 0)
    {
      near = ictus_lang_nearest (lang, kind, name);
      return ICTUS_FAIL (ICTUS_E_INPUT, "--%s %s: model %s has no %s \"%s\"%s%s%s", what, text,
                         ictus_lang_name (lang), kind == ICTUS_LANG_PAR ? "parameter" : "state", name,
                         near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                         near != NULL ? "\"?" : "");
    }
  if (ictus_quantity (eq + 1, ictus_lang_get (lang, kind, k)->unit, &a[k], NULL) != ICTUS_OK)
    return ictus_err_prefix (ICTUS_E_INPUT, "--%s %s", what, text);
  return ICTUS_OK;
}

ictus_err
ictus__solve_set_up (ictus__solve_job *j)
{
  const ictus_kernel *k;

  ICTUS_TRY (ictus_model_open (j->model_name, NULL, NULL, &j->model));
  k = j->model->kernel;
  j->kernel = *k;
  if (j->no_spikes)
    j->kernel.fire = NULL;
  j->used = *j->model;
  j->used.kernel = &j->kernel;
  j->p = ictus_alloc ((size_t) k->nslot, sizeof *j->p);
  j->y0 = ictus_alloc ((size_t) k->nstate, sizeof *j->y0);
  j->u = ictus_alloc ((size_t) k->ninput, sizeof *j->u);
  j->time = ictus_alloc (j->npoint, sizeof *j->time);
  if (j->p == NULL || j->y0 == NULL || j->u == NULL || j->time == NULL)
    return ICTUS_E_NOMEM;
  ictus_model_defaults (j->model, j->p);
  for (size_t a = 0; a < j->npar; ++a)
    ICTUS_TRY (assign (j, "par", j->par[a], ICTUS_LANG_PAR, j->p));
  k->prepare (j->p);
  k->init (j->p, j->y0);
  for (size_t a = 0; a < j->ninit; ++a)
    ICTUS_TRY (assign (j, "init", j->init[a], ICTUS_LANG_STATE, j->y0));
  for (int a = 0; a < k->ninput; ++a)
    j->u[a] = ictus_lang_get (j->model->lang, ICTUS_LANG_INPUT, a)->value;
  for (size_t a = 0; a < j->npoint; ++a)
    j->time[a] = ictus_tick_ms ((ictus_tick) a * j->every, j->dt);
  return ICTUS_OK;
}

/* ---- one solver ---------------------------------------------------------------------------------- */

static void
keep_point (void *ctx, size_t i, int s, const double *y, const double *u)
{
  ictus__solve_job *j = ctx;
  ictus__solve_outcome *o = &j->out[j->nout - 1];
  size_t ns = (size_t) j->kernel.nstate;

  (void) i;
  (void) s;
  (void) u;
  memcpy (o->y + o->npoint * ns, y, ns * sizeof *y);
  o->npoint += 1;
}

static ictus_err
run_windows (ictus__solve_job *j, ictus__solve_outcome *o, bool grid, ictus_solver *s)
{
  for (size_t from = 0, to; from + 1 < j->npoint; from = to)
    {
      ictus_window w = { .grid = grid, .h_ms = j->dt, .sample = keep_point, .sample_ctx = j };

      to = j->npoint - 1 - from < CHUNK ? j->npoint - 1 : from + CHUNK;
      w.t0_ms = j->time[from];
      w.t1_ms = j->time[to];
      w.k0 = (ictus_tick) from * j->every;
      w.k1 = (ictus_tick) to * j->every;
      w.nsample = (int) (to - from);
      w.sample_ms = j->time + from + 1;
      ICTUS_TRY (ictus_solver_window (s, &w, &o->spikes));
    }
  return ICTUS_OK;
}

static bool
is_known (const char *name)
{
  for (size_t k = 0; ictus_solver_at (k) != NULL; ++k)
    if (strcmp (ictus_solver_at (k)->name, name) == 0)
      return true;
  return false;
}

static ictus_err
run_one (ictus__solve_job *j, const char *name)
{
  ictus__solve_outcome *o = &j->out[j->nout++];
  ictus_solver_config cfg = { .name = name, .rtol = j->rtol, .atol = j->atol, .dt_ms = j->dt, .h_ms = j->dt };
  size_t ns = (size_t) j->kernel.nstate;
  uint64_t gid = 0;
  double refr = -INFINITY, *y = ictus_alloc (ns, sizeof *y);
  uint8_t armed = 1;
  ictus_cells cells
      = { .model = &j->used, .n = 1, .gid = &gid, .y = y, .p = j->p, .p0 = j->p, .refr_until = &refr, .armed = &armed };
  ictus_solver *s = NULL;
  char buf[256];
  const char *why;
  ictus_err e = ICTUS_OK;

  cfg.grid = ictus_solver_refuse (&cfg, &j->used, buf) != NULL; /* exact times where the solver knows them */
  why = ictus_solver_refuse (&cfg, &j->used, buf);
  snprintf (o->name, sizeof o->name, "%s", name);
  o->diff_state = -1;
  o->y = ictus_alloc (j->npoint * ns, sizeof *o->y);
  if (y == NULL || o->y == NULL)
    ICTUS_GO (ICTUS_E_NOMEM);
  if (why != NULL && !is_known (name)) /* a slip of the pen, even among others */
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_INPUT, "%s", why));
  if (why != NULL)
    {
      o->refused = true;
      o->e = ICTUS_FAIL (ICTUS_E_INPUT, "solver %s cannot serve model %s: %s", name, j->kernel.name, why);
      o->why = ictus_strdup (why);
      goto done;
    }
  memcpy (y, j->y0, ns * sizeof *y);
  memcpy (o->y, y, ns * sizeof *y);
  o->npoint = 1;
  ICTUS_GO (ictus_solver_create (&cfg, &cells, 0, &s));
  o->e = run_windows (j, o, cfg.grid, s);
  if (o->e != ICTUS_OK)
    o->why = ictus_strdup (ictus_err_last ());
  ictus_solver_get_stats (s, &o->stats);
done:
  ictus_solver_destroy (&s);
  ictus_free (y);
  return e;
}

static void
compare (ictus__solve_job *j, ictus__solve_outcome *o)
{
  const ictus__solve_outcome *a = &j->out[0];
  size_t ns = (size_t) j->kernel.nstate, n = o->npoint < a->npoint ? o->npoint : a->npoint;

  for (size_t t = 0; t < n; ++t)
    for (size_t k = 0; k < ns; ++k)
      {
        double d = fabs (o->y[t * ns + k] - a->y[t * ns + k]);

        if (o->diff_state < 0 || d > o->diff)
          {
            o->diff = d;
            o->diff_state = (int) k;
            o->diff_ms = j->time[t];
          }
      }
}

ictus_err
ictus__solve_run (ictus__solve_job *j)
{
  const char *s = j->solvers;
  char name[40];
  size_t n;

  for (; *s != '\0'; s += n + (s[n] == ','))
    {
      n = strcspn (s, ",");
      if (n == 0)
        continue;
      if (j->nout == MAX_SOLVER)
        return ICTUS_FAIL (ICTUS_E_USAGE, "--solver takes at most %d solvers", MAX_SOLVER);
      snprintf (name, sizeof name, "%.*s", n < sizeof name ? (int) n : (int) sizeof name - 1, s);
      for (size_t k = 0; k < j->nout; ++k)
        if (strcmp (j->out[k].name, name) == 0)
          return ICTUS_FAIL (ICTUS_E_USAGE, "--solver names %s twice", name);
      ICTUS_TRY (run_one (j, name));
      if (j->nout > 1)
        compare (j, &j->out[j->nout - 1]);
    }
  if (j->nout == 0)
    return ICTUS_FAIL (ICTUS_E_USAGE, "--solver names no solver");
  return ICTUS_OK;
}
