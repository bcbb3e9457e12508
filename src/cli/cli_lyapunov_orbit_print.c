/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus lyapunov --orbit, --section, --zero-one: what is printed. */
#include "cli/cli_lyapunov_orbit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 24 /* stretches of an orbit diagram that are listed */, MEANINGS = 5 };

/* Tables of the words for what is no period. */
static const struct
{
  int period;
  const char *word, *meaning;
} word[MEANINGS] = { { ICTUS_ORBIT_IRREGULAR, "irregular", "the points do not come again: chaos, a torus, or a period too long for their number" },
                     { ICTUS_ORBIT_REST, "rest", NULL },
                     { ICTUS_ORBIT_NONE, "none", "no such points: a section is not met, nothing fires, or there is no maximum" },
                     { ICTUS_ORBIT_FAILED, "failed", "the trajectory runs to infinity, or no step is short enough" },
                     { ICTUS_ORBIT_TODO, "todo", "not computed" } };

static void
name_of (int period, char out[80])
{
  snprintf (out, 80, "period %d", period);
  for (int k = 0; k < MEANINGS; ++k)
    if (word[k].period == period)
      snprintf (out, 80, "%s", word[k].word);
}

/* Words of the table that want one. */
static void
explain (FILE *f, const int *period, size_t n)
{
  for (int k = 0; k < MEANINGS; ++k)
    for (size_t i = 0; i < n && word[k].meaning != NULL; ++i)
      if (period[i] == word[k].period)
        {
          fprintf (f, "%s: %s\n", word[k].word, word[k].meaning);
          break;
        }
}

static const char *
after_number (const char *unit)
{
  return *unit != '\0' ? " " : "";
}

/* ---- orbit diagrams ---- */

typedef struct stretch /* values of the parameter with the same period */
{
  size_t first, n;
} stretch;

static int
longest_first (const void *a, const void *b)
{
  const stretch *x = a, *y = b;

  return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : (x->first > y->first) - (x->first < y->first);
}

static int
in_order (const void *a, const void *b)
{
  const stretch *x = a, *y = b;

  return (x->first > y->first) - (x->first < y->first);
}

static size_t
stretches (const int *period, size_t n, stretch *s)
{
  size_t m = 0;

  for (size_t k = 0; k < n; ++k)
    if (k > 0 && period[k] == period[k - 1])
      s[m - 1].n += 1;
    else
      s[m++] = (stretch){ k, 1 };
  return m;
}

static void
list_text (FILE *f, const ictus_orbit *r, size_t way, stretch *s, size_t m)
{
  const int *period = r->period + way * r->axis.n;
  size_t shown = m < LINES ? m : LINES, hidden = 0;
  char name[80];

  qsort (s, m, sizeof *s, longest_first);
  for (size_t k = shown; k < m; ++k)
    hidden += s[k].n;
  qsort (s, shown, sizeof *s, in_order);
  if (r->ways > 1)
    fprintf (f, "%s:\n", way == 0 ? "up" : "down");
  for (size_t k = 0; k < shown; ++k)
    {
      name_of (period[s[k].first], name);
      fprintf (f, "%14.8g .. %-14.8g  %s\n", ictus_lyapunov_axis_at (&r->axis, s[k].first),
               ictus_lyapunov_axis_at (&r->axis, s[k].first + s[k].n - 1), name);
    }
  if (m > shown)
    fprintf (f, "and %zu shorter stretches, %zu values\n", m - shown, hidden);
}

static void
list_json (FILE *f, const ictus_orbit *r, size_t way, const stretch *s, size_t m)
{
  const int *period = r->period + way * r->axis.n;

  fprintf (f, "%s[", way > 0 ? "," : "");
  for (size_t k = 0; k < m; ++k)
    {
      int p = period[s[k].first];

      ictus_json_number (f, k > 0 ? ",{\"from\":" : "{\"from\":", ictus_lyapunov_axis_at (&r->axis, s[k].first));
      ictus_json_number (f, ",\"to\":", ictus_lyapunov_axis_at (&r->axis, s[k].first + s[k].n - 1));
      fprintf (f, ",\"values\":%zu,\"motion\":", s[k].n);
      for (int i = 0; i < MEANINGS; ++i)
        if (word[i].period == p)
          ictus_json_string (f, word[i].word);
      if (p > 0)
        fprintf (f, "\"periodic\",\"period\":%d", p);
      fprintf (f, "}");
    }
  fprintf (f, "]");
}

