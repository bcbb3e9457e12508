/* SPDX-License-Identifier: BSD-3-Clause */
/* Fixed steps: the order of each method, the numbers of a worked example, spikes on the grid. */
#include "solve_check.h"

/* Error at 8 ms of a smooth stretch of FitzHugh-Nagumo, against CVODE at its tightest. */
static double
error_at (const char *solver, double h, const double *want)
{
  rig *r = rig_open ("fitzhugh_nagumo", 1);
  double d;

  rig_init (r);
  rig_start (r, solver, 1e-6, h);
  rig_run (r, 8, 1);
  d = hypot (r->y[0] - want[0], r->y[1] - want[1]);
  rig_close (r);
  return d;
}

static void
orders (const char *solver, double h, double factor, double slack)
{
  rig *r = rig_open ("fitzhugh_nagumo", 1);
  double want[2], coarse, fine;

  rig_init (r);
  r->cfg.atol = 1e-14;
  rig_start (r, "cvode-bdf", 1e-12, 0);
  rig_run (r, 8, 8);
  memcpy (want, r->y, sizeof want);
  rig_close (r);
  coarse = error_at (solver, h, want);
  fine = error_at (solver, h / 2, want);
  ck_assert_msg (fabs (coarse / fine - factor) < slack, "%s: error %g at %g ms, %g at half of it: factor %g", solver, coarse, h, fine,
                 coarse / fine);
}

START_TEST (halving_the_step_of_euler_halves_the_error)
{
  orders ("euler", 0.01, 2, 0.05);
}
END_TEST

START_TEST (halving_the_step_of_exp_euler_halves_the_error)
{
  rig *r = rig_open ("hodgkin_huxley", 1); /* conditionally linear; below its threshold */
  double want, v[2];

  rig_par (r, "I", 2);
  rig_init (r);
  r->cfg.atol = 1e-13;
  rig_start (r, "cvode-bdf", 1e-12, 0);
  rig_run (r, 5, 5);
  want = r->y[0];
  rig_close (r);
  for (int k = 0; k < 2; ++k)
    {
      r = rig_open ("hodgkin_huxley", 1);
      rig_par (r, "I", 2);
      rig_init (r);
      rig_start (r, "exp-euler", 1e-6, k == 0 ? 0.01 : 0.005);
      rig_run (r, 5, 1);
      v[k] = r->y[0] - want;
      rig_close (r);
    }
  ck_assert_msg (fabs (v[0] / v[1] - 2) < 0.05, "errors %g and %g", v[0], v[1]);
}
END_TEST

START_TEST (halving_the_step_of_rk4_divides_the_error_by_16)
{
  orders ("rk4", 0.1, 16, 1.5);
}
END_TEST

/* dV/dt = 1 - V/10 from 0, step 0.01 ms: 499 steps, whose last point has the largest difference. */
START_TEST (euler_and_rk4_differ_by_the_known_number)
{
  double v[2];

  for (int k = 0; k < 2; ++k)
    {
      rig *r = rig_open ("lif", 1);

      rig_par (r, "V_th", 100);
      rig_init (r);
      rig_start (r, k == 0 ? "euler" : "rk4", 1e-6, 0.01);
      rig_run (r, 4.99, 0.5);
      v[k] = r->y[0];
      rig_close (r);
    }
  ck_assert_double_eq (v[0], 3.9301406920802293);
  ck_assert_double_eq (v[1], 3.9286250626120784);
  ck_assert_double_eq_tol (v[0] - v[1], 0.0015156294681508697, 1e-14);
}
END_TEST

START_TEST (spikes_of_a_fixed_step_lie_at_its_end)
{
  static const int want[] = { 106, 212, 318, 424 };
  rig *r = rig_open ("lif", 1);

  rig_init (r);
  rig_start (r, "euler", 1e-6, 0.01);
  rig_run (r, 4.99, 0.5);
  ck_assert_uint_eq (r->out.n, 4);
  for (size_t k = 0; k < 4; ++k)
    ck_assert_double_eq (r->out.s[k].t_ms, ictus_tick_ms (want[k], 0.01));
  ck_assert_double_eq (r->y[0], 0.7229132660999854);
  rig_close (r);
}
END_TEST

START_TEST (steps_shorter_than_the_resolution_report_on_the_grid)
{
  rig *r = rig_open ("lif", 1);

  rig_init (r);
  r->cfg.dt_ms = 0.01;
  rig_start (r, "euler", 1e-6, 0.1);
  rig_run (r, 5, 0.5);
  ck_assert_uint_eq (r->out.n, 4);
  ck_assert_double_eq (r->out.s[0].t_ms, 1.1); /* crossed at 1.06 */
  ck_assert_double_eq (r->out.s[1].t_ms, 2.2); /* 2.12 */
  ck_assert_double_eq (r->out.s[3].t_ms, 4.3); /* 4.24: reset where it crossed */
  rig_close (r);
}
END_TEST

START_TEST (exp_euler_is_exact_for_a_linear_equation)
{
  rig *r = rig_open ("lif", 1);

  rig_par (r, "V_th", 100);
  rig_init (r);
  rig_start (r, "exp-euler", 1e-6, 0.1);
  rig_run (r, 5, 1);
  ck_assert_double_eq_tol (r->y[0], -10 * expm1 (-0.5), 1e-13);
  rig_close (r);
}
END_TEST

START_TEST (a_state_that_runs_away_is_named)
{
  rig *r = rig_open ("hodgkin_huxley", 1);
  ictus_err e = ICTUS_OK;

  rig_init (r);
  rig_start (r, "euler", 1e-6, 0.1);
  for (int k = 1; k <= 100 && e == ICTUS_OK; ++k)
    e = rig_window (r, k);
  ck_assert_int_eq (e, ICTUS_E_SOLVER);
  ck_assert_ptr_nonnull (strstr (ictus_err_last (), "neuron 10 at "));
  ck_assert_ptr_nonnull (strstr (ictus_err_last (), "is not finite"));
  rig_close (r);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("solve: fixed steps");
  TCase *t = tcase_create ("order");
  SRunner *sr;
  int failed;

  tcase_add_test (t, halving_the_step_of_euler_halves_the_error);
  tcase_add_test (t, halving_the_step_of_exp_euler_halves_the_error);
  tcase_add_test (t, halving_the_step_of_rk4_divides_the_error_by_16);
  tcase_add_test (t, euler_and_rk4_differ_by_the_known_number);
  tcase_add_test (t, spikes_of_a_fixed_step_lie_at_its_end);
  tcase_add_test (t, steps_shorter_than_the_resolution_report_on_the_grid);
  tcase_add_test (t, exp_euler_is_exact_for_a_linear_equation);
  tcase_add_test (t, a_state_that_runs_away_is_named);
  suite_add_tcase (s, t);
  sr = srunner_create (s);
  srunner_run_all (sr, CK_ENV);
  failed = srunner_ntests_failed (sr);
  srunner_free (sr);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
