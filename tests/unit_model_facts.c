/* SPDX-License-Identifier: BSD-3-Clause */
/* Shipped models against numbers from elsewhere: equilibria, folds and Hopf points solved to 11 digits, thresholds
 * in closed form, spike times of error-controlled integration of order 8. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ictus/model.h"

enum { MAX_STATE = 8, MAX_SLOT = 128 };

typedef struct place
{
  ictus_model *m;
  const ictus_kernel *k;
  double y[MAX_STATE], p[MAX_SLOT], u[4], f[MAX_STATE], J[MAX_STATE * MAX_STATE];
} place;

static void
place_open (place *x, const char *name)
{
  memset (x, 0, sizeof *x);
  ck_assert_msg (ictus_model_open (name, NULL, NULL, &x->m) == ICTUS_OK, "%s", ictus_err_last ());
  x->k = x->m->kernel;
  ck_assert_int_le (x->k->nstate, MAX_STATE);
  ck_assert_int_le (x->k->nslot, MAX_SLOT);
  ictus_model_defaults (x->m, x->p);
  x->k->init (x->p, x->y);
}

static void
set (place *x, const char *name, double value)
{
  int k = ictus_lang_find (x->m->lang, ICTUS_LANG_PAR, name);

  ck_assert_msg (k >= 0, "no parameter %s", name);
  x->p[k] = value;
  x->k->prepare (x->p);
}

static double *
state (place *x, const char *name)
{
  int k = ictus_lang_find (x->m->lang, ICTUS_LANG_STATE, name);

  ck_assert_msg (k >= 0, "no state %s", name);
  return &x->y[k];
}

static void
look (place *x)
{
  x->k->rhs (0, x->y, x->p, x->u, x->f);
  x->k->jac (0, x->y, x->p, x->u, x->J);
}

/* Solve the equation of one state for that state, the others held. */
static void
settle (place *x, const char *name)
{
  int n = x->k->nstate, k = ictus_lang_find (x->m->lang, ICTUS_LANG_STATE, name);

  for (int step = 0; step < 20; ++step)
    {
      look (x);
      x->y[k] -= x->f[k] / x->J[k * n + k];
    }
  look (x);
}

static double
largest (const double *f, int n)
{
  double m = 0;

  for (int i = 0; i < n; ++i)
    m = fmax (m, fabs (f[i]));
  return m;
}

static double
trace2 (const place *x)
{
  return x->J[0] + x->J[3];
}

static double
det2 (const place *x)
{
  return x->J[0] * x->J[3] - x->J[1] * x->J[2];
}

START_TEST (hodgkin_huxley_rests_and_starts_where_it_should)
{
  place x;

  place_open (&x, "hodgkin_huxley");
  ck_assert_double_eq (*state (&x, "V"), -65);
  ck_assert_double_eq_tol (*state (&x, "m"), 0.05293248525724958, 1e-15);
  ck_assert_double_eq_tol (*state (&x, "h"), 0.5961207535084603, 1e-15);
  ck_assert_double_eq_tol (*state (&x, "n"), 0.3176769140606974, 1e-15);
  set (&x, "I", 0);
  *state (&x, "V") = -64.9997224337;
  *state (&x, "m") = 0.0529342176209;
  *state (&x, "h") = 0.596111046347;
  *state (&x, "n") = 0.317681167580;
  look (&x);
  ck_assert_double_lt (largest (x.f, 4), 1e-9);
  ictus_model_close (&x.m);
}
END_TEST

START_TEST (fitzhugh_nagumo_has_its_hopf_points)
{
  static const double hopf[2][2] = { { 0.331281337455, -0.967470929796 }, { 1.41871866255, 0.967470929796 } };
  place x;

  place_open (&x, "fitzhugh_nagumo");
  for (int k = 0; k < 2; ++k)
    {
      set (&x, "I", hopf[k][0]);
      *state (&x, "v") = hopf[k][1];
      settle (&x, "w");
      ck_assert_double_lt (largest (x.f, 2), 1e-10);
      ck_assert_double_eq_tol (trace2 (&x), 0, 1e-10);
      ck_assert_double_eq_tol (sqrt (det2 (&x)), 0.275506805724, 1e-10);
    }
  ictus_model_close (&x.m);
}
END_TEST

