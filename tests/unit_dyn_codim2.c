/* SPDX-License-Identifier: BSD-3-Clause */
/* Curves of folds and Hopf points in two parameters, against normal forms whose curves and points are known exactly. */
#include "dyn_codim2_check.h"

/* Kuznetsov (2004) eq. 8.51: folds 4 b1 = b2^2, Hopf points b1 = 0 with b2 < 0, both end or pass at (0, 0). */
static const char bogdanov[] = "x'=y\ny'=b1+b2*x+x^2+s*x*y\npar b1=0.25, b2=-1, s=-1\n";

START_TEST (folds_pass_a_bogdanov_takens_point)
{
  curve c;
  const ictus_dyn_special *bt;

  curve_open (&c, "bt.ode", bogdanov, "b1", -1, 1, "b2", -1.5, 1.5);
  curve_follow (&c, ICTUS_DYN_FOLDS, (double[]) { 0.5, 0 }, 0.25, -1, NAN, 1);
  for (size_t i = 0; i < c.b.npoint; ++i)
    {
      ck_assert_double_eq_tol (c.b.par[i], c.b.par2[i] * c.b.par2[i] / 4, 1e-12);
      ck_assert_double_eq_tol (c.b.x[2 * i], -c.b.par2[i] / 2, 1e-10);
      ck_assert_int_eq (c.b.unstable[i], c.b.par2[i] < -1e-9 ? 0 : c.b.unstable[i]);
    }
  bt = curve_only (&c, ICTUS_DYN_BOGDANOV_TAKENS);
  ck_assert_double_eq_tol (bt->par[0], 0, 1e-12);
  ck_assert_double_eq_tol (bt->par[1], 0, 1e-10);
  ck_assert_uint_eq (c.b.nspecial, 3);
  ck_assert_double_eq (c.b.par2[c.b.npoint - 1], 1.5);
  curve_close (&c);
}
END_TEST

START_TEST (hopf_points_end_at_a_bogdanov_takens_point)
{
  curve c;
  const ictus_dyn_special *bt;

  curve_open (&c, "bt.ode", bogdanov, "b1", -1, 1, "b2", -1.5, 1.5);
  curve_follow (&c, ICTUS_DYN_HOPFS, (double[]) { 0, 0 }, 0, -1, 2 * M_PI, 1);
  for (size_t i = 0; i < c.b.npoint; ++i)
    {
      ck_assert_double_eq_tol (c.b.par[i], 0, 1e-12);
      ck_assert_double_le (c.b.par2[i], 1e-9);
      if (c.b.par2[i] < -1e-6)
        ck_assert_double_eq_tol (c.b.period[i], 2 * M_PI / sqrt (-c.b.par2[i]), 1e-6 * c.b.period[i]);
    }
  bt = curve_only (&c, ICTUS_DYN_BOGDANOV_TAKENS);
  ck_assert_double_eq_tol (bt->par[1], 0, 1e-10);
  ck_assert_int_eq (c.b.special[c.b.nspecial - 1].type, ICTUS_DYN_END);
  ck_assert_ptr_nonnull (strstr (c.b.special[c.b.nspecial - 1].note, "Bogdanov"));
  curve_close (&c);
  curve_open (&c, "bt.ode", bogdanov, "b1", -1, 1, "b2", -1.5, 1.5);
  curve_follow (&c, ICTUS_DYN_HOPFS, (double[]) { 0, 0 }, 0, -1, 2 * M_PI, -1);
  ck_assert_double_eq (c.b.par2[c.b.npoint - 1], -1.5);
  ck_assert_uint_eq (c.b.nspecial, 2);
  curve_close (&c);
}
END_TEST

/* One state: x' = b1 + b2 x - x^3 has its folds at b1 = -2 x^3, b2 = 3 x^2. */
START_TEST (folds_pass_a_cusp)
{
  curve c;
  const ictus_dyn_special *cusp;
  size_t below = 0, above = 0;

  curve_open (&c, "cusp.ode", "x'=b1+b2*x-x^3\npar b1=0, b2=3\n", "b1", -3, 3, "b2", -1, 4);
  curve_follow (&c, ICTUS_DYN_FOLDS, (double[]) { 1 }, -2, 3, NAN, -1);
  for (size_t i = 0; i < c.b.npoint; ++i)
    {
      double x = c.b.x[i];

      ck_assert_double_eq_tol (c.b.par[i], -2 * x * x * x, 1e-11);
      ck_assert_double_eq_tol (c.b.par2[i], 3 * x * x, 1e-11);
      below += x < -0.3;
      above += x > 0.3;
    }
  ck_assert_uint_gt (below, 5);
  ck_assert_uint_gt (above, 5);
  cusp = curve_only (&c, ICTUS_DYN_CUSP);
  ck_assert_double_eq_tol (cusp->par[0], 0, 1e-12);
  ck_assert_double_eq_tol (cusp->par[1], 0, 1e-12);
  curve_close (&c);
}
END_TEST

