/* SPDX-License-Identifier: BSD-3-Clause */
/* What is known already: points and curves are compared in coordinates in which the whole diagram has size 1. */
#include <math.h>
#include <string.h>

#include "dyn/dyn_drive.h"

#define POINT 1e-4   /* special points that are the same are as near as this */
#define SHARP 1e-7   /* in the parameter, where they are located to rounding: alike parts of a network have theirs side by side */
#define STRETCH 0.1  /* how far from a chord its arc may be, in lengths of the chord */

static void
widen (double *lo, double *hi, double v)
{
  if (isfinite (v))
    {
      *lo = fmin (*lo, v);
      *hi = fmax (*hi, v);
    }
}

static double
size_of (double lo, double hi)
{
  double span = hi - lo, far = fmax (fabs (lo), fabs (hi));

  if (!(span >= 0) || far < 1e-30)
    return 1;
  return span > 1e-3 * far ? span : far;
}

ictus_err
ictus__measure_make (const ictus_dyn_diagram *d, ictus__measure *m)
{
  double lo, hi;
  int n = d->nbranch > 0 ? d->branch[0].n : 0;

  *m = (ictus__measure) { .n = n, .par = 1, .par2 = 1 };
  if ((m->x = ictus_alloc ((size_t) n, sizeof *m->x)) == NULL)
    return ICTUS_E_NOMEM;
  for (int i = 0; i < n; ++i)
    {
      lo = INFINITY;
      hi = -INFINITY;
      for (size_t b = 0; b < d->nbranch; ++b)
        for (size_t r = 0; r < d->branch[b].npoint; ++r)
          {
            const ictus_dyn_branch *k = &d->branch[b];
            size_t at = r * (size_t) n + (size_t) i;

            widen (&lo, &hi, k->low != NULL ? k->low[at] : k->x[at]); /* what varies may stand at phase 0 */
            widen (&lo, &hi, k->high != NULL ? k->high[at] : k->x[at]);
          }
      m->x[i] = size_of (lo, hi);
    }
  for (int second = 0; second < 2; ++second)
    {
      lo = INFINITY;
      hi = -INFINITY;
      for (size_t b = 0; b < d->nbranch; ++b)
        for (size_t r = 0; r < d->branch[b].npoint; ++r)
          if (!second || d->branch[b].par2 != NULL)
            widen (&lo, &hi, second ? d->branch[b].par2[r] : d->branch[b].par[r]);
      *(second ? &m->par2 : &m->par) = size_of (lo, hi);
    }
  return ICTUS_OK;
}

void
ictus__measure_clear (ictus__measure *m)
{
  ictus_free (m->x);
  *m = (ictus__measure) { 0 };
}

/* ---- points ------------------------------------------------------------------------------------------------ */

/* Least and largest value of state i on the orbit of a special point. */
static void
reach (const ictus_dyn_special *s, int n, int i, double *lo, double *hi)
{
  *lo = INFINITY;
  *hi = -INFINITY;
  for (size_t k = 0; k < s->nmesh; ++k)
    widen (lo, hi, s->orbit[k * (size_t) n + (size_t) i]);
}

static bool
same_state (const ictus__measure *m, const ictus_dyn_special *a, const ictus_dyn_special *b, int i)
{
  double alo, ahi, blo, bhi;

  if (a->nmesh == 0 || b->nmesh == 0)
    return fabs (a->x[i] - b->x[i]) <= POINT * m->x[i];
  reach (a, m->n, i, &alo, &ahi);
  reach (b, m->n, i, &blo, &bhi);
  /* the meshes differ: an extremum lies between their points */
  return fmax (fabs (alo - blo), fabs (ahi - bhi)) <= 100 * POINT * fmax (m->x[i], ahi - alo);
}

bool
ictus__same_special (const ictus__measure *m, const ictus_dyn_special *a, const ictus_dyn_special *b)
{
  bool sharp = (a->type == ICTUS_DYN_FOLD || a->type == ICTUS_DYN_HOPF) && isnan (a->par[1]) && isnan (b->par[1]);

  if (a->type != b->type || fabs (a->par[0] - b->par[0]) > (sharp ? SHARP : POINT) * m->par)
    return false;
  if (isfinite (a->par[1]) && isfinite (b->par[1]) && fabs (a->par[1] - b->par[1]) > POINT * m->par2)
    return false;
  if (isfinite (a->period) && isfinite (b->period) && fabs (a->period - b->period) > 10 * POINT * fabs (a->period))
    return false;
  for (int i = 0; i < m->n; ++i)
    if (!same_state (m, a, b, i))
      return false;
  return true;
}

