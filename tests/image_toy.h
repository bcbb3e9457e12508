/* SPDX-License-Identifier: BSD-3-Clause */
/* A small image with fields of all kinds, for tests: what it holds is a function of the row, never of the rank. */
#ifndef IMAGE_TOY_H
#define IMAGE_TOY_H

#include <string.h>

#include "ictus/image.h"
#include "mpi_check.h"

#define COMM MPI_COMM_WORLD
#define KIND "checkpoint"

static inline int
rank_of (void)
{
  return ictus_comm_rank (COMM);
}

/* ---- who has which rows ----------------------------------------------------------------------------- */

typedef int owner_of (uint64_t row, int size);

static inline int
by_turns (uint64_t row, int size)
{
  return (int) (row % (uint64_t) size);
}

static inline int
scattered (uint64_t row, int size)
{
  return (int) (row * 2654435761u % 97 % (uint64_t) size);
}

static inline int
last_has_all (uint64_t row, int size)
{
  (void) row;
  return size - 1;
}

static inline int
in_blocks (uint64_t row, int size)
{
  return (int) (row / 40 % (uint64_t) size);
}

enum
{
  NOWNER = 4,
  WIDTH = 13
};
static owner_of *const owner[NOWNER] = { by_turns, scattered, last_has_all, in_blocks };

typedef struct mine /* rows of a rank */
{
  uint64_t *row;
  size_t n;
} mine;

static inline mine
rows_of (MPI_Comm comm, uint64_t total, owner_of *o)
{
  mine m = { ictus_alloc (total, sizeof *m.row), 0 };

  for (uint64_t k = 0; k < total; ++k)
    if (o (k, ictus_comm_size (comm)) == ictus_comm_rank (comm))
      m.row[m.n++] = k;
  return m;
}

/* ---- what is in a row ------------------------------------------------------------------------------- */

static inline uint64_t
value (uint64_t row, uint64_t k)
{
  return ((row + 1) * 0x9e3779b97f4a7c15u) ^ ((k + 7) * 0xc2b2ae3d27d4eb4fu);
}

static inline double
number (uint64_t row, uint64_t k)
{
  return (double) value (row, k) / 1e10 - 5e8;
}

static inline size_t
length (uint64_t row)
{
  return row % 5 == 3 ? 0 : value (row, 0) % 7;
}

static const uint64_t toy_total[] = { 0, 1, 2, 5, 1000 };
#define TOY_TEXT "population: E # \xc2\xb5\n"

/* ---- putting ---------------------------------------------------------------------------------------- */

static inline ictus_err
put_population (MPI_Comm comm, ictus_image *im, uint64_t total, owner_of *o)
{
  mine m = rows_of (comm, total, o);
  double *x = ictus_alloc (m.n * WIDTH, sizeof *x);
  uint8_t *flag = ictus_alloc (m.n, 1);
  size_t *first = ictus_alloc (m.n + 1, sizeof *first);
  uint64_t *pending;
  char name[64];
  ictus_err e;

  first[0] = 11; /* as if some other lists stood before */
  for (size_t k = 0; k < m.n; ++k)
    {
      for (size_t j = 0; j < WIDTH; ++j)
        x[k * WIDTH + j] = number (m.row[k], j);
      flag[k] = (uint8_t) value (m.row[k], 3);
      first[k + 1] = first[k] + length (m.row[k]);
    }
  pending = ictus_alloc (first[m.n], sizeof *pending);
  for (size_t k = 0; k < m.n; ++k)
    for (size_t j = first[k]; j < first[k + 1]; ++j)
      pending[j] = value (m.row[k], j - first[k]);
  snprintf (name, sizeof name, "net/p%d/state", (int) total);
  ICTUS_GO (ictus_image_put_rows (im, name, ICTUS_IMAGE_F64, total, WIDTH, m.row, m.n, x));
  snprintf (name, sizeof name, "net/p%d/flag", (int) total);
  ICTUS_GO (ictus_image_put_rows (im, name, ICTUS_IMAGE_U8, total, 1, m.row, m.n, flag));
  snprintf (name, sizeof name, "net/p%d/pending", (int) total);
  ICTUS_GO (ictus_image_put_lists (im, name, ICTUS_IMAGE_U64, total, m.row, m.n, first, pending));
done:
  ictus_free (pending);
  ictus_free (first);
  ictus_free (flag);
  ictus_free (x);
  ictus_free (m.row);
  return e;
}

