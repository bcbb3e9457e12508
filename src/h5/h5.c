/* SPDX-License-Identifier: BSD-3-Clause */
/* Files: create, open, flush, close. */
#include "h5/h5_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Access properties. V18 for both bounds: h5py, MATLAB and older tools read the file, and it survives a kill
 * after a flush. */
static hid_t
access_list (MPI_Comm comm)
{
  hid_t p = H5Pcreate (H5P_FILE_ACCESS);
  bool good = p >= 0 && H5Pset_libver_bounds (p, H5F_LIBVER_V18, H5F_LIBVER_V18) >= 0
              && H5Pset_fclose_degree (p, H5F_CLOSE_STRONG) >= 0
              && H5Pset_meta_block_size (p, 64u << 10) >= 0;

  if (good && ictus_comm_size (comm) > 1)
    good = H5Pset_fapl_mpio (p, comm, MPI_INFO_NULL) >= 0 && H5Pset_coll_metadata_write (p, true) >= 0
           && H5Pset_all_coll_metadata_ops (p, true) >= 0;
  if (!good && p >= 0)
    H5Pclose (p);
  return good ? p : H5I_INVALID_HID;
}

/* Rank 0 tries in plain words of the system what all will do in a moment with HDF5. */
static ictus_err
may_create (const char *path, bool overwrite)
{
  struct stat s;
  int fd;

  if (stat (path, &s) == 0)
    {
      if (S_ISDIR (s.st_mode))
        return ICTUS_FAIL (ICTUS_E_IO, "cannot create %s: it is a folder", path);
      if (!overwrite)
        return ICTUS_FAIL (ICTUS_E_IO, "cannot create %s: it exists already", path);
    }
  fd = open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot create %s: %s", path, strerror (errno));
  close (fd);
  return ICTUS_OK;
}

static ictus_err
may_open (const char *path)
{
  struct stat s;
  htri_t is;
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd < 0)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot open %s: %s", path, strerror (errno));
  if (fstat (fd, &s) == 0 && S_ISDIR (s.st_mode))
    {
      close (fd);
      return ICTUS_FAIL (ICTUS_E_IO, "cannot open %s: it is a folder", path);
    }
  close (fd);
  is = H5Fis_hdf5 (path);
  if (is == 0)
    return ICTUS_FAIL (ICTUS_E_FORMAT,
                       "%s is not an HDF5 file (or was cut off before it was first flushed to disk)", path);
  if (is < 0)
    return ictus_h5_fail (ICTUS_E_IO, "cannot open %s", path);
  return ICTUS_OK;
}

static ictus_err
start (MPI_Comm comm, const char *path, ictus_h5 *out, hid_t *access)
{
  *out = (ictus_h5){ .file = H5I_INVALID_HID, .comm = comm };
  *access = H5I_INVALID_HID;
  ictus__h5_quiet ();
  out->path = ictus_strdup (path);
  if (out->path == NULL)
    return ICTUS_E_NOMEM;
  *access = access_list (comm);
  return *access < 0 ? ictus_h5_fail (ICTUS_E_IO, "cannot prepare %s", path) : ICTUS_OK;
}

static ictus_err
finish (ictus_h5 *out, hid_t access, ictus_err e)
{
  if (access >= 0)
    H5Pclose (access);
  if (e != ICTUS_OK)
    {
      if (out->file >= 0)
        ictus__h5_leave_alone (out); /* open here, not everywhere: closing would wait for the others */
      ictus_free (out->path);
      *out = (ictus_h5){ .file = H5I_INVALID_HID, .comm = MPI_COMM_NULL };
    }
  return e;
}

ictus_err
ictus_h5_create (MPI_Comm comm, const char *path, bool overwrite, ictus_h5 *out)
{
  hid_t access, how = H5I_INVALID_HID;
  ictus_err e = start (comm, path, out, &access);

  ICTUS_GO (ictus_comm_agree (comm, e));
  ICTUS_GO (ictus_comm_verdict (comm, ictus_comm_rank (comm) == 0 ? may_create (path, overwrite) : ICTUS_OK));
  how = H5Pcreate (H5P_FILE_CREATE);
  if (how >= 0 && H5Pset_obj_track_times (how, false) >= 0) /* equal contents, equal files */
    out->file = H5Fcreate (path, H5F_ACC_TRUNC, how, access);
  e = out->file < 0 ? ictus_h5_fail (ICTUS_E_IO, "cannot create %s", path) : ICTUS_OK;
  e = ictus_comm_agree (comm, e);
done:
  if (how >= 0)
    H5Pclose (how);
  return finish (out, access, e);
}

