/* SPDX-License-Identifier: BSD-3-Clause */
/* Which eigenvalues are followed near the imaginary axis, in which discs, and which one is which at the next point.
 *
 * From one time that all are known to the next one the sorted real parts have moved at certain rates. Those that could come to the
 * axis within the next REACH steps if they moved SAFETY times as fast are followed; they are neighbours in the order, so that those before
 * them stay to the right and those behind them to the left. Where nothing else is near to the right of them, those followed are the rightmost
 * ones; else each is the one nearest to where it was. No way may be longer than half of the distance of the others to the axis, so that
 * what is left within that distance, and followed by nobody, shows that they were mistaken for one another. */
#include "dyn/dyn_axis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SAFETY 3.   /* eigenvalues may move so many times as fast as they did */
#define REACH 16.   /* steps until all are computed again */
#define RATIO 0.3   /* of a round: how fast what is in a disc grows out of what is not */
#define CHEAP 0.5   /* of the operations of all eigenvalues, what those near the axis may take */
#define ROUNDS 6.   /* that a disc takes, about */
#define ACCURATE 1e-9  /* residual, relative to the matrix, of eigenvalues that are told */
#define EXACT 2e-15    /* residual that is rounding */
#define CLEAR 1e-4     /* residual, relative to the distance from the axis */
enum
{
  MOST_ROUNDS = 40,
  MOST = 120, /* vectors of a disc */
  DEPTH = 7   /* how often a group of eigenvalues is split */
};

typedef struct member /* an eigenvalue that is followed, with Im >= 0; or, in a disc that holds both of pairs, any */
{
  double complex at, next;
  int disc;
  bool settled;
} member;

struct ictus__axis
{
  ictus__dyn *s;
  const double *weight;
  size_t n;
  ictus__shifted *m;
  double *store, *X;       /* [n + 1] where all were learned last; NaN: nowhere */
  double *re, *im, *rate;  /* [n] there; how fast real parts move with the distance */
  double *far;             /* [n] scratch */
  bool rated, ready;
  double largest, reach, limit; /* limit: how far an eigenvalue may move from point to point */
  double safety;
  size_t right, count;     /* of the order, [right, right + count) are followed */
  member *member;
  size_t nmember;
  ictus__disc *disc, *before;
  size_t ndisc, nbefore;
  double complex *value;   /* [MOST] */
  double *residual;        /* [MOST] */
  int *taken;              /* [MOST] */
};

/* ---- life ----------------------------------------------------------------------------------------------------- */

static void
drop_discs (ictus__disc *d, size_t *count)
{
  for (size_t k = 0; k < *count; ++k)
    ictus_free (d[k].Q);
  *count = 0;
}

ictus_err
ictus__axis_create (ictus__dyn *s, const double *weight, ictus__axis **out)
{
  ictus__axis *a = *out = ictus_alloc (1, sizeof *a);
  size_t n = (size_t) s->n;

  if (a == NULL)
    return ICTUS_E_NOMEM;
  a->s = s;
  a->weight = weight;
  a->n = n;
  a->safety = SAFETY;
  a->store = ictus_alloc (5 * n + 1 + MOST, sizeof *a->store);
  a->member = ictus_alloc (n, sizeof *a->member);
  a->disc = ictus_alloc (n, sizeof *a->disc);
  a->before = ictus_alloc (n, sizeof *a->before);
  a->value = ictus_alloc (MOST, sizeof *a->value);
  a->taken = ictus_alloc (MOST, sizeof *a->taken);
  if (a->store == NULL || a->member == NULL || a->disc == NULL || a->before == NULL || a->value == NULL || a->taken == NULL
      || ictus__shifted_create (s, MOST, &a->m) != ICTUS_OK)
    {
      ictus__axis_destroy (out);
      return ICTUS_E_NOMEM;
    }
  a->X = a->store;
  a->re = a->X + n + 1;
  a->im = a->re + n;
  a->rate = a->im + n;
  a->far = a->rate + n;
  a->residual = a->far + n;
  a->X[n] = NAN;
  return ICTUS_OK;
}

void
ictus__axis_destroy (ictus__axis **ap)
{
  ictus__axis *a = *ap;

  *ap = NULL;
  if (a == NULL)
    return;
  if (a->disc != NULL)
    drop_discs (a->disc, &a->ndisc);
  if (a->before != NULL)
    drop_discs (a->before, &a->nbefore);
  ictus__shifted_destroy (&a->m);
  ictus_free (a->store);
  ictus_free (a->member);
  ictus_free (a->disc);
  ictus_free (a->before);
  ictus_free (a->value);
  ictus_free (a->taken);
  ictus_free (a);
}

