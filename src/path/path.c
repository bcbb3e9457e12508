/* SPDX-License-Identifier: BSD-3-Clause */
/* A model followed in time without a network: what is asked for, fixed steps, what is given back. */
#include "path_run.h"

#include <math.h>
#include <string.h>

enum
{
  MOST_PIECES = 1000 /* events in one step */
};

/* ---- one fixed step ----------------------------------------------------------------------------------- */

ictus_err
ictus__past_push (ictus__run *r, double t, const double *y)
{
  size_t n = (size_t) r->k->nstate;
  double times[2] = { t, r->t };
  bool smooth = r->k->nnoise == 0 && r->k->is_map == 0;

  if (r->sys.past == NULL)
    return ICTUS_OK;
  if (smooth)
    {
      ictus__system_rhs (&r->sys, t, y, r->f0);
      ictus__system_rhs (&r->sys, r->t, r->y, r->f1);
    }
  /* y_old and z are one block */
  memcpy (r->y_old + n, r->y, n * sizeof *r->y);
  if (y != r->y_old)
    memcpy (r->y_old, y, n * sizeof *y);
  return ictus__history_push (r->sys.past, 2, times, r->y_old, smooth ? r->f0 : NULL, smooth ? r->f1 : NULL);
}

/* The step that ended at r->t crossed the condition of an event: back to there. */
static ictus_err
event_in_step (ictus__run *r, double begin, double share)
{
  double end = r->t;

  r->t = share < 1 ? begin + share * (end - begin) : end;
  if (share < 1)
    for (int i = 0; i < r->k->nstate; ++i)
      r->y[i] = r->y_old[i] + share * (r->y[i] - r->y_old[i]);
  ICTUS_TRY (ictus__past_push (r, begin, r->y_old));
  ICTUS_TRY (ictus__event_happen (r));
  return r->method->start (r->self, r->t, r->y);
}

/* From r->t to limit, events on the way. */
static ictus_err
to_limit (ictus__run *r, double limit)
{
  size_t bytes = (size_t) r->k->nstate * sizeof *r->y;

  for (int piece = 0; !r->over; ++piece)
    {
      double begin = r->t, share = 2;

      if (piece == MOST_PIECES)
        return ICTUS_FAIL (ICTUS_E_SOLVER, "more than %d events in one step at t = %.10g", MOST_PIECES, r->t);
      r->part = (uint64_t) piece;
      if (r->k->nnoise > 0)
        ictus__noise_draw (r, limit - r->t);
      memcpy (r->y_old, r->y, bytes);
      ICTUS_TRY (r->method->step (r->self, limit, &r->t, r->y));
      if (r->k->nevent > 0)
        share = ictus__event_first (r);
      if (share > 1)
        return ictus__past_push (r, begin, r->y_old);
      ICTUS_TRY (event_in_step (r, begin, share));
      if (fabs (limit - r->t) <= 1e-12 * fabs (r->h))
        {
          r->t = limit;
          return ICTUS_OK;
        }
    }
  return ICTUS_OK;
}

static ictus_err
one_step (ictus__run *r)
{
  double limit = r->t + r->h;

  if (r->k->nevent == 0 && r->sys.past == NULL)
    {
      if (r->k->nnoise > 0)
        ictus__noise_draw (r, r->h);
      ICTUS_TRY (r->method->step (r->self, limit, &r->t, r->y));
    }
  else
    ICTUS_TRY (to_limit (r, limit));
  ++r->out->steps;
  if (r->over)
    return ICTUS_OK;
  if (r->c->fire && r->k->fire != NULL)
    ICTUS_TRY (ictus__fire_step (r));
  if (r->k->nmarkov > 0 && ictus__markov_jump (r, r->h))
    {
      ictus__event_renew (r);
      ICTUS_TRY (r->method->start (r->self, r->t, r->y));
    }
  ++r->step;
  return ICTUS_OK;
}

/* nrow rows after the first one, nout steps each. Times add up as XPPAUT adds them; what is written are multiples of dt. */
static ictus_err
fixed_steps (ictus__run *r, double nrow)
{
  double between = r->h * r->c->nout;

  for (double k = 1; k <= nrow && !r->over; ++k)
    {
      for (int s = 0; s < r->c->nout && !r->over; ++s)
        ICTUS_TRY (one_step (r));
      if (!r->over)
        ICTUS_TRY (ictus__row_at (r, r->c->t0 + k * between, r->t, r->y));
    }
  return ICTUS_OK;
}

