/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus transitions: transitions.h5, as schema.h has it. */
#include "cli/cli_transitions.h"

#include <math.h>

#include "ictus/schema.h"

enum { DRAWN = 32 }; /* courses of so many runs are written */

static ictus_err
put (ictus_h5 *f, const char *side, const char *name, int ndim, const hsize_t *dims, const double *v)
{
  char path[120];

  snprintf (path, sizeof path, "/%s/%s", side, name);
  return ictus_h5_write (f, path, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, ndim, dims, v);
}

static ictus_err
put_courses (ictus_h5 *f, const char *name, const ictus_ramp_side *s, const ictus_ramp_run *run, size_t n, double *v)
{
  const hsize_t dims[2] = { n < DRAWN ? n : DRAWN, ICTUS_RAMP_POINTS };

  for (size_t k = 0; k < ICTUS_RAMP_POINTS; ++k)
    v[k] = ictus_ramp_par (s, k);
  ICTUS_TRY (put (f, name, "parameter", 1, dims + 1, v));
  ICTUS_TRY (put (f, name, "still_low", 1, dims + 1, s->still.low));
  ICTUS_TRY (put (f, name, "still_high", 1, dims + 1, s->still.high));
  if (dims[0] == 0)
    return ICTUS_OK;
  for (size_t i = 0; i < dims[0] * dims[1]; ++i)
    v[i] = run[i / dims[1]].done ? run[i / dims[1]].low[i % dims[1]] : NAN;
  ICTUS_TRY (put (f, name, "low", 2, dims, v));
  for (size_t i = 0; i < dims[0] * dims[1]; ++i)
    v[i] = run[i / dims[1]].done ? run[i / dims[1]].high[i % dims[1]] : NAN;
  return put (f, name, "high", 2, dims, v);
}

/* [n, ICTUS_RAMP_JUMPS] parameters, NaN: no more; kinds beside them. */
static ictus_err
put_jumps (ictus_h5 *f, const char *name, const ictus_ramp_run *run, size_t n, const char *what, double *v)
{
  const hsize_t dims[2] = { n, ICTUS_RAMP_JUMPS };
  char path[80];

  for (size_t i = 0; i < n; ++i)
    for (int k = 0; k < ICTUS_RAMP_JUMPS; ++k)
      v[i * ICTUS_RAMP_JUMPS + (size_t) k] = k < run[i].njump ? run[i].jump[k].par : NAN;
  snprintf (path, sizeof path, "%s_parameter", what);
  ICTUS_TRY (put (f, name, path, 2, dims, v));
  for (size_t i = 0; i < n; ++i)
    for (int k = 0; k < ICTUS_RAMP_JUMPS; ++k)
      v[i * ICTUS_RAMP_JUMPS + (size_t) k] = k < run[i].njump ? (double) run[i].jump[k].kind : NAN;
  snprintf (path, sizeof path, "%s_kind", what);
  return put (f, name, path, 2, dims, v);
}

/* Series [runs, windows] with the parameter at which each window ends; tau, p of runs and controls [runs, signs]. */
static ictus_err
put_signs (ictus_h5 *f, const char *name, const ictus_ramp_options *o, const ictus_ramp_side *s, const ictus_ramp_run *run, size_t n,
           double *v)
{
  static const char *const set[] = { "variance", "ac1", "recovery" };
  const hsize_t wide[2] = { n, ICTUS_WARNING_WINDOWS }, signs[2] = { n, ICTUS_WARNING_SIGNS };
  size_t m = ICTUS_WARNING_WINDOWS, q = ICTUS_WARNING_SIGNS;

  for (int k = -1; k < ICTUS_WARNING_SIGNS; ++k)
    {
      for (size_t i = 0; i < n * m; ++i)
        v[i] = !run[i / m].warned ? NAN : k < 0 ? ictus_ramp_window_par (s, &run[i / m], o->window, i % m)
                                                : run[i / m].warning.series[k][i % m];
      ICTUS_TRY (put (f, name, k < 0 ? "warning_parameter" : set[k], 2, wide, v));
    }
  for (int k = 0; k < 4; ++k)
    {
      static const char *const list[] = { "tau", "p", "control_tau", "control_p" };

      for (size_t i = 0; i < n * q; ++i)
        {
          const ictus_ramp_run *x = &run[i / q];
          const ictus_warning *w = k < 2 ? &x->warning : &x->control;

          v[i] = !(k < 2 ? x->warned : x->steady) ? NAN : k % 2 == 0 ? w->tau[i % q] : w->p[i % q];
        }
      ICTUS_TRY (put (f, name, list[k], 2, signs, v));
    }
  return ICTUS_OK;
}

