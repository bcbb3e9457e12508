/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus lyapunov: the Lyapunov exponents of a model, with their errors, and what kind of motion they tell of. */
#include "cli/cli_lyapunov.h"
#include "cli/cli_lyapunov_map.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void
help (void)
{
  ictus_cli_print (
      "Usage: ictus lyapunov MODEL [OPTIONS]\n\n"
      "Lyapunov exponents of a model, from the equations of variation along one trajectory (of a map: from products of\n"
      "Jacobians), with standard errors; their sum beside the mean divergence, which it has to equal; the dimension of\n"
      "Kaplan and Yorke; and what kind of motion it is: fixed point, cycle, torus, chaos, hyperchaos. Prints a table,\n"
      "writes DIR/lyapunov.h5 and draws the convergence as DIR/lyapunov.png. MODEL is the name of a shipped model or a\n"
      ".ode file.\n\n"
      "Options:\n"
      "      --spectrum K       only the K largest exponents (default: as many as there are states)\n"
      "      --trans T          time, or iterations, left out at first (default: chosen)\n"
      "      --t-stop T         time, or iterations, that is measured then (default: until the standard error is small)\n"
      "      --method NAME      rk45, rosenbrock (stiff models) or auto: the cheaper one (default)\n"
      "      --rtol X, --atol X relative and absolute tolerance (default 1e-8 and 1e-10)\n"
      "      --map NAME=A:B:N   only the largest exponent, at N values of a parameter; given twice: over two parameters. Dealt to\n"
      "                         the ranks; the same command goes on with what was stopped or killed\n"
      "      --orbit NAME=A:B:N orbit diagram: maxima of a state (of a map its iterates, of a neuron with a reset the times\n"
      "                         between spikes) at N values of a parameter. Dealt to the ranks\n"
      "      --continued        with --orbit: A to B and back, each value beginning where the one before ended\n"
      "      --section NAME=X   points where a state passes X upwards, and their first-return map; t=T: each T. With --orbit\n"
      "                         and --zero-one in place of maxima\n"
      "      --zero-one [NAME]  0-1 test for chaos, of the maxima of a state: near 0 regular, near 1 chaos\n"
      "      --sample T         with --zero-one: values so long after each other in place of maxima; auto: chosen\n"
      "      --watch NAME       the state or aux quantity (default: the first that turns)\n"
      "      --intervals        times between the points in place of values\n"
      "      --points N         so many at most (default 100; maps 200; --section 1000; --zero-one 5000)\n"
      ICTUS_CLI_DYN_HELP
      "\nExample: ictus lyapunov lorenz\n"
      "         ictus lyapunov hindmarsh_rose --par I=3.25 --spectrum 1\n"
      "         mpirun -n 8 ictus lyapunov hindmarsh_rose --map I=2:4:400 --map r=0.001:0.02:300\n"
      "         ictus lyapunov hindmarsh_rose --orbit I=2.5:3.5:400 --section x=0 --intervals\n"
      "         ictus lyapunov lorenz --section z=27\n"
      "         ictus lyapunov rossler --zero-one x\n");
}

/* ---- options ------------------------------------------------------------------------------------------------------ */

enum { SPECTRUM = ICTUS_OPT_DYN_OWN, TRANS, T_STOP, METHOD, RTOL, ATOL, MAP, ORBIT, CONTINUED, SECTION, ZERO_ONE, SAMPLE, WATCH, INTERVALS, POINTS };

static int
take_spectrum (ictus_cli_lyapunov_job *j, const char *text)
{
  char *end;
  long v;

  errno = 0;
  v = strtol (text, &end, 10);
  if (end == text || *end != '\0' || errno != 0 || v < 1 || v > 1000000)
    return ictus_cli_usage ("lyapunov", "--spectrum takes a number of exponents, 1 or more, not \"%s\"", text);
  j->o.spectrum = (int) v;
  return 0;
}

static int
take_method (ictus_cli_lyapunov_job *j, const char *text)
{
  const char *name[] = { ictus_lyapunov_method_name (ICTUS_LYAPUNOV_AUTO), ictus_lyapunov_method_name (ICTUS_LYAPUNOV_RK45),
                         ictus_lyapunov_method_name (ICTUS_LYAPUNOV_ROSENBROCK) };
  const char *near;

  for (int k = 0; k < 3; ++k)
    if (strcmp (text, name[k]) == 0)
      {
        j->o.method = (ictus_lyapunov_method) k;
        return 0;
      }
  near = ictus_nearest (text, name, 3);
  return ictus_cli_usage ("lyapunov", "--method takes auto, rk45 or rosenbrock, not \"%s\"%s%s%s", text,
                          near != NULL ? "; did you mean \"" : "", near != NULL ? near : "", near != NULL ? "\"?" : "");
}

