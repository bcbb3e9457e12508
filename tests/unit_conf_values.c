/* SPDX-License-Identifier: BSD-3-Clause */
#include "conf_check.h"

/* The value v of "v: ...". The document lives until the test ends: tests run in processes of their own. */
static const ictus_node *
value (const char *yaml)
{
  ictus_text t = { 0 };
  ictus_conf *c;

  ictus_text_add (&t, "v: %s\n", yaml);
  c = conf_of (t.s);
  return ictus_node_find (ictus_conf_root (c), "v");
}

/* The message without place and source. */
static const char *
message (ictus_err e)
{
  static char buf[1000];
  const char *s;

  ck_assert_int_eq (e, ICTUS_E_INPUT);
  s = strstr (ictus_err_last (), ": ");
  snprintf (buf, sizeof buf, "%.*s", (int)strcspn (s + 2, "\n"), s + 2);
  return buf;
}

START_TEST (numbers_have_units_and_ranges)
{
  double x = 42;

  ck_assert_int_eq (ictus_node_double (value ("0.5 s"), "ms", 0, 1000, &x), ICTUS_OK);
  ck_assert (x == 500);
  ck_assert_int_eq (ictus_node_double (value ("-1e-3"), "", -1, 1, &x), ICTUS_OK);
  ck_assert (x == -1e-3);
  ck_assert_str_eq (message (ictus_node_double (value ("2"), "", 0, 1, &x)),
                    "expected a number from 0 to 1, found '2'");
  ck_assert_str_eq (message (ictus_node_double (value ("-5 ms"), "ms", 0, HUGE_VAL, &x)),
                    "expected a quantity in ms of at least 0, found '-5 ms'");
  ck_assert_str_eq (message (ictus_node_double (value ("11"), "", -HUGE_VAL, 10, &x)),
                    "expected a number of at most 10, found '11'");
  ck_assert_str_eq (message (ictus_node_double (value ("6 mV"), "nS", 0, 1, &x)),
                    "expected a quantity in nS, found mV");
  ck_assert_str_eq (message (ictus_node_double (value ("6 ns"), "nS", 0, 1, &x)),
                    "expected a quantity in nS, found ns");
  ck_assert_str_eq (message (ictus_node_double (value ("[1]"), "", 0, 1, &x)),
                    "expected a number from 0 to 1, found a list");
  ck_assert_str_eq (message (ictus_node_double (value ("{a: 1}"), "", 0, 1, &x)),
                    "expected a number from 0 to 1, found a map");
  ck_assert_str_eq (message (ictus_node_double (value ("no"), "", -HUGE_VAL, HUGE_VAL, &x)),
                    "expected a number, found 'no'");
  ck_assert_str_eq (message (ictus_node_double (value ("6 mVV"), "mV", -HUGE_VAL, HUGE_VAL, &x)),
                    "expected a quantity in mV: unknown unit 'mVV'; did you mean 'mV'?");
  ck_assert (x == -1e-3);
}
END_TEST

START_TEST (whole_numbers_are_whole)
{
  int64_t i = 42;
  const char *no[] = { "1.5", "x", "9223372036854775808", "1e30", "[1]", "1 ms", "0x10", "\"\"" };

  ck_assert_int_eq (ictus_node_int (value ("-7"), -10, 10, &i), ICTUS_OK);
  ck_assert_int_eq (i, -7);
  ck_assert_int_eq (ictus_node_int (value ("1e5"), 0, INT64_MAX, &i), ICTUS_OK);
  ck_assert_int_eq (i, 100000);
  ck_assert_int_eq (ictus_node_int (value ("999999999999999999"), 0, INT64_MAX, &i), ICTUS_OK);
  ck_assert_int_eq (i, 999999999999999999);
  for (size_t k = 0; k < sizeof no / sizeof *no; ++k)
    ck_assert_int_eq (ictus_node_int (value (no[k]), INT64_MIN, INT64_MAX, &i), ICTUS_E_INPUT);
  ck_assert_str_eq (message (ictus_node_int (value ("1.5"), 0, INT64_MAX, &i)),
                    "expected a whole number of at least 0, found '1.5'");
  ck_assert_str_eq (message (ictus_node_int (value ("11"), 0, 10, &i)),
                    "expected a whole number from 0 to 10, found '11'");
}
END_TEST

START_TEST (only_true_and_false_are_booleans)
{
  bool b = false;
  const char *no[] = { "yes", "True", "on", "1", "[true]" };

  ck_assert_int_eq (ictus_node_bool (value ("true"), &b), ICTUS_OK);
  ck_assert (b);
  ck_assert_int_eq (ictus_node_bool (value ("false"), &b), ICTUS_OK);
  ck_assert (!b);
  for (size_t k = 0; k < 5; ++k)
    ck_assert_int_eq (ictus_node_bool (value (no[k]), &b), ICTUS_E_INPUT);
  ck_assert_str_eq (message (ictus_node_bool (value ("yes"), &b)), "expected true or false, found 'yes'");
}
END_TEST

