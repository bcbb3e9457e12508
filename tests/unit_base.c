/* SPDX-License-Identifier: BSD-3-Clause */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ictus/base.h"

START_TEST (a_place_in_a_text_is_shown_with_a_caret)
{
  ictus_err e = ictus_err_at (ICTUS_E_INPUT, "a.ode", "x'=1\n\ty'=zz+1\n", 2, 5, 2, "no \"%s\"", "zz");

  ck_assert_int_eq (e, ICTUS_E_INPUT);
  ck_assert_str_eq (ictus_err_last (), "a.ode:2:5: no \"zz\"\n    2 | \ty'=zz+1\n      | \t   ^~");
}
END_TEST

START_TEST (the_nearest_name_is_found_or_none)
{
  const char *list[] = { "iaf_psc_exp", "iaf_psc_alpha", "izhikevich" };

  ck_assert_str_eq (ictus_nearest ("iaf_psc_epx", list, 3), "iaf_psc_exp");
  ck_assert_str_eq (ictus_nearest ("Izhikevitch", list, 3), "izhikevich");
  ck_assert_ptr_null (ictus_nearest ("hodgkin", list, 3));
}
END_TEST

START_TEST (memory_is_zeroed_counted_and_checked_for_overflow)
{
  size_t live = ictus_mem_live ();
  double *p = ictus_alloc (100, sizeof *p), *q = NULL;
  size_t cap = 0;

  ck_assert_ptr_nonnull (p);
  ck_assert_uint_eq ((uintptr_t) p % 64, 0);
  for (int i = 0; i < 100; ++i)
    ck_assert (p[i] == 0);
  ck_assert_ptr_null (ictus_alloc (SIZE_MAX / 2, 4));
  ck_assert_int_eq (ictus_grow (&q, &cap, 5, sizeof *q), ICTUS_OK);
  q[4] = 7;
  ck_assert_int_eq (ictus_grow (&q, &cap, 500, sizeof *q), ICTUS_OK);
  ck_assert (q[4] == 7 && q[499] == 0 && cap >= 500);
  ictus_free (p);
  ictus_free (q);
  ck_assert_uint_eq (ictus_mem_live (), live);
}
END_TEST

START_TEST (philox_gives_its_known_answers)
{
  /* kat_vectors of Random123: philox4x64-10 with zero counter and key */
  ictus_rng r = ictus_rng_open (0, 0, 0, 0, 0);

  ck_assert_uint_eq (ictus_rng_u64 (&r), UINT64_C (0x16554d9eca36314c));
  ck_assert_uint_eq (ictus_rng_u64 (&r), UINT64_C (0xdb20fe9d672d0fdc));
  ck_assert_uint_eq (ictus_rng_u64 (&r), UINT64_C (0xd7e772cee186176b));
  ck_assert_uint_eq (ictus_rng_u64 (&r), UINT64_C (0x7e68b68aec7ba23b));
}
END_TEST

START_TEST (deviates_have_their_moments)
{
  ictus_rng r = ictus_rng_open (3, ICTUS_RNG_TEST, 1, 2, 3);
  double u = 0, n1 = 0, n2 = 0, x = 0;
  const struct
  {
    double mean;
  } means[] = { { 0.3 }, { 4 }, { 9.9 }, { 10.1 }, { 300 } };
  enum { N = 40000 };

  for (int i = 0; i < N; ++i)
    {
      double z = ictus_rng_normal (&r);

      u += ictus_rng_uniform (&r);
      n1 += z;
      n2 += z * z;
      x += ictus_rng_exponential (&r);
    }
  ck_assert (fabs (u / N - 0.5) < 4 * 0.2887 / 200);
  ck_assert (fabs (n1 / N) < 4.0 / 200 && fabs (n2 / N - 1) < 4 * 1.4143 / 200);
  ck_assert (fabs (x / N - 1) < 4.0 / 200);
  for (size_t k = 0; k < sizeof means / sizeof *means; ++k)
    {
      double m = means[k].mean, s1 = 0, s2 = 0;

      for (int i = 0; i < N; ++i)
        {
          double v = (double) ictus_rng_poisson (&r, m);

          s1 += v;
          s2 += v * v;
        }
      s1 /= N;
      s2 = s2 / N - s1 * s1;
      ck_assert_msg (fabs (s1 - m) < 4 * sqrt (m) / 200, "poisson mean %g for %g", s1, m);
      ck_assert_msg (fabs (s2 / m - 1) < 0.06, "poisson variance %g for %g", s2, m);
    }
}
END_TEST

