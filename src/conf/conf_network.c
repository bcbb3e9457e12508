/* SPDX-License-Identifier: BSD-3-Clause */
/* Sections populations and projections. */
#include "conf/conf_impl.h"

#include <math.h>
#include <string.h>

/* ---- populations -------------------------------------------------------------------------------- */

static ictus_err
read_solver (const ictus_experiment *x, ictus_exp_population *p, const ictus_node *solver)
{
  const ictus_node *atol = ictus_node_find (solver, "atol");
  char text[48], h[32];
  double steps;

  p->solver = conf_get_text (solver, "name");
  p->rtol = conf_get_number (solver, "populations.*.solver.rtol");
  p->atol = conf_get_number (solver, "populations.*.solver.atol");
  if (atol != NULL && atol->kind == ICTUS_NODE_MAP)
    {
      p->atol_of = atol;
      p->atol = conf_get_number (NULL, "populations.*.solver.atol");
    }
  p->max_step_ms = conf_get_number (solver, "populations.*.solver.max_step");
  conf_number (x->resolution_ms, h, sizeof h);
  snprintf (text, sizeof text, "%s ms", h);
  p->dt_ms = x->resolution_ms;
  if (!conf_is_swept (ictus_conf_root (x->conf), "run.resolution"))
    ICTUS_TRY (ictus_conf_fill (solver, "dt", text));
  if (ictus_node_find (solver, "dt") != NULL)
    p->dt_ms = conf_get_number (solver, "populations.*.solver.dt");
  steps = x->resolution_ms / p->dt_ms;
  if (x->grid && fabs (steps - nearbyint (steps)) > 1e-6)
    return ictus_node_fail_key (solver, "dt", ICTUS_E_INPUT,
                                "'dt' (%s ms) does not divide the resolution (%s ms)",
                                conf_number (p->dt_ms, text, sizeof text), h);
  return ICTUS_OK;
}

static ictus_err
read_population (const ictus_experiment *x, ictus_exp_population *p, const ictus_node *n)
{
  p->node = n;
  p->size = (size_t)conf_get_whole (n, "populations.*.size");
  p->model = conf_get_text (n, "model");
  p->spike_file = conf_get_text (n, "spike_file");
  p->params = ictus_node_find (n, "params");
  p->init = ictus_node_find (n, "init");
  if (p->model != NULL && p->spike_file != NULL)
    return ictus_node_fail_key (n, "spike_file", ICTUS_E_INPUT,
                                "'spike_file' and 'model' exclude each other");
  if (p->model == NULL && p->spike_file == NULL)
    return ictus_node_fail (n, ICTUS_E_INPUT,
                            "the population '%s' needs a 'model' (or a 'spike_file' to replay)", p->name);
  if (p->model != NULL)
    return read_solver (x, p, ictus_node_find (n, "solver"));
  p->solver = conf_schema_find ("populations.*.solver.name")->preset;
  p->rtol = conf_get_number (NULL, "populations.*.solver.rtol");
  p->atol = conf_get_number (NULL, "populations.*.solver.atol");
  p->dt_ms = x->resolution_ms;
  return ICTUS_OK;
}

ictus_err
conf_read_populations (ictus_experiment *x, const ictus_node *root)
{
  const ictus_node *map = ictus_node_find (root, "populations");

  ICTUS_TRY (conf_records (map, sizeof *x->population, &x->population, &x->npopulation));
  for (int i = 0; i < x->npopulation; ++i)
    {
      x->population[i].name = map->key[i];
      ICTUS_TRY (read_population (x, &x->population[i], map->child[i]));
    }
  return ICTUS_OK;
}

/* ---- projections -------------------------------------------------------------------------------- */

