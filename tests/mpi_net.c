/* SPDX-License-Identifier: BSD-3-Clause */
/* The same network whatever the ranks and the partition: parameters, states, synapses, currents and Poisson input are
   compared, bit by bit, with those of a net that one rank makes alone. */
#include "mpi_check.h"

#include <math.h>
#include <string.h>

#include "ictus/h5.h"
#include "ictus/net.h"
#include "ictus/part.h"

static const char head[] = "ictus: 1\nname: t\nseed: 5\nrun: {t_stop: 10 ms, timing: %s, partition: %s}\n";
static const char body[]
    = "populations:\n"
      "  E: {size: 41, model: iaf_cond_exp, params: {V_th: {distribution: normal, mean: -50 mV, std: 1 mV}, g_L: 12 nS},\n"
      "      init: {V_m: {distribution: uniform, min: -65 mV, max: -55 mV}}, solver: cvode-bdf}\n"
      "  I: {size: 10, model: iaf_cond_exp, init: {V_m: {distribution: linear, from: -60 mV, to: -51 mV}}, solver: cvode-bdf}\n"
      "  X: {size: 5, spike_file: t-spikes.txt}\n"
      "  one: {size: 1, model: iaf_cond_exp, solver: cvode-bdf}\n"
      "projections:\n"
      "  ee: {source: E, target: [E, I], rule: fixed_indegree, indegree: 7, allow_autapses: false, allow_multapses: false,\n"
      "       port: ex, weight: {distribution: normal, mean: 6 nS, std: 1 nS, min: 0 nS},\n"
      "       delay: {distribution: uniform, min: 1 ms, max: 4 ms}}\n"
      "  ie: {source: I, target: [E, I, one], rule: fixed_total_number, N: 77, port: in, weight: 0.067 uS, delay: 1.2 ms}\n"
      "  bern: {source: E, target: I, rule: pairwise_bernoulli, p: 0.1, port: ex, weight: 1 nS, delay: 2 ms}\n"
      "  out: {source: I, target: E, rule: fixed_outdegree, outdegree: 6, port: in, weight: 2 nS, scale: 0.5,\n"
      "        delay: {distribution: lognormal, mu: 0.5, sigma: 0.2, min: 1 ms}}\n"
      "  in: {source: X, target: E, rule: all_to_all, port: ex, weight: 1 nS, delay: 3 ms}\n"
      "  pairs: {source: X, target: I, rule: list, file: t-pairs.txt, port: ex, weight: 9 nS, delay: 5 ms}\n"
      "stimuli:\n"
      "  noise: {type: poisson_generator, target: E, rate: 3000 Hz, port: ex, weight: {distribution: uniform, min: 1 nS, max: 2 nS}}\n"
      "  more: {type: poisson_generator, target: E, neurons: \"3-20\", rate: 500 Hz, port: ex, weight: 1 nS, start: 1 ms, stop: 5 ms}\n"
      "  dc: {type: dc_generator, target: I, neurons: \"2-9\", amplitude: {distribution: linear, from: 10 pA, to: 80 pA}, start: 2 ms}\n"
      "  ac: {type: ac_generator, target: I, amplitude: 5 pA, offset: {distribution: normal, mean: 1 pA, std: 1 pA}, frequency: 40 Hz,\n"
      "       phase: 90 deg, stop: 8 ms}\n"
      "  step: {type: step_current_generator, target: I, neurons: 0, amplitude_times: [1 ms, 3 ms], amplitude_values: [7 pA, -7 pA]}\n";

typedef struct made
{
  ictus_conf *conf;
  ictus_experiment *exp;
  ictus_net *net;
  ictus_part *part;
} made;

