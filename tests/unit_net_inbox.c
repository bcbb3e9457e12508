/* SPDX-License-Identifier: BSD-3-Clause */
/* What arrives when: slots of the grid and event lists, compared with a plain account of every synapse and spike. */
#include "net_toy.h"

enum { A = 13, B = 9, NPORT = 2, LAST = 300 };

/* ---- a net with many delays --------------------------------------------------------------------- */

static void
start (toy *t, bool grid, bool noise)
{
  size_t size[2] = { A, B };
  ictus__wires *w;

  toy_start (t, 2, size, 0, 1);
  t->exp.grid = grid;
  w = toy_project (t, 0, 1, ICTUS_RULE_FIXED_INDEGREE, 6);
  w->delay = (ictus_dist){ .kind = ICTUS_DIST_UNIFORM, .min = 0.5, .max = 4.3 };
  w->weight = (ictus_dist){ .kind = ICTUS_DIST_NORMAL, .a = 1, .b = 0.3, .min = -INFINITY, .max = INFINITY };
  w = toy_project (t, 0, 1, ICTUS_RULE_ALL_TO_ALL, 0);
  w->port = 1;
  w->delay = toy_constant (0.5);
  w = toy_project (t, 1, 0, ICTUS_RULE_PAIRWISE_BERNOULLI, 0);
  t->projection[2].p = 0.4;
  w->weight = toy_constant (-0.1);
  w->delay = (ictus_dist){ .kind = ICTUS_DIST_UNIFORM, .min = 0.5, .max = 0.9 };
  w = toy_project (t, 1, 1, ICTUS_RULE_ONE_TO_ONE, 0);
  w->weight = toy_constant (0.7);
  w->delay = toy_constant (9.7); /* much longer than a window */
  if (noise)
    {
      toy_poisson (t, 1, 0, 2000, 0.37);
      toy_poisson (t, 1, 0, 900, -0.11);
      t->stimulus[1].start_ms = 2;
      t->stimulus[1].stop_ms = 15;
    }
  toy_build (t, NPORT, 1);
}

/* Spikes in (k0, k1], by (time, gid): each neuron with a probability of a tenth in each tick; a stream for each tick. */
static size_t
spikes (const toy *t, ictus_tick k0, ictus_tick k1, ictus_spike *out)
{
  size_t n = 0;

  for (ictus_tick k = k0 + 1; k <= k1; ++k)
    for (uint64_t g = 0; g < A + B; ++g)
      {
        ictus_rng r = ictus_rng_open (1, ICTUS_RNG_TEST, (uint64_t) k, g, 0);

        if (ictus_rng_uniform (&r) < 0.1)
          out[n++] = (ictus_spike){ .t_ms = ictus_tick_ms (k, t->exp.resolution_ms), .gid = g };
      }
  return n;
}

/* ---- grid --------------------------------------------------------------------------------------- */

/* Input of both populations at every tick, [LAST + 1, NPORT, A + B], with windows of the given length. */
static double *
record (ictus_tick window, bool noise, bool deliver_before_done, size_t *calls)
{
  double *all = ictus_alloc (LAST + 1, NPORT * (A + B) * sizeof *all);
  ictus_spike s[(A + B) * 16];
  toy t;

  start (&t, true, noise);
  for (ictus_tick k0 = 0; k0 < LAST; k0 += window)
    {
      ictus_window w[2];
      size_t n;

      if (calls != NULL && k0 == 200) /* the longest delay has passed */
        *calls = ictus_mem_calls ();
      for (int p = 0; p < 2; ++p)
        {
          size_t np = t.pop[p].cells.n;

          toy_window (&t, &w[p], k0, k0 + window);
          ck_assert_int_eq (ictus_net_input (&t.net, p, &w[p]), ICTUS_OK);
          ck_assert_int_eq (ictus_net_input (&t.net, p, &w[p]), ICTUS_OK); /* asking twice changes nothing */
          for (ictus_tick k = k0 + 1; k <= k0 + window && k <= LAST; ++k)
            {
              const double *x = w[p].slot (w[p].slot_ctx, k);

              for (size_t port = 0; port < NPORT && x != NULL; ++port)
                memcpy (all + ((size_t) k * NPORT + port) * (A + B) + (p == 0 ? 0 : A), x + port * np, np * sizeof *x);
            }
        }
      n = spikes (&t, k0, k0 + window, s);
      if (!deliver_before_done)
        ictus_net_input_done (&t.net, &w[0]);
      ck_assert_msg (ictus_net_deliver (&t.net, s, n) == ICTUS_OK, "%s", ictus_err_last ());
      if (deliver_before_done)
        ictus_net_input_done (&t.net, &w[0]);
    }
  if (calls != NULL)
    ck_assert_uint_eq (ictus_mem_calls (), *calls);
  toy_clear (&t);
  return all;
}

