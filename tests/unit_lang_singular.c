/* SPDX-License-Identifier: BSD-3-Clause */
#include <float.h>
#include <math.h>

#include "lang_kernel.h"

/* x / (exp(x) - 1) in extended precision; exp(x) - 1 does not cancel in expm1 */
static long double
exact (long double x)
{
  return x == 0 ? 1 : x / expm1l (x);
}

/* its derivative: the first terms of the series near 0, the formula elsewhere (which loses 1/|x| of 1e-19) */
static long double
exact_d (long double x)
{
  long double z = x * x;

  if (fabsl (x) < 0.05L)
    return -0.5L + x / 6 - x * z / 180 + x * z * z / 5040 - x * z * z * z / 151200
           + x * z * z * z * z / 4790016;
  return (expm1l (x) - x * expl (x)) / (expm1l (x) * expm1l (x));
}

static double
ulps (double have, long double want)
{
  double w = (double) want, unit = fabs (nextafter (w, INFINITY) - w);

  return (double) fabsl ((have - want) / (long double) unit);
}

START_TEST (the_quotient_and_its_derivative_are_exact_to_the_last_digits)
{
  double worst = 0, worst_d = 0;

  for (double e = -300; e <= 2.845; e += 0.0137) /* 1e-300 to 700 */
    for (int sign = -1; sign <= 1; sign += 2)
      {
        double x = sign * pow (10, e), u = ulps (ictus_xoverexpm1 (x), exact (x));
        double ud = ulps (ictus_xoverexpm1_d (x), exact_d (x));

        ck_assert_msg (u <= 2, "x = %.17g: %g ulp", x, u);
        ck_assert_msg (ud <= 4, "derivative at x = %.17g: %g ulp", x, ud);
        worst = fmax (worst, u);
        worst_d = fmax (worst_d, ud);
      }
  for (double x = -40; x <= 40; x += 0.00713) /* where the formulas change */
    {
      ck_assert_msg (ulps (ictus_xoverexpm1 (x), exact (x)) <= 2, "x = %.17g", x);
      ck_assert_msg (ulps (ictus_xoverexpm1_d (x), exact_d (x)) <= 4, "derivative at x = %.17g: %g", x,
                     ulps (ictus_xoverexpm1_d (x), exact_d (x)));
    }
  ck_assert (ictus_xoverexpm1 (0) == 1);
  ck_assert (ictus_xoverexpm1_d (0) == -0.5);
}
END_TEST

START_TEST (far_away_nothing_overflows)
{
  ck_assert (ictus_xoverexpm1 (1e6) == 0);
  ck_assert (ictus_xoverexpm1_d (1e6) == 0);
  ck_assert (ictus_xoverexpm1 (-1e6) == 1e6);
  ck_assert (ictus_xoverexpm1_d (-1e6) == -1);
  ck_assert (fabs (ictus_xoverexpm1 (720) / (double) exact (720) - 1) < 1e-13);
  ck_assert (fabs (ictus_xoverexpm1_d (720) / (double) exact_d (720) - 1) < 1e-13);
}
END_TEST

