/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files that draw sweep.h5 share. */
#ifndef ICTUS_ANALYSE_SWEEP_H
#define ICTUS_ANALYSE_SWEEP_H

#include "analyse/analyse_impl.h"

enum { SWEEP_MAX_AXES = 30 };

typedef struct sweep_axis
{
  char name[PLOT_NAME], label[PLOT_NAME], unit[PLOT_NAME];
  double *v; /* [n]; of a design a value for each point */
  size_t n;
  double *edge; /* [n + 1] borders of the cells around the values; NULL: of a design */
  double lo, hi; /* what is shown */
  bool log;
} sweep_axis;

typedef struct sweep_boundary /* of a threshold search, in the plane that is shown */
{
  double *x, *y; /* [n]; y NULL: a place on the only axis; NaN where nothing was found */
  size_t n;
  int block;     /* of the figure */
  char words[2 * PLOT_NAME];
} sweep_boundary;

typedef struct sweep
{
  ictus_h5 *h;
  plot_figure *f;
  sweep_axis axis[SWEEP_MAX_AXES];
  int naxis;
  bool drawn;       /* the points are those of a design, not a grid */
  size_t npoint;
  int show[2];      /* the axes of maps */
  size_t stride[2]; /* points from one of their values to the next */
  double *status, *seizure; /* [npoint]; NULL: not in the file */
  char **population; /* [npop] */
  size_t npop;
  sweep_boundary boundary;
} sweep;

typedef struct sweep_quantity
{
  const char *name, *title, *unit;
  const char *mark; /* above the colour bar */
  double least;     /* the colour bar reaches at least from 0 to here */
} sweep_quantity;

bool ictus__sweep_is_done (const sweep *s, size_t point);
bool ictus__sweep_has_seizure (const sweep *s, size_t point);
bool ictus__sweep_is_skipped (const sweep *s, size_t point); /* a threshold search did not need it */

/* analyse_sweep_draw.c: one panel each. value [npoint, per_point]; `which` of per_point. who: population or
   NULL. */
void ictus__sweep_map (sweep *s, const sweep_quantity *q, const char *who, const double *value,
                       size_t per_point, size_t which);
/* all [npoint], each [npoint, npop] or NULL; the same with _sd: spread over repeats, or NULL. */
void ictus__sweep_curves (sweep *s, const sweep_quantity *q, const double *all, const double *each,
                          const double *all_sd, const double *each_sd);
/* analyse_boundary.c: what a search found goes into s->boundary; h: the file of the search, which may be
   another one. */
ictus_err ictus__sweep_read_boundary (sweep *s, ictus_h5 *h);

#endif
