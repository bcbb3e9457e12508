/* SPDX-License-Identifier: BSD-3-Clause */
/* Expectations of a run: values, crossings, periods, extremes, means, spikes. An accurate method follows the model
 * where one can; a stochastic one is followed as its file says. */
#include "path/path_expect.h"

#include <math.h>
#include <string.h>

/* ---- the run -------------------------------------------------------------------------------------------- */

static double
end_of (const ictus__claim *c)
{
  return isnan (c->until) ? c->settings.t0 + c->settings.total : c->until;
}

static double
begin_of (const ictus__claim *c)
{
  return isnan (c->after) ? c->settings.t0 : c->after;
}

/* What is asked for; else the first accurate method that can serve the model; else that of the file */
static void
choose_method (const ictus__claim *c, ictus_path_config *g)
{
  static const char *const accurate[] = { "cvode-bdf", "rk45", "rosenbrock" };
  char why[256];

  if (c->method[0] != '\0')
    {
      g->method = c->method;
      return;
    }
  for (size_t k = 0; k < sizeof accurate / sizeof *accurate; ++k)
    if (!c->k->is_map && c->k->nnoise == 0 && c->k->nmarkov == 0 && ictus_path_refuse (accurate[k], c->m, why) == NULL)
      {
        g->method = accurate[k];
        return;
      }
}

static bool
is_adaptive (const char *method)
{
  const ictus_path_method *m;

  for (size_t k = 0; (m = ictus_path_method_at (k)) != NULL; ++k)
    if (strcmp (m->name, method) == 0)
      return !m->fixed;
  return false;
}

/* From t0 to the end; rows from `after` on. sections: rows are upward crossings of the level alone, where the method finds them
   itself; false where it does not */
static ictus_err
run (ictus__claim *c, double end, bool *sections, ictus_path *out)
{
  ictus_path_config g = { 0 };
  double span = end - c->settings.t0, steps;

  memset (out, 0, sizeof *out);
  ictus_path_from_settings (&c->settings, &g);
  choose_method (c, &g);
  if (!(span > 0) || !(begin_of (c) < end))
    return ictus__claim_wrong (c, "there is no time between after %g and until %g", begin_of (c), end);
  g.total = span;
  g.nout = 1;
  g.trans = begin_of (c) - c->settings.t0;
  g.bound = 0;
  g.max_rows = 0;
  g.poimap = 0;
  if (sections != NULL)
    *sections = false;
  g.fire = true;
  if (!isnan (c->step))
    g.dt = c->step;
  if (is_adaptive (g.method)) /* a row at the end; dtmin and dtmax of the file are another method's */
    {
      steps = ceil (span / fabs (g.dt) - 1e-9);
      g.dt = span / fmax (steps, 1);
      g.dtmin = g.dtmax = 0;
      g.rtol = isnan (c->accuracy) ? 1e-9 : c->accuracy;
      g.atol = g.rtol / 10;
      if (sections != NULL)
        {
          g.poimap = 1;
          g.poisgn = 1;
          g.poivar = ictus_path_column (c->m, c->col)->name;
          g.poipln = c->over;
          g.poistop = false;
          *sections = true;
        }
    }
  ICTUS_TRY (ictus_path_run (c->m, &g, c->p, c->y, c->u, out));
  if (out->end != ICTUS_PATH_DONE && out->end != ICTUS_PATH_STOPPED)
    ictus__claim_spoil (c, "the run ends at %g: %s", out->t_end, out->why);
  return ICTUS_OK;
}

static double
at (const ictus__claim *c, const ictus_path *r, size_t row)
{
  return r->v[row * (size_t) r->ncol + (size_t) c->col];
}

static const char *
column_name (const ictus__claim *c)
{
  return ictus_path_column (c->m, c->col)->name;
}

/* ---- values --------------------------------------------------------------------------------------------- */

