/* SPDX-License-Identifier: BSD-3-Clause */
/* Counted, zeroed, aligned memory. */
#include "ictus/base.h"

#include <stdlib.h>
#include <string.h>

static size_t live, calls;

void *
ictus_alloc (size_t count, size_t size)
{
  size_t bytes;
  void *p;

  if (__builtin_mul_overflow (count, size, &bytes) || bytes > SIZE_MAX - 64)
    {
      ictus_err_note (ICTUS_E_NOMEM, __FILE__, __LINE__, "out of memory: %zu times %zu bytes", count, size);
      return NULL;
    }
  bytes = (bytes + 63) / 64 * 64;
  if (bytes == 0)
    bytes = 64;
  p = aligned_alloc (64, bytes);
  if (p == NULL)
    {
      ictus_err_note (ICTUS_E_NOMEM, __FILE__, __LINE__, "out of memory: %zu bytes wanted", bytes);
      return NULL;
    }
  memset (p, 0, bytes);
  ++live;
  ++calls;
  return p;
}

void
ictus_free (void *p)
{
  if (p == NULL)
    return;
  free (p);
  --live;
}

ictus_err
ictus_grow (void *p, size_t *cap, size_t need, size_t size)
{
  void *old, *new;
  size_t want = *cap < 16 ? 16 : *cap;

  if (need <= *cap)
    return ICTUS_OK;
  while (want < need)
    want = want > SIZE_MAX / 2 ? need : 2 * want;
  new = ictus_alloc (want, size);
  if (new == NULL)
    return ICTUS_E_NOMEM;
  memcpy (&old, p, sizeof old); /* p points to a pointer of any type */
  if (old != NULL)
    memcpy (new, old, *cap * size);
  ictus_free (old);
  memcpy (p, &new, sizeof new);
  *cap = want;
  return ICTUS_OK;
}

char *
ictus_strdup (const char *s)
{
  size_t n;
  char *p;

  if (s == NULL)
    return NULL;
  n = strlen (s) + 1;
  p = ictus_alloc (n, 1);
  if (p != NULL)
    memcpy (p, s, n);
  return p;
}

size_t
ictus_mem_live (void)
{
  return live;
}

size_t
ictus_mem_calls (void)
{
  return calls;
}
