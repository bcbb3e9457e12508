/* SPDX-License-Identifier: BSD-3-Clause */
/* Points of a branch of cycles: test functions, exact places of their zeros, rows and special points. */
#include "dyn/dyn_cycle.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define CLOSE 1e-9  /* correction of a point that is located */
#define PLACE 1e-11 /* of the arclength between the ends of a step */
#define ZERO 1e-9   /* of the values around: what a correction below CLOSE leaves of multipliers */
#define NEAR 0.2    /* of the arclength between the ends of a step: as far as a tangent tells where the branch goes */
#define STEEP 1e-4  /* part of the parameter in the tangent below which its sign is rounding */
#define REAL 1e-3   /* a zero has to be this part of the values around it */
#define APART 1e-3  /* of the arclength between the ends of a step: rows that are nearer tell nothing */

enum
{
  BETWEEN = -1, /* a row where nothing is 0 */
  NEWTON = 6,
  ROUNDS = 60
};

const char *
ictus__cycles_name (const ictus__cycles *f)
{
  return ictus_dyn_par_var (f->s->model, f->o->par)->name;
}

ictus_err
ictus__cycles_test (ictus__cycles *f, const ictus__cycle *x, const ictus__cycle *t, double *phi)
{
  phi[ICTUS__PHI_FOLD] = t->par;
  phi[ICTUS__PHI_BRANCH] = f->c->sign * fmin (f->c->size, DBL_MAX);
  phi[ICTUS__PHI_STEEP] = ictus__floquet_known (f->c) ? ictus__floquet_fold (f->c) : NAN;
  phi[ICTUS__PHI_DOUBLING] = ictus__floquet_known (f->c) ? ictus__floquet_doubling (f->c) : NAN;
  phi[ICTUS__PHI_TORUS] = ictus__floquet_known (f->c) ? ictus__floquet_torus (f->c) : NAN;
  for (size_t k = 0; k < f->o->nzero; ++k)
    phi[ICTUS__PHI_ZERO + k] = x->par - f->o->zero[k];
  f->trivial = fmax (f->trivial, f->c->deviation);
  return ICTUS_OK;
}

/* ---- rows ---------------------------------------------------------------------------------------------------------- */

/* Least and largest aux quantities at the nodes. */
static ictus_err
aux_row (ictus__cycles *f, const double *u, size_t nodes)
{
  ictus_dyn_branch *b = f->b;
  const size_t naux = (size_t) f->s->k->naux, n = (size_t) b->n, row = b->npoint - 1;
  size_t low = f->aux_cap, high = f->aux_cap;
  double *least, *most;

  if (naux == 0)
    return ICTUS_OK;
  ICTUS_TRY (ictus_grow (&b->aux_low, &low, b->cap * naux, sizeof *b->aux_low));
  ICTUS_TRY (ictus_grow (&b->aux_high, &high, b->cap * naux, sizeof *b->aux_high));
  f->aux_cap = low;
  b->naux = (int) naux;
  least = b->aux_low + row * naux;
  most = b->aux_high + row * naux;
  for (size_t g = 0; g < nodes; ++g)
    {
      ictus__dyn_aux (f->s, u + g * n, f->aux);
      for (size_t i = 0; i < naux; ++i)
        {
          least[i] = g == 0 ? f->aux[i] : fmin (least[i], f->aux[i]);
          most[i] = g == 0 ? f->aux[i] : fmax (most[i], f->aux[i]);
        }
    }
  return ICTUS_OK;
}

/* What the rows range over. */
static void
widen (ictus__cycles *f, const double *low, const double *high, double lt)
{
  const bool first = f->b->npoint == 1;

  for (int a = 0; a < f->c->n; ++a)
    {
      f->lowest[a] = first ? low[a] : fmin (f->lowest[a], low[a]);
      f->highest[a] = first ? high[a] : fmax (f->highest[a], high[a]);
    }
  f->lowest_lt = first ? lt : fmin (f->lowest_lt, lt);
  f->highest_lt = first ? lt : fmax (f->highest_lt, lt);
}

