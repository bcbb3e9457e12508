/* SPDX-License-Identifier: BSD-3-Clause */
/* Points of trajectories and the 0-1 test against what is known: exact solutions, the classics. */
#include "points_check.h"

/* ---- points ---------------------------------------------------------------------------------------------------- */

/* A limit cycle r = 1, of angle t; z decays beside it. */
static const char circle[] = "par w=1\nx'=-w*y+x*(1-x^2-y^2)\ny'=w*x+y*(1-x^2-y^2)\nz'=-0.1*z\naux s=x+y\n"
                             "init x=1,y=0,z=2\n@ total=100\ndone\n";

static ictus_points
points_of (const char *name, const char *text, const char *par, double value, const ictus_points_options *given)
{
  points_case c = points_open (name, text, par, value);
  ictus_points_options o;
  ictus_points p = { 0 };

  ictus_points_defaults (c.m, &o);
  o.section = given->section;
  o.at = given->at;
  o.watch = given->watch;
  o.intervals = given->intervals;
  o.method = given->method;
  o.keep = given->keep > 0 ? given->keep : o.keep;
  o.trans = given->trans > 0 ? given->trans : o.trans;
  o.total = given->total > 0 ? given->total : o.total;
  o.sample = given->sample > 0 ? given->sample : o.sample;
  must (ictus_points_run (&c.v, &o, &p));
  points_close (&c);
  return p;
}

START_TEST (section_of_a_circle)
{
  static const ictus_lyapunov_method by[] = { ICTUS_LYAPUNOV_RK45, ICTUS_LYAPUNOV_ROSENBROCK };
  const double turn = 2 * acos (-1);
  ictus_points p = points_of ("circle", circle, NULL, 0,
                              &(ictus_points_options){ .section = "y", .keep = 10, .trans = 1, .total = 200, .method = by[_i] });

  ck_assert_int_eq (p.kind, ICTUS_POINTS_SECTION);
  ck_assert_uint_eq (p.n, 10);
  ck_assert_int_eq (p.ncol, 4);
  for (size_t k = 0; k < p.n; ++k)
    {
      double t = turn * (double) (k + 1);

      near (p.t[k], t, 1e-6);
      near (p.v[4 * k], 1, 1e-6);
      near (p.v[4 * k + 1], 0, 1e-6);
      near (p.v[4 * k + 2], 2 * exp (-0.1 * t), 1e-6);
      near (p.v[4 * k + 3], 1, 1e-6);
    }
  ictus_points_clear (&p);
}
END_TEST

START_TEST (maxima_of_a_circle)
{
  ictus_points p = points_of ("circle", circle, NULL, 0, &(ictus_points_options){ .keep = 20 });

  ck_assert_int_eq (p.kind, ICTUS_POINTS_MAXIMA);
  ck_assert_uint_eq (p.n, 20);
  ck_assert (!p.rests);
  near (p.recurrence, 2 * acos (-1), 0.01);
  for (size_t k = 0; k < p.n; ++k)
    near (p.v[k * 4], 1, 1e-7);
  ictus_points_clear (&p);
}
END_TEST

START_TEST (strobe_of_a_circle)
{
  ictus_points p = points_of ("circle", circle, NULL, 0,
                              &(ictus_points_options){ .section = "t", .at = 0.5, .keep = 30, .trans = 3.25, .total = 100 });

  ck_assert_uint_eq (p.n, 30);
  for (size_t k = 0; k < p.n; ++k)
    {
      near (p.t[k], 3.5 + 0.5 * (double) k, 1e-9);
      near (p.v[4 * k], cos (p.t[k]), 1e-6);
    }
  ictus_points_clear (&p);
}
END_TEST

START_TEST (what_rests)
{
  static const char spiral[] = "x'=-x+3*y\ny'=-3*x-y+1\ninit x=1,y=1\n@ total=100\ndone\n";
  ictus_points p = points_of ("spiral", spiral, NULL, 0, &(ictus_points_options){ .watch = 1 });

  ck_assert (p.rests);
  near (p.level, 0.1, 1e-8);
  ictus_points_clear (&p);
}
END_TEST

