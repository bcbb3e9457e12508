/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared by the files of src/image only. */
#ifndef ICTUS_IMAGE_IMPL_H
#define ICTUS_IMAGE_IMPL_H

#include "ictus/image.h"

typedef struct field /* one data set */
{
  char *name;
  ictus_image_type type;
  int ndim;          /* 1, or 2 where a row has not just one element */
  uint64_t dim[2];   /* rows of all ranks, elements of a row */
  uint64_t crc;      /* of all of it; while writing on rank 0 only, and only in commit */
  uint64_t first, n; /* writing: the rows that this rank holds, in the order of the ranks */
  void *data;        /* [n, dim[1]] */
} field;

struct ictus_image
{
  MPI_Comm comm; /* our own */
  int rank, size;
  bool is_open; /* being read */
  bool broken;  /* a put has failed */
  char *kind, *path;
  int schema;
  uint64_t bytes;
  field *field; /* [nfield]; reading: sorted by name, equal on all ranks */
  size_t nfield, cap;
  ictus_h5 file; /* reading */
};

/* ---- image.c */

size_t ictus__image_item (ictus_image_type type); /* bytes of an element */
const char *ictus__image_type_name (ictus_image_type type);
size_t ictus__image_row (const field *f); /* bytes of a row */
field *ictus__image_find (const ictus_image *im, const char *name);
/* Bytes of rank 0 to all; any number. Collective. */
void ictus__image_bcast (MPI_Comm comm, void *data, uint64_t n);
/* An image without fields. Collective. */
ictus_err ictus__image_new (MPI_Comm comm, const char *kind, int schema, ictus_image **out);

/* ---- image_deal.c: who has which rows */

typedef struct deal /* rows named on this rank, and the rows of this rank's share that others named */
{
  MPI_Comm comm;
  int rank, size;
  uint64_t a, b;    /* this rank's share: rows [a, b) of the total */
  uint64_t *to_n;   /* [size] of my rows, how many are in the share of each rank; they stand in that order */
  uint64_t *from_n; /* [size] how many rows of my share each rank named */
  uint64_t *in;     /* [nin] those, by rank */
  size_t nin;
  bool in_order; /* in is a, a + 1, ... b - 1 */
} deal;

/* The share of rank r begins here; of rank r + 1: ends. */
uint64_t ictus__image_share (uint64_t total, int size, int r);
/* exact: every row of the total must be named by just one rank.
 * ICTUS_E_ARG when row [n] is not ascending or not below total, or not exact. Collective. */
ictus_err ictus__image_deal (MPI_Comm comm, const char *name, uint64_t total, const uint64_t *row, size_t n,
                             bool exact, deal *d);
void ictus__image_deal_clear (deal *d);
/* Rows of item bytes: mine [n] to the shares they belong to, there in the order of in. Collective. */
ictus_err ictus__image_forth (const deal *d, size_t item, const void *mine, void *there);
/* The way back: what stands there in the order of in, to those who named it. Collective. */
ictus_err ictus__image_back (const deal *d, size_t item, const void *there, void *mine);
/* Any bytes: sn [size] of send to each rank, rn [size] from each. Collective. */
ictus_err ictus__image_move (MPI_Comm comm, const uint64_t *sn, const void *send, const uint64_t *rn,
                             void *recv);

/* ---- image_crc.c */

/* The checksum of n bytes, going on from crc (0 to start). */
uint64_t ictus__image_crc (uint64_t crc, const void *data, size_t n);
/* Checksums [n] and lengths of the parts of all ranks become those of the wholes, on rank 0. Collective. */
typedef struct part_crc
{
  uint64_t crc, bytes;
} part_crc;
void ictus__image_join (MPI_Comm comm, part_crc *part, size_t n);

/* ---- image_open.c */

/* What is in the file has the checksums that it says; fault: a point for tests, or NULL. Collective. */
ictus_err ictus__image_verify (ictus_image *im, const char *fault);
/* ictus_image_open, without looking at the data. Collective. */
ictus_err ictus__image_open (MPI_Comm comm, const char *path, const char *kind, int schema,
                             ictus_image **out);

#endif
