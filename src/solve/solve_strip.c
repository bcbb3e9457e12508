/* SPDX-License-Identifier: BSD-3-Clause */
/* Strips of neurons through a window of the grid: step, look, slot, look, sample. What all neurons do is done in
   lanes; what a few do (fire, be refractory, be not armed) is done for these few, which each strip has a list of. */
#include "solve_strip.h"

#include <math.h>
#include <string.h>

ictus__strip
ictus__strip_at (const ictus__strips *s, size_t at)
{
  size_t full = s->b.n / ICTUS_LANE * ICTUS_LANE; /* neurons that fill their lanes */
  ictus__strip p = { .at = at, .first = at * ICTUS__STRIP };

  if (p.first >= full)
    p.first = full;
  p.n = (p.first < full ? full : s->b.n) - p.first;
  if (p.n > ICTUS__STRIP)
    p.n = ICTUS__STRIP;
  p.m = (p.n + ICTUS_LANE - 1) / ICTUS_LANE * ICTUS_LANE;
  return p;
}

ictus_lane_args
ictus__strip_args (const ictus__strips *s, const ictus__strip *p, const double *t, const double *y, size_t ys)
{
  ictus_lane_args a = { .m = p->m, .t = t, .y = y, .ys = ys, .p = s->b.cells->p, .u = s->b.u0 };

  if (s->p != NULL)
    {
      a.p = s->p + p->first;
      a.ps = s->np;
    }
  if (s->w != NULL)
    {
      a.u = s->w;
      a.us = ICTUS__ROW;
    }
  else if (s->u != NULL)
    {
      a.u = s->u + p->first;
      a.us = s->np;
    }
  return a;
}

/* ---- the strip at hand --------------------------------------------------------------------------------------- */

static ictus__strip
enter (ictus__strips *s, size_t at)
{
  ictus__strip p = ictus__strip_at (s, at);
  const double *Y = s->b.cells->y + p.first;

  if (p.n == p.m)
    {
      p.y = s->b.cells->y + p.first;
      p.ys = s->b.n;
      return p;
    }
  p.y = s->tail;
  p.ys = ICTUS_LANE;
  for (int k = 0; k < s->b.ns; ++k, Y += s->b.n)
    {
      double *y = p.y + (size_t) k * p.ys;

      memcpy (y, Y, p.n * sizeof *y);
      for (size_t c = p.n; c < p.m; ++c)
        y[c] = y[p.n - 1];
    }
  return p;
}

static void
leave (ictus__strips *s, const ictus__strip *p)
{
  if (p->n < p->m)
    for (int k = 0; k < s->b.ns; ++k)
      memcpy (s->b.cells->y + (size_t) k * s->b.n + p->first, p->y + (size_t) k * p->ys, p->n * sizeof *p->y);
}

double
ictus__strip_time (const ictus__strips *s, double t_ms)
{
  return s->b.k->is_map ? nearbyint (t_ms / s->dt_ms) : t_ms;
}

/* ---- inputs -------------------------------------------------------------------------------------------------- */

static void
input_set (ictus__strips *s, size_t i, double t)
{
  const ictus_drive *d = s->b.cells->drive;

  d->eval (d->ctx, i, t, t, s->b.u);
  for (int k = 0; k < s->b.nu; ++k)
    s->u[(size_t) k * s->np + i] = s->b.u[k];
}

/* Bring the inputs of a strip to time t. */
static void
inputs_at (ictus__strips *s, const ictus__strip *p, double t)
{
  const ictus_drive *d = s->b.cells->drive;
  double least = INFINITY;

  if (s->u == NULL || (d->varies ? t == s->next_least[p->at] : t < s->next_least[p->at]))
    return;
  for (size_t i = p->first; i < p->first + p->n; ++i)
    if (d->varies)
      input_set (s, i, t);
    else
      {
        if (t >= s->next[i])
          {
            input_set (s, i, t);
            s->next[i] = d->next_break (d->ctx, i, t);
          }
        least = fmin (least, s->next[i]);
      }
  for (size_t i = p->first + p->n; i < p->first + p->m; ++i)
    for (int k = 0; k < s->b.nu; ++k)
      s->u[(size_t) k * s->np + i] = s->u[(size_t) k * s->np + p->first + p->n - 1];
  s->next_least[p->at] = d->varies ? t : least;
  s->fresh[p->at] = 1;
}

/* ---- firing -------------------------------------------------------------------------------------------------- */

static ictus_err
fire (ictus__strips *s, const ictus__strip *p, size_t c, double t, ictus_tick tick, ictus_spikes *out)
{
  ictus__bank *b = &s->b;
  size_t i = p->first + c;

  ictus__strip_take (s, p, c, b->y);
  ICTUS_TRY (ictus__bank_spike (b, i, t, tick, b->y, ictus__strip_input (s, p, c), &b->cells->armed[i], out));
  for (int k = 0; k < b->ns; ++k)
    p->y[(size_t) k * p->ys + c] = b->y[k];
  if (b->k->nevent > 0)
    ictus__events_lane (s, p, c, t, false);
  return ICTUS_OK;
}

