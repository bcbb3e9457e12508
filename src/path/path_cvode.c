/* SPDX-License-Identifier: BSD-3-Clause */
/* cvode-bdf and cvode-adams: SUNDIALS' CVODE (Hindmarsh et al. 2005, doi:10.1145/1089014.1089020) with steps
   of its own and its interpolation. BDF has Newton's iteration with the symbolic Jacobian and our
   elimination, Adams the fixed-point iteration. */
#include "path_stepping.h"

#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <sundials/sundials_config.h>
#include <sundials/sundials_context.h>
#include <sundials/sundials_linearsolver.h>
#include <sundials/sundials_matrix.h>
#include <sunnonlinsol/sunnonlinsol_fixedpoint.h>

#include <float.h>
#include <math.h>
#include <string.h>

enum
{
  WORDS = 512,
  MOST_FAILURES = 50, /* of one step: equations may not be defined far from the solution */
  MOST_STUCK = 10000  /* steps in which time does not move */
};

typedef struct cvode
{
  ictus__system *sys;
  const char *name;
  int n;
  SUNContext ctx;
  void *mem;
  N_Vector y, err, weight;
  SUNNonlinearSolver fixed;
  ictus__matrix *m;
  struct _generic_SUNLinearSolver ls; /* stands for m */
  struct _generic_SUNLinearSolver_Ops ls_ops;
  struct _generic_SUNMatrix A; /* the same */
  struct _generic_SUNMatrix_Ops A_ops;
  double t;    /* where the last step ended */
  double from; /* where the method began last */
  bool fresh;  /* no step since then */
  int stuck;
  int bad;     /* state whose derivative was not finite in an attempt at the present step, or -1 */
  ictus_err e; /* ours, from within a call of CVODE */
  char words[WORDS];
} cvode;

/* ---- SUNDIALS 6.4 to 7
 * -------------------------------------------------------------------------------------- */

/* Its own words go to words [WORDS] and nowhere else. */
#if SUNDIALS_VERSION_MAJOR >= 7
static void
hear (int line, const char *func, const char *file, const char *msg, SUNErrCode code, void *words,
      SUNContext ctx)
{
  (void)line;
  (void)func;
  (void)file;
  (void)ctx;
  if (code < 0)
    snprintf (words, WORDS, "%s", msg);
}

static int
listen_to (cvode *c)
{
  SUNContext_ClearErrHandlers (c->ctx);
  return SUNContext_PushErrHandler (c->ctx, hear, c->words);
}

static int
open_context (SUNContext *ctx)
{
  return SUNContext_Create (SUN_COMM_NULL, ctx);
}
#else
static void
hear (int code, const char *module, const char *func, char *msg, void *words)
{
  (void)module;
  (void)func;
  if (code < 0) /* not the warnings */
    snprintf (words, WORDS, "%s", msg);
}

static int
listen_to (cvode *c)
{
  return CVodeSetErrHandlerFn (c->mem, hear, c->words);
}

static int
open_context (SUNContext *ctx)
{
  return SUNContext_Create (NULL, ctx); /* no communicator */
}
#endif

/* ---- what CVODE calls
 * --------------------------------------------------------------------------------------- */

/* A jump that is looked back to lies before the step if the method began there, else it is the end of the
 * step. */
static void
choose_side (const cvode *c, double t)
{
  if (c->sys->past != NULL)
    ictus__history_side (c->sys->past, t != c->from);
}

static int
rhs (sunrealtype t, N_Vector y, N_Vector f, void *data)
{
  cvode *c = data;
  int bad;

  choose_side (c, t);
  ictus__system_rhs (c->sys, t, N_VGetArrayPointer (y), N_VGetArrayPointer (f));
  bad = ictus__not_finite (c->n, N_VGetArrayPointer (f));
  if (bad < 0)
    return 0;
  c->bad = bad;
  return 1; /* CVODE tries a smaller step */
}

