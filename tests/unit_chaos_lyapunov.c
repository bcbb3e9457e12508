/* SPDX-License-Identifier: BSD-3-Clause */
/* Lyapunov exponents against what is known: linear systems exactly, maps by formulas, the classics within their errors. */
#include "dyn_check.h"

#include "ictus/chaos.h"

typedef struct given
{
  const char *name, *text;
  const char *const *par;
  const double *value;
  double trans, total;
  int spectrum;
  ictus_lyapunov_method method;
} given;

static ictus_lyapunov
measure (const given *g)
{
  dyn_case c = { 0 };
  ictus_lyapunov_options o;
  ictus_lyapunov l = { 0 };
  const ictus_kernel *k;

  dyn_must (ictus_model_open_scalar (g->name, NULL, g->text, &c.m));
  k = c.m->kernel;
  c.p = ictus_alloc ((size_t) k->nslot, sizeof *c.p);
  c.y = ictus_alloc ((size_t) k->nstate, sizeof *c.y);
  c.u = ictus_alloc ((size_t) k->nu, sizeof *c.u);
  ictus_model_defaults (c.m, c.p);
  for (int i = 0; g->par != NULL && g->par[i] != NULL; ++i)
    c.p[ictus_dyn_par (c.m, g->par[i])] = g->value[i];
  k->prepare (c.p);
  k->init (c.p, c.y);
  c.v = (ictus_dyn_values){ .model = c.m, .p = c.p, .u = c.u, .y = c.y };
  ictus_lyapunov_defaults (&o);
  o.trans = g->trans;
  o.total = g->total;
  o.spectrum = g->spectrum;
  o.method = g->method;
  dyn_must (ictus_lyapunov_run (&c.v, &o, &l));
  ictus_free (c.p);
  ictus_free (c.y);
  ictus_free (c.u);
  ictus_model_close (&c.m);
  return l;
}

/* Within four standard errors and what the reference is uncertain by; and the error is no excuse. */
static void
within (const ictus_lyapunov *l, int j, double want, double uncertain, double most)
{
  ck_assert_msg (fabs (l->exponent[j] - want) <= 4 * l->error[j] + uncertain, "exponent %d: %.9g +- %g, not %.9g", j + 1, l->exponent[j],
                 l->error[j], want);
  ck_assert_msg (l->error[j] < most, "exponent %d: standard error %g", j + 1, l->error[j]);
}

static void
trace (const ictus_lyapunov *l, double tol)
{
  ck_assert_int_eq (l->k, l->n);
  ck_assert_msg (fabs (l->sum - l->divergence) < tol, "sum %.12g, divergence %.12g", l->sum, l->divergence);
}

static const char linear[] = "x'=-x+3*y\ny'=-0.5*y\nz'=-2*z+x\ninit x=1,y=1,z=1\n@ total=10\ndone\n";

START_TEST (linear_system)
{
  static const ictus_lyapunov_method by[] = { ICTUS_LYAPUNOV_RK45, ICTUS_LYAPUNOV_ROSENBROCK, ICTUS_LYAPUNOV_AUTO };
  static const double want[] = { -0.5, -1, -2 };
  ictus_lyapunov l = measure (&(given){ .name = "linear", .text = linear, .trans = 100, .total = 300, .method = by[_i] });

  ck_assert (by[_i] == ICTUS_LYAPUNOV_AUTO || l.method == by[_i]);
  for (int j = 0; j < 3; ++j)
    ck_assert_msg (fabs (l.exponent[j] - want[j]) < 1e-6, "%.12g, not %g", l.exponent[j], want[j]);
  trace (&l, 1e-6);
  ck_assert_double_eq_tol (l.sum, -3.5, 1e-6);
  ck_assert_int_eq (l.verdict, ICTUS_VERDICT_FIXED_POINT);
  ictus_lyapunov_clear (&l);
}
END_TEST

/* Lengths chosen: it ends, soon, by each method, with the real parts of the eigenvalues at rest. */
START_TEST (at_rest)
{
  static const ictus_lyapunov_method by[] = { ICTUS_LYAPUNOV_RK45, ICTUS_LYAPUNOV_ROSENBROCK, ICTUS_LYAPUNOV_AUTO };
  static const double want[] = { -0.5, -1, -2 };
  ictus_lyapunov l = measure (&(given){ .name = "linear", .text = linear, .trans = NAN, .total = NAN, .method = by[_i] });

  for (int j = 0; j < 3; ++j)
    ck_assert_msg (fabs (l.exponent[j] - want[j]) < 1e-6, "%.12g, not %g", l.exponent[j], want[j]);
  ck_assert_int_eq (l.verdict, ICTUS_VERDICT_FIXED_POINT);
  ck_assert_uint_lt (l.steps, 400000);
  ictus_lyapunov_clear (&l);
}
END_TEST

