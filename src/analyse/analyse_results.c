/* SPDX-License-Identifier: BSD-3-Clause */
/* results.h5, and SONATA files of other programs: raster, population rates, traces, means. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "analyse/analyse_impl.h"

typedef struct population
{
  const char *name; /* borrowed from results.name */
  double *t;        /* [n] ms */
  uint64_t *id;     /* [n] */
  size_t n;
  uint64_t size, first; /* neurons; place of its neuron 0 in the stack */
} population;

typedef struct results
{
  ictus_h5 *h;
  plot_figure *f;
  const char *what;
  char **name;     /* [npop] */
  population *pop; /* [npop] */
  size_t npop, nspike;
  uint64_t nneuron;
  double end_ms; /* of everything drawn or known */
  /* all that --what may name */
  char **known;
  size_t nknown, cap;
} results;

/* Note that name can be asked for; true when it, or its class, is asked for. */
static bool
wanted (results *r, const char *class, const char *name)
{
  if (ictus_grow (&r->known, &r->cap, r->nknown + 2, sizeof *r->known) == ICTUS_OK)
    {
      r->known[r->nknown++] = ictus_strdup (class);
      if (name != NULL)
        r->known[r->nknown++] = ictus_strdup (name);
    }
  return r->what == NULL || strcmp (r->what, class) == 0 || (name != NULL && strcmp (r->what, name) == 0);
}

static ictus_err
read_spikes (results *r)
{
  char path[3 * PLOT_NAME];

  if (!ictus_h5_exists (r->h, "/spikes"))
    return ICTUS_OK;
  ICTUS_TRY (ictus_h5_list (r->h, "/spikes", &r->name, &r->npop));
  if ((r->pop = ictus_alloc (r->npop, sizeof *r->pop)) == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < r->npop; ++k)
    {
      population *p = &r->pop[k];
      double size = 0;
      size_t n = 0;

      p->name = r->name[k];
      snprintf (path, sizeof path, "/spikes/%s/timestamps", p->name);
      ICTUS_TRY (ictus_h5_read_double (r->h, path, &p->t, &p->n));
      snprintf (path, sizeof path, "/spikes/%s/node_ids", p->name);
      ICTUS_TRY (ictus_h5_read_uint (r->h, path, &p->id, &n));
      if (n != p->n)
        return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: /spikes/%s has %zu times but %zu neurons", r->h->path,
                           p->name, p->n, n);
      for (size_t j = 0; j < n; ++j)
        {
          p->size = p->id[j] >= p->size ? p->id[j] + 1 : p->size;
          r->end_ms = p->t[j] > r->end_ms ? p->t[j] : r->end_ms;
        }
      snprintf (path, sizeof path, "/spikes/%s", p->name);
      if (H5Aexists_by_name (r->h->file, path, "size", H5P_DEFAULT) > 0
          && ictus__read_attr_double (r->h, path, "size", &size) == ICTUS_OK && size > (double) p->size)
        p->size = (uint64_t) size;
      p->first = r->nneuron;
      r->nneuron += p->size;
      r->nspike += n;
    }
  return ICTUS_OK;
}

/* Colour of a population wherever it appears; others come after them. */
static size_t
colour_of (const results *r, const char *name, size_t other)
{
  for (size_t k = 0; k < r->npop; ++k)
    if (strcmp (r->pop[k].name, name) == 0)
      return k;
  return r->npop + other;
}

/* True for about one in m, the same ones in every picture of the file. */
static bool
chosen (uint64_t id, double t, uint64_t m)
{
  struct { uint64_t id; double t; } key = { id, t };
  uint64_t x = ictus_hash (&key, sizeof key, 0);

  x = (x ^ (x >> 31)) * UINT64_C (0x9e3779b97f4a7c15); /* spread FNV's low bits */
  return m <= 1 || (x >> 32) % m == 0;
}

