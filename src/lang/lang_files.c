/* SPDX-License-Identifier: BSD-3-Clause */
/* The text of a model, line by line, and files that it names: what it includes, its tables. */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "lang/lang_front.h"

void
ictus__plain_text (char *s)
{
  char *to = s;

  for (; *s != '\0'; ++s)
    if (*s == '\r')
      {
        *to++ = '\n';
        s += s[1] == '\n';
      }
    else
      *to++ = (unsigned char) *s < 32 && *s != '\n' && *s != '\t' ? ' ' : *s;
  *to = '\0';
}

static bool
is_file (const char *path, bool *large)
{
  struct stat st;

  if (stat (path, &st) != 0 || !S_ISREG (st.st_mode))
    return false;
  *large = st.st_size > ICTUS__FILE_MAX;
  return true;
}

ictus_err
ictus__read_beside (ictus_lang *L, const char *name, char **text, char **path)
{
  const char *slash = strrchr (L->path, '/');
  ictus_text beside = { 0 };
  ictus_err e = ICTUS_OK;
  bool large = false;
  size_t n;

  *text = *path = NULL;
  if (slash != NULL && name[0] != '/')
    ictus_text_addn (&beside, L->path, (size_t) (slash - L->path) + 1);
  ictus_text_add (&beside, "%s", name);
  if (beside.failed)
    {
      e = ICTUS_E_NOMEM;
      goto done;
    }
  if (!is_file (beside.s, &large))
    {
      if (!is_file (name, &large))
        {
          e = ICTUS_FAIL (ICTUS_E_INPUT, "there is no file '%s' in the folder of the model, nor in the working folder", name);
          goto done;
        }
      beside.len = 0;
      ictus_text_add (&beside, "%s", name);
    }
  if (large)
    {
      e = ICTUS_FAIL (ICTUS_E_INPUT, "the file '%s' is larger than %d bytes", beside.s, (int) ICTUS__FILE_MAX);
      goto done;
    }
  ICTUS_GO (ictus_file_read (beside.s, text, &n));
  L->stamp = ictus_hash (*text, n, ictus_hash (name, strlen (name) + 1, L->stamp));
  *path = beside.s;
  beside.s = NULL;
done:
  if (e != ICTUS_OK)
    {
      ictus_free (*text);
      *text = NULL;
    }
  ictus_text_clear (&beside);
  return e;
}

/* ---- physical and logical lines --------------------------------------------------------------------------- */

typedef struct physical
{
  const char *s;
  size_t len;
  int file, line;
} physical;

static bool
next_physical (ictus__reader *x, physical *p)
{
  ictus__source *from = &x->stack[x->depth];
  const char *s = x->L->file[from->file].text + from->at;

  if (*s == '\0')
    return false;
  p->s = s;
  p->len = strcspn (s, "\n");
  p->file = from->file;
  p->line = ++from->line;
  from->at += p->len + (s[p->len] == '\n');
  return true;
}

static ictus_err
add_piece (ictus__logical *l, const physical *p, size_t len, bool blank)
{
  ictus__span *s;

  if (blank)
    ictus_text_add (&l->text, " ");
  ICTUS_TRY (ictus_grow (&l->span, &l->capspan, l->nspan + 1, sizeof *l->span));
  s = &l->span[l->nspan++];
  *s = (ictus__span) { .off = l->text.len, .file = p->file, .line = p->line, .col = 1 };
  ictus_text_addn (&l->text, p->s, len);
  return l->text.failed ? ICTUS_E_NOMEM : ICTUS_OK;
}

