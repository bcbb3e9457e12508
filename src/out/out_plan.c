/* SPDX-License-Identifier: BSD-3-Clause */
/* What recorders will hold in memory and write, before there are any. */
#include "out/out_impl.h"

#include <math.h>
#include <string.h>

#define OBJECT_BYTES 640.0 /* headers of a data set, its attributes and its names in groups */
#define FILE_BYTES 40000.0 /* of the file, its groups and what the provenance says beside the texts */

typedef struct span /* what a recorder sees of a run */
{
  double rows; /* samples or bins in all */
  double held; /* of them in memory between two writes */
} span;

static double
variables (const ictus_exp_record *rec)
{
  return ictus_node_is (rec->variables) == ICTUS_NODE_SCALAR ? 1 : (double)ictus_node_count (rec->variables);
}

/* row_bytes: of one sample on the rank that is asked for. Large buffers are written at the next mark already.
 */
static span
see (const ictus_experiment *exp, const ictus_exp_record *rec, double row_bytes)
{
  double end = fmin (exp->t_stop_ms, rec->stop_ms), every = rec->interval_ms,
         hold = fmin (exp->flush_ms, exp->t_stop_ms);
  bool bins = rec->type == ICTUS_RECORD_RATE;
  double first = bins ? rec->start_ms + every : ictus_engine_first_sample (exp, rec->start_ms, every);
  span s = { 0 };

  if (end < first)
    return s;
  s.rows = floor ((end - first) / every * (1 + 1e-12)) + 1;
  if (row_bytes * hold / every > OUT_MANY_BYTES)
    hold = fmin (hold, OUT_MANY_BYTES / row_bytes * every + exp->restart_mark_ms);
  s.held = fmin (s.rows, ceil (hold / every));
  return s;
}

/* Capacity that doubling from 16 reaches. */
static double
doubled (double need)
{
  double cap = 16;

  while (cap < need)
    cap *= 2;
  return need > 0 ? cap : 0;
}

static void
need_spikes (const ictus_net *net, const double *rate_Hz, int nrank, ictus_out_need *out)
{
  const ictus_experiment *exp = ictus_net_experiment (net);
  double most = fmin (exp->flush_ms, exp->t_stop_ms), held = 0, share = 0;

  for (int p = 0; p < exp->npopulation; ++p)
    {
      double from = INFINITY, to = 0, per_ms = 1e-3 * rate_Hz[p] * (double)exp->population[p].size, n;

      for (int r = 0; r < exp->nrecord; ++r)
        for (int k = 0; exp->record[r].type == ICTUS_RECORD_SPIKES && k < exp->record[r].npopulation; ++k)
          if (exp->record[r].population[k] == p)
            {
              from = fmin (from, exp->record[r].start_ms);
              to = fmax (to, fmin (exp->record[r].stop_ms, exp->t_stop_ms));
            }
      if (isinf (from))
        continue;
      n = per_ms * fmax (to - from, 0);
      out->spikes += n;
      out->file += 2 * ictus_h5_grown_bytes (sizeof (double), 0, n);
      out->rest += 3 * OBJECT_BYTES;
      out->sets += 2;
      if (per_ms * most > OUT_MANY_SPIKES)
        most = fmin (most, OUT_MANY_SPIKES / per_ms + exp->restart_mark_ms);
      held += per_ms * most;
      share = fmax (share, per_ms * most / nrank);
    }
  out->memory += doubled (held) * (double)sizeof (ictus_spike)
                 + doubled (share) * (sizeof (double) + sizeof (uint64_t));
}

static void
need_trace (const ictus_experiment *exp, const ictus_exp_record *rec, const size_t *local, int nrank,
            ictus_out_need *out)
{
  size_t all = exp->population[rec->population[0]].size, width = rec->neurons != NULL ? rec->nneurons : all;
  double n = (double)local[rec->population[0]], cols = fmin (ceil ((double)width / nrank), n),
         nvar = variables (rec);
  span s = see (exp, rec, cols * nvar * sizeof (float));

  out->memory += nvar * doubled (s.held * cols) * sizeof (float) + 12.0 * n;
  out->memory += 2 * fmin (s.held / nrank * (double)width * sizeof (float), 64 << 20);
  out->samples += s.rows * (double)width * nvar;
  out->file += nvar * ictus_h5_grown_bytes (sizeof (float), width, s.rows);
  out->rest
      += nvar * 2 * OBJECT_BYTES + (double)width * (8 + 8 + 4 + 4) + 6 * OBJECT_BYTES; /* with the mapping */
  out->sets += (int)nvar;
}

static void
need_mean (const ictus_experiment *exp, const ictus_exp_record *rec, ictus_out_need *out)
{
  double nvar = variables (rec);
  span s = see (exp, rec, nvar * sizeof (ictus_sum));

  out->memory += doubled (s.held * nvar) * sizeof (ictus_sum) + s.held * sizeof (double);
  out->samples += s.rows * (double)exp->population[rec->population[0]].size;
  out->file += nvar * ictus_h5_grown_bytes (sizeof (double), 0, s.rows);
  out->rest += nvar * OBJECT_BYTES;
  out->sets += (int)nvar;
}

static void
need_rate (const ictus_experiment *exp, const ictus_exp_record *rec, ictus_out_need *out)
{
  span s = see (exp, rec, rec->npopulation * (double)sizeof (uint64_t));

  out->memory += doubled (s.held * rec->npopulation) * sizeof (uint64_t) + s.held * sizeof (double);
  out->file += rec->npopulation * ictus_h5_grown_bytes (sizeof (double), 0, s.rows);
  out->rest += rec->npopulation * OBJECT_BYTES;
  out->sets += rec->npopulation;
}

/* Of the provenance: the experiment as it was written and as it was used, and every model once. */
static double
texts (const ictus_net *net)
{
  const ictus_experiment *exp = ictus_net_experiment (net);
  ictus_text used = { 0 };
  double n = 0;

  for (int p = 0; p < exp->npopulation; ++p)
    {
      const ictus_model *m = ictus_net_population (net, p)->model;
      bool first = m != NULL && m->lang != NULL;

      for (int k = 0; k < p; ++k)
        first = first && ictus_net_population (net, k)->model != m;
      n += first ? (double)strlen (ictus_lang_text (m->lang)) : 0;
    }
  if (exp->conf != NULL && ictus_conf_emit (exp->conf, &used) == ICTUS_OK)
    n += (double)used.len + (double)strlen (ictus_conf_text (exp->conf));
  ictus_text_clear (&used);
  return n;
}

void
ictus_out_plan (const ictus_net *net, const size_t *local, int nrank, const double *rate_Hz,
                ictus_out_need *out)
{
  const ictus_experiment *exp = ictus_net_experiment (net);

  *out = (ictus_out_need){ 0 };
  need_spikes (net, rate_Hz, nrank, out);
  for (int r = 0; r < exp->nrecord; ++r)
    {
      const ictus_exp_record *rec = &exp->record[r];

      switch (rec->type)
        {
        case ICTUS_RECORD_SPIKES:
          break;
        case ICTUS_RECORD_TRACE:
          need_trace (exp, rec, local, nrank, out);
          break;
        case ICTUS_RECORD_MEAN:
          need_mean (exp, rec, out);
          break;
        case ICTUS_RECORD_RATE:
          need_rate (exp, rec, out);
          break;
        }
    }
  out->rest += FILE_BYTES + texts (net);
  out->file += out->rest;
}
