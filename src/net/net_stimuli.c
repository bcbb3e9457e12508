/* SPDX-License-Identifier: BSD-3-Clause */
/* Stimuli as the experiment gives them. */
#include "net_impl.h"

#include <math.h>

/* ---- read --------------------------------------------------------------------------------------- */

static ictus_err
read_poisson (ictus_net *net, int stimulus, ictus__poisson *s)
{
  const ictus_exp_stimulus *c = &net->exp->stimulus[stimulus];
  const ictus_lang *lang;

  s->stimulus = stimulus;
  s->target = c->target;
  s->conf = c;
  s->weight.kind = ICTUS_DIST_CONSTANT;
  s->weight.a = 1;
  ICTUS_TRY (ictus__net_find (net, s->target, ICTUS_LANG_PORT, c->node, "port", c->port, &s->port));
  lang = net->pop[s->target].model->lang;
  if (c->port == NULL && c->node != NULL)
    ICTUS_TRY (ictus_conf_fill (c->node, "port", ictus_lang_get (lang, ICTUS_LANG_PORT, s->port)->name));
  if (!(c->rate_Hz >= 0) || isinf (c->rate_Hz))
    return ictus__net_fail (c->node, "rate", "the rate of stimulus %s is %g spikes/s: it cannot be negative",
                            c->name, c->rate_Hz);
  if (c->weight == NULL)
    return ICTUS_OK;
  return ictus_node_dist (c->weight, ictus_lang_get (lang, ICTUS_LANG_PORT, s->port)->unit, "neuron",
                          c->neurons == NULL ? net->pop[s->target].size : c->nneurons, &s->weight);
}

ictus_err
ictus__net_read_stimuli (ictus_net *net)
{
  int n = net->exp->nstimulus;

  net->poisson = ictus_alloc ((size_t) n, sizeof *net->poisson);
  net->current = ictus_alloc ((size_t) n, sizeof *net->current);
  if (net->poisson == NULL || net->current == NULL)
    return ICTUS_E_NOMEM;
  for (int k = 0; k < n; ++k)
    {
      const ictus_exp_stimulus *c = &net->exp->stimulus[k];

      if (c->stop_ms < c->start_ms)
        return ictus__net_fail (c->node, "stop", "stimulus %s stops at %g ms, before it starts at %g ms",
                                c->name, c->stop_ms, c->start_ms);
      if (c->type == ICTUS_STIM_POISSON)
        ICTUS_TRY (read_poisson (net, k, &net->poisson[net->npoisson++]));
      else
        ICTUS_TRY (ictus__net_read_current (net, k, &net->current[net->ncurrent++]));
    }
  return ICTUS_OK;
}

/* ---- make --------------------------------------------------------------------------------------- */

ictus_err
ictus__net_chosen (const ictus_net *net, const ictus_exp_stimulus *s, uint32_t **at, uint64_t **place,
                   size_t *nat)
{
  const ictus_population *p = &net->pop[s->target];

  *at = NULL;
  *place = NULL;
  *nat = p->cells.n;
  if (s->neurons == NULL)
    return ICTUS_OK;
  *nat = 0;
  *at = ictus_alloc (p->cells.n, sizeof **at);
  *place = ictus_alloc (p->cells.n, sizeof **place);
  if (*at == NULL || *place == NULL)
    return ICTUS_E_NOMEM;
  for (size_t i = 0, k = 0; i < p->cells.n && k < s->nneurons;) /* both are ascending */
    {
      uint64_t a = p->cells.gid[i] - p->first;

      if (a == s->neurons[k])
        {
          (*at)[*nat] = (uint32_t) i;
          (*place)[(*nat)++] = k;
        }
      if (a <= s->neurons[k])
        ++i;
      else
        ++k;
    }
  return ICTUS_OK;
}

static ictus_err
make_poisson (const ictus_net *net, ictus__poisson *s)
{
  const ictus_population *p = &net->pop[s->target];
  size_t nall = s->conf->neurons == NULL ? p->size : s->conf->nneurons;
  uint64_t *place = NULL;
  ictus_err e;

  ICTUS_GO (ictus__net_chosen (net, s->conf, &s->at, &place, &s->nat));
  s->w = s->weight.a * s->conf->scale;
  if (s->weight.kind == ICTUS_DIST_CONSTANT)
    goto done;
  s->w_of = ictus_alloc (s->nat, sizeof *s->w_of);
  if (s->w_of == NULL)
    ICTUS_GO (ICTUS_E_NOMEM);
  for (size_t k = 0; k < s->nat; ++k)
    {
      uint64_t gid = p->cells.gid[s->at == NULL ? k : s->at[k]];
      ictus_rng r = ictus_rng_open (net->exp->seed, ICTUS_RNG_WEIGHT,
                                    (uint64_t) 1 << 63 | (uint64_t) s->stimulus, gid, 0);

      s->w_of[k] = ictus_dist_draw (&s->weight, place == NULL ? (size_t) (gid - p->first) : (size_t) place[k],
                                    nall, &r)
                   * s->conf->scale;
    }
done:
  ictus_free (place);
  return e;
}

ictus_err
ictus__net_make_stimuli (ictus_net *net)
{
  for (int s = 0; s < net->npoisson; ++s)
    ICTUS_TRY (make_poisson (net, &net->poisson[s]));
  for (int s = 0; s < net->ncurrent; ++s)
    ICTUS_TRY (ictus__net_make_current (net, &net->current[s]));
  for (int p = 0; p < net->npop; ++p)
    ICTUS_TRY (ictus__net_make_drive (net, p));
  return ICTUS_OK;
}
