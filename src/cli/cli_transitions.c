/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus transitions: slow ramps over a parameter, up and down, with noise: where the state jumps, and what announces it. */
#include "cli/cli_transitions.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct job
{
  ictus_cli_dyn c;
  ictus_ramp_options o;
  const char *par, *duration, *rate, *watch, *dt, *lag; /* texts */
  const char **noise; /* [nnoise] texts */
  size_t nnoise, cap;
  int *state;     /* [nnoise] */
  double *sigma;
  bool no_diagram;
  double ticked_s;
} job;

static void
help (void)
{
  ictus_cli_print (
      "Usage: ictus transitions MODEL --par NAME=LO:HI [OPTIONS]\n"
      "       mpirun -n N ictus transitions MODEL --par NAME=LO:HI [OPTIONS]\n\n"
      "Move a parameter slowly from LO to HI and back, many times with noise and once without: where does the state\n"
      "jump, where does it jump back, and was the jump announced by slower recovery (variance, autocorrelation,\n"
      "recovery rate, with their trends against surrogates and against runs in which nothing moves)? Equilibria and\n"
      "cycles are followed, too (as by ictus continue): how far behind which fold or Hopf point does it jump? Prints a\n"
      "table, writes DIR/transitions.h5 and draws DIR/transitions.png.\n\n"
      "Options:\n"
      "      --par NAME=LO:HI   the parameter, or constant input, that moves\n"
      "      --duration T       time of one ramp (default: chosen from the time scales of the model)\n"
      "      --rate R           the same as a speed of the parameter\n"
      "      --noise STATE[=SIGMA]  white noise added to an equation, x' = ... + SIGMA w (may be repeated); without\n"
      "                         SIGMA, and if the model has no noise and none is named: 0.3 %% of the range; 0: none\n"
      "      --repeats N        runs with noise in each direction (default 16; 0: without noise)\n"
      "      --seed S           of the random numbers (default 1)\n"
      "      --watch NAME       state or aux quantity that is watched (default: the first state)\n"
      "      --dt H             step of the runs with noise (default: chosen)\n"
      "      --lag T            of the autocorrelation (default: the time in which it falls to 0.7)\n"
      "      --window X         of the signs, as a share of the time before the jump (default 0.5)\n"
      "      --bandwidth X      of the trend that is taken off, as a share of it (default 0.1)\n"
      "      --surrogates N     for the p-values (default 200)\n"
      "      --threshold X      share of the range that a jump has at least (default 0.25)\n"
      "      --no-diagram       do not follow equilibria and cycles to hold the jumps against\n"
      ICTUS_CLI_DYN_HELP
      "\nExample: ictus transitions qif_mean_field --par eta=-8:-2\n"
      "         mpirun -n 4 ictus transitions hodgkin_huxley --par I=0:20 --noise V=0.5 --repeats 64\n");
}

/* ---- options --------------------------------------------------------------------------------------------------- */

enum { DURATION = ICTUS_OPT_DYN_OWN, RATE, NOISE, REPEATS, WATCH, DT, LAG, WINDOW, BANDWIDTH, SURROGATES, THRESHOLD, NO_DIAGRAM };

static int
count (const char *name, const char *text, unsigned long most, unsigned long *out)
{
  char *end;

  errno = 0;
  *out = strtoul (text, &end, 10);
  if (end == text || *end != '\0' || text[0] == '-' || errno != 0 || *out > most)
    return ictus_cli_usage ("transitions", "--%s takes a whole number from 0 to %lu, not \"%s\"", name, most, text);
  return 0;
}

static int
share (const char *name, const char *text, double *out)
{
  char *end;

  *out = strtod (text, &end);
  if (end == text || *end != '\0' || !(*out > 0 && *out < 1))
    return ictus_cli_usage ("transitions", "--%s takes a number between 0 and 1, not \"%s\"", name, text);
  return 0;
}

