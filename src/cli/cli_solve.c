/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus solve: one model without a network, by one or several methods, compared. Rank 0 does it all. */
#include "cli/cli_solve.h"

#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void
help (void)
{
  ictus_cli_print (
      "Usage: ictus solve MODEL [OPTIONS]\n\n"
      "Follow one model without a network by one or several methods and compare them. MODEL is the name of a\n"
      "shipped model or a .ode file. A file of XPPAUT's is run as 'xppaut FILE -silent' runs it: its method, step,\n"
      "length, initial values, and each of its named sets. Other models are followed for 100 ms by cvode-bdf, with\n"
      "points at 0, dt, 2 dt, ... before the end, unless their lines beginning with @ say otherwise; adaptive solvers\n"
      "run with exact spike times, the others on the grid of dt. Writes DIR/trajectory.h5.\n\n"
      "Options:\n"
      "      --solver A,B,...   methods; differences are taken from the first one. An adaptive method that is\n"
      "                         named gives the accurate answer, rtol 1e-6 and atol 1e-8 or less\n"
      "      --method A,B,...   the same\n"
      "      --t-stop T         end of the run\n"
      "      --dt T             step of the methods with a fixed one, and resolution\n"
      "      --points N         N points instead of --t-stop\n"
      "      --interval T       time between points, a multiple of dt\n"
      "      --trans T          leave out the points of the first T\n"
      "      --bound X          end where a state is beyond X (0: nowhere)\n"
      "      --rtol X, --atol X tolerances of the adaptive methods\n"
      "      --par NAME=VALUE   set a parameter (may be repeated)\n"
      "      --init NAME=VALUE  set an initial value (may be repeated)\n"
      "      --option NAME=VAL  set an option of XPPAUT's, as a line beginning with @ (may be repeated)\n"
      "      --use-set NAME     apply a named set of the file and run (may be repeated; each is applied on top of\n"
      "                         those before it); all: each in turn, as for XPPAUT's files; none: no set\n"
      "      --compare          error against cost of euler, rk4, rk45, rosenbrock, cvode-adams and cvode-bdf (or those of\n"
      "                         --solver) over a range of steps and tolerances, how stiff the model is, and which\n"
      "                         method is right for it; writes DIR/compare.h5 and DIR/compare.png\n"
      "      --seed N           seed of the random numbers\n"
      "      --no-spikes        leave out the firing condition\n"
      "      --spikes           list the spike times\n"
      "  -o, --output DIR       folder for the results (default: ./out/NAME of the model)\n"
      "      --format FORMAT    h5 (default): DIR/trajectory.h5; dat: text as XPPAUT writes it, DIR/output.dat or as\n"
      "                         the file names it, or DIR/SET.dat; csv: with commas and a line of names\n"
      "      --overwrite        replace existing results\n"
      "      --no-output        write no file\n"
      "      --isa LEVEL        level of instructions: x86-64-v2, x86-64-v3, x86-64-v4 (default: the highest)\n"
      "      --json             the table as JSON\n"
      "      --quiet            no remarks\n"
      "  -h, --help             this text\n\n"
      "Times are in ms, or in the unit that a file of XPPAUT's has for itself.\n\n"
      "Solvers of networks, for one neuron:\n");
  for (size_t k = 0; ictus_solver_at (k) != NULL; ++k)
    ictus_cli_print ("  %-14s %s\n", ictus_solver_at (k)->name, ictus_solver_at (k)->summary);
  ictus_cli_print ("Methods for XPPAUT's files and models with delays, noise, events or maps (XPPAUT's names are known, too):\n");
  for (size_t k = 0; ictus_path_method_at (k) != NULL; ++k)
    ictus_cli_print ("  %-14s %s\n", ictus_path_method_at (k)->name, ictus_path_method_at (k)->summary);
  ictus_cli_print ("\nExample: ictus solve lif --solver euler,rk4 --t-stop 5 --dt 0.01 --no-spikes\n"
                   "         ictus solve hodgkin_huxley --compare --t-stop 50\n"
                   "         ictus solve wilson.ode --format dat --option total=200\n");
}

