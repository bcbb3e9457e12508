/* SPDX-License-Identifier: BSD-3-Clause */
/* The measures of a run as far as they were taken, as fields of an image:
     summary/discard_ms     float64
     summary/count          uint64 [population + all, 6]: spikes, bin, spikes in it, full bins, samples, first
                            pending
     summary/value          float64 [population + all, 4]: mean and squared deviations of count and state
     summary/interval       float64 [neuron, 3]: spike before (NaN: none), mean and squared deviations of the
                            intervals
     summary/intervals      uint64 [neuron]: how many
     summary/potential/POP  float64 [size, 2]: mean and squared deviations of the first state
   Sums over ranks are brought up to date before, so nothing is pending. */
#include <string.h>

#include "sweep/sweep_summary_impl.h"

enum
{
  NCOUNT = 6,
  NVALUE = 4,
  NINTERVAL = 3,
  NPOTENTIAL = 2,
  FIELD = 160
};

typedef struct staged /* arrays on their way into an image or out of it */
{
  uint64_t *count;   /* [npop + 1, NCOUNT] */
  double *value;     /* [npop + 1, NVALUE] */
  double *interval;  /* [nlocal, NINTERVAL] */
  uint64_t *nof;     /* [nlocal] */
  uint64_t *row;     /* [nlocal] scratch for rows of a population */
  double *potential; /* [nlocal, NPOTENTIAL] of one population */
} staged;

static void
clear (staged *x)
{
  ictus_free (x->count);
  ictus_free (x->value);
  ictus_free (x->interval);
  ictus_free (x->nof);
  ictus_free (x->row);
  ictus_free (x->potential);
}

/* Collective. */
static ictus_err
make (const ictus_summary *s, staged *x)
{
  size_t ngroup = (size_t) s->npop + 1;

  memset (x, 0, sizeof *x);
  x->count = ictus_alloc (ngroup, NCOUNT * sizeof *x->count);
  x->value = ictus_alloc (ngroup, NVALUE * sizeof *x->value);
  x->interval = ictus_alloc (s->nlocal, NINTERVAL * sizeof *x->interval);
  x->nof = ictus_alloc (s->nlocal, sizeof *x->nof);
  x->row = ictus_alloc (s->nlocal, sizeof *x->row);
  x->potential = ictus_alloc (s->nlocal, NPOTENTIAL * sizeof *x->potential);
  return ictus_comm_agree (s->comm, x->count == NULL || x->value == NULL || x->interval == NULL
                                            || x->nof == NULL || x->row == NULL || x->potential == NULL
                                        ? ICTUS_E_NOMEM
                                        : ICTUS_OK);
}

/* Numbers of the neurons of population p on this rank; the name of their field. */
static const char *
potential_rows (const ictus_summary *s, int p, staged *x, char *name)
{
  const ictus_population *pop = ictus_net_population (s->net, p);

  for (size_t i = 0; i < s->group[p].nlocal; ++i)
    x->row[i] = pop->cells.gid[i] - pop->first;
  snprintf (name, FIELD, "summary/potential/%s", pop->name);
  return name;
}

/* ---- save --------------------------------------------------------------------------------------- */

static void
gather (const ictus_summary *s, staged *x)
{
  for (int p = 0; p <= s->npop; ++p)
    {
      const summary_group *g = &s->group[p];
      const uint64_t count[NCOUNT] = { g->nspike, g->bin, g->nbinned, g->count.n, g->mean_state.n, g->first };
      const double value[NVALUE] = { g->count.mean, g->count.m2, g->mean_state.mean, g->mean_state.m2 };

      memcpy (x->count + (size_t) p * NCOUNT, count, sizeof count);
      memcpy (x->value + (size_t) p * NVALUE, value, sizeof value);
    }
  for (size_t i = 0; i < s->nlocal; ++i)
    {
      const summary_neuron *n = &s->neuron[i];
      const double interval[NINTERVAL] = { n->last_ms, n->interval.mean, n->interval.m2 };

      memcpy (x->interval + i * NINTERVAL, interval, sizeof interval);
      x->nof[i] = n->interval.n;
    }
}

static ictus_err
save_potentials (const ictus_summary *s, staged *x, ictus_image *im)
{
  char name[FIELD];

  for (int p = 0; p < s->npop; ++p)
    {
      const summary_group *g = &s->group[p];

      if (g->local == NULL) /* has no state; the same on all ranks */
        continue;
      potential_rows (s, p, x, name);
      for (size_t i = 0; i < g->nlocal; ++i)
        {
          x->potential[i * NPOTENTIAL] = g->local[i].mean;
          x->potential[i * NPOTENTIAL + 1] = g->local[i].m2;
        }
      ICTUS_TRY (ictus_image_put_rows (im, name, ICTUS_IMAGE_F64, g->size, NPOTENTIAL, x->row, g->nlocal,
                                       x->potential));
    }
  return ICTUS_OK;
}

