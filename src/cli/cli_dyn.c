/* SPDX-License-Identifier: BSD-3-Clause */
/* What is done with a model without following it: the model and its values, where results go. */
#include "cli/cli_dyn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool
ictus_cli_dyn_take (ictus_cli_dyn *c, int opt, const char *arg)
{
  bool par = opt == ICTUS_OPT_DYN_PAR && strchr (arg, '=') != NULL && strchr (arg, ':') == NULL;

  if (par || opt == ICTUS_OPT_DYN_INIT)
    {
      char ***list = par ? &c->assign : &c->init;
      size_t *n = par ? &c->nassign : &c->ninit;

      if (ictus_grow (list, par ? &c->cap_assign : &c->cap_init, *n + 1, sizeof **list) != ICTUS_OK)
        return false;
      (*list)[(*n)++] = (char *) (uintptr_t) arg;
      return true;
    }
  if (opt == 'o')
    c->dir = arg;
  else if (opt == ICTUS_OPT_ISA)
    c->isa = arg;
  else if (opt == ICTUS_OPT_DYN_USE_SET)
    c->use_set = arg;
  else if (opt == ICTUS_OPT_QUIET)
    ictus_log_quiet (c->quiet = true);
  else if (opt == ICTUS_OPT_OVERWRITE || opt == ICTUS_OPT_JSON || opt == ICTUS_OPT_DYN_NO_OUTPUT
           || opt == ICTUS_OPT_DYN_NO_PICTURE)
    *(opt == ICTUS_OPT_OVERWRITE ? &c->overwrite
      : opt == ICTUS_OPT_JSON    ? &c->json
      : opt == ICTUS_OPT_DYN_NO_OUTPUT ? &c->no_output : &c->no_picture)
        = true;
  else
    return false;
  return true;
}

int
ictus_cli_dyn_options (ictus_cli_dyn *c, int argc, char **argv, const struct option *list, void (*help) (void),
                       int (*take) (void *job, int opt, const char *arg), void *job, bool *done)
{
  const int status = ictus_cli_options (argc, argv, list, help, take, job, done);

  if (status != 0 || *done)
    return status;
  if (optind + 1 != argc)
    return ictus_cli_usage (c->command, "expected one model");
  c->model_name = argv[optind];
  return 0;
}

/* ---- values --------------------------------------------------------------------------------------------- */

/* "did you mean" over one or two kinds of names, as the end of a message. */
static ictus_err
no_such (const ictus_cli_dyn *c, const char *option, const char *text, const char *name, ictus_lang_kind kind,
         ictus_lang_kind other)
{
  const ictus_lang *lang = c->model->lang;
  const char *near = ictus_lang_nearest (lang, kind, name);

  if (near == NULL && other != kind)
    near = ictus_lang_nearest (lang, other, name);
  return ICTUS_FAIL (ICTUS_E_INPUT, "--%s %s: model %s has no %s \"%s\"%s%s%s", option, text, ictus_lang_name (lang),
                     kind == ICTUS_LANG_PAR ? "parameter" : "state", name, near != NULL ? "; did you mean \"" : "",
                     near != NULL ? near : "", near != NULL ? "\"?" : "");
}

/* The name before '='; the whole text where there is none. */
static ictus_err
name_of (const char *option, const char *text, char name[80])
{
  size_t n = strcspn (text, "=");

  if (n == 0 || n >= 80)
    return ICTUS_FAIL (ICTUS_E_USAGE, "--%s begins with a name, not \"%s\"", option, text);
  snprintf (name, 80, "%.*s", (int) n, text);
  return ICTUS_OK;
}

static ictus_err
set_par (ictus_cli_dyn *c, const char *text)
{
  const ictus_kernel *k = c->model->kernel;
  char name[80];
  double value;
  int par;

  ICTUS_TRY (name_of ("par", text, name));
  par = ictus_dyn_par (c->model, name);
  if (par < 0)
    return no_such (c, "par", text, name, ICTUS_LANG_PAR, ICTUS_LANG_INPUT);
  if (ictus_quantity (strchr (text, '=') + 1, ictus_dyn_par_var (c->model, par)->unit, &value, NULL) != ICTUS_OK)
    return ictus_err_prefix (ICTUS_E_INPUT, "--par %s", text);
  *(par < k->npar ? &c->p[par] : &c->u[par - k->npar]) = value;
  return ICTUS_OK;
}