static void
lengths (FILE *f, const ictus_cli_points *a, double trans, double total, size_t keep)
{
  const char *unit = ictus_cli_points_time (a->c->model);

  fprintf (f, "after %.6g%s%s%s; at most %zu points, within %.6g%s%s%s", trans, after_number (unit), unit,
           isnan (a->o.trans) ? " (chosen)" : "", keep, total, after_number (unit), unit, isnan (a->o.total) ? " (chosen)" : "");
}

void
ictus_cli_orbit_print (FILE *f, const ictus_cli_points *a, const ictus_orbit *r)
{
  stretch *s = ictus_alloc (r->axis.n, sizeof *s);
  const char *par = ictus_dyn_par_var (a->c->model, r->axis.par)->name;
  char what[256];

  if (s == NULL)
    return;
  ictus_cli_points_what (a, r->kind, what);
  if (a->c->json)
    {
      fprintf (f, "{\"model\":");
      ictus_json_string (f, a->c->model->kernel->name);
      fprintf (f, ",\"parameter\":");
      ictus_json_string (f, par);
      fprintf (f, ",\"shows\":");
      ictus_json_string (f, what);
      ictus_json_number (f, ",\"trans\":", r->trans);
      ictus_json_number (f, ",\"total\":", r->total);
      fprintf (f, ",\"values\":%zu,\"done\":%zu,\"failed\":%zu,\"ways\":[", r->axis.n, r->ndone, r->nfailed);
    }
  else
    {
      fprintf (f, "%s: %s at %zu values of %s from %.8g to %.8g%s\n", a->c->model->kernel->name, what, r->axis.n, par, r->axis.lo,
               r->axis.hi, r->ways > 1 ? " and back, each going on from the one before" : "");
      lengths (f, a, r->trans, r->total, a->o.keep);
      fprintf (f, "; %s\n", r->method);
    }
  for (size_t way = 0; way < (size_t) r->ways; ++way)
    {
      size_t m = stretches (r->period + way * r->axis.n, r->axis.n, s);

      if (a->c->json)
        list_json (f, r, way, s, m);
      else
        list_text (f, r, way, s, m);
    }
  if (a->c->json)
    fprintf (f, "]}\n");
  else
    explain (f, r->period, (size_t) r->ways * r->axis.n);
  ictus_free (s);
}

/* ---- sections ---- */

/* Mean time from a point to the next, and its standard deviation. */
static double
return_time (const ictus_points *p, double *sd)
{
  double mean = NAN, sum = 0;
  size_t n = p->n;

  *sd = NAN;
  if (n < 2)
    return mean;
  mean = (p->t[n - 1] - p->t[0]) / (double) (n - 1);
  for (size_t k = 1; k < n; ++k)
    sum += (p->t[k] - p->t[k - 1] - mean) * (p->t[k] - p->t[k - 1] - mean);
  *sd = sqrt (sum / (double) (n - 1));
  return mean;
}

static void
column_range (const ictus_points *p, int c, double *lo, double *hi)
{
  *lo = INFINITY;
  *hi = -INFINITY;
  for (size_t k = 0; k < p->n; ++k)
    {
      *lo = fmin (*lo, p->v[k * (size_t) p->ncol + (size_t) c]);
      *hi = fmax (*hi, p->v[k * (size_t) p->ncol + (size_t) c]);
    }
}

static void
section_json (FILE *f, const ictus_cli_points *a, const ictus_points *p, int period)
{
  double lo, hi, sd, mean = return_time (p, &sd);

  fprintf (f, "{\"model\":");
  ictus_json_string (f, a->c->model->kernel->name);
  fprintf (f, ",\"section\":");
  ictus_json_string (f, a->section);
  ictus_json_number (f, ",\"at\":", a->o.at);
  fprintf (f, ",\"points\":%zu", p->n);
  ictus_json_number (f, ",\"trans\":", p->trans);
  ictus_json_number (f, ",\"total\":", p->total);
  ictus_json_number (f, ",\"return_time\":", mean);
  ictus_json_number (f, ",\"return_time_sd\":", sd);
  if (period > 0)
    fprintf (f, ",\"period\":%d", period);
  else
    fprintf (f, ",\"period\":null");
  fprintf (f, ",\"columns\":[");
  for (int c = 0; c < p->ncol; ++c)
    {
      column_range (p, c, &lo, &hi);
      fprintf (f, "%s{\"name\":", c > 0 ? "," : "");
      ictus_json_string (f, ictus_path_column (a->c->model, c)->name);
      ictus_json_number (f, ",\"low\":", lo);
      ictus_json_number (f, ",\"high\":", hi);
      fprintf (f, "}");
    }
  fprintf (f, "]}\n");
}

