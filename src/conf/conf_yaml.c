/* SPDX-License-Identifier: BSD-3-Clause */
/* From YAML text to nodes: a strict subset of YAML 1.2. No anchors, tags, empty values or second documents;
   keys are plain text and appear once; scalars stay text, typed later by the table of keys. The only file
   that knows libfyaml. */
#include "conf/conf_impl.h"

#include <libfyaml.h>
#include <string.h>

enum
{
  MAX_DEPTH = 32
};

typedef struct reader
{
  ictus_conf *conf;
  const char *path, *text, *yaml; /* yaml points into text */
  int shift;                      /* characters of text before yaml */
  struct fy_diag *diag;
  struct fy_parser *parser;
  struct fy_event *event; /* the one under work, owned */
} reader;

/* Characters, not bytes, so that a caret stands where it should. */
static int
width_of (const char *s, size_t n)
{
  int w = 0;

  for (size_t i = 0; i < n; ++i)
    w += ((unsigned char)s[i] & 0xC0) != 0x80;
  return w;
}

/* ---- before libfyaml sees it -------------------------------------------------------------------- */

/* Length of the well-formed UTF-8 sequence at s of a character that YAML allows, else 0. */
static size_t
character (const unsigned char *s)
{
  static const unsigned least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
  size_t n = s[0] < 0x80 ? 1 : s[0] < 0xC0 ? 0 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : s[0] < 0xF8 ? 4 : 0;
  unsigned c;

  if (n == 0)
    return 0;
  if (n == 1)
    return (s[0] >= 0x20 && s[0] != 0x7F) || s[0] == '\t' || s[0] == '\n' || s[0] == '\r' ? 1 : 0;
  c = s[0] & (0x7Fu >> n);
  for (size_t i = 1; i < n; ++i)
    {
      if ((s[i] & 0xC0) != 0x80)
        return 0;
      c = c << 6 | (s[i] & 0x3Fu);
    }
  if (c < least[n] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF) || (c < 0xA0 && c != 0x85) || c == 0xFFFE
      || c == 0xFFFF)
    return 0;
  return n;
}

static ictus_err
check_characters (const reader *r)
{
  int line = 1, col = 1;

  for (const char *s = r->text; *s != '\0';)
    {
      size_t n = character ((const unsigned char *)s);

      if (n == 0)
        return ictus_err_at (ICTUS_E_INPUT, r->path, NULL, line, col, 1,
                             "byte 0x%02X is not part of a text (expected UTF-8 without control characters)",
                             (unsigned)(unsigned char)*s);
      col = *s == '\n' ? 1 : col + 1;
      line += *s == '\n';
      s += n;
    }
  return ICTUS_OK;
}

/* ---- events ------------------------------------------------------------------------------------- */

static void
swallow (struct fy_diag *d, void *user, const char *buf, size_t len)
{
  (void)d;
  (void)user;
  (void)buf;
  (void)len;
}

static conf_place
place_of_mark (const reader *r, int line, int col, int width)
{
  conf_place p = { r->path, r->text, line + 1, col + 1 + (line == 0 ? r->shift : 0), width > 0 ? width : 1 };

  return p;
}

/* Where the token stands; quotes included. */
static conf_place
place_of (const reader *r, struct fy_token *t)
{
  const struct fy_mark *a = t != NULL ? fy_token_start_mark (t) : NULL,
                       *b = t != NULL ? fy_token_end_mark (t) : NULL;
  enum fy_scalar_style style = t != NULL ? fy_token_scalar_style (t) : FYSS_ANY;
  int quote = style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED;

  if (a == NULL || b == NULL)
    return place_of_mark (r, 0, 0, 1);
  return place_of_mark (r, a->line, a->column - quote,
                        a->line == b->line ? b->column - a->column + 2 * quote : 1);
}

static ictus_err fail_place (const conf_place *p, const char *fmt, ...)
    __attribute__ ((format (printf, 2, 3)));

static ictus_err
fail_place (const conf_place *p, const char *fmt, ...)
{
  char text[1024];
  va_list ap;

  va_start (ap, fmt);
  vsnprintf (text, sizeof text, fmt, ap);
  va_end (ap);
  return ictus_err_at (ICTUS_E_INPUT, p->path, p->text, p->line, p->col, p->width, "%s", text);
}

/* libfyaml's first complaint in our form. */
static ictus_err
syntax_error (const reader *r)
{
  void *iter = NULL;
  const struct fy_diag_error *err;

  while ((err = fy_diag_errors_iterate (r->diag, &iter)) != NULL)
    if (err->type == FYET_ERROR && err->line > 0)
      {
        conf_place p = place_of_mark (r, err->line - 1, err->column - 1, 1);

        return fail_place (&p, "%s", err->msg);
      }
  return ictus_err_at (ICTUS_E_INPUT, r->path, NULL, 1, 1, 1, "not readable as YAML");
}

