/* SPDX-License-Identifier: BSD-3-Clause */
/* Large arrays: pages of their own, huge ones where the system has them, whose end can be given back. */
#include "ictus/base.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define HUGE ((size_t) 2 << 20)

static size_t mapped; /* bytes of all arrays that have pages of their own */

static size_t
round_up (size_t bytes, size_t unit)
{
  return (bytes + unit - 1) / unit * unit;
}

static size_t
page_size (void)
{
  long n = sysconf (_SC_PAGESIZE);

  return n > 0 ? (size_t) n : 4096;
}

/* size bytes that begin where a huge page may; NULL when there is no room. */
static char *
map_aligned (size_t size)
{
  char *p = mmap (NULL, size + HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  size_t before;

  if (p == MAP_FAILED)
    return NULL;
  before = round_up ((uintptr_t) p, HUGE) - (uintptr_t) p;
  if (before > 0)
    munmap (p, before);
  p += before;
  if (HUGE - before > 0)
    munmap (p + size, HUGE - before);
#ifdef MADV_HUGEPAGE
  (void) madvise (p, size, MADV_HUGEPAGE); /* a wish */
#endif
  return p;
}

ictus_err
ictus_pages_get (ictus_pages *m, size_t bytes)
{
  size_t size;

  *m = (ictus_pages){ 0 };
  if (bytes < HUGE)
    {
      m->p = m->count = ictus_alloc (bytes, 1);
      m->bytes = bytes;
      return m->p == NULL ? ICTUS_E_NOMEM : ICTUS_OK;
    }
  if (bytes > SIZE_MAX / 2)
    return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory: %zu bytes wanted", bytes);
  size = round_up (bytes, page_size ());
  m->count = ictus_alloc (1, 1); /* so that it counts as a block */
  if (m->count == NULL)
    return ICTUS_E_NOMEM;
  m->p = map_aligned (size);
  if (m->p == NULL)
    {
      ictus_free (m->count);
      *m = (ictus_pages){ 0 };
      return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory: %zu bytes wanted", bytes);
    }
  m->bytes = bytes;
  m->size = size;
  mapped += size;
  return ICTUS_OK;
}

ictus_err
ictus_pages_cut (ictus_pages *m, size_t bytes)
{
  size_t size = round_up (bytes, page_size ());
  ictus_pages less;

  if (bytes >= m->bytes)
    return ICTUS_OK;
  if (m->size > 0 && bytes >= HUGE)
    {
      if (size < m->size)
        munmap ((char *) m->p + size, m->size - size);
      mapped -= m->size - size;
      m->size = size;
      m->bytes = bytes;
      return ICTUS_OK;
    }
  ICTUS_TRY (ictus_pages_get (&less, bytes));
  if (bytes > 0)
    memcpy (less.p, m->p, bytes);
  ictus_pages_put (m);
  *m = less;
  return ICTUS_OK;
}

void
ictus_pages_put (ictus_pages *m)
{
  if (m->size > 0)
    {
      munmap (m->p, m->size);
      mapped -= m->size;
    }
  ictus_free (m->count);
  *m = (ictus_pages){ 0 };
}

size_t
ictus_pages_bytes (void)
{
  return mapped;
}
