/* SPDX-License-Identifier: BSD-3-Clause */
/* Overrides: "populations.E.size=100" into a document, where the path leads to what exists or what the table
 * knows. */
#include "conf/conf_impl.h"

#include <stdlib.h>
#include <string.h>

enum
{
  MAX_NAMES = 64
};

typedef struct walk /* on the way along a path */
{
  ictus_conf *conf;
  const conf_source *src; /* path is "override", text the assignment */
  const char *part;       /* current part, within src->text */
  size_t len;             /* of it */
  char name[128];         /* copy of it */
  char place[512];        /* dotted path so far, without the current part */
  ictus_node *node;       /* what it leads to */
  ictus_node *made_in;    /* the first map that got a new child, as its last; NULL: none */
} walk;

static int
column (const walk *w)
{
  int col = 1;

  for (const char *s = w->src->text; s < w->part; ++s)
    col += ((unsigned char)*s & 0xC0) != 0x80;
  return col;
}

static ictus_err fail_part (const walk *w, const char *fmt, ...) __attribute__ ((format (printf, 2, 3)));

static ictus_err
fail_part (const walk *w, const char *fmt, ...)
{
  char text[1024];
  va_list ap;

  va_start (ap, fmt);
  vsnprintf (text, sizeof text, fmt, ap);
  va_end (ap);
  return ictus_err_at (ICTUS_E_INPUT, w->src->path, w->src->text, 1, column (w), (int)w->len, "%s", text);
}

/* ---- what may stand at a place ------------------------------------------------------------------ */

/* True when a distribution may stand at this place, or the place is one of an open map. */
static bool
takes_dist (const char *place)
{
  const conf_key *key = conf_schema_find (place);
  const char *dot = strrchr (place, '.');
  char parent[512];

  if (key != NULL)
    return key->type == CONF_DIST || key->type == CONF_DRAW;
  if (dot == NULL)
    return false;
  snprintf (parent, sizeof parent, "%.*s", (int)(dot - place), place);
  key = conf_schema_find (parent);
  return key != NULL && key->type == CONF_OPEN;
}

/* Names that are known directly under the place w has come to: those of the table and those that exist. */
static size_t
known_names (const walk *w, const char **names)
{
  size_t n = conf_schema_children (w->place, names, MAX_NAMES);

  if (n == 0 && takes_dist (w->place))
    for (; n < conf_dist_nkeys; ++n)
      names[n] = conf_dist_keys[n];
  if (w->node->kind == ICTUS_NODE_MAP)
    for (size_t k = 0; k < w->node->n && n < MAX_NAMES; ++k)
      names[n++] = w->node->key[k];
  return n;
}

static ictus_err
unknown_part (const walk *w)
{
  const char *names[MAX_NAMES], *near = ictus_nearest (w->name, names, known_names (w, names));
  const char *where = w->place[0] != '\0' ? w->place : "the experiment";

  if (near != NULL)
    return fail_part (w, "there is no '%s' in %s; did you mean '%s'?", w->name, where, near);
  return fail_part (w, "there is no '%s' in %s", w->name, where);
}

/* May the current part be made where it does not exist? */
static bool
may_add (const walk *w, bool last)
{
  const conf_key *here = conf_schema_find (w->place);
  const char *names[MAX_NAMES];
  size_t n = conf_schema_children (w->place, names, MAX_NAMES);

  if (here != NULL && (here->type == CONF_NAMED || here->type == CONF_OPEN || here->type == CONF_TOL))
    return last;
  if (n == 0 && last && takes_dist (w->place))
    for (; n < conf_dist_nkeys; ++n)
      names[n] = conf_dist_keys[n];
  for (size_t k = 0; k < n; ++k)
    if (strcmp (names[k], w->name) == 0)
      return true;
  return false;
}

/* ---- walking ------------------------------------------------------------------------------------ */

/* The child of the current node that the current part names; NULL if there is none. */
static ictus_node *
existing (const walk *w)
{
  char *end;
  unsigned long k;

  if (w->node->kind == ICTUS_NODE_MAP)
    return (ictus_node *)ictus_node_find (w->node, w->name);
  if (w->node->kind != ICTUS_NODE_SEQ || w->name[0] < '0' || w->name[0] > '9')
    return NULL;
  k = strtoul (w->name, &end, 10);
  return *end == '\0' && k < w->node->n ? w->node->child[k] : NULL;
}

/* A section in short form, or a number where a map of numbers may stand, becomes a map when the path goes
 * into it. */
