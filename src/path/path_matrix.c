/* SPDX-License-Identifier: BSD-3-Clause */
/* Linear systems a + b J of the implicit methods. What may differ from 0 in J is gathered from the values
   seen so far; along that pattern the matrix is eliminated row by row, without exchanges, in an order of
   pivots after Markowitz (1957). Where that would save nothing, or does not solve a system whose solution is
   known, LAPACK eliminates the full matrix with row pivoting. */
#include "path_stepping.h"

#include <math.h>
#include <string.h>

#define TRUSTED                                                                                              \
  1e-11 /* largest residual of a system with known solution, relative to its terms (Oettli & Prager 1964) */
#define WORTH 0.3 /* part of the work of the full elimination up to which the pattern is followed */
enum
{
  SMALL = 32
}; /* equations up to which it always is */

void dgetrf_ (const int *m, const int *n, double *a, const int *lda, int *ipiv, int *info);
void dgetrs_ (const char *trans, const int *n, const int *nrhs, const double *a, const int *lda,
              const int *ipiv, double *b, const int *ldb, int *info, size_t length);

typedef uint64_t word;

typedef struct lists /* n lists of numbers, one behind the other */
{
  size_t *first; /* [n + 1] */
  int *idx;      /* [first[n]] */
  double *val;   /* the same */
  size_t cap_idx, cap_val;
} lists;

struct ictus__matrix
{
  int n;
  double *J;           /* [n, n] by columns */
  unsigned char *seen; /* [n, n] as J: differed from 0 once */
  bool planned;        /* what follows is of the pattern */
  bool sparse;         /* the pattern is worth following */
  double work;
  int *turn, *at;     /* [n] when a state is eliminated; which one is */
  lists rows;         /* of the matrix, by state: turns of the columns; places in J */
  lists below;        /* by turn: states below the pivot; no values */
  lists lower, upper; /* by turn: left and right of the pivot, as turns */
  size_t *place;      /* as rows.idx: entry of J */
  size_t cap_place;
  double *inverse; /* [n] of the pivots */
  double *w, *x;   /* [n] scratch; w is 0 between rows */
  double *full;    /* [n, n]; NULL: not needed so far */
  int *pivot;      /* [n] */
  bool is_full;    /* the last elimination was */
};

/* ---- life -------------------------------------------------------------------------------------------------
 */

static void
clear_lists (lists *l)
{
  ictus_free (l->first);
  ictus_free (l->idx);
  ictus_free (l->val);
}

static bool
init_lists (lists *l, size_t n)
{
  l->first = ictus_alloc (n + 1, sizeof *l->first);
  return l->first != NULL;
}

ictus_err
ictus__matrix_create (int n, ictus__matrix **out)
{
  ictus__matrix *m = ictus_alloc (1, sizeof *m);
  size_t size = (size_t)n;

  *out = m;
  if (m == NULL)
    return ICTUS_E_NOMEM;
  m->n = n;
  m->J = ictus_alloc (size * size, sizeof *m->J);
  m->seen = ictus_alloc (size * size, sizeof *m->seen);
  m->turn = ictus_alloc (2 * size, sizeof *m->turn);
  m->inverse = ictus_alloc (3 * size, sizeof *m->inverse);
  if (m->J == NULL || m->seen == NULL || m->turn == NULL || m->inverse == NULL || !init_lists (&m->rows, size)
      || !init_lists (&m->below, size) || !init_lists (&m->lower, size) || !init_lists (&m->upper, size))
    {
      ictus__matrix_destroy (out);
      return ICTUS_E_NOMEM;
    }
  m->at = m->turn + size;
  m->w = m->inverse + size;
  m->x = m->w + size;
  return ICTUS_OK;
}

void
ictus__matrix_destroy (ictus__matrix **mp)
{
  ictus__matrix *m = *mp;

  *mp = NULL;
  if (m == NULL)
    return;
  clear_lists (&m->rows);
  clear_lists (&m->below);
  clear_lists (&m->lower);
  clear_lists (&m->upper);
  ictus_free (m->J);
  ictus_free (m->seen);
  ictus_free (m->turn);
  ictus_free (m->place);
  ictus_free (m->inverse);
  ictus_free (m->full);
  ictus_free (m->pivot);
  ictus_free (m);
}

