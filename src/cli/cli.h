/* SPDX-License-Identifier: BSD-3-Clause */
/** \file cli.h
 * Shared by the subcommands. A subcommand gets argc, argv with argv[0] its own name; MPI is running; it
 * returns an exit status. Every rank runs it; what is for the user is printed by rank 0 only (ictus_cli_fail
 * takes care).
 */
#ifndef ICTUS_CLI_H
#define ICTUS_CLI_H

#include <getopt.h>

#include "ictus/ictus.h"

/** Print the last error once ("ictus: message", by rank 0 of MPI_COMM_WORLD) and give the exit status.
 * Collectivity: none; e must be agreed (the same on all ranks). */
int ictus_cli_fail (ictus_err e);
/** "ictus COMMAND: message. Try 'ictus COMMAND --help'.", status 64. Collectivity: none. */
int ictus_cli_usage (const char *command, const char *fmt, ...) __attribute__ ((format (printf, 2, 3)));
/** Read the options of a command line ("o:h" and list): each goes to take, which returns a status to end with, or 0.
 * \param done  set when --help was asked for, and given
 * Returns a status to end with, or 0; optind is at what follows the options then. Collectivity: none; the same on all ranks. */
int ictus_cli_options (int argc, char **argv, const struct option *list, void (*help) (void),
                       int (*take) (void *job, int opt, const char *arg), void *job, bool *done);
/** True on rank 0 of MPI_COMM_WORLD. Collectivity: none. */
bool ictus_cli_is_main (void);
/** Print on standard output, rank 0 only. Collectivity: none. */
void ictus_cli_print (const char *fmt, ...) __attribute__ ((format (printf, 1, 2)));
/* Why the first of these that failed did; 0: none did. */
int ictus_cli_print_errno (void);

typedef struct ictus_cli_common /* options that all commands on an experiment take */
{
  const char *dir;  /* -o; NULL: default */
  bool overwrite, quiet, json;
  const char **set; /* [nset] --set key=value, and --seed as seed=N */
  size_t nset;
  char seed[40];
  const char *isa; /* --isa; NULL: not given */
} ictus_cli_common;

#define ICTUS_CLI_COMMON_HELP                                                            \
  "  -o, --output DIR       folder for the results (default: ./out/NAME)\n"              \
  "      --overwrite        replace existing results\n"                                  \
  "      --set KEY=VALUE    override an entry of the experiment, e.g. run.t_stop=50\n"   \
  "      --seed N           the same as --set seed=N\n"                                  \
  "      --isa LEVEL        level of instructions: x86-64-v2, x86-64-v3, x86-64-v4\n"   \
  "                         (default: the highest one that all ranks have)\n"            \
  "      --quiet            no progress, no remarks\n"                                   \
  "      --json             tables as JSON\n"                                            \
  "  -h, --help             this text\n"

/* getopt_long codes of the common options */
enum { ICTUS_OPT_OVERWRITE = 1000, ICTUS_OPT_SET, ICTUS_OPT_SEED, ICTUS_OPT_QUIET, ICTUS_OPT_JSON, ICTUS_OPT_ISA };
#define ICTUS_CLI_COMMON_OPTIONS                                                                 \
  { "output", required_argument, NULL, 'o' }, { "overwrite", no_argument, NULL, ICTUS_OPT_OVERWRITE }, \
  { "set", required_argument, NULL, ICTUS_OPT_SET }, { "seed", required_argument, NULL, ICTUS_OPT_SEED }, \
  { "quiet", no_argument, NULL, ICTUS_OPT_QUIET }, { "json", no_argument, NULL, ICTUS_OPT_JSON },    \
  { "isa", required_argument, NULL, ICTUS_OPT_ISA }, { "help", no_argument, NULL, 'h' }

/** Take one getopt_long result: true when it was a common option. Call ictus_cli_common_clear at the end.
 * Collectivity: none. */
bool ictus_cli_common_take (ictus_cli_common *c, int opt, const char *arg);
void ictus_cli_common_clear (ictus_cli_common *c); /* Collectivity: none. */

/** A number of ranks or machines, 1 to 10^8; false when text is none. Collectivity: none. */
bool ictus_cli_count (const char *text, int *out);

/** Choose the level of instructions, alike on all ranks: wanted (of --isa), else that of the environment variable ICTUS_ISA,
 * else the highest one that all ranks have (a remark if some have a higher one). Before any model is opened.
 * \retval ICTUS_E_USAGE     there is no such level
 * \retval ICTUS_E_RESOURCE  a rank lacks it. Collectivity: all of MPI_COMM_WORLD. */
ictus_err ictus_cli_isa (const char *wanted);
/** Unless one was wanted, the level that the checkpoints in dir were made with, if there are any.
 * \retval ICTUS_E_RESOURCE  a rank lacks it
 * \retval ICTUS_E_FORMAT    they are of a version that had no levels. Collectivity: all of MPI_COMM_WORLD. */
ictus_err ictus_cli_isa_of_checkpoint (const char *dir, const char *wanted);
/** The same for the rows of a sweep in dir, or of a part of it.
 * \retval ICTUS_E_RESOURCE  a rank lacks it. Collectivity: all of MPI_COMM_WORLD. */