/* ---- begin -------------------------------------------------------------------------------------------- */

static ictus_err
check_config (const ictus_model *m, const ictus_path_config *c)
{
  char buf[256];
  const char *why = ictus_path_refuse (c->method, m, buf);

  if (why != NULL)
    return ICTUS_FAIL (ICTUS_E_INPUT, "%s cannot serve %s: %s", c->method, ictus_lang_name (m->lang), why);
  if (!isfinite (c->dt) || !(c->dt > 0))
    return ICTUS_FAIL (ICTUS_E_INPUT, "dt = %g: a number greater than 0 expected", c->dt);
  if (!isfinite (c->total) || !isfinite (c->t0) || isnan (c->trans))
    return ICTUS_FAIL (ICTUS_E_INPUT, "t0 = %g, total = %g, trans = %g: finite numbers expected", c->t0, c->total, c->trans);
  if (c->nout < 1)
    return ICTUS_FAIL (ICTUS_E_INPUT, "nout = %d: at least 1 expected", c->nout);
  if (!(fabs (c->total) / c->dt < ICTUS_MAX_STEPS))
    return ICTUS_FAIL (ICTUS_E_INPUT, "total = %g is too many steps of dt = %g", c->total, c->dt);
  if (!ictus__path_find (c->method)->pub.fixed && (!(c->rtol >= 0) || !(c->atol >= 0) || !(c->rtol + c->atol > 0)))
    return ICTUS_FAIL (ICTUS_E_INPUT, "rtol = %g, atol = %g: not negative, and not both 0, expected", c->rtol, c->atol);
  return ICTUS_OK;
}

static ictus_err
allocate (ictus__run *r)
{
  const ictus_kernel *k = r->k;
  size_t n = (size_t) k->nstate, ne = (size_t) k->nevent, nq = 0;

  for (int i = 0; i < k->nmarkov; ++i)
    nq += (size_t) k->markov_n[i] * (size_t) k->markov_n[i];
  r->y_old = ictus_alloc (7 * n, sizeof *r->y_old);
  r->out->y = ictus_alloc (n, sizeof *r->out->y);
  r->out->p = ictus_alloc ((size_t) k->nslot, sizeof *r->out->p);
  r->g = ictus_alloc (4 * ne, sizeof *r->g);
  r->hit = ictus_alloc (ne, sizeof *r->hit);
  r->rates = ictus_alloc (nq, sizeof *r->rates);
  if (r->y_old == NULL || r->out->y == NULL || r->out->p == NULL || r->g == NULL || r->hit == NULL || r->rates == NULL)
    return ICTUS_E_NOMEM;
  r->f0 = r->y_old + 2 * n; /* behind y_old is room for ictus__past_push */
  r->f1 = r->f0 + n;
  r->z = r->f1 + n;
  r->y_row = r->z + 2 * n;
  r->y = r->out->y;
  r->g_end = r->g + ne;
  r->g_at = r->g_end + ne;
  r->frac = r->g_at + ne;
  return ICTUS_OK;
}

/* The past, as far back as it is ever asked for. */
static ictus_err
begin_past (ictus__run *r)
{
  const ictus_kernel *k = r->k;
  ictus__system *s = &r->sys;
  double longest = 0;
  bool known = true;

  r->least_delay = INFINITY;
  if (k->ndelay == 0)
    return ICTUS_OK;
  k->delay (r->t, r->y, s->p, s->u, s->tau);
  for (int i = 0; i < k->ndelay; ++i)
    {
      known = known && k->delay_fixed[i];
      longest = fmax (longest, s->tau[i]);
      if (k->delay_fixed[i] && s->tau[i] > 0)
        r->least_delay = fmin (r->least_delay, s->tau[i]);
      if (!isfinite (s->tau[i]))
        return ICTUS_FAIL (ICTUS_E_INPUT, "a delay of %s is not finite at the start",
                           ictus_lang_get (r->m->lang, ICTUS_LANG_STATE, k->delay_of[i])->name);
    }
  return ictus__history_create (k, s->p, r->t, r->y, known && longest > 0 ? longest : 0, &s->past);
}

