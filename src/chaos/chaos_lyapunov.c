/* SPDX-License-Identifier: BSD-3-Clause */
/* The Lyapunov spectrum of one trajectory: transient, measurement, how long both have to be. */
#include "chaos_impl.h"

#include <math.h>
#include <string.h>

#define RTOL 1e-8
#define ATOL 1e-10
#define RECURRENCES 500 /* at least, of what is measured */
#define FINE 1e-3       /* standard error that is aimed at, part of the largest exponent */
#define MOST_STEPS 2e6  /* of a measurement whose length is chosen; of maps: */
#define MOST_ITERATIONS 1e7
#define STEPS_AT_REST 50000 /* enough where nothing moves any more: nothing new is to be seen */
enum { ASK = 4096 };    /* steps between two looks at the clock and at signals */

const char *
ictus_lyapunov_method_name (ictus_lyapunov_method m)
{
  static const char *const name[] = { "auto", "rk45", "rosenbrock", "map" };

  return name[m];
}

void
ictus_lyapunov_defaults (ictus_lyapunov_options *o)
{
  *o = (ictus_lyapunov_options) { .trans = NAN, .total = NAN, .rtol = RTOL, .atol = ATOL };
}

void
ictus_lyapunov_clear (ictus_lyapunov *l)
{
  ictus_free (l->exponent);
  ictus_free (l->error);
  ictus_free (l->zero);
  ictus_free (l->x_end);
  ictus_free (l->t);
  ictus_free (l->running);
  ictus_free (l->band);
  *l = (ictus_lyapunov) { 0 };
}

static ictus_err
check (const ictus__chaos *s, const ictus_lyapunov_options *o)
{
  if (o->spectrum < 0 || o->spectrum > s->n)
    return ICTUS_FAIL (ICTUS_E_INPUT, "%d exponents are asked for; model %s has %d states with an equation, so many exponents it has",
                       o->spectrum, s->k->name, s->n);
  if (!(isnan (o->trans) || (o->trans >= 0 && isfinite (o->trans))) || !(isnan (o->total) || (o->total > 0 && isfinite (o->total))))
    return ICTUS_FAIL (ICTUS_E_INPUT, "a transient of %g and a measurement of %g: the first is not negative, the second positive", o->trans,
                       o->total);
  if (!(o->rtol > 0 && o->rtol < 1) || !(o->atol >= 0) || !isfinite (o->atol))
    return ICTUS_FAIL (ICTUS_E_INPUT, "rtol %g, atol %g: the first lies between 0 and 1, the second is not negative", o->rtol, o->atol);
  if (s->map && o->total < 8)
    return ICTUS_FAIL (ICTUS_E_INPUT, "%g iterations are too few to measure anything", o->total);
  return ICTUS_OK;
}

static bool
make (int n, int k, ictus_lyapunov *l)
{
  l->n = n;
  l->k = k;
  l->exponent = ictus_alloc ((size_t) k, sizeof (double));
  l->error = ictus_alloc ((size_t) k, sizeof (double));
  l->zero = ictus_alloc ((size_t) k, sizeof (double));
  l->x_end = ictus_alloc ((size_t) n, sizeof (double));
  return l->exponent != NULL && l->error != NULL && l->zero != NULL && l->x_end != NULL;
}

/* ---- the way ------------------------------------------------------------------------------------------------------ */

typedef struct way
{
  const ictus_lyapunov_options *o;
  ictus__tangent *w;
  ictus__growth g;
  double t0;         /* where the measurement begins */
  double slow, fast; /* log of the least and largest speed on the way, in units of scale */
  uint64_t first;    /* step of the measurement */
  int until_asked;
  double span;       /* of the pilot: over which nothing moves, where nothing does */
  bool at_rest;      /* the pilot came to rest, and nobody says how long it is to be */
  ictus_lyapunov *l;
} way;

static double
speed (const ictus__tangent *w)
{
  double sum = 0;

  for (int i = 0; i < w->n; ++i)
    {
      double v = (w->s->map ? w->f[i] - w->x[i] : w->f[i]) / w->scale[i];

      sum += v * v;
    }
  return sqrt (sum);
}

