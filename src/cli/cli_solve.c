/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus solve: one neuron without a network, by one or several solvers, compared. Rank 0 does it all. */
#include "cli/cli_solve.h"

#include <getopt.h>
#include <math.h>
#include <stdlib.h>

static void
help (void)
{
  ictus_cli_print (
      "Usage: ictus solve MODEL [OPTIONS]\n\n"
      "Integrate one neuron without a network by one or several solvers and compare them. MODEL is the name "
      "of\n"
      "a shipped model or a .ode file. Points of output are t = 0, dt, 2 dt, ... before t-stop. The adaptive\n"
      "solvers run with exact spike times, the others on the grid of dt. Writes DIR/trajectory.h5.\n\n"
      "Options:\n"
      "      --solver A,B,...   solvers (default: cvode-bdf); differences are taken from the first one\n"
      "      --t-stop MS        end of the run (default 100)\n"
      "      --dt MS            step of the fixed-step solvers and resolution (default 0.025)\n"
      "      --points N         N points instead of --t-stop\n"
      "      --interval MS      time between points, a multiple of dt (default: dt)\n"
      "      --rtol X, --atol X tolerances of the adaptive solvers (default 1e-6, 1e-8)\n"
      "      --par NAME=VALUE   set a parameter (may be repeated)\n"
      "      --init NAME=VALUE  set an initial value (may be repeated)\n"
      "      --no-spikes        leave out the firing condition\n"
      "      --spikes           list the spike times\n"
      "  -o, --output DIR       folder for the results (default: ./out/NAME of the model)\n"
      "      --overwrite        replace existing results\n"
      "      --no-output        write no file\n"
      "      --isa LEVEL        level of instructions: x86-64-v2, x86-64-v3, x86-64-v4 (default: the highest)\n"
      "      --json             the table as JSON\n"
      "      --quiet            no remarks\n"
      "  -h, --help             this text\n\n"
      "Solvers:\n");
  for (size_t k = 0; ictus_solver_at (k) != NULL; ++k)
    ictus_cli_print ("  %-12s %s\n", ictus_solver_at (k)->name, ictus_solver_at (k)->summary);
  ictus_cli_print ("\nExample: ictus solve lif --solver euler,rk4 --t-stop 5 --dt 0.01 --no-spikes\n");
}

/* ---- the command --------------------------------------------------------------------------------- */

static ictus_err
solve (ictus__solve_job *j, bool write)
{
  ictus_text dir = { 0 }, path = { 0 };
  ictus_err e = ICTUS_OK, worst = ICTUS_OK;
  size_t done = 0;

  ICTUS_GO (ictus__solve_set_up (j));
  ictus_cli_dir (&j->common, j->kernel.name, &dir);
  ictus_text_add (&path, "%s/trajectory.h5", dir.s);
  if (path.failed)
    ICTUS_GO (ICTUS_E_NOMEM);
  if (write && !j->common.overwrite && ictus_file_exists (path.s))
    ICTUS_GO (
        ICTUS_FAIL (ICTUS_E_INPUT, "%s exists; --overwrite replaces it, -o names another folder", path.s));
  ICTUS_GO (ictus__solve_run (j));
  ictus__solve_print (j);
  for (size_t k = 0; k < j->nout; ++k)
    if (j->out[k].e == ICTUS_OK)
      ++done;
    else if (worst == ICTUS_OK)
      worst = ICTUS_FAIL (j->out[k].e, "%s: %s", j->out[k].name, j->out[k].why);
  if (done == 0)
    ICTUS_GO (worst);
  if (write)
    {
      ICTUS_GO (ictus_mkdirs (dir.s));
      ICTUS_GO (ictus__solve_write (j, path.s));
      ictus_log ("%s", path.s);
    }
done:
  ictus_text_clear (&dir);
  ictus_text_clear (&path);
  return e;
}

static void
clear (ictus__solve_job *j)
{
  for (size_t k = 0; k < j->nout; ++k)
    {
      ictus_free (j->out[k].y);
      ictus_free (j->out[k].why);
      ictus_free (j->out[k].spikes.s);
    }
  ictus_free (j->p);
  ictus_free (j->y0);
  ictus_free (j->u);
  ictus_free (j->time);
  ictus_free (j->par);
  ictus_free (j->init);
  ictus_model_close (&j->model);
  ictus_cli_common_clear (&j->common);
  ictus_free (j);
}

/* The points of output; false when the times do not fit together. */
static bool
plan_points (ictus__solve_job *j)
{
  double n;

  if (!(j->dt > 0) || !(j->t_stop > 0) || j->interval < 0)
    return false;
  if (j->interval == 0)
    j->interval = j->dt;
  n = j->interval / j->dt;
  if (!(fabs (n - nearbyint (n)) <= 1e-9 * n) || n < 0.5 || n > 1e9)
    return false;
  j->every = (int) lround (n);
  n = ceil (j->t_stop / j->interval * (1 - 1e-12)); /* as numpy.arange */
  if (j->npoint == 0)
    j->npoint = n < 1 ? 1 : n > 1e9 ? 0 : (size_t) n;
  return j->npoint > 0;
}

