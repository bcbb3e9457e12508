/* SPDX-License-Identifier: BSD-3-Clause */
/* A net made by hand, without models and without MPI: populations of chosen sizes, one rank of several pretended ones. */
#ifndef NET_TOY_H
#define NET_TOY_H

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "net/net_impl.h"

typedef struct toy
{
  ictus_experiment exp;
  ictus_exp_projection projection[8];
  int target[8];
  ictus_net net;
  ictus_population pop[4];
  ictus__group group[4];
  ictus__wires wires[8];
  int out[8], out_first[5];
  ictus__poisson poisson[2];
  ictus_exp_stimulus stimulus[2];
} toy;

static inline ictus_dist
toy_constant (double a)
{
  return (ictus_dist){ .kind = ICTUS_DIST_CONSTANT, .a = a, .min = -INFINITY, .max = INFINITY };
}

/* Neurons of this pretended rank: those with gid % nrank == rank. */
static inline void
toy_start (toy *t, int npop, const size_t *size, int rank, int nrank)
{
  memset (t, 0, sizeof *t);
  t->exp.seed = 7;
  t->exp.grid = true;
  t->exp.resolution_ms = 0.1;
  t->net.exp = &t->exp;
  t->net.rank = rank;
  t->net.npop = npop;
  t->net.pop = t->pop;
  t->net.group = t->group;
  t->net.wires = t->wires;
  t->net.out = t->out;
  t->net.out_first = t->out_first;
  t->net.poisson = t->poisson;
  for (int p = 0; p < npop; ++p)
    {
      size_t n = 0;

      t->pop[p].name = "toys";
      t->pop[p].size = size[p];
      t->pop[p].first = t->net.size;
      t->net.size += size[p];
      t->group[p].gid = ictus_alloc (size[p], sizeof (uint64_t));
      for (uint64_t g = t->pop[p].first; g < t->net.size; ++g)
        if (g % (uint64_t) nrank == (uint64_t) rank)
          t->group[p].gid[n++] = g;
      t->pop[p].cells.n = n;
      t->pop[p].cells.gid = t->group[p].gid;
    }
}

static inline ictus__wires *
toy_project (toy *t, int source, int target, ictus_rule rule, uint64_t number)
{
  int k = t->net.nwires++;
  ictus_exp_projection *c = &t->projection[k];
  ictus__wires *w = &t->wires[k];

  *c = (ictus_exp_projection){ .name = "toy", .source = source, .target = &t->target[k], .ntarget = 1, .rule = rule,
                               .number = number, .allow_autapses = true, .allow_multapses = true, .scale = 1 };
  t->target[k] = target;
  w->projection = k;
  w->source = source;
  w->target = target;
  w->conf = c;
  w->weight = toy_constant (1);
  w->delay = toy_constant (1.5);
  w->dmin = INFINITY;
  return w;
}

/* Rows, and inboxes for windows of the given length (ticks); nport ports everywhere. */
static inline ictus_err
toy_try (toy *t, int nport, ictus_tick window)
{
  ictus_tick kmax = 0;
  int n = 0;

  for (int p = 0; p < t->net.npop; ++p)
    {
      t->out_first[p] = n;
      for (int k = 0; k < t->net.nwires; ++k)
        if (t->wires[k].source == p)
          t->out[n++] = k;
      ICTUS_TRY (ictus__inbox_init (&t->group[p].inbox, t->pop[p].cells.n, nport, true, t->exp.grid));
    }
  t->out_first[t->net.npop] = n;
  if (!t->exp.grid)
    {
      for (int k = 0; k < t->net.nwires; ++k)
        {
          ICTUS_TRY (ictus__wires_build (&t->net, &t->wires[k]));
          ictus__wires_check (&t->net, &t->wires[k]);
        }
      return ICTUS_OK;
    }
  ICTUS_TRY (ictus__rows_build (&t->net));
  ictus__rows_check (&t->net);
  for (int k = 0; k < t->net.rows.nbundle; ++k)
    if (t->net.rows.bundle[k].nsyn > 0 && t->net.rows.bundle[k].kmax > kmax)
      kmax = t->net.rows.bundle[k].kmax;
  ictus__slots_init (&t->net);
  ICTUS_TRY (ictus__flights_init (&t->net, kmax));
  return ictus__slots_room (&t->net.slots, window);
}

static inline void
toy_build (toy *t, int nport, ictus_tick window)
{
  ck_assert_msg (toy_try (t, nport, window) == ICTUS_OK, "%s", ictus_err_last ());
}

/* A Poisson train for every neuron of a population. */
static inline ictus__poisson *
toy_poisson (toy *t, int target, int port, double rate_Hz, double weight)
{
  int k = t->net.npoisson++;
  ictus__poisson *s = &t->poisson[k];

  t->stimulus[k] = (ictus_exp_stimulus){ .name = "noise", .type = ICTUS_STIM_POISSON, .target = target, .rate_Hz = rate_Hz,
                                         .scale = 1, .stop_ms = INFINITY };
  *s = (ictus__poisson){ .stimulus = k, .target = target, .port = port, .conf = &t->stimulus[k], .w = weight,
                         .nat = t->pop[target].cells.n };
  return s;
}

/* What was seen of a toy may live on. */
static inline void
toy_clear (toy *t)
{
  for (int k = 0; k < t->net.nwires; ++k)
    ictus__wires_clear (&t->wires[k]);
  for (int k = 0; k < t->net.npoisson; ++k)
    ictus__poisson_clear (&t->poisson[k]);
  ictus__rows_clear (&t->net.rows);
  ictus__flights_clear (&t->net.flights);
  ictus__slots_clear (&t->net.slots);
  for (int p = 0; p < t->net.npop; ++p)
    {
      ictus_free (t->group[p].gid);
      ictus__inbox_clear (&t->group[p].inbox);
    }
}

static inline void
toy_end (toy *t)
{
  toy_clear (t);
  ck_assert_uint_eq (ictus_mem_live (), 0);
}

static inline void
toy_window (const toy *t, ictus_window *w, ictus_tick k0, ictus_tick k1)
{
  memset (w, 0, sizeof *w);
  w->grid = t->exp.grid;
  w->h_ms = t->exp.resolution_ms;
  w->k0 = k0;
  w->k1 = k1;
  w->t0_ms = ictus_tick_ms (k0, w->h_ms);
  w->t1_ms = ictus_tick_ms (k1, w->h_ms);
}

#endif
