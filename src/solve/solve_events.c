/* SPDX-License-Identifier: BSD-3-Clause */
/* Events (global) on the grid: looked for at the end of every step, after input arrived and after a reset; what they assign
   is assigned there. What a condition was when it was last looked at is a function of state and time: after a restart mark it
   is found again. */
#include "solve_strip.h"

#include <string.h>

ictus_err
ictus__events_init (ictus__strips *s)
{
  size_t n = (size_t) s->b.k->nevent;

  if (n == 0)
    return ICTUS_OK;
  s->g_was = ictus_alloc (n, s->np * sizeof *s->g_was);
  s->g_now = ictus_alloc (n, sizeof *s->g_now);
  s->happened = ictus_alloc (n, 1);
  return s->g_was == NULL || s->g_now == NULL || s->happened == NULL ? ICTUS_E_NOMEM : ICTUS_OK;
}

void
ictus__events_clear (ictus__strips *s)
{
  ictus_free (s->g_was);
  ictus_free (s->g_now);
  ictus_free (s->happened);
}

static bool
crossed (int sign, double was, double now, bool at_end)
{
  return sign > 0 ? was < 0 && now >= 0 : sign < 0 ? was > 0 && now <= 0 : at_end && now == 0;
}

/* Events of lane c, whose state is in s->b.y. Each happens at most once, and may set off others. True: the state
   changed. */
static bool
look_at (ictus__strips *s, const ictus__strip *p, size_t c, double t, bool at_end)
{
  const ictus_kernel *k = s->b.k;
  const double *par = ictus__bank_p (&s->b, p->first + c), *u = ictus__strip_input (s, p, c);
  double *was = s->g_was + p->first + c;
  bool changed = false, again;

  k->event (t, s->b.y, par, u, s->g_now);
  memset (s->happened, 0, (size_t) k->nevent);
  do
    {
      again = false;
      for (int j = 0; j < k->nevent; ++j)
        if (!s->happened[j] && crossed (k->event_sign[j], was[(size_t) j * s->np], s->g_now[j], at_end))
          {
            s->happened[j] = 1;
            (void) k->happen (j, t, s->b.y, par, u); /* a neuron of a network neither stops nor prints */
            s->stats.roots += 1;
            again = true;
          }
      if (again)
        {
          changed = true;
          k->event (t, s->b.y, par, u, s->g_now);
        }
      at_end = false;
    }
  while (again);
  for (int j = 0; j < k->nevent; ++j)
    was[(size_t) j * s->np] = s->g_now[j];
  return changed;
}

void
ictus__events_lane (ictus__strips *s, const ictus__strip *p, size_t c, double t, bool at_end)
{
  ictus__strip_take (s, p, c, s->b.y);
  if (look_at (s, p, c, t, at_end))
    for (int k = 0; k < s->b.ns; ++k)
      p->y[(size_t) k * p->ys + c] = s->b.y[k];
}

void
ictus__events_look (ictus__strips *s, const ictus__strip *p, double t, bool at_end)
{
  for (size_t c = 0; c < p->n; ++c)
    ictus__events_lane (s, p, c, t, at_end);
}

void
ictus__events_remember (ictus__strips *s, const ictus__strip *p, double t)
{
  const ictus_kernel *k = s->b.k;

  for (size_t c = 0; c < p->n; ++c)
    {
      ictus__strip_take (s, p, c, s->b.y);
      k->event (t, s->b.y, ictus__bank_p (&s->b, p->first + c), ictus__strip_input (s, p, c), s->g_now);
      for (int j = 0; j < k->nevent; ++j)
        s->g_was[(size_t) j * s->np + p->first + c] = s->g_now[j];
    }
}
