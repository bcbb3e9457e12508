/* SPDX-License-Identifier: BSD-3-Clause */
/* A smaller network that behaves much like the whole: fewer neurons, each with the synapses that it has
 * there. */
#include "plan/plan_impl.h"

#include <math.h>
#include <string.h>

static size_t
fewer (const ictus_exp_population *p, double scale)
{
  double n = round ((double)p->size * scale);

  return p->model == NULL ? p->size : n < 1 ? 1 : (size_t)n; /* files of spikes stay as they are */
}

/* Synapses that a target neuron has on average. */
static double
indegree (const ictus_experiment *exp, const ictus_exp_projection *c)
{
  double ns = (double)exp->population[c->source].size, nt = 0, m = (double)c->number;

  for (int t = 0; t < c->ntarget; ++t)
    nt += (double)exp->population[c->target[t]].size;
  nt /= c->ntarget; /* a rule is applied to each target on its own */
  switch (c->rule)
    {
    case ICTUS_RULE_FIXED_INDEGREE:
      return m;
    case ICTUS_RULE_ALL_TO_ALL:
      return ns;
    case ICTUS_RULE_PAIRWISE_BERNOULLI:
      return c->p * ns;
    case ICTUS_RULE_FIXED_OUTDEGREE:
      return m * ns / nt;
    case ICTUS_RULE_FIXED_TOTAL_NUMBER:
      return m / nt;
    case ICTUS_RULE_ONE_TO_ONE:
    case ICTUS_RULE_LIST:
      break;
    }
  return 1;
}

/* Every rule becomes a fixed in-degree, several synapses from one source where there are too few of them. */
static void
shrink_projection (const ictus_experiment *exp, double scale, ictus_exp_projection *c)
{
  double n = indegree (exp, c), sources = (double)fewer (&exp->population[c->source], scale);

  if (c->rule == ICTUS_RULE_ONE_TO_ONE)
    return;
  c->rule = ICTUS_RULE_FIXED_INDEGREE;
  c->number = (uint64_t)llround (n);
  if (c->number == 0 && n > 0)
    c->number = 1;
  c->allow_multapses = c->allow_multapses || n > sources - 1;
  c->allow_autapses = c->allow_autapses || sources < 2;
}

/* The chosen neurons thinned out like all others. */
static ictus_err
shrink_stimulus (const ictus_experiment *exp, double scale, ictus_exp_stimulus *s)
{
  size_t size = fewer (&exp->population[s->target], scale), n = 0;
  const uint64_t *chosen = s->neurons;

  if (chosen == NULL)
    return ICTUS_OK;
  s->neurons = ictus_alloc (s->nneurons, sizeof *s->neurons);
  if (s->neurons == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < s->nneurons; ++k)
    {
      uint64_t at = (uint64_t)((double)chosen[k] * (double)size / (double)exp->population[s->target].size);

      if (n == 0 || at > s->neurons[n - 1])
        s->neurons[n++] = at;
    }
  s->nneurons = n;
  return ICTUS_OK;
}

void
plan_shrink_clear (ictus_experiment *out)
{
  for (int k = 0; out->stimulus != NULL && k < out->nstimulus; ++k)
    ictus_free (out->stimulus[k].neurons);
  ictus_free (out->stimulus);
  ictus_free (out->population);
  ictus_free (out->projection);
  memset (out, 0, sizeof *out);
}

static const char *
obstacle (const ictus_experiment *exp)
{
  for (int k = 0; k < exp->nprojection; ++k)
    if (exp->projection[k].rule == ICTUS_RULE_LIST)
      return "it is too large for a short run, and a network that is read from a list cannot be made smaller";
  return NULL;
}

ictus_err
plan_shrink (const ictus_experiment *exp, double scale, ictus_experiment *out, const char **why)
{
  size_t np = (size_t)exp->npopulation, nj = (size_t)exp->nprojection, ns = (size_t)exp->nstimulus;

  *out = *exp;
  out->population = ictus_alloc (np, sizeof *out->population);
  out->projection = ictus_alloc (nj, sizeof *out->projection);
  out->stimulus = ictus_alloc (ns, sizeof *out->stimulus);
  *why = obstacle (exp);
  if (out->population == NULL || out->projection == NULL || out->stimulus == NULL)
    {
      out->nstimulus = 0;
      plan_shrink_clear (out);
      return ICTUS_E_NOMEM;
    }
  memcpy (out->population, exp->population, np * sizeof *out->population);
  if (nj > 0)
    memcpy (out->projection, exp->projection, nj * sizeof *out->projection);
  for (size_t k = 0; k < np; ++k)
    out->population[k].size = fewer (&exp->population[k], scale);
  for (size_t k = 0; k < nj; ++k)
    shrink_projection (exp, scale, &out->projection[k]);
  for (size_t k = 0; k < ns; ++k)
    {
      out->stimulus[k] = exp->stimulus[k];
      if (shrink_stimulus (exp, scale, &out->stimulus[k]) != ICTUS_OK)
        {
          out->nstimulus = (int)k;
          plan_shrink_clear (out);
          return ICTUS_E_NOMEM;
        }
    }
  return ICTUS_OK;
}
