/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus continue: equilibria and cycles of a model along a parameter, their bifurcations. */
#include "cli/cli_continue.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct job
{
  ictus_cli_dyn c;
  const char *par, *par2, *state; /* texts */
  ictus_dyn_options o;
  const char **zero; /* [nzero] texts */
  size_t nzero, cap;
  double *zeros;
  ictus_cli_ordinate y;
} job;

static void
help (void)
{
  ictus_cli_print (
      "Usage: ictus continue MODEL --par NAME[=LO:HI] [OPTIONS]\n"
      "       mpirun -n N ictus continue MODEL --par NAME[=LO:HI] [OPTIONS]\n\n"
      "Follow the equilibria of a model along a parameter, with their stability; find folds, Hopf points (sub- or\n"
      "supercritical) and branch points, switch there; start cycles at every Hopf point and follow them to their end;\n"
      "switch at period doublings of stable cycles. Prints a table of the special points, writes DIR/bifurcation.h5 and draws\n"
      "DIR/bifurcation.png. MODEL is the name of a shipped model or a .ode file. Without a range one is chosen.\n\n"
      "Options:\n"
      "      --par NAME[=LO:HI] the parameter, or constant input, to follow along; it begins at its value in the model\n"
      "      --par2 NAME[=LO:HI] follow folds and Hopf points in two parameters, too\n"
      "      --state NAME       state or aux quantity that the picture shows (default: yp of the file, or the first)\n"
      "      --zero VALUE       stop at this value of the parameter exactly (may be repeated)\n"
      "      --no-cycles        equilibria only\n"
      "      --no-switches      do not switch at branch points and period doublings\n"
      "      --depth N          how often a switch may follow a switch (default 2)\n"
      "      --all-doublings    switch at doublings of unstable cycles, too (long cascades)\n"
      "      --max-period T     follow a cycle up to this period (default: 1000 times its first)\n"
      "      --points N         most points of a branch (default 1000)\n"
      "      --ds X, --dsmin X, --dsmax X  first, least and largest step along the curve (default: chosen)\n"
      "      --ntst N, --ncol N intervals and Gauss points of a cycle (default 50 and 4)\n"
      "      --tol X            of Newton's corrections, relative (default 1e-10)\n"
      ICTUS_CLI_DYN_HELP
      "\n--init says where to look for an equilibrium to begin with; it is corrected.\n\n"
      "Example: ictus continue hodgkin_huxley --par I\n"
      "         ictus continue morris_lecar --par I=-20:140 --par2 phi=0.01:0.5\n");
}

/* ---- options ------------------------------------------------------------------------------------------------------ */

enum { PAR2 = ICTUS_OPT_DYN_OWN, STATE, ZERO, NO_CYCLES, NO_SWITCHES, ALL_DOUBLINGS, DEPTH, MAX_PERIOD, POINTS, DS, DSMIN, DSMAX, NTST, NCOL, TOL };

static int
whole (const char *name, const char *text, long lo, long hi, long *out)
{
  char *end;

  errno = 0;
  *out = strtol (text, &end, 10);
  if (end == text || *end != '\0' || errno != 0 || *out < lo || *out > hi)
    return ictus_cli_usage ("continue", "--%s takes a whole number from %ld to %ld, not \"%s\"", name, lo, hi, text);
  return 0;
}

static int
positive (const char *name, const char *text, double *out)
{
  char *end;

  *out = strtod (text, &end);
  if (end == text || *end != '\0' || !(*out > 0) || !isfinite (*out))
    return ictus_cli_usage ("continue", "--%s takes a positive number, not \"%s\"", name, text);
  return 0;
}

static int
take_number (job *j, int opt, const char *arg)
{
  static const struct { int opt; const char *name; long lo, hi; } list[]
      = { { DEPTH, "depth", 0, 20 }, { POINTS, "points", 2, 10000000 }, { NTST, "ntst", 4, 10000 }, { NCOL, "ncol", 2, 7 } };
  long v = 0;
  int status;

  for (size_t k = 0; k < sizeof list / sizeof *list; ++k)
    if (list[k].opt == opt)
      {
        status = whole (list[k].name, arg, list[k].lo, list[k].hi, &v);
        *(opt == DEPTH ? &j->o.depth : opt == NTST ? &j->o.ntst : opt == NCOL ? &j->o.ncol : &(int) { 0 }) = (int) v;
        if (opt == POINTS)
          j->o.max_points = (size_t) v;
        return status;
      }
  switch (opt)
    {
    case DS: return positive ("ds", arg, &j->o.ds);
    case DSMIN: return positive ("dsmin", arg, &j->o.dsmin);
    case DSMAX: return positive ("dsmax", arg, &j->o.dsmax);
    case TOL: return positive ("tol", arg, &j->o.tol);
    case MAX_PERIOD: return positive ("max-period", arg, &j->o.max_period);
    default: return ictus_cli_usage ("continue", "wrong option");
    }
}

