/* SPDX-License-Identifier: BSD-3-Clause */
/* A diagram as a table, and as JSON. */
#include <math.h>
#include <string.h>

#include "dyn/dyn_impl.h"

enum { SHOWN = 5, CELL = 24, COLUMNS = SHOWN + 8 };

typedef struct table
{
  char head[COLUMNS][80];
  char (*cell)[COLUMNS][200]; /* [nrow] */
  size_t nrow, cap;
  int ncol;
} table;

static const char *const kind_name[] = { "equilibria", "cycles", "folds", "Hopf points" };

/* Number of the state that unknown i of a diagram is. */
static const ictus_lang_var *
state_of (const ictus_dyn_diagram *d, int i)
{
  for (int a = 0; a < d->model->kernel->nstate; ++a)
    {
      const ictus_lang_var *v = ictus_lang_get (d->model->lang, ICTUS_LANG_STATE, a);

      if (v->markov == 0 && !v->hidden && i-- == 0)
        return v;
    }
  return NULL;
}

static const char *
unit_of (const ictus_lang_var *v)
{
  return strcmp (v->unit, "1") == 0 ? "" : v->unit;
}

/* " ms" behind a number, as the model's own unit of time is called. */
static const char *
time_unit (const ictus_dyn_diagram *d)
{
  return ictus_lang_get_settings (d->model->lang)->xpp ? "" : "ms";
}

static bool
is_end (const ictus_dyn_special *s)
{
  return s->type == ICTUS_DYN_START || s->type == ICTUS_DYN_END;
}

static void
range_of (const ictus_dyn_special *s, int n, int i, double *lo, double *hi)
{
  *lo = INFINITY;
  *hi = -INFINITY;
  for (size_t k = 0; k < s->nmesh; ++k)
    {
      *lo = fmin (*lo, s->orbit[k * (size_t) n + (size_t) i]);
      *hi = fmax (*hi, s->orbit[k * (size_t) n + (size_t) i]);
    }
}

/* "stable", "2 unstable" of a row; "" where it is not said. */
static void
stability (const ictus_dyn_branch *b, size_t r, char out[40])
{
  if (b->kind != ICTUS_DYN_EQUILIBRIA && b->kind != ICTUS_DYN_CYCLES)
    out[0] = '\0';
  else if (b->unstable[r] == 0)
    snprintf (out, 40, "stable");
  else
    snprintf (out, 40, "%d unstable", b->unstable[r]);
}

static void
both_sides (const ictus_dyn_branch *b, const ictus_dyn_special *s, char out[100])
{
  char before[40], after[40];

  stability (b, s->at > 0 ? s->at - 1 : s->at, before);
  stability (b, s->at + 1 < b->npoint ? s->at + 1 : s->at, after);
  if (before[0] == '\0')
    out[0] = '\0';
  else
    snprintf (out, 100, "%s -> %s", before, after);
}

/* ---- text ---------------------------------------------------------------------------------------------------- */

static void
head_of (char out[80], const ictus_lang_var *v)
{
  snprintf (out, 80, "%.40s%s%.30s", v->name, unit_of (v)[0] != '\0' ? " " : "", unit_of (v));
}

static void
heads (const ictus_dyn_diagram *d, int n, table *t)
{
  static const char *const first[] = { "label", "branch" };

  for (size_t k = 0; k < 2; ++k)
    snprintf (t->head[t->ncol++], 80, "%s", first[k]);
  head_of (t->head[t->ncol++], ictus_dyn_par_var (d->model, d->options.par));
  if (d->options.par2 >= 0)
    head_of (t->head[t->ncol++], ictus_dyn_par_var (d->model, d->options.par2));
  snprintf (t->head[t->ncol++], 80, "period%s%s", time_unit (d)[0] != '\0' ? " " : "", time_unit (d));
  for (int i = 0; i < n && i < SHOWN; ++i)
    head_of (t->head[t->ncol++], state_of (d, i));
  snprintf (t->head[t->ncol++], 80, "stability along the branch");
  snprintf (t->head[t->ncol++], 80, "what");
}

static void
cell_number (char out[200], double v, int digits)
{
  if (isfinite (v))
    snprintf (out, 200, "%.*g", digits, v);
  else
    snprintf (out, 200, "-");
}

