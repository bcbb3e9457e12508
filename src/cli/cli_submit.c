/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus submit: a SLURM job for an experiment. */
#include "cli/cli_submit.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPT_NODES = 1, OPT_TASKS, OPT_TIME, OPT_PARTITION, OPT_ACCOUNT, OPT_ARRAY, OPT_REQUEUE, OPT_NO_REQUEUE, OPT_DRY_RUN };

static void
help (void)
{
  ictus_cli_print (
      "Usage: ictus submit EXPERIMENT.yaml --time T [OPTIONS]\n\n"
      "Check an experiment, write a job script for it to DIR/submit.sbatch, show it and submit it to SLURM: a sweep if\n"
      "the experiment has a section 'sweep', otherwise a run. Before its time limit the job writes a checkpoint, ends\n"
      "and puts itself into the queue again, until all is done; it also comes back after a node has failed.\n"
      "What is particular to the cluster (partition, account, modules, how MPI starts) stands in a file, site.sh: the\n"
      "one that ICTUS_SITE names, or ~/.config/ictus/site.sh, or the installed one. It is copied to DIR/site.sh.\n\n"
      "Options:\n"
      "      --time T             limit of the job: MINUTES, H:MM:SS, DAYS-H:MM:SS\n"
      "      --nodes N            nodes (default 1)\n"
      "      --ntasks-per-node K  ranks on each node (default 1)\n"
      "      --partition P        instead of the site's\n"
      "      --account A          instead of the site's\n"
      "      --array N            a sweep as N jobs, each with its share of the points, and one that merges them\n"
      "      --requeue            go on in another job before time is up (default)\n"
      "      --no-requeue         one job only\n"
      "      --dry-run            show the scripts, write and submit nothing\n"
      "  -o, --output DIR         folder for the results and the scripts (default: ./out/NAME)\n"
      "      --set KEY=VALUE      override an entry of the experiment\n"
      "      --seed N             the same as --set seed=N\n"
      "      --isa LEVEL          level of instructions, such as x86-64-v3 where the nodes differ (default: the\n"
      "                           highest one that all ranks of the job have)\n"
      "      --json               print the numbers of the jobs as JSON, not the script\n"
      "  -h, --help               this text\n\n"
      "Example: ictus submit experiment.yaml --nodes 4 --ntasks-per-node 32 --time 24:00:00\n"
      "         ictus submit jobs/ei-sweep/experiment.yaml --array 5 --time 2:00:00 --dry-run\n");
}

/* ---- options -------------------------------------------------------------------------------------- */

/* A whole number from 1 on; false and the message when it is none. */
static bool
take_number (const char *option, const char *text, long *out, int *status)
{
  char *end;

  errno = 0;
  *out = strtol (text, &end, 10);
  if (*text >= '0' && *text <= '9' && *end == '\0' && errno == 0 && *out >= 1 && *out <= 10000000)
    return true;
  *status = ictus_cli_usage ("submit", "--%s takes a whole number from 1 on, not \"%s\"", option, text);
  return false;
}

