/* SPDX-License-Identifier: BSD-3-Clause */
/* Dealing runs to teams of ranks. World rank 0 deals, and computes as the leader of team 0: so it answers the
   other leaders between its own windows, without a thread. So that they need not wait for it, a leader asks for
   one run ahead of the one it works on, as long as much more is left than the longest run seen so far takes; near
   the end, when one team could be left with two long runs, it asks only when it is free.
   Messages to rank 0 are an outcome, a question, or both; each question gets one answer. ICTUS__NONE_LEFT is the last
   answer; a leader then says goodbye. Once in its life every leader is told that the sweep ends, at the latest as the
   answer to its goodbye. */
#include <string.h>
#include <time.h>

#include "sweep/sweep_impl.h"

enum { TAG_UP = 1, TAG_ANSWER, TAG_END };
enum { SAYS_ROW = 1, SAYS_ASK = 2, SAYS_TOLD = 4, SAYS_BYE = 8, SAYS_DIR = 16 };
#define POLL_NS 200000 /* pause between looks when rank 0 has nothing else to do */
#define POLL_S 200e-6  /* shortest time between two looks from within a run: a look may cost a turn of the processor */
#define SHOW_S 1.0     /* a run under way for longer is told about */

typedef struct message /* to rank 0; values and reason follow */
{
  int64_t run;
  int32_t says, status, nreason;
  double busy_s;
} message;
_Static_assert (sizeof (message) % sizeof (double) == 0, "values follow aligned");

typedef struct answer
{
  int64_t run;
  int32_t ahead; /* ask for another one now */
} answer;

typedef struct team /* as rank 0 knows it */
{
  int nrank;
  int64_t run, hand; /* works on; has in hand; -1: none */
  double since;      /* Unix time */
  bool shown;        /* under_way was told */
  bool waits;        /* for an answer */
  bool asked;        /* at least once */
  bool ended;        /* was told that the sweep ends */
  bool working;      /* has not said goodbye */
} team;

struct ictus__deal
{
  MPI_Comm world, team_comm;
  int rank, team_rank, each, nteam;
  ictus__deal_options o;
  size_t max_bytes; /* of a message */
  char *packet;     /* what came in or goes out */
  MPI_Request sent; /* leaders: the packet is on its way */
  bool asked;       /* leaders: an answer is to come */
  bool told;        /* the sweep is to end */
  double polled_s;
  bool said_told;   /* leaders: rank 0 knows */
  bool got_end;     /* leaders: rank 0 said so */
  /* rank 0 */
  team *team;       /* [nteam] */
  int nasked;       /* other teams that have asked */
  int nworking;     /* other teams that have not said goodbye */
  size_t nout;      /* runs dealt without outcome */
  bool stopped;
  size_t nrow;      /* outcomes so far */
  double busy_s, longest_s, looked_s;
};

