/* SPDX-License-Identifier: BSD-3-Clause */
/* Delays against the method of steps, events and maps on the grid, and who refuses what. */
#include "solve_flock.h"

/* ---- delays ----------------------------------------------------------------------------------------------------------- */

/* x' = -a u, u = x (t - tau); x is c0 + c1 cos (w t) before the start: p = a, tau, c0, c1, w */
static void
late_init (const double *p, double *y)
{
  y[0] = p[2] + p[3];
}

static void
late_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  UNUSED (t);
  UNUSED (y);
  f[0] = -p[0] * u[0];
}

static void
late_delay (double t, const double *y, const double *p, const double *u, double *tau)
{
  UNUSED (t);
  UNUSED (y);
  UNUSED (u);
  tau[0] = p[1];
}

static void
late_past (double t, const double *p, double *y)
{
  y[0] = p[2] + p[3] * cos (p[4] * t);
}

static const int first_state[] = { 0 };
static const unsigned char yes[] = { 1 }, no[] = { 0 };
static const ictus_kernel late = { .abi = ICTUS_KERNEL_ABI, .nstate = 1, .npar = 5, .nslot = 5, .nu = 1, .ndelay = 1, .name = "late", .init = late_init, .rhs = late_rhs, .delay_of = first_state, .delay_fixed = yes, .delay = late_delay, .history = late_past };

static double
late_at (const char *solver, const double *p, double dt, double T)
{
  double x;
  flock f;

  flock_init (&f, &late, 0, 11, p, false, solver, 0.5, dt);
  flock_must (flock_start (&f));
  flock_must (flock_run (&f, (ictus_tick) (T / 0.5), 3));
  x = f.y[0];
  for (size_t i = 1; i < 11; ++i)
    ck_assert (f.y[i] == x);
  flock_clear (&f);
  return x;
}

/* Constant history 1: a polynomial from one multiple of tau to the next. */
static double
steps_of (double a, double tau, double t)
{
  double sum = 1, term = 1;

  for (int k = 1; t > (k - 1) * tau; ++k)
    {
      term *= -a / k;
      sum += term * pow (t - (k - 1) * tau, k);
    }
  return sum;
}

static const struct
{
  const char *solver;
  double order;
} methods[] = { { "euler", 1 }, { "heun", 2 }, { "rk4", 4 } };

START_TEST (delays_of_whole_steps)
{
  const double p[] = { 0.8, 1, 1, 0, 0 }, T = 5.5, x = steps_of (p[0], p[1], T);
  double e1 = late_at (methods[_i].solver, p, 0.125, T) - x, e2 = late_at (methods[_i].solver, p, 0.0625, T) - x;

  ck_assert_double_gt (log2 (fabs (e1 / e2)), methods[_i].order - 0.15);
  ck_assert_double_lt (fabs (e2), _i == 2 ? 1e-6 : 0.05);
}
END_TEST

/* A solution that is smooth also at the start: a quarter of a wave is the delay. */
START_TEST (delays_between_steps)
{
  const double w = 0.7, tau = M_PI / 2 / w, p[] = { w, tau, 0, 1, w }, T = 12.5, x = cos (w * T);
  double dt = _i == 0 ? 0.03125 : 0.125; /* a long one is far from its order */
  double e1 = late_at (methods[_i].solver, p, dt, T) - x, e2 = late_at (methods[_i].solver, p, dt / 2, T) - x;

  ck_assert_double_lt (fabs (log2 (fabs (e1 / e2)) - methods[_i].order), 0.35);
  ck_assert_double_lt (fabs (e2), _i == 2 ? 1e-6 : 0.3);
}
END_TEST

START_TEST (no_delay_is_the_state)
{
  const double zero[] = { 0.9, 0, 1, 0, 0 }, less[] = { 0.9, -3, 1, 0, 0 };
  double T = 3, x = late_at (methods[_i].solver, zero, 0.125, T), z = 0.9 * 0.125, g[] = { 1 - z, 1 - z + z * z / 2, 1 - z + z * z / 2 - z * z * z / 6 + z * z * z * z / 24 };

  ck_assert (late_at (methods[_i].solver, less, 0.125, T) == x);
  ck_assert_double_lt (fabs (x - pow (g[_i], T / 0.125)), 1e-14);
}
END_TEST

