/* SPDX-License-Identifier: BSD-3-Clause */
/* Every kind of mistake in an experiment, with its place and message. */
#include "conf_check.h"

/* An experiment of one section a line; a case replaces one of them. */
static const char *const sections[] = {
  "ictus: 1",
  "run: {t_stop: 10 ms}",
  "populations: {E: {size: 10, model: lif}, P: {size: 3, spike_file: s.txt}}",
  "projections: {a: {source: E, target: E, rule: fixed_indegree, indegree: 3, delay: 1 ms}}",
  "stimuli: {s: {type: dc_generator, target: E, amplitude: 3 pA}}",
  "record: {r: {type: trace, population: E, variables: V_m}}",
  "output: {flush: 100 ms}",
  "sweep: {axes: {g: {set: projections.a.scale, values: [1, 2]}}}",
};
enum
{
  NSECTION = sizeof sections / sizeof *sections
};

typedef struct mistake
{
  int section;
  const char *text, *message;
} mistake;

static void
check_all (const mistake *list, size_t n)
{
  for (size_t k = 0; k < n; ++k)
    {
      size_t live = ictus_mem_live (), first;
      ictus_text t = { 0 };
      ictus_conf *c;
      ictus_experiment *x;
      ictus_err e;

      for (int s = 0; s < NSECTION; ++s)
        ictus_text_add (&t, "%s\n", s == list[k].section ? list[k].text : sections[s]);
      c = conf_of (t.s);
      e = ictus_experiment_read (c, &x);
      ck_assert_msg (e == ICTUS_E_INPUT, "%s: accepted", list[k].text);
      ck_assert_ptr_null (x);
      first = strcspn (ictus_err_last (), "\n");
      ck_assert_msg (strlen (list[k].message) == first
                         && strncmp (ictus_err_last (), list[k].message, first) == 0,
                     "%s\nsays     %s\nexpected %s", list[k].text, ictus_err_last (), list[k].message);
      ictus_conf_destroy (&c);
      ictus_text_clear (&t);
      ck_assert_uint_eq (ictus_mem_live (), live);
    }
}

START_TEST (the_experiment_without_mistakes_is_accepted)
{
  ictus_text t = { 0 };
  ictus_conf *c;
  ictus_experiment *x;

  for (int s = 0; s < NSECTION; ++s)
    ictus_text_add (&t, "%s\n", sections[s]);
  c = conf_of (t.s);
  x = experiment_of (c);
  ictus_experiment_destroy (&x);
  ictus_conf_destroy (&c);
  ictus_text_clear (&t);
}
END_TEST

START_TEST (keys_that_are_unknown_missing_or_misplaced_are_told)
{
  static const mistake list[] = {
    { 0, "ictus: 2", "x.yaml:1:8: expected 1, found '2'" },
    { 0, "ictus: [1]", "x.yaml:1:1: expected 1, found a list" },
    { 0, "Ictus: 1", "x.yaml:1:1: unknown key 'Ictus'; did you mean 'ictus'?" },
    { 0, "name: x", "x.yaml:1:1: the key 'ictus' is missing (version of this format: 1)" },
    { 0, "ictus: 1\nauthor: me",
      "x.yaml:2:1: unknown key 'author'; expected one of ictus, name, description, seed, run, populations, "
      "projections, stimuli, record, output, checkpoint, sweep" },
    { 1, "run: {t_stop: 10 ms, resolutoin: 0.1}",
      "x.yaml:2:22: unknown key 'resolutoin'; did you mean 'resolution'?" },
    { 1, "run: {t_stop: 10 ms, xyz: 0.1}",
      "x.yaml:2:22: unknown key 'xyz'; expected one of t_stop, resolution, timing, restart_mark, partition, exchange" },
    { 1, "run: {}", "x.yaml:2:1: the key 't_stop' is missing in run (model time to simulate)" },
    { 1, "seed: 1", "x.yaml:1:1: the key 'run' is missing (how long, and on which grid of time)" },
    { 1, "run: 10 ms", "x.yaml:2:6: expected a map, found '10 ms'" },
    { 1, "run: [10 ms]", "x.yaml:2:1: expected a map, found a list" },
    { 2, "populations: {}", "x.yaml:3:1: there is nothing in 'populations'" },
    { 2, "populations: {1E: {size: 1, model: lif}}",
      "x.yaml:3:15: '1E' is not a name: expected a letter, then up to 62 letters, digits, '_' or '-'" },
    { 2, "populations: {E: 5}", "x.yaml:3:18: expected a map, found '5'" },
    { 2, "populations: {E: {model: lif}}",
      "x.yaml:3:15: the key 'size' is missing in populations.E (number of neurons)" },
    { 2, "populations: {E: {size: 10}}",
      "x.yaml:3:15: the population 'E' needs a 'model' (or a 'spike_file' to replay)" },
    { 2, "populations: {E: {size: 10, model: lif, spike_file: x}}",
      "x.yaml:3:41: 'spike_file' and 'model' exclude each other" },
    { 2, "populations: {E: {size: 3, spike_file: x, init: {V_m: 3}}}",
      "x.yaml:3:43: 'init' is possible only together with 'model'" },
    { 0, "ictus: 1\nname: a/b",
      "x.yaml:2:7: the name becomes that of a folder: it cannot contain '/' or begin with '.'" },
    { 0, "ictus: 1\nname: .hidden",
      "x.yaml:2:7: the name becomes that of a folder: it cannot contain '/' or begin with '.'" },
    { 0, "ictus: 1\nseed: -1", "x.yaml:2:7: expected a whole number of at least 0, found '-1'" },
    { 0, "ictus: 1\ndescription: [a]", "x.yaml:2:1: expected a text, found a list" },
  };

  check_all (list, sizeof list / sizeof *list);
}
END_TEST

