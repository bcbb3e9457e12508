/* SPDX-License-Identifier: BSD-3-Clause */
/* The stepper of the stiff lane solver by itself: order, dense output, elimination, lanes. */
#include "solve_check.h"

#include "solve/solve_rosenbrock.h"

enum { L = ICTUS_LANE };

/* ---- a block of eight neurons ---------------------------------------------------------------- */

typedef struct bench
{
  ictus__block b;
  ictus__laned l;
  const ictus__stepper *st;
  ictus_model m;
  double *room;
} bench;

static void
no_port (const double *p, double *c)
{
  (void) p;
  (void) c;
}

static bench *
open_bench (const ictus_kernel *k, double tol)
{
  bench *x = ictus_alloc (1, sizeof *x);
  size_t n = (size_t) k->nstate, size = n * L;
  double *a, *atol;

  x->m.kernel = k;
  rig_must (ictus__laned_init (&x->l, &x->m));
  x->st = ictus__stepper_rosenbrock ();
  x->room = ictus_alloc (9 * size + 2 * n + 8 * L + 8, sizeof *x->room);
  a = x->room;
  x->b.l = &x->l;
  x->b.y0 = a;
  x->b.f0 = a + size;
  x->b.y1 = a + 2 * size;
  x->b.f1 = a + 3 * size;
  x->b.q = a + 4 * size;
  x->b.u = a + 7 * size;
  atol = a + 7 * size + 4 * L;
  for (size_t s = 0; s < n; ++s)
    atol[s] = tol;
  x->b.atol = atol;
  x->b.p = atol + n;
  x->b.rtol = tol;
  x->b.work = ictus_alloc (x->st->room (&x->l), sizeof *x->b.work);
  x->st->plan (&x->l, x->b.work);
  return x;
}

static void
close_bench (bench *x)
{
  ictus_free (x->b.work);
  ictus_free (x->room);
  ictus__laned_clear (&x->l);
  ictus_free (x);
}

static void
put (bench *x, const double *y)
{
  for (int s = 0; s < x->l.ns; ++s)
    for (int i = 0; i < L; ++i)
      x->b.y0[s * L + i] = y[s];
}

static void
go (bench *x, double t, double h)
{
  for (int i = 0; i < L; ++i)
    {
      x->b.t[i] = t;
      x->b.h[i] = h;
    }
  x->st->step (&x->b);
}

/* From t0 to t1 in steps of one length; lane 0 to y. */
static void
march (bench *x, double t0, double t1, int nstep, double *y)
{
  double h = (t1 - t0) / nstep;

  put (x, y);
  for (int k = 0; k < nstep; ++k)
    {
      go (x, t0 + k * h, h);
      memcpy (x->b.y0, x->b.y1, sizeof (double) * (size_t) x->l.ns * L);
    }
  for (int s = 0; s < x->l.ns; ++s)
    y[s] = x->b.y0[s * L];
}

/* ---- problems with a solution that is known ---------------------------------------------------- */

/* On the unit circle with the angle 1 - cos (t) */
static void
circle_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  double w = sin (t) * (y[0] * y[0] + y[1] * y[1]);

  (void) p;
  (void) u;
  f[0] = -w * y[1];
  f[1] = w * y[0];
}

static void
circle_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  double s = sin (t), r = y[0] * y[0] + y[1] * y[1];

  (void) p;
  (void) u;
  J[0] = -s * 2 * y[0] * y[1];
  J[1] = s * (r + 2 * y[0] * y[0]);
  J[2] = -s * (r + 2 * y[1] * y[1]);
  J[3] = s * 2 * y[1] * y[0];
}

static const ictus_kernel circle = { .abi = ICTUS_KERNEL_ABI, .nstate = 2, .name = "circle", .rhs = circle_rhs, .jac = circle_jac, .port = no_port };

/* What one gains the other loses: y0 is the logistic function. */
static void
logistic_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t;
  (void) p;
  (void) u;
  f[0] = y[0] * y[1];
  f[1] = -y[0] * y[1];
}

