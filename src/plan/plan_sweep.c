/* SPDX-License-Identifier: BSD-3-Clause */
/* A sweep: how many runs, on how many teams, and how long; a few runs all over the axes are begun to find
 * out. */
#include "plan/plan_impl.h"

#include <math.h>
#include <string.h>

enum
{
  SAMPLES = 5,
  VALUES = 4 /* measures of a population */
};

/* ---- points ------------------------------------------------------------------------------------- */

/* Runs; for a threshold search about as many as bisection makes on every line: its ends, and halves between
 * them. */
static double
count_runs (const ictus_experiment *exp)
{
  double n = exp->design == ICTUS_DESIGN_GRID ? 1 : (double)exp->design_points;
  const ictus_exp_axis *searched = exp->threshold.is_searched ? &exp->axis[exp->threshold.axis] : NULL;

  for (int a = 0; exp->design == ICTUS_DESIGN_GRID && a < exp->naxis; ++a)
    if (&exp->axis[a] != searched)
      n *= (double)exp->axis[a].nvalue;
  if (searched != NULL)
    n *= fmin ((double)searched->nvalue, 2 + ceil (log2 (fmax ((double)searched->nvalue - 1, 1))));
  return n * (double)exp->nrepeat;
}

/* Numbers that fill [0, 1) evenly however many are taken (van der Corput 1935), another base for every axis.
 */
static double
spread (int k, int axis)
{
  static const int prime[] = { 2, 3, 5, 7, 11, 13, 17, 19 };
  int base = prime[axis % 8];
  double x = 0, digit = 1.0 / base;

  for (++k; k > 0; k /= base, digit /= base)
    x += digit * (k % base);
  return x;
}

static double
value_at (const ictus_exp_axis *a, double where)
{
  if (a->value != NULL)
    return a->value[(size_t)(where * (double)a->nvalue)];
  return a->log ? a->from * pow (a->to / a->from, where) : a->from + (a->to - a->from) * where;
}

/* The document and the experiment of sample k; both are the caller's. */
static ictus_err
sample_point (const ictus_conf *plain, const ictus_experiment *exp, int k, ictus_conf **conf,
              ictus_experiment **out)
{
  ictus_text text = { 0 };
  ictus_err e;

  ICTUS_GO (ictus_conf_copy (plain, conf));
  for (int a = 0; a < exp->naxis; ++a)
    for (int s = 0; s < exp->axis[a].nset; ++s)
      {
        const ictus_exp_axis *axis = &exp->axis[a];

        ictus_text_clear (&text);
        ictus_text_add (&text, "%s=%.17g%s%s", axis->set[s], value_at (axis, spread (k, a)),
                        axis->unit[0] != '\0' ? " " : "", axis->unit);
        ICTUS_GO (text.failed ? ICTUS_E_NOMEM : ictus_conf_set (*conf, text.s));
      }
  e = ictus_experiment_read (*conf, out);
done:
  ictus_text_clear (&text);
  return e;
}

/* ---- measure ------------------------------------------------------------------------------------ */

/* Rates of one sample into the mean of those so far. */
static void
join (const ictus_experiment *exp, const plan_rates *one, double n, plan_rates *all)
{
  for (int p = 0; p < exp->npopulation; ++p)
    all->Hz[p] += (one->Hz[p] - all->Hz[p]) / n;
  all->peak = n > 1 ? fmax (all->peak, one->peak) : one->peak;
  all->t_ms = n > 1 ? fmin (all->t_ms, one->t_ms) : one->t_ms;
  all->share = n > 1 ? fmin (all->share, one->share) : one->share;
  all->whole = (n < 2 || all->whole) && one->whole;
  all->wall_s += one->wall_s;
  all->scale = one->scale;
  all->measured = true;
}

/* Time of one run at a sample, by a team. */
static ictus_err
measure_one (ictus_plan *p, const ictus_conf *plain, int k, plan_rates *one, bool *done)
{
  ictus_conf *conf = NULL;
  ictus_experiment *exp = NULL;
  ictus_err e;

  *done = false;
  ICTUS_GO (sample_point (plain, p->exp, k, &conf, &exp));
  ICTUS_GO (plan_calibrate (exp, &p->need, true, p->opt.calibrate_s / SAMPLES, one));
  *done = one->measured;
done:
  ictus_experiment_destroy (&exp);
  ictus_conf_destroy (&conf);
  return e;
}

static ictus_err
measure (ictus_plan *p, const ictus_conf *plain)
{
  plan_sweep *s = &p->sweep;
  double *Hz = ictus_alloc ((size_t)p->exp->npopulation, sizeof *Hz);
  ictus_err e = Hz == NULL ? ICTUS_E_NOMEM : ICTUS_OK;
  int n = (int)fmin (SAMPLES, s->nrun);

  for (int k = 0; e == ICTUS_OK && k < n; ++k)
    {
      plan_rates one = { .Hz = Hz };
      plan_time t;
      bool done;

      e = measure_one (p, plain, k, &one, &done);
      if (e != ICTUS_OK)
        break;
      if (!done) /* a point may fail where others do not */
        {
          if (one.why_not != NULL && p->rates.why_not == NULL)
            {
              memcpy (p->rates.reason, one.reason, sizeof one.reason);
              p->rates.why_not = p->rates.reason;
            }
          continue;
        }
      s->nsample += 1;
      join (p->exp, &one, s->nsample, &p->rates);
      plan_time_make (p, &one, &t);
      s->run_s += (t.all - s->run_s) / s->nsample;
      s->least_s = s->nsample > 1 ? fmin (s->least_s, t.all) : t.all;
      s->most_s = fmax (s->most_s, t.all);
      p->time = t;
    }
  ictus_free (Hz);
  return e;
}

/* ---- all ---------------------------------------------------------------------------------------- */

static void
size_files (const ictus_experiment *exp, plan_sweep *s)
{
  double n = s->nrun, values = VALUES * (exp->npopulation + 1.0);

  s->file_bytes
      = n * (values * sizeof (double) + 2) + 6e4 + 2.0 * (double)strlen (ictus_conf_text (exp->conf));
  s->journal_bytes = n * (values * 20 + 40) + n * 50; /* outcomes and beginnings */
}

ictus_err
plan_sweep_make (ictus_plan *p, ictus_conf *plain)
{
  plan_sweep *s = &p->sweep;

  s->nrun = count_runs (p->exp);
  s->each = p->nrank;
  s->nteam = (p->opt.nrank + s->each - 1) / s->each;
  size_files (p->exp, s);
  if (p->opt.calibrate_s > 0)
    {
      plan_need before = p->need;

      ICTUS_TRY (measure (p, plain));
      if (s->nsample > 0)
        {
          ICTUS_TRY (plan_need_make (p->net, p->nrank, false, &p->rates, &p->need));
          plan_need_keep_fixed (&p->need, &before);
          plan_need_clear (&before);
          /* the last runs do not end together */
          s->all_s = PLAN_START_S + s->run_s * s->nrun / fmin (s->nteam, s->nrun)
                     + (s->nteam > 1 ? (s->most_s - s->run_s) / 2 : 0);
        }
    }
  return ICTUS_OK;
}
