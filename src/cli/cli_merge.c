/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus merge: one sweep.h5 of the parts that several jobs have run. */
#include "cli/cli.h"

#include <getopt.h>

static void
help (void)
{
  ictus_cli_print (
      "Usage: ictus merge DIR [OPTIONS]\n\n"
      "Put together the parts of a sweep that jobs of their own have run in one folder (see 'ictus sweep\n"
      "--help'): writes DIR/sweep.h5 and DIR/sweep.journal, the same (but for the provenance) as if one job had\n"
      "run the whole sweep. When points are missing it says how many and of which parts, writes what is there\n"
      "and ends with status 75. May be repeated; a merged sweep can also be finished as one.\n\n"
      "Options:\n"
      "      --overwrite        begin DIR/sweep.journal anew\n"
      "      --quiet            no remarks\n"
      "      --json             the table as JSON\n"
      "  -h, --help             this text\n\n"
      "Example: ictus merge out/map\n");
}

int
ictus_cli_merge (int argc, char **argv)
{
  enum { OVERWRITE = 1, QUIET, JSON };
  static const struct option options[] = { { "overwrite", no_argument, NULL, OVERWRITE },
                                           { "quiet", no_argument, NULL, QUIET },
                                           { "json", no_argument, NULL, JSON },
                                           { "help", no_argument, NULL, 'h' },
                                           { NULL, 0, NULL, 0 } };
  ictus_sweep_options o = { .progress = true, .table = stdout, .argc = argc, .argv = argv };
  ictus_err e;
  int opt;

  while ((opt = getopt_long (argc, argv, "h", options, NULL)) != -1)
    if (opt == 'h')
      {
        help ();
        return 0;
      }
    else if (opt == OVERWRITE)
      o.overwrite = true;
    else if (opt == QUIET)
      {
        o.progress = false;
        ictus_log_quiet (true);
      }
    else if (opt == JSON)
      o.json = true;
    else
      return ictus_cli_usage ("merge", "wrong option");
  if (optind + 1 != argc)
    return ictus_cli_usage ("merge", "expected one folder");
  e = ictus_sweep_merge (MPI_COMM_WORLD, argv[optind], &o);
  return e == ICTUS_OK ? 0 : ictus_cli_fail (e);
}
