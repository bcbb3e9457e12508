/* SPDX-License-Identifier: BSD-3-Clause */
/* Lane kernels of every shipped model at every level of this processor: against the scalar functions, and against
 * themselves with other neighbours, other places, other strides. */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ictus/model.h"

enum { M = 3 * ICTUS_LANE, ROOM = M + 5, ROUNDS = 40 };

static const char *const levels[] = { "generic", "x86-64-v2", "x86-64-v3", "x86-64-v4" };
enum { NLEVEL = sizeof levels / sizeof *levels };

typedef struct bench /* a model and arrays for M lanes; strides are larger than M, nothing is aligned */
{
  ictus_model *m;
  const ictus_kernel *k;
  const ictus_lanes *l;
  size_t ns, np, nu;
  double *t, *y, *p, *u, *f, *d, *J, *g; /* the first seven at odd places of their memory */
  double *own;
} bench;

static bool
bench_open (bench *b, int test)
{
  const ictus_kernel *kernel = ictus_model_shipped ((size_t) (test / NLEVEL));
  double *at;
  size_t n;

  if (ictus_isa_use (levels[test % NLEVEL]) != ICTUS_OK)
    return false;
  ck_assert_msg (ictus_model_open (kernel->name, NULL, NULL, &b->m) == ICTUS_OK, "%s", ictus_err_last ());
  b->k = b->m->kernel;
  b->l = b->m->lanes;
  ck_assert_ptr_nonnull (b->l);
  ck_assert_int_eq (b->l->abi, ICTUS_KERNEL_ABI);
  ck_assert_int_eq (b->l->level, ictus_isa_level ());
  ck_assert_int_eq (b->l->fire == NULL, b->k->fire == NULL);
  b->ns = (size_t) b->k->nstate;
  b->np = (size_t) b->k->nslot;
  b->nu = (size_t) b->k->nu;
  n = ROOM * (2 + 3 * b->ns + b->np + b->nu + b->ns * b->ns) + 1;
  b->own = at = ictus_alloc (n, sizeof *at);
  ck_assert_ptr_nonnull (at);
  b->t = at + 1;
  b->y = b->t + ROOM;
  b->p = b->y + ROOM * b->ns;
  b->u = b->p + ROOM * b->np;
  b->f = b->u + ROOM * b->nu;
  b->d = b->f + ROOM * b->ns;
  b->J = b->d + ROOM * b->ns;
  b->g = b->J + ROOM * b->ns * b->ns;
  return true;
}

static void
bench_close (bench *b)
{
  ictus_free (b->own);
  ictus_model_close (&b->m);
  ck_assert_uint_eq (ictus_mem_live (), 0);
}

static const double odd[] = { 0, -0.0, 1, -1, 1e-300, -1e-12, 40, -40, -55, -65, 800, -800, 1e5, -1e5, 1e300, INFINITY,
                              -INFINITY, (double) NAN };
enum { NODD = sizeof odd / sizeof *odd };

/* Parameters, states, inputs near those of the model; strange: one number in eight of the list above. */
static void
shake (bench *b, ictus_rng *r, bool strange)
{
  double p[1024], y[64];

  for (size_t i = 0; i < M; ++i)
    {
      ictus_model_defaults (b->m, p);
      for (int k = 0; k < b->k->npar; ++k)
        p[k] *= 1 + 0.1 * ictus_rng_normal (r);
      b->k->prepare (p);
      b->k->init (p, y);
      b->t[i] = 100 * ictus_rng_uniform (r);
      for (size_t k = 0; k < b->np; ++k)
        b->p[k * ROOM + i] = p[k];
      for (size_t k = 0; k < b->ns; ++k)
        b->y[k * ROOM + i] = strange && ictus_rng_below (r, 8) == 0
                                 ? odd[ictus_rng_below (r, NODD)]
                                 : y[k] + ictus_rng_normal (r) * (ictus_rng_below (r, 2) ? 0.1 : 30);
      for (size_t k = 0; k < b->nu; ++k)
        b->u[k * ROOM + i] = ictus_rng_normal (r);
    }
}

/* Each parameter set of lane 0 for all. */
static void
share (bench *b, double *p, double *u)
{
  for (size_t k = 0; k < b->np; ++k)
    {
      p[k] = b->p[k * ROOM];
      for (size_t i = 0; i < M; ++i)
        b->p[k * ROOM + i] = p[k];
    }
  for (size_t k = 0; k < b->nu; ++k)
    {
      u[k] = b->u[k * ROOM];
      for (size_t i = 0; i < M; ++i)
        b->u[k * ROOM + i] = u[k];
    }
  for (size_t i = 0; i < M; ++i)
    b->t[i] = b->t[0];
}

static ictus_lane_args
args (const bench *b)
{
  return (ictus_lane_args) { .m = M, .t = b->t, .ts = 1, .y = b->y, .ys = ROOM, .p = b->p, .ps = ROOM, .u = b->u,
                             .us = ROOM };
}

/* The sign of NaN means nothing. */
static bool
same_bits (double a, double b)
{
  return memcmp (&a, &b, sizeof a) == 0 || (isnan (a) && isnan (b));
}

