/* SPDX-License-Identifier: BSD-3-Clause */
/* What a model is followed for points by: which ones, method, lengths that were not given. */
#include "chaos_points.h"
#include "chaos_impl.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#define TRANSIENT 50 /* recurrences */
#define MEASURED 200
#define ITERATIONS 5000
#define MANY 10
enum { LOOK_ROWS = 4000, LOOK_LONGER = 5, LEAST_PASSAGES = 8 };

const char *
ictus_points_kind_name (ictus_points_kind k)
{
  static const char *const name[] = { "maxima", "section", "spikes", "iterates", "samples" };

  return (unsigned) k < sizeof name / sizeof *name ? name[k] : "?";
}

int
ictus_points_columns (const ictus_model *m)
{
  int n = ictus_lang_count (m->lang, ICTUS_LANG_AUX);

  for (int i = 0; i < ictus_lang_count (m->lang, ICTUS_LANG_STATE); ++i)
    n += !ictus_lang_get (m->lang, ICTUS_LANG_STATE, i)->hidden;
  return n;
}

void
ictus_points_defaults (const ictus_model *m, ictus_points_options *o)
{
  *o = (ictus_points_options){ .sample = NAN, .trans = NAN, .total = NAN, .keep = m->kernel->is_map ? 200 : 100, .rtol = 1e-8,
                               .atol = 1e-10 };
}

/* ---- opening ----------------------------------------------------------------------------------------------------------- */

static ictus_err
check (const ictus_dyn_values *v, const ictus_points_options *o)
{
  const ictus_kernel *k = v->model->kernel;

  if (k->nstate == 0)
    return ICTUS_FAIL (ICTUS_E_INPUT, "model %s has no state", k->name);
  if (k->nnoise > 0 || k->nmarkov > 0)
    return ICTUS_FAIL (ICTUS_E_INPUT, "model %s has %s: its points are not those of a deterministic system", k->name,
                       k->nnoise > 0 ? "noise" : "Markov variables");
  if (k->is_map && o->section != NULL)
    return ICTUS_FAIL (ICTUS_E_INPUT, "model %s is a map: its iterates are points already, a section is for flows", k->name);
  if (!(isnan (o->trans) || (o->trans >= 0 && isfinite (o->trans))) || !(isnan (o->total) || (o->total > 0 && isfinite (o->total))))
    return ICTUS_FAIL (ICTUS_E_INPUT, "a transient of %g and a measurement of %g: the first is not negative, the second positive", o->trans,
                       o->total);
  if (o->keep < 1 || o->keep > 10000000)
    return ICTUS_FAIL (ICTUS_E_INPUT, "%zu points: between 1 and 10 million are expected", o->keep);
  if (isinf (o->sample) || o->sample < 0)
    return ICTUS_FAIL (ICTUS_E_INPUT, "samples %g after each other: a positive time is expected", o->sample);
  return o->rtol > 0 && o->rtol < 1 && o->atol > 0 ? ICTUS_OK
         : ICTUS_FAIL (ICTUS_E_INPUT, "rtol %g, atol %g: both lie between 0 and 1", o->rtol, o->atol);
}

static ictus_points_kind
kind_of (const ictus_kernel *k, const ictus_points_options *o)
{
  if (k->is_map)
    return ICTUS_POINTS_ITERATES;
  if (!isnan (o->sample))
    return ICTUS_POINTS_SAMPLES;
  if (o->section != NULL)
    return ICTUS_POINTS_SECTION;
  return o->intervals && k->fire != NULL ? ICTUS_POINTS_SPIKES : ICTUS_POINTS_MAXIMA;
}

