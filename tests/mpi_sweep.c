/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs are dealt to teams once each; the measures of runs whose answer is known. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mpi_check.h"
#include "sweep/sweep_impl.h"

enum { NTODO = 23, NVALUE = 3 };

/* ---- dealing ---- */

typedef struct seen
{
  int times[2 * NTODO];
  bool good;
} seen;

typedef struct game /* gives out the odd numbers below 2 * NTODO, each when the one three before it has come in */
{
  ictus__source head;
  seen *seen;
  size_t given, taken;
} game;

static int64_t
game_next (ictus__source *s)
{
  game *g = (game *) s;

  if (g->given == g->head.opt.nparts)
    return ICTUS__NONE_LEFT;
  if (g->given >= g->taken + 3)
    return ICTUS__NONE_NOW;
  return (int64_t) (2 * g->given++ + 1);
}

static ictus_err
game_take (ictus__source *s, size_t run, ictus__status status, const double *value)
{
  (void) run;
  (void) status;
  (void) value;
  ((game *) s)->taken += 1;
  return ICTUS_OK;
}

static size_t
game_left (const ictus__source *s)
{
  return s->opt.nparts - ((const game *) s)->taken;
}

static const ictus__source_ops game_ops = { game_next, game_take, game_left, NULL };

static void
take (void *ctx, const ictus__row *row)
{
  game *g = ctx;
  seen *s = g->seen;

  if (row->status == ICTUS__TODO)
    return;
  s->times[row->run] += 1;
  if (row->run % 4 == 1)
    {
      s->good = s->good && row->status == ICTUS__DONE;
      for (int k = 0; k < NVALUE; ++k)
        s->good = s->good && row->value[k] == 10.0 * (double) row->run + k;
    }
  else
    s->good = s->good && row->status == ICTUS__FAILED && strcmp (row->reason, "because") == 0;
  s->good = s->good && row->nrank >= 1 && row->busy_s == 0.5;
  ictus__source_take (&g->head, row->run, row->status, row->value);
}

static bool told_now;

static bool
told (void *ctx)
{
  (void) ctx;
  return told_now;
}

static void
fill_row (ictus__row *row, int64_t run, double *value)
{
  *row = (ictus__row){ .run = (size_t) run, .busy_s = 0.5, .reason = "because", .value = value };
  row->status = run % 4 == 1 ? ICTUS__DONE : ICTUS__FAILED;
  for (int k = 0; k < NVALUE; ++k)
    value[k] = 10.0 * (double) run + k;
}

/* stop_rank: is told to end when its team has done run 7 or a later one; -1: nobody is. */
static void
deal (int ranks_per_point, size_t ntodo, int stop_rank, seen *s)
{
  game g = { .head = { .ops = &game_ops, .opt.nparts = ntodo }, .seen = s };
  const ictus__deal_options o = { .ranks_per_point = ranks_per_point, .nvalue = NVALUE, .source = &g.head,
                                  .take = take, .told = told, .ctx = &g };
  ictus__deal *d = NULL;
  ictus__row row;
  double value[NVALUE];
  int64_t run;
  bool has = false;

  memset (s, 0, sizeof *s);
  s->good = true;
  told_now = false;
  ck_all (ictus__deal_create (MPI_COMM_WORLD, &o, &d) == ICTUS_OK);
  while ((run = ictus__deal_next (d, has ? &row : NULL)) >= 0)
    {
      fill_row (&row, run, value);
      has = true;
      told_now = run >= 7 && ictus_comm_rank (MPI_COMM_WORLD) == stop_rank;
      ictus__deal_poll (d);
    }
  ictus__deal_finish (d);
  ictus__deal_destroy (&d);
}

START_TEST (every_run_is_dealt_once)
{
  int rank = ictus_comm_rank (MPI_COMM_WORLD);
  static const int each[] = { 1, 2, 3, 8 };
  seen s;

  for (size_t k = 0; k < sizeof each / sizeof *each; ++k)
    {
      bool good;

      deal (each[k], NTODO, -1, &s);
      good = s.good;
      for (int p = 0; p < 2 * NTODO; ++p)
        good = good && s.times[p] == (rank == 0 ? p % 2 : 0);
      ck_all (good);
    }
}
END_TEST

START_TEST (nothing_to_do_ends_at_once)
{
  seen s;
  int n = 0;

  deal (1, 0, -1, &s);
  for (int p = 0; p < 2 * NTODO; ++p)
    n += s.times[p];
  ck_all (n == 0);
}
END_TEST

