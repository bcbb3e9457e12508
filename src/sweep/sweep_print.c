/* SPDX-License-Identifier: BSD-3-Clause */
/* Measures and finished sweeps as aligned text and as JSON. */
#include <math.h>
#include <string.h>

#include "sweep/sweep_impl.h"

enum { MAX_TEXT_POINTS = 200 };
static const char *const measure_name[ICTUS__NMEASURE] = { "rate_Hz", "cv", "chi", "fano" };

/* ---- pieces ---- */

static void
json_string (FILE *f, const char *s)
{
  fputc ('"', f);
  for (; *s != '\0'; ++s)
    if (*s == '"' || *s == '\\')
      fprintf (f, "\\%c", *s);
    else if ((unsigned char) *s < 0x20)
      fprintf (f, "\\u%04x", (unsigned) (unsigned char) *s);
    else
      fputc (*s, f);
  fputc ('"', f);
}

/* JSON knows no NaN: what is undefined is null. */
static void
json_number (FILE *f, double x)
{
  if (isfinite (x))
    fprintf (f, "%.17g", x);
  else
    fputs ("null", f);
}

static void
json_measures (FILE *f, const double *value)
{
  fputc ('{', f);
  for (int m = 0; m < ICTUS__NMEASURE; ++m)
    {
      fprintf (f, "%s\"%s\": ", m > 0 ? ", " : "", measure_name[m]);
      json_number (f, value[m]);
    }
  fputc ('}', f);
}

static void
text_number (FILE *f, double x, int width, int digits)
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
      json_string (f, ictus_net_population (net, p)->name);
      fputs (": ", f);
      measures_array (&m[p], value);
      json_measures (f, value);
    }
  fputs ("}, \"all\": ", f);
  measures_array (&m[npop], value);
  json_measures (f, value);
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
      text_number (f, m[p].rate_Hz, 8, 3);
      text_number (f, m[p].cv, 8, 3);
      text_number (f, m[p].chi, 8, 3);
      text_number (f, m[p].fano, 8, 2);
      fputc ('\n', f);
    }
}

/* ---- the points of a sweep ---- */

static const char *
status_name (uint8_t status)
{
  return status == ICTUS__DONE ? "done" : status == ICTUS__FAILED ? "failed" : "todo";
}

static double
axis_value (const ictus_experiment *exp, size_t point, int axis)
{
  return exp->axis[axis].value[ictus__grid_index (exp, point, axis)];
}

static int
axis_width (const ictus_exp_axis *axis)
{
  size_t len = strlen (axis->name) + (axis->unit[0] != '\0' ? 1 + strlen (axis->unit) : 0);

  return len > 10 ? (int) len : 10;
}

static void
text_axes_head (FILE *f, const ictus_experiment *exp)
{
  fprintf (f, "%6s", "point");
  for (int a = 0; a < exp->naxis; ++a)
    {
      const ictus_exp_axis *axis = &exp->axis[a];
      int pad = axis_width (axis) - (int) strlen (axis->name)
                - (axis->unit[0] != '\0' ? 1 + (int) strlen (axis->unit) : 0);

      fprintf (f, "  %*s%s%s%s", pad, "", axis->name, axis->unit[0] != '\0' ? " " : "", axis->unit);
    }
}

static void
text_axes (FILE *f, const ictus_experiment *exp, size_t point)
{
  fprintf (f, "%6zu", point);
  for (int a = 0; a < exp->naxis; ++a)
    fprintf (f, "  %*.6g", axis_width (&exp->axis[a]), axis_value (exp, point, a));
}

static void
json_axes (FILE *f, const ictus_experiment *exp, size_t point)
{
  fprintf (f, "{\"point\": %zu, \"values\": {", point);
  for (int a = 0; a < exp->naxis; ++a)
    {
      if (a > 0)
        fputs (", ", f);
      json_string (f, exp->axis[a].name);
      fputs (": ", f);
      json_number (f, axis_value (exp, point, a));
    }
  fputc ('}', f);
}

static void
json_grid (FILE *f, const ictus_experiment *exp)
{
  fputs ("{\"name\": ", f);
  json_string (f, exp->name);
  fputs (", \"axes\": [", f);
  for (int a = 0; a < exp->naxis; ++a)
    {
      fputs (a > 0 ? ", {\"name\": " : "{\"name\": ", f);
      json_string (f, exp->axis[a].name);
      fputs (", \"unit\": ", f);
      json_string (f, exp->axis[a].unit);
      fputs (", \"set\": [", f);
      for (int k = 0; k < exp->axis[a].nset; ++k)
        {
          if (k > 0)
            fputs (", ", f);
          json_string (f, exp->axis[a].set[k]);
        }
      fputs ("]}", f);
    }
  fputs ("],\n \"points\": [", f);
}

