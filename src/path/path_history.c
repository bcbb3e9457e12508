/* SPDX-License-Identifier: BSD-3-Clause */
/* The past of the states that are delayed: one polynomial a step, in Newton's form with repeated nodes where
   the derivative is known. A piece is found from the place of the lookup before, so that lookups which move
   on with time cost the same however long the past is. */
#include "path_impl.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum
{
  MOST_NODES = 16, /* of a piece */
  FEW = 64         /* pieces without use that are not worth giving up */
};

typedef struct piece
{
  double t0, t1;
  size_t at; /* in the store: its nodes [n], then the coefficients [nkept, n] */
  int n;
  bool jump; /* at t0 the value before is another one */
} piece;

typedef struct hints /* what changes in lookups */
{
  size_t *place; /* [n] number of a piece, counted from the first one ever; one for each delay: they are asked
                    in turn */
  size_t n, turn;
  double past_t; /* past is of that time */
  double *past;  /* [nstate] */
} hints;

struct ictus__history
{
  const ictus_kernel *k;
  const double *p;
  double t0, longest, dir; /* dir 0: not known yet */
  double *y0;              /* [nstate] */
  int *slot;               /* [nstate] place among those that are kept, -1: not kept */
  int *kept;               /* [nkept] states */
  int nkept;
  piece *pieces; /* [npiece]; the first `gone` ones are not needed any more */
  size_t npiece, cap_piece, gone;
  size_t nbefore; /* pieces that were given up before pieces[0] */
  double *store;  /* [nstore] */
  size_t nstore, cap_store;
  double *end; /* [nkept] values at the end */
  bool before; /* which side of a jump is meant */
  hints *hint;
};

/* ---- life -------------------------------------------------------------------------------------------------
 */

static void
keep_delayed (ictus__history *h)
{
  const ictus_kernel *k = h->k;

  for (int i = 0; i < k->nstate; ++i)
    h->slot[i] = -1;
  for (int j = 0; j < k->ndelay; ++j)
    if (h->slot[k->delay_of[j]] < 0)
      {
        h->slot[k->delay_of[j]] = h->nkept;
        h->kept[h->nkept++] = k->delay_of[j];
      }
}

ictus_err
ictus__history_create (const ictus_kernel *k, const double *p, double t0, const double *y0, double longest,
                       ictus__history **out)
{
  ictus__history *h = ictus_alloc (1, sizeof *h);
  size_t n = (size_t)k->nstate;
  ictus_err e = ICTUS_E_NOMEM;

  *out = NULL;
  if (h == NULL)
    return e;
  h->k = k;
  h->p = p;
  h->t0 = t0;
  h->longest = longest;
  h->y0 = ictus_alloc (n, sizeof *h->y0);
  h->slot = ictus_alloc (n, sizeof *h->slot);
  h->kept = ictus_alloc (n, sizeof *h->kept);
  h->end = ictus_alloc (n, sizeof *h->end);
  if (h->y0 == NULL || h->slot == NULL || h->kept == NULL || h->end == NULL
      || (h->hint = ictus_alloc (1, sizeof *h->hint)) == NULL)
    goto done;
  h->hint->n = k->ndelay > 0 ? (size_t)k->ndelay : 1;
  h->hint->place = ictus_alloc (h->hint->n, sizeof *h->hint->place);
  h->hint->past = ictus_alloc (n, sizeof *h->hint->past);
  h->hint->past_t = NAN;
  if (h->hint->place == NULL || h->hint->past == NULL)
    goto done;
  memcpy (h->y0, y0, n * sizeof *y0);
  keep_delayed (h);
  *out = h;
  e = ICTUS_OK;
done:
  if (e != ICTUS_OK)
    ictus__history_destroy (&h);
  return e;
}

void
ictus__history_destroy (ictus__history **hp)
{
  ictus__history *h = *hp;

  *hp = NULL;
  if (h == NULL)
    return;
  if (h->hint != NULL)
    {
      ictus_free (h->hint->place);
      ictus_free (h->hint->past);
    }
  ictus_free (h->hint);
  ictus_free (h->y0);
  ictus_free (h->slot);
  ictus_free (h->kept);
  ictus_free (h->pieces);
  ictus_free (h->store);
  ictus_free (h->end);
  ictus_free (h);
}

