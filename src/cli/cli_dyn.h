/* SPDX-License-Identifier: BSD-3-Clause */
/** \file cli_dyn.h
 * What `ictus phase`, `continue`, `lyapunov` and `transitions` have in common: a model with values, where results go.
 */
#ifndef ICTUS_CLI_DYN_H
#define ICTUS_CLI_DYN_H

#include "cli/cli.h"

typedef struct ictus_cli_dyn
{
  const char *command;    /* for messages; set by the caller, the rest zero */
  const char *model_name;
  const char *dir;        /* -o; NULL: ./out/NAME of the model */
  const char *isa, *use_set;
  bool overwrite, quiet, json, no_output, no_picture;
  char **assign, **init;  /* --par NAME=VALUE, --init NAME=VALUE, in their order; the texts are borrowed from argv */
  size_t nassign, cap_assign, ninit, cap_init;
  ictus_model *model;
  double *p, *u, *y;
  ictus_lang_settings settings; /* those of the file, changed by --use-set */
  ictus_dyn_values values;      /* of all the above; filled by ictus_cli_dyn_open */
  ictus_cli_lock lock;
} ictus_cli_dyn;

#define ICTUS_CLI_DYN_HELP                                                               \
  "      --par NAME=VALUE   set a parameter or constant input (may be repeated)\n"      \
  "      --init NAME=VALUE  set an initial value (may be repeated)\n"                    \
  "      --use-set NAME     begin with the values of a named set of the file\n"          \
  "  -o, --output DIR       folder for the results (default: ./out/NAME of the model)\n" \
  "      --overwrite        replace existing results\n"                                  \
  "      --no-output        write no file\n"                                             \
  "      --no-picture       draw no picture\n"                                           \
  "      --isa LEVEL        level of instructions: x86-64-v2, x86-64-v3, x86-64-v4\n"   \
  "      --json             the table as JSON\n"                                         \
  "      --quiet            no progress, no remarks\n"                                   \
  "  -h, --help             this text\n"

enum { ICTUS_OPT_DYN = 1100, ICTUS_OPT_DYN_INIT, ICTUS_OPT_DYN_USE_SET, ICTUS_OPT_DYN_NO_OUTPUT, ICTUS_OPT_DYN_NO_PICTURE, ICTUS_OPT_DYN_PAR,
       ICTUS_OPT_DYN_OWN /* first free one */ };
#define ICTUS_CLI_DYN_OPTIONS                                                            \
  { "output", required_argument, NULL, 'o' }, { "overwrite", no_argument, NULL, ICTUS_OPT_OVERWRITE },   \
  { "quiet", no_argument, NULL, ICTUS_OPT_QUIET }, { "json", no_argument, NULL, ICTUS_OPT_JSON },        \
  { "isa", required_argument, NULL, ICTUS_OPT_ISA }, { "help", no_argument, NULL, 'h' },                 \
  { "init", required_argument, NULL, ICTUS_OPT_DYN_INIT }, { "par", required_argument, NULL, ICTUS_OPT_DYN_PAR }, \
  { "use-set", required_argument, NULL, ICTUS_OPT_DYN_USE_SET },                                         \
  { "no-output", no_argument, NULL, ICTUS_OPT_DYN_NO_OUTPUT },                                           \
  { "no-picture", no_argument, NULL, ICTUS_OPT_DYN_NO_PICTURE }

/** Take one getopt_long result: true when it was one of these. --par is taken only where the text is NAME=VALUE without a ':';
 * a command for which --par means more looks at the others itself (`continue --par I`, `--par I=0:200`).
 * Collectivity: none. */
bool ictus_cli_dyn_take (ictus_cli_dyn *c, int opt, const char *arg);
/** Read the command line of a command that takes one model: each option goes to take, which returns a status to end with or 0.
 * \param list  options known, ICTUS_CLI_DYN_OPTIONS among them
 * \param done  set when --help was asked for, and given
 * Returns a status to end with, or 0. c->model_name is set then. Collectivity: none; the same on all ranks. */
int ictus_cli_dyn_options (ictus_cli_dyn *c, int argc, char **argv, const struct option *list, void (*help) (void),
                           int (*take) (void *job, int opt, const char *arg), void *job, bool *done);
/** Open the model, compiled by one rank first, with all values set: file, set, --par, --init. A wrong name is refused with the
 * nearest one.
 * \param lanes  the lane kernels are wanted, too
 * Collectivity: all of MPI_COMM_WORLD. */
ictus_err ictus_cli_dyn_open (ictus_cli_dyn *c, bool lanes);
/** "NAME", "NAME=LO:HI" or "NAME=LO:HI:N" of option --OPTION; what is not there stays as it was. Bounds may have units; LO < HI.
 * \param par  ictus_dyn_par; a name that is none is refused with the nearest one. Collectivity: none. */
ictus_err ictus_cli_dyn_axis (const ictus_cli_dyn *c, const char *option, const char *text, int *par, double *lo, double *hi,
                              size_t *n);
/** Where DIR/file goes: makes the folder, locks it, refuses a file that exists without --overwrite.
 * \param path  appended; nothing with --no-output. Collectivity: all of MPI_COMM_WORLD. */
ictus_err ictus_cli_dyn_output (ictus_cli_dyn *c, const char *file, ictus_text *path);
/** What every file of these commands has: attributes ictus_kind, ictus_schema, model, model_text of the root; groups
 * /values/parameters, /values/inputs, /values/initial with a value as attribute a name; /provenance with versions and command line. Collectivity: all ranks of f. */
ictus_err ictus_cli_dyn_describe (const ictus_cli_dyn *c, ictus_h5 *f, const char *kind, int64_t schema, int argc,
                                  char **argv);
/** Draw DIR/NAME.h5 as DIR/NAME.png, rank 0; without gnuplot a remark. Not with --no-picture, --no-output.
 * Collectivity: all of MPI_COMM_WORLD. */
ictus_err ictus_cli_dyn_picture (const ictus_cli_dyn *c, const char *h5, const ictus_plot_request *r);
/** Also where it was not opened; c->lock.fd is -1 then. Collectivity: all of MPI_COMM_WORLD. */
void ictus_cli_dyn_close (ictus_cli_dyn *c);

#endif
