/* SPDX-License-Identifier: BSD-3-Clause */
#include "conf_check.h"

#include <unistd.h>

#define FULL                                                                                                 \
  "ictus: 1\nname: full\ndescription: everything once\nseed: 12\n"                                           \
  "run: {t_stop: 1 s, resolution: 0.1 ms, timing: grid, restart_mark: 50 ms, partition: round-robin, exchange: overlap}\n"      \
  "populations:\n"                                                                                           \
  "  E: {size: 20, model: a.ode, params: {g: 1 nS}, init: {V: {distribution: linear, from: 1, to: 2}},\n"    \
  "      solver: {name: rk4, rtol: 1e-5, atol: {V: 1e-3 mV}, dt: 50 us, max_step: 1 ms}}\n"                  \
  "  I: {size: 5, model: lif, solver: exact}\n"                                                              \
  "  P: {size: 5, spike_file: s.txt}\n"                                                                      \
  "projections:\n"                                                                                           \
  "  one: {source: P, target: I, rule: one_to_one, delay: 1}\n"                                              \
  "  all: {source: I, target: [E, I], rule: all_to_all, delay: 1, weight: -2, scale: 3}\n"                   \
  "  in: {source: E, target: E, rule: fixed_indegree, indegree: 4, delay: 1, allow_autapses: false}\n"       \
  "  out: {source: E, target: E, rule: fixed_outdegree, outdegree: 5, delay: 1, allow_multapses: false}\n"   \
  "  n: {source: E, target: E, rule: fixed_total_number, N: 6, delay: 1}\n"                                  \
  "  p: {source: E, target: E, rule: pairwise_bernoulli, p: 0.25, port: ex,\n"                               \
  "      delay: {distribution: lognormal, mu: 0, sigma: 1, min: 0.5, max: 2}}\n"                             \
  "  list: {source: E, target: E, rule: list, file: l.txt, delay: 1}\n"                                      \
  "stimuli:\n"                                                                                               \
  "  poisson: {type: poisson_generator, target: E, neurons: \"0-3, 7\", rate: 2 kHz, port: ex, weight: 2 "   \
  "nS, scale: 3}\n"                                                                                          \
  "  dc: {type: dc_generator, target: I, amplitude: 3 pA, start: 1, stop: 2}\n"                              \
  "  ac: {type: ac_generator, target: I, amplitude: 3 pA, offset: 1 pA, frequency: 8, phase: "               \
  "3.14159265358979312 rad, input: i}\n"                                                                     \
  "  step: {type: step_current_generator, target: I, amplitude_times: [0, 5 ms], amplitude_values: [1, 2 "   \
  "pA]}\n"                                                                                                   \
  "record:\n"                                                                                                \
  "  s: {type: spikes, population: [E, P]}\n"                                                                \
  "  t: {type: trace, population: E, neurons: [1, 2], variables: [V, g], interval: 0.2, start: 5, stop: "    \
  "50}\n"                                                                                                    \
  "  u: {type: trace, population: E, variables: V}\n"                                                        \
  "  r: {type: rate, population: E}\n"                                                                       \
  "  m: {type: mean, population: I, variables: V}\n"                                                         \
  "output: {flush: 2 s}\n"                                                                                   \
  "sweep:\n"                                                                                                 \
  "  axes:\n"                                                                                                \
  "    a: {set: projections.all.scale, values: [1, 2.5]}\n"                                                  \
  "    b: {set: [populations.E.params.g, populations.I.params.g], from: 1, to: 4 nS, n: 3, spacing: log}\n"  \
  "    c: {set: run.t_stop, from: 100 ms, to: 0.4 s, n: 4}\n"                                                \
  "    d: {set: seed, values: [1, 2, 3]}\n"                                                                  \
  "  ranks_per_point: 2\n  discard: 10 ms\n  seizure: {chi: 0.5, rate: 7 Hz}\n"

