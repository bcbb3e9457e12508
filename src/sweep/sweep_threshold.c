/* SPDX-License-Identifier: BSD-3-Clause */
/* Threshold search, one line: by bisection, both ends first and then the middle of what is left, until two
   neighbouring values enclose the level; or from a guess, the two points around it first, then in ever larger
   steps to the side where the crossing must be, and in the end by bisection again. */
#include <math.h>

#include "sweep/sweep_design.h"

typedef enum side
{
  BELOW, /* also where the measure is not defined: a silent network has no CV */
  ABOVE,
  UNKNOWN /* not run yet, or failed */
} side;

ictus__search
ictus__search_begin (const ictus_experiment *exp, const ictus__table *t, const uint8_t *again)
{
  const ictus_exp_threshold *h = &exp->threshold;
  int npop = t->nvalue / ICTUS__NMEASURE - 1, last = exp->naxis - 1;
  ictus__search s = { .exp = exp, .table = t, .again = again, .n = exp->axis[h->axis].nvalue, .inner = 1 };

  s.value = (h->population < 0 ? npop : h->population) * ICTUS__NMEASURE + (int) h->measure;
  for (int a = h->axis + 1; a < exp->naxis; ++a)
    s.inner *= exp->axis[a].nvalue;
  s.nline = ictus__threshold_nline (exp);
  if (last == h->axis)
    last -= 1;
  s.across = last >= 0 ? exp->axis[last].nvalue : 1;
  return s;
}

/* ---- points and lines ---- */

size_t
ictus__threshold_nline (const ictus_experiment *exp)
{
  return ictus__grid_npoint (exp) / exp->axis[exp->threshold.axis].nvalue;
}

size_t
ictus__line_index (const ictus_experiment *exp, size_t line, int axis)
{
  for (int a = exp->naxis - 1; a > axis; --a)
    if (a != exp->threshold.axis)
      line /= exp->axis[a].nvalue;
  return line % exp->axis[axis].nvalue;
}

size_t
ictus__line_of (const ictus_experiment *exp, size_t point)
{
  size_t inner = 1;

  for (int a = exp->threshold.axis + 1; a < exp->naxis; ++a)
    inner *= exp->axis[a].nvalue;
  return point / (inner * exp->axis[exp->threshold.axis].nvalue) * inner + point % inner;
}

size_t
ictus__search_point (const ictus__search *s, size_t line, size_t k)
{
  return (line / s->inner * s->n + k) * s->inner + line % s->inner;
}

/* ---- one line ---- */

static double
measure_at (const ictus__search *s, size_t line, size_t k)
{
  return ictus__point_mean (s->exp, s->table, ictus__search_point (s, line, k), s->value, NULL);
}

static side
look (ictus__probe *p, size_t k)
{
  const ictus__search *s = p->s;
  size_t r = (size_t) s->exp->nrepeat, first = ictus__search_point (s, p->line, k) * r;
  bool known = true, failed = false;

  for (size_t i = first; i < first + r; ++i)
    {
      known = known && s->table->status[i] != ICTUS__TODO && (s->again == NULL || !s->again[i]);
      failed = failed || s->table->status[i] == ICTUS__FAILED;
    }
  if (!known)
    p->want[p->nwant++] = k;
  else if (failed)
    p->failed = true;
  if (!known || failed)
    return UNKNOWN;
  return measure_at (s, p->line, k) >= s->exp->threshold.level ? ABOVE : BELOW;
}

/* Two places between which the level is crossed, not yet neighbours. */
typedef struct bracket
{
  size_t lo, hi;
  side below; /* of lo */
} bracket;

typedef enum outcome
{
  WAITS,
  CROSSED,
  NOT_CROSSED
} outcome;

static outcome
ends_first (ictus__probe *p, bracket *b)
{
  side first = look (p, 0), last = look (p, p->s->n - 1);

  *b = (bracket){ 0, p->s->n - 1, first };
  if (first == UNKNOWN || last == UNKNOWN)
    return WAITS;
  return first == last ? NOT_CROSSED : CROSSED;
}

/* From `from`, where it is on side `is`, in steps of 1, 2, 4, ... to one end; there, the other end is looked
   at last. */