static void
logistic_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void) t;
  (void) p;
  (void) u;
  J[0] = y[1];
  J[1] = -y[1];
  J[2] = y[0];
  J[3] = -y[0];
}

static const ictus_kernel logistic = { .abi = ICTUS_KERNEL_ABI, .nstate = 2, .name = "logistic", .rhs = logistic_rhs, .jac = logistic_jac, .port = no_port };

/* y' = u y with an input u */
static void
follow_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t;
  (void) p;
  f[0] = u[0] * y[0];
}

static void
follow_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void) t;
  (void) p;
  (void) y;
  J[0] = u[0];
}

static const ictus_kernel follow = { .abi = ICTUS_KERNEL_ABI, .nstate = 1, .ninput = 1, .name = "follow", .rhs = follow_rhs, .jac = follow_jac, .port = no_port };

static void
wave (void *ctx, const double *ts, double *u)
{
  (void) ctx;
  for (int i = 0; i < L; ++i)
    u[i] = cos (3 * ts[i]);
}

static double
error_of (int problem, int nstep)
{
  bench *x = open_bench (problem == 0 ? &circle : problem == 1 ? &logistic : &follow, 1e-6);
  double y[2] = { 1, 0 }, d = 0, w;

  if (problem == 0)
    {
      march (x, 0, 2, nstep, y);
      w = 1 - cos (2);
      d = hypot (y[0] - cos (w), y[1] - sin (w));
    }
  else if (problem == 1)
    {
      y[0] = 0.1;
      y[1] = 0.9;
      march (x, 0, 4, nstep, y);
      d = hypot (y[0] - 1 / (1 + 9 * exp (-4)), y[1] - (1 - 1 / (1 + 9 * exp (-4))));
    }
  else
    {
      x->b.inputs = wave;
      for (int i = 0; i < L; ++i)
        x->b.u[i] = 1;
      put (x, y);
      for (int k = 0; k < nstep; ++k)
        {
          for (int i = 0; i < L; ++i)
            x->b.u[i] = cos (3 * (2.0 / nstep) * k);
          go (x, 2.0 / nstep * k, 2.0 / nstep);
          memcpy (x->b.y0, x->b.y1, sizeof (double) * L);
        }
      d = fabs (x->b.y0[0] - exp (sin (6.0) / 3));
    }
  close_bench (x);
  return d;
}

START_TEST (halving_the_step_divides_the_error_by_32)
{
  for (int n = 20; n <= 40; n *= 2)
    {
      double coarse = error_of (_i, n), fine = error_of (_i, 2 * n);

      ck_assert_msg (coarse / fine > 25 && coarse / fine < 40, "problem %d, %d steps: error %g, %g at half the step: factor %g", _i, n, coarse, fine,
                     coarse / fine);
    }
}
END_TEST

static double
between (const ictus__block *b, int n, int k, double s)
{
  double y0 = b->y0[k * L], y1 = b->y1[k * L], qa = b->q[k * L], qb = b->q[(n + k) * L], qc = b->q[(2 * n + k) * L];

  return y0 + s * ((y1 - y0) + (1 - s) * (qa + s * (qb + (1 - s) * qc)));
}

/* Within a step the error is of the fifth order in its length, or better, and 0 at its ends. */
START_TEST (between_the_ends_of_a_step_the_polynomial_is_of_order_4)
{
  double d[2];

  for (int fine = 0; fine < 2; ++fine)
    {
      bench *x = open_bench (&logistic, 1e-6);
      double y[2] = { 0.1, 0.9 }, h = fine ? 0.2 : 0.4;

      put (x, y);
      go (x, 0, h);
      ck_assert_double_eq (between (&x->b, 2, 0, 0), 0.1);
      ck_assert_double_eq_tol (between (&x->b, 2, 0, 1), x->b.y1[0], 1e-15);
      d[fine] = 0;
      for (int k = 1; k < 10; ++k)
        d[fine] = fmax (d[fine], fabs (between (&x->b, 2, 0, 0.1 * k) - 1 / (1 + 9 * exp (-0.1 * k * h))));
      close_bench (x);
    }
  ck_assert_msg (d[0] / d[1] > 25 && d[0] / d[1] < 70, "errors %g and %g: factor %g", d[0], d[1], d[0] / d[1]);
}
END_TEST

