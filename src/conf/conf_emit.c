/* SPDX-License-Identifier: BSD-3-Clause */
/* From nodes to YAML that reads back as the same nodes, and defaults that were used. */
#include "conf/conf_impl.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum
{
  WIDTH = 100,
  FLOW_DEPTH = 3
};

/* ---- scalars ------------------------------------------------------------------------------------ */

/* True when the text needs no quotes, in whatever surroundings. Cautious: quotes never hurt. */
static bool
is_plain (const char *s)
{
  static const char *const quoted[] = { "~", "null", "Null", "NULL" };
  size_t n = strlen (s);

  for (size_t k = 0; k < sizeof quoted / sizeof *quoted; ++k)
    if (strcmp (s, quoted[k]) == 0)
      return false;
  if (n == 0 || s[n - 1] == ' ')
    return false;
  if (!isalnum ((unsigned char)s[0]) && strchr ("_./+", s[0]) == NULL
      && !(s[0] == '-' && isdigit ((unsigned char)s[1])))
    return false;
  if (strncmp (s, "...", 3) == 0)
    return false;
  for (size_t k = 0; k < n; ++k)
    {
      unsigned char c = (unsigned char)s[k];

      if (!isalnum (c) && strchr ("_./+-^*%() ;<>=", c) == NULL && c < 0xA0)
        return false;
    }
  return true;
}

static void
add_scalar (ictus_text *out, const char *s)
{
  if (is_plain (s))
    {
      ictus_text_add (out, "%s", s);
      return;
    }
  ictus_text_add (out, "\"");
  for (; *s != '\0'; ++s)
    switch (*s)
      {
      case '"':
      case '\\':
        ictus_text_add (out, "\\%c", *s);
        break;
      case '\n':
        ictus_text_add (out, "\\n");
        break;
      case '\r':
        ictus_text_add (out, "\\r");
        break;
      case '\t':
        ictus_text_add (out, "\\t");
        break;
      default:
        if ((unsigned char)*s < 0x20 || *s == 0x7F)
          ictus_text_add (out, "\\x%02X", (unsigned)(unsigned char)*s);
        else
          ictus_text_addn (out, s, 1);
      }
  ictus_text_add (out, "\"");
}

/* ---- flow: [a, b], {k: v} ------------------------------------------------------------------------ */

static void
add_flow (ictus_text *out, const ictus_node *n, int indent)
{
  if (n->kind == ICTUS_NODE_SCALAR)
    {
      add_scalar (out, n->text);
      return;
    }
  ictus_text_add (out, n->kind == ICTUS_NODE_MAP ? "{" : "[");
  for (size_t k = 0; k < n->n; ++k)
    {
      size_t begin = out->len;

      while (begin > 0 && out->s[begin - 1] != '\n')
        --begin;
      if (k > 0)
        ictus_text_add (out, ",");
      if (k > 0 && out->len - begin > WIDTH)
        ictus_text_add (out, "\n%*s", indent + 2, "");
      else if (k > 0)
        ictus_text_add (out, " ");
      if (n->kind == ICTUS_NODE_MAP)
        {
          add_scalar (out, n->key[k]);
          ictus_text_add (out, ": ");
        }
      add_flow (out, n->child[k], indent);
    }
  ictus_text_add (out, n->kind == ICTUS_NODE_MAP ? "}" : "]");
}

/* ---- block -------------------------------------------------------------------------------------- */

static bool
has_map (const ictus_node *n)
{
  for (size_t k = 0; k < n->n; ++k)
    if (n->child[k]->kind == ICTUS_NODE_MAP)
      return true;
  return false;
}

static void
add_block (ictus_text *out, const ictus_node *map, int depth)
{
  for (size_t k = 0; k < map->n; ++k)
    {
      const ictus_node *v = map->child[k];

      ictus_text_add (out, "%*s", 2 * depth, "");
      add_scalar (out, map->key[k]);
      ictus_text_add (out, ":");
      if (v->kind == ICTUS_NODE_MAP && v->n > 0 && (depth + 1 < FLOW_DEPTH || has_map (v)))
        {
          ictus_text_add (out, "\n");
          add_block (out, v, depth + 1);
        }
      else
        {
          ictus_text_add (out, " ");
          add_flow (out, v, 2 * depth);
          ictus_text_add (out, "\n");
        }
    }
}

ictus_err
ictus_conf_emit (const ictus_conf *c, ictus_text *out)
{
  if (c->root->kind == ICTUS_NODE_MAP && c->root->n > 0)
    add_block (out, c->root, 0);
  else
    {
      add_flow (out, c->root, 0);
      ictus_text_add (out, "\n");
    }
  return out->failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory") : ICTUS_OK;
}

