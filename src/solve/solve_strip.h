/* SPDX-License-Identifier: BSD-3-Clause */
/** \file solve_strip.h
 * What the solvers of fixed steps share (euler, rk4, exp-euler, exact): neurons side by side in strips of lanes
 * that stay in the first cache while they go through a window. Included by src/solve only.
 *
 * A strip lies in the arrays of the cells as it is. Neurons that are left over at the end and do not fill their lanes
 * are a strip of their own, which is copied, its idle lanes doing what the last neuron does. So no number depends on
 * how many neurons there are.
 */
#ifndef ICTUS_SOLVE_STRIP_H
#define ICTUS_SOLVE_STRIP_H

#include "solve_lanes.h"

enum
{
  ICTUS__STRIP = 512,                    /* most lanes of a strip */
  ICTUS__ROW = ICTUS__STRIP + ICTUS_LANE /* from state to state in scratch: no power of 2, which would put them all into
                                            the same few places of the cache */
};

/* ---- loops over lanes, of one level of instructions (lane_fixed.c); m: a multiple of ICTUS_LANE -------------- */

typedef struct ictus__line /* z = q + c[0] y[0] + c[1] y[1] + ..., added in this order */
{
  const double *q;
  size_t qs; /* 0: one q for all lanes; else 1 */
  int n;     /* at least 1 */
  const double *const *y; /* [n] z may be one of them when n <= ICTUS__LINE, else not */
  const double *const *c; /* [n] c[e][lane], or c[e][0] for all lanes */
  size_t cs;              /* 1 or 0 */
} ictus__line;

enum { ICTUS__LINE = 6 };

typedef struct ictus__leap /* an event of weight w makes y_k jump by c w */
{
  int port, k;
  const double *c; /* c[lane], or c[0] for all */
  size_t cs;       /* 1 or 0 */
} ictus__leap;

typedef struct ictus__lane_loops
{
  /* y_k += dt f_k, k < ns; here and below y_k[i] is y[k * ys + i], and so on */
  void (*euler) (size_t m, int ns, double dt, double *y, size_t ys, const double *f, size_t fs);
  /* z = y + a f */
  void (*rk4_first) (size_t m, int ns, double a, const double *y, size_t ys, const double *f, double *z, size_t fs);
  /* sum += 2 f, z = y + a f */
  void (*rk4_mid) (size_t m, int ns, double a, const double *y, size_t ys, const double *f, double *sum, double *z,
                   size_t fs);
  /* y += a (sum + f) */
  void (*rk4_last) (size_t m, int ns, double a, double *y, size_t ys, const double *f, const double *sum, size_t fs);
  /* y += f (dt r (d dt)), r (x) = (exp (x) - 1) / x; factor[k] where it is not NULL is dt r (d dt): one for all
     lanes (step 0) or one each (step 1) */
  void (*exp_euler) (size_t m, int ns, double dt, double *y, size_t ys, const double *f, const double *d, size_t fs,
                     const double *const *factor, size_t step);
  void (*exp_factor) (size_t m, double dt, const double *d, double *factor); /* dt r (d dt) */
  void (*line) (size_t m, const ictus__line *l, double *z);
  /* y_k += c w for all leaps in order, where neither c nor w is 0; w of port j at w + j * ws */
  void (*leaps) (size_t m, const ictus__leap *l, size_t n, const double *w, size_t ws, double *y, size_t ys);
  size_t (*over) (size_t m, const double *g, uint16_t *at); /* lanes where g >= 0, ascending; their number */
  bool (*finite) (size_t m, int ns, const double *y, size_t ys);
  /* random words (lane_noise.c): those of slots 2 pair and 2 pair + 1 of step `step`; unit [m] */
  void (*words) (const uint32_t key[2], const uint32_t *unit, uint64_t step, uint32_t pair, size_t m, uint64_t *one,
                 uint64_t *two);
  void (*normals) (size_t m, const uint64_t *word, double scale, double *x); /* mean 0, standard deviation scale */
  void (*uniforms) (size_t m, const uint64_t *word, double *x);              /* in (0, 1) */
} ictus__lane_loops;

const ictus__lane_loops *ictus__lane_loops_in_use (void);

/* ---- what a model may have beside equations and inputs ------------------------------------------------------ */