ictus_err
ictus__claim_value (ictus__claim *c)
{
  ictus_path r;
  ictus_err e;

  c->after = c->settings.t0;
  if (c->when.v == c->settings.t0) /* before anything happens */
    {
      if (c->col >= c->k->nstate)
        return ictus__claim_wrong (c, "of aux quantities values behind the start are known");
      ictus__claim_compare (c, column_name (c), &c->is, c->y[c->col]);
      return ICTUS_OK;
    }
  ICTUS_GO (run (c, c->when.v, NULL, &r));
  if (c->met && r.nrow > 0)
    ictus__claim_compare (c, column_name (c), &c->is, at (c, &r, r.nrow - 1));
done:
  ictus_path_clear (&r);
  return e;
}

/* Smallest and largest value; times where they are. A row between two lower (higher) ones is refined by a parabola where
   nothing jumps. */
static void
extremes (const ictus__claim *c, const ictus_path *r, double lo[2], double hi[2])
{
  bool smooth = c->k->reset == NULL && c->k->nevent == 0 && c->k->nnoise == 0 && c->k->nmarkov == 0 && !c->k->is_map;

  lo[0] = INFINITY;
  hi[0] = -INFINITY;
  lo[1] = hi[1] = NAN;
  for (size_t i = 0; i < r->nrow; ++i)
    {
      double x = at (c, r, i), t = r->t[i];

      if (smooth && i > 0 && i + 1 < r->nrow)
        {
          double a = at (c, r, i - 1), b = at (c, r, i + 1), h = r->t[i + 1] - t, bend = a - 2 * x + b;
          bool top = (x >= a && x > b) || (x <= a && x < b);

          if (top && bend != 0 && fabs (t - r->t[i - 1] - h) < 1e-6 * h)
            {
              t -= h * (b - a) / (2 * bend);
              x -= (b - a) * (b - a) / (8 * bend);
            }
        }
      if (x < lo[0])
        lo[0] = x, lo[1] = t;
      if (x > hi[0])
        hi[0] = x, hi[1] = t;
    }
}

static ictus_err
claim_extremes (ictus__claim *c, bool low, bool high)
{
  double lo[2], hi[2];
  ictus_path r;
  ictus_err e;

  ICTUS_GO (run (c, end_of (c), NULL, &r));
  if (!c->met)
    goto done;
  extremes (c, &r, lo, hi);
  if (low)
    ictus__claim_compare (c, "the lowest value", high ? &c->lo : &c->is, lo[0]);
  if (high)
    ictus__claim_compare (c, "the highest value", low ? &c->hi : &c->is, hi[0]);
  if (c->when.given)
    ictus__claim_compare (c, "its time", &c->when, low ? lo[1] : hi[1]);
done:
  ictus_path_clear (&r);
  return e;
}

ictus_err
ictus__claim_highest (ictus__claim *c)
{
  return claim_extremes (c, false, true);
}

ictus_err
ictus__claim_lowest (ictus__claim *c)
{
  return claim_extremes (c, true, false);
}

ictus_err
ictus__claim_range (ictus__claim *c)
{
  if (c->lo.tol < 0) /* one "within" serves both ends */
    c->lo.tol = c->hi.tol;
  if (c->hi.tol < 0)
    c->hi.tol = c->lo.tol;
  c->when.given = false;
  return claim_extremes (c, true, true);
}

static ictus_err
claim_moments (ictus__claim *c, bool deviation)
{
  double sum = 0, sum2 = 0, time = 0, mean;
  ictus_path r;
  ictus_err e;

  ICTUS_GO (run (c, end_of (c), NULL, &r));
  for (size_t i = 1; i < r.nrow; ++i)
    {
      double h = r.t[i] - r.t[i - 1], a = at (c, &r, i - 1), b = at (c, &r, i);

      sum += h * (a + b) / 2;
      sum2 += h * (a * a + b * b) / 2;
      time += h;
    }
  if (!c->met || !(time > 0))
    goto done;
  mean = sum / time;
  if (deviation)
    ictus__claim_compare (c, "the deviation", &c->is, sqrt (fmax (sum2 / time - mean * mean, 0)));
  else
    ictus__claim_compare (c, "the mean", &c->is, mean);
done:
  ictus_path_clear (&r);
  return e;
}

