/* SPDX-License-Identifier: BSD-3-Clause */
/* The window loop by its interface: stops, bursts, failures of one rank, memory. */
#include <math.h>
#include <string.h>

#include "ictus/engine.h"
#include "mpi_check.h"

#define RING                                                                                                \
  "projections:\n  ring: {source: A, target: A, rule: fixed_indegree, indegree: 2, weight: 0.05 mV, delay: 1 ms}\n"

#define NET(timing, solver, size, from, to, mark)                                                           \
  "ictus: 1\nname: ring\nrun: {t_stop: 60 ms, restart_mark: " mark ", timing: " timing "}\n"               \
  "populations:\n  A: {size: " size ", model: lif, solver: " solver                                         \
  ", params: {I: {distribution: linear, from: " from ", to: " to "}}}\n" RING "output: {flush: 7 ms}\n"

static const char grid_net[] = NET ("grid", "exact", "11", "0.2", "0.4", "25 ms");
static const char exact_net[] = NET ("exact", "cvode-adams", "11", "0.2", "0.4", "25 ms");
/* all fire in every window, so that all buffers are needed at once; no marks, at which solvers may allocate */
static const char busy_grid_net[] = NET ("grid", "exact", "3", "1.5", "2.5", "60 ms");
static const char busy_exact_net[] = NET ("exact", "cvode-adams", "3", "1.5", "2.5", "60 ms");

enum { NFORM = 4 };
static const char *const form[NFORM]
    = { "run.exchange=collective", "run.exchange=neighbours", "run.exchange=overlap", "run.exchange=auto" };

typedef struct world /* an engine with one hook, and what the hook saw */
{
  ictus_conf *conf;
  ictus_experiment *exp;
  ictus_engine *engine;
  uint64_t hash, nspike; /* of this rank */
  uint64_t nasked, nwindow, nflush, nmark;
  size_t calls_at_8, calls;  /* of ictus_alloc after window 8 and after the last */
  uint64_t stop_at, fail_at; /* numbers of windows; 0: never */
  double last_ms;            /* of a spike */
  bool sorted, ends_agree;
  double t1_ms;
} world;

static ictus_err
window (void *ctx, double t0_ms, double t1_ms, const ictus_spike *s, size_t n)
{
  world *w = ctx;

  w->nwindow += 1;
  w->ends_agree = w->ends_agree && t0_ms == w->t1_ms && t1_ms > t0_ms;
  w->t1_ms = t1_ms;
  for (size_t k = 0; k < n; ++k)
    {
      w->sorted = w->sorted && s[k].t_ms > t0_ms && s[k].t_ms <= t1_ms
                  && (k == 0 || s[k - 1].t_ms < s[k].t_ms || (s[k - 1].t_ms <= s[k].t_ms && s[k - 1].gid < s[k].gid));
      w->hash += ictus_hash (&s[k].gid, sizeof s[k].gid, ictus_hash (&s[k].t_ms, sizeof s[k].t_ms, 0));
    }
  w->nspike += n;
  w->calls = ictus_mem_calls ();
  if (w->nwindow == 8)
    w->calls_at_8 = w->calls;
  if (w->nwindow == w->fail_at && ictus_comm_rank (MPI_COMM_WORLD) == ictus_comm_size (MPI_COMM_WORLD) - 1)
    return ICTUS_FAIL (ICTUS_E_NOMEM, "no room for this window");
  return ICTUS_OK;
}

static ictus_err
flush (void *ctx, double t_ms)
{
  (void) t_ms;
  ((world *) ctx)->nflush += 1;
  return ICTUS_OK;
}

static ictus_err
mark (void *ctx, double t_ms)
{
  (void) t_ms;
  ((world *) ctx)->nmark += 1;
  return ICTUS_OK;
}

static bool
stop (void *ctx)
{
  world *w = ctx;

  w->nasked += 1; /* once a window */
  return w->nasked == w->stop_at && ictus_comm_rank (MPI_COMM_WORLD) == 0;
}

