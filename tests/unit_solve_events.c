/* SPDX-License-Identifier: BSD-3-Clause */
/* Events, firing, arming, refractoriness and inputs, mostly where the solution is known in closed form. */
#include "solve_check.h"

static const char *const all[] = { "cvode-bdf", "cvode-adams", "rk45", "rosenbrock", "exact", "exp-euler", "rk4", "euler" };
enum { CVODE = 2, ADAPTIVE = 4, ALL = sizeof all / sizeof *all }; /* the first so many are of that kind */

/* V' = I - V/10, threshold 1, reset 0, refractory t_ref with V held; port: V += w */
static rig *
lif (double I, double V_th, double t_ref)
{
  rig *r = rig_open ("lif", 1);

  rig_par (r, "I", I);
  rig_par (r, "V_th", V_th);
  rig_par (r, "t_ref", t_ref);
  rig_init (r);
  r->cfg.atol = 1e-11;
  return r;
}

/* ---- events ------------------------------------------------------------------------------------------------------- */

START_TEST (an_event_acts_at_its_time)
{
  rig *r = lif (0, 100, 0);
  double want = 0;

  rig_start (r, all[_i], 1e-10, 0);
  for (int k = 0; k < 40; ++k)
    {
      double t = 0.9 * k + 0.0123456789 * k * k;

      if (t > 0 && t <= 30)
        rig_event (r, t, 0, 1 + 0.1 * k);
    }
  for (size_t k = 0; k < r->nev; ++k)
    want += r->ev[k].weight * exp (-(30 - r->ev[k].t_ms) / 10);
  rig_run (r, 30, 1.5);
  rig_show (r);
  ck_assert_double_eq_tol (r->y[0], want, 1e-7);
  rig_close (r);
}
END_TEST

START_TEST (events_of_one_time_act_together)
{
  rig *r = lif (0, 1, 0);

  rig_start (r, all[_i], 1e-8, 0);
  rig_event (r, 2.5, 0, 3); /* above the threshold, but not alone */
  rig_event (r, 2.5, 0, -2.5);
  rig_run (r, 5, 1);
  rig_show (r);
  ck_assert_uint_eq (r->out.n, 0);
  ck_assert_double_eq_tol (r->y[0], 0.5 * exp (-0.25), 1e-6);
  rig_close (r);
}
END_TEST

START_TEST (a_jump_over_the_threshold_fires_at_its_time)
{
  rig *r = lif (0, 1, 2);

  rig_start (r, all[_i], 1e-6, 0.1);
  rig_event (r, 3, 0, 1.5);
  rig_event (r, 4, 0, 5); /* refractory: dropped */
  rig_event (r, 5, 0, 0.5); /* refractory till 5, and no longer */
  rig_run (r, 5, 1);
  rig_show (r);
  ck_assert_uint_eq (r->out.n, 1);
  ck_assert_double_eq (r->out.s[0].t_ms, 3);
  ck_assert_double_eq (r->refr[0], 5);
  ck_assert_double_eq (r->y[0], 0.5);
  rig_close (r);
}
END_TEST

START_TEST (an_event_takes_back_what_was_integrated_beyond_it)
{
  rig *r = lif (1, 1, 0); /* fires at 1.05 if nothing happens */

  rig_start (r, all[_i], 1e-8, 0);
  rig_run (r, 1.0, 0.05);
  rig_event (r, 1.05, 0, -0.9);
  rig_run (r, 1.9, 0.05);
  rig_show (r);
  ck_assert_uint_eq (r->out.n, 0);
  ck_assert_double_eq_tol (r->y[0], 10 + (-10 * exp (-0.105) - 0.9) * exp (-0.085), 1e-6);
  rig_close (r);
}
END_TEST

/* ---- firing ------------------------------------------------------------------------------------------------------- */

START_TEST (intervals_are_the_closed_formula)
{
  rig *r = lif (1, 1, 0.7);
  double interval = 10 * log (10.0 / 9);

  rig_start (r, all[_i], 1e-10, 0);
  rig_run (r, 20, 0.9);
  ck_assert_uint_eq (r->out.n, 11);
  for (size_t k = 0; k < r->out.n; ++k)
    ck_assert_double_eq_tol (r->out.s[k].t_ms, interval + (double) k * (interval + 0.7), 1e-7 * (double) (k + 1));
  rig_close (r);
}
END_TEST