ictus_err
ictus__claim_mean (ictus__claim *c)
{
  return claim_moments (c, false);
}

ictus_err
ictus__claim_deviation (ictus__claim *c)
{
  return claim_moments (c, true);
}

/* ---- crossings ------------------------------------------------------------------------------------------ */

/* Rows around a crossing: four, fewer at the ends; the polynomial through them at time t. */
static double
polynomial (const ictus__claim *c, const ictus_path *r, size_t from, size_t upto, double t)
{
  double sum = 0;

  for (size_t i = from; i <= upto; ++i)
    {
      double w = at (c, r, i);

      for (size_t j = from; j <= upto; ++j)
        if (j != i)
          w *= (t - r->t[j]) / (r->t[i] - r->t[j]);
      sum += w;
    }
  return sum;
}

/* Between rows i and i + 1 the value rises through the level: when? */
static double
locate (const ictus__claim *c, const ictus_path *r, size_t i)
{
  size_t from = i > 0 ? i - 1 : i, upto = i + 2 < r->nrow ? i + 2 : i + 1;
  double lo = r->t[i], hi = r->t[i + 1];

  for (size_t j = from; j < upto; ++j)
    if (!(r->t[j] < r->t[j + 1])) /* a jump: two rows of one time */
      return hi;
  for (int k = 0; k < 60; ++k)
    {
      double mid = (lo + hi) / 2;

      if (polynomial (c, r, from, upto, mid) < c->over)
        lo = mid;
      else
        hi = mid;
    }
  return (lo + hi) / 2;
}

/* Times of the upward crossings; *t of ictus_grow */
static ictus_err
crossings (const ictus__claim *c, const ictus_path *r, double **t, size_t *n)
{
  size_t cap = 0;

  *t = NULL;
  *n = 0;
  for (size_t i = 0; i + 1 < r->nrow; ++i)
    if (at (c, r, i) < c->over && at (c, r, i + 1) >= c->over)
      {
        ICTUS_TRY (ictus_grow (t, &cap, *n + 1, sizeof **t));
        (*t)[(*n)++] = locate (c, r, i);
      }
  return ICTUS_OK;
}

/* Run and look for crossings. */
static ictus_err
cross (ictus__claim *c, double end, double **t, size_t *n)
{
  ictus_path r;
  bool sections;
  ictus_err e;

  *t = NULL;
  *n = 0;
  ICTUS_GO (run (c, end, &sections, &r));
  if (!sections)
    ICTUS_GO (crossings (c, &r, t, n));
  else if ((*t = ictus_alloc (r.nrow, sizeof **t)) == NULL)
    ICTUS_GO (ICTUS_E_NOMEM);
  else
    for (; *n < r.nrow; ++*n)
      (*t)[*n] = r.t[*n];
done:
  ictus_path_clear (&r);
  return e;
}

ictus_err
ictus__claim_period (ictus__claim *c)
{
  double *t, shortest = INFINITY, longest = 0;
  size_t n = 0;
  ictus_err e;

  ICTUS_GO (cross (c, end_of (c), &t, &n));
  if (n < 2)
    {
      ictus__claim_spoil (c, "%s crosses %g %s", column_name (c), c->over, n == 1 ? "once only" : "never");
      goto done;
    }
  for (size_t i = 1; i < n; ++i)
    {
      shortest = fmin (shortest, t[i] - t[i - 1]);
      longest = fmax (longest, t[i] - t[i - 1]);
    }
  ictus__claim_compare (c, "the period", &c->is, (t[n - 1] - t[0]) / (double) (n - 1));
  if (longest - shortest > 10 * c->is.tol)
    ictus__claim_spoil (c, "no period: intervals from %.8g to %.8g", shortest, longest);
done:
  ictus_free (t);
  return e;
}

