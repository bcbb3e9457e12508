/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus status of a sweep. */
#include "cli/cli_status.h"

#include <dirent.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum
{
  SHOWN = 20 /* failed runs that are told one by one, and runs under way */
};

#define SILENT_S                                                                                             \
  600.0 /* a sweep of another machine that has told nothing for so long is not taken to be running */

typedef struct facts
{
  const char *dir;
  status_used used;
  ictus_sweep_state s;
  bool running, result;
  size_t nline, nopen; /* of a search; not searched to the end */
  size_t nkept;  /* runs that are not done and have a checkpoint of their own */
  size_t nteam;  /* that are at work, as far as is known; 0: none */
  double left_s; /* NaN: unknown */
} facts;

/* ---- what is in the folder ---------------------------------------------------------------------- */

/* Runs with a checkpoint in DIR/points/<run>/. */
static size_t
count_kept (const char *dir)
{
  ictus_text points = { 0 }, path = { 0 };
  struct dirent *entry;
  DIR *d = NULL;
  size_t n = 0;

  ictus_text_add (&points, "%s/points", dir);
  if (!points.failed)
    d = opendir (points.s);
  while (d != NULL && (entry = readdir (d)) != NULL)
    {
      ictus_text_clear (&path);
      ictus_text_add (&path, "%s/%s", points.s, entry->d_name);
      n += entry->d_name[0] != '.' && !path.failed && ictus_ckpt_exists (path.s);
    }
  if (d != NULL)
    closedir (d);
  ictus_text_clear (&path);
  ictus_text_clear (&points);
  return n;
}

/* A journal is locked by who writes it; where locks are not seen, by its age. */
static bool
is_written (const char *journal, size_t nbegun)
{
  struct stat s;

  switch (status_look_at_lock (journal))
    {
    case STATUS_HELD:
      return true;
    case STATUS_FREE:
      return false;
    case STATUS_UNKNOWN:
      break;
    }
  return nbegun > 0 && stat (journal, &s) == 0 && difftime (time (NULL), s.st_mtime) < SILENT_S;
}

static size_t
left_to_do (const facts *x)
{
  return x->s.nrun - x->s.ndone - x->s.nfailed;
}

/* Runs under way tell at least how long they have been so: all time spent on runs, shared among those that
 * are done. */
static void
estimate (facts *x)
{
  const ictus_sweep_state *s = &x->s;
  double now = difftime (time (NULL), 0), spent = 0, each, left;

  x->left_s = NAN;
  if (!x->running || s->ndone == 0 || x->used.searches)
    return;
  x->nteam = s->nbegun > 0 ? s->nbegun : 1; /* runs of less than a second are not told */
  for (size_t k = 0; k < s->nbegun; ++k)
    spent += fmax (now - s->begun[k].since, 0);
  each = s->busy_s + spent / (double)s->ndone;
  left = (double)(left_to_do (x) - s->nbegun) * each;
  for (size_t k = 0; k < s->nbegun; ++k)
    left += fmax (each - fmax (now - s->begun[k].since, 0), each / 4);
  x->left_s = left / (double)x->nteam;
}

/* What a search has still to find; it cannot be known without its experiment, and is not guessed. */
static ictus_err
look_at_lines (facts *x)
{
  ictus_conf *conf = NULL;
  ictus_experiment *exp = NULL;
  ictus_err e = ICTUS_OK;

  if (x->used.searches && x->s.njournal > 0 && status_read_experiment (x->dir, &conf, &exp))
    e = ictus_sweep_look_lines (&x->s, exp, &x->nline, &x->nopen);
  ictus_experiment_destroy (&exp);
  ictus_conf_destroy (&conf);
  return e;
}

static ictus_err
gather (facts *x, bool *found)
{
  ictus_text path = { 0 };
  ictus_err e;

  ictus_text_add (&path, "%s/sweep.h5", x->dir);
  ICTUS_GO (path.failed ? ICTUS_E_NOMEM : ICTUS_OK);
  x->result = ictus_file_exists (path.s);
  ICTUS_GO (ictus_sweep_look (x->dir, &x->s));
  *found = x->result || x->s.njournal > 0;
  for (size_t k = 0; k < x->s.njournal; ++k)
    x->running = is_written (x->s.journal[k], x->s.nbegun) || x->running;
  status_read_used (x->dir, &x->used);
  ICTUS_GO (look_at_lines (x));
  x->nkept = count_kept (x->dir);
  estimate (x);
done:
  ictus_text_clear (&path);
  return e;
}

static const char *
state_of (const facts *x)
{
  if (x->running)
    return "running";
  if (x->s.njournal > 0 && (x->used.searches ? x->nopen : left_to_do (x)) > 0)
    return "stopped";
  return x->s.nfailed > 0 ? "complete, with failed runs" : "complete";
}

/* ---- words -------------------------------------------------------------------------------------- */

