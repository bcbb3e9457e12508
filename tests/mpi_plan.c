/* SPDX-License-Identifier: BSD-3-Clause */
/* What a net is expected to take, against what it takes once it is built. */
#include <math.h>
#include <string.h>

#include "ictus/engine.h"
#include "mpi_check.h"

static const char rules[]
    = "ictus: 1\nname: rules\nrun: {t_stop: 20 ms, resolution: 0.1 ms}\n"
      "populations:\n"
      "  A: {size: 400, model: iaf_psc_exp, solver: exact}\n"
      "  B: {size: 700, model: iaf_psc_exp, solver: exact, params: {I_e: {distribution: normal, mean: 300 pA, std: 20 pA}}}\n"
      "  C: {size: 400, model: iaf_cond_exp, solver: rk4}\n"
      "projections:\n"
      "  in: {source: A, target: [A, B], rule: fixed_indegree, indegree: 100, port: ex, weight: 1 pA, delay: 1.5 ms}\n"
      "  out: {source: B, target: A, rule: fixed_outdegree, outdegree: 31, port: in, weight: -1 pA,\n"
      "        delay: {distribution: uniform, min: 1 ms, max: 9 ms}}\n"
      "  total: {source: B, target: B, rule: fixed_total_number, N: 30000, allow_multapses: true, port: ex,\n"
      "          weight: {distribution: normal, mean: 1 pA, std: 0.1 pA}, delay: {distribution: normal, mean: 5 ms, std: 1 ms, min: 1 ms}}\n"
      "  pairs: {source: C, target: [A, C], rule: pairwise_bernoulli, p: 0.1, port: ex, weight: 1,\n"
      "          delay: {distribution: lognormal, mu: 1.5, sigma: 0.3, min: 1 ms}}\n"
      "  all: {source: C, target: B, rule: all_to_all, port: ex, weight: 1 pA, delay: 2 ms}\n"
      "  one: {source: A, target: C, rule: one_to_one, port: ex, weight: 1 nS, delay: 2 ms}\n"
      "  slow: {source: A, target: C, rule: fixed_indegree, indegree: 30, port: in, weight: 1 nS,\n"
      "         delay: {distribution: uniform, min: 1 ms, max: 80 ms}}\n"
      "  few: {source: B, target: C, rule: fixed_indegree, indegree: 1, port: in, weight: 1 nS, delay: 3 ms}\n"
      "  list: {source: A, target: B, rule: list, file: list.txt, port: ex, weight: 1 pA, delay: 2 ms}\n"
      "stimuli:\n  noise: {type: poisson_generator, target: A, port: ex, rate: 100 Hz, weight: 1 pA}\n";

/* the delays need 32 bits */
static const char wide[]
    = "ictus: 1\nname: wide\nrun: {t_stop: 5 ms, resolution: 0.001 ms, restart_mark: 1 ms}\n"
      "populations:\n  A: {size: 50, model: iaf_psc_exp, solver: exact}\n"
      "projections:\n  a: {source: A, target: A, rule: fixed_indegree, indegree: 400, allow_multapses: true, port: ex,\n"
      "      weight: 1 pA, delay: {distribution: uniform, min: 1 ms, max: 99 ms}}\n";

static const char exact[]
    = "ictus: 1\nname: exact\nrun: {t_stop: 20 ms, timing: exact}\n"
      "populations:\n"
      "  A: {size: 450, model: hodgkin_huxley, solver: cvode-adams, params: {I: {distribution: uniform, min: 5, max: 9}}}\n"
      "  B: {size: 300, model: iaf_cond_exp, solver: cvode-bdf, params: {I_e: {distribution: uniform, min: 300 pA, max: 700 pA}}}\n"
      "projections:\n"
      "  a: {source: B, target: B, rule: fixed_indegree, indegree: 40, port: ex, weight: 0.5 nS,\n"
      "      delay: {distribution: uniform, min: 1 ms, max: 4 ms}}\n";

