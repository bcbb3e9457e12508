/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of the grid: they hold what was drawn, however they are cut; what is added up in which order; what they take. */
#include <sys/resource.h>

#include "net_toy.h"

enum { A = 23, B = 31, C = 17, SIZE = A + B + C, NPORT = 2, LAST = 240 };

typedef struct cut /* how a net is dealt and cut */
{
  int nrank;
  size_t block;
} cut;

static const cut cuts[] = { { 1, 0 }, { 1, 9 }, { 3, 0 }, { 3, 4 }, { 2, 37 }, { 80, 1 } };
enum { NCUT = sizeof cuts / sizeof *cuts };

static ictus_dist
normal (double mean, double sd, double min)
{
  return (ictus_dist){ .kind = ICTUS_DIST_NORMAL, .a = mean, .b = sd, .min = min, .max = INFINITY };
}

static ictus_dist
uniform (double min, double max)
{
  return (ictus_dist){ .kind = ICTUS_DIST_UNIFORM, .min = min, .max = max };
}

static void
give_list (toy *t, ictus__wires *w)
{
  ictus_text text = { 0 };

  w->list_path = ictus_strdup ("toy.txt");
  for (int k = 0; k < 60; ++k)
    ictus_text_add (&text, "%d %d %s\n", k * 7 % A, k * 5 % C, k % 3 == 0 ? "" : k % 3 == 1 ? "0.3" : "0.7 2.4");
  ck_assert (!text.failed);
  w->list = text.s;
  (void) t;
}

/* Every kind of synapse from the same sources onto the same targets, all rules, autapses and multapses. */
static void
start (toy *t, int rank, const cut *how)
{
  size_t size[3] = { A, B, C };
  ictus__wires *w;

  toy_start (t, 3, size, rank, how->nrank);
  t->net.block = how->block;
  w = toy_project (t, 0, 1, ICTUS_RULE_FIXED_INDEGREE, 40);
  w->weight = normal (0.1, 1, -INFINITY);
  w->delay = normal (1.5, 0.8, 0.1);
  w = toy_project (t, 0, 1, ICTUS_RULE_ALL_TO_ALL, 0);
  w->weight = toy_constant (0.1);
  w = toy_project (t, 0, 1, ICTUS_RULE_FIXED_TOTAL_NUMBER, 900);
  w->weight = normal (1e6, 1e9, -INFINITY);
  w->delay = uniform (0.3, 9);
  w = toy_project (t, 0, 2, ICTUS_RULE_LIST, 0);
  give_list (t, w);
  w = toy_project (t, 0, 1, ICTUS_RULE_PAIRWISE_BERNOULLI, 0);
  t->projection[4].p = 0.5;
  w->weight = normal (3, 1, -INFINITY);
  w = toy_project (t, 1, 1, ICTUS_RULE_FIXED_OUTDEGREE, 12);
  w->port = 1;
  w->weight = toy_constant (0.3);
  w->delay = uniform (0.4, 20);
  w = toy_project (t, 2, 0, ICTUS_RULE_FIXED_INDEGREE, 9);
  w->weight = normal (3, 1, -INFINITY);
  t->projection[6].allow_multapses = false;
  w = toy_project (t, 1, 1, ICTUS_RULE_ONE_TO_ONE, 0);
  w->delay = toy_constant (3.3);
}

/* ---- what rows hold ----------------------------------------------------------------------------- */

typedef struct synapse
{
  uint64_t source, target; /* global ids */
  ictus_tick k;
  double weight;
  int port;
} synapse;

typedef struct sight
{
  const toy *t;
  const ictus__bundle *b;
  int wires;
  synapse *s;
  size_t n, cap;
} sight;

static int
compare (const void *pa, const void *pb)
{
  const synapse *a = pa, *b = pb;

  if (a->source != b->source)
    return a->source < b->source ? -1 : 1;
  if (a->target != b->target)
    return a->target < b->target ? -1 : 1;
  if (a->port != b->port)
    return a->port - b->port;
  if (a->k != b->k)
    return a->k < b->k ? -1 : 1;
  return (a->weight > b->weight) - (a->weight < b->weight);
}

