/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus: the subcommands by name. Only here codes become exit statuses and MPI begins and ends. */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

typedef struct command
{
  const char *name;
  int (*run) (int argc, char **argv);
  const char *what;
} command;

static const command commands[] = {
  { "run", ictus_cli_run, "run an experiment" },
  { "resume", ictus_cli_resume, "go on with a run or a sweep that was stopped" },
  { "sweep", ictus_cli_sweep, "run an experiment over a grid of parameter values" },
  { "submit", ictus_cli_submit, "write a SLURM job for an experiment and submit it" },
  { "merge", ictus_cli_merge, "put the parts of a sweep together" },
  { "solve", ictus_cli_solve, "follow one model by one or several methods and compare; XPPAUT's files, too" },
  { "continue", ictus_cli_continue, "follow equilibria and cycles along a parameter: bifurcations" },
  { "lyapunov", ictus_cli_lyapunov, "Lyapunov exponents of a model, and what kind of motion it is" },
  { "transitions", ictus_cli_transitions, "ramp a parameter slowly with noise: where the state jumps, and what announces it" },
  { "phase", ictus_cli_phase, "show the phase plane of a model: fixed points, nullclines, cycles, basins" },
  { "plot", ictus_cli_plot, "draw a result file" },
  { "models", ictus_cli_models, "list, search, show, draw and verify the shipped models" },
  { "compile", ictus_cli_compile, "compile model files ahead of use" },
  { "check", ictus_cli_check, "validate experiments and model files" },
  { "plan", ictus_cli_plan, "say what a run or a sweep will need, before it starts" },
  { "status", ictus_cli_status, "say how far a run or a sweep is" },
  { "partition", ictus_cli_partition, "write a file that deals the neurons to ranks" },
  { "rerun", ictus_cli_rerun, "repeat the run that made a result file" },
};
enum { NCOMMAND = sizeof commands / sizeof *commands };

static void
help (void)
{
  ictus_cli_print (
      "Usage: ictus COMMAND [OPTIONS]\n"
      "       mpirun -n N ictus COMMAND [OPTIONS]\n\n"
      "How neural systems change state: simulation on any number of ranks, with the same result.\n\n"
      "Commands:\n");
  for (int k = 0; k < NCOMMAND; ++k)
    ictus_cli_print ("  %-10s %s\n", commands[k].name, commands[k].what);
  ictus_cli_print (
      "\nOptions:\n  -h, --help     this text\n  -V, --version  version and build\n\n"
      "'ictus COMMAND --help' explains a command.\n"
      "Example: mpirun -n 2 ictus run experiment.yaml -o out/first\n\n"
      "Exit status: 0 done, 64 usage, 65 bad input, 69 missing resource, 70 internal, 74 input/output,\n"
      "75 stopped at a checkpoint, to be resumed.\n");
}

static int
dispatch (int argc, char **argv)
{
  const char *names[NCOMMAND], *near;

  if (argc < 2)
    {
      help ();
      return 64;
    }
  if (strcmp (argv[1], "-h") == 0 || strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "help") == 0)
    {
      help ();
      return 0;
    }
  if (strcmp (argv[1], "-V") == 0 || strcmp (argv[1], "--version") == 0)
    {
      ictus_cli_print ("ictus %s%s%s\n%s", ictus_version (), *ictus_git_revision () ? " " : "",
                       ictus_git_revision (), ictus_build_info ());
      return 0;
    }
  for (int k = 0; k < NCOMMAND; ++k)
    {
      names[k] = commands[k].name;
      if (strcmp (argv[1], commands[k].name) == 0)
        {
          opterr = ictus_cli_is_main ();
          return commands[k].run (argc - 1, argv + 1);
        }
    }
  near = ictus_nearest (argv[1], names, NCOMMAND);
  if (ictus_cli_is_main ())
    fprintf (stderr, "ictus: no command \"%s\"%s%s%s Try 'ictus --help'.\n", argv[1],
             near ? "; did you mean \"" : ".", near ? near : "", near ? "\"?" : "");
  return 64;
}

/* For tests: with ICTUS_CHECK_MEMORY=1 in the environment a command that keeps memory has failed. */
static int
check_memory (int status)
{
  const char *check = getenv ("ICTUS_CHECK_MEMORY");

  if (check == NULL || strcmp (check, "1") != 0 || ictus_mem_live () == 0)
    return status;
  fprintf (stderr, "ictus: %zu blocks of memory were not given back\n", ictus_mem_live ());
  return ictus_err_status (ICTUS_E_INTERNAL);
}

/* A descriptor of standard input or output that is closed would become that of the next file opened, a result
   file say, and what is printed would go there. Opened the wrong way round, what is printed is refused. */
static void
keep_standard_files (void)
{
  for (int fd = 0; fd <= 2; ++fd)
    if (fcntl (fd, F_GETFD) < 0)
      open ("/dev/null", fd == 0 ? O_WRONLY : fd == 1 ? O_RDONLY : O_WRONLY); /* the lowest free one: fd */
}

/* Nobody here uses shared file pointers, but Open MPI prepares them for every file that ranks write together:
   within a node by a semaphore called after the file without its folder, which a killed run leaves behind and
   which then keeps all other users of the node from writing a file of that name. Its other ways leave no more
   than a file beside it (ictus_cli_lock_take removes it). */
static void
choose_file_pointers (void)
{
  setenv ("OMPI_MCA_sharedfp", "lockedfile,individual", 0);
}

/* What was printed has to arrive. */
static int
close_output (int status)
{
  if (fflush (stdout) == 0 && !ferror (stdout))
    return status;
  if (status == 0)
    {
      int why = ictus_cli_print_errno () != 0 ? ictus_cli_print_errno () : errno;

      fprintf (stderr, "ictus: cannot write to standard output: %s\n", strerror (why));
    }
  return status == 0 ? ictus_err_status (ICTUS_E_IO) : status;
}

int
main (int argc, char **argv)
{
  int status;

  keep_standard_files ();
  choose_file_pointers ();
  MPI_Init (&argc, &argv);
  ictus_comm_start ();
  signal (SIGPIPE, SIG_IGN); /* a closed pipe is an error to report, not an end */
  status = dispatch (argc, argv);
  status = close_output (status);
  status = check_memory (status);
  MPI_Finalize ();
  return status;
}
