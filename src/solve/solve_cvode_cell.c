/* SPDX-License-Identifier: BSD-3-Clause */
/* One neuron in CVODE's hands: its callbacks, its steps, its restarts. */
#include "solve_cvode.h"

#include <math.h>
#include <string.h>

enum
{
  MAX_STEPS = 1000000, /* within one millisecond of model time */
  MAX_STUCK = 10000    /* without any progress */
};
#define MAX_START 2.0 /* ms */
#define NEVER 1e300   /* a stop time that is not reached */

const double *
ictus__cell_input (const ictus__cell *c, double t)
{
  const ictus__cvode *s = c->s;
  const ictus_drive *d = s->b.cells->drive;

  if (!s->drive)
    return s->b.u0;
  if (!s->varies)
    return s->u + c->i * (size_t) s->b.nu;
  d->eval (d->ctx, c->i, c->seg, t, s->b.u);
  return s->b.u;
}

void
ictus__cell_piece (ictus__cell *c, double t)
{
  ictus__cvode *s = c->s;
  const ictus_drive *d = s->b.cells->drive;

  c->seg = t;
  c->nb = INFINITY;
  if (!s->drive)
    return;
  c->nb = d->next_break (d->ctx, c->i, t);
  if (!s->varies)
    d->eval (d->ctx, c->i, t, t, s->u + c->i * (size_t) s->b.nu);
}

/* ---- callbacks ------------------------------------------------------------------------------- */

int
ictus__cell_rhs (sunrealtype t, N_Vector y, N_Vector f, void *data)
{
  ictus__cell *c = data;
  ictus__cvode *s = c->s;
  double *fv = ictus__vec (f), sum = 0;
  int ns = s->b.ns;

  s->b.k->rhs (t, ictus__vec (y), ictus__bank_p (&s->b, c->i), ictus__cell_input (c, t), fv);
  s->work[c->i] += 1;
  if (c->hold)
    for (int k = 0; k < ns; ++k)
      if (s->b.held[k])
        fv[k] = 0;
  for (int k = 0; k < ns; ++k)
    sum += fv[k] * 0.0; /* 0, or NaN when one is not finite */
  if (sum == 0)
    return 0;
  s->bad = ictus__bank_bad (&s->b, fv);
  return 1; /* CVODE tries a smaller step */
}

void
ictus__cell_jac (ictus__cell *c, double t, const double *y)
{
  ictus__cvode *s = c->s;
  ictus__linear *l = &s->linear;
  double *J;

  s->b.k->jac (t, y, ictus__bank_p (&s->b, c->i), ictus__cell_input (c, t), l->jac);
  s->stats.jac += 1;
  J = ictus__linear_take (l, c, l->jac);
  if (c->hold)
    for (int e = 0; e < l->lane.nnz; ++e)
      if (s->b.held[l->lane.row[e]])
        J[e] = 0;
}

static int
cell_weights (N_Vector y, N_Vector w, void *data)
{
  const ictus__cvode *s = ((const ictus__cell *) data)->s;
  const double *yv = ictus__vec (y);
  double *wv = ictus__vec (w);

  for (int k = 0; k < s->b.ns; ++k)
    wv[k] = 1 / (s->rtol * fabs (yv[k]) + s->atol[k]);
  return 0;
}

static int
cell_root (sunrealtype t, N_Vector y, sunrealtype *g, void *data)
{
  const ictus__cell *c = data;
  const ictus__bank *b = &c->s->b;

  *g = b->k->fire (t, ictus__vec (y), ictus__bank_p (b, c->i), ictus__cell_input (c, t));
  return 0;
}

/* ---- errors ---------------------------------------------------------------------------------- */

ictus_err
ictus__cell_fail (ictus__cell *c, double t, int flag)
{
  ictus__cvode *s = c->s;
  unsigned long long id = ictus__bank_id (&s->b, c->i);

  if (s->bad >= 0)
    return ICTUS_FAIL (ICTUS_E_SOLVER,
                       "neuron %llu at %.10g ms: CVODE: %s; the derivative of state %s was not finite", id,
                       t, s->words, ictus__bank_state (&s->b, s->bad));
  return ICTUS_FAIL (ICTUS_E_SOLVER, "neuron %llu at %.10g ms: CVODE: %s (%d)", id, t,
                     s->words[0] != 0 ? s->words : "no message", flag);
}

