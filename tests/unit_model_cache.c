/* SPDX-License-Identifier: BSD-3-Clause */
/* Users' models: compiled once, kept, told apart, repaired; what is said when that cannot be. */
#include <check.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ictus/model.h"

static const char leaky[] = "title A leak\n"
                            "par tau=10 # [ms] time constant\n"
                            "x' = -x/tau # [mV] potential\n"
                            "init x=3\n"
                            "port syn: x += 2*w # [mV] jump\n"
                            "spike x >= 5\nreset x = 0\n";
static char here[4096];

static const char *
in_here (const char *name)
{
  static char path[2][5000];
  static int turn;

  turn = !turn;
  snprintf (path[turn], sizeof path[turn], "%s/%s", here, name);
  return path[turn];
}

static void
write_file (const char *name, const char *text, mode_t mode)
{
  ck_assert_msg (ictus_file_write (in_here (name), text, strlen (text)) == ICTUS_OK, "%s", ictus_err_last ());
  ck_assert_int_eq (chmod (in_here (name), mode), 0);
}

/* A compiler that writes a line into the file "calls" for each model (scalar kernels, then lanes and all together); works only while it is told to. */
static void
set_compiler (bool works)
{
  const char *cc = getenv ("ICTUS_TEST_CC");
  char script[8000];

  if (works)
    snprintf (script, sizeof script, "#!/bin/sh\ncase $* in *-shared*) echo x >>'%s/calls' ;; esac\nexec %s \"$@\"\n", here,
              cc != NULL && *cc != '\0' ? cc : "cc");
  else
    snprintf (script, sizeof script, "#!/bin/sh\necho x >>'%s/calls'\necho 'no licence today' >&2\nexit 3\n",
              here);
  write_file ("cc", script, 0755);
}

static int
calls (void)
{
  char *text = NULL;
  size_t len = 0;

  if (ictus_file_exists (in_here ("calls")))
    ck_assert_int_eq (ictus_file_read (in_here ("calls"), &text, &len), ICTUS_OK);
  ictus_free (text);
  return (int) (len / 2);
}

/* Files in the cache that end so; the path of the last one in found. */
static int
cached (const char *ending, char *found, size_t size)
{
  DIR *d = opendir (in_here ("cache"));
  struct dirent *f;
  int n = 0;

  while (d != NULL && (f = readdir (d)) != NULL)
    {
      size_t len = strlen (f->d_name), end = strlen (ending);

      if (f->d_name[0] == '.' || len < end || strcmp (f->d_name + len - end, ending) != 0)
        continue;
      ++n;
      if (found != NULL)
        snprintf (found, size, "%s/%s", in_here ("cache"), f->d_name);
    }
  if (d != NULL)
    closedir (d);
  return n;
}

static void
setup (void)
{
  const char *tmp = getenv ("TMPDIR");

  snprintf (here, sizeof here, "%s/ictus-cache.XXXXXX", tmp != NULL ? tmp : "/tmp");
  ck_assert_ptr_nonnull (mkdtemp (here));
  setenv ("ICTUS_CACHE", in_here ("cache"), 1);
  setenv ("CC", in_here ("cc"), 1);
  set_compiler (true);
  write_file ("leaky.ode", leaky, 0644);
}

static void
teardown (void)
{
  char command[5000];

  snprintf (command, sizeof command, "rm -rf '%s'", here);
  ck_assert_int_eq (system (command), 0);
}

static ictus_model *
open_leaky (void)
{
  ictus_model *m = NULL;

  ck_assert_msg (ictus_model_open (in_here ("leaky.ode"), NULL, NULL, &m) == ICTUS_OK, "%s",
                 ictus_err_last ());
  ck_assert_ptr_nonnull (m->dl);
  return m;
}