/* r' = a r + b r^3 - r^5 with a = c - 0.3 d^2, b = d: Hopf points c = 0.3 d^2, generalised at (0, 0). */
START_TEST (hopf_points_pass_a_generalised_one)
{
  static const char text[] = "x'=(c-0.3*d*d)*x-1.5*y+d*x*(x*x+y*y)-x*(x*x+y*y)^2\n"
                             "y'=1.5*x+(c-0.3*d*d)*y+d*y*(x*x+y*y)-y*(x*x+y*y)^2\npar c=0.3, d=1\n";
  curve c;
  const ictus_dyn_special *gh;

  curve_open (&c, "bautin.ode", text, "c", -1, 1, "d", -1.2, 1.2);
  curve_follow (&c, ICTUS_DYN_HOPFS, (double[]) { 0, 0 }, 0.3, 1, 2 * M_PI / 1.5, -1);
  for (size_t i = 0; i < c.b.npoint; ++i)
    {
      ck_assert_double_eq_tol (c.b.par[i], 0.3 * c.b.par2[i] * c.b.par2[i], 1e-11);
      ck_assert_double_eq_tol (c.b.period[i], 2 * M_PI / 1.5, 1e-9);
    }
  gh = curve_only (&c, ICTUS_DYN_GENERALISED_HOPF);
  ck_assert_double_eq_tol (gh->par[0], 0, 1e-10);
  ck_assert_double_eq_tol (gh->par[1], 0, 1e-7);
  ck_assert_double_eq (c.b.par2[c.b.npoint - 1], -1.2);
  curve_close (&c);
}
END_TEST

/* z' = b - z^2 beside an oscillator that z drives: folds b = 0, Hopf points b = a^2. */
START_TEST (folds_and_hopf_points_touch)
{
  static const char text[] = "x'=(a+z)*x-2*y-x*(x*x+y*y)\ny'=2*x+(a+z)*y-y*(x*x+y*y)\nz'=b-z*z\npar a=-0.5, b=0.25\ninit z=0.5\n";
  curve c;
  const ictus_dyn_special *zh;

  curve_open (&c, "zh.ode", text, "b", -0.5, 1, "a", -1, 1);
  curve_follow (&c, ICTUS_DYN_FOLDS, (double[]) { 0, 0, 0 }, 0, -0.5, NAN, 1);
  zh = curve_only (&c, ICTUS_DYN_FOLD_HOPF);
  ck_assert_double_eq_tol (zh->par[0], 0, 1e-12);
  ck_assert_double_eq_tol (zh->par[1], 0, 1e-9);
  ck_assert_double_eq_tol (zh->period, M_PI, 1e-9);
  curve_close (&c);
  curve_open (&c, "zh.ode", text, "b", -0.5, 1, "a", -1, 1);
  curve_follow (&c, ICTUS_DYN_HOPFS, (double[]) { 0, 0, 0.5 }, 0.25, -0.5, M_PI, 1);
  for (size_t i = 0; i < c.b.npoint; ++i)
    ck_assert_double_eq_tol (c.b.par[i], c.b.par2[i] * c.b.par2[i], 1e-11);
  zh = curve_only (&c, ICTUS_DYN_FOLD_HOPF);
  ck_assert_double_eq_tol (zh->par[0], 0, 1e-12);
  ck_assert_double_eq_tol (zh->par[1], 0, 1e-9);
  ck_assert_double_eq (c.b.par2[c.b.npoint - 1], 1);
  curve_close (&c);
}
END_TEST

/* Two oscillators; one loses its stability at a = 0.1 b^2, the other at b = 0. */
START_TEST (curves_of_hopf_points_cross)
{
  static const char text[] = "x'=(a-0.1*b*b)*x-y-x*(x*x+y*y)\ny'=x+(a-0.1*b*b)*y-y*(x*x+y*y)\n"
                             "u'=b*u-2.3*w-u*(u*u+w*w)+0.1*x*x\nw'=2.3*u+b*w-w*(u*u+w*w)\npar a=0.1, b=-1\n";
  curve c;
  const ictus_dyn_special *hh;

  curve_open (&c, "hh.ode", text, "a", -0.5, 1, "b", -1.5, 1);
  curve_follow (&c, ICTUS_DYN_HOPFS, (double[]) { 0, 0, 0, 0 }, 0.1, -1, 2 * M_PI, 1);
  hh = curve_only (&c, ICTUS_DYN_HOPF_HOPF);
  ck_assert_double_eq_tol (hh->par[0], 0, 1e-12);
  ck_assert_double_eq_tol (hh->par[1], 0, 1e-9);
  ck_assert_int_eq (c.b.unstable[0], 0);
  ck_assert_int_eq (c.b.unstable[c.b.npoint - 1], 2);
  curve_close (&c);
}
END_TEST

/* A parameter that does not move the bifurcation: the curve is a straight line along the other one. States and parameters in units
   that make them tiny and huge. */