const ictus_dyn_special *
ictus__seen_before (const ictus_dyn_diagram *d, const ictus__measure *m, size_t b, size_t k)
{
  const ictus_dyn_special *s = &d->branch[b].special[k];

  for (size_t a = 0; a <= b; ++a)
    for (size_t j = 0; j < (a == b ? k : d->branch[a].nspecial); ++j)
      if (ictus__same_special (m, &d->branch[a].special[j], s))
        return &d->branch[a].special[j];
  return NULL;
}

/* ---- equilibria of the start --------------------------------------------------------------------------------- */

/* Does a branch end or begin at the equilibrium x at par, an end of the range? */
static bool
ends_at (const ictus_dyn_diagram *d, const ictus__measure *m, const double *x, double par)
{
  for (size_t k = 0; k < d->nbranch; ++k)
    for (int last = 0; last < 2 && d->branch[k].kind == ICTUS_DYN_EQUILIBRIA && d->branch[k].npoint > 0; ++last)
      {
        const ictus_dyn_branch *b = &d->branch[k];
        size_t r = last ? b->npoint - 1 : 0;
        bool same = fabs (b->par[r] - par) <= 1e-9 * m->par;

        for (int i = 0; i < m->n && same; ++i)
          same = fabs (b->x[r * (size_t) m->n + (size_t) i] - x[i]) <= POINT * m->x[i];
        if (same)
          return true;
      }
  return false;
}

bool
ictus__passes_through (const ictus_dyn_diagram *d, ictus__dyn *s, const ictus__measure *m, const double *x, double par, bool edge)
{
  int n = s->n;
  double *z = ictus_alloc ((size_t) n, sizeof *z);
  bool found = z != NULL && edge && ends_at (d, m, x, par);

  for (size_t k = 0; z != NULL && k < d->nbranch && !found; ++k)
    {
      const ictus_dyn_branch *b = &d->branch[k];

      for (size_t r = 0; r + 1 < b->npoint && b->kind == ICTUS_DYN_EQUILIBRIA && !found; ++r)
        {
          double w = (par - b->par[r]) / (b->par[r + 1] - b->par[r]);

          if (!(w > 0 && w <= 1) || (w == 1 && r + 2 == b->npoint))
            continue;
          for (int i = 0; i < n; ++i)
            z[i] = (1 - w) * b->x[r * (size_t) n + (size_t) i] + w * b->x[(r + 1) * (size_t) n + (size_t) i];
          ictus__dyn_set (s, d->options.par, par);
          found = ictus__equilibrium_near (s, z, d->options.tol);
          for (int i = 0; i < n && found; ++i)
            found = fabs (z[i] - x[i]) <= POINT * m->x[i];
        }
    }
  ictus_free (z);
  return found;
}

/* The largest row of the Jacobian, states measured by their sizes. */
static double
fastest (ictus__dyn *s, const double *x)
{
  size_t n = (size_t) s->n;
  double *J = ictus_alloc (n * n, sizeof *J), most = 0;

  if (J == NULL)
    return INFINITY;
  ictus__dyn_jac (s, x, J);
  for (size_t i = 0; i < n; ++i)
    {
      double sum = 0;

      for (size_t j = 0; j < n; ++j)
        sum += fabs (J[j * n + i]) * s->scale[j] / s->scale[i];
      most = fmax (most, sum);
    }
  ictus_free (J);
  return most;
}

bool
ictus__lies_on_curve (ictus__dyn *s, const double *x, int par)
{
  int n = s->n;
  double *B = ictus_alloc (4 * (size_t) n + 2, sizeof *B), *C = B + n, *r = C + n, *z = r + n + 1, corner = 0, far = 0;
  ictus__bordered *b = NULL;
  bool ok = B != NULL && ictus__bordered_create (s, 1, &b) == ICTUS_OK;

  if (ok)
    {
      ictus__dyn_dpar (s, x, par, B);
      corner = ictus__dyn_get (s, par) != 0 ? 1 / fabs (ictus__dyn_get (s, par)) : 1;
      for (int i = 0; i < n; ++i)
        {
          C[i] = (1 + 0.1 * i / n) / s->scale[i];
          r[i] = s->scale[i] * (i % 2 == 0 ? 1 : -1) * (1 + 0.3 * i / n); /* in no direction of its own */
        }
      r[n] = 0;
      ok = ictus__bordered_factor (b, s, x, B, C, &corner);
    }
  if (ok)
    {
      ictus__bordered_solve (b, r, z, false);
      for (int i = 0; i < n; ++i)
        far = fmax (far, fabs (z[i]) / s->scale[i]);
      ok = far * fastest (s, x) < 1e13; /* nothing is that slow but what stands still */
    }
  ictus__bordered_destroy (&b);
  ictus_free (B);
  return ok;
}

/* ---- curves --------------------------------------------------------------------------------------------------- */

