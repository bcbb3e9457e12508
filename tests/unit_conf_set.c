/* SPDX-License-Identifier: BSD-3-Clause */
#include "conf_check.h"

#define BASE                                                                                                 \
  "ictus: 1\nrun: {t_stop: 10 ms}\npopulations:\n"                                                           \
  "  E: {size: 10, model: lif, solver: exact, init: {V_m: {distribution: normal, mean: 1, std: 2}}}\n"       \
  "  I: {size: 3, model: lif}\n"                                                                             \
  "projections: {a: {source: E, target: [E, I], rule: all_to_all, delay: 1 ms}}\n"

/* The document after the overrides, as YAML. The text lives until the test ends. */
static const char *
after (const char *first, const char *second)
{
  ictus_conf *c = conf_of (BASE);
  ictus_text t = { 0 };
  ictus_err e = ictus_conf_set (c, first);

  ck_assert_msg (e == ICTUS_OK, "%s", e == ICTUS_OK ? "" : ictus_err_last ());
  if (second != NULL)
    {
      e = ictus_conf_set (c, second);
      ck_assert_msg (e == ICTUS_OK, "%s", e == ICTUS_OK ? "" : ictus_err_last ());
    }
  ictus_conf_emit (c, &t);
  ictus_conf_destroy (&c);
  return t.s;
}

START_TEST (values_are_replaced_and_added)
{
  ck_assert_ptr_nonnull (strstr (after ("run.t_stop=50", NULL), "  t_stop: 50\n"));
  ck_assert_ptr_nonnull (strstr (after ("run.timing=exact", NULL), "  t_stop: 10 ms\n  timing: exact\n"));
  ck_assert_ptr_nonnull (strstr (after ("seed=7", NULL), "seed: 7\n"));
  ck_assert_ptr_nonnull (strstr (after ("populations.I.params.g_L=10 nS", "populations.I.params.E_L=-60 mV"),
                                 "    params: {g_L: 10 nS, E_L: -60 mV}\n"));
  ck_assert_ptr_nonnull (strstr (after ("populations.E.init.V_m.std=3", NULL), "std: 3}"));
  ck_assert_ptr_nonnull (strstr (after ("populations.E.init.V_m.min=0", NULL), "std: 2, min: 0}"));
  ck_assert_ptr_nonnull (
      strstr (after ("populations.E.solver.rtol=1e-6", NULL), "    solver: {name: exact, rtol: 1e-6}\n"));
  ck_assert_ptr_nonnull (strstr (after ("populations.I.solver.atol=1", "populations.I.solver.atol.V_m=2"),
                                 "      atol: {V_m: 2}\n"));
  ck_assert_ptr_nonnull (strstr (after ("projections.a.target.1=E", NULL), "target: [E, E]"));
  ck_assert_ptr_nonnull (strstr (after ("projections.a.target=[I]", NULL), "target: [I]"));
  ck_assert_ptr_nonnull (strstr (after ("record.s={type: spikes, population: E}", NULL),
                                 "record:\n  s:\n    type: spikes\n    population: E\n"));
  ck_assert_ptr_nonnull (
      strstr (after ("sweep.seizure.chi=0.5", NULL), "sweep:\n  seizure:\n    chi: 0.5\n"));
}
END_TEST

typedef struct wrong
{
  const char *set, *message;
} wrong;

