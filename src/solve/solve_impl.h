/* SPDX-License-Identifier: BSD-3-Clause */
/** \file solve_impl.h
 * What the solvers of this folder share: the neurons of one group with their inputs, jumps and spikes.
 * Included by src/solve only.
 */
#ifndef ICTUS_SOLVE_IMPL_H
#define ICTUS_SOLVE_IMPL_H

#include "ictus/solve.h"

typedef struct ictus__bank /* the neurons of one group, as a solver sees them */
{
  const ictus_cells *cells; /* not owned */
  const ictus_kernel *k;    /* not owned */
  size_t n;
  int ns, nu, nport; /* nu: inputs; what else comes from outside is the business of the few solvers that serve it */
  bool grid;
  double h_ms;    /* resolution of the grid */
  uint8_t *held;  /* [ns] 1: held during refractoriness */
  bool any_held;
  double *u0;     /* [all of u] default values of the inputs, then zeros */
  double *c;      /* [nport, ns] jumps of neuron c_of for weight 1 */
  size_t c_of;    /* SIZE_MAX: c is not valid */
  double *y;      /* [ns] scratch of the one neuron at hand */
  double *u;      /* [all of u] scratch */
} ictus__bank;

/* Length of u: inputs, delayed values, noise. */
static inline int
ictus__kernel_nu (const ictus_kernel *k)
{
  return k->ninput + k->ndelay + k->nnoise;
}

ictus_err ictus__bank_init (ictus__bank *b, const ictus_solver_config *cfg, const ictus_cells *cells);
void ictus__bank_clear (ictus__bank *b);
void ictus__bank_forget (ictus__bank *b); /* parameters may have changed */
const double *ictus__bank_ports (ictus__bank *b, size_t i); /* the matrix c of neuron i */

/* A spike of neuron i: report it at tick (grid) or t (exact), reset, refractoriness. armed: of the caller. */
ictus_err ictus__bank_spike (ictus__bank *b, size_t i, double t, ictus_tick tick, double *y, const double *u,
                             uint8_t *armed, ictus_spikes *out);
/* Firing is looked at after something changed at t: arms, or fires. *fired may be NULL. */
ictus_err ictus__bank_look (ictus__bank *b, size_t i, double t, ictus_tick tick, double *y, const double *u,
                            uint8_t *armed, ictus_spikes *out, bool *fired);
/* Index of neuron i within its population, for messages. */
unsigned long long ictus__bank_id (const ictus__bank *b, size_t i);
/* First state that is not finite, -1 if all are. */
int ictus__bank_bad (const ictus__bank *b, const double *y);
const char *ictus__bank_state (const ictus__bank *b, int k); /* name of a state for messages */

static inline const double *
ictus__bank_p (const ictus__bank *b, size_t i)
{
  return b->cells->p + i * b->cells->p_stride;
}

static inline void
ictus__bank_gather (const ictus__bank *b, size_t i, double *y)
{
  for (int k = 0; k < b->ns; ++k)
    y[k] = b->cells->y[(size_t) k * b->n + i];
}

static inline void
ictus__bank_scatter (const ictus__bank *b, size_t i, const double *y)
{
  for (int k = 0; k < b->ns; ++k)
    b->cells->y[(size_t) k * b->n + i] = y[k];
}

/* Inputs of neuron i at t, right-continuous. Borrowed until the next call. */
static inline const double *
ictus__bank_input (const ictus__bank *b, size_t i, double t)
{
  const ictus_drive *d = b->cells->drive;

  if (d == NULL || b->nu == 0)
    return b->u0;
  d->eval (d->ctx, i, t, t, b->u);
  return b->u;
}

/* One event of weight w at port: true when it changed y. */
static inline bool
ictus__bank_jump (ictus__bank *b, size_t i, bool refractory, int port, double w, double *y)
{
  const double *c = ictus__bank_ports (b, i) + (size_t) port * (size_t) b->ns; /* [ns] */
  bool changed = false;

  for (int k = 0; k < b->ns; ++k)
    if (c[k] != 0 && w != 0 && !(refractory && b->held[k]))
      {
        y[k] += c[k] * w;
        changed = true;
      }
  return changed;
}

static inline bool
ictus__slot_empty (const ictus__bank *b, const double *slot, size_t i)
{
  for (int port = 0; port < b->nport; ++port)
    if (slot[(size_t) port * b->n + i] != 0)
      return false;
  return true;
}

/* All that arrives at neuron i in a slot: true when it changed y. */
static inline bool
ictus__bank_slot (ictus__bank *b, size_t i, double t, const double *slot, double *y)
{
  bool refractory = t < b->cells->refr_until[i], changed = false;

  for (int port = 0; port < b->nport; ++port)
    if (slot[(size_t) port * b->n + i] != 0)
      changed |= ictus__bank_jump (b, i, refractory, port, slot[(size_t) port * b->n + i], y);
  return changed;
}

/* Smallest tick not before t. */
ictus_tick ictus__tick_ceil (double t_ms, double h_ms);

typedef struct ictus__station /* a tick of a window where something may happen */
{
  double t_ms;
  ictus_tick tick;
  const double *slot; /* NULL: nothing arrives */
  int sample;         /* -1: no sample */
} ictus__station;

typedef struct ictus__stations
{
  ictus__station *s;
  size_t n, cap;
} ictus__stations;

/* The ticks of a window with input or samples; all: every tick. */
ictus_err ictus__stations_fill (ictus__stations *list, const ictus_window *w, bool all);

/* exact: e^(A h) and the integral of e^(A s) over 0..h, both column-major [n, n]. */
ictus_err ictus__expm (int n, const double *A, double h, double *P, double *Q);

/* What a solver can serve beside equations, inputs, jumps and firing. */
enum
{
  ICTUS__CAN_WHITE = 1,   /* white noise: wiener */
  ICTUS__CAN_DRAW = 2,    /* random numbers that are constant in a step */
  ICTUS__CAN_MARKOV = 4,
  ICTUS__CAN_HAPPEN = 8,  /* events: global */
  ICTUS__CAN_DELAY = 16,  /* delays of parameters only */
  ICTUS__CAN_ITERATE = 32 /* maps, and nothing else */
};
/* NULL, or the first thing in the model that is not among these. */
const char *ictus__refuse_kind (const ictus_model *m, unsigned can, char *buf);
/* Adaptive solvers: the same, and both tolerances must be positive. */
const char *ictus__refuse_adaptive (const ictus_model *m, const ictus_solver_config *c, char *buf);

/* What auto stands for, and why [256]; p [nslot] parameters to judge by, NULL: the defaults of the model. */
ictus_err ictus__auto_choose (const ictus_solver_config *c, const ictus_model *m, const double *p,
                              const ictus_solver_ops **out, char *why);

extern const ictus_solver_ops ictus__solver_cvode_bdf, ictus__solver_cvode_adams, ictus__solver_rk45,
    ictus__solver_rosenbrock, ictus__solver_auto, ictus__solver_exact, ictus__solver_exp_euler, ictus__solver_rk4,
    ictus__solver_heun, ictus__solver_euler, ictus__solver_map;

#endif
