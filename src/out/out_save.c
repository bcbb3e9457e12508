/* SPDX-License-Identifier: BSD-3-Clause */
/* The result file into a checkpoint: not its data, which later writes never change, but all the rest of its
   bytes, its length, and how far each recorder came. */
#include "out/out_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* After a flush a recorder holds nothing but how many rows it wrote, and the counts of the bin that is not
 * over. */
size_t
out_position_count (const ictus_out *o)
{
  size_t n = 1 + (size_t) (o->ntrace + o->nmean + o->nrate);

  for (int k = 0; k < o->nrate; ++k)
    n += (size_t) o->rate[k].rec->npopulation;
  return n;
}

void
out_position_get (const ictus_out *o, uint64_t *p)
{
  *p++ = o->spikes.total;
  for (int k = 0; k < o->ntrace; ++k)
    *p++ = o->trace[k].written;
  for (int k = 0; k < o->nmean; ++k)
    *p++ = o->mean[k].written;
  for (int k = 0; k < o->nrate; ++k)
    {
      const out_rate *r = &o->rate[k];

      size_t n = (size_t) r->rec->npopulation;

      *p++ = r->written;
      for (size_t i = 0; i < n; ++i)
        p[i] = i < r->cap ? r->count[i] : 0;
      out_rate_sum (o, p, n);
      p += n;
    }
}

ictus_err
out_position_set (ictus_out *o, const uint64_t *p)
{
  o->spikes.total = *p++;
  for (int k = 0; k < o->ntrace; ++k)
    o->trace[k].written = o->trace[k].seen = o->trace[k].complete = *p++;
  for (int k = 0; k < o->nmean; ++k)
    o->mean[k].written = o->mean[k].seen = o->mean[k].complete = *p++;
  for (int k = 0; k < o->nrate; ++k)
    {
      out_rate *r = &o->rate[k];
      size_t n = (size_t) r->rec->npopulation;

      r->written = *p++;
      ICTUS_TRY (ictus_grow (&r->count, &r->cap, n, sizeof *r->count));
      for (size_t i = 0; i < n; ++i, ++p)
        r->count[i] = o->rank == 0 ? *p : 0; /* one rank has what all had before */
    }
  return ICTUS_OK;
}

typedef struct rest /* all of a file but the raw data */
{
  uint64_t length;
  ictus_h5_ranges place;
  unsigned char *bytes; /* [n] of all places, one behind the other */
  uint64_t n;
} rest;

static ictus_err
read_all (int fd, const char *path, unsigned char *to, uint64_t n, uint64_t at)
{
  while (n > 0)
    {
      ssize_t got = pread (fd, to, n < 1u << 30 ? n : 1u << 30, (off_t) at);

      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        return ICTUS_FAIL (ICTUS_E_IO, "cannot read %s: %s", path,
                           got < 0 ? strerror (errno) : "it ends too soon");
      to += got;
      at += (uint64_t) got;
      n -= (uint64_t) got;
    }
  return ICTUS_OK;
}

/* Rank 0, after a flush. */
static ictus_err
read_rest (const ictus_out *o, rest *r)
{
  const char *path = o->file.path;
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  uint64_t at = 0;
  struct stat s;
  ictus_err e = ICTUS_OK;

  if (fd < 0 || fstat (fd, &s) != 0)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_IO, "cannot read %s: %s", path, strerror (errno)));
  r->length = (uint64_t) s.st_size;
  ICTUS_GO (out_ranges_between (&o->places.raw, r->length, &r->place));
  for (size_t k = 0; k < r->place.n; ++k)
    r->n += r->place.r[k].n;
  r->bytes = ictus_alloc (r->n, 1);
  if (r->bytes == NULL)
    ICTUS_GO (ICTUS_E_NOMEM);
  for (size_t k = 0; k < r->place.n; ++k)
    {
      ICTUS_GO (read_all (fd, path, r->bytes + at, r->place.r[k].n, r->place.r[k].at));
      at += r->place.r[k].n;
    }
done:
  if (fd >= 0)
    close (fd);
  return e;
}

static ictus_err
put (ictus_out *o, ictus_image *im, const rest *r, const uint64_t *position)
{
  const uint64_t where[4] = { o->id_at, o->parts_at, o->part, o->marks };
  const double time[2] = { o->t_ms, o->before_s + (ictus_wall_s () - o->begin_s) };
  uint64_t n[3] = { r->length, r->place.n, r->n };

  out_share (o->comm, n, sizeof n);
  ICTUS_TRY (ictus_image_put_text (im, "out/run", o->id));
  ICTUS_TRY (ictus_image_put (im, "out/where", ICTUS_IMAGE_U64, 4, where));
  ICTUS_TRY (ictus_image_put (im, "out/time", ICTUS_IMAGE_F64, 2, time));
  ICTUS_TRY (ictus_image_put (im, "out/position", ICTUS_IMAGE_U64, out_position_count (o), position));
  ICTUS_TRY (ictus_image_put (im, "out/known", ICTUS_IMAGE_U64, (size_t) o->places.nset, o->places.row));
  ICTUS_TRY (ictus_image_put (im, "out/length", ICTUS_IMAGE_U64, 1, n));
  ICTUS_TRY (ictus_image_put (im, "out/extents", ICTUS_IMAGE_U64, 2 * (size_t) n[1], r->place.r));
  return ictus_image_put (im, "out/bytes", ICTUS_IMAGE_U8, (size_t) n[2], r->bytes);
}

/* The file as it shall be found again. */
static ictus_err
settle (ictus_out *o)
{
  ictus_err e;

  if (o->failed)
    return ICTUS_FAIL (ICTUS_E_IO, "%s: an earlier write failed", o->file.path);
  e = ictus_h5_attr_double (&o->file, "/provenance/run", "t_ms", o->t_ms);
  if (e == ICTUS_OK)
    return out_flush (o, o->t_ms);
  o->failed = true;
  return e;
}

ictus_err
ictus_out_save (void *out, ictus_image *im)
{
  ictus_out *o = out;
  rest r = { 0 };
  uint64_t *position = NULL;
  ictus_err e;

  ICTUS_TRY (settle (o));
  ICTUS_TRY (out_places_update (o));
  position = ictus_alloc (out_position_count (o), sizeof *position);
  e = position == NULL ? ICTUS_E_NOMEM : ICTUS_OK;
  if (e == ICTUS_OK && o->rank == 0)
    e = read_rest (o, &r);
  ICTUS_GO (ictus_comm_agree (o->comm, e));
  out_position_get (o, position);
  e = put (o, im, &r, position);
done:
  ictus_free (position);
  ictus_free (r.place.r);
  ictus_free (r.bytes);
  return e;
}
