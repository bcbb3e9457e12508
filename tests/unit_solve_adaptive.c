/* SPDX-License-Identifier: BSD-3-Clause */
/* Adaptive solvers in lanes: accuracy against CVODE on every shipped model, and that a neuron's numbers
   depend neither on its neighbours nor on windows. Events and restart marks: unit_solve_events.c,
   unit_solve_restart.c. */
#include "solve_check.h"

static const char *const solver[] = { "rk45", "rosenbrock" };
static const double loose[] = { 1, 10 }; /* Rodas5P takes longer steps at the same tolerance */

enum
{
  NSOLVER = sizeof solver / sizeof *solver
};

/* ---- accuracy --------------------------------------------------------------------------------- */

/* What makes a shipped model move, and how far a solver of tolerance tol may be from the truth: spike times
   by times * tol [ms], states at samples by states * tol * (|y| + 1). The factors are those of the model, not
   of the solver: a neuron that fires by itself is as late as it was before and a bit more, and at the
   upstroke of a spike a state moves by times dV/dt. */
static const struct
{
  const char *model, *par;
  double value, weight; /* of events at port 0, and half at port 1, every 7 ms */
  double times, states;
} cases[] = {
  { "aeif_cond_exp", "I_e", 700, 3, 200, 80 },
  { "fitzhugh_nagumo", "I", 0.5, 0.1, 200, 200 },
  { "hh_cond_exp_traub", "I_e", 200, 6, 600, 40000 },
  { "hh_psc_alpha", "I_e", 650, 30, 150, 4000 },
  { "hodgkin_huxley", "I", 10, 0.5, 1200, 25000 },
  { "iaf_cond_exp", "I_e", 400, 3, 20, 8 },
  { "iaf_psc_alpha", "I_e", 500, 30, 100, 4 },
  { "iaf_psc_delta", "I_e", 500, 1, 100, 8000 },
  { "iaf_psc_exp", "I_e", 500, 30, 40, 3 },
  { "izhikevich", "I_e", 10, 1, 800, 12000 },
  { "lif", "I", 1.5, 0.1, 80, 15000 },
  { "morris_lecar", "I", 100, 1, 250, 600 },
  { "two_neurons", NULL, 0, 0, 0, 40 },
  { "wilson_cowan", NULL, 0, 0, 0, 60 },
};

enum
{
  NCASE = sizeof cases / sizeof *cases
};

static rig *
run_case (int which, const char *name, double tol)
{
  rig *r = rig_open (cases[which].model, 1);
  int nport = r->m->kernel->nport;

  if (cases[which].par != NULL)
    rig_par (r, cases[which].par, cases[which].value);
  rig_init (r);
  for (int k = 1; k < 14 && cases[which].weight > 0; ++k)
    for (int port = 0; port < nport; ++port)
      rig_event (r, 7 * k + 0.1234 * port, port, cases[which].weight / (1 + port));
  r->sample_dt = 0.5;
  rig_start (r, name, tol, 0);
  rig_run (r, 100, 1.7);
  return r;
}

START_TEST (every_shipped_model_agrees_with_cvode)
{
  int which = _i / NSOLVER;
  rig *want = run_case (which, "cvode-bdf", 1e-12);
  size_t ns = (size_t) want->m->kernel->nstate;

  for (double tol = 1e-4; tol > 5e-9; tol /= 100)
    {
      rig *r = run_case (which, solver[_i % NSOLVER], tol);
      double times = 0, states = 0, limit = tol * loose[_i % NSOLVER];

      ck_assert_msg (r->out.n == want->out.n, "%s: %zu spikes, not %zu", cases[which].model, r->out.n,
                     want->out.n);
      for (size_t k = 0; k < r->out.n; ++k)
        times = fmax (times, fabs (r->out.s[k].t_ms - want->out.s[k].t_ms));
      ck_assert_uint_eq (r->ntrace, want->ntrace);
      for (size_t k = 0; k < r->ntrace * ns; ++k)
        states = fmax (states, fabs (r->trace[k] - want->trace[k]) / (fabs (want->trace[k]) + 1));
      ck_assert_msg (times <= limit * cases[which].times && states <= limit * cases[which].states,
                     "%s by %s, tolerance %g: spikes %g ms off, states %g", cases[which].model,
                     solver[_i % NSOLVER], tol, times, states);
      rig_close (r);
    }
  rig_close (want);
}
END_TEST

static const double hh_spike[] = { 1.9014205911, 16.8250353293, 31.4763863878 }; /* I = 10 */
static const double hh_last = 90.0307268208;                                     /* the seventh */

