/* SPDX-License-Identifier: BSD-3-Clause */
#include "conf_check.h"

#define PLACES                                                                                               \
  "# comment\n"                                                                                              \
  "a: 1\n"                                                                                                   \
  "\"b\": [x, 'y z', {k: v}]\n"                                                                              \
  "m:\n"                                                                                                     \
  "  n: -60 mV   # more\n"                                                                                   \
  "  \xC2\xB5: q\n"                                                                                          \
  "t: |\n"                                                                                                   \
  "  two\n"                                                                                                  \
  "  lines\n"

START_TEST (nodes_are_maps_sequences_and_texts)
{
  ictus_conf *c = conf_of (PLACES);
  const ictus_node *root = ictus_conf_root (c), *b = ictus_node_find (root, "b");

  ck_assert_int_eq (ictus_node_is (root), ICTUS_NODE_MAP);
  ck_assert_uint_eq (ictus_node_count (root), 4);
  ck_assert_str_eq (ictus_node_key (root, 2), "m");
  ck_assert_ptr_null (ictus_node_key (root, 4));
  ck_assert_ptr_null (ictus_node_at (root, 4));
  ck_assert_ptr_null (ictus_node_find (root, "nothing"));
  ck_assert_int_eq (ictus_node_is (b), ICTUS_NODE_SEQ);
  ck_assert_str_eq (ictus_node_text (ictus_node_at (b, 1)), "y z");
  ck_assert_str_eq (ictus_node_text (ictus_node_find (ictus_node_at (b, 2), "k")), "v");
  ck_assert_str_eq (ictus_node_text (ictus_node_find (root, "t")), "two\nlines\n");
  ck_assert_str_eq (ictus_conf_text (c), PLACES);
  ictus_conf_destroy (&c);
  ck_assert_ptr_null (c);
}
END_TEST

START_TEST (messages_stand_at_the_place)
{
  ictus_conf *c = conf_of (PLACES);
  const ictus_node *root = ictus_conf_root (c), *m = ictus_node_find (root, "m"),
                   *b = ictus_node_find (root, "b");

  ck_assert_int_eq (ictus_node_fail (ictus_node_find (m, "n"), ICTUS_E_INPUT, "no %s", "good"),
                    ICTUS_E_INPUT);
  ck_assert_str_eq (ictus_err_last (),
                    "x.yaml:5:6: no good\n    5 |   n: -60 mV   # more\n      |      ^~~~~~");
  ictus_node_fail (ictus_node_at (b, 1), ICTUS_E_INPUT, "no");
  ck_assert_str_eq (ictus_err_last (),
                    "x.yaml:3:10: no\n    3 | \"b\": [x, 'y z', {k: v}]\n      |          ^~~~~");
  ictus_node_fail (m, ICTUS_E_INPUT, "no");
  ck_assert_str_eq (ictus_err_last (), "x.yaml:4:1: no\n    4 | m:\n      | ^");
  ictus_node_fail_key (root, "b", ICTUS_E_INPUT, "no");
  ck_assert_str_eq (ictus_err_last (), "x.yaml:3:1: no\n    3 | \"b\": [x, 'y z', {k: v}]\n      | ^~~");
  ictus_node_fail (ictus_node_find (m, "\xC2\xB5"), ICTUS_E_INPUT, "no"); /* columns count characters */
  ck_assert_str_eq (ictus_err_last (), "x.yaml:6:6: no\n    6 |   \xC2\xB5: q\n      |      ^");
  ictus_conf_destroy (&c);
}
END_TEST

typedef struct wrong
{
  const char *text, *message;
} wrong;