typedef struct account
{
  const toy *t;
  double *all;
  int port;
  uint64_t source;
  ictus_tick k;
} account;

static void
book (void *ctx, int target_pop, uint64_t source, uint64_t target, double weight, double delay_ms)
{
  account *a = ctx;
  ictus_tick k = a->k + ictus_tick_of (delay_ms, 0.1);

  if (source == a->source && k <= LAST)
    a->all[((size_t) k * NPORT + (size_t) a->port) * (A + B) + (target_pop == 0 ? 0 : A) + target] += weight;
}

START_TEST (every_spike_arrives_after_its_delay)
{
  double *expected = ictus_alloc (LAST + 1, NPORT * (A + B) * sizeof *expected), *got = record (5, false, false, NULL);
  ictus_spike s[A + B];
  account a = { .all = expected };
  size_t events = 0;
  toy t;

  start (&t, true, false);
  for (ictus_tick k = 1; k <= LAST; ++k) /* in the order in which input is to be summed */
    {
      size_t n = spikes (&t, k - 1, k, s);

      events += n;
      a.k = k;
      for (size_t i = 0; i < n; ++i)
        for (int j = 0; j < t.net.nwires; ++j)
          {
            if (s[i].gid < t.pop[t.wires[j].source].first
                || s[i].gid >= t.pop[t.wires[j].source].first + t.pop[t.wires[j].source].size)
              continue;
            a.source = s[i].gid - t.pop[t.wires[j].source].first;
            a.port = t.wires[j].port;
            ictus_net_each_synapse (&t.net, j, book, &a);
          }
    }
  ck_assert_uint_gt (events, 500);
  ck_assert_mem_eq (expected, got, (LAST + 1) * NPORT * (A + B) * sizeof *got);
  ictus_free (expected);
  ictus_free (got);
  toy_end (&t);
}
END_TEST

START_TEST (slots_do_not_depend_on_the_windows)
{
  double *a = record (1, true, false, NULL), *b = record (5, true, false, NULL), *c = record (3, true, true, NULL);
  size_t bytes = (LAST + 1) * NPORT * (A + B) * sizeof *a;

  ck_assert_mem_eq (a, b, bytes);
  ck_assert_mem_eq (a, c, bytes);
  ictus_free (a);
  ictus_free (b);
  ictus_free (c);
}
END_TEST

START_TEST (slots_need_no_memory_while_running)
{
  size_t calls = 0;
  double *a = record (5, true, false, &calls);

  ck_assert_uint_gt (calls, 0);
  ictus_free (a);
}
END_TEST

START_TEST (arrival_lies_exactly_one_delay_later)
{
  size_t size[1] = { 2 };
  ictus_spike s = { .t_ms = 0.5, .gid = 0 };
  ictus_window w;
  toy t;

  toy_start (&t, 1, size, 0, 1);
  toy_project (&t, 0, 0, ICTUS_RULE_ALL_TO_ALL, 0)->delay = toy_constant (0.5);
  toy_build (&t, 1, 1);
  toy_window (&t, &w, 0, 5);
  ck_assert_int_eq (ictus_net_input (&t.net, 0, &w), ICTUS_OK);
  for (ictus_tick k = 1; k <= 5; ++k)
    ck_assert_ptr_null (w.slot (w.slot_ctx, k));
  ictus_net_input_done (&t.net, &w);
  ck_assert_int_eq (ictus_net_deliver (&t.net, &s, 1), ICTUS_OK); /* at the end of the first window */
  toy_window (&t, &w, 5, 10);
  ck_assert_int_eq (ictus_net_input (&t.net, 0, &w), ICTUS_OK);
  for (ictus_tick k = 6; k <= 9; ++k)
    ck_assert_ptr_null (w.slot (w.slot_ctx, k));
  ck_assert_double_eq (w.slot (w.slot_ctx, 10)[1], 1);
  ictus_net_input_done (&t.net, &w);
  ck_assert_ptr_null (w.slot (w.slot_ctx, 10));
  ck_assert_int_eq (ictus_net_deliver (&t.net, &s, 1), ICTUS_E_INTERNAL); /* too late */
  toy_end (&t);
}
END_TEST

