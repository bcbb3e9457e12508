/* SPDX-License-Identifier: BSD-3-Clause */
/* Tables of what was found, for readers and as JSON. */
#include "phase/phase_impl.h"

#include <math.h>
#include <string.h>

static const char *
reason (int why)
{
  switch (why)
    {
    case ICTUS_PHASE_LEAVES:
      return "leaves the box";
    case ICTUS_PHASE_TIME:
      return "end of the time";
    case ICTUS_PHASE_STOPS:
      return "equations end";
    default:
      return "undecided";
    }
}

const char *
ictus_phase_end_text (const ictus_phase *p, const ictus_phase_end *e, char *out)
{
  (void) p;
  if (e->point >= 0)
    snprintf (out, 64, "point %d", e->point + 1);
  else if (e->cycle >= 0)
    snprintf (out, 64, "cycle %d", e->cycle + 1);
  else
    snprintf (out, 64, "%s", reason (e->why));
  return out;
}

/* ---- text -------------------------------------------------------------------------------------------------------- */

static void
print_notes (FILE *f, const ictus_phase *p)
{
  const char *s = p->note.s;

  while (s != NULL && *s != '\0')
    {
      size_t n = strcspn (s, "\n");

      fprintf (f, "  %.*s\n", (int) n, s);
      s += n + (s[n] == '\n');
    }
}

static void
print_box (FILE *f, const ictus_phase *p)
{
  fprintf (f, "%s: ", p->model->kernel->name);
  for (int a = 0; a < 2 && p->axis[a] != NULL; ++a)
    fprintf (f, "%s%s %.6g to %.6g%s%s", a > 0 ? ", " : "", p->axis[a]->name, p->options.lo[a], p->options.hi[a],
             p->axis[a]->unit[0] != '\0' && strcmp (p->axis[a]->unit, "1") != 0 ? " " : "",
             strcmp (p->axis[a]->unit, "1") != 0 ? p->axis[a]->unit : "");
  fprintf (f, "\n");
  print_notes (f, p);
}

static void
eigenvalue (char *out, const ictus_phase_point *z, int k)
{
  if (z->im[k] != 0)
    snprintf (out, 48, "%.5g %s %.5gi", z->re[k], k == 0 ? "+" : "-", fabs (z->im[k]));
  else
    snprintf (out, 48, "%.6g", z->re[k]);
}

static void
print_points (FILE *f, const ictus_phase *p)
{
  bool wide = false;

  for (size_t k = 0; k < p->npoint; ++k)
    wide = wide || (p->model->kernel->nstate > p->dim && p->point[k].whole);
  if (p->npoint == 0)
    fprintf (f, "no fixed point in the box\n");
  else
    fprintf (f, "%-5s  %-18s  %-22s  %14s  %14s  %-26s%s\n", "point", "", "eigenvalues", p->axis[0]->name,
             p->dim == 2 ? p->axis[1]->name : "", "", wide ? "  whole model" : "");
  for (size_t k = 0; k < p->npoint; ++k)
    {
      const ictus_phase_point *z = &p->point[k];
      char e[2][48] = { "", "" }, both[100], y[32] = "", more[64] = "";

      for (int a = 0; a < p->dim; ++a)
        eigenvalue (e[a], z, a);
      if (p->dim == 2 && z->im[0] != 0)
        snprintf (both, sizeof both, "%.5g +- %.5gi", z->re[0], fabs (z->im[0]));
      else
        snprintf (both, sizeof both, "%s%s%s", e[0], p->dim == 2 ? ", " : "", e[1]);
      if (p->dim == 2)
        snprintf (y, sizeof y, "%.9g", z->at[1]);
      if (wide && z->whole)
        snprintf (more, sizeof more, "  %s", z->unstable == 0 ? "equilibrium, stable" : "equilibrium, unstable");
      fprintf (f, "%5zu  %-18s  %-28s  %14.9g  %14s  index %2d%s\n", k + 1, ictus_dyn_class_name (z->class), both, z->at[0], y, z->index,
               more);
    }
}