static int
take_number (job *j, int opt, const char *arg)
{
  unsigned long v = 0;
  int status = 0;

  switch (opt)
    {
    case REPEATS:
      status = count ("repeats", arg, 100000, &v);
      j->o.repeats = v;
      return status;
    case SURROGATES:
      status = count ("surrogates", arg, 1000000, &v);
      j->o.surrogates = v;
      return status;
    case ICTUS_OPT_SEED:
      status = count ("seed", arg, ULONG_MAX, &v);
      j->o.seed = v;
      return status;
    case WINDOW: return share ("window", arg, &j->o.window);
    case BANDWIDTH: return share ("bandwidth", arg, &j->o.bandwidth);
    case THRESHOLD: return share ("threshold", arg, &j->o.threshold);
    default: return ictus_err_status (ICTUS_E_USAGE);
    }
}

static int
take_option (void *self, int opt, const char *arg)
{
  job *j = self;

  if (opt == ICTUS_OPT_DYN_PAR && strchr (arg, ':') != NULL)
    {
      if (j->par != NULL)
        return ictus_cli_usage ("transitions", "--par %s: one parameter moves, and that is %s", arg, j->par);
      j->par = arg;
    }
  else if (ictus_cli_dyn_take (&j->c, opt, arg))
    return 0;
  else if (opt == ICTUS_OPT_DYN_PAR)
    return ictus_cli_usage ("transitions", "--par %s: the parameter that moves needs its range, --par %s=LOW:HIGH", arg, arg);
  else if (opt == NOISE)
    {
      if (ictus_grow (&j->noise, &j->cap, j->nnoise + 1, sizeof *j->noise) != ICTUS_OK)
        return ictus_cli_fail (ICTUS_E_NOMEM);
      j->noise[j->nnoise++] = arg;
    }
  else if (opt == NO_DIAGRAM)
    j->no_diagram = true;
  else if (opt == DURATION || opt == RATE || opt == WATCH || opt == DT || opt == LAG)
    *(opt == DURATION ? &j->duration : opt == RATE ? &j->rate : opt == WATCH ? &j->watch : opt == DT ? &j->dt : &j->lag) = arg;
  else
    return take_number (j, opt, arg);
  return 0;
}

static int
options (job *j, int argc, char **argv, bool *done)
{
  static const struct option list[] = { ICTUS_CLI_DYN_OPTIONS,
                                        { "duration", required_argument, NULL, DURATION },
                                        { "rate", required_argument, NULL, RATE },
                                        { "noise", required_argument, NULL, NOISE },
                                        { "repeats", required_argument, NULL, REPEATS },
                                        { "seed", required_argument, NULL, ICTUS_OPT_SEED },
                                        { "watch", required_argument, NULL, WATCH },
                                        { "dt", required_argument, NULL, DT },
                                        { "lag", required_argument, NULL, LAG },
                                        { "window", required_argument, NULL, WINDOW },
                                        { "bandwidth", required_argument, NULL, BANDWIDTH },
                                        { "surrogates", required_argument, NULL, SURROGATES },
                                        { "threshold", required_argument, NULL, THRESHOLD },
                                        { "no-diagram", no_argument, NULL, NO_DIAGRAM },
                                        { NULL, 0, NULL, 0 } };
  const int status = ictus_cli_dyn_options (&j->c, argc, argv, list, help, take_option, j, done);

  if (status != 0 || *done)
    return status;
  if (j->par == NULL)
    return ictus_cli_usage ("transitions", "which parameter moves, and over what range? --par NAME=LOW:HIGH");
  if (j->duration != NULL && j->rate != NULL)
    return ictus_cli_usage ("transitions", "--duration and --rate say the same; give one of them");
  return 0;
}

/* ---- what the texts mean in the model ------------------------------------------------------------------------------ */

const ictus_lang_var *
ictus_cli_transitions_watched (const ictus_model *m, int watch)
{
  int n = m->kernel->nstate;

  return watch < n ? ictus_lang_get (m->lang, ICTUS_LANG_STATE, watch) : ictus_lang_get (m->lang, ICTUS_LANG_AUX, watch - n);
}

static ictus_err
no_such (const ictus_model *m, const char *option, const char *name, const char *what, bool aux)
{
  const char *near = ictus_lang_nearest (m->lang, ICTUS_LANG_STATE, name);

  if (near == NULL && aux)
    near = ictus_lang_nearest (m->lang, ICTUS_LANG_AUX, name);
  return ICTUS_FAIL (ICTUS_E_INPUT, "--%s: model %s has no %s \"%s\"%s%s%s", option, ictus_lang_name (m->lang), what, name,
                     near != NULL ? "; did you mean \"" : "", near != NULL ? near : "", near != NULL ? "\"?" : "");
}

