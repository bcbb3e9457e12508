/* SPDX-License-Identifier: BSD-3-Clause */
/* The adaptive methods of a path by themselves: accuracy against tolerance, order of the dense output, stiff
   systems, many equations, both directions of time, limits, failures. */
#include "path_follow.h"

#include "path/path_stepping.h"

/* ---- systems ----------------------------------------------------------------------------------------------
 */

/* y'' = -y, and z' = cos t, which depends on time. */
static void
wave_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void)p;
  (void)u;
  f[0] = y[1];
  f[1] = -y[0];
  f[2] = cos (t);
}

static void
wave_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void)t;
  (void)y;
  (void)p;
  (void)u;
  memset (J, 0, 9 * sizeof *J);
  J[1 * 3 + 0] = 1;
  J[0 * 3 + 1] = -1;
}

static const ictus_kernel wave = { .abi = ICTUS_KERNEL_ABI, .nstate = 3, .rhs = wave_rhs, .jac = wave_jac };

static void
lorenz_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void)t;
  (void)p;
  (void)u;
  f[0] = 10 * (y[1] - y[0]);
  f[1] = y[0] * (28 - y[2]) - y[1];
  f[2] = y[0] * y[1] - 8.0 / 3 * y[2];
}

static void
lorenz_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  const double j[9] = { -10, 28 - y[2], y[1], 10, -1, y[0], 0, -y[0], -8.0 / 3 };

  (void)t;
  (void)p;
  (void)u;
  memcpy (J, j, sizeof j);
}

static const ictus_kernel lorenz
    = { .abi = ICTUS_KERNEL_ABI, .nstate = 3, .rhs = lorenz_rhs, .jac = lorenz_jac };

static void
vdp_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void)t;
  (void)u;
  f[0] = y[1];
  f[1] = p[0] * (1 - y[0] * y[0]) * y[1] - y[0];
}

static void
vdp_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void)t;
  (void)u;
  J[0] = 0;
  J[1] = -2 * p[0] * y[0] * y[1] - 1;
  J[2] = 1;
  J[3] = p[0] * (1 - y[0] * y[0]);
}

static const ictus_kernel vdp
    = { .abi = ICTUS_KERNEL_ABI, .nstate = 2, .npar = 1, .nslot = 1, .rhs = vdp_rhs, .jac = vdp_jac };

static void
robertson_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void)t;
  (void)p;
  (void)u;
  f[0] = -0.04 * y[0] + 1e4 * y[1] * y[2];
  f[2] = 3e7 * y[1] * y[1];
  f[1] = -f[0] - f[2];
}

static void
robertson_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void)t;
  (void)p;
  (void)u;
  J[0] = -0.04;
  J[1] = 0.04;
  J[2] = 0;
  J[3] = 1e4 * y[2];
  J[4] = -1e4 * y[2] - 6e7 * y[1];
  J[5] = 6e7 * y[1];
  J[6] = 1e4 * y[1];
  J[7] = -1e4 * y[1];
  J[8] = 0;
}

static const ictus_kernel robertson
    = { .abi = ICTUS_KERNEL_ABI, .nstate = 3, .rhs = robertson_rhs, .jac = robertson_jac };

static double
over (double x) /* x / (1 - exp (-x)) */
{
  return fabs (x) < 1e-7 ? 1 + x / 2 : -x / expm1 (-x);
}

/* Hodgkin and Huxley 1952 in the modern sign; p: the current. */
static void
hh_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  double V = y[0], m = y[1], h = y[2], n = y[3];

  (void)t;
  (void)u;
  f[0] = p[0] - 120 * m * m * m * h * (V - 50) - 36 * n * n * n * n * (V + 77) - 0.3 * (V + 54.4);
  f[1] = over ((V + 40) / 10) * (1 - m) - 4 * exp (-(V + 65) / 18) * m;
  f[2] = 0.07 * exp (-(V + 65) / 20) * (1 - h) - h / (1 + exp (-(V + 35) / 10));
  f[3] = 0.1 * over ((V + 55) / 10) * (1 - n) - 0.125 * exp (-(V + 65) / 80) * n;
}

