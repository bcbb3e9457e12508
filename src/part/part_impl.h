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

/* part_file.c: the text of a partition file for n neurons on nrank ranks, into p. Local. */
ictus_err ictus__part_parse (ictus_part *p, const char *path, const char *text);

#endif
