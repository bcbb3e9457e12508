/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus status of a run. */
#include "cli/cli_progress.h"
#include "cli/cli_status.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SILENT_S 60.0 /* a run that has written nothing for so long is not taken to be running */

typedef struct point /* a checkpoint file */
{
  char *name;
  double t_ms; /* NaN: unknown */
  double bytes, age_s;
  char *refused; /* why; NULL: good */
} point;

typedef struct facts
{
  const char *dir;
  status_used used;
  status_lock lock;
  char holder[512];
  ictus_cli_progress_facts progress;
  bool results, complete;
  point *point; /* [npoint], the newest first */
  size_t npoint, cap;
  const char *state;
  char words[1400];    /* behind the state */
  double t_ms, left_s; /* NaN: unknown */
} facts;

/* ---- checkpoints -------------------------------------------------------------------------------- */

/* A quick look: kind, version, time, length. */
static ictus_err
glance (const char *path, double bytes, double *t_ms)
{
  ictus_h5 h = { 0 };
  char *kind = NULL;
  int64_t schema, size;
  double *t = NULL;
  size_t n;
  ictus_err e;

  ICTUS_GO (ictus_h5_open (MPI_COMM_SELF, path, &h));
  ICTUS_GO (ictus_h5_read_attr_string (&h, "/", "ictus_kind", &kind));
  if (strcmp (kind, ICTUS_KIND_CHECKPOINT) != 0)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_FORMAT, "%s: it is no checkpoint", path));
  ICTUS_GO (ictus_h5_read_attr_int (&h, "/", "ictus_schema", &schema));
  if (schema != ICTUS_SCHEMA_CHECKPOINT)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_FORMAT, "%s: version %lld of the format, this Ictus reads %d", path,
                          (long long)schema, ICTUS_SCHEMA_CHECKPOINT));
  ICTUS_GO (ictus_h5_read_attr_int (&h, "/", "image_size", &size));
  if (bytes < (double)size)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_FORMAT, "%s: it is cut off", path));
  ICTUS_GO (ictus_h5_read_double (&h, "t_ms", &t, &n));
  if (n == 1)
    *t_ms = t[0];
done:
  ictus_free (t);
  ictus_free (kind);
  if (h.path != NULL)
    ictus_h5_close (&h);
  return e;
}

/* The whole file and its checksums. */
static ictus_err
verify (const char *path)
{
  ictus_image *im = NULL;
  ictus_err e = ictus_image_open (MPI_COMM_SELF, path, ICTUS_KIND_CHECKPOINT, ICTUS_SCHEMA_CHECKPOINT, &im);

  ictus_image_close (&im);
  return e;
}

/* What is wrong with the file, without its name. */
static ictus_err
judge (const char *path, bool whole, point *p)
{
  ictus_err e = glance (path, p->bytes, &p->t_ms);
  const char *why;

  if (e == ICTUS_OK && whole)
    e = verify (path);
  if (e == ICTUS_OK || e == ICTUS_E_NOMEM)
    return e;
  if (!ictus_file_exists (path)) /* replaced by a newer one meanwhile */
    return ICTUS_E_INPUT;
  why = ictus_err_last ();
  if (strncmp (why, path, strlen (path)) == 0)
    why += strlen (path) + strspn (why + strlen (path), ": ");
  p->refused = ictus_strdup (why);
  if (p->refused == NULL)
    return ICTUS_E_NOMEM;
  p->refused[strcspn (p->refused, "\n")] = '\0';
  return ICTUS_OK;
}

static ictus_err
take_point (facts *x, const char *name, bool whole)
{
  ictus_text path = { 0 };
  point p = { .t_ms = NAN };
  struct stat s;
  ictus_err e = ICTUS_OK;

  ictus_text_add (&path, "%s/%s", x->dir, name);
  ICTUS_GO (path.failed ? ICTUS_E_NOMEM : ICTUS_OK);
  if (stat (path.s, &s) != 0)
    goto done;
  p.bytes = (double)s.st_size;
  p.age_s = fmax (difftime (time (NULL), s.st_mtime), 0);
  e = judge (path.s, whole, &p);
  if (e == ICTUS_E_INPUT)
    {
      e = ICTUS_OK;
      goto done;
    }
  ICTUS_GO (e);
  ICTUS_GO (ictus_grow (&x->point, &x->cap, x->npoint + 1, sizeof *x->point));
  p.name = ictus_strdup (name);
  ICTUS_GO (p.name == NULL ? ICTUS_E_NOMEM : ICTUS_OK);
  x->point[x->npoint++] = p;
  p.refused = NULL;
done:
  ictus_free (p.refused);
  ictus_text_clear (&path);
  return e;
}