/* By differences: a Jacobian that is not exact to the last digits. */
static void
hh_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  double a[4], f[4], g[4];

  for (int j = 0; j < 4; ++j)
    {
      double d = 1e-6 * (1 + fabs (y[j]));

      memcpy (a, y, sizeof a);
      a[j] = y[j] + d;
      hh_rhs (t, a, p, u, f);
      a[j] = y[j] - d;
      hh_rhs (t, a, p, u, g);
      for (int i = 0; i < 4; ++i)
        J[j * 4 + i] = (f[i] - g[i]) / (2 * d);
    }
}

static const ictus_kernel hh
    = { .abi = ICTUS_KERNEL_ABI, .nstate = 4, .npar = 1, .nslot = 1, .rhs = hh_rhs, .jac = hh_jac };

/* Diffusion along a chain of NCHAIN nodes on [0, 1] with both ends at 0. */
enum
{
  NCHAIN = 1000
};

static void
chain_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  double d = (NCHAIN + 1.0) * (NCHAIN + 1.0);

  (void)t;
  (void)p;
  (void)u;
  for (int i = 0; i < NCHAIN; ++i)
    f[i] = d * ((i > 0 ? y[i - 1] : 0) - 2 * y[i] + (i < NCHAIN - 1 ? y[i + 1] : 0));
}

static void
chain_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  double d = (NCHAIN + 1.0) * (NCHAIN + 1.0);

  (void)t;
  (void)y;
  (void)p;
  (void)u;
  memset (J, 0, sizeof *J * NCHAIN * NCHAIN);
  for (int i = 0; i < NCHAIN; ++i)
    {
      J[i * NCHAIN + i] = -2 * d;
      if (i > 0)
        J[i * NCHAIN + i - 1] = d;
      if (i < NCHAIN - 1)
        J[i * NCHAIN + i + 1] = d;
    }
}

static const ictus_kernel chain
    = { .abi = ICTUS_KERNEL_ABI, .nstate = NCHAIN, .rhs = chain_rhs, .jac = chain_jac };

/* p[0] 0: x' = x^2; 1: x' = -sqrt (x), not defined from x = 0 on, where it arrives at t = 2; 2: always NaN */
static void
bad_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void)t;
  (void)u;
  f[0] = 0;
  f[1] = p[0] > 1 ? NAN : p[0] > 0 ? -sqrt (y[1]) - 1e-3 : y[1] * y[1];
}

static void
bad_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void)t;
  (void)u;
  J[0] = J[1] = J[2] = 0;
  J[3] = p[0] > 1 ? 0 : p[0] > 0 ? -0.5 / sqrt (y[1]) : 2 * y[1];
}

static const ictus_kernel bad
    = { .abi = ICTUS_KERNEL_ABI, .nstate = 2, .npar = 1, .nslot = 1, .rhs = bad_rhs, .jac = bad_jac };

/* ---- accuracy ---------------------------------------------------------------------------------------------
 */

static const double wave0[3] = { 0, 1, 0 };

START_TEST (the_error_follows_the_tolerance)
{
  double before = INFINITY;

  for (double tol = 1e-3; tol > 1e-11; tol *= 1e-2)
    {
      follow *f = follow_open (&wave, NULL, _i, tol, 0, wave0, 1);
      double exact[3] = { sin (10), cos (10), sin (10) }, e;

      follow_to (f, 10);
      e = follow_error (3, f->y, exact);
      ck_assert_msg (e < 300 * tol, "%s: tolerance %g, error %g", f->m->pub.name, tol, e);
      ck_assert_msg (e < 0.3 * before, "%s: tolerance %g, error %g after %g", f->m->pub.name, tol, e, before);
      before = e;
      follow_close (f);
    }
}
END_TEST