static ictus_err
make_text (MPI_Comm comm, const char *text, made *m)
{
  memset (m, 0, sizeof *m);
  ICTUS_TRY (ictus_comm_agree (comm, ictus_conf_parse ("t.yaml", text, &m->conf)));
  ICTUS_TRY (ictus_comm_agree (comm, ictus_experiment_read (m->conf, &m->exp)));
  ICTUS_TRY (ictus_net_create (comm, m->exp, &m->net));
  ICTUS_TRY (ictus_part_create (comm, m->net, m->exp->partition, &m->part));
  ICTUS_TRY (ictus_comm_agree (comm, ictus_net_place (m->net, ictus_part_owner, m->part)));
  return ictus_net_build (m->net);
}

static ictus_err
make (MPI_Comm comm, const char *timing, const char *partition, const char *more, made *m)
{
  ictus_text t = { 0 };
  ictus_err e;

  ictus_text_add (&t, head, timing, partition);
  ictus_text_add (&t, "%s%s", body, more);
  e = make_text (comm, t.s, m);
  ictus_text_clear (&t);
  return e;
}

static void
end (made *m)
{
  ictus_part_destroy (&m->part);
  ictus_net_destroy (&m->net);
  ictus_experiment_destroy (&m->exp);
  ictus_conf_destroy (&m->conf);
}

/* ---- digests that do not depend on the order: sums of hashes ------------------------------------- */

typedef struct digest
{
  uint64_t n, cells, synapses, input, drive, replay;
  uint64_t events[57]; /* so far, by neuron: their order counts */
} digest;

static void
add (uint64_t *sum, const void *data, size_t len)
{
  *sum += ictus_hash (data, len, 0);
}

static void
see_synapse (void *ctx, int target_pop, uint64_t source, uint64_t target, double weight, double delay_ms)
{
  digest *d = ctx;
  struct
  {
    uint64_t pop, source, target;
    double weight, delay;
  } s = { (uint64_t) target_pop, source, target, weight, delay_ms };

  d->n += 1;
  add (&d->synapses, &s, sizeof s);
}

static void
see_cells (const ictus_population *p, digest *d)
{
  const ictus_cells *c = &p->cells;
  const ictus_kernel *k = p->model->kernel;

  for (size_t i = 0; i < c->n; ++i)
    {
      uint64_t h = ictus_hash (&c->gid[i], sizeof c->gid[i], 0);

      for (int s = 0; s < k->nstate; ++s)
        h = ictus_hash (&c->y[(size_t) s * c->n + i], sizeof (double), h);
      h = ictus_hash (c->p + i * c->p_stride, (size_t) k->nslot * sizeof (double), h);
      add (&d->cells, &h, sizeof h);
      for (double t = 0; c->drive != NULL && isfinite (t); t = c->drive->next_break (c->drive->ctx, i, t))
        {
          double u[8] = { 0 };

          c->drive->eval (c->drive->ctx, i, t, t + 0.05, u);
          h = ictus_hash (&t, sizeof t, h);
          h = ictus_hash (u, sizeof u, h);
          add (&d->drive, &h, sizeof h);
        }
    }
}

static void
see_slots (const ictus_population *p, const ictus_window *w, digest *d)
{
  for (ictus_tick k = w->k0 + 1; k <= w->k1; ++k)
    {
      const double *x = w->slot (w->slot_ctx, k);

      for (int port = 0; x != NULL && port < p->model->kernel->nport; ++port)
        for (size_t i = 0; i < p->cells.n; ++i)
          {
            struct
            {
              uint64_t gid, k, port;
              double x;
            } s = { p->cells.gid[i], (uint64_t) k, (uint64_t) port, x[(size_t) port * p->cells.n + i] };

            if (s.x != 0)
              add (&d->input, &s, sizeof s);
          }
    }
}

static void
see_events (const ictus_population *p, const ictus_window *w, digest *d)
{
  for (size_t i = 0; i < p->cells.n && w->first != NULL; ++i)
    for (size_t k = w->first[i]; k < w->first[i + 1]; ++k)
      {
        struct
        {
          uint64_t gid, n, port;
          double t, weight;
        } s = { p->cells.gid[i], d->events[p->cells.gid[i]]++, (uint64_t) w->event[k].port, w->event[k].t_ms, w->event[k].weight };

        add (&d->input, &s, sizeof s);
      }
}