/* Models at rest of which a state dies out, or that rotate; steps would grow without bound. */
START_TEST (at_rest_for_long)
{
  static const struct { const char *name; double first, last; } of[]
      = { { "nmda", -0.01, -0.5 }, { "fitzhugh_noise", -5.125, -5.125 }, { "hodgkin_huxley", -0.120659925, -4.6753207 } };
  static const char *const none[] = { "I", NULL };
  double I = 0;
  ictus_lyapunov l = measure (&(given){ .name = of[_i].name, .par = _i == 2 ? none : NULL, .value = &I, .trans = NAN, .total = NAN });

  ck_assert_msg (fabs (l.exponent[0] - of[_i].first) <= 4 * l.error[0] + 1e-6, "%.9g +- %g", l.exponent[0], l.error[0]);
  ck_assert_msg (fabs (l.exponent[l.k - 1] - of[_i].last) <= 4 * l.error[l.k - 1] + 1e-6, "%.9g", l.exponent[l.k - 1]);
  ck_assert_int_eq (l.verdict, ICTUS_VERDICT_FIXED_POINT);
  ck_assert_uint_lt (l.steps, 200000);
  ictus_lyapunov_clear (&l);
}
END_TEST

/* The fastest direction decays 10^5 times faster than the others: it does not make the steps short. */
START_TEST (very_stiff)
{
  ictus_lyapunov l = measure (&(given){ .name = "oregonator", .trans = 400, .total = 3000 });

  ck_assert_int_eq (l.method, ICTUS_LYAPUNOV_ROSENBROCK);
  ck_assert_double_le (fabs (l.exponent[0]), l.zero[0]);
  ck_assert_double_eq_tol (l.exponent[1], -0.502, 4 * l.error[1] + 0.005);
  ck_assert_double_eq_tol (l.sum / l.divergence, 1, 1e-6);
  ck_assert_uint_lt (l.steps, 100000);
  ictus_lyapunov_clear (&l);
}
END_TEST

/* A spike carries the direction of the flow over the reset: exponent 0. */
START_TEST (integrate_and_fire)
{
  static const char *const name[] = { "lif", "quadratic_if" };

  for (int k = 0; k < 2; ++k)
    {
      ictus_lyapunov l = measure (&(given){ .name = name[k], .trans = 100, .total = 5000 });

      ck_assert_msg (fabs (l.exponent[0]) < 1e-3, "%s: %g", name[k], l.exponent[0]);
      ck_assert_double_eq_tol (l.sum, l.divergence, 1e-6);
      ck_assert_int_eq (l.verdict, ICTUS_VERDICT_CYCLE);
      ictus_lyapunov_clear (&l);
    }
}
END_TEST

static const char *const drive[] = { "I_e", NULL };

/* Synaptic currents go on while the potential is held, and drive it: 0 and the decay of the currents, whatever the phase. */
START_TEST (refractory)
{
  double I = 1000;
  ictus_lyapunov l = measure (&(given){ .name = "iaf_psc_exp", .par = drive, .value = &I, .trans = 100, .total = 5000 });

  ck_assert_double_lt (fabs (l.exponent[0]), 1e-3);
  ck_assert_double_eq_tol (l.exponent[1], -0.5, 1e-6);
  ck_assert_double_eq_tol (l.exponent[2], -0.5, 1e-6);
  ck_assert_double_eq_tol (l.sum, l.divergence, 1e-6);
  ictus_lyapunov_clear (&l);
}
END_TEST

/* The map of the adaptation from spike to spike has the derivative exp (-0.02131171 T) over the time T between them: by SciPy, with the
   spikes located to 1e-11. The right-hand side has a corner at the threshold. */
START_TEST (adapting_neuron)
{
  static const ictus_lyapunov_method by[] = { ICTUS_LYAPUNOV_RK45, ICTUS_LYAPUNOV_ROSENBROCK };

  for (int k = 0; k < 2; ++k)
    {
      ictus_lyapunov l = measure (&(given){ .name = "adex", .trans = 1000, .total = 10000, .method = by[k] });

      ck_assert_double_lt (fabs (l.exponent[0]), l.zero[0]);
      ck_assert_msg (fabs (l.exponent[1] + 0.02131171) < 4 * l.error[1] + 1e-6 && l.error[1] < 5e-4, "%.9g +- %g", l.exponent[1], l.error[1]);
      ck_assert_double_eq_tol (l.sum, l.divergence, 1e-5);
      ictus_lyapunov_clear (&l);
    }
}
END_TEST

