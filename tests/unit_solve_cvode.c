/* SPDX-License-Identifier: BSD-3-Clause */
/* CVODE: accuracy against published numbers, and that nothing depends on windows. */
#include "solve_check.h"

static const char *const both[] = { "cvode-bdf", "cvode-adams" };

static const double hh_spike[] = { 1.9014205911, 16.8250353293, 31.4763863878 }; /* I = 10, upward crossings of 0 mV */
static const double hh_last = 90.0307268208;

START_TEST (spikes_of_hodgkin_huxley_come_when_they_should)
{
  rig *r = rig_open ("hodgkin_huxley", 1);

  rig_init (r);
  rig_start (r, both[_i], 1e-13, 0);
  rig_run (r, 100, 10);
  ck_assert_uint_eq (r->out.n, 7);
  for (size_t s = 0; s < 3; ++s)
    ck_assert_double_eq_tol (r->out.s[s].t_ms, hh_spike[s], 5e-9);
  ck_assert_double_eq_tol (r->out.s[6].t_ms, hh_last, 1e-8);
  ck_assert_double_eq_tol (r->y[0], -62.17199131, 2e-8);
  ck_assert_double_eq_tol (r->y[1], 0.06952054132, 1e-10);
  ck_assert_double_eq_tol (r->y[2], 0.4581730078, 1e-9);
  ck_assert_double_eq_tol (r->y[3], 0.3917090512, 1e-9);
  rig_close (r);
}
END_TEST

/* The error of the last of seven spikes, after 90 ms of free running, scatters by itself: at a loose tolerance a change of
   the last digit, or of 1 % of the tolerance, makes it anything up to four times its root mean square. So it is that of
   several tolerances close to each other. */
static double
error_at (const char *solver, double tol)
{
  double sum = 0;

  for (int k = -4; k <= 4; ++k)
    {
      rig *r = rig_open ("hodgkin_huxley", 1);
      double d;

      rig_init (r);
      rig_start (r, solver, tol * (1 + 0.02 * k), 0);
      rig_run (r, 100, 100);
      ck_assert_uint_eq (r->out.n, 7);
      d = r->out.s[6].t_ms - hh_last;
      sum += d * d;
      rig_close (r);
    }
  return sqrt (sum / 9);
}

START_TEST (the_error_falls_with_the_tolerance)
{
  double before = 1;

  for (double tol = 1e-4; tol > 1e-13; tol /= 100)
    {
      double d = error_at (both[_i], tol);

      ck_assert_msg (d < before / 3, "tolerance %g: error %g, before %g", tol, d, before);
      before = d;
    }
  ck_assert_double_lt (before, 1e-7);
}
END_TEST

/* Closed forms. The tolerance bounds the error of V; a spike time is as uncertain as the time in which V moves by that much:
   dt = (rtol |V| + atol) / |dV/dt| at the crossing. lif has V and dV/dt of order 1, so there dt is about the tolerance itself. An
   interval has two ends. */
static void
within_ten_tolerances (const char *solver, const char *model, const char *drive, double current, double period, double dt)
{
  for (double tol = 1e-4; tol > 5e-10; tol /= 10)
    {
      rig *r = rig_open (model, 1);

      rig_par (r, drive, current);
      rig_init (r);
      rig_start (r, solver, tol, 0);
      rig_run (r, 5.5 * period, 10);
      ck_assert_uint_ge (r->out.n, 2);
      for (size_t k = 0; k < r->out.n; ++k)
        {
          double interval = r->out.s[k].t_ms - (k > 0 ? r->out.s[k - 1].t_ms : 0), want = period;

          if (k > 0 && r->m->kernel->refractory != NULL)
            want += r->m->kernel->refractory (r->p);
          if (k > 0 && strcmp (model, "iaf_cond_exp") == 0) /* reset to -60 mV, not to rest */
            want = 2 + 250 / 16.6667 * log ((18 - 10) / (18 - 15.0));
          ck_assert_msg (fabs (interval - want) <= (k > 0 ? 2 : 1) * 10 * tol * dt, "%s, tolerance %g: interval %zu is %.12g, not %.12g", model, tol, k,
                         interval, want);
        }
      rig_close (r);
    }
}

