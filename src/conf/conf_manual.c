/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of keys as man macros. */
#include "conf/conf_impl.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Text for roff: minus signs and backslashes as such. */
static void
add_roff (ictus_text *out, const char *s)
{
  for (; *s != '\0'; ++s)
    if (*s == '\\')
      ictus_text_add (out, "\\e");
    else if (*s == '-')
      ictus_text_add (out, "\\-");
    else
      ictus_text_addn (out, s, 1);
}

/* populations.*.size with NAME for the star. */
static void
add_path (ictus_text *out, const char *path)
{
  ictus_text_add (out, "\\fB");
  for (; *path != '\0'; ++path)
    if (*path == '*')
      ictus_text_add (out, "\\fINAME\\fB");
    else
      ictus_text_addn (out, path, 1);
  ictus_text_add (out, "\\fR");
}

static const char *
type_words (const conf_key *key)
{
  switch (key->type)
    {
    case CONF_TEXT:
      return "text";
    case CONF_NUMBER:
      return key->unit == NULL      ? "number, with or without unit"
             : key->unit[0] != '\0' ? "quantity in "
                                    : "number";
    case CONF_WHOLE:
      return "whole number";
    case CONF_FLAG:
      return "true or false";
    case CONF_CHOICE:
      return "one of ";
    case CONF_TEXTS:
      return "name or list of names";
    case CONF_NUMBERS:
      return key->unit != NULL && key->unit[0] != '\0' ? "list of quantities in "
                                                       : "list of numbers, with or without unit";
    case CONF_DIST:
      return "value, list or distribution";
    case CONF_DRAW:
      return key->unit != NULL ? "value or distribution in " : "value or distribution";
    case CONF_TOL:
      return "number or map of numbers";
    case CONF_NEURONS:
      return "choice of neurons";
    case CONF_OPEN:
      return "map of values";
    case CONF_SECTION:
    case CONF_NAMED:
      break;
    }
  return "map";
}

/* "greater than 0", "from 0 to 1" */
static void
add_range (ictus_text *out, const conf_key *key)
{
  bool numeric = key->type == CONF_NUMBER || key->type == CONF_WHOLE || key->type == CONF_TOL
                 || key->type == CONF_DRAW || key->type == CONF_NUMBERS;
  bool open_top = !(key->hi < 4e9);
  char lo[32], hi[32];

  if (!numeric || key->lo == -HUGE_VAL)
    return;
  conf_number (key->lo, lo, sizeof lo);
  conf_number (key->hi, hi, sizeof hi);
  if (key->lo == key->hi)
    ictus_text_add (out, ", %s", lo);
  else if (key->lo == DBL_MIN)
    ictus_text_add (out, open_top ? ", greater than 0" : ", greater than 0, at most %s", hi);
  else if (open_top)
    ictus_text_add (out, ", at least %s", lo);
  else
    ictus_text_add (out, ", from %s to %s", lo, hi);
}

static void
add_choices (ictus_text *out, const char *words)
{
  for (const char *s = words; *s != '\0'; ++s)
    if (*s == ' ')
      ictus_text_add (out, ", ");
    else
      ictus_text_addn (out, s, 1);
}

/* "only with rule fixed_indegree" */
static void
add_when (ictus_text *out, const char *when)
{
  size_t n = strcspn (when, " ");

  ictus_text_add (out, "; only with \\fB%.*s\\fR", (int)n, when);
  if (when[n] == ' ')
    {
      ictus_text_add (out, " ");
      add_choices (out, when + n + 1);
    }
}

static void
add_key (ictus_text *out, const conf_key *key)
{
  ictus_text_add (out, ".TP\n");
  add_path (out, key->path);
  ictus_text_add (out, "\n");
  add_roff (out, key->meaning);
  ictus_text_add (out, ".\n(%s", type_words (key));
  if (key->unit != NULL && (key->type == CONF_NUMBER || key->type == CONF_NUMBERS || key->type == CONF_DRAW))
    ictus_text_add (out, "%s", key->unit);
  if (key->choices != NULL)
    add_choices (out, key->choices);
  add_range (out, key);
  if (key->when != NULL)
    add_when (out, key->when);
  if (key->required)
    ictus_text_add (out, "; required");
  else if (key->preset != NULL && strcmp (key->preset, "{}") != 0)
    {
      ictus_text_add (out, "; default: ");
      add_roff (out, key->preset[0] == '=' ? key->preset + 2 : key->preset);
    }
  ictus_text_add (out, ")\n");
}

void
ictus_conf_manual (ictus_text *out)
{
  const conf_key *key;
  bool top = false;

  for (size_t k = 0; (key = conf_schema_at (k)) != NULL; ++k)
    {
      bool section
          = strchr (key->path, '.') == NULL && (key->type == CONF_SECTION || key->type == CONF_NAMED);

      if (!top && !section)
        ictus_text_add (out, ".SS Top level\n");
      top = true;
      if (section)
        {
          ictus_text_add (out, ".SS %s\n", key->path);
          add_roff (out, key->meaning);
          if (key->preset != NULL && key->preset[0] == '=')
            {
              ictus_text_add (out, " (default: ");
              add_roff (out, key->preset + 2);
              ictus_text_add (out, ")");
            }
          ictus_text_add (out, key->required ? ". Required.\n" : ".\n");
        }
      else if (key->meaning != NULL)
        add_key (out, key);
    }
}
