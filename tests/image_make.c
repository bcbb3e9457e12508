/* SPDX-License-Identifier: BSD-3-Clause */
/* For tests/fault_image.sh: image_make PATH ROWS writes the image of image_toy.h with a field of ROWS more numbers;
 * image_make PATH reads it and compares. What went wrong goes to standard error. */
#include <stdio.h>

#include "image_toy.h"

static ictus_err
write_large (const char *path, size_t rows)
{
  mine m = rows_of (COMM, rows, by_turns);
  double *x = ictus_alloc (m.n, sizeof *x);
  ictus_image *im = NULL;
  ictus_err e;

  for (size_t k = 0; k < m.n; ++k)
    x[k] = number (m.row[k], 0);
  ICTUS_GO (ictus_image_begin (COMM, KIND, 3, &im));
  ICTUS_GO (put_toy (COMM, im, scattered));
  ICTUS_GO (ictus_image_put_rows (im, "net/large", ICTUS_IMAGE_F64, rows, 1, m.row, m.n, x));
  e = ictus_image_commit (&im, path);
done:
  ictus_image_close (&im);
  ictus_free (x);
  ictus_free (m.row);
  return e;
}

static ictus_err
read_large (const char *path)
{
  ictus_image *im;
  void *data;
  const double *x;
  size_t n;
  bool good;

  ICTUS_TRY (ictus_image_open (COMM, path, KIND, 3, &im));
  good = same_toy (COMM, im, by_turns);
  good = ictus_image_get (im, "net/large", ICTUS_IMAGE_F64, &data, &n) == ICTUS_OK && good;
  x = data;
  for (size_t k = 0; x != NULL && k < n; ++k)
    good = good && x[k] == number (k, 0);
  ictus_free (data);
  ictus_image_close (&im);
  return ictus_comm_agree (COMM, good ? ICTUS_OK : ICTUS_FAIL (ICTUS_E_FORMAT, "%s: other values", path));
}

int
main (int argc, char **argv)
{
  ictus_err e;

  MPI_Init (&argc, &argv);
  ictus_comm_start ();
  if (argc < 2)
    e = ICTUS_FAIL (ICTUS_E_USAGE, "image_make PATH [ROWS]");
  else
    e = argc > 2 ? write_large (argv[1], (size_t) strtoul (argv[2], NULL, 10)) : read_large (argv[1]);
  if (e != ICTUS_OK && rank_of () == 0)
    fprintf (stderr, "image_make: %s\n", ictus_err_last ());
  MPI_Finalize ();
  return ictus_err_status (e);
}