START_TEST (every_key_arrives_in_the_record)
{
  ictus_conf *c = conf_of (FULL);
  ictus_experiment *x = experiment_of (c);
  const ictus_exp_population *p = x->population;
  const ictus_exp_projection *j = x->projection;
  const ictus_exp_stimulus *s = x->stimulus;
  const ictus_exp_record *r = x->record;

  ck_assert_str_eq (x->name, "full");
  ck_assert_str_eq (x->description, "everything once");
  ck_assert_str_eq (x->partition, "round-robin");
  ck_assert (x->exchange == ICTUS_EXCHANGE_OVERLAP);
  ck_assert (x->seed == 12 && x->t_stop_ms == 1000 && x->resolution_ms == 0.1 && x->grid
             && x->restart_mark_ms == 50);
  ck_assert (x->flush_ms == 2000 && x->conf == c);

  ck_assert_int_eq (x->npopulation, 3);
  ck_assert (p[0].size == 20 && p[0].rtol == 1e-5 && p[0].atol == 1e-4 && p[0].dt_ms == 0.05
             && p[0].max_step_ms == 1);
  ck_assert_str_eq (p[0].name, "E");
  ck_assert_str_eq (p[0].model, "a.ode");
  ck_assert_str_eq (p[0].solver, "rk4");
  ck_assert_str_eq (ictus_node_text (ictus_node_find (p[0].atol_of, "V")), "1e-3 mV");
  ck_assert (ictus_node_find (p[0].params, "g") != NULL && ictus_node_find (p[0].init, "V") != NULL
             && p[0].spike_file == NULL);
  ck_assert_str_eq (p[1].solver, "exact");
  ck_assert (p[1].rtol == 1e-4 && p[1].atol == 1e-4 && p[1].atol_of == NULL && p[1].dt_ms == 0.1
             && p[1].max_step_ms == 0);
  ck_assert (p[1].params == NULL && p[2].model == NULL);
  ck_assert_str_eq (p[2].spike_file, "s.txt");

  ck_assert_int_eq (x->nprojection, 7);
  for (int k = 0; k < 7; ++k)
    ck_assert_int_eq (j[k].rule, k);
  ck_assert (j[0].source == 2 && j[0].ntarget == 1 && j[0].target[0] == 1 && j[0].scale == 1
             && j[0].port == NULL);
  ck_assert_str_eq (ictus_node_text (j[0].weight), "1");
  ck_assert (j[1].ntarget == 2 && j[1].target[0] == 0 && j[1].target[1] == 1 && j[1].scale == 3);
  ck_assert (j[1].allow_autapses && j[1].allow_multapses);
  ck_assert (j[2].number == 4 && !j[2].allow_autapses && j[3].number == 5 && !j[3].allow_multapses
             && j[4].number == 6);
  ck_assert (j[5].p == 0.25 && ictus_node_is (j[5].delay) == ICTUS_NODE_MAP);
  ck_assert_str_eq (j[5].port, "ex");
  ck_assert_str_eq (j[6].file, "l.txt");

  ck_assert_int_eq (x->nstimulus, 4);
  for (int k = 0; k < 4; ++k)
    ck_assert_int_eq (s[k].type, k);
  ck_assert (s[0].target == 0 && s[0].nneurons == 5 && s[0].neurons[4] == 7 && s[0].rate_Hz == 2000
             && s[0].scale == 3);
  ck_assert (s[0].start_ms == 0 && s[0].stop_ms == HUGE_VAL && s[1].neurons == NULL && s[1].start_ms == 1
             && s[1].stop_ms == 2);
  ck_assert (s[2].frequency_Hz == 8 && fabs (s[2].phase_deg - 180) < 1e-12);
  ck_assert_str_eq (s[2].input, "i");
  ck_assert_str_eq (ictus_node_text (s[2].offset), "1 pA");
  ck_assert (ictus_node_count (s[3].times) == 2 && ictus_node_count (s[3].values) == 2);

  ck_assert_int_eq (x->nrecord, 5);
  ck_assert (r[0].type == ICTUS_RECORD_SPIKES && r[0].npopulation == 2 && r[0].population[1] == 2);
  ck_assert (r[1].nneurons == 2 && r[1].interval_ms == 0.2 && r[1].start_ms == 5 && r[1].stop_ms == 50);
  ck_assert (r[2].neurons == NULL && r[2].interval_ms == 0.1 && r[2].stop_ms == HUGE_VAL);
  ck_assert (r[3].interval_ms == 5 && r[4].interval_ms == 1 && r[4].type == ICTUS_RECORD_MEAN);
  ictus_experiment_destroy (&x);
  ictus_conf_destroy (&c);
}
END_TEST

START_TEST (axes_have_values_units_and_places)
{
  ictus_conf *c = conf_of (FULL);
  ictus_experiment *x = experiment_of (c);
  const ictus_exp_axis *a = x->axis;

  ck_assert_int_eq (x->naxis, 4);
  ck_assert (a[0].nvalue == 2 && a[0].value[1] == 2.5 && a[0].nset == 1);
  ck_assert_str_eq (a[0].unit, "");
  ck_assert_str_eq (a[0].set[0], "projections.all.scale");
  ck_assert (a[1].nvalue == 3 && a[1].value[0] == 1 && fabs (a[1].value[1] - 2) < 1e-15 && a[1].value[2] == 4
             && a[1].nset == 2);
  ck_assert_str_eq (a[1].unit, "nS");
  ck_assert_str_eq (a[1].set[1], "populations.I.params.g");
  ck_assert (a[2].value[0] == 100 && fabs (a[2].value[1] - 200) < 1e-12 && a[2].value[3] == 400);
  ck_assert_str_eq (a[2].unit, "ms");
  ck_assert (x->ranks_per_point == 2 && x->discard_ms == 10 && x->seizure_chi == 0.5
             && x->seizure_rate_Hz == 7);
  ictus_experiment_destroy (&x);
  ictus_conf_destroy (&c);
}
END_TEST