START_TEST (lorenz_for_a_while)
{
  const double start[3] = { 1, 1, 1 };
  double ref[3];
  follow *f = follow_open (&lorenz, NULL, RK45, 1e-13, 0, start, 1);

  follow_to (f, 5);
  memcpy (ref, f->y, sizeof ref);
  follow_close (f);
  for (double tol = 1e-5; tol > 1e-10; tol *= 1e-2)
    {
      f = follow_open (&lorenz, NULL, _i, tol, 0, start, 1);
      follow_to (f, 5);
      ck_assert_msg (follow_error (3, f->y, ref) < 2e3 * tol, "%s: tolerance %g, error %g", f->m->pub.name,
                     tol, follow_error (3, f->y, ref));
      follow_close (f);
    }
}
END_TEST

START_TEST (between_the_ends_of_a_step)
{
  for (double tol = 1e-4; tol > 1e-11; tol *= 1e-3)
    {
      follow *f = follow_open (&wave, NULL, _i, tol, 0, wave0, 1);
      double y[3], most = 0;

      follow_start (f);
      while (f->t < 10)
        {
          follow_must (follow_step (f, 10));
          for (int i = 0; i <= 8; ++i)
            {
              double t = f->begin + (f->t - f->begin) * i / 8, exact[3] = { sin (t), cos (t), sin (t) };

              f->m->dense (f->self, t, y);
              most = fmax (most, follow_error (3, y, exact));
            }
          f->m->dense (f->self, f->t, y);
          ck_assert_double_le (follow_error (3, y, f->y), 1e-14);
        }
      ck_assert_msg (most < 500 * tol, "%s: tolerance %g, error between %g", f->m->pub.name, tol, most);
      follow_close (f);
    }
}
END_TEST

/* Steps of one size: the error of the end goes with its fifth power, that of the middle at least with the
 * fourth. */
START_TEST (orders)
{
  double end[3], middle[3];

  for (int i = 0; i < 3; ++i)
    {
      follow *f = follow_open (&wave, NULL, _i, 1e3, 0, wave0, 1);
      double h = 0.2 / (1 << i), y[3];

      f->c.dtmax = h;
      follow_start (f);
      while (f->t < 4 - 1e-9)
        follow_must (follow_step (f, f->t + h));
      end[i] = follow_error (3, f->y, (double[3]){ sin (f->t), cos (f->t), sin (f->t) });
      f->m->dense (f->self, f->t - h / 2, y);
      middle[i]
          = follow_error (3, y, (double[3]){ sin (f->t - h / 2), cos (f->t - h / 2), sin (f->t - h / 2) });
      follow_close (f);
    }
  for (int i = 1; i < 3; ++i)
    {
      ck_assert_double_ge (log2 (end[i - 1] / end[i]), 4.7);
      ck_assert_double_ge (log2 (middle[i - 1] / middle[i]), 4);
    }
}
END_TEST

/* ---- stiff ------------------------------------------------------------------------------------------------
 */

/* Hairer & Wanner's reference solutions, in the scaling of the test set for mu = 1000. */
START_TEST (van_der_pol)
{
  const double mu[1] = { 1000 }, start[2] = { 2, 0 }, ref[2] = { 1.706167732170469, -0.8928097010248125e-3 };

  for (double tol = 1e-6; tol > 1e-11; tol *= 1e-2)
    {
      follow *f = follow_open (&vdp, mu, _i == 0 ? ROSENBROCK : BDF, tol, 0, start, 1);

      follow_to (f, 2000);
      ck_assert_msg (fabs (f->y[0] - ref[0]) < 2000 * tol, "%s: tolerance %g, error %g", f->m->pub.name, tol,
                     f->y[0] - ref[0]);
      ck_assert_double_eq_tol (f->y[1], ref[1], 500 * tol);
      ck_assert_uint_le (f->steps, tol > 1e-7 ? 1500 : 20000);
      follow_close (f);
    }
}
END_TEST

