/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus lyapunov --orbit, --section, --zero-one: what was asked for becomes points of trajectories. */
#include "cli/cli_lyapunov_orbit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define LOUD 1e8 /* times the absolute tolerance: of a series, of which variations by 1e-5 count */
enum { SERIES = 5000, SECTION = 1000, SAMPLES = 2000, LEAST = 100 /* values that the 0-1 test takes */ };
enum { ROWS = 2000, SHORT = 100 /* a look at a model that does not say how long one is */ };

bool
ictus_cli_orbit_wanted (const ictus_cli_orbit *a)
{
  return a->orbit != NULL || a->section != NULL || a->zero_one;
}

int
ictus_cli_orbit_check (const ictus_cli_orbit *a, const char *other)
{
  const char *mine = a->orbit != NULL ? "--orbit" : a->zero_one ? "--zero-one" : "--section", *lonely = NULL;

  if (ictus_cli_orbit_wanted (a) && other != NULL)
    return ictus_cli_usage ("lyapunov", "%s and %s are different ways to look at a model; give one of them", mine, other);
  if (a->orbit != NULL && a->zero_one)
    return ictus_cli_usage ("lyapunov", "--orbit and --zero-one are different ways to look at a model; give one of them");
  if (a->sample != NULL && !a->zero_one)
    return ictus_cli_usage ("lyapunov", "--sample belongs to --zero-one");
  if (a->sample != NULL && (a->section != NULL || a->intervals))
    return ictus_cli_usage ("lyapunov", "--sample takes values at equal times; it does not go with --section or --intervals");
  if (a->continued && a->orbit == NULL)
    return ictus_cli_usage ("lyapunov", "--continued belongs to --orbit");
  if (a->watch != NULL && a->zero_one_of != NULL)
    return ictus_cli_usage ("lyapunov", "--watch %s and --zero-one %s say the same; give one of them", a->watch, a->zero_one_of);
  if (!ictus_cli_orbit_wanted (a))
    lonely = a->watch != NULL ? "--watch" : a->intervals ? "--intervals" : a->keep > 0 ? "--points" : NULL;
  return lonely == NULL ? 0 : ictus_cli_usage ("lyapunov", "%s belongs to --orbit, --section and --zero-one", lonely);
}

/* ---- names and values ------------------------------------------------------------------------------------------ */

static int
column_of (const ictus_model *m, const char *name)
{
  for (int k = 0; k < ictus_points_columns (m); ++k)
    if (strcasecmp (ictus_path_column (m, k)->name, name) == 0)
      return k;
  return -1;
}

static ictus_err
no_such (const ictus_model *m, const char *option, const char *name)
{
  const char *near = ictus_lang_nearest (m->lang, ICTUS_LANG_STATE, name);

  if (near == NULL)
    near = ictus_lang_nearest (m->lang, ICTUS_LANG_AUX, name);
  return ICTUS_FAIL (ICTUS_E_INPUT, "--%s: model %s has no state or aux quantity \"%s\"%s%s%s", option, ictus_lang_name (m->lang), name,
                     near != NULL ? "; did you mean \"" : "", near != NULL ? near : "", near != NULL ? "\"?" : "");
}

static ictus_err
read_section (ictus_cli_points *p, const char *text)
{
  const ictus_model *m = p->c->model;
  const char *eq = strchr (text, '=');
  bool time;
  int k;

  if (eq == NULL || eq == text || (size_t) (eq - text) >= sizeof p->section)
    return ICTUS_FAIL (ICTUS_E_USAGE, "--section takes NAME=VALUE, not \"%s\"", text);
  snprintf (p->section, sizeof p->section, "%.*s", (int) (eq - text), text);
  k = column_of (m, p->section);
  time = k < 0 && strcasecmp (p->section, "t") == 0;
  if (k < 0 && !time)
    return no_such (m, "section", p->section);
  if (ictus_quantity (eq + 1, time ? ictus_cli_points_time (m) : ictus_path_column (m, k)->unit, &p->o.at, NULL) != ICTUS_OK)
    return ictus_err_prefix (ICTUS_E_INPUT, "--section %s", text);
  if (!isfinite (p->o.at) || (time && !(p->o.at > 0)))
    return ICTUS_FAIL (ICTUS_E_USAGE, "--section %s: expected a %s", text,
                       time ? "positive time: a point each time it has passed" : "number");
  p->o.section = p->section;
  return ICTUS_OK;
}

