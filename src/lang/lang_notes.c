/* SPDX-License-Identifier: BSD-3-Clause */
/* What a file says besides its equations: notes, named sets, expectations, and the strings that are kept for them. */
#include <string.h>

#include "lang/lang_front.h"

const char *
ictus__keep (ictus_lang *L, const char *s)
{
  char *copy;

  if (ictus_grow (&L->owned, &L->capowned, L->nowned + 1, sizeof *L->owned) != ICTUS_OK)
    return NULL;
  if ((copy = ictus_strdup (s)) == NULL)
    return NULL;
  L->owned[L->nowned++] = copy;
  return copy;
}

/* What is ignored is named once; of an array or a function that is read several times, each note is made once. */
static bool
is_known (const ictus_lang *L, const ictus_lang_note *n, const char *text)
{
  for (size_t k = L->nnote; k-- > 0;)
    {
      const ictus_lang_note *o = &L->note[k];

      if (o->kind == n->kind && (n->kind == ICTUS_LANG_IGNORED || (o->line == n->line && o->col == n->col))
          && strcmp (o->text, text) == 0)
        return true;
    }
  return false;
}

static ictus_err
note_text (ictus_lang *L, ictus_lang_remark kind, int file, int line, int col, const char *text)
{
  ictus_text t = { 0 };
  ictus_lang_note n = { .kind = kind, .line = line, .col = col };
  ictus_err e = ICTUS_E_NOMEM;

  if (L->nnote >= ICTUS__NOTE_MAX)
    return ICTUS_OK;
  if (L->nnote == ICTUS__NOTE_MAX - 1)
    text = "there is more to be said about this file, which is left out";
  if (file > 0 && kind != ICTUS_LANG_IGNORED)
    ictus_text_add (&t, "%s: ", L->file[file].path);
  ictus_text_add (&t, "%s", text);
  if (t.failed)
    goto done;
  if (is_known (L, &n, t.s))
    {
      e = ICTUS_OK;
      goto done;
    }
  ICTUS_GO (ictus_grow (&L->note, &L->capnote, L->nnote + 1, sizeof *L->note));
  if ((n.text = ictus__keep (L, t.s)) == NULL)
    {
      e = ICTUS_E_NOMEM;
      goto done;
    }
  L->note[L->nnote++] = n;
done:
  ictus_text_clear (&t);
  return e;
}

ictus_err
ictus__note (ictus_lang *L, ictus_lang_remark kind, int tok, const char *fmt, ...)
{
  char text[1024];
  va_list ap;

  va_start (ap, fmt);
  vsnprintf (text, sizeof text, fmt, ap);
  va_end (ap);
  return note_text (L, kind, L->tok[tok].file, L->tok[tok].line, L->tok[tok].col, text);
}

ictus_err
ictus__note_at (ictus_lang *L, ictus_lang_remark kind, int line, int col, const char *fmt, ...)
{
  char text[1024];
  va_list ap;

  va_start (ap, fmt);
  vsnprintf (text, sizeof text, fmt, ap);
  va_end (ap);
  return note_text (L, kind, 0, line, col, text);
}

/* ---- about a line that is not yet made of tokens -------------------------------------------------------- */

static void
place (const ictus__logical *l, size_t off, int *file, int *line, int *col)
{
  const ictus__span *s = &l->span[0];

  for (size_t k = 1; k < l->nspan && l->span[k].off <= off; ++k)
    s = &l->span[k];
  *file = s->file;
  *line = s->line;
  *col = s->col + (int) (off - s->off);
}

ictus_err
ictus__fail_line (const ictus_lang *L, const ictus__logical *l, size_t off, size_t width, const char *fmt, ...)
{
  char text[1024];
  int file, line, col;
  va_list ap;

  va_start (ap, fmt);
  vsnprintf (text, sizeof text, fmt, ap);
  va_end (ap);
  place (l, off, &file, &line, &col);
  return ictus_err_at (ICTUS_E_INPUT, L->file[file].path, L->file[file].text, line, col,
                       width > 1 ? (int) width : 1, "%s", text);
}

ictus_err
ictus__note_line (ictus_lang *L, ictus_lang_remark kind, const ictus__logical *l, size_t off, const char *fmt, ...)
{
  char text[1024];
  int file, line, col;
  va_list ap;

  va_start (ap, fmt);
  vsnprintf (text, sizeof text, fmt, ap);
  va_end (ap);
  place (l, off, &file, &line, &col);
  return note_text (L, kind, file, line, col, text);
}

ictus_err
ictus__check_sets (ictus_lang *L)
{
  for (size_t k = 0; k < L->nset; ++k)
    for (int i = 0; i < L->set[k].n; ++i)
      {
        const char *name = L->set[k].item[i], *near;

        if (ictus_lang_find (L, ICTUS_LANG_PAR, name) >= 0 || ictus_lang_find (L, ICTUS_LANG_STATE, name) >= 0
            || ictus__option (name))
          continue;
        near = ictus_lang_nearest (L, ICTUS_LANG_PAR, name);
        if (near == NULL)
          near = ictus_lang_nearest (L, ICTUS_LANG_STATE, name);
        ICTUS_TRY (ictus__note_at (L, ICTUS_LANG_UNKNOWN, L->set_line[k], 1,
                                   "'%s' in the set '%s' is no parameter, no state and no option%s%s%s", name,
                                   L->set[k].name, near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                                   near != NULL ? "'?" : ""));
      }
  return ICTUS_OK;
}

/* ---- questions ------------------------------------------------------------------------------------------ */

const ictus_lang_note *
ictus_lang_note_at (const ictus_lang *lang, int k)
{
  return k >= 0 && (size_t) k < lang->nnote ? &lang->note[k] : NULL;
}

const ictus_lang_set *
ictus_lang_set_at (const ictus_lang *lang, int k)
{
  return k >= 0 && (size_t) k < lang->nset ? &lang->set[k] : NULL;
}

const ictus_lang_expect *
ictus_lang_expect_at (const ictus_lang *lang, int k)
{
  return k >= 0 && (size_t) k < lang->nexpect ? &lang->expect[k] : NULL;
}

const char *
ictus_lang_only_at (const ictus_lang *lang, int k)
{
  return k >= 0 && (size_t) k < lang->nonly ? lang->only[k] : NULL;
}

const char *
ictus_lang_shows (const ictus_lang *lang)
{
  return lang->shows != NULL ? lang->shows : "";
}

uint64_t
ictus_lang_stamp (const ictus_lang *lang)
{
  return lang->stamp;
}

const ictus_lang_settings *
ictus_lang_get_settings (const ictus_lang *lang)
{
  return &lang->settings;
}