typedef struct ictus__noise /* solve_noise.c */
{
  uint32_t key[2], markov_key[2];
  double scale;   /* of white noise: 1 / sqrt (dt); of maps 1 */
  uint32_t *unit; /* [np] index of a neuron within its population */
  uint64_t *word; /* [2, ICTUS__STRIP] scratch */
  double *chance; /* [nmarkov, ICTUS__ROW] scratch */
  double *q;      /* scratch: rates of one neuron */
} ictus__noise;

typedef struct ictus__delayed /* a delayed value: its state at (step - steps - part) dt */
{
  int state, kept; /* kept: place among the states that are remembered, -1: no delay, the state itself */
  int64_t steps;
  double part; /* in [0, 1) */
} ictus__delayed;

typedef struct ictus__kept /* a state that is remembered */
{
  int state;
  int64_t depth; /* steps */
  size_t row;    /* of cells->history: [parts, depth] from here on */
} ictus__kept;

typedef struct ictus__delays /* solve_delay.c */
{
  int n;  /* delayed values; 0: none */
  double dt; /* step, in the time of the model */
  ictus__delayed *d; /* [n] */
  int nkept, parts;  /* parts: numbers that a step keeps of a state */
  ictus__kept *kept; /* [nkept] */
  size_t nrow; /* of cells->history */
  bool now;    /* some delay is 0 */
} ictus__delays;

/* ---- strips -------------------------------------------------------------------------------------------------- */

typedef struct ictus__strip /* the lanes at hand */
{
  size_t at;          /* which strip it is */
  size_t first, n, m; /* neurons first .. first + n - 1 in m lanes */
  double *y;          /* state k of lane c: y[k * ys + c] */
  size_t ys;
  size_t nhold;       /* of strips->hold, for the step at hand */
  int64_t step;       /* its number, counted from model time 0 */
} ictus__strip;

typedef struct ictus__strips ictus__strips;
/* One step from t to te, which is t + dt but for rounding: a jump of the input at te belongs to the next step. */
typedef void ictus__strip_step (void *solver, const ictus__strip *p, double t, double te);

struct ictus__strips
{
  ictus__bank b;
  ictus__laned l;
  const ictus__lane_loops *loops;
  ictus__strip_step *step;
  void *solver;  /* whose step it is */
  double dt_ms;  /* step */
  int nsub;      /* steps in a tick */
  char hint[80]; /* what to add to the message about a state that is not finite */
  size_t np;     /* n rounded up to a multiple of ICTUS_LANE */
  size_t nstrip;
  double *p;     /* [nslot, np] parameters where neurons have their own, else NULL */
  /* inputs where there is a drive */
  double *u;          /* [nu, np] of the time of the strip; NULL: none, all have the default values */
  double *next;       /* [n] first time from which u does not hold */
  double *next_least; /* [nstrip] of next; where inputs vary: the time of u */
  uint8_t *fresh;     /* [nstrip] 1: u changed since the solver last took this back to 0 */
  double *w;          /* [all of u, ICTUS__ROW] of the strip at hand: inputs, delayed values, noise; NULL: there are inputs only */
  ictus__noise noise;
  ictus__delays delays;
  double *g_was;      /* [nevent, np] conditions of events when they were last looked at */
  double *g_now;      /* [nevent] scratch */
  uint8_t *happened;  /* [nevent] scratch */
  bool begun;         /* the past before the start was filled in */
  /* the few neurons that are refractory or not armed */
  uint16_t *few;   /* [n] lanes, those of a strip from its first neuron on */
  uint16_t *nfew;  /* [nstrip] */
  /* jumps */
  ictus__leap *leap; /* [nleap], c of strip 0 */
  size_t nleap, cap_leap;
  double *jump;      /* [nport, ns], then rows [np] of those that differ between neurons */
  size_t cap_jump;
  /* scratch of the strip at hand */
  double *tail, *tail_w; /* [ns, ICTUS_LANE], [nport, ICTUS_LANE] what is left over at the end */
  double *g;             /* [ICTUS__STRIP] fire () */
  double *kept;          /* [number of held states, ICTUS__STRIP] what ictus__strip_held keeps */
  uint16_t *over;        /* [ICTUS__STRIP] */
  uint16_t *hold;        /* [ICTUS__STRIP] lanes whose held states stand still in the step at hand */
  ictus__leap *here;     /* [nleap] those of the strip at hand */
  size_t cap_here;
  ictus__stations st;
  ictus_solver_stats stats; /* steps */
};