START_TEST (windows_may_be_longer_than_planned)
{
  size_t size[1] = { 1 };
  ictus_spike s = { .t_ms = 0.1, .gid = 0 };
  ictus_window w;
  toy t;

  toy_start (&t, 1, size, 0, 1);
  toy_project (&t, 0, 0, ICTUS_RULE_ONE_TO_ONE, 0)->delay = toy_constant (5);
  toy_build (&t, 1, 1);
  toy_window (&t, &w, 0, 1);
  ck_assert_int_eq (ictus_net_input (&t.net, 0, &w), ICTUS_OK);
  ictus_net_input_done (&t.net, &w);
  ck_assert_int_eq (ictus_net_deliver (&t.net, &s, 1), ICTUS_OK);
  toy_window (&t, &w, 1, 101); /* the ring grows and keeps what is in it */
  ck_assert_int_eq (ictus_net_input (&t.net, 0, &w), ICTUS_OK);
  for (ictus_tick k = 2; k <= 101; ++k)
    ck_assert ((w.slot (w.slot_ctx, k) != NULL) == (k == 51));
  toy_end (&t);
}
END_TEST

/* ---- exact timing ------------------------------------------------------------------------------- */

typedef struct events
{
  ictus_event *e;
  size_t n, cap;
} events;

/* Events of every neuron of population 1 until 30 ms; the two delays of 0.5 ms make events of equal time. */
static void
record_events (ictus_tick window, bool noise, events out[B], size_t *calls)
{
  ictus_spike s[(A + B) * 16];
  toy t;

  start (&t, false, noise);
  for (ictus_tick k0 = 0; k0 < LAST; k0 += window)
    {
      ictus_window w;
      size_t n;

      if (calls != NULL && k0 == 200) /* the largest windows came before */
        *calls = ictus_mem_calls ();
      for (int p = 0; p < 2; ++p)
        {
          toy_window (&t, &w, k0, k0 + window);
          ck_assert_int_eq (ictus_net_input (&t.net, p, &w), ICTUS_OK);
          ck_assert_int_eq (ictus_net_input (&t.net, p, &w), ICTUS_OK);
        }
      for (size_t i = 0; i < B && w.first != NULL && out != NULL; ++i)
        for (size_t k = w.first[i]; k < w.first[i + 1]; ++k)
          {
            ck_assert (w.event[k].t_ms > w.t0_ms && w.event[k].t_ms <= w.t1_ms);
            ck_assert (k == w.first[i] || w.event[k - 1].t_ms <= w.event[k].t_ms);
            ck_assert_int_eq (ictus_grow (&out[i].e, &out[i].cap, out[i].n + 1, sizeof *out[i].e), ICTUS_OK);
            out[i].e[out[i].n++] = w.event[k];
          }
      ictus_net_input_done (&t.net, &w);
      n = spikes (&t, k0, k0 + window, s);
      ck_assert_msg (ictus_net_deliver (&t.net, s, n) == ICTUS_OK, "%s", ictus_err_last ());
    }
  if (calls != NULL)
    *calls = ictus_mem_calls () - *calls;
  toy_clear (&t);
}

START_TEST (events_do_not_depend_on_the_windows)
{
  events a[B] = { { 0 } }, b[B] = { { 0 } };
  size_t equal = 0;

  record_events (1, true, a, NULL);
  record_events (4, true, b, NULL);
  for (int i = 0; i < B; ++i)
    {
      ck_assert_uint_gt (a[i].n, 100);
      ck_assert_uint_eq (a[i].n, b[i].n);
      for (size_t k = 0; k < a[i].n; ++k)
        {
          ck_assert_double_eq (a[i].e[k].t_ms, b[i].e[k].t_ms);
          ck_assert_double_eq (a[i].e[k].weight, b[i].e[k].weight);
          ck_assert_int_eq (a[i].e[k].port, b[i].e[k].port);
          equal += k > 0 && a[i].e[k - 1].t_ms == a[i].e[k].t_ms;
        }
      ictus_free (a[i].e);
      ictus_free (b[i].e);
    }
  ck_assert_uint_gt (equal, 10); /* else the order of equals was not tried */
}
END_TEST

START_TEST (events_need_no_memory_while_running)
{
  size_t calls = 0;

  record_events (4, false, NULL, &calls);
  ck_assert_uint_eq (calls, 0);
}
END_TEST

