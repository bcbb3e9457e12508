/* SPDX-License-Identifier: BSD-3-Clause */
/* A model for the eyes of its user. */
#include <ctype.h>
#include <string.h>

#include "lang/lang_impl.h"

/* The text of tokens from .. stop-1 on one line. */
static void
span (const ictus_lang *L, int from, int stop, ictus_text *out)
{
  const char *code = L->code != NULL ? L->code : L->text;
  size_t a = L->tok[from].off, b = stop > from ? L->tok[stop - 1].off + L->tok[stop - 1].len : a;
  bool blank = false;

  for (; a < b; ++a)
    {
      char c = code[a];

      if (c == '\\' || isspace ((unsigned char) c))
        {
          blank = true;
          continue;
        }
      if (c == '#') /* a comment before a continuation */
        {
          a += strcspn (code + a, "\n");
          continue;
        }
      if (blank)
        ictus_text_add (out, " ");
      blank = false;
      ictus_text_addn (out, &c, 1);
    }
}

static int
widest (const ictus_lang *L, ictus_lang_kind kind)
{
  size_t w = 0;

  for (int k = 0; k < L->count[kind]; ++k)
    w = strlen (L->var[kind][k].name) > w ? strlen (L->var[kind][k].name) : w;
  return (int) w;
}

static void
variables (const ictus_lang *L, ictus_lang_kind kind, const char *title, bool value, ictus_text *out)
{
  int width = widest (L, kind);

  if (L->count[kind] == 0)
    return;
  ictus_text_add (out, "\n%s\n", title);
  for (int k = 0; k < L->count[kind]; ++k)
    {
      const ictus_lang_var *v = &L->var[kind][k];
      size_t start = out->len;

      ictus_text_add (out, "  %-*s", width, v->name);
      if (value)
        ictus_text_add (out, "  %12.6g", v->value);
      ictus_text_add (out, "  %-10s", v->unit);
      ictus_text_add (out, "  %s", v->meaning);
      while (!out->failed && out->len > start && out->s[out->len - 1] == ' ')
        out->s[--out->len] = '\0';
      ictus_text_add (out, "%s\n", v->held ? "  (held during refractoriness)" : "");
    }
}

static void
equations (const ictus_lang *L, ictus_text *out)
{
  ictus_text_add (out, "\nequations\n");
  for (size_t s = 0; s < L->nsym; ++s)
    {
      const ictus__sym *y = &L->sym[s];

      if (y->cls == SYM_PAR || y->cls == SYM_INPUT || y->cls == SYM_AUX || y->cls == SYM_PORT)
        continue;
      ictus_text_add (out, "  %s%s", y->cls == SYM_DERIVED ? "!" : "", y->name);
      if (y->cls == SYM_FUNC)
        {
          ictus_text_add (out, "(");
          span (L, y->args, y->args + 2 * y->nargs - 1, out);
          ictus_text_add (out, ")");
        }
      ictus_text_add (out, "%s = ", y->cls == SYM_STATE ? "'" : "");
      span (L, y->expr, y->stop, out);
      ictus_text_add (out, "\n");
    }
  for (int k = 0; k < L->count[ICTUS_LANG_AUX]; ++k)
    {
      const ictus__sym *y = &L->sym[L->of[ICTUS_LANG_AUX][k]];

      ictus_text_add (out, "  aux %s = ", y->name);
      span (L, y->expr, y->stop, out);
      ictus_text_add (out, "\n");
    }
}

/* port, spike, reset, refractory as they are written */
static void
events (const ictus_lang *L, ictus_text *out)
{
  if (L->spike_tok < 0 && L->count[ICTUS_LANG_PORT] == 0)
    return;
  ictus_text_add (out, "\nevents\n");
  for (size_t k = 0; k < L->nassign; ++k)
    {
      const ictus__assign *a = &L->assign[k];
      char word[ICTUS__NAME_MAX + 1];

      if (a->owner < 0)
        continue;
      ictus_text_add (out, "  port %s: %s += ", L->var[ICTUS_LANG_PORT][a->owner].name,
                      ictus__spell (L, a->name, word));
      span (L, a->expr, a->stop, out);
      ictus_text_add (out, "\n");
    }
  if (L->spike_tok >= 0)
    {
      ictus_text_add (out, "  spike ");
      span (L, L->spike, L->spike_stop, out);
      ictus_text_add (out, "\n");
    }
  for (size_t k = 0; k < L->nassign; ++k)
    if (L->assign[k].owner == -1)
      {
        ictus_text_add (out, "  reset ");
        span (L, L->assign[k].name, L->assign[k].stop, out);
        ictus_text_add (out, "\n");
      }
  if (L->refr_tok >= 0)
    {
      ictus_text_add (out, "  refractory ");
      span (L, L->refr, L->refr_stop, out);
      ictus_text_add (out, "\n");
    }
}

static void
class (const ictus_lang *L, ictus_text *out)
{
  ictus_text_add (out, "\nkind\n");
  if (L->cls.linear)
    ictus_text_add (out, "  linear: served by the solver exact\n");
  else
    ictus_text_add (out, "  not linear: %s\n", L->why_linear);
  if (L->cls.cond_linear)
    ictus_text_add (out, "  conditionally linear: served by the solver exp-euler\n");
  else
    ictus_text_add (out, "  not conditionally linear: %s\n", L->why_cond);
  ictus_text_add (out, "  %s, %s\n", L->cls.autonomous ? "autonomous" : "depends on the time",
                  L->cls.fires ? "fires" : "does not fire");
}

void
ictus_lang_show (const ictus_lang *lang, ictus_text *out)
{
  ictus_text_add (out, "%s", lang->name);
  if (ictus_lang_title (lang)[0] != '\0')
    ictus_text_add (out, ": %s", lang->title);
  ictus_text_add (out, "\n");
  if (ictus_lang_source (lang)[0] != '\0')
    ictus_text_add (out, "%s\n", lang->source);
  equations (lang, out);
  events (lang, out);
  variables (lang, ICTUS_LANG_STATE, "states, with their initial values", true, out);
  variables (lang, ICTUS_LANG_PAR, "parameters, with their defaults", true, out);
  variables (lang, ICTUS_LANG_INPUT, "inputs, with their defaults", true, out);
  variables (lang, ICTUS_LANG_PORT, "ports, with the unit of the weight", false, out);
  variables (lang, ICTUS_LANG_AUX, "auxiliary quantities", false, out);
  class (lang, out);
}
