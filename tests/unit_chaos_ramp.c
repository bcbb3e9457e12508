/* SPDX-License-Identifier: BSD-3-Clause */
/* Slow ramps and early-warning signs, where the answers are known. */
#include <check.h>
#include <math.h>
#include <mpi.h>
#include <stdlib.h>

#include "ictus/chaos.h"

/* By hand: of 6 pairs of 1 3 2 4 five agree and one does not. */
START_TEST (kendall_counts_pairs)
{
  const double x[] = { 1, 3, 2, 4 }, down[] = { 5, 4, 3 }, gap[] = { 1, NAN, 2 }, tied[] = { 1, 1, 2 };

  ck_assert_double_eq_tol (ictus_warning_kendall (x, 4), 4.0 / 6, 1e-15);
  ck_assert_double_eq_tol (ictus_warning_kendall (down, 3), -1, 1e-15);
  ck_assert_double_eq_tol (ictus_warning_kendall (gap, 3), 1, 1e-15);
  ck_assert_double_eq_tol (ictus_warning_kendall (tied, 3), 2.0 / 3, 1e-15);
  ck_assert (isnan (ictus_warning_kendall (x, 1)));
}
END_TEST

/* x' = -k x + sigma w, sampled exactly; k from k0 to k1. */
static void
weakening (double *x, size_t n, double dt, double sigma, double k0, double k1)
{
  ictus_rng g = ictus_rng_open (7, ICTUS_RNG_TEST, 1, 2, 3);

  x[0] = sigma / sqrt (2 * k0) * ictus_rng_normal (&g);
  for (size_t i = 1; i < n; ++i)
    {
      double k = k0 + (k1 - k0) * (double) i / (double) n, a = exp (-k * dt);

      x[i] = a * x[i - 1] + sigma * sqrt ((1 - a * a) / (2 * k)) * ictus_rng_normal (&g);
    }
}

static void
measure (double k1, ictus_warning *out)
{
  const size_t n = 40000;
  const ictus_warning_options o = { .window = 0.5, .bandwidth = 0.1, .lag = 2, .sample = 0.25, .surrogates = 100, .seed = 1 };
  double *x = ictus_alloc (n, sizeof *x);

  weakening (x, n, 0.25, 0.1, 1, k1);
  ck_assert_int_eq (ictus_warning_measure (x, n, &o, out), ICTUS_OK);
  ictus_free (x);
}

START_TEST (signs_of_a_steady_process_are_exact_and_have_no_trend)
{
  ictus_warning w;

  measure (1, &w);
  ck_assert_double_eq_tol (w.series[ICTUS_WARNING_VARIANCE][50], 0.01 / 2, 0.0005);
  ck_assert_double_eq_tol (w.series[ICTUS_WARNING_AC1][50], exp (-0.5), 0.03);
  ck_assert_double_eq_tol (w.series[ICTUS_WARNING_RECOVERY][50], 1, 0.06);
  for (int k = 0; k < ICTUS_WARNING_SIGNS; ++k)
    ck_assert_double_gt (w.p[k], 0.02);
}
END_TEST

START_TEST (signs_of_a_weakening_one_rise_and_are_significant)
{
  ictus_warning w;

  measure (0.1, &w);
  ck_assert_double_gt (w.tau[ICTUS_WARNING_VARIANCE], 0.9);
  ck_assert_double_gt (w.tau[ICTUS_WARNING_AC1], 0.9);
  ck_assert_double_lt (w.tau[ICTUS_WARNING_RECOVERY], -0.9);
  for (int k = 0; k < ICTUS_WARNING_SIGNS; ++k)
    ck_assert_double_lt (w.p[k], 0.02);
}
END_TEST

/* A trend that is steep against the noise must not be seen at the ends, where the kernel has one side only; a mean in place of a line
   would make the variance 0.01 there. What is left is that the trend is a line between the middles of pieces. */
START_TEST (a_straight_trend_is_no_sign)
{
  const size_t n = 8000;
  const ictus_warning_options o = { .window = 0.5, .bandwidth = 0.1, .lag = 2, .sample = 0.25 };
  double *x = ictus_alloc (n, sizeof *x);
  ictus_warning a, b;

  weakening (x, n, 0.25, 0.1, 1, 1);
  ck_assert_int_eq (ictus_warning_measure (x, n, &o, &a), ICTUS_OK);
  for (size_t i = 0; i < n; ++i)
    x[i] += 1e-3 * (double) i;
  ck_assert_int_eq (ictus_warning_measure (x, n, &o, &b), ICTUS_OK);
  for (int w = 0; w < ICTUS_WARNING_WINDOWS; ++w)
    ck_assert_double_eq_tol (a.series[ICTUS_WARNING_VARIANCE][w], b.series[ICTUS_WARNING_VARIANCE][w], 1e-5);
  ictus_free (x);
}
END_TEST

