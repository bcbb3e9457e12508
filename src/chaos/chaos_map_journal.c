/* SPDX-License-Identifier: BSD-3-Clause */
/* What a killed map goes on from: 64-bit numbers of this machine,
     "ICTLYAP1", digest, points, points a block, hash of these
     block, its values, hash of these; ...
   A record with a wrong hash, and all behind it, is left out and cut off. */
#include "chaos_map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEAD = 5 };

size_t
ictus__map_block (const ictus_lyapunov_map *m, size_t block, size_t *n)
{
  size_t first = block * m->block, left = m->npoint - first;

  *n = left < m->block ? left : m->block;
  return first;
}

static void
make_head (const ictus_lyapunov_map *m, uint64_t digest, uint64_t *head)
{
  memcpy (head, "ICTLYAP1", sizeof *head);
  head[1] = digest;
  head[2] = m->npoint;
  head[3] = m->block;
  head[4] = ictus_hash (head, (HEAD - 1) * sizeof *head, 0);
}

static size_t
take_records (const ictus_lyapunov_map *m, const char *text, size_t len, double *value, unsigned char *have)
{
  size_t at = HEAD * sizeof (uint64_t), nblock = (m->npoint + m->block - 1) / m->block, n, first, size;

  while (len - at >= sizeof (uint64_t))
    {
      uint64_t block, hash;

      memcpy (&block, text + at, sizeof block);
      if (block >= nblock)
        break;
      first = ictus__map_block (m, (size_t) block, &n);
      size = n * MAP_VALUES * sizeof *value;
      if (len - at < size + 2 * sizeof block)
        break;
      memcpy (&hash, text + at + sizeof block + size, sizeof hash);
      if (hash != ictus_hash (text + at, sizeof block + size, 0))
        break;
      memcpy (value + first * MAP_VALUES, text + at + sizeof block, size);
      have[block] = 1;
      at += size + 2 * sizeof block;
    }
  return at;
}

/* How many bytes of what is there are good; 0: begin anew. */
static ictus_err
go_on (const char *path, const uint64_t *head, const ictus_lyapunov_map *m, double *value, unsigned char *have, size_t *good)
{
  char *text = NULL;
  size_t len = 0;
  ictus_err e;

  *good = 0;
  ICTUS_GO (ictus_file_read (path, &text, &len));
  if (len >= HEAD * sizeof *head && memcmp (text, head, HEAD * sizeof *head) == 0)
    *good = take_records (m, text, len, value, have);
  else if (len >= HEAD * sizeof *head)
    e = ICTUS_FAIL (ICTUS_E_INPUT, "%s holds the beginning of another map (or of this one with other values, tolerances or "
                    "instructions): choose another folder with -o, or --overwrite to start anew", path);
  if (e == ICTUS_OK && *good > 0 && *good < len)
    ictus_log ("%s: its end is torn; what was in it runs again", path);
done:
  ictus_free (text);
  return e;
}

static ictus_err
write_all (ictus__map_journal *j, const void *data, size_t len)
{
  if (write (j->fd, data, len) != (ssize_t) len)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: %s", j->path, strerror (errno));
  return ICTUS_OK;
}

ictus_err
ictus__map_journal_open (const char *path, uint64_t digest, bool overwrite, const ictus_lyapunov_map *m, double *value,
                         unsigned char *have, ictus__map_journal *out)
{
  uint64_t head[HEAD];
  size_t good = 0;

  *out = (ictus__map_journal){ .fd = -1, .path = path };
  if (path == NULL)
    return ICTUS_OK;
  make_head (m, digest, head);
  if (!overwrite && ictus_file_exists (path))
    ICTUS_TRY (go_on (path, head, m, value, have, &good));
  out->fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (out->fd < 0 || ftruncate (out->fd, (off_t) good) != 0)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot open %s: %s", path, strerror (errno));
  return good > 0 ? ICTUS_OK : write_all (out, head, sizeof head);
}

ictus_err
ictus__map_journal_add (ictus__map_journal *j, size_t block, const double *value, size_t n)
{
  size_t size = n * MAP_VALUES * sizeof *value;
  uint64_t number = block, hash;
  char *record;
  ictus_err e;

  if (j->fd < 0)
    return ICTUS_OK;
  record = ictus_alloc (size + 2 * sizeof number, 1);
  if (record == NULL)
    return ICTUS_E_NOMEM;
  memcpy (record, &number, sizeof number);
  memcpy (record + sizeof number, value, size);
  hash = ictus_hash (record, sizeof number + size, 0);
  memcpy (record + sizeof number + size, &hash, sizeof hash);
  e = write_all (j, record, size + 2 * sizeof number); /* in one call: whole, torn or away */
  ictus_free (record);
  return e;
}

ictus_err
ictus__map_journal_close (ictus__map_journal *j)
{
  ictus_err e = ICTUS_OK;

  if (j->fd < 0)
    return ICTUS_OK;
  if (fsync (j->fd) != 0)
    e = ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: %s", j->path, strerror (errno));
  close (j->fd);
  j->fd = -1;
  return e;
}
