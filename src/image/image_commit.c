/* SPDX-License-Identifier: BSD-3-Clause */
/* An image becomes a file, whole or not at all. Rank 0 alone makes the file with all its groups, data sets
 * and attributes and reserves its room; then every rank writes its shares into it, and nothing but data: a
 * write that fails leaves no metadata behind that HDF5 would want to write later. That also makes the file
 * the same, byte by byte, whatever the number of ranks. */
#include "config.h"

#include "image/image_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of every field as a whole, on rank 0. Collective. */
static ictus_err
checksums (ictus_image *im)
{
  part_crc *part = ictus_alloc (im->nfield, sizeof *part);
  ictus_err e;

  ICTUS_GO (ictus_comm_agree (im->comm, part == NULL ? ICTUS_E_NOMEM : ICTUS_OK));
  for (size_t k = 0; k < im->nfield; ++k)
    {
      const field *f = &im->field[k];

      part[k].bytes = f->n * ictus__image_row (f);
      part[k].crc = ictus__image_crc (0, f->data, (size_t) part[k].bytes);
    }
  ictus__image_join (im->comm, part, im->nfield);
  for (size_t k = 0; k < im->nfield && im->rank == 0; ++k)
    im->field[k].crc = part[k].crc;
done:
  ictus_free (part);
  return e;
}

/* ---- rank 0: the file --------------------------------------------------------------------------- */

/* The groups on the way, one by one. */
static ictus_err
make_groups (ictus_h5 *h, const char *name)
{
  char *way = ictus_strdup (name);
  ictus_err e = ICTUS_OK;

  if (way == NULL)
    return ICTUS_E_NOMEM;
  for (char *s = strchr (way, '/'); s != NULL && e == ICTUS_OK; s = strchr (s + 1, '/'))
    {
      *s = '\0';
      e = ictus_h5_group (h, way);
      *s = '/';
    }
  ictus_free (way);
  return e;
}

static ictus_err
make_field (ictus_h5 *h, const field *f)
{
  const ictus_h5_facts what = { .is_float = f->type == ICTUS_IMAGE_F64,
                                .is_integer = f->type != ICTUS_IMAGE_F64,
                                .has_sign = f->type == ICTUS_IMAGE_I64,
                                .is_little = true,
                                .size = ictus__image_item (f->type),
                                .ndim = f->ndim,
                                .dims = { f->dim[0], f->dim[1] } };
  int64_t crc = (int64_t) f->crc;

  ICTUS_TRY (make_groups (h, f->name));
  ICTUS_TRY (ictus_h5_make_fixed (h, f->name, &what));
  return ictus_h5_attr_int (h, f->name, "crc32", H5T_STD_U32LE, &crc, 1);
}

/* The file tmp; what is in it goes to the descriptor mem. */
static ictus_err
make_file (const ictus_image *im, const char *tmp, int mem)
{
  const int64_t schema = im->schema, bytes = (int64_t) im->bytes;
  ictus_h5 h;
  ictus_err e, closed;

  ICTUS_TRY (ictus_h5_create (MPI_COMM_SELF, tmp, true, &h));
  e = ictus_h5_divert (&h, mem);
  if (e == ICTUS_OK)
    e = ictus_h5_attr_text (&h, "/", "ictus_kind", im->kind);
  if (e == ICTUS_OK)
    e = ictus_h5_attr_int (&h, "/", "ictus_schema", H5T_STD_I32LE, &schema, 1);
  if (e == ICTUS_OK)
    e = ictus_h5_attr_int (&h, "/", "image_size", H5T_STD_U64LE, &bytes, 1);
  for (size_t k = 0; k < im->nfield && e == ICTUS_OK; ++k)
    e = make_field (&h, &im->field[k]);
  closed = ictus_h5_close (&h);
  return e != ICTUS_OK ? e : closed;
}

/* Every byte of the file gets its place on the disk now. */
static int
reserve (int fd, off_t size)
{
  int why = ictus_fault ("image_room", 0) ? ENOSPC : posix_fallocate (fd, 0, size);

  if (why == EOPNOTSUPP || why == EINVAL || why == ENOSYS) /* not here; what is read back will tell */
    why = ftruncate (fd, size) == 0 ? 0 : errno;
  return why;
}