START_TEST (on_the_grid_a_crossing_is_reported_at_the_next_tick)
{
  rig *r = lif (1, 1, 0);
  double interval = 10 * log (10.0 / 9);

  rig_start (r, all[_i], 1e-9, 0.1);
  rig_run (r, 10, 1);
  ck_assert_uint_eq (r->out.n, 9);
  for (size_t k = 0; k < r->out.n; ++k)
    {
      double crossing = (double) (k + 1) * interval; /* where it is reset */

      ck_assert_double_eq (r->out.s[k].t_ms, ictus_tick_ms ((ictus_tick) ceil (crossing / 0.1), 0.1));
    }
  rig_close (r);
}
END_TEST

START_TEST (refractoriness_ends_on_the_grid)
{
  rig *r = lif (1, 1, 2);
  double interval = 10 * log (10.0 / 9), t = interval; /* of the crossing */

  rig_start (r, all[_i], 1e-9, 0.1);
  rig_run (r, 20, 1);
  ck_assert_uint_ge (r->out.n, 6);
  for (size_t k = 0; k < r->out.n; ++k)
    {
      ictus_tick tick = _i < ADAPTIVE ? (ictus_tick) ceil (t / 0.1 - 1e-9) : ictus_tick_of (r->out.s[k].t_ms, 0.1);

      ck_assert_double_eq (r->out.s[k].t_ms, ictus_tick_ms (tick, 0.1));
      t = ictus_tick_ms (tick + 20, 0.1) + interval;
      if (_i >= ADAPTIVE && k > 0)
        ck_assert_int_eq (tick - ictus_tick_of (r->out.s[k - 1].t_ms, 0.1), 31); /* 20 held, 11 to the threshold */
    }
  rig_close (r);
}
END_TEST

START_TEST (held_states_stand_still)
{
  rig *r = lif (1, 1, 5);

  rig_start (r, all[_i], 1e-6, 0.1);
  r->sample_dt = 0.1;
  rig_run (r, 6, 1);
  ck_assert_uint_eq (r->out.n, 1);
  ck_assert_double_eq (r->out.s[0].t_ms, 1.1);
  for (size_t k = 10; k < 60; ++k)
    ck_assert_double_eq (r->trace[k], 0);
  rig_close (r);
}
END_TEST

START_TEST (a_neuron_above_the_threshold_fires_in_the_first_step)
{
  rig *r = lif (1, 1, 1);

  r->y[0] = 3;
  rig_start (r, all[_i], 1e-6, 0.1);
  rig_run (r, 1, 1);
  ck_assert_uint_eq (r->out.n, 1);
  ck_assert_double_eq (r->out.s[0].t_ms, 0.1);
  rig_close (r);
}
END_TEST

/* V' = -V, no reset: the threshold 1 is armed only from below. */
static void
decay_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t, (void) p, (void) u;
  f[0] = -y[0];
}

static void
decay_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void) t, (void) y, (void) p, (void) u;
  J[0] = -1;
}

static void
decay_diag (double t, const double *y, const double *p, const double *u, double *f, double *d)
{
  (void) t, (void) p, (void) u;
  f[0] = -y[0];
  d[0] = -1;
}

static double
decay_fire (double t, const double *y, const double *p, const double *u)
{
  (void) t, (void) p, (void) u;
  return y[0] - 1;
}

static void
decay_port (const double *p, double *c)
{
  (void) p;
  c[0] = 1;
}

static const ictus_kernel decay = { .abi = ICTUS_KERNEL_ABI, .nstate = 1, .nport = 1, .name = "decay", .rhs = decay_rhs,
                                    .jac = decay_jac, .diag = decay_diag, .fire = decay_fire, .port = decay_port };

START_TEST (only_what_was_below_the_threshold_can_fire_again)
{
  rig *r = rig_kernel (&decay, 1);

  rig_start (r, all[_i], 1e-6, 0.1);
  rig_event (r, 1.0, 0, 2);    /* 2: fires */
  rig_event (r, 1.1, 0, 1);    /* 2.8: still above */
  rig_event (r, 1.3, 0, -3);   /* below: armed */
  rig_event (r, 1.4, 0, 3);    /* fires */
  rig_run (r, 4, 0.5);         /* falls below by itself: armed */
  rig_event (r, 4.1, 0, 2);    /* fires */
  rig_run (r, 6, 0.5);
  ck_assert_uint_eq (r->out.n, 3);
  ck_assert_double_eq (r->out.s[0].t_ms, 1.0);
  ck_assert_double_eq (r->out.s[1].t_ms, 1.4);
  ck_assert_double_eq (r->out.s[2].t_ms, 4.1);
  rig_close (r);
}
END_TEST