double *
ictus__matrix_jacobian (ictus__matrix *m)
{
  return m->J;
}

double
ictus__matrix_work (const ictus__matrix *m)
{
  double n = m->n;

  return m->is_full ? n * n * n / 3 : m->work;
}

/* ---- the order of elimination
 * ------------------------------------------------------------------------------- */

typedef struct plan /* the matrix as sets of columns and of rows, of what is not eliminated yet */
{
  int n;
  size_t nword;
  word *row, *col;  /* [n, nword] */
  int *nrow, *ncol; /* [n] members */
} plan;

static bool
has (const word *set, int i)
{
  return (set[i / 64] >> (i % 64) & 1) != 0;
}

static void
put (word *set, int i)
{
  set[i / 64] |= (word)1 << (i % 64);
}

/* into gains what from has, and loses gone. Its members. */
static int
merge (const plan *p, word *into, const word *from, int gone)
{
  int count = 0;

  for (size_t w = 0; w < p->nword; ++w)
    into[w] |= from[w];
  into[gone / 64] &= ~((word)1 << (gone % 64));
  for (size_t w = 0; w < p->nword; ++w)
    count += __builtin_popcountll (into[w]);
  return count;
}

static int
choose (const ictus__matrix *m, const plan *p)
{
  double least = INFINITY;
  int best = -1;

  for (int k = 0; k < m->n; ++k)
    if (m->turn[k] < 0)
      {
        double cost = (p->nrow[k] - 1.0) * (p->ncol[k] - 1.0);

        if (cost < least)
          {
            least = cost;
            best = k;
          }
      }
  return best;
}

/* The members of set but k become list number i. */
static ictus_err
list_set (lists *l, int i, const word *set, int n, int k, int count)
{
  size_t at = l->first[i];

  ICTUS_TRY (ictus_grow (&l->idx, &l->cap_idx, at + (size_t)count, sizeof *l->idx));
  for (int j = 0; j < n; ++j)
    if (j != k && has (set, j))
      l->idx[at++] = j;
  l->first[i + 1] = at;
  return ICTUS_OK;
}

/* State k is the pivot of a turn. */
static ictus_err
eliminate (ictus__matrix *m, plan *p, int k, int turn)
{
  const word *row = p->row + (size_t)k * p->nword, *col = p->col + (size_t)k * p->nword;
  const int *i;

  ICTUS_TRY (list_set (&m->upper, turn, row, m->n, k, p->nrow[k]));
  ICTUS_TRY (list_set (&m->below, turn, col, m->n, k, p->ncol[k]));
  m->turn[k] = turn;
  m->at[turn] = k;
  m->work += (p->ncol[k] - 1.0) * p->nrow[k];
  for (i = m->below.idx + m->below.first[turn]; i < m->below.idx + m->below.first[turn + 1]; ++i)
    p->nrow[*i] = merge (p, p->row + (size_t)*i * p->nword, row, k);
  for (i = m->upper.idx + m->upper.first[turn]; i < m->upper.idx + m->upper.first[turn + 1]; ++i)
    p->ncol[*i] = merge (p, p->col + (size_t)*i * p->nword, col, k);
  return ICTUS_OK;
}

static ictus_err
begin_plan (ictus__matrix *m, plan *p)
{
  size_t n = (size_t)m->n;

  p->n = m->n;
  p->nword = n / 64 + 1;
  p->row = ictus_alloc (n * p->nword, 2 * sizeof *p->row);
  p->nrow = ictus_alloc (n, 2 * sizeof *p->nrow);
  if (p->row == NULL || p->nrow == NULL)
    return ICTUS_E_NOMEM;
  p->col = p->row + n * p->nword;
  p->ncol = p->nrow + n;
  for (int j = 0; j < m->n; ++j)
    {
      m->turn[j] = -1;
      for (int i = 0; i < m->n; ++i)
        if (i == j || m->seen[(size_t)j * n + (size_t)i])
          {
            put (p->row + (size_t)i * p->nword, j);
            put (p->col + (size_t)j * p->nword, i);
            p->nrow[i] += 1;
            p->ncol[j] += 1;
          }
    }
  return ICTUS_OK;
}

