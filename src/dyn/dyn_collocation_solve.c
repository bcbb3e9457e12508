/* SPDX-License-Identifier: BSD-3-Clause */
/* The equations of collocation and how they are solved. Unknowns inside an interval are eliminated with row exchanges, then
   the points of the mesh from left to right by reflections, so that what remains, A u(0) + B u(1), carries the Floquet multipliers of
   stiff and of strongly unstable cycles alike (Fairgrieve & Jepson 1991, SIAM J Numer Anal 28:1446). */
#include "dyn/dyn_cycle.h"

#include <math.h>
#include <string.h>

typedef double pair __attribute__ ((vector_size (2 * sizeof (double)), aligned (sizeof (double)), may_alias));

/* to += f from, of n numbers: two at a time, which changes no bit of any. */
static inline void
add_row (double *to, double f, const double *from, size_t n)
{
  const pair both = { f, f };
  size_t q = 0;

  for (; q + 4 <= n; q += 4)
    {
      const pair *a = (const pair *) (const void *) (from + q);
      pair *b = (pair *) (void *) (to + q), low = both * a[0], high = both * a[1];

      b[0] += low;
      b[1] += high;
    }
  for (; q < n; ++q)
    to[q] += f * from[q];
}

/* ---- equations of an interval -------------------------------------------------------------------------------------- */

/* Rows of interval j; the two rows of borders get the entries of its nodes but the last, which is the next one's first. */
static void
assemble (ictus__colloc *c, int j, const ictus__cycle *x, const ictus__cycle *w, double T)
{
  const size_t n = (size_t) c->n, m = (size_t) c->m, cols = c->cols, g0 = (size_t) j * m;
  const double h = c->t[j + 1] - c->t[j], *u = x->u + g0 * n;
  double *W = c->W + (size_t) j * ictus__colloc_rows (c) * cols, *J = c->work, *f = J + n * n, *d = f + n, *at = d + n, *rise = at + n,
         *Jt = rise + n;

  memset (W + m * n * cols, 0, 2 * cols * sizeof *W);
  for (size_t k = 0; k < m; ++k)
    {
      for (size_t a = 0; a < n; ++a)
        at[a] = rise[a] = 0;
      for (size_t i = 0; i <= m; ++i)
        for (size_t a = 0; a < n; ++a)
          {
            at[a] += c->val[k][i] * u[i * n + a];
            rise[a] += c->der[k][i] * u[i * n + a];
          }
      ictus__dyn_rhs (c->s, at, f);
      ictus__dyn_jac (c->s, at, J);
      ictus__dyn_dpar (c->s, at, c->par, d);
      for (size_t a = 0; a < n; ++a)
        c->divergence += h * T * c->gauss[k] * J[a * n + a];
      for (size_t a = 0; a < n; ++a)
        {
          double *row = W + (k * n + a) * cols;
          const double per = 1 / c->scale[a];

          for (size_t b = 0; b < n; ++b)
            Jt[b] = -h * T * per * c->scale[b] * J[b * n + a];
          for (size_t i = 0; i <= m; ++i)
            {
              double *to = row + (i == 0 ? (m - 1) * n : i == m ? m * n : (i - 1) * n);
              const double v = c->val[k][i];

              for (size_t b = 0; b < n; ++b)
                to[b] = v * Jt[b];
              to[a] += c->der[k][i];
            }
          row += (m + 1) * n;
          row[0] = -h * T * f[a] * per;
          row[1] = -h * T * d[a] * per * c->par_scale;
          row[2] = (h * T * f[a] - rise[a]) * per;
        }
    }
  for (size_t i = 0; i < m; ++i)
    {
      double *to = W + m * n * cols + (i == 0 ? (m - 1) * n : (i - 1) * n);

      for (size_t a = 0; a < n; ++a)
        {
          to[a] = c->phase[(g0 + i) * n + a];
          to[cols + a] = c->weight[g0 + i] * w->u[(g0 + i) * n + a];
        }
    }
}

/* The first k of `cols` columns are eliminated from all rows, with pivots among the first `rows` of them; `more` rows follow.
   False: singular. Sign and, where size is not NULL, the product of the pivots. */