static uint64_t
of_all (uint64_t n)
{
  MPI_Allreduce (MPI_IN_PLACE, &n, 1, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
  return n;
}

static void
begin (world *w, const char *text, int f)
{
  ictus_hook hook = { .ctx = w, .window = window, .flush = flush, .mark = mark, .stop = stop };

  memset (w, 0, sizeof *w);
  w->sorted = w->ends_agree = true;
  ck_all (ictus_conf_parse ("test.yaml", text, &w->conf) == ICTUS_OK);
  ck_all (ictus_conf_set (w->conf, form[f]) == ICTUS_OK);
  ck_all (ictus_experiment_read (w->conf, &w->exp) == ICTUS_OK);
  ck_all (ictus_engine_create (MPI_COMM_WORLD, w->exp, &w->engine) == ICTUS_OK);
  ck_all (ictus_engine_hook (w->engine, &hook) == ICTUS_OK);
}

static void
end (world *w)
{
  ictus_engine_destroy (&w->engine);
  ictus_experiment_destroy (&w->exp);
  ictus_conf_destroy (&w->conf);
  ck_all (ictus_mem_live () == 0);
}

/* Spikes and states of all ranks. */
static uint64_t
fingerprint (const world *w)
{
  const ictus_cells *c = &ictus_net_population (ictus_engine_net (w->engine), 0)->cells;
  uint64_t sum = w->hash;

  for (size_t i = 0; i < c->n; ++i)
    {
      uint64_t h = ictus_hash (&c->gid[i], sizeof c->gid[i], 0);

      for (int k = 0; k < c->model->kernel->nstate; ++k)
        h = ictus_hash (&c->y[(size_t) k * c->n + i], sizeof *c->y, h);
      sum += h;
    }
  return of_all (sum);
}

/* With forms other than collective a stop is known one window later, with overlap windows are half as long. */
static bool
stopped_at (const world *w, int f, uint64_t window)
{
  return w->nwindow == window || (f > 0 && ictus_comm_size (MPI_COMM_WORLD) > 1 && w->nwindow == window + 1);
}

START_TEST (a_stopped_run_goes_on_as_if_it_had_not_stopped)
{
  const char *text = _i / NFORM == 0 ? grid_net : exact_net;
  int f = _i % NFORM;
  uint64_t whole, nwindow, at_mark = (25 + (uint64_t) (_i / NFORM)) * (f == 2 && ictus_comm_size (MPI_COMM_WORLD) > 1 ? 2 : 1);
  world w;

  begin (&w, text, 0);
  ck_all (ictus_engine_run (w.engine) == ICTUS_OK);
  whole = fingerprint (&w);
  end (&w);

  begin (&w, text, f);
  ck_all (ictus_engine_run (w.engine) == ICTUS_OK);
  ck_all (of_all (w.nspike) > 20 && w.sorted && w.ends_agree && w.nmark == 3 && w.nflush == 9);
  ck_all (fingerprint (&w) == whole);
  nwindow = w.nwindow;
  ck_all (ictus_engine_run (w.engine) == ICTUS_OK && w.nwindow == nwindow); /* it is done */
  end (&w);

  begin (&w, text, f);
  w.stop_at = 7;
  ck_all (ictus_engine_run (w.engine) == ICTUS_E_STOPPED);
  ck_all (stopped_at (&w, f, 7) && w.nflush > 0); /* what there is is flushed */
  w.stop_at = at_mark;                            /* the last window before a restart mark */
  ck_all (ictus_engine_run (w.engine) == ICTUS_E_STOPPED && stopped_at (&w, f, w.stop_at));
  w.stop_at = 0;
  ck_all (ictus_engine_run (w.engine) == ICTUS_OK);
  ck_all ((w.nwindow == nwindow || f == 3) && w.nmark == 3 && w.ends_agree && fingerprint (&w) == whole);
  end (&w);
}
END_TEST

START_TEST (nothing_is_allocated_once_buffers_have_grown)
{
  world w;

  begin (&w, _i / 3 == 0 ? busy_grid_net : busy_exact_net, _i % 3);
  ck_all (ictus_engine_run (w.engine) == ICTUS_OK);
  ck_all (w.nwindow >= 60 && w.calls_at_8 > 0 && w.calls == w.calls_at_8);
  end (&w);
}
END_TEST

/* All neurons fire in the same step: more than a packet holds, also after it has grown. */
START_TEST (bursts_of_any_size_arrive_whole_and_in_order)
{
  static const char text[] = "ictus: 1\nname: burst\nrun: {t_stop: 30 ms}\n"
                             "populations:\n  A: {size: 5000, model: lif, params: {I: 0.2}, solver: exact}\n"
                             "projections:\n  one: {source: A, target: A, rule: one_to_one, weight: 0.01 mV, "
                             "delay: 1 ms, allow_autapses: true}\n";
  ictus_engine_stats stats;
  ictus_engine_totals totals;
  uint64_t all;
  world w;

  begin (&w, text, _i);
  ck_all (ictus_engine_run (w.engine) == ICTUS_OK);
  ictus_engine_get_stats (w.engine, &stats);
  ictus_engine_get_totals (w.engine, &totals);
  all = of_all (w.nspike);
  ck_all (all >= 3 * 5000 && all % 5000 == 0 && w.sorted && stats.spikes == all);
  ck_all (totals.ranks == ictus_comm_size (MPI_COMM_WORLD) && totals.most >= totals.mean && totals.mean > 0);
  ck_all (totals.ranks == 1 ? totals.bytes_sent == 0 : stats.spikes_sent == w.nspike);
  ck_all (totals.ranks == 1 || _i == 1 || totals.messages > 0); /* here nobody wants the spikes of others */
  end (&w);
}
END_TEST

START_TEST (a_step_longer_than_a_window_without_synapses_ends)
{
  static const char text[] = "ictus: 1\nname: coarse\nrun: {t_stop: 100 ms, resolution: 20 ms, restart_mark: 40 ms}\n"
                             "populations:\n  A: {size: 3, model: lif, params: {I: 0}, solver: exact}\n";
  world w;

  begin (&w, text, _i);
  ck_all (ictus_engine_run (w.engine) == ICTUS_OK);
  ck_all (w.nwindow == 5 && w.ends_agree);
  end (&w);
}
END_TEST

/* Window 7 ends where a flush is due: a rank that lacks what the flush would write must not enter it. */
START_TEST (an_error_of_one_rank_ends_the_run_before_a_flush)
{
  int last = ictus_comm_size (MPI_COMM_WORLD) - 1;
  char expected[64];
  world w;

  begin (&w, grid_net, _i);
  w.fail_at = _i == 2 && last > 0 ? 14 : 7;
  ck_all (ictus_engine_run (w.engine) == ICTUS_E_NOMEM);
  snprintf (expected, sizeof expected, "rank %d: no room for this window", last);
  ck_all (strcmp (ictus_err_last (), last > 0 ? expected : "no room for this window") == 0);
  ck_all (w.nwindow == w.fail_at && w.nflush == 0);
  ck_all (ictus_engine_run (w.engine) == ICTUS_E_ARG && w.nwindow == w.fail_at); /* there is no going on */
  end (&w);
}
END_TEST

/* The others hear of it within two windows, and nobody waits for ever. */
START_TEST (an_error_of_one_rank_ends_the_run_in_every_form)
{
  world w;

  begin (&w, _i / NFORM == 0 ? grid_net : exact_net, _i % NFORM);
  w.fail_at = 3;
  ck_all (ictus_engine_run (w.engine) == ICTUS_E_NOMEM);
  ck_all (strstr (ictus_err_last (), "no room for this window") != NULL);
  ck_all (w.nwindow >= 3 && w.nwindow <= 5 && w.nflush == 0);
  end (&w);
}
END_TEST

/* Two halves that know nothing of each other: no spike has to travel between two ranks, three need some. */
START_TEST (spikes_go_where_they_are_wanted)
{
  static const char text[] = "ictus: 1\nname: halves\nrun: {t_stop: 200 ms}\n"
                             "populations:\n  A: {size: 600, model: lif, params: {I: 0.2}, solver: exact}\n"
                             "projections:\n  one: {source: A, target: A, rule: one_to_one, weight: 0.01 mV, "
                             "delay: 1 ms, allow_autapses: true}\n";
  ictus_engine_stats stats, all;
  uint64_t whole;
  world w;

  begin (&w, text, 0);
  ck_all (ictus_engine_run (w.engine) == ICTUS_OK);
  ictus_engine_get_stats (w.engine, &all);
  whole = fingerprint (&w);
  end (&w);
  begin (&w, text, 1);
  ck_all (ictus_engine_run (w.engine) == ICTUS_OK && fingerprint (&w) == whole);
  ictus_engine_get_stats (w.engine, &stats);
  ck_all (ictus_comm_size (MPI_COMM_WORLD) == 1 || (stats.bytes_sent == 0 && all.bytes_sent > 0));
  end (&w);
}
END_TEST

/* With enough windows one form is chosen and named. */
START_TEST (the_exchange_is_chosen_by_measurement)
{
  static const char text[] = "ictus: 1\nname: long\nrun: {t_stop: 2 s}\n"
                             "populations:\n  A: {size: 20, model: lif, params: {I: 0.3}, solver: exact}\n" RING;
  int size = ictus_comm_size (MPI_COMM_WORLD);
  uint64_t whole;
  char ranks[32];
  world w;

  snprintf (ranks, sizeof ranks, size == 1 ? "none, 1 rank, " : "%d ranks, ", size);
  begin (&w, text, 0);
  ck_all (ictus_engine_run (w.engine) == ICTUS_OK);
  ck_all (strstr (ictus_engine_exchange_text (w.engine), "1 ms windows") != NULL);
  whole = fingerprint (&w);
  end (&w);
  begin (&w, text, 3);
  ck_all (strcmp (ictus_engine_exchange_text (w.engine), "") == 0);
  ck_all (ictus_engine_run (w.engine) == ICTUS_OK && fingerprint (&w) == whole);
  ck_all (strstr (ictus_engine_exchange_text (w.engine), ranks) != NULL);
  ck_all (size == 1 || strstr (ictus_engine_exchange_text (w.engine), " us") != NULL);
  end (&w);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *s = suite_create ("engine");
  TCase *t = tcase_create ("engine");

  tcase_set_timeout (t, 60);
  tcase_add_loop_test (t, a_stopped_run_goes_on_as_if_it_had_not_stopped, 0, 2 * NFORM);
  tcase_add_loop_test (t, nothing_is_allocated_once_buffers_have_grown, 0, 2 * 3);
  tcase_add_loop_test (t, bursts_of_any_size_arrive_whole_and_in_order, 0, NFORM);
  tcase_add_loop_test (t, a_step_longer_than_a_window_without_synapses_ends, 0, NFORM);
  tcase_add_loop_test (t, an_error_of_one_rank_ends_the_run_before_a_flush, 0, NFORM);
  tcase_add_loop_test (t, an_error_of_one_rank_ends_the_run_in_every_form, 0, 2 * NFORM);
  tcase_add_test (t, spikes_go_where_they_are_wanted);
  tcase_add_test (t, the_exchange_is_chosen_by_measurement);
  suite_add_tcase (s, t);
  return mpi_check_main (s, &argc, &argv);
}