/* Whoever is told, all end, and what was under way still comes in. */
START_TEST (all_end_when_one_is_told)
{
  int size = ictus_comm_size (MPI_COMM_WORLD), n = 0;
  seen s;

  for (int who = 0; who < size; ++who)
    {
      bool good;

      deal (1, NTODO, who, &s);
      good = s.good;
      for (int p = 0; p < 2 * NTODO; ++p)
        {
          good = good && s.times[p] <= p % 2;
          n += s.times[p];
        }
      ck_all (good);
    }
  ck_all (ictus_comm_rank (MPI_COMM_WORLD) > 0 || n >= 4 * size);
  told_now = false;
}
END_TEST

/* ---- measures ---- */

enum { MAXPOP = 4 };

static void
measure (const char *text, double discard_ms, ictus_measures *m)
{
  ictus_conf *conf = NULL;
  ictus_experiment *exp = NULL;
  ictus_engine *engine = NULL;
  ictus_summary *summary = NULL;

  ck_all (ictus_conf_parse ("test.yaml", text, &conf) == ICTUS_OK);
  ck_all (ictus_experiment_read (conf, &exp) == ICTUS_OK);
  ck_all (ictus_engine_create (MPI_COMM_WORLD, exp, &engine) == ICTUS_OK);
  ck_all (ictus_summary_create (engine, discard_ms, &summary) == ICTUS_OK);
  ck_all (ictus_engine_run (engine) == ICTUS_OK);
  ck_all (ictus_summary_get (summary, m) == ICTUS_OK);
  ictus_summary_destroy (&summary);
  ictus_engine_destroy (&engine);
  ictus_experiment_destroy (&exp);
  ictus_conf_destroy (&conf);
}

static bool
near (double x, double want, double tolerance)
{
  return fabs (x - want) <= tolerance * fabs (want);
}

/* Subthreshold leaks from V = a_i: V_i = a_i exp (-t / R), so chi = <a> / sqrt (<a^2>) whatever the time. */
START_TEST (chi_of_decaying_potentials)
{
  static const char text[] = "ictus: 1\nname: decay\nrun: {t_stop: 50 ms, restart_mark: 10 ms}\noutput: {flush: 10 ms}\n"
                             "populations:\n"
                             "  A: {size: 4, model: lif, solver: exact, params: {I: 0}, init: {V: [0, 0.2, 0.4, 0.6]}}\n"
                             "  B: {size: 2, model: lif, solver: exact, params: {I: 0}, init: {V: 0.5}}\n";
  ictus_measures m[MAXPOP];

  measure (text, 5, m);
  ck_all (near (m[0].chi, 0.3 / sqrt (0.56 / 4), 1e-9)); /* rounding only */
  ck_all (near (m[1].chi, 1, 1e-9));
  ck_all (near (m[2].chi, (2.2 / 6) / sqrt (1.06 / 6), 1e-9));
  ck_all (m[0].rate_Hz == 0 && isnan (m[0].cv) && isnan (m[0].fano));
}
END_TEST

static char spike_path[] = "mpi_sweep_spikes.txt";

static void
write_spikes (void)
{
  if (ictus_comm_rank (MPI_COMM_WORLD) == 0)
    {
      FILE *f = fopen (spike_path, "w");

      if (f != NULL)
        {
          fprintf (f, "0 2\n0 12\n0 24\n0 42\n1 10\n1 15\n1 20\n1 25\n2 30\n2 40\n");
          fclose (f);
        }
    }
  MPI_Barrier (MPI_COMM_WORLD);
}

/* Neuron 0 after 10 ms: 12, 24, 42: intervals 12, 18, CV 3/15; neuron 1: 15, 20, 25 (10 is not after 10): CV 0; neuron 2 has two
   spikes only. Bins (10,15] .. (45,50] hold 2 1 2 1 0 1 1 0: mean 1, variance 0.5. */
