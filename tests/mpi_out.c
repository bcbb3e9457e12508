/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "ictus/out.h"
#include "mpi_check.h"

#define COMM MPI_COMM_WORLD

/* Spikes on and beside the edges of bins; neuron 2 never fires. */
static const char spikes[] = "0 0.1\n1 2.9\n0 3.0\n1 5.0\n3 5.0\n0 5.5\n0 9.9\n3 10.0\n1 15.0\n0 22.9\n";
static const double spike_ms[] = { 0.1, 2.9, 3.0, 5.0, 5.0, 5.5, 9.9, 10.0, 15.0, 22.9 };
static const uint64_t spike_id[] = { 0, 1, 0, 1, 3, 0, 0, 3, 1, 0 };
enum
{
  NSPIKE = sizeof spike_id / sizeof *spike_id
};

static const char head[]
    = "ictus: 1\n"
      "name: out\n"
      "run: {t_stop: 23 ms, resolution: 0.1 ms, restart_mark: 10 ms}\n"
      "populations:\n"
      "  ext: {size: 4, spike_file: ext.txt}\n"
      "  leak: {size: 5, model: lif, params: {I: 0}, init: {V: [0.1, 0.2, 0.3, 0.4, 0.5]}, solver: exact}\n"
      "  hh: {size: 2, model: hodgkin_huxley}\n"
      "output: {flush: 7 ms}\n";

typedef struct world
{
  ictus_conf *conf;
  ictus_experiment *exp;
  ictus_engine *engine;
} world;

/* Up to the engine, which refuses some recorders itself. */
static ictus_err
try_begin (world *w, const char *record)
{
  ictus_text t = { 0 };
  ictus_err e;

  *w = (world){ NULL, NULL, NULL };
  if (ictus_comm_rank (COMM) == 0)
    ictus_file_write ("ext.txt", spikes, strlen (spikes));
  MPI_Barrier (COMM);
  ictus_text_add (&t, "%s%s", head, record);
  ck_all (ictus_conf_parse ("out.yaml", t.s, &w->conf) == ICTUS_OK);
  ck_all (ictus_experiment_read (w->conf, &w->exp) == ICTUS_OK);
  e = ictus_engine_create (COMM, w->exp, &w->engine);
  ictus_text_clear (&t);
  return e;
}

static void
begin (world *w, const char *record)
{
  ck_all (try_begin (w, record) == ICTUS_OK);
}

static void
end (world *w)
{
  ictus_engine_destroy (&w->engine);
  ictus_experiment_destroy (&w->exp);
  ictus_conf_destroy (&w->conf);
}

static void
run (const char *record, const char *path)
{
  static char name[] = "out";
  char *argv[] = { name, NULL };
  ictus_out *out;
  world w;

  begin (&w, record);
  ck_all (ictus_out_create (w.engine, path, true, 1, argv, &out) == ICTUS_OK);
  ck_all (ictus_engine_run (w.engine) == ICTUS_OK);
  ck_all (ictus_out_close (&out) == ICTUS_OK);
  ck_all (out == NULL);
  end (&w);
}

/* The numbers of a data set are these. */
static void
expect (ictus_h5 *f, const char *path, const double *x, size_t n, double tolerance)
{
  double *y;
  size_t m;
  int wrong = 0;

  ck_all (ictus_h5_read_double (f, path, &y, &m) == ICTUS_OK);
  if (m != n)
    ck_abort_msg ("%s has %zu numbers, expected %zu", path, m, n);
  for (size_t k = 0; k < n; ++k)
    if (!(fabs (x[k] - y[k]) <= tolerance) && wrong++ == 0)
      fprintf (stderr, "%s[%zu] is %.17g, expected %.17g\n", path, k, y[k], x[k]);
  ck_all (wrong == 0);
  ictus_free (y);
}

START_TEST (spikes_are_written_by_population_in_order_and_silence_has_length_zero)
{
  ictus_h5 f;
  uint64_t *id;
  size_t n;

  run ("record: {s: {type: spikes, population: [ext, leak]}}\n", "spikes.h5");
  ck_all (ictus_h5_open (COMM, "spikes.h5", &f) == ICTUS_OK);
  expect (&f, "/spikes/ext/timestamps", spike_ms, NSPIKE, 0);
  ck_all (ictus_h5_read_uint (&f, "/spikes/ext/node_ids", &id, &n) == ICTUS_OK && n == NSPIKE);
  ck_all (memcmp (id, spike_id, sizeof spike_id) == 0);
  ictus_free (id);
  expect (&f, "/spikes/leak/timestamps", NULL, 0, 0);
  ck_all (!ictus_h5_exists (&f, "/spikes/hh"));
  ck_all (ictus_h5_close (&f) == ICTUS_OK);
}
END_TEST

