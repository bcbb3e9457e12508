/* SPDX-License-Identifier: BSD-3-Clause */
/* The grid, the rows and the journal of a sweep. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sweep/sweep_impl.h"

enum { NPOINT = 5, NVALUE = 4 };
static const double row[NVALUE] = { 1.0 / 3, -2.5e-300, 0, 12345.678901234567 };

static const char head[] = "ictus: 1\nname: grid\nrun: {t_stop: 10 ms}\n"
                           "populations:\n  A: {size: 3, model: lif, solver: exact}\n"
                           "projections:\n  aa: {source: A, target: A, rule: all_to_all, weight: 1 mV, delay: 1 ms}\n";

static ictus_experiment *
experiment (const char *sweep, ictus_conf **conf)
{
  char text[2000];
  ictus_experiment *exp = NULL;

  snprintf (text, sizeof text, "%s%s", head, sweep);
  ck_assert_msg (ictus_conf_parse ("grid.yaml", text, conf) == ICTUS_OK, "%s", ictus_err_last ());
  ck_assert_msg (ictus_experiment_read (*conf, &exp) == ICTUS_OK, "%s", ictus_err_last ());
  return exp;
}

START_TEST (last_axis_is_fastest)
{
  ictus_conf *conf = NULL;
  ictus_experiment *exp = experiment ("sweep:\n  axes:\n    a: {set: projections.aa.scale, values: [1, 2]}\n"
                                      "    b: {set: populations.A.size, values: [3, 4, 5]}\n", &conf);
  ictus_text name = { 0 };
  size_t n = 0;

  ck_assert_int_eq (ictus__grid_check (exp, &n), ICTUS_OK);
  ck_assert_uint_eq (n, 6);
  for (size_t k = 0; k < n; ++k)
    {
      ck_assert_uint_eq (ictus__grid_index (exp, k, 0), k / 3);
      ck_assert_uint_eq (ictus__grid_index (exp, k, 1), k % 3);
    }
  ictus__grid_name (exp, 4, &name);
  ck_assert_str_eq (name.s, "a = 2, b = 4");
  ictus_text_clear (&name);
  ictus_experiment_destroy (&exp);
  ictus_conf_destroy (&conf);
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

START_TEST (a_point_sets_every_path_with_its_unit)
{
  ictus_conf *conf = NULL, *point_conf = NULL;
  ictus_experiment *exp = experiment ("sweep:\n  axes:\n"
                                      "    w: {set: [projections.aa.weight, populations.A.params.V_th], values: [0.1 mV, 0.3 mV]}\n"
                                      "    n: {set: populations.A.size, values: [3, 7]}\n", &conf);
  ictus_experiment *point = NULL;
  double w = 0, v = 0;

  ck_assert_msg (ictus__grid_point (conf, exp, 3, &point_conf, &point) == ICTUS_OK, "%s", ictus_err_last ());
  ck_assert_uint_eq (point->population[0].size, 7);
  ck_assert_int_eq (ictus_node_double (point->projection[0].weight, "mV", -1, 1, &w), ICTUS_OK);
  ck_assert_int_eq (ictus_node_double (ictus_node_find (point->population[0].params, "V_th"), "mV", -1, 1, &v), ICTUS_OK);
  ck_assert (w == 0.3 && v == 0.3);
  ck_assert_uint_eq (exp->population[0].size, 3); /* the document itself is as before */
  ictus_experiment_destroy (&point);
  ictus_conf_destroy (&point_conf);
  ictus_experiment_destroy (&exp);
  ictus_conf_destroy (&conf);
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