START_TEST (measures_of_replayed_spikes)
{
  static const char text[] = "ictus: 1\nname: replay\nrun: {t_stop: 52 ms}\n"
                             "populations:\n  A: {size: 3, spike_file: mpi_sweep_spikes.txt}\n"
                             "  B: {size: 2, model: lif, solver: exact, params: {I: 0}}\n";
  ictus_measures m[MAXPOP];

  write_spikes ();
  measure (text, 10, m);
  ck_all (near (m[0].rate_Hz, 1e3 * 8 / (3 * 42.0), 1e-12));
  ck_all (near (m[0].cv, 0.1, 1e-12));
  ck_all (near (m[0].fano, 0.5, 1e-12));
  ck_all (isnan (m[0].chi));
  ck_all (m[1].rate_Hz == 0 && m[2].rate_Hz == 0); /* replayed spikes are not the network's */
  MPI_Barrier (MPI_COMM_WORLD);
  if (ictus_comm_rank (MPI_COMM_WORLD) == 0)
    unlink (spike_path);
}
END_TEST

START_TEST (nothing_left_after_discard_is_an_error)
{
  static const char text[] = "ictus: 1\nname: short\nrun: {t_stop: 5 ms}\npopulations:\n  A: {size: 2, model: lif, solver: exact}\n";
  ictus_conf *conf = NULL;
  ictus_experiment *exp = NULL;
  ictus_engine *engine = NULL;
  ictus_summary *summary = NULL;

  ck_all (ictus_conf_parse ("test.yaml", text, &conf) == ICTUS_OK);
  ck_all (ictus_experiment_read (conf, &exp) == ICTUS_OK);
  ck_all (ictus_engine_create (MPI_COMM_WORLD, exp, &engine) == ICTUS_OK);
  ck_all (ictus_summary_create (engine, 5, &summary) == ICTUS_E_INPUT && summary == NULL);
  ictus_engine_destroy (&engine);
  ictus_experiment_destroy (&exp);
  ictus_conf_destroy (&conf);
  ck_all (ictus_mem_live () == 0);
}
END_TEST

/* The whole of it, by the interface: nothing is left behind in memory, whether it ends well or not. */
START_TEST (a_sweep_gives_all_memory_back)
{
  static const char text[] = "ictus: 1\nname: small\nrun: {t_stop: 20 ms}\npopulations:\n  A: {size: 3, model: lif, solver: exact}\n"
                             "sweep:\n  axes:\n    I: {set: populations.A.params.I, values: [0.5, 1, 2, 4]}\n";
  const ictus_sweep_options opt = { .overwrite = true };
  ictus_conf *conf = NULL;

  ck_all (ictus_conf_parse ("test.yaml", text, &conf) == ICTUS_OK);
  ck_all (ictus_sweep_run (MPI_COMM_WORLD, conf, "mpi_sweep_small", &opt) == ICTUS_OK);
  ictus_conf_destroy (&conf);
  ck_all (ictus_mem_live () == 0);
  ck_all (ictus_conf_parse ("test.yaml", text, &conf) == ICTUS_OK);
  ck_all (ictus_sweep_run (MPI_COMM_WORLD, conf, "/dev/null/x", &opt) == ICTUS_E_IO);
  ictus_conf_destroy (&conf);
  ck_all (ictus_mem_live () == 0);
}
END_TEST

START_TEST (the_flag_needs_synchrony_and_rate_or_a_tonic_rate)
{
  ictus_experiment exp = { .seizure_chi = 0.4, .seizure_rate_Hz = 5, .seizure_tonic_Hz = 200 };
  ictus_measures m = { .rate_Hz = 5, .chi = 0.4 };

  ck_assert (ictus_summary_is_seizure (&exp, &m));
  m.rate_Hz = 4.9;
  ck_assert (!ictus_summary_is_seizure (&exp, &m));
  m.rate_Hz = 100;
  m.chi = 0.39;
  ck_assert (!ictus_summary_is_seizure (&exp, &m));
  m.chi = (double) NAN;
  ck_assert (!ictus_summary_is_seizure (&exp, &m));
  m.rate_Hz = 200; /* tonic: no synchrony needed */
  ck_assert (ictus_summary_is_seizure (&exp, &m));
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *s = suite_create ("sweep");
  TCase *t = tcase_create ("sweep");

  tcase_add_test (t, every_run_is_dealt_once);
  tcase_add_test (t, nothing_to_do_ends_at_once);
  tcase_add_test (t, all_end_when_one_is_told);
  tcase_add_test (t, chi_of_decaying_potentials);
  tcase_add_test (t, measures_of_replayed_spikes);
  tcase_add_test (t, nothing_left_after_discard_is_an_error);
  tcase_add_test (t, a_sweep_gives_all_memory_back);
  tcase_add_test (t, the_flag_needs_synchrony_and_rate_or_a_tonic_rate);
  suite_add_tcase (s, t);
  return mpi_check_main (s, &argc, &argv);
}
