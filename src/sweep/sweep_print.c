/* SPDX-License-Identifier: BSD-3-Clause */
/* The measures of a run and the points of a sweep as aligned text and as JSON. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "sweep/sweep_print.h"

enum { MAX_SEEDS = 8 }; /* as text */
static const char *const measure_name[ICTUS__NMEASURE] = { "rate_Hz", "cv", "chi", "fano" };

/* ---- pieces ---- */

/* JSON knows no NaN: what is undefined is null. */
void
ictus__print_json_number (FILE *f, double x)
{
  if (isfinite (x))
    fprintf (f, "%.17g", x);
  else
    fputs ("null", f);
}

void
ictus__print_json_measures (FILE *f, const double *value)
{
  fputc ('{', f);
  for (int m = 0; m < ICTUS__NMEASURE; ++m)
    {
      fprintf (f, "%s\"%s\": ", m > 0 ? ", " : "", measure_name[m]);
      ictus__print_json_number (f, value[m]);
    }
  fputc ('}', f);
}

void
ictus__print_text_number (FILE *f, double x, int width, int digits)
{
  if (isnan (x))
    fprintf (f, "  %*s", width, "-");
  else
    fprintf (f, "  %*.*f", width, digits, x);
}

/* ---- one run ---- */

static void
measures_array (const ictus_measures *m, double *value)
{
  value[0] = m->rate_Hz;
  value[1] = m->cv;
  value[2] = m->chi;
  value[3] = m->fano;
}

static void
summary_json (FILE *f, const ictus_net *net, const ictus_measures *m)
{
  int npop = ictus_net_npopulation (net);
  double value[ICTUS__NMEASURE];

  fputs ("{\"populations\": {", f);
  for (int p = 0; p < npop; ++p)
    {
      if (p > 0)
        fputs (", ", f);
      ictus_json_string (f, ictus_net_population (net, p)->name);
      fputs (": ", f);
      measures_array (&m[p], value);
      ictus__print_json_measures (f, value);
    }
  fputs ("}, \"all\": ", f);
  measures_array (&m[npop], value);
  ictus__print_json_measures (f, value);
  fputs ("}\n", f);
}

void
ictus_summary_print (FILE *f, const ictus_net *net, const ictus_measures *m, bool json)
{
  int npop = ictus_net_npopulation (net), width = (int) strlen ("population");

  if (json)
    {
      summary_json (f, net, m);
      return;
    }
  for (int p = 0; p < npop; ++p)
    {
      int len = (int) strlen (ictus_net_population (net, p)->name);

      width = len > width ? len : width;
    }
  fprintf (f, "%-*s  %8s  %8s  %8s  %8s\n", width, "population", "rate Hz", "CV", "chi", "Fano");
  for (int p = 0; p <= npop; ++p)
    {
      fprintf (f, "%-*s", width, p < npop ? ictus_net_population (net, p)->name : "all");
      ictus__print_text_number (f, m[p].rate_Hz, 8, 3);
      ictus__print_text_number (f, m[p].cv, 8, 3);
      ictus__print_text_number (f, m[p].chi, 8, 3);
      ictus__print_text_number (f, m[p].fano, 8, 2);
      fputc ('\n', f);
    }
}

/* ---- the points of a sweep ---- */

int
ictus__print_axis_width (const ictus_exp_axis *axis)
{
  size_t len = strlen (axis->name) + (axis->unit[0] != '\0' ? 1 + strlen (axis->unit) : 0);

  return len > 10 ? (int) len : 10;
}

void
ictus__print_axis_head (FILE *f, const ictus_exp_axis *axis)
{
  int pad = ictus__print_axis_width (axis) - (int) strlen (axis->name)
            - (axis->unit[0] != '\0' ? 1 + (int) strlen (axis->unit) : 0);

  fprintf (f, "  %*s%s%s%s", pad, "", axis->name, axis->unit[0] != '\0' ? " " : "", axis->unit);
}

void
ictus__print_text_axes_head (FILE *f, const ictus_experiment *exp)
{
  fprintf (f, "%6s", "point");
  for (int a = 0; a < exp->naxis; ++a)
    ictus__print_axis_head (f, &exp->axis[a]);
}