/* Who is below the threshold is armed; who is armed, not refractory and not below it fires. To look twice without a
   change in between does no harm, so a whole strip may be looked at for the sake of some. */
static ictus_err
look (ictus__strips *s, const ictus__strip *p, double t, ictus_tick tick, ictus_spikes *out)
{
  double seen = ictus__strip_time (s, t);
  uint16_t *few = s->few + p->first;
  const double *refr = s->b.cells->refr_until + p->first;
  uint8_t *armed = s->b.cells->armed + p->first;
  ictus_lane_args a = ictus__strip_args (s, p, &seen, p->y, p->ys);
  size_t n = s->nfew[p->at], nover;

  if (s->b.k->fire == NULL)
    return ICTUS_OK;
  ictus__lane_fire (&s->l, &a, s->g);
  for (size_t e = 0; e < n;)
    {
      size_t c = few[e];

      if (s->g[c] < 0)
        armed[c] = 1;
      if (armed[c] && t >= refr[c])
        few[e] = few[--n];
      else
        ++e;
    }
  nover = s->loops->over (p->m, s->g, s->over);
  for (size_t e = 0; e < nover && s->over[e] < p->n; ++e)
    {
      size_t c = s->over[e];

      if (!armed[c] || t < refr[c])
        continue;
      ICTUS_TRY (fire (s, p, c, seen, tick, out));
      if (!armed[c] || t < refr[c])
        few[n++] = (uint16_t) c;
    }
  s->nfew[p->at] = (uint16_t) n;
  return ICTUS_OK;
}

/* The lanes whose held states stand still at t. */
static void
hold_at (ictus__strips *s, ictus__strip *p, double t)
{
  const uint16_t *few = s->few + p->first;
  const double *refr = s->b.cells->refr_until + p->first;

  p->nhold = 0;
  if (!s->b.any_held)
    return;
  for (size_t e = 0; e < s->nfew[p->at]; ++e)
    if (t < refr[few[e]])
      s->hold[p->nhold++] = few[e];
}

/* ---- input of a tick ----------------------------------------------------------------------------------------- */

/* The slot row of what is left over at the end, with idle lanes. */
static const double *
slot_tail (ictus__strips *s, const ictus__strip *p, const double *slot)
{
  for (int port = 0; port < s->b.nport; ++port)
    {
      double *w = s->tail_w + (size_t) port * ICTUS_LANE;

      memcpy (w, slot + (size_t) port * s->b.n + p->first, p->n * sizeof *w);
      memset (w + p->n, 0, (p->m - p->n) * sizeof *w);
    }
  return s->tail_w;
}

void
ictus__strip_held (const ictus__strips *s, const ictus__strip *p, bool keep)
{
  double *z = s->kept;

  for (int k = 0; k < s->b.ns && p->nhold > 0; ++k)
    if (s->b.held[k])
      {
        double *y = p->y + (size_t) k * p->ys;

        for (size_t e = 0; e < p->nhold; ++e)
          if (keep)
            z[e] = y[s->hold[e]];
          else
            y[s->hold[e]] = z[e];
        z += ICTUS__STRIP;
      }
}

static void
arrive (ictus__strips *s, ictus__strip *p, double t, const double *slot)
{
  bool tail = p->n < p->m;
  const double *w = tail ? slot_tail (s, p, slot) : slot + p->first;

  hold_at (s, p, t);
  ictus__strip_held (s, p, true); /* jumps on them are dropped */
  for (size_t e = 0; e < s->nleap; ++e)
    {
      s->here[e] = s->leap[e];
      s->here[e].c += s->leap[e].cs * p->first;
    }
  s->loops->leaps (p->m, s->here, s->nleap, w, tail ? ICTUS_LANE : s->b.n, p->y, p->ys);
  ictus__strip_held (s, p, false);
}

/* ---- a strip through a window -------------------------------------------------------------------------------- */

static void
sample (ictus__strips *s, const ictus__strip *p, int which, const ictus_window *w)
{
  for (size_t c = 0; c < p->n; ++c)
    {
      ictus__strip_take (s, p, c, s->b.y);
      w->sample (w->sample_ctx, p->first + c, which, s->b.y, ictus__strip_input (s, p, c));
    }
}

/* All of u at the beginning of step `step` but for the noise, which lasts through a step. */
static void
gather_u (ictus__strips *s, const ictus__strip *p, int64_t step)
{
  double *delayed = s->w + (size_t) s->b.nu * ICTUS__ROW;

  for (int k = 0; k < s->b.nu; ++k)
    for (size_t c = 0; c < p->m; ++c)
      s->w[(size_t) k * ICTUS__ROW + c] = s->u != NULL ? s->u[(size_t) k * s->np + p->first + c] : s->b.u0[k];
  ictus__delays_look (s, p, step, 0, delayed);
  ictus__delays_now (s, p->m, p->y, p->ys, delayed);
}