/* A row for x with so many multipliers outside. */
static ictus_err
row (ictus__cycles *f, const ictus__cycle *x, int unstable)
{
  ictus__colloc *c = f->c;

  ictus__dyn_set (f->s, f->o->par, x->par);
  ictus__colloc_range (c, x, f->low, f->high);
  ICTUS_TRY (ictus__branch_add (f->b, x->par, NAN, x->u, f->low, f->high, exp (x->lt), c->re, c->im, unstable));
  widen (f, f->low, f->high, x->lt);
  return aux_row (f, x->u, ictus__colloc_nodes (c) - 1);
}

ictus_err
ictus__cycles_row (ictus__cycles *f, const ictus__cycle *x)
{
  return row (f, x, ictus__floquet_unstable (f->c));
}

ictus_err
ictus__cycles_still (ictus__cycles *f, const double *x, double par, double period, int unstable)
{
  ictus__colloc *c = f->c;

  ictus__dyn_set (f->s, f->o->par, par);
  ICTUS_TRY (ictus__dyn_eigenvalues (f->s, x, c->re, c->im));
  for (int i = 0; i < c->n; ++i)
    {
      const double size = exp (fmin (c->re[i] * period, 690)), angle = c->im[i] * period;

      c->re[i] = size * cos (angle);
      c->im[i] = c->im[i] == 0 ? 0 : size * sin (angle);
    }
  ICTUS_TRY (ictus__branch_add (f->b, par, NAN, x, x, x, period, c->re, c->im, unstable));
  widen (f, x, x, log (period));
  return aux_row (f, x, 1);
}

ictus_err
ictus__cycles_mark (ictus__cycles *f, ictus_dyn_type type, const ictus__cycle *x, const char *note)
{
  const ictus__colloc *c = f->c;
  const size_t n = (size_t) f->b->n, m = (size_t) c->m, nodes = ictus__colloc_nodes (c), last = f->b->npoint - 1;
  ictus_dyn_special *s = ictus__branch_mark (f->b, type, f->b->npoint > 0 ? f->b->x + last * n : NULL, note);

  if (s == NULL)
    return ICTUS_E_NOMEM;
  if (f->b->npoint > 0)
    s->period = f->b->period[last];
  if (x == NULL)
    return ICTUS_OK;
  s->phase = ictus_alloc (nodes, sizeof *s->phase);
  s->orbit = ictus_alloc (nodes * n, sizeof *s->orbit);
  if (s->phase == NULL || s->orbit == NULL)
    return ICTUS_E_NOMEM;
  s->nmesh = nodes;
  for (size_t g = 0; g < nodes; ++g)
    {
      const size_t j = g / m < (size_t) c->ntst ? g / m : (size_t) c->ntst - 1;

      s->phase[g] = c->t[j] + (c->t[j + 1] - c->t[j]) * (double) (g - j * m) / (double) m;
    }
  memcpy (s->orbit, x->u, nodes * n * sizeof *x->u);
  return ICTUS_OK;
}

/* ---- between two points -------------------------------------------------------------------------------------------- */

/* A guess at the part s of the way: from the point in Z that was placed last, along its tangent V, if that is near; one correction
   is enough then. */
static void
guess_near (ictus__cycles *f, double s)
{
  const double far = s - f->placed;
  double ahead;

  if (!(fabs (far) < NEAR))
    {
      ictus__cycles_guess (f, s);
      return;
    }
  ictus__cycle_copy (f->c, &f->Z, &f->d);
  ictus__cycles_guess (f, s);
  ictus__cycle_between (f->c, &f->d, &f->Z, &f->d);
  ahead = ictus__cycle_dot (f->c, &f->w, &f->d) / ictus__cycle_dot (f->c, &f->w, &f->V);
  ictus__cycle_along (f->c, &f->Z, -1, &f->d, &f->Z);
  ictus__cycle_along (f->c, &f->Z, ahead, &f->V, &f->Z);
}

/* Z on the branch between X and Y, at the part s of the way; V its tangent; chi there. False: not found */
static ictus_err
place (ictus__cycles *f, double s, bool *found)
{
  guess_near (f, s);
  *found = ictus__colloc_correct (f->c, &f->Z, &f->w, CLOSE, NEWTON, &f->d) > 0;
  f->placed = *found ? s : NAN;
  if (!*found)
    return ICTUS_OK;
  ictus__colloc_tangent (f->c, &f->V);
  ICTUS_TRY (ictus__floquet (f->c));
  return ictus__cycles_test (f, &f->Z, &f->V, f->chi);
}