/* A focus that turns 30 times while it decays: slow wandering of the amplitude comes by chance. */
START_TEST (a_steady_focus_gives_few_false_alarms)
{
  enum { N = 1500, SERIES = 200 };
  double a = 2 * 0.99 * cos (0.6), b = -0.99 * 0.99, *x = ictus_alloc (N + 1000, sizeof *x);
  int alarms[ICTUS_WARNING_SIGNS] = { 0 };

  for (int r = 0; r < SERIES; ++r)
    {
      const ictus_warning_options o = { .window = 0.5, .bandwidth = 0.1, .lag = 1, .sample = 1, .surrogates = 60, .seed = 3, .key = { (uint64_t) r } };
      ictus_rng g = ictus_rng_open (11, ICTUS_RNG_TEST, (uint64_t) r, 2, 3);
      ictus_warning w;

      for (size_t i = 0; i < N + 1000; ++i)
        x[i] = ictus_rng_normal (&g) + (i > 1 ? a * x[i - 1] + b * x[i - 2] : 0);
      ck_assert_int_eq (ictus_warning_measure (x + 1000, N, &o, &w), ICTUS_OK);
      for (int k = 0; k < ICTUS_WARNING_SIGNS; ++k)
        alarms[k] += w.p[k] < 0.05;
    }
  for (int k = 0; k < ICTUS_WARNING_SIGNS; ++k) /* 5 % are 10; standard deviation 3 */
    ck_assert_int_le (alarms[k], 20);
  ictus_free (x);
}
END_TEST

START_TEST (a_series_that_is_too_short_has_none)
{
  const ictus_warning_options o = { .window = 0.5, .bandwidth = 0.1, .lag = 1, .sample = 1 };
  const double x[10] = { 0 };
  ictus_warning w;

  ck_assert_int_eq (ictus_warning_measure (x, 10, &o, &w), ICTUS_OK);
  ck_assert (isnan (w.tau[0]) && isnan (w.p[0]));
}
END_TEST

/* ---- ramps ------------------------------------------------------------------------------------------------------- */

typedef struct rig
{
  ictus_model *m;
  double *p, *u, *y;
  ictus_dyn_values v;
  ictus_ramp_options o;
  ictus_ramp r;
} rig;

static void
must (ictus_err e)
{
  ck_assert_msg (e == ICTUS_OK, "%s", ictus_err_last ());
}

static void
begin (rig *x, const char *model, const char *par, double lo, double hi)
{
  const ictus_kernel *k;

  must (ictus_model_open (model, NULL, NULL, &x->m));
  k = x->m->kernel;
  x->p = ictus_alloc ((size_t) k->nslot, sizeof *x->p);
  x->u = ictus_alloc ((size_t) k->ninput, sizeof *x->u);
  x->y = ictus_alloc ((size_t) k->nstate, sizeof *x->y);
  ictus_model_defaults (x->m, x->p);
  k->init (x->p, x->y);
  x->v = (ictus_dyn_values) { .model = x->m, .p = x->p, .u = x->u, .y = x->y };
  ictus_ramp_defaults (&x->o);
  x->o.par = ictus_dyn_par (x->m, par);
  x->o.lo = lo;
  x->o.hi = hi;
  x->o.repeats = 0;
}

static void
end (rig *x)
{
  ictus_ramp_clear (&x->r);
  ictus_free (x->p);
  ictus_free (x->u);
  ictus_free (x->y);
  ictus_model_close (&x->m);
}

START_TEST (hysteresis_lies_outside_the_two_folds)
{
  rig x = { 0 };
  const ictus_ramp_side *up, *down;

  begin (&x, "qif_mean_field", "eta", -8, -2);
  x.o.duration = 3000;
  must (ictus_ramp_follow (MPI_COMM_WORLD, &x.v, &x.o, &x.r));
  up = &x.r.side[0];
  down = &x.r.side[1];
  ck_assert_int_eq (up->loss, ICTUS_RAMP_FOLD);
  ck_assert_double_eq_tol (up->loss_par, -3.136134086196, 1e-7);
  ck_assert_double_eq_tol (down->loss_par, -5.743527161658, 1e-7);
  ck_assert_int_eq (up->still.njump, 1);
  ck_assert_int_eq (down->still.njump, 1);
  ck_assert_int_eq (up->still.jump[0].kind, ICTUS_RAMP_LEVEL);
  ck_assert_double_gt (up->still.jump[0].par, -3.1362);
  ck_assert_double_lt (up->still.jump[0].par, -3.05);
  ck_assert_double_lt (down->still.jump[0].par, -5.7435);
  ck_assert_double_gt (down->still.jump[0].par, -5.8);
  end (&x);
}
END_TEST

