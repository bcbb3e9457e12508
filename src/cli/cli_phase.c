/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus phase: the phase plane or phase line of a model. */
#include "cli/cli_phase.h"

#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void
help (void)
{
  ictus_cli_print (
      "Usage: ictus phase MODEL [OPTIONS]\n"
      "       mpirun -n N ictus phase MODEL --basins 200\n\n"
      "Show what a model does in a plane of two of its states: the field, nullclines, all fixed points of a box with\n"
      "their eigenvalues, manifolds of saddles, limit cycles, trajectories, basins of attraction; of a model of one\n"
      "state the phase line. Writes DIR/phase.h5 and DIR/phase.png.\n\n"
      "Options:\n"
      "      --x NAME, --y NAME axes: states, or aux quantities (then trajectories only); --x alone: a phase line\n"
      "      --range NAME=A:B   the box along an axis (may be repeated; default: chosen)\n"
      "      --fix NAME=VALUE   hold another state there (default: at its initial value; may be repeated)\n"
      "      --slave NAME       another state is where its right-hand side is 0, everywhere (may be repeated)\n"
      "      --slave-others     all others are\n"
      "      --whole            trajectories are those of the whole model, seen in the plane\n"
      "      --trajectories N   trajectories from random starts (default: 9)\n"
      "      --start A=1,B=2    a chosen start (may be repeated)\n"
      "      --backward         follow trajectories back in time as well\n"
      "      --basins N         basins of attraction, from N starts along each axis; dealt to the ranks\n"
      "      --grid N           cells of the search along each axis (default: 120)\n"
      "      --t-stop T         end trajectories at T (default: when they have settled)\n"
      "      --seed N           seed of the random starts\n"
      "      --no-spikes        leave out firing and reset\n" ICTUS_CLI_DYN_HELP
      "\nExample: ictus phase morris_lecar --use-set snic --par I=35\n"
      "         ictus phase hodgkin_huxley --x V --y n --slave m --fix h=0.4 --range V=-80:40\n");
}

enum { X = ICTUS_OPT_DYN_OWN, Y, RANGE, FIX, SLAVE, SLAVE_OTHERS, WHOLE, TRAJECTORIES, START, BACKWARD, BASINS, GRID, T_STOP, SEED,
       NO_SPIKES };

typedef struct list
{
  const char **s;
  size_t n, cap;
} list;

typedef struct job
{
  ictus_cli_dyn c;
  ictus_phase_options o;
  const char *x, *y, *t_stop;
  list range, fix, slave, start;
  bool slave_others;
  ictus_phase_hold *hold; /* [nstate] */
  double *starts;         /* [nstart, nstate] */
} job;

static ictus_err
push (list *l, const char *text)
{
  ICTUS_TRY (ictus_grow (&l->s, &l->cap, l->n + 1, sizeof *l->s));
  l->s[l->n++] = text;
  return ICTUS_OK;
}

/* ---- names ------------------------------------------------------------------------------------------------------ */

static ictus_err
no_state (const job *j, const char *option, const char *text, const char *name, bool aux)
{
  const ictus_lang *lang = j->c.model->lang;
  const char *near = ictus_lang_nearest (lang, ICTUS_LANG_STATE, name);

  if (near == NULL && aux)
    near = ictus_lang_nearest (lang, ICTUS_LANG_AUX, name);
  return ICTUS_FAIL (ICTUS_E_INPUT, "--%s %s: model %s has no state%s \"%s\"%s%s%s", option, text, ictus_lang_name (lang),
                     aux ? " or aux quantity" : "", name, near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                     near != NULL ? "\"?" : "");
}

static ictus_err
find_axis (const job *j, const char *option, const char *name, int *out)
{
  const ictus_lang *lang = j->c.model->lang;

  *out = ictus_lang_find (lang, ICTUS_LANG_STATE, name);
  if (*out < 0 && (*out = ictus_lang_find (lang, ICTUS_LANG_AUX, name)) >= 0)
    *out += j->c.model->kernel->nstate;
  return *out >= 0 ? ICTUS_OK : no_state (j, option, name, name, true);
}

