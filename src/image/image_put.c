/* SPDX-License-Identifier: BSD-3-Clause */
/* Putting: what the ranks have becomes contiguous shares in memory. */
#include "image/image_impl.h"

#include <string.h>

enum
{
  NAME_MAX_BYTES = 800, /* HDF5 and our own layer take some more */
  ROW_MAX_BYTES = 1 << 30
};

/* Local, the same on all ranks. */
static ictus_err
check_name (const ictus_image *im, const char *name)
{
  size_t n = strlen (name);

  if (im->is_open)
    return ICTUS_FAIL (ICTUS_E_ARG, "field %s: the image was opened for reading", name);
  if (n == 0 || n > NAME_MAX_BYTES || name[0] == '/' || name[n - 1] == '/' || strstr (name, "//") != NULL)
    return ICTUS_FAIL (ICTUS_E_ARG, "\"%.100s\" is no name of a field", name);
  for (const char *s = name; s != NULL; s = strchr (s, '/'))
    {
      s += *s == '/';
      if (strcspn (s, "/") == strspn (s, "."))
        return ICTUS_FAIL (ICTUS_E_ARG, "\"%s\" is no name of a field", name);
    }
  for (size_t k = 0; k < im->nfield; ++k)
    {
      const char *other = im->field[k].name;
      size_t m = strlen (other), less = m < n ? m : n;

      if (memcmp (name, other, less) == 0
          && (m == n || (m < n && name[m] == '/') || (m > n && other[n] == '/')))
        return ICTUS_FAIL (ICTUS_E_ARG, "field %s: there is a field %s already", name, other);
    }
  return ICTUS_OK;
}

/* Names and sizes that must be equal on all ranks are: in the safe mode only. Collective. */
static ictus_err
check_same (ictus_image *im, const char *name, ictus_image_type type, uint64_t total, uint64_t width)
{
  uint64_t h = ictus_hash (name, strlen (name), 0);

  h = ictus_hash (&total, sizeof total, h);
  h = ictus_hash (&width, sizeof width, h + (uint64_t) type);
  return ictus_comm_same (im->comm, (double) (h >> 12), name);
}

/* A new field with room for the n rows that this rank will hold. Collective. */
static ictus_err
add (ictus_image *im, const char *name, ictus_image_type type, uint64_t total, uint64_t width, uint64_t first,
     uint64_t n, field **out)
{
  field f = { .type = type, .ndim = width == 1 ? 1 : 2, .dim = { total, width }, .first = first, .n = n };
  uint64_t bytes;
  ictus_err e = check_name (im, name);

  if (e == ICTUS_OK
      && (width > ROW_MAX_BYTES / ictus__image_item (type)
          || __builtin_mul_overflow (total, width * ictus__image_item (type), &bytes)
          || bytes > INT64_MAX / 2))
    e = ICTUS_FAIL (ICTUS_E_ARG, "field %s: too large", name);
  if (e == ICTUS_OK)
    e = ictus_grow (&im->field, &im->cap, im->nfield + 1, sizeof *im->field);
  if (e == ICTUS_OK
      && ((f.name = ictus_strdup (name)) == NULL
          || (f.data = ictus_alloc (n, ictus__image_row (&f))) == NULL))
    e = ICTUS_E_NOMEM;
  e = ictus_comm_agree (im->comm, e);
  if (e != ICTUS_OK)
    {
      ictus_free (f.name);
      ictus_free (f.data);
      return e;
    }
  im->bytes += total * width * ictus__image_item (type);
  im->field[im->nfield] = f;
  *out = &im->field[im->nfield++];
  return ICTUS_OK;
}

ictus_err
ictus_image_put (ictus_image *im, const char *name, ictus_image_type type, size_t n, const void *data)
{
  field *f;
  uint64_t mine = im->rank == 0 ? n : 0;
  ictus_err e;

  ICTUS_GO (check_same (im, name, type, n, 1));
  ICTUS_GO (add (im, name, type, n, 1, im->rank == 0 ? 0 : n, mine, &f));
  if (mine > 0)
    memcpy (f->data, data, mine * ictus__image_item (type));
done:
  im->broken = im->broken || e != ICTUS_OK;
  return e;
}

ictus_err
ictus_image_put_text (ictus_image *im, const char *name, const char *text)
{
  uint64_t n = im->rank == 0 ? strlen (text) : 0;

  ICTUS_MPI (MPI_Bcast (&n, 1, MPI_UINT64_T, 0, im->comm)); /* the text of the others does not matter */
  return ictus_image_put (im, name, ICTUS_IMAGE_U8, n, text);
}

/* Rows of item bytes to their shares, in order. Collective. */
static ictus_err
bring (const deal *d, size_t item, const void *mine, void *share)
{
  char *buf = share;
  ictus_err e = ICTUS_OK;

  if (!d->in_order)
    {
      buf = ictus_alloc (d->nin, item);
      e = buf == NULL ? ICTUS_E_NOMEM : ICTUS_OK;
    }
  ICTUS_GO (ictus_comm_agree (d->comm, e));
  ICTUS_GO (ictus__image_forth (d, item, mine, buf));
  if (!d->in_order && item > 0)
    for (size_t k = 0; k < d->nin; ++k)
      memcpy ((char *) share + (d->in[k] - d->a) * item, buf + k * item, item);
done:
  if (buf != share)
    ictus_free (buf);
  return e;
}