static void
run_all (const bench *b, const ictus_lane_args *a)
{
  b->l->rhs (a, b->d, ROOM); /* once alone, then with J: the same bits */
  b->l->jac (a, b->f, b->J, ROOM);
  for (size_t k = 0; k < b->ns; ++k)
    for (size_t i = 0; i < a->m; ++i)
      ck_assert (same_bits (b->f[k * ROOM + i], b->d[k * ROOM + i]));
  b->l->diag (a, b->f, b->d, ROOM);
  if (b->l->fire != NULL)
    b->l->fire (a, b->g);
}

/* ---- against the scalar functions ------------------------------------------------------------------------------ */

/* Functions of libm and of SLEEF differ in the last digits, which grow where terms nearly cancel: scale is the size of
   the terms. NaN and infinity have to agree. */
static bool
near (double a, double b, double scale)
{
  if (isnan (a) || isnan (b))
    return isnan (a) && isnan (b);
  if (isinf (a) || isinf (b))
    return a == b;
  return fabs (a - b) <= 16 * DBL_EPSILON * (fabs (b) + scale);
}

/* How large the terms of f and of the Jacobian may be: what they change by when the state changes by itself. */
static double
scale_of (const double *J, const double *y, size_t ns, size_t i)
{
  double s = 0;

  for (size_t j = 0; j < ns; ++j)
    s += isfinite (J[j * ns + i] * y[j]) ? fabs (J[j * ns + i]) * (fabs (y[j]) + 100) : 0;
  return s;
}

typedef struct agreement
{
  bool exact;
  double worst;
} agreement;

static void
compare (const bench *b, const agreement *how)
{
  double y[64], p[1024], u[16], f[64], d[64], J[64 * 64];

  for (size_t i = 0; i < M; ++i)
    {
      size_t e = 0;

      for (size_t k = 0; k < b->ns; ++k)
        y[k] = b->y[k * ROOM + i];
      for (size_t k = 0; k < b->np; ++k)
        p[k] = b->p[k * ROOM + i];
      for (size_t k = 0; k < b->nu; ++k)
        u[k] = b->u[k * ROOM + i];
      b->k->diag (b->t[i], y, p, u, f, d);
      b->k->jac (b->t[i], y, p, u, J);
      for (size_t k = 0; k < b->ns; ++k)
        {
          double s = how->exact ? 0 : scale_of (J, y, b->ns, k), lane_f = b->f[k * ROOM + i], lane_d = b->d[k * ROOM + i];

          ck_assert_msg (how->exact ? same_bits (lane_f, f[k]) : near (lane_f, f[k], s), "%s: f%zu is %.17g, not %.17g",
                         b->k->name, k, lane_f, f[k]);
          ck_assert_msg (how->exact ? same_bits (lane_d, d[k]) : near (lane_d, d[k], fabs (J[k * b->ns + k]) + s),
                         "%s: d%zu is %.17g, not %.17g", b->k->name, k, lane_d, d[k]);
        }
      for (size_t j = 0; j < b->ns * b->ns; ++j)
        {
          bool there = e < (size_t) b->l->nnz && (size_t) b->l->row[e] + (size_t) b->l->col[e] * b->ns == j;
          double v = there ? b->J[e * ROOM + i] : 0, s = how->exact ? 0 : scale_of (J, y, b->ns, j % b->ns);

          ck_assert_msg (how->exact ? same_bits (v, J[j]) || v == J[j] : near (v, J[j], s),
                         "%s: J%zu is %.17g, not %.17g", b->k->name, j, v, J[j]);
          e += there;
        }
      ck_assert_int_eq (e, b->l->nnz);
      if (b->k->fire != NULL)
        ck_assert_msg (near (b->g[i], b->k->fire (b->t[i], y, p, u), 0), "%s: fire", b->k->name);
    }
}

static bool
has_functions (const char *text) /* that are computed in another way */
{
  static const char *const names[] = { "exp", "vtrap", "tanh", "ln(", "log", "cosh", "pow" };

  for (size_t k = 0; k < sizeof names / sizeof *names; ++k)
    if (strstr (text, names[k]) != NULL)
      return true;
  return false;
}

START_TEST (lanes_agree_with_the_scalar_functions)
{
  bench b;
  ictus_rng r = ictus_rng_open (11, ICTUS_RNG_TEST, (uint64_t) _i, 0, 0);
  agreement how;
  ictus_lane_args a;

  if (!bench_open (&b, _i))
    return;
  how.exact = !has_functions (b.k->text);
  for (int round = 0; round < ROUNDS; ++round)
    {
      shake (&b, &r, round % 2 == 1);
      a = args (&b);
      run_all (&b, &a);
      compare (&b, &how);
    }
  bench_close (&b);
}
END_TEST

