/* SPDX-License-Identifier: BSD-3-Clause */
/* auto: what it chooses, that it is then the same as what it chose, and that nothing else decides. */
#include "solve_check.h"

static const char *
choice (const ictus_model *m, const double *p, double tol, bool grid, char *why)
{
  ictus_solver_config c = { .name = "auto", .rtol = tol, .atol = tol, .grid = grid, .h_ms = 0.1, .dt_ms = 0.1 };
  const char *name;

  rig_must (ictus_solver_choose (&c, m, p, &name, why));
  return name;
}

static const char *
choice_of (const char *model, double tol, bool grid, char *why)
{
  ictus_model *m;
  const char *name;

  rig_must (ictus_model_open (model, NULL, NULL, &m));
  name = choice (m, NULL, tol, grid, why);
  ictus_model_close (&m);
  return name;
}

START_TEST (what_is_not_stiff_gets_rk45)
{
  static const char *const model[] = { "hodgkin_huxley", "fitzhugh_nagumo", "izhikevich", "aeif_cond_exp", "morris_lecar" };
  char why[256];

  for (size_t k = 0; k < 5; ++k)
    for (int grid = 0; grid < 2; ++grid)
      {
        ck_assert_str_eq (choice_of (model[k], 1e-4, grid, why), "rk45");
        ck_assert_msg (strstr (why, "rk45 took ") != NULL && strstr (why, "rosenbrock ") != NULL, "%s", why);
      }
}
END_TEST

START_TEST (a_linear_model_on_the_grid_gets_exact)
{
  char why[256];

  ck_assert_str_eq (choice_of ("iaf_psc_exp", 1e-4, true, why), "exact");
  ck_assert_str_eq (why, "the model is linear and timing is on the grid");
  ck_assert_str_ne (choice_of ("iaf_psc_exp", 1e-4, false, why), "exact");
}
END_TEST

/* ---- by hand: van der Pol's oscillator, parameter mu; and equations that end -------------------------------------- */

static void
vdp_init (const double *p, double *y)
{
  (void) p;
  y[0] = 2;
  y[1] = 0;
}

static void
vdp_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t;
  (void) u;
  f[0] = y[1];
  f[1] = p[0] * (1 - y[0] * y[0]) * y[1] - y[0];
}

static void
vdp_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void) t;
  (void) u;
  J[0] = 0;
  J[1] = -2 * p[0] * y[0] * y[1] - 1;
  J[2] = 1;
  J[3] = p[0] * (1 - y[0] * y[0]);
}

static void
no_port (const double *p, double *c)
{
  (void) p;
  (void) c;
}

static const ictus_kernel vdp = { .abi = ICTUS_KERNEL_ABI, .nstate = 2, .npar = 1, .nslot = 1, .name = "vdp", .init = vdp_init,
                                  .rhs = vdp_rhs, .jac = vdp_jac, .port = no_port };

START_TEST (parameters_decide)
{
  const ictus_model m = { .kernel = &vdp };
  double mu = 1;
  char why[256];

  ck_assert_str_eq (choice (&m, &mu, 1e-4, false, why), "rk45");
  mu = 1000;
  ck_assert_str_eq (choice (&m, &mu, 1e-4, false, why), "rosenbrock");
  ck_assert_msg (strstr (why, "rk45 more than 20 times the work") != NULL, "%s", why);
}
END_TEST

static void
burst_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t;
  (void) p;
  (void) u;
  f[0] = y[0] * y[0];
  f[1] = 0;
}

static void
burst_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void) t;
  (void) p;
  (void) u;
  memset (J, 0, 4 * sizeof *J);
  J[0] = 2 * y[0];
}

static const ictus_kernel burst = { .abi = ICTUS_KERNEL_ABI, .nstate = 2, .npar = 1, .nslot = 1, .name = "burst", .init = vdp_init,
                                    .rhs = burst_rhs, .jac = burst_jac, .port = no_port };

START_TEST (a_trial_that_fails_is_no_failure)
{
  const ictus_model m = { .kernel = &burst };
  double p = 0;
  char why[256];

  ck_assert_str_eq (choice (&m, &p, 1e-4, false, why), "rk45");
  ck_assert_msg (strstr (why, "neither") != NULL, "%s", why);
}
END_TEST