START_TEST (chemistry)
{
  const double start[3] = { 1, 0, 0 };
  double y[2][3];

  for (int m = 0; m < 2; ++m)
    {
      follow *f = follow_open (&robertson, NULL, m == 0 ? ROSENBROCK : BDF, 1e-10, 0, start, 1);

      f->c.atol = 1e-14;
      follow_to (f, 4e4);
      memcpy (y[m], f->y, sizeof y[m]);
      ck_assert_double_eq_tol (y[m][0] + y[m][1] + y[m][2], 1, 1e-9);
      ck_assert_uint_le (f->steps, 4000);
      follow_close (f);
    }
  for (int i = 0; i < 3; ++i)
    ck_assert_double_eq_tol (y[0][i], y[1][i], 1e-7 * fabs (y[0][i]));
}
END_TEST

/* Reference values: doc/theory, two methods of order 8 and 5 with tolerances of 1e-12. */
START_TEST (hodgkin_huxley_fires_on_time)
{
  const double I[1] = { 10 }, start[4] = { -65, 0.05293248525724958, 0.5961207535084603, 0.3176769140606974 },
               end[4] = { -62.17199131, 0.06952054132, 0.4581730078, 0.3917090512 };
  const double ref[4] = { 1.9014205911, 16.8250353293, 31.4763863878, 90.0307268208 };
  follow *f = follow_open (&hh, I, _i, _i < BDF ? 1e-10 : 1e-12, 0, start, 1);
  double spike[16], before = start[0], y[4];
  int n = 0;

  follow_start (f);
  while (f->t < 100)
    {
      follow_must (follow_step (f, 100));
      if (before < 0 && f->y[0] >= 0)
        {
          double a = f->begin, b = f->t;

          while (b - a > 1e-13)
            {
              double c = 0.5 * (a + b);

              f->m->dense (f->self, c, y);
              *(y[0] < 0 ? &a : &b) = c;
              if (c <= a && c >= b)
                break;
            }
          spike[n++] = b;
          ck_assert_int_lt (n, 16);
        }
      before = f->y[0];
    }
  ck_assert_int_eq (n, 7);
  for (int i = 0; i < 3; ++i)
    ck_assert_double_eq_tol (spike[i], ref[i], 3e-8);
  ck_assert_double_eq_tol (spike[6], ref[3], 5e-8);
  for (int i = 0; i < 4; ++i)
    ck_assert_double_eq_tol (f->y[i], end[i], 1e-6 * (1 + fabs (end[i])));
  follow_close (f);
}
END_TEST

START_TEST (a_thousand_equations)
{
  double *y = ictus_alloc (NCHAIN, sizeof *y),
         lambda = 4 * (NCHAIN + 1.0) * (NCHAIN + 1.0) * pow (sin (M_PI / 2 / (NCHAIN + 1)), 2);
  follow *f;

  for (int i = 0; i < NCHAIN; ++i)
    y[i] = sin (M_PI * (i + 1) / (NCHAIN + 1)) + sin (300 * M_PI * (i + 1) / (NCHAIN + 1));
  f = follow_open (&chain, NULL, _i == 0 ? ROSENBROCK : BDF, 1e-8, 0, y, 1);
  follow_to (f, 0.1);
  for (int i = 0; i < NCHAIN; ++i)
    ck_assert_double_eq_tol (f->y[i], exp (-lambda * 0.1) * sin (M_PI * (i + 1) / (NCHAIN + 1)), 1e-6);
  ck_assert_uint_le (f->steps, 500);
  follow_close (f);
  ictus_free (y);
}
END_TEST

/* ---- linear systems
 * ---------------------------------------------------------------------------------------- */