void
ictus__history_side (ictus__history *h, bool before)
{
  h->before = before;
}

/* ---- remember ---------------------------------------------------------------------------------------------
 */

/* Give up what is older than the longest delay; the room is used again when half of it is free. */
static void
forget (ictus__history *h, double now)
{
  piece *p = h->pieces;
  size_t at;

  while (h->longest > 0 && h->gone + 1 < h->npiece && h->dir * (now - p[h->gone].t1) > h->longest)
    ++h->gone;
  if (h->gone < FEW || 2 * h->gone < h->npiece)
    return;
  at = p[h->gone].at;
  memmove (h->store, h->store + at, (h->nstore - at) * sizeof *h->store);
  h->nstore -= at;
  h->npiece -= h->gone;
  memmove (p, p + h->gone, h->npiece * sizeof *p);
  for (size_t i = 0; i < h->npiece; ++i)
    p[i].at -= at;
  h->nbefore += h->gone;
  h->gone = 0;
}

/* Nodes as parts of the step into s; which[j]: the point that node j is at, or -1 - point for a node that
   repeats the one before it, where the derivative is known. Their number. */
static int
lay_nodes (int n, const double *t, bool f0, bool f1, double *s, int *which)
{
  double length = t[n - 1] - t[0];
  int m = 0;

  for (int i = 0; i < n; ++i)
    {
      double x = i == n - 1 ? 1 : (t[i] - t[0]) / length;

      if (i > 0 && !(x > s[m - 1]))
        continue;
      if (i > 0 && i < n - 1 && x >= 1)
        continue;
      s[m] = x;
      which[m++] = i;
      if ((i == 0 && f0) || (i == n - 1 && f1))
        {
          s[m] = x;
          which[m++] = -1 - i;
        }
    }
  return m;
}

/* Divided differences in place: value j at node j becomes the coefficient of (s - s_0) ... (s - s_j-1). */
static void
divide (int m, const double *s, const int *which, double slope0, double slope1, double *c)
{
  for (int l = 1; l < m; ++l)
    for (int j = m - 1; j >= l; --j)
      if (l == 1 && which[j] < 0)
        c[j] = which[j] == -1 ? slope0 : slope1;
      else
        c[j] = (c[j] - c[j - 1]) / (s[j] - s[j - l]);
}

ictus_err
ictus__history_push (ictus__history *h, int n, const double *t, const double *y, const double *f0,
                     const double *f1)
{
  int m, which[MOST_NODES], ns = h->k->nstate;
  double *c, s[MOST_NODES], length;
  piece *p;

  if (n < 2 || n > MOST_NODES - 2)
    return ICTUS_FAIL (ICTUS_E_ARG, "a step is remembered by 2 to %d points, not %d", MOST_NODES - 2, n);
  length = t[n - 1] - t[0];
  if (!(fabs (length) > 0))
    return ICTUS_OK;
  if (h->dir == 0)
    h->dir = length > 0 ? 1 : -1;
  ICTUS_TRY (ictus_grow (&h->pieces, &h->cap_piece, h->npiece + 1, sizeof *h->pieces));
  ICTUS_TRY (ictus_grow (&h->store, &h->cap_store, h->nstore + (size_t)(h->nkept + 1) * MOST_NODES,
                         sizeof *h->store));
  m = lay_nodes (n, t, f0 != NULL, f1 != NULL, s, which);
  p = &h->pieces[h->npiece];
  *p = (piece){ .t0 = t[0], .t1 = t[n - 1], .at = h->nstore, .n = m, .jump = h->npiece == 0 };
  memcpy (h->store + h->nstore, s, (size_t)m * sizeof *s);
  c = h->store + h->nstore + m;
  for (int i = 0; i < h->nkept; ++i, c += m)
    {
      int state = h->kept[i];

      for (int j = 0; j < m; ++j)
        c[j] = y[(which[j] < 0 ? -1 - which[j] : which[j]) * ns + state];
      p->jump = p->jump || fabs (c[0] - h->end[i]) > 0;
      h->end[i] = c[m - 1];
      divide (m, s, which, f0 != NULL ? f0[state] * length : 0, f1 != NULL ? f1[state] * length : 0, c);
    }
  h->nstore += (size_t)m * (size_t)(h->nkept + 1);
  ++h->npiece;
  forget (h, t[n - 1]);
  return ICTUS_OK;
}

