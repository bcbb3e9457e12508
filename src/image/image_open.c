/* SPDX-License-Identifier: BSD-3-Clause */
/* Opening: rank 0 looks at what is in the file, all ranks read their share and compare checksums. */
#include "image/image_impl.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum
{
  DEPTH_MAX = 16, /* groups within groups; a file of ours has less */
  FIELDS_MAX = 1 << 20,
  BUFFER = 4 << 20 /* bytes read at a time */
};

/* ---- rank 0: the table of fields ---------------------------------------------------------------- */

static bool
field_type (const ictus_h5_facts *facts, ictus_image_type *type)
{
  if (!facts->is_little || facts->ndim < 1 || facts->ndim > 2)
    return false;
  if (facts->is_float && facts->size == 8)
    *type = ICTUS_IMAGE_F64;
  else if (!facts->is_integer)
    return false;
  else if (facts->size == 8)
    *type = facts->has_sign ? ICTUS_IMAGE_I64 : ICTUS_IMAGE_U64;
  else if (facts->size == 4 && !facts->has_sign)
    *type = ICTUS_IMAGE_U32;
  else if (facts->size == 1 && !facts->has_sign)
    *type = ICTUS_IMAGE_U8;
  else
    return false;
  return true;
}

/* Local. */
static ictus_err
scan_set (ictus_image *im, ictus_h5 *h, const char *path, const ictus_h5_facts *facts)
{
  field f = { .ndim = facts->ndim, .dim = { 0, 1 } };
  uint64_t bytes;
  int64_t crc;

  if (!field_type (facts, &f.type))
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: the data set %s is of no type that an image has", im->path, path);
  for (int k = 0; k < f.ndim; ++k)
    f.dim[k] = facts->dims[k];
  if (__builtin_mul_overflow (f.dim[0], f.dim[1], &bytes)
      || __builtin_mul_overflow (bytes, ictus__image_item (f.type), &bytes)
      || __builtin_add_overflow (im->bytes, bytes, &im->bytes) || im->nfield >= FIELDS_MAX)
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: the data set %s is too large", im->path, path);
  if (ictus_h5_read_attr_int (h, path, "crc32", &crc) != ICTUS_OK)
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: the data set %s has no checksum", im->path, path);
  f.crc = (uint64_t) crc;
  ICTUS_TRY (ictus_grow (&im->field, &im->cap, im->nfield + 1, sizeof *im->field));
  f.name = ictus_strdup (path);
  if (f.name == NULL)
    return ICTUS_E_NOMEM;
  im->field[im->nfield++] = f;
  return ICTUS_OK;
}

