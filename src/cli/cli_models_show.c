/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus models NAME: one model in full. */
#include "cli/cli_models.h"

#include <math.h>
#include <string.h>

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

void
ictus__models_json_member (ictus_text *t, const char *name, const char *value)
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
      ictus__models_json_member (t, "name", v->name);
      ictus_text_add (t, ", ");
      ictus__models_json_member (t, "unit", v->unit);
      ictus_text_add (t, ", ");
      ictus__models_json_member (t, "meaning", v->meaning);
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
json_texts (ictus_text *t, const ictus_lang *lang)
{
  const ictus_lang_expect *x;
  const ictus_lang_set *s;

  ictus_text_add (t, ",\n  \"expectations\": [");
  for (int k = 0; (x = ictus_lang_expect_at (lang, k)) != NULL; ++k)
    {
      ictus_text_add (t, "%s\n    ", k > 0 ? "," : "");
      json_string (t, x->text);
    }
  ictus_text_add (t, "],\n  \"sets\": [");
  for (int k = 0; (s = ictus_lang_set_at (lang, k)) != NULL; ++k)
    {
      ictus_text_add (t, "%s\n    {", k > 0 ? "," : "");
      ictus__models_json_member (t, "name", s->name);
      for (int i = 0; i < s->n; ++i)
        {
          ictus_text_add (t, "%s", i == 0 ? ", \"values\": {" : ", ");
          json_string (t, s->item[i]);
          ictus_text_add (t, ": ");
          json_number (t, s->value[i]);
        }
      ictus_text_add (t, "%s}", s->n > 0 ? "}" : "");
    }
  ictus_text_add (t, "]");
}

void
ictus__models_show_json (const ictus_lang *lang, const char *kind, ictus_text *t)
{
  ictus_lang_class c = ictus_lang_classify (lang);

  ictus_text_add (t, "{\n  ");
  ictus__models_json_member (t, "name", ictus_lang_name (lang));
  ictus_text_add (t, ",\n  ");
  ictus__models_json_member (t, "kind", kind);
  ictus_text_add (t, ",\n  ");
  ictus__models_json_member (t, "title", ictus_lang_title (lang));
  ictus_text_add (t, ",\n  ");
  ictus__models_json_member (t, "shows", ictus_lang_shows (lang));
  ictus_text_add (t, ",\n  ");
  ictus__models_json_member (t, "source", ictus_lang_source (lang));
  ictus_text_add (t, ",\n  \"linear\": %s, \"conditionally_linear\": %s, \"autonomous\": %s, \"fires\": %s",
                  truth (c.linear), truth (c.cond_linear), truth (c.autonomous), truth (c.fires));
  ictus_text_add (t, ",\n  \"delayed\": %s, \"stochastic\": %s, \"events\": %s, \"map\": %s", truth (c.delayed),
                  truth (c.stochastic), truth (c.events), truth (c.map));
  json_list (t, lang, ICTUS_LANG_STATE, "states");
  json_list (t, lang, ICTUS_LANG_PAR, "parameters");
  json_list (t, lang, ICTUS_LANG_PORT, "ports");
  json_list (t, lang, ICTUS_LANG_INPUT, "inputs");
  json_list (t, lang, ICTUS_LANG_AUX, "aux");
  json_texts (t, lang);
  ictus_text_add (t, "\n}\n");
}

/* ---- as text -------------------------------------------------------------------------------------- */

/* A paragraph, indented, in lines of at most 100 characters. */
static void
paragraph (ictus_text *t, const char *s)
{
  size_t column = 0;

  while (*s != '\0')
    {
      size_t n = strcspn (s, " ");

      if (column > 0 && column + 1 + n > 98)
        {
          ictus_text_add (t, "\n");
          column = 0;
        }
      ictus_text_add (t, "%s%.*s", column > 0 ? " " : "  ", (int) n, s);
      column += n + (column > 0 ? 1 : 2);
      s += n;
      s += strspn (s, " ");
    }
  ictus_text_add (t, "\n");
}

void
ictus__models_show_text (const ictus_lang *lang, ictus_text *t)
{
  const ictus_lang_expect *x;
  const ictus_lang_set *s;

  ictus_lang_show (lang, t);
  if (ictus_lang_shows (lang)[0] != '\0' && (t->s == NULL || strstr (t->s, ictus_lang_shows (lang)) == NULL))
    {
      ictus_text_add (t, "\nshows\n");
      paragraph (t, ictus_lang_shows (lang));
    }
  for (int k = 0; (s = ictus_lang_set_at (lang, k)) != NULL; ++k)
    {
      ictus_text_add (t, "%s  %s:", k == 0 ? "\nnamed sets (ictus solve --use-set NAME)\n" : "", s->name);
      for (int i = 0; i < s->n; ++i)
        ictus_text_add (t, "%s %s = %.10g", i > 0 ? "," : "", s->item[i], s->value[i]);
      ictus_text_add (t, "\n");
    }
  for (int k = 0; (x = ictus_lang_expect_at (lang, k)) != NULL; ++k)
    ictus_text_add (t, "%s  %s\n", k == 0 ? "\nexpected (ictus models NAME --verify)\n" : "", x->text);
}