/* The neurons here have other parameters than neuron 0 of the population, as on any one rank. */
START_TEST (neuron_0_decides_wherever_it_lives)
{
  const double stiff = 1000;
  double y[3][2];

  for (int k = 0; k < 3; ++k)
    {
      rig *r = rig_kernel (&vdp, 1);

      r->p[0] = 5;
      r->cells.p0 = k == 0 ? &stiff : r->p;
      vdp_init (r->p, r->y);
      rig_start (r, k < 2 ? "auto" : "rosenbrock", 1e-5, 0);
      rig_run (r, 10, 1);
      rig_must (ictus_solver_restart (r->s, 10));
      memcpy (y[k], r->y, sizeof y[k]);
      rig_close (r);
    }
  ck_assert_int_eq (memcmp (y[0], y[2], sizeof y[0]), 0);
  ck_assert_int_ne (memcmp (y[1], y[2], sizeof y[1]), 0);
}
END_TEST

START_TEST (auto_is_what_it_chose)
{
  static const char *const name[2][2] = { { "auto", "rk45" }, { "auto", "exact" } };

  for (int m = 0; m < 2; ++m)
    {
      rig *r[2];
      ictus_solver_stats s[2];

      for (int k = 0; k < 2; ++k)
        {
          r[k] = rig_open (m == 0 ? "hodgkin_huxley" : "iaf_psc_exp", 9);
          if (m == 1)
            rig_par (r[k], "I_e", 500);
          rig_init (r[k]);
          rig_start (r[k], name[m][k], 1e-5, 0.1);
          rig_run (r[k], 100, 1);
          rig_must (ictus_solver_restart (r[k]->s, 100));
          ictus_solver_get_stats (r[k]->s, &s[k]);
        }
      ck_assert_uint_gt (r[0]->out.n, 9);
      ck_assert_uint_eq (r[0]->out.n, r[1]->out.n);
      ck_assert_int_eq (memcmp (r[0]->out.s, r[1]->out.s, r[0]->out.n * sizeof *r[0]->out.s), 0);
      ck_assert_int_eq (memcmp (r[0]->y, r[1]->y, 9 * (size_t) r[0]->m->kernel->nstate * sizeof *r[0]->y), 0);
      ck_assert_int_eq (memcmp (&s[0], &s[1], sizeof s[0]), 0);
      ck_assert_int_eq (ictus_solver_work (r[0]->s) == NULL, ictus_solver_work (r[1]->s) == NULL);
      rig_close (r[0]);
      rig_close (r[1]);
    }
}
END_TEST

START_TEST (refusals_are_told)
{
  ictus_solver_config c = { .name = "auto", .rtol = 0, .atol = 1e-4 };
  ictus_model *m;
  const char *name;
  char why[256];

  rig_must (ictus_model_open ("lif", NULL, NULL, &m));
  ck_assert_int_eq (ictus_solver_choose (&c, m, NULL, &name, why), ICTUS_E_INPUT);
  ck_assert_ptr_nonnull (strstr (ictus_err_last (), "solver auto cannot serve model lif: its tolerances must be positive"));
  c.name = "cvode-bdf";
  c.rtol = 1e-4;
  rig_must (ictus_solver_choose (&c, m, NULL, &name, why));
  ck_assert_str_eq (name, "cvode-bdf");
  ck_assert_str_eq (why, "");
  ictus_model_close (&m);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("solve: auto");
  TCase *t = tcase_create ("auto");
  SRunner *sr;
  int failed;

  tcase_set_timeout (t, 60);
  tcase_add_test (t, what_is_not_stiff_gets_rk45);
  tcase_add_test (t, a_linear_model_on_the_grid_gets_exact);
  tcase_add_test (t, parameters_decide);
  tcase_add_test (t, a_trial_that_fails_is_no_failure);
  tcase_add_test (t, neuron_0_decides_wherever_it_lives);
  tcase_add_test (t, auto_is_what_it_chose);
  tcase_add_test (t, refusals_are_told);
  suite_add_tcase (s, t);
  sr = srunner_create (s);
  srunner_run_all (sr, CK_ENV);
  failed = srunner_ntests_failed (sr);
  srunner_free (sr);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
