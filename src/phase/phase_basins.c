/* SPDX-License-Identifier: BSD-3-Clause */
/* Basins of attraction: where the orbits from the middles of a grid of cells go. Rows of cells are dealt to the ranks in turn; each start is
   followed by itself, so the map is the same on any number of ranks. */
#include "phase/phase_impl.h"

#include <string.h>

enum { CYCLE = 1000, WHY = 2000 }; /* codes: point, CYCLE + cycle, WHY - why */

static int
code_of (const ictus_phase_end *e)
{
  return e->point >= 0 ? e->point : e->cycle >= 0 ? CYCLE + e->cycle : WHY - e->why;
}

static ictus_phase_end
end_of (int code)
{
  return (ictus_phase_end) { .point = code < CYCLE ? code : -1,
                             .cycle = code >= CYCLE && code < WHY ? code - CYCLE : -1,
                             .why = code >= WHY ? WHY - code : 0 };
}

static ictus_err
row (ictus__look *l, int j)
{
  ictus_phase *p = l->p;
  int n = p->nb;

  for (int i = 0; i < n; ++i)
    {
      double x[2] = { l->q->lo[0] + l->q->size[0] * (i + 0.5) / n, l->q->lo[1] + l->q->size[1] * (j + 0.5) / n };
      ictus_phase_end end = { 0 };

      ICTUS_TRY (ictus__follow (l, x, 1, p->options.t_stop, PHASE_STEPS, NULL, &end));
      p->basin[j * n + i] = code_of (&end);
    }
  return ICTUS_OK;
}

/* Codes to numbers of the list: points, then cycles, then the rest, as far as they occur. */
static ictus_err
count (ictus_phase *p, size_t cells)
{
  int number[WHY + 8];
  size_t have[WHY + 8] = { 0 };

  for (size_t k = 0; k < cells; ++k)
    ++have[p->basin[k]];
  for (int code = 0; code < WHY + 8; ++code)
    p->nbasin += have[code] > 0;
  p->basins = ictus_alloc (p->nbasin, sizeof *p->basins);
  if (p->basins == NULL)
    return ICTUS_E_NOMEM;
  p->nbasin = 0;
  for (int code = 0; code < WHY + 8; ++code)
    if (have[code] > 0)
      {
        number[code] = (int) p->nbasin;
        p->basins[p->nbasin++] = (ictus_phase_basin) { .end = end_of (code), .cells = have[code] };
      }
  for (size_t k = 0; k < cells; ++k)
    p->basin[k] = number[p->basin[k]];
  return ICTUS_OK;
}

ictus_err
ictus__phase_basins (ictus__look *l, MPI_Comm comm)
{
  ictus_phase *p = l->p;
  int rank = ictus_comm_rank (comm), size = ictus_comm_size (comm), rows;
  size_t cells;
  ictus_err e = ICTUS_OK;

  p->nb = p->options.basins;
  rows = l->q->dim == 1 ? 1 : p->nb;
  cells = (size_t) p->nb * (size_t) rows;
  p->basin = ictus_alloc (cells, sizeof *p->basin);
  if (p->basin == NULL)
    e = ICTUS_E_NOMEM;
  ICTUS_TRY (ictus_comm_agree (comm, e));
  for (size_t k = 0; k < cells; ++k)
    p->basin[k] = -1;
  for (int j = rank; j < rows && e == ICTUS_OK; j += size)
    {
      if (l->told != NULL && l->told (l->ctx))
        e = ICTUS_FAIL (ICTUS_E_STOPPED, "stopped on request, before all basins were known");
      else
        e = row (l, j);
    }
  ICTUS_TRY (ictus_comm_agree (comm, e));
  ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, p->basin, (int) cells, MPI_INT, MPI_MAX, comm));
  return ictus_comm_agree (comm, count (p, cells));
}
