/* SPDX-License-Identifier: BSD-3-Clause */
/* Adaptive methods: events and spikes located to the tolerance, stimuli in time, delays, against closed formulas. */
#include "path_check.h"

static const char *const method[] = { "rk45", "rosenbrock", "cvode-bdf", "cvode-adams" };
enum
{
  NMETHOD = 4
};

static const signed char up[2] = { 1, 1 }, down[1] = { -1 }, zero[1] = { 0 };

/* ---- a ball: x' = v, v' = -10; at the floor v = -v/2. It hits at sqrt (2 x0 / 10), then flies half as long each time */

static void
ball_init (const double *p, double *y)
{
  (void) p;
  y[0] = 5;
  y[1] = 0;
}

static void
ball_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t;
  (void) p;
  (void) u;
  f[0] = y[1];
  f[1] = -10;
}

static void
ball_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void) t;
  (void) y;
  (void) p;
  (void) u;
  J[0] = J[1] = J[3] = 0;
  J[2] = 1;
}

static void
ball_floor (double t, const double *y, const double *p, const double *u, double *g)
{
  (void) t;
  (void) p;
  (void) u;
  g[0] = y[0];
}

static int
ball_hits (int k, double t, double *y, const double *p, const double *u)
{
  (void) k;
  (void) t;
  (void) p;
  (void) u;
  y[1] *= -0.5;
  y[0] = 0;
  return ICTUS_EVENT_OUTPUT;
}

static void
ball (rig *r, const char *m, double total, double dt)
{
  rig_make (r, "x'=v\nv'=-10\n",
            (ictus_kernel) { .nstate = 2, .nevent = 1, .event_sign = down, .init = ball_init, .rhs = ball_rhs,
                             .jac = ball_jac, .event = ball_floor, .happen = ball_hits },
            m, total, dt);
}

START_TEST (a_ball_bounces)
{
  rig r;

  for (int m = 0; m < NMETHOD; ++m)
    {
      ball (&r, method[m], 2.8, 0.7);
      rig_run (&r);
      ck_assert_int_eq (r.out.end, ICTUS_PATH_DONE);
      ck_assert_uint_eq (r.out.nrow, 5 + 4); /* hits at 1, 2, 2.5, 2.75 */
      rig_row (&r, 1, 0.7, (double[]) { 5 - 2.45, -7 }, 1e-7);
      rig_row (&r, 2, 1, (double[]) { 0, 5 }, 1e-7);
      rig_row (&r, 3, 1.4, (double[]) { 2 - 0.8, 1 }, 1e-7);
      rig_row (&r, 4, 2, (double[]) { 0, 2.5 }, 1e-7);
      rig_row (&r, 7, 2.75, (double[]) { 0, 0.625 }, 1e-7);
      rig_row (&r, 8, 2.8, (double[]) { 0.03125 - 0.0125, 0.125 }, 1e-7);
      rig_done (&r);
    }
}
END_TEST

START_TEST (a_ball_that_comes_to_rest_ends_the_run)
{
  rig r;

  ball (&r, "rk45", 4, 0.5); /* infinitely many hits before 3 */
  rig_run (&r);
  if (r.out.end == ICTUS_PATH_FAILED)
    {
      ck_assert_ptr_nonnull (strstr (r.out.why, "events without end"));
      ck_assert_double_eq_tol (r.out.t_end, 3, 1e-3);
    }
  rig_done (&r);
}
END_TEST

/* ---- two conditions within one long step, in time alone: at 1 and 1 + 1e-3, first comes the second of the file */

static void
line_init (const double *p, double *y)
{
  (void) p;
  y[0] = 1;
  y[1] = 0;
}

static void
still_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t;
  (void) y;
  (void) p;
  (void) u;
  f[0] = f[1] = 0;
}

static void
still_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void) t;
  (void) y;
  (void) p;
  (void) u;
  J[0] = J[1] = J[2] = J[3] = 0;
}

static void
two_times (double t, const double *y, const double *p, const double *u, double *g)
{
  (void) y;
  (void) p;
  (void) u;
  g[0] = t - 1.001;
  g[1] = t - 1;
}

static int
double_or_add (int k, double t, double *y, const double *p, const double *u)
{
  (void) t;
  (void) p;
  (void) u;
  if (k == 0)
    y[0] *= 2;
  else
    y[0] += 1;
  return ICTUS_EVENT_OUTPUT;
}

