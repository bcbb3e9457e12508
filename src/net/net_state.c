/* SPDX-License-Identifier: BSD-3-Clause */
/* The state of a net as fields of an image, in the order of the neurons of each population:
     net/POP/y           float64 [size, nstate]
     net/POP/refr_until  float64 [size] ms
     net/POP/armed       uint8 [size]
   and the input on its way, where the model has ports: on the grid
     net/POP/ticks       uint64 [n]: the ticks, counted from the mark, in which anything arrives anywhere
     net/POP/slots.B     float64 [size, m, nport]: what arrives in the B-th m of these ticks
   with exact timing
     net/POP/events      float64, for each neuron any number of (ms, weight, port), in the order in which they
                         are kept: it decides which of equal times comes first
   Everything else is made again: stimuli and replayed spikes are known for every stretch of time. */
#include "net_impl.h"

#include <math.h>
#include <string.h>

enum
{
  FIELD = 160, /* longest name of a field */
  TICKS = 64,  /* ticks of one field of slots: what is copied at once stays small beside the state */
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

static const char *
slots_field (const part *x, char *buf, size_t block)
{
  snprintf (buf, FIELD, "net/%s/slots.%zu", x->p->name, block);
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
  x->nstate = (size_t) p->model->kernel->nstate;
  x->nport = (size_t) p->model->kernel->nport;
  x->row = ictus_alloc (x->n, sizeof *x->row);
  for (size_t i = 0; x->row != NULL && i < x->n; ++i)
    x->row[i] = p->cells.gid[i] - p->first;
  return have (x, x->row);
}

/* ---- neurons ------------------------------------------------------------------------------------ */

static ictus_err
save_cells (const part *x)
{
  const ictus_cells *c = &x->p->cells;
  double *y = ictus_alloc (x->n, x->nstate * sizeof *y); /* [n, nstate] */
  char name[FIELD];
  ictus_err e;

  ICTUS_GO (have (x, y));
  for (size_t k = 0; k < x->nstate; ++k)
    for (size_t i = 0; i < x->n; ++i)
      y[i * x->nstate + k] = c->y[k * x->n + i];
  if (x->nstate > 0)
    ICTUS_GO (ictus_image_put_rows (x->im, field (x, name, "y"), ICTUS_IMAGE_F64, x->p->size, x->nstate,
                                    x->row, x->n, y));
  ICTUS_GO (ictus_image_put_rows (x->im, field (x, name, "refr_until"), ICTUS_IMAGE_F64, x->p->size, 1,
                                  x->row, x->n, c->refr_until));
  e = ictus_image_put_rows (x->im, field (x, name, "armed"), ICTUS_IMAGE_U8, x->p->size, 1, x->row, x->n,
                            c->armed);
done:
  ictus_free (y);
  return e;
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
  double *y = ictus_alloc (x->n, x->nstate * sizeof *y); /* [n, nstate] */
  char name[FIELD];
  ictus_err e;

  ICTUS_GO (have (x, y));
  if (x->nstate > 0)
    ICTUS_GO (ictus_image_get_rows (x->im, field (x, name, "y"), ICTUS_IMAGE_F64, x->p->size, x->nstate,
                                    x->row, x->n, y));
  ICTUS_GO (ictus_image_get_rows (x->im, field (x, name, "refr_until"), ICTUS_IMAGE_F64, x->p->size, 1,
                                  x->row, x->n, c->refr_until));
  ICTUS_GO (ictus_image_get_rows (x->im, field (x, name, "armed"), ICTUS_IMAGE_U8, x->p->size, 1, x->row,
                                  x->n, c->armed));
  for (size_t k = 0; k < x->nstate; ++k)
    for (size_t i = 0; i < x->n; ++i)
      c->y[k * x->n + i] = y[i * x->nstate + k];
  e = agree (x, check_cells (x));
done:
  ictus_free (y);
  return e;
}

/* ---- input on the grid -------------------------------------------------------------------------- */

/* Ticks after the mark in which anything arrives on any rank, the same on all; *tick freed with ictus_free.
   Rings of slots have a length of their own on each rank. */
static ictus_err
arriving (const part *x, uint64_t **tick, size_t *ntick)
{
  const ictus__inbox *b = x->b;
  uint64_t span = b->nslot;
  uint8_t *any = NULL;
  ictus_err e;

  *ntick = 0;
  ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, &span, 1, MPI_UINT64_T, MPI_MAX, x->net->comm));
  any = ictus_alloc (span, sizeof *any);
  *tick = ictus_alloc (span, sizeof **tick);
  ICTUS_GO (agree (x, any == NULL || *tick == NULL ? ICTUS_E_NOMEM : ICTUS_OK));
  for (size_t k = 0; k < b->nslot; ++k)
    any[k] = b->any[((size_t) b->done + 1 + k) % b->nslot];
  ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, any, (int) span, MPI_UINT8_T, MPI_MAX, x->net->comm));
  for (size_t k = 0; k < span; ++k)
    if (any[k] != 0)
      (*tick)[(*ntick)++] = k + 1;
done:
  ictus_free (any);
  return e;
}