static ictus_err
next (reader *r)
{
  if (r->event != NULL)
    fy_parser_event_free (r->parser, r->event);
  r->event = fy_parser_parse (r->parser);
  if (r->event == NULL)
    return syntax_error (r);
  return ICTUS_OK;
}

/* ---- nodes -------------------------------------------------------------------------------------- */

static ictus_err
refuse_extras (const reader *r, struct fy_token *anchor, struct fy_token *tag)
{
  conf_place p = place_of (r, anchor != NULL ? anchor : tag);

  if (anchor != NULL)
    return fail_place (&p, "anchors (&name) are not supported; write the value out");
  if (tag != NULL)
    return fail_place (&p, "tags (!name) are not supported; leave it out");
  return ICTUS_OK;
}

/* Text of a scalar event; NULL text (no error) when the value is empty or null. */
static ictus_err
scalar_text (const reader *r, char **out)
{
  static const char *const nulls[] = { "", "~", "null", "Null", "NULL" };
  struct fy_token *t = r->event->scalar.value;
  size_t len = 0;
  const char *s = t != NULL ? fy_token_get_text (t, &len) : NULL;

  *out = NULL;
  if (t == NULL || s == NULL)
    return ICTUS_OK;
  if (fy_token_scalar_style (t) == FYSS_PLAIN)
    for (size_t k = 0; k < sizeof nulls / sizeof *nulls; ++k)
      if (strlen (nulls[k]) == len && memcmp (nulls[k], s, len) == 0)
        return ICTUS_OK;
  if (memchr (s, '\0', len) != NULL)
    {
      conf_place p = place_of (r, t);

      return fail_place (&p, "a text cannot contain \\0");
    }
  if ((*out = ictus_alloc (len + 1, 1)) == NULL)
    return ICTUS_E_NOMEM;
  memcpy (*out, s, len);
  return ICTUS_OK;
}

static ictus_err read_value (reader *r, int depth, const conf_place *key_at, const char *key,
                             ictus_node **out);

/* The key of the current event, checked to be new in map. */
static ictus_err
read_key (reader *r, const ictus_node *map, conf_place *at, char **key)
{
  const ictus_node *same;

  *key = NULL;
  *at = map->at;
  if (r->event->type != FYET_SCALAR)
    return fail_place (at, "a key must be plain text");
  if (r->event->scalar.value != NULL)
    *at = place_of (r, r->event->scalar.value);
  ICTUS_TRY (refuse_extras (r, r->event->scalar.anchor, r->event->scalar.tag));
  ICTUS_TRY (scalar_text (r, key));
  if (*key == NULL || (*key)[0] == '\0')
    return fail_place (at, "a key is empty");
  if ((same = ictus_node_find (map, *key)) != NULL)
    return fail_place (at, "the key '%s' appears twice; first in line %d", *key, same->key_at.line);
  return ICTUS_OK;
}

static ictus_err
read_map (reader *r, int depth, ictus_node *map)
{
  char *key = NULL;
  ictus_err e = ICTUS_OK;

  for (;;)
    {
      conf_place at;
      ictus_node *child = NULL;

      ICTUS_GO (next (r));
      if (r->event->type == FYET_MAPPING_END)
        break;
      ictus_free (key);
      ICTUS_GO (read_key (r, map, &at, &key));
      ICTUS_GO (next (r));
      ICTUS_GO (read_value (r, depth + 1, &at, key, &child));
      ICTUS_GO (conf_node_add (map, key, child));
    }
done:
  ictus_free (key);
  return e;
}

static ictus_err
read_seq (reader *r, int depth, ictus_node *seq)
{
  for (;;)
    {
      ictus_node *child = NULL;

      ICTUS_TRY (next (r));
      if (r->event->type == FYET_SEQUENCE_END)
        return ICTUS_OK;
      ICTUS_TRY (read_value (r, depth + 1, NULL, NULL, &child));
      ICTUS_TRY (conf_node_add (seq, NULL, child));
    }
}

