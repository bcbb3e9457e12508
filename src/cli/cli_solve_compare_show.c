/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus solve --compare: the table, as text and as JSON, and what follows from it. */
#include "cli/cli_solve_compare.h"

#include <math.h>
#include <string.h>

#define STIFF 5 /* times more steps for stability than for accuracy */

static const double goal[] = { 1e-3, 1e-6, 1e-9 };
enum { GOALS = sizeof goal / sizeof *goal };

static const char *
unit_of (const ictus__race *r)
{
  return r->j->unit[0] != '\0' ? " ms" : "";
}

static bool
is_stiff (const ictus__race *r)
{
  return r->stiff.known && r->stiff.needed > STIFF * r->stiff.wanted;
}

/* The cheapest at an accuracy that several reach: 1e-6, else what can be had. */
static const ictus__trial *
choose (const ictus__race *r, double *error)
{
  static const double try_in[] = { 1e-6, 1e-4, 1e-3, 1e-2, INFINITY };
  const ictus__trial *t = NULL;

  for (size_t k = 0; t == NULL && k < sizeof try_in / sizeof *try_in; ++k)
    {
      *error = fmax (try_in[k], 3 * r->uncertainty);
      t = ictus__race_best (r, NULL, *error);
    }
  return t;
}

/* The next best of another method. */
static const ictus__trial *
second (const ictus__race *r, const ictus__trial *first, double error)
{
  const ictus__trial *best = NULL;

  for (size_t m = 0; m < r->nmethod; ++m)
    {
      const ictus__trial *t = strcmp (r->method[m], first->method) != 0 ? ictus__race_best (r, r->method[m], error) : NULL;

      if (t != NULL && (best == NULL || t->cpu < best->cpu))
        best = t;
    }
  return best;
}

void
ictus__race_verdict (const ictus__race *r, ictus_text *t)
{
  double error = 0;
  const ictus__trial *best = choose (r, &error), *next;

  if (best == NULL)
    {
      ictus_text_add (t, "none of these methods follows this model");
      return;
    }
  next = second (r, best, error);
  ictus_text_add (t, "%s is right for this model: ", best->method);
  if (!r->stiff.known)
    ictus_text_add (t, "how stiff it is is not known, but ");
  else if (is_stiff (r))
    ictus_text_add (t, "it is stiff (stability asks explicit methods for %.2g steps, accuracy for %.2g), and ", r->stiff.needed,
                    r->stiff.wanted);
  else
    ictus_text_add (t, "it is not stiff (stability asks explicit methods for %.2g steps, accuracy for %.2g), and ",
                    r->stiff.needed, r->stiff.wanted);
  if (isfinite (error))
    ictus_text_add (t, "it reaches an error of %.0e in %.3g ms", error, 1e3 * best->cpu);
  else
    ictus_text_add (t, "it is the fastest that comes to the end, in %.3g ms", 1e3 * best->cpu);
  if (next != NULL)
    ictus_text_add (t, "; the next, %s, takes %.3g ms", next->method, 1e3 * next->cpu);
  else
    ictus_text_add (t, "; no other one does");
}

static void
print_head (const ictus__race *r)
{
  ictus_cli_print ("%s: %zu points, %.10g to %.10g%s\n", r->j->kernel.name, r->ref.nrow, r->ref.t[0], r->ref.t[r->ref.nrow - 1],
                   unit_of (r));
  ictus_cli_print ("error: %s%s\n",
                   r->spikes ? "largest difference of a spike time," : "largest difference of a state at the points, relative to its range",
                   r->spikes ? unit_of (r) : "");
  ictus_cli_print ("reference: %s at rtol 1e-12; %s differs by %.1e, so smaller errors are not known\n", r->ref_method, r->other,
                   r->uncertainty);
  if (r->stiff.known)
    ictus_cli_print ("stiffness ratio along the trajectory: median %.3g, largest %.3g; fastest decay %.4g%s\n", r->stiff.median,
                     r->stiff.ratio, r->stiff.fastest, r->j->unit[0] != '\0' ? " per ms" : "");
  ictus_cli_print ("\n%-14s %10s %10s %10s %10s %10s %12s\n", "method", "step|rtol", "error", "steps", "rhs", "Jacobians", "CPU ms");
}

static void
print_trial (const ictus__trial *t)
{
  if (t->why[0] != '\0')
    ictus_cli_print ("%-14s %10.4g %s\n", t->method, t->setting, t->why);
  else
    ictus_cli_print ("%-14s %10.4g %10.2e %10llu %10llu %10llu %12.4g\n", t->method, t->setting, t->error,
                     (unsigned long long) t->steps, (unsigned long long) t->rhs, (unsigned long long) t->jac, 1e3 * t->cpu);
}