static int
newest_first (const void *a, const void *b)
{
  return strcmp (((const point *)b)->name, ((const point *)a)->name); /* the mark stands in the name */
}

static ictus_err
list_points (facts *x, bool whole)
{
  DIR *d = opendir (x->dir);
  struct dirent *entry;
  ictus_err e = ICTUS_OK;

  if (d == NULL)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot read the folder %s: %s", x->dir, strerror (errno));
  while (e == ICTUS_OK && (entry = readdir (d)) != NULL)
    {
      size_t n = strlen (entry->d_name);

      if (strncmp (entry->d_name, "checkpoint-", 11) == 0 && n > 14
          && strcmp (entry->d_name + n - 3, ".h5") == 0)
        e = take_point (x, entry->d_name, whole);
    }
  closedir (d);
  if (x->npoint > 1)
    qsort (x->point, x->npoint, sizeof *x->point, newest_first);
  return e;
}

static const point *
best_point (const facts *x)
{
  for (size_t k = 0; k < x->npoint; ++k)
    if (x->point[k].refused == NULL)
      return &x->point[k];
  return NULL;
}

/* ---- verdict ------------------------------------------------------------------------------------ */

/* The lock of this machine says; of another machine the age of what it wrote. */
static bool
is_running (facts *x)
{
  const char *host = strstr (x->holder, " on ");
  char here[256] = "";

  if (x->lock == STATUS_HELD)
    return true;
  if (x->holder[0] == '\0' || !x->progress.found || strcmp (x->progress.state, "running") != 0)
    return false;
  (void)gethostname (here, sizeof here - 1);
  if (x->lock == STATUS_FREE && host != NULL && strcmp (host + 4, here) == 0)
    return false;
  return difftime (time (NULL), 0) - x->progress.updated < SILENT_S;
}

static void
estimate (facts *x)
{
  const ictus_cli_progress_facts *p = &x->progress;
  double done = p->t_ms - p->begin_ms, now = difftime (time (NULL), 0);

  if (!p->found || !(done > 0))
    return;
  x->left_s = fmax (p->wall_s / done * (p->stop_ms - p->t_ms) - fmax (now - p->updated, 0), 0);
}

static void
decide (facts *x)
{
  const ictus_cli_progress_facts *p = &x->progress;
  const point *best = best_point (x);
  bool failed = p->found && strcmp (p->state, "failed") == 0;

  x->t_ms = p->found ? p->t_ms : best != NULL ? best->t_ms : NAN;
  x->left_s = NAN;
  if (is_running (x))
    {
      x->state = "running";
      snprintf (x->words, sizeof x->words, "%s%s", x->holder[0] != '\0' ? ", by " : "", x->holder);
      estimate (x);
      return;
    }
  if (x->complete)
    {
      x->state = "complete";
      x->t_ms = x->used.found ? x->used.t_stop_ms : p->found ? p->stop_ms : NAN;
      return;
    }
  x->state = failed ? "failed" : "stopped";
  if (best != NULL)
    snprintf (x->words, sizeof x->words, "%s%s; 'ictus resume %s' goes on from %g ms", failed ? ": " : "",
              failed ? p->message : "", x->dir, best->t_ms);
  else
    snprintf (x->words, sizeof x->words, "%s%s; there is no %scheckpoint to go on from", failed ? ": " : "",
              failed ? p->message : "", x->npoint > 0 ? "good " : "");
}

/* ---- words -------------------------------------------------------------------------------------- */

static void
print_text (FILE *f, const facts *x)
{
  const ictus_cli_progress_facts *p = &x->progress;
  char left[32], wall[32];

  fprintf (f, "run %s: %s%s\n", x->used.found ? x->used.name : x->dir, x->state, x->words);
  if (isfinite (x->t_ms) && x->used.found && x->used.t_stop_ms > 0)
    fprintf (f, "  model time   %g of %g ms (%.0f %%)\n", x->t_ms, x->used.t_stop_ms,
             100 * x->t_ms / x->used.t_stop_ms);
  else if (isfinite (x->t_ms))
    fprintf (f, "  model time   %g ms\n", x->t_ms);
  if (p->found)
    {
      status_seconds (wall, p->wall_s);
      fprintf (f, "  wall time    %s on %d rank%s, since %g ms\n", wall, p->nrank, p->nrank == 1 ? "" : "s",
               p->begin_ms);
    }
  if (isfinite (x->left_s))
    {
      status_seconds (left, x->left_s);
      fprintf (f, "  time left    about %s\n", left);
    }
  for (size_t k = 0; k < x->npoint; ++k)
    {
      const point *q = &x->point[k];
      char age[32];

      status_seconds (age, q->age_s);
      fprintf (f, "  %-12s %s", k == 0 ? "checkpoints" : "", q->name);
      if (isfinite (q->t_ms))
        fprintf (f, ", %g ms", q->t_ms);
      fprintf (f, ", %.3g MB, %s old, %s%s\n", 1e-6 * q->bytes, age,
               q->refused == NULL ? "good" : "refused: ", q->refused == NULL ? "" : q->refused);
    }
}

