/* SPDX-License-Identifier: BSD-3-Clause */
/* Points of a trajectory: maxima, points of a section, spikes, iterates, samples, by the methods of room path. Systems that
   remember nothing but their states are followed in pieces: somebody may ask for the end between them. */
#include "chaos_points.h"

#include <math.h>
#include <string.h>

#define REST 1000 /* times the tolerance: what varies less stands still */
enum { PIECES = 20, SPIKES = 2 /* recurrences of a neuron with a reset in a piece */, LOOSE = 5, LONGER = 10 };
enum { FEW = 16 /* points, for which it is worth to go on */, LOOK_ON = 5 };

void
ictus_points_clear (ictus_points *p)
{
  ictus_free (p->t);
  ictus_free (p->v);
  *p = (ictus_points){ 0 };
}

/* ---- rows ------------------------------------------------------------------------------------------------------------ */

void
ictus__chaos_rows_clear (ictus__chaos_rows *r)
{
  ictus_path_clear (&r->path);
  ictus_free (r->t);
  ictus_free (r->v);
  *r = (ictus__chaos_rows){ 0 };
}

static ictus_err
keep_row (ictus__chaos_rows *r, double t, const double *v, size_t ncol)
{
  ICTUS_TRY (ictus_grow (&r->t, &r->cap_t, r->n + 1, sizeof *r->t));
  ICTUS_TRY (ictus_grow (&r->v, &r->cap_v, (r->n + 1) * ncol + 1, sizeof *r->v));
  r->t[r->n] = t;
  if (ncol > 0)
    memcpy (r->v + r->n * ncol, v, ncol * sizeof *v);
  r->n += 1;
  return ICTUS_OK;
}

/* Every row of the last piece from row `from`, or its spikes. */
static ictus_err
keep_rows (ictus__chaos_rows *r, bool spikes, size_t from, size_t most)
{
  const ictus_path *p = &r->path;
  size_t n = spikes ? p->nspike : p->nrow, ncol = spikes ? 0 : (size_t) p->ncol;

  for (size_t k = from; k < n && r->n < most; ++k)
    ICTUS_TRY (keep_row (r, r->base + (spikes ? p->spike[k] : p->t[k]), spikes ? NULL : p->v + k * ncol, ncol));
  return ICTUS_OK;
}

/* The same for maxima and minima. What turns around by less than the tolerances can tell, as a fast state does that follows a slow one, is
   none: of such a group the outermost stays. */
static ictus_err
keep_turns (const ictus__chaos_points *s, ictus__chaos_rows *r, size_t most)
{
  const ictus_path *p = &r->path;
  size_t n = (size_t) p->ncol, w = (size_t) s->o->watch;

  for (size_t k = 0; k < p->nrow && r->n < most; ++k)
    {
      const double *row = p->v + k * n, *last = r->n > 0 ? r->v + (r->n - 1) * n : row;
      double way = row[w] - last[w], before = r->n > 1 ? last[w] - last[w - n] : 0;
      bool onward = before * way > 0, far = fabs (way) > REST * (s->c.rtol * fmax (fabs (row[w]), fabs (last[w])) + s->c.atol);

      if (r->n > 0 && !onward && !far)
        continue;
      r->n -= onward;
      ICTUS_TRY (keep_row (r, r->base + p->t[k], row, n));
    }
  return ICTUS_OK;
}

/* Time from the start of the last piece to the end of the refractory time that it ended in; 0: it did not. */
static double
awake_after (const ictus__chaos_points *s, const ictus_path_config *c, const ictus_path *p)
{
  double rest = c->fire && s->k->fire != NULL && s->k->refractory != NULL ? s->k->refractory (s->p) : 0, last;

  if (!(rest > 0) || p->nspike == 0)
    return 0;
  last = p->spike[p->nspike - 1];
  return p->t_end - last <= rest ? (last - c->t0 + rest) * (1 + 1e-9) : 0;
}

/* One run; again for longer where a neuron would forget that it is refractory, and with larger tolerances where its upstroke, which may
   end in a kink, is steeper than the rounding of time allows for. */
static ictus_err
run (ictus__chaos_points *s, ictus_path_config *c, ictus_path *p)
{
  ictus_path_config own = *c;
  double awake = 0;

  for (int loose = 0, longer = 0;;)
    {
      ictus_path_clear (p);
      ICTUS_TRY (ictus_path_run (s->v->model, &own, s->p, s->y, s->u, p));
      if (p->end == ICTUS_PATH_FAILED && s->k->reset != NULL && loose++ < LOOSE)
        {
          own.rtol *= 10;
          own.atol *= 10;
        }
      else if (p->end == ICTUS_PATH_DONE && s->plain && (awake = awake_after (s, &own, p)) > 0 && !(s->restless = longer++ == LONGER))
        {
          own.dt = own.dt < own.total ? own.dt : awake; /* rows at equal times stay what they are */
          own.total = ceil (awake / own.dt) * own.dt;
        }
      else
        break;
    }
  c->total = own.total;
  return ICTUS_OK;
}