/* Windows with made-up spikes of all neurons but the replaying ones, delivered alike on all ranks. */
static ictus_err
run (const made *m, ictus_tick window, digest *d)
{
  static ictus_spike s[57 * 8 * 2];

  for (ictus_tick k0 = 0; k0 < 80; k0 += window)
    {
      ictus_window w = { .k0 = k0, .k1 = k0 + window, .grid = m->exp->grid, .h_ms = 0.1, .t0_ms = ictus_tick_ms (k0, 0.1),
                         .t1_ms = ictus_tick_ms (k0 + window, 0.1) };
      ictus_spikes out = { 0 };
      size_t n = 0;

      for (int p = 0; p < ictus_net_npopulation (m->net); ++p)
        {
          const ictus_population *pop = ictus_net_population (m->net, p);

          if (pop->model == NULL)
            {
              ICTUS_TRY (ictus_net_replay (m->net, p, w.t0_ms, w.t1_ms, &out));
              continue;
            }
          ICTUS_TRY (ictus_net_input (m->net, p, &w));
          if (m->exp->grid)
            see_slots (pop, &w, d);
          else
            see_events (pop, &w, d);
        }
      for (size_t i = 0; i < out.n; ++i)
        add (&d->replay, &out.s[i], sizeof out.s[i]);
      ictus_free (out.s);
      for (ictus_tick k = k0 + 1; k <= k0 + window; ++k)
        for (uint64_t g = 0; g < ictus_net_size (m->net); ++g)
          {
            ictus_rng r = ictus_rng_open (3, ICTUS_RNG_TEST, g, (uint64_t) k, 0);

            if (ictus_rng_uniform (&r) < 0.05)
              s[n++] = (ictus_spike){ .t_ms = ictus_tick_ms (k, 0.1), .gid = g };
          }
      ictus_net_input_done (m->net, &w);
      ICTUS_TRY (ictus_net_deliver (m->net, s, n));
    }
  return ICTUS_OK;
}

static ictus_err
take_digest (const made *m, MPI_Comm comm, ictus_tick window, digest *d)
{
  ictus_err e;

  memset (d, 0, sizeof *d);
  for (int p = 0; p < ictus_net_npopulation (m->net); ++p)
    if (ictus_net_population (m->net, p)->model != NULL)
      see_cells (ictus_net_population (m->net, p), d);
  for (int j = 0; j < m->exp->nprojection; ++j)
    ictus_net_each_synapse (m->net, j, see_synapse, d);
  e = ictus_comm_agree (comm, run (m, window, d));
  MPI_Allreduce (MPI_IN_PLACE, d, sizeof *d / sizeof (uint64_t), MPI_UINT64_T, MPI_SUM, comm);
  ictus_net_check (m->net);
  return e;
}

/* ---- tests -------------------------------------------------------------------------------------- */

static void
write_files (void)
{
  static const char pairs[] = "0 0\n1 2 3.5\n4 9 1 2.5\n4 9 1 2.5\n", spikes[] = "# neuron time\n0 0.5\n4 0.51 # up\n4 2.3\n1 7\n";

  if (ictus_comm_rank (MPI_COMM_WORLD) == 0)
    {
      ictus_file_write ("t-pairs.txt", pairs, strlen (pairs));
      ictus_file_write ("t-spikes.txt", spikes, strlen (spikes));
    }
  MPI_Barrier (MPI_COMM_WORLD);
}

