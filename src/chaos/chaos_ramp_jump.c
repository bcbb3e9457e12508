/* SPDX-License-Identifier: BSD-3-Clause */
/* What happened on a ramp. In a window of 1/50 of the ramp, what is watched moves by its spread, largest less least value. Where that is less
   than the size of a jump it is quiet: it rests, or drifts with its branch. Else something happens, which is told by what is before and
   behind: quiet at another level, a jump; no quiet, or a long time without, large oscillations; the same level again, an excursion. */
#include "chaos_ramp.h"

#include <math.h>
#include <string.h>

typedef struct bout /* samples [first, last] in which something happens */
{
  size_t first, last;
  double before, after; /* levels of the quiet beside it; NaN: none */
  size_t early, late;   /* of several that are one, the first and the last pause; 0: none */
} bout;

typedef struct bouts
{
  bout *b;
  size_t n, cap;
} bouts;

const char *
ictus_ramp_kind_name (ictus_ramp_kind k)
{
  static const char *const name[] = { "jump", "onset of oscillation", "end of oscillation", "escape to infinity" };

  return name[k];
}

double
ictus__jump_size (const ictus_ramp_options *o, const ictus_ramp *plan, const ictus_ramp_side *s)
{
  double noise = isnan (s->sd) ? 0 : 12 * s->sd;

  if (plan->range < 10 * s->sd) /* nothing but noise */
    return noise;
  return fmax (o->threshold * plan->range, fmin (noise, 0.5 * plan->range));
}

static double
level (const double *low, const double *high, size_t from, size_t to)
{
  double sum = 0;

  for (size_t i = from; i < to; ++i)
    sum += 0.5 * (low[i] + high[i]);
  return to > from ? sum / (double) (to - from) : NAN;
}

/* spread[i]: of the window of `wide` samples that ends with i, by queues of the samples that can still be its least and largest. */
static ictus_err
spread_of (const double *low, const double *high, size_t n, size_t wide, double *spread)
{
  size_t *queue = ictus_alloc (2 * n, sizeof *queue), *top = queue + n, a = 0, b = 0, c = 0, d = 0;

  if (queue == NULL)
    return ICTUS_E_NOMEM;
  for (size_t i = 0; i < n; ++i)
    {
      while (b > a && low[queue[b - 1]] >= low[i])
        --b;
      queue[b++] = i;
      while (d > c && high[top[d - 1]] <= high[i])
        --d;
      top[d++] = i;
      a += queue[a] + wide <= i;
      c += top[c] + wide <= i;
      spread[i] = high[top[c]] - low[queue[a]];
    }
  ictus_free (queue);
  return ICTUS_OK;
}

/* Bouts where the spread reaches size: each ends where the window that last saw it begins. */
static ictus_err
collect (const double *spread, size_t n, size_t wide, double size, bouts *out)
{
  for (size_t i = 0; i < n; ++i)
    {
      size_t first = i;

      if (!(spread[i] >= size))
        continue;
      while (i + 1 < n && spread[i + 1] >= size)
        ++i;
      ICTUS_TRY (ictus_grow (&out->b, &out->cap, out->n + 1, sizeof *out->b));
      out->b[out->n++] = (bout) { .first = first, .last = i + 1 == n ? i : i + 1 > first + wide ? i + 1 - wide : first };
    }
  return ICTUS_OK;
}

/* Quiet on both sides of each bout. */
static void
levels (const double *low, const double *high, size_t n, size_t wide, bouts *x)
{
  for (size_t k = 0; k < x->n; ++k)
    {
      bout *b = &x->b[k];
      size_t from = k > 0 ? x->b[k - 1].last + 1 : 0, to = k + 1 < x->n ? x->b[k + 1].first : n, skip = wide / 4;

      from = b->first > from + wide ? b->first - wide : from;
      b->before = level (low, high, from, b->first > from + skip ? b->first - skip : b->first);
      from = b->last + 1 + skip;
      b->after = b->last + 1 == n ? NAN : level (low, high, from < to ? from : b->last + 1, from + wide < to ? from + wide : to);
    }
}

/* What does not stay where it goes: back at the level from before, or long. */
static bool
passes (const bout *b, size_t wide, double size)
{
  return fabs (b->after - b->before) < size || b->last - b->first > 2 * wide || isnan (b->before);
}

static size_t
longest_pause (size_t wide, size_t pause)
{
  return 2 * wide > pause * 5 / 2 ? 2 * wide : pause * 5 / 2;
}

/* Bouts with a short quiet between them, at the level from before, are one. Where oscillations come rarely, ever more rarely, each pause
   may be longer than the one before. */
static void
join (size_t wide, double size, bouts *x)
{
  size_t n = 0;

  for (size_t k = 0; k < x->n; ++k)
    {
      bout *was = n > 0 ? &x->b[n - 1] : NULL;
      size_t gap = was != NULL ? x->b[k].first - was->last : 0;

      if (was != NULL && gap <= longest_pause (wide, was->late) && passes (was, wide, size)
          && !(was->last == was->first && !isnan (was->before) && fabs (x->b[k].after - was->after) >= size))
        {
          was->last = x->b[k].last;
          was->after = x->b[k].after;
          was->late = gap;
          was->early = was->early == 0 ? gap : was->early;
          continue;
        }
      x->b[n++] = x->b[k];
    }
  x->n = n;
}

