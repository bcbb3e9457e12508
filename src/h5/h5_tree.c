/* SPDX-License-Identifier: BSD-3-Clause */
/* The chunks of a data set, found by reading its tree in the file: HDF5 1.10 walks over all chunks to find
   one, so that finding all of a long data set would take the square of their number. What is read is in the
   HDF5 file format specification 2.0: data object header version 2 (IV.A.1.b), data layout message version 3
   (IV.A.2.i), version 1 B-tree of node type 1 (III.A.1). Whatever looks otherwise is not understood; then
   HDF5 is asked chunk by chunk. */
#include <string.h>
#include <unistd.h>

#include "h5/h5_impl.h"

enum
{
  MSG_LAYOUT = 0x08,
  MSG_CONTINUED = 0x10,
  BLOCK_LARGEST = 1 << 20, /* of a header that we take for one */
  TREE_DEEPEST = 16
};

typedef struct reader
{
  int fd;
  int ndim;
  uint64_t row;    /* first that is wanted */
  uint64_t nbytes; /* of a chunk */
  ictus_h5_ranges *to;
  ictus_err e; /* no memory */
} reader;

static uint64_t
number (const unsigned char *p, int bytes)
{
  uint64_t x = 0;

  for (int k = bytes - 1; k >= 0; --k)
    x = x << 8 | p[k];
  return x;
}

/* n bytes of the file, NULL when they are not there. */
static unsigned char *
fetch (reader *r, uint64_t at, uint64_t n)
{
  unsigned char *p = n <= BLOCK_LARGEST ? ictus_alloc ((size_t) n, 1) : NULL;

  if (p == NULL)
    {
      if (n <= BLOCK_LARGEST)
        r->e = ICTUS_E_NOMEM;
      return NULL;
    }
  if (pread (r->fd, p, (size_t) n, (off_t) at) == (ssize_t) n)
    return p;
  ictus_free (p);
  return NULL;
}

typedef struct block /* of messages */
{
  uint64_t at, n;
} block;

/* The root of the tree out of messages, or where there are more messages. False: not understood. */
static bool
scan (const reader *r, const unsigned char *p, uint64_t n, bool ordered, uint64_t *root, block *next)
{
  uint64_t head = ordered ? 6 : 4;

  while (n >= head)
    {
      uint64_t size = number (p + 1, 2);
      const unsigned char *data = p + head;

      if (size > n - head)
        return false;
      if (p[0] == MSG_CONTINUED && size >= 16)
        *next = (block){ number (data, 8), number (data + 8, 8) };
      if (p[0] == MSG_LAYOUT)
        {
          if (size < 11 || data[0] != 3 || data[1] != 2 || data[2] != r->ndim + 1)
            return false;
          *root = number (data + 3, 8);
          return true;
        }
      p += head + size;
      n -= head + size;
    }
  return true;
}

/* The root of the tree of the data set whose header is at `at`; 0 when it is not found. */
static uint64_t
find_root (reader *r, uint64_t at)
{
  unsigned char first[40], *p = NULL;
  uint64_t root = 0, from = 6, n;
  block b = { 0, 0 };
  bool good = pread (r->fd, first, sizeof first, (off_t) at) == (ssize_t) sizeof first
              && memcmp (first, "OHDR\2", 5) == 0;
  unsigned flags = good ? first[5] : 0;

  if (!good)
    return 0;
  from += (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
  n = number (first + from, 1 << (flags & 3));
  from += (uint64_t) 1 << (flags & 3);
  p = fetch (r, at + from, n);
  good = p != NULL && scan (r, p, n, flags & 4, &root, &b);
  for (int k = 0; good && root == 0 && b.n > 8 && k < 64; ++k) /* one after the other */
    {
      block now = b;

      b = (block){ 0, 0 };
      ictus_free (p);
      p = fetch (r, now.at, now.n);
      good = p != NULL && memcmp (p, "OCHK", 4) == 0 && scan (r, p + 4, now.n - 8, flags & 4, &root, &b);
    }
  ictus_free (p);
  return good ? root : 0;
}

/* A node and those below it. Keys and children alternate; child k holds what is from key k on and before key
   k + 1. False: not understood. */
static bool
walk (reader *r, uint64_t at, int level, int deep)
{
  unsigned char head[24], *p;
  uint64_t key = 8 + 8 * (uint64_t) (r->ndim + 1), n;
  bool good = pread (r->fd, head, sizeof head, (off_t) at) == (ssize_t) sizeof head
              && memcmp (head, "TREE\1", 5) == 0 && (level < 0 || head[5] == level) && deep < TREE_DEEPEST;

  if (!good)
    return false;
  level = head[5];
  n = number (head + 6, 2);
  p = fetch (r, at + sizeof head, n * (key + 8) + key);
  good = p != NULL;
  for (uint64_t k = 0; good && k < n; ++k)
    {
      const unsigned char *mine = p + k * (key + 8), *after = mine + key + 8;
      uint64_t child = number (mine + key, 8);

      if (number (after + 8, 8) < r->row)
        continue;
      if (level > 0)
        good = walk (r, child, level - 1, deep + 1);
      else if (number (mine + 8, 8) >= r->row)
        {
          good = number (mine, 4) == r->nbytes && number (mine + 4, 4) == 0
                 && (r->e = ictus_grow (&r->to->r, &r->to->cap, r->to->n + 1, sizeof *r->to->r)) == ICTUS_OK;
          if (good)
            r->to->r[r->to->n++] = (ictus_h5_range){ child, r->nbytes };
        }
    }
  ictus_free (p);
  return good;
}

ictus_err
ictus__h5_tree (int fd, haddr_t header, int ndim, hsize_t row, hsize_t nbytes, hsize_t expected,
                ictus_h5_ranges *to, bool *found)
{
  reader r = { .fd = fd, .ndim = ndim, .row = row, .nbytes = nbytes, .to = to };
  size_t before = to->n;
  uint64_t root = find_root (&r, header);

  *found = root != 0 && walk (&r, root, -1, 0) && to->n - before == expected;
  if (!*found)
    to->n = before;
  return r.e;
}