START_TEST (a_model_is_compiled_once_and_kept)
{
  ictus_model *m;
  double p[8], y[1], f[1], c[1];

  ck_assert (ictus_model_needs_compiler (in_here ("leaky.ode"), NULL));
  m = open_leaky ();
  ictus_model_defaults (m, p);
  m->kernel->init (p, y);
  m->kernel->rhs (0, y, p, NULL, f);
  m->kernel->port (p, c);
  ck_assert_double_eq (y[0], 3);
  ck_assert_double_eq_tol (f[0], -0.3, 1e-15);
  ck_assert_double_eq (c[0], 2);
  ck_assert_str_eq (m->kernel->name, "leaky");
  ictus_model_close (&m);
  ck_assert_ptr_null (m);
  ck_assert_int_eq (calls (), 1);
  set_compiler (false); /* the second time nobody asks it */
  ck_assert (!ictus_model_needs_compiler (in_here ("leaky.ode"), NULL));
  m = open_leaky ();
  ictus_model_close (&m);
  ck_assert_int_eq (calls (), 1);
  ck_assert_int_eq (cached ("", NULL, 0), 1); /* the kernel and nothing else */
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

START_TEST (another_text_name_or_compiler_is_another_kernel)
{
  ictus_model *a = open_leaky (), *b = NULL;
  char keys[3][40];

  memcpy (keys[0], a->key, 40);
  ictus_model_close (&a);
  write_file ("other.ode", leaky, 0644);
  ck_assert_int_eq (ictus_model_open (in_here ("other.ode"), NULL, NULL, &b), ICTUS_OK);
  ck_assert_str_eq (b->kernel->name, "other");
  ictus_model_close (&b);
  write_file ("leaky.ode", "x'=-x/5\n", 0644);
  a = open_leaky ();
  memcpy (keys[1], a->key, 40);
  ictus_model_close (&a);
  ck_assert_int_eq (calls (), 3);
  ck_assert_int_eq (link (in_here ("cc"), in_here ("cc2")), 0);
  setenv ("CC", in_here ("cc2"), 1);
  a = open_leaky ();
  memcpy (keys[2], a->key, 40);
  ictus_model_close (&a);
  ck_assert_int_eq (calls (), 4);
  ck_assert_str_ne (keys[0], keys[1]);
  ck_assert_str_ne (keys[1], keys[2]);
}
END_TEST

START_TEST (a_damaged_kernel_is_compiled_again)
{
  ictus_model *m = open_leaky ();
  char so[6000], *data = NULL;
  size_t len;

  ictus_model_close (&m);
  ck_assert_int_eq (cached (".so", so, sizeof so), 1);
  ck_assert_int_eq (truncate (so, 5000), 0);
  ck_assert (ictus_model_needs_compiler (in_here ("leaky.ode"), NULL));
  m = open_leaky ();
  ictus_model_close (&m);
  ck_assert_int_eq (calls (), 2);
  ck_assert_int_eq (ictus_file_read (so, &data, &len), ICTUS_OK);
  data[len / 2] ^= 1;
  ck_assert_int_eq (ictus_file_write (so, data, len), ICTUS_OK);
  ictus_free (data);
  m = open_leaky ();
  ictus_model_close (&m);
  ck_assert_int_eq (calls (), 3);
  ck_assert_int_eq (truncate (so, 0), 0);
  m = open_leaky ();
  ictus_model_close (&m);
  ck_assert_int_eq (calls (), 4);
  ck_assert_int_eq (cached ("", NULL, 0), 1);
}
END_TEST

START_TEST (a_failing_compiler_is_quoted_and_the_C_file_kept)
{
  ictus_model *m = NULL;
  char c[6000];

  set_compiler (false);
  ck_assert_int_eq (ictus_model_open (in_here ("leaky.ode"), NULL, NULL, &m), ICTUS_E_RESOURCE);
  ck_assert_ptr_null (m);
  ck_assert_ptr_nonnull (strstr (ictus_err_last (), "no licence today"));
  ck_assert_ptr_nonnull (strstr (ictus_err_last (), "status 3"));
  ck_assert_ptr_nonnull (strstr (ictus_err_last (), "\"leaky\""));
  ck_assert_int_eq (cached (".c", c, sizeof c), 1);
  ck_assert_ptr_nonnull (strstr (ictus_err_last (), strrchr (c, '/')));
  ck_assert_int_eq (cached ("", NULL, 0), 1);
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

START_TEST (a_missing_compiler_is_named_with_the_way_out)
{
  ictus_model *m = NULL;

  setenv ("CC", "/nonexistent/cc -O9", 1);
  ck_assert_int_eq (ictus_model_open (in_here ("leaky.ode"), NULL, NULL, &m), ICTUS_E_RESOURCE);
  ck_assert_ptr_nonnull (strstr (ictus_err_last (), "/nonexistent/cc -O9"));
  ck_assert_ptr_nonnull (strstr (ictus_err_last (), "ictus compile"));
}
END_TEST

START_TEST (a_cache_that_cannot_be_written_is_named)
{
  ictus_model *m = NULL;

  setenv ("ICTUS_CACHE", in_here ("leaky.ode"), 1); /* a file where the folder should be */
  ck_assert_int_eq (ictus_model_open (in_here ("leaky.ode"), NULL, NULL, &m), ICTUS_E_RESOURCE);
  ck_assert_ptr_nonnull (strstr (ictus_err_last (), "leaky.ode"));
  ck_assert_ptr_nonnull (strstr (ictus_err_last (), "ICTUS_CACHE"));
  ck_assert_int_eq (calls (), 0);
}
END_TEST

START_TEST (the_cache_is_where_the_environment_says)
{
  ictus_text t = { 0 };

  ck_assert_int_eq (ictus_model_cache_dir (&t), ICTUS_OK);
  ck_assert_str_eq (t.s, in_here ("cache"));
  ictus_text_clear (&t);
  unsetenv ("ICTUS_CACHE");
  setenv ("XDG_CACHE_HOME", "/x", 1);
  setenv ("HOME", "/h", 1);
  ck_assert_int_eq (ictus_model_cache_dir (&t), ICTUS_OK);
  ck_assert_str_eq (t.s, "/x/ictus");
  ictus_text_clear (&t);
  unsetenv ("XDG_CACHE_HOME");
  ck_assert_int_eq (ictus_model_cache_dir (&t), ICTUS_OK);
  ck_assert_str_eq (t.s, "/h/.cache/ictus");
  ictus_text_clear (&t);
  unsetenv ("HOME");
  ck_assert_int_eq (ictus_model_cache_dir (&t), ICTUS_E_RESOURCE);
}
END_TEST

START_TEST (names_and_files_are_found_or_explained)
{
  ictus_model *m = NULL;

  ck_assert_int_eq (ictus_model_open ("iaf_psc_expp", NULL, NULL, &m), ICTUS_E_INPUT);
  ck_assert_str_eq (ictus_err_last (), "no model \"iaf_psc_expp\"; did you mean \"iaf_psc_exp\"?");
  ck_assert_int_eq (ictus_model_open ("quux", NULL, NULL, &m), ICTUS_E_INPUT);
  ck_assert_ptr_nonnull (strstr (ictus_err_last (), "ictus models"));
  ck_assert_int_eq (ictus_model_open ("nowhere.ode", here, NULL, &m), ICTUS_E_IO);
  ck_assert_ptr_nonnull (strstr (ictus_err_last (), "nowhere.ode"));
  ck_assert_int_eq (ictus_model_open ("leaky.ode", here, NULL, &m), ICTUS_OK);
  ictus_model_close (&m);
  ck_assert_int_eq (ictus_model_open ("bad.ode", NULL, "x'=-yy\n", &m), ICTUS_E_INPUT);
  ck_assert_ptr_nonnull (strstr (ictus_err_last (), "bad.ode:1:"));
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

START_TEST (a_given_text_wins_over_the_shipped_one)
{
  ictus_model *m = NULL;

  ck_assert_int_eq (ictus_model_open ("lif", NULL, NULL, &m), ICTUS_OK);
  ck_assert_ptr_null (m->dl);
  ictus_model_close (&m);
  for (size_t k = 0; ictus_model_shipped (k) != NULL; ++k)
    if (strcmp (ictus_model_shipped (k)->name, "lif") == 0)
      ck_assert_int_eq (ictus_model_open ("lif", NULL, ictus_model_shipped (k)->text, &m), ICTUS_OK);
  ck_assert_ptr_null (m->dl);
  ictus_model_close (&m);
  ck_assert_int_eq (calls (), 0);
  ck_assert_int_eq (ictus_model_open ("lif", NULL, "V' = 7\n", &m), ICTUS_OK);
  ck_assert_ptr_nonnull (m->dl);
  ck_assert_str_eq (m->kernel->name, "lif");
  ictus_model_close (&m);
  ck_assert_int_eq (calls (), 1);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("model cache");
  TCase *c = tcase_create ("cache");
  SRunner *sr = srunner_create (s);
  int failed;

  tcase_add_checked_fixture (c, setup, teardown);
  tcase_set_timeout (c, 60);
  tcase_add_test (c, a_model_is_compiled_once_and_kept);
  tcase_add_test (c, another_text_name_or_compiler_is_another_kernel);
  tcase_add_test (c, a_damaged_kernel_is_compiled_again);
  tcase_add_test (c, a_failing_compiler_is_quoted_and_the_C_file_kept);
  tcase_add_test (c, a_missing_compiler_is_named_with_the_way_out);
  tcase_add_test (c, a_cache_that_cannot_be_written_is_named);
  tcase_add_test (c, the_cache_is_where_the_environment_says);
  tcase_add_test (c, names_and_files_are_found_or_explained);
  tcase_add_test (c, a_given_text_wins_over_the_shipped_one);
  suite_add_tcase (s, c);
  srunner_run_all (sr, CK_ENV);
  failed = srunner_ntests_failed (sr);
  srunner_free (sr);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
