/* SPDX-License-Identifier: BSD-3-Clause */
/* auto: rk45, or rosenbrock where it did clearly less work in a trial; `exact` where it serves. Models that are more than
   equations go to the solver that serves them best.

   The trial depends on nothing but the model, the parameters of one neuron and the configuration, so it comes out alike on
   all ranks, in every run and after every restart. One neuron is followed by both from its initial state, without events,
   with the inputs at their defaults. No step is longer than MOST_MS: in a network events come as often as that, and a
   neuron at rest would otherwise favour the method whose steps can be the longest.

   Stiffness shows as work: rk45 must keep its steps within its region of stability (about 3.3 over the fastest rate),
   rosenbrock only within its accuracy. The work is counted in right-hand sides, which cost rosenbrock more: there is a
   matrix to be factorised and solved with. */
#include "solve_rosenbrock.h"

#include <math.h>
#include <string.h>

#define TRIAL_MS 50
#define MOST_MS 0.5
#define CLEAR 20       /* so many times the work of rosenbrock is enough to know */
#define MOST_RHS 2e6   /* nor more than that: about a second */
#define MARGIN 1.5     /* rosenbrock must do with so much less: the more events, the less its long steps gain */
#define ELIMINATE 0.02 /* an operation of the elimination, over the right-hand side of one state */

/* ---- the trial ------------------------------------------------------------------------------------------ */

typedef struct trial
{
  ictus_solver_config cfg;
  ictus_cells cells;
  double refr;
  uint64_t gid;
  uint8_t armed;
  ictus_spikes spikes;
} trial;

/* Right-hand sides of the trial by one solver; infinity where it fails or takes more than limit. */
static ictus_err
work_of (const ictus_solver_ops *ops, trial *t, double limit, double *rhs, double *steps)
{
  ictus_solver_stats s = { 0 };
  void *self = NULL;
  ictus_err e;

  t->refr = -INFINITY;
  t->armed = 1;
  t->spikes.n = 0;
  t->cells.model->kernel->init (t->cells.p, t->cells.y);
  e = ops->create (&t->cfg, &t->cells, &self);
  if (e == ICTUS_OK)
    e = ops->restart (self, 0);
  for (int k = 0; k < 10 * TRIAL_MS && e == ICTUS_OK && (double) s.rhs <= limit; ++k)
    {
      ictus_window w = { .t0_ms = 0.1 * k, .t1_ms = 0.1 * (k + 1) };

      e = ops->window (self, &w, &t->spikes);
      memset (&s, 0, sizeof s);
      ops->stats (self, &s);
    }
  *rhs = e == ICTUS_OK && (double) s.rhs <= limit ? (double) s.rhs : INFINITY;
  *steps = (double) s.steps;
  if (self != NULL)
    ops->destroy (self);
  return e == ICTUS_E_SOLVER ? ICTUS_OK : e; /* the equations may end early: that is known then, too */
}

/* What a right-hand side costs rosenbrock, over what it costs rk45. */
static ictus_err
dearer (const ictus_model *m, double *out)
{
  ictus__laned l = { 0 };
  void *memory = NULL;
  ictus_err e = ICTUS_OK;

  ICTUS_GO (ictus__laned_init (&l, m));
  memory = ictus_alloc (ictus__lu_room (l.ns), 1);
  ICTUS_GO (memory == NULL ? ICTUS_E_NOMEM : ICTUS_OK);
  *out = 1 + ELIMINATE * ictus__lu_work (ictus__lu_make (l.ns, l.nnz, l.row, l.col, memory), 8) / l.ns;
done:
  ictus_free (memory);
  ictus__laned_clear (&l);
  return e;
}

static const ictus_solver_ops *
decide (double rk45, double rosenbrock, double steps, double steps_rosenbrock, char *why)
{
  bool stiff = MARGIN * rosenbrock < rk45;

  if (isinf (rk45) && isinf (rosenbrock))
    snprintf (why, 256, "in a trial of %d ms neither rk45 nor rosenbrock got through", TRIAL_MS);
  else if (isinf (rk45))
    snprintf (why, 256, "in a trial of %d ms rosenbrock took %.0f steps, rk45 more than %d times the work", TRIAL_MS,
              steps_rosenbrock, CLEAR);
  else if (isinf (rosenbrock))
    snprintf (why, 256, "in a trial of %d ms rk45 took %.0f steps, rosenbrock did not get through", TRIAL_MS, steps);
  else
    snprintf (why, 256, "in a trial of %d ms rk45 took %.0f steps, rosenbrock %.0f with %.3g times the work", TRIAL_MS, steps,
              steps_rosenbrock, rosenbrock / rk45);
  return stiff ? &ictus__solver_rosenbrock : &ictus__solver_rk45;
}