START_TEST (values_of_the_wrong_kind_or_size_are_told)
{
  static const mistake list[] = {
    { 1, "run: {t_stop: 0}", "x.yaml:2:15: expected a quantity in ms greater than 0, found '0'" },
    { 1, "run: {t_stop: -5 ms}", "x.yaml:2:15: expected a quantity in ms greater than 0, found '-5 ms'" },
    { 1, "run: {t_stop: abc}", "x.yaml:2:15: expected a quantity in ms greater than 0, found 'abc'" },
    { 1, "run: {t_stop: 5 mV}", "x.yaml:2:15: expected a quantity in ms, found mV" },
    { 1, "run: {t_stop: 5 mss}",
      "x.yaml:2:15: expected a quantity in ms greater than 0: unknown unit 'mss'; did you mean 'ms'?" },
    { 1, "run: {t_stop: [5]}", "x.yaml:2:7: expected a quantity in ms greater than 0, found a list" },
    { 1, "run: {t_stop: {a: 1}}", "x.yaml:2:7: expected a quantity in ms greater than 0, found a map" },
    { 1, "run: {t_stop: 1e999}",
      "x.yaml:2:15: expected a quantity in ms greater than 0: '1e999' is too large" },
    { 1, "run: {t_stop: \"\"}", "x.yaml:2:15: expected a quantity in ms greater than 0, found ''" },
    { 1, "run: {t_stop: 10 ms, timing: exakt}",
      "x.yaml:2:30: expected one of grid, exact, found 'exakt'; did you mean 'exact'?" },
    { 1, "run: {t_stop: 10 ms, timing: [grid]}", "x.yaml:2:22: expected one of grid, exact, found a list" },
    { 1, "run: {t_stop: 10, partition: {a: b}}", "x.yaml:2:19: expected a text, found a map" },
    { 2, "populations: {E: {size: 0, model: lif}}",
      "x.yaml:3:25: expected a whole number from 1 to 4000000000, found '0'" },
    { 2, "populations: {E: {size: 1.5, model: lif}}",
      "x.yaml:3:25: expected a whole number from 1 to 4000000000, found '1.5'" },
    { 2, "populations: {E: {size: 5000000000, model: lif}}",
      "x.yaml:3:25: expected a whole number from 1 to 4000000000, found '5000000000'" },
    { 2, "populations: {E: {size: 10, model: [lif]}}", "x.yaml:3:29: expected a text, found a list" },
    { 2, "populations: {E: {size: 10, model: lif, params: [1]}}",
      "x.yaml:3:41: expected a map of names to values, found a list" },
    { 2, "populations: {E: {size: 10, model: lif, params: {g: abc}}}",
      "x.yaml:3:53: expected a number, found 'abc'" },
    { 2, "populations: {E: {size: 10, model: lif, params: {g: 3 nz}}}",
      "x.yaml:3:53: expected a number: unknown unit 'nz'; did you mean 'nS'?" },
    { 2, "populations: {E: {size: 10, model: lif, solver: {rtol: 0}}}",
      "x.yaml:3:56: expected a number greater than 0, at most 1, found '0'" },
    { 2, "populations: {E: {size: 10, model: lif, solver: {rtol: 2}}}",
      "x.yaml:3:56: expected a number greater than 0, at most 1, found '2'" },
    { 2, "populations: {E: {size: 10, model: lif, solver: {atol: [1]}}}",
      "x.yaml:3:50: expected a number or a map of states to numbers, found a list" },
    { 2, "populations: {E: {size: 10, model: lif, solver: {atol: {V_m: -1}}}}",
      "x.yaml:3:62: expected a number greater than 0, found '-1'" },
    { 2, "populations: {E: {size: 10, model: lif, solver: [exact]}}",
      "x.yaml:3:41: expected a map, found a list" },
    { 2, "populations: {E: {size: 10, model: lif, solver: {max_step: -1}}}",
      "x.yaml:3:60: expected a quantity in ms of at least 0, found '-1'" },
    { 6, "output: {flush: 0}", "x.yaml:7:17: expected a quantity in ms greater than 0, found '0'" },
  };

  check_all (list, sizeof list / sizeof *list);
}
END_TEST