/* A system with a known solution is solved to tol; 0: it has none. */
static void
check_matrix (ictus__matrix *m, int n, double a, double b, double tol)
{
  double *J = ictus__matrix_jacobian (m), *x = ictus_alloc ((size_t)n, 2 * sizeof *x), *r = x + n;

  follow_must (ictus__matrix_filled (m));
  ck_assert (ictus__matrix_factor (m, a, b) == (tol > 0));
  if (tol > 0)
    {
      for (int j = 0; j < n; ++j)
        {
          double v = cos (j);

          r[j] += a * v;
          for (int i = 0; i < n; ++i)
            r[i] += b * J[j * n + i] * v;
        }
      ictus__matrix_solve (m, r);
      for (int j = 0; j < n; ++j)
        ck_assert_double_eq_tol (r[j], cos (j), tol);
    }
  ictus_free (x);
}

START_TEST (linear_systems)
{
  const int n = 200;
  ictus_rng g = ictus_rng_open (1, ICTUS_RNG_TEST, 0, 0, 0);
  ictus__matrix *m;
  double *J;

  follow_must (ictus__matrix_create (n, &m));
  J = ictus__matrix_jacobian (m);
  for (int i = 0; i < n; ++i)
    J[i * n + i] = -1 - ictus_rng_uniform (&g);
  check_matrix (m, n, 2, -0.5, 1e-9);
  ck_assert_double_le (ictus__matrix_work (m), n);
  /* an arrow, then two more entries a row: what is new is noticed */
  for (int i = 0; i < n; ++i)
    J[i] = J[i * n] = i == 0 ? -3 : 0.05;
  check_matrix (m, n, 2, -0.5, 1e-9);
  ck_assert_double_le (ictus__matrix_work (m), 5 * n);
  for (int i = 0; i < n; ++i)
    for (int k = 0; k < 2; ++k)
      J[(int)ictus_rng_below (&g, n) * n + i] = ictus_rng_uniform (&g) - 0.5;
  check_matrix (m, n, 2, -0.5, 1e-9);
  /* full */
  for (int e = 0; e < n * n; ++e)
    J[e] = ictus_rng_uniform (&g) - 0.5;
  check_matrix (m, n, 1, 0.01, 1e-9);
  ck_assert_double_ge (ictus__matrix_work (m), n * n * n / 3.5);
  J[7] = NAN;
  check_matrix (m, n, 1, 0.01, 0);
  ictus__matrix_destroy (&m);
}
END_TEST

START_TEST (pivots_that_are_too_small)
{
  ictus__matrix *m;
  double *J;

  follow_must (ictus__matrix_create (3, &m));
  J = ictus__matrix_jacobian (m);
  memcpy (J, (double[9]){ 0, 1, 2, 3, 0, 4, 5, 6, 0 }, 9 * sizeof *J);
  check_matrix (m, 3, 0, 1, 1e-9); /* nothing on the diagonal */
  check_matrix (m, 3, 1e-14, 1, 1e-9);
  memcpy (J, (double[9]){ 1, 2, 3, 2, 4, 6, 0, 0, 1 }, 9 * sizeof *J);
  check_matrix (m, 3, 0, 1, 0); /* singular */
  check_matrix (m, 3, 1, 1, 1e-9);
  memcpy (J, (double[9]){ -1e9, 1e9, 0, 1e-3, -1, 1e5, 0, 1, -1e-6 }, 9 * sizeof *J); /* scales far apart */
  check_matrix (m, 3, 1, -0.01, 1e-5);
  ictus__matrix_destroy (&m);
}
END_TEST

/* ---- time -------------------------------------------------------------------------------------------------
 */

START_TEST (there_and_back_again)
{
  const double start[3] = { 1, 2, 20 };
  follow *f = follow_open (&lorenz, NULL, _i, 1e-11, 3, start, 1), *b;

  follow_to (f, 3.5);
  b = follow_open (&lorenz, NULL, _i, 1e-11, 3.5, f->y, -1);
  follow_to (b, 3);
  ck_assert_double_le (follow_error (3, b->y, start),
                       1e-5); /* backwards, what was pressed together is pulled apart */
  follow_close (f);
  follow_close (b);
}
END_TEST

