/* SPDX-License-Identifier: BSD-3-Clause */
/* For tests: a system made by hand, followed by one of the adaptive methods. */
#ifndef ICTUS_TEST_PATH_FOLLOW_H
#define ICTUS_TEST_PATH_FOLLOW_H

#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "path/path_impl.h"

enum
{
  FOLLOW_POINTS = 7
}; /* of a step that are remembered */

static const ictus__method *const follow_methods[]
    = { &ictus__path_rk45, &ictus__path_rosenbrock, &ictus__path_cvode_bdf, &ictus__path_cvode_adams };
enum
{
  RK45,
  ROSENBROCK,
  BDF,
  ADAMS,
  NMETHOD
};

typedef struct follow
{
  ictus__system s;
  const ictus__method *m;
  void *self;
  ictus_path_config c;
  double begin, t, *y;  /* the last step; where it ended */
  double *past;         /* [FOLLOW_POINTS, nstate] */
  const double *breaks; /* [nbreak] times at which the method begins anew */
  int nbreak, at;
  double longest; /* step */
  uint64_t steps;
} follow;

static inline void
follow_must (ictus_err e)
{
  ck_assert_msg (e == ICTUS_OK, "%s", ictus_err_last ());
}

/* From t0 with y0; dir: of time. */
static inline follow *
follow_open (const ictus_kernel *k, const double *p, int method, double tol, double t0, const double *y0,
             double dir)
{
  follow *f = ictus_alloc (1, sizeof *f);
  size_t n = (size_t)k->nstate;

  f->s = (ictus__system){ .k = k, .p = p, .dir = dir };
  f->s.u = ictus_alloc ((size_t)k->nu + 1, sizeof (double));
  f->s.tau = ictus_alloc ((size_t)k->ndelay + 1, sizeof (double));
  f->s.work = ictus_alloc (n, sizeof (double));
  f->s.held = ictus_alloc (n, 1);
  f->y = ictus_alloc (n, sizeof (double));
  f->past = ictus_alloc (FOLLOW_POINTS * n, sizeof (double));
  f->m = follow_methods[method];
  f->c.rtol = f->c.atol = tol;
  f->begin = f->t = t0;
  f->longest = INFINITY;
  memcpy (f->y, y0, n * sizeof *y0);
  if (k->ndelay > 0)
    follow_must (ictus__history_create (k, p, t0, y0, 0, &f->s.past));
  return f;
}

static inline void
follow_start (follow *f)
{
  if (f->self == NULL)
    follow_must (f->m->create (&f->s, &f->c, &f->self));
  follow_must (f->m->start (f->self, f->t, f->y));
}

/* One step, not beyond end nor a break. */
static inline ictus_err
follow_step (follow *f, double end)
{
  double limit = f->longest < fabs (end - f->t) ? f->t + f->s.dir * f->longest : end, t[FOLLOW_POINTS];
  size_t n = (size_t)f->s.k->nstate;
  bool at_break = false;

  if (f->at < f->nbreak && f->s.dir * (f->breaks[f->at] - limit) <= 0)
    {
      limit = f->breaks[f->at];
      at_break = true;
    }
  memcpy (f->past, f->y, n * sizeof *f->y);
  f->begin = f->t;
  ICTUS_TRY (f->m->step (f->self, limit, &f->t, f->y));
  ++f->steps;
  ck_assert (f->s.dir * (limit - f->t) >= 0);
  if (f->s.past != NULL)
    {
      for (int i = 0; i < FOLLOW_POINTS; ++i)
        t[i] = i == FOLLOW_POINTS - 1 ? f->t : f->begin + (f->t - f->begin) * i / (FOLLOW_POINTS - 1);
      for (int i = 1; i < FOLLOW_POINTS - 1; ++i)
        f->m->dense (f->self, t[i], f->past + (size_t)i * n);
      memcpy (f->past + (FOLLOW_POINTS - 1) * n, f->y, n * sizeof *f->y);
      follow_must (ictus__history_push (f->s.past, FOLLOW_POINTS, t, f->past, NULL, NULL));
    }
  if (at_break && !(fabs (f->t - limit) > 0))
    {
      ++f->at;
      follow_start (f);
    }
  return ICTUS_OK;
}

/* To t, exactly. */
static inline void
follow_to (follow *f, double t)
{
  if (f->self == NULL)
    follow_start (f);
  while (f->s.dir * (t - f->t) > 0)
    follow_must (follow_step (f, t));
  ck_assert_double_eq (f->t, t);
}

static inline void
follow_close (follow *f)
{
  f->m->destroy (f->self);
  ictus__history_destroy (&f->s.past);
  ictus_free (f->s.u);
  ictus_free (f->s.tau);
  ictus_free (f->s.work);
  ictus_free (f->s.held);
  ictus_free (f->y);
  ictus_free (f->past);
  ictus_free (f);
}

/* Largest difference of n numbers, relative to 1 + their size. */
static inline double
follow_error (int n, const double *a, const double *b)
{
  double most = 0;

  for (int i = 0; i < n; ++i)
    most = fmax (most, isnan (a[i] - b[i]) ? INFINITY : fabs (a[i] - b[i]) / (1 + fabs (b[i])));
  return most;
}

static inline int
follow_run (const char *name, void (*fill) (TCase *))
{
  Suite *s = suite_create (name);
  TCase *tc = tcase_create (name);
  SRunner *r;
  int failed;

  tcase_set_timeout (tc, 120);
  fill (tc);
  suite_add_tcase (s, tc);
  r = srunner_create (s);
  srunner_run_all (r, CK_ENV);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