static ictus_err
set_init (ictus_cli_dyn *c, const char *text)
{
  char name[80];
  int k;

  ICTUS_TRY (name_of ("init", text, name));
  if (strchr (text, '=') == NULL)
    return ICTUS_FAIL (ICTUS_E_USAGE, "--init takes NAME=VALUE, not \"%s\"", text);
  k = ictus_lang_find (c->model->lang, ICTUS_LANG_STATE, name);
  if (k < 0)
    return no_such (c, "init", text, name, ICTUS_LANG_STATE, ICTUS_LANG_STATE);
  if (ictus_quantity (strchr (text, '=') + 1, ictus_lang_get (c->model->lang, ICTUS_LANG_STATE, k)->unit, &c->y[k], NULL)
      != ICTUS_OK)
    return ictus_err_prefix (ICTUS_E_INPUT, "--init %s", text);
  return ICTUS_OK;
}

static const ictus_lang_set *
find_set (const ictus_lang *lang, const char *name, const char **near)
{
  const ictus_lang_set *s;
  const char *list[64];
  size_t n = 0;

  for (int k = 0; (s = ictus_lang_set_at (lang, k)) != NULL; ++k)
    {
      if (strcasecmp (s->name, name) == 0)
        return s;
      if (n < 64)
        list[n++] = s->name;
    }
  *near = ictus_nearest (name, list, n);
  return NULL;
}

/* Parameters at once; initial values into the items of `later`, since init () comes between. */
static ictus_err
use_set (ictus_cli_dyn *c, bool states)
{
  const ictus_lang *lang = c->model->lang;
  const ictus_lang_set *set;
  const char *near = NULL;
  char number[40];
  int at;

  if (c->use_set == NULL)
    return ICTUS_OK;
  set = find_set (lang, c->use_set, &near);
  if (set == NULL)
    return ICTUS_FAIL (ICTUS_E_INPUT, "--use-set %s: model %s has no such set%s%s%s", c->use_set, ictus_lang_name (lang),
                       near != NULL ? "; did you mean \"" : "", near != NULL ? near : "", near != NULL ? "\"?" : "");
  for (int k = 0; k < set->n; ++k)
    if ((at = ictus_lang_find (lang, ICTUS_LANG_PAR, set->item[k])) >= 0)
      c->p[at] = states ? c->p[at] : set->value[k];
    else if ((at = ictus_lang_find (lang, ICTUS_LANG_STATE, set->item[k])) >= 0)
      c->y[at] = states ? set->value[k] : c->y[at];
    else if (!states)
      {
        snprintf (number, sizeof number, "%.17g", set->value[k]);
        if (ictus_lang_set_option (&c->settings, set->item[k], number) != ICTUS_OK)
          ictus_log ("set %s: %s is no parameter, state or option and is passed over", set->name, set->item[k]);
      }
  return ICTUS_OK;
}

static ictus_err
take_values (ictus_cli_dyn *c)
{
  const ictus_kernel *k = c->model->kernel;

  c->p = ictus_alloc ((size_t) k->nslot, sizeof *c->p);
  c->u = ictus_alloc ((size_t) k->ninput, sizeof *c->u);
  c->y = ictus_alloc ((size_t) k->nstate, sizeof *c->y);
  if (c->p == NULL || c->u == NULL || c->y == NULL)
    return ICTUS_E_NOMEM;
  c->settings = *ictus_lang_get_settings (c->model->lang);
  ictus_model_defaults (c->model, c->p);
  for (int a = 0; a < k->ninput; ++a)
    c->u[a] = ictus_lang_get (c->model->lang, ICTUS_LANG_INPUT, a)->value;
  ICTUS_TRY (use_set (c, false));
  for (size_t a = 0; a < c->nassign; ++a)
    ICTUS_TRY (set_par (c, c->assign[a]));
  k->prepare (c->p);
  k->init (c->p, c->y);
  ICTUS_TRY (use_set (c, true));
  for (size_t a = 0; a < c->ninit; ++a)
    ICTUS_TRY (set_init (c, c->init[a]));
  c->values = (ictus_dyn_values) { .model = c->model, .p = c->p, .u = c->u, .y = c->y };
  return ICTUS_OK;
}