/* ---- steps ----------------------------------------------------------------------------------- */

ictus_err
ictus__cell_state (ictus__cell *c, double t, double *y)
{
  ictus__cvode *s = c->s;
  int flag;

  if (c->fresh)
    {
      ictus__bank_gather (&s->b, c->i, y);
      return ICTUS_OK;
    }
  flag = CVodeGetDky (c->mem, t, 0, s->y);
  if (flag < 0)
    return ictus__cell_fail (c, t, flag);
  memcpy (y, ictus__vec (s->y), sizeof *y * (size_t) s->b.ns);
  return ICTUS_OK;
}

ictus_err
ictus__cell_set_stop (ictus__cell *c)
{
  const ictus__bank *b = &c->s->b;
  double refr = b->cells->refr_until[c->i];
  int flag;

  c->stop = c->nb;
  if (refr > c->tn && refr < c->stop)
    c->stop = refr;
  c->stopped = false;
  if (isinf (c->stop) && !c->has_stop)
    return ICTUS_OK;
  c->has_stop = !isinf (c->stop);
  flag = CVodeSetStopTime (c->mem, c->has_stop ? c->stop : NEVER);
  return flag < 0 ? ictus__cell_fail (c, c->tn, flag) : ICTUS_OK;
}

/* CVODE does not look for roots of a condition that was 0 and did not move, and keeps that when it begins
   anew. */
static int
look_again (ictus__cell *c)
{
  int flag, rising = 1;

  if (c->s->b.k->fire == NULL)
    return CV_SUCCESS;
  if ((flag = CVodeRootInit (c->mem, 0, NULL)) >= 0 && (flag = CVodeRootInit (c->mem, 1, cell_root)) >= 0
      && (flag = CVodeSetRootDirection (c->mem, &rising)) >= 0)
    flag = CVodeSetNoInactiveRootWarn (c->mem);
  return flag;
}

ictus_err
ictus__cell_begin (ictus__cell *c, double t)
{
  ictus__cvode *s = c->s;
  long fails = 0;
  int flag;

  CVodeGetNumErrTestFails (c->mem, &fails);
  s->stats.fails += (uint64_t) fails;
  s->stats.restarts += 1;
  ictus__bank_gather (&s->b, c->i, ictus__vec (s->y));
  flag = CVodeReInit (c->mem, t, s->y);
  if (flag >= 0 && c->gn == 0)
    flag = look_again (c);
  if (flag >= 0)
    flag = CVodeSetInitStep (c->mem, c->hstart); /* 0: CVODE searches for one */
  if (flag < 0)
    return ictus__cell_fail (c, t, flag);
  c->tn = t;
  c->tr = INFINITY;
  c->fresh = true;
  c->root_cvode = false;
  c->hold = s->b.any_held && t < s->b.cells->refr_until[c->i];
  c->gn = -1;
  if (s->b.k->fire != NULL)
    c->gn = s->b.k->fire (t, ictus__vec (s->y), ictus__bank_p (&s->b, c->i), ictus__cell_input (c, t));
  return ictus__cell_set_stop (c);
}

/* A neuron whose solution runs to infinity is given up, not followed for ever. before: tn before the step. */
static ictus_err
guard (ictus__cell *c, double before)
{
  unsigned long long id = ictus__bank_id (&c->s->b, c->i);

  if (c->tn > c->t_guard + 1)
    {
      c->t_guard = c->tn;
      c->nguard = 0;
    }
  c->nstuck = c->tn > before ? 0 : c->nstuck + 1;
  if (c->nstuck > MAX_STUCK)
    return ICTUS_FAIL (ICTUS_E_SOLVER,
                       "neuron %llu at %.10g ms: CVODE: the step fell below the rounding of time; the "
                       "solution may run to infinity",
                       id, c->tn);
  if (++c->nguard > MAX_STEPS)
    return ICTUS_FAIL (ICTUS_E_SOLVER,
                       "neuron %llu at %.10g ms: CVODE: %d steps within one millisecond; the solution may "
                       "run to infinity",
                       id, c->tn, MAX_STEPS);
  return ICTUS_OK;
}

