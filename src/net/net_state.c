/* SPDX-License-Identifier: BSD-3-Clause */
/* The state of a net as fields of an image, in the order of the neurons of each population:
     net/POP/y           float64 [size, nstate]
     net/POP/refr_until  float64 [size] ms
     net/POP/armed       uint8 [size]
     net/POP/history     float64 [size, nhistory], where the solver remembers delayed states
   and the input on its way: on the grid the spikes that it comes from
     net/POP/spikes      uint64, for each neuron any number of ticks, counted back from the mark
   with exact timing, where the model has ports,
     net/POP/events      float64, for each neuron any number of (ms, weight, port), in the order in which they
                         are kept: it decides which of equal times comes first
   Everything else is made again: stimuli and replayed spikes are known for every stretch of time. */
#include "net_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum
{
  FIELD = 160, /* longest name of a field */
  EVENT = 3    /* numbers of an event */
};

typedef struct part /* the neurons of one population on this rank, and whom they belong to */
{
  ictus_net *net;
  const ictus_population *p;
  ictus__inbox *b;
  ictus_image *im;
  size_t n, nstate, nport;
  uint64_t *row; /* [n] */
} part;

static const char *
field (const part *x, char *buf, const char *name)
{
  snprintf (buf, FIELD, "net/%s/%s", x->p->name, name);
  return buf;
}

static ictus_err
agree (const part *x, ictus_err mine)
{
  return ictus_comm_agree (x->net->comm, mine);
}

/* All ranks learn whether all have what they asked for. */
static ictus_err
have (const part *x, const void *memory)
{
  return agree (x, memory == NULL ? ICTUS_E_NOMEM : ICTUS_OK);
}

/* Collective. */
static ictus_err
open_part (const ictus_net *net, int pop, ictus_image *im, part *x)
{
  const ictus_population *p = &net->pop[pop];

  *x = (part){ .net = (ictus_net *) net, .p = p, .b = &net->group[pop].inbox, .im = im, .n = p->cells.n };
  x->nstate = p->model == NULL ? 0 : (size_t) p->model->kernel->nstate;
  x->nport = p->model == NULL ? 0 : (size_t) p->model->kernel->nport;
  x->row = ictus_alloc (x->n, sizeof *x->row);
  for (size_t i = 0; x->row != NULL && i < x->n; ++i)
    x->row[i] = p->cells.gid[i] - p->first;
  return have (x, x->row);
}

/* ---- neurons ------------------------------------------------------------------------------------ */

/* Rows of n numbers a neuron, which are kept as columns: columns[k * n + i]. */
static ictus_err
save_columns (const part *x, const char *what, size_t width, const double *columns)
{
  double *rows = ictus_alloc (x->n, width * sizeof *rows);
  char name[FIELD];
  ictus_err e;

  ICTUS_GO (have (x, rows));
  for (size_t k = 0; k < width; ++k)
    for (size_t i = 0; i < x->n; ++i)
      rows[i * width + k] = columns[k * x->n + i];
  e = ictus_image_put_rows (x->im, field (x, name, what), ICTUS_IMAGE_F64, x->p->size, width, x->row, x->n, rows);
done:
  ictus_free (rows);
  return e;
}

static ictus_err
load_columns (const part *x, const char *what, size_t width, double *columns)
{
  double *rows = ictus_alloc (x->n, width * sizeof *rows);
  char name[FIELD];
  ictus_err e;

  ICTUS_GO (have (x, rows));
  ICTUS_GO (ictus_image_get_rows (x->im, field (x, name, what), ICTUS_IMAGE_F64, x->p->size, width, x->row, x->n, rows));
  for (size_t k = 0; k < width; ++k)
    for (size_t i = 0; i < x->n; ++i)
      columns[k * x->n + i] = rows[i * width + k];
done:
  ictus_free (rows);
  return e;
}

