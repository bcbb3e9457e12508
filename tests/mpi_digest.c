/* SPDX-License-Identifier: BSD-3-Clause */
/* The digest of an experiment changes with everything that results depend on, and with nothing else. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ictus/net.h"
#include "mpi_check.h"

static const char text[]
    = "ictus: 1\nname: digest\nseed: 3\nrun: {t_stop: 20 ms}\n"
      "populations:\n"
      "  A: {size: 4, model: here.ode, params: {tau: 12 ms}, solver: cvode-bdf}\n"
      "  B: {size: 3, model: lif, solver: {name: cvode-bdf, rtol: 1e-5}}\n"
      "  X: {size: 2, spike_file: in.txt}\n"
      "projections:\n"
      "  ab: {source: A, target: B, rule: list, file: pairs.txt, weight: 0.5 mV, delay: 1 ms}\n"
      "  xa: {source: X, target: A, rule: all_to_all, weight: {distribution: normal, mean: 1 mV, std: 0.1 mV}, delay: 2 ms}\n"
      "stimuli:\n"
      "  n: {type: poisson_generator, target: B, rate: 50 Hz, weight: 1 mV}\n"
      "record:\n"
      "  s: {type: spikes, population: [A, B]}\n";

static const char sweep[] = "sweep:\n  axes:\n    w: {set: projections.ab.scale, values: [1, 2]}\n  seizure: {chi: 0.3}\n";

static const char model[] = "par tau=10  # [ms]\nV' = -V/tau  # [mV]\nport in: V += w  # [mV]\n";
static const char spikes[] = "0 1.5\n1 2.5\n";
static const char pairs[] = "0 0\n1 2\n";

static void
put (const char *path, const char *data)
{
  if (ictus_comm_rank (MPI_COMM_WORLD) == 0)
    ictus_file_write (path, data, strlen (data));
  MPI_Barrier (MPI_COMM_WORLD);
}

static void
put_all (const char *dir)
{
  char path[64];

  ictus_mkdirs (dir);
  snprintf (path, sizeof path, "%s/here.ode", dir);
  put (path, model);
  snprintf (path, sizeof path, "%s/in.txt", dir);
  put (path, spikes);
  snprintf (path, sizeof path, "%s/pairs.txt", dir);
  put (path, pairs);
}

/* Digest of a document with one more assignment, or none; used: the document with every value, moved or not. */
static uint64_t
digest_of (const char *path, const char *doc, const char *set, ictus_text *used, bool moved)
{
  ictus_conf *conf = NULL;
  ictus_experiment *exp = NULL;
  ictus_net *net = NULL;
  uint64_t h = 0;

  ck_all (ictus_conf_parse (path, doc, &conf) == ICTUS_OK);
  ck_all (set == NULL || ictus_conf_set (conf, set) == ICTUS_OK);
  ck_all (ictus_experiment_read (conf, &exp) == ICTUS_OK);
  ck_all (ictus_net_create (MPI_COMM_WORLD, exp, &net) == ICTUS_OK);
  ck_all (ictus_net_digest (net, conf, &h) == ICTUS_OK);
  if (used != NULL)
    ck_all ((moved ? ictus_conf_emit_moved : ictus_conf_emit) (conf, used) == ICTUS_OK);
  ictus_net_destroy (&net);
  ictus_experiment_destroy (&exp);
  ictus_conf_destroy (&conf);
  return h;
}

static uint64_t
plain (void)
{
  return digest_of ("d/x.yaml", text, NULL, NULL, false);
}

START_TEST (what_results_do_not_depend_on_does_not_count)
{
  static const char *const same[]
      = { "run.partition=round-robin", "run.exchange=overlap", "output.flush=7 ms", "checkpoint.interval=200 ms",
          "checkpoint.wall=40 min", "checkpoint.keep=5", /* written out, the defaults are the same: */ "run.resolution=0.1 ms",
          "projections.ab.scale=1", "populations.B.solver.atol=1e-4" };
  uint64_t h;

  put_all ("d");
  h = plain ();
  for (size_t k = 0; k < sizeof same / sizeof *same; ++k)
    ck_assert_msg (digest_of ("d/x.yaml", text, same[k], NULL, false) == h, "%s", same[k]);
}
END_TEST

