/* SPDX-License-Identifier: BSD-3-Clause */
/* Adaptive methods: steps of their own, rows from the dense output, events and spikes located on it, a fresh start after
   everything that is not smooth.

   A system that depends on time might change while nothing happens in it, so that a step could pass over a short stimulus:
   its steps end at the multiples of dt, where jumps of its derivatives mostly lie and are looked for, unless dtmax says how
   long steps may be. */
#include "path_run.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum
{
  PARTS = 4,      /* of a step: conditions are looked at between them */
  PAST_POINTS = 7, /* of a step that are remembered */
  MOST_AT_ONCE = 1000 /* events without progress */
};

typedef struct walk
{
  ictus__run *r;
  double nrow, next; /* rows; number of the next one */
  double between;    /* rows */
  double end;
  bool grid;         /* steps end at the multiples of dt: noise, Markov variables, conditions of sign 0, stimuli */
  bool timed;        /* the right-hand side depends on time */
  double nth;        /* number of the last multiple */
  double longest;    /* step; infinity: no limit */
  double ta, tb;     /* the last step */
  double *ys, *past; /* [nstate], [PAST_POINTS, nstate] */
  double *g_was, *g_is; /* [nevent] */
  double *root;      /* [nevent] where conditions cross in a part; NaN: they do not */
  double fire_was, s_was;
  bool watched;      /* there are events, spikes or a section */
  int stuck;         /* events in a row without progress */
} walk;

/* What a condition belongs to: an event has its own number. */
enum
{
  FIRE = -1,
  SECTION = -2
};

static const double *
state_at (walk *w, double t)
{
  ictus__run *r = w->r;

  if (r->sys.dir * (t - w->tb) >= 0)
    return r->y;
  r->method->dense (r->self, t, w->ys);
  return w->ys;
}

static double
value (walk *w, int what, double t)
{
  const double *y = state_at (w, t);

  if (what == FIRE)
    return ictus__fire_value (w->r, t, y);
  if (what == SECTION)
    return ictus__section_value (w->r, t, y);
  ictus__event_values (w->r, t, y, w->r->frac);
  return w->r->frac[what];
}

/* Zero of a condition between a and b, ga and gb of different signs, by false position with halved weights (Illinois): the
   end on the side of b. */
static double
locate (walk *w, int what, double a, double ga, double b, double gb)
{
  double near = fmax (4 * DBL_EPSILON * fmax (fabs (a), fabs (b)), 1e-13 * fabs (w->tb - w->ta)), wa = ga, wb = gb;
  int side = 0;

  for (int pass = 0; pass < 200 && fabs (b - a) > near && (gb < 0 || gb > 0); ++pass)
    {
      double c = b - wb * (b - a) / (wb - wa), gc;

      if (pass % 10 == 9 || !(w->r->sys.dir * (c - a) > 0 && w->r->sys.dir * (b - c) > 0))
        c = 0.5 * (a + b);
      if (c <= fmin (a, b) || c >= fmax (a, b))
        break;
      gc = value (w, what, c);
      if ((gb > 0) == (gc >= 0) || !(gc < 0 || gc > 0))
        {
          b = c;
          gb = wb = gc;
          wa = side > 0 ? 0.5 * wa : wa;
          side = 1;
        }
      else
        {
          a = c;
          wa = gc;
          wb = side < 0 ? 0.5 * wb : wb;
          side = -1;
        }
    }
  return b;
}

/* ---- what happens within a step ------------------------------------------------------------------------ */

typedef struct found
{
  double t;   /* NaN: nothing */
  bool fires; /* a spike; events are marked */
} found;

static bool
sooner (const walk *w, double t, double than)
{
  return isnan (than) || w->r->sys.dir * (than - t) > 0;
}

/* Points of the section in a part. */
static ictus_err
section_in_part (walk *w, double a, double b, const double *y, double stop)
{
  ictus__run *r = w->r;
  double s, t;

  if (r->c->poimap == 0 || r->section < 0)
    return ICTUS_OK;
  s = ictus__section_value (r, b, y);
  if (ictus__section_met (r, w->s_was, s))
    {
      t = locate (w, SECTION, a, w->s_was, b, s);
      if (!(r->sys.dir * (t - stop) > 0)) /* also where nothing stops (NaN) */
        {
          ictus__row_columns (r, t, state_at (w, t), r->row);
          ICTUS_TRY (ictus__section_point (r, t, r->row));
        }
    }
  w->s_was = s;
  return ICTUS_OK;
}