START_TEST (two_events_in_one_step_come_in_their_order)
{
  rig r;

  for (int m = 0; m < NMETHOD; ++m)
    {
      rig_make (&r, "x'=0\ny'=0\n",
                (ictus_kernel) { .nstate = 2, .nevent = 2, .event_sign = up, .init = line_init, .rhs = still_rhs,
                                 .jac = still_jac, .event = two_times, .happen = double_or_add },
                method[m], 10, 10);
      rig_run (&r);
      ck_assert_uint_eq (r.out.events, 2);
      rig_row (&r, 1, 1, (double[]) { 2, 0 }, 1e-12);
      rig_row (&r, 2, 1.001, (double[]) { 4, 0 }, 1e-12);
      r.c.t0 = 1; /* 0 at the start: it has happened */
      rig_run (&r);
      ck_assert_uint_eq (r.out.events, 1);
      rig_done (&r);
    }
}
END_TEST

static void
at_three (double t, const double *y, const double *p, const double *u, double *g)
{
  (void) y;
  (void) p;
  (void) u;
  g[0] = t - 3;
}

START_TEST (sign_zero_is_looked_at_every_dt)
{
  rig r;

  for (int m = 0; m < NMETHOD; ++m)
    {
      rig_make (&r, "x'=0\ny'=0\n",
                (ictus_kernel) { .nstate = 2, .nevent = 1, .event_sign = zero, .init = line_init, .rhs = still_rhs,
                                 .jac = still_jac, .event = at_three, .happen = double_or_add },
                method[m], 10, 0.5);
      rig_run (&r);
      ck_assert_uint_eq (r.out.events, 1);
      ck_assert_double_eq_tol (r.out.y[0], 2, 1e-12);
      rig_done (&r);
    }
}
END_TEST

/* ---- spikes of x' = I - x / R, I = 1, R = 10, threshold 1, rest 0.3 */

static void
lif_init (const double *p, double *y)
{
  (void) p;
  y[0] = 0;
}

static void
lif_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t;
  (void) p;
  (void) u;
  f[0] = 1 - y[0] / 10;
}

static void
lif_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void) t;
  (void) y;
  (void) p;
  (void) u;
  J[0] = -0.1;
}

static double
lif_fire (double t, const double *y, const double *p, const double *u)
{
  (void) t;
  (void) p;
  (void) u;
  return y[0] - 1;
}

static void
lif_reset (double t, double *y, const double *p, const double *u)
{
  (void) t;
  (void) p;
  (void) u;
  y[0] = 0;
}

static double
lif_rest (const double *p)
{
  (void) p;
  return 0.3;
}

START_TEST (spikes_are_located)
{
  double interval = 10 * log (10. / 9);
  rig r;

  for (int m = 0; m < NMETHOD; ++m)
    {
      rig_make (&r, "title test\nx'=1-x/10\nspike x >= 1\nreset x=0\nrefractory 0.3 hold x\n",
                (ictus_kernel) { .nstate = 1, .init = lif_init, .rhs = lif_rhs, .jac = lif_jac, .fire = lif_fire,
                                 .reset = lif_reset, .refractory = lif_rest },
                method[m], 5, 1);
      rig_run (&r);
      ck_assert_uint_eq (r.out.nspike, 3);
      for (int k = 0; k < 3; ++k)
        ck_assert_double_eq_tol (r.out.spike[k], interval + k * (interval + 0.3), 1e-7);
      rig_row (&r, 2, 2, (double[]) { 10 * (1 - exp (-(2 - interval - 0.3) / 10)) }, 1e-7);
      rig_must (ictus_path_run (&r.m, &r.c, NULL, (double[]) { 1.5 }, NULL, (ictus_path_clear (&r.out), &r.out)));
      ck_assert_double_eq_tol (r.out.spike[0], 0, 1e-12); /* above the threshold at the start: at once */
      ck_assert_double_eq_tol (r.out.spike[1], 0.3 + interval, 1e-7);
      rig_done (&r);
    }
}
END_TEST

/* ---- a short stimulus into a system at rest: x' = -x + (5 <= t < 5.2) */

static void
pulse_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) p;
  (void) u;
  f[0] = -y[0] + (t >= 5 && t < 5.2 ? 1 : 0);
}

static void
minus_one_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void) t;
  (void) y;
  (void) p;
  (void) u;
  J[0] = -1;
}

START_TEST (a_short_stimulus_is_not_passed_over)
{
  double peak = 1 - exp (-0.2);
  rig r;

  for (int m = 0; m < NMETHOD; ++m)
    {
      rig_make (&r, "x'=-x+heav(t-5)*heav(5.2-t)\n",
                (ictus_kernel) { .nstate = 1, .init = lif_init, .rhs = pulse_rhs, .jac = minus_one_jac }, method[m], 10, 0.1);
      rig_run (&r);
      ck_assert_double_eq_tol (rig_at (&r, 50, 0), 0, 1e-8);
      ck_assert_double_eq_tol (rig_at (&r, 52, 0), peak, 1e-7);
      ck_assert_double_eq_tol (rig_at (&r, 100, 0), peak * exp (-4.8), 1e-7);
      rig_done (&r);
    }
}
END_TEST