static const char *
neurons (const char *yaml, size_t n)
{
  static char buf[200];
  uint64_t *list;
  size_t nlist;

  if (ictus_node_neurons (value (yaml), n, &list, &nlist) != ICTUS_OK)
    {
      ck_assert_ptr_null (list);
      return message (ICTUS_E_INPUT);
    }
  buf[0] = '\0';
  for (size_t k = 0; k < nlist; ++k)
    snprintf (buf + strlen (buf), sizeof buf - strlen (buf), "%s%d", k > 0 ? " " : "", (int)list[k]);
  ictus_free (list);
  return buf;
}

START_TEST (neurons_are_chosen)
{
  ck_assert_str_eq (neurons ("all", 4), "0 1 2 3");
  ck_assert_str_eq (neurons ("3", 4), "3");
  ck_assert_str_eq (neurons ("\"5-7, 1,1 , 6 - 8\"", 10), "1 5 6 7 8");
  ck_assert_str_eq (neurons ("2-3", 10), "2 3");
  ck_assert_str_eq (neurons ("[9, 0, \"5-6\", \"1, 0\"]", 10), "0 1 5 6 9");
  ck_assert_str_eq (neurons ("4", 4), "neuron 4 does not exist: the population has 4 (0 to 3)");
  ck_assert_str_eq (neurons ("0-99999999999999999", 4),
                    "neuron 99999999999999999 does not exist: the population has 4 (0 to 3)");
  ck_assert_str_eq (neurons ("3-1", 4), "the range 3-1 runs backwards");
  ck_assert_str_eq (neurons ("[]", 4), "no neuron is chosen");
  ck_assert_str_eq (neurons ("[[1]]", 4), "expected a neuron or a range of neurons, found a list");
  ck_assert_str_eq (neurons ("1;2", 4),
                    "expected neurons such as all, 3, \"0-49, 60\" or [0, 1, \"5-9\"], found '1;2'");
  ck_assert_str_eq (neurons ("\"1,\"", 4),
                    "expected neurons such as all, 3, \"0-49, 60\" or [0, 1, \"5-9\"], found '1,'");
  ck_assert_str_eq (neurons ("{a: 1}", 4),
                    "expected neurons such as all, 3, \"0-49, 60\" or [0, 1, \"5-9\"], found a map");
}
END_TEST

static ictus_dist
dist (const char *yaml, const char *unit, size_t n)
{
  ictus_dist d;
  ictus_err e = ictus_node_dist (value (yaml), unit, "neuron", n, &d);

  ck_assert_msg (e == ICTUS_OK, "%s", e == ICTUS_OK ? "" : ictus_err_last ());
  return d;
}

static const char *
no_dist (const char *yaml, const char *unit, size_t n)
{
  ictus_dist d;

  return message (ictus_node_dist (value (yaml), unit, "neuron", n, &d));
}

/* Mean, standard deviation, smallest, largest of n draws, each with a stream of its own. */
static void
moments (const ictus_dist *d, size_t n, double *m)
{
  double s1 = 0, s2 = 0;

  m[2] = HUGE_VAL;
  m[3] = -HUGE_VAL;
  for (size_t k = 0; k < n; ++k)
    {
      ictus_rng r = ictus_rng_open (5, ICTUS_RNG_PARAM, k, 0, 0);
      double x = ictus_dist_draw (d, k, n, &r);

      s1 += x;
      s2 += x * x;
      m[2] = fmin (m[2], x);
      m[3] = fmax (m[3], x);
    }
  m[0] = s1 / (double)n;
  m[1] = sqrt (s2 / (double)n - m[0] * m[0]);
}

START_TEST (distributions_have_their_moments_and_bounds)
{
  enum
  {
    N = 40000
  };
  double m[4];
  ictus_dist d = dist ("{distribution: normal, mean: -0.065 V, std: 5 mV}", "mV", N);

  moments (&d, N, m);
  ck_assert (fabs (m[0] + 65) < 0.1 && fabs (m[1] - 5) < 0.1);
  d = dist ("{distribution: normal, mean: 67 nS, std: 67 nS, min: 0 nS, max: 100}", "nS", N);
  moments (&d, N, m);
  ck_assert (m[2] >= 0 && m[3] <= 100 && m[2] < 1 && m[3] > 99);
  d = dist ("{distribution: lognormal, mu: 1, sigma: 0.5}", "mV", N);
  moments (&d, N, m);
  ck_assert (fabs (m[0] / exp (1.125) - 1) < 0.02
             && fabs (m[1] / (exp (1.125) * sqrt (expm1 (0.25))) - 1) < 0.04 && m[2] > 0);
  d = dist ("{distribution: lognormal, mu: 1, sigma: 0.5, min: 2 mV, max: 0.003 V}", "mV", N);
  moments (&d, N, m);
  ck_assert (m[2] >= 2 && m[3] <= 3);
  d = dist ("{distribution: uniform, min: 1, max: 3}", "ms", N);
  moments (&d, N, m);
  ck_assert (fabs (m[0] - 2) < 0.02 && fabs (m[1] - 2 / sqrt (12)) < 0.02 && m[2] > 1 && m[3] < 3);
  d = dist ("{distribution: normal, mean: 2, std: 0}", "", N);
  moments (&d, N, m);
  ck_assert (m[2] == 2 && m[3] == 2);
}
END_TEST