static double
distance (const ictus__axis *a, const double *X)
{
  double sum = 0;

  for (size_t i = 0; i <= a->n; ++i)
    sum += a->weight[i] * (X[i] - a->X[i]) * (X[i] - a->X[i]);
  return sqrt (sum);
}

double
ictus__axis_largest (const ictus__axis *a)
{
  return a->largest;
}

bool
ictus__axis_far (const ictus__axis *a, const double *X, double step)
{
  return !a->ready || !(distance (a, X) + step <= a->reach);
}

/* ---- which are followed ------------------------------------------------------------------------------------------- */

/* Rates of the sorted real parts since the last time; each at least that of the neighbours in the order. */
static void
rates (ictus__axis *a, double far, const double *re)
{
  size_t n = a->n, wide = 3 + n / 50;
  double all = 0;

  for (size_t i = 0; i < n; ++i)
    {
      a->far[i] = fabs (re[i] - a->re[i]) / far;
      all = fmax (all, a->far[i]);
    }
  for (size_t i = 0; i < n; ++i)
    {
      double most = all / 10;

      for (size_t k = i > wide ? i - wide : 0; k < n && k <= i + wide; ++k)
        most = fmax (most, a->far[k]);
      a->rate[i] = a->rated ? fmax (most, a->rate[i] / 2) : most;
    }
  a->rated = true;
}

/* The part of the order that could come to the axis within `reach`. */
static void
choose (ictus__axis *a)
{
  size_t n = a->n, low = n, high = 0, first = 0;

  while (first < n && a->re[first] > 0)
    ++first;
  for (size_t i = 0; i < n; ++i)
    if (fabs (a->re[i]) <= a->safety * a->rate[i] * a->reach + 1e-9 * a->largest)
      {
        low = i < low ? i : low;
        high = i + 1;
      }
  if (low >= high)
    low = high = first;
  low = low < first ? low : first;
  high = high > first ? high : first;
  while (low > 0 && high > low && a->re[low - 1] == a->re[low]) /* pairs stay whole */
    --low;
  while (high < n && high > low && a->re[high] == a->re[high - 1])
    ++high;
  a->right = low;
  a->count = high - low;
  a->limit = fmin (low > 0 ? a->re[low - 1] : INFINITY, high < n ? -a->re[high] : INFINITY) / 2;
}

/* ---- discs ---------------------------------------------------------------------------------------------------------- */

static int
by_height (const void *x, const void *y)
{
  const member *p = x, *q = y;
  double a = cimag (p->at), b = cimag (q->at), c = creal (p->at), d = creal (q->at);

  return a != b ? (a < b ? -1 : 1) : (c > d) - (c < d);
}

static int
rising (const void *x, const void *y)
{
  double a = *(const double *) x, b = *(const double *) y;

  return (a > b) - (a < b);
}

/* One disc for members [lo, hi); its cost in operations, INFINITY where there is none. */
static double
enclose (ictus__axis *a, size_t lo, size_t hi, ictus__disc *d)
{
  const double n = (double) a->n, low = cimag (a->member[lo].at), high = cimag (a->member[hi - 1].at);
  double mean = 0, radius = 0, P;
  size_t p;

  for (size_t k = lo; k < hi; ++k)
    mean += creal (a->member[k].at) / (double) (hi - lo);
  d->both = low <= high - low || low <= a->limit;
  d->centre = mean + I * (d->both ? 0 : (low + high) / 2);
  for (size_t k = lo; k < hi; ++k)
    radius = fmax (radius, cabs (a->member[k].at - d->centre));
  /* off the members, and with room for them to move */
  radius = fmax (radius, fmin (a->limit, 0.01 * a->largest));
  d->centre += 0.13 * radius;
  radius *= 1.3;
  d->radius = radius;
  for (size_t i = 0; i < a->n; ++i)
    a->far[i] = cabs (a->re[i] + I * a->im[i] - d->centre);
  qsort (a->far, a->n, sizeof *a->far, rising);
  for (p = 1; p < a->n && a->far[p] * RATIO < radius; ++p)
    ;
  p += 1;
  if (p > MOST || p > a->n / 2)
    return INFINITY;
  d->p = p;
  P = (double) p;
  return ROUNDS * (200 * n * P + 16 * n * P * P + 60 * P * P * P);
}

