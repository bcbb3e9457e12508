/* SPDX-License-Identifier: BSD-3-Clause */
/* For tests: from the text of a model to its kernel in memory, by way of the C compiler. */
#ifndef ICTUS_TEST_LANG_KERNEL_H
#define ICTUS_TEST_LANG_KERNEL_H

#include <check.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ictus/kernel.h"
#include "ictus/lang.h"

typedef struct loaded
{
  ictus_lang *lang;
  const ictus_kernel *k;
  void *dl;
} loaded;

static inline loaded
load_model (const char *name, const char *text)
{
  const char *cc = getenv ("ICTUS_TEST_CC"), *tmp = getenv ("TMPDIR");
  char dir[256], path[400], command[1600];
  ictus_text out = { 0 };
  loaded m;

  ck_assert_msg (ictus_lang_parse (name, text, &m.lang) == ICTUS_OK, "%s", ictus_err_last ());
  ck_assert_int_eq (ictus_lang_emit (m.lang, "ictus_kernel_table", &out), ICTUS_OK);
  snprintf (dir, sizeof dir, "%s/ictus-lang-XXXXXX", tmp != NULL ? tmp : "/tmp");
  ck_assert_ptr_nonnull (mkdtemp (dir));
  snprintf (path, sizeof path, "%s/m.c", dir);
  ck_assert_int_eq (ictus_file_write (path, out.s, out.len), ICTUS_OK);
  ictus_text_clear (&out);
  snprintf (command, sizeof command,
            "cd '%s' && %s -std=gnu11 -O1 -ffp-contract=off -Wall -Wextra -Wshadow -Wstrict-prototypes "
            "-Wmissing-prototypes -Wfloat-conversion -Wdouble-promotion -Werror -shared -fPIC m.c -o m.so -lm",
            dir, cc != NULL ? cc : "cc");
  ck_assert_msg (system (command) == 0, "%s: the emitted C does not compile; it is in %s", name, dir);
  snprintf (path, sizeof path, "%s/m.so", dir);
  m.dl = dlopen (path, RTLD_NOW | RTLD_LOCAL);
  ck_assert_msg (m.dl != NULL, "%s", dlerror ());
  m.k = dlsym (m.dl, "ictus_kernel_table");
  ck_assert_ptr_nonnull (m.k);
  unlink (path);
  snprintf (path, sizeof path, "%s/m.c", dir);
  unlink (path);
  rmdir (dir);
  return m;
}

static inline void
unload_model (loaded *m)
{
  ictus_lang_destroy (&m->lang);
  dlclose (m->dl);
}

/* ---- in lanes ---- */

typedef struct lane_model
{
  loaded m;
  const ictus_lanes *l;
  void *dl;
} lane_model;

/* Both files; flags: of the level. */
static inline lane_model
load_lanes (const char *name, const char *text, const char *flags)
{
  const char *cc = getenv ("ICTUS_TEST_CC"), *tmp = getenv ("TMPDIR");
  char dir[256], path[400], command[1600];
  ictus_text out = { 0 };
  lane_model m = { .m = load_model (name, text) };

  ck_assert_int_eq (ictus_lang_emit_lanes (m.m.lang, ICTUS_LANES_SYMBOL, &out), ICTUS_OK);
  snprintf (dir, sizeof dir, "%s/ictus-lanes-XXXXXX", tmp != NULL ? tmp : "/tmp");
  ck_assert_ptr_nonnull (mkdtemp (dir));
  snprintf (path, sizeof path, "%s/m.c", dir);
  ck_assert_int_eq (ictus_file_write (path, out.s, out.len), ICTUS_OK);
  ictus_text_clear (&out);
  snprintf (command, sizeof command,
            "cd '%s' && %s -std=gnu11 -O2 -ffp-contract=off -fno-math-errno -fno-trapping-math -Wall -Wextra -Wshadow "
            "-Wstrict-prototypes -Wmissing-prototypes -Wfloat-conversion -Wdouble-promotion -Wcast-align -Wundef -Werror %s "
            "-shared -fPIC m.c -o m.so -lm%s",
            dir, cc != NULL ? cc : "cc", flags, *flags != '\0' ? " -lsleef" : "");
  ck_assert_msg (system (command) == 0, "%s: the emitted lanes do not compile; they are in %s", name, dir);
  snprintf (path, sizeof path, "%s/m.so", dir);
  m.dl = dlopen (path, RTLD_NOW | RTLD_LOCAL);
  ck_assert_msg (m.dl != NULL, "%s", dlerror ());
  m.l = dlsym (m.dl, ICTUS_LANES_SYMBOL);
  ck_assert_ptr_nonnull (m.l);
  unlink (path);
  snprintf (path, sizeof path, "%s/m.c", dir);
  unlink (path);
  rmdir (dir);
  return m;
}

static inline void
unload_lanes (lane_model *m)
{
  dlclose (m->dl);
  unload_model (&m->m);
}

/* Default parameters with the hidden slots; of ictus_alloc */
static inline double *
default_parameters (const loaded *m)
{
  double *p = ictus_alloc ((size_t) m->k->nslot, sizeof *p);

  ck_assert_ptr_nonnull (p);
  for (int j = 0; j < m->k->npar; ++j)
    p[j] = ictus_lang_get (m->lang, ICTUS_LANG_PAR, j)->value;
  m->k->prepare (p);
  return p;
}

#endif
