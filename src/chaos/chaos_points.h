/* SPDX-License-Identifier: BSD-3-Clause */
/** \file chaos_points.h
 * A model that is followed for points: what sections, orbit diagrams and the 0-1 test share. Included by src/chaos only.
 */
#ifndef ICTUS_CHAOS_POINTS_H
#define ICTUS_CHAOS_POINTS_H

#include "ictus/chaos.h"
#include "ictus/path.h"

enum { POINTS_LOOKS = 8 };

typedef struct ictus__chaos_points /* one thread */
{
  const ictus_dyn_values *v;
  const ictus_points_options *o;
  const ictus_kernel *k;
  ictus_points_kind kind;
  ictus_path_config c;   /* method, t0, tolerances, section */
  double *p, *u, *y;     /* [nslot], [ninput], [nstate]: where it begins, then where it ended */
  double t;              /* likewise */
  int state;             /* that is watched; -1: an aux */
  bool timed;            /* the right-hand sides depend on t */
  bool restless;         /* fires again as soon as it can: no piece ends outside a refractory time */
  bool plain;            /* can be followed in pieces: nothing but the states is remembered */
  double trans, total, recurrence, sample; /* chosen where they were not given */
  double look[POINTS_LOOKS]; /* [nlook] recurrences that were seen */
  int nlook;
  double rest;           /* longest time that nothing recurred in; NaN: always something did */
} ictus__chaos_points;

typedef struct ictus__chaos_rows /* start with {0} */
{
  ictus_path path;       /* the last piece */
  double base;           /* its time 0 */
  size_t n, cap_t, cap_v;
  double *t, *v;         /* [n], [n, path.ncol]; of spikes times only */
} ictus__chaos_rows;
void ictus__chaos_rows_clear (ictus__chaos_rows *r);

/** \retval ICTUS_E_INPUT  the model cannot be served, options make no sense */
ictus_err ictus__chaos_points_open (const ictus_dyn_values *v, const ictus_points_options *o, ictus__chaos_points *s);
void ictus__chaos_points_close (ictus__chaos_points *s);
/** Another value of a parameter (ictus_dyn_par); the next trajectory begins at v->y. */
void ictus__chaos_points_set (ictus__chaos_points *s, int par, double value);
void ictus__chaos_points_afresh (ictus__chaos_points *s);
/** Method and lengths that were not given, by a look at the model as it stands; several looks may be taken. */
ictus_err ictus__chaos_points_look (ictus__chaos_points *s);
ictus_err ictus__chaos_points_choose (ictus__chaos_points *s); /* after the looks */
/** States and aux each dt from where s is, appended. */
ictus_err ictus__chaos_points_rows (ictus__chaos_points *s, double length, double dt, ictus__chaos_rows *r, bool *failed);
/** From y at t0, the transient first; as ictus_points_run. */
ictus_err ictus__chaos_points_follow (ictus__chaos_points *s, ictus_points *out);

#endif
