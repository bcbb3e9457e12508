/* SPDX-License-Identifier: BSD-3-Clause */
/* What most runs of a direction do, and which jumps take each other back. */
#include "chaos_ramp.h"

#include <math.h>

static bool
alike (const ictus_ramp_run *a, const ictus_ramp_run *b)
{
  bool same = a->njump == b->njump;

  for (int k = 0; same && k < a->njump; ++k)
    same = a->jump[k].kind == b->jump[k].kind;
  return same;
}

/* Of runs that are done the first one with the most frequent sequence of jumps; how many have it. */
static const ictus_ramp_run *
most_frequent (const ictus_ramp_run *run, size_t n, size_t *with)
{
  const ictus_ramp_run *best = NULL;

  *with = 0;
  for (size_t i = 0; i < n; ++i)
    {
      size_t same = 0;

      for (size_t j = 0; run[i].done && j < n; ++j)
        same += run[j].done && alike (&run[i], &run[j]);
      if (same > *with)
        {
          best = &run[i];
          *with = same;
        }
    }
  return best;
}

/* Jump k of the runs that are like `best`. */
static void
average (const ictus_ramp_run *run, size_t n, const ictus_ramp_run *best, int k, ictus_ramp_usual *out)
{
  double sum = 0, squares = 0, m = (double) out->with;

  out->kind[k] = best->jump[k].kind;
  out->least[k] = INFINITY;
  out->most[k] = -INFINITY;
  for (size_t i = 0; i < n; ++i)
    if (run[i].done && alike (&run[i], best))
      {
        sum += run[i].jump[k].par;
        out->least[k] = fmin (out->least[k], run[i].jump[k].par);
        out->most[k] = fmax (out->most[k], run[i].jump[k].par);
      }
  out->par[k] = sum / m;
  out->like[k] = best;
  for (size_t i = 0; i < n; ++i)
    if (run[i].done && alike (&run[i], best))
      {
        double d = run[i].jump[k].par - out->par[k];

        squares += d * d;
        if (fabs (d) < fabs (out->like[k]->jump[k].par - out->par[k]))
          out->like[k] = &run[i];
      }
  out->sd[k] = out->with > 1 ? sqrt (squares / (m - 1)) : NAN;
}

void
ictus_ramp_usually (const ictus_ramp *r, int side, ictus_ramp_usual *out)
{
  const ictus_ramp_run *run = r->run + (size_t) side * r->repeats, *best;
  size_t n = r->repeats;

  *out = (ictus_ramp_usual) { 0 };
  if (n == 0)
    {
      run = &r->side[side].still;
      n = 1;
    }
  for (size_t i = 0; i < n; ++i)
    out->runs += run[i].done != 0;
  best = most_frequent (run, n, &out->with);
  if (best == NULL)
    return;
  out->njump = best->njump;
  for (int k = 0; k < out->njump; ++k)
    average (run, n, best, k, out);
}

/* Level of a course about a parameter. */
static double
level_at (const ictus_ramp_side *s, const ictus_ramp_run *run, double par)
{
  enum { HALF = 3 };
  int at = (int) floor ((par - s->from) / (s->to - s->from) * ICTUS_RAMP_POINTS), first = at - HALF;
  double sum = 0;

  first = first < 0 ? 0 : first > ICTUS_RAMP_POINTS - 2 * HALF ? ICTUS_RAMP_POINTS - 2 * HALF : first;
  for (int k = first; k < first + 2 * HALF; ++k)
    sum += 0.5 * (run->low[k] + run->high[k]);
  return sum / (2 * HALF);
}

/* Does jump b of the way down undo a of the way up? Then both ways are at one level at the parameter below the two, if there is rest, and
   at one above them. */
static bool
undoes (const ictus_ramp *r, const ictus_ramp_usual *up, int a, const ictus_ramp_usual *down, int b, double size)
{
  double aside = (r->side[0].to - r->side[0].from) / 50, below = fmin (up->par[a], down->par[b]) - aside;
  double above = fmax (up->par[a], down->par[b]) + aside;
  const ictus_ramp_run *x = up->like[a], *y = down->like[b];
  ictus_ramp_kind there = up->kind[a], back = down->kind[b];
  bool rest_below = there == ICTUS_RAMP_LEVEL || there == ICTUS_RAMP_ONSET;
  bool rest_above = there == ICTUS_RAMP_OFFSET || (there == ICTUS_RAMP_LEVEL && back == ICTUS_RAMP_LEVEL);

  if (there == ICTUS_RAMP_ESCAPE || back == ICTUS_RAMP_ESCAPE || (rest_below && back == ICTUS_RAMP_ONSET)
      || (!rest_below && back != ICTUS_RAMP_ONSET))
    return false;
  if (rest_below && fabs (level_at (&r->side[0], x, below) - level_at (&r->side[1], y, below)) >= size)
    return false;
  return !rest_above || !(fabs (level_at (&r->side[0], x, above) - level_at (&r->side[1], y, above)) >= size);
}

int
ictus_ramp_loops (const ictus_ramp *r, double threshold, ictus_ramp_loop out[ICTUS_RAMP_JUMPS])
{
  ictus_ramp_usual up, down;
  int n = 0, next;

  ictus_ramp_usually (r, 0, &up);
  ictus_ramp_usually (r, 1, &down);
  next = down.njump - 1;
  for (int a = 0; a < up.njump; ++a)
    for (int b = next; b >= 0; --b)
      if (undoes (r, &up, a, &down, b, threshold * r->range))
        {
          out[n++] = (ictus_ramp_loop) { .up = a, .down = b, .there = up.par[a], .back = down.par[b], .width = up.par[a] - down.par[b],
                                         .error = sqrt (up.sd[a] * up.sd[a] / (double) up.with + down.sd[b] * down.sd[b] / (double) down.with) };
          next = b - 1;
          break;
        }
  return n;
}