START_TEST (times_that_miss_the_grid_are_told)
{
  static const mistake list[] = {
    { 1, "run: {t_stop: 10.05}",
      "x.yaml:2:7: 't_stop' (10.05 ms) is not a multiple of the resolution (0.1 ms)" },
    { 1, "run: {t_stop: 10, restart_mark: 0.15}",
      "x.yaml:2:19: 'restart_mark' (0.15 ms) is not a multiple of the resolution (0.1 ms)" },
    { 1, "run: {t_stop: 9, resolution: 0.3}",
      "x.yaml:2:1: 'restart_mark' (100 ms by default) is not a multiple of the resolution (0.3 ms)" },
    { 2, "populations: {E: {size: 10, model: lif, solver: {dt: 0.03}}}",
      "x.yaml:3:50: 'dt' (0.03 ms) does not divide the resolution (0.1 ms)" },
    { 5, "record: {r: {type: rate, population: E, interval: 0.25}}",
      "x.yaml:6:41: 'interval' (0.25 ms) is not a multiple of the resolution (0.1 ms)" },
    { 5, "record: {r: {type: rate, population: E, start: 0.25}}",
      "x.yaml:6:41: 'start' (0.25 ms) is not a multiple of the resolution (0.1 ms)" },
  };

  check_all (list, sizeof list / sizeof *list);
}
END_TEST