/* A block of ticks to data [n, m, nport]. */
static void
copy_slots (const part *x, const uint64_t *tick, size_t m, double *data)
{
  memset (data, 0, x->n * m * x->nport * sizeof *data);
  for (size_t j = 0; j < m; ++j)
    {
      const double *slot
          = tick[j] <= x->b->nslot ? ictus__inbox_read (x->b, x->b->done + (ictus_tick) tick[j]) : NULL;

      for (size_t port = 0; slot != NULL && port < x->nport; ++port)
        for (size_t i = 0; i < x->n; ++i)
          data[(i * m + j) * x->nport + port] = slot[port * x->n + i];
    }
}

static ictus_err
save_slots (const part *x)
{
  uint64_t *tick = NULL;
  size_t ntick = 0;
  double *data = NULL;
  char name[FIELD];
  ictus_err e;

  ICTUS_GO (arriving (x, &tick, &ntick));
  ICTUS_GO (ictus_image_put (x->im, field (x, name, "ticks"), ICTUS_IMAGE_U64, ntick, tick));
  data = ictus_alloc (x->n * (ntick < TICKS ? ntick : TICKS), x->nport * sizeof *data);
  ICTUS_GO (have (x, data));
  for (size_t k = 0; k < ntick; k += TICKS)
    {
      size_t m = ntick - k < TICKS ? ntick - k : TICKS;

      copy_slots (x, tick + k, m, data);
      ICTUS_GO (ictus_image_put_rows (x->im, slots_field (x, name, k / TICKS), ICTUS_IMAGE_F64, x->p->size,
                                      m * x->nport, x->row, x->n, data));
    }
done:
  ictus_free (tick);
  ictus_free (data);
  return e;
}

/* Back from data [n, m, nport]. Only where something arrives: a rank has slots for its own delays. */
static ictus_err
place_slots (const part *x, const uint64_t *tick, size_t m, const double *data)
{
  for (size_t j = 0; j < m; ++j)
    for (size_t i = 0; i < x->n; ++i)
      for (size_t port = 0; port < x->nport; ++port)
        {
          double w = data[(i * m + j) * x->nport + port];

          if (w == 0)
            continue;
          if (tick[j] > x->b->nslot)
            return ICTUS_FAIL (
                ICTUS_E_FORMAT,
                "%s: input of neuron %llu of population %s is on its way for %llu steps, longer than "
                "its delays",
                ictus_image_path (x->im), (unsigned long long) x->row[i], x->p->name,
                (unsigned long long) tick[j]);
          ictus__inbox_slot (x->b, x->b->done + (ictus_tick) tick[j])[port * x->n + i] = w;
        }
  return ICTUS_OK;
}

static ictus_err
load_slots (const part *x, double t_ms)
{
  uint64_t *tick = NULL;
  size_t ntick = 0;
  double *data = NULL;
  char name[FIELD];
  ictus_err e;

  x->b->done = x->b->given = ictus_tick_of (t_ms, x->net->exp->resolution_ms);
  ICTUS_GO (ictus_image_get (x->im, field (x, name, "ticks"), ICTUS_IMAGE_U64, (void **) &tick, &ntick));
  data = ictus_alloc (x->n * (ntick < TICKS ? ntick : TICKS), x->nport * sizeof *data);
  ICTUS_GO (have (x, data));
  for (size_t k = 0; k < ntick; k += TICKS)
    {
      size_t m = ntick - k < TICKS ? ntick - k : TICKS;

      ICTUS_GO (ictus_image_get_rows (x->im, slots_field (x, name, k / TICKS), ICTUS_IMAGE_F64, x->p->size,
                                      m * x->nport, x->row, x->n, data));
      ICTUS_GO (agree (x, place_slots (x, tick + k, m, data)));
    }
done:
  ictus_free (tick);
  ictus_free (data);
  return e;
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

ictus_err
ictus_net_save (const ictus_net *net, ictus_image *im)
{
  ictus_err e = ICTUS_OK;

  if (net->phase != ICTUS__NET_BUILT)
    return ICTUS_FAIL (ICTUS_E_ARG, "a net has no state before it is built");
  for (int p = 0; p < net->npop && e == ICTUS_OK; ++p)
    {
      part x;

      if (net->pop[p].model == NULL)
        continue;
      e = open_part (net, p, im, &x);
      if (e == ICTUS_OK)
        e = save_cells (&x);
      if (e == ICTUS_OK && x.nport > 0)
        e = net->exp->grid ? save_slots (&x) : save_events (&x);
      ictus_free (x.row);
    }
  return e;
}

ictus_err
ictus_net_load (ictus_net *net, ictus_image *im, double t_ms)
{
  ictus_err e = ICTUS_OK;

  if (net->phase != ICTUS__NET_BUILT)
    return ICTUS_FAIL (ICTUS_E_ARG, "a net takes no state before it is built");
  for (int p = 0; p < net->npop && e == ICTUS_OK; ++p)
    {
      part x;

      if (net->pop[p].model == NULL)
        continue;
      e = open_part (net, p, im, &x);
      if (e == ICTUS_OK)
        e = load_cells (&x);
      if (e == ICTUS_OK && x.nport > 0)
        e = net->exp->grid ? load_slots (&x, t_ms) : load_events (&x, t_ms);
      ictus_free (x.row);
    }
  return e;
}