void
ictus_cli_section_print (FILE *f, const ictus_cli_points *a, const ictus_points *p)
{
  const char *unit = ictus_cli_points_time (a->c->model);
  int period = ictus_points_period (p, &a->o);
  double lo, hi, sd, mean = return_time (p, &sd);
  char name[80];

  if (a->c->json)
    {
      section_json (f, a, p, period);
      return;
    }
  if (strcmp (a->section, "t") == 0 || strcmp (a->section, "T") == 0)
    fprintf (f, "%s: %zu points, each %.6g%s%s\n", a->c->model->kernel->name, p->n, a->o.at, after_number (unit), unit);
  else
    fprintf (f, "%s: %zu points where %s passes %.6g upwards\n", a->c->model->kernel->name, p->n, a->section, a->o.at);
  lengths (f, a, p->trans, p->total, a->o.keep);
  fprintf (f, "; %s\n\n%-20s %16s %16s\n", p->method, "", "lowest", "highest");
  for (int c = 0; c < p->ncol; ++c)
    {
      column_range (p, c, &lo, &hi);
      fprintf (f, "%-20s %16.9g %16.9g  %s\n", ictus_path_column (a->c->model, c)->name, lo, hi, ictus_path_column (a->c->model, c)->unit);
    }
  fprintf (f, "\n%-20s %16.9g +- %.2g (standard deviation)%s%s\n", "time of return", mean, sd, after_number (unit), unit);
  name_of (period, name);
  fprintf (f, "%-20s %s\n", "motion", name);
  explain (f, &period, 1);
}

/* ---- the 0-1 test ---- */

static int
by_size (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

void
ictus_cli_zero_one_print (FILE *f, const ictus_cli_points *a, const ictus_points *p, size_t n, const ictus_zero_one *z)
{
  double sorted[ICTUS_ZERO_ONE_C], low, high;
  const char *verdict = p->rests ? "rest" : ictus_zero_one_verdict (z, n);
  bool slow = verdict == NULL;
  char what[256];

  verdict = slow ? "undecided" : verdict;
  memcpy (sorted, z->kc, sizeof sorted);
  qsort (sorted, ICTUS_ZERO_ONE_C, sizeof *sorted, by_size);
  low = sorted[ICTUS_ZERO_ONE_C / 4];
  high = sorted[ICTUS_ZERO_ONE_C * 3 / 4];
  ictus_cli_points_what (a, p->kind, what);
  if (a->c->json)
    {
      fprintf (f, "{\"model\":");
      ictus_json_string (f, a->c->model->kernel->name);
      fprintf (f, ",\"series\":");
      ictus_json_string (f, what);
      fprintf (f, ",\"n\":%zu", n);
      ictus_json_number (f, ",\"sample\":", p->sample);
      ictus_json_number (f, ",\"K\":", z->k);
      ictus_json_number (f, ",\"K_sparse\":", z->k_sparse);
      fprintf (f, ",\"every\":%d", z->sparse);
      ictus_json_number (f, ",\"lower_quartile\":", low);
      ictus_json_number (f, ",\"upper_quartile\":", high);
      fprintf (f, ",\"verdict\":\"%s\"}\n", verdict);
      return;
    }
  fprintf (f, "%s: 0-1 test of %zu %s", a->c->model->kernel->name, n, what);
  if (p->kind == ICTUS_POINTS_SAMPLES)
    fprintf (f, ", %.6g apart", p->sample);
  fprintf (f, "\n");
  lengths (f, a, p->trans, p->total, a->o.keep);
  fprintf (f, "; %s\n\n%-10s %.6f   median of %d values of c; half of them give %.4f .. %.4f\n", p->method, "K", z->k,
           ICTUS_ZERO_ONE_C, low, high);
  if (z->sparse > 1 && z->k_sparse > 0.1 && !(z->k > 0.9))
    fprintf (f, "%-10s %.6f   of every %s value: bands that follow each other in turn\n", "K", z->k_sparse,
             z->sparse == 2 ? "second" : "fourth");
  fprintf (f, "%-10s %s%s\n", "motion", verdict,
           slow ? ": the values vary too slowly for their number; take more (--points), or others (--section)"
           : verdict[0] == 'u' ? ": between regular (0) and chaos (1); take more values (--points)"
           : z->constant && !p->rests ? ": the values do not differ" : "");
}
