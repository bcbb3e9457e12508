/* SPDX-License-Identifier: BSD-3-Clause */
/* From what a short run on one process cost to the time of the whole on many, and what is assumed on the way.
 */
#include "plan/plan_impl.h"

#include <math.h>
#include <string.h>

#define NEAR_S 4e-6      /* a step of a collective between ranks of one machine */
#define FAR_S 1e-5       /* and between machines */
#define WAKE_S 3e-5      /* more, for each rank that waits for a processor */
#define NEAR_BYTES_S 4e9 /* what a rank receives in a second from its neighbours */
#define FAR_BYTES_S 1e9
#define UNEQUAL 1.05    /* the slowest rank against the mean */
#define LOOKUP_S 1.5e-8 /* every rank looks up every spike in every projection */
#define DISK_BYTES_S 2e8
#define DISK_SET_S 1e-3 /* to append to a data set by several ranks; alone a tenth */

static double
steps (double n)
{
  return n > 1 ? ceil (log2 (n)) : 0;
}

/* Projections that a spike goes into, on average over the spikes. */
static double
wires_of_a_spike (const ictus_experiment *exp, const plan_rates *rates, double *spikes_per_ms)
{
  double lookups = 0;

  *spikes_per_ms = 0;
  for (int p = 0; p < exp->npopulation; ++p)
    *spikes_per_ms += 1e-3 * rates->Hz[p] * (double)exp->population[p].size;
  for (int j = 0; j < exp->nprojection; ++j)
    {
      int p = exp->projection[j].source;

      lookups += 1e-3 * rates->Hz[p] * (double)exp->population[p].size * exp->projection[j].ntarget;
    }
  return *spikes_per_ms > 0 ? lookups / *spikes_per_ms : 0;
}

static double
latency (const ictus_plan *p, double crowd)
{
  double nodes = fmin (p->opt.nnode, p->nrank), here = ceil (p->nrank / nodes);

  if (p->nrank < 2)
    return 0;
  return NEAR_S * steps (here) + FAR_S * steps (nodes) + (crowd > 1 ? WAKE_S * (crowd - 1) * here : 0);
}

void
plan_time_make (const ictus_plan *p, const plan_rates *rates, plan_time *out)
{
  const ictus_experiment *exp = p->exp;
  const plan_need *need = &p->need;
  double R = p->nrank, T = exp->t_stop_ms, spikes, lookups, each = R > 1 ? UNEQUAL / R : 1, received;

  memset (out, 0, sizeof *out);
  if (!rates->measured)
    return;
  out->crowd = p->opt.nnode > 1 ? 1 : fmax (1, (double)p->per_node / ictus_host_cores ());
  out->latency = latency (p, out->crowd);
  lookups = LOOKUP_S * wires_of_a_spike (exp, rates, &spikes) * spikes;
  lookups = fmin (lookups, rates->deliver);
  received = need->packet * (R - 1);
  out->build = (p->is_sweep ? 0 : PLAN_START_S) + rates->build_s * each * out->crowd;
  out->solve = (rates->solve * each + rates->rest) * T * out->crowd;
  out->deliver = ((rates->deliver - lookups) * each + lookups) * T * out->crowd;
  out->exchange
      = rates->exchange * T * out->crowd
        + need->windows * (out->latency + received / (p->opt.nnode > 1 ? FAR_BYTES_S : NEAR_BYTES_S));
  if (!p->is_sweep)
    out->output = need->out.file / DISK_BYTES_S
                  + need->out.sets * ceil (T / exp->flush_ms) * (R > 1 ? DISK_SET_S : DISK_SET_S / 10);
  out->all = out->build + out->solve + out->deliver + out->exchange + out->output;
  if (!p->is_sweep && exp->checkpoint_ms > 0)
    out->checkpoint += floor (T / exp->checkpoint_ms * (1 - 1e-9));
  if (!p->is_sweep && exp->checkpoint_wall_s > 0)
    out->checkpoint += floor (out->all / exp->checkpoint_wall_s);
  out->checkpoint *= 0.02 + 3 * need->checkpoint_bytes / DISK_BYTES_S; /* written, flushed and read back */
  out->all += out->checkpoint;
}