static double
delay (double duration)
{
  rig x = { 0 };
  double d;

  begin (&x, "saddle_node", "mu", -1, 0.5);
  x.o.duration = duration;
  must (ictus_ramp_follow (MPI_COMM_WORLD, &x.v, &x.o, &x.r));
  ck_assert_int_eq (x.r.side[0].still.escaped, 1);
  ck_assert_int_eq (x.r.side[1].served, 0);
  d = x.r.side[0].still.jump[x.r.side[0].still.njump - 1].par;
  ck_assert_int_eq (x.r.side[0].still.jump[x.r.side[0].still.njump - 1].kind, ICTUS_RAMP_ESCAPE);
  end (&x);
  return d;
}

/* x' = mu + x^2, mu = rate t: infinite at mu = 2.338 rate^(2/3), the first zero of Airy's function. */
START_TEST (the_delay_at_a_fold_grows_as_the_rate_to_two_thirds)
{
  double a = delay (1500), b = delay (12000);

  ck_assert_double_eq_tol (a, 2.33811 * pow (1e-3, 2.0 / 3), 0.002);
  ck_assert_double_eq_tol (a / b, 4, 0.15);
}
END_TEST

START_TEST (a_hopf_point_is_found_and_oscillation_begins_and_ends)
{
  rig x = { 0 };

  begin (&x, "fitzhugh_nagumo", "I", 0, 0.7);
  must (ictus_ramp_follow (MPI_COMM_WORLD, &x.v, &x.o, &x.r));
  ck_assert_int_eq (x.r.side[0].loss, ICTUS_RAMP_HOPF);
  ck_assert_double_eq_tol (x.r.side[0].loss_par, 0.331281337455, 1e-7);
  ck_assert_int_eq (x.r.side[0].still.jump[0].kind, ICTUS_RAMP_ONSET);
  ck_assert_int_eq (x.r.side[1].rests, 0);
  ck_assert_int_eq (x.r.side[1].still.jump[0].kind, ICTUS_RAMP_OFFSET);
  ck_assert_double_eq_tol (x.r.side[1].still.jump[0].par, 0.324178523, 0.002);
  end (&x);
}
END_TEST

START_TEST (what_has_no_jump_has_none)
{
  rig x = { 0 };
  ictus_ramp_average a;

  begin (&x, "ornstein_uhlenbeck", "tau", 5, 10);
  x.o.repeats = 8;
  x.o.surrogates = 20;
  must (ictus_ramp_follow (MPI_COMM_WORLD, &x.v, &x.o, &x.r));
  ictus_ramp_summary (&x.r, 0, &a);
  ck_assert_uint_eq (a.runs, 8);
  ck_assert_uint_eq (a.with_jump, 0);
  ck_assert_double_gt (a.tau[ICTUS_WARNING_AC1], 0.5);
  ck_assert_double_eq_tol (x.r.side[0].sd, 1, 0.02);
  end (&x);
}
END_TEST

/* ---- against a diagram -------------------------------------------------------------------------------------------- */

typedef struct wanted
{
  ictus_ramp_kind kind;
  ictus_dyn_type type;
  double par;
} wanted;

static void
explained (rig *x, const wanted *up, int nup, const wanted *down, int ndown)
{
  ictus_dyn_options o;
  ictus_dyn_diagram d = { 0 };
  ictus_ramp_cause cause[ICTUS_RAMP_JUMPS];

  must (ictus_ramp_follow (MPI_COMM_WORLD, &x->v, &x->o, &x->r));
  ictus_dyn_defaults (&o);
  o.par = x->o.par;
  o.lo = x->o.lo - 0.25 * (x->o.hi - x->o.lo);
  o.hi = x->o.hi + 0.25 * (x->o.hi - x->o.lo);
  must (ictus_dyn_continue (MPI_COMM_WORLD, &x->v, &o, NULL, NULL, &d));
  for (int side = 0; side < 2; ++side)
    {
      const ictus_ramp_run *run = &x->r.side[side].still;
      const wanted *w = side == 0 ? up : down;

      ck_assert_int_eq (run->njump, side == 0 ? nup : ndown);
      must (ictus_ramp_explain (&x->v, &x->o, &x->r, &d, side, run, cause));
      for (int k = 0; k < run->njump; ++k)
        {
          ck_assert_int_eq (run->jump[k].kind, w[k].kind);
          ck_assert (cause[k].found);
          ck_assert_int_eq (cause[k].type, w[k].type);
          ck_assert_double_eq_tol (cause[k].par, w[k].par, 1e-6 * fabs (w[k].par));
          ck_assert_double_eq_tol (cause[k].delay, (side == 0 ? 1 : -1) * (run->jump[k].par - w[k].par), 1e-3);
        }
    }
  ictus_dyn_diagram_clear (&d);
}

