/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus partition: which rank each neuron would live on, as a table and as a partition file. */
#include "cli/cli.h"

#include <getopt.h>
#include <string.h>

enum
{
  OPT_RANKS = 1,
  OPT_STRATEGY
};

typedef struct options
{
  ictus_cli_common common;
  int nrank;
  const char *strategy, *experiment;
} options;

static void
help (void)
{
  ictus_cli_print (
      "Usage: ictus partition EXPERIMENT.yaml --ranks N [--strategy block|round-robin] [-o FILE] "
      "[OPTIONS]\n\n"
      "Deal the neurons of an experiment to N ranks and print how many of each population every rank gets. "
      "With -o the\n"
      "partition is written to a file that can be edited and used as run.partition. It never changes the "
      "results, only\n"
      "the speed. Needs one rank only, whatever N is.\n\n"
      "Options:\n"
      "      --ranks N          number of ranks of the run that is planned\n"
      "      --strategy NAME    block: every population cut into N contiguous pieces (default);\n"
      "                         round-robin: neuron g on rank g mod N\n"
      "  -o, --output FILE      write the partition file\n"
      "      --overwrite        replace an existing file\n"
      "      --set KEY=VALUE    override an entry of the experiment, e.g. populations.E.size=1000\n"
      "      --quiet            no remarks\n"
      "      --json             the table as JSON\n"
      "  -h, --help             this text\n\n"
      "Example: ictus partition jobs/ei-sweep/experiment.yaml --ranks 2 --strategy block -o "
      "ei-sweep-2.part\n");
}

/* ---- table -------------------------------------------------------------------------------------- */

/* count [nrank, npop] */
static void
count_neurons (const ictus_experiment *exp, const ictus_part *part, uint64_t *count)
{
  uint64_t gid = 0;

  for (int p = 0; p < exp->npopulation; ++p)
    for (size_t i = 0; i < exp->population[p].size; ++i)
      ++count[(size_t) ictus_part_owner (part, gid++) * (size_t) exp->npopulation + (size_t) p];
}

static int
column_width (const char *name)
{
  int n = (int) strlen (name);

  return n < 10 ? 10 : n;
}

static void
print_table (const ictus_experiment *exp, const uint64_t *count, int nrank)
{
  ictus_cli_print ("%6s", "rank");
  for (int p = 0; p < exp->npopulation; ++p)
    ictus_cli_print ("  %*s", column_width (exp->population[p].name), exp->population[p].name);
  ictus_cli_print ("  %10s\n", "all");
  for (int r = 0; r < nrank; ++r)
    {
      uint64_t all = 0;

      ictus_cli_print ("%6d", r);
      for (int p = 0; p < exp->npopulation; ++p)
        {
          uint64_t n = count[(size_t) r * (size_t) exp->npopulation + (size_t) p];

          ictus_cli_print ("  %*llu", column_width (exp->population[p].name), (unsigned long long) n);
          all += n;
        }
      ictus_cli_print ("  %10llu\n", (unsigned long long) all);
    }
}

static void
print_json (const ictus_experiment *exp, const uint64_t *count, int nrank, const ictus_part *part)
{
  ictus_cli_print ("{\"strategy\": \"%s\", \"digest\": \"%016llx\", \"ranks\": [", ictus_part_name (part),
                   (unsigned long long) ictus_part_digest (part));
  for (int r = 0; r < nrank; ++r)
    {
      ictus_cli_print ("%s\n  {\"rank\": %d, \"neurons\": {", r == 0 ? "" : ",", r);
      for (int p = 0; p < exp->npopulation; ++p)
        {
          ictus_cli_print ("%s\"", p == 0 ? "" : ", ");
          for (const char *s = exp->population[p].name; *s != '\0'; ++s)
            ictus_cli_print (*s == '"' || *s == '\\' ? "\\%c" : "%c", *s);
          ictus_cli_print ("\": %llu",
                           (unsigned long long) count[(size_t) r * (size_t) exp->npopulation + (size_t) p]);
        }
      ictus_cli_print ("}}");
    }
  ictus_cli_print ("\n]}\n");
}