START_TEST (spikes_of_a_neuron)
{
  static const char text[] = "par I=2\nv'=-v+I\nspike v>1\nreset v=0\ninit v=0\n@ total=100\ndone\n";
  ictus_points p = points_of ("fires", text, NULL, 0, &(ictus_points_options){ .intervals = true, .keep = 12 });

  ck_assert_int_eq (p.kind, ICTUS_POINTS_SPIKES);
  ck_assert_uint_eq (p.n, 13);
  for (size_t k = 0; k + 1 < p.n; ++k)
    near (p.t[k + 1] - p.t[k], log (2), 1e-6);
  ictus_points_clear (&p);
}
END_TEST

/* However long it is followed: pieces of the way begin outside refractory times. Not held, v is above the threshold when they end. */
START_TEST (refractory_times)
{
  static const char *const text[] = { "par I=2\nv'=-v+I\nspike v>1\nreset v=0\nrefractory 1.5 hold v\ninit v=0\n@ total=100\ndone\n",
                                      "par I=2\nv'=-v+I\nspike v>1\nreset v=0\nrefractory 1.5\ninit v=0\n@ total=100\ndone\n" };
  const double want = _i == 0 ? 1.5 + log (2) : 1.5;
  ictus_points p = points_of ("fires", text[_i], NULL, 0, &(ictus_points_options){ .intervals = true, .keep = 900 });

  ck_assert_uint_eq (p.n, 901);
  for (size_t k = 0; k + 1 < p.n; ++k)
    near (p.t[k + 1] - p.t[k], want, 1e-6);
  ictus_points_clear (&p);
}
END_TEST

/* An upstroke that lasts for 1e-10 ms, late on the clock. */
START_TEST (steep_upstrokes)
{
  ictus_points p = points_of ("adex", NULL, NULL, 0, &(ictus_points_options){ .intervals = true, .keep = 1000 });

  ck_assert_uint_eq (p.n, 1001);
  for (size_t k = 1; k + 1 < p.n; ++k)
    near (p.t[k + 1] - p.t[k], p.t[1] - p.t[0], 5e-4);
  near (p.t[1] - p.t[0], 36.0754, 0.2);
  ictus_points_clear (&p);
}
END_TEST

/* x follows y down a slow manifold, where its derivative is noise: one maximum a turn. */
START_TEST (no_maxima_of_noise)
{
  ictus_points p = points_of ("oregonator", NULL, NULL, 0, &(ictus_points_options){ .keep = 10 });

  ck_assert_uint_eq (p.n, 10);
  for (size_t k = 1; k < p.n; ++k)
    near (p.t[k] - p.t[k - 1], 302.85804403, 1e-2);
  ictus_points_clear (&p);
}
END_TEST

/* ---- periods ------------------------------------------------------------------------------------------------------- */

START_TEST (periods)
{
  static const double x[] = { 1, 2, 1, 2, 1, 2, 1 };

  ck_assert_int_eq (ictus_orbit_period (x, 7, 1e-9), 2);
  ck_assert_int_eq (ictus_orbit_period (x, 5, 1e-9), ICTUS_ORBIT_IRREGULAR);
  ck_assert_int_eq (ictus_orbit_period (x, 7, 2), 1);
  ck_assert_int_eq (ictus_orbit_period (x, 2, 2), ICTUS_ORBIT_IRREGULAR); /* too few to tell */
}
END_TEST

/* ---- 0-1 test --------------------------------------------------------------------------------------------------------- */

static const char *
logistic_verdict (double r)
{
  ictus_points p = points_of ("logistic_map", NULL, "r", r, &(ictus_points_options){ .keep = 5000 });
  ictus_zero_one z;

  must (ictus_zero_one_test (p.v, p.n, 1, &z));
  ictus_points_clear (&p);
  return ictus_zero_one_verdict (&z, 5000);
}

static double
logistic_k (double r)
{
  ictus_points p = points_of ("logistic_map", NULL, "r", r, &(ictus_points_options){ .keep = 5000 });
  ictus_zero_one z;
  double k;

  must (ictus_zero_one_test (p.v, p.n, 1, &z));
  k = z.k;
  ictus_points_clear (&p);
  return k;
}