static ictus_err
set_section (ictus__chaos_points *s)
{
  const ictus_lang_var *var;

  if (s->o->watch < 0 || s->o->watch >= ictus_points_columns (s->v->model))
    return ICTUS_FAIL (ICTUS_E_INPUT, "model %s has no column %d", s->k->name, s->o->watch);
  var = ictus_path_column (s->v->model, s->o->watch);
  s->state = ictus_lang_find (s->v->model->lang, ICTUS_LANG_STATE, var->name);
  s->c.poimap = s->kind == ICTUS_POINTS_SECTION ? 1 : s->kind == ICTUS_POINTS_MAXIMA ? 2 : 0;
  s->c.poisgn = s->kind == ICTUS_POINTS_MAXIMA ? 0 : 1;
  s->c.poivar = s->kind == ICTUS_POINTS_SECTION ? s->o->section : var->name;
  s->c.poipln = s->o->at;
  s->c.poistop = false;
  if (s->kind == ICTUS_POINTS_MAXIMA && s->k->fire != NULL && s->k->reset != NULL)
    return ICTUS_FAIL (ICTUS_E_INPUT,
                       "the states of model %s jump at each spike: they have no maxima; take the times between spikes, or a section",
                       s->k->name);
  if (s->kind == ICTUS_POINTS_MAXIMA && s->state < 0)
    return ICTUS_FAIL (ICTUS_E_INPUT, "%s is an aux quantity: maxima are found of states; of it, take the points of a section", var->name);
  return ICTUS_OK;
}

static ictus_err
set_method (ictus__chaos_points *s)
{
  const char *why;
  char buf[256];

  s->c.method = s->k->is_map ? "map" : s->o->method == ICTUS_LYAPUNOV_ROSENBROCK ? "rosenbrock" : "rk45";
  why = ictus_path_refuse (s->c.method, s->v->model, buf);
  if (why != NULL)
    return ICTUS_FAIL (ICTUS_E_INPUT, "%s cannot serve %s: %s", s->c.method, s->k->name, why);
  return ICTUS_OK;
}

/* Nothing but the states is remembered: no history, no time since an event. Pieces end outside refractory times, which samples at equal
   times do not allow. */
static bool
is_plain (const ictus__chaos_points *s)
{
  const ictus_kernel *k = s->k;
  bool rests = s->kind == ICTUS_POINTS_SAMPLES && k->fire != NULL && s->c.fire && k->refractory != NULL && k->refractory (s->p) > 0;

  return k->is_map || (k->ndelay == 0 && k->nevent == 0 && !rests);
}

ictus_err
ictus__chaos_points_open (const ictus_dyn_values *v, const ictus_points_options *o, ictus__chaos_points *s)
{
  const ictus_kernel *k = v->model->kernel;

  *s = (ictus__chaos_points){ .v = v, .o = o, .k = k, .recurrence = NAN, .rest = NAN, .trans = o->trans, .total = o->total,
                              .sample = o->sample };
  ICTUS_TRY (check (v, o));
  s->kind = kind_of (k, o);
  s->timed = !ictus_lang_classify (v->model->lang).autonomous || (s->kind == ICTUS_POINTS_SECTION && strcasecmp (o->section, "t") == 0);
  ictus_path_defaults (v->model, &s->c);
  s->c.bound = 0;
  s->c.nout = 1;
  s->c.trans = 0;
  s->c.rtol = o->rtol;
  s->c.atol = o->atol;
  s->c.dt = 1;
  if (k->reset == NULL && s->kind != ICTUS_POINTS_SPIKES)
    s->c.fire = false;
  ICTUS_TRY (set_section (s));
  ICTUS_TRY (set_method (s));
  s->p = ictus_alloc ((size_t) k->nslot, sizeof *s->p);
  s->u = ictus_alloc ((size_t) k->nu, sizeof *s->u);
  s->y = ictus_alloc ((size_t) k->nstate, sizeof *s->y);
  if (s->p == NULL || s->u == NULL || s->y == NULL)
    return ICTUS_E_NOMEM;
  memcpy (s->p, v->p, (size_t) k->nslot * sizeof *s->p);
  memcpy (s->u, v->u, (size_t) k->ninput * sizeof *s->u);
  s->plain = is_plain (s);
  ictus__chaos_points_afresh (s);
  return ICTUS_OK;
}

void
ictus__chaos_points_close (ictus__chaos_points *s)
{
  ictus_free (s->p);
  ictus_free (s->u);
  ictus_free (s->y);
  s->p = s->u = s->y = NULL;
}