static void
print_check (FILE *f, const ictus_phase *p)
{
  if (p->continuum)
    fprintf (f, "the fixed points are not isolated: these are some of them\n");
  else if (!p->index_known)
    fprintf (f, "index of the boundary: cannot be told (the field is 0, jumps or is undefined there); sum over the points found: %d\n",
             p->index_sum);
  else
    fprintf (f, "index of the boundary %d %s sum of the indices of the points found %d%s\n", p->index_box,
             p->index_box == p->index_sum ? "=" : "IS NOT THE", p->index_sum,
             p->index_box == p->index_sum ? "" : ": a point was missed; try a finer --grid");
}

static void
print_cycles (FILE *f, const ictus_phase *p)
{
  const char *unit = ictus_lang_get_settings (p->model->lang)->xpp ? "" : " ms";

  if (p->conservative)
    fprintf (f, "orbits close on themselves and are not isolated: a conservative system\n");
  for (size_t k = 0; k < p->ncycle; ++k)
    {
      const ictus_phase_cycle *c = &p->cycle_info[k];

      fprintf (f, "cycle %zu  %s, period %.9g%s", k + 1, c->stable ? "stable" : "unstable", c->period, unit);
      if (c->spikes > 0)
        fprintf (f, ", %d reset%s", c->spikes, c->spikes > 1 ? "s" : "");
      else
        fprintf (f, ", multiplier %.6g", c->multiplier);
      fprintf (f, "; %s %.6g to %.6g", p->axis[0]->name, c->low[0], c->high[0]);
      if (p->dim == 2)
        fprintf (f, ", %s %.6g to %.6g", p->axis[1]->name, c->low[1], c->high[1]);
      fprintf (f, "\n");
    }
}

/* What a manifold that comes to a saddle is. */
static const char *
connection (const ictus_phase *p, const ictus_phase_manifold *m)
{
  return m->end.point < 0 || p->point[m->end.point].index != -1 ? "" : m->end.point == m->point ? " (homoclinic)" : " (heteroclinic)";
}

static void
print_manifolds (FILE *f, const ictus_phase *p)
{
  char text[64];

  for (size_t k = 0; k < p->manifold.n; ++k)
    {
      const ictus_phase_manifold *m = &p->manifold_info[k];

      if (k % 2 == 0)
        fprintf (f, "%s of point %d  ", m->stable ? "separatrix" : "unstable manifold", m->point + 1);
      fprintf (f, "%s%s%s%s", k % 2 == 0 ? (m->stable ? "from " : "to ") : " and ", ictus_phase_end_text (p, &m->end, text),
               connection (p, m), k % 2 == 1 || k + 1 == p->manifold.n ? "\n" : "");
    }
}

static void
print_basins (FILE *f, const ictus_phase *p)
{
  double all = (double) p->nb * (p->dim == 2 ? p->nb : 1);
  char text[64];

  for (size_t k = 0; k < p->nbasin; ++k)
    fprintf (f, "basin of %-18s %7.3f %% of the box\n", ictus_phase_end_text (p, &p->basins[k].end, text),
             100 * (double) p->basins[k].cells / all);
}

