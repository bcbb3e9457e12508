/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus models: the shipped models by kind, found by words; one model in full, drawn, verified, as text. */
#include "cli/cli_models.h"

#include <ctype.h>
#include <getopt.h>
#include <string.h>
#include <strings.h>

static void
help (void)
{
  ictus_cli_print (
      "Usage: ictus models [OPTIONS] [WORD ...]\n"
      "       ictus models [OPTIONS] NAME | FILE.ode\n\n"
      "List the models that come with ictus, by kind; with words, those that have all of them in their name, title,\n"
      "what they show, or source. With the name of a model, or a file, show that model: equations, parameters with\n"
      "unit, default and meaning, ports, what it shows, and the paper it is from.\n\n"
      "Options:\n"
      "      --kind KIND        only the models of a kind, such as conductance\n"
      "      --plot[=FILE]      draw the model's reference picture into FILE (.png, .svg or .pdf; default NAME.png)\n"
      "      --verify           check what is expected of the model (of all models without a name)\n"
      "      --file             print the model file, to start one of your own from\n"
      "      --doc              the whole library as a page in Markdown\n"
      "      --json             as JSON\n"
      "  -h, --help             this text\n\n"
      "Example: ictus models burst\n"
      "         ictus models hodgkin_huxley --plot hh.svg\n"
      "         ictus models hodgkin_huxley --file > mine.ode\n\n"
      "Exit status: 0 done, 65 no such model, or an expectation is not met.\n");
}

typedef enum action
{
  LIST_OR_SHOW,
  PLOT,
  VERIFY,
  PRINT_FILE,
  DOC
} action;

typedef struct request
{
  action what;
  const char *kind, *picture;
  bool json;
  char **word; /* [nword] */
  int nword;
} request;

/* Print what was put together. */
static ictus_err
put (const ictus_text *t)
{
  if (t->failed)
    return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  ictus_cli_print ("%s", t->s != NULL ? t->s : "");
  return ICTUS_OK;
}

const char *
ictus__models_kind (const char *name)
{
  const ictus_kernel *kernel;

  for (size_t k = 0; (kernel = ictus_model_shipped (k)) != NULL; ++k)
    if (strcmp (kernel->name, name) == 0)
      return ictus_model_shipped_kind (k);
  return "";
}

const char *
ictus__models_next_kind (const char *after)
{
  const char *kind, *next = NULL;

  for (size_t k = 0; (kind = ictus_model_shipped_kind (k)) != NULL; ++k)
    if ((after == NULL || strcmp (kind, after) > 0) && (next == NULL || strcmp (kind, next) < 0))
      next = kind;
  return next;
}

/* A shipped model of that name, or the path of a file. A DOI has a slash, too. */
static bool
is_model (const char *word)
{
  size_t n = strlen (word);

  return (n > 4 && strcmp (word + n - 4, ".ode") == 0) || (strchr (word, '/') != NULL && ictus_file_exists (word))
         || ictus__models_kind (word)[0] != '\0';
}

static bool
is_picture (const char *word)
{
  const char *dot = strrchr (word, '.');

  return dot != NULL && (strcasecmp (dot, ".png") == 0 || strcasecmp (dot, ".svg") == 0 || strcasecmp (dot, ".pdf") == 0);
}

/* ---- the list ------------------------------------------------------------------------------------- */

static bool
contains (const char *text, const char *word)
{
  size_t n = strlen (word);

  for (; *text != '\0'; ++text)
    if (strncasecmp (text, word, n) == 0)
      return true;
  return n == 0;
}

static bool
matches (const request *r, const ictus_lang *lang, const char *kind)
{
  if (r->kind != NULL && strcasecmp (r->kind, kind) != 0)
    return false;
  for (int k = 0; k < r->nword; ++k)
    if (!contains (ictus_lang_name (lang), r->word[k]) && !contains (ictus_lang_title (lang), r->word[k])
        && !contains (ictus_lang_shows (lang), r->word[k]) && !contains (ictus_lang_source (lang), r->word[k])
        && !contains (kind, r->word[k]))
      return false;
  return true;
}