static ictus_err
open_scalar (walk *w)
{
  const conf_key *here = conf_schema_find (w->place);

  if (here != NULL && here->type == CONF_SECTION)
    return conf_node_wrap (w->node, "name");
  if (here != NULL && here->type == CONF_TOL)
    {
      w->node->kind = ICTUS_NODE_MAP;
      ictus_free (w->node->text);
      w->node->text = NULL;
      return ICTUS_OK;
    }
  return fail_part (w, "%s is '%.60s', which has no '%s' in it", w->place, w->node->text, w->name);
}

static ictus_err
descend (walk *w)
{
  ictus_node *next;
  conf_place at = { w->src->path, w->src->text, 1, column (w), (int)w->len };

  if (w->node->kind == ICTUS_NODE_SCALAR)
    ICTUS_TRY (open_scalar (w));
  next = existing (w);
  if (next == NULL && (w->node->kind != ICTUS_NODE_MAP || !may_add (w, false)))
    return unknown_part (w);
  if (next == NULL)
    {
      if ((next = conf_node_new (w->conf, ICTUS_NODE_MAP, &at)) == NULL)
        return ICTUS_E_NOMEM;
      ICTUS_TRY (conf_node_add (w->node, w->name, next));
      if (w->made_in == NULL)
        w->made_in = w->node;
    }
  next->filled = false;
  w->node = next;
  return ICTUS_OK;
}

/* Put the value at the current part. */
static ictus_err
put (walk *w, ictus_node *value)
{
  ictus_node *old;
  ictus_err e = ICTUS_OK;

  if (w->node->kind == ICTUS_NODE_SCALAR)
    ICTUS_GO (open_scalar (w));
  old = existing (w);
  if (old == NULL && (w->node->kind != ICTUS_NODE_MAP || !may_add (w, true)))
    ICTUS_GO (unknown_part (w));
  if (w->node->kind == ICTUS_NODE_SEQ)
    {
      w->node->child[strtoul (w->name, NULL, 10)] = value;
      conf_node_free (old);
      return ICTUS_OK;
    }
  return conf_node_put (w->node, w->name, value);
done:
  conf_node_free (value);
  return e;
}

/* Go to the part at s; false when it is empty or too long. */
static bool
take_part (walk *w, const char *s, size_t len)
{
  w->part = s;
  w->len = len;
  if (len == 0 || len >= sizeof w->name)
    return false;
  memcpy (w->name, s, len);
  w->name[len] = '\0';
  return true;
}

static ictus_err
follow (walk *w, const char *equals, ictus_node *value)
{
  const char *s = w->src->text;
  ictus_err e = ICTUS_OK;

  for (;;)
    {
      size_t len = strcspn (s, ".="), used = strlen (w->place);

      if (s + len > equals)
        len = (size_t)(equals - s);
      if (!take_part (w, s, len) || used + len + 2 > sizeof w->place)
        {
          w->len = len > 0 ? len : 1;
          ICTUS_GO (fail_part (w, "expected a name"));
        }
      if (s + len == equals)
        return put (w, value);
      ICTUS_GO (descend (w));
      if (used > 0)
        w->place[used++] = '.';
      memcpy (w->place + used, w->name, len + 1);
      s += len + 1;
    }
done:
  conf_node_free (value);
  return e;
}

ictus_err
ictus_conf_set (ictus_conf *c, const char *assignment)
{
  walk w = { .conf = c, .node = c->root };
  conf_source *src;
  const char *equals;
  ictus_node *value = NULL;
  conf_place key_at = { NULL, NULL, 1, 1, 1 };
  ictus_err e;

  ICTUS_TRY (conf_add_source (c, "override", assignment, &src));
  w.src = src;
  equals = strchr (src->text, '=');
  if (equals == NULL || equals == src->text)
    return ictus_err_at (ICTUS_E_INPUT, src->path, src->text, 1, 1, 1,
                         "expected KEY=VALUE, such as run.t_stop=50, found '%.60s'", assignment);
  ICTUS_TRY (conf_yaml_parse (c, src->path, src->text, equals + 1, &value));
  key_at.path = src->path;
  key_at.text = src->text;
  key_at.width = (int)(equals - src->text);
  value->key_at = key_at;
  e = follow (&w, equals, value);
  if (e != ICTUS_OK && w.made_in != NULL) /* leave the document as it was */
    {
      size_t last = --w.made_in->n;

      conf_node_free (w.made_in->child[last]);
      ictus_free (w.made_in->key[last]);
    }
  return e;
}
