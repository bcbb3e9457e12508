/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>

#include "lang_file.h"

static int
bit (const char *name)
{
  for (int k = 0; ictus_lang_option_name (k) != NULL; ++k)
    if (strcmp (ictus_lang_option_name (k), name) == 0)
      return k;
  ck_abort_msg ("no option %s", name);
}

static bool
given (const ictus_lang_settings *s, const char *name)
{
  return (s->given >> bit (name) & 1u) != 0;
}

START_TEST (a_file_without_options_has_the_values_of_xppaut)
{
  ictus_lang *l = parse_file ("x'=-x\n");
  const ictus_lang_settings *s = ictus_lang_get_settings (l);

  ck_assert (s->xpp);
  ck_assert_int_eq (s->method, 'r');
  ck_assert (s->total == 20 && s->dt == 0.05 && s->t0 == 0 && s->trans == 0 && s->bound == 100);
  ck_assert (s->tol == 1e-3 && s->atol == 1e-3 && s->newt_tol == 1e-3 && s->jac_eps == 1e-3 && s->delay == 0);
  ck_assert (s->dtmin == 1e-12 && s->dtmax == 1);
  ck_assert_int_eq (s->nout, 1);
  ck_assert_int_eq (s->maxstor, 5000);
  ck_assert_uint_eq (s->seed, 12345678);
  ck_assert_int_eq (s->poimap, 0);
  ck_assert_str_eq (s->poivar, "");
  ck_assert_str_eq (s->output, "");
  ck_assert (isnan (s->xlo) && isnan (s->yhi));
  ck_assert_uint_eq (s->given, 0);
  end_file (&l);
}
END_TEST

START_TEST (every_honoured_option_is_read)
{
  ictus_lang *l = parse_file (
      "@ total=100,dt=.25 t0=-1,trans=5, bound=1e6\tmeth=CVODE,tol=1e-5\n"
      "@ atol=1e-6,dtmin=1e-9,dtmax=2,newt_tol=1e-4,newt_iter=50,jac_eps=1e-7,delay=12,nout=4,maxstor=100000\n"
      "x'=-x\n"
      "@ seed=7,poimap=section,poivar=x,poipln=-.5,poisgn=-3,poistop=1,output=my.dat\n"
      "@ xp=t,yp=x,zp=x,xlo=0,xhi=100,ylo=-2,yhi=2.5\n");
  const ictus_lang_settings *s = ictus_lang_get_settings (l);

  ck_assert_int_eq (count_notes (l), 0);
  ck_assert (s->total == 100 && s->dt == 0.25 && s->t0 == -1 && s->trans == 5 && s->bound == 1e6);
  ck_assert_int_eq (s->method, 'c');
  ck_assert (s->tol == 1e-5 && s->atol == 1e-6 && s->dtmin == 1e-9 && s->dtmax == 2 && s->newt_tol == 1e-4);
  ck_assert (s->newt_iter == 50 && s->jac_eps == 1e-7 && s->delay == 12 && s->nout == 4 && s->maxstor == 100000);
  ck_assert (s->seed == 7 && s->poimap == 1 && s->poipln == -0.5 && s->poisgn == -1 && s->poistop);
  ck_assert_str_eq (s->poivar, "x");
  ck_assert_str_eq (s->output, "my.dat");
  ck_assert_str_eq (s->xp, "t");
  ck_assert_str_eq (s->yp, "x");
  ck_assert (s->xlo == 0 && s->xhi == 100 && s->ylo == -2 && s->yhi == 2.5);
  for (int k = 0; ictus_lang_option_name (k) != NULL; ++k)
    ck_assert_msg ((s->given >> k & 1u) != 0, "%s", ictus_lang_option_name (k));
  end_file (&l);
}
END_TEST

START_TEST (names_count_by_their_beginning_and_the_last_value_wins)
{
  ictus_lang *l = parse_file ("@ TOTALLY=50, bounds=300,method=euler,toler=.01,xplot=x,njmp=3\n"
                              "@ transient=7,maxstor=10,dtx=.5,poimap=Max,xmin=-3,xmax=4,ylo=1,ymin=0\nx'=-x\n@ total=60\n");
  const ictus_lang_settings *s = ictus_lang_get_settings (l);

  ck_assert (s->total == 60 && s->bound == 300 && s->method == 'e' && s->tol == 0.01 && s->nout == 3);
  ck_assert (s->trans == 7 && s->maxstor == 10 && s->dt == 0.5 && s->poimap == 2);
  ck_assert_str_eq (s->xp, "x");
  ck_assert (s->xlo == -3 && s->xhi == 4 && s->ylo == 1);
  ck_assert (given (s, "total") && given (s, "nout") && !given (s, "t0") && !given (s, "yhi"));
  end_file (&l);
}
END_TEST