/* The error that is told is that of the solution of order 4, in units of the tolerance. */
START_TEST (the_error_falls_with_the_fifth_power_of_the_step)
{
  double e[2];

  for (int fine = 0; fine < 2; ++fine)
    {
      bench *x = open_bench (&logistic, 1e-6);
      double y[2] = { 0.1, 0.9 };

      put (x, y);
      go (x, 0, fine ? 0.1 : 0.2);
      e[fine] = x->b.err[0];
      for (int i = 1; i < L; ++i)
        ck_assert_double_eq (x->b.err[i], x->b.err[0]);
      close_bench (x);
    }
  ck_assert_msg (e[0] / e[1] > 25 && e[0] / e[1] < 40, "errors %g and %g: factor %g", e[0], e[1], e[0] / e[1]);
}
END_TEST

/* ---- stiffness -------------------------------------------------------------------------------------------------- */

#define RATE 1e8

static void
steep_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) p;
  (void) u;
  f[0] = -RATE * (y[0] - cos (t)) - sin (t);
}

static void
steep_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void) t;
  (void) y;
  (void) p;
  (void) u;
  J[0] = -RATE;
}

static const ictus_kernel steep = { .abi = ICTUS_KERNEL_ABI, .nstate = 1, .name = "steep", .rhs = steep_rhs, .jac = steep_jac, .port = no_port };

START_TEST (what_is_fast_is_damped_in_one_step)
{
  bench *x = open_bench (&steep, 1e-6);
  double y[1] = { 3 };

  put (x, y);
  go (x, 0, 0.1);
  ck_assert_double_eq_tol (x->b.y1[0], cos (0.1), 1e-4); /* L-stable: nothing is left of the 2 */
  y[0] = 1;
  march (x, 0, 3, 30, y);
  ck_assert_double_eq_tol (y[0], cos (3), 1e-6);
  close_bench (x);
}
END_TEST

/* ---- elimination ------------------------------------------------------------------------------------------------ */

START_TEST (an_arrow_is_eliminated_without_filling_in)
{
  enum { N = 6 };
  int row[3 * N], col[3 * N], n = 0;
  void *memory = ictus_alloc (ictus__lu_room (N), 1);
  ictus__lu *a;

  for (int j = 0; j < N; ++j) /* row 0, column 0, diagonal */
    for (int i = 0; i < N; ++i)
      if (i == 0 || j == 0 || i == j)
        {
          row[n] = i;
          col[n++] = j;
        }
  a = ictus__lu_make (N, n, row, col, memory);
  ck_assert_int_eq (a->nslot, n);
  ck_assert_int_ge (a->turn[0], N - 2); /* the potential goes last, or with one gate left */
  ictus_free (memory);
}
END_TEST

/* A ring with nothing on its diagonal: entries are made on the diagonal and where elimination needs them. */
START_TEST (what_elimination_needs_gets_room)
{
  enum { N = 7 };
  int row[2 * N], col[2 * N];
  void *memory = ictus_alloc (ictus__lu_room (N), 1);
  bool seen[N * N] = { 0 };
  ictus__lu *a;

  for (int j = 0; j < N; ++j)
    for (int k = 0; k < 2; ++k)
      {
        row[2 * j + k] = (j + (k == 0 ? N - 1 : 1)) % N;
        col[2 * j + k] = j;
      }
  a = ictus__lu_make (N, 2 * N, row, col, memory);
  ck_assert_int_ge (a->nslot, 3 * N);
  for (int e = 0; e < N * N; ++e)
    if (a->slot[e] >= 0)
      {
        ck_assert_int_lt (a->slot[e], a->nslot);
        ck_assert (!seen[a->slot[e]]);
        seen[a->slot[e]] = true;
      }
  for (const ictus__lu_pivot *p = a->pivot; p < a->pivot + N; ++p)
    for (int i = 0; i < p->nbelow; ++i)
      for (int j = 0; j < p->nright; ++j)
        ck_assert_int_ge (a->slot[a->entry[p->below + i].at * N + a->entry[p->right + j].at], 0);
  ictus_free (memory);
}
END_TEST