static void
see (sight *a, const synapse *s)
{
  ck_assert_int_eq (ictus_grow (&a->s, &a->cap, a->n + 1, sizeof *a->s), ICTUS_OK);
  a->s[a->n++] = *s;
}

static void
see_drawn (void *ctx, int target_pop, uint64_t source, uint64_t target, double weight, double delay_ms)
{
  sight *a = ctx;
  const ictus__wires *w = &a->t->wires[a->wires];
  synapse s = { .source = a->t->pop[w->source].first + source,
                .target = a->t->pop[target_pop].first + target,
                .k = ictus_tick_of (delay_ms, 0.1),
                .weight = weight,
                .port = w->port };

  see (a, &s);
}

static void
see_kept (void *ctx, uint64_t source, uint32_t at, ictus_tick k, double weight)
{
  sight *a = ctx;
  size_t address = a->t->net.rows.block[a->b->block].first + at;
  synapse s = { .source = a->t->pop[a->b->source].first + source, .k = k, .weight = weight };

  for (int p = 0; p < a->t->net.npop; ++p)
    {
      size_t base = a->t->net.rows.base[p], n = a->t->pop[p].cells.n;

      if (address >= base && address < base + NPORT * n)
        {
          s.target = a->t->pop[p].cells.gid[(address - base) % n];
          s.port = (int) ((address - base) / n);
        }
    }
  see (a, &s);
}

static void
add_sight (toy *t, sight *drawn, sight *kept)
{
  drawn->t = kept->t = t;
  for (int k = 0; k < t->net.nwires; ++k)
    {
      drawn->wires = k;
      ck_assert_int_eq (ictus_net_each_synapse (&t->net, k, see_drawn, drawn), ICTUS_OK);
    }
  for (int k = 0; k < t->net.rows.nbundle; ++k)
    {
      kept->b = &t->net.rows.bundle[k];
      ictus__bundle_each (kept->b, see_kept, kept);
    }
}

START_TEST (rows_hold_what_was_drawn_however_they_are_cut)
{
  sight first = { 0 };

  for (int c = 0; c < NCUT; ++c)
    {
      sight drawn = { 0 }, kept = { 0 };

      for (int rank = 0; rank < cuts[c].nrank; ++rank)
        {
          toy t;

          start (&t, rank, &cuts[c]);
          toy_build (&t, NPORT, 1);
          for (int k = 0; k < t.net.rows.nblock && cuts[c].block > 0; ++k)
            ck_assert_uint_le (t.net.rows.block[k].n, cuts[c].block);
          add_sight (&t, &drawn, &kept);
          toy_clear (&t);
        }
      ck_assert_uint_gt (kept.n, 3000);
      ck_assert_uint_eq (drawn.n, kept.n);
      qsort (drawn.s, drawn.n, sizeof *drawn.s, compare);
      qsort (kept.s, kept.n, sizeof *kept.s, compare);
      for (size_t k = 0; k < kept.n; ++k)
        ck_assert_int_eq (compare (&drawn.s[k], &kept.s[k]), 0);
      for (size_t k = 0; k < kept.n && c > 0; ++k)
        ck_assert_int_eq (compare (&first.s[k], &kept.s[k]), 0);
      ictus_free (drawn.s);
      if (c == 0)
        first = kept;
      else
        ictus_free (kept.s);
    }
  ictus_free (first.s);
}
END_TEST

/* ---- what arrives ------------------------------------------------------------------------------- */

static size_t
spikes (ictus_tick k, ictus_spike *out)
{
  size_t n = 0;

  for (uint64_t g = 0; g < SIZE; ++g)
    {
      ictus_rng r = ictus_rng_open (1, ICTUS_RNG_TEST, (uint64_t) k, g, 0);

      if (ictus_rng_uniform (&r) < 0.1)
        out[n++] = (ictus_spike){ .t_ms = ictus_tick_ms (k, 0.1), .gid = g };
    }
  return n;
}