/* All of a group; path "" is the root. Local. */
static ictus_err
scan_group (ictus_image *im, ictus_h5 *h, const char *path, int depth)
{
  char **name = NULL;
  size_t n = 0;
  ictus_text at = { 0 };
  ictus_h5_facts facts;
  ictus_err e = ICTUS_OK;

  if (depth > DEPTH_MAX)
    return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: more than %d groups within each other", im->path, DEPTH_MAX);
  ICTUS_GO (ictus_h5_list (h, depth == 0 ? "/" : path, &name, &n));
  for (size_t k = 0; k < n; ++k)
    {
      ictus_text_clear (&at);
      ictus_text_add (&at, "%s%s%s", path, depth == 0 ? "" : "/", name[k]);
      if (at.failed)
        ICTUS_GO (ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory"));
      ICTUS_GO (ictus_h5_look (h, at.s, &facts));
      ICTUS_GO (facts.is_group ? scan_group (im, h, at.s, depth + 1) : scan_set (im, h, at.s, &facts));
    }
done:
  ictus_text_clear (&at);
  for (size_t k = 0; k < n; ++k)
    ictus_free (name[k]);
  ictus_free (name);
  return e;
}

/* Is it ours, and what we can read? Local. */
static ictus_err
check_kind (const ictus_image *im, ictus_h5 *h)
{
  char *kind = NULL;
  int64_t schema;
  ictus_err e = ICTUS_OK;

  if (ictus_h5_read_attr_string (h, "/", "ictus_kind", &kind) != ICTUS_OK)
    e = ICTUS_FAIL (ICTUS_E_FORMAT, "%s: not a file of Ictus: it has no attribute ictus_kind", im->path);
  else if (strcmp (kind, im->kind) != 0)
    e = ICTUS_FAIL (ICTUS_E_FORMAT, "%s: of the kind \"%.100s\", not \"%s\"", im->path, kind, im->kind);
  else if (ictus_h5_read_attr_int (h, "/", "ictus_schema", &schema) != ICTUS_OK)
    e = ICTUS_FAIL (ICTUS_E_FORMAT, "%s: it does not say its version (no attribute ictus_schema)", im->path);
  else if (schema != im->schema)
    e = ICTUS_FAIL (ICTUS_E_FORMAT, "%s: %s of version %lld, this program reads version %d", im->path, kind,
                    (long long)schema, im->schema);
  ictus_free (kind);
  return e;
}

static int
compare_field (const void *a, const void *b)
{
  return strcmp (((const field *) a)->name, ((const field *) b)->name);
}

/* Local. */
static ictus_err
scan (ictus_image *im)
{
  ictus_h5 h;
  struct stat s;
  int64_t size = 0;
  ictus_err e;

  ICTUS_TRY (ictus_h5_open (MPI_COMM_SELF, im->path, &h));
  ICTUS_GO (check_kind (im, &h));
  ICTUS_GO (scan_group (im, &h, "", 0));
  ICTUS_GO (ictus_h5_read_attr_int (&h, "/", "image_size", &size));
  if ((uint64_t) size != im->bytes)
    e = ICTUS_FAIL (ICTUS_E_FORMAT, "%s: it should hold %lld bytes and has %llu: fields are missing",
                    im->path, (long long)size, (unsigned long long)im->bytes);
  else if (stat (im->path, &s) == 0 && (uint64_t) s.st_size < im->bytes)
    e = ICTUS_FAIL (ICTUS_E_FORMAT, "%s: truncated: of %llu bytes of data, %lld are there", im->path,
                    (unsigned long long)im->bytes, (long long)s.st_size);
  else if (im->nfield > 0)
    qsort (im->field, im->nfield, sizeof *im->field, compare_field);
done:
  (void) ictus_h5_close (&h); /* it was only read */
  return e;
}

/* ---- the table for all -------------------------------------------------------------------------- */

typedef struct entry /* of the table, as it travels; the name follows */
{
  uint64_t dim[2], crc, name;
  int32_t ndim, type;
} entry;

static ictus_err
pack (const ictus_image *im, ictus_text *t)
{
  for (size_t k = 0; k < im->nfield; ++k)
    {
      const field *f = &im->field[k];
      entry x;

      memset (&x, 0, sizeof x);
      x.dim[0] = f->dim[0];
      x.dim[1] = f->dim[1];
      x.crc = f->crc;
      x.name = strlen (f->name) + 1;
      x.ndim = f->ndim;
      x.type = (int32_t) f->type;
      ictus_text_addn (t, (const char *)&x, sizeof x);
      ictus_text_addn (t, f->name, x.name);
    }
  return t->failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory") : ICTUS_OK;
}

static ictus_err
unpack (ictus_image *im, const char *s, size_t nfield, uint64_t bytes)
{
  entry x;

  im->field = ictus_alloc (nfield, sizeof *im->field);
  if (im->field == NULL)
    return ICTUS_E_NOMEM;
  im->cap = nfield;
  im->bytes = bytes;
  for (size_t k = 0; k < nfield; ++k)
    {
      field *f = &im->field[k];

      memcpy (&x, s, sizeof x);
      s += sizeof x;
      *f = (field){
        .type = (ictus_image_type) x.type, .ndim = x.ndim, .dim = { x.dim[0], x.dim[1] }, .crc = x.crc
      };
      f->name = ictus_strdup (s);
      if (f->name == NULL)
        return ICTUS_E_NOMEM;
      im->nfield = k + 1;
      s += x.name;
    }
  return ICTUS_OK;
}

/* Collective. */
static ictus_err
share_table (ictus_image *im)
{
  ictus_text t = { 0 };
  uint64_t n[3] = { 0, im->nfield, im->bytes };
  char *buf = NULL;
  ictus_err e;

  ICTUS_GO (ictus_comm_verdict (im->comm, im->rank == 0 ? pack (im, &t) : ICTUS_OK));
  n[0] = t.len;
  ICTUS_MPI (MPI_Bcast (n, 3, MPI_UINT64_T, 0, im->comm));
  if (im->rank != 0)
    buf = ictus_alloc (n[0], 1);
  ICTUS_GO (ictus_comm_agree (im->comm, im->rank != 0 && buf == NULL ? ICTUS_E_NOMEM : ICTUS_OK));
  ictus__image_bcast (im->comm, im->rank == 0 ? t.s : buf, n[0]);
  e = im->rank == 0 ? ICTUS_OK : unpack (im, buf, (size_t) n[1], n[2]);
  e = ictus_comm_agree (im->comm, e);
done:
  ictus_text_clear (&t);
  ictus_free (buf);
  return e;
}

/* ---- checksums ---------------------------------------------------------------------------------- */

/* Of my share of a field; buf holds at least a row. Local. */
static ictus_err
read_crc (ictus_image *im, const field *f, const ictus_h5_set *set, char *buf, size_t room, part_crc *out)
{
  uint64_t a = ictus__image_share (f->dim[0], im->size, im->rank),
           b = ictus__image_share (f->dim[0], im->size, im->rank + 1);
  size_t row = ictus__image_row (f);
  uint64_t each = row == 0 ? 1 : room / row, n;

  for (uint64_t k = a; k < b && row > 0; k += n)
    {
      n = b - k < each ? b - k : each;
      ICTUS_TRY (ictus_h5_read_part (&im->file, set, k, n, buf));
      out->crc = ictus__image_crc (out->crc, buf, (size_t) n * row);
      out->bytes += n * row;
    }
  return ICTUS_OK;
}

static ictus_err
compare (const ictus_image *im, const part_crc *found)
{
  for (size_t k = 0; k < im->nfield; ++k)
    if (found[k].crc != im->field[k].crc)
      return ICTUS_FAIL (ICTUS_E_FORMAT,
                         "%s: the checksum of %s is wrong: %08llx is written there, %08llx was found",
                         im->path, im->field[k].name, (unsigned long long)im->field[k].crc,
                         (unsigned long long)found[k].crc);
  return ICTUS_OK;
}

ictus_err
ictus__image_verify (ictus_image *im, const char *fault)
{
  size_t room = BUFFER;
  part_crc *part = ictus_alloc (im->nfield, sizeof *part);
  char *buf;
  ictus_err e = ICTUS_OK;

  for (size_t k = 0; k < im->nfield; ++k)
    if (ictus__image_row (&im->field[k]) > room)
      room = ictus__image_row (&im->field[k]);
  buf = ictus_alloc (room, 1);
  ICTUS_GO (ictus_comm_agree (im->comm, part == NULL || buf == NULL ? ICTUS_E_NOMEM : ICTUS_OK));
  for (size_t k = 0; k < im->nfield; ++k)
    {
      ictus_h5_set set; /* all ranks open and close all of them, whatever happens */
      ictus_err mine = ictus_h5_set_open (&im->file, im->field[k].name, &set);

      if (mine == ICTUS_OK && e == ICTUS_OK)
        mine = read_crc (im, &im->field[k], &set, buf, room, &part[k]);
      if (fault != NULL && ictus_fault (fault, im->rank))
        part[k].crc ^= 1;
      ictus_h5_set_close (&set);
      e = e == ICTUS_OK ? mine : e;
    }
  ICTUS_GO (ictus_comm_agree (im->comm, e));
  ictus__image_join (im->comm, part, im->nfield);
  e = ictus_comm_verdict (im->comm, im->rank == 0 ? compare (im, part) : ICTUS_OK);
done:
  ictus_free (buf);
  ictus_free (part);
  return e;
}

/* ---- opening ------------------------------------------------------------------------------------ */

ictus_err
ictus__image_open (MPI_Comm comm, const char *path, const char *kind, int schema, ictus_image **out)
{
  ictus_image *im;
  ictus_err e;

  *out = NULL;
  ICTUS_TRY (ictus__image_new (comm, kind, schema, &im));
  im->is_open = true;
  im->path = ictus_strdup (path);
  ICTUS_GO (ictus_comm_agree (comm, im->path == NULL ? ICTUS_E_NOMEM : ICTUS_OK));
  ICTUS_GO (ictus_comm_verdict (comm, im->rank == 0 ? scan (im) : ICTUS_OK));
  ICTUS_GO (share_table (im));
  ICTUS_GO (ictus_h5_open (im->comm, path, &im->file));
  *out = im;
  return ICTUS_OK;
done:
  ictus_image_close (&im);
  return e;
}

ictus_err
ictus_image_open (MPI_Comm comm, const char *path, const char *kind, int schema, ictus_image **out)
{
  ictus_err e;

  ICTUS_TRY (ictus__image_open (comm, path, kind, schema, out));
  e = ictus__image_verify (*out, NULL);
  if (e != ICTUS_OK)
    ictus_image_close (out);
  return e;
}