static ictus_err
save_cells (const part *x)
{
  const ictus_cells *c = &x->p->cells;
  char name[FIELD];

  if (x->nstate > 0)
    ICTUS_TRY (save_columns (x, "y", x->nstate, c->y));
  if (c->nhistory > 0)
    ICTUS_TRY (save_columns (x, "history", c->nhistory, c->history));
  ICTUS_TRY (ictus_image_put_rows (x->im, field (x, name, "refr_until"), ICTUS_IMAGE_F64, x->p->size, 1, x->row, x->n,
                                   c->refr_until));
  return ictus_image_put_rows (x->im, field (x, name, "armed"), ICTUS_IMAGE_U8, x->p->size, 1, x->row, x->n, c->armed);
}

static ictus_err
check_cells (const part *x)
{
  const ictus_cells *c = &x->p->cells;

  for (size_t i = 0; i < x->n; ++i)
    {
      bool good = c->armed[i] <= 1 && !isnan (c->refr_until[i]);

      for (size_t k = 0; k < x->nstate; ++k)
        good = good && isfinite (c->y[k * x->n + i]);
      for (size_t k = 0; k < c->nhistory; ++k)
        good = good && isfinite (c->history[k * x->n + i]);
      if (!good)
        return ICTUS_FAIL (ICTUS_E_FORMAT, "%s: the state of neuron %llu of population %s cannot be one",
                           ictus_image_path (x->im), (unsigned long long) x->row[i], x->p->name);
    }
  return ICTUS_OK;
}

static ictus_err
load_cells (const part *x)
{
  const ictus_cells *c = &x->p->cells;
  char name[FIELD];

  if (x->nstate > 0)
    ICTUS_TRY (load_columns (x, "y", x->nstate, c->y));
  if (c->nhistory > 0)
    ICTUS_TRY (load_columns (x, "history", c->nhistory, c->history));
  ICTUS_TRY (ictus_image_get_rows (x->im, field (x, name, "refr_until"), ICTUS_IMAGE_F64, x->p->size, 1, x->row, x->n,
                                   c->refr_until));
  ICTUS_TRY (ictus_image_get_rows (x->im, field (x, name, "armed"), ICTUS_IMAGE_U8, x->p->size, 1, x->row, x->n, c->armed));
  return agree (x, check_cells (x));
}

/* ---- spikes on their way, grid ------------------------------------------------------------------ */

/* Spikes of the neurons of this rank that can still arrive somewhere, dealt to their neurons: first [n + 1], ticks back from the
   last one whose input was used. */
static void
deal_spikes (const part *x, size_t *first, uint64_t *back)
{
  const ictus__flights *a = &x->net->flights;
  ictus_tick now = x->net->slots.done;

  for (int pass = 0; pass < 2; ++pass)
    {
      for (size_t k = a->head; k < a->nsent; ++k)
        {
          size_t i = a->sent[k].gid < x->p->first ? SIZE_MAX : ictus__net_local (x->p, a->sent[k].gid);

          if (i == SIZE_MAX || a->sent[k].k + a->kmax <= now)
            continue;
          if (pass == 0)
            ++first[i + 1];
          else
            back[first[i]++] = (uint64_t) (now - a->sent[k].k);
        }
      for (size_t i = 0; pass == 0 && i < x->n; ++i)
        first[i + 1] += first[i];
    }
  memmove (first + 1, first, x->n * sizeof *first);
  first[0] = 0;
}

static ictus_err
save_spikes (const part *x)
{
  size_t *first = ictus_alloc (x->n + 1, sizeof *first);
  uint64_t *back = ictus_alloc (x->net->flights.nsent, sizeof *back);
  char name[FIELD];
  ictus_err e;

  ICTUS_GO (agree (x, first == NULL || back == NULL ? ICTUS_E_NOMEM : ICTUS_OK));
  deal_spikes (x, first, back);
  e = ictus_image_put_lists (x->im, field (x, name, "spikes"), ICTUS_IMAGE_U64, x->p->size, x->row, x->n, first, back);
done:
  ictus_free (first);
  ictus_free (back);
  return e;
}

