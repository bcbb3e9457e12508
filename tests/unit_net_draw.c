/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers drawn in vectors: against references made one by one, the same bits on every level of instructions,
   and the distributions that they should have. */
#include "net_toy.h"

#include "net/net_draw.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wundef"
#pragma GCC diagnostic ignored "-Wpedantic"
#include <Random123/philox.h>
#pragma GCC diagnostic pop

enum { N = 1000, ROOM = 1024 };

/* For inner loops: ck_assert leaves a note in a file each time. */
#define MUST(x)                                                                                              \
  do                                                                                                         \
    {                                                                                                        \
      if (!(x))                                                                                              \
        ck_assert (x);                                                                                       \
    }                                                                                                        \
  while (0)

static const ictus__key KEY = { { 0x12345678, 0x9abcdef0 } };

static int
least_level (void)
{
  return ictus_isa_best () > 1 ? 2 : 1;
}

static void
philox (uint32_t unit, uint64_t number, uint32_t again, uint32_t out[4])
{
  philox4x32_key_t key = { { KEY.k[0], KEY.k[1] } };
  philox4x32_ctr_t ctr = { { unit, (uint32_t) number, (uint32_t) (number >> 32), again } },
                   x = philox4x32 (ctr, key);

  for (int k = 0; k < 4; ++k)
    out[k] = x.v[k];
}

static uint64_t
word_of (uint32_t unit, uint64_t number) /* of a run */
{
  uint32_t x[4];

  philox (unit, number / 2, 0, x);
  return number % 2 == 0 ? (uint64_t) x[0] << 32 | x[1] : (uint64_t) x[2] << 32 | x[3];
}

static double
unit_of (uint64_t word)
{
  return ((double) (word >> 12) + 0.5) * 0x1p-52;
}

typedef struct addresses
{
  uint32_t unit[ROOM];
  uint64_t number[ROOM];
} addresses;

static void
make_addresses (addresses *a)
{
  ictus_rng r = ictus_rng_open (1, ICTUS_RNG_TEST, 0, 0, 0);

  memset (a, 0, sizeof *a);
  for (int k = 0; k < N; ++k)
    {
      a->unit[k] = (uint32_t) ictus_rng_u64 (&r);
      a->number[k] = ictus_rng_u64 (&r) >> (k % 64);
    }
}

START_TEST (words_are_philox)
{
  static addresses a;
  static uint64_t one[ROOM], two[ROOM];

  make_addresses (&a);
  for (int level = least_level (); level <= ictus_isa_best (); ++level)
    {
      ictus__ask ask = { .key = KEY, .again = 77, .unit = a.unit, .number = a.number };

      ictus__draws_at (level)->words (&ask, N, one, two);
      for (int k = 0; k < N; ++k)
        {
          uint32_t x[4];

          philox (a.unit[k], a.number[k], 77, x);
          MUST (one[k] == ((uint64_t) x[0] << 32 | x[1]));
          MUST (two[k] == ((uint64_t) x[2] << 32 | x[3]));
        }
    }
}
END_TEST

START_TEST (choices_are_high_halves_of_products)
{
  static const uint64_t range[] = { 1, 2, 37, 77169, UINT32_MAX - 2000, UINT32_MAX };
  static uint32_t x[ROOM];

  for (int level = least_level (); level <= ictus_isa_best (); ++level)
    for (int c = 0; c < 6; ++c)
      for (size_t n = 1; n < 40; ++n)
        for (int grow = 0; grow <= (c < 5); ++grow)
          {
            ictus__run r = { .key = KEY, .unit = 5, .first = (uint64_t) c << 33 };
            uint64_t skip = n % 3 == 0 ? range[c] / 2 : UINT32_MAX;

            x[n] = 0xdeadbeef;
            ictus__draws_at (level)->choose (&r, n, range[c], (uint64_t) grow, skip, x);
            MUST (x[n] == 0xdeadbeef); /* nothing is written behind the end */
            for (size_t k = 0; k < n; ++k)
              {
                unsigned __int128 w = word_of (5, r.first + k);
                uint64_t s = (uint64_t) (w * (range[c] + k * (uint64_t) grow) >> 64);

                MUST (x[k] == s + (s >= skip));
              }
          }
}
END_TEST

