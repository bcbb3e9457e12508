/* SPDX-License-Identifier: BSD-3-Clause */
/* A branch of cycles, followed by pseudo-arclength (Doedel, Keller & Kernevez 1991): predict along the tangent and its turning, correct,
   judge the step, look for special points, improve the mesh. The arc of room dyn is not used because here the unknowns themselves
   change: their number with the mesh, their scales with the cycle. */
#include "dyn/dyn_cycle.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define CLOSE 1e-7     /* a full Newton correction below this leaves nothing of the residual */
#define FIT 3e-6       /* error of the piecewise polynomial; the points of the mesh are far better */
#define SHARP 0.87     /* least cosine between tangents of neighbours */
#define SMOOTH 0.995   /* steps may grow above this one */
#define STILL 1e-9     /* of the range of the parameter: no more than rounding */
#define MEMORY 4e8     /* bytes of factors at most */
#define MOST_STATES 200

enum
{
  FEWEST = 20,    /* intervals of the mesh */
  MOST = 1500,
  MEMBERS = 16,   /* steps along a family of cycles at one value */
  REFIT = 5,      /* points after which the mesh is moved */
  NEWTON = 7
};

static bool
told (const ictus__cycles *f)
{
  return f->job->told != NULL && f->job->told (f->job->ctx);
}

/* ---- life ---------------------------------------------------------------------------------------------------------- */

static ictus_err
open_all (ictus__cycles *f, int ntst, int m)
{
  const double block = (double) (m * f->s->n + 2) * ((m + 1) * f->s->n + 3) * sizeof (double);
  ictus__cycle *all[] = { &f->X, &f->T, &f->K, &f->Y, &f->U, &f->Z, &f->V, &f->w, &f->d };
  const size_t n = (size_t) f->s->n, naux = (size_t) f->s->k->naux;
  int most = MEMORY / block < MOST ? (int) (MEMORY / block) : MOST;

  most = most > 2 * ntst ? most : 2 * ntst; /* the doubled cycle begins with twice the mesh */
  ICTUS_TRY (ictus__colloc_open (f->s, f->o->par, m, ntst, most, &f->c));
  for (size_t i = 0; i < sizeof all / sizeof *all; ++i)
    if (!ictus__cycle_make (f->c, all[i]))
      return ICTUS_E_NOMEM;
  f->ntest = ICTUS__PHI_ZERO + (int) f->o->nzero;
  f->tests = ictus_alloc (3 * (size_t) f->ntest, sizeof *f->tests);
  f->low = ictus_alloc (5 * n, sizeof *f->low);
  f->aux = ictus_alloc (3 * naux, sizeof *f->aux);
  if (f->tests == NULL || f->low == NULL || f->aux == NULL)
    return ICTUS_E_NOMEM;
  f->phi = f->tests;
  f->psi = f->phi + f->ntest;
  f->chi = f->psi + f->ntest;
  f->high = f->low + n;
  f->at = f->high + n;
  f->lowest = f->at + n;
  f->highest = f->lowest + n;
  return ICTUS_OK;
}

static void
close_all (ictus__cycles *f)
{
  ictus__cycle *all[] = { &f->X, &f->T, &f->K, &f->Y, &f->U, &f->Z, &f->V, &f->w, &f->d };

  for (size_t i = 0; i < sizeof all / sizeof *all; ++i)
    ictus__cycle_free (all[i]);
  ictus_free (f->tests);
  ictus_free (f->low);
  ictus_free (f->aux);
  ictus__colloc_close (&f->c);
}

/* ---- the mesh ------------------------------------------------------------------------------------------------------ */

/* The mesh fits x; X, T and K are moved to it and X is put on the curve again. False: it could not be. */
static ictus_err
refit (ictus__cycles *f, const ictus__cycle *x, int need, bool *good)
{
  ictus__cycle *const moved[] = { &f->X, &f->T, &f->K };
  int ntst = f->c->ntst;

  if (need > ntst || need < ntst * 6 / 10)
    ntst = need + need / 10;
  ntst = ntst < f->least ? f->least : ntst > f->c->most ? f->c->most : ntst;
  ICTUS_TRY (ictus__colloc_adapt (f->c, x, ntst, 3, moved));
  ictus__colloc_refer (f->c, &f->X);
  f->since = 0;
  ictus__cycle_copy (f->c, &f->X, &f->Z);
  *good = ictus__colloc_correct (f->c, &f->X, &f->T, CLOSE, NEWTON, &f->d) > 0;
  if (!*good)
    {
      ictus__cycle_copy (f->c, &f->Z, &f->X);
      for (int k = 0; k < f->ntest; ++k)
        f->phi[k] = NAN;
      return ICTUS_OK;
    }
  ictus__colloc_tangent (f->c, &f->T);
  ICTUS_TRY (ictus__floquet (f->c));
  return ictus__cycles_test (f, &f->X, &f->T, f->phi);
}