START_TEST (a_fold_a_hopf_point_and_a_homoclinic_orbit_are_told_apart)
{
  const wanted up[] = { { ICTUS_RAMP_ONSET, ICTUS_DYN_FOLD, 1.08733045617 }, { ICTUS_RAMP_OFFSET, ICTUS_DYN_HOPF, 1.87931319808 } };
  const wanted down[] = { { ICTUS_RAMP_ONSET, ICTUS_DYN_HOPF, 1.87931319808 }, { ICTUS_RAMP_OFFSET, ICTUS_DYN_END, 1.06818956 } };
  ictus_ramp_loop loop[ICTUS_RAMP_JUMPS];
  rig x = { 0 };

  begin (&x, "wilson_cowan", "P", 0, 2.2);
  explained (&x, up, 2, down, 2);
  ck_assert_int_eq (ictus_ramp_loops (&x.r, x.o.threshold, loop), 2);
  ck_assert_int_eq (loop[0].up, 0);
  ck_assert_int_eq (loop[0].down, 1);
  ck_assert_double_gt (loop[0].width, 1.0873 - 1.0682);
  end (&x);
}
END_TEST

START_TEST (cycles_end_at_their_fold)
{
  const wanted up[] = { { ICTUS_RAMP_ONSET, ICTUS_DYN_HOPF, 93.8576183737 } };
  const wanted down[] = { { ICTUS_RAMP_OFFSET, ICTUS_DYN_CYCLE_FOLD, 88.2932505 } };
  rig x = { 0 };

  begin (&x, "morris_lecar", "I", 60, 120);
  explained (&x, up, 1, down, 1);
  end (&x);
}
END_TEST

/* The alpha rhythm of Jansen and Rit goes over into the upper rest, not back to the lower one, from which large spikes began. */
START_TEST (what_does_not_come_back_is_no_loop)
{
  ictus_ramp_loop loop[ICTUS_RAMP_JUMPS];
  rig x = { 0 };
  int n;

  begin (&x, "jansen_rit", "p", 0, 350);
  must (ictus_ramp_follow (MPI_COMM_WORLD, &x.v, &x.o, &x.r));
  ck_assert_int_eq (x.r.side[0].still.jump[0].kind, ICTUS_RAMP_ONSET);
  n = ictus_ramp_loops (&x.r, x.o.threshold, loop);
  for (int k = 0; k < n; ++k)
    ck_assert_int_ne (loop[k].up, 0);
  end (&x);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *s = suite_create ("chaos_ramp");
  TCase *t = tcase_create ("all");
  SRunner *r = srunner_create (s);
  int failed;

  MPI_Init (&argc, &argv);
  tcase_set_timeout (t, 120);
  tcase_add_test (t, kendall_counts_pairs);
  tcase_add_test (t, signs_of_a_steady_process_are_exact_and_have_no_trend);
  tcase_add_test (t, signs_of_a_weakening_one_rise_and_are_significant);
  tcase_add_test (t, a_straight_trend_is_no_sign);
  tcase_add_test (t, a_steady_focus_gives_few_false_alarms);
  tcase_add_test (t, a_series_that_is_too_short_has_none);
  tcase_add_test (t, hysteresis_lies_outside_the_two_folds);
  tcase_add_test (t, the_delay_at_a_fold_grows_as_the_rate_to_two_thirds);
  tcase_add_test (t, a_hopf_point_is_found_and_oscillation_begins_and_ends);
  tcase_add_test (t, what_has_no_jump_has_none);
  tcase_add_test (t, a_fold_a_hopf_point_and_a_homoclinic_orbit_are_told_apart);
  tcase_add_test (t, cycles_end_at_their_fold);
  tcase_add_test (t, what_does_not_come_back_is_no_loop);
  suite_add_tcase (s, t);
  srunner_set_fork_status (r, CK_NOFORK); /* MPI has begun */
  srunner_run_all (r, CK_NORMAL);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  MPI_Finalize ();
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
