/* SPDX-License-Identifier: BSD-3-Clause */
/* A plan for people and for programs. */
#include "plan/plan_impl.h"

#include <math.h>
#include <string.h>

static const char *const kind_name[] = { "neurons: states, parameters",
                                         "solvers",
                                         "synapses",
                                         "input on its way",
                                         "exchange of spikes",
                                         "recorders",
                                         "program, MPI, HDF5 at the start",
                                         "while it is built",
                                         "while a checkpoint is written" };
static const char *const kind_key[] = { "neurons",   "solvers", "synapses", "input",     "exchange",
                                        "recorders", "fixed",   "building", "checkpoint" };

void
plan_bytes (char s[32], double bytes)
{
  static const char *const unit[] = { "B", "kB", "MB", "GB", "TB", "PB" };
  int k = 0;

  for (; bytes >= 999.5 && k < 5; ++k)
    bytes /= 1000;
  snprintf (s, 32, k == 0 ? "%.0f %s" : "%.3g %s", bytes, unit[k]);
}

static void
plan_seconds (char s[32], double t)
{
  if (t < 120)
    snprintf (s, 32, "%.2g s", t);
  else if (t < 7200)
    snprintf (s, 32, "%.0f min", t / 60);
  else if (t < 172800)
    snprintf (s, 32, "%.1f h", t / 3600);
  else
    snprintf (s, 32, "%.1f days", t / 86400);
}

/* ---- text --------------------------------------------------------------------------------------- */

static void
print_part (FILE *f, const plan_part *q)
{
  char name[100], bytes[32];

  snprintf (name, sizeof name, "%s%s%.60s", kind_name[q->kind], q->name != NULL ? ": " : "",
            q->name != NULL ? q->name : "");
  plan_bytes (bytes, q->bytes);
  fprintf (f, "  %-38s %9s", name, bytes);
  if (q->number > 0)
    fprintf (f, "   %.0f %s of %.0f, %.4g B each", q->number,
             q->kind == PLAN_SYNAPSES ? "synapses" : "neurons", q->all, q->each);
  fprintf (f, "\n");
}

static void
print_memory (FILE *f, const ictus_plan *p)
{
  char a[32], b[32];

  fprintf (f, "\nMemory of the largest rank\n");
  for (size_t k = 0; k < p->need.npart; ++k)
    print_part (f, &p->need.part[k]);
  plan_bytes (a, p->need.rank_bytes);
  fprintf (f, "  %-38s %9s\n", "in all", a);
  plan_bytes (a, p->node_need);
  plan_bytes (b, p->node_room);
  fprintf (f, "  %-38s %9s   of %s %s\n", p->opt.nnode > 1 ? "a node" : "this machine", a, b,
           p->opt.node_bytes > 0 ? "that it is said to have" : "available now");
}

static void
print_files (FILE *f, const ictus_plan *p)
{
  char a[32], b[32];

  fprintf (f, "\nFiles\n");
  if (p->is_sweep)
    {
      plan_bytes (a, p->sweep.file_bytes);
      plan_bytes (b, p->sweep.journal_bytes);
      fprintf (f, "  %-38s %9s\n  %-38s %9s\n", "sweep.h5", a, "sweep.journal", b);
    }
  else
    {
      plan_bytes (a, p->need.out.file);
      fprintf (f, "  %-38s %9s   %.3g spikes, %.3g samples\n", "results.h5", a, p->need.out.spikes,
               p->need.out.samples);
    }
  plan_bytes (a, p->need.checkpoint_bytes);
  fprintf (f, "  %-38s %9s   %d kept\n", "a checkpoint", a, p->exp->checkpoint_keep);
  plan_bytes (a, p->disk_need);
  plan_bytes (b, p->disk_room);
  fprintf (f, "  %-38s %9s   of %s free in %s\n", "at most, with one checkpoint more", a,
           isnan (p->disk_room) ? "an unknown number of bytes" : b, p->dir);
}

static void
print_traffic (FILE *f, const ictus_plan *p)
{
  double spikes = 0;
  char a[32], b[32];

  fprintf (f, "\nTraffic\n  %-38s %9.4g ms, %.0f of them\n", "windows (smallest delay)", p->need.window_ms,
           p->need.windows);
  for (int k = 0; k < p->exp->npopulation; ++k)
    {
      fprintf (f, "  rate of %-30.30s %9.3g Hz%s\n", p->exp->population[k].name, p->rates.Hz[k],
               p->rates.measured ? "" : ", assumed");
      spikes += 1e-3 * p->rates.Hz[k] * (double)p->exp->population[k].size;
    }
  fprintf (f, "  %-38s %9.3g   in the fullest one %.3g\n", "spikes in a window", spikes * p->need.window_ms,
           spikes * p->need.window_ms * p->rates.peak);
  plan_bytes (a, p->need.packet);
  plan_bytes (b, p->need.packet * (p->nrank - 1));
  fprintf (f, "  %-38s %9s   and it receives %s\n", "a rank sends in a window", a, b);
  fprintf (f, "  %-38s %9.3g\n", "synaptic events in a ms", p->need.events);
}