START_TEST (values_in_order_and_constants)
{
  ictus_rng r = ictus_rng_open (1, ICTUS_RNG_PARAM, 0, 0, 0);
  ictus_dist d = dist ("{distribution: linear, from: 5, to: 15 pA}", "pA", 11);

  ck_assert (ictus_dist_draw (&d, 0, 11, &r) == 5 && ictus_dist_draw (&d, 3, 11, &r) == 8
             && ictus_dist_draw (&d, 10, 11, &r) == 15);
  ck_assert (ictus_dist_draw (&d, 0, 1, &r) == 5);
  d = dist ("[1, 2 mV, 0.003 V]", "mV", 3);
  ck_assert (d.kind == ICTUS_DIST_LIST && d.nlist == 3);
  ck_assert (ictus_dist_draw (&d, 0, 3, &r) == 1 && ictus_dist_draw (&d, 1, 3, &r) == 2
             && ictus_dist_draw (&d, 2, 3, &r) == 3);
  ictus_dist_clear (&d);
  d = dist ("6 nS", "nS", 0);
  ck_assert (d.kind == ICTUS_DIST_CONSTANT && ictus_dist_draw (&d, 7, 9, &r) == 6);
}
END_TEST

START_TEST (a_draw_depends_on_its_stream_only)
{
  ictus_dist d = dist ("{distribution: normal, mean: 0, std: 1, min: -0.5, max: 2}", "", 10);
  ictus_rng a = ictus_rng_open (1, ICTUS_RNG_PARAM, 4, 0, 0), b = a,
            c = ictus_rng_open (1, ICTUS_RNG_PARAM, 5, 0, 0);
  double x = ictus_dist_draw (&d, 4, 10, &a);

  ck_assert (ictus_dist_draw (&d, 4, 10, &b) == x);
  ck_assert (ictus_dist_draw (&d, 4, 10, &c) != x);
}
END_TEST

START_TEST (wrong_distributions_are_told)
{
  ck_assert_str_eq (no_dist ("6 mV", "nS", 1), "expected a quantity in nS, found mV");
  ck_assert_str_eq (no_dist ("[1, 2]", "nS", 3), "expected 3 values, one for each neuron, found 2");
  ck_assert_str_eq (no_dist ("[1, 2]", "nS", 0),
                    "a list is not possible here; expected one value or a distribution");
  ck_assert_str_eq (no_dist ("[1, x]", "nS", 2), "expected a quantity in nS, found 'x'");
  ck_assert_str_eq (no_dist ("{mean: 1, std: 2}", "nS", 1), "a distribution needs the key 'distribution'");
  ck_assert_str_eq (
      no_dist ("{distribution: norml, mean: 1, std: 2}", "nS", 1),
      "expected one of normal, lognormal, uniform, linear, found 'norml'; did you mean 'normal'?");
  ck_assert_str_eq (no_dist ("{distribution: normal, mean: 1}", "nS", 1),
                    "the distribution 'normal' needs the key 'std'");
  ck_assert_str_eq (no_dist ("{distribution: normal, mean: 1, std: 2, sd: 1}", "nS", 1),
                    "unknown key 'sd'; did you mean 'std'?");
  ck_assert_str_eq (no_dist ("{distribution: normal, mean: 1, std: -2}", "nS", 1),
                    "expected a quantity in nS of at least 0, found '-2'");
  ck_assert_str_eq (no_dist ("{distribution: normal, mean: 1 mV, std: 2}", "nS", 1),
                    "expected a quantity in nS, found mV");
  ck_assert_str_eq (no_dist ("{distribution: normal, mean: 1, std: 1, min: 3, max: 2}", "nS", 1),
                    "'max' is smaller than 'min'");
  ck_assert_str_eq (no_dist ("{distribution: normal, mean: 1, std: 1, min: 9}", "nS", 1),
                    "less than 0.1 % of the distribution lies between 'min' and 'max'");
  ck_assert_str_eq (no_dist ("{distribution: lognormal, mu: 1, sigma: 1, max: 0}", "nS", 1),
                    "less than 0.1 % of the distribution lies between 'min' and 'max'");
  ck_assert_str_eq (no_dist ("{distribution: lognormal, mu: 1 nS, sigma: 1}", "nS", 1),
                    "expected a number without unit, found nS");
  ck_assert_str_eq (no_dist ("{distribution: uniform, min: 2, max: 1}", "nS", 1),
                    "'max' is smaller than 'min'");
  ck_assert_str_eq (no_dist ("{distribution: linear, from: 2, to: 1}", "nS", 0),
                    "'linear' is not possible here: there is no order");
}
END_TEST

CONF_MAIN ("conf_values", numbers_have_units_and_ranges, whole_numbers_are_whole,
           only_true_and_false_are_booleans, neurons_are_chosen, distributions_have_their_moments_and_bounds,
           values_in_order_and_constants, a_draw_depends_on_its_stream_only, wrong_distributions_are_told)