static ictus_err
row (const ictus_dyn_diagram *d, size_t b, const ictus_dyn_special *s, table *t)
{
  const ictus_dyn_branch *br = &d->branch[b];
  int c = 0;

  ICTUS_TRY (ictus_grow (&t->cell, &t->cap, t->nrow + 1, sizeof *t->cell));
  char (*cell)[200] = t->cell[t->nrow++];
  snprintf (cell[c++], 200, "%s%d", ictus_dyn_type_label (s->type), s->number);
  snprintf (cell[c++], 200, "%zu", b + 1);
  cell_number (cell[c++], s->par[0], 12);
  if (d->options.par2 >= 0)
    cell_number (cell[c++], s->par[1], 12);
  cell_number (cell[c++], s->period, 9);
  for (int i = 0; i < br->n && i < SHOWN; ++i)
    if (s->nmesh > 0)
      {
        double lo, hi;

        range_of (s, br->n, i, &lo, &hi);
        snprintf (cell[c++], 200, "%.5g .. %.5g", lo, hi);
      }
    else
      cell_number (cell[c++], s->x[i], 10);
  both_sides (br, s, cell[c++]);
  snprintf (cell[c], 200, "%s%s%.150s", ictus_dyn_type_name (s->type), s->note[0] != '\0' ? ", " : "", s->note);
  return ICTUS_OK;
}

static void
print_cells (FILE *f, const table *t)
{
  int width[COLUMNS];

  for (int c = 0; c < t->ncol; ++c)
    {
      width[c] = (int) strlen (t->head[c]);
      for (size_t r = 0; r < t->nrow; ++r)
        width[c] = (int) strlen (t->cell[r][c]) > width[c] ? (int) strlen (t->cell[r][c]) : width[c];
    }
  for (size_t r = 0; r < t->nrow + 1; ++r)
    {
      for (int c = 0; c < t->ncol; ++c)
        {
          const char *text = r == 0 ? t->head[c] : t->cell[r - 1][c];
          bool left = c == 0 || c + 2 >= t->ncol;

          if (c + 1 == t->ncol)
            fprintf (f, "  %s", text);
          else
            fprintf (f, left ? "%s%-*s" : "%s%*s", c > 0 ? "  " : "", width[c], text);
        }
      fprintf (f, "\n");
    }
}

static void
print_branch (FILE *f, const ictus_dyn_diagram *d, size_t k)
{
  const ictus_dyn_branch *b = &d->branch[k];
  const ictus_lang_var *v = ictus_dyn_par_var (d->model, d->options.par);
  size_t stable = 0, r = 0;

  fprintf (f, "branch %zu: %s", k + 1, kind_name[b->kind]);
  if (b->from_branch >= 0)
    {
      const ictus_dyn_special *s = &d->branch[b->from_branch].special[b->from_special];

      fprintf (f, " from %s%d", ictus_dyn_type_label (s->type), s->number);
    }
  fprintf (f, ", %zu points, %s = %.6g to %.6g", b->npoint, v->name, b->par[0], b->par[b->npoint - 1]);
  for (size_t a = 0; a < b->npoint; ++a)
    stable += b->unstable[a] == 0;
  if (b->kind == ICTUS_DYN_EQUILIBRIA || b->kind == ICTUS_DYN_CYCLES)
    {
      const char *open = "; stable: ";

      if (stable == 0)
        fprintf (f, "; unstable");
      while (stable > 0 && r < b->npoint)
        {
          size_t from = r;

          if (b->unstable[r] != 0)
            {
              ++r;
              continue;
            }
          while (r + 1 < b->npoint && b->unstable[r + 1] == 0)
            ++r;
          fprintf (f, "%s%.6g to %.6g", open, b->par[from], b->par[r]);
          open = ", ";
          ++r;
        }
    }
  if (b->nspecial > 0 && b->special[b->nspecial - 1].type == ICTUS_DYN_END && b->special[b->nspecial - 1].note[0] != '\0')
    fprintf (f, "; ends: %s", b->special[b->nspecial - 1].note);
  fprintf (f, "\n");
}

static void
print_text (FILE *f, const ictus_dyn_diagram *d)
{
  const ictus_lang_var *v = ictus_dyn_par_var (d->model, d->options.par);
  int n = d->nbranch > 0 ? d->branch[0].n : 0;
  table t = { 0 };
  ictus_err e = ICTUS_OK;

  fprintf (f, "%s: %s from %.6g to %.6g%s%s, %zu branch%s\n", d->model->kernel->name, v->name, d->options.lo, d->options.hi,
           unit_of (v)[0] != '\0' ? " " : "", unit_of (v), d->nbranch, d->nbranch == 1 ? "" : "es");
  for (size_t b = 0; b < d->nbranch; ++b)
    print_branch (f, d, b);
  heads (d, n, &t);
  for (size_t b = 0; b < d->nbranch && e == ICTUS_OK; ++b)
    for (size_t k = 0; k < d->branch[b].nspecial && e == ICTUS_OK; ++k)
      if (!is_end (&d->branch[b].special[k]) && !d->branch[b].special[k].again)
        e = row (d, b, &d->branch[b].special[k], &t);
  if (t.nrow > 0)
    {
      fprintf (f, "\n");
      print_cells (f, &t);
    }
  else
    fprintf (f, "no special points\n");
  if (n > SHOWN)
    fprintf (f, "(%d of %d states are shown)\n", SHOWN, n);
  ictus_free (t.cell);
}

