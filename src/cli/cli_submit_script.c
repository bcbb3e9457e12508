/* SPDX-License-Identifier: BSD-3-Clause */
/* The scripts of ictus submit are those of jobs/ with everything filled in: what they say about themselves, then
   #SBATCH lines and settings of this job, then their commands. */
#include "cli/cli_submit.h"

#include <ctype.h>
#include <string.h>

/* The commands of a script begin with this line. */
static const char job_line[] = "# ---- the job\n";

const char *
ictus_cli_job_text (const char *name)
{
  for (const ictus_cli_job_script *s = ictus_cli_job_scripts; s->name != NULL; ++s)
    if (strcmp (s->name, name) == 0)
      return s->text;
  return NULL;
}

/* Digits at *s as a number below 10^7; moves *s behind them. */
static bool
digits (const char **s, long *out)
{
  int n = 0;

  for (*out = 0; isdigit ((unsigned char)**s) && n < 8; ++*s, ++n)
    *out = 10 * *out + (**s - '0');
  return n > 0 && n < 8;
}

/* MINUTES, MINUTES:SECONDS, HOURS:MINUTES:SECONDS, DAYS-HOURS, DAYS-HOURS:MINUTES, DAYS-HOURS:MINUTES:SECONDS */
long
ictus_cli_job_seconds (const char *time)
{
  long days = 0, f[3] = { 0, 0, 0 };
  int n = 1;
  bool has_days;

  if (!digits (&time, &f[0]))
    return 0;
  has_days = *time == '-';
  if (has_days)
    {
      days = f[0];
      ++time;
      if (!digits (&time, &f[0]))
        return 0;
    }
  for (; *time == ':' && n < 3; ++n)
    {
      ++time;
      if (!digits (&time, &f[n]) || f[n] > 59)
        return 0;
    }
  if (*time != '\0' || (has_days && f[0] > 23))
    return 0;
  if (has_days || n == 3)
    return ((24 * days + f[0]) * 60 + f[1]) * 60 + f[2];
  return 60 * f[0] + f[1];
}

/* Text as one word of the shell. */
static void
add_word (ictus_text *out, const char *s)
{
  ictus_text_add (out, "'");
  for (; *s != '\0'; ++s)
    if (*s == '\'')
      ictus_text_add (out, "'\\''");
    else
      ictus_text_addn (out, s, 1);
  ictus_text_add (out, "'");
}

/* What a script of jobs/ says about itself: its comment without the licence and the examples, which are indented. */
static void
add_comment (ictus_text *out, const char *text)
{
  const char *end;

  for (; *text == '#' && strncmp (text, "#SBATCH", 7) != 0; text = end)
    {
      end = strchr (text, '\n');
      end = end != NULL ? end + 1 : text + strlen (text);
      if (strncmp (text, "# SPDX", 6) != 0 && strncmp (text, "#   ", 4) != 0)
        ictus_text_addn (out, text, (size_t)(end - text));
    }
}

/* A folder and a file in it where SLURM puts its own words: % begins one of these. */
static void
add_output (ictus_text *out, const char *dir, const char *file)
{
  ictus_text_add (out, "#SBATCH --output=\"");
  for (const char *s = dir; *s != '\0'; ++s)
    ictus_text_addn (out, *s == '%' ? "%%" : s, *s == '%' ? 2 : 1);
  ictus_text_add (out, "/%s\"\n", file);
}

static void
add_place (ictus_text *out, const ictus_cli_job *job)
{
  const char *partition = job->partition != NULL ? job->partition : job->site_partition.s,
             *account = job->account != NULL ? job->account : job->site_account.s;

  if (partition != NULL && *partition != '\0')
    ictus_text_add (out, "#SBATCH --partition=%s\n", partition);
  if (account != NULL && *account != '\0')
    ictus_text_add (out, "#SBATCH --account=%s\n", account);
}

