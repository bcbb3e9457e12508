/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus solve: the table, as text and as JSON. */
#include "cli/cli_solve.h"

#include <math.h>
#include <string.h>

static const char *
column_name (const ictus__solve_job *j, int k)
{
  return ictus__solve_column (j, k)->name;
}

static void
spike_cell (const ictus_path *p, bool last, char *cell, size_t size)
{
  if (p->nspike == 0)
    snprintf (cell, size, "-");
  else
    snprintf (cell, size, "%.10g", p->spike[last ? p->nspike - 1 : 0]);
}

/* A unit behind a number. */
static const char *
behind (const char *unit)
{
  return unit[0] != '\0' ? " ms" : "";
}

static void
print_head (const ictus__solve_job *j)
{
  const ictus__solve_outcome *o = &j->out[0];
  const ictus_path *p = &o->path;

  for (size_t k = 1; k < j->nout && p->nrow == 0; ++k) /* the first one may have refused */
    p = &j->out[k].path;
  ictus_cli_print ("%s", j->kernel.name);
  if (p->nrow > 0)
    ictus_cli_print (": %zu points, %.10g to %.10g%s", p->nrow, p->t[0], p->t[p->nrow - 1], behind (j->unit));
  ictus_cli_print ("; fixed step %.10g%s; rtol %g, atol %g\n", o->dt, behind (j->unit), o->rtol, o->atol);
}

static void
print_row (const ictus__solve_job *j, const ictus__solve_outcome *o, int width)
{
  char first[40], last[40];

  ictus_cli_print ("%-*s %10llu %10llu %10llu", width, o->label, (unsigned long long) o->path.steps,
                   (unsigned long long) o->path.rhs, (unsigned long long) o->path.jac);
  if (j->kernel.fire != NULL)
    {
      spike_cell (&o->path, false, first, sizeof first);
      spike_cell (&o->path, true, last, sizeof last);
      ictus_cli_print (" %7zu %14s %14s", o->path.nspike, first, last);
    }
  else
    ictus_cli_print (" %7zu %14.10g", o->path.nrow, o->path.nrow > 0 ? o->path.t[o->path.nrow - 1] : o->path.t_end);
  if (j->kernel.nevent > 0)
    ictus_cli_print (" %7llu", (unsigned long long) o->path.events);
  if (o->diff_col >= 0)
    ictus_cli_print ("  %.17g (%s at %.10g%s)", o->diff, column_name (j, o->diff_col), o->diff_t, behind (j->unit));
  ictus_cli_print ("\n");
}

static void
print_spikes (const ictus__solve_job *j, const ictus__solve_outcome *o)
{
  bool grid = strncmp (o->method, "cvode", 5) != 0;

  ictus_cli_print ("spikes of %s%s%s:", o->label, j->unit[0] != '\0' ? " [ms]" : "", grid ? " (index)" : "");
  for (size_t s = 0; s < o->path.nspike; ++s)
    if (grid)
      ictus_cli_print (" %.12g (%lld)", o->path.spike[s], (long long) ictus_tick_of (o->path.spike[s], o->dt));
    else
      ictus_cli_print (" %.12g", o->path.spike[s]);
  ictus_cli_print ("%s\n", o->path.nspike == 0 ? " none" : "");
}

