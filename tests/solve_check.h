/* SPDX-License-Identifier: BSD-3-Clause */
/* A few neurons and a solver without an engine, for the tests of the solvers. */
#ifndef SOLVE_CHECK_H
#define SOLVE_CHECK_H

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ictus/solve.h"

enum { RIG_N = 300, RIG_EVENTS = 4000, RIG_TRACE = 40000 };

typedef struct rig
{
  ictus_model *m;       /* owned when opened by name */
  ictus_cells cells;
  size_t n;
  uint64_t gid[RIG_N];
  double refr[RIG_N];
  uint8_t armed[RIG_N];
  double *y, *p;        /* [nstate, n], [nslot] */
  ictus_solver_config cfg;
  ictus_solver *s;
  ictus_spikes out;
  ictus_tick k;         /* grid: where it is, in ticks */
  double t_ms;          /* exact: where it is */
  ictus_event ev[RIG_EVENTS]; /* for every neuron; on the grid at multiples of h */
  size_t nev;
  ictus_event list[RIG_EVENTS];
  double *slot;         /* [ntick, nport, n] of a window */
  size_t cap_slot;
  double sample_dt;     /* 0: none; exact times are multiples of it */
  double *trace;        /* [ntrace, nstate] of neuron 0 */
  size_t ntrace;
} rig;

static void
rig_must (ictus_err e)
{
  ck_assert_msg (e == ICTUS_OK, "%s: %s", ictus_err_name (e), ictus_err_last ());
}

static rig *
rig_make (const ictus_model *m, size_t n)
{
  rig *r = ictus_alloc (1, sizeof *r);
  const ictus_kernel *k = m->kernel;

  r->n = n;
  r->y = ictus_alloc ((size_t) k->nstate * n, sizeof *r->y);
  r->p = ictus_alloc ((size_t) k->nslot, sizeof *r->p);
  r->trace = ictus_alloc (RIG_TRACE * (size_t) k->nstate, sizeof *r->trace);
  for (size_t i = 0; i < n; ++i)
    {
      r->gid[i] = 10 + i;
      r->refr[i] = -INFINITY;
      r->armed[i] = 1;
    }
  r->cells = (ictus_cells){ .model = m, .n = n, .gid = r->gid, .y = r->y, .p = r->p, .refr_until = r->refr, .armed = r->armed };
  return r;
}

/* Does the shipped model of this name have equations and spikes only: no delays, noise, events, and no map? */
static inline bool
rig_is_plain (const char *name)
{
  ictus_lang *lang;
  ictus_lang_class c;

  rig_must (ictus_model_parse (name, NULL, NULL, &lang));
  c = ictus_lang_classify (lang);
  ictus_lang_destroy (&lang);
  return !c.delayed && !c.stochastic && !c.events && !c.map;
}

/* A shipped model with its default parameters. */
static inline rig *
rig_open (const char *name, size_t n)
{
  ictus_model *m;
  rig *r;

  rig_must (ictus_model_open (name, NULL, NULL, &m));
  r = rig_make (m, n);
  r->m = m;
  ictus_model_defaults (m, r->p);
  return r;
}

/* A table of functions without a text. */
static inline rig *
rig_kernel (const ictus_kernel *k, size_t n)
{
  static ictus_model m;

  m = (ictus_model){ .kernel = k };
  return rig_make (&m, n);
}

static inline void
rig_par (rig *r, const char *name, double value)
{
  int k = ictus_lang_find (r->m->lang, ICTUS_LANG_PAR, name);

  ck_assert_msg (k >= 0, "no parameter %s", name);
  r->p[k] = value;
}

static inline double *
rig_state (const rig *r, const char *name, size_t i)
{
  int k = ictus_lang_find (r->m->lang, ICTUS_LANG_STATE, name);

  ck_assert_msg (k >= 0, "no state %s", name);
  return &r->y[(size_t) k * r->n + i];
}

/* Initial values of all neurons from the parameters. */
static inline void
rig_init (rig *r)
{
  const ictus_kernel *k = r->cells.model->kernel;
  double *y = ictus_alloc ((size_t) k->nstate, sizeof *y);

  k->prepare (r->p);
  k->init (r->p, y);
  for (int s = 0; s < k->nstate; ++s)
    for (size_t i = 0; i < r->n; ++i)
      r->y[(size_t) s * r->n + i] = y[s];
  ictus_free (y);
}

/* h 0: exact timing */
static inline void
rig_start (rig *r, const char *solver, double tol, double h)
{
  r->cfg.name = solver;
  r->cfg.rtol = tol;
  if (r->cfg.atol == 0)
    r->cfg.atol = tol;
  r->cfg.grid = h > 0;
  r->cfg.h_ms = h;
  rig_must (ictus_solver_create (&r->cfg, &r->cells, 0, &r->s));
}