static double
unix_time (void)
{
  struct timespec t = { 0 };

  clock_gettime (CLOCK_REALTIME, &t);
  return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

/* ---- life ---- */

static bool
make (ictus__deal *d, MPI_Comm comm, const ictus__deal_options *o)
{
  int size = ictus_comm_size (comm);

  d->world = d->team_comm = MPI_COMM_NULL;
  d->sent = MPI_REQUEST_NULL;
  d->o = *o;
  d->rank = ictus_comm_rank (comm);
  d->each = o->ranks_per_point < size ? o->ranks_per_point : size;
  d->nteam = (size + d->each - 1) / d->each;
  d->nworking = d->nteam - 1;
  d->max_bytes = sizeof (message) + (size_t) o->nvalue * sizeof (double) + ICTUS_ERR_TEXT;
  d->packet = ictus_alloc (d->max_bytes, 1);
  d->team = ictus_alloc (d->rank == 0 ? (size_t) d->nteam : 0, sizeof *d->team);
  for (int k = 0; d->team != NULL && d->rank == 0 && k < d->nteam; ++k)
    d->team[k] = (team){ .nrank = k + 1 < d->nteam ? d->each : size - k * d->each, .run = -1, .hand = -1, .working = true };
  return d->packet != NULL && d->team != NULL;
}

ictus_err
ictus__deal_create (MPI_Comm comm, const ictus__deal_options *o, ictus__deal **out)
{
  ictus__deal *d = ictus_alloc (1, sizeof *d);
  ictus_err e = d != NULL && make (d, comm, o) ? ICTUS_OK : ICTUS_E_NOMEM;

  *out = NULL;
  ICTUS_GO (ictus_comm_agree (comm, e));
  ICTUS_MPI (MPI_Comm_dup (comm, &d->world));
  ICTUS_MPI (MPI_Comm_split (comm, d->rank / d->each, d->rank, &d->team_comm));
  d->team_rank = ictus_comm_rank (d->team_comm);
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
  if ((*d)->team_comm != MPI_COMM_NULL)
    ICTUS_MPI (MPI_Comm_free (&(*d)->team_comm));
  if ((*d)->world != MPI_COMM_NULL)
    ICTUS_MPI (MPI_Comm_free (&(*d)->world));
  ictus_free ((*d)->packet);
  ictus_free ((*d)->team);
  ictus_free (*d);
  *d = NULL;
}

MPI_Comm
ictus__deal_team (const ictus__deal *d)
{
  return d->team_comm;
}

/* ---- rank 0 ---- */

/* Whether what is left lasts so long that a run dealt ahead to a team with the longest run does no harm. */
static bool
plenty (const ictus__deal *d)
{
  size_t left = ictus__source_left (d->o.source), idle = left > d->nout ? left - d->nout : 0;

  return d->nrow > 0 && (double) idle * (d->busy_s / (double) d->nrow) > 3 * d->longest_s * (double) d->nteam;
}

static int64_t
pull (ictus__deal *d)
{
  int64_t run = d->stopped ? ICTUS__NONE_LEFT : ictus__source_next (d->o.source);

  ICTUS_ASSERT (run != ICTUS__NONE_NOW || d->nout > 0); /* nobody could bring anything */
  if (run >= 0)
    d->nout += 1;
  return run;
}

static void
begin (team *t, int64_t run)
{
  t->run = run;
  t->since = unix_time ();
  t->shown = false;
}

/* The answer to a question, now or later: a team that works gets one for later only while plenty is left. */
static void
reply (ictus__deal *d, int k)
{
  team *t = &d->team[k];
  answer a = { .run = ICTUS__NONE_NOW };

  if (t->run < 0 || d->stopped || plenty (d))
    a.run = pull (d);
  t->waits = a.run == ICTUS__NONE_NOW;
  if (t->waits)
    return;
  if (a.run >= 0 && t->run < 0)
    begin (t, a.run);
  else if (a.run >= 0)
    t->hand = a.run;
  a.ahead = plenty (d);
  ICTUS_MPI (MPI_Send (&a, (int) sizeof a, MPI_BYTE, k * d->each, TAG_ANSWER, d->world));
}

static void
end_team (ictus__deal *d, int k)
{
  const int32_t end = 1;

  if (!d->team[k].ended)
    ICTUS_MPI (MPI_Send (&end, 1, MPI_INT32_T, k * d->each, TAG_END, d->world));
  d->team[k].ended = true;
}

/* Everybody is to end. */
static void
tell_all (ictus__deal *d)
{
  d->told = true;
  ictus__deal_stop (d);
  for (int k = 1; k < d->nteam; ++k)
    if (d->team[k].working)
      end_team (d, k);
  for (int k = 1; k < d->nteam; ++k)
    if (d->team[k].waits)
      reply (d, k);
}

/* An outcome of team k: it goes on with what it has in hand. */
static void
take (ictus__deal *d, int k, ictus__row row)
{
  team *t = &d->team[k];
  int64_t hand = t->hand;

  row.nrank = t->nrank;
  d->nout -= 1;
  t->run = t->hand = -1;
  if (hand >= 0)
    begin (t, hand);
  if (row.status == ICTUS__TODO)
    tell_all (d); /* only who is told to end stops early */
  else
    {
      d->nrow += 1;
      d->busy_s += row.busy_s;
      if (row.busy_s > d->longest_s)
        d->longest_s = row.busy_s;
    }
  d->o.take (d->o.ctx, &row);
  for (int w = 1; w < d->nteam; ++w)
    if (d->team[w].waits)
      reply (d, w);
}

/* Runs in hand are given back when the team is told to end: they were not begun. */
static void
goodbye (ictus__deal *d, int k)
{
  team *t = &d->team[k];

  if (t->run >= 0)
    d->nout -= 1;
  t->run = -1;
  t->working = false;
  d->nworking -= 1;
  end_team (d, k);
}

/* A leader's message, which has arrived. */
static void
serve (ictus__deal *d, int leader)
{
  int k = leader / d->each;
  message m;

  ICTUS_MPI (MPI_Recv (d->packet, (int) d->max_bytes, MPI_BYTE, leader, TAG_UP, d->world, MPI_STATUS_IGNORE));
  memcpy (&m, d->packet, sizeof m);
  if (m.says & SAYS_TOLD)
    tell_all (d);
  if (m.says & SAYS_ROW)
    {
      ictus__row row = { .run = (size_t) m.run, .status = (ictus__status) m.status, .busy_s = m.busy_s,
                         .has_dir = (m.says & SAYS_DIR) != 0 };

      if (row.status == ICTUS__DONE)
        row.value = (const void *) (d->packet + sizeof m);
      if (row.status == ICTUS__FAILED)
        row.reason = d->packet + sizeof m;
      take (d, k, row);
    }
  if (m.says & SAYS_ASK)
    {
      d->nasked += !d->team[k].asked;
      d->team[k].asked = true;
      reply (d, k);
    }
  if (m.says & SAYS_BYE)
    goodbye (d, k);
}

/* About once a second; tells of runs that take long. */
static void
show (ictus__deal *d)
{
  double now = ictus_wall_s (), time;

  if (now - d->looked_s < SHOW_S)
    return;
  d->looked_s = now;
  if (d->o.tick != NULL)
    d->o.tick (d->o.ctx);
  time = unix_time ();
  for (int k = 0; d->o.under_way != NULL && k < d->nteam; ++k)
    if (d->team[k].run >= 0 && !d->team[k].shown && time - d->team[k].since >= SHOW_S)
      {
        d->team[k].shown = true;
        d->o.under_way (d->o.ctx, (size_t) d->team[k].run, d->team[k].since, d->team[k].nrank);
      }
}

static void
serve_all (ictus__deal *d)
{
  int waiting = d->nworking > 0;

  while (waiting)
    {
      MPI_Status status;

      ICTUS_MPI (MPI_Iprobe (MPI_ANY_SOURCE, TAG_UP, d->world, &waiting, &status));
      if (waiting)
        serve (d, status.MPI_SOURCE);
    }
  show (d);
}

static void
pause_a_little (void)
{
  const struct timespec t = { .tv_nsec = POLL_NS };

  nanosleep (&t, NULL);
}

static bool look (ictus__deal *d);

static int64_t
next_own (ictus__deal *d, const ictus__row *row)
{
  int64_t run;

  if (row != NULL)
    take (d, 0, *row);
  while (look (d), d->nasked < d->nteam - 1) /* all begin before this one does */
    pause_a_little ();
  while ((run = pull (d)) == ICTUS__NONE_NOW)
    {
      pause_a_little ();
      look (d);
    }
  if (run >= 0)
    begin (&d->team[0], run);
  return run;
}

/* ---- leaders ---- */

/* The packet is not waited for until the next one is made. */
static void
say (ictus__deal *d, int32_t says, const ictus__row *row)
{
  message m = { .says = says | (row != NULL ? SAYS_ROW : 0) };
  size_t n = sizeof m, bytes = (size_t) d->o.nvalue * sizeof (double);

  ICTUS_MPI (MPI_Wait (&d->sent, MPI_STATUS_IGNORE));
  if (row != NULL)
    {
      m.run = (int64_t) row->run;
      m.status = (int32_t) row->status;
      m.busy_s = row->busy_s;
      m.says |= row->has_dir ? SAYS_DIR : 0;
    }
  if (row != NULL && row->status == ICTUS__DONE)
    {
      memcpy (d->packet + n, row->value, bytes);
      n += bytes;
    }
  else if (row != NULL && row->status == ICTUS__FAILED)
    n += (size_t) snprintf (d->packet + n, ICTUS_ERR_TEXT, "%.*s", ICTUS_ERR_TEXT - 1, row->reason) + 1;
  memcpy (d->packet, &m, sizeof m);
  ICTUS_MPI (MPI_Isend (d->packet, (int) n, MPI_BYTE, 0, TAG_UP, d->world, &d->sent));
}

static int64_t
next_asked (ictus__deal *d, const ictus__row *row)
{
  answer a;

  if (row != NULL || !d->asked)
    say (d, d->asked ? 0 : SAYS_ASK, row);
  ICTUS_MPI (MPI_Recv (&a, (int) sizeof a, MPI_BYTE, 0, TAG_ANSWER, d->world, MPI_STATUS_IGNORE));
  d->asked = false;
  if (look (d)) /* what was in hand is given back */
    return ICTUS__NONE_LEFT;
  if (a.run >= 0 && a.ahead)
    {
      say (d, SAYS_ASK, NULL);
      d->asked = true;
    }
  return a.run;
}

/* ---- all ---- */

int64_t
ictus__deal_next (ictus__deal *d, const ictus__row *row)
{
  int64_t run = ICTUS__NONE_LEFT;

  if (d->rank == 0)
    run = next_own (d, row);
  else if (d->team_rank == 0)
    run = next_asked (d, row);
  ICTUS_MPI (MPI_Bcast (&run, 1, MPI_INT64_T, 0, d->team_comm));
  return run;
}

static bool
look (ictus__deal *d)
{
  bool told = d->o.told != NULL && d->o.told (d->o.ctx);

  if (d->rank == 0)
    {
      if (told && !d->told)
        tell_all (d);
      serve_all (d);
      return d->told;
    }
  if (d->team_rank == 0 && !d->got_end)
    {
      int here = 0;

      ICTUS_MPI (MPI_Iprobe (0, TAG_END, d->world, &here, MPI_STATUS_IGNORE));
      if (here)
        {
          int32_t end;

          ICTUS_MPI (MPI_Recv (&end, 1, MPI_INT32_T, 0, TAG_END, d->world, MPI_STATUS_IGNORE));
          d->got_end = true;
        }
      else if (told && !d->said_told)
        {
          d->said_told = true;
          say (d, SAYS_TOLD, NULL);
        }
    }
  d->told = d->told || told || d->got_end;
  return d->told;
}

bool
ictus__deal_poll (ictus__deal *d)
{
  double now = ictus_wall_s ();

  if (now - d->polled_s < POLL_S)
    return d->told;
  d->polled_s = now;
  return look (d);
}

void
ictus__deal_stop (ictus__deal *d)
{
  d->stopped = true;
}

void
ictus__deal_finish (ictus__deal *d)
{
  int32_t end;

  if (d->rank == 0)
    while (look (d), d->nworking > 0)
      pause_a_little ();
  else if (d->team_rank == 0)
    {
      if (d->asked) /* the answer is not wanted any more */
        {
          answer a;

          ICTUS_MPI (MPI_Recv (&a, (int) sizeof a, MPI_BYTE, 0, TAG_ANSWER, d->world, MPI_STATUS_IGNORE));
          d->asked = false;
        }
      say (d, SAYS_BYE, NULL);
      ICTUS_MPI (MPI_Wait (&d->sent, MPI_STATUS_IGNORE));
      if (!d->got_end)
        ICTUS_MPI (MPI_Recv (&end, 1, MPI_INT32_T, 0, TAG_END, d->world, MPI_STATUS_IGNORE));
    }
}