void
ictus__print_text_axes (FILE *f, const ictus_experiment *exp, size_t point)
{
  fprintf (f, "%6zu", point);
  for (int a = 0; a < exp->naxis; ++a)
    fprintf (f, "  %*.6g", ictus__print_axis_width (&exp->axis[a]), ictus__grid_value (exp, point, a));
}

void
ictus__print_json_axes (FILE *f, const ictus_experiment *exp, size_t point)
{
  fprintf (f, "{\"point\": %zu, \"values\": {", point);
  for (int a = 0; a < exp->naxis; ++a)
    {
      if (a > 0)
        fputs (", ", f);
      ictus_json_string (f, exp->axis[a].name);
      fputs (": ", f);
      ictus__print_json_number (f, ictus__grid_value (exp, point, a));
    }
  fputc ('}', f);
}

void
ictus__print_json_grid (FILE *f, const ictus_experiment *exp)
{
  fputs ("{\"name\": ", f);
  ictus_json_string (f, exp->name);
  fputs (", \"axes\": [", f);
  for (int a = 0; a < exp->naxis; ++a)
    {
      fputs (a > 0 ? ", {\"name\": " : "{\"name\": ", f);
      ictus_json_string (f, exp->axis[a].name);
      fputs (", \"unit\": ", f);
      ictus_json_string (f, exp->axis[a].unit);
      fputs (", \"set\": [", f);
      for (int k = 0; k < exp->axis[a].nset; ++k)
        {
          if (k > 0)
            fputs (", ", f);
          ictus_json_string (f, exp->axis[a].set[k]);
        }
      fputs ("]}", f);
    }
  fputs ("]", f);
  if (exp->design != ICTUS_DESIGN_GRID)
    fprintf (f, ", \"design\": \"%s\"", exp->design == ICTUS_DESIGN_RANDOM ? "random" : "latin_hypercube");
  if (exp->nrepeat > 1)
    fprintf (f, ", \"repeats\": %" PRIu64, exp->nrepeat);
  if (exp->nrepeat > 1 && !ictus__seed_is_swept (exp))
    {
      fputs (", \"seeds\": [", f);
      for (size_t r = 0; r < (size_t) exp->nrepeat; ++r)
        fprintf (f, "%s%" PRIu64, r > 0 ? ", " : "", ictus__repeat_seed (exp->seed, r));
      fputc (']', f);
    }
  fputs (",\n \"points\": [", f);
}

/* What is to be known of the runs besides their points. */
static void
text_runs (FILE *f, const ictus_experiment *exp)
{
  size_t n = (size_t) exp->nrepeat;
  ictus_text name = { 0 };

  if (n > 1)
    {
      fprintf (f, "each point runs %zu times%s", n, ictus__seed_is_swept (exp) ? "" : ", with the seeds");
      for (size_t r = 0; r < n && r < MAX_SEEDS && !ictus__seed_is_swept (exp); ++r)
        fprintf (f, "%s %" PRIu64 "%s", r > 0 ? "," : "", ictus__repeat_seed (exp->seed, r),
                 r + 1 == MAX_SEEDS && n > MAX_SEEDS ? ", ..." : "");
      fputc ('\n', f);
    }
  if (exp->threshold.is_searched)
    {
      ictus__threshold_name (exp, &name);
      fprintf (f, "of these points, those run that are needed to find %s\n", name.s != NULL ? name.s : "");
    }
  ictus_text_clear (&name);
}

ictus_err
ictus_sweep_list (FILE *f, ictus_conf *conf, bool json)
{
  ictus_experiment *exp = NULL;
  size_t nrun, npoint;
  ictus_err e;

  ICTUS_GO (ictus_experiment_read (conf, &exp));
  ICTUS_GO (ictus__grid_check (exp, &nrun));
  npoint = ictus__grid_npoint (exp);
  if (json)
    ictus__print_json_grid (f, exp);
  else
    ictus__print_text_axes_head (f, exp);
  for (size_t k = 0; k < npoint; ++k)
    if (json)
      {
        fputs (k > 0 ? ",\n  " : "\n  ", f);
        ictus__print_json_axes (f, exp, k);
        fputc ('}', f);
      }
    else
      {
        fputc ('\n', f);
        ictus__print_text_axes (f, exp, k);
      }
  fputs (json ? "\n ]}\n" : "\n", f);
  if (!json)
    text_runs (f, exp);
done:
  ictus_experiment_destroy (&exp);
  return e;
}