static bool
has_equation (const ictus_model *m, int k)
{
  const ictus_lang_var *v = ictus_lang_get (m->lang, ICTUS_LANG_STATE, k);

  return v->markov == 0 && !v->hidden;
}

static ictus_err
read_watch (job *j)
{
  const ictus_model *m = j->c.model;
  int k;

  j->o.watch = 0;
  while (j->watch == NULL && j->o.watch + 1 < m->kernel->nstate && !has_equation (m, j->o.watch))
    ++j->o.watch;
  if (j->watch == NULL)
    return ICTUS_OK;
  k = ictus_lang_find (m->lang, ICTUS_LANG_STATE, j->watch);
  if (k < 0 && (k = ictus_lang_find (m->lang, ICTUS_LANG_AUX, j->watch)) >= 0)
    k += m->kernel->nstate;
  j->o.watch = k;
  return k >= 0 ? ICTUS_OK : no_such (m, "watch", j->watch, "state or aux quantity", true);
}

static ictus_err
read_noise (job *j)
{
  const ictus_model *m = j->c.model;
  char name[80];

  j->state = ictus_alloc (j->nnoise + 1, sizeof *j->state);
  j->sigma = ictus_alloc (j->nnoise + 1, sizeof *j->sigma);
  if (j->state == NULL || j->sigma == NULL)
    return ICTUS_E_NOMEM;
  if (j->nnoise == 1 && strcmp (j->noise[0], "0") == 0)
    {
      if (m->kernel->nnoise > 0)
        return ICTUS_FAIL (ICTUS_E_INPUT, "--noise 0: model %s has noise of its own; set its strength with --par", m->kernel->name);
      j->o.repeats = j->nnoise = 0;
    }
  for (size_t i = 0; i < j->nnoise; ++i)
    {
      const char *eq = strchr (j->noise[i], '=');
      char *end;

      snprintf (name, sizeof name, "%.*s", (int) strcspn (j->noise[i], "="), j->noise[i]);
      j->state[i] = ictus_lang_find (m->lang, ICTUS_LANG_STATE, name);
      if (j->state[i] < 0 || !has_equation (m, j->state[i]))
        return no_such (m, "noise", name, "state with an equation", false);
      j->sigma[i] = eq != NULL ? strtod (eq + 1, &end) : NAN;
      if (eq != NULL && (end == eq + 1 || *end != '\0' || !(j->sigma[i] >= 0) || !isfinite (j->sigma[i])))
        return ICTUS_FAIL (ICTUS_E_USAGE, "--noise %s: the strength is a number that is not negative, in the unit of %s over the square "
                           "root of time", j->noise[i], name);
    }
  j->o.nnoise = j->nnoise;
  j->o.noise_state = j->state;
  j->o.noise_sigma = j->sigma;
  return ICTUS_OK;
}

/* A time in the unit of the model; times of files of XPPAUT have none. */
static ictus_err
read_time (const char *option, const char *text, double *out)
{
  char *end;

  if (text == NULL)
    return ICTUS_OK;
  *out = strtod (text, &end);
  if ((end == text || *end != '\0') && ictus_quantity (text, "ms", out, NULL) != ICTUS_OK)
    return ictus_err_prefix (ICTUS_E_USAGE, "--%s %s", option, text);
  if (!(*out > 0) || !isfinite (*out))
    return ICTUS_FAIL (ICTUS_E_USAGE, "--%s %s: expected a positive number", option, text);
  return ICTUS_OK;
}

static ictus_err
read_texts (job *j)
{
  double rate = NAN;

  ICTUS_TRY (ictus_cli_dyn_axis (&j->c, "par", j->par, &j->o.par, &j->o.lo, &j->o.hi, NULL));
  ICTUS_TRY (read_watch (j));
  ICTUS_TRY (read_noise (j));
  ICTUS_TRY (read_time ("duration", j->duration, &j->o.duration));
  ICTUS_TRY (read_time ("dt", j->dt, &j->o.dt));
  ICTUS_TRY (read_time ("lag", j->lag, &j->o.lag));
  ICTUS_TRY (read_time ("rate", j->rate, &rate));
  if (j->rate != NULL)
    j->o.duration = (j->o.hi - j->o.lo) / rate;
  return ICTUS_OK;
}