START_TEST (the_network_does_not_depend_on_ranks_partition_or_windows)
{
  static const char *const timing[] = { "grid", "exact" }, *const partition[] = { "block", "round-robin" };

  write_files ();
  for (int t = 0; t < 2; ++t)
    {
      digest alone, d;
      made m;

      ck_all (make (MPI_COMM_SELF, timing[t], "block", "", &m) == ICTUS_OK);
      ck_all (take_digest (&m, MPI_COMM_SELF, 8, &alone) == ICTUS_OK);
      ck_all (alone.n == 7 * 51 + 3 * 77 + ictus_net_synapses (m.net, 2) + 60 + 5 * 41 + 4);
      ck_all (alone.replay != 0 && alone.drive != 0 && alone.input != 0);
      end (&m);
      for (int p = 0; p < 2; ++p)
        for (ictus_tick window = 4; window <= 8; window += 4)
          {
            ck_all (make (MPI_COMM_WORLD, timing[t], partition[p], "", &m) == ICTUS_OK);
            ck_all (fabs (ictus_net_min_delay (m.net) - 1) < 0.1);
            ck_all (take_digest (&m, MPI_COMM_WORLD, window, &d) == ICTUS_OK);
            ck_all (d.n == alone.n && d.cells == alone.cells);
            ck_all (d.synapses == alone.synapses);
            ck_all (d.drive == alone.drive);
            ck_all (d.input == alone.input);
            ck_all (d.replay == alone.replay);
            end (&m);
          }
    }
  ck_all (ictus_mem_live () == 0);
}
END_TEST

START_TEST (parameters_and_states_are_set_in_order)
{
  const ictus_population *p;
  int vm, gl;
  made m;

  write_files ();
  ck_all (make (MPI_COMM_SELF, "grid", "block", "", &m) == ICTUS_OK);
  p = ictus_net_population (m.net, 0);
  vm = ictus_lang_find (p->model->lang, ICTUS_LANG_STATE, "V_m");
  gl = ictus_lang_find (p->model->lang, ICTUS_LANG_PAR, "g_L");
  ck_assert_uint_eq (p->cells.p_stride, (size_t) p->model->kernel->nslot);
  for (size_t i = 0; i < p->cells.n; ++i)
    {
      ck_assert_double_eq (p->cells.p[i * p->cells.p_stride + (size_t) gl], 12);
      ck_assert (p->cells.y[(size_t) vm * p->cells.n + i] > -65 && p->cells.y[(size_t) vm * p->cells.n + i] < -55);
      ck_assert (p->cells.armed[i] == 1 && isinf (p->cells.refr_until[i]) && p->cells.refr_until[i] < 0);
    }
  p = ictus_net_population (m.net, 1);
  ck_assert_uint_eq (p->cells.p_stride, 0);
  for (size_t i = 0; i < p->cells.n; ++i)
    ck_assert_double_eq_tol (p->cells.y[(size_t) vm * p->cells.n + i], -60 + (double) i, 1e-12);
  ck_assert_ptr_eq (p->model, ictus_net_population (m.net, 0)->model);
  end (&m);
  ck_all (true);
}
END_TEST

START_TEST (currents_add_up_and_break_where_they_should)
{
  const ictus_drive *d;
  double u[8];
  made m;

  write_files ();
  ck_all (make (MPI_COMM_SELF, "exact", "block", "", &m) == ICTUS_OK);
  d = ictus_net_population (m.net, 1)->cells.drive;
  ck_assert (d != NULL && d->varies);
  ck_assert_ptr_null (ictus_net_population (m.net, 0)->cells.drive);
  ck_assert_double_eq (d->next_break (d->ctx, 0, 0), 1); /* neuron 0: steps and ac */
  ck_assert_double_eq (d->next_break (d->ctx, 0, 1), 3);
  ck_assert_double_eq (d->next_break (d->ctx, 0, 3), 8);
  ck_assert (isinf (d->next_break (d->ctx, 0, 8)));
  ck_assert_double_eq (d->next_break (d->ctx, 1, 0), 8);  /* ac only */
  ck_assert_double_eq (d->next_break (d->ctx, 2, 0), 2);  /* dc and ac */
  d->eval (d->ctx, 0, 8, 8, u);
  ck_assert_double_eq (u[0], -7);
  d->eval (d->ctx, 2, 8, 8, u);
  ck_assert_double_eq_tol (u[0], 10, 1e-12);
  d->eval (d->ctx, 9, 9, 9.5, u);
  ck_assert_double_eq_tol (u[0], 80, 1e-12);
  {
    double before[8], after[8];

    d->eval (d->ctx, 0, 1, 1.5, before); /* 1.5 ms and, half a cycle of 25 ms later in phase, the opposite oscillation */
    d->eval (d->ctx, 0, 1, 14, after);
    ck_assert_double_eq_tol (before[0] - after[0], 2 * 5 * sin (2 * M_PI * (0.04 * 1.5 + 0.25)), 1e-9);
  }
  end (&m);
  ck_all (true);
}
END_TEST