/* NAME=VALUE up to a comma: sets y; returns what is behind it. */
static ictus_err
assign (const job *j, const char *option, const char *text, double *y, const char **rest)
{
  char name[80], value[80];
  size_t n = strcspn (text, "=,"), m;
  int k;

  if (text[n] != '=' || n == 0 || n >= sizeof name)
    return ICTUS_FAIL (ICTUS_E_USAGE, "--%s takes NAME=VALUE%s, not \"%s\"", option, rest != NULL ? "[,NAME=VALUE...]" : "", text);
  snprintf (name, sizeof name, "%.*s", (int) n, text);
  m = rest != NULL ? strcspn (text + n + 1, ",") : strlen (text + n + 1);
  snprintf (value, sizeof value, "%.*s", (int) (m < sizeof value ? m : sizeof value - 1), text + n + 1);
  k = ictus_lang_find (j->c.model->lang, ICTUS_LANG_STATE, name);
  if (k < 0)
    return no_state (j, option, text, name, false);
  if (ictus_quantity (value, ictus_lang_get (j->c.model->lang, ICTUS_LANG_STATE, k)->unit, &y[k], NULL) != ICTUS_OK)
    return ictus_err_prefix (ICTUS_E_INPUT, "--%s %s", option, text);
  if (rest != NULL)
    *rest = text + n + 1 + m + (text[n + 1 + m] == ',');
  return ICTUS_OK;
}

/* NAME=LO:HI */
static ictus_err
take_range (job *j, const char *text)
{
  const char *eq = strchr (text, '='), *colon = eq != NULL ? strchr (eq, ':') : NULL;
  const ictus_lang_var *v;
  char name[80], low[80];
  int k, ns = j->c.model->kernel->nstate, a;

  if (colon == NULL || eq - text >= 80 || colon - eq >= 80)
    return ICTUS_FAIL (ICTUS_E_USAGE, "--range takes NAME=LOW:HIGH, not \"%s\"", text);
  snprintf (name, sizeof name, "%.*s", (int) (eq - text), text);
  snprintf (low, sizeof low, "%.*s", (int) (colon - eq - 1), eq + 1);
  ICTUS_TRY (find_axis (j, "range", name, &k));
  a = k == j->o.x ? 0 : k == j->o.y ? 1 : -1;
  if (a < 0)
    return ICTUS_FAIL (ICTUS_E_INPUT, "--range %s: %s is no axis of the plane", text, name);
  v = k < ns ? ictus_lang_get (j->c.model->lang, ICTUS_LANG_STATE, k) : ictus_lang_get (j->c.model->lang, ICTUS_LANG_AUX, k - ns);
  if (ictus_quantity (low, v->unit, &j->o.lo[a], NULL) != ICTUS_OK || ictus_quantity (colon + 1, v->unit, &j->o.hi[a], NULL) != ICTUS_OK)
    return ictus_err_prefix (ICTUS_E_INPUT, "--range %s", text);
  if (!(j->o.lo[a] < j->o.hi[a]) || !isfinite (j->o.hi[a] - j->o.lo[a]))
    return ICTUS_FAIL (ICTUS_E_INPUT, "--range %s: the box is empty: the first bound has to be below the second", text);
  return ICTUS_OK;
}

/* Axes that a user left out are needed here, for --range, before room phase chooses them. */
static ictus_err
take_axes (job *j)
{
  ictus_phase_options *o = &j->o;

  if (j->y != NULL && j->x == NULL)
    return ICTUS_FAIL (ICTUS_E_USAGE, "--y needs --x, too");
  if (j->x == NULL)
    {
      ictus_phase_axes (j->c.model, &o->x, &o->y);
      return ICTUS_OK;
    }
  ICTUS_TRY (find_axis (j, "x", j->x, &o->x));
  if (j->y != NULL)
    ICTUS_TRY (find_axis (j, "y", j->y, &o->y));
  if (o->x == o->y)
    return ICTUS_FAIL (ICTUS_E_INPUT, "--x %s --y %s: the axes have to be two different quantities", j->x, j->y);
  return ICTUS_OK;
}

