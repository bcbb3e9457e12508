/* SPDX-License-Identifier: BSD-3-Clause */
/* Connection rules: exact numbers, what may not occur, and independence of the ranks. */
#include "net_toy.h"

typedef struct seen /* one synapse as each_synapse tells it */
{
  uint64_t source, target;
  double weight, delay_ms;
} seen;

typedef struct sight
{
  seen *s;
  size_t n, cap;
} sight;

static void
see (void *ctx, int target_pop, uint64_t source, uint64_t target, double weight, double delay_ms)
{
  sight *a = ctx;

  (void) target_pop;
  ck_assert_int_eq (ictus_grow (&a->s, &a->cap, a->n + 1, sizeof *a->s), ICTUS_OK);
  a->s[a->n++] = (seen){ .source = source, .target = target, .weight = weight, .delay_ms = delay_ms };
}

static int
compare (const void *pa, const void *pb)
{
  const seen *a = pa, *b = pb;

  if (a->source != b->source)
    return a->source < b->source ? -1 : 1;
  if (a->target != b->target)
    return a->target < b->target ? -1 : 1;
  if (a->delay_ms != b->delay_ms)
    return a->delay_ms < b->delay_ms ? -1 : 1;
  return (a->weight > b->weight) - (a->weight < b->weight);
}

enum { FROM = 37, TO = 53 };

typedef struct plan /* a projection to be tried */
{
  ictus_rule rule;
  uint64_t number;
  double p;
  bool same, autapses, multapses, grid, random;
} plan;

/* All synapses of a plan made on nrank pretended ranks, sorted. */
static sight
look (const plan *want, int nrank)
{
  size_t size[2] = { FROM, TO };
  sight all = { 0 };

  for (int rank = 0; rank < nrank; ++rank)
    {
      toy t;
      ictus__wires *w;

      toy_start (&t, 2, size, rank, nrank);
      t.exp.grid = want->grid;
      w = toy_project (&t, want->same ? 1 : 0, 1, want->rule, want->number);
      t.projection[0].p = want->p;
      t.projection[0].allow_autapses = want->autapses;
      t.projection[0].allow_multapses = want->multapses;
      if (want->random)
        {
          w->weight = (ictus_dist){ .kind = ICTUS_DIST_NORMAL, .a = 2, .b = 0.5, .min = -INFINITY, .max = INFINITY };
          w->delay = (ictus_dist){ .kind = ICTUS_DIST_UNIFORM, .min = 0.5, .max = 4 };
          t.projection[0].scale = 3;
        }
      toy_build (&t, 1, 1);
      ck_assert_int_eq (ictus_net_each_synapse (&t.net, 0, see, &all), ICTUS_OK);
      ck_assert_uint_eq (ictus_net_synapses (&t.net, 0), w->nsyn);
      toy_clear (&t);
    }
  if (all.n > 1)
    qsort (all.s, all.n, sizeof *all.s, compare);
  return all;
}

static void
check_bans (const plan *want, const sight *a)
{
  for (size_t k = 0; k < a->n; ++k)
    {
      if (want->same && !want->autapses)
        ck_assert_uint_ne (a->s[k].source, a->s[k].target);
      if (!want->multapses && k > 0)
        ck_assert (a->s[k - 1].source != a->s[k].source || a->s[k - 1].target != a->s[k].target);
    }
}

static void
count (const sight *a, size_t *in, size_t *out)
{
  memset (in, 0, TO * sizeof *in);
  memset (out, 0, TO * sizeof *out);
  for (size_t k = 0; k < a->n; ++k)
    {
      ++in[a->s[k].target];
      ++out[a->s[k].source];
    }
}

START_TEST (one_to_one_pairs_equal_indices)
{
  plan p = { .rule = ICTUS_RULE_ONE_TO_ONE, .same = true, .autapses = true, .multapses = true, .grid = true };
  sight a = look (&p, 2);

  ck_assert_uint_eq (a.n, TO);
  for (size_t k = 0; k < a.n; ++k)
    ck_assert (a.s[k].source == k && a.s[k].target == k);
  ictus_free (a.s);
}
END_TEST