/* The cheapest discs for members [lo, hi); made only if emit. */
static double
cover (ictus__axis *a, size_t lo, size_t hi, int depth, bool emit)
{
  ictus__disc d = { .filled = 0 };
  double one = enclose (a, lo, hi, &d), two = INFINITY, gap = -1;
  size_t cut = lo;

  for (size_t k = lo + 1; k < hi; ++k)
    if (cimag (a->member[k].at) - cimag (a->member[k - 1].at) > gap)
      {
        gap = cimag (a->member[k].at) - cimag (a->member[k - 1].at);
        cut = k;
      }
  if (depth > 0 && cut > lo && gap > 0)
    two = cover (a, lo, cut, depth - 1, false) + cover (a, cut, hi, depth - 1, false);
  if (emit && isfinite (fmin (one, two)))
    {
      if (two < one)
        {
          cover (a, lo, cut, depth - 1, true);
          cover (a, cut, hi, depth - 1, true);
        }
      else
        {
          for (size_t k = lo; k < hi; ++k)
            a->member[k].disc = (int) a->ndisc;
          a->disc[a->ndisc++] = d;
        }
    }
  return fmin (one, two);
}

/* The vectors of a disc that was nearly the same. */
static ictus_err
furnish (ictus__axis *a, ictus__disc *d)
{
  if ((d->Q = ictus_alloc (a->n * d->p, sizeof *d->Q)) == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < a->nbefore && d->filled == 0; ++k)
    if (cabs (a->before[k].centre - d->centre) < d->radius)
      {
        d->filled = d->p < a->before[k].filled ? d->p : a->before[k].filled;
        memcpy (d->Q, a->before[k].Q, d->filled * a->n * sizeof *d->Q);
      }
  return ICTUS_OK;
}

/* What else is near the k-th disc? */
static void
look_round (ictus__axis *a, int k)
{
  ictus__disc *d = &a->disc[k];
  double far;

  for (size_t i = 0; i < a->n; ++i)
    a->far[i] = cabs (a->re[i] + I * a->im[i] - d->centre);
  qsort (a->far, a->n, sizeof *a->far, rising);
  far = 1.2 * a->far[d->p < a->n ? d->p : a->n - 1]; /* the next one outside, and some way */
  d->first = true;
  d->right = 0;
  for (size_t i = 0; i < a->right; ++i)
    {
      double away = cabs (a->re[i] + I * a->im[i] - d->centre);

      d->first &= away > far || (!d->both && a->im[i] <= 0);
      d->right += away < d->radius && (d->both || a->im[i] > 0);
    }
  for (size_t i = 0; i < a->nmember; ++i)
    d->first &= a->member[i].disc == k || cabs (a->member[i].at - d->centre) > far;
}

/* In discs around the real axis the lower ones of pairs are members, too. */
static void
add_lower (ictus__axis *a)
{
  size_t upper = a->nmember;

  for (size_t k = 0; k < upper; ++k)
    if (a->disc[a->member[k].disc].both && cimag (a->member[k].at) > 0)
      {
        a->member[a->nmember] = a->member[k];
        a->member[a->nmember++].at = conj (a->member[k].at);
      }
}

static ictus_err
lay_discs (ictus__axis *a)
{
  const double n = (double) a->n;
  double cost = 0;
  ictus_err e = ICTUS_OK;

  a->ready = false;
  a->nmember = 0;
  for (size_t i = a->right; i < a->right + a->count; ++i)
    if (a->im[i] >= 0)
      a->member[a->nmember++] = (member) { .at = a->re[i] + I * a->im[i] };
  if (a->nmember > 0)
    {
      qsort (a->member, a->nmember, sizeof *a->member, by_height);
      cost = cover (a, 0, a->nmember, DEPTH, false);
    }
  if (!(cost < CHEAP * 10 * n * n * n))
    return ICTUS_OK;
  if (a->nmember > 0)
    cover (a, 0, a->nmember, DEPTH, true);
  add_lower (a);
  for (size_t k = 0; k < a->ndisc && e == ICTUS_OK; ++k)
    {
      look_round (a, (int) k);
      e = furnish (a, &a->disc[k]);
    }
  a->ready = e == ICTUS_OK;
  return e;
}