/* V'' = -V from 0, counted where V rises through 1/2; no reset. p[0]: refractory */
static void
wave_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t, (void) p, (void) u;
  f[0] = y[1];
  f[1] = -y[0];
}

static void
wave_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void) t, (void) y, (void) p, (void) u;
  J[0] = J[3] = 0;
  J[1] = -1;
  J[2] = 1;
}

static double
wave_fire (double t, const double *y, const double *p, const double *u)
{
  (void) t, (void) p, (void) u;
  return y[0] - 0.5;
}

static double
wave_refractory (const double *p)
{
  return p[0];
}

static const ictus_kernel wave = { .abi = ICTUS_KERNEL_ABI, .nstate = 2, .npar = 1, .nslot = 1, .name = "wave", .rhs = wave_rhs,
                                   .jac = wave_jac, .fire = wave_fire, .refractory = wave_refractory };

START_TEST (without_a_reset_every_rise_is_counted_once)
{
  rig *r = rig_kernel (&wave, 1);

  r->y[1] = 1;
  rig_start (r, all[_i], 1e-9, 0);
  rig_run (r, 60, 0.7);
  ck_assert_uint_eq (r->out.n, 10);
  for (size_t k = 0; k < r->out.n; ++k)
    ck_assert_double_eq_tol (r->out.s[k].t_ms, acos (-1) / 6 + 2 * acos (-1) * (double) k, 1e-5);
  rig_close (r);
}
END_TEST

START_TEST (a_rise_during_refractoriness_counts_at_its_end_if_it_lasts)
{
  for (int k = 0; k < 2; ++k)
    {
      rig *r = rig_kernel (&wave, 1);
      double pi = acos (-1);

      r->y[1] = 1;
      r->p[0] = k == 0 ? 8 : 10; /* ends while V is above, or below */
      rig_start (r, all[_i], 1e-9, 0);
      rig_run (r, 14, 0.7);
      ck_assert_uint_eq (r->out.n, 2);
      ck_assert_double_eq_tol (r->out.s[0].t_ms, pi / 6, 1e-6);
      ck_assert_double_eq_tol (r->out.s[1].t_ms, k == 0 ? pi / 6 + 8 : pi / 6 + 4 * pi, 1e-5);
      rig_close (r);
    }
}
END_TEST

/* ---- inputs ------------------------------------------------------------------------------------------------------- */

static void
steps_eval (const void *ctx, size_t i, double seg, double t, double *u)
{
  (void) ctx, (void) i, (void) t;
  u[0] = seg < 2.35 ? 0 : seg < 6.05 ? 1.5 : -0.5;
}

static double
steps_next (const void *ctx, size_t i, double t)
{
  (void) ctx, (void) i;
  return t < 2.35 ? 2.35 : t < 6.05 ? 6.05 : (double) INFINITY;
}

static void
sine_eval (const void *ctx, size_t i, double seg, double t, double *u)
{
  (void) ctx, (void) i, (void) seg;
  u[0] = sin (t);
}

static double
sine_next (const void *ctx, size_t i, double t)
{
  (void) ctx, (void) i, (void) t;
  return (double) INFINITY;
}

START_TEST (inputs_that_jump_act_at_their_time)
{
  static const ictus_drive drive = { steps_eval, steps_next, false, NULL };
  static const double tol[] = { 1e-8, 1e-8, 1e-8, 1e-8, 0.08, 0.08, 0.08, 0.08 }; /* the others see them at the next step */
  rig *r = lif (0, 100, 0);
  double v1 = 15 * (1 - exp (-0.37)), want = -5 + (v1 + 5) * exp (-(9 - 6.05) / 10);

  r->cells.drive = &drive;
  rig_start (r, all[_i], 1e-10, _i < ADAPTIVE ? 0 : 0.1);
  rig_run (r, 9, 0.5);
  rig_show (r);
  ck_assert_double_eq_tol (r->y[0], want, tol[_i]);
  rig_close (r);
}
END_TEST

