/* SPDX-License-Identifier: BSD-3-Clause */
/* Delay equations by the adaptive methods: closed formulas, jumps, a chaotic one against small fixed steps, a
   delay loop at its Hopf bifurcation. */
#include "path_follow.h"

enum
{
  NBREAK = 12
};
static const double whole[NBREAK] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
static const double whole_back[NBREAK] = { -1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12 };

/* ---- x' = -dir x(t - 1): u[0] is the delayed value
 * --------------------------------------------------------- */

static const int delay_of_0[1] = { 0 };
static const unsigned char is_fixed[2] = { 1, 1 };

static void
tau_1 (double t, const double *y, const double *p, const double *u, double *tau)
{
  (void)t;
  (void)y;
  (void)p;
  (void)u;
  tau[0] = 1;
}

static void
linear_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void)t;
  (void)y;
  f[0] = -p[0] * u[0];
}

static void
linear_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void)t;
  (void)y;
  (void)p;
  (void)u;
  J[0] = 0;
}

static void
exp_history (double t, const double *p, double *y)
{
  (void)p;
  y[0] = exp (t);
}

static const ictus_kernel linear = { .abi = ICTUS_KERNEL_ABI,
                                     .nstate = 1,
                                     .npar = 1,
                                     .nslot = 1,
                                     .nu = 1,
                                     .ndelay = 1,
                                     .delay_of = delay_of_0,
                                     .delay_fixed = is_fixed,
                                     .delay = tau_1,
                                     .rhs = linear_rhs,
                                     .jac = linear_jac };

/* x' = -x(t - 1), x = 1 before 0 (method of steps). */
static double
linear_exact (double t)
{
  double sum = 0;

  for (int k = 0; k <= (int)floor (t) + 1; ++k)
    {
      double term = 1;

      for (int j = 1; j <= k; ++j)
        term *= -(t - k + 1) / j;
      sum += term;
    }
  return sum;
}

START_TEST (method_of_steps)
{
  for (int dir = 1; dir >= -1; dir -= 2)
    {
      double before = INFINITY;

      for (double tol = 1e-5; tol > 1e-12; tol *= 1e-2)
        {
          const double p[1] = { dir }, start[1] = { 1 };
          follow *f = follow_open (&linear, p, _i, tol, 0, start, dir);
          double most = 0;

          f->breaks = dir > 0 ? whole : whole_back;
          f->nbreak = NBREAK;
          f->longest = 1;
          for (double t = 0.25; t <= 8; t += 0.25)
            {
              follow_to (f, dir * t);
              most = fmax (most, fabs (f->y[0] - linear_exact (t)));
            }
          ck_assert_msg (most < 200 * tol && (most < before || most < 1e-13),
                         "%s: tolerance %g, error %g after %g", f->m->pub.name, tol, most, before);
          ck_assert_uint_le (f->steps, 1000);
          before = most;
          follow_close (f);
        }
    }
}
END_TEST

/* exp (t) before 0 and 0 at 0. The jump comes back at 1 in x', and costs nothing there. */
START_TEST (a_jump_at_the_start)
{
  const double p[1] = { 1 }, start[1] = { 0 };
  ictus_kernel k = linear;
  follow *f;

  k.history = exp_history;
  f = follow_open (&k, p, _i, 1e-9, 0, start, 1);
  f->breaks = whole;
  f->nbreak = NBREAK;
  f->longest = 1;
  follow_to (f, 0.5);
  ck_assert_double_eq_tol (f->y[0], exp (-1) - exp (-0.5), 3e-8); /* x' = -exp (t - 1) */
  follow_to (f, 1);
  ck_assert_double_eq_tol (f->y[0], exp (-1) - 1, 1e-7);
  follow_to (f, 2); /* x' = -(exp (-1) - exp (t - 2)) */
  ck_assert_double_eq_tol (f->y[0], exp (-1) - 1 - exp (-1) + (1 - exp (-1)), 1e-7);
  ck_assert_uint_le (f->steps, 250);
  follow_close (f);
}
END_TEST

/* ---- delays that depend on time and state
 * -------------------------------------------------------------------- */

/* x' = x(t - tau) x, tau = log (x) + 1 for x = exp (t) as long as the delayed value is exp (-1), of the
 * history */
static void
state_tau (double t, const double *y, const double *p, const double *u, double *tau)
{
  (void)t;
  (void)p;
  (void)u;
  tau[0] = y[0] > 0 ? log (y[0]) + 1 : 1;
}

static void
state_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void)t;
  (void)p;
  f[0] = M_E * u[0] * y[0];
}

static void
state_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void)t;
  (void)y;
  (void)p;
  J[0] = M_E * u[0];
}