/* ---- delays: x' = -x(t-1), x = 1 before; by steps: 1 - t, then 1 - t + (t-1)^2/2, ... */

static const int delay_of[1] = { 0 };
static const unsigned char delay_fixed[1] = { 1 };

static void
one_init (const double *p, double *y)
{
  (void) p;
  y[0] = 1;
}

static void
delayed_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t;
  (void) y;
  (void) p;
  f[0] = -u[0];
}

static void
zero_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void) t;
  (void) y;
  (void) p;
  (void) u;
  J[0] = 0;
}

static void
delay_one (double t, const double *y, const double *p, const double *u, double *tau)
{
  (void) t;
  (void) y;
  (void) p;
  (void) u;
  tau[0] = 1;
}

static double
by_steps (double t)
{
  double x = 1, term = 1;

  for (int n = 1; t - (n - 1) > 0; ++n)
    {
      term = pow (-1, n);
      for (int k = 1; k <= n; ++k)
        term *= (t - (n - 1)) / k;
      x += term;
    }
  return x;
}

static void
delayed (rig *r, const char *m, double dt)
{
  rig_make (r, "x'=-x\ninit x=1\n",
            (ictus_kernel) { .nstate = 1, .ndelay = 1, .delay_of = delay_of, .delay_fixed = delay_fixed, .delay = delay_one,
                             .init = one_init, .rhs = delayed_rhs, .jac = zero_jac },
            m, 6, dt);
  rig_run (r);
}

START_TEST (a_delay_equation_by_adaptive_methods)
{
  rig r;

  for (int m = 0; m < NMETHOD; ++m)
    {
      delayed (&r, method[m], 0.05);
      for (size_t i = 0; i < r.out.nrow; ++i)
        ck_assert_msg (fabs (rig_at (&r, i, 0) - by_steps (r.out.t[i])) < 1e-7, "%s at %g: %.12g, not %.12g", method[m],
                       r.out.t[i], rig_at (&r, i, 0), by_steps (r.out.t[i]));
      rig_done (&r);
    }
}
END_TEST

START_TEST (delays_keep_the_order_of_fixed_methods)
{
  static const struct
  {
    const char *method;
    double order;
  } f[] = { { "euler", 1 }, { "heun", 2 }, { "rk4", 4 } };
  rig r;

  for (int m = 0; m < 3; ++m)
    {
      double e[2];

      for (int k = 0; k < 2; ++k)
        {
          delayed (&r, f[m].method, k == 0 ? 0.05 : 0.025);
          e[k] = fabs (r.out.y[0] - by_steps (6));
          rig_done (&r);
        }
      ck_assert_msg (log2 (e[0] / e[1]) > f[m].order - 0.3, "%s: order %g", f[m].method, log2 (e[0] / e[1]));
    }
}
END_TEST

/* ---- the same bits twice */

START_TEST (a_path_can_be_repeated)
{
  rig r, s;

  for (int m = 0; m < NMETHOD; ++m)
    {
      ball (&r, method[m], 2.8, 0.1);
      rig_run (&r);
      ball (&s, method[m], 2.8, 0.1);
      rig_run (&s);
      ck_assert_uint_eq (r.out.nrow, s.out.nrow);
      ck_assert_mem_eq (r.out.v, s.out.v, r.out.nrow * 2 * sizeof *r.out.v);
      ck_assert_mem_eq (r.out.t, s.out.t, r.out.nrow * sizeof *r.out.t);
      ictus_path_clear (&s.out);
      ictus_lang_destroy (&s.m.lang);
      rig_done (&r);
    }
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("path_locate");
  TCase *c = tcase_create ("adaptive");

  tcase_set_timeout (c, 30);
  tcase_add_test (c, a_ball_bounces);
  tcase_add_test (c, a_ball_that_comes_to_rest_ends_the_run);
  tcase_add_test (c, two_events_in_one_step_come_in_their_order);
  tcase_add_test (c, sign_zero_is_looked_at_every_dt);
  tcase_add_test (c, spikes_are_located);
  tcase_add_test (c, a_short_stimulus_is_not_passed_over);
  tcase_add_test (c, a_delay_equation_by_adaptive_methods);
  tcase_add_test (c, delays_keep_the_order_of_fixed_methods);
  tcase_add_test (c, a_path_can_be_repeated);
  suite_add_tcase (s, c);
  return rig_main (s);
}
