/* SPDX-License-Identifier: BSD-3-Clause */
/* The past of delayed states: exact for polynomials, both sides of jumps, both directions of time, bounded.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "path/path_impl.h"

enum
{
  NSTATE = 4,
  NDELAY = 3
};

static const int delayed[NDELAY] = { 2, 0, 2 };

static void
history (double t, const double *p, double *y)
{
  for (int i = 0; i < NSTATE; ++i)
    y[i] = p[0] + 10 * i + sin (t);
}

static const ictus_kernel kernel = {
  .abi = ICTUS_KERNEL_ABI, .nstate = NSTATE, .ndelay = NDELAY, .delay_of = delayed, .history = history
};
static const ictus_kernel bare
    = { .abi = ICTUS_KERNEL_ABI, .nstate = NSTATE, .ndelay = NDELAY, .delay_of = delayed };
static const double p[1] = { 100 };
static const double first[NSTATE] = { 1, 2, 3, 4 };

static ictus__history *
make (const ictus_kernel *k, double t0, double longest)
{
  ictus__history *h;

  ck_assert_int_eq (ictus__history_create (k, p, t0, first, longest, &h), ICTUS_OK);
  return h;
}

/* State i is a polynomial of this degree. */
static double
poly (int degree, int i, double t)
{
  double v = 0;

  for (int k = degree; k >= 0; --k)
    v = v * (t - 1) + (k + 1) * (i % 2 == 0 ? 1 : -0.5) / (1 + i);
  return v;
}

static double
slope (int degree, int i, double t)
{
  double v = 0;

  for (int k = degree; k >= 1; --k)
    v = v * (t - 1) + k * (k + 1) * (i % 2 == 0 ? 1 : -0.5) / (1 + i);
  return v;
}

static void
push_poly (ictus__history *h, int degree, int n, double a, double b, bool f0, bool f1)
{
  double t[14], y[14 * NSTATE], s0[NSTATE], s1[NSTATE];

  for (int j = 0; j < n; ++j)
    {
      t[j] = j == n - 1 ? b : a + (b - a) * j / (n - 1);
      for (int i = 0; i < NSTATE; ++i)
        y[j * NSTATE + i] = poly (degree, i, t[j]);
    }
  for (int i = 0; i < NSTATE; ++i)
    {
      s0[i] = slope (degree, i, a);
      s1[i] = slope (degree, i, b);
    }
  ck_assert_int_eq (ictus__history_push (h, n, t, y, f0 ? s0 : NULL, f1 ? s1 : NULL), ICTUS_OK);
}

START_TEST (polynomials_are_exact)
{
  for (int dir = 1; dir >= -1; dir -= 2)
    for (int n = 2; n <= 7; ++n)
      for (int s = 0; s < 4; ++s)
        {
          int degree = n - 1 + (s & 1) + (s >> 1);
          ictus__history *h = make (&kernel, 0, 0);
          double end = 0;

          for (int step = 0; step < 5; ++step)
            {
              double next = end + dir * (0.1 + 0.05 * step);

              push_poly (h, degree, n, end, next, s & 1, s >> 1);
              end = next;
            }
          for (int x = 0; x <= 110; ++x) /* some of them after the end: extended */
            {
              double t = end * x / 100, v = poly (degree, 2, t), w = poly (degree, 0, t);

              ck_assert_double_eq_tol (ictus__history_at (h, 2, t), v, 2e-12 * (1 + fabs (v)));
              ck_assert_double_eq_tol (ictus__history_at (h, 0, t), w, 2e-12 * (1 + fabs (w)));
            }
          ictus__history_destroy (&h);
          ck_assert_ptr_null (h);
        }
}
END_TEST

