/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel cache: where it is, what a kernel is called there, how a damaged one is told. */
#include "config.h"

#include "model/model_impl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

ictus_err
ictus_model_cache_dir (ictus_text *out)
{
  const char *ictus = getenv ("ICTUS_CACHE"), *xdg = getenv ("XDG_CACHE_HOME"), *home = getenv ("HOME");

  if (ictus != NULL && *ictus != '\0')
    ictus_text_add (out, "%s", ictus);
  else if (xdg != NULL && *xdg == '/') /* the XDG rules say that a relative path is to be ignored */
    ictus_text_add (out, "%s/ictus", xdg);
  else if (home != NULL && *home != '\0')
    ictus_text_add (out, "%s/.cache/ictus", home);
  else
    return ICTUS_FAIL (ICTUS_E_RESOURCE, "no folder for compiled models: set ICTUS_CACHE or HOME");
  return out->failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory") : ICTUS_OK;
}

/* Two chains of 64 bits; a separator after each piece, so that "ab","c" and "a","bc" differ. */
static void
hash_piece (uint64_t h[2], const char *s)
{
  h[0] = ictus_hash (s, strlen (s) + 1, h[0]);
  h[1] = ictus_hash (s, strlen (s) + 1, h[1] + UINT64_C (0x9e3779b97f4a7c15));
}

void
ictus__model_key (const ictus_lang *lang, const char *compiler, int level, char key[40])
{
  uint64_t h[2] = { 0, 1 };
  char numbers[64];

  snprintf (numbers, sizeof numbers, "%d %d %016" PRIx64, ICTUS_KERNEL_ABI, level == ICTUS__SCALAR, ictus_lang_stamp (lang));
  hash_piece (h, ictus_lang_text (lang));
  hash_piece (h, ictus_lang_name (lang));
  hash_piece (h, ictus_lang_emitter ());
  hash_piece (h, compiler);
  hash_piece (h, ICTUS_KERNEL_CFLAGS);
  hash_piece (h, ictus__model_level_flags (level));
  hash_piece (h, numbers);
  snprintf (key, 40, "%016" PRIx64 "%016" PRIx64, h[0], h[1]);
}

ictus_err
ictus__model_plan_make (const ictus_lang *lang, int level, ictus__model_plan *plan)
{
  plan->level = level;
  ictus__model_key (lang, ictus__model_compiler (), level, plan->key);
  ICTUS_TRY (ictus_model_cache_dir (&plan->so));
  ictus_text_add (&plan->so, "/%s-%s.so", ictus_lang_name (lang), plan->key);
  return plan->so.failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory") : ICTUS_OK;
}

void
ictus__model_plan_clear (ictus__model_plan *plan)
{
  ictus_text_clear (&plan->so);
}

/* ---- the seal: the last bytes of the file, behind what the loader of shared objects looks at --------- */

typedef struct seal
{
  char magic[8];
  uint64_t len, hash; /* of all before it */
} seal;

static const char magic[8] = { 'I', 'C', 'T', 'U', 'S', 'K', 'R', 'N' };

ictus_err
ictus__model_seal (const char *so)
{
  seal s = { .len = 0 };
  char *data = NULL;
  size_t len;
  FILE *f = NULL;
  ictus_err e;

  ICTUS_GO (ictus_file_read (so, &data, &len));
  memcpy (s.magic, magic, sizeof magic);
  s.len = len;
  s.hash = ictus_hash (data, len, 0);
  f = fopen (so, "ab");
  if (f == NULL || fwrite (&s, sizeof s, 1, f) != 1 || fflush (f) != 0 || fsync (fileno (f)) != 0)
    e = ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: %s", so, strerror (errno));
done:
  if (f != NULL && fclose (f) != 0 && e == ICTUS_OK)
    e = ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: %s", so, strerror (errno));
  ictus_free (data);
  return e;
}

bool
ictus__model_sealed (const char *so)
{
  seal s;
  char *data = NULL;
  size_t len;
  bool ok = false;

  if (ictus_file_exists (so) && ictus_file_read (so, &data, &len) == ICTUS_OK && len > sizeof s)
    {
      memcpy (&s, data + len - sizeof s, sizeof s);
      ok = memcmp (s.magic, magic, sizeof magic) == 0 && s.len == len - sizeof s
           && s.hash == ictus_hash (data, len - sizeof s, 0);
    }
  ictus_free (data);
  return ok;
}