/* ---- the command --------------------------------------------------------------------------------- */

static ictus_err
solve (ictus__solve_job *j)
{
  ictus_text dir = { 0 };
  ictus_err e = ICTUS_OK, worst = ICTUS_OK;
  size_t done = 0, rows = 0;

  ICTUS_GO (ictus__solve_set_up (j));
  ictus_cli_dir (&j->common, j->kernel.name, &dir);
  if (dir.failed)
    ICTUS_GO (ICTUS_E_NOMEM);
  j->dir = dir.s;
  ictus__solve_log_notes (j);
  ICTUS_GO (ictus__solve_run (j));
  ictus__solve_print (j);
  for (size_t k = 0; k < j->nout; ++k)
    {
      rows += j->out[k].path.nrow;
      if (j->out[k].e == ICTUS_OK)
        ++done;
    }
  if (j->write && rows > 0)
    ICTUS_GO (ictus__solve_write (j));
  for (size_t k = 0; k < j->nout && done == 0 && worst == ICTUS_OK; ++k)
    worst = ICTUS_FAIL (j->out[k].e, "%s: %s", j->out[k].label, j->out[k].why);
  e = worst;
done:
  j->dir = NULL;
  ictus_text_clear (&dir);
  return e;
}

static void
clear (ictus__solve_job *j)
{
  for (size_t k = 0; k < j->nout; ++k)
    {
      ictus_path_clear (&j->out[k].path);
      ictus_free (j->out[k].why);
      ictus_free (j->out[k].label);
    }
  ictus_free (j->out);
  ictus_free (j->p);
  ictus_free (j->y0);
  ictus_free (j->u);
  ictus_free (j->par.s);
  ictus_free (j->init.s);
  ictus_free (j->option.s);
  ictus_free (j->use_set.s);
  ictus_model_close (&j->model);
  ictus_cli_common_clear (&j->common);
  ictus_free (j);
}

static bool
take_format (const char *text, ictus__solve_format *out)
{
  static const char *const name[] = { [SOLVE_H5] = "h5", [SOLVE_DAT] = "dat", [SOLVE_CSV] = "csv" };

  for (size_t k = 0; k < sizeof name / sizeof *name; ++k)
    if (strcmp (text, name[k]) == 0)
      {
        *out = (ictus__solve_format) k;
        return true;
      }
  return false;
}

enum { SOLVER = 1, T_STOP, DT, POINTS, INTERVAL, TRANS, BOUND, RTOL, ATOL, PAR, INIT, OPTION, USE_SET, NO_SPIKES, SPIKES,
       FORMAT, NO_OUTPUT, COMPARE, NOPT };