static ictus_err
open_existing (MPI_Comm comm, const char *path, unsigned flags, ictus_h5 *out)
{
  hid_t access;
  ictus_err e = start (comm, path, out, &access);

  ICTUS_GO (ictus_comm_agree (comm, e));
  ICTUS_GO (ictus_comm_verdict (comm, ictus_comm_rank (comm) == 0 ? may_open (path) : ICTUS_OK));
  out->file = H5Fopen (path, flags, access);
  e = out->file < 0 ? ictus_h5_fail (ICTUS_E_FORMAT, "cannot open %s", path) : ICTUS_OK;
  e = ictus_comm_agree (comm, e);
done:
  return finish (out, access, e);
}

ictus_err
ictus_h5_open (MPI_Comm comm, const char *path, ictus_h5 *out)
{
  return open_existing (comm, path, H5F_ACC_RDONLY, out);
}

ictus_err
ictus_h5_open_rw (MPI_Comm comm, const char *path, ictus_h5 *out)
{
  return open_existing (comm, path, H5F_ACC_RDWR, out);
}

/* The plain driver hands its bytes to the system; MPI-IO has synced in H5Fflush. */
static ictus_err
sync_plain (ictus_h5 *f)
{
  int *fd = NULL;

  if (H5Fget_vfd_handle (f->file, H5P_DEFAULT, (void **) &fd) < 0 || fd == NULL)
    {
      H5Eclear2 (H5E_DEFAULT);
      return ICTUS_OK;
    }
  if (fsync (*fd) != 0 && errno != EINVAL && errno != ENOSYS)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot write %s to disk: %s", f->path, strerror (errno));
  return ICTUS_OK;
}

ictus_err
ictus_h5_flush (ictus_h5 *f)
{
  ictus_err e = ICTUS_OK;

  ICTUS_TRY (ictus__h5_usable (f));
  if ((e = ictus__h5_room (f, 0))
      != ICTUS_OK) /* on a full disk the ranks would wait for each other for ever */
    {
      ictus__h5_leave_alone (f);
      return e;
    }
  if (H5Fflush (f->file, H5F_SCOPE_GLOBAL) < 0)
    e = ictus_h5_fail (ICTUS_E_IO, "cannot write %s to disk", f->path);
  else if (ictus_comm_size (f->comm) == 1)
    e = sync_plain (f);
  return ictus__h5_wrote (f, e);
}

ictus_err
ictus_h5_sync_parts (ictus_h5 *f)
{
  ictus_err e = ICTUS_OK;

  if (H5Fflush (f->file, H5F_SCOPE_GLOBAL) < 0)
    e = ictus_h5_fail (ICTUS_E_IO, "cannot write %s to disk", f->path);
  else if (ictus_comm_size (f->comm) == 1)
    e = sync_plain (f);
  return ictus_comm_agree (f->comm, e);
}

ictus_err
ictus_h5_close (ictus_h5 *f)
{
  ictus_err e = ICTUS_OK;

  if (f->path == NULL)
    return ICTUS_OK; /* never opened, or closed before */
  if (f->failed && ictus_comm_size (f->comm) > 1)
    e = ICTUS_FAIL (ICTUS_E_IO, "%s: left as it was when a write failed", f->path);
  else if (H5Fclose (f->file) < 0)
    e = ictus_h5_fail (ICTUS_E_IO, "cannot close %s", f->path);
  else if (f->failed)
    e = ICTUS_FAIL (ICTUS_E_IO, "%s: a write failed, the file may lack its last part", f->path);
  e = ictus_comm_agree (f->comm, e);
  ictus_free (f->path);
  *f = (ictus_h5){ .file = H5I_INVALID_HID, .comm = MPI_COMM_NULL };
  return e;
}
