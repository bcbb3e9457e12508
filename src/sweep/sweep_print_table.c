/* SPDX-License-Identifier: BSD-3-Clause */
/* The finished table of a sweep, as aligned text and as JSON; what a threshold search found. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "sweep/sweep_print.h"

enum { MAX_TEXT_POINTS = 200 };

typedef struct table
{
  FILE *f;
  const ictus_experiment *exp;
  const ictus__table *t;
  ictus__line *line; /* [nline] of a threshold search, else NULL */
  size_t nline, npoint;
  double *value, *sd; /* [nvalue] of one point */
} table;

/* A search is over that did not need the point. */
static bool
is_skipped (const table *b, size_t point)
{
  return b->line != NULL && ictus__point_status (b->exp, b->t, point) == ICTUS__TODO
         && b->line[ictus__line_of (b->exp, point)].crossing != ICTUS__CROSSING_TODO;
}

/* Means and spread of a point. */
static void
read_point (table *b, size_t point)
{
  for (int k = 0; k < b->t->nvalue; ++k)
    b->value[k] = ictus__point_mean (b->exp, b->t, point, k, &b->sd[k]);
}

static const char *
status_name (ictus__status status)
{
  return status == ICTUS__DONE ? "done" : status == ICTUS__FAILED ? "failed" : "todo";
}

/* Reason of the first run that failed. */
static const char *
reason_of (const table *b, size_t point, size_t *repeat)
{
  size_t n = (size_t) b->exp->nrepeat;

  for (*repeat = 0; *repeat + 1 < n && b->t->status[point * n + *repeat] != ICTUS__FAILED;)
    *repeat += 1;
  return b->t->reason[point * n + *repeat];
}

static size_t
runs_made (const ictus__table *t)
{
  return ictus__table_count (t, ICTUS__DONE) + ictus__table_count (t, ICTUS__FAILED);
}

static const char *
crossing_name (ictus__crossing c)
{
  static const char *const name[]
      = { "todo", "rising", "falling", "below everywhere", "above everywhere", "failed" };

  return name[c];
}

/* ---- JSON ---- */

static void
json_values (FILE *f, const ictus_experiment *exp, const double *value)
{
  fputs ("\"populations\": {", f);
  for (int p = 0; p < exp->npopulation; ++p)
    {
      if (p > 0)
        fputs (", ", f);
      ictus_json_string (f, exp->population[p].name);
      fputs (": ", f);
      ictus__print_json_measures (f, value + p * ICTUS__NMEASURE);
    }
  fputs ("}, \"all\": ", f);
  ictus__print_json_measures (f, value + exp->npopulation * ICTUS__NMEASURE);
}

static void
json_point (table *b, size_t k)
{
  ictus__status status = ictus__point_status (b->exp, b->t, k);
  double part = ictus__point_seizures (b->exp, b->t, k);
  size_t repeat;

  ictus__print_json_axes (b->f, b->exp, k);
  fprintf (b->f, ", \"status\": \"%s\"", status_name (status));
  if (b->exp->nrepeat > 1)
    fprintf (b->f, ", \"repeats_done\": %zu", ictus__point_ndone (b->exp, b->t, k));
  if (status == ICTUS__FAILED)
    {
      fputs (", \"reason\": ", b->f);
      ictus_json_string (b->f, reason_of (b, k, &repeat));
    }
  if (!isnan (part))
    {
      read_point (b, k);
      fprintf (b->f, ", \"seizure\": %s, ", part >= ICTUS__SEIZURE_PART ? "true" : "false");
      if (b->exp->nrepeat > 1)
        fprintf (b->f, "\"seizure_fraction\": %.17g, ", part);
      json_values (b->f, b->exp, b->value);
      if (b->exp->nrepeat > 1)
        {
          fputs (", \"sd\": {", b->f);
          json_values (b->f, b->exp, b->sd);
          fputc ('}', b->f);
        }
    }
  fputc ('}', b->f);
}

