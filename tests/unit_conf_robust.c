/* SPDX-License-Identifier: BSD-3-Clause */
/* Whatever the bytes: an answer, no crash, no block of memory left behind. */
#include "conf_check.h"

#define GOOD                                                                                                 \
  "ictus: 1\nname: 'full'\nrun: {t_stop: 10 ms, timing: exact}   # comment\npopulations:\n"                  \
  "  E: {size: 4, model: \"lif\", params: {E_L: -65 mV}, init: {V_m: {distribution: normal, mean: -65, "     \
  "std: 5}}}\n"                                                                                              \
  "  I:\n    size: 3\n    model: lif\n    solver: exact\n"                                                   \
  "projections:\n  a: {source: E, target: [E, I], rule: fixed_indegree, indegree: 2, delay: 1.5 ms}\n"       \
  "stimuli:\n  s: {type: poisson_generator, target: E, neurons: [0, \"1-2\"], rate: 300 Hz}\n"               \
  "record:\n  - bad\n"

static void
try (const char *text)
{
  size_t live = ictus_mem_live ();
  ictus_conf *c;
  ictus_experiment *x;
  ictus_text t = { 0 };

  if (ictus_conf_parse ("x.yaml", text, &c) == ICTUS_OK)
    {
      ictus_conf *d;

      if (ictus_experiment_read (c, &x) == ICTUS_OK)
        ictus_experiment_destroy (&x);
      ck_assert_int_eq (ictus_conf_emit (c, &t), ICTUS_OK);
      ck_assert_msg (ictus_conf_parse ("y.yaml", t.s, &d) == ICTUS_OK, "%s\nwas written as\n%s\n%s", text,
                     t.s, ictus_err_last ());
      ictus_conf_destroy (&d);
      ictus_conf_destroy (&c);
    }
  else
    {
      ck_assert_ptr_null (c);
      ck_assert_int_gt (strlen (ictus_err_last ()), 0);
    }
  ictus_text_clear (&t);
  ck_assert_uint_eq (ictus_mem_live (), live);
}

START_TEST (every_beginning_of_a_file)
{
  char text[sizeof GOOD];

  for (size_t n = 0; n < sizeof GOOD; ++n)
    {
      memcpy (text, GOOD, n);
      text[n] = '\0';
      try (text);
    }
}
END_TEST

START_TEST (random_bytes)
{
  static const char syntax[] = "{}[]:,-?&*!|>'\"%@`#\n\t ~ab01.=\r<\\";
  ictus_rng r = ictus_rng_open (1, ICTUS_RNG_TEST, 0, 0, 0);
  char text[80];

  for (int k = 0; k < 6000; ++k)
    {
      size_t n = ictus_rng_below (&r, sizeof text);

      for (size_t i = 0; i < n; ++i)
        text[i]
            = k % 2 ? (char)(1 + ictus_rng_below (&r, 255)) : syntax[ictus_rng_below (&r, sizeof syntax - 1)];
      text[n] = '\0';
      try (text);
    }
}
END_TEST

START_TEST (files_with_changed_bytes)
{
  static const char syntax[] = "{}[]:,-?&*!|>'\"%@`#\n\t ~a0.\x80\xC3";
  ictus_rng r = ictus_rng_open (2, ICTUS_RNG_TEST, 0, 0, 0);
  char text[sizeof GOOD];

  for (int k = 0; k < 3000; ++k)
    {
      memcpy (text, GOOD, sizeof GOOD);
      for (int i = 0; i <= k % 3; ++i)
        text[ictus_rng_below (&r, sizeof GOOD - 1)] = syntax[ictus_rng_below (&r, sizeof syntax - 1)];
      try (text);
    }
}
END_TEST

START_TEST (random_overrides)
{
  static const char *const parts[]
      = { "populations", "E",      "size", ".", "=",   "3",      "{a: 1}", "params", "sweep", "axes",
          "[",           "solver", "atol", "V", "run", "t_stop", ":",      " ",      "-",     "0" };
  ictus_rng r = ictus_rng_open (3, ICTUS_RNG_TEST, 0, 0, 0);

  for (int k = 0; k < 4000; ++k)
    {
      size_t live = ictus_mem_live ();
      ictus_conf *c = conf_of (
          "ictus: 1\nrun: {t_stop: 1}\npopulations: {E: {size: 4, model: lif, solver: {atol: 1}}}\n");
      ictus_text t = { 0 };
      ictus_experiment *x;

      for (int i = 0; i < 8; ++i)
        ictus_text_add (&t, "%s%s", parts[ictus_rng_below (&r, sizeof parts / sizeof *parts)],
                        i % 2 == 0 && k % 2 == 0 ? "." : "");
      if (k % 4 == 0)
        ictus_text_add (&t, "=1");
      if (ictus_conf_set (c, t.s) == ICTUS_OK && ictus_experiment_read (c, &x) == ICTUS_OK)
        ictus_experiment_destroy (&x);
      ictus_text_clear (&t);
      ictus_conf_destroy (&c);
      ck_assert_uint_eq (ictus_mem_live (), live);
    }
}
END_TEST

CONF_MAIN ("conf_robust", every_beginning_of_a_file, random_bytes, files_with_changed_bytes, random_overrides)
