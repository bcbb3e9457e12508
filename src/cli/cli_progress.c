/* SPDX-License-Identifier: BSD-3-Clause */
/* DIR/progress: how far a run is, for those who look from outside. A small text, replaced as a whole every
   few seconds; nothing depends on it, so failures to write it are not told. */
#include "cli/cli_progress.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define EVERY_S 5.0
#define LOOK_S 0.02 /* windows are so short that the clock is read this often only */

enum { MOST_SKIPPED = 1024 };

/* One line, so that the file stays one key a line. */
static void
add_line (ictus_text *t, const char *key, const char *value)
{
  ictus_text_add (t, "%s ", key);
  for (; *value != '\0'; ++value)
    ictus_text_addn (t, *value == '\n' ? " " : value, 1);
  ictus_text_addn (t, "\n", 1);
}

static void
write_now (ictus_cli_progress *p, const char *state, const char *message)
{
  ictus_text t = { 0 }, path = { 0 }, name = { 0 };
  double ms = p->t_ms - p->begin_ms;
  FILE *f = NULL;

  add_line (&t, "ictus-progress", "1");
  add_line (&t, "state", state);
  ictus_text_add (&t, "t_ms %.10g\nbegin_ms %.10g\nstop_ms %.10g\n", p->t_ms, p->begin_ms, p->stop_ms);
  ictus_text_add (&t, "wall_s %.6g\nspikes %llu\n", ictus_wall_s () - p->start_s,
                  (unsigned long long)p->nspike);
  ictus_text_add (&t, "rate_Hz %.6g\n", ms > 0 ? (double)p->nspike / (1e-3 * ms) / p->neurons : 0);
  ictus_text_add (&t, "ranks %d\npid %ld\nstart %lld\nupdated %lld\n", p->nrank, (long)getpid (), p->start,
                  (long long)time (NULL));
  add_line (&t, "host", p->host);
  if (message != NULL)
    add_line (&t, "message", message);
  ictus_text_add (&path, "%s/progress", p->dir);
  ictus_text_add (&name, "%s/.progress.tmp", p->dir);
  if (!t.failed && !path.failed && !name.failed)
    f = fopen (name.s, "w");
  if (f != NULL)
    {
      bool good = fwrite (t.s, 1, t.len, f) == t.len;

      good = fclose (f) == 0 && good;
      if (!good || rename (name.s, path.s) != 0)
        remove (name.s);
    }
  ictus_text_clear (&t);
  ictus_text_clear (&path);
  ictus_text_clear (&name);
  p->written_s = ictus_wall_s ();
}

static ictus_err
window (void *ctx, double t0_ms, double t1_ms, const ictus_spike *s, size_t n)
{
  ictus_cli_progress *p = ctx;

  ictus_engine_stats stats;
  double now;

  (void)t0_ms;
  (void)s;
  (void)n;
  p->t_ms = t1_ms;
  if (p->skip > 0)
    {
      p->skip -= 1;
      return ICTUS_OK;
    }
  now = ictus_wall_s ();
  p->every = now - p->looked_s > LOOK_S ? 1 : p->every < MOST_SKIPPED ? 2 * p->every : p->every;
  p->skip = p->every - 1;
  p->looked_s = now;
  if (now - p->written_s < EVERY_S)
    return ICTUS_OK;
  ictus_engine_get_stats (p->engine, &stats);
  p->nspike = stats.spikes - p->before;
  write_now (p, "running", NULL);
  return ICTUS_OK;
}

ictus_err
ictus_cli_progress_begin (ictus_engine *engine, const char *dir, ictus_cli_progress *p)
{
  const ictus_hook hook = { .ctx = p, .window = window };
  ictus_engine_stats stats;

  if (!ictus_cli_is_main ())
    return ICTUS_OK;
  ictus_engine_get_stats (engine, &stats);
  *p = (ictus_cli_progress){ .dir = dir, .start_s = ictus_wall_s (), .start = (long long)time (NULL) };
  p->begin_ms = p->t_ms = stats.t_ms;
  p->engine = engine;
  p->before = stats.spikes;
  p->every = 1;
  p->stop_ms = ictus_engine_experiment (engine)->t_stop_ms;
  p->neurons = (double)ictus_net_size (ictus_engine_net (engine));
  p->nrank = ictus_comm_size (MPI_COMM_WORLD);
  if (gethostname (p->host, sizeof p->host - 1) != 0)
    p->host[0] = '\0';
  write_now (p, "running", NULL);
  return ictus_engine_hook (engine, &hook);
}

void
ictus_cli_progress_end (ictus_cli_progress *p, ictus_err e)
{
  ictus_engine_stats stats;

  if (p->dir != NULL)
    {
      ictus_engine_get_stats (p->engine, &stats);
      p->nspike = stats.spikes - p->before;
      p->t_ms = stats.t_ms;
      write_now (p,
                 e == ICTUS_OK          ? "complete"
                 : e == ICTUS_E_STOPPED ? "stopped"
                                        : "failed",
                 e == ICTUS_OK ? NULL : ictus_err_last ());
    }
  p->dir = NULL;
}

/* ---- reading ------------------------------------------------------------------------------------ */

static const char *
value_of (const char *text, const char *key)
{
  size_t n = strlen (key);

  for (const char *line = text; line != NULL && *line != '\0'; line = strchr (line, '\n'))
    {
      line += *line == '\n';
      if (strncmp (line, key, n) == 0 && line[n] == ' ')
        return line + n + 1;
    }
  return NULL;
}

static double
number_of (const char *text, const char *key)
{
  const char *s = value_of (text, key);

  return s == NULL ? 0 : strtod (s, NULL);
}

static void
copy_of (const char *text, const char *key, char *out, size_t room)
{
  const char *s = value_of (text, key);

  snprintf (out, room, "%.*s", s == NULL ? 0 : (int)strcspn (s, "\n"), s == NULL ? "" : s);
}

bool
ictus_cli_progress_read (const char *dir, ictus_cli_progress_facts *out)
{
  ictus_text path = { 0 };
  char *text = NULL;

  memset (out, 0, sizeof *out);
  ictus_text_add (&path, "%s/progress", dir);
  if (!path.failed && ictus_file_exists (path.s) && ictus_file_read (path.s, &text, NULL) == ICTUS_OK
      && strncmp (text, "ictus-progress 1\n", 17) == 0)
    {
      out->found = true;
      copy_of (text, "state", out->state, sizeof out->state);
      copy_of (text, "host", out->host, sizeof out->host);
      copy_of (text, "message", out->message, sizeof out->message);
      out->t_ms = number_of (text, "t_ms");
      out->begin_ms = number_of (text, "begin_ms");
      out->stop_ms = number_of (text, "stop_ms");
      out->wall_s = number_of (text, "wall_s");
      out->rate_Hz = number_of (text, "rate_Hz");
      out->nrank = (int)number_of (text, "ranks");
      out->pid = (long)number_of (text, "pid");
      out->start = number_of (text, "start");
      out->updated = number_of (text, "updated");
    }
  ictus_text_clear (&path);
  ictus_free (text);
  return out->found;
}