/* Turns up and down, in the second half of its rows; a jump back is no turn. */
static bool
turns (const ictus_path *p, size_t c)
{
  double lo = INFINITY, hi = -INFINITY;
  bool up = false, down = false;
  double before = 0;

  for (size_t k = p->nrow / 2; k + 1 < p->nrow; ++k)
    {
      double a = p->v[k * (size_t) p->ncol + c], b = p->v[(k + 1) * (size_t) p->ncol + c];

      lo = fmin (lo, a);
      hi = fmax (hi, a);
      up = up || (b > a && before > 0);
      down = down || (b < a && before < 0);
      before = b - a;
    }
  return up && down && hi - lo > 1e-4 * fmax (fabs (lo), fabs (hi));
}

/* The first state that turns, if there is one: clocks and phases have no maxima. */
static int
first_turning (const ictus_cli_points *p)
{
  const ictus_dyn_values *v = &p->c->values;
  const ictus_model *m = v->model;
  ictus_path_config c;
  ictus_path path = { 0 };
  char buf[256];
  int found = 0, nstate = ictus_points_columns (m) - ictus_lang_count (m->lang, ICTUS_LANG_AUX);

  if (m->kernel->is_map || ictus_path_refuse ("cvode-bdf", m, buf) != NULL)
    return 0;
  ictus_path_defaults (m, &c);
  c.method = "cvode-bdf";
  c.total = c.total > 0 && isfinite (c.total) ? c.total : SHORT;
  c.dt = c.total / ROWS;
  c.nout = 1;
  c.trans = c.bound = 0;
  c.poimap = 0;
  c.max_rows = 0;
  if (ictus_path_run (m, &c, v->p, v->y, v->u, &path) == ICTUS_OK && path.end == ICTUS_PATH_DONE)
    {
      while (found < nstate && !turns (&path, (size_t) found))
        ++found;
      found = found < nstate ? found : 0;
    }
  ictus_path_clear (&path);
  return found;
}

/* The first one that moves, and not the one that the section holds. */
static ictus_err
read_watch (ictus_cli_points *p, const char *option, const char *name)
{
  const ictus_model *m = p->c->model;

  if (name != NULL)
    {
      p->o.watch = column_of (m, name);
      return p->o.watch >= 0 ? ICTUS_OK : no_such (m, option, name);
    }
  if (ictus_points_columns (m) == 0)
    return ICTUS_FAIL (ICTUS_E_INPUT, "model %s has no state", m->kernel->name);
  if (p->o.section != NULL)
    p->o.watch = column_of (m, p->section) == 0 && ictus_points_columns (m) > 1;
  else
    p->o.watch = first_turning (p);
  return ICTUS_OK;
}

static ictus_err
read_sample (ictus_cli_points *p, const char *text)
{
  if (p->c->model->kernel->is_map)
    return ICTUS_FAIL (ICTUS_E_INPUT, "--sample %s: model %s is a map, and all of its iterates are taken", text, p->c->model->kernel->name);
  p->o.sample = 0;
  if (strcmp (text, "auto") == 0)
    return ICTUS_OK;
  if (ictus_quantity (text, ictus_cli_points_time (p->c->model), &p->o.sample, NULL) != ICTUS_OK)
    return ictus_err_prefix (ICTUS_E_USAGE, "--sample %s", text);
  return p->o.sample > 0 && isfinite (p->o.sample) ? ICTUS_OK
         : ICTUS_FAIL (ICTUS_E_USAGE, "--sample %s: expected a positive time, or auto", text);
}

