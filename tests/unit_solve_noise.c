/* SPDX-License-Identifier: BSD-3-Clause */
/* Noise of populations: moments of linear equations against those of the method and of the equation, weakly and along paths;
   Markov variables against their chain. */
#include "../src/solve/solve_strip.h"
#include "solve_flock.h"

enum { MANY = 10000 };

typedef struct moments
{
  double mean, var, third; /* third: standardised */
} moments;

static moments
moments_of (const double *x, size_t n)
{
  moments m = { 0 };

  for (size_t i = 0; i < n; ++i)
    m.mean += x[i] / (double) n;
  for (size_t i = 0; i < n; ++i)
    m.var += (x[i] - m.mean) * (x[i] - m.mean) / (double) (n - 1);
  for (size_t i = 0; i < n; ++i)
    m.third += pow ((x[i] - m.mean) / sqrt (m.var), 3) / (double) n;
  return m;
}

/* ---- Ornstein-Uhlenbeck: x' = -x / tau + s w, beside it the path W' = w -------------------------------------------- */

static void
ou_init (const double *p, double *y)
{
  y[0] = p[2];
  y[1] = 0;
}

static void
ou_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  UNUSED (t);
  f[0] = -y[0] / p[0] + p[1] * u[0];
  f[1] = u[0];
}

static const unsigned char white[] = { ICTUS_NOISE_WIENER };
static const ictus_kernel ou = { .abi = ICTUS_KERNEL_ABI, .nstate = 2, .npar = 3, .nslot = 3, .nu = 1, .nnoise = 1, .name = "ou", .init = ou_init, .rhs = ou_rhs, .noise = white };

START_TEST (ornstein_uhlenbeck)
{
  static const char *const solvers[] = { "euler", "heun" };
  const double tau = 10, s = 2, x0 = 5, h = 0.5, T = 20, p[] = { tau, s, x0 };
  const bool heun = _i == 1;
  double a = heun ? 1 - h / tau + h * h / (2 * tau * tau) : 1 - h / tau, b = heun ? s * (1 - h / (2 * tau)) : s;
  double n = T / h, mean = x0 * pow (a, n), var = b * b * h * (1 - pow (a, 2 * n)) / (1 - a * a);
  flock f;
  moments m;

  flock_init (&f, &ou, 0, MANY, p, false, solvers[_i], h, 0);
  flock_must (flock_start (&f));
  flock_must (flock_run (&f, (ictus_tick) n, 4));
  m = moments_of (f.y, MANY);
  ck_assert_double_lt (fabs (m.mean - mean), 4 * sqrt (var / MANY));
  ck_assert_double_lt (fabs (m.var - var), 4 * var * sqrt (2.0 / MANY));
  ck_assert_double_lt (fabs (m.third), 4 * sqrt (6.0 / MANY));
  if (heun) /* the equation itself: the step is short enough */
    {
      mean = x0 * exp (-T / tau);
      var = s * s * tau / 2 * (1 - exp (-2 * T / tau));
      ck_assert_double_lt (fabs (m.mean - mean), 4 * sqrt (var / MANY));
      ck_assert_double_lt (fabs (m.var - var), 4 * var * sqrt (2.0 / MANY));
    }
  m = moments_of (f.y + MANY, MANY); /* W (T) */
  ck_assert_double_lt (fabs (m.mean), 4 * sqrt (T / MANY));
  ck_assert_double_lt (fabs (m.var - T), 4 * T * sqrt (2.0 / MANY));
  flock_clear (&f);
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

/* ---- geometric Brownian motion: x' = mu x + s x w ------------------------------------------------------------------- */

static void
gbm_init (const double *p, double *y)
{
  UNUSED (p);
  y[0] = 1;
  y[1] = 0;
}

static void
gbm_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  UNUSED (t);
  f[0] = p[0] * y[0] + p[1] * y[0] * u[0];
  f[1] = u[0];
}

static const ictus_kernel gbm = { .abi = ICTUS_KERNEL_ABI, .nstate = 2, .npar = 2, .nslot = 2, .nu = 1, .nnoise = 1, .name = "gbm", .init = gbm_init, .rhs = gbm_rhs, .noise = white };

