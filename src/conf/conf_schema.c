/* SPDX-License-Identifier: BSD-3-Clause */
/* The one table of keys: checks, defaults, overrides and the manual are made from it. */
#include "conf/conf_impl.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define ANY -HUGE_VAL, HUGE_VAL
#define POSITIVE DBL_MIN, HUGE_VAL
#define NOT_NEGATIVE 0, HUGE_VAL
#define COUNT 0, 9e15
#define NONE 0, 0

static const conf_key table[] = {
  /* path, type, unit, default, lowest, highest, choices, when, required, meaning */
  { "ictus", CONF_WHOLE, "", NULL, 1, 1, NULL, NULL, true, "version of this format: 1" },
  { "name", CONF_TEXT, NULL, "= the name of the file without its ending", NONE, NULL, NULL, false,
    "short name; results go to ./out/NAME unless told otherwise" },
  { "description", CONF_TEXT, NULL, NULL, NONE, NULL, NULL, false, "free text, kept in the results" },
  { "seed", CONF_WHOLE, "", "1", COUNT, NULL, NULL, false, "everything random follows from this number" },

  { "run", CONF_SECTION, NULL, NULL, NONE, NULL, NULL, true, "how long, and on which grid of time" },
  { "run.t_stop", CONF_NUMBER, "ms", NULL, POSITIVE, NULL, NULL, true, "model time to simulate" },
  { "run.resolution", CONF_NUMBER, "ms", "0.1 ms", POSITIVE, NULL, NULL, false, "step of the time grid" },
  { "run.timing", CONF_CHOICE, NULL, "grid", NONE, "grid exact", NULL, false,
    "whether spikes and their arrivals lie on multiples of the resolution or anywhere" },
  { "run.restart_mark", CONF_NUMBER, "ms", "100 ms", POSITIVE, NULL, NULL, false,
    "integrators drop their history at multiples of this time, in every run" },
  { "run.partition", CONF_TEXT, NULL, "block", NONE, NULL, NULL, false,
    "which rank a neuron lives on: block, round-robin, or the path of a partition file; never changes the "
    "results" },
  { "run.exchange", CONF_CHOICE, NULL, "auto", NONE, "auto collective neighbours overlap", NULL, false,
    "how ranks exchange spikes: all with all, only with ranks that have targets, or while the next window is "
    "computed; auto measures and takes the fastest; never changes the results" },

  { "populations", CONF_NAMED, NULL, NULL, NONE, NULL, NULL, true,
    "neurons of one kind, under a name of your choice" },
  { "populations.*", CONF_SECTION, NULL, NULL, NONE, NULL, NULL, false, NULL },
  { "populations.*.size", CONF_WHOLE, "", NULL, 1, 4e9, NULL, NULL, true, "number of neurons" },
  { "populations.*.model", CONF_TEXT, NULL, NULL, NONE, NULL, NULL, false,
    "name of a shipped model (see ictus models) or path of a .ode file; this or spike_file" },
  { "populations.*.spike_file", CONF_TEXT, NULL, NULL, NONE, NULL, NULL, false,
    "the neurons replay these spikes: a SONATA file (.h5) or text with lines \"neuron time_ms\"" },
  { "populations.*.params", CONF_OPEN, NULL, NULL, NONE, NULL, "model", false,
    "parameters of the model that differ from its defaults: a value, or one that differs from neuron to "
    "neuron" },
  { "populations.*.init", CONF_OPEN, NULL, NULL, NONE, NULL, "model", false, "initial states, likewise" },
  { "populations.*.solver", CONF_SECTION, NULL, "{}", NONE, NULL, "model", false,
    "how the equations are integrated; solver: NAME is short for solver: {name: NAME}" },
  { "populations.*.solver.name", CONF_TEXT, NULL, "cvode-bdf", NONE, NULL, NULL, false,
    "integrator: cvode-bdf, cvode-adams, rk45, rosenbrock, auto, exact, exp-euler, rk4, heun, euler, map" },
  { "populations.*.solver.rtol", CONF_NUMBER, "", "1e-4", DBL_MIN, 1, NULL, NULL, false,
    "relative tolerance" },
  { "populations.*.solver.atol", CONF_TOL, "", "1e-4", POSITIVE, NULL, NULL, false,
    "absolute tolerance in the unit of each state: one number, or a map STATE: tolerance (1e-4 for the "
    "others)" },
  { "populations.*.solver.dt", CONF_NUMBER, "ms", "= the resolution", POSITIVE, NULL, NULL, false,
    "step of fixed-step integrators; divides the resolution on the grid" },
  { "populations.*.solver.max_step", CONF_NUMBER, "ms", "0 ms", NOT_NEGATIVE, NULL, NULL, false,
    "largest step of adaptive integrators; 0: no limit" },

  { "projections", CONF_NAMED, NULL, NULL, NONE, NULL, NULL, false,
    "synapses from one population to others" },
  { "projections.*", CONF_SECTION, NULL, NULL, NONE, NULL, NULL, false, NULL },
  { "projections.*.source", CONF_TEXT, NULL, NULL, NONE, NULL, NULL, true,
    "population whose spikes are sent" },
  { "projections.*.target", CONF_TEXTS, NULL, NULL, NONE, NULL, NULL, true,
    "population that receives them, or a list; the rule is applied to each on its own" },
  { "projections.*.rule", CONF_CHOICE, NULL, NULL, NONE,
    "one_to_one all_to_all fixed_indegree fixed_outdegree fixed_total_number pairwise_bernoulli list", NULL,
    true, "who is connected with whom" },
  { "projections.*.indegree", CONF_WHOLE, "", NULL, COUNT, NULL, "rule fixed_indegree", true,
    "synapses of each target neuron" },
  { "projections.*.outdegree", CONF_WHOLE, "", NULL, COUNT, NULL, "rule fixed_outdegree", true,
    "synapses of each source neuron" },
  { "projections.*.N", CONF_WHOLE, "", NULL, COUNT, NULL, "rule fixed_total_number", true,
    "synapses in all" },
  { "projections.*.p", CONF_NUMBER, "", NULL, 0, 1, NULL, "rule pairwise_bernoulli", true,
    "probability of each possible synapse" },
  { "projections.*.file", CONF_TEXT, NULL, NULL, NONE, NULL, "rule list", true,
    "text with lines \"source target [weight [delay]]\", counted from 0 within the populations" },
  { "projections.*.allow_autapses", CONF_FLAG, NULL, "true", NONE, NULL, NULL, false,
    "a neuron may be its own source" },
  { "projections.*.allow_multapses", CONF_FLAG, NULL, "true", NONE, NULL, NULL, false,
    "several synapses of one pair may be drawn" },
  { "projections.*.port", CONF_TEXT, NULL, "= the only port of the target's model", NONE, NULL, NULL, false,
    "where the spikes arrive" },
  { "projections.*.weight", CONF_DRAW, NULL, "1", ANY, NULL, NULL, false,
    "weight of a synapse, in the unit of the port" },
  { "projections.*.scale", CONF_NUMBER, "", "1", ANY, NULL, NULL, false,
    "factor on all weights, handy for sweeps" },
  { "projections.*.delay", CONF_DRAW, "ms", NULL, POSITIVE, NULL, NULL, true,
    "time from a spike to its arrival; the smallest delay of all sets how often ranks communicate" },

  { "stimuli", CONF_NAMED, NULL, NULL, NONE, NULL, NULL, false, "input from outside the network" },
  { "stimuli.*", CONF_SECTION, NULL, NULL, NONE, NULL, NULL, false, NULL },
  { "stimuli.*.type", CONF_CHOICE, NULL, NULL, NONE,
    "poisson_generator dc_generator ac_generator step_current_generator", NULL, true, "what it does" },
  { "stimuli.*.target", CONF_TEXT, NULL, NULL, NONE, NULL, NULL, true, "population" },
  { "stimuli.*.neurons", CONF_NEURONS, NULL, "all", NONE, NULL, NULL, false, "which of its neurons" },
  { "stimuli.*.rate", CONF_NUMBER, "spikes/s", NULL, 0, 1e9, NULL, "type poisson_generator", true,
    "rate of the Poisson train that each neuron gets for itself" },
  { "stimuli.*.port", CONF_TEXT, NULL, "= the only port of the target's model", NONE, NULL,
    "type poisson_generator", false, "where the spikes arrive" },
  { "stimuli.*.weight", CONF_DIST, NULL, "1", ANY, NULL, "type poisson_generator", false,
    "weight of a spike, in the unit of the port" },
  { "stimuli.*.scale", CONF_NUMBER, "", "1", ANY, NULL, "type poisson_generator", false,
    "factor on the weight" },
  { "stimuli.*.input", CONF_TEXT, NULL, "= the only input of the target's model", NONE, NULL,
    "type dc_generator ac_generator step_current_generator", false, "which continuous input is driven" },
  { "stimuli.*.amplitude", CONF_DIST, NULL, NULL, ANY, NULL, "type dc_generator ac_generator", true,
    "the current, or that of the oscillation, in the unit of the input" },
  { "stimuli.*.offset", CONF_DIST, NULL, "0", ANY, NULL, "type ac_generator", false,
    "constant that is added to the oscillation, in the unit of the input" },
  { "stimuli.*.frequency", CONF_NUMBER, "Hz", NULL, NOT_NEGATIVE, NULL, "type ac_generator", true,
    "frequency of the oscillation" },
  { "stimuli.*.phase", CONF_NUMBER, "deg", "0 deg", ANY, NULL, "type ac_generator", false,
    "its phase at time 0" },
  { "stimuli.*.amplitude_times", CONF_NUMBERS, "ms", NULL, NOT_NEGATIVE, NULL, "type step_current_generator",
    true, "times from which the values hold, ascending" },
  { "stimuli.*.amplitude_values", CONF_NUMBERS, NULL, NULL, ANY, NULL, "type step_current_generator", true,
    "the values, as many as times, in the unit of the input; before the first time the current is 0" },
  { "stimuli.*.start", CONF_NUMBER, "ms", "0 ms", NOT_NEGATIVE, NULL, NULL, false, "begin" },
  { "stimuli.*.stop", CONF_NUMBER, "ms", "= never", NOT_NEGATIVE, NULL, NULL, false, "end" },

  { "record", CONF_NAMED, NULL, "= the spikes of all populations", NONE, NULL, NULL, false,
    "what is written to the results" },
  { "record.*", CONF_SECTION, NULL, NULL, NONE, NULL, NULL, false, NULL },
  { "record.*.type", CONF_CHOICE, NULL, NULL, NONE, "spikes trace rate mean", NULL, true,
    "spikes; states and auxiliary quantities of chosen neurons (trace); population rate in bins (rate); "
    "mean of states over a population (mean)" },
  { "record.*.population", CONF_TEXTS, NULL, NULL, NONE, NULL, NULL, true,
    "population; for spikes and rate also a list of populations" },
  { "record.*.neurons", CONF_NEURONS, NULL, "all", NONE, NULL, "type trace", false, "which neurons" },
  { "record.*.variables", CONF_TEXTS, NULL, NULL, NONE, NULL, "type trace mean", true,
    "name of a state or auxiliary quantity of the model, or a list" },
  { "record.*.interval", CONF_NUMBER, "ms",
    "= trace: 0.1 ms or the resolution if that is larger; mean: 1 ms; rate: 5 ms; on "
    "the grid the nearest multiple of the resolution",
    POSITIVE, NULL, "type trace rate mean", false,
    "time between samples, or width of the bins; a multiple of the resolution on the grid" },
  { "record.*.start", CONF_NUMBER, "ms", "0 ms", NOT_NEGATIVE, NULL, NULL, false, "begin" },
  { "record.*.stop", CONF_NUMBER, "ms", "= the end of the run", NOT_NEGATIVE, NULL, NULL, false, "end" },

  { "output", CONF_SECTION, NULL, "{}", NONE, NULL, NULL, false, "how results are written" },
  { "output.flush", CONF_NUMBER, "ms", "1000 ms", POSITIVE, NULL, NULL, false,
    "results are flushed to disk this often, in model time" },

  { "checkpoint", CONF_SECTION, NULL, "{}", NONE, NULL, NULL, false,
    "how often the state is saved, so that a run that was killed goes on; never changes the results" },
  { "checkpoint.interval", CONF_NUMBER, "ms", "0 ms", NOT_NEGATIVE, NULL, NULL, false,
    "model time between checkpoints, each at the next restart mark; 0: none by model time" },
  { "checkpoint.wall", CONF_NUMBER, "s", "15 min", NOT_NEGATIVE, NULL, NULL, false,
    "wall time between checkpoints, each at the next restart mark; 0: none by wall time" },
  { "checkpoint.keep", CONF_WHOLE, "", "2", 1, 1000, NULL, NULL, false, "checkpoints that are kept" },

  { "sweep", CONF_SECTION, NULL, NULL, NONE, NULL, NULL, false, "the points of ictus sweep" },
  { "sweep.design", CONF_CHOICE, NULL, "grid", NONE, "grid latin_hypercube random", NULL, false,
    "all combinations of the values of the axes; or points drawn from their ranges, with one in each of as "
    "many "
    "strata of every axis as there are points (latin_hypercube), or each on its own (random)" },
  { "sweep.points", CONF_WHOLE, "", NULL, 1, 1e8, NULL, "design latin_hypercube random", true,
    "number of points that are drawn" },
  { "sweep.repeats", CONF_WHOLE, "", "1", 1, 1e6, NULL, NULL, false,
    "runs of each point, each with a seed of its own, the same seeds at all points; the first has the seed "
    "of the "
    "experiment" },
  { "sweep.axes", CONF_NAMED, NULL, NULL, NONE, NULL, NULL, true,
    "axes of the grid, under names of your choice" },
  { "sweep.axes.*", CONF_SECTION, NULL, NULL, NONE, NULL, NULL, false, NULL },
  { "sweep.axes.*.set", CONF_TEXTS, NULL, NULL, NONE, NULL, NULL, true,
    "key that gets the values, such as projections.exc.scale, or a list of keys" },
  { "sweep.axes.*.values", CONF_NUMBERS, NULL, NULL, ANY, NULL, NULL, false,
    "list of values; this, or from, to and (for a grid) n; other designs choose among the values" },
  { "sweep.axes.*.from", CONF_NUMBER, NULL, NULL, ANY, NULL, NULL, false,
    "first value, or begin of the range" },
  { "sweep.axes.*.to", CONF_NUMBER, NULL, NULL, ANY, NULL, NULL, false, "last value, or end of the range" },
  { "sweep.axes.*.n", CONF_WHOLE, "", NULL, 1, 1e6, NULL, NULL, false, "number of values, of a grid" },
  { "sweep.axes.*.spacing", CONF_CHOICE, NULL, "= lin", NONE, "lin log", "from", false,
    "equal steps or equal ratios; drawn evenly in the value or in its logarithm" },
  { "sweep.axes.*.unit", CONF_TEXT, NULL, "= that of the values", NONE, NULL, NULL, false,
    "unit of values without one" },
  { "sweep.ranks_per_point", CONF_WHOLE, "", "1", 1, 1e6, NULL, NULL, false,
    "ranks that work on one point together" },
  { "sweep.discard", CONF_NUMBER, "ms", "0 ms", NOT_NEGATIVE, NULL, NULL, false,
    "beginning that is left out of every measure" },
  { "sweep.seizure", CONF_SECTION, NULL, "{}", NONE, NULL, NULL, false,
    "a point is flagged as seizure-like when synchrony and rate reach chi and rate, or the rate reaches "
    "tonic_rate" },
  { "sweep.seizure.chi", CONF_NUMBER, "", "0.4", 0, 1, NULL, NULL, false,
    "synchrony chi (Golomb and Rinzel 1993)" },
  { "sweep.seizure.rate", CONF_NUMBER, "spikes/s", "5 spikes/s", NOT_NEGATIVE, NULL, NULL, false,
    "mean rate of synchronous firing" },
  { "sweep.seizure.tonic_rate", CONF_NUMBER, "spikes/s", "100 spikes/s", NOT_NEGATIVE, NULL, NULL, false,
    "mean rate that is runaway firing whatever the synchrony" },
  { "sweep.threshold", CONF_SECTION, NULL, NULL, NONE, NULL, NULL, false,
    "search for the place on one axis of the grid where a measure crosses a level, for every combination of "
    "the "
    "other axes, instead of running the whole grid" },
  { "sweep.threshold.axis", CONF_TEXT, NULL, NULL, NONE, NULL, NULL, true,
    "the axis that is searched; its values ascend or descend" },
  { "sweep.threshold.measure", CONF_CHOICE, NULL, NULL, NONE, "rate cv chi fano", NULL, true,
    "what crosses the level, as the mean of the repeats" },
  { "sweep.threshold.population", CONF_TEXT, NULL, "= all of them together", NONE, NULL, NULL, false,
    "population that is measured" },
  { "sweep.threshold.level", CONF_NUMBER, NULL, NULL, ANY, NULL, NULL, true,
    "the level: spikes/s for rate, without unit for the others" },
};
enum
{
  NKEY = sizeof table / sizeof *table
};

