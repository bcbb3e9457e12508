/* SPDX-License-Identifier: BSD-3-Clause */
/* Designs, repeats and the search for a threshold, without running anything. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sweep/sweep_design.h"

/* ---- designs ---- */

START_TEST (a_shuffle_is_a_permutation)
{
  static const uint64_t size[] = { 1, 2, 3, 4, 5, 7, 16, 17, 99, 100, 101, 1000, 4097 };

  for (size_t k = 0; k < sizeof size / sizeof *size; ++k)
    for (uint64_t seed = 0; seed < 3; ++seed)
      {
        uint8_t *hit = ictus_alloc (size[k], 1);

        ck_assert_ptr_nonnull (hit);
        for (uint64_t i = 0; i < size[k]; ++i)
          {
            uint64_t to = ictus__shuffle (seed, 5, size[k], i);

            ck_assert_uint_lt (to, size[k]);
            ck_assert_uint_eq (hit[to], 0);
            hit[to] = 1;
          }
        ictus_free (hit);
      }
}
END_TEST

/* Far apart from the order it was in, and from that of another key. */
START_TEST (a_shuffle_looks_random)
{
  enum { N = 10000 };
  double same = 0, other = 0, mean = (N - 1) / 2.0, variance = ((double) N * N - 1) / 12;

  for (uint64_t i = 0; i < N; ++i)
    {
      double x = (double) ictus__shuffle (1, 5, N, i) - mean;

      same += x * ((double) i - mean);
      other += x * ((double) ictus__shuffle (1, 6, N, i) - mean);
    }
  ck_assert (fabs (same / (N * variance)) < 4 / sqrt (N));
  ck_assert (fabs (other / (N * variance)) < 4 / sqrt (N));
}
END_TEST

static double choice[] = { 3, 1, 4 };
static ictus_exp_axis drawn[] = { { .name = "a", .from = 2, .to = 10, .unit = "" },
                                  { .name = "b", .from = 100, .to = 1, .log = true, .unit = "" },
                                  { .name = "c", .value = choice, .nvalue = 3, .unit = "" } };
static ictus_experiment design = { .seed = 11, .naxis = 3, .axis = drawn, .nrepeat = 1, .design_points = 300 };

/* Where a value lies in its range, 0 to 1. */
static double
part (size_t point, int axis)
{
  double x = ictus__grid_value (&design, point, axis);

  return axis == 0 ? (x - 2) / 8 : log (x / 100) / log (1.0 / 100);
}

START_TEST (a_latin_hypercube_has_one_point_in_each_stratum)
{
  size_t of_choice[5] = { 0 };

  design.design = ICTUS_DESIGN_LATIN_HYPERCUBE;
  for (int a = 0; a < 2; ++a)
    {
      bool hit[300] = { false };

      for (size_t k = 0; k < 300; ++k)
        {
          size_t stratum = (size_t) (part (k, a) * 300);

          ck_assert (stratum < 300 && !hit[stratum]);
          hit[stratum] = true;
        }
    }
  for (size_t k = 0; k < 300; ++k)
    of_choice[(int) ictus__grid_value (&design, k, 2)] += 1;
  ck_assert (of_choice[3] == 100 && of_choice[1] == 100 && of_choice[4] == 100);
}
END_TEST

START_TEST (random_points_stay_when_more_are_drawn_or_axes_added)
{
  double before[2], sum = 0;

  design.design = ICTUS_DESIGN_RANDOM;
  for (int a = 0; a < 2; ++a)
    {
      sum = 0;
      for (size_t k = 0; k < 300; ++k)
        {
          ck_assert (part (k, a) > 0 && part (k, a) < 1);
          sum += part (k, a);
        }
      ck_assert (fabs (sum / 300 - 0.5) < 4 * sqrt (1.0 / 12 / 300));
      before[a] = ictus__grid_value (&design, 17, a);
    }
  design.design_points = 900;
  ck_assert (ictus__grid_value (&design, 17, 0) == before[0]);
  design.axis = drawn + 1;
  ck_assert (ictus__grid_value (&design, 17, 0) == before[1]);
  design.seed = 12;
  ck_assert (ictus__grid_value (&design, 17, 0) != before[1]);
}
END_TEST

