/* SPDX-License-Identifier: BSD-3-Clause */
/* For tests: short questions to a parsed file. */
#ifndef ICTUS_TEST_LANG_FILE_H
#define ICTUS_TEST_LANG_FILE_H

#include <check.h>
#include <string.h>
#include <strings.h>

#include "ictus/lang.h"

static inline ictus_lang *
parse_file (const char *text)
{
  ictus_lang *l = NULL;

  ck_assert_msg (ictus_lang_parse ("dir/m.ode", text, &l) == ICTUS_OK, "%s\n%s", text, ictus_err_last ());
  return l;
}

static inline void
end_file (ictus_lang **l)
{
  ictus_lang_destroy (l);
  ck_assert_uint_eq (ictus_mem_live (), 0);
}

static inline double
value_of (const ictus_lang *l, ictus_lang_kind kind, const char *name)
{
  int k = ictus_lang_find (l, kind, name);

  ck_assert_msg (k >= 0, "there is no '%s'", name);
  return ictus_lang_get (l, kind, k)->value;
}

/* The names of a kind with blanks between. */
static inline const char *
names_of (const ictus_lang *l, ictus_lang_kind kind, char *buf, size_t n)
{
  buf[0] = '\0';
  for (int k = 0; k < ictus_lang_count (l, kind); ++k)
    snprintf (buf + strlen (buf), n - strlen (buf), "%s%s", k > 0 ? " " : "", ictus_lang_get (l, kind, k)->name);
  return buf;
}

#define ck_names(l, kind, want)                                                   \
  do                                                                              \
    {                                                                             \
      char buf_[4096];                                                            \
      ck_assert_str_eq (names_of (l, kind, buf_, sizeof buf_), want);             \
    }                                                                             \
  while (0)

/* A note whose text contains the words, NULL if there is none. */
static inline const ictus_lang_note *
note_with (const ictus_lang *l, ictus_lang_remark kind, const char *words)
{
  const ictus_lang_note *n;

  for (int k = 0; (n = ictus_lang_note_at (l, k)) != NULL; ++k)
    if (n->kind == kind && strstr (n->text, words) != NULL)
      return n;
  return NULL;
}

static inline int
count_notes (const ictus_lang *l)
{
  int n = 0;

  while (ictus_lang_note_at (l, n) != NULL)
    ++n;
  return n;
}

static inline void
ck_note (const ictus_lang *l, ictus_lang_remark kind, int line, int col, const char *words)
{
  const ictus_lang_note *n = note_with (l, kind, words);

  ck_assert_msg (n != NULL, "no note says '%s'", words);
  ck_assert_msg (n->line == line && n->col == col, "'%s' is at %d:%d instead of %d:%d", n->text, n->line, n->col, line,
                 col);
}

/* The message about this text begins with "dir/m.ode:" and want. */
static inline void
ck_message (const char *text, const char *want)
{
  ictus_lang *l = NULL;
  char all[1200];

  snprintf (all, sizeof all, "dir/m.ode:%s", want);
  ck_assert_msg (ictus_lang_parse ("dir/m.ode", text, &l) == ICTUS_E_INPUT, "accepted: %s", text);
  ck_assert_msg (strncmp (ictus_err_last (), all, strlen (all)) == 0, "%s\ngives: %s\ninstead of: %s", text,
                 ictus_err_last (), all);
  ck_assert_ptr_null (l);
  ck_assert_uint_eq (ictus_mem_live (), 0);
}

#endif
