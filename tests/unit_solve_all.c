/* SPDX-License-Identifier: BSD-3-Clause */
/* One neuron that has everything at once: inputs, jumps, spikes, noise, Markov variables, events, delays. What it does depends
   neither on how many others there are, nor on its place among them, nor on windows, nor on whether its solver was made
   anew at a restart mark. */
#include "solve_flock.h"

/* v, x; z of 2 values, r of 3; h switched by events, c counts them. p: I, s, rate, two delays, refractory time */
enum { V, X, Z, R, H, C, NS };
enum { LATE_V, LATE_X, LATE_NOW, LATE_Z }; /* of u, behind the input */

static void
all_init (const double *p, double *y)
{
  memset (y, 0, NS * sizeof *y);
  y[V] = p[0];
  y[X] = 1;
}

static void
all_diag (double t, const double *y, const double *p, const double *u, double *f, double *d)
{
  memset (f, 0, NS * sizeof *f);
  memset (d, 0, NS * sizeof *d);
  f[V] = (p[0] + 4 * y[Z] + 3 * y[H] - y[V]) / 10 + u[0] + 0.04 * (u[1 + LATE_X] - u[1 + LATE_NOW]) + p[1] * u[5];
  f[X] = (u[1 + LATE_V] - y[X]) / 5 + 0.2 * u[6] + 0.01 * u[7] + 0.3 * u[1 + LATE_Z] - 0.1 * y[R] + 0.01 * cos (t);
  d[V] = -0.1;
  d[X] = -0.2;
}

static void
all_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  double d[NS];

  all_diag (t, y, p, u, f, d);
}

static double
all_fire (double t, const double *y, const double *p, const double *u)
{
  UNUSED (t);
  UNUSED (p);
  UNUSED (u);
  return y[V] - 8;
}

static void
all_reset (double t, double *y, const double *p, const double *u)
{
  UNUSED (t);
  UNUSED (p);
  UNUSED (u);
  y[V] = -1;
}

static double
all_refractory (const double *p)
{
  return p[5];
}

static void
all_port (const double *p, double *c)
{
  UNUSED (p);
  memset (c, 0, 2 * NS * sizeof *c);
  c[V] = 1;
  c[NS + X] = 1;
}

static void
all_delay (double t, const double *y, const double *p, const double *u, double *tau)
{
  UNUSED (t);
  UNUSED (y);
  UNUSED (u);
  tau[LATE_V] = p[3];
  tau[LATE_X] = p[4];
  tau[LATE_NOW] = 0;
  tau[LATE_Z] = p[3];
}

static void
all_past (double t, const double *p, double *y)
{
  all_init (p, y);
  y[X] = cos (t);
}

static void
all_rates (double t, const double *y, const double *p, const double *u, double *q)
{
  UNUSED (t);
  UNUSED (u);
  memset (q, 0, 13 * sizeof *q);
  q[1] = p[2];
  q[2] = 0.3 + 0.02 * fabs (y[V]); /* of the state */
  q[4 + 1] = q[4 + 5] = q[4 + 6] = 0.25;
  q[4 + 2] = 0.1;
}

static void
all_event (double t, const double *y, const double *p, const double *u, double *g)
{
  UNUSED (p);
  g[0] = y[X] - 0.8 - 0.001 * u[6];
  g[1] = u[1 + LATE_V] - 3;
  g[2] = sin (t) - 0.5 * y[R];
}

static int
all_happen (int k, double t, double *y, const double *p, const double *u)
{
  UNUSED (t);
  UNUSED (p);
  UNUSED (u);
  y[H] = k;
  y[C] += 1;
  if (k == 1)
    y[X] -= 0.4;
  return 0;
}

static const int of_state[] = { V, X, V, Z }, markov_of[] = { Z, R }, markov_n[] = { 2, 3 };
static const unsigned char fixed[] = { 1, 1, 1, 1 }, white[] = { ICTUS_NOISE_WIENER, ICTUS_NOISE_NORMAL, ICTUS_NOISE_UNIFORM }, calm[] = { ICTUS_NOISE_UNIFORM, ICTUS_NOISE_NORMAL, ICTUS_NOISE_UNIFORM };
static const signed char signs[] = { 1, -1, 1 };

static ictus_kernel
everything (bool noisy)
{
  return (ictus_kernel){ .abi = ICTUS_KERNEL_ABI, .nstate = NS, .npar = 6, .nslot = 6, .nport = 2, .ninput = 1, .nu = 8, .ndelay = 4, .nnoise = 3, .nmarkov = 2, .nevent = 3, .name = "everything",
                         .init = all_init, .rhs = all_rhs, .diag = all_diag, .fire = all_fire, .reset = all_reset, .refractory = all_refractory, .port = all_port,
                         .delay_of = of_state, .delay_fixed = fixed, .delay = all_delay, .history = all_past, .noise = noisy ? white : calm,
                         .markov_of = markov_of, .markov_n = markov_n, .rates = all_rates, .event_sign = signs, .event = all_event, .happen = all_happen };
}

/* ---- neurons that are what they are by their number alone -------------------------------------------------------------- */

enum { MOST = 1061, TICKS = 160, AHEAD = 8 }; /* AHEAD: no window has more ticks */

typedef struct herd
{
  flock f;
  ictus_kernel k;
  ictus_drive drive;
  size_t first;
  bool own;
  double *slot; /* [AHEAD, 2, n] */
  uint64_t *seen; /* [n] */
} herd;

static double
chance (uint64_t id, uint64_t what)
{
  ictus_rng g = ictus_rng_open (3, ICTUS_RNG_TEST, id, what, 0);

  return ictus_rng_uniform (&g);
}