static void
look_at (toy *t, ictus_window *w, int p, double *all)
{
  size_t n = t->pop[p].cells.n;

  for (ictus_tick k = w->k0 + 1; k <= w->k1 && k <= LAST; ++k)
    {
      const double *x = w->slot (w->slot_ctx, k);

      for (size_t port = 0; port < NPORT && x != NULL; ++port)
        for (size_t i = 0; i < n; ++i)
          all[((size_t) k * NPORT + port) * SIZE + t->pop[p].cells.gid[i]] = x[port * n + i];
    }
}

/* Go on from what was sent in the last ticks, as after a restart. */
static void
set_out_again (toy *t, ictus_tick from)
{
  ictus__sent sent[SIZE * 200];
  ictus_spike s[SIZE];
  size_t n = 0;

  t->net.slots.given = t->net.slots.done = from;
  for (int p = 0; p < 3; ++p)
    t->group[p].inbox.given = from;
  for (ictus_tick k = from - t->net.flights.kmax < 0 ? 1 : from - t->net.flights.kmax + 1; k <= from; ++k)
    for (size_t i = 0, m = spikes (k, s); i < m; ++i)
      sent[n++] = (ictus__sent){ .k = k, .gid = s[i].gid };
  ck_assert_int_eq (ictus__flights_start (&t->net, sent, n, true), ICTUS_OK);
}

/* Input of every tick after `from`, [LAST + 1, NPORT, SIZE]. */
static double *
run (const cut *how, ictus_tick window, ictus_tick from)
{
  double *all = ictus_alloc (LAST + 1, NPORT * SIZE * sizeof *all);
  ictus_spike s[SIZE];

  for (int rank = 0; rank < how->nrank; ++rank)
    {
      toy t;

      start (&t, rank, how);
      toy_build (&t, NPORT, 1);
      if (from > 0)
        set_out_again (&t, from);
      for (ictus_tick k0 = from; k0 < LAST; k0 += window)
        {
          ictus_window w;

          toy_window (&t, &w, k0, k0 + window);
          for (int p = 0; p < 3; ++p)
            {
              ck_assert_int_eq (ictus_net_input (&t.net, p, &w), ICTUS_OK);
              look_at (&t, &w, p, all);
            }
          ictus_net_input_done (&t.net, &w);
          for (ictus_tick k = k0 + 1; k <= k0 + window; ++k)
            {
              size_t n = spikes (k, s);

              ck_assert_msg (ictus_net_deliver (&t.net, s, n) == ICTUS_OK, "%s", ictus_err_last ());
            }
        }
      toy_clear (&t);
    }
  return all;
}

START_TEST (sums_do_not_depend_on_ranks_blocks_or_windows)
{
  double *all = run (&cuts[0], 1, 0);
  size_t some = 0;

  for (int c = 1; c < NCUT - 1; ++c)
    {
      double *x = run (&cuts[c], 1, 0);

      ck_assert_mem_eq (x, all, (LAST + 1) * NPORT * SIZE * sizeof *x);
      ictus_free (x);
    }
  for (size_t k = 0; k < (LAST + 1) * NPORT * SIZE; ++k)
    some += fabs (all[k]) > 1;
  ck_assert_uint_gt (some, 5000);
  ictus_free (all);
}
END_TEST

/* A plain account of all spikes and synapses in the order that is promised: tick of emission, source, kind (the projections 0 and
   2 are of one), projection, number. */