START_TEST (binomials_have_their_moments_and_bounds)
{
  ictus_rng r = ictus_rng_open (4, ICTUS_RNG_TEST, 0, 0, 0);
  const struct
  {
    uint64_t n;
    double p;
  } c[] = { { 10, 0.02 }, { 1000, 0.001 }, { 1000, 0.3 }, { 50, 0.9 }, { 1000000, 0.25 } };
  enum { N = 20000 };

  for (size_t k = 0; k < sizeof c / sizeof *c; ++k)
    {
      double m = (double) c[k].n * c[k].p, var = m * (1 - c[k].p), s1 = 0, s2 = 0;

      for (int i = 0; i < N; ++i)
        {
          uint64_t b = ictus_rng_binomial (&r, c[k].n, c[k].p);

          ck_assert_uint_le (b, c[k].n);
          s1 += (double) b;
          s2 += ((double) b - m) * ((double) b - m);
        }
      ck_assert_msg (fabs (s1 / N - m) < 4 * sqrt (var / N), "mean %g for %g", s1 / N, m);
      ck_assert_msg (fabs (s2 / N / var - 1) < 0.09, "variance %g for %g", s2 / N, var);
    }
  ck_assert_uint_eq (ictus_rng_binomial (&r, 7, 1), 7);
  ck_assert_uint_eq (ictus_rng_binomial (&r, 7, 0), 0);
}
END_TEST

START_TEST (sums_are_the_same_in_any_order)
{
  enum { N = 5000 };
  ictus_rng r = ictus_rng_open (5, ICTUS_RNG_TEST, 0, 0, 0);
  static double x[N];
  ictus_sum up = { 0 }, down = { 0 }, half[2] = { { 0 }, { 0 } }, bad = { 0 };
  long double exact = 0;

  for (int i = 0; i < N; ++i)
    {
      x[i] = 1e3 * ictus_rng_normal (&r);
      exact += (long double) x[i];
    }
  for (int i = 0; i < N; ++i)
    {
      ictus_sum_add (&up, x[i]);
      ictus_sum_add (&down, x[N - 1 - i]);
      ictus_sum_add (&half[i % 2], x[i]);
    }
  ictus_sum_join (&half[1], &half[0]);
  ck_assert (ictus_sum_value (&up) == ictus_sum_value (&down));
  ck_assert (ictus_sum_value (&up) == ictus_sum_value (&half[1]));
  ck_assert (fabsl ((long double) ictus_sum_value (&up) - exact) < 1e-11L);
  ictus_sum_add (&bad, (double) NAN);
  ck_assert (isnan (ictus_sum_value (&bad)));
}
END_TEST

START_TEST (a_sum_of_many_equal_terms_does_not_run_over)
{
  ictus_sum many = { 0 }, large = { 0 };

  ictus_sum_add (&many, 0x1p-21 - 0x1p-60); /* nothing but low bits */
  for (int k = 0; k < 30; ++k)
    ictus_sum_join (&many, &many);
  ck_assert_double_eq (ictus_sum_value (&many), 0x1p30 * (0x1p-21 - 0x1p-60));
  for (int k = 0; k < 16; ++k)
    ictus_sum_add (&large, 0x1p39);
  ck_assert (isnan (ictus_sum_value (&large)));
}
END_TEST

START_TEST (ticks_of_a_tenth_are_round_times)
{
  ck_assert (ictus_tick_ms (3, 0.1) == 0.3);
  ck_assert (ictus_tick_ms (7, 0.25) == 1.75);
  ck_assert_int_eq (ictus_tick_of (1000.0, 0.1), 10000);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("base");
  TCase *t = tcase_create ("base");
  SRunner *sr;
  int failed;

  tcase_add_test (t, a_place_in_a_text_is_shown_with_a_caret);
  tcase_add_test (t, the_nearest_name_is_found_or_none);
  tcase_add_test (t, memory_is_zeroed_counted_and_checked_for_overflow);
  tcase_add_test (t, philox_gives_its_known_answers);
  tcase_add_test (t, deviates_have_their_moments);
  tcase_add_test (t, binomials_have_their_moments_and_bounds);
  tcase_add_test (t, sums_are_the_same_in_any_order);
  tcase_add_test (t, a_sum_of_many_equal_terms_does_not_run_over);
  tcase_add_test (t, ticks_of_a_tenth_are_round_times);
  suite_add_tcase (s, t);
  sr = srunner_create (s);
  srunner_run_all (sr, CK_NORMAL);
  failed = srunner_ntests_failed (sr);
  srunner_free (sr);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