/* What is not a hole in from. */
static int
copy (int from, int to)
{
  char buf[16384];

  for (off_t at = lseek (from, 0, SEEK_DATA); at >= 0; at = lseek (from, at, SEEK_DATA))
    {
      ssize_t n = pread (from, buf, sizeof buf, at), done = 0, k;

      for (; done < n; done += k)
        if ((k = pwrite (to, buf + done, (size_t) (n - done), at + done)) < 0 && errno != EINTR)
          return errno;
        else if (k < 0)
          k = 0;
      if (n < 0 && errno != EINTR)
        return errno;
      at += n > 0 ? n : 0;
    }
  return errno == ENXIO ? 0 : errno; /* no data behind */
}

static ictus_err
put_in_place (int mem, const char *tmp)
{
  struct stat s = { .st_size = 0 };
  int fd = open (tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), why;

  if (fd < 0)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot create %s: %s", tmp, strerror (errno));
  why = fstat (mem, &s) != 0 ? errno : reserve (fd, s.st_size);
  if (why == 0)
    why = copy (mem, fd);
  if (close (fd) != 0 && why == 0)
    why = errno;
  if (why != 0)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: %.1f MiB are needed: %s", tmp,
                       (double) s.st_size / (1 << 20), strerror (why));
  return ICTUS_OK;
}

/* HDF5 makes the file in memory, where the place of the data is a hole that takes no room: it can neither
 * close nor give up a file on a full disk. */
static ictus_err
prepare (const ictus_image *im, const char *tmp)
{
  uint64_t about = im->bytes + (64u << 10) + (im->nfield << 10);
  struct rlimit most;
  int mem;
  ictus_err e;

  /* the system kills who writes beyond this one */
  if (getrlimit (RLIMIT_FSIZE, &most) == 0 && most.rlim_cur != RLIM_INFINITY && about > most.rlim_cur)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: %s: %.1f MiB are needed, the limit is %.1f (ulimit -f)",
                       tmp, strerror (EFBIG), (double) about / (1 << 20), (double) most.rlim_cur / (1 << 20));
  mem = memfd_create ("ictus image", MFD_CLOEXEC);
  if (mem < 0)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot prepare %s: %s", tmp, strerror (errno));
  e = make_file (im, tmp, mem);
  if (e == ICTUS_OK)
    e = put_in_place (mem, tmp);
  close (mem);
  return e;
}

/* ---- all ranks: the data ------------------------------------------------------------------------ */

static ictus_err
write_field (ictus_image *im, ictus_h5 *h, const field *f, const ictus_h5_set *set)
{
  if (ictus_fault ("image_killed", im->rank))
    {
      (void) ictus_h5_write_part (h, set, f->first, f->n / 2, f->data);
      raise (SIGKILL);
    }
  if (ictus_fault ("image_write", im->rank))
    return ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: a fault was asked for", h->path);
  return ictus_h5_write_part (h, set, f->first, f->n, f->data);
}

/* Collective. */
static ictus_err
write_fields (ictus_image *im, const char *tmp)
{
  ictus_h5 h;
  ictus_err e = ICTUS_OK, closed;

  ICTUS_TRY (ictus_h5_open_rw (im->comm, tmp, &h));
  for (size_t k = 0; k < im->nfield; ++k)
    {
      ictus_h5_set set; /* all ranks open and close all of them, whatever happens */
      ictus_err mine = ictus_h5_set_open (&h, im->field[k].name, &set);

      if (mine == ICTUS_OK && e == ICTUS_OK)
        mine = write_field (im, &h, &im->field[k], &set);
      ictus_h5_set_close (&set);
      e = e == ICTUS_OK ? mine : e;
    }
  e = ictus_comm_agree (im->comm, e);
  if (e == ICTUS_OK)
    e = ictus_h5_sync_parts (&h);
  closed = ictus_h5_close (&h);
  return e != ICTUS_OK ? e : closed;
}

/* ---- is it right, and there --------------------------------------------------------------------- */

/* The pages of the file need not stay in memory: what is read back then comes from the disk. */
static void
forget (const char *tmp)
{
  int fd = open (tmp, O_RDONLY | O_CLOEXEC);

  if (fd < 0)
    return;
  (void) posix_fadvise (fd, 0, 0, POSIX_FADV_DONTNEED);
  close (fd);
}