START_TEST (spikes_of_hodgkin_huxley_come_when_they_should)
{
  rig *r = rig_open ("hodgkin_huxley", 1);

  rig_init (r);
  rig_start (r, solver[_i], 1e-11, 0);
  rig_run (r, 100, 10);
  rig_show (r);
  ck_assert_uint_eq (r->out.n, 7);
  for (size_t k = 0; k < 3; ++k)
    ck_assert_double_eq_tol (r->out.s[k].t_ms, hh_spike[k], 5e-9);
  ck_assert_double_eq_tol (r->out.s[6].t_ms, hh_last, 2e-8);
  ck_assert_double_eq_tol (r->y[0], -62.17199131, 5e-8);
  rig_close (r);
}
END_TEST

START_TEST (the_error_falls_with_the_tolerance)
{
  double before = 1;

  for (double tol = 1e-3; tol > 1e-10; tol /= 100)
    {
      rig *r = rig_open ("hodgkin_huxley", 1);
      double d;

      rig_init (r);
      rig_start (r, solver[_i], tol, 0);
      rig_run (r, 100, 100);
      ck_assert_uint_eq (r->out.n, 7);
      d = fabs (r->out.s[6].t_ms - hh_last);
      ck_assert_msg (d < before / 3, "tolerance %g: error %g, before %g", tol, d, before);
      before = d;
      rig_close (r);
    }
  ck_assert_double_lt (before, 1e-6);
}
END_TEST

/* ---- windows ---------------------------------------------------------------------------------- */

static void
shower (rig *r, double t_end, uint64_t seed, double mean_ms)
{
  ictus_rng g = ictus_rng_open (seed, ICTUS_RNG_TEST, 0, 0, 0);
  double last = 0;

  for (double t = mean_ms * ictus_rng_exponential (&g); t <= t_end; t += mean_ms * ictus_rng_exponential (&g))
    {
      int port = ictus_rng_uniform (&g) < 0.2;
      double at = r->cfg.grid ? ictus_tick_ms (ictus_tick_of (t, 0.1), 0.1) : t;

      if (at > last)
        rig_event (r, at, port, port == 0 ? 12 : 15);
      last = at;
    }
}

static rig *
busy (const char *name, const char *model, double tol, bool grid, double w, double sample_dt)
{
  rig *r = rig_open (model, 1);

  rig_par (r, "I_e", strcmp (model, "hh_cond_exp_traub") == 0 ? 400 : 700);
  rig_init (r);
  rig_start (r, name, tol, grid ? 0.1 : 0);
  shower (r, 300, 7, 3);
  r->sample_dt = sample_dt;
  rig_run (r, 292, w);
  rig_show (r);
  return r;
}

static void
same (const rig *a, const rig *b)
{
  size_t ns = (size_t) a->cells.model->kernel->nstate;

  ck_assert_uint_eq (a->out.n, b->out.n);
  ck_assert_msg (a->out.n > 2, "%s: %zu spikes", a->cells.model->kernel->name, a->out.n);
  ck_assert (memcmp (a->out.s, b->out.s, a->out.n * sizeof *a->out.s) == 0);
  ck_assert_uint_eq (a->ntrace, b->ntrace);
  ck_assert (memcmp (a->trace, b->trace, a->ntrace * ns * sizeof *a->trace) == 0);
  ck_assert (memcmp (a->y, b->y, ns * sizeof *a->y) == 0);
  ck_assert_double_eq (a->refr[0], b->refr[0]);
  ck_assert_uint_eq (a->armed[0], b->armed[0]);
}

START_TEST (nothing_depends_on_where_windows_end)
{
  static const char *const model[] = { "hh_cond_exp_traub", "iaf_cond_exp", "aeif_cond_exp" };

  for (size_t m = 0; m < 3; ++m)
    for (int grid = 0; grid < 2; ++grid)
      {
        rig *a = busy (solver[_i], model[m], 1e-4, grid, 0.1, 0.5),
            *b = busy (solver[_i], model[m], 1e-4, grid, 7.3, 0.5);

        same (a, b);
        rig_close (a);
        rig_close (b);
      }
}
END_TEST

START_TEST (samples_change_nothing)
{
  rig *a = busy (solver[_i], "hh_cond_exp_traub", 1e-4, false, 1, 0),
      *b = busy (solver[_i], "hh_cond_exp_traub", 1e-4, false, 1, 0.1);

  b->ntrace = 0;
  same (a, b);
  rig_close (a);
  rig_close (b);
}
END_TEST

/* Marks at 60, 120 and 180 ms, with the run going on in the same solver, or in a new one that knows the
 * states only. */
