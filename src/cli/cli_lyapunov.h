/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus lyapunov: its parts. */
#ifndef ICTUS_CLI_LYAPUNOV_H
#define ICTUS_CLI_LYAPUNOV_H

#include "cli/cli_lyapunov_orbit.h"

typedef struct ictus_cli_lyapunov_job /* the command, as it was given */
{
  ictus_cli_dyn c;
  ictus_lyapunov_options o;
  const char *trans, *total; /* texts; NULL: chosen */
  const char *map[3];        /* [nmap] texts of --map; more than two are refused by name */
  size_t nmap;
  ictus_cli_orbit points;    /* texts of --orbit, --section, --zero-one and what belongs to them */
  int argc;                  /* the command line, while options are read */
  char **argv;
  const char *perhaps;       /* word after --zero-one: a state, unless it is the model */
  long told_at;              /* second of the last line of progress */
} ictus_cli_lyapunov_job;

/** Unit of the exponents: 1/ms; "" where time has none, "1/iteration" of a map. Collectivity: none. */
const char *ictus_cli_lyapunov_unit (const ictus_model *m, bool map);
/** The table, or JSON. Collectivity: none. */
void ictus_cli_lyapunov_print (FILE *f, const ictus_cli_dyn *c, const ictus_lyapunov *l);
/** lyapunov.h5, rank 0. Collectivity: none. */
ictus_err ictus_cli_lyapunov_write (const ictus_cli_dyn *c, const ictus_lyapunov *l, const char *path, int argc, char **argv);

#endif