/* ---- a step -------------------------------------------------------------------------------------------------------- */

/* Y and its tangent U, ds from X; the cosine between the tangents. Iterations, or -1. */
static int
step (ictus__cycles *f, double *cosine)
{
  int used;

  ictus__cycle_along (f->c, &f->X, f->ds, &f->T, &f->Y);
  ictus__cycle_along (f->c, &f->Y, f->ds * f->ds / 2, &f->K, &f->Y);
  used = ictus__colloc_correct (f->c, &f->Y, &f->T, CLOSE, NEWTON, &f->d);
  if (used < 0)
    return -1;
  ictus__colloc_tangent (f->c, &f->U);
  *cosine = ictus__cycle_dot (f->c, &f->T, &f->U);
  return isfinite (*cosine) ? used : -1;
}

/* A next point, with smaller and smaller steps, on a mesh that fits it. */
static ictus_err
find_next (ictus__cycles *f, bool *found)
{
  int refits = 0;

  *found = false;
  while (f->ds >= f->dsmin && !told (f))
    {
      double cosine = 0;
      const int used = step (f, &cosine);
      int need = 0;

      if (used < 0 || cosine < SHARP)
        {
          f->ds /= used < 0 ? 4 : 2;
          continue;
        }
      if (ictus__colloc_error (f->c, &f->Y, f->fit, &need) > 5 * f->fit && refits < 3
          && (f->c->ntst < f->c->most || f->since > 0))
        {
          bool good;

          ++refits;
          ICTUS_TRY (refit (f, &f->Y, need, &good));
          if (good)
            continue;
        }
      ICTUS_TRY (ictus__floquet (f->c));
      *found = true;
      ICTUS_TRY (ictus__cycles_test (f, &f->Y, &f->U, f->psi));
      f->used = used;
      return ICTUS_OK;
    }
  return ICTUS_OK;
}

/* Y becomes X; how the tangent turns; the next step. */
static ictus_err
advance (ictus__cycles *f)
{
  const double cosine = ictus__cycle_dot (f->c, &f->T, &f->U), size = f->ds;
  double *swap;
  int need;

  ictus__cycle_copy (f->c, &f->Y, &f->X);
  ictus__cycle_copy (f->c, &f->U, &f->K);
  ictus__cycle_scale (f->c, -1, &f->T);
  for (size_t i = 0, all = ictus__colloc_nodes (f->c) * (size_t) f->c->n; i < all; ++i)
    f->K.u[i] = (f->K.u[i] + f->T.u[i]) / size;
  f->K.lt = (f->K.lt + f->T.lt) / size;
  f->K.par = (f->K.par + f->T.par) / size;
  ictus__cycle_copy (f->c, &f->U, &f->T);
  swap = f->phi;
  f->phi = f->psi;
  f->psi = swap;
  if (cosine > SMOOTH)
    f->ds = fmin (f->ds * (f->used <= 3 ? 1.7 : f->used == 4 ? 1.2 : 0.8), f->dsmax);
  else if (cosine < 0.96)
    f->ds /= 1.5;
  ictus__cycles_measure (f, &f->X);
  ictus__colloc_error (f->c, &f->X, f->fit, &need);
  if (++f->since >= REFIT || need > f->c->ntst)
    {
      bool good;

      return refit (f, &f->X, need, &good);
    }
  ictus__colloc_refer (f->c, &f->X);
  return ICTUS_OK;
}

/* ---- the branch ---------------------------------------------------------------------------------------------------- */

/* Is the branch a family of cycles at one value of the parameter, as those of a conservative system? It would grow for ever; its
   first members are shown. Between X and Y. */
