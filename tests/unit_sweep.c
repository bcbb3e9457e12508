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
START_TEST (a_wrong_point_is_named_in_the_message)
{
  ictus_conf *conf = NULL, *point_conf = NULL;
  ictus_experiment *exp = experiment ("sweep:\n  axes:\n    d: {set: projections.aa.delay, values: [1 ms, 0.2 ms]}\n"
                                      "    h: {set: run.resolution, values: [0.1 ms, 0.5 ms]}\n", &conf);
  ictus_experiment *point = NULL;

  ck_assert_int_eq (ictus__grid_point (conf, exp, 3, &point_conf, &point), ICTUS_E_INPUT);
  ck_assert (point == NULL && point_conf == NULL);
  ck_assert_msg (strstr (ictus_err_last (), "point 3 (d = 0.2 ms, h = 0.5 ms)") != NULL, "%s", ictus_err_last ());
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

/* Points 0 (done) and 3 (failed) are written; then everything is forgotten. */
static void
write_two (void)
{
  ck_assert_msg (ictus__journal_open (dir, 7, false, table, &journal) == ICTUS_OK, "%s", ictus_err_last ());
  ck_assert_int_eq (ictus__table_set (table, 0, ICTUS__DONE, row, NULL), ICTUS_OK);
  ck_assert_int_eq (ictus__table_set (table, 3, ICTUS__FAILED, NULL, "line one\n\tC:\\name"), ICTUS_OK);
  ck_assert_int_eq (ictus__journal_add (&journal, table, 0), ICTUS_OK);
  ck_assert_int_eq (ictus__journal_add (&journal, table, 3), ICTUS_OK);
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
  ck_assert_int_eq (ictus__journal_open (dir, 7, false, table, &journal), ICTUS_OK);
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

  ck_assert_int_eq (ictus__journal_open (dir, 7, false, table, &journal), ICTUS_OK);
  ck_assert_int_eq (ictus__table_set (table, 1, ICTUS__DONE, nan, NULL), ICTUS_OK);
  ck_assert_int_eq (ictus__journal_add (&journal, table, 1), ICTUS_OK);
  ck_assert_int_eq (ictus__journal_close (&journal), ICTUS_OK);
  ictus__table_destroy (&table);
  ck_assert_int_eq (ictus__table_create (NPOINT, NVALUE, &table), ICTUS_OK);
  ck_assert_int_eq (ictus__journal_open (dir, 7, false, table, &journal), ICTUS_OK);
  ck_assert_uint_eq (table->status[1], ICTUS__DONE);
  ck_assert (isnan (table->value[NVALUE]) && table->value[NVALUE + 1] == 1);
  ck_assert (isnan (table->value[NVALUE + 2]) && !signbit (table->value[NVALUE + 2])); /* one kind only */
}
END_TEST

START_TEST (a_torn_last_line_is_cut_off)
{
  write_two ();
  append ("2\tdone\t0.5\t1\t2");
  ck_assert_int_eq (ictus__journal_open (dir, 7, false, table, &journal), ICTUS_OK);
  ck_assert_uint_eq (ictus__table_count (table, ICTUS__TODO), NPOINT - 2);
  /* what is added now stands on a line of its own */
  ck_assert_int_eq (ictus__table_set (table, 2, ICTUS__DONE, row, NULL), ICTUS_OK);
  ck_assert_int_eq (ictus__journal_add (&journal, table, 2), ICTUS_OK);
  ck_assert_int_eq (ictus__journal_close (&journal), ICTUS_OK);
  ictus__table_destroy (&table);
  ck_assert_int_eq (ictus__table_create (NPOINT, NVALUE, &table), ICTUS_OK);
  ck_assert_int_eq (ictus__journal_open (dir, 7, false, table, &journal), ICTUS_OK);
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
  ck_assert_int_eq (ictus__journal_open (dir, 7, false, table, &journal), ICTUS_OK);
  ck_assert_uint_eq (table->status[0], ICTUS__TODO);
  ck_assert_uint_eq (table->status[3], ICTUS__FAILED);
}
END_TEST

START_TEST (a_later_line_replaces_an_earlier_one)
{
  write_two ();
  ck_assert_int_eq (ictus__journal_open (dir, 7, false, table, &journal), ICTUS_OK);
  ck_assert_int_eq (ictus__table_set (table, 3, ICTUS__DONE, row, NULL), ICTUS_OK);
  ck_assert_int_eq (ictus__journal_add (&journal, table, 3), ICTUS_OK);
  ck_assert_int_eq (ictus__journal_close (&journal), ICTUS_OK);
  ictus__table_destroy (&table);
  ck_assert_int_eq (ictus__table_create (NPOINT, NVALUE, &table), ICTUS_OK);
  ck_assert_int_eq (ictus__journal_open (dir, 7, false, table, &journal), ICTUS_OK);
  ck_assert_uint_eq (table->status[3], ICTUS__DONE);
  ck_assert (table->reason[3] == NULL);
}
END_TEST

START_TEST (another_experiment_is_refused_unless_overwritten)
{
  write_two ();
  ck_assert_int_eq (ictus__journal_open (dir, 8, false, table, &journal), ICTUS_E_INPUT);
  ck_assert_msg (strstr (ictus_err_last (), "--overwrite") != NULL, "%s", ictus_err_last ());
  ck_assert_int_eq (ictus__journal_open (dir, 8, true, table, &journal), ICTUS_OK);
  ck_assert_uint_eq (ictus__table_count (table, ICTUS__TODO), NPOINT);
}
END_TEST

START_TEST (two_programs_cannot_write_one_journal)
{
  ictus__journal other = { .fd = -1 };

  ck_assert_int_eq (ictus__journal_open (dir, 7, false, table, &journal), ICTUS_OK);
  ck_assert_int_eq (ictus__journal_open (dir, 7, false, table, &other), ICTUS_E_RESOURCE);
}
END_TEST

START_TEST (a_torn_first_line_begins_anew)
{
  append ("ictus-swe");
  ck_assert_int_eq (ictus__journal_open (dir, 7, false, table, &journal), ICTUS_OK);
  ck_assert_uint_eq (ictus__table_count (table, ICTUS__TODO), NPOINT);
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
  tcase_add_test (grid, a_wrong_point_is_named_in_the_message);
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
  suite_add_tcase (s, jour);
  runner = srunner_create (s);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
