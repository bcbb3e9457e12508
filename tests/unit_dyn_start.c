/* SPDX-License-Identifier: BSD-3-Clause */
/* Equilibria without a hint: all of some systems whose number is known. */
#include "dyn_check.h"

/* How many are found, and that each is one. */
static int
count (const char *name, const char *text, const char *const *par, const double *value)
{
  dyn_case c = dyn_open (name, text, par, value);
  size_t n = (size_t) c.s->n;
  double *x = ictus_alloc (32 * n, sizeof *x), *f = ictus_alloc (n, sizeof *f);
  int found = ictus__equilibria_at_start (c.s, 1e-10, 32, x);

  for (int k = 0; k < found; ++k)
    {
      ictus__dyn_rhs (c.s, x + (size_t) k * n, f);
      for (size_t i = 0; i < n; ++i)
        ck_assert_msg (fabs (f[i]) < 1e-7 * fmax (1, c.s->scale[i]), "%s: f = %g", name, f[i]);
    }
  ictus_free (x);
  ictus_free (f);
  dyn_close (&c);
  return found;
}

START_TEST (all_are_found_where_their_number_is_known)
{
  static const char *const ml[] = { "gCa", "V3", "V4", "phi", "I", NULL }, *const jr[] = { "p", NULL }, *const qif[] = { "eta", "J", NULL };
  static const double snic[] = { 4, 12, 17.4, 0.067, 30 }, three[] = { 100 }, two[] = { -5, 15 };

  ck_assert_int_eq (count ("hodgkin_huxley", NULL, NULL, NULL), 1);
  ck_assert_int_eq (count ("morris_lecar", NULL, ml, snic), 3);
  ck_assert_int_eq (count ("jansen_rit", NULL, jr, three), 3);
  ck_assert_int_ge (count ("qif_mean_field", NULL, qif, two), 3); /* and those of negative rates */
  ck_assert_int_eq (count ("lorenz", NULL, NULL, NULL), 3);
  ck_assert_int_eq (count ("nine.ode", "x'=x-x^3\ny'=y-y^3\ninit x=.1,y=.2\ndone\n", NULL, NULL), 9);
}
END_TEST

START_TEST (none_is_found_where_there_is_none)
{
  ck_assert_int_eq (count ("none.ode", "x'=1+x^2\ndone\n", NULL, NULL), 0);
  ck_assert_int_eq (count ("runs.ode", "x'=exp(-x)\ndone\n", NULL, NULL), 0);
}
END_TEST

START_TEST (where_newton_has_no_step)
{
  static const char *const par[] = { "mu", NULL }, *const none[] = { NULL };
  static const double at[] = { 0 };

  ck_assert_int_eq (count ("flat.ode", "x'=mu*x-x^3\npar mu=0\ninit x=0\ndone\n", par, at), 1);
  dyn_case c = dyn_open ("line.ode", "x'=-x+y\ny'=x-y\ninit x=1,y=3\ndone\n", none, NULL);
  double x[64];

  ck_assert_int_eq (ictus__equilibria_at_start (c.s, 1e-10, 32, x), 1); /* one of a line */
  ck_assert_msg (fabs (x[0] - 2) < 1e-3 && fabs (x[1] - 2) < 1e-3, "%g, %g", x[0], x[1]);
  dyn_close (&c);
  ck_assert_int_eq (count ("nano.ode", "x'=a-x\npar a=2e-9\ninit x=1e-10\ndone\n", none, NULL), 1);
}
END_TEST

/* Once followed in time from where it runs into ever faster movements, for hours. */
START_TEST (far_from_where_the_equations_have_a_sense)
{
  static const char *const ml[] = { "gCa", "V3", "V4", "phi", "I", NULL };
  static const double snic[] = { 4, 12, 17.4, 0.067, 107562 };

  ck_assert_int_le (count ("morris_lecar", NULL, ml, snic), 3);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("dyn_start");
  TCase *t = tcase_create ("start");
  SRunner *r;
  int failed;

  tcase_set_timeout (t, 120);
  tcase_add_test (t, all_are_found_where_their_number_is_known);
  tcase_add_test (t, none_is_found_where_there_is_none);
  tcase_add_test (t, where_newton_has_no_step);
  tcase_add_test (t, far_from_where_the_equations_have_a_sense);
  suite_add_tcase (s, t);
  r = srunner_create (s);
  srunner_run_all (r, CK_ENV);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
