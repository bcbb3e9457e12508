/* SPDX-License-Identifier: BSD-3-Clause */
/* The exchange: spikes and the verdict of all ranks, then one order for everybody. Here: all to all, at once or while the
   next window is solved. A fixed-size packet from every rank; a rank with more spikes than fit says so in its head, and
   all ranks follow with a second exchange and make the packets larger for the windows to come. */
#include "engine/engine_impl.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

static size_t
packet_bytes (const engine_exchange *x)
{
  return sizeof (engine_head) + x->fit * x->word;
}

static ictus_err
make_packets (ictus_engine *e, size_t fit)
{
  engine_exchange *x = &e->ex;

  ictus_free (x->out);
  ictus_free (x->in);
  x->fit = fit;
  x->out = ictus_alloc (1, packet_bytes (x));
  x->in = ictus_alloc ((size_t) e->size, packet_bytes (x));
  return x->out == NULL || x->in == NULL ? ICTUS_E_NOMEM : ICTUS_OK;
}

ictus_err
engine_exchange_init (ictus_engine *e)
{
  engine_exchange *x = &e->ex;

  x->request = MPI_REQUEST_NULL;
  x->size = ictus_net_size (e->net);
  x->word = engine_word_bytes (e);
  if (e->size == 1)
    return ICTUS_OK;
  x->count = ictus_alloc ((size_t) e->size, sizeof *x->count);
  x->at = ictus_alloc ((size_t) e->size, sizeof *x->at);
  if (x->count == NULL || x->at == NULL)
    return ICTUS_E_NOMEM;
  return make_packets (e, ENGINE_FIT);
}

void
engine_exchange_clear (ictus_engine *e)
{
  engine_exchange *x = &e->ex;

  if (x->open && x->request != MPI_REQUEST_NULL) /* a run that failed while something was on its way */
    MPI_Wait (&x->request, MPI_STATUS_IGNORE);
  engine_neighbours_clear (&x->neighbours);
  engine_sorter_clear (&x->sorter);
  ictus_free (x->out);
  ictus_free (x->in);
  ictus_free (x->words);
  ictus_free (x->all_words);
  ictus_free (x->count);
  ictus_free (x->at);
  ictus_free (x->all.s);
  ictus_free (x->span[0].mine.s);
  ictus_free (x->span[1].mine.s);
  memset (x, 0, sizeof *x);
}

static _Noreturn void
no_memory (void)
{
  ictus_comm_panic (MPI_SUCCESS, "out of memory for the spikes of a window", __FILE__, __LINE__);
}

/* The head of rank r's packet. */
static engine_head
head_of (const engine_exchange *x, int r)
{
  engine_head head;

  memcpy (&head, x->in + (size_t) r * packet_bytes (x), sizeof head);
  return head;
}

/* The spikes that did not fit: lists of any length, counted in spikes, so that an int is enough. */
static void
second_exchange (ictus_engine *e, const engine_span *span)
{
  engine_exchange *x = &e->ex;
  MPI_Datatype word;
  char *into;
  int at = 0;

  for (int r = 0; r < e->size; ++r)
    {
      x->count[r] = (int) head_of (x, r).n;
      x->at[r] = at;
      at += x->count[r];
    }
  if (ictus_grow (&x->words, &x->cap_words, span->mine.n * x->word, 1) != ICTUS_OK
      || ictus_grow (&x->all_words, &x->cap_all_words, x->all.n * x->word, 1) != ICTUS_OK)
    no_memory ();
  engine_pack (e, span, span->mine.s, span->mine.n, x->words);
  into = (char *) x->all_words;
  ICTUS_MPI (MPI_Type_contiguous ((int) x->word, MPI_BYTE, &word));
  ICTUS_MPI (MPI_Type_commit (&word));
  ICTUS_MPI (MPI_Allgatherv (x->words, x->count[e->rank], word, into, x->count, x->at, word, e->comm));
  ICTUS_MPI (MPI_Type_free (&word));
  engine_unpack (e, span, into, x->all.n, x->all.s);
  e->stats.bytes_sent += span->mine.n * x->word;
  e->stats.messages += 1;
}

/* After a window with more spikes than fit, packets become large enough for twice as many, as long as those of
   all ranks together stay within bounds. */
uint64_t
engine_exchange_fit (int size, size_t word, uint64_t most)
{
  uint64_t largest = ENGINE_PACKETS / word / (uint64_t) size;

  return 2 * most < largest ? 2 * most : largest;
}

