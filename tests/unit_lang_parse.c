/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>

#include "lang_kernel.h"

static const char iaf[] = "# a comment\n"
                          "title   Leaky neuron # not the title\n"
                          "source  Brette et al. (2007), doi:10.1007/s10827#3\n"
                          "source  a second paper\n"
                          "par C_m=200, g_L=1e+1  # [pF] capacitance and leak\n"
                          "p E_L=-60 V_th = -50,V_reset=-2*30 \\\n"
                          "   t_ref=.5  # [ mV ]  potentials\n"
                          "number tau=2*pi # without a unit\n"
                          "input I_stim=3   # [pA] injected current\r\n"
                          "!half = C_m/2\n"
                          "I_syn = g_ex*(V_m-E_L)\n"
                          "% another comment\n"
                          "\" and another\n"
                          "@ total=100, dt=.05\n"
                          "V_m' = (-g_L*(V_m-E_L) - I_syn + I_stim)/half\t# [mV] membrane potential\n"
                          "dg_ex/dt = -g_ex/tau   # [nS] conductance\n"
                          "x'=y\n"
                          "y'=-x\n"
                          "init V_m=E_L+1, x=2\n"
                          "y(0)=sqrt(t_ref)\n"
                          "port EX: G_EX += 2*w; x += w/tau # [nS] excitatory\n"
                          "port in: g_ex += -w\n"
                          "spike V_m >= V_th + 1\n"
                          "reset V_m = V_reset; x += y\n"
                          "refractory t_ref*2 hold V_m, x\n"
                          "aux I_tot=I_syn   # [pA] synaptic current\n"
                          "aux x2=x^2\n"
                          "done\n"
                          "this is not read: ?\n";