START_TEST (a_stretch_may_begin_anywhere)
{
  static uint32_t all[N], part[N];
  static double gap[N], some[N];
  const ictus__draws *d = ictus__draws_here ();
  ictus__run r = { .key = KEY, .unit = 9 };

  d->choose (&r, N, 1000, 1, UINT32_MAX, all);
  d->gaps (&r, N, -7, gap);
  for (r.first = 0; r.first < N; r.first += 3 * ICTUS__RUN)
    {
      size_t n = N - r.first < 41 ? (size_t) (N - r.first) : 41;

      d->choose (&r, n, 1000 + r.first, 1, UINT32_MAX, part);
      d->gaps (&r, n, -7, some);
      ck_assert_mem_eq (part, all + r.first, n * sizeof *part);
      ck_assert_mem_eq (some, gap + r.first, n * sizeof *gap);
    }
}
END_TEST

START_TEST (levels_agree_bit_for_bit)
{
  static addresses a;
  static uint64_t one[ROOM], two[ROOM];
  static double x[8][ROOM], y[8][ROOM];
  static uint32_t c[2][ROOM], d[2][ROOM];
  ictus__ask ask = { .key = KEY, .unit = a.unit, .number = a.number };
  ictus__run r = { .key = KEY, .unit = 3 };

  make_addresses (&a);
  for (int level = least_level (); level <= ictus_isa_best (); ++level)
    {
      const ictus__draws *v = ictus__draws_at (level);
      double (*out)[ROOM] = level == least_level () ? x : y;
      uint32_t (*count)[ROOM] = level == least_level () ? c : d;

      v->words (&ask, N, one, two);
      one[0] = 0; /* the ends of the range */
      one[1] = UINT64_MAX;
      for (int k = 2; k < 54; ++k)
        one[k] = k % 2 == 0 ? UINT64_MAX >> k : ~(UINT64_MAX >> k);
      v->uniform (N, one, out[0]);
      v->normal (N, one, out[1]);
      memcpy (out[2], out[1], sizeof out[2]);
      v->exponentiate (N, out[2]);
      for (int k = 0; k < N; ++k)
        out[3][k] = 200 * out[1][k];
      v->exponentiate (N, out[3]);
      v->gaps (&r, N, -0.7, out[4]);
      v->gaps (&r, N, -1e17, out[5]);
      memcpy (out[6], out[4], sizeof out[6]);
      v->ticks (N, 0.1, out[6]);
      for (int m = 0; m < 2; ++m)
        {
          ictus__counts t;

          ictus__counts_make (m == 0 ? 0.8 : 41, &t);
          v->count (&t, KEY, 12345, N, a.unit, count[m]);
        }
      memcpy (out[7], out[1], sizeof out[7]);
      v->add (N, count[1], 2, 0.3, NULL, out[7]);
      v->add (N - 3, count[1], 3, 0.3, out[0], out[7]);
      if (level > least_level ())
        {
          for (int k = 0; k < 8; ++k)
            ck_assert_msg (memcmp (x[k], y[k], N * sizeof (double)) == 0, "level %d, kind %d", level, k);
          for (int m = 0; m < 2; ++m)
            ck_assert_mem_eq (c[m], d[m], N * sizeof (uint32_t));
        }
    }
}
END_TEST

/* ---- values ------------------------------------------------------------------------------------- */

START_TEST (normal_numbers_invert_the_distribution_function)
{
  static uint64_t w[ROOM];
  static double z[ROOM];
  ictus_rng r = ictus_rng_open (2, ICTUS_RNG_TEST, 0, 0, 0);

  for (int k = 0; k < N; ++k) /* half of them far out */
    w[k] = k % 2 == 0 ? ictus_rng_u64 (&r) : ictus_rng_u64 (&r) >> k % 50;
  w[0] = (uint64_t) (0.975 * 0x1p64);
  ictus__draws_here ()->normal (N, w, z);
  ck_assert_double_eq_tol (z[0], 1.959963984540054, 1e-12);
  for (int k = 0; k < N; ++k)
    {
      double u = unit_of (w[k]), p = u < 0.5 ? 0.5 * erfc (-z[k] / sqrt (2)) : 0.5 * erfc (z[k] / sqrt (2));

      ck_assert_double_eq_tol (p / (u < 0.5 ? u : 1 - u), 1, 1e-13);
    }
}
END_TEST

