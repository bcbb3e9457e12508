/* SPDX-License-Identifier: BSD-3-Clause */
/* What shipped models are expected to show, they show; what is wrong is found out; texts that are no expectation are refused.
 * ICTUS_TEST_MODEL=NAME looks at one model only and tells what was found. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "ictus/path.h"

static ictus_model *
open_model (const char *name)
{
  ictus_model *m = NULL;

  ck_assert_msg (ictus_model_open (name, NULL, NULL, &m) == ICTUS_OK, "%s", ictus_err_last ());
  return m;
}

static bool
is_wanted (const char *name)
{
  const char *only = getenv ("ICTUS_TEST_MODEL");

  return only == NULL || *only == '\0' || strcmp (only, name) == 0;
}

START_TEST (models_do_what_is_expected)
{
  const ictus_kernel *k = ictus_model_shipped ((size_t) _i);
  const ictus_lang_expect *x;
  ictus_model *m;
  int n = 0, failed = 0;

  if (!is_wanted (k->name))
    return;
  m = open_model (k->name);
  for (; (x = ictus_lang_expect_at (m->lang, n)) != NULL; ++n)
    {
      ictus_text said = { 0 };
      double start = ictus_wall_s ();
      bool met = false;

      if (ictus_path_expect (m, x, &said, &met) != ICTUS_OK)
        printf ("error: %s\n", ictus_err_last ());
      failed += !met;
      printf ("%s %s:%d: %s: %s (%.2f s)\n", met ? "met" : "NOT MET", k->name, x->line, x->text,
              said.s != NULL ? said.s : "", ictus_wall_s () - start);
      ictus_text_clear (&said);
    }
  ictus_model_close (&m);
  fflush (stdout);
  ck_assert_msg (failed == 0, "%s: %d of %d expectations are not met", k->name, failed, n);
  ck_assert_msg (n > 0, "%s: nothing is expected", k->name);
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

typedef struct row
{
  const char *model, *text;
} row;

static const row right[] = {
  { "hodgkin_huxley", "rest V=-64.9997224337 m=0.0529342176209 within 1e-9 stable with I=0" },
  { "hodgkin_huxley", "rest V=-64.9997224337, within 1e-6 % with I=0 # a comment" },
  { "hodgkin_huxley", "hopf I at 9.77933799539 within 1e-8 near V=-59.65 omega 0.58623381313 within 1e-7" },
  { "hodgkin_huxley", "hopf I at 154.526333666 within 1e-6 near V=-43" },
  { "hodgkin_huxley", "crossing V over 0 number 2 at 16.8250353293 within 1e-4 with I=10" },
  { "hodgkin_huxley", "spike 2 at 16.8250353293 within 1e-4 with I=10" },
  { "hodgkin_huxley", "value V at 100 is -62.17199131 within 1e-4 by rk45 accuracy 1e-10" },
  { "lif", "interval last is 1.053605156578263 within 1e-7 until 10" },
  { "lif", "rate 0.95 within 0.06 until 20 with V_th=1" },
  { "lif", "value V at 4.99 is 3.92862506261 within 1e-7 with V_th=100" },
  { "lif", "mean V is 0.5084962716 within 1e-5 until 1.053 with V_th=100" },
  { "morris_lecar", "fold I at 39.9631530927 within 1e-6 near V=-29.4 with gCa=4 V3=12 V4=17.4 phi=0.067" },
  { "fitzhugh_nagumo", "period v over 0 is 39.4744149802 within 1e-5 after 200 until 500 step 0.05" },
};

/* A neutral saddle at I = 36.64 and a number that is near a Hopf point but not that one, wrong times, wrong kinds of rest */
static const row wrong[] = {
  { "hodgkin_huxley", "rest V=-64.9 within 1e-3 with I=0" },
  { "hodgkin_huxley", "rest V=-65 within 0.1 unstable with I=0" },
  { "hodgkin_huxley", "hopf I at 9.78 within 1e-5 near V=-59.65" },
  { "hodgkin_huxley", "crossings V over 0 is 8 until 100 with I=10" },
  { "hodgkin_huxley", "spike 2 at 16.83 within 1e-3 with I=10" },
  { "hodgkin_huxley", "spikes 8 until 100 with I=10" },
  { "hodgkin_huxley", "value V at 100 is -62.18 within 1e-3" },
  { "hodgkin_huxley", "period V over 200 is 14.6 within 1 until 100" },
  { "hodgkin_huxley", "range V from -75 to 40 within 0.1 after 50 until 100" },
  { "morris_lecar", "hopf I at 36.6391663656 within 1e-3 near V=-29 with gCa=4 V3=12 V4=17.4 phi=0.067" },
  { "fitzhugh_nagumo", "period v over 0 is 39.5 within 0.01 after 200 until 500" },
  { "lif", "highest V is 1.1 within 0.01 until 10" },
};

