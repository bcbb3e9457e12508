/* SPDX-License-Identifier: BSD-3-Clause */
/* Looking at a model in a plane, from the choice of axes to the basins. */
#include "phase/phase_impl.h"

#include <math.h>
#include <string.h>

void
ictus_phase_defaults (ictus_phase_options *o)
{
  memset (o, 0, sizeof *o);
  o->x = o->y = -1;
  o->lo[0] = o->lo[1] = o->hi[0] = o->hi[1] = NAN;
  o->spikes = true;
  o->grid = 120;
  o->ntrajectory = 9;
  o->t_stop = NAN;
  o->seed = 1;
}

void
ictus_phase_clear (ictus_phase *p)
{
  for (size_t k = 0; k < p->npoint; ++k)
    ictus_free (p->point[k].state);
  ictus_free (p->point);
  ictus_free (p->held);
  ictus_free (p->fx);
  ictus_free (p->fy);
  for (int k = 0; k < 2; ++k)
    ictus__curves_clear (&p->null[k]);
  ictus__curves_clear (&p->manifold);
  ictus__curves_clear (&p->cycle);
  ictus__curves_clear (&p->trajectory);
  ictus__curves_clear (&p->line);
  ictus_free (p->manifold_info);
  ictus_free (p->cycle_info);
  ictus_free (p->trajectory_end);
  ictus_free (p->basin);
  ictus_free (p->basins);
  ictus_text_clear (&p->note);
  memset (p, 0, sizeof *p);
}

/* ---- what is looked at ------------------------------------------------------------------------------------------ */

static bool
moves (const ictus_model *m, int k)
{
  const ictus_lang_var *v = k < m->kernel->nstate ? ictus_lang_get (m->lang, ICTUS_LANG_STATE, k) : NULL;

  return v != NULL && v->markov == 0 && !v->hidden;
}

const char *
ictus_phase_refuse (const ictus_model *m, char *buf)
{
  return ictus_dyn_refuse (m, buf);
}

void
ictus_phase_axes (const ictus_model *m, int *x, int *y)
{
  const ictus_lang_settings *s = ictus_lang_get_settings (m->lang);
  int px = ictus_lang_find (m->lang, ICTUS_LANG_STATE, s->xp), py = ictus_lang_find (m->lang, ICTUS_LANG_STATE, s->yp);

  *x = *y = -1;
  if (px >= 0 && py >= 0 && px != py && moves (m, px) && moves (m, py))
    {
      *x = px;
      *y = py;
      return;
    }
  for (int k = 0; k < m->kernel->nstate; ++k)
    if (moves (m, k) && *x < 0)
      *x = k;
    else if (moves (m, k) && *y < 0)
      *y = k;
}

static const ictus_lang_var *
axis_var (const ictus_model *m, int axis)
{
  int ns = m->kernel->nstate;

  return axis < 0 ? NULL
         : axis < ns ? ictus_lang_get (m->lang, ICTUS_LANG_STATE, axis)
                     : ictus_lang_get (m->lang, ICTUS_LANG_AUX, axis - ns);
}

/* Is there a state with an equation that is no axis? */
static bool
others (const ictus_model *m, const ictus_phase_options *o)
{
  for (int k = 0; k < m->kernel->nstate; ++k)
    if (moves (m, k) && k != o->x && k != o->y)
      return true;
  return false;
}

