/* SPDX-License-Identifier: BSD-3-Clause */
/* What sweep_file.c and sweep_columns.c share: sweep.h5 while it is written. */
#ifndef ICTUS_SWEEP_FILE_H
#define ICTUS_SWEEP_FILE_H

#include "ictus/h5.h"
#include "sweep/sweep_design.h"

enum { ICTUS__MAXDIM = 32 }; /* of HDF5 */

typedef struct ictus__writer
{
  ictus_h5 file;
  const ictus_experiment *exp;
  const ictus_net *net;
  const ictus__table *table;
  size_t npoint;
  /* dimensions: the place in parameter space (an axis each, or `point` alone), population, repeat */
  int nplace, population, repeat;
  hsize_t dim[ICTUS__MAXDIM + 1];
  hid_t scale[ICTUS__MAXDIM + 1];
  ictus_text coordinates; /* names of the axes where they are no dimensions; s NULL: they are */
} ictus__writer;

ictus_err ictus__write_check (const ictus__writer *w, herr_t code, const char *what);
/* Every data set of points: measures, flags and state; and of the search. */
ictus_err ictus__write_columns (ictus__writer *w);

#endif