static ictus_err
run_trial (const ictus_solver_config *c, const ictus_model *m, const double *p, const ictus_solver_ops **out, char *why)
{
  trial t = { .cfg = *c, .cells = { .model = m, .n = 1, .p = p } };
  double dear = 1, work[2] = { INFINITY, INFINITY }, steps[2];
  ictus_err e = ICTUS_OK;

  t.cells.gid = &t.gid;
  t.cells.refr_until = &t.refr;
  t.cells.armed = &t.armed;
  t.cells.y = ictus_alloc ((size_t) m->kernel->nstate, sizeof *t.cells.y);
  ICTUS_GO (t.cells.y == NULL ? ICTUS_E_NOMEM : ICTUS_OK);
  t.cfg.grid = false;
  if (!(c->max_step_ms > 0) || c->max_step_ms > MOST_MS)
    t.cfg.max_step_ms = MOST_MS;
  ICTUS_GO (dearer (m, &dear));
  ICTUS_GO (work_of (&ictus__solver_rosenbrock, &t, MOST_RHS, &work[1], &steps[1]));
  work[1] *= dear;
  ICTUS_GO (work_of (&ictus__solver_rk45, &t, fmin (CLEAR * work[1], MOST_RHS), &work[0], &steps[0]));
  *out = decide (work[0], work[1], steps[0], steps[1], why);
done:
  ictus_free (t.spikes.s);
  ictus_free (t.cells.y);
  return e;
}

/* ---- models that few solvers serve ---------------------------------------------------------------------- */

/* NULL: the model is equations and inputs, with no more than firing. */
static const ictus_solver_ops *
special (const ictus_model *m, const char **why)
{
  const ictus_kernel *k = m->kernel;

  *why = "";
  if (k->is_map)
    *why = "the model is a map";
  else if (k->nnoise > 0)
    *why = "the model draws random numbers; heun takes white noise as Stratonovich's, euler as Ito's";
  else if (k->nmarkov > 0)
    *why = "the model has Markov variables, which jump at the ends of fixed steps";
  else if (k->ndelay > 0)
    *why = "the model has delays: fixed steps of order 4 keep their past";
  else if (k->nevent > 0)
    *why = "the model has events, which are looked for at the ends of fixed steps";
  if (k->is_map)
    return &ictus__solver_map;
  if (k->nnoise > 0 || k->nmarkov > 0)
    return &ictus__solver_heun;
  return k->ndelay > 0 || k->nevent > 0 ? &ictus__solver_rk4 : NULL;
}

static const char *
refuse_auto (const ictus_model *m, const ictus_solver_config *c, char *buf)
{
  const char *why;
  const ictus_solver_ops *ops = special (m, &why);

  return ops != NULL ? ops->refuse (m, c, buf) : ictus__refuse_adaptive (m, c, buf);
}

ictus_err
ictus__auto_choose (const ictus_solver_config *c, const ictus_model *m, const double *p, const ictus_solver_ops **out, char *why)
{
  double *own = NULL;
  const char *reason;
  char buf[256];
  ictus_err e = ICTUS_OK;

  *out = special (m, &reason);
  if (*out != NULL)
    {
      snprintf (why, 256, "%s", reason);
      return ICTUS_OK;
    }
  if (c->grid && ictus__solver_exact.refuse (m, c, buf) == NULL)
    {
      snprintf (why, 256, "the model is linear and timing is on the grid");
      *out = &ictus__solver_exact;
      return ICTUS_OK;
    }
  if (p == NULL)
    {
      own = ictus_alloc ((size_t) m->kernel->nslot, sizeof *own);
      if (own == NULL)
        return ICTUS_E_NOMEM;
      if (m->lang != NULL)
        ictus_model_defaults (m, own);
    }
  e = run_trial (c, m, p != NULL ? p : own, out, why);
  ictus_free (own);
  return e;
}

/* ---- the solver -------------------------------------------------------------------------------------------- */

/* A name only: ictus_solver_create makes what it stands for. */
const ictus_solver_ops ictus__solver_auto = {
  .name = "auto",
  .summary = "rk45, or rosenbrock where a trial shows a model to be stiff; exact for linear ones on the grid; heun for noise",
  .refuse = refuse_auto,
  .work = ictus__adaptive_work,
};
