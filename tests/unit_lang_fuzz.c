/* SPDX-License-Identifier: BSD-3-Clause */
/* The corpus that fuzzing left behind is parsed and emitted once more, within a time. */
#include <check.h>
#include <stdlib.h>

#include "../fuzz/lang_fuzz.h"
#include "ictus/base.h"

START_TEST (what_fuzzing_left_behind_is_parsed)
{
  const char *top = getenv ("srcdir");
  char path[1024];
  char *text = NULL;
  size_t len = 0, at = 0;
  int n = 0;

  snprintf (path, sizeof path, "%s/tests/data/fuzz/lang.corpus", top != NULL ? top : ".");
  ck_assert_int_eq (ictus_file_read (path, &text, &len), ICTUS_OK);
  while (at < len)
  {
    char *end;
    size_t size = strtoul (text + at, &end, 10);

    ck_assert_msg (*end == '\n' && (size_t)(end - text) + size + 2 <= len, "record %d of the corpus is broken", n);
    at = (size_t)(end - text) + 1;
    LLVMFuzzerTestOneInput ((const uint8_t *)text + at, size);
    at += size + 1;
    ++n;
  }
  ictus_free (text);
  ck_assert_int_gt (n, 100);
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("lang_fuzz");
  TCase *c = tcase_create ("all");
  SRunner *r;
  int failed;

  tcase_set_timeout (c, 100);
  tcase_add_test (c, what_fuzzing_left_behind_is_parsed);
  suite_add_tcase (s, c);
  r = srunner_create (s);
  srunner_run_all (r, CK_ENV);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
