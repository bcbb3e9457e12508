/* SPDX-License-Identifier: BSD-3-Clause */
/* Getting: shares are read, and dealt to whoever wants their rows. */
#include "image/image_impl.h"

#include <string.h>

/* A field of a type, with so many rows and elements in a row; SIZE_MAX: any. Local, the same on all ranks. */
static ictus_err
look_up (const ictus_image *im, const char *name, ictus_image_type type, size_t total, size_t width,
         const field **out)
{
  const field *f = im->is_open ? ictus__image_find (im, name) : NULL;

  if (!im->is_open)
    return ICTUS_FAIL (ICTUS_E_ARG, "field %s: the image is being made", name);
  if (f == NULL)
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: there is no field %s", im->path, name);
  if (f->type != type)
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: the field %s is of type %s, %s is needed", im->path, name,
                       ictus__image_type_name (f->type), ictus__image_type_name (type));
  if ((total != SIZE_MAX && f->dim[0] != total) || (width != SIZE_MAX && f->dim[1] != width))
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: the field %s has %llu rows of %llu, %zu of %zu are needed",
                       im->path, name, (unsigned long long)f->dim[0], (unsigned long long)f->dim[1],
                       total == SIZE_MAX ? (size_t) f->dim[0] : total,
                       width == SIZE_MAX ? (size_t) f->dim[1] : width);
  *out = f;
  return ICTUS_OK;
}

/* Rows [first, first + n) of a field, on each rank its own. Collective. */
static ictus_err
read_rows (ictus_image *im, const field *f, uint64_t first, uint64_t n, void *data)
{
  ictus_h5_set set;
  ictus_err e = ictus_h5_set_open (&im->file, f->name, &set);

  if (e == ICTUS_OK)
    e = ictus_h5_read_part (&im->file, &set, first, n, data);
  ictus_h5_set_close (&set);
  return ictus_comm_agree (im->comm, e);
}

/* All of a field on all ranks. Collective. */
static ictus_err
read_global (ictus_image *im, const field *f, void *data)
{
  ICTUS_TRY (read_rows (im, f, 0, im->rank == 0 ? f->dim[0] : 0, data));
  ictus__image_bcast (im->comm, data, f->dim[0] * ictus__image_row (f));
  return ICTUS_OK;
}

ictus_err
ictus_image_get (ictus_image *im, const char *name, ictus_image_type type, void **data, size_t *n)
{
  const field *f;
  ictus_err e;

  *data = NULL;
  *n = 0;
  ICTUS_TRY (look_up (im, name, type, SIZE_MAX, SIZE_MAX, &f));
  *data = ictus_alloc (f->dim[0], ictus__image_row (f));
  ICTUS_GO (ictus_comm_agree (im->comm, *data == NULL ? ICTUS_E_NOMEM : ICTUS_OK));
  ICTUS_GO (read_global (im, f, *data));
  *n = (size_t) (f->dim[0] * f->dim[1]);
  return ICTUS_OK;
done:
  ictus_free (*data);
  *data = NULL;
  return e;
}

ictus_err
ictus_image_get_n (ictus_image *im, const char *name, ictus_image_type type, size_t n, void *data)
{
  const field *f;

  ICTUS_TRY (look_up (im, name, type, SIZE_MAX, SIZE_MAX, &f));
  if (f->dim[0] * f->dim[1] != n)
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: the field %s has %llu elements, %zu are needed", im->path, name,
                       (unsigned long long)(f->dim[0] * f->dim[1]), n);
  return read_global (im, f, data);
}

ictus_err
ictus_image_get_text (ictus_image *im, const char *name, char **text)
{
  const field *f;
  ictus_err e;

  *text = NULL;
  ICTUS_TRY (look_up (im, name, ICTUS_IMAGE_U8, SIZE_MAX, 1, &f));
  *text = ictus_alloc ((size_t) f->dim[0] + 1, 1);
  ICTUS_GO (ictus_comm_agree (im->comm, *text == NULL ? ICTUS_E_NOMEM : ICTUS_OK));
  ICTUS_GO (read_global (im, f, *text));
  return ICTUS_OK;
done:
  ictus_free (*text);
  *text = NULL;
  return e;
}