static double *
noise_of (const ictus__strips *s)
{
  return s->w + (size_t) (s->b.nu + s->b.k->ndelay) * ICTUS__ROW;
}

static void
before_step (ictus__strips *s, const ictus__strip *p)
{
  gather_u (s, p, p->step);
  ictus__strip_noise_draw (s, p, p->step, noise_of (s));
  ictus__delays_begin (s, p);
}

/* What happens at the end of a step before anybody fires: Markov variables jump, events are looked for. */
static void
after_step (ictus__strips *s, const ictus__strip *p, double te)
{
  double seen = ictus__strip_time (s, te);

  if (s->w != NULL)
    {
      ictus__delays_end (s, p);
      gather_u (s, p, p->step + 1);
    }
  if (s->b.k->nmarkov > 0)
    ictus__strip_markov (s, p, p->step, seen);
  if (s->b.k->nevent > 0)
    ictus__events_look (s, p, seen, true);
}

/* The state of the strip jumped: values without a delay follow it. */
static void
follow (const ictus__strips *s, const ictus__strip *p)
{
  if (s->delays.now)
    ictus__delays_now (s, p->m, p->y, p->ys, s->w + (size_t) s->b.nu * ICTUS__ROW);
}

static ictus_err
tick (ictus__strips *s, ictus__strip *p, double t0, const ictus__station *st, const ictus_window *w,
      ictus_spikes *out)
{
  for (int m = 0; m < s->nsub; ++m)
    {
      double t = t0 + m * s->dt_ms, te = m + 1 == s->nsub ? st->t_ms : t0 + (m + 1) * s->dt_ms;

      p->step = (int64_t) (st->tick - 1) * s->nsub + m;
      inputs_at (s, p, t);
      hold_at (s, p, t);
      if (s->w != NULL)
        before_step (s, p);
      s->step (s->solver, p, t, te);
      inputs_at (s, p, te);
      after_step (s, p, te);
      follow (s, p);
      ICTUS_TRY (look (s, p, te, st->tick, out));
    }
  if (st->slot != NULL && s->nleap > 0)
    {
      arrive (s, p, st->t_ms, st->slot);
      follow (s, p);
      if (s->b.k->nevent > 0)
        ictus__events_look (s, p, ictus__strip_time (s, st->t_ms), false);
      follow (s, p);
      ICTUS_TRY (look (s, p, st->t_ms, st->tick, out));
    }
  follow (s, p);
  if (st->sample >= 0)
    sample (s, p, st->sample, w);
  return ICTUS_OK;
}

static ictus_err
check (const ictus__strips *s, const ictus__strip *p, double t)
{
  int bad;

  if (s->loops->finite (p->m, s->b.ns, p->y, p->ys))
    return ICTUS_OK;
  for (size_t c = 0; c < p->n; ++c)
    {
      ictus__strip_take (s, p, c, s->b.y);
      if ((bad = ictus__bank_bad (&s->b, s->b.y)) >= 0)
        return ICTUS_FAIL (ICTUS_E_SOLVER, "neuron %llu at %.10g ms: state %s is not finite%s",
                           ictus__bank_id (&s->b, p->first + c), t, ictus__bank_state (&s->b, bad), s->hint);
    }
  return ICTUS_OK; /* an idle lane */
}

ictus_err
ictus__strips_window (ictus__strips *s, const ictus_window *w, ictus_spikes *out)
{
  double t0 = ictus_tick_ms (w->k0, s->b.h_ms);

  ICTUS_TRY (ictus__stations_fill (&s->st, w, true));
  for (size_t at = 0; at < s->nstrip; ++at)
    {
      ictus__strip p = enter (s, at);
      ictus_err e = ICTUS_OK;

      for (size_t j = 0; j < s->st.n && e == ICTUS_OK; ++j)
        e = tick (s, &p, j == 0 ? t0 : s->st.s[j - 1].t_ms, &s->st.s[j], w, out);
      leave (s, &p);
      ICTUS_TRY (e);
      ICTUS_TRY (check (s, &p, w->t1_ms));
    }
  s->stats.steps += s->st.n * (size_t) s->nsub * s->b.n;
  return ICTUS_OK;
}

void
ictus__strips_remember (ictus__strips *s, double t_ms, int64_t step)
{
  for (size_t at = 0; at < s->nstrip; ++at)
    {
      ictus__strip p = enter (s, at);

      inputs_at (s, &p, t_ms);
      if (s->w != NULL)
        {
          gather_u (s, &p, step);
          ictus__strip_noise_draw (s, &p, step - 1, noise_of (s));
        }
      ictus__events_remember (s, &p, ictus__strip_time (s, t_ms));
    }
}