static ictus_err
read_all (ictus_cli_points *p, const ictus_lyapunov_options *o, const ictus_cli_orbit *a)
{
  const ictus_kernel *k = p->c->model->kernel;

  ictus_points_defaults (p->c->model, &p->o);
  p->o.trans = o->trans;
  p->o.total = o->total;
  p->o.method = o->method;
  p->o.rtol = o->rtol;
  p->o.atol = o->atol;
  p->o.intervals = a->intervals;
  p->continued = a->continued;
  if (a->orbit != NULL)
    {
      ICTUS_TRY (ictus_cli_dyn_axis (p->c, "orbit", a->orbit, &p->axis.par, &p->axis.lo, &p->axis.hi, &p->axis.n));
      if (p->axis.n == 0)
        return ICTUS_FAIL (ICTUS_E_USAGE, "--orbit takes NAME=LOW:HIGH:N, not \"%s\"", a->orbit);
    }
  if (a->section != NULL)
    ICTUS_TRY (read_section (p, a->section));
  ICTUS_TRY (read_watch (p, a->zero_one_of != NULL ? "zero-one" : "watch", a->zero_one_of != NULL ? a->zero_one_of : a->watch));
  if (a->sample != NULL)
    ICTUS_TRY (read_sample (p, a->sample));
  if (k->is_map && a->intervals)
    return ICTUS_FAIL (ICTUS_E_INPUT, "--intervals: model %s is a map, and its iterates follow each other at once", k->name);
  p->o.keep = a->keep > 0 ? a->keep : a->orbit != NULL ? p->o.keep : a->zero_one ? SERIES : SECTION;
  if (a->zero_one && p->o.keep < LEAST)
    return ICTUS_FAIL (ICTUS_E_USAGE, "--points %zu: the 0-1 test needs a series of %d values at least", p->o.keep, LEAST);
  /* a neuron with a reset: spikes are its points, the times between them what there is to show */
  if (k->fire != NULL && k->reset != NULL && a->section == NULL && a->watch == NULL && a->zero_one_of == NULL && a->sample == NULL)
    p->o.intervals = true;
  return ICTUS_OK;
}

const char *
ictus_cli_points_time (const ictus_model *m)
{
  return m->kernel->is_map ? "iterations" : ictus_lang_get_settings (m->lang)->xpp ? "" : "ms";
}

const char *
ictus_cli_points_unit (const ictus_cli_points *a)
{
  const ictus_lang_var *v = ictus_path_column (a->c->model, a->o.watch);

  return a->o.intervals ? ictus_cli_points_time (a->c->model) : strcmp (v->unit, "1") == 0 ? "" : v->unit;
}

void
ictus_cli_points_what (const ictus_cli_points *a, ictus_points_kind kind, char out[256])
{
  const char *name = ictus_path_column (a->c->model, a->o.watch)->name;
  char where[160] = "";

  if (kind == ICTUS_POINTS_SECTION && strcasecmp (a->section, "t") == 0)
    snprintf (where, sizeof where, "each %.6g %s", a->o.at, ictus_cli_points_time (a->c->model));
  else if (kind == ICTUS_POINTS_SECTION)
    snprintf (where, sizeof where, "where %.70s passes %.6g upwards", a->section, a->o.at);
  if (a->o.intervals)
    snprintf (out, 256, "times between %s%.70s", kind == ICTUS_POINTS_SPIKES    ? "spikes"
                                                 : kind == ICTUS_POINTS_SECTION ? "upward passages of "
                                                                                : "maxima of ",
              kind == ICTUS_POINTS_SPIKES ? "" : kind == ICTUS_POINTS_SECTION ? a->section : name);
  else if (kind == ICTUS_POINTS_SECTION)
    snprintf (out, 256, "%.70s %.150s", name, where);
  else
    snprintf (out, 256, "%s of %.70s", ictus_points_kind_name (kind), name);
}

/* ---- progress ---------------------------------------------------------------------------------------------------- */

static void
tick (void *ctx, double done)
{
  ictus_cli_points *p = ctx;
  double now = ictus_wall_s ();

  if (now - p->last_s < (isatty (STDERR_FILENO) ? 0.5 : 10) && done < 1)
    return;
  if (isatty (STDERR_FILENO))
    fprintf (stderr, "\r%.0f %% done %s", 100 * done, done < 1 ? "" : "\n");
  else if (done < 1)
    fprintf (stderr, "%.0f %% done\n", 100 * done);
  p->last_s = now;
}

/* ---- the three commands ---------------------------------------------------------------------------------------------- */