/* Rows of J by state, with the places of their entries. */
static ictus_err
list_rows (ictus__matrix *m)
{
  size_t n = (size_t)m->n, at = 0;

  for (size_t e = 0; e < n * n; ++e)
    at += m->seen[e];
  ICTUS_TRY (ictus_grow (&m->rows.idx, &m->rows.cap_idx, at, sizeof *m->rows.idx));
  ICTUS_TRY (ictus_grow (&m->place, &m->cap_place, at, sizeof *m->place));
  at = 0;
  for (size_t i = 0; i < n; ++i)
    {
      for (size_t j = 0; j < n; ++j)
        if (m->seen[j * n + i])
          {
            m->rows.idx[at] = m->turn[j];
            m->place[at++] = j * n + i;
          }
      m->rows.first[i + 1] = at;
    }
  return ICTUS_OK;
}

/* From what stands below each pivot to what stands left of it in each row, in turn. */
static ictus_err
list_lower (ictus__matrix *m, int *count)
{
  lists *l = &m->lower;
  const lists *b = &m->below;
  size_t total = b->first[m->n];

  ICTUS_TRY (ictus_grow (&l->idx, &l->cap_idx, total, sizeof *l->idx));
  ICTUS_TRY (ictus_grow (&l->val, &l->cap_val, total, sizeof *l->val));
  ICTUS_TRY (ictus_grow (&m->upper.val, &m->upper.cap_val, m->upper.first[m->n], sizeof *m->upper.val));
  memset (count, 0, (size_t)m->n * sizeof *count);
  for (size_t e = 0; e < total; ++e)
    count[m->turn[b->idx[e]]] += 1;
  for (int r = 0; r < m->n; ++r)
    {
      l->first[r + 1] = l->first[r] + (size_t)count[r];
      count[r] = 0;
    }
  for (int q = 0; q < m->n; ++q)
    for (size_t e = b->first[q]; e < b->first[q + 1]; ++e)
      {
        int r = m->turn[b->idx[e]];

        l->idx[l->first[r] + (size_t)count[r]++] = q;
      }
  for (size_t e = 0; e < m->upper.first[m->n]; ++e)
    m->upper.idx[e] = m->turn[m->upper.idx[e]];
  return ICTUS_OK;
}

static ictus_err
make_plan (ictus__matrix *m)
{
  double n = m->n, most = m->n <= SMALL ? INFINITY : WORTH * n * n * n / 3;
  plan p = { 0 };
  ictus_err e;

  m->work = 0;
  m->sparse = true;
  ICTUS_GO (begin_plan (m, &p));
  for (int turn = 0; turn < m->n && m->sparse; ++turn)
    {
      ICTUS_GO (eliminate (m, &p, choose (m, &p), turn));
      m->sparse = m->work <= most;
    }
  if (m->sparse)
    {
      ICTUS_GO (list_rows (m));
      ICTUS_GO (list_lower (m, p.nrow));
    }
  m->planned = true;
done:
  ictus_free (p.row);
  ictus_free (p.nrow);
  return e;
}

ictus_err
ictus__matrix_filled (ictus__matrix *m)
{
  size_t size = (size_t)m->n * (size_t)m->n;

  for (size_t e = 0; e < size; ++e)
    if (m->J[e] != 0 && !m->seen[e])
      {
        m->seen[e] = 1;
        m->planned = false;
      }
  return m->planned ? ICTUS_OK : make_plan (m);
}

/* ---- along the pattern
 * -------------------------------------------------------------------------------------- */

/* Row r is in w: subtract the rows of the pivots before it, and take it out. False: its pivot is 0 or not
 * finite. */
static bool
eliminate_row (ictus__matrix *m, int r)
{
  const lists *u = &m->upper;
  double *w = m->w, pivot;

  for (size_t e = m->lower.first[r]; e < m->lower.first[r + 1]; ++e)
    {
      int q = m->lower.idx[e];
      double x = w[q] * m->inverse[q];

      w[q] = 0;
      m->lower.val[e] = x;
      if (x != 0)
        for (size_t f = u->first[q]; f < u->first[q + 1]; ++f)
          w[u->idx[f]] -= x * u->val[f];
    }
  for (size_t f = u->first[r]; f < u->first[r + 1]; ++f)
    {
      u->val[f] = w[u->idx[f]];
      w[u->idx[f]] = 0;
    }
  pivot = w[r];
  w[r] = 0;
  m->inverse[r] = 1 / pivot;
  return isfinite (pivot) && isfinite (m->inverse[r]);
}