/* Each value is good alone, but a delay of 0.2 ms is not on a grid of 0.5 ms. */
START_TEST (a_wrong_point_says_what_is_wrong)
{
  ictus_conf *conf = NULL, *point_conf = NULL;
  ictus_experiment *exp = experiment ("sweep:\n  axes:\n    d: {set: projections.aa.delay, values: [1 ms, 0.2 ms]}\n"
                                      "    h: {set: run.resolution, values: [0.1 ms, 0.5 ms]}\n", &conf);
  ictus_experiment *point = NULL;

  ck_assert_int_eq (ictus__grid_point (conf, exp, 3, &point_conf, &point), ICTUS_E_INPUT);
  ck_assert (point == NULL && point_conf == NULL);
  ck_assert_msg (strstr (ictus_err_last (), "the delay (0.2 ms) is shorter") != NULL, "%s", ictus_err_last ());
  ck_assert_msg (strstr (ictus_err_last (), "point 3") == NULL, "%s", ictus_err_last ()); /* whoever prints it names the point */
  ictus_experiment_destroy (&exp);
  ictus_conf_destroy (&conf);
}
END_TEST

START_TEST (an_axis_must_not_be_called_like_a_result)
{
  ictus_conf *conf = NULL;
  ictus_experiment *exp = experiment ("sweep:\n  axes:\n    rate: {set: projections.aa.scale, values: [1, 2]}\n", &conf);
  size_t n;

  ck_assert_int_eq (ictus__grid_check (exp, &n), ICTUS_E_INPUT);
  ck_assert_msg (strstr (ictus_err_last (), "'rate'") != NULL, "%s", ictus_err_last ());
  ictus_experiment_destroy (&exp);
  ictus_conf_destroy (&conf);
}
END_TEST

START_TEST (no_axes_is_an_error)
{
  ictus_conf *conf = NULL;
  ictus_experiment *exp = experiment ("", &conf);
  size_t n;

  ck_assert_int_eq (ictus__grid_check (exp, &n), ICTUS_E_INPUT);
  ck_assert_msg (strstr (ictus_err_last (), "sweep.axes") != NULL, "%s", ictus_err_last ());
  ictus_experiment_destroy (&exp);
  ictus_conf_destroy (&conf);
}
END_TEST

/* ---- the journal ---- */

static char dir[64];
static char path[96];
static ictus__table *table;
static ictus__journal journal;

static void
setup (void)
{
  snprintf (dir, sizeof dir, "unit_sweep.XXXXXX"); /* in the scratch folder that tests run in */
  ck_assert (mkdtemp (dir) != NULL);
  snprintf (path, sizeof path, "%s/sweep.journal", dir);
  ck_assert_int_eq (ictus__table_create (NPOINT, NVALUE, &table), ICTUS_OK);
}

static void
teardown (void)
{
  ictus__journal_close (&journal);
  ictus__table_destroy (&table);
  unlink (path);
  rmdir (dir);
}

static ictus_err
reopen (uint64_t digest, bool overwrite, ictus__journal *j)
{
  const ictus__journal_head h = { .digest = digest, .nrun = NPOINT, .nvalue = NVALUE, .nparts = 1, .level = ictus_isa_level () };

  return ictus__journal_open (dir, &h, overwrite, table, j);
}

/* Points 0 (done) and 3 (failed) are written; then everything is forgotten. */
static void
write_two (void)
{
  ck_assert_msg (reopen (7, false, &journal) == ICTUS_OK, "%s", ictus_err_last ());
  ck_assert_int_eq (ictus__table_set (table, 0, ICTUS__DONE, row, NULL), ICTUS_OK);
  ck_assert_int_eq (ictus__table_set (table, 3, ICTUS__FAILED, NULL, "line one\n\tC:\\name"), ICTUS_OK);
  ck_assert_int_eq (ictus__journal_add (&journal, table, 0, 0.25), ICTUS_OK);
  ck_assert_int_eq (ictus__journal_add (&journal, table, 3, 0.25), ICTUS_OK);
  ck_assert_int_eq (ictus__journal_close (&journal), ICTUS_OK);
  ictus__table_destroy (&table);
  ck_assert_int_eq (ictus__table_create (NPOINT, NVALUE, &table), ICTUS_OK);
}

static void
append (const char *text)
{
  FILE *f = fopen (path, "a");

  ck_assert (f != NULL);
  fputs (text, f);
  fclose (f);
}

