/* SPDX-License-Identifier: BSD-3-Clause */
/* After a restart mark, states, refr_until and armed are all there is: a solver that has run so far and a new one that is
   given them go on alike, bit for bit. */
#include "solve_check.h"

static const struct
{
  const char *solver, *model;
  double h;         /* 0: exact timing */
  double amplitude; /* of a current that makes it fire */
} cases[] = { { "cvode-bdf", "hh_cond_exp_traub", 0.1, 500 }, { "cvode-bdf", "iaf_cond_exp", 0, 500 },
              { "cvode-adams", "iaf_cond_exp", 0.1, 500 },    { "cvode-adams", "aeif_cond_exp", 0, 700 },
              { "cvode-bdf", "hodgkin_huxley", 0, 9 },        { "rk45", "hh_cond_exp_traub", 0.1, 500 },
              { "rk45", "iaf_cond_exp", 0, 500 },             { "rk45", "aeif_cond_exp", 0.1, 700 },
              { "rk45", "hodgkin_huxley", 0, 9 },             { "rosenbrock", "hh_cond_exp_traub", 0.1, 500 },
              { "rosenbrock", "iaf_cond_exp", 0, 500 },       { "rosenbrock", "aeif_cond_exp", 0.1, 700 },
              { "rosenbrock", "hodgkin_huxley", 0, 9 },       { "exact", "iaf_psc_exp", 0.1, 500 },
              { "exact", "iaf_psc_alpha", 0.1, 500 },         { "exp-euler", "iaf_cond_exp", 0.1, 500 },
              { "rk4", "izhikevich", 0.1, 9 },                { "euler", "izhikevich", 0.1, 9 },
              { "exact", "iaf_psc_delta", 0.1, 500 },         { "exp-euler", "hh_cond_exp_traub", 0.1, 500 } };

enum { NCASE = sizeof cases / sizeof *cases };

/* A current that jumps at 17 ms and at 41.7 ms and waves in between. */
static void
eval (const void *ctx, size_t i, double seg, double t, double *u)
{
  double scale = *(const double *) ctx * (1 + 0.1 * (double) i);

  u[0] = seg < 17 ? scale : seg < 41.7 ? scale * (1 + 0.5 * sin (t)) : 1.3 * scale;
}

static double
next_break (const void *ctx, size_t i, double t)
{
  (void) ctx;
  (void) i;
  return t < 17 ? 17 : t < 41.7 ? 41.7 : (double) INFINITY;
}

static rig *
open_rig (int which, ictus_drive *drive)
{
  rig *r = rig_open (cases[which].model, 5);

  rig_init (r);
  ck_assert_int_eq (r->m->kernel->ninput, 1);
  *drive = (ictus_drive){ .eval = eval, .next_break = next_break, .varies = true, .ctx = &cases[which].amplitude };
  r->cells.drive = drive;
  r->sample_dt = 0.5;
  for (int k = 1; k < 90 && r->m->kernel->nport > 0; ++k)
    rig_event (r, cases[which].h > 0 ? 0.9 * k : 0.7 * k + 0.001 * k * k, k % r->m->kernel->nport, 1 + k % 7);
  rig_start (r, cases[which].solver, 1e-5, cases[which].h);
  return r;
}

START_TEST (a_new_solver_goes_on_like_the_old_one)
{
  static const double marks[] = { 12.5, 30, 41.7, 52.3 };
  const double end = 70;

  for (size_t k = 0; k < sizeof marks / sizeof *marks; ++k)
    {
      ictus_drive drive[2];
      rig *a = open_rig (_i, &drive[0]), *b = open_rig (_i, &drive[1]);
      size_t ns = (size_t) a->m->kernel->nstate, before, trace;

      rig_run (a, marks[k], 1);
      rig_must (ictus_solver_restart (a->s, marks[k]));
      before = a->out.n;
      trace = a->ntrace;
      memcpy (b->y, a->y, ns * a->n * sizeof *a->y);
      memcpy (b->refr, a->refr, sizeof a->refr);
      memcpy (b->armed, a->armed, sizeof a->armed);
      b->t_ms = a->t_ms;
      b->k = a->k;
      rig_must (ictus_solver_restart (b->s, marks[k]));
      rig_run (a, end, 1);
      rig_run (b, end, 1);
      rig_show (a);
      rig_show (b);
      ck_assert_uint_gt (a->out.n, before + 2);
      ck_assert_uint_eq (a->out.n - before, b->out.n);
      ck_assert (memcmp (a->out.s + before, b->out.s, b->out.n * sizeof *b->out.s) == 0);
      ck_assert (memcmp (a->y, b->y, ns * a->n * sizeof *a->y) == 0);
      ck_assert (memcmp (a->refr, b->refr, sizeof a->refr) == 0 && memcmp (a->armed, b->armed, sizeof a->armed) == 0);
      ck_assert_uint_eq (a->ntrace - trace, b->ntrace);
      ck_assert (memcmp (a->trace + trace * ns, b->trace, b->ntrace * ns * sizeof *b->trace) == 0);
      rig_close (a);
      rig_close (b);
      ck_assert_uint_eq (ictus_mem_live (), 0);
    }
}
END_TEST

/* ---- a condition that stands at 0 ----------------------------------------------------------------------------------- */

/* y0' = y1, y1' = 0, fires where y0 rises through 1; begins at rest there. An event takes y0 down a little and
   sets it off, so that it is back within CVODE's first step. */
static void
climb_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t;
  (void) p;
  (void) u;
  f[0] = y[1];
  f[1] = 0;
}

static void
climb_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void) t;
  (void) y;
  (void) p;
  (void) u;
  memset (J, 0, 4 * sizeof *J);
  J[2] = 1;
}

static double
climb_fire (double t, const double *y, const double *p, const double *u)
{
  (void) t;
  (void) p;
  (void) u;
  return y[0] - 1;
}

static void
climb_port (const double *p, double *c)
{
  (void) p;
  c[0] = -1e-5;
  c[1] = 1;
}

static const ictus_kernel climb = { .abi = ICTUS_KERNEL_ABI, .nstate = 2, .nport = 1, .name = "climb", .rhs = climb_rhs,
                                    .jac = climb_jac, .fire = climb_fire, .port = climb_port };

START_TEST (a_condition_that_stood_at_zero_is_looked_at_again)
{
  static const char *const solver[] = { "cvode-bdf", "cvode-adams", "rk45", "rosenbrock" };

  for (int mark = 0; mark < 2; ++mark)
    {
      rig *r = rig_kernel (&climb, 1);

      r->y[0] = 1; /* at the threshold: it fires at once, and stays */
      rig_event (r, 10, 0, 1);
      rig_start (r, solver[_i], 1e-6, 0);
      rig_run (r, 10, 1);
      ck_assert_uint_eq (r->out.n, 1);
      if (mark)
        rig_show (r);
      ck_assert (r->armed[0] == 1);
      rig_run (r, 12, 1);
      ck_assert_uint_eq (r->out.n, 2);
      ck_assert_double_eq_tol (r->out.s[1].t_ms, 10.00001, 1e-9);
      rig_close (r);
    }
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("solve: restart marks");
  TCase *t = tcase_create ("restart");
  SRunner *r;
  int failed;

  tcase_set_timeout (t, 60);
  tcase_add_loop_test (t, a_new_solver_goes_on_like_the_old_one, 0, NCASE);
  tcase_add_loop_test (t, a_condition_that_stood_at_zero_is_looked_at_again, 0, 4);
  suite_add_tcase (s, t);
  r = srunner_create (s);
  srunner_run_all (r, CK_NORMAL);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
