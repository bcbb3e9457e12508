/* SPDX-License-Identifier: BSD-3-Clause */
/* The window loop. */
#include "engine/engine_impl.h"

#include <math.h>
#include <string.h>

double
engine_end_ms (const ictus_experiment *x)
{
  return x->grid ? ictus_tick_ms (ictus_tick_of (x->t_stop_ms, x->resolution_ms), x->resolution_ms)
                 : x->t_stop_ms;
}

/* Begin the stretch after the marks done so far; false when t_stop was reached. */
static bool
next_stretch (ictus_engine *e)
{
  const ictus_experiment *x = e->exp;
  engine_clock *c = &e->clock;

  if (x->grid)
    {
      ictus_tick stop = ictus_tick_of (x->t_stop_ms, x->resolution_ms);
      ictus_tick every = ictus_tick_of (x->restart_mark_ms, x->resolution_ms);

      c->at = c->mark * every;
      c->to = c->at + every < stop ? c->at + every : stop;
      c->open = c->at < stop;
      return c->open;
    }
  c->from_ms = ictus_tick_ms (c->mark, x->restart_mark_ms);
  c->to_ms = ictus_tick_ms (c->mark + 1, x->restart_mark_ms);
  if (c->to_ms > x->t_stop_ms)
    c->to_ms = x->t_stop_ms;
  /* strictly shorter than the smallest delay, so that rounding never lets a spike arrive in its own window */
  c->nwindow = (ictus_tick) ceil ((c->to_ms - c->from_ms) / engine_length_ms (e) * (1 + 1e-9) + 1e-9);
  c->iwindow = 0;
  c->open = c->from_ms < x->t_stop_ms;
  return c->open;
}

/* The next window of this stretch; false at its end. */
static bool
next_window (ictus_engine *e, ictus_window *w)
{
  const ictus_experiment *x = e->exp;
  engine_clock *c = &e->clock;
  double len = c->to_ms - c->from_ms, n = (double) c->nwindow;

  memset (w, 0, sizeof *w);
  w->grid = x->grid;
  w->h_ms = x->resolution_ms;
  if (x->grid)
    {
      ictus_tick ticks = engine_ticks (e);

      if (c->at >= c->to)
        return false;
      w->k0 = c->at;
      w->k1 = c->at + ticks < c->to ? c->at + ticks : c->to;
      w->t0_ms = ictus_tick_ms (w->k0, w->h_ms);
      w->t1_ms = ictus_tick_ms (w->k1, w->h_ms);
      c->at = w->k1;
      return true;
    }
  if (c->iwindow >= c->nwindow)
    return false;
  w->t0_ms = c->from_ms + len * ((double) c->iwindow / n);
  c->iwindow += 1;
  w->t1_ms = c->iwindow == c->nwindow ? c->to_ms : c->from_ms + len * ((double) c->iwindow / n);
  return true;
}

/* Input and solution of one population. Local. */
static ictus_err
solve_population (ictus_engine *e, int p, const ictus_population *pop, ictus_window *w, ictus_spikes *mine)
{
  double before;
  ictus_err err;

  if (e->faults && ictus_fault ("solve", e->rank))
    return ICTUS_FAIL (ICTUS_E_SOLVER, "population %s, neuron %llu at %g ms: failure injected", pop->name,
                       (unsigned long long) (pop->cells.n > 0 ? pop->cells.gid[0] - pop->first : 0), w->t1_ms);
  ICTUS_TRY (engine_samples_due (e, p, w));
  before = e->watch.on ? ictus_wall_s () : 0;
  ICTUS_TRY (ictus_net_input (e->net, p, w));
  if (e->watch.on)
    e->stats.input_s += ictus_wall_s () - before;
  err = ictus_solver_window (e->solver[p], w, mine);
  return err == ICTUS_OK ? ICTUS_OK : ictus_err_prefix (err, "population %s", pop->name);
}

/* All neurons of this rank to the end of the window. Local. */
static ictus_err
solve_window (ictus_engine *e, ictus_window *w, ictus_spikes *mine)
{
  for (int p = 0; p < e->npop; ++p)
    {
      const ictus_population *pop = ictus_net_population (e->net, p);

      if (pop->model == NULL)
        ICTUS_TRY (ictus_net_replay (e->net, p, w->t0_ms, w->t1_ms, mine));
      else
        ICTUS_TRY (solve_population (e, p, pop, w, mine));
    }
  ictus_net_input_done (e->net, w);
  return ICTUS_OK;
}

/* Keep a local error with its text until the next exchange tells it. */
void
engine_keep_pending (ictus_engine *e, ictus_err err)
{
  if (err == ICTUS_OK || e->pending != ICTUS_OK)
    return;
  e->pending = err;
  e->pending_text = ictus_strdup (ictus_err_last ());
}