START_TEST (all_to_all_makes_every_pair_once)
{
  plan p = { .rule = ICTUS_RULE_ALL_TO_ALL, .autapses = true, .multapses = true, .grid = true };
  sight a = look (&p, 1);

  ck_assert_uint_eq (a.n, FROM * TO);
  ictus_free (a.s);
  p.same = true;
  p.autapses = p.multapses = false;
  a = look (&p, 3);
  ck_assert_uint_eq (a.n, TO * (TO - 1));
  check_bans (&p, &a);
  ictus_free (a.s);
}
END_TEST

START_TEST (fixed_indegree_is_exact)
{
  for (int same = 0; same < 2; ++same)
    for (int multapses = 0; multapses < 2; ++multapses)
      {
        plan p = { .rule = ICTUS_RULE_FIXED_INDEGREE, .number = 36, .same = same, .multapses = multapses, .grid = true };
        sight a = look (&p, 1);
        size_t in[TO], out[TO];

        count (&a, in, out);
        for (int i = 0; i < TO; ++i)
          ck_assert_uint_eq (in[i], 36);
        check_bans (&p, &a);
        ictus_free (a.s);
      }
}
END_TEST

START_TEST (fixed_indegree_can_use_every_source)
{
  plan p = { .rule = ICTUS_RULE_FIXED_INDEGREE, .number = TO - 1, .same = true, .grid = true };
  sight a = look (&p, 1);

  ck_assert_uint_eq (a.n, TO * (TO - 1));
  check_bans (&p, &a);
  ictus_free (a.s);
}
END_TEST

START_TEST (fixed_outdegree_is_exact)
{
  for (int same = 0; same < 2; ++same)
    for (int multapses = 0; multapses < 2; ++multapses)
      {
        plan p = { .rule = ICTUS_RULE_FIXED_OUTDEGREE, .number = 50, .same = same, .multapses = multapses, .grid = true };
        sight a = look (&p, 3);
        size_t in[TO], out[TO];

        count (&a, in, out);
        for (int i = 0; i < (same ? TO : FROM); ++i)
          ck_assert_uint_eq (out[i], 50);
        check_bans (&p, &a);
        ictus_free (a.s);
      }
}
END_TEST

START_TEST (fixed_total_number_is_exact)
{
  uint64_t totals[] = { 0, 1, 1000, 12345 };

  for (int k = 0; k < 4; ++k)
    {
      plan p = { .rule = ICTUS_RULE_FIXED_TOTAL_NUMBER, .number = totals[k], .same = true, .multapses = true, .grid = true };
      sight a = look (&p, 3);

      ck_assert_uint_eq (a.n, totals[k]);
      check_bans (&p, &a);
      ictus_free (a.s);
    }
}
END_TEST

START_TEST (pairwise_bernoulli_has_the_right_mean)
{
  double probability[] = { 0, 0.003, 0.3, 0.97, 1 };

  for (int k = 0; k < 5; ++k)
    {
      plan p = { .rule = ICTUS_RULE_PAIRWISE_BERNOULLI, .p = probability[k], .same = true, .grid = true };
      sight a = look (&p, 1);
      double mean = TO * (TO - 1) * p.p, sd = sqrt (mean * (1 - p.p));

      ck_assert_msg (fabs ((double) a.n - mean) <= 4 * sd, "p %g: %zu synapses, expected %g +- %g", p.p, a.n, mean, sd);
      check_bans (&p, &a);
      ictus_free (a.s);
    }
}
END_TEST

/* Sources are drawn evenly: chi square of 37 sources below the 99.99 % point (36 degrees of freedom: 78). */
START_TEST (sources_are_even)
{
  for (int multapses = 0; multapses < 2; ++multapses)
    {
      plan p = { .rule = ICTUS_RULE_FIXED_INDEGREE, .number = 20, .multapses = multapses, .grid = true };
      sight a = look (&p, 1);
      size_t in[TO], out[TO];
      double mean = 20.0 * TO / FROM, chi2 = 0;

      count (&a, in, out);
      for (int i = 0; i < FROM; ++i)
        chi2 += ((double) out[i] - mean) * ((double) out[i] - mean) / mean;
      ck_assert_double_lt (chi2, 78);
      ictus_free (a.s);
    }
}
END_TEST