/* One option; a status to end with, 0 to go on. */
static int
take_option (void *self, int opt, const char *arg)
{
  job *j = self;

  if (opt == ICTUS_OPT_DYN_PAR && (strchr (arg, '=') == NULL || strchr (arg, ':') != NULL))
    {
      if (j->par != NULL)
        return ictus_cli_usage ("continue", "--par %s: one parameter is followed, and that is %s (--par2 takes a second one)", arg,
                                j->par);
      j->par = arg;
    }
  else if (ictus_cli_dyn_take (&j->c, opt, arg))
    return 0;
  else if (opt == PAR2)
    j->par2 = arg;
  else if (opt == STATE)
    j->state = arg;
  else if (opt == ZERO)
    {
      if (ictus_grow (&j->zero, &j->cap, j->nzero + 1, sizeof *j->zero) != ICTUS_OK)
        return ictus_cli_fail (ICTUS_E_NOMEM);
      j->zero[j->nzero++] = arg;
    }
  else if (opt == NO_CYCLES)
    j->o.cycles = false;
  else if (opt == NO_SWITCHES)
    j->o.switches = false;
  else if (opt == ALL_DOUBLINGS)
    j->o.all_doublings = true;
  else
    return take_number (j, opt, arg);
  return 0;
}

static int
options (job *j, int argc, char **argv, bool *done)
{
  static const struct option list[] = { ICTUS_CLI_DYN_OPTIONS,
                                        { "par2", required_argument, NULL, PAR2 },
                                        { "state", required_argument, NULL, STATE },
                                        { "zero", required_argument, NULL, ZERO },
                                        { "no-cycles", no_argument, NULL, NO_CYCLES },
                                        { "no-switches", no_argument, NULL, NO_SWITCHES },
                                        { "all-doublings", no_argument, NULL, ALL_DOUBLINGS },
                                        { "depth", required_argument, NULL, DEPTH },
                                        { "max-period", required_argument, NULL, MAX_PERIOD },
                                        { "points", required_argument, NULL, POINTS },
                                        { "ds", required_argument, NULL, DS },
                                        { "dsmin", required_argument, NULL, DSMIN },
                                        { "dsmax", required_argument, NULL, DSMAX },
                                        { "ntst", required_argument, NULL, NTST },
                                        { "ncol", required_argument, NULL, NCOL },
                                        { "tol", required_argument, NULL, TOL },
                                        { NULL, 0, NULL, 0 } };
  const int status = ictus_cli_dyn_options (&j->c, argc, argv, list, help, take_option, j, done);

  if (status != 0 || *done)
    return status;
  if (j->par == NULL)
    return ictus_cli_usage ("continue", "which parameter? --par NAME or --par NAME=LOW:HIGH");
  return 0;
}

/* ---- the ordinate --------------------------------------------------------------------------------------------------- */

ictus_err
ictus_cli_continue_ordinate (const ictus_model *m, const char *name, ictus_cli_ordinate *out)
{
  const ictus_lang_settings *set = ictus_lang_get_settings (m->lang);
  const char *near;
  bool asked = name != NULL;
  int unknown = 0, k;

  if (!asked)
    name = set->yp;
  for (k = 0; k < m->kernel->nstate; ++k)
    {
      const ictus_lang_var *v = ictus_lang_get (m->lang, ICTUS_LANG_STATE, k);

      if (v->markov != 0 || v->hidden)
        continue;
      if (unknown == 0 || strcasecmp (v->name, name) == 0)
        *out = (ictus_cli_ordinate) { .k = unknown, .v = v };
      if (strcasecmp (v->name, name) == 0)
        return ICTUS_OK;
      ++unknown;
    }
  k = ictus_lang_find (m->lang, ICTUS_LANG_AUX, name);
  if (k >= 0)
    *out = (ictus_cli_ordinate) { .aux = true, .k = k, .v = ictus_lang_get (m->lang, ICTUS_LANG_AUX, k) };
  if (k >= 0 || !asked)
    return ICTUS_OK;
  if ((near = ictus_lang_nearest (m->lang, ICTUS_LANG_STATE, name)) == NULL)
    near = ictus_lang_nearest (m->lang, ICTUS_LANG_AUX, name);
  return ICTUS_FAIL (ICTUS_E_INPUT, "--state %s: model %s has no such state or aux quantity%s%s%s", name, ictus_lang_name (m->lang),
                     near != NULL ? "; did you mean \"" : "", near != NULL ? near : "", near != NULL ? "\"?" : "");
}

/* ---- the command ------------------------------------------------------------------------------------------------------ */

