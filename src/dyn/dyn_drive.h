/* SPDX-License-Identifier: BSD-3-Clause */
/** \file dyn_drive.h
 * From branches to a diagram: what to follow next, by which rank, what is known already. Included by dyn_continue.h and what is named here.
 */
#ifndef ICTUS_DYN_DRIVE_H
#define ICTUS_DYN_DRIVE_H

#include "dyn/dyn_impl.h"

/* ---- bytes (dyn_pack.c): branches on their way between ranks --------------------------------------------------- */

typedef struct ictus__pack /* start with {0} */
{
  char *s;
  size_t len, cap;
  size_t at;   /* read up to here */
  bool failed; /* no memory, or more was taken than is there */
} ictus__pack;
void ictus__pack_clear (ictus__pack *k);
void ictus__pack_put (ictus__pack *k, const void *p, size_t n);
void ictus__pack_take (ictus__pack *k, void *p, size_t n);
void ictus__pack_branch (ictus__pack *k, const ictus_dyn_branch *b);
/** \retval ICTUS_E_NOMEM  *b is cleared. */
ictus_err ictus__unpack_branch (ictus__pack *k, ictus_dyn_branch *b);

/* ---- dealing (dyn_deal.c) ------------------------------------------------------------------------------------- */

typedef struct ictus__dyn_deal /* jobs 0 .. njob - 1 */
{
  MPI_Comm comm;
  size_t njob;
  void *self;
  /* Do one, on any rank; the outcome is packed. told says when to end early */
  ictus_err (*follow) (void *self, size_t job, bool (*told) (void *ctx), void *ctx, ictus__pack *out);
  /* Rank 0: is it still wanted, by what has been accepted so far? An outcome that is not is thrown away; so it does not
     matter for the result whether it was dealt before that was known */
  bool (*wanted) (void *self, size_t job);
  /* Rank 0, in the order of the jobs, those not wanted left out */
  ictus_err (*accept) (void *self, size_t job, ictus__pack *result);
  bool (*told) (void *ctx); /* may be NULL */
  void *ctx;
} ictus__dyn_deal;
/** All jobs, dealt by rank 0 to whoever is free.
 * \param stopped  set on all ranks when any was told to end: what had been begun was accepted as far as it came
 * Collectivity: all ranks of comm. */
ictus_err ictus__deal_jobs (const ictus__dyn_deal *d, bool *stopped);

/* ---- what is known (dyn_known.c) ------------------------------------------------------------------------------- */

typedef struct ictus__measure /* sizes that differences are told by */
{
  int n;
  double *x; /* [n] */
  double par, par2;
} ictus__measure;
/** Of all branches of a diagram. */
ictus_err ictus__measure_make (const ictus_dyn_diagram *d, ictus__measure *m);
void ictus__measure_clear (ictus__measure *m);
/** Are two special points the same point? */
bool ictus__same_special (const ictus__measure *m, const ictus_dyn_special *a, const ictus_dyn_special *b);
/** Has a branch before b in the diagram, or b itself before its special point k, the same one? Then which. */
const ictus_dyn_special *ictus__seen_before (const ictus_dyn_diagram *d, const ictus__measure *m, size_t b, size_t k);
/** Is the equilibrium x at the system's parameters one of a curve along par? Not so where equilibria are not isolated (a quantity
 * is conserved), or where curves cross right there. */
bool ictus__lies_on_curve (ictus__dyn *s, const double *x, int par);
/** Does the equilibrium x at par lie inside a branch of the diagram? Looked at by Newton with s, whose parameter is changed.
 * \param edge  par is an end of the range: branches that begin or end there count, too */
bool ictus__passes_through (const ictus_dyn_diagram *d, ictus__dyn *s, const ictus__measure *m, const double *x, double par, bool edge);
/** Rows of b, from the first on, that no branch of its kind in the diagram runs along from there to the end of b; npoint: all. */
size_t ictus__new_rows (const ictus_dyn_diagram *d, const ictus__measure *m, const ictus_dyn_branch *b);
/** Does some cycle branch of the diagram end at this Hopf point? */
bool ictus__ends_at_hopf (const ictus_dyn_diagram *d, const ictus__measure *m, const ictus_dyn_special *hopf, int from_branch);

/* ---- what is not smooth (dyn_smooth.c) ------------------------------------------------------------------------- */

/** Say in the notes of special points, and of the end, where they lie at a kink or jump of a right-hand side. */
ictus_err ictus__note_kinks (ictus__dyn *s, const ictus_dyn_options *o, ictus_dyn_branch *b);

/* ---- ranges (dyn_range.c) --------------------------------------------------------------------------------------- */

/** How far a parameter has to be changed to move the equilibrium x by its own size; 1 where nothing says. value: that of the model. */
double ictus__range_scale (ictus__dyn *s, const double *x, int par, double value);
/** The bounds that a quantity of this unit and value keeps by its nature: -inf or about 0. */
double ictus__range_floor (const ictus_lang_var *v, double value);
/** Where the range of a quantity ends that is positive and shows nothing below 0: there, or shortly before if the equations lose their
 * sense at 0; -inf for others. */
double ictus__range_least (ictus__dyn *s, const double *x, int par);
/** Range that shows what the special points of a wide diagram say is worth showing.
 * \param two  curves in two parameters will be followed: they reach further */
void ictus__range_choose (const ictus_dyn_diagram *wide, double par, double scale, double floor, double least, bool two, double *lo,
                          double *hi);

#endif
