/* SPDX-License-Identifier: BSD-3-Clause */
/* Documents and their nodes. Nodes never move: borrowed pointers stay good while others are added. */
#include "conf/conf_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- nodes -------------------------------------------------------------------------------------- */

ictus_node *
conf_node_new (ictus_conf *c, ictus_node_kind kind, const conf_place *at)
{
  ictus_node *n = ictus_alloc (1, sizeof *n);

  if (n == NULL)
    return NULL;
  n->kind = kind;
  n->conf = c;
  if (at != NULL)
    n->at = n->key_at = *at;
  return n;
}

void
conf_node_free (ictus_node *n)
{
  if (n == NULL)
    return;
  for (size_t k = 0; k < n->n; ++k)
    {
      conf_node_free (n->child[k]);
      if (n->kind == ICTUS_NODE_MAP)
        ictus_free (n->key[k]);
    }
  ictus_free (n->key);
  ictus_free (n->child);
  ictus_free (n->text);
  ictus_free (n);
}

ictus_err
conf_node_add (ictus_node *n, const char *key, ictus_node *child)
{
  ictus_err e = ICTUS_OK;
  char *copy = NULL;

  if (child == NULL)
    return ICTUS_E_NOMEM;
  ICTUS_GO (ictus_grow (&n->child, &n->cap_child, n->n + 1, sizeof *n->child));
  if (n->kind == ICTUS_NODE_MAP)
    {
      ICTUS_GO (ictus_grow (&n->key, &n->cap_key, n->n + 1, sizeof *n->key));
      if ((copy = ictus_strdup (key)) == NULL)
        e = ICTUS_E_NOMEM;
      else
        n->key[n->n] = copy;
    }
  if (e == ICTUS_OK)
    n->child[n->n++] = child;
done:
  if (e != ICTUS_OK)
    conf_node_free (child);
  return e;
}

ictus_err
conf_node_put (ictus_node *map, const char *key, ictus_node *child)
{
  for (size_t k = 0; child != NULL && k < map->n; ++k)
    if (strcmp (map->key[k], key) == 0)
      {
        conf_node_free (map->child[k]);
        map->child[k] = child;
        return ICTUS_OK;
      }
  return conf_node_add (map, key, child);
}

/* The same source in another document; sources of overrides were copied in the same order. */
static conf_place
copy_place (ictus_conf *to, const ictus_conf *from, conf_place p)
{
  if (p.text == from->text)
    {
      p.path = to->path;
      p.text = to->text;
    }
  for (size_t k = 0; k < from->nsource; ++k)
    if (p.text == from->source[k]->text)
      {
        p.path = to->source[k]->path;
        p.text = to->source[k]->text;
        break;
      }
  return p;
}

ictus_node *
conf_node_copy (ictus_conf *c, const ictus_node *n)
{
  ictus_node *copy = conf_node_new (c, n->kind, NULL);

  if (copy == NULL)
    return NULL;
  copy->at = copy_place (c, n->conf, n->at);
  copy->key_at = copy_place (c, n->conf, n->key_at);
  if (n->text != NULL && (copy->text = ictus_strdup (n->text)) == NULL)
    goto fail;
  for (size_t k = 0; k < n->n; ++k)
    if (!n->child[k]->filled
        && conf_node_add (copy, n->key != NULL ? n->key[k] : NULL, conf_node_copy (c, n->child[k]))
               != ICTUS_OK)
      goto fail;
  return copy;
fail:
  conf_node_free (copy);
  return NULL;
}

ictus_err
conf_node_wrap (ictus_node *n, const char *key)
{
  ictus_node *inner = conf_node_new (n->conf, ICTUS_NODE_SCALAR, &n->at);

  if (inner == NULL)
    return ICTUS_E_NOMEM;
  inner->text = n->text;
  n->text = NULL;
  n->kind = ICTUS_NODE_MAP;
  return conf_node_add (n, key, inner);
}

