/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus check FILE.ode: the equations as understood, what kind of system they are, how it will be run, and by whom else it
   could be. */
#include "cli/cli_check.h"

#include <math.h>
#include <string.h>

enum { MAX_TRAITS = 8 };

typedef struct trait /* of a class */
{
  const char *name;
  bool yes;
  char why[256];
} trait;

typedef struct report
{
  const char *path;
  ictus_lang *lang;
  ictus_model *model; /* NULL: it could not be compiled */
  char why_no_model[256];
  trait trait[MAX_TRAITS];
  int ntrait;
  ictus__stiffness stiff;
  ictus_path_config run;
  char refused[256]; /* why the method of the file cannot serve; "" it can */
} report;

static const struct
{
  ictus_lang_kind kind;
  const char *name;
} kinds[] = { { ICTUS_LANG_STATE, "states" },
              { ICTUS_LANG_PAR, "parameters" },
              { ICTUS_LANG_PORT, "ports" },
              { ICTUS_LANG_INPUT, "inputs" },
              { ICTUS_LANG_AUX, "aux" } };
enum { NKIND = sizeof kinds / sizeof *kinds };

static int
count (const ictus_lang *lang, ictus_lang_kind kind)
{
  int n = ictus_lang_count (lang, kind), hidden = 0;

  for (int k = 0; kind == ICTUS_LANG_STATE && k < n; ++k)
    hidden += ictus_lang_get (lang, kind, k)->hidden;
  return n - hidden;
}

/* ---- what is found -------------------------------------------------------------------------------- */

static void __attribute__ ((format (printf, 4, 5)))
add_trait (report *r, const char *name, bool yes, const char *fmt, ...)
{
  trait *t = &r->trait[r->ntrait++];
  va_list ap;

  t->name = name;
  t->yes = yes;
  va_start (ap, fmt);
  vsnprintf (t->why, sizeof t->why, fmt, ap);
  va_end (ap);
}

static const char *
plural (int n)
{
  return n == 1 ? "" : "s";
}

static void
find_class (report *r)
{
  static const ictus_kernel none = { 0 };
  const ictus_kernel *k = r->model != NULL ? r->model->kernel : &none;
  ictus_lang_class c = ictus_lang_classify (r->lang);
  char noise[80] = "", markov[80] = "", buf[160];

  add_trait (r, "linear", c.linear, "%s", c.linear ? "" : ictus_lang_why_not_linear (r->lang));
  add_trait (r, "conditionally linear", c.cond_linear, "%s", c.cond_linear ? "" : ictus_lang_why_not_cond_linear (r->lang));
  add_trait (r, "autonomous", c.autonomous, "%s", "");
  add_trait (r, "fires", c.fires, "%s", "");
  if (k->nnoise > 0)
    snprintf (noise, sizeof noise, "%d random number%s a step", k->nnoise, plural (k->nnoise));
  if (k->nmarkov > 0)
    snprintf (markov, sizeof markov, "%d Markov variable%s", k->nmarkov, plural (k->nmarkov));
  snprintf (buf, sizeof buf, "%s%s%s", noise, noise[0] != '\0' && markov[0] != '\0' ? ", " : "", markov);
  add_trait (r, "stochastic", c.stochastic, "%s", buf);
  buf[0] = '\0';
  if (k->ndelay > 0)
    snprintf (buf, sizeof buf, "%d delayed value%s", k->ndelay, plural (k->ndelay));
  add_trait (r, "delayed", c.delayed, "%s", buf);
  buf[0] = '\0';
  if (k->nevent > 0)
    snprintf (buf, sizeof buf, "%d condition%s", k->nevent, plural (k->nevent));
  add_trait (r, "events", c.events, "%s", buf);
  add_trait (r, "map", c.map, "%s", "");
}