START_TEST (wrong_projections_are_told)
{
  static const mistake list[] = {
    { 3, "projections: {a: {source: E, target: E, delay: 1 ms, rule: fixed_indegre, indegree: 3}}",
      "x.yaml:4:60: expected one of one_to_one, all_to_all, fixed_indegree, fixed_outdegree, "
      "fixed_total_number, pairwise_bernoulli, list, found 'fixed_indegre'; did you mean 'fixed_indegree'?" },
    { 3, "projections: {a: {source: E, target: E, delay: 1 ms, rule: random}}",
      "x.yaml:4:60: expected one of one_to_one, all_to_all, fixed_indegree, fixed_outdegree, "
      "fixed_total_number, pairwise_bernoulli, list, found 'random'" },
    { 3, "projections: {a: {source: E, target: E, delay: 1 ms, indegree: 3}}",
      "x.yaml:4:15: the key 'rule' is missing in projections.a (one of one_to_one, all_to_all, "
      "fixed_indegree, fixed_outdegree, fixed_total_number, pairwise_bernoulli, list)" },
    { 3, "projections: {a: {source: E, target: E, delay: 1 ms, rule: fixed_indegree}}",
      "x.yaml:4:15: the key 'indegree' is missing in projections.a (synapses of each target neuron)" },
    { 3, "projections: {a: {source: E, target: E, delay: 1 ms, rule: fixed_indegree, outdegree: 3}}",
      "x.yaml:4:76: 'outdegree' belongs to rule fixed_outdegree; rule fixed_indegree needs 'indegree'" },
    { 3, "projections: {a: {source: E, target: E, delay: 1 ms, rule: fixed_indegree, indegree: 3, p: 0.5}}",
      "x.yaml:4:89: 'p' belongs to rule pairwise_bernoulli; rule fixed_indegree does not take it" },
    { 3, "projections: {a: {source: E, target: E, delay: 1 ms, rule: pairwise_bernoulli, p: 1.5}}",
      "x.yaml:4:83: expected a number from 0 to 1, found '1.5'" },
    { 3, "projections: {a: {source: E, target: E, delay: 1 ms, rule: pairwise_bernoulli, N: 10}}",
      "x.yaml:4:80: 'N' belongs to rule fixed_total_number; rule pairwise_bernoulli needs 'p'" },
    { 3, "projections: {a: {source: E, target: E, delay: 1 ms, rule: all_to_all, N: 10}}",
      "x.yaml:4:72: 'N' belongs to rule fixed_total_number; rule all_to_all does not take it" },
    { 3, "projections: {a: {source: E, target: E, delay: 1 ms, rule: list}}",
      "x.yaml:4:15: the key 'file' is missing in projections.a (text with lines \"source target [weight "
      "[delay]]\", counted from 0 within the populations)" },
    { 3,
      "projections: {a: {source: E, target: E, delay: 1 ms, rule: fixed_indegree, indegree: 11, "
      "allow_multapses: false}}",
      "x.yaml:4:76: 'indegree' is 11, but from 'E' to 'E' there are only 10 possible (allow_multapses is "
      "false)" },
    { 3,
      "projections: {a: {source: E, target: E, delay: 1 ms, rule: fixed_indegree, indegree: 10, "
      "allow_multapses: false, allow_autapses: false}}",
      "x.yaml:4:76: 'indegree' is 10, but from 'E' to 'E' there are only 9 possible (allow_multapses is "
      "false)" },
    { 3,
      "projections: {a: {source: E, target: E, delay: 1 ms, rule: fixed_outdegree, outdegree: 11, "
      "allow_multapses: false}}",
      "x.yaml:4:77: 'outdegree' is 11, but from 'E' to 'E' there are only 10 possible (allow_multapses is "
      "false)" },
    { 3,
      "projections: {a: {source: E, target: E, delay: 1 ms, rule: fixed_total_number, N: 101, "
      "allow_multapses: false}}",
      "x.yaml:4:80: 'N' is 101, but from 'E' to 'E' there are only 100 possible (allow_multapses is false)" },
    { 3, "projections: {a: {source: E, target: E, delay: 1 ms, rule: all_to_all, allow_autapses: no}}",
      "x.yaml:4:88: expected true or false, found 'no'" },
    { 3, "projections: {a: {source: E, target: E, delay: 1 ms, rule: all_to_all, weight: [1, 2]}}",
      "x.yaml:4:72: a list is not possible here; expected one value or a distribution" },
    { 3, "projections: {a: {source: E, target: E, delay: 1 ms, rule: all_to_all, weight: 3 nz}}",
      "x.yaml:4:80: expected a number: unknown unit 'nz'; did you mean 'nS'?" },
    { 3, "projections: {a: {source: E, target: E, delay: 1 ms, rule: all_to_all, wieght: 3}}",
      "x.yaml:4:72: unknown key 'wieght'; did you mean 'weight'?" },
    { 3, "projections: {a: {source: E, target: E, delay: 1 ms, rule: all_to_all, scale: x}}",
      "x.yaml:4:79: expected a number, found 'x'" },
    { 3, "projections: {a: {source: E, target: E, delay: 1 ms, rule: fixed_indegree, indegree: -1}}",
      "x.yaml:4:86: expected a whole number of at least 0, found '-1'" },
    { 3, "projections: {a: {rule: all_to_all, source: e, target: E, delay: 1}}",
      "x.yaml:4:45: there is no population 'e'; did you mean 'E'?" },
    { 3, "projections: {a: {rule: all_to_all, source: Purkinje, target: E, delay: 1}}",
      "x.yaml:4:45: there is no population 'Purkinje'; there is E, P" },
    { 3, "projections: {a: {rule: all_to_all, source: E, target: [E, X], delay: 1}}",
      "x.yaml:4:60: there is no population 'X'; there is E, P" },
    { 3, "projections: {a: {rule: all_to_all, source: E, target: [E, E], delay: 1}}",
      "x.yaml:4:60: the population 'E' is named twice" },
    { 3, "projections: {a: {rule: all_to_all, source: E, target: [], delay: 1}}",
      "x.yaml:4:48: the list is empty" },
    { 3, "projections: {a: {rule: all_to_all, source: E, target: P, delay: 1}}",
      "x.yaml:4:56: the population 'P' replays spikes: it has no states and receives no input" },
    { 3, "projections: {a: {rule: all_to_all, source: E, target: E}}",
      "x.yaml:4:15: the key 'delay' is missing in projections.a (time from a spike to its arrival; the "
      "smallest delay of all sets how often ranks communicate)" },
    { 3, "projections: {a: {rule: all_to_all, source: E, target: E, delay: 0}}",
      "x.yaml:4:66: expected a quantity in ms greater than 0, found '0'" },
    { 3, "projections: {a: {rule: all_to_all, source: E, target: E, delay: -1 ms}}",
      "x.yaml:4:66: expected a quantity in ms greater than 0, found '-1 ms'" },
    { 3, "projections: {a: {rule: all_to_all, source: E, target: E, delay: 1 mV}}",
      "x.yaml:4:66: expected a quantity in ms, found mV" },
    { 3, "projections: {a: {rule: all_to_all, source: E, target: E, delay: 0.05}}",
      "x.yaml:4:66: the delay (0.05 ms) is shorter than the resolution (0.1 ms)" },
    { 3, "projections: {a: {rule: all_to_all, source: E, target: E, delay: [1]}}",
      "x.yaml:4:59: a list is not possible here; expected one value or a distribution" },
    { 3,
      "projections: {a: {rule: all_to_all, source: E, target: E, delay: {distribution: normal, mean: 1, std: "
      "1}}}",
      "x.yaml:4:59: this distribution needs the key 'min', greater than 0 ms" },
    { 3,
      "projections: {a: {rule: all_to_all, source: E, target: E, delay: {distribution: normal, mean: 1, std: "
      "1, min: 0}}}",
      "x.yaml:4:106: 'min' must be greater than 0 ms" },
    { 3,
      "projections: {a: {rule: all_to_all, source: E, target: E, delay: {distribution: uniform, min: 0.01, "
      "max: 1}}}",
      "x.yaml:4:90: the smallest delay (0.01 ms) is shorter than the resolution (0.1 ms)" },
    { 3, "projections: {a: {rule: all_to_all, source: [E], target: E, delay: 1}}",
      "x.yaml:4:37: expected a text, found a list" },
    { 3, "projections: {a: {source: P, target: E, rule: one_to_one, delay: 1}}",
      "x.yaml:4:41: one_to_one needs populations of equal size: 'P' has 3 neurons, 'E' has 10" },
  };

  check_all (list, sizeof list / sizeof *list);
}
END_TEST