const char *
conf_found (const ictus_node *n, char *buf, size_t size)
{
  if (n->kind == ICTUS_NODE_MAP)
    return "a map";
  if (n->kind == ICTUS_NODE_SEQ)
    return "a list";
  snprintf (buf, size, strlen (n->text) > 60 ? "'%.60s...'" : "'%s'", n->text);
  return buf;
}

bool
conf_join (char *out, size_t size, const char *path, const char *name)
{
  int n = snprintf (out, size, "%s%s%s", path, path[0] != '\0' ? "." : "", name);

  return n >= 0 && (size_t)n < size;
}

const char *
conf_number (double x, char *buf, size_t size)
{
  for (int digits = 1; digits <= 17; ++digits)
    {
      snprintf (buf, size, "%.*g", digits, x);
      if (strtod (buf, NULL) == x && (strchr (buf, 'e') == NULL || fabs (x) >= 1e15 || fabs (x) < 1e-4))
        break;
    }
  return buf;
}

/* ---- documents ---------------------------------------------------------------------------------- */

ictus_err
conf_add_source (ictus_conf *c, const char *path, const char *text, conf_source **out)
{
  conf_source *s = NULL;
  ictus_err e = ICTUS_OK;

  ICTUS_TRY (ictus_grow (&c->source, &c->cap_source, c->nsource + 1, sizeof *c->source));
  if ((s = ictus_alloc (1, sizeof *s)) == NULL)
    return ICTUS_E_NOMEM;
  s->path = ictus_strdup (path);
  s->text = ictus_strdup (text);
  if (s->path == NULL || s->text == NULL)
    {
      e = ICTUS_E_NOMEM;
      goto done;
    }
  c->source[c->nsource++] = *out = s;
done:
  if (e != ICTUS_OK)
    {
      ictus_free (s->path);
      ictus_free (s->text);
      ictus_free (s);
    }
  return e;
}

/* A document without nodes. */
static ictus_err
new_document (const char *path, const char *text, ictus_conf **out)
{
  ictus_conf *c = ictus_alloc (1, sizeof *c);
  const char *slash = strrchr (path, '/');

  *out = c;
  if (c == NULL)
    return ICTUS_E_NOMEM;
  c->path = ictus_strdup (path);
  c->text = ictus_strdup (text);
  c->dir = ictus_strdup (slash == NULL ? "." : slash == path ? "/" : path);
  if (c->dir != NULL && slash != NULL && slash != path)
    c->dir[slash - path] = '\0';
  return c->path == NULL || c->text == NULL || c->dir == NULL ? ICTUS_E_NOMEM : ICTUS_OK;
}

ictus_err
ictus_conf_parse (const char *path, const char *text, ictus_conf **out)
{
  ictus_conf *c = NULL;
  ictus_err e = ICTUS_OK;

  *out = NULL;
  ICTUS_GO (new_document (path, text, &c));
  ICTUS_GO (conf_yaml_parse (c, c->path, c->text, c->text, &c->root));
done:
  if (e != ICTUS_OK)
    ictus_conf_destroy (&c);
  *out = c;
  return e;
}

void
ictus_conf_destroy (ictus_conf **c)
{
  if (*c == NULL)
    return;
  conf_node_free ((*c)->root);
  for (size_t k = 0; k < (*c)->nsource; ++k)
    {
      ictus_free ((*c)->source[k]->path);
      ictus_free ((*c)->source[k]->text);
      ictus_free ((*c)->source[k]);
    }
  ictus_free ((*c)->source);
  ictus_free ((*c)->path);
  ictus_free ((*c)->dir);
  ictus_free ((*c)->text);
  ictus_free (*c);
  *c = NULL;
}

void
ictus_conf_drop (ictus_conf *c, const char *section)
{
  ictus_node *map = c->root;

  for (size_t k = 0; map->kind == ICTUS_NODE_MAP && k < map->n; ++k)
    if (strcmp (map->key[k], section) == 0)
      {
        ictus_free (map->key[k]);
        conf_node_free (map->child[k]);
        map->n -= 1;
        memmove (&map->key[k], &map->key[k + 1], (map->n - k) * sizeof *map->key);
        memmove (&map->child[k], &map->child[k + 1], (map->n - k) * sizeof *map->child);
        return;
      }
}