START_TEST (morris_lecar_has_its_hopf_points_and_its_fold)
{
  static const double hopf[2][3] = { { 93.8576183737, -25.2701048796, 0.0797797841146 },
                                     { 212.0188161, 7.80066386697, 0.148602170744 } };
  place x;

  place_open (&x, "morris_lecar");
  for (int k = 0; k < 2; ++k)
    {
      set (&x, "I", hopf[k][0]);
      *state (&x, "V") = hopf[k][1];
      settle (&x, "w");
      ck_assert_double_lt (largest (x.f, 2), 1e-8);
      ck_assert_double_eq_tol (trace2 (&x), 0, 1e-9);
      ck_assert_double_eq_tol (sqrt (det2 (&x)), hopf[k][2], 1e-9);
    }
  set (&x, "gCa", 4);
  set (&x, "V3", 12);
  set (&x, "V4", 17.4);
  set (&x, "phi", 0.067);
  set (&x, "I", 39.9631530927);
  *state (&x, "V") = -29.3897774055;
  *state (&x, "w") = 0.00851439913782;
  look (&x);
  ck_assert_double_lt (largest (x.f, 2), 1e-10);
  ck_assert_double_eq_tol (det2 (&x), 0, 1e-11);
  ictus_model_close (&x.m);
}
END_TEST

START_TEST (wilson_cowan_has_its_fold_and_its_hopf_point)
{
  place x;

  place_open (&x, "wilson_cowan");
  set (&x, "P", 1.08733045617);
  *state (&x, "E") = 0.0526027002806;
  settle (&x, "I");
  ck_assert_double_lt (largest (x.f, 2), 1e-12);
  ck_assert_double_eq_tol (det2 (&x), 0, 1e-12);
  set (&x, "P", 1.87931319808);
  *state (&x, "E") = 0.249338253125;
  *state (&x, "I") = 0.198220336554;
  look (&x);
  ck_assert_double_lt (largest (x.f, 2), 1e-11);
  ck_assert_double_eq_tol (trace2 (&x), 0, 1e-10);
  ck_assert_double_eq_tol (sqrt (det2 (&x)), 0.333039153425, 1e-10);
  ictus_model_close (&x.m);
}
END_TEST

START_TEST (integrate_and_fire_models_lose_rest_at_their_rheobase)
{
  place x;
  double V;

  place_open (&x, "izhikevich");
  set (&x, "I_e", 4); /* (5-b)^2/0.16 - 140 */
  *state (&x, "V_m") = -60;
  *state (&x, "U_m") = -12;
  look (&x);
  ck_assert_double_lt (largest (x.f, 2), 1e-12);
  ck_assert_double_eq_tol (det2 (&x), 0, 1e-14);
  ictus_model_close (&x.m);

  place_open (&x, "aeif_cond_exp");
  V = -50.4 + 2 * log (1 + 4.0 / 30);
  set (&x, "I_e", (30 + 4) * (V + 70.6 - 2));
  ck_assert_double_eq_tol (x.p[ictus_lang_find (x.m->lang, ICTUS_LANG_PAR, "I_e")], 627.311094, 1e-6);
  *state (&x, "V_m") = V;
  *state (&x, "w") = 4 * (V + 70.6);
  look (&x);
  ck_assert_double_lt (largest (x.f, x.k->nstate), 1e-12);
  ictus_model_close (&x.m);
}
END_TEST

START_TEST (the_exponential_of_aeif_does_not_overflow)
{
  place x;

  place_open (&x, "aeif_cond_exp");
  *state (&x, "V_m") = 1e6;
  look (&x);
  for (int i = 0; i < x.k->nstate * x.k->nstate; ++i)
    ck_assert (isfinite (x.J[i]));
  ck_assert (isfinite (x.f[0]) && x.f[0] > 0);
  ck_assert_double_gt (x.k->fire (0, x.y, x.p, x.u), 0);
  set (&x, "Delta_T", 0); /* then it is an integrate-and-fire neuron with its threshold at V_th */
  *state (&x, "V_m") = -50.4 + 1e-9;
  look (&x);
  ck_assert (isfinite (x.f[0]) && x.f[0] < 0);
  ck_assert_double_gt (x.k->fire (0, x.y, x.p, x.u), 0);
  ictus_model_close (&x.m);
}
END_TEST

START_TEST (rates_are_smooth_across_their_removable_singularities)
{
  static const double u0[3] = { 13, 15, 40 };
  place x;

  place_open (&x, "hh_cond_exp_traub");
  for (int k = 0; k < 3; ++k)
    {
      double f[3][MAX_STATE];

      for (int j = 0; j < 3; ++j)
        {
          *state (&x, "V_m") = -63 + u0[k] + (j - 1) * 1e-7;
          look (&x);
          memcpy (f[j], x.f, sizeof x.f);
          ck_assert (isfinite (largest (x.J, x.k->nstate * x.k->nstate)));
        }
      for (int i = 1; i < x.k->nstate; ++i)
        ck_assert_double_eq_tol (f[0][i] - 2 * f[1][i] + f[2][i], 0, 1e-12);
    }
  ictus_model_close (&x.m);
}
END_TEST

