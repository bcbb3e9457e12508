/* SPDX-License-Identifier: BSD-3-Clause */
/** \file phase_impl.h
 * The parts of room phase: the plane as a system of one or two equations, its flow, what is found in it. Included by src/phase only.
 */
#ifndef ICTUS_PHASE_IMPL_H
#define ICTUS_PHASE_IMPL_H

#include "ictus/phase.h"

#include "dyn/dyn_system.h"

enum
{
  PHASE_POINTS = 64,   /* more fixed points than this are a continuum */
  PHASE_RASTER = 640,  /* cells of a map of traps, along each axis */
  PHASE_STEPS = 4000   /* of an orbit that does not settle */
};

/* ---- the plane (phase_plane.c): x' = f(x), x [dim] ----------------------------------------------------------- */

typedef struct ictus__plane
{
  ictus__dyn *s;
  int dim;
  int axis[2];               /* unknown of s that an axis is */
  double lo[2], hi[2], size[2]; /* the box */
  double scale[2];           /* middle size of f in the box, > 0 */
  int nslave, *slave;        /* unknowns of s that are slaved */
  double *X, *F, *J;         /* [n], [n], [n, n] of s: the last point looked at */
  double *z, *z0;            /* [nslave] the slaved ones: where the next search begins; where the model begins */
  double *A, *B;             /* [nslave, nslave], [nslave, 3]: scratch */
  int *pivot;                /* [nslave] */
  bool fires;                /* firing with reset is obeyed */
  double refractory;
  bool held[2];              /* stands still while refractory */
  int nx, ny;                /* nodes of the grid */
  double *node;              /* [ny, nx, nslave] slaved ones at the nodes; NULL: none, or no grid yet */
} ictus__plane;

ictus_err ictus__plane_open (const ictus_dyn_values *v, const ictus_phase_options *o, ictus__plane **out);
void ictus__plane_close (ictus__plane **q);
void ictus__plane_box (ictus__plane *q, const double *lo, const double *hi);
/** Forget where the slaved states were: begin with those of the nearest node, or of the start. */
void ictus__plane_begin (ictus__plane *q, const double *x);
/** f at x; false, and NaN, where it is not finite or the slaved states cannot be found. */
bool ictus__plane_rhs (ictus__plane *q, const double *x, double *f);
/** f, and J[j * dim + i] = df_i/dx_j. */
bool ictus__plane_jac (ictus__plane *q, const double *x, double *f, double *J);
/** All states of the model at x, [nstate]. */
bool ictus__plane_state (ictus__plane *q, const double *x, double *y);
/** Where the firing condition stands, < 0 below; and what a spike makes of x. */
double ictus__plane_fire (ictus__plane *q, const double *x);
void ictus__plane_reset (ictus__plane *q, double *x);
bool ictus__plane_inside (const ictus__plane *q, const double *x, double margin); /* margin: part of the size */
/** Distance in parts of the box. */
double ictus__plane_far (const ictus__plane *q, const double *a, const double *b);

/* ---- the flow (phase_flow.c): Rodas5P, one step after another, forwards or backwards ---------------------------- */

typedef struct ictus__flow
{
  ictus__plane *q;
  int dir;
  double tol;        /* relative, and absolute in parts of the box */
  double t, h;       /* h: next step to try, > 0 */
  double x[2], f[2]; /* where it is */
  double t0, x0[2], d[3][2], x1[2], part; /* the last step: from x0 towards x1, of which the first `part` was done */
  bool fired;        /* the last step ended at the threshold; the next begins behind the reset */
  double reset[2];
  double left;       /* of refractory time */
  double grow;       /* integral of the divergence along the orbit so far */
} ictus__flow;

void ictus__flow_begin (ictus__flow *w, ictus__plane *q, const double *x, int dir, double tol);
/** One step. False: it cannot go on. */
bool ictus__flow_step (ictus__flow *w);
/** Within the last step: s 0 .. 1. */
void ictus__flow_within (const ictus__flow *w, double s, double *x);
double ictus__flow_time (const ictus__flow *w, double s);

/* ---- curves (phase_curves.c) ------------------------------------------------------------------------------------- */

ictus_err ictus__curves_begin (ictus_phase_curves *c);                            /* a new one */
ictus_err ictus__curves_add (ictus_phase_curves *c, double t, double x, double y); /* a point of the last one */
void ictus__curves_clear (ictus_phase_curves *c);
/** The last step, in pieces that look smooth; the point it begins with only when `first`. */
ictus_err ictus__curves_step (ictus_phase_curves *c, const ictus__flow *w, bool first);

/* ---- what is found ----------------------------------------------------------------------------------------------- */

