/* SPDX-License-Identifier: BSD-3-Clause */
/* Fixed steps and exact in strips of lanes: a neuron's numbers depend neither on how many others there are, nor on its
   place among them, nor on windows; the loops over lanes give the same bits at every level of instructions. */
#include "../src/solve/solve_strip.h"
#include "solve_check.h"

/* ---- neurons that know who they are ---------------------------------------------------------------------------- */

/* Neuron id starts, is driven and gets its input by its id alone, wherever it lives. */
enum { RING = 64 }; /* longest window, ticks */

typedef struct bed
{
  int which, mode;
  size_t first, n; /* ids first .. first + n - 1 */
  ictus_model *m;
  ictus_cells cells;
  ictus_drive drive;
  double *y, *p, *refr, *slot; /* slot [RING, nport, n] */
  uint8_t *armed;
  uint64_t *gid;
  uint64_t *seen, *fired; /* [n] hash of what was sampled; sum of hashes of spike times */
  ictus_solver *s;
  ictus_spikes out;
  size_t spikes;
} bed;

enum { OWN_PARAMETERS = 1, DRIVEN = 2, VARYING = 4, NMODE = 6 };
static const int modes[NMODE] = { 0, OWN_PARAMETERS, DRIVEN, DRIVEN | OWN_PARAMETERS, DRIVEN | VARYING,
                                  DRIVEN | VARYING | OWN_PARAMETERS };

/* Linear, each state depends on the other, and X on V while that is held. */
static const char drag[] = "par tau_m=10, tau_X=5, g=0.3, I_e=0, t_ref=2\n"
                           "input I_stim=0\n"
                           "V' = -(V + g*X)/tau_m + I_e + I_stim\n"
                           "X' = (V - X)/tau_X\n"
                           "port a: V += w\n"
                           "port b: X += w\n"
                           "spike V >= 10\n"
                           "reset V = 0\n"
                           "refractory t_ref hold V\n"
                           "done\n";

static const struct
{
  const char *solver, *model;
  double dt;            /* 0: the resolution */
  const char *par[2];   /* differ from neuron to neuron, by up to a half */
  double amplitude;     /* of the current */
  double weight[2];     /* of each port */
} cases[] = {
  { "exact", "iaf_psc_exp", 0, { "tau_m", "C_m" }, 420, { 180, -90 } },
  { "exact", "iaf_psc_alpha", 0, { "tau_syn_ex", "V_th" }, 420, { 90, -40 } },
  { "exact", "iaf_psc_delta", 0, { "tau_m", "t_ref" }, 420, { 3, -3 } },
  { "exact", "drag.ode", 0, { "tau_m", "tau_X" }, 3, { 4, -3 } },
  { "rk4", "drag.ode", 0.05, { "tau_m", "t_ref" }, 3, { 4, -3 } },
  { "euler", "iaf_cond_exp", 0, { "g_L", "t_ref" }, 420, { 12, 6 } },
  { "rk4", "iaf_cond_exp", 0.05, { "tau_syn_ex", "C_m" }, 420, { 12, 6 } },
  { "exp-euler", "iaf_cond_exp", 0, { "tau_syn_in", "E_L" }, 420, { 12, 6 } },
  { "exp-euler", "hh_cond_exp_traub", 0.025, { "g_K", "tau_syn_ex" }, 300, { 6, 30 } },
  { "rk4", "hh_cond_exp_traub", 0.025, { "g_Na", "t_ref" }, 300, { 6, 30 } },
  { "rk4", "izhikevich", 0.05, { "a", "d" }, 7, { 2, 2 } },
  { "euler", "izhikevich", 0.1, { "a", "d" }, 7, { 2, 2 } },
  { "rk4", "aeif_cond_exp", 0.025, { "a", "b" }, 1000, { 5, 5 } },
};

enum { NCASE = sizeof cases / sizeof *cases };

static double
noise (uint64_t id, uint64_t what) /* in (0, 1) */
{
  ictus_rng g = ictus_rng_open (5, ICTUS_RNG_TEST, id, what, 0);

  return ictus_rng_uniform (&g);
}