/* The diagonal that is said to be fixed is so; what is not there is 0 (compare looks at that). */
START_TEST (the_fixed_diagonal_is_fixed)
{
  bench b;
  ictus_rng r = ictus_rng_open (12, ICTUS_RNG_TEST, (uint64_t) _i, 0, 0);
  ictus_lane_args a;
  double p[1024], u[16], first[64];

  if (!bench_open (&b, _i))
    return;
  for (int round = 0; round < ROUNDS; ++round)
    {
      shake (&b, &r, false);
      if (round == 0)
        share (&b, p, u);
      a = args (&b);
      a.p = p;
      a.ps = 0;
      b.l->diag (&a, b.f, b.d, ROOM);
      for (size_t k = 0; k < b.ns; ++k)
        {
          ck_assert_int_le (b.l->fixed[k], 1);
          first[k] = round == 0 ? b.d[k * ROOM] : first[k];
          for (size_t i = 0; i < M && b.l->fixed[k]; ++i)
            ck_assert (same_bits (b.d[k * ROOM + i], first[k]));
        }
    }
  bench_close (&b);
}
END_TEST

/* ---- against themselves ------------------------------------------------------------------------------------------ */

typedef struct outcome
{
  double *x;
  size_t n;
} outcome;

static outcome
keep (const bench *b)
{
  outcome o = { .n = ROOM * (2 * b->ns + b->ns * b->ns + 1) };

  o.x = ictus_alloc (o.n, sizeof *o.x);
  memcpy (o.x, b->f, o.n * sizeof *o.x);
  return o;
}

/* Lane i now has the bits that lane j had. */
static void
check_lane (const bench *b, const outcome *o, size_t i, size_t j)
{
  size_t rows = 2 * b->ns + (size_t) b->l->nnz;

  for (size_t k = 0; k < rows; ++k)
    ck_assert_msg (same_bits (b->f[k * ROOM + i], o->x[k * ROOM + j]), "%s: row %zu of lane %zu", b->k->name, k, i);
  if (b->l->fire != NULL)
    ck_assert (same_bits (b->g[i], o->x[(2 * b->ns + b->ns * b->ns) * ROOM + j]));
}

START_TEST (a_lane_depends_on_itself_alone)
{
  bench b;
  ictus_rng r = ictus_rng_open (13, ICTUS_RNG_TEST, (uint64_t) _i, 0, 0);
  ictus_lane_args a;
  outcome o;
  double *from;

  if (!bench_open (&b, _i))
    return;
  from = ictus_alloc (ROOM * (1 + b.ns + b.np + b.nu), sizeof *from);
  shake (&b, &r, false);
  a = args (&b);
  run_all (&b, &a);
  o = keep (&b);
  memcpy (from, b.t, ROOM * (1 + b.ns + b.np + b.nu) * sizeof *from);
  for (size_t turn = 1; turn < M; ++turn)
    {
      /* every lane moves by turn places; every third one gets strange company instead */
      shake (&b, &r, true);
      for (size_t i = 0; i < M; ++i)
        for (size_t k = 0; k < 1 + b.ns + b.np + b.nu; ++k)
          if (i % 3 != turn % 3)
            b.t[k * ROOM + i] = from[k * ROOM + (i + turn) % M];
      a.m = turn % 2 == 0 ? M : ICTUS_LANE * (1 + turn % 3);
      run_all (&b, &a);
      for (size_t i = 0; i < a.m; ++i)
        if (i % 3 != turn % 3)
          check_lane (&b, &o, i, (i + turn) % M);
    }
  ictus_free (o.x);
  ictus_free (from);
  bench_close (&b);
}
END_TEST

START_TEST (shared_arguments_are_those_of_each_lane)
{
  bench b;
  ictus_rng r = ictus_rng_open (14, ICTUS_RNG_TEST, (uint64_t) _i, 0, 0);
  ictus_lane_args a;
  double p[1024], u[16];

  if (!bench_open (&b, _i))
    return;
  for (int round = 0; round < ROUNDS; ++round)
    {
      outcome o;

      shake (&b, &r, round % 2 == 1);
      share (&b, p, u);
      a = args (&b);
      run_all (&b, &a);
      o = keep (&b);
      a.p = p;
      a.u = b.nu > 0 ? u : NULL;
      a.ps = a.us = a.ts = 0;
      run_all (&b, &a);
      for (size_t i = 0; i < M; ++i)
        check_lane (&b, &o, i, i);
      ictus_free (o.x);
    }
  bench_close (&b);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("model lanes");
  TCase *c = tcase_create ("all models, all levels");
  SRunner *sr = srunner_create (s);
  int n = 0, failed;

  while (ictus_model_shipped ((size_t) n) != NULL)
    ++n;
  tcase_set_timeout (c, 60);
  tcase_add_loop_test (c, lanes_agree_with_the_scalar_functions, 0, n * NLEVEL);
  tcase_add_loop_test (c, the_fixed_diagonal_is_fixed, 0, n * NLEVEL);
  tcase_add_loop_test (c, a_lane_depends_on_itself_alone, 0, n * NLEVEL);
  tcase_add_loop_test (c, shared_arguments_are_those_of_each_lane, 0, n * NLEVEL);
  suite_add_tcase (s, c);
  srunner_run_all (sr, CK_ENV);
  failed = srunner_ntests_failed (sr);
  srunner_free (sr);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