/* One step; true: told to end. */
static ictus_err
step (way *r, double end, bool *told)
{
  ICTUS_TRY (ictus__tangent_step (r->w));
  if (--r->until_asked > 0)
    return ICTUS_OK;
  r->until_asked = ASK;
  if (r->o->tick != NULL)
    r->o->tick (r->o->ctx, r->w->t, end);
  *told = r->o->told != NULL && r->o->told (r->o->ctx);
  return ICTUS_OK;
}

/* Speed at the end times a time of the model's own: 0 where nothing moves. */
static double
rest (const way *r)
{
  double by = r->w->s->map ? 1 : isfinite (r->l->recurrence) ? r->l->recurrence : r->span;

  return speed (r->w) * by;
}

/* At rest, and long enough? Deviations may need far more steps than the trajectory. */
static bool
enough_rest (const way *r)
{
  return r->at_rest && r->w->steps >= STEPS_AT_REST && r->w->steps % 1024 == 0 && rest (r) < 1e-9;
}

static ictus_err
go_on (way *r, double end, bool *told)
{
  while (r->w->t < end && !*told && !(r->l->chosen_trans && enough_rest (r)))
    ICTUS_TRY (step (r, end, told));
  return ICTUS_OK;
}

/* The transient: most of it with one deviation, since many may want shorter steps; then with all, which find their directions. */
static ictus_err
settle (way *r, double trans, bool *told)
{
  double begin = r->w->t, longest = trans > 0 ? trans / 64 : r->w->longest;
  ictus__tangent *all = NULL, *one = r->w;

  one->longest = longest;
  if (one->k < r->l->k)
    {
      ICTUS_TRY (go_on (r, begin + 0.8 * trans, told));
      ICTUS_TRY (ictus__tangent_open (one->s, one->m, r->l->k, one->t, one->x, one->scale, one->rtol, one->atol, &all));
      ictus__tangent_close (&r->w);
      r->w = all;
    }
  r->w->longest = longest;
  ICTUS_TRY (go_on (r, begin + trans, told));
  if (r->at_rest && r->l->chosen_trans)
    r->l->trans = r->w->t - begin;
  return ICTUS_OK;
}

/* Until the measurement is `total` long. */
static ictus_err
measure (way *r, double total, bool *told)
{
  double end = r->t0 + total;

  while (r->w->t < end && !*told && !(r->l->chosen_total && !r->w->s->map && (double) (r->w->steps - r->first) > MOST_STEPS))
    {
      double v;

      ICTUS_TRY (step (r, end, told));
      ictus__growth_add (&r->g, r->w->h_last, r->w->grow, r->w->divergence);
      v = log (speed (r->w));
      if (isfinite (v))
        {
          r->slow = fmin (r->slow, v);
          r->fast = fmax (r->fast, v);
        }
    }
  return ICTUS_OK;
}

static void
evaluate (way *r)
{
  double size = !r->at_rest && !r->w->s->map && !r->l->timed && r->fast > r->slow ? r->fast - r->slow : 0;

  ictus__verdict (&r->g, rest (r), fmin (size, 50), r->l);
}

/* As long as the largest exponent is not known well enough. */
static ictus_err
measure_enough (way *r, double least, bool *told)
{
  double total = least, most = r->w->s->map ? MOST_ITERATIONS : MOST_STEPS;

  for (;;)
    {
      double aim;

      ICTUS_TRY (measure (r, total, told));
      evaluate (r);
      if (r->w->t < r->t0 + total && !*told)
        break;
      aim = FINE * fmax (fabs (r->l->exponent[0]), r->l->zero[0]);
      if (*told || r->at_rest || (r->l->settled && r->l->error[0] <= aim) || (double) (r->w->steps - r->first) > most / 1.5)
        break;
      total *= 1.5;
    }
  r->l->total = total;
  return ICTUS_OK;
}

/* ---- all ---------------------------------------------------------------------------------------------------------- */

static void
choose (const ictus__chaos *s, const ictus__pilot *p, const ictus_lyapunov_options *o, ictus_lyapunov *l)
{
  double recurrence = isfinite (p->recurrence) ? p->recurrence : 0;

  l->recurrence = p->recurrence;
  l->chosen_trans = isnan (o->trans);
  l->chosen_total = isnan (o->total);
  l->trans = !l->chosen_trans ? o->trans : fmax (p->span, 50 * recurrence);
  l->total = !l->chosen_total ? o->total : s->map ? 100 * p->span / 4 : fmax (3 * p->span, RECURRENCES * recurrence);
  if (!s->map && !s->timed && p->rest < 1e-9 && p->slow > 0) /* at rest: in units of the slowest decay */
    {
      l->trans = l->chosen_trans ? fmin (l->trans, 100 / p->slow) : l->trans;
      l->total = l->chosen_total ? fmin (l->total, 1000 / p->slow) : l->total;
    }
  if (s->map)
    {
      l->trans = ceil (l->trans);
      l->total = ceil (l->total);
    }
}

