/* SPDX-License-Identifier: BSD-3-Clause */
/* Projections as the experiment gives them: ports, weights, delays, and the rules that cannot be
   fulfilled. */
#include "net_impl.h"

#include <math.h>

void
ictus__wires_clear (ictus__wires *w)
{
  ictus_dist_clear (&w->weight);
  ictus_dist_clear (&w->delay);
  ictus_free (w->list);
  ictus_free (w->list_path);
  ictus_free (w->row_source);
  ictus_free (w->first);
  ictus_free (w->to);
  ictus_free (w->w_of);
  ictus_free (w->w8_of);
  ictus_free (w->d_of);
}

static ictus_dist
constant (double a)
{
  ictus_dist d = { .kind = ICTUS_DIST_CONSTANT, .a = a, .min = -INFINITY, .max = INFINITY };

  return d;
}

/* Delays must be positive. On the grid they are at least one tick, so that a distribution may touch 0. */
static ictus_err
check_delay (const ictus_net *net, const ictus__wires *w)
{
  const ictus_dist *d = &w->delay;
  const ictus_node *map = w->conf->node;

  switch (d->kind)
    {
    case ICTUS_DIST_CONSTANT:
      if (!(d->a > 0) || isinf (d->a))
        return ictus__net_fail (map, "delay", "the delay of projection %s is %g ms: a delay must be positive",
                                w->conf->name, d->a);
      return ICTUS_OK;
    case ICTUS_DIST_LOGNORMAL: /* positive by itself */
      return ICTUS_OK;
    case ICTUS_DIST_NORMAL:
    case ICTUS_DIST_UNIFORM:
      if (net->exp->grid ? !(d->min >= 0) : !(d->min > 0))
        return ictus__net_fail (map, "delay",
                                "the delays of projection %s can be negative or 0: give the distribution a "
                                "positive min, for example min: %g ms",
                                w->conf->name, net->exp->resolution_ms);
      return ICTUS_OK;
    case ICTUS_DIST_LINEAR:
    case ICTUS_DIST_LIST:
      break;
    }
  return ictus__net_fail (map, "delay",
                          "a delay is a number of ms, or drawn from normal, lognormal or uniform");
}

static ictus_err
check_weight (const ictus__wires *w)
{
  if (w->weight.kind == ICTUS_DIST_LINEAR || w->weight.kind == ICTUS_DIST_LIST)
    return ictus__net_fail (w->conf->node, "weight",
                            "a weight is a number, or drawn from normal, lognormal or uniform");
  return ICTUS_OK;
}

ictus_err
ictus__wires_refuse (const ictus_net *net, const ictus__wires *w)
{
  const ictus_exp_projection *c = w->conf;
  const ictus_population *from = &net->pop[w->source], *to = &net->pop[w->target];
  bool same = w->source == w->target;
  size_t sources = from->size - (same && !c->allow_autapses ? 1 : 0);
  size_t targets = to->size - (same && !c->allow_autapses ? 1 : 0);

  switch (c->rule)
    {
    case ICTUS_RULE_ONE_TO_ONE:
      if (from->size != to->size)
        return ictus__net_fail (c->node, "rule",
                                "one_to_one needs populations of equal size: %s has %zu neurons, %s has %zu",
                                from->name, from->size, to->name, to->size);
      return ICTUS_OK;
    case ICTUS_RULE_FIXED_INDEGREE:
      if (c->number > 0 && sources == 0)
        return ictus__net_fail (c->node, "indegree",
                                "there is no source in %s that a neuron of %s may have (autapses are not "
                                "allowed)",
                                from->name, to->name);
      if (!c->allow_multapses && c->number > sources)
        return ictus__net_fail (c->node, "indegree",
                                "indegree %llu, but %s offers only %zu sources for a neuron of %s; allow "
                                "multapses or make it smaller",
                                (unsigned long long) c->number, from->name, sources, to->name);
      return ICTUS_OK;
    case ICTUS_RULE_FIXED_OUTDEGREE:
      if (c->number > 0 && targets == 0)
        return ictus__net_fail (c->node, "outdegree",
                                "there is no target in %s that a neuron of %s may have (autapses are not "
                                "allowed)",
                                to->name, from->name);
      if (!c->allow_multapses && c->number > targets)
        return ictus__net_fail (c->node, "outdegree",
                                "outdegree %llu, but %s offers only %zu targets for a neuron of %s; allow "
                                "multapses or make it smaller",
                                (unsigned long long) c->number, to->name, targets, from->name);
      return ICTUS_OK;
    case ICTUS_RULE_FIXED_TOTAL_NUMBER:
      if (!c->allow_multapses)
        return ictus__net_fail (
            c->node, "allow_multapses",
            "fixed_total_number draws every synapse by itself and cannot avoid "
            "multapses: set allow_multapses: true, or choose pairwise_bernoulli or fixed_indegree");
      if (c->number > 0 && sources == 0)
        return ictus__net_fail (
            c->node, "N", "there is no source in %s that a neuron of %s may have (autapses are not allowed)",
            from->name, to->name);
      return ICTUS_OK;
    case ICTUS_RULE_PAIRWISE_BERNOULLI:
      if (!(c->p >= 0 && c->p <= 1))
        return ictus__net_fail (c->node, "p", "p is a probability: %g is not in [0, 1]", c->p);
      return ICTUS_OK;
    case ICTUS_RULE_LIST:
      if (c->file == NULL)
        return ictus__net_fail (c->node, "rule", "rule list needs \"file:\"");
      return ICTUS_OK;
    case ICTUS_RULE_ALL_TO_ALL:
      return ICTUS_OK;
    }
  return ICTUS_FAIL (ICTUS_E_INTERNAL, "projection %s has no rule", c->name);
}