typedef struct history /* spikes of all populations, grid */
{
  ictus__sent *s;
  size_t n, cap;
} history;

static ictus_err
take_spikes (const part *x, const size_t *first, const uint64_t *back, ictus_tick now, history *h)
{
  ICTUS_TRY (ictus_grow (&h->s, &h->cap, h->n + first[x->p->size], sizeof *h->s));
  for (uint64_t i = 0; i < x->p->size; ++i)
    for (size_t k = first[i]; k < first[i + 1]; ++k)
      {
        if (back[k] >= (uint64_t) x->net->flights.kmax || (ictus_tick) back[k] >= now)
          return ICTUS_FAIL (ICTUS_E_FORMAT,
                             "%s: a spike of neuron %llu of population %s is on its way for %llu steps, longer than "
                             "the delays of this network or than its time",
                             ictus_image_path (x->im), (unsigned long long) i, x->p->name,
                             (unsigned long long) back[k]);
        h->s[h->n++] = (ictus__sent){ .k = now - (ictus_tick) back[k], .gid = x->p->first + i };
      }
  return ICTUS_OK;
}

/* Every rank reads the spikes of all neurons: any of them may have targets here. */
static ictus_err
load_spikes (const part *x, ictus_tick now, history *h)
{
  uint64_t *row = ictus_alloc (x->p->size, sizeof *row), *back = NULL;
  size_t *first = NULL;
  char name[FIELD];
  ictus_err e;

  ICTUS_GO (have (x, row));
  for (uint64_t i = 0; i < x->p->size; ++i)
    row[i] = i;
  ICTUS_GO (ictus_image_get_lists (x->im, field (x, name, "spikes"), ICTUS_IMAGE_U64, x->p->size, row, x->p->size,
                                   &first, (void **) &back));
  e = agree (x, take_spikes (x, first, back, now, h));
done:
  ictus_free (row);
  ictus_free (first);
  ictus_free (back);
  return e;
}

static int
compare_sent (const void *pa, const void *pb)
{
  const ictus__sent *a = pa, *b = pb;

  if (a->k != b->k)
    return a->k < b->k ? -1 : 1;
  return (a->gid > b->gid) - (a->gid < b->gid);
}

/* The spikes set out again; what had arrived before the mark is not looked at. */
static ictus_err
start_again (ictus_net *net, history *h)
{
  if (h->n > 1)
    qsort (h->s, h->n, sizeof *h->s, compare_sent);
  return ictus__flights_start (net, h->s, h->n, true);
}

/* ---- input with exact timing -------------------------------------------------------------------- */

/* Pending events dealt to their neurons, each keeping its order: first [n + 1] and data count numbers. */
static void
deal_events (const part *x, size_t *first, double *data)
{
  const ictus__inbox *b = x->b;

  for (size_t k = 0; k < b->npending; ++k)
    first[b->pending[k].to + 1] += EVENT;
  for (size_t i = 0; i < x->n; ++i)
    first[i + 1] += first[i];
  for (size_t k = 0; k < b->npending; ++k)
    {
      const ictus__pending *e = &b->pending[k];
      double *at = data + first[e->to];

      first[e->to] += EVENT;
      at[0] = e->t_ms;
      at[1] = e->weight;
      at[2] = e->port;
    }
  memmove (first + 1, first, x->n * sizeof *first);
  first[0] = 0;
}

static ictus_err
save_events (const part *x)
{
  size_t *first = ictus_alloc (x->n + 1, sizeof *first);
  double *data = ictus_alloc (x->b->npending, EVENT * sizeof *data);
  char name[FIELD];
  ictus_err e;

  ICTUS_GO (agree (x, first == NULL || data == NULL ? ICTUS_E_NOMEM : ICTUS_OK));
  deal_events (x, first, data);
  e = ictus_image_put_lists (x->im, field (x, name, "events"), ICTUS_IMAGE_F64, x->p->size, x->row, x->n,
                             first, data);
done:
  ictus_free (first);
  ictus_free (data);
  return e;
}

