/* SPDX-License-Identifier: BSD-3-Clause */
/** \file cli_lyapunov_map.h
 * ictus lyapunov --map: the largest exponent over one parameter or two.
 */
#ifndef ICTUS_CLI_LYAPUNOV_MAP_H
#define ICTUS_CLI_LYAPUNOV_MAP_H

#include "cli/cli_dyn.h"

/** All of it: folder, journal, file, picture, what is printed. c is open, with lanes; signals are heeded. The same command goes on with what was
 * stopped.
 * \param map  [nmap] texts of --map, NAME=LO:HI:N. Collectivity: all of MPI_COMM_WORLD. */
ictus_err ictus_cli_lyapunov_map (ictus_cli_dyn *c, const ictus_lyapunov_options *o, const char *const *map, size_t nmap, int argc,
                                  char **argv);

#endif