/* ---- for another folder ------------------------------------------------------------------------- */

/* A text that names a file, as opposed to a shipped model or a strategy. */
static bool
is_path (const char *s)
{
  size_t n = strlen (s);

  return strchr (s, '/') != NULL || (n > 4 && strcmp (s + n - 4, ".ode") == 0);
}

/* Relative paths are looked for beside the experiment, then (models) in the working folder. */
static ictus_err
make_absolute (ictus_node *map, const char *key, bool always)
{
  ictus_node *n = (ictus_node *)ictus_node_find (map, key);
  ictus_text path = { 0 };
  char buf[PATH_MAX], *real, *copy;

  if (n == NULL || n->kind != ICTUS_NODE_SCALAR || n->text[0] == '/' || !(always || is_path (n->text)))
    return ICTUS_OK;
  ictus_conf_resolve (n->conf, n->text, &path);
  real = path.failed ? NULL : realpath (path.s, buf);
  if (real == NULL && !path.failed)
    real = realpath (n->text, buf);
  ictus_text_clear (&path);
  if (real == NULL)
    return ICTUS_OK;
  if ((copy = ictus_strdup (real)) == NULL)
    return ICTUS_E_NOMEM;
  ictus_free (n->text);
  n->text = copy;
  return ICTUS_OK;
}

ictus_err
ictus_conf_emit_moved (const ictus_conf *c, ictus_text *out)
{
  static const struct
  {
    const char *section, *key;
    bool always;
  } files[] = { { "populations", "model", false },
                { "populations", "spike_file", true },
                { "projections", "file", true } };
  ictus_conf *copy = NULL;
  ictus_text t = { 0 };
  ictus_node *run;
  ictus_err e = ICTUS_OK;

  ICTUS_GO (ictus_conf_emit (c, &t));
  ICTUS_GO (ictus_conf_parse (c->path, t.s, &copy)); /* a copy with the defaults */
  for (size_t k = 0; k < sizeof files / sizeof *files; ++k)
    {
      const ictus_node *section = ictus_node_find (copy->root, files[k].section);

      for (size_t i = 0; section != NULL && i < section->n; ++i)
        ICTUS_GO (make_absolute (section->child[i], files[k].key, files[k].always));
    }
  run = (ictus_node *)ictus_node_find (copy->root, "run");
  if (run != NULL && conf_get_text (run, "partition") != NULL
      && strcmp (conf_get_text (run, "partition"), "block") != 0
      && strcmp (conf_get_text (run, "partition"), "round-robin") != 0)
    ICTUS_GO (make_absolute (run, "partition", true));
  e = ictus_conf_emit (copy, out);
done:
  ictus_conf_destroy (&copy);
  ictus_text_clear (&t);
  return e;
}

/* ---- defaults ----------------------------------------------------------------------------------- */

static void
mark_filled (ictus_node *n, const conf_place *at)
{
  n->filled = true;
  n->at = n->key_at = *at;
  for (size_t k = 0; k < n->n; ++k)
    mark_filled (n->child[k], at);
}

/* A word, number or quantity, that needs no parser: defaults are filled in for every point of a sweep. */
static bool
is_bare (const char *s)
{
  size_t n = strspn (s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.+-/^ ");

  return isalnum ((unsigned char)s[0]) && s[n] == '\0' && s[n - 1] != ' ';
}

static ictus_err
plain_scalar (ictus_conf *c, const char *value, ictus_node **out)
{
  *out = conf_node_new (c, ICTUS_NODE_SCALAR, NULL);
  if (*out == NULL)
    return ICTUS_E_NOMEM;
  (*out)->text = ictus_strdup (value);
  if ((*out)->text != NULL)
    return ICTUS_OK;
  conf_node_free (*out);
  *out = NULL;
  return ICTUS_E_NOMEM;
}

ictus_err
ictus_conf_fill (const ictus_node *map, const char *key, const char *value)
{
  ictus_conf *c = map->conf;
  ictus_node *n = NULL,
             *owner = (ictus_node *)map; /* of the document c, which is not const to those who fill it */

  if (map->kind != ICTUS_NODE_MAP)
    return ICTUS_FAIL (ICTUS_E_ARG, "a default for '%s' goes into a map only", key);
  if (ictus_node_find (map, key) != NULL)
    return ICTUS_OK;
  ICTUS_TRY (is_bare (value) ? plain_scalar (c, value, &n) : conf_yaml_parse (c, "default", value, value, &n));
  mark_filled (n, &map->key_at);
  return conf_node_add (owner, key, n);
}
