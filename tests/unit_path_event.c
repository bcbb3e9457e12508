/* SPDX-License-Identifier: BSD-3-Clause */
/* Events with fixed steps: as XPPAUT does where it does what it says, and what it says where it does not; spikes. */
#include "path_check.h"

/* ---- x' = y' = z' = 1, so that columns show the time since the last reset; what conditions and events are is set by each test */

static void
clock_init (const double *p, double *y)
{
  (void) p;
  y[0] = y[1] = y[2] = 0;
}

static void
clock_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t;
  (void) y;
  (void) p;
  (void) u;
  f[0] = f[1] = f[2] = 1;
}

static void
clocks (rig *r, ictus_kernel k, const char *method, double total, double dt)
{
  k.nstate = 3;
  k.init = clock_init;
  k.rhs = clock_rhs;
  rig_make (r, "x'=1\ny'=1\nz'=1\n", k, method, total, dt);
}

static const signed char up[2] = { 1, 1 }, down[1] = { -1 }, zero[1] = { 0 };

/* x crosses 0.55: x = 0; y crosses 0.57: y = 0 */
static void
two_conditions (double t, const double *y, const double *p, const double *u, double *g)
{
  (void) t;
  (void) p;
  (void) u;
  g[0] = y[0] - 0.55;
  g[1] = y[1] - 0.57;
}

static int
two_resets (int k, double t, double *y, const double *p, const double *u)
{
  (void) t;
  (void) p;
  (void) u;
  y[k] = 0;
  return 0;
}

START_TEST (two_events_in_one_step)
{
  static const char *method[] = { "euler", "heun", "rk4", "adams" };
  rig r;

  for (int m = 0; m < 4; ++m)
    {
      clocks (&r, (ictus_kernel) { .nevent = 2, .event_sign = up, .event = two_conditions, .happen = two_resets }, method[m],
              1.3, 0.1);
      rig_run (&r);
      ck_assert_uint_eq (r.out.nrow, 14);
      rig_row (&r, 5, 0.5, (double[]) { 0.5, 0.5, 0.5 }, 1e-9);
      rig_row (&r, 6, 0.6, (double[]) { 0.05, 0.03, 0.6 }, 1e-9);
      rig_row (&r, 11, 1.1, (double[]) { 0.55 - 0.55 * (r.out.v[33] < 0.3), 0.53, 1.1 }, 1e-9);
      rig_row (&r, 13, 1.3, (double[]) { 0.2, 0.16, 1.3 }, 1e-9);
      ck_assert_uint_eq (r.out.events, 4);
      rig_done (&r);
    }
}
END_TEST

/* ---- an event exactly at the end of a step, of states and of time alone */

static void
half (double t, const double *y, const double *p, const double *u, double *g)
{
  (void) y;
  (void) p;
  (void) u;
  g[0] = t - 0.5;
}

static int
bump (int k, double t, double *y, const double *p, const double *u)
{
  (void) k;
  (void) t;
  (void) p;
  (void) u;
  y[0] += 1;
  return 0;
}

START_TEST (an_event_at_the_end_of_a_step_happens_once)
{
  rig r;

  clocks (&r, (ictus_kernel) { .nevent = 1, .event_sign = up, .event = half, .happen = bump }, "euler", 1, 0.25);
  rig_run (&r);
  rig_row (&r, 1, 0.25, (double[]) { 0.25, 0.25, 0.25 }, 1e-12);
  rig_row (&r, 2, 0.5, (double[]) { 1.5, 0.5, 0.5 }, 1e-12);
  rig_row (&r, 4, 1, (double[]) { 2, 1, 1 }, 1e-12);
  ck_assert_uint_eq (r.out.events, 1);
  r.c.t0 = 0.5; /* a condition that is 0 at the start does not cross */
  rig_run (&r);
  ck_assert_uint_eq (r.out.events, 0);
  r.c.t0 = 0;
  r.c.total = -1;
  rig_run (&r);
  ck_assert_uint_eq (r.out.events, 0);
  rig_done (&r);
}
END_TEST

/* ---- chains: x crosses 0.35: y = 5, x = 0; y crosses 3: y = 0, x = x - 1, all at once */

static void
chain_conditions (double t, const double *y, const double *p, const double *u, double *g)
{
  (void) t;
  (void) p;
  (void) u;
  g[0] = y[0] - 0.35;
  g[1] = y[1] - 3;
}

