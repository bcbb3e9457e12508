/* SPDX-License-Identifier: BSD-3-Clause */
/* Private to ictus submit: cli_submit.c (options and order of things), cli_submit_script.c (the text of the
   scripts), cli_submit_slurm.c (the site's settings, sbatch). All of it runs on one process. */
#ifndef ICTUS_CLI_SUBMIT_H
#define ICTUS_CLI_SUBMIT_H

#include "cli/cli.h"

typedef struct ictus_cli_job /* what is to be submitted */
{
  bool sweep;             /* the experiment is one */
  bool requeue, dry_run;
  long nodes, tasks;      /* tasks: ranks on each node */
  long array;             /* shares of a sweep; 0: one job */
  long seconds;           /* time limit */
  const char *time;       /* the same as it was written */
  const char *partition;  /* NULL: the site's */
  const char *account;    /* NULL: the site's */
  char *experiment, *dir; /* absolute; owned */
  char *site;             /* text of the site's settings; owned */
  char *program;          /* this one, absolute; owned */
  ictus_text site_partition, site_account; /* what the settings say; "" or nothing: nothing */
  ictus_text name;                         /* of the job */
  ictus_cli_common common;                 /* --set, --seed, -o, --json */
} ictus_cli_job;

typedef struct ictus_cli_job_script /* the files of jobs/, built in */
{
  const char *name, *text;
} ictus_cli_job_script;
extern const ictus_cli_job_script ictus_cli_job_scripts[]; /* ends with {NULL, NULL} */
extern const char ictus_cli_job_folder[];                  /* where they are installed */

/** Text of a file of jobs/; NULL if there is none of that name. Collectivity: none. */
const char *ictus_cli_job_text (const char *name);
/** Seconds of a time limit as SLURM writes it; 0 when it is none. Collectivity: none. */
long ictus_cli_job_seconds (const char *time);
/** DIR/submit.sbatch. Collectivity: none. */
ictus_err ictus_cli_job_write (const ictus_cli_job *job, ictus_text *out);
/** DIR/merge.sbatch, of an array. Collectivity: none. */
ictus_err ictus_cli_job_write_merge (const ictus_cli_job *job, ictus_text *out);
/** job->site: the settings of this site, from ICTUS_SITE, the user's or the installed file, or as shipped.
 * Collectivity: none. */
ictus_err ictus_cli_job_site (ictus_cli_job *job);
/** job->site_partition and site_account: what these settings say. \retval ICTUS_E_INPUT  they are no good
 * script. Collectivity: none. */
ictus_err ictus_cli_job_ask_site (ictus_cli_job *job);
/** \retval ICTUS_E_RESOURCE  there is no sbatch. Collectivity: none. */
ictus_err ictus_cli_job_find_sbatch (void);
/** Hand a script in; *id is the job's (to be given to ictus_free). after: run when that job has ended; NULL: at once.
 * \retval ICTUS_E_RESOURCE  sbatch refused; it has said why. Collectivity: none. */
ictus_err ictus_cli_job_submit (const ictus_cli_job *job, const char *script, const char *after, char **id);

#endif
