/* SPDX-License-Identifier: BSD-3-Clause */
/** \file h5.h
 * The thin parallel-HDF5 layer: files, data sets that grow along time, attributes, HDF5's error stack as our
 * message. hid_t is used here and by the callers of this room only as an opaque number. Every call on a file
 * opened with a communicator is collective over it, with equal arguments unless said otherwise, and returns
 * the same code on all ranks.
 */
#ifndef ICTUS_H5_H
#define ICTUS_H5_H

#include <hdf5.h>

#include "ictus/base.h"
#include "ictus/comm.h"

typedef struct ictus_h5 /* an open file */
{
  hid_t file;
  MPI_Comm comm; /* MPI_COMM_SELF: this rank alone */
  char *path;
  bool failed;   /* after a failed write the file is left alone: no flush, no close (both can hang) */
} ictus_h5;

/** Create, refusing an existing file unless overwrite. MPI-IO when comm has more than one rank.
 * \retval ICTUS_E_IO  "cannot create PATH: reason"; *out cleared. Collectivity: all ranks of comm. */
ictus_err ictus_h5_create (MPI_Comm comm, const char *path, bool overwrite, ictus_h5 *out);
/** Open for reading. \retval ICTUS_E_IO no such file, \retval ICTUS_E_FORMAT not an HDF5 file. Collectivity:
 * all ranks of comm. */
ictus_err ictus_h5_open (MPI_Comm comm, const char *path, ictus_h5 *out);
/** To disk: what was written so far survives a kill. \retval ICTUS_E_IO no room, or the disk failed; the file
 * is left alone from now on. Collectivity: all ranks of f. */
ictus_err ictus_h5_flush (ictus_h5 *f);
/** A file that a write has failed on is not closed when there is more than one rank (HDF5 would hang): the
 * program then ends with the status of ICTUS_E_IO in MPI_Finalize. An unopened file is fine. Collectivity:
 * all ranks of f. */
ictus_err ictus_h5_close (ictus_h5 *f);

/** Groups on the way are made. Collectivity: all ranks of f. */
ictus_err ictus_h5_group (ictus_h5 *f, const char *path);
/** A second name (hard link) of an object that exists; groups on the way are made. Collectivity: all ranks of
 * f. */
ictus_err ictus_h5_link (ictus_h5 *f, const char *object, const char *path);
/** Attributes of an object that exists; strings are variable-length UTF-8. An attribute of that name is
 * replaced. Collectivity: all ranks of f. */
ictus_err ictus_h5_attr_string (ictus_h5 *f, const char *object, const char *name, const char *value);
/** As attr_string. Collectivity: all ranks of f. */
ictus_err ictus_h5_attr_double (ictus_h5 *f, const char *object, const char *name, double value);
/** value [n]; n 1: a scalar. type may be an enumeration; unsigned types of 64 bits take the bits as they are.
 * Collectivity: all ranks of f. */
ictus_err ictus_h5_attr_int (ictus_h5 *f, const char *object, const char *name, hid_t type,
                             const int64_t *value, int n);

/** A data set [0, width] (width 0: one-dimensional [0]) that grows along its first dimension; chunked, fill
 * never written. type: H5T_IEEE_F64LE, ... Collectivity: all ranks of f. */
ictus_err ictus_h5_make_growing (ictus_h5 *f, const char *path, hid_t type, hsize_t width);
/** Bytes of a file that such a set takes once it has rows of width numbers of the given size. Collectivity: none. */
double ictus_h5_grown_bytes (size_t size, uint64_t width, double rows);
/** Append rows: the set grows by nrow (equal on all ranks) and this rank writes its part.
 * One-dimensional: elements [first, first + n) of the new rows (n may be 0).
 * Two-dimensional: columns col[0 .. ncol-1] (ascending) of every new row; data [nrow, ncol]. Any partition of
 * the columns; those of no rank are 0. Whole rows are collected on the ranks before they are written.
 * \retval ICTUS_E_IO  "no room ...": found before anything was written, the file can still be flushed and
 *     closed; or the write failed
 * Collectivity: all ranks of f. */
ictus_err ictus_h5_append (ictus_h5 *f, const char *path, hid_t memtype, hsize_t nrow, hsize_t first,
                           hsize_t n, const void *data);
/** As append, two-dimensional. Collectivity: all ranks of f. */
ictus_err ictus_h5_append_columns (ictus_h5 *f, const char *path, hid_t memtype, hsize_t nrow,
                                   const uint64_t *col, size_t ncol, const void *data);
/** A whole small data set, equal on all ranks (rank 0's is written). dims [ndim]; ndim 0: scalar. One of that
 * name and shape is written over. Collectivity: all ranks of f. */
ictus_err ictus_h5_write (ictus_h5 *f, const char *path, hid_t type, hid_t memtype, int ndim,
                          const hsize_t *dims, const void *data);
/** A scalar string data set. Collectivity: all ranks of f. */
ictus_err ictus_h5_write_string (ictus_h5 *f, const char *path, const char *value);

/* ---- data sets of fixed size, in parts ------------------------------------------------------------ */

typedef struct ictus_h5_facts /* of a group or data set */
{
  bool is_group;
  bool is_float, is_integer; /* the elements, from here on for data sets only */
  bool has_sign, is_little;
  size_t size;       /* bytes of an element */
  int ndim;
  uint64_t dims[32]; /* [ndim] */
} ictus_h5_facts;
typedef struct ictus_h5_set /* an open data set */
{
  hid_t id, type;
} ictus_h5_set;