START_TEST (what_cannot_be_delayed)
{
  const double p[] = { 1, 0.03, 1, 0, 0 }, two[] = { 1, 1, 1, 0, 0, 1, 1.25, 1, 0, 0 };
  static const char *const others[] = { "exact", "cvode-bdf", "cvode-adams", "rk45", "rosenbrock", "map" };
  ictus_kernel moving = late;
  ictus_model m = { .kernel = &moving };
  ictus_solver_config c = { .name = "heun", .rtol = 1e-3, .atol = 1e-3, .grid = true, .h_ms = 0.1 };
  char buf[256];
  size_t n;
  flock f;

  ck_assert_int_eq (ictus_solver_history (&c, &m, p, &n), ICTUS_E_INPUT);
  ck_assert_ptr_nonnull (strstr (ictus_err_last (), "0.03 ms, is shorter than the step of 0.1 ms"));
  for (size_t k = 0; k < sizeof others / sizeof *others; ++k)
    {
      c.name = others[k];
      ck_assert_ptr_nonnull (ictus_solver_refuse (&c, &m, buf));
    }
  c.name = "auto";
  ck_assert_ptr_null (ictus_solver_refuse (&c, &m, buf));
  {
    const char *name;

    flock_must (ictus_solver_choose (&c, &m, two, &name, buf));
    ck_assert_str_eq (name, "rk4");
  }
  c.grid = false;
  ck_assert_ptr_nonnull (strstr (ictus_solver_refuse (&c, &m, buf), "grid timing"));
  c.grid = true;
  c.name = "rk4";
  moving.delay_fixed = no;
  ck_assert_ptr_nonnull (strstr (ictus_solver_refuse (&c, &m, buf), "changes with time or states"));
  flock_init (&f, &late, 0, 2, two, true, "rk4", 0.25, 0);
  ck_assert_int_eq (flock_start (&f), ICTUS_E_INPUT);
  ck_assert_ptr_nonnull (strstr (ictus_err_last (), "1.25 ms in neuron 1 and 1 ms in neuron 0"));
  flock_clear (&f);
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

/* v jumps when input arrives, x' = v (t - tau): of a jump on the grid nothing is smeared over a step. */
static void
jumpy_init (const double *p, double *y)
{
  UNUSED (p);
  y[0] = y[1] = 0;
}

static void
jumpy_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  UNUSED (t);
  UNUSED (y);
  UNUSED (p);
  f[0] = 0;
  f[1] = u[0];
}

static void
jumpy_delay (double t, const double *y, const double *p, const double *u, double *tau)
{
  UNUSED (t);
  UNUSED (y);
  UNUSED (u);
  tau[0] = p[0];
}

static void
jumpy_port (const double *p, double *c)
{
  UNUSED (p);
  c[0] = 1;
  c[1] = 0;
}

static const ictus_kernel jumpy = { .abi = ICTUS_KERNEL_ABI, .nstate = 2, .npar = 1, .nslot = 1, .nport = 1, .nu = 1, .ndelay = 1, .name = "jumpy", .init = jumpy_init, .rhs = jumpy_rhs, .port = jumpy_port, .delay_of = first_state, .delay_fixed = yes, .delay = jumpy_delay };

static const double *
at_tick_3 (const void *ctx, ictus_tick k)
{
  return k == 3 ? ctx : NULL;
}

START_TEST (jumps_are_seen_late)
{
  double two[] = { 2, 2, 2 }, tau = 1.5;
  flock f;

  flock_init (&f, &jumpy, 0, 3, &tau, false, methods[_i].solver, 0.25, 0);
  f.slot = at_tick_3;
  f.ctx = two;
  flock_must (flock_start (&f));
  flock_must (flock_run (&f, 20, 4)); /* it jumped at 0.75 ms, which is seen from 2.25 to 5 ms */
  for (size_t i = 0; i < 3; ++i)
    ck_assert_double_lt (fabs (f.y[3 + i] - 2 * 2.75), 1e-14);
  flock_clear (&f);
}
END_TEST

/* ---- events ------------------------------------------------------------------------------------------------------------ */

/* x' = 1, a clock; n counts: 0 x rises through 1: x = x - 1, n0 = n0 + 1 (with what n1 was); 1 n0 - 2.5 rises through 0 (set
   off by event 0): n1 = n1 + n0, n0 = 0; 2 z = -t + 0.55 falls through 0: n2 = n2 + 1; 3 sign 0: x - 0.5 is 0 at the
   end of a step: n3 = n3 + 1 */