static double
first_break (const bed *b, size_t i)
{
  return ictus_tick_ms (30 + (ictus_tick) ((b->first + i) % 7), 0.1);
}

/* Jumps at a tick of its own, and within a step at 9.05 ms; waves where that is asked for. */
static void
current (const void *ctx, size_t i, double seg, double t, double *u)
{
  const bed *b = ctx;
  uint64_t id = b->first + i;

  u[0] = cases[b->which].amplitude * (0.7 + 0.6 * noise (id, 1));
  u[0] *= seg < first_break (b, i) ? 1.2 : seg < 9.05 ? 0.3 : 1.4;
  if (b->drive.varies)
    u[0] *= 1 + 0.5 * sin (t + (double) id);
}

static double
next_break (const void *ctx, size_t i, double t)
{
  double first = first_break (ctx, i);

  return t < first ? first : t < 9.05 ? 9.05 : (double) INFINITY;
}

/* Every third tick is empty, and most neurons get nothing most of the time. */
static const double *
slot_of (const void *ctx, ictus_tick k)
{
  const bed *b = ctx;
  double *w = b->slot + (size_t) (k % RING) * (size_t) b->m->kernel->nport * b->n;

  if (k % 3 == 1)
    return NULL;
  for (int port = 0; port < b->m->kernel->nport; ++port)
    for (size_t i = 0; i < b->n; ++i)
      {
        double x = noise (b->first + i, 100 + 2 * (uint64_t) k + (uint64_t) port);

        w[(size_t) port * b->n + i] = x < 0.06 ? cases[b->which].weight[port] * (1 + x) : 0;
      }
  return w;
}

static void
keep (void *ctx, size_t i, int s, const double *y, const double *u)
{
  bed *b = ctx;
  const ictus_kernel *k = b->m->kernel;

  (void) s;
  b->seen[i] = ictus_hash (y, (size_t) k->nstate * sizeof *y, b->seen[i]);
  b->seen[i] = ictus_hash (u, (size_t) k->ninput * sizeof *u, b->seen[i]);
}

static void
set_neuron (bed *b, size_t i)
{
  const ictus_kernel *k = b->m->kernel;
  size_t nslot = (size_t) k->nslot, row = (b->mode & OWN_PARAMETERS) != 0 ? i : 0;
  uint64_t id = b->first + i;
  double *p = b->p + row * nslot, y[16];

  ictus_model_defaults (b->m, p);
  if ((b->mode & DRIVEN) == 0)
    p[ictus_lang_find (b->m->lang, ICTUS_LANG_PAR, "I_e")] = cases[b->which].amplitude;
  for (int k2 = 0; k2 < 2 && (b->mode & OWN_PARAMETERS) != 0 && id % 3 != 0; ++k2)
    p[ictus_lang_find (b->m->lang, ICTUS_LANG_PAR, cases[b->which].par[k2])] *= 1 + 0.1 * noise (id, 2 + (uint64_t) k2);
  k->prepare (p);
  k->init (p, y);
  for (int s = 0; s < k->nstate; ++s)
    b->y[(size_t) s * b->n + i] = y[s];
  b->y[i] += 12 * noise (id, 4);
  b->refr[i] = id % 11 == 0 ? ictus_tick_ms (5, 0.1) : -INFINITY; /* some begin refractory, some not armed */
  b->armed[i] = id % 13 != 0;
  b->gid[i] = id;
}

