/* SPDX-License-Identifier: BSD-3-Clause */
/* Which synapses share rows: kinds of synapses, blocks of targets, and the bundles that they make. */
#include "net_impl.h"

#include <math.h>
#include <string.h>

/* ---- kinds -------------------------------------------------------------------------------------- */

static ictus_tick
constant_delay (const ictus_net *net, const ictus__wires *w)
{
  double h = net->exp->resolution_ms;
  ictus_tick k;

  if (!(w->delay.a / h <= (double) UINT32_MAX))
    return UINT32_MAX; /* refused where it is built */
  k = ictus_tick_of (w->delay.a, h);
  return k < 1 ? 1 : k;
}

ictus__kind
ictus__kind_of (const ictus_net *net, int wires, bool weights, bool delays, bool exact)
{
  const ictus__wires *w = &net->wires[wires];
  ictus__kind kind = { .list = w->conf->rule == ICTUS_RULE_LIST ? 1 + wires : 0 };

  if (weights || w->weight.kind != ICTUS_DIST_CONSTANT)
    kind.width = exact ? (int) sizeof (float) : (int) sizeof (double);
  else
    kind.w = w->weight.a * w->conf->scale;
  if (!delays && w->delay.kind == ICTUS_DIST_CONSTANT)
    kind.k = constant_delay (net, w);
  return kind;
}

static bool
same_kind (const ictus__kind *a, const ictus__kind *b)
{
  return a->k == b->k && a->width == b->width && a->list == b->list && memcmp (&a->w, &b->w, sizeof a->w) == 0;
}

/* ---- blocks ------------------------------------------------------------------------------------- */

/* Populations without neurons or ports stand where the next one begins. */
static ictus_err
add_block (ictus__rows *rows, const size_t *n, const int *nport, int npop, size_t first, size_t end)
{
  ictus__block *b;

  ICTUS_TRY (ictus_grow (&rows->block, &rows->cap_block, (size_t) rows->nblock + 1, sizeof *rows->block));
  b = &rows->block[rows->nblock++];
  *b = (ictus__block){ .first = first, .n = end - first, .pop = npop, .last_pop = -1 };
  for (int p = 0; p < npop; ++p)
    if (rows->base[p] < end && rows->base[p] + n[p] * (size_t) nport[p] > first)
      {
        b->pop = p < b->pop ? p : b->pop;
        b->last_pop = p;
      }
  return ICTUS_OK;
}

/* As even as ends of ports allow; a port that is too large alone is cut into even parts. */
static ictus_err
cut_blocks (const ictus_net *net, const size_t *n, const int *nport, ictus__rows *rows)
{
  size_t limit = net->block > 0 ? net->block : ICTUS__BLOCK, parts = (rows->naddress + limit - 1) / limit,
         even = parts == 0 ? 0 : (rows->naddress + parts - 1) / parts, first = 0, at = 0;

  for (int p = 0; p < net->npop; ++p)
    for (int port = 0; port < nport[p]; ++port)
      {
        size_t left = n[p];

        if (at > first && at + left - first > limit)
          {
            ICTUS_TRY (add_block (rows, n, nport, net->npop, first, at));
            first = at;
          }
        while (at == first && left > limit)
          {
            size_t m = (left + limit - 1) / limit, part = (left + m - 1) / m;

            ICTUS_TRY (add_block (rows, n, nport, net->npop, at, at + part));
            at += part;
            first = at;
            left -= part;
          }
        at += left;
        if (at > first && at - first >= even)
          {
            ICTUS_TRY (add_block (rows, n, nport, net->npop, first, at));
            first = at;
          }
      }
  return at > first ? add_block (rows, n, nport, net->npop, first, at) : ICTUS_OK;
}

/* ---- bundles ------------------------------------------------------------------------------------ */

typedef struct plan
{
  const ictus_net *net;
  const size_t *n;
  const int *nport;
  const ictus__kind *kind;
  ictus__rows *rows;
} plan;