static void
print_json (FILE *f, const facts *x)
{
  const ictus_cli_progress_facts *p = &x->progress;
  const point *best = best_point (x);

  fprintf (f, "{\"kind\": \"run\", \"name\": ");
  ictus_json_string (f, x->used.found ? x->used.name : "");
  fprintf (f, ", \"state\": \"%s\"", x->state);
  ictus_json_number (f, ", \"t_ms\": ", x->t_ms);
  ictus_json_number (f, ", \"t_stop_ms\": ", x->used.found ? x->used.t_stop_ms : NAN);
  ictus_json_number (f, ", \"wall_s\": ", p->found ? p->wall_s : NAN);
  ictus_json_number (f, ", \"ranks\": ", p->found ? p->nrank : NAN);
  ictus_json_number (f, ", \"rate_Hz\": ", p->found ? p->rate_Hz : NAN);
  ictus_json_number (f, ", \"left_s\": ", x->left_s);
  ictus_json_number (
      f, ", \"resumable_ms\": ", best != NULL && strcmp (x->state, "complete") != 0 ? best->t_ms : NAN);
  fprintf (f, ", \"holder\": ");
  ictus_json_string (f, x->holder);
  fprintf (f, ", \"message\": ");
  ictus_json_string (f, p->found ? p->message : "");
  fprintf (f, ", \"checkpoints\": [");
  for (size_t k = 0; k < x->npoint; ++k)
    {
      const point *q = &x->point[k];

      fprintf (f, "%s{\"file\": ", k > 0 ? ", " : "");
      ictus_json_string (f, q->name);
      ictus_json_number (f, ", \"t_ms\": ", q->t_ms);
      ictus_json_number (f, ", \"bytes\": ", q->bytes);
      ictus_json_number (f, ", \"age_s\": ", q->age_s);
      fprintf (f, ", \"good\": %s, \"refused\": ", q->refused == NULL ? "true" : "false");
      ictus_json_string (f, q->refused == NULL ? "" : q->refused);
      fprintf (f, "}");
    }
  fprintf (f, "]}\n");
}

/* ---- all ---------------------------------------------------------------------------------------- */

static ictus_err
gather (facts *x, const status_options *o)
{
  ictus_text path = { 0 }, lock = { 0 };
  ictus_err e;

  ictus_text_add (&path, "%s/results.h5", x->dir);
  ictus_text_add (&lock, "%s/ictus.lock", x->dir);
  ICTUS_GO (path.failed || lock.failed ? ICTUS_E_NOMEM : ICTUS_OK);
  x->lock = status_look_at_lock (lock.s);
  status_holder (x->dir, x->holder, sizeof x->holder);
  ictus_cli_progress_read (x->dir, &x->progress);
  x->results = ictus_file_exists (path.s);
  if (x->results && x->lock != STATUS_HELD) /* not while it is written */
    x->complete = ictus_out_is_complete (path.s);
  status_read_used (x->dir, &x->used);
  e = list_points (x, o->verify);
done:
  ictus_text_clear (&path);
  ictus_text_clear (&lock);
  return e;
}

ictus_err
status_run (FILE *f, const char *dir, const status_options *o, bool *found)
{
  facts x = { .dir = dir };
  ictus_err e;

  *found = false;
  ICTUS_GO (gather (&x, o));
  *found = x.results || x.npoint > 0 || x.progress.found || x.lock == STATUS_HELD;
  if (!*found)
    goto done;
  decide (&x);
  if (o->json)
    print_json (f, &x);
  else
    print_text (f, &x);
done:
  for (size_t k = 0; k < x.npoint; ++k)
    {
      ictus_free (x.point[k].name);
      ictus_free (x.point[k].refused);
    }
  ictus_free (x.point);
  return e;
}
