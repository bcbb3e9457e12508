/* SPDX-License-Identifier: BSD-3-Clause */
/* Dealing points to teams of ranks. World rank 0 deals, and computes as the leader of team 0: so it answers
   the other leaders between its own windows, without a thread. A leader sends the row of its last point and
   so asks for the next. */
#include <string.h>
#include <time.h>

#include "sweep/sweep_impl.h"

enum { TAG_ROW = 1, TAG_POINT = 2 };
#define POLL_NS 1000000 /* pause between looks when rank 0 has nothing else to do */

struct ictus__deal
{
  MPI_Comm world, team;
  int rank, team_rank, nteam;
  int nvalue;
  const size_t *todo; /* [ntodo]; rank 0 */
  size_t ntodo, next;
  int nworking;       /* leaders of other teams who were not told to end; rank 0 */
  ictus__deal_row take;
  void *ctx;
  char *packet;       /* a row and its values, as sent */
  size_t packet_bytes;
  double *value;      /* [nvalue] of a row that came in */
};

ictus_err
ictus__deal_create (MPI_Comm comm, int ranks_per_point, int nvalue, const size_t *todo, size_t ntodo,
                    ictus__deal_row take, void *ctx, ictus__deal **out)
{
  ictus__deal *d = NULL;
  int size = ictus_comm_size (comm), each = ranks_per_point < size ? ranks_per_point : size;
  ictus_err e = ICTUS_OK;

  *out = NULL;
  d = ictus_alloc (1, sizeof *d);
  if (d != NULL)
    {
      d->world = d->team = MPI_COMM_NULL;
      d->packet_bytes = sizeof (ictus__row) + (size_t) nvalue * sizeof (double);
      d->packet = ictus_alloc (d->packet_bytes, 1);
      d->value = ictus_alloc ((size_t) nvalue, sizeof *d->value);
    }
  if (d == NULL || d->packet == NULL || d->value == NULL)
    e = ICTUS_E_NOMEM;
  ICTUS_GO (ictus_comm_agree (comm, e));
  d->rank = ictus_comm_rank (comm);
  d->nteam = (size + each - 1) / each;
  d->nvalue = nvalue;
  d->todo = todo;
  d->ntodo = d->rank == 0 ? ntodo : 0;
  d->nworking = d->nteam - 1;
  d->take = take;
  d->ctx = ctx;
  ICTUS_MPI (MPI_Comm_dup (comm, &d->world));
  ICTUS_MPI (MPI_Comm_split (comm, d->rank / each, d->rank, &d->team));
  d->team_rank = ictus_comm_rank (d->team);
  *out = d;
  d = NULL;
done:
  ictus__deal_destroy (&d);
  return e;
}

void
ictus__deal_destroy (ictus__deal **d)
{
  if (*d == NULL)
    return;
  if ((*d)->team != MPI_COMM_NULL)
    ICTUS_MPI (MPI_Comm_free (&(*d)->team));
  if ((*d)->world != MPI_COMM_NULL)
    ICTUS_MPI (MPI_Comm_free (&(*d)->world));
  ictus_free ((*d)->packet);
  ictus_free ((*d)->value);
  ictus_free (*d);
  *d = NULL;
}

MPI_Comm
ictus__deal_team (const ictus__deal *d)
{
  return d->team;
}

int
ictus__deal_nteam (const ictus__deal *d)
{
  return d->nteam;
}

static int64_t
next_point (ictus__deal *d)
{
  return d->next < d->ntodo ? (int64_t) d->todo[d->next++] : -1;
}

/* A leader's message, which has arrived or is waited for. */
static void
serve (ictus__deal *d, int leader)
{
  ictus__row row;
  int64_t point;

  ICTUS_MPI (
      MPI_Recv (d->packet, (int) d->packet_bytes, MPI_BYTE, leader, TAG_ROW, d->world, MPI_STATUS_IGNORE));
  memcpy (&row, d->packet, sizeof row);
  if (row.point >= 0)
    {
      memcpy (d->value, d->packet + sizeof row, (size_t) d->nvalue * sizeof *d->value);
      d->take (d->ctx, &row, d->value);
    }
  point = next_point (d);
  if (point < 0)
    d->nworking -= 1;
  ICTUS_MPI (MPI_Send (&point, 1, MPI_INT64_T, leader, TAG_POINT, d->world));
}

void
ictus__deal_poll (ictus__deal *d)
{
  int waiting = 1;

  while (d->rank == 0 && d->nworking > 0 && waiting)
    {
      MPI_Status status;

      ICTUS_MPI (MPI_Iprobe (MPI_ANY_SOURCE, TAG_ROW, d->world, &waiting, &status));
      if (waiting)
        serve (d, status.MPI_SOURCE);
    }
}

static int64_t
ask (ictus__deal *d, const ictus__row *row, const double *value)
{
  ictus__row none = { .point = -1 };
  int64_t point;

  memcpy (d->packet, row != NULL ? row : &none, sizeof none);
  if (row != NULL)
    memcpy (d->packet + sizeof none, value, (size_t) d->nvalue * sizeof *value);
  ICTUS_MPI (MPI_Send (d->packet, (int) d->packet_bytes, MPI_BYTE, 0, TAG_ROW, d->world));
  ICTUS_MPI (MPI_Recv (&point, 1, MPI_INT64_T, 0, TAG_POINT, d->world, MPI_STATUS_IGNORE));
  return point;
}

int64_t
ictus__deal_next (ictus__deal *d, const ictus__row *row, const double *value)
{
  int64_t point = -1;

  if (d->rank == 0)
    {
      if (row != NULL)
        d->take (d->ctx, row, value);
      ictus__deal_poll (d);
      point = next_point (d);
    }
  else if (d->team_rank == 0)
    point = ask (d, row, value);
  ICTUS_MPI (MPI_Bcast (&point, 1, MPI_INT64_T, 0, d->team));
  return point;
}

void
ictus__deal_stop (ictus__deal *d)
{
  d->next = d->ntodo;
}

void
ictus__deal_finish (ictus__deal *d)
{
  const struct timespec pause = { .tv_nsec = POLL_NS };

  while (d->rank == 0 && d->nworking > 0)
    {
      ictus__deal_poll (d);
      if (d->nworking > 0)
        nanosleep (&pause, NULL);
    }
}
