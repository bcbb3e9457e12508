/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus solve: which model, with which values, by which methods. */
#include "cli/cli_solve.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct values /* of the file and the sets applied so far */
{
  ictus_lang_settings settings;
  double *p;  /* [npar] */
  double *y;  /* [nstate]; NaN: the model's */
} values;

bool
ictus__solve_is_solver (const char *name)
{
  for (size_t k = 0; ictus_solver_at (k) != NULL; ++k)
    if (strcmp (ictus_solver_at (k)->name, name) == 0)
      return true;
  return false;
}

int
ictus__solve_ncol (const ictus__solve_job *j)
{
  const ictus_lang *lang = j->model->lang;
  int n = ictus_lang_count (lang, ICTUS_LANG_AUX);

  for (int k = 0; k < ictus_lang_count (lang, ICTUS_LANG_STATE); ++k)
    n += !ictus_lang_get (lang, ICTUS_LANG_STATE, k)->hidden;
  return n;
}

const ictus_lang_var *
ictus__solve_column (const ictus__solve_job *j, int k)
{
  return ictus_path_column (j->model, k);
}

/* ---- the model ------------------------------------------------------------------------------------ */

/* Is there a name that the solvers of networks are needed for? */
static bool
wants_solver (const ictus__solve_job *j)
{
  char name[40];
  size_t n;

  if (j->special || j->compare)
    return false;
  if (j->solvers == NULL)
    return !j->xpp;
  for (const char *s = j->solvers; *s != '\0'; s += n + (s[n] == ','))
    {
      n = strcspn (s, ",");
      snprintf (name, sizeof name, "%.*s", n < sizeof name ? (int) n : (int) sizeof name - 1, s);
      if (ictus__solve_is_solver (name) && (!j->xpp || ictus_path_method_of (name, NULL) == NULL))
        return true;
    }
  return false;
}

static ictus_err
open_model (ictus__solve_job *j)
{
  const ictus_lang_settings *s;
  ictus_lang_class class;

  ICTUS_TRY (ictus_model_open_scalar (j->model_name, NULL, NULL, &j->model));
  s = ictus_lang_get_settings (j->model->lang);
  class = ictus_lang_classify (j->model->lang);
  j->xpp = s->xpp;
  j->unit = s->xpp || class.map ? "" : "ms";
  j->special = class.delayed || class.stochastic || class.events || class.map || s->t0 != 0 || s->poimap != 0
               || s->total < 0 || s->dt < 0 || !isnan (j->bound);
  if (!wants_solver (j) || j->model->lanes != NULL)
    return ICTUS_OK;
  ictus_model_close (&j->model);
  return ictus_model_open (j->model_name, NULL, NULL, &j->model);
}

ictus_err
ictus__solve_set_up (ictus__solve_job *j)
{
  const ictus_kernel *k;

  ICTUS_TRY (open_model (j));
  k = j->model->kernel;
  j->kernel = *k;
  if (j->no_spikes)
    j->kernel.fire = NULL;
  j->used = *j->model;
  j->used.kernel = &j->kernel;
  j->p = ictus_alloc ((size_t) k->nslot, sizeof *j->p);
  j->y0 = ictus_alloc ((size_t) k->nstate, sizeof *j->y0);
  j->u = ictus_alloc ((size_t) k->ninput, sizeof *j->u);
  if (j->p == NULL || j->y0 == NULL || j->u == NULL)
    return ICTUS_E_NOMEM;
  for (int a = 0; a < k->ninput; ++a)
    j->u[a] = ictus_lang_get (j->model->lang, ICTUS_LANG_INPUT, a)->value;
  return ICTUS_OK;
}

/* ---- values --------------------------------------------------------------------------------------- */