ictus_err
ictus_sweep_list (FILE *f, ictus_conf *conf, bool json)
{
  ictus_experiment *exp = NULL;
  size_t npoint;
  ictus_err e;

  ICTUS_GO (ictus_experiment_read (conf, &exp));
  ICTUS_GO (ictus__grid_check (exp, &npoint));
  if (json)
    json_grid (f, exp);
  else
    text_axes_head (f, exp);
  for (size_t k = 0; k < npoint; ++k)
    if (json)
      {
        fputs (k > 0 ? ",\n  " : "\n  ", f);
        json_axes (f, exp, k);
        fputc ('}', f);
      }
    else
      {
        fputc ('\n', f);
        text_axes (f, exp, k);
      }
  fputs (json ? "\n ]}\n" : "\n", f);
done:
  ictus_experiment_destroy (&exp);
  return e;
}

/* ---- the finished table ---- */

static bool
is_seizure (const ictus_experiment *exp, const double *all)
{
  ictus_measures m = { .rate_Hz = all[0], .cv = all[1], .chi = all[2], .fano = all[3] };

  return ictus_summary_is_seizure (exp, &m);
}

static void
table_json (FILE *f, const ictus_experiment *exp, const ictus__table *t)
{
  json_grid (f, exp);
  for (size_t k = 0; k < t->npoint; ++k)
    {
      const double *value = &t->value[k * (size_t) t->nvalue], *all = value + t->nvalue - ICTUS__NMEASURE;

      fputs (k > 0 ? ",\n  " : "\n  ", f);
      json_axes (f, exp, k);
      fprintf (f, ", \"status\": \"%s\"", status_name (t->status[k]));
      if (t->status[k] == ICTUS__FAILED)
        {
          fputs (", \"reason\": ", f);
          json_string (f, t->reason[k]);
        }
      if (t->status[k] == ICTUS__DONE)
        {
          fprintf (f, ", \"seizure\": %s, \"populations\": {", is_seizure (exp, all) ? "true" : "false");
          for (int p = 0; p < exp->npopulation; ++p)
            {
              if (p > 0)
                fputs (", ", f);
              json_string (f, exp->population[p].name);
              fputs (": ", f);
              json_measures (f, value + p * ICTUS__NMEASURE);
            }
          fputs ("}, \"all\": ", f);
          json_measures (f, all);
        }
      fputc ('}', f);
    }
  fputs ("\n ]}\n", f);
}

static void
text_row (FILE *f, const ictus_experiment *exp, const ictus__table *t, size_t k)
{
  const double *value = &t->value[k * (size_t) t->nvalue], *all = value + t->nvalue - ICTUS__NMEASURE;

  text_axes (f, exp, k);
  for (int p = 0; p < exp->npopulation; ++p)
    {
      int width = (int) strlen (exp->population[p].name) + 3;

      text_number (f, value[p * ICTUS__NMEASURE], width > 8 ? width : 8, 2);
    }
  for (int m = 0; m < ICTUS__NMEASURE; ++m)
    text_number (f, all[m], 8, m == 0 ? 2 : 3);
  fprintf (f, "  %-7s  %s\n", t->status[k] != ICTUS__DONE ? "-" : is_seizure (exp, all) ? "yes" : "no",
           status_name (t->status[k]));
}

static void
table_text (FILE *f, const ictus_experiment *exp, const ictus__table *t)
{
  ictus_text name = { 0 };

  text_axes_head (f, exp);
  for (int p = 0; p < exp->npopulation; ++p)
    {
      int pad = 8 - ((int) strlen (exp->population[p].name) + 3);

      fprintf (f, "  %*s%s Hz", pad > 0 ? pad : 0, "", exp->population[p].name);
    }
  fprintf (f, "  %8s  %8s  %8s  %8s  %-7s  %s\n", "all Hz", "CV", "chi", "Fano", "seizure", "status");
  for (size_t k = 0; k < t->npoint; ++k)
    text_row (f, exp, t, k);
  for (size_t k = 0; k < t->npoint; ++k)
    if (t->status[k] == ICTUS__FAILED)
      {
        ictus_text_clear (&name);
        ictus__grid_name (exp, k, &name);
        fprintf (f, "point %zu (%s) failed: %s\n", k, name.s != NULL ? name.s : "", t->reason[k]);
      }
  ictus_text_clear (&name);
}

void
ictus__table_print (FILE *f, const ictus_experiment *exp, const ictus__table *t, bool json)
{
  if (json)
    table_json (f, exp, t);
  else if (t->npoint <= MAX_TEXT_POINTS)
    table_text (f, exp, t);
}