/* ---- runs: classical Runge-Kutta, the step cut at the spike by bisection ---------------------------- */

static void
rk4 (place *x, double h)
{
  int n = x->k->nstate;
  double k[4][MAX_STATE], z[MAX_STATE];

  x->k->rhs (0, x->y, x->p, x->u, k[0]);
  for (int s = 1; s < 4; ++s)
    {
      for (int i = 0; i < n; ++i)
        z[i] = x->y[i] + (s == 3 ? h : h / 2) * k[s - 1][i];
      x->k->rhs (0, z, x->p, x->u, k[s]);
    }
  for (int i = 0; i < n; ++i)
    x->y[i] += h / 6 * (k[0][i] + 2 * k[1][i] + 2 * k[2][i] + k[3][i]);
}

static double
fire (const place *x)
{
  return x->k->fire (0, x->y, x->p, x->u);
}

/* One step of at most h, in which the potential changes by about 0.1 at most, that ends at the spike if there is
 * one. Returns its length. */
static double
step (place *x, double h, bool *spike)
{
  double y0[MAX_STATE], lo = 0, hi;

  memcpy (y0, x->y, sizeof y0);
  x->k->rhs (0, x->y, x->p, x->u, x->f);
  h = hi = fmin (h, 0.1 / fabs (x->f[0]));
  *spike = fire (x) < 0;
  rk4 (x, h);
  *spike = *spike && fire (x) >= 0;
  if (!*spike)
    return h;
  for (int k = 0; k < 50; ++k)
    {
      double mid = (lo + hi) / 2;

      memcpy (x->y, y0, sizeof y0);
      rk4 (x, mid);
      if (fire (x) < 0)
        lo = mid;
      else
        hi = mid;
    }
  memcpy (x->y, y0, sizeof y0);
  rk4 (x, hi);
  return hi;
}

static int
spikes (place *x, double t_stop, double h, double *t, int max)
{
  double now = 0;
  int n = 0;

  while (now < t_stop - 1e-9)
    {
      bool spike;

      now += step (x, fmin (h, t_stop - now), &spike);
      if (!spike)
        continue;
      if (n < max)
        t[n] = now;
      ++n;
      if (x->k->reset != NULL)
        x->k->reset (0, x->y, x->p, x->u);
    }
  return n;
}

START_TEST (hodgkin_huxley_fires_when_it_should)
{
  place x;
  double t[16];

  place_open (&x, "hodgkin_huxley");
  set (&x, "I", 10);
  ck_assert_int_eq (spikes (&x, 100, 0.01, t, 16), 7);
  ck_assert_double_eq_tol (t[0], 1.9014205911, 1e-5);
  ck_assert_double_eq_tol (t[1], 16.8250353293, 1e-5);
  ck_assert_double_eq_tol (t[6], 90.0307268208, 1e-5);
  ck_assert_double_eq_tol (*state (&x, "V"), -62.17199131, 1e-6);
  ictus_model_close (&x.m);
}
END_TEST

START_TEST (the_isolated_cobahh_neuron_fires_with_its_period)
{
  place x;
  double t[16];
  int n;

  place_open (&x, "hh_cond_exp_traub");
  n = spikes (&x, 600, 0.02, t, 16);
  ck_assert_int_ge (n, 7);
  ck_assert_double_eq_tol (t[n - 1] - t[n - 2], 72.1769, 1e-3);
  ictus_model_close (&x.m);
  place_open (&x, "hh_cond_exp_traub");
  set (&x, "E_L", -65);
  x.k->init (x.p, x.y);
  ck_assert_int_eq (spikes (&x, 300, 0.02, t, 16), 0);
  ck_assert_double_eq_tol (*state (&x, "V_m"), -64.76, 0.01);
  ictus_model_close (&x.m);
}
END_TEST