START_TEST (input_is_added_up_in_the_order_that_is_promised)
{
  static const int order[] = { 0, 2, 1, 3, 4, 5, 7, 6 };
  double *got = run (&cuts[0], 1, 0), *all = ictus_alloc (LAST + 1, NPORT * SIZE * sizeof *all);
  ictus_spike s[SIZE];
  sight drawn[8];
  toy t;

  start (&t, 0, &cuts[0]);
  toy_build (&t, NPORT, 1);
  for (int k = 0; k < 8; ++k)
    {
      drawn[k] = (sight){ .t = &t, .wires = order[k] };
      ck_assert_int_eq (ictus_net_each_synapse (&t.net, order[k], see_drawn, &drawn[k]), ICTUS_OK);
    }
  for (ictus_tick k = 1; k <= LAST; ++k)
    for (size_t i = 0, n = spikes (k, s); i < n; ++i)
      for (int j = 0; j < 8; ++j)
        for (const synapse *x = drawn[j].s; x < drawn[j].s + drawn[j].n; ++x)
          if (x->source == s[i].gid && k + x->k <= LAST)
            all[((size_t) (k + x->k) * NPORT + (size_t) x->port) * SIZE + x->target] += x->weight;
  ck_assert_mem_eq (all, got, (LAST + 1) * NPORT * SIZE * sizeof *all);
  for (int k = 0; k < 8; ++k)
    ictus_free (drawn[k].s);
  ictus_free (all);
  ictus_free (got);
  toy_end (&t);
}
END_TEST

START_TEST (spikes_on_their_way_set_out_again_on_other_ranks)
{
  double *all = run (&cuts[0], 1, 0);

  for (ictus_tick from = 7; from < LAST; from += 61)
    for (int c = 0; c < NCUT - 1; ++c)
      {
        double *x = run (&cuts[c], 1, from);
        size_t before = ((size_t) from + 1) * NPORT * SIZE, n = (LAST + 1) * NPORT * SIZE - before;

        ck_assert_mem_eq (x + before, all + before, n * sizeof *x);
        ictus_free (x);
      }
  ictus_free (all);
}
END_TEST

/* The same synapses in another order have other sums: else the tests above would prove nothing. */
START_TEST (the_order_of_sums_matters_here)
{
  cut how = { 1, 0 };
  toy t;
  sight drawn = { 0 }, kept = { 0 };
  double forth = 0, back = 0;
  size_t differ = 0;

  start (&t, 0, &how);
  toy_build (&t, NPORT, 1);
  add_sight (&t, &drawn, &kept);
  qsort (kept.s, kept.n, sizeof *kept.s, compare);
  for (size_t i = 0; i < kept.n; i += 4)
    {
      forth = back = 0;
      for (size_t k = i; k < i + 4 && k < kept.n; ++k)
        forth += kept.s[k].weight;
      for (size_t k = i + 4 < kept.n ? i + 4 : kept.n; k-- > i;)
        back += kept.s[k].weight;
      differ += forth > back || forth < back;
    }
  ck_assert_uint_gt (differ, 100);
  ictus_free (drawn.s);
  ictus_free (kept.s);
  toy_end (&t);
}
END_TEST

/* ---- corners ------------------------------------------------------------------------------------ */

static void
count_gap (void *ctx, uint64_t source, uint32_t at, ictus_tick k, double weight)
{
  ictus_tick *last = ctx;

  (void) source;
  (void) at;
  ck_assert (weight > 0.5);
  *last = k > *last ? k : *last;
}

START_TEST (delays_of_any_length_and_many_of_one_delay)
{
  static const char *const list[] = { "0 0 1 0.01\n0 1 1 25.6\n0 2 1 0.26\n", "0 0 1 0.01\n0 1 1 6553.5\n0 2 1 0.26\n",
                                      "0 0 1 0.01\n0 1 1 6554\n0 2 1 0.26\n", "0 2 1 0.1\n0 1 1 400000000\n0 0 1 30\n" };
  static const ictus_tick top[] = { 256, 65535, 65540, 4000000000 };
  size_t size[2] = { 10, 10 };

  for (int k = 0; k < 4; ++k)
    {
      ictus_tick last = 0;
      toy t;
      ictus__wires *w;

      toy_start (&t, 2, size, 0, 1);
      w = toy_project (&t, 0, 1, ICTUS_RULE_LIST, 0);
      w->list_path = ictus_strdup ("toy.txt");
      w->list = ictus_strdup (list[k]);
      toy_build (&t, 1, 1);
      ck_assert_int_eq (t.net.rows.nbundle, 1);
      ictus__bundle_each (&t.net.rows.bundle[0], count_gap, &last);
      ck_assert (last == top[k] && t.net.rows.bundle[0].kmax == top[k] && t.net.rows.bundle[0].kmin == 1);
      toy_end (&t);
    }
  {
    sight drawn = { 0 }, kept = { 0 };
    toy t;
    ictus__wires *w;

    toy_start (&t, 2, size, 0, 1);
    w = toy_project (&t, 0, 1, ICTUS_RULE_FIXED_OUTDEGREE, 2000); /* several hundred of one delay */
    w->delay = uniform (0.96, 1.24);
    w = toy_project (&t, 0, 1, ICTUS_RULE_FIXED_OUTDEGREE, 30); /* beside others far away */
    w->delay = uniform (100, 900);
    toy_build (&t, NPORT, 1);
    add_sight (&t, &drawn, &kept);
    ck_assert (drawn.n == kept.n && kept.n == 20300);
    qsort (drawn.s, drawn.n, sizeof *drawn.s, compare);
    qsort (kept.s, kept.n, sizeof *kept.s, compare);
    for (size_t k = 0; k < kept.n; ++k)
      ck_assert_int_eq (compare (&drawn.s[k], &kept.s[k]), 0);
    ictus_free (drawn.s);
    ictus_free (kept.s);
    toy_end (&t);
  }
}
END_TEST