static ictus_err
place_events (const part *x, const size_t *first, const double *data, double t_ms)
{
  ictus__inbox *b = x->b;

  ICTUS_TRY (ictus_grow (&b->pending, &b->cap_pending, first[x->n] / EVENT, sizeof *b->pending));
  for (size_t i = 0; i < x->n; ++i)
    for (size_t k = first[i]; k < first[i + 1]; k += EVENT)
      {
        const double *e = data + k;

        if (b->first == NULL || (first[i + 1] - k) < EVENT || !(e[0] > t_ms) || !(e[2] >= 0)
            || !(e[2] < (double) x->nport))
          return ICTUS_FAIL (
              ICTUS_E_FORMAT,
              "%s: the input that is on its way to neuron %llu of population %s cannot be that of "
              "this network",
              ictus_image_path (x->im), (unsigned long long) x->row[i], x->p->name);
        b->pending[b->npending++]
            = (ictus__pending){ .t_ms = e[0], .weight = e[1], .to = (uint32_t) i, .port = (int) e[2] };
      }
  return ICTUS_OK;
}

static ictus_err
load_events (const part *x, double t_ms)
{
  size_t *first = NULL;
  double *data = NULL;
  char name[FIELD];
  ictus_err e;

  x->b->given_ms = t_ms;
  x->b->npending = 0;
  ICTUS_GO (ictus_image_get_lists (x->im, field (x, name, "events"), ICTUS_IMAGE_F64, x->p->size, x->row,
                                   x->n, &first, (void **) &data));
  e = agree (x, place_events (x, first, data, t_ms));
done:
  ictus_free (first);
  ictus_free (data);
  return e;
}

/* ---- the net ------------------------------------------------------------------------------------ */

static ictus_err
save_part (const part *x)
{
  if (x->p->model != NULL)
    ICTUS_TRY (save_cells (x));
  if (x->net->exp->grid)
    return save_spikes (x);
  return x->nport > 0 ? save_events (x) : ICTUS_OK;
}

static ictus_err
load_part (const part *x, double t_ms, history *h)
{
  if (x->p->model != NULL)
    ICTUS_TRY (load_cells (x));
  if (x->net->exp->grid)
    {
      x->b->given = x->net->slots.given;
      return load_spikes (x, x->net->slots.given, h);
    }
  return x->nport > 0 ? load_events (x, t_ms) : ICTUS_OK;
}

ictus_err
ictus_net_save (const ictus_net *net, ictus_image *im)
{
  ictus_err e = ICTUS_OK;

  if (net->phase != ICTUS__NET_BUILT)
    return ICTUS_FAIL (ICTUS_E_ARG, "a net has no state before it is built");
  for (int p = 0; p < net->npop && e == ICTUS_OK; ++p)
    {
      part x;

      e = open_part (net, p, im, &x);
      if (e == ICTUS_OK)
        e = save_part (&x);
      ictus_free (x.row);
    }
  return e;
}

ictus_err
ictus_net_load (ictus_net *net, ictus_image *im, double t_ms)
{
  history h = { 0 };
  ictus_err e = ICTUS_OK;

  if (net->phase != ICTUS__NET_BUILT)
    return ICTUS_FAIL (ICTUS_E_ARG, "a net takes no state before it is built");
  if (net->exp->grid)
    net->slots.done = net->slots.given = ictus_tick_of (t_ms, net->exp->resolution_ms);
  for (int p = 0; p < net->npop && e == ICTUS_OK; ++p)
    {
      part x;

      e = open_part (net, p, im, &x);
      if (e == ICTUS_OK)
        e = load_part (&x, t_ms, &h);
      ictus_free (x.row);
    }
  if (e == ICTUS_OK && net->exp->grid)
    e = ictus_comm_agree (net->comm, start_again (net, &h));
  ictus_free (h.s);
  return e;
}