static void
print_text (FILE *f, const ictus_phase *p)
{
  print_box (f, p);
  if (p->dim == 0)
    return;
  print_points (f, p);
  print_check (f, p);
  print_cycles (f, p);
  print_manifolds (f, p);
  print_basins (f, p);
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

static void
json_end (FILE *f, const char *before, const ictus_phase *p, const ictus_phase_end *e)
{
  char text[64];

  fprintf (f, "%s", before);
  ictus_json_string (f, ictus_phase_end_text (p, e, text));
}

static void
json_points (FILE *f, const ictus_phase *p)
{
  fprintf (f, ",\n \"points\": [");
  for (size_t k = 0; k < p->npoint; ++k)
    {
      const ictus_phase_point *z = &p->point[k];

      fprintf (f, "%s\n  {\"class\": ", k > 0 ? "," : "");
      ictus_json_string (f, ictus_dyn_class_name (z->class));
      fprintf (f, ", \"at\": [%.17g", z->at[0]);
      if (p->dim == 2)
        fprintf (f, ", %.17g", z->at[1]);
      fprintf (f, "], \"eigenvalues\": [");
      for (int a = 0; a < p->dim; ++a)
        fprintf (f, "%s[%.17g, %.17g]", a > 0 ? ", " : "", z->re[a], z->im[a]);
      fprintf (f, "], \"index\": %d, \"whole\": %s, \"unstable\": %d}", z->index, z->whole ? "true" : "false", z->unstable);
    }
  fprintf (f, "],\n \"index_known\": %s, \"index_box\": %d, \"index_sum\": %d, \"continuum\": %s", p->index_known ? "true" : "false",
           p->index_box, p->index_sum, p->continuum ? "true" : "false");
}

static void
json_cycles (FILE *f, const ictus_phase *p)
{
  fprintf (f, ",\n \"conservative\": %s, \"cycles\": [", p->conservative ? "true" : "false");
  for (size_t k = 0; k < p->ncycle; ++k)
    {
      const ictus_phase_cycle *c = &p->cycle_info[k];

      fprintf (f, "%s\n  {\"stable\": %s, \"period\": %.17g, \"resets\": %d", k > 0 ? "," : "", c->stable ? "true" : "false", c->period,
               c->spikes);
      ictus_json_number (f, ", \"multiplier\": ", c->multiplier);
      fprintf (f, ", \"low\": [%.9g, %.9g], \"high\": [%.9g, %.9g]}", c->low[0], c->low[1], c->high[0], c->high[1]);
    }
  fprintf (f, "],\n \"manifolds\": [");
  for (size_t k = 0; k < p->manifold.n; ++k)
    {
      const ictus_phase_manifold *m = &p->manifold_info[k];

      fprintf (f, "%s\n  {\"point\": %d, \"stable\": %s, \"side\": %d", k > 0 ? "," : "", m->point + 1, m->stable ? "true" : "false",
               m->side);
      json_end (f, ", \"end\": ", p, &m->end);
      fprintf (f, "}");
    }
  fprintf (f, "]");
}

static void
json_basins (FILE *f, const ictus_phase *p)
{
  fprintf (f, ",\n \"basins\": [");
  for (size_t k = 0; k < p->nbasin; ++k)
    {
      json_end (f, k > 0 ? ",\n  {\"of\": " : "\n  {\"of\": ", p, &p->basins[k].end);
      fprintf (f, ", \"share\": %.17g, \"cells\": %zu}", (double) p->basins[k].cells / ((double) p->nb * (p->dim == 2 ? p->nb : 1)),
               p->basins[k].cells);
    }
  fprintf (f, "]");
}

static void
print_json (FILE *f, const ictus_phase *p)
{
  fprintf (f, "{\"model\": ");
  ictus_json_string (f, p->model->kernel->name);
  fprintf (f, ", \"axes\": [");
  for (int a = 0; a < 2 && p->axis[a] != NULL; ++a)
    {
      fprintf (f, "%s{\"name\": ", a > 0 ? ", " : "");
      ictus_json_string (f, p->axis[a]->name);
      fprintf (f, ", \"unit\": ");
      ictus_json_string (f, p->axis[a]->unit);
      fprintf (f, ", \"low\": %.17g, \"high\": %.17g}", p->options.lo[a], p->options.hi[a]);
    }
  fprintf (f, "],\n \"notes\": ");
  ictus_json_string (f, p->note.s != NULL ? p->note.s : "");
  json_points (f, p);
  json_cycles (f, p);
  json_basins (f, p);
  fprintf (f, "}\n");
}

void
ictus_phase_print (FILE *f, const ictus_phase *p, bool json)
{
  if (json)
    print_json (f, p);
  else
    print_text (f, p);
}
