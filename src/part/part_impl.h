/* SPDX-License-Identifier: BSD-3-Clause */
/* Insides of a partition, for the files of src/part only. */
#ifndef ICTUS_PART_IMPL_H
#define ICTUS_PART_IMPL_H

#include "ictus/part.h"

typedef struct ictus__range /* neurons from first up to the next range live on rank */
{
  uint64_t first, last; /* last is used while a file is read */
  int rank, line;       /* line: of the file, for messages */
} ictus__range;

struct ictus_part
{
  char *name;
  uint64_t n; /* neurons */
  int nrank;
  bool robin; /* rank = gid % nrank; else by ranges */
  ictus__range *range; /* [nrange], ascending, without gaps */
  size_t nrange, cap;
  uint64_t digest;
};

/* part.c: a partition without ranges yet; its neurons first .. first + n - 1, which come next, live on rank;
   hash of all owners. Local. */
ictus_err ictus__part_start (const char *how, uint64_t n, int nrank, ictus_part **out);
ictus_err ictus__part_add (ictus_part *p, uint64_t first, uint64_t n, int rank);
uint64_t ictus__part_hash (const ictus_part *p);
/* part.c: cut a population into contiguous pieces whose sizes differ by one at most. The longer pieces go on
   from rank to rank with the populations (begin: first rank with a longer piece, 0 at first), so that the
   totals differ by one at most, too. */
ictus_err ictus__part_cut_even (ictus_part *p, uint64_t first, uint64_t size, uint64_t *begin);
/* part_file.c: the text of a partition file for n neurons on nrank ranks, into p. Local. */
ictus_err ictus__part_parse (ictus_part *p, const char *path, const char *text);

#endif