/* Mean distance at T = 1 from the solution on the same path, that of Ito or of Stratonovich. */
static double
path_error (const char *solver, bool ito, double dt)
{
  const double p[] = { 0.5, 0.8 };
  double sum = 0;
  flock f;

  flock_init (&f, &gbm, 0, MANY, p, false, solver, 0.25, dt);
  flock_must (flock_start (&f));
  flock_must (flock_run (&f, 4, 2));
  for (size_t i = 0; i < MANY; ++i)
    sum += fabs (f.y[i] - exp (p[0] - (ito ? p[1] * p[1] / 2 : 0) + p[1] * f.y[MANY + i])) / MANY;
  flock_clear (&f);
  return sum;
}

START_TEST (strong_order)
{
  double e1 = path_error ("euler", true, 1.0 / 64), e2 = path_error ("euler", true, 1.0 / 256);
  double h1 = path_error ("heun", false, 1.0 / 64), h2 = path_error ("heun", false, 1.0 / 256);

  ck_assert_double_lt (fabs (log2 (e1 / e2) / 2 - 0.5), 0.06);
  ck_assert_double_lt (fabs (log2 (h1 / h2) / 2 - 1), 0.06);
  ck_assert_double_gt (path_error ("euler", false, 1.0 / 256), 20 * e2 / 4); /* the one is not the other */
  ck_assert_double_gt (path_error ("heun", true, 1.0 / 256), 20 * h2);
}
END_TEST

START_TEST (weak_moments)
{
  const double mu = 0.5, s = 0.4, T = 1, p[] = { mu, s };
  const int n = 16;
  const double dt = T / n;
  /* one step multiplies by g = 1 + mu dt + s sqrt (dt) N, or by 1 + q + q^2 / 2 with q = g - 1: their first moments */
  double v = s * s * dt, q1 = mu * dt, q2 = q1 * q1 + v, q3 = q1 * q1 * q1 + 3 * q1 * v, q4 = pow (q1, 4) + 6 * q1 * q1 * v + 3 * v * v;
  double first[2] = { 1 + q1, 1 + q1 + q2 / 2 }, second[2] = { 1 + 2 * q1 + q2, 1 + 2 * q1 + 2 * q2 + q3 + q4 / 4 };
  static const char *const solvers[] = { "euler", "heun" };
  flock f;

  flock_init (&f, &gbm, 0, MANY, p, false, solvers[_i], 0.25, dt);
  flock_must (flock_start (&f));
  flock_must (flock_run (&f, 4, 4));
  {
    double mean = pow (first[_i], n), var = pow (second[_i], n) - mean * mean;
    moments m = moments_of (f.y, MANY);
    /* the equation: Ito, or Stratonovich */
    double exact = _i == 0 ? exp (mu * T) : exp (mu * T + s * s * T / 2);

    ck_assert_double_lt (fabs (m.mean - mean), 4 * sqrt (var / MANY));
    ck_assert_double_lt (fabs (m.var - var), 0.08 * var); /* 4 standard errors of a log-normal variance of this width */
    ck_assert_double_lt (fabs (mean - exact), _i == 0 ? 0.013 : 0.006);
  }
  flock_clear (&f);
}
END_TEST

/* ---- slots ----------------------------------------------------------------------------------------------------------- */

/* y' = u: what was drawn, step by step */
static void
slots_init (const double *p, double *y)
{
  UNUSED (p);
  memset (y, 0, 5 * sizeof *y);
}

static void
slots_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  UNUSED (t);
  UNUSED (y);
  UNUSED (p);
  memcpy (f, u, 5 * sizeof *f);
}

static const unsigned char five[] = { ICTUS_NOISE_NORMAL, ICTUS_NOISE_UNIFORM, ICTUS_NOISE_WIENER, ICTUS_NOISE_NORMAL, ICTUS_NOISE_UNIFORM };
static const ictus_kernel slots = { .abi = ICTUS_KERNEL_ABI, .nstate = 5, .nu = 5, .nnoise = 5, .name = "slots", .init = slots_init, .rhs = slots_rhs, .noise = five };

