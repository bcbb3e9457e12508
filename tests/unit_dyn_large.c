/* SPDX-License-Identifier: BSD-3-Clause */
/* Equilibria of large systems: rings of FitzHugh-Nagumo oscillators, whose eigenvalues are known mode by mode. All modes but two are
 * double: pairs cross the axis two at a time. */
#include "dyn_check.h"

#define TAU 6.283185307179586
#define EPS 0.08
#define A 0.7
#define B 0.8

typedef struct ring
{
  dyn_case c;
  int N;      /* oscillators: 2 N equations */
  double d;   /* coupling */
  ictus_dyn_options o;
  ictus_dyn_branch b;
} ring;

static void
ring_follow (ring *r, int N, double d, double lo, double hi)
{
  char text[1000];
  double x[600];
  ictus__dyn_job j;

  snprintf (text, sizeof text,
            "par I=%g, d=%g\ntable g %% 3 -1 1 (abs(t)>0)/2\nspecial c=conv(periodic,%d,1,g,v0)\n"
            "v[0..%d]'=v[j]-v[j]^3/3-w[j]+I+d*(c([j])-v[j])\nw[0..%d]'=0.08*(v[j]+0.7-0.8*w[j])\n", lo, d, N, N - 1, N - 1);
  *r = (ring) { .c = dyn_open ("ring.ode", text, NULL, NULL), .N = N, .d = d };
  ck_assert_int_eq (r->c.s->n, 2 * N);
  ictus_dyn_defaults (&r->o);
  r->o.par = ictus_dyn_par (r->c.m, "I");
  r->o.lo = lo;
  r->o.hi = hi;
  for (int i = 0; i < 2 * N; ++i)
    x[i] = strncmp (ictus__dyn_var (r->c.s, i)->name, "v", 1) == 0 ? -1.1 : -0.5;
  ck_assert (ictus__equilibrium_near (r->c.s, x, 1e-12));
  j = (ictus__dyn_job) { .kind = ICTUS_DYN_EQUILIBRIA, .o = &r->o, .x = x, .par = lo, .direction = 1, .from_branch = -1, .from_special = -1 };
  dyn_must (ictus__follow_equilibria (r->c.s, &j, &r->b));
}

static void
ring_close (ring *r)
{
  ictus_dyn_branch_clear (&r->b);
  dyn_close (&r->c);
}

/* Trace of mode k where the membrane potentials are v: positive where its pairs are unstable. */
static double
trace (const ring *r, int k, double v)
{
  return 1 - v * v - r->d * (1 - cos (TAU * k / r->N)) - EPS * B;
}

/* The value of I where mode k goes unstable. */
static double
hopf_of (const ring *r, int k)
{
  double v = -sqrt (1 - EPS * B - r->d * (1 - cos (TAU * k / r->N)));

  return (v + A) / B - v + v * v * v / 3;
}

static int
unstable_at (const ring *r, double v)
{
  int count = 0;

  for (int k = 0; k < r->N; ++k)
    count += trace (r, k, v) > 0 ? 2 : 0;
  return count;
}

/* Every row: how many are unstable, and what is told of eigenvalues. \return rows where not all are known */
static size_t
check_rows (const ring *r)
{
  size_t n = (size_t) r->b.n, some = 0, hopf = 0;

  for (size_t i = 0; i < r->b.npoint; ++i)
    {
      double v = r->b.x[i * n];
      bool special = false, all = true;

      for (size_t k = 0; k < r->b.nspecial; ++k)
        special |= r->b.special[k].at == i && r->b.special[k].type == ICTUS_DYN_HOPF;
      hopf += special;
      if (!special)
        ck_assert_int_eq (r->b.unstable[i], unstable_at (r, v));
      for (size_t k = 0; k < n; ++k)
        {
          double re = r->b.re[i * n + k], im = r->b.im[i * n + k], best = INFINITY;

          ck_assert_int_eq (isnan (re), isnan (im));
          all &= !isnan (re);
          for (int m = 0; m <= r->N / 2 && fabs (im) > 1e-6; ++m)
            {
              double t = trace (r, m, v) / 2, own = trace (r, m, v) + EPS * B, det = EPS - EPS * B * own;

              if (det > t * t)
                best = fmin (best, hypot (re - t, fabs (im) - sqrt (det - t * t)));
            }
          ck_assert_msg (isnan (re) || fabs (im) <= 1e-6 || best < 1e-7, "row %zu: %.12g %+.12gi is no eigenvalue, by %g", i, re, im, best);
        }
      some += !all;
    }
  ck_assert_uint_gt (hopf, 0);
  return some;
}

static void
check_hopfs (const ring *r, int expected)
{
  int found = 0;

  for (size_t k = 0; k < r->b.nspecial; ++k)
    {
      const ictus_dyn_special *s = &r->b.special[k];

      if (s->type == ICTUS_DYN_START || s->type == ICTUS_DYN_END)
        continue;
      ck_assert_int_eq (s->type, ICTUS_DYN_HOPF);
      ck_assert_double_eq_tol (s->par[0], hopf_of (r, found), 1e-10);
      ck_assert_double_eq_tol (s->period, TAU / sqrt (EPS - EPS * EPS * B * B), 1e-6);
      ++found;
    }
  ck_assert_int_eq (found, expected);
}

START_TEST (every_mode_of_a_ring)
{
  ring r;

  ring_follow (&r, 50, 0.1, 0, 0.5);
  check_rows (&r);
  check_hopfs (&r, 26);
  ck_assert_int_eq (r.b.unstable[r.b.npoint - 1], 100);
  ring_close (&r);
}
END_TEST

START_TEST (the_same_bits_twice)
{
  ring r, q;
  size_t bytes;

  ring_follow (&r, 45, 0.4, 0.2, 0.35);
  ring_follow (&q, 45, 0.4, 0.2, 0.35);
  ck_assert_uint_eq (r.b.npoint, q.b.npoint);
  bytes = r.b.npoint * (size_t) r.b.n * sizeof (double);
  ck_assert_mem_eq (r.b.x, q.b.x, bytes);
  ck_assert_mem_eq (r.b.re, q.b.re, bytes);
  ck_assert_mem_eq (r.b.im, q.b.im, bytes);
  ring_close (&r);
  ring_close (&q);
}
END_TEST

START_TEST (six_hundred_equations)
{
  ring r;

  ring_follow (&r, 300, 2, 0.2, 0.3345);
  ck_assert (hopf_of (&r, 3) < r.o.hi && hopf_of (&r, 4) > r.o.hi);
  check_hopfs (&r, 4);
  ck_assert_uint_gt (2 * check_rows (&r), r.b.npoint);
  ring_close (&r);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("dyn_large");
  TCase *c = tcase_create ("rings");
  SRunner *run;
  int failed;

  tcase_set_timeout (c, 300);
  tcase_add_test (c, every_mode_of_a_ring);
  tcase_add_test (c, the_same_bits_twice);
  tcase_add_test (c, six_hundred_equations);
  suite_add_tcase (s, c);
  run = srunner_create (s);
  srunner_run_all (run, CK_ENV);
  failed = srunner_ntests_failed (run);
  srunner_free (run);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