/* The same at a branch point, where the equations are singular: along the tangent from as near as they are not. */
static ictus_err
place_singular (ictus__cycles *f, double s, bool *found)
{
  ICTUS_TRY (place (f, s, found));
  for (double aside = 1e-5; !*found && aside < 2e-3; aside *= 10)
    {
      ICTUS_TRY (place (f, s > aside ? s - aside : s + aside, found));
      if (*found)
        guess_near (f, s);
    }
  f->placed = NAN;
  return ICTUS_OK;
}

/* Value of event k: a test function, or a bound. */
static double
value (const ictus__cycles *f, int k, const ictus__cycle *x, const double *phi)
{
  return k < f->ntest ? phi[k] : k == f->ntest ? x->par - f->o->lo : x->par - f->o->hi;
}

/* Where the zero of the inverse parabola through three values lies, as a part of the way from the first to the second; 1/2 where that is
   not to be trusted (Chandrupatla 1997). */
static double
inverse_parabola (const double *x, const double *v)
{
  const double xi = (x[0] - x[1]) / (x[2] - x[1]), phi = (v[0] - v[1]) / (v[2] - v[1]);

  if (!(phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi))
    return 0.5;
  return v[0] / (v[1] - v[0]) * v[2] / (v[1] - v[2])
         + (x[2] - x[0]) / (x[1] - x[0]) * v[0] / (v[2] - v[0]) * v[1] / (v[2] - v[1]);
}

/* Zero of event k. s < 0: it is none. */
static ictus_err
locate (ictus__cycles *f, int k, double *s)
{
  double x[3] = { 0, 1, 1 }, v[3] = { value (f, k, &f->X, f->phi), value (f, k, &f->Y, f->psi), 0 };
  const double around = fmax (fabs (v[0]), fabs (v[1]));
  double part = v[0] / (v[0] - v[1]);

  *s = -1;
  for (int round = 0; round < ROUNDS; ++round)
    {
      const double least = PLACE / fmax (fabs (x[1] - x[0]), PLACE);
      const double at = x[0] + fmin (fmax (part, least), 1 - least) * (x[1] - x[0]);
      bool found, same;

      ICTUS_TRY (place (f, at, &found));
      if (!found && k == ICTUS__PHI_BRANCH && fabs (v[0]) < REAL * around)
        {
          *s = at; /* so near that the equations are as good as singular */
          return ICTUS_OK;
        }
      if (!found)
        break;
      same = (value (f, k, &f->Z, f->chi) > 0) == (v[0] > 0);
      x[2] = x[same ? 0 : 1];
      v[2] = v[same ? 0 : 1];
      x[1] = x[same ? 1 : 0];
      v[1] = v[same ? 1 : 0];
      x[0] = at;
      v[0] = value (f, k, &f->Z, f->chi);
      if (fabs (v[0]) <= ZERO * around || fabs (x[1] - at) <= 2 * PLACE)
        break;
      part = inverse_parabola (x, v);
    }
  if (x[0] > 0 && fabs (v[0]) < REAL * around)
    *s = x[0];
  return ICTUS_OK;
}

/* What stands behind a torus or doubling, in the note. */
static bool
describe (ictus__cycles *f, int k, ictus_dyn_type *type, char *note, size_t size)
{
  double angle = 0;

  *note = '\0';
  switch (k)
    {
    case ICTUS__PHI_FOLD:
    case ICTUS__PHI_STEEP:
      *type = ICTUS_DYN_CYCLE_FOLD;
      return true;
    case ICTUS__PHI_BRANCH:
      *type = ICTUS_DYN_CYCLE_BRANCH;
      return true;
    case ICTUS__PHI_DOUBLING:
      *type = ICTUS_DYN_DOUBLING;
      return true;
    case ICTUS__PHI_TORUS:
      *type = ICTUS_DYN_TORUS;
      if (!ictus__floquet_is_torus (f->c, &angle))
        return false; /* two real multipliers whose product is 1 */
      snprintf (note, size, "multipliers at angles of %.6g degrees", angle * 57.29577951308232);
      return true;
    default:
      *type = ICTUS_DYN_ZERO;
      return true;
    }
}