START_TEST (delays_that_cannot_be_are_refused)
{
  static const char *const list[] = { "0 0 1 429496730\n", "0 0 1 1e300\n" };
  size_t size[2] = { 2, 2 };

  for (int k = 0; k < 2; ++k)
    {
      toy t;
      ictus__wires *w;

      toy_start (&t, 2, size, 0, 1);
      w = toy_project (&t, 0, 1, ICTUS_RULE_LIST, 0);
      w->list_path = ictus_strdup ("toy.txt");
      w->list = ictus_strdup (list[k]);
      ck_assert_int_eq (toy_try (&t, 1, 1), ICTUS_E_INPUT);
      ck_assert_ptr_nonnull (strstr (ictus_err_last (), "delay"));
      toy_end (&t);
    }
}
END_TEST

START_TEST (weights_of_lists_are_exact_drawn_ones_are_floats)
{
  static const char *const list[] = { "0 0 0.5\n1 1 3\n", "0 0 0.1\n1 1 3\n", "0 0\n1 1\n" };
  static const int width[] = { 4, 8, 0 };
  size_t size[2] = { 2, 2 };
  sight a = { 0 };
  toy t;

  for (int k = 0; k < 3; ++k)
    {
      ictus__wires *w;

      toy_start (&t, 2, size, 0, 1);
      w = toy_project (&t, 0, 1, ICTUS_RULE_LIST, 0);
      w->list_path = ictus_strdup ("toy.txt");
      w->list = ictus_strdup (list[k]);
      toy_build (&t, 1, 1);
      ck_assert_int_eq (t.net.rows.bundle[0].kind.width, width[k]);
      a = (sight){ .t = &t };
      ck_assert_int_eq (ictus_net_each_synapse (&t.net, 0, see_drawn, &a), ICTUS_OK);
      ck_assert (a.n == 2 && (k != 1 || memcmp (&a.s[0].weight, &(double){ 0.1 }, sizeof (double)) == 0));
      ictus_free (a.s);
      toy_end (&t);
    }
  toy_start (&t, 2, size, 0, 1);
  toy_project (&t, 0, 1, ICTUS_RULE_ONE_TO_ONE, 0)->weight = normal (1e30, 1e39, 2e38);
  ck_assert_int_eq (toy_try (&t, 1, 1), ICTUS_E_INPUT);
  ck_assert_ptr_nonnull (strstr (ictus_err_last (), "single precision"));
  toy_end (&t);
}
END_TEST

/* ---- memory ------------------------------------------------------------------------------------- */

