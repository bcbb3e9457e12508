/* SPDX-License-Identifier: BSD-3-Clause */
/* The matrix exponential: closed formulas, CVODE at a tight tolerance, and that neighbours change nothing. */
#include "solve_check.h"

static rig *
microcircuit (size_t n)
{
  rig *r = rig_open ("iaf_psc_exp", n);

  rig_par (r, "tau_syn_ex", 0.5);
  rig_par (r, "tau_syn_in", 0.5);
  rig_par (r, "E_L", -65);
  rig_par (r, "V_th", -50);
  rig_par (r, "V_reset", -65);
  rig_init (r);
  return r;
}

START_TEST (one_event_gives_the_known_psp)
{
  rig *r = microcircuit (1);
  double most = -1e9, at = 0;
  size_t ns = (size_t) r->cells.model->kernel->nstate;

  rig_start (r, "exact", 1e-6, 0.001);
  rig_event (r, 0.5, 0, 1);
  r->sample_dt = 0.001;
  rig_run (r, 4, 1);
  for (size_t k = 0; k < r->ntrace; ++k)
    if (r->trace[k * ns] > most)
      {
        most = r->trace[k * ns];
        at = (double) (k + 1) * 0.001;
      }
  ck_assert_double_eq_tol (most + 65, 1.70826e-3, 5e-9);
  ck_assert_double_eq_tol (at - 0.5, 1.577, 1e-3);
  rig_close (r);
}
END_TEST

START_TEST (it_agrees_with_cvode_at_a_tight_tolerance)
{
  rig *r[2];

  for (int k = 0; k < 2; ++k)
    {
      ictus_rng g = ictus_rng_open (3, ICTUS_RNG_TEST, 0, 0, 0);

      r[k] = microcircuit (1);
      rig_par (r[k], "I_e", 200);
      r[k]->cfg.atol = 1e-13;
      rig_start (r[k], k == 0 ? "exact" : "cvode-bdf", 1e-12, 0.1);
      for (int e = 1; e < 200; ++e)
        rig_event (r[k], ictus_tick_ms (e * 3, 0.1), e % 4 == 0, (e % 4 == 0 ? -200 : 90) * ictus_rng_uniform (&g));
      r[k]->sample_dt = 0.5;
      rig_run (r[k], 60, 1.5);
      ck_assert_uint_eq (r[k]->out.n, 0);
    }
  ck_assert_uint_eq (r[0]->ntrace, 120);
  ck_assert_uint_eq (r[1]->ntrace, 120);
  for (size_t k = 0; k < 3 * r[0]->ntrace; ++k)
    ck_assert_double_eq_tol (r[0]->trace[k], r[1]->trace[k], 2e-8);
  rig_close (r[0]);
  rig_close (r[1]);
}
END_TEST

START_TEST (the_propagator_keeps_all_digits)
{
  rig *r = microcircuit (1);

  rig_start (r, "exact", 1e-6, 0.1);
  r->y[0] = -60;
  r->y[1] = 100;
  rig_run (r, 5, 1);
  ck_assert_double_eq_tol (r->y[1], 100 * exp (-10), 1e-16);
  ck_assert_double_eq_tol (r->y[0], -65 + 5 * exp (-0.5) + 100.0 / 250 * (exp (-0.5) - exp (-10)) / (1 / 0.5 - 1 / 10.0), 1e-12);
  rig_close (r);
}
END_TEST

START_TEST (a_constant_current_fires_at_the_ticks_of_the_formula)
{
  rig *r = microcircuit (1);
  double rise = -10 * log (1 - 15 / (600 * 10 / 250.0)); /* to the threshold, ms */
  ictus_tick k = (ictus_tick) ceil (rise / 0.1), want = k;

  rig_par (r, "I_e", 600);
  rig_start (r, "exact", 1e-6, 0.1);
  rig_event (r, ictus_tick_ms (k + 5, 0.1), 0, 1e-12); /* input during refractoriness changes nothing */
  rig_run (r, 100, 1.5);
  ck_assert_uint_eq (r->out.n, (size_t) (1 + (1000 - k) / (k + 20)));
  for (size_t s = 0; s < r->out.n; ++s, want += 20 + k)
    ck_assert_double_eq (r->out.s[s].t_ms, ictus_tick_ms (want, 0.1));
  rig_close (r);
}
END_TEST

START_TEST (currents_go_on_while_the_potential_is_held)
{
  rig *r = microcircuit (1);

  rig_start (r, "exact", 1e-6, 0.1);
  r->y[0] = -40; /* fires in the first step, held till 2.1 ms */
  rig_event (r, 1, 0, 50);
  rig_run (r, 2.1, 0.1);
  ck_assert_uint_eq (r->out.n, 1);
  ck_assert_double_eq (r->refr[0], 2.1);
  ck_assert_double_eq (r->y[0], -65);
  ck_assert_double_eq_tol (r->y[1], 50 * exp (-1.1 / 0.5), 1e-12);
  rig_run (r, 2.2, 0.1);
  ck_assert_double_gt (r->y[0], -65);
  rig_close (r);
}
END_TEST