START_TEST (slots_are_independent)
{
  const double dt = 0.25, none = 0;
  flock f;
  double *x;

  flock_init (&f, &slots, 0, MANY, &none, false, "euler", dt, 0);
  flock_must (flock_start (&f));
  flock_must (flock_run (&f, 1, 1));
  x = ictus_alloc (10 * MANY, sizeof *x);
  memcpy (x, f.y, 5 * MANY * sizeof *x);
  flock_must (flock_run (&f, 2, 1));
  for (size_t i = 0; i < 5 * MANY; ++i)
    x[5 * MANY + i] = (f.y[i] - x[i]) / dt; /* the second step */
  for (size_t k = 0; k < 5; ++k)
    for (size_t i = 0; i < MANY; ++i)
      x[k * MANY + i] /= dt;
  for (size_t k = 0; k < 10; ++k)
    {
      bool uniform = five[k % 5] == ICTUS_NOISE_UNIFORM;
      double mean = uniform ? 0.5 : 0, var = uniform ? 1.0 / 12 : k % 5 == 2 ? 1 / dt : 1;
      moments m = moments_of (x + k * MANY, MANY);

      ck_assert_double_lt (fabs (m.mean - mean), 4 * sqrt (var / MANY));
      ck_assert_double_lt (fabs (m.var - var), 4 * var * sqrt (2.0 / MANY));
      for (size_t i = 0; i < MANY && uniform; ++i)
        ck_assert (x[k * MANY + i] > -1e-12 && x[k * MANY + i] < 1 + 1e-12);
      for (size_t j = 0; j < k; ++j) /* with other slots and with the step before */
        {
          moments o = moments_of (x + j * MANY, MANY);
          double sum = 0;

          for (size_t i = 0; i < MANY; ++i)
            sum += (x[k * MANY + i] - m.mean) * (x[j * MANY + i] - o.mean);
          ck_assert_double_lt (fabs (sum / sqrt (m.var * o.var) / MANY), 4.5 / sqrt (MANY));
        }
    }
  ictus_free (x);
  flock_clear (&f);
}
END_TEST

START_TEST (levels_agree)
{
  enum { M = 64 };
  const uint32_t key[2] = { 0x12345678, 0x9abcdef0 };
  uint32_t unit[M];
  uint64_t one[M], two[M], seen[3] = { 0 };
  double x[M];
  int best = ictus_isa_best (), least = best < 2 ? best : 2;

  for (uint32_t i = 0; i < M; ++i)
    unit[i] = 3 * i;
  for (int level = least; level <= best; ++level)
    {
      const ictus__lane_loops *l;
      uint64_t got[3] = { 0 };

      flock_must (ictus_isa_use (ictus_isa_name (level)));
      l = ictus__lane_loops_in_use ();
      for (uint64_t step = 0; step < 40; ++step)
        {
          l->words (key, unit, step << 30, 5, M, one, two);
          got[0] = ictus_hash (one, sizeof one, ictus_hash (two, sizeof two, got[0]));
          l->normals (M, one, 0.3, x);
          got[1] = ictus_hash (x, sizeof x, got[1]);
          l->uniforms (M, two, x);
          got[2] = ictus_hash (x, sizeof x, got[2]);
        }
      if (level == least)
        memcpy (seen, got, sizeof seen);
      ck_assert (memcmp (seen, got, sizeof seen) == 0);
    }
}
END_TEST

/* ---- Markov variables ------------------------------------------------------------------------------------------------- */

/* A gate that opens and closes, and a ring of three. Counted beside them: time spent open, and in value 2. */
static void
chain_init (const double *p, double *y)
{
  UNUSED (p);
  memset (y, 0, 4 * sizeof *y);
}

static void
chain_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  UNUSED (t);
  UNUSED (p);
  UNUSED (u);
  f[0] = y[2];
  f[1] = y[3] == 2;
  f[2] = f[3] = 0;
}

static void
chain_rates (double t, const double *y, const double *p, const double *u, double *q)
{
  UNUSED (t);
  UNUSED (y);
  UNUSED (u);
  memset (q, 0, 13 * sizeof *q);
  q[0] = q[3] = NAN; /* diagonals mean nothing */
  q[1] = p[0];
  q[2] = p[1];
  q[4 + 1] = 0.4; /* 0 to 1 */
  q[4 + 5] = 0.2; /* 1 to 2 */
  q[4 + 6] = 0.1; /* 2 to 0 */
}

