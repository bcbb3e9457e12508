/* SPDX-License-Identifier: BSD-3-Clause */
/* modelc MODEL.ode MODEL.c: turns a shipped model into C in the build; the table is ictus_kernel_MODEL. */
#include "ictus/lang.h"

int
main (int argc, char **argv)
{
  ictus_lang *lang = NULL;
  ictus_text symbol = { 0 }, c = { 0 };
  char *text = NULL;
  ictus_err e;

  if (argc != 3)
    {
      fprintf (stderr, "usage: modelc MODEL.ode MODEL.c\n");
      return ictus_err_status (ICTUS_E_USAGE);
    }
  ICTUS_GO (ictus_file_read (argv[1], &text, NULL));
  ICTUS_GO (ictus_lang_parse (argv[1], text, &lang));
  ictus_text_add (&symbol, "ictus_kernel_%s", ictus_lang_name (lang));
  if (symbol.failed)
    ICTUS_GO (ICTUS_E_NOMEM);
  ICTUS_GO (ictus_lang_emit (lang, symbol.s, &c));
  ICTUS_GO (ictus_file_write (argv[2], c.s, c.len));
done:
  if (e != ICTUS_OK)
    fprintf (stderr, "%s\n", ictus_err_last ());
  ictus_text_clear (&symbol);
  ictus_text_clear (&c);
  ictus_lang_destroy (&lang);
  ictus_free (text);
  return ictus_err_status (e);
}
