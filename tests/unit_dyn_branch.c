/* SPDX-License-Identifier: BSD-3-Clause */
/* Branches: rows and special points are kept as they were given. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dyn/dyn_impl.h"

START_TEST (rows_are_kept)
{
  ictus_dyn_branch b = { .kind = ICTUS_DYN_CYCLES, .n = 2 };
  size_t before = ictus_mem_live ();

  for (int i = 0; i < 100; ++i)
    {
      double x[2] = { i, -i }, lo[2] = { i - 1, -i - 1 }, hi[2] = { i + 1, 1 - i };

      ck_assert_int_eq (ictus__branch_add (&b, 0.5 * i, NAN, x, lo, hi, 10 + i, x, hi, i % 3), ICTUS_OK);
      if (i % 10 == 0)
        {
          ictus_dyn_special *s = ictus__branch_mark (&b, ICTUS_DYN_DOUBLING, x, i == 20 ? "here" : NULL);

          ck_assert_ptr_nonnull (s);
          ck_assert_uint_eq (s->at, (size_t) i);
        }
    }
  ck_assert_uint_eq (b.npoint, 100);
  ck_assert_uint_eq (b.nspecial, 10);
  ck_assert_ptr_null (b.par2);
  for (int i = 0; i < 100; ++i)
    {
      ck_assert_double_eq (b.par[i], 0.5 * i);
      ck_assert_double_eq (b.x[2 * i + 1], -i);
      ck_assert_double_eq (b.low[2 * i], i - 1);
      ck_assert_double_eq (b.high[2 * i + 1], 1 - i);
      ck_assert_double_eq (b.im[2 * i], i + 1);
      ck_assert_double_eq (b.period[i], 10 + i);
      ck_assert_int_eq (b.unstable[i], i % 3);
    }
  ck_assert_str_eq (b.special[2].note, "here");
  ck_assert_double_eq (b.special[3].par[0], 15);
  ck_assert_double_eq (b.special[3].x[1], -30);
  ictus_dyn_branch_clear (&b);
  ck_assert_uint_eq (ictus_mem_live (), before);
}
END_TEST

START_TEST (names_are_there)
{
  for (int t = ICTUS_DYN_START; t <= ICTUS_DYN_HOPF_HOPF; ++t)
    {
      ck_assert_ptr_nonnull (ictus_dyn_type_name ((ictus_dyn_type) t));
      ck_assert_ptr_nonnull (ictus_dyn_type_label ((ictus_dyn_type) t));
    }
  ck_assert_str_eq (ictus_dyn_type_label (ICTUS_DYN_CYCLE_FOLD), "LPC");
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("dyn_branch");
  TCase *c = tcase_create ("branch");
  SRunner *r;
  int failed;

  tcase_add_test (c, rows_are_kept);
  tcase_add_test (c, names_are_there);
  suite_add_tcase (s, c);
  r = srunner_create (s);
  srunner_run_all (r, CK_ENV);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