/* X follows V, also while V is held after a spike. */
START_TEST (a_state_that_depends_on_a_held_one_goes_on)
{
  static const char text[] = "par t_ref=5\n"
                             "V' = -V/10\n"
                             "X' = (V - X)/5\n"
                             "port a: V += w\n"
                             "port b: X += w\n"
                             "spike V >= 2\n"
                             "reset V = 1\n"
                             "refractory t_ref hold V\n"
                             "done\n";
  double x = 6 * (exp (-0.01) - exp (-0.02)), v = exp (-0.01);
  ictus_model *m;
  rig *r;

  rig_must (ictus_model_open ("follows.ode", NULL, text, &m));
  r = rig_make (m, 1);
  r->m = m;
  ictus_model_defaults (m, r->p);
  rig_init (r);
  rig_start (r, "exact", 1e-6, 0.1);
  r->y[0] = 3; /* fires in the first step, held till 5.1 ms */
  rig_event (r, 2.1, 0, 7); /* dropped */
  rig_event (r, 3.1, 1, 0.5);
  rig_run (r, 5.1, 0.3);
  ck_assert_uint_eq (r->out.n, 1);
  ck_assert_double_eq (r->refr[0], 5.1);
  ck_assert_double_eq (r->y[0], 1);
  x = 1 + (x - 1) * exp (-1) + 0.5 * exp (-0.4);
  ck_assert_double_eq_tol (r->y[1], x, 1e-13);
  rig_run (r, 5.2, 0.1);
  ck_assert_double_eq_tol (r->y[0], v, 1e-14);
  ck_assert_double_eq_tol (r->y[1], x * exp (-0.02) + 2 * (v - exp (-0.02)), 1e-13);
  rig_close (r);
}
END_TEST

/* The same neuron alone, among equals, among others that share its matrix or not. */
START_TEST (neighbours_change_nothing)
{
  rig *r[4];
  double *p[4] = { NULL };

  for (int k = 0; k < 4; ++k)
    {
      size_t n = k == 0 ? 1 : 300, ns;

      r[k] = microcircuit (n);
      ns = (size_t) r[k]->cells.model->kernel->nslot;
      rig_par (r[k], "I_e", 500);
      if (k >= 2)
        {
          p[k] = ictus_alloc (n * ns, sizeof (double));
          for (size_t i = 0; i < n; ++i)
            {
              memcpy (p[k] + i * ns, r[k]->p, ns * sizeof (double));
              if (i % 2 == 1)
                p[k][i * ns + (size_t) ictus_lang_find (r[k]->m->lang, ICTUS_LANG_PAR, k == 2 ? "I_e" : "tau_m")] = k == 2 ? 300 : 8;
              r[k]->cells.model->kernel->prepare (p[k] + i * ns);
            }
          r[k]->cells.p = p[k];
          r[k]->cells.p_stride = ns;
        }
      rig_start (r[k], "exact", 1e-6, 0.1);
      rig_event (r[k], 5, 0, 70);
      rig_event (r[k], 9.3, 1, -30);
      rig_run (r[k], 60, 1.5);
    }
  ck_assert_uint_ge (rig_count (r[0], 0), 2);
  for (int k = 1; k < 4; ++k)
    {
      ck_assert_uint_eq (rig_count (r[k], 0), rig_count (r[0], 0));
      for (size_t s = 0; s < rig_count (r[0], 0); ++s)
        ck_assert_double_eq (rig_spike (r[k], 0, s), rig_spike (r[0], 0, s));
      for (size_t s = 0; s < 3; ++s)
        ck_assert_double_eq (r[k]->y[s * r[k]->n], r[0]->y[s]);
      rig_close (r[k]);
      ictus_free (p[k]);
    }
  rig_close (r[0]);
}
END_TEST

START_TEST (windows_and_restarts_change_nothing)
{
  rig *a = microcircuit (3), *b = microcircuit (3);

  rig_par (a, "I_e", 500);
  rig_par (b, "I_e", 500);
  rig_start (a, "exact", 1e-6, 0.1);
  rig_start (b, "exact", 1e-6, 0.1);
  for (int k = 1; k < 50; ++k)
    {
      rig_event (a, k, 0, 30);
      rig_event (b, k, 0, 30);
    }
  rig_run (a, 50, 0.1);
  rig_run (b, 25, 2.5);
  rig_must (ictus_solver_restart (b->s, 25));
  rig_run (b, 50, 2.5);
  ck_assert_uint_eq (a->out.n, b->out.n);
  for (size_t k = 0; k < rig_count (a, 0); ++k)
    ck_assert_double_eq (rig_spike (a, 0, k), rig_spike (b, 0, k));
  ck_assert_int_eq (memcmp (a->y, b->y, 9 * sizeof *a->y), 0);
  rig_close (a);
  rig_close (b);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("solve: exact");
  TCase *t = tcase_create ("exact");
  SRunner *sr;
  int failed;

  tcase_add_test (t, one_event_gives_the_known_psp);
  tcase_add_test (t, it_agrees_with_cvode_at_a_tight_tolerance);
  tcase_add_test (t, the_propagator_keeps_all_digits);
  tcase_add_test (t, a_constant_current_fires_at_the_ticks_of_the_formula);
  tcase_add_test (t, currents_go_on_while_the_potential_is_held);
  tcase_add_test (t, a_state_that_depends_on_a_held_one_goes_on);
  tcase_add_test (t, neighbours_change_nothing);
  tcase_add_test (t, windows_and_restarts_change_nothing);
  suite_add_tcase (s, t);
  sr = srunner_create (s);
  srunner_run_all (sr, CK_ENV);
  failed = srunner_ntests_failed (sr);
  srunner_free (sr);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