/* name=value of a parameter or state, put into a [count] */
static ictus_err
assign (const ictus__solve_job *j, const char *what, const char *text, ictus_lang_kind kind, double *a)
{
  const ictus_lang *lang = j->model->lang;
  const char *eq = strchr (text, '='), *near;
  char name[80];
  int k;

  if (eq == NULL || eq == text || (size_t) (eq - text) >= sizeof name)
    return ICTUS_FAIL (ICTUS_E_USAGE, "--%s takes NAME=VALUE, not \"%s\"", what, text);
  snprintf (name, sizeof name, "%.*s", (int) (eq - text), text);
  k = ictus_lang_find (lang, kind, name);
  if (k < 0)
    {
      near = ictus_lang_nearest (lang, kind, name);
      return ICTUS_FAIL (ICTUS_E_INPUT, "--%s %s: model %s has no %s \"%s\"%s%s%s", what, text,
                         ictus_lang_name (lang), kind == ICTUS_LANG_PAR ? "parameter" : "state", name,
                         near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                         near != NULL ? "\"?" : "");
    }
  if (ictus_quantity (eq + 1, ictus_lang_get (lang, kind, k)->unit, &a[k], NULL) != ICTUS_OK)
    return ictus_err_prefix (ICTUS_E_INPUT, "--%s %s", what, text);
  return ICTUS_OK;
}

/* --option name=value into the settings. */
static ictus_err
set_option (const char *text, ictus_lang_settings *s)
{
  const char *eq = strchr (text, '=');
  char name[80];

  if (eq == NULL || eq == text || (size_t) (eq - text) >= sizeof name)
    return ICTUS_FAIL (ICTUS_E_USAGE, "--option takes NAME=VALUE, not \"%s\"", text);
  snprintf (name, sizeof name, "%.*s", (int) (eq - text), text);
  if (ictus_lang_set_option (s, name, eq + 1) != ICTUS_OK)
    return ictus_err_prefix (ICTUS_E_INPUT, "--option %s", text);
  return ICTUS_OK;
}

/* A named set on top of what there is, as XPPAUT does. */
static void
apply_set (const ictus__solve_job *j, const ictus_lang_set *set, values *v)
{
  const ictus_lang *lang = j->model->lang;
  char number[40];
  int at;

  for (int k = 0; k < set->n; ++k)
    if ((at = ictus_lang_find (lang, ICTUS_LANG_PAR, set->item[k])) >= 0)
      v->p[at] = set->value[k];
    else if ((at = ictus_lang_find (lang, ICTUS_LANG_STATE, set->item[k])) >= 0)
      v->y[at] = set->value[k];
    else
      {
        snprintf (number, sizeof number, "%.17g", set->value[k]);
        if (ictus_lang_set_option (&v->settings, set->item[k], number) != ICTUS_OK)
          ictus_log ("set %s: %s is no parameter, state or option and is passed over", set->name, set->item[k]);
      }
}

static ictus_err
time_of (const ictus__solve_job *j, const char *option, const char *text, double *out)
{
  if (ictus_quantity (text, j->unit, out, NULL) != ICTUS_OK)
    return ictus_err_prefix (ICTUS_E_USAGE, "--%s", option);
  if (!isfinite (*out))
    return ICTUS_FAIL (ICTUS_E_USAGE, "--%s: \"%s\" is not a time", option, text);
  return ICTUS_OK;
}

/* The times of the run: what the command line says over what the file says. */
static ictus_err
plan_times (ictus__solve_job *j, ictus_path_config *c)
{
  double t, n;

  if (j->dt != NULL)
    {
      ICTUS_TRY (time_of (j, "dt", j->dt, &t));
      if (!(t > 0))
        return ICTUS_FAIL (ICTUS_E_USAGE, "--dt: a positive time is wanted, not \"%s\"", j->dt);
      c->nout = 1; /* a multiple of another step */
      c->dt = t;
    }
  if (j->interval != NULL)
    {
      ICTUS_TRY (time_of (j, "interval", j->interval, &t));
      n = t / c->dt;
      if (!(t > 0) || !(fabs (n - nearbyint (n)) <= 1e-9 * n) || n < 0.5 || n > 1e9)
        return ICTUS_FAIL (ICTUS_E_USAGE, "the interval of %s must be a multiple of the step dt of %.10g%s%s", j->interval,
                           c->dt, j->unit[0] != '\0' ? " " : "", j->unit);
      c->nout = (int) lround (n);
    }
  if (j->t_stop != NULL)
    {
      ICTUS_TRY (time_of (j, "t-stop", j->t_stop, &t));
      c->total = t - c->t0;
    }
  if (j->npoint > 0)
    c->total = copysign ((double) (j->npoint - 1) * c->dt * c->nout, c->total);
  if (j->trans != NULL)
    ICTUS_TRY (time_of (j, "trans", j->trans, &c->trans));
  if (c->total == 0 && j->npoint != 1)
    return ICTUS_FAIL (ICTUS_E_USAGE, "the run has no length: its end is its start, %.10g", c->t0);
  return ICTUS_OK;
}