static const int chain_of[] = { 2, 3 }, chain_n[] = { 2, 3 };
static const ictus_kernel chain = { .abi = ICTUS_KERNEL_ABI, .nstate = 4, .npar = 2, .nslot = 2, .nmarkov = 2, .name = "chain", .init = chain_init, .rhs = chain_rhs, .markov_of = chain_of, .markov_n = chain_n, .rates = chain_rates };

typedef struct watch
{
  double last[MANY];
  double since[MANY];
  double sum[2], sum2[2], n[2]; /* dwell times in ticks, of value 0 and 1 */
  double now, bad;
} watch;

static void
see (void *ctx, size_t i, int s, const double *y, const double *u)
{
  watch *w = ctx;

  UNUSED (s);
  UNUSED (u);
  w->now += i == 0;
  w->bad += !(y[2] == 0 || y[2] == 1) || !(y[3] == 0 || y[3] == 1 || y[3] == 2);
  if (y[2] == w->last[i])
    return;
  if (w->since[i] > 0) /* the first one begins before it can be seen */
    {
      double d = w->now - w->since[i];
      int v = w->last[i] > 0;

      w->sum[v] += d;
      w->sum2[v] += d * d;
      w->n[v] += 1;
    }
  w->last[i] = y[2];
  w->since[i] = w->now;
}

START_TEST (markov_chain)
{
  static const char *const solvers[] = { "euler", "heun", "rk4" };
  const double h = 0.1, p[] = { 0.5, 1.5 };
  const ictus_tick nt = 800;
  size_t n = 1000;
  watch w = { 0 };
  flock f;
  double open = 0, two = 0;

  flock_init (&f, &chain, 0, n, p, false, solvers[_i], h, 0);
  f.sample = see;
  f.ctx = &w;
  flock_must (flock_start (&f));
  flock_must (flock_run (&f, 200, 1)); /* settled */
  memset (&w, 0, sizeof w);
  for (size_t i = 0; i < n; ++i)
    {
      w.last[i] = f.y[2 * n + i];
      f.y[i] = f.y[n + i] = 0;
    }
  flock_must (flock_run (&f, 200 + nt, 1));
  ck_assert_double_eq (w.bad, 0);
  for (size_t i = 0; i < n; ++i)
    {
      open += f.y[i] / ((double) nt * h) / (double) n;
      two += f.y[n + i] / ((double) nt * h) / (double) n;
    }
  /* the steps' own chain has the same stationary law: alpha / (alpha + beta), and 1 / rate in a ring. Correlation times of 0.5
     and about 3 ms make the standard errors sqrt (2 v tau / (T n)) */
  ck_assert_double_lt (fabs (open - 0.25), 4 * sqrt (2 * 0.1875 * 0.5 / ((double) nt * h * (double) n)));
  ck_assert_double_lt (fabs (two - 10 / 17.5), 4 * sqrt (2 * 0.245 * 3 / ((double) nt * h * (double) n)));
  for (int v = 0; v < 2; ++v)
    { /* geometric: mean 1 / c, variance (1 - c) / c^2; those that are cut off at the end are long ones, hence a little more
         room */
      double c = p[v] * h, mean = w.sum[v] / w.n[v], var = w.sum2[v] / w.n[v] - mean * mean;

      ck_assert_double_gt (w.n[v], 10000);
      ck_assert_double_lt (fabs (mean - 1 / c), 4 * sqrt (1 - c) / c / sqrt (w.n[v]) + 0.03 / c);
      ck_assert_double_lt (fabs (var * c * c / (1 - c) - 1), 0.1);
    }
  flock_clear (&f);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("solve: noise");
  TCase *t = tcase_create ("noise");
  SRunner *r;
  int failed;

  tcase_set_timeout (t, 120);
  tcase_add_loop_test (t, ornstein_uhlenbeck, 0, 2);
  tcase_add_test (t, strong_order);
  tcase_add_loop_test (t, weak_moments, 0, 2);
  tcase_add_test (t, slots_are_independent);
  tcase_add_test (t, levels_agree);
  tcase_add_loop_test (t, markov_chain, 0, 3);
  suite_add_tcase (s, t);
  r = srunner_create (s);
  srunner_run_all (r, CK_ENV);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed != 0;
}