/* 0.0979 by the map from spike to spike over 2800 spikes (error 0.0007). */
START_TEST (chaotic_neuron)
{
  static const char *const par[] = { "a", "b", "c", "d", "I_e", NULL };
  static const double value[] = { 0.2, 2, -56, -16, -99 };
  ictus_lyapunov l = measure (&(given){ .name = "izhikevich", .par = par, .value = value, .trans = 500, .total = 20000 });

  within (&l, 0, 0.0986, 1e-3, 0.003);
  ck_assert_double_lt (fabs (l.exponent[1]), 2e-3);
  ck_assert_int_eq (l.verdict, ICTUS_VERDICT_CHAOS);
  ictus_lyapunov_clear (&l);
}
END_TEST

/* One of the currents is set to a number at each spike: nothing of its past is left. */
START_TEST (nothing_left)
{
  ictus_lyapunov l = measure (&(given){ .name = "mihalas_niebur", .trans = 100, .total = 2000 });

  ck_assert_double_eq_tol (l.exponent[2], -0.02, 1e-3);
  ck_assert (isinf (l.exponent[3]) && l.exponent[3] < 0);
  ck_assert_int_eq (l.verdict, ICTUS_VERDICT_CYCLE);
  ictus_lyapunov_clear (&l);
}
END_TEST

START_TEST (lorenz)
{
  ictus_lyapunov l = measure (&(given){ .name = "lorenz", .trans = 100, .total = 3000 });

  within (&l, 0, 0.9058, 3e-4, 0.01);
  within (&l, 1, 0, 1e-3, 0.002);
  within (&l, 2, -14.5725, 3e-4, 0.01);
  trace (&l, 1e-6);
  ck_assert_double_eq_tol (l.sum, -41.0 / 3, 1e-6);
  ck_assert_double_eq_tol (l.dimension, 2.0621, 4 * l.dimension_error + 1e-4);
  ck_assert (l.dimension_error < 0.002);
  ck_assert_int_eq (l.verdict, ICTUS_VERDICT_CHAOS);
  ck_assert_double_lt (fabs (l.exponent[1]), l.zero[1]);
  ictus_lyapunov_clear (&l);
}
END_TEST

START_TEST (lorenz_by_rosenbrock)
{
  ictus_lyapunov l = measure (&(given){ .name = "lorenz", .trans = 50, .total = 300, .method = ICTUS_LYAPUNOV_ROSENBROCK });

  within (&l, 0, 0.9058, 3e-4, 0.05);
  trace (&l, 1e-4);
  ck_assert_int_eq (l.verdict, ICTUS_VERDICT_CHAOS);
  ictus_lyapunov_clear (&l);
}
END_TEST

START_TEST (rossler)
{
  ictus_lyapunov l = measure (&(given){ .name = "rossler", .trans = 500, .total = 15000 });

  within (&l, 0, 0.0711, 3e-4, 0.003);
  within (&l, 1, 0, 2e-4, 0.001);
  trace (&l, 1e-5);
  ck_assert_int_eq (l.verdict, ICTUS_VERDICT_CHAOS);
  ictus_lyapunov_clear (&l);
}
END_TEST

static const char *const current[] = { "I", NULL };

START_TEST (hindmarsh_rose_chaos)
{
  double I = 3.25;
  ictus_lyapunov l
      = measure (&(given){ .name = "hindmarsh_rose", .par = current, .value = &I, .trans = 5000, .total = 40000, .spectrum = 1 });

  within (&l, 0, 0.01335, 1e-4, 0.002);
  ck_assert_int_eq (l.verdict, ICTUS_VERDICT_CHAOS);
  ck_assert (isnan (l.dimension));
  ictus_lyapunov_clear (&l);
}
END_TEST

START_TEST (hindmarsh_rose_cycle)
{
  double I = 3.3;
  ictus_lyapunov l
      = measure (&(given){ .name = "hindmarsh_rose", .par = current, .value = &I, .trans = 5000, .total = 25000, .spectrum = 2 });

  ck_assert_double_le (fabs (l.exponent[0]), l.zero[0]);
  within (&l, 1, -0.00617, 1e-4, 0.002);
  ck_assert_int_eq (l.verdict, ICTUS_VERDICT_CYCLE);
  ictus_lyapunov_clear (&l);
}
END_TEST