/* Many ends of steps on the way: all met exactly, and few more steps than without. */
START_TEST (limits_are_met)
{
  double exact[3], at = 0;
  uint64_t free_steps;
  follow *f = follow_open (&wave, NULL, _i, 1e-8, 0, wave0, 1);

  follow_to (f, 20);
  free_steps = f->steps;
  follow_close (f);
  f = follow_open (&wave, NULL, _i, 1e-8, 0, wave0, 1);
  for (int i = 1; i <= 200; ++i)
    {
      at = i % 10 == 9 ? at + 1e-9 : i % 10 == 8 ? nextafter (at, 1e9) : 0.1 * i;
      follow_to (f, at);
    }
  exact[0] = exact[2] = sin (at);
  exact[1] = cos (at);
  ck_assert_double_le (follow_error (3, f->y, exact), 1e-5);
  ck_assert_uint_le (f->steps, 8 * 200 + free_steps);
  /* a fresh start right before a limit */
  follow_start (f);
  follow_to (f, nextafter (at, 1e9));
  f->m->dense (f->self, at, exact);
  ck_assert_double_le (follow_error (3, f->y, exact), 1e-12);
  follow_to (f, 21);
  ck_assert_int_eq (f->m->step (f->self, 20, &at, exact), ICTUS_E_ARG);
  follow_close (f);
}
END_TEST

START_TEST (steps_are_not_longer_than_dtmax)
{
  follow *f = follow_open (&wave, NULL, _i, 1e-3, 0, wave0, 1);
  double most = 0;

  f->c.dtmax = 0.01;
  follow_start (f);
  while (f->t < 1)
    {
      follow_must (follow_step (f, 1));
      most = fmax (most, f->t - f->begin);
    }
  ck_assert_double_le (most, 0.01 * (1 + 1e-12));
  ck_assert_uint_le (f->steps, 150);
  follow_close (f);
}
END_TEST

START_TEST (the_same_run_has_the_same_bits)
{
  const double start[3] = { 1, 1, 1 };
  double y[2][3];
  uint64_t rhs[2];

  for (int i = 0; i < 2; ++i)
    {
      follow *f = follow_open (&lorenz, NULL, _i, 1e-7, 0, start, 1);

      follow_to (f, 40);
      memcpy (y[i], f->y, sizeof y[i]);
      rhs[i] = f->s.rhs;
      follow_close (f);
    }
  ck_assert_mem_eq (y[0], y[1], sizeof y[0]);
  ck_assert_uint_eq (rhs[0], rhs[1]);
}
END_TEST

/* ---- failures
 * ---------------------------------------------------------------------------------------------- */

static ictus_err
until_it_fails (follow *f, double end)
{
  ictus_err e = ICTUS_OK;

  follow_start (f);
  while (e == ICTUS_OK && f->t < end)
    e = follow_step (f, end);
  return e;
}

START_TEST (what_fails_is_said)
{
  const double start[2] = { 3, 1 };

  for (int kind = 0; kind < 3; ++kind)
    {
      double p[1] = { kind };
      follow *f = follow_open (&bad, p, _i, 1e-6, 0, start, 1);
      double t, y[2];
      ictus_err e = until_it_fails (f, 10);

      ck_assert_msg (e == ICTUS_E_SOLVER, "%s, kind %d: code %d at %g", f->m->pub.name, kind, e, f->t);
      ck_assert_double_eq_tol (f->t, kind == 0 ? 1 : kind == 1 ? 2 : 0, 0.02);
      ck_assert_msg (strstr (ictus_err_last (), f->m->pub.name) == ictus_err_last (), "%s",
                     ictus_err_last ());
      ck_assert_msg (strstr (ictus_err_last (), "at t = ") != NULL, "%s", ictus_err_last ());
      if (kind > 0)
        {
          ck_assert_msg (strstr (ictus_err_last (), "state 2 (of 2)") != NULL, "%s", ictus_err_last ());
          ck_assert_msg (strstr (ictus_err_last (), "not finite") != NULL, "%s", ictus_err_last ());
        }
      t = f->t;
      memcpy (y, f->y, sizeof y);
      follow_close (f);
      (void)t;
    }
}
END_TEST