/* ---- work --------------------------------------------------------------------------------------- */

static ictus_err
write_file (const options *o, const ictus_part *part)
{
  if (o->common.dir == NULL)
    return ICTUS_OK;
  if (!o->common.overwrite && ictus_file_exists (o->common.dir))
    return ICTUS_FAIL (ICTUS_E_IO, "%s exists; --overwrite replaces it", o->common.dir);
  ICTUS_TRY (ictus_part_write (part, o->common.dir));
  ictus_log ("wrote %s", o->common.dir);
  return ICTUS_OK;
}

/* Local, on rank 0. */
static ictus_err
partition (const options *o, const ictus_experiment *exp)
{
  size_t npop = (size_t) exp->npopulation, *size = ictus_alloc (npop, sizeof *size);
  uint64_t *count = ictus_alloc ((size_t) o->nrank, npop * sizeof *count);
  ictus_part *part = NULL;
  ictus_err e = ICTUS_E_NOMEM;

  if (size == NULL || count == NULL)
    goto done;
  for (size_t p = 0; p < npop; ++p)
    size[p] = exp->population[p].size;
  ICTUS_GO (ictus_part_make (size, exp->npopulation, o->nrank, o->strategy, &part));
  ICTUS_GO (write_file (o, part));
  count_neurons (exp, part, count);
  if (o->common.json)
    print_json (exp, count, o->nrank, part);
  else
    print_table (exp, count, o->nrank);
done:
  ictus_part_destroy (&part);
  ictus_free (size);
  ictus_free (count);
  return e;
}

static int
run (const options *o)
{
  ictus_conf *conf = NULL;
  ictus_experiment *exp = NULL;
  ictus_err e;

  ICTUS_GO (ictus_cli_load (o->experiment, &o->common, &conf));
  ICTUS_GO (ictus_comm_agree (MPI_COMM_WORLD, ictus_experiment_read (conf, &exp)));
  e = ictus_comm_agree (MPI_COMM_WORLD, ictus_cli_is_main () ? partition (o, exp) : ICTUS_OK);
done:
  ictus_experiment_destroy (&exp);
  ictus_conf_destroy (&conf);
  return e == ICTUS_OK ? 0 : ictus_cli_fail (e);
}

/* ---- command line ------------------------------------------------------------------------------- */

/* -1: go on; else the exit status */
static int
take_options (int argc, char **argv, options *o)
{
  static const struct option table[] = { ICTUS_CLI_COMMON_OPTIONS,
                                         { "ranks", required_argument, NULL, OPT_RANKS },
                                         { "strategy", required_argument, NULL, OPT_STRATEGY },
                                         { NULL, 0, NULL, 0 } };
  int opt;

  while ((opt = getopt_long (argc, argv, "o:h", table, NULL)) != -1)
    {
      if (opt == 'h')
        {
          help ();
          return 0;
        }
      if (opt == OPT_RANKS && !ictus_cli_count (optarg, &o->nrank))
        return ictus_cli_usage ("partition", "--ranks takes a number of ranks, not \"%s\"", optarg);
      if (opt == OPT_STRATEGY)
        o->strategy = optarg;
      if (opt != OPT_RANKS && opt != OPT_STRATEGY && !ictus_cli_common_take (&o->common, opt, optarg))
        return ictus_cli_usage ("partition", "wrong option");
    }
  if (optind + 1 != argc)
    return ictus_cli_usage ("partition", "expected one experiment file");
  if (o->nrank == 0)
    return ictus_cli_usage ("partition", "--ranks is missing");
  if (strcmp (o->strategy, "block") != 0 && strcmp (o->strategy, "round-robin") != 0)
    return ictus_cli_usage ("partition", "--strategy is block or round-robin, not \"%s\"", o->strategy);
  o->experiment = argv[optind];
  return -1;
}

int
ictus_cli_partition (int argc, char **argv)
{
  options o = { .strategy = "block" };
  int status = take_options (argc, argv, &o);

  if (status < 0)
    status = run (&o);
  ictus_cli_common_clear (&o.common);
  return status;
}