void
ictus__chaos_points_afresh (ictus__chaos_points *s)
{
  memcpy (s->y, s->v->y, (size_t) s->k->nstate * sizeof *s->y);
  s->t = ictus_lang_get_settings (s->v->model->lang)->t0;
}

void
ictus__chaos_points_set (ictus__chaos_points *s, int par, double value)
{
  if (par < s->k->npar)
    s->p[par] = value;
  else
    s->u[par - s->k->npar] = value;
  s->k->prepare (s->p);
  s->restless = false;
  s->plain = is_plain (s);
}

/* ---- a look ------------------------------------------------------------------------------------------------------------- */

/* Mean time between passages of column c upwards through its mean, in the second half of the rows; NaN: too few. */
static double
passages (const ictus__chaos_rows *p, int c)
{
  size_t n = (size_t) p->path.ncol, begin = p->n / 2, count = 0;
  double lo = INFINITY, hi = -INFINITY, sum = 0, mean, first = 0, last = 0;
  bool below = false;

  for (size_t k = begin; k < p->n; ++k)
    {
      double x = p->v[k * n + (size_t) c];

      lo = fmin (lo, x);
      hi = fmax (hi, x);
      sum += x;
    }
  mean = sum / (double) (p->n - begin);
  for (size_t k = begin; k < p->n && hi - lo > 1e-6 * (fabs (lo) + fabs (hi)); ++k)
    {
      double x = p->v[k * n + (size_t) c];

      if (below && x > mean)
        {
          last = p->t[k];
          first = count++ == 0 ? last : first;
        }
      below = x > mean ? false : below || x < mean - 0.1 * (mean - lo);
    }
  return count >= LEAST_PASSAGES ? (last - first) / (double) (count - 1) : NAN;
}

/* Models that jump or remember: longer and longer, until something recurs. */
static ictus_err
look_along (ictus__chaos_points *s, double *recurrence, double *span)
{
  const ictus_lang_settings *set = ictus_lang_get_settings (s->v->model->lang);
  double total = set->total > 0 && isfinite (set->total) ? set->total : 100;
  bool failed = false;
  ictus_err e = ICTUS_OK;

  for (int k = 0; k < LOOK_LONGER && isnan (*recurrence) && !failed && e == ICTUS_OK; ++k, total *= 3)
    {
      ictus__chaos_rows r = { .n = 0 };

      ictus__chaos_points_afresh (s);
      e = ictus__chaos_points_rows (s, total, total / LOOK_ROWS, &r, &failed);
      for (int a = 0; e == ICTUS_OK && a < r.path.ncol && r.n > LOOK_ROWS / 2; ++a)
        *recurrence = fmax (*recurrence, passages (&r, a)); /* the one that is a number */
      if (!failed)
        *span = total;
      ictus__chaos_rows_clear (&r);
    }
  ictus__chaos_points_afresh (s);
  return e;
}

ictus_err
ictus__chaos_points_look (ictus__chaos_points *s)
{
  const ictus_dyn_values now = { .model = s->v->model, .p = s->p, .u = s->u, .y = s->v->y };
  ictus__chaos *x = NULL;
  ictus__pilot pilot = { 0 };
  double recurrence = NAN, span = NAN;
  char buf[256];
  ictus_err e = ICTUS_OK;

  if (s->k->is_map || (!isnan (s->trans) && !isnan (s->total) && s->o->method != ICTUS_LYAPUNOV_AUTO && !(s->sample <= 0)))
    return ICTUS_OK;
  if (s->k->reset != NULL || ictus_lyapunov_refuse (s->v->model, buf) != NULL)
    ICTUS_GO (look_along (s, &recurrence, &span));
  else
    {
      ICTUS_GO (ictus__chaos_open (&now, &x));
      e = ictus__pilot_run (x, s->c.t0, s->o->method, s->c.rtol, s->c.atol, &pilot);
      if (e == ICTUS_E_SOLVER) /* the trajectory from here runs to infinity; another look may find more */
        e = ICTUS_OK;
      else if (e == ICTUS_OK)
        {
          recurrence = pilot.recurrence;
          span = pilot.span;
          if (pilot.method == &ictus__tangent_rosenbrock && ictus_path_refuse ("rosenbrock", s->v->model, buf) == NULL)
            s->c.method = "rosenbrock";
        }
    }
  if (!isnan (recurrence) && s->nlook < POINTS_LOOKS)
    s->look[s->nlook++] = recurrence;
  s->rest = fmax (s->rest, span); /* the one that is a number */
done:
  ictus__pilot_clear (&pilot);
  ictus__chaos_close (&x);
  return e;
}