/* The value that the current event begins. key_at NULL: no key leads to it. */
static ictus_err
read_value (reader *r, int depth, const conf_place *key_at, const char *key, ictus_node **out)
{
  struct fy_event *ev = r->event;
  ictus_node *n = NULL;
  struct fy_token *t, *anchor, *tag;
  ictus_node_kind kind;
  conf_place at;
  ictus_err e = ICTUS_OK;

  *out = NULL;
  switch ((int)ev->type)
    {
    case FYET_SCALAR:
      kind = ICTUS_NODE_SCALAR;
      t = ev->scalar.value;
      anchor = ev->scalar.anchor;
      tag = ev->scalar.tag;
      break;
    case FYET_SEQUENCE_START:
      kind = ICTUS_NODE_SEQ;
      t = ev->sequence_start.sequence_start;
      anchor = ev->sequence_start.anchor;
      tag = ev->sequence_start.tag;
      break;
    case FYET_MAPPING_START:
      kind = ICTUS_NODE_MAP;
      t = ev->mapping_start.mapping_start;
      anchor = ev->mapping_start.anchor;
      tag = ev->mapping_start.tag;
      break;
    case FYET_ALIAS:
      at = place_of (r, ev->alias.anchor);
      return fail_place (&at, "aliases (*name) are not supported; write the value out");
    default:
      return syntax_error (r);
    }
  at = t != NULL ? place_of (r, t) : key_at != NULL ? *key_at : place_of_mark (r, 0, 0, 1);
  ICTUS_TRY (refuse_extras (r, anchor, tag));
  if (depth > MAX_DEPTH)
    return fail_place (&at, "nested too deeply (more than %d levels)", MAX_DEPTH);
  if ((n = conf_node_new (r->conf, kind, &at)) == NULL)
    return ICTUS_E_NOMEM;
  if (key_at != NULL)
    n->key_at = *key_at;
  if (kind == ICTUS_NODE_SCALAR)
    {
      ICTUS_GO (scalar_text (r, &n->text));
      if (n->text == NULL)
        e = key != NULL ? fail_place (&n->key_at, "the key '%s' has no value", key)
                        : fail_place (&at, "a value is missing");
    }
  else
    e = kind == ICTUS_NODE_MAP ? read_map (r, depth, n) : read_seq (r, depth, n);
done:
  if (e != ICTUS_OK)
    conf_node_free (n);
  else
    *out = n;
  return e;
}

/* stream start, document start, value, document end, stream end */
static ictus_err
read_stream (reader *r, ictus_node **out)
{
  ICTUS_TRY (next (r));
  ICTUS_TRY (next (r));
  if (r->event->type == FYET_STREAM_END)
    return ictus_err_at (ICTUS_E_INPUT, r->path, r->text, 1, r->shift + 1, 1, "%s",
                         r->shift > 0 ? "a value is missing behind '='" : "there is nothing in the file");
  ICTUS_TRY (next (r));
  ICTUS_TRY (read_value (r, 0, NULL, NULL, out));
  ICTUS_TRY (next (r));
  ICTUS_TRY (next (r));
  if (r->event->type == FYET_DOCUMENT_START)
    {
      struct fy_event *ev = fy_parser_parse (r->parser); /* its first value has a place */
      struct fy_token *t = NULL;
      conf_place p;

      if (ev != NULL && ev->type == FYET_MAPPING_START)
        t = ev->mapping_start.mapping_start;
      p = place_of (r, t);
      if (ev != NULL)
        fy_parser_event_free (r->parser, ev);
      return t != NULL ? fail_place (&p, "a second document begins; expected one")
                       : ictus_err_at (ICTUS_E_INPUT, r->path, NULL, 1, 0, 1,
                                       "more than one document; expected one");
    }
  return ICTUS_OK;
}

/* JSON by its own rules: the name says so and the text looks so. What ictus_conf_emit writes is
   YAML. */
static bool
is_json (const char *path, const char *text)
{
  size_t n = strlen (path);

  return n > 5 && strcmp (path + n - 5, ".json") == 0 && text[strspn (text, " \t\r\n")] == '{';
}

ictus_err
conf_yaml_parse (ictus_conf *c, const char *path, const char *text, const char *yaml, ictus_node **out)
{
  reader r = { .conf = c, .path = path, .text = text, .yaml = yaml };
  struct fy_diag_cfg diag;
  struct fy_parse_cfg cfg = { .flags = is_json (path, yaml) ? FYPCF_JSON_FORCE : FYPCF_JSON_NONE };
  ictus_err e = ICTUS_OK;

  *out = NULL;
  r.shift = width_of (text, (size_t)(yaml - text));
  ICTUS_TRY (check_characters (&r));
  fy_diag_cfg_default (&diag);
  diag.fp = NULL;
  diag.output_fn = swallow;
  diag.colorize = false;
  if ((r.diag = fy_diag_create (&diag)) == NULL)
    return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  fy_diag_set_collect_errors (r.diag, true);
  cfg.diag = r.diag;
  r.parser = fy_parser_create (&cfg);
  if (r.parser == NULL || fy_parser_set_string (r.parser, yaml, strlen (yaml)) != 0)
    {
      e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
      goto done;
    }
  e = read_stream (&r, out);
done:
  if (r.event != NULL)
    fy_parser_event_free (r.parser, r.event);
  if (r.parser != NULL)
    fy_parser_destroy (r.parser);
  fy_diag_destroy (r.diag);
  if (e != ICTUS_OK)
    {
      conf_node_free (*out);
      *out = NULL;
    }
  return e;
}
