/* SPDX-License-Identifier: BSD-3-Clause */
/* modelc MODEL.ode MODEL.c LANES.c: turns a shipped model into C in the build; the tables are ictus_kernel_MODEL and
 * ictus_lanes_MODEL_v2 (v3, v4 ..., by the flags of the compiler). */
#include "ictus/lang.h"

int
main (int argc, char **argv)
{
  ictus_lang *lang = NULL;
  ictus_text symbol = { 0 }, lane_symbol = { 0 }, c = { 0 }, lanes = { 0 };
  char *text = NULL;
  ictus_err e;

  if (argc != 4)
    {
      fprintf (stderr, "usage: modelc MODEL.ode MODEL.c LANES.c\n");
      return ictus_err_status (ICTUS_E_USAGE);
    }
  ICTUS_GO (ictus_file_read (argv[1], &text, NULL));
  ICTUS_GO (ictus_lang_parse (argv[1], text, &lang));
  ictus_text_add (&symbol, "ictus_kernel_%s", ictus_lang_name (lang));
  ictus_text_add (&lane_symbol, "LANE_LEVELED (ictus_lanes_%s)", ictus_lang_name (lang));
  if (symbol.failed || lane_symbol.failed)
    ICTUS_GO (ICTUS_E_NOMEM);
  ICTUS_GO (ictus_lang_emit (lang, symbol.s, &c));
  ICTUS_GO (ictus_lang_emit_lanes (lang, lane_symbol.s, &lanes));
  ICTUS_GO (ictus_file_write (argv[3], lanes.s, lanes.len)); /* first: make looks at the other */
  ICTUS_GO (ictus_file_write (argv[2], c.s, c.len));
done:
  if (e != ICTUS_OK)
    fprintf (stderr, "%s\n", ictus_err_last ());
  ictus_text_clear (&symbol);
  ictus_text_clear (&lane_symbol);
  ictus_text_clear (&c);
  ictus_text_clear (&lanes);
  ictus_lang_destroy (&lang);
  ictus_free (text);
  return ictus_err_status (e);
}