START_TEST (rows_come_back_bit_for_bit)
{
  write_two ();
  ck_assert_int_eq (reopen (7, false, &journal), ICTUS_OK);
  ck_assert_uint_eq (ictus__table_count (table, ICTUS__DONE), 1);
  ck_assert_uint_eq (ictus__table_count (table, ICTUS__FAILED), 1);
  ck_assert (memcmp (table->value, row, sizeof row) == 0);
  ck_assert_str_eq (table->reason[3], "line one\n\tC:\\name");
  ck_assert (isnan (table->value[3 * NVALUE]));
}
END_TEST

START_TEST (undefined_values_come_back)
{
  double nan[NVALUE] = { NAN, 1, -NAN, 2 };

  ck_assert_int_eq (reopen (7, false, &journal), ICTUS_OK);
  ck_assert_int_eq (ictus__table_set (table, 1, ICTUS__DONE, nan, NULL), ICTUS_OK);
  ck_assert_int_eq (ictus__journal_add (&journal, table, 1, 0.25), ICTUS_OK);
  ck_assert_int_eq (ictus__journal_close (&journal), ICTUS_OK);
  ictus__table_destroy (&table);
  ck_assert_int_eq (ictus__table_create (NPOINT, NVALUE, &table), ICTUS_OK);
  ck_assert_int_eq (reopen (7, false, &journal), ICTUS_OK);
  ck_assert_uint_eq (table->status[1], ICTUS__DONE);
  ck_assert (isnan (table->value[NVALUE]) && table->value[NVALUE + 1] == 1);
  ck_assert (isnan (table->value[NVALUE + 2]) && !signbit (table->value[NVALUE + 2])); /* one kind only */
}
END_TEST

START_TEST (a_torn_last_line_is_cut_off)
{
  write_two ();
  append ("2\tdone\t0.5\t1\t2");
  ck_assert_int_eq (reopen (7, false, &journal), ICTUS_OK);
  ck_assert_uint_eq (ictus__table_count (table, ICTUS__TODO), NPOINT - 2);
  /* what is added now stands on a line of its own */
  ck_assert_int_eq (ictus__table_set (table, 2, ICTUS__DONE, row, NULL), ICTUS_OK);
  ck_assert_int_eq (ictus__journal_add (&journal, table, 2, 0.25), ICTUS_OK);
  ck_assert_int_eq (ictus__journal_close (&journal), ICTUS_OK);
  ictus__table_destroy (&table);
  ck_assert_int_eq (ictus__table_create (NPOINT, NVALUE, &table), ICTUS_OK);
  ck_assert_int_eq (reopen (7, false, &journal), ICTUS_OK);
  ck_assert_uint_eq (table->status[2], ICTUS__DONE);
  ck_assert_uint_eq (table->status[0], ICTUS__DONE);
}
END_TEST

START_TEST (a_spoilt_line_is_left_out)
{
  char *text = NULL, *at;
  size_t len;

  write_two ();
  ck_assert_int_eq (ictus_file_read (path, &text, &len), ICTUS_OK);
  at = strstr (text, "12345.67");
  ck_assert (at != NULL);
  at[1] = '3';
  ck_assert_int_eq (ictus_file_write (path, text, len), ICTUS_OK);
  ictus_free (text);
  ictus_log_quiet (true);
  ck_assert_int_eq (reopen (7, false, &journal), ICTUS_OK);
  ck_assert_uint_eq (table->status[0], ICTUS__TODO);
  ck_assert_uint_eq (table->status[3], ICTUS__FAILED);
}
END_TEST

START_TEST (a_later_line_replaces_an_earlier_one)
{
  write_two ();
  ck_assert_int_eq (reopen (7, false, &journal), ICTUS_OK);
  ck_assert_int_eq (ictus__table_set (table, 3, ICTUS__DONE, row, NULL), ICTUS_OK);
  ck_assert_int_eq (ictus__journal_add (&journal, table, 3, 0.25), ICTUS_OK);
  ck_assert_int_eq (ictus__journal_close (&journal), ICTUS_OK);
  ictus__table_destroy (&table);
  ck_assert_int_eq (ictus__table_create (NPOINT, NVALUE, &table), ICTUS_OK);
  ck_assert_int_eq (reopen (7, false, &journal), ICTUS_OK);
  ck_assert_uint_eq (table->status[3], ICTUS__DONE);
  ck_assert (table->reason[3] == NULL);
}
END_TEST