START_TEST (synapses_do_not_depend_on_the_ranks)
{
  ictus_rule rules[] = { ICTUS_RULE_ONE_TO_ONE, ICTUS_RULE_ALL_TO_ALL, ICTUS_RULE_FIXED_INDEGREE, ICTUS_RULE_FIXED_OUTDEGREE,
                         ICTUS_RULE_FIXED_TOTAL_NUMBER, ICTUS_RULE_PAIRWISE_BERNOULLI };

  for (int r = 0; r < 6; ++r)
    for (int variant = 0; variant < 8; ++variant)
      {
        plan p = { .rule = rules[r], .number = 11, .p = 0.2, .same = true, .random = true, .autapses = variant & 1,
                   .multapses = variant & 2, .grid = variant & 4 };
        sight a = look (&p, 1), b = look (&p, 3), c = look (&p, 100); /* 100: most have no neuron */

        ck_assert (p.rule == ICTUS_RULE_ONE_TO_ONE || a.n > 0);
        ck_assert_uint_eq (a.n, b.n);
        ck_assert_uint_eq (a.n, c.n);
        ck_assert (a.n == 0 || memcmp (a.s, b.s, a.n * sizeof *a.s) == 0);
        ck_assert (a.n == 0 || memcmp (a.s, c.s, a.n * sizeof *a.s) == 0);
        ictus_free (a.s);
        ictus_free (b.s);
        ictus_free (c.s);
      }
}
END_TEST

/* ---- lists -------------------------------------------------------------------------------------- */

static ictus_err
read_list (const char *text, sight *all)
{
  size_t size[2] = { 4, 3 };
  toy t;
  ictus__wires *w;
  ictus_err e;

  toy_start (&t, 2, size, 0, 1);
  w = toy_project (&t, 0, 1, ICTUS_RULE_LIST, 0);
  w->weight = toy_constant (7);
  t.projection[0].scale = 2;
  w->list_path = ictus_strdup ("pairs.txt");
  w->list = ictus_strdup (text);
  e = toy_try (&t, 1, 1);
  if (e == ICTUS_OK)
    e = ictus_net_each_synapse (&t.net, 0, see, all);
  toy_clear (&t);
  if (all->n > 0)
    qsort (all->s, all->n, sizeof *all->s, compare);
  return e;
}

START_TEST (lists_give_pairs_weights_and_delays)
{
  sight a = { 0 };

  ck_assert_int_eq (read_list ("# source target weight delay\n3 2\n\n 0\t1 2.5\r\n1 1 -3 0.4 # last\n3 2 1 2", &a), ICTUS_OK);
  ck_assert_uint_eq (a.n, 4);
  ck_assert (a.s[0].source == 0 && a.s[0].target == 1 && a.s[0].weight == 5 && a.s[0].delay_ms == 1.5);
  ck_assert (a.s[1].source == 1 && a.s[1].target == 1 && a.s[1].weight == -6 && a.s[1].delay_ms == 0.4);
  ck_assert (a.s[2].source == 3 && a.s[2].target == 2 && a.s[2].weight == 14 && a.s[2].delay_ms == 1.5);
  ck_assert (a.s[3].source == 3 && a.s[3].target == 2 && a.s[3].weight == 2 && a.s[3].delay_ms == 2);
  ictus_free (a.s);
}
END_TEST