/* ---- the command ------------------------------------------------------------------------------------------------------ */

/* A line now and then, where somebody looks. */
static void
tick (void *ctx, double done)
{
  job *j = ctx;
  double now = ictus_wall_s ();

  if (now - j->ticked_s < (isatty (STDERR_FILENO) ? 0.5 : 5) && done < 1)
    return;
  j->ticked_s = now;
  if (isatty (STDERR_FILENO))
    fprintf (stderr, "\rramps: %.0f %% %s", 100 * done, done < 1 ? "" : "\n");
  else
    fprintf (stderr, "ramps: %.0f %%\n", 100 * done);
}

static ictus_err
show (job *j, const ictus_ramp *ramp, const ictus_dyn_diagram *d, const char *path, int argc, char **argv)
{
  const ictus_cli_transitions_job view = { .c = &j->c, .o = &j->o, .r = ramp, .d = d };

  if (!ictus_cli_is_main ())
    return ICTUS_OK;
  ICTUS_TRY (ictus_cli_transitions_print (stdout, &view));
  return path != NULL ? ictus_cli_transitions_write (&view, path, argc, argv) : ICTUS_OK;
}

static ictus_err
follow (job *j, int argc, char **argv)
{
  const char *why;
  char buf[256];
  ictus_plot_request request = { 0 };
  ictus_text path = { 0 };
  ictus_ramp ramp = { 0 };
  ictus_dyn_diagram diagram = { 0 };
  ictus_err e, stopped = ICTUS_OK;

  ICTUS_GO (ictus_cli_dyn_open (&j->c, true));
  if ((why = ictus_ramp_refuse (j->c.model, buf)) != NULL)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_INPUT, "model %s cannot be served: %s", j->c.model->kernel->name, why));
  ICTUS_GO (read_texts (j));
  ICTUS_GO (ictus_cli_dyn_output (&j->c, "transitions.h5", &path));
  ictus_cli_heed_signals ();
  j->o.told = ictus_cli_told_to_end;
  j->o.ctx = j;
  j->o.tick = j->c.quiet || !ictus_cli_is_main () ? NULL : tick;
  j->ticked_s = ictus_wall_s ();
  if (!j->no_diagram)
    ICTUS_GO (ictus_cli_transitions_diagram (&j->c, &j->o, &diagram));
  e = ictus_ramp_follow (MPI_COMM_WORLD, &j->c.values, &j->o, &ramp);
  if (e == ICTUS_E_STOPPED && ramp.run != NULL)
    stopped = e;
  else if (e != ICTUS_OK)
    goto done;
  ICTUS_GO (ictus_comm_agree (MPI_COMM_WORLD, show (j, &ramp, &diagram, path.len > 0 ? path.s : NULL, argc, argv)));
  if (path.len > 0)
    ICTUS_GO (ictus_cli_dyn_picture (&j->c, path.s, &request));
  if (stopped != ICTUS_OK)
    e = ICTUS_FAIL (ICTUS_E_STOPPED, "stopped on request; the %zu runs that were done until then are written", ramp.ndone);
done:
  ictus_ramp_clear (&ramp);
  ictus_dyn_diagram_clear (&diagram);
  ictus_text_clear (&path);
  return e;
}

int
ictus_cli_transitions (int argc, char **argv)
{
  job j = { .c = { .command = "transitions", .lock.fd = -1 } };
  bool done = false;
  int status;
  ictus_err e;

  ictus_ramp_defaults (&j.o);
  status = options (&j, argc, argv, &done);
  if (status == 0 && !done)
    {
      e = follow (&j, argc, argv);
      status = e == ICTUS_OK ? 0 : ictus_cli_fail (e);
    }
  ictus_cli_dyn_close (&j.c);
  ictus_free (j.noise);
  ictus_free (j.state);
  ictus_free (j.sigma);
  return status;
}
