/* SPDX-License-Identifier: BSD-3-Clause */
/* HDF5's error stack as our message, and what follows from a failed write. */
#include "h5/h5_impl.h"

#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>

/* Kept free for metadata when data are appended, and needed at least for a flush. */
static const unsigned long long room_kept = 2u << 20, room_flush = 256u << 10;

typedef struct ends /* of an error stack */
{
  char outer[256], inner[512];
} ends;

static herr_t
take (unsigned n, const H5E_error2_t *err, void *ctx)
{
  ends *t = ctx;

  if (err->desc == NULL)
    return 0;
  if (n == 0)
    snprintf (t->outer, sizeof t->outer, "%s", err->desc);
  else
    snprintf (t->inner, sizeof t->inner, "%s", err->desc);
  return 0;
}

ictus_err
ictus_h5_fail (ictus_err e, const char *fmt, ...)
{
  char text[ICTUS_ERR_TEXT / 2];
  ends t = { "", "" };
  const char *advice = "";
  va_list ap;

  va_start (ap, fmt);
  vsnprintf (text, sizeof text, fmt, ap);
  va_end (ap);
  H5Ewalk2 (H5E_DEFAULT, H5E_WALK_DOWNWARD, take, &t); /* from the call we made to the place that failed */
  H5Eclear2 (H5E_DEFAULT);
  if (strstr (t.inner, "unable to lock file") != NULL)
    advice = " (if no other program has the file open, this file system cannot lock files: "
             "set HDF5_USE_FILE_LOCKING=FALSE in the environment)";
  return ictus_err_note (e, __FILE__, __LINE__, "%s%s%s%s%s%s", text, t.outer[0] != '\0' ? ": " : "", t.outer,
                         t.inner[0] != '\0' ? ": " : "", t.inner, advice);
}

/* No globals: "off" is a property of the error stack, and both calls may be repeated. */
void
ictus__h5_quiet (void)
{
  H5dont_atexit ();
  H5Eset_auto2 (H5E_DEFAULT, NULL, NULL);
}

ictus_err
ictus__h5_usable (const ictus_h5 *f)
{
  if (f->failed)
    return ICTUS_FAIL (ICTUS_E_IO, "%s: an earlier write failed, the file is not touched any more", f->path);
  if (f->file <= 0)
    return ICTUS_FAIL (ICTUS_E_ARG, "the file is not open");
  return ICTUS_OK;
}

/* Called by MPI_Finalize when a file had to be left alone: HDF5 would flush it now, which hangs when ranks
   see different errors of the disk. The user has been told already; the exit status is the one of ICTUS_E_IO.
 */
static int
end_without_hdf5 (MPI_Comm comm, int key, void *value, void *extra)
{
  (void) comm, (void) key, (void) value, (void) extra;
  fflush (NULL);
  MPI_Abort (MPI_COMM_WORLD, ictus_err_status (ICTUS_E_IO));
  return MPI_SUCCESS;
}

/* Attributes of MPI_COMM_SELF are deleted first of all in MPI_Finalize, the latest first: before HDF5's own.
 */
void
ictus__h5_leave_alone (ictus_h5 *f)
{
  int key;

  f->failed = true;
  if (ictus_comm_size (f->comm) == 1)
    return; /* nobody to wait for */
  ICTUS_MPI (MPI_Comm_create_keyval (MPI_COMM_NULL_COPY_FN, end_without_hdf5, &key, NULL));
  ICTUS_MPI (MPI_Comm_set_attr (MPI_COMM_SELF, key, NULL));
  ICTUS_MPI (MPI_Comm_free_keyval (&key));
}

ictus_err
ictus__h5_wrote (ictus_h5 *f, ictus_err mine)
{
  ictus_err e = ictus_comm_agree (f->comm, mine);

  if (e != ICTUS_OK)
    ictus__h5_leave_alone (f);
  return e;
}

ictus_err
ictus__h5_room (ictus_h5 *f, hsize_t bytes)
{
  unsigned long long need = bytes > 0 ? bytes + room_kept : room_flush, is;
  struct statvfs s;
  ictus_err e = ICTUS_OK;

  if (ictus_comm_rank (f->comm) == 0)
    {
      if (ictus_fault (bytes > 0 ? "h5_room" : "h5_flush", 0))
        e = ICTUS_FAIL (ICTUS_E_IO, "%s: no room on the file system: a fault was asked for", f->path);
      else if (statvfs (f->path, &s) == 0) /* where this is not known, the write itself must tell */
        {
          is = (unsigned long long) s.f_bavail * s.f_frsize;
          if (is < need)
            e = ICTUS_FAIL (ICTUS_E_IO,
                            "%s: no room on the file system: %.1f MiB are needed, %.1f MiB are free", f->path,
                            (double) need / (1 << 20), (double) is / (1 << 20));
        }
    }
  return ictus_comm_verdict (f->comm, e);
}
