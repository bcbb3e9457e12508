/* SPDX-License-Identifier: BSD-3-Clause */
/* Sums that do not depend on the order of their terms, model time, wall clock. */
#include "ictus/base.h"

#include <math.h>
#include <time.h>

/* A sum is the integer hi * 2^40 + lo, in whatever way it is split; here 0 <= lo < 2^40 afterwards, so that
   lo does not run over however many terms there are. */
static void
add (ictus_sum *s, int64_t hi, int64_t lo)
{
  int64_t sum = s->lo + lo, carry = sum >> 40;

  s->lo = sum - carry * (INT64_C (1) << 40);
  if (__builtin_add_overflow (s->hi, hi, &s->hi) || __builtin_add_overflow (s->hi, carry, &s->hi))
    s->bad += 1;
}

/* x = (a + b * 2^-40) * 2^-20 with |b| <= 2^39: integers add up the same in any order. */
void
ictus_sum_add (ictus_sum *s, double x)
{
  double a, b;

  if (!(fabs (x) < 0x1p40))
    {
      s->bad += 1;
      return;
    }
  a = rint (x * 0x1p20);
  b = rint ((x * 0x1p20 - a) * 0x1p40); /* the difference is exact */
  add (s, (int64_t) a, (int64_t) b);
}

void
ictus_sum_join (ictus_sum *s, const ictus_sum *o)
{
  add (s, o->hi, o->lo);
  s->bad += o->bad;
}

double
ictus_sum_value (const ictus_sum *s)
{
  ictus_sum one = { 0 };

  add (&one, s->hi, s->lo); /* ranks add hi and lo as they are; split anew, both parts round once only */
  if (s->bad != 0 || one.bad != 0)
    return (double) NAN;
  return (double) one.hi * 0x1p-20 + (double) one.lo * 0x1p-60;
}

double
ictus_tick_ms (ictus_tick k, double h_ms)
{
  double n = rint (1.0 / h_ms);

  if (n >= 1 && fabs (n * h_ms - 1.0) < 1e-12)
    return (double) k / n;
  return (double) k * h_ms;
}

ictus_tick
ictus_tick_of (double t_ms, double h_ms)
{
  return (ictus_tick) llrint (fmin (fmax (t_ms / h_ms, -ICTUS_MAX_STEPS), ICTUS_MAX_STEPS));
}

double
ictus_wall_s (void)
{
  struct timespec ts;

  clock_gettime (CLOCK_MONOTONIC, &ts);
  return (double) ts.tv_sec + 1e-9 * (double) ts.tv_nsec;
}
