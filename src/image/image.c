/* SPDX-License-Identifier: BSD-3-Clause */
/* Images as such: begin, close, what is in them. */
#include "image/image_impl.h"

#include <stdlib.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "images of state are the bytes of memory, and those of a file are little-endian"
#endif

enum
{
  BCAST_PIECE = 1 << 30 /* bytes */
};

size_t
ictus__image_item (ictus_image_type type)
{
  return type == ICTUS_IMAGE_U8 ? 1 : type == ICTUS_IMAGE_U32 ? 4 : 8;
}

const char *
ictus__image_type_name (ictus_image_type type)
{
  static const char *const name[] = { "float64", "uint64", "int64", "uint32", "uint8" };

  return name[type];
}

size_t
ictus__image_row (const field *f)
{
  return (size_t) f->dim[1] * ictus__image_item (f->type);
}

void
ictus__image_bcast (MPI_Comm comm, void *data, uint64_t n)
{
  for (uint64_t done = 0; done < n; done += BCAST_PIECE)
    ICTUS_MPI (MPI_Bcast ((char *) data + done, n - done < BCAST_PIECE ? (int) (n - done) : BCAST_PIECE,
                          MPI_BYTE, 0, comm));
}

ictus_err
ictus__image_new (MPI_Comm comm, const char *kind, int schema, ictus_image **out)
{
  ictus_image *im = ictus_alloc (1, sizeof *im);
  ictus_err e = ICTUS_OK;

  *out = NULL;
  if (im != NULL)
    {
      im->file = (ictus_h5){ .file = H5I_INVALID_HID, .comm = MPI_COMM_NULL };
      im->comm = MPI_COMM_NULL;
      im->schema = schema;
      im->kind = ictus_strdup (kind);
    }
  if (im == NULL || im->kind == NULL)
    e = ICTUS_E_NOMEM;
  ICTUS_GO (ictus_comm_agree (comm, e));
  ICTUS_MPI (MPI_Comm_dup (comm, &im->comm));
  im->rank = ictus_comm_rank (comm);
  im->size = ictus_comm_size (comm);
  *out = im;
  return ICTUS_OK;
done:
  ictus_image_close (&im);
  return e;
}

ictus_err
ictus_image_begin (MPI_Comm comm, const char *kind, int schema, ictus_image **out)
{
  return ictus__image_new (comm, kind, schema, out);
}

void
ictus_image_close (ictus_image **pim)
{
  ictus_image *im = *pim;

  *pim = NULL;
  if (im == NULL)
    return;
  for (size_t k = 0; k < im->nfield; ++k)
    {
      ictus_free (im->field[k].name);
      ictus_free (im->field[k].data);
    }
  ictus_free (im->field);
  (void) ictus_h5_close (&im->file); /* it was only read */
  ictus_free (im->kind);
  ictus_free (im->path);
  if (im->comm != MPI_COMM_NULL)
    ICTUS_MPI (MPI_Comm_free (&im->comm));
  ictus_free (im);
}

uint64_t
ictus_image_bytes (const ictus_image *im)
{
  return im->bytes;
}

const char *
ictus_image_path (const ictus_image *im)
{
  return im->path != NULL ? im->path : "";
}

static int
compare_name (const void *key, const void *member)
{
  return strcmp (key, ((const field *) member)->name);
}

field *
ictus__image_find (const ictus_image *im, const char *name)
{
  if (im->is_open)
    return im->nfield == 0 ? NULL : bsearch (name, im->field, im->nfield, sizeof *im->field, compare_name);
  for (size_t k = 0; k < im->nfield; ++k)
    if (strcmp (im->field[k].name, name) == 0)
      return &im->field[k];
  return NULL;
}

bool
ictus_image_has (ictus_image *im, const char *name)
{
  return ictus__image_find (im, name) != NULL;
}

/* The field that counts the elements of lists belongs to these and is no member of its own. */
static bool
is_companion (const ictus_image *im, const char *name)
{
  size_t n = strlen (name), tail = strlen (".count");

  if (n <= tail || strcmp (name + n - tail, ".count") != 0)
    return false;
  for (size_t k = 0; k < im->nfield; ++k)
    if (strlen (im->field[k].name) == n - tail && memcmp (im->field[k].name, name, n - tail) == 0)
      return true;
  return false;
}

static int
compare_text (const void *a, const void *b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Sort, and drop what stands there twice. */
static void
tidy (char **name, size_t *n)
{
  size_t kept = 0;

  qsort (name, *n, sizeof *name, compare_text);
  for (size_t k = 0; k < *n; ++k)
    if (kept > 0 && strcmp (name[kept - 1], name[k]) == 0)
      ictus_free (name[k]);
    else
      name[kept++] = name[k];
  *n = kept;
}

/* Local. */
static ictus_err
members (const ictus_image *im, const char *group, char **name, size_t *n)
{
  size_t len = strlen (group);

  for (size_t k = 0; k < im->nfield; ++k)
    {
      const char *at = im->field[k].name;

      if (is_companion (im, at) || (len > 0 && (strncmp (at, group, len) != 0 || at[len] != '/')))
        continue;
      at += len > 0 ? len + 1 : 0;
      name[*n] = ictus_strdup (at);
      if (name[*n] == NULL)
        return ICTUS_E_NOMEM;
      name[(*n)++][strcspn (at, "/")] = '\0';
    }
  tidy (name, n);
  return ICTUS_OK;
}

ictus_err
ictus_image_list (ictus_image *im, const char *group, char ***names, size_t *n)
{
  ictus_err e = ICTUS_E_NOMEM;

  *n = 0;
  *names = ictus_alloc (im->nfield, sizeof **names);
  if (*names != NULL)
    e = members (im, group, *names, n);
  e = ictus_comm_agree (im->comm, e);
  if (e != ICTUS_OK)
    {
      for (size_t k = 0; k < *n; ++k)
        ictus_free ((*names)[k]);
      ictus_free (*names);
      *names = NULL;
      *n = 0;
    }
  return e;
}
