/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows that are points of a section: with fixed steps the numbers of XPPAUT 6.11b, with adaptive methods the exact ones. */
#include "path_check.h"

/* x' = y, y' = -x from (1, 0): x = cos t, y = -sin t */
static void
circle_init (const double *p, double *y)
{
  (void) p;
  y[0] = 1;
  y[1] = 0;
}

static void
circle_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t;
  (void) p;
  (void) u;
  f[0] = y[1];
  f[1] = -y[0];
}

static void
circle_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void) t;
  (void) y;
  (void) p;
  (void) u;
  J[0] = J[3] = 0;
  J[1] = -1;
  J[2] = 1;
}

static void
circle_aux (double t, const double *y, const double *p, const double *u, double *a)
{
  (void) t;
  (void) p;
  (void) u;
  a[0] = y[0] + y[1];
}

static void
circle (rig *r, const char *method, int poimap, const char *poivar, double poipln, int poisgn)
{
  rig_make (r, "x'=y\ny'=-x\ninit x=1\naux s=x+y\n",
            (ictus_kernel) { .nstate = 2, .naux = 1, .init = circle_init, .rhs = circle_rhs, .jac = circle_jac,
                             .aux = circle_aux },
            method, 20, 0.1);
  r->c.poimap = poimap;
  r->c.poivar = poivar;
  r->c.poipln = poipln;
  r->c.poisgn = poisgn;
  rig_run (r);
}

START_TEST (fixed_steps_give_the_points_of_xppaut)
{
  rig r;

  circle (&r, "rk4", 1, "y", 0.2, 1);
  ck_assert_uint_eq (r.out.nrow, 3);
  rig_row (&r, 0, 3.3432097, (double[]) { -0.97854364, 0.2, -0.77854364 }, 1.5e-7);
  rig_row (&r, 2, 15.909433, (double[]) { -0.97935903, 0.2, -0.77935903 }, 1e-6);
  rig_done (&r);
  circle (&r, "rk4", 1, "Y", 0.2, 0);
  ck_assert_uint_eq (r.out.nrow, 6);
  rig_row (&r, 1, 6.0816636, (double[]) { 0.97903168, 0.2, 1.17903168 }, 1e-6);
  rig_done (&r);
  circle (&r, "rk4", 2, "x", 0, -1);
  ck_assert_uint_eq (r.out.nrow, 3);
  ck_assert_double_eq_tol (r.out.t[0], M_PI, 1e-5); /* minima */
  ck_assert_double_eq_tol (rig_at (&r, 0, 1), 0, 1e-9);
  rig_done (&r);
  circle (&r, "rk4", 1, "t", 2.05, 0);
  ck_assert_uint_eq (r.out.nrow, 9);
  rig_row (&r, 0, 2.05, (double[]) { -0.46049491, -0.88625407, -1.34674898 }, 1e-6);
  rig_row (&r, 4, 10.25, (double[]) { -0.67755181, 0.73377395, 0.05622214 }, 1e-6);
  rig_done (&r);
  circle (&r, "rk4", 1, "s", 0.5, 0); /* an aux */
  rig_row (&r, 1, 4.2885404, (double[]) { -0.41105431, 0.91105431, 0.5 }, 1e-6);
  rig_done (&r);
  circle (&r, "rk4", 3, "y", 0.2, 1); /* periods, not rounded to steps */
  ck_assert_uint_eq (r.out.nrow, 2);
  ck_assert_double_eq_tol (r.out.t[0], 2 * M_PI, 1e-3);
  rig_done (&r);
}
END_TEST

START_TEST (adaptive_methods_locate_the_points)
{
  static const char *method[] = { "rk45", "rosenbrock", "cvode-bdf" };
  double at = M_PI + asin (0.2);
  rig r;

  for (int m = 0; m < 3; ++m)
    {
      circle (&r, method[m], 1, "y", 0.2, 1);
      ck_assert_uint_eq (r.out.nrow, 3);
      for (size_t k = 0; k < 3; ++k)
        rig_row (&r, k, at + 2 * M_PI * (double) k, (double[]) { -sqrt (0.96), 0.2, 0.2 - sqrt (0.96) }, 2e-6);
      rig_done (&r);
      circle (&r, method[m], 2, "x", 0, 1);
      ck_assert_uint_eq (r.out.nrow, 3);
      rig_row (&r, 0, 2 * M_PI, (double[]) { 1, 0, 1 }, 2e-6);
      rig_done (&r);
      circle (&r, method[m], 1, "t", 2.5, 0);
      ck_assert_uint_eq (r.out.nrow, 8);
      rig_row (&r, 1, 5, (double[]) { cos (5), -sin (5), cos (5) - sin (5) }, 2e-6);
      rig_done (&r);
      circle (&r, method[m], 3, "y", 0.2, 1);
      ck_assert_double_eq_tol (r.out.t[0], 2 * M_PI, 2e-6);
      rig_done (&r);
    }
}
END_TEST

START_TEST (the_run_can_stop_at_a_point)
{
  static const char *method[] = { "rk4", "rk45" };
  rig r;

  for (int m = 0; m < 2; ++m)
    {
      circle (&r, method[m], 1, "y", 0.2, 1);
      r.c.poistop = true;
      r.c.trans = 5;
      rig_run (&r);
      ck_assert_uint_eq (r.out.nrow, 1);
      ck_assert_double_eq_tol (r.out.t[0], 3 * M_PI + asin (0.2), 2e-3);
      ck_assert_int_eq (r.out.end, ICTUS_PATH_STOPPED);
      rig_done (&r);
    }
}
END_TEST

START_TEST (what_makes_no_section_is_refused)
{
  rig r;

  circle (&r, "rk4", 1, "y", 0.2, 1);
  ictus_path_clear (&r.out);
  r.c.poivar = "z";
  ck_assert_int_eq (ictus_path_run (&r.m, &r.c, NULL, NULL, NULL, &r.out), ICTUS_E_INPUT);
  ck_assert_ptr_nonnull (strstr (ictus_err_last (), "poivar=z"));
  ictus_path_clear (&r.out);
  r.c.poivar = "s";
  r.c.poimap = 2;
  ck_assert_int_eq (ictus_path_run (&r.m, &r.c, NULL, NULL, NULL, &r.out), ICTUS_E_INPUT);
  ictus_path_clear (&r.out);
  r.c.poivar = "t";
  r.c.poimap = 1;
  r.c.poipln = 0;
  ck_assert_int_eq (ictus_path_run (&r.m, &r.c, NULL, NULL, NULL, &r.out), ICTUS_E_INPUT);
  rig_done (&r);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("path_section");
  TCase *c = tcase_create ("section");

  tcase_add_test (c, fixed_steps_give_the_points_of_xppaut);
  tcase_add_test (c, adaptive_methods_locate_the_points);
  tcase_add_test (c, the_run_can_stop_at_a_point);
  tcase_add_test (c, what_makes_no_section_is_refused);
  suite_add_tcase (s, c);
  return rig_main (s);
}