START_TEST (names_units_and_values_are_kept)
{
  ictus_lang *l;
  const ictus_lang_var *v;

  ck_assert_msg (ictus_lang_parse ("some/dir/iaf.ode", iaf, &l) == ICTUS_OK, "%s", ictus_err_last ());
  ck_assert_str_eq (ictus_lang_name (l), "iaf");
  ck_assert_str_eq (ictus_lang_title (l), "Leaky neuron");
  ck_assert_str_eq (ictus_lang_source (l), "Brette et al. (2007), doi:10.1007/s10827#3; a second paper");
  ck_assert_str_eq (ictus_lang_text (l), iaf);
  ck_assert_int_eq (ictus_lang_count (l, ICTUS_LANG_STATE), 4);
  ck_assert_int_eq (ictus_lang_count (l, ICTUS_LANG_PAR), 7);
  ck_assert_int_eq (ictus_lang_count (l, ICTUS_LANG_PORT), 2);
  ck_assert_int_eq (ictus_lang_count (l, ICTUS_LANG_INPUT), 1);
  ck_assert_int_eq (ictus_lang_count (l, ICTUS_LANG_AUX), 2);
  ck_assert_int_eq (ictus_lang_find (l, ICTUS_LANG_STATE, "v_M"), 0);
  ck_assert_int_eq (ictus_lang_find (l, ICTUS_LANG_STATE, "E_L"), -1);
  ck_assert_str_eq (ictus_lang_nearest (l, ICTUS_LANG_PAR, "V_rest"), "V_reset");
  v = ictus_lang_get (l, ICTUS_LANG_STATE, 0);
  ck_assert_str_eq (v->name, "V_m");
  ck_assert_str_eq (v->unit, "mV");
  ck_assert_str_eq (v->meaning, "membrane potential");
  ck_assert (v->value == -59 && v->held && v->line == 15);
  v = ictus_lang_get (l, ICTUS_LANG_STATE, 1);
  ck_assert_str_eq (v->name, "g_ex");
  ck_assert (v->value == 0 && !v->held);
  ck_assert (ictus_lang_get (l, ICTUS_LANG_STATE, 3)->value == sqrt (0.5));
  v = ictus_lang_get (l, ICTUS_LANG_PAR, 1);
  ck_assert_str_eq (v->unit, "pF");
  ck_assert (v->value == 10);
  v = ictus_lang_get (l, ICTUS_LANG_PAR, 5);
  ck_assert_str_eq (v->name, "t_ref");
  ck_assert_str_eq (v->unit, "mV");
  ck_assert_str_eq (v->meaning, "potentials");
  ck_assert (v->value == 0.5 && v->line == 7);
  v = ictus_lang_get (l, ICTUS_LANG_PAR, 6);
  ck_assert_str_eq (v->unit, "");
  ck_assert_str_eq (v->meaning, "without a unit");
  ck_assert (ictus_lang_get (l, ICTUS_LANG_INPUT, 0)->value == 3);
  ck_assert_str_eq (ictus_lang_get (l, ICTUS_LANG_PORT, 0)->unit, "nS");
  ck_assert_str_eq (ictus_lang_get (l, ICTUS_LANG_AUX, 0)->meaning, "synaptic current");
  ictus_lang_destroy (&l);
  ck_assert_ptr_null (l);
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

START_TEST (the_kernel_does_what_the_model_says)
{
  loaded m = load_model ("iaf.ode", iaf);
  double *p = default_parameters (&m), u[1] = { 3 }, y[4], f[4], a[2], c[8], tau = 2 * 3.14159265358979323846;

  ck_assert_str_eq (m.k->name, "iaf");
  ck_assert_str_eq (m.k->text, iaf);
  ck_assert_int_eq (m.k->nstate, 4);
  ck_assert_int_eq (m.k->npar, 7);
  ck_assert_int_gt (m.k->nslot, 7);
  m.k->init (p, y);
  ck_assert (y[0] == -59 && y[1] == 0 && y[2] == 2 && y[3] == sqrt (0.5));
  y[1] = 0.5;
  m.k->rhs (0, y, p, u, f);
  ck_assert_double_eq_tol (f[0], (-10.0 - 0.5 + 3) / 100, 1e-15);
  ck_assert_double_eq_tol (f[1], -0.5 / tau, 1e-15);
  ck_assert (f[2] == y[3] && f[3] == -2);
  m.k->aux (0, y, p, u, a);
  ck_assert (a[0] == 0.5 && a[1] == 4);
  ck_assert (m.k->fire (0, y, p, u) == -59 + 49);
  ck_assert (m.k->refractory (p) == 1);
  m.k->port (p, c);
  ck_assert (c[0] == 0 && c[1] == 2 && c[2] == 1 / tau && c[3] == 0);
  ck_assert (c[4] == 0 && c[5] == -1 && c[6] == 0 && c[7] == 0);
  m.k->reset (0, y, p, u);
  ck_assert (y[0] == -60 && y[1] == 0.5 && y[2] == 2 + sqrt (0.5) && y[3] == sqrt (0.5));
  ictus_free (p);
  unload_model (&m);
}
END_TEST

static const struct { const char *text; double value; } sums[] = {
  { "-2^2", -4 },
  { "2^3^2", 64 },
  { "2**3**2", 64 },
  { "2*-3", -6 },
  { "2^-1", 0.5 },
  { "-x^2", -9 },
  { "x^-2", 1.0 / 9 },
  { "2-3-4", -5 },
  { "12/3/2", 2 },
  { "1.e-3+.5+1e+2+2E1", 120.501 },
  { "1+2<4", 1 },
  { "2*3<4", 0 },
  { "1<2&2<1", 0 },
  { "1<2|2<1&0", 1 },
  { "1<2||2<1&&0", 1 },
  { "not(x==3)+(x!=3)+(x>=3)+(x<=2)", 1 },
  { "not(5)", 0 },
  { "3&2", 1 },
  { "if(x>2)then(x)else(7)", 3 },
  { "if(x-3)then(x)else(7)", 7 },
  { "heav(0)+heav(-1)+sign(0)+sign(-3)", 0 },
  { "flr(-1.5)+ceil(1.2)", 0 },
  { "mod(-1,3)+mod(x,2)", 3 },
  { "mod(1,-3)", -2 },
  { "max(1,x)*min(x,2)", 6 },
  { "log(exp(2))+ln(1)+log10(1000)", 5 },
  { "atan2(1,0)*2/pi", 1 },
  { "pow(x,2)+abs(-x)", 12 },
  { "erf(0.3)+erfc(0.3)", 1 },
  { "vtrap(0,5)+exprel(0)+vtrap(0*x,x)", 9 },
  { "t*1000", 250 },
  { "X*A", 6 },
  { "f(x,f(1,2))", 20103 },
  { "x^3*x^5-x^8", 0 },
  { "5-5", 0 },
  { "- -x", 3 },
  { "+x", 3 },
  { "if(x>2)then(if(x>5)then(1)else(2))else(1/0)", 2 },
  { "0.1+0.2", 0.30000000000000004 },
  { "sum(0,2)of(i'*x)/3+sum(1,2) of (i')", 6 },
};

START_TEST (expressions_have_the_documented_values)
{
  ictus_text text = { 0 };
  loaded m;
  double *p, y[1] = { 3 }, a[64];

  ictus_text_add (&text, "title T\npar a=2\nf(u,v)=u+100*v+later-later\nlater=x\nx'=0\n");
  for (size_t k = 0; k < sizeof sums / sizeof *sums; ++k)
    ictus_text_add (&text, "aux q%zu=%s\n", k, sums[k].text);
  m = load_model ("sums.ode", text.s);
  p = default_parameters (&m);
  m.k->aux (0.25, y, p, NULL, a);
  for (size_t k = 0; k < sizeof sums / sizeof *sums; ++k)
    ck_assert_msg (fabs (a[k] - sums[k].value) <= 1e-15 * fabs (sums[k].value),
                   "%s is %.17g instead of %.17g", sums[k].text, a[k], sums[k].value);
  ck_assert (m.k->fire == NULL && m.k->reset == NULL && m.k->refractory == NULL && m.k->port == NULL);
  ictus_text_clear (&text);
  ictus_free (p);
  unload_model (&m);
}
END_TEST

static const struct
{
  const char *text;
  bool linear, cond, autonomous;
  const char *why, *why_cond;
} kinds[] = {
  { "par a=1,b=2\ninput u=0\nx'=a*x+b*y+u/a+3\ny'=-y*exp(a)", true, true, true, "", "" },
  { "x'=(x+2)*(3-1)-x/2+if(1>0)then(x)else(x*x)", true, true, true, "", "" },
  { "par a=1\nx'=if(a>0)then(x)else(-y)\ny'=x-x*x/1+x^2", true, true, true, "", "" },
  { "x'=-x*y\ny'=x*x-y", false, true, true, "x' is not linear in x", "" },
  { "x'=-x*x", false, false, true, "x' is not linear in x", "x' is not linear in x" },
  { "x'=-x\ny'=y*sin(x)-y^3", false, false, true, "y' is not linear in x", "y' is not linear in y" },
  { "x'=-x+sin(t)", false, true, false, "x' depends on the time", "" },
  { "x'=-x+heav(x-1)", false, false, true, "x' is switched", "x' is not linear in x" },
  { "x'=-x+abs(y)\ny'=-y", false, true, true, "x' is switched", "" },
  { "input u=0\nx'=-x*u", false, true, true, "x' is not linear in x", "" },
  { "input u=0\nx'=-x+u^2", false, true, true, "x' is not linear in the input u", "" },
  { "x'=max(x,1)", false, false, true, "x' is switched", "x' is not linear in x" },
};

START_TEST (the_class_of_a_model_is_found_with_the_reason)
{
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; ++k)
    {
      ictus_lang *l;
      ictus_lang_class c;
      const char *why;

      ck_assert_msg (ictus_lang_parse ("m.ode", kinds[k].text, &l) == ICTUS_OK, "%s", ictus_err_last ());
      c = ictus_lang_classify (l);
      ck_assert_msg (c.linear == kinds[k].linear && c.cond_linear == kinds[k].cond
                     && c.autonomous == kinds[k].autonomous && !c.fires, "%s", kinds[k].text);
      why = ictus_lang_why_not_linear (l);
      ck_assert_msg (strncmp (why, kinds[k].why, strlen (kinds[k].why)) == 0 && (why[0] == '\0') == c.linear,
                     "%s", why);
      ck_assert_str_eq (ictus_lang_why_not_cond_linear (l), kinds[k].why_cond);
      ictus_lang_destroy (&l);
    }
}
END_TEST