/* The matrix 1 - gamma J for the present gamma, J anew when the one kept is too old. */
static int
make_matrix (sunrealtype t, N_Vector y, N_Vector f, SUNMatrix A, sunbooleantype jok, sunbooleantype *jcur,
             sunrealtype gamma, void *data, N_Vector a, N_Vector b, N_Vector d)
{
  cvode *c = data;

  (void)f;
  (void)A;
  (void)a;
  (void)b;
  (void)d;
  *jcur = !jok;
  if (!jok)
    {
      choose_side (c, t);
      ictus__system_jac (c->sys, t, N_VGetArrayPointer (y), ictus__matrix_jacobian (c->m));
      if ((c->e = ictus__matrix_filled (c->m)) != ICTUS_OK)
        return -1;
    }
  return ictus__matrix_factor (c->m, 1, -gamma) ? 0 : 1;
}

static int
linear_solve (SUNLinearSolver ls, SUNMatrix A, N_Vector x, N_Vector b, sunrealtype tol)
{
  cvode *c = ls->content;

  (void)A;
  (void)tol;
  memcpy (N_VGetArrayPointer (x), N_VGetArrayPointer (b), (size_t)c->n * sizeof (double));
  ictus__matrix_solve (c->m, N_VGetArrayPointer (x));
  return 0;
}

static SUNLinearSolver_Type
linear_type (SUNLinearSolver ls)
{
  (void)ls;
  return SUNLINEARSOLVER_DIRECT;
}

static SUNMatrix_ID
matrix_id (SUNMatrix A)
{
  (void)A;
  return SUNMATRIX_CUSTOM;
}

/* ---- life
 * --------------------------------------------------------------------------------------------------- */

static void
destroy (void *self)
{
  cvode *c = self;

  if (c == NULL)
    return;
  if (c->mem != NULL)
    CVodeFree (&c->mem);
  if (c->fixed != NULL)
    SUNNonlinSolFree (c->fixed);
  if (c->y != NULL)
    N_VDestroy (c->y);
  if (c->err != NULL)
    N_VDestroy (c->err);
  if (c->weight != NULL)
    N_VDestroy (c->weight);
  if (c->ctx != NULL)
    SUNContext_Free (&c->ctx);
  ictus__matrix_destroy (&c->m);
  ictus_free (c);
}

static int
give_newton (cvode *c)
{
  int flag;

  c->ls = (struct _generic_SUNLinearSolver){ .content = c, .ops = &c->ls_ops, .sunctx = c->ctx };
  c->ls_ops.gettype = linear_type;
  c->ls_ops.solve = linear_solve;
  c->A = (struct _generic_SUNMatrix){ .content = c, .ops = &c->A_ops, .sunctx = c->ctx };
  c->A_ops.getid = matrix_id;
  flag = CVodeSetLinearSolver (c->mem, &c->ls, &c->A);
  return flag < 0 ? flag : CVodeSetLinSysFn (c->mem, make_matrix);
}

static int
give_fixed_point (cvode *c)
{
  c->fixed = SUNNonlinSol_FixedPoint (c->y, 0, c->ctx);
  return c->fixed == NULL ? CV_MEM_FAIL : CVodeSetNonlinearSolver (c->mem, c->fixed);
}

static int
set_up (cvode *c, const ictus_path_config *config, bool bdf)
{
  double atol = fmax (config->atol, DBL_MIN); /* where it is 0, states may be 0 all the same */
  int flag;

  if ((flag = listen_to (c)) < 0 || (flag = CVodeInit (c->mem, rhs, 0, c->y)) < 0
      || (flag = CVodeSetUserData (c->mem, c)) < 0
      || (flag = CVodeSStolerances (c->mem, config->rtol, atol)) < 0
      || (flag = bdf ? give_newton (c) : give_fixed_point (c)) < 0
      || (flag = CVodeSetMaxErrTestFails (c->mem, MOST_FAILURES)) < 0
      || (flag = CVodeSetMaxConvFails (c->mem, MOST_FAILURES)) < 0
      || (flag = CVodeSetMaxHnilWarns (c->mem, -1)) < 0
      || (config->dtmin > 0 && (flag = CVodeSetMinStep (c->mem, config->dtmin)) < 0)
      || (config->dtmax > 0 && isfinite (config->dtmax)
          && (flag = CVodeSetMaxStep (c->mem, config->dtmax)) < 0))
    return flag;
  return CV_SUCCESS;
}