static int
take_tolerance (const char *name, const char *text, double *out)
{
  char *end;

  *out = strtod (text, &end);
  if (end == text || *end != '\0' || !(*out > 0 && *out < 1))
    return ictus_cli_usage ("lyapunov", "--%s takes a number between 0 and 1, not \"%s\"", name, text);
  return 0;
}

static int
take_points (ictus_cli_lyapunov_job *j, const char *text)
{
  char *end;
  long v;

  errno = 0;
  v = strtol (text, &end, 10);
  if (end == text || *end != '\0' || errno != 0 || v < 1 || v > 10000000)
    return ictus_cli_usage ("lyapunov", "--points takes a number of points from 1 to 10000000, not \"%s\"", text);
  j->points.keep = (size_t) v;
  return 0;
}

static bool
take_way (ictus_cli_orbit *a, int opt, const char *arg)
{
  switch (opt)
    {
    case ORBIT: a->orbit = arg; return true;
    case CONTINUED: a->continued = true; return true;
    case SECTION: a->section = arg; return true;
    case SAMPLE: a->sample = arg; return true;
    case WATCH: a->watch = arg; return true;
    case INTERVALS: a->intervals = true; return true;
    case ZERO_ONE:
      a->zero_one = true;
      a->zero_one_of = arg;
      return true;
    default: return false;
    }
}

/* One option; a status to end with, 0 to go on. */
static int
take_option (void *self, int opt, const char *arg)
{
  ictus_cli_lyapunov_job *j = self;

  if (opt == ZERO_ONE && arg == NULL && optind < j->argc)
    j->perhaps = j->argv[optind];
  if (ictus_cli_dyn_take (&j->c, opt, arg) || take_way (&j->points, opt, arg))
    return 0;
  switch (opt)
    {
    case POINTS: return take_points (j, arg);
    case SPECTRUM: return take_spectrum (j, arg);
    case METHOD: return take_method (j, arg);
    case RTOL: return take_tolerance ("rtol", arg, &j->o.rtol);
    case ATOL: return take_tolerance ("atol", arg, &j->o.atol);
    case MAP:
      j->map[j->nmap < 2 ? j->nmap : 2] = arg;
      j->nmap += j->nmap < 3;
      return 0;
    case TRANS: j->trans = arg; return 0;
    case T_STOP: j->total = arg; return 0;
    case ICTUS_OPT_DYN_PAR: return ictus_cli_usage ("lyapunov", "--par takes NAME=VALUE, not \"%s\"", arg);
    default: return ictus_err_status (ICTUS_E_USAGE);
    }
}

static int
options (ictus_cli_lyapunov_job *j, int argc, char **argv, bool *done)
{
  static const struct option list[] = { ICTUS_CLI_DYN_OPTIONS,
                                        { "spectrum", required_argument, NULL, SPECTRUM },
                                        { "trans", required_argument, NULL, TRANS },
                                        { "t-stop", required_argument, NULL, T_STOP },
                                        { "method", required_argument, NULL, METHOD },
                                        { "rtol", required_argument, NULL, RTOL },
                                        { "atol", required_argument, NULL, ATOL },
                                        { "map", required_argument, NULL, MAP },
                                        { "orbit", required_argument, NULL, ORBIT },
                                        { "continued", no_argument, NULL, CONTINUED },
                                        { "section", required_argument, NULL, SECTION },
                                        { "zero-one", optional_argument, NULL, ZERO_ONE },
                                        { "sample", required_argument, NULL, SAMPLE },
                                        { "watch", required_argument, NULL, WATCH },
                                        { "intervals", no_argument, NULL, INTERVALS },
                                        { "points", required_argument, NULL, POINTS },
                                        { NULL, 0, NULL, 0 } };
  int status;

  j->argc = argc;
  j->argv = argv;
  status = ictus_cli_options (argc, argv, list, help, take_option, j, done);
  if (status != 0 || *done)
    return status;
  if (optind + 2 == argc && j->perhaps != NULL && (argv[optind] == j->perhaps || argv[optind + 1] == j->perhaps))
    {
      j->points.zero_one_of = j->perhaps; /* the other one is the model */
      optind += argv[optind] == j->perhaps;
    }
  else if (optind + 1 != argc)
    return ictus_cli_usage ("lyapunov", "expected one model");
  j->c.model_name = argv[optind];
  return ictus_cli_orbit_check (&j->points, j->nmap > 0 ? "--map" : j->o.spectrum > 0 ? "--spectrum" : NULL);
}

/* ---- the command ------------------------------------------------------------------------------------------------------ */

