/* SPDX-License-Identifier: BSD-3-Clause */
/* Noise and Markov variables: orders and moments against closed formulas, keys of the random numbers. All seeds are fixed;
   bounds are four standard errors. */
#include "path_check.h"

/* ---- Ornstein-Uhlenbeck: x' = -x + w */

static void
one_init (const double *p, double *y)
{
  (void) p;
  y[0] = 1;
}

static void
ou_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t;
  (void) p;
  f[0] = -y[0] + u[0];
}

static const unsigned char wiener[2] = { ICTUS_NOISE_WIENER, ICTUS_NOISE_UNIFORM };

static void
ou_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void) t;
  (void) y;
  (void) p;
  (void) u;
  J[0] = -1;
}

static void
noise_aux (double t, const double *y, const double *p, const double *u, double *a)
{
  (void) t;
  (void) y;
  (void) p;
  a[0] = u[0];
  a[1] = u[1];
}

static void
ou (rig *r, const char *method, double total, double dt)
{
  rig_make (r, "x'=-x\ninit x=1\naux a=x\naux b=x\n",
            (ictus_kernel) { .nstate = 1, .nnoise = 2, .naux = 2, .noise = wiener, .init = one_init, .rhs = ou_rhs,
                             .jac = ou_jac, .aux = noise_aux },
            method, total, dt);
}

/* Mean and variance of x at 1 over many runs; the numbers that the scheme itself must give, not the limit of small steps. */
static void
moments (const char *method, double dt, double factor, double variance_of_step, int nrun)
{
  double mean = 0, square = 0, want = 1, var = 0;
  rig r;

  for (double t = 0; t < 1 - dt / 2; t += dt)
    {
      want *= factor;
      var = var * factor * factor + variance_of_step;
    }
  ou (&r, method, 1, dt);
  for (int i = 0; i < nrun; ++i)
    {
      r.c.run = (uint64_t) i;
      rig_run (&r);
      mean += r.out.y[0];
      square += r.out.y[0] * r.out.y[0];
    }
  mean /= nrun;
  square = square / nrun - mean * mean;
  ck_assert_double_eq_tol (mean, want, 4 * sqrt (var / nrun));
  ck_assert_double_eq_tol (square, var, 4 * var * sqrt (2.0 / nrun));
  rig_done (&r);
}

START_TEST (moments_of_ornstein_uhlenbeck)
{
  double h = 0.1, g = 1 - 0.5 * h;
  double z = -h, rk = 1 + z + z * z / 2 + z * z * z / 6 + z * z * z * z / 24, e = exp (-h);

  moments ("euler", h, 1 - h, h, 20000);
  moments ("heun", h, 1 - h + h * h / 2, h * g * g, 20000);
  moments ("rk4", h, rk, (1 - rk) * (1 - rk) / h, 20000);
  moments ("rk45", h, e, (1 - e) * (1 - e) / h, 2000);
}
END_TEST

START_TEST (noise_has_its_keys)
{
  rig r, s;

  ou (&r, "euler", 2, 0.1);
  rig_run (&r);
  ou (&s, "heun", 2, 0.1); /* the same numbers for another method */
  rig_run (&s);
  ck_assert_double_eq_tol (rig_at (&r, 0, 1), 0, 1e-300);
  for (size_t i = 0; i < 21; ++i)
    {
      ck_assert (!(rig_at (&r, i, 1) < rig_at (&s, i, 1)) && !(rig_at (&r, i, 1) > rig_at (&s, i, 1)));
      ck_assert (rig_at (&r, i, 2) > 0 && rig_at (&r, i, 2) < 1);
      if (i > 1)
        ck_assert_double_ne (rig_at (&r, i, 1), rig_at (&r, i - 1, 1));
    }
  s.c.run = 1;
  rig_run (&s);
  ck_assert_double_ne (rig_at (&r, 5, 1), rig_at (&s, 5, 1));
  s.c.run = 0;
  s.c.seed = 2;
  rig_run (&s);
  ck_assert_double_ne (rig_at (&r, 5, 1), rig_at (&s, 5, 1));
  s.c.seed = 1;
  s.c.method = "rk45"; /* and for an adaptive one, which holds them constant over the same dt */
  rig_run (&s);
  for (size_t i = 0; i < 21; ++i)
    ck_assert (!(rig_at (&r, i, 1) < rig_at (&s, i, 1)) && !(rig_at (&r, i, 1) > rig_at (&s, i, 1)));
  ck_assert_double_eq_tol (rig_at (&s, 1, 0), exp (-0.1) + (1 - exp (-0.1)) * rig_at (&s, 1, 1), 1e-9);
  ictus_path_clear (&s.out);
  ictus_lang_destroy (&s.m.lang);
  rig_done (&r);
}
END_TEST