/* One option; a status to end with, 0 to go on. */
static int
take_option (void *self, int opt, const char *arg)
{
  ictus__solve_job *j = self;
  const char **text[NOPT] = { [SOLVER] = &j->solvers, [T_STOP] = &j->t_stop, [DT] = &j->dt, [INTERVAL] = &j->interval,
                              [TRANS] = &j->trans };
  ictus__solve_list *list[NOPT]
      = { [PAR] = &j->par, [INIT] = &j->init, [OPTION] = &j->option, [USE_SET] = &j->use_set };
  double *number[NOPT] = { [RTOL] = &j->rtol, [ATOL] = &j->atol, [BOUND] = &j->bound };
  char *end;

  if (opt == ICTUS_OPT_SEED)
    j->seed = arg;
  else if (opt >= NOPT || opt == 'o' || opt == 'h')
    return opt == ICTUS_OPT_SET || !ictus_cli_common_take (&j->common, opt, arg) ? ictus_cli_usage ("solve", "wrong option")
                                                                                 : 0;
  else if (text[opt] != NULL)
    *text[opt] = arg;
  else if (list[opt] != NULL)
    {
      if (ictus_grow (&list[opt]->s, &list[opt]->cap, list[opt]->n + 1, sizeof *list[opt]->s) != ICTUS_OK)
        return ictus_cli_fail (ICTUS_E_NOMEM);
      list[opt]->s[list[opt]->n++] = arg;
    }
  else if (number[opt] != NULL)
    {
      *number[opt] = strtod (arg, &end);
      if (end == arg || *end != '\0' || !(*number[opt] > 0 || (opt == BOUND && *number[opt] == 0)))
        return ictus_cli_usage ("solve", "%s is a positive number, not \"%s\"", opt == BOUND ? "a bound" : "a tolerance",
                                arg);
    }
  else if (opt == POINTS)
    {
      j->npoint = strtoul (arg, &end, 10);
      if (end == arg || *end != '\0' || j->npoint == 0 || j->npoint > 1000000000)
        return ictus_cli_usage ("solve", "--points takes a number of at least 1, not \"%s\"", arg);
    }
  else if (opt == FORMAT && !take_format (arg, &j->format))
    return ictus_cli_usage ("solve", "--format %s: h5, dat or csv", arg);
  j->compare = j->compare || opt == COMPARE;
  j->no_spikes = j->no_spikes || opt == NO_SPIKES;
  j->list_spikes = j->list_spikes || opt == SPIKES;
  j->write = j->write && opt != NO_OUTPUT;
  return 0;
}

static int
options (ictus__solve_job *j, int argc, char **argv, bool *done)
{
  static const struct option list[] = { ICTUS_CLI_COMMON_OPTIONS,
                                        { "solver", required_argument, NULL, SOLVER },
                                        { "method", required_argument, NULL, SOLVER },
                                        { "t-stop", required_argument, NULL, T_STOP },
                                        { "dt", required_argument, NULL, DT },
                                        { "points", required_argument, NULL, POINTS },
                                        { "interval", required_argument, NULL, INTERVAL },
                                        { "trans", required_argument, NULL, TRANS },
                                        { "bound", required_argument, NULL, BOUND },
                                        { "rtol", required_argument, NULL, RTOL },
                                        { "atol", required_argument, NULL, ATOL },
                                        { "par", required_argument, NULL, PAR },
                                        { "init", required_argument, NULL, INIT },
                                        { "option", required_argument, NULL, OPTION },
                                        { "use-set", required_argument, NULL, USE_SET },
                                        { "no-spikes", no_argument, NULL, NO_SPIKES },
                                        { "spikes", no_argument, NULL, SPIKES },
                                        { "format", required_argument, NULL, FORMAT },
                                        { "no-output", no_argument, NULL, NO_OUTPUT },
                                        { "compare", no_argument, NULL, COMPARE },
                                        { NULL, 0, NULL, 0 } };
  const int status = ictus_cli_options (argc, argv, list, help, take_option, j, done);

  if (status != 0 || *done)
    return status;
  if (optind + 1 != argc)
    return ictus_cli_usage ("solve", "expected one model");
  j->model_name = argv[optind];
  if (j->compare && j->format != SOLVE_H5)
    return ictus_cli_usage ("solve", "--compare writes compare.h5; it has no other --format");
  j->several = j->solvers != NULL && strchr (j->solvers, ',') != NULL;
  return 0;
}

int
ictus_cli_solve (int argc, char **argv)
{
  ictus__solve_job *j = ictus_alloc (1, sizeof *j);
  bool done = false;
  int status;
  ictus_err e;

  if (j == NULL)
    return ictus_cli_fail (ICTUS_E_NOMEM);
  j->write = true;
  j->rtol = j->atol = j->bound = NAN;
  status = options (j, argc, argv, &done);
  if (status == 0 && !done)
    {
      e = ictus_cli_isa (j->common.isa);
      if (e == ICTUS_OK)
        e = ictus_comm_agree (MPI_COMM_WORLD, ictus_cli_is_main () ? solve (j) : ICTUS_OK);
      status = e == ICTUS_OK ? 0 : ictus_cli_fail (e);
    }
  clear (j);
  return status;
}
