/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared by the files of src/h5 only. */
#ifndef ICTUS_H5_IMPL_H
#define ICTUS_H5_IMPL_H

#include "ictus/h5.h"

enum
{
  ICTUS_H5_MAXDIM = 32
};

/* Once in a process, before any other call of HDF5: no automatic printing, no work behind our back at exit.
 */
void ictus__h5_quiet (void);
/* A file that can still be used; local, the same on all ranks. */
ictus_err ictus__h5_usable (const ictus_h5 *f);
/* After writing calls: agree; on failure the file is left alone from now on. Collective. */
ictus_err ictus__h5_wrote (ictus_h5 *f, ictus_err mine);
/* No flush and no close any more, not even by HDF5 itself when the program ends. Local. */
void ictus__h5_leave_alone (ictus_h5 *f);
/* Is there room for so many bytes more? Rank 0 looks, all learn. Collective. */
ictus_err ictus__h5_room (ictus_h5 *f, hsize_t bytes);
/* Transfer property list, collective where there is more than one rank; close with H5Pclose. */
hid_t ictus__h5_transfer (const ictus_h5 *f);
/* Link creation property list that makes the groups on the way. */
hid_t ictus__h5_on_the_way (void);
/* A data set of a space, laid out as how says, never filled; groups on the way are made. Closes space and how. Collective. */
ictus_err ictus__h5_make_set (ictus_h5 *f, const char *path, hid_t type, hid_t space, hid_t how);
/* The chunks, of nbytes each, that hold the rows from row on of the data set whose header is at `header`, from the file
   itself: as many as expected, or *found is false and to is as before.
   ICTUS_E_NOMEM. Local. */
ictus_err ictus__h5_tree (int fd, haddr_t header, int ndim, hsize_t row, hsize_t nbytes, hsize_t expected,
                          ictus_h5_ranges *to, bool *found);

#endif