/* ---- lanes ------------------------------------------------------------------------------------------------------ */

START_TEST (lanes_do_not_know_of_each_other)
{
  bench *x = open_bench (&circle, 1e-6), *y = open_bench (&circle, 1e-6);
  double at[2] = { 0.6, 0.8 };

  put (x, at);
  go (x, 0.3, 0.2);
  put (y, at);
  for (int i = 0; i < L; ++i)
    {
      y->b.t[i] = 0.3 * i;
      y->b.h[i] = i % 3 == 0 ? 0 : 0.1 * i; /* some idle */
      y->b.y0[i] = i == 5 ? 0.6 : i == 2 ? NAN : i;
    }
  for (int place = 0; place < L; ++place)
    {
      y->b.t[place] = 0.3;
      y->b.h[place] = 0.2;
      y->b.y0[place] = 0.6;
      y->b.y0[L + place] = 0.8;
      y->st->step (&y->b);
      for (int k = 0; k < 2; ++k)
        ck_assert_double_eq (y->b.y1[k * L + place], x->b.y1[k * L]);
      for (int k = 0; k < 6; ++k)
        ck_assert_double_eq (y->b.q[k * L + place], x->b.q[k * L]);
      ck_assert_double_eq (y->b.err[place], x->b.err[0]);
      y->b.h[place] = 0;
      y->b.y0[place] = INFINITY;
    }
  close_bench (x);
  close_bench (y);
}
END_TEST

START_TEST (all_levels_of_instructions_do_the_same_to_rounding)
{
  double want[4] = { 0 };
  bool first = true;

  for (int level = 1; level <= ictus_isa_best (); ++level)
    {
      bench *x;
      double at[2] = { 0.6, 0.8 };

      if (ictus_isa_name (level) == NULL || ictus_isa_use (ictus_isa_name (level)) != ICTUS_OK)
        continue;
      x = open_bench (&circle, 1e-6);
      put (x, at);
      go (x, 0.3, 0.2);
      for (int k = 0; k < 2; ++k)
        {
          if (first)
            {
              want[k] = x->b.y1[k * L];
              want[2 + k] = x->b.q[k * L];
            }
          ck_assert_double_eq_tol (x->b.y1[k * L], want[k], 1e-14);
          ck_assert_double_eq_tol (x->b.q[k * L], want[2 + k], 1e-13);
        }
      first = false;
      close_bench (x);
    }
  ck_assert (!first);
}
END_TEST

START_TEST (a_step_that_is_not_finite_is_not_good)
{
  bench *x = open_bench (&logistic, 1e-6);
  double y[2] = { 0.1, INFINITY }, z[2] = { 1e300, 1e300 };

  put (x, y);
  go (x, 0, 0.1);
  ck_assert (!(x->b.err[0] <= 1));
  put (x, z);
  go (x, 0, 0.1);
  ck_assert (!(x->b.err[0] <= 1));
  close_bench (x);
}
END_TEST

/* What is held has the derivative 0, and what depends on it sees it stand still. */
START_TEST (held_states_stand_still)
{
  bench *x = open_bench (&logistic, 1e-9);
  double y[2] = { 0.1, 0.9 }, keep[2 * L];

  for (int k = 0; k < 2 * L; ++k)
    keep[k] = k >= L;
  x->b.keep = ictus_alloc (2 * L, sizeof *keep);
  memcpy ((void *) (uintptr_t) x->b.keep, keep, sizeof keep);
  put (x, y);
  go (x, 0, 0.1);
  ck_assert_double_eq (x->b.y1[0], 0.1);
  ck_assert_double_eq_tol (x->b.y1[L], 0.9 * exp (-0.01), 1e-12);
  ictus_free ((void *) (uintptr_t) x->b.keep);
  close_bench (x);
}
END_TEST

