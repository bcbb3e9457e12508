/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus continue: its parts. */
#ifndef ICTUS_CLI_CONTINUE_H
#define ICTUS_CLI_CONTINUE_H

#include "cli/cli_dyn.h"

typedef struct ictus_cli_ordinate /* what the picture shows over the parameter */
{
  bool aux;
  int k;                    /* unknown of the diagram, or aux */
  const ictus_lang_var *v;
} ictus_cli_ordinate;

/** By name, a state that has an equation or an aux quantity; NULL: yp of the file, else the first state.
 * Collectivity: none. */
ictus_err ictus_cli_continue_ordinate (const ictus_model *m, const char *name, ictus_cli_ordinate *out);
/** The file, rank 0. Collectivity: none. */
ictus_err ictus_cli_continue_write (const ictus_cli_dyn *c, const ictus_dyn_diagram *d, const ictus_cli_ordinate *y,
                                    const char *path, int argc, char **argv);
/** Group /branches of it, into another file. Collectivity: none. */
ictus_err ictus_cli_continue_branches (const ictus_cli_dyn *c, const ictus_dyn_diagram *d, const ictus_cli_ordinate *y, ictus_h5 *f);

#endif