START_TEST (what_is_not_our_yaml_is_refused)
{
  static const wrong list[] = {
    { "a: 1\nb: 2\na: 3\n",
      "x.yaml:3:1: the key 'a' appears twice; first in line 1\n    3 | a: 3\n      | ^" },
    { "{\"a\": 1, \"a\": 2}", "x.yaml:1:10: the key 'a' appears twice; first in line 1\n    1 | {\"a\": 1, "
                              "\"a\": 2}\n      |          ^~~" },
    { "a: [1, 2\n", "x.yaml:2:1: flow sequence without a closing bracket\n    2 | \n      | ^" },
    { "a: 1\n b: 2\n", "x.yaml:1:4: invalid multiline plain key\n    1 | a: 1\n      |    ^" },
    { "a:\n\tb: 2\n", "x.yaml:2:1: tab character may not be used as indentation\n    2 | \tb: 2\n      | ^" },
    { "a: @x\n", "x.yaml:1:4: plain scalar cannot start with '@'\n    1 | a: @x\n      |    ^" },
    { "a: &x 1\nb: 2\n",
      "x.yaml:1:5: anchors (&name) are not supported; write the value out\n    1 | a: &x 1\n      |     ^" },
    { "a: !t 1\n",
      "x.yaml:1:4: tags (!name) are not supported; leave it out\n    1 | a: !t 1\n      |    ^~" },
    { "a: 1\nb: *x\n", NULL },
    { "a:\nb: 2\n", "x.yaml:1:1: the key 'a' has no value\n    1 | a:\n      | ^" },
    { "a: null\n", "x.yaml:1:1: the key 'a' has no value\n    1 | a: null\n      | ^" },
    { "[1, ~]\n", "x.yaml:1:5: a value is missing\n    1 | [1, ~]\n      |     ^" },
    { "? [a]\n: 1\n", NULL },
    { "a: 1\n---\nb: 1\n", "x.yaml:3:1: a second document begins; expected one\n    3 | b: 1\n      | ^" },
    { "", "x.yaml:1:1: there is nothing in the file\n    1 | \n      | ^" },
    { "# only a comment\n", "x.yaml:1:1: there is nothing in the file\n    1 | # only a comment\n      | ^" },
    { "a: \x01\n",
      "x.yaml:1:4: byte 0x01 is not part of a text (expected UTF-8 without control characters)" },
    { "a: b\nc: \xFF\n",
      "x.yaml:2:4: byte 0xFF is not part of a text (expected UTF-8 without control characters)" },
    { "a: \"\\0\"\n", NULL },
    { "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", NULL },
  };

  for (size_t k = 0; k < sizeof list / sizeof *list; ++k)
    {
      size_t live = ictus_mem_live ();
      ictus_conf *c;

      ck_assert_int_eq (ictus_conf_parse ("x.yaml", list[k].text, &c), ICTUS_E_INPUT);
      ck_assert_ptr_null (c);
      if (list[k].message != NULL)
        ck_assert_str_eq (ictus_err_last (), list[k].message);
      ck_assert_uint_eq (ictus_mem_live (), live);
    }
}
END_TEST

/* What is emitted is YAML, under whatever name the experiment came. */
START_TEST (an_experiment_in_json_can_be_emitted_for_another_folder)
{
  static const char text[] = "{\"ictus\": 1, \"run\": {\"t_stop\": 1},\n"
                             " \"populations\": {\"E\": {\"size\": 2, \"model\": \"lif\"}}}\n";
  ictus_conf *c, *again;
  ictus_experiment *x;
  ictus_text moved = { 0 };

  ck_assert_int_eq (ictus_conf_parse ("x.json", text, &c), ICTUS_OK);
  ck_assert_msg (ictus_experiment_read (c, &x) == ICTUS_OK, "%s", ictus_err_last ());
  ck_assert_msg (ictus_conf_emit_moved (c, &moved) == ICTUS_OK, "%s", ictus_err_last ());
  ck_assert_msg (ictus_conf_parse ("x.json", moved.s, &again) == ICTUS_OK, "%s", ictus_err_last ());
  ictus_experiment_destroy (&x);
  ictus_text_clear (&moved);
  ictus_conf_destroy (&again);
  ictus_conf_destroy (&c);
}
END_TEST

START_TEST (json_is_read_by_its_own_rules)
{
  ictus_conf *c;

  ck_assert_int_eq (ictus_conf_parse ("x.json", "{\"a\": [1, 2.5e3],\n\t\"b\": {\"c\": true}}", &c),
                    ICTUS_OK);
  ck_assert_str_eq (ictus_node_text (ictus_node_find (ictus_node_find (ictus_conf_root (c), "b"), "c")),
                    "true");
  ictus_conf_destroy (&c);
  ck_assert_int_eq (ictus_conf_parse ("x.json", "{\"a\": 1,}", &c), ICTUS_E_INPUT);
  ck_assert_str_eq (ictus_err_last (), "x.json:1:8: JSON disallows trailing comma before closing brace\n    "
                                       "1 | {\"a\": 1,}\n      |        ^");
}
END_TEST