ictus_err ictus_cli_isa_of_sweep (const char *dir, size_t part, size_t nparts, const char *wanted);
/** The same for a result file that was made at the level name; a remark where that cannot be.
 * Collectivity: all of MPI_COMM_WORLD. */
ictus_err ictus_cli_isa_of_results (const char *path, const char *name, const char *wanted);

/** Read an experiment file (rank 0 reads, all get it), apply the overrides.
 * Collectivity: all of MPI_COMM_WORLD. */
ictus_err ictus_cli_load (const char *path, const ictus_cli_common *c, ictus_conf **out);
/** The result folder: c->dir, or ./out/NAME. Collectivity: none. */
void ictus_cli_dir (const ictus_cli_common *c, const char *name, ictus_text *out);
/** The same for an experiment: its name, or that of its file without the ending. Collectivity: none. */
void ictus_cli_experiment_dir (const ictus_cli_common *c, const ictus_conf *conf, ictus_text *out);
/** What ictus check does with an experiment: its values, models, solvers, the files it names. Collectivity: none. */
ictus_err ictus_cli_check_conf (ictus_conf *conf);
/** A line for each population that leaves its solver to `auto`. Collectivity: none. */
void ictus_cli_log_choices (const ictus_net *net);
/** Make a folder (rank 0) and agree. Collectivity: all of MPI_COMM_WORLD. */
ictus_err ictus_cli_mkdir (const char *dir);

/** How a model is followed by itself with these settings, those of its file or changed ones: what a file of XPPAUT's does not
 * say is as in XPPAUT, what one of Ictus's own dialect does not say is 100 ms by cvode-bdf with points each 0.025 ms.
 * Collectivity: none. */
void ictus_cli_path_config (const ictus_lang *lang, const ictus_lang_settings *s, ictus_path_config *c);

typedef struct ictus_cli_lock /* of a result folder */
{
  int fd;     /* -1: none */
  char *path; /* owned; NULL: not held */
} ictus_cli_lock;
/** Keep other programs from writing into a folder that exists, until it is dropped or the program ends in
 * whatever way.
 * \retval ICTUS_E_RESOURCE  another one has it; on all ranks. Collectivity: all of MPI_COMM_WORLD. */
ictus_err ictus_cli_lock_take (const char *dir, ictus_cli_lock *l);
/** One that is not held is fine. Collectivity: all of MPI_COMM_WORLD. */
void ictus_cli_lock_drop (ictus_cli_lock *l);

/** The newest good checkpoint in dir that goes on with the result file; otherwise as ictus_ckpt_find.
 * Collectivity: all of MPI_COMM_WORLD. */
ictus_err ictus_cli_find_checkpoint (const char *dir, char *results, uint64_t digest, ictus_image **out);
/** The result file is of a complete run: its checkpoints in dir are removed, those of another run are left, with a word.
 * Collectivity: all of MPI_COMM_WORLD. */
ictus_err ictus_cli_clear_complete (const char *dir, char *results);

/** The digest of the experiment (ictus_net_digest) that a used.yaml of a run begins with; 0: none, or no such file.
 * Collectivity: none. */
uint64_t ictus_cli_used_digest (const char *path);

typedef struct ictus_cli_run_options
{
  bool overwrite, resume, progress, summary, json;
  bool check_memory;   /* refuse a run that clearly will not fit */
  double discard_ms;   /* NaN: as the run was begun */
  const char *isa;     /* of --isa; NULL: as the run was begun */
  ictus_image **image; /* go on from it, with the lock on dir held already; taken over. NULL: look into dir if
                          resume says so */
  int argc;
  char **argv;
} ictus_cli_run_options;
/** Run an experiment, or go on with it: DIR/results.h5, DIR/used.yaml, checkpoints; the exit status.
 * \param dir  result folder; NULL: nothing is written. Collectivity: all of MPI_COMM_WORLD. */
int ictus_cli_run_experiment (ictus_conf *conf, const char *dir, const ictus_cli_run_options *o);

/** From now on SIGINT, SIGTERM and SIGUSR1 ask for an orderly end instead of killing: what runs goes on to a point from which it can be
 * continued, writes, and ends with status 75. Batch systems and mpirun send these before they kill, some of them more than once; only a
 * second SIGINT kills at once. Collectivity: none. */
void ictus_cli_heed_signals (void);
/** True on a rank that got one of these signals; ctx is not used. Collectivity: none. */
bool ictus_cli_told_to_end (void *ctx);

int ictus_cli_check (int argc, char **argv);
int ictus_cli_compile (int argc, char **argv);
int ictus_cli_continue (int argc, char **argv);
int ictus_cli_lyapunov (int argc, char **argv);
int ictus_cli_merge (int argc, char **argv);
int ictus_cli_models (int argc, char **argv);
int ictus_cli_partition (int argc, char **argv);
int ictus_cli_phase (int argc, char **argv);
int ictus_cli_plan (int argc, char **argv);
int ictus_cli_plot (int argc, char **argv);
int ictus_cli_rerun (int argc, char **argv);
int ictus_cli_resume (int argc, char **argv);
int ictus_cli_run (int argc, char **argv);
int ictus_cli_solve (int argc, char **argv);
int ictus_cli_submit (int argc, char **argv);
int ictus_cli_status (int argc, char **argv);
int ictus_cli_sweep (int argc, char **argv);
int ictus_cli_transitions (int argc, char **argv);

#endif