static ictus_err
orbit (ictus_cli_points *p, const char *path, int argc, char **argv)
{
  ictus_orbit r = { 0 };
  ictus_err e = ictus_orbit_run (MPI_COMM_WORLD, &p->c->values, &p->o, &p->axis, p->continued, &r), stopped = e;

  if (e == ICTUS_E_STOPPED && r.ndone > 0)
    e = ICTUS_OK;
  if (e == ICTUS_OK && ictus_cli_is_main ())
    {
      ictus_cli_orbit_print (stdout, p, &r);
      if (path != NULL)
        e = ictus_cli_orbit_write (p, &r, path, argc, argv);
    }
  e = ictus_comm_agree (MPI_COMM_WORLD, e);
  if (e == ICTUS_OK && stopped != ICTUS_OK)
    e = ICTUS_FAIL (ICTUS_E_STOPPED, "stopped on request with %zu of %zu values done%s", r.ndone, (size_t) r.ways * p->axis.n,
                    path != NULL ? "; they are written" : "");
  ictus_orbit_clear (&r);
  return e;
}

/* Where what the section is of goes, in place of where it does not. */
static ictus_err
never_met (ictus_cli_points *p, const ictus_points *got)
{
  ictus_points_options o = p->o;
  ictus_points s = { 0 };
  char range[120] = "";

  o.section = NULL;
  o.watch = column_of (p->c->model, p->section);
  o.intervals = false;
  o.sample = got->recurrence > 0 ? got->recurrence / 40 : got->total / SAMPLES;
  o.trans = got->trans;
  o.keep = SAMPLES;
  o.tick = NULL;
  if (o.watch >= 0 && ictus_points_run (&p->c->values, &o, &s) == ICTUS_OK && s.low <= s.high)
    snprintf (range, sizeof range, "; it goes from %.6g to %.6g", s.low, s.high);
  ictus_points_clear (&s);
  return ICTUS_FAIL (ICTUS_E_INPUT, "%s does not pass %.6g upwards within %.6g after the first %.6g%s", p->section, p->o.at, got->total,
                     got->trans, range);
}

static ictus_err
section (ictus_cli_points *p, const char *path, int argc, char **argv)
{
  ictus_points s = { 0 };
  ictus_err e = ictus_points_run (&p->c->values, &p->o, &s), early = e;

  if ((e == ICTUS_E_STOPPED || e == ICTUS_E_SOLVER) && s.n > 0)
    e = ICTUS_OK; /* what there is, first */
  if (e == ICTUS_OK && s.n == 0)
    e = never_met (p, &s);
  if (e == ICTUS_OK)
    {
      char why[ICTUS_ERR_TEXT];

      snprintf (why, sizeof why, "%s", early != ICTUS_OK ? ictus_err_last () : "");
      ictus_cli_section_print (stdout, p, &s);
      if (path != NULL)
        e = ictus_cli_section_write (p, &s, path, argc, argv);
      if (e == ICTUS_OK && early != ICTUS_OK)
        e = ICTUS_FAIL (early, "%s%s", why, path != NULL ? "; the points up to there are written" : "");
    }
  ictus_points_clear (&s);
  return e;
}

/* x [n]: what is tested, and the size of what it is a part of. */
static ictus_err
series_of (const ictus_cli_points *p, const ictus_points *s, double **x, size_t *n, double *scale)
{
  size_t gap = p->o.intervals ? 1 : 0;

  *n = s->n > gap ? s->n - gap : 0;
  *x = ictus_alloc (*n, sizeof **x);
  *scale = fmax (fabs (s->low), fabs (s->high));
  if (*x == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < *n; ++k)
    {
      (*x)[k] = p->o.intervals ? s->t[k + 1] - s->t[k] : s->v[k * (size_t) s->ncol + (size_t) p->o.watch];
      if (p->o.intervals)
        *scale = k == 0 ? fabs ((*x)[k]) : fmax (*scale, fabs ((*x)[k]));
    }
  return ICTUS_OK;
}