START_TEST (after_a_mark_states_are_all_there_is)
{
  static const char *const model[] = { "hh_cond_exp_traub", "iaf_cond_exp" };
  rig *r[2];

  for (int m = 0; m < 4; ++m)
    {
      for (int k = 0; k < 2; ++k)
        {
          r[k] = rig_open (model[m % 2], 1);
          rig_par (r[k], "I_e", m % 2 == 0 ? 200 : 400);
          rig_init (r[k]);
          rig_start (r[k], solver[_i], 1e-5, m < 2 ? 0 : 0.1);
          shower (r[k], 200, 11, 2);
          r[k]->sample_dt = 0.5;
          for (int mark = 1; mark <= 3; ++mark)
            {
              rig_run (r[k], 60 * mark, k == 0 ? 0.3 : 1.7);
              rig_show (r[k]);
              if (k == 0)
                continue;
              ictus_solver_destroy (&r[k]->s);
              rig_must (ictus_solver_create (&r[k]->cfg, &r[k]->cells, r[k]->t_ms, &r[k]->s));
            }
        }
      same (r[0], r[1]);
      rig_close (r[0]);
      rig_close (r[1]);
    }
}
END_TEST

/* ---- lanes ------------------------------------------------------------------------------------ */

/* Neurons that differ: who [n] says who is where. Current of who: */
static void
who_eval (const void *ctx, size_t i, double seg, double t, double *u)
{
  int who = ((const int *) ctx)[i];

  (void) seg;
  u[0] = 200 + 11 * who + 100 * sin (t * (1 + 0.1 * who));
}

static double
who_next (const void *ctx, size_t i, double t)
{
  double at = 20.3 + ((const int *) ctx)[i];

  return t < at ? at : (double) INFINITY;
}

/* n neurons that are all different; neuron 0 of them all sits at place `at`. */
static rig *
crowd (const char *name, size_t n, size_t at, bool grid, bool own, ictus_drive *drive, int *who)
{
  rig *r = rig_open ("hh_cond_exp_traub", n);
  size_t nslot = (size_t) r->m->kernel->nslot;

  for (size_t i = 0; i < n; ++i)
    who[i] = (int) ((i + n - at) % n);
  *drive = (ictus_drive){ .eval = who_eval, .next_break = who_next, .varies = true, .ctx = who };
  r->cells.drive = drive;
  rig_init (r);
  for (size_t i = 0; i < n; ++i)
    *rig_state (r, "V_m", i) += who[i];
  if (own)
    {
      double *p = ictus_alloc (n * nslot, sizeof *p);

      for (size_t i = 0; i < n; ++i)
        {
          memcpy (p + i * nslot, r->p, nslot * sizeof *p);
          p[i * nslot + (size_t) ictus_lang_find (r->m->lang, ICTUS_LANG_PAR, "g_L")] = 10 + 0.1 * who[i];
          r->m->kernel->prepare (p + i * nslot);
        }
      ictus_free (r->p);
      r->cells.p = r->p = p;
      r->cells.p_stride = nslot;
    }
  rig_start (r, name, 1e-5, grid ? 0.1 : 0);
  for (int k = 1; k < 30; ++k)
    rig_event (r, grid ? ictus_tick_ms (17 * k, 0.1) : 1.7321 * k, k % 2, 10);
  rig_run (r, 60, 0.5);
  rig_show (r);
  return r;
}

START_TEST (a_neuron_is_the_same_among_all_neighbours)
{
  static const size_t size[][2] = { { 7, 6 }, { 8, 3 }, { 9, 8 }, { 9, 0 }, { 100, 57 } };

  for (int kind = 0; kind < 4; ++kind)
    {
      ictus_drive drive[2];
      int who[2][RIG_N];
      rig *a = crowd (solver[_i], 1, 0, kind & 1, kind & 2, &drive[0], who[0]);

      ck_assert_uint_gt (a->out.n, 2);
      for (size_t m = 0; m < sizeof size / sizeof *size; ++m)
        {
          size_t n = size[m][0], at = size[m][1];
          rig *b = crowd (solver[_i], n, at, kind & 1, kind & 2, &drive[1], who[1]);

          ck_assert_uint_eq (rig_count (b, at), a->out.n);
          for (size_t k = 0; k < a->out.n; ++k)
            ck_assert_double_eq (rig_spike (b, at, k), a->out.s[k].t_ms);
          for (size_t k = 0; k < (size_t) a->m->kernel->nstate; ++k)
            ck_assert_double_eq (b->y[k * n + at], a->y[k]);
          ck_assert (rig_count (b, (at + 1) % n) != a->out.n
                     || rig_spike (b, (at + 1) % n, 0) < a->out.s[0].t_ms
                     || rig_spike (b, (at + 1) % n, 0) > a->out.s[0].t_ms);
          ck_assert_uint_eq (ictus_solver_work (b->s)[at], ictus_solver_work (a->s)[0]);
          rig_close (b);
        }
      rig_close (a);
    }
}
END_TEST

