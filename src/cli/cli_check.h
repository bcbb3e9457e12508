/* SPDX-License-Identifier: BSD-3-Clause */
/** \file cli_check.h
 * The parts of 'ictus check'. Included by src/cli/cli_check*.c only.
 */
#ifndef ICTUS_CLI_CHECK_H
#define ICTUS_CLI_CHECK_H

#include "cli/cli.h"

typedef struct ictus__stiffness /* of a model at its initial values */
{
  bool known;
  char why_not[256];
  int nzero, ngrowing;           /* eigenvalues that are 0; that have a positive real part */
  double fastest, slowest;       /* largest and smallest modulus of the others, per unit of time */
  double decay;                  /* the fastest that decays: what the step of an explicit method has to follow */
  double grow;                   /* largest positive real part; 0: none */
} ictus__stiffness;

/* cli_check_stiff.c: eigenvalues of the Jacobian at the initial values and time t. */
void ictus__stiffness_of (const ictus_model *m, double t, ictus__stiffness *s);
/* The longest step for which a method of fixed step does not blow up what decays fastest; infinity: any. */
double ictus__stable_step (const char *method, const ictus__stiffness *s);

/* cli_check_model.c: what is to be known of a model file, as text or as an object of JSON. */
ictus_err ictus__check_model (const char *path, bool json);

#endif