/* A time in the unit of the model, or iterations; bare, or with a unit. */
static ictus_err
read_time (const char *option, const char *text, bool zero, double *out)
{
  char *end;

  if (text == NULL)
    return ICTUS_OK;
  *out = strtod (text, &end);
  if ((end == text || *end != '\0') && ictus_quantity (text, "ms", out, NULL) != ICTUS_OK)
    return ictus_err_prefix (ICTUS_E_USAGE, "--%s %s", option, text);
  if (!isfinite (*out) || *out < 0 || (*out == 0 && !zero))
    return ICTUS_FAIL (ICTUS_E_USAGE, "--%s %s: expected a %s", option, text, zero ? "time, 0 or more" : "positive time");
  return ICTUS_OK;
}

static ictus_err
read_texts (ictus_cli_lyapunov_job *j)
{
  ICTUS_TRY (read_time ("trans", j->trans, true, &j->o.trans));
  return read_time ("t-stop", j->total, false, &j->o.total);
}

/* A line of progress each second, where somebody looks. */
static void
tick (void *ctx, double t, double end)
{
  ictus_cli_lyapunov_job *j = ctx;
  long now = (long) time (NULL);

  if (now == j->told_at)
    return;
  j->told_at = now;
  fprintf (stderr, "\rt = %.6g of %.6g \r", t, end);
}

static void
remark (const ictus_model *m, const ictus_lyapunov *l)
{
  const char *name = m->kernel->name;

  if (ictus_lang_classify (m->lang).stochastic)
    ictus_log ("%s has noise: the exponents are those of the model without it", name);
  if (!l->settled)
    ictus_log ("%s: correlations last longer than can be seen in so short a time: errors may be larger than they are told; measure longer "
               "(--t-stop)", name);
}

static ictus_err
finish (ictus_cli_lyapunov_job *j, const ictus_lyapunov *l, const char *path, int argc, char **argv)
{
  remark (j->c.model, l);
  ictus_cli_lyapunov_print (stdout, &j->c, l);
  return path != NULL ? ictus_cli_lyapunov_write (&j->c, l, path, argc, argv) : ICTUS_OK;
}

/* One trajectory is one rank's work: the others wait for its end. */
static ictus_err
follow (ictus_cli_lyapunov_job *j, int argc, char **argv)
{
  ictus_lyapunov l = { 0 };
  ictus_plot_request request = { 0 };
  ictus_text path = { 0 };
  const char *why;
  char buf[256];
  ictus_err e;

  ICTUS_GO (ictus_cli_dyn_open (&j->c, j->nmap > 0));
  ICTUS_GO (read_texts (j));
  if (ictus_cli_orbit_wanted (&j->points))
    {
      ictus_cli_heed_signals ();
      e = ictus_cli_orbit_run (&j->c, &j->o, &j->points, argc, argv);
      goto done;
    }
  if ((why = ictus_lyapunov_refuse (j->c.model, buf)) != NULL)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_INPUT, "model %s has no Lyapunov exponents here: %s", j->c.model->kernel->name, why));
  ictus_cli_heed_signals ();
  if (j->nmap > 0)
    {
      e = ictus_cli_lyapunov_map (&j->c, &j->o, j->map, j->nmap, argc, argv);
      goto done;
    }
  ICTUS_GO (ictus_cli_dyn_output (&j->c, "lyapunov.h5", &path));
  j->o.told = ictus_cli_told_to_end;
  j->o.ctx = j;
  if (!j->c.quiet && isatty (STDERR_FILENO))
    j->o.tick = tick;
  e = ICTUS_OK;
  if (ictus_cli_is_main ())
    e = ictus_lyapunov_run (&j->c.values, &j->o, &l);
  if (ictus_cli_is_main () && e == ICTUS_OK)
    e = finish (j, &l, path.len > 0 ? path.s : NULL, argc, argv);
  ICTUS_GO (ictus_comm_agree (MPI_COMM_WORLD, e));
  if (path.len > 0)
    ICTUS_GO (ictus_cli_dyn_picture (&j->c, path.s, &request));
  if (l.told)
    e = ICTUS_FAIL (ICTUS_E_STOPPED, "stopped on request; what was measured until then is written");
  e = ictus_comm_agree (MPI_COMM_WORLD, e);
done:
  ictus_lyapunov_clear (&l);
  ictus_text_clear (&path);
  return e;
}

int
ictus_cli_lyapunov (int argc, char **argv)
{
  ictus_cli_lyapunov_job j = { .c = { .command = "lyapunov", .lock.fd = -1 } };
  bool done = false;
  int status;
  ictus_err e;

  ictus_lyapunov_defaults (&j.o);
  status = options (&j, argc, argv, &done);
  if (status == 0 && !done)
    {
      e = follow (&j, argc, argv);
      status = e == ICTUS_OK ? 0 : ictus_cli_fail (e);
    }
  ictus_cli_dyn_close (&j.c);
  return status;
}
