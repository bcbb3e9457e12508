/* SPDX-License-Identifier: BSD-3-Clause */
/* Records of the synapses of a bundle become its rows: each is sorted and packed where it is, front to back. */
#include "net_impl.h"

#include <string.h>

/* ---- order -------------------------------------------------------------------------------------- */

typedef struct row /* one row while it is packed */
{
  size_t n;
  const uint8_t *record;
  uint8_t *copy;          /* [longest * record] */
  uint32_t *place, *next; /* [longest] numbers of records in the new order */
} row;

/* Stable order by one byte of the records. */
static void
sort_by_byte (const uint8_t *records, size_t record, size_t byte, const uint32_t *from, uint32_t *to, size_t n)
{
  uint32_t first[257] = { 0 };

  for (size_t i = 0; i < n; ++i)
    ++first[1 + records[i * record + byte]];
  for (size_t v = 0; v < 255; ++v)
    first[v + 1] += first[v];
  for (size_t i = 0; i < n; ++i)
    {
      uint32_t r = from == NULL ? (uint32_t) i : from[i];

      to[first[records[r * record + byte]]++] = r;
    }
}

static uint16_t
target_of (const ictus__layers *l, const row *r, uint32_t i)
{
  uint16_t at;

  memcpy (&at, r->copy + i * l->record + l->delay, sizeof at);
  return at;
}

static uint32_t
delay_of (const ictus__layers *l, const row *r, uint32_t i)
{
  const uint8_t *d = r->copy + i * l->record;
  uint32_t k = 0;

  for (int byte = l->delay - 1; byte >= 0; --byte)
    k = k << 8 | d[byte];
  return k;
}

static void
swap (row *r)
{
  uint32_t *other = r->place;

  r->place = r->next;
  r->next = other;
}

/* By delay, then target, then as they were drawn. Targets were mostly drawn in their order. */
static void
sort_row (const ictus__layers *l, row *r)
{
  bool sorted = true;

  for (size_t i = 0; i < r->n; ++i)
    r->place[i] = (uint32_t) i;
  for (size_t i = 1; i < r->n && sorted; ++i)
    sorted = target_of (l, r, (uint32_t) i - 1) <= target_of (l, r, (uint32_t) i);
  for (int byte = sorted ? 2 : 0; byte < 2; ++byte)
    {
      sort_by_byte (r->copy, l->record, (size_t) (l->delay + byte), r->place, r->next, r->n);
      swap (r);
    }
  for (int byte = 0; byte < l->delay; ++byte)
    {
      sort_by_byte (r->copy, l->record, (size_t) byte, r->place, r->next, r->n);
      swap (r);
    }
}

/* ---- packing ------------------------------------------------------------------------------------ */

/* n synapses of one delay, targets and then weights. */
static uint8_t *
put_synapses (const ictus__bundle *b, const ictus__layers *l, const row *r, const uint32_t *place, size_t n, uint8_t *out)
{
  size_t width = (size_t) b->kind.width, behind = (size_t) l->delay + 2;
  const uint8_t *records = r->copy;

  for (size_t i = 0; i < n; ++i, out += 2)
    memcpy (out, records + place[i] * l->record + l->delay, 2);
  if (width == sizeof (float))
    for (size_t i = 0; i < n; ++i, out += sizeof (float))
      memcpy (out, records + place[i] * l->record + behind, sizeof (float));
  else if (width == sizeof (double))
    for (size_t i = 0; i < n; ++i, out += sizeof (double))
      memcpy (out, records + place[i] * l->record + behind, sizeof (double));
  return out;
}

static uint8_t *
put_segment (const ictus__bundle *b, const ictus__layers *l, const row *r, const uint32_t *place, size_t n, uint32_t gap, uint8_t *out)
{
  if (gap > UINT8_MAX)
    {
      memset (out, 0, 2);
      memcpy (out + 2, &gap, sizeof gap);
      out += 2 + sizeof gap;
      gap = 0;
    }
  for (size_t i = 0; i < n; i += UINT8_MAX)
    {
      size_t m = n - i < UINT8_MAX ? n - i : UINT8_MAX;

      *out++ = i == 0 ? (uint8_t) gap : 0;
      *out++ = (uint8_t) m;
      out = put_synapses (b, l, r, place + i, m, out);
    }
  return out;
}

