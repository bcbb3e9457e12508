/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>

#include "lang_kernel.h"

/* Every function of the language, of states x, z and parameters a, b; away from jumps all is smooth. */
static const char zoo[]
    = "par a=0.7, b=1.3, n=3\n"
      "!c = a*b + sqrt(b)\n"
      "f(u,v) = u*exp(-v^2) + a*u\n"
      "s = x*z/(1+x^2)\n"
      "x' = sin(a*x) + cos(z*b) + tan(x/4) + asin(x/3)*acos(z/5) + atan(x*z)\n"
      "z' = sinh(x/2) + cosh(z/3) - tanh(a*z-x) + atan2(z+a, x*b) + atan2(x, 2)\n"
      "q1' = exp(-x*a)*ln(1+z^2) + log(3+x) + log10(2+z*b) + sqrt(1+x^2*b)\n"
      "q2' = abs(x-a)*abs(z+b) + sign(x)*z + heav(z)*x*x + flr(x*3)*z + ceil(z)*x\n"
      "q3' = mod(x*z, a) + mod(x+5, b*z+3) + max(x, z*a) + min(x*b, z) + max(x,a)*min(z,b)\n"
      "q4' = (1+x^2)^b + b^(x/2) + (2+z)^(x*a) + pow(x, 3) + pow(x*x+1, z) + x^5 + x^8 + x^9 + (x+3)^-2\n"
      "q5' = erf(a*x) - erfc(z/b) + exprel(x*a) + exprel(-z)*b + vtrap(x*a, b) + vtrap(z, x+3)\n"
      "q6' = if(x>z)then(x^2*a)else(z*b) + if((x<1)&(z>-1)|not(a>b))then(sin(x*z))else(1/(x-z))\n"
      "q7' = s*a + f(x,z)*c + f(s,f(z,x)) - x/(z+4)/b - (x+z)/(x*z+9) + u*x*a + t*z\n"
      "q8' = if(x>0)then(sqrt(x)*ln(x)*a)else(exp(z)*b) + if(x>0)then(sqrt(x)*ln(x)*z)else(exp(z)*exp(z))\n"
      "q9' = x^n + (x^2+.1)^(n-1) + 0.1*(x+z)/(1-exp(-(x+z)/b)) + x*q9*q9 - x*x*x*x\n"
      "input u=0\n";

static double
close_to (double have, double want, double scale)
{
  return fabs (have - want) / (1 + fabs (scale) + fabs (want));
}

/* Derivative of order h^4, by two central differences. column: of y or of p */
static void
differences (const loaded *m, double t, double *y, double *p, const double *u, double *x, double *out)
{
  const double h = 1e-3;
  double f[4][64], keep = *x, step[4] = { h, -h, 2 * h, -2 * h };

  for (int s = 0; s < 4; ++s)
    {
      *x = keep + step[s];
      m->k->prepare (p);
      m->k->rhs (t, y, p, u, f[s]);
    }
  *x = keep;
  m->k->prepare (p);
  for (int i = 0; i < m->k->nstate; ++i)
    out[i] = (8 * (f[0][i] - f[1][i]) - (f[2][i] - f[3][i])) / (12 * h);
}

static void
compare (const loaded *m, double t, double *y, double *p, const double *u)
{
  int n = m->k->nstate, np = m->k->npar;
  double *J = ictus_alloc ((size_t) n * (size_t) n, sizeof *J),
         *D = ictus_alloc ((size_t) n * (size_t) np + 1, sizeof *D);
  double want[64], f[64], f2[64], d[64];

  memset (J, 0xff, (size_t) n * (size_t) n * sizeof *J); /* NaN: every entry is written */
  memset (D, 0xff, (size_t) n * (size_t) np * sizeof *D);
  m->k->rhs (t, y, p, u, f);
  m->k->jac (t, y, p, u, J);
  m->k->dfdp (t, y, p, u, D);
  m->k->diag (t, y, p, u, f2, d);
  for (int j = 0; j < n + np; ++j)
    {
      differences (m, t, y, p, u, j < n ? &y[j] : &p[j - n], want);
      for (int i = 0; i < n; ++i)
        {
          double have = j < n ? J[j * n + i] : D[(j - n) * n + i];

          ck_assert_msg (
              close_to (have, want[i], f[i]) < 1e-8, "%s: d f(%s) / d %s is %.12g, differences %.12g",
              m->k->name, ictus_lang_get (m->lang, ICTUS_LANG_STATE, i)->name,
              ictus_lang_get (m->lang, j < n ? ICTUS_LANG_STATE : ICTUS_LANG_PAR, j < n ? j : j - n)->name,
              have, want[i]);
        }
    }
  for (int i = 0; i < n; ++i)
    {
      ck_assert_msg (f[i] == f2[i], "f of diag");
      ck_assert_msg (close_to (d[i], J[i * n + i], 0) < 1e-15, "d of diag");
    }
  ictus_free (J);
  ictus_free (D);
}