START_TEST (a_spike_recorder_keeps_to_its_time)
{
  ictus_h5 f;

  run ("record: {s: {type: spikes, population: ext, start: 3 ms, stop: 10 ms}}\n", "spikes.h5");
  ck_all (ictus_h5_open (COMM, "spikes.h5", &f) == ICTUS_OK);
  expect (&f, "/spikes/ext/timestamps", spike_ms + 2, 6, 0);
  ck_all (ictus_h5_close (&f) == ICTUS_OK);
}
END_TEST

START_TEST (bins_are_closed_left_and_an_incomplete_last_one_is_dropped)
{
  const double hz = 1e3 / (4 * 5.0); /* one spike of four neurons in 5 ms */
  const double from_0[] = { 3 * hz, 4 * hz, 1 * hz, 1 * hz }, from_3[] = { 4 * hz, 2 * hz, 1 * hz },
               none[4] = { 0 };
  const double fine[] = { 0, 2 * 1e3 / 8, 0 }; /* [0.9, 2.9) is empty, [2.9, 4.9) has 2.9 and 3.0 */
  ictus_h5 f;

  run ("record:\n"
       "  a: {type: rate, population: [ext, leak], interval: 5 ms}\n"
       "  b: {type: rate, population: ext, interval: 5 ms, start: 3 ms, stop: 21 ms}\n"
       "  c: {type: rate, population: ext, interval: 2 ms, start: 0.9 ms, stop: 5 ms}\n",
       "rates.h5");
  ck_all (ictus_h5_open (COMM, "rates.h5", &f) == ICTUS_OK);
  expect (&f, "/rates/a/ext", from_0, 4, 0); /* 20 to 23 ms is not a bin */
  expect (&f, "/rates/a/leak", none, 4, 0);
  expect (&f, "/rates/b/ext", from_3, 3, 0);
  expect (&f, "/rates/c/ext", fine, 2, 0);
  ck_all (ictus_h5_close (&f) == ICTUS_OK);
}
END_TEST

START_TEST (traces_and_means_hold_the_states_at_their_times)
{
  const double first[3] = { 2, 23.5, 0.5 }, start[5] = { 0.1, 0.2, 0.3, 0.4, 0.5 };
  double trace[43 * 3], mean[22];
  const uint64_t node[3] = { 0, 2, 3 };
  uint64_t *id;
  size_t n;
  ictus_h5 f;

  run ("record:\n"
       "  tr: {type: trace, population: leak, neurons: [0, \"2-3\"], variables: V, interval: 0.5 ms, start: "
       "1.9 ms}\n"
       "  mn: {type: mean, population: leak, variables: [V], interval: 1 ms, stop: 22 ms}\n",
       "traces.h5");
  for (int k = 0; k < 43; ++k)
    for (int c = 0; c < 3; ++c)
      trace[k * 3 + c] = start[node[c]] * exp (-(2 + 0.5 * k) / 10);
  for (int k = 0; k < 22; ++k)
    mean[k] = 0.3 * exp (-(k + 1) / 10.0);
  ck_all (ictus_h5_open (COMM, "traces.h5", &f) == ICTUS_OK);
  expect (&f, "/traces/tr/V/data", trace, 43 * 3, 1e-7); /* single precision */
  expect (&f, "/report/leak/data", trace, 43 * 3, 1e-7);
  expect (&f, "/report/leak/mapping/time", first, 3, 1e-12);
  expect (&f, "/means/mn/V", mean, 22, 1e-12);
  ck_all (ictus_h5_read_uint (&f, "/report/leak/mapping/node_ids", &id, &n) == ICTUS_OK && n == 3);
  ck_all (memcmp (id, node, sizeof node) == 0);
  ictus_free (id);
  ck_all (ictus_h5_close (&f) == ICTUS_OK);
}
END_TEST

START_TEST (auxiliary_quantities_are_those_of_the_sampled_state)
{
  double *v, *leak;
  size_t n, m;
  ictus_h5 f;
  int wrong = 0;

  run ("record: {x: {type: trace, population: hh, variables: [V, I_L], interval: 1 ms}}\n", "aux.h5");
  ck_all (ictus_h5_open (COMM, "aux.h5", &f) == ICTUS_OK);
  ck_all (ictus_h5_read_double (&f, "/traces/x/V/data", &v, &n) == ICTUS_OK);
  ck_all (ictus_h5_read_double (&f, "/traces/x/I_L/data", &leak, &m) == ICTUS_OK);
  ck_all (n == 46 && m == n);
  for (size_t k = 0; k < n; ++k) /* gL (V - EL) of the model's defaults */
    wrong += !(fabs (0.3 * (v[k] + 54.4) - leak[k]) < 1e-4);
  ck_all (wrong == 0);
  ictus_free (v);
  ictus_free (leak);
  ck_all (ictus_h5_close (&f) == ICTUS_OK);
}
END_TEST