static ictus_err
plan_config (ictus__solve_job *j)
{
  ictus_path_config *c = &j->config;
  unsigned long long seed;
  char *end;

  ictus_cli_path_config (j->model->lang, &j->settings, c);
  c->fire = j->kernel.fire != NULL;
  ICTUS_TRY (plan_times (j, c));
  if (!isnan (j->bound))
    c->bound = j->bound;
  if (!isnan (j->rtol))
    c->rtol = j->rtol;
  if (!isnan (j->atol))
    c->atol = j->atol;
  if (j->seed != NULL)
    {
      seed = strtoull (j->seed, &end, 0);
      if (!isdigit ((unsigned char) j->seed[0]) || *end != '\0')
        return ICTUS_FAIL (ICTUS_E_USAGE, "--seed takes a number of at least 0, not \"%s\"", j->seed);
      c->seed = seed;
    }
  return ICTUS_OK;
}

/* Settings, parameters and initial values of a run. */
static ictus_err
take_values (ictus__solve_job *j, const values *v)
{
  const ictus_kernel *k = j->model->kernel;

  j->settings = v->settings;
  for (size_t a = 0; a < j->option.n; ++a)
    ICTUS_TRY (set_option (j->option.s[a], &j->settings));
  memcpy (j->p, v->p, (size_t) k->npar * sizeof *j->p);
  for (size_t a = 0; a < j->par.n; ++a)
    ICTUS_TRY (assign (j, "par", j->par.s[a], ICTUS_LANG_PAR, j->p));
  k->prepare (j->p);
  k->init (j->p, j->y0);
  for (int a = 0; a < k->nstate; ++a)
    if (!isnan (v->y[a]))
      j->y0[a] = v->y[a];
  for (size_t a = 0; a < j->init.n; ++a)
    ICTUS_TRY (assign (j, "init", j->init.s[a], ICTUS_LANG_STATE, j->y0));
  return plan_config (j);
}

/* ---- methods -------------------------------------------------------------------------------------- */

/* A letter, digit, '.', '-' or '_' stays; the label names a file. */
static char *
make_label (const ictus__solve_job *j, const char *set, const char *method)
{
  ictus_text t = { 0 };
  char *out;

  if (set == NULL)
    ictus_text_add (&t, "%s", method);
  else
    ictus_text_add (&t, "%s%s%s", set, j->several ? "." : "", j->several ? method : "");
  for (size_t k = 0; !t.failed && k < t.len; ++k)
    if (!isalnum ((unsigned char) t.s[k]) && strchr ("._-", t.s[k]) == NULL)
      t.s[k] = '_';
  for (size_t k = 0; !t.failed && k + 1 < j->nout; ++k)
    if (strcmp (j->out[k].label, t.s) == 0) /* sets that differ in other characters, or a set run twice */
      {
        ictus_text_add (&t, "_");
        k = (size_t) -1;
      }
  out = t.failed ? NULL : ictus_strdup (t.s);
  ictus_text_clear (&t);
  return out;
}

/* The largest difference, at times that both have. */
static void
compare (const ictus__solve_outcome *a, ictus__solve_outcome *o)
{
  size_t nc = (size_t) o->path.ncol;
  double near = 1e-9 * fabs (o->dt);

  for (size_t r = 0, s = 0; r < o->path.nrow && s < a->path.nrow;)
    {
      double ahead = o->path.t[r] - a->path.t[s];

      if (fabs (ahead) > near)
        {
          /* the one that is behind, in the direction of time, goes on */
          bool back = o->path.nrow > 1 && o->path.t[o->path.nrow - 1] < o->path.t[0];

          if ((ahead < 0) != back)
            ++r;
          else
            ++s;
          continue;
        }
      for (size_t k = 0; k < nc; ++k)
        {
          double d = fabs (o->path.v[r * nc + k] - a->path.v[s * nc + k]);

          if (o->diff_col < 0 || d > o->diff)
            {
              o->diff = d;
              o->diff_col = (int) k;
              o->diff_t = o->path.t[r];
            }
        }
      ++r;
      ++s;
    }
}

