/* SPDX-License-Identifier: BSD-3-Clause */
/* Near rest: the equilibrium, its eigenvalues, the branch it lies on, how it answers to noise. */
#include "chaos_ramp.h"

#include <float.h>
#include <math.h>
#include <string.h>

void dgesv_ (const int *n, const int *nrhs, double *a, const int *lda, int *ipiv, double *b, const int *ldb, int *info);
void dgeev_ (const char *jobvl, const char *jobvr, const int *n, double *a, const int *lda, double *wr, double *wi, double *vl,
             const int *ldvl, double *vr, const int *ldvr, double *work, const int *lwork, int *info, size_t, size_t);

bool
ictus__rest_find (ictus__ramp *r, double *x, double reach)
{
  ictus__dyn *s = r->s;
  const int one = 1;
  int n = s->n, info = 0;
  size_t nn = (size_t) n;
  double *J = ictus_alloc (nn * nn + 2 * nn, sizeof *J), *f, *x0, far = 0, moved = 1;
  int *pivot = ictus_alloc (nn, sizeof *pivot);
  bool found = false;

  if (J == NULL || pivot == NULL)
    goto done;
  f = J + nn * nn;
  x0 = f + nn;
  memcpy (x0, x, nn * sizeof *x);
  for (int pass = 0; pass < 30 && moved > 1e-12; ++pass)
    {
      double was = moved;

      ictus__dyn_rhs (s, x, f);
      ictus__dyn_jac (s, x, J);
      if (!ictus__dyn_finite (n, f) || !ictus__dyn_finite (n * n, J))
        goto done;
      dgesv_ (&n, &one, J, &n, pivot, f, &n, &info);
      if (info != 0 || !ictus__dyn_finite (n, f))
        goto done;
      moved = far = 0;
      for (size_t i = 0; i < nn; ++i)
        {
          double size = fmax (s->scale[i], fabs (x0[i]));

          x[i] -= f[i];
          moved = fmax (moved, fabs (f[i]) / size);
          far = fmax (far, fabs (x[i] - x0[i]) / size);
        }
      if (far > reach)
        goto done;
      if (moved < 1e-9 && moved >= was) /* rounding: no nearer */
        break;
    }
  found = moved < 1e-9;
done:
  ictus_free (J);
  ictus_free (pivot);
  return found;
}

bool
ictus__rest_linear (ictus__ramp *r, const double *x, ictus__linear *out)
{
  const int one = 1;
  int n = r->s->n, lwork = 4 * n, info = 1;
  size_t nn = (size_t) n;
  double none = 0, *J = ictus_alloc (nn * nn + 6 * nn, sizeof *J), *re, *im, *work;

  *out = (ictus__linear) { .leading = -INFINITY };
  if (J == NULL)
    return false;
  re = J + nn * nn;
  im = re + nn;
  work = im + nn;
  ictus__dyn_jac (r->s, x, J);
  if (ictus__dyn_finite (n * n, J))
    dgeev_ ("N", "N", &n, J, &n, re, im, &none, &one, &none, &one, work, &lwork, &info, 1, 1);
  for (int i = 0; info == 0 && i < n; ++i)
    {
      out->fastest = fmax (out->fastest, hypot (re[i], im[i]));
      out->complex = re[i] > out->leading ? fabs (im[i]) > 0 : out->complex;
      out->leading = fmax (out->leading, re[i]);
    }
  for (int i = 0; info == 0 && i < n; ++i)
    if (fabs (re[i]) > 1e-9 * out->fastest)
      out->slowest = fmax (out->slowest, 1 / fabs (re[i]));
  ictus_free (J);
  return info == 0;
}

/* ---- the branch -------------------------------------------------------------------------------------------------- */

typedef struct follower
{
  ictus__ramp *r;
  double *x, *old, *next; /* [n] now, one point before, a try */
  double par, par_old;
  ictus__linear lin;
} follower;

static double
value_of (follower *f)
{
  ictus__dyn_spread (f->r->s, f->x, f->r->s->y);
  return ictus__ramp_watch (f->r, f->r->t0, f->r->s->y);
}

/* The equilibrium at par, near where the last two points lead; also when it is not taken, its eigenvalues are in lin. */
static bool
try_at (follower *f, double par, ictus__linear *lin)
{
  ictus__dyn *s = f->r->s;
  double ahead = f->par != f->par_old ? (par - f->par) / (f->par - f->par_old) : 0;

  ahead = fmin (ahead, 1);
  for (int i = 0; i < s->n; ++i)
    f->next[i] = f->x[i] + ahead * (f->x[i] - f->old[i]);
  ictus__dyn_set (s, f->r->o->par, par);
  if (!ictus__rest_find (f->r, f->next, 0.05))
    return false;
  if (s->n > 300)
    *lin = f->lin; /* the eigenvalues would take too long */
  else if (!ictus__rest_linear (f->r, f->next, lin))
    return false;
  return true;
}