static bool
eliminate (double *W, size_t k, size_t rows, size_t more, size_t cols, int *sign, double *size)
{
  for (size_t p = 0; p < k; ++p)
    {
      double *top = W + p * cols, best = fabs (top[p]);
      size_t which = p;

      for (size_t r = p + 1; r < rows; ++r)
        if (fabs (W[r * cols + p]) > best)
          {
            best = fabs (W[r * cols + p]);
            which = r;
          }
      if (!(best > 0) || !isfinite (best))
        return false;
      if (which != p)
        {
          double *other = W + which * cols;

          for (size_t q = p; q < cols; ++q)
            {
              const double keep = top[q];

              top[q] = other[q];
              other[q] = keep;
            }
          *sign = -*sign;
        }
      if (top[p] < 0)
        *sign = -*sign;
      if (size != NULL)
        *size *= best;
      best = 1 / top[p];
      for (size_t r = p + 1; r < rows + more; ++r)
        {
          double *row = W + r * cols;
          const double f = row[p] * best;

          if (f != 0)
            add_row (row + p + 1, -f, top + p + 1, cols - p - 1);
        }
    }
  return true;
}

/* ---- from interval to interval ------------------------------------------------------------------------------------- */

/* Reflections make the first n columns of the first 2 n rows of the stack triangular; the borders' two rows follow. */
static bool
reflect (ictus__colloc *c)
{
  const size_t n = (size_t) c->n, wide = 3 * n + 3, rows = 2 * n;
  double *S = c->stack, *v = c->work, *sum = v + 2 * n;

  for (size_t k = 0; k < n; ++k)
    {
      double norm = 0, beta = 0, alpha;

      for (size_t r = k; r < rows; ++r)
        {
          v[r] = S[r * wide + k];
          norm += v[r] * v[r];
        }
      if (!(norm > 0) || !isfinite (norm))
        return false;
      alpha = v[k] > 0 ? -sqrt (norm) : sqrt (norm);
      beta = 1 / (norm - alpha * v[k]); /* 2 / v'v */
      v[k] -= alpha;
      memset (sum + k, 0, (wide - k) * sizeof *sum);
      for (size_t r = k; r < rows; ++r)
        add_row (sum + k + 1, v[r], S + r * wide + k + 1, wide - k - 1);
      for (size_t r = k; r < rows; ++r)
        add_row (S + r * wide + k + 1, -(beta * v[r]), sum + k + 1, wide - k - 1);
      S[k * wide + k] = alpha;
      if (alpha > 0) /* a reflection has the determinant -1 */
        c->sign = -c->sign;
      for (size_t r = rows; r < rows + 2; ++r)
        add_row (S + r * wide + k + 1, -(S[r * wide + k] / alpha), S + k * wide + k + 1, wide - k - 1);
    }
  return true;
}

/* Interval 0: rows about u(0) and the first point of the mesh, as they are left by a step: n rows, then the two borders. Columns of the
   stack: the point that goes next, u(0), the one behind it, borders. */
static void
begin (ictus__colloc *c)
{
  const size_t n = (size_t) c->n, m = (size_t) c->m, wide = 3 * n + 3;

  for (size_t r = 0; r < n + 2; ++r)
    {
      const double *from = c->W + ((m - 1) * n + r) * c->cols + (m - 1) * n;
      double *to = c->stack + (n + r) * wide;

      memcpy (to + n, from, n * sizeof *to);
      memcpy (to + 2 * n, from + n, (n + 3) * sizeof *to);
    }
}

