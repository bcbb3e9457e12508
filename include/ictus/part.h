/* SPDX-License-Identifier: BSD-3-Clause */
/** \file part.h
 * Which rank a neuron lives on: strategies and partition files (format: partitions/README.md).
 */
#ifndef ICTUS_PART_H
#define ICTUS_PART_H

#include "ictus/base.h"
#include "ictus/comm.h"
#include "ictus/conf.h"
#include "ictus/net.h"

typedef struct ictus_part ictus_part;

/** Deal the neurons of a net (phase created) to the ranks of comm.
 * \param how  "block" (every population cut into equal contiguous pieces), "round-robin", or the path of a
 *     partition file
 * \retval ICTUS_E_INPUT  unknown strategy, file for other numbers of ranks or neurons, neurons missing or
 *     named twice
 * Collectivity: all ranks of comm. */
ictus_err ictus_part_create (MPI_Comm comm, const ictus_net *net, const char *how, ictus_part **out);
/** The same without a net: sizes of the populations, any number of ranks; how must not be a file.
 * Collectivity: none. */
ictus_err ictus_part_make (const size_t *size, int npop, int nrank, const char *how, ictus_part **out);
/** Every population cut into contiguous pieces of equal cost; what one population leaves uneven, because a neuron is not
 * divided, the next ones make up for.
 * \param cost  [npop]: [size[p]] each, not negative, in one unit; NULL for one population or all, or all costs of a population
 *     0: its neurons cost the same, as with "block"
 * \retval ICTUS_E_ARG  a cost is negative or not finite. Collectivity: none. */
ictus_err ictus_part_make_balanced (const size_t *size, const double *const *cost, int npop, int nrank, ictus_part **out);
void ictus_part_destroy (ictus_part **p); /* Collectivity: none. */
int ictus_part_owner (const void *part, uint64_t gid); /* an ictus_owner. Collectivity: none. */
const char *ictus_part_name (const ictus_part *p); /* strategy or file, for provenance. Collectivity: none. */
uint64_t ictus_part_digest (const ictus_part *p);      /* hash of all owners. Collectivity: none. */
/** Write a partition file. Collectivity: none (one rank). */
ictus_err ictus_part_write (const ictus_part *p, const char *path);

#endif