static void
wave (const void *ctx, size_t i, double seg, double t, double *u)
{
  const herd *h = ctx;

  u[0] = 0.4 * chance (h->first + i, 1) * (seg < 3.1 ? 1 : 1 + 0.5 * sin (t));
}

static double
wave_break (const void *ctx, size_t i, double t)
{
  UNUSED (ctx);
  UNUSED (i);
  return t < 3.1 ? 3.1 : (double) INFINITY;
}

static const double *
arriving (const void *ctx, ictus_tick k)
{
  const herd *h = ctx;
  size_t n = h->f.cells.n;
  double *slot = h->slot + (size_t) (k % AHEAD) * 2 * n;

  if (k % 4 != 0)
    return NULL;
  for (size_t i = 0; i < n; ++i)
    for (size_t port = 0; port < 2; ++port)
      slot[port * n + i] = chance (h->first + i, 10 + 2 * (uint64_t) k + port) < 0.2 ? 1.5 : 0;
  return slot;
}

static void
hash (void *ctx, size_t i, int s, const double *y, const double *u)
{
  herd *h = ctx;

  UNUSED (s);
  h->seen[i] = ictus_hash (y, NS * sizeof *y, h->seen[i]);
  h->seen[i] = ictus_hash (u, 8 * sizeof *u, h->seen[i]);
}

static void
begin (herd *h, const char *solver, size_t first, size_t n, bool own, bool noisy)
{
  double *p = ictus_alloc (MOST, 6 * sizeof *p);

  for (size_t i = 0; i < (own ? n : 1); ++i)
    {
      double more = own ? chance (first + i, 2) : 0.5, set[] = { 6 + 2 * more, 0.8 + more, 0.1 + 0.2 * more, 2.3, 0.75, 1.2 };

      memcpy (p + 6 * i, set, sizeof set);
    }
  *h = (herd){ .k = everything (noisy), .first = first, .own = own };
  h->slot = ictus_alloc (2 * AHEAD * n, sizeof *h->slot);
  h->seen = ictus_alloc (n, sizeof *h->seen);
  flock_init (&h->f, &h->k, first, n, p, own, solver, 0.2, 0.1);
  h->drive = (ictus_drive){ .eval = wave, .next_break = wave_break, .varies = own, .ctx = h };
  h->f.cells.drive = &h->drive;
  h->f.slot = arriving;
  h->f.sample = hash;
  h->f.ctx = h;
  flock_must (flock_start (&h->f));
  ck_assert_uint_gt (h->f.cells.nhistory, 0);
  ictus_free (p);
}

static void
end (herd *h)
{
  flock_clear (&h->f);
  ictus_free (h->slot);
  ictus_free (h->seen);
}

/* A new solver is given what a checkpoint has. */
static void
revive (herd *h)
{
  size_t n = h->f.cells.n, ny = n * NS, nh = n * h->f.cells.nhistory;
  double *y = ictus_alloc (ny, sizeof *y), *past = ictus_alloc (nh, sizeof *past);

  memcpy (y, h->f.y, ny * sizeof *y);
  memcpy (past, h->f.cells.history, nh * sizeof *past);
  ictus_solver_destroy (&h->f.s);
  flock_must (ictus_solver_create (&h->f.cfg, &h->f.cells, 0, &h->f.s));
  memcpy (h->f.y, y, ny * sizeof *y);
  memcpy (h->f.cells.history, past, nh * sizeof *past);
  ictus_free (y);
  ictus_free (past);
}

static void
go (herd *h, ictus_tick window, bool anew)
{
  for (ictus_tick mark = 40; mark <= TICKS; mark += 40)
    {
      flock_must (flock_run (&h->f, mark, window));
      if (anew)
        {
          flock_must (ictus_solver_restart (h->f.s, ictus_tick_ms (mark, 0.2)));
          revive (h);
        }
      flock_must (ictus_solver_restart (h->f.s, ictus_tick_ms (mark, 0.2)));
    }
}

static const struct
{
  const char *solver;
  bool noisy, own;
} cases[] = { { "euler", true, false }, { "euler", true, true }, { "heun", true, false }, { "heun", true, true }, { "rk4", false, false }, { "rk4", false, true }, { "exp-euler", false, false }, { "exp-euler", false, true } };

START_TEST (neurons_do_not_see_each_other)
{
  static const size_t parts[][2] = { { 0, 1 }, { 0, 8 }, { 3, 17 }, { 505, 30 }, { 1055, 6 }, { 500, 540 } };
  herd all, some;
  double events = 0, spikes;

  begin (&all, cases[_i].solver, 0, MOST, cases[_i].own, cases[_i].noisy);
  go (&all, 7, false);
  spikes = (double) all.f.out.n;
  for (size_t i = 0; i < MOST; ++i)
    events += all.f.y[C * MOST + i];
  ck_assert_double_gt (spikes, 500);
  ck_assert_double_gt (events, 2 * MOST);
  for (size_t j = 0; j < sizeof parts / sizeof *parts; ++j)
    {
      begin (&some, cases[_i].solver, parts[j][0], parts[j][1], cases[_i].own, cases[_i].noisy);
      go (&some, 1 + (ictus_tick) j, j % 2 == 0);
      for (size_t i = 0; i < parts[j][1]; ++i)
        ck_assert_msg (some.seen[i] == all.seen[parts[j][0] + i], "%s: neuron %zu differs", cases[_i].solver, parts[j][0] + i);
      end (&some);
    }
  end (&all);
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("solve: everything at once");
  TCase *t = tcase_create ("all");
  SRunner *r;
  int failed;

  tcase_set_timeout (t, 120);
  tcase_add_loop_test (t, neurons_do_not_see_each_other, 0, sizeof cases / sizeof *cases);
  suite_add_tcase (s, t);
  r = srunner_create (s);
  srunner_run_all (r, CK_ENV);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed != 0;
}