/* The part of some wires that lies in a block; false if there is none. */
static bool
cut_piece (const plan *a, int wires, const ictus__block *block, ictus__piece *out)
{
  const ictus__wires *w = &a->net->wires[wires];
  size_t first = a->rows->base[w->target] + (size_t) w->port * a->n[w->target], end = first + a->n[w->target],
         from = first > block->first ? first : block->first,
         to = end < block->first + block->n ? end : block->first + block->n;

  if (a->nport[w->target] == 0 || from >= to)
    return false;
  *out = (ictus__piece){ .wires = wires,
                         .lo = (uint32_t) (from - first),
                         .hi = (uint32_t) (to - first),
                         .at = (uint32_t) (from - block->first) };
  return true;
}

/* Pieces of all wires of the source that are of the kind of wires `like` into one block. */
static ictus_err
add_bundle (const plan *a, int source, int like, int block)
{
  const ictus_net *net = a->net;
  ictus__rows *rows = a->rows;
  ictus__piece piece;
  ictus__bundle *b;
  int n = 0;

  for (int k = like; k < net->nwires; ++k)
    n += net->wires[k].source == source && same_kind (&a->kind[k], &a->kind[like])
         && cut_piece (a, k, &rows->block[block], &piece);
  if (n == 0)
    return ICTUS_OK;
  ICTUS_TRY (ictus_grow (&rows->bundle, &rows->cap_bundle, (size_t) rows->nbundle + 1, sizeof *rows->bundle));
  b = &rows->bundle[rows->nbundle++];
  *b = (ictus__bundle){ .source = source, .block = block, .kind = a->kind[like] };
  b->piece = ictus_alloc ((size_t) n, sizeof *b->piece);
  if (b->piece == NULL)
    return ICTUS_E_NOMEM;
  for (int k = like; k < net->nwires; ++k)
    if (net->wires[k].source == source && same_kind (&a->kind[k], &a->kind[like])
        && cut_piece (a, k, &rows->block[block], &piece))
      b->piece[b->npiece++] = piece;
  return ICTUS_OK;
}

static bool
is_first_of_kind (const plan *a, int source, int wires)
{
  for (int k = 0; k < wires; ++k)
    if (a->net->wires[k].source == source && same_kind (&a->kind[k], &a->kind[wires]))
      return false;
  return true;
}

/* Kinds stand in the order of all projections, whether they have a part in a block or not. */
static ictus_err
make_bundles (const plan *a, int source)
{
  for (int block = 0; block < a->rows->nblock; ++block)
    for (int k = 0; k < a->net->nwires; ++k)
      if (a->net->wires[k].source == source && is_first_of_kind (a, source, k))
        ICTUS_TRY (add_bundle (a, source, k, block));
  return ICTUS_OK;
}

ictus_err
ictus__rows_layout (const ictus_net *net, const size_t *n, const int *nport, const ictus__kind *kind,
                    ictus__rows *rows)
{
  plan a = { .net = net, .n = n, .nport = nport, .kind = kind, .rows = rows };

  rows->base = ictus_alloc ((size_t) net->npop, sizeof *rows->base);
  rows->first = ictus_alloc ((size_t) net->npop + 1, sizeof *rows->first);
  if (rows->base == NULL || rows->first == NULL)
    return ICTUS_E_NOMEM;
  for (int p = 0; p < net->npop; ++p)
    {
      rows->base[p] = rows->naddress;
      rows->naddress += n[p] * (size_t) nport[p];
    }
  ICTUS_TRY (cut_blocks (net, n, nport, rows));
  for (int p = 0; p < net->npop; ++p)
    {
      rows->first[p] = rows->nbundle;
      ICTUS_TRY (make_bundles (&a, p));
    }
  rows->first[net->npop] = rows->nbundle;
  return ICTUS_OK;
}

void
ictus__rows_clear (ictus__rows *rows)
{
  for (int k = 0; k < rows->nbundle; ++k)
    {
      ictus__bundle *b = &rows->bundle[k];

      ictus_free (b->piece);
      ictus_free (b->row_source);
      ictus_free (b->at);
      ictus_free (b->far_at);
      ictus_pages_put (&b->data);
    }
  ictus_free (rows->base);
  ictus_free (rows->block);
  ictus_free (rows->bundle);
  ictus_free (rows->first);
  memset (rows, 0, sizeof *rows);
}