/* ---- the solver --------------------------------------------------------------------------------------------------- */

/* Largest difference from cvode-bdf at a tight tolerance over 20 ms with an event at 5 ms: of the states in the end, in units of
   (tol |y| + tol), and of spike times, in units of tol ms. */
static void
compare (const char *name, double tol, double *state, double *spike)
{
  rig *r[2];
  double f[40], u[8] = { 0 };

  for (int k = 0; k < 2; ++k)
    {
      r[k] = rig_open (name, 1);
      rig_init (r[k]);
      r[k]->cfg.atol = k == 0 ? 1e-11 : tol;
      rig_start (r[k], k == 0 ? "cvode-bdf" : "rosenbrock", k == 0 ? 1e-11 : tol, 0);
      if (r[k]->m->kernel->nport > 0)
        rig_event (r[k], 5, 0, 3);
      rig_run (r[k], 20, 1);
      rig_must (ictus_solver_restart (r[k]->s, 20));
    }
  *state = *spike = 0;
  ck_assert_int_le (r[0]->m->kernel->nstate, (int) (sizeof f / sizeof *f));
  for (int i = 0; i < r[0]->m->kernel->ninput; ++i)
    u[i] = ictus_lang_get (r[0]->m->lang, ICTUS_LANG_INPUT, i)->value;
  r[0]->m->kernel->rhs (20, r[0]->y, r[0]->p, u, f);
  /* a state that is on its way, as in a spike, may be early or late by what a spike may be */
  for (int s = 0; s < r[0]->m->kernel->nstate; ++s)
    *state = fmax (*state, fabs (r[0]->y[s] - r[1]->y[s]) / (tol * (fabs (r[0]->y[s]) + 1 + 3 * fabs (f[s]))));
  ck_assert_uint_eq (r[0]->out.n, r[1]->out.n);
  for (size_t k = 0; k < r[0]->out.n; ++k)
    *spike = fmax (*spike, fabs (r[0]->out.s[k].t_ms - r[1]->out.s[k].t_ms) / tol);
  rig_close (r[0]);
  rig_close (r[1]);
}

/* What can be wired: what is chaotic or driven may be further off after 20 ms than the bounds below. */
static bool
is_neuron (size_t k)
{
  return ictus_model_shipped (k)->nport > 0 && rig_is_plain (ictus_model_shipped (k)->name);
}

START_TEST (every_shipped_neuron_agrees_with_cvode)
{
  for (size_t k = 0; ictus_model_shipped (k) != NULL; ++k)
    for (double tol = 1e-5; tol > 5e-8 && is_neuron (k); tol /= 10)
      {
        double state, spike;

        compare (ictus_model_shipped (k)->name, tol, &state, &spike);
        ck_assert_msg (state < 100 && spike < 1000, "%s at %g: states differ by %g, spike times by %g tolerances",
                       ictus_model_shipped (k)->name, tol, state, spike);
      }
}
END_TEST

static void
vdp_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t;
  (void) p;
  (void) u;
  f[0] = y[1];
  f[1] = 1000 * (1 - y[0] * y[0]) * y[1] - y[0];
}

static void
vdp_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void) t;
  (void) p;
  (void) u;
  J[0] = 0;
  J[1] = -2000 * y[0] * y[1] - 1;
  J[2] = 1;
  J[3] = 1000 * (1 - y[0] * y[0]);
}

static const ictus_kernel vdp = { .abi = ICTUS_KERNEL_ABI, .nstate = 2, .name = "vdp", .rhs = vdp_rhs, .jac = vdp_jac, .port = no_port };

/* Van der Pol's oscillator with mu = 1000 over more than one period: the jump comes where CVODE has it, in steps by the hundred where
   an explicit method needs millions. */