/* The same against time: those that come rarely at first, then more often. */
static void
join_backwards (size_t wide, double size, bouts *x)
{
  size_t to = x->n;

  for (size_t k = x->n; k-- > 0;)
    {
      bout *next = to < x->n ? &x->b[to] : NULL, *b = &x->b[k];
      size_t gap = next != NULL ? next->first - b->last : 0;

      if (next != NULL && gap <= longest_pause (wide, next->early) && next->early > 0 && passes (b, wide, size)
          && fabs (next->before - b->after) < size)
        {
          next->first = b->first;
          next->before = b->before;
          next->early = b->early > 0 ? b->early : gap;
          continue;
        }
      x->b[--to] = *b;
    }
  memmove (x->b, x->b + to, (x->n - to) * sizeof *x->b);
  x->n -= to;
}

static void
note (const ictus_ramp_side *s, size_t n, size_t at, ictus_ramp_kind kind, double before, double after, ictus_ramp_run *run)
{
  (void) n;
  if (run->njump == ICTUS_RAMP_JUMPS)
    return;
  run->jump[run->njump++]
      = (ictus_ramp_jump) { .kind = kind, .before = before, .after = after,
                            .par = s->from + (s->to - s->from) * ((double) at + 0.5) / (double) s->nsample };
}

/* Samples until something happens, without those in which it is already on its way. */
static size_t
quiet_until (const double *low, const double *high, size_t first, size_t wide, double size, double sd)
{
  size_t i = first, back = first > wide ? first - wide : 0;
  double middle = level (low, high, back, back + wide / 2 > back ? back + wide / 2 : back + 1);
  double far = fmin (0.25 * size, fmax (4 * sd, 0.02 * size));

  while (i > back && (high[i] - middle > far || middle - low[i] > far))
    --i;
  return i;
}

static void
tell (const ictus_ramp_side *s, const bouts *x, size_t n, size_t wide, double size, ictus_ramp_run *run)
{
  for (size_t k = 0; k < x->n; ++k)
    {
      const bout *b = &x->b[k];
      bool begins = k == 0 && !s->rests && b->first <= wide, ends = b->last + 1 == n, lasts = b->last - b->first > 2 * wide;
      bool moved = fabs (b->after - b->before) >= size;

      if (run->escaped && ends && !lasts)
        continue;
      if (begins || lasts || (ends && b->last - b->first > wide / 2))
        {
          if (!begins)
            note (s, n, b->first, ICTUS_RAMP_ONSET, b->before, NAN, run);
          if (!ends)
            note (s, n, b->last, ICTUS_RAMP_OFFSET, NAN, b->after, run);
        }
      else if (moved)
        note (s, n, b->first, ICTUS_RAMP_LEVEL, b->before, b->after, run);
      else if (!ends)
        ++run->excursions;
    }
}

/* Least and largest values in ICTUS_RAMP_POINTS equal pieces. */
static void
summarise (const ictus_ramp_side *s, const double *low, const double *high, size_t n, ictus_ramp_run *run)
{
  size_t all = (size_t) s->nsample;

  for (size_t k = 0; k < ICTUS_RAMP_POINTS; ++k)
    {
      size_t a = k * all / ICTUS_RAMP_POINTS, b = (k + 1) * all / ICTUS_RAMP_POINTS;

      run->low[k] = run->high[k] = NAN;
      for (size_t i = a; i < b && i < n; ++i)
        {
          run->low[k] = fmin (run->low[k], low[i]);
          run->high[k] = fmax (run->high[k], high[i]);
        }
    }
}

ictus_err
ictus__jumps_find (const ictus_ramp_side *s, const double *low, const double *high, size_t n, double size, ictus_ramp_run *run,
                   size_t *quiet)
{
  size_t alive = 0, wide = (size_t) fmax (8, s->nsample / 50);
  double *spread = ictus_alloc (n, sizeof *spread), sd = isnan (s->sd) ? 0 : s->sd;
  bouts x = { 0 };
  ictus_err e = spread == NULL ? ICTUS_E_NOMEM : ICTUS_OK;

  run->njump = run->excursions = 0;
  while (alive < n && isfinite (low[alive]) && isfinite (high[alive]))
    ++alive;
  run->escaped = alive < (size_t) s->nsample;
  summarise (s, low, high, alive, run);
  if (e == ICTUS_OK)
    e = spread_of (low, high, alive, wide, spread);
  ICTUS_GO (e);
  if (size > 0)
    ICTUS_GO (collect (spread, alive, wide, size, &x));
  *quiet = x.n > 0 ? quiet_until (low, high, x.b[0].first, wide, size, sd) : alive;
  levels (low, high, alive, wide, &x);
  if (!s->rests && x.n > 0 && x.b[0].first <= wide) /* it begins in oscillation */
    x.b[0].before = NAN;
  join (wide, size, &x);
  if (x.n > 1)
    join_backwards (wide, size, &x);
  tell (s, &x, alive, wide, size, run);
  if (run->escaped)
    note (s, alive, alive, ICTUS_RAMP_ESCAPE, level (low, high, alive > wide ? alive - wide : 0, alive > wide / 2 ? alive - wide / 2 : 0),
          NAN, run);
  *quiet = s->rests ? *quiet : 0;
done:
  ictus_free (spread);
  ictus_free (x.b);
  return e;
}