static int
chain_events (int k, double t, double *y, const double *p, const double *u)
{
  (void) t;
  (void) p;
  (void) u;
  y[1] = k == 0 ? 5 : 0;
  y[0] = k == 0 ? 0 : y[0] - 1;
  return 0;
}

START_TEST (an_event_makes_another_happen)
{
  rig r;

  clocks (&r, (ictus_kernel) { .nevent = 2, .event_sign = up, .event = chain_conditions, .happen = chain_events }, "euler", 0.6,
          0.1);
  rig_run (&r);
  rig_row (&r, 4, 0.4, (double[]) { -0.95, 0.05, 0.4 }, 1e-9);
  rig_row (&r, 6, 0.6, (double[]) { -0.75, 0.25, 0.6 }, 1e-9);
  rig_done (&r);
}
END_TEST

/* ---- out_put and arret */

static void
output_conditions (double t, const double *y, const double *p, const double *u, double *g)
{
  (void) t;
  (void) p;
  (void) u;
  g[0] = y[0] - 0.35;
  g[1] = y[0] - 0.75;
}

static int
output_events (int k, double t, double *y, const double *p, const double *u)
{
  (void) t;
  (void) y;
  (void) p;
  (void) u;
  return k == 0 ? ICTUS_EVENT_OUTPUT : ICTUS_EVENT_STOP;
}

START_TEST (rows_and_the_end_by_events)
{
  rig r;

  clocks (&r, (ictus_kernel) { .nevent = 2, .event_sign = up, .event = output_conditions, .happen = output_events }, "rk4", 1.6,
          0.1);
  rig_run (&r);
  ck_assert_int_eq (r.out.end, ICTUS_PATH_STOPPED);
  ck_assert_uint_eq (r.out.nrow, 9);
  rig_row (&r, 4, 0.35, (double[]) { 0.35, 0.35, 0.35 }, 1e-9);
  rig_row (&r, 8, 0.7, (double[]) { 0.7, 0.7, 0.7 }, 1e-9);
  ck_assert_double_eq_tol (r.out.t_end, 0.75, 1e-9);
  rig_done (&r);
}
END_TEST

/* ---- directions: sin crosses 0 downwards at pi, 3 pi */

static void
sine (double t, const double *y, const double *p, const double *u, double *g)
{
  (void) y;
  (void) p;
  (void) u;
  g[0] = sin (t);
}

START_TEST (a_condition_has_a_direction)
{
  rig r;

  clocks (&r, (ictus_kernel) { .nevent = 1, .event_sign = down, .event = sine, .happen = bump }, "rk4", 10, 0.01);
  rig_run (&r);
  ck_assert_uint_eq (r.out.events, 2);
  rig_done (&r);
  clocks (&r, (ictus_kernel) { .nevent = 1, .event_sign = up, .event = sine, .happen = bump }, "rk4", 10, 0.01);
  rig_run (&r);
  ck_assert_uint_eq (r.out.events, 1);
  rig_done (&r);
}
END_TEST

/* ---- sign 0 */

static void
whole (double t, const double *y, const double *p, const double *u, double *g)
{
  (void) t;
  (void) p;
  (void) u;
  g[0] = y[1] * (y[1] - 1) * (y[1] - 1.1);
}

START_TEST (sign_zero_is_zero_at_the_end_of_a_step)
{
  rig r;

  clocks (&r, (ictus_kernel) { .nevent = 1, .event_sign = zero, .event = whole, .happen = bump }, "euler", 2, 0.25);
  rig_run (&r);
  ck_assert_uint_eq (r.out.events, 2); /* at 0 and 1; 1.1 is within a step */
  rig_row (&r, 0, 0, (double[]) { 1, 0, 0 }, 1e-12);
  rig_row (&r, 8, 2, (double[]) { 4, 2, 2 }, 1e-12);
  rig_done (&r);
}
END_TEST

/* ---- a map: as XPPAUT does, the point where the condition is met is between two states, and the map goes on from there */

static void
count_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t;
  (void) p;
  (void) u;
  f[0] = y[0] + 1;
}

static void
count_init (const double *p, double *y)
{
  (void) p;
  y[0] = 0;
}

static void
count_condition (double t, const double *y, const double *p, const double *u, double *g)
{
  (void) t;
  (void) p;
  (void) u;
  g[0] = y[0] - 3.5;
}

