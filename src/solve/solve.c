/* SPDX-License-Identifier: BSD-3-Clause */
/* The list of solvers and what is common to all of them. */
#include "solve_strip.h"

#include <string.h>

static const ictus_solver_ops *const all[]
    = { &ictus__solver_cvode_bdf, &ictus__solver_cvode_adams, &ictus__solver_rk45,
        &ictus__solver_rosenbrock, &ictus__solver_auto,        &ictus__solver_exact,
        &ictus__solver_exp_euler, &ictus__solver_rk4,         &ictus__solver_heun,
        &ictus__solver_euler,     &ictus__solver_map };
enum { NALL = sizeof all / sizeof *all };

struct ictus_solver
{
  const ictus_solver_ops *ops;
  void *self;
};

const ictus_solver_ops *
ictus_solver_at (size_t k)
{
  return k < NALL ? all[k] : NULL;
}

static const ictus_solver_ops *
find (const char *name)
{
  for (size_t k = 0; k < NALL; ++k)
    if (strcmp (all[k]->name, name) == 0)
      return all[k];
  return NULL;
}

const char *
ictus_solver_refuse (const ictus_solver_config *c, const ictus_model *m, char *buf)
{
  const ictus_solver_ops *ops = find (c->name);
  const char *name[NALL], *near;
  size_t n;

  if (ops != NULL)
    return ops->refuse (m, c, buf);
  for (size_t k = 0; k < NALL; ++k)
    name[k] = all[k]->name;
  near = ictus_nearest (c->name, name, NALL);
  if (near != NULL)
    {
      snprintf (buf, 256, "there is no solver \"%.80s\"; did you mean \"%s\"?", c->name, near);
      return buf;
    }
  snprintf (buf, 256, "there is no solver \"%.80s\"; there are", c->name);
  for (size_t k = 0; k < NALL && (n = strlen (buf)) < 255; ++k)
    snprintf (buf + n, 256 - n, "%s %s", k > 0 ? "," : "", name[k]);
  return buf;
}

ictus_err
ictus_solver_choose (const ictus_solver_config *c, const ictus_model *m, const double *p, const char **name, char *why)
{
  const ictus_solver_ops *ops = find (c->name);
  char buf[256];
  const char *reason = ictus_solver_refuse (c, m, buf);

  *name = c->name;
  why[0] = '\0';
  if (reason != NULL)
    return ICTUS_FAIL (ICTUS_E_INPUT, "solver %s cannot serve model %s: %s", c->name, m->kernel->name, reason);
  if (ops != &ictus__solver_auto)
    return ICTUS_OK;
  ICTUS_TRY (ictus__auto_choose (c, m, p, &ops, why));
  *name = ops->name;
  return ICTUS_OK;
}

ictus_err
ictus_solver_history (const ictus_solver_config *c, const ictus_model *m, const double *p, size_t *nhistory)
{
  const char *name;
  char why[256];

  *nhistory = 0;
  if (m->kernel->ndelay == 0)
    return ICTUS_OK;
  ICTUS_TRY (ictus_solver_choose (c, m, p, &name, why));
  return ictus__delays_need (c, m, p, find (name)->order, nhistory);
}

ictus_err
ictus_solver_create (const ictus_solver_config *c, const ictus_cells *cells, double t_ms, ictus_solver **out)
{
  ictus_err e = ICTUS_OK;
  char why[256];
  const char *name;
  ictus_solver *s = NULL;

  *out = NULL;
  ICTUS_TRY (ictus_solver_choose (c, cells->model, cells->p0, &name, why));
  s = ictus_alloc (1, sizeof *s);
  if (s == NULL)
    return ICTUS_E_NOMEM;
  s->ops = find (name);
  ICTUS_GO (s->ops->create (c, cells, &s->self));
  ICTUS_GO (s->ops->restart (s->self, t_ms));
  *out = s;
  s = NULL;
done:
  ictus_solver_destroy (&s);
  return e;
}

void
ictus_solver_destroy (ictus_solver **s)
{
  if (*s == NULL)
    return;
  if ((*s)->self != NULL)
    (*s)->ops->destroy ((*s)->self);
  ictus_free (*s);
  *s = NULL;
}

ictus_err
ictus_solver_window (ictus_solver *s, const ictus_window *w, ictus_spikes *out)
{
  return s->ops->window (s->self, w, out);
}

ictus_err
ictus_solver_restart (ictus_solver *s, double t_ms)
{
  return s->ops->restart (s->self, t_ms);
}

void
ictus_solver_get_stats (const ictus_solver *s, ictus_solver_stats *out)
{
  memset (out, 0, sizeof *out);
  s->ops->stats (s->self, out);
}

const uint64_t *
ictus_solver_work (const ictus_solver *s)
{
  return s->ops->work != NULL ? s->ops->work (s->self) : NULL;
}

ictus_err
ictus_spikes_add (ictus_spikes *list, double t_ms, uint64_t gid)
{
  ICTUS_TRY (ictus_grow (&list->s, &list->cap, list->n + 1, sizeof *list->s));
  list->s[list->n++] = (ictus_spike){ .t_ms = t_ms, .gid = gid };
  return ICTUS_OK;
}