#define SMALL \
  "ictus: 1\nrun: {t_stop: 10}\npopulations: {E: {size: 1, model: lif}, I: {size: 1, model: lif}}\n"

START_TEST (designs_repeats_and_thresholds_arrive)
{
  ictus_conf *c = conf_of (SMALL "sweep:\n  design: latin_hypercube\n  points: 1e3\n  repeats: 4\n  axes:\n"
                                 "    a: {set: populations.E.params.g, from: 10 nS, to: 1 nS, spacing: log}\n"
                                 "    b: {set: populations.E.size, values: [3, 5]}\n");
  ictus_experiment *x = experiment_of (c);

  ck_assert (x->design == ICTUS_DESIGN_LATIN_HYPERCUBE && x->design_points == 1000 && x->nrepeat == 4);
  ck_assert (x->axis[0].value == NULL && x->axis[0].from == 10 && x->axis[0].to == 1 && x->axis[0].log);
  ck_assert (x->axis[1].value != NULL && x->axis[1].nvalue == 2 && !x->threshold.is_searched);
  ictus_experiment_destroy (&x);
  ictus_conf_destroy (&c);

  c = conf_of (SMALL "sweep:\n  axes: {a: {set: populations.E.size, values: [1, 2]}, b: {set: populations.I.size, values: "
                     "[9, 4, 2]}}\n  threshold: {axis: b, measure: chi, level: 0.5, population: I}\n");
  x = experiment_of (c);
  ck_assert (x->design == ICTUS_DESIGN_GRID && x->nrepeat == 1 && x->threshold.is_searched);
  ck_assert (x->threshold.axis == 1 && x->threshold.measure == ICTUS_MEASURE_CHI && x->threshold.level == 0.5
             && x->threshold.population == 1);
  ictus_experiment_destroy (&x);
  ictus_conf_destroy (&c);
}
END_TEST

START_TEST (defaults_are_as_documented)
{
  ictus_conf *c;
  ictus_experiment *x;
  ictus_text t = { 0 };

  ck_assert_int_eq (
      ictus_conf_parse (
          "jobs/tiny.net.yaml",
          "ictus: 1\nrun: {t_stop: 10, resolution: 0.2}\npopulations: {E: {size: 1, model: lif}, "
          "Q: {size: 2, model: lif}}\nprojections: {}\n",
          &c),
      ICTUS_OK);
  x = experiment_of (c);
  ck_assert_str_eq (x->name, "tiny.net");
  ck_assert_str_eq (x->description, "");
  ck_assert (x->seed == 1 && x->grid && x->restart_mark_ms == 100 && x->flush_ms == 1000
             && x->nprojection == 0 && x->nstimulus == 0);
  ck_assert_str_eq (x->partition, "block");
  ck_assert (x->exchange == ICTUS_EXCHANGE_AUTO);
  ck_assert_str_eq (x->population[0].solver, "cvode-bdf");
  ck_assert (x->population[0].dt_ms == 0.2);
  ck_assert (x->nrecord == 1 && x->record[0].type == ICTUS_RECORD_SPIKES && x->record[0].npopulation == 2);
  ck_assert (x->naxis == 0 && x->ranks_per_point == 1 && x->discard_ms == 0 && x->seizure_chi == 0.4
             && x->seizure_rate_Hz == 5);
  ck_assert_int_eq (ictus_conf_emit (c, &t), ICTUS_OK);
  ck_assert_str_eq (
      t.s,
      "ictus: 1\n"
      "run:\n  t_stop: 10\n  resolution: 0.2\n  timing: grid\n  restart_mark: 100 ms\n  partition: block\n  exchange: auto\n"
      "populations:\n"
      "  E:\n    size: 1\n    model: lif\n"
      "    solver: {name: cvode-bdf, rtol: 1e-4, atol: 1e-4, max_step: 0 ms, dt: 0.2 ms}\n"
      "  Q:\n    size: 2\n    model: lif\n"
      "    solver: {name: cvode-bdf, rtol: 1e-4, atol: 1e-4, max_step: 0 ms, dt: 0.2 ms}\n"
      "projections: {}\nseed: 1\noutput:\n  flush: 1000 ms\n"
                        "checkpoint:\n  interval: 0 ms\n  wall: 15 min\n  keep: 2\nname: tiny.net\n"
      "record:\n  spikes:\n    type: spikes\n    population: [E, Q]\n    start: 0 ms\n");
  ictus_text_clear (&t);
  ictus_experiment_destroy (&x);
  ictus_conf_destroy (&c);
}
END_TEST

