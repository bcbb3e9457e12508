/* SPDX-License-Identifier: BSD-3-Clause */
/* What JSON wants to be written otherwise than C has it. */
#include "ictus/base.h"

#include <math.h>

void
ictus_json_string (FILE *f, const char *s)
{
  fputc ('"', f);
  for (; *s != '\0'; ++s)
    if (*s == '"' || *s == '\\')
      fprintf (f, "\\%c", *s);
    else if ((unsigned char)*s < ' ')
      fprintf (f, "\\u%04x", *s);
    else
      fputc (*s, f);
  fputc ('"', f);
}

void
ictus_json_number (FILE *f, const char *before, double x)
{
  if (isfinite (x))
    fprintf (f, "%s%.9g", before, x);
  else
    fprintf (f, "%snull", before);
}
