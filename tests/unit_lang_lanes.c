/* SPDX-License-Identifier: BSD-3-Clause */
/* Every function of the language in lanes, at every level of this processor: the value of the scalar one within a few
 * last digits; NaN, infinities and special points as there; no warning of the compiler. */
#include <float.h>
#include <math.h>

#include "lang_kernel.h"

static const char text[] = "par a=1, b=2\n"
                           "init x=0.5, y=0.25\n"
                           "x'=0\n"
                           "y'=0\n"
                           "q1'=sin(x)\nq2'=cos(x)\nq3'=tan(x)\nq4'=asin(x)\nq5'=acos(x)\nq6'=atan(x)\n"
                           "q7'=sinh(x)\nq8'=cosh(x)\nq9'=tanh(x)\nq10'=exp(x)\nq11'=ln(x)\nq12'=log10(x)\n"
                           "q13'=sqrt(x)\nq14'=abs(x)\nq15'=sign(x)\nq16'=heav(x)\nq17'=flr(x)\nq18'=ceil(x)\n"
                           "q19'=erf(x)\nq20'=erfc(x)\nq21'=exprel(x)\nq22'=vtrap(x,1)\n"
                           "q23'=x^y\nq24'=atan2(x,y)\nq25'=mod(x,y)\nq26'=min(x,y)\nq27'=max(x,y)\n"
                           "q28'=if(x<y)then(x)else(2)\nq29'=if(x<=y)then(1)else(y)\nq30'=(x==y)+2*(x!=y)\n"
                           "q31'=(x>y)+2*(x>=y)\nq32'=not(x)+2*not(x<y)\nq33'=((x&y)+2*(x|y))*(1+(x<1&y<1|x>2))\n"
                           "q34'=x^7\nq35'=x^(-3)\nq36'=x/a*b - y/(a+b)\nq37'=if(a>b)then(exp(x))else(exp(-x))\n"
                           "q38'=if(x>0&not(y>0))then(ln(x))else(sqrt(y))\nq39'=-x\nq40'=t*x\n";

enum { M = 64, LEVELS = 4 };

static const char *const names[LEVELS + 1] = { "", "", "-march=x86-64-v2", "-march=x86-64-v3", "-march=x86-64-v4" };

/* Level number k + 1 of this processor. */
static bool
level_at (int k, int *level)
{
  *level = k + 1;
  return ictus_isa_name (*level) != NULL && (ictus_isa_best () == 1 ? *level == 1 : *level > 1)
         && *level <= ictus_isa_best ();
}

static double
value (ictus_rng *r, size_t i)
{
  static const double special[] = { 0, -0.0, 1, -1, 0.5, -0.5, 2, -2, 3, 1e-320, -1e-320, 1e-300, -1e-300, 1e-160, 1e-17, -1e-17,
                                    1e-9, -1e-9, 1e-5, -1e-5, 1e-3, 0.34657359027997264, -0.34657359027997264, 36, -36, 37.5,
                                    -37.5, 40, -40, 88.7, -88.7, 700, -700, 700.5, -700.5, 708, -708, 709.7, 709.8, -709.8,
                                    710.4, -710.4, -740, -745.1, -745.2, -746, 745, 800, -800, 1400, 1401, 1499, 1501, -1501,
                                    1e5, -1e5, 1e10, 1e15, 1e16, -1e16, 1e300, -1e300, DBL_MAX, -DBL_MAX, INFINITY, -INFINITY,
                                    (double) NAN };
  static const double size[] = { 1, 30, 800, 1e-3, 1e-8, 1e4 };
  enum { NSPECIAL = sizeof special / sizeof *special };

  if (i < NSPECIAL)
    return special[i];
  if (ictus_rng_below (r, 6) == 0)
    return special[ictus_rng_below (r, NSPECIAL)];
  return ictus_rng_normal (r) * size[ictus_rng_below (r, sizeof size / sizeof *size)];
}

/* Last digits by which a and b differ; NaN against a number, and infinity against what is far from it, are many. */
static double
digits (double a, double b)
{
  double big = fmax (fabs (a), fabs (b));

  if (a == b || (isnan (a) && isnan (b)))
    return 0;
  if (!isfinite (a) || !isfinite (b)) /* one last digit short of the largest number is infinite */
    return (isinf (a) && fabs (b) >= DBL_MAX * (1 - 8 * DBL_EPSILON)) || (isinf (b) && fabs (a) >= DBL_MAX * (1 - 8 * DBL_EPSILON))
               ? 1
               : 1e300;
  return fabs (a - b) / fmax (big * DBL_EPSILON, 4.9406564584124654e-324);
}

typedef struct job
{
  lane_model m;
  const char *flags;
  size_t ns;
  double *y, *f, *J, *F;
} job;