START_TEST (spike_times_agree_to_ten_times_the_tolerance)
{
  /* V' = 1 - V / 10 from 0 to 1; dV/dt 0.9 there */
  within_ten_tolerances (both[_i], "lif", "I", 1, 10 * log (10.0 / 9), 1);
  /* tau 15 ms, 300 pA / 16.6667 nS = 18 mV above rest, threshold 15 mV above it, at -55 mV where dV/dt is 0.2 mV/ms */
  within_ten_tolerances (both[_i], "iaf_cond_exp", "I_e", 16.6667 * 18, 250 / 16.6667 * log (18.0 / 3), 56 / 0.2);
}
END_TEST

static void
shower (rig *r, double t_end, uint64_t seed, double mean_ms)
{
  ictus_rng g = ictus_rng_open (seed, ICTUS_RNG_TEST, 0, 0, 0);

  for (double t = mean_ms * ictus_rng_exponential (&g); t <= t_end; t += mean_ms * ictus_rng_exponential (&g))
    {
      int port = ictus_rng_uniform (&g) < 0.2;

      if (r->cfg.grid && r->nev > 0 && ictus_tick_of (t, 0.1) == ictus_tick_of (r->ev[r->nev - 1].t_ms, 0.1))
        continue;
      rig_event (r, r->cfg.grid ? ictus_tick_ms (ictus_tick_of (t, 0.1), 0.1) : t, port, port == 0 ? 12 : 15);
    }
}

static rig *
busy (const char *solver, const char *model, double tol, bool grid, double w, double sample_dt)
{
  rig *r = rig_open (model, 1);

  rig_par (r, "I_e", strcmp (model, "hh_cond_exp_traub") == 0 ? 400 : 700);
  rig_init (r);
  rig_start (r, solver, tol, grid ? 0.1 : 0);
  shower (r, 300, 7, 3);
  r->sample_dt = sample_dt;
  rig_run (r, 292, w);
  return r;
}

static void
same (const rig *a, const rig *b)
{
  ck_assert_uint_eq (a->out.n, b->out.n);
  ck_assert_msg (a->out.n > 2, "%s: %zu spikes", a->cells.model->kernel->name, a->out.n);
  for (size_t k = 0; k < a->out.n; ++k)
    ck_assert_double_eq (a->out.s[k].t_ms, b->out.s[k].t_ms);
  ck_assert_uint_eq (a->ntrace, b->ntrace);
  ck_assert_int_eq (memcmp (a->trace, b->trace, a->ntrace * (size_t) a->cells.model->kernel->nstate * sizeof *a->trace), 0);
  for (int k = 0; k < a->cells.model->kernel->nstate; ++k)
    ck_assert_double_eq (a->y[k], b->y[k]);
  ck_assert_double_eq (a->refr[0], b->refr[0]);
  ck_assert_uint_eq (a->armed[0], b->armed[0]);
}

START_TEST (nothing_depends_on_where_windows_end)
{
  static const char *const model[] = { "hh_cond_exp_traub", "iaf_cond_exp", "aeif_cond_exp" };

  for (size_t m = 0; m < 3; ++m)
    for (int grid = 0; grid < 2; ++grid)
      {
        rig *a = busy (both[_i], model[m], 1e-4, grid, 0.1, 0.5), *b = busy (both[_i], model[m], 1e-4, grid, 7.3, 0.5);

        same (a, b);
        rig_close (a);
        rig_close (b);
      }
}
END_TEST

START_TEST (samples_change_nothing)
{
  rig *a = busy (both[_i], "hh_cond_exp_traub", 1e-4, false, 1, 0), *b = busy (both[_i], "hh_cond_exp_traub", 1e-4, false, 1, 0.1);

  b->ntrace = 0;
  same (a, b);
  rig_close (a);
  rig_close (b);
}
END_TEST

START_TEST (neighbours_change_nothing)
{
  rig *a = rig_open ("hodgkin_huxley", 1), *b = rig_open ("hodgkin_huxley", 3);

  rig_init (a);
  rig_init (b);
  b->y[0] = -60; /* neuron 0 differs, 2 is as the one that is alone */
  rig_start (a, both[_i], 1e-5, 0);
  rig_start (b, both[_i], 1e-5, 0);
  rig_run (a, 50, 1);
  rig_run (b, 50, 1);
  ck_assert_uint_eq (a->out.n, rig_count (b, 2));
  for (size_t k = 0; k < a->out.n; ++k)
    ck_assert_double_eq (a->out.s[k].t_ms, rig_spike (b, 2, k));
  ck_assert_double_ne (rig_spike (b, 0, 0), rig_spike (b, 2, 0));
  rig_close (a);
  rig_close (b);
}
END_TEST