static ictus_err
run (way *r, const ictus__pilot *p)
{
  ictus_lyapunov *l = r->l;
  bool told = false;

  r->slow = INFINITY;
  r->fast = -INFINITY;
  r->span = fmin (p->span, l->total);
  r->at_rest = !r->w->s->map && !l->timed && p->rest < 1e-9;
  ICTUS_TRY (settle (r, l->trans, &told));
  if (told)
    return ICTUS_FAIL (ICTUS_E_STOPPED, "told to end in the transient: nothing was measured");
  r->t0 = r->w->t;
  r->w->longest = l->total / 512;
  r->first = r->w->steps;
  if (r->at_rest && l->chosen_total) /* of what comes of so many steps */
    l->total = fmin (l->total, STEPS_AT_REST * r->w->h_last);
  /* short blocks at first where the length is chosen: they join by twos */
  ICTUS_TRY (ictus__growth_open (l->k, r->w->s->map ? fmax (l->total / 2048, 1)
                                       : l->chosen_total ? fmin (l->total / 2048, 8 * r->w->h_last) : l->total / 2048, &r->g));
  if (l->chosen_total)
    ICTUS_TRY (measure_enough (r, l->total, &told));
  else
    ICTUS_TRY (measure (r, l->total, &told));
  if (r->g.n < 8)
    return ICTUS_FAIL (told ? ICTUS_E_STOPPED : ICTUS_E_INPUT, told ? "told to end before anything could be measured"
                       : "a measurement of %g is too short: it has %zu steps", l->total, r->g.n);
  evaluate (r);
  if (l->chosen_total && r->w->t < r->t0 + l->total) /* it would have taken too many steps */
    l->settled = false;
  ICTUS_TRY (ictus__running (&r->g, l));
  l->told = told;
  l->total = l->t[l->nrow - 1];
  l->t_end = r->w->t;
  memcpy (l->x_end, r->w->x, (size_t) l->n * sizeof *l->x_end);
  return ICTUS_OK;
}

ictus_err
ictus_lyapunov_run (const ictus_dyn_values *v, const ictus_lyapunov_options *o, ictus_lyapunov *out)
{
  way r = { .o = o, .until_asked = ASK, .l = out };
  ictus__pilot p = { 0 };
  ictus__chaos *s = NULL;
  double *x = NULL, t0 = ictus_lang_get_settings (v->model->lang)->t0;
  ictus_err e;

  *out = (ictus_lyapunov) { .rtol = o->rtol, .atol = o->atol };
  ICTUS_GO (ictus__chaos_open (v, &s));
  ICTUS_GO (check (s, o));
  x = ictus_alloc ((size_t) s->n, sizeof *x);
  if (x == NULL || !make (s->n, o->spectrum > 0 ? o->spectrum : s->n, out))
    ICTUS_GO (ICTUS_E_NOMEM);
  out->map = s->map;
  out->timed = s->timed;
  ICTUS_GO (ictus__pilot_run (s, t0, o->method, o->rtol, o->atol, &p));
  out->method = p.method == NULL                      ? ICTUS_LYAPUNOV_MAP
                : p.method == &ictus__tangent_rk45 ? ICTUS_LYAPUNOV_RK45
                                                      : ICTUS_LYAPUNOV_ROSENBROCK;
  choose (s, &p, o, out);
  ictus__chaos_start (s, x);
  ICTUS_GO (ictus__tangent_open (s, p.method, s->map ? out->k : 1, t0, x, p.scale, o->rtol, o->atol, &r.w));
  ICTUS_GO (run (&r, &p));
  out->steps = r.w->steps;
  out->rhs = s->rhs;
  out->jac = s->jac;
done:
  ictus__growth_close (&r.g);
  ictus__tangent_close (&r.w);
  ictus__pilot_clear (&p);
  ictus__chaos_close (&s);
  ictus_free (x);
  if (e != ICTUS_OK)
    ictus_lyapunov_clear (out);
  return e;
}