/* Events and spikes between a and b; what was is replaced by what is. */
static void
look_in_part (walk *w, double a, double b, const double *y, found *f)
{
  ictus__run *r = w->r;
  const ictus_kernel *k = r->k;
  double here = NAN, same = 1e-12 * fabs (w->tb - w->ta);

  ictus__event_values (r, b, y, w->g_is);
  for (int i = 0; i < k->nevent; ++i)
    {
      bool grid = k->event_sign[i] == 0;

      w->root[i] = !grid && ictus__event_crossed (k->event_sign[i], w->g_was[i], w->g_is[i])
                       ? locate (w, i, a, w->g_was[i], b, w->g_is[i])
                       : NAN;
      if (!isnan (w->root[i]) && sooner (w, w->root[i], f->t))
        f->t = w->root[i];
    }
  if (r->c->fire && k->fire != NULL)
    {
      double g = ictus__fire_value (r, b, state_at (w, b));

      if (r->armed && !r->sys.hold && w->fire_was < 0 && g >= 0)
        here = locate (w, FIRE, a, w->fire_was, b, g);
      if (!isnan (here) && (sooner (w, here, f->t) || fabs (here - f->t) <= same))
        {
          f->fires = true;
          f->t = sooner (w, here, f->t) ? here : f->t;
        }
      if (isnan (f->t) && g < 0)
        r->armed = true;
      w->fire_was = g;
    }
  for (int i = 0; i < k->nevent; ++i)
    r->hit[i] = !isnan (w->root[i]) && fabs (w->root[i] - f->t) <= same;
  memcpy (w->g_was, w->g_is, (size_t) k->nevent * sizeof *w->g_is);
}

/* Conditions of sign 0 at the end of a step, at a multiple of dt. */
static void
look_at_end (walk *w, found *f)
{
  ictus__run *r = w->r;

  for (int i = 0; i < r->k->nevent; ++i)
    if (r->k->event_sign[i] == 0 && ictus__event_crossed (0, 1, w->g_is[i]))
      {
        r->hit[i] = 1;
        f->t = w->tb;
      }
}

static ictus_err
look (walk *w, bool at_grid, found *f)
{
  *f = (found) { .t = NAN };
  if (!w->watched)
    return ICTUS_OK;
  for (int j = 1; j <= PARTS && isnan (f->t) && !w->r->over; ++j)
    {
      double a = w->ta + (w->tb - w->ta) * (j - 1) / PARTS, b = j == PARTS ? w->tb : w->ta + (w->tb - w->ta) * j / PARTS;

      look_in_part (w, a, b, state_at (w, b), f);
      ICTUS_TRY (section_in_part (w, a, b, state_at (w, b), f->t));
    }
  if (isnan (f->t) && at_grid)
    look_at_end (w, f);
  return ICTUS_OK;
}

/* ---- rows ------------------------------------------------------------------------------------------------ */

static double
row_time (const walk *w, double k)
{
  return w->r->c->t0 + k * w->between;
}

/* Rows that are due before t, and with `at` those at t. */
static ictus_err
rows_until (walk *w, double t, bool at)
{
  ictus__run *r = w->r;
  double slack = fmax (1e-10 * fabs (w->between), 64 * DBL_EPSILON * fabs (t));

  while (w->next <= w->nrow && !r->over)
    {
      double due = row_time (w, w->next), left = r->sys.dir * (t - due);
      bool here = fabs (left) <= slack;

      if ((left < 0 && !here) || (here && !at))
        return ICTUS_OK;
      w->next += 1;
      ICTUS_TRY (ictus__row_at (r, due, due, here ? r->y : state_at (w, due)));
    }
  return ICTUS_OK;
}

/* Points of a section in time. */
static ictus_err
strobe (walk *w)
{
  ictus__run *r = w->r;
  double every = fabs (r->c->poipln), from = floor (fabs (w->ta) / every * (1 + 1e-14)), t;

  if (r->c->poimap == 0 || r->section >= 0)
    return ICTUS_OK;
  for (double i = from - 1; i <= fabs (w->tb) / every + 1 && !r->over; ++i)
    {
      t = w->tb < 0 || (w->tb <= 0 && w->ta < 0) ? -i * every : i * every;
      if (r->sys.dir * (t - w->ta) > 0 && r->sys.dir * (w->tb - t) >= 0)
        {
          ictus__row_columns (r, t, state_at (w, t), r->row);
          ICTUS_TRY (ictus__section_point (r, t, r->row));
        }
    }
  return ICTUS_OK;
}

/* ---- steps ----------------------------------------------------------------------------------------------- */

static ictus_err
remember (walk *w, double te)
{
  ictus__run *r = w->r;
  size_t n = (size_t) r->k->nstate;
  double t[PAST_POINTS];

  if (r->sys.past == NULL)
    return ICTUS_OK;
  for (int i = 0; i < PAST_POINTS; ++i)
    {
      t[i] = i == PAST_POINTS - 1 ? te : w->ta + (te - w->ta) * i / (PAST_POINTS - 1);
      memcpy (w->past + (size_t) i * n, i == 0 ? r->y_old : state_at (w, t[i]), n * sizeof *w->past);
    }
  return ictus__history_push (r->sys.past, PAST_POINTS, t, w->past, NULL, NULL);
}