static void
clock_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t, (void) p;
  f[0] = (u[0] - y[0]) / 10;
}

static void
clock_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void) t, (void) y, (void) p, (void) u;
  J[0] = -0.1;
}

static double
clock_fire (double t, const double *y, const double *p, const double *u)
{
  (void) y, (void) p, (void) u;
  return t - 6.05;
}

static void
clock_reset (double t, double *y, const double *p, const double *u)
{
  (void) t, (void) p, (void) u;
  y[0] = 0;
}

START_TEST (a_neuron_may_fire_at_the_very_time_an_input_jumps)
{
  static const ictus_drive drive = { steps_eval, steps_next, false, NULL };
  static const ictus_kernel clock
      = { .abi = ICTUS_KERNEL_ABI, .nstate = 1, .ninput = 1, .name = "clock", .rhs = clock_rhs, .jac = clock_jac,
          .fire = clock_fire, .reset = clock_reset };
  rig *r = rig_kernel (&clock, 1);

  r->cells.drive = &drive;
  rig_start (r, all[_i], 1e-10, 0);
  rig_run (r, 9, 0.5);
  rig_show (r);
  ck_assert_uint_eq (r->out.n, 1);
  ck_assert_double_eq (r->out.s[0].t_ms, 6.05);
  ck_assert_double_eq_tol (r->y[0], -0.5 * (1 - exp (-0.295)), 1e-8);
  rig_close (r);
}
END_TEST

static void
jump_eval (const void *ctx, size_t i, double seg, double t, double *u)
{
  (void) i, (void) t;
  u[0] = seg < *(const double *) ctx ? 0 : 1;
}

static double
jump_next (const void *ctx, size_t i, double t)
{
  double at = *(const double *) ctx;

  (void) i;
  return t < at ? at : (double) INFINITY;
}

/* also where 0.1 more than the tick before is, rounded, not the tick: 20.1 + 0.1 > 20.2 */
START_TEST (an_input_that_jumps_at_a_tick_is_not_seen_by_the_step_before)
{
  double at;
  const ictus_drive drive = { jump_eval, jump_next, false, &at };

  for (int k = 1; k <= 30; ++k)
    {
      rig *r = lif (0, 100, 0);
      double want;

      at = ictus_tick_ms (10 * k + 2, 0.1);
      want = 10 * (1 - exp (-(31 - at) / 10));
      r->cells.drive = &drive;
      rig_start (r, "rk4", 0, 0.1);
      rig_run (r, 31, 1);
      ck_assert_double_eq_tol (r->y[0], want, 1e-6);
      rig_close (r);
    }
}
END_TEST

START_TEST (inputs_that_vary_are_followed)
{
  static const ictus_drive drive = { sine_eval, sine_next, true, NULL };
  static const double tol[] = { 1e-8, 1e-8, 1e-8, 1e-8, 6e-3, 6e-3, 1e-7, 6e-3 };
  rig *r = lif (0, 100, 0);
  double want = (0.1 * sin (9) - cos (9) + exp (-0.9)) / 1.01;

  r->cells.drive = &drive;
  rig_start (r, all[_i], 1e-10, _i < ADAPTIVE ? 0 : 0.01);
  rig_run (r, 9, 0.5);
  rig_show (r);
  ck_assert_double_eq_tol (r->y[0], want, tol[_i]);
  rig_close (r);
}
END_TEST

/* ---- trouble ------------------------------------------------------------------------------------------------------ */

static void
burst_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t, (void) p, (void) u;
  f[0] = y[0] * y[0];
}

static void
burst_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void) t, (void) p, (void) u;
  J[0] = 2 * y[0];
}

START_TEST (a_failing_neuron_is_named_with_the_words_of_cvode)
{
  static const ictus_kernel burst = { .abi = ICTUS_KERNEL_ABI, .nstate = 1, .name = "burst", .rhs = burst_rhs, .jac = burst_jac };
  rig *r = rig_kernel (&burst, 2);

  r->y[1] = 1; /* infinite at 1 ms; neuron 0 stays at 0 */
  rig_start (r, all[_i], 1e-6, 0);
  ck_assert_int_eq (rig_window (r, 0.5), ICTUS_OK);
  ck_assert_int_eq (rig_window (r, 2), ICTUS_E_SOLVER);
  ck_assert_msg (strstr (ictus_err_last (), "neuron 11 at ") != NULL && strstr (ictus_err_last (), " ms: CVODE: ") != NULL, "%s",
                 ictus_err_last ());
  rig_close (r);
}
END_TEST