static void
raster (results *r)
{
  uint64_t every = 1, of = 1;
  size_t shown = 0;
  double step, ps;
  ictus_text *p;

  /* whole neurons are left out first, so that the ones shown keep their pattern; then single spikes */
  if (r->nspike > PLOT_MAX_DOTS)
    {
      every = (r->nspike + PLOT_MAX_DOTS - 1) / PLOT_MAX_DOTS;
      if (every > r->nneuron / 100)
        every = r->nneuron >= 200 ? r->nneuron / 100 : 1;
      of = (r->nspike / every + PLOT_MAX_DOTS - 1) / PLOT_MAX_DOTS;
    }
  if ((p = ictus__figure_panel (r->f, 340)) == NULL)
    return;
  for (size_t k = 0; k < r->npop; ++k)
    {
      const population *q = &r->pop[k];

      ictus_text_add (&r->f->data, "$d%d << EOD\n", r->f->nblock + (int) k);
      for (size_t j = 0; j < q->n; ++j)
        if (q->id[j] % every == 0 && chosen (q->id[j], q->t[j], of))
          {
            ictus_text_add (&r->f->data, "%.9g %llu\n", q->t[j], (unsigned long long) (q->first + q->id[j]));
            ++shown;
          }
      ictus_text_add (&r->f->data, "-1e9 -1e9\nEOD\n"); /* outside: a block is never empty */
    }
  if (r->nspike == 0)
    ictus__figure_note (r->f, "no spikes");
  else if (every > 1 || of > 1)
    {
      ictus__figure_note (r->f, "raster: %zu of %zu spikes", shown, r->nspike);
      if (every > 1)
        ictus__figure_note (r->f, "one neuron in %llu shown", (unsigned long long) every);
      if (of > 1)
        ictus__figure_note (r->f, "one in %llu of their spikes", (unsigned long long) of);
    }
  step = ictus__nice_step ((double) r->nneuron, 6);
  ictus_text_add (p, "set yrange [-0.5:%.9g]\nset ytics %.9g\nunset grid\n",
                  r->nneuron > 0 ? (double) r->nneuron - 0.5 : 1, step < 1 ? 1 : step);
  ictus__panel_label (p, "neuron");
  for (size_t k = 0; k < r->npop; ++k)
    {
      const population *q = &r->pop[k];
      double middle = (double) q->first + 0.5 * (double) q->size - 0.5;

      if (q->size == 0 || 340.0 * (double) q->size < 13.0 * (double) r->nneuron) /* too thin for its name */
        continue;
      ictus_text_add (p, "set label ");
      ictus__quote (p, q->name);
      ictus_text_add (p, " at graph 1.012, first %.9g left font ',10' tc rgb '%s'\n", middle,
                      ictus__colour (k));
    }
  ps = r->nneuron > 0 ? 340.0 / (double) (r->nneuron / every + 1) / 7 : 0.5;
  ps = ps < 0.16 ? 0.16 : ps > 0.6 ? 0.6 : ps;
  ictus_text_add (p, "plot ");
  for (size_t k = 0; k < r->npop; ++k)
    ictus_text_add (p, "%s$d%d using 1:2 with points pt 7 ps psf*%.2f lc rgb '%s' notitle", k > 0 ? ", " : "",
                    r->f->nblock++, ps, ictus__colour (k));
  r->f->key = true;
}

/* One curve of bins as steps; long ones are averaged so that a bin is at least a pixel wide. */
static void
rate_curve (results *r, double start, double width, const double *rate, size_t n, const char *name,
            size_t colour, plot_range *range, ictus_text *p)
{
  size_t group = n > 800 ? (n + 799) / 800 : 1;

  ictus_text_add (&r->f->data, "$d%d << EOD\n", r->f->nblock);
  for (size_t a = 0; a < n; a += group)
    {
      size_t b = a + group < n ? a + group : n;
      double sum = 0;

      for (size_t k = a; k < b; ++k)
        sum += rate[k];
      sum /= (double) (b - a);
      ictus__range_add (range, sum);
      ictus_text_add (&r->f->data, "%.9g %.6g\n%.9g %.6g\n", start + (double) a * width, sum,
                      start + (double) b * width, sum);
    }
  if (n == 0)
    ictus_text_add (&r->f->data, "-1e9 -1e9\n");
  ictus_text_add (&r->f->data, "EOD\n");
  if (start + (double) n * width > r->end_ms)
    r->end_ms = start + (double) n * width;
  if (group > 1)
    ictus__figure_note (r->f, "rate of %s: means over %.4g ms", name, (double) group * width);
  ictus_text_add (p, "%s$d%d using 1:2 with lines lw 1.4 lc rgb '%s' title ", p->len > 0 ? ", " : "plot ",
                  r->f->nblock++, ictus__colour (colour));
  ictus__quote (p, name);
}

static void
rate_panel (results *r, plot_range range, const ictus_text *curves, double bin_ms)
{
  ictus_text *p = curves->len > 0 ? ictus__figure_panel (r->f, 130) : NULL;

  if (p == NULL)
    return;
  ictus__range_add (&range, 0);
  if (range.hi <= 0)
    range.hi = 1;
  ictus__panel_y (p, range, 130, "rate (Hz)");
  if (bin_ms > 0)
    ictus__figure_note (r->f, "rates in bins of %.4g ms", bin_ms);
  ictus_text_addn (p, curves->s, curves->len);
  r->f->key = true;
}