static void
list_json (const ictus_lang *lang, const char *kind, bool first, ictus_text *t)
{
  ictus_text_add (t, "%s\n  {", first ? "" : ",");
  ictus__models_json_member (t, "name", ictus_lang_name (lang));
  ictus_text_add (t, ", ");
  ictus__models_json_member (t, "kind", kind);
  ictus_text_add (t, ", ");
  ictus__models_json_member (t, "title", ictus_lang_title (lang));
  ictus_text_add (t, ", ");
  ictus__models_json_member (t, "shows", ictus_lang_shows (lang));
  ictus_text_add (t, ", ");
  ictus__models_json_member (t, "source", ictus_lang_source (lang));
  ictus_text_add (t, "}");
}

/* The models of one kind that match; the head is written before the first. */
static ictus_err
list_kind (const request *r, const char *kind, int width, size_t *found, ictus_text *t)
{
  const ictus_kernel *kernel;
  ictus_lang *lang = NULL;
  size_t here = 0;

  for (size_t k = 0; (kernel = ictus_model_shipped (k)) != NULL; ++k)
    {
      if (strcmp (ictus_model_shipped_kind (k), kind) != 0)
        continue;
      ICTUS_TRY (ictus_lang_parse (kernel->name, kernel->text, &lang));
      if (matches (r, lang, kind))
        {
          if (r->json)
            list_json (lang, kind, *found == 0, t);
          else
            ictus_text_add (t, "%s%s%s  %-*s  %s\n", here == 0 && *found > 0 ? "\n" : "", here == 0 ? kind : "",
                            here == 0 ? "\n" : "", width, kernel->name, ictus_lang_title (lang));
          ++here;
          ++*found;
        }
      ictus_lang_destroy (&lang);
    }
  return ICTUS_OK;
}

static ictus_err
no_such_kind (const char *kind)
{
  const char *list[32], *near;
  ictus_text t = { 0 };
  size_t n = 0;

  for (const char *k = ictus__models_next_kind (NULL); k != NULL && n < 32; k = ictus__models_next_kind (k))
    {
      ictus_text_add (&t, "%s%s", n > 0 ? ", " : "", k);
      list[n++] = k;
    }
  near = ictus_nearest (kind, list, n);
  ICTUS_FAIL (ICTUS_E_INPUT, "no kind \"%s\"%s%s%s; there are: %s", kind, near != NULL ? "; did you mean \"" : "",
              near != NULL ? near : "", near != NULL ? "\"?" : "", t.s != NULL ? t.s : "");
  ictus_text_clear (&t);
  return ICTUS_E_INPUT;
}

static ictus_err
nothing_found (const request *r)
{
  ictus_lang *lang = NULL;

  if (r->nword == 1 && r->kind == NULL) /* a slip of the pen in a name: the nearest one is told */
    {
      ictus_err e = ictus_model_parse (r->word[0], NULL, NULL, &lang);

      ictus_lang_destroy (&lang);
      return e;
    }
  for (size_t k = 0; r->kind != NULL && ictus_model_shipped (k) != NULL; ++k)
    if (strcasecmp (ictus_model_shipped_kind (k), r->kind) == 0)
      return ICTUS_FAIL (ICTUS_E_INPUT, "no model of kind %s has these words", r->kind);
  return r->kind != NULL ? no_such_kind (r->kind) : ICTUS_FAIL (ICTUS_E_INPUT, "no model has all of these words");
}

static ictus_err
list (const request *r)
{
  ictus_text t = { 0 };
  const ictus_kernel *kernel;
  size_t found = 0;
  int width = 0;
  ictus_err e = ICTUS_OK;

  for (size_t k = 0; (kernel = ictus_model_shipped (k)) != NULL; ++k)
    if ((int) strlen (kernel->name) > width)
      width = (int) strlen (kernel->name);
  ictus_text_add (&t, "%s", r->json ? "[" : "");
  for (const char *k = ictus__models_next_kind (NULL); k != NULL; k = ictus__models_next_kind (k))
    ICTUS_GO (list_kind (r, k, width, &found, &t));
  ictus_text_add (&t, "%s", r->json ? "\n]\n" : "");
  if (found == 0)
    e = nothing_found (r);
  else
    e = put (&t);
done:
  ictus_text_clear (&t);
  return e;
}

/* ---- one model ------------------------------------------------------------------------------------ */

static ictus_err
show (const request *r)
{
  ictus_lang *lang = NULL;
  ictus_text t = { 0 };
  ictus_err e;

  ICTUS_GO (ictus_model_parse (r->word[0], NULL, NULL, &lang));
  if (r->what == PRINT_FILE)
    ictus_text_add (&t, "%s", ictus_lang_text (lang));
  else if (r->json)
    ictus__models_show_json (lang, ictus__models_kind (r->word[0]), &t);
  else
    ictus__models_show_text (lang, &t);
  e = put (&t);
done:
  ictus_text_clear (&t);
  ictus_lang_destroy (&lang);
  return e;
}