START_TEST (zero_one_of_maps)
{
  ck_assert_double_lt (fabs (logistic_k (3.55)), 0.05);
  ck_assert_double_gt (logistic_k (3.97), 0.99);
  ck_assert_str_eq (logistic_verdict (3.55), "regular");
  ck_assert_str_eq (logistic_verdict (3.58), "chaos"); /* in four bands */
}
END_TEST

/* Two incommensurate frequencies are no chaos; nothing at all neither. */
START_TEST (zero_one_of_tori)
{
  double x[3000];
  ictus_zero_one z;

  for (int k = 0; k < 3000; ++k)
    x[k] = sin (0.7 * k) + 0.5 * cos (sqrt (2) * k);
  must (ictus_zero_one_test (x, 3000, 1, &z));
  ck_assert_double_lt (fabs (z.k), 0.1);
  for (int k = 0; k < 3000; ++k)
    x[k] = 5;
  must (ictus_zero_one_test (x, 3000, 5, &z));
  ck_assert (z.constant);
  ck_assert_double_eq (z.k, 0);
  ck_assert_int_eq (ictus_zero_one_test (x, 50, 5, &z), ICTUS_E_INPUT);
}
END_TEST

/* One slow wave is no chaos, whatever K says. */
START_TEST (zero_one_of_slow_waves)
{
  double x[2000];
  ictus_zero_one z;

  for (int k = 0; k < 2000; ++k)
    x[k] = sin (2 * acos (-1) * k / 1500);
  must (ictus_zero_one_test (x, 2000, 1, &z));
  ck_assert_uint_gt (z.memory, 300);
  ck_assert_str_ne (ictus_zero_one_verdict (&z, 2000) != NULL ? ictus_zero_one_verdict (&z, 2000) : "", "chaos");
}
END_TEST

static double
flow_k (const char *name, const char *par, double value)
{
  ictus_points p = points_of (name, NULL, par, value, &(ictus_points_options){ .keep = 2000 });
  ictus_zero_one z;
  double lo = INFINITY, hi = -INFINITY, *x;
  double k;

  x = ictus_alloc (p.n, sizeof *x);
  for (size_t i = 0; i < p.n; ++i)
    {
      x[i] = p.v[i * (size_t) p.ncol];
      lo = fmin (lo, x[i]);
      hi = fmax (hi, x[i]);
    }
  must (ictus_zero_one_test (x, p.n, fmax (fabs (lo), fabs (hi)), &z));
  k = z.k;
  ictus_free (x);
  ictus_points_clear (&p);
  return k;
}

START_TEST (zero_one_of_flows)
{
  ck_assert_double_gt (flow_k ("lorenz", "rho", 28), 0.95);
  ck_assert_double_gt (flow_k ("rossler", "c", 5.7), 0.9);
  ck_assert_double_lt (fabs (flow_k ("rossler", "c", 2.5)), 0.1);
  ck_assert_double_lt (fabs (flow_k ("rossler", "c", 4)), 0.1);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("chaos: points");
  TCase *t = tcase_create ("points"), *z = tcase_create ("0-1");
  SRunner *r = srunner_create (s);
  int failed;

  tcase_set_timeout (t, 120);
  tcase_set_timeout (z, 120);
  tcase_add_loop_test (t, section_of_a_circle, 0, 2);
  tcase_add_test (t, maxima_of_a_circle);
  tcase_add_test (t, strobe_of_a_circle);
  tcase_add_test (t, what_rests);
  tcase_add_test (t, spikes_of_a_neuron);
  tcase_add_loop_test (t, refractory_times, 0, 2);
  tcase_add_test (t, steep_upstrokes);
  tcase_add_test (t, no_maxima_of_noise);
  tcase_add_test (t, periods);
  tcase_add_test (z, zero_one_of_maps);
  tcase_add_test (z, zero_one_of_tori);
  tcase_add_test (z, zero_one_of_slow_waves);
  tcase_add_test (z, zero_one_of_flows);
  suite_add_tcase (s, t);
  suite_add_tcase (s, z);
  srunner_run_all (r, CK_ENV);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