ictus_err
ictus_cli_dyn_open (ictus_cli_dyn *c, bool lanes)
{
  ictus_err (*open) (const char *, const char *, const char *, ictus_model **)
      = lanes ? ictus_model_open : ictus_model_open_scalar;
  ictus_err e = ICTUS_OK;

  c->lock.fd = -1;
  ICTUS_TRY (ictus_cli_isa (c->isa));
  if (ictus_cli_is_main ()) /* it compiles what is not in the cache; then the others find it there */
    e = open (c->model_name, NULL, NULL, &c->model);
  ICTUS_TRY (ictus_comm_agree (MPI_COMM_WORLD, e));
  if (!ictus_cli_is_main ())
    e = open (c->model_name, NULL, NULL, &c->model);
  if (e == ICTUS_OK)
    e = take_values (c);
  return ictus_comm_agree (MPI_COMM_WORLD, e);
}

/* LO:HI or LO:HI:N */
static ictus_err
read_range (const char *option, const char *text, const char *range, const char *unit, double *lo, double *hi, size_t *n)
{
  const char *colon = strchr (range, ':'), *second = colon != NULL ? strchr (colon + 1, ':') : NULL;
  char word[80], *end;

  if (colon == NULL || (second != NULL && n == NULL))
    return ICTUS_FAIL (ICTUS_E_USAGE, "--%s takes NAME=LOW:HIGH%s, not \"%s\"", option, n != NULL ? " or NAME=LOW:HIGH:N" : "",
                       text);
  snprintf (word, sizeof word, "%.*s", (int) (colon - range), range);
  if (ictus_quantity (word, unit, lo, NULL) != ICTUS_OK)
    return ictus_err_prefix (ICTUS_E_USAGE, "--%s %s", option, text);
  snprintf (word, sizeof word, "%.*s", (int) (second != NULL ? second - colon - 1 : (long) strlen (colon + 1)), colon + 1);
  if (ictus_quantity (word, unit, hi, NULL) != ICTUS_OK)
    return ictus_err_prefix (ICTUS_E_USAGE, "--%s %s", option, text);
  if (!(*lo < *hi) || !isfinite (*lo) || !isfinite (*hi))
    return ICTUS_FAIL (ICTUS_E_USAGE, "--%s %s: the range is empty: the first bound has to be below the second", option, text);
  if (second == NULL)
    return ICTUS_OK;
  *n = strtoul (second + 1, &end, 10);
  if (end == second + 1 || *end != '\0' || second[1] == '-' || *n < 1 || *n > 1000000000)
    return ICTUS_FAIL (ICTUS_E_USAGE, "--%s %s: \"%s\" is not a number of points", option, text, second + 1);
  return ICTUS_OK;
}

ictus_err
ictus_cli_dyn_axis (const ictus_cli_dyn *c, const char *option, const char *text, int *par, double *lo, double *hi, size_t *n)
{
  const char *eq = strchr (text, '=');
  char name[80];

  ICTUS_TRY (name_of (option, text, name));
  *par = ictus_dyn_par (c->model, name);
  if (*par < 0)
    return no_such (c, option, text, name, ICTUS_LANG_PAR, ICTUS_LANG_INPUT);
  return eq == NULL ? ICTUS_OK
                    : read_range (option, text, eq + 1, ictus_dyn_par_var (c->model, *par)->unit, lo, hi, n);
}

/* ---- results --------------------------------------------------------------------------------------------- */

ictus_err
ictus_cli_dyn_output (ictus_cli_dyn *c, const char *file, ictus_text *path)
{
  const ictus_cli_common common = { .dir = c->dir };
  ictus_text dir = { 0 };
  ictus_err e = ICTUS_OK;

  if (c->no_output)
    return ICTUS_OK;
  ictus_cli_dir (&common, c->model->kernel->name, &dir);
  ictus_text_add (path, "%s/%s", dir.failed ? "" : dir.s, file);
  if (dir.failed || path->failed)
    e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  ICTUS_GO (ictus_comm_agree (MPI_COMM_WORLD, e));
  ICTUS_GO (ictus_cli_mkdir (dir.s));
  ICTUS_GO (ictus_cli_lock_take (dir.s, &c->lock));
  if (ictus_cli_is_main () && !c->overwrite && ictus_file_exists (path->s))
    e = ICTUS_FAIL (ICTUS_E_INPUT, "%s exists; --overwrite replaces it, -o names another folder", path->s);
  e = ictus_comm_agree (MPI_COMM_WORLD, e);
done:
  ictus_text_clear (&dir);
  return e;
}