/* Rates as they were recorded: one panel a recorder. */
static ictus_err
recorded_rates (results *r, bool *any)
{
  char **rec = NULL, **pop = NULL, path[3 * PLOT_NAME];
  size_t nrec = 0, npop = 0, n = 0;
  ictus_text curves = { 0 };
  double *rate = NULL, start, width = 0;
  ictus_err e = ICTUS_OK;

  *any = false;
  if (!ictus_h5_exists (r->h, "/rates"))
    return ICTUS_OK;
  ICTUS_GO (ictus_h5_list (r->h, "/rates", &rec, &nrec));
  for (size_t k = 0; k < nrec; ++k)
    {
      plot_range range = plot_range_none;

      if (!wanted (r, "rate", rec[k]))
        continue;
      snprintf (path, sizeof path, "/rates/%s", rec[k]);
      ICTUS_GO (ictus_h5_list (r->h, path, &pop, &npop));
      for (size_t j = 0; j < npop; ++j)
        {
          snprintf (path, sizeof path, "/rates/%s/%s", rec[k], pop[j]);
          ICTUS_GO (ictus_h5_read_double (r->h, path, &rate, &n));
          ICTUS_GO (ictus__read_attr_double (r->h, path, "start_ms", &start));
          ICTUS_GO (ictus__read_attr_double (r->h, path, "interval_ms", &width));
          if (j < PLOT_MAX_LINES)
            rate_curve (r, start, width, rate, n, pop[j], colour_of (r, pop[j], j), &range, &curves);
          else if (j == PLOT_MAX_LINES)
            ictus__figure_note (r->f, "rates of the first %d of %zu populations", PLOT_MAX_LINES, npop);
          ictus_free (rate);
          rate = NULL;
        }
      rate_panel (r, range, &curves, width);
      *any = *any || npop > 0;
      ictus_text_clear (&curves);
      ictus__free_names (pop, npop);
      pop = NULL;
    }
done:
  ictus_free (rate);
  ictus_text_clear (&curves);
  ictus__free_names (pop, npop);
  ictus__free_names (rec, nrec);
  return e;
}

/* Rates counted from the spikes, where none were recorded. */
static ictus_err
counted_rates (results *r)
{
  double width = ictus__nice_step (r->end_ms, 250), *rate;
  plot_range range = plot_range_none;
  ictus_text curves = { 0 };
  size_t n;

  if (r->nspike == 0 || !wanted (r, "rate", NULL))
    return ICTUS_OK;
  if (width < 1)
    width = 1;
  n = (size_t) ceil (r->end_ms / width);
  for (size_t k = 0; k < r->npop && k < PLOT_MAX_LINES; ++k)
    {
      const population *p = &r->pop[k];

      if ((rate = ictus_alloc (n + 1, sizeof *rate)) == NULL)
        return ICTUS_E_NOMEM;
      for (size_t j = 0; j < p->n; ++j)
        if (p->t[j] >= 0 && p->t[j] <= (double) n * width)
          rate[p->t[j] > 0 ? (size_t) ceil (p->t[j] / width) - 1 : 0] += 1000.0 / width / (double) p->size;
      rate_curve (r, 0, width, rate, n, p->name, k, &range, &curves);
      ictus_free (rate);
    }
  rate_panel (r, range, &curves, width);
  ictus_text_clear (&curves);
  return ICTUS_OK;
}