START_TEST (seeds_of_repeats_differ_and_the_first_is_the_experiments)
{
  ck_assert_uint_eq (ictus__repeat_seed (42, 0), 42);
  for (size_t r = 1; r < 50; ++r)
    {
      ck_assert_uint_lt (ictus__repeat_seed (42, r), (uint64_t) 1 << 53);
      ck_assert_uint_ne (ictus__repeat_seed (42, r), ictus__repeat_seed (43, r));
      for (size_t q = 0; q < r; ++q)
        ck_assert_uint_ne (ictus__repeat_seed (42, r), ictus__repeat_seed (42, q));
    }
}
END_TEST

/* ---- repeats ---- */

enum { NVALUE = 2 * ICTUS__NMEASURE, RATE_ALL = ICTUS__NMEASURE };

START_TEST (means_and_spread_are_over_what_is_done_and_defined)
{
  ictus_experiment exp = { .nrepeat = 3, .seizure_chi = 0.4, .seizure_rate_Hz = 5, .seizure_tonic_Hz = 100 };
  ictus__table *t = NULL;
  double row[NVALUE] = { 0 }, sd;

  ck_assert_int_eq (ictus__table_create (6, NVALUE, &t), ICTUS_OK);
  ck_assert (isnan (ictus__point_mean (&exp, t, 1, RATE_ALL, &sd)) && isnan (sd));
  ck_assert (isnan (ictus__point_seizures (&exp, t, 1)));
  row[RATE_ALL] = 4;
  row[RATE_ALL + 1] = (double) NAN;
  ck_assert_int_eq (ictus__table_set (t, 3, ICTUS__DONE, row, NULL), ICTUS_OK);
  ck_assert (ictus__point_mean (&exp, t, 1, RATE_ALL, &sd) == 4 && isnan (sd));
  ck_assert (ictus__point_seizures (&exp, t, 1) == 0);
  row[RATE_ALL] = 10;
  row[RATE_ALL + 1] = 0.5;
  row[RATE_ALL + 2] = 0.9; /* chi: flagged */
  ck_assert_int_eq (ictus__table_set (t, 5, ICTUS__DONE, row, NULL), ICTUS_OK);
  ck_assert (ictus__point_mean (&exp, t, 1, RATE_ALL, &sd) == 7 && fabs (sd - sqrt (18)) < 1e-14);
  ck_assert (ictus__point_mean (&exp, t, 1, RATE_ALL + 1, &sd) == 0.5 && isnan (sd));
  ck_assert (ictus__point_seizures (&exp, t, 1) == 0.5);
  ck_assert_int_eq (ictus__point_status (&exp, t, 1), ICTUS__TODO);
  ck_assert_uint_eq (ictus__point_ndone (&exp, t, 1), 2);
  ck_assert_int_eq (ictus__table_set (t, 4, ICTUS__FAILED, NULL, "why"), ICTUS_OK);
  ck_assert_int_eq (ictus__point_status (&exp, t, 1), ICTUS__FAILED);
  ck_assert_int_eq (ictus__table_set (t, 4, ICTUS__DONE, row, NULL), ICTUS_OK);
  ck_assert_int_eq (ictus__point_status (&exp, t, 1), ICTUS__DONE);
  ck_assert_int_eq (ictus__point_status (&exp, t, 0), ICTUS__TODO);
  ictus__table_destroy (&t);
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

/* ---- threshold search ---- */

enum { N1 = 3, N = 16, N2 = 13, NLINE = N1 * N2, MAXRUN = NLINE * N * 2 };

/* A measure at every run, made up; and what a search did of it. */
typedef struct world
{
  ictus_experiment exp;
  ictus_exp_axis axis[3];
  double value[3][N];
  double y[MAXRUN];   /* NaN: not defined */
  bool fails[MAXRUN];
  int times[MAXRUN];
  size_t nrun, made;
} world;

static void
make_world (world *w, size_t nrepeat, bool descending)
{
  static const size_t n[] = { N1, N, N2 };

  memset (w, 0, sizeof *w);
  w->exp.axis = w->axis;
  w->exp.naxis = 3;
  w->exp.nrepeat = nrepeat;
  w->exp.threshold = (ictus_exp_threshold){ .is_searched = true, .axis = 1, .population = -1, .level = 0.5 };
  for (int a = 0; a < 3; ++a)
    {
      for (size_t k = 0; k < n[a]; ++k)
        w->value[a][k] = descending ? 100 - (double) k : (double) k + 1;
      w->axis[a] = (ictus_exp_axis){ .name = a == 0 ? "p" : a == 1 ? "q" : "r", .value = w->value[a], .nvalue = n[a],
                                     .unit = "" };
    }
  w->nrun = (size_t) NLINE * N * nrepeat;
}

/* y of all repeats of a line, from how far the index is beyond a boundary; repeats lie around their mean. */
static void
set_line (world *w, size_t line, double boundary, bool rises)
{
  size_t r = (size_t) w->exp.nrepeat;

  for (size_t k = 0; k < N; ++k)
    for (size_t i = 0; i < r; ++i)
      {
        size_t point = (line / N2 * N + k) * N2 + line % N2;
        double x = ((double) k - boundary) * (rises ? 1 : -1);

        ck_assert_uint_eq (ictus__line_of (&w->exp, point), line);
        w->y[point * r + i] = 0.5 + 0.1 * x + (r > 1 ? (i == 0 ? 0.3 : -0.3) : 0);
      }
}

/* Straight boundary over the plane of the other axes. */
static void
set_plane (world *w, double from, double slope, bool rises)
{
  for (size_t line = 0; line < NLINE; ++line)
    set_line (w, line, from + slope * (double) (line % N2) + 0.3 * (double) (line / N2), rises);
}

static void
deal_all (world *w, ictus__table *t, ictus__source *s, uint64_t order, size_t stop_after)
{
  ictus_rng g = ictus_rng_open (order, ICTUS_RNG_TEST, 0, 0, 0);
  size_t out[64], nout = 0, n = 0;
  double row[NVALUE] = { 0 };

  for (;;)
    {
      int64_t run = nout < 7 ? ictus__source_next (s) : ICTUS__NONE_NOW;

      if (run >= 0)
        {
          w->times[run] += 1;
          out[nout++] = (size_t) run;
          continue;
        }
      if (nout == 0)
        {
          ck_assert_int_eq (run, ICTUS__NONE_LEFT);
          ck_assert_uint_eq (ictus__source_left (s), 0);
          return;
        }
      if (n++ == stop_after)
        {
          for (size_t k = 0; k < nout; ++k) /* those under way are lost */
            w->times[out[k]] -= 1;
          return;
        }
      ck_assert_uint_gt (ictus__source_left (s), 0);
      {
        size_t k = (size_t) ictus_rng_below (&g, nout), one = out[k];
        ictus__status status = w->fails[one] ? ICTUS__FAILED : ICTUS__DONE;

        out[k] = out[--nout];
        row[RATE_ALL] = w->y[one];
        ck_assert_int_eq (ictus__table_set (t, one, status, row, "no reason"), ICTUS_OK);
        ck_assert_int_eq (ictus__source_take (s, one, status, row), ICTUS_OK);
      }
    }
}

/* Search it all, in parts, stopped and started again; *line is the caller's. */
static void
run_search (world *w, uint64_t order, size_t nparts, size_t stop_after, ictus__line **line)
{
  ictus__table *t = NULL;
  size_t nline;

  memset (w->times, 0, sizeof w->times);
  ck_assert_int_eq (ictus__table_create (w->nrun, NVALUE, &t), ICTUS_OK);
  for (size_t p = 0; p < nparts; ++p)
    for (int go = 0; go < (stop_after > 0 ? 30 : 1); ++go)
      {
        ictus__source_options o = { .exp = &w->exp, .table = t, .part = p, .nparts = nparts };
        ictus__source *s = NULL;

        ck_assert_int_eq (ictus__source_create (&o, &s), ICTUS_OK);
        deal_all (w, t, s, order + (uint64_t) go, stop_after > 0 && go < 29 ? stop_after : SIZE_MAX);
        ictus__source_destroy (&s);
      }
  w->made = 0;
  for (size_t k = 0; k < w->nrun; ++k)
    {
      ck_assert_int_le (w->times[k], 1);
      w->made += (size_t) w->times[k];
    }
  ck_assert_int_eq (ictus__threshold_lines (&w->exp, t, line, &nline), ICTUS_OK);
  ck_assert_uint_eq (nline, NLINE);
  ictus__table_destroy (&t);
}

/* The line of the full grid says the same: where the sides differ, and how. */
static void
check_against_grid (const world *w, const ictus__line *line)
{
  size_t r = (size_t) w->exp.nrepeat;
  bool up = w->value[1][1] > w->value[1][0];

  for (size_t l = 0; l < NLINE; ++l)
    {
      bool side[N];
      size_t crossings = 0, at = 0;

      for (size_t k = 0; k < N; ++k)
        {
          size_t point = (l / N2 * N + k) * N2 + l % N2;
          double mean = r == 1 ? w->y[point] : (w->y[point * r] + w->y[point * r + 1]) / 2;

          side[k] = mean >= 0.5;
          if (k > 0 && side[k] != side[k - 1])
            {
              crossings += 1;
              at = k - 1;
            }
        }
      if (crossings == 0)
        {
          ck_assert_int_eq (line[l].crossing, side[0] ? ICTUS__CROSSING_ABOVE : ICTUS__CROSSING_BELOW);
          ck_assert (isnan (line[l].at) && isnan (line[l].from) && isnan (line[l].to));
          continue;
        }
      ck_assert_uint_eq (crossings, 1);
      ck_assert_int_eq (line[l].crossing, (side[N - 1] == up) ? ICTUS__CROSSING_RISING : ICTUS__CROSSING_FALLING);
      ck_assert_uint_eq (line[l].lower, at);
      ck_assert (line[l].from == fmin (w->value[1][at], w->value[1][at + 1]));
      ck_assert (line[l].to == fmax (w->value[1][at], w->value[1][at + 1]));
      ck_assert (line[l].at >= line[l].from && line[l].at <= line[l].to);
    }
}

static world w;

START_TEST (a_search_finds_what_the_full_grid_has)
{
  static const struct
  {
    double from, slope;
  } plane[] = { { 3.4, 0.5 }, { 8.5, 0 }, { -4.5, 1 }, { 20, -1.3 }, { -5, 0 }, { 14.9, 0 }, { 0.1, 0.01 } };
  ictus__line *line = NULL;

  for (size_t k = 0; k < sizeof plane / sizeof *plane; ++k)
    for (int how = 0; how < 8; ++how)
      {
        make_world (&w, how & 4 ? 2 : 1, how & 1);
        set_plane (&w, plane[k].from, plane[k].slope, how & 2);
        run_search (&w, 1, 1, 0, &line);
        check_against_grid (&w, line);
        ictus_free (line);
        if (k == 0)
          ck_assert_msg (w.made * 4 < w.nrun, "%zu of %zu runs", w.made, w.nrun);
      }
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

START_TEST (lines_that_have_nothing_to_do_with_their_neighbours_are_found_too)
{
  ictus__line *line = NULL;
  ictus_rng g = ictus_rng_open (3, ICTUS_RNG_TEST, 0, 0, 0);

  for (int times = 0; times < 40; ++times)
    {
      make_world (&w, 1, false);
      for (size_t l = 0; l < NLINE; ++l)
        set_line (&w, l, -3 + 22 * ictus_rng_uniform (&g), ictus_rng_uniform (&g) < 0.5);
      run_search (&w, 1, 1, 0, &line);
      check_against_grid (&w, line);
      ictus_free (line);
    }
}
END_TEST

START_TEST (what_is_run_does_not_depend_on_order_restarts_or_parts)
{
  ictus__line *line = NULL, *again = NULL;
  int times[MAXRUN];

  make_world (&w, 2, false);
  set_plane (&w, 2.2, 0.9, false);
  w.fails[(3 * N2 + 6) * 2] = w.fails[((N + 9) * N2 + 2) * 2 + 1] = true;
  run_search (&w, 1, 1, 0, &line);
  memcpy (times, w.times, sizeof times);
  for (uint64_t order = 2; order < 6; ++order)
    for (size_t nparts = 1; nparts < 9; nparts += 3)
      for (size_t stop = 0; stop < 12; stop += 11)
        {
          run_search (&w, order, nparts, stop, &again);
          ck_assert_int_eq (memcmp (times, w.times, sizeof times), 0);
          for (size_t l = 0; l < NLINE; ++l)
            ck_assert (line[l].crossing == again[l].crossing && memcmp (&line[l].at, &again[l].at, sizeof line[l].at) == 0);
          ictus_free (again);
        }
  ictus_free (line);
}
END_TEST

START_TEST (what_is_not_defined_is_below)
{
  ictus__line *line = NULL;

  make_world (&w, 1, false);
  set_plane (&w, 5.5, 0.2, true);
  for (size_t k = 0; k < w.nrun; ++k)
    if (w.y[k] < 0.5)
      w.y[k] = (double) NAN;
  run_search (&w, 1, 1, 0, &line);
  for (size_t l = 0; l < NLINE; ++l)
    {
      ck_assert_int_eq (line[l].crossing, ICTUS__CROSSING_RISING);
      ck_assert (line[l].at == (line[l].from + line[l].to) / 2); /* nothing to interpolate from */
    }
  ictus_free (line);
}
END_TEST

START_TEST (on_a_log_axis_it_is_interpolated_in_the_logarithm)
{
  ictus__line *line = NULL;

  make_world (&w, 1, false);
  set_plane (&w, 4.25, 0, true);
  run_search (&w, 1, 1, 0, &line);
  ck_assert (fabs (line[0].at - 5.25) < 1e-12);
  ictus_free (line);
  w.axis[1].log = true;
  run_search (&w, 1, 1, 0, &line);
  ck_assert (fabs (line[0].at - 5 * pow (6.0 / 5, 0.25)) < 1e-12);
  ictus_free (line);
}
END_TEST

START_TEST (a_failed_run_costs_its_line_only_and_can_be_tried_again)
{
  ictus__line *line = NULL;
  ictus__table *t = NULL;
  ictus__source *s = NULL;
  ictus__source_options o = { .exp = &w.exp, .nparts = 1 };
  size_t failed = 0, nline;

  make_world (&w, 1, false);
  set_plane (&w, 5.5, 0, true);
  w.fails[5 * N2 + 2] = true;
  ck_assert_int_eq (ictus__table_create (w.nrun, NVALUE, &t), ICTUS_OK);
  o.table = t;
  ck_assert_int_eq (ictus__source_create (&o, &s), ICTUS_OK);
  deal_all (&w, t, s, 1, SIZE_MAX);
  ictus__source_destroy (&s);
  ck_assert_int_eq (ictus__threshold_lines (&w.exp, t, &line, &nline), ICTUS_OK);
  for (size_t l = 0; l < NLINE; ++l)
    failed += line[l].crossing != ICTUS__CROSSING_RISING;
  ck_assert (failed == 1 && line[2].crossing == ICTUS__CROSSING_FAILED && isnan (line[2].at));
  ictus_free (line);

  ck_assert_int_eq (ictus__source_create (&o, &s), ICTUS_OK); /* failed runs are an outcome */
  ck_assert_int_eq (ictus__source_next (s), ICTUS__NONE_LEFT);
  ictus__source_destroy (&s);
  o.retry_failed = true;
  w.fails[5 * N2 + 2] = false;
  ck_assert_int_eq (ictus__source_create (&o, &s), ICTUS_OK);
  deal_all (&w, t, s, 1, SIZE_MAX);
  ictus__source_destroy (&s);
  ck_assert_int_eq (ictus__threshold_lines (&w.exp, t, &line, &nline), ICTUS_OK);
  check_against_grid (&w, line);
  ictus_free (line);
  ictus__table_destroy (&t);
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("sweep_design");
  TCase *t = tcase_create ("sweep_design");
  SRunner *r = srunner_create (s);
  int failed;

  tcase_set_timeout (t, 60);
  tcase_add_test (t, a_shuffle_is_a_permutation);
  tcase_add_test (t, a_shuffle_looks_random);
  tcase_add_test (t, a_latin_hypercube_has_one_point_in_each_stratum);
  tcase_add_test (t, random_points_stay_when_more_are_drawn_or_axes_added);
  tcase_add_test (t, seeds_of_repeats_differ_and_the_first_is_the_experiments);
  tcase_add_test (t, means_and_spread_are_over_what_is_done_and_defined);
  tcase_add_test (t, a_search_finds_what_the_full_grid_has);
  tcase_add_test (t, lines_that_have_nothing_to_do_with_their_neighbours_are_found_too);
  tcase_add_test (t, what_is_run_does_not_depend_on_order_restarts_or_parts);
  tcase_add_test (t, what_is_not_defined_is_below);
  tcase_add_test (t, on_a_log_axis_it_is_interpolated_in_the_logarithm);
  tcase_add_test (t, a_failed_run_costs_its_line_only_and_can_be_tried_again);
  suite_add_tcase (s, t);
  srunner_run_all (r, CK_NORMAL);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed == 0 ? 0 : 1;
}
