/* SPDX-License-Identifier: BSD-3-Clause */
/* The nonlinear systems of a step: Newton's iteration for BDF, fixed points for Adams. The iterations are those of
   SUNDIALS' own modules, with CVODE's own test of convergence; but residual, solution and update are computed in one
   go on plain arrays, and one module serves all neurons, since nothing in it lasts from one call to the next. */
#include "solve_cvode.h"

#include <math.h>
#include <string.h>

/* What the iteration has of the step at hand. */
typedef struct step
{
  ictus__cell *c;
  sunrealtype t, gamma, rl1;
  N_Vector zn0, zn1, y, f;
} step;

static int
open_step (void *mem, step *s)
{
  void *user;
  int flag = CVodeGetNonlinearSystemData (mem, &s->t, &s->zn0, &s->y, &s->f, &s->gamma, &s->rl1, &s->zn1, &user);

  s->c = user;
  return flag;
}

/* ---- Newton ----------------------------------------------------------------------------------- */

/* delta = -(rl1 zn1 + ycor - gamma f (zn0 + ycor)); CVODE's setup reads y and f. */
static int
residual (const ictus__iteration *it, const step *s, N_Vector ycor, void *mem)
{
  int n = it->n;
  const double *zn0 = ictus__vec (s->zn0), *zn1 = ictus__vec (s->zn1), *cor = ictus__vec (ycor);
  double *y = ictus__vec (s->y), *f = ictus__vec (s->f), *d = ictus__vec (it->delta);

  for (int k = 0; k < n; ++k)
    y[k] = zn0[k] + cor[k];
  if (ictus__cell_rhs (s->t, s->y, s->f, s->c) != 0)
    return it->sys (ycor, it->delta, mem); /* fails again, and knows how to say so */
  for (int k = 0; k < n; ++k)
    d[k] = s->gamma * f[k] - (s->rl1 * zn1[k] + cor[k]);
  return CV_SUCCESS;
}

/* delta: the residual with the sign turned, then the correction, which is added to ycor. M was made for another gamma
   perhaps; the factor is that of CVODE's own interface of linear solvers. */
static int
correct (ictus__iteration *it, const step *s, N_Vector ycor)
{
  const ictus__cell *c = s->c;
  double *d = ictus__vec (it->delta), *cor = ictus__vec (ycor), scale = 2 / (1 + s->gamma / c->gamma);

  if (!ictus__linear_solve (it->linear, c, d))
    return SUN_NLS_CONV_RECVR;
  for (int k = 0; k < it->n; ++k)
    {
      d[k] *= scale;
      cor[k] += d[k];
    }
  return CV_SUCCESS;
}

/* From the residual on until it converges, or not. */
static int
iterate (SUNNonlinearSolver nls, const step *s, N_Vector ycor, N_Vector w, double tol, void *mem)
{
  ictus__iteration *it = nls->content;
  int flag;

  for (it->cur = 0;;)
    {
      it->niter += 1;
      if ((flag = correct (it, s, ycor)) != CV_SUCCESS)
        return flag;
      if ((flag = it->test (nls, ycor, it->delta, tol, w, mem)) != SUN_NLS_CONTINUE)
        return flag;
      if (++it->cur >= it->most)
        return SUN_NLS_CONV_RECVR;
      if ((flag = residual (it, s, ycor, mem)) != CV_SUCCESS)
        return flag;
    }
}

static int
newton_solve (SUNNonlinearSolver nls, N_Vector y0, N_Vector ycor, N_Vector w, sunrealtype tol, sunbooleantype setup,
              void *mem)
{
  ictus__iteration *it = nls->content;
  sunbooleantype current = SUNFALSE, bad = SUNFALSE;
  step s;
  int flag;

  (void) y0;
  it->niter = it->nfail = 0;
  if ((flag = open_step (mem, &s)) != CV_SUCCESS)
    return flag;
  for (;;)
    {
      it->cur = 0;
      flag = residual (it, &s, ycor, mem);
      if (flag == CV_SUCCESS && setup)
        flag = it->setup (bad, &current, mem);
      if (flag != CV_SUCCESS) /* a new Jacobian would not help */
        break;
      flag = iterate (nls, &s, ycor, w, tol, mem);
      if (flag <= 0 || current)
        break;
      it->nfail += 1;
      setup = bad = SUNTRUE; /* once more, with a new Jacobian */
      memset (ictus__vec (ycor), 0, sizeof (double) * (size_t) it->n);
    }
  it->nfail += flag != CV_SUCCESS;
  return flag;
}

/* CVODE's setup of the linear system: M for the present gamma, J anew when the one kept is too old. */
static int
make_matrix (sunrealtype t, N_Vector y, N_Vector f, SUNMatrix A, sunbooleantype jok, sunbooleantype *jcur,
             sunrealtype gamma, void *data, N_Vector a, N_Vector b, N_Vector d)
{
  ictus__cell *c = data;

  (void) f;
  (void) A;
  (void) a;
  (void) b;
  (void) d;
  *jcur = !jok;
  if (!jok)
    ictus__cell_jac (c, t, ictus__vec (y));
  return ictus__linear_factor (&c->s->linear, c, gamma) ? 0 : 1; /* 1: CVODE tries a smaller step */
}

/* ---- fixed points ----------------------------------------------------------------------------- */

