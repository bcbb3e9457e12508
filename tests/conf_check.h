/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared by the unit_conf_* tests. */
#ifndef CONF_CHECK_H
#define CONF_CHECK_H

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ictus/conf.h"

/* Run the tests of a program. */
#define CONF_MAIN(name, ...)                                                                                 \
  int main (void)                                                                                            \
  {                                                                                                          \
    const TTest *const tests[] = { __VA_ARGS__ };                                                            \
    Suite *s = suite_create (name);                                                                          \
    TCase *t = tcase_create (name);                                                                          \
    SRunner *sr;                                                                                             \
    int failed;                                                                                              \
                                                                                                             \
    for (size_t k = 0; k < sizeof tests / sizeof *tests; ++k)                                                \
      tcase_add_test (t, tests[k]);                                                                          \
    tcase_set_timeout (t, 60);                                                                               \
    suite_add_tcase (s, t);                                                                                  \
    sr = srunner_create (s);                                                                                 \
    srunner_run_all (sr, CK_NORMAL);                                                                         \
    failed = srunner_ntests_failed (sr);                                                                     \
    srunner_free (sr);                                                                                       \
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;                                                             \
  }

/* Parse what must parse. */
static inline ictus_conf *
conf_of (const char *text)
{
  ictus_conf *c;
  ictus_err e = ictus_conf_parse ("x.yaml", text, &c);

  ck_assert_msg (e == ICTUS_OK, "%s", e == ICTUS_OK ? "" : ictus_err_last ());
  return c;
}

/* Read what must be an experiment. */
static inline ictus_experiment *
experiment_of (ictus_conf *c)
{
  ictus_experiment *x;
  ictus_err e = ictus_experiment_read (c, &x);

  ck_assert_msg (e == ICTUS_OK, "%s", e == ICTUS_OK ? "" : ictus_err_last ());
  return x;
}

#endif