START_TEST (exponentials_are_those_of_libm)
{
  static double x[ROOM], y[ROOM];

  for (int k = 0; k < N; ++k)
    x[k] = y[k] = (k - N / 2) * 1.5 + 0.01;
  ictus__draws_here ()->exponentiate (N, x);
  for (int k = 0; k < N; ++k)
    {
      double e = exp (y[k]);

      if (e == 0 || isinf (e))
        ck_assert_double_eq (x[k], e);
      else
        ck_assert_double_le (fabs (x[k] - e), 4e-16 * e + 5e-324);
    }
}
END_TEST

START_TEST (ticks_are_the_nearest)
{
  double x[]
      = { 0, 0.04, 0.05, 0.15, 0.25, 1.5, 6553.5, 1e6, 429496729.5, 429496729.7, 1e300, -1, -INFINITY };
  double y[sizeof x / sizeof *x];
  enum
  {
    NX = sizeof x / sizeof *x
  };

  memcpy (y, x, sizeof y);
  ictus__draws_here ()->ticks (NX, 0.1, y);
  for (size_t k = 0; k < NX; ++k)
    if (x[k] < 0)
      ck_assert (y[k] == x[k]);
    else if (x[k] / 0.1 > (double) UINT32_MAX)
      ck_assert (isinf (y[k]));
    else
      ck_assert_double_eq (y[k], fmax (1, (double) ictus_tick_of (x[k], 0.1)));
}
END_TEST

/* P (gap = k) = p (1 - p)^k: chi square of the first 30 against the 99.99 % point. */
START_TEST (gaps_are_geometric)
{
  static double gap[20000];
  double p = 0.11, chi2 = 0, seen[30] = { 0 };
  ictus__run r = { .key = KEY, .unit = 1 };

  ictus__draws_here ()->gaps (&r, 20000, 1 / log1p (-p), gap);
  for (int k = 0; k < 20000; ++k)
    {
      MUST (gap[k] >= 0 && gap[k] == floor (gap[k]));
      if (gap[k] < 30)
        seen[(int) gap[k]] += 1;
    }
  for (int k = 0; k < 30; ++k)
    {
      double mean = 20000 * p * pow (1 - p, k);

      chi2 += (seen[k] - mean) * (seen[k] - mean) / mean;
    }
  ck_assert_double_lt (chi2, 69);
}
END_TEST

/* ---- weights and delays of synapses --------------------------------------------------------------- */

enum { CELLS = 300 };

typedef struct moments
{
  double n, s, q, least, most;
} moments;

static void
take (moments *m, double x)
{
  m->n += 1;
  m->s += x;
  m->q += x * x;
  m->least = fmin (m->least, x);
  m->most = fmax (m->most, x);
}

typedef struct values
{
  const toy *t;
  const ictus__wires *w;
  moments weight, delay;
  double product;
} values;

/* Draws the batch, and again a few of its synapses alone: nothing depends on the company. */
static ictus_err
look_at (void *ctx, const ictus__batch *b)
{
  values *v = ctx;
  static double weight[ICTUS__BATCH], delay[ICTUS__BATCH], other[ICTUS__BATCH];
  static ictus__batch one;

  ictus__net_draw_values (&v->t->net, v->w, b, weight, delay);
  ictus__net_draw_values (&v->t->net, v->w, b, other, NULL);
  ck_assert_mem_eq (weight, other, b->n * sizeof *weight);
  ictus__net_draw_values (&v->t->net, v->w, b, NULL, other);
  ck_assert_mem_eq (delay, other, b->n * sizeof *weight);
  one = *b;
  for (size_t k = 0; k < b->n; k += 97)
    {
      double x, y;

      one.n = 1;
      one.source[0] = b->source[k];
      one.to[0] = b->to[k];
      one.number[0] = b->number[k];
      ictus__net_draw_values (&v->t->net, v->w, &one, &x, &y);
      MUST (x == weight[k] && y == delay[k]);
    }
  for (size_t k = 0; k < b->n; ++k)
    {
      take (&v->weight, weight[k]);
      take (&v->delay, delay[k]);
      v->product += weight[k] * delay[k];
    }
  return ICTUS_OK;
}