START_TEST (wrong_stimuli_are_told)
{
  static const mistake list[] = {
    { 4, "stimuli: {s: {target: E, type: poisson}}",
      "x.yaml:5:32: expected one of poisson_generator, dc_generator, ac_generator, step_current_generator, "
      "found 'poisson'; did you mean 'poisson_generator'?" },
    { 4, "stimuli: {s: {target: E, type: poisson_generator}}",
      "x.yaml:5:11: the key 'rate' is missing in stimuli.s (rate of the Poisson train that each neuron gets "
      "for itself)" },
    { 4, "stimuli: {s: {target: E, type: poisson_generator, rate: -1}}",
      "x.yaml:5:57: expected a quantity in spikes/s from 0 to 1000000000, found '-1'" },
    { 4, "stimuli: {s: {target: E, type: poisson_generator, rate: 1 mV}}",
      "x.yaml:5:57: expected a quantity in spikes/s, found mV" },
    { 4, "stimuli: {s: {target: E, type: poisson_generator, rate: 1, amplitude: 3}}",
      "x.yaml:5:60: 'amplitude' belongs to type dc_generator, ac_generator; type poisson_generator does not "
      "take it" },
    { 4, "stimuli: {s: {target: E, type: dc_generator, rate: 1}}",
      "x.yaml:5:46: 'rate' belongs to type poisson_generator; type dc_generator needs 'amplitude'" },
    { 4, "stimuli: {s: {target: E, type: dc_generator, amplitude: 1, stop: 0}}",
      "x.yaml:5:60: 'stop' must be later than 'start'" },
    { 4, "stimuli: {s: {target: E, type: dc_generator, amplitude: 1, start: 5, stop: 5}}",
      "x.yaml:5:70: 'stop' must be later than 'start'" },
    { 4, "stimuli: {s: {target: E, type: ac_generator, amplitude: 1}}",
      "x.yaml:5:11: the key 'frequency' is missing in stimuli.s (frequency of the oscillation)" },
    { 4, "stimuli: {s: {target: E, type: ac_generator, amplitude: 1, frequency: 3, phase: 1 ms}}",
      "x.yaml:5:81: expected a quantity in deg, found ms" },
    { 4,
      "stimuli: {s: {target: E, type: step_current_generator, amplitude_times: [0, 5], amplitude_values: "
      "[1]}}",
      "x.yaml:5:81: expected 2 values, as many as 'amplitude_times', found 1" },
    { 4,
      "stimuli: {s: {target: E, type: step_current_generator, amplitude_times: [5, 5], amplitude_values: [1, "
      "2]}}",
      "x.yaml:5:77: times must ascend, found '5' behind '5'" },
    { 4, "stimuli: {s: {target: E, type: step_current_generator, amplitude_times: 5, amplitude_values: [1]}}",
      "x.yaml:5:73: expected a list of numbers, found '5'" },
    { 4,
      "stimuli: {s: {target: E, type: step_current_generator, amplitude_times: [-5], amplitude_values: [1]}}",
      "x.yaml:5:74: expected a quantity in ms of at least 0, found '-5'" },
    { 4, "stimuli: {s: {target: E, type: dc_generator, amplitude: 1, neurons: 10}}",
      "x.yaml:5:69: neuron 10 does not exist: the population has 10 (0 to 9)" },
    { 4, "stimuli: {s: {target: E, type: dc_generator, amplitude: 1, neurons: {a: 1}}}",
      "x.yaml:5:60: expected neurons such as all, 3, \"0-49, 60\" or [0, 1, \"5-9\"], found a map" },
    { 4, "stimuli: {s: {type: dc_generator, amplitude: 1, target: P}}",
      "x.yaml:5:57: the population 'P' replays spikes: it has no states and receives no input" },
    { 4, "stimuli: {s: {type: dc_generator, amplitude: 1, target: F}}",
      "x.yaml:5:57: there is no population 'F'; there is E, P" },
  };

  check_all (list, sizeof list / sizeof *list);
}
END_TEST

