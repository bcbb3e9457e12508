/* SPDX-License-Identifier: BSD-3-Clause */
/* Strips of neurons from their making to their end: memory, and what is found out anew at restart marks. */
#include "solve_strip.h"

#include <math.h>
#include <string.h>

/* ---- restart marks ------------------------------------------------------------------------------------------- */

static void
read_parameters (ictus__strips *s)
{
  size_t nslot = (size_t) s->b.k->nslot;

  if (s->p == NULL || s->b.n == 0)
    return;
  for (size_t i = 0; i < s->np; ++i)
    {
      const double *p = ictus__bank_p (&s->b, i < s->b.n ? i : s->b.n - 1);

      for (size_t k = 0; k < nslot; ++k)
        s->p[k * s->np + i] = p[k];
    }
}

/* All jumps of an event of weight 1 that are not 0 for every neuron; cs says whether neurons differ. */
static void
find_jumps (ictus__strips *s, size_t ne)
{
  size_t ns = (size_t) s->b.ns;

  memcpy (s->jump, ictus__bank_ports (&s->b, 0), ne * sizeof *s->jump);
  for (size_t e = 0; e < ne; ++e)
    s->leap[e] = (ictus__leap){ .port = (int) (e / ns), .k = (int) (e % ns) };
  for (size_t i = 1; i < s->b.n && s->b.cells->p_stride > 0; ++i)
    {
      const double *c = ictus__bank_ports (&s->b, i);

      for (size_t e = 0; e < ne; ++e)
        if (memcmp (&c[e], &s->jump[e], sizeof *c) != 0)
          s->leap[e].cs = 1;
    }
  s->nleap = 0;
  for (size_t e = 0; e < ne; ++e)
    if (s->leap[e].cs > 0 || s->jump[e] != 0)
      s->leap[s->nleap++] = s->leap[e];
}

static ictus_err
read_jumps (ictus__strips *s)
{
  size_t ns = (size_t) s->b.ns, ne = ns * (size_t) s->b.nport, nrow = 0;

  s->nleap = 0;
  if (s->b.n == 0 || ne == 0)
    return ICTUS_OK;
  ICTUS_TRY (ictus_grow (&s->leap, &s->cap_leap, ne, sizeof *s->leap));
  ICTUS_TRY (ictus_grow (&s->here, &s->cap_here, ne, sizeof *s->here));
  ICTUS_TRY (ictus_grow (&s->jump, &s->cap_jump, ne, sizeof *s->jump));
  find_jumps (s, ne);
  for (size_t j = 0; j < s->nleap; ++j)
    nrow += s->leap[j].cs;
  ICTUS_TRY (ictus_grow (&s->jump, &s->cap_jump, ne + nrow * s->np, sizeof *s->jump));
  nrow = 0;
  for (size_t j = 0; j < s->nleap; ++j)
    {
      ictus__leap *l = &s->leap[j];

      l->c = l->cs == 0 ? &s->jump[(size_t) l->port * ns + (size_t) l->k] : &s->jump[ne + nrow++ * s->np];
    }
  for (size_t i = 0; i < s->np && nrow > 0; ++i)
    {
      const double *c = ictus__bank_ports (&s->b, i < s->b.n ? i : s->b.n - 1);

      for (size_t j = 0, row = 0; j < s->nleap; ++j)
        if (s->leap[j].cs > 0)
          s->jump[ne + row++ * s->np + i] = c[(size_t) s->leap[j].port * ns + (size_t) s->leap[j].k];
    }
  return ICTUS_OK;
}

/* The past before the start; what the conditions of events are now. */
static ictus_err
restart_more (ictus__strips *s, double t_ms)
{
  int64_t step = (int64_t) ictus_tick_of (t_ms, s->b.h_ms) * s->nsub;

  if (s->delays.n > 0 && !s->begun)
    ICTUS_TRY (ictus__delays_fill (s, step));
  s->begun = true;
  if (s->b.k->nevent > 0)
    ictus__strips_remember (s, t_ms, step);
  return ICTUS_OK;
}

ictus_err
ictus__strips_restart (ictus__strips *s, double t_ms)
{
  const ictus_cells *cells = s->b.cells;

  ictus__bank_forget (&s->b);
  read_parameters (s);
  for (size_t at = 0; at < s->nstrip; ++at)
    {
      ictus__strip p = ictus__strip_at (s, at);

      s->nfew[at] = 0;
      for (size_t c = 0; c < p.n; ++c)
        if (t_ms < cells->refr_until[p.first + c] || !cells->armed[p.first + c])
          s->few[p.first + s->nfew[at]++] = (uint16_t) c;
      s->fresh[at] = 1;
      if (s->u != NULL)
        s->next_least[at] = cells->drive->varies ? (double) NAN : -INFINITY; /* no time; any */
    }
  for (size_t i = 0; i < s->b.n && s->next != NULL; ++i)
    s->next[i] = -INFINITY;
  ICTUS_TRY (read_jumps (s));
  return restart_more (s, t_ms);
}

