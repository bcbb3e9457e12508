/* SPDX-License-Identifier: BSD-3-Clause */
/* What CVODE is given to work with: vectors of a pool, linear systems along the pattern of the Jacobian. */
#include "solve_check.h"

#include "solve/solve_cvode.h"

/* ---- vectors ----------------------------------------------------------------------------------- */

static N_Vector
vector_of (ictus__pool *p, double a, double b, double c)
{
  N_Vector v = ictus__pool_vector (p);

  ck_assert_ptr_nonnull (v);
  ictus__vec (v)[0] = a;
  ictus__vec (v)[1] = b;
  ictus__vec (v)[2] = c;
  return v;
}

static void
is (N_Vector v, double a, double b, double c)
{
  ck_assert_double_eq (ictus__vec (v)[0], a);
  ck_assert_double_eq (ictus__vec (v)[1], b);
  ck_assert_double_eq (ictus__vec (v)[2], c);
}

START_TEST (vectors_compute_what_their_names_say)
{
  SUNContext ctx;
  ictus__pool p;
  N_Vector x, y, z, many[3];
  double c[3] = { 2, -1, 0.5 };

  ck_assert_int_eq (ictus__sun_context (&ctx), 0);
  ictus__pool_init (&p, ctx, 3, 4);
  x = vector_of (&p, 1, -2, 4);
  y = vector_of (&p, 3, 5, -8);
  z = N_VClone (x);
  N_VLinearSum (2, x, -1, y, z);
  is (z, -1, -9, 16);
  N_VLinearSum (1, x, 1, z, z); /* in place */
  is (z, 0, -11, 20);
  N_VProd (x, y, z);
  is (z, 3, -10, -32);
  N_VDiv (y, x, z);
  is (z, 3, -2.5, -2);
  N_VScale (-2, x, z);
  is (z, -2, 4, -8);
  N_VAbs (x, z);
  is (z, 1, 2, 4);
  N_VInv (x, z);
  is (z, 1, -0.5, 0.25);
  N_VAddConst (x, 1, z);
  is (z, 2, -1, 5);
  N_VConst (7, z);
  is (z, 7, 7, 7);
  ck_assert_double_eq (N_VDotProd (x, y), 3 - 10 - 32);
  ck_assert_double_eq (N_VMaxNorm (y), 8);
  ck_assert_double_eq (N_VMin (y), -8);
  ck_assert_double_eq (N_VWrmsNorm (x, y), sqrt ((9.0 + 100 + 1024) / 3));
  ck_assert_int_eq ((int) N_VGetLength (x), 3);
  many[0] = x;
  many[1] = y;
  many[2] = z;
  ck_assert_int_eq (N_VLinearCombination (3, c, many, z), 0);
  is (z, 2 - 3 + 3.5, -4 - 5 + 3.5, 8 + 8 + 3.5);
  ck_assert_int_eq (N_VScaleVectorArray (2, c, many, many), 0);
  is (x, 2, -4, 8);
  is (y, -3, -5, 8);
  ck_assert_int_eq (N_VScaleAddMulti (2, c, z, many, many), 0);
  is (x, 2 + 2 * 2.5, -4 - 2 * 5.5, 8 + 2 * 19.5);
  is (y, -3 - 2.5, -5 + 5.5, 8 - 19.5);
  ictus__pool_clear (&p);
  SUNContext_Free (&ctx);
}
END_TEST

START_TEST (vectors_given_back_are_used_again)
{
  SUNContext ctx;
  ictus__pool p;
  N_Vector v[200], w;

  ck_assert_int_eq (ictus__sun_context (&ctx), 0);
  ictus__pool_init (&p, ctx, 1, 3); /* slabs are added */
  for (size_t k = 0; k < 200; ++k)
    {
      ck_assert_ptr_nonnull (v[k] = ictus__pool_vector (&p));
      ictus__vec (v[k])[0] = (double) k;
    }
  for (size_t k = 0; k < 200; ++k)
    ck_assert_double_eq (ictus__vec (v[k])[0], (double) k);
  w = v[17];
  N_VDestroy (v[99]);
  N_VDestroy (v[17]);
  ck_assert_ptr_eq (N_VClone (v[0]), w);
  ck_assert_double_eq (ictus__vec (w)[0], 0);
  ck_assert_ptr_eq (ictus__pool_vector (&p), v[99]);
  ictus__pool_clear (&p);
  SUNContext_Free (&ctx);
}
END_TEST

/* ---- linear systems ------------------------------------------------------------------------------ */

/* The largest entry of M x - b, with M = 1 - gamma J. */
static double
residual (int n, const double *J, double gamma, const double *x, const double *b)
{
  double most = 0;

  for (int i = 0; i < n; ++i)
    {
      double r = x[i] - b[i];

      for (int j = 0; j < n; ++j)
        r -= gamma * J[j * n + i] * x[j];
      most = fmax (most, fabs (r));
    }
  return most;
}