static ictus_err
verify (const request *r)
{
  const ictus_kernel *kernel;
  int met = 0, failed = 0;

  for (int k = 0; k < r->nword; ++k)
    ICTUS_TRY (ictus__models_verify (r->word[k], &met, &failed));
  for (size_t k = 0; r->nword == 0 && (kernel = ictus_model_shipped (k)) != NULL; ++k)
    if (r->kind == NULL || strcasecmp (ictus_model_shipped_kind (k), r->kind) == 0)
      ICTUS_TRY (ictus__models_verify (kernel->name, &met, &failed));
  if (failed > 0)
    return ICTUS_FAIL (ICTUS_E_INPUT, "%d of %d expectations %s not met", failed, met + failed, failed == 1 ? "is" : "are");
  if (met == 0)
    ictus_log ("nothing is expected: there is no line beginning with expect");
  return ICTUS_OK;
}

static ictus_err
doc (void)
{
  ictus_text t = { 0 };
  ictus_err e = ictus__models_doc (&t);

  if (e == ICTUS_OK)
    e = put (&t);
  ictus_text_clear (&t);
  return e;
}

static ictus_err
answer (request *r)
{
  switch (r->what)
    {
    case PLOT:
      return ictus__models_plot (r->word[0], r->picture);
    case VERIFY:
      return verify (r);
    case PRINT_FILE:
      return show (r);
    case DOC:
      return doc ();
    case LIST_OR_SHOW:
      break;
    }
  return r->nword == 1 && r->kind == NULL && is_model (r->word[0]) ? show (r) : list (r);
}

/* --plot may be followed by its file as a word of its own. */
static void
take_picture (request *r)
{
  int n = 0;

  for (int k = 0; k < r->nword; ++k)
    if (r->picture == NULL && is_picture (r->word[k]))
      r->picture = r->word[k];
    else
      r->word[n++] = r->word[k];
  r->nword = n;
}

int
ictus_cli_models (int argc, char **argv)
{
  enum { OPT_KIND = 1, OPT_PLOT, OPT_VERIFY, OPT_FILE, OPT_DOC };
  static const struct option options[] = { { "json", no_argument, NULL, ICTUS_OPT_JSON },
                                           { "kind", required_argument, NULL, OPT_KIND },
                                           { "plot", optional_argument, NULL, OPT_PLOT },
                                           { "verify", no_argument, NULL, OPT_VERIFY },
                                           { "file", no_argument, NULL, OPT_FILE },
                                           { "doc", no_argument, NULL, OPT_DOC },
                                           { "help", no_argument, NULL, 'h' },
                                           { NULL, 0, NULL, 0 } };
  static const action action_of[]
      = { [OPT_PLOT] = PLOT, [OPT_VERIFY] = VERIFY, [OPT_FILE] = PRINT_FILE, [OPT_DOC] = DOC };
  request r = { 0 };
  int opt;

  while ((opt = getopt_long (argc, argv, "h", options, NULL)) != -1)
    if (opt == 'h')
      {
        help ();
        return 0;
      }
    else if (opt == '?')
      return ictus_cli_usage ("models", "wrong option");
    else if (opt == ICTUS_OPT_JSON)
      r.json = true;
    else if (opt == OPT_KIND)
      r.kind = optarg;
    else
      {
        if (r.what != LIST_OR_SHOW && r.what != action_of[opt])
          return ictus_cli_usage ("models", "one of --plot, --verify, --file, --doc at a time");
        r.what = action_of[opt];
        r.picture = opt == OPT_PLOT ? optarg : r.picture;
      }
  r.word = argv + optind;
  r.nword = argc - optind;
  if (r.what == PLOT)
    take_picture (&r);
  if ((r.what == PLOT || r.what == PRINT_FILE) && r.nword == 0)
    return ictus_cli_usage ("models", "which model?");
  if ((r.what == PLOT || r.what == PRINT_FILE) && r.nword > 1)
    return ictus_cli_usage ("models", "one model at a time, not also \"%s\"", r.word[1]);
  return ictus_cli_fail (ictus_comm_agree (MPI_COMM_WORLD, ictus_cli_is_main () ? answer (&r) : ICTUS_OK));
}