/* ---- in words ----------------------------------------------------------------------------------- */

static void
about_rates (const ictus_plan *p, void (*f) (void *ctx, const char *sentence), void *ctx)
{
  const plan_rates *r = &p->rates;
  char s[600];

  if (r->measured && p->is_sweep)
    snprintf (s, sizeof s,
              "rates and costs: measured on %d runs all over the axes, one process of this machine each, "
              "over %.4g ms of "
              "model time or more; other runs are taken to be like them, and to go on as they begin",
              p->sweep.nsample, r->t_ms);
  else if (r->measured && r->whole)
    snprintf (s, sizeof s, "rates and costs: measured over the whole %g ms, on one process of this machine",
              r->t_ms);
  else if (r->measured)
    snprintf (s, sizeof s,
              "rates and costs: measured from %g to %g ms of model time, on one process of this machine; the "
              "rest of "
              "the run is taken to be like it",
              r->from_ms, r->t_ms);
  else
    snprintf (s, sizeof s,
              "every neuron fires at %g Hz, at most %g times as much in one window%s%s; no time is "
              "estimated",
              PLAN_RATE_HZ, PLAN_PEAK, r->why_not != NULL ? ": there was no short run, because " : "",
              r->why_not != NULL ? r->why_not : "");
  f (ctx, s);
  if (r->measured && r->share < 0.9)
    {
      snprintf (s, sizeof s,
                "other programs took %.0f %% of the processor meanwhile; times are those without them",
                100 * (1 - r->share));
      f (ctx, s);
    }
  if (r->measured && r->scale < 1)
    {
      snprintf (
          s, sizeof s,
          "the short run had %.3g %% of the neurons, each with as many synapses as in the whole, drawn by "
          "fixed_indegree; costs grow with the number of neurons",
          100 * r->scale);
      f (ctx, s);
    }
}

static void
about_machine (const ictus_plan *p, void (*f) (void *ctx, const char *sentence), void *ctx)
{
  char s[600];

  if (p->opt.nnode == 1 && p->time.crowd > 1)
    {
      snprintf (s, sizeof s, "%d ranks share the %d processors of this machine", p->per_node,
                ictus_host_cores ());
      f (ctx, s);
    }
  else if (p->nrank > 1)
    f (ctx, p->opt.nnode > 1
                ? "the other nodes are like this machine, and every rank has a processor of its own"
                : "every rank has a processor of its own, as fast with the others busy as alone");
  if (p->nrank > 1)
    {
      snprintf (s, sizeof s,
                "the slowest rank takes %g %% longer than the mean; a window costs %.3g us of waiting",
                100 * (UNEQUAL - 1), 1e6 * p->time.latency);
      f (ctx, s);
    }
  snprintf (s, sizeof s, "files are written at %g MB/s", 1e-6 * DISK_BYTES_S);
  f (ctx, s);
}

/* What `auto` stands for. */
static void
about_solvers (const ictus_plan *p, void (*f) (void *ctx, const char *sentence), void *ctx)
{
  char sentence[400], why[256];
  const char *name;

  for (int k = 0; k < ictus_net_npopulation (p->net); ++k)
    if (ictus_engine_solver_choice (p->net, k, &name, why) == ICTUS_OK && why[0] != '\0')
      {
        snprintf (sentence, sizeof sentence, "population %.60s: auto: %s (%s)", ictus_net_population (p->net, k)->name, name, why);
        f (ctx, sentence);
      }
}

void
plan_assumptions (const ictus_plan *p, void (*f) (void *ctx, const char *sentence), void *ctx)
{
  about_rates (p, f, ctx);
  f (ctx, "neurons are dealt evenly; a partition that does otherwise has a larger largest rank");
  about_solvers (p, f, ctx);
  if (p->rates.measured)
    about_machine (p, f, ctx);
}