static ictus_err
take_pending (const ictus_engine *e)
{
  if (e->pending == ICTUS_OK)
    return ICTUS_OK;
  return ICTUS_FAIL (e->pending, "%s",
                     e->pending_text != NULL ? e->pending_text : ictus_err_name (e->pending));
}

/* What is pending anywhere, told now: whatever is collective next may count on every rank. Collective. */
static ictus_err
settle (const ictus_engine *e)
{
  return ictus_comm_agree (e->comm, take_pending (e));
}

static ictus_err
call_flush (ictus_engine *e, double t_ms)
{
  ICTUS_TRY (settle (e));
  for (int k = 0; k < e->nhook; ++k)
    if (e->hook[k].flush != NULL)
      ICTUS_TRY (e->hook[k].flush (e->hook[k].ctx, t_ms));
  return ICTUS_OK;
}

static bool
wants_stop (const ictus_engine *e)
{
  bool stop = false;

  for (int k = 0; k < e->nhook; ++k)
    if (e->hook[k].stop != NULL && e->hook[k].stop (e->hook[k].ctx))
      stop = true;
  return stop;
}

static double
rate_Hz (const ictus_engine *e)
{
  double n = (double) ictus_net_size (e->net);

  return e->stats.t_ms > 0 ? (double) e->stats.spikes / n / (1e-3 * e->stats.t_ms) : 0;
}

/* Phases of a window shorter than this are timed every few windows: reading clocks would cost more than it tells. */
#define SHORT_S 20e-6

enum
{
  STANDS_FOR = 8 /* windows */
};

static void
phases (ictus_engine_stats *s, double **phase)
{
  phase[0] = &s->solve_s;
  phase[1] = &s->exchange_s;
  phase[2] = &s->deliver_s;
  phase[3] = &s->input_s;
}

/* The next window is solved: are its phases timed? */
static void
watch_begin (ictus_engine *e)
{
  engine_watch *a = &e->watch;
  double *phase[ENGINE_NPHASE];

  if (a->left > 0)
    {
      a->left -= 1;
      a->on = false;
      return;
    }
  phases (&e->stats, phase);
  for (int k = 0; k < ENGINE_NPHASE; ++k)
    a->before_s[k] = *phase[k];
  a->on = true;
  a->last_s = ictus_wall_s ();
}

/* Seconds since the last look, where this window is timed. */
static double
watch_look (ictus_engine *e)
{
  engine_watch *a = &e->watch;
  double now, s;

  if (!a->on)
    return 0;
  now = ictus_wall_s ();
  s = now - a->last_s;
  a->last_s = now;
  return s;
}

/* A short window stands for those before it that were not timed; a long one, in which the system may have done something
   else, for itself. */
static void
watch_end (ictus_engine *e, double begin_s)
{
  engine_watch *a = &e->watch;
  bool is_short = a->last_s - begin_s < SHORT_S;
  double *phase[ENGINE_NPHASE];

  if (!a->on)
    return;
  phases (&e->stats, phase);
  for (int k = 0; k < ENGINE_NPHASE && is_short; ++k)
    *phase[k] += a->skipped * (*phase[k] - a->before_s[k]);
  a->left = is_short ? STANDS_FOR - 1 : 0;
  a->skipped = a->left;
}

/* Input of the next windows. */
static void
deliver (ictus_engine *e)
{
  engine_exchange *x = &e->ex;

  engine_keep_pending (e, ictus_net_deliver (e->net, x->got, x->ngot));
  x->ngot = 0;
  e->stats.deliver_s += watch_look (e);
}

ictus_err
engine_drain (ictus_engine *e, bool *stop)
{
  engine_exchange *x = &e->ex;
  engine_span *span = &x->span[!x->now];

  if (!x->open)
    return ICTUS_OK;
  (void) take_pending (e); /* its words, should it be this rank's that all are told */
  ICTUS_TRY (engine_exchange_finish (e));
  e->stats.exchange_s += watch_look (e);
  if (x->form != ENGINE_NEIGHBOURS)
    deliver (e);
  *stop = *stop || x->verdict.stop != 0;
  e->stats.windows += 1;
  e->stats.spikes += x->verdict.n;
  e->stats.t_ms = span->t1_ms;
  for (int k = 0; k < e->nhook; ++k)
    if (e->hook[k].window != NULL)
      engine_keep_pending (
          e, e->hook[k].window (e->hook[k].ctx, span->t0_ms, span->t1_ms, span->mine.s, span->mine.n));
  (void) watch_look (e); /* hooks count as none of the phases */
  return ICTUS_OK;
}

/* One window: solve, exchange, deliver, hooks. With form collective all of this is of the same window; else the verdict of
   a window, with overlap its spikes too, arrive when the next was solved. Collective; the same code and stop on all ranks. */