ictus_err
ictus_summary_save (void *ctx, ictus_image *im)
{
  ictus_summary *s = ctx;
  size_t ngroup = (size_t) s->npop + 1, total = ictus_net_size (s->net);
  staged x = { 0 };
  ictus_err e;

  ICTUS_GO (ictus_comm_agree (s->comm, s->failed));
  ICTUS_GO (ictus__summary_flush (s, 0));
  ICTUS_GO (make (s, &x));
  gather (s, &x);
  ICTUS_GO (ictus_image_put (im, "summary/discard_ms", ICTUS_IMAGE_F64, 1, &s->discard_ms));
  ICTUS_GO (ictus_image_put (im, "summary/count", ICTUS_IMAGE_U64, ngroup * NCOUNT, x.count));
  ICTUS_GO (ictus_image_put (im, "summary/value", ICTUS_IMAGE_F64, ngroup * NVALUE, x.value));
  ICTUS_GO (ictus_image_put_rows (im, "summary/interval", ICTUS_IMAGE_F64, total, NINTERVAL, s->gid,
                                  s->nlocal, x.interval));
  ICTUS_GO (
      ictus_image_put_rows (im, "summary/intervals", ICTUS_IMAGE_U64, total, 1, s->gid, s->nlocal, x.nof));
  e = save_potentials (s, &x, im);
done:
  clear (&x);
  return e;
}

/* ---- load --------------------------------------------------------------------------------------- */

static void
scatter (ictus_summary *s, const staged *x)
{
  for (int p = 0; p <= s->npop; ++p)
    {
      summary_group *g = &s->group[p];
      const uint64_t *count = x->count + (size_t) p * NCOUNT;
      const double *value = x->value + (size_t) p * NVALUE;

      g->nspike = count[0];
      g->bin = count[1];
      g->nbinned = count[2];
      g->count = (summary_running){ .n = count[3], .mean = value[0], .m2 = value[1] };
      g->mean_state = (summary_running){ .n = count[4], .mean = value[2], .m2 = value[3] };
      g->first = count[5];
      g->npending = g->nfresh = 0;
    }
  for (size_t i = 0; i < s->nlocal; ++i)
    {
      const double *v = x->interval + i * NINTERVAL;

      s->neuron[i].last_ms = v[0];
      s->neuron[i].interval = (summary_running){ .n = x->nof[i], .mean = v[1], .m2 = v[2] };
    }
}

static ictus_err
load_potentials (ictus_summary *s, staged *x, ictus_image *im)
{
  char name[FIELD];

  for (int p = 0; p < s->npop; ++p)
    {
      summary_group *g = &s->group[p];

      if (g->local == NULL)
        continue;
      potential_rows (s, p, x, name);
      ICTUS_TRY (ictus_image_get_rows (im, name, ICTUS_IMAGE_F64, g->size, NPOTENTIAL, x->row, g->nlocal,
                                       x->potential));
      for (size_t i = 0; i < g->nlocal; ++i)
        g->local[i] = (summary_potential){ .mean = x->potential[i * NPOTENTIAL],
                                           .m2 = x->potential[i * NPOTENTIAL + 1] };
    }
  return ICTUS_OK;
}

ictus_err
ictus_summary_load (ictus_summary *s, ictus_image *im)
{
  size_t ngroup = (size_t) s->npop + 1, total = ictus_net_size (s->net);
  staged x = { 0 };
  double discard;
  ictus_err e;

  ICTUS_GO (make (s, &x));
  ICTUS_GO (ictus_image_get_n (im, "summary/discard_ms", ICTUS_IMAGE_F64, 1, &discard));
  if (discard < s->discard_ms || discard > s->discard_ms)
    {
      e = ICTUS_FAIL (ICTUS_E_FORMAT, "%s: its measures leave out the first %g ms, those of this run %g ms",
                      ictus_image_path (im), discard, s->discard_ms);
      goto done;
    }
  ICTUS_GO (ictus_image_get_n (im, "summary/count", ICTUS_IMAGE_U64, ngroup * NCOUNT, x.count));
  ICTUS_GO (ictus_image_get_n (im, "summary/value", ICTUS_IMAGE_F64, ngroup * NVALUE, x.value));
  ICTUS_GO (ictus_image_get_rows (im, "summary/interval", ICTUS_IMAGE_F64, total, NINTERVAL, s->gid,
                                  s->nlocal, x.interval));
  ICTUS_GO (
      ictus_image_get_rows (im, "summary/intervals", ICTUS_IMAGE_U64, total, 1, s->gid, s->nlocal, x.nof));
  scatter (s, &x);
  e = load_potentials (s, &x, im);
done:
  clear (&x);
  return e;
}