static void
print_time (FILE *f, const ictus_plan *p)
{
  const plan_time *t = &p->time;
  char s[6][32];

  if (p->is_sweep)
    fprintf (f, "\nRuns\n  %s%.0f runs on %d team%s of %d rank%s\n",
             p->exp->threshold.is_searched ? "about " : "", p->sweep.nrun, p->sweep.nteam,
             p->sweep.nteam == 1 ? "" : "s", p->sweep.each, p->sweep.each == 1 ? "" : "s");
  if (!p->rates.measured)
    return;
  if (p->is_sweep)
    {
      plan_seconds (s[0], p->sweep.run_s);
      plan_seconds (s[1], p->sweep.least_s);
      plan_seconds (s[2], p->sweep.most_s);
      plan_seconds (s[3], p->sweep.all_s);
      fprintf (f, "  a run takes %s (%s to %s in the %d that were begun)\n  the sweep takes about %s\n", s[0],
               s[1], s[2], p->sweep.nsample, s[3]);
      return;
    }
  plan_seconds (s[0], t->all);
  plan_seconds (s[1], t->build);
  plan_seconds (s[2], t->solve);
  plan_seconds (s[3], t->deliver);
  plan_seconds (s[4], t->exchange);
  plan_seconds (s[5], t->output + t->checkpoint);
  fprintf (f, "\nTime\n  the run takes about %s: build %s, solve %s, deliver %s, exchange %s, files %s\n",
           s[0], s[1], s[2], s[3], s[4], s[5]);
}

static void
print_sentence (void *ctx, const char *sentence)
{
  fprintf (ctx, "  - %s\n", sentence);
}

static void
print_verdict (FILE *f, const ictus_plan *p)
{
  const char *where = p->opt.nnode > 1 ? "a node" : "this machine";
  char a[32], b[32];

  fprintf (f, "\n");
  if (p->node_need > p->node_room)
    {
      plan_bytes (a, p->node_need);
      plan_bytes (b, p->node_room);
      fprintf (f, "Does not fit into memory: %s needs %s, it has %s.\n", where, a, b);
    }
  if (p->disk_need > p->disk_room)
    {
      plan_bytes (a, p->disk_need);
      plan_bytes (b, p->disk_room);
      fprintf (f, "Does not fit on the disk: %s are written, %s are free.\n", a, b);
    }
  if (ictus_plan_fits (p))
    fprintf (f, "Fits: %.0f %% of the memory of %s%s.\n", 100 * p->node_need / p->node_room, where,
             isnan (p->disk_room) ? "; the free space on the disk is unknown" : "");
}

static void
print_text (FILE *f, const ictus_plan *p)
{
  fprintf (f, "%s: %.0f neurons, %.0f synapses", p->exp->name, p->need.neurons, p->need.synapses);
  if (p->need.synapses_sd > 0.5)
    fprintf (f, " (give or take %.0f)", 3 * p->need.synapses_sd);
  fprintf (f, ", on %d rank%s of %d node%s\n", p->opt.nrank, p->opt.nrank == 1 ? "" : "s", p->opt.nnode,
           p->opt.nnode == 1 ? "" : "s");
  print_memory (f, p);
  print_files (f, p);
  print_traffic (f, p);
  print_time (f, p);
  fprintf (f, "\nThis assumes\n");
  plan_assumptions (p, print_sentence, f);
  print_verdict (f, p);
}

/* ---- JSON --------------------------------------------------------------------------------------- */

typedef struct list
{
  FILE *f;
  bool more;
} list;

static void
put_sentence (void *ctx, const char *sentence)
{
  list *l = ctx;

  fprintf (l->f, "%s\n    ", l->more ? "," : "");
  ictus_json_string (l->f, sentence);
  l->more = true;
}

static void
put_memory (FILE *f, const ictus_plan *p)
{
  fprintf (f, ",\n  \"memory\": {\n    \"parts\": [");
  for (size_t k = 0; k < p->need.npart; ++k)
    {
      const plan_part *q = &p->need.part[k];

      fprintf (f, "%s\n      {\"kind\": \"%s\"", k > 0 ? "," : "", kind_key[q->kind]);
      if (q->name != NULL)
        {
          fprintf (f, ", \"name\": ");
          ictus_json_string (f, q->name);
        }
      ictus_json_number (f, ", \"bytes\": ", q->bytes);
      if (q->all > 0)
        {
          ictus_json_number (f, ", \"number\": ", q->number);
          ictus_json_number (f, ", \"all\": ", q->all);
          ictus_json_number (f, ", \"bytes_each\": ", q->each);
        }
      fprintf (f, "}");
    }
  ictus_json_number (f, "],\n    \"rank_bytes\": ", p->need.rank_bytes);
  ictus_json_number (f, ", \"shared_bytes\": ", p->need.shared_bytes);
  ictus_json_number (f, ", \"node_bytes\": ", p->node_need);
  ictus_json_number (f, ", \"node_room_bytes\": ", p->node_room);
  fprintf (f, "}");
}