/* ---- look back --------------------------------------------------------------------------------------------
 */

static double
before_start (const ictus__history *h, int i, double t)
{
  hints *x = h->hint;

  if (h->k->history == NULL)
    return h->y0[i];
  if (!(x->past_t == t))
    {
      memcpy (x->past, h->y0,
              (size_t)h->k->nstate * sizeof *x->past); /* for states that it says nothing of */
      h->k->history (t, h->p, x->past);
      x->past_t = t;
    }
  return x->past[i];
}

static bool
begins_by (const ictus__history *h, size_t i, double t)
{
  return h->dir * (t - h->pieces[i].t0) >= 0;
}

/* The last piece that begins at or before t, plus 1; 0: all begin later. From the hint outwards in doubling
   steps, then by halves: pieces below low begin by t, those from high on do not. */
static size_t
find (const ictus__history *h, double t, size_t hint)
{
  size_t low = h->gone, high = h->npiece;
  bool up = begins_by (h, hint, t);

  if (up)
    low = hint + 1;
  else
    high = hint;
  for (size_t step = 1; low < high; step *= 2)
    {
      size_t way = step < high - low ? step : high - low, next = up ? low + way - 1 : high - way;

      if (begins_by (h, next, t))
        low = next + 1;
      else
        high = next;
      if (up != (low == next + 1))
        break;
    }
  while (low < high)
    {
      size_t mid = low + (high - low) / 2;

      if (begins_by (h, mid, t))
        low = mid + 1;
      else
        high = mid;
    }
  return low > h->gone ? low : 0;
}

static double
value (const ictus__history *h, const piece *p, int i, double t)
{
  const double *s = h->store + p->at, *c = s + (size_t)p->n * (size_t)(h->slot[i] + 1);
  double x = (t - p->t0) / (p->t1 - p->t0), v = c[p->n - 1];

  for (int j = p->n - 2; j >= 0; --j)
    v = v * (x - s[j]) + c[j];
  return v;
}

/* Whether t is start, within the rounding of a time near now from which a delay was subtracted. */
static bool
is_at (double t, double start, double now)
{
  return fabs (t - start) <= 8 * DBL_EPSILON * fmax (fabs (t), fabs (now));
}

double
ictus__history_at (const ictus__history *h, int i, double t)
{
  hints *x = h->hint;
  size_t *place = &x->place[x->turn], at, next, first = h->nbefore + h->gone;
  const piece *p = h->pieces;
  double now;

  x->turn = x->turn + 1 < x->n ? x->turn + 1 : 0;
  if (isnan (t) || h->slot[i] < 0)
    return NAN;
  if (h->npiece == 0)
    return (is_at (t, h->t0, h->t0) ? h->before : t < h->t0) ? before_start (h, i, t) : h->y0[i];
  now = p[h->npiece - 1].t1;
  at = *place < first ? h->gone : *place - h->nbefore;
  at = find (h, t, at);
  next = at > 0 ? at : h->gone;
  if (at > 0 && h->before && p[at - 1].jump && is_at (t, p[at - 1].t0, now))
    --at;
  else if (!h->before && next < h->npiece && p[next].jump && is_at (t, p[next].t0, now))
    at = next + 1;
  if (at <= h->gone)
    {
      if (first == 0)
        return before_start (h, i, t);
      at = h->gone + 1; /* older than what is kept, by rounding */
    }
  *place = h->nbefore + at - 1;
  return value (h, &p[at - 1], i, t);
}