static void
take (follower *f, double par, const ictus__linear *lin)
{
  double *spare = f->old;

  f->old = f->x;
  f->par_old = f->par;
  f->x = f->next;
  f->next = spare;
  f->par = par;
  f->lin = *lin;
}

/* Is what was tried last no farther than where branches that cross have come apart? */
static bool
beside (const follower *f)
{
  double far = 0;

  for (int i = 0; i < f->r->s->n; ++i)
    far = fmax (far, fabs (f->next[i] - f->x[i]) / fmax (f->r->s->scale[i], fabs (f->x[i])));
  return far < 0.02;
}

/* Between f->par, where rest is stable, and `to`, where it is not, or is not there: where that begins. */
static void
narrow (follower *f, double to, double span, ictus_ramp_side *side)
{
  bool there = false, complex = false;
  double from = f->par;

  while (fabs (to - from) > 1e-10 * span)
    {
      double mid = 0.5 * (from + to);
      ictus__linear lin;

      if (!try_at (f, mid, &lin))
        {
          to = mid;
          there = false;
        }
      else if (lin.leading < 0)
        {
          from = mid;
          take (f, mid, &lin);
        }
      else
        {
          to = mid;
          there = true;
          complex = lin.complex;
        }
    }
  /* at a fold the eigenvalue that vanishes is real and the branch ends; Newton gives up a little before, as it does where branches cross,
     but there rest goes on, on the same one or on the other */
  if (!there)
    {
      double beyond = from + (side->to > side->from ? 1e-4 : -1e-4) * span;
      ictus__linear lin;
      bool found = try_at (f, beyond, &lin);

      if (found && lin.leading < 0 && beside (f))
        {
          take (f, beyond, &lin);
          return;
        }
      there = found && lin.leading >= 0;
      complex = there && lin.complex;
    }
  side->loss = !there ? ICTUS_RAMP_FOLD : complex ? ICTUS_RAMP_HOPF : ICTUS_RAMP_REAL;
  side->loss_par = fabs (from) > 1e-9 * span ? from : 0;
}

static void
keep (follower *f, ictus_ramp_side *side)
{
  if (side->nbranch == ICTUS_RAMP_BRANCH)
    return;
  side->branch_par[side->nbranch] = f->par;
  side->branch_value[side->nbranch] = value_of (f);
  side->branch_rate[side->nbranch] = f->r->s->n <= 300 ? -f->lin.leading : NAN;
  ++side->nbranch;
}

/* From point to point, by shorter ways where the long one does not lead to the branch; false: lost between f->par and *to. */
static bool
walk_to (follower *f, double target, double span, double *to)
{
  double step = target - f->par;
  ictus__linear lin;

  while (f->par != target)
    {
      double par = fabs (step) >= fabs (target - f->par) ? target : f->par + step;

      *to = par;
      if (try_at (f, par, &lin))
        {
          if (lin.leading >= 0)
            return false;
          take (f, par, &lin);
          step *= 2;
        }
      else if (fabs (step *= 0.5) < 1e-7 * span)
        return false;
    }
  return true;
}

ictus_err
ictus__rest_branch (ictus__ramp *r, const double *x, ictus_ramp_side *side)
{
  size_t n = (size_t) r->s->n;
  int most = n <= 40 ? ICTUS_RAMP_BRANCH - 1 : n <= 150 ? 40 : 10;
  double *room = ictus_alloc (3 * n, sizeof *room), span = fabs (side->to - side->from), to = side->from;
  follower f = { .r = r, .x = room, .old = room + n, .next = room + 2 * n, .par = side->from, .par_old = side->from };

  if (room == NULL)
    return ICTUS_E_NOMEM;
  memcpy (f.x, x, n * sizeof *x);
  memcpy (f.old, x, n * sizeof *x);
  side->loss = ICTUS_RAMP_KEPT;
  side->loss_par = NAN;
  ictus__dyn_set (r->s, r->o->par, side->from);
  if (ictus__rest_linear (r, x, &f.lin))
    keep (&f, side);
  for (int i = 1; i <= most && side->loss == ICTUS_RAMP_KEPT; ++i)
    {
      double target = i == most ? side->to : side->from + (side->to - side->from) * i / most;

      if (!walk_to (&f, target, span, &to))
        narrow (&f, to, span, side);
      if (f.par != side->branch_par[side->nbranch - 1])
        keep (&f, side);
    }
  ictus_free (room);
  return ICTUS_OK;
}

/* ---- the answer to noise -------------------------------------------------------------------------------------------- */

typedef struct answer /* of what is watched to a kick */
{
  size_t n, nkick;
  double h;
  double *g; /* [nkick, n] */
} answer;

/* Sum of products at a distance of m samples, times h: the autocovariance. */
static double
covariance (const answer *a, size_t m)
{
  double sum = 0;

  for (size_t k = 0; k < a->nkick; ++k)
    for (size_t i = 0; i + m < a->n; ++i)
      sum += (i == 0 ? 0.5 : 1) * a->g[k * a->n + i] * a->g[k * a->n + i + m];
  return sum * a->h;
}

