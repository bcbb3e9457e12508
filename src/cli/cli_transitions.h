/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus transitions: its parts. */
#ifndef ICTUS_CLI_TRANSITIONS_H
#define ICTUS_CLI_TRANSITIONS_H

#include "cli/cli_dyn.h"

/** The table, or JSON. Collectivity: none. */
void ictus_cli_transitions_print (FILE *f, const ictus_cli_dyn *c, const ictus_ramp_options *o, const ictus_ramp *r);
/** The file, rank 0. Collectivity: none. */
ictus_err ictus_cli_transitions_write (const ictus_cli_dyn *c, const ictus_ramp_options *o, const ictus_ramp *r, const char *path,
                                       int argc, char **argv);
/** Name and unit of what is watched. Collectivity: none. */
const ictus_lang_var *ictus_cli_transitions_watched (const ictus_model *m, int watch);

#endif