static void
print_table (const ictus__solve_job *j)
{
  bool compared = false;
  int width = 12;

  for (size_t k = 0; k < j->nout; ++k)
    {
      compared = compared || j->out[k].diff_col >= 0;
      width = (int) strlen (j->out[k].label) > width ? (int) strlen (j->out[k].label) : width;
    }
  print_head (j);
  ictus_cli_print ("%-*s %10s %10s %10s", width, j->out[0].set != NULL ? "set" : "solver", "steps", "rhs", "Jacobians");
  if (j->kernel.fire != NULL)
    ictus_cli_print (" %7s %14s %14s", "spikes", j->unit[0] != '\0' ? "first ms" : "first",
                     j->unit[0] != '\0' ? "last ms" : "last");
  else
    ictus_cli_print (" %7s %14s", "points", j->unit[0] != '\0' ? "end ms" : "end");
  if (j->kernel.nevent > 0)
    ictus_cli_print (" %7s", "events");
  ictus_cli_print ("%s\n", compared ? "  largest difference from the first" : "");
  for (size_t k = 0; k < j->nout; ++k)
    {
      const ictus__solve_outcome *o = &j->out[k];

      if (o->why != NULL)
        ictus_cli_print ("%-*s %s: %s\n", width, o->label, o->refused ? "refuses" : "failed", o->why);
      else
        print_row (j, o, width);
    }
  for (size_t k = 0; j->list_spikes && k < j->nout; ++k)
    print_spikes (j, &j->out[k]);
}

/* ---- JSON ----------------------------------------------------------------------------------------- */

static const char *
end_name (ictus_path_end end)
{
  static const char *const name[] = { [ICTUS_PATH_DONE] = "done",
                                      [ICTUS_PATH_BOUND] = "bound",
                                      [ICTUS_PATH_STOPPED] = "stopped",
                                      [ICTUS_PATH_FULL] = "full",
                                      [ICTUS_PATH_FAILED] = "failed" };

  return name[end];
}

static void
json_outcome (const ictus__solve_job *j, const ictus__solve_outcome *o)
{
  const char *ms = j->unit[0] != '\0' ? "_ms" : "";
  const ictus_path *p = &o->path;

  printf ("{\"solver\": ");
  ictus_json_string (stdout, o->method);
  if (o->set != NULL)
    {
      printf (", \"set\": ");
      ictus_json_string (stdout, o->set);
    }
  if (o->why != NULL)
    {
      printf (", \"%s\": ", o->refused ? "refuses" : "failed");
      ictus_json_string (stdout, o->why);
    }
  printf (", \"steps\": %llu, \"rhs\": %llu, \"jacobians\": %llu, \"events\": %llu, \"points\": %zu",
          (unsigned long long) p->steps, (unsigned long long) p->rhs, (unsigned long long) p->jac,
          (unsigned long long) p->events, p->nrow);
  if (o->why == NULL)
    printf (", \"end\": \"%s\", \"end%s\": %.17g", end_name (p->end), ms[0] != '\0' ? ms : "_time", p->t_end);
  if (o->diff_col >= 0 && isfinite (o->diff))
    {
      printf (", \"difference\": %.17g, \"difference_state\": ", o->diff);
      ictus_json_string (stdout, column_name (j, o->diff_col));
      printf (", \"difference%s\": %.17g", ms[0] != '\0' ? ms : "_time", o->diff_t);
    }
  printf (", \"spikes%s\": [", ms);
  for (size_t s = 0; s < p->nspike; ++s)
    printf ("%s%.17g", s > 0 ? ", " : "", p->spike[s]);
  printf ("]}");
}

static void
print_json (const ictus__solve_job *j)
{
  const ictus__solve_outcome *o = &j->out[0];
  const char *ms = j->unit[0] != '\0' ? "_ms" : "";

  printf ("{\"model\": ");
  ictus_json_string (stdout, j->kernel.name);
  printf (", \"points\": %zu, \"dt%s\": %.17g, \"rtol\": %.17g, \"atol\": %.17g, \"solvers\": [", o->path.nrow, ms, o->dt,
          o->rtol, o->atol);
  for (size_t k = 0; k < j->nout; ++k)
    {
      printf ("%s\n  ", k > 0 ? "," : "");
      json_outcome (j, &j->out[k]);
    }
  printf ("\n]}\n");
}

void
ictus__solve_print (const ictus__solve_job *j)
{
  if (j->nout == 0)
    return;
  if (j->common.json)
    print_json (j);
  else
    print_table (j);
}