START_TEST (steps_begin_with_their_first_point)
{
  ictus__history *h = make (&kernel, 0, 0);

  push_poly (h, 3, 4, 0, 0.7, true, true);
  push_poly (h, 3, 4, 0.7, 1.1, false, false);
  ck_assert_double_eq (ictus__history_at (h, 2, 0), poly (3, 2, 0));
  ck_assert_double_eq (ictus__history_at (h, 2, 0.7), poly (3, 2, 0.7));
  ictus__history_destroy (&h);
}
END_TEST

START_TEST (before_the_start)
{
  ictus__history *h = make (&kernel, 2, 0), *b = make (&bare, 2, 0);

  for (int pushed = 0; pushed < 2; ++pushed)
    {
      ck_assert_double_eq (ictus__history_at (h, 2, 1.5), 120 + sin (1.5));
      ck_assert_double_eq (ictus__history_at (h, 0, -7), 100 + sin (-7));
      ck_assert_double_eq (ictus__history_at (h, 2, -7), 120 + sin (-7));
      ck_assert_double_eq (ictus__history_at (b, 2, 1.5), first[2]);
      ck_assert_double_eq (ictus__history_at (b, 0, -7), first[0]);
      ck_assert (isnan (ictus__history_at (h, 1, 1.5))); /* not delayed, so not kept */
      /* the start itself: the initial value, or from the left the history */
      ck_assert_double_eq_tol (ictus__history_at (h, 2, 2), pushed ? poly (2, 2, 2) : first[2], 1e-14);
      ictus__history_side (h, true);
      ck_assert_double_eq (ictus__history_at (h, 2, 2), 120 + sin (2));
      ictus__history_side (h, false);
      if (!pushed)
        {
          push_poly (h, 2, 3, 2, 2.5, false, false);
          push_poly (b, 2, 3, 2, 2.5, false, false);
        }
    }
  ictus__history_destroy (&h);
  ictus__history_destroy (&b);
}
END_TEST

START_TEST (jumps_have_two_sides)
{
  for (int dir = 1; dir >= -1; dir -= 2)
    {
      ictus__history *h = make (&bare, 0, 0);
      const double t[3] = { 0, dir * 0.3, dir * 1.0 }, low[12] = { 0, 0, 5, 0, 0, 0, 5, 0, 0, 0, 5, 0 },
                   high[12] = { 0, 0, 8, 0, 0, 0, 8, 0, 0, 0, 8, 0 };
      double u[3], before = dir * (1 - 3e-16), after = dir * (1 + 4e-16);

      for (int j = 0; j < 3; ++j)
        u[j] = t[j] + dir;
      ck_assert_int_eq (ictus__history_push (h, 3, t, low, NULL, NULL), ICTUS_OK);
      ck_assert_int_eq (ictus__history_push (h, 3, u, high, NULL, NULL), ICTUS_OK);
      for (int side = 0; side < 2; ++side)
        {
          ictus__history_side (h, side);
          ck_assert_double_eq (ictus__history_at (h, 2, dir * 1.0), side ? 5 : 8);
          ck_assert_double_eq (ictus__history_at (h, 2, before),
                               side ? 5 : 8); /* the same but for rounding */
          ck_assert_double_eq (ictus__history_at (h, 2, after), side ? 5 : 8);
          ck_assert_double_eq (ictus__history_at (h, 2, dir * (1 - 1e-9)), 5);
          ck_assert_double_eq (ictus__history_at (h, 2, dir * (1 + 1e-9)), 8);
        }
      ictus__history_destroy (&h);
    }
}
END_TEST