/* ---- geometric Brownian motion: x' = a x + b x w; Ito for euler, Stratonovich for heun. The Wiener path is that of aux. */

static void
gbm_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t;
  (void) p;
  f[0] = 0.5 * y[0] + 0.8 * y[0] * u[0];
}

/* Root of the mean square error at 1 against the exact solution along the same path; mean of x in *mean. */
static double
strong_error (const char *method, double dt, double ito, int nrun, double *mean)
{
  double sum = 0;
  rig r;

  *mean = 0;
  rig_make (&r, "x'=-x\ninit x=1\naux a=x\naux b=x\n",
            (ictus_kernel) { .nstate = 1, .nnoise = 2, .naux = 2, .noise = wiener, .init = one_init, .rhs = gbm_rhs,
                             .aux = noise_aux },
            method, 1, dt);
  for (int i = 0; i < nrun; ++i)
    {
      double w = 0, exact;

      r.c.run = (uint64_t) i;
      rig_run (&r);
      for (size_t k = 1; k < r.out.nrow; ++k)
        w += rig_at (&r, k, 1) * dt;
      exact = exp (0.5 - ito * 0.32 + 0.8 * w);
      sum += (r.out.y[0] - exact) * (r.out.y[0] - exact);
      *mean += r.out.y[0] / nrun;
    }
  rig_done (&r);
  return sqrt (sum / nrun);
}

START_TEST (geometric_brownian_motion)
{
  double mean, coarse = strong_error ("euler", 1. / 64, 1, 1000, &mean), fine = strong_error ("euler", 1. / 1024, 1, 1000, &mean);
  double order = log2 (coarse / fine) / 4;

  ck_assert_msg (fabs (order - 0.5) < 0.1, "euler: strong order %g", order);
  /* variance of the exact solution: exp (2 a) (exp (b^2) - 1) */
  ck_assert_double_eq_tol (mean, exp (0.5), 4 * exp (0.5) * sqrt ((exp (0.64) - 1) / 1000));
  coarse = strong_error ("heun", 1. / 16, 0, 2000, &mean);
  fine = strong_error ("heun", 1. / 256, 0, 2000, &mean);
  order = log2 (coarse / fine) / 4;
  ck_assert_msg (fabs (order - 1) < 0.15, "heun: strong order %g", order);
  ck_assert_double_eq_tol (mean, exp (0.82), 4 * exp (0.82) * sqrt ((exp (0.64) - 1) / 2000));
}
END_TEST

/* The mean of Euler's method is (1 + a h)^n exactly in expectation, so its weak order is 1: seen through the same paths. */
START_TEST (weak_order_of_euler)
{
  double mean, exact = exp (0.5);

  (void) strong_error ("euler", 0.25, 1, 20000, &mean);
  ck_assert_double_eq_tol (mean, pow (1 + 0.5 * 0.25, 4), 4 * exact * sqrt ((exp (0.64) - 1) / 20000));
}
END_TEST

/* ---- a Markov variable z of three values that drives x' = z - x */

static const int markov_of[1] = { 1 }, markov_n[1] = { 3 };

static void
chain_init (const double *p, double *y)
{
  (void) p;
  y[0] = y[1] = 0;
}