START_TEST (derivatives_of_every_function_agree_with_differences)
{
  static const double at[][2] = { { 0.5, 1.45 }, { 1.2, -0.57 }, { 2.2, 0.3 } };
  loaded m = load_model ("zoo.ode", zoo);
  double *p = default_parameters (&m), y[16], u[1] = { 0.4 };

  ck_assert_int_eq (m.k->abi, ICTUS_KERNEL_ABI);
  for (size_t k = 0; k < sizeof at / sizeof *at; ++k)
    {
      for (int i = 0; i < m.k->nstate; ++i)
        y[i] = 0.3 * i - 1;
      y[0] = at[k][0];
      y[1] = at[k][1];
      compare (&m, 2.5, y, p, u);
    }
  ictus_free (p);
  unload_model (&m);
}
END_TEST

/* The same without the power of a parameter, where x may be negative. */
START_TEST (derivatives_agree_also_where_states_are_negative)
{
  static const double at[][2] = { { -0.33, 0.52 }, { -1.1, -1.2 }, { -2.2, 0.3 } };
  char text[sizeof zoo];
  loaded m;
  double *p, y[16], u[1] = { -0.4 };

  memcpy (text, zoo, sizeof zoo);
  memcpy (strstr (text, "x^n +"), "x^3 +", 5);
  m = load_model ("zoo.ode", text);
  p = default_parameters (&m);
  for (size_t k = 0; k < sizeof at / sizeof *at; ++k)
    {
      for (int i = 0; i < m.k->nstate; ++i)
        y[i] = 1 - 0.2 * i;
      y[0] = at[k][0];
      y[1] = at[k][1];
      compare (&m, -1.5, y, p, u);
    }
  ictus_free (p);
  unload_model (&m);
}
END_TEST

START_TEST (derivatives_of_a_shipped_model_agree_with_differences)
{
  static const char *const names[] = { "conductance/hodgkin_huxley", "integrate-and-fire/aeif_cond_exp",
                                       "conductance/morris_lecar", "population/wilson_cowan" };
  char path[600], *text;
  loaded m;
  double *p, y[16];

  snprintf (path, sizeof path, "%s/models/%s.ode", getenv ("srcdir"), names[_i]);
  ck_assert_msg (ictus_file_read (path, &text, NULL) == ICTUS_OK, "%s", ictus_err_last ());
  m = load_model (path, text);
  p = default_parameters (&m);
  m.k->init (p, y);
  for (int i = 0; i < m.k->nstate; ++i)
    {
      ck_assert (y[i] == ictus_lang_get (m.lang, ICTUS_LANG_STATE, i)->value);
      y[i] += 0.1 + 0.05 * i;
    }
  compare (&m, 0, y, p, (double[4]) { 0.3, 0.2, 0.1, 0.4 });
  ictus_free (text);
  ictus_free (p);
  unload_model (&m);
}
END_TEST

START_TEST (what_is_not_taken_does_no_harm)
{
  /* sqrt, ln and a division by a parameter that is 0 stand in branches; tau is 0 */
  loaded m = load_model ("branch.ode", "par tau=0, a=2\n"
                                       "g = if(tau>0)then(exp(x/tau)*exp(x/tau)+x/tau)else(0)\n"
                                       "h = if(x>0)then(sqrt(x)*ln(x))else(-x)\n"
                                       "x' = g + h*a - max(x, if(x>0)then(ln(x))else(0))\n"
                                       "y' = abs(x) + g*g + x^a + if(x<=0)then(a/(1-x))else(1/x)\n");
  double *p = default_parameters (&m), y[2] = { -2, 1 }, f[2], d[2], J[4], D[4];

  m.k->rhs (0, y, p, NULL, f);
  m.k->jac (0, y, p, NULL, J);
  m.k->dfdp (0, y, p, NULL, D);
  m.k->diag (0, y, p, NULL, f, d);
  ck_assert (f[0] == 4);
  ck_assert (fabs (f[1] - (2 + 4 + 2.0 / 3)) < 1e-15);
  ck_assert (J[0] == -2);
  ck_assert (fabs (J[1] - (-1 - 4 + 2.0 / 9)) < 1e-15);
  for (int k = 0; k < 4; ++k)
    ck_assert_msg (isfinite (J[k]) && isfinite (D[k]), "entry %d: %g, %g", k, J[k], D[k]);
  ictus_free (p);
  unload_model (&m);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("lang_diff");
  TCase *c = tcase_create ("all");
  SRunner *r;
  int failed;

  tcase_set_timeout (c, 50);
  tcase_add_test (c, derivatives_of_every_function_agree_with_differences);
  tcase_add_test (c, derivatives_agree_also_where_states_are_negative);
  tcase_add_loop_test (c, derivatives_of_a_shipped_model_agree_with_differences, 0, 4);
  tcase_add_test (c, what_is_not_taken_does_no_harm);
  suite_add_tcase (s, c);
  r = srunner_create (s);
  srunner_run_all (r, CK_ENV);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
