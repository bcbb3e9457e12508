/* SPDX-License-Identifier: BSD-3-Clause */
/* Sweeps of very many points: nothing per point on ranks other than 0, and no long start. Times are checked against
   limits that only a cost growing with the square of the number, or reading on every rank, would reach. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mpi_check.h"
#include "sweep/sweep_impl.h"

#define LIMIT_S 60.0

enum { BIG = 100000, SMALL = 5000, FEW_CALLS = 5000 };

static const char text[] = "ictus: 1\nname: scale\nrun: {t_stop: 1 ms}\n"
                           "populations:\n  A: {size: 1, model: lif, solver: exact}\n"
                           "sweep:\n  axes:\n    I: {set: populations.A.params.I, from: 0.1, to: 2, n: 100}\n"
                           "    V: {set: populations.A.params.V_th, from: 0.5, to: 5, n: %d}\n";

static ictus_conf *
document (int npoint)
{
  char all[1000];
  ictus_conf *conf = NULL;

  snprintf (all, sizeof all, text, npoint / 100);
  ck_all (ictus_conf_parse ("scale.yaml", all, &conf) == ICTUS_OK);
  return conf;
}

static int
rank (void)
{
  return ictus_comm_rank (MPI_COMM_WORLD);
}

/* A journal of a sweep that is done but for the runs that are multiples of hole. */
static void
write_journal (const char *dir, size_t hole)
{
  ictus_conf *conf = document (BIG);
  ictus__study study;
  bool good = true;

  ck_all (ictus__study_open (MPI_COMM_WORLD, conf, true, &study) == ICTUS_OK);
  if (rank () == 0)
    {
      ictus__journal_head head = { .nrun = study.nrun, .nvalue = study.nvalue, .nparts = 1, .level = ictus_isa_level () };
      ictus__journal journal = { .fd = -1 };
      ictus__table *t = NULL;
      double value[8] = { 0 };

      good = study.nrun == BIG && study.nvalue == 8 && ictus_mkdirs (dir) == ICTUS_OK
             && ictus_net_digest (study.net, study.conf, &head.digest) == ICTUS_OK
             && ictus__table_create (study.nrun, study.nvalue, &t) == ICTUS_OK
             && ictus__journal_open (dir, &head, true, t, &journal) == ICTUS_OK;
      for (size_t k = 0; good && k < BIG; ++k)
        if (k % hole != 0)
          {
            value[0] = 1.0 / (double) (k + 1);
            value[1] = k % 3 == 0 ? (double) NAN : (double) k;
            good = ictus__table_set (t, k, ICTUS__DONE, value, NULL) == ICTUS_OK
                   && ictus__journal_add (&journal, t, k, 1e-3) == ICTUS_OK;
          }
      ictus__journal_close (&journal);
      ictus__table_destroy (&t);
    }
  ictus__study_close (&study);
  ictus_conf_destroy (&conf);
  ck_all (good);
}

/* Runs the sweep; what a rank other than 0 took from memory, and whether that was about nothing per point. */
static void
run (int npoint, const char *dir, size_t most_calls)
{
  const ictus_sweep_options opt = { 0 };
  ictus_conf *conf = document (npoint);
  size_t before = ictus_mem_calls ();
  double begin = ictus_wall_s ();

  ck_all (ictus_sweep_run (MPI_COMM_WORLD, conf, dir, &opt) == ICTUS_OK);
  ck_all (ictus_wall_s () - begin < LIMIT_S);
  ck_all (rank () == 0 || most_calls == 0 || ictus_mem_calls () - before < most_calls);
  ictus_conf_destroy (&conf);
  ck_all (ictus_mem_live () == 0);
}

/* Rows of a journal, and how many runs have more than one. */
static ictus_err
count (void *ctx, const ictus__journal_line *line)
{
  size_t *n = ctx;

  if (line->kind == ICTUS__LINE_DONE)
    n[line->run] += 1;
  return ICTUS_OK;
}

static bool
each_once (const char *dir, size_t nrun)
{
  ictus__journal_head head;
  ictus_text path = { 0 };
  size_t *n = ictus_alloc (nrun, sizeof *n);
  bool good;

  ictus__journal_name (dir, 0, 1, "journal", &path);
  good = n != NULL && !path.failed && ictus__journal_each (path.s, &head, count, n, NULL, NULL) == ICTUS_OK
         && head.nrun == nrun;
  for (size_t k = 0; good && k < nrun; ++k)
    good = n[k] == 1;
  ictus_free (n);
  ictus_text_clear (&path);
  return good;
}

START_TEST (a_hundred_thousand_rows_are_taken_up_by_rank_0_alone)
{
  write_journal ("mpi_sweep_big", 1000 * BIG); /* only run 0 is left */
  run (BIG, "mpi_sweep_big", FEW_CALLS);
  ck_all (rank () > 0 || each_once ("mpi_sweep_big", BIG));
  run (BIG, "mpi_sweep_big", FEW_CALLS); /* and nothing is left */
}
END_TEST

START_TEST (five_thousand_points_are_done_once_each)
{
  run (SMALL, "mpi_sweep_small", 0);
  ck_all (rank () > 0 || each_once ("mpi_sweep_small", SMALL));
}
END_TEST

START_TEST (parts_of_many_points_are_merged)
{
  const ictus_sweep_options merging = { 0 };
  ictus_sweep_options opt = { .nparts = 3 };
  ictus_conf *conf = NULL;

  for (opt.part = 0; opt.part < 3; ++opt.part)
    {
      conf = document (SMALL);
      ck_all (ictus_sweep_run (MPI_COMM_WORLD, conf, "mpi_sweep_parts", &opt) == ICTUS_OK);
      ictus_conf_destroy (&conf);
    }
  ck_all (ictus_sweep_merge (MPI_COMM_WORLD, "mpi_sweep_parts", &merging) == ICTUS_OK);
  ck_all (rank () > 0 || each_once ("mpi_sweep_parts", SMALL));
  ck_all (ictus_mem_live () == 0);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *s = suite_create ("sweep scale");
  TCase *t = tcase_create ("sweep scale");

  tcase_add_test (t, a_hundred_thousand_rows_are_taken_up_by_rank_0_alone);
  tcase_add_test (t, five_thousand_points_are_done_once_each);
  tcase_add_test (t, parts_of_many_points_are_merged);
  suite_add_tcase (s, t);
  return mpi_check_main (s, &argc, &argv);
}