/* From where s is by `length`, or a little more; *failed: it went no further than it went. Where nothing depends on time the clock
   begins at 0: the upstroke of a spike may last no longer than the rounding of a time that is late. */
static ictus_err
piece (ictus__chaos_points *s, ictus_path_config *c, double length, ictus__chaos_rows *r, bool *failed)
{
  r->base = s->timed ? 0 : s->t;
  c->t0 = s->t - r->base;
  c->total = length;
  ICTUS_TRY (run (s, c, &r->path));
  memcpy (s->y, r->path.y, (size_t) s->k->nstate * sizeof *s->y);
  s->t += r->path.end == ICTUS_PATH_FULL ? r->path.t_end - c->t0 : c->total;
  *failed = r->path.end == ICTUS_PATH_FAILED || r->path.end == ICTUS_PATH_BOUND || s->restless;
  for (int i = 0; i < s->k->nstate; ++i)
    *failed = *failed || !isfinite (s->y[i]);
  return ICTUS_OK;
}

/* How long a piece of `length` is at most. */
static double
most_of (const ictus__chaos_points *s, double length)
{
  bool jumps = s->k->reset != NULL && s->recurrence > 0;

  return s->k->is_map || !s->plain ? length : fmin (length / PIECES, jumps ? SPIKES * s->recurrence : INFINITY);
}

static bool
told (const ictus__chaos_points *s, double done)
{
  if (s->o->tick != NULL)
    s->o->tick (s->o->ctx, done);
  return s->o->told != NULL && s->o->told (s->o->ctx);
}

static ictus_err
rows_each (ictus__chaos_points *s, double length, double dt, ictus__chaos_rows *r, bool *failed)
{
  ictus_path_config c = s->c;
  double rows = fmax (1, floor (most_of (s, length) / dt)), done = 0, all = ceil (length / dt);

  c.poimap = 0;
  c.max_rows = 0;
  c.dt = dt;
  *failed = false;
  for (bool first = true; done < all && !*failed; done += rows, first = false)
    {
      rows = fmin (rows, all - done);
      ICTUS_TRY (piece (s, &c, rows * dt, r, failed));
      ICTUS_TRY (keep_rows (r, false, first ? 0 : 1, SIZE_MAX));
    }
  return ICTUS_OK;
}

/* What to begin with again, in one piece. */
typedef struct mark
{
  double *y, t;
} mark;

static ictus_err
set_mark (const ictus__chaos_points *s, mark *m)
{
  m->t = s->t;
  m->y = ictus_alloc ((size_t) s->k->nstate, sizeof *m->y);
  if (m->y == NULL)
    return ICTUS_E_NOMEM;
  memcpy (m->y, s->y, (size_t) s->k->nstate * sizeof *m->y);
  return ICTUS_OK;
}

/* True: the pieces led nowhere; everything is as it was at the mark. */
static bool
back_to (const mark *m, ictus__chaos_points *s, ictus__chaos_rows *r, bool *failed)
{
  if (!s->restless)
    return false;
  s->restless = s->plain = *failed = false;
  s->t = m->t;
  memcpy (s->y, m->y, (size_t) s->k->nstate * sizeof *m->y);
  r->n = 0;
  return true;
}

ictus_err
ictus__chaos_points_rows (ictus__chaos_points *s, double length, double dt, ictus__chaos_rows *r, bool *failed)
{
  mark m = { 0 };
  ictus_err e;

  ICTUS_TRY (set_mark (s, &m));
  e = rows_each (s, length, dt, r, failed);
  if (e == ICTUS_OK && back_to (&m, s, r, failed))
    e = rows_each (s, length, dt, r, failed);
  ictus_free (m.y);
  return e;
}

static ictus_err
transient (ictus__chaos_points *s, ictus__chaos_rows *r, bool *failed)
{
  ictus_path_config c = s->c;
  double pieces = s->trans > 0 ? ceil (s->trans / most_of (s, s->trans)) : 0;

  c.poimap = 0;
  c.max_rows = 0;
  for (double i = 0; i < pieces && !*failed; ++i)
    {
      c.dt = s->k->is_map ? 1 : s->trans / pieces;
      c.nout = s->k->is_map ? (int) fmin (s->trans, 1e9) : 1;
      ICTUS_TRY (piece (s, &c, s->trans / pieces, r, failed));
      if (told (s, 0.5 * (i + 1) / pieces))
        return ICTUS_E_STOPPED;
    }
  return ICTUS_OK;
}