ictus_err
ictus_image_put_rows (ictus_image *im, const char *name, ictus_image_type type, size_t total, size_t width,
                      const uint64_t *row, size_t n, const void *data)
{
  deal d = { 0 };
  field *f;
  ictus_err e;

  ICTUS_GO (check_same (im, name, type, total, width));
  ICTUS_GO (ictus__image_deal (im->comm, name, total, row, n, true, &d));
  ICTUS_GO (add (im, name, type, total, width, d.a, d.b - d.a, &f));
  e = bring (&d, ictus__image_row (f), data, f->data);
done:
  ictus__image_deal_clear (&d);
  im->broken = im->broken || e != ICTUS_OK;
  return e;
}

/* Local: how many elements each of my things has. */
static ictus_err
count_elements (const char *name, const uint64_t *row, size_t n, const size_t *first, uint32_t **count)
{
  *count = ictus_alloc (n, sizeof **count);
  if (*count == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < n; ++k)
    {
      if (first[k + 1] < first[k] || first[k + 1] - first[k] > UINT32_MAX)
        return ICTUS_FAIL (ICTUS_E_ARG, "field %s: row %llu has its elements from %zu to %zu", name,
                           (unsigned long long)row[k], first[k], first[k + 1]);
      (*count)[k] = (uint32_t) (first[k + 1] - first[k]);
    }
  return ICTUS_OK;
}

/* Elements of lists that came in the order of d->in, to the order of the share; count [share] is there.
 * Local. */
static ictus_err
sort_lists (const deal *d, size_t item, const uint32_t *count, const char *from, char *to)
{
  size_t n = (size_t) (d->b - d->a);
  uint64_t *at = ictus_alloc (n + 1, sizeof *at);

  if (at == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < n; ++k)
    at[k + 1] = at[k] + count[k] * item;
  for (size_t k = 0; k < d->nin; ++k)
    {
      size_t i = (size_t) (d->in[k] - d->a), len = count[i] * item;

      if (len > 0)
        memcpy (to + at[i], from, len);
      from += len;
    }
  ictus_free (at);
  return ICTUS_OK;
}

/* The elements of all lists: f holds those of my share, whose counts are known. mine [n]: counts of my
 * things. Collective. */
static ictus_err
bring_lists (const deal *d, field *f, const uint32_t *count, const uint32_t *mine, const void *data)
{
  uint64_t *bytes = ictus_alloc (2 * (size_t) d->size, sizeof *bytes), *sn = bytes, *rn;
  size_t item = ictus__image_item (f->type), k = 0, i = 0;
  char *buf = f->data;
  ictus_err e = ICTUS_OK;

  if (!d->in_order)
    buf = ictus_alloc ((size_t) f->n, item);
  if (bytes == NULL || buf == NULL)
    e = ICTUS_E_NOMEM;
  ICTUS_GO (ictus_comm_agree (d->comm, e));
  rn = bytes + d->size;
  for (int r = 0; r < d->size; ++r)
    {
      for (uint64_t end = k + d->to_n[r]; k < end; ++k)
        sn[r] += mine[k] * item;
      for (uint64_t end = i + d->from_n[r]; i < end; ++i)
        rn[r] += count[d->in[i] - d->a] * item;
    }
  ICTUS_GO (ictus__image_move (d->comm, sn, data, rn, buf));
  e = d->in_order ? ICTUS_OK : sort_lists (d, item, count, buf, f->data);
  e = ictus_comm_agree (d->comm, e);
done:
  if (buf != f->data)
    ictus_free (buf);
  ictus_free (bytes);
  return e;
}

ictus_err
ictus_image_put_lists (ictus_image *im, const char *name, ictus_image_type type, size_t total,
                       const uint64_t *row, size_t n, const size_t *first, const void *data)
{
  deal d = { 0 };
  field *f;
  uint32_t *mine = NULL, *count;
  uint64_t sum[2] = { 0, 0 }, all;
  ictus_text counts = { 0 };
  ictus_err e;

  ICTUS_GO (check_same (im, name, type, total, 0));
  ICTUS_GO (ictus_comm_agree (im->comm, count_elements (name, row, n, first, &mine)));
  ICTUS_GO (ictus__image_deal (im->comm, name, total, row, n, true, &d));
  ictus_text_add (&counts, "%s.count", name);
  ICTUS_GO (ictus_comm_agree (im->comm, counts.failed ? ICTUS_E_NOMEM : ICTUS_OK));
  ICTUS_GO (add (im, counts.s, ICTUS_IMAGE_U32, total, 1, d.a, d.b - d.a, &f));
  count = f->data;
  ICTUS_GO (bring (&d, sizeof *count, mine, count));
  for (uint64_t k = 0; k < d.b - d.a; ++k)
    sum[0] += count[k];
  ICTUS_MPI (MPI_Exscan (&sum[0], &sum[1], 1, MPI_UINT64_T, MPI_SUM, im->comm));
  ICTUS_MPI (MPI_Allreduce (&sum[0], &all, 1, MPI_UINT64_T, MPI_SUM, im->comm));
  ICTUS_GO (add (im, name, type, all, 1, im->rank == 0 ? 0 : sum[1], sum[0], &f));
  e = bring_lists (&d, f, count, mine,
                   n > 0 ? (const char *) data + first[0] * ictus__image_item (type) : data);
done:
  ictus_text_clear (&counts);
  ictus_free (mine);
  ictus__image_deal_clear (&d);
  im->broken = im->broken || e != ICTUS_OK;
  return e;
}
