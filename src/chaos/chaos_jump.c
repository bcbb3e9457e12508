/* SPDX-License-Identifier: BSD-3-Clause */
/* What a spike with reset does to a trajectory and its deviations.
   A deviation d reaches the threshold g = 0 earlier or later by -c d, c = grad g / (grad g . f + g_t); so behind the reset x+ = R (x-) it is
   (DR + (f+ - DR f- - R_t) c) d, the saltation matrix (Mueller 1995, doi:10.1016/0960-0779(94)00170-U; Coombes, Thul & Wedgwood 2012,
   doi:10.1016/j.physd.2011.05.012). While the neuron is refractory the held states stand still; the end of that comes earlier or later by as
   much, which adds (f free - f held) c to the deviations there. All matrices are those of the whole space, so log |det| is had besides the
   growth of the columns. */
#include "chaos_impl.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { LOCATE = 60 };

/* ---- where the threshold is ------------------------------------------------------------------------------------ */

/* The step of h ends beyond the threshold: attempts of other lengths (false position, the Illinois rule) until one ends as little before it
   as rounding allows: on this side nothing has a corner. Returns that one's error. */
double
ictus__jump_locate (ictus__tangent *w, double *h, double before)
{
  double lo = 0, hi = *h, glo = before, ghi = ictus__chaos_fire (w->s, w->t + *h, w->x1);
  int side = 0;

  for (int k = 0; k < LOCATE && hi - lo > 4 * DBL_EPSILON * hi; ++k)
    {
      double g, at = hi - ghi * (hi - lo) / (ghi - glo);

      if (!(at > lo && at < hi) || k % 8 == 7)
        at = 0.5 * (lo + hi);
      if (!(at > lo && at < hi) || isnan (w->m->attempt (w, at)))
        break;
      g = ictus__chaos_fire (w->s, w->t + at, w->x1);
      if (g >= 0)
        {
          hi = at;
          ghi = g;
          glo *= side > 0 ? 0.5 : 1;
          side = 1;
        }
      else
        {
          lo = at;
          glo = g;
          ghi *= side < 0 ? 0.5 : 1;
          side = -1;
        }
    }
  *h = lo > 0 ? lo : hi;
  return w->m->attempt (w, *h);
}

/* ---- derivatives ------------------------------------------------------------------------------------------------ */

/* By central differences, which are exact but for rounding where the functions are linear, as most thresholds and resets are.
   grad [n], DR [n, n], Rt [n] in the model's own units; gt. */
static void
differentiate (ictus__tangent *w, double *grad, double *gt, double *DR, double *Rt, double *x, double *y)
{
  int n = w->n;
  ictus__chaos *s = w->s;

  for (int j = 0; j <= n; ++j) /* the last one: time */
    {
      double by = cbrt (DBL_EPSILON) * (j < n ? fmax (w->scale[j], fabs (w->x[j])) : 1), g[2], t = w->t;
      double *out = j < n ? DR + j * n : Rt;

      if (j == n && !s->timed)
        {
          *gt = 0;
          memset (Rt, 0, (size_t) n * sizeof *Rt);
          break;
        }
      for (int side = 0; side < 2; ++side)
        {
          double to = side == 0 ? -by : by;

          memcpy (x, w->x, (size_t) n * sizeof *x);
          if (j < n)
            x[j] += to;
          g[side] = ictus__chaos_fire (s, j < n ? t : t + to, x);
          ictus__chaos_reset (s, j < n ? t : t + to, x, y, false);
          for (int i = 0; i < n; ++i)
            out[i] = side == 0 ? y[i] : (y[i] - out[i]) / (2 * by);
        }
      *(j < n ? &grad[j] : gt) = (g[1] - g[0]) / (2 * by);
    }
}

/* ---- refractory ----------------------------------------------------------------------------------------------------- */

