/* SPDX-License-Identifier: BSD-3-Clause */
/* Stimuli as the experiment gives them, and Poisson trains: one of its own for every target neuron, drawn
   without memory, so that any rank makes any stretch of any train. Active for start < t <= stop. */
#include "net_impl.h"

#include <math.h>
#include <string.h>

void
ictus__poisson_clear (ictus__poisson *s)
{
  ictus_dist_clear (&s->weight);
  ictus_free (s->at);
  ictus_free (s->w_of);
}

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

/* ---- windows ------------------------------------------------------------------------------------ */

/* Grid: the count of the step (k - 1, k] arrives at tick k; key (seed, stimulus, neuron, tick). */
ictus_err
ictus__poisson_slots (const ictus_net *net, const ictus__poisson *s, ictus_tick k0, ictus_tick k1)
{
  const ictus_population *p = &net->pop[s->target];
  ictus__inbox *b = &net->group[s->target].inbox;
  double h = net->exp->resolution_ms, mean = s->conf->rate_Hz * h * 1e-3;
  ictus_tick from = ictus_tick_of (s->conf->start_ms, h);

  if (isfinite (s->conf->stop_ms) && k1 > ictus_tick_of (s->conf->stop_ms, h))
    k1 = ictus_tick_of (s->conf->stop_ms, h);
  for (ictus_tick k = (k0 > from ? k0 : from) + 1; k <= k1; ++k)
    for (size_t j = 0; j < s->nat; ++j)
      {
        size_t i = s->at == NULL ? j : s->at[j];
        ictus_rng r = ictus_rng_open (net->exp->seed, ICTUS_RNG_POISSON, (uint64_t) s->stimulus,
                                      p->cells.gid[i], (uint64_t) k);
        uint64_t n = ictus_rng_poisson (&r, mean);

        if (n > 0)
          ictus__inbox_slot (b, k)[(size_t) s->port * b->n + i]
              += (double) n * (s->w_of == NULL ? s->w : s->w_of[j]);
      }
  return ICTUS_OK;
}

/* The events of one neuron in the bin (bin, bin + 1) ms that lie within (t0, t1]. */
static ictus_err
one_bin (const ictus_net *net, const ictus__poisson *s, size_t j, uint64_t bin, double t0_ms, double t1_ms)
{
  ictus__inbox *b = &net->group[s->target].inbox;
  size_t i = s->at == NULL ? j : s->at[j];
  ictus_rng r = ictus_rng_open (net->exp->seed, ICTUS_RNG_POISSON, (uint64_t) s->stimulus,
                                net->pop[s->target].cells.gid[i], bin);
  uint64_t n = ictus_rng_poisson (&r, s->conf->rate_Hz * 1e-3);

  for (uint64_t k = 0; k < n; ++k)
    {
      double t = (double) bin + ictus_rng_uniform (&r);

      if (!(t > t0_ms && t <= t1_ms))
        continue;
      ICTUS_TRY (ictus_grow (&b->taken, &b->cap_taken, b->ntaken + 1, sizeof *b->taken));
      b->taken[b->ntaken++] = (ictus__pending){
        .t_ms = t, .weight = s->w_of == NULL ? s->w : s->w_of[j], .to = (uint32_t) i, .port = s->port
      };
    }
  return ICTUS_OK;
}

/* Exact timing: trains are drawn in bins of 1 ms that do not depend on the windows; key (seed, stimulus,
   neuron, bin). */
ictus_err
ictus__poisson_events (const ictus_net *net, const ictus__poisson *s, double t0_ms, double t1_ms)
{
  t0_ms = fmax (t0_ms, s->conf->start_ms);
  t1_ms = fmin (t1_ms, s->conf->stop_ms);
  for (size_t j = 0; j < s->nat && t0_ms < t1_ms; ++j)
    for (uint64_t bin = (uint64_t) floor (t0_ms); bin <= (uint64_t) floor (t1_ms); ++bin)
      ICTUS_TRY (one_bin (net, s, j, bin, t0_ms, t1_ms));
  return ICTUS_OK;
}