static bed *
make (int which, int mode, size_t first, size_t n)
{
  bed *b = ictus_alloc (1, sizeof *b);
  ictus_solver_config cfg = { .name = cases[which].solver, .rtol = 1e-4, .atol = 1e-4, .dt_ms = cases[which].dt,
                              .grid = true, .h_ms = 0.1 };
  const ictus_kernel *k;

  *b = (bed){ .which = which, .mode = mode, .first = first, .n = n };
  rig_must (ictus_model_open (cases[which].model, NULL, strcmp (cases[which].model, "drag.ode") == 0 ? drag : NULL, &b->m));
  k = b->m->kernel;
  ck_assert_int_le (k->nstate, 16);
  ck_assert_int_le (k->nport, 2);
  b->y = ictus_alloc ((size_t) k->nstate * n, sizeof *b->y);
  b->p = ictus_alloc ((size_t) k->nslot * n, sizeof *b->p);
  b->refr = ictus_alloc (n, sizeof *b->refr);
  b->armed = ictus_alloc (n, 1);
  b->gid = ictus_alloc (n, sizeof *b->gid);
  b->seen = ictus_alloc (n, sizeof *b->seen);
  b->fired = ictus_alloc (n, sizeof *b->fired);
  b->slot = ictus_alloc (RING * (size_t) k->nport * n, sizeof *b->slot);
  for (size_t i = 0; i < n; ++i)
    set_neuron (b, i);
  b->drive = (ictus_drive){ .eval = current, .next_break = next_break, .varies = (mode & VARYING) != 0, .ctx = b };
  b->cells = (ictus_cells){ .model = b->m, .n = n, .gid = b->gid, .y = b->y, .p = b->p, .refr_until = b->refr,
                            .armed = b->armed, .p_stride = (mode & OWN_PARAMETERS) != 0 ? (size_t) k->nslot : 0,
                            .drive = (mode & DRIVEN) != 0 ? &b->drive : NULL };
  rig_must (ictus_solver_create (&cfg, &b->cells, 0, &b->s));
  return b;
}

/* To tick end in windows of so many ticks; mark: a restart mark on the way, 0: none. */
static void
run (bed *b, ictus_tick end, ictus_tick window, ictus_tick mark)
{
  for (ictus_tick k = 0; k < end;)
    {
      ictus_tick next = k + window < end ? k + window : end;
      ictus_window w;
      double at[RING];

      if (k < mark && mark < next)
        next = mark;
      w = (ictus_window){ .t0_ms = ictus_tick_ms (k, 0.1), .t1_ms = ictus_tick_ms (next, 0.1), .grid = true, .h_ms = 0.1,
                          .k0 = k, .k1 = next, .slot = slot_of, .slot_ctx = b, .sample_ms = at, .sample = keep,
                          .sample_ctx = b };
      for (ictus_tick s = k + 1; s <= next; ++s)
        if (s % 5 == 0)
          at[w.nsample++] = ictus_tick_ms (s, 0.1);
      b->out.n = 0;
      rig_must (ictus_solver_window (b->s, &w, &b->out));
      b->spikes += b->out.n;
      for (size_t s = 0; s < b->out.n; ++s)
        b->fired[b->out.s[s].gid - b->first] += ictus_hash (&b->out.s[s].t_ms, sizeof (double), 1);
      k = next;
      if (k == mark)
        rig_must (ictus_solver_restart (b->s, w.t1_ms));
    }
}

static void
same (const bed *all, const bed *part)
{
  size_t from = part->first - all->first;

  for (size_t i = 0; i < part->n; ++i)
    {
      for (size_t k = 0; k < (size_t) part->m->kernel->nstate; ++k)
        ck_assert_msg (memcmp (&part->y[k * part->n + i], &all->y[k * all->n + from + i], sizeof (double)) == 0,
                       "%s %s mode %d: state %zu of neuron %zu of %zu from %zu: %.17g, else %.17g",
                       cases[part->which].solver, cases[part->which].model, part->mode, k, i, part->n, part->first,
                       part->y[k * part->n + i], all->y[k * all->n + from + i]);
      ck_assert (part->refr[i] == all->refr[from + i] && part->armed[i] == all->armed[from + i]);
      ck_assert_uint_eq (part->seen[i], all->seen[from + i]);
      ck_assert_uint_eq (part->fired[i], all->fired[from + i]);
    }
}