START_TEST (another_experiment_is_refused_unless_overwritten)
{
  write_two ();
  ck_assert_int_eq (reopen (8, false, &journal), ICTUS_E_INPUT);
  ck_assert_msg (strstr (ictus_err_last (), "--overwrite") != NULL, "%s", ictus_err_last ());
  ck_assert_int_eq (reopen (8, true, &journal), ICTUS_OK);
  ck_assert_uint_eq (ictus__table_count (table, ICTUS__TODO), NPOINT);
}
END_TEST

START_TEST (two_programs_cannot_write_one_journal)
{
  ictus__journal other = { .fd = -1 };

  ck_assert_int_eq (reopen (7, false, &journal), ICTUS_OK);
  ck_assert_int_eq (reopen (7, false, &other), ICTUS_E_RESOURCE);
}
END_TEST

START_TEST (a_torn_first_line_begins_anew)
{
  append ("ictus-swe");
  ck_assert_int_eq (reopen (7, false, &journal), ICTUS_OK);
  ck_assert_uint_eq (ictus__table_count (table, ICTUS__TODO), NPOINT);
}
END_TEST

START_TEST (a_start_says_nothing_about_the_outcome)
{
  bool synced = true;

  write_two ();
  ck_assert_int_eq (reopen (7, false, &journal), ICTUS_OK);
  ck_assert_int_eq (ictus__journal_add_start (&journal, 0, 1.7e9, 2), ICTUS_OK);
  ck_assert_int_eq (ictus__journal_add_start (&journal, 4, 1.7e9, 2), ICTUS_OK);
  ck_assert_int_eq (ictus__journal_sync (&journal, 1e9, &synced), ICTUS_OK);
  ck_assert (!synced); /* it was flushed not so long ago */
  ck_assert_int_eq (ictus__journal_sync (&journal, 0, &synced), ICTUS_OK);
  ck_assert (synced);
  ck_assert_int_eq (ictus__journal_close (&journal), ICTUS_OK);
  ck_assert_int_eq (reopen (7, false, &journal), ICTUS_OK);
  ck_assert_uint_eq (table->status[0], ICTUS__DONE);
  ck_assert_uint_eq (table->status[4], ICTUS__TODO);
}
END_TEST

typedef struct seen
{
  size_t n, start, done, failed;
  double busy_s;
} seen;

static ictus_err
look (void *ctx, const ictus__journal_line *line)
{
  seen *s = ctx;

  s->n += 1;
  s->start += line->kind == ICTUS__LINE_START && line->run == 2 && line->nrank == 4 && line->seconds == 1234567890;
  s->done += line->kind == ICTUS__LINE_DONE && line->run == 0 && memcmp (line->value, row, sizeof row) == 0;
  s->failed += line->kind == ICTUS__LINE_FAILED && line->run == 3;
  if (line->kind == ICTUS__LINE_DONE)
    s->busy_s = line->seconds;
  return line->text[line->len - 1] == '\n' ? ICTUS_OK : ICTUS_E_INTERNAL;
}

START_TEST (a_journal_can_be_looked_through)
{
  ictus__journal_head h;
  size_t good = 0, spoilt = 0;
  seen s = { 0 };

  write_two ();
  ck_assert_int_eq (reopen (7, false, &journal), ICTUS_OK);
  ck_assert_int_eq (ictus__journal_add_start (&journal, 2, 1234567890, 4), ICTUS_OK);
  append ("nonsense\n2\tdone\t0.5\t1");
  ck_assert_int_eq (ictus__journal_each (path, &h, look, &s, &good, &spoilt), ICTUS_OK);
  ck_assert (s.n == 3 && s.start == 1 && s.done == 1 && s.failed == 1 && s.busy_s == 0.25);
  ck_assert (h.digest == 7 && h.nrun == NPOINT && h.nvalue == NVALUE && h.part == 0 && h.nparts == 1);
  ck_assert_uint_eq (spoilt, 1);
}
END_TEST

