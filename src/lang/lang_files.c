/* SPDX-License-Identifier: BSD-3-Clause */
/* Files that a model names: what it includes, its tables. */
#include <string.h>
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
