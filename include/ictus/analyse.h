/* SPDX-License-Identifier: BSD-3-Clause */
/** \file analyse.h
 * Pictures from finished files, through gnuplot. Knows the files (schema.h), never the engine. One rank.
 */
#ifndef ICTUS_ANALYSE_H
#define ICTUS_ANALYSE_H

#include "ictus/base.h"
#include "ictus/h5.h"

/** Draw a result, sweep or trajectory file (recognised by its content).
 * results.h5: raster with population rates, traces below; sweep.h5: maps over two axes or curves over one,
 * dots where the points were drawn, the boundary of a threshold search as a line;
 * trajectory.h5: states against time.
 * \param out     picture; its ending says the format: .png, .svg, .pdf
 * \param what    what to draw: NULL all there is, or a name such as "raster", "traces", "rate", "chi"
 * \param boundary  a sweep.h5 of a threshold search whose boundary is drawn over the map of another sweep;
 *     NULL: none but the file's own
 * \retval ICTUS_E_RESOURCE  gnuplot is missing; ICTUS_E_FORMAT not such a file; ICTUS_E_INPUT unknown what
 *     (nearest named)
 * Collectivity: none. */
ictus_err ictus_plot (const char *path, const char *out, const char *what, const char *boundary);

#endif