START_TEST (wrong_names_are_told_with_place_and_nearest)
{
  static const struct
  {
    const char *population, *rest, *word, *other;
  } bad[] = {
    { "model: iaf_cond_epx", "", "iaf_cond_exp", "t.yaml:6:" },
    { "model: iaf_cond_exp, params: {V_tth: -50 mV}", "", "V_th", "t.yaml:6:" },
    { "model: iaf_cond_exp, params: {V_m: -50 mV}", "", "init", "t.yaml:6:" },
    { "model: iaf_cond_exp, params: {V_th: 5 nS}", "", "mV", "t.yaml:6:" },
    { "model: iaf_cond_exp, init: {Vm: -50 mV}", "", "V_m", "t.yaml:6:" },
    { "model: iaf_cond_exp", "projections: {a: {source: A, target: A, rule: all_to_all, delay: 1 ms}}\n", "ex, in", "t.yaml:7:" },
    { "model: iaf_cond_exp", "projections: {a: {source: A, target: A, rule: all_to_all, port: exc, delay: 1 ms}}\n", "\"ex\"",
      "t.yaml:7:" },
    { "model: iaf_cond_exp", "projections: {a: {source: A, target: A, rule: all_to_all, port: ex, weight: 1 mV, delay: 1 ms}}\n",
      "nS", "t.yaml:7:" },
    { "model: iaf_cond_exp", "projections: {a: {source: A, target: A, rule: all_to_all, port: ex, delay: -1 ms}}\n", "-1",
      "t.yaml:7:" },
    { "model: iaf_cond_exp",
      "projections: {a: {source: A, target: A, rule: all_to_all, port: ex, delay: {distribution: normal, mean: 1, std: 1}}}\n",
      "min", "t.yaml:7:" },
    { "model: iaf_cond_exp",
      "projections: {a: {source: A, target: A, rule: fixed_indegree, indegree: 9, allow_multapses: false, port: ex, delay: 1}}\n",
      "9", "t.yaml:7:" },
    { "model: iaf_cond_exp", "stimuli: {a: {type: dc_generator, target: A, input: I_stm, amplitude: 1 pA}}\n", "I_stim",
      "t.yaml:7:" },
    { "model: iaf_cond_exp", "record: {a: {type: trace, population: A, variables: [V_m, g_exx]}}\n", "g_ex", "t.yaml:7:" },
    { "spike_file: nowhere.txt", "", "nowhere.txt", "t.yaml:6:" },
    { "spike_file: t-wrong.txt", "", "0 to 4", "t-wrong.txt:2:1" },
  };

  if (ictus_comm_rank (MPI_COMM_WORLD) == 0)
    ictus_file_write ("t-wrong.txt", "0 1\n5 1\n", 8);
  MPI_Barrier (MPI_COMM_WORLD);
  for (size_t k = 0; k < sizeof bad / sizeof *bad; ++k)
    {
      ictus_text t = { 0 };
      made m;
      ictus_err e;

      ictus_text_add (&t, head, "exact", "block");
      ictus_text_add (&t, "populations:\n  A: {size: 5, %s}\n%s", bad[k].population, bad[k].rest);
      e = make_text (MPI_COMM_WORLD, t.s, &m);
      ictus_text_clear (&t);
      ck_all (e == ICTUS_E_INPUT || e == ICTUS_E_IO);
      ck_all (strstr (ictus_err_last (), bad[k].word) != NULL);
      ck_all (strstr (ictus_err_last (), bad[k].other) != NULL);
      end (&m);
    }
  ck_all (ictus_mem_live () == 0);
}
END_TEST

