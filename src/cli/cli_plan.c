/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus plan: what a run or a sweep will need, before it starts. */
#include "cli/cli.h"

#include <ctype.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum
{
  OPT_RANKS = 1,
  OPT_NODES,
  OPT_MEMORY,
  OPT_SECONDS,
  OPT_NONE
};

typedef struct options
{
  ictus_cli_common common;
  ictus_plan_options plan;
  const char *experiment;
} options;

static void
help (void)
{
  ictus_cli_print (
      "Usage: ictus plan EXPERIMENT.yaml [--ranks N] [--nodes M] [OPTIONS]\n\n"
      "Say what a run of the experiment, or its sweep, will need: memory of the largest rank by part, sizes "
      "of the\n"
      "files, spikes and bytes exchanged in a window, wall time. Writes nothing. Sizes are computed; rates "
      "and times\n"
      "come from a short run on one process. Status 0: it fits; 69: it does not, and what is too large is "
      "said.\n\n"
      "Options:\n"
      "      --ranks N          number of ranks (default 1)\n"
      "      --nodes M          machines that the ranks are spread over (default 1: this one)\n"
      "      --memory-per-node SIZE\n"
      "                         memory of a machine, such as 64G (default: what this one has available now)\n"
      "      --calibration S    seconds that the short run may take (default 4; for a sweep 12)\n"
      "      --no-calibration   no short run: rates are assumed, no time is estimated\n"
      "  -o, --output DIR       folder that the results will go to, for its free space (default: "
      "./out/NAME)\n"
      "      --set KEY=VALUE    override an entry of the experiment, e.g. populations.E.size=100000\n"
      "      --seed N           the same as --set seed=N\n"
      "      --isa LEVEL        level of instructions that the run will use\n"
      "      --quiet            no remarks\n"
      "      --json             the plan as JSON\n"
      "  -h, --help             this text\n\n"
      "Example: ictus plan jobs/brette-2007/cuba.yaml --ranks 64 --nodes 2 --memory-per-node 64G\n");
}

/* ---- command line ------------------------------------------------------------------------------- */

/* "64G", "512M", "1.5T"; powers of 1024, as SLURM has them. */
static bool
take_size (const char *text, double *out)
{
  static const char unit[] = "KMGTP";
  const char *u;
  char *end;
  double x = strtod (text, &end);

  if (end == text || !(x > 0) || isinf (x) || *end == '\0'
      || (u = strchr (unit, toupper ((unsigned char)*end))) == NULL)
    return false;
  if (strcmp (end + 1, "") != 0 && strcmp (end + 1, "B") != 0 && strcmp (end + 1, "iB") != 0)
    return false;
  *out = x * pow (1024, (double)(u - unit) + 1);
  return true;
}

static bool
take_seconds (const char *text, double *out)
{
  char *end;

  *out = strtod (text, &end);
  return end != text && *end == '\0' && *out > 0 && *out < 1e6;
}

/* One option of this command; NULL: taken, or what is wrong with it. */
static const char *
take (options *o, int opt, const char *arg)
{
  switch (opt)
    {
    case OPT_RANKS:
      return ictus_cli_count (arg, &o->plan.nrank) ? NULL : "--ranks takes a number of ranks";
    case OPT_NODES:
      return ictus_cli_count (arg, &o->plan.nnode) ? NULL : "--nodes takes a number of machines";
    case OPT_MEMORY:
      return take_size (arg, &o->plan.node_bytes) ? NULL
                                                  : "--memory-per-node takes a size such as 64G or 512M";
    case OPT_SECONDS:
      return take_seconds (arg, &o->plan.calibrate_s) ? NULL : "--calibration takes a number of seconds";
    case OPT_NONE:
      o->plan.calibrate_s = 0;
      return NULL;
    default:
      return ictus_cli_common_take (&o->common, opt, arg) ? NULL : "";
    }
}

/* -1: go on; else the exit status */
static int
take_options (int argc, char **argv, options *o)
{
  static const struct option table[] = { ICTUS_CLI_COMMON_OPTIONS,
                                         { "ranks", required_argument, NULL, OPT_RANKS },
                                         { "nodes", required_argument, NULL, OPT_NODES },
                                         { "memory-per-node", required_argument, NULL, OPT_MEMORY },
                                         { "calibration", required_argument, NULL, OPT_SECONDS },
                                         { "no-calibration", no_argument, NULL, OPT_NONE },
                                         { NULL, 0, NULL, 0 } };
  int opt;

  while ((opt = getopt_long (argc, argv, "o:h", table, NULL)) != -1)
    {
      const char *wrong;

      if (opt == 'h')
        {
          help ();
          return 0;
        }
      wrong = take (o, opt, optarg);
      if (wrong != NULL && *wrong != '\0')
        return ictus_cli_usage ("plan", "%s, not \"%s\"", wrong, optarg);
      if (wrong != NULL)
        return ictus_cli_usage ("plan", "wrong option");
    }
  if (optind + 1 != argc)
    return ictus_cli_usage ("plan", "expected one experiment file");
  if (o->plan.nnode > o->plan.nrank)
    return ictus_cli_usage ("plan", "%d ranks cannot be spread over %d nodes", o->plan.nrank, o->plan.nnode);
  o->experiment = argv[optind];
  return -1;
}

/* ---- work --------------------------------------------------------------------------------------- */

/* On rank 0. *fits: the verdict. */
static ictus_err
make (options *o, ictus_conf *conf, bool *fits)
{
  ictus_text dir = { 0 };
  ictus_plan *plan = NULL;
  ictus_err e;

  ictus_cli_experiment_dir (&o->common, conf, &dir);
  o->plan.dir = dir.s;
  ICTUS_GO (ictus_plan_make (conf, &o->plan, &plan));
  ictus_plan_print (stdout, plan, o->common.json);
  *fits = ictus_plan_fits (plan);
done:
  ictus_plan_destroy (&plan);
  ictus_text_clear (&dir);
  return e;
}

static int
run (options *o)
{
  ictus_conf *conf = NULL;
  bool fits = true;
  int status;
  ictus_err e;

  ICTUS_GO (ictus_cli_isa (o->common.isa));
  ICTUS_GO (ictus_cli_load (o->experiment, &o->common, &conf));
  e = ictus_comm_verdict (MPI_COMM_WORLD, ictus_cli_is_main () ? make (o, conf, &fits) : ICTUS_OK);
done:
  ictus_conf_destroy (&conf);
  status = e == ICTUS_OK ? fits ? 0 : ictus_err_status (ICTUS_E_RESOURCE) : ictus_cli_fail (e);
  ICTUS_MPI (MPI_Bcast (&status, 1, MPI_INT, 0, MPI_COMM_WORLD));
  return status;
}

int
ictus_cli_plan (int argc, char **argv)
{
  options o = { .plan = { .nrank = 1, .nnode = 1, .calibrate_s = -1 } };
  int status = take_options (argc, argv, &o);

  if (status < 0)
    status = run (&o);
  ictus_cli_common_clear (&o.common);
  return status;
}