START_TEST (logistic)
{
  static const char *const par[] = { "r", NULL };
  double r = 4;
  ictus_lyapunov l = measure (&(given){ .name = "logistic_map", .par = par, .value = &r, .trans = 1000, .total = 200000 });

  ck_assert (l.map);
  within (&l, 0, log (2), 1e-5, 0.002);
  trace (&l, 1e-9);
  ck_assert_int_eq (l.verdict, ICTUS_VERDICT_CHAOS);
  ictus_lyapunov_clear (&l);
  r = 3.2; /* period 2, by formula: log |4 + 2 r - r^2| / 2 */
  l = measure (&(given){ .name = "logistic_map", .par = par, .value = &r, .trans = 1000, .total = 10000 });
  ck_assert_double_eq_tol (l.exponent[0], log (fabs (4 + 2 * r - r * r)) / 2, 1e-9);
  ck_assert_int_eq (l.verdict, ICTUS_VERDICT_CYCLE);
  ictus_lyapunov_clear (&l);
}
END_TEST

START_TEST (henon)
{
  ictus_lyapunov l = measure (&(given){ .name = "henon_map", .trans = 1000, .total = 400000 });

  within (&l, 0, 0.4192, 1e-4, 0.003);
  ck_assert_double_eq_tol (l.sum, log (0.3), 1e-9);
  trace (&l, 1e-9);
  ck_assert_int_eq (l.verdict, ICTUS_VERDICT_CHAOS);
  ictus_lyapunov_clear (&l);
}
END_TEST

START_TEST (chosen_lengths)
{
  ictus_lyapunov l = measure (&(given){ .name = "henon_map", .trans = NAN, .total = NAN });

  ck_assert (l.chosen_trans && l.chosen_total && l.settled);
  within (&l, 0, 0.4192, 1e-4, 0.002);
  ck_assert (l.nrow > 100);
  ck_assert_double_eq (l.running[(l.nrow - 1) * 2], l.exponent[0]);
  ictus_lyapunov_clear (&l);
}
END_TEST

START_TEST (same_again)
{
  ictus_lyapunov a = measure (&(given){ .name = "lorenz", .trans = 20, .total = 200 });
  ictus_lyapunov b = measure (&(given){ .name = "lorenz", .trans = 20, .total = 200 });

  ck_assert_mem_eq (a.exponent, b.exponent, 3 * sizeof (double));
  ck_assert_mem_eq (a.error, b.error, 3 * sizeof (double));
  ictus_lyapunov_clear (&a);
  ictus_lyapunov_clear (&b);
}
END_TEST

static const struct { const char *what, *text; } refused[] = {
  { "late", "x'=-delay(x,1)\ninit x=1\n@ delay=2,total=5\ndone\n" },
  { "jumps", "x'=1\nglobal 1 x-1 {x=0}\n@ total=5\ndone\n" },
};

START_TEST (no_exponents)
{
  char buf[256];
  ictus_model *m = NULL;

  dyn_must (ictus_model_open_scalar (refused[_i].what, NULL, refused[_i].text, &m));
  ck_assert_msg (ictus_lyapunov_refuse (m, buf) != NULL, "%s is not refused", refused[_i].what);
  ictus_model_close (&m);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("chaos_lyapunov");
  TCase *c = tcase_create ("all");
  SRunner *r;
  int failed;

  tcase_set_timeout (c, 60);
  tcase_add_loop_test (c, linear_system, 0, 3);
  tcase_add_loop_test (c, at_rest, 0, 3);
  tcase_add_loop_test (c, at_rest_for_long, 0, 3);
  tcase_add_test (c, very_stiff);
  tcase_add_test (c, integrate_and_fire);
  tcase_add_test (c, refractory);
  tcase_add_test (c, adapting_neuron);
  tcase_add_test (c, chaotic_neuron);
  tcase_add_test (c, nothing_left);
  tcase_add_test (c, lorenz);
  tcase_add_test (c, lorenz_by_rosenbrock);
  tcase_add_test (c, rossler);
  tcase_add_test (c, hindmarsh_rose_chaos);
  tcase_add_test (c, hindmarsh_rose_cycle);
  tcase_add_test (c, logistic);
  tcase_add_test (c, henon);
  tcase_add_test (c, chosen_lengths);
  tcase_add_test (c, same_again);
  tcase_add_loop_test (c, no_exponents, 0, 2);
  suite_add_tcase (s, c);
  r = srunner_create (s);
  srunner_run_all (r, CK_ENV);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed == 0 ? 0 : 1;
}