static values
draw_all (ictus_dist weight, ictus_dist delay)
{
  size_t size[2] = { CELLS, CELLS };
  toy t;
  ictus__wires *w;
  values v = { .t = &t,
               .weight = { .least = INFINITY, .most = -INFINITY },
               .delay = { .least = INFINITY, .most = -INFINITY } };

  toy_start (&t, 2, size, 0, 1);
  t.exp.grid = false;
  w = toy_project (&t, 0, 1, ICTUS_RULE_FIXED_INDEGREE, 333);
  w->weight = weight;
  w->delay = delay;
  t.projection[0].scale = 2;
  v.w = w;
  ck_assert_int_eq (ictus__net_draw_batches (&t.net, w, look_at, &v), ICTUS_OK);
  ck_assert_double_eq (v.weight.n, CELLS * 333);
  toy_end (&t);
  return v;
}

static ictus_dist
dist (ictus_dist_kind kind, double a, double b, double min, double max)
{
  return (ictus_dist){ .kind = kind, .a = a, .b = b, .min = min, .max = max };
}

static void
check_moments (const moments *m, double mean, double sd)
{
  double s = m->s / m->n, var = m->q / m->n - s * s;

  ck_assert_msg (fabs (s - mean) < 4.5 * sd / sqrt (m->n), "mean %g, expected %g", s, mean);
  ck_assert_msg (fabs (sqrt (var) / sd - 1) < 0.03, "deviation %g, expected %g", sqrt (var), sd);
}

START_TEST (weights_and_delays_have_their_moments)
{
  values v
      = draw_all (dist (ICTUS_DIST_NORMAL, 5, 2, -INFINITY, INFINITY), dist (ICTUS_DIST_UNIFORM, 0, 0, 1, 4));
  double mean = v.product / v.weight.n, cov = mean - v.weight.s / v.weight.n * (v.delay.s / v.delay.n);

  check_moments (&v.weight, 10, 4);
  check_moments (&v.delay, 2.5, 3 / sqrt (12));
  ck_assert (v.delay.least >= 1 && v.delay.most <= 4);
  ck_assert_double_lt (fabs (cov) / (4 * 3 / sqrt (12)), 4.5 / sqrt (v.weight.n)); /* independent */
  v = draw_all (dist (ICTUS_DIST_CONSTANT, 3, 0, -INFINITY, INFINITY),
                dist (ICTUS_DIST_LOGNORMAL, 0.2, 0.3, 0, INFINITY));
  ck_assert (v.weight.least == 6 && v.weight.most == 6);
  check_moments (&v.delay, exp (0.2 + 0.045), exp (0.2 + 0.045) * sqrt (expm1 (0.09)));
}
END_TEST

/* A normal distribution cut at its mean has mean a + b sqrt (2 / pi). */
START_TEST (cut_distributions_are_drawn_again)
{
  values v = draw_all (dist (ICTUS_DIST_NORMAL, 5, 2, 5, INFINITY),
                       dist (ICTUS_DIST_NORMAL, 1.5, 0.75, 0.1, INFINITY));

  ck_assert (v.weight.least >= 10 && v.delay.least >= 0.1);
  check_moments (&v.weight, 2 * (5 + 2 * sqrt (2 / M_PI)), 4 * sqrt (1 - 2 / M_PI));
}
END_TEST

START_TEST (narrow_cuts_come_to_an_end)
{
  /* 1 in 1000 lies inside: as little as an experiment may ask for */
  double cut = 3.09, mean = exp (-cut * cut / 2) / sqrt (2 * M_PI) / (0.5 * erfc (cut / sqrt (2)));
  values v = draw_all (dist (ICTUS_DIST_NORMAL, 0, 1, cut, INFINITY),
                       dist (ICTUS_DIST_CONSTANT, 1, 0, -INFINITY, INFINITY));

  ck_assert (v.weight.least >= 6.18 && v.weight.most < 14);
  check_moments (&v.weight, 2 * mean, 2 * sqrt (1 + cut * mean - mean * mean));
}
END_TEST

