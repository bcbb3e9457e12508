/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus run: an experiment from its file to results.h5. */
#include "cli/cli.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static void
help (void)
{
  ictus_cli_print (
      "Usage: ictus run EXPERIMENT.yaml [OPTIONS]\n\n"
      "Run an experiment. Writes DIR/results.h5 (SONATA spikes and reports, provenance) and DIR/used.yaml\n"
      "(every value, defaults included; running it gives the same result).\n\n"
      "Options:\n" ICTUS_CLI_COMMON_HELP
      "      --summary          print rates, CV of intervals, synchrony and Fano factor of each population\n"
      "      --discard MS       leave the beginning out of the summary (default 0)\n"
      "      --no-output        write no files (with --summary)\n\n"
      "Example: mpirun -n 2 ictus run jobs/brette-2007/cuba.yaml -o out/cuba --summary --discard 200\n");
}

/* The values as used, beside the results. */
static ictus_err
write_used (const ictus_conf *conf, const char *dir)
{
  ictus_text text = { 0 }, path = { 0 };
  ictus_err e = ICTUS_OK;

  if (ictus_cli_is_main ())
    {
      ictus_text_add (&path, "%s/used.yaml", dir);
      e = ictus_conf_emit_moved (conf, &text);
      if (e == ICTUS_OK && (path.failed || text.failed))
        e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
      if (e == ICTUS_OK)
        e = ictus_file_write (path.s, text.s, text.len);
    }
  ictus_text_clear (&text);
  ictus_text_clear (&path);
  return ictus_comm_agree (MPI_COMM_WORLD, e);
}

static ictus_err
print_summary (ictus_engine *engine, ictus_summary *summary, bool json)
{
  ictus_net *net = ictus_engine_net (engine);
  ictus_measures *m = ictus_alloc ((size_t) ictus_net_npopulation (net) + 1, sizeof *m);
  ictus_err e = ictus_comm_agree (MPI_COMM_WORLD, m == NULL ? ICTUS_E_NOMEM : ICTUS_OK);

  if (e == ICTUS_OK)
    e = ictus_summary_get (summary, m);
  if (e == ICTUS_OK && ictus_cli_is_main ())
    ictus_summary_print (stdout, net, m, json);
  ictus_free (m);
  return e;
}

static void
report (const ictus_engine *engine, const char *path)
{
  ictus_engine_stats s;

  ictus_engine_get_stats (engine, &s);
  if (ictus_cli_is_main ())
    ictus_log ("%.1f ms in %.2f s (solve %.2f, exchange %.2f, deliver %.2f on rank 0), %llu spikes, %llu "
               "synapses%s%s",
               s.t_ms, s.wall_s, s.solve_s, s.exchange_s, s.deliver_s, (unsigned long long) s.spikes,
               (unsigned long long) s.synapses, path != NULL ? "; " : "", path != NULL ? path : "");
}

int
ictus_cli_run_experiment (ictus_conf *conf, const char *dir, const ictus_cli_run_options *o)
{
  ictus_experiment *exp = NULL;
  ictus_engine *engine = NULL;
  ictus_summary *summary = NULL;
  ictus_out *out = NULL;
  ictus_text path = { 0 };
  ictus_err e, closing;

  ICTUS_GO (ictus_comm_agree (MPI_COMM_WORLD, ictus_experiment_read (conf, &exp)));
  ICTUS_GO (ictus_engine_create (MPI_COMM_WORLD, exp, &engine));
  ictus_engine_progress (engine, o->progress);
  ictus_cli_heed_signals ();
  ICTUS_GO (ictus_engine_hook (engine, &(ictus_hook){ .stop = ictus_cli_told_to_end }));
  if (o->summary)
    ICTUS_GO (ictus_comm_agree (MPI_COMM_WORLD, ictus_summary_create (engine, o->discard_ms, &summary)));
  if (dir != NULL)
    {
      ictus_text_add (&path, "%s/results.h5", dir);
      ICTUS_GO (ictus_cli_mkdir (dir));
      ICTUS_GO (ictus_out_create (engine, path.s, o->overwrite, o->argc, o->argv, &out));
      ICTUS_GO (write_used (conf, dir));
    }
  e = ictus_engine_run (engine);
  if (e == ICTUS_OK)
    report (engine, path.s);
  if (e == ICTUS_OK && o->summary)
    e = print_summary (engine, summary, o->json);
done:
  if (out != NULL) /* what was flushed stays readable, and the first error is the one to tell */
    {
      char *first = e != ICTUS_OK ? ictus_strdup (ictus_err_last ()) : NULL;

      closing = ictus_out_close (&out);
      if (e == ICTUS_OK)
        e = closing;
      else if (first != NULL)
        ictus_err_note (e, __FILE__, __LINE__, "%s", first);
      ictus_free (first);
    }
  ictus_text_clear (&path);
  ictus_summary_destroy (&summary);
  ictus_engine_destroy (&engine);
  ictus_experiment_destroy (&exp);
  return e == ICTUS_OK ? 0 : ictus_cli_fail (e);
}

int
ictus_cli_run (int argc, char **argv)
{
  enum { SUMMARY = 1, DISCARD, NO_OUTPUT };
  static const struct option options[] = { ICTUS_CLI_COMMON_OPTIONS,
                                           { "summary", no_argument, NULL, SUMMARY },
                                           { "discard", required_argument, NULL, DISCARD },
                                           { "no-output", no_argument, NULL, NO_OUTPUT },
                                           { NULL, 0, NULL, 0 } };
  ictus_cli_common c = { 0 };
  ictus_cli_run_options o = { .progress = true, .argc = argc, .argv = argv };
  ictus_conf *conf = NULL;
  ictus_text dir = { 0 };
  bool write = true;
  ictus_err e;
  int opt, status;

  while ((opt = getopt_long (argc, argv, "o:h", options, NULL)) != -1)
    {
      if (opt == 'h')
        {
          help ();
          status = 0;
          goto done;
        }
      if (opt == SUMMARY)
        o.summary = true;
      else if (opt == NO_OUTPUT)
        write = false;
      else if (opt == DISCARD)
        {
          if (ictus_quantity (optarg, "ms", &o.discard_ms, NULL) != ICTUS_OK || !(o.discard_ms >= 0))
            {
              status = ictus_cli_usage ("run", "--discard takes a time in ms, not \"%s\"", optarg);
              goto done;
            }
        }
      else if (!ictus_cli_common_take (&c, opt, optarg))
        {
          status = ictus_cli_usage ("run", "wrong option");
          goto done;
        }
    }
  if (optind + 1 != argc)
    {
      status = ictus_cli_usage ("run", "expected one experiment file");
      goto done;
    }
  e = ictus_cli_load (argv[optind], &c, &conf);
  if (e != ICTUS_OK)
    {
      status = ictus_cli_fail (e);
      goto done;
    }
  ictus_cli_experiment_dir (&c, conf, &dir);
  o.overwrite = c.overwrite;
  o.json = c.json;
  o.progress = !c.quiet;
  status = ictus_cli_run_experiment (conf, write ? dir.s : NULL, &o);
done:
  ictus_text_clear (&dir);
  ictus_conf_destroy (&conf);
  ictus_cli_common_clear (&c);
  return status;
}