START_TEST (izhikevich_and_lif_fire_when_they_should)
{
  place x;
  double t[16];

  place_open (&x, "izhikevich");
  set (&x, "I_e", 10);
  ck_assert_int_eq (spikes (&x, 80, 1e-3, t, 16), 3);
  ck_assert_double_eq_tol (t[0], 3.12705530, 1e-6);
  ck_assert_double_eq_tol (t[1], 26.22602463, 1e-6);
  ck_assert_double_eq_tol (t[2], 71.05709733, 1e-6);
  ictus_model_close (&x.m);
  place_open (&x, "lif");
  ck_assert_int_eq (spikes (&x, 1.2, 1e-3, t, 16), 1);
  ck_assert_double_eq_tol (t[0], 10 * log (10.0 / 9), 1e-7);
  ictus_model_close (&x.m);
}
END_TEST

START_TEST (aeif_fires_and_adapts_as_it_should)
{
  place x;
  double t[32];

  place_open (&x, "aeif_cond_exp"); /* the set of Brette and Gerstner, in which the reset is at rest */
  set (&x, "V_reset", -70.6);
  set (&x, "I_e", 1000);
  ck_assert_int_eq (spikes (&x, 500, 1e-3, t, 32), 17);
  ck_assert_double_eq_tol (t[0], 11.7915728, 1e-5);
  ck_assert_double_eq_tol (t[1], 25.3760603, 1e-5);
  ck_assert_double_eq_tol (t[2], 41.1962091, 1e-5);
  ck_assert_double_eq_tol (t[16] - t[15], 36.0754, 1e-3);
  ictus_model_close (&x.m);
}
END_TEST

START_TEST (two_neurons_rest_oscillate_and_saturate)
{
  static const double I1[3] = { 5, 15, 35 };
  place x;

  for (int k = 0; k < 3; ++k)
    {
      double lo = INFINITY, hi = -INFINITY;

      place_open (&x, "two_neurons");
      set (&x, "I1", I1[k]);
      for (int s = 0; s < 20000; ++s)
        {
          rk4 (&x, 0.05);
          if (s > 10000)
            {
              lo = fmin (lo, *state (&x, "V1"));
              hi = fmax (hi, *state (&x, "V1"));
            }
        }
      if (k == 1)
        ck_assert_double_gt (hi - lo, 10);
      else
        ck_assert_double_lt (hi - lo, 1e-3);
      ictus_model_close (&x.m);
    }
}
END_TEST

START_TEST (an_alpha_synapse_peaks_at_its_weight)
{
  static const char *const names[] = { "iaf_psc_alpha", "hh_psc_alpha" };

  for (int k = 0; k < 2; ++k)
    {
      place x;
      double c[2 * MAX_STATE], tau;
      int port;

      place_open (&x, names[k]);
      port = ictus_lang_find (x.m->lang, ICTUS_LANG_PORT, "in");
      ck_assert_int_ge (port, 0);
      tau = x.p[ictus_lang_find (x.m->lang, ICTUS_LANG_PAR, "tau_syn_in")];
      x.k->port (x.p, c);
      for (int i = 0; i < x.k->nstate; ++i)
        x.y[i] += -7 * c[port * x.k->nstate + i];
      for (int s = 0; s < 1000; ++s)
        rk4 (&x, tau / 1000);
      ck_assert_double_eq_tol (*state (&x, "I_syn_in"), -7, 1e-9);
      ictus_model_close (&x.m);
    }
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("model facts");
  TCase *c = tcase_create ("points"), *r = tcase_create ("runs");
  SRunner *sr = srunner_create (s);
  int failed;

  tcase_add_test (c, hodgkin_huxley_rests_and_starts_where_it_should);
  tcase_add_test (c, fitzhugh_nagumo_has_its_hopf_points);
  tcase_add_test (c, morris_lecar_has_its_hopf_points_and_its_fold);
  tcase_add_test (c, wilson_cowan_has_its_fold_and_its_hopf_point);
  tcase_add_test (c, integrate_and_fire_models_lose_rest_at_their_rheobase);
  tcase_add_test (c, the_exponential_of_aeif_does_not_overflow);
  tcase_add_test (c, rates_are_smooth_across_their_removable_singularities);
  tcase_add_test (r, hodgkin_huxley_fires_when_it_should);
  tcase_add_test (r, the_isolated_cobahh_neuron_fires_with_its_period);
  tcase_add_test (r, izhikevich_and_lif_fire_when_they_should);
  tcase_add_test (r, aeif_fires_and_adapts_as_it_should);
  tcase_add_test (r, two_neurons_rest_oscillate_and_saturate);
  tcase_add_test (r, an_alpha_synapse_peaks_at_its_weight);
  suite_add_tcase (s, c);
  suite_add_tcase (s, r);
  srunner_run_all (sr, CK_ENV);
  failed = srunner_ntests_failed (sr);
  srunner_free (sr);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