static void
print_begun (FILE *f, const facts *x)
{
  const ictus_sweep_state *s = &x->s;
  double now = difftime (time (NULL), 0);

  if (s->nbegun == 0)
    return;
  fprintf (f, "  %-12s %zu%s", x->running ? "under way" : "broken off", s->nbegun,
           x->running ? "" : ", they begin again");
  for (size_t k = 0; x->running && k < s->nbegun && k < SHOWN; ++k)
    {
      char t[32];

      status_seconds (t, fmax (now - s->begun[k].since, 0));
      fprintf (f, "%s run %zu for %s on %d rank%s", k == 0 ? ":" : ";", s->begun[k].run, t, s->begun[k].nrank,
               s->begun[k].nrank == 1 ? "" : "s");
    }
  fprintf (f, "%s\n", x->running && s->nbegun > SHOWN ? "; ..." : "");
}

static void
print_text (FILE *f, const facts *x)
{
  const ictus_sweep_state *s = &x->s;
  char t[32];

  fprintf (f, "sweep %s: %s\n", x->used.found ? x->used.name : x->dir, state_of (x));
  if (s->njournal == 0)
    return;
  fprintf (f, "  runs         %zu%s\n", s->nrun,
           x->used.searches ? ", of which the search for the threshold makes some" : "");
  if (s->nparts > 0)
    fprintf (f, "  parts        %zu of %zu have a journal\n", s->npart, s->nparts);
  fprintf (f, "  done         %zu", s->ndone);
  if (s->ndone > 0)
    {
      status_seconds (t, s->longest_s);
      fprintf (f, ", %.3g s each on average, at most %s", s->busy_s, t);
    }
  fprintf (f, "\n  failed       %zu\n", s->nfailed);
  print_begun (f, x);
  if (x->used.searches)
    fprintf (f, "  lines        %zu of %zu searched to the end\n", x->nline - x->nopen, x->nline);
  else
    fprintf (f, "  to do        %zu\n", left_to_do (x) - (x->running ? s->nbegun : 0));
  if (x->nkept > 0)
    fprintf (f, "  kept         %zu run%s a checkpoint to go on from\n", x->nkept,
             x->nkept == 1 ? " has" : "s have");
  if (s->nspoilt > 0)
    fprintf (f, "  spoilt       %zu line%s of the journal; what was in them runs again\n", s->nspoilt,
             s->nspoilt == 1 ? "" : "s");
  if (isfinite (x->left_s))
    {
      status_seconds (t, x->left_s);
      fprintf (f, "  time left    about %s with %zu team%s\n", t, x->nteam, x->nteam == 1 ? "" : "s");
    }
  for (size_t k = 0; k < s->nfailed && k < SHOWN; ++k)
    fprintf (f, "%s  run %zu: %.*s\n", k == 0 ? "failed runs\n" : "", s->failed[k].run,
             (int)strcspn (s->failed[k].reason, "\n"), s->failed[k].reason);
  if (s->nfailed > SHOWN)
    fprintf (f, "  and %zu more\n", s->nfailed - SHOWN);
}

static void
print_json (FILE *f, const facts *x)
{
  const ictus_sweep_state *s = &x->s;

  fprintf (f, "{\"kind\": \"sweep\", \"name\": ");
  ictus_json_string (f, x->used.found ? x->used.name : "");
  fprintf (f, ", \"state\": \"%s\"",
           x->running                              ? "running"
           : strcmp (state_of (x), "stopped") == 0 ? "stopped"
                                                   : "complete");
  fprintf (f, ", \"runs\": %zu, \"done\": %zu, \"failed\": %zu, \"begun\": %zu, \"to_do\": %zu", s->nrun,
           s->ndone, s->nfailed, s->nbegun, s->nrun > 0 ? left_to_do (x) : 0);
  fprintf (f, ", \"parts\": %zu, \"parts_found\": %zu, \"with_checkpoint\": %zu, \"spoilt_lines\": %zu",
           s->nparts, s->npart, x->nkept, s->nspoilt);
  fprintf (f, ", \"searches_threshold\": %s", x->used.searches ? "true" : "false");
  if (x->used.searches)
    fprintf (f, ", \"lines\": %zu, \"lines_open\": %zu", x->nline, x->nopen);
  ictus_json_number (f, ", \"busy_s\": ", s->ndone > 0 ? s->busy_s : NAN);
  ictus_json_number (f, ", \"left_s\": ", x->left_s);
  fprintf (f, ", \"under_way\": [");
  for (size_t k = 0; x->running && k < s->nbegun; ++k)
    fprintf (f, "%s{\"run\": %zu, \"since\": %.0f, \"ranks\": %d}", k > 0 ? ", " : "", s->begun[k].run,
             s->begun[k].since, s->begun[k].nrank);
  fprintf (f, "], \"failures\": [");
  for (size_t k = 0; k < s->nfailed; ++k)
    {
      fprintf (f, "%s{\"run\": %zu, \"reason\": ", k > 0 ? ", " : "", s->failed[k].run);
      ictus_json_string (f, s->failed[k].reason);
      fprintf (f, "}");
    }
  fprintf (f, "]}\n");
}

ictus_err
status_sweep (FILE *f, const char *dir, const status_options *o, bool *found)
{
  facts x = { .dir = dir };
  ictus_err e;

  *found = false;
  ICTUS_GO (gather (&x, found));
  if (*found && o->json)
    print_json (f, &x);
  else if (*found)
    print_text (f, &x);
done:
  ictus_sweep_state_clear (&x.s);
  return e;
}
