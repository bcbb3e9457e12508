/* SPDX-License-Identifier: BSD-3-Clause */
/* Growing text, whole files, folders, hashes. */
#include "ictus/base.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void
ictus_text_addn (ictus_text *t, const char *s, size_t n)
{
  if (t->failed)
    return;
  if (ictus_grow (&t->s, &t->cap, t->len + n + 1, 1) != ICTUS_OK)
    {
      t->failed = true;
      return;
    }
  memcpy (t->s + t->len, s, n);
  t->len += n;
  t->s[t->len] = '\0';
}

void
ictus_text_add (ictus_text *t, const char *fmt, ...)
{
  char small[256];
  va_list ap, again;
  int n;

  va_start (ap, fmt);
  va_copy (again, ap);
  n = vsnprintf (small, sizeof small, fmt, ap);
  va_end (ap);
  if (n >= 0 && (size_t) n < sizeof small)
    ictus_text_addn (t, small, (size_t) n);
  else if (n >= 0 && !t->failed)
    {
      if (ictus_grow (&t->s, &t->cap, t->len + (size_t) n + 1, 1) != ICTUS_OK)
        t->failed = true;
      else
        {
          vsnprintf (t->s + t->len, (size_t) n + 1, fmt, again);
          t->len += (size_t) n;
        }
    }
  va_end (again);
}

void
ictus_text_clear (ictus_text *t)
{
  ictus_free (t->s);
  memset (t, 0, sizeof *t);
}

ictus_err
ictus_file_read (const char *path, char **out, size_t *len)
{
  ictus_text t = { 0 };
  ictus_err e = ICTUS_OK;
  char buf[8192];
  struct stat st;
  FILE *f;
  size_t n;

  *out = NULL;
  if (len != NULL)
    *len = 0;
  f = fopen (path, "rb");
  if (f == NULL)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot read %s: %s", path, strerror (errno));
  if (fstat (fileno (f), &st) == 0 && S_ISDIR (st.st_mode))
    {
      fclose (f);
      return ICTUS_FAIL (ICTUS_E_IO, "cannot read %s: it is a folder", path);
    }
  ictus_text_addn (&t, "", 0); /* an empty file gives "" */
  while ((n = fread (buf, 1, sizeof buf, f)) > 0)
    ictus_text_addn (&t, buf, n);
  if (ferror (f))
    e = ICTUS_FAIL (ICTUS_E_IO, "cannot read %s: %s", path, strerror (errno));
  fclose (f);
  if (e == ICTUS_OK && t.failed)
    e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory while reading %s", path);
  if (e != ICTUS_OK)
    {
      ictus_text_clear (&t);
      return e;
    }
  *out = t.s;
  if (len != NULL)
    *len = t.len;
  return ICTUS_OK;
}

ictus_err
ictus_file_write (const char *path, const char *data, size_t len)
{
  ictus_text tmp = { 0 };
  ictus_err e = ICTUS_OK;
  int fd;

  ictus_text_add (&tmp, "%s.tmp%ld", path, (long) getpid ());
  if (tmp.failed)
    return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  fd = open (tmp.s, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (fd < 0)
    e = ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: %s", path, strerror (errno));
  for (size_t done = 0; e == ICTUS_OK && done < len;)
    {
      ssize_t n = write (fd, data + done, len - done);

      if (n < 0 && errno != EINTR)
        e = ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: %s", path, strerror (errno));
      else if (n > 0)
        done += (size_t) n;
    }
  if (fd >= 0 && e == ICTUS_OK && fsync (fd) != 0 && errno != EINVAL)
    e = ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: %s", path, strerror (errno));
  if (fd >= 0 && close (fd) != 0 && e == ICTUS_OK)
    e = ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: %s", path, strerror (errno));
  if (e == ICTUS_OK && rename (tmp.s, path) != 0)
    e = ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: %s", path, strerror (errno));
  if (fd >= 0 && e != ICTUS_OK)
    unlink (tmp.s);
  ictus_text_clear (&tmp);
  return e;
}

ictus_err
ictus_mkdirs (const char *path)
{
  char *p = ictus_strdup (path);
  struct stat st;
  ictus_err e = ICTUS_OK;

  if (p == NULL)
    return ICTUS_E_NOMEM;
  for (char *s = p + 1; e == ICTUS_OK; ++s)
    if (*s == '/' || *s == '\0')
      {
        char c = *s;

        *s = '\0';
        if (mkdir (p, 0777) != 0)
          {
            int why = errno;

            if (stat (p, &st) != 0)
              e = ICTUS_FAIL (ICTUS_E_IO, "cannot make the folder %s: %s: %s", path, p, strerror (why));
            else if (!S_ISDIR (st.st_mode))
              e = ICTUS_FAIL (ICTUS_E_IO, "cannot make the folder %s: %s is not a folder", path, p);
          }
        *s = c;
        if (c == '\0')
          break;
      }
  ictus_free (p);
  return e;
}

bool
ictus_file_exists (const char *path)
{
  struct stat st;

  return stat (path, &st) == 0;
}

uint64_t
ictus_hash (const void *data, size_t len, uint64_t seed)
{
  const unsigned char *p = data;
  uint64_t h = seed ^ UINT64_C (14695981039346656037);

  for (size_t i = 0; i < len; ++i)
    h = (h ^ p[i]) * UINT64_C (1099511628211);
  return h;
}
