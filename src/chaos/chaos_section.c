/* SPDX-License-Identifier: BSD-3-Clause */
/* Points of a trajectory: maxima, points of a section, spikes, iterates, samples, by the methods of room path. Systems that
   remember nothing but their states are followed in pieces, between which somebody may ask for the end. */
#include "chaos_points.h"

#include <math.h>
#include <string.h>

#define REST 1000 /* times the tolerance: what varies less stands still */
enum { PIECES = 20 };

void
ictus_points_clear (ictus_points *p)
{
  ictus_free (p->t);
  ictus_free (p->v);
  *p = (ictus_points){ 0 };
}

/* ---- rows ------------------------------------------------------------------------------------------------------------ */

typedef struct rows
{
  ictus_path path;    /* the last piece */
  size_t n, cap_t, cap_v;
  double *t, *v;
} rows;

static ictus_err
keep_row (rows *r, double t, const double *v, size_t ncol)
{
  ICTUS_TRY (ictus_grow (&r->t, &r->cap_t, r->n + 1, sizeof *r->t));
  ICTUS_TRY (ictus_grow (&r->v, &r->cap_v, (r->n + 1) * ncol + 1, sizeof *r->v));
  r->t[r->n] = t;
  if (ncol > 0)
    memcpy (r->v + r->n * ncol, v, ncol * sizeof *v);
  r->n += 1;
  return ICTUS_OK;
}

/* Every row of a path from row `from`, or its spikes. */
static ictus_err
keep_rows (const ictus__chaos_points *s, rows *r, size_t from, size_t most)
{
  const ictus_path *p = &r->path;
  bool spikes = s->kind == ICTUS_POINTS_SPIKES;
  size_t n = spikes ? p->nspike : p->nrow, ncol = spikes ? 0 : (size_t) p->ncol;

  for (size_t k = from; k < n && r->n < most; ++k)
    ICTUS_TRY (keep_row (r, spikes ? p->spike[k] : p->t[k], spikes ? NULL : p->v + k * ncol, ncol));
  return ICTUS_OK;
}

/* From where s is by `length`; *failed: it went no further than it went. */
static ictus_err
piece (ictus__chaos_points *s, ictus_path_config *c, double length, rows *r, bool *failed)
{
  ictus_path_clear (&r->path);
  c->t0 = s->t;
  c->total = length;
  ICTUS_TRY (ictus_path_run (s->v->model, c, s->p, s->y, s->u, &r->path));
  memcpy (s->y, r->path.y, (size_t) s->k->nstate * sizeof *s->y);
  s->t += length;
  *failed = r->path.end == ICTUS_PATH_FAILED || r->path.end == ICTUS_PATH_BOUND;
  for (int i = 0; i < s->k->nstate; ++i)
    *failed = *failed || !isfinite (s->y[i]);
  return ICTUS_OK;
}

static bool
told (const ictus__chaos_points *s, double done)
{
  if (s->o->tick != NULL)
    s->o->tick (s->o->ctx, done);
  return s->o->told != NULL && s->o->told (s->o->ctx);
}

static ictus_err
transient (ictus__chaos_points *s, rows *r, bool *failed)
{
  ictus_path_config c = s->c;
  int pieces = s->k->is_map ? 1 : PIECES;

  c.poimap = 0;
  c.max_rows = 0;
  for (int i = 0; s->trans > 0 && i < pieces && !*failed; ++i)
    {
      c.dt = s->k->is_map ? 1 : s->trans / pieces;
      c.nout = s->k->is_map ? (int) fmin (s->trans, 1e9) : 1;
      ICTUS_TRY (piece (s, &c, s->trans / pieces, r, failed));
      if (told (s, 0.5 * (i + 1) / pieces))
        return ICTUS_E_STOPPED;
    }
  return ICTUS_OK;
}

/* Samples that a piece has; its first row is the last one of the piece before. */
static double
piece_length (const ictus__chaos_points *s, ictus_path_config *c)
{
  double n = ceil ((double) s->o->keep / PIECES);

  if (s->k->is_map)
    return s->total - 1;
  if (s->kind == ICTUS_POINTS_SAMPLES)
    c->dt = s->sample;
  else
    c->dt = s->total / PIECES;
  return s->kind == ICTUS_POINTS_SAMPLES ? n * s->sample : s->total / PIECES;
}

static ictus_err
measure (ictus__chaos_points *s, rows *r, size_t most, bool *failed)
{
  ictus_path_config c = s->c;
  double length = piece_length (s, &c);
  bool rows_of_time = s->kind == ICTUS_POINTS_SAMPLES;

  for (int i = 0; i < (s->k->is_map ? 1 : PIECES) && r->n < most && !*failed; ++i)
    {
      c.max_rows = s->kind == ICTUS_POINTS_SPIKES ? 0 : most - r->n + (rows_of_time && i > 0);
      ICTUS_TRY (piece (s, &c, length, r, failed));
      ICTUS_TRY (keep_rows (s, r, rows_of_time && i > 0, most));
      if (told (s, 0.5 + 0.5 * (i + 1) / PIECES))
        return ICTUS_E_STOPPED;
    }
  return ICTUS_OK;
}

