/* SPDX-License-Identifier: BSD-3-Clause */
/* DIR/progress, see cli_progress.c. */
#ifndef ICTUS_CLI_PROGRESS_H
#define ICTUS_CLI_PROGRESS_H

#include "cli/cli.h"

typedef struct ictus_cli_progress /* start with {0}; rank 0 */
{
  const char *dir; /* borrowed; NULL: nothing is written */
  double start_s, written_s; /* wall clock of base */
  long long start;           /* Unix time */
  double begin_ms, stop_ms, t_ms, neurons;
  uint64_t nspike; /* since begin */
  const ictus_engine *engine; /* borrowed */
  uint64_t before;            /* spikes of the run when this began */
  double looked_s;            /* at the clock, which is read in one of `every` windows */
  unsigned every, skip;
  int nrank;
  char host[256];
} ictus_cli_progress;

/** Write from now on what the engine has reached; it has been loaded if it goes on with a run.
 * Collectivity: none. */
ictus_err ictus_cli_progress_begin (ictus_engine *engine, const char *dir, ictus_cli_progress *p);
/** The last word, with the outcome of the run; ictus_err_last stays what it is. Collectivity: none. */
void ictus_cli_progress_end (ictus_cli_progress *p, ictus_err e);

typedef struct ictus_cli_progress_facts
{
  bool found;
  char state[16], host[256], message[1024];
  double t_ms, begin_ms, stop_ms, wall_s, rate_Hz, start, updated; /* start, updated: Unix time */
  int nrank;
  long pid;
} ictus_cli_progress_facts;
/** Read it; false when there is none. Collectivity: none. */
bool ictus_cli_progress_read (const char *dir, ictus_cli_progress_facts *out);

#endif