static void
drop (bed *b)
{
  ictus_solver_destroy (&b->s);
  ictus_model_close (&b->m);
  ictus_free (b->y);
  ictus_free (b->p);
  ictus_free (b->refr);
  ictus_free (b->armed);
  ictus_free (b->gid);
  ictus_free (b->seen);
  ictus_free (b->fired);
  ictus_free (b->slot);
  ictus_free (b->out.s);
  ictus_free (b);
}

enum { MANY = 1100, END = 200 };

START_TEST (place_neighbours_and_marks_change_nothing)
{
  static const size_t part[][2] = { { 700, 1 }, { 600, 7 }, { 40, 8 }, { 505, 9 }, { 450, 129 }, { 3, 1031 } };

  for (int mode = 0; mode < NMODE; ++mode)
    {
      bed *all = make (_i, modes[mode], 0, MANY);

      run (all, END, 5, 0);
      ck_assert_uint_gt (all->spikes, MANY / 4);
      for (size_t k = 0; k < sizeof part / sizeof *part; ++k)
        {
          bed *b = make (_i, modes[mode], part[k][0], part[k][1]);

          run (b, END, 5, k % 2 == 0 ? 0 : 85);
          same (all, b);
          drop (b);
        }
      drop (all);
    }
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

START_TEST (windows_change_nothing)
{
  static const ictus_tick window[] = { 1, 15, 64 };

  for (int mode = 0; mode < NMODE; ++mode)
    {
      bed *a = make (_i, modes[mode], 0, 37);

      run (a, END, 5, 0);
      for (size_t k = 0; k < sizeof window / sizeof *window; ++k)
        {
          bed *b = make (_i, modes[mode], 0, 37);

          run (b, END, window[k], 0);
          ck_assert_uint_eq (a->spikes, b->spikes);
          same (a, b);
          drop (b);
        }
      drop (a);
    }
}
END_TEST

/* Where no function of a library is called, levels of instructions differ in nothing. */
START_TEST (levels_agree_where_nothing_but_arithmetic_is_done)
{
  int best = ictus_isa_best ();

  if (strncmp (cases[_i].model, "hh_", 3) == 0 || strncmp (cases[_i].model, "aeif", 4) == 0)
    return;
  for (int mode = 0; mode < NMODE; ++mode)
    {
      bed *a = make (_i, modes[mode], 0, 61);

      run (a, END, 5, 0);
      for (int level = 2; level < best; ++level)
        {
          bed *b;

          rig_must (ictus_isa_use (ictus_isa_name (level)));
          b = make (_i, modes[mode], 0, 61);
          run (b, END, 5, 0);
          same (a, b);
          drop (b);
          rig_must (ictus_isa_use (ictus_isa_name (best)));
        }
      drop (a);
    }
}
END_TEST

/* What is not a number is neither above nor below the threshold: it is reported, not reset. */
START_TEST (a_state_that_is_not_a_number_is_named_and_does_not_fire)
{
  for (size_t n = 1; n <= 600; n += 599)
    {
      bed *b = make (_i, 0, 20, n);
      ictus_window w = { .t1_ms = 0.1, .grid = true, .h_ms = 0.1, .k1 = 1 };
      char want[64];

      b->armed[n - 1] = 1;
      b->refr[n - 1] = -INFINITY;
      b->y[n - 1] = NAN;
      snprintf (want, sizeof want, "neuron %zu at 0.1 ms: state ", 20 + n - 1);
      ck_assert_int_eq (ictus_solver_window (b->s, &w, &b->out), ICTUS_E_SOLVER);
      ck_assert_msg (strstr (ictus_err_last (), want) != NULL && strstr (ictus_err_last (), "is not finite") != NULL, "%s",
                     ictus_err_last ());
      for (size_t s = 0; s < b->out.n; ++s)
        ck_assert_uint_ne (b->out.s[s].gid, 20 + n - 1);
      drop (b);
    }
}
END_TEST

/* ---- the loops ------------------------------------------------------------------------------------------------- */

static const ictus__lane_loops *
loops_of (int level)
{
  const ictus__lane_loops *l;

  rig_must (ictus_isa_use (ictus_isa_name (level)));
  l = ictus__lane_loops_in_use ();
  rig_must (ictus_isa_use (ictus_isa_name (ictus_isa_best ())));
  return l;
}

/* (exp (x) - 1) / x to 4 units in the last place, also near 0 and at the ends, the same at every level. */
START_TEST (the_factor_of_exponential_euler_keeps_its_digits)
{
  enum { N = 4096 };
  static double x[N], got[N], first[N];
  int best = ictus_isa_best (), least = best < 2 ? best : 2;

  for (int k = 0; k < N; ++k)
    {
      double size = k % 4 == 0 ? 1e-9 : k % 4 == 1 ? 0.7 : k % 4 == 2 ? 20 : 700;

      x[k] = size * (2 * noise ((uint64_t) k, 9) - 1);
    }
  x[0] = 0;
  x[1] = -0.0;
  x[2] = 1e-310;
  x[3] = 0.34657359027997264; /* ln 2 / 2 and beside it */
  x[4] = 0.34657359027997270;
  x[5] = -0.34657359027997270;
  x[6] = 709.7;
  x[7] = -745;
  for (int level = least; level <= best; ++level)
    {
      loops_of (level)->exp_factor (N, 1, x, got);
      for (int k = 0; k < N; ++k)
        {
          double want = x[k] == 0 ? 1 : (double) (expm1l (x[k]) / (long double) x[k]);

          ck_assert_msg (fabs (got[k] - want) <= 4 * 1.2e-16 * fabs (want), "x %.17g: %.17g, expected %.17g", x[k], got[k],
                         want);
        }
      if (level == least)
        memcpy (first, got, sizeof first);
      ck_assert_int_eq (memcmp (first, got, sizeof got), 0);
    }
}
END_TEST

START_TEST (the_factor_of_exponential_euler_at_its_ends)
{
  double x[ICTUS_LANE] = { INFINITY, -INFINITY, NAN, 800, -1e300, 1e300, -60.5, 1 }, got[ICTUS_LANE];
  int best = ictus_isa_best ();

  for (int level = best < 2 ? best : 2; level <= best; ++level)
    {
      loops_of (level)->exp_factor (ICTUS_LANE, 1, x, got);
      ck_assert (isinf (got[0]) && got[0] > 0);
      ck_assert_double_eq (got[1], 0);
      ck_assert (isnan (got[2]));
      ck_assert (isinf (got[3]) && isinf (got[5]));
      ck_assert_double_eq_tol (got[4], 1e-300, 1e-315);
      ck_assert_double_eq_tol (got[6], 1 / 60.5, 1e-17);
      ck_assert_double_eq_tol (got[7], expm1 (1), 5e-16);
    }
}
END_TEST

/* Sums of 1 to 14 terms, one coefficient for all or one each, against the same sum by hand. */
START_TEST (lines_add_up_in_order)
{
  enum { M = 24, MOST = 14 };
  static double y[MOST][M], c[MOST][M], q[M], z[M];
  const double *py[MOST], *pc[MOST];
  int best = ictus_isa_best ();

  for (int e = 0; e < MOST; ++e)
    for (int i = 0; i < M; ++i)
      {
        y[e][i] = noise ((uint64_t) e, 50 + (uint64_t) i) - 0.5;
        c[e][i] = noise ((uint64_t) e, 90 + (uint64_t) i);
        q[i] = noise (77, (uint64_t) i);
        py[e] = y[e];
        pc[e] = c[e];
      }
  for (int level = best < 2 ? best : 2; level <= best; ++level)
    for (int n = 1; n <= MOST; ++n)
      for (int form = 0; form < 4; ++form)
        {
          ictus__line l = { .q = q, .qs = (size_t) form & 1, .n = n, .y = py, .c = pc, .cs = (size_t) form >> 1 };

          loops_of (level)->line (M, &l, z);
          for (size_t i = 0; i < M; ++i)
            {
              double want = q[i * l.qs];

              for (int e = 0; e < n; ++e)
                want += c[e][i * l.cs] * y[e][i];
              ck_assert_double_eq (z[i], want);
            }
        }
}
END_TEST

START_TEST (jumps_leave_alone_what_gets_nothing)
{
  double w[2 * ICTUS_LANE] = { 0, 1, 0, -2, 0, 0, 3, 0 }, c[ICTUS_LANE] = { 1, 2, 3, 4, 5, 6, 0, 8 }, y[ICTUS_LANE];
  const ictus__leap one = { .port = 0, .k = 0, .c = &c[1], .cs = 0 }, each = { .port = 0, .k = 0, .c = c, .cs = 1 };
  int best = ictus_isa_best ();

  for (int level = best < 2 ? best : 2; level <= best; ++level)
    for (int form = 0; form < 2; ++form)
      {
        for (int i = 0; i < ICTUS_LANE; ++i)
          y[i] = -0.0;
        loops_of (level)->leaps (ICTUS_LANE, form == 0 ? &one : &each, 1, w, ICTUS_LANE, y, ICTUS_LANE);
        ck_assert (y[0] == 0 && signbit (y[0]) && y[7] == 0 && signbit (y[7]));
        ck_assert_double_eq (y[1], 2);
        ck_assert_double_eq (y[3], form == 0 ? -4 : -8);
        ck_assert_double_eq (y[6], form == 0 ? 6 : 0);
      }
}
END_TEST

START_TEST (what_crosses_and_what_is_not_finite_is_found)
{
  static double g[3 * ICTUS_LANE];
  uint16_t at[3 * ICTUS_LANE];
  int best = ictus_isa_best ();

  for (int level = best < 2 ? best : 2; level <= best; ++level)
    {
      const ictus__lane_loops *l = loops_of (level);

      for (int i = 0; i < 3 * ICTUS_LANE; ++i)
        g[i] = -1;
      ck_assert_uint_eq (l->over (3 * ICTUS_LANE, g, at), 0);
      g[1] = 0;
      g[2] = NAN;
      g[9] = 5;
      g[23] = INFINITY;
      ck_assert_uint_eq (l->over (3 * ICTUS_LANE, g, at), 3);
      ck_assert (at[0] == 1 && at[1] == 9 && at[2] == 23);
      for (int i = 0; i < 3 * ICTUS_LANE; ++i)
        {
          for (int j = 0; j < 3 * ICTUS_LANE; ++j)
            g[j] = 1e308;
          ck_assert (l->finite (ICTUS_LANE, 3, g, ICTUS_LANE));
          g[i] = i % 3 == 0 ? (double) NAN : i % 3 == 1 ? (double) INFINITY : -INFINITY;
          ck_assert (!l->finite (ICTUS_LANE, 3, g, ICTUS_LANE));
        }
    }
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("solve: strips");
  TCase *t = tcase_create ("strips");
  SRunner *sr;
  int failed;

  tcase_set_timeout (t, 120);
  tcase_add_loop_test (t, place_neighbours_and_marks_change_nothing, 0, NCASE);
  tcase_add_loop_test (t, windows_change_nothing, 0, NCASE);
  tcase_add_loop_test (t, levels_agree_where_nothing_but_arithmetic_is_done, 0, NCASE);
  tcase_add_loop_test (t, a_state_that_is_not_a_number_is_named_and_does_not_fire, 0, NCASE);
  tcase_add_test (t, the_factor_of_exponential_euler_keeps_its_digits);
  tcase_add_test (t, the_factor_of_exponential_euler_at_its_ends);
  tcase_add_test (t, lines_add_up_in_order);
  tcase_add_test (t, jumps_leave_alone_what_gets_nothing);
  tcase_add_test (t, what_crosses_and_what_is_not_finite_is_found);
  suite_add_tcase (s, t);
  sr = srunner_create (s);
  srunner_run_all (sr, CK_ENV);
  failed = srunner_ntests_failed (sr);
  srunner_free (sr);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
