/* SPDX-License-Identifier: BSD-3-Clause */
/* Go on with the result file of a run: put it back to what it was when a checkpoint was made. The raw data up
   to there are in the file whatever happened since; all the rest comes from the checkpoint, and what was
   added is cut off. */
#include "out/out_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct saved /* as out_save.c put it */
{
  const char *from; /* the checkpoint; borrowed */
  char *id;
  uint64_t id_at, parts_at, part, marks, length;
  double t_ms, wall_s;
  uint64_t *position, *known;
  ictus_h5_ranges rest;
  unsigned char *bytes;
  size_t nbytes;
} saved;

static void
saved_clear (saved *s)
{
  ictus_free (s->id);
  ictus_free (s->position);
  ictus_free (s->known);
  ictus_free (s->rest.r);
  ictus_free (s->bytes);
}

/* Byte at of the file among the saved ones, NULL when it is not there with n - 1 more. */
static unsigned char *
byte_at (const saved *s, uint64_t at, uint64_t n)
{
  uint64_t before = 0;

  for (size_t k = 0; k < s->rest.n; before += s->rest.r[k++].n)
    if (at >= s->rest.r[k].at && at - s->rest.r[k].at <= s->rest.r[k].n
        && n <= s->rest.r[k].n - (at - s->rest.r[k].at))
      return s->bytes + before + (at - s->rest.r[k].at);
  return NULL;
}

static ictus_err
check (const saved *s)
{
  uint64_t end = 0, n = 0;
  bool good = true;

  for (size_t k = 0; k < s->rest.n; ++k)
    {
      const ictus_h5_range *r = &s->rest.r[k];

      good = good && r->at >= end && r->at <= s->length && r->n <= s->length - r->at;
      end = r->at + r->n;
      n += r->n;
    }
  if (!good || n != s->nbytes || byte_at (s, s->id_at, OUT_ID) == NULL
      || byte_at (s, s->parts_at, OUT_PARTS * sizeof (out_part)) == NULL)
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: what it holds of the result file contradicts itself", s->from);
  return ICTUS_OK;
}

/* What tells whose result file it is and when it was saved. Collective. */
static ictus_err
load_identity (ictus_image *im, saved *s)
{
  uint64_t where[4];
  double time[2];

  s->from = ictus_image_path (im);
  if (!ictus_image_has (im, "out/length"))
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s holds no result file", s->from);
  ICTUS_TRY (ictus_image_get_text (im, "out/run", &s->id));
  ICTUS_TRY (ictus_image_get_n (im, "out/where", ICTUS_IMAGE_U64, 4, where));
  ICTUS_TRY (ictus_image_get_n (im, "out/time", ICTUS_IMAGE_F64, 2, time));
  ICTUS_TRY (ictus_image_get_n (im, "out/length", ICTUS_IMAGE_U64, 1, &s->length));
  s->id_at = where[0];
  s->parts_at = where[1];
  s->part = where[2];
  s->marks = where[3];
  s->t_ms = time[0];
  s->wall_s = time[1];
  return strlen (s->id) == OUT_ID
             ? ICTUS_OK
             : ICTUS_FAIL (ICTUS_E_FORMAT, "%s: what it says about its run makes no sense", s->from);
}

/* Collective. */
static ictus_err
load (ictus_out *o, ictus_image *im, saved *s)
{
  void *p = NULL;
  size_t n;

  ICTUS_TRY (load_identity (im, s));
  s->position = ictus_alloc (out_position_count (o), sizeof *s->position);
  s->known = ictus_alloc ((size_t) o->places.nset, sizeof *s->known);
  ICTUS_TRY (ictus_comm_agree (o->comm, s->position == NULL || s->known == NULL ? ICTUS_E_NOMEM : ICTUS_OK));
  ICTUS_TRY (ictus_image_get_n (im, "out/position", ICTUS_IMAGE_U64, out_position_count (o), s->position));
  ICTUS_TRY (ictus_image_get_n (im, "out/known", ICTUS_IMAGE_U64, (size_t) o->places.nset, s->known));
  ICTUS_TRY (ictus_image_get (im, "out/extents", ICTUS_IMAGE_U64, &p, &n));
  s->rest = (ictus_h5_ranges){ .r = p, .n = n / 2 };
  ICTUS_TRY (ictus_image_get (im, "out/bytes", ICTUS_IMAGE_U8, &p, &s->nbytes));
  s->bytes = p;
  return check (s);
}

/* ---- the file, on rank 0 ------------------------------------------------------------------------- */

static ictus_err
read_at (int fd, const char *path, void *to, size_t n, uint64_t at)
{
  ssize_t got = pread (fd, to, n, (off_t) at);

  return got == (ssize_t) n ? ICTUS_OK
                            : ICTUS_FAIL (ICTUS_E_IO, "cannot read %s: %s", path,
                                          got < 0 ? strerror (errno) : "it ends too soon");
}

static ictus_err
write_at (int fd, const char *path, const void *from, uint64_t n, uint64_t at)
{
  const char *p = from;

  while (n > 0)
    {
      ssize_t put = pwrite (fd, p, n < 1u << 30 ? n : 1u << 30, (off_t) at);

      if (put < 0 && errno == EINTR)
        continue;
      if (put <= 0)
        return ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: %s", path, put < 0 ? strerror (errno) : "no room");
      p += put;
      at += (uint64_t) put;
      n -= (uint64_t) put;
    }
  return ICTUS_OK;
}