static ictus_err
one_window (ictus_engine *e, ictus_window *w, bool *stop)
{
  engine_exchange *x = &e->ex;
  engine_span *span = &x->span[x->now];
  ictus_err mine = take_pending (e);
  double begin_s;
  bool ask;

  watch_begin (e);
  begin_s = e->watch.last_s;
  span->t0_ms = w->t0_ms;
  span->t1_ms = w->t1_ms;
  span->k0 = w->k0;
  span->mine.n = 0;
  if (mine == ICTUS_OK)
    {
      double input_s = e->stats.input_s;

      mine = solve_window (e, w, &span->mine);
      engine_keep_pending (e, mine);
      e->stats.solve_s += watch_look (e) - (e->stats.input_s - input_s);
    }
  ask = wants_stop (e);
  ICTUS_TRY (engine_drain (e, stop));
  if (mine == ICTUS_OK) /* what went wrong with the window before is told at once */
    mine = take_pending (e);
  engine_exchange_start (e, mine, ask);
  e->stats.exchange_s += watch_look (e);
  if (x->form == ENGINE_NEIGHBOURS)
    deliver (e);
  else if (x->form == ENGINE_COLLECTIVE)
    ICTUS_TRY (engine_drain (e, stop));
  watch_end (e, begin_s);
  return ICTUS_OK;
}

/* Hooks behind one that asks for a stop are called, too: what they keep is of the same mark everywhere. */
static ictus_err
at_mark (ictus_engine *e, bool *stop)
{
  e->clock.open = false;
  e->clock.mark += 1;
  for (int p = 0; p < e->npop; ++p)
    if (e->solver[p] != NULL)
      engine_keep_pending (e, ictus_solver_restart (e->solver[p], e->stats.t_ms));
  ICTUS_TRY (settle (e));
  for (int k = 0; k < e->nhook; ++k)
    if (e->hook[k].mark != NULL)
      {
        ictus_err err = e->hook[k].mark (e->hook[k].ctx, e->stats.t_ms);

        if (err == ICTUS_E_STOPPED)
          *stop = true;
        else
          ICTUS_TRY (err);
      }
  if (e->stats.t_ms >= engine_end_ms (e->exp)) /* there is nothing left to stop */
    *stop = false;
  return ICTUS_OK;
}

/* All windows are whole: everything is written. *stop may be set. Collective. */
static ictus_err
flush (ictus_engine *e, bool *stop)
{
  ICTUS_TRY (engine_drain (e, stop));
  return call_flush (e, e->stats.t_ms);
}

/* The windows up to t_stop, or until a hook asks for a stop. Collective. */
static ictus_err
run_windows (ictus_engine *e, ictus_progress *progress, bool *stop)
{
  double every = e->exp->flush_ms;
  engine_clock *c = &e->clock;
  ictus_window w;

  *stop = false;
  if (!(c->next_flush_ms > 0))
    c->next_flush_ms = every;
  ICTUS_TRY (engine_trial_begin (e));
  while (!*stop && (c->open || next_stretch (e)))
    {
      while (!*stop && next_window (e, &w))
        {
          ICTUS_TRY (one_window (e, &w, stop));
          ICTUS_TRY (engine_trial_step (e, stop));
          if (w.t1_ms >= c->next_flush_ms)
            {
              c->next_flush_ms = every * (floor (w.t1_ms / every) + 1);
              ICTUS_TRY (flush (e, stop));
            }
          if (e->watch.on)
            ictus_progress_at (progress, e->stats.t_ms, rate_Hz (e), NULL);
        }
      ICTUS_TRY (engine_drain (e, stop));
      if (!*stop)
        ICTUS_TRY (at_mark (e, stop));
    }
  return flush (e, stop);
}

ictus_err
ictus_engine_run (ictus_engine *e)
{
  ictus_progress progress;
  double begin = ictus_wall_s ();
  bool stop;
  ictus_err err;

  if (e->ended != ICTUS_OK)
    return ICTUS_FAIL (ICTUS_E_ARG, "a run that failed at %g ms cannot go on", e->stats.t_ms);
  e->stats.window_ms = e->window_ms;
  ictus_progress_begin (&progress, e->show_progress && e->rank == 0, e->stats.t_ms, e->exp->t_stop_ms);
  err = run_windows (e, &progress, &stop);
  e->ended = err;
  if (err == ICTUS_OK)
    ictus_progress_end (&progress, e->stats.t_ms, rate_Hz (e));
  e->stats.wall_s += ictus_wall_s () - begin;
  if (err == ICTUS_OK && stop)
    return ICTUS_FAIL (ICTUS_E_STOPPED, "stopped on request at %g ms of %g", e->stats.t_ms,
                       e->exp->t_stop_ms);
  return err;
}