/* On a value of the parameter exactly: Newton's iteration with that held. */
static void
exactly (ictus__cycles *f, double par)
{
  const size_t all = ictus__colloc_nodes (f->c) * (size_t) f->c->n;
  ictus__cycle *x = &f->Z;

  memset (f->w.u, 0, all * sizeof *f->w.u);
  f->w.lt = 0;
  f->w.par = 1;
  ictus__cycle_copy (f->c, x, &f->V);
  f->placed = NAN;
  x->par = par;
  if (ictus__colloc_correct (f->c, x, &f->w, 1e-8, NEWTON, &f->d) < 0)
    ictus__cycle_copy (f->c, &f->V, x);
  x->par = par;
}

/* The tangent at a branch point, for who switches there: states, log T, parameter as they are. */
static ictus_err
keep_tangent (ictus__cycles *f)
{
  const size_t n = (size_t) f->c->n, all = ictus__colloc_nodes (f->c) * n;
  ictus_dyn_special *s = f->b->special + f->b->nspecial - 1;

  s->vector = ictus_alloc (all + 2, sizeof *s->vector);
  if (s->vector == NULL)
    return ICTUS_E_NOMEM;
  s->nvector = all + 2;
  for (size_t i = 0; i < all; ++i)
    s->vector[i] = f->V.u[i] * f->c->scale[i % n];
  s->vector[all] = f->V.lt;
  s->vector[all + 1] = f->V.par * f->c->par_scale;
  return ICTUS_OK;
}

/* Does the cycle run through itself twice: has it come back to the period doubling it began at, or to another one? */
static bool
is_twice (const ictus__cycles *f, const ictus__cycle *x)
{
  const size_t n = (size_t) f->c->n;
  double far = 0;

  for (int k = 0; k < 64; ++k)
    {
      ictus__colloc_at (f->c, x->u, k / 128.0, f->low);
      ictus__colloc_at (f->c, x->u, k / 128.0 + 0.5, f->high);
      for (size_t a = 0; a < n; ++a)
        far = fmax (far, fabs (f->low[a] - f->high[a]) / f->c->scale[a]);
    }
  return far < 1e-3;
}

/* Row and special point for event k at s. */
static ictus_err
arrive (ictus__cycles *f, int k, double s, bool *ended)
{
  char note[160];
  ictus_dyn_type type = ICTUS_DYN_END;
  bool found;

  ICTUS_TRY (k == ICTUS__PHI_BRANCH ? place_singular (f, s, &found) : place (f, s, &found));
  if (!found)
    return ICTUS_OK;
  if (k >= f->ntest)
    {
      const double bound = k == f->ntest ? f->o->lo : f->o->hi;

      exactly (f, bound);
      ICTUS_TRY (ictus__floquet (f->c));
      ICTUS_TRY (ictus__cycles_row (f, &f->Z));
      snprintf (f->why, sizeof f->why, "the bound %s = %.9g", ictus__cycles_name (f), bound);
      *ended = true;
      return ICTUS_OK;
    }
  if (!describe (f, k, &type, note, sizeof note))
    return ICTUS_OK;
  if (k >= ICTUS__PHI_ZERO)
    {
      exactly (f, f->o->zero[k - ICTUS__PHI_ZERO]);
      ICTUS_TRY (ictus__floquet (f->c));
    }
  /* a doubled branch turns where it meets the simple one, or crosses it */
  if (k < ICTUS__PHI_DOUBLING && f->doubled && is_twice (f, &f->Z))
    {
      snprintf (f->why, sizeof f->why, "a period doubling at %s = %.9g", ictus__cycles_name (f), f->Z.par);
      *ended = true;
      return ictus__cycles_row (f, &f->Z);
    }
  /* the multipliers that it is special for lie on the circle */
  ICTUS_TRY (row (f, &f->Z, k >= ICTUS__PHI_ZERO ? ictus__floquet_unstable (f->c) : ictus__floquet_beside (f->c, type)));
  ICTUS_TRY (ictus__cycles_mark (f, type, &f->Z, note));
  return k == ICTUS__PHI_BRANCH ? keep_tangent (f) : ICTUS_OK;
}

/* Zeros found so far, in order. */
static void
insert (int *which, double *where, int *count, int k, double s)
{
  int i = (*count)++;

  for (; i > 0 && where[i - 1] > s; --i)
    {
      which[i] = which[i - 1];
      where[i] = where[i - 1];
    }
  which[i] = k;
  where[i] = s;
}