/* One value with its name and unit as an attribute of a group of values. */
static ictus_err
describe_values (ictus_h5 *f, const char *group, const ictus_lang *lang, ictus_lang_kind kind, const double *v)
{
  ICTUS_TRY (ictus_h5_group (f, group));
  for (int k = 0; k < ictus_lang_count (lang, kind); ++k)
    ICTUS_TRY (ictus_h5_attr_double (f, group, ictus_lang_get (lang, kind, k)->name, v[k]));
  return ICTUS_OK;
}

ictus_err
ictus_cli_dyn_describe (const ictus_cli_dyn *c, ictus_h5 *f, const char *kind, int64_t schema, int argc, char **argv)
{
  const ictus_kernel *k = c->model->kernel;
  ictus_text line = { 0 };
  ictus_err e = ICTUS_OK;

  ICTUS_GO (ictus_h5_attr_string (f, "/", "ictus_kind", kind));
  ICTUS_GO (ictus_h5_attr_int (f, "/", "ictus_schema", H5T_STD_I32LE, &schema, 1));
  ICTUS_GO (ictus_h5_attr_string (f, "/", "model", k->name));
  ICTUS_GO (ictus_h5_attr_text (f, "/", "model_text", k->text));
  ICTUS_GO (ictus_h5_group (f, "/values"));
  ICTUS_GO (describe_values (f, "/values/parameters", c->model->lang, ICTUS_LANG_PAR, c->p));
  ICTUS_GO (describe_values (f, "/values/inputs", c->model->lang, ICTUS_LANG_INPUT, c->u));
  ICTUS_GO (describe_values (f, "/values/initial", c->model->lang, ICTUS_LANG_STATE, c->y));
  ICTUS_GO (ictus_h5_group (f, "/provenance"));
  ICTUS_GO (ictus_h5_attr_string (f, "/provenance", "ictus_version", ictus_version ()));
  ICTUS_GO (ictus_h5_attr_string (f, "/provenance", "git_revision", ictus_git_revision ()));
  ICTUS_GO (ictus_h5_attr_text (f, "/provenance", "build", ictus_build_info ()));
  ICTUS_GO (ictus_h5_attr_string (f, "/provenance", "isa", ictus_isa ()));
  ictus_text_add (&line, "ictus");
  for (int a = 0; a < argc; ++a)
    ictus_text_add (&line, " %s", argv[a]);
  if (line.failed)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory"));
  e = ictus_h5_attr_text (f, "/provenance", "command", line.s);
done:
  ictus_text_clear (&line);
  return e;
}

ictus_err
ictus_cli_dyn_picture (const ictus_cli_dyn *c, const char *h5, const ictus_plot_request *r)
{
  ictus_text png = { 0 };
  ictus_err e = ICTUS_OK;

  if (c->no_picture || c->no_output || !ictus_cli_is_main ())
    return ictus_comm_agree (MPI_COMM_WORLD, ICTUS_OK);
  ictus_text_add (&png, "%.*s.png", (int) (strlen (h5) - strlen (".h5")), h5);
  e = png.failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory") : ictus_plot (h5, png.s, r);
  if (e == ICTUS_OK)
    ictus_log ("%s", png.s);
  else if (e == ICTUS_E_RESOURCE) /* the numbers are there; the picture can be drawn elsewhere */
    {
      ictus_log ("no picture: %s", ictus_err_last ());
      e = ICTUS_OK;
    }
  ictus_text_clear (&png);
  return ictus_comm_agree (MPI_COMM_WORLD, e);
}

void
ictus_cli_dyn_close (ictus_cli_dyn *c)
{
  ictus_cli_lock_drop (&c->lock);
  ictus_free (c->assign);
  ictus_free (c->init);
  ictus_free (c->p);
  ictus_free (c->u);
  ictus_free (c->y);
  ictus_model_close (&c->model);
}
