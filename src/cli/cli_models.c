/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus models: the shipped models as a table; one model in full. */
#include "cli/cli.h"

#include <getopt.h>
#include <math.h>
#include <string.h>

static void
help (void)
{
  ictus_cli_print (
      "Usage: ictus models [OPTIONS] [NAME | FILE.ode]\n\n"
      "List the models that come with ictus; with a name or a file, show that model: equations,\n"
      "parameters with unit, default and meaning, ports, and the paper it is from.\n\n"
      "Options:\n"
      "      --json             as JSON\n"
      "  -h, --help             this text\n\n"
      "Example: ictus models hh_cond_exp_traub\n");
}

static void
json_string (ictus_text *t, const char *s)
{
  ictus_text_add (t, "\"");
  for (; *s != '\0'; ++s)
    if (*s == '"' || *s == '\\')
      ictus_text_add (t, "\\%c", *s);
    else if ((unsigned char) *s < 0x20)
      ictus_text_add (t, "\\u%04x", (unsigned) *s);
    else
      ictus_text_addn (t, s, 1);
  ictus_text_add (t, "\"");
}

static void
json_member (ictus_text *t, const char *name, const char *value)
{
  ictus_text_add (t, "\"%s\": ", name);
  json_string (t, value);
}

static void
json_number (ictus_text *t, double x)
{
  if (isfinite (x))
    ictus_text_add (t, "%.17g", x);
  else
    ictus_text_add (t, "null"); /* JSON has no others */
}

static void
json_list (ictus_text *t, const ictus_lang *lang, ictus_lang_kind kind, const char *name)
{
  int n = ictus_lang_count (lang, kind);

  ictus_text_add (t, ",\n  \"%s\": [", name);
  for (int k = 0; k < n; ++k)
    {
      const ictus_lang_var *v = ictus_lang_get (lang, kind, k);

      ictus_text_add (t, "%s\n    {", k > 0 ? "," : "");
      json_member (t, "name", v->name);
      ictus_text_add (t, ", ");
      json_member (t, "unit", v->unit);
      ictus_text_add (t, ", ");
      json_member (t, "meaning", v->meaning);
      if (kind == ICTUS_LANG_STATE || kind == ICTUS_LANG_PAR || kind == ICTUS_LANG_INPUT)
        {
          ictus_text_add (t, ", \"%s\": ", kind == ICTUS_LANG_STATE ? "initial" : "default");
          json_number (t, v->value);
        }
      ictus_text_add (t, "}");
    }
  ictus_text_add (t, "%s]", n > 0 ? "\n  " : "");
}

static const char *
truth (bool b)
{
  return b ? "true" : "false";
}

static void
show_json (const ictus_lang *lang, ictus_text *t)
{
  ictus_lang_class c = ictus_lang_classify (lang);

  ictus_text_add (t, "{\n  ");
  json_member (t, "name", ictus_lang_name (lang));
  ictus_text_add (t, ",\n  ");
  json_member (t, "title", ictus_lang_title (lang));
  ictus_text_add (t, ",\n  ");
  json_member (t, "source", ictus_lang_source (lang));
  ictus_text_add (t, ",\n  \"linear\": %s, \"conditionally_linear\": %s, \"autonomous\": %s, \"fires\": %s",
                  truth (c.linear), truth (c.cond_linear), truth (c.autonomous), truth (c.fires));
  json_list (t, lang, ICTUS_LANG_STATE, "states");
  json_list (t, lang, ICTUS_LANG_PAR, "parameters");
  json_list (t, lang, ICTUS_LANG_PORT, "ports");
  json_list (t, lang, ICTUS_LANG_INPUT, "inputs");
  json_list (t, lang, ICTUS_LANG_AUX, "aux");
  ictus_text_add (t, "\n}\n");
}

/* Print what was put together. */
static ictus_err
put (const ictus_text *t)
{
  if (t->failed)
    return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  ictus_cli_print ("%s", t->s);
  return ICTUS_OK;
}

static ictus_err
show (const char *name, bool json)
{
  ictus_lang *lang = NULL;
  ictus_text t = { 0 };
  ictus_err e;

  ICTUS_GO (ictus_model_parse (name, NULL, NULL, &lang));
  if (json)
    show_json (lang, &t);
  else
    ictus_lang_show (lang, &t);
  e = put (&t);
done:
  ictus_text_clear (&t);
  ictus_lang_destroy (&lang);
  return e;
}

static ictus_err
list (bool json)
{
  ictus_lang *lang = NULL;
  ictus_text t = { 0 };
  const ictus_kernel *kernel;
  int width = 0;
  ictus_err e = ICTUS_OK;

  for (size_t k = 0; (kernel = ictus_model_shipped (k)) != NULL; ++k)
    if ((int) strlen (kernel->name) > width)
      width = (int) strlen (kernel->name);
  ictus_text_add (&t, "%s", json ? "[" : "");
  for (size_t k = 0; (kernel = ictus_model_shipped (k)) != NULL; ++k)
    {
      ICTUS_GO (ictus_lang_parse (kernel->name, kernel->text, &lang));
      if (json)
        {
          ictus_text_add (&t, "%s\n  {", k > 0 ? "," : "");
          json_member (&t, "name", kernel->name);
          ictus_text_add (&t, ", ");
          json_member (&t, "title", ictus_lang_title (lang));
          ictus_text_add (&t, "}");
        }
      else
        ictus_text_add (&t, "%-*s  %s\n", width, kernel->name, ictus_lang_title (lang));
      ictus_lang_destroy (&lang);
    }
  ictus_text_add (&t, "%s", json ? "\n]\n" : "");
  e = put (&t);
done:
  ictus_lang_destroy (&lang);
  ictus_text_clear (&t);
  return e;
}

int
ictus_cli_models (int argc, char **argv)
{
  static const struct option options[] = { { "json", no_argument, NULL, ICTUS_OPT_JSON },
                                           { "help", no_argument, NULL, 'h' },
                                           { NULL, 0, NULL, 0 } };
  bool json = false;
  int opt;

  while ((opt = getopt_long (argc, argv, "h", options, NULL)) != -1)
    if (opt == ICTUS_OPT_JSON)
      json = true;
    else if (opt == 'h')
      {
        help ();
        return 0;
      }
    else
      return ictus_cli_usage ("models", "wrong option");
  if (argc - optind > 1)
    return ictus_cli_usage ("models", "one model at a time, not also \"%s\"", argv[optind + 1]);
  return ictus_cli_fail (optind < argc ? show (argv[optind], json) : list (json));
}