static ictus_err
check (const ictus_dyn_values *v, ictus_phase *p)
{
  ictus_phase_options *o = &p->options;
  const ictus_model *m = v->model;
  int most = m->kernel->nstate + m->kernel->naux;
  const char *why;
  char buf[256];

  if ((why = ictus_phase_refuse (m, buf)) != NULL)
    return ICTUS_FAIL (ICTUS_E_INPUT, "model %s has no phase plane: %s", m->kernel->name, why);
  if (o->x < 0)
    ictus_phase_axes (m, &o->x, &o->y);
  if (o->x < 0 || o->x >= most || o->y >= most || o->x == o->y)
    return ICTUS_FAIL (ICTUS_E_INPUT, "the axes of a phase plane are two different states or aux quantities");
  if (o->grid < 10 || o->grid > 2000 || o->basins < 0 || o->basins > 20000 || o->ntrajectory < 0)
    return ICTUS_FAIL (ICTUS_E_INPUT, "cells of the grid: 10 to 2000; starts of basins along an axis: up to 20000");
  p->model = m;
  p->axis[0] = axis_var (m, o->x);
  p->axis[1] = axis_var (m, o->y);
  p->dim = o->y < 0 ? 1 : 2;
  if (!moves (m, o->x) || (o->y >= 0 && !moves (m, o->y)) || (o->whole && o->hold == NULL && others (m, o)))
    p->dim = 0;
  for (int a = 0; a < 2; ++a)
    if (isfinite (o->lo[a]) && isfinite (o->hi[a]) && !(o->lo[a] < o->hi[a]))
      return ICTUS_FAIL (ICTUS_E_INPUT, "the box is empty: %s from %g to %g", p->axis[a] != NULL ? p->axis[a]->name : "y", o->lo[a],
                         o->hi[a]);
  return ICTUS_OK;
}

/* Which states stand still, and which are slaved. */
static void
note_others (const ictus_dyn_values *v, ictus_phase *p)
{
  const ictus_phase_options *o = &p->options;
  const ictus_model *m = v->model;

  for (int slaved = 0; slaved < 2; ++slaved)
    {
      int n = 0;

      for (int k = 0; k < m->kernel->nstate; ++k)
        {
          bool is = o->hold != NULL && o->hold[k] == ICTUS_PHASE_SLAVED;

          if (k == o->x || k == o->y || ictus_lang_get (m->lang, ICTUS_LANG_STATE, k)->hidden || is != slaved)
            continue;
          ictus_text_add (&p->note, "%s%s", n++ == 0 ? (slaved ? "slaved: " : "held: ") : ", ", axis_var (m, k)->name);
          if (!slaved)
            ictus_text_add (&p->note, " = %.6g", v->y[k]);
        }
      if (n > 0)
        ictus_text_add (&p->note, "\n");
    }
}

static void
note_rest (const ictus_dyn_values *v, ictus_phase *p)
{
  ictus_lang_class class = ictus_lang_classify (v->model->lang);
  const ictus_kernel *k = v->model->kernel;

  if (class.stochastic)
    ictus_text_add (&p->note, "noise is 0 in the plane%s\n", p->options.whole ? "; trajectories are of the whole model, with noise" : "");
  if (class.events)
    ictus_text_add (&p->note, "events (global) are obeyed by the trajectories only, which are of the whole model\n");
  else if (p->options.whole && p->dim > 0)
    ictus_text_add (&p->note, "trajectories are those of the whole model\n");
  if (p->dim == 0)
    ictus_text_add (&p->note, "trajectories of the whole model, seen in this plane: no field\n");
  if (k->fire != NULL && k->reset != NULL && !p->options.spikes)
    ictus_text_add (&p->note, "firing and reset are left out\n");
}

/* ---- looking ------------------------------------------------------------------------------------------------------ */

static ictus_err
traps (ictus__look *l)
{
  for (int way = 0; way < 2; ++way)
    {
      ICTUS_TRY (ictus__trap_init (&l->trap[way], l->q));
      for (size_t k = 0; k < l->p->npoint && !l->p->continuum; ++k)
        ictus__trap_point (&l->trap[way], l->q, &l->p->point[k], (int) k, way == 0 ? 1 : -1);
    }
  return ICTUS_OK;
}

static ictus_err
told_to_end (const ictus__look *l)
{
  return l->told != NULL && l->told (l->ctx) ? ICTUS_FAIL (ICTUS_E_STOPPED, "stopped on request") : ICTUS_OK;
}

/* What every rank does by itself. */
static ictus_err
look_alone (ictus__look *l, const ictus_dyn_values *v)
{
  ictus_phase *p = l->p;
  ictus__plane *q = l->q;

  ICTUS_TRY (ictus__phase_box (q, v, p));
  ICTUS_TRY (told_to_end (l));
  ICTUS_TRY (ictus__phase_field (q, p));
  if (q->dim == 2)
    ICTUS_TRY (ictus__phase_nullclines (q, p));
  ICTUS_TRY (q->dim == 2 ? ictus__phase_points (q, p) : ictus__phase_line (q, p));
  ICTUS_TRY (ictus__phase_lines (q, p));
  ICTUS_TRY (traps (l));
  ICTUS_TRY (told_to_end (l));
  ICTUS_TRY (ictus__phase_cycles (l));
  ICTUS_TRY (ictus__phase_manifolds (l));
  ICTUS_TRY (told_to_end (l));
  return p->options.whole ? ictus__phase_whole (v, p) : ictus__phase_trajectories (l, v);
}