START_TEST (any_units_and_a_vertical_curve)
{
  static const char text[] = "x'=phi*(i-1e18*x^2)\ny'=-1e3*(y-1e9*x)\npar i=1e-9, phi=2\ninit x=3e-14, y=1e-5\n";
  curve c;

  curve_open (&c, "units.ode", text, "i", -1e-9, 2e-9, "phi", 0.5, 4);
  curve_follow (&c, ICTUS_DYN_FOLDS, (double[]) { 0, 0 }, 0, 2, NAN, 1);
  ck_assert_uint_gt (c.b.npoint, 10);
  for (size_t i = 0; i < c.b.npoint; ++i)
    ck_assert_double_eq_tol (c.b.par[i], 0, 1e-20);
  ck_assert_double_eq (c.b.par2[c.b.npoint - 1], 4);
  ck_assert_uint_eq (c.b.nspecial, 2);
  curve_close (&c);
}
END_TEST

START_TEST (what_cannot_begin_says_why)
{
  curve c;

  curve_open (&c, "none.ode", "x'=a-b*x\ny'=-y\npar a=1, b=1\n", "a", -1, 1, "b", 0.5, 2);
  curve_follow (&c, ICTUS_DYN_HOPFS, (double[]) { 1, 0 }, 1, 1, NAN, 1);
  ck_assert_uint_eq (c.b.npoint, 0);
  ck_assert_uint_eq (c.b.nspecial, 1);
  ck_assert_int_eq (c.b.special[0].type, ICTUS_DYN_END);
  ck_assert_ptr_nonnull (strstr (c.b.special[0].note, "imaginary"));
  curve_close (&c);
}
END_TEST

/* Montbrio, Pazo & Roxin (2015): the folds of their mean field meet at J = 7.796217036667, eta = -sqrt (3). */
START_TEST (cusp_of_a_mean_field)
{
  curve c;
  const ictus_dyn_special *cusp;

  curve_open (&c, "qif_mean_field", NULL, "J", 0, 30, "eta", -20, 5);
  curve_follow (&c, ICTUS_DYN_FOLDS, (double[]) { 0.2039137095, -0.7805276 }, 10, -2.237933530871, NAN, 1);
  cusp = curve_only (&c, ICTUS_DYN_CUSP);
  ck_assert_double_eq_tol (cusp->par[0], 7.796217036667, 1e-11);
  ck_assert_double_eq_tol (cusp->par[1], -sqrt (3), 1e-11);
  ck_assert_double_eq_tol (cusp->x[0], 0.296220726783, 1e-8);
  curve_close (&c);
}
END_TEST

/* The curves of folds and of Hopf points of the Wilson-Cowan equations, each followed by its own equations, meet. */
START_TEST (both_curves_find_the_same_point)
{
  curve c;
  const ictus_dyn_special *bt;
  double x[2] = { 0.0526, 0 }, par[2];
  size_t at = 0;
  bool met = false;

  curve_open (&c, "wilson_cowan", NULL, "P", -2, 10, "c2", 0, 30);
  curve_follow (&c, ICTUS_DYN_HOPFS, (double[]) { 0.249338253125, 0.198220336554 }, 1.87931319808, 12, 2 * M_PI / 0.333039153425, -1);
  bt = curve_only (&c, ICTUS_DYN_BOGDANOV_TAKENS);
  memcpy (par, bt->par, sizeof par);
  ck_assert_ptr_nonnull (curve_only (&c, ICTUS_DYN_GENERALISED_HOPF));
  curve_set (&c, "P", 1.0873);
  curve_rest (&c, x);
  curve_follow (&c, ICTUS_DYN_FOLDS, x, 1.08733045617, 12, NAN, 1);
  while ((bt = curve_next (&c, ICTUS_DYN_BOGDANOV_TAKENS, &at)) != NULL)
    met = met || hypot (bt->par[0] - par[0], bt->par[1] - par[1]) < 1e-9;
  ck_assert (met);
  curve_close (&c);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("codim2");
  TCase *t = tcase_create ("normal forms");
  SRunner *r = srunner_create (suite);
  int failed;

  tcase_set_timeout (t, 60);
  tcase_add_test (t, folds_pass_a_bogdanov_takens_point);
  tcase_add_test (t, hopf_points_end_at_a_bogdanov_takens_point);
  tcase_add_test (t, folds_pass_a_cusp);
  tcase_add_test (t, hopf_points_pass_a_generalised_one);
  tcase_add_test (t, folds_and_hopf_points_touch);
  tcase_add_test (t, curves_of_hopf_points_cross);
  tcase_add_test (t, any_units_and_a_vertical_curve);
  tcase_add_test (t, what_cannot_begin_says_why);
  tcase_add_test (t, cusp_of_a_mean_field);
  tcase_add_test (t, both_curves_find_the_same_point);
  suite_add_tcase (suite, t);
  srunner_run_all (r, CK_ENV);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed > 0;
}
