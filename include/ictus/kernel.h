/* SPDX-License-Identifier: BSD-3-Clause */
/** \file kernel.h
 * What the model compiler emits: one table of C functions a model. This file is also put, as text, at the
 * head of every emitted C file, so it needs nothing but itself.
 *
 * Arguments, everywhere: t model time [ms]; y [nstate] states; p [nslot] parameters followed by hidden slots
 * that prepare() computes from them; u [ninput] continuous inputs (may be NULL when ninput is 0). All pure
 * functions; outputs do not overlap inputs. Collectivity: none.
 */
#ifndef ICTUS_KERNEL_H
#define ICTUS_KERNEL_H

#define ICTUS_KERNEL_ABI 1
#define ICTUS_KERNEL_SYMBOL "ictus_kernel_table" /* of a compiled user's model */

typedef struct ictus_kernel
{
  int abi; /* ICTUS_KERNEL_ABI */
  int nstate, npar, nslot, nport, ninput, naux;
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
} ictus_kernel;

#endif