static void
sparse_solve (const ictus__matrix *m, double *x)
{
  const lists *l = &m->lower, *u = &m->upper;
  double *y = m->x;

  for (int r = 0; r < m->n; ++r)
    {
      double sum = x[m->at[r]];

      for (size_t e = l->first[r]; e < l->first[r + 1]; ++e)
        sum -= l->val[e] * y[l->idx[e]];
      y[r] = sum;
    }
  for (int r = m->n - 1; r >= 0; --r)
    {
      double sum = y[r];

      for (size_t e = u->first[r]; e < u->first[r + 1]; ++e)
        sum -= u->val[e] * y[u->idx[e]];
      y[r] = sum * m->inverse[r];
      x[m->at[r]] = y[r];
    }
}

/* Does the elimination solve the system with the solution 1, 1, ...? w [n] is 0 again afterwards. */
static bool
is_trusted (ictus__matrix *m, double a, double b)
{
  bool good = true;

  for (int i = 0; i < m->n; ++i)
    {
      m->w[i] = a;
      for (size_t e = m->rows.first[i]; e < m->rows.first[i + 1]; ++e)
        m->w[i] += b * m->J[m->place[e]];
    }
  sparse_solve (m, m->w); /* and by turns in m->x */
  for (int i = 0; i < m->n && good; ++i)
    {
      double rest = a * (m->w[i] - 1), size = fabs (a) * (fabs (m->w[i]) + 1);

      for (size_t e = m->rows.first[i]; e < m->rows.first[i + 1]; ++e)
        {
          double x = m->x[m->rows.idx[e]], j = b * m->J[m->place[e]];

          rest += j * (x - 1);
          size += fabs (j) * (fabs (x) + 1);
        }
      good = fabs (rest) <= TRUSTED * size;
    }
  memset (m->w, 0, (size_t)m->n * sizeof *m->w);
  return good;
}

static bool
sparse_factor (ictus__matrix *m, double a, double b)
{
  bool good = true;

  for (int r = 0; r < m->n && good; ++r)
    {
      int i = m->at[r];

      m->w[r] = a;
      for (size_t e = m->rows.first[i]; e < m->rows.first[i + 1]; ++e)
        m->w[m->rows.idx[e]] += b * m->J[m->place[e]];
      good = eliminate_row (m, r);
    }
  memset (m->w, 0, (size_t)m->n * sizeof *m->w); /* also where infinity times 0 left something */
  return good && is_trusted (m, a, b);
}

/* ---- full
 * ---------------------------------------------------------------------------------------------------- */

static bool
full_factor (ictus__matrix *m, double a, double b)
{
  size_t n = (size_t)m->n;
  int info = 0;

  if (m->full == NULL)
    m->full = ictus_alloc (n * n, sizeof *m->full);
  if (m->pivot == NULL)
    m->pivot = ictus_alloc (n, sizeof *m->pivot);
  if (m->full == NULL || m->pivot == NULL)
    return false;
  for (size_t e = 0; e < n * n; ++e)
    {
      m->full[e] = b * m->J[e];
      if (!isfinite (m->full[e]))
        return false;
    }
  for (size_t i = 0; i < n; ++i)
    m->full[i * n + i] += a;
  dgetrf_ (&m->n, &m->n, m->full, &m->n, m->pivot, &info);
  return info == 0;
}

bool
ictus__matrix_factor (ictus__matrix *m, double a, double b)
{
  m->is_full = !m->sparse || !sparse_factor (m, a, b);
  return !m->is_full || full_factor (m, a, b);
}

void
ictus__matrix_solve (ictus__matrix *m, double *x)
{
  int one = 1, info = 0;

  if (m->is_full)
    dgetrs_ ("N", &m->n, &one, m->full, &m->n, m->pivot, x, &m->n, &info, 1);
  else
    sparse_solve (m, x);
}