START_TEST (a_state_called_w_is_the_weight_in_ports_only)
{
  loaded m = load_model ("w.ode", "par b=2\nx'=-x+w\nw'=-w\nport in: w += b*w\nspike x>=1\nreset w += b\n");
  double *p = default_parameters (&m), y[2] = { 1, 5 }, c[2];

  m.k->port (p, c);
  ck_assert (c[0] == 0 && c[1] == 2);
  m.k->reset (0, y, p, NULL);
  ck_assert (y[0] == 1 && y[1] == 7);
  ictus_free (p);
  unload_model (&m);
}
END_TEST

START_TEST (hidden_slots_follow_the_parameters)
{
  loaded m = load_model ("slots.ode", "par a=2, b=3\n!c=a*b\nx'=-x*c/(a+b)+exp(a)\naux s=c\n");
  double *p = default_parameters (&m), y[1] = { 5 }, f[1], a[1];

  p[0] = 7;
  m.k->prepare (p);
  m.k->rhs (0, y, p, NULL, f);
  m.k->aux (0, y, p, NULL, a);
  ck_assert (a[0] == 21);
  ck_assert_double_eq_tol (f[0], -5 * 21 / 10.0 + exp (7), 1e-12);
  ictus_free (p);
  unload_model (&m);
}
END_TEST