/* Lookups of several delays in turn, forwards and at random, are those of a search from the start. */
START_TEST (places_are_found)
{
  ictus__history *h = make (&kernel, 0, 0);
  ictus_rng r = ictus_rng_open (1, ICTUS_RNG_TEST, 0, 0, 0);
  double end = 0;

  for (int step = 0; step < 3000; ++step)
    {
      double t[2] = { end, end + 0.001 + 0.1 * ictus_rng_uniform (&r) }, y[2 * NSTATE];

      for (int i = 0; i < NSTATE; ++i)
        {
          y[i] = cos (t[0]) + i;
          y[NSTATE + i] = cos (t[1]) + i;
        }
      ck_assert_int_eq (ictus__history_push (h, 2, t, y, NULL, NULL), ICTUS_OK);
      end = t[1];
      for (int d = 0; d < 4; ++d)
        {
          double back = d < 3 ? 0.02 + 3 * d : end * ictus_rng_uniform (&r), at = end - back;

          if (at > 0)
            ck_assert_double_eq_tol (ictus__history_at (h, d % 2 == 0 ? 2 : 0, at),
                                     cos (at) + (d % 2 == 0 ? 2 : 0), 2e-3);
        }
    }
  ictus__history_destroy (&h);
}
END_TEST

START_TEST (what_is_older_is_forgotten)
{
  ictus__history *h = make (&kernel, 0, 2.5);
  size_t calls = 0;
  double end = 0;

  for (int step = 0; step < 20000; ++step)
    {
      push_poly (h, 1, 2, end, 0.01 * (step + 1), false, false);
      end = 0.01 * (step + 1);
      if (step == 2000)
        calls = ictus_mem_calls ();
      if (end > 2.5)
        {
          ck_assert_double_eq_tol (ictus__history_at (h, 2, end - 2.5), poly (1, 2, end - 2.5), 1e-11);
          ck_assert_double_eq_tol (ictus__history_at (h, 2, end - 1.3), poly (1, 2, end - 1.3), 1e-11);
        }
    }
  ck_assert_uint_eq (ictus_mem_calls (), calls);
  ictus__history_destroy (&h);
}
END_TEST

START_TEST (odd_steps)
{
  ictus__history *h = make (&kernel, 0, 0);
  const double t[3] = { 0, 0, 0 }, u[4] = { 0, 0, 1, 1 },
               y[16] = { 1, 0, 1, 0, 7, 0, 7, 0, 3, 0, 3, 0, 3, 0, 3, 0 };

  ck_assert_int_eq (ictus__history_push (h, 1, t, y, NULL, NULL), ICTUS_E_ARG);
  ck_assert_int_eq (ictus__history_push (h, 15, t, y, NULL, NULL), ICTUS_E_ARG);
  ck_assert_int_eq (ictus__history_push (h, 3, t, y, NULL, NULL),
                    ICTUS_OK); /* no length: nothing to remember */
  ck_assert_double_eq (ictus__history_at (h, 2, 0), first[2]);
  ck_assert_int_eq (ictus__history_push (h, 4, u, y, NULL, NULL),
                    ICTUS_OK); /* points that coincide count once */
  ck_assert_double_eq_tol (ictus__history_at (h, 2, 0.5), 2, 1e-15);
  ck_assert (isnan (ictus__history_at (h, 2, NAN)));
  ictus__history_destroy (&h);
  ictus__history_destroy (&h);
}
END_TEST

START_TEST (memory_comes_back)
{
  size_t live = ictus_mem_live ();
  ictus__history *h = make (&kernel, 0, 1);

  for (int step = 0; step < 1000; ++step)
    push_poly (h, 2, 3, step, step + 1, true, true);
  ictus__history_destroy (&h);
  ck_assert_uint_eq (ictus_mem_live (), live);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("path history");
  TCase *tc = tcase_create ("all");
  SRunner *r = srunner_create (s);
  int failed;

  tcase_add_test (tc, polynomials_are_exact);
  tcase_add_test (tc, steps_begin_with_their_first_point);
  tcase_add_test (tc, before_the_start);
  tcase_add_test (tc, jumps_have_two_sides);
  tcase_add_test (tc, places_are_found);
  tcase_add_test (tc, what_is_older_is_forgotten);
  tcase_add_test (tc, odd_steps);
  tcase_add_test (tc, memory_comes_back);
  suite_add_tcase (s, tc);
  srunner_run_all (r, CK_ENV);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