static void
put_files (FILE *f, const ictus_plan *p)
{
  if (p->is_sweep)
    {
      ictus_json_number (f, ",\n  \"files\": {\"sweep_bytes\": ", p->sweep.file_bytes);
      ictus_json_number (f, ", \"journal_bytes\": ", p->sweep.journal_bytes);
    }
  else
    {
      ictus_json_number (f, ",\n  \"files\": {\"results_bytes\": ", p->need.out.file);
      ictus_json_number (f, ", \"spikes\": ", p->need.out.spikes);
      ictus_json_number (f, ", \"samples\": ", p->need.out.samples);
    }
  ictus_json_number (f, ", \"checkpoint_bytes\": ", p->need.checkpoint_bytes);
  ictus_json_number (f, ", \"disk_bytes\": ", p->disk_need);
  ictus_json_number (f, ", \"disk_room_bytes\": ", p->disk_room);
  fprintf (f, "}");
}

static void
put_traffic (FILE *f, const ictus_plan *p)
{
  double spikes = 0;

  ictus_json_number (f, ",\n  \"traffic\": {\"window_ms\": ", p->need.window_ms);
  ictus_json_number (f, ", \"windows\": ", p->need.windows);
  fprintf (f, ", \"rates_measured\": %s, \"rates_Hz\": {", p->rates.measured ? "true" : "false");
  for (int k = 0; k < p->exp->npopulation; ++k)
    {
      fprintf (f, "%s", k > 0 ? ", " : "");
      ictus_json_string (f, p->exp->population[k].name);
      ictus_json_number (f, ": ", p->rates.Hz[k]);
      spikes += 1e-3 * p->rates.Hz[k] * (double)p->exp->population[k].size;
    }
  ictus_json_number (f, "}, \"spikes_per_window\": ", spikes * p->need.window_ms);
  ictus_json_number (f, ", \"sent_bytes_per_window\": ", p->need.packet);
  ictus_json_number (f, ", \"received_bytes_per_window\": ", p->need.packet * (p->nrank - 1));
  ictus_json_number (f, ", \"events_per_ms\": ", p->need.events);
  fprintf (f, "}");
}

static void
put_time (FILE *f, const ictus_plan *p)
{
  const plan_time *t = &p->time;
  bool known = p->rates.measured;

  if (p->is_sweep)
    {
      fprintf (f, ",\n  \"sweep\": {\"runs\": %.0f, \"teams\": %d, \"ranks_per_run\": %d, \"sampled\": %d",
               p->sweep.nrun, p->sweep.nteam, p->sweep.each, p->sweep.nsample);
      ictus_json_number (f, ", \"run_s\": ", known ? p->sweep.run_s : NAN);
      ictus_json_number (f, ", \"least_run_s\": ", known ? p->sweep.least_s : NAN);
      ictus_json_number (f, ", \"most_run_s\": ", known ? p->sweep.most_s : NAN);
      fprintf (f, "}");
    }
  ictus_json_number (f, ",\n  \"time_s\": {\"all\": ", !known ? NAN : p->is_sweep ? p->sweep.all_s : t->all);
  if (known && !p->is_sweep)
    {
      ictus_json_number (f, ", \"build\": ", t->build);
      ictus_json_number (f, ", \"solve\": ", t->solve);
      ictus_json_number (f, ", \"deliver\": ", t->deliver);
      ictus_json_number (f, ", \"exchange\": ", t->exchange);
      ictus_json_number (f, ", \"output\": ", t->output);
      ictus_json_number (f, ", \"checkpoints\": ", t->checkpoint);
    }
  fprintf (f, "}");
}

static void
print_json (FILE *f, const ictus_plan *p)
{
  list l = { .f = f };

  fprintf (f, "{\n  \"name\": ");
  ictus_json_string (f, p->exp->name);
  fprintf (f, ", \"ranks\": %d, \"nodes\": %d", p->opt.nrank, p->opt.nnode);
  ictus_json_number (f, ", \"neurons\": ", p->need.neurons);
  ictus_json_number (f, ", \"synapses\": ", p->need.synapses);
  ictus_json_number (f, ", \"synapses_sd\": ", p->need.synapses_sd);
  put_memory (f, p);
  put_files (f, p);
  put_traffic (f, p);
  put_time (f, p);
  fprintf (f, ",\n  \"assumptions\": [");
  plan_assumptions (p, put_sentence, &l);
  fprintf (f, "],\n  \"fits\": %s, \"fits_memory\": %s, \"fits_disk\": %s\n}\n",
           ictus_plan_fits (p) ? "true" : "false", p->node_need <= p->node_room ? "true" : "false",
           p->disk_need > p->disk_room ? "false" : "true");
}

void
ictus_plan_print (FILE *f, const ictus_plan *p, bool json)
{
  if (json)
    print_json (f, p);
  else
    print_text (f, p);
}