static inline ictus_err
put_toy (MPI_Comm comm, ictus_image *im, owner_of *o)
{
  bool root = ictus_comm_rank (comm) == 0; /* what the others have does not matter */
  const double clock[3] = { root ? number (0, 0) : 0, root ? number (1, 0) : 0, root ? number (2, 0) : 0 };
  const int64_t signed_one = root ? -7 : 0;
  mine m = rows_of (comm, 4, o);

  ICTUS_TRY (ictus_image_put (im, "clock", ICTUS_IMAGE_F64, 3, clock));
  ICTUS_TRY (ictus_image_put (im, "counters/left", ICTUS_IMAGE_I64, 1, &signed_one));
  ICTUS_TRY (ictus_image_put (im, "empty", ICTUS_IMAGE_U32, 0, NULL));
  ICTUS_TRY (ictus_image_put_text (im, "text", root ? TOY_TEXT : "another"));
  ICTUS_TRY (ictus_image_put_rows (im, "widthless", ICTUS_IMAGE_F64, 4, 0, m.row, m.n, NULL));
  ictus_free (m.row);
  for (size_t k = 0; k < sizeof toy_total / sizeof *toy_total; ++k)
    ICTUS_TRY (put_population (comm, im, toy_total[k], o));
  return ICTUS_OK;
}

static inline ictus_err
write_toy (MPI_Comm comm, const char *path, owner_of *o)
{
  ictus_image *im;
  ictus_err e;

  ICTUS_TRY (ictus_image_begin (comm, KIND, 3, &im));
  e = put_toy (comm, im, o);
  if (e == ICTUS_OK)
    e = ictus_image_commit (&im, path);
  else
    ictus_image_close (&im);
  return e;
}

/* ---- getting: true when all is as it was put -------------------------------------------------------- */

static inline bool
same_population (MPI_Comm comm, ictus_image *im, uint64_t total, owner_of *o)
{
  mine m = rows_of (comm, total, o);
  double *x = ictus_alloc (m.n * WIDTH, sizeof *x);
  uint8_t *flag = ictus_alloc (m.n, 1);
  size_t *first = NULL;
  void *data = NULL;
  const uint64_t *pending;
  char name[64];
  bool good;

  if (m.n > 2 && ictus_comm_rank (comm) == 0) /* any subset will do */
    memmove (m.row + 1, m.row + 2, (--m.n - 1) * sizeof *m.row);
  snprintf (name, sizeof name, "net/p%d/state", (int) total);
  good = ictus_image_get_rows (im, name, ICTUS_IMAGE_F64, total, WIDTH, m.row, m.n, x) == ICTUS_OK;
  snprintf (name, sizeof name, "net/p%d/flag", (int) total);
  good = ictus_image_get_rows (im, name, ICTUS_IMAGE_U8, total, 1, m.row, m.n, flag) == ICTUS_OK && good;
  snprintf (name, sizeof name, "net/p%d/pending", (int) total);
  good = ictus_image_get_lists (im, name, ICTUS_IMAGE_U64, total, m.row, m.n, &first, &data) == ICTUS_OK && good;
  pending = data;
  for (size_t k = 0; good && k < m.n; ++k)
    {
      for (size_t j = 0; j < WIDTH; ++j)
        good = good && x[k * WIDTH + j] == number (m.row[k], j);
      good = good && flag[k] == (uint8_t) value (m.row[k], 3) && first[k + 1] - first[k] == length (m.row[k]);
      for (size_t j = 0; good && j < length (m.row[k]); ++j)
        good = pending[first[k] + j] == value (m.row[k], j);
    }
  ictus_free (data);
  ictus_free (first);
  ictus_free (flag);
  ictus_free (x);
  ictus_free (m.row);
  return good;
}

static inline bool
same_toy (MPI_Comm comm, ictus_image *im, owner_of *o)
{
  double clock[3] = { 0, 0, 0 };
  int64_t signed_one = 0;
  uint32_t nothing;
  char *text = NULL;
  bool good = ictus_image_get_n (im, "clock", ICTUS_IMAGE_F64, 3, clock) == ICTUS_OK;

  good = ictus_image_get_n (im, "counters/left", ICTUS_IMAGE_I64, 1, &signed_one) == ICTUS_OK && good;
  good = ictus_image_get_n (im, "empty", ICTUS_IMAGE_U32, 0, &nothing) == ICTUS_OK && good;
  good = ictus_image_get_n (im, "widthless", ICTUS_IMAGE_F64, 0, &nothing) == ICTUS_OK && good;
  good = ictus_image_get_text (im, "text", &text) == ICTUS_OK && good;
  good = good && text != NULL && strcmp (text, TOY_TEXT) == 0 && signed_one == -7;
  for (int k = 0; k < 3; ++k)
    good = good && clock[k] == number ((uint64_t) k, 0);
  ictus_free (text);
  for (size_t k = 0; k < sizeof toy_total / sizeof *toy_total; ++k)
    good = same_population (comm, im, toy_total[k], o) && good;
  return good;
}

static inline bool
read_toy (MPI_Comm comm, const char *path, owner_of *o)
{
  ictus_image *im;
  bool good;

  if (ictus_image_open (comm, path, KIND, 3, &im) != ICTUS_OK)
    return false;
  good = same_toy (comm, im, o);
  ictus_image_close (&im);
  return good;
}

#endif
