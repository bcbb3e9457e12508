/* SPDX-License-Identifier: BSD-3-Clause */
/* Poisson trains: counts against their definition and their distribution, and trains that depend on nothing
   but the seed, the stimulus and the neuron. */
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

static void
philox (uint32_t unit, uint64_t number, uint32_t again, uint32_t out[4])
{
  philox4x32_key_t key = { { KEY.k[0], KEY.k[1] } };
  philox4x32_ctr_t ctr = { { unit, (uint32_t) number, (uint32_t) (number >> 32), again } },
                   x = philox4x32 (ctr, key);

  for (int k = 0; k < 4; ++k)
    out[k] = x.v[k];
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

/* ---- counts ------------------------------------------------------------------------------------- */

static uint32_t
byte (uint32_t c, int bin)
{
  return c >> 8 * bin & 255;
}

/* One word after the other, by the definition of ictus__counts. */
START_TEST (counts_are_thresholds_below_a_word)
{
  static const double mean[] = { 1e-9, 1e-4, 0.01, 0.12, 1.2, 2.3, 10, 30, 64 };
  static addresses a;
  static uint32_t c[ROOM];

  make_addresses (&a);
  for (int m = 0; m < 9; ++m)
    {
      ictus__counts t;

      ictus__counts_make (mean[m], &t);
      for (uint64_t block = 0; block < 20; ++block)
        {
          uint32_t all = ictus__draws_here ()->count (&t, KEY, block << 31, N - 7, a.unit, c), any = 0;

          for (int i = 0; i < N - 7; ++i)
            {
              uint32_t x[4], y[4];

              any |= c[i];
              philox (a.unit[i], block << 31, 0, x);
              philox (a.unit[i], block << 31, 1, y);
              for (int k = 0; k < 4; ++k)
                {
                  uint64_t w = (uint64_t) x[k] << 32 | y[k];
                  uint32_t n = 0;

                  while ((int) n < t.nexact && w >= t.exact[n])
                    ++n;
                  /* 32 bits of a threshold decide in the middle: there the next count may come as early */
                  MUST (byte (c[i], k) == n
                        || ((int) n < t.nexact && byte (c[i], k) == n + 1 && x[k] == t.exact[n] >> 32));
                }
            }
          ck_assert_uint_eq (all, any);
        }
    }
}
END_TEST

/* The thresholds themselves: P (X <= k) from the incomplete gamma function's series in long double. */
START_TEST (thresholds_are_those_of_the_distribution)
{
  static const double mean[] = { 1e-9, 1e-4, 0.01, 0.12, 1.2, 2.3, 10, 30, 64 };

  for (int m = 0; m < 9; ++m)
    {
      ictus__counts t;
      long double p[400], above = 0;

      ictus__counts_make (mean[m], &t);
      p[0] = expl (-(long double) mean[m]);
      for (int k = 1; k < 400; ++k)
        p[k] = p[k - 1] * (long double) mean[m] / k;
      for (int k = 399; k >= t.nexact; --k)
        above += p[k];
      ck_assert_msg (above < 0x1p-63L + p[t.nexact], "mean %g", mean[m]);
      above -= p[t.nexact];
      ck_assert_msg (above < 0x1p-63L, "mean %g", mean[m]);
      above += p[t.nexact];
      for (int k = t.nexact - 1; k >= 0; --k)
        {
          long double is = t.exact[k] == 0 ? 1 : (long double) (0 - t.exact[k]) * 0x1p-64L;

          ck_assert_msg (fabsl (is - above) <= 1e-14L * (above < 0.5L ? above : 1 - above) + 0x1p-58L,
                         "mean %g: P (X > %d) is %Lg, not %Lg", mean[m], k, is, above);
          above += p[k];
        }
    }
}
END_TEST

/* Chi square of counts, with all beyond the last likely one taken together; correlations of neighbours in
   space and time. */
START_TEST (counts_are_poisson_and_independent)
{
  static const double mean[] = { 0.003, 0.12, 1.2, 2.3, 10, 30, 60 };
  enum
  {
    UNITS = 4000,
    BLOCKS = 50
  };
  static uint32_t unit[UNITS + 96], c[UNITS + 96], before[UNITS + 96];

  for (uint32_t i = 0; i < UNITS; ++i)
    unit[i] = i;
  for (int m = 0; m < 7; ++m)
    {
      double seen[257] = { 0 }, all = 4.0 * UNITS * BLOCKS, p = exp (-mean[m]), rest = 1, left = all,
             chi2 = 0, s = 0, q = 0, beside = 0, after = 0, later = 0;
      int cells = 0;
      ictus__counts t;

      ictus__counts_make (mean[m], &t);
      for (uint64_t block = 0; block < BLOCKS; ++block)
        {
          ictus__draws_here ()->count (&t, KEY, block, UNITS, unit, c);
          for (int i = 0; i < UNITS; ++i)
            for (int k = 0; k < 4; ++k)
              {
                double x = byte (c[i], k) - mean[m];

                seen[byte (c[i], k)] += 1;
                s += x;
                q += x * x;
                beside += i > 0 ? x * (byte (c[i - 1], k) - mean[m]) : 0;
                after += k > 0 ? x * (byte (c[i], k - 1) - mean[m]) : 0;
                later += block > 0 ? x * (byte (before[i], k) - mean[m]) : 0;
              }
          memcpy (before, c, sizeof c);
        }
      for (int k = 0; all * rest > 10 && k < 256; ++k)
        {
          if (all * p > 10)
            {
              chi2 += (seen[k] - all * p) * (seen[k] - all * p) / (all * p);
              ++cells;
              left -= seen[k];
              rest -= p;
            }
          p *= mean[m] / (k + 1);
          if (k > mean[m] && all * p <= 10)
            break;
        }
      ck_assert_msg (chi2 < cells + 4 * sqrt (2.0 * cells) + 8, "mean %g: chi square %g of %d", mean[m], chi2,
                     cells);
      ck_assert_msg (fabs (left - all * rest) < 5 * sqrt (all * rest) + 5,
                     "mean %g: %g in the tails, expected %g", mean[m], left, all * rest);
      ck_assert_double_lt (fabs (s) / sqrt (all * mean[m]), 4);
      ck_assert_double_lt (fabs (q / all / mean[m] - 1), 4 * sqrt ((2 + 1 / mean[m]) / all));
      ck_assert_double_lt (fabs (beside) / mean[m] / sqrt (all), 4.5);
      ck_assert_double_lt (fabs (after) / mean[m] / sqrt (all), 4.5);
      ck_assert_double_lt (fabs (later) / mean[m] / sqrt (all), 4.5);
    }
}
END_TEST

START_TEST (any_neurons_give_the_same_counts)
{
  static addresses a;
  static uint32_t all[ROOM], unit[ROOM], some[ROOM];
  ictus__counts t;

  make_addresses (&a);
  ictus__counts_make (3, &t);
  ictus__draws_here ()->count (&t, KEY, 8, N, a.unit, all);
  for (int step = 1; step < 200; step = 2 * step + 1)
    {
      size_t n = 0;

      for (int i = step - 1; i < N; i += step)
        unit[n++] = a.unit[i];
      ictus__draws_here ()->count (&t, KEY, 8, n, unit, some);
      for (size_t k = 0; k < n; ++k)
        MUST (some[k] == all[(size_t) step - 1 + k * (size_t) step]);
    }
}
END_TEST

/* ---- trains ------------------------------------------------------------------------------------- */

enum { CELLS = 23, PORTS = 2, TICKS = 90 };

typedef struct trial
{
  double rate_Hz, start_ms, stop_ms;
  bool each, some; /* a weight for each neuron; some of the neurons only */
  ictus_tick from, window;
  int nrank;
} trial;

static const uint32_t CHOSEN[] = { 1, 2, 5, 11, 20, 22 };
static const uint32_t WEIGHTED = 5; /* weights are 1 + gid % 5 */

static void
start_trial (toy *t, const trial *x, int rank, bool grid)
{
  size_t size[1] = { CELLS };
  ictus__poisson *s;

  toy_start (t, 1, size, rank, x->nrank);
  t->exp.grid = grid;
  toy_build (t, PORTS, x->window);
  t->group[0].inbox.used = true;
  s = toy_poisson (t, 0, 1, x->rate_Hz, 1.5);
  t->stimulus[0].start_ms = x->start_ms;
  t->stimulus[0].stop_ms = x->stop_ms;
  if (x->some)
    {
      s->at = ictus_alloc (CELLS, sizeof *s->at);
      s->nat = 0;
      for (size_t k = 0; k < sizeof CHOSEN / sizeof *CHOSEN; ++k)
        if (ictus__net_local (&t->pop[0], CHOSEN[k]) != SIZE_MAX)
          s->at[s->nat++] = (uint32_t) ictus__net_local (&t->pop[0], CHOSEN[k]);
    }
  if (!x->each)
    return;
  s->w_of = ictus_alloc (CELLS, sizeof *s->w_of);
  for (size_t j = 0; j < s->nat; ++j)
    s->w_of[j] = 1 + (double) (t->pop[0].cells.gid[s->at == NULL ? j : s->at[j]] % WEIGHTED);
}

/* What was heard lives on. */
static void
end_trial (toy *t)
{
  toy_clear (t);
}

/* [TICKS + 1, CELLS] input of every tick behind `from`, whatever the ranks and windows are. */
static double *
run_grid (const trial *x)
{
  double *all = ictus_alloc ((TICKS + 1) * CELLS, sizeof *all);

  for (int rank = 0; rank < x->nrank; ++rank)
    {
      toy t;

      start_trial (&t, x, rank, true);
      t.group[0].inbox.given = t.net.slots.given = t.net.slots.done = x->from;
      for (ictus_tick k0 = x->from; k0 < TICKS; k0 += x->window)
        {
          ictus_window w;

          toy_window (&t, &w, k0, k0 + x->window);
          ck_assert_int_eq (ictus_net_input (&t.net, 0, &w), ICTUS_OK);
          for (ictus_tick k = k0 + 1; k <= k0 + x->window && k <= TICKS; ++k)
            {
              const double *in = w.slot (w.slot_ctx, k);
              size_t n = t.pop[0].cells.n;

              for (size_t i = 0; i < n && in != NULL; ++i)
                {
                  MUST (in[i] == 0); /* the other port */
                  all[(size_t) k * CELLS + t.pop[0].cells.gid[i]] = in[n + i];
                }
            }
          ictus_net_input_done (&t.net, &w);
        }
      end_trial (&t);
    }
  return all;
}

START_TEST (slots_depend_on_no_window_rank_or_beginning)
{
  static const trial other[] = { { .window = 1, .nrank = 1 },
                                 { .window = 3, .nrank = 2 },
                                 { .window = 7, .nrank = 3 },
                                 { .window = 4, .nrank = 30 },
                                 { .window = 2, .nrank = 1, .from = 17 },
                                 { .window = 5, .nrank = 3, .from = 40 } };
  static const double rate[] = { 40, 3000, 230000, 2e6 }; /* means 0.004, 0.3, 23, 200 */

  for (int r = 0; r < 4; ++r)
    for (int kind = 0; kind < 8; ++kind)
      {
        trial x = { .rate_Hz = rate[r],
                    .stop_ms = kind & 4 ? 5.3 : INFINITY,
                    .start_ms = kind & 4 ? 1.3 : 0,
                    .each = kind & 1,
                    .some = kind & 2,
                    .window = TICKS,
                    .nrank = 1 };
        double *all = run_grid (&x), sum = 0, mean;

        for (size_t k = 0; k < (TICKS + 1) * CELLS; ++k)
          sum += all[k];
        for (ictus_tick k = 0; k <= TICKS && (kind & 4); ++k)
          for (size_t i = 0; i < CELLS; ++i)
            MUST ((k > 13 && k <= 53) || all[(size_t) k * CELLS + i] == 0);
        mean = rate[r] * 1e-4 * (kind & 4 ? 40 : TICKS) * (kind & 2 ? 6 : CELLS); /* events */
        if (!(kind & 1))
          ck_assert_msg (fabs (sum / 1.5 - mean) < 4.5 * sqrt (mean) + 1, "rate %g: %g events, expected %g",
                         rate[r], sum / 1.5, mean);
        for (size_t o = 0; o < sizeof other / sizeof *other; ++o)
          {
            trial y = x;
            double *again;

            y.window = other[o].window;
            y.nrank = other[o].nrank;
            y.from = other[o].from;
            again = run_grid (&y);
            ck_assert_mem_eq (all + (y.from + 1) * CELLS, again + (y.from + 1) * CELLS,
                              (size_t) (TICKS - y.from) * CELLS * sizeof *all);
            ictus_free (again);
          }
        ictus_free (all);
      }
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

START_TEST (chosen_neurons_have_the_trains_they_would_have_among_all)
{
  trial x = { .rate_Hz = 9000, .stop_ms = INFINITY, .window = 6, .nrank = 1 };
  double *all = run_grid (&x), *some;

  x.some = true;
  some = run_grid (&x);
  for (ictus_tick k = 1; k <= TICKS; ++k)
    for (uint32_t i = 0, c = 0; i < CELLS; ++i)
      {
        bool chosen = c < sizeof CHOSEN / sizeof *CHOSEN && CHOSEN[c] == i;

        MUST (some[(size_t) k * CELLS + i] == (chosen ? all[(size_t) k * CELLS + i] : 0));
        c += chosen;
      }
  ictus_free (all);
  ictus_free (some);
}
END_TEST

/* ---- exact timing ------------------------------------------------------------------------------- */

typedef struct heard
{
  double t_ms, weight;
  uint64_t gid;
} heard;

typedef struct hearing
{
  heard *h;
  size_t n, cap;
} hearing;

static int
compare_heard (const void *pa, const void *pb)
{
  const heard *a = pa, *b = pb;

  if (a->gid != b->gid)
    return a->gid < b->gid ? -1 : 1;
  return (a->t_ms > b->t_ms) - (a->t_ms < b->t_ms);
}

/* Windows of x->window tenths of a ms. */
static hearing
run_exact (const trial *x)
{
  hearing all = { 0 };

  for (int rank = 0; rank < x->nrank; ++rank)
    {
      toy t;

      start_trial (&t, x, rank, false);
      t.group[0].inbox.given_ms = ictus_tick_ms (x->from, 0.1);
      for (ictus_tick k0 = x->from; k0 < TICKS; k0 += x->window)
        {
          ictus_tick k1 = k0 + x->window < TICKS ? k0 + x->window : TICKS;
          ictus_window w;

          toy_window (&t, &w, k0, k1);
          ck_assert_int_eq (ictus_net_input (&t.net, 0, &w), ICTUS_OK);
          for (size_t i = 0; i < t.pop[0].cells.n && w.first != NULL; ++i)
            for (size_t e = w.first[i]; e < w.first[i + 1]; ++e)
              {
                MUST (w.event[e].t_ms > w.t0_ms && w.event[e].t_ms <= w.t1_ms && w.event[e].port == 1);
                ck_assert_int_eq (ictus_grow (&all.h, &all.cap, all.n + 1, sizeof *all.h), ICTUS_OK);
                all.h[all.n++] = (heard){ .t_ms = w.event[e].t_ms,
                                          .weight = w.event[e].weight,
                                          .gid = t.pop[0].cells.gid[i] };
              }
          ictus_net_input_done (&t.net, &w);
        }
      end_trial (&t);
    }
  if (all.n > 0)
    qsort (all.h, all.n, sizeof *all.h, compare_heard);
  return all;
}

START_TEST (events_depend_on_no_window_or_rank)
{
  static const ictus_tick window[] = { 1, 3, 10, 27, TICKS };
  static const double rate[] = { 40, 3000, 90000 }; /* the last: 90 a bin, more than the tables hold */

  for (int r = 0; r < 3; ++r)
    for (int kind = 0; kind < 8; ++kind)
      {
        trial x = { .rate_Hz = rate[r],
                    .stop_ms = kind & 4 ? 5.37 : INFINITY,
                    .start_ms = kind & 4 ? 1.31 : 0,
                    .each = kind & 1,
                    .some = kind & 2,
                    .window = 4,
                    .nrank = 3 };
        hearing all = run_exact (&x);
        double mean = rate[r] * 1e-3 * (kind & 4 ? 4.06 : 9) * (kind & 2 ? 6 : CELLS);

        ck_assert_msg (fabs ((double) all.n - mean) < 4.5 * sqrt (mean) + 1,
                       "rate %g: %zu events, expected %g", rate[r], all.n, mean);
        for (size_t k = 0; k < all.n; ++k)
          {
            MUST (all.h[k].t_ms > x.start_ms && all.h[k].t_ms <= x.stop_ms);
            MUST (all.h[k].weight == (x.each ? 1 + (double) (all.h[k].gid % WEIGHTED) : 1.5));
            MUST (k == 0 || compare_heard (&all.h[k - 1], &all.h[k]) < 0);
          }
        for (size_t o = 0; o < sizeof window / sizeof *window; ++o)
          {
            trial y = x;
            hearing again;

            y.window = window[o];
            y.nrank = o % 2 == 0 ? 1 : 2;
            again = run_exact (&y);
            ck_assert_uint_eq (again.n, all.n);
            ck_assert (all.n == 0 || memcmp (all.h, again.h, all.n * sizeof *all.h) == 0);
            ictus_free (again.h);
          }
        ictus_free (all.h);
      }
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

/* The places of events within 1 ms are even: chi square of 20 parts, 19 degrees of freedom, 99.99 % point 53.
 */
START_TEST (events_are_even_in_time)
{
  trial x = { .rate_Hz = 30000, .stop_ms = INFINITY, .window = 4, .nrank = 1 };
  hearing all = run_exact (&x);
  double seen[20] = { 0 }, mean = (double) all.n / 20, chi2 = 0;

  for (size_t k = 0; k < all.n; ++k)
    seen[(int) (20 * (all.h[k].t_ms - floor (all.h[k].t_ms)))] += 1;
  for (int k = 0; k < 20; ++k)
    chi2 += (seen[k] - mean) * (seen[k] - mean) / mean;
  ck_assert_double_lt (chi2, 53);
  ictus_free (all.h);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("net_poisson");
  TCase *c = tcase_create ("all");
  SRunner *r;
  int failed;

  tcase_set_timeout (c, 60);
  tcase_add_test (c, counts_are_thresholds_below_a_word);
  tcase_add_test (c, thresholds_are_those_of_the_distribution);
  tcase_add_test (c, counts_are_poisson_and_independent);
  tcase_add_test (c, any_neurons_give_the_same_counts);
  tcase_add_test (c, slots_depend_on_no_window_rank_or_beginning);
  tcase_add_test (c, chosen_neurons_have_the_trains_they_would_have_among_all);
  tcase_add_test (c, events_depend_on_no_window_or_rank);
  tcase_add_test (c, events_are_even_in_time);
  suite_add_tcase (s, c);
  r = srunner_create (s);
  srunner_run_all (r, CK_NORMAL);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