/* What the file says is what we wanted it to say. Rank 0. */
static ictus_err
compare (const ictus_image *im, const ictus_image *back)
{
  if (back->nfield != im->nfield || back->bytes != im->bytes)
    return ICTUS_FAIL (ICTUS_E_IO, "%zu fields of %llu bytes instead of %zu of %llu", back->nfield,
                       (unsigned long long)back->bytes, im->nfield, (unsigned long long)im->bytes);
  for (size_t k = 0; k < im->nfield; ++k)
    {
      const field *a = &im->field[k], *b = ictus__image_find (back, a->name);

      if (b == NULL || b->type != a->type || b->ndim != a->ndim || b->dim[0] != a->dim[0]
          || b->dim[1] != a->dim[1] || b->crc != a->crc)
        return ICTUS_FAIL (ICTUS_E_IO, "the field %s is not as it was written", a->name);
    }
  return ICTUS_OK;
}

/* Collective. */
static ictus_err
read_back (ictus_image *im, const char *tmp)
{
  ictus_image *back;
  ictus_err e;

  ICTUS_MPI (MPI_Barrier (im->comm)); /* all have closed it */
  forget (tmp);
  e = ictus__image_open (im->comm, tmp, im->kind, im->schema, &back);
  if (e == ICTUS_OK)
    e = ictus__image_verify (back, "image_verify");
  if (e == ICTUS_OK)
    e = ictus_comm_verdict (im->comm, im->rank == 0 ? compare (im, back) : ICTUS_OK);
  ictus_image_close (&back);
  if (e != ICTUS_OK && e != ICTUS_E_NOMEM)
    return ictus_err_prefix (ICTUS_E_IO, "what was read back is not what was written");
  return e;
}

/* To disk, under its name. A folder that cannot be flushed by itself is flushed by the system in its time.
 * Rank 0. */
static ictus_err
publish (const char *tmp, const char *path)
{
  char *folder = ictus_strdup (path), *slash;
  int fd;
  ictus_err e = ICTUS_OK;

  if (folder == NULL)
    return ICTUS_E_NOMEM;
  fd = open (tmp, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || (fsync (fd) != 0 && errno != EINVAL))
    e = ICTUS_FAIL (ICTUS_E_IO, "cannot write %s to disk: %s", tmp, strerror (errno));
  if (fd >= 0)
    close (fd);
  if (e == ICTUS_OK && rename (tmp, path) != 0)
    e = ICTUS_FAIL (ICTUS_E_IO, "cannot write %s: %s", path, strerror (errno));
  slash = strrchr (folder, '/');
  if (slash != NULL)
    slash[slash == folder] = '\0';
  fd = e == ICTUS_OK ? open (slash != NULL ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  if (fd >= 0)
    {
      (void) fsync (fd);
      close (fd);
    }
  ictus_free (folder);
  return e;
}

ictus_err
ictus_image_commit (ictus_image **pim, const char *path)
{
  ictus_image *im = *pim;
  MPI_Comm comm = im->comm;
  ictus_text tmp = { 0 };
  ictus_err e = ICTUS_OK;

  ictus_text_add (&tmp, "%s.tmp", path);
  if (im->is_open || im->broken)
    e = ICTUS_FAIL (ICTUS_E_ARG, "%s: %s", path,
                    im->is_open ? "the image was opened for reading"
                                : "the image is not whole: a field could not be put");
  else if (tmp.failed)
    e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  ICTUS_GO (ictus_comm_agree (comm, e));
  ICTUS_GO (checksums (im));
  e = ictus_comm_verdict (comm, im->rank == 0 ? prepare (im, tmp.s) : ICTUS_OK);
  if (e == ICTUS_OK)
    e = write_fields (im, tmp.s);
  if (e == ICTUS_OK)
    e = read_back (im, tmp.s);
  if (e == ICTUS_OK)
    e = ictus_comm_verdict (comm, im->rank == 0 ? publish (tmp.s, path) : ICTUS_OK);
  if (e != ICTUS_OK && im->rank == 0)
    (void) unlink (tmp.s);
  if (e != ICTUS_OK)
    ICTUS_MPI (MPI_Barrier (comm)); /* it is gone before any rank goes on */
done:
  ictus_text_clear (&tmp);
  ictus_image_close (pim);
  return e;
}
