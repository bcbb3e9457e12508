/* SPDX-License-Identifier: BSD-3-Clause */
/* A model for the eyes of its user. */
#include <ctype.h>
#include <string.h>

#include "ictus/kernel.h"
#include "lang/lang_impl.h"

/* The text of tokens from .. stop-1 on one line. */
static void
span (const ictus_lang *L, int from, int stop, ictus_text *out)
{
  const char *code = L->code;
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

      if (v->hidden) /* shown as the parameter that it stands for */
        continue;
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

      if (y->cls == SYM_PAR || y->cls == SYM_INPUT || y->cls == SYM_AUX || y->cls == SYM_PORT || y->expr < 0)
        continue;
      ictus_text_add (out, "  %s%s", y->cls == SYM_DERIVED ? "!" : "", y->name);
      if (y->cls == SYM_FUNC)
        {
          ictus_text_add (out, "(");
          span (L, y->args, y->args + 2 * y->nargs - 1, out);
          ictus_text_add (out, ")");
        }
      ictus_text_add (out, "%s = ", y->cls != SYM_STATE ? "" : L->cls.map ? "(t+1)" : "'");
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

/* ---- what equations do not say ---------------------------------------------------------------------------- */

static void
tables (const ictus_lang *L, ictus_text *out)
{
  for (size_t k = 0; k < L->ntable; ++k)
    {
      const ictus__table *t = &L->table[k];

      ictus_text_add (out, "  table %s: %d values for %g to %g%s", L->sym[t->sym].name, t->n, t->lo, t->hi,
                      t->steps ? ", constant between them" : "");
      if (t->expr >= 0)
        {
          ictus_text_add (out, ", t -> ");
          span (L, t->expr, t->stop, out);
        }
      ictus_text_add (out, "\n");
    }
  for (size_t k = 0; k < L->nspecial; ++k)
    {
      const ictus__special *s = &L->special[k];
      char word[ICTUS__NAME_MAX + 1];

      ictus_text_add (out, "  special %s = %s(", L->sym[s->sym].name, ictus__spell (L, s->kind, word));
      for (int i = 0; i < s->narg; ++i)
        {
          ictus_text_add (out, "%s", i > 0 ? "," : "");
          span (L, s->arg[i], s->arg_stop[i], out);
        }
      ictus_text_add (out, ")\n");
    }
}

static void
random_numbers (const ictus_lang *L, ictus_text *out)
{
  size_t wiener = 0;

  for (size_t s = 0; s < L->nsym; ++s)
    if (L->sym[s].cls == SYM_NOISE)
      ictus_text_add (out, "%s%s", wiener++ == 0 ? "  wiener " : ", ", L->sym[s].name);
  if (wiener > 0)
    ictus_text_add (out, "\n");
  if (L->nnoise > wiener)
    ictus_text_add (out, "  %zu random number%s drawn for every step (ran, normal, poisson)\n", L->nnoise - wiener,
                    L->nnoise - wiener == 1 ? "" : "s");
}

static void
markov (const ictus_lang *L, ictus_text *out)
{
  for (size_t k = 0; k < L->nmarkov; ++k)
    {
      const ictus__markov *m = &L->markov[k];

      ictus_text_add (out, "  markov %s, %d values; rates from each (row) to each\n", L->sym[m->sym].name, m->n);
      for (int i = 0; i < m->n; ++i)
        {
          ictus_text_add (out, "   ");
          for (int j = 0; j < m->n; ++j)
            {
              ictus_text_add (out, " {");
              if (i != j)
                span (L, m->expr[i * m->n + j], m->stop[i * m->n + j], out);
              ictus_text_add (out, "}");
            }
          ictus_text_add (out, "\n");
        }
    }
}

static void
globals (const ictus_lang *L, ictus_text *out)
{
  for (size_t k = 0; k < L->nevent; ++k)
    {
      const ictus__event *v = &L->event[k];
      const char *between = "";

      ictus_text_add (out, "  where ");
      span (L, v->expr, v->stop, out);
      ictus_text_add (out, "%s: ", v->sign > 0 ? " rises through 0" : v->sign < 0 ? " falls through 0" : " is 0");
      for (size_t i = 0; i < L->nassign; ++i)
        if (L->assign[i].owner == OWNER_EVENT - (int) k)
          {
            ictus_text_add (out, "%s", between);
            span (L, L->assign[i].name, L->assign[i].stop, out);
            between = "; ";
          }
      if (v->flags & ICTUS_EVENT_OUTPUT)
        ictus_text_add (out, "%sa row of output", between);
      if (v->flags & ICTUS_EVENT_STOP)
        ictus_text_add (out, "%sthe run ends", between[0] != '\0' || (v->flags & ICTUS_EVENT_OUTPUT) != 0 ? "; " : "");
      ictus_text_add (out, "\n");
    }
}

static void
outside (const ictus_lang *L, ictus_text *out)
{
  if (L->ntable + L->nspecial > 0)
    {
      ictus_text_add (out, "\ntables and networks\n");
      tables (L, out);
    }
  if (L->nnoise + L->nmarkov > 0)
    {
      ictus_text_add (out, "\nchance\n");
      random_numbers (L, out);
      markov (L, out);
    }
  if (L->ndelay > 0)
    {
      ictus_text_add (out, "\ndelays\n");
      for (size_t k = 0; k < L->ndelay; ++k)
        ictus_text_add (out, "  %s, %s\n", L->var[ICTUS_LANG_STATE][L->delay[k].state].name,
                        ictus__deps (&L->g, L->delay[k].tau) & ~(unsigned) DEP_PAR ? "by a delay that changes in time"
                                                                                   : "by a constant delay");
    }
  if (L->nevent > 0)
    {
      ictus_text_add (out, "\nglobal events\n");
      globals (L, out);
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
    if (L->assign[k].owner == OWNER_RESET)
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
  if (L->cls.map)
    ictus_text_add (out, "  map: iterated, not integrated\n");
  if (L->cls.delayed || L->cls.stochastic || L->cls.events)
    ictus_text_add (out, "  %s%s%s%s%s\n", L->cls.delayed ? "delayed" : "", L->cls.delayed && L->cls.stochastic ? ", " : "",
                    L->cls.stochastic ? "stochastic" : "", L->cls.events && (L->cls.delayed || L->cls.stochastic) ? ", " : "",
                    L->cls.events ? "with events" : "");
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
  outside (lang, out);
  events (lang, out);
  variables (lang, ICTUS_LANG_STATE, "states, with their initial values", true, out);
  variables (lang, ICTUS_LANG_PAR, "parameters, with their defaults", true, out);
  variables (lang, ICTUS_LANG_INPUT, "inputs, with their defaults", true, out);
  variables (lang, ICTUS_LANG_PORT, "ports, with the unit of the weight", false, out);
  variables (lang, ICTUS_LANG_AUX, "auxiliary quantities", false, out);
  class (lang, out);
}