ictus_err
ictus_conf_copy (const ictus_conf *c, ictus_conf **out)
{
  ictus_conf *copy = NULL;
  conf_source *s;
  ictus_err e = ICTUS_OK;

  *out = NULL;
  ICTUS_GO (new_document (c->path, c->text, &copy));
  for (size_t k = 0; k < c->nsource; ++k)
    ICTUS_GO (conf_add_source (copy, c->source[k]->path, c->source[k]->text, &s));
  if ((copy->root = conf_node_copy (copy, c->root)) == NULL)
    e = ICTUS_E_NOMEM;
done:
  if (e != ICTUS_OK)
    ictus_conf_destroy (&copy);
  *out = copy;
  return e;
}

const ictus_node *
ictus_conf_root (const ictus_conf *c)
{
  return c->root;
}

const char *
ictus_conf_path (const ictus_conf *c)
{
  return c->path;
}

const char *
ictus_conf_dir (const ictus_conf *c)
{
  return c->dir;
}

const char *
ictus_conf_text (const ictus_conf *c)
{
  return c->text;
}

void
ictus_conf_resolve (const ictus_conf *c, const char *path, ictus_text *out)
{
  if (path[0] == '/' || strcmp (c->dir, ".") == 0)
    ictus_text_add (out, "%s", path);
  else
    ictus_text_add (out, "%s%s%s", c->dir, strcmp (c->dir, "/") == 0 ? "" : "/", path);
}

/* ---- reading a node ----------------------------------------------------------------------------- */

ictus_node_kind
ictus_node_is (const ictus_node *n)
{
  return n->kind;
}

size_t
ictus_node_count (const ictus_node *n)
{
  return n->n;
}

const char *
ictus_node_key (const ictus_node *map, size_t k)
{
  return map->kind == ICTUS_NODE_MAP && k < map->n ? map->key[k] : NULL;
}

const ictus_node *
ictus_node_at (const ictus_node *n, size_t k)
{
  return k < n->n ? n->child[k] : NULL;
}

const ictus_node *
ictus_node_find (const ictus_node *map, const char *key)
{
  if (map == NULL || map->kind != ICTUS_NODE_MAP)
    return NULL;
  for (size_t k = 0; k < map->n; ++k)
    if (strcmp (map->key[k], key) == 0)
      return map->child[k];
  return NULL;
}

const char *
ictus_node_text (const ictus_node *scalar)
{
  return scalar->text != NULL ? scalar->text : "";
}

/* ---- messages about a node ---------------------------------------------------------------------- */

static ictus_err fail_at (const ictus_node *n, const conf_place *p, ictus_err e, const char *fmt, va_list ap)
    __attribute__ ((format (printf, 4, 0)));

static ictus_err
fail_at (const ictus_node *n, const conf_place *p, ictus_err e, const char *fmt, va_list ap)
{
  char text[ICTUS_ERR_TEXT / 2];

  vsnprintf (text, sizeof text, fmt, ap);
  if (p->line == 0)
    return ICTUS_FAIL (e, "%s: %s", n->conf->path, text);
  return ictus_err_at (e, p->path, p->text, p->line, p->col, p->width, "%s", text);
}

ictus_err
ictus_node_fail (const ictus_node *n, ictus_err e, const char *fmt, ...)
{
  va_list ap;

  va_start (ap, fmt);
  fail_at (n, n->kind == ICTUS_NODE_SCALAR ? &n->at : &n->key_at, e, fmt, ap);
  va_end (ap);
  return e;
}

ictus_err
ictus_node_fail_key (const ictus_node *map, const char *key, ictus_err e, const char *fmt, ...)
{
  const ictus_node *n = ictus_node_find (map, key);
  va_list ap;

  va_start (ap, fmt);
  fail_at (map, n != NULL ? &n->key_at : &map->key_at, e, fmt, ap);
  va_end (ap);
  return e;
}