static int
fixed_solve (SUNNonlinearSolver nls, N_Vector y0, N_Vector ycor, N_Vector w, sunrealtype tol, sunbooleantype setup,
             void *mem)
{
  ictus__iteration *it = nls->content;
  double *d = ictus__vec (it->delta), *cor = ictus__vec (ycor);
  step s;
  int flag;

  (void) y0;
  (void) setup;
  it->niter = it->nfail = 0;
  if ((flag = open_step (mem, &s)) != CV_SUCCESS)
    return flag;
  for (it->cur = 0; it->cur < it->most; ++it->cur)
    {
      const double *zn0 = ictus__vec (s.zn0), *zn1 = ictus__vec (s.zn1), *f = ictus__vec (s.f);
      double *y = ictus__vec (s.y);

      for (int k = 0; k < it->n; ++k)
        y[k] = zn0[k] + cor[k];
      if (ictus__cell_rhs (s.t, s.y, s.f, s.c) != 0)
        return it->sys (ycor, it->delta, mem); /* fails again, and knows how to say so */
      for (int k = 0; k < it->n; ++k)
        {
          double next = s.gamma * f[k] - s.rl1 * zn1[k];

          d[k] = next - cor[k];
          cor[k] = next;
        }
      it->niter += 1;
      if ((flag = it->test (nls, ycor, it->delta, tol, w, mem)) != SUN_NLS_CONTINUE)
        {
          it->nfail += flag != CV_SUCCESS;
          return flag;
        }
    }
  it->nfail += 1;
  return SUN_NLS_CONV_RECVR;
}

/* ---- what CVODE says to a module, and asks it ---------------------------------------------------- */

static SUNNonlinearSolver_Type
type_newton (SUNNonlinearSolver nls)
{
  (void) nls;
  return SUNNONLINEARSOLVER_ROOTFIND;
}

static SUNNonlinearSolver_Type
type_fixed (SUNNonlinearSolver nls)
{
  (void) nls;
  return SUNNONLINEARSOLVER_FIXEDPOINT;
}

static int
set_sys (SUNNonlinearSolver nls, SUNNonlinSolSysFn f)
{
  ((ictus__iteration *) nls->content)->sys = f;
  return CV_SUCCESS;
}

static int
set_setup (SUNNonlinearSolver nls, SUNNonlinSolLSetupFn f)
{
  ((ictus__iteration *) nls->content)->setup = f;
  return CV_SUCCESS;
}

static int
set_test (SUNNonlinearSolver nls, SUNNonlinSolConvTestFn f, void *data)
{
  (void) data; /* the memory of one neuron: each call of solve brings that of its own */
  ((ictus__iteration *) nls->content)->test = f;
  return CV_SUCCESS;
}

static int
set_most (SUNNonlinearSolver nls, int most)
{
  ((ictus__iteration *) nls->content)->most = most;
  return CV_SUCCESS;
}

static int
get_iterations (SUNNonlinearSolver nls, long int *n)
{
  *n = ((const ictus__iteration *) nls->content)->niter;
  return CV_SUCCESS;
}

static int
get_current (SUNNonlinearSolver nls, int *n)
{
  *n = ((const ictus__iteration *) nls->content)->cur;
  return CV_SUCCESS;
}

static int
get_failures (SUNNonlinearSolver nls, long int *n)
{
  *n = ((const ictus__iteration *) nls->content)->nfail;
  return CV_SUCCESS;
}

static SUNLinearSolver_Type
linear_type (SUNLinearSolver ls)
{
  (void) ls;
  return SUNLINEARSOLVER_DIRECT;
}

static int
linear_solve (SUNLinearSolver ls, SUNMatrix A, N_Vector x, N_Vector b, sunrealtype tol)
{
  ictus__cvode *s = ls->content;
  double *v = ictus__vec (x);

  (void) A;
  (void) tol;
  memcpy (v, ictus__vec (b), sizeof *v * (size_t) s->b.ns);
  return ictus__linear_solve (&s->linear, s->now, v) ? 0 : SUNLS_LUFACT_FAIL;
}

static SUNMatrix_ID
matrix_id (SUNMatrix A)
{
  (void) A;
  return SUNMATRIX_CUSTOM;
}

/* ---- life ------------------------------------------------------------------------------------ */

ictus_err
ictus__iteration_init (ictus__cvode *s, bool bdf)
{
  ictus__iteration *it = &s->iteration;

  it->n = s->b.ns;
  it->linear = &s->linear;
  it->delta = ictus__pool_vector (&s->pool);
  if (it->delta == NULL)
    return ICTUS_E_NOMEM;
  it->nls = (struct _generic_SUNNonlinearSolver){ .content = it, .ops = &it->nls_ops, .sunctx = s->ctx };
  it->nls_ops.gettype = bdf ? type_newton : type_fixed;
  it->nls_ops.solve = bdf ? newton_solve : fixed_solve;
  it->nls_ops.setsysfn = set_sys;
  it->nls_ops.setlsetupfn = set_setup;
  it->nls_ops.setctestfn = set_test;
  it->nls_ops.setmaxiters = set_most;
  it->nls_ops.getnumiters = get_iterations;
  it->nls_ops.getcuriter = get_current;
  it->nls_ops.getnumconvfails = get_failures;
  it->ls = (struct _generic_SUNLinearSolver){ .content = s, .ops = &it->ls_ops, .sunctx = s->ctx };
  it->ls_ops.gettype = linear_type;
  it->ls_ops.solve = linear_solve;
  it->A = (struct _generic_SUNMatrix){ .content = s, .ops = &it->A_ops, .sunctx = s->ctx };
  it->A_ops.getid = matrix_id;
  return ICTUS_OK;
}

int
ictus__iteration_give (ictus__cvode *s, const ictus__cell *c, bool bdf)
{
  ictus__iteration *it = &s->iteration;
  int flag = CVodeSetNonlinearSolver (c->mem, &it->nls);

  if (flag < 0 || !bdf)
    return flag;
  flag = CVodeSetLinearSolver (c->mem, &it->ls, &it->A);
  return flag < 0 ? flag : CVodeSetLinSysFn (c->mem, make_matrix);
}