/* Forms that people write. With V at the singular point each has the limit given; a model that divides gives NaN. */
static const struct { const char *form; double V, limit, slope; } forms[] = {
  { "0.1*(V+40)/(1-exp(-(V+40)/10))", -40, 1, 0.05 },
  { "0.1*(V+40.)/(1.-exp(-(V+40.)/10.))", -40, 1, 0.05 },
  { "0.1*(40+V)/(1-exp(-0.1*(V+40)))", -40, 1, 0.05 },
  { "(V+40)*0.1/(1-exp((-40-V)/10))", -40, 1, 0.05 },
  { "0.1*((V+40)/(1-exp(-(V+40)/10)))", -40, 1, 0.05 },
  { "(V+40)*(0.1/(1-exp(-(V+40)/10)))", -40, 1, 0.05 },
  { "(0.1*V+4)/(1-exp(-0.1*V-4))", -40, 1, 0.05 },
  { "0.1*(-V-40)/(exp(-(V+40)/10)-1)", -40, 1, 0.05 },
  { "-0.1*(V+40)/(-1+exp(-(V+40)/10))", -40, 1, 0.05 },
  { "0.32*(13-V)/(exp((13-V)/4)-1)", 13, 1.28, 0.16 },
  { "0.28*(V-40)/(exp((V-40)/5)-1)", 40, 1.4, -0.14 },
  { "a*(V-Vt)/(1-exp(-(V-Vt)/k))", -30, 2.1, 0.15 },
  { "a*(V-Vt)/k/(1-exp((Vt-V)/k))", -30, 0.3, 0.15 / 7 },
  { "a*k*vtrap(-(V-Vt)/k,1)", -30, 2.1, 0.15 },
  { "a*(V-Vt)/(2*(1-exp(-(V-Vt)/k)))", -30, 1.05, 0.075 },
  { "vtrap(V,5)", 0, 5, -0.5 },
  { "exprel(2*V)", 0, 1, 1 },
  { "rate(V+40)", -40, 1, 0.05 },
  { "(V+40)/((exp((V+40)/-10)-1)*-10)", -40, 1, 0.05 },
};
enum { NFORM = sizeof forms / sizeof *forms };

START_TEST (quotients_that_are_written_out_are_found)
{
  for (int i = 0; i < NFORM; ++i)
    {
      double y[1], f[1], J[1], step = 1e-4, fp[1], fm[1], *p;
      char text[400];
      loaded m;

      snprintf (text, sizeof text, "par a=0.3, k=7, Vt=-30\nrate(x)=0.1*x/(1-exp(-x/10))\nV'=%s\n",
                forms[i].form);
      m = load_model ("form.ode", text);
      p = default_parameters (&m);
      y[0] = forms[i].V;
      m.k->rhs (0, y, p, NULL, f);
      m.k->jac (0, y, p, NULL, J);
      ck_assert_msg (fabs (f[0] - forms[i].limit) < 1e-14 * fabs (forms[i].limit), "%s is %.17g",
                     forms[i].form, f[0]);
      ck_assert_msg (fabs (J[0] - forms[i].slope) < 1e-14, "%s has the slope %.17g", forms[i].form, J[0]);
      y[0] = forms[i].V + step;
      m.k->rhs (0, y, p, NULL, fp);
      y[0] = forms[i].V - step;
      m.k->rhs (0, y, p, NULL, fm);
      ck_assert_msg (fabs ((fp[0] - fm[0]) / (2 * step) - forms[i].slope) < 1e-8, "%s", forms[i].form);
      ictus_free (p);
      unload_model (&m);
    }
}
END_TEST

START_TEST (what_only_looks_similar_is_left_alone)
{
  static const char *const text[] = { "V'=(V+40)/(1-exp(-(V+41)/10))", "V'=(V+40)/(2-exp(-(V+40)/10))",
                                      "V'=(V+40)/(1+exp(-(V+40)/10))", "V'=1/(1-exp(-(V+40)/10))",
                                      "V'=V^2/(exp(V)-1)", "V'=3/(exp(3)-1)-V" };

  for (size_t i = 0; i < sizeof text / sizeof *text; ++i)
    {
      ictus_lang *l;
      ictus_text out = { 0 };

      ck_assert_int_eq (ictus_lang_parse ("m.ode", text[i], &l), ICTUS_OK);
      ck_assert_int_eq (ictus_lang_emit (l, "k", &out), ICTUS_OK);
      ck_assert_msg (strstr (strstr (out.s, "\nk_prepare"), "xoverexpm1") == NULL, "%s", text[i]);
      ictus_text_clear (&out);
      ictus_lang_destroy (&l);
    }
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("lang_singular");
  TCase *c = tcase_create ("all");
  SRunner *r;
  int failed;

  tcase_set_timeout (c, 50);
  tcase_add_test (c, the_quotient_and_its_derivative_are_exact_to_the_last_digits);
  tcase_add_test (c, far_away_nothing_overflows);
  tcase_add_test (c, quotients_that_are_written_out_are_found);
  tcase_add_test (c, what_only_looks_similar_is_left_alone);
  suite_add_tcase (s, c);
  r = srunner_create (s);
  srunner_run_all (r, CK_ENV);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