START_TEST (errors_in_lists_name_their_place)
{
  static const struct
  {
    const char *text, *place, *word;
  } bad[] = { { "0 1\n0 x 1\n", "pairs.txt:2:3:", "\"x\"" },
              { "4 1\n", "pairs.txt:1:1:", "0 to 3" },
              { "0 3\n", "pairs.txt:1:3:", "0 to 2" },
              { "-1 1\n", "pairs.txt:1:1:", "\"-1\"" },
              { "0\n1 1\n", "pairs.txt:1:2:", "missing" },
              { "0 1.5\n", "pairs.txt:1:3:", "\"1.5\"" },
              { "0 1 w\n", "pairs.txt:1:5:", "weight" },
              { "0 1 nan\n", "pairs.txt:1:5:", "weight" },
              { "0 1 1 0\n", "pairs.txt:1:7:", "positive" },
              { "0 1 1 1 1\n", "pairs.txt:1:9:", "at most" } };

  for (size_t k = 0; k < sizeof bad / sizeof *bad; ++k)
    {
      sight a = { 0 };

      ck_assert_int_eq (read_list (bad[k].text, &a), ICTUS_E_INPUT);
      ck_assert_msg (strncmp (ictus_err_last (), bad[k].place, strlen (bad[k].place)) == 0, "%s", ictus_err_last ());
      ck_assert_msg (strstr (ictus_err_last (), bad[k].word) != NULL, "%s", ictus_err_last ());
      ictus_free (a.s);
    }
}
END_TEST

/* ---- refusals ----------------------------------------------------------------------------------- */

static ictus_err
refuse (int source, ictus_rule rule, uint64_t number, bool autapses, bool multapses)
{
  size_t size[2] = { FROM, TO };
  toy t;
  ictus_err e;

  toy_start (&t, 2, size, 0, 1);
  toy_project (&t, source, 1, rule, number);
  t.projection[0].allow_autapses = autapses;
  t.projection[0].allow_multapses = multapses;
  e = ictus__wires_refuse (&t.net, &t.wires[0]);
  toy_end (&t);
  return e;
}

START_TEST (impossible_rules_are_refused)
{
  ck_assert_int_eq (refuse (0, ICTUS_RULE_ONE_TO_ONE, 0, true, true), ICTUS_E_INPUT);
  ck_assert_ptr_nonnull (strstr (ictus_err_last (), "37"));
  ck_assert_int_eq (refuse (0, ICTUS_RULE_FIXED_INDEGREE, FROM, true, false), ICTUS_OK);
  ck_assert_int_eq (refuse (0, ICTUS_RULE_FIXED_INDEGREE, FROM + 1, true, false), ICTUS_E_INPUT);
  ck_assert_int_eq (refuse (0, ICTUS_RULE_FIXED_INDEGREE, FROM + 1, true, true), ICTUS_OK);
  ck_assert_int_eq (refuse (1, ICTUS_RULE_FIXED_INDEGREE, TO, false, false), ICTUS_E_INPUT);
  ck_assert_int_eq (refuse (0, ICTUS_RULE_FIXED_OUTDEGREE, TO + 1, true, false), ICTUS_E_INPUT);
  ck_assert_int_eq (refuse (0, ICTUS_RULE_FIXED_TOTAL_NUMBER, 5, true, false), ICTUS_E_INPUT);
  ck_assert_ptr_nonnull (strstr (ictus_err_last (), "multapses"));
  ck_assert_int_eq (refuse (0, ICTUS_RULE_FIXED_TOTAL_NUMBER, 5, true, true), ICTUS_OK);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("net_rules");
  TCase *c = tcase_create ("all");
  SRunner *r;
  int failed;

  tcase_add_test (c, one_to_one_pairs_equal_indices);
  tcase_add_test (c, all_to_all_makes_every_pair_once);
  tcase_add_test (c, fixed_indegree_is_exact);
  tcase_add_test (c, fixed_indegree_can_use_every_source);
  tcase_add_test (c, fixed_outdegree_is_exact);
  tcase_add_test (c, fixed_total_number_is_exact);
  tcase_add_test (c, pairwise_bernoulli_has_the_right_mean);
  tcase_add_test (c, sources_are_even);
  tcase_add_test (c, synapses_do_not_depend_on_the_ranks);
  tcase_add_test (c, lists_give_pairs_weights_and_delays);
  tcase_add_test (c, errors_in_lists_name_their_place);
  tcase_add_test (c, impossible_rules_are_refused);
  suite_add_tcase (s, c);
  r = srunner_create (s);
  srunner_run_all (r, CK_NORMAL);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
