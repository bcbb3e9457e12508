/* SPDX-License-Identifier: BSD-3-Clause */
/* A whole document against the table of keys: unknown and missing keys, types, ranges, choices; fills in
 * defaults. */
#include "conf/conf_impl.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

enum
{
  MAX_CHILDREN = 32
};

/* ---- messages ----------------------------------------------------------------------------------- */

void
conf_words (ictus_text *t, const char *const *list, size_t n)
{
  for (size_t k = 0; k < n && k < 12; ++k)
    ictus_text_add (t, "%s%s", k > 0 ? ", " : "", list[k]);
  if (n > 12)
    ictus_text_add (t, ", ...");
}

ictus_err
conf_unknown (const ictus_node *map, const char *key, const char *what, const char *word,
              const char *const *list, size_t n)
{
  const char *near = ictus_nearest (word, list, n);
  ictus_text t = { 0 };

  if (near != NULL)
    return ictus_node_fail_key (map, key, ICTUS_E_INPUT, "unknown %s '%.60s'; did you mean '%s'?", what, word,
                                near);
  conf_words (&t, list, n);
  ictus_node_fail_key (map, key, ICTUS_E_INPUT, "unknown %s '%.60s'; expected one of %s", what, word,
                       t.s != NULL ? t.s : "");
  ictus_text_clear (&t);
  return ICTUS_E_INPUT;
}

static ictus_err
wrong_type (const ictus_node *n, const char *expected)
{
  char found[80];

  return ictus_node_fail (n, ICTUS_E_INPUT, "expected %s, found %s", expected,
                          conf_found (n, found, sizeof found));
}

/* "'outdegree' belongs to rule fixed_outdegree; rule fixed_indegree needs 'indegree'" */
static ictus_err
does_not_belong (const ictus_node *map, const conf_key *key, const char *path)
{
  char name[32];
  size_t n = strcspn (key->when, " ");
  const ictus_node *sibling;
  const char *needed = NULL, *words[MAX_CHILDREN];
  size_t nword = conf_schema_children (path, words, MAX_CHILDREN);

  snprintf (name, sizeof name, "%.*s", (int)n, key->when);
  sibling = ictus_node_find (map, name);
  if (key->when[n] == '\0' || sibling == NULL)
    return ictus_node_fail_key (map, conf_schema_name (key), ICTUS_E_INPUT,
                                "'%s' is possible only together with '%s'", conf_schema_name (key), name);
  for (size_t k = 0; k < nword && needed == NULL; ++k)
    {
      char child[160];
      const conf_key *other;

      other = conf_join (child, sizeof child, path, words[k]) ? conf_schema_find (child) : NULL;
      if (other != NULL && other->required && other->when != NULL && strncmp (other->when, name, n) == 0
          && conf_schema_belongs (other, map) && ictus_node_find (map, words[k]) == NULL)
        needed = words[k];
    }
  {
    ictus_text belongs = { 0 };

    for (const char *s = key->when + n; *s == ' ';)
      {
        size_t len = strcspn (s + 1, " ");

        ictus_text_add (&belongs, "%s%.*s", belongs.len > 0 ? ", " : "", (int)len, s + 1);
        s += len + 1;
      }
    ictus_node_fail_key (map, conf_schema_name (key), ICTUS_E_INPUT, "'%s' belongs to %s %s; %s %s %s%s%s",
                         conf_schema_name (key), name, belongs.s != NULL ? belongs.s : "", name,
                         sibling->text, needed != NULL ? "needs '" : "does not take it",
                         needed != NULL ? needed : "", needed != NULL ? "'" : "");
    ictus_text_clear (&belongs);
  }
  return ICTUS_E_INPUT;
}

/* ---- one value ---------------------------------------------------------------------------------- */

static ictus_err
check_choice (const ictus_node *n, const conf_key *key)
{
  char copy[160], found[80], *save = NULL;
  const char *words[12], *near;
  size_t nword = 0;
  ictus_text t = { 0 };

  snprintf (copy, sizeof copy, "%s", key->choices);
  for (char *w = strtok_r (copy, " ", &save); w != NULL && nword < 12; w = strtok_r (NULL, " ", &save))
    {
      words[nword++] = w;
      if (n->kind == ICTUS_NODE_SCALAR && strcmp (n->text, w) == 0)
        return ICTUS_OK;
    }
  near = n->kind == ICTUS_NODE_SCALAR ? ictus_nearest (n->text, words, nword) : NULL;
  conf_words (&t, words, nword);
  ictus_node_fail (n, ICTUS_E_INPUT, "expected one of %s, found %s%s%s%s", t.s != NULL ? t.s : "",
                   conf_found (n, found, sizeof found), near != NULL ? "; did you mean '" : "",
                   near != NULL ? near : "", near != NULL ? "'?" : "");
  ictus_text_clear (&t);
  return ICTUS_E_INPUT;
}