/* Where the line is cut and continued, or its length. As XPPAUT: at the first backslash, wherever it stands. */
static ictus_err
cut_xpp (ictus__reader *x, const ictus__logical *l, const physical *p, size_t *cut)
{
  const char *slash = memchr (p->s, '\\', p->len);
  size_t behind;
  bool comment;

  *cut = p->len;
  if (slash == NULL)
    return ICTUS_OK;
  *cut = (size_t) (slash - p->s);
  behind = *cut + 1 + strspn (slash + 1, " \t");
  comment = memchr (p->s, '#', *cut) != NULL || p->s[0] == '"' || p->s[0] == '%'
            || (l->nspan > 0 && l->text.s[0] == '#');
  if (comment && p->file == 0 && p->line == 1) /* XPPAUT does not look for one in the first line of all */
    {
      *cut = p->len;
      return ICTUS_OK;
    }
  if (comment)
    return ictus__note_at (x->L, ICTUS_LANG_READING, p->line, (int) *cut + 1,
                           "a backslash continues the line, as in XPPAUT: the next line belongs to this comment");
  if (behind < p->len)
    return ictus__note_at (x->L, ICTUS_LANG_READING, p->line, (int) behind + 1,
                           "what stands behind the backslash is dropped, as by XPPAUT");
  return ICTUS_OK;
}

/* In Ictus's own dialect a backslash continues where it is the last of the line, and not in a comment or a title. */
static size_t
cut_own (const physical *p)
{
  size_t end = p->len, first = 0;

  while (end > 0 && isblank ((unsigned char) p->s[end - 1]))
    --end;
  while (first < end && isblank ((unsigned char) p->s[first]))
    ++first;
  if (end == 0 || p->s[end - 1] != '\\' || memchr (p->s, '#', end) != NULL || strchr ("%\"@", p->s[first]) != NULL)
    return p->len;
  if (ictus__own_statement (p->s + first) && strchr ("tesTES", p->s[first]) != NULL
      && strncasecmp (p->s + first, "spike", 5) != 0)
    return p->len;
  return end - 1;
}

ictus_err
ictus__next_logical (ictus__reader *x, ictus__logical *l, bool *more)
{
  physical p;

  ictus__logical_reset (l);
  *more = false;
  while (next_physical (x, &p))
    {
      size_t cut = cut_own (&p);

      if (x->L->xpp)
        ICTUS_TRY (cut_xpp (x, l, &p, &cut));
      ICTUS_TRY (add_piece (l, &p, cut, *more && !x->L->xpp));
      *more = true;
      if (cut == p.len)
        break;
    }
  return ICTUS_OK;
}

/* ---- files ------------------------------------------------------------------------------------------------ */

ictus_err
ictus__add_file (ictus_lang *L, char *path, char *text)
{
  ictus_err e = ictus_grow (&L->file, &L->capfile, L->nfile + 1, sizeof *L->file);

  if (path == NULL || text == NULL)
    e = ICTUS_E_NOMEM;
  if (e != ICTUS_OK)
    {
      ictus_free (path);
      ictus_free (text);
      return e;
    }
  ictus__plain_text (text);
  L->file[L->nfile].path = path;
  L->file[L->nfile++].text = text;
  return ICTUS_OK;
}

/* #include name, with or without quotes */
ictus_err
ictus__include (ictus__reader *x, const ictus__logical *l, size_t at)
{
  ictus_lang *L = x->L;
  const char *s = l->text.s;
  size_t a = at + 8 + strspn (s + at + 8, " \t\"<"), n = strcspn (s + a, "\">\t "), used = 0;
  char name[1024], *text, *path, why[1400];

  if (n == 0 || n >= sizeof name)
    return ictus__fail_line (L, l, at, 8, "expected the name of a file behind #include");
  for (; used < n; ++used)
    name[used] = s[a + used];
  name[n] = '\0';
  if (x->depth >= ICTUS__INCLUDE_DEPTH)
    return ictus__fail_line (L, l, at, 8, "files are included more than %d deep", (int) ICTUS__INCLUDE_DEPTH);
  if (++x->included > ICTUS__INCLUDE_MAX)
    return ictus__fail_line (L, l, at, 8, "more than %d files are included", (int) ICTUS__INCLUDE_MAX);
  if (ictus__read_beside (L, name, &text, &path) != ICTUS_OK)
    {
      snprintf (why, sizeof why, "%s", ictus_err_last ());
      return ictus__fail_line (L, l, a, n, "%s", why);
    }
  ICTUS_TRY (ictus__add_file (L, path, text));
  x->stack[++x->depth] = (ictus__source) { .file = (int) L->nfile - 1 };
  return ICTUS_OK;
}

void
ictus__leave_file (ictus__reader *x)
{
  if (x->depth > 0)
    --x->depth;
  else
    x->ended = true;
}
