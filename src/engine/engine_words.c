/* SPDX-License-Identifier: BSD-3-Clause */
/* Spikes as they travel. On the grid a spike is one whole number, (tick within the window) * neurons + id, in 32 bits
   where it fits; with exact timing it is its time and its id. */
#include "engine/engine_impl.h"

#include <string.h>

size_t
engine_word_bytes (const ictus_engine *e)
{
  if (!e->exp->grid)
    return sizeof (ictus_spike);
  return (unsigned __int128) e->ex.size * (uint64_t) e->window_ticks <= (uint64_t) UINT32_MAX + 1 ? 4 : 8;
}

static uint64_t
word_of (const ictus_engine *e, const engine_span *span, const ictus_spike *s)
{
  double h = e->exp->resolution_ms;
  ictus_tick k = ictus_tick_of (s->t_ms, h);

  if (ictus_comm_safe ())
    ICTUS_ASSERT (k > span->k0 && ictus_tick_ms (k, h) - s->t_ms <= 0 && ictus_tick_ms (k, h) - s->t_ms >= 0);
  return (uint64_t) (k - span->k0 - 1) * e->ex.size + s->gid;
}

void
engine_pack (const ictus_engine *e, const engine_span *span, const ictus_spike *s, size_t n, void *out)
{
  char *to = out;

  if (!e->exp->grid)
    {
      if (n > 0)
        memcpy (to, s, n * sizeof *s);
      return;
    }
  for (size_t i = 0; i < n; ++i)
    {
      uint64_t w = word_of (e, span, &s[i]);
      uint32_t narrow = (uint32_t) w;

      if (e->ex.word == sizeof narrow)
        memcpy (to + i * sizeof narrow, &narrow, sizeof narrow);
      else
        memcpy (to + i * sizeof w, &w, sizeof w);
    }
}

void
engine_unpack (const ictus_engine *e, const engine_span *span, const void *in, size_t n, ictus_spike *s)
{
  const char *from = in;
  uint64_t last = UINT64_MAX;
  double t_ms = 0;

  if (!e->exp->grid)
    {
      if (n > 0)
        memcpy (s, from, n * sizeof *s);
      return;
    }
  for (size_t i = 0; i < n; ++i)
    {
      uint64_t w = 0, tick;
      uint32_t narrow;

      if (e->ex.word == sizeof narrow)
        {
          memcpy (&narrow, from + i * sizeof narrow, sizeof narrow);
          w = narrow;
        }
      else
        memcpy (&w, from + i * sizeof w, sizeof w);
      tick = w < e->ex.size ? 0 : w / e->ex.size;
      if (tick != last)
        t_ms = ictus_tick_ms (span->k0 + 1 + (ictus_tick) tick, e->exp->resolution_ms);
      last = tick;
      s[i].t_ms = t_ms;
      s[i].gid = w - tick * e->ex.size;
    }
}
