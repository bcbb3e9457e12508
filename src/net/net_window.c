/* SPDX-License-Identifier: BSD-3-Clause */
/* What a net does in every window: spikes in, input out. */
#include "net_impl.h"

/* A few at a time: what the rows need to know of a spike is smaller. */
static ictus_err
deliver_grid (ictus_net *net, const ictus_spike *s, size_t n)
{
  enum { CHUNK = 64 };
  ictus__sent sent[CHUNK];

  for (size_t i = 0; i < n; i += CHUNK)
    {
      size_t m = n - i < CHUNK ? n - i : CHUNK;

      for (size_t j = 0; j < m; ++j)
        sent[j] = (ictus__sent){ .k = ictus_tick_of (s[i + j].t_ms, net->exp->resolution_ms), .gid = s[i + j].gid };
      ICTUS_TRY (ictus__flights_start (net, sent, m, false));
    }
  return ICTUS_OK;
}

ictus_err
ictus_net_deliver (ictus_net *net, const ictus_spike *s, size_t n)
{
  if (net->exp->grid)
    return deliver_grid (net, s, n);
  for (size_t i = 0; i < n; ++i)
    {
      int p = ictus_net_population_of (net, s[i].gid);
      uint64_t source = s[i].gid - net->pop[p].first;

      for (int o = net->out_first[p]; o < net->out_first[p + 1]; ++o)
        {
          const ictus__wires *w = &net->wires[net->out[o]];
          size_t first, last;

          if (ictus__wires_row (w, source, &first, &last))
            ICTUS_TRY (ictus__inbox_add_events (&net->group[w->target].inbox, w, first, last, s[i].t_ms));
        }
    }
  return ICTUS_OK;
}

/* Network input of a window was delivered before it began, so stimuli always come last in a sum (and behind
   network events of the same time): the order does not depend on where windows end. */
ictus_err
ictus_net_input (ictus_net *net, int pop, ictus_window *w)
{
  ictus__inbox *b = &net->group[pop].inbox;
  bool again;

  if (net->exp->grid && w->k1 > net->slots.given)
    {
      ICTUS_TRY (ictus__slots_room (&net->slots, w->k1));
      ICTUS_TRY (ictus__flights_land (net, w->k1));
    }
  w->slot = ictus__inbox_read;
  w->slot_ctx = b;
  w->first = NULL;
  w->event = NULL;
  if (!b->used)
    return ICTUS_OK;
  if (net->exp->grid)
    {
      again = w->k1 <= b->given;
      for (int s = 0; s < net->npoisson && !again; ++s)
        if (net->poisson[s].target == pop)
          ICTUS_TRY (ictus__poisson_slots (net, &net->poisson[s], w->k0, w->k1));
      b->given = w->k1 > b->given ? w->k1 : b->given;
      return ICTUS_OK;
    }
  if (w->t1_ms > b->given_ms)
    {
      ICTUS_TRY (ictus__inbox_take (b, w->t1_ms));
      for (int s = 0; s < net->npoisson; ++s)
        if (net->poisson[s].target == pop)
          ICTUS_TRY (ictus__poisson_events (net, &net->poisson[s], w->t0_ms, w->t1_ms));
      ICTUS_TRY (ictus__inbox_sort (b));
    }
  if (b->ntaken > 0)
    {
      w->first = b->first;
      w->event = b->event;
    }
  return ICTUS_OK;
}

void
ictus_net_input_done (ictus_net *net, const ictus_window *w)
{
  if (net->exp->grid)
    ictus__slots_done (&net->slots, w->k1);
}