/* Smallest value the distribution can give. */
static double
lowest (const ictus_dist *d)
{
  double x = d->kind == ICTUS_DIST_LIST ? HUGE_VAL : d->a;

  if (d->kind == ICTUS_DIST_LINEAR && d->b < x)
    x = d->b;
  for (size_t k = 0; k < d->nlist; ++k)
    if (d->list[k] < x)
      x = d->list[k];
  if (d->kind == ICTUS_DIST_NORMAL || d->kind == ICTUS_DIST_LOGNORMAL || d->kind == ICTUS_DIST_UNIFORM)
    x = d->min;
  return x;
}

static ictus_err
check_dist (const ictus_node *n, const conf_key *key)
{
  ictus_dist d;
  double x;
  char found[80];

  ICTUS_TRY (conf_dist (n, key->unit, "neuron", key->type == CONF_DRAW ? 0 : 1, &d));
  x = lowest (&d);
  ictus_dist_clear (&d);
  if (x >= key->lo)
    return ICTUS_OK;
  if (n->kind == ICTUS_NODE_SCALAR)
    return ictus_node_fail (n, ICTUS_E_INPUT, "expected a quantity in %s greater than 0, found %s", key->unit,
                            conf_found (n, found, sizeof found));
  if (ictus_node_find (n, "min") == NULL)
    return ictus_node_fail (n, ICTUS_E_INPUT, "this distribution needs the key 'min', greater than 0 %s",
                            key->unit);
  return ictus_node_fail_key (n, "min", ICTUS_E_INPUT, "'min' must be greater than 0 %s", key->unit);
}

static ictus_err
check_number (const ictus_node *n, const conf_key *key)
{
  double x;

  return key->unit != NULL ? ictus_node_double (n, key->unit, key->lo, key->hi, &x)
                           : conf_any_number (n, key->lo, &x, NULL);
}

static ictus_err
check_text (const ictus_node *n)
{
  if (n->kind != ICTUS_NODE_SCALAR)
    return wrong_type (n, "a text");
  return n->text[0] != '\0' ? ICTUS_OK : ictus_node_fail (n, ICTUS_E_INPUT, "the text is empty");
}

/* A sequence, each entry of the type; texts: a single one too. */
static ictus_err
check_sequence (const ictus_node *n, const conf_key *key)
{
  bool texts = key->type == CONF_TEXTS;

  if (texts && n->kind == ICTUS_NODE_SCALAR)
    return check_text (n);
  if (n->kind != ICTUS_NODE_SEQ)
    return wrong_type (n, texts ? "a name or a list of names" : "a list of numbers");
  if (n->n == 0)
    return ictus_node_fail (n, ICTUS_E_INPUT, "the list is empty");
  for (size_t k = 0; k < n->n; ++k)
    ICTUS_TRY (texts ? check_text (n->child[k]) : check_number (n->child[k], key));
  return ICTUS_OK;
}

static ictus_err
check_open (const ictus_node *n, const conf_key *key)
{
  ictus_dist d;

  if (key->type == CONF_TOL && n->kind == ICTUS_NODE_SCALAR)
    return check_number (n, key);
  if (n->kind != ICTUS_NODE_MAP)
    return wrong_type (n, key->type == CONF_TOL ? "a number or a map of states to numbers"
                                                : "a map of names to values");
  for (size_t k = 0; k < n->n; ++k)
    if (key->type == CONF_TOL)
      {
        double x;

        ICTUS_TRY (conf_any_number (n->child[k], key->lo, &x, NULL));
      }
    else
      {
        ICTUS_TRY (conf_dist (n->child[k], NULL, "neuron", 1, &d));
        ictus_dist_clear (&d);
      }
  return ICTUS_OK;
}

static ictus_err
check_neurons (const ictus_node *n)
{
  uint64_t *list;
  size_t nlist;

  if (n->kind == ICTUS_NODE_MAP)
    return ictus_node_neurons (n, 1, &list, &nlist);
  return ICTUS_OK; /* needs the size of the population: with the section */
}

ictus_err
conf_check_value (ictus_node *n, const conf_key *key)
{
  int64_t i;
  bool b;

  switch (key->type)
    {
    case CONF_TEXT:
      return check_text (n);
    case CONF_NUMBER:
      return check_number (n, key);
    case CONF_WHOLE:
      return ictus_node_int (n, (int64_t)key->lo, key->hi >= 9e15 ? INT64_MAX : (int64_t)key->hi, &i);
    case CONF_FLAG:
      return ictus_node_bool (n, &b);
    case CONF_CHOICE:
      return check_choice (n, key);
    case CONF_TEXTS:
    case CONF_NUMBERS:
      return check_sequence (n, key);
    case CONF_DIST:
    case CONF_DRAW:
      return check_dist (n, key);
    case CONF_OPEN:
    case CONF_TOL:
      return check_open (n, key);
    case CONF_NEURONS:
      return check_neurons (n);
    case CONF_SECTION:
    case CONF_NAMED:
      break;
    }
  return n->kind == ICTUS_NODE_MAP ? ICTUS_OK : wrong_type (n, "a map");
}