ictus_err
ictus__axis_learn (ictus__axis *a, const double *X, const double *re, const double *im, double step)
{
  const double far = isnan (a->X[a->n]) ? 0 : distance (a, X);
  ictus_err e = ICTUS_OK;
  ictus__disc *swap;

  a->ready = false;
  if (!ictus__dyn_finite ((int) a->n, re) || !ictus__dyn_finite ((int) a->n, im))
    return ICTUS_OK;
  if (far > 0 && far > 0.1 * step)
    rates (a, far, re);
  memcpy (a->X, X, (a->n + 1) * sizeof *X);
  memcpy (a->re, re, a->n * sizeof *re);
  memcpy (a->im, im, a->n * sizeof *im);
  a->largest = 0;
  for (size_t i = 0; i < a->n; ++i)
    a->largest = fmax (a->largest, hypot (re[i], im[i]));
  if (!a->rated || !(step > 0) || !(a->largest > 0))
    return ICTUS_OK;
  swap = a->before;
  a->before = a->disc;
  a->disc = swap;
  a->nbefore = a->ndisc;
  a->ndisc = 0;
  for (double part = 1; part > 0.06 && !a->ready && e == ICTUS_OK; part /= 2)
    {
      drop_discs (a->disc, &a->ndisc);
      a->reach = 1.01 * part * REACH * step;
      choose (a);
      e = lay_discs (a);
    }
  if (!a->ready)
    {
      drop_discs (a->disc, &a->ndisc);
      a->safety = fmax (SAFETY, 0.8 * a->safety);
    }
  drop_discs (a->before, &a->nbefore);
  return e;
}

/* ---- the next point ------------------------------------------------------------------------------------------------- */

/* Each member of disc k takes the value that is nearest to where it was: the nearest of all first. False: one moved too far. */
static bool
match_nearest (ictus__axis *a, int k, size_t p)
{
  for (;;)
    {
      double best = INFINITY;
      size_t who = 0, what = 0;

      for (size_t i = 0; i < a->nmember; ++i)
        for (size_t v = 0; v < p && a->member[i].disc == k && !a->member[i].settled; ++v)
          if (!a->taken[v] && cabs (a->member[i].at - a->value[v]) < best)
            {
              best = cabs (a->member[i].at - a->value[v]);
              who = i;
              what = v;
            }
      if (isinf (best))
        return true;
      if (!(best <= a->limit))
        return false;
      a->member[who].next = a->value[what];
      a->member[who].settled = true;
      a->taken[what] = 1;
    }
}

/* The members of disc k, the rightmost first, take the rightmost values. */
static bool
match_first (ictus__axis *a, int k, size_t p)
{
  for (;;)
    {
      size_t who = a->nmember, what = p;

      for (size_t i = 0; i < a->nmember; ++i)
        if (a->member[i].disc == k && !a->member[i].settled
            && (who == a->nmember || creal (a->member[i].at) > creal (a->member[who].at)))
          who = i;
      if (who == a->nmember)
        return true;
      for (size_t v = 0; v < p; ++v)
        if (!a->taken[v] && (a->disc[k].both || cimag (a->value[v]) > 0)
            && (what == p || creal (a->value[v]) > creal (a->value[what])))
          what = v;
      if (what == p || !(fabs (creal (a->value[what]) - creal (a->member[who].at)) <= a->limit))
        return false;
      a->member[who].next = a->value[what];
      a->member[who].settled = true;
      a->taken[what] = 1;
    }
}

static bool
match (ictus__axis *a, int k, size_t p)
{
  memset (a->taken, 0, p * sizeof *a->taken);
  for (size_t i = 0; i < a->nmember; ++i)
    a->member[i].settled = false;
  return a->disc[k].first ? match_first (a, k, p) : match_nearest (a, k, p);
}

/* Are those that are members accurate, and no others near the axis? */
static bool
accurate (const ictus__axis *a, size_t p)
{
  for (size_t v = 0; v < p; ++v)
    {
      double away = fabs (creal (a->value[v])) / a->largest, enough = fmax (EXACT, fmin (ACCURATE, CLEAR * away));

      if (a->taken[v] && !(a->residual[v] <= enough))
        return false;
    }
  return true;
}

/* Is z followed in another disc than the k-th? */
static bool
elsewhere (const ictus__axis *a, int k, double complex z)
{
  for (size_t i = 0; i < a->nmember; ++i)
    {
      const member *m = &a->member[i];
      double complex at = m->disc < k ? m->next : m->at;

      if (m->disc != k && (cabs (at - z) <= a->limit || cabs (conj (at) - z) <= a->limit))
        return true;
    }
  return false;
}

