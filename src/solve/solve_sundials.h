/* SPDX-License-Identifier: BSD-3-Clause */
/** \file solve_sundials.h
 * SUNDIALS 6.4 to 7: what differs between them is here and nowhere else. Included by the cvode files of
 * src/solve.
 */
#ifndef ICTUS_SOLVE_SUNDIALS_H
#define ICTUS_SOLVE_SUNDIALS_H

#include <cvode/cvode.h>
#include <sundials/sundials_config.h>
#include <sundials/sundials_context.h>
#include <sundials/sundials_linearsolver.h>
#include <sundials/sundials_matrix.h>
#include <sundials/sundials_nonlinearsolver.h>
#include <sundials/sundials_nvector.h>

#include <stdio.h>

enum { ICTUS__WORDS = 512 };

static inline int
ictus__sun_context (SUNContext *ctx)
{
#if SUNDIALS_VERSION_MAJOR >= 7
  return SUNContext_Create (SUN_COMM_NULL, ctx);
#else
  return SUNContext_Create (NULL, ctx); /* its first argument is a pointer to a communicator; none: no MPI */
#endif
}

/* SUNDIALS' own words go to words [ICTUS__WORDS] and nowhere else. */
#if SUNDIALS_VERSION_MAJOR >= 7
static inline void
ictus__sun_hear (int line, const char *func, const char *file, const char *msg, SUNErrCode code, void *words,
                 SUNContext ctx)
{
  (void) line;
  (void) func;
  (void) file;
  (void) ctx;
  if (code < 0)
    snprintf (words, ICTUS__WORDS, "%s", msg);
}

static inline int
ictus__sun_capture (SUNContext ctx, void *mem, char *words)
{
  (void) mem;
  SUNContext_ClearErrHandlers (ctx);
  return SUNContext_PushErrHandler (ctx, ictus__sun_hear, words);
}
#else
static inline void
ictus__sun_hear (int code, const char *module, const char *func, char *msg, void *words)
{
  (void) module;
  (void) func;
  if (code < 0) /* not the warnings */
    snprintf (words, ICTUS__WORDS, "%s", msg);
}

static inline int
ictus__sun_capture (SUNContext ctx, void *mem, char *words)
{
  (void) ctx;
  return CVodeSetErrHandlerFn (mem, ictus__sun_hear, words);
}
#endif

#endif