static uint8_t *
pack_row (const ictus__bundle *b, const ictus__layers *l, row *r, uint8_t *out)
{
  uint32_t before = (uint32_t) (b->kmin - l->base);

  memcpy (r->copy, r->record, r->n * l->record);
  sort_row (l, r);
  if (b->kind.k > 0)
    return put_synapses (b, l, r, r->place, r->n, out);
  for (size_t i = 0; i < r->n;)
    {
      uint32_t k = delay_of (l, r, r->place[i]);
      size_t end = i + 1;

      while (end < r->n && delay_of (l, r, r->place[end]) == k)
        ++end;
      out = put_segment (b, l, r, r->place + i, end - i, k - before, out);
      before = k;
      i = end;
    }
  return out;
}

static void
set_row (ictus__bundle *b, size_t r, size_t bytes)
{
  if (b->far_at != NULL)
    b->far_at[r] = bytes / 2;
  else
    b->at[r] = (uint32_t) (bytes / 2);
}

static ictus_err
pack (ictus__bundle *b, size_t nsource, const uint32_t *n, const ictus__layers *l)
{
  size_t most = 0, at = l->slack;
  uint8_t *data = b->data.p, *out = data;
  row r = { 0 };
  ictus_err e = ICTUS_E_NOMEM;

  for (size_t s = 0; s < nsource; ++s)
    most = n[s] > most ? n[s] : most;
  r.copy = ictus_alloc (most, l->record);
  r.place = ictus_alloc (most, sizeof *r.place);
  r.next = ictus_alloc (most, sizeof *r.next);
  if (b->data.bytes / 2 > UINT32_MAX)
    b->far_at = ictus_alloc (nsource + 1, sizeof *b->far_at);
  else
    b->at = ictus_alloc (nsource + 1, sizeof *b->at);
  if (r.copy == NULL || r.place == NULL || r.next == NULL || (b->at == NULL && b->far_at == NULL))
    goto done;
  for (size_t s = 0; s < nsource; ++s)
    {
      set_row (b, s, (size_t) (out - data));
      r.n = n[s];
      r.record = data + at;
      at += n[s] * l->record;
      if (r.n > 0)
        out = pack_row (b, l, &r, out);
    }
  set_row (b, nsource, (size_t) (out - data));
  b->nrow = nsource;
  e = ictus_pages_cut (&b->data, (size_t) (out - data));
done:
  ictus_free (r.copy);
  ictus_free (r.place);
  ictus_free (r.next);
  return e;
}

/* Keep only rows that have synapses, when the numbers of their sources cost less than the empty rows. */
static ictus_err
drop_empty (ictus__bundle *b, const uint32_t *n)
{
  size_t full = 0, each = b->at != NULL ? sizeof *b->at : sizeof *b->far_at, r = 0;
  uint8_t *at = (uint8_t *) b->at, *kept;

  if (b->far_at != NULL)
    at = (uint8_t *) b->far_at;
  for (size_t s = 0; s < b->nrow; ++s)
    full += n[s] > 0;
  if (!ictus__wires_drop (each, b->nrow, full))
    return ICTUS_OK;
  kept = ictus_alloc (full + 1, each);
  b->row_source = ictus_alloc (full, sizeof *b->row_source);
  if (kept == NULL || b->row_source == NULL)
    {
      ictus_free (kept);
      return ICTUS_E_NOMEM;
    }
  for (size_t s = 0; s < b->nrow; ++s)
    if (n[s] > 0)
      {
        b->row_source[r] = (uint32_t) s;
        memcpy (kept + r++ * each, at + s * each, each);
      }
  memcpy (kept + full * each, at + b->nrow * each, each);
  b->nrow = full;
  if (b->far_at != NULL)
    b->far_at = (uint64_t *) (void *) kept;
  else
    b->at = (uint32_t *) (void *) kept;
  ictus_free (at);
  return ICTUS_OK;
}

ictus_err
ictus__bundle_pack (ictus__bundle *b, size_t nsource, const uint32_t *n, const ictus__layers *l)
{
  ICTUS_TRY (pack (b, nsource, n, l));
  return drop_empty (b, n);
}