/* Is there one in disc k that nobody follows and that should not be there? */
static bool
intruder (const ictus__axis *a, int k)
{
  const ictus__disc *d = &a->disc[k];
  int right = 0;

  for (size_t v = 0; v < d->p; ++v)
    if (!a->taken[v] && a->residual[v] < 1e-4 && cabs (a->value[v] - d->centre) < d->radius
        && (d->both || cimag (a->value[v]) > 0) && !elsewhere (a, k, a->value[v]))
      {
        if (fabs (creal (a->value[v])) < a->limit)
          return true;
        right += creal (a->value[v]) > 0;
      }
  return right > d->right;
}

static bool
settle (ictus__axis *a, int k)
{
  ictus__disc *d = &a->disc[k];
  double best = INFINITY;
  int idle = 0;

  if (!ictus__shifted_factor (a->m, d))
    return false;
  for (int round = 0; round < MOST_ROUNDS; ++round)
    {
      bool all;
      double worst = 0;

      if (!ictus__shifted_round (a->m, d, a->value, a->residual))
        {
          d->filled = 0;
          return false;
        }
      all = match (a, k, d->p);
      if (all && accurate (a, d->p))
        return !intruder (a, k);
      for (size_t v = 0; v < d->p && all; ++v)
        worst = fmax (worst, a->taken[v] ? a->residual[v] : 0);
      if (all && worst < 1e-12 && worst > best / 2 && ++idle >= 2) /* rounding is more than was thought */
        return !intruder (a, k);
      if (all)
        best = fmin (best, worst);
      else if (round > 12)
        return false;
    }
  return false;
}

/* By falling real part; a pair stays together, the one with im > 0 first. */
static int
in_order (const void *x, const void *y)
{
  const double *p = x, *q = y;

  if (p[0] != q[0])
    return p[0] > q[0] ? -1 : 1;
  if (fabs (p[1]) != fabs (q[1]))
    return fabs (p[1]) < fabs (q[1]) ? -1 : 1;
  return (p[1] < q[1]) - (p[1] > q[1]);
}

/* Both of a pair have the same real part, but for rounding; what has no partner is real. */
static size_t
gather (ictus__axis *a, double *list)
{
  const double tiny = 1e-9 * a->largest;
  size_t count = 0;

  for (size_t i = 0; i < a->nmember; ++i)
    {
      double re = creal (a->member[i].at), im = cimag (a->member[i].at);
      bool both = a->disc[a->member[i].disc].both;

      if (both && im < -tiny)
        {
          size_t k = 0;

          while (k < a->nmember && !(cabs (a->member[k].at - conj (a->member[i].at)) < tiny))
            ++k;
          if (k < a->nmember)
            re = creal (a->member[k].at);
        }
      list[2 * count] = re;
      list[2 * count++ + 1] = both && fabs (im) <= tiny ? 0 : im;
      if (!both)
        {
          list[2 * count] = re;
          list[2 * count++ + 1] = -im;
        }
    }
  return count;
}

bool
ictus__axis_find (ictus__axis *a, const double *X, double *re, double *im, int *right)
{
  double *list;
  size_t count;

  if (!a->ready || !(distance (a, X) <= 1.5 * a->reach))
    return false;
  if (a->nmember > 0)
    {
      bool found = ictus__shifted_load (a->m, X);

      for (size_t k = 0; k < a->ndisc && found; ++k)
        found = settle (a, (int) k);
      if (!found)
        {
          a->safety = fmin (2 * a->safety, 16 * SAFETY);
          a->ready = false;
          return false;
        }
      for (size_t i = 0; i < a->nmember; ++i)
        a->member[i].at = a->member[i].next;
    }
  a->safety = fmax (SAFETY, 0.95 * a->safety);
  if ((list = ictus_alloc (2 * a->n + 2, sizeof *list)) == NULL)
    return false;
  count = gather (a, list);
  qsort (list, count, 2 * sizeof *list, in_order);
  for (size_t i = 0; i < a->n; ++i)
    {
      bool known = i >= a->right && i < a->right + count;

      re[i] = known ? list[2 * (i - a->right)] : NAN;
      im[i] = known ? list[2 * (i - a->right) + 1] : NAN;
    }
  *right = (int) a->right;
  ictus_free (list);
  return count == a->count;
}
