/* SPDX-License-Identifier: BSD-3-Clause */
/* Checkpoint files of a folder: their names, which are there, which to trust, which go. */
#include "ckpt/ckpt_impl.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
ckpt_path (const char *dir, int64_t mark, ictus_text *out)
{
  ictus_text_add (out, "%s/checkpoint-%08lld.h5", dir, (long long) mark);
}

/* "checkpoint-DIGITS.h5" and, when temporary, whatever follows it. */
static bool
is_ours (const char *name, bool temporary, int64_t *mark)
{
  static const char head[] = "checkpoint-";
  char *end;

  if (strncmp (name, head, sizeof head - 1) != 0 || name[sizeof head - 1] < '0'
      || name[sizeof head - 1] > '9')
    return false;
  errno = 0;
  *mark = strtoll (name + sizeof head - 1, &end, 10);
  if (errno != 0)
    return false;
  return temporary ? strncmp (end, ".h5.tmp", 7) == 0 : strcmp (end, ".h5") == 0;
}

static int
descending (const void *a, const void *b)
{
  int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;

  return x > y ? -1 : x < y;
}

ictus_err
ckpt_list (const char *dir, int64_t **mark, size_t *n)
{
  DIR *d = opendir (dir);
  struct dirent *entry;
  size_t cap = 0;
  int64_t m;
  ictus_err e = ICTUS_OK;

  *mark = NULL;
  *n = 0;
  if (d == NULL && errno == ENOENT)
    return ICTUS_OK;
  if (d == NULL)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot read the folder %s: %s", dir, strerror (errno));
  while (e == ICTUS_OK && (entry = readdir (d)) != NULL)
    if (is_ours (entry->d_name, false, &m)
        && (e = ictus_grow (mark, &cap, *n + 1, sizeof **mark)) == ICTUS_OK)
      (*mark)[(*n)++] = m;
  closedir (d);
  if (e != ICTUS_OK)
    {
      ictus_free (*mark);
      *mark = NULL;
      *n = 0;
      return e;
    }
  if (*n > 0)
    qsort (*mark, *n, sizeof **mark, descending);
  return ICTUS_OK;
}

bool
ictus_ckpt_exists (const char *dir)
{
  int64_t *mark = NULL;
  size_t n = 0;
  bool any = ckpt_list (dir, &mark, &n) == ICTUS_OK && n > 0;

  ictus_free (mark);
  return any;
}

/* ---- removing ----------------------------------------------------------------------------------- */

static ictus_err
remove_file (const char *dir, int64_t mark)
{
  ictus_text path = { 0 };
  ictus_err e = ICTUS_OK;

  ckpt_path (dir, mark, &path);
  if (path.failed)
    e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  else if (unlink (path.s) != 0 && errno != ENOENT)
    e = ICTUS_FAIL (ICTUS_E_IO, "cannot remove %s: %s", path.s, strerror (errno));
  ictus_text_clear (&path);
  return e;
}

void
ckpt_remove_temporary (const char *dir)
{
  DIR *d = opendir (dir);
  struct dirent *entry;
  int64_t m;

  if (d == NULL)
    return;
  while ((entry = readdir (d)) != NULL)
    if (is_ours (entry->d_name, true, &m))
      unlinkat (dirfd (d), entry->d_name, 0);
  closedir (d);
}

void
ckpt_prune (ictus_ckpt *c)
{
  size_t keep = (size_t) c->exp->checkpoint_keep, n = 0;
  int64_t *mark = NULL, newest = c->good[c->ngood - 1];

  if (c->ngood > keep)
    {
      memmove (c->good, c->good + (c->ngood - keep), keep * sizeof *c->good);
      c->ngood = keep;
    }
  if (ckpt_list (c->dir, &mark, &n) != ICTUS_OK)
    return;
  for (size_t k = 0; k < n; ++k)
    {
      bool good = mark[k] > newest; /* of whom ever: not ours to judge */

      for (size_t i = 0; i < c->ngood && !good; ++i)
        good = c->good[i] == mark[k];
      if (!good)
        (void) remove_file (c->dir, mark[k]); /* one that stays does no harm */
    }
  ictus_free (mark);
}