START_TEST (what_a_rule_gives_is_kept)
{
  size_t size[2] = { 4, 4 };
  static ictus__batch b;
  double weight[] = { 3, NAN, -1 }, delay[] = { NAN, 0.26, 0.01 }, x[3], d[3];
  toy t;
  ictus__wires *w;

  toy_start (&t, 2, size, 0, 1);
  w = toy_project (&t, 0, 1, ICTUS_RULE_LIST, 0);
  w->weight = dist (ICTUS_DIST_NORMAL, 100, 1, -INFINITY, INFINITY);
  t.projection[0].scale = 2;
  b.n = 3;
  b.weight = weight;
  b.delay = delay;
  ictus__net_draw_values (&t.net, w, &b, x, d);
  ck_assert (x[0] == 6 && x[1] > 180 && x[2] == -2);
  ck_assert (d[0] == 15 && d[1] == 3 && d[2] == 1);
  toy_end (&t);
}
END_TEST

/* ---- rules in large ------------------------------------------------------------------------------- */

typedef struct tally
{
  uint32_t *out, *in;
  uint64_t n;
} tally;

static ictus_err
tally_up (void *ctx, const ictus__batch *b)
{
  tally *c = ctx;

  ck_assert (b->n > 0 && b->n <= ICTUS__BATCH);
  for (size_t k = 0; k < b->n; ++k)
    {
      ++c->out[b->source[k]];
      MUST (b->number[k] == c->in[b->to[k]]); /* numbered one after the other */
      ++c->in[b->to[k]];
    }
  c->n += b->n;
  return ICTUS_OK;
}

/* Every source as often as any other: chi square of 3001 sources within 4.5 deviations. */
START_TEST (sources_of_every_rule_are_even)
{
  static const ictus_rule rule[] = { ICTUS_RULE_FIXED_INDEGREE, ICTUS_RULE_FIXED_TOTAL_NUMBER,
                                     ICTUS_RULE_PAIRWISE_BERNOULLI, ICTUS_RULE_FIXED_OUTDEGREE };
  enum
  {
    FROM = 3001,
    TO = 1999
  };

  for (int r = 0; r < 4; ++r)
    for (int multapses = 0; multapses < 2; ++multapses)
      {
        size_t size[2] = { FROM, TO };
        toy t;
        ictus__wires *w;
        tally c = { .out = ictus_alloc (FROM, sizeof (uint32_t)), .in = ictus_alloc (TO, sizeof (uint32_t)) };
        bool ends = rule[r] == ICTUS_RULE_FIXED_OUTDEGREE; /* there the targets are chosen */
        const uint32_t *chosen = ends ? c.in : c.out;
        int n = ends ? TO : FROM;
        double chi2 = 0, mean, shrink;

        toy_start (&t, 2, size, 0, 1);
        w = toy_project (&t, 0, 1, rule[r], rule[r] == ICTUS_RULE_FIXED_TOTAL_NUMBER ? 600000 : 301);
        t.projection[0].allow_multapses = multapses;
        t.projection[0].p = 0.1;
        ck_assert_int_eq (ictus__net_draw_batches (&t.net, w, tally_up, &c), ICTUS_OK);
        mean = (double) c.n / n;
        for (int k = 0; k < n; ++k)
          chi2 += (chosen[k] - mean) * (chosen[k] - mean) / mean;
        shrink = rule[r] == ICTUS_RULE_PAIRWISE_BERNOULLI                ? 0.9
                 : multapses || rule[r] == ICTUS_RULE_FIXED_TOTAL_NUMBER ? 1
                                                                         : 1 - 301.0 / n;
        ck_assert_msg (fabs (chi2 / shrink - n) < 4.5 * sqrt (2.0 * n), "rule %d: chi square %g of %d", r,
                       chi2 / shrink, n);
        ictus_free (c.out);
        ictus_free (c.in);
        toy_end (&t);
      }
}
END_TEST

