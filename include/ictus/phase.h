/* SPDX-License-Identifier: BSD-3-Clause */
/** \file phase.h
 * The phase plane of a model (`ictus phase`): field, nullclines, fixed points, manifolds of saddles, limit cycles, trajectories and
 * basins of attraction in a box of two states, the others held or slaved; and the phase line of a model of one state.
 *
 * Noise is 0. Firing with a reset is obeyed forwards in time, events (global) are not, except on trajectories of the whole model.
 */
#ifndef ICTUS_PHASE_H
#define ICTUS_PHASE_H

#include "ictus/base.h"
#include "ictus/comm.h"
#include "ictus/dyn.h"
#include "ictus/model.h"

typedef enum ictus_phase_hold /* what becomes of a state that is no axis */
{
  ICTUS_PHASE_HELD,  /* stands at its value */
  ICTUS_PHASE_SLAVED /* is where its right-hand side is 0, at every point of the plane */
} ictus_phase_hold;

typedef struct ictus_phase_options /* ictus_phase_defaults fills it */
{
  int x, y;                    /* states (number in the model), or nstate + number of an aux; y -1: one variable. x -1: chosen */
  double lo[2], hi[2];         /* the box; NaN: chosen */
  const ictus_phase_hold *hold; /* [nstate]; NULL: all held at values.y */
  bool whole;                  /* trajectories are those of the whole model, seen in the plane; with hold NULL and more states nothing else */
  bool backward;               /* also follow trajectories back in time */
  bool spikes;                 /* firing with reset is obeyed */
  int grid;                    /* cells of the search along each axis */
  int ntrajectory;             /* random starts, besides the initial values */
  size_t nstart;
  const double *start;         /* [nstart, nstate] chosen starts */
  int basins;                  /* starts along each axis; 0: no basins */
  double t_stop;               /* longest time of a trajectory; NaN: until it has settled */
  uint64_t seed;
} ictus_phase_options;
/** Collectivity: none. */
void ictus_phase_defaults (ictus_phase_options *o);

typedef struct ictus_phase_curves /* polylines; curve k: points first[k] .. first[k + 1] - 1 */
{
  size_t n, npoint, cap, cap_point;
  size_t *first;      /* [n + 1] */
  double *t, *x, *y;  /* [npoint]; t: time, 0 where it has no meaning */
} ictus_phase_curves;

/* Where an orbit goes: number of a fixed point, of a cycle, or why it was not followed further */
enum
{
  ICTUS_PHASE_LEAVES = -1,    /* it leaves the box for good, or escapes to infinity */
  ICTUS_PHASE_UNDECIDED = -2, /* neither settled nor gone within the steps allowed */
  ICTUS_PHASE_TIME = -3,      /* t_stop */
  ICTUS_PHASE_STOPS = -4      /* the equations cannot be followed: not finite, or no slaved state */
};
typedef struct ictus_phase_end
{
  int point, cycle; /* the one that is not -1; both -1: why */
  int why;
} ictus_phase_end;

typedef struct ictus_phase_point
{
  double at[2];          /* y: 0 for one variable */
  double *state;         /* [nstate] the whole model there; owned */
  double re[2], im[2];   /* eigenvalues of the plane's equations [1/time]; one: [0] */
  double vector[2][2];   /* real eigenvectors (x, y) in the order of the eigenvalues; NaN: complex */
  ictus_dyn_class class;
  int index;             /* Poincare index: 1, -1; others of degenerate points */
  bool whole;            /* an equilibrium of the whole model */
  int unstable;          /* then: of its eigenvalues, how many have a positive real part */
} ictus_phase_point;

typedef struct ictus_phase_manifold
{
  int point;   /* the saddle */
  bool stable; /* a separatrix: followed backwards */
  int side;    /* 0: along the eigenvector, 1: against it */
  ictus_phase_end end;
} ictus_phase_manifold;

typedef struct ictus_phase_cycle
{
  double period;
  double multiplier; /* Floquet's; NaN with spikes */
  bool stable;
  int spikes;        /* resets in a period */
  double low[2], high[2];
} ictus_phase_cycle;

typedef struct ictus_phase_basin
{
  ictus_phase_end end;
  size_t cells;
} ictus_phase_basin;

typedef struct ictus_phase
{
  const ictus_model *model;    /* borrowed */
  ictus_phase_options options; /* as used; hold and start belong to the caller */
  int dim;                     /* 1, 2; 0: axes that are not both states: trajectories only */
  const ictus_lang_var *axis[2]; /* borrowed; [1] NULL for one variable */
  double *held;                /* [nstate] values of what is held; owned */
  int nx, ny;                  /* nodes of the field; one variable: ny 1 */
  double *fx, *fy;             /* [ny, nx]; fy NULL for one variable; NaN: none there */
  ictus_phase_curves null[2];  /* nullclines of x and y */
  size_t npoint, cap_point;
  ictus_phase_point *point;    /* by x, then y */
  bool continuum;              /* fixed points are not isolated */
  bool index_known;            /* the index of the boundary could be told */
  int index_box, index_sum;
  bool conservative;           /* orbits are closed and not isolated */
  ictus_phase_curves manifold; /* with info about each */
  ictus_phase_manifold *manifold_info;
  ictus_phase_curves cycle;
  size_t ncycle, cap_cycle;
  ictus_phase_cycle *cycle_info; /* in the order of discovery */
  ictus_phase_curves trajectory;
  ictus_phase_end *trajectory_end;
  int nb;                      /* basins: [nb, nb] cells, one variable [nb]; 0: none */
  int *basin;                  /* number in basins; owned */
  size_t nbasin;
  ictus_phase_basin *basins;
  ictus_phase_curves line;     /* threshold, then where it is reset to; 0 or 2 curves */
  ictus_text note;             /* remarks, one a line */
} ictus_phase;

/** The axes of a model that nobody chose: those of the picture of its file, else the first two states; *y -1: it has one.
 * Collectivity: none. */
void ictus_phase_axes (const ictus_model *m, int *x, int *y);
/** NULL if a phase plane can be made, else the reason (in buf [256] or constant). Collectivity: none. */
const char *ictus_phase_refuse (const ictus_model *m, char *buf);
/** Look at a model. All but the basins is computed by every rank; their starts are dealt. The result is the same, bit for bit, on
 * any number of ranks.
 * \param told  true on any rank: end soon; NULL: never
 * \retval ICTUS_E_INPUT    the model cannot be served, axes or box make no sense
 * \retval ICTUS_E_STOPPED  told to end
 * Collectivity: all ranks of comm. */
ictus_err ictus_phase_look (MPI_Comm comm, const ictus_dyn_values *v, const ictus_phase_options *o, bool (*told) (void *ctx),
                            void *ctx, ictus_phase *out);
void ictus_phase_clear (ictus_phase *p); /* Collectivity: none. */
/** Tables of points, cycles, manifolds and basins; aligned text or JSON. Collectivity: none. */
void ictus_phase_print (FILE *f, const ictus_phase *p, bool json);
/** "point 2", "cycle 1 (period 39.47)", "leaves the box", ...; out [64]. Collectivity: none. */
const char *ictus_phase_end_text (const ictus_phase *p, const ictus_phase_end *e, char *out);

#endif