START_TEST (a_stiff_oscillator_takes_few_steps)
{
  ictus_solver_stats stats;
  double y[2];

  for (int k = 0; k < 2; ++k)
    {
      rig *r = rig_kernel (&vdp, 1);

      r->y[0] = 2;
      r->cfg.atol = k == 0 ? 1e-11 : 1e-8;
      rig_start (r, k == 0 ? "cvode-bdf" : "rosenbrock", k == 0 ? 1e-10 : 1e-6, 0);
      rig_run (r, 2000, 100);
      rig_must (ictus_solver_restart (r->s, 2000));
      y[k] = r->y[0];
      ictus_solver_get_stats (r->s, &stats);
      rig_close (r);
    }
  ck_assert_double_eq_tol (y[1], y[0], 1e-4);
  ck_assert_msg (stats.steps < 2000, "%llu steps", (unsigned long long) stats.steps);
}
END_TEST

static rig *
crowd (size_t n, double window)
{
  rig *r = rig_open ("aeif_cond_exp", n);

  rig_par (r, "I_e", 1000);
  rig_init (r);
  for (size_t i = 0; i < n; ++i)
    *rig_state (r, "V_m", i) = -70 + (double) (i * 7 % 19);
  rig_start (r, "rosenbrock", 1e-5, 0);
  for (int k = 1; k < 40; ++k)
    rig_event (r, 2.3 * k, k % 2, 5);
  r->sample_dt = 0.5;
  rig_run (r, 95, window);
  return r;
}

START_TEST (neither_windows_nor_neighbours_change_a_bit)
{
  static const size_t many[] = { 1, 7, 8, 9, 100 };
  rig *a = crowd (100, 1);

  ck_assert_uint_gt (rig_count (a, 0), 2);
  for (size_t m = 0; m < 5; ++m)
    {
      rig *b = crowd (many[m], m % 2 ? 0.1 : 7.3);

      for (size_t i = 0; i < many[m]; ++i)
        {
          ck_assert_uint_eq (rig_count (a, i), rig_count (b, i));
          for (size_t k = 0; k < rig_count (a, i); ++k)
            ck_assert_double_eq (rig_spike (a, i, k), rig_spike (b, i, k));
        }
      ck_assert_uint_eq (a->ntrace, b->ntrace);
      ck_assert_int_eq (memcmp (a->trace, b->trace, a->ntrace * (size_t) a->m->kernel->nstate * sizeof *a->trace), 0);
      rig_close (b);
    }
  rig_close (a);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("solve: rosenbrock");
  TCase *t = tcase_create ("rosenbrock");
  SRunner *sr;
  int failed;

  tcase_set_timeout (t, 60);
  tcase_add_loop_test (t, halving_the_step_divides_the_error_by_32, 0, 3);
  tcase_add_test (t, between_the_ends_of_a_step_the_polynomial_is_of_order_4);
  tcase_add_test (t, the_error_falls_with_the_fifth_power_of_the_step);
  tcase_add_test (t, what_is_fast_is_damped_in_one_step);
  tcase_add_test (t, an_arrow_is_eliminated_without_filling_in);
  tcase_add_test (t, what_elimination_needs_gets_room);
  tcase_add_test (t, lanes_do_not_know_of_each_other);
  tcase_add_test (t, all_levels_of_instructions_do_the_same_to_rounding);
  tcase_add_test (t, a_step_that_is_not_finite_is_not_good);
  tcase_add_test (t, held_states_stand_still);
  tcase_add_test (t, every_shipped_neuron_agrees_with_cvode);
  tcase_add_test (t, a_stiff_oscillator_takes_few_steps);
  tcase_add_test (t, neither_windows_nor_neighbours_change_a_bit);
  suite_add_tcase (s, t);
  sr = srunner_create (s);
  srunner_run_all (sr, CK_ENV);
  failed = srunner_ntests_failed (sr);
  srunner_free (sr);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