/* order: of the method, for delays; 0: it serves models that have equations and inputs only */
ictus_err ictus__strips_init (ictus__strips *s, const ictus_solver_config *cfg, const ictus_cells *cells, double dt_ms,
                              int nsub, int order, ictus__strip_step *step, void *solver);
void ictus__strips_clear (ictus__strips *s);
/* States, refr_until, armed and parameters are all there is. */
ictus_err ictus__strips_restart (ictus__strips *s, double t_ms);
ictus_err ictus__strips_window (ictus__strips *s, const ictus_window *w, ictus_spikes *out);
/* The arguments of the lane kernels for this strip; t: borrowed. */
ictus_lane_args ictus__strip_args (const ictus__strips *s, const ictus__strip *p, const double *t, const double *y,
                                   size_t ys);
ictus__strip ictus__strip_at (const ictus__strips *s, size_t at); /* without states */
/* Keep the held states of the lanes in hold, or put them back. */
void ictus__strip_held (const ictus__strips *s, const ictus__strip *p, bool keep);
/* The time that the model sees: a map counts its iterations. */
double ictus__strip_time (const ictus__strips *s, double t_ms);

/* State of lane c. */
static inline void
ictus__strip_take (const ictus__strips *s, const ictus__strip *p, size_t c, double *y)
{
  for (int k = 0; k < s->b.ns; ++k)
    y[k] = p->y[(size_t) k * p->ys + c];
}

/* All of u of lane c, of the time of the strip. Borrowed until the next call. */
static inline const double *
ictus__strip_input (const ictus__strips *s, const ictus__strip *p, size_t c)
{
  if (s->w != NULL)
    for (int k = 0; k < ictus__kernel_nu (s->b.k); ++k)
      s->b.u[k] = s->w[(size_t) k * ICTUS__ROW + c];
  else if (s->u == NULL)
    return s->b.u0;
  else
    for (int k = 0; k < s->b.nu; ++k)
      s->b.u[k] = s->u[(size_t) k * s->np + p->first + c];
  return s->b.u;
}

/* ---- parts of strips that few models need; all are called for those models only -------------------------------- */

/* solve_noise.c: u [nnoise, ICTUS__ROW]; t: as the model sees it */
ictus_err ictus__strip_noise_init (ictus__strips *s);
void ictus__strip_noise_clear (ictus__strips *s);
void ictus__strip_noise_draw (ictus__strips *s, const ictus__strip *p, int64_t step, double *u);
void ictus__strip_markov (ictus__strips *s, const ictus__strip *p, int64_t step, double t);

/* solve_delay.c: u [ndelay, ICTUS__ROW] */
ictus_err ictus__delays_need (const ictus_solver_config *c, const ictus_model *m, const double *p, int order, size_t *nhistory);
ictus_err ictus__delays_init (ictus__strips *s, int order);
void ictus__delays_clear (ictus__strips *s);
ictus_err ictus__delays_fill (ictus__strips *s, int64_t step); /* the past before this step */
/* The states of the strip begin its step, or end it; slopes at its beginning or end, f [ns, ICTUS__ROW]. */
void ictus__delays_begin (const ictus__strips *s, const ictus__strip *p);
void ictus__delays_end (const ictus__strips *s, const ictus__strip *p);
void ictus__delays_slope (const ictus__strips *s, const ictus__strip *p, bool end, const double *f);
/* Delayed values where step `step` is done to a part c: 0, 1/2, 1. */
void ictus__delays_look (const ictus__strips *s, const ictus__strip *p, int64_t step, double c, double *u);
/* Those without a delay. */
void ictus__delays_now (const ictus__strips *s, size_t m, const double *y, size_t ys, double *u);

/* solve_events.c: at_end: of a step */
ictus_err ictus__events_init (ictus__strips *s);
void ictus__events_clear (ictus__strips *s);
void ictus__events_look (ictus__strips *s, const ictus__strip *p, double t, bool at_end);
void ictus__events_lane (ictus__strips *s, const ictus__strip *p, size_t c, double t, bool at_end);
void ictus__events_remember (ictus__strips *s, const ictus__strip *p, double t);
/* The same for all strips, at the beginning of a step, with the noise of the one that ended there. */
void ictus__strips_remember (ictus__strips *s, double t_ms, int64_t step);

#endif