/* Samples, too: the first row of a piece is then the last one of the piece before. */
static ictus_err
measure (ictus__chaos_points *s, ictus__chaos_rows *r, size_t most, bool *failed)
{
  ictus_path_config c = s->c;
  bool samples = s->kind == ICTUS_POINTS_SAMPLES, spikes = s->kind == ICTUS_POINTS_SPIKES, turns = s->kind == ICTUS_POINTS_MAXIMA;
  double all = samples ? (double) s->o->keep * s->sample : s->k->is_map ? s->total - 1 : s->total, length = most_of (s, all), pieces;

  if (samples && s->plain)
    length = fmax (1, floor (length / s->sample)) * s->sample;
  pieces = s->k->is_map ? 1 : ceil (all / length * (1 - 1e-12));
  if (!s->k->is_map)
    c.dt = samples ? s->sample : length;
  for (double i = 0; i < pieces && r->n < most && !*failed; ++i)
    {
      size_t from = samples && i > 0;

      c.max_rows = spikes || turns ? 0 : most - r->n + from;
      ICTUS_TRY (piece (s, &c, length, r, failed));
      ICTUS_TRY (turns ? keep_turns (s, r, most) : keep_rows (r, spikes, from, most));
      if (told (s, 0.5 + 0.5 * fmax ((i + 1) / pieces, (double) r->n / (double) most)))
        return ICTUS_E_STOPPED;
    }
  return ICTUS_OK;
}

/* The whole at once: what is remembered besides the states must not be lost. */
static ictus_err
in_one (ictus__chaos_points *s, ictus__chaos_rows *r, size_t most, bool *failed)
{
  ictus_path_config c = s->c;
  bool samples = s->kind == ICTUS_POINTS_SAMPLES, spikes = s->kind == ICTUS_POINTS_SPIKES;
  double begin = s->t + s->trans, length = samples ? (double) s->o->keep * s->sample : s->total;
  size_t from = 0;

  c.dt = samples ? s->sample : (s->trans + s->total) / (2 * PIECES);
  c.max_rows = 0;
  ICTUS_TRY (piece (s, &c, s->trans + length, r, failed));
  while (from < (spikes ? r->path.nspike : r->path.nrow) && r->base + (spikes ? r->path.spike[from] : r->path.t[from]) < begin)
    ++from;
  if (s->kind == ICTUS_POINTS_MAXIMA)
    {
      r->path.nrow -= from;
      memmove (r->path.t, r->path.t + from, r->path.nrow * sizeof *r->path.t);
      memmove (r->path.v, r->path.v + from * (size_t) r->path.ncol, r->path.nrow * (size_t) r->path.ncol * sizeof *r->path.v);
      ICTUS_TRY (keep_turns (s, r, most));
    }
  else
    ICTUS_TRY (keep_rows (r, spikes, from, most));
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
in_pieces (ictus__chaos_points *s, ictus__chaos_rows *r, size_t most, bool *failed, double *begin)
{
  ICTUS_TRY (transient (s, r, failed));
  *begin = s->state >= 0 ? s->y[s->state] : NAN;
  if (*failed)
    return ICTUS_OK;
  ICTUS_TRY (measure (s, r, most, failed));
  for (int i = 0; i < LOOK_ON && isnan (s->o->total) && r->n > 0 && r->n < FEW && r->n < most && !*failed; ++i)
    {
      s->total *= 2; /* the recurrences that were seen are not those of the whole */
      ICTUS_TRY (measure (s, r, most, failed));
    }
  return ICTUS_OK;
}

static ictus_err
walk (ictus__chaos_points *s, ictus__chaos_rows *r, bool *failed, double *begin)
{
  size_t most = s->kind == ICTUS_POINTS_MAXIMA ? 2 * points_wanted (s) + 1 : points_wanted (s);
  double total = s->total;
  mark m = { 0 };
  ictus_err e = ICTUS_OK;

  if (!s->plain)
    return in_one (s, r, most, failed);
  ICTUS_TRY (set_mark (s, &m));
  e = in_pieces (s, r, most, failed, begin);
  s->total = total;
  if (e == ICTUS_OK && back_to (&m, s, r, failed))
    e = in_one (s, r, most, failed);
  ictus_free (m.y);
  return e;
}

ictus_err
ictus__chaos_points_follow (ictus__chaos_points *s, ictus_points *out)
{
  ictus__chaos_rows r = { .n = 0 };
  bool failed = false;
  double begin = s->state >= 0 ? s->y[s->state] : NAN, went;
  ictus_err e = walk (s, &r, &failed, &begin);

  *out = (ictus_points){ .kind = s->kind, .trans = s->trans, .total = s->total, .sample = s->sample, .recurrence = s->recurrence,
                         .method = s->c.method, .n = r.n, .t = r.t, .v = r.v, .level = s->state >= 0 ? s->y[s->state] : NAN };
  out->ncol = s->kind == ICTUS_POINTS_SPIKES ? 0 : r.path.ncol;
  range_of (s, out);
  if (e == ICTUS_OK && failed)
    e = ICTUS_FAIL (ICTUS_E_SOLVER, "model %s: the trajectory ends at t = %.6g: %s", s->k->name, r.base + r.path.t_end,
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
