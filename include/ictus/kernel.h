/* SPDX-License-Identifier: BSD-3-Clause */
/** \file kernel.h
 * What the model compiler emits: one table of C functions a model. This file is also put, as text, at the
 * head of every emitted C file, so it needs nothing but itself.
 *
 * Arguments, everywhere: t model time [ms]; y [nstate] states; p [nslot] parameters followed by hidden slots
 * that prepare() computes from them; u [nu] what comes from outside: ninput continuous inputs, then ndelay delayed
 * values, then nnoise random numbers (may be NULL when nu is 0). All pure functions; outputs do not overlap inputs.
 * Collectivity: none.
 */
#ifndef ICTUS_KERNEL_H
#define ICTUS_KERNEL_H

#include <stddef.h>

#define ICTUS_KERNEL_ABI 3
#define ICTUS_KERNEL_SYMBOL "ictus_kernel_table" /* of a compiled user's model */
#define ICTUS_LANES_SYMBOL "ictus_lanes_table"   /* the same: its lane kernels, of one level */

/* What a slot of noise holds; all are independent draws, redrawn for every step of the solver and constant in it */
enum
{
  ICTUS_NOISE_WIENER = 1, /* N(0,1) / sqrt (dt): an equation x' = ... + s w gets the increment s sqrt (dt) N(0,1) */
  ICTUS_NOISE_NORMAL,     /* N(0,1) */
  ICTUS_NOISE_UNIFORM     /* uniform in [0, 1) */
};

enum /* what happen () asks for besides */
{
  ICTUS_EVENT_OUTPUT = 1, /* a row of output at this time */
  ICTUS_EVENT_STOP = 2    /* the end of the run */
};

typedef struct ictus_kernel
{
  int abi; /* ICTUS_KERNEL_ABI */
  int nstate, npar, nslot, nport, ninput, naux;
  int nu;     /* ninput + ndelay + nnoise */
  int ndelay, nnoise, nmarkov, nevent;
  int is_map; /* 1: rhs gives the next states y(t+1), not their derivatives */
  const char *name; /* of the model */
  const char *text; /* the whole .ode text */
  void (*prepare) (double *p);               /* fills p[npar .. nslot-1] */
  void (*init) (const double *p, double *y); /* initial values, may use parameters */
  /* f [nstate] = dy/dt, 1/ms */
  void (*rhs) (double t, const double *y, const double *p, const double *u, double *f);
  /* J[j * nstate + i] = df_i/dy_j */
  void (*jac) (double t, const double *y, const double *p, const double *u, double *J);
  /* f and d_i = df_i/dy_i */
  void (*diag) (double t, const double *y, const double *p, const double *u, double *f, double *d);
  /* D[j * nstate + i] = df_i/dp_j, j < npar */
  void (*dfdp) (double t, const double *y, const double *p, const double *u, double *D);
  void (*aux) (double t, const double *y, const double *p, const double *u, double *a); /* a [naux] */
  /* the neuron fires where this rises through 0; NULL: never */
  double (*fire) (double t, const double *y, const double *p, const double *u);
  void (*reset) (double t, double *y, const double *p, const double *u); /* at a spike; NULL: nothing */
  double (*refractory) (const double *p);                                /* [ms]; NULL: 0 */
  /* c[port * nstate + i] = jump of y_i for an event of weight 1; NULL when nport is 0 */
  void (*port) (const double *p, double *c);
  /* delayed values: u[ninput + k] is state delay_of[k] at time t - tau[k]; tau [ndelay], never negative (a negative one
     counts as 0). Constant where delay_fixed[k] is 1: of parameters only. NULL when ndelay is 0 */
  const int *delay_of;
  const unsigned char *delay_fixed;
  void (*delay) (double t, const double *y, const double *p, const double *u, double *tau);
  void (*history) (double t, const double *p, double *y); /* states before the start; NULL: the initial values */
  const unsigned char *noise; /* [nnoise] ICTUS_NOISE_...; u[ninput + ndelay + k] */
  /* Markov variables: state markov_of[k] takes the values 0 .. markov_n[k] - 1 and has the right-hand side 0; in a
     step dt it goes from value i to j != i with probability dt * q[i * n + j] (first order in dt); q: the matrices of
     all variables one behind the other, diagonals without meaning */
  const int *markov_of, *markov_n;
  void (*rates) (double t, const double *y, const double *p, const double *u, double *q);
  /* events (global): event k happens where g[k] crosses 0, upwards (event_sign 1), downwards (-1), or, for sign 0, at a
     step at whose end g[k] is 0; happen () assigns to states and returns ICTUS_EVENT_... bits. All right sides are evaluated
     before; in files of XPPAUT variables are assigned one after the other, parameters after them, as it does */
  const signed char *event_sign;
  void (*event) (double t, const double *y, const double *p, const double *u, double *g); /* g [nevent] */
  int (*happen) (int k, double t, double *y, const double *p, const double *u);
} ictus_kernel;

/* ---- lanes: the same functions for many neurons side by side, one a lane of the vector registers --------
 *
 * State k of lane i is y[k * ys + i], 0 <= i < m; m is a multiple of ICTUS_LANE, so no lane is ever finished by a
 * scalar loop, and a lane's numbers depend on nothing but that lane's arguments: bit for bit, whatever m, the
 * place of the lane and its neighbours. Nothing needs to be aligned. Lanes that mean nothing may hold anything;
 * no trap is raised. NaN and infinity mean what they mean in the scalar functions; those may differ from these
 * in the last digits where exp and its kin are used, and are equal bit for bit where there are none.
 */
#define ICTUS_LANE 8 /* what m is a multiple of */

typedef struct ictus_lane_args
{
  size_t m;
  const double *t; /* time of lane i: t[i * ts] */
  size_t ts;       /* 1, or 0: all lanes share one time */
  const double *y;
  size_t ys;
  const double *p; /* slot k of lane i: p[k * ps + i]; ps 0: p[k] for all lanes */
  size_t ps;
  const double *u; /* slot k < nu of lane i: u[k * us + i]; us 0: u[k] for all lanes */
  size_t us;
} ictus_lane_args;

typedef struct ictus_lanes /* of one model and one level of instructions */
{
  int abi;   /* ICTUS_KERNEL_ABI */
  int level; /* x86-64-v2, v3, v4: 2, 3, 4; elsewhere 1 */
  int nnz;   /* entries of the Jacobian that are not zero for certain */
  const int *row, *col; /* [nnz] entry e is df_row/dy_col; ordered by column, then row */
  const unsigned char *fixed; /* [nstate] 1: df_k/dy_k depends on parameters only */
  /* outputs: component k of lane i at f[k * fs + i] */
  void (*rhs) (const ictus_lane_args *a, double *f, size_t fs);
  void (*diag) (const ictus_lane_args *a, double *f, double *d, size_t fs); /* f and df_k/dy_k */
  void (*jac) (const ictus_lane_args *a, double *f, double *J, size_t fs);  /* f and J[e * fs + i] */
  void (*fire) (const ictus_lane_args *a, double *g);                       /* g[i]; NULL: never fires */
} ictus_lanes;

#endif
