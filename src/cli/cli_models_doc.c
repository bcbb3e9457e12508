/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus models --doc: the library as a page in Markdown; doc/models.md is made by it. */
#include "cli/cli_models.h"

#include <ctype.h>
#include <string.h>

/* Text in which nothing is a mark of Markdown. */
static void
plain (ictus_text *t, const char *s)
{
  for (; *s != '\0'; ++s)
    if (strchr ("\\`*_[]<>|#", *s) != NULL)
      ictus_text_add (t, "\\%c", *s);
    else
      ictus_text_addn (t, s, 1);
}

/* How long the DOI at s is, without what ends the sentence or the brackets around it. */
static size_t
doi_length (const char *s)
{
  size_t n = 0;
  int open = 0;

  while (s[n] != '\0' && strchr (" ,", s[n]) == NULL && !(s[n] == ';' && (s[n + 1] == ' ' || s[n + 1] == '\0')))
    ++n;
  for (size_t k = 0; k < n; ++k)
    if ((open += (s[k] == '(') - (s[k] == ')')) < 0)
      n = k;
  return n > 0 && s[n - 1] == '.' ? n - 1 : n;
}

/* A source, with every DOI as a link. */
static void
with_links (ictus_text *t, const char *s)
{
  char one[2] = "";
  size_t n;

  for (const char *begin = s; *s != '\0'; s += n)
    {
      n = 1;
      one[0] = *s;
      if (strncmp (s, "10.", 3) != 0 || s == begin || (s[-1] != ':' && s[-1] != '/' && s[-1] != ' ') || (n = doi_length (s)) < 8)
        {
          plain (t, one);
          n = 1;
          continue;
        }
      ictus_text_add (t, "[");
      for (size_t k = 0; k < n; ++k)
        ictus_text_add (t, "%c", s[k]);
      ictus_text_add (t, "](https://doi.org/");
      for (size_t k = 0; k < n; ++k)
        if (strchr ("()<>", s[k]) != NULL) /* not in a link of Markdown */
          ictus_text_add (t, "%%%02X", (unsigned) s[k]);
        else
          ictus_text_add (t, "%c", s[k]);
      ictus_text_add (t, ")");
    }
}

/* "integrate-and-fire" as a head: "Integrate and fire" */
static void
title_of_kind (ictus_text *t, const char *kind)
{
  for (size_t k = 0; kind[k] != '\0'; ++k)
    ictus_text_add (t, "%c", k == 0 ? toupper ((unsigned char) kind[k]) : kind[k] == '-' ? ' ' : kind[k]);
}

static void
names (ictus_text *t, const char *what, const ictus_lang *lang, ictus_lang_kind kind)
{
  int n = ictus_lang_count (lang, kind), shown = 0;

  for (int k = 0; k < n; ++k)
    {
      const ictus_lang_var *v = ictus_lang_get (lang, kind, k);

      if (v->hidden)
        continue;
      ictus_text_add (t, "%s`%s`", shown == 0 ? what : ", ", v->name);
      if (v->unit[0] != '\0' && strcmp (v->unit, "1") != 0)
        {
          ictus_text_add (t, " (");
          plain (t, v->unit);
          ictus_text_add (t, ")");
        }
      ++shown;
    }
  ictus_text_add (t, "%s", shown > 0 ? ". " : "");
}

static const char *
nature (ictus_lang_class c)
{
  return c.map ? "a map" : c.stochastic && c.delayed ? "stochastic, with delays" : c.stochastic ? "stochastic"
                       : c.delayed                   ? "with delays"
                       : c.linear                    ? "linear"
                                                     : "";
}

static void
entry (ictus_text *t, const ictus_lang *lang)
{
  const ictus_lang_expect *x;
  const ictus_lang_set *s;
  const char *what = nature (ictus_lang_classify (lang));

  ictus_text_add (t, "\n### `%s`\n\n", ictus_lang_name (lang));
  plain (t, ictus_lang_title (lang));
  ictus_text_add (t, ".");
  if (ictus_lang_shows (lang)[0] != '\0')
    {
      ictus_text_add (t, " ");
      plain (t, ictus_lang_shows (lang));
    }
  ictus_text_add (t, "\n\n");
  names (t, "States ", lang, ICTUS_LANG_STATE);
  names (t, "Parameters ", lang, ICTUS_LANG_PAR);
  names (t, "Inputs ", lang, ICTUS_LANG_INPUT);
  names (t, "Ports ", lang, ICTUS_LANG_PORT);
  names (t, "Also recorded: ", lang, ICTUS_LANG_AUX);
  if (what[0] != '\0')
    ictus_text_add (t, "It is %s. ", what);
  for (int k = 0; (s = ictus_lang_set_at (lang, k)) != NULL; ++k)
    ictus_text_add (t, "%s`%s`%s", k == 0 ? "Named sets: " : ", ", s->name,
                    ictus_lang_set_at (lang, k + 1) == NULL ? "." : "");
  while (!t->failed && t->len > 0 && t->s[t->len - 1] == ' ')
    t->s[--t->len] = '\0';
  ictus_text_add (t, "\n\nSource: ");
  with_links (t, ictus_lang_source (lang));
  ictus_text_add (t, "\n");
  for (int k = 0; (x = ictus_lang_expect_at (lang, k)) != NULL; ++k)
    ictus_text_add (t, "%s    %s\n", k == 0 ? "\nExpected of it, and tested:\n\n" : "", x->text);
}

static void
contents (ictus_text *t, const char *kind)
{
  const ictus_kernel *kernel;
  const char *sep = "";

  ictus_text_add (t, "- ");
  title_of_kind (t, kind);
  ictus_text_add (t, ": ");
  for (size_t k = 0; (kernel = ictus_model_shipped (k)) != NULL; ++k)
    if (strcmp (ictus_model_shipped_kind (k), kind) == 0)
      {
        ictus_text_add (t, "%s[%s](#%s)", sep, kernel->name, kernel->name);
        sep = ", ";
      }
  ictus_text_add (t, "\n");
}

static ictus_err
section (ictus_text *t, const char *kind)
{
  const ictus_kernel *kernel;
  ictus_lang *lang = NULL;

  ictus_text_add (t, "\n## ");
  title_of_kind (t, kind);
  ictus_text_add (t, "\n");
  for (size_t k = 0; (kernel = ictus_model_shipped (k)) != NULL; ++k)
    if (strcmp (ictus_model_shipped_kind (k), kind) == 0)
      {
        ICTUS_TRY (ictus_lang_parse (kernel->name, kernel->text, &lang));
        entry (t, lang);
        ictus_lang_destroy (&lang);
      }
  return ICTUS_OK;
}

ictus_err
ictus__models_doc (ictus_text *t)
{
  size_t n = 0;

  while (ictus_model_shipped (n) != NULL)
    ++n;
  ictus_text_add (t,
                  "# The library of models\n\n"
                  "This page is made from the model files by `make update-models-doc`; it is not written by hand.\n\n"
                  "%zu models, by kind. `ictus models NAME` shows one with its equations, values and meanings, "
                  "`ictus models NAME --plot` draws it, `--verify` checks what is expected of it, `--file` prints the file "
                  "to start one of your own from; `ictus models WORD` searches. `ictus solve NAME` follows it in time.\n\n",
                  n);
  for (const char *k = ictus__models_next_kind (NULL); k != NULL; k = ictus__models_next_kind (k))
    contents (t, k);
  for (const char *k = ictus__models_next_kind (NULL); k != NULL; k = ictus__models_next_kind (k))
    ICTUS_TRY (section (t, k));
  return ICTUS_OK;
}