START_TEST (events_of_maps)
{
  static const double want[] = { 0, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1 };
  rig r;

  rig_make (&r, "x'=x+1\n",
            (ictus_kernel) { .nstate = 1, .is_map = 1, .nevent = 1, .event_sign = up, .init = count_init, .rhs = count_rhs,
                             .event = count_condition, .happen = two_resets },
            "map", 10, 1);
  rig_run (&r);
  ck_assert_uint_eq (r.out.nrow, 11);
  for (size_t i = 0; i < 11; ++i)
    rig_row (&r, i, (double) i, want + i, 1e-9);
  rig_done (&r);
}
END_TEST

/* ---- events without end */

static void
always (double t, const double *y, const double *p, const double *u, double *g)
{
  (void) t;
  (void) p;
  (void) u;
  g[0] = y[0];
}

static int
back_a_little (int k, double t, double *y, const double *p, const double *u)
{
  (void) k;
  (void) t;
  (void) p;
  (void) u;
  y[0] = -1e-9;
  return 0;
}

START_TEST (events_without_end_end_the_run)
{
  rig r;

  clocks (&r, (ictus_kernel) { .nevent = 1, .event_sign = up, .event = always, .happen = back_a_little }, "euler", 1, 0.1);
  r.out.nrow = 0;
  rig_run (&r);
  if (r.out.end != ICTUS_PATH_DONE) /* x begins at 0 and never crosses it upwards */
    ck_abort_msg ("%s", r.out.why);
  rig_must (ictus_path_run (&r.m, &r.c, NULL, (double[]) { -0.05, 0, 0 }, NULL, (ictus_path_clear (&r.out), &r.out)));
  ck_assert_int_eq (r.out.end, ICTUS_PATH_FAILED);
  ck_assert_ptr_nonnull (strstr (r.out.why, "events in one step"));
  ck_assert_uint_eq (r.out.nrow, 1);
  rig_done (&r);
}
END_TEST

/* ---- spikes: x fires at 1, is reset, and rests for 0.5 */

static double
fire_at_one (double t, const double *y, const double *p, const double *u)
{
  (void) t;
  (void) p;
  (void) u;
  return y[0] - 1;
}

static void
reset_x (double t, double *y, const double *p, const double *u)
{
  (void) t;
  (void) p;
  (void) u;
  y[0] = 0;
}

static double
rest (const double *p)
{
  (void) p;
  return 0.5;
}

START_TEST (spikes_reset_and_rest)
{
  static const double want[] = { 1, 2.5, 4, 5.5 };
  ictus_kernel k = { .nstate = 3, .fire = fire_at_one, .reset = reset_x, .refractory = rest, .init = clock_init,
                     .rhs = clock_rhs };
  rig r;

  rig_make (&r, "title test\nx'=1\ny'=1\nz'=1\nspike x >= 1\nreset x = 0\nrefractory 0.5 hold x\n", k, "euler", 6, 0.125);
  rig_run (&r);
  ck_assert_uint_eq (r.out.nspike, 4);
  for (size_t i = 0; i < 4; ++i)
    ck_assert_double_eq_tol (r.out.spike[i], want[i], 1e-12);
  rig_row (&r, 8, 1, (double[]) { 0, 1, 1 }, 1e-12);
  rig_row (&r, 12, 1.5, (double[]) { 0, 1.5, 1.5 }, 1e-12);
  rig_row (&r, 13, 1.625, (double[]) { 0.125, 1.625, 1.625 }, 1e-12);
  r.c.fire = false;
  rig_run (&r);
  ck_assert_uint_eq (r.out.nspike, 0);
  rig_row (&r, 8, 1, (double[]) { 1, 1, 1 }, 1e-12);
  rig_done (&r);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("path_event");
  TCase *c = tcase_create ("events");

  tcase_add_test (c, two_events_in_one_step);
  tcase_add_test (c, an_event_at_the_end_of_a_step_happens_once);
  tcase_add_test (c, an_event_makes_another_happen);
  tcase_add_test (c, rows_and_the_end_by_events);
  tcase_add_test (c, a_condition_has_a_direction);
  tcase_add_test (c, sign_zero_is_zero_at_the_end_of_a_step);
  tcase_add_test (c, events_of_maps);
  tcase_add_test (c, events_without_end_end_the_run);
  tcase_add_test (c, spikes_reset_and_rest);
  suite_add_tcase (s, c);
  return rig_main (s);
}