/* Marks at 60 and 120 ms, with the run going on in the same solver, or in a new one that knows the states only. */
START_TEST (after_a_mark_states_are_all_there_is)
{
  rig *r[2];

  for (int k = 0; k < 2; ++k)
    {
      r[k] = rig_open (_i < 2 ? "hh_cond_exp_traub" : "iaf_cond_exp", 1);
      rig_par (r[k], "I_e", _i < 2 ? 200 : 400);
      rig_init (r[k]);
      rig_start (r[k], both[_i % 2], 1e-5, 0);
      shower (r[k], 200, 11, 2);
      r[k]->sample_dt = 0.5;
      for (int mark = 1; mark <= 3; ++mark)
        {
          rig_run (r[k], 60 * mark, k == 0 ? 0.3 : 1.7);
          if (k == 0)
            rig_must (ictus_solver_restart (r[k]->s, r[k]->t_ms));
          else
            {
              ictus_solver_destroy (&r[k]->s);
              rig_must (ictus_solver_create (&r[k]->cfg, &r[k]->cells, r[k]->t_ms, &r[k]->s));
            }
        }
    }
  same (r[0], r[1]);
  rig_close (r[0]);
  rig_close (r[1]);
}
END_TEST

START_TEST (the_traub_neuron_at_minus_60_mV_beats_by_itself)
{
  rig *r = rig_open ("hh_cond_exp_traub", 1);

  rig_init (r);
  rig_start (r, both[_i], 1e-9, 0);
  rig_run (r, 600, 5);
  ck_assert_uint_ge (r->out.n, 8);
  for (size_t k = 4; k < r->out.n; ++k)
    ck_assert_double_eq_tol (r->out.s[k].t_ms - r->out.s[k - 1].t_ms, 72.1769, 1e-4);
  rig_close (r);
}
END_TEST

typedef struct izhikevich
{
  double a, b, c, d, I;
  size_t n;
  double first[3];
} izhikevich;

static const izhikevich izh[] = {
  { 0.02, 0.2, -65, 8, 10, 23, { 3.12705530, 26.22602463, 71.05709733 } },
  { 0.02, 0.2, -55, 4, 10, 34, { 3.12705530, 5.41540713, 9.65007743 } },
  { 0.02, 0.2, -50, 2, 10, 87, { 3.12705530, 4.51587485, 6.03637314 } },
  { 0.1, 0.2, -65, 2, 10, 137, { 3.15289875, 7.44381579, 13.31222440 } },
  { 0.02, 0.25, -65, 2, 10, 78, { 2.46816534, 5.33710388, 8.79827248 } },
  { 0.02, 0.25, -65, 0.05, 2, 52, { 6.55994441, 14.14949325, 23.14539824 } },
  { 0.1, 0.26, -65, 2, 0.6, 35, { 9.69947621, 37.73606476, 66.39854398 } },
};

START_TEST (all_types_of_izhikevich_fire_as_published)
{
  const izhikevich *w = &izh[_i / 2];
  rig *r = rig_open ("izhikevich", 1);

  rig_par (r, "a", w->a);
  rig_par (r, "b", w->b);
  rig_par (r, "c", w->c);
  rig_par (r, "d", w->d);
  rig_par (r, "I_e", w->I);
  rig_init (r);
  rig_start (r, both[_i % 2], 1e-12, 0);
  rig_run (r, 1000, 100);
  ck_assert_uint_eq (r->out.n, w->n);
  for (size_t k = 0; k < 3; ++k)
    ck_assert_double_eq_tol (r->out.s[k].t_ms, w->first[k], 1e-7);
  if (_i < 2)
    ck_assert_double_eq_tol (r->out.s[22].t_ms, 967.30537, 1e-5);
  rig_close (r);
}
END_TEST

typedef struct adex
{
  double C, gL, EL, VT, DT, a, tw, b, Vr, I;
  size_t n, nfirst;
  double first[4];
} adex;

