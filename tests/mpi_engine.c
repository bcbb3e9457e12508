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

typedef struct world /* an engine with one hook, and what the hook saw */
{
  ictus_conf *conf;
  ictus_experiment *exp;
  ictus_engine *engine;
  uint64_t hash, nspike, nwindow, nflush, nmark;
  size_t calls_at_3, calls;  /* of ictus_alloc after window 3 and after the last */
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
      w->hash = ictus_hash (&s[k].t_ms, sizeof s[k].t_ms, w->hash);
      w->hash = ictus_hash (&s[k].gid, sizeof s[k].gid, w->hash);
    }
  w->nspike += n;
  w->calls = ictus_mem_calls ();
  if (w->nwindow == 3)
    w->calls_at_3 = w->calls;
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
  const world *w = ctx;

  return w->stop_at > 0 && w->nwindow + 1 == w->stop_at && ictus_comm_rank (MPI_COMM_WORLD) == 0;
}

static void
begin (world *w, const char *text)
{
  ictus_hook hook = { .ctx = w, .window = window, .flush = flush, .mark = mark, .stop = stop };

  memset (w, 0, sizeof *w);
  w->sorted = w->ends_agree = true;
  ck_all (ictus_conf_parse ("test.yaml", text, &w->conf) == ICTUS_OK);
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

/* States of this rank, chained to the spikes. */
static uint64_t
fingerprint (const world *w)
{
  const ictus_cells *c = &ictus_net_population (ictus_engine_net (w->engine), 0)->cells;

  return ictus_hash (c->y, c->n * (size_t) c->model->kernel->nstate * sizeof *c->y, w->hash);
}

START_TEST (a_stopped_run_goes_on_as_if_it_had_not_stopped)
{
  const char *text = _i == 0 ? grid_net : exact_net;
  uint64_t whole, nwindow;
  world w;

  begin (&w, text);
  ck_all (ictus_engine_run (w.engine) == ICTUS_OK);
  ck_all (w.nspike > 20 && w.sorted && w.ends_agree && w.nmark == 3 && w.nflush == 9);
  whole = fingerprint (&w);
  nwindow = w.nwindow;
  ck_all (ictus_engine_run (w.engine) == ICTUS_OK && w.nwindow == nwindow); /* it is done */
  end (&w);

  begin (&w, text);
  w.stop_at = 7;
  ck_all (ictus_engine_run (w.engine) == ICTUS_E_STOPPED);
  ck_all (w.nwindow == 7 && w.nflush > 0); /* what there is is flushed */
  w.stop_at = 25 + (uint64_t) _i;          /* at the first restart mark */
  ck_all (ictus_engine_run (w.engine) == ICTUS_E_STOPPED && w.nwindow == w.stop_at);
  w.stop_at = 0;
  ck_all (ictus_engine_run (w.engine) == ICTUS_OK);
  ck_all (w.nwindow == nwindow && w.nmark == 3 && w.ends_agree && fingerprint (&w) == whole);
  end (&w);
}
END_TEST

START_TEST (nothing_is_allocated_once_buffers_have_grown)
{
  world w;

  begin (&w, _i == 0 ? busy_grid_net : busy_exact_net);
  ck_all (ictus_engine_run (w.engine) == ICTUS_OK);
  ck_all (w.nwindow >= 60 && w.calls_at_3 > 0 && w.calls == w.calls_at_3);
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
  world w;

  begin (&w, text);
  ck_all (ictus_engine_run (w.engine) == ICTUS_OK);
  ictus_engine_get_stats (w.engine, &stats);
  ck_all (w.nspike >= 3 * 5000 && w.nspike % 5000 == 0 && w.sorted && stats.spikes == w.nspike);
  end (&w);
}
END_TEST

START_TEST (a_step_longer_than_a_window_without_synapses_ends)
{
  static const char text[] = "ictus: 1\nname: coarse\nrun: {t_stop: 100 ms, resolution: 20 ms, restart_mark: 40 ms}\n"
                             "populations:\n  A: {size: 3, model: lif, params: {I: 0}, solver: exact}\n";
  world w;

  begin (&w, text);
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

  begin (&w, grid_net);
  w.fail_at = 7;
  ck_all (ictus_engine_run (w.engine) == ICTUS_E_NOMEM);
  snprintf (expected, sizeof expected, "rank %d: no room for this window", last);
  ck_all (strcmp (ictus_err_last (), last > 0 ? expected : "no room for this window") == 0);
  ck_all (w.nwindow == 7 && w.nflush == 0);
  ck_all (ictus_engine_run (w.engine) == ICTUS_E_ARG && w.nwindow == 7); /* there is no going on */
  end (&w);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *s = suite_create ("engine");
  TCase *t = tcase_create ("engine");

  tcase_add_loop_test (t, a_stopped_run_goes_on_as_if_it_had_not_stopped, 0, 2);
  tcase_add_loop_test (t, nothing_is_allocated_once_buffers_have_grown, 0, 2);
  tcase_add_test (t, bursts_of_any_size_arrive_whole_and_in_order);
  tcase_add_test (t, a_step_longer_than_a_window_without_synapses_ends);
  tcase_add_test (t, an_error_of_one_rank_ends_the_run_before_a_flush);
  suite_add_tcase (s, t);
  return mpi_check_main (s, &argc, &argv);
}
