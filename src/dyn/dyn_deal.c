/* SPDX-License-Identifier: BSD-3-Clause */
/* Jobs for ranks. Rank 0 deals and computes, too: it answers the others whenever its own branch has got a point further. */
#include <string.h>

#include "dyn/dyn_drive.h"

enum { TAG_HEAD = 1, TAG_DATA, TAG_ANSWER, TAG_STOP, PIECE = 1 << 14 };

typedef struct head /* to rank 0: an outcome (job >= 0) and always a question; the bytes follow */
{
  int64_t job;
  int64_t nbyte;
  int32_t status, told;
} head;

typedef struct answer
{
  int64_t job;     /* -1: none is left */
  int32_t stopped; /* a message TAG_STOP was sent as well */
} answer;

typedef struct dealer
{
  const ictus__dyn_deal *d;
  int rank, size;
  bool stopped;      /* end soon */
  bool stop_came;    /* others: rank 0 said so */
  ictus_err e;       /* the first that went wrong here */
  /* rank 0 */
  size_t next, done; /* to deal, to accept */
  int working;       /* other ranks that have not heard that none is left */
  ictus__pack *result; /* [njob] */
  char *state;         /* [njob] 0 to do, 1 dealt, 2 here, 3 not wanted */
} dealer;

static bool told (void *ctx);

/* ---- rank 0 ---- */

static void
stop_all (dealer *a)
{
  char byte = 0;

  if (a->stopped)
    return;
  a->stopped = true;
  for (int r = 1; r < a->size; ++r)
    ICTUS_MPI (MPI_Send (&byte, 1, MPI_BYTE, r, TAG_STOP, a->d->comm));
}

static int64_t
deal_one (dealer *a)
{
  while (!a->stopped && a->e == ICTUS_OK && a->next < a->d->njob)
    {
      size_t job = a->next++;

      if (a->d->wanted (a->d->self, job))
        {
          a->state[job] = 1;
          return (int64_t) job;
        }
      a->state[job] = 3;
    }
  return -1;
}

static void
accept_ready (dealer *a)
{
  for (; a->done < a->d->njob && a->state[a->done] >= 2 && a->e == ICTUS_OK; ++a->done)
    {
      ictus__pack *k = &a->result[a->done];

      if (a->state[a->done] == 2 && k->len > 0 && a->d->wanted (a->d->self, a->done))
        a->e = a->d->accept (a->d->self, a->done, k);
      ictus__pack_clear (k);
    }
}

/* An outcome, in pieces: all of them are taken, even if there is no room for it. */
static void
take_bytes (dealer *a, int from, int64_t nbyte, ictus__pack *k)
{
  char piece[PIECE];

  for (int64_t at = 0; at < nbyte; at += PIECE)
    {
      int64_t n = nbyte - at < PIECE ? nbyte - at : PIECE;

      ICTUS_MPI (MPI_Recv (piece, (int) n, MPI_BYTE, from, TAG_DATA, a->d->comm, MPI_STATUS_IGNORE));
      ictus__pack_put (k, piece, (size_t) n);
    }
}

/* One message of another rank. */
static void
serve (dealer *a, int from)
{
  head h;
  answer out;

  ICTUS_MPI (MPI_Recv (&h, sizeof h, MPI_BYTE, from, TAG_HEAD, a->d->comm, MPI_STATUS_IGNORE));
  if (h.job >= 0)
    {
      take_bytes (a, from, h.nbyte, &a->result[h.job]);
      a->state[h.job] = 2;
      if (a->result[h.job].failed && a->e == ICTUS_OK)
        a->e = ICTUS_E_NOMEM;
      if (h.status != ICTUS_OK && a->e == ICTUS_OK)
        a->e = (ictus_err) h.status;
    }
  if (h.told)
    stop_all (a);
  out = (answer) { .job = deal_one (a), .stopped = a->stopped };
  if (out.job < 0)
    --a->working;
  ICTUS_MPI (MPI_Send (&out, sizeof out, MPI_BYTE, from, TAG_ANSWER, a->d->comm));
}

static bool
is_asked (dealer *a, bool wait, int *from)
{
  MPI_Status st;
  int there = 1;

  if (wait)
    ICTUS_MPI (MPI_Probe (MPI_ANY_SOURCE, TAG_HEAD, a->d->comm, &st));
  else
    ICTUS_MPI (MPI_Iprobe (MPI_ANY_SOURCE, TAG_HEAD, a->d->comm, &there, &st));
  if (there)
    *from = st.MPI_SOURCE;
  return there != 0;
}

