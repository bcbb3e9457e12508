/* SPDX-License-Identifier: BSD-3-Clause */
/* Which form of exchange is the fastest is measured with the real traffic: in the first windows the forms that can serve
   take turns, and the one whose slowest rank needed the least wall time for a millisecond of model time stays. */
#include "engine/engine_impl.h"

#include <math.h>
#include <string.h>

enum
{
  TURN = 50, /* windows */
  ROUNDS = 3 /* the first warms up */
};

#define FEW 0.8 /* neighbours are tried when at most this part of what all to all carries is wanted */

static const char *const form_name[] = { "one collective", "neighbours", "overlap" };

/* Half of the smallest delay has to hold a tick of the grid. */
static bool
may_overlap (const ictus_engine *e)
{
  return !e->exp->grid || e->half_ticks > 0;
}

ictus_tick
engine_ticks (const ictus_engine *e)
{
  return e->ex.form == ENGINE_OVERLAP ? e->half_ticks : e->window_ticks;
}

double
engine_length_ms (const ictus_engine *e)
{
  if (e->exp->grid)
    return ictus_tick_ms (engine_ticks (e), e->exp->resolution_ms);
  return e->ex.form == ENGINE_OVERLAP ? e->half_ms : e->window_ms;
}

/* The windows to come are of this form; nothing is on its way. Collective. */
static ictus_err
take_form (ictus_engine *e, engine_form form)
{
  engine_clock *c = &e->clock;

  if (form == ENGINE_NEIGHBOURS)
    ICTUS_TRY (engine_neighbours_open (e));
  e->ex.form = form;
  if (!e->exp->grid && c->open) /* the rest of the stretch in windows of the new length */
    {
      c->from_ms = e->stats.t_ms;
      c->nwindow = (ictus_tick) ceil ((c->to_ms - c->from_ms) / engine_length_ms (e) * (1 + 1e-9) + 1e-9);
      c->iwindow = c->to_ms > c->from_ms ? 0 : c->nwindow;
    }
  return ICTUS_OK;
}

static void
say (ictus_engine *e, double each_s)
{
  char *to = e->exchange_text;
  size_t room = sizeof e->exchange_text;
  int n;

  if (e->size == 1)
    n = snprintf (to, room, "none, 1 rank, %.4g ms windows", engine_length_ms (e));
  else
    n = snprintf (to, room, "%s, %d ranks, %.4g ms windows", form_name[e->ex.form], e->size, engine_length_ms (e));
  if (each_s > 0 && n > 0 && (size_t) n < room)
    snprintf (to + n, room - (size_t) n, ", %.3g us", 1e6 * each_s);
  if (e->show_progress && e->rank == 0 && e->size > 1)
    ictus_log ("exchange: %s", to);
}

static void
begin_turn (ictus_engine *e)
{
  engine_trial *t = &e->trial;

  t->left = t->form[t->at] == ENGINE_OVERLAP && e->half_ms < e->window_ms ? 2 * TURN : TURN;
  t->begin_ms = e->stats.t_ms;
  t->begin_exchange_s = e->stats.exchange_s;
  t->begin_windows = e->stats.windows;
  t->begin_s = ictus_wall_s ();
}

ictus_err
engine_trial_begin (ictus_engine *e)
{
  engine_trial *t = &e->trial;
  ictus_exchange wanted = e->exp->exchange;

  if (t->decided || t->nform > 0) /* an earlier run of this engine came here */
    return ICTUS_OK;
  e->ex.form = ENGINE_COLLECTIVE;
  if (e->size > 1 && (wanted == ICTUS_EXCHANGE_NEIGHBOURS || wanted == ICTUS_EXCHANGE_AUTO))
    ICTUS_TRY (engine_neighbours_find (e));
  t->form[t->nform++] = ENGINE_COLLECTIVE;
  if (e->size > 1 && wanted == ICTUS_EXCHANGE_AUTO)
    {
      if (e->ex.neighbours.share <= FEW)
        t->form[t->nform++] = ENGINE_NEIGHBOURS;
      else
        engine_neighbours_clear (&e->ex.neighbours);
      if (may_overlap (e))
        t->form[t->nform++] = ENGINE_OVERLAP;
    }
  else if (e->size > 1 && wanted == ICTUS_EXCHANGE_NEIGHBOURS)
    t->form[0] = ENGINE_NEIGHBOURS;
  else if (e->size > 1 && wanted == ICTUS_EXCHANGE_OVERLAP && may_overlap (e))
    t->form[0] = ENGINE_OVERLAP;
  else if (e->size > 1 && wanted == ICTUS_EXCHANGE_OVERLAP && e->rank == 0 && e->show_progress)
    ictus_log ("the smallest delay is one step of the grid: its exchange cannot overlap with the computation");
  t->decided = t->nform == 1;
  for (int k = 0; k < t->nform; ++k)
    t->cost[k] = INFINITY;
  ICTUS_TRY (take_form (e, t->form[0]));
  if (t->decided)
    say (e, 0);
  else
    {
      snprintf (e->exchange_text, sizeof e->exchange_text, "in turns, %d ranks: the run ended before one was chosen", e->size);
      begin_turn (e);
    }
  return ICTUS_OK;
}

static ictus_err
decide (ictus_engine *e)
{
  engine_trial *t = &e->trial;
  double all[2 * ENGINE_NFORM] = { 0 };
  int best = 0;

  for (int k = 0; k < t->nform; ++k)
    {
      all[k] = t->cost[k];
      all[ENGINE_NFORM + k] = t->each[k];
    }
  ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, all, 2 * ENGINE_NFORM, MPI_DOUBLE, MPI_MAX, e->comm));
  for (int k = 1; k < t->nform; ++k)
    if (all[k] < all[best])
      best = k;
  t->decided = true;
  ICTUS_TRY (take_form (e, t->form[best]));
  if (e->ex.form != ENGINE_NEIGHBOURS)
    engine_neighbours_clear (&e->ex.neighbours);
  say (e, all[ENGINE_NFORM + best]);
  return ICTUS_OK;
}

ictus_err
engine_trial_step (ictus_engine *e, bool *stop)
{
  engine_trial *t = &e->trial;
  double cost;

  if (t->decided || --t->left > 0)
    return ICTUS_OK;
  ICTUS_TRY (engine_drain (e, stop));
  cost = (ictus_wall_s () - t->begin_s) / (e->stats.t_ms - t->begin_ms);
  if (t->round > 0 && cost < t->cost[t->at])
    {
      t->cost[t->at] = cost;
      t->each[t->at] = (e->stats.exchange_s - t->begin_exchange_s) / (double) (e->stats.windows - t->begin_windows);
    }
  t->at = (t->at + 1) % t->nform;
  t->round += t->at == 0;
  if (t->round == ROUNDS)
    return decide (e);
  ICTUS_TRY (take_form (e, t->form[t->at]));
  begin_turn (e);
  return ICTUS_OK;
}