/* The system is another one from here: derivatives jump. */
static ictus_err
begin_anew (walk *w)
{
  ictus__run *r = w->r;
  bool watches = r->c->poimap != 0 && r->section >= 0;

  if (r->c->fire && r->k->fire != NULL)
    w->fire_was = ictus__fire_value (r, r->t, r->y);
  if (watches)
    w->s_was = ictus__section_value (r, r->t, r->y);
  return r->method->start (r->self, r->t, r->y);
}

/* Fires at once where the condition holds already. */
static ictus_err
fire_now (walk *w, bool *fired)
{
  ictus__run *r = w->r;
  double g;

  *fired = false;
  if (!r->c->fire || r->k->fire == NULL)
    return ICTUS_OK;
  g = ictus__fire_value (r, r->t, r->y);
  if (g >= 0 && r->armed && !r->sys.hold)
    {
      ICTUS_TRY (ictus__fire (r));
      *fired = true;
      g = ictus__fire_value (r, r->t, r->y);
    }
  if (g < 0)
    r->armed = true;
  return ICTUS_OK;
}

/* What f found happens at r->t. */
static ictus_err
happen (walk *w, const found *f)
{
  ictus__run *r = w->r;
  bool any = false;

  for (int i = 0; i < r->k->nevent; ++i)
    any = any || r->hit[i] != 0;
  if (any)
    {
      ICTUS_TRY (ictus__event_happen (r));
      memcpy (w->g_was, r->g, (size_t) r->k->nevent * sizeof *r->g);
    }
  if (f->fires && !r->over)
    {
      ICTUS_TRY (ictus__fire (r));
      ictus__event_values (r, r->t, r->y, w->g_was);
    }
  w->stuck = fabs (r->t - w->ta) > 1e-12 * fmax (fabs (r->t), r->c->dt) ? 0 : w->stuck + 1;
  if (w->stuck > MOST_AT_ONCE)
    return ICTUS_FAIL (ICTUS_E_SOLVER, "events without end at t = %.10g", r->t);
  return ictus__breaks_jump (r);
}

static double
sooner_of (const walk *w, double a, double b)
{
  return w->r->sys.dir * (b - a) < 0 ? b : a;
}

/* The next multiple of dt. */
static double
grid_time (const walk *w)
{
  return w->r->c->t0 + (w->nth + 1) * w->r->h;
}

static bool
near_mark (const walk *w, double t, double mark)
{
  return fabs (t - mark) <= fmax (1e-10 * fabs (w->r->h), 64 * DBL_EPSILON * fabs (mark));
}

/* As far as a step may go. */
static double
limit_of (const walk *w)
{
  const ictus__run *r = w->r;
  double longest = fmin (w->longest, r->least_delay);
  double limit = sooner_of (w, w->end, r->t + r->sys.dir * longest);

  if (w->grid)
    limit = sooner_of (w, limit, grid_time (w));
  if (r->sys.hold)
    limit = sooner_of (w, limit, r->refr_until);
  return sooner_of (w, limit, ictus__breaks_next (r));
}

/* The derivatives jump in time at r->t: then what follows begins a little later, on the other side of the jump. */
static bool
jumps_in_time (walk *w)
{
  ictus__run *r = w->r;
  double later = r->t + r->sys.dir * 16 * DBL_EPSILON * fmax (fabs (r->t), r->c->dt);

  ictus__system_rhs (&r->sys, r->t, r->y, r->f0);
  ictus__system_rhs (&r->sys, later, r->y, r->f1);
  for (int i = 0; i < r->k->nstate; ++i)
    if (fabs (r->f1[i] - r->f0[i]) > 1e-8 * (fabs (r->f0[i]) + fabs (r->f1[i])))
      {
        r->t = later;
        return true;
      }
  return false;
}

/* What changes at r->t besides events: noise, Markov variables, the end of refractoriness, breaks of delays. */
static ictus_err
turn (walk *w, bool at_grid, bool *anew)
{
  ictus__run *r = w->r;
  double slack = 1e-12 * fmax (fabs (r->t), r->c->dt);
  bool any;

  if (at_grid && ictus__markov_jump (r, r->h))
    {
      *anew = true;
      ictus__event_values (r, r->t, r->y, w->g_was);
      ICTUS_TRY (ictus__breaks_jump (r));
    }
  ICTUS_TRY (rows_until (w, r->t, true));
  if (at_grid)
    {
      w->nth += 1;
      ++r->step;
      if (r->k->nnoise > 0)
        {
          ictus__noise_draw (r, r->h);
          *anew = true;
        }
      if (w->timed && jumps_in_time (w))
        *anew = true;
    }
  if (r->sys.hold && r->sys.dir * (r->refr_until - r->t) <= slack)
    {
      r->sys.hold = false;
      *anew = true;
    }
  ICTUS_TRY (ictus__breaks_pass (r, &any));
  *anew = *anew || any;
  if (!*anew)
    return ICTUS_OK;
  ICTUS_TRY (fire_now (w, &any));
  if (!any)
    return ICTUS_OK;
  ictus__event_values (r, r->t, r->y, w->g_was);
  return ictus__breaks_jump (r);
}