static void
clock_init (const double *p, double *y)
{
  UNUSED (p);
  memset (y, 0, 5 * sizeof *y);
}

static void
clock_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  UNUSED (t);
  UNUSED (y);
  UNUSED (p);
  UNUSED (u);
  memset (f, 0, 5 * sizeof *f);
  f[0] = 1;
}

static void
clock_event (double t, const double *y, const double *p, const double *u, double *g)
{
  UNUSED (p);
  UNUSED (u);
  g[0] = y[0] - 1;
  g[1] = y[1] - 2.5;
  g[2] = 0.55 - t;
  g[3] = y[0] - 0.5;
}

static int
clock_happen (int k, double t, double *y, const double *p, const double *u)
{
  UNUSED (t);
  UNUSED (p);
  UNUSED (u);
  if (k == 0)
    {
      y[0] -= 1;
      y[1] += 1;
    }
  else if (k == 1)
    {
      y[2] += y[1];
      y[1] = 0;
    }
  else
    y[k + 1] += 1;
  return ICTUS_EVENT_STOP;
}

static void
clock_port (const double *p, double *c)
{
  UNUSED (p);
  memset (c, 0, 5 * sizeof *c);
  c[0] = 1;
}

static const signed char signs[] = { 1, 1, -1, 0 };
static const ictus_kernel clockwork = { .abi = ICTUS_KERNEL_ABI, .nstate = 5, .nport = 1, .nevent = 4, .name = "clock", .init = clock_init, .rhs = clock_rhs, .port = clock_port, .event_sign = signs, .event = clock_event, .happen = clock_happen };

START_TEST (events_happen_at_the_ends_of_steps)
{
  double none = 0;
  flock f;

  flock_init (&f, &clockwork, 0, 9, &none, false, methods[_i].solver, 0.25, 0);
  flock_must (flock_start (&f));
  for (ictus_tick k = 1; k <= 31; ++k) /* restarted at every tick: what the conditions were is found again */
    {
      flock_must (flock_run (&f, k, 1));
      flock_must (ictus_solver_restart (f.s, 0.25 * (double) k));
    }
  for (size_t i = 0; i < 9; ++i)
    {
      ck_assert (f.y[i] == 0.75); /* 7.75 */
      ck_assert (f.y[9 + i] == 1);
      ck_assert (f.y[18 + i] == 6);
      ck_assert (f.y[27 + i] == 1);
      ck_assert (f.y[36 + i] == 8);
    }
  flock_clear (&f);
}
END_TEST

START_TEST (input_sets_events_off)
{
  double half[] = { 0.75, 0.75 }, none = 0;
  flock f;

  flock_init (&f, &clockwork, 0, 2, &none, false, methods[_i].solver, 0.25, 0);
  f.slot = at_tick_3;
  f.ctx = half;
  flock_must (flock_start (&f));
  flock_must (flock_run (&f, 3, 3));
  ck_assert (f.y[0] == 0.5 && f.y[2] == 1); /* 0.75 + 0.75 - 1 */
  ck_assert (f.y[8] == 1);                  /* at 0.5 ms; what input makes is no end of a step */
  flock_must (flock_run (&f, 5, 1));
  ck_assert (f.y[0] == 0 && f.y[2] == 2);
  flock_clear (&f);
}
END_TEST

/* ---- maps --------------------------------------------------------------------------------------------------------------- */

/* x (t+1) = r x (1 - x) and y (t+1) = x (t - 2) + t, an event and a spike among iterations */
static void
logistic_init (const double *p, double *y)
{
  UNUSED (p);
  y[0] = 0.3;
  y[1] = 0;
}

static void
logistic_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  f[0] = p[0] * y[0] * (1 - y[0]) + p[1] * u[1];
  f[1] = u[0] + t;
}

static void
two_late (double t, const double *y, const double *p, const double *u, double *tau)
{
  UNUSED (t);
  UNUSED (y);
  UNUSED (p);
  UNUSED (u);
  tau[0] = 2;
}

static const unsigned char wiener[] = { ICTUS_NOISE_WIENER };
static const ictus_kernel logistic = { .abi = ICTUS_KERNEL_ABI, .nstate = 2, .npar = 2, .nslot = 2, .nu = 2, .ndelay = 1, .nnoise = 1, .is_map = 1, .name = "logistic", .init = logistic_init, .rhs = logistic_rhs, .delay_of = first_state, .delay_fixed = yes, .delay = two_late, .noise = wiener };

