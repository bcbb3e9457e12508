/* SPDX-License-Identifier: BSD-3-Clause */
/* Bordered matrices, dense and sparse, against elimination by hand; eigenvalues of a ring; classes. */
#include "dyn_check.h"

enum { M = 2 };

/* A ring x_i' = -d_i x_i + a x_(i-1) + x_(i-2)^2 / 4. */
static dyn_case
ring (int n, double a)
{
  ictus_text t = { 0 };
  dyn_case c;

  ictus_text_add (&t, "par a=%.17g\n", a);
  for (int i = 0; i < n; ++i)
    ictus_text_add (&t, "x%d'=-%d*x%d+a*x%d+x%d^2/4\n", i, 1 + (i % 3 == 2), i, (i + n - 1) % n, (i + n - 2) % n);
  for (int i = 0; i < n; ++i)
    ictus_text_add (&t, "init x%d=%g\n", i, 0.1 * (i % 7));
  ictus_text_add (&t, "done\n");
  c = dyn_open ("ring", t.s, NULL, NULL);
  ictus_text_clear (&t);
  return c;
}

/* Sign of the determinant by Gauss with complete rows exchanged; a [N, N] by columns is destroyed. */
static int
sign_of (int N, double *a)
{
  int sign = 1;

  for (int k = 0; k < N; ++k)
    {
      int p = k;

      for (int i = k + 1; i < N; ++i)
        if (fabs (a[k * N + i]) > fabs (a[k * N + p]))
          p = i;
      if (a[k * N + p] == 0)
        return 0;
      if (p != k)
        {
          sign = -sign;
          for (int j = 0; j < N; ++j)
            {
              double t = a[j * N + k];

              a[j * N + k] = a[j * N + p];
              a[j * N + p] = t;
            }
        }
      sign *= a[k * N + k] < 0 ? -1 : 1;
      for (int i = k + 1; i < N; ++i)
        for (int j = k + 1; j < N; ++j)
          a[j * N + i] -= a[j * N + k] * a[k * N + i] / a[k * N + k];
    }
  return sign;
}

static void
check_border (int n, double a, uint64_t seed)
{
  dyn_case c = ring (n, a);
  int N = n + M;
  ictus_rng r = ictus_rng_open (seed, ICTUS_RNG_TEST, (uint64_t) n, 0, 0);
  double *B = ictus_alloc ((size_t) (n * M), sizeof *B), *C = ictus_alloc ((size_t) (n * M), sizeof *C), D[M * M];
  double *K = ictus_alloc ((size_t) (N * N), sizeof *K), *J = ictus_alloc ((size_t) (n * n), sizeof *J);
  double *x = ictus_alloc ((size_t) n, sizeof *x), *z = ictus_alloc ((size_t) N, sizeof *z), *f = ictus_alloc ((size_t) N, sizeof *f);
  ictus__bordered *b;

  dyn_must (ictus__bordered_create (c.s, M, &b));
  for (int round = 0; round < 4; ++round)
    {
      for (int i = 0; i < n * M; ++i)
        {
          B[i] = ictus_rng_normal (&r);
          C[i] = ictus_rng_normal (&r);
        }
      for (int i = 0; i < M * M; ++i)
        D[i] = ictus_rng_normal (&r);
      for (int i = 0; i < n; ++i)
        x[i] = round == 1 ? 0 : ictus_rng_normal (&r); /* at 0 entries of the Jacobian are 0, later more appear */
      ictus__dyn_jac (c.s, x, J);
      for (int j = 0; j < N; ++j)
        for (int i = 0; i < N; ++i)
          K[j * N + i] = i < n && j < n ? J[j * n + i] : i < n ? B[(j - n) * n + i] : j < n ? C[(i - n) * n + j] : D[(j - n) * M + i - n];
      ck_assert (ictus__bordered_factor (b, c.s, x, B, C, D));
      for (int transposed = 0; transposed < 2; ++transposed)
        {
          for (int i = 0; i < N; ++i)
            f[i] = ictus_rng_normal (&r);
          ictus__bordered_solve (b, f, z, transposed);
          for (int i = 0; i < N; ++i)
            {
              double sum = -f[i];

              for (int j = 0; j < N; ++j)
                sum += (transposed ? K[i * N + j] : K[j * N + i]) * z[j];
              ck_assert_double_eq_tol (sum, 0, 1e-8);
            }
        }
      ck_assert_int_eq (ictus__bordered_sign (b), sign_of (N, K));
    }
  D[0] = NAN;
  ck_assert (!ictus__bordered_factor (b, c.s, x, B, C, D));
  ck_assert_int_eq (ictus__bordered_sign (b), 0);
  ictus__bordered_destroy (&b);
  ictus_free (B);
  ictus_free (C);
  ictus_free (K);
  ictus_free (J);
  ictus_free (x);
  ictus_free (z);
  ictus_free (f);
  dyn_close (&c);
}