static void
chain_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t;
  (void) p;
  (void) u;
  f[0] = y[1] - y[0];
  f[1] = 0;
}

static void
chain_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void) t;
  (void) y;
  (void) p;
  (void) u;
  J[0] = -1;
  J[2] = 1;
  J[1] = J[3] = 0;
}

static void
chain_rates (double t, const double *y, const double *p, const double *u, double *q)
{
  static const double rate[9] = { 0, 2, 1, 0.5, 0, 3, 1.5, 0, 0 };

  (void) t;
  (void) y;
  (void) p;
  (void) u;
  memcpy (q, rate, sizeof rate);
}

static void
chain (rig *r, const char *method, double total, double dt)
{
  rig_make (r, "x'=z-x\nz'=0\n",
            (ictus_kernel) { .nstate = 2, .nmarkov = 1, .markov_of = markov_of, .markov_n = markov_n, .init = chain_init,
                             .rhs = chain_rhs, .jac = chain_jac, .rates = chain_rates },
            method, total, dt);
}

START_TEST (a_markov_variable_is_where_its_chain_is)
{
  /* stationary: pi Q = 0 with the rates above */
  static const double q[3][3] = { { 0, 2, 1 }, { 0.5, 0, 3 }, { 1.5, 0, 0 } };
  double pi[3] = { 1, 0, 0 }, share[3] = { 0 }, jumps = 0, leave = 0;
  rig r;

  for (int pass = 0; pass < 100000; ++pass) /* of the chain in steps of 0.01 */
    {
      double next[3] = { pi[0], pi[1], pi[2] };

      for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 3; ++j)
          if (i != j)
            {
              next[i] -= 0.01 * q[i][j] * pi[i];
              next[j] += 0.01 * q[i][j] * pi[i];
            }
      memcpy (pi, next, sizeof pi);
    }
  chain (&r, "euler", 20000, 0.01);
  rig_run (&r);
  for (size_t i = 1; i < r.out.nrow; ++i)
    {
      double z = rig_at (&r, i, 1);

      ck_assert (z >= 0 && z <= 2 && fabs (z - floor (z)) <= 0);
      share[(int) z] += 1 / (double) (r.out.nrow - 1);
      jumps += fabs (z - rig_at (&r, i - 1, 1)) > 0;
    }
  for (int i = 0; i < 3; ++i)
    {
      ck_assert_double_eq_tol (share[i], pi[i], 0.02 * pi[i] + 0.003);
      for (int j = 0; j < 3; ++j)
        leave += pi[i] * q[i][j];
    }
  ck_assert_double_eq_tol (jumps / 20000, leave, 4 * sqrt (leave / 20000));
  rig_done (&r);
}
END_TEST

START_TEST (jumps_are_those_of_every_method)
{
  rig r, s;

  chain (&r, "rk4", 20, 0.1);
  rig_run (&r);
  chain (&s, "rk45", 20, 0.1);
  rig_run (&s);
  ck_assert_uint_eq (s.out.nrow, 201);
  for (size_t i = 0; i < 201; ++i)
    {
      ck_assert_double_eq_tol (rig_at (&r, i, 1), rig_at (&s, i, 1), 1e-12);
      ck_assert_double_eq_tol (rig_at (&r, i, 0), rig_at (&s, i, 0), 1e-6);
    }
  ictus_path_clear (&s.out);
  ictus_lang_destroy (&s.m.lang);
  rig_done (&r);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("path_noise");
  TCase *c = tcase_create ("noise");

  tcase_set_timeout (c, 60);
  tcase_add_test (c, moments_of_ornstein_uhlenbeck);
  tcase_add_test (c, noise_has_its_keys);
  tcase_add_test (c, geometric_brownian_motion);
  tcase_add_test (c, weak_order_of_euler);
  tcase_add_test (c, a_markov_variable_is_where_its_chain_is);
  tcase_add_test (c, jumps_are_those_of_every_method);
  suite_add_tcase (s, c);
  return rig_main (s);
}