START_TEST (what_is_emitted_gives_the_same_experiment)
{
  size_t live = ictus_mem_live ();
  ictus_conf *c = conf_of (FULL), *d;
  ictus_experiment *x = experiment_of (c), *y;
  ictus_text once = { 0 }, twice = { 0 };

  ck_assert_int_eq (ictus_conf_emit (c, &once), ICTUS_OK);
  d = conf_of (once.s);
  y = experiment_of (d);
  ck_assert_int_eq (ictus_conf_emit (d, &twice), ICTUS_OK);
  ck_assert_str_eq (once.s, twice.s);
  ck_assert (x->t_stop_ms == y->t_stop_ms && x->nrecord == y->nrecord && x->naxis == y->naxis);
  for (int k = 0; k < x->nstimulus; ++k)
    ck_assert (x->stimulus[k].nneurons == y->stimulus[k].nneurons
               && x->stimulus[k].phase_deg == y->stimulus[k].phase_deg);
  ictus_experiment_destroy (&x);
  ictus_experiment_destroy (&y);
  ictus_conf_destroy (&c);
  ictus_conf_destroy (&d);
  ictus_text_clear (&once);
  ictus_text_clear (&twice);
  ck_assert_uint_eq (ictus_mem_live (), live);
}
END_TEST

START_TEST (paths_become_absolute_for_another_folder)
{
  ictus_conf *c;
  ictus_text t = { 0 };
  char here[1024], want[4000];

  ck_assert_ptr_nonnull (getcwd (here, sizeof here));
  ck_assert_int_eq (ictus_mkdirs ("moved/models"), ICTUS_OK);
  ck_assert_int_eq (ictus_file_write ("moved/models/m.ode", "", 0), ICTUS_OK);
  ck_assert_int_eq (ictus_file_write ("moved/s.txt", "", 0), ICTUS_OK);
  ck_assert_int_eq (
      ictus_conf_parse (
          "moved/x.yaml",
          "run: {partition: s.txt}\npopulations:\n  A: {model: ./models/m.ode}\n  B: {model: lif}\n"
          "  C: {spike_file: s.txt}\n  D: {model: none.ode}\n  E: {model: /m.ode}\n",
          &c),
      ICTUS_OK);
  ck_assert_int_eq (ictus_conf_emit_moved (c, &t), ICTUS_OK);
  snprintf (want, sizeof want,
            "run:\n  partition: %s/moved/s.txt\npopulations:\n  A:\n    model: %s/moved/models/m.ode\n  B:\n "
            "   model: lif\n"
            "  C:\n    spike_file: %s/moved/s.txt\n  D:\n    model: none.ode\n  E:\n    model: /m.ode\n",
            here, here, here);
  ck_assert_str_eq (t.s, want);
  ictus_text_clear (&t);
  ictus_conf_destroy (&c);
}
END_TEST

START_TEST (with_exact_timing_times_lie_anywhere)
{
  ictus_conf *c = conf_of ("ictus: 1\nrun: {t_stop: 10.05, timing: exact, restart_mark: 0.33}\n"
                           "populations: {E: {size: 1, model: lif, solver: {dt: 0.03}}}\n"
                           "projections: {a: {source: E, target: E, rule: all_to_all, delay: 0.01}}\n"
                           "record: {r: {type: rate, population: E, interval: 0.25, start: 0.01}}\n");
  ictus_experiment *x = experiment_of (c);

  ck_assert (!x->grid && x->t_stop_ms == 10.05 && x->record[0].interval_ms == 0.25);
  ictus_experiment_destroy (&x);
  ictus_conf_destroy (&c);
}
END_TEST

START_TEST (the_manual_has_every_key)
{
  static const char *const keys[] = { "\\fBseed\\fR",
                                      "\\fBrun.t_stop\\fR",
                                      "\\fBpopulations.\\fINAME\\fB.solver.rtol\\fR",
                                      "only with \\fBrule\\fR fixed_indegree; required",
                                      "\\fBsweep.axes.\\fINAME\\fB.spacing\\fR",
                                      "quantity in ms, greater than 0; default: 100 ms" };
  ictus_text t = { 0 };

  ictus_conf_manual (&t);
  ck_assert (!t.failed);
  for (size_t k = 0; k < sizeof keys / sizeof *keys; ++k)
    ck_assert_msg (strstr (t.s, keys[k]) != NULL, "%s", keys[k]);
  ictus_text_clear (&t);
}
END_TEST

CONF_MAIN ("conf_experiment", every_key_arrives_in_the_record, axes_have_values_units_and_places,
           designs_repeats_and_thresholds_arrive,
           defaults_are_as_documented, what_is_emitted_gives_the_same_experiment,
           paths_become_absolute_for_another_folder, with_exact_timing_times_lie_anywhere,
           the_manual_has_every_key)