static void
refused (const char *record, const char *why)
{
  ictus_out *out = NULL;
  ictus_err e;
  world w;

  e = try_begin (&w, record);
  if (e == ICTUS_OK)
    e = ictus_out_create (w.engine, "refused.h5", false, 0, NULL, &out);
  ck_all (e == ICTUS_E_INPUT && out == NULL);
  if (strstr (ictus_err_last (), why) == NULL)
    fprintf (stderr, "%s\n", ictus_err_last ());
  ck_all (strstr (ictus_err_last (), why) != NULL);
  ck_all (!ictus_file_exists ("refused.h5"));
  end (&w);
}

START_TEST (recorders_that_make_no_sense_are_refused_before_a_file_is_made)
{
  refused ("record: {x: {type: trace, population: hh, variables: [V, I_Lx]}}\n", "I_L");
  refused ("record: {x: {type: mean, population: leak, variables: [V, v]}}\n", "named twice");
}
END_TEST

START_TEST (an_existing_file_is_kept_unless_told_otherwise)
{
  ictus_out *out;
  world w;

  run ("record: {s: {type: spikes, population: ext}}\n", "keep.h5");
  begin (&w, "record: {s: {type: spikes, population: ext}}\n");
  ck_all (ictus_out_create (w.engine, "keep.h5", false, 0, NULL, &out) == ICTUS_E_INPUT);
  ck_all (strcmp (ictus_err_last (), "keep.h5 exists already; --overwrite replaces it") == 0);
  ck_all (ictus_out_create (w.engine, "no/such/folder.h5", false, 0, NULL, &out) == ICTUS_E_IO);
  ck_all (strstr (ictus_err_last (), "cannot create no/such/folder.h5: No such file or directory") != NULL);
  end (&w);
}
END_TEST

START_TEST (a_run_that_stops_early_keeps_its_complete_windows)
{
  char *state;
  ictus_out *out;
  ictus_h5 f;
  world w;

  begin (&w,
         "record: {s: {type: spikes, population: ext}, m: {type: mean, population: leak, variables: V}}\n");
  ck_all (ictus_out_create (w.engine, "early.h5", true, 0, NULL, &out) == ICTUS_OK);
  ck_all (ictus_out_close (&out) == ICTUS_OK); /* it never began */
  end (&w);
  ck_all (ictus_h5_open (COMM, "early.h5", &f) == ICTUS_OK);
  expect (&f, "/spikes/ext/timestamps", NULL, 0, 0);
  expect (&f, "/means/m/V", NULL, 0, 0);
  ck_all (ictus_h5_read_attr_string (&f, "/provenance/run", "state", &state) == ICTUS_OK
          && strcmp (state, "incomplete") == 0);
  ictus_free (state);
  ck_all (ictus_h5_close (&f) == ICTUS_OK);
}
END_TEST

START_TEST (nothing_is_left_open_or_allocated)
{
  ck_all (ictus_mem_live () == 0);
  ck_all (H5Fget_obj_count ((hid_t) H5F_OBJ_ALL, H5F_OBJ_ALL) == 0);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *s = suite_create ("out");
  TCase *t = tcase_create ("out");

  tcase_add_test (t, spikes_are_written_by_population_in_order_and_silence_has_length_zero);
  tcase_add_test (t, a_spike_recorder_keeps_to_its_time);
  tcase_add_test (t, bins_are_closed_left_and_an_incomplete_last_one_is_dropped);
  tcase_add_test (t, traces_and_means_hold_the_states_at_their_times);
  tcase_add_test (t, auxiliary_quantities_are_those_of_the_sampled_state);
  tcase_add_test (t, recorders_that_make_no_sense_are_refused_before_a_file_is_made);
  tcase_add_test (t, an_existing_file_is_kept_unless_told_otherwise);
  tcase_add_test (t, a_run_that_stops_early_keeps_its_complete_windows);
  tcase_add_test (t, nothing_is_left_open_or_allocated);
  suite_add_tcase (s, t);
  return mpi_check_main (s, &argc, &argv);
}