START_TEST (dtmin_is_obeyed)
{
  const double p[1] = { 0 }, start[2] = { 0, 1 };
  follow *f = follow_open (&bad, p, _i, 1e-6, 0, start, 1);

  f->c.dtmin = 1e-3;
  ck_assert_int_eq (until_it_fails (f, 10), ICTUS_E_SOLVER);
  ck_assert_double_eq_tol (f->t, 1, 0.2);
  ck_assert_double_le (f->t, 1);
  follow_close (f);
}
END_TEST

/* A state that stays 0 does not disturb. */
START_TEST (no_absolute_tolerance)
{
  const double p[1] = { 0 }, start[2] = { 0, 1 };
  follow *f = follow_open (&bad, p, _i, 1e-8, 0, start, 1);

  f->c.atol = 0;
  follow_to (f, 0.5);
  ck_assert_double_eq (f->y[0], 0);
  ck_assert_double_eq_tol (f->y[1], 2, 1e-5);
  ck_assert_uint_le (f->steps, 200);
  follow_close (f);
}
END_TEST

START_TEST (maps_are_refused)
{
  ictus_kernel k = wave;
  ictus_model m = { .kernel = &k };
  char buf[256];

  ck_assert_ptr_null (follow_methods[_i]->refuse (&m, buf));
  k.is_map = 1;
  ck_assert_ptr_nonnull (strstr (follow_methods[_i]->refuse (&m, buf), "map"));
}
END_TEST

START_TEST (memory_comes_back)
{
  size_t live = ictus_mem_live ();
  follow *f = follow_open (&wave, NULL, _i, 1e-6, 0, wave0, 1);

  follow_to (f, 1);
  follow_close (f);
  ck_assert_uint_eq (ictus_mem_live (), live);
}
END_TEST

static void
fill (TCase *tc)
{
  tcase_add_loop_test (tc, the_error_follows_the_tolerance, 0, NMETHOD);
  tcase_add_loop_test (tc, lorenz_for_a_while, 0, NMETHOD);
  tcase_add_loop_test (tc, between_the_ends_of_a_step, 0, NMETHOD);
  tcase_add_loop_test (tc, orders, RK45, ROSENBROCK + 1);
  tcase_add_loop_test (tc, van_der_pol, 0, 2);
  tcase_add_test (tc, chemistry);
  tcase_add_loop_test (tc, hodgkin_huxley_fires_on_time, 0, NMETHOD);
  tcase_add_loop_test (tc, a_thousand_equations, 0, 2);
  tcase_add_test (tc, linear_systems);
  tcase_add_test (tc, pivots_that_are_too_small);
  tcase_add_loop_test (tc, there_and_back_again, 0, NMETHOD);
  tcase_add_loop_test (tc, limits_are_met, 0, NMETHOD);
  tcase_add_loop_test (tc, steps_are_not_longer_than_dtmax, 0, NMETHOD);
  tcase_add_loop_test (tc, the_same_run_has_the_same_bits, 0, NMETHOD);
  tcase_add_loop_test (tc, what_fails_is_said, 0, NMETHOD);
  tcase_add_loop_test (tc, dtmin_is_obeyed, 0, NMETHOD);
  tcase_add_loop_test (tc, no_absolute_tolerance, 0, NMETHOD);
  tcase_add_loop_test (tc, maps_are_refused, 0, NMETHOD);
  tcase_add_loop_test (tc, memory_comes_back, 0, NMETHOD);
}

int
main (void)
{
  return follow_run ("path adaptive", fill);
}