/* half a million synapses */
static const char large[]
    = "ictus: 1\nname: large\nrun: {t_stop: 5 ms}\n"
      "populations:\n"
      "  E: {size: 4000, model: iaf_cond_exp, solver: rk4, params: {I_e: 300 pA}}\n"
      "  I: {size: 1000, model: iaf_cond_exp, solver: exp-euler, params: {I_e: 300 pA}}\n"
      "projections:\n"
      "  e: {source: E, target: [E, I], rule: fixed_indegree, indegree: 80, port: ex, weight: 0.1 nS, delay: 1 ms}\n"
      "  i: {source: I, target: [E, I], rule: pairwise_bernoulli, p: 0.02, port: in, weight: 1 nS,\n"
      "      delay: {distribution: normal, mean: 3 ms, std: 1 ms, min: 0.5 ms}}\n";

typedef struct world
{
  ictus_conf *conf;
  ictus_experiment *exp;
  ictus_net *net;
  ictus_engine *engine;
  size_t local[4];
  double rate[4], peak[4];
  ictus_net_rates rates;
} world;

static void
write_list (void)
{
  FILE *f = ictus_comm_rank (MPI_COMM_WORLD) == 0 ? fopen ("list.txt", "w") : NULL;

  if (f != NULL)
    {
      for (int k = 0; k < 3000; ++k)
        fprintf (f, "%d %d %s\n", k * k % 7 * 5, k * 31 % 700, k % 2 ? "0.5 1.7" : "0.25 2.5");
      fclose (f);
    }
  MPI_Barrier (MPI_COMM_WORLD);
}

static void
begin (world *w, const char *text)
{
  memset (w, 0, sizeof *w);
  write_list ();
  ck_all (ictus_conf_parse ("plan.yaml", text, &w->conf) == ICTUS_OK);
  ck_all (ictus_experiment_read (w->conf, &w->exp) == ICTUS_OK);
  ck_all (ictus_net_create (MPI_COMM_WORLD, w->exp, &w->net) == ICTUS_OK);
}

static void
end (world *w)
{
  ictus_engine_destroy (&w->engine);
  ictus_net_destroy (&w->net);
  ictus_experiment_destroy (&w->exp);
  ictus_conf_destroy (&w->conf);
  ck_all (ictus_mem_live () == 0);
}

/* Predicted and real differ by less than this part. */
static bool
near (const char *what, double predicted, double real, double part)
{
  if (fabs (predicted - real) <= part * real)
    return true;
  fprintf (stderr, "%s: predicted %.0f, is %.0f\n", what, predicted, real);
  return false;
}

static void
make_engine (world *w)
{
  ck_all (ictus_engine_create (MPI_COMM_WORLD, w->exp, &w->engine) == ICTUS_OK);
  for (int p = 0; p < w->exp->npopulation; ++p)
    {
      w->local[p] = ictus_net_population (ictus_engine_net (w->engine), p)->cells.n;
      w->rate[p] = 50;
      w->peak[p] = 50;
    }
  w->rates = (ictus_net_rates){ .mean_Hz = w->rate, .peak_Hz = w->peak };
  w->rates.window_ms = ictus_engine_window (w->exp, ictus_net_min_delay (ictus_engine_net (w->engine)));
}

/* ---- tests -------------------------------------------------------------------------------------- */