START_TEST (equal_times_keep_the_order_of_emission)
{
  enum { N = 200 };
  size_t size[2] = { N, 1 };
  ictus_spike s[N];
  ictus_window w;
  toy t;
  ictus__wires *x;

  toy_start (&t, 2, size, 0, 1);
  t.exp.grid = false;
  x = toy_project (&t, 0, 1, ICTUS_RULE_LIST, 0);
  x->list_path = ictus_strdup ("toy.txt");
  {
    ictus_text text = { 0 };

    for (int k = 0; k < N; ++k) /* weight tells the source; all arrive at 2 or at 1.5 */
      ictus_text_add (&text, "%d 0 %d %g\n", k, k, k % 2 == 0 ? 1.0 : 0.5);
    x->list = text.s;
  }
  toy_build (&t, 1, 1);
  for (int k = 0; k < N; ++k)
    s[k] = (ictus_spike){ .t_ms = 1, .gid = (uint64_t) k };
  ck_assert_int_eq (ictus_net_deliver (&t.net, s, N), ICTUS_OK);
  toy_window (&t, &w, 0, 20);
  ck_assert_int_eq (ictus_net_input (&t.net, 1, &w), ICTUS_OK);
  ck_assert_uint_eq (w.first[1], N);
  for (int k = 0; k < N / 2; ++k)
    {
      ck_assert_double_eq (w.event[k].weight, 2 * k + 1);
      ck_assert_double_eq (w.event[N / 2 + k].weight, 2 * k);
    }
  toy_end (&t);
}
END_TEST

/* ---- Poisson trains ----------------------------------------------------------------------------- */

/* Mean number of events of a train of 1000 spikes/s in 100 ms, and the first and last of one that is active from 2 to 15 ms. */
START_TEST (poisson_trains_have_their_rate_and_keep_their_hours)
{
  for (int grid = 0; grid < 2; ++grid)
    {
      size_t size[1] = { 50 };
      double sum = 0, early = 0, least = INFINITY, most = 0;
      ictus_window w;
      toy t;

      toy_start (&t, 1, size, 0, 1);
      t.exp.grid = grid == 1;
      toy_poisson (&t, 0, 0, 1000, 1);
      toy_poisson (&t, 0, 1, 20000, 1);
      t.stimulus[1].start_ms = 2;
      t.stimulus[1].stop_ms = 15;
      toy_build (&t, 2, 1);
      for (ictus_tick k0 = 0; k0 < 1000; k0 += 10)
        {
          toy_window (&t, &w, k0, k0 + 10);
          ck_assert_int_eq (ictus_net_input (&t.net, 0, &w), ICTUS_OK);
          for (ictus_tick k = k0 + 1; k <= k0 + 10 && grid; ++k)
            for (int i = 0; i < 100 && w.slot (w.slot_ctx, k) != NULL; ++i)
              {
                double x = w.slot (w.slot_ctx, k)[i];

                sum += i < 50 ? x : 0;
                early += i < 50 ? 0 : x;
                least = i < 50 || x == 0 ? least : fmin (least, (double) k / 10);
                most = i < 50 || x == 0 ? most : fmax (most, (double) k / 10);
              }
          for (size_t k = 0; !grid && w.first != NULL && k < w.first[50]; ++k)
            {
              sum += w.event[k].port == 0;
              early += w.event[k].port == 1;
              least = w.event[k].port == 0 ? least : fmin (least, w.event[k].t_ms);
              most = w.event[k].port == 0 ? most : fmax (most, w.event[k].t_ms);
            }
          ictus_net_input_done (&t.net, &w);
        }
      ck_assert_double_lt (fabs (sum - 5000), 4 * sqrt (5000));
      ck_assert_double_lt (fabs (early - 13000), 4 * sqrt (13000));
      ck_assert (least > 2 && least <= 2.1 && most > 14.9 && most <= 15);
      toy_end (&t);
    }
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("net_inbox");
  TCase *c = tcase_create ("all");
  SRunner *r;
  int failed;

  tcase_add_test (c, every_spike_arrives_after_its_delay);
  tcase_add_test (c, slots_do_not_depend_on_the_windows);
  tcase_add_test (c, slots_need_no_memory_while_running);
  tcase_add_test (c, arrival_lies_exactly_one_delay_later);
  tcase_add_test (c, windows_may_be_longer_than_planned);
  tcase_add_test (c, events_do_not_depend_on_the_windows);
  tcase_add_test (c, events_need_no_memory_while_running);
  tcase_add_test (c, equal_times_keep_the_order_of_emission);
  tcase_add_test (c, poisson_trains_have_their_rate_and_keep_their_hours);
  suite_add_tcase (s, c);
  r = srunner_create (s);
  srunner_run_all (r, CK_NORMAL);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
