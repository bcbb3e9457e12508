/* SPDX-License-Identifier: BSD-3-Clause */
/** \file chaos_map.h
 * Parts of the map of the largest exponent: points side by side, the journal. Included by src/chaos only.
 */
#ifndef ICTUS_CHAOS_MAP_H
#define ICTUS_CHAOS_MAP_H

#include "chaos_variation.h"
#include "ictus/chaos.h"

enum { MAP_VALUES = 2, MAP_BATCHES = 16 }; /* of a point: exponent, its standard error */

/* ---- points side by side (chaos_map_lanes.c) ---- */

typedef struct ictus__map_lanes ictus__map_lanes;

ictus_err ictus__map_lanes_open (const ictus_dyn_values *v, const ictus_lyapunov_map *m, ictus__map_lanes **out);
void ictus__map_lanes_close (ictus__map_lanes **s);
/* Points [first, first + n) of the map; value [n, MAP_VALUES]. poll: asked now and then; true: give up.
 * \retval ICTUS_E_STOPPED given up; value means nothing */
ictus_err ictus__map_lanes_run (ictus__map_lanes *s, size_t first, size_t n, bool (*poll) (void *ctx), void *ctx, double *value);

/* ---- the journal (chaos_map_journal.c): what a killed map goes on from ---- */

typedef struct ictus__map_journal
{
  int fd;
  const char *path;
} ictus__map_journal;

/* Opens or makes it; what it has goes into value [npoint, MAP_VALUES] and have [nblock].
 * \retval ICTUS_E_INPUT it is that of another map */
ictus_err ictus__map_journal_open (const char *path, uint64_t digest, bool overwrite, const ictus_lyapunov_map *m, double *value,
                                   unsigned char *have, ictus__map_journal *out);
ictus_err ictus__map_journal_add (ictus__map_journal *j, size_t block, const double *value, size_t n);
ictus_err ictus__map_journal_close (ictus__map_journal *j);

/* First point of a block, and how many it has; which parameters a point has: of axis a. */
size_t ictus__map_block (const ictus_lyapunov_map *m, size_t block, size_t *n);
double ictus__map_value (const ictus_lyapunov_map *m, size_t point, int axis);

#endif