START_TEST (what_is_shown_contains_everything)
{
  static const char *const parts[] = { "iaf: Leaky neuron\n",
                                       "a second paper\n",
                                       "  V_m' = (-g_L*(V_m-E_L) - I_syn",
                                       "  g_ex' = -g_ex/tau\n",
                                       "  port EX: G_EX += 2*w\n",
                                       "  spike V_m >= V_th + 1\n",
                                       "  !half = C_m/2\n",
                                       "capacitance and leak",
                                       "(held during refractoriness)",
                                       "  not linear: V_m' is not linear in V_m\n",
                                       "conditionally linear" };
  ictus_lang *l;
  ictus_text out = { 0 };

  ck_assert_int_eq (ictus_lang_parse ("iaf.ode", iaf, &l), ICTUS_OK);
  ictus_lang_show (l, &out);
  for (size_t k = 0; k < sizeof parts / sizeof *parts; ++k)
    ck_assert_msg (strstr (out.s, parts[k]) != NULL, "no \"%s\" in\n%s", parts[k], out.s);
  ictus_text_clear (&out);
  ictus_lang_destroy (&l);
}
END_TEST

START_TEST (long_sums_and_long_chains_are_no_problem)
{
  ictus_text text = { 0 }, out = { 0 };
  ictus_lang *l;

  ictus_text_add (&text, "x'=1");
  for (int k = 0; k < 20000; ++k)
    ictus_text_add (&text, "+x*%d", k);
  ictus_text_add (&text, "\ny'=if(x>0)then(1");
  for (int k = 0; k < 300; ++k)
    ictus_text_add (&text, "+sin(x/%d)", k + 1);
  ictus_text_add (&text, ")else(2)\nr0=y\n");
  for (int k = 1; k < 150; ++k) /* 2^150 terms if nothing were shared, each in a branch */
    ictus_text_add (&text, "r%d=if(x>%d)then(r%d*2+r%d^2)else(1)+if(y>%d)then(r%d)else(0)\n", k, k, k - 1,
                    k - 1, k, k - 1);
  ictus_text_add (&text, "z'=r149\n");
  ck_assert_msg (ictus_lang_parse ("long.ode", text.s, &l) == ICTUS_OK, "%s", ictus_err_last ());
  ck_assert_int_eq (ictus_lang_emit (l, "k", &out), ICTUS_OK);
  ck_assert_uint_lt (out.len, 4000000);
  ictus_text_clear (&text);
  ictus_text_clear (&out);
  ictus_lang_destroy (&l);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("lang_parse");
  TCase *c = tcase_create ("all");
  SRunner *r;
  int failed;

  tcase_set_timeout (c, 50);
  tcase_add_test (c, names_units_and_values_are_kept);
  tcase_add_test (c, the_kernel_does_what_the_model_says);
  tcase_add_test (c, expressions_have_the_documented_values);
  tcase_add_test (c, the_class_of_a_model_is_found_with_the_reason);
  tcase_add_test (c, a_state_called_w_is_the_weight_in_ports_only);
  tcase_add_test (c, hidden_slots_follow_the_parameters);
  tcase_add_test (c, what_is_shown_contains_everything);
  tcase_add_test (c, long_sums_and_long_chains_are_no_problem);
  suite_add_tcase (s, c);
  r = srunner_create (s);
  srunner_run_all (r, CK_ENV);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