static outcome
gallop (ictus__probe *p, size_t from, side is, bool up, bracket *b)
{
  size_t end = p->s->n - 1, at = from, step = 1;

  while (up ? at < end : at > 0)
    {
      size_t next = up ? (at + step < end ? at + step : end) : at > step ? at - step : 0;
      side s = look (p, next);

      if (s == UNKNOWN)
        return WAITS;
      if (s != is)
        {
          *b = up ? (bracket){ at, next, is } : (bracket){ next, at, s };
          return CROSSED;
        }
      at = next;
      step *= 2;
    }
  at = up ? 0 : end;
  {
    side s = look (p, at);

    if (s == UNKNOWN)
      return WAITS;
    *b = up ? (bracket){ at, from, s } : (bracket){ from, at, is };
    return s != is ? CROSSED : NOT_CROSSED;
  }
}

/* guess: position on the axis, from neighbours on which the measure rises with the index, or falls. */
static outcome
guess_first (ictus__probe *p, double guess, bool rises, bracket *b)
{
  size_t k = guess > 0 ? (size_t) guess : 0;
  side low, high;
  bool up;

  k = k + 2 > p->s->n ? p->s->n - 2 : k;
  low = look (p, k);
  high = look (p, k + 1);
  if (low == UNKNOWN || high == UNKNOWN)
    return WAITS;
  *b = (bracket){ k, k + 1, low };
  if (low != high)
    return CROSSED;
  up = (low == BELOW) == rises;
  return gallop (p, up ? k + 1 : k, low, up, b);
}

static outcome
bisect (ictus__probe *p, bracket *b)
{
  while (b->hi - b->lo > 1)
    {
      size_t middle = b->lo + (b->hi - b->lo) / 2;
      side s = look (p, middle);

      if (s == UNKNOWN)
        return WAITS;
      if (s == b->below)
        b->lo = middle;
      else
        b->hi = middle;
    }
  return CROSSED;
}

/* Part of the way from the lower to the upper of two neighbours at which the level lies. */
double
ictus__search_part (const ictus__search *s, size_t line, size_t lower)
{
  double y0 = measure_at (s, line, lower), y1 = measure_at (s, line, lower + 1),
         t = (s->exp->threshold.level - y0) / (y1 - y0);

  return isfinite (t) ? t : 0.5; /* one of them is not defined */
}

static void
found (const ictus__search *s, size_t line, const bracket *b, ictus__line *out)
{
  const ictus_exp_axis *a = &s->exp->axis[s->exp->threshold.axis];
  double x0 = a->value[b->lo], x1 = a->value[b->hi], t = ictus__search_part (s, line, b->lo);
  bool rises = (b->below == BELOW) == (x1 > x0);

  out->crossing = rises ? ICTUS__CROSSING_RISING : ICTUS__CROSSING_FALLING;
  out->lower = b->lo;
  out->at = a->log ? x0 * pow (x1 / x0, t) : x0 + (x1 - x0) * t;
  out->from = fmin (x0, x1);
  out->to = fmax (x0, x1);
}

void
ictus__search_line (const ictus__search *s, size_t at, const double *guess, bool rises, ictus__line *out,
                    ictus__probe *p)
{
  bracket b = { 0, 0, BELOW };
  outcome o;

  *p = (ictus__probe){ .s = s, .line = at };
  *out = (ictus__line){ .at = (double) NAN, .from = (double) NAN, .to = (double) NAN };
  o = guess != NULL ? guess_first (p, *guess, rises, &b) : ends_first (p, &b);
  if (o == CROSSED)
    o = bisect (p, &b);
  if (p->failed) /* what is wanted beside it may still run */
    out->crossing = p->nwant > 0 ? ICTUS__CROSSING_TODO : ICTUS__CROSSING_FAILED;
  else if (o == CROSSED)
    found (s, at, &b, out);
  else if (o == NOT_CROSSED)
    out->crossing = b.below == BELOW ? ICTUS__CROSSING_BELOW : ICTUS__CROSSING_ABOVE;
}

/* ---- names ---- */

static const struct
{
  const char *name, *unit;
} measure[ICTUS__NMEASURE] = { { "rate", "Hz" }, { "cv", "1" }, { "chi", "1" }, { "fano", "1" } };

const char *
ictus__measure_name (ictus_measure m)
{
  return measure[m].name;
}

const char *
ictus__measure_unit (ictus_measure m)
{
  return measure[m].unit;
}

void
ictus__threshold_name (const ictus_experiment *exp, ictus_text *out)
{
  const ictus_exp_threshold *h = &exp->threshold;
  const char *unit = measure[h->measure].unit;

  ictus_text_add (out, "%s where %s of %s is %.6g%s%s", exp->axis[h->axis].name, measure[h->measure].name,
                  h->population < 0 ? "all" : exp->population[h->population].name, h->level,
                  unit[0] != '1' ? " " : "", unit[0] != '1' ? unit : "");
}