/* Coordinate c of row r; -1 past the last. Cycles: low, high, par, period; others: x, par, par2. */
static bool
coordinate (const ictus_dyn_branch *b, const ictus__measure *m, size_t r, int c, double *v)
{
  int n = b->n;
  size_t row = r * (size_t) n;
  bool cycles = b->kind == ICTUS_DYN_CYCLES;

  if (c < n)
    *v = (cycles ? b->low : b->x)[row + (size_t) c] / m->x[c];
  else if (cycles && c < 2 * n)
    *v = b->high[row + (size_t) (c - n)] / m->x[c - n];
  else if (c == (cycles ? 2 * n : n))
    *v = b->par[r] / m->par;
  else if (c == (cycles ? 2 * n + 1 : n + 1) && (cycles || b->par2 != NULL))
    *v = cycles ? log (b->period[r]) : b->par2[r] / m->par2;
  else
    return false;
  return true;
}

/* Does row r of b lie on the chord of rows q and q + 1 of a, or as near as its arc may be? */
static bool
on_chord (const ictus_dyn_branch *a, size_t q, const ictus_dyn_branch *b, size_t r, const ictus__measure *m)
{
  double along = 0, length = 0, far = 0, p0, p1, p, w;

  for (int c = 0; coordinate (b, m, r, c, &p); ++c)
    {
      coordinate (a, m, q, c, &p0);
      coordinate (a, m, q + 1, c, &p1);
      along += (p - p0) * (p1 - p0);
      length += (p1 - p0) * (p1 - p0);
    }
  w = length > 0 ? along / length : 0;
  w = w < 0 ? 0 : w > 1 ? 1 : w;
  for (int c = 0; coordinate (b, m, r, c, &p); ++c)
    {
      coordinate (a, m, q, c, &p0);
      coordinate (a, m, q + 1, c, &p1);
      p -= p0 + w * (p1 - p0);
      far += p * p;
    }
  return sqrt (far) <= STRETCH * sqrt (length) + 1e-6;
}

static bool
on_branch (const ictus_dyn_branch *a, const ictus_dyn_branch *b, size_t r, const ictus__measure *m)
{
  if (a->kind != b->kind)
    return false;
  for (size_t q = 0; q + 1 < a->npoint; ++q)
    if (on_chord (a, q, b, r, m))
      return true;
  return false;
}

size_t
ictus__new_rows (const ictus_dyn_diagram *d, const ictus__measure *m, const ictus_dyn_branch *b)
{
  size_t r = b->npoint;

  while (r > 0)
    {
      bool known = false;

      for (size_t k = 0; k < d->nbranch && !known; ++k)
        known = on_branch (&d->branch[k], b, r - 1, m);
      if (!known)
        break;
      --r;
    }
  return r;
}

/* ---- Hopf points ------------------------------------------------------------------------------------------------ */

static double
amplitude (const ictus_dyn_branch *b, const ictus__measure *m, size_t r)
{
  double most = 0;

  for (int i = 0; i < b->n; ++i)
    most = fmax (most, (b->high[r * (size_t) b->n + (size_t) i] - b->low[r * (size_t) b->n + (size_t) i]) / m->x[i]);
  return most;
}

/* Where the amplitude goes to 0: its square is a straight line there. */
static double
vanishes_at (const ictus_dyn_branch *b, const ictus__measure *m)
{
  size_t r = b->npoint - 1;
  double a0 = amplitude (b, m, r - 1), a1 = amplitude (b, m, r), drop = a0 * a0 - a1 * a1;

  return drop > 0 ? b->par[r] + (b->par[r] - b->par[r - 1]) * a1 * a1 / drop : NAN;
}

bool
ictus__ends_at_hopf (const ictus_dyn_diagram *d, const ictus__measure *m, const ictus_dyn_special *hopf, int from_branch)
{
  for (size_t k = 0; k < d->nbranch; ++k)
    {
      const ictus_dyn_branch *b = &d->branch[k];
      size_t r = b->npoint - 1;
      double most = 0, last, at;
      bool near = true;

      (void) from_branch;
      if (b->kind != ICTUS_DYN_CYCLES || b->npoint < 4)
        continue;
      for (size_t q = 0; q < b->npoint; ++q)
        most = fmax (most, amplitude (b, m, q));
      last = amplitude (b, m, r);
      at = vanishes_at (b, m);
      if (last > 0.25 * most || fabs (log (b->period[r] / hopf->period)) > 0.1
          || !(fabs (at - hopf->par[0]) <= fmax (3 * fabs (at - b->par[r]), 1e-3 * m->par)))
        continue;
      for (int i = 0; i < b->n; ++i)
        {
          double lo = b->low[r * (size_t) b->n + (size_t) i], hi = b->high[r * (size_t) b->n + (size_t) i];
          double room = 0.5 * (hi - lo) + 0.01 * m->x[i];

          near = near && hopf->x[i] > lo - room && hopf->x[i] < hi + room;
        }
      if (near)
        return true;
    }
  return false;
}