/* The file is made whole, closed, and opened again (ictus_h5_open_rw) to write into its data sets and do nothing else:
 * no metadata wait to be written then, so that it can be closed after a failed write too. */

/** A contiguous data set of little-endian integers (of 1, 4 or 8 bytes) or doubles in 1 or 2 dimensions, its place in
 * the file settled at once, fill never written. Collectivity: all ranks of f. */
ictus_err ictus_h5_make_fixed (ictus_h5 *f, const char *path, const ictus_h5_facts *what);
/** A fixed-length string attribute that is not there yet: without a heap, its bytes stand under HDF5's checksum of
 * the object. Collectivity: all ranks of f. */
ictus_err ictus_h5_attr_text (ictus_h5 *f, const char *object, const char *name, const char *value);
/** What HDF5 writes into a file just created by this rank alone goes to a descriptor instead (a file in memory), the
 * file itself stays empty: metadata can be made where no disk is full. fd stays the caller's. Collectivity: none. */
ictus_err ictus_h5_divert (ictus_h5 *f, int fd);
/** What was written into parts, to disk, on every rank. Collectivity: all ranks of f. */
ictus_err ictus_h5_sync_parts (ictus_h5 *f);
/** A data set to be moved in parts; close with ictus_h5_set_close. The outcome is not agreed on.
 * Collectivity: all ranks of f. */
ictus_err ictus_h5_set_open (ictus_h5 *f, const char *path, ictus_h5_set *set);
void ictus_h5_set_close (ictus_h5_set *set); /* one not opened is fine; Collectivity: all ranks of its file. */
/** Rows [first, first + n) of an open set (elements, when it has one dimension), the bytes of memory as those of the
 * file; each rank when and what it wants. Collectivity: none. */
ictus_err ictus_h5_write_part (ictus_h5 *f, const ictus_h5_set *set, uint64_t first, uint64_t n, const void *data);
/** As write_part. Collectivity: none. */
ictus_err ictus_h5_read_part (ictus_h5 *f, const ictus_h5_set *set, uint64_t first, uint64_t n, void *data);

/* ---- where things lie in a file ------------------------------------------------------------------- */

typedef struct ictus_h5_range /* bytes of a file */
{
  uint64_t at, n;
} ictus_h5_range;
typedef struct ictus_h5_ranges /* start with {0}; r is freed with ictus_free */
{
  ictus_h5_range *r; /* [n] */
  size_t n, cap;
} ictus_h5_ranges;
/** Open a file to write anything into it, as after ictus_h5_create. Errors as ictus_h5_open. Collectivity: all ranks of
 * comm. */
ictus_err ictus_h5_open_rw (MPI_Comm comm, const char *path, ictus_h5 *out);
/** Add the places of the chunks of a growing set that hold its rows from *row on, and set *row to the first row beyond
 * them: next time only new chunks are looked at. Right after a flush. Chunks never move.
 * \param row  0, or from the call before  \param to  NULL: this rank does not keep them
 * Collectivity: all ranks of f. */
ictus_err ictus_h5_chunks (ictus_h5 *f, const char *path, hsize_t *row, ictus_h5_ranges *to);
/** First byte of a data set that does not grow and was written: it never moves. Collectivity: all ranks of f. */
ictus_err ictus_h5_place (ictus_h5 *f, const char *path, uint64_t *at);

/* ---- reading -------------------------------------------------------------------------------------- */

/** Read a whole data set (any number of dimensions, *n elements) as doubles / as unsigned; *out freed with
 * ictus_free.
 * \retval ICTUS_E_FORMAT no such data set. Collectivity: all ranks of f. */
ictus_err ictus_h5_read_double (ictus_h5 *f, const char *path, double **out, size_t *n);
/** As read_double. Collectivity: all ranks of f. */
ictus_err ictus_h5_read_uint (ictus_h5 *f, const char *path, uint64_t **out, size_t *n);
/** A scalar string, of fixed or variable length; *out freed with ictus_free, NULL after an error.
 * \retval ICTUS_E_FORMAT  there is none, or it is no single string. Collectivity: all ranks of f. */
ictus_err ictus_h5_read_string (ictus_h5 *f, const char *path, char **out);
/** The same of an attribute. Collectivity: all ranks of f. */
ictus_err ictus_h5_read_attr_string (ictus_h5 *f, const char *object, const char *name, char **out);
/** A single integer. \retval ICTUS_E_FORMAT  there is none. Collectivity: all ranks of f. */
ictus_err ictus_h5_read_attr_int (ictus_h5 *f, const char *object, const char *name, int64_t *value);
/** \retval ICTUS_E_FORMAT  no such object, or neither group nor data set. Collectivity: all ranks of f. */
ictus_err ictus_h5_look (ictus_h5 *f, const char *path, ictus_h5_facts *out);
/** Extent of a data set: dims [*ndim], room for maxdim (at most 32).
 * \retval ICTUS_E_FORMAT  no data set, or of more dimensions. Collectivity: all ranks of f. */
ictus_err ictus_h5_shape (ictus_h5 *f, const char *path, int maxdim, hsize_t *dims, int *ndim);
bool ictus_h5_exists (ictus_h5 *f, const char *path); /* Collectivity: all ranks of f. */
/** Names of the members of a group, *names [*n] each freed with ictus_free. Collectivity: all ranks of f. */
ictus_err ictus_h5_list (ictus_h5 *f, const char *group, char ***names, size_t *n);

/** Keep HDF5's error stack behind our message as last error, and return e. Collectivity: none. */
ictus_err ictus_h5_fail (ictus_err e, const char *fmt, ...) __attribute__ ((format (printf, 2, 3)));

#endif
