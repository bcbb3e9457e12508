/* SPDX-License-Identifier: BSD-3-Clause */
/* A parsed model: its life, and questions about it. */
#include <string.h>
#include <strings.h>

#include "lang/lang_front.h"

/* "dir/hh.ode" is called hh */
static char *
name_from (const char *path)
{
  const char *s = strrchr (path, '/');
  char *name = ictus_strdup (s != NULL ? s + 1 : path);
  size_t n = name != NULL ? strlen (name) : 0;

  if (n > 4 && strcasecmp (name + n - 4, ".ode") == 0)
    name[n - 4] = '\0';
  return name;
}

ictus_err
ictus_lang_parse (const char *path, const char *text, ictus_lang **out)
{
  ictus_lang *L;
  ictus_err e = ICTUS_E_NOMEM;

  *out = NULL;
  if (strncmp (text, "\xef\xbb\xbf", 3) == 0) /* a byte order mark */
    text += 3;
  if ((L = ictus_alloc (1, sizeof *L)) == NULL)
    goto done;
  L->spike_tok = L->refr_tok = L->fire = L->refractory = -1;
  if ((L->path = ictus_strdup (path)) == NULL || (L->name = name_from (path)) == NULL
      || (L->text = ictus_strdup (text)) == NULL)
    goto done;
  if (strlen (text) > ICTUS__TEXT_MAX)
    {
      e = ICTUS_FAIL (ICTUS_E_INPUT, "%s: larger than %d bytes; this is no model file", path,
                      (int) ICTUS__TEXT_MAX);
      goto done;
    }
  ICTUS_GO (ictus__expand (L));
  ICTUS_GO (ictus__lex (L));
  ICTUS_GO (ictus__declare (L));
  ICTUS_GO (ictus__check (L));
  ICTUS_GO (ictus__classify (L));
  ICTUS_GO (ictus__check_sets (L));
  *out = L;
  L = NULL;
done:
  ictus_lang_destroy (&L);
  return e;
}

/* What the statements of several parts hold, and what is kept for them. */
static void
clear_parts (ictus_lang *L)
{
  for (size_t k = 0; k < L->nfile; ++k)
    {
      ictus_free (L->file[k].path);
      ictus_free (L->file[k].text);
    }
  for (size_t k = 0; k < L->nowned; ++k)
    ictus_free (L->owned[k]);
  for (size_t k = 0; k < L->nmarkov; ++k)
    ictus_free (L->markov[k].expr);
  for (size_t k = 0; k < L->ntable; ++k)
    ictus_free (L->table[k].v);
  for (size_t k = 0; k < L->nspecial; ++k)
    ictus_free (L->special[k].node);
  ictus_free (L->file);
  ictus_free (L->note);
  ictus_free (L->set);
  ictus_free (L->set_line);
  ictus_free (L->only);
  ictus_free (L->expect);
  ictus_free (L->owned);
  ictus_free (L->event);
  ictus_free (L->markov);
  ictus_free (L->noise);
  ictus_free (L->delay);
  ictus_free (L->table);
  ictus_free (L->special);
  ictus_free (L->history);
}

void
ictus_lang_destroy (ictus_lang **lang)
{
  ictus_lang *L = *lang;

  if (L == NULL)
    return;
  for (int k = 0; k < ICTUS_LANG_NKIND; ++k)
    {
      ictus_free (L->of[k]);
      ictus_free (L->var[k]);
    }
  ictus_free (L->path);
  ictus_free (L->name);
  ictus_free (L->text);
  ictus_free (L->code);
  ictus_free (L->span);
  ictus_free (L->title);
  ictus_free (L->source);
  ictus_free (L->shows);
  clear_parts (L);
  ictus_free (L->tok);
  ictus_free (L->line);
  ictus_free (L->sym);
  ictus_free (L->hash);
  ictus_free (L->assign);
  ictus_free (L->hold);
  ictus_free (L->stack);
  ictus_free (L->init);
  ictus_free (L->rhs);
  ictus_free (L->aux);
  ictus_free (L->jac);
  ictus_free (L->dfdp);
  ictus_free (L->port);
  ictus_text_clear (&L->strings);
  ictus__dag_clear (&L->g);
  ictus_free (L);
  *lang = NULL;
}

const char *
ictus_lang_name (const ictus_lang *lang)
{
  return lang->name;
}

const char *
ictus_lang_title (const ictus_lang *lang)
{
  return lang->title != NULL ? lang->title : "";
}

const char *
ictus_lang_source (const ictus_lang *lang)
{
  return lang->source != NULL ? lang->source : "";
}

const char *
ictus_lang_text (const ictus_lang *lang)
{
  return lang->text;
}

int
ictus_lang_count (const ictus_lang *lang, ictus_lang_kind kind)
{
  return lang->count[kind];
}

const ictus_lang_var *
ictus_lang_get (const ictus_lang *lang, ictus_lang_kind kind, int k)
{
  return &lang->var[kind][k];
}

int
ictus_lang_find (const ictus_lang *lang, ictus_lang_kind kind, const char *name)
{
  for (int k = 0; k < lang->count[kind]; ++k)
    if (strcasecmp (lang->sym[lang->of[kind][k]].name, name) == 0)
      return k;
  return -1;
}

const char *
ictus_lang_nearest (const ictus_lang *lang, ictus_lang_kind kind, const char *name)
{
  size_t n = (size_t) lang->count[kind];
  const char **list = ictus_alloc (n, sizeof *list), *near;

  if (list == NULL)
    return NULL;
  for (size_t k = 0; k < n; ++k)
    list[k] = lang->sym[lang->of[kind][k]].name;
  near = ictus_nearest (name, list, n);
  ictus_free (list);
  return near;
}

ictus_lang_class
ictus_lang_classify (const ictus_lang *lang)
{
  return lang->cls;
}

const char *
ictus_lang_why_not_linear (const ictus_lang *lang)
{
  return lang->why_linear;
}

const char *
ictus_lang_why_not_cond_linear (const ictus_lang *lang)
{
  return lang->why_cond;
}