START_TEST (systems_of_shipped_models_are_solved)
{
  static const char *const name[] = { "hodgkin_huxley", "hh_cond_exp_traub", "aeif_cond_exp", "lif" };

  for (size_t m = 0; m < sizeof name / sizeof *name; ++m)
    for (double gamma = 1e-4; gamma < 20; gamma *= 10)
      {
        rig *r = rig_open (name[m], 1);
        const ictus_kernel *k = r->m->kernel;
        int n = k->nstate;
        double *J = ictus_alloc ((size_t) (n * n), sizeof *J), *x = ictus_alloc ((size_t) n, sizeof *x),
               *b = ictus_alloc ((size_t) n, sizeof *b), *u = ictus_alloc ((size_t) k->ninput + 1, sizeof *u);
        ictus__linear l;
        ictus__cell c = { .i = 0 };

        rig_init (r);
        rig_must (ictus__linear_init (&l, r->m, 1));
        ictus__linear_give (&l, &c);
        k->jac (0, r->y, r->p, u, J);
        ictus__linear_take (&l, &c, J);
        for (int i = 0; i < n; ++i)
          x[i] = b[i] = 1 + i;
        ck_assert (ictus__linear_factor (&l, &c, gamma));
        ck_assert (ictus__linear_solve (&l, &c, x));
        ck_assert_double_lt (residual (n, J, gamma, x, b), 1e-9);
        ictus__linear_clear (&l);
        ictus_free (J);
        ictus_free (x);
        ictus_free (b);
        ictus_free (u);
        rig_close (r);
      }
}
END_TEST

static void
nothing (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t;
  (void) y;
  (void) p;
  (void) u;
  (void) f;
}

/* M is what it is meant to be: J = 1 - M, gamma 1. by rows */
static const double mean[][9] = {
  { 0, 1, 0, 0, 0, 1, 1, 0, 0 },           /* a permutation: every pivot of the pattern is 0 */
  { 1e-9, 1, 2, 1, 1, 1, 2, 1, 5 },        /* a small one, which would cost all digits */
  { 1, 1, 1, 1, 1 + 1e-12, 2, 1, 2, 1 },   /* one that becomes small */
};

START_TEST (small_pivots_are_passed_by)
{
  ictus_kernel k = { .name = "toy", .nstate = 3, .rhs = nothing, .jac = nothing };
  ictus_model m = { .kernel = &k };
  ictus__linear l;
  ictus__cell c[2] = { { .i = 0 }, { .i = 1 } };
  double J[9], one[9] = { 0 }, b[3] = { 1, 2, 3 }, x[3];

  rig_must (ictus__linear_init (&l, &m, 2));
  ictus__linear_give (&l, &c[0]);
  ictus__linear_give (&l, &c[1]);
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j)
      J[j * 3 + i] = (i == j) - mean[_i][i * 3 + j];
  for (int k2 = 0; k2 < 2; ++k2)
    {
      ictus__linear_take (&l, &c[k2], J);
      ck_assert (ictus__linear_factor (&l, &c[k2], k2 == 0 ? 1 : 1.0625)); /* c [0] is to be found again */
    }
  ck_assert (c[0].full);
  memcpy (x, b, sizeof x);
  ck_assert (ictus__linear_solve (&l, &c[0], x));
  ck_assert_double_lt (residual (3, J, 1, x, b), 1e-10);
  memcpy (x, b, sizeof x);
  ck_assert (ictus__linear_solve (&l, &c[1], x));
  ck_assert_double_lt (residual (3, J, 1.0625, x, b), 1e-10);
  ictus__linear_take (&l, &c[0], one);
  ck_assert (ictus__linear_factor (&l, &c[0], 1));
  ck_assert (!c[0].full);
  ictus__linear_clear (&l);
}
END_TEST

START_TEST (a_singular_system_is_told)
{
  ictus_kernel k = { .name = "toy", .nstate = 2, .rhs = nothing, .jac = nothing };
  ictus_model m = { .kernel = &k };
  ictus__linear l;
  ictus__cell c = { .i = 0 };
  double singular[4] = { 0, -1, -1, 0 }, broken[4] = { 0, (double) NAN, 1, 0 };

  rig_must (ictus__linear_init (&l, &m, 1));
  ictus__linear_give (&l, &c);
  ictus__linear_take (&l, &c, singular);
  ck_assert (!ictus__linear_factor (&l, &c, 1));
  ictus__linear_take (&l, &c, broken);
  ck_assert (!ictus__linear_factor (&l, &c, 1));
  ictus__linear_clear (&l);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("solve: parts of cvode");
  TCase *t = tcase_create ("parts");
  SRunner *sr;
  int failed;

  tcase_add_test (t, vectors_compute_what_their_names_say);
  tcase_add_test (t, vectors_given_back_are_used_again);
  tcase_add_test (t, systems_of_shipped_models_are_solved);
  tcase_add_loop_test (t, small_pivots_are_passed_by, 0, sizeof mean / sizeof *mean);
  tcase_add_test (t, a_singular_system_is_told);
  suite_add_tcase (s, t);
  sr = srunner_create (s);
  srunner_run_all (sr, CK_ENV);
  failed = srunner_ntests_failed (sr);
  srunner_free (sr);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
