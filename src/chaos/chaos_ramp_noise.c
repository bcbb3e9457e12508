/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs with noise, side by side in lanes: the stochastic Heun method with a fixed step, the parameter moving linearly. Random numbers are
   keyed by (seed, repeat, direction, source) and drawn in the order of the steps, so a run depends on no neighbour. */
#include "chaos_ramp.h"

#include <math.h>
#include <string.h>

enum
{
  L = ICTUS_LANE
};

typedef struct runner
{
  ictus__ramp *r;
  const ictus_lanes *lanes;
  size_t n;              /* states of the kernel */
  size_t nsource;        /* slots of noise, then additive ones */
  double t, h;
  double *p, *p_next;    /* [nslot] at both ends of the step */
  double *u;             /* [nu, L] */
  double *y, *z, *f, *g; /* [n, L] */
  double *kick;          /* [n, L] increments of additive noise */
  double *one;           /* [nstate] scratch */
  ictus_rng *rng;        /* [nsource, L] */
  double *block;
} runner;

ictus_err
ictus__course_make (size_t n, ictus__course *out)
{
  double *all = ictus_alloc (3 * n * L, sizeof *all);

  out->n = n;
  for (size_t i = 0; i < L; ++i)
    {
      out->value[i] = all == NULL ? NULL : all + 3 * i * n;
      out->low[i] = all == NULL ? NULL : out->value[i] + n;
      out->high[i] = all == NULL ? NULL : out->low[i] + n;
    }
  return all == NULL ? ICTUS_E_NOMEM : ICTUS_OK;
}

void
ictus__course_clear (ictus__course *c)
{
  ictus_free (c->value[0]);
  memset (c, 0, sizeof *c);
}

static void
close_runner (runner *w)
{
  ictus_free (w->block);
  ictus_free (w->rng);
}

static ictus_err
open_runner (ictus__ramp *r, uint64_t seed, int side, size_t first, bool hold, runner *w)
{
  const ictus_kernel *k = r->k;
  size_t n = (size_t) k->nstate, nslot = (size_t) k->nslot, nu = (size_t) k->nu;

  *w = (runner) { .r = r, .lanes = r->m->lanes, .n = n, .nsource = (size_t) k->nnoise + r->nnoise, .t = r->t0 };
  w->block = ictus_alloc (2 * nslot + nu * L + 5 * n * L + n, sizeof *w->block);
  w->rng = ictus_alloc (w->nsource * L, sizeof *w->rng);
  if (w->block == NULL || w->rng == NULL)
    {
      close_runner (w);
      return ICTUS_E_NOMEM;
    }
  w->p = w->block;
  w->p_next = w->p + nslot;
  w->u = w->p_next + nslot;
  w->y = w->u + nu * L;
  w->z = w->y + n * L;
  w->f = w->z + n * L;
  w->g = w->f + n * L;
  w->kick = w->g + n * L;
  w->one = w->kick + n * L;
  for (size_t a = 0; a < (size_t) k->ninput * L; ++a)
    w->u[a] = r->s->u[a / L];
  for (size_t a = 0; a < n * L; ++a)
    w->y[a] = r->start[side][a / L];
  for (size_t j = 0; j < w->nsource; ++j)
    for (size_t i = 0; i < L; ++i)
      w->rng[j * L + i] = ictus_rng_open (seed, ICTUS_RNG_NOISE, first + i, (uint64_t) side | (hold ? 2u : 0u), j | 2ull << 40);
  return ICTUS_OK;
}

/* Parameters with the value par of the one that moves, into p. */
static void
prepare (runner *w, double par, double *p)
{
  ictus__dyn *s = w->r->s;
  int which = w->r->o->par;

  ictus__dyn_set (s, which, par);
  memcpy (p, s->p, (size_t) w->r->k->nslot * sizeof *p);
}

static void
draw (runner *w)
{
  const ictus__ramp *r = w->r;
  size_t nnoise = (size_t) r->k->nnoise;
  double *u = w->u + (size_t) (r->k->ninput + r->k->ndelay) * L, root = sqrt (w->h);

  for (size_t j = 0; j < nnoise; ++j)
    for (size_t i = 0; i < L; ++i)
      switch (r->k->noise[j])
        {
        case ICTUS_NOISE_WIENER: u[j * L + i] = ictus_rng_normal (&w->rng[j * L + i]) / root; break;
        case ICTUS_NOISE_NORMAL: u[j * L + i] = ictus_rng_normal (&w->rng[j * L + i]); break;
        default: u[j * L + i] = ictus_rng_uniform (&w->rng[j * L + i]); break;
        }
  for (size_t j = 0; j < r->nnoise; ++j)
    {
      double *kick = w->kick + (size_t) r->noise_state[j] * L, size = r->noise_sigma[j] * root;

      for (size_t i = 0; i < L; ++i)
        kick[i] = size * ictus_rng_normal (&w->rng[(nnoise + j) * L + i]);
    }
}

static void
slope (runner *w, double t, const double *y, const double *p, double *f)
{
  ictus_lane_args a = { .m = L, .t = &t, .ts = 0, .y = y, .ys = L, .p = p, .ps = 0, .u = w->u, .us = L };

  w->lanes->rhs (&a, f, L);
}