static ictus_err
look (report *r)
{
  char buf[256];
  const char *why;
  ictus_err e;

  ICTUS_TRY (ictus_model_parse (r->path, NULL, NULL, &r->lang));
  e = ictus_model_open_scalar (r->path, NULL, NULL, &r->model);
  if (e != ICTUS_OK && e != ICTUS_E_RESOURCE)
    return e;
  if (e != ICTUS_OK)
    {
      snprintf (r->why_no_model, sizeof r->why_no_model, "%s", ictus_err_last ());
      r->why_no_model[strcspn (r->why_no_model, "\n")] = '\0';
    }
  find_class (r);
  ictus_cli_path_config (r->lang, ictus_lang_get_settings (r->lang), &r->run);
  if (r->model == NULL)
    return ICTUS_OK;
  ictus__stiffness_of (r->model, r->run.t0, &r->stiff);
  why = r->run.method == NULL ? "there is no method of that name" : ictus_path_refuse (r->run.method, r->model, buf);
  snprintf (r->refused, sizeof r->refused, "%s", why != NULL ? why : "");
  return ICTUS_OK;
}

/* Whether a solver of networks can serve, with exact times or on the grid; else why not. */
static const char *
network_refuses (const report *r, const char *name, char *buf)
{
  ictus_solver_config c = { .name = name, .rtol = 1e-6, .atol = 1e-8, .dt_ms = 0.1, .h_ms = 0.1 };

  if (ictus_solver_refuse (&c, r->model, buf) == NULL)
    return NULL;
  c.grid = true;
  return ictus_solver_refuse (&c, r->model, buf);
}

static const char *
kind_of_note (ictus_lang_remark kind)
{
  static const char *const name[] = { [ICTUS_LANG_IGNORED] = "ignored",
                                      [ICTUS_LANG_UNKNOWN] = "passed over",
                                      [ICTUS_LANG_READING] = "reading",
                                      [ICTUS_LANG_NOTDONE] = "not done" };

  return name[kind];
}

/* ---- as text -------------------------------------------------------------------------------------- */

static void
print_stiffness (const report *r)
{
  const ictus__stiffness *s = &r->stiff;
  double most;

  if (!s->known)
    {
      ictus_cli_print ("  %-22s not known: %s\n", "stiffness", r->model == NULL ? r->why_no_model : s->why_not);
      return;
    }
  ictus_cli_print ("  %-22s ratio %.4g at the start: fastest time constant %.4g, slowest %.4g", "stiffness",
                   s->fastest / s->slowest, 1 / s->fastest, 1 / s->slowest);
  if (s->nzero > 0)
    ictus_cli_print ("; %d eigenvalue%s 0", s->nzero, s->nzero == 1 ? " is" : "s are");
  if (s->ngrowing > 0)
    ictus_cli_print ("; %d grow%s, at most by %.4g", s->ngrowing, s->ngrowing == 1 ? "s" : "", s->grow);
  ictus_cli_print ("\n");
  most = r->run.method != NULL ? ictus__stable_step (r->run.method, s) : INFINITY;
  if (r->run.dt > most)
    ictus_cli_print ("  %-22s dt %.6g is too long for %s here: it must be below %.4g\n", "", r->run.dt, r->run.method, most);
}

static void
print_run (const report *r)
{
  const ictus_path_config *c = &r->run;
  const ictus_path_method *m;
  bool fixed = false;

  for (size_t k = 0; c->method != NULL && (m = ictus_path_method_at (k)) != NULL; ++k)
    if (strcmp (m->name, c->method) == 0)
      fixed = m->fixed;
  ictus_cli_print ("  %-22s %s from %.6g to %.6g, ", "runs by", c->method != NULL ? c->method : "no method", c->t0,
                   c->t0 + c->total);
  if (fixed)
    ictus_cli_print ("dt %.6g, a point each %d step%s", c->dt, c->nout, plural (c->nout));
  else
    ictus_cli_print ("rtol %.4g, atol %.4g, a point each %.6g", c->rtol, c->atol, c->dt * c->nout);
  if (c->trans > 0)
    ictus_cli_print (", the first %.6g left out", c->trans);
  if (c->bound > 0)
    ictus_cli_print (", ends beyond %.6g", c->bound);
  ictus_cli_print ("\n");
  if (r->refused[0] != '\0')
    ictus_cli_print ("  %-22s it cannot: %s\n", "", r->refused);
}

