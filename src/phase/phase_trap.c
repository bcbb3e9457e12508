/* SPDX-License-Identifier: BSD-3-Clause */
/* Traps: regions that no orbit leaves again, and in which all orbits go to the same end, as a map. Around a fixed point they are ellipses on
   which a quadratic Lyapunov function of the linear part falls along the true field, too; around a cycle a ring between two orbits
   that have come nearer to it after one turn. Whoever enters a trap needs not be followed further. */
#include "phase/phase_impl.h"

#include <math.h>
#include <string.h>

enum { ANGLES = 72 };

ictus_err
ictus__trap_init (ictus__trap *m, const ictus__plane *q)
{
  for (int a = 0; a < 2; ++a)
    {
      m->n[a] = a < q->dim ? (q->dim == 1 ? 16 : 1) * PHASE_RASTER : 1;
      m->lo[a] = q->lo[a] - (a < q->dim ? 0.5 * q->size[a] : 0);
      m->size[a] = a < q->dim ? 2 * q->size[a] : 1;
    }
  m->label = ictus_alloc ((size_t) m->n[0] * (size_t) m->n[1], sizeof *m->label);
  return m->label != NULL ? ICTUS_OK : ICTUS_E_NOMEM;
}

void
ictus__trap_clear (ictus__trap *m)
{
  ictus_free (m->label);
  m->label = NULL;
}

int
ictus__trap_at (const ictus__trap *m, const double *x)
{
  int at[2] = { 0, 0 };

  for (int a = 0; a < (m->n[1] > 1 ? 2 : 1); ++a)
    {
      double s = (x[a] - m->lo[a]) / m->size[a] * m->n[a];

      if (!(s >= 0 && s < m->n[a]))
        return 0;
      at[a] = (int) s;
    }
  return m->label[at[1] * m->n[0] + at[0]];
}

/* Corner (i, j) of the cells. */
static void
corner (const ictus__trap *m, int i, int j, double *x)
{
  x[0] = m->lo[0] + m->size[0] * i / m->n[0];
  x[1] = m->lo[1] + m->size[1] * j / m->n[1];
}

static void
mark (ictus__trap *m, int i, int j, int label)
{
  short *at = &m->label[j * m->n[0] + i];

  if (*at == 0)
    *at = (short) label;
}

/* Below the threshold, where there is one: nothing fires within a trap. */
static bool
quiet (ictus__plane *q, const double *x)
{
  return !q->fires || ictus__plane_fire (q, x) < 0;
}

/* ---- one variable: as far as the field points to the middle ----------------------------------------------------- */

static double
reach (ictus__plane *q, double at, double step, int dir, int most)
{
  double x = at, f[2];

  ictus__plane_begin (q, &at);
  for (int k = 0; k < most; ++k)
    {
      double next = x + step;

      if (!ictus__plane_rhs (q, &next, f) || !(dir * f[0] * step < 0) || (dir > 0 && !quiet (q, &next)))
        break;
      x = next;
    }
  return x;
}

static void
trap_on_line (ictus__trap *m, ictus__plane *q, double at, int k, int dir)
{
  double step = m->size[0] / m->n[0] / 4, lo = reach (q, at, -step, dir, 8 * m->n[0]), hi = reach (q, at, step, dir, 8 * m->n[0]), x[2];

  for (int i = 0; i < m->n[0]; ++i)
    {
      corner (m, i, 0, x);
      if (x[0] >= lo && x[0] + m->size[0] / m->n[0] <= hi)
        mark (m, i, 0, k + 1);
    }
}

/* ---- two variables: an ellipse ------------------------------------------------------------------------------------ */

/* P of A'P + PA = -1, A in parts of the box. */
static bool
lyapunov (const double A[4], double P[3])
{
  double a = A[0], c = A[1], b = A[2], d = A[3], t = a + d, det = a * d - b * c, by = -1 / (2 * t * det);

  if (!(t < 0) || !(det > 0))
    return false;
  a -= t;
  d -= t;
  P[0] = by * (det + a * a + c * c);
  P[1] = by * (a * b + c * d);
  P[2] = by * (det + b * b + d * d);
  return isfinite (P[0]) && isfinite (P[2]) && P[0] > 0 && P[0] * P[2] - P[1] * P[1] > 0;
}

