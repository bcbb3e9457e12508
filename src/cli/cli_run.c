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
      "Run an experiment. Writes DIR/results.h5 (SONATA spikes and reports, provenance), DIR/used.yaml\n"
      "(every value, defaults included; running it gives the same result) and DIR/checkpoint-*.h5 as the\n"
      "section 'checkpoint' says. Told to end (SIGUSR1, SIGTERM, SIGINT), it goes on to the next restart\n"
      "mark, writes a checkpoint and ends with status 75; 'ictus resume DIR', or the same command with\n"
      "--resume, goes on from there, on any number of ranks.\n\n"
      "Options:\n" ICTUS_CLI_COMMON_HELP
      "      --resume           go on from the last checkpoint in DIR; begin if there is none; nothing to do\n"
      "                         if the run is complete (for job scripts that are started again and again)\n"
      "      --summary          print rates, CV of intervals, synchrony and Fano factor of each population\n"
      "      --discard MS       leave the beginning out of the summary (default 0)\n"
      "      --no-output        write no files (with --summary)\n"
      "      --force-memory     run even if the memory that is available clearly will not do (see ictus plan)\n\n"
      "Example: mpirun -n 2 ictus run jobs/brette-2007/cuba.yaml -o out/cuba --summary --discard 200\n");
}

int
ictus_cli_run (int argc, char **argv)
{
  enum
  {
    SUMMARY = 1,
    DISCARD,
    NO_OUTPUT,
    RESUME,
    FORCE_MEMORY
  };
  static const struct option options[] = { ICTUS_CLI_COMMON_OPTIONS,
                                           { "summary", no_argument, NULL, SUMMARY },
                                           { "discard", required_argument, NULL, DISCARD },
                                           { "no-output", no_argument, NULL, NO_OUTPUT },
                                           { "resume", no_argument, NULL, RESUME },
                                           { "force-memory", no_argument, NULL, FORCE_MEMORY },
                                           { NULL, 0, NULL, 0 } };
  ictus_cli_common c = { 0 };
  ictus_cli_run_options o = { .progress = true, .check_memory = true, .argc = argc, .argv = argv };
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
      else if (opt == FORCE_MEMORY)
        o.check_memory = false;
      else if (opt == RESUME)
        o.resume = true;
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
  if (o.resume && (c.overwrite || !write))
    {
      status = ictus_cli_usage ("run", "--resume does not go with %s",
                                c.overwrite ? "--overwrite" : "--no-output");
      goto done;
    }
  e = ictus_cli_isa (c.isa);
  if (e == ICTUS_OK)
    e = ictus_cli_load (argv[optind], &c, &conf);
  if (e != ICTUS_OK)
    {
      status = ictus_cli_fail (e);
      goto done;
    }
  ictus_cli_experiment_dir (&c, conf, &dir);
  o.overwrite = c.overwrite;
  o.isa = c.isa;
  o.json = c.json;
  o.progress = !c.quiet;
  status = ictus_cli_run_experiment (conf, write ? dir.s : NULL, &o);
done:
  ictus_text_clear (&dir);
  ictus_conf_destroy (&conf);
  ictus_cli_common_clear (&c);
  return status;
}