static void
print_solvers (const report *r)
{
  const char *sep = "", *why;
  char buf[256];

  if (r->model == NULL)
    return;
  ictus_cli_print ("  %-22s ", "in networks by");
  for (size_t k = 0; ictus_solver_at (k) != NULL; ++k)
    if (network_refuses (r, ictus_solver_at (k)->name, buf) == NULL)
      {
        ictus_cli_print ("%s%s", sep, ictus_solver_at (k)->name);
        sep = ", ";
      }
  ictus_cli_print ("%s\n", sep[0] == '\0' ? "none" : "");
  for (size_t k = 0; ictus_solver_at (k) != NULL; ++k)
    if ((why = network_refuses (r, ictus_solver_at (k)->name, buf)) != NULL)
      ictus_cli_print ("  %-22s not %s: %s\n", "", ictus_solver_at (k)->name, why);
}

static void
print_notes (const report *r)
{
  const ictus_lang_note *n;
  const char *sep = "";

  for (int k = 0; (n = ictus_lang_note_at (r->lang, k)) != NULL; ++k)
    if (n->kind != ICTUS_LANG_IGNORED)
      ictus_cli_print ("  %s:%d:%d: %s: %s\n", r->path, n->line, n->col, kind_of_note (n->kind), n->text);
  for (int k = 0; (n = ictus_lang_note_at (r->lang, k)) != NULL; ++k)
    if (n->kind == ICTUS_LANG_IGNORED)
      {
        if (sep[0] == '\0')
          ictus_cli_print ("  %-22s ", "ignored");
        ictus_cli_print ("%s%s (%d:%d)", sep, n->text, n->line, n->col);
        sep = ", ";
      }
  ictus_cli_print ("%s", sep[0] != '\0' ? "\n" : "");
}

/* The equations, moved in. */
static ictus_err
print_equations (const report *r)
{
  ictus_text t = { 0 };

  ictus_lang_show (r->lang, &t);
  if (t.failed)
    {
      ictus_text_clear (&t);
      return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
    }
  for (const char *s = t.s; s != NULL && *s != '\0';)
    {
      size_t n = strcspn (s, "\n");

      ictus_cli_print ("%s%.*s\n", n > 0 ? "  " : "", (int) n, s);
      s += n + (s[n] == '\n');
    }
  ictus_text_clear (&t);
  return ICTUS_OK;
}

static ictus_err
print_text (const report *r)
{
  ictus_cli_print ("%s: ok\n", r->path);
  ICTUS_TRY (print_equations (r));
  ictus_cli_print ("\n");
  for (int k = 0; k < NKIND; ++k)
    ictus_cli_print ("  %-22s %d\n", kinds[k].name, count (r->lang, kinds[k].kind));
  for (int k = 0; k < r->ntrait; ++k)
    if (k < 4 || r->trait[k].yes)
      ictus_cli_print ("  %-22s %s%s%s\n", r->trait[k].name, r->trait[k].yes ? "yes" : "no",
                       r->trait[k].why[0] != '\0' ? ": " : "", r->trait[k].why);
  print_stiffness (r);
  print_run (r);
  print_solvers (r);
  print_notes (r);
  return ICTUS_OK;
}

/* ---- as JSON -------------------------------------------------------------------------------------- */

static void
member (const char *name, const char *value)
{
  printf ("\"%s\": ", name);
  ictus_json_string (stdout, value);
}

static void
json_class (const report *r)
{
  for (int k = 0; k < r->ntrait; ++k)
    {
      printf ("%s\"%s\": {\"is\": %s, ", k > 0 ? ", " : ", \"class\": {", r->trait[k].name, r->trait[k].yes ? "true" : "false");
      member ("why", r->trait[k].why);
      printf ("}");
    }
  printf ("}");
}