START_TEST (partition_files_are_read_by_all)
{
  int nrank = ictus_comm_size (MPI_COMM_WORLD);
  digest alone, d;
  made m;

  write_files ();
  if (ictus_comm_rank (MPI_COMM_WORLD) == 0)
    {
      ictus_text t = { 0 };

      ictus_text_add (&t, "ictus-partition 1\nneurons 57\nranks %d\n0-30 %d\n31-56 0\n", nrank, nrank - 1);
      ictus_file_write ("t.part", t.s, t.len);
      ictus_text_clear (&t);
      ictus_file_write ("t-bad.part", "ictus-partition 1\nneurons 58\n", 29);
    }
  MPI_Barrier (MPI_COMM_WORLD);
  ck_all (make (MPI_COMM_SELF, "grid", "block", "", &m) == ICTUS_OK);
  ck_all (take_digest (&m, MPI_COMM_SELF, 8, &alone) == ICTUS_OK);
  end (&m);
  ck_all (make (MPI_COMM_WORLD, "grid", "./t.part", "", &m) == ICTUS_OK);
  ck_all (take_digest (&m, MPI_COMM_WORLD, 8, &d) == ICTUS_OK);
  ck_all (memcmp (&alone, &d, sizeof d) == 0);
  end (&m);
  ck_all (make (MPI_COMM_WORLD, "grid", "t-bad.part", "", &m) == ICTUS_E_INPUT);
  ck_all (strstr (ictus_err_last (), "t-bad.part:2: a partition of 58") != NULL);
  end (&m);
  ck_all (make (MPI_COMM_WORLD, "grid", "nowhere.part", "", &m) == ICTUS_E_IO);
  ck_all (strstr (ictus_err_last (), "t.yaml:4:") != NULL);
  end (&m);
  ck_all (make (MPI_COMM_WORLD, "grid", "robin", "", &m) == ICTUS_E_INPUT);
  ck_all (strstr (ictus_err_last (), "round-robin") != NULL);
  end (&m);
  ck_all (ictus_mem_live () == 0);
}
END_TEST

/* A file with three spikes; prefix "/spikes" or "/spikes/NAME". Written by rank 0. */
static ictus_err
write_sonata (const char *path, const char *prefix, const char *nodes, double unit, const char *unit_name)
{
  double t[3] = { 7.21 * unit, 0.4 * unit, 0.5 * unit };
  uint64_t node[3] = { 2, 4, 0 };
  hsize_t n = 3;
  ictus_text a = { 0 }, b = { 0 };
  ictus_h5 f;
  ictus_err e = ICTUS_OK;

  if (ictus_comm_rank (MPI_COMM_WORLD) == 0)
    {
      ictus_text_add (&a, "%s/timestamps", prefix);
      ictus_text_add (&b, "%s/%s", prefix, nodes);
      ICTUS_TRY (ictus_h5_create (MPI_COMM_SELF, path, true, &f));
      e = ictus_h5_group (&f, prefix);
      if (e == ICTUS_OK)
        e = ictus_h5_write (&f, a.s, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, &n, t);
      if (e == ICTUS_OK && unit_name != NULL)
        e = ictus_h5_attr_string (&f, a.s, "units", unit_name);
      if (e == ICTUS_OK)
        e = ictus_h5_write (&f, b.s, H5T_STD_U64LE, H5T_NATIVE_UINT64, 1, &n, node);
      if (e == ICTUS_OK)
        e = ictus_h5_close (&f);
      ictus_text_clear (&a);
      ictus_text_clear (&b);
    }
  return ictus_comm_agree (MPI_COMM_WORLD, e);
}