static ictus_err
read_axes (job *j)
{
  const ictus_model *m = j->c.model;
  const char *unit;

  ICTUS_TRY (ictus_cli_dyn_axis (&j->c, "par", j->par, &j->o.par, &j->o.lo, &j->o.hi, NULL));
  if (j->par2 != NULL)
    ICTUS_TRY (ictus_cli_dyn_axis (&j->c, "par2", j->par2, &j->o.par2, &j->o.lo2, &j->o.hi2, NULL));
  if (j->o.par2 == j->o.par)
    return ICTUS_FAIL (ICTUS_E_USAGE, "--par2 %s: that is the first parameter", j->par2);
  unit = ictus_dyn_par_var (m, j->o.par)->unit;
  if ((j->zeros = ictus_alloc (j->nzero, sizeof *j->zeros)) == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < j->nzero; ++k)
    if (ictus_quantity (j->zero[k], unit, &j->zeros[k], NULL) != ICTUS_OK)
      return ictus_err_prefix (ICTUS_E_USAGE, "--zero %s", j->zero[k]);
  j->o.zero = j->zeros;
  j->o.nzero = j->nzero;
  return ictus_cli_continue_ordinate (m, j->state, &j->y);
}

/* What the model has that a diagram does not show. */
static void
remark (const ictus_model *m)
{
  ictus_lang_class class = ictus_lang_classify (m->lang);
  const char *name = m->kernel->name;

  if (!ictus_cli_is_main ())
    return;
  if (class.stochastic)
    ictus_log ("%s has noise: the diagram is that of the model without it", name);
  if (class.fires)
    ictus_log ("%s fires with a reset: equilibria and cycles are those of its equations between spikes", name);
  if (class.events)
    ictus_log ("%s has events (global): they are left out of the diagram", name);
  for (int k = 0; k < m->kernel->nstate; ++k)
    {
      const char *what = ictus_lang_switch (m->lang, k);
      const ictus_lang_var *v = ictus_lang_get (m->lang, ICTUS_LANG_STATE, k);

      if (what != NULL && v->markov == 0 && !v->hidden)
        ictus_log ("%s: line %d: %s' is not smooth everywhere (%s): what lies at its kinks and jumps is no bifurcation of a smooth "
                   "system, and branches may end there", name, v->line, v->name, what);
    }
}

static ictus_err
follow (job *j, int argc, char **argv)
{
  ictus_dyn_diagram d = { 0 };
  ictus_plot_request request = { 0 };
  ictus_text path = { 0 };
  char buf[256];
  const char *why;
  ictus_err e, stopped = ICTUS_OK;

  ICTUS_GO (ictus_cli_dyn_open (&j->c, false));
  if ((why = ictus_dyn_refuse (j->c.model, buf)) != NULL)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_INPUT, "model %s cannot be continued: %s", j->c.model->kernel->name, why));
  ICTUS_GO (read_axes (j));
  ICTUS_GO (ictus_cli_dyn_output (&j->c, "bifurcation.h5", &path));
  remark (j->c.model);
  ictus_cli_heed_signals ();
  e = ictus_dyn_continue (MPI_COMM_WORLD, &j->c.values, &j->o, ictus_cli_told_to_end, NULL, &d);
  if (e == ICTUS_E_STOPPED && d.nbranch > 0)
    stopped = e;
  else if (e != ICTUS_OK)
    goto done;
  if (ictus_cli_is_main ())
    ictus_dyn_print (stdout, &d, j->c.json);
  e = ICTUS_OK;
  if (ictus_cli_is_main () && path.len > 0)
    e = ictus_cli_continue_write (&j->c, &d, &j->y, path.s, argc, argv);
  ICTUS_GO (ictus_comm_agree (MPI_COMM_WORLD, e));
  if (path.len > 0)
    ICTUS_GO (ictus_cli_dyn_picture (&j->c, path.s, &request));
  if (stopped != ICTUS_OK)
    e = ICTUS_FAIL (ICTUS_E_STOPPED, "stopped on request; what was followed until then is written");
done:
  ictus_dyn_diagram_clear (&d);
  ictus_text_clear (&path);
  return e;
}

int
ictus_cli_continue (int argc, char **argv)
{
  job j = { .c = { .command = "continue", .lock.fd = -1 } };
  bool done = false;
  int status;
  ictus_err e;

  ictus_dyn_defaults (&j.o);
  status = options (&j, argc, argv, &done);
  if (status == 0 && !done)
    {
      e = follow (&j, argc, argv);
      status = e == ICTUS_OK ? 0 : ictus_cli_fail (e);
    }
  ictus_cli_dyn_close (&j.c);
  ictus_free (j.zero);
  ictus_free (j.zeros);
  return status;
}