static ictus_err
one_step (walk *w)
{
  ictus__run *r = w->r;
  double mark = grid_time (w);
  bool at_grid, anew;
  found f;

  w->ta = r->t;
  memcpy (r->y_old, r->y, (size_t) r->k->nstate * sizeof *r->y);
  ICTUS_TRY (r->method->step (r->self, limit_of (w), &r->t, r->y));
  ++r->out->steps;
  w->tb = r->t;
  at_grid = w->grid && near_mark (w, r->t, mark);
  ICTUS_TRY (look (w, at_grid, &f));
  anew = !isnan (f.t);
  if (anew && r->sys.dir * (w->tb - f.t) > 0)
    at_grid = at_grid && near_mark (w, f.t, mark);
  else
    f.t = w->tb;
  ICTUS_TRY (rows_until (w, f.t, false));
  ICTUS_TRY (strobe (w));
  ICTUS_TRY (remember (w, f.t));
  if (r->over)
    return ICTUS_OK;
  if (r->sys.dir * (w->tb - f.t) > 0)
    {
      r->method->dense (r->self, f.t, r->y);
      r->t = w->tb = f.t;
    }
  if (anew)
    ICTUS_TRY (happen (w, &f));
  if (r->over)
    return ICTUS_OK;
  ICTUS_TRY (turn (w, at_grid, &anew));
  return anew && !r->over ? begin_anew (w) : ICTUS_OK;
}

/* ---- the whole -------------------------------------------------------------------------------------------- */

static bool
has_grid (const ictus_kernel *k)
{
  for (int i = 0; i < k->nevent; ++i)
    if (k->event_sign[i] == 0)
      return true;
  return k->nnoise > 0 || k->nmarkov > 0;
}

static ictus_err
prepare (walk *w)
{
  ictus__run *r = w->r;
  size_t n = (size_t) r->k->nstate, ne = (size_t) r->k->nevent;
  bool timed = !ictus_lang_classify (r->m->lang).autonomous, any;

  w->ys = ictus_alloc ((PAST_POINTS + 1) * n + 3 * ne, sizeof *w->ys);
  if (w->ys == NULL)
    return ICTUS_E_NOMEM;
  w->past = w->ys + n;
  w->g_was = w->past + PAST_POINTS * n;
  w->g_is = w->g_was + ne;
  w->root = w->g_is + ne;
  w->between = r->h * r->c->nout;
  w->end = row_time (w, w->nrow);
  w->next = 1;
  w->timed = timed && !(r->c->dtmax > 0);
  w->grid = has_grid (r->k) || w->timed;
  w->longest = r->c->dtmax > 0 ? r->c->dtmax : INFINITY;
  w->ta = w->tb = r->t;
  w->watched = ne > 0 || (r->c->fire && r->k->fire != NULL) || r->c->poimap != 0;
  memcpy (w->g_was, r->g, ne * sizeof *r->g);
  if (r->k->nnoise > 0)
    ictus__noise_draw (r, r->h);
  ICTUS_TRY (ictus__breaks_jump (r));
  ICTUS_TRY (fire_now (w, &any));
  if (any)
    ICTUS_TRY (ictus__breaks_jump (r));
  return begin_anew (w);
}

/* Far out of bounds, or the method gave up out there. */
static void
check_bounds (walk *w, double factor)
{
  ictus__run *r = w->r;

  if (!(r->c->bound > 0) || r->over)
    return;
  for (int i = 0; i < r->nseen; ++i)
    if (!(fabs (r->y[r->seen[i]]) <= factor * r->c->bound))
      {
        ictus__row_columns (r, r->t, r->y, r->row);
        ictus__row_check (r, r->t, r->row);
        return;
      }
}

ictus_err
ictus__adaptive (ictus__run *r, double nrow)
{
  walk w = { .r = r, .nrow = nrow };
  ictus_err e = prepare (&w);

  while (e == ICTUS_OK && !r->over && w.next <= nrow)
    {
      e = one_step (&w);
      check_bounds (&w, 1e6);
    }
  if (e == ICTUS_E_SOLVER)
    {
      check_bounds (&w, 1);
      e = r->over ? ICTUS_OK : e;
    }
  ictus_free (w.ys);
  return e;
}