static void
add_settings (ictus_text *out, const ictus_cli_job *job)
{
  ictus_text path = { 0 };

  ictus_text_add (&path, "%s/site.sh", job->dir);
  ictus_text_add (out, "\nset -u\nICTUS=");
  add_word (out, job->program);
  ictus_text_add (out, "\n. ");
  if (path.failed)
    out->failed = true;
  else
    add_word (out, path.s);
  ictus_text_clear (&path);
}

static ictus_err
add_commands (ictus_text *out, const char *text)
{
  const char *commands = text != NULL ? strstr (text, job_line) : NULL;

  if (commands == NULL)
    return ICTUS_FAIL (ICTUS_E_INTERNAL, "a script of jobs/ has no line \"# ---- the job\"");
  ictus_text_add (out, "\n%s", commands);
  return out->failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory") : ICTUS_OK;
}

/* The warning comes two minutes before the end; of a short job it would come at its beginning (SLURM may send it a
   minute early). */
static long
warning_s (long seconds)
{
  return seconds >= 480 ? 120 : seconds / 4;
}

ictus_err
ictus_cli_job_write (const ictus_cli_job *job, ictus_text *out)
{
  const char *text = ictus_cli_job_text (job->array > 0     ? "sweep-array.sbatch"
                                         : job->sweep       ? "sweep.sbatch"
                                         : job->requeue     ? "run-requeue.sbatch"
                                                            : "run.sbatch");

  add_comment (out, text != NULL ? text : "");
  ictus_text_add (out, "#SBATCH --job-name=%s\n", job->name.s);
  if (job->array > 0)
    ictus_text_add (out, "#SBATCH --array=1-%ld\n", job->array);
  ictus_text_add (out, "#SBATCH --nodes=%ld\n#SBATCH --ntasks-per-node=%ld\n#SBATCH --time=%s\n", job->nodes,
                  job->tasks, job->time);
  add_place (out, job);
  add_output (out, job->dir, job->array > 0 ? "job-%A_%a.out" : "job-%j.out");
  ictus_text_add (out, "#SBATCH --open-mode=append\n");
  if (job->requeue)
    ictus_text_add (out, "#SBATCH --signal=B:USR1@%ld\n#SBATCH --requeue\n", warning_s (job->seconds));
  else
    ictus_text_add (out, "#SBATCH --no-requeue\n");
  add_settings (out, job);
  ictus_text_add (out, "\nexperiment=");
  add_word (out, job->experiment);
  ictus_text_add (out, " dir=");
  add_word (out, job->dir);
  if (job->array > 0)
    ictus_text_add (out, " shares=%ld", job->array);
  ictus_text_add (out, "\nset --");
  for (size_t k = 0; k < job->common.nset; ++k)
    {
      ictus_text_add (out, " --set ");
      add_word (out, job->common.set[k]);
    }
  if (job->common.isa != NULL)
    ictus_text_add (out, " --isa %s", ictus_isa_name (ictus_isa_find (job->common.isa)));
  ictus_text_add (out, "\n");
  return add_commands (out, text);
}

ictus_err
ictus_cli_job_write_merge (const ictus_cli_job *job, ictus_text *out)
{
  const char *text = ictus_cli_job_text ("sweep-merge.sbatch");

  add_comment (out, text != NULL ? text : "");
  ictus_text_add (out, "#SBATCH --job-name=%s-merge\n#SBATCH --nodes=1\n#SBATCH --ntasks-per-node=1\n"
                       "#SBATCH --time=00:30:00\n", job->name.s);
  add_place (out, job);
  add_output (out, job->dir, "merge-%j.out");
  ictus_text_add (out, "#SBATCH --open-mode=append\n#SBATCH --requeue\n");
  add_settings (out, job);
  ictus_text_add (out, "\ndir=");
  add_word (out, job->dir);
  ictus_text_add (out, "\nset --\n");
  return add_commands (out, text);
}