/* The parameter goes from `from` to `to`; an input is a slot of u. */
static void
step (runner *w, double to)
{
  ictus__ramp *r = w->r;
  int input = r->o->par - r->k->npar;
  double h = w->h, *spare;

  draw (w);
  if (input < 0)
    prepare (w, to, w->p_next);
  slope (w, w->t, w->y, w->p, w->f);
  for (size_t a = 0; a < w->n * L; ++a)
    w->z[a] = w->y[a] + h * w->f[a] + w->kick[a];
  for (size_t i = 0; input >= 0 && i < L; ++i)
    w->u[(size_t) input * L + i] = to;
  slope (w, w->t + h, w->z, w->p_next, w->g);
  for (size_t a = 0; a < w->n * L; ++a)
    w->y[a] = w->y[a] + 0.5 * h * (w->f[a] + w->g[a]) + w->kick[a];
  w->t += h;
  spare = w->p;
  w->p = w->p_next;
  w->p_next = spare;
}

/* What lane i shows; not finite where it ran away. */
static double
look (runner *w, size_t i, double par)
{
  const ictus__ramp *r = w->r;

  if (r->o->watch < r->k->nstate)
    return w->y[(size_t) r->o->watch * L + i];
  for (size_t k = 0; k < w->n; ++k)
    w->one[k] = w->y[k * L + i];
  ictus__dyn_set (r->s, r->o->par, par);
  return ictus__ramp_watch (w->r, w->t, w->one);
}

/* Sample j of all lanes: `steps` steps, the parameter from `from` to `to`. */
static void
sample (runner *w, size_t j, size_t steps, double from, double to, ictus__course *c)
{
  size_t every = w->r->o->watch < w->r->k->nstate ? 1 : (steps + 3) / 4;
  double low[L], high[L], v, par = from;

  for (size_t i = 0; i < L; ++i)
    {
      low[i] = INFINITY;
      high[i] = -INFINITY;
    }
  for (size_t m = 1; m <= steps; ++m)
    {
      par = from + (to - from) * (double) m / (double) steps;
      step (w, par);
      for (size_t i = 0; i < L && (m % every == 0 || m == steps); ++i)
        {
          v = look (w, i, par);
          low[i] = v < low[i] || isnan (v) ? v : low[i];
          high[i] = v > high[i] || isnan (v) ? v : high[i];
          if (c != NULL && m == steps)
            c->value[i][j] = v;
        }
    }
  for (size_t i = 0; c != NULL && i < L; ++i)
    {
      c->low[i][j] = low[i];
      c->high[i][j] = high[i];
    }
}

/* A lane that ran away stays away. */
static void
bury (runner *w, size_t j, ictus__course *c)
{
  for (size_t i = 0; i < L; ++i)
    {
      bool gone = j > 0 && isnan (c->value[i][j - 1]);

      for (int a = 0; a < w->r->s->n && !gone; ++a)
        gone = !(fabs (w->y[(size_t) w->r->s->state[a] * L + i]) < 1e8 * w->r->s->scale[a]);
      if (gone)
        c->value[i][j] = c->low[i][j] = c->high[i][j] = NAN;
    }
}

ictus_err
ictus__noise_follow (ictus__ramp *r, const ictus_ramp *plan, int side, size_t first, bool hold, ictus__course *c)
{
  const ictus_ramp_side *s = &plan->side[side];
  size_t steps = (size_t) ceil (s->sample / plan->dt * (1 - 1e-12)), before = (size_t) fmin (fmax (20 * s->memory / s->sample, 20), s->nsample);
  double total = s->nsample;
  ictus_err e = ICTUS_OK;
  runner w;

  ICTUS_TRY (open_runner (r, r->o->seed, side, first, hold, &w));
  steps = steps > 0 ? steps : 1;
  w.h = s->sample / (double) steps;
  prepare (&w, s->from, w.p);
  prepare (&w, s->from, w.p_next);
  for (size_t i = 0; r->o->par >= r->k->npar && i < L; ++i)
    w.u[(size_t) (r->o->par - r->k->npar) * L + i] = s->from;
  for (size_t j = 0; j < before; ++j) /* the noise is there when the ramp begins */
    sample (&w, 0, steps, s->from, s->from, NULL);
  w.t = r->t0;
  for (size_t j = 0; j < c->n && e == ICTUS_OK; ++j)
    {
      double from = hold ? s->from : s->from + (s->to - s->from) * (double) j / total;
      double to = hold ? s->from : s->from + (s->to - s->from) * (double) (j + 1) / total;

      sample (&w, j, steps, from, to, c);
      bury (&w, j, c);
      if (j % 64 == 0 && r->o->told != NULL && r->o->told (r->o->ctx))
        e = ICTUS_FAIL (ICTUS_E_STOPPED, "told to end");
      if (j % 64 == 0 && r->o->tick != NULL)
        r->o->tick (r->o->ctx, r->done + r->share * (double) j / total);
    }
  close_runner (&w);
  return e;
}