static bool
changes (double a, double b)
{
  return isfinite (a) && isfinite (b) && a != 0 && (a > 0) != (b > 0);
}

/* Is there to be looked for a zero of event k? Where a canard or homoclinic orbit lets the parameter stand still rounding turns it to
   and fro: multipliers tell folds then, and the parameter only where these jump over 1; nothing does in a family of cycles at one value. */
static bool
to_look (const ictus__cycles *f, int k, double place_of_steep)
{
  const bool steep = fmax (fabs (f->phi[ICTUS__PHI_FOLD]), fabs (f->psi[ICTUS__PHI_FOLD])) <= STEEP,
             family = f->standing >= ICTUS__STANDS
                      || fmax (fabs (f->phi[ICTUS__PHI_STEEP]), fabs (f->psi[ICTUS__PHI_STEEP])) <= ICTUS__FAMILY;

  if (!changes (value (f, k, &f->X, f->phi), value (f, k, &f->Y, f->psi)))
    return false;
  if (k == ICTUS__PHI_STEEP)
    return steep && !family;
  return k != ICTUS__PHI_FOLD || !steep
         || (!family && place_of_steep < 0 && changes (f->phi[ICTUS__PHI_STEEP], f->psi[ICTUS__PHI_STEEP]));
}

typedef struct places /* of rows between X and Y, in their order */
{
  int count, *which; /* an event, or BETWEEN */
  double *where;
} places;

/* Rows for a smooth picture, and one between any two zeros: what holds there is seen there only. */
static void
fill (ictus__cycles *f, places *p)
{
  const int parts = ictus__cycles_parts (f, 1);

  for (int i = p->count - 2; i >= 0; --i)
    if (p->where[i + 1] - p->where[i] > 2 * APART)
      insert (p->which, p->where, &p->count, BETWEEN, (p->where[i] + p->where[i + 1]) / 2);
  for (int k = 1; k < parts; ++k)
    {
      const double s = (double) k / parts;
      bool apart = true;

      for (int i = 0; i < p->count; ++i)
        apart = apart && fabs (p->where[i] - s) > APART;
      if (apart)
        insert (p->which, p->where, &p->count, BETWEEN, s);
    }
}

/* Zeros of all events. */
static ictus_err
find_zeros (ictus__cycles *f, places *p)
{
  double place_of_steep = -1;

  f->placed = NAN;
  for (int k = 0; k < f->ntest + 2; ++k)
    if (to_look (f, k, place_of_steep))
      {
        double s = -1;

        ICTUS_TRY (locate (f, k, &s));
        if (k == ICTUS__PHI_STEEP)
          place_of_steep = s;
        if (s >= 0)
          insert (p->which, p->where, &p->count, k, s);
      }
  return ICTUS_OK;
}

ictus_err
ictus__cycles_between (ictus__cycles *f, bool *ended)
{
  const size_t n = (size_t) f->c->n, room = (size_t) (2 * (f->ntest + 2) + ICTUS__PARTS);
  const int trivial = f->c->trivial;
  const double deviation = f->c->deviation;
  double *values = ictus_alloc (2 * n, sizeof *values); /* multipliers of Y */
  places p = { 0, ictus_alloc (room, sizeof *p.which), ictus_alloc (room, sizeof *p.where) };
  ictus_err e = ICTUS_E_NOMEM;

  *ended = false;
  if (values == NULL || p.which == NULL || p.where == NULL)
    goto done;
  memcpy (values, f->c->re, n * sizeof *values);
  memcpy (values + n, f->c->im, n * sizeof *values);
  ICTUS_GO (find_zeros (f, &p));
  fill (f, &p);
  for (int i = 0; i < p.count && !*ended; ++i)
    ICTUS_GO (p.which[i] == BETWEEN ? ictus__cycles_fill (f, p.where[i]) : arrive (f, p.which[i], p.where[i], ended));
  if (!*ended)
    {
      memcpy (f->c->re, values, n * sizeof *values);
      memcpy (f->c->im, values + n, n * sizeof *values);
      f->c->trivial = trivial;
      f->c->deviation = deviation;
      e = ictus__cycles_row (f, &f->Y);
    }
done:
  ictus_free (values);
  ictus_free (p.which);
  ictus_free (p.where);
  return e;
}
