/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared by the files of ictus status. */
#ifndef ICTUS_CLI_STATUS_H
#define ICTUS_CLI_STATUS_H

#include "cli/cli.h"

typedef enum status_lock
{
  STATUS_FREE,   /* nobody has it, or there is none */
  STATUS_HELD,   /* a program has it */
  STATUS_UNKNOWN /* this file system or machine does not tell */
} status_lock;

typedef struct status_options
{
  bool json, verify;
} status_options;

typedef struct status_used /* what DIR/used.yaml says */
{
  bool found;
  char name[256];
  double t_stop_ms;
  bool searches; /* a sweep for a threshold, which runs only some of its points */
  int ranks_per_point;
} status_used;

/* Whether another program has locked a file. Takes no lock that is in anybody's way for more than a moment. */
status_lock status_look_at_lock (const char *path);
/* First line of DIR/ictus.lock: "process 123 on host"; "" when there is none. */
void status_holder (const char *dir, char *out, size_t room);
/* The experiment of DIR/used.yaml; false: it cannot be read. Both are the caller's in any case, perhaps NULL. */
bool status_read_experiment (const char *dir, ictus_conf **conf, ictus_experiment **exp);
void status_read_used (const char *dir, status_used *out);

void status_seconds (char out[32], double seconds);        /* "5 s", "3 min", "2.1 h" */

/* cli_status_run.c, cli_status_sweep.c. Print; false in *found: nothing of that kind is in the folder. */
ictus_err status_run (FILE *f, const char *dir, const status_options *o, bool *found);
ictus_err status_sweep (FILE *f, const char *dir, const status_options *o, bool *found);

#endif