static void
compare (const job *j, const double *p, ictus_rng *r, size_t offset)
{
  double t = 3, f[64], J[64 * 64];
  ictus_lane_args a = { .m = M, .t = &t, .ts = 0, .y = j->y, .ys = M, .p = p, .ps = 0 };

  for (size_t i = 0; i < M; ++i)
    {
      j->y[i] = value (r, offset + i);
      j->y[M + i] = value (r, 10000);
    }
  j->m.l->jac (&a, j->f, j->J, M);
  for (size_t i = 0; i < M; ++i)
    {
      double y[64] = { j->y[i], j->y[M + i] };
      size_t e = 0;

      j->m.m.k->rhs (t, y, p, NULL, f);
      j->m.m.k->jac (t, y, p, NULL, J);
      for (size_t k = 2; k < j->ns; ++k)
        ck_assert_msg (digits (j->f[k * M + i], f[k]) <= 4, "%s: q%zu (%.17g, %.17g) is %.17g, not %.17g: %g last digits", j->flags,
                       k - 1, y[0], y[1], j->f[k * M + i], f[k], digits (j->f[k * M + i], f[k]));
      for (; e < (size_t) j->m.l->nnz; ++e)
        {
          size_t k = (size_t) j->m.l->row[e], c = (size_t) j->m.l->col[e];

          /* 1 - tanh(x)^2 and the like are differences of numbers near 1 */
          ck_assert_msg (digits (j->J[e * M + i], J[c * j->ns + k]) <= 64 || fabs (j->J[e * M + i] - J[c * j->ns + k]) <= 8 * DBL_EPSILON,
                         "%s: dq%zu/d%zu (%.17g, %.17g) is %.17g, not %.17g", j->flags, k - 1, c, y[0], y[1], j->J[e * M + i],
                         J[c * j->ns + k]);
        }
    }
}

START_TEST (functions_agree_at_ordinary_and_at_special_points)
{
  int level;
  job j;
  double *p;
  ictus_rng r = ictus_rng_open (5, ICTUS_RNG_TEST, (uint64_t) _i, 0, 0);

  if (!level_at (_i, &level))
    return;
  j.flags = names[level];
  j.m = load_lanes ("functions", text, j.flags);
  ck_assert_int_eq (j.m.l->level, level);
  ck_assert_int_eq (j.m.l->abi, ICTUS_KERNEL_ABI);
  j.ns = (size_t) j.m.m.k->nstate;
  j.y = ictus_alloc (M * j.ns, sizeof *j.y);
  j.f = ictus_alloc (M * j.ns, sizeof *j.f);
  j.J = ictus_alloc (M * j.ns * j.ns, sizeof *j.J);
  p = default_parameters (&j.m.m);
  for (size_t round = 0; round < 400; ++round)
    compare (&j, p, &r, round * M);
  ictus_free (j.y);
  ictus_free (j.f);
  ictus_free (j.J);
  ictus_free (p);
  unload_lanes (&j.m);
}
END_TEST

/* A model of so many operations that it is compiled in another way. */
START_TEST (large_models_agree)
{
  enum { N = 40 };
  int level;
  lane_model m;
  ictus_text t = { 0 };
  double *p, y[N * M], f[N * M], f1[N], one[N], time = 0;
  ictus_rng r = ictus_rng_open (6, ICTUS_RNG_TEST, (uint64_t) _i, 0, 0);
  ictus_lane_args a = { .m = M, .t = &time, .ts = 0, .y = y, .ys = M };

  if (!level_at (_i, &level))
    return;
  ictus_text_add (&t, "par a=1, b=2\n");
  for (int k = 0; k < N; ++k)
    ictus_text_add (&t, "x%d' = -x%d/(a+%d) + vtrap(x%d,b) + exprel(x%d) + exp(-x%d)*cosh(x%d) + mod(x%d,3)*sinh(x%d)\n", k, k, k,
                    (k + 1) % N, (k + 2) % N, (k + 3) % N, (k + 4) % N, (k + 5) % N, (k + 6) % N);
  m = load_lanes ("large", t.s, names[level]);
  p = default_parameters (&m.m);
  a.p = p;
  for (size_t i = 0; i < N * M; ++i)
    y[i] = ictus_rng_normal (&r);
  m.l->rhs (&a, f, M);
  for (size_t i = 0; i < M; ++i)
    {
      for (size_t k = 0; k < N; ++k)
        one[k] = y[k * M + i];
      m.m.k->rhs (0, one, p, NULL, f1);
      for (size_t k = 0; k < N; ++k)
        ck_assert_double_eq_tol (f[k * M + i], f1[k], 1e-13 * (fabs (f1[k]) + 10));
    }
  ictus_free (p);
  ictus_text_clear (&t);
  unload_lanes (&m);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("lang lanes");
  TCase *c = tcase_create ("functions");
  SRunner *sr = srunner_create (s);
  int failed;

  tcase_set_timeout (c, 120);
  tcase_add_loop_test (c, functions_agree_at_ordinary_and_at_special_points, 0, LEVELS);
  tcase_add_loop_test (c, large_models_agree, 0, LEVELS);
  suite_add_tcase (s, c);
  srunner_run_all (sr, CK_ENV);
  failed = srunner_ntests_failed (sr);
  srunner_free (sr);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