/* The longest, unless it is far longer than most are: close to a homoclinic orbit. */
static double
typical (const ictus__chaos_points *s)
{
  double x[POINTS_LOOKS];
  int n = s->nlook;

  if (n == 0)
    return s->rest / MEASURED;
  for (int i = 0; i < n; ++i)
    {
      int k = i;

      for (; k > 0 && x[k - 1] > s->look[i]; --k)
        x[k] = x[k - 1];
      x[k] = s->look[i];
    }
  return fmin (x[n - 1], MANY * x[n / 2]);
}

/* ---- choices ------------------------------------------------------------------------------------------------------------- */

/* First zero of the autocorrelation of what is watched, within what 50 recurrences show. */
static ictus_err
choose_sample (ictus__chaos_points *s)
{
  ictus__chaos_rows r = { .n = 0 };
  size_t n, w = (size_t) s->o->watch;
  double mean = 0, zero = 1, dt = s->recurrence / 40;
  bool failed;
  ictus_err e;

  s->sample = s->recurrence / 4;
  ICTUS_GO (ictus__chaos_points_rows (s, s->trans + 50 * s->recurrence, dt, &r, &failed));
  n = r.n < 2000 ? r.n : 2000;
  for (size_t k = r.n - n; k < r.n; ++k)
    mean += r.v[k * (size_t) r.path.ncol + w] / (double) n;
  for (size_t lag = 1; lag < n / 2 && zero > 0; ++lag)
    {
      zero = 0;
      for (size_t k = r.n - n; k + lag < r.n; ++k)
        zero += (r.v[k * (size_t) r.path.ncol + w] - mean) * (r.v[(k + lag) * (size_t) r.path.ncol + w] - mean);
      if (zero <= 0)
        s->sample = (double) lag * dt;
    }
done:
  ictus__chaos_points_afresh (s);
  ictus__chaos_rows_clear (&r);
  return e;
}

ictus_err
ictus__chaos_points_choose (ictus__chaos_points *s)
{
  double least = s->kind == ICTUS_POINTS_SECTION && strcasecmp (s->o->section, "t") == 0 ? fabs (s->o->at) : 0;
  double wanted = fmax (MEASURED, 2 * (double) s->o->keep);

  if (s->k->is_map)
    {
      s->trans = isnan (s->trans) ? ITERATIONS : floor (s->trans);
      s->total = isnan (s->total) ? (double) s->o->keep : floor (s->total);
      return s->total >= 1 ? ICTUS_OK : ICTUS_FAIL (ICTUS_E_INPUT, "less than one iteration is nothing to look at");
    }
  s->recurrence = typical (s);
  if ((isnan (s->trans) || isnan (s->total)) && !(s->recurrence > 0))
    return ICTUS_FAIL (ICTUS_E_INPUT, "model %s runs to infinity from its initial values: no lengths can be chosen", s->k->name);
  if (isnan (s->trans))
    s->trans = TRANSIENT * fmax (s->recurrence, least);
  if (isnan (s->total)) /* ends with the last point that is kept */
    s->total = wanted * fmax (s->recurrence, least);
  if (s->sample <= 0)
    {
      if (!(s->recurrence > 0))
        return ICTUS_FAIL (ICTUS_E_INPUT, "model %s runs to infinity from its initial values: no time between samples can be chosen",
                           s->k->name);
      ICTUS_TRY (choose_sample (s));
    }
  return ICTUS_OK;
}