/* The matrix M (in units of scale) on to the end of refractoriness; x becomes the state there. */
static ictus_err
wait (ictus__tangent *w, double *M, double *x)
{
  size_t n = (size_t) w->n;
  double end = w->t + w->s->refractory;
  ictus__tangent *l = NULL;
  ictus_err e;

  ICTUS_GO (ictus__tangent_open (w->s, w->m, w->n, w->t, x, w->scale, w->rtol, w->atol, &l));
  memcpy (l->Q, M, n * n * sizeof *M);
  l->matrix = true;
  while (l->t < end)
    {
      double left = end - l->t, h, next;
      bool fires;

      l->h = fmin (l->h, left);
      if (l->h > left * (1 - 1e-9))
        l->h = left;
      if (!(left > 16 * DBL_EPSILON * fabs (end)))
        break;
      ICTUS_GO (ictus__tangent_try (l, 0, &h, &next, &fires));
      ictus__tangent_pass (l, h);
      l->h = next;
    }
  memcpy (M, l->Q, n * n * sizeof *M);
  memcpy (x, l->x, n * sizeof *x);
done:
  ictus__tangent_close (&l);
  return e;
}

/* ---- the jump ---------------------------------------------------------------------------------------------------------- */

/* M += (to - from) c, in units of scale */
static void
shift (const ictus__tangent *w, double *M, const double *to, const double *from, const double *c)
{
  for (int j = 0; j < w->n; ++j)
    for (int i = 0; i < w->n; ++i)
      M[j * w->n + i] += (to[i] - from[i]) * c[j] * w->scale[j] / w->scale[i];
}

static ictus_err
matrix (ictus__tangent *w, double *M, double *room)
{
  int n = w->n;
  double *c = room, *image = c + n, *Rt = image + n, *x = Rt + n, *y = x + n, *after = y + n, gt = 0, rise;
  ictus__chaos *s = w->s;

  differentiate (w, c, &gt, M, Rt, x, y);
  rise = gt;
  for (int j = 0; j < n; ++j)
    rise += c[j] * w->f[j];
  if (!(rise > 0))
    return ICTUS_FAIL (ICTUS_E_SOLVER, "the trajectory touches the threshold at t = %g without crossing it: deviations grow without bound there",
                       w->t);
  for (int i = 0; i < n; ++i)
    {
      image[i] = Rt[i];
      for (int j = 0; j < n; ++j)
        image[i] += M[j * n + i] * w->f[j];
    }
  for (int j = 0; j < n; ++j)
    {
      c[j] /= rise;
      for (int i = 0; i < n; ++i)
        M[j * n + i] *= w->scale[j] / w->scale[i];
    }
  ictus__chaos_reset (s, w->t, w->x, after, true);
  s->frozen = s->refractory > 0;
  ictus__chaos_rhs (s, w->t, after, x);
  shift (w, M, x, image, c);
  if (s->frozen)
    {
      ictus_err e = wait (w, M, after);

      if (e == ICTUS_OK)
        ictus__chaos_rhs (s, w->t + s->refractory, after, x);
      s->frozen = false;
      ICTUS_TRY (e);
      ictus__chaos_rhs (s, w->t + s->refractory, after, y);
      shift (w, M, y, x, c);
    }
  memcpy (w->x, after, (size_t) n * sizeof *after);
  return ICTUS_OK;
}

ictus_err
ictus__jump (ictus__tangent *w)
{
  size_t n = (size_t) w->n, k = (size_t) w->k;
  double *M = ictus_alloc (n, (n + 8) * sizeof *M), *room = M + n * n, *r = w->rate, size = 0;
  ictus_err e;

  if (M == NULL)
    return ICTUS_E_NOMEM;
  ICTUS_GO (matrix (w, M, room));
  memset (w->Q1, 0, n * k * sizeof *w->Q1);
  for (size_t q = 0; q < k; ++q)
    for (size_t j = 0; j < n; ++j)
      for (size_t i = 0; i < n; ++i)
        w->Q1[q * n + i] += M[j * n + i] * w->Q[q * n + j];
  ictus__orthonormal (w->n, w->k, w->Q1, r);
  memcpy (w->Q, w->Q1, n * k * sizeof *w->Q);
  for (size_t e1 = 0; e1 < n * n; ++e1)
    size = fmax (size, fabs (M[e1]));
  for (size_t q = 0; q < k; ++q) /* rounding is nothing */
    w->grow[q] += log (r[q] > 1e-13 * size ? r[q] : 0);
  w->divergence += ictus__log_det (w->n, M);
  w->t += w->s->refractory;
  w->h_last += w->s->refractory;
  ictus__tangent_look (w);
done:
  ictus_free (M);
  return e;
}