START_TEST (a_map_is_iterated)
{
  double p[] = { 3.7, 0 }, x[24] = { 0.3, 0.3, 0.3 }, noisy[] = { 0, 1 }, sum = 0;
  static const char *const names[] = { "map", "auto" };
  flock f;

  for (int k = 0; k < 20; ++k)
    x[k + 3] = p[0] * x[k + 2] * (1 - x[k + 2]);
  flock_init (&f, &logistic, 0, 10, p, false, names[_i], 0.2, 0.1); /* two iterations a tick */
  flock_must (flock_start (&f));
  flock_must (flock_run (&f, 10, 3));
  for (size_t i = 0; i < 10; ++i)
    {
      ck_assert (f.y[i] == x[22]);
      ck_assert (f.y[10 + i] == x[19] + 19); /* two before the one that was iterated */
    }
  flock_clear (&f);
  flock_init (&f, &logistic, 0, 4000, noisy, false, names[_i], 0.1, 0); /* wiener is N (0, 1) a step */
  flock_must (flock_start (&f));
  flock_must (flock_run (&f, 3, 3));
  for (size_t i = 0; i < 4000; ++i)
    sum += f.y[i] * f.y[i] / 4000;
  ck_assert_double_lt (fabs (sum - 1), 4 * sqrt (2.0 / 4000));
  flock_clear (&f);
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

/* ---- who refuses what ----------------------------------------------------------------------------------------------------- */

START_TEST (refusals_name_the_reason)
{
  static const char *const words[] = { "wiener", "random numbers", "Markov", "events", "delays", "a map" };
  static const struct
  {
    const char *solver;
    unsigned serves; /* bit k: words[k] */
  } table[] = { { "euler", 31 }, { "heun", 31 }, { "rk4", 30 }, { "exp-euler", 30 }, { "exact", 0 }, { "rk45", 0 }, { "rosenbrock", 0 }, { "cvode-bdf", 0 }, { "cvode-adams", 0 }, { "map", 32 }, { "auto", 63 } };
  static const unsigned char uniform[] = { ICTUS_NOISE_UNIFORM };
  ictus_kernel k[6];
  char buf[256];

  for (int j = 0; j < 6; ++j)
    k[j] = (ictus_kernel){ .abi = ICTUS_KERNEL_ABI, .nstate = 1, .name = "some", .noise = j == 0 ? wiener : uniform, .delay_of = first_state, .delay_fixed = yes };
  k[0].nnoise = k[1].nnoise = k[2].nmarkov = k[3].nevent = k[4].ndelay = k[5].is_map = 1;
  for (size_t s = 0; s < sizeof table / sizeof *table; ++s)
    for (int j = 0; j < 6; ++j)
      {
        ictus_model m = { .kernel = &k[j] };
        ictus_solver_config c = { .name = table[s].solver, .rtol = 1e-3, .atol = 1e-3, .grid = true, .h_ms = 0.1 };
        const char *why = ictus_solver_refuse (&c, &m, buf);

        if ((table[s].serves >> j & 1) != 0)
          ck_assert_msg (why == NULL, "%s, %s: %s", table[s].solver, words[j], why != NULL ? why : "");
        else if (strcmp (table[s].solver, "map") == 0)
          ck_assert_ptr_nonnull (strstr (why, "iterates maps"));
        else
          ck_assert_msg (why != NULL && strstr (why, words[j]) != NULL, "%s, %s: %s", table[s].solver, words[j], why != NULL ? why : "");
      }
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("solve: delays, events, maps");
  TCase *t = tcase_create ("past");
  SRunner *r;
  int failed;

  tcase_add_loop_test (t, delays_of_whole_steps, 0, 3);
  tcase_add_loop_test (t, delays_between_steps, 0, 3);
  tcase_add_loop_test (t, no_delay_is_the_state, 0, 3);
  tcase_add_loop_test (t, jumps_are_seen_late, 0, 3);
  tcase_add_test (t, what_cannot_be_delayed);
  tcase_add_loop_test (t, events_happen_at_the_ends_of_steps, 0, 3);
  tcase_add_loop_test (t, input_sets_events_off, 0, 3);
  tcase_add_loop_test (t, a_map_is_iterated, 0, 2);
  tcase_add_test (t, refusals_name_the_reason);
  suite_add_tcase (s, t);
  r = srunner_create (s);
  srunner_run_all (r, CK_ENV);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed != 0;
}