START_TEST (delays_that_depend_on_the_state)
{
  const double p[1] = { 0 }, start[1] = { 1 };
  const unsigned char varies[1] = { 0 };
  ictus_kernel k = linear;
  follow *f;

  k.delay = state_tau;
  k.delay_fixed = varies;
  k.history = exp_history;
  k.rhs = state_rhs;
  k.jac = state_jac;
  f = follow_open (&k, p, _i, 1e-8, 0, start, 1);
  follow_to (f, 2);
  ck_assert_double_eq_tol (f->y[0], exp (2), 1e-5);
  follow_close (f);
}
END_TEST

/* ---- Mackey and Glass 1977: x' = 0.2 x(t - 17) / (1 + x(t - 17)^10) - 0.1 x
 * ----------------------------------- */

static void
tau_17 (double t, const double *y, const double *p, const double *u, double *tau)
{
  (void)t;
  (void)y;
  (void)p;
  (void)u;
  tau[0] = 17;
}

static double
mackey_glass (double x, double old)
{
  return 0.2 * old / (1 + pow (old, 10)) - 0.1 * x;
}

static void
mg_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void)t;
  (void)p;
  f[0] = mackey_glass (y[0], u[0]);
}

static void
mg_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void)t;
  (void)y;
  (void)p;
  (void)u;
  J[0] = -0.1;
}

static const ictus_kernel mg = { .abi = ICTUS_KERNEL_ABI,
                                 .nstate = 1,
                                 .nu = 1,
                                 .ndelay = 1,
                                 .delay_of = delay_of_0,
                                 .delay_fixed = is_fixed,
                                 .delay = tau_17,
                                 .rhs = mg_rhs,
                                 .jac = mg_jac };

enum
{
  GRID = 17 * 64
}; /* steps of a delay */

/* Runge and Kutta's method of order 4 with 64 steps a time unit, the past between the steps by Hermite's
 * cubic. */
static double
mackey_glass_fixed (int ndelay)
{
  int n = ndelay * GRID;
  double h = 1.0 / 64, *x = ictus_alloc ((size_t)n + 1, 2 * sizeof *x), *s = x + n + 1, end;

  x[0] = 1.2;
  for (int i = 0; i < n; ++i)
    {
      double a = 1.2, b = 1.2, c = 1.2, k1, k2, k3, k4;

      if (i >= GRID)
        {
          const double *v = x + i - GRID, *w = s + i - GRID;

          a = v[0];
          c = v[1];
          b = 0.5 * (a + c) + h / 8 * (w[0] - w[1]);
        }
      s[i] = k1 = mackey_glass (x[i], a);
      k2 = mackey_glass (x[i] + h / 2 * k1, b);
      k3 = mackey_glass (x[i] + h / 2 * k2, b);
      k4 = mackey_glass (x[i] + h * k3, c);
      x[i + 1] = x[i] + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
      s[i + 1] = mackey_glass (x[i + 1], c);
    }
  end = x[n];
  ictus_free (x);
  return end;
}

START_TEST (mackey_and_glass)
{
  const double start[1] = { 1.2 };
  double breaks[8];
  follow *f = follow_open (&mg, NULL, _i, 1e-10, 0, start, 1);

  for (int i = 0; i < 8; ++i)
    breaks[i] = 17 * (i + 1);
  f->breaks = breaks;
  f->nbreak = 8;
  f->longest = 17;
  follow_to (f, 170);
  ck_assert_double_eq_tol (f->y[0], mackey_glass_fixed (10), 3e-7);
  follow_close (f);
}
END_TEST

/* ---- subthalamic nucleus and globus pallidus (Nevado-Holgado, Terry & Bogacz 2010,
 * doi:10.1523/JNEUROSCI.0817-10.2010) ---- */

enum
{
  WSG,
  WGS,
  WGG,
  WCS,
  WXG,
  NWEIGHT
};

static const int loop_of[3] = { 1, 0, 1 }; /* u: G (t - 6), S (t - 6), G (t - 4) */

static void
loop_tau (double t, const double *y, const double *p, const double *u, double *tau)
{
  (void)t;
  (void)y;
  (void)p;
  (void)u;
  tau[0] = tau[1] = 6;
  tau[2] = 4;
}

static double
rate (double M, double B, double x)
{
  return M / (1 + (M - B) / B * exp (-4 * x / M));
}

static void
loop_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void)t;
  f[0] = (rate (300, 17, p[WCS] * 27 - p[WGS] * u[0]) - y[0]) / 6;
  f[1] = (rate (400, 75, p[WSG] * u[1] - p[WGG] * u[2] - p[WXG] * 2) - y[1]) / 14;
}

static void
loop_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void)t;
  (void)y;
  (void)p;
  (void)u;
  J[0] = -1.0 / 6;
  J[1] = J[2] = 0;
  J[3] = -1.0 / 14;
}