static double
falls_to (const answer *a, double share)
{
  double all = covariance (a, 0);
  size_t lo = 0, hi = 1;

  while (hi < a->n && covariance (a, hi) > share * all)
    {
      lo = hi;
      hi *= 2;
    }
  hi = hi < a->n ? hi : a->n;
  while (hi - lo > 1 && hi - lo > lo / 64)
    {
      size_t mid = lo + (hi - lo) / 2;

      *(covariance (a, mid) > share * all ? &lo : &hi) = mid;
    }
  return a->h * (double) hi;
}

/* Derivative of what is watched by the states. */
static void
gradient (ictus__ramp *r, const double *x, double *c)
{
  ictus__dyn *s = r->s;

  for (int i = 0; i < s->n; ++i)
    {
      double h = cbrt (DBL_EPSILON) * fmax (s->scale[i], fabs (x[i])), above;

      ictus__dyn_spread (s, x, s->y);
      s->y[s->state[i]] = x[i] + h;
      above = ictus__ramp_watch (r, r->t0, s->y);
      s->y[s->state[i]] = x[i] - h;
      c[i] = (above - ictus__ramp_watch (r, r->t0, s->y)) / (2 * h);
      s->y[s->state[i]] = x[i];
    }
}

/* Direction of source j: additive ones first, then those of the model. False: it has none. */
static bool
direction (ictus__ramp *r, const double *x, size_t j, double *b)
{
  ictus__dyn *s = r->s;
  double *u, *f;
  size_t n = (size_t) s->n, slot;

  memset (b, 0, n * sizeof *b);
  if (j < r->nnoise)
    {
      for (size_t i = 0; i < n; ++i)
        if (s->state[i] == r->noise_state[j])
          b[i] = r->noise_sigma[j];
      return true;
    }
  slot = j - r->nnoise;
  if (r->k->noise[slot] != ICTUS_NOISE_WIENER)
    return false;
  u = s->u + r->k->ninput + r->k->ndelay + slot;
  f = s->work + r->k->nstate; /* ictus__dyn_rhs uses the first half */
  ictus__dyn_rhs (s, x, f);
  *u = 1;
  ictus__dyn_rhs (s, x, b);
  *u = 0;
  for (size_t i = 0; i < n; ++i)
    b[i] -= f[i];
  return true;
}

/* z' = J z from b by steps of the classical Runge-Kutta method; c z at each. work [5 n] */
static void
ring (size_t n, const double *J, double h, const double *c, double *z, double *work, size_t steps, double *g)
{
  static const double part[4] = { 0, 0.5, 0.5, 1 }, weight[4] = { 1. / 6, 1. / 3, 1. / 3, 1. / 6 };
  double *k = work, *at = work + n, *sum = work + 2 * n;

  for (size_t t = 0; t < steps; ++t)
    {
      g[t] = 0;
      for (size_t i = 0; i < n; ++i)
        {
          g[t] += c[i] * z[i];
          sum[i] = z[i];
          k[i] = 0;
        }
      for (int stage = 0; stage < 4; ++stage)
        {
          for (size_t i = 0; i < n; ++i)
            at[i] = z[i] + h * part[stage] * k[i];
          memset (k, 0, n * sizeof *k);
          for (size_t j = 0; j < n; ++j)
            for (size_t i = 0; i < n; ++i)
              k[i] += J[j * n + i] * at[j];
          for (size_t i = 0; i < n; ++i)
            sum[i] += h * weight[stage] * k[i];
        }
      memcpy (z, sum, n * sizeof *z);
    }
}

bool
ictus__rest_noise (ictus__ramp *r, const double *x, const ictus__linear *l, double *variance, double *lag, double *memory)
{
  size_t n = (size_t) r->s->n, most = r->nnoise + (size_t) r->k->nnoise;
  double steps = 12 * l->slowest * l->fastest / 0.2, limit = fmin (4e5, 2e8 / (double) (n * n));
  answer a = { .h = 0.2 / l->fastest };
  double *room = NULL;

  *variance = 0;
  if (!(l->leading < 0) || !(l->fastest > 0) || most == 0)
    return false;
  a.n = (size_t) fmax (fmin (steps, limit), 100);
  a.g = ictus_alloc (a.n * most, sizeof *a.g);
  room = ictus_alloc (n * n + 7 * n, sizeof *room);
  if (a.g == NULL || room == NULL)
    goto done;
  gradient (r, x, room + n * n);
  ictus__dyn_jac (r->s, x, room);
  for (size_t j = 0; j < most; ++j)
    if (direction (r, x, j, room + n * n + n))
      {
        ring (n, room, a.h, room + n * n, room + n * n + n, room + n * n + 2 * n, a.n, a.g + a.nkick * a.n);
        ++a.nkick;
      }
  *variance = a.nkick > 0 ? covariance (&a, 0) : 0;
  if (*variance > 0)
    {
      *lag = falls_to (&a, 0.7);
      *memory = falls_to (&a, exp (-1));
    }
done:
  ictus_free (a.g);
  ictus_free (room);
  return *variance > 0 && isfinite (*variance);
}