static ictus_err
create (ictus__system *sys, const ictus_path_config *config, bool bdf, void **self)
{
  cvode *c = ictus_alloc (1, sizeof *c);
  ictus_err e = ICTUS_E_NOMEM;
  int flag;

  *self = NULL;
  if (c == NULL)
    return e;
  c->sys = sys;
  c->name = bdf ? "cvode-bdf" : "cvode-adams";
  c->n = sys->k->nstate;
  c->bad = -1;
  if (open_context (&c->ctx) != 0 || (c->y = N_VNew_Serial (c->n, c->ctx)) == NULL
      || (c->err = N_VNew_Serial (c->n, c->ctx)) == NULL || (c->weight = N_VNew_Serial (c->n, c->ctx)) == NULL
      || (c->mem = CVodeCreate (bdf ? CV_BDF : CV_ADAMS, c->ctx)) == NULL)
    {
      e = ICTUS_FAIL (ICTUS_E_NOMEM, "%s: out of memory", c->name);
      goto done;
    }
  N_VConst (0, c->y);
  if (bdf)
    ICTUS_GO (ictus__matrix_create (c->n, &c->m));
  flag = set_up (c, config, bdf);
  e = flag >= 0 ? ICTUS_OK
                : ICTUS_FAIL (ICTUS_E_INPUT, "%s: %s (%d)", c->name,
                              c->words[0] != 0 ? c->words : "cannot be set up", flag);
done:
  if (e == ICTUS_OK)
    *self = c;
  else
    destroy (c);
  return e;
}

static ictus_err
create_bdf (ictus__system *sys, const ictus_path_config *c, void **self)
{
  return create (sys, c, true, self);
}

static ictus_err
create_adams (ictus__system *sys, const ictus_path_config *c, void **self)
{
  return create (sys, c, false, self);
}

/* ---- failures
 * ----------------------------------------------------------------------------------------------- */

/* The state with the largest error in the last step, -1: not known. */
static int
find_worst (cvode *c)
{
  const double *err = N_VGetArrayPointer (c->err), *w = N_VGetArrayPointer (c->weight);
  double most = 0;
  int worst = -1;

  if (CVodeGetEstLocalErrors (c->mem, c->err) < 0 || CVodeGetErrWeights (c->mem, c->weight) < 0)
    return -1;
  for (int i = 0; i < c->n; ++i)
    if (fabs (err[i] * w[i]) > most)
      {
        most = fabs (err[i] * w[i]);
        worst = i;
      }
  return worst;
}

static const char *
what_failed (int flag)
{
  switch (flag)
    {
    case CV_TOO_MUCH_ACC:
      return "the tolerances are below the rounding of the numbers";
    case CV_ERR_FAILURE:
      return "the tolerance is not met with the smallest step";
    case CV_CONV_FAILURE:
      return "the implicit equations are not solved with the smallest step";
    case CV_LSETUP_FAIL:
      return "the Jacobian cannot be used";
    default:
      return NULL;
    }
}

static ictus_err
fail (cvode *c, int flag)
{
  char name[ICTUS__STATE_NAME];
  const char *what = what_failed (flag);
  int worst;

  if (c->e != ICTUS_OK)
    return c->e;
  if (c->bad >= 0)
    return ICTUS_FAIL (ICTUS_E_SOLVER, "%s at t = %.10g: the derivative of %s is not finite", c->name, c->t,
                       ictus__state_name (c->sys, c->bad, name));
  if (what == NULL)
    return ICTUS_FAIL (ICTUS_E_SOLVER, "%s at t = %.10g: %s (%d)", c->name, c->t,
                       c->words[0] != 0 ? c->words : "no message", flag);
  worst = flag == CV_TOO_MUCH_ACC ? -1 : find_worst (c);
  if (worst < 0)
    return ICTUS_FAIL (ICTUS_E_SOLVER, "%s at t = %.10g: %s", c->name, c->t, what);
  return ICTUS_FAIL (ICTUS_E_SOLVER, "%s at t = %.10g: %s; %s has the largest error", c->name, c->t, what,
                     ictus__state_name (c->sys, worst, name));
}