START_TEST (every_letter_of_a_method_is_known)
{
  static const char letters[] = "demragvbqsc582y";

  for (size_t k = 0; letters[k] != '\0'; ++k)
    {
      char text[64];
      ictus_lang *l;

      snprintf (text, sizeof text, "x'=-x\n@ meth=%c%s\n", letters[k], k % 2 ? "" : "nything");
      l = parse_file (text);
      ck_assert_int_eq (ictus_lang_get_settings (l)->method, letters[k]);
      end_file (&l);
    }
}
END_TEST

START_TEST (what_is_ignored_is_named_once)
{
  ictus_lang *l = parse_file ("@ lt=0,nplot=2,xp2=x,nplot=3,ntst=50,epsl=0,back=white,s1=a\n@ nplot=4,quiet=1,ps_font=Times\nx'=-x\n");

  ck_note (l, ICTUS_LANG_IGNORED, 1, 3, "lt");
  ck_note (l, ICTUS_LANG_IGNORED, 1, 8, "nplot");
  ck_note (l, ICTUS_LANG_IGNORED, 2, 11, "quiet");
  ck_assert_int_eq (count_notes (l), 9);
  end_file (&l);
}
END_TEST

START_TEST (what_changes_the_run_and_is_not_honoured_is_said)
{
  ictus_lang *l = parse_file ("x'=-x\n@ fold=x,range=1,dll_lib=a.so,totl=4,range=0\n");

  ck_note (l, ICTUS_LANG_NOTDONE, 2, 3, "'fold=x' is not honoured");
  ck_note (l, ICTUS_LANG_NOTDONE, 2, 10, "sweep");
  ck_note (l, ICTUS_LANG_NOTDONE, 2, 18, "library");
  ck_note (l, ICTUS_LANG_UNKNOWN, 2, 31, "there is no option 'totl'; did you mean 'total'?");
  end_file (&l);
}
END_TEST

START_TEST (what_xppaut_passes_over_is_passed_over)
{
  ictus_lang *l = parse_file ("x'=-x\n@total=1\n@ total = 7\n @ dt=3\n@ trans=2*3 # what total=9 is\n@ bound=5;dt=1\n");
  const ictus_lang_settings *s = ictus_lang_get_settings (l);

  ck_assert (s->total == 9 && s->dt == 0.05 && s->trans == 2 && s->bound == 5);
  ck_note (l, ICTUS_LANG_READING, 5, 20, "knows no comments");
  ck_note (l, ICTUS_LANG_READING, 2, 1, "a blank belongs behind the '@'");
  ck_note (l, ICTUS_LANG_READING, 3, 3, "'total' is passed over");
  ck_note (l, ICTUS_LANG_READING, 4, 2, "first column");
  ck_note (l, ICTUS_LANG_READING, 5, 3, "reads only '2'");
  end_file (&l);
}
END_TEST

START_TEST (wrong_values_are_refused_with_their_place)
{
  ck_message ("x'=-x\n@ total=5,dt=abc\n", "2:11: dt: expected a number, not 'abc'\n    2 | @ total=5,dt=abc");
  ck_message ("x'=-x\n@ dt=0\n", "2:3: dt: expected a step other than 0");
  ck_message ("x'=-x\n@ nout=0\n", "2:3: nout: expected a whole number from 1");
  ck_message ("x'=-x\n@ meth=zap\n", "2:3: meth: there is no method 'zap'; known are");
  ck_message ("x'=-x\n@ seed=-4\n", "2:3: seed: expected a whole number from 0");
  ck_message ("x'=-x\n@ total=1e999\n", "2:3: total: expected a number");
}
END_TEST

