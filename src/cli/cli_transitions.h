/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus transitions: its parts. */
#ifndef ICTUS_CLI_TRANSITIONS_H
#define ICTUS_CLI_TRANSITIONS_H

#include "cli/cli_continue.h"
#include "cli/cli_dyn.h"

typedef struct ictus_cli_transitions_job /* what is told and written; borrowed */
{
  const ictus_cli_dyn *c;
  const ictus_ramp_options *o;
  const ictus_ramp *r;
  const ictus_dyn_diagram *d; /* without branches where there is none */
} ictus_cli_transitions_job;

/** The table, or JSON. Collectivity: none. */
ictus_err ictus_cli_transitions_print (FILE *f, const ictus_cli_transitions_job *j);
/** The file, rank 0. Collectivity: none. */
ictus_err ictus_cli_transitions_write (const ictus_cli_transitions_job *j, const char *path, int argc, char **argv);
/** Name and unit of what is watched. Collectivity: none. */
const ictus_lang_var *ictus_cli_transitions_watched (const ictus_model *m, int watch);
/** Equilibria and cycles over the range of the ramp and a quarter of it on either side; where that cannot be had a remark, and d
 * stays empty. Collectivity: all of MPI_COMM_WORLD. */
ictus_err ictus_cli_transitions_diagram (const ictus_cli_dyn *c, const ictus_ramp_options *o, ictus_dyn_diagram *d);
/** What is watched as ordinate of that diagram; false: it is no unknown of it. Collectivity: none. */
bool ictus_cli_transitions_ordinate (const ictus_model *m, int watch, ictus_cli_ordinate *out);

#endif
