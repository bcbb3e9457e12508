/* SPDX-License-Identifier: BSD-3-Clause */
/** \file image.h
 * An image of state in one HDF5 file that does not depend on the number of ranks: every field stands in the
 * order of the global neuron ids, with its own checksum. Rooms put what they hold into an image and get it
 * back on any number of ranks and any partition. Which files, when and which to trust: ckpt.h.
 *
 * A field has a path ("net/E/state"), a type, and is one of
 *   global   n elements, equal on all ranks;
 *   rows     one row of `width` elements for each of `total` things (the neurons of a population), each rank
 *            having some of them;
 *   lists    any number of elements for each of `total` things, likewise.
 * Layout: /FIELD data set (contiguous), attribute crc32; lists have /FIELD.count uint32 [total] beside.
 * Root attributes: ictus_kind, ictus_schema, image_size (bytes of all fields), and what the writer adds.
 *
 * Everything is staged in memory, dealt to the ranks in contiguous shares, until ictus_image_commit: nothing is on disk
 * before, and a failed put leaves no file. Elements are written in the byte order of the machine (little-endian
 * types; it does not compile on others).
 */
#ifndef ICTUS_IMAGE_H
#define ICTUS_IMAGE_H

#include "ictus/base.h"
#include "ictus/comm.h"
#include "ictus/h5.h"

typedef struct ictus_image ictus_image;

typedef enum ictus_image_type { ICTUS_IMAGE_F64, ICTUS_IMAGE_U64, ICTUS_IMAGE_I64, ICTUS_IMAGE_U32, ICTUS_IMAGE_U8 } ictus_image_type;

/* ---- writing ------------------------------------------------------------------------------------ */

/** Begin an image in memory. kind: see schema.h (ICTUS_KIND_CHECKPOINT); schema: its version.
 * \retval ICTUS_E_NOMEM  *out NULL. Collectivity: all ranks of comm. */
ictus_err ictus_image_begin (MPI_Comm comm, const char *kind, int schema, ictus_image **out);
/** data [n], rank 0's is taken. Collectivity: all ranks of the image, equal name, type, n. */
ictus_err ictus_image_put (ictus_image *im, const char *name, ictus_image_type type, size_t n, const void *data);
/** A text (a global field of bytes); rank 0's is taken. Collectivity: all ranks of the image. */
ictus_err ictus_image_put_text (ictus_image *im, const char *name, const char *text);
/** \param total  rows of all ranks; row [n] ascending: which of them this rank has (every row is had by one rank)
 * \param data   [n, width]
 * \retval ICTUS_E_ARG  a row is missing or had twice. Collectivity: all ranks of the image. */
ictus_err ictus_image_put_rows (ictus_image *im, const char *name, ictus_image_type type, size_t total,
                                size_t width, const uint64_t *row, size_t n, const void *data);
/** As rows; thing k of this rank has the elements data[first[k]] .. data[first[k + 1] - 1]; first [n + 1].
 * Collectivity: all ranks of the image. */
ictus_err ictus_image_put_lists (ictus_image *im, const char *name, ictus_image_type type, size_t total,
                                 const uint64_t *row, size_t n, const size_t *first, const void *data);
uint64_t ictus_image_bytes (const ictus_image *im); /* of all fields so far, all ranks. Collectivity: none. */
/** Write the image: under path.tmp; room is reserved before anything is written; data, checksums, flush to disk,
 * close, open again, read back and compare with the checksums, rename to path, flush the folder. The image is
 * gone afterwards, *im NULL, whatever the outcome.
 * \retval ICTUS_E_IO  no room, read-only folder, wrong data read back...: path is as it was before, path.tmp is removed
 * Collectivity: all ranks of the image. */
ictus_err ictus_image_commit (ictus_image **im, const char *path);

/* ---- reading ------------------------------------------------------------------------------------ */

/** Open and verify: an HDF5 file, of this kind and schema, every field whole and with the right checksum (read by
 * all ranks, each its share).
 * \retval ICTUS_E_FORMAT  "PATH: reason": truncated, not HDF5, other kind, other schema version, checksum of FIELD wrong
 * \retval ICTUS_E_IO      cannot be opened. *out NULL. Collectivity: all ranks of comm. */
ictus_err ictus_image_open (MPI_Comm comm, const char *path, const char *kind, int schema, ictus_image **out);
const char *ictus_image_path (const ictus_image *im); /* as opened. Collectivity: none. */
bool ictus_image_has (ictus_image *im, const char *name); /* Collectivity: all ranks of the image. */
/** A global field on all ranks; *data (ictus_free) and *n.
 * \retval ICTUS_E_FORMAT  no such field, or of another type. Collectivity: all ranks of the image. */
ictus_err ictus_image_get (ictus_image *im, const char *name, ictus_image_type type, void **data, size_t *n);
/** The same into data [n]; ICTUS_E_FORMAT when the field has another length. Collectivity: all ranks of the image. */
ictus_err ictus_image_get_n (ictus_image *im, const char *name, ictus_image_type type, size_t n, void *data);
/** *text freed with ictus_free. Collectivity: all ranks of the image. */
ictus_err ictus_image_get_text (ictus_image *im, const char *name, char **text);
/** The rows row [n] (ascending, any subset on any rank) into data [n, width].
 * \retval ICTUS_E_FORMAT  no such field, other type, total or width. Collectivity: all ranks of the image. */
ictus_err ictus_image_get_rows (ictus_image *im, const char *name, ictus_image_type type, size_t total,
                                size_t width, const uint64_t *row, size_t n, void *data);
/** The lists of row [n]: *first [n + 1], *data (both ictus_free). Collectivity: all ranks of the image. */
ictus_err ictus_image_get_lists (ictus_image *im, const char *name, ictus_image_type type, size_t total,
                                 const uint64_t *row, size_t n, size_t **first, void **data);
/** Names of the direct members of a group of fields, in alphabetical order; none when it is not there.
 * Collectivity: all ranks of the image. */
ictus_err ictus_image_list (ictus_image *im, const char *group, char ***names, size_t *n);

/** Drop an image that is being made, or close one that was opened; *im NULL afterwards, NULL is fine.
 * Collectivity: all ranks of the image. */
void ictus_image_close (ictus_image **im);

#endif