static void
json_line (const table *b, size_t k)
{
  const ictus__line *l = &b->line[k];
  bool first = true;

  fputs ("{\"values\": {", b->f);
  for (int a = 0; a < b->exp->naxis; ++a)
    if (a != b->exp->threshold.axis)
      {
        fputs (first ? "" : ", ", b->f);
        first = false;
        ictus_json_string (b->f, b->exp->axis[a].name);
        fputs (": ", b->f);
        ictus__print_json_number (b->f, b->exp->axis[a].value[ictus__line_index (b->exp, k, a)]);
      }
  fprintf (b->f, "}, \"crossing\": \"%s\", \"threshold\": ", crossing_name (l->crossing));
  ictus__print_json_number (b->f, l->at);
  fputs (", \"lower\": ", b->f);
  ictus__print_json_number (b->f, l->from);
  fputs (", \"upper\": ", b->f);
  ictus__print_json_number (b->f, l->to);
  fputc ('}', b->f);
}

static void
json_threshold (const table *b)
{
  const ictus_exp_threshold *h = &b->exp->threshold;

  fputs (",\n \"threshold\": {\"axis\": ", b->f);
  ictus_json_string (b->f, b->exp->axis[h->axis].name);
  fprintf (b->f, ", \"measure\": \"%s\", \"of\": ", ictus__measure_name (h->measure));
  ictus_json_string (b->f, h->population < 0 ? "all" : b->exp->population[h->population].name);
  fprintf (b->f, ", \"level\": %.17g, \"runs\": %zu, \"runs_full_grid\": %zu, \"lines\": [", h->level,
           runs_made (b->t), b->t->npoint);
  for (size_t k = 0; k < b->nline; ++k)
    {
      fputs (k > 0 ? ",\n  " : "\n  ", b->f);
      json_line (b, k);
    }
  fputs ("\n ]}", b->f);
}

static void
table_json (table *b)
{
  bool first = true;

  ictus__print_json_grid (b->f, b->exp);
  for (size_t k = 0; k < b->npoint; ++k)
    if (!is_skipped (b, k))
      {
        fputs (first ? "\n  " : ",\n  ", b->f);
        first = false;
        json_point (b, k);
      }
  fputs ("\n ]", b->f);
  if (b->line != NULL)
    json_threshold (b);
  fputs ("}\n", b->f);
}

/* ---- text ---- */

static void
text_row (table *b, size_t k)
{
  const double *all = b->value + b->t->nvalue - ICTUS__NMEASURE;
  ictus__status status = ictus__point_status (b->exp, b->t, k);
  double part = ictus__point_seizures (b->exp, b->t, k);
  const char *flag = isnan (part) ? "-" : part >= ICTUS__SEIZURE_PART ? "yes" : "no";

  read_point (b, k);
  ictus__print_text_axes (b->f, b->exp, k);
  for (int p = 0; p < b->exp->npopulation; ++p)
    {
      int width = (int) strlen (b->exp->population[p].name) + 3;

      ictus__print_text_number (b->f, b->value[p * ICTUS__NMEASURE], width > 8 ? width : 8, 2);
    }
  for (int m = 0; m < ICTUS__NMEASURE; ++m)
    {
      ictus__print_text_number (b->f, all[m], 8, m == 0 ? 2 : 3);
      if (b->exp->nrepeat > 1)
        ictus__print_text_number (b->f, b->sd[b->t->nvalue - ICTUS__NMEASURE + m], 6, m == 0 ? 2 : 3);
    }
  if (b->exp->nrepeat > 1 && !isnan (part))
    fprintf (b->f, "  %-3s %.2f", flag, part);
  else
    fprintf (b->f, "  %-7s", flag);
  if (b->exp->nrepeat > 1 && status != ICTUS__DONE)
    fprintf (b->f, "  %s, %zu of %" PRIu64 " done\n", status_name (status),
             ictus__point_ndone (b->exp, b->t, k), b->exp->nrepeat);
  else
    fprintf (b->f, "  %s\n", status_name (status));
}

static void
text_head (const table *b)
{
  static const char *const name[ICTUS__NMEASURE] = { "all Hz", "CV", "chi", "Fano" };

  ictus__print_text_axes_head (b->f, b->exp);
  for (int p = 0; p < b->exp->npopulation; ++p)
    {
      int pad = 8 - ((int) strlen (b->exp->population[p].name) + 3);

      fprintf (b->f, "  %*s%s Hz", pad > 0 ? pad : 0, "", b->exp->population[p].name);
    }
  for (int m = 0; m < ICTUS__NMEASURE; ++m)
    fprintf (b->f, "  %8s%s", name[m], b->exp->nrepeat > 1 ? "      sd" : "");
  fprintf (b->f, "  %-7s  %s\n", "seizure", "status");
}