static const unsigned char loop_fixed[3] = { 1, 1, 1 };
static const ictus_kernel loop = { .abi = ICTUS_KERNEL_ABI,
                                   .nstate = 2,
                                   .npar = NWEIGHT,
                                   .nslot = NWEIGHT,
                                   .nu = 3,
                                   .ndelay = 3,
                                   .delay_of = loop_of,
                                   .delay_fixed = loop_fixed,
                                   .delay = loop_tau,
                                   .rhs = loop_rhs,
                                   .jac = loop_jac };

static follow *
open_loop (int method, double tol, double K, const double *start, double *p)
{
  static const double healthy[NWEIGHT] = { 19, 1.12, 6.6, 2.42, 15.1 },
                      ill[NWEIGHT] = { 20, 10.7, 12.3, 9.2, 139.4 };
  static const double breaks[8] = { 4, 6, 8, 10, 12, 14, 16, 18 };
  follow *f;

  for (int i = 0; i < NWEIGHT; ++i)
    p[i] = healthy[i] + K * (ill[i] - healthy[i]);
  f = follow_open (&loop, p, method, tol, 0, start, 1);
  f->breaks = breaks;
  f->nbreak = 8;
  f->longest = 4;
  return f;
}

/* Maxima of S from `from` to `to`: their number, times and values of the first and the last. */
static int
maxima (follow *f, double from, double to, double *t, double *v)
{
  double a = NAN, b = NAN, c;
  int n = 0;

  follow_to (f, from);
  for (int i = 0; from + 0.25 * i <= to; ++i)
    {
      follow_to (f, from + 0.25 * i);
      c = f->y[0];
      if (b > a && b >= c)
        {
          double x = 0.5 * (a - c) / (a - 2 * b + c); /* of the parabola */

          t[n > 0] = f->t + 0.25 * (x - 1);
          v[n > 0] = b - 0.25 * (a - c) * x;
          ++n;
        }
      a = b;
      b = c;
    }
  return n;
}

START_TEST (healthy_loop_rests)
{
  const double start[2] = { 20, 50 };
  double p[NWEIGHT];
  follow *f = open_loop (_i, 1e-9, 0, start, p);

  follow_to (f, 2000);
  ck_assert_double_eq_tol (f->y[0], 18.14753575, 1e-6);
  ck_assert_double_eq_tol (f->y[1], 53.69299714, 1e-6);
  follow_close (f);
}
END_TEST

/* At the bifurcation a small oscillation neither grows nor decays: 27.4307 Hz. */
START_TEST (loop_at_its_bifurcation)
{
  const double start[2] = { 14.7324811 + 1e-3, 32.79288001 };
  double p[NWEIGHT], t[2], v[2];
  follow *f = open_loop (_i, 1e-11, 0.30471927, start, p);
  int n = maxima (f, 500, 1500, t, v);

  ck_assert_int_gt (n, 20);
  ck_assert_double_eq_tol (1000 * (n - 1) / (t[1] - t[0]), 27.4307, 3e-3);
  ck_assert_double_eq_tol ((v[1] - 14.7324811) / (v[0] - 14.7324811), 1, 2e-3);
  follow_close (f);
}
END_TEST

/* Largest S with Euler's method and steps of 0.1, 0.01, 0.001 ms: 66.200, 65.531, 65.465 */
START_TEST (ill_loop_oscillates)
{
  const double start[2] = { 20, 50 };
  double p[NWEIGHT], t[2], v[2];
  follow *f = open_loop (_i, 1e-7, 1, start, p);
  int n = maxima (f, 1000, 2000, t, v);

  ck_assert_int_gt (n, 15);
  ck_assert_double_eq_tol (1000 * (n - 1) / (t[1] - t[0]), 20.5, 0.1);
  ck_assert_double_eq_tol (v[1], 65.458, 0.01);
  follow_close (f);
}
END_TEST

static void
fill (TCase *tc)
{
  tcase_add_loop_test (tc, method_of_steps, 0, NMETHOD);
  tcase_add_loop_test (tc, a_jump_at_the_start, 0, NMETHOD);
  tcase_add_loop_test (tc, delays_that_depend_on_the_state, 0, NMETHOD);
  tcase_add_loop_test (tc, mackey_and_glass, 0, NMETHOD);
  tcase_add_loop_test (tc, healthy_loop_rests, 0, NMETHOD);
  tcase_add_loop_test (tc, loop_at_its_bifurcation, 0, NMETHOD);
  tcase_add_loop_test (tc, ill_loop_oscillates, 0, NMETHOD);
}

int
main (void)
{
  return follow_run ("path delay", fill);
}