/* Interval j joins: the point of the mesh before it is eliminated. */
static bool
join (ictus__colloc *c, int j)
{
  const size_t n = (size_t) c->n, m = (size_t) c->m, wide = 3 * n + 3;
  const double *W = c->W + ((size_t) j * ictus__colloc_rows (c) + (m - 1) * n) * c->cols + (m - 1) * n;
  double *S = c->stack;

  for (size_t r = 0; r < n; ++r)
    {
      double *top = S + r * wide, *old = S + (n + r) * wide;
      const double *from = W + r * c->cols;

      memcpy (top, old + 2 * n, n * sizeof *top);
      memcpy (top + n, old + n, n * sizeof *top);
      memset (top + 2 * n, 0, n * sizeof *top);
      memcpy (top + 3 * n, old + 3 * n, 3 * sizeof *top);
      memcpy (old, from, n * sizeof *old);
      memset (old + n, 0, n * sizeof *old);
      memcpy (old + 2 * n, from + n, (n + 3) * sizeof *old);
    }
  for (size_t r = 0; r < 2; ++r)
    {
      double *row = S + (2 * n + r) * wide;
      const double *from = W + (n + r) * c->cols;

      for (size_t q = 0; q < n; ++q)
        {
          row[q] = row[2 * n + q] + from[q];
          row[2 * n + q] = from[n + q];
        }
      for (size_t q = 0; q < 3; ++q)
        row[3 * n + q] += from[2 * n + q];
    }
  if (!reflect (c))
    return false;
  memcpy (c->R + (size_t) (j - 1) * n * wide, S, n * wide * sizeof *S);
  return true;
}

/* What remains: u(1) = u(0), log T and the parameter. Right sides: the residual, and 1 in the row of w. */
static bool
finish (ictus__colloc *c, const ictus__cycle *x, const ictus__cycle *w)
{
  const size_t n = (size_t) c->n, wide = 3 * n + 3, cols = n + 4, end = ictus__colloc_nodes (c) - 1, all = (end + 1) * n;
  double *L = c->last, miss = 0;

  for (size_t r = 0; r < n + 2; ++r)
    {
      const double *from = c->stack + (n + r) * wide;

      for (size_t q = 0; q < n; ++q)
        {
          L[r * cols + q] = from[n + q] + from[2 * n + q];
          if (r < n)
            {
              c->A[q * n + r] = from[n + q];
              c->B[q * n + r] = from[2 * n + q];
            }
        }
      memcpy (L + r * cols + n, from + 3 * n, 3 * sizeof *L);
      L[r * cols + n + 3] = r == n + 1;
    }
  for (size_t i = 0; i < all; ++i)
    miss += c->phase[i] * (x->u[i] - c->ref[i]) / c->scale[i % n];
  for (size_t q = 0; q < n; ++q)
    {
      L[n * cols + q] += c->phase[end * n + q];
      L[(n + 1) * cols + q] += c->weight[end] * w->u[end * n + q];
    }
  L[n * cols + n + 2] -= miss;
  L[(n + 1) * cols + n] += c->lt_weight * c->lt_weight * w->lt;
  L[(n + 1) * cols + n + 1] += w->par;
  c->size = 1;
  return eliminate (L, n + 2, n + 2, 0, cols, &c->sign, &c->size);
}

/* ---- back ---------------------------------------------------------------------------------------------------------- */

/* k unknowns of a triangle whose right sides are r. */
static void
back (const double *R, size_t k, size_t cols, double *r)
{
  for (size_t p = k; p-- > 0;)
    {
      const double *row = R + p * cols;
      double sum = r[p];

      for (size_t q = p + 1; q < k; ++q)
        sum -= row[q] * r[q];
      r[p] = sum / row[p];
    }
}

/* All nodes from both ends, log T and the parameter as they stand in d; `with` the residuals or without. */
static void
spread (ictus__colloc *c, double with, ictus__cycle *d)
{
  const size_t n = (size_t) c->n, m = (size_t) c->m, wide = 3 * n + 3;
  const double *first = d->u;

  for (int j = c->ntst - 1; j >= 1; --j)
    {
      const double *R = c->R + (size_t) (j - 1) * n * wide, *next = d->u + (size_t) (j + 1) * m * n;
      double *to = d->u + (size_t) j * m * n;

      for (size_t r = 0; r < n; ++r)
        {
          const double *row = R + r * wide;
          double sum = with * row[3 * n + 2] - row[3 * n] * d->lt - row[3 * n + 1] * d->par;

          for (size_t q = 0; q < n; ++q)
            sum -= row[n + q] * first[q] + row[2 * n + q] * next[q];
          to[r] = sum;
        }
      back (R, n, wide, to);
    }
  for (int j = 0; j < c->ntst; ++j)
    {
      const size_t k = (m - 1) * n;
      const double *W = c->W + (size_t) j * ictus__colloc_rows (c) * c->cols;
      double *left = d->u + (size_t) j * m * n, *right = left + m * n, *to = left + n;

      for (size_t r = 0; r < k; ++r)
        {
          const double *row = W + r * c->cols + k;
          double sum = with * row[2 * n + 2] - row[2 * n] * d->lt - row[2 * n + 1] * d->par;

          for (size_t q = 0; q < n; ++q)
            sum -= row[q] * left[q] + row[n + q] * right[q];
          to[r] = sum;
        }
      back (W, k, c->cols, to);
    }
}