/* ---- life ---------------------------------------------------------------------------------------------------- */

static ictus_err
init_more (ictus__strips *s, int order)
{
  const ictus_kernel *k = s->b.k;

  ICTUS_TRY (ictus__strip_noise_init (s));
  ICTUS_TRY (ictus__delays_init (s, order));
  ICTUS_TRY (ictus__events_init (s));
  if (k->ndelay + k->nnoise > 0
      && (s->w = ictus_alloc ((size_t) ictus__kernel_nu (k), ICTUS__ROW * sizeof *s->w)) == NULL)
    return ICTUS_E_NOMEM;
  return ICTUS_OK;
}

ictus_err
ictus__strips_init (ictus__strips *s, const ictus_solver_config *cfg, const ictus_cells *cells, double dt_ms, int nsub,
                    int order, ictus__strip_step *step, void *solver)
{
  size_t n = cells->n, ns, nu, nport, nheld = 0;
  bool driven = cells->drive != NULL && cells->model->kernel->ninput > 0;

  memset (s, 0, sizeof *s);
  ICTUS_TRY (ictus__bank_init (&s->b, cfg, cells));
  ICTUS_TRY (ictus__laned_init (&s->l, cells->model));
  s->loops = ictus__lane_loops_in_use ();
  s->step = step;
  s->solver = solver;
  s->dt_ms = dt_ms;
  s->nsub = nsub;
  ns = (size_t) s->b.ns;
  nu = (size_t) s->b.nu;
  nport = (size_t) s->b.nport;
  s->np = (n + ICTUS_LANE - 1) / ICTUS_LANE * ICTUS_LANE;
  s->nstrip = (n / ICTUS_LANE * ICTUS_LANE + ICTUS__STRIP - 1) / ICTUS__STRIP + (n % ICTUS_LANE != 0);
  for (size_t k = 0; k < ns; ++k)
    nheld += s->b.held[k];
  s->fresh = ictus_alloc (s->nstrip, sizeof *s->fresh);
  s->few = ictus_alloc (n, sizeof *s->few);
  s->nfew = ictus_alloc (s->nstrip, sizeof *s->nfew);
  s->tail = ictus_alloc (ns * ICTUS_LANE, sizeof *s->tail);
  s->tail_w = ictus_alloc (nport * ICTUS_LANE, sizeof *s->tail_w);
  s->g = ictus_alloc (ICTUS__STRIP, sizeof *s->g);
  s->kept = ictus_alloc (nheld * ICTUS__STRIP, sizeof *s->kept);
  s->over = ictus_alloc (ICTUS__STRIP, sizeof *s->over);
  s->hold = ictus_alloc (ICTUS__STRIP, sizeof *s->hold);
  if (s->fresh == NULL || s->few == NULL || s->nfew == NULL || s->tail == NULL || s->tail_w == NULL || s->g == NULL
      || s->kept == NULL || s->over == NULL || s->hold == NULL)
    return ICTUS_E_NOMEM;
  if (cells->p_stride > 0 && (s->p = ictus_alloc (s->np, (size_t) s->b.k->nslot * sizeof *s->p)) == NULL)
    return ICTUS_E_NOMEM;
  ICTUS_TRY (init_more (s, order));
  if (!driven)
    return ICTUS_OK;
  s->u = ictus_alloc (s->np, nu * sizeof *s->u);
  s->next_least = ictus_alloc (s->nstrip, sizeof *s->next_least);
  if (!cells->drive->varies && (s->next = ictus_alloc (n, sizeof *s->next)) == NULL)
    return ICTUS_E_NOMEM;
  return s->u == NULL || s->next_least == NULL ? ICTUS_E_NOMEM : ICTUS_OK;
}

void
ictus__strips_clear (ictus__strips *s)
{
  ictus__bank_clear (&s->b);
  ictus__laned_clear (&s->l);
  ictus_free (s->p);
  ictus_free (s->u);
  ictus_free (s->next);
  ictus_free (s->next_least);
  ictus_free (s->fresh);
  ictus_free (s->w);
  ictus__strip_noise_clear (s);
  ictus__delays_clear (s);
  ictus__events_clear (s);
  ictus_free (s->few);
  ictus_free (s->nfew);
  ictus_free (s->leap);
  ictus_free (s->here);
  ictus_free (s->jump);
  ictus_free (s->tail);
  ictus_free (s->tail_w);
  ictus_free (s->g);
  ictus_free (s->kept);
  ictus_free (s->over);
  ictus_free (s->hold);
  ictus_free (s->st.s);
  memset (s, 0, sizeof *s);
}

extern const ictus__lane_loops ictus__lane_loops_v1, ictus__lane_loops_v2, ictus__lane_loops_v3, ictus__lane_loops_v4;

const ictus__lane_loops *
ictus__lane_loops_in_use (void)
{
  return ICTUS_OF_LEVEL (ictus__lane_loops, ictus_isa_level ());
}