ictus_err
ictus_image_get_rows (ictus_image *im, const char *name, ictus_image_type type, size_t total, size_t width,
                      const uint64_t *row, size_t n, void *data)
{
  deal d = { 0 };
  const field *f;
  size_t item;
  char *share = NULL, *wanted = NULL;
  ictus_err e;

  ICTUS_TRY (look_up (im, name, type, total, width, &f));
  item = ictus__image_row (f);
  ICTUS_GO (ictus__image_deal (im->comm, name, total, row, n, false, &d));
  share = ictus_alloc (d.b - d.a, item);
  wanted = d.in_order ? share : ictus_alloc (d.nin, item);
  ICTUS_GO (ictus_comm_agree (im->comm, share == NULL || wanted == NULL ? ICTUS_E_NOMEM : ICTUS_OK));
  ICTUS_GO (read_rows (im, f, d.a, d.b - d.a, share));
  if (wanted != share && item > 0)
    for (size_t k = 0; k < d.nin; ++k)
      memcpy (wanted + k * item, share + (d.in[k] - d.a) * item, item);
  e = ictus__image_back (&d, item, wanted, data);
done:
  if (wanted != share)
    ictus_free (wanted);
  ictus_free (share);
  ictus__image_deal_clear (&d);
  return e;
}

/* ---- lists -------------------------------------------------------------------------------------- */

typedef struct lists /* on their way */
{
  deal d;
  size_t item;
  uint32_t *count; /* [b - a] elements of the rows of my share */
  uint64_t *at;    /* [b - a + 1] where they begin in share */
  char *share;     /* the elements of my share */
  uint32_t *asked; /* [nin] elements of the rows that were named */
  char *wanted;    /* their elements */
  uint32_t *mine;  /* [n] elements of the rows that I named */
  uint64_t *bytes; /* [2 size] what goes to and comes from each rank */
} lists;

static void
lists_clear (lists *l)
{
  ictus__image_deal_clear (&l->d);
  ictus_free (l->count);
  ictus_free (l->at);
  ictus_free (l->share);
  ictus_free (l->asked);
  ictus_free (l->wanted);
  ictus_free (l->mine);
  ictus_free (l->bytes);
}

/* My share of the counts and of the elements. Collective. */
static ictus_err
read_share (ictus_image *im, lists *l, const field *elements, const field *counts)
{
  uint64_t n = l->d.b - l->d.a, sum, before = 0, all;
  ictus_err e;

  l->count = ictus_alloc (n, sizeof *l->count);
  l->at = ictus_alloc (n + 1, sizeof *l->at);
  ICTUS_TRY (ictus_comm_agree (im->comm, l->count == NULL || l->at == NULL ? ICTUS_E_NOMEM : ICTUS_OK));
  ICTUS_TRY (read_rows (im, counts, l->d.a, n, l->count));
  for (uint64_t k = 0; k < n; ++k)
    l->at[k + 1] = l->at[k] + l->count[k];
  sum = l->at[n];
  ICTUS_MPI (MPI_Exscan (&sum, &before, 1, MPI_UINT64_T, MPI_SUM, im->comm));
  ICTUS_MPI (MPI_Allreduce (&sum, &all, 1, MPI_UINT64_T, MPI_SUM, im->comm));
  if (all != elements->dim[0])
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: the lists of %s have %llu elements in all, %llu are there",
                       im->path, elements->name, (unsigned long long)all,
                       (unsigned long long)elements->dim[0]);
  l->share = ictus_alloc (sum, l->item);
  e = l->share == NULL ? ICTUS_E_NOMEM : ICTUS_OK;
  ICTUS_TRY (ictus_comm_agree (im->comm, e));
  return read_rows (im, elements, im->rank == 0 ? 0 : before, sum, l->share);
}