/* The whole at once: what is remembered besides the states must not be lost. */
static ictus_err
in_one (ictus__chaos_points *s, rows *r, size_t most, bool *failed)
{
  ictus_path_config c = s->c;
  double begin = s->t + s->trans;
  size_t from = 0;

  c.dt = s->kind == ICTUS_POINTS_SAMPLES ? s->sample : (s->trans + s->total) / (2 * PIECES);
  c.max_rows = 0;
  if (s->kind == ICTUS_POINTS_SAMPLES)
    ICTUS_TRY (piece (s, &c, s->trans + (double) s->o->keep * s->sample, r, failed));
  else
    ICTUS_TRY (piece (s, &c, s->trans + s->total, r, failed));
  if (s->kind == ICTUS_POINTS_SPIKES)
    while (from < r->path.nspike && r->path.spike[from] < begin)
      ++from;
  else
    while (from < r->path.nrow && r->path.t[from] < begin)
      ++from;
  ICTUS_TRY (keep_rows (s, r, from, most));
  return told (s, 1) ? ICTUS_E_STOPPED : ICTUS_OK;
}

/* ---- maxima ------------------------------------------------------------------------------------------------------------ */

static size_t
points_wanted (const ictus__chaos_points *s)
{
  return s->o->keep + (s->o->intervals ? 1 : 0);
}

static void
range_of (const ictus__chaos_points *s, ictus_points *p)
{
  p->low = INFINITY;
  p->high = -INFINITY;
  for (size_t k = 0; k < p->n && p->ncol > 0; ++k)
    {
      double x = p->v[k * (size_t) p->ncol + (size_t) s->o->watch];

      p->low = fmin (p->low, x);
      p->high = fmax (p->high, x);
    }
}

/* Rows are maxima and minima in turn: the maxima stay, unless nothing moves. went: how far what is watched came besides. */
static void
only_maxima (const ictus__chaos_points *s, double went, ictus_points *out)
{
  size_t ncol = (size_t) out->ncol, w = (size_t) s->o->watch, m = 0, most = points_wanted (s);
  double lo = fmin (out->low, out->level), hi = fmax (out->high, out->level);

  out->rests = fmax (went, out->n > 0 ? out->high - out->low : 0) <= REST * (s->c.rtol * fmax (fabs (lo), fabs (hi)) + s->c.atol);
  for (size_t k = 0; k < out->n && out->n > 1 && !out->rests; ++k)
    {
      double here = out->v[k * ncol + w];
      bool top = k + 1 < out->n ? here > out->v[(k + 1) * ncol + w] : here > lo + 0.5 * (hi - lo) && m == 0;

      if (!top)
        continue;
      out->t[m] = out->t[k];
      memmove (out->v + m * ncol, out->v + k * ncol, ncol * sizeof *out->v);
      m += 1;
    }
  out->n = m < most ? m : most;
}

/* ---- the whole ----------------------------------------------------------------------------------------------------------- */

static ictus_err
walk (ictus__chaos_points *s, rows *r, bool *failed, double *begin)
{
  size_t most = s->kind == ICTUS_POINTS_MAXIMA ? 2 * points_wanted (s) + 1 : points_wanted (s);

  if (!s->plain)
    return in_one (s, r, most, failed);
  ICTUS_TRY (transient (s, r, failed));
  *begin = s->state >= 0 ? s->y[s->state] : NAN;
  return measure (s, r, most, failed);
}

ictus_err
ictus__chaos_points_follow (ictus__chaos_points *s, ictus_points *out)
{
  rows r = { .n = 0 };
  bool failed = false;
  double begin = s->state >= 0 ? s->y[s->state] : NAN, went;
  ictus_err e = walk (s, &r, &failed, &begin);

  *out = (ictus_points){ .kind = s->kind, .trans = s->trans, .total = s->total, .sample = s->sample, .recurrence = s->recurrence,
                         .method = s->c.method, .n = r.n, .t = r.t, .v = r.v, .level = s->state >= 0 ? s->y[s->state] : NAN };
  out->ncol = s->kind == ICTUS_POINTS_SPIKES ? 0 : r.path.ncol;
  range_of (s, out);
  if (e == ICTUS_OK && failed)
    e = ICTUS_FAIL (ICTUS_E_SOLVER, "model %s: the trajectory ends at t = %.6g: %s", s->k->name, r.path.t_end,
                    r.path.why[0] != '\0' ? r.path.why : "a state is not finite");
  if (s->kind == ICTUS_POINTS_MAXIMA)
    {
      went = e != ICTUS_OK || r.path.events > 0 ? INFINITY : fabs (out->level - begin);
      only_maxima (s, went, out);
    }
  if (e == ICTUS_E_STOPPED)
    e = ICTUS_FAIL (e, "stopped on request with %zu points", out->n);
  ictus_path_clear (&r.path);
  return e;
}

ictus_err
ictus_points_run (const ictus_dyn_values *v, const ictus_points_options *o, ictus_points *out)
{
  ictus__chaos_points s = { 0 };
  ictus_err e;

  *out = (ictus_points){ 0 };
  ICTUS_GO (ictus__chaos_points_open (v, o, &s));
  ICTUS_GO (ictus__chaos_points_look (&s));
  ICTUS_GO (ictus__chaos_points_choose (&s));
  e = ictus__chaos_points_follow (&s, out);
done:
  ictus__chaos_points_close (&s);
  return e;
}