/* What rests is as regular as can be. */
static ictus_err
test (ictus_cli_points *p, const ictus_points *s, double **x, size_t *n, ictus_zero_one *z)
{
  char what[256];
  double scale;

  if (s->rests)
    {
      *z = (ictus_zero_one){ .constant = true };
      *x = ictus_alloc (1, sizeof **x);
      *n = 1;
      if (*x != NULL)
        **x = s->level;
      return *x != NULL ? ICTUS_OK : ICTUS_E_NOMEM;
    }
  ICTUS_TRY (series_of (p, s, x, n, &scale));
  scale = fmax (scale, LOUD * p->o.atol); /* below it there is nothing but the noise of the method */
  if (*n >= LEAST)
    return ictus_zero_one_test (*x, *n, scale, z);
  if (s->kind == ICTUS_POINTS_SPIKES && s->n == 0)
    return ICTUS_FAIL (ICTUS_E_INPUT, "model %s does not fire within %.6g: there is nothing to test", p->c->model->kernel->name, s->total);
  ictus_cli_points_what (p, s->kind, what);
  return ICTUS_FAIL (ICTUS_E_INPUT, "%s: %zu in %.6g, the 0-1 test needs %d; measure longer (--t-stop), or take another state (--watch), a section "
                     "or values at equal times (--sample auto)", what, *n, s->total, LEAST);
}

static ictus_err
zero_one (ictus_cli_points *p, const char *path, int argc, char **argv)
{
  ictus_points s = { 0 };
  ictus_zero_one z;
  double *x = NULL;
  size_t n = 0;
  ictus_err e = ictus_points_run (&p->c->values, &p->o, &s), early = e;

  if (e == ICTUS_OK || (e == ICTUS_E_STOPPED && s.n > LEAST))
    e = test (p, &s, &x, &n, &z);
  if (e == ICTUS_OK)
    {
      ictus_cli_zero_one_print (stdout, p, &s, n, &z);
      if (path != NULL)
        e = ictus_cli_zero_one_write (p, &s, x, n, &z, path, argc, argv);
    }
  if (e == ICTUS_OK && early == ICTUS_E_STOPPED)
    e = ICTUS_FAIL (early, "stopped on request: the test is one of the %zu values until then", n);
  ictus_points_clear (&s);
  ictus_free (x);
  return e;
}

ictus_err
ictus_cli_orbit_run (ictus_cli_dyn *c, const ictus_lyapunov_options *o, const ictus_cli_orbit *a, int argc, char **argv)
{
  ictus_cli_points p = { .c = c, .last_s = ictus_wall_s () };
  ictus_plot_request request = { 0 };
  ictus_text path = { 0 };
  const char *file = NULL;
  ictus_err e, early = ICTUS_OK;

  ICTUS_GO (ictus_comm_agree (MPI_COMM_WORLD, read_all (&p, o, a)));
  ICTUS_GO (ictus_cli_dyn_output (c, a->orbit != NULL ? "orbit.h5" : a->zero_one ? "zero_one.h5" : "section.h5", &path));
  file = path.len > 0 ? path.s : NULL;
  p.o.told = ictus_cli_told_to_end;
  p.o.tick = c->quiet || !ictus_cli_is_main () ? NULL : tick;
  p.o.ctx = &p;
  if (a->orbit != NULL)
    e = orbit (&p, file, argc, argv);
  else
    {
      e = ICTUS_OK; /* one trajectory is one rank's work: the others wait */
      if (ictus_cli_is_main ())
        e = a->zero_one ? zero_one (&p, file, argc, argv) : section (&p, file, argc, argv);
      e = ictus_comm_agree (MPI_COMM_WORLD, e);
    }
  if (file != NULL && (e == ICTUS_OK || e == ICTUS_E_STOPPED || e == ICTUS_E_SOLVER))
    {
      char why[ICTUS_ERR_TEXT]; /* of an early end: what there is is drawn first */

      early = e;
      snprintf (why, sizeof why, "%s", ictus_err_last ());
      c->no_picture = c->no_picture || (ictus_cli_is_main () && !ictus_file_exists (file));
      e = ictus_cli_dyn_picture (c, file, &request);
      if (e == ICTUS_OK && early != ICTUS_OK)
        e = ICTUS_FAIL (early, "%s", why);
    }
done:
  ictus_text_clear (&path);
  return e;
}