/* Both for rank 0 while it follows a branch of its own and for others. */
static bool
told (void *ctx)
{
  dealer *a = ctx;
  bool now = a->d->told != NULL && a->d->told (a->d->ctx);
  int from, there = 0;
  char byte;

  if (a->rank == 0)
    {
      while (a->working > 0 && is_asked (a, false, &from))
        serve (a, from);
      if (now)
        stop_all (a);
    }
  else if (!a->stop_came)
    {
      ICTUS_MPI (MPI_Iprobe (0, TAG_STOP, a->d->comm, &there, MPI_STATUS_IGNORE));
      if (there)
        {
          ICTUS_MPI (MPI_Recv (&byte, 1, MPI_BYTE, 0, TAG_STOP, a->d->comm, MPI_STATUS_IGNORE));
          a->stop_came = true;
        }
    }
  a->stopped = a->stopped || a->stop_came || (now && a->rank != 0);
  return a->stopped;
}

/* An end on request is no failure: what there is counts. */
static ictus_err
follow (dealer *a, size_t job, ictus__pack *out)
{
  ictus_err e = a->d->follow (a->d->self, job, told, a, out);

  if (out->failed)
    e = ICTUS_E_NOMEM;
  return e == ICTUS_E_STOPPED ? ICTUS_OK : e;
}

static void
lead (dealer *a)
{
  int64_t job;
  int from;

  a->working = a->size - 1;
  for (;;)
    {
      told (a);
      accept_ready (a);
      if ((job = deal_one (a)) >= 0)
        {
          ictus_err e = follow (a, (size_t) job, &a->result[job]);

          a->e = a->e == ICTUS_OK ? e : a->e;
          a->state[job] = 2;
        }
      else if (a->working > 0 && is_asked (a, true, &from))
        serve (a, from);
      else
        break;
    }
  for (size_t k = 0; a->stopped && k < a->d->njob; ++k) /* those that will not be done no longer keep the others back */
    a->state[k] = a->state[k] == 0 ? 3 : a->state[k];
  accept_ready (a);
}

/* ---- the others ---- */

static void
work (dealer *a)
{
  head h = { .job = -1 };
  answer in;
  ictus__pack k = { 0 };
  char byte;

  for (;;)
    {
      h.told = a->stopped && !a->stop_came;
      ICTUS_MPI (MPI_Send (&h, sizeof h, MPI_BYTE, 0, TAG_HEAD, a->d->comm));
      for (int64_t at = 0; h.job >= 0 && at < h.nbyte; at += PIECE)
        ICTUS_MPI (MPI_Send (k.s + at, (int) (h.nbyte - at < PIECE ? h.nbyte - at : PIECE), MPI_BYTE, 0, TAG_DATA, a->d->comm));
      ictus__pack_clear (&k);
      ICTUS_MPI (MPI_Recv (&in, sizeof in, MPI_BYTE, 0, TAG_ANSWER, a->d->comm, MPI_STATUS_IGNORE));
      if (in.job < 0)
        break;
      h.job = in.job;
      h.status = follow (a, (size_t) in.job, &k);
      if (h.status != ICTUS_OK && a->e == ICTUS_OK)
        a->e = (ictus_err) h.status;
      h.nbyte = h.status == ICTUS_OK ? (int64_t) k.len : 0;
    }
  if (in.stopped && !a->stop_came)
    ICTUS_MPI (MPI_Recv (&byte, 1, MPI_BYTE, 0, TAG_STOP, a->d->comm, MPI_STATUS_IGNORE));
  a->stopped = a->stopped || in.stopped;
}

ictus_err
ictus__deal_jobs (const ictus__dyn_deal *d, bool *stopped)
{
  dealer a = { .d = d, .rank = ictus_comm_rank (d->comm), .size = ictus_comm_size (d->comm) };
  ictus_err e = ICTUS_OK;
  int stop;

  if (a.rank == 0)
    {
      a.result = ictus_alloc (d->njob, sizeof *a.result);
      a.state = ictus_alloc (d->njob, 1);
      e = a.result != NULL && a.state != NULL ? ICTUS_OK : ICTUS_E_NOMEM;
    }
  ICTUS_GO (ictus_comm_agree (d->comm, e));
  if (a.rank == 0)
    lead (&a);
  else
    work (&a);
  stop = a.stopped;
  ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, &stop, 1, MPI_INT, MPI_MAX, d->comm));
  *stopped = stop != 0;
  e = ictus_comm_agree (d->comm, a.e);
done:
  for (size_t k = 0; a.result != NULL && k < d->njob; ++k)
    ictus__pack_clear (&a.result[k]);
  ictus_free (a.result);
  ictus_free (a.state);
  return e;
}