START_TEST (paths_that_lead_nowhere_are_told)
{
  static const wrong list[] = {
    { "run.t_stp=50", "override:1:5: there is no 't_stp' in run; did you mean 't_stop'?\n    1 | "
                      "run.t_stp=50\n      |     ^~~~~" },
    { "populations.X.size=5", "override:1:13: there is no 'X' in populations" },
    { "population.E.size=5",
      "override:1:1: there is no 'population' in the experiment; did you mean 'populations'?" },
    { "populations.E.sise=5", "override:1:15: there is no 'sise' in populations.E; did you mean 'size'?" },
    { "populations.E.size.x=5", "override:1:20: populations.E.size is '10', which has no 'x' in it" },
    { "populations.E.params.x.mean=5", "override:1:22: there is no 'x' in populations.E.params" },
    { "populations.E.init.V_m.men=5",
      "override:1:24: there is no 'men' in populations.E.init.V_m; did you mean 'mean'?" },
    { "projections.a.target.2=E", "override:1:22: there is no '2' in projections.a.target" },
    { "projections.a.target.x=E", "override:1:22: there is no 'x' in projections.a.target" },
    { "output.fluhs=3", "override:1:8: there is no 'fluhs' in output; did you mean 'flush'?" },
    { "run..t_stop=3", "override:1:5: expected a name" },
    { "run.=3", "override:1:5: expected a name" },
    { "run.t_stop", "override:1:1: expected KEY=VALUE, such as run.t_stop=50, found 'run.t_stop'" },
    { "=3", "override:1:1: expected KEY=VALUE, such as run.t_stop=50, found '=3'" },
    { "", "override:1:1: expected KEY=VALUE, such as run.t_stop=50, found ''" },
    { "run.t_stop=", "override:1:12: a value is missing behind '='" },
    { "run.t_stop=@", "override:1:12: plain scalar cannot start with '@'" },
    { "run.t_stop={a: 1, a: 2}", "override:1:19: the key 'a' appears twice; first in line 1" },
  };
  ictus_conf *c = conf_of (BASE);
  ictus_text before = { 0 }, now = { 0 };

  ictus_conf_emit (c, &before);
  for (size_t k = 0; k < sizeof list / sizeof *list; ++k)
    {
      size_t n = strlen (list[k].message);

      ck_assert_int_eq (ictus_conf_set (c, list[k].set), ICTUS_E_INPUT);
      ck_assert_msg (strncmp (ictus_err_last (), list[k].message, n) == 0
                         && strchr ("\n", ictus_err_last ()[n]) != NULL,
                     "%s\nsays     %s\nexpected %s", list[k].set, ictus_err_last (), list[k].message);
    }
  ictus_conf_emit (c, &now); /* nothing was left behind */
  ck_assert_str_eq (now.s, before.s);
  ictus_text_clear (&before);
  ictus_text_clear (&now);
  ictus_conf_destroy (&c);
}
END_TEST

START_TEST (wrong_values_are_told_where_they_were_given)
{
  ictus_conf *c = conf_of (BASE), *d;
  ictus_experiment *x;

  ck_assert_int_eq (ictus_conf_set (c, "populations.E.size=abc"), ICTUS_OK);
  ck_assert_int_eq (ictus_conf_copy (c, &d), ICTUS_OK);
  ictus_conf_destroy (&c);
  ck_assert_int_eq (ictus_experiment_read (d, &x), ICTUS_E_INPUT);
  ck_assert_str_eq (ictus_err_last (),
                    "override:1:20: expected a whole number from 1 to 4000000000, found 'abc'\n"
                    "    1 | populations.E.size=abc\n      |                    ^~~");
  ictus_conf_destroy (&d);
}
END_TEST

START_TEST (a_copy_takes_other_values_and_its_own_defaults)
{
  ictus_conf *c = conf_of (BASE), *d;
  ictus_experiment *x = NULL, *y = NULL;

  ck_assert_int_eq (ictus_experiment_read (c, &x), ICTUS_OK);
  ck_assert_int_eq (ictus_conf_copy (c, &d), ICTUS_OK);
  ck_assert_int_eq (ictus_conf_set (d, "run.resolution=0.5 ms"), ICTUS_OK);
  ck_assert_int_eq (ictus_experiment_read (d, &y), ICTUS_OK);
  ck_assert (x->population[0].dt_ms == 0.1 && y->population[0].dt_ms == 0.5);
  ictus_experiment_destroy (&x);
  ictus_experiment_destroy (&y);
  ictus_conf_destroy (&c);
  ictus_conf_destroy (&d);
}
END_TEST

CONF_MAIN ("conf_set", values_are_replaced_and_added, paths_that_lead_nowhere_are_told,
           wrong_values_are_told_where_they_were_given, a_copy_takes_other_values_and_its_own_defaults)
