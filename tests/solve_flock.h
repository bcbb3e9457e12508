/* SPDX-License-Identifier: BSD-3-Clause */
/* Any number of neurons of a table of functions, on a grid, without an engine: for the tests of noise, delays, events and
   maps. */
#ifndef SOLVE_FLOCK_H
#define SOLVE_FLOCK_H

#include <check.h>
#include <math.h>
#include <string.h>

#include "ictus/solve.h"

typedef struct flock
{
  ictus_model model;
  ictus_cells cells;
  ictus_solver_config cfg;
  double *y, *p, *refr;
  uint8_t *armed;
  uint64_t *gid;
  ictus_solver *s;
  ictus_spikes out;
  ictus_tick k; /* where it is */
  const double *(*slot) (const void *ctx, ictus_tick k);
  void (*sample) (void *ctx, size_t i, int s, const double *y, const double *u); /* at the end of every tick */
  void *ctx; /* of both */
} flock;

static inline void
flock_must (ictus_err e)
{
  ck_assert_msg (e == ICTUS_OK, "%s: %s", ictus_err_name (e), ictus_err_last ());
}

/* Neurons `first` .. of a population, with their own parameters p [n, nslot] where own is true, else one set [nslot]. dt 0:
   the resolution. Not started. */
static inline void
flock_init (flock *f, const ictus_kernel *k, size_t first, size_t n, const double *p, bool own, const char *solver, double h, double dt)
{
  size_t ns = (size_t) k->nstate, nslot = (size_t) k->nslot, nset = own ? n : 1;

  *f = (flock){ .model = { .kernel = k }, .cfg = { .name = solver, .rtol = 1e-6, .atol = 1e-6, .grid = true, .h_ms = h, .dt_ms = dt } };
  f->y = ictus_alloc (n, ns * sizeof *f->y);
  f->p = ictus_alloc (nset, nslot * sizeof *f->p);
  f->refr = ictus_alloc (n, sizeof *f->refr);
  f->armed = ictus_alloc (n, 1);
  f->gid = ictus_alloc (n, sizeof *f->gid);
  memcpy (f->p, p, nset * nslot * sizeof *p);
  for (size_t i = 0; i < n; ++i)
    {
      double y[32];

      k->init (f->p + (own ? i * nslot : 0), y);
      for (size_t s = 0; s < ns; ++s)
        f->y[s * n + i] = y[s];
      f->refr[i] = -INFINITY;
      f->armed[i] = 1;
      f->gid[i] = 1000 + first + i;
    }
  f->cells = (ictus_cells){ .n = n,
                            .gid = f->gid,
                            .first = 1000,
                            .y = f->y,
                            .p = f->p,
                            .p_stride = own ? nslot : 0,
                            .refr_until = f->refr,
                            .armed = f->armed,
                            .seed = 7 };
}

/* The flock stays where it is from here on. */
static inline ictus_err
flock_start (flock *f)
{
  f->cells.model = &f->model;
  if (ictus_solver_history (&f->cfg, &f->model, f->p, &f->cells.nhistory) != ICTUS_OK)
    return ICTUS_E_INPUT;
  f->cells.history = ictus_alloc (f->cells.n, f->cells.nhistory * sizeof (double));
  return ictus_solver_create (&f->cfg, &f->cells, 0, &f->s);
}

/* To tick k, in windows of w ticks. */
static inline ictus_err
flock_run (flock *f, ictus_tick k, ictus_tick w)
{
  double at[512];

  while (f->k < k)
    {
      ictus_window x = { .grid = true, .h_ms = f->cfg.h_ms, .k0 = f->k, .slot = f->slot, .slot_ctx = f->ctx };

      x.k1 = f->k + w < k ? f->k + w : k;
      x.t0_ms = ictus_tick_ms (x.k0, x.h_ms);
      x.t1_ms = ictus_tick_ms (x.k1, x.h_ms);
      if (f->sample != NULL)
        {
          ck_assert_int_le (w, 512);
          for (ictus_tick j = x.k0 + 1; j <= x.k1; ++j)
            at[x.nsample++] = ictus_tick_ms (j, x.h_ms);
          x.sample_ms = at;
          x.sample = f->sample;
          x.sample_ctx = f->ctx;
        }
      ICTUS_TRY (ictus_solver_window (f->s, &x, &f->out));
      f->k = x.k1;
    }
  return ICTUS_OK;
}

static inline void
flock_clear (flock *f)
{
  ictus_solver_destroy (&f->s);
  ictus_free (f->y);
  ictus_free (f->p);
  ictus_free (f->refr);
  ictus_free (f->armed);
  ictus_free (f->gid);
  ictus_free (f->cells.history);
  ictus_free (f->out.s);
}

#define UNUSED(x) (void) (x)

#endif
