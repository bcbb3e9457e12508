/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines for the user on standard error and the progress line. */
#include "ictus/base.h"

#include <math.h>
#include <unistd.h>

static bool quiet_now;

void
ictus_log_quiet (bool quiet)
{
  quiet_now = quiet;
}

void
ictus_log (const char *fmt, ...)
{
  va_list ap;

  if (quiet_now)
    return;
  va_start (ap, fmt);
  vfprintf (stderr, fmt, ap);
  va_end (ap);
  fputc ('\n', stderr);
}

void
ictus_progress_begin (ictus_progress *p, bool on, double begin_ms, double end_ms)
{
  p->on = on && !quiet_now;
  p->tty = p->on && isatty (STDERR_FILENO);
  p->start_s = p->last_s = ictus_wall_s ();
  p->begin_ms = begin_ms;
  p->end_ms = end_ms;
}

static void
print (const ictus_progress *p, double now_s, double t_ms, double rate_Hz, const char *extra)
{
  double wall = now_s - p->start_s, done = t_ms - p->begin_ms, left = p->end_ms - t_ms;
  double factor = done > 0 ? wall / (1e-3 * done) : 0;

  fprintf (stderr, "%s%.1f of %.1f ms (%.0f %%), %.3g s a model second, %.2f Hz, %.0f s left%s%s%s",
           p->tty ? "\r" : "", t_ms, p->end_ms,
           p->end_ms > p->begin_ms ? 100 * done / (p->end_ms - p->begin_ms) : 100.0, factor, rate_Hz,
           factor * 1e-3 * left,
           extra != NULL ? ", " : "", extra != NULL ? extra : "", p->tty ? "\033[K" : "\n");
  fflush (stderr);
}

void
ictus_progress_at (ictus_progress *p, double t_ms, double rate_Hz, const char *extra)
{
  double now;

  if (!p->on)
    return;
  now = ictus_wall_s ();
  if (now - p->last_s < (p->tty ? 0.2 : 5.0))
    return;
  p->last_s = now;
  print (p, now, t_ms, rate_Hz, extra);
}

void
ictus_progress_end (ictus_progress *p, double t_ms, double rate_Hz)
{
  if (!p->on)
    return;
  print (p, ictus_wall_s (), t_ms, rate_Hz, NULL);
  if (p->tty)
    fputc ('\n', stderr);
}