static void
print_table (const ictus__race *r)
{
  ictus_text line = { 0 };

  print_head (r);
  for (size_t m = 0; m < r->nmethod; ++m)
    {
      if (r->refuses[m][0] != '\0')
        ictus_cli_print ("%-14s %s\n", r->method[m], r->refuses[m]);
      for (size_t k = 0; k < r->ntrial; ++k)
        if (r->trial[k].method == r->method[m])
          print_trial (&r->trial[k]);
    }
  ictus_cli_print ("\nCPU ms to an error of");
  for (int g = 0; g < GOALS; ++g)
    ictus_cli_print (" %10.0e", goal[g]);
  ictus_cli_print ("\n");
  for (size_t m = 0; m < r->nmethod; ++m)
    {
      ictus_cli_print ("%-21s", r->method[m]);
      for (int g = 0; g < GOALS; ++g)
        {
          const ictus__trial *t = ictus__race_best (r, r->method[m], goal[g]);

          if (t != NULL)
            ictus_cli_print (" %10.4g", 1e3 * t->cpu);
          else
            ictus_cli_print (" %10s", "-");
        }
      ictus_cli_print ("\n");
    }
  ictus__race_verdict (r, &line);
  ictus_cli_print ("\n%s\n", line.s != NULL ? line.s : "");
  ictus_text_clear (&line);
}

static void
json_number (const char *name, double x)
{
  if (isfinite (x))
    printf (", \"%s\": %.17g", name, x);
  else
    printf (", \"%s\": null", name);
}

static void
json_method (const ictus__race *r, size_t m)
{
  const char *between = "";

  printf ("{\"method\": \"%s\"", r->method[m]);
  if (r->refuses[m][0] != '\0')
    {
      printf (", \"refuses\": ");
      ictus_json_string (stdout, r->refuses[m]);
    }
  printf (", \"runs\": [");
  for (size_t k = 0; k < r->ntrial; ++k)
    {
      const ictus__trial *t = &r->trial[k];

      if (t->method != r->method[m])
        continue;
      printf ("%s\n    {\"%s\": %.17g", between, t->fixed ? "step" : "rtol", t->setting);
      json_number ("error", t->error);
      printf (", \"steps\": %llu, \"rhs\": %llu, \"jacobians\": %llu, \"cpu_s\": %.6g, \"repeats\": %d", (unsigned long long) t->steps,
              (unsigned long long) t->rhs, (unsigned long long) t->jac, t->cpu, t->repeats);
      if (t->why[0] != '\0')
        {
          printf (", \"failed\": ");
          ictus_json_string (stdout, t->why);
        }
      printf ("}");
      between = ",";
    }
  printf ("]}");
}

static void
print_json (const ictus__race *r)
{
  double error;
  const ictus__trial *best = choose (r, &error);
  ictus_text line = { 0 };

  printf ("{\"model\": ");
  ictus_json_string (stdout, r->j->kernel.name);
  printf (", \"points\": %zu, \"error_of\": \"%s\", \"reference\": \"%s\", \"other\": \"%s\"", r->ref.nrow,
          r->spikes ? "spike times" : "states", r->ref_method, r->other);
  json_number ("uncertainty", r->uncertainty);
  if (r->stiff.known)
    {
      printf (", \"stiff\": %s", is_stiff (r) ? "true" : "false");
      json_number ("stiffness_ratio", r->stiff.ratio);
      json_number ("stiffness_ratio_median", r->stiff.median);
      json_number ("fastest_decay", r->stiff.fastest);
      json_number ("steps_for_stability", r->stiff.needed);
      json_number ("steps_for_accuracy", r->stiff.wanted);
    }
  printf (", \"methods\": [");
  for (size_t m = 0; m < r->nmethod; ++m)
    {
      printf ("%s\n  ", m > 0 ? "," : "");
      json_method (r, m);
    }
  ictus__race_verdict (r, &line);
  printf ("],\n \"best\": \"%s\", \"verdict\": ", best != NULL ? best->method : "");
  ictus_json_string (stdout, line.s != NULL ? line.s : "");
  printf ("}\n");
  ictus_text_clear (&line);
}

void
ictus__race_print (const ictus__race *r)
{
  if (r->j->common.json)
    print_json (r);
  else
    print_table (r);
}