/* One report: data [time, element] as one panel of some of its neurons. */
static ictus_err
trace_panel (results *r, const char *group, const char *variable, const char *who)
{
  char path[4 * PLOT_NAME], unit[PLOT_NAME], label[PLOT_NAME];
  double *y = NULL, *time = NULL;
  uint64_t *id = NULL;
  size_t nrow, nid = 0, ntime = 0, shown;
  int ndim = 0;
  hsize_t dims[2] = { 0, 0 };
  plot_range range = plot_range_none;
  ictus_err e = ICTUS_OK;
  ictus_text plot = { 0 }, *p;

  snprintf (path, sizeof path, "%s/mapping/time", group);
  ICTUS_GO (ictus_h5_read_double (r->h, path, &time, &ntime));
  snprintf (path, sizeof path, "%s/mapping/node_ids", group);
  ICTUS_GO (ictus_h5_read_uint (r->h, path, &id, &nid));
  snprintf (path, sizeof path, "%s/data", group);
  ICTUS_GO (ictus_h5_shape (r->h, path, 2, dims, &ndim));
  if (ndim != 2 || ntime != 3)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_FORMAT, "%s: %s is not a SONATA report", r->h->path, group));
  shown = dims[1] < PLOT_MAX_LINES ? (size_t) dims[1] : PLOT_MAX_LINES;
  ICTUS_GO (ictus__read_columns (r->h, path, shown, &y, &nrow));
  ictus__read_text (r->h, path, "units", unit);
  if (shown == 0 || nrow == 0 || (p = ictus__figure_panel (r->f, 120)) == NULL)
    goto done;
  for (size_t k = 0; k < shown; ++k)
    {
      char title[2 * PLOT_NAME];
      int d = ictus__figure_curve (r->f, NULL, time[0], time[2], y + k, nrow, shown, &range);

      snprintf (title, sizeof title, "%.40s %llu", who, (unsigned long long) (nid == dims[1] ? id[k] : k));
      ictus_text_add (&plot, "%s$d%d using 1:2 with lines lw 1 lc rgb '%s' title ", k > 0 ? ", " : "plot ", d,
                      ictus__colour (k));
      ictus__quote (&plot, title);
    }
  if (time[0] + (double) nrow * time[2] > r->end_ms)
    r->end_ms = time[0] + (double) (nrow - 1) * time[2];
  if (shown < dims[1])
    ictus__figure_note (r->f, "%s: the first %zu of %llu neurons", variable, shown,
                        (unsigned long long) dims[1]);
  ictus__label (label, variable, unit);
  ictus__panel_y (p, range, 120, label);
  ictus_text_addn (p, plot.s, plot.len);
  r->f->key = true;
done:
  ictus_text_clear (&plot);
  ictus_free (y);
  ictus_free (time);
  ictus_free (id);
  return e;
}

/* All of /traces/<recorder>/<variable>, or, in files of other programs, /report/<population>. */
static ictus_err
traces (results *r)
{
  bool own = ictus_h5_exists (r->h, "/traces");
  char **rec = NULL, **var = NULL, path[3 * PLOT_NAME], who[PLOT_NAME];
  size_t nrec = 0, nvar = 0;
  ictus_err e = ICTUS_OK;

  if (!own && !ictus_h5_exists (r->h, "/report"))
    return ICTUS_OK;
  ICTUS_GO (ictus_h5_list (r->h, own ? "/traces" : "/report", &rec, &nrec));
  for (size_t k = 0; k < nrec; ++k)
    {
      snprintf (path, sizeof path, "%s/%s", own ? "/traces" : "/report", rec[k]);
      if (!own)
        {
          char variable[PLOT_NAME], data[4 * PLOT_NAME];

          snprintf (data, sizeof data, "%s/data", path);
          ictus__read_text (r->h, data, "variable", variable);
          if (variable[0] == '\0')
            snprintf (variable, sizeof variable, "%.100s", rec[k]);
          if (wanted (r, "traces", variable))
            ICTUS_GO (trace_panel (r, path, variable, rec[k]));
          continue;
        }
      ICTUS_GO (ictus_h5_list (r->h, path, &var, &nvar));
      for (size_t j = 0; j < nvar; ++j)
        {
          snprintf (path, sizeof path, "/traces/%s/%s/data", rec[k], var[j]);
          ictus__read_text (r->h, path, "population", who);
          snprintf (path, sizeof path, "/traces/%s/%s", rec[k], var[j]);
          if (wanted (r, "traces", var[j]))
            ICTUS_GO (trace_panel (r, path, var[j], who[0] != '\0' ? who : rec[k]));
        }
      ictus__free_names (var, nvar);
      var = NULL;
    }
done:
  ictus__free_names (var, nvar);
  ictus__free_names (rec, nrec);
  return e;
}

static ictus_err
mean_panel (results *r, const char *path, const char *variable)
{
  char unit[PLOT_NAME], who[PLOT_NAME], name[PLOT_NAME], label[PLOT_NAME];
  double *y = NULL, start = 0, step = 1;
  plot_range range = plot_range_none;
  ictus_err e = ICTUS_OK;
  ictus_text *p;
  size_t n = 0, colour;
  int d;

  ICTUS_GO (ictus_h5_read_double (r->h, path, &y, &n));
  ICTUS_GO (ictus__read_attr_double (r->h, path, "start_ms", &start));
  ICTUS_GO (ictus__read_attr_double (r->h, path, "interval_ms", &step));
  ictus__read_text (r->h, path, "units", unit);
  ictus__read_text (r->h, path, "population", who);
  if (n == 0 || (p = ictus__figure_panel (r->f, 110)) == NULL)
    goto done;
  d = ictus__figure_curve (r->f, NULL, start, step, y, n, 1, &range);
  if (start + (double) (n - 1) * step > r->end_ms)
    r->end_ms = start + (double) (n - 1) * step;
  colour = colour_of (r, who, 0);
  snprintf (name, sizeof name, "mean %.100s", variable);
  ictus__label (label, name, unit);
  ictus__panel_y (p, range, 110, label);
  ictus_text_add (p, "plot $d%d using 1:2 with lines lw 1.4 lc rgb '%s' title ", d, ictus__colour (colour));
  ictus__quote (p, who[0] != '\0' ? who : variable);
  r->f->key = true;
done:
  ictus_free (y);
  return e;
}