static ictus_err
begin (ictus__run *r, const double *p, const double *y0, const double *u, double nrow)
{
  const ictus_kernel *k = r->k;

  ICTUS_TRY (allocate (r));
  if (p != NULL)
    memcpy (r->out->p, p, (size_t) k->nslot * sizeof *p);
  else
    ictus_model_defaults (r->m, r->out->p);
  ICTUS_TRY (ictus__system_init (&r->sys, r->m, r->out->p, u));
  r->sys.dir = r->c->total < 0 ? -1 : 1;
  r->h = r->sys.dir * r->c->dt;
  r->t = r->c->t0;
  r->armed = true;
  r->refr_until = r->t - r->sys.dir;
  if (y0 != NULL)
    memcpy (r->y, y0, (size_t) k->nstate * sizeof *y0);
  else
    k->init (r->sys.p, r->y);
  ICTUS_TRY (begin_past (r));
  if (k->nnoise > 0) /* of the first row: no increment yet */
    {
      ictus__noise_draw (r, r->h);
      for (int i = 0; i < k->nnoise; ++i)
        if (k->noise[i] == ICTUS_NOISE_WIENER)
          r->sys.u[k->ninput + k->ndelay + i] = 0;
    }
  ICTUS_TRY (r->method->create (&r->sys, r->c, &r->self));
  ICTUS_TRY (ictus__rows_begin (r, nrow));
  ICTUS_TRY (ictus__event_begin (r));
  return ictus__section_begin (r);
}

/* ---- the whole ---------------------------------------------------------------------------------------- */

static void
finish (ictus__run *r)
{
  if (r->self != NULL)
    r->method->destroy (r->self);
  r->out->t_end = r->t;
  r->out->rhs = r->sys.rhs;
  r->out->jac = r->sys.jac;
  ictus__system_clear (&r->sys);
  ictus_free (r->y_old);
  ictus_free (r->g);
  ictus_free (r->hit);
  ictus_free (r->rates);
  ictus_free (r->seen);
  ictus_free (r->row < r->row_old ? r->row : r->row_old); /* they change places */
  ictus_free (r->breaks.t);
  ictus_free (r->breaks.level);
}

static ictus_err
follow (ictus__run *r, const double *p, const double *y0, const double *u)
{
  const ictus_path_config *c = r->c;
  double nstep = floor ((fabs (c->total) + 0.1 * c->dt) / c->dt), nrow = ceil (nstep / c->nout);
  ictus_err e = begin (r, p, y0, u, nrow);

  if (e != ICTUS_OK)
    return e;
  if (c->poimap == 0 && !r->over && !(fabs (r->t) < c->trans))
    {
      ictus__row_columns (r, r->t, r->y, r->row);
      ICTUS_TRY (ictus__row_keep (r, r->t, r->row));
    }
  if (nrow < 1 || r->over)
    return ICTUS_OK;
  if (r->method->pub.fixed)
    {
      ICTUS_TRY (r->method->start (r->self, r->t, r->y));
      e = fixed_steps (r, nrow);
    }
  else
    e = ictus__adaptive (r, nrow);
  if (e != ICTUS_E_SOLVER)
    return e;
  r->out->end = ICTUS_PATH_FAILED; /* the rows up to here are good */
  snprintf (r->out->why, sizeof r->out->why, "%.255s", ictus_err_last ());
  return ICTUS_OK;
}

ictus_err
ictus_path_run (const ictus_model *m, const ictus_path_config *c, const double *p, const double *y0, const double *u,
                ictus_path *out)
{
  ictus_path_config mine = *c;
  ictus__run r = { .m = m, .k = m->kernel, .c = &mine, .out = out };
  ictus_err e;

  memset (out, 0, sizeof *out);
  out->end = ICTUS_PATH_DONE;
  ICTUS_TRY (check_config (m, c));
  r.method = ictus__path_find (c->method);
  if (r.method == &ictus__path_map) /* time goes by whole numbers */
    {
      mine.dt = 1;
      mine.total = trunc (c->total);
    }
  e = follow (&r, p, y0, u);
  finish (&r);
  return e;
}

void
ictus_path_clear (ictus_path *out)
{
  ictus_free (out->t);
  ictus_free (out->v);
  ictus_free (out->y);
  ictus_free (out->p);
  ictus_free (out->spike);
  memset (out, 0, sizeof *out);
}

const ictus_lang_var *
ictus_path_column (const ictus_model *m, int k)
{
  int nstate = ictus_lang_count (m->lang, ICTUS_LANG_STATE), seen = 0;

  for (int i = 0; i < nstate; ++i)
    {
      const ictus_lang_var *v = ictus_lang_get (m->lang, ICTUS_LANG_STATE, i);

      if (!v->hidden && seen++ == k)
        return v;
    }
  return ictus_lang_get (m->lang, ICTUS_LANG_AUX, k - seen);
}