START_TEST (synapses_of_each_rule)
{
  world w;

  begin (&w, rules);
  make_engine (&w);
  for (int p = 0; p < w.exp->nprojection; ++p)
    {
      ictus_net_rows rows, all;
      uint64_t here = ictus_net_synapses (ictus_engine_net (w.engine), p), total;

      ck_all (ictus_net_plan_rows (w.net, p, w.local, &rows) == ICTUS_OK);
      ck_all (ictus_net_plan_rows (w.net, p, NULL, &all) == ICTUS_OK);
      MPI_Allreduce (&here, &total, 1, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
      ck_all (fabs (all.synapses - (double) total) <= 4 * all.sd + 0.5);
      ck_all (fabs (rows.synapses - (double) here) <= 5 * rows.sd + 3);
    }
  end (&w);
}
END_TEST

static void
compare_net (const char *text, double part)
{
  ictus_net_need need;
  double real;
  world w;

  begin (&w, text);
  make_engine (&w);
  ck_all (ictus_net_plan (w.net, w.local, &w.rates, &need) == ICTUS_OK);
  real = (double) ictus_net_bytes (ictus_engine_net (w.engine)); /* there is no input before the first window */
  ck_all (near ("bytes of synapses", need.synapses, real, part));
  ck_all (near ("smallest delay", need.min_delay_ms, ictus_net_min_delay (ictus_engine_net (w.engine)), 0.11));
  ck_all (ictus_engine_run (w.engine) == ICTUS_OK);
  real = (double) ictus_net_bytes (ictus_engine_net (w.engine)) - real;
  ck_all (real > 0 && need.inbox < 4 * real + 1e6 && real < 2 * need.inbox); /* rates were given high */
  end (&w);
}

START_TEST (bytes_of_the_net)
{
  compare_net (rules, 0.03);
  compare_net (wide, 0.03);
  compare_net (large, 0.04);
}
END_TEST

/* Everything that an engine takes, from the heap. */
static inline void
compare_heap (const char *text, double peak, double part)
{
  double before, solvers = 0, base[4], each[4], packet, exchange, after;
  ictus_net_need need;
  ictus_net *few;
  world w;

  begin (&w, text);
  ck_all (ictus_net_create (MPI_COMM_WORLD, w.exp, &few) == ICTUS_OK);
  ck_all (ictus_net_sample (few, 256) == ICTUS_OK);
  for (int p = 0; p < w.exp->npopulation; ++p)
    ck_all (ictus_engine_solver_bytes (few, p, &base[p], &each[p]) == ICTUS_OK);
  ictus_net_destroy (&few);
  before = ictus_mem_heap ();
  make_engine (&w);
  for (int p = 0; p < w.exp->npopulation; ++p)
    {
      w.peak[p] = peak;
      solvers += base[p] + each[p] * (double) w.local[p];
    }
  ck_all (ictus_engine_run (w.engine) == ICTUS_OK);
  after = ictus_mem_heap ();
  ck_all (ictus_net_plan (w.net, w.local, &w.rates, &need) == ICTUS_OK);
  ictus_engine_plan_exchange (ictus_engine_net (w.engine), ictus_comm_size (MPI_COMM_WORLD), 5, 50, &packet, &exchange);
  ck_all (near ("heap", need.cells + need.synapses + need.inbox + solvers + exchange, after - before, part));
  end (&w);
}

START_TEST (heap_of_an_engine)
{
#ifndef __SANITIZE_ADDRESS__ /* which puts its own marks between the blocks */
  compare_heap (large, 50, 0.1);
  compare_heap (exact, 250, 0.15); /* those of B begin together */
#endif
}
END_TEST

START_TEST (a_missing_list_is_told)
{
  char *text = ictus_strdup (rules);
  ictus_net_rows rows;
  world w;

  memcpy (strstr (text, "list.txt"), "none.txt", 8);
  begin (&w, text);
  ck_all (ictus_net_plan_rows (w.net, 8, NULL, &rows) == ICTUS_E_IO);
  ck_all (strstr (ictus_err_last (), "none.txt") != NULL);
  ictus_free (text);
  end (&w);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *s = suite_create ("plan");
  TCase *t = tcase_create ("net and engine");

  tcase_add_test (t, synapses_of_each_rule);
  tcase_add_test (t, bytes_of_the_net);
  tcase_add_test (t, heap_of_an_engine);
  tcase_add_test (t, a_missing_list_is_told);
  suite_add_tcase (s, t);
  return mpi_check_main (s, &argc, &argv);
}
