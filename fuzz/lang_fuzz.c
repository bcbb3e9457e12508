/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes as a model file: parsing and emission neither crash nor hang, and every error has a message with a place. */
#include "lang_fuzz.h"

#include <string.h>

#include "ictus/lang.h"

enum
{
  LONGEST = 1 << 16, /* of a text */
  EMIT_STATES = 40   /* larger models are parsed only: what is fuzzed is not the patience */
};

/* A broken promise ends the program where it is seen. */
static void
must (bool holds)
{
  if (!holds)
    __builtin_trap ();
}

static void
look_at (const ictus_lang *lang)
{
  const char *word[] = { "v", "x1", "dt", "zzz" };

  for (int kind = 0; kind < ICTUS_LANG_NKIND; ++kind)
  {
    int n = ictus_lang_count (lang, (ictus_lang_kind)kind);

    for (int k = 0; k < n; ++k)
    {
      const ictus_lang_var *v = ictus_lang_get (lang, (ictus_lang_kind)kind, k);

      must (v != NULL && v->name != NULL && v->name[0] != 0 && v->unit != NULL && v->meaning != NULL);
      must (v->line >= 0);
    }
    for (size_t k = 0; k < sizeof word / sizeof word[0]; ++k)
    {
      must (ictus_lang_find (lang, (ictus_lang_kind)kind, word[k]) < n);
      (void)ictus_lang_nearest (lang, (ictus_lang_kind)kind, word[k]);
    }
  }
  for (int k = 0; ictus_lang_note_at (lang, k) != NULL; ++k)
    must (ictus_lang_note_at (lang, k)->text != NULL);
  for (int k = 0; ictus_lang_set_at (lang, k) != NULL; ++k)
    for (int i = 0; i < ictus_lang_set_at (lang, k)->n; ++i)
      must (ictus_lang_set_at (lang, k)->item[i] != NULL);
  for (int k = 0; ictus_lang_expect_at (lang, k) != NULL; ++k)
    must (ictus_lang_expect_at (lang, k)->text != NULL);
  must (ictus_lang_get_settings (lang) != NULL && ictus_lang_get_settings (lang)->xp != NULL);
  must (strlen (ictus_lang_text (lang)) <= LONGEST);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  char *text;
  ictus_lang *lang = NULL;
  ictus_text out = { 0 };

  if (size > LONGEST || (text = ictus_alloc (size + 1, 1)) == NULL)
    return 0;
  if (size > 0)
    memcpy (text, data, size);
  text[size] = 0;
  if (ictus_lang_parse ("/nowhere/fuzz.ode", text, &lang) != ICTUS_OK)
  {
    must (lang == NULL && strstr (ictus_err_last (), "fuzz.ode") != NULL);
    goto done;
  }
  look_at (lang);
  if (ictus_lang_count (lang, ICTUS_LANG_STATE) <= EMIT_STATES)
  {
    ictus_lang_show (lang, &out);
    must (ictus_lang_emit (lang, "fuzz", &out) == ICTUS_OK);
    must (ictus_lang_emit_lanes (lang, "fuzz", &out) == ICTUS_OK);
  }

done:
  ictus_text_clear (&out);
  ictus_lang_destroy (&lang);
  ictus_free (text);
  return 0;
}
