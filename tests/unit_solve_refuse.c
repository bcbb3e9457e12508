/* SPDX-License-Identifier: BSD-3-Clause */
/* A solver that cannot serve a model says why. */
#include "solve_check.h"

static const char *
why (const char *solver, const char *model, bool grid, double dt, char *buf)
{
  ictus_solver_config c = { .name = solver, .rtol = 1e-4, .atol = 1e-4, .dt_ms = dt, .grid = grid, .h_ms = 0.1 };
  ictus_model *m;
  const char *reason;

  rig_must (ictus_model_open (model, NULL, NULL, &m));
  reason = ictus_solver_refuse (&c, m, buf);
  if (reason != NULL && reason != buf)
    reason = memmove (buf, reason, strlen (reason) + 1);
  ictus_model_close (&m);
  return reason;
}

#define says(reason, words) ck_assert_msg ((reason) != NULL && strstr ((reason), (words)) != NULL, "%s", (reason) != NULL ? (reason) : "NULL")

START_TEST (an_unknown_solver_is_answered_with_the_nearest)
{
  char buf[256];

  says (why ("cvode-bfd", "lif", true, 0, buf), "there is no solver \"cvode-bfd\"; did you mean \"cvode-bdf\"?");
  says (why ("rk3", "lif", true, 0, buf), "\"rk4\"");
  says (why ("leapfroggery", "lif", true, 0, buf), "there are cvode-bdf");
}
END_TEST

START_TEST (exact_wants_a_linear_model_and_a_grid)
{
  char buf[256];

  ck_assert_ptr_null (why ("exact", "iaf_psc_exp", true, 0, buf));
  says (why ("exact", "iaf_psc_exp", false, 0, buf), "grid timing");
  says (why ("exact", "hodgkin_huxley", true, 0, buf), "must be linear");
  ck_assert_uint_gt (strlen (buf), strlen ("the model must be linear: "));
}
END_TEST

START_TEST (exp_euler_wants_every_equation_linear_in_its_own_state)
{
  char buf[256];

  ck_assert_ptr_null (why ("exp-euler", "hodgkin_huxley", true, 0, buf));
  ck_assert_ptr_null (why ("exp-euler", "hh_cond_exp_traub", true, 0, buf));
  says (why ("exp-euler", "fitzhugh_nagumo", true, 0, buf), "linear in its own state");
}
END_TEST

START_TEST (fixed_steps_divide_the_resolution)
{
  static const char *const fixed[] = { "euler", "rk4", "exp-euler" };
  char buf[256];

  for (int k = 0; k < 3; ++k)
    {
      ck_assert_ptr_null (why (fixed[k], "lif", true, 0, buf));
      ck_assert_ptr_null (why (fixed[k], "lif", true, 0.025, buf));
      ck_assert_ptr_null (why (fixed[k], "lif", true, 0.1, buf));
      says (why (fixed[k], "lif", true, 0.03, buf), "0.03 ms must divide the resolution of 0.1 ms");
      says (why (fixed[k], "lif", true, 0.2, buf), "must divide");
      says (why (fixed[k], "lif", false, 0, buf), "grid timing");
    }
}
END_TEST

START_TEST (cvode_serves_everything_with_a_tolerance)
{
  char buf[256];
  ictus_solver_config c = { .name = "cvode-bdf", .rtol = 0, .atol = 1e-4 };
  ictus_model *m;

  for (size_t k = 0; ictus_model_shipped (k) != NULL; ++k)
    {
      if (!rig_is_plain (ictus_model_shipped (k)->name))
        continue;
      ck_assert_ptr_null (why ("cvode-bdf", ictus_model_shipped (k)->name, false, 0, buf));
      ck_assert_ptr_null (why ("cvode-adams", ictus_model_shipped (k)->name, true, 0, buf));
    }
  rig_must (ictus_model_open ("lif", NULL, NULL, &m));
  says (ictus_solver_refuse (&c, m, buf), "tolerances must be positive");
  ictus_model_close (&m);
}
END_TEST

START_TEST (create_gives_the_reason_and_nothing_else)
{
  rig *r = rig_open ("hodgkin_huxley", 1);

  r->cfg = (ictus_solver_config){ .name = "exact", .grid = true, .h_ms = 0.1 };
  ck_assert_int_eq (ictus_solver_create (&r->cfg, &r->cells, 0, &r->s), ICTUS_E_INPUT);
  ck_assert_ptr_null (r->s);
  says (ictus_err_last (), "solver exact cannot serve model hodgkin_huxley: the model must be linear: ");
  rig_close (r);
}
END_TEST

START_TEST (every_solver_is_listed_once)
{
  size_t n = 0;

  for (; ictus_solver_at (n) != NULL; ++n)
    {
      ck_assert_uint_gt (strlen (ictus_solver_at (n)->summary), 5);
      for (size_t k = 0; k < n; ++k)
        ck_assert_str_ne (ictus_solver_at (k)->name, ictus_solver_at (n)->name);
    }
  ck_assert_uint_ge (n, 7);
}
END_TEST

START_TEST (no_neurons_are_no_trouble)
{
  static const char *const all[] = { "cvode-bdf", "cvode-adams", "exact", "exp-euler", "rk4", "euler" };

  for (size_t k = 0; k < 6; ++k)
    {
      rig *r = rig_open ("iaf_psc_exp", 0);

      rig_start (r, all[k], 1e-4, 0.1);
      rig_run (r, 2, 1);
      rig_must (ictus_solver_restart (r->s, 2));
      rig_close (r);
    }
}
END_TEST

START_TEST (all_memory_comes_back)
{
  static const char *const all[] = { "cvode-bdf", "cvode-adams", "exact", "exp-euler", "rk4", "euler" };
  size_t live = ictus_mem_live ();

  for (size_t k = 0; k < 6; ++k)
    {
      rig *r = rig_open ("iaf_psc_exp", 3);

      rig_init (r);
      rig_start (r, all[k], 1e-4, 0.1);
      rig_run (r, 5, 1);
      rig_close (r);
    }
  ck_assert_uint_eq (ictus_mem_live (), live);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("solve: refusals");
  TCase *t = tcase_create ("refuse");
  SRunner *sr;
  int failed;

  tcase_add_test (t, an_unknown_solver_is_answered_with_the_nearest);
  tcase_add_test (t, exact_wants_a_linear_model_and_a_grid);
  tcase_add_test (t, exp_euler_wants_every_equation_linear_in_its_own_state);
  tcase_add_test (t, fixed_steps_divide_the_resolution);
  tcase_add_test (t, cvode_serves_everything_with_a_tolerance);
  tcase_add_test (t, create_gives_the_reason_and_nothing_else);
  tcase_add_test (t, every_solver_is_listed_once);
  tcase_add_test (t, no_neurons_are_no_trouble);
  tcase_add_test (t, all_memory_comes_back);
  suite_add_tcase (s, t);
  sr = srunner_create (s);
  srunner_run_all (sr, CK_ENV);
  failed = srunner_ntests_failed (sr);
  srunner_free (sr);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