START_TEST (wrong_recorders_are_told)
{
  static const mistake list[] = {
    { 5, "record: {r: {type: spike, population: E}}",
      "x.yaml:6:20: expected one of spikes, trace, rate, mean, found 'spike'; did you mean 'spikes'?" },
    { 5, "record: {r: {population: E}}",
      "x.yaml:6:10: the key 'type' is missing in record.r (one of spikes, trace, rate, mean)" },
    { 5, "record: {r: {type: spikes}}",
      "x.yaml:6:10: the key 'population' is missing in record.r (population; for spikes and rate also a list "
      "of populations)" },
    { 5, "record: {r: {type: spikes, population: Q}}",
      "x.yaml:6:40: there is no population 'Q'; there is E, P" },
    { 5, "record: {r: {type: spikes, population: E, variables: V_m}}",
      "x.yaml:6:43: 'variables' belongs to type trace, mean; type spikes does not take it" },
    { 5, "record: {r: {type: trace, population: E}}",
      "x.yaml:6:10: the key 'variables' is missing in record.r (name of a state or auxiliary quantity of the "
      "model, or a list)" },
    { 5, "record: {r: {type: trace, population: [E, P], variables: V_m}}",
      "x.yaml:6:27: type trace takes one population; write a recorder for each" },
    { 5, "record: {r: {type: mean, population: P, variables: V_m}}",
      "x.yaml:6:38: the population 'P' replays spikes: it has no states and receives no input" },
    { 5, "record: {r: {type: mean, population: E, variables: V_m, neurons: 3}}",
      "x.yaml:6:57: 'neurons' belongs to type trace; type mean does not take it" },
    { 5, "record: {r: {type: trace, population: E, variables: []}}", "x.yaml:6:42: the list is empty" },
    { 5, "record: {r: {type: trace, population: E, variables: {a: b}}}",
      "x.yaml:6:42: expected a name or a list of names, found a map" },
    { 5, "record: {r: {type: trace, population: E, variables: V_m, neurons: 3-12}}",
      "x.yaml:6:67: neuron 12 does not exist: the population has 10 (0 to 9)" },
    { 5, "record: {r: {type: trace, population: E, variables: V_m, interval: 0}}",
      "x.yaml:6:68: expected a quantity in ms greater than 0, found '0'" },
    { 5, "record: {r: {type: spikes, population: E, interval: 1}}",
      "x.yaml:6:43: 'interval' belongs to type trace, rate, mean; type spikes does not take it" },
  };

  check_all (list, sizeof list / sizeof *list);
}
END_TEST