/* Which way a name is followed: 1 by a solver, 0 by a method of a path, -1 there is none of that name. */
static int
way_of (const ictus__solve_job *j, const char *name)
{
  bool method = ictus_path_method_of (name, NULL) != NULL, solver = ictus__solve_is_solver (name);

  if (method && (j->special || j->xpp || !solver))
    return 0;
  return solver ? 1 : -1;
}

static ictus_err
no_such (const char *name)
{
  const char *list[64], *near;
  size_t n = 0;

  for (size_t k = 0; ictus_solver_at (k) != NULL && n < 32; ++k)
    list[n++] = ictus_solver_at (k)->name;
  for (size_t k = 0; ictus_path_method_at (k) != NULL && n < 64; ++k)
    list[n++] = ictus_path_method_at (k)->name;
  near = ictus_nearest (name, list, n);
  return ICTUS_FAIL (ICTUS_E_INPUT, "no solver \"%s\"%s%s%s", name,
                     near != NULL ? "; did you mean \"" : "; 'ictus solve --help' lists them", near != NULL ? near : "",
                     near != NULL ? "\"?" : "");
}

/* The accurate answer, for one who names an adaptive method: not the tolerances that a file has for drawing. */
static void
tighten (const ictus__solve_job *j, ictus_path_config *c)
{
  if (isnan (j->rtol))
    c->rtol = fmin (c->rtol, 1e-6);
  if (isnan (j->atol))
    c->atol = fmin (c->atol, 1e-8);
}

static ictus_err
run_one (ictus__solve_job *j, const char *set, const char *name, size_t first)
{
  ictus__solve_outcome *o;
  const char *method = name, *why = "";
  const ictus_path_config keep = j->config;
  int way = way_of (j, name);
  ictus_err e;

  if (way < 0)
    return no_such (name);
  if (way == 0)
    method = ictus_path_method_of (name, &why);
  if (why != NULL && why[0] != '\0' && first == 0) /* once, not for each set */
    ictus_log ("%s", why);
  for (size_t k = first; k < j->nout; ++k)
    if (strcmp (j->out[k].method, method) == 0)
      return ICTUS_FAIL (ICTUS_E_USAGE, "--solver names %s twice", method);
  ICTUS_TRY (ictus_grow (&j->out, &j->cap_out, j->nout + 1, sizeof *j->out));
  o = &j->out[j->nout++];
  snprintf (o->method, sizeof o->method, "%s", method);
  o->set = set;
  o->diff_col = -1;
  o->dt = j->config.dt;
  o->label = make_label (j, set, method);
  if (o->label == NULL)
    return ICTUS_E_NOMEM;
  ICTUS_TRY (ictus__solve_may_write (j, o));
  if (j->solvers != NULL || !j->xpp)
    tighten (j, &j->config);
  j->config.method = o->method;
  e = way == 1 ? ictus__solve_by_cell (j, o) : ictus__solve_by_path (j, o);
  o->rtol = j->config.rtol;
  o->atol = j->config.atol;
  j->config = keep;
  if (e == ICTUS_OK && first + 1 < j->nout)
    compare (&j->out[first], o);
  return e;
}

/* All methods with the values of one set. */
static ictus_err
run_methods (ictus__solve_job *j, const char *set, const values *v)
{
  size_t first = j->nout, n;
  char name[40];

  ICTUS_TRY (take_values (j, v));
  if (j->compare)
    return ictus__solve_compare (j);
  if (j->solvers == NULL)
    return run_one (j, set, j->config.method, first);
  for (const char *s = j->solvers; *s != '\0'; s += n + (s[n] == ','))
    {
      n = strcspn (s, ",");
      if (n == 0)
        continue;
      if (j->nout - first == MAX_SOLVER)
        return ICTUS_FAIL (ICTUS_E_USAGE, "--solver takes at most %d solvers", MAX_SOLVER);
      snprintf (name, sizeof name, "%.*s", n < sizeof name ? (int) n : (int) sizeof name - 1, s);
      ICTUS_TRY (run_one (j, set, name, first));
    }
  return j->nout > first ? ICTUS_OK : ICTUS_FAIL (ICTUS_E_USAGE, "--solver names no solver");
}