START_TEST (everything_else_counts)
{
  static const char *const other[]
      = { "seed=4", "name=other", "run.t_stop=21 ms", "run.resolution=0.05 ms", "run.restart_mark=50 ms", 
          "populations.A.size=5", "populations.A.params.tau=13 ms", "populations.A.solver=cvode-adams",
          "run.timing=exact", "populations.B.solver.rtol=1e-6", "populations.B.init={V: 1 mV}",
          "projections.ab.weight=0.6 mV", "projections.ab.delay=1.1 ms", "projections.xa.allow_multapses=false",
          "projections.xa.weight.std=0.2 mV", "stimuli.n.rate=51 Hz", "stimuli.n.start=1 ms", "record.s.population=[A]" };
  enum { N = sizeof other / sizeof *other };
  uint64_t h[N + 1];

  put_all ("d");
  h[N] = plain ();
  for (size_t k = 0; k < N; ++k)
    {
      h[k] = digest_of ("d/x.yaml", text, other[k], NULL, false);
      ck_assert_msg (h[k] != h[N], "%s", other[k]);
      for (size_t j = 0; j < k; ++j)
        ck_assert_msg (h[k] != h[j], "%s, %s", other[j], other[k]);
    }
}
END_TEST

START_TEST (files_count_by_their_contents)
{
  uint64_t h;

  put_all ("d");
  put_all ("elsewhere");
  h = plain ();
  ck_assert (digest_of ("elsewhere/x.yaml", text, NULL, NULL, false) == h);
  put ("elsewhere/in.txt", "0 1.5\n1 2.6\n");
  ck_assert (digest_of ("elsewhere/x.yaml", text, NULL, NULL, false) != h);
  put_all ("elsewhere");
  put ("elsewhere/pairs.txt", "0 0\n1 1\n");
  ck_assert (digest_of ("elsewhere/x.yaml", text, NULL, NULL, false) != h);
  put_all ("elsewhere");
  put ("elsewhere/here.ode", "par tau=10  # [ms]\nV' = -V/tau  # [mV]\nport in: V += 2*w  # [mV]\n");
  ck_assert (digest_of ("elsewhere/x.yaml", text, NULL, NULL, false) != h);
}
END_TEST

START_TEST (the_document_with_every_value_is_the_same_experiment)
{
  uint64_t h;

  put_all ("d");
  for (int moved = 0; moved < 2; ++moved)
    {
      ictus_text used = { 0 }, again = { 0 };

      h = digest_of ("d/x.yaml", text, NULL, &used, moved);
      ck_assert (digest_of (moved ? "another-folder/used.yaml" : "d/used.yaml", used.s, NULL, &again, false) == h);
      ictus_text_clear (&used);
      ictus_text_clear (&again);
    }
  ck_all (ictus_mem_live () == 0);
}
END_TEST

START_TEST (of_a_sweep_teams_and_the_criterion_do_not_count)
{
  ictus_text doc = { 0 };
  uint64_t h;

  put_all ("d");
  ictus_text_add (&doc, "%s%s", text, sweep);
  h = digest_of ("d/x.yaml", doc.s, NULL, NULL, false);
  ck_assert (h != plain ());
  ck_assert (digest_of ("d/x.yaml", doc.s, "sweep.ranks_per_point=4", NULL, false) == h);
  ck_assert (digest_of ("d/x.yaml", doc.s, "sweep.seizure.rate=7 Hz", NULL, false) == h);
  ck_assert (digest_of ("d/x.yaml", doc.s, "sweep.discard=1 ms", NULL, false) != h);
  ck_assert (digest_of ("d/x.yaml", doc.s, "sweep.axes.w.values=[1, 3]", NULL, false) != h);
  ictus_text_clear (&doc);
  ck_all (ictus_mem_live () == 0);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *s = suite_create ("digest");
  TCase *t = tcase_create ("digest");

  tcase_add_test (t, what_results_do_not_depend_on_does_not_count);
  tcase_add_test (t, everything_else_counts);
  tcase_add_test (t, files_count_by_their_contents);
  tcase_add_test (t, the_document_with_every_value_is_the_same_experiment);
  tcase_add_test (t, of_a_sweep_teams_and_the_criterion_do_not_count);
  suite_add_tcase (s, t);
  return mpi_check_main (s, &argc, &argv);
}