ictus_err
ictus__claim_crossing (ictus__claim *c)
{
  double *t = NULL, far = c->when.v + fmax (10 * c->when.tol, 1e-3 * fabs (c->when.v));
  size_t n = 0;
  ictus_err e;

  ICTUS_GO (cross (c, isnan (c->until) ? far : c->until, &t, &n));
  if (n < (size_t) c->number)
    ictus__claim_spoil (c, "%s crosses %g %zu times only", column_name (c), c->over, n);
  else
    ictus__claim_compare (c, "the crossing", &c->when, t[c->number - 1]);
done:
  ictus_free (t);
  return e;
}

ictus_err
ictus__claim_crossings (ictus__claim *c)
{
  double *t;
  size_t n = 0;
  ictus_err e;

  ICTUS_GO (cross (c, end_of (c), &t, &n));
  ictus__claim_compare (c, "the number of crossings", &c->is, (double) n);
done:
  ictus_free (t);
  return e;
}

/* ---- spikes --------------------------------------------------------------------------------------------- */

/* Run and keep the times of spikes that are not before `after`. */
static ictus_err
fire (ictus__claim *c, double end, ictus_path *r, const double **t, size_t *n)
{
  size_t k = 0;

  memset (r, 0, sizeof *r);
  if (c->k->fire == NULL)
    return ictus__claim_wrong (c, "the model has no spikes (statement spike)");
  ICTUS_TRY (run (c, end, NULL, r));
  while (k < r->nspike && r->spike[k] < begin_of (c))
    ++k;
  *t = r->spike + k;
  *n = r->nspike - k;
  return ICTUS_OK;
}

ictus_err
ictus__claim_spikes (ictus__claim *c)
{
  const double *t;
  ictus_path r;
  size_t n;
  ictus_err e;

  ICTUS_GO (fire (c, end_of (c), &r, &t, &n));
  ictus__claim_compare (c, "the number of spikes", &c->is, (double) n);
done:
  ictus_path_clear (&r);
  return e;
}

ictus_err
ictus__claim_rate (ictus__claim *c)
{
  const double *t;
  ictus_path r;
  size_t n;
  ictus_err e;

  ICTUS_GO (fire (c, end_of (c), &r, &t, &n));
  ictus__claim_compare (c, "the rate", &c->is, (double) n / (end_of (c) - begin_of (c)));
done:
  ictus_path_clear (&r);
  return e;
}

ictus_err
ictus__claim_spike (ictus__claim *c)
{
  double far = c->when.v + fmax (10 * c->when.tol, 1e-3 * fabs (c->when.v));
  const double *t;
  ictus_path r;
  size_t n;
  ictus_err e;

  ICTUS_GO (fire (c, c->last || !isnan (c->until) ? end_of (c) : far, &r, &t, &n));
  if (n < (size_t) c->number)
    ictus__claim_spoil (c, "%zu spikes only", n);
  else
    ictus__claim_compare (c, "the spike", &c->when, t[c->last ? n - 1 : (size_t) c->number - 1]);
done:
  ictus_path_clear (&r);
  return e;
}

ictus_err
ictus__claim_interval (ictus__claim *c)
{
  size_t k = (size_t) c->number, n;
  const double *t;
  ictus_path r;
  ictus_err e;

  ICTUS_GO (fire (c, end_of (c), &r, &t, &n));
  if (c->last)
    k = n > 0 ? n - 1 : 1;
  if (n < k + 1)
    ictus__claim_spoil (c, "%zu spikes only", n);
  else
    ictus__claim_compare (c, "the interval", &c->is, t[k] - t[k - 1]);
done:
  ictus_path_clear (&r);
  return e;
}