static const adex adx[] = {
  { 281, 30, -70.6, -50.4, 2, 4, 144, 80.5, -70.6, 1000, 17, 3, { 11.7915728, 25.3760603, 41.1962091, 0 } },
  { 200, 10, -70, -50, 2, 2, 30, 0, -58, 500, 51, 2, { 14.2229339, 23.1518256, 0, 0 } },
  { 200, 12, -70, -50, 2, 2, 300, 60, -58, 500, 10, 2, { 14.9040436, 26.1718122, 0, 0 } },
  { 130, 18, -58, -50, 2, 4, 150, 120, -50, 400, 10, 4, { 5.4635087, 8.8826004, 16.2015811, 70.9485132 } },
  { 200, 10, -58, -50, 2, 2, 120, 100, -46, 210, 9, 4, { 16.1579838, 19.0756362, 24.1984302, 155.9559957 } },
  { 200, 12, -70, -50, 2, -10, 300, 0, -58, 300, 36, 2, { 33.5737388, 54.1674517, 0, 0 } },
  { 100, 10, -65, -50, 2, -10, 90, 30, -47, 110, 26, 2, { 57.1796340, 60.3942161, 0, 0 } },
  { 100, 10, -65, -50, 2, 10, 90, 100, -47, 180, 1, 1, { 30.2898639, 0, 0, 0 } },
  { 100, 12, -60, -50, 2, -11, 130, 30, -48, 160, 28, 2, { 15.6445878, 19.0897218, 0, 0 } },
};

static rig *
adex_run (const adex *w, const char *solver, double tol)
{
  rig *r = rig_open ("aeif_cond_exp", 1);

  rig_par (r, "C_m", w->C);
  rig_par (r, "g_L", w->gL);
  rig_par (r, "E_L", w->EL);
  rig_par (r, "V_th", w->VT);
  rig_par (r, "Delta_T", w->DT);
  rig_par (r, "a", w->a);
  rig_par (r, "tau_w", w->tw);
  rig_par (r, "b", w->b);
  rig_par (r, "V_reset", w->Vr);
  rig_par (r, "V_peak", 0);
  rig_par (r, "I_e", w->I);
  rig_init (r);
  rig_start (r, solver, tol, 0);
  rig_run (r, 500, 50);
  return r;
}

START_TEST (all_patterns_of_adex_fire_as_published)
{
  const adex *w = &adx[_i / 2];
  rig *r = adex_run (w, both[_i % 2], 1e-12);

  ck_assert_uint_eq (r->out.n, w->n);
  for (size_t k = 0; k < w->nfirst; ++k)
    ck_assert_double_eq_tol (r->out.s[k].t_ms, w->first[k], 1e-6);
  rig_close (r);
}
END_TEST

START_TEST (a_sharp_upstroke_works_at_loose_tolerances)
{
  for (double tol = 1e-3; tol > 1e-9; tol /= 10)
    {
      rig *r = adex_run (&adx[0], both[_i], tol);

      ck_assert_uint_eq (r->out.n, 17);
      ck_assert_double_eq_tol (r->out.s[0].t_ms, adx[0].first[0], 100 * pow (tol, 0.8));
      rig_close (r);
    }
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("solve: cvode");
  TCase *t = tcase_create ("cvode");
  SRunner *sr;
  int failed;

  tcase_set_timeout (t, 60);
  tcase_add_loop_test (t, spikes_of_hodgkin_huxley_come_when_they_should, 0, 2);
  tcase_add_loop_test (t, the_error_falls_with_the_tolerance, 0, 2);
  tcase_add_loop_test (t, spike_times_agree_to_ten_times_the_tolerance, 0, 2);
  tcase_add_loop_test (t, nothing_depends_on_where_windows_end, 0, 2);
  tcase_add_loop_test (t, samples_change_nothing, 0, 2);
  tcase_add_loop_test (t, neighbours_change_nothing, 0, 2);
  tcase_add_loop_test (t, after_a_mark_states_are_all_there_is, 0, 4);
  tcase_add_loop_test (t, the_traub_neuron_at_minus_60_mV_beats_by_itself, 0, 2);
  tcase_add_loop_test (t, all_types_of_izhikevich_fire_as_published, 0, 2 * sizeof izh / sizeof *izh);
  tcase_add_loop_test (t, all_patterns_of_adex_fire_as_published, 0, 2 * sizeof adx / sizeof *adx);
  tcase_add_loop_test (t, a_sharp_upstroke_works_at_loose_tolerances, 0, 2);
  suite_add_tcase (s, t);
  sr = srunner_create (s);
  srunner_run_all (sr, CK_ENV);
  failed = srunner_ntests_failed (sr);
  srunner_free (sr);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