START_TEST (windows_allocate_nothing_after_the_first)
{
  rig *r = lif (1, 1, 0.5);
  size_t calls;

  rig_start (r, all[_i], 1e-4, 0.1);
  for (int k = 1; k < 90; ++k)
    rig_event (r, k, 0, 0.1);
  rig_run (r, 50, 1);
  calls = ictus_mem_calls ();
  r->out.n = 0;
  rig_run (r, 80, 1);
  ck_assert_uint_gt (r->out.n, 5);
  ck_assert_uint_eq (ictus_mem_calls (), calls);
  rig_close (r);
}
END_TEST

START_TEST (work_is_counted_by_neuron)
{
  rig *r = rig_open ("hodgkin_huxley", 2);
  ictus_solver_stats st;
  const uint64_t *work;

  rig_init (r);
  rig_start (r, all[_i], 1e-4, 0);
  rig_run (r, 20, 1);
  work = ictus_solver_work (r->s);
  ictus_solver_get_stats (r->s, &st);
  ck_assert_ptr_nonnull (work);
  ck_assert_uint_gt (work[0], 50);
  ck_assert_uint_eq (work[0], work[1]);
  ck_assert_uint_eq (st.rhs, work[0] + work[1]);
  ck_assert_uint_gt (st.steps, 50);
  ck_assert_uint_eq (st.roots, r->out.n);
  ck_assert_uint_eq (st.restarts, 2);
  rig_close (r);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("solve: events");
  TCase *t = tcase_create ("events");
  SRunner *sr;
  int failed;

  tcase_set_timeout (t, 30);
  tcase_add_loop_test (t, an_event_acts_at_its_time, 0, ADAPTIVE);
  tcase_add_loop_test (t, events_of_one_time_act_together, 0, ADAPTIVE);
  tcase_add_loop_test (t, a_jump_over_the_threshold_fires_at_its_time, 0, ALL);
  tcase_add_loop_test (t, an_event_takes_back_what_was_integrated_beyond_it, 0, ADAPTIVE);
  tcase_add_loop_test (t, intervals_are_the_closed_formula, 0, ADAPTIVE);
  tcase_add_loop_test (t, on_the_grid_a_crossing_is_reported_at_the_next_tick, 0, ADAPTIVE);
  tcase_add_loop_test (t, refractoriness_ends_on_the_grid, 0, ALL);
  tcase_add_loop_test (t, held_states_stand_still, 0, ALL);
  tcase_add_loop_test (t, a_neuron_above_the_threshold_fires_in_the_first_step, 0, ALL);
  tcase_add_loop_test (t, only_what_was_below_the_threshold_can_fire_again, 0, ALL);
  tcase_add_loop_test (t, without_a_reset_every_rise_is_counted_once, 0, ADAPTIVE);
  tcase_add_loop_test (t, a_rise_during_refractoriness_counts_at_its_end_if_it_lasts, 0, ADAPTIVE);
  tcase_add_loop_test (t, inputs_that_jump_act_at_their_time, 0, ALL);
  tcase_add_loop_test (t, a_neuron_may_fire_at_the_very_time_an_input_jumps, 0, ADAPTIVE);
  tcase_add_loop_test (t, inputs_that_vary_are_followed, 0, ALL);
  tcase_add_test (t, an_input_that_jumps_at_a_tick_is_not_seen_by_the_step_before);
  tcase_add_loop_test (t, a_failing_neuron_is_named_with_the_words_of_cvode, 0, CVODE);
  tcase_add_loop_test (t, windows_allocate_nothing_after_the_first, 0, ALL);
  tcase_add_loop_test (t, work_is_counted_by_neuron, 0, ADAPTIVE);
  suite_add_tcase (s, t);
  sr = srunner_create (s);
  srunner_run_all (sr, CK_ENV);
  failed = srunner_ntests_failed (sr);
  srunner_free (sr);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
