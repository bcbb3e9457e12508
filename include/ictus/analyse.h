/* SPDX-License-Identifier: BSD-3-Clause */
/** \file analyse.h
 * Pictures from finished files, through gnuplot. Knows the files (schema.h), never the engine. One rank.
 */
#ifndef ICTUS_ANALYSE_H
#define ICTUS_ANALYSE_H

#include "ictus/base.h"
#include "ictus/h5.h"

typedef struct ictus_plot_request /* {0}: all there is */
{
  const char *what;     /* a name such as "raster", "traces", "rate", "chi" */
  const char *boundary; /* a sweep.h5 of a threshold search whose boundary is drawn over the map of another sweep; NULL: none
                           but the file's own */
  const char *x, *y;    /* both or none: of a trajectory, one quantity ("time" is one) against another */
} ictus_plot_request;
/** Draw a result, sweep or trajectory file (recognised by its content).
 * results.h5: raster with population rates, traces below; sweep.h5: maps over two axes or curves over one,
 * dots where the points were drawn, the boundary of a threshold search as a line;
 * trajectory.h5: states against time, or a phase plane.
 * \param out  picture; its ending says the format: .png, .svg, .pdf
 * \retval ICTUS_E_RESOURCE  gnuplot is missing; ICTUS_E_FORMAT not such a file; ICTUS_E_INPUT an unknown name
 *     (nearest named)
 * Collectivity: none. */
ictus_err ictus_plot (const char *path, const char *out, const ictus_plot_request *r);

typedef struct ictus_plot_axis /* a quantity and what is shown of it */
{
  const char *name, *unit; /* "" none */
  const double *v;         /* value k is v[k * stride]; not owned */
  size_t stride;
  double lo, hi;           /* what is shown; NaN: all */
} ictus_plot_axis;
/** Draw a curve of n points that is in no file: y against x, against time where x is called "time".
 * \param dots  points that no line joins
 * \param note  in small print below the title; "" none
 * \param out   picture; its ending says the format: .png, .svg, .pdf
 * \retval ICTUS_E_RESOURCE  gnuplot is missing; ICTUS_E_INPUT another ending
 * Collectivity: none. */
ictus_err ictus_plot_curve (const ictus_plot_axis *x, const ictus_plot_axis *y, size_t n, bool dots, const char *title,
                            const char *note, const char *out);

#endif