static void
json_stiffness (const report *r)
{
  const ictus__stiffness *s = &r->stiff;

  printf (",\n \"stiffness\": {");
  if (!s->known)
    member ("unknown", r->model == NULL ? r->why_no_model : s->why_not);
  else
    {
      ictus_json_number (stdout, "\"ratio\": ", s->fastest / s->slowest);
      ictus_json_number (stdout, ", \"fastest\": ", 1 / s->fastest);
      ictus_json_number (stdout, ", \"slowest\": ", 1 / s->slowest);
      printf (", \"zero\": %d, \"growing\": %d", s->nzero, s->ngrowing);
      ictus_json_number (stdout, ", \"longest_dt\": ", r->run.method != NULL ? ictus__stable_step (r->run.method, s) : NAN);
    }
  printf ("}");
}

static void
json_run (const report *r)
{
  const ictus_path_config *c = &r->run;

  printf (",\n \"run\": {");
  member ("method", c->method != NULL ? c->method : "");
  ictus_json_number (stdout, ", \"t0\": ", c->t0);
  ictus_json_number (stdout, ", \"total\": ", c->total);
  ictus_json_number (stdout, ", \"dt\": ", c->dt);
  printf (", \"nout\": %d", c->nout);
  ictus_json_number (stdout, ", \"rtol\": ", c->rtol);
  ictus_json_number (stdout, ", \"atol\": ", c->atol);
  ictus_json_number (stdout, ", \"bound\": ", c->bound);
  if (r->refused[0] != '\0')
    {
      printf (", ");
      member ("refused", r->refused);
    }
  printf ("}");
}

static void
json_lists (const report *r)
{
  const ictus_lang_note *n;
  char buf[256];

  printf (",\n \"solvers\": [");
  for (size_t k = 0; r->model != NULL && ictus_solver_at (k) != NULL; ++k)
    {
      const char *why = network_refuses (r, ictus_solver_at (k)->name, buf);

      printf ("%s{", k > 0 ? ", " : "");
      member ("name", ictus_solver_at (k)->name);
      printf (", ");
      if (why != NULL)
        member ("refuses", why);
      else
        printf ("\"refuses\": null");
      printf ("}");
    }
  printf ("],\n \"notes\": [");
  for (int k = 0; (n = ictus_lang_note_at (r->lang, k)) != NULL; ++k)
    {
      printf ("%s{", k > 0 ? ", " : "");
      member ("kind", kind_of_note (n->kind));
      printf (", \"line\": %d, \"column\": %d, ", n->line, n->col);
      member ("text", n->text);
      printf ("}");
    }
  printf ("]");
}

static ictus_err
print_json (const report *r)
{
  ictus_text t = { 0 };

  ictus_lang_show (r->lang, &t);
  if (t.failed)
    {
      ictus_text_clear (&t);
      return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
    }
  printf ("{");
  member ("file", r->path);
  printf (", \"ok\": true, ");
  member ("dialect", ictus_lang_get_settings (r->lang)->xpp ? "xppaut" : "ictus");
  for (int k = 0; k < NKIND; ++k)
    printf (", \"%s\": %d", kinds[k].name, count (r->lang, kinds[k].kind));
  json_class (r);
  json_stiffness (r);
  json_run (r);
  json_lists (r);
  printf (",\n ");
  member ("equations", t.s != NULL ? t.s : "");
  printf ("}");
  ictus_text_clear (&t);
  return ICTUS_OK;
}

ictus_err
ictus__check_model (const char *path, bool json)
{
  report r = { .path = path };
  ictus_err e = look (&r);

  if (e == ICTUS_OK)
    e = json ? print_json (&r) : print_text (&r);
  ictus_model_close (&r.model);
  ictus_lang_destroy (&r.lang);
  return e;
}