/* ---- sets ----------------------------------------------------------------------------------------- */

static const ictus_lang_set *
find_set (const ictus_lang *lang, const char *name)
{
  const ictus_lang_set *s;

  for (int k = 0; (s = ictus_lang_set_at (lang, k)) != NULL; ++k)
    if (strcasecmp (s->name, name) == 0)
      return s;
  return NULL;
}

static ictus_err
no_such_set (const ictus__solve_job *j, const char *name)
{
  const ictus_lang_set *s;
  const char *list[64], *near;
  size_t n = 0;

  for (; n < 64 && (s = ictus_lang_set_at (j->model->lang, (int) n)) != NULL; ++n)
    list[n] = s->name;
  near = ictus_nearest (name, list, n);
  if (n == 0)
    return ICTUS_FAIL (ICTUS_E_INPUT, "--use-set %s: model %s has no named sets", name, j->kernel.name);
  return ICTUS_FAIL (ICTUS_E_INPUT, "--use-set %s: model %s has no such set; %s \"%s\"%s", name, j->kernel.name,
                     near != NULL ? "did you mean" : "its first one is", near != NULL ? near : list[0],
                     near != NULL ? "?" : "");
}

static ictus_err
run_set (ictus__solve_job *j, const ictus_lang_set *set, values *v)
{
  apply_set (j, set, v);
  return run_methods (j, set->name, v);
}

static ictus_err
run_all_sets (ictus__solve_job *j, values *v)
{
  const ictus_lang_set *s;

  for (int k = 0; (s = ictus_lang_set_at (j->model->lang, k)) != NULL; ++k)
    ICTUS_TRY (run_set (j, s, v));
  return ICTUS_OK;
}

/* xppaut -silent runs every set of a file that has some, each on top of those before it; so do we. */
static ictus_err
run_sets (ictus__solve_job *j, values *v)
{
  const ictus_lang *lang = j->model->lang;
  const ictus_lang_set *s;

  if (j->use_set.n == 0 && j->xpp && !j->compare && ictus_lang_set_at (lang, 0) != NULL)
    {
      ictus_log ("the sets of %s are run in turn, each on top of those before it, as XPPAUT does; --use-set chooses",
                 j->kernel.name);
      return run_all_sets (j, v);
    }
  if (j->use_set.n == 0)
    return run_methods (j, NULL, v);
  for (size_t k = 0; k < j->use_set.n; ++k)
    if ((s = find_set (lang, j->use_set.s[k])) != NULL)
      ICTUS_TRY (run_set (j, s, v));
    else if (strcmp (j->use_set.s[k], "none") == 0)
      ICTUS_TRY (run_methods (j, NULL, v));
    else if (strcmp (j->use_set.s[k], "all") == 0 && ictus_lang_set_at (lang, 0) != NULL)
      ICTUS_TRY (run_all_sets (j, v));
    else
      return no_such_set (j, j->use_set.s[k]);
  return ICTUS_OK;
}

ictus_err
ictus__solve_run (ictus__solve_job *j)
{
  const ictus_kernel *k = j->model->kernel;
  values v = { .settings = *ictus_lang_get_settings (j->model->lang) };
  const char *why = "";
  ictus_err e = ICTUS_OK;
  char letter[2] = { v.settings.method, '\0' };

  v.p = ictus_alloc ((size_t) k->nslot, sizeof *v.p);
  v.y = ictus_alloc ((size_t) k->nstate, sizeof *v.y);
  if (v.p == NULL || v.y == NULL)
    ICTUS_GO (ICTUS_E_NOMEM);
  ictus_model_defaults (j->model, v.p);
  for (int a = 0; a < k->nstate; ++a)
    v.y[a] = NAN;
  if (j->solvers == NULL && j->xpp && ictus_path_method_of (letter, &why) != NULL && why[0] != '\0')
    ictus_log ("%s", why);
  ICTUS_GO (run_sets (j, &v));
done:
  ictus_free (v.p);
  ictus_free (v.y);
  return e;
}
