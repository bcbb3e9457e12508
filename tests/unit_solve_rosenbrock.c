/* SPDX-License-Identifier: BSD-3-Clause */
/* The stepper of the stiff lane solver by itself: order, dense output, elimination, lanes. */
#include "solve_check.h"

#include "solve/solve_rosenbrock.h"

enum { L = ICTUS_LANE, MAX_NS = 8 };

/* ---- a block of eight neurons ---------------------------------------------------------------- */

typedef struct bench
{
  ictus__block b;
  ictus__laned l;
  const ictus__stepper *st;
  ictus_model m;
  double *room;
} bench;

static void
no_port (const double *p, double *c)
{
  (void) p;
  (void) c;
}

static bench *
open_bench (const ictus_kernel *k, double tol)
{
  bench *x = ictus_alloc (1, sizeof *x);
  size_t n = (size_t) k->nstate, size = n * L;
  double *a, *atol;

  x->m.kernel = k;
  rig_must (ictus__laned_init (&x->l, &x->m));
  x->st = ictus__stepper_rosenbrock ();
  x->room = ictus_alloc (9 * size + 2 * n + 8 * L + 8, sizeof *x->room);
  a = x->room;
  x->b.l = &x->l;
  x->b.y0 = a;
  x->b.f0 = a + size;
  x->b.y1 = a + 2 * size;
  x->b.f1 = a + 3 * size;
  x->b.q = a + 4 * size;
  x->b.u = a + 7 * size;
  atol = a + 7 * size + 4 * L;
  for (size_t s = 0; s < n; ++s)
    atol[s] = tol;
  x->b.atol = atol;
  x->b.p = atol + n;
  x->b.rtol = tol;
  x->b.work = ictus_alloc (x->st->room (&x->l), sizeof *x->b.work);
  x->st->plan (&x->l, x->b.work);
  return x;
}

static void
close_bench (bench *x)
{
  ictus_free (x->b.work);
  ictus_free (x->room);
  ictus__laned_clear (&x->l);
  ictus_free (x);
}

static void
put (bench *x, const double *y)
{
  for (int s = 0; s < x->l.ns; ++s)
    for (int i = 0; i < L; ++i)
      x->b.y0[s * L + i] = y[s];
}

static void
go (bench *x, double t, double h)
{
  for (int i = 0; i < L; ++i)
    {
      x->b.t[i] = t;
      x->b.h[i] = h;
    }
  x->st->step (&x->b);
}

/* From t0 to t1 in steps of one length; lane 0 to y. */
static void
march (bench *x, double t0, double t1, int nstep, double *y)
{
  double h = (t1 - t0) / nstep;

  put (x, y);
  for (int k = 0; k < nstep; ++k)
    {
      go (x, t0 + k * h, h);
      memcpy (x->b.y0, x->b.y1, sizeof (double) * (size_t) x->l.ns * L);
    }
  for (int s = 0; s < x->l.ns; ++s)
    y[s] = x->b.y0[s * L];
}

/* ---- problems with a solution that is known ---------------------------------------------------- */

/* y' = (-y0 y1, y0^2) sin (t) + ...: on the unit circle with the angle 1 - cos (t) */
static void
circle_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  double w = sin (t) * (y[0] * y[0] + y[1] * y[1]);

  (void) p;
  (void) u;
  f[0] = -w * y[1];
  f[1] = w * y[0];
}

static void
circle_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  double s = sin (t), r = y[0] * y[0] + y[1] * y[1];

  (void) p;
  (void) u;
  J[0] = -s * 2 * y[0] * y[1];
  J[1] = s * (r + 2 * y[0] * y[0]);
  J[2] = -s * (r + 2 * y[1] * y[1]);
  J[3] = s * 2 * y[1] * y[0];
}

static const ictus_kernel circle = { .abi = ICTUS_KERNEL_ABI, .nstate = 2, .name = "circle", .rhs = circle_rhs, .jac = circle_jac, .port = no_port };

/* Autonomous: y0' = y0 y1, y1' = -y0 y1 (logistic), y2' = y0 - y2^2 has no closed form and is not looked at */
static void
logistic_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t;
  (void) p;
  (void) u;
  f[0] = y[0] * y[1];
  f[1] = -y[0] * y[1];
}

static void
logistic_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void) t;
  (void) p;
  (void) u;
  J[0] = y[1];
  J[1] = -y[1];
  J[2] = y[0];
  J[3] = -y[0];
}

static const ictus_kernel logistic = { .abi = ICTUS_KERNEL_ABI, .nstate = 2, .name = "logistic", .rhs = logistic_rhs, .jac = logistic_jac, .port = no_port };

/* y' = u - y with an input */
static void
follow_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t;
  (void) p;
  f[0] = u[0] * y[0];
}

static void
follow_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void) t;
  (void) p;
  (void) y;
  J[0] = u[0];
}

static const ictus_kernel follow = { .abi = ICTUS_KERNEL_ABI, .nstate = 1, .ninput = 1, .name = "follow", .rhs = follow_rhs, .jac = follow_jac, .port = no_port };

static void
wave (void *ctx, const double *ts, double *u)
{
  (void) ctx;
  for (int i = 0; i < L; ++i)
    u[i] = cos (3 * ts[i]);
}

static double
error_of (int problem, int nstep)
{
  bench *x = open_bench (problem == 0 ? &circle : problem == 1 ? &logistic : &follow, 1e-6);
  double y[2] = { 1, 0 }, d = 0, w;

  if (problem == 0)
    {
      march (x, 0, 2, nstep, y);
      w = 1 - cos (2);
      d = hypot (y[0] - cos (w), y[1] - sin (w));
    }
  else if (problem == 1)
    {
      y[0] = 0.1;
      y[1] = 0.9;
      march (x, 0, 4, nstep, y);
      d = hypot (y[0] - 1 / (1 + 9 * exp (-4)), y[1] - (1 - 1 / (1 + 9 * exp (-4))));
    }
  else
    {
      x->b.inputs = wave;
      for (int i = 0; i < L; ++i)
        x->b.u[i] = 1;
      put (x, y);
      for (int k = 0; k < nstep; ++k)
        {
          for (int i = 0; i < L; ++i)
            x->b.u[i] = cos (3 * (2.0 / nstep) * k);
          go (x, 2.0 / nstep * k, 2.0 / nstep);
          memcpy (x->b.y0, x->b.y1, sizeof (double) * L);
        }
      d = fabs (x->b.y0[0] - exp (sin (6.0) / 3));
    }
  close_bench (x);
  return d;
}

START_TEST (halving_the_step_divides_the_error_by_16_or_more)
{
  for (int n = 20; n <= 40; n *= 2)
    {
      double coarse = error_of (_i, n), fine = error_of (_i, 2 * n);

      ck_assert_msg (coarse / fine > 13 && coarse / fine < 40, "problem %d, %d steps: error %g, %g at half the step: factor %g", _i, n, coarse, fine,
                     coarse / fine);
    }
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("solve: rosenbrock");
  TCase *t = tcase_create ("step");
  SRunner *sr;
  int failed;

  tcase_add_loop_test (t, halving_the_step_divides_the_error_by_16_or_more, 0, 3);
  suite_add_tcase (s, t);
  sr = srunner_create (s);
  srunner_run_all (sr, CK_ENV);
  failed = srunner_ntests_failed (sr);
  srunner_free (sr);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