static inline void
rig_event (rig *r, double t, int port, double weight)
{
  ck_assert (r->nev < RIG_EVENTS);
  r->ev[r->nev++] = (ictus_event){ .t_ms = t, .weight = weight, .port = port };
}

static const double *
rig_slot (const void *ctx, ictus_tick k)
{
  const rig *r = ctx;
  size_t size = (size_t) r->cells.model->kernel->nport * r->n;
  double *slot = r->slot + (size_t) (k - r->k - 1) * size;
  bool any = false;

  memset (slot, 0, sizeof *slot * size);
  for (size_t j = 0; j < r->nev; ++j)
    if (ictus_tick_of (r->ev[j].t_ms, r->cfg.h_ms) == k)
      {
        for (size_t i = 0; i < r->n; ++i)
          slot[(size_t) r->ev[j].port * r->n + i] += r->ev[j].weight;
        any = true;
      }
  return any ? slot : NULL;
}

static void
rig_keep (void *ctx, size_t i, int s, const double *y, const double *u)
{
  rig *r = ctx;
  size_t ns = (size_t) r->cells.model->kernel->nstate;

  (void) s;
  (void) u;
  if (i != 0)
    return;
  ck_assert (r->ntrace < RIG_TRACE);
  memcpy (r->trace + r->ntrace++ * ns, y, ns * sizeof *y);
}

static inline ictus_err
rig_window (rig *r, double t1)
{
  double at[2000];
  size_t first[RIG_N + 1], b = 0, e;
  ictus_window w = { .grid = r->cfg.grid, .h_ms = r->cfg.h_ms, .sample = rig_keep, .sample_ctx = r, .sample_ms = at };
  ictus_err err;

  w.t0_ms = r->t_ms;
  w.t1_ms = t1;
  w.k0 = r->k;
  w.k1 = r->cfg.grid ? ictus_tick_of (t1, r->cfg.h_ms) : 0;
  rig_must (ictus_grow (&r->slot, &r->cap_slot, (size_t) (w.k1 - w.k0) * (size_t) r->cells.model->kernel->nport * r->n, sizeof *r->slot));
  if (r->sample_dt > 0)
    for (ictus_tick k = (ictus_tick) floor (r->t_ms / r->sample_dt); ictus_tick_ms (k, r->sample_dt) <= t1; ++k)
      if (ictus_tick_ms (k, r->sample_dt) > r->t_ms)
        {
          ck_assert (w.nsample < 2000);
          at[w.nsample++] = ictus_tick_ms (k, r->sample_dt);
        }
  while (b < r->nev && r->ev[b].t_ms <= r->t_ms)
    ++b;
  for (e = b; e < r->nev && r->ev[e].t_ms <= t1;)
    ++e;
  for (size_t i = 0, j = 0; !r->cfg.grid && i <= r->n; ++i, j += e - b) /* the same list for each */
    {
      first[i] = j;
      if (i < r->n)
        {
          ck_assert (j + e - b <= RIG_EVENTS);
          memcpy (r->list + j, r->ev + b, (e - b) * sizeof *r->ev);
        }
    }
  w.first = r->cfg.grid ? NULL : first;
  w.event = r->list;
  w.slot = rig_slot;
  w.slot_ctx = r;
  err = ictus_solver_window (r->s, &w, &r->out);
  r->t_ms = t1;
  r->k = w.k1;
  return err;
}

/* Run to t_end in windows of w ms (on the grid: a multiple of h). */
static inline void
rig_run (rig *r, double t_end, double w)
{
  double t0 = r->t_ms, t1;

  for (ictus_tick k = 1; r->t_ms < t_end; ++k)
    {
      t1 = r->cfg.grid ? ictus_tick_ms (ictus_tick_of (t0 + (double) k * w, r->cfg.h_ms), r->cfg.h_ms) : t0 + (double) k * w;
      rig_must (rig_window (r, t1 < t_end - 1e-9 ? t1 : t_end));
    }
}

/* Bring states and armed up to date, for reading at the end of a run: a restart mark. */
static inline void
rig_show (rig *r)
{
  rig_must (ictus_solver_restart (r->s, r->t_ms));
}

/* Spikes of one neuron. */
static inline size_t
rig_count (const rig *r, size_t i)
{
  size_t n = 0;

  for (size_t k = 0; k < r->out.n; ++k)
    n += r->out.s[k].gid == r->gid[i];
  return n;
}

static inline double
rig_spike (const rig *r, size_t i, size_t which)
{
  for (size_t k = 0; k < r->out.n; ++k)
    if (r->out.s[k].gid == r->gid[i] && which-- == 0)
      return r->out.s[k].t_ms;
  return (double) NAN;
}

static inline void
rig_close (rig *r)
{
  ictus_solver_destroy (&r->s);
  ictus_model_close (&r->m);
  ictus_free (r->y);
  ictus_free (r->p);
  ictus_free (r->slot);
  ictus_free (r->trace);
  ictus_free (r->out.s);
  ictus_free (r);
}

#endif
