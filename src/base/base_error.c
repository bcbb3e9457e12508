/* SPDX-License-Identifier: BSD-3-Clause */
/* Error codes, the last message of this process, places in a user's text, nearest names, faults on demand. */
#include "ictus/base.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The error record: the one piece of mutable state below the program, by design (one process, one rank). */
static char last_text[ICTUS_ERR_TEXT];

ictus_err
ictus_err_note (ictus_err e, const char *file, int line, const char *fmt, ...)
{
  char text[ICTUS_ERR_TEXT];
  va_list ap;
  const char *debug = getenv ("ICTUS_DEBUG");

  va_start (ap, fmt);
  vsnprintf (text, sizeof text, fmt, ap);
  va_end (ap);
  if (debug != NULL && strcmp (debug, "1") == 0)
    {
      size_t n = strlen (text);

      snprintf (text + n, sizeof text - n, " [%s, %s:%d]", ictus_err_name (e), file, line);
    }
  memcpy (last_text, text, sizeof text);
  return e;
}

const char *
ictus_err_last (void)
{
  return last_text;
}

ictus_err
ictus_err_prefix (ictus_err e, const char *fmt, ...)
{
  char text[2 * ICTUS_ERR_TEXT];
  va_list ap;
  int n;

  va_start (ap, fmt);
  n = vsnprintf (text, ICTUS_ERR_TEXT, fmt, ap);
  va_end (ap);
  if (n < 0 || n >= ICTUS_ERR_TEXT)
    n = ICTUS_ERR_TEXT - 1;
  snprintf (text + n, sizeof text - (size_t) n, ": %s", last_text);
  text[ICTUS_ERR_TEXT - 1] = '\0';
  memcpy (last_text, text, ICTUS_ERR_TEXT);
  return e;
}

int
ictus_err_status (ictus_err e)
{
  switch (e)
    {
#define ICTUS_X(sym, num, status, text) \
  case sym:                             \
    return status;
      ICTUS_ERR_LIST (ICTUS_X)
#undef ICTUS_X
    }
  return 70;
}

const char *
ictus_err_name (ictus_err e)
{
  switch (e)
    {
#define ICTUS_X(sym, num, status, text) \
  case sym:                             \
    return #sym;
      ICTUS_ERR_LIST (ICTUS_X)
#undef ICTUS_X
    }
  return "unknown error";
}

/* Line number `line` of text, without its end; NULL if there is none. */
static const char *
find_line (const char *text, int line, size_t *len)
{
  for (int l = 1; l < line; ++l)
    {
      text = strchr (text, '\n');
      if (text == NULL)
        return NULL;
      ++text;
    }
  *len = strcspn (text, "\r\n");
  return text;
}

ictus_err
ictus_err_at (ictus_err e, const char *path, const char *text, int line, int col, int width,
              const char *fmt, ...)
{
  char message[ICTUS_ERR_TEXT / 2];
  ictus_text t = { 0 };
  const char *s;
  size_t len;
  va_list ap;

  va_start (ap, fmt);
  vsnprintf (message, sizeof message, fmt, ap);
  va_end (ap);
  if (col > 0)
    ictus_text_add (&t, "%s:%d:%d: %s", path, line, col, message);
  else
    ictus_text_add (&t, "%s:%d: %s", path, line, message);
  if (text != NULL && (s = find_line (text, line, &len)) != NULL)
    {
      int shown = len > 400 ? 400 : (int) len;

      ictus_text_add (&t, "\n%5d | %.*s", line, shown, s);
      if (col > 0 && col <= shown + 1)
        {
          ictus_text_add (&t, "\n      | ");
          for (int i = 0; i < col - 1; ++i) /* tabs stay tabs, so that the caret stands where it should */
            ictus_text_add (&t, "%c", s[i] == '\t' ? '\t' : ' ');
          ictus_text_add (&t, "^");
          for (int i = 1; i < width && col + i <= shown; ++i)
            ictus_text_add (&t, "~");
        }
    }
  if (!t.failed)
    ictus_err_note (e, __FILE__, __LINE__, "%s", t.s);
  else
    ictus_err_note (e, __FILE__, __LINE__, "%s:%d:%d: %s", path, line, col, message);
  ictus_text_clear (&t);
  return e;
}

/* Edit distance with neighbouring letters swapped as one step (optimal string alignment), case ignored. */
static size_t
distance (const char *a, const char *b, size_t limit)
{
  enum { MAX = 64 };
  size_t na = strlen (a), nb = strlen (b), row[3][MAX + 1];

  if (na > MAX || nb > MAX || na > nb + limit || nb > na + limit)
    return limit + 1;
  for (size_t j = 0; j <= nb; ++j)
    row[0][j] = j;
  for (size_t i = 1; i <= na; ++i)
    {
      size_t *now = row[i % 3], *up = row[(i + 2) % 3], *upup = row[(i + 1) % 3];

      now[0] = i;
      for (size_t j = 1; j <= nb; ++j)
        {
          int ca = tolower ((unsigned char) a[i - 1]), cb = tolower ((unsigned char) b[j - 1]);
          size_t best = up[j - 1] + (ca != cb);

          if (up[j] + 1 < best)
            best = up[j] + 1;
          if (now[j - 1] + 1 < best)
            best = now[j - 1] + 1;
          if (i > 1 && j > 1 && ca == tolower ((unsigned char) b[j - 2])
              && cb == tolower ((unsigned char) a[i - 2]) && upup[j - 2] + 1 < best)
            best = upup[j - 2] + 1;
          now[j] = best;
        }
    }
  return row[na % 3][nb];
}

const char *
ictus_nearest (const char *word, const char *const *list, size_t n)
{
  const char *best = NULL;
  size_t limit = (strlen (word) + 1) / 3, found = limit + 1;

  for (size_t k = 0; k < n; ++k)
    {
      size_t d = distance (word, list[k], limit);

      if (d < found)
        {
          found = d;
          best = list[k];
        }
    }
  for (size_t k = 0; best == NULL && k < n && strlen (word) >= 3; ++k) /* a beginning is near enough */
    if (strncasecmp (word, list[k], strlen (word)) == 0)
      best = list[k];
  return best;
}

bool
ictus_fault (const char *point, int rank)
{
  static int visits; /* of the one point that the variable names */
  char name[32];
  int r, nth;
  const char *spec = getenv ("ICTUS_FAULT");

  if (spec == NULL || sscanf (spec, "%31[^:]:%d:%d", name, &r, &nth) != 3)
    return false;
  return r == rank && strcmp (name, point) == 0 && ++visits == nth;
}