START_TEST (wrong_sweeps_are_told)
{
  static const mistake list[] = {
    { 7, "sweep: {}",
      "x.yaml:8:1: the key 'axes' is missing in sweep (axes of the grid, under names of your choice)" },
    { 7, "sweep: {axes: {}}", "x.yaml:8:9: there is nothing in 'axes'" },
    { 7, "sweep: {axes: {g: {values: [1]}}}",
      "x.yaml:8:16: the key 'set' is missing in sweep.axes.g (key that gets the values, such as "
      "projections.exc.scale, or a list of keys)" },
    { 7, "sweep: {axes: {g: {set: projections.a.scale}}}",
      "x.yaml:8:16: the axis 'g' needs 'values', or 'from', 'to' and 'n'" },
    { 7, "sweep: {axes: {g: {set: projections.a.scale, from: 1, to: 2}}}",
      "x.yaml:8:16: the axis 'g' needs 'values', or 'from', 'to' and 'n'" },
    { 7, "sweep: {axes: {g: {set: projections.a.scale, values: [1], n: 3}}}",
      "x.yaml:8:59: 'n' and 'values' exclude each other" },
    { 7, "sweep: {axes: {g: {set: projections.a.scale, values: []}}}", "x.yaml:8:46: the list is empty" },
    { 7, "sweep: {axes: {g: {set: projections.a.scale, values: [x]}}}",
      "x.yaml:8:55: expected a number, found 'x'" },
    { 7, "sweep: {axes: {g: {set: projections.a.skale, values: [1]}}}",
      "x.yaml:8:25: the axis 'g' cannot set projections.a.skale=1: there is no 'skale' in projections.a; did "
      "you mean 'scale'?" },
    { 7, "sweep: {axes: {g: {set: projections.b.scale, values: [1]}}}",
      "x.yaml:8:25: the axis 'g' cannot set projections.b.scale=1: there is no 'b' in projections" },
    { 7, "sweep: {axes: {g: {set: projections.a.source, values: [1]}}}",
      "x.yaml:8:25: an axis cannot set 'projections.a.source'; expected the key of a number" },
    { 7, "sweep: {axes: {g: {set: sweep.discard, values: [1]}}}",
      "x.yaml:8:25: an axis cannot set 'sweep.discard'; expected the key of a number" },
    { 7, "sweep: {axes: {g: {set: projections.a.delay, values: [1, 0]}}}",
      "x.yaml:8:25: the axis 'g' cannot set projections.a.delay=0: expected a quantity in ms greater than 0, "
      "found '0'" },
    { 7, "sweep: {axes: {g: {set: projections.a.delay, values: [1 ms, 1 mV]}}}",
      "x.yaml:8:61: expected a quantity in ms, found mV" },
    { 7, "sweep: {axes: {g: {set: projections.a.delay, values: [1 mV]}}}",
      "x.yaml:8:25: the axis 'g' cannot set projections.a.delay=1 mV: expected a quantity in ms, found mV" },
    { 7, "sweep: {axes: {g: {set: projections.a.indegree, values: [1, 1.5, 2]}}}",
      "x.yaml:8:25: the axis 'g' cannot set projections.a.indegree=1.5: expected a whole number of at least "
      "0, found '1.5'" },
    { 7, "sweep: {axes: {g: {set: projections.a.scale, from: 0, to: 1, n: 3, spacing: log}}}",
      "x.yaml:8:46: a log range lies above 0" },
    { 7, "sweep: {axes: {g: {set: projections.a.scale, from: 0, to: 1, n: 0}}}",
      "x.yaml:8:65: expected a whole number from 1 to 1000000, found '0'" },
    { 7, "sweep: {axes: {g: {set: [projections.a.scale, projections.a.scale], values: [1]}}}",
      "x.yaml:8:47: 'projections.a.scale' is set twice, first by the axis 'g'" },
    { 7, "sweep: {axes: {g: {set: projections.a.scale, values: [1], unit: ms}}}",
      "x.yaml:8:25: the axis 'g' cannot set projections.a.scale=1 ms: expected a number without unit, found "
      "ms" },
    { 7, "sweep: {axes: {g: {set: projections.a.scale, values: [1], unit: mz}}}",
      "x.yaml:8:65: unknown unit 'mz'; did you mean 'mV'?" },
    { 7, "sweep: {axes: {g: {set: projections.a.scale, values: [1], spacing: lin}}}",
      "x.yaml:8:59: 'spacing' is possible only together with 'from'" },
    { 7, "sweep: {axes: {g: {set: projections.a.scale, values: [1]}}, seizure: {chi: 2}}",
      "x.yaml:8:76: expected a number from 0 to 1, found '2'" },
    { 7, "sweep: {axes: {g: {set: projections.a.scale, values: [1]}}, ranks_per_point: 0}",
      "x.yaml:8:78: expected a whole number from 1 to 1000000, found '0'" },
    { 7, "sweep: {axes: {g: {set: projections.a.scale, values: [1]}}, repeats: 0}",
      "x.yaml:8:70: expected a whole number from 1 to 1000000, found '0'" },
    { 7, "sweep: {axes: {g: {set: projections.a.scale, from: 0, to: 1}}, design: latin}",
      "x.yaml:8:72: expected one of grid, latin_hypercube, random, found 'latin'; did you mean 'latin_hypercube'?" },
    { 7, "sweep: {axes: {g: {set: projections.a.scale, from: 0, to: 1}}, design: randon, points: 5}",
      "x.yaml:8:72: expected one of grid, latin_hypercube, random, found 'randon'; did you mean 'random'?" },
    { 7, "sweep: {axes: {g: {set: projections.a.scale, from: 0, to: 1}}, design: random}",
      "x.yaml:8:1: the key 'points' is missing in sweep (number of points that are drawn)" },
    { 7, "sweep: {axes: {g: {set: projections.a.scale, values: [1]}}, points: 5}",
      "x.yaml:8:61: 'points' belongs to design latin_hypercube, random; design grid does not take it" },
    { 7, "sweep: {axes: {g: {set: projections.a.scale, from: 0, to: 1, n: 3}}, design: random, points: 5}",
      "x.yaml:8:62: 'n' belongs to design grid; design random draws 'points' of sweep between 'from' and 'to' of "
      "each axis" },
    { 7, "sweep: {axes: {g: {set: projections.a.scale, from: 0}}, design: latin_hypercube, points: 5}",
      "x.yaml:8:16: the axis 'g' needs 'from' and 'to', between which design latin_hypercube draws, or 'values' to "
      "choose from" },
    { 7, "sweep: {axes: {g: {set: projections.a.indegree, from: 1, to: 9}}, design: random, points: 5}",
      "x.yaml:8:25: the axis 'g' cannot set projections.a.indegree=1.5: expected a whole number of at least "
      "0, found '1.5'" },
    { 7, "sweep: {axes: {g: {set: projections.a.scale, from: 0, to: 1, spacing: log}}, design: random, points: 5}",
      "x.yaml:8:46: a log range lies above 0" },
  };

  check_all (list, sizeof list / sizeof *list);
}
END_TEST