static void
text_failures (const table *b)
{
  ictus_text name = { 0 };
  size_t repeat;

  for (size_t k = 0; k < b->npoint; ++k)
    if (ictus__point_status (b->exp, b->t, k) == ICTUS__FAILED)
      {
        const char *reason = reason_of (b, k, &repeat);

        ictus_text_clear (&name);
        ictus__grid_name (b->exp, k, &name);
        fprintf (b->f, "point %zu (%s)", k, name.s != NULL ? name.s : "");
        if (b->exp->nrepeat > 1)
          fprintf (b->f, ", repeat %zu", repeat);
        fprintf (b->f, " failed: %s\n", reason);
      }
  ictus_text_clear (&name);
}

static void
text_line (const table *b, size_t k)
{
  const ictus__line *l = &b->line[k];
  const ictus_exp_axis *axis = &b->exp->axis[b->exp->threshold.axis];
  const double value[] = { l->at, l->from, l->to };

  for (int a = 0; a < b->exp->naxis; ++a)
    if (a != b->exp->threshold.axis)
      fprintf (b->f, "  %*.6g", ictus__print_axis_width (&b->exp->axis[a]),
               b->exp->axis[a].value[ictus__line_index (b->exp, k, a)]);
  for (int v = 0; v < 3; ++v)
    {
      int width = v == 0 ? ictus__print_axis_width (axis) : 10;

      if (isnan (value[v]))
        fprintf (b->f, "  %*s", width, "-");
      else
        fprintf (b->f, "  %*.6g", width, value[v]);
    }
  fprintf (b->f, "  %s\n", crossing_name (l->crossing));
}

static void
text_threshold (const table *b)
{
  const ictus_exp_axis *axis = &b->exp->axis[b->exp->threshold.axis];
  size_t made = runs_made (b->t), all = b->t->npoint;
  ictus_text name = { 0 };

  ictus__threshold_name (b->exp, &name);
  fprintf (b->f, "\n%s:\n", name.s != NULL ? name.s : "");
  if (b->nline <= MAX_TEXT_POINTS)
    {
      for (int a = 0; a < b->exp->naxis; ++a)
        if (a != b->exp->threshold.axis)
          ictus__print_axis_head (b->f, &b->exp->axis[a]);
      ictus__print_axis_head (b->f, axis);
      fprintf (b->f, "  %10s  %10s  %s\n", "between", "and", "crossing");
      for (size_t k = 0; k < b->nline; ++k)
        text_line (b, k);
    }
  fprintf (b->f, "threshold search: %zu of %zu runs, %.1f times fewer than the full grid\n", made, all,
           made > 0 ? (double) all / (double) made : 1.0);
  ictus_text_clear (&name);
}

static void
table_text (table *b)
{
  size_t n = 0;

  for (size_t k = 0; k < b->npoint; ++k)
    n += !is_skipped (b, k);
  if (n <= MAX_TEXT_POINTS)
    {
      text_head (b);
      for (size_t k = 0; k < b->npoint; ++k)
        if (!is_skipped (b, k))
          text_row (b, k);
      text_failures (b);
    }
  if (b->line != NULL)
    text_threshold (b);
}

void
ictus__table_print (FILE *f, const ictus_experiment *exp, const ictus__table *t, bool json)
{
  table b = { .f = f, .exp = exp, .t = t, .npoint = ictus__grid_npoint (exp) };
  ictus_err e = ICTUS_OK;

  b.value = ictus_alloc ((size_t) t->nvalue, sizeof *b.value);
  b.sd = ictus_alloc ((size_t) t->nvalue, sizeof *b.sd);
  if (b.value == NULL || b.sd == NULL)
    e = ICTUS_E_NOMEM;
  if (e == ICTUS_OK && exp->threshold.is_searched)
    e = ictus__threshold_lines (exp, t, &b.line, &b.nline);
  if (e != ICTUS_OK) /* the file has it all; a table is not worth failing for */
    ictus_log ("no memory to print the table");
  else if (json)
    table_json (&b);
  else
    table_text (&b);
  ictus_free (b.line);
  ictus_free (b.value);
  ictus_free (b.sd);
}