/* All lists, one after the other by rank, sorted. most: of one rank. */
static void
collect (ictus_engine *e, const engine_span *span, uint64_t most)
{
  engine_exchange *x = &e->ex;
  uint64_t wanted = engine_exchange_fit (e->size, x->word, most);
  size_t at = 0;

  if (ictus_grow (&x->all.s, &x->all.cap, x->verdict.n, sizeof *x->all.s) != ICTUS_OK)
    no_memory ();
  x->all.n = x->verdict.n;
  if (most > x->fit)
    {
      second_exchange (e, span);
      if (wanted > x->fit && make_packets (e, wanted) != ICTUS_OK)
        no_memory ();
    }
  else
    for (int r = 0; r < e->size; ++r)
      {
        uint64_t n = head_of (x, r).n;

        if (n > 0)
          engine_unpack (e, span, x->in + (size_t) r * packet_bytes (x) + sizeof (engine_head), n, x->all.s + at);
        at += n;
      }
  if (engine_sort (&x->sorter, &x->all, span->k0, e->exp->grid ? e->window_ticks : 0, e->exp->resolution_ms) != ICTUS_OK)
    no_memory ();
  x->got = x->all.s;
  x->ngot = x->all.n;
}

static void
start_packets (ictus_engine *e, const engine_span *span)
{
  engine_exchange *x = &e->ex;
  engine_head head = { .n = (uint32_t) span->mine.n, .code = (int16_t) x->mine.code, .stop = (int16_t) x->mine.stop };
  int packet = (int) packet_bytes (x);

  memcpy (x->out, &head, sizeof head);
  if (head.n <= x->fit)
    engine_pack (e, span, span->mine.s, span->mine.n, x->out + sizeof head);
  if (x->form == ENGINE_OVERLAP)
    ICTUS_MPI (MPI_Iallgather (x->out, packet, MPI_BYTE, x->in, packet, MPI_BYTE, e->comm, &x->request));
  else
    ICTUS_MPI (MPI_Allgather (x->out, packet, MPI_BYTE, x->in, packet, MPI_BYTE, e->comm));
  e->stats.bytes_sent += (uint64_t) packet;
  e->stats.messages += 1;
}

static uint64_t
read_heads (ictus_engine *e)
{
  engine_exchange *x = &e->ex;
  uint64_t most = 0;

  x->verdict = (engine_verdict){ 0 };
  for (int r = 0; r < e->size; ++r)
    {
      engine_head head = head_of (x, r);

      x->verdict.n += head.n;
      most = head.n > most ? head.n : most;
      if (head.code > x->verdict.code)
        {
          x->verdict.code = head.code;
          x->verdict.who = r;
        }
      x->verdict.stop = x->verdict.stop || head.stop != 0;
    }
  return most;
}

void
engine_exchange_start (ictus_engine *e, ictus_err mine, bool stop)
{
  engine_exchange *x = &e->ex;
  engine_span *span = &x->span[x->now];
  size_t most = x->form == ENGINE_NEIGHBOURS ? INT_MAX / x->word : INT_MAX; /* MPI counts in int */

  if (mine == ICTUS_OK && span->mine.n > most)
    {
      mine = ICTUS_FAIL (ICTUS_E_RESOURCE, "%zu spikes in one window of %g ms: at most %zu can be exchanged", span->mine.n,
                         span->t1_ms - span->t0_ms, most);
      engine_keep_pending (e, mine);
    }
  if (mine != ICTUS_OK)
    span->mine.n = 0;
  if (engine_sort (&x->sorter, &span->mine, span->k0, e->exp->grid ? e->window_ticks : 0, e->exp->resolution_ms) != ICTUS_OK)
    no_memory ();
  x->mine = (engine_verdict){ .code = (int32_t) mine, .who = e->rank, .stop = stop, .n = span->mine.n };
  if (e->size > 1)
    {
      if (x->form == ENGINE_NEIGHBOURS)
        engine_neighbours_start (e, span);
      else
        start_packets (e, span);
      e->stats.spikes_sent += span->mine.n;
    }
  x->now = !x->now;
  x->open = true;
}

ictus_err
engine_exchange_finish (ictus_engine *e)
{
  engine_exchange *x = &e->ex;
  const engine_span *span = &x->span[!x->now];
  uint64_t most = 0;

  x->open = false;
  if (e->size == 1)
    x->verdict = x->mine;
  else if (x->form == ENGINE_COLLECTIVE)
    most = read_heads (e);
  else
    {
      ICTUS_MPI (MPI_Wait (&x->request, MPI_STATUS_IGNORE));
      if (x->form == ENGINE_OVERLAP)
        most = read_heads (e);
    }
  if (x->verdict.code != ICTUS_OK)
    {
      ictus_comm_share_error (e->comm, x->verdict.who, (ictus_err) x->verdict.code);
      return ictus_err_prefix ((ictus_err) x->verdict.code, "rank %d", x->verdict.who);
    }
  if (x->form != ENGINE_NEIGHBOURS && x->verdict.n > INT_MAX)
    return ICTUS_FAIL (ICTUS_E_RESOURCE, "%" PRIu64 " spikes in one window of %g ms: at most %d can be exchanged",
                       x->verdict.n, span->t1_ms - span->t0_ms, INT_MAX);
  if (e->size == 1)
    {
      x->got = span->mine.s;
      x->ngot = span->mine.n;
    }
  else if (x->form != ENGINE_NEIGHBOURS)
    collect (e, span, most);
  return ICTUS_OK;
}