START_TEST (constants_are_not_stored_and_empty_rows_are_dropped)
{
  size_t size[2] = { 1000, 5 };
  const ictus__bundle *b;
  toy t;
  ictus__wires *w;

  toy_start (&t, 2, size, 0, 1);
  w = toy_project (&t, 0, 1, ICTUS_RULE_FIXED_INDEGREE, 4);
  w->weight = toy_constant (-2.5);
  t.projection[0].scale = 2;
  toy_build (&t, 1, 1);
  b = &t.net.rows.bundle[0];
  ck_assert (t.net.rows.nbundle == 1 && b->kind.width == 0 && b->kind.k == 15);
  ck_assert (b->kind.w <= -5 && b->kind.w >= -5);
  ck_assert (b->row_source != NULL && b->nrow <= 20);
  ck_assert_uint_le (ictus__bundle_bytes (b), 20 * 2 + 21 * 8);
  toy_end (&t);
}
END_TEST

/* Bytes of a synapse, all in: short rows of equal delays, long ones, and the rows of a cortical column of which 38500 neurons live
   here, in small. */
START_TEST (synapses_take_few_bytes)
{
  static const size_t from[] = { 4000, 2000, 1000 };
  static const uint64_t in[] = { 80, 250, 1950 };
  static const double most[] = { 2.1, 2.1, 6.6 };

  for (int k = 0; k < 3; ++k)
    {
      size_t size[2] = { from[k], from[k] };
      toy t;
      ictus__wires *w;

      toy_start (&t, 2, size, 0, 1);
      w = toy_project (&t, 0, 1, ICTUS_RULE_FIXED_INDEGREE, in[k]);
      if (k == 2)
        {
          w->weight = normal (87.8, 8.8, -INFINITY);
          w->delay = normal (1.5, 0.75, 0.1);
        }
      toy_build (&t, 1, 1);
      ictus__slots_clear (&t.net.slots); /* the rows alone */
      ck_assert_double_le ((double) ictus_net_bytes (&t.net) / (double) (from[k] * in[k]), most[k]);
      toy_end (&t);
    }
}
END_TEST

/* Most memory that this process ever had. */
static double
peak (void)
{
  struct rusage u;

  getrusage (RUSAGE_SELF, &u);
  return 1024 * (double) u.ru_maxrss;
}

START_TEST (making_rows_takes_little_more_than_the_rows)
{
#ifndef __SANITIZE_ADDRESS__
  size_t size[2] = { 8000, 2000 };
  double before, rows;
  toy t;

  toy_start (&t, 2, size, 0, 1);
  for (int from = 0; from < 2; ++from)
    for (int to = 0; to < 2; ++to)
      {
        ictus__wires *w = toy_project (&t, from, to, ICTUS_RULE_FIXED_INDEGREE, from == 0 ? 800 : 200);

        w->weight = normal (87.8, 8.8, -INFINITY);
        w->delay = normal (1.5, 0.75, 0.1);
      }
  before = peak ();
  toy_build (&t, 1, 1);
  rows = (double) ictus_net_bytes (&t.net);
  ck_assert_double_gt (rows, 5.9e7);
  ck_assert_double_lt (peak () - before, 1.2 * rows + 3e6);
  toy_end (&t);
#endif
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("net_rows");
  TCase *c = tcase_create ("all");
  SRunner *r;
  int failed;

  tcase_set_timeout (c, 120);
  tcase_add_test (c, rows_hold_what_was_drawn_however_they_are_cut);
  tcase_add_test (c, sums_do_not_depend_on_ranks_blocks_or_windows);
  tcase_add_test (c, input_is_added_up_in_the_order_that_is_promised);
  tcase_add_test (c, spikes_on_their_way_set_out_again_on_other_ranks);
  tcase_add_test (c, the_order_of_sums_matters_here);
  tcase_add_test (c, delays_of_any_length_and_many_of_one_delay);
  tcase_add_test (c, delays_that_cannot_be_are_refused);
  tcase_add_test (c, weights_of_lists_are_exact_drawn_ones_are_floats);
  tcase_add_test (c, constants_are_not_stored_and_empty_rows_are_dropped);
  tcase_add_test (c, synapses_take_few_bytes);
  tcase_add_test (c, making_rows_takes_little_more_than_the_rows);
  suite_add_tcase (s, c);
  r = srunner_create (s);
  srunner_run_all (r, CK_NORMAL);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