ictus_err
ictus_ckpt_remove (const char *dir)
{
  int64_t *mark = NULL;
  size_t n = 0;
  ictus_err e, first = ICTUS_OK;

  ICTUS_TRY (ckpt_list (dir, &mark, &n));
  for (size_t k = 0; k < n; ++k)
    if ((e = remove_file (dir, mark[k])) != ICTUS_OK && first == ICTUS_OK)
      first = e;
  ictus_free (mark);
  ckpt_remove_temporary (dir);
  return first;
}

/* ---- the newest good one ------------------------------------------------------------------------ */

/* Marks as rank 0 sees them, for all. Collective. */
static ictus_err
share_list (MPI_Comm comm, const char *dir, int64_t **mark, size_t *n)
{
  uint64_t count = 0;
  ictus_err e = ICTUS_OK;

  *mark = NULL;
  *n = 0;
  if (ictus_comm_rank (comm) == 0)
    e = ckpt_list (dir, mark, n);
  ICTUS_TRY (ictus_comm_agree (comm, e));
  count = *n;
  ICTUS_MPI (MPI_Bcast (&count, 1, MPI_UINT64_T, 0, comm));
  *n = (size_t) count;
  if (ictus_comm_rank (comm) != 0)
    *mark = ictus_alloc (*n, sizeof **mark);
  e = ictus_comm_agree (comm, *n > 0 && *mark == NULL ? ICTUS_E_NOMEM : ICTUS_OK);
  if (e != ICTUS_OK)
    {
      ictus_free (*mark);
      *mark = NULL;
      return e;
    }
  if (*n > 0)
    ICTUS_MPI (MPI_Bcast (*mark, (int) *n, MPI_INT64_T, 0, comm));
  return ICTUS_OK;
}

/* A whole file of ours may still be none that this program can go on from. */
static ictus_err
check (ictus_image *im, uint64_t digest)
{
  const char *path = ictus_image_path (im);
  char *isa = NULL;
  uint64_t found;
  ictus_err e;

  ICTUS_GO (ictus_image_get_text (im, "isa", &isa));
  if (strcmp (isa, ictus_isa ()) != 0)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_FORMAT,
                          "%s: made at instruction-set level %s, this is %s: the results would differ", path,
                          isa, ictus_isa ()));
  ICTUS_GO (ictus_ckpt_digest (im, &found));
  if (digest != 0 && found != digest)
    e = ICTUS_FAIL (ICTUS_E_FORMAT, "%s: of another experiment", path);
done:
  ictus_free (isa);
  return e;
}

typedef struct wish /* what a checkpoint shall be */
{
  uint64_t digest; /* 0: any */
  ictus_err (*fits) (void *ctx, ictus_image *im);
  void *ctx;
} wish;

/* Why not is the last error. Collective. */
static ictus_err
check_fit (const wish *w, ictus_image *im)
{
  ictus_err e = w->fits == NULL ? ICTUS_OK : w->fits (w->ctx, im);

  if (e == ICTUS_OK || e == ICTUS_E_NOMEM)
    return e;
  return ictus_err_prefix (ICTUS_E_FORMAT, "%s", ictus_image_path (im));
}