/* What may stand behind a #SBATCH option as it is. */
static bool
take_word (const char *option, const char *text, const char **out, int *status)
{
  *out = text;
  if (*text != '\0' && *text != '-'
      && text[strspn (text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.,+@:/")] == '\0')
    return true;
  *status = ictus_cli_usage ("submit", "--%s takes a name, not \"%s\"", option, text);
  return false;
}

static bool
take_time (const char *text, ictus_cli_job *job, int *status)
{
  job->time = text;
  job->seconds = ictus_cli_job_seconds (text);
  if (job->seconds > 0)
    return true;
  *status = ictus_cli_usage ("submit", "--time takes MINUTES, MINUTES:SECONDS, HOURS:MINUTES:SECONDS, DAYS-HOURS or "
                                       "DAYS-HOURS:MINUTES:SECONDS, not \"%s\"", text);
  return false;
}

/* One option; false: done, with *status. */
static bool
take_option (int opt, ictus_cli_job *job, int *status)
{
  switch (opt)
    {
    case OPT_NODES:
      return take_number ("nodes", optarg, &job->nodes, status);
    case OPT_TASKS:
      return take_number ("ntasks-per-node", optarg, &job->tasks, status);
    case OPT_ARRAY:
      return take_number ("array", optarg, &job->array, status);
    case OPT_TIME:
      return take_time (optarg, job, status);
    case OPT_PARTITION:
      return take_word ("partition", optarg, &job->partition, status);
    case OPT_ACCOUNT:
      return take_word ("account", optarg, &job->account, status);
    case OPT_REQUEUE:
    case OPT_NO_REQUEUE:
      job->requeue = opt == OPT_REQUEUE;
      return true;
    case OPT_DRY_RUN:
      job->dry_run = true;
      return true;
    case 'h':
      help ();
      *status = 0;
      return false;
    default:
      if (ictus_cli_common_take (&job->common, opt, optarg))
        return true;
      *status = ictus_cli_usage ("submit", "wrong option");
      return false;
    }
}

static bool
take_options (int argc, char **argv, ictus_cli_job *job, int *status)
{
  static const struct option options[] = { { "nodes", required_argument, NULL, OPT_NODES },
                                           { "ntasks-per-node", required_argument, NULL, OPT_TASKS },
                                           { "time", required_argument, NULL, OPT_TIME },
                                           { "partition", required_argument, NULL, OPT_PARTITION },
                                           { "account", required_argument, NULL, OPT_ACCOUNT },
                                           { "array", required_argument, NULL, OPT_ARRAY },
                                           { "requeue", no_argument, NULL, OPT_REQUEUE },
                                           { "no-requeue", no_argument, NULL, OPT_NO_REQUEUE },
                                           { "dry-run", no_argument, NULL, OPT_DRY_RUN },
                                           { "output", required_argument, NULL, 'o' },
                                           { "set", required_argument, NULL, ICTUS_OPT_SET },
                                           { "seed", required_argument, NULL, ICTUS_OPT_SEED },
                                           { "isa", required_argument, NULL, ICTUS_OPT_ISA },
                                           { "json", no_argument, NULL, ICTUS_OPT_JSON },
                                           { "help", no_argument, NULL, 'h' },
                                           { NULL, 0, NULL, 0 } };
  int opt;

  while ((opt = getopt_long (argc, argv, "o:h", options, NULL)) != -1)
    if (!take_option (opt, job, status))
      return false;
  if (optind + 1 != argc)
    *status = ictus_cli_usage ("submit", "expected one experiment file");
  else if (job->time == NULL)
    *status = ictus_cli_usage ("submit", "--time is missing: how long may the job take, such as 24:00:00?");
  else if (job->common.isa != NULL && ictus_isa_find (job->common.isa) == 0)
    *status = ictus_cli_usage ("submit", "--isa takes a level of instructions such as %s, not \"%s\"", ictus_isa (), job->common.isa);
  else if (ictus_comm_size (MPI_COMM_WORLD) > 1)
    *status = ictus_cli_usage ("submit", "this is for one process, without mpirun; --nodes and --ntasks-per-node say how many ranks");
  else
    return true;
  return false;
}

/* ---- the job -------------------------------------------------------------------------------------- */

/* A path goes into lines for SLURM, which knows no way to write these. */
static ictus_err
check_path (const char *path)
{
  for (const char *s = path; *s != '\0'; ++s)
    if ((unsigned char)*s < ' ' || *s == '"' || *s == '\\')
      return ICTUS_FAIL (ICTUS_E_INPUT, "%s: a job cannot use a path with quotation marks, backslashes or line ends", path);
  return ICTUS_OK;
}

/* The path from the root, of something that need not be there. */
static ictus_err
absolute (const char *path, char **out)
{
  char here[PATH_MAX];
  ictus_text text = { 0 };
  ictus_err e = ICTUS_OK;

  if (*path != '/' && getcwd (here, sizeof here) == NULL)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot tell the present folder: %s", strerror (errno));
  if (*path != '/')
    ictus_text_add (&text, "%s/", strcmp (here, "/") == 0 ? "" : here);
  ictus_text_add (&text, "%s", path);
  if (text.failed)
    e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  else
    e = check_path (text.s);
  if (e == ICTUS_OK && (*out = ictus_strdup (text.s)) == NULL)
    e = ICTUS_E_NOMEM;
  ictus_text_clear (&text);
  return e;
}

/* The program itself, so that the job runs the same one. */
static ictus_err
find_program (char **out)
{
  char path[PATH_MAX];
  ssize_t n = readlink ("/proc/self/exe", path, sizeof path - 1);

  path[n > 0 ? n : 0] = '\0';
  *out = ictus_strdup (n > 0 ? path : "ictus");
  return *out != NULL ? ICTUS_OK : ICTUS_E_NOMEM;
}

/* "ictus-NAME", where NAME is that of the folder; only what SLURM's file names and options can hold. */
static void
name_job (ictus_cli_job *job)
{
  const char *slash = strrchr (job->dir, '/');

  ictus_text_add (&job->name, "ictus-%.100s", slash != NULL ? slash + 1 : job->dir);
  for (char *s = job->name.s; !job->name.failed && *s != '\0'; ++s)
    if (!isalnum ((unsigned char)*s) && strchr ("._+-", *s) == NULL)
      *s = '_';
}

static ictus_err
read_experiment (const char *path, ictus_cli_job *job)
{
  ictus_conf *conf = NULL;
  ictus_text dir = { 0 };
  ictus_err e;

  ICTUS_GO (ictus_cli_load (path, &job->common, &conf));
  ICTUS_GO (ictus_cli_check_conf (conf));
  job->sweep = ictus_node_find (ictus_conf_root (conf), "sweep") != NULL;
  ictus_cli_experiment_dir (&job->common, conf, &dir);
  if (dir.failed)
    {
      e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
      goto done;
    }
  ICTUS_GO (absolute (path, &job->experiment));
  ICTUS_GO (absolute (dir.s, &job->dir));
  for (size_t n = strlen (job->dir); n > 1 && job->dir[n - 1] == '/'; --n)
    job->dir[n - 1] = '\0';
  ICTUS_GO (find_program (&job->program));
  name_job (job);
  if (job->name.failed)
    e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
done:
  ictus_text_clear (&dir);
  ictus_conf_destroy (&conf);
  return e;
}

static ictus_err
write_file (const ictus_cli_job *job, const char *name, const char *text, char **path)
{
  ictus_text p = { 0 };
  ictus_err e = ICTUS_OK;

  ictus_text_add (&p, "%s/%s", job->dir, name);
  if (p.failed || (path != NULL && (*path = ictus_strdup (p.s)) == NULL))
    e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  else
    e = ictus_file_write (p.s, text, strlen (text));
  ictus_text_clear (&p);
  return e;
}

static void
print_json (const ictus_cli_job *job, const char *id, const char *merge_id)
{
  ictus_cli_print ("{\"job\": %s, ", id);
  if (merge_id != NULL)
    ictus_cli_print ("\"merge\": %s, ", merge_id);
  ictus_cli_print ("\"directory\": \"%s\", \"script\": \"%s/submit.sbatch\"}\n", job->dir, job->dir); /* see check_path */
}

/* Write the scripts and hand them in. */
static ictus_err
hand_in (const ictus_cli_job *job, const char *script, const char *merge)
{
  char *path = NULL, *merge_path = NULL, *id = NULL, *merge_id = NULL;
  ictus_err e;

  ICTUS_GO (ictus_mkdirs (job->dir));
  ICTUS_GO (write_file (job, "site.sh", job->site, NULL));
  ICTUS_GO (write_file (job, "submit.sbatch", script, &path));
  if (merge != NULL)
    ICTUS_GO (write_file (job, "merge.sbatch", merge, &merge_path));
  ICTUS_GO (ictus_cli_job_submit (job, path, NULL, &id));
  if (!job->common.json)
    ictus_cli_print ("Submitted job %s: %s\n", id, path);
  if (merge != NULL)
    {
      ICTUS_GO (ictus_cli_job_submit (job, merge_path, id, &merge_id));
      if (!job->common.json)
        ictus_cli_print ("Submitted job %s, after that: %s\n", merge_id, merge_path);
    }
  if (job->common.json)
    print_json (job, id, merge_id);
done:
  ictus_free (path);
  ictus_free (merge_path);
  ictus_free (id);
  ictus_free (merge_id);
  return e;
}

static ictus_err
submit (ictus_cli_job *job)
{
  ictus_text script = { 0 }, merge = { 0 };
  ictus_err e;

  ICTUS_GO (ictus_cli_job_site (job));
  ICTUS_GO (ictus_cli_job_ask_site (job));
  if (!job->dry_run)
    ICTUS_GO (ictus_cli_job_find_sbatch ());
  ICTUS_GO (ictus_cli_job_write (job, &script));
  if (job->array > 0)
    ICTUS_GO (ictus_cli_job_write_merge (job, &merge));
  if (!job->common.json || job->dry_run)
    ictus_cli_print ("%s%s%s", script.s, merge.s != NULL ? "\n" : "", merge.s != NULL ? merge.s : "");
  if (!job->dry_run)
    e = hand_in (job, script.s, merge.s);
done:
  ictus_text_clear (&script);
  ictus_text_clear (&merge);
  return e;
}

int
ictus_cli_submit (int argc, char **argv)
{
  ictus_cli_job job = { .nodes = 1, .tasks = 1, .requeue = true };
  ictus_err e = ICTUS_OK;
  int status = 0;

  if (take_options (argc, argv, &job, &status))
    {
      if (job.common.isa != NULL && ictus_isa_find (job.common.isa) <= ictus_isa_best ())
        e = ictus_isa_use (job.common.isa); /* models are compiled for it */
      if (e == ICTUS_OK)
        e = read_experiment (argv[optind], &job);
      if (e == ICTUS_OK && job.array > 0 && !job.sweep)
        status = ictus_cli_usage ("submit", "--array is for sweeps, and %s has no section 'sweep'", argv[optind]);
      else if (e == ICTUS_OK)
        e = submit (&job);
      if (e != ICTUS_OK)
        status = ictus_cli_fail (e);
    }
  ictus_free (job.experiment);
  ictus_free (job.dir);
  ictus_free (job.site);
  ictus_free (job.program);
  ictus_text_clear (&job.site_partition);
  ictus_text_clear (&job.site_account);
  ictus_text_clear (&job.name);
  ictus_cli_common_clear (&job.common);
  return status;
}