#define SEARCH(axis, rest) \
  "sweep: {axes: {g_in: {set: projections.a.scale, values: " axis "}}, threshold: {" rest "}}"

START_TEST (wrong_threshold_searches_are_told)
{
  static const mistake list[] = {
    { 7, SEARCH ("[1, 2]", "measure: rate, level: 5"),
      "x.yaml:8:67: the key 'axis' is missing in sweep.threshold (the axis that is searched; its values ascend or "
      "descend)" },
    { 7, SEARCH ("[1, 2]", "axis: g_in, level: 5"),
      "x.yaml:8:67: the key 'measure' is missing in sweep.threshold (one of rate, cv, chi, fano)" },
    { 7, SEARCH ("[1, 2]", "axis: g_in, measure: rate"),
      "x.yaml:8:67: the key 'level' is missing in sweep.threshold (the level: spikes/s for rate, without unit for "
      "the others)" },
    { 7, SEARCH ("[1, 2]", "axis: g_im, measure: rate, level: 5"),
      "x.yaml:8:85: unknown axis 'g_im'; did you mean 'g_in'?" },
    { 7, SEARCH ("[1, 2]", "axis: x, measure: rate, level: 5"),
      "x.yaml:8:85: unknown axis 'x'; expected one of g_in" },
    { 7, SEARCH ("[1, 2]", "axis: g_in, measure: raet, level: 5"),
      "x.yaml:8:100: expected one of rate, cv, chi, fano, found 'raet'; did you mean 'rate'?" },
    { 7, SEARCH ("[1, 2]", "axis: g_in, measure: rate, level: 5 mV"),
      "x.yaml:8:113: expected a quantity in spikes/s, found mV" },
    { 7, SEARCH ("[1, 2]", "axis: g_in, measure: chi, level: 5 Hz"),
      "x.yaml:8:112: expected a number without unit, found Hz" },
    { 7, SEARCH ("[1, 2]", "axis: g_in, measure: chi, level: 0.4, population: F"),
      "x.yaml:8:129: there is no population 'F'; there is E, P" },
    { 7, SEARCH ("[1]", "axis: g_in, measure: rate, level: 5"),
      "x.yaml:8:82: the axis 'g_in' has only one value; a threshold search needs at least two" },
    { 7, SEARCH ("[1, 3, 2]", "axis: g_in, measure: rate, level: 5"),
      "x.yaml:8:88: the values of the axis 'g_in' neither ascend nor descend: value 2 is 3, value 3 is 2; a "
      "threshold search needs them in order" },
    { 7, "sweep: {axes: {g: {set: projections.a.scale, from: 1, to: 2}}, design: random, points: 5, threshold: {axis: g, "
         "measure: rate, level: 5}}",
      "x.yaml:8:91: a threshold search needs design grid, found design random" },
  };

  check_all (list, sizeof list / sizeof *list);
}
END_TEST

CONF_MAIN ("conf_errors", the_experiment_without_mistakes_is_accepted,
           keys_that_are_unknown_missing_or_misplaced_are_told, values_of_the_wrong_kind_or_size_are_told,
           times_that_miss_the_grid_are_told, wrong_projections_are_told, wrong_stimuli_are_told,
           wrong_recorders_are_told, wrong_sweeps_are_told,
           wrong_threshold_searches_are_told)