/* Could the rule be satisfied without drawing a pair twice? */
static ictus_err
check_number (const ictus_experiment *x, const ictus_exp_projection *p, const ictus_exp_population *target)
{
  const ictus_exp_population *source = &x->population[p->source];
  uint64_t self = source == target && !p->allow_autapses ? 1 : 0;
  uint64_t most = UINT64_MAX;
  const char *key = "N";

  if (p->rule == ICTUS_RULE_ONE_TO_ONE && source->size != target->size)
    return ictus_node_fail_key (
        p->node, "rule", ICTUS_E_INPUT,
        "one_to_one needs populations of equal size: '%s' has %zu neurons, '%s' has %zu", source->name,
        source->size, target->name, target->size);
  if (p->rule == ICTUS_RULE_FIXED_INDEGREE)
    {
      key = "indegree";
      most = source->size - self;
    }
  else if (p->rule == ICTUS_RULE_FIXED_OUTDEGREE)
    {
      key = "outdegree";
      most = target->size - self;
    }
  else if (p->rule == ICTUS_RULE_FIXED_TOTAL_NUMBER)
    most = (uint64_t)target->size * (source->size - self);
  if (p->number > 0 && (most == 0 || (!p->allow_multapses && p->number > most)))
    return ictus_node_fail_key (p->node, key, ICTUS_E_INPUT,
                                "'%s' is %llu, but from '%s' to '%s' there are only %llu possible%s", key,
                                (unsigned long long)p->number, source->name, target->name,
                                (unsigned long long)most, most > 0 ? " (allow_multapses is false)" : "");
  return ICTUS_OK;
}

/* On the grid the smallest delay is a step; the table has seen to it that all are greater than 0. */
static ictus_err
check_delay (const ictus_experiment *x, const ictus_node *delay)
{
  ictus_dist d;
  double least;
  char a[32], h[32];

  ICTUS_TRY (conf_dist (delay, "ms", "synapse", 0, &d));
  least = d.kind == ICTUS_DIST_CONSTANT ? d.a : d.min;
  ictus_dist_clear (&d);
  if (!x->grid || least >= x->resolution_ms * (1 - 1e-9))
    return ICTUS_OK;
  conf_number (least, a, sizeof a);
  conf_number (x->resolution_ms, h, sizeof h);
  if (delay->kind == ICTUS_NODE_MAP)
    return ictus_node_fail_key (delay, "min", ICTUS_E_INPUT,
                                "the smallest delay (%s ms) is shorter than the resolution (%s ms)", a, h);
  return ictus_node_fail (delay, ICTUS_E_INPUT, "the delay (%s ms) is shorter than the resolution (%s ms)", a,
                          h);
}

static ictus_err
read_projection (const ictus_experiment *x, ictus_exp_projection *p, const ictus_node *n)
{
  const ictus_node *target = ictus_node_find (n, "target");

  p->node = n;
  ICTUS_TRY (conf_population (x, ictus_node_find (n, "source"), &p->source));
  ICTUS_TRY (conf_populations (x, target, &p->target, &p->ntarget));
  p->rule = (ictus_rule)conf_get_choice (n, "projections.*.rule");
  if (p->rule == ICTUS_RULE_FIXED_INDEGREE)
    p->number = conf_get_whole (n, "projections.*.indegree");
  else if (p->rule == ICTUS_RULE_FIXED_OUTDEGREE)
    p->number = conf_get_whole (n, "projections.*.outdegree");
  else if (p->rule == ICTUS_RULE_FIXED_TOTAL_NUMBER)
    p->number = conf_get_whole (n, "projections.*.N");
  p->p = conf_get_number (n, "projections.*.p");
  p->file = conf_get_text (n, "file");
  p->allow_autapses = conf_get_flag (n, "projections.*.allow_autapses");
  p->allow_multapses = conf_get_flag (n, "projections.*.allow_multapses");
  p->port = conf_get_text (n, "port");
  p->weight = ictus_node_find (n, "weight");
  p->scale = conf_get_number (n, "projections.*.scale");
  p->delay = ictus_node_find (n, "delay");
  for (int k = 0; k < p->ntarget; ++k)
    {
      ICTUS_TRY (
          conf_need_model (x, target->kind == ICTUS_NODE_SEQ ? target->child[k] : target, p->target[k]));
      ICTUS_TRY (check_number (x, p, &x->population[p->target[k]]));
    }
  return check_delay (x, p->delay);
}

ictus_err
conf_read_projections (ictus_experiment *x, const ictus_node *root)
{
  const ictus_node *map = ictus_node_find (root, "projections");

  ICTUS_TRY (conf_records (map, sizeof *x->projection, &x->projection, &x->nprojection));
  for (int i = 0; i < x->nprojection; ++i)
    {
      x->projection[i].name = map->key[i];
      ICTUS_TRY (read_projection (x, &x->projection[i], map->child[i]));
    }
  return ICTUS_OK;
}