static ictus_err
take_others (job *j)
{
  int ns = j->c.model->kernel->nstate;

  j->hold = ictus_alloc ((size_t) ns, sizeof *j->hold);
  if (j->hold == NULL)
    return ICTUS_E_NOMEM;
  for (int k = 0; k < ns && j->slave_others; ++k)
    j->hold[k] = k != j->o.x && k != j->o.y ? ICTUS_PHASE_SLAVED : ICTUS_PHASE_HELD;
  for (size_t k = 0; k < j->slave.n; ++k)
    {
      int at = ictus_lang_find (j->c.model->lang, ICTUS_LANG_STATE, j->slave.s[k]);

      if (at < 0)
        return no_state (j, "slave", j->slave.s[k], j->slave.s[k], false);
      if (at == j->o.x || at == j->o.y)
        return ICTUS_FAIL (ICTUS_E_INPUT, "--slave %s: it is an axis of the plane", j->slave.s[k]);
      j->hold[at] = ICTUS_PHASE_SLAVED;
    }
  for (size_t k = 0; k < j->fix.n; ++k)
    ICTUS_TRY (assign (j, "fix", j->fix.s[k], j->c.y, NULL));
  for (size_t k = 0; k < j->fix.n; ++k)
    {
      char name[80];
      int at;

      snprintf (name, sizeof name, "%.*s", (int) strcspn (j->fix.s[k], "="), j->fix.s[k]);
      at = ictus_lang_find (j->c.model->lang, ICTUS_LANG_STATE, name);
      if (at == j->o.x || at == j->o.y)
        return ICTUS_FAIL (ICTUS_E_INPUT, "--fix %s: it is an axis of the plane; --init sets where it begins", j->fix.s[k]);
      j->hold[at] = ICTUS_PHASE_HELD;
    }
  j->o.hold = j->fix.n > 0 || j->slave.n > 0 || j->slave_others ? j->hold : NULL;
  return ICTUS_OK;
}

static ictus_err
take_starts (job *j)
{
  size_t ns = (size_t) j->c.model->kernel->nstate;

  j->starts = ictus_alloc (j->start.n, ns * sizeof *j->starts);
  if (j->starts == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < j->start.n; ++k)
    {
      const char *rest = j->start.s[k];

      memcpy (j->starts + k * ns, j->c.y, ns * sizeof *j->starts);
      while (*rest != '\0')
        ICTUS_TRY (assign (j, "start", rest, j->starts + k * ns, &rest));
    }
  j->o.start = j->starts;
  j->o.nstart = j->start.n;
  return ICTUS_OK;
}