/* ---- JSON ------------------------------------------------------------------------------------------------------ */

static void
json_double (FILE *f, const char *before, double v)
{
  if (isfinite (v))
    fprintf (f, "%s%.17g", before, v);
  else
    fprintf (f, "%snull", before);
}

static void
json_states (FILE *f, const ictus_dyn_diagram *d, const ictus_dyn_branch *b, const ictus_dyn_special *s)
{
  for (int which = 0; which < (s->nmesh > 0 ? 3 : 1); ++which)
    {
      fprintf (f, ", \"%s\": {", which == 0 ? "state" : which == 1 ? "low" : "high");
      for (int i = 0; i < b->n; ++i)
        {
          double lo = 0, hi = 0;

          range_of (s, b->n, i, &lo, &hi);
          fprintf (f, "%s", i > 0 ? ", " : "");
          ictus_json_string (f, state_of (d, i)->name);
          json_double (f, ": ", which == 0 ? s->x[i] : which == 1 ? lo : hi);
        }
      fprintf (f, "}");
    }
}

static void
json_special (FILE *f, const ictus_dyn_diagram *d, const ictus_dyn_branch *b, const ictus_dyn_special *s)
{
  fprintf (f, "{\"type\": ");
  ictus_json_string (f, ictus_dyn_type_name (s->type));
  fprintf (f, ", \"label\": \"%s\", \"number\": %d, \"again\": %s, \"point\": %zu", ictus_dyn_type_label (s->type), s->number,
           s->again ? "true" : "false", s->at);
  json_double (f, ", \"par\": ", s->par[0]);
  json_double (f, ", \"par2\": ", s->par[1]);
  json_double (f, ", \"period\": ", s->period);
  json_double (f, ", \"coefficient\": ", s->coefficient);
  fprintf (f, ", \"note\": ");
  ictus_json_string (f, s->note);
  if (b->kind == ICTUS_DYN_EQUILIBRIA || b->kind == ICTUS_DYN_CYCLES)
    fprintf (f, ", \"unstable_before\": %d, \"unstable_after\": %d", b->unstable[s->at > 0 ? s->at - 1 : s->at],
             b->unstable[s->at + 1 < b->npoint ? s->at + 1 : s->at]);
  json_states (f, d, b, s);
  fprintf (f, "}");
}

static void
json_branch (FILE *f, const ictus_dyn_diagram *d, const ictus_dyn_branch *b)
{
  size_t stable = 0;

  for (size_t a = 0; a < b->npoint; ++a)
    stable += b->unstable[a] == 0;
  fprintf (f, "{\"kind\": \"%s\", \"points\": %zu, \"stable_points\": %zu, \"from_branch\": %d, \"from_special\": %d",
           kind_name[b->kind], b->npoint, stable, b->from_branch, b->from_special);
  json_double (f, ", \"first\": ", b->par[0]);
  json_double (f, ", \"last\": ", b->par[b->npoint - 1]);
  fprintf (f, ", \"special\": [");
  for (size_t k = 0; k < b->nspecial; ++k)
    {
      fprintf (f, "%s\n    ", k > 0 ? "," : "");
      json_special (f, d, b, &b->special[k]);
    }
  fprintf (f, "]}");
}

static void
json_parameter (FILE *f, const ictus_dyn_diagram *d, int par, double lo, double hi, const char *key)
{
  fprintf (f, ", \"%s\": {\"name\": ", key);
  ictus_json_string (f, ictus_dyn_par_var (d->model, par)->name);
  fprintf (f, ", \"unit\": ");
  ictus_json_string (f, ictus_dyn_par_var (d->model, par)->unit);
  json_double (f, ", \"low\": ", lo);
  json_double (f, ", \"high\": ", hi);
  fprintf (f, "}");
}

static void
print_json (FILE *f, const ictus_dyn_diagram *d)
{
  const ictus_dyn_options *o = &d->options;

  fprintf (f, "{\"model\": ");
  ictus_json_string (f, d->model->kernel->name);
  json_parameter (f, d, o->par, o->lo, o->hi, "parameter");
  if (o->par2 >= 0)
    json_parameter (f, d, o->par2, o->lo2, o->hi2, "parameter2");
  fprintf (f, ", \"branches\": [");
  for (size_t b = 0; b < d->nbranch; ++b)
    {
      fprintf (f, "%s\n  ", b > 0 ? "," : "");
      json_branch (f, d, &d->branch[b]);
    }
  fprintf (f, "\n]}\n");
}

void
ictus_dyn_print (FILE *f, const ictus_dyn_diagram *d, bool json)
{
  if (json)
    print_json (f, d);
  else
    print_text (f, d);
}