/* Right side `which` of what remains, solved and spread. */
static void
solve_last (ictus__colloc *c, size_t which, double with, ictus__cycle *d)
{
  const size_t n = (size_t) c->n, cols = n + 4, end = ictus__colloc_nodes (c) - 1;
  double *r = c->work;

  for (size_t i = 0; i < n + 2; ++i)
    r[i] = c->last[i * cols + n + 2 + which];
  back (c->last, n + 2, cols, r);
  memcpy (d->u, r, n * sizeof *r);
  memcpy (d->u + end * n, r, n * sizeof *r);
  d->lt = r[n];
  d->par = r[n + 1];
  spread (c, with, d);
}

bool
ictus__colloc_newton (ictus__colloc *c, const ictus__cycle *x, const ictus__cycle *w, ictus__cycle *d)
{
  const size_t n = (size_t) c->n, m = (size_t) c->m;
  const double T = exp (x->lt);

  if (!isfinite (T) || !isfinite (x->par))
    return false;
  ictus__dyn_set (c->s, c->par, x->par);
  c->sign = 1;
  c->divergence = 0;
  for (int j = 0; j < c->ntst; ++j)
    {
      assemble (c, j, x, w, T);
      if (!eliminate (c->W + (size_t) j * ictus__colloc_rows (c) * c->cols, (m - 1) * n, m * n, 2, c->cols, &c->sign, NULL))
        return false;
      if (j == 0)
        begin (c);
      else if (!join (c, j))
        return false;
    }
  if (!finish (c, x, w))
    return false;
  solve_last (c, 0, 1, d);
  return isfinite (d->lt) && isfinite (d->par) && ictus__dyn_finite ((int) n, d->u);
}

void
ictus__colloc_tangent (ictus__colloc *c, ictus__cycle *d)
{
  double norm;

  solve_last (c, 1, 0, d);
  norm = sqrt (ictus__cycle_dot (c, d, d));
  if (norm > 0 && isfinite (norm))
    ictus__cycle_scale (c, 1 / norm, d);
}

bool
ictus__colloc_null (ictus__colloc *c, ictus__cycle *d)
{
  const size_t n = (size_t) c->n, cols = n + 4;
  double norm;

  for (size_t i = 0; i < n + 2; ++i) /* as good as any: one pivot is near 0 */
    c->last[i * cols + n + 3] = 1;
  solve_last (c, 1, 0, d);
  norm = sqrt (ictus__cycle_dot (c, d, d));
  if (!(norm > 0) || !isfinite (norm))
    return false;
  ictus__cycle_scale (c, 1 / norm, d);
  return true;
}

void
ictus__colloc_variation (ictus__colloc *c, const double *v0, const double *v1, ictus__cycle *d)
{
  const size_t n = (size_t) c->n;

  memcpy (d->u, v0, n * sizeof *v0);
  memcpy (d->u + (ictus__colloc_nodes (c) - 1) * n, v1, n * sizeof *v1);
  d->lt = d->par = 0;
  spread (c, 0, d);
}

int
ictus__colloc_correct (ictus__colloc *c, ictus__cycle *x, const ictus__cycle *w, double tol, int most, ictus__cycle *d)
{
  double before = HUGE_VAL;

  for (int it = 1; it <= most; ++it)
    {
      double size;

      if (!ictus__colloc_newton (c, x, w, d))
        return -1;
      size = sqrt (ictus__cycle_dot (c, d, d));
      if (!isfinite (size) || size > 10 || (it > 2 && size > before))
        return -1;
      ictus__cycle_along (c, x, 1, d, x);
      if (size <= tol)
        return it;
      before = size;
    }
  return -1;
}