static ictus_err
take_all (job *j)
{
  ICTUS_TRY (take_axes (j));
  for (size_t k = 0; k < j->range.n; ++k)
    ICTUS_TRY (take_range (j, j->range.s[k]));
  ICTUS_TRY (take_others (j));
  ICTUS_TRY (take_starts (j));
  if (j->t_stop != NULL)
    {
      if (ictus_quantity (j->t_stop, "ms", &j->o.t_stop, NULL) != ICTUS_OK)
        return ictus_err_prefix (ICTUS_E_USAGE, "--t-stop %s", j->t_stop);
      if (!(j->o.t_stop > 0))
        return ICTUS_FAIL (ICTUS_E_USAGE, "--t-stop %s: a time above 0 is needed", j->t_stop);
    }
  return ICTUS_OK;
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

static ictus_err
phase (job *j, int argc, char **argv)
{
  const ictus_plot_request all = { 0 };
  ictus_text path = { 0 };
  ictus_phase p = { 0 };
  ictus_err e;

  ICTUS_TRY (ictus_cli_dyn_open (&j->c, false));
  ICTUS_TRY (ictus_comm_agree (MPI_COMM_WORLD, take_all (j)));
  ICTUS_GO (ictus_cli_dyn_output (&j->c, "phase.h5", &path));
  ictus_cli_heed_signals ();
  ICTUS_GO (ictus_phase_look (MPI_COMM_WORLD, &j->c.values, &j->o, ictus_cli_told_to_end, NULL, &p));
  if (ictus_cli_is_main ())
    ictus_phase_print (stdout, &p, j->c.json);
  if (path.s != NULL)
    {
      ICTUS_GO (ictus__phase_write (&j->c, &p, path.s, argc, argv));
      if (ictus_cli_is_main ())
        ictus_log ("%s", path.s);
      e = ictus_cli_dyn_picture (&j->c, path.s, &all);
    }
done:
  ictus_phase_clear (&p);
  ictus_text_clear (&path);
  return e;
}

/* A whole number from lo on; false: none. */
static bool
count (const char *text, long lo, long hi, long *out)
{
  char *end;

  *out = strtol (text, &end, 10);
  return end != text && *end == '\0' && *out >= lo && *out <= hi;
}

static int
take_option (void *self, int opt, const char *arg)
{
  job *j = self;

  list *into = opt == RANGE ? &j->range : opt == FIX ? &j->fix : opt == SLAVE ? &j->slave : opt == START ? &j->start : NULL;
  long n = 0;

  if (into != NULL)
    return push (into, arg) == ICTUS_OK ? 0 : ictus_cli_fail (ICTUS_E_NOMEM);
  if (opt == X)
    j->x = arg;
  else if (opt == Y)
    j->y = arg;
  else if (opt == T_STOP)
    j->t_stop = arg;
  else if (opt == SLAVE_OTHERS)
    j->slave_others = true;
  else if (opt == WHOLE)
    j->o.whole = true;
  else if (opt == BACKWARD)
    j->o.backward = true;
  else if (opt == NO_SPIKES)
    j->o.spikes = false;
  else if (opt == TRAJECTORIES || opt == BASINS || opt == GRID || opt == SEED)
    {
      long lo = opt == GRID ? 10 : opt == BASINS ? 2 : 0, hi = opt == GRID ? 2000 : opt == BASINS ? 20000 : opt == SEED ? 1L << 62 : 100000;
      const char *name = opt == GRID ? "grid" : opt == BASINS ? "basins" : opt == SEED ? "seed" : "trajectories";

      if (!count (arg, lo, hi, &n))
        return ictus_cli_usage ("phase", "--%s takes a whole number from %ld to %ld, not \"%s\"", name, lo, hi, arg);
      if (opt == SEED)
        j->o.seed = (uint64_t) n;
      else
        *(opt == GRID ? &j->o.grid : opt == BASINS ? &j->o.basins : &j->o.ntrajectory) = (int) n;
    }
  else if (!ictus_cli_dyn_take (&j->c, opt, arg))
    return ictus_cli_usage ("phase", opt == ICTUS_OPT_DYN_PAR ? "--par takes NAME=VALUE" : "wrong option");
  return 0;
}

static int
options (job *j, int argc, char **argv, bool *done)
{
  static const struct option known[] = { ICTUS_CLI_DYN_OPTIONS,
                                         { "x", required_argument, NULL, X },
                                         { "y", required_argument, NULL, Y },
                                         { "range", required_argument, NULL, RANGE },
                                         { "fix", required_argument, NULL, FIX },
                                         { "slave", required_argument, NULL, SLAVE },
                                         { "slave-others", no_argument, NULL, SLAVE_OTHERS },
                                         { "whole", no_argument, NULL, WHOLE },
                                         { "trajectories", required_argument, NULL, TRAJECTORIES },
                                         { "start", required_argument, NULL, START },
                                         { "backward", no_argument, NULL, BACKWARD },
                                         { "basins", required_argument, NULL, BASINS },
                                         { "grid", required_argument, NULL, GRID },
                                         { "t-stop", required_argument, NULL, T_STOP },
                                         { "seed", required_argument, NULL, SEED },
                                         { "no-spikes", no_argument, NULL, NO_SPIKES },
                                         { NULL, 0, NULL, 0 } };
  return ictus_cli_dyn_options (&j->c, argc, argv, known, help, take_option, j, done);
}

int
ictus_cli_phase (int argc, char **argv)
{
  job *j = ictus_alloc (1, sizeof *j);
  bool done = false;
  int status;
  ictus_err e;

  if (j == NULL)
    return ictus_cli_fail (ICTUS_E_NOMEM);
  j->c.command = "phase";
  j->c.lock.fd = -1;
  ictus_phase_defaults (&j->o);
  status = options (j, argc, argv, &done);
  if (status == 0 && !done)
    {
      e = phase (j, argc, argv);
      status = e == ICTUS_OK ? 0 : ictus_cli_fail (e);
    }
  ictus_free (j->range.s);
  ictus_free (j->fix.s);
  ictus_free (j->slave.s);
  ictus_free (j->start.s);
  ictus_free (j->hold);
  ictus_free (j->starts);
  ictus_cli_dyn_close (&j->c);
  ictus_free (j);
  return status;
}