START_TEST (journals_of_other_versions_are_refused)
{
  append ("ictus-sweep\t1\t0000000000000007\t5\t4\t0123456789abcdef\n");
  ck_assert_int_eq (reopen (7, false, &journal), ICTUS_E_FORMAT);
  ck_assert_msg (strstr (ictus_err_last (), "format 1") != NULL, "%s", ictus_err_last ());
  ck_assert_int_eq (reopen (7, true, &journal), ICTUS_OK);
}
END_TEST

START_TEST (parts_have_names_of_their_own)
{
  ictus_text t = { 0 };
  size_t part = 0, nparts = 0;

  ictus__journal_name ("d", 2, 12, "journal", &t);
  ck_assert_str_eq (t.s, "d/part-0003-of-0012.journal");
  ck_assert (ictus__journal_is_part (t.s + 2, &part, &nparts) && part == 2 && nparts == 12);
  ck_assert (!ictus__journal_is_part ("part-0003-of-0002.journal", &part, &nparts));
  ck_assert (!ictus__journal_is_part ("part-0001-of-0002.journal2", &part, &nparts));
  ck_assert (!ictus__journal_is_part ("sweep.journal", &part, &nparts));
  ictus_text_clear (&t);
}
END_TEST

START_TEST (parts_share_all_runs)
{
  ictus__source_options o = { .table = table };
  size_t seen_in[NPOINT] = { 0 };

  ck_assert_int_eq (ictus__table_set (table, 0, ICTUS__DONE, row, NULL), ICTUS_OK);
  ck_assert_int_eq (ictus__table_set (table, 3, ICTUS__FAILED, NULL, "why"), ICTUS_OK);
  o.nparts = 2;
  for (o.part = 0; o.part < 2; ++o.part)
    {
      ictus__source *s = NULL;
      size_t left;
      int64_t run;

      o.retry_failed = o.part == 1;
      ck_assert_int_eq (ictus__source_create (&o, &s), ICTUS_OK);
      left = ictus__source_left (s);
      while ((run = ictus__source_next (s)) >= 0)
        {
          ck_assert (run < NPOINT);
          seen_in[run] += 1;
          ck_assert_int_eq (ictus__source_take (s, (size_t) run, ICTUS__DONE, row), ICTUS_OK);
          left -= 1;
        }
      ck_assert_int_eq (run, ICTUS__NONE_LEFT);
      ck_assert (left == 0 && ictus__source_left (s) == 0);
      ictus__source_destroy (&s);
    }
  ck_assert (seen_in[0] == 0 && seen_in[1] == 1 && seen_in[2] == 1 && seen_in[3] == 1 && seen_in[4] == 1);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("sweep");
  TCase *grid = tcase_create ("grid"), *jour = tcase_create ("journal");
  SRunner *runner;
  int failed;

  tcase_add_test (grid, last_axis_is_fastest);
  tcase_add_test (grid, a_point_sets_every_path_with_its_unit);
  tcase_add_test (grid, a_wrong_point_says_what_is_wrong);
  tcase_add_test (grid, an_axis_must_not_be_called_like_a_result);
  tcase_add_test (grid, no_axes_is_an_error);
  suite_add_tcase (s, grid);
  tcase_add_checked_fixture (jour, setup, teardown);
  tcase_add_test (jour, rows_come_back_bit_for_bit);
  tcase_add_test (jour, undefined_values_come_back);
  tcase_add_test (jour, a_torn_last_line_is_cut_off);
  tcase_add_test (jour, a_spoilt_line_is_left_out);
  tcase_add_test (jour, a_later_line_replaces_an_earlier_one);
  tcase_add_test (jour, another_experiment_is_refused_unless_overwritten);
  tcase_add_test (jour, two_programs_cannot_write_one_journal);
  tcase_add_test (jour, a_torn_first_line_begins_anew);
  tcase_add_test (jour, a_start_says_nothing_about_the_outcome);
  tcase_add_test (jour, a_journal_can_be_looked_through);
  tcase_add_test (jour, journals_of_other_versions_are_refused);
  tcase_add_test (jour, parts_have_names_of_their_own);
  tcase_add_test (jour, parts_share_all_runs);
  suite_add_tcase (s, jour);
  runner = srunner_create (s);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
