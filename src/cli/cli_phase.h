/* SPDX-License-Identifier: BSD-3-Clause */
/* Private to `ictus phase`. */
#ifndef ICTUS_CLI_PHASE_H
#define ICTUS_CLI_PHASE_H

#include "cli/cli_dyn.h"

/* The phase plane as a file. Collectivity: all of MPI_COMM_WORLD. */
ictus_err ictus__phase_write (const ictus_cli_dyn *c, const ictus_phase *p, const char *path, int argc, char **argv);

#endif