const conf_key *
conf_schema_at (size_t k)
{
  return k < NKEY ? &table[k] : NULL;
}

/* Compare part by part; * of the pattern matches any one part. The pattern ends at `end`. */
static bool
matches (const char *pattern, const char *end, const char *path)
{
  while (pattern < end)
    {
      if (*pattern == '*')
        {
          if (*path == '\0')
            return false;
          ++pattern;
          while (*path != '.' && *path != '\0')
            ++path;
        }
      else if (*pattern++ != *path++)
        return false;
    }
  return *path == '\0';
}

const conf_key *
conf_schema_find (const char *path)
{
  for (size_t k = 0; k < NKEY; ++k)
    if (matches (table[k].path, table[k].path + strlen (table[k].path), path))
      return &table[k];
  return NULL;
}

const char *
conf_schema_name (const conf_key *key)
{
  const char *dot = strrchr (key->path, '.');

  return dot != NULL ? dot + 1 : key->path;
}

bool
conf_schema_belongs (const conf_key *key, const ictus_node *map)
{
  const ictus_node *sibling;
  char name[32];
  const char *s = key->when;
  size_t n;

  if (s == NULL)
    return true;
  n = strcspn (s, " ");
  snprintf (name, sizeof name, "%.*s", (int)n, s);
  sibling = ictus_node_find (map, name);
  if (sibling == NULL || s[n] == '\0')
    return sibling != NULL;
  while (s[n] == ' ')
    {
      s += n + 1;
      n = strcspn (s, " ");
      if (sibling->text != NULL && strlen (sibling->text) == n && memcmp (sibling->text, s, n) == 0)
        return true;
    }
  return false;
}

size_t
conf_schema_children (const char *path, const char **out, size_t max)
{
  size_t n = 0;

  for (size_t k = 0; k < NKEY && n < max; ++k)
    {
      const char *name = conf_schema_name (&table[k]);
      size_t len = (size_t)(name - table[k].path);

      if (strcmp (name, "*") == 0)
        continue;
      if (path[0] == '\0' ? len == 0 : len > 0 && matches (table[k].path, name - 1, path))
        out[n++] = name;
    }
  return n;
}
