/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus sweep: an experiment over a grid of parameter values. */
#include "cli/cli.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_LIST = 1, OPT_RETRY, OPT_PART };

static void
help (void)
{
  ictus_cli_print (
      "Usage: ictus sweep EXPERIMENT.yaml [OPTIONS]\n\n"
      "Run an experiment at every point of its section 'sweep': of a grid, drawn from ranges, or where the search\n"
      "for a threshold needs it. Teams of ranks take points as they become free. Writes DIR/sweep.h5 (rate, CV of\n"
      "intervals, synchrony chi, Fano factor and the seizure flag of every point; opens with xarray),\n"
      "DIR/sweep.journal (a killed sweep started again goes on from it) and\n"
      "DIR/used.yaml. Recorders of the experiment do not run. Prints the table of up to 200 points.\n\n"
      "Options:\n" ICTUS_CLI_COMMON_HELP "      --retry-failed     run points again that failed before\n"
      "      --list             print the points and run nothing\n"
      "      --part K/N         run the K-th of N shares of the points, on its own (a job array: one task a share);\n"
      "                         'ictus merge DIR' makes one sweep.h5 of them\n\n"
      "Told to end (SIGTERM, SIGUSR1, SIGINT), it finishes or checkpoints what is under way and ends with\n"
      "status 75; the same command goes on.\n\n"
      "Example: mpirun -n 2 ictus sweep jobs/ei-sweep/experiment.yaml -o out/ei-sweep\n"
      "         ictus plot out/ei-sweep/sweep.h5 -o map.png\n");
}

static ictus_err
list (ictus_conf *conf, bool json)
{
  FILE *null = NULL;
  ictus_err e;

  if (!ictus_cli_is_main ()) /* all must come to the same verdict, one prints */
    null = fopen ("/dev/null", "w");
  if (!ictus_cli_is_main () && null == NULL)
    e = ICTUS_FAIL (ICTUS_E_IO, "cannot open /dev/null");
  else
    e = ictus_sweep_list (null != NULL ? null : stdout, conf, json);
  if (null != NULL)
    fclose (null);
  return ictus_comm_agree (MPI_COMM_WORLD, e);
}

static int
sweep_file (const char *path, const ictus_cli_common *c, bool only_list, ictus_sweep_options *o)
{
  ictus_conf *conf = NULL;
  ictus_text dir = { 0 };
  ictus_err e;

  ICTUS_GO (ictus_cli_isa (c->isa));
  ICTUS_GO (ictus_cli_load (path, c, &conf));
  if (only_list)
    ICTUS_GO (list (conf, c->json));
  else
    {
      ictus_cli_experiment_dir (c, conf, &dir);
      if (!c->overwrite)
        ICTUS_GO (ictus_cli_isa_of_sweep (dir.s, o->part, o->nparts, c->isa));
      o->overwrite = c->overwrite;
      o->progress = !c->quiet;
      o->table = stdout;
      o->json = c->json;
      o->told = ictus_cli_told_to_end;
      ictus_cli_heed_signals ();
      ICTUS_GO (ictus_sweep_run (MPI_COMM_WORLD, conf, dir.s, o));
    }
done:
  ictus_text_clear (&dir);
  ictus_conf_destroy (&conf);
  return e == ICTUS_OK ? 0 : ictus_cli_fail (e);
}

/* "3/10" */
static bool
take_part (const char *text, ictus_sweep_options *o)
{
  char *end;
  unsigned long part = strtoul (text, &end, 10), nparts = 0;

  if (end == text || *end != '/' || *text == '-' || end[1] < '0' || end[1] > '9')
    return false;
  nparts = strtoul (end + 1, &end, 10);
  o->part = part - 1;
  o->nparts = nparts;
  return *end == '\0' && part >= 1 && part <= nparts && nparts <= 999999;
}

int
ictus_cli_sweep (int argc, char **argv)
{
  static const struct option options[] = { ICTUS_CLI_COMMON_OPTIONS,
                                           { "list", no_argument, NULL, OPT_LIST },
                                           { "part", required_argument, NULL, OPT_PART },
                                           { "retry-failed", no_argument, NULL, OPT_RETRY },
                                           { NULL, 0, NULL, 0 } };
  ictus_cli_common c = { 0 };
  ictus_sweep_options o = { .argc = argc, .argv = argv };
  bool only_list = false;
  int opt, status = 0;

  while ((opt = getopt_long (argc, argv, "o:h", options, NULL)) != -1)
    {
      if (opt == 'h')
        {
          help ();
          goto done;
        }
      if (opt == OPT_LIST)
        only_list = true;
      else if (opt == OPT_RETRY)
        o.retry_failed = true;
      else if (opt == OPT_PART)
        {
          if (!take_part (optarg, &o))
            {
              status = ictus_cli_usage ("sweep", "--part takes K/N, such as 3/10, not \"%s\"", optarg);
              goto done;
            }
        }
      else if (!ictus_cli_common_take (&c, opt, optarg))
        {
          status = ictus_cli_usage ("sweep", "wrong option");
          goto done;
        }
    }
  if (optind + 1 != argc)
    status = ictus_cli_usage ("sweep", "expected one experiment file");
  else
    status = sweep_file (argv[optind], &c, only_list, &o);
done:
  ictus_cli_common_clear (&c);
  return status;
}