/* Does the function fall all along the ellipse y'Py = r^2? */
static bool
falls (ictus__plane *q, const double *at, const double P[3], double r, int dir)
{
  double l11 = sqrt (P[0]), l21 = P[1] / l11, l22 = sqrt (P[2] - l21 * l21);

  for (int k = 0; k < ANGLES; ++k)
    {
      double c = r * cos (6.283185307179586 * k / ANGLES), s = r * sin (6.283185307179586 * k / ANGLES), y[2], x[2], f[2], fall;

      y[1] = s / l22;
      y[0] = (c - l21 * y[1]) / l11;
      for (int a = 0; a < 2; ++a)
        x[a] = at[a] + y[a] * q->size[a];
      if (!ictus__plane_rhs (q, x, f) || (dir > 0 && !quiet (q, x)))
        return false;
      f[0] *= dir / q->size[0];
      f[1] *= dir / q->size[1];
      fall = 2 * (y[0] * (P[0] * f[0] + P[1] * f[1]) + y[1] * (P[1] * f[0] + P[2] * f[1]));
      if (!(fall < -0.1 * (y[0] * y[0] + y[1] * y[1])))
        return false;
    }
  return true;
}

static void
fill_ellipse (ictus__trap *m, const ictus__plane *q, const double *at, const double P[3], double r, int label)
{
  for (int j = 0; j < m->n[1]; ++j)
    for (int i = 0; i < m->n[0]; ++i)
      {
        bool in = true;

        for (int k = 0; k < 4 && in; ++k)
          {
            double x[2], y[2];

            corner (m, i + k % 2, j + k / 2, x);
            for (int a = 0; a < 2; ++a)
              y[a] = (x[a] - at[a]) / q->size[a];
            in = P[0] * y[0] * y[0] + 2 * P[1] * y[0] * y[1] + P[2] * y[1] * y[1] <= r * r;
          }
        if (in)
          mark (m, i, j, label);
      }
}

static void
trap_in_plane (ictus__trap *m, ictus__plane *q, const double *at, int k, int dir)
{
  double J[4], f[2], A[4], P[3], r, best = 0, narrow;

  ictus__plane_begin (q, at);
  if (!ictus__plane_jac (q, at, f, J))
    return;
  for (int j = 0; j < 2; ++j)
    for (int i = 0; i < 2; ++i)
      A[2 * j + i] = dir * J[2 * j + i] * q->size[j] / q->size[i];
  if (!lyapunov (A, P))
    return;
  narrow = sqrt (fmax (P[0], P[2])); /* the ellipse of this radius is one box wide, or less */
  for (r = 1e-4 * narrow; r < 2 * narrow && falls (q, at, P, r, dir); r *= 1.12)
    best = r;
  if (best > 0)
    fill_ellipse (m, q, at, P, best, k + 1);
}

void
ictus__trap_point (ictus__trap *m, ictus__plane *q, const ictus_phase_point *point, int k, int dir)
{
  if (q->dim == 1)
    trap_on_line (m, q, point->at[0], k, dir);
  else
    trap_in_plane (m, q, point->at, k, dir);
}

/* ---- rings ---------------------------------------------------------------------------------------------------------- */

/* Turn over, on the line of corners j, those behind each crossing of the polygon. */
static void
cross (const ictus__trap *m, const double *v, size_t n, int j, unsigned char *turn)
{
  double level[2];

  corner (m, 0, j, level);
  for (size_t k = 0; k < n; ++k)
    {
      const double *a = v + 2 * k, *b = v + 2 * ((k + 1) % n);
      double x, col;

      if ((a[1] < level[1]) == (b[1] < level[1]))
        continue;
      x = a[0] + (level[1] - a[1]) / (b[1] - a[1]) * (b[0] - a[0]);
      col = ceil ((x - m->lo[0]) / m->size[0] * m->n[0]);
      if (col <= m->n[0])
        turn[(int) fmax (col, 0)] ^= 1;
    }
}

/* Which corners of line j lie between the two. */
static void
line_of_corners (const ictus__trap *m, const double *a, size_t na, const double *b, size_t nb, int j, unsigned char *in)
{
  size_t n = (size_t) m->n[0] + 1;

  memset (in, 0, n);
  cross (m, a, na, j, in);
  cross (m, b, nb, j, in);
  for (size_t i = 1; i < n; ++i)
    in[i] ^= in[i - 1];
}

ictus_err
ictus__trap_ring (ictus__trap *m, const ictus__plane *q, const double *a, size_t na, const double *b, size_t nb, int k)
{
  size_t n = (size_t) m->n[0] + 1;
  unsigned char *below = ictus_alloc (2 * n, 1), *above = below + n;

  (void) q;
  if (below == NULL)
    return ICTUS_E_NOMEM;
  line_of_corners (m, a, na, b, nb, 0, below);
  for (int j = 0; j < m->n[1]; ++j)
    {
      line_of_corners (m, a, na, b, nb, j + 1, above);
      for (int i = 0; i < m->n[0]; ++i)
        if (below[i] && below[i + 1] && above[i] && above[i + 1])
          mark (m, i, j, -(k + 1));
      memcpy (below, above, n);
    }
  ictus_free (below);
  return ICTUS_OK;
}