/* What was asked for: counts, and elements one after the other. Collective. */
static ictus_err
gather (lists *l)
{
  size_t total = 0, to = 0;

  l->asked = ictus_alloc (l->d.nin, sizeof *l->asked);
  for (size_t k = 0; l->asked != NULL && k < l->d.nin; ++k)
    {
      l->asked[k] = l->count[l->d.in[k] - l->d.a];
      total += l->asked[k];
    }
  l->wanted = ictus_alloc (total, l->item);
  ICTUS_TRY (ictus_comm_agree (l->d.comm, l->asked == NULL || l->wanted == NULL ? ICTUS_E_NOMEM : ICTUS_OK));
  for (size_t k = 0; k < l->d.nin; ++k)
    if (l->asked[k] > 0)
      {
        memcpy (l->wanted + to, l->share + l->at[l->d.in[k] - l->d.a] * l->item, l->asked[k] * l->item);
        to += l->asked[k] * l->item;
      }
  return ICTUS_OK;
}

/* Elements of consecutive rows, summed up by rank; per [size] rows of each. */
static void
sum_up (const uint32_t *count, const uint64_t *per, int size, size_t item, uint64_t *bytes)
{
  for (int r = 0; r < size; ++r)
    for (uint64_t k = 0; k < per[r]; ++k)
      bytes[r] += *count++ * item;
}

/* Counts are here: make place for the elements, and send for them. Collective. */
static ictus_err
deliver (lists *l, size_t n, size_t *first, void **data)
{
  const deal *d = &l->d;

  for (size_t k = 0; k < n; ++k)
    first[k + 1] = first[k] + l->mine[k];
  *data = ictus_alloc (first[n], l->item);
  l->bytes = ictus_alloc (2 * (size_t) d->size, sizeof *l->bytes);
  ICTUS_TRY (ictus_comm_agree (d->comm, *data == NULL || l->bytes == NULL ? ICTUS_E_NOMEM : ICTUS_OK));
  sum_up (l->asked, d->from_n, d->size, l->item, l->bytes);
  sum_up (l->mine, d->to_n, d->size, l->item, l->bytes + d->size);
  return ictus__image_move (d->comm, l->bytes, l->wanted, l->bytes + d->size, *data);
}

ictus_err
ictus_image_get_lists (ictus_image *im, const char *name, ictus_image_type type, size_t total,
                       const uint64_t *row, size_t n, size_t **first, void **data)
{
  lists l = { .item = ictus__image_item (type) };
  const field *f, *counts;
  ictus_text name_of = { 0 };
  ictus_err e;

  *first = NULL;
  *data = NULL;
  ICTUS_GO (look_up (im, name, type, SIZE_MAX, 1, &f));
  ictus_text_add (&name_of, "%s.count", name);
  ICTUS_GO (ictus_comm_agree (im->comm, name_of.failed ? ICTUS_E_NOMEM : ICTUS_OK));
  ICTUS_GO (look_up (im, name_of.s, ICTUS_IMAGE_U32, total, 1, &counts));
  ICTUS_GO (ictus__image_deal (im->comm, name, total, row, n, false, &l.d));
  ICTUS_GO (read_share (im, &l, f, counts));
  ICTUS_GO (gather (&l));
  l.mine = ictus_alloc (n, sizeof *l.mine);
  *first = ictus_alloc (n + 1, sizeof **first);
  ICTUS_GO (ictus_comm_agree (im->comm, l.mine == NULL || *first == NULL ? ICTUS_E_NOMEM : ICTUS_OK));
  ICTUS_GO (ictus__image_back (&l.d, sizeof *l.mine, l.asked, l.mine));
  e = deliver (&l, n, *first, data);
done:
  lists_clear (&l);
  ictus_text_clear (&name_of);
  if (e != ICTUS_OK)
    {
      ictus_free (*first);
      ictus_free (*data);
      *first = NULL;
      *data = NULL;
    }
  return e;
}