/** Field on the nodes and nullclines (phase_field.c). */
ictus_err ictus__phase_field (ictus__plane *q, ictus_phase *p);
ictus_err ictus__phase_nullclines (ictus__plane *q, ictus_phase *p); /* phase_nullcline.c */
/** Fixed points (phase_points.c: two variables, phase_line.c: one), described by phase_describe.c. */
ictus_err ictus__phase_points (ictus__plane *q, ictus_phase *p);
ictus_err ictus__phase_line (ictus__plane *q, ictus_phase *p);
bool ictus__newton (ictus__plane *q, double *x, const double *known, size_t nknown, double *J);
double ictus__doubt (const ictus__plane *q, const double *x, const double *J);
ictus_err ictus__phase_describe (ictus__plane *q, ictus_phase *p, const double *x, bool degenerate);
void ictus__phase_sort (ictus_phase *p);
/** Turns of the field along a segment, in radians; NaN: cannot be told. And around a circle (phase_index.c). */
double ictus__turn (ictus__plane *q, const double *a, const double *fa, const double *b, const double *fb);
double ictus__turn_box (ictus__plane *q, const double *lo, const double *hi, int pieces);
double ictus__turn_circle (ictus__plane *q, const double *at, double r);

/* Traps (phase_trap.c): regions that no orbit leaves and in which all go to one end, as a map over the box and its surroundings */
typedef struct ictus__trap
{
  double lo[2], size[2]; /* of the map */
  int n[2];
  short *label; /* [n[1], n[0]]: 0 none, k + 1: point k, -(k + 1): cycle k */
} ictus__trap;
ictus_err ictus__trap_init (ictus__trap *m, const ictus__plane *q);
void ictus__trap_clear (ictus__trap *m);
int ictus__trap_at (const ictus__trap *m, const double *x);
/** Around fixed point k, which attracts in the direction of time dir. */
void ictus__trap_point (ictus__trap *m, ictus__plane *q, const ictus_phase_point *point, int k, int dir);
/** Between two closed polygons, [n, 2] each. */
ictus_err ictus__trap_ring (ictus__trap *m, const ictus__plane *q, const double *a, size_t na, const double *b, size_t nb, int k);

/* A line across the flow: through `at`, along `along`; the flow crosses it upwards, towards `up` (both in parts of the box) */
typedef struct ictus__cut
{
  double at[2], up[2], along[2];
} ictus__cut;
bool ictus__cut_make (ictus__cut *c, ictus__plane *q, const double *x, int dir);
double ictus__cut_height (const ictus__cut *c, const ictus__plane *q, const double *x);
double ictus__cut_place (const ictus__cut *c, const ictus__plane *q, const double *x);
void ictus__cut_point (const ictus__cut *c, const ictus__plane *q, double s, double *x);
/** Did the last step of the flow cross it upwards? Then its part of the step and the place. `before`: height where the step began. */
bool ictus__cut_crossed (const ictus__cut *c, const ictus__flow *w, double before, double *part, double *s);

typedef struct ictus__return /* to a section */
{
  double s, time;
  double grow;   /* integral of the divergence of f, forwards in time */
  double extent; /* how far it went from where it began, in parts of the box */
} ictus__return;
/** From place s of the section to the next return within `window`; draws into c unless NULL. False: it does not come back. */
bool ictus__cut_return (const ictus__cut *c, ictus__plane *q, double s, int dir, double window, ictus__return *out,
                            ictus_phase_curves *curve, bool divergence);

typedef struct ictus__look /* all that is at hand while a plane is looked at */
{
  ictus__plane *q;
  ictus_phase *p;
  ictus__trap trap[2];     /* forwards, backwards */
  ictus__cut *section; /* [ncycle] of smooth cycles, through their phase 0 */
  double (*landing)[2];    /* [ncycle] where spiking cycle k is after its first reset; NaN: no spikes */
  size_t cap_section, cap_landing;
  bool (*told) (void *ctx);
  void *ctx;
} ictus__look;

ictus_err ictus__phase_cycles (ictus__look *l); /* phase_cycles.c */
/** Along an orbit of the flow until it settles, leaves, or max_steps were made; it is drawn into c unless NULL, and then further, until
 * the eye sees no difference (phase_orbit.c).
 * \param t_stop  NaN: none */
ictus_err ictus__follow (ictus__look *l, const double *x, int dir, double t_stop, int max_steps, ictus_phase_curves *c,
                         ictus_phase_end *end);
ictus_err ictus__phase_manifolds (ictus__look *l);
ictus_err ictus__phase_trajectories (ictus__look *l, const ictus_dyn_values *v); /* phase_trajectories.c */
ictus_err ictus__phase_whole (const ictus_dyn_values *v, ictus_phase *p);
ictus_err ictus__phase_basins (ictus__look *l, MPI_Comm comm); /* phase_basins.c */
ictus_err ictus__phase_lines (ictus__plane *q, ictus_phase *p); /* threshold and reset (phase_spikes.c) */
/** Choose what of the box is NaN (phase_box.c). */
ictus_err ictus__phase_box (ictus__plane *q, const ictus_dyn_values *v, ictus_phase *p);

#endif