START_TEST (a_single_option_can_be_set)
{
  ictus_lang *l = parse_file ("x'=-x\n");
  ictus_lang_settings s = *ictus_lang_get_settings (l);

  ck_assert_int_eq (ictus_lang_set_option (&s, "dt", "0.01"), ICTUS_OK);
  ck_assert_int_eq (ictus_lang_set_option (&s, "Method", "gear"), ICTUS_OK);
  ck_assert (s.dt == 0.01 && s.method == 'g' && given (&s, "dt") && given (&s, "meth"));
  ck_assert_int_eq (ictus_lang_set_option (&s, "dt", "x"), ICTUS_E_INPUT);
  ck_assert_str_eq (ictus_err_last (), "dt: expected a number, not 'x'");
  ck_assert_int_eq (ictus_lang_set_option (&s, "ttal", "1"), ICTUS_E_INPUT);
  ck_assert_str_eq (ictus_err_last (), "there is no option 'ttal'; did you mean 'total'?");
  ck_assert_int_eq (ictus_lang_set_option (&s, "total", ""), ICTUS_E_INPUT);
  ck_assert_int_eq (ictus_lang_set_option (&s, "nplot", "2"), ICTUS_E_INPUT);
  ck_assert (s.dt == 0.01);
  end_file (&l);
}
END_TEST

START_TEST (ictus_own_dialect_has_options_and_sets_too)
{
  ictus_lang *l = parse_file ("title T\n  @ total=5 dt=.5 # dt=7\nx'=-a*x\npar a=1\nset fast {a=3, total=2}\n");
  const ictus_lang_set *set = ictus_lang_set_at (l, 0);

  ck_assert (!ictus_lang_get_settings (l)->xpp);
  ck_assert (ictus_lang_get_settings (l)->total == 5 && ictus_lang_get_settings (l)->dt == 0.5);
  ck_assert_str_eq (set->name, "fast");
  ck_assert_int_eq (set->n, 2);
  ck_assert_str_eq (set->item[1], "total");
  ck_assert (set->value[0] == 3 && set->value[1] == 2);
  ck_assert_ptr_null (ictus_lang_set_at (l, 1));
  end_file (&l);
}
END_TEST

START_TEST (sets_are_read_with_any_spacing)
{
  ictus_lang *l = parse_file ("x'=-a*x\npar a=1\nset one{a=1.5,x=-2e-1}\nset  two\t { a=7 ;dt=.1\tx=1 }\nSET three {a = 4,meth=euler}\nset nil {}\nset five {aa=1,X=2,bnd=3,bound=4}\n");

  ck_assert_str_eq (ictus_lang_set_at (l, 0)->name, "one");
  ck_assert (ictus_lang_set_at (l, 0)->value[1] == -0.2);
  ck_assert_int_eq (ictus_lang_set_at (l, 1)->n, 3);
  ck_assert_str_eq (ictus_lang_set_at (l, 1)->item[2], "x");
  ck_assert_int_eq (ictus_lang_set_at (l, 2)->n, 0);
  ck_assert_int_eq (ictus_lang_set_at (l, 3)->n, 0);
  ck_note (l, ICTUS_LANG_UNKNOWN, 7, 1, "'aa' in the set 'five' is no parameter, no state and no option");
  ck_note (l, ICTUS_LANG_UNKNOWN, 7, 1, "'bnd' in the set 'five'");
  ck_assert_ptr_null (note_with (l, ICTUS_LANG_UNKNOWN, "'bound'"));
  ck_note (l, ICTUS_LANG_READING, 5, 12, "a set has items name=value");
  ck_note (l, ICTUS_LANG_NOTDONE, 5, 18, "'meth=euler' in the set 'three'");
  end_file (&l);
  ck_message ("x'=1\nset {a=1}\n", "2:5: expected a name and values in braces");
  ck_message ("x'=1\nset a\n", "2:5: expected a name and values in braces");
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("lang_options");
  TCase *t = tcase_create ("all");
  SRunner *r = srunner_create (s);
  int failed;

  tcase_add_test (t, a_file_without_options_has_the_values_of_xppaut);
  tcase_add_test (t, every_honoured_option_is_read);
  tcase_add_test (t, names_count_by_their_beginning_and_the_last_value_wins);
  tcase_add_test (t, every_letter_of_a_method_is_known);
  tcase_add_test (t, what_is_ignored_is_named_once);
  tcase_add_test (t, what_changes_the_run_and_is_not_honoured_is_said);
  tcase_add_test (t, what_xppaut_passes_over_is_passed_over);
  tcase_add_test (t, wrong_values_are_refused_with_their_place);
  tcase_add_test (t, a_single_option_can_be_set);
  tcase_add_test (t, ictus_own_dialect_has_options_and_sets_too);
  tcase_add_test (t, sets_are_read_with_any_spacing);
  suite_add_tcase (s, t);
  srunner_run_all (r, CK_ENV);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