START_TEST (dense)
{
  check_border (3, 0.7, 1);
  check_border (7, 1.3, 2);
}
END_TEST

START_TEST (sparse)
{
  check_border (61, 0.9, 3);
}
END_TEST

START_TEST (eigenvalues_in_order)
{
  const int n = 5;
  ictus_text t = { 0 };
  dyn_case c;
  double re[5], im[5], x[5] = { 0 };

  for (int i = 0; i < n; ++i)
    ictus_text_add (&t, "x%d'=-2*x%d+3*x%d\n", i, i, (i + n - 1) % n);
  ictus_text_add (&t, "done\n");
  c = dyn_open ("circulant", t.s, NULL, NULL);
  dyn_must (ictus__dyn_eigenvalues (c.s, x, re, im));
  for (int k = 0; k < n; ++k)
    {
      double angle = 2 * M_PI * ((k + 1) / 2) / n;

      ck_assert_double_eq_tol (re[k], -2 + 3 * cos (angle), 1e-12);
      ck_assert_double_eq_tol (im[k], (k % 2 == 0 ? -1 : 1) * 3 * sin (angle), 1e-12);
    }
  ictus_text_clear (&t);
  dyn_close (&c);
}
END_TEST

START_TEST (classes)
{
  static const struct
  {
    int n;
    double re[3], im[3];
    ictus_dyn_class is;
  } row[] = {
    { 1, { -1 }, { 0 }, ICTUS_DYN_STABLE_NODE },
    { 1, { 2 }, { 0 }, ICTUS_DYN_UNSTABLE_NODE },
    { 2, { -1, -1 }, { 3, -3 }, ICTUS_DYN_STABLE_FOCUS },
    { 2, { 1, 1 }, { 3, -3 }, ICTUS_DYN_UNSTABLE_FOCUS },
    { 2, { 1, -3 }, { 0, 0 }, ICTUS_DYN_SADDLE },
    { 2, { 1e-12, 1e-12 }, { 1, -1 }, ICTUS_DYN_CENTRE },
    { 2, { 1e-14, -3 }, { 0, 0 }, ICTUS_DYN_DEGENERATE },
    { 3, { 2, -1, -1 }, { 0, 1, -1 }, ICTUS_DYN_SADDLE_FOCUS },
    { 3, { 1, 1, -1 }, { 2, -2, 0 }, ICTUS_DYN_SADDLE_FOCUS },
    { 3, { 3, 1, -1 }, { 0, 0, 0 }, ICTUS_DYN_SADDLE },
    { 3, { -1, -2, -2 }, { 0, 1, -1 }, ICTUS_DYN_STABLE_NODE },
    { 3, { 0, 0, -1 }, { 1, -1, 0 }, ICTUS_DYN_CENTRE },
  };

  for (size_t i = 0; i < sizeof row / sizeof *row; ++i)
    ck_assert_msg (ictus_dyn_classify (row[i].n, row[i].re, row[i].im, 1e-9) == row[i].is, "row %zu: %s", i,
                   ictus_dyn_class_name (ictus_dyn_classify (row[i].n, row[i].re, row[i].im, 1e-9)));
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("dyn_linear");
  TCase *c = tcase_create ("linear");
  SRunner *r;
  int failed;

  tcase_set_timeout (c, 120);
  tcase_add_test (c, dense);
  tcase_add_test (c, sparse);
  tcase_add_test (c, eigenvalues_in_order);
  tcase_add_test (c, classes);
  suite_add_tcase (s, c);
  r = srunner_create (s);
  srunner_run_all (r, CK_ENV);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