ictus_err
ictus__cell_step (ictus__cell *c)
{
  ictus__cvode *s = c->s;
  const ictus__bank *b = &s->b;
  double t, before = c->tn;
  bool taken;
  int flag;

  s->bad = -1;
  s->words[0] = 0;
  s->now = c;
  flag = CVode (c->mem, c->tn + 1, s->out, &t, CV_ONE_STEP);
  if (flag < 0)
    return ictus__cell_fail (c, c->tn, flag);
  taken = !c->root_cvode;
  s->stats.steps += taken;
  if (c->fresh)
    { /* CVODE's search for a first step costs several right-hand sides. What it found good after the first
         step of this restart is what the next restart should begin with; half of it keeps the error where the
         search has it, with a third fewer right-hand sides. */
      CVodeGetCurrentStep (c->mem, &c->hstart);
      c->hstart = 0.5 * fmin (c->hstart, MAX_START);
    }
  c->fresh = false;
  c->root_cvode = flag == CV_ROOT_RETURN;
  if (c->root_cvode)
    {
      c->tr = t;
      CVodeGetCurrentTime (c->mem, &c->tn);
      return taken ? guard (c, before) : ICTUS_OK;
    }
  c->tr = INFINITY;
  c->tn = t;
  if (taken)
    ICTUS_TRY (guard (c, before));
  if (flag == CV_TSTOP_RETURN)
    {
      c->stopped = true;
      c->has_stop = false;
      c->tn = c->stop;
    }
  if (b->k->fire == NULL)
    return ICTUS_OK;
  c->gn = b->k->fire (c->tn, ictus__vec (s->out), ictus__bank_p (b, c->i), ictus__cell_input (c, c->tn));
  if (c->gn >= 0 && c->armed && c->tn >= b->cells->refr_until[c->i])
    c->tr = c->tn; /* began at or above the threshold, so it did not cross it */
  return ICTUS_OK;
}

/* ---- life ------------------------------------------------------------------------------------ */

ictus_err
ictus__cell_create (ictus__cvode *s, size_t i, const ictus_solver_config *cfg, bool bdf)
{
  ictus__cell *c = &s->cell[i];
  int flag = CV_MEM_FAIL;

  c->s = s;
  c->i = i;
  c->nb = INFINITY;
  c->stop = INFINITY;
  c->mem = CVodeCreate (bdf ? CV_BDF : CV_ADAMS, s->ctx);
  if (c->mem == NULL)
    return ICTUS_FAIL (ICTUS_E_NOMEM, "neuron %llu: CVODE: out of memory", ictus__bank_id (&s->b, i));
  if (bdf)
    ictus__linear_give (&s->linear, c);
  ictus__bank_gather (&s->b, i, ictus__vec (s->y));
  if ((flag = ictus__sun_capture (s->ctx, c->mem, s->words)) < 0
      || (flag = CVodeInit (c->mem, ictus__cell_rhs, 0, s->y)) < 0 || (flag = CVodeSetUserData (c->mem, c)) < 0
      || (flag = CVodeWFtolerances (c->mem, cell_weights)) < 0
      || (flag = ictus__iteration_give (s, c, bdf)) < 0
      || (flag = CVodeSetMaxErrTestFails (c->mem, 50)) < 0
      || (flag = CVodeSetMaxConvFails (c->mem, 50)) < 0
      || (flag = CVodeSetMaxHnilWarns (c->mem, -1)) < 0
      || (flag = CVodeSetMaxStep (c->mem, cfg->max_step_ms)) < 0)
    goto failed;
  return ICTUS_OK;
failed:
  return ICTUS_FAIL (ICTUS_E_RESOURCE, "neuron %llu: CVODE: %s (%d)", ictus__bank_id (&s->b, i),
                     s->words[0] != 0 ? s->words : "cannot be set up", flag);
}

void
ictus__cell_destroy (ictus__cell *c)
{
  if (c->mem != NULL)
    CVodeFree (&c->mem);
}