START_TEST (spikes_are_replayed_from_sonata_files)
{
  static const struct
  {
    const char *prefix, *nodes, *unit_name;
    double unit;
    int size;
    ictus_err e;
    const char *word;
  } file[] = { { "/spikes/X", "node_ids", "ms", 1, 5, ICTUS_OK, NULL },
               { "/spikes/other", "node_ids", NULL, 1, 5, ICTUS_OK, NULL }, /* the only one there */
               { "/spikes", "gids", "s", 1e-3, 5, ICTUS_OK, NULL },
               { "/spikes/X", "node_ids", "ms", 1, 4, ICTUS_E_FORMAT, "neuron 4" },
               { "/spikes/X", "node_ids", "mV", 1, 5, ICTUS_E_INPUT, "mV" },
               { "/spikes/X", "node_ids", "ms", -1, 5, ICTUS_E_FORMAT, "positive" } };

  for (int k = 0; k < 6; ++k)
    for (int grid = 0; grid < 2; ++grid)
      {
        double expected[2][3] = { { 0.4, 0.5, 7.21 }, { 0.4, 0.5, 7.3 } };
        uint64_t who[3] = { 4, 0, 2 };
        ictus_spikes all = { 0 };
        ictus_text t = { 0 };
        int mine, sum = 0;
        made m;
        ictus_err e;

        ck_all (write_sonata ("t.h5", file[k].prefix, file[k].nodes, file[k].unit, file[k].unit_name) == ICTUS_OK);
        ictus_text_add (&t, head, grid ? "grid" : "exact", "round-robin");
        ictus_text_add (&t, "populations:\n  X: {size: %d, spike_file: t.h5}\n", file[k].size);
        e = make_text (MPI_COMM_WORLD, t.s, &m);
        ictus_text_clear (&t);
        ck_all (e == file[k].e);
        ck_all (e == ICTUS_OK || strstr (ictus_err_last (), file[k].word) != NULL);
        if (e == ICTUS_OK)
          {
            e = ictus_net_replay (m.net, 0, 0, 0.4, &all);
            if (e == ICTUS_OK)
              e = ictus_net_replay (m.net, 0, 0.4, 10, &all);
            ck_all (e == ICTUS_OK);
            mine = (int) all.n;
            MPI_Allreduce (&mine, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
            ck_all (sum == 3);
            for (size_t i = 0; i < all.n; ++i)
              for (int j = 0; j < 3; ++j)
                if (all.s[i].gid == who[j])
                  ck_assert_double_eq_tol (all.s[i].t_ms, expected[grid][j], 1e-12);
            ictus_free (all.s);
          }
        end (&m);
      }
  ck_all (ictus_mem_live () == 0);
}
END_TEST

START_TEST (one_rank_that_fails_takes_all_along)
{
  char fault[40];
  made m;
  ictus_err e;

  write_files ();
  snprintf (fault, sizeof fault, "net_build:%d:1", ictus_comm_size (MPI_COMM_WORLD) - 1);
  setenv ("ICTUS_FAULT", fault, 1);
  e = make (MPI_COMM_WORLD, "grid", "block", "", &m);
  unsetenv ("ICTUS_FAULT");
  ck_all (e == ICTUS_E_NOMEM);
  ck_all (strstr (ictus_err_last (), "out of memory") != NULL);
  end (&m);
  ck_all (ictus_mem_live () == 0);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *s = suite_create ("net");
  TCase *c = tcase_create ("all");

  tcase_add_test (c, the_network_does_not_depend_on_ranks_partition_or_windows);
  tcase_add_test (c, parameters_and_states_are_set_in_order);
  tcase_add_test (c, currents_add_up_and_break_where_they_should);
  tcase_add_test (c, wrong_names_are_told_with_place_and_nearest);
  tcase_add_test (c, partition_files_are_read_by_all);
  tcase_add_test (c, spikes_are_replayed_from_sonata_files);
  tcase_add_test (c, one_rank_that_fails_takes_all_along);
  suite_add_tcase (s, c);
  return mpi_check_main (s, &argc, &argv);
}