START_TEST (lanes_are_counted)
{
  ictus_solver_stats st;

  for (size_t n = 1; n <= 8; n += 7)
    {
      rig *r = rig_open ("hodgkin_huxley", n);

      rig_init (r);
      rig_start (r, solver[_i], 1e-4, 0);
      rig_run (r, 20, 1);
      ictus_solver_get_stats (r->s, &st);
      ck_assert_uint_gt (st.lanes_offered, 100);
      ck_assert_uint_eq (st.lanes_used * (n == 1 ? 8 : 1), st.lanes_offered); /* all eight do the same */
      ck_assert_uint_eq (st.lanes_used, st.steps + st.fails);
      rig_close (r);
    }
}
END_TEST

START_TEST (a_quiet_neuron_costs_nothing)
{
  rig *r = rig_open ("iaf_cond_exp", 100);

  rig_init (r);
  rig_start (r, solver[_i], 1e-6, 0.1);
  rig_run (r, 500, 0.1);
  for (size_t i = 0; i < 100; ++i)
    ck_assert_uint_lt (ictus_solver_work (r->s)[i], 200);
  rig_close (r);
}
END_TEST

/* ---- trouble ---------------------------------------------------------------------------------- */

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

/* Not a number from y = 1 on. */
static void
edge_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t, (void) p, (void) u;
  f[0] = 1 + sqrt (1 - y[0]);
}

static void
edge_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void) t, (void) p, (void) u;
  J[0] = -0.5 / sqrt (1 - y[0]);
}

static void
fails_with (const char *name, const ictus_kernel *k, double first, const char *words)
{
  rig *r = rig_kernel (k, 2);
  ictus_err e;

  r->y[1] = first; /* neuron 0 stays at 0 for a while */
  rig_start (r, name, 1e-6, 0);
  e = rig_window (r, 0.25);
  if (e == ICTUS_OK)
    e = rig_window (r, 1.02);
  ck_assert_int_eq (e, ICTUS_E_SOLVER);
  ck_assert_msg (strstr (ictus_err_last (), "neuron 11 at ") != NULL
                     && strstr (ictus_err_last (), words) != NULL,
                 "%s", ictus_err_last ());
  rig_close (r);
}

START_TEST (a_failing_neuron_is_named_with_the_reason)
{
  static const ictus_kernel burst
      = { .abi = ICTUS_KERNEL_ABI, .nstate = 1, .name = "burst", .rhs = burst_rhs, .jac = burst_jac },
      edge = { .abi = ICTUS_KERNEL_ABI, .nstate = 1, .name = "edge", .rhs = edge_rhs, .jac = edge_jac };

  fails_with (solver[_i], &burst, 1, "run to infinity");
  fails_with (solver[_i], &edge, 2, "the derivative of state of the model is not finite");
}
END_TEST

START_TEST (the_largest_step_is_kept)
{
  rig *r = rig_open ("lif", 1);
  ictus_solver_stats st;

  rig_par (r, "V_th", 100);
  rig_init (r);
  r->cfg.max_step_ms = 0.25;
  rig_start (r, solver[_i], 1e-3, 0);
  rig_run (r, 50, 10);
  ictus_solver_get_stats (r->s, &st);
  ck_assert_uint_ge (st.steps, 200);
  rig_close (r);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("solve: adaptive lanes");
  TCase *t = tcase_create ("adaptive");
  SRunner *sr;
  int failed;

  tcase_set_timeout (t, 60);
  tcase_add_loop_test (t, every_shipped_model_agrees_with_cvode, 0, NCASE * NSOLVER);
  tcase_add_loop_test (t, spikes_of_hodgkin_huxley_come_when_they_should, 0, NSOLVER);
  tcase_add_loop_test (t, the_error_falls_with_the_tolerance, 0, NSOLVER);
  tcase_add_loop_test (t, nothing_depends_on_where_windows_end, 0, NSOLVER);
  tcase_add_loop_test (t, samples_change_nothing, 0, NSOLVER);
  tcase_add_loop_test (t, after_a_mark_states_are_all_there_is, 0, NSOLVER);
  tcase_add_loop_test (t, a_neuron_is_the_same_among_all_neighbours, 0, NSOLVER);
  tcase_add_loop_test (t, lanes_are_counted, 0, NSOLVER);
  tcase_add_loop_test (t, a_quiet_neuron_costs_nothing, 0, NSOLVER);
  tcase_add_loop_test (t, a_failing_neuron_is_named_with_the_reason, 0, NSOLVER);
  tcase_add_loop_test (t, the_largest_step_is_kept, 0, NSOLVER);
  suite_add_tcase (s, t);
  sr = srunner_create (s);
  srunner_run_all (sr, CK_ENV);
  failed = srunner_ntests_failed (sr);
  srunner_free (sr);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