START_TEST (what_is_written_reads_back_as_the_same)
{
  static const char *const texts[]
      = { "plain", "-60 mV", "0-49, 60",  "a: b",         "# no",       "",          "null",   "~",
          "- x",   "'q'",    "\"q\"",     "back\\slash",  "line\nline", "tab\there", " edge ", "{x}",
          "[y]",   "5%",     "%5",        "*a",           "&a",         "!t",        "|",      ">",
          "@",     "`",      "\xC2\xB5m", "\xE2\x80\xA8", "true",       "...",       "---",    "-",
          "?",     "a?",     "\x1f\x7f",  "a\rb" };
  enum
  {
    N = sizeof texts / sizeof *texts
  };
  ictus_text doc = { 0 }, once = { 0 }, twice = { 0 };
  ictus_conf *c, *d;

  ictus_text_add (&doc, "deep: {a: {b: {c: {d: [1, [2, {e: f}]]}}}}\nempty: {m: {}, s: []}\nlist: [");
  for (int k = 0; k < 300; ++k)
    ictus_text_add (&doc, "%d, ", k);
  ictus_text_add (&doc, "300]\nt:\n");
  for (size_t k = 0; k < N; ++k)
    {
      ictus_text_add (&doc, "  - \"");
      for (const char *s = texts[k]; *s != '\0'; ++s)
        ictus_text_add (&doc, (unsigned char)*s < 0x20 || strchr ("\"\\\x7f", *s) != NULL ? "\\x%02X" : "%c",
                        (unsigned char)*s);
      ictus_text_add (&doc, "\"\n");
    }
  c = conf_of (doc.s);
  ck_assert_int_eq (ictus_conf_emit (c, &once), ICTUS_OK);
  d = conf_of (once.s);
  ck_assert_int_eq (ictus_conf_emit (d, &twice), ICTUS_OK);
  ck_assert_str_eq (once.s, twice.s);
  for (size_t k = 0; k < N; ++k)
    ck_assert_str_eq (ictus_node_text (ictus_node_at (ictus_node_find (ictus_conf_root (d), "t"), k)),
                      texts[k]);
  ck_assert_uint_eq (ictus_node_count (ictus_node_find (ictus_conf_root (d), "list")), 301);
  ictus_text_clear (&doc);
  ictus_text_clear (&once);
  ictus_text_clear (&twice);
  ictus_conf_destroy (&c);
  ictus_conf_destroy (&d);
}
END_TEST

START_TEST (paths_are_relative_to_the_folder_of_the_file)
{
  static const char *const cases[][4] = { { "x.yaml", "m.ode", ".", "m.ode" },
                                          { "jobs/a/x.yaml", "../m.ode", "jobs/a", "jobs/a/../m.ode" },
                                          { "/x.yaml", "m.ode", "/", "/m.ode" },
                                          { "a/x.yaml", "/lib/m.ode", "a", "/lib/m.ode" } };

  for (size_t k = 0; k < 4; ++k)
    {
      ictus_conf *c;
      ictus_text t = { 0 };

      ck_assert_int_eq (ictus_conf_parse (cases[k][0], "a: 1", &c), ICTUS_OK);
      ck_assert_str_eq (ictus_conf_path (c), cases[k][0]);
      ck_assert_str_eq (ictus_conf_dir (c), cases[k][2]);
      ictus_conf_resolve (c, cases[k][1], &t);
      ck_assert_str_eq (t.s, cases[k][3]);
      ictus_text_clear (&t);
      ictus_conf_destroy (&c);
    }
}
END_TEST

START_TEST (defaults_are_filled_in_once_and_left_out_of_copies)
{
  ictus_conf *c = conf_of ("a: 1\nm: {x: 2}\n"), *d;
  const ictus_node *root = ictus_conf_root (c), *m = ictus_node_find (root, "m");
  ictus_text t = { 0 };

  ck_assert_int_eq (ictus_conf_fill (root, "a", "7"), ICTUS_OK);
  ck_assert_int_eq (ictus_conf_fill (m, "y", "[1, 2]"), ICTUS_OK);
  ck_assert_int_eq (ictus_conf_fill (root, "z", "{q: 5 ms}"), ICTUS_OK);
  ck_assert_int_eq (ictus_conf_fill (ictus_node_find (root, "a"), "y", "1"), ICTUS_E_ARG);
  ck_assert_int_eq (ictus_conf_copy (c, &d), ICTUS_OK);
  ictus_conf_emit (c, &t);
  ck_assert_str_eq (t.s, "a: 1\nm:\n  x: 2\n  y: [1, 2]\nz:\n  q: 5 ms\n");
  ictus_text_clear (&t);
  ictus_conf_emit (d, &t);
  ck_assert_str_eq (t.s, "a: 1\nm:\n  x: 2\n");
  ictus_text_clear (&t);
  ictus_conf_destroy (&c);
  ictus_node_fail (ictus_node_find (ictus_conf_root (d), "a"), ICTUS_E_INPUT,
                   "still here"); /* the copy keeps the text */
  ck_assert_str_eq (ictus_err_last (), "x.yaml:1:4: still here\n    1 | a: 1\n      |    ^");
  ictus_conf_destroy (&d);
}
END_TEST

CONF_MAIN ("conf_tree", nodes_are_maps_sequences_and_texts, messages_stand_at_the_place,
           what_is_not_our_yaml_is_refused, json_is_read_by_its_own_rules,
           an_experiment_in_json_can_be_emitted_for_another_folder,
           what_is_written_reads_back_as_the_same, paths_are_relative_to_the_folder_of_the_file,
           defaults_are_filled_in_once_and_left_out_of_copies)