/* Open one; a bad one is *out NULL with the reason as last error. Collective. */
static ictus_err
try_one (MPI_Comm comm, const char *path, const wish *w, ictus_image **out)
{
  ictus_err e = ictus_image_open (comm, path, ICTUS_KIND_CHECKPOINT, ICTUS_SCHEMA_CHECKPOINT, out);

  if (e != ICTUS_OK)
    return e == ICTUS_E_FORMAT || e == ICTUS_E_IO ? ICTUS_OK : e;
  e = check (*out, w->digest);
  if (e == ICTUS_OK)
    e = check_fit (w, *out);
  if (e != ICTUS_OK)
    {
      char *why = ictus_strdup (ictus_err_last ());

      ictus_image_close (out);
      ictus_err_note (e, __FILE__, __LINE__, "%s", why != NULL ? why : ictus_err_name (e));
      ictus_free (why);
    }
  return e == ICTUS_E_FORMAT || e == ICTUS_E_IO ? ICTUS_OK : e;
}

ictus_err
ictus_ckpt_find (MPI_Comm comm, const char *dir, uint64_t digest, ictus_image **out)
{
  return ictus_ckpt_find_fitting (comm, dir, digest, NULL, NULL, out);
}

ictus_err
ictus_ckpt_find_fitting (MPI_Comm comm, const char *dir, uint64_t digest,
                         ictus_err (*fits) (void *ctx, ictus_image *im), void *ctx, ictus_image **out)
{
  const wish w = { .digest = digest, .fits = fits, .ctx = ctx };
  ictus_text path = { 0 };
  int64_t *mark = NULL;
  char *newest = NULL;
  size_t n = 0;
  ictus_err e;

  *out = NULL;
  ICTUS_GO (share_list (comm, dir, &mark, &n));
  for (size_t k = 0; k < n && *out == NULL; ++k)
    {
      ictus_text_clear (&path);
      ckpt_path (dir, mark[k], &path);
      ICTUS_GO (
          ictus_comm_agree (comm, path.failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory") : ICTUS_OK));
      ICTUS_GO (try_one (comm, path.s, &w, out));
      if (*out != NULL)
        break;
      if (newest == NULL)
        newest = ictus_strdup (ictus_err_last ());
      if (k + 1 < n && ictus_comm_rank (comm) == 0)
        ictus_log ("%s; refused, the checkpoint before it is tried", ictus_err_last ());
      else if (k > 0 && ictus_comm_rank (comm) == 0)
        ictus_log ("%s; refused", ictus_err_last ());
    }
  if (n > 0 && *out == NULL)
    e = ICTUS_FAIL (ICTUS_E_FORMAT, "%s: no checkpoint can be used; the newest: %s", dir,
                    newest != NULL ? newest : ictus_err_name (ICTUS_E_NOMEM));
done:
  ictus_free (newest);
  ictus_free (mark);
  ictus_text_clear (&path);
  return e;
}

/* ---- its level of instructions ------------------------------------------------------------------- */

/* The field "isa" alone. A file that cannot be read leaves name empty; why is said where it is opened to be used. */
static void
read_isa (const char *path, char *name, size_t size)
{
  ictus_h5 f = { .path = NULL };
  uint64_t *c = NULL;
  size_t n = 0;

  if (ictus_h5_open (MPI_COMM_SELF, path, &f) == ICTUS_OK && ictus_h5_read_uint (&f, "/isa", &c, &n) == ICTUS_OK && n < size)
    {
      for (size_t k = 0; k < n; ++k)
        name[k] = (char) c[k];
      name[n] = '\0';
    }
  ictus_free (c);
  ictus_h5_close (&f);
}

ictus_err
ictus_ckpt_isa (const char *dir, char *name, size_t size)
{
  ictus_text path = { 0 };
  int64_t *mark = NULL;
  size_t n = 0;
  ictus_err e;

  name[0] = '\0';
  ICTUS_GO (ckpt_list (dir, &mark, &n));
  for (size_t k = 0; k < n && name[0] == '\0'; ++k)
    {
      ictus_text_clear (&path);
      ckpt_path (dir, mark[k], &path);
      if (path.failed)
        ICTUS_GO (ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory"));
      read_isa (path.s, name, size);
    }
done:
  ictus_free (mark);
  ictus_text_clear (&path);
  return e;
}