static ictus_err
means (results *r)
{
  char **rec = NULL, **var = NULL, path[3 * PLOT_NAME];
  size_t nrec = 0, nvar = 0;
  ictus_err e = ICTUS_OK;

  if (!ictus_h5_exists (r->h, "/means"))
    return ICTUS_OK;
  ICTUS_GO (ictus_h5_list (r->h, "/means", &rec, &nrec));
  for (size_t k = 0; k < nrec; ++k)
    {
      snprintf (path, sizeof path, "/means/%s", rec[k]);
      ICTUS_GO (ictus_h5_list (r->h, path, &var, &nvar));
      for (size_t j = 0; j < nvar; ++j)
        {
          snprintf (path, sizeof path, "/means/%s/%s", rec[k], var[j]);
          if (wanted (r, "means", rec[k]))
            ICTUS_GO (mean_panel (r, path, var[j]));
        }
      ictus__free_names (var, nvar);
      var = NULL;
    }
done:
  ictus__free_names (var, nvar);
  ictus__free_names (rec, nrec);
  return e;
}

/* How far the run came: silence at its end is part of the picture. */
static void
read_end (results *r)
{
  double t = 0;

  if (ictus_h5_exists (r->h, "/provenance/run")
      && H5Aexists_by_name (r->h->file, "/provenance/run", "t_ms", H5P_DEFAULT) > 0
      && ictus__read_attr_double (r->h, "/provenance/run", "t_ms", &t) == ICTUS_OK && t > r->end_ms)
    r->end_ms = t;
}

/* A run that is going, or was killed or stopped: said once, as a picture does not show what is missing. */
static void
remark_unfinished (ictus_h5 *h)
{
  char state[PLOT_NAME], upto[PLOT_NAME] = "";
  double t = 0;

  ictus__read_text (h, "/", "ictus_state", state);
  if (strcmp (state, "running") != 0)
    return;
  if (H5Aexists_by_name (h->file, "/provenance/run", "t_ms", H5P_DEFAULT) > 0
      && ictus__read_attr_double (h, "/provenance/run", "t_ms", &t) == ICTUS_OK)
    snprintf (upto, sizeof upto, ": it holds everything up to %g ms at least", t);
  ictus_log ("%s: the run is not finished%s", h->path, upto);
}

ictus_err
ictus__plot_results (ictus_h5 *h, const char *what, plot_figure *f)
{
  results r = { .h = h, .f = f, .what = what };
  ictus_err e = ICTUS_OK;
  bool any = false;

  remark_unfinished (h);
  ICTUS_GO (read_spikes (&r));
  read_end (&r);
  if (r.npop > 0 && wanted (&r, "raster", NULL))
    raster (&r);
  ICTUS_GO (recorded_rates (&r, &any));
  if (!any)
    ICTUS_GO (counted_rates (&r));
  ICTUS_GO (traces (&r));
  ICTUS_GO (means (&r));
  if (f->npanel == 0 && what != NULL && r.nknown > 0)
    ICTUS_GO (ictus__unknown_what (what, h->path, (const char *const *) r.known, r.nknown));
  if (f->npanel == 0)
    ICTUS_GO (ICTUS_FAIL (
        ICTUS_E_INPUT, "%s: nothing was recorded that can be drawn (spikes, rates, traces, means)", h->path));
  f->x = (plot_range){ 0, r.end_ms > 0 ? r.end_ms : 1 };
  snprintf (f->xlabel, sizeof f->xlabel, "time (ms)");
  ictus__figure_title (f, h);
done:
  for (size_t k = 0; r.pop != NULL && k < r.npop; ++k)
    {
      ictus_free (r.pop[k].t);
      ictus_free (r.pop[k].id);
    }
  ictus_free (r.pop);
  ictus__free_names (r.name, r.npop);
  ictus__free_names (r.known, r.nknown);
  return e;
}