/* ---- maps --------------------------------------------------------------------------------------- */

static ictus_err check_section (ictus_node *map, const char *path);

/* The user's names: they become names of groups in files and parts of key paths. */
static ictus_err
check_name (const ictus_node *map, const char *name)
{
  bool ok = isalpha ((unsigned char)name[0]) && strlen (name) <= 63;

  for (const char *s = name; *s != '\0'; ++s)
    ok = ok && (isalnum ((unsigned char)*s) || *s == '_' || *s == '-');
  return ok ? ICTUS_OK
            : ictus_node_fail_key (
                map, name, ICTUS_E_INPUT,
                "'%.70s' is not a name: expected a letter, then up to 62 letters, digits, '_' or '-'", name);
}

static ictus_err
check_entry (ictus_node *n, const conf_key *key, const char *path)
{
  char child[256];

  if (key->type == CONF_SECTION && n->kind == ICTUS_NODE_SCALAR
      && strcmp (key->path, "populations.*.solver") == 0)
    ICTUS_TRY (conf_node_wrap (n, "name"));
  ICTUS_TRY (conf_check_value (n, key));
  if (key->type == CONF_SECTION)
    return check_section (n, path);
  if (key->type != CONF_NAMED)
    return ICTUS_OK;
  if (n->n == 0 && key->required)
    return ictus_node_fail (n, ICTUS_E_INPUT, "there is nothing in '%s'", conf_schema_name (key));
  for (size_t k = 0; k < n->n; ++k)
    {
      ICTUS_TRY (check_name (n, n->key[k]));
      conf_join (child, sizeof child, path, n->key[k]);
      ICTUS_TRY (conf_check_value (n->child[k], conf_schema_find (child)));
      ICTUS_TRY (check_section (n->child[k], child));
    }
  return ICTUS_OK;
}

/* "one of spikes, trace" or the meaning */
static ictus_err
missing (const ictus_node *map, const conf_key *key, const char *path)
{
  const char *words[12];
  char copy[160], *save = NULL;
  ictus_text t = { 0 };
  size_t n = 0;

  if (key->choices != NULL)
    {
      snprintf (copy, sizeof copy, "%s", key->choices);
      for (char *w = strtok_r (copy, " ", &save); w != NULL && n < 12; w = strtok_r (NULL, " ", &save))
        words[n++] = w;
      ictus_text_add (&t, "one of ");
      conf_words (&t, words, n);
    }
  ictus_node_fail (map, ICTUS_E_INPUT, "the key '%s' is missing%s%s (%s)", conf_schema_name (key),
                   path[0] != '\0' ? " in " : "", path, t.s != NULL ? t.s : key->meaning);
  ictus_text_clear (&t);
  return ICTUS_E_INPUT;
}

/* One key of the table in a map: there or not, needed or not. */
static ictus_err
check_key (ictus_node *map, const conf_key *key, const char *path)
{
  const char *name = conf_schema_name (key);
  const ictus_node *n = ictus_node_find (map, name);
  char child[256];

  conf_join (child, sizeof child, path, name);
  if (!conf_schema_belongs (key, map))
    return ICTUS_OK;
  if (n == NULL && key->required)
    return missing (map, key, path);
  if (n == NULL && key->preset != NULL && key->preset[0] != '=')
    {
      ICTUS_TRY (ictus_conf_fill (map, name, key->preset));
      n = ictus_node_find (map, name);
    }
  return n == NULL ? ICTUS_OK : check_entry ((ictus_node *)n, key, child);
}

static ictus_err
check_section (ictus_node *map, const char *path)
{
  const char *names[MAX_CHILDREN];
  size_t n = conf_schema_children (path, names, MAX_CHILDREN);

  for (size_t k = 0; k < map->n; ++k)
    {
      bool known = false;

      for (size_t i = 0; i < n; ++i)
        known = known || strcmp (map->key[k], names[i]) == 0;
      if (!known)
        return conf_unknown (map, map->key[k], "key", map->key[k], names, n);
    }
  for (int pass = 0; pass < 3;
       ++pass) /* keys that others depend on; keys out of place; keys that depend on others */
    for (size_t i = 0; i < n; ++i)
      {
        char child[256];
        const conf_key *key
            = conf_join (child, sizeof child, path, names[i]) ? conf_schema_find (child) : NULL;

        if (key == NULL || (key->when == NULL) != (pass == 0))
          continue;
        if (pass != 1)
          ICTUS_TRY (check_key (map, key, path));
        else if (ictus_node_find (map, names[i]) != NULL && !conf_schema_belongs (key, map))
          return does_not_belong (map, key, path);
      }
  return ICTUS_OK;
}

ictus_err
conf_check (ictus_conf *c)
{
  if (c->root->kind != ICTUS_NODE_MAP)
    return wrong_type (c->root, "a map of keys such as run and populations");
  return check_section (c->root, "");
}