START_TEST (small_populations_are_no_exception)
{
  static const ictus_rule rule[]
      = { ICTUS_RULE_ONE_TO_ONE,      ICTUS_RULE_ALL_TO_ALL,         ICTUS_RULE_FIXED_INDEGREE,
          ICTUS_RULE_FIXED_OUTDEGREE, ICTUS_RULE_FIXED_TOTAL_NUMBER, ICTUS_RULE_PAIRWISE_BERNOULLI };

  for (int r = 0; r < 6; ++r)
    for (int multapses = r == 4; multapses < 2; ++multapses)
      {
        size_t size[2] = { 1, 1 };
        uint32_t out[1] = { 0 }, in[1] = { 0 };
        tally c = { .out = out, .in = in };
        toy t;
        ictus__wires *w;

        toy_start (&t, 2, size, 0, 1);
        w = toy_project (&t, 0, 1, rule[r], 1);
        t.projection[0].allow_multapses = multapses;
        t.projection[0].p = 1;
        ck_assert_int_eq (ictus__net_draw_batches (&t.net, w, tally_up, &c), ICTUS_OK);
        ck_assert_uint_eq (c.n, 1);
        toy_end (&t);
      }
}
END_TEST

/* The same on every level, through all that is built of it. */
START_TEST (every_level_builds_the_same_net)
{
  static const ictus_rule rule[] = { ICTUS_RULE_FIXED_INDEGREE, ICTUS_RULE_FIXED_OUTDEGREE,
                                     ICTUS_RULE_FIXED_TOTAL_NUMBER, ICTUS_RULE_PAIRWISE_BERNOULLI };
  char name[4] = "v2";
  uint64_t first = 0;

  if (ictus_isa_best () == 1)
    return;
  for (int level = 2; level <= ictus_isa_best (); ++level)
    {
      size_t size[2] = { 170, 90 };
      uint64_t hash = 0;
      toy t;

      name[1] = (char) ('0' + level);
      ck_assert_int_eq (ictus_isa_use (name), ICTUS_OK);
      toy_start (&t, 2, size, 0, 1);
      for (int r = 0; r < 8; ++r)
        {
          ictus__wires *w = toy_project (&t, r % 2, 1, rule[r / 2], 41);

          t.projection[r].p = 0.2;
          t.projection[r].allow_multapses = r % 2 == 0 || r / 2 == 2;
          t.projection[r].allow_autapses = false;
          w->weight = dist (ICTUS_DIST_NORMAL, 5, 2, 4, 7);
          w->delay = dist (ICTUS_DIST_LOGNORMAL, 0.2, 0.5, 0.1, INFINITY);
        }
      toy_build (&t, 1, 1);
      for (int r = 0; r < 8; ++r)
        for (size_t s = 0; s < t.wires[r].nsyn; ++s)
          {
            double x[2] = { ictus__wires_weight (&t.wires[r], s), ictus__wires_delay (&t.wires[r], s) };

            hash = ictus_hash (x, sizeof x, hash);
          }
      if (level == 2)
        first = hash;
      ck_assert_uint_eq (hash, first);
      toy_end (&t);
    }
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("net_draw");
  TCase *c = tcase_create ("all");
  SRunner *r;
  int failed;

  tcase_set_timeout (c, 60);
  tcase_add_test (c, words_are_philox);
  tcase_add_test (c, choices_are_high_halves_of_products);
  tcase_add_test (c, a_stretch_may_begin_anywhere);
  tcase_add_test (c, levels_agree_bit_for_bit);
  tcase_add_test (c, normal_numbers_invert_the_distribution_function);
  tcase_add_test (c, exponentials_are_those_of_libm);
  tcase_add_test (c, ticks_are_the_nearest);
  tcase_add_test (c, gaps_are_geometric);
  tcase_add_test (c, weights_and_delays_have_their_moments);
  tcase_add_test (c, cut_distributions_are_drawn_again);
  tcase_add_test (c, narrow_cuts_come_to_an_end);
  tcase_add_test (c, what_a_rule_gives_is_kept);
  tcase_add_test (c, sources_of_every_rule_are_even);
  tcase_add_test (c, small_populations_are_no_exception);
  tcase_add_test (c, every_level_builds_the_same_net);
  suite_add_tcase (s, c);
  r = srunner_create (s);
  srunner_run_all (r, CK_NORMAL);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