static bool
is_family (ictus__cycles *f)
{
  if (fabs (f->Y.par - f->X.par) > STILL * f->c->par_scale)
    f->standing = 0;
  else if (f->standing >= ICTUS__STANDS
           || fmax (fabs (f->phi[ICTUS__PHI_STEEP]), fabs (f->psi[ICTUS__PHI_STEEP])) <= ICTUS__FAMILY)
    ++f->standing;
  if (f->standing < MEMBERS)
    return false;
  snprintf (f->why, sizeof f->why, "cycles of every size at %s = %.9g", ictus__cycles_name (f),
            fabs (f->X.par) > STILL * f->c->par_scale ? f->X.par : 0);
  return true;
}

static ictus_err
follow (ictus__cycles *f)
{
  bool found, ended = false;

  while (f->b->npoint < f->o->max_points)
    {
      ICTUS_TRY (find_next (f, &found));
      if (told (f))
        {
          snprintf (f->why, sizeof f->why, "told to stop");
          return ICTUS_OK;
        }
      if (!found)
        {
          ICTUS_TRY (ictus__cycles_hopf (f, false, &ended));
          if (!ended)
            snprintf (f->why, sizeof f->why, "step too small: the cycle cannot be followed on near %s = %.9g", ictus__cycles_name (f),
                      f->X.par);
          return ICTUS_OK;
        }
      ICTUS_TRY (ictus__cycles_hopf (f, true, &ended));
      if (ended)
        return ICTUS_OK;
      ICTUS_TRY (ictus__cycles_between (f, &ended));
      if (ended || is_family (f))
        return ICTUS_OK;
      ICTUS_TRY (advance (f));
      if (ictus__cycles_idle (f))
        return ICTUS_OK;
      if (exp (f->X.lt) >= f->max_period)
        {
          ictus__cycles_limit (f, f->why, sizeof f->why);
          return ICTUS_OK;
        }
    }
  snprintf (f->why, sizeof f->why, "max_points");
  return ICTUS_OK;
}

/* A branch that cannot begin says why. */
static ictus_err
cannot (ictus_dyn_branch *b, const char *why)
{
  return ictus__branch_mark (b, ICTUS_DYN_END, NULL, why) == NULL ? ICTUS_E_NOMEM : ICTUS_OK;
}

static void
set_up (ictus__cycles *f)
{
  const ictus_dyn_options *o = f->o;

  f->dsmax = o->dsmax > 0 ? o->dsmax : 0.25;
  f->dsmin = o->dsmin > 0 ? o->dsmin : 1e-9;
  f->ds = o->ds > 0 ? fmin (o->ds, f->dsmax) : 0.02;
  f->fit = FIT;
  f->least = o->ntst > 0 ? o->ntst : FEWEST;
}

ictus_err
ictus__follow_cycles (ictus__dyn *s, const ictus__dyn_job *j, ictus_dyn_branch *b)
{
  ictus__cycles f = { .s = s, .job = j, .o = j->o, .b = b };
  const int m = j->o->ncol >= 2 && j->o->ncol <= ICTUS__COL ? j->o->ncol : 4;
  ictus_err e = ICTUS_OK;

  b->kind = ICTUS_DYN_CYCLES;
  b->n = s->n;
  b->from_branch = j->from_branch;
  b->from_special = j->from_special;
  b->direction = j->direction;
  if (s->n > MOST_STATES)
    {
      snprintf (f.why, sizeof f.why, "cycles are not followed in more than %d states, here are %d", MOST_STATES, s->n);
      return cannot (b, f.why);
    }
  set_up (&f);
  ICTUS_GO (open_all (&f, f.least, m));
  e = ictus__cycles_start (&f);
  if (e == ICTUS_E_SOLVER)
    {
      e = cannot (b, f.why);
      goto done;
    }
  if (e == ICTUS_OK)
    e = follow (&f);
  if (e == ICTUS_E_SOLVER)
    {
      snprintf (f.why, sizeof f.why, "numbers are no longer finite near %s = %.9g", ictus__cycles_name (&f), f.X.par);
      e = ICTUS_OK;
    }
  if (e == ICTUS_OK)
    e = ictus__cycles_mark (&f, ICTUS_DYN_END, NULL, f.why);
  if (e == ICTUS_OK && told (&f))
    e = ICTUS_E_STOPPED;
done:
  close_all (&f);
  return e;
}