static int
options (ictus__solve_job *j, int argc, char **argv, bool *write, bool *done)
{
  enum { SOLVER = 1, T_STOP, DT, POINTS, INTERVAL, RTOL, ATOL, PAR, INIT, NO_SPIKES, SPIKES, NO_OUTPUT };
  static const struct option list[] = { ICTUS_CLI_COMMON_OPTIONS,
                                        { "solver", required_argument, NULL, SOLVER },
                                        { "t-stop", required_argument, NULL, T_STOP },
                                        { "dt", required_argument, NULL, DT },
                                        { "points", required_argument, NULL, POINTS },
                                        { "interval", required_argument, NULL, INTERVAL },
                                        { "rtol", required_argument, NULL, RTOL },
                                        { "atol", required_argument, NULL, ATOL },
                                        { "par", required_argument, NULL, PAR },
                                        { "init", required_argument, NULL, INIT },
                                        { "no-spikes", no_argument, NULL, NO_SPIKES },
                                        { "spikes", no_argument, NULL, SPIKES },
                                        { "no-output", no_argument, NULL, NO_OUTPUT },
                                        { NULL, 0, NULL, 0 } };
  double *number[] = {
    [T_STOP] = &j->t_stop, [DT] = &j->dt, [INTERVAL] = &j->interval, [RTOL] = &j->rtol, [ATOL] = &j->atol
  };
  char *end;
  int opt;

  while ((opt = getopt_long (argc, argv, "o:h", list, NULL)) != -1)
    switch (opt)
      {
      case 'h':
        help ();
        *done = true;
        return 0;
      case SOLVER:
        j->solvers = optarg;
        break;
      case T_STOP:
      case DT:
      case INTERVAL:
        if (ictus_quantity (optarg, "ms", number[opt], NULL) != ICTUS_OK || !(*number[opt] > 0))
          return ictus_cli_usage ("solve", "a time in ms that is positive is wanted, not \"%s\"", optarg);
        break;
      case RTOL:
      case ATOL:
        *number[opt] = strtod (optarg, &end);
        if (end == optarg || *end != '\0' || !(*number[opt] > 0))
          return ictus_cli_usage ("solve", "a tolerance is a positive number, not \"%s\"", optarg);
        break;
      case POINTS:
        j->npoint = strtoul (optarg, &end, 10);
        if (end == optarg || *end != '\0' || j->npoint == 0 || j->npoint > 1000000000)
          return ictus_cli_usage ("solve", "--points takes a number of at least 1, not \"%s\"", optarg);
        break;
      case PAR:
      case INIT:
        if (ictus_grow (opt == PAR ? &j->par : &j->init, opt == PAR ? &j->cap_par : &j->cap_init,
                        (opt == PAR ? j->npar : j->ninit) + 1, sizeof *j->par)
            != ICTUS_OK)
          return ictus_cli_fail (ICTUS_E_NOMEM);
        if (opt == PAR)
          j->par[j->npar++] = optarg;
        else
          j->init[j->ninit++] = optarg;
        break;
      case NO_SPIKES:
        j->no_spikes = true;
        break;
      case SPIKES:
        j->list_spikes = true;
        break;
      case NO_OUTPUT:
        *write = false;
        break;
      default:
        if (opt == ICTUS_OPT_SET || opt == ICTUS_OPT_SEED || !ictus_cli_common_take (&j->common, opt, optarg))
          return ictus_cli_usage ("solve", "wrong option");
      }
  if (optind + 1 != argc)
    return ictus_cli_usage ("solve", "expected one model");
  j->model_name = argv[optind];
  if (!plan_points (j))
    return ictus_cli_usage ("solve", "the interval of %.10g ms must be a multiple of the step dt of %.10g ms",
                            j->interval, j->dt);
  return 0;
}

int
ictus_cli_solve (int argc, char **argv)
{
  ictus__solve_job *j = ictus_alloc (1, sizeof *j);
  bool write = true, done = false;
  int status;
  ictus_err e;

  if (j == NULL)
    return ictus_cli_fail (ICTUS_E_NOMEM);
  j->solvers = "cvode-bdf";
  j->t_stop = 100;
  j->dt = 0.025;
  j->rtol = 1e-6;
  j->atol = 1e-8;
  status = options (j, argc, argv, &write, &done);
  if (status == 0 && !done)
    {
      e = ictus_cli_isa (j->common.isa);
      if (e == ICTUS_OK)
        e = ictus_comm_agree (MPI_COMM_WORLD, ictus_cli_is_main () ? solve (j, write) : ICTUS_OK);
      status = e == ICTUS_OK ? 0 : ictus_cli_fail (e);
    }
  clear (j);
  return status;
}