/* ---- steps
 * -------------------------------------------------------------------------------------------------- */

static ictus_err
start (void *self, double t, const double *y)
{
  cvode *c = self;
  int flag;

  memcpy (N_VGetArrayPointer (c->y), y, (size_t)c->n * sizeof *y);
  c->t = c->from = t;
  c->fresh = true;
  c->stuck = 0;
  c->words[0] = 0;
  flag = CVodeReInit (c->mem, t, c->y);
  return flag < 0 ? fail (c, flag) : ICTUS_OK;
}

/* CVODE does not begin where the way is as short as the rounding of time. */
static ictus_err
tiny_step (cvode *c, double limit, double *t, double *y)
{
  double *v = N_VGetArrayPointer (c->y), *f = N_VGetArrayPointer (c->err), h = limit - c->t;

  rhs (c->t, c->y, c->err, c);
  if (c->bad >= 0)
    return fail (c, CV_FIRST_RHSFUNC_ERR);
  for (int i = 0; i < c->n; ++i)
    y[i] = v[i] + h * f[i];
  *t = limit;
  return start (c, limit, y);
}

static ictus_err
step (void *self, double limit, double *t, double *y)
{
  cvode *c = self;
  double reached = c->t;
  ictus_err e = ICTUS_OK;
  int flag;

  c->bad = -1;
  c->words[0] = 0;
  c->e = ICTUS_OK;
  if (!(c->sys->dir * (limit - c->t) > 0))
    return ICTUS_FAIL (ICTUS_E_ARG, "%s at t = %.10g: asked to go back to %.10g", c->name, c->t, limit);
  if (c->fresh && fabs (limit - c->t) <= 64 * DBL_EPSILON * fmax (fabs (limit), fabs (c->t)))
    e = tiny_step (c, limit, t, y);
  else
    {
      if ((flag = CVodeSetStopTime (c->mem, limit)) >= 0)
        flag = CVode (c->mem, limit, c->y, &reached, CV_ONE_STEP);
      if (flag < 0)
        e = fail (c, flag);
      else if ((c->stuck = fabs (reached - c->t) > 0 ? 0 : c->stuck + 1) > MOST_STUCK)
        e = ICTUS_FAIL (
            ICTUS_E_SOLVER,
            "%s at t = %.10g: the step fell below the rounding of time; the solution may run to infinity",
            c->name, c->t);
      else
        {
          c->t = *t = reached;
          c->fresh = false;
          memcpy (y, N_VGetArrayPointer (c->y), (size_t)c->n * sizeof *y);
        }
    }
  if (c->sys->past != NULL)
    ictus__history_side (c->sys->past, false);
  return e;
}

static void
dense (void *self, double t, double *y)
{
  cvode *c = self;

  if (c->fresh || CVodeGetDky (c->mem, t, 0, c->err) < 0)
    memcpy (y, N_VGetArrayPointer (c->y), (size_t)c->n * sizeof *y);
  else
    memcpy (y, N_VGetArrayPointer (c->err), (size_t)c->n * sizeof *y);
}

static const char *
refuse (const ictus_model *m, char *buf)
{
  if (m->kernel->nstate == 0)
    return "the model has no equations";
  return ictus__stepping_refuse (m, buf);
}

const ictus__method ictus__path_cvode_bdf
    = { .pub
        = { .name = "cvode-bdf",
            .summary
            = "CVODE, backward differentiation of order 1 to 5 with steps of its own, for stiff equations" },
        .refuse = refuse,
        .create = create_bdf,
        .destroy = destroy,
        .start = start,
        .step = step,
        .dense = dense };

const ictus__method ictus__path_cvode_adams
    = { .pub = { .name = "cvode-adams",
                 .summary = "CVODE, Adams-Moulton of order 1 to 12 with steps of its own, for smooth "
                            "equations that are not stiff" },
        .refuse = refuse,
        .create = create_adams,
        .destroy = destroy,
        .start = start,
        .step = step,
        .dense = dense };
