/* SPDX-License-Identifier: BSD-3-Clause */
/* Make ictus-experiment(5): copy the template given as argument to standard output; a line "@KEYS@" becomes
   the table of keys, @VERSION@ the version. */
#include "ictus/conf.h"

#include <string.h>

int
main (int argc, char **argv)
{
  char *text = NULL;
  ictus_text out = { 0 };
  ictus_err e;

  if (argc != 2)
    {
      fprintf (stderr, "usage: confman TEMPLATE >PAGE\n");
      return ictus_err_status (ICTUS_E_USAGE);
    }
  e = ictus_file_read (argv[1], &text, NULL);
  for (const char *s = text; e == ICTUS_OK && *s != '\0';)
    if (strncmp (s, "@KEYS@\n", 7) == 0)
      {
        ictus_conf_manual (&out);
        s += 7;
      }
    else if (strncmp (s, "@VERSION@", 9) == 0)
      {
        ictus_text_add (&out, "%s", ictus_version ());
        s += 9;
      }
    else
      ictus_text_addn (&out, s++, 1);
  if (e == ICTUS_OK && (out.failed || fwrite (out.s, 1, out.len, stdout) != out.len || fflush (stdout) != 0))
    e = ICTUS_FAIL (ICTUS_E_IO, "cannot write the page");
  if (e != ICTUS_OK)
    fprintf (stderr, "confman: %s\n", ictus_err_last ());
  ictus_text_clear (&out);
  ictus_free (text);
  return ictus_err_status (e);
}