static ictus_err
look_at_plane (MPI_Comm comm, const ictus_dyn_values *v, ictus__look *l)
{
  ictus_phase *p = l->p;
  ictus_err e = ictus__plane_open (v, &p->options, &l->q);

  if (e == ICTUS_OK)
    e = look_alone (l, v);
  e = ictus_comm_agree (comm, e);
  if (e == ICTUS_OK && p->options.basins > 0)
    e = ictus__phase_basins (l, comm);
  for (int k = 0; k < 2; ++k)
    ictus__trap_clear (&l->trap[k]);
  ictus_free (l->section);
  ictus_free (l->landing);
  ictus__plane_close (&l->q);
  return e;
}

/* The box of a projection holds its trajectories. */
static void
box_of_trajectories (ictus_phase *p)
{
  const double *v[2] = { p->trajectory.x, p->trajectory.y };

  for (int a = 0; a < 2; ++a)
    {
      double lo = INFINITY, hi = -INFINITY, room;

      for (size_t k = 0; k < p->trajectory.npoint; ++k)
        if (isfinite (v[a][k]))
          {
            lo = fmin (lo, v[a][k]);
            hi = fmax (hi, v[a][k]);
          }
      room = hi > lo ? 0.05 * (hi - lo) : 1;
      p->options.lo[a] = isfinite (p->options.lo[a]) ? p->options.lo[a] : lo <= hi ? lo - room : 0;
      p->options.hi[a] = isfinite (p->options.hi[a]) ? p->options.hi[a] : lo <= hi ? hi + room : 1;
    }
}

static ictus_err
keep_values (const ictus_dyn_values *v, ictus_phase *p)
{
  size_t ns = (size_t) v->model->kernel->nstate;

  p->held = ictus_alloc (ns, sizeof *p->held);
  if (p->held == NULL)
    return ICTUS_E_NOMEM;
  memcpy (p->held, v->y, ns * sizeof *v->y);
  return ICTUS_OK;
}

/* The whole model seen in a plane: the chosen starts, then random ones in the box that these fill. */
static ictus_err
project (const ictus_dyn_values *v, const ictus_phase_options *o, ictus_phase *p)
{
  bool states = moves (p->model, p->options.x) && (p->options.y < 0 || moves (p->model, p->options.y));

  p->options.ntrajectory = 0;
  ICTUS_TRY (ictus__phase_whole (v, p));
  box_of_trajectories (p);
  if (o->ntrajectory == 0 || !states)
    return ICTUS_OK;
  p->options.ntrajectory = o->ntrajectory;
  ICTUS_TRY (ictus__phase_whole (v, p));
  for (int a = 0; a < 2; ++a)
    {
      p->options.lo[a] = o->lo[a];
      p->options.hi[a] = o->hi[a];
    }
  box_of_trajectories (p);
  return ICTUS_OK;
}

ictus_err
ictus_phase_look (MPI_Comm comm, const ictus_dyn_values *v, const ictus_phase_options *o, bool (*told) (void *ctx), void *ctx,
                  ictus_phase *out)
{
  ictus__look l = { .p = out, .told = told, .ctx = ctx };
  ictus_err e;

  memset (out, 0, sizeof *out);
  out->options = *o;
  e = check (v, out);
  if (e == ICTUS_OK)
    e = keep_values (v, out);
  ICTUS_TRY (ictus_comm_agree (comm, e));
  out->options.whole = o->whole || out->dim == 0 || ictus_lang_classify (v->model->lang).events;
  if (out->dim > 0)
    note_others (v, out);
  note_rest (v, out);
  if (out->dim > 0)
    return look_at_plane (comm, v, &l);
  return ictus_comm_agree (comm, project (v, o, out));
}
