/* SPDX-License-Identifier: BSD-3-Clause */
/* Sections stimuli and record. */
#include "conf/conf_impl.h"

#include <math.h>
#include <string.h>

/* ---- stimuli ------------------------------------------------------------------------------------ */

/* Times ascend; as many values as times. */
static ictus_err
check_steps (const ictus_exp_stimulus *s)
{
  double t, before = -1;

  if (s->times->n != s->values->n)
    return ictus_node_fail (s->values, ICTUS_E_INPUT,
                            "expected %zu values, as many as 'amplitude_times', found %zu", s->times->n,
                            s->values->n);
  for (size_t k = 0; k < s->times->n; ++k)
    {
      ICTUS_TRY (ictus_node_double (s->times->child[k], "ms", 0, HUGE_VAL, &t));
      if (t <= before)
        return ictus_node_fail (s->times->child[k], ICTUS_E_INPUT,
                                "times must ascend, found '%s' behind '%s'", s->times->child[k]->text,
                                s->times->child[k - 1]->text);
      before = t;
    }
  return ICTUS_OK;
}

static ictus_err
read_stimulus (const ictus_experiment *x, ictus_exp_stimulus *s, const ictus_node *n)
{
  const ictus_node *target = ictus_node_find (n, "target");

  s->node = n;
  s->type = (ictus_stim_type)conf_get_choice (n, "stimuli.*.type");
  ICTUS_TRY (conf_population (x, target, &s->target));
  ICTUS_TRY (conf_need_model (x, target, s->target));
  ICTUS_TRY (conf_read_neurons (x, n, s->target, &s->neurons, &s->nneurons));
  s->port = conf_get_text (n, "port");
  s->weight = ictus_node_find (n, "weight");
  s->scale = conf_get_number (n, "stimuli.*.scale");
  s->rate_Hz = conf_get_number (n, "stimuli.*.rate");
  s->input = conf_get_text (n, "input");
  s->amplitude = ictus_node_find (n, "amplitude");
  s->offset = ictus_node_find (n, "offset");
  s->frequency_Hz = conf_get_number (n, "stimuli.*.frequency");
  s->phase_deg = conf_get_number (n, "stimuli.*.phase");
  s->times = ictus_node_find (n, "amplitude_times");
  s->values = ictus_node_find (n, "amplitude_values");
  if (s->type == ICTUS_STIM_STEP_CURRENT)
    ICTUS_TRY (check_steps (s));
  return conf_read_times (n, "stimuli.*.stop", &s->start_ms, &s->stop_ms);
}

ictus_err
conf_read_stimuli (ictus_experiment *x, const ictus_node *root)
{
  const ictus_node *map = ictus_node_find (root, "stimuli");

  ICTUS_TRY (conf_records (map, sizeof *x->stimulus, &x->stimulus, &x->nstimulus));
  for (int i = 0; i < x->nstimulus; ++i)
    {
      x->stimulus[i].name = map->key[i];
      ICTUS_TRY (read_stimulus (x, &x->stimulus[i], map->child[i]));
    }
  return ICTUS_OK;
}

/* ---- record ------------------------------------------------------------------------------------- */

static ictus_err
fill_interval (const ictus_experiment *x, ictus_exp_record *r)
{
  double t = r->type == ICTUS_RECORD_RATE   ? 5
             : r->type == ICTUS_RECORD_MEAN ? 1
             : x->resolution_ms > 0.1       ? x->resolution_ms
                                            : 0.1;
  char number[32], text[48];

  if (x->grid) /* a default that fits */
    t = ictus_tick_ms (t > x->resolution_ms ? ictus_tick_of (t, x->resolution_ms) : 1, x->resolution_ms);
  snprintf (text, sizeof text, "%s ms", conf_number (t, number, sizeof number));
  r->interval_ms = t;
  if (!conf_is_swept (ictus_conf_root (x->conf), "run.resolution"))
    ICTUS_TRY (ictus_conf_fill (r->node, "interval", text));
  if (ictus_node_find (r->node, "interval") != NULL)
    r->interval_ms = conf_get_number (r->node, "record.*.interval");
  return ICTUS_OK;
}

static ictus_err
read_one_record (const ictus_experiment *x, ictus_exp_record *r, const ictus_node *n)
{
  const ictus_node *population = ictus_node_find (n, "population");
  bool of_states;

  r->node = n;
  r->type = (ictus_record_type)conf_get_choice (n, "record.*.type");
  of_states = r->type == ICTUS_RECORD_TRACE || r->type == ICTUS_RECORD_MEAN;
  ICTUS_TRY (conf_populations (x, population, &r->population, &r->npopulation));
  if (of_states && r->npopulation > 1)
    return ictus_node_fail (population, ICTUS_E_INPUT,
                            "type %s takes one population; write a recorder for each",
                            conf_get_text (n, "type"));
  if (of_states)
    ICTUS_TRY (conf_need_model (x, population, r->population[0]));
  if (r->type == ICTUS_RECORD_TRACE)
    ICTUS_TRY (conf_read_neurons (x, n, r->population[0], &r->neurons, &r->nneurons));
  r->variables = ictus_node_find (n, "variables");
  ICTUS_TRY (conf_read_times (n, "record.*.stop", &r->start_ms, &r->stop_ms));
  if (r->type == ICTUS_RECORD_SPIKES)
    return ICTUS_OK;
  ICTUS_TRY (fill_interval (x, r));
  ICTUS_TRY (conf_need_countable (n, "start", r->start_ms, "interval", r->interval_ms));
  if (x->t_stop_ms / r->interval_ms > ICTUS_MAX_STEPS)
    return ictus_node_fail_key (n, "interval", ICTUS_E_INPUT, "more than 2^53 intervals in the run");
  ICTUS_TRY (conf_need_grid (x, n, "interval", r->interval_ms));
  return conf_need_grid (x, n, "start", r->start_ms);
}

ictus_err
conf_read_record (ictus_experiment *x, const ictus_node *root)
{
  const ictus_node *map = ictus_node_find (root, "record");

  ICTUS_TRY (conf_records (map, sizeof *x->record, &x->record, &x->nrecord));
  for (int i = 0; i < x->nrecord; ++i)
    {
      x->record[i].name = map->key[i];
      ICTUS_TRY (read_one_record (x, &x->record[i], map->child[i]));
    }
  return ICTUS_OK;
}