/* As long as it was at least. */
static ictus_err
open_file (const char *path, const saved *s, int how, int *fd)
{
  struct stat st;

  *fd = open (path, how | O_CLOEXEC);
  if (*fd < 0 && errno == ENOENT)
    return ICTUS_FAIL (ICTUS_E_INPUT, "%s is missing: it was there when %s was made, which goes on with it",
                       path, s->from);
  if (*fd < 0 || fstat (*fd, &st) != 0)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot open %s: %s", path, strerror (errno));
  if ((uint64_t) st.st_size < s->length)
    return ICTUS_FAIL (
        ICTUS_E_INPUT,
        "%s is not the result file of this run any more: it has %lld bytes, but had %llu when %s was made",
        path, (long long) st.st_size, (unsigned long long) s->length, s->from);
  return ICTUS_OK;
}

/* The file is of this run, and part [OUT_PARTS] what its parts shall be from now on. */
static ictus_err
check_identity (int fd, const char *path, const saved *s, uint64_t id, out_part *part)
{
  char found[OUT_ID];

  ICTUS_TRY (read_at (fd, path, found, sizeof found, s->id_at));
  if (memcmp (found, s->id, sizeof found) != 0)
    return ICTUS_FAIL (
        ICTUS_E_INPUT,
        "%s is not the result file of this run (%s): it does not hold the run's id where %s says",
        path, s->id, s->from);
  ICTUS_TRY (read_at (fd, path, part, OUT_PARTS * sizeof *part, s->parts_at));
  if (!out_parts_branch (part, s->part, s->marks, id))
    return ICTUS_FAIL (
        ICTUS_E_INPUT,
        "%s went on from an earlier checkpoint since %s (%g ms) was made, and does not fit it any more",
        path, s->from, s->t_ms);
  return ICTUS_OK;
}

static void
perhaps_die (void)
{
  if (ictus_fault ("out_restore_killed", 0))
    raise (SIGKILL);
}

/* From the first write on, no checkpoint but this one and those before it fits the file: that is on disk
 * first. */
static ictus_err
restore (const char *path, saved *s, uint64_t id)
{
  out_part part[OUT_PARTS];
  uint64_t at = 0;
  int fd = -1;
  ictus_err e;

  ICTUS_GO (open_file (path, s, O_RDWR, &fd));
  if (flock (fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    ICTUS_GO (
        ICTUS_FAIL (ICTUS_E_INPUT, "%s is in use by another program; is the run still going?", path));
  ICTUS_GO (check_identity (fd, path, s, id, part));
  memcpy (byte_at (s, s->parts_at, sizeof part), part, sizeof part);
  ICTUS_GO (write_at (fd, path, part, sizeof part, s->parts_at));
  if (fsync (fd) != 0)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: %s", path, strerror (errno)));
  perhaps_die ();
  for (size_t k = 0; k < s->rest.n; at += s->rest.r[k++].n)
    {
      ICTUS_GO (write_at (fd, path, s->bytes + at, s->rest.r[k].n, s->rest.r[k].at));
      perhaps_die ();
    }
  if (ftruncate (fd, (off_t) s->length) != 0 || fsync (fd) != 0)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: %s", path, strerror (errno)));
done:
  if (fd >= 0 && close (fd) != 0 && e == ICTUS_OK)
    e = ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: %s", path, strerror (errno));
  return e;
}

/* Rank 0: as restore would find it. */
static ictus_err
look (const char *path, const saved *s)
{
  out_part part[OUT_PARTS];
  int fd = -1;
  ictus_err e = open_file (path, s, O_RDONLY, &fd);

  if (e == ICTUS_OK)
    e = check_identity (fd, path, s, 1, part);
  if (fd >= 0)
    close (fd);
  return e;
}

ictus_err
ictus_out_fits (MPI_Comm comm, const char *path, ictus_image *im)
{
  saved s = { 0 };
  ictus_err e;

  ICTUS_GO (load_identity (im, &s));
  e = ictus_comm_verdict (comm, ictus_comm_rank (comm) == 0 ? look (path, &s) : ICTUS_OK);
done:
  saved_clear (&s);
  return e;
}

/* ---- the recorders ------------------------------------------------------------------------------- */

/* Everything as it was after the flush at the mark. Local. */
static ictus_err
take_over (ictus_out *o, const saved *s)
{
  o->t_ms = s->t_ms;
  o->marks = s->marks;
  o->before_s = s->wall_s;
  memcpy (o->id, s->id, OUT_ID);
  for (int k = 0; k < o->places.nset; ++k)
    o->places.row[k] = s->known[k];
  if (o->rank == 0)
    ICTUS_TRY (out_ranges_between (&s->rest, s->length, &o->places.raw));
  return out_position_set (o, s->position);
}

ictus_err
ictus_out_resume (ictus_engine *engine, const char *path, ictus_image *im, int argc, char **argv,
                  ictus_out **out)
{
  ictus_out *o = NULL;
  saved s = { 0 };
  ictus_err e;

  *out = NULL;
  ICTUS_TRY (out_begin (engine, &o));
  ICTUS_GO (load (o, im, &s));
  ICTUS_GO (ictus_comm_agree (o->comm, take_over (o, &s)));
  ICTUS_GO (ictus_comm_agree (o->comm, out_random (&o->part, sizeof o->part)));
  out_share (o->comm, &o->part, sizeof o->part);
  ICTUS_GO (ictus_comm_verdict (o->comm, o->rank == 0 ? restore (path, &s, o->part) : ICTUS_OK));
  ICTUS_GO (ictus_h5_open_rw (o->comm, path, &o->file));
  ICTUS_GO (out_identity_find (o));
  ICTUS_GO (out_provenance_restart (o, argc, argv));
  ICTUS_GO (ictus_h5_flush (&o->file));
  e = ictus_comm_agree (o->comm, out_join (o));
done:
  saved_clear (&s);
  if (e != ICTUS_OK)
    return out_give_up (&o, e);
  *out = o;
  return ICTUS_OK;
}