static ictus_err
put_side (ictus_h5 *f, const ictus_ramp_options *o, const ictus_ramp *r, int side, double *v)
{
  const ictus_ramp_side *s = &r->side[side];
  const ictus_ramp_run *run = r->run + (size_t) side * r->repeats;
  const char *name = side == 0 ? "up" : "down", *path = side == 0 ? "/up" : "/down";
  hsize_t nbranch = (hsize_t) s->nbranch;

  ICTUS_TRY (ictus_h5_group (f, path));
  if (!s->served)
    return ictus_h5_attr_string (f, path, "not_followed", s->why);
  ICTUS_TRY (ictus_h5_attr_double (f, path, "rest_lost_at", s->loss_par));
  ICTUS_TRY (ictus_h5_attr_double (f, path, "sample", s->sample));
  ICTUS_TRY (ictus_h5_attr_double (f, path, "lag", s->lag * s->sample));
  ICTUS_TRY (put_courses (f, name, s, run, r->repeats, v));
  ICTUS_TRY (put_jumps (f, name, &s->still, 1, "still", v));
  if (nbranch > 0)
    {
      ICTUS_TRY (put (f, name, "branch_parameter", 1, &nbranch, s->branch_par));
      ICTUS_TRY (put (f, name, "branch_value", 1, &nbranch, s->branch_value));
      ICTUS_TRY (put (f, name, "branch_recovery", 1, &nbranch, s->branch_rate));
    }
  if (r->repeats == 0)
    return ICTUS_OK;
  ICTUS_TRY (put_jumps (f, name, run, r->repeats, "jump", v));
  return put_signs (f, name, o, s, run, r->repeats, v);
}

/* Parameters of the points that the jumps belong to, beside the jumps; NaN: none. */
static ictus_err
put_causes (ictus_h5 *f, const ictus_cli_transitions_job *j, int side, const ictus_ramp_run *run, size_t n, const char *what)
{
  const hsize_t dims[2] = { n, ICTUS_RAMP_JUMPS };
  ictus_ramp_cause cause[ICTUS_RAMP_JUMPS];
  double *v;
  ictus_err e = ICTUS_OK;

  if (n == 0 || j->d->nbranch == 0)
    return ICTUS_OK;
  if ((v = ictus_alloc (n * ICTUS_RAMP_JUMPS, sizeof *v)) == NULL)
    return ICTUS_E_NOMEM;
  for (size_t i = 0; i < n; ++i)
    {
      ICTUS_GO (ictus_ramp_explain (&j->c->values, j->o, j->r, j->d, side, &run[i], cause));
      for (int k = 0; k < ICTUS_RAMP_JUMPS; ++k)
        v[i * ICTUS_RAMP_JUMPS + (size_t) k] = cause[k].par;
    }
  e = put (f, side == 0 ? "up" : "down", what, 2, dims, v);
done:
  ictus_free (v);
  return e;
}

static ictus_err
put_diagram (ictus_h5 *f, const ictus_cli_transitions_job *j)
{
  ictus_cli_ordinate y;

  if (j->d->nbranch == 0 || !ictus_cli_transitions_ordinate (j->c->model, j->o->watch, &y))
    return ICTUS_OK;
  for (int side = 0; side < 2; ++side)
    if (j->r->side[side].served)
      {
        ICTUS_TRY (put_causes (f, j, side, &j->r->side[side].still, 1, "still_point"));
        ICTUS_TRY (put_causes (f, j, side, j->r->run + (size_t) side * j->r->repeats, j->r->repeats, "jump_point"));
      }
  return ictus_cli_continue_branches (j->c, j->d, &y, f);
}

ictus_err
ictus_cli_transitions_write (const ictus_cli_transitions_job *j, const char *path, int argc, char **argv)
{
  const ictus_cli_dyn *c = j->c;
  const ictus_ramp_options *o = j->o;
  const ictus_ramp *r = j->r;
  const ictus_lang_var *w = ictus_cli_transitions_watched (c->model, o->watch), *p = ictus_dyn_par_var (c->model, o->par);
  size_t wide = (size_t) (ICTUS_RAMP_POINTS + ICTUS_RAMP_POINTS * DRAWN) + r->repeats * ICTUS_WARNING_WINDOWS;
  double *v = ictus_alloc (wide, sizeof *v);
  ictus_h5 f = { .file = H5I_INVALID_HID };
  ictus_err e;

  if (v == NULL)
    return ICTUS_E_NOMEM;
  e = ictus_h5_create (MPI_COMM_SELF, path, c->overwrite, &f);
  if (e != ICTUS_OK)
    {
      ictus_free (v);
      return e;
    }
  ICTUS_GO (ictus_cli_dyn_describe (c, &f, ICTUS_KIND_TRANSITIONS, ICTUS_SCHEMA_TRANSITIONS, argc, argv));
  ICTUS_GO (ictus_h5_attr_string (&f, "/", "parameter", p->name));
  ICTUS_GO (ictus_h5_attr_string (&f, "/", "parameter_unit", p->unit));
  ICTUS_GO (ictus_h5_attr_string (&f, "/", "watched", w->name));
  ICTUS_GO (ictus_h5_attr_string (&f, "/", "watched_unit", w->unit));
  ICTUS_GO (ictus_h5_attr_double (&f, "/", "duration", r->duration));
  ICTUS_GO (ictus_h5_attr_double (&f, "/", "dt", r->dt));
  ICTUS_GO (ictus_h5_attr_double (&f, "/", "range", r->range));
  ICTUS_GO (ictus_h5_attr_double (&f, "/", "noise_chosen", r->sigma));
  for (int side = 0; side < 2; ++side)
    ICTUS_GO (put_side (&f, o, r, side, v));
  e = put_diagram (&f, j);
done:
  ictus_free (v);
  if (e != ICTUS_OK)
    {
      ictus_h5_close (&f);
      return e;
    }
  return ictus_h5_close (&f);
}