/* The only port of the model is a default that the document should tell. */
static ictus_err
fill_port (const ictus_net *net, const ictus_node *map, const char *given, int target, ictus_lang_kind kind,
           const char *key, int index)
{
  if (map == NULL || given != NULL)
    return ICTUS_OK;
  return ictus_conf_fill (map, key, ictus_lang_get (net->pop[target].model->lang, kind, index)->name);
}

static ictus_err
read_one (ictus_net *net, ictus__wires *w, bool fill)
{
  const ictus_exp_projection *c = w->conf;
  const char *unit;

  w->weight = constant (1);
  w->delay = constant (0);
  w->dmin = INFINITY;
  ICTUS_TRY (ictus__net_find (net, w->target, ICTUS_LANG_PORT, c->node, "port", c->port, &w->port));
  if (fill)
    ICTUS_TRY (fill_port (net, c->node, c->port, w->target, ICTUS_LANG_PORT, "port", w->port));
  unit = ictus_lang_get (net->pop[w->target].model->lang, ICTUS_LANG_PORT, w->port)->unit;
  if (c->weight != NULL)
    ICTUS_TRY (ictus_node_dist (c->weight, unit, "synapse", 0, &w->weight));
  ICTUS_TRY (check_weight (w));
  if (c->delay == NULL)
    return ictus__net_fail (c->node, NULL, "projection %s has no delay", c->name);
  ICTUS_TRY (ictus_node_dist (c->delay, "ms", "synapse", 0, &w->delay));
  ICTUS_TRY (check_delay (net, w));
  ICTUS_TRY (ictus__wires_refuse (net, w));
  if (c->rule == ICTUS_RULE_LIST)
    {
      ictus_text path = { 0 };

      if (net->exp->conf == NULL)
        ictus_text_add (&path, "%s", c->file);
      else
        ictus_conf_resolve (net->exp->conf, c->file, &path);
      w->list_path = path.failed ? NULL : ictus_strdup (path.s);
      ictus_text_clear (&path);
      if (w->list_path == NULL)
        return ICTUS_E_NOMEM;
    }
  return ICTUS_OK;
}

ictus_err
ictus__net_read_wires (ictus_net *net)
{
  const ictus_experiment *exp = net->exp;
  size_t n = 0;

  for (int j = 0; j < exp->nprojection; ++j)
    n += (size_t) exp->projection[j].ntarget;
  net->wires = ictus_alloc (n, sizeof *net->wires);
  if (net->wires == NULL)
    return ICTUS_E_NOMEM;
  for (int j = 0; j < exp->nprojection; ++j)
    for (int t = 0; t < exp->projection[j].ntarget; ++t)
      {
        ictus__wires *w = &net->wires[net->nwires++];

        w->projection = j;
        w->conf = &exp->projection[j];
        w->source = w->conf->source;
        w->target = w->conf->target[t];
        ICTUS_TRY (read_one (net, w, w->conf->ntarget == 1));
      }
  return ICTUS_OK;
}