static const row absurd[] = {
  { "lif", "" },
  { "lif", "restt V=1 within 1" },
  { "lif", "rest W=1 within 1" },
  { "lif", "rest V=1" },
  { "lif", "rest V=one within 1" },
  { "lif", "fold J at 1 within 1" },
  { "lif", "value V at 5 is 1 within 1 with J=2" },
  { "lif", "value V at 5 is 1 within 1 whith I=2" },
  { "lif", "value V at 5" },
  { "lif", "period V is 5 within 1" },
  { "lif", "spikes 5 until -1" },
  { "lif", "spike 0 at 5 within 1" },
  { "lif", "value V at 5 is 1 within -1" },
  { "lif", "value V at 5 is 1 within 1 by magic" },
  { "lif", "value V at 5 is 1 within 1 set nowhere" },
  { "lif", "value V at 5 is 1 within 1 event ex=1" },
  { "lif", "value V at 5 is 1 within 1 step 0" },
  { "wilson_cowan", "spikes 5 until 10" },
  { "lif", "lyapunov 1 within 1" },
};

static ictus_err
judge (const row *r, ictus_text *said, bool *met)
{
  ictus_model *m = open_model (r->model);
  ictus_lang_expect x = { r->text, 7 };
  ictus_err e = ictus_path_expect (m, &x, said, met);

  ictus_model_close (&m);
  return e;
}

START_TEST (what_is_right_is_met)
{
  ictus_text said = { 0 };
  bool met = false;

  ck_assert_msg (judge (&right[_i], &said, &met) == ICTUS_OK, "%s", ictus_err_last ());
  ck_assert_msg (met, "%s: %s", right[_i].text, said.s);
  ck_assert_uint_gt (said.len, 0);
  ictus_text_clear (&said);
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

START_TEST (what_is_wrong_is_found_out)
{
  ictus_text said = { 0 };
  bool met = true;

  ck_assert_msg (judge (&wrong[_i], &said, &met) == ICTUS_OK, "%s", ictus_err_last ());
  ck_assert_msg (!met, "%s: %s", wrong[_i].text, said.s);
  ck_assert_uint_gt (said.len, 0);
  ictus_text_clear (&said);
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

START_TEST (what_is_no_expectation_is_refused)
{
  ictus_text said = { 0 };
  bool met = true;

  ck_assert_msg (judge (&absurd[_i], &said, &met) == ICTUS_E_INPUT, "%s", absurd[_i].text);
  ck_assert (!met);
  ck_assert_ptr_nonnull (strstr (ictus_err_last (), ".ode:7: "));
  ictus_text_clear (&said);
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("model expectations");
  TCase *c = tcase_create ("the text"), *a = tcase_create ("all models");
  SRunner *sr = srunner_create (s);
  int n = 0, failed;

  while (ictus_model_shipped ((size_t) n) != NULL)
    ++n;
  tcase_add_loop_test (c, what_is_right_is_met, 0, (int) (sizeof right / sizeof *right));
  tcase_add_loop_test (c, what_is_wrong_is_found_out, 0, (int) (sizeof wrong / sizeof *wrong));
  tcase_add_loop_test (c, what_is_no_expectation_is_refused, 0, (int) (sizeof absurd / sizeof *absurd));
  tcase_add_loop_test (a, models_do_what_is_expected, 0, n);
  tcase_set_timeout (c, 30);
  tcase_set_timeout (a, 60);
  suite_add_tcase (s, c);
  suite_add_tcase (s, a);
  srunner_run_all (sr, CK_ENV);
  failed = srunner_ntests_failed (sr);
  srunner_free (sr);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
